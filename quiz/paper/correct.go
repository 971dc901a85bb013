package paper

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/quiz"
	"leitai/sqldb"
)

// Correction changes how a question of the pool is marked, for everybody who had it.
type Correction struct {
	QuestionID string
	Key        []string // the right one, in the bank's letters or as texts; nil leaves it
	Voided     *bool    // void: right for everybody who had it; nil leaves it
}

// Impact is what a correction does to people's results.
type Impact struct {
	Attempts int     // formal ones that have the question
	Changed  int     // of them, whose points change
	People   int     // whose counted points change
	Up, Down int     // of them, who gain and who lose
	Moves    []Shift // the largest ones, at most 50
}

// Shift is the change of one person's counted points.
type Shift struct {
	EntrantID     string
	Name          string
	Team          string
	Before, After int64
}

// mostShifts bounds the list of an Impact.
const mostShifts = 50

// corrected gives the contest with a correction made.
func (c *Contest) corrected(fix Correction) (*Contest, error) {
	at, ok := c.pool[fix.QuestionID]
	if !ok {
		return nil, fault.New(fault.NotFound, "question.missing")
	}
	n := *c
	n.Pool = slices.Clone(c.Pool)
	q := &n.Pool[at]
	if fix.Key != nil {
		q.Question.Key = trimmed(fix.Key)
		if q.Question.Type == questionbank.Multiple {
			slices.Sort(q.Question.Key)
		}
		if err := q.Question.Validate(); err != nil {
			return nil, err
		}
	}
	if fix.Voided != nil {
		q.Voided = *fix.Voided
	}
	return &n, nil
}

// PreviewCorrection tells what a correction would do, and does nothing.
func (s *Store) PreviewCorrection(ctx context.Context, contestID string, fix Correction) (Impact, error) {
	c, err := s.Find(ctx, contestID)
	if err != nil {
		return Impact{}, err
	}
	next, err := c.corrected(fix)
	if err != nil {
		return Impact{}, err
	}
	var out Impact
	affected := map[string]bool{} // entrants
	err = s.eachAttempt(ctx, contestID, `phase = 'formal' AND paper LIKE $4`, "%"+fix.QuestionID+"%", func(batch []*Attempt) error {
		for _, a := range batch {
			out.Attempts++
			if next.remark(a) {
				out.Changed++
				affected[a.EntrantID] = true
			}
		}
		return nil
	})
	if err != nil {
		return Impact{}, err
	}
	people := make([]string, 0, len(affected))
	for id := range affected {
		people = append(people, id)
	}
	slices.Sort(people)
	for part := range slices.Chunk(people, 500) {
		if err := s.shifts(ctx, next, part, &out); err != nil {
			return Impact{}, err
		}
	}
	slices.SortFunc(out.Moves, func(a, b Shift) int {
		return cmp.Or(cmp.Compare(max(b.After-b.Before, b.Before-b.After), max(a.After-a.Before, a.Before-a.After)), cmp.Compare(a.EntrantID, b.EntrantID))
	})
	out.Moves = out.Moves[:min(len(out.Moves), mostShifts)]
	return out, nil
}

// shifts adds what changes for some people.
func (s *Store) shifts(ctx context.Context, next *Contest, people []string, out *Impact) error {
	args := append([]any{next.ID}, anys(people)...)
	var rows []struct {
		attemptRow
		Name string `db:"name"`
		Team string `db:"team"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT a.id, a.contest_id, a.entrant_id, a.phase, a.no, a.day, a.paper, a.state, a.started_at, a.deadline_at,
		a.handed_in_at, a.handed_in_by, a.points, a.correct, a.answered, a.time_ms, a.marks, a.void_reason, e.name, t.name AS team
		FROM attempts a JOIN entrants e ON e.id = a.entrant_id JOIN teams t ON t.id = e.team_id
		WHERE a.contest_id = $1 AND a.phase = 'formal' AND a.state = 'handed_in' AND a.entrant_id IN (`+params(2, len(people))+`)`, args...); err != nil {
		return wrap("preview correction", err)
	}
	type pair struct{ before, after []countedRow }
	of, who := map[string]*pair{}, map[string]Shift{}
	for _, r := range rows {
		a := r.attempt()
		p := of[a.EntrantID]
		if p == nil {
			p = &pair{}
			of[a.EntrantID], who[a.EntrantID] = p, Shift{EntrantID: a.EntrantID, Name: r.Name, Team: r.Team}
		}
		row := countedRow{ID: a.ID, Entrant: a.EntrantID, Points: int64(a.Points), TimeMS: a.Time.Milliseconds(), At: a.HandedInAt.UnixMilli()}
		p.before = append(p.before, row)
		next.remark(a)
		row.Points = int64(a.Points)
		p.after = append(p.after, row)
	}
	for id, p := range of {
		sh := who[id]
		sh.Before, sh.After = next.Rules.Counts.result(p.before, "").Points, next.Rules.Counts.result(p.after, "").Points
		switch {
		case sh.Before == sh.After:
			continue
		case sh.After > sh.Before:
			out.Up++
		default:
			out.Down++
		}
		out.People++
		out.Moves = append(out.Moves, sh)
	}
	return nil
}

