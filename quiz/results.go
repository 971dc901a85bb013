package quiz

import (
	"context"
	"slices"
	"time"

	"leitai/fault"
	"leitai/questionbank"
)

// Results are a contest's results as the database has them: all that is revealed and not void, and adjustments.
type Results struct {
	Contest   *Contest
	Room      *Room // nil when the room was never opened
	Teams     []TeamStanding
	People    []PersonStanding
	Questions []QuestionResult
}

// QuestionResult is what became of one played question.
type QuestionResult struct {
	Ref      Ref
	Question questionbank.Question
	Voided   bool
	Reveal   *Reveal
}

// Results reads a contest's results.
func (s *Store) Results(ctx context.Context, contestID string) (*Results, error) {
	c, err := s.FindContest(ctx, contestID)
	if err != nil {
		return nil, err
	}
	r := &Results{Contest: c}
	room, err := s.FindRoom(ctx, contestID)
	if err == nil {
		r.Room = &room
	} else if !fault.Is(err, fault.NotFound) {
		return nil, err
	}
	if err := s.rankResults(ctx, r); err != nil {
		return nil, err
	}
	return r, s.questionResults(ctx, r)
}

func (s *Store) rankResults(ctx context.Context, r *Results) error {
	entrants, err := s.ListEntrants(ctx, r.Contest.ID, time.UnixMilli(0))
	if err != nil {
		return err
	}
	totals := map[string]Total{}
	if r.Room != nil {
		upTo := r.Room.State.At
		if !r.Room.State.Revealed(upTo) {
			upTo.Q--
		}
		if totals, err = s.Totals(ctx, r.Contest.ID, upTo); err != nil {
			return err
		}
	}
	adjTeams, adjPeople, err := s.Adjustments(ctx, r.Contest.ID)
	if err != nil {
		return err
	}
	r.People = make([]PersonStanding, len(entrants))
	for i, e := range entrants {
		p := PersonStanding{EntrantID: e.ID, Name: e.Name, TeamID: e.TeamID, Total: totals[e.ID]}
		p.Adjusted = adjPeople[e.ID]
		p.Points += p.Adjusted
		r.People[i] = p
	}
	rankPeople(r.People, r.Contest.Settings.ShareRanks)
	r.Teams = teamStandings(r.Contest, r.People, adjTeams)
	return nil
}

// questionResults counts the answers to every question that is revealed, choice by choice.
func (s *Store) questionResults(ctx context.Context, r *Results) error {
	r.Questions = []QuestionResult{}
	if r.Room == nil {
		return nil
	}
	var rows []struct {
		R       int    `db:"r"`
		Q       int    `db:"q"`
		Choice  string `db:"choice"`
		Correct bool   `db:"correct"`
		N       int    `db:"n"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT r.no AS r, a.question_no AS q, a.choice, a.correct, COUNT(*) AS n FROM answers a
		JOIN rounds r ON r.id = a.round_id WHERE r.contest_id = $1 GROUP BY r.no, a.question_no, a.choice, a.correct`,
		r.Contest.ID); err != nil {
		return wrap("count choices", err)
	}
	choices := map[Ref][]choiceCount{}
	for _, row := range rows {
		ref := Ref{row.R, row.Q}
		choices[ref] = append(choices[ref], choiceCount{decodeChoice(row.Choice), row.Correct, row.N})
	}
	for _, round := range r.Contest.Rounds {
		for _, q := range round.Questions {
			ref := Ref{round.No, q.No}
			if r.Room.State.Revealed(ref) {
				r.Questions = append(r.Questions, QuestionResult{Ref: ref, Question: q.Question, Voided: q.Voided,
					Reveal: revealOf(q.Question, choices[ref])})
			}
		}
	}
	return nil
}

// OwnAnswer is one revealed question with what one entrant answered.
type OwnAnswer struct {
	QuestionResult
	Answer   Answer
	Answered bool
}

// OwnAnswers gives an entrant's revealed questions in order.
func (s *Store) OwnAnswers(ctx context.Context, c *Contest, state State, entrantID string) ([]OwnAnswer, error) {
	as, err := s.AnswersOf(ctx, c.ID, entrantID)
	if err != nil {
		return nil, err
	}
	type key struct {
		round string
		q     int
	}
	by := map[key]Answer{}
	for _, a := range as {
		by[key{a.RoundID, a.QuestionNo}] = a
	}
	out := []OwnAnswer{}
	for _, round := range c.Rounds {
		for _, q := range round.Questions {
			ref := Ref{round.No, q.No}
			if !state.Revealed(ref) || slices.Contains(state.Unshown, ref) {
				continue
			}
			a, ok := by[key{round.ID, q.No}]
			out = append(out, OwnAnswer{QuestionResult{Ref: ref, Question: q.Question, Voided: state.IsVoid(ref)}, a, ok && len(a.Choice) > 0})
		}
	}
	return out, nil
}
