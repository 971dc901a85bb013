package httpapi

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"leitai/fault"
	"leitai/people"
	"leitai/quiz"
	"leitai/quiz/paper"
)

// paperRoutes are the calls of staff about a paper contest.
func (a *API) paperRoutes() []route {
	return []route{
		{"GET", "/paper-contests/choices", organizer, whole, "", a.paperChoices},
		{"POST", "/paper-contests", organizer, whole, "contest.create", a.createPaper},
		{"GET", "/contests/:id/paper", viewer, ofContest, "", a.findPaper},
		{"PATCH", "/contests/:id/paper", organizer, ofContest, "contest.update", a.updatePaper},
		{"POST", "/contests/:id/paper/check", organizer, ofContest, "", a.checkPaper},
		{"POST", "/contests/:id/life", organizer, ofContest, "contest.life", a.moveContest},
		{"DELETE", "/contests/:id", organizer, ofContest, "contest.delete", a.deleteContest},
		{"GET", "/contests/:id/paper/progress", viewer, ofContest, "", a.paperProgress},
		{"GET", "/contests/:id/paper/teams/:team_id", organizer, ofContest, "", a.paperTeam},
		{"GET", "/contests/:id/paper/attempts", viewer, ofContest, "", a.listAttempts},
		{"GET", "/contests/:id/paper/attempts/:attempt_id", viewer, ofContest, "", a.showAttempt},
		{"POST", "/contests/:id/paper/attempts/:attempt_id/void", judge, ofContest, "contest.void_attempt", a.voidAttempt},
		{"GET", "/contests/:id/paper/questions", viewer, ofContest, "", a.paperQuestions},
		{"GET", "/contests/:id/paper.xlsx", viewer, ofContest, "contest.export", a.paperWorkbook},
	}
}

// maxUnits bounds the units of one contest.
const maxUnits = 5000

type paperTemplate struct {
	Key      string               `json:"key"`
	Kind     string               `json:"kind"`
	Settings quiz.ContestSettings `json:"settings"`
	Paper    *paper.Settings      `json:"paper"`
}

type unitChoice struct {
	ID       string `json:"id"`
	ParentID string `json:"parent_id"`
	Kind     string `json:"kind"`
	Name     string `json:"name"`
	People   int    `json:"people"`
}

// paperChoices gives what a new contest is made of: templates, and the units with their people.
func (a *API) paperChoices(c *fiber.Ctx) error {
	units, err := a.People.ListUnits(c.UserContext())
	if err != nil {
		return err
	}
	counts, err := a.People.CountPeople(c.UserContext())
	if err != nil {
		return err
	}
	out := make([]unitChoice, len(units))
	for i, u := range units {
		out[i] = unitChoice{u.ID, u.ParentID, u.Kind, u.Name, counts[u.ID]}
	}
	templates := []paperTemplate{}
	for _, t := range paper.Templates(time.Now()) {
		v := paperTemplate{Key: t.Key, Kind: string(t.Kind), Settings: t.Contest}
		if t.Kind == quiz.KindPaper {
			v.Paper = &t.Settings
		}
		templates = append(templates, v)
	}
	return c.JSON(struct {
		Templates []paperTemplate `json:"templates"`
		Units     []unitChoice    `json:"units"`
	}{templates, out})
}

type newPaper struct {
	Template  string          `json:"template"`
	Title     string          `json:"title"`
	Organizer string          `json:"organizer"`
	Settings  json.RawMessage `json:"settings"`
	Paper     json.RawMessage `json:"paper"`
	Units     []string        `json:"units"`
}

// createPaper makes a draft. Settings that are left out are the template's; its draw is of no bank and needs one.
func (a *API) createPaper(c *fiber.Ctx) error {
	in, err := body[newPaper](c)
	if err != nil {
		return err
	}
	now := time.Now()
	if in.Template == "" {
		in.Template = "empty"
	}
	templates := paper.Templates(now)
	at := slices.IndexFunc(templates, func(t paper.Template) bool { return t.Key == in.Template && t.Kind == quiz.KindPaper })
	if at < 0 {
		return fault.Field("template", "value.choice")
	}
	rules := templates[at].Settings
	rules.Draw = []paper.Rule{}
	contest := &quiz.Contest{ID: uuid.Must(uuid.NewV7()).String(), Title: strings.TrimSpace(in.Title), Organizer: strings.TrimSpace(in.Organizer), Settings: templates[at].Contest}
	if err := apply(in.Settings, &contest.Settings); err != nil {
		return err
	}
	if err := apply(in.Paper, &rules); err != nil {
		return err
	}
	if err := a.checkPaperInput(c, contest, rules, nil, in.Units); err != nil {
		return err
	}
	note(c, "template", in.Template)
	if err := a.storePaper(c, contest, rules, in.Units); err != nil {
		return err
	}
	return a.showPaper(c, contest.ID, fiber.StatusCreated)
}

