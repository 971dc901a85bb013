// Package study holds the learning modes that people know (学习): 每日答题, 专项答题, 挑战答题 and 错题本, on phones and, without
// sign-in, on kiosks. It draws sets, judges answers one at a time, gives points by rule up to daily caps, and keeps what
// somebody got wrong until they know it.
package study

import (
	"slices"
	"time"
	_ "time/tzdata" // a server may have no time zones of its own
	"unicode/utf8"

	"leitai/fault"
)

// Mode is a learning mode.
type Mode string

// The modes.
const (
	Daily     Mode = "daily"     // 每日答题
	Topic     Mode = "topic"     // 专项答题
	Challenge Mode = "challenge" // 挑战答题
	Mistakes  Mode = "mistakes"  // 错题本
)

// Modes lists all modes in the order in which people are shown them.
var Modes = []Mode{Daily, Topic, Challenge, Mistakes}

// Showing says which people's places are shown.
type Showing string

// What the boards of people show.
const (
	ShowAll Showing = "all"
	ShowTop Showing = "top" // the first TopShown; everybody sees their own place
	ShowOff Showing = "off" // nobody's
)

// UnitFormula says how a unit's points come from its people's.
type UnitFormula string

// The formulas of units.
const (
	UnitSum     UnitFormula = "sum"
	UnitAverage UnitFormula = "average"        // of those who have points
	UnitRoster  UnitFormula = "roster_average" // of everybody on the roster
)

// Settings are the rules of learning, one for the installation.
type Settings struct {
	TimeZone        string      `json:"time_zone"`        // IANA name; days go by it
	Banks           []string    `json:"banks"`            // whose questions, keys and explanations people see
	Daily           bool        `json:"daily"`            // the modes that are on
	Topic           bool        `json:"topic"`            //
	Challenge       bool        `json:"challenge"`        //
	Mistakes        bool        `json:"mistakes"`         //
	DailySize       int         `json:"daily_size"`       // questions of a set
	TopicSizes      []int       `json:"topic_sizes"`      // that people choose from
	MistakesSize    int         `json:"mistakes_size"`    // questions of a set
	DailySets       int         `json:"daily_sets"`       // a day; 0 is no limit, as below
	TopicSets       int         `json:"topic_sets"`       //
	ChallengeRuns   int         `json:"challenge_runs"`   //
	PointsRight     int         `json:"points_right"`     // of a right answer in a daily or topic set
	PointsSet       int         `json:"points_set"`       // of a daily or topic set that was answered to the end
	PointsChallenge int         `json:"points_challenge"` // of a right answer in a challenge
	PointsDay       int         `json:"points_day"`       // at most in a day
	Revive          bool        `json:"revive"`           // the first mistake of a challenge may be revived, once
	MistakeRights   int         `json:"mistake_rights"`   // right answers after which a mistake is gone
	Streaks         bool        `json:"streaks"`          // days in a row are shown
	Voluntary       bool        `json:"voluntary"`        // no streaks, and of people's places the first TopShown at most
	People          Showing     `json:"people"`
	TopShown        int         `json:"top_shown"`
	UnitKind        string      `json:"unit_kind"` // the units that are ranked: "enterprise" or "branch"
	UnitFormula     UnitFormula `json:"unit_formula"`
	Kiosk           bool        `json:"kiosk"`       // practice without sign-in on touch machines
	KioskBanks      []string    `json:"kiosk_banks"` // shown to anybody
	KioskSize       int         `json:"kiosk_size"`  // questions of a set
}

// DefaultSettings are those of an installation where nobody has set anything: the modes are ready, and no bank is open.
func DefaultSettings() Settings {
	return Settings{TimeZone: "Asia/Shanghai", Banks: []string{}, Daily: true, Topic: true, Challenge: true, Mistakes: true,
		DailySize: 5, TopicSizes: []int{5, 10}, MistakesSize: 5, DailySets: 3, TopicSets: 5, ChallengeRuns: 5,
		PointsRight: 1, PointsSet: 1, PointsChallenge: 1, PointsDay: 30, Revive: true, MistakeRights: 2, Streaks: true,
		People: ShowAll, TopShown: 50, UnitKind: "enterprise", UnitFormula: UnitAverage, KioskBanks: []string{}, KioskSize: 5}
}

