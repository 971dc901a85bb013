package httpapi

import (
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

// maxCode is the longest code of a second step with what people put between groups, in bytes.
const maxCode = 64

// sessionFor is how long the browser keeps the cookie; the store decides how long it is good.
const sessionFor = 12 * time.Hour

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

type sessionView struct {
	Staff staffView `json:"staff"`
}

type staffView struct {
	ID                 string `json:"id"`
	Username           string `json:"username"`
	Name               string `json:"name"`
	Role               string `json:"role"`
	MustChangePassword bool   `json:"must_change_password"`
	TwoStep            bool   `json:"two_step"`
}

func staffOfView(s people.Staff) staffView {
	return staffView{s.ID, s.Username, s.Name, string(s.Role), s.MustChangePassword, s.TwoStep}
}

func viewOf(s people.Staff) sessionView { return sessionView{staffOfView(s)} }

func (a *API) signIn(c *fiber.Ctx) error {
	if !originIsHost(c) {
		return fault.New(fault.Forbidden, "request.origin")
	}
	in, err := body[struct {
		Username string `json:"username"`
		Password string `json:"password"`
		Code     string `json:"code"`
	}](c)
	if err != nil {
		return err
	}
	if len(in.Code) > maxCode {
		return fault.Field("code", "value.long")
	}
	if utf8.RuneCountInString(in.Username) > maxUsername {
		return fault.Field("username", "value.long")
	}
	now := time.Now()
	key := c.IP() + "\x00" + strings.ToLower(strings.TrimSpace(in.Username)) // the same account however it is written
	if !a.failures.try(key, now) {
		return errTooMany
	}
	guesses := "code\x00" + strings.ToLower(strings.TrimSpace(in.Username)) // of the second step, from whatever address
	if in.Code != "" && !a.failures.try(guesses, now) {
		a.failures.forgive(key)
		return errTooMany
	}
	token, staff, err := a.People.SignIn(c.UserContext(), now, people.Attempt{Username: in.Username, Password: in.Password, Code: in.Code,
		Origin: people.Origin{Address: c.IP(), Browser: c.Get(fiber.HeaderUserAgent)}})
	if in.Code != "" && fault.KeyOf(err) != "session.code_wrong" {
		a.failures.forgive(guesses)
	}
	if !fault.Is(err, fault.Unauthorized) || fault.KeyOf(err) == "session.code" { // the password was right
		a.failures.forgive(key)
	}
	if err != nil {
		a.recordRefusal(c, in.Username, err)
		return err
	}
	actor(c, staff)
	a.setCookie(c, token, now.Add(sessionFor))
	return c.JSON(viewOf(staff))
}

// recordRefusal keeps a failed sign-in. An unknown user name is not kept: some type their password there. Past what
// people mistype, an address fills the log no further.
func (a *API) recordRefusal(c *fiber.Ctx, username string, err error) {
	if !fault.Is(err, fault.Unauthorized) || fault.KeyOf(err) == "session.code" || !a.refusals.try(c.IP(), time.Now()) {
		return
	}
	if staff, err := a.People.FindUsername(c.UserContext(), username); err == nil {
		subject(c, "staff", staff.ID, staff.Name)
		note(c, "username", staff.Username)
	}
	note(c, "reason", fault.KeyOf(err))
	a.record(c, "session.refused")
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
	staff := staffOf(c)
	return a.guarded(c, "current", func() error {
		changed, err := a.People.ChangePassword(c.UserContext(), time.Now(), staff.ID, in.Current, in.New, c.Cookies(sessionCookie))
		if err != nil {
			return err
		}
		return c.JSON(viewOf(changed))
	})
}
