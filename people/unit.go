package people

import (
	"context"
	"errors"
	"slices"

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
	var rows []unitRow
	err := s.db.Select(ctx, &rows, `SELECT `+unitColumns+` FROM units ORDER BY position, id`)
	if err != nil {
		return nil, wrap("list units", err)
	}
	units := make([]Unit, len(rows))
	for i, r := range rows {
		units[i] = Unit(r)
	}
	return units, nil
}

// FindUnit gives a unit; one that is not there is not_found "unit.missing".
func (s *Store) FindUnit(ctx context.Context, id string) (Unit, error) {
	var row unitRow
	err := s.db.Get(ctx, &row, `SELECT `+unitColumns+` FROM units WHERE id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return Unit{}, fault.New(fault.NotFound, "unit.missing")
	}
	if err != nil {
		return Unit{}, wrap("find unit", err)
	}
	return Unit(row), nil
}

const unitColumns = `id, COALESCE(parent_id, '') AS parent_id, kind, name, position`

type unitRow struct {
	ID       string `db:"id"`
	ParentID string `db:"parent_id"`
	Kind     string `db:"kind"`
	Name     string `db:"name"`
	Position int    `db:"position"`
}

// Ancestors gives a unit and the units above it, upwards: the unit itself comes first, the root last. One that is not
// there is not_found "unit.missing".
func (s *Store) Ancestors(ctx context.Context, unitID string) ([]Unit, error) {
	var chain []Unit
	for id := unitID; id != ""; {
		u, err := s.FindUnit(ctx, id)
		if err != nil {
			return nil, err
		}
		if slices.ContainsFunc(chain, func(c Unit) bool { return c.ID == u.ID }) {
			break // a circle, which nothing here makes
		}
		chain = append(chain, u)
		id = u.ParentID
	}
	return chain, nil
}
