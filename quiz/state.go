package quiz

import (
	"slices"
	"time"
)

// Phase is where a live room is (docs/protocol.md §4).
type Phase string

// The phases of a live room.
const (
	PhaseLobby     Phase = "lobby"
	PhaseReady     Phase = "ready"
	PhaseOpen      Phase = "open"
	PhaseClosed    Phase = "closed"
	PhaseRevealed  Phase = "revealed"
	PhaseStandings Phase = "standings"
	PhaseFinished  Phase = "finished"
)

// Ref names a question of a show: round and question number, both from 1.
type Ref struct {
	R int `json:"r"`
	Q int `json:"q"`
}

// Before reports whether r is played before o.
func (r Ref) Before(o Ref) bool { return r.R < o.R || r.R == o.R && r.Q < o.Q }

// State is all that a room must remember to go on after a crash. Instants are Unix milliseconds, 0 is none.
type State struct {
	Seq         int64  `json:"seq"`
	Phase       Phase  `json:"phase"`
	At          Ref    `json:"at"` // the current question; zero in the lobby
	Paused      bool   `json:"paused,omitempty"`
	RemainingMS int64  `json:"remaining_ms,omitempty"` // of the phase's clock, while paused
	OpensAt     int64  `json:"opens_at,omitempty"`     // in ready
	ClosesAt    int64  `json:"closes_at,omitempty"`    // in open and later; 0 is a question that never opened
	LimitMS     int64  `json:"limit_ms,omitempty"`     // time allowed, extensions included
	AutoAt      int64  `json:"auto_at,omitempty"`      // when the room goes on by itself
	BreakUntil  int64  `json:"break_until,omitempty"`
	Counted     bool   `json:"counted,omitempty"`      // the current question's answers are counted
	RevealAfter bool   `json:"reveal_after,omitempty"` // show the key as soon as they are
	Blank       bool   `json:"blank,omitempty"`
	Pacing      Pacing `json:"pacing"`
	Voided      []Ref  `json:"voided,omitempty"`
	Unshown     []Ref  `json:"unshown,omitempty"` // skipped before their key was shown: players never see it
}

// IsVoid reports whether a question is void.
func (s State) IsVoid(r Ref) bool { return slices.Contains(s.Voided, r) }

// Revealed reports whether the key of a question may be known to everybody.
func (s State) Revealed(r Ref) bool {
	if r.Before(s.At) {
		return true
	}
	switch s.Phase {
	case PhaseRevealed, PhaseStandings:
		return r == s.At
	case PhaseFinished:
		return r == s.At && s.ClosesAt != 0 // the show may have ended before its question opened
	}
	return false
}

// Locked reports that the open question takes no more answers and waits for the last ones.
func (s State) locked(now time.Time) bool {
	return s.Phase == PhaseOpen && !s.Paused && now.UnixMilli() >= s.ClosesAt
}

// The commands of a live room; the arguments are in Command.
const (
	CmdNext       = "next"
	CmdBack       = "back"
	CmdLock       = "lock"
	CmdReveal     = "reveal"
	CmdPause      = "pause"
	CmdResume     = "resume"
	CmdExtend     = "extend"
	CmdVoid       = "void"
	CmdUnvoid     = "unvoid" // only by undo
	CmdSkip       = "skip"
	CmdBlank      = "blank"
	CmdHideScores = "hide_scores"
	CmdBreak      = "break"
	CmdEndBreak   = "end_break"
	CmdAdjust     = "adjust"
	CmdPacing     = "pacing"
	CmdFinish     = "finish"
	CmdUndo       = "undo"
)

// Command is a step that staff ask for.
type Command struct {
	ID         string // made by the client; the same id twice is done once
	Name       string
	Seq        *int64 // refuse when the room has moved on
	OperatorID string
	Operator   string

	Seconds     int
	QuestionNo  int
	On          bool
	TeamID      string
	EntrantID   string
	Points      int
	Reason      string
	EntryID     string
	AutoAdvance *bool
	PauseMS     *int
	Standings   *string
	QuestionOn  *string

	roundNo  int    // of the question to void; 0 is the current round
	reverses string // id of the ledger entry that this command takes back
}

// Show is what the Conductor needs to know of a contest: its rounds in order.
type Show struct{ Rounds []ShowRound }

// ShowRound is one round of a show.
type ShowRound struct {
	Settings  RoundSettings
	Questions int
}

// ShowOf gives a contest's show.
func ShowOf(c *Contest) Show {
	var s Show
	for _, r := range c.Rounds {
		s.Rounds = append(s.Rounds, ShowRound{Settings: r.Settings, Questions: len(r.Questions)})
	}
	return s
}

// Next gives the question after r; ok is false at the end.
func (s Show) Next(r Ref) (Ref, bool) {
	if r.R >= 1 && r.R <= len(s.Rounds) && r.Q < s.Rounds[r.R-1].Questions {
		return Ref{r.R, r.Q + 1}, true
	}
	for n := r.R + 1; n <= len(s.Rounds); n++ {
		if s.Rounds[n-1].Questions > 0 {
			return Ref{n, 1}, true
		}
	}
	return Ref{}, false
}

// lastOfRound reports that no question of the same round follows.
func (s Show) lastOfRound(r Ref) bool {
	n, ok := s.Next(r)
	return !ok || n.R != r.R
}

func (s Show) settings(r Ref) RoundSettings {
	if r.R < 1 || r.R > len(s.Rounds) {
		return DefaultRoundSettings()
	}
	return s.Rounds[r.R-1].Settings
}
