package paper

import (
	"context"
	"encoding/json"
	"slices"

	"leitai/questionbank"
)

// Sheet is an attempt as its person sees it while answering: no key, no explanation, no source.
type Sheet struct {
	Attempt   *Attempt
	Questions []SheetQuestion // where they come one at a time, those that were shown
	At        int             // then the number of the present one, 0 before the first
	Leaves    Leaves
}

// SheetQuestion is a question as it is shown to one person.
type SheetQuestion struct {
	No       int
	ID       string
	Type     questionbank.Type
	Category string
	Stem     string
	Options  []Option
	Points   int
	Media    []questionbank.Media // of stem and options, with the letters as shown
	A        []string             // the answer so far, in letters as shown; nil for none
	N        int                  // the number of its save
	ShownMS  int64                // Unix milliseconds; of questions that come one at a time
	ClosesMS int64
}

// Option is an option under the letter that this person sees.
type Option struct{ ID, Text string }

// given is the answer to a question that counts so far.
type given struct {
	n      int
	at     int64
	id     string
	choice []string // the bank's letters
}

// before tells that another save counts instead of g.
func (g given) before(n int, at int64, id string) bool {
	if g.n != n {
		return g.n < n
	}
	if g.at != at {
		return g.at < at
	}
	return g.id < id
}

type savedRow struct {
	Attempt string `db:"attempt_id"`
	ID      string `db:"id"`
	Q       int    `db:"question_no"`
	N       int    `db:"n"`
	Choice  string `db:"choice"`
	At      int64  `db:"saved_at"`
}

// counting gives for each question of an attempt the save that counts: the highest n, of equal ones the latest.
func counting(rows []savedRow, questions int, until int64) []given {
	out := make([]given, questions)
	for i := range out {
		out[i].n = -1
	}
	for _, r := range rows {
		if r.Q < 1 || r.Q > questions || r.At > until {
			continue
		}
		if g := &out[r.Q-1]; g.before(r.N, r.At, r.ID) {
			var choice []string
			if json.Unmarshal([]byte(r.Choice), &choice) != nil {
				continue // not written by this program
			}
			*g = given{r.N, r.At, r.ID, choice}
		}
	}
	return out
}

// SheetOf gives an attempt with its questions and the answers so far.
func (s *Store) SheetOf(ctx context.Context, c *Contest, a *Attempt) (Sheet, error) {
	var rows []savedRow
	if err := s.db.Select(ctx, &rows, `SELECT attempt_id, id, question_no, n, choice, saved_at FROM attempt_saves WHERE attempt_id = $1`, a.ID); err != nil {
		return Sheet{}, wrap("list saves", err)
	}
	sheet := Sheet{Attempt: a}
	var turns []turn
	var err error
	if c.Rules.QuestionLimitMS > 0 {
		if turns, err = s.turns(ctx, c, a); err != nil {
			return Sheet{}, err
		}
		sheet.At = current(turns)
	}
	if sheet.Leaves, err = s.leaves(ctx, a.ID, true); err != nil {
		return Sheet{}, err
	}
	answers := counting(rows, len(a.Paper), a.lastSave().UnixMilli())
	for i, d := range a.Paper {
		q, ok := c.Question(d.ID)
		if !ok || turns != nil && turns[i].shown == 0 {
			continue
		}
		v := SheetQuestion{No: i + 1, ID: d.ID, Type: q.Question.Type, Category: q.Question.Category, Stem: q.Question.Stem, Points: c.PointsOf(q),
			Options: d.options(q), Media: d.media(q, false), N: max(answers[i].n, 0)}
		if turns != nil {
			v.ShownMS, v.ClosesMS = turns[i].shown, turns[i].closes
		}
		if len(answers[i].choice) > 0 {
			v.A = d.answer(q, answers[i].choice)
		}
		sheet.Questions = append(sheet.Questions, v)
	}
	return sheet, nil
}

// options gives a question's options in the order in which they are shown.
func (d Drawn) options(q *PoolQuestion) []Option {
	out := make([]Option, 0, len(d.Options))
	for i, l := range []byte(d.Options) {
		if n := int(l - 'A'); n < len(q.Question.Options) {
			out = append(out, Option{questionbank.Letter(i), q.Question.Options[n]})
		}
	}
	return out
}

// answer gives an answer in the letters that were shown: sorted but where the order is the answer.
func (d Drawn) answer(q *PoolQuestion, banks []string) []string {
	out := d.toShown(banks)
	if q.Question.Type == questionbank.Multiple {
		slices.Sort(out)
	}
	return out
}

// media gives a question's media with the letters that are shown; those of the explanation only where that is shown.
func (d Drawn) media(q *PoolQuestion, explained bool) []questionbank.Media {
	out := []questionbank.Media{}
	for _, m := range q.Question.Media {
		switch m.Part {
		case questionbank.PartStem:
		case questionbank.PartExplanation:
			if !explained {
				continue
			}
		default:
			m.Part = d.toShown([]string{m.Part})[0]
		}
		out = append(out, m)
	}
	return out
}
