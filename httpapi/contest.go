package httpapi

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"math/rand/v2"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/google/uuid"

	"leitai/fault"
	"leitai/people"
	"leitai/questionbank"
	"leitai/quiz"
	"leitai/quiz/paper"
)

type summaryView struct {
	ID        string `json:"id"`
	Kind      string `json:"kind"`
	Title     string `json:"title"`
	Organizer string `json:"organizer"`
	Status    string `json:"status"`
	Code      string `json:"code"`
	Phase     string `json:"phase"`
	Teams     int    `json:"teams"`
	Entrants  int    `json:"entrants"`
	Rounds    int    `json:"rounds"`
	CreatedMS int64  `json:"created_ms"`
	OpensMS   int64  `json:"opens_ms"`
	ClosesMS  int64  `json:"closes_ms"`
	TimeZone  string `json:"time_zone"`
}

func (a *API) listContests(c *fiber.Ctx) error {
	list, err := a.Quiz.ListContests(c.UserContext())
	if err != nil {
		return err
	}
	reach, err := a.People.ReachOf(c.UserContext(), staffOf(c), people.OnContest)
	if err != nil {
		return err
	}
	out, now := []summaryView{}, time.Now()
	for _, s := range list {
		if !reach.Has(s.ID) {
			continue
		}
		code, phase := a.House.Where(s.ID)
		v := summaryView{s.ID, string(s.Kind), s.Title, s.Organizer, string(s.Status), code, string(phase), s.Teams, s.Entrants, s.Rounds,
			s.CreatedAt.Time().UnixMilli(), s.OpensAt, s.ClosesAt, ""}
		if s.Kind == quiz.KindPaper {
			ofPaper(&v, s, now)
		}
		out = append(out, v)
	}
	return c.JSON(fiber.Map{"contests": out})
}

// ofPaper fills in what a list says of a paper contest: its status is the clock's.
func ofPaper(v *summaryView, s quiz.Summary, now time.Time) {
	var rules paper.Settings
	if json.Unmarshal([]byte(s.Paper), &rules) != nil {
		return // a contest that was just begun
	}
	c := paper.Contest{Status: s.Status, Rules: rules}
	v.Status, v.Phase, v.Code, v.TimeZone = string(c.StatusAt(now)), string(c.PhaseAt(now)), s.Code, rules.TimeZone
}

type contestView struct {
	ID        string               `json:"id"`
	Kind      string               `json:"kind"`
	Title     string               `json:"title"`
	Organizer string               `json:"organizer"`
	Status    string               `json:"status"`
	Code      string               `json:"code"`
	Phase     string               `json:"phase"`
	CreatedMS int64                `json:"created_ms"`
	Settings  quiz.ContestSettings `json:"settings"`
	Teams     []teamView           `json:"teams"`
	Rounds    []roundView          `json:"rounds"`
}

type teamView struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Group    string `json:"group"`
	Roster   int    `json:"roster"`
	Entrants int    `json:"entrants"`
}

type roundView struct {
	ID        string              `json:"id"`
	No        int                 `json:"no"`
	Title     string              `json:"title"`
	Format    string              `json:"format"`
	Settings  quiz.RoundSettings  `json:"settings"`
	Questions []roundQuestionView `json:"questions"`
}

type roundQuestionView struct {
	No         int    `json:"no"`
	QuestionID string `json:"question_id"`
	Type       string `json:"type"`
	Category   string `json:"category"`
	Stem       string `json:"stem"`
	Difficulty int    `json:"difficulty"`
	Voided     bool   `json:"voided"`
}

// show answers with a contest as it is stored.
func (a *API) show(c *fiber.Ctx, id string, status int) error {
	contest, err := a.Quiz.FindContest(c.UserContext(), id)
	if err != nil {
		return err
	}
	entrants, err := a.Quiz.CountEntrants(c.UserContext(), id)
	if err != nil {
		return err
	}
	code, phase := a.House.Where(id)
	v := contestView{ID: contest.ID, Kind: string(contest.Kind), Title: contest.Title, Organizer: contest.Organizer, Status: string(contest.Status), Code: code,
		Phase: string(phase), CreatedMS: contest.CreatedAt.UnixMilli(), Settings: contest.Settings,
		Teams: make([]teamView, len(contest.Teams)), Rounds: make([]roundView, len(contest.Rounds))}
	for i, t := range contest.Teams {
		v.Teams[i] = teamView{t.ID, t.Name, t.Group, t.Roster, entrants[t.ID]}
	}
	for i, r := range contest.Rounds {
		rv := roundView{ID: r.ID, No: r.No, Title: r.Title, Format: r.Format, Settings: r.Settings, Questions: make([]roundQuestionView, len(r.Questions))}
		for k, q := range r.Questions {
			rv.Questions[k] = roundQuestionView{q.No, q.Question.ID, string(q.Question.Type), q.Question.Category, q.Question.Stem,
				q.Question.Difficulty, q.Voided}
		}
		v.Rounds[i] = rv
	}
	return c.Status(status).JSON(v)
}

