// Package integrity looks through the attempts of a paper contest for what is unusual (异常提示): answers given faster than
// anybody reads, or as regularly as by a clock, the same wrong answers on several papers, many people on one device, a
// page that is left again and again. It informs and punishes nobody: what it finds has innocent explanations too, and
// people decide.
package integrity

import "leitai/fault"

// Settings are the thresholds of a look. The defaults are meant to find little: rather a cheat that is missed than a
// colleague who is suspected.
type Settings struct {
	Speed           bool `json:"speed"`            // what is looked for
	Interval        bool `json:"interval"`         //
	Same            bool `json:"same"`             //
	Device          bool `json:"device"`           //
	Leaving         bool `json:"leaving"`          //
	CharsPerSecond  int  `json:"chars_per_second"` // nobody reads stem and options faster
	LeastMS         int  `json:"least_ms"`         // nobody decides and taps faster
	SpeedAnswers    int  `json:"speed_answers"`    // fewer answers with a known time say nothing
	SpeedPercent    int  `json:"speed_percent"`    // of them, so many too fast
	Intervals       int  `json:"intervals"`        // fewer intervals say nothing
	IntervalPercent int  `json:"interval_percent"` // standard deviation below so many percent of the mean
	SameWrong       int  `json:"same_wrong"`       // fewer wrong answers in common say nothing
	SameChance      int  `json:"same_chance"`      // found when chance alone makes such a group in one of 10^n contests at most
	DevicePeople    int  `json:"device_people"`    // on one device
	LeavingTimes    int  `json:"leaving_times"`    // in one attempt, and
	LeavingSeconds  int  `json:"leaving_seconds"`  // away in all
}

// DefaultSettings are the thresholds that nobody has changed.
func DefaultSettings() Settings {
	return Settings{Speed: true, Interval: true, Same: true, Device: true, Leaving: true, CharsPerSecond: 60, LeastMS: 300, SpeedAnswers: 8, SpeedPercent: 60,
		Intervals: 10, IntervalPercent: 10, SameWrong: 4, SameChance: 2, DevicePeople: 3, LeavingTimes: 6, LeavingSeconds: 60}
}

// Validate reports all thresholds out of range in one invalid fault.
func (s Settings) Validate() error {
	f := map[string]string{}
	between := func(name string, v, low, high int) {
		if v < low || v > high {
			f[name] = "value.range"
		}
	}
	between("chars_per_second", s.CharsPerSecond, 10, 500)
	between("least_ms", s.LeastMS, 0, 5000)
	between("speed_answers", s.SpeedAnswers, 3, 100)
	between("speed_percent", s.SpeedPercent, 10, 100)
	between("intervals", s.Intervals, 5, 100)
	between("interval_percent", s.IntervalPercent, 1, 50)
	between("same_wrong", s.SameWrong, 2, 50)
	between("same_chance", s.SameChance, 0, 12)
	between("device_people", s.DevicePeople, 2, 1000)
	between("leaving_times", s.LeavingTimes, 1, 1000)
	between("leaving_seconds", s.LeavingSeconds, 0, 36000)
	if len(f) > 0 {
		return &fault.Error{Code: fault.Invalid, Key: "request.invalid", Fields: f}
	}
	return nil
}
