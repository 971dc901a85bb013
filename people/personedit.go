package people

import (
	"context"
	"errors"
	"time"
	"unicode/utf8"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/people/roster"
	"leitai/sqldb"
)

// Entry is a person as the roster has them.
type Entry struct {
	Person
	UnitName string
	HasPIN   bool
	HasLink  bool // has a personal link that works
	Captain  bool // of some unit
	Created  time.Time
	Left     time.Time // since when off the roster; zero is on it
	Erased   bool
}

const entryColumns = `p.id, p.unit_id, p.name, p.phone, p.employee_no, (SELECT u.name FROM units u WHERE u.id = p.unit_id) AS unit_name, p.pin_hash <> '' AS has_pin, p.link_hash <> '' AS has_link,
	EXISTS (SELECT 1 FROM unit_captains c WHERE c.person_id = p.id) AS captain, p.created_at, p.left_at, p.erased_at`

type entryRow struct {
	personRow
	UnitName string       `db:"unit_name"`
	HasPIN   bool         `db:"has_pin"`
	HasLink  bool         `db:"has_link"`
	Captain  bool         `db:"captain"`
	Created  sqldb.Millis `db:"created_at"`
	Left     sqldb.Millis `db:"left_at"`
	Erased   sqldb.Millis `db:"erased_at"`
}

func (r entryRow) entry() Entry {
	e := Entry{Person: r.person(), UnitName: r.UnitName, HasPIN: r.HasPIN, HasLink: r.HasLink, Captain: r.Captain, Created: r.Created.Time(),
		Erased: r.Erased.Time().UnixMilli() > 0}
	if left := r.Left.Time(); left.UnixMilli() > 0 {
		e.Left = left
	}
	return e
}

// FindPerson gives a person, also one who has left the roster; one that is not there is not_found "person.missing".
func (s *Store) FindPerson(ctx context.Context, id string) (Entry, error) {
	var row entryRow
	err := s.db.Get(ctx, &row, `SELECT `+entryColumns+` FROM people p WHERE p.id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return Entry{}, fault.New(fault.NotFound, "person.missing")
	}
	if err != nil {
		return Entry{}, wrap("find person", err)
	}
	return row.entry(), nil
}

// cleanPerson gives a person as they are stored. The faults are of the fields "name", "phone" and "employee_no".
func cleanPerson(p Person) (Person, error) {
	var key string
	if p.Name, key = roster.CleanName(p.Name); key != "" {
		return p, fault.Field("name", key)
	}
	phone, key := roster.CleanPhone(p.Phone)
	if key != "" && key != "phone.unusual" {
		return p, fault.Field("phone", "person.phone")
	}
	p.Phone, p.EmployeeNo = phone, roster.CleanText(p.EmployeeNo)
	if utf8.RuneCountInString(p.EmployeeNo) > roster.MaxNumber {
		return p, fault.Field("employee_no", "value.long")
	}
	return p, nil
}

// twin demands that nobody else on the roster has this name with this phone, or with this number in this unit: they
// could not sign in.
func twin(ctx context.Context, tx *sqlx.Tx, p Person) error {
	var n int
	err := tx.GetContext(ctx, &n, `SELECT COUNT(*) FROM people WHERE left_at = 0 AND id <> $1 AND name_key = $2
		AND (phone = $3 AND phone <> '' OR employee_no = $4 AND employee_no <> '' AND unit_id = $5)`, p.ID, NameKey(p.Name), p.Phone, p.EmployeeNo, p.UnitID)
	if err == nil && n > 0 {
		err = fault.Field("name", "person.exists")
	}
	return err
}

// CreatePerson puts somebody on the roster by hand. The faults: fields "name" "name.required", "name.characters",
// "person.name_long" or "person.exists", "phone" "person.phone", "employee_no" "value.long", "unit_id" "unit.missing".
func (s *Store) CreatePerson(ctx context.Context, now time.Time, p Person) (Person, error) {
	p, err := cleanPerson(p)
	if err != nil {
		return Person{}, err
	}
	p.ID = newID()
	err = s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if err := unitExists(ctx, tx, p.UnitID); err != nil {
			return err
		}
		if err := twin(ctx, tx, p); err != nil {
			return err
		}
		return insertPerson(ctx, tx, now, p)
	})
	if err != nil {
		return Person{}, wrap("create person", err)
	}
	return p, nil
}

func insertPerson(ctx context.Context, tx *sqlx.Tx, now time.Time, p Person) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO people (id, unit_id, name, phone, employee_no, name_key, search, created_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`, p.ID, p.UnitID, p.Name, p.Phone, p.EmployeeNo, NameKey(p.Name), searchText(p), sqldb.MillisOf(now))
	return err
}

