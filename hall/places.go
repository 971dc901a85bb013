package hall

import (
	"context"
	"time"

	"leitai/quiz"
)

// place is where a person or team stands on a board.
type place struct {
	place  int
	points int64 // hundredths for a team
	gap    *int64
}

// places are all places of the boards as they were last read.
type places struct {
	people map[string]place
	teams  map[string]place
	known  bool // something was revealed
}

// follow reads what an event has made of each person: places when the boards changed, answers when a question was
// revealed. It reports whether every phone must hear of it. It runs on the event's goroutine.
func (h *Hall) follow(e quiz.Event, reveals bool) bool {
	var results map[string]quiz.Answer
	if reveals {
		results = h.readResults(e.State.At)
	}
	h.mu.RLock()
	changed := e.Scores != h.scores || !h.places.known && e.State.At.Q > 0
	hidden := h.event.State.Pacing.ScoresHidden != e.State.Pacing.ScoresHidden
	moved := h.event.State.At != e.State.At
	ended := h.event.State.Phase != e.State.Phase && e.State.Phase == quiz.PhaseFinished
	h.mu.RUnlock()
	var p places
	if changed {
		p = h.readPlaces(e)
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if changed {
		h.places, h.scores = p, e.Scores
	}
	if reveals {
		h.results = results
	}
	if e.Reveal == nil {
		h.results = nil
	}
	return changed || reveals || hidden || moved || ended
}

func (h *Hall) readResults(at quiz.Ref) map[string]quiz.Answer {
	round, q, ok := h.contest.Question(at.R, at.Q)
	out := map[string]quiz.Answer{}
	if !ok {
		return out
	}
	ctx, cancel := context.WithTimeout(context.Background(), storeWait)
	defer cancel()
	as, err := h.store.AnswersTo(ctx, round.ID, q.No)
	if err != nil {
		h.house.Logger.Error("read results", "contest", h.contest.ID, "error", err)
	}
	for _, a := range as {
		out[a.EntrantID] = a
	}
	return out
}

// boardWait keeps a hanging Redis from holding up a show.
const boardWait = 700 * time.Millisecond

// readPlaces reads the people's board once and ranks in Go. While the boards are away, or not complete, the event's
// own ranking serves.
func (h *Hall) readPlaces(e quiz.Event) places {
	p := places{known: e.State.At.Q > 1 || e.State.At.R > 1 || e.Reveal != nil}
	p.people = h.readPeople(e)
	p.teams = make(map[string]place, len(e.Teams))
	for _, t := range e.Teams {
		p.teams[t.TeamID] = place{place: t.Place, points: t.Hundredths}
	}
	return p
}

func (h *Hall) readPeople(e quiz.Event) map[string]place {
	share := h.contest.Settings.ShareRanks
	if !e.Stale {
		ctx, cancel := context.WithTimeout(context.Background(), boardWait)
		defer cancel()
		people, err := h.house.Boards.Read(ctx, quiz.PeopleBoard(h.contest.ID))
		if err == nil && len(people) == len(e.People) {
			return rank(people, share)
		}
		h.house.Logger.Warn("board not read", "contest", h.contest.ID, "people", len(people), "want", len(e.People), "error", err)
	}
	scores := make([]quiz.Score, len(e.People))
	for i, s := range e.People {
		scores[i] = quiz.Score{Member: s.EntrantID, Points: s.Points, TimeMS: s.TimeMS}
	}
	return rank(scores, share)
}

// rank gives places to scores, with the gap to the next better points.
func rank(scores []quiz.Score, share bool) map[string]place {
	quiz.SortScores(scores)
	out := make(map[string]place, len(scores))
	at := 0
	var better *int64
	for i, s := range scores {
		if i == 0 || !share || s.Points != scores[i-1].Points || s.TimeMS != scores[i-1].TimeMS {
			at = i + 1
		}
		if i > 0 && s.Points != scores[i-1].Points {
			better = &scores[i-1].Points
		}
		p := place{place: at, points: s.Points}
		if at > 1 {
			gap := int64(0)
			if better != nil {
				gap = *better - s.Points
			}
			p.gap = &gap
		}
		out[s.Member] = p
	}
	return out
}

// me is what one player may see; the caller holds mu.
func (h *Hall) me(e *entrant) me {
	s := h.event.State
	m := me{T: "me", Seq: s.Seq, Entrant: entrantInfo{e.ID, e.Name, teamRef{e.TeamID, e.team}}, People: len(h.entrants),
		Team: myTeam{ID: e.TeamID, Name: e.team, Teams: len(h.order)}}
	if h.places.known && !s.Pacing.ScoresHidden {
		p := h.places.people[e.ID]
		m.Points = &p.points
		if h.contest.Settings.IndividualRanks && p.place > 0 {
			m.Place, m.Gap = &p.place, p.gap
		}
		if t, ok := h.places.teams[e.TeamID]; ok {
			points := hundredths(t.points)
			m.Team.Place, m.Team.Points = &t.place, &points
		}
	}
	if a, ok := e.own(s.At); ok {
		m.Answer = &myAnswer{R: s.At.R, Q: s.At.Q, A: a.Choice, ID: a.ClientID}
	}
	if h.results != nil && s.Phase != quiz.PhaseFinished {
		m.Result = h.result(e, s)
	}
	return m
}

func (h *Hall) result(e *entrant, s quiz.State) *myResult {
	a, ok := h.results[e.ID]
	r := &myResult{R: s.At.R, Q: s.At.Q, Answered: ok && len(a.Choice) > 0, Correct: ok && a.Correct, ElapsedMS: a.Adjusted.Milliseconds(),
		A: a.Choice}
	if ok && !s.IsVoid(s.At) {
		r.Points = a.Points
	}
	if r.A == nil {
		r.A = []string{}
	}
	return r
}

func hundredths(n int64) float64 { return float64(n) / 100 }
