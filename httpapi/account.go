package httpapi

import (
	"errors"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/people"
)

// renameSelf changes one's own name.
func (a *API) renameSelf(c *fiber.Ctx) error {
	in, err := body[struct {
		Name string `json:"name"`
	}](c)
	if err != nil {
		return err
	}
	before := staffOf(c)
	after, err := a.People.UpdateStaff(c.UserContext(), before.ID, people.StaffChange{Name: &in.Name})
	if err != nil {
		return err
	}
	noteChange(c, "name", before.Name, after.Name)
	return c.JSON(viewOf(after))
}

type openSession struct {
	ID        string `json:"id"`
	CreatedMS int64  `json:"created_ms"`
	ExpiresMS int64  `json:"expires_ms"`
	Address   string `json:"address"`
	Browser   string `json:"browser"`
	Current   bool   `json:"current"`
}

func (a *API) listSessions(c *fiber.Ctx) error {
	staff := staffOf(c)
	sessions, err := a.People.ListSessions(c.UserContext(), time.Now(), staff.ID, c.Cookies(sessionCookie))
	if err != nil {
		return err
	}
	left, err := a.People.RecoveryLeft(c.UserContext(), staff.ID)
	if err != nil {
		return err
	}
	out := make([]openSession, len(sessions))
	for i, s := range sessions {
		out[i] = openSession{s.ID, s.CreatedAt.UnixMilli(), s.ExpiresAt.UnixMilli(), s.Origin.Address, s.Origin.Browser, s.Current}
	}
	return c.JSON(fiber.Map{"sessions": out, "recovery_left": left})
}

func (a *API) endSession(c *fiber.Ctx) error {
	if err := a.People.EndSession(c.UserContext(), staffOf(c).ID, c.Params("id")); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// endSessions signs out everywhere, here too.
func (a *API) endSessions(c *fiber.Ctx) error {
	n, err := a.People.EndSessions(c.UserContext(), staffOf(c).ID)
	if err != nil {
		return err
	}
	note(c, "sessions", n)
	a.setCookie(c, "", time.Unix(1, 0))
	return c.SendStatus(fiber.StatusNoContent)
}

// proof is the own password, asked for again before the second step is touched.
type proof struct {
	Password string `json:"password"`
}

// guarded makes a try that may be a guess: only a fault of this field counts as one.
func (a *API) guarded(c *fiber.Ctx, field string, try func() error) error {
	key := field + "\x00" + staffOf(c).ID
	if !a.failures.try(key, time.Now()) {
		return errTooMany
	}
	err := try()
	if f, ok := errors.AsType[*fault.Error](err); !ok || f.Fields[field] == "" {
		a.failures.forgive(key)
	}
	return err
}

func (a *API) startTwoStep(c *fiber.Ctx) error {
	in, err := body[proof](c)
	if err != nil {
		return err
	}
	return a.guarded(c, "password", func() error {
		e, err := a.People.StartTwoStep(c.UserContext(), staffOf(c).ID, in.Password)
		if err != nil {
			return err
		}
		return c.Status(fiber.StatusCreated).JSON(fiber.Map{"secret": e.Secret, "uri": e.URI})
	})
}

func (a *API) confirmTwoStep(c *fiber.Ctx) error {
	in, err := body[struct {
		Code string `json:"code"`
	}](c)
	if err != nil {
		return err
	}
	return a.guarded(c, "code", func() error {
		codes, err := a.People.ConfirmTwoStep(c.UserContext(), time.Now(), staffOf(c).ID, strings.TrimSpace(in.Code))
		if err != nil {
			return err
		}
		return c.JSON(fiber.Map{"recovery_codes": codes})
	})
}

func (a *API) stopTwoStep(c *fiber.Ctx) error {
	in, err := body[proof](c)
	if err != nil {
		return err
	}
	return a.guarded(c, "password", func() error {
		if err := a.People.StopTwoStep(c.UserContext(), staffOf(c).ID, in.Password); err != nil {
			return err
		}
		return c.SendStatus(fiber.StatusNoContent)
	})
}
