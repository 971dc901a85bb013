// Package quiz holds contests: their rules, the scoring of answers, the ledger, and the live Conductor. It knows
// neither HTTP nor sockets.
package quiz

import (
	"slices"
	"time"
	"unicode/utf8"

	"leitai/fault"
	"leitai/questionbank"
)

// Scoring says how the points of a right answer come about (DOMAIN.md, "Scoring of one answer").
type Scoring string

// The scoring modes.
const (
	Fixed Scoring = "fixed" // P for right
	Speed Scoring = "speed" // round((1 − (t/T)/2) × P), P under 0.5 s
	Decay Scoring = "decay" // base + (T − t) × k
	Order Scoring = "order" // points for right, and a bonus for the first three
)

// Partial says what a strict subset of a multiple choice's key is worth.
type Partial string

// The kinds of partial credit.
const (
	PartialNone   Partial = "none"
	PartialHalf   Partial = "half"       // half of the points for a non-empty strict subset, no wrong letter
	PartialOption Partial = "per_option" // (right letters − wrong letters) / letters of the key, at least 0
)

// Formula says how a team's points come from its people's.
type Formula string

// The team formulas; "took part" means answered at least one question.
const (
	FormulaSum           Formula = "sum"
	FormulaAverage       Formula = "average"        // of those who took part
	FormulaRosterAverage Formula = "roster_average" // of the roster; absent people count 0
	FormulaTopK          Formula = "top_k_average"  // of the k best, fewer count as 0
	FormulaParticipation Formula = "participation"  // percent of the roster that took part
	FormulaComposite     Formula = "composite"      // Weights over the others, in percent
)

// When standings are shown.
const (
	StandingsEvery = "every"
	StandingsEnd   = "end"
)

// Where a question's text is shown.
const (
	OnBoth   = "both"
	OnScreen = "screen"
)

// ContestSettings are the rules and looks of a contest.
type ContestSettings struct {
	Theme           string  `json:"theme"`
	Logo            string  `json:"logo"`
	Sponsor         string  `json:"sponsor"`
	TeamFormula     Formula `json:"team_formula"`
	TopK            int     `json:"top_k"`
	Weights         Weights `json:"weights"` // of the composite formula
	ShareRanks      bool    `json:"share_ranks"`
	IndividualRanks bool    `json:"individual_ranks"`
	MaxEntrants     int     `json:"max_entrants"`
}

// DefaultContestSettings are what an organizer gets who changes nothing.
func DefaultContestSettings() ContestSettings {
	return ContestSettings{Theme: "red-gold", TeamFormula: FormulaAverage, TopK: 5,
		Weights: Weights{Participation: 70, Average: 30}, ShareRanks: true,
		IndividualRanks: true, MaxEntrants: 12000}
}

// Validate reports all settings out of range in one invalid fault.
func (s ContestSettings) Validate() error {
	f := fields{}
	f.oneOf("theme", s.Theme, "red-gold", "blue", "plain")
	f.oneOf("team_formula", string(s.TeamFormula), "sum", "average", "roster_average", "top_k_average", "participation", "composite")
	s.Weights.validate(f, s.TeamFormula == FormulaComposite)
	f.between("top_k", s.TopK, 1, 1000)
	f.between("max_entrants", s.MaxEntrants, 1, 20000)
	f.length("logo", s.Logo, 200)
	f.length("sponsor", s.Sponsor, 60)
	return f.err()
}

// RoundSettings are the rules of a round. Durations are milliseconds.
type RoundSettings struct {
	Scoring        Scoring                   `json:"scoring"`
	Points         map[questionbank.Type]int `json:"points"`
	Wrong          int                       `json:"wrong"`     // 0 or less
	NoAnswer       int                       `json:"no_answer"` // 0 or less
	Partial        Partial                   `json:"partial"`
	StreakStep     int                       `json:"streak_step"` // for each right answer in a row after the first; 0 is off
	StreakMax      int                       `json:"streak_max"`
	DecayBase      int                       `json:"decay_base"`
	DecayPerSecond int                       `json:"decay_per_second"`
	OrderPoints    int                       `json:"order_points"`
	OrderBonus     []int                     `json:"order_bonus"` // for the first, the second, the third right answer
	FairTiming     bool                      `json:"fair_timing"`
	LimitMS        int                       `json:"limit_ms"`
	ReadyMS        int                       `json:"ready_ms"`
	AutoAdvance    bool                      `json:"auto_advance"`
	PauseMS        int                       `json:"pause_ms"`
	Standings      string                    `json:"standings"`
	QuestionOn     string                    `json:"question_on"`
}

