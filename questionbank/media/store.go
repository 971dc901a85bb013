package media

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/sqldb"
)

// chunkSize is how many bytes a row of media_chunks holds.
const chunkSize = 256 << 10

// Store keeps files in the database, so that every process of an installation has them without a shared disk.
type Store struct{ db *sqldb.DB }

// NewStore returns a store over db.
func NewStore(db *sqldb.DB) *Store { return &Store{db: db} }

// Put stores a file that Prepare made. One that is there already is only marked as used. staffID may be "".
func (s *Store) Put(ctx context.Context, now time.Time, f File, staffID string) error {
	switch known, err := s.touch(ctx, now, f.ID); {
	case err != nil:
		return err
	case known:
		return nil
	}
	// A transaction for each piece: the one writer of SQLite is the hall's, too.
	for no, rest := 0, f.Data; len(rest) > 0; no++ {
		n := min(chunkSize, len(rest))
		if _, err := s.db.Exec(ctx, `INSERT INTO media_chunks (media_id, no, data) VALUES ($1, $2, $3)
			ON CONFLICT (media_id, no) DO NOTHING`, f.ID, no, rest[:n]); err != nil {
			return fmt.Errorf("store media %s: %w", f.ID, err)
		}
		rest = rest[n:]
	}
	if _, err := s.db.Exec(ctx, `INSERT INTO media (id, kind, type, size, width, height, created_at, used_at, staff_id)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $7, $8) ON CONFLICT (id) DO UPDATE SET used_at = excluded.used_at`,
		f.ID, f.Kind, f.Type, f.Size, f.Width, f.Height, clock(now), staffID); err != nil {
		return fmt.Errorf("store media %s: %w", f.ID, err)
	}
	return nil
}

// touch marks a file as used now; false when it is not there.
func (s *Store) touch(ctx context.Context, now time.Time, id string) (bool, error) {
	n, err := s.db.Exec(ctx, `UPDATE media SET used_at = $2 WHERE id = $1`, id, clock(now))
	if err != nil {
		return false, fmt.Errorf("touch media %s: %w", id, err)
	}
	return n > 0, nil
}

// Use gives a file that a question is about to be saved with, and keeps it from being swept in the meantime; not_found
// media.missing when there is none.
func (s *Store) Use(ctx context.Context, now time.Time, id string) (Item, error) {
	if known, err := s.touch(ctx, now, id); err != nil {
		return Item{}, err
	} else if !known {
		return Item{}, errMissing
	}
	return s.Find(ctx, id)
}

var errMissing = fault.New(fault.NotFound, "media.missing")

// Find gives what is known of a file, or not_found media.missing.
func (s *Store) Find(ctx context.Context, id string) (Item, error) {
	var it Item
	err := s.db.Get(ctx, &it, `SELECT id, kind, type, size, width, height FROM media WHERE id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return it, errMissing
	}
	if err != nil {
		return it, fmt.Errorf("find media %s: %w", id, err)
	}
	return it, nil
}

// Read gives a whole file, for exports.
func (s *Store) Read(ctx context.Context, id string) (File, error) {
	it, err := s.Find(ctx, id)
	if err != nil {
		return File{}, err
	}
	data, err := io.ReadAll(s.Open(ctx, it, 0, it.Size))
	return File{it, data}, err
}

// Open reads the bytes from `from` to `to` (exclusive) of a file, a piece at a time.
func (s *Store) Open(ctx context.Context, it Item, from, to int64) io.Reader {
	return &chunks{ctx: ctx, store: s, id: it.ID, at: from, end: min(to, it.Size)}
}

type chunks struct {
	ctx     context.Context //nolint:containedctx // an io.Reader has no other way
	store   *Store
	id      string
	at, end int64
	piece   []byte
}

// Read implements io.Reader.
func (c *chunks) Read(p []byte) (int, error) {
	if len(c.piece) == 0 {
		if c.at >= c.end {
			return 0, io.EOF
		}
		var piece []byte
		no, skip := c.at/chunkSize, c.at%chunkSize
		if err := c.store.db.Get(c.ctx, &piece, `SELECT data FROM media_chunks WHERE media_id = $1 AND no = $2`, c.id, no); err != nil {
			return 0, fmt.Errorf("read media %s: %w", c.id, err)
		}
		if int64(len(piece)) <= skip {
			return 0, io.ErrUnexpectedEOF
		}
		c.piece = piece[skip:min(int64(len(piece)), skip+c.end-c.at)]
	}
	n := copy(p, c.piece)
	c.piece, c.at = c.piece[n:], c.at+int64(n)
	return n, nil
}

// keepFor is how long a file that no question has may wait to be saved with one.
const keepFor = 24 * time.Hour

// sweepMost bounds one sweep: each file is looked for in every table that may refer to it.
const sweepMost = 200

// Sweep removes files that have not been used for a day and that nothing refers to: no question, no earlier version of
// one, no round, no row of an import. It looks at some hundred files a time, and gives how many it removed.
func (s *Store) Sweep(ctx context.Context, now time.Time) (removed int, err error) {
	var old []string
	before := clock(now.Add(-keepFor))
	if err := s.db.Select(ctx, &old, `SELECT id FROM media WHERE used_at < $1 ORDER BY used_at, id LIMIT $2`, before, sweepMost); err != nil {
		return 0, fmt.Errorf("sweep media: %w", err)
	}
	for _, id := range old {
		needed, err := s.referred(ctx, id)
		switch {
		case err != nil:
			return removed, err
		case needed: // not asked again before tomorrow
			if _, err := s.touch(ctx, now, id); err != nil {
				return removed, err
			}
			continue
		}
		// Who saves a question with it in the meantime has marked it as used first (Use).
		err = s.db.Tx(ctx, func(tx *sqlx.Tx) error {
			res, err := tx.ExecContext(ctx, `DELETE FROM media WHERE id = $1 AND used_at < $2`, id, before)
			if err != nil {
				return err
			}
			n, err := res.RowsAffected()
			if err != nil || n == 0 {
				return err
			}
			removed++
			_, err = tx.ExecContext(ctx, `DELETE FROM media_chunks WHERE media_id = $1`, id)
			return err
		})
		if err != nil {
			return removed, fmt.Errorf("sweep media %s: %w", id, err)
		}
	}
	return removed, nil
}

// referred reports whether a question, a version, a round or an import has the file. The id is a hash: a text that
// contains it refers to it.
func (s *Store) referred(ctx context.Context, id string) (bool, error) {
	for _, query := range []string{`SELECT COUNT(*) FROM questions WHERE media LIKE $1`, `SELECT COUNT(*) FROM round_questions WHERE snapshot LIKE $1`,
		`SELECT COUNT(*) FROM question_versions WHERE snapshot LIKE $1`, `SELECT COUNT(*) FROM import_rows WHERE data LIKE $1`} {
		var n int
		if err := s.db.Get(ctx, &n, query, "%"+id+"%"); err != nil {
			return false, fmt.Errorf("who has media %s: %w", id, err)
		}
		if n > 0 {
			return true, nil
		}
	}
	return false, nil
}
