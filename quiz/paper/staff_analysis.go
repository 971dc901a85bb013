package paper

import (
	"context"

	"leitai/questionbank"
	"leitai/sqldb"
)

// maxAnalysed bounds how many attempts the analysis of questions reads: the latest. With so many, no share moves by
// more than half a percent.
const maxAnalysed = 50_000

// Analysed is how people did on one question of the pool, in formal attempts that are handed in and not void.
type Analysed struct {
	Question questionbank.Question
	RuleNo   int
	Voided   bool
	Drawn    int // on how many papers it was
	Answered int
	Correct  int
	Points   int64          // given for it, in all
	Counts   map[string]int // of choices: by letter of the bank; of fill-in: nothing
}

// Analyse gives every question of the pool with how people did on it, and from how many attempts that is.
func (s *Store) Analyse(ctx context.Context, c *Contest) ([]Analysed, int, error) {
	out := make([]Analysed, len(c.Pool))
	for i, q := range c.Pool {
		out[i] = Analysed{Question: q.Question, RuleNo: q.RuleNo, Voided: q.Voided, Counts: map[string]int{}}
	}
	n := 0
	err := s.eachMarked(ctx, c, maxAnalysed, func(a *Attempt) {
		n++
		for i, d := range a.Paper {
			at, ok := c.pool[d.ID]
			if !ok || i >= len(a.Marks) {
				continue
			}
			out[at].count(a.Marks[i])
		}
	})
	return out, n, err
}

func (q *Analysed) count(m Mark) {
	q.Drawn++
	q.Points += int64(m.Points)
	if m.Right {
		q.Correct++
	}
	if len(m.A) == 0 {
		return
	}
	q.Answered++
	if q.Question.Type != questionbank.Fill && q.Question.Type != questionbank.Order {
		for _, letter := range m.A {
			q.Counts[letter]++
		}
	}
}

// eachMarked calls do for the latest formal attempts that count, newest first, a few thousand in memory at a time.
func (s *Store) eachMarked(ctx context.Context, c *Contest, most int, do func(a *Attempt)) error {
	const piece = 2000
	after := "z" // above every id, in every collation
	for done := 0; done < most; {
		var rows []struct {
			ID    string              `db:"id"`
			Paper sqldb.JSON[[]Drawn] `db:"paper"`
			Marks marks               `db:"marks"`
		}
		if err := s.db.Select(ctx, &rows, `SELECT id, paper, marks FROM attempts WHERE contest_id = $1 AND phase = 'formal' AND state = 'handed_in' AND id < $2
			ORDER BY id DESC LIMIT $3`, c.ID, after, min(piece, most-done)); err != nil {
			return wrap("read marks", err)
		}
		for _, r := range rows {
			do(&Attempt{ID: r.ID, Paper: r.Paper.V, Marks: r.Marks})
			after = r.ID
		}
		done += len(rows)
		if len(rows) < piece {
			return nil
		}
	}
	return nil
}

// History is how an attempt came about: every save and event, oldest first.
type History struct {
	Saves  []SavedAnswer
	Events []Event
}

// SavedAnswer is one save of an answer, in the bank's letters.
type SavedAnswer struct {
	QuestionNo int // from 1
	N          int // counted by the phone
	A          []string
	AtMS       int64
}

// Event is what happened around an attempt: a question shown, the page left, the device that was used.
type Event struct {
	Kind       string // shown, left or device
	QuestionNo int
	AtMS       int64
	MS         int64  // of left: how long
	Detail     string // of device: a hash that tells devices apart
}

// HistoryOf gives the saves and events of an attempt.
func (s *Store) HistoryOf(ctx context.Context, attemptID string) (History, error) {
	h := History{Saves: []SavedAnswer{}, Events: []Event{}}
	var saves []struct {
		No     int                  `db:"question_no"`
		N      int                  `db:"n"`
		Choice sqldb.JSON[[]string] `db:"choice"`
		At     int64                `db:"saved_at"`
	}
	if err := s.db.Select(ctx, &saves, `SELECT question_no, n, choice, saved_at FROM attempt_saves WHERE attempt_id = $1
		ORDER BY saved_at, n, id LIMIT 5000`, attemptID); err != nil {
		return h, wrap("list saves", err)
	}
	for _, r := range saves {
		h.Saves = append(h.Saves, SavedAnswer{r.No, r.N, r.Choice.V, r.At})
	}
	var events []struct {
		Kind   string `db:"kind"`
		No     int    `db:"question_no"`
		At     int64  `db:"at"`
		MS     int64  `db:"ms"`
		Detail string `db:"detail"`
	}
	if err := s.db.Select(ctx, &events, `SELECT kind, question_no, at, ms, detail FROM attempt_events WHERE attempt_id = $1
		ORDER BY at, id LIMIT 5000`, attemptID); err != nil {
		return h, wrap("list events", err)
	}
	for _, r := range events {
		h.Events = append(h.Events, Event{r.Kind, r.No, r.At, r.MS, r.Detail})
	}
	return h, nil
}
