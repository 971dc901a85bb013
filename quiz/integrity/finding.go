package integrity

import "time"

// Kind says what was found.
type Kind string

// The kinds of findings.
const (
	Speed    Kind = "speed"    // answers faster than anybody reads
	Interval Kind = "interval" // answers at constant intervals
	Same     Kind = "same"     // the same wrong answers
	Device   Kind = "device"   // many people on one device
	Leaving  Kind = "leaving"  // the page was left often
)

// Kinds lists all kinds in the order in which they are shown.
var Kinds = []Kind{Speed, Interval, Same, Device, Leaving}

// State says what staff made of a finding.
type State string

// The states of a finding.
const (
	Open      State = "open"
	Dismissed State = "dismissed" // explained
	Acted     State = "acted"     // attempts were voided, or something else was done that the note tells
)

// Finding is something unusual, with what speaks for it.
type Finding struct {
	Key       string
	Kind      Kind
	Strength  int // 1 to 100: for the order of a list, no probability
	Evidence  Evidence
	State     State
	Note      string
	ChangedBy string
	ChangedAt time.Time
	FoundAt   time.Time
	Gone      bool // not found any more by the latest look
}

// Evidence are the facts. What does not belong to a kind is empty. Names are not in it: they are looked up when it is
// shown, so that nobody who is erased stays in here.
type Evidence struct {
	Attempts []string `json:"attempts"`       // ids, at most maxAttempts
	People   int      `json:"people"`         // in all
	Fast     int      `json:"fast,omitempty"` // of speed: answers below the least time
	Of       int      `json:"of,omitempty"`   // of speed: answers with a known time; of interval: intervals
	TotalMS  int64    `json:"total_ms,omitempty"`
	LeastMS  int64    `json:"least_ms,omitempty"` // of speed: what reading takes at least
	MeanMS   int64    `json:"mean_ms,omitempty"`
	Permille int      `json:"permille,omitempty"` // of interval: standard deviation to mean
	Wrong    int      `json:"wrong,omitempty"`    // of same: wrong answers in common
	Digits   int      `json:"digits,omitempty"`   // of same: by chance, one of 10^n papers looks like this
	OneTeam  bool     `json:"one_team,omitempty"` // of same
	Times    int      `json:"times,omitempty"`    // of leaving
	AwayMS   int64    `json:"away_ms,omitempty"`  // of leaving
	Steps    []Step   `json:"steps,omitempty"`    // of speed and interval, at most maxSteps
	Answers  []Common `json:"answers,omitempty"`  // of same, at most maxSteps
}

// Step is an answer with its time.
type Step struct {
	No         int    `json:"no"` // on the paper
	QuestionID string `json:"question_id"`
	Chars      int    `json:"chars"`
	AtMS       int64  `json:"at_ms"`    // when it was received
	MS         int64  `json:"ms"`       // since the answer before, or since it was shown
	LeastMS    int64  `json:"least_ms"` // what reading takes at least
}

// Common is a wrong answer in common.
type Common struct {
	QuestionID string   `json:"question_id"`
	A          []string `json:"a"`       // in the bank's letters
	Percent    int      `json:"percent"` // of people about as good who gave it too
}

// Limits of the evidence that is kept.
const (
	maxAttempts = 50
	maxSteps    = 40
	maxFindings = 300 // of one kind: the strongest
)
