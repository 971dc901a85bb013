package paper

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

const seedOfTests = "000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f"

// poolOf makes a pool with n questions for each rule, of four options each.
func poolOf(rules int, n int) []PoolEntry {
	var out []PoolEntry
	for r := range rules {
		for i := range n {
			out = append(out, PoolEntry{RuleNo: r + 1, ID: fmt.Sprintf("r%d-q%03d", r+1, i), Version: 1, Options: 4, Moves: "ABCD"})
		}
	}
	return out
}

func TestAGivenSeedAlwaysDrawsTheSamePaper(t *testing.T) {
	rules := DrawRules{Draw: []Rule{{Count: 3}, {Count: 2}}, ShuffleQuestions: true, ShuffleOptions: true}
	pool := poolOf(2, 10)
	pool[12].Moves, pool[15].Moves = "ABC", ""
	write := func(label string, rules DrawRules) string {
		var b strings.Builder
		for _, d := range Draw(seedOfTests, rules, pool, label) {
			b.WriteString(d.ID + "=" + d.Options + " ")
		}
		return strings.TrimSpace(b.String())
	}
	same, plain := rules, rules
	same.SamePaper = true
	plain.ShuffleQuestions, plain.ShuffleOptions = false, false
	for _, tt := range []struct{ name, got, want string }{
		{"one", write("e1/formal/1", rules), goldenOne},
		{"another", write("e1/formal/2", rules), goldenTwo},
		{"the same for everybody", write("e1/formal/1", same), goldenSame},
		{"nothing shuffled", write("e1/formal/1", plain), goldenPlain},
		{"the commitment", Commitment(seedOfTests, rules, pool), goldenHash},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %s, want %s", tt.name, tt.got, tt.want)
		}
	}
}

func TestOnePaperForEverybodyIsShuffledForEach(t *testing.T) {
	rules := DrawRules{Draw: []Rule{{Count: 20}}, SamePaper: true, ShuffleQuestions: true, ShuffleOptions: true}
	pool := poolOf(1, 100)
	ids := func(ds []Drawn) []string {
		var out []string
		for _, d := range ds {
			out = append(out, d.ID)
		}
		return out
	}
	a, b := ids(Draw(seedOfTests, rules, pool, "a/formal/1")), ids(Draw(seedOfTests, rules, pool, "b/formal/1"))
	if slices.Equal(a, b) {
		t.Error("two people have them in one order")
	}
	slices.Sort(a)
	slices.Sort(b)
	if !slices.Equal(a, b) {
		t.Errorf("two people have different questions: %v, %v", a, b)
	}
}

func TestOptionsThatSpeakOfOthersKeepTheirPlace(t *testing.T) {
	rules := DrawRules{Draw: []Rule{{Count: 3}}, ShuffleOptions: true}
	pool := []PoolEntry{{RuleNo: 1, ID: "a", Options: 4, Moves: "ABC"}, {RuleNo: 1, ID: "b", Options: 4, Moves: ""}, {RuleNo: 1, ID: "c", Options: 5, Moves: "ACE"}}
	moved := map[string]bool{}
	for i := range 200 {
		for _, d := range Draw(seedOfTests, rules, pool, Label("e", "formal", i)) {
			letters := []byte(d.Options)
			slices.Sort(letters)
			switch {
			case string(letters) != "ABCDE"[:len(letters)]:
				t.Fatalf("%s is no order of letters", d.Options)
			case d.ID == "a" && d.Options[3] != 'D', d.ID == "b" && d.Options != "ABCD", d.ID == "c" && (d.Options[1] != 'B' || d.Options[3] != 'D'):
				t.Fatalf("%s: %s", d.ID, d.Options)
			}
			moved[d.ID] = moved[d.ID] || !strings.HasPrefix("ABCDE", d.Options)
		}
	}
	if !moved["a"] || moved["b"] || !moved["c"] {
		t.Errorf("moved: %v", moved)
	}
}

