package httpapi

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/people"
	"leitai/people/roster"
)

// playerRoutes are the calls of employees' phones about themselves.
func (a *API) playerRoutes() []route {
	return []route{
		{"POST", "/player/session", public, whole, "", a.signInPlayer},
		{"POST", "/player/link", public, whole, "", a.signInByLink},
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
	now := time.Now()
	p, err := a.People.FindPlayer(c.UserContext(), now, token)
	switch {
	case err == nil:
		a.recent.note(token, p, now)
	case fault.Is(err, fault.Unavailable):
		known, ok := a.recent.find(token, now)
		if !ok {
			return caller{}, err
		}
		p = known
	default:
		a.recent.forget(token)
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
	// A number is slowed down at each address, so that nobody can lock somebody else out from their own place, and, since
	// a PIN is short, after more tries wherever they come from; an address only by many failures, since a whole hall may
	// stand behind one.
	number, _ := roster.CleanNumber(in.Number)
	address := "address\x00" + c.IP()
	here := number + "\x00" + c.IP()
	if a.players.blocked(address, now) || !a.numbersHere.try(here, now) {
		return errTooMany
	}
	if !a.numbers.try(number, now) {
		return errTooMany
	}
	token, p, err := a.People.SignInPlayer(c.UserContext(), now, in.Number, in.Name, in.PIN)
	if fault.Is(err, fault.Unauthorized) {
		a.players.try(address, now)
		return err
	}
	a.numbers.forgive(number)
	a.numbersHere.forgive(here)
	if err != nil {
		return err
	}
	return c.JSON(signedIn{token, personOf(p)})
}

// signedIn is what a phone keeps: a token of its own.
type signedIn struct {
	Token  string     `json:"token"`
	Person personView `json:"person"`
}

// signInByLink signs in who has the personal link that their unit handed out.
func (a *API) signInByLink(c *fiber.Ctx) error {
	in, err := body[struct {
		Token string `json:"token"`
	}](c)
	if err != nil {
		return err
	}
	now, address := time.Now(), "address\x00"+c.IP()
	if a.players.blocked(address, now) {
		return errTooMany
	}
	token, p, err := a.People.SignInByLink(c.UserContext(), now, in.Token)
	if fault.Is(err, fault.Unauthorized) {
		a.players.try(address, now)
	}
	if err != nil {
		return err
	}
	return c.JSON(signedIn{token, personOf(p)})
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