// DefaultRoundSettings are the defaults of DOMAIN.md.
func DefaultRoundSettings() RoundSettings {
	return RoundSettings{
		Scoring: Fixed,
		Points: map[questionbank.Type]int{questionbank.Single: 10, questionbank.Multiple: 20, questionbank.Judge: 10,
			questionbank.Fill: 10, questionbank.Order: 10},
		Partial: PartialNone, StreakMax: 500, DecayBase: 100, DecayPerSecond: 30, OrderPoints: 5,
		OrderBonus: []int{3, 2, 1}, FairTiming: true, LimitMS: 20000, ReadyMS: 3000, PauseMS: 8000,
		Standings: StandingsEvery, QuestionOn: OnBoth,
	}
}

// Validate reports all settings out of range in one invalid fault.
func (s RoundSettings) Validate() error {
	f := fields{}
	f.oneOf("scoring", string(s.Scoring), "fixed", "speed", "decay", "order")
	f.oneOf("partial", string(s.Partial), "none", "half", "per_option")
	f.oneOf("standings", s.Standings, StandingsEvery, StandingsEnd)
	f.oneOf("question_on", s.QuestionOn, OnBoth, OnScreen)
	for t, p := range s.Points {
		if !slices.Contains(questionbank.Types, t) || p < 0 || p > 10000 {
			f["points"] = "value.range"
		}
	}
	for _, b := range s.OrderBonus {
		if b < 0 || b > 10000 || len(s.OrderBonus) > 10 {
			f["order_bonus"] = "value.range"
		}
	}
	f.between("wrong", s.Wrong, -10000, 0)
	f.between("no_answer", s.NoAnswer, -10000, 0)
	f.between("streak_step", s.StreakStep, 0, 10000)
	f.between("streak_max", s.StreakMax, 0, 10000)
	f.between("decay_base", s.DecayBase, 0, 10000)
	f.between("decay_per_second", s.DecayPerSecond, 0, 1000)
	f.between("order_points", s.OrderPoints, 0, 10000)
	f.between("limit_ms", s.LimitMS, 3000, 600000)
	f.between("ready_ms", s.ReadyMS, 0, 30000)
	f.between("pause_ms", s.PauseMS, 1000, 120000)
	return f.err()
}

// Limit is the time allowed for a question.
func (s RoundSettings) Limit() time.Duration { return time.Duration(s.LimitMS) * time.Millisecond }

// FullPoints is what a right answer of this type is worth at best, without streak bonus.
func (s RoundSettings) FullPoints(t questionbank.Type) int {
	switch s.Scoring {
	case Decay:
		return s.DecayBase + s.LimitMS*s.DecayPerSecond/1000
	case Order:
		best := 0
		if len(s.OrderBonus) > 0 {
			best = s.OrderBonus[0]
		}
		return s.OrderPoints + best
	}
	return s.Points[t]
}

// Pacing is how a show goes on; the organizer may change it while the show runs.
type Pacing struct {
	AutoAdvance  bool   `json:"auto_advance"`
	PauseMS      int    `json:"pause_ms"`
	Standings    string `json:"standings"`
	ScoresHidden bool   `json:"scores_hidden"`
	QuestionOn   string `json:"question_on"`
}

func (s RoundSettings) pacing() Pacing {
	return Pacing{AutoAdvance: s.AutoAdvance, PauseMS: s.PauseMS, Standings: s.Standings, QuestionOn: s.QuestionOn}
}

// fields collects what is wrong with a request, field by field.
type fields map[string]string

func (f fields) between(name string, v, low, high int) {
	if v < low || v > high {
		f[name] = "value.range"
	}
}

func (f fields) oneOf(name, v string, allowed ...string) {
	if !slices.Contains(allowed, v) {
		f[name] = "value.choice"
	}
}

func (f fields) length(name, v string, most int) {
	if utf8.RuneCountInString(v) > most {
		f[name] = "value.long"
	}
}

func (f fields) err() error {
	if len(f) == 0 {
		return nil
	}
	return &fault.Error{Code: fault.Invalid, Key: "request.invalid", Fields: f}
}
