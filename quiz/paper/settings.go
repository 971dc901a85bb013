// Package paper holds the online preliminary (网上预赛): contests that people answer on their own time, on papers drawn by
// rule. It draws papers, keeps attempts and every save of an answer, hands them in when their time is up, marks them,
// and makes the results that boards are built from.
package paper

import (
	"slices"
	"time"
	"unicode/utf8"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/quiz"
)

// Entry says who may take part.
type Entry string

// The kinds of entry.
const (
	EntryRoster Entry = "roster" // people on the roster, signed in
	EntryOpen   Entry = "open"   // anybody, by name and a unit from the list; people on the roster too
)

// Counting says which of somebody's attempts make the result.
type Counting string

// The ways of counting.
const (
	Best       Counting = "best"
	Latest     Counting = "latest"
	Cumulative Counting = "cumulative" // points and time of all attempts are added
)

// Reviewing says when people see keys and explanations.
type Reviewing string

// The moments of review.
const (
	ReviewNever       Reviewing = "never"
	ReviewAfterHandIn Reviewing = "after_hand_in"
	ReviewAfterWindow Reviewing = "after_window" // after the contest has closed
)

// Showing says which people's places are shown to players.
type Showing string

// What boards of people show. Staff always see all.
const (
	ShowAll Showing = "all"
	ShowTop Showing = "top" // the first TopShown; everybody sees their own place
	ShowOff Showing = "off" // nobody's, not even one's own
)

// Rule draws some questions (抽题规则). Empty lists allow everything.
type Rule struct {
	BankID       string              `json:"bank_id"`
	Types        []questionbank.Type `json:"types"`
	Categories   []string            `json:"categories"`
	Difficulties []int               `json:"difficulties"` // 1 to 5
	Count        int                 `json:"count"`
	Points       int                 `json:"points"` // of a right answer; 0 takes the points of the type
}

// Settings are the rules of a paper contest. Times are Unix milliseconds, 0 is none; durations are milliseconds, 0 is
// no limit.
type Settings struct {
	TimeZone         string                    `json:"time_zone"` // IANA name; days and reports go by it
	PracticeOpensMS  int64                     `json:"practice_opens_ms"`
	PracticeClosesMS int64                     `json:"practice_closes_ms"`
	OpensMS          int64                     `json:"opens_ms"`
	ClosesMS         int64                     `json:"closes_ms"`
	Entry            Entry                     `json:"entry"`
	Draw             []Rule                    `json:"draw"`
	SamePaper        bool                      `json:"same_paper"` // one paper for everybody and every attempt
	ShuffleQuestions bool                      `json:"shuffle_questions"`
	ShuffleOptions   bool                      `json:"shuffle_options"`
	Points           map[questionbank.Type]int `json:"points"`
	Wrong            int                       `json:"wrong"` // 0 or less
	Partial          quiz.Partial              `json:"partial"`
	PassMark         int                       `json:"pass_mark"`        // points; 0 is none
	AttemptsPerDay   int                       `json:"attempts_per_day"` // formal ones; 0 is no limit
	AttemptsInAll    int                       `json:"attempts_in_all"`  // formal ones; 0 is no limit
	Counts           Counting                  `json:"counts"`
	PaperLimitMS     int64                     `json:"paper_limit_ms"`
	QuestionLimitMS  int64                     `json:"question_limit_ms"` // with it questions come one at a time, forward only
	Review           Reviewing                 `json:"review"`
	ShowPoints       bool                      `json:"show_points"` // at the hand-in; else after the window
	People           Showing                   `json:"people"`
	TopShown         int                       `json:"top_shown"`
	MaskNames        bool                      `json:"mask_names"`   // public boards show people as 张*; staff and captains see whole names
	NoteLeaving      bool                      `json:"note_leaving"` // leaving the page is noted and shown to the person
	Voluntary        bool                      `json:"voluntary"`    // no compulsory check-in, no participation lists but for staff, no individual ranks beyond the top
	Certificate      bool                      `json:"certificate"`
	KeepDays         int                       `json:"keep_days"` // how long personal data is kept after the window, as the rules page says
	Notes            string                    `json:"notes"`     // the organizer's own words on the rules page
}

// DefaultSettings are the defaults of DOMAIN.md, "Online preliminary": a week from the next full hour, 20 questions,
// 10 minutes, one formal attempt a day, the best counts.
func DefaultSettings(now time.Time) Settings {
	opens := now.Truncate(time.Hour).Add(time.Hour)
	return Settings{
		TimeZone: "Asia/Shanghai", OpensMS: opens.UnixMilli(), ClosesMS: opens.Add(7 * 24 * time.Hour).UnixMilli(), Entry: EntryRoster,
		Draw: []Rule{}, ShuffleQuestions: true, ShuffleOptions: true,
		Points: map[questionbank.Type]int{questionbank.Single: 10, questionbank.Multiple: 20, questionbank.Judge: 10,
			questionbank.Fill: 10, questionbank.Order: 10},
		Partial: quiz.PartialNone, AttemptsPerDay: 1, Counts: Best, PaperLimitMS: 10 * 60 * 1000, Review: ReviewAfterHandIn,
		ShowPoints: true, People: ShowAll, TopShown: 50, NoteLeaving: true, Certificate: true, KeepDays: 180,
	}
}

