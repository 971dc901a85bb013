package integrity

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"leitai/questionbank"
)

// sittingOf are single saves with these gaps in milliseconds.
func sittingOf(gaps ...int64) sitting {
	s := sitting{startedAt: 1000}
	at := s.startedAt
	for i, g := range gaps {
		at += g
		s.saves = append(s.saves, save{no: i + 1, at: at})
	}
	return s
}

func same(n int, ms int64) []int64 {
	out := make([]int64, n)
	for i := range out {
		out[i] = ms
	}
	return out
}

func TestStepsKnowOnlyTheTimesThatSaySomething(t *testing.T) {
	s := sitting{startedAt: 1000, saves: []save{{1, 5000}, {2, 9000}, {3, 9000}, {4, 9500}, {1, 12000}, {5, 20000}}}
	want := []step{{1, 5000, 4000, true}, {2, 9000, 4000, false}, {3, 9000, 0, false}, {4, 9500, 500, false}, {5, 20000, 8000, true}}
	got := s.steps()
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got %v, want %v", got, want)
	}
	s.shown = map[int]int64{4: 4500}
	if got := s.steps()[3]; got.ms != 5000 || !got.known {
		t.Errorf("a question that was shown by itself: %+v", got)
	}
}

func TestTimesOfOneAttempt(t *testing.T) {
	long := func(int) int { return 120 } // two seconds and a little at the defaults
	reader := append([]int64{90_000}, same(19, 900)...)
	for _, tt := range []struct {
		name            string
		s               sitting
		speed, interval bool
	}{
		{"a script", sittingOf(same(20, 500)...), true, true},
		{"a script with jitter", sittingOf(jitter(20, 500, 0.5)...), true, false},
		{"a timer", sittingOf(same(20, 8000)...), false, true},
		{"an attentive person", sittingOf(jitter(20, 9000, 0.6)...), false, false},
		{"who reads everything first and then taps", sittingOf(reader...), false, true},
		{"too few answers", sittingOf(same(7, 100)...), false, false},
		{"nothing saved", sitting{startedAt: 1}, false, false},
		{"all in one go after a time without network", sitting{startedAt: 1000, saves: func() (out []save) {
			for i := range 20 {
				out = append(out, save{i + 1, 60_000})
			}
			return out
		}()}, false, false},
	} {
		with := DefaultSettings()
		steps := tt.s.steps()
		if _, got := with.tooFast(steps, long); got != tt.speed {
			t.Errorf("%s: speed %v, want %v", tt.name, got, tt.speed)
		}
		if e, got := with.asByClock(steps); got != tt.interval {
			t.Errorf("%s: interval %v, want %v: %+v", tt.name, got, tt.interval, e)
		}
	}
}

// jitter are log-normal times around a median.
func jitter(n int, median, sigma float64) []int64 {
	r := rand.New(rand.NewPCG(1, uint64(n)))
	out := make([]int64, n)
	for i := range out {
		out[i] = int64(median * math.Exp(sigma*r.NormFloat64()))
	}
	return out
}

// honest is a crowd that knows some things and shares its errors: every question has a difficulty and an error that
// most who do not know it make.
type honest struct {
	r          *rand.Rand
	difficulty []float64
	lure       []float64 // how many of those who err take the first wrong option
}

func newCrowd(seed uint64, questions int) *honest {
	h := &honest{r: rand.New(rand.NewPCG(seed, 7))}
	for range questions {
		h.difficulty = append(h.difficulty, h.r.NormFloat64()*1.2-1)
		h.lure = append(h.lure, 0.4+0.5*h.r.Float64())
	}
	return h
}

func (h *honest) sheet(i int) sheet {
	s := sheet{attempt: fmt.Sprintf("a%06d", i), entrant: fmt.Sprintf("e%06d", i), team: fmt.Sprintf("t%d", i%50)}
	ability := h.r.NormFloat64()
	for q := range h.difficulty {
		g := given{question: fmt.Sprintf("q%d", q), choice: "A", right: true}
		if h.r.Float64() > 1/(1+math.Exp(h.difficulty[q]-ability)) {
			g.right, g.choice = false, "B"
			if h.r.Float64() > h.lure[q] {
				g.choice = []string{"C", "D"}[h.r.IntN(2)]
			}
		} else {
			s.correct++
		}
		g.letters = []string{g.choice}
		s.answers = append(s.answers, g)
	}
	return s
}

// look gives the groups that are found among sheets.
func lookAt(with Settings, sheets []sheet) []Evidence {
	scores := map[int]int{}
	for _, s := range sheets {
		scores[s.correct]++
	}
	ta := newTally(scores, with.SameWrong)
	groups := map[uint64][]sheet{}
	for _, s := range sheets {
		ta.add(s)
		if w := s.wrong(); len(w) >= with.SameWrong {
			groups[signature(w)] = append(groups[signature(w)], s)
		}
	}
	var out []Evidence
	for _, g := range groups {
		if e, _, ok := ta.group(with, g); ok {
			out = append(out, e)
		}
	}
	return out
}

