package paper

import (
	"context"
	"fmt"
	"time"

	"leitai/fault"
)

// turn is when a question of a paper whose questions come one at a time was shown, and until when it takes answers; Unix milliseconds, zero
// until it was shown.
type turn struct{ shown, closes int64 }

// turns gives the turn of each question of an attempt.
func (s *Store) turns(ctx context.Context, c *Contest, a *Attempt) ([]turn, error) {
	var rows []struct {
		Q  int   `db:"question_no"`
		At int64 `db:"at"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT question_no, at FROM attempt_events WHERE attempt_id = $1 AND kind = 'shown'
		ORDER BY question_no`, a.ID); err != nil {
		return nil, wrap("list shown questions", err)
	}
	out := make([]turn, len(a.Paper))
	for _, r := range rows {
		if r.Q < 1 || r.Q > len(out) {
			continue
		}
		out[r.Q-1] = turn{r.At, min(r.At+c.Rules.QuestionLimitMS, a.DeadlineAt.UnixMilli())}
		if r.Q > 1 && out[r.Q-2].closes > r.At { // the one before ends when this one begins
			out[r.Q-2].closes = r.At
		}
	}
	return out, nil
}

// current is the number of the last question that was shown, 0 before the first.
func current(turns []turn) int {
	at := 0
	for i, t := range turns {
		if t.shown > 0 {
			at = i + 1
		}
	}
	return at
}

// Show begins the next question of an attempt whose questions come one at a time, or gives the present one again. Any other is a conflict
// attempt.order; a contest without such a limit is a conflict attempt.all_at_once.
func (s *Store) Show(ctx context.Context, now time.Time, attemptID string, no int) (Sheet, error) {
	a, c, err := s.AttemptOf(ctx, attemptID)
	if err != nil {
		return Sheet{}, err
	}
	if c.Rules.QuestionLimitMS == 0 {
		return Sheet{}, fault.New(fault.Conflict, "attempt.all_at_once")
	}
	if a.State != Open || now.After(a.DeadlineAt) {
		if a, err = s.FindAttempt(ctx, attemptID); err != nil {
			return Sheet{}, err
		}
		if a.State != Open || now.After(a.DeadlineAt) {
			return Sheet{}, errClosed
		}
	}
	turns, err := s.turns(ctx, c, a)
	if err != nil {
		return Sheet{}, err
	}
	at := current(turns)
	if no < 1 || no > len(a.Paper) || no != at && no != at+1 {
		return Sheet{}, fault.New(fault.Conflict, "attempt.order")
	}
	if no == at+1 {
		it := &saving{attempt: a.ID, events: []eventRow{{id: fmt.Sprintf("shown:%d", no), kind: "shown", q: no, at: now.UnixMilli()}}}
		if err := s.saves.Put(ctx, it); err != nil {
			return Sheet{}, err
		}
		if it.state != Open {
			s.sittings.remove(a.ID)
			return Sheet{}, errClosed
		}
	}
	return s.SheetOf(ctx, c, a)
}
