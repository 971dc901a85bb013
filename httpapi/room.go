package httpapi

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/hall"
	"leitai/quiz"
)

type teamRef struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

type teamChoice struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Group string `json:"group"`
}

// wrongCodes is how many wrong codes one address may send in a minute: a hall of thousands is behind one address and some
// mistype, but nobody tries all codes.
const wrongCodes = 300

// room finds a room by its code, and slows down who guesses codes.
func (a *API) room(c *fiber.Ctx) (hall.RoomInfo, error) {
	now := time.Now()
	if a.codes.blocked(c.IP(), now) {
		return hall.RoomInfo{}, fault.New(fault.RateLimited, "request.too_many")
	}
	r, err := a.House.Find(c.UserContext(), c.Params("code"))
	if fault.Is(err, fault.NotFound) {
		a.codes.try(c.IP(), now)
	}
	return r, err
}

func (a *API) findRoom(c *fiber.Ctx) error {
	r, err := a.room(c)
	if fault.Is(err, fault.NotFound) && a.isOnline(c) {
		return fault.New(fault.NotFound, "room.online") // the phone goes to the contest's own page
	}
	if err != nil {
		return err
	}
	teams := make([]teamChoice, len(r.Contest.Teams))
	for i, t := range r.Contest.Teams {
		teams[i] = teamChoice{t.ID, t.Name, t.Group}
	}
	return c.JSON(fiber.Map{"code": r.Code, "contest": hall.Info(r.Contest), "phase": r.Phase, "accepting": r.Accepting, "teams": teams})
}

// isOnline tells whether the code of the path is that of a paper contest.
func (a *API) isOnline(c *fiber.Ctx) bool {
	_, err := a.Papers.FindByCode(c.UserContext(), c.Params("code"))
	return err == nil
}

// toOnline sends who scanned or typed the code of a paper contest to its page; all others get the hall's. Codes cannot be
// guessed here any faster than by the API.
func (a *API) toOnline(c *fiber.Ctx) error {
	now := time.Now()
	if a.codes.blocked(c.IP(), now) {
		return c.Next()
	}
	if _, err := a.House.Find(c.UserContext(), c.Params("code")); err == nil {
		return c.Next()
	}
	if !a.isOnline(c) {
		a.codes.try(c.IP(), now)
		return c.Next()
	}
	to := "/o/" + c.Params("code")
	if query := string(c.Request().URI().QueryString()); query != "" {
		to += "?" + query
	}
	c.Set(fiber.HeaderCacheControl, "no-store") // the code may be a room's one day
	return c.Redirect(to, fiber.StatusFound)
}

type entrantView struct {
	ID   string  `json:"id"`
	Name string  `json:"name"`
	Team teamRef `json:"team"`
}

func (a *API) joinRoom(c *fiber.Ctx) error {
	in, err := body[struct {
		TeamID   string `json:"team_id"`
		Name     string `json:"name"`
		ClientID string `json:"client_id"`
	}](c)
	if err != nil {
		return err
	}
	if _, err := a.room(c); err != nil {
		return err
	}
	e, token, err := a.House.Join(c.UserContext(), c.Params("code"), in.TeamID, in.Name, in.ClientID)
	if err != nil {
		return err
	}
	room, err := a.House.Find(c.UserContext(), c.Params("code"))
	if err != nil {
		return err
	}
	team, _ := room.Contest.Team(e.TeamID)
	return c.Status(fiber.StatusCreated).JSON(struct {
		Entrant entrantView `json:"entrant"`
		Token   string      `json:"token"`
	}{entrantView{e.ID, e.Name, teamRef{team.ID, team.Name}}, token})
}

type ownQuestion struct {
	R           int        `json:"r"`
	Q           int        `json:"q"`
	Type        string     `json:"type"`
	Category    string     `json:"category"`
	Stem        string     `json:"stem"`
	Options     []optionID `json:"options"`
	Key         []string   `json:"key"`
	Explanation string     `json:"explanation"`
	Source      string     `json:"source"`
	Media       any        `json:"media"`
	A           []string   `json:"a"`
	Answered    bool       `json:"answered"`
	Correct     bool       `json:"correct"`
	Points      int        `json:"points"`
	ElapsedMS   int64      `json:"elapsed_ms"`
	Voided      bool       `json:"voided"`
}

type optionID struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

type ownTeam struct {
	ID     string   `json:"id"`
	Name   string   `json:"name"`
	Place  *int     `json:"place"`
	Teams  int      `json:"teams"`
	Points *float64 `json:"points"`
}

// myResults gives a player's own questions that were revealed. The token says who asks.
func (a *API) myResults(c *fiber.Ctx) error {
	token, ok := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
	id, valid := a.House.Tokens.Verify(token)
	if !ok || !valid {
		return fault.New(fault.Unauthorized, "token.wrong")
	}
	contestID, err := a.Quiz.ContestOfEntrant(c.UserContext(), id)
	if fault.Is(err, fault.NotFound) {
		return fault.New(fault.Unauthorized, "token.wrong")
	}
	if err != nil {
		return err
	}
	own, err := a.House.Own(c.UserContext(), contestID, id)
	if err != nil {
		return err
	}
	return c.JSON(ownView(own))
}

func ownView(own *hall.Own) any {
	questions := make([]ownQuestion, len(own.Answers))
	for i, o := range own.Answers {
		q := o.Question
		v := ownQuestion{R: o.Ref.R, Q: o.Ref.Q, Type: string(q.Type), Category: q.Category, Stem: q.Stem, Options: options(q.Options),
			Key: q.Key, Explanation: q.Explanation, Source: q.Source, Media: hall.MediaRefs(q.Media), A: o.Answer.Choice, Answered: o.Answered,
			Correct: o.Answer.Correct, ElapsedMS: o.Answer.Adjusted.Milliseconds(), Voided: o.Voided}
		if v.A == nil {
			v.A = []string{}
		}
		if !o.Voided {
			v.Points = o.Answer.Points
		}
		questions[i] = v
	}
	return fiber.Map{"finished": own.Phase == quiz.PhaseFinished, "contest": hall.Info(own.Contest),
		"entrant": entrantView{own.Entrant.ID, own.Entrant.Name, teamRef{own.Team.ID, own.Team.Name}},
		"points":  own.Points, "place": own.Place, "people": own.People,
		"team":      ownTeam{own.Team.ID, own.Team.Name, own.TeamPlace, own.Teams, own.TeamPoints},
		"questions": questions}
}

func options(texts []string) []optionID {
	out := make([]optionID, len(texts))
	for i, t := range texts {
		out[i] = optionID{string(rune('A' + i)), t}
	}
	return out
}
