package ranking

import (
	"slices"

	"leitai/quiz"
)

// Advice is something that would bring a unit past the one in front of it, as things stand now. Every number is found by
// computing the unit's points as they would be, so that whoever does it gains the place.
type Advice struct {
	Kind   string // people: so many more take part, with Each points each; points: Points more in all, among People who took part
	People int
	Points int64
	Each   int64
}

// The kinds of advice.
const (
	MorePeople = "people"
	MorePoints = "points"
)

// unitNow is a unit as its points are computed, with what is needed to compute them for another course of things.
type unitNow struct {
	facts  quiz.TeamFacts
	best   []int64 // points of those who took part, best first: all, or at least as many as the formula's k
	sum    int64   // of the points of those among whom points may be gained: the best k, or all
	absent int     // on the roster, and did not take part
	open   bool    // there is no roster: anybody may take part
}

// maxNewcomers is how many are thought of where there is no roster.
const maxNewcomers = 500

// advise says what would lift a unit above target hundredths: more people, and more points. pass is what a newcomer may
// be thought to get.
func advise(s quiz.ContestSettings, u unitNow, target, pass int64) []Advice {
	var out []Advice
	if a, ok := byPeople(s, u, target, pass); ok {
		out = append(out, a)
	}
	if a, ok := byPoints(s, u, target); ok {
		out = append(out, a)
	}
	return out
}

// byPeople finds the least number of newcomers: with as many points each as the unit has on average, or else with full
// marks.
func byPeople(s quiz.ContestSettings, u unitNow, target, pass int64) (Advice, bool) {
	most := u.absent
	if u.open {
		most = maxNewcomers
	}
	usual := pass
	if u.facts.TookPart > 0 {
		usual = max(u.facts.Sum/int64(u.facts.TookPart), 0)
	}
	tries := []int64{usual}
	if s.TeamFormula == quiz.FormulaParticipation {
		tries = []int64{0} // points do not matter
	} else if u.facts.Max > usual {
		tries = append(tries, u.facts.Max)
	}
	for _, each := range tries {
		for n := 1; n <= most; n++ {
			if s.TeamHundredths(withPeople(s, u, n, each)) > target {
				return Advice{Kind: MorePeople, People: n, Each: each}, true
			}
		}
	}
	return Advice{}, false
}

// withPeople are the facts with n more people of so many points each.
func withPeople(s quiz.ContestSettings, u unitNow, n int, each int64) quiz.TeamFacts {
	f := u.facts
	f.People += n
	f.TookPart += n
	f.Sum += int64(n) * each
	f.Active += int64(n) * each
	best := slices.Clone(u.best[:min(len(u.best), s.TopK)])
	for range min(n, s.TopK) {
		best = append(best, each)
	}
	slices.SortFunc(best, func(a, b int64) int { return int(b - a) })
	f.Top = 0
	for _, p := range best[:min(len(best), s.TopK)] {
		f.Top += p
	}
	return f
}

// counted is how many of those who took part can gain points for the unit: where the best k count, these.
func counted(s quiz.ContestSettings, tookPart int) int {
	if usesTop(s) {
		return min(tookPart, s.TopK)
	}
	return tookPart
}

func usesTop(s quiz.ContestSettings) bool {
	return s.TeamFormula == quiz.FormulaTopK || s.TeamFormula == quiz.FormulaComposite && s.Weights.TopK > 0
}

// byPoints finds the least number of points that those who took part would have to gain together.
func byPoints(s quiz.ContestSettings, u unitNow, target int64) (Advice, bool) {
	people := counted(s, u.facts.TookPart)
	if people == 0 || s.TeamFormula == quiz.FormulaParticipation {
		return Advice{}, false
	}
	room := int64(people)*u.facts.Max - u.sum
	with := func(points int64) int64 {
		f := u.facts
		f.Sum += points
		f.Active += points
		f.Top += points
		return s.TeamHundredths(f)
	}
	if room <= 0 || with(room) <= target {
		return Advice{}, false
	}
	low, high := int64(0), room // with(low) ≤ target < with(high)
	for high-low > 1 {
		if mid := low + (high-low)/2; with(mid) > target {
			high = mid
		} else {
			low = mid
		}
	}
	return Advice{Kind: MorePoints, People: people, Points: high, Each: (high + int64(people) - 1) / int64(people)}, true
}
