package questionbank

import (
	"context"
	"time"

	"leitai/sqldb"
)

// Pace says when a long piece of work may go on after one of its small writes, which took this long. It waits while
// people answer: their answers share the database, on SQLite its only writer.
type Pace func(ctx context.Context, took time.Duration) error

// A write of 10,000 rows at once made every answer of a hall on SQLite wait for up to 0.6 s. Small ones wait in turn.
const (
	pieceTakes = 2 * time.Millisecond // what a write should take; the commit is most of it
	pieceLeast = 8                    // rows
	pieceMost  = 1000
)

// A worker that gave no sign of life for so long is dead.
const (
	beatEvery = 5 * time.Second
	deadAfter = 30 * time.Second
)

// Paced returns the store with a pace for its long writes; without one they go on at once.
func (s *Store) Paced(pace Pace) *Store {
	paced := *s
	paced.pace = pace
	return &paced
}

// inPieces writes rows 0 to n-1 of an import piece by piece, each piece a transaction of its own, and gives a sign of life
// now and then.
func (s *Store) inPieces(ctx context.Context, importID string, n int, write func(from, to int) error) error {
	beat := time.Now()
	for from, size := 0, 4*pieceLeast; from < n; {
		to := min(n, from+size)
		began := time.Now()
		if err := write(from, to); err != nil {
			return err
		}
		took := time.Since(began)
		from, size = to, nextPiece(size, took)
		if time.Since(beat) > beatEvery {
			beat = time.Now()
			if _, err := s.db.Exec(ctx, `UPDATE imports SET worked_at = $2 WHERE id = $1`, importID, sqldb.MillisOf(beat)); err != nil {
				return err
			}
		}
		if err := s.rest(ctx, took); err != nil {
			return err
		}
	}
	return nil
}

// nextPiece is the number of rows for the next write when one of so many rows took so long.
func nextPiece(size int, took time.Duration) int {
	next := size * 2
	if took > 0 {
		next = min(next, int(float64(size)*float64(pieceTakes)/float64(took)))
	}
	return min(max(next, pieceLeast), pieceMost)
}

func (s *Store) rest(ctx context.Context, took time.Duration) error {
	if s.pace == nil {
		return ctx.Err()
	}
	return s.pace(ctx, took)
}
