package httpapi

import (
	"cmp"
	"slices"
	"strings"

	"github.com/gofiber/fiber/v2"

	"leitai/people"
)

// setPIN gives a person a PIN, which is told once.
func (a *API) setPIN(c *fiber.Ctx) error {
	in, err := body[struct {
		PIN string `json:"pin"` // "" makes one
	}](c)
	if err != nil {
		return err
	}
	pin, err := a.People.SetPIN(c.UserContext(), c.Params("id"), in.PIN)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"pin": pin})
}

func (a *API) dropPIN(c *fiber.Ctx) error {
	if err := a.People.DropPIN(c.UserContext(), c.Params("id")); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// personalLink is the address that signs a person in: the token stands behind the last slash.
func (a *API) personalLink(token string) string {
	return strings.TrimSuffix(a.House.JoinURL(""), "/j/") + "/in/" + token
}

// issueLink gives a person a new personal link, which is told once.
func (a *API) issueLink(c *fiber.Ctx) error {
	token, err := a.People.IssueLink(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"url": a.personalLink(token)})
}

func (a *API) dropLink(c *fiber.Ctx) error {
	if err := a.People.DropLink(c.UserContext(), c.Params("id")); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// handoutInput says for whom a sheet is made.
type handoutInput struct {
	Below   bool `json:"below"`   // also in the units below
	Missing bool `json:"missing"` // only for who has none
}

// handoutLine is what a sheet has for a person: the PIN or the link, told once.
type handoutLine struct {
	ID     string    `json:"id"`
	Name   string    `json:"name"`
	Number string    `json:"number"` // what they sign in with: the phone masked, or the 工号
	Unit   namedView `json:"unit"`
	PIN    string    `json:"pin"` // "" on a sheet of links
	URL    string    `json:"url"` // "" on a sheet of PINs
}

// handoutOf orders a sheet by unit, as it is cut and handed out.
func (a *API) handoutOf(c *fiber.Ctx, list []people.Handout, isLink bool) ([]handoutLine, error) {
	units, err := a.People.ListUnits(c.UserContext())
	if err != nil {
		return nil, err
	}
	place := make(map[string]int, len(units))
	for i, u := range units {
		place[u.ID] = i
	}
	slices.SortStableFunc(list, func(x, y people.Handout) int { return cmp.Compare(place[x.UnitID], place[y.UnitID]) })
	out := make([]handoutLine, len(list))
	for i, h := range list {
		out[i] = handoutLine{ID: h.ID, Name: h.Name, Number: cmp.Or(people.MaskPhone(h.Phone), h.EmployeeNo), Unit: namedView{h.UnitID, h.UnitName}}
		if isLink {
			out[i].URL = a.personalLink(h.Secret)
		} else {
			out[i].PIN = h.Secret
		}
	}
	note(c, "people", len(out))
	return out, nil
}

func (a *API) handOutPINs(c *fiber.Ctx) error {
	in, err := body[handoutInput](c)
	if err != nil {
		return err
	}
	list, err := a.People.HandOutPINs(c.UserContext(), c.Params("id"), in.Below, in.Missing)
	if err != nil {
		return err
	}
	lines, err := a.handoutOf(c, list, false)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"people": lines})
}

func (a *API) handOutLinks(c *fiber.Ctx) error {
	in, err := body[handoutInput](c)
	if err != nil {
		return err
	}
	list, err := a.People.HandOutLinks(c.UserContext(), c.Params("id"), in.Below, in.Missing)
	if err != nil {
		return err
	}
	lines, err := a.handoutOf(c, list, true)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"people": lines})
}
