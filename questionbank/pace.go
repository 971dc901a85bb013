package questionbank

import (
	"context"
	"time"

	"leitai/sqldb"
)

// Pace says when a long piece of work may go on after one of its small writes, which took this long, and about how long
// the next one may take. It waits while people answer: their answers share the database, on SQLite its only writer.
type Pace func(ctx context.Context, took time.Duration) (next time.Duration, err error)

// A write of 10,000 rows at once made every answer of a hall on SQLite wait for up to 0.6 s. Small ones wait in turn.
const (
	pieceAlone = 100 * time.Millisecond // what a write may take when nobody minds
	pieceFirst = 16                     // rows
	pieceLeast = 8
	pieceMost  = 2000
)

// beatEvery is how often who works on an import gives a sign of life, between two writes.
const beatEvery = 5 * time.Second

// DeadAfter is after how much silence a worker counts as dead and its work is taken over: no Pace may rest that long.
const DeadAfter = 30 * time.Second

// moveEvery is how often the database is told to move what was written into its file (sqldb.DB.Checkpoint), so that no
// answer has to.
const moveEvery = time.Second

// Paced sets the pace of the store's long writes, before its first use; without one they go on at once.
func (s *Store) Paced(pace Pace) *Store {
	s.pace = pace
	return s
}

// inPieces writes rows 0 to n-1 of an import piece by piece, each piece a transaction of its own, and gives a sign of life
// now and then.
func (s *Store) inPieces(ctx context.Context, importID string, n int, write func(from, to int) error) error {
	beat, moved := time.Now(), time.Now()
	for from, size := 0, pieceFirst; from < n; {
		to := min(n, from+size)
		began := time.Now()
		if err := write(from, to); err != nil {
			return err
		}
		took := time.Since(began)
		if time.Since(beat) > beatEvery {
			beat = time.Now()
			if _, err := s.db.Exec(ctx, `UPDATE imports SET worked_at = $2 WHERE id = $1`, importID, sqldb.MillisOf(beat)); err != nil {
				return err
			}
		}
		may, err := s.rest(ctx, took)
		if err != nil {
			return err
		}
		if time.Since(moved) > moveEvery || to == n { // after the rest: nobody answers now
			moved = time.Now()
			if err := s.db.Checkpoint(ctx); err != nil {
				return err
			}
		}
		from, size = to, nextPiece(size, took, may)
	}
	return nil
}

// nextPiece is the number of rows for a write that may take so long, when one of size rows took so long.
func nextPiece(size int, took, may time.Duration) int {
	next := size * 2
	if took > 0 {
		next = min(next, int(float64(size)*float64(may)/float64(took)))
	}
	return min(max(next, pieceLeast), pieceMost)
}

func (s *Store) rest(ctx context.Context, took time.Duration) (next time.Duration, err error) {
	if s.pace == nil {
		return pieceAlone, ctx.Err()
	}
	return s.pace(ctx, took)
}