// TestHonestCrowdsAreLeftAlone: people who know the same things err alike, and that is no finding.
func TestHonestCrowdsAreLeftAlone(t *testing.T) {
	found, crowds := 0, 0
	for seed := range uint64(12) {
		for _, size := range []int{40, 400, 3000} {
			h := newCrowd(seed, 20)
			var sheets []sheet
			for i := range size {
				sheets = append(sheets, h.sheet(i))
			}
			crowds++
			found += len(lookAt(DefaultSettings(), sheets))
		}
	}
	if found > 1 {
		t.Errorf("%d groups in %d honest crowds", found, crowds)
	}
}

// TestSharedAnswersAreFound: a list of answers with errors in it that went round is found, in a small crowd and a large one.
func TestSharedAnswersAreFound(t *testing.T) {
	with := DefaultSettings()
	for _, tt := range []struct{ size, copies, atLeast int }{{60, 3, 10}, {500, 4, 10}, {5000, 5, 9}} {
		hits := 0
		for seed := range uint64(10) {
			h := newCrowd(100+seed, 20)
			var sheets []sheet
			for i := range tt.size {
				sheets = append(sheets, h.sheet(i))
			}
			source := sheets[0]
			for i := 0; len(source.wrong()) < 6; i++ {
				source = sheets[i]
			}
			for i := range tt.copies {
				c := source
				c.attempt, c.entrant, c.team = fmt.Sprintf("copy%d", i), fmt.Sprintf("copy%d", i), source.team
				sheets = append(sheets, c)
			}
			for _, e := range lookAt(with, sheets) {
				if e.People == tt.copies+1 && e.OneTeam {
					hits++
				}
			}
		}
		if hits < tt.atLeast {
			t.Errorf("%d copies among %d: found %d times of 10", tt.copies, tt.size, hits)
		}
	}
}

// TestHonestTimesAreLeftAlone: nobody of thousands who read at their own pace is found, practised experts among them.
func TestHonestTimesAreLeftAlone(t *testing.T) {
	r := rand.New(rand.NewPCG(3, 3))
	with := DefaultSettings()
	speed, interval := 0, 0
	for range 20000 {
		median, sigma := 3000+r.ExpFloat64()*6000, 0.4+0.4*r.Float64() // from who knows the bank by heart to who looks everything up
		var gaps []int64
		for range 20 {
			gaps = append(gaps, int64(median*math.Exp(sigma*r.NormFloat64())))
		}
		length := 60 + r.IntN(60)
		steps := sittingOf(gaps...).steps()
		if _, ok := with.tooFast(steps, func(int) int { return length }); ok {
			speed++
		}
		if _, ok := with.asByClock(steps); ok {
			interval++
		}
	}
	if speed > 4 || interval > 0 {
		t.Errorf("of 20,000 honest people %d too fast and %d as by a clock", speed, interval)
	}
}

func TestOnePersonTwiceIsNoGroup(t *testing.T) {
	h := newCrowd(1, 20)
	var sheets []sheet
	for i := range 200 {
		sheets = append(sheets, h.sheet(i))
	}
	again := sheets[5]
	again.attempt = "again"
	for i := 0; len(again.wrong()) < 8; i++ {
		again = sheets[i]
	}
	again.attempt = "again"
	if found := lookAt(DefaultSettings(), append(sheets, again)); len(found) != 0 {
		t.Errorf("found %v", found)
	}
}

func TestChoicesAreComparedAsTheyAreMeant(t *testing.T) {
	if choiceOf(questionbank.Fill, []string{" 宪 法 ", "二〇"}) != choiceOf(questionbank.Fill, []string{"宪法", "二〇。"}) {
		t.Error("spaces and full stops tell texts apart")
	}
	if choiceOf(questionbank.Multiple, []string{"A", "C"}) != "AC" {
		t.Error("letters are as they are")
	}
}

func TestLogChoose(t *testing.T) {
	for _, tt := range []struct {
		n, k int
		want float64
	}{{5, 2, 1}, {10, 10, 0}, {1000, 2, math.Log10(499500)}, {3, 5, 0}} {
		if got := logChoose(tt.n, tt.k); math.Abs(got-tt.want) > 1e-9 {
			t.Errorf("%d over %d: %v, want %v", tt.n, tt.k, got, tt.want)
		}
	}
}

func TestSettingsOutOfRange(t *testing.T) {
	s := DefaultSettings()
	s.CharsPerSecond, s.DevicePeople = 0, 1
	if s.Validate() == nil || DefaultSettings().Validate() != nil {
		t.Error("not checked")
	}
}
