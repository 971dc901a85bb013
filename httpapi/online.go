package httpapi

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/quiz"
	"leitai/quiz/paper"
)

// onlineRoutes are the calls of phones in a paper contest.
func (a *API) onlineRoutes() []route {
	return []route{
		{"GET", "/online/:code", public, whole, "", a.findOnline},
		{"GET", "/online/:code/draw", public, whole, "", a.findDraw},
		{"POST", "/online/:code/redraw", public, whole, "", a.redraw},
		{"POST", "/online/:code/entrants", public, whole, "", a.enterOnline},
		{"GET", "/online/:code/me", player, whole, "", a.findOwnOnline},
		{"POST", "/online/:code/attempts", player, whole, "", a.startAttempt},
		{"GET", "/attempts/:id", player, whole, "", a.findAttempt},
		{"POST", "/attempts/:id/saves", player, whole, "", a.saveAnswers},
		{"POST", "/attempts/:id/show", player, whole, "", a.showQuestion},
		{"POST", "/attempts/:id/hand-in", player, whole, "", a.handInAttempt},
		{"GET", "/attempts/:id/review", player, whole, "", a.reviewAttempt},
		{"GET", "/player/contests", employee, whole, "", a.listOwnContests},
	}
}

// online finds a published contest by its code, and slows down who guesses codes.
func (a *API) online(c *fiber.Ctx) (*paper.Contest, error) {
	now := time.Now()
	if a.codes.blocked(c.IP(), now) {
		return nil, errTooMany
	}
	found, err := a.Papers.FindByCode(c.UserContext(), c.Params("code"))
	if fault.Is(err, fault.NotFound) {
		a.codes.try(c.IP(), now)
	}
	return found, err
}

// onlineContest is the head of a paper contest, for anybody.
type onlineContest struct {
	ID        string `json:"id"`
	Code      string `json:"code"`
	Title     string `json:"title"`
	Organizer string `json:"organizer"`
	Theme     string `json:"theme"`
	Logo      string `json:"logo"`
	Sponsor   string `json:"sponsor"`
	Kind      string `json:"kind"`
}

// drawRuleView is a rule of the draw without the bank's id.
type drawRuleView struct {
	Types        []questionbank.Type `json:"types"`
	Categories   []string            `json:"categories"`
	Difficulties []int               `json:"difficulties"`
	Count        int                 `json:"count"`
	Points       int                 `json:"points"`
}

// rulesView are the rules as players may read them; its draw hides the one of the settings.
type rulesView struct {
	paper.Settings
	Draw        []drawRuleView `json:"draw"`
	TeamFormula quiz.Formula   `json:"team_formula"`
	TopK        int            `json:"top_k"`
	Weights     quiz.Weights   `json:"weights"` // percent, of the composite formula
	ShareRanks  bool           `json:"share_ranks"`
}

func rulesOf(c *paper.Contest) rulesView {
	v := rulesView{Settings: c.Rules, Draw: drawRules(c.Rules.Draw), TeamFormula: c.Looks.TeamFormula, TopK: c.Looks.TopK, Weights: c.Looks.Weights, ShareRanks: c.Looks.ShareRanks}
	return v
}

func drawRules(rules []paper.Rule) []drawRuleView {
	out := make([]drawRuleView, len(rules))
	for i, r := range rules {
		out[i] = drawRuleView{orEmpty(r.Types), orEmpty(r.Categories), orEmpty(r.Difficulties), r.Count, r.Points}
	}
	return out
}