// Correct makes a correction and marks anew every attempt that has the question. What a crash leaves undone the worker
// does. The draw does not change: the pool keeps the question's version and options.
func (s *Store) Correct(ctx context.Context, contestID string, fix Correction) error {
	c, err := s.fresh(ctx, contestID)
	if err != nil {
		return err
	}
	next, err := c.corrected(fix)
	if err != nil {
		return err
	}
	q, _ := next.Question(fix.QuestionID)
	err = s.change(ctx, "correct contest", contestID, func(tx *sqlx.Tx, head *Contest) error {
		if head.Status == quiz.Draft {
			return fault.New(fault.Conflict, "contest.not_published")
		}
		if head.Version != c.Version+1 {
			return fault.New(fault.Conflict, "contest.changed")
		}
		if _, err := tx.ExecContext(ctx, `UPDATE paper_pool SET snapshot = $3, voided = $4 WHERE contest_id = $1 AND question_id = $2`, contestID, fix.QuestionID,
			sqldb.JSON[questionbank.Question]{V: q.Question}, q.Voided); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE contests SET keys_version = keys_version + 1 WHERE id = $1`, contestID)
		return err
	})
	if err != nil {
		return err
	}
	return s.remarkContest(ctx, contestID)
}

// remark marks an attempt that is handed in anew, from the answers that counted.
func (c *Contest) remark(a *Attempt) (changed bool) {
	points, correct := a.Points, a.Correct
	for i, d := range a.Paper {
		if q, ok := c.Question(d.ID); ok && i < len(a.Marks) {
			a.Marks[i].Right, a.Marks[i].Points = c.value(q, a.Marks[i].A)
		}
	}
	a.sum()
	return a.Points != points || a.Correct != correct
}

// eachAttempt calls f with batches of a contest's attempts that are handed in; the condition has the placeholder $4 for arg.
func (s *Store) eachAttempt(ctx context.Context, contestID, condition string, arg any, f func([]*Attempt) error) error {
	for after := ""; ; {
		var rows []attemptRow
		if err := s.db.Select(ctx, &rows, `SELECT `+attemptColumns+` FROM attempts WHERE contest_id = $1 AND state = 'handed_in' AND id > $2
			AND `+condition+` ORDER BY id LIMIT $3`, contestID, after, markBatch, arg); err != nil {
			return wrap("list attempts", err)
		}
		if len(rows) == 0 {
			return nil
		}
		batch := make([]*Attempt, len(rows))
		for i, r := range rows {
			batch[i] = r.attempt()
		}
		if err := f(batch); err != nil {
			return err
		}
		after = batch[len(batch)-1].ID
	}
}

// remarkAll marks anew what was marked with keys that have been corrected since.
func (s *Store) remarkAll(ctx context.Context) error {
	var ids []string
	if err := s.db.Select(ctx, &ids, `SELECT id FROM contests WHERE keys_version > 0 AND EXISTS
		(SELECT 1 FROM attempts a WHERE a.contest_id = contests.id AND a.keys_version < contests.keys_version AND a.state = 'handed_in')`); err != nil {
		return wrap("look for corrected contests", err)
	}
	for _, id := range ids {
		if err := s.remarkContest(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

func (s *Store) remarkContest(ctx context.Context, contestID string) error {
	c, err := s.fresh(ctx, contestID)
	if err != nil {
		return err
	}
	return s.eachAttempt(ctx, contestID, `keys_version < $4`, c.keys, func(batch []*Attempt) error {
		ids := make([]string, len(batch))
		for i, a := range batch {
			ids[i] = a.ID
		}
		return s.remarkBatch(ctx, c, ids)
	})
}

func (s *Store) remarkBatch(ctx context.Context, c *Contest, ids []string) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		people, err := lockEntrants(ctx, tx, ids)
		if err != nil {
			return err
		}
		var rows []attemptRow
		if err := tx.SelectContext(ctx, &rows, `SELECT `+attemptColumns+` FROM attempts WHERE state = 'handed_in' AND keys_version < $1
			AND id IN (`+params(2, len(ids))+`) ORDER BY id`, append([]any{c.keys}, anys(ids)...)...); err != nil {
			return err
		}
		for _, r := range rows {
			a := r.attempt()
			c.remark(a)
			if _, err := tx.ExecContext(ctx, `UPDATE attempts SET points = $2, correct = $3, marks = $4, keys_version = $5 WHERE id = $1`, a.ID, a.Points,
				a.Correct, sqldb.JSON[[]Mark]{V: a.Marks}, c.keys); err != nil {
				return err
			}
		}
		return recount(ctx, tx, c, people)
	})
	if err != nil {
		return wrap("mark anew", err)
	}
	return nil
}

// trimmed is a key as it is stored.
func trimmed(key []string) []string {
	out := make([]string, 0, len(key))
	for _, k := range key {
		if k = strings.TrimSpace(k); k != "" {
			out = append(out, k)
		}
	}
	return out
}
