package ranking

import (
	"math/rand/v2"
	"slices"
	"testing"

	"leitai/quiz"
)

// crowd is a unit as people see it: its roster, and the points of everybody who took part.
type crowd struct {
	roster int
	points []int64
	most   int64
}

func (c crowd) facts(s quiz.ContestSettings) quiz.TeamFacts {
	f := quiz.TeamFacts{Roster: c.roster, People: len(c.points), TookPart: len(c.points), Max: c.most}
	best := slices.Clone(c.points)
	slices.SortFunc(best, func(a, b int64) int { return int(b - a) })
	for i, p := range best {
		f.Sum += p
		if i < s.TopK {
			f.Top += p
		}
	}
	f.Active = f.Sum
	return f
}

func (c crowd) now(s quiz.ContestSettings) unitNow {
	f := c.facts(s)
	u := unitNow{facts: f, best: slices.Clone(c.points), sum: f.Sum, open: c.roster == 0, absent: max(0, c.roster-len(c.points))}
	slices.SortFunc(u.best, func(a, b int64) int { return int(b - a) })
	if usesTop(s) {
		u.sum = f.Top
	}
	return u
}

// follow does what an advice says, to the people themselves.
func (c crowd) follow(s quiz.ContestSettings, a Advice) crowd {
	out := crowd{c.roster, slices.Clone(c.points), c.most}
	if a.Kind == MorePeople {
		for range a.People {
			out.points = append(out.points, a.Each)
		}
		return out
	}
	slices.SortFunc(out.points, func(a, b int64) int { return int(b - a) })
	for left := a.Points; left > 0; {
		given := false
		for i := range out.points[:a.People] { // a point each in turn, to who has room
			if left > 0 && out.points[i] < out.most {
				out.points[i]++
				left--
				given = true
			}
		}
		if !given {
			return c // it cannot be followed
		}
	}
	return out
}

// TestAdviceGainsThePlace: for random units and all formulas, whoever does what the captain's page says passes the unit in
// front, and with one person or one point less does not.
func TestAdviceGainsThePlace(t *testing.T) {
	r := rand.New(rand.NewPCG(42, 1))
	given := map[quiz.Formula]map[string]int{}
	for range 6000 {
		s := quiz.DefaultContestSettings()
		s.TeamFormula = []quiz.Formula{quiz.FormulaSum, quiz.FormulaAverage, quiz.FormulaRosterAverage, quiz.FormulaTopK, quiz.FormulaParticipation, quiz.FormulaComposite}[r.IntN(6)]
		s.TopK = 1 + r.IntN(8)
		s.Weights = []quiz.Weights{{Participation: 70, Average: 30}, {RosterAverage: 50, TopK: 50}, {Sum: 20, Average: 20, RosterAverage: 20, TopK: 20, Participation: 20}}[r.IntN(3)]
		c := crowd{roster: []int{0, 5, 20, 60}[r.IntN(4)], most: 100}
		for range r.IntN(25) {
			c.points = append(c.points, r.Int64N(103)-2)
		}
		before := s.TeamHundredths(c.facts(s))
		target := before + r.Int64N(1+max(before, 300))
		for _, a := range advise(s, c.now(s), target, 60) {
			if given[s.TeamFormula] == nil {
				given[s.TeamFormula] = map[string]int{}
			}
			given[s.TeamFormula][a.Kind]++
			if after := s.TeamHundredths(c.follow(s, a).facts(s)); after <= target {
				t.Fatalf("%s, k %d, %+v: %+v brings %d to %d, and %d is in front", s.TeamFormula, s.TopK, c, a, before, after, target)
			}
			less := a
			if a.Kind == MorePeople {
				less.People--
			} else {
				less.Points--
			}
			if less.People*int(less.Points+1) == 0 && a.Kind == MorePoints || less.People == 0 {
				continue
			}
			if after := s.TeamHundredths(c.follow(s, less).facts(s)); after > target {
				t.Fatalf("%s, k %d, %+v: %+v is more than is needed: %d > %d", s.TeamFormula, s.TopK, c, a, after, target)
			}
			if c.roster > 0 && a.Kind == MorePeople && len(c.points)+a.People > max(c.roster, len(c.points)) {
				t.Fatalf("%+v asks for people who are not there: %+v", a, c)
			}
		}
	}
	for formula, kinds := range given {
		if kinds[MorePeople] == 0 || kinds[MorePoints] == 0 && formula != quiz.FormulaParticipation {
			t.Errorf("%s: advice given %v", formula, kinds)
		}
	}
}

func TestAdvice(t *testing.T) {
	settings := func(f quiz.Formula) quiz.ContestSettings {
		s := quiz.DefaultContestSettings()
		s.TeamFormula = f
		return s
	}
	c := crowd{roster: 10, points: []int64{80, 60}, most: 100}
	for _, tt := range []struct {
		formula quiz.Formula
		target  int64 // hundredths
		want    []Advice
	}{
		{quiz.FormulaSum, 20000, []Advice{{MorePeople, 1, 0, 70}}},                                  // two of 100 give 200, which is no more than 200
		{quiz.FormulaSum, 15000, []Advice{{MorePeople, 1, 0, 70}, {MorePoints, 2, 11, 6}}},          // 151
		{quiz.FormulaAverage, 7500, []Advice{{MorePeople, 1, 0, 100}, {MorePoints, 2, 11, 6}}},      // the usual 70 do not lift an average of 70
		{quiz.FormulaRosterAverage, 1500, []Advice{{MorePeople, 1, 0, 70}, {MorePoints, 2, 11, 6}}}, // 15.1
		{quiz.FormulaTopK, 2800, []Advice{{MorePeople, 1, 0, 70}, {MorePoints, 2, 1, 1}}},           // 140 ÷ 5 = 28
		{quiz.FormulaParticipation, 5000, []Advice{{MorePeople, 4, 0, 0}}},                          // 6 of 10
		{quiz.FormulaComposite, 4000, []Advice{{MorePeople, 1, 0, 70}, {MorePoints, 2, 34, 17}}},    // 14 + 21 = 35 to 21 + 21 = 42
		{quiz.FormulaParticipation, 10000, nil},                                                     // more than everybody there is not
		{quiz.FormulaAverage, 10000, nil},                                                           // nor more than full marks
	} {
		s := settings(tt.formula)
		got := advise(s, c.now(s), tt.target, 60)
		if !slices.Equal(got, tt.want) {
			t.Errorf("%s above %d: %+v, want %+v", tt.formula, tt.target, got, tt.want)
		}
	}
}
