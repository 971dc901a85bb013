package hall

import (
	"time"

	"leitai/questionbank"
	"leitai/quiz"
)

// playerTeams is how many teams a phone is shown.
const playerTeams = 10

// playerState is what a phone may see: no text where the screen alone shows it, and the first teams only.
func (h *Hall) playerState() playerState {
	p := h.roomState()
	if p.Question != nil && h.event.State.Pacing.QuestionOn == quiz.OnScreen && p.Reveal == nil {
		q := *p.Question
		q.Stem, q.Options = "", make([]option, len(p.Question.Options))
		for i, o := range p.Question.Options {
			q.Options[i] = option{ID: o.ID}
		}
		q.Media = []mediaRef{}
		p.Question = &q
	}
	if p.Standings != nil && len(p.Standings.Teams) > playerTeams {
		s := *p.Standings
		s.Teams = s.Teams[:playerTeams]
		p.Standings = &s
	}
	return p
}

func (h *Hall) encodeScreen() []byte { return textFrame(h.screenState()) }

// screenState has standings in every phase: screens with the views teams and people show them all the time.
func (h *Hall) screenState() screenState {
	s := screenState{playerState: h.roomState(), JoinURL: h.house.JoinURL(h.code), Lobby: h.lobby(), Count: h.count()}
	s.Standings = h.shownStandings()
	return s
}

func (h *Hall) encodeDesk() []byte {
	s := h.event.State
	d := deskState{screenState: h.screenState(), ContestID: h.contest.ID, Can: h.house.can(h.contest, s),
		Pacing: pacing(s.Pacing), Ledger: []LedgerLine{}, Teams: []deskTeam{}}
	if d.Can == nil {
		d.Can = []string{}
	}
	d.Current = h.keyed(s.At)
	d.Next = h.keyed(h.following(s.At))
	for _, l := range h.event.Ledger {
		d.Ledger = append(d.Ledger, h.house.Line(l, h.contest, h.entrantName))
	}
	for _, t := range h.event.Teams {
		row := deskTeam{ID: t.TeamID, Name: t.Name, Place: t.Place, Points: hundredths(t.Hundredths)}
		if l := h.byTeam[t.TeamID]; l != nil {
			row.People, row.Connected = l.People, l.Connected
		}
		d.Teams = append(d.Teams, row)
	}
	return textFrame(d)
}

// entrantName is read with mu held.
func (h *Hall) entrantName(id string) string {
	if e := h.entrants[id]; e != nil {
		return e.Name
	}
	return ""
}

// roomState is the part of a state that all audiences have.
func (h *Hall) roomState() playerState {
	s, c := h.event.State, h.contest
	p := playerState{T: "state", Seq: s.Seq, ServerMS: time.Now().UnixMilli(), Build: h.house.Build, Code: h.code,
		Contest: Info(c), Phase: string(s.Phase), Paused: s.Paused, Blank: s.Blank, BreakUntilMS: instant(s.BreakUntil),
		ScoresHidden: s.Pacing.ScoresHidden, QuestionNo: s.At.Q, LimitMS: s.LimitMS, AutoMS: instant(s.AutoAt), Voided: s.IsVoid(s.At)}
	if s.Paused && s.RemainingMS > 0 {
		p.RemainingMS = &s.RemainingMS
	}
	switch s.Phase {
	case quiz.PhaseReady:
		p.OpensMS = instant(s.OpensAt)
	case quiz.PhaseOpen, quiz.PhaseClosed:
		p.ClosesMS = instant(s.ClosesAt)
	}
	if round, q, ok := c.Question(s.At.R, s.At.Q); ok {
		p.Round = &roundInfo{No: round.No, Rounds: len(c.Rounds), Title: round.Title, Format: round.Format,
			Questions: len(round.Questions), Scoring: string(round.Settings.Scoring)}
		if s.Phase != quiz.PhaseReady && s.Phase != quiz.PhaseFinished {
			p.Question = asked(round, q)
		}
	}
	if r := h.event.Reveal; r != nil && s.Phase != quiz.PhaseFinished {
		p.Reveal = &reveal{Key: r.Key, Explanation: r.Explanation, Source: r.Source, Counts: r.Counts, Answered: r.Answered, Correct: r.Correct,
			Media: explained(c, s.At)}
	}
	if s.Phase == quiz.PhaseStandings || s.Phase == quiz.PhaseFinished {
		p.Standings = h.shownStandings()
	}
	return p
}

