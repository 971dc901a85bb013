package httpapi

import (
	"context"
	"encoding/json"
	"reflect"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"leitai/people"
)

// auditWithin bounds the writing of one entry.
const auditWithin = 5 * time.Second

// audited writes what a route has done into the audit log, once it has succeeded. It stands over the table of routes,
// so that no handler can forget it; handlers add what is worth knowing with subject and note.
func (a *API) audited(r route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		err := c.Next()
		if err == nil && r.does != "" {
			a.record(c, r.does)
		}
		return err
	}
}

// record writes an entry. What was done is done: should the log fail, the entry goes to the server's own log.
func (a *API) record(c *fiber.Ctx, action string) {
	staff := staffOf(c)
	about, _ := c.Locals("subject").(people.Subject)
	detail, _ := c.Locals("detail").(map[string]any)
	e := people.AuditEntry{At: time.Now(), StaffID: staff.ID, StaffName: staff.Name, Address: c.IP(), Action: action, Subject: about, Detail: detail}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(c.UserContext()), auditWithin)
	defer cancel()
	if err := a.People.Record(ctx, &e); err != nil {
		a.Logger.Error("audit entry not stored", "action", action, "staff_id", staff.ID, "subject_kind", about.Kind, "subject_id", about.ID, "error", err)
	}
}

// subject says what the caller works on, under the name that it has now.
func subject(c *fiber.Ctx, kind, id, name string) {
	c.Locals("subject", people.Subject{Kind: kind, ID: id, Name: name})
}

// note adds a detail to the entry of this call: never a password, token, code, key or a player's answer.
func note(c *fiber.Ctx, name string, value any) {
	detail, ok := c.Locals("detail").(map[string]any)
	if !ok {
		detail = map[string]any{}
		c.Locals("detail", detail)
	}
	detail[name] = value
}

// noteChange adds what a value was and is, unless it stays.
func noteChange[T comparable](c *fiber.Ctx, name string, was, is T) {
	if was != is {
		note(c, name, map[string]any{"from": was, "to": is})
	}
}

// noteGiven adds a value that a request may leave out.
func noteGiven[T any](c *fiber.Ctx, name string, v *T) {
	if v != nil {
		note(c, name, *v)
	}
}

// maxNoted is the longest text of a setting that an entry repeats, in characters: a logo is a picture.
const maxNoted = 100

// noteSettings adds each setting that has changed with what it was and is. What it was comes from fieldsOf before the
// change, which may write into maps and lists of the settings.
func noteSettings(c *fiber.Ctx, before map[string]any, is any) {
	if changed := changedFields(before, is); len(changed) > 0 {
		note(c, "settings", changed)
	}
}

// changedFields gives each setting that has changed with what it was and is.
func changedFields(before map[string]any, is any) map[string]any {
	changed := map[string]any{}
	for name, v := range fieldsOf(is) {
		if !reflect.DeepEqual(before[name], v) {
			changed[name] = map[string]any{"from": short(before[name]), "to": short(v)}
		}
	}
	return changed
}

// fieldsOf gives settings by the names that requests use.
func fieldsOf(v any) (fields map[string]any) {
	b, err := json.Marshal(v)
	if err == nil {
		err = json.Unmarshal(b, &fields)
	}
	if err != nil {
		return nil // settings always encode
	}
	return fields
}

func short(v any) any {
	if s, ok := v.(string); ok && utf8.RuneCountInString(s) > maxNoted {
		return "…"
	}
	return v
}