func (a *API) findContest(c *fiber.Ctx) error { return a.show(c, c.Params("id"), fiber.StatusOK) }

type newTeam struct {
	Name  string `json:"name"`
	Group string `json:"group"`
}

type draw struct {
	BankID     string              `json:"bank_id"`
	Count      int                 `json:"count"`
	Types      []questionbank.Type `json:"types"`
	Categories []string            `json:"categories"`
}

type newRound struct {
	Title    string          `json:"title"`
	Format   string          `json:"format"`
	Settings json.RawMessage `json:"settings"`
	Draw     draw            `json:"draw"`
}

type newContest struct {
	Title     string          `json:"title"`
	Organizer string          `json:"organizer"`
	Settings  json.RawMessage `json:"settings"`
	Teams     []newTeam       `json:"teams"`
	Rounds    []newRound      `json:"rounds"`
}

// Limits of a contest, as in docs/openapi.yaml.
const (
	maxTitle  = 60
	maxName   = 40
	maxTeams  = 500
	maxRounds = 20
	maxDraw   = 200
)

func (a *API) createContest(c *fiber.Ctx) error {
	in, err := body[newContest](c)
	if err != nil {
		return err
	}
	contest := &quiz.Contest{Title: strings.TrimSpace(in.Title), Organizer: strings.TrimSpace(in.Organizer), Status: quiz.Draft,
		Settings: quiz.DefaultContestSettings(), CreatedAt: time.Now()}
	if err := apply(in.Settings, &contest.Settings); err != nil {
		return err
	}
	if contest.Teams, err = teamsOf(in.Teams); err != nil {
		return err
	}
	if len(in.Rounds) == 0 || len(in.Rounds) > maxRounds {
		return fault.Field("rounds", "value.range")
	}
	for _, nr := range in.Rounds {
		r := quiz.Round{Settings: quiz.DefaultRoundSettings(), Format: "sync", Title: strings.TrimSpace(nr.Title)}
		if nr.Format != "" && nr.Format != "sync" {
			return fault.Field("format", "value.choice")
		}
		if err := between("title", r.Title, 1, maxName); err != nil {
			return err
		}
		if err := apply(nr.Settings, &r.Settings); err != nil {
			return err
		}
		qs, err := a.draw(c, nr.Draw)
		if err != nil {
			return err
		}
		for _, q := range qs {
			r.Questions = append(r.Questions, quiz.RoundQuestion{Question: q})
		}
		contest.Rounds = append(contest.Rounds, r)
	}
	if err := checkContest(contest); err != nil {
		return err
	}
	if err := a.storeContest(c, contest); err != nil {
		return err
	}
	return a.show(c, contest.ID, fiber.StatusCreated)
}

// storeContest stores a new contest that is the caller's. Access comes first: a contest is never nobody's.
func (a *API) storeContest(c *fiber.Ctx, contest *quiz.Contest) error {
	contest.ID = uuid.Must(uuid.NewV7()).String()
	if err := a.own(c, people.OnContest, contest.ID); err != nil {
		return err
	}
	if err := a.Quiz.CreateContest(c.UserContext(), contest); err != nil {
		return errors.Join(err, a.People.Revoke(c.UserContext(), people.OnContest, contest.ID, staffOf(c).ID))
	}
	subject(c, "contest", contest.ID, contest.Title)
	return nil
}

