package study

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"leitai/questionbank"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

func TestDaysAndPeriodsGoByTheInstallationsZone(t *testing.T) {
	s := DefaultSettings()
	late := time.Date(2026, 12, 31, 16, 30, 0, 0, time.UTC) // half past midnight in Shanghai
	if got := s.Day(late); got != "2027-01-01" {
		t.Errorf("day %s", got)
	}
	if got := fmt.Sprint(Periods(s, late)); got != "[2027-01 2027-Q1 all]" {
		t.Errorf("periods %s", got)
	}
	s.TimeZone = "UTC"
	if got := s.Day(late); got != "2026-12-31" {
		t.Errorf("day in UTC %s", got)
	}
	if got := fmt.Sprint(Periods(s, late)); got != "[2026-12 2026-Q4 all]" {
		t.Errorf("periods in UTC %s", got)
	}
}

func TestStreaks(t *testing.T) {
	for _, tt := range []struct {
		today string
		days  []string
		n     int
		isNow bool
	}{
		{"2026-03-01", nil, 0, false},
		{"2026-03-01", []string{"2026-03-01"}, 1, true},
		{"2026-03-01", []string{"2026-02-28", "2026-02-27"}, 2, false}, // today may still come
		{"2026-03-01", []string{"2026-03-01", "2026-02-28", "2026-02-26"}, 2, true},
		{"2026-03-01", []string{"2026-02-27", "2026-02-26"}, 0, false},
		{"2024-03-01", []string{"2024-03-01", "2024-02-29", "2024-02-28"}, 3, true},
	} {
		if n, isNow := streak(tt.today, tt.days); n != tt.n || isNow != tt.isNow {
			t.Errorf("%s %v: %d %v, want %d %v", tt.today, tt.days, n, isNow, tt.n, tt.isNow)
		}
	}
}

// answered answers the current question right or wrong.
func answered(s *Set, right, revive bool) {
	q := questionbank.Question{Type: questionbank.Single, Options: []string{"a", "b"}, Key: []string{"B"}}
	s.answer(noon, "id", q, []string{map[bool]string{true: "B", false: "A"}[right]}, revive)
}

func TestAChallengeEndsAtTheSecondMistake(t *testing.T) {
	challenge := func() *Set { return &Set{Mode: Challenge, State: Open, Questions: make([]Asked, 10)} }
	s := challenge()
	answered(s, true, true)
	answered(s, false, true)
	if s.State != Stopped || !s.CanRevive() || s.Correct != 1 || s.Wrong != 1 {
		t.Errorf("after the first mistake: %+v", s)
	}
	s.State, s.Revived = Open, true
	answered(s, true, true)
	answered(s, false, true)
	if s.State != Finished || s.CanRevive() || s.Correct != 2 {
		t.Errorf("after the second mistake: %+v", s)
	}
	s = challenge()
	answered(s, false, false)
	if s.State != Finished {
		t.Errorf("without revival: %s", s.State)
	}
	s = &Set{Mode: Daily, State: Open, Questions: make([]Asked, 3)}
	answered(s, false, true)
	answered(s, false, true)
	if s.State != Open || s.Current() != 3 {
		t.Errorf("a daily set goes on after mistakes: %+v", s)
	}
}

func TestWhatWasSeenLatelyIsDrawnLess(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	var from []questionbank.Outline
	for i := range 20 {
		from = append(from, questionbank.Outline{ID: fmt.Sprint(i), Version: 1})
	}
	seen := map[string]time.Time{}
	for i := range 10 {
		seen[fmt.Sprint(i)] = noon.Add(-time.Hour)
	}
	lately, total := 0, 0
	for range 2000 {
		drawn := drawSome(r, noon, 5, from, seen)
		different := map[string]bool{}
		for _, q := range drawn {
			total++
			different[q.ID] = true
			if _, ok := seen[q.ID]; ok {
				lately++
			}
		}
		if len(different) != 5 {
			t.Fatalf("drawn twice: %v", drawn)
		}
	}
	if share := float64(lately) / float64(total); share == 0 || share > 0.1 {
		t.Errorf("seen an hour ago: %.3f of what was drawn", share)
	}
	if got := drawSome(r, noon, 50, from, seen); len(got) != 20 {
		t.Errorf("of 20 questions %d were drawn", len(got))
	}
}

func TestVoluntaryLearning(t *testing.T) {
	s := DefaultSettings()
	s.Voluntary = true
	if s.ShowsStreaks() || s.ShowsPeople() != ShowTop {
		t.Error("streaks, or everybody's place")
	}
	s.People = ShowOff
	if s.ShowsPeople() != ShowOff {
		t.Error("what is off stays off")
	}
}

func TestUnitPoints(t *testing.T) {
	for f, want := range map[UnitFormula]float64{UnitSum: 100, UnitAverage: 33.33, UnitRoster: 10} {
		if got := unitPoints(f, 100, 3, 10); got != want {
			t.Errorf("%s: %v, want %v", f, got, want)
		}
	}
}

func TestTopicsHoldTheirQuestions(t *testing.T) {
	all := []questionbank.Outline{{ID: "1", Category: "安全"}, {ID: "2", Category: "t:安全", Tags: []string{"安全"}}, {ID: "3", Tags: []string{"消防"}}}
	for topic, want := range map[string]string{"c:安全": "1", "t:安全": "2", "t:消防": "3", "c:": "3", "": "123", "x": ""} {
		got := ""
		for _, q := range inTopic(all, topic) {
			got += q.ID
		}
		if got != want {
			t.Errorf("%q: %s, want %s", topic, got, want)
		}
	}
}

func TestSettingsOutOfRangeAreNamed(t *testing.T) {
	s := DefaultSettings()
	if err := s.Validate(); err != nil {
		t.Fatal(err)
	}
	for _, change := range []func(*Settings){
		func(s *Settings) { s.TimeZone = "Mars/Base" }, func(s *Settings) { s.TimeZone = "" }, func(s *Settings) { s.TimeZone = "Local" },
		func(s *Settings) { s.TopicSizes = nil }, func(s *Settings) { s.TopicSizes = []int{0} }, func(s *Settings) { s.Banks = make([]string, 51) },
		func(s *Settings) { s.UnitKind = "park" }, func(s *Settings) { s.MistakeRights = 0 },
	} {
		bad := DefaultSettings()
		change(&bad)
		if bad.Validate() == nil {
			t.Errorf("accepted: %+v", bad)
		}
	}
}
