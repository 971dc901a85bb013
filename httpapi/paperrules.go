package httpapi

import (
	"encoding/json"
	"reflect"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"leitai/fault"
	"leitai/quiz"
	"leitai/quiz/paper"
)

// applyRules is apply for rules that are there already: a draw replaces the one before as a whole.
func applyRules(raw json.RawMessage, into *paper.Settings) error {
	var given struct {
		Draw json.RawMessage `json:"draw"`
	}
	if err := json.Unmarshal(raw, &given); err != nil {
		return fault.Wrap(fault.Invalid, "request.malformed", err)
	}
	if given.Draw != nil {
		into.Draw = nil
	}
	if err := apply(raw, into); err != nil {
		return err
	}
	*into = normal(*into)
	return nil
}

// scoredAlike refuses other ways of making places once the contest is published: people were told of these.
func scoredAlike(was, is quiz.ContestSettings) error {
	f := map[string]string{}
	for name, pair := range map[string][2]any{"team_formula": {was.TeamFormula, is.TeamFormula}, "top_k": {was.TopK, is.TopK}, "share_ranks": {was.ShareRanks, is.ShareRanks}} {
		if !reflect.DeepEqual(pair[0], pair[1]) {
			f[name] = "contest.settled"
		}
	}
	if len(f) > 0 {
		return &fault.Error{Code: fault.Conflict, Key: "contest.settled", Fields: f}
	}
	return nil
}

func unitsOf(c *paper.Contest) []string {
	out := []string{}
	for _, t := range c.Teams {
		if t.UnitID != "" {
			out = append(out, t.UnitID)
		}
	}
	return out
}

func sameUnits(a, b []string) bool {
	return slices.Equal(slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b)))
}

type ruleReport struct {
	Want int `json:"want"`
	Fit  int `json:"fit"`
	Have int `json:"have"`
}

type drawReport struct {
	Enough     bool         `json:"enough"`
	Questions  int          `json:"questions"`
	Pool       int          `json:"pool"`
	Duplicates int          `json:"duplicates"`
	Rules      []ruleReport `json:"rules"`
	Repeats    float64      `json:"repeats"`
	Attempts   int          `json:"attempts"`
	Again      float64      `json:"again"`
}

// checkPaper tells whether the banks satisfy rules as the request has them, or as they are stored. It changes nothing.
func (a *API) checkPaper(c *fiber.Ctx) error {
	in, err := body[struct {
		Paper json.RawMessage `json:"paper"`
	}](c)
	if err != nil {
		return err
	}
	contest, err := a.paperOf(c)
	if err != nil {
		return err
	}
	rules, err := copyRules(contest.Rules)
	if err != nil {
		return err
	}
	if in.Paper != nil {
		if err := applyRules(in.Paper, &rules); err != nil {
			return err
		}
	}
	for _, r := range rules.Draw {
		if slices.ContainsFunc(contest.Rules.Draw, func(o paper.Rule) bool { return o.BankID == r.BankID }) {
			continue
		}
		if _, err := a.reachBank(c, r.BankID); err != nil {
			return err
		}
	}
	r, err := a.Papers.CheckDraw(c.UserContext(), rules)
	if err != nil {
		return err
	}
	v := drawReport{r.Enough, r.Questions, r.Pool, r.Duplicates, make([]ruleReport, len(r.Rules)), r.Repeats, r.Attempts, r.Again}
	for i, x := range r.Rules {
		v.Rules[i] = ruleReport{x.Want, x.Fit, x.Have}
	}
	return c.JSON(v)
}

// copyPaper makes a draft with the same rules and units: its window is as long and opens a day from now, practice as far
// before it as it was. Draws from banks that the caller has no access to come along: they were shared with the contest.
func (a *API) copyPaper(c *fiber.Ctx, id, title string) error {
	have, err := a.Papers.Find(c.UserContext(), id)
	if err != nil {
		return err
	}
	rules, err := copyRules(have.Rules)
	if err != nil {
		return err
	}
	rules = rules.Shifted(time.Now())
	n := &quiz.Contest{ID: uuid.Must(uuid.NewV7()).String(), Title: title, Organizer: have.Organizer, Settings: have.Looks}
	for _, t := range have.Teams {
		if t.UnitID == "" {
			t.ID = ""
			n.Teams = append(n.Teams, t)
		}
	}
	if err := a.storePaper(c, n, rules, unitsOf(have)); err != nil {
		return err
	}
	note(c, "copy_of", id)
	return a.show(c, n.ID, fiber.StatusCreated)
}
