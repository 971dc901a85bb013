package httpapi

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/people"
)

type accountView struct {
	staffView
	Disabled   bool   `json:"disabled"`
	CreatedMS  int64  `json:"created_ms"`
	SignedInMS *int64 `json:"signed_in_ms"`
	Sessions   int    `json:"sessions"`
}

type invitationView struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Username  string `json:"username"`
	Role      string `json:"role"`
	MadeBy    string `json:"made_by"`
	CreatedMS int64  `json:"created_ms"`
	ExpiresMS int64  `json:"expires_ms"`
}

func invitationOf(l people.Link) invitationView {
	return invitationView{l.ID, l.Name, l.Username, string(l.Role), l.MadeBy, l.CreatedAt.UnixMilli(), l.ExpiresAt.UnixMilli()}
}

// linkView tells a link's address, this once.
type linkView struct {
	ID        string `json:"id"`
	URL       string `json:"url"`
	ExpiresMS int64  `json:"expires_ms"`
}

// linkOf makes the address of a link. The token stands behind the #, which no browser sends to a server: it comes into
// no log on the way.
func (a *API) linkOf(l people.Link, token string) linkView {
	base := strings.TrimSuffix(a.House.JoinURL(""), "/j/")
	return linkView{l.ID, base + "/console/welcome#" + token, l.ExpiresAt.UnixMilli()}
}

func (a *API) listStaff(c *fiber.Ctx) error {
	search := c.Query("q")
	if utf8.RuneCountInString(search) > people.MaxAuditSearch {
		return fault.Field("q", "value.long")
	}
	now := time.Now()
	accounts, err := a.People.ListStaff(c.UserContext(), now, search)
	if err != nil {
		return err
	}
	invitations, err := a.People.ListInvitations(c.UserContext(), now)
	if err != nil {
		return err
	}
	staff, open := make([]accountView, len(accounts)), make([]invitationView, len(invitations))
	for i, s := range accounts {
		staff[i] = accountView{staffView: staffOfView(s.Staff), Disabled: s.Disabled, CreatedMS: s.CreatedAt.UnixMilli(), Sessions: s.Sessions}
		if s.SignedInAt != nil {
			staff[i].SignedInMS = new(s.SignedInAt.UnixMilli())
		}
	}
	for i, l := range invitations {
		open[i] = invitationOf(l)
	}
	return c.JSON(fiber.Map{"staff": staff, "invitations": open})
}

func (a *API) invite(c *fiber.Ctx) error {
	in, err := body[struct {
		Name     string      `json:"name"`
		Username string      `json:"username"`
		Role     people.Role `json:"role"`
	}](c)
	if err != nil {
		return err
	}
	link, token, err := a.People.Invite(c.UserContext(), time.Now(), in.Name, in.Username, in.Role, staffOf(c).Name)
	if err != nil {
		return err
	}
	subject(c, "invitation", link.ID, link.Name)
	note(c, "role", link.Role)
	return c.Status(fiber.StatusCreated).JSON(a.linkOf(link, token))
}

func (a *API) withdraw(c *fiber.Ctx) error {
	link, err := a.People.Withdraw(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	subject(c, "invitation", link.ID, link.Name)
	return c.SendStatus(fiber.StatusNoContent)
}

func (a *API) updateStaff(c *fiber.Ctx) error {
	in, err := body[struct {
		Name     *string      `json:"name"`
		Role     *people.Role `json:"role"`
		Disabled *bool        `json:"disabled"`
	}](c)
	if err != nil {
		return err
	}
	before, err := a.People.FindStaff(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	if before.ID == staffOf(c).ID && (in.Role != nil && *in.Role != before.Role || in.Disabled != nil && *in.Disabled) {
		return fault.New(fault.Conflict, "staff.oneself") // who shuts oneself out cannot mend it
	}
	after, err := a.People.UpdateStaff(c.UserContext(), before.ID, people.StaffChange{Name: in.Name, Role: in.Role, Disabled: in.Disabled})
	if err != nil {
		return err
	}
	noteChange(c, "name", before.Name, after.Name)
	noteChange(c, "role", before.Role, after.Role)
	noteChange(c, "disabled", before.Disabled, after.Disabled)
	return c.JSON(accountOf(after))
}

// accountOf is an account without what only the list tells.
func accountOf(s people.Staff) any {
	return struct {
		staffView
		Disabled bool `json:"disabled"`
	}{staffOfView(s), s.Disabled}
}

func (a *API) resetStaff(c *fiber.Ctx) error {
	link, token, err := a.People.StartReset(c.UserContext(), time.Now(), c.Params("id"), staffOf(c).Name)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(a.linkOf(link, token))
}

func (a *API) endStaffSessions(c *fiber.Ctx) error {
	n, err := a.People.EndSessions(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	note(c, "sessions", n)
	return c.JSON(fiber.Map{"ended": n})
}

func (a *API) dropTwoStep(c *fiber.Ctx) error {
	if err := a.People.DropTwoStep(c.UserContext(), c.Params("id")); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// linkGuess makes a public call with a link's token, and slows down who guesses.
func (a *API) linkGuess(c *fiber.Ctx, try func(now time.Time) error) error {
	if !originIsHost(c) {
		return fault.New(fault.Forbidden, "request.origin")
	}
	now, key := time.Now(), "link\x00"+c.IP()
	if !a.links.try(key, now) {
		return errTooMany
	}
	err := try(now)
	if !fault.Is(err, fault.NotFound) {
		a.links.forgive(key)
	}
	return err
}

// findLink tells what a link is for, before it is used.
func (a *API) findLink(c *fiber.Ctx) error {
	in, err := body[struct {
		Token string `json:"token"`
	}](c)
	if err != nil {
		return err
	}
	return a.linkGuess(c, func(now time.Time) error {
		link, err := a.People.FindLink(c.UserContext(), now, in.Token)
		if err != nil {
			return err
		}
		return c.JSON(fiber.Map{"kind": link.Kind, "name": link.Name, "username": link.Username, "role": link.Role,
			"made_by": link.MadeBy, "expires_ms": link.ExpiresAt.UnixMilli()})
	})
}

// useLink makes the invited account or sets the new password. It opens no session: signing in asks for the second step.
func (a *API) useLink(c *fiber.Ctx) error {
	in, err := body[struct {
		Token    string `json:"token"`
		Username string `json:"username"`
		Password string `json:"password"`
	}](c)
	if err != nil {
		return err
	}
	return a.linkGuess(c, func(now time.Time) error {
		staff, kind, err := a.People.UseLink(c.UserContext(), now, in.Token, in.Username, in.Password)
		if err != nil {
			return err
		}
		actor(c, staff)
		subject(c, "staff", staff.ID, staff.Name)
		note(c, "kind", kind)
		return c.JSON(fiber.Map{"username": staff.Username})
	})
}
