package people

import (
	"context"
	"strings"
	"time"

	"golang.org/x/text/unicode/norm"

	"leitai/sqldb"
)

// Person is somebody on the roster. Phone and EmployeeNo may be empty.
type Person struct {
	ID         string
	UnitID     string
	Name       string
	Phone      string // as it is dialled; shown through MaskPhone only
	EmployeeNo string
}

// CreatePeople stores people of existing units, all of them or none. It fills in the ids that are empty; a person whose
// id is there already stays as they are, so that an import may be repeated.
func (s *Store) CreatePeople(ctx context.Context, now time.Time, people []Person) error {
	n := len(people)
	ids, units, names := make([]string, n), make([]string, n), make([]string, n)
	phones, numbers, keys, search, created := make([]string, n), make([]string, n), make([]string, n), make([]string, n), make([]int64, n)
	for i := range people {
		p := &people[i]
		if p.ID == "" {
			p.ID = newID()
		}
		ids[i], units[i], names[i], phones[i], numbers[i] = p.ID, p.UnitID, p.Name, p.Phone, p.EmployeeNo
		keys[i], search[i], created[i] = NameKey(p.Name), searchText(*p), now.UnixMilli()
	}
	_, err := s.db.Append(ctx, sqldb.Insert{Table: "people", Key: []string{"id"}, Columns: []sqldb.Column{
		{Name: "id", Strings: ids}, {Name: "unit_id", Strings: units}, {Name: "name", Strings: names},
		{Name: "phone", Strings: phones}, {Name: "employee_no", Strings: numbers}, {Name: "name_key", Strings: keys},
		{Name: "search", Strings: search}, {Name: "created_at", Ints: created},
	}})
	if err != nil {
		return wrap("create people", err)
	}
	return nil
}

// searchText is what a search looks into.
func searchText(p Person) string {
	return strings.ToLower(norm.NFKC.String(p.Name + " " + p.Phone + " " + p.EmployeeNo))
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

// MaskName returns a name as results may show it, 张*: the first character.
func MaskName(name string) string {
	r := []rune(strings.TrimSpace(name))
	if len(r) == 0 {
		return ""
	}
	return string(r[:1]) + "*"
}
