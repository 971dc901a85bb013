package httpapi

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/people"
)

// personLine is a person as lists have them: the phone number is masked.
type personLine struct {
	ID         string    `json:"id"`
	Name       string    `json:"name"`
	Phone      string    `json:"phone"` // masked
	EmployeeNo string    `json:"employee_no"`
	Unit       namedView `json:"unit"`
	HasPIN     bool      `json:"has_pin"`
	HasLink    bool      `json:"has_link"`
	Captain    bool      `json:"captain"` // of some unit
	LeftMS     int64     `json:"left_ms"` // since when off the roster, 0 is on it
}

func personLineOf(e people.Entry) personLine {
	return personLine{e.ID, e.Name, people.MaskPhone(e.Phone), e.EmployeeNo, namedView{e.UnitID, e.UnitName}, e.HasPIN, e.HasLink, e.Captain, millis(e.Left)}
}

// peopleFilter reads the filters that list and export share.
func peopleFilter(c *fiber.Ctx) (people.RosterSearch, error) {
	f := people.RosterSearch{Search: c.Query("q"), UnitID: c.Query("unit"), Below: c.Query("below") == "true", Left: c.Query("left") == "true"}
	for name, s := range map[string]string{"q": f.Search, "unit": f.UnitID, "after": c.Query("after")} {
		if utf8.RuneCountInString(s) > people.MaxPeopleSearch || !utf8.ValidString(s) || strings.Contains(s, "\x00") {
			return f, fault.Field(name, "value.long")
		}
	}
	return f, nil
}

// listPeople gives a page of people in the order in which they came to the roster; `next` is the id after which the next
// page begins, "" at the end. The first page says how many there are.
func (a *API) listPeople(c *fiber.Ctx) error {
	f, err := peopleFilter(c)
	if err != nil {
		return err
	}
	after := c.Query("after")
	limit, err := pageSize(c)
	if err != nil {
		return err
	}
	list, err := a.People.ListPeople(c.UserContext(), f, after, limit)
	if err != nil {
		return err
	}
	out := make([]personLine, len(list))
	for i, e := range list {
		out[i] = personLineOf(e)
	}
	next := ""
	if len(out) == limit {
		next = out[limit-1].ID
	}
	total := len(out)
	if after != "" || next != "" {
		if total, err = a.People.CountFound(c.UserContext(), f); err != nil {
			return err
		}
	}
	return c.JSON(fiber.Map{"people": out, "next": next, "total": total})
}

// personDetail is a person for who edits them: the phone number in full.
type personDetail struct {
	personLine
	Phone     string      `json:"phone"`
	CaptainOf []namedView `json:"captain_of"`
	Above     []namedView `json:"above"` // the unit and those above it, upwards
	CreatedMS int64       `json:"created_ms"`
	Erased    bool        `json:"erased"`
}

func (a *API) sendPerson(c *fiber.Ctx, id string) error {
	ctx := c.UserContext()
	e, err := a.People.FindPerson(ctx, id)
	if err != nil {
		return err
	}
	captain, err := a.People.CaptainOf(ctx, id)
	if err != nil {
		return err
	}
	chain, err := a.People.Ancestors(ctx, e.UnitID)
	if err != nil {
		return err
	}
	above := make([]namedView, len(chain))
	for i, u := range chain {
		above[i] = namedView{u.ID, u.Name}
	}
	return c.JSON(personDetail{personLineOf(e), e.Phone, namedOf(captain), above, e.Created.UnixMilli(), e.Erased})
}

func (a *API) findPerson(c *fiber.Ctx) error { return a.sendPerson(c, c.Params("id")) }

// personInput is a person as staff send them.
type personInput struct {
	Name       string `json:"name"`
	Phone      string `json:"phone"`
	EmployeeNo string `json:"employee_no"`
	UnitID     string `json:"unit_id"`
}

func (in personInput) person(id string) (people.Person, error) {
	for field, s := range map[string]string{"name": in.Name, "phone": in.Phone, "employee_no": in.EmployeeNo, "unit_id": in.UnitID} {
		if utf8.RuneCountInString(s) > 200 {
			return people.Person{}, fault.Field(field, "value.long")
		}
	}
	return people.Person{ID: id, Name: in.Name, Phone: in.Phone, EmployeeNo: in.EmployeeNo, UnitID: in.UnitID}, nil
}

func (a *API) createPerson(c *fiber.Ctx) error {
	in, err := body[personInput](c)
	if err != nil {
		return err
	}
	p, err := in.person("")
	if err != nil {
		return err
	}
	if p, err = a.People.CreatePerson(c.UserContext(), time.Now(), p); err != nil {
		return err
	}
	aboutPerson(c, p)
	c.Status(fiber.StatusCreated)
	return a.sendPerson(c, p.ID)
}

// aboutPerson names a person in the audit log, which outlives them: not in full.
func aboutPerson(c *fiber.Ctx, p people.Person) {
	subject(c, "person", p.ID, people.MaskName(p.Name))
}

// updatePerson writes a person anew. The log keeps what was changed and not what it was: it outlives the person.
func (a *API) updatePerson(c *fiber.Ctx) error {
	in, err := body[personInput](c)
	if err != nil {
		return err
	}
	p, err := in.person(c.Params("id"))
	if err != nil {
		return err
	}
	was, err := a.People.FindPerson(c.UserContext(), p.ID)
	if err != nil {
		return err
	}
	if p, err = a.People.UpdatePerson(c.UserContext(), p); err != nil {
		return err
	}
	var changed []string
	for field, differs := range map[string]bool{"name": was.Name != p.Name, "phone": was.Phone != p.Phone, "employee_no": was.EmployeeNo != p.EmployeeNo} {
		if differs {
			changed = append(changed, field)
		}
	}
	note(c, "changed", listOf(changed))
	noteChange(c, "unit_id", was.UnitID, p.UnitID)
	return a.sendPerson(c, p.ID)
}

func (a *API) removePerson(c *fiber.Ctx) error {
	if err := a.People.RemovePerson(c.UserContext(), time.Now(), c.Params("id")); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (a *API) restorePerson(c *fiber.Ctx) error {
	if err := a.People.RestorePerson(c.UserContext(), c.Params("id")); err != nil {
		return err
	}
	return a.sendPerson(c, c.Params("id"))
}
