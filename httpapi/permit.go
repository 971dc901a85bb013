package httpapi

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/people"
)

// permission says which roles may call a route. What they may call it on is its scope's part (docs/adr/0007).
type permission int

const (
	public    permission = iota // anybody; players prove themselves by token where a route needs it
	player                      // who shows a player's token: an employee, or an entrant who came in by name; what is theirs is the handler's to check
	employee                    // who is signed in as a person of the roster
	self                        // any staff, also who must change the password first
	viewer                      // any staff
	judge                       // judges, organizers and admins
	organizer                   // organizers and admins
	admin                       // admins
)

// permitted are the roles of each permission but public.
var permitted = map[permission]map[people.Role]bool{
	self:      {people.RoleViewer: true, people.RoleJudge: true, people.RoleOrganizer: true, people.RoleAdmin: true},
	viewer:    {people.RoleViewer: true, people.RoleJudge: true, people.RoleOrganizer: true, people.RoleAdmin: true},
	judge:     {people.RoleJudge: true, people.RoleOrganizer: true, people.RoleAdmin: true},
	organizer: {people.RoleOrganizer: true, people.RoleAdmin: true},
	admin:     {people.RoleAdmin: true},
}

// scope says what a route's path names. The caller must have access to it, else it is as if it were not there.
type scope int

const (
	whole        scope = iota // nothing: lists hold what the caller has access to, and bodies are the handler's to check
	ofBank                    // :id is a bank
	ofTemplate                // :id is a bank, or "template"
	ofQuestion                // :id is a question, of a bank
	ofImport                  // :id is an import, of who uploaded the file
	ofContest                 // :id is a contest
	ofRoom                    // :code is the room of a contest
	ofAccount                 // :id is an account
	ofInvitation              // :id is an invitation
	ofUnit                    // :id is a unit
	ofPerson                  // :id is a person of the roster
	ofRoster                  // :id is the import of a roster
	ofSeason                  // :id is a season, of all organizers
)

// template is the id under which an empty workbook is exported.
const template = "template"

// permit lets only those call a route who may, and finds what it is about.
func (a *API) permit(r route) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if r.who == public {
			return c.Next()
		}
		if r.who == player || r.who == employee {
			return a.permitPlayer(c, r.who)
		}
		staff, err := a.People.FindSession(c.UserContext(), time.Now(), c.Cookies(sessionCookie))
		if err != nil {
			return err
		}
		if !sameOrigin(c) {
			return fault.New(fault.Forbidden, "request.origin")
		}
		if !permitted[r.who][staff.Role] {
			return fault.New(fault.Forbidden, "session.forbidden")
		}
		if r.who != self && staff.MustChangePassword {
			return fault.New(fault.Forbidden, "session.password")
		}
		actor(c, staff)
		if err := a.find(c, r.of); err != nil {
			return err
		}
		return c.Next()
	}
}

// find notes what a route's path names, or says that it is missing: it is, or the caller has no access to it.
func (a *API) find(c *fiber.Ctx, of scope) error {
	ctx, id := c.UserContext(), c.Params("id")
	switch of {
	case ofTemplate:
		if id == template {
			return nil
		}
		fallthrough
	case ofBank:
		name, err := a.reachBank(c, id)
		subject(c, "bank", id, name)
		return err
	case ofQuestion:
		bank, stem, err := a.Banks.HomeOf(ctx, id)
		if err != nil {
			return err
		}
		subject(c, "question", id, stem)
		return a.reach(c, people.OnBank, bank, "question.missing")
	case ofImport:
		in, err := a.Banks.FindImport(ctx, id)
		if err != nil {
			return err
		}
		subject(c, "import", id, in.FileName)
		if staff := staffOf(c); staff.Role != people.RoleAdmin && staff.ID != in.StaffID {
			return fault.New(fault.NotFound, "import.missing")
		}
		if in.BankID != nil {
			return a.reach(c, people.OnBank, *in.BankID, "import.missing")
		}
	case ofContest:
		title, err := a.Quiz.TitleOf(ctx, id)
		if err != nil {
			return err
		}
		subject(c, "contest", id, title)
		return a.reach(c, people.OnContest, id, "contest.missing")
	case ofRoom:
		contest, err := a.House.ContestOf(c.Params("code"))
		if err != nil {
			return err
		}
		title, err := a.Quiz.TitleOf(ctx, contest)
		if err != nil {
			return err
		}
		subject(c, "contest", contest, title)
		return a.reach(c, people.OnContest, contest, "room.unknown")
	case ofAccount:
		staff, err := a.People.FindStaff(ctx, id)
		if err != nil {
			return err
		}
		subject(c, "staff", id, staff.Name)
	case ofUnit:
		unit, err := a.People.FindUnit(ctx, id)
		if err != nil {
			return err
		}
		subject(c, "unit", id, unit.Name)
	case ofPerson:
		p, err := a.People.FindPerson(ctx, id)
		if err != nil {
			return err
		}
		aboutPerson(c, p.Person)
	case ofRoster:
		in, err := a.People.FindRoster(ctx, id)
		if err != nil {
			return err
		}
		subject(c, "roster", id, in.FileName)
	case ofSeason:
		season, err := a.Boards.FindSeason(ctx, id)
		if err != nil {
			return err
		}
		subject(c, "season", id, season.Name)
	case whole, ofInvitation:
	}
	return nil
}

// reach demands access to a subject; without it, it is missing under this key.
func (a *API) reach(c *fiber.Ctx, kind people.Kind, id, missing string) error {
	may, err := a.People.MayReach(c.UserContext(), staffOf(c), kind, id)
	if err == nil && !may {
		err = fault.New(fault.NotFound, missing)
	}
	return err
}

// reachBank gives the name of a bank that the caller has access to; every bank that a body names goes through here.
func (a *API) reachBank(c *fiber.Ctx, id string) (name string, err error) {
	if name, err = a.Banks.NameOf(c.UserContext(), id); err != nil {
		return "", err
	}
	return name, a.reach(c, people.OnBank, id, "bank.missing")
}

// own gives who has made something access to it; admins need none.
func (a *API) own(c *fiber.Ctx, kind people.Kind, id string) error {
	staff := staffOf(c)
	if staff.Role == people.RoleAdmin {
		return nil
	}
	return a.People.Grant(c.UserContext(), time.Now(), kind, id, staff.ID, staff.Name)
}

func actor(c *fiber.Ctx, staff people.Staff) { c.Locals("staff", staff) }

func staffOf(c *fiber.Ctx) people.Staff {
	s, _ := c.Locals("staff").(people.Staff)
	return s
}
