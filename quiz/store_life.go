package quiz

import (
	"context"
	"errors"
	"strings"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/sqldb"
)

// KindOf gives the kind and the status of a contest, or not_found contest.missing.
func (s *Store) KindOf(ctx context.Context, id string) (kind Kind, status Status, err error) {
	var row struct {
		Kind   Kind   `db:"kind"`
		Status Status `db:"status"`
	}
	err = s.db.Get(ctx, &row, `SELECT kind, status FROM contests WHERE id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return "", "", fault.New(fault.NotFound, "contest.missing")
	}
	if err != nil {
		return "", "", wrap("kind of contest "+id, err)
	}
	return row.Kind, row.Status, nil
}

// MoveContest gives a contest another status if it has one of those named; of any other it is a conflict
// contest.not_now.
func (s *Store) MoveContest(ctx context.Context, id string, to Status, from ...Status) error {
	args := []any{id, to}
	var in []string
	for _, f := range from {
		args = append(args, f)
		in = append(in, "$"+string(rune('0'+len(args))))
	}
	n, err := s.db.Exec(ctx, `UPDATE contests SET status = $2, version = version + 1 WHERE id = $1 AND status IN (`+strings.Join(in, ", ")+`)`, args...)
	if err != nil {
		return wrap("move contest "+id, err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "contest.not_now")
	}
	return nil
}

// RestoreContest takes a contest out of the archive: one that was played is finished, any other a draft.
func (s *Store) RestoreContest(ctx context.Context, id string) error {
	n, err := s.db.Exec(ctx, `UPDATE contests SET version = version + 1,
		status = CASE WHEN code <> '' OR EXISTS (SELECT 1 FROM entrants e WHERE e.contest_id = contests.id) THEN 'finished' ELSE 'draft' END
		WHERE id = $1 AND status = 'archived'`, id)
	if err != nil {
		return wrap("restore contest "+id, err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "contest.not_now")
	}
	return nil
}

// DeleteDraft removes a draft for good. One that was published or whose room was opened is a conflict contest.not_draft:
// the ledger and what people did must stay.
func (s *Store) DeleteDraft(ctx context.Context, id string) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		// The write comes first: it holds the row, so that nobody publishes or enters meanwhile.
		res, err := tx.ExecContext(ctx, `UPDATE contests SET version = version + 1 WHERE id = $1 AND status = $2 AND code = ''
			AND NOT EXISTS (SELECT 1 FROM rooms r WHERE r.contest_id = contests.id)
			AND NOT EXISTS (SELECT 1 FROM entrants e WHERE e.contest_id = contests.id)
			AND NOT EXISTS (SELECT 1 FROM ledger l WHERE l.contest_id = contests.id)`, id, Draft)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return fault.New(fault.Conflict, "contest.not_draft")
		}
		for _, stmt := range []string{
			`DELETE FROM round_questions WHERE round_id IN (SELECT id FROM rounds WHERE contest_id = $1)`,
			`DELETE FROM rounds WHERE contest_id = $1`,
			`DELETE FROM teams WHERE contest_id = $1`,
			`DELETE FROM paper_pool WHERE contest_id = $1`,
			`DELETE FROM contests WHERE id = $1`,
		} {
			if _, err := tx.ExecContext(ctx, stmt, id); err != nil {
				return err
			}
		}
		return nil
	})
	if fault.Is(err, fault.Conflict) {
		return err
	}
	if err != nil {
		return wrap("delete contest "+id, err)
	}
	return nil
}