func teamsOf(in []newTeam) ([]quiz.Team, error) {
	if len(in) == 0 || len(in) > maxTeams {
		return nil, fault.Field("teams", "value.range")
	}
	out := make([]quiz.Team, len(in))
	for i, t := range in {
		out[i] = quiz.Team{Name: strings.TrimSpace(t.Name), Group: strings.TrimSpace(t.Group)}
		if err := between("teams", out[i].Name, 1, maxName); err != nil {
			return nil, err
		}
		if err := between("teams", out[i].Group, 0, maxName); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (a *API) draw(c *fiber.Ctx, d draw) ([]questionbank.Question, error) {
	if d.Count < 1 || d.Count > maxDraw {
		return nil, fault.Field("count", "value.range")
	}
	name, err := a.reachBank(c, d.BankID)
	if err != nil {
		return nil, err
	}
	note(c, "bank", name)
	return a.Banks.Draw(c.UserContext(), questionbank.DrawRule{BankID: d.BankID, Count: d.Count, Types: d.Types, Categories: d.Categories},
		rand.Uint64())
}

type validated interface{ Validate() error }

// apply lays the fields of a settings object over what is there, and checks the result.
func apply[T any, P interface {
	*T
	validated
}](raw json.RawMessage, into P) error {
	if len(raw) == 0 {
		return into.Validate()
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return fault.Wrap(fault.Invalid, "request.malformed", err)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return fault.New(fault.Invalid, "request.malformed")
	}
	return into.Validate()
}

func between(field, s string, low, high int) error {
	switch n := utf8.RuneCountInString(s); {
	case n < low:
		return fault.Field(field, "value.required")
	case n > high:
		return fault.Field(field, "value.long")
	}
	return nil
}

func checkContest(c *quiz.Contest) error {
	if err := between("title", c.Title, 1, maxTitle); err != nil {
		return err
	}
	return between("organizer", c.Organizer, 0, maxTitle)
}

func (a *API) updateContest(c *fiber.Ctx) error {
	in, err := body[struct {
		Title     *string         `json:"title"`
		Organizer *string         `json:"organizer"`
		Settings  json.RawMessage `json:"settings"`
	}](c)
	if err != nil {
		return err
	}
	contest, err := a.Quiz.FindContest(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	if in.Title != nil {
		noteChange(c, "title", contest.Title, strings.TrimSpace(*in.Title))
		contest.Title = strings.TrimSpace(*in.Title)
	}
	settings := fieldsOf(contest.Settings)
	if in.Organizer != nil {
		contest.Organizer = strings.TrimSpace(*in.Organizer)
	}
	if err := apply(in.Settings, &contest.Settings); err != nil {
		return err
	}
	noteSettings(c, settings, contest.Settings)
	if err := checkContest(contest); err != nil {
		return err
	}
	err = a.House.Change(c.UserContext(), contest.ID, func() error { return a.Quiz.UpdateContest(c.UserContext(), contest) })
	if err != nil {
		return err
	}
	return a.show(c, contest.ID, fiber.StatusOK)
}

func (a *API) updateRound(c *fiber.Ctx) error {
	in, err := body[struct {
		Title    *string         `json:"title"`
		Settings json.RawMessage `json:"settings"`
		Draw     *draw           `json:"draw"`
	}](c)
	if err != nil {
		return err
	}
	contest, err := a.Quiz.FindContest(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	var round *quiz.Round
	for i := range contest.Rounds {
		if contest.Rounds[i].ID == c.Params("round_id") {
			round = &contest.Rounds[i]
		}
	}
	if round == nil {
		return fault.New(fault.NotFound, "round.missing")
	}
	note(c, "round", round.No)
	settings := fieldsOf(round.Settings)
	if in.Draw != nil {
		note(c, "draw", in.Draw.Count)
	}
	if in.Title != nil {
		round.Title = strings.TrimSpace(*in.Title)
	}
	if err := between("title", round.Title, 1, maxName); err != nil {
		return err
	}
	if err := apply(in.Settings, &round.Settings); err != nil {
		return err
	}
	noteSettings(c, settings, round.Settings)
	var redraw []questionbank.Question
	if in.Draw != nil {
		if redraw, err = a.draw(c, *in.Draw); err != nil {
			return err
		}
	}
	err = a.House.Change(c.UserContext(), contest.ID, func() error { return a.Quiz.UpdateRound(c.UserContext(), round, redraw) })
	if err != nil {
		return err
	}
	return a.show(c, contest.ID, fiber.StatusOK)
}

func (a *API) copyContest(c *fiber.Ctx) error {
	contest, err := a.Quiz.FindContest(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	title := copyTitle(contest.Title)
	if contest.Kind == quiz.KindPaper {
		return a.copyPaper(c, contest.ID, title)
	}
	n := contest.Copy(title, time.Now())
	if err := a.storeContest(c, n); err != nil {
		return err
	}
	note(c, "copy_of", contest.ID)
	return a.show(c, n.ID, fiber.StatusCreated)
}

// copyTitle is a title with the mark of a copy, no longer than a title may be.
func copyTitle(title string) string {
	r := []rune(title)
	return string(r[:min(len(r), maxTitle-len([]rune(copySuffix)))]) + copySuffix
}

// copySuffix marks a copy's title until somebody gives it one of its own.
const copySuffix = "（副本）"
