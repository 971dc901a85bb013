package integrity

import (
	"cmp"
	"encoding/binary"
	"hash/fnv"
	"math"
	"slices"
	"strings"

	"leitai/questionbank"
)

// sheet is a marked attempt: what was answered to which question.
type sheet struct {
	attempt, entrant, team string
	correct                int
	answers                []given
}

type given struct {
	question string
	choice   string // as it is compared; "" is no answer
	right    bool
	letters  []string
}

// choiceOf is an answer as it is compared: letters as they are, texts normalised.
func choiceOf(t questionbank.Type, a []string) string {
	if t != questionbank.Fill {
		return strings.Join(a, "")
	}
	parts := make([]string, len(a))
	for i, s := range a {
		parts[i] = questionbank.Normal(s)
	}
	return strings.Join(parts, "|")
}

// wrong gives the wrong answers by question.
func (s sheet) wrong() []given {
	var out []given
	for _, g := range s.answers {
		if !g.right && g.choice != "" {
			out = append(out, g)
		}
	}
	slices.SortFunc(out, func(a, b given) int { return cmp.Compare(a.question, b.question) })
	return out
}

// signature tells sets of wrong answers apart.
func signature(wrong []given) uint64 {
	h := fnv.New64a()
	var n [4]byte
	for _, g := range wrong {
		for _, text := range []string{g.question, g.choice} {
			binary.LittleEndian.PutUint32(n[:], uint32(len(text)))
			_, _ = h.Write(n[:])
			_, _ = h.Write([]byte(text))
		}
	}
	return h.Sum64()
}

// bands is into how many groups of about the same score people are divided: who knows as much errs in the same places.
const bands = 5

// tally counts, in bands of about the same score, how often which answer was given.
type tally struct {
	edges []int // highest score of each band but the last
	given map[tallyKey]int
	asked map[tallyKey]int // with choice ""
	kinds map[string]map[string]bool
	teams map[string]int // sheets of a team
	seen  map[uint64]int // sheets with the same wrong answers, where there are enough of them
	n     int
	least int // wrong answers that are enough
	ways  map[int]float64
}

type tallyKey struct {
	band             int
	question, choice string
}

// newTally divides by the number of sheets of each score.
func newTally(scores map[int]int, least int) *tally {
	t := &tally{given: map[tallyKey]int{}, asked: map[tallyKey]int{}, kinds: map[string]map[string]bool{}, teams: map[string]int{}, seen: map[uint64]int{}, ways: map[int]float64{}, least: least}
	total, sum := 0, 0
	var order []int
	for score, n := range scores {
		total += n
		order = append(order, score)
	}
	slices.Sort(order)
	for _, score := range order {
		if sum += scores[score]; len(t.edges) < bands-1 && sum*bands >= total*(len(t.edges)+1) {
			t.edges = append(t.edges, score)
		}
	}
	return t
}

func (t *tally) band(score int) int {
	for i, edge := range t.edges {
		if score <= edge {
			return i
		}
	}
	return len(t.edges)
}

func (t *tally) add(s sheet) {
	band := t.band(s.correct)
	t.n++
	t.teams[s.team]++
	for _, g := range s.answers {
		if g.choice == "" {
			continue
		}
		t.given[tallyKey{band, g.question, g.choice}]++
		t.asked[tallyKey{band, g.question, ""}]++
		if t.kinds[g.question] == nil {
			t.kinds[g.question] = map[string]bool{}
		}
		if len(t.kinds[g.question]) < 100 { // texts are endless
			t.kinds[g.question][g.choice] = true
		}
	}
	if wrong := s.wrong(); len(wrong) >= t.least {
		t.seen[signature(wrong)]++
	}
}

// share is how likely somebody about as good gives an answer: counted, and smoothed so that what only this group gave
// is not taken for impossible.
func (t *tally) share(score int, g given) float64 {
	band := t.band(score)
	n, of := t.given[tallyKey{band, g.question, g.choice}], t.asked[tallyKey{band, g.question, ""}]
	return (float64(n) + 1) / (float64(of) + float64(max(len(t.kinds[g.question]), 2)))
}

// group judges sheets with the same wrong answers, of at least two people. The chance is that of somebody about as good
// giving the same answers to the questions that all of them had; the finding is one when chance alone makes such a group
// among all papers, or among those of one unit when it is one, in at most one of 10^SameChance contests.
func (t *tally) group(s Settings, sheets []sheet) (Evidence, float64, bool) {
	people := map[string]bool{}
	oneTeam := true
	for _, sh := range sheets {
		people[sh.entrant] = true
		oneTeam = oneTeam && sh.team == sheets[0].team
	}
	k := len(people)
	if k < 2 {
		return Evidence{}, 0, false
	}
	digits := 0.0 // -log10 of the chance
	e := Evidence{People: k, OneTeam: oneTeam}
	for _, g := range sheets[0].answers {
		if g.choice == "" || !allGave(sheets, g) {
			continue
		}
		p := t.share(sheets[0].correct, g)
		digits -= math.Log10(p)
		if !g.right {
			e.Wrong++
			e.Answers = append(e.Answers, Common{g.question, g.letters, int(math.Round(p * 100))})
		}
	}
	ways := logChoose(t.n, k)
	if oneTeam {
		ways = t.waysInTeams(k)
	}
	strength := float64(k-1)*digits - ways
	e.Digits = int(digits)
	return e, strength, e.Wrong >= s.SameWrong && strength >= float64(s.SameChance)
}

// allGave tells whether all sheets have this answer.
func allGave(sheets []sheet, g given) bool {
	for _, s := range sheets[1:] {
		if !slices.ContainsFunc(s.answers, func(o given) bool { return o.question == g.question && o.choice == g.choice }) {
			return false
		}
	}
	return true
}

// possible tells whether a sheet may become part of a finding, when so many have its wrong answers. Where most people
// err alike, thousands of sheets may have the same, and need not be kept in memory.
func (t *tally) possible(s Settings, sh sheet, k int) bool {
	digits := 0.0
	for _, g := range sh.answers {
		if g.choice != "" {
			digits -= math.Log10(t.share(sh.correct, g))
		}
	}
	ways, ok := t.ways[k]
	if !ok {
		ways = min(t.waysInTeams(k), logChoose(t.n, k))
		t.ways[k] = ways
	}
	return float64(k-1)*digits-ways >= float64(s.SameChance)
}

// waysInTeams is log10 of the number of groups of k within one team.
func (t *tally) waysInTeams(k int) float64 {
	most := math.Inf(-1)
	var all []float64
	for _, n := range t.teams {
		if n >= k {
			w := logChoose(n, k)
			all, most = append(all, w), max(most, w)
		}
	}
	if len(all) == 0 {
		return 0
	}
	sum := 0.0
	for _, w := range all {
		sum += math.Pow(10, w-most)
	}
	return most + math.Log10(sum)
}

// logChoose is log10 of n over k.
func logChoose(n, k int) float64 {
	if k < 0 || k > n {
		return 0
	}
	l := func(m int) float64 { v, _ := math.Lgamma(float64(m) + 1); return v }
	return (l(n) - l(k) - l(n-k)) / math.Ln10
}