// storePaper is storeContest for a paper contest: access comes first.
func (a *API) storePaper(c *fiber.Ctx, contest *quiz.Contest, rules paper.Settings, units []string) error {
	if err := a.own(c, people.OnContest, contest.ID); err != nil {
		return err
	}
	if err := a.Papers.Create(c.UserContext(), time.Now(), contest, normal(rules), units); err != nil {
		if undo := a.People.Revoke(c.UserContext(), people.OnContest, contest.ID, staffOf(c).ID); undo != nil {
			a.Logger.Error("access to no contest left behind", "contest_id", contest.ID, "error", undo)
		}
		return err
	}
	subject(c, "contest", contest.ID, contest.Title)
	return nil
}

// checkPaperInput looks at what the settings' own checks cannot: names, units, that the banks of new draw rules are the
// caller's, and that taking part stays voluntary where it is said to be.
func (a *API) checkPaperInput(c *fiber.Ctx, contest *quiz.Contest, rules paper.Settings, was []paper.Rule, units []string) error {
	if err := checkContest(contest); err != nil {
		return err
	}
	if len(units) > maxUnits {
		return fault.Field("units", "value.range")
	}
	known := map[string]bool{}
	for _, r := range was {
		known[r.BankID] = true
	}
	for _, r := range rules.Draw {
		if known[r.BankID] {
			continue
		}
		name, err := a.reachBank(c, r.BankID)
		if err != nil {
			return err
		}
		known[r.BankID] = true
		note(c, "bank", name)
	}
	if rules.Voluntary {
		if rules.People == paper.ShowAll {
			return fault.Field("people", "contest.voluntary_people")
		}
		if f := contest.Settings.TeamFormula; f == quiz.FormulaParticipation || f == quiz.FormulaRosterAverage || f == "composite" {
			return fault.Field("team_formula", "contest.voluntary_formula")
		}
	}
	return nil
}

// normal makes lists that are left out empty ones.
func normal(s paper.Settings) paper.Settings {
	if s.Draw == nil {
		s.Draw = []paper.Rule{}
	}
	for i := range s.Draw {
		r := &s.Draw[i]
		r.Types, r.Categories, r.Difficulties = orEmpty(r.Types), orEmpty(r.Categories), orEmpty(r.Difficulties)
	}
	return s
}

// copyRules gives settings that share nothing with others: what the store gives must not be changed.
func copyRules(s paper.Settings) (paper.Settings, error) {
	var out paper.Settings
	b, err := json.Marshal(s)
	if err == nil {
		err = json.Unmarshal(b, &out)
	}
	return normal(out), err
}

type paperTeamView struct {
	ID       string `json:"id"`
	UnitID   string `json:"unit_id"`
	Name     string `json:"name"`
	Group    string `json:"group"`
	Roster   int    `json:"roster"`
	Entrants int    `json:"entrants"`
}

type paperView struct {
	ID        string               `json:"id"`
	Title     string               `json:"title"`
	Organizer string               `json:"organizer"`
	Kind      string               `json:"kind"`
	Status    string               `json:"status"`
	Phase     string               `json:"phase"`
	Code      string               `json:"code"`
	JoinURL   string               `json:"join_url"`
	CreatedMS int64                `json:"created_ms"`
	NowMS     int64                `json:"now_ms"`
	Settings  quiz.ContestSettings `json:"settings"`
	Paper     paper.Settings       `json:"paper"`
	SeedHash  string               `json:"seed_hash"`
	Seed      string               `json:"seed"` // "" until it is finished
	Teams     []paperTeamView      `json:"teams"`
	Entrants  int                  `json:"entrants"`
	Attempts  int                  `json:"attempts"`
}

func (a *API) findPaper(c *fiber.Ctx) error { return a.showPaper(c, c.Params("id"), fiber.StatusOK) }

// paperOf gives a paper contest; of a live one it is a conflict.
func (a *API) paperOf(c *fiber.Ctx) (*paper.Contest, error) {
	contest, err := a.Papers.Find(c.UserContext(), c.Params("id"))
	if fault.Is(err, fault.NotFound) { // it is there, find has seen it: it is of the other kind
		return nil, fault.New(fault.Conflict, "contest.not_paper")
	}
	return contest, err
}

