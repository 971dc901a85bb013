package httpapi

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/people"
)

// unitRoutes are the calls of units and people for staff.
func (a *API) unitRoutes() []route {
	return []route{
		{"GET", "/units", organizer, whole, "", a.listUnits},
		{"POST", "/units", organizer, whole, "unit.create", a.createUnit},
		{"PATCH", "/units/:id", organizer, ofUnit, "unit.change", a.updateUnit},
		{"POST", "/units/:id/move", organizer, ofUnit, "unit.move", a.moveUnit},
		{"DELETE", "/units/:id", organizer, ofUnit, "unit.delete", a.deleteUnit},
		{"GET", "/units/:id/merge", organizer, ofUnit, "", a.previewUnitMerge},
		{"POST", "/units/:id/merge", organizer, ofUnit, "unit.merge", a.mergeUnits},
		{"POST", "/units/:id/pins", organizer, ofUnit, "unit.pins", a.handOutPINs},
		{"POST", "/units/:id/links", organizer, ofUnit, "unit.links", a.handOutLinks},

		{"GET", "/people", organizer, whole, "", a.listPeople},
		{"POST", "/people", organizer, whole, "person.create", a.createPerson},
		{"GET", "/people/export", organizer, whole, "person.export_all", a.exportRoster},
		{"GET", "/people/:id", organizer, ofPerson, "", a.findPerson},
		{"PUT", "/people/:id", organizer, ofPerson, "person.change", a.updatePerson},
		{"DELETE", "/people/:id", organizer, ofPerson, "person.remove", a.removePerson},
		{"POST", "/people/:id/restore", organizer, ofPerson, "person.restore", a.restorePerson},
		{"GET", "/people/:id/merge", organizer, ofPerson, "", a.previewPersonMerge},
		{"POST", "/people/:id/merge", organizer, ofPerson, "person.merge", a.mergePeople},
		{"GET", "/people/:id/export", organizer, ofPerson, "person.export", a.exportPerson},
		{"POST", "/people/:id/erase", organizer, ofPerson, "person.erase", a.erasePerson},
		{"POST", "/people/:id/pin", organizer, ofPerson, "person.pin", a.setPIN},
		{"DELETE", "/people/:id/pin", organizer, ofPerson, "person.pin_off", a.dropPIN},
		{"POST", "/people/:id/link", organizer, ofPerson, "person.link", a.issueLink},
		{"DELETE", "/people/:id/link", organizer, ofPerson, "person.link_off", a.dropLink},
		{"PUT", "/people/:id/captain/:unit_id", organizer, ofPerson, "person.captain", a.setCaptain},
		{"DELETE", "/people/:id/captain/:unit_id", organizer, ofPerson, "person.captain_off", a.dropCaptain},

		{"GET", "/roster-imports", organizer, whole, "", a.listRosters},
		{"POST", "/roster-imports", organizer, whole, "roster.upload", a.createRoster},
		{"GET", "/roster-imports/:id", organizer, ofRoster, "", a.findRoster},
		{"PUT", "/roster-imports/:id/options", organizer, ofRoster, "roster.options", a.setRosterOptions},
		{"PUT", "/roster-imports/:id/choices", organizer, ofRoster, "roster.choices", a.chooseRosterUnits},
		{"GET", "/roster-imports/:id/rows", organizer, ofRoster, "", a.listRosterRows},
		{"GET", "/roster-imports/:id/removed", organizer, ofRoster, "", a.listRosterRemoved},
		{"GET", "/roster-imports/:id/problems", organizer, ofRoster, "", a.rosterProblems},
		{"POST", "/roster-imports/:id/store", organizer, ofRoster, "roster.store", a.storeRoster},
		{"POST", "/roster-imports/:id/undo", organizer, ofRoster, "roster.undo", a.undoRoster},
	}
}

type unitView struct {
	ID       string   `json:"id"`
	ParentID string   `json:"parent_id"` // "" of a root
	Kind     string   `json:"kind"`
	Name     string   `json:"name"`
	Aliases  []string `json:"aliases"`
	People   int      `json:"people"` // on the roster of this unit itself
	InAll    int      `json:"in_all"` // and of all below it
}

