package quiz

import (
	"bytes"
	"encoding/json"
	"math"
)

// Weights are what each formula counts for in the composite one, in percent.
type Weights struct {
	Sum           int `json:"sum"`
	Average       int `json:"average"`
	RosterAverage int `json:"roster_average"`
	TopK          int `json:"top_k_average"`
	Participation int `json:"participation"`
}

// UnmarshalJSON takes the weights as a whole: a formula that is not named counts nothing, whatever it counted before.
func (w *Weights) UnmarshalJSON(raw []byte) error {
	type plain Weights
	var in plain
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(&in); err != nil {
		return err
	}
	*w = Weights(in)
	return nil
}

// Of is the weight of one formula; the composite one has none.
func (w Weights) Of(f Formula) int {
	switch f {
	case FormulaSum:
		return w.Sum
	case FormulaAverage:
		return w.Average
	case FormulaRosterAverage:
		return w.RosterAverage
	case FormulaTopK:
		return w.TopK
	case FormulaParticipation:
		return w.Participation
	case FormulaComposite:
	}
	return 0
}

// simpleFormulas are those that a composite one is made of.
var simpleFormulas = []Formula{FormulaSum, FormulaAverage, FormulaRosterAverage, FormulaTopK, FormulaParticipation}

func (w Weights) validate(f fields, needed bool) {
	sum := 0
	for _, formula := range simpleFormulas {
		n := w.Of(formula)
		f.between("weights", n, 0, 100)
		sum += n
	}
	if needed && sum != 100 && f["weights"] == "" {
		f["weights"] = "contest.weights"
	}
}

// TeamFacts are the numbers that a team's points come from, of a live contest or of a paper one.
type TeamFacts struct {
	Roster   int   // people of the team on the roster, 0 without one
	People   int   // entrants, whether they took part or not; of a paper contest those who took part
	TookPart int   // who answered; of a paper contest who handed in
	Sum      int64 // points of all people
	Active   int64 // points that the average takes: of those who took part, and what staff gave the others
	Given    int   // who took no part and was given points by staff: the average is of them when nobody took part
	Top      int64 // sum of the points of the best TopK people, or of all where there are fewer
	Max      int64 // what one person can get at most: a composite formula sees points as percent of it
}

// TeamHundredths is a team's points × 100 by the contest's formula (DOMAIN.md, "Ranking of teams"), rounded half away
// from zero. Participation is in percent. The composite formula is in percent as a whole, since points and percents
// cannot be added: each average counts as percent of Max, and the sum as percent of what the whole roster can get, which
// makes it the same as the average of the roster. It is rounded once, at the end.
func (s ContestSettings) TeamHundredths(t TeamFacts) int64 {
	if s.TeamFormula != FormulaComposite {
		sum, n := s.fraction(s.TeamFormula, t)
		return ratio(sum, n)
	}
	total := 0.0
	for _, formula := range simpleFormulas {
		if w := s.Weights.Of(formula); w != 0 {
			total += float64(w) * s.percent(formula, t)
		}
	}
	return int64(math.Round(total))
}

// fraction gives a simple formula as sum ÷ n; n is 0 where there is nobody.
func (s ContestSettings) fraction(formula Formula, t TeamFacts) (sum int64, n int) {
	roster := max(t.Roster, t.People) // who is not on it and takes part all the same counts as one more
	switch formula {
	case FormulaSum:
		return t.Sum, 1
	case FormulaRosterAverage:
		return t.Sum, roster
	case FormulaTopK:
		return t.Top, s.TopK
	case FormulaParticipation:
		return 100 * int64(t.TookPart), roster
	case FormulaAverage, FormulaComposite:
	}
	if t.TookPart == 0 {
		return t.Active, t.Given
	}
	return t.Active, t.TookPart
}

// percent gives a simple formula as percent: of the roster, or of the most that can be got.
func (s ContestSettings) percent(formula Formula, t TeamFacts) float64 {
	if formula == FormulaSum {
		formula = FormulaRosterAverage
	}
	sum, n := s.fraction(formula, t)
	switch {
	case n <= 0:
		return 0
	case formula == FormulaParticipation:
		return float64(sum) / float64(n)
	case t.Max <= 0:
		return 0
	}
	return 100 * float64(sum) / float64(n) / float64(t.Max)
}

// ratio is sum/n in hundredths, rounded half away from zero; 0 when n is 0.
func ratio(sum int64, n int) int64 {
	if n <= 0 {
		return 0
	}
	return int64(math.Round(100 * float64(sum) / float64(n)))
}

// maxPoints is what one person gets at most in a live contest who answers every question that counts; a bonus for a
// streak is not in it.
func (c *Contest) maxPoints() int64 {
	most := 0
	for _, r := range c.Rounds {
		for _, q := range r.Questions {
			if !q.Voided {
				most += r.Settings.FullPoints(q.Question.Type)
			}
		}
	}
	return int64(most)
}