// Info is how a contest presents itself.
func Info(c *quiz.Contest) contestInfo {
	return contestInfo{Title: c.Title, Organizer: c.Organizer, Theme: c.Settings.Theme, Logo: c.Settings.Logo, Sponsor: c.Settings.Sponsor}
}

// shownStandings are the standings, unless there are none or they are hidden.
func (h *Hall) shownStandings() *standings {
	st := h.event.Standings
	if st == nil || h.event.State.Pacing.ScoresHidden {
		return nil
	}
	return h.standings(st)
}

func (h *Hall) standings(st *quiz.Standings) *standings {
	out := &standings{Final: h.event.State.Phase == quiz.PhaseFinished, Formula: string(h.contest.Settings.TeamFormula),
		K: h.contest.Settings.TopK, Teams: make([]teamRow, len(st.Teams)), People: make([]personRow, len(st.People))}
	for i, t := range st.Teams {
		out.Teams[i] = teamRow{ID: t.TeamID, Name: t.Name, Place: t.Place, Points: hundredths(t.Hundredths),
			Delta: hundredths(t.Delta), PreviousPlace: t.Previous, People: t.People}
	}
	for i, p := range st.People {
		row := personRow{ID: p.EntrantID, Name: p.Name, Place: p.Place, Points: p.Points, ElapsedMS: p.TimeMS}
		if t := h.byTeam[p.TeamID]; t != nil {
			row.Team = t.Name
		}
		out.People[i] = row
	}
	return out
}

// asked is a question as it is put: without key.
func asked(round *quiz.Round, q *quiz.RoundQuestion) *question {
	out := &question{No: q.No, Type: string(q.Question.Type), Category: q.Question.Category,
		Points: round.Settings.FullPoints(q.Question.Type), Stem: q.Question.Stem, Options: make([]option, len(q.Question.Options)),
		Blanks: q.Question.Blanks(), Media: mediaRefs(q.Question.Media, func(part string) bool { return part != questionbank.PartExplanation })}
	for i, o := range q.Question.Options {
		out.Options[i] = option{ID: questionbank.Letter(i), Text: o}
	}
	return out
}

// MediaPath is where media are fetched, before their id.
const MediaPath = "/api/v1/media/"

func mediaRefs(all []questionbank.Media, of func(part string) bool) []mediaRef {
	out := []mediaRef{}
	for _, m := range all {
		if of(m.Part) {
			out = append(out, mediaRef{Kind: string(m.Kind), Part: m.Part, URL: MediaPath + m.ID, Alt: m.Alt, Width: m.Width, Height: m.Height})
		}
	}
	return out
}

// MediaRefs are all media of a question that was revealed.
func MediaRefs(all []questionbank.Media) []mediaRef {
	return mediaRefs(all, func(string) bool { return true })
}

// explained are the media of a question's explanation: they come with the reveal.
func explained(c *quiz.Contest, at quiz.Ref) []mediaRef {
	_, q, ok := c.Question(at.R, at.Q)
	if !ok {
		return []mediaRef{}
	}
	return mediaRefs(q.Question.Media, func(part string) bool { return part == questionbank.PartExplanation })
}

func (h *Hall) keyed(at quiz.Ref) *keyedQuestion {
	round, q, ok := h.contest.Question(at.R, at.Q)
	if !ok {
		return nil
	}
	put := *asked(round, q)
	put.Media = MediaRefs(q.Question.Media) // the desk sees those of the explanation, too
	return &keyedQuestion{question: put, Key: q.Question.Key, Explanation: q.Question.Explanation,
		Source: q.Question.Source, Difficulty: q.Question.Difficulty}
}

// following is the question after at, zero at the end.
func (h *Hall) following(at quiz.Ref) quiz.Ref {
	next, _ := quiz.ShowOf(h.contest).Next(at)
	return next
}

// instant is nil for "none".
func instant(ms int64) *int64 {
	if ms == 0 {
		return nil
	}
	return &ms
}
