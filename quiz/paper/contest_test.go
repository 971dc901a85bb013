package paper

import (
	"fmt"
	"testing"
	"time"

	"leitai/questionbank"
	"leitai/quiz"
)

func TestPhases(t *testing.T) {
	at := func(h int) int64 { return noon.Add(time.Duration(h) * time.Hour).UnixMilli() }
	with := Settings{TimeZone: "Asia/Shanghai", PracticeOpensMS: at(1), PracticeClosesMS: at(2), OpensMS: at(3), ClosesMS: at(5)}
	without := with
	without.PracticeOpensMS, without.PracticeClosesMS = 0, 0
	for _, tt := range []struct {
		hour          int
		with, without Phase
	}{{0, PhaseBefore, PhaseBefore}, {1, PhasePractice, PhaseBefore}, {2, PhaseBetween, PhaseBefore}, {3, PhaseFormal, PhaseFormal}, {4, PhaseFormal, PhaseFormal}, {5, PhaseAfter, PhaseAfter}, {9, PhaseAfter, PhaseAfter}} {
		now := noon.Add(time.Duration(tt.hour) * time.Hour)
		if got := (&Contest{Rules: with, Status: quiz.Published}).PhaseAt(now); got != tt.with {
			t.Errorf("hour %d: %s, want %s", tt.hour, got, tt.with)
		}
		if got := (&Contest{Rules: without, Status: quiz.Running}).PhaseAt(now); got != tt.without {
			t.Errorf("hour %d without practice: %s, want %s", tt.hour, got, tt.without)
		}
		for _, over := range []quiz.Status{quiz.Finished, quiz.Archived} {
			if got := (&Contest{Rules: with, Status: over}).PhaseAt(now); got != PhaseAfter {
				t.Errorf("%s at hour %d: %s", over, tt.hour, got)
			}
		}
	}
}

// TestKeysAreSeenWhenTheContestSaysSo: for every way of reviewing, state of the attempt and status of the contest.
func TestKeysAreSeenWhenTheContestSaysSo(t *testing.T) {
	for _, how := range []Reviewing{ReviewNever, ReviewAfterHandIn, ReviewAfterWindow} {
		for _, status := range []quiz.Status{quiz.Published, quiz.Running, quiz.Finished, quiz.Archived} {
			for _, state := range []State{Open, Closing, HandedIn, Void} {
				over := status == quiz.Finished || status == quiz.Archived
				want := state == HandedIn && (how == ReviewAfterHandIn || how == ReviewAfterWindow && over)
				// The window has long passed by the clock: what counts is that everybody has handed in.
				c := &Contest{Status: status, Rules: Settings{TimeZone: "UTC", Review: how, OpensMS: 1, ClosesMS: 2}, Seed: "secret"}
				if err := c.index(); err != nil {
					t.Fatal(err)
				}
				a := &Attempt{State: state, Points: 5}
				name := fmt.Sprintf("%s, contest %s, attempt %s", how, status, state)
				qs, ok := c.Review(a)
				if ok != want || len(qs) != 0 || c.LineOf(a).Review != want {
					t.Errorf("%s: review %v, want %v", name, ok, want)
				}
				if l := c.LineOf(a); l.Shown != (state == HandedIn && over) { // ShowPoints is off
					t.Errorf("%s: points are shown: %v", name, l.Shown)
				}
				if (c.RevealedSeed() != "") != over {
					t.Errorf("%s: the seed is out", name)
				}
			}
		}
	}
}

// TestKeysOfTheSamePaperWait: where the very same questions can come again to whoever handed in, their keys are seen when all is over.
func TestKeysOfTheSamePaperWait(t *testing.T) {
	for _, tt := range []struct {
		name  string
		rules Settings
		phase Phase
		want  bool
	}{
		{"other questions each time", Settings{Entry: EntryOpen}, PhaseFormal, true},
		{"once, from the roster", Settings{SamePaper: true, Entry: EntryRoster, AttemptsInAll: 1}, PhaseFormal, true},
		{"practice of the same", Settings{SamePaper: true, Entry: EntryRoster, AttemptsInAll: 1}, PhasePractice, false},
		{"each day again", Settings{SamePaper: true, Entry: EntryRoster, AttemptsPerDay: 1}, PhaseFormal, false},
		{"twice", Settings{SamePaper: true, Entry: EntryRoster, AttemptsInAll: 2}, PhaseFormal, false},
		{"under another name", Settings{SamePaper: true, Entry: EntryOpen, AttemptsInAll: 1}, PhaseFormal, false},
	} {
		for _, status := range []quiz.Status{quiz.Published, quiz.Running, quiz.Finished, quiz.Archived} {
			want := tt.want || status == quiz.Finished || status == quiz.Archived
			c := &Contest{Status: status, Rules: tt.rules}
			c.Rules.Review = ReviewAfterHandIn
			if _, ok := c.Review(&Attempt{State: HandedIn, Phase: tt.phase}); ok != want {
				t.Errorf("%s, contest %s: review %v, want %v", tt.name, status, ok, want)
			}
		}
	}
}

func TestWhichOptionsMove(t *testing.T) {
	four := []string{"一", "二", "三", "四"}
	for _, tt := range []struct {
		q    questionbank.Question
		want string
	}{
		{questionbank.Question{Type: questionbank.Single, Stem: "哪一项？", Options: four}, "ABCD"},
		{questionbank.Question{Type: questionbank.Multiple, Stem: "哪些？", Options: four}, "ABCD"},
		{questionbank.Question{Type: questionbank.Order, Stem: "排序", Options: four}, "ABCD"},
		{questionbank.Question{Type: questionbank.Judge, Stem: "对吗？", Options: []string{"正确", "错误"}}, ""},
		{questionbank.Question{Type: questionbank.Fill, Stem: "____"}, ""},
		{questionbank.Question{Type: questionbank.Single, Stem: "哪一项？", Options: []string{"一", "二", "三", "以上都对"}}, "ABC"},
		{questionbank.Question{Type: questionbank.Single, Stem: "哪一项？", Options: []string{"一", "二", "三", "以上都不对"}}, "ABC"},
		{questionbank.Question{Type: questionbank.Single, Stem: "哪一项？", Options: []string{"一", "以上说法均正确", "二", "三"}}, "ACD"},
		{questionbank.Question{Type: questionbank.Single, Stem: "哪一项？", Options: []string{"一", "二", "三", "A和B"}}, ""},
		{questionbank.Question{Type: questionbank.Single, Stem: "哪一项？", Options: []string{"一", "二", "前两项都对", "三"}}, ""},
		{questionbank.Question{Type: questionbank.Single, Stem: "哪一项？", Options: four, Explanation: "A选项的说法过时了"}, ""},
		{questionbank.Question{Type: questionbank.Single, Stem: "下列关于选项B的说法", Options: four}, ""},
		{questionbank.Question{Type: questionbank.Single, Stem: "哪一项？", Options: []string{"一", "以上都对"}}, ""},
	} {
		if got := movable(tt.q); got != tt.want {
			t.Errorf("%s %v %s: %q move, want %q", tt.q.Stem, tt.q.Options, tt.q.Explanation, got, tt.want)
		}
	}
}
