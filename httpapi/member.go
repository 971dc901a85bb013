package httpapi

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"leitai/people"
)

// colleagueView is somebody who can be put on a bank or a contest.
type colleagueView struct {
	ID       string `json:"id"`
	Username string `json:"username"`
	Name     string `json:"name"`
	Role     string `json:"role"`
}

func colleagueOf(s people.Staff) colleagueView {
	return colleagueView{s.ID, s.Username, s.Name, string(s.Role)}
}

type memberView struct {
	colleagueView
	Disabled  bool   `json:"disabled"`
	GrantedBy string `json:"granted_by"`
	GrantedMS int64  `json:"granted_ms"`
}

// listColleagues gives the accounts that access can be given to. Admins have it anyway.
func (a *API) listColleagues(c *fiber.Ctx) error {
	accounts, err := a.People.ListStaff(c.UserContext(), time.Now(), "")
	if err != nil {
		return err
	}
	out := []colleagueView{}
	for _, s := range accounts {
		if !s.Disabled && s.Role != people.RoleAdmin {
			out = append(out, colleagueOf(s.Staff))
		}
	}
	return c.JSON(fiber.Map{"staff": out})
}

func (a *API) listMembers(kind people.Kind) fiber.Handler {
	return func(c *fiber.Ctx) error {
		members, err := a.People.ListMembers(c.UserContext(), kind, c.Params("id"))
		if err != nil {
			return err
		}
		out := make([]memberView, len(members))
		for i, m := range members {
			out[i] = memberView{colleagueOf(m.Staff), m.Disabled, m.GrantedBy, m.GrantedAt.UnixMilli()}
		}
		return c.JSON(fiber.Map{"members": out})
	}
}

func (a *API) grant(kind people.Kind) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id := c.Params("staff_id")
		if err := a.People.Grant(c.UserContext(), time.Now(), kind, c.Params("id"), id, staffOf(c).Name); err != nil {
			return err
		}
		a.noteMember(c, id)
		return c.SendStatus(fiber.StatusNoContent)
	}
}

func (a *API) revoke(kind people.Kind) fiber.Handler {
	return func(c *fiber.Ctx) error {
		id := c.Params("staff_id")
		if err := a.People.Revoke(c.UserContext(), kind, c.Params("id"), id); err != nil {
			return err
		}
		a.noteMember(c, id)
		return c.SendStatus(fiber.StatusNoContent)
	}
}

// noteMember adds whose access was changed to the entry.
func (a *API) noteMember(c *fiber.Ctx, staffID string) {
	if s, err := a.People.FindStaff(c.UserContext(), staffID); err == nil {
		note(c, "member", s.Name)
		note(c, "username", s.Username)
		note(c, "role", s.Role)
	}
}