// listUnits gives the whole tree, parents and siblings in their order.
func (a *API) listUnits(c *fiber.Ctx) error {
	ctx := c.UserContext()
	units, err := a.People.ListUnits(ctx)
	if err != nil {
		return err
	}
	aliases, err := a.People.Aliases(ctx)
	if err != nil {
		return err
	}
	own, err := a.People.CountPeople(ctx)
	if err != nil {
		return err
	}
	inAll := people.CountBelow(units, own)
	out := make([]unitView, len(units))
	for i, u := range units {
		out[i] = unitView{u.ID, u.ParentID, u.Kind, u.Name, listOf(aliases[u.ID]), own[u.ID], inAll[u.ID]}
	}
	return c.JSON(fiber.Map{"units": out})
}

type unitBrief struct {
	ID       string `json:"id"`
	ParentID string `json:"parent_id"`
	Kind     string `json:"kind"`
	Name     string `json:"name"`
}

func briefOf(u people.Unit) unitBrief { return unitBrief{u.ID, u.ParentID, u.Kind, u.Name} }

func (a *API) createUnit(c *fiber.Ctx) error {
	in, err := body[struct {
		ParentID string `json:"parent_id"`
		Kind     string `json:"kind"`
		Name     string `json:"name"`
	}](c)
	if err != nil {
		return err
	}
	u, err := a.People.CreateUnit(c.UserContext(), people.Unit{ParentID: in.ParentID, Kind: in.Kind, Name: in.Name})
	if err != nil {
		return err
	}
	subject(c, "unit", u.ID, u.Name)
	return c.Status(fiber.StatusCreated).JSON(briefOf(u))
}

func (a *API) updateUnit(c *fiber.Ctx) error {
	in, err := body[struct {
		Name    *string   `json:"name"`
		Kind    *string   `json:"kind"`
		Aliases *[]string `json:"aliases"`
	}](c)
	if err != nil {
		return err
	}
	was, err := a.People.FindUnit(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	u, err := a.People.UpdateUnit(c.UserContext(), was.ID, people.UnitChange{Name: in.Name, Kind: in.Kind, Aliases: in.Aliases})
	if err != nil {
		return err
	}
	noteChange(c, "name", was.Name, u.Name)
	noteChange(c, "kind", was.Kind, u.Kind)
	noteGiven(c, "aliases", in.Aliases)
	return c.JSON(briefOf(u))
}

func (a *API) moveUnit(c *fiber.Ctx) error {
	in, err := body[struct {
		ParentID string `json:"parent_id"`
		Before   string `json:"before"` // a sibling, "" is the end
	}](c)
	if err != nil {
		return err
	}
	ctx, id := c.UserContext(), c.Params("id")
	was, err := a.People.FindUnit(ctx, id)
	if err != nil {
		return err
	}
	if err := a.People.MoveUnit(ctx, id, in.ParentID, in.Before); err != nil {
		return err
	}
	noteChange(c, "parent_id", was.ParentID, in.ParentID)
	u, err := a.People.FindUnit(ctx, id)
	if err != nil {
		return err
	}
	return c.JSON(briefOf(u))
}

func (a *API) deleteUnit(c *fiber.Ctx) error {
	if err := a.People.DeleteUnit(c.UserContext(), c.Params("id")); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

func (a *API) setCaptain(c *fiber.Ctx) error {
	unit, err := a.People.FindUnit(c.UserContext(), c.Params("unit_id"))
	if err != nil {
		return err
	}
	if err := a.People.SetCaptain(c.UserContext(), unit.ID, c.Params("id")); err != nil {
		return err
	}
	note(c, "unit", unit.Name)
	return c.SendStatus(fiber.StatusNoContent)
}

func (a *API) dropCaptain(c *fiber.Ctx) error {
	unit, err := a.People.FindUnit(c.UserContext(), c.Params("unit_id"))
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	if err := a.People.DropCaptain(c.UserContext(), c.Params("unit_id"), c.Params("id")); err != nil {
		return err
	}
	note(c, "unit", unit.Name)
	return c.SendStatus(fiber.StatusNoContent)
}

// millis is a time for a view; 0 is none.
func millis(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMilli()
}