// TestTheDrawIsFair: over 100,000 papers each question is drawn as often as the others, is as often in each place, and so are the options.
func TestTheDrawIsFair(t *testing.T) {
	const draws, n, k = 100_000, 50, 10
	rules := DrawRules{Draw: []Rule{{Count: k}}, ShuffleQuestions: true, ShuffleOptions: true}
	pool, index := poolOf(1, n), map[string]int{}
	for i, e := range pool {
		index[e.ID] = i
	}
	var drawn [n]float64
	var first [n]float64   // in the first place of the paper
	var option [24]float64 // order of the options of the first question
	orders := map[string]int{}
	var pairs [n]float64 // drawn together with question 0
	for i := range draws {
		paper := Draw(seedOfTests, rules, pool, Label("entrant", "formal", i))
		with0 := false
		for at, d := range paper {
			no := index[d.ID]
			drawn[no]++
			if at == 0 {
				first[no]++
				if _, ok := orders[d.Options]; !ok {
					orders[d.Options] = len(orders)
				}
				option[orders[d.Options]]++
			}
			with0 = with0 || no == 0
		}
		if with0 {
			for _, d := range paper {
				pairs[index[d.ID]]++
			}
		}
	}
	// Drawing k of n without putting back varies less than independent draws do, by (n-k)/(n-1).
	scaled := func(x float64) float64 { return x * (n - 1) / (n - k) }
	for _, tt := range []struct {
		name      string
		x         float64
		low, high float64 // 0.05 and 99.95 percent of the distribution
	}{
		{"questions", scaled(chiSquare(drawn[:])), 22.8, 87.9},
		{"the first place", chiSquare(first[:]), 22.8, 87.9},
		{"pairs", chiSquare(pairs[1:]) * (n - 2) / (n - k), 22.1, 86.7},
		{"orders of options", chiSquare(option[:]), 7.1, 51.0},
	} {
		if tt.x < tt.low || tt.x > tt.high {
			t.Errorf("%s: chi-square %.1f is not between %.1f and %.1f", tt.name, tt.x, tt.low, tt.high)
		}
	}
	if len(orders) != 24 {
		t.Errorf("%d orders of four options", len(orders))
	}
}

func chiSquare(seen []float64) float64 {
	sum := 0.0
	for _, v := range seen {
		sum += v
	}
	want, x := sum/float64(len(seen)), 0.0
	for _, v := range seen {
		x += (v - want) * (v - want) / want
	}
	return x
}

func TestTheCommitmentHoldsEverything(t *testing.T) {
	rules := DrawRules{Draw: []Rule{{Count: 3, Categories: []string{"安全"}}, {Count: 2}}, ShuffleQuestions: true}
	pool := poolOf(2, 5)
	base := Commitment(seedOfTests, rules, pool)
	changed := map[string]string{"seed": Commitment(strings.Replace(seedOfTests, "0", "1", 1), rules, pool), "fewer questions": Commitment(seedOfTests, rules, pool[1:])}
	for name, f := range map[string]func(r *DrawRules, p []PoolEntry){
		"count": func(r *DrawRules, _ []PoolEntry) { r.Draw[1].Count++ }, "category": func(r *DrawRules, _ []PoolEntry) { r.Draw[0].Categories = nil },
		"points": func(r *DrawRules, _ []PoolEntry) { r.Draw[0].Points = 9 }, "same paper": func(r *DrawRules, _ []PoolEntry) { r.SamePaper = true },
		"shuffle": func(r *DrawRules, _ []PoolEntry) { r.ShuffleOptions = true }, "version": func(_ *DrawRules, p []PoolEntry) { p[3].Version++ },
		"moves": func(_ *DrawRules, p []PoolEntry) { p[3].Moves = "ABC" }, "rule": func(_ *DrawRules, p []PoolEntry) { p[4].RuleNo = 2 },
	} {
		r, p := rules, slices.Clone(pool)
		r.Draw = slices.Clone(r.Draw)
		f(&r, p)
		changed[name] = Commitment(seedOfTests, r, p)
	}
	for name, hash := range changed {
		if hash == base {
			t.Errorf("another %s has the same commitment", name)
		}
	}
	empty := rules
	empty.Draw = []Rule{{Count: 3, Categories: []string{"安全"}, Difficulties: []int{}}, {Count: 2, Categories: []string{}}}
	if Commitment(seedOfTests, empty, pool) != base {
		t.Error("an empty list is another commitment than none")
	}
}

