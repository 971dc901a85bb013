package paper

import (
	"context"
	"time"

	"leitai/questionbank"
	"leitai/quiz"
)

// Line is an attempt in its person's list, with what the contest lets them see of it now.
type Line struct {
	*Attempt
	Max    int
	Shown  bool // points, right answers and whether they passed may be seen
	Passed *bool
	Review bool // keys and explanations may be seen
}

// LineOf tells what a person sees of an attempt of theirs.
func (c *Contest) LineOf(a *Attempt) Line {
	l := Line{Attempt: a, Max: c.Max(a)}
	if a.State != HandedIn {
		return l
	}
	over := c.Status == quiz.Finished || c.Status == quiz.Archived
	l.Shown = c.Rules.ShowPoints || over
	l.Review = c.mayReview(a)
	if l.Shown && c.Rules.PassMark > 0 {
		passed := a.Points >= c.Rules.PassMark
		l.Passed = &passed
	}
	return l
}

// mayReview tells that a person may see keys and explanations of an attempt. After the window means that the contest is finished: as long as
// anybody's attempt is open, nobody has the keys.
func (c *Contest) mayReview(a *Attempt) bool {
	if a.State != HandedIn {
		return false
	}
	over := c.Status == quiz.Finished || c.Status == quiz.Archived
	switch c.Rules.Review {
	case ReviewAfterHandIn:
		return over || !c.sameAgain(a)
	case ReviewAfterWindow:
		return over
	}
	return false
}

// sameAgain tells that whoever handed an attempt in may get the very same questions once more: by another attempt, by the formal one after
// practice, or under another name where anybody may enter. They have not handed those in, and so do not get their keys.
func (c *Contest) sameAgain(a *Attempt) bool {
	return c.Rules.SamePaper && (a.Phase != PhaseFormal || c.Rules.AttemptsInAll != 1 || c.Rules.Entry == EntryOpen)
}

// Answering tells that the person of an attempt has another one that is not handed in: it may have the same questions, so that
// until then they see no keys.
func (s *Store) Answering(ctx context.Context, a *Attempt) (bool, error) {
	var n int
	if err := s.db.Get(ctx, &n, `SELECT COUNT(*) FROM attempts WHERE contest_id = $1 AND entrant_id = $2 AND `+unfinished, a.ContestID, a.EntrantID); err != nil {
		return false, wrap("look for open attempts", err)
	}
	return n > 0, nil
}

// Reviewed is a question of an attempt that was handed in, with its key.
type Reviewed struct {
	No          int
	Type        questionbank.Type
	Category    string
	Stem        string
	Options     []Option
	Key         []string // letters as shown
	Explanation string
	Source      string
	Media       []questionbank.Media
	A           []string
	Right       bool
	Points      int
	Max         int
	Voided      bool
}

// Review gives the questions of an attempt with keys, or false where the contest does not allow that (now).
func (c *Contest) Review(a *Attempt) ([]Reviewed, bool) {
	if !c.mayReview(a) {
		return nil, false
	}
	return c.reviewed(a), true
}

// ReviewForStaff is Review of any attempt that is marked, whatever the contest shows to people.
func (c *Contest) ReviewForStaff(a *Attempt) []Reviewed { return c.reviewed(a) }

func (c *Contest) reviewed(a *Attempt) []Reviewed {
	var out []Reviewed
	for i, d := range a.Paper {
		q, ok := c.Question(d.ID)
		if !ok {
			continue
		}
		r := Reviewed{No: i + 1, Type: q.Question.Type, Category: q.Question.Category, Stem: q.Question.Stem, Options: d.options(q),
			Key: d.answer(q, q.Question.Key), Explanation: q.Question.Explanation, Source: q.Question.Source, Media: d.media(q, true),
			A: []string{}, Max: c.PointsOf(q), Voided: q.Voided}
		if i < len(a.Marks) {
			m := a.Marks[i]
			r.A, r.Right, r.Points = d.answer(q, m.A), m.Right, m.Points
		}
		out = append(out, r)
	}
	return out
}

// RevealedSeed is the seed, once the contest is finished, and "" before.
func (c *Contest) RevealedSeed() string {
	if c.Status == quiz.Finished || c.Status == quiz.Archived {
		return c.Seed
	}
	return ""
}

// OpensAt and ClosesAt are the formal window.
func (c *Contest) OpensAt() time.Time { return time.UnixMilli(c.Rules.OpensMS) }

// ClosesAt is when the formal window ends.
func (c *Contest) ClosesAt() time.Time { return time.UnixMilli(c.Rules.ClosesMS) }