func unitExists(ctx context.Context, tx *sqlx.Tx, id string) error {
	var n int
	err := tx.GetContext(ctx, &n, `SELECT COUNT(*) FROM units WHERE id = $1`, id)
	if err == nil && n == 0 {
		err = fault.Field("unit_id", "unit.missing")
	}
	return err
}

// UpdatePerson writes a person's name, phone, number and unit. The faults are those of CreatePerson, and not_found
// "person.missing" also of who was erased.
func (s *Store) UpdatePerson(ctx context.Context, p Person) (Person, error) {
	p, err := cleanPerson(p)
	if err != nil {
		return Person{}, err
	}
	err = s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if err := unitExists(ctx, tx, p.UnitID); err != nil {
			return err
		}
		if err := twin(ctx, tx, p); err != nil {
			return err
		}
		return changePerson(ctx, tx, p)
	})
	if err != nil {
		return Person{}, wrap("update person", err)
	}
	return p, nil
}

func changePerson(ctx context.Context, tx *sqlx.Tx, p Person) error {
	changed, err := tx.ExecContext(ctx, `UPDATE people SET unit_id = $2, name = $3, phone = $4, employee_no = $5, name_key = $6, search = $7
		WHERE id = $1 AND erased_at = 0`, p.ID, p.UnitID, p.Name, p.Phone, p.EmployeeNo, NameKey(p.Name), searchText(p))
	return one(changed, err, fault.New(fault.NotFound, "person.missing"))
}

// one demands that a statement has changed one row, else it gives this error.
func one(r interface{ RowsAffected() (int64, error) }, err error, none error) error {
	if err != nil {
		return err
	}
	if n, err := r.RowsAffected(); err != nil {
		return err
	} else if n == 0 {
		return none
	}
	return nil
}

// RemovePerson takes somebody off the roster: they cannot sign in any more and do not count, and what they did stays.
// Who has left already, stays so. A person who is not there is not_found "person.missing".
func (s *Store) RemovePerson(ctx context.Context, now time.Time, id string) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error { return removePerson(ctx, tx, now, id) })
	if err != nil {
		return wrap("remove person", err)
	}
	return nil
}

func removePerson(ctx context.Context, tx *sqlx.Tx, now time.Time, id string) error {
	gone, err := tx.ExecContext(ctx, `UPDATE people SET left_at = CASE WHEN left_at = 0 THEN $2 ELSE left_at END WHERE id = $1`, id, sqldb.MillisOf(now))
	if err := one(gone, err, fault.New(fault.NotFound, "person.missing")); err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM player_sessions WHERE person_id = $1`, id)
	return err
}

// RestorePerson puts somebody who has left back on the roster, where and as they were. The faults: not_found
// "person.missing", also of who was erased; field "name" "person.exists".
func (s *Store) RestorePerson(ctx context.Context, id string) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		var row personRow
		err := tx.GetContext(ctx, &row, `SELECT `+personColumns+` FROM people WHERE id = $1 AND erased_at = 0`, id)
		if errors.Is(err, sqldb.ErrNoRow) {
			return fault.New(fault.NotFound, "person.missing")
		}
		if err != nil {
			return err
		}
		if err := twin(ctx, tx, row.person()); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE people SET left_at = 0 WHERE id = $1`, id)
		return err
	})
	if err != nil {
		return wrap("restore person", err)
	}
	return nil
}
