package paper

import (
	"time"

	"leitai/questionbank"
	"leitai/quiz"
)

// Phase is what people can do in a contest now.
type Phase string

// The phases, in their order.
const (
	PhaseBefore   Phase = "before"
	PhasePractice Phase = "practice"
	PhaseBetween  Phase = "between" // the practice is over, the formal part has not begun
	PhaseFormal   Phase = "formal"
	PhaseAfter    Phase = "after"
)

// Contest is a paper contest with its rules, its teams and the questions that papers are drawn from. What Store gives
// is shared between its callers: it must not be changed.
type Contest struct {
	ID        string
	Title     string
	Organizer string
	Looks     quiz.ContestSettings // theme, logo, sponsor, team formula, shared ranks
	Rules     Settings
	Status    quiz.Status
	Code      string // six digits, once published
	Seed      string // hex; secret until the contest is finished
	SeedHash  string // the commitment to seed, rules and pool
	Version   int
	CreatedAt time.Time
	Teams     []quiz.Team
	Pool      []PoolQuestion // frozen at the publication; by rule, then by id

	keys  int // counts the corrections of keys
	zone  *time.Location
	teams map[string]int
	pool  map[string]int
	rules [][]int // places in Pool of each rule's questions
}

// PoolQuestion is a question that papers are drawn from, as it was when the contest was published.
type PoolQuestion struct {
	RuleNo   int // from 1
	Question questionbank.Question
	Moves    string // letters of the options that are shuffled among themselves
	Voided   bool   // counts as right for everybody who drew it
}

// index makes the contest's look-up tables.
func (c *Contest) index() error {
	var err error
	if c.zone, err = c.Rules.Zone(); err != nil {
		return err
	}
	c.teams, c.pool, c.rules = make(map[string]int, len(c.Teams)), make(map[string]int, len(c.Pool)), make([][]int, len(c.Rules.Draw))
	for i, t := range c.Teams {
		c.teams[t.ID] = i
	}
	for i, q := range c.Pool {
		c.pool[q.Question.ID] = i
		if n := q.RuleNo - 1; n >= 0 && n < len(c.rules) {
			c.rules[n] = append(c.rules[n], i)
		}
	}
	return nil
}

// Team finds a team by id.
func (c *Contest) Team(id string) (quiz.Team, bool) {
	i, ok := c.teams[id]
	if !ok {
		return quiz.Team{}, false
	}
	return c.Teams[i], true
}

// Question finds a question of the pool by id.
func (c *Contest) Question(id string) (*PoolQuestion, bool) {
	i, ok := c.pool[id]
	if !ok {
		return nil, false
	}
	return &c.Pool[i], true
}

// Day is the calendar day of a moment in the contest's time zone, as 2006-01-02.
func (c *Contest) Day(t time.Time) string { return t.In(c.zone).Format(time.DateOnly) }

// PhaseAt says what people can do at a moment. It goes by the clock alone, so that nobody waits for the program to notice that a
// contest has opened.
func (c *Contest) PhaseAt(t time.Time) Phase {
	now, r := t.UnixMilli(), c.Rules
	switch {
	case c.Status == quiz.Finished || c.Status == quiz.Archived || now >= r.ClosesMS:
		return PhaseAfter
	case now >= r.OpensMS:
		return PhaseFormal
	case r.PracticeOpensMS == 0 || now < r.PracticeOpensMS:
		return PhaseBefore
	case now < r.PracticeClosesMS:
		return PhasePractice
	}
	return PhaseBetween
}

// closes is when the window of a phase ends, in Unix milliseconds.
func (c *Contest) closes(p Phase) int64 {
	if p == PhasePractice {
		return c.Rules.PracticeClosesMS
	}
	return c.Rules.ClosesMS
}

// PointsOf is what a right answer to a question of the pool is worth.
func (c *Contest) PointsOf(q *PoolQuestion) int {
	if n := q.RuleNo - 1; n >= 0 && n < len(c.Rules.Draw) && c.Rules.Draw[n].Points > 0 {
		return c.Rules.Draw[n].Points
	}
	return c.Rules.Points[q.Question.Type]
}

// Size is the number of questions of a paper.
func (s Settings) Size() int {
	n := 0
	for _, r := range s.Draw {
		n += r.Count
	}
	return n
}
