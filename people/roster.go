package people

import (
	"context"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/sqldb"
)

// Unit is a place in the tree of park, enterprise and branch.
type Unit struct {
	ID       string
	ParentID string // "" for a root
	Kind     string // "park", "enterprise" or "branch"
	Name     string
	Position int // among the units of one parent
}

// Person is somebody on the roster. Phone and EmployeeNo may be empty.
type Person struct {
	ID         string
	UnitID     string
	Name       string
	Phone      string // as it is dialled; shown through MaskPhone only
	EmployeeNo string
}

// CreateUnits stores units in one transaction, in any order: a parent may stand after its children. It fills in the
// ids that are empty. A unit that is its own ancestor is the fault "unit.cycle".
func (s *Store) CreateUnits(ctx context.Context, units []Unit) error {
	waiting := map[string]bool{} // ids still to be stored
	for i := range units {
		if units[i].ID == "" {
			units[i].ID = newID()
		}
	}
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		clear(waiting)
		for _, u := range units {
			waiting[u.ID] = true
		}
		insert, err := tx.PreparexContext(ctx, `INSERT INTO units (id, parent_id, kind, name, position) VALUES ($1, $2, $3, $4, $5)`)
		if err != nil {
			return err
		}
		defer func() { _ = insert.Close() }()
		for left := units; len(left) > 0; {
			var later []Unit
			for _, u := range left {
				if waiting[u.ParentID] {
					later = append(later, u)
					continue
				}
				if _, err := insert.ExecContext(ctx, u.ID, parent(u), u.Kind, u.Name, u.Position); err != nil {
					return err
				}
				delete(waiting, u.ID)
			}
			if len(later) == len(left) {
				return fault.New(fault.Invalid, "unit.cycle").With("name", left[0].Name)
			}
			left = later
		}
		return nil
	})
	if err != nil {
		return wrap("create units", err)
	}
	return nil
}

// parent is NULL for a root.
func parent(u Unit) any {
	if u.ParentID == "" {
		return nil
	}
	return u.ParentID
}

// ListUnits returns all units by position, and by id where positions are equal.
func (s *Store) ListUnits(ctx context.Context) ([]Unit, error) {
	var rows []struct {
		ID       string `db:"id"`
		ParentID string `db:"parent_id"`
		Kind     string `db:"kind"`
		Name     string `db:"name"`
		Position int    `db:"position"`
	}
	err := s.db.Select(ctx, &rows, `
		SELECT id, COALESCE(parent_id, '') AS parent_id, kind, name, position FROM units ORDER BY position, id`)
	if err != nil {
		return nil, wrap("list units", err)
	}
	units := make([]Unit, len(rows))
	for i, r := range rows {
		units[i] = Unit(r)
	}
	return units, nil
}

// CreatePeople stores people of existing units, all of them or none. It fills in the ids that are empty; a person whose
// id is there already stays as they are, so that an import may be repeated.
func (s *Store) CreatePeople(ctx context.Context, now time.Time, people []Person) error {
	n := len(people)
	ids, units, names := make([]string, n), make([]string, n), make([]string, n)
	phones, numbers, keys, created := make([]string, n), make([]string, n), make([]string, n), make([]int64, n)
	for i := range people {
		p := &people[i]
		if p.ID == "" {
			p.ID = newID()
		}
		ids[i], units[i], names[i], phones[i], numbers[i] = p.ID, p.UnitID, p.Name, p.Phone, p.EmployeeNo
		keys[i], created[i] = NameKey(p.Name), now.UnixMilli()
	}
	_, err := s.db.Append(ctx, sqldb.Insert{Table: "people", Key: []string{"id"}, Columns: []sqldb.Column{
		{Name: "id", Strings: ids}, {Name: "unit_id", Strings: units}, {Name: "name", Strings: names},
		{Name: "phone", Strings: phones}, {Name: "employee_no", Strings: numbers}, {Name: "name_key", Strings: keys}, {Name: "created_at", Ints: created},
	}})
	if err != nil {
		return wrap("create people", err)
	}
	return nil
}

// CountPeople returns the number of people of each unit that has any, by unit id. People of a unit below are not
// counted for the one above.
func (s *Store) CountPeople(ctx context.Context) (map[string]int, error) {
	var rows []struct {
		UnitID string `db:"unit_id"`
		People int    `db:"people"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT unit_id, COUNT(*) AS people FROM people GROUP BY unit_id`); err != nil {
		return nil, wrap("count people", err)
	}
	count := make(map[string]int, len(rows))
	for _, r := range rows {
		count[r.UnitID] = r.People
	}
	return count, nil
}

// MaskPhone returns a phone number as people may see it, 138****5678: the first three and the last four characters.
// A shorter number shows less: of 8 to 10 characters the last four, of 5 to 7 the last two, and else none.
func MaskPhone(phone string) string {
	const mask = "****"
	r := []rune(strings.TrimSpace(phone))
	switch n := len(r); {
	case n == 0:
		return ""
	case n <= 4:
		return mask
	case n <= 7:
		return mask + string(r[n-2:])
	case n <= 10:
		return mask + string(r[n-4:])
	default:
		return string(r[:3]) + mask + string(r[n-4:])
	}
}
