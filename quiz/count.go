package quiz

import (
	"context"
	"fmt"
	"time"

	"leitai/questionbank"
)

// count reads the closed question's answers once all are durable, gives what depends on all of them together (the
// bonus for the first right answers, points for no answer), and lets the room go on. Doing it twice does no harm.
func (l *Live) count() error {
	ctx, cancel := l.context()
	defer cancel()
	if err := l.countAnswers(ctx); err != nil {
		return fmt.Errorf("count answers: %w", err)
	}
	return l.step(l.cond.Counted(l.state, time.Now()), nil)
}

func (l *Live) countAnswers(ctx context.Context) error {
	if err := l.Log.Drain(ctx); err != nil {
		return err
	}
	round, q, ok := l.contest.Question(l.state.At.R, l.state.At.Q)
	if !ok {
		return nil
	}
	if round.Settings.NoAnswer != 0 { // of a void question too: staff may take that back
		if err := l.markAbsent(ctx, round, q); err != nil {
			return err
		}
	}
	if err := l.loadAnswers(ctx); err != nil {
		return err
	}
	if round.Settings.Scoring == Order {
		return l.giveOrderBonus(ctx, round, q)
	}
	return nil
}

// markAbsent writes a line without a choice for everybody who had joined and did not answer.
func (l *Live) markAbsent(ctx context.Context, round *Round, q *RoundQuestion) error {
	if err := l.loadEntrants(ctx); err != nil {
		return err
	}
	closed := time.UnixMilli(l.state.ClosesAt)
	opened := closed.Add(-time.Duration(l.state.LimitMS) * time.Millisecond)
	var rows []Answer
	for id, e := range l.entrants {
		if e.CreatedAt.Before(opened) {
			rows = append(rows, Answer{RoundID: round.ID, QuestionNo: q.No, EntrantID: id, Choice: []string{},
				ReceivedAt: closed, Points: round.Settings.NoAnswer})
		}
	}
	for len(rows) > 0 {
		n := min(len(rows), flushSize)
		if _, err := l.Store.AppendAnswers(ctx, rows[:n]); err != nil { // who answered is there already and stays
			return err
		}
		rows = rows[n:]
	}
	return nil
}

// giveOrderBonus stores absolute points, so that counting twice gives the same.
func (l *Live) giveOrderBonus(ctx context.Context, round *Round, q *RoundQuestion) error {
	streaks, err := l.streaks(ctx, round)
	if err != nil {
		return err
	}
	changed := map[string]int{}
	for place, a := range firstRight(l.answers) {
		if place >= len(round.Settings.OrderBonus) {
			break
		}
		s := round.Settings
		changed[a.EntrantID] = s.OrderPoints + s.OrderBonusAt(place) + s.streakBonus(streaks[a.EntrantID])
	}
	if err := l.Store.SetPoints(ctx, round.ID, q.No, changed); err != nil {
		return err
	}
	for i := range l.answers {
		if p, ok := changed[l.answers[i].EntrantID]; ok {
			l.answers[i].Points = p
		}
	}
	return nil
}

// streaks gives who had how many questions in a row right before the current one, where that earns points.
func (l *Live) streaks(ctx context.Context, round *Round) (map[string]int, error) {
	if round.Settings.StreakStep == 0 {
		return nil, nil
	}
	at := l.state.At
	var played []Ref
	for _, r := range l.contest.Rounds {
		for _, q := range r.Questions {
			if ref := (Ref{r.No, q.No}); ref.Before(at) && !l.state.IsVoid(ref) {
				played = append(played, ref)
			}
		}
	}
	return l.Store.Streaks(ctx, l.contest.ID, Ref{at.R, at.Q - 1}, played)
}

// revealOf is what everybody learns of the current question.
func (l *Live) revealOf() *Reveal {
	_, q, ok := l.contest.Question(l.state.At.R, l.state.At.Q)
	if !ok {
		return nil
	}
	counts := make([]choiceCount, len(l.answers))
	for i, a := range l.answers {
		counts[i] = choiceCount{a.Choice, a.Correct, 1}
	}
	return revealOf(q.Question, counts)
}

// choiceCount is how many entrants gave one answer.
type choiceCount struct {
	choice  []string
	correct bool
	n       int
}

// revealOf gives key, explanation and the distribution of these answers.
func revealOf(q questionbank.Question, answers []choiceCount) *Reveal {
	r := &Reveal{Key: q.Key, Explanation: q.Explanation, Source: q.Source, Counts: map[string]int{}}
	for i := range q.Options {
		r.Counts[questionbank.Letter(i)] = 0
	}
	if q.Type == questionbank.Fill {
		r.Counts["right"], r.Counts["wrong"] = 0, 0
	}
	for _, a := range answers {
		if len(a.choice) == 0 {
			continue
		}
		r.Answered += a.n
		if a.correct {
			r.Correct += a.n
		}
		switch {
		case q.Type == questionbank.Fill && a.correct:
			r.Counts["right"] += a.n
		case q.Type == questionbank.Fill:
			r.Counts["wrong"] += a.n
		case q.Type == questionbank.Order:
			r.Counts[a.choice[0]] += a.n
		default:
			for _, c := range a.choice {
				r.Counts[c] += a.n
			}
		}
	}
	return r
}
