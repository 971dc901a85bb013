package httpapi

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/people"
)

// playerRoutes are the calls of employees' phones about themselves.
func (a *API) playerRoutes() []route {
	return []route{
		{"POST", "/player/session", public, whole, "", a.signInPlayer},
		{"DELETE", "/player/session", employee, whole, "", a.signOutPlayer},
		{"GET", "/player", employee, whole, "", a.findPlayer},
	}
}

// caller is whoever plays on a phone: a person of the roster who signed in, or an entrant who came in by name, then
// Person is empty.
type caller struct {
	Person    people.Person
	EntrantID string
	token     string
}

// permitPlayer lets those call who show a player's token, or an employee's.
func (a *API) permitPlayer(c *fiber.Ctx, need permission) error {
	who, err := a.callerOf(c)
	if err != nil {
		return err
	}
	if need == employee && who.Person.ID == "" {
		return fault.New(fault.Unauthorized, "token.wrong")
	}
	c.Locals("player", who)
	return c.Next()
}

// callerOf reads the token of the Authorization header; without a good one it is unauthorized "token.wrong".
func (a *API) callerOf(c *fiber.Ctx) (caller, error) {
	token, ok := strings.CutPrefix(c.Get(fiber.HeaderAuthorization), "Bearer ")
	if !ok {
		return caller{}, fault.New(fault.Unauthorized, "token.wrong")
	}
	if id, ok := a.House.Tokens.Verify(token); ok {
		return caller{EntrantID: id, token: token}, nil
	}
	p, err := a.People.FindPlayer(c.UserContext(), time.Now(), token)
	if err != nil {
		return caller{}, err
	}
	return caller{Person: p, token: token}, nil
}

func playerOf(c *fiber.Ctx) caller {
	p, _ := c.Locals("player").(caller)
	return p
}

type personView struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Phone string `json:"phone"` // masked
}

func (a *API) signInPlayer(c *fiber.Ctx) error {
	in, err := body[struct {
		Number string `json:"number"` // 手机号 or 工号
		Name   string `json:"name"`
		PIN    string `json:"pin"`
	}](c)
	if err != nil {
		return err
	}
	for field, text := range map[string]string{"number": in.Number, "name": in.Name, "pin": in.PIN} {
		if utf8.RuneCountInString(text) > 60 {
			return fault.Field(field, "value.long")
		}
	}
	now := time.Now()
	key := "player\x00" + c.IP() + "\x00" + strings.TrimSpace(in.Number)
	if !a.failures.try(key, now) {
		return errTooMany
	}
	token, p, err := a.People.SignInPlayer(c.UserContext(), now, in.Number, in.Name, in.PIN)
	if err != nil {
		return err
	}
	a.failures.forgive(key)
	return c.JSON(struct {
		Token  string     `json:"token"`
		Person personView `json:"person"`
	}{token, personOf(p)})
}

func personOf(p people.Person) personView { return personView{p.ID, p.Name, people.MaskPhone(p.Phone)} }

func (a *API) signOutPlayer(c *fiber.Ctx) error {
	if err := a.People.SignOutPlayer(c.UserContext(), playerOf(c).token); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// findPlayer tells who is signed in, in which unit they are and whose captain.
func (a *API) findPlayer(c *fiber.Ctx) error {
	who := playerOf(c)
	ctx := c.UserContext()
	unit, err := a.People.FindUnit(ctx, who.Person.UnitID)
	if err != nil {
		return err
	}
	captain, err := a.People.CaptainOf(ctx, who.Person.ID)
	if err != nil {
		return err
	}
	return c.JSON(struct {
		Person    personView  `json:"person"`
		Unit      namedView   `json:"unit"`
		CaptainOf []namedView `json:"captain_of"`
	}{personOf(who.Person), namedView{unit.ID, unit.Name}, namedOf(captain)})
}

type namedView struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

func namedOf(list []people.Named) []namedView {
	out := make([]namedView, len(list))
	for i, n := range list {
		out[i] = namedView(n)
	}
	return out
}
