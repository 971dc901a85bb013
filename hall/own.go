package hall

import (
	"context"

	"leitai/quiz"
)

// Own is what one player may know of a contest: revealed questions with the own answers, and places unless hidden.
type Own struct {
	Contest    *quiz.Contest
	Phase      quiz.Phase
	Entrant    quiz.Entrant
	Team       quiz.Team
	Points     *int64
	Place      *int
	People     int
	TeamPlace  *int
	Teams      int
	TeamPoints *float64
	Answers    []quiz.OwnAnswer
}

// Own gives a player's own results, also after the room was closed.
func (h *House) Own(ctx context.Context, contestID, entrantID string) (*Own, error) {
	e, err := h.Store.FindEntrant(ctx, contestID, entrantID)
	if err != nil {
		return nil, err
	}
	if r := h.byContestID(contestID); r != nil {
		return h.ownLive(ctx, r.hall, e)
	}
	return h.ownStored(ctx, contestID, e)
}

// ownLive answers from the room in memory; only the own answers are read.
func (h *House) ownLive(ctx context.Context, hall *Hall, e quiz.Entrant) (*Own, error) {
	state := *hall.phase.Load()
	o := &Own{Contest: hall.contest, Phase: state.Phase, Entrant: e}
	o.Team, _ = hall.contest.Team(e.TeamID)
	hall.mu.RLock()
	m := hall.me(&entrant{Entrant: e, hall: hall, team: o.Team.Name})
	hall.mu.RUnlock()
	o.Points, o.Place, o.People = m.Points, m.Place, m.People
	o.TeamPlace, o.Teams, o.TeamPoints = m.Team.Place, m.Team.Teams, m.Team.Points
	var err error
	o.Answers, err = h.Store.OwnAnswers(ctx, hall.contest, state, e.ID)
	return o, err
}

func (h *House) ownStored(ctx context.Context, contestID string, e quiz.Entrant) (*Own, error) {
	r, err := h.Store.Results(ctx, contestID)
	if err != nil {
		return nil, err
	}
	o := &Own{Contest: r.Contest, Entrant: e, People: len(r.People), Teams: len(r.Teams), Answers: []quiz.OwnAnswer{}}
	o.Team, _ = r.Contest.Team(e.TeamID)
	if r.Room == nil {
		return o, nil
	}
	o.Phase = r.Room.State.Phase
	if !r.Room.State.Pacing.ScoresHidden {
		for _, p := range r.People {
			if p.EntrantID == e.ID {
				o.Points = &p.Points
				if r.Contest.Settings.IndividualRanks {
					o.Place = &p.Place
				}
			}
		}
		for _, t := range r.Teams {
			if t.TeamID == e.TeamID {
				points := hundredths(t.Hundredths)
				o.TeamPlace, o.TeamPoints = &t.Place, &points
			}
		}
	}
	o.Answers, err = h.Store.OwnAnswers(ctx, r.Contest, r.Room.State, e.ID)
	return o, err
}