// showPaper answers with a contest as it is stored, its status by the clock.
func (a *API) showPaper(c *fiber.Ctx, id string, status int) error {
	ctx, now := c.UserContext(), time.Now()
	contest, err := a.Papers.Find(ctx, id)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Conflict, "contest.not_paper")
	}
	if err != nil {
		return err
	}
	entrants, err := a.Quiz.CountEntrants(ctx, id)
	if err != nil {
		return err
	}
	attempts, err := a.Papers.CountAttempts(ctx, id)
	if err != nil {
		return err
	}
	rules, err := copyRules(contest.Rules)
	if err != nil {
		return err
	}
	v := paperView{ID: contest.ID, Title: contest.Title, Organizer: contest.Organizer, Kind: string(quiz.KindPaper), Status: string(contest.StatusAt(now)),
		Phase: string(contest.PhaseAt(now)), Code: contest.Code, CreatedMS: contest.CreatedAt.UnixMilli(), NowMS: now.UnixMilli(), Settings: contest.Looks,
		Paper: rules, SeedHash: contest.SeedHash, Teams: make([]paperTeamView, len(contest.Teams)), Attempts: attempts}
	if contest.Code != "" {
		v.JoinURL = a.onlineURL(contest.Code)
	}
	if contest.Status == quiz.Finished || contest.Status == quiz.Archived {
		v.Seed = contest.Seed
	}
	for i, t := range contest.Teams {
		v.Teams[i] = paperTeamView{t.ID, t.UnitID, t.Name, t.Group, t.Roster, entrants[t.ID]}
		v.Entrants += entrants[t.ID]
	}
	return c.Status(status).JSON(v)
}

// onlineURL is the address of a paper contest for phones.
func (a *API) onlineURL(code string) string {
	return strings.TrimSuffix(a.House.JoinURL(""), "/j/") + "/o/" + code
}

type paperUpdate struct {
	Title     *string         `json:"title"`
	Organizer *string         `json:"organizer"`
	Settings  json.RawMessage `json:"settings"`
	Paper     json.RawMessage `json:"paper"`
	Units     *[]string       `json:"units"`
}

// updatePaper changes what a request has; what may not change any more is a conflict that names it.
func (a *API) updatePaper(c *fiber.Ctx) error {
	in, err := body[paperUpdate](c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	have, err := a.paperOf(c)
	if err != nil {
		return err
	}
	if have.Status == quiz.Archived {
		return fault.New(fault.Conflict, "contest.archived")
	}
	contest := &quiz.Contest{ID: have.ID, Title: have.Title, Organizer: have.Organizer, Settings: have.Looks}
	rules, err := copyRules(have.Rules)
	if err != nil {
		return err
	}
	if in.Title != nil {
		contest.Title = strings.TrimSpace(*in.Title)
		noteChange(c, "title", have.Title, contest.Title)
	}
	if in.Organizer != nil {
		contest.Organizer = strings.TrimSpace(*in.Organizer)
	}
	looks, before := fieldsOf(have.Looks), fieldsOf(rules)
	if err := apply(in.Settings, &contest.Settings); err != nil {
		return err
	}
	if in.Paper != nil {
		if err := applyRules(in.Paper, &rules); err != nil {
			return err
		}
	}
	units := unitsOf(have)
	if in.Units != nil {
		units = *in.Units
	}
	if err := a.checkPaperInput(c, contest, rules, have.Rules.Draw, units); err != nil {
		return err
	}
	if have.Status != quiz.Draft {
		if err := scoredAlike(have.Looks, contest.Settings); err != nil {
			return err
		}
	}
	noteSettings(c, looks, contest.Settings)
	changed := changedFields(before, rules)
	if in.Paper != nil && len(changed) > 0 {
		if err := a.Papers.UpdateSettings(ctx, have.ID, rules); err != nil {
			return err
		}
		note(c, "paper", changed)
	}
	if in.Units != nil && !sameUnits(units, unitsOf(have)) {
		if err := a.Papers.SetUnits(ctx, have.ID, units); err != nil {
			return err
		}
		note(c, "units", len(units))
	}
	if contest.Title != have.Title || contest.Organizer != have.Organizer || len(changedFields(looks, contest.Settings)) > 0 {
		if err := a.Papers.Describe(ctx, contest.ID, contest.Title, contest.Organizer, contest.Settings); err != nil {
			return err
		}
	}
	return a.showPaper(c, have.ID, fiber.StatusOK)
}