// orEmpty keeps null out of a response.
func orEmpty[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

type paperSize struct {
	Questions int  `json:"questions"`
	Points    *int `json:"points"` // null where papers differ in what they are worth
}

func sizeOf(c *paper.Contest) paperSize {
	s := paperSize{Questions: c.Rules.Size()}
	if p, ok := c.FullPoints(); ok {
		s.Points = &p
	}
	return s
}

func (a *API) findOnline(c *fiber.Ctx) error {
	p, err := a.online(c)
	if err != nil {
		return err
	}
	now := time.Now()
	units := []teamChoice{}
	if p.Rules.Entry == paper.EntryOpen {
		for _, t := range p.Teams {
			units = append(units, teamChoice{t.ID, t.Name, t.Group})
		}
	}
	return c.JSON(struct {
		Contest  onlineContest `json:"contest"`
		Status   quiz.Status   `json:"status"`
		Phase    paper.Phase   `json:"phase"`
		NowMS    int64         `json:"now_ms"`
		Entry    paper.Entry   `json:"entry"`
		Rules    rulesView     `json:"rules"`
		Paper    paperSize     `json:"paper"`
		Units    []teamChoice  `json:"units"`
		SeedHash string        `json:"seed_hash"`
		Seed     string        `json:"seed"`
	}{onlineContest{p.ID, p.Code, p.Title, p.Organizer, p.Looks.Theme, p.Looks.Logo, p.Looks.Sponsor, string(quiz.KindPaper)}, p.Status, p.PhaseAt(now),
		now.UnixMilli(), p.Rules.Entry, rulesOf(p), sizeOf(p), units, p.SeedHash, p.RevealedSeed()})
}

func (a *API) enterOnline(c *fiber.Ctx) error {
	in, err := body[struct {
		TeamID   string `json:"team_id"`
		Name     string `json:"name"`
		ClientID string `json:"client_id"`
	}](c)
	if err != nil {
		return err
	}
	p, err := a.online(c)
	if err != nil {
		return err
	}
	var e quiz.Entrant
	token := ""
	if who, err := a.callerOf(c); err == nil && who.Person.ID != "" {
		e, err = a.Papers.EnterPerson(c.UserContext(), time.Now(), p, who.Person.ID, who.Person.UnitID, who.Person.Name, in.TeamID)
		if err != nil {
			return err
		}
	} else if fault.Is(err, fault.Unavailable) {
		return err
	} else {
		if e, err = a.Papers.EnterGuest(c.UserContext(), time.Now(), p, in.TeamID, in.Name, in.ClientID); err != nil {
			return err
		}
		token = a.House.Tokens.Issue(e.ID)
	}
	return c.Status(fiber.StatusCreated).JSON(struct {
		Entrant entrantView `json:"entrant"`
		Token   string      `json:"token"`
	}{entrantOf(p, e), token})
}

func entrantOf(p *paper.Contest, e quiz.Entrant) entrantView {
	team, _ := p.Team(e.TeamID)
	return entrantView{e.ID, e.Name, teamRef{team.ID, team.Name}}
}

// entrantIn gives the entrant that the caller is in a contest, or not_found entrant.missing.
func (a *API) entrantIn(c *fiber.Ctx, p *paper.Contest) (quiz.Entrant, error) {
	who := playerOf(c)
	if who.EntrantID != "" {
		return a.Papers.FindEntrant(c.UserContext(), p, who.EntrantID)
	}
	return a.Papers.EntrantOf(c.UserContext(), p, who.Person.ID)
}

// attemptLine is an attempt in its person's list.
type attemptLine struct {
	ID         string      `json:"id"`
	Phase      paper.Phase `json:"phase"`
	No         int         `json:"no"`
	State      paper.State `json:"state"`
	StartedMS  int64       `json:"started_ms"`
	DeadlineMS int64       `json:"deadline_ms"`
	HandedInMS *int64      `json:"handed_in_ms"`
	HandedInBy string      `json:"handed_in_by"`
	Points     *int        `json:"points"`
	Max        int         `json:"max"`
	Correct    *int        `json:"correct"`
	TimeMS     *int64      `json:"time_ms"`
	Passed     *bool       `json:"passed"`
	Review     bool        `json:"review"`
	VoidReason string      `json:"void_reason"`
}

func lineOf(p *paper.Contest, at *paper.Attempt) attemptLine {
	l := p.LineOf(at)
	v := attemptLine{ID: at.ID, Phase: at.Phase, No: at.No, State: at.State, StartedMS: at.StartedAt.UnixMilli(), DeadlineMS: at.DeadlineAt.UnixMilli(),
		HandedInBy: string(at.HandedInBy), Max: l.Max, Passed: l.Passed, Review: l.Review, VoidReason: at.VoidReason}
	if !at.HandedInAt.IsZero() {
		ms := at.HandedInAt.UnixMilli()
		v.HandedInMS = &ms
	}
	if at.State == paper.HandedIn {
		ms := at.Time.Milliseconds()
		v.TimeMS = &ms
	}
	if l.Shown {
		v.Points, v.Correct = &at.Points, &at.Correct
	}
	return v
}

type leftView struct {
	Today *int `json:"today"`  // null is without limit
	InAll *int `json:"in_all"` // null is without limit
}

func leftOf(l paper.Left) leftView {
	var v leftView
	if l.Today >= 0 {
		v.Today = &l.Today
	}
	if l.InAll >= 0 {
		v.InAll = &l.InAll
	}
	return v
}

type countedView struct {
	Points int64 `json:"points"`
	TimeMS int64 `json:"time_ms"`
}

func (a *API) findOwnOnline(c *fiber.Ctx) error {
	p, err := a.online(c)
	if err != nil {
		return err
	}
	e, err := a.entrantIn(c, p)
	if err != nil {
		return err
	}
	ctx, now := c.UserContext(), time.Now()
	all, err := a.Papers.AttemptsOf(ctx, p.ID, e.ID)
	if err != nil {
		return err
	}
	answering := slices.ContainsFunc(all, func(at *paper.Attempt) bool { return at.State == paper.Open || at.State == paper.Closing })
	lines := make([]attemptLine, len(all))
	for i, at := range all {
		lines[i] = lineOf(p, at)
		lines[i].Review = lines[i].Review && !answering
	}
	may, left, why := p.MayStart(all, now)
	var counted *countedView
	if p.Rules.ShowPoints || p.RevealedSeed() != "" {
		r, ok, err := a.Papers.ResultOf(ctx, p.ID, e.ID)
		if err != nil {
			return err
		}
		if ok {
			counted = &countedView{r.Points, r.TimeMS}
		}
	}
	return c.JSON(struct {
		Entrant  entrantView   `json:"entrant"`
		Phase    paper.Phase   `json:"phase"`
		NowMS    int64         `json:"now_ms"`
		Attempts []attemptLine `json:"attempts"`
		Left     leftView      `json:"left"`
		CanStart paper.Phase   `json:"can_start"`
		Why      string        `json:"why"`
		Counted  *countedView  `json:"counted"`
	}{entrantOf(p, e), p.PhaseAt(now), now.UnixMilli(), lines, leftOf(left), may, why, counted})
}

func (a *API) listOwnContests(c *fiber.Ctx) error {
	who := playerOf(c)
	offers, err := a.Papers.OpenTo(c.UserContext(), time.Now(), who.Person.ID, who.Person.UnitID)
	if err != nil {
		return err
	}
	type line struct {
		Code      string      `json:"code"`
		Title     string      `json:"title"`
		Organizer string      `json:"organizer"`
		Phase     paper.Phase `json:"phase"`
		OpensMS   int64       `json:"opens_ms"`
		ClosesMS  int64       `json:"closes_ms"`
		State     string      `json:"state"`
	}
	out := make([]line, len(offers))
	for i, o := range offers {
		p := o.Contest
		out[i] = line{p.Code, p.Title, p.Organizer, o.Phase, p.Rules.OpensMS, p.Rules.ClosesMS, o.State}
	}
	return c.JSON(struct {
		Contests []line `json:"contests"`
	}{out})
}
