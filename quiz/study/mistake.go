package study

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/sqldb"
)

// Mistake is a question that somebody answered wrong and has not yet answered right often enough since.
type Mistake struct {
	QuestionID string
	Question   questionbank.Question // empty when it was removed or is withheld
	Withheld   bool                  // part of a contest that is not finished: neither asked nor shown until then
	Times      int                   // answered wrong
	Rights     int                   // answered right since
	WrongAt    time.Time
	FromPaper  bool
}

type mistakeRow struct {
	ID      string       `db:"question_id"`
	Source  string       `db:"source"`
	Times   int          `db:"times"`
	Rights  int          `db:"rights"`
	WrongAt sqldb.Millis `db:"wrong_at"`
}

// drawMistakes picks those of somebody's mistakes that may be asked, the oldest first.
func (s *Store) drawMistakes(ctx context.Context, personID string, n int) ([]Asked, error) {
	rows, err := s.mistakes(ctx, personID)
	if err != nil {
		return nil, err
	}
	var out []Asked
	for len(rows) > 0 && len(out) < n {
		part := rows[:min(len(rows), 100)]
		rows = rows[len(part):]
		ids := make([]string, len(part))
		for i, r := range part {
			ids[i] = r.ID
		}
		found, err := s.banks.Outlines(ctx, ids)
		if err != nil {
			return nil, err
		}
		hidden, err := s.withheld(ctx, ids...)
		if err != nil {
			return nil, err
		}
		version := map[string]int{}
		for _, q := range without(found, hidden) {
			version[q.ID] = q.Version
		}
		for _, id := range ids {
			if v, ok := version[id]; ok && len(out) < n {
				out = append(out, Asked{ID: id, Version: v})
			}
		}
	}
	return out, nil
}

// mistakes gives all of somebody's, the oldest first.
func (s *Store) mistakes(ctx context.Context, personID string) ([]mistakeRow, error) {
	var rows []mistakeRow
	if err := s.db.Select(ctx, &rows, `SELECT question_id, source, times, rights, wrong_at FROM study_mistakes WHERE person_id = $1
		ORDER BY wrong_at, question_id`, personID); err != nil {
		return nil, wrap("list mistakes", err)
	}
	return rows, nil
}

// ListMistakes gives a page of somebody's mistakes, newest first: at most limit after so many, and how many there are.
func (s *Store) ListMistakes(ctx context.Context, personID string, skip, limit int) (page []Mistake, total int, err error) {
	if err := s.db.Get(ctx, &total, `SELECT COUNT(*) FROM study_mistakes WHERE person_id = $1`, personID); err != nil {
		return nil, 0, wrap("count mistakes", err)
	}
	var rows []mistakeRow
	if err := s.db.Select(ctx, &rows, `SELECT question_id, source, times, rights, wrong_at FROM study_mistakes WHERE person_id = $1
		ORDER BY wrong_at DESC, question_id LIMIT $2 OFFSET $3`, personID, limit, skip); err != nil {
		return nil, 0, wrap("list mistakes", err)
	}
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.ID
	}
	found, err := s.banks.Outlines(ctx, ids)
	if err != nil {
		return nil, 0, err
	}
	version := map[string]int{}
	for _, q := range found {
		version[q.ID] = q.Version
	}
	hidden, err := s.withheld(ctx, ids...)
	if err != nil {
		return nil, 0, err
	}
	for _, r := range rows {
		m := Mistake{QuestionID: r.ID, Withheld: hidden[r.ID], Times: r.Times, Rights: r.Rights, WrongAt: r.WrongAt.Time(), FromPaper: r.Source == "paper"}
		if v, ok := version[r.ID]; ok && !m.Withheld {
			m.Question, err = s.banks.FindVersion(ctx, r.ID, v)
			if err != nil && !fault.Is(err, fault.NotFound) {
				return nil, 0, err
			}
		}
		page = append(page, m)
	}
	return page, total, nil
}

// DropMistake takes a question off somebody's mistakes; one that is not there is no error.
func (s *Store) DropMistake(ctx context.Context, personID, questionID string) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM study_mistakes WHERE person_id = $1 AND question_id = $2`, personID, questionID); err != nil {
		return wrap("drop mistake", err)
	}
	return nil
}

// maxUncollected bounds how many attempts are looked at in one go; a contest without review leaves its attempts there.
const maxUncollected = 50

// Uncollected gives somebody's attempts at papers that were handed in and not collected, the latest first.
func (s *Store) Uncollected(ctx context.Context, personID string) ([]string, error) {
	var ids []string
	if err := s.db.Select(ctx, &ids, `SELECT a.id FROM attempts a JOIN entrants e ON e.id = a.entrant_id WHERE e.person_id = $1 AND a.state = 'handed_in'
		AND NOT EXISTS (SELECT 1 FROM study_collected c WHERE c.attempt_id = a.id) ORDER BY a.started_at DESC, a.id LIMIT $2`, personID, maxUncollected); err != nil {
		return nil, wrap("list attempts", err)
	}
	return ids, nil
}

// Collect puts the questions that somebody got wrong in a paper contest among their mistakes, once for each attempt.
// The caller makes sure that the contest allows review by now.
func (s *Store) Collect(ctx context.Context, now time.Time, personID, attemptID string, wrong []string) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		res, err := tx.ExecContext(ctx, `INSERT INTO study_collected (attempt_id, person_id) VALUES ($1, $2) ON CONFLICT (attempt_id) DO NOTHING`, attemptID, personID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		for _, id := range wrong {
			if err := missed(ctx, tx, now, personID, id, "paper"); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return wrap("collect mistakes of attempt "+attemptID, err)
	}
	return nil
}