// fits tells whether every set of rules has enough candidates that fit one of them: by Hall's theorem that is when all can be satisfied.
func fits(all []candidate, want []int) bool {
	for set := uint64(1); set < 1<<len(want); set++ {
		need, have := 0, 0
		for i, w := range want {
			if set>>i&1 == 1 {
				need += w
			}
		}
		for _, c := range all {
			if c.fits&set != 0 {
				have++
			}
		}
		if have < need {
			return false
		}
	}
	return true
}

func TestOverlapsAreSharedOutWheneverThatIsPossible(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	possible := 0
	for try := range 3000 {
		rules := 1 + r.IntN(5)
		want := make([]int, rules)
		for i := range want {
			want[i] = 1 + r.IntN(6)
		}
		var all []candidate
		for i := range r.IntN(30) {
			all = append(all, candidate{id: fmt.Sprint(i), fits: 1 + r.Uint64N(1<<rules-1)})
		}
		given := assign(all, want)
		have := make([]int, rules)
		for _, c := range all {
			no := given[c.id]
			if no < 1 || no > rules || c.fits>>(no-1)&1 == 0 {
				t.Fatalf("try %d: candidate %s (%b) went to rule %d", try, c.id, c.fits, no)
			}
			have[no-1]++
		}
		enough := true
		for i := range want {
			enough = enough && have[i] >= want[i]
		}
		if enough != fits(all, want) {
			t.Fatalf("try %d: want %v, have %v, possible %v", try, want, have, fits(all, want))
		}
		if enough {
			possible++
		}
	}
	if possible < 300 || possible > 2700 {
		t.Errorf("%d of 3000 tries were possible: the test says little", possible)
	}
}

func TestWhatFitsSeveralRulesIsSharedOutEvenly(t *testing.T) {
	var all []candidate
	for i := range 100 { // 100 fit both, 10 the first rule only
		all = append(all, candidate{id: fmt.Sprintf("b%03d", i), fits: 3})
	}
	for i := range 10 {
		all = append(all, candidate{id: fmt.Sprintf("a%03d", i), fits: 1})
	}
	have := map[int]int{}
	for _, no := range assign(all, []int{10, 10}) {
		have[no]++
	}
	if have[1] != 55 || have[2] != 55 {
		t.Errorf("shared out as %v", have)
	}
}

func TestExpectedRepeats(t *testing.T) {
	s := Settings{Draw: []Rule{{Count: 10}, {Count: 10}}, AttemptsPerDay: 2, TimeZone: "Asia/Shanghai", OpensMS: 0, ClosesMS: 3 * 86400_000}
	r := DrawReport{Questions: 20, Rules: []RuleReport{{Want: 10, Have: 100}, {Want: 10, Have: 10}}}
	r.repeats(s)
	if r.Attempts != 8 { // from 8 o'clock on the first day until 8 o'clock on the fourth
		t.Errorf("%d attempts", r.Attempts)
	}
	if r.Repeats < 0.549 || r.Repeats > 0.551 { // (1 + 10) of 20
		t.Errorf("repeats %v", r.Repeats)
	}
	if want := 1 - (100*(1-pow(0.9, 8))+10)/160; r.Again < want-0.001 || r.Again > want+0.001 {
		t.Errorf("again %v, want %v", r.Again, want)
	}
}

func pow(x float64, n int) float64 {
	p := 1.0
	for range n {
		p *= x
	}
	return p
}

// The program of docs/draw.md gives the same.
const (
	goldenOne   = "r2-q001=ACBD r1-q000=ACDB r1-q007=ABDC r2-q005=ABCD r1-q005=CBAD"
	goldenTwo   = "r2-q007=CADB r1-q009=BCAD r1-q007=DCAB r1-q005=ACBD r2-q002=CABD"
	goldenSame  = "r2-q007=DBCA r1-q000=ACDB r1-q008=DCBA r2-q001=ACBD r1-q005=CBAD"
	goldenPlain = "r1-q005=ABCD r1-q007=ABCD r1-q000=ABCD r2-q001=ABCD r2-q005=ABCD"
	goldenHash  = "250c36606cfa3480f8a7509f0f5f500d93d2fc446af3148193a213d76836f739"
)
