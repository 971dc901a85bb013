package paper

import (
	"context"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/quiz"
	"leitai/sqldb"
)

// HandIn hands an attempt in and marks it; by is who wants that. Whoever is second gets what the first one made. What belongs to a void attempt is
// a conflict attempt.void.
func (s *Store) HandIn(ctx context.Context, now time.Time, attemptID string, by By) (*Attempt, error) {
	// Closed first, in a commit of its own: a save that sees the attempt open after its own commit is read by the marking
	// that comes after this one.
	n, err := s.db.Exec(ctx, `UPDATE attempts SET state = 'closing', handed_in_by = $3,
		handed_in_at = CASE WHEN deadline_at < $2 THEN deadline_at ELSE $2 END WHERE id = $1 AND state = 'open'`, attemptID, now.UnixMilli(), by)
	if err != nil {
		return nil, wrap("close attempt "+attemptID, err)
	}
	s.sittings.remove(attemptID)
	a, err := s.FindAttempt(ctx, attemptID)
	if err != nil {
		return nil, err
	}
	if n == 1 || a.State == Closing {
		if err := s.mark(ctx, a.ContestID, []string{attemptID}); err != nil {
			return nil, err
		}
		if a, err = s.FindAttempt(ctx, attemptID); err != nil {
			return nil, err
		}
	}
	if a.State == Void {
		return nil, fault.New(fault.Conflict, "attempt.void")
	}
	return a, nil
}

// mark marks attempts of one contest that are closing, and makes their people's results, in one transaction. Those that are not
// closing any more were marked by somebody else.
func (s *Store) mark(ctx context.Context, contestID string, ids []string) error {
	c, err := s.Find(ctx, contestID)
	if err != nil {
		return err
	}
	err = s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		people, err := lockEntrants(ctx, tx, ids)
		if err != nil {
			return err
		}
		var rows []attemptRow
		if err := tx.SelectContext(ctx, &rows, `SELECT `+attemptColumns+` FROM attempts WHERE state = 'closing' AND id IN (`+params(1, len(ids))+`)
			ORDER BY id`, anys(ids)...); err != nil || len(rows) == 0 {
			return err
		}
		var saves []savedRow
		if err := tx.SelectContext(ctx, &saves, `SELECT attempt_id, id, question_no, n, choice, saved_at FROM attempt_saves
			WHERE attempt_id IN (`+params(1, len(ids))+`)`, anys(ids)...); err != nil {
			return err
		}
		of := map[string][]savedRow{}
		for _, r := range saves {
			of[r.Attempt] = append(of[r.Attempt], r)
		}
		formal := false
		marked := make([]*Attempt, len(rows))
		for i, r := range rows {
			a := r.attempt()
			a.Marks = c.mark(a, counting(of[a.ID], len(a.Paper), a.lastSave().UnixMilli()))
			a.sum()
			formal = formal || a.Phase == PhaseFormal
			marked[i] = a
		}
		if err := storeMarks(ctx, tx, c, marked); err != nil {
			return err
		}
		if !formal {
			return nil
		}
		return recount(ctx, tx, c, people)
	})
	if err != nil {
		return wrap("mark attempts", err)
	}
	return nil
}

// storeMarks stores marked attempts that are closing as handed in.
func storeMarks(ctx context.Context, tx *sqlx.Tx, c *Contest, marked []*Attempt) error {
	for part := range slices.Chunk(marked, rowsAtOnce) {
		var args []any
		for _, a := range part {
			args = append(args, a.ID, a.Points, a.Correct, a.Answered, a.HandedInAt.Sub(a.StartedAt).Milliseconds(), sqldb.JSON[[]Mark]{V: a.Marks}, c.keys)
		}
		if _, err := tx.ExecContext(ctx, `WITH m (id, points, correct, answered, time_ms, marks, keys_version) AS (VALUES `+
			rowsOf(len(part), 7, "TEXT", "INTEGER", "INTEGER", "INTEGER", "BIGINT", "TEXT", "INTEGER")+`)
			UPDATE attempts SET state = 'handed_in', points = m.points, correct = m.correct, answered = m.answered, time_ms = m.time_ms, marks = m.marks,
			keys_version = m.keys_version FROM m WHERE attempts.id = m.id AND attempts.state = 'closing'`, args...); err != nil {
			return err
		}
	}
	return nil
}

