package httpapi

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/quiz/paper"
)

// drawView is everything that decides what papers were drawn, once a contest is finished (docs/draw.md).
type drawView struct {
	Algorithm string            `json:"algorithm"`
	Seed      string            `json:"seed"`
	SeedHash  string            `json:"seed_hash"`
	Rules     drawRulesView     `json:"rules"`
	Pool      []paper.PoolEntry `json:"pool"`
}

type drawRulesView struct {
	Draw             []drawRuleView `json:"draw"`
	SamePaper        bool           `json:"same_paper"`
	ShuffleQuestions bool           `json:"shuffle_questions"`
	ShuffleOptions   bool           `json:"shuffle_options"`
}

// drawn finds a finished contest by its code; before that its draw is a secret, conflict contest.draw_secret.
func (a *API) drawn(c *fiber.Ctx) (*paper.Contest, error) {
	p, err := a.online(c)
	if err == nil && p.RevealedSeed() == "" {
		err = fault.New(fault.Conflict, "contest.draw_secret")
	}
	return p, err
}

func (a *API) findDraw(c *fiber.Ctx) error {
	p, err := a.drawn(c)
	if err != nil {
		return err
	}
	r := p.Rules
	return c.JSON(drawView{paper.Algorithm, p.Seed, p.SeedHash, drawRulesView{drawRules(r.Draw), r.SamePaper, r.ShuffleQuestions, r.ShuffleOptions}, p.Entries()})
}

type drawnQuestion struct {
	No         int    `json:"no"`
	QuestionID string `json:"question_id"`
	Version    int    `json:"version"`
	Options    string `json:"options"` // the bank's letters in the order in which they were shown
}

// redraw draws the paper of an attempt once more, and tells whether the one that was answered is the same.
func (a *API) redraw(c *fiber.Ctx) error {
	in, err := body[struct {
		Attempt string `json:"attempt"` // its id, or its label
	}](c)
	if err != nil {
		return err
	}
	p, err := a.drawn(c)
	if err != nil {
		return err
	}
	at, err := a.attemptByLabel(c, p, in.Attempt)
	if err != nil {
		return err
	}
	again := p.Redraw(at)
	out := make([]drawnQuestion, len(again))
	for i, d := range again {
		q, _ := p.Question(d.ID)
		out[i] = drawnQuestion{i + 1, d.ID, q.Question.Version, d.Options}
	}
	return c.JSON(struct {
		Label     string          `json:"label"`
		Questions []drawnQuestion `json:"questions"`
		Matches   bool            `json:"matches"`
	}{at.Label(), out, p.Matches(at)})
}

func (a *API) attemptByLabel(c *fiber.Ctx, p *paper.Contest, name string) (*paper.Attempt, error) {
	if len(name) > 100 {
		return nil, fault.Field("attempt", "value.long")
	}
	if !strings.Contains(name, "/") {
		at, err := a.Papers.FindAttempt(c.UserContext(), name)
		if err == nil && at.ContestID != p.ID {
			err = fault.New(fault.NotFound, "attempt.missing")
		}
		return at, err
	}
	return a.Papers.FindAttemptByLabel(c.UserContext(), p.ID, name)
}
