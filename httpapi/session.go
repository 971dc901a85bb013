package httpapi

import (
	"errors"
	"net/url"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/people"
)

// sessionCookie carries a staff session's token.
const sessionCookie = "leitai_session"

// maxUsername is the longest user name in characters, as in docs/openapi.yaml.
const maxUsername = 64

// sessionFor is how long the browser keeps the cookie; the store decides how long it is good.
const sessionFor = 12 * time.Hour

// allow lets only those call a route who may: the permission is declared beside it.
func (a *API) allow(who permission) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if who == public {
			return c.Next()
		}
		staff, err := a.People.FindSession(c.UserContext(), time.Now(), c.Cookies(sessionCookie))
		if err != nil {
			return err
		}
		if !sameOrigin(c) {
			return fault.New(fault.Forbidden, "request.origin")
		}
		if who == organizer && staff.Role != people.RoleOrganizer && staff.Role != people.RoleAdmin {
			return fault.New(fault.Forbidden, "session.forbidden")
		}
		if who == organizer && staff.MustChangePassword {
			return fault.New(fault.Forbidden, "session.password")
		}
		c.Locals("staff", staff)
		return c.Next()
	}
}

// sameOrigin reports that a browser's request comes from a page of this server; other clients send no Origin.
func sameOrigin(c *fiber.Ctx) bool {
	if c.Method() == fiber.MethodGet || c.Method() == fiber.MethodHead {
		return true
	}
	return originIsHost(c)
}

func originIsHost(c *fiber.Ctx) bool {
	origin := c.Get(fiber.HeaderOrigin)
	if origin == "" {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host == c.Hostname()
}

func staffOf(c *fiber.Ctx) people.Staff {
	s, _ := c.Locals("staff").(people.Staff)
	return s
}

type sessionView struct {
	Staff staffView `json:"staff"`
}

type staffView struct {
	ID                 string `json:"id"`
	Username           string `json:"username"`
	Name               string `json:"name"`
	Role               string `json:"role"`
	MustChangePassword bool   `json:"must_change_password"`
}

func viewOf(s people.Staff) sessionView {
	return sessionView{staffView{s.ID, s.Username, s.Name, string(s.Role), s.MustChangePassword}}
}

func (a *API) signIn(c *fiber.Ctx) error {
	if !originIsHost(c) {
		return fault.New(fault.Forbidden, "request.origin")
	}
	in, err := body[struct {
		Username string `json:"username"`
		Password string `json:"password"`
	}](c)
	if err != nil {
		return err
	}
	if utf8.RuneCountInString(in.Username) > maxUsername {
		return fault.Field("username", "value.long")
	}
	now := time.Now()
	key := c.IP() + "\x00" + strings.ToLower(strings.TrimSpace(in.Username)) // the same account however it is written
	if !a.failures.try(key, now) {
		return errTooMany
	}
	token, staff, err := a.People.SignIn(c.UserContext(), now, in.Username, in.Password)
	if !fault.Is(err, fault.Unauthorized) {
		a.failures.forgive(key)
	}
	if err != nil {
		return err
	}
	a.setCookie(c, token, now.Add(sessionFor))
	return c.JSON(viewOf(staff))
}

func (a *API) setCookie(c *fiber.Ctx, token string, expires time.Time) {
	c.Cookie(&fiber.Cookie{Name: sessionCookie, Value: token, Path: "/", HTTPOnly: true, SameSite: fiber.CookieSameSiteStrictMode,
		Secure: a.Secure, Expires: expires})
}

func (a *API) session(c *fiber.Ctx) error { return c.JSON(viewOf(staffOf(c))) }

func (a *API) signOut(c *fiber.Ctx) error {
	if err := a.People.SignOut(c.UserContext(), c.Cookies(sessionCookie)); err != nil {
		return err
	}
	a.setCookie(c, "", time.Unix(1, 0))
	return c.SendStatus(fiber.StatusNoContent)
}

func (a *API) changePassword(c *fiber.Ctx) error {
	in, err := body[struct {
		Current string `json:"current"`
		New     string `json:"new"`
	}](c)
	if err != nil {
		return err
	}
	now, staff := time.Now(), staffOf(c)
	key := "password\x00" + staff.ID
	if !a.failures.try(key, now) {
		return errTooMany
	}
	changed, err := a.People.ChangePassword(c.UserContext(), now, staff.ID, in.Current, in.New, c.Cookies(sessionCookie))
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Fields["current"] == "" { // only a wrong one is a guess
		a.failures.forgive(key)
	}
	if err != nil {
		return err
	}
	return c.JSON(viewOf(changed))
}