// MaxBanks bounds the banks that are open.
const MaxBanks = 50

// Validate reports all settings out of range in one invalid fault. Whether the banks are there is the caller's to check.
func (s Settings) Validate() error {
	f := map[string]string{}
	if _, err := time.LoadLocation(s.TimeZone); err != nil || s.TimeZone == "" || s.TimeZone == "Local" {
		f["time_zone"] = "value.choice"
	}
	banks := func(name string, ids []string) {
		if len(ids) > MaxBanks || slices.ContainsFunc(ids, func(id string) bool { return id == "" || utf8.RuneCountInString(id) > 64 }) {
			f[name] = "value.range"
		}
	}
	banks("banks", s.Banks)
	banks("kiosk_banks", s.KioskBanks)
	between := func(name string, v, low, high int) {
		if v < low || v > high {
			f[name] = "value.range"
		}
	}
	between("daily_size", s.DailySize, 1, 50)
	between("mistakes_size", s.MistakesSize, 1, 50)
	between("kiosk_size", s.KioskSize, 1, 50)
	between("daily_sets", s.DailySets, 0, 100)
	between("topic_sets", s.TopicSets, 0, 100)
	between("challenge_runs", s.ChallengeRuns, 0, 100)
	between("points_right", s.PointsRight, 0, 100)
	between("points_set", s.PointsSet, 0, 100)
	between("points_challenge", s.PointsChallenge, 0, 100)
	between("points_day", s.PointsDay, 0, 10000)
	between("mistake_rights", s.MistakeRights, 1, 5)
	between("top_shown", s.TopShown, 1, 1000)
	if len(s.TopicSizes) < 1 || len(s.TopicSizes) > 5 || slices.ContainsFunc(s.TopicSizes, func(n int) bool { return n < 1 || n > 50 }) {
		f["topic_sizes"] = "value.range"
	}
	if !slices.Contains([]Showing{ShowAll, ShowTop, ShowOff}, s.People) {
		f["people"] = "value.choice"
	}
	if !slices.Contains([]UnitFormula{UnitSum, UnitAverage, UnitRoster}, s.UnitFormula) {
		f["unit_formula"] = "value.choice"
	}
	if s.UnitKind != "enterprise" && s.UnitKind != "branch" {
		f["unit_kind"] = "value.choice"
	}
	if len(f) > 0 {
		return &fault.Error{Code: fault.Invalid, Key: "request.invalid", Fields: f}
	}
	return nil
}

// Zone is the installation's time zone.
func (s Settings) Zone() *time.Location {
	zone, err := time.LoadLocation(s.TimeZone)
	if err != nil {
		return time.UTC // Validate has seen it
	}
	return zone
}

// Day is the calendar day of a moment, as 2006-01-02.
func (s Settings) Day(t time.Time) string { return t.In(s.Zone()).Format(time.DateOnly) }

// ShowsStreaks tells whether people see how many days in a row they have learned.
func (s Settings) ShowsStreaks() bool { return s.Streaks && !s.Voluntary }

// ShowsPeople is what the boards of people show: of voluntary learning at most the first.
func (s Settings) ShowsPeople() Showing {
	if s.Voluntary && s.People == ShowAll {
		return ShowTop
	}
	return s.People
}

// On tells whether a mode is on.
func (s Settings) On(m Mode) bool {
	return map[Mode]bool{Daily: s.Daily, Topic: s.Topic, Challenge: s.Challenge, Mistakes: s.Mistakes}[m]
}

// Cap is how many sets of a mode may be begun in a day; 0 is no limit.
func (s Settings) Cap(m Mode) int {
	return map[Mode]int{Daily: s.DailySets, Topic: s.TopicSets, Challenge: s.ChallengeRuns}[m]
}

// open are the banks that are open: to people, or on kiosks.
func (s Settings) open(kiosk bool) []string {
	if kiosk {
		return s.KioskBanks
	}
	return s.Banks
}
