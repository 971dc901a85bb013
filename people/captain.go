package people

import (
	"context"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
)

// CaptainUnits gives the ids of the units that a person is captain of (领队).
func (s *Store) CaptainUnits(ctx context.Context, personID string) ([]string, error) {
	ids := []string{}
	if err := s.db.Select(ctx, &ids, `SELECT c.unit_id FROM unit_captains c JOIN units u ON u.id = c.unit_id
		WHERE c.person_id = $1 ORDER BY u.position, u.id`, personID); err != nil {
		return nil, wrap("find captain's units", err)
	}
	return ids, nil
}

// Named is something with an id and a name.
type Named struct {
	ID   string `db:"id"`
	Name string `db:"name"`
}

// CaptainOf gives the units that a person is captain of, with their names.
func (s *Store) CaptainOf(ctx context.Context, personID string) ([]Named, error) {
	units := []Named{}
	if err := s.db.Select(ctx, &units, `SELECT u.id, u.name FROM unit_captains c JOIN units u ON u.id = c.unit_id
		WHERE c.person_id = $1 ORDER BY u.position, u.id`, personID); err != nil {
		return nil, wrap("find captain's units", err)
	}
	return units, nil
}

// SetCaptain makes a person on the roster a captain of a unit; who is one already stays one. The faults: not_found
// "person.missing" and "unit.missing".
func (s *Store) SetCaptain(ctx context.Context, unitID, personID string) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		var n int
		if err := tx.GetContext(ctx, &n, `SELECT COUNT(*) FROM units WHERE id = $1`, unitID); err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "unit.missing")
		}
		if err := tx.GetContext(ctx, &n, `SELECT COUNT(*) FROM people WHERE id = $1 AND left_at = 0`, personID); err != nil {
			return err
		}
		if n == 0 {
			return fault.New(fault.NotFound, "person.missing")
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO unit_captains (unit_id, person_id) VALUES ($1, $2) ON CONFLICT DO NOTHING`, unitID, personID)
		return err
	})
	if err != nil {
		return wrap("set captain", err)
	}
	return nil
}

// DropCaptain ends a person's being captain of a unit; who is not stays so.
func (s *Store) DropCaptain(ctx context.Context, unitID, personID string) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM unit_captains WHERE unit_id = $1 AND person_id = $2`, unitID, personID); err != nil {
		return wrap("drop captain", err)
	}
	return nil
}