// Limits of the settings.
const (
	MaxRules     = 30
	MaxQuestions = 200 // of one paper
	maxWindow    = 400 * 24 * time.Hour
)

// Validate reports all settings out of range in one invalid fault. That the banks can satisfy the rules is checked
// where the contest is published.
func (s Settings) Validate() error {
	f := map[string]string{}
	if _, err := s.Zone(); err != nil {
		f["time_zone"] = "value.choice"
	}
	window := func(field string, opens, closes int64) {
		if opens <= 0 || closes <= opens || time.Duration(closes-opens)*time.Millisecond > maxWindow {
			f[field] = "contest.window"
		}
	}
	window("closes_ms", s.OpensMS, s.ClosesMS)
	if s.PracticeOpensMS != 0 || s.PracticeClosesMS != 0 {
		window("practice_closes_ms", s.PracticeOpensMS, s.PracticeClosesMS)
		if s.PracticeClosesMS > s.OpensMS {
			f["practice_closes_ms"] = "contest.practice_late"
		}
	}
	choice(f, "entry", s.Entry, EntryRoster, EntryOpen)
	choice(f, "partial", s.Partial, quiz.PartialNone, quiz.PartialHalf, quiz.PartialOption)
	choice(f, "counts", s.Counts, Best, Latest, Cumulative)
	choice(f, "review", s.Review, ReviewNever, ReviewAfterHandIn, ReviewAfterWindow)
	choice(f, "people", s.People, ShowAll, ShowTop, ShowOff)
	s.validateDraw(f)
	for t, p := range s.Points {
		if !slices.Contains(questionbank.Types, t) || p < 0 || p > 1000 {
			f["points"] = "value.range"
		}
	}
	between(f, "wrong", s.Wrong, -1000, 0)
	between(f, "pass_mark", s.PassMark, 0, 100000)
	between(f, "attempts_per_day", s.AttemptsPerDay, 0, 100)
	between(f, "attempts_in_all", s.AttemptsInAll, 0, 1000)
	between(f, "top_shown", s.TopShown, 1, 1000)
	between(f, "keep_days", s.KeepDays, 1, 3650)
	limit(f, "paper_limit_ms", s.PaperLimitMS, time.Minute, 24*time.Hour)
	limit(f, "question_limit_ms", s.QuestionLimitMS, 5*time.Second, time.Hour)
	if utf8.RuneCountInString(s.Notes) > 2000 {
		f["notes"] = "value.long"
	}
	if len(f) > 0 {
		return &fault.Error{Code: fault.Invalid, Key: "request.invalid", Fields: f}
	}
	return nil
}

func (s Settings) validateDraw(f map[string]string) {
	n := 0
	for _, r := range s.Draw {
		n += r.Count
		bad := func(t questionbank.Type) bool { return !slices.Contains(questionbank.Types, t) }
		hard := func(d int) bool { return d < 1 || d > 5 }
		if r.BankID == "" || r.Count < 1 || r.Points < 0 || r.Points > 1000 || slices.ContainsFunc(r.Types, bad) ||
			slices.ContainsFunc(r.Difficulties, hard) || len(r.Categories) > 100 {
			f["draw"] = "value.range"
		}
	}
	if len(s.Draw) > MaxRules || n > MaxQuestions {
		f["draw"] = "value.range"
	}
}

// Zone is the contest's time zone.
func (s Settings) Zone() (*time.Location, error) { return time.LoadLocation(s.TimeZone) }

// Day is the calendar day of a moment in the contest's time zone, as 2006-01-02.
func (s Settings) Day(t time.Time) string {
	zone, err := s.Zone()
	if err != nil {
		zone = time.UTC // Validate has seen it
	}
	return t.In(zone).Format(time.DateOnly)
}

func choice[T ~string](f map[string]string, name string, v T, allowed ...T) {
	if !slices.Contains(allowed, v) {
		f[name] = "value.choice"
	}
}

func between(f map[string]string, name string, v, low, high int) {
	if v < low || v > high {
		f[name] = "value.range"
	}
}

// limit allows 0 as no limit.
func limit(f map[string]string, name string, ms int64, low, high time.Duration) {
	if d := time.Duration(ms) * time.Millisecond; ms != 0 && (d < low || d > high) {
		f[name] = "value.range"
	}
}