func anys(ids []string) []any {
	out := make([]any, len(ids))
	for i, id := range ids {
		out[i] = id
	}
	return out
}

// lockEntrants keeps the results of the attempts' people from being counted by two transactions at once, and gives
// their ids in order.
func lockEntrants(ctx context.Context, tx *sqlx.Tx, attempts []string) ([]string, error) {
	var people []string
	if err := tx.SelectContext(ctx, &people, `SELECT DISTINCT entrant_id FROM attempts WHERE id IN (`+params(1, len(attempts))+`)`, anys(attempts)...); err != nil {
		return nil, err
	}
	if len(people) == 0 {
		return nil, nil
	}
	slices.Sort(people)
	// Two processes may take the same people in another order and wait for each other; then one of them begins again.
	_, err := tx.ExecContext(ctx, `UPDATE entrants SET created_at = created_at WHERE id IN (`+params(1, len(people))+`)`, anys(people)...)
	return people, err
}

// mark marks the answers to a paper.
func (c *Contest) mark(a *Attempt, answers []given) []Mark {
	out := make([]Mark, len(a.Paper))
	for i, d := range a.Paper {
		out[i].A = answers[i].choice
		if out[i].A == nil {
			out[i].A = []string{}
		}
		if q, ok := c.Question(d.ID); ok {
			out[i].Right, out[i].Points = c.value(q, out[i].A)
		}
	}
	return out
}

// value is what an answer is worth. A void question counts as right for everybody who drew it, whatever they answered:
// with different papers anything else would be unfair to them.
func (c *Contest) value(q *PoolQuestion, a []string) (right bool, points int) {
	full := c.PointsOf(q)
	if q.Voided {
		return true, full
	}
	if len(a) == 0 || unfinishedOrder(q.Question, a) {
		return false, 0
	}
	m := q.Question.Mark(a)
	rules := quiz.RoundSettings{Scoring: quiz.Fixed, Points: map[questionbank.Type]int{q.Question.Type: full}, Wrong: c.Rules.Wrong, Partial: c.Rules.Partial}
	return m.Right, rules.PointsFor(q.Question.Type, m, 0, 0)
}

// sum adds up the marks.
func (a *Attempt) sum() {
	a.Points, a.Correct, a.Answered = 0, 0, 0
	for _, m := range a.Marks {
		a.Points += m.Points
		if m.Right {
			a.Correct++
		}
		if len(m.A) > 0 {
			a.Answered++
		}
	}
}

// Max is what a paper is worth with everything right.
func (c *Contest) Max(a *Attempt) int {
	n := 0
	for _, d := range a.Paper {
		if q, ok := c.Question(d.ID); ok {
			n += c.PointsOf(q)
		}
	}
	return n
}

// closeDue closes up to closeBatch attempts whose deadline is at or before due, and gives them.
func (s *Store) closeDue(ctx context.Context, due int64) ([]closed, error) {
	var out []closed
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		out = nil
		return tx.SelectContext(ctx, &out, `UPDATE attempts SET state = 'closing', handed_in_at = deadline_at, handed_in_by = 'clock'
			WHERE state = 'open' AND id IN (SELECT id FROM attempts WHERE `+unfinished+` AND state = 'open' AND deadline_at <= $1 ORDER BY deadline_at, id LIMIT $2)
			AND deadline_at <= $1 RETURNING id, contest_id`, due, closeBatch)
	})
	if err != nil {
		return nil, wrap("close attempts that are due", err)
	}
	return out, nil
}
