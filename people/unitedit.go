package people

import (
	"context"
	"errors"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/jmoiron/sqlx"
	"golang.org/x/text/unicode/norm"

	"leitai/fault"
	"leitai/people/roster"
	"leitai/sqldb"
)

const (
	maxUnitName = roster.MaxUnit // characters
	maxAliases  = 30             // of a unit
)

// unitKinds are the kinds of units, from above.
var unitKinds = []string{"park", "enterprise", "branch"}

// UnitKey is a unit's name as it is compared: NFKC, lower case, without spaces.
func UnitKey(name string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, norm.NFKC.String(name))
}

// unitName gives a name as it is stored; one that is empty or too long is a fault of this field.
func unitName(field, name string) (string, error) {
	name = roster.CleanText(name)
	switch {
	case name == "":
		return "", fault.Field(field, "value.required")
	case utf8.RuneCountInString(name) > maxUnitName:
		return "", fault.Field(field, "unit.name_long")
	}
	return name, nil
}

// lockUnits lets one transaction at a time change the tree, so that two moves cannot make a circle of it.
func lockUnits(ctx context.Context, tx *sqlx.Tx) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO meta (name, value) VALUES ('units', '') ON CONFLICT (name) DO UPDATE SET value = excluded.value`)
	return err
}

// tree is all units as a transaction sees them.
type tree struct {
	units map[string]Unit
	below map[string][]Unit // children by position
}

func loadTree(ctx context.Context, tx *sqlx.Tx) (tree, error) {
	var rows []unitRow
	if err := tx.SelectContext(ctx, &rows, `SELECT `+unitColumns+` FROM units ORDER BY position, id`); err != nil {
		return tree{}, err
	}
	units := make([]Unit, len(rows))
	for i, r := range rows {
		units[i] = Unit(r)
	}
	return treeOf(units), nil
}

func treeOf(units []Unit) tree {
	t := tree{units: make(map[string]Unit, len(units)), below: map[string][]Unit{}}
	for _, u := range units {
		t.units[u.ID] = u
		t.below[u.ParentID] = append(t.below[u.ParentID], u)
	}
	return t
}

// depth is how many units stand above a unit; 0 is a root.
func (t tree) depth(id string) int {
	n := -1
	for ; id != "" && n <= maxDepth; n++ {
		id = t.units[id].ParentID
	}
	return n
}

// height is how many levels stand below a unit.
func (t tree) height(id string) int {
	n := 0
	for _, c := range t.below[id] {
		n = max(n, t.height(c.ID)+1)
	}
	return n
}

// isBelow reports whether a unit is another or stands somewhere below it.
func (t tree) isBelow(id, above string) bool {
	for steps := 0; id != "" && steps <= maxDepth; steps++ {
		if id == above {
			return true
		}
		id = t.units[id].ParentID
	}
	return false
}

// path gives the names from the root to a unit.
func (t tree) path(id string) []string {
	var names []string
	for steps := 0; id != "" && steps <= maxDepth; steps++ {
		u := t.units[id]
		names = append(names, u.Name)
		id = u.ParentID
	}
	slices.Reverse(names)
	return names
}

// namesake finds a child of parent other than one that has this name.
func (t tree) namesake(parent, name, except string) bool {
	key := UnitKey(name)
	return slices.ContainsFunc(t.below[parent], func(u Unit) bool { return u.ID != except && UnitKey(u.Name) == key })
}

// CreateUnit stores a unit below another, or as a root, after its siblings. The faults: fields "name" "value.required",
// "unit.name_long" or "unit.exists", "kind" "value.choice", "parent_id" "unit.missing" or "unit.deep".
func (s *Store) CreateUnit(ctx context.Context, u Unit) (Unit, error) {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) (err error) {
		u, err = createUnit(ctx, tx, u)
		return err
	})
	if err != nil {
		return Unit{}, wrap("create unit", err)
	}
	return u, nil
}

func createUnit(ctx context.Context, tx *sqlx.Tx, u Unit) (Unit, error) {
	name, err := unitName("name", u.Name)
	if err != nil {
		return u, err
	}
	if err := lockUnits(ctx, tx); err != nil {
		return u, err
	}
	t, err := loadTree(ctx, tx)
	if err != nil {
		return u, err
	}
	u.Name = name
	if u.Kind == "" {
		u.Kind = t.kindBelow(u.ParentID)
	}
	switch {
	case !slices.Contains(unitKinds, u.Kind):
		return u, fault.Field("kind", "value.choice")
	case u.ParentID != "" && t.units[u.ParentID].ID == "":
		return u, fault.Field("parent_id", "unit.missing")
	case u.ParentID != "" && t.depth(u.ParentID)+1 >= maxDepth:
		return u, fault.Field("parent_id", "unit.deep")
	case t.namesake(u.ParentID, u.Name, ""):
		return u, fault.Field("name", "unit.exists")
	}
	u.ID, u.Position = newID(), 1
	if siblings := t.below[u.ParentID]; len(siblings) > 0 {
		u.Position = siblings[len(siblings)-1].Position + 1
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO units (id, parent_id, kind, name, position) VALUES ($1, $2, $3, $4, $5)`, u.ID, parent(u), u.Kind, u.Name, u.Position)
	return u, err
}

// kindBelow is what a unit below another usually is.
func (t tree) kindBelow(parent string) string {
	switch t.units[parent].Kind {
	case "":
		return "park"
	case "park":
		return "enterprise"
	}
	return "branch"
}

// UnitChange is what may be changed of a unit; nil leaves it as it is.
type UnitChange struct {
	Name    *string
	Kind    *string
	Aliases *[]string // all of them
}

// UpdateUnit changes a unit. The faults are those of CreateUnit, not_found "unit.missing", and fields "aliases"
// "unit.name_long", "unit.aliases_many" or "unit.alias_taken": a sibling has that name.
func (s *Store) UpdateUnit(ctx context.Context, id string, change UnitChange) (Unit, error) {
	var u Unit
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if err := lockUnits(ctx, tx); err != nil {
			return err
		}
		t, err := loadTree(ctx, tx)
		if err != nil {
			return err
		}
		found, ok := t.units[id]
		if !ok {
			return fault.New(fault.NotFound, "unit.missing")
		}
		u = found
		if change.Name != nil {
			if u.Name, err = unitName("name", *change.Name); err != nil {
				return err
			}
			if t.namesake(u.ParentID, u.Name, id) {
				return fault.Field("name", "unit.exists")
			}
		}
		if change.Kind != nil {
			if u.Kind = *change.Kind; !slices.Contains(unitKinds, u.Kind) {
				return fault.Field("kind", "value.choice")
			}
		}
		if _, err := tx.ExecContext(ctx, `UPDATE units SET name = $2, kind = $3 WHERE id = $1`, id, u.Name, u.Kind); err != nil {
			return err
		}
		if change.Aliases == nil {
			return nil
		}
		return setAliases(ctx, tx, t, u, *change.Aliases)
	})
	if err != nil {
		return Unit{}, wrap("update unit", err)
	}
	return u, nil
}

func setAliases(ctx context.Context, tx *sqlx.Tx, t tree, u Unit, aliases []string) error {
	if len(aliases) > maxAliases {
		return fault.Field("aliases", "unit.aliases_many")
	}
	if _, err := tx.ExecContext(ctx, `DELETE FROM unit_aliases WHERE unit_id = $1`, u.ID); err != nil {
		return err
	}
	for _, alias := range aliases {
		alias = roster.CleanText(alias)
		switch {
		case alias == "" || UnitKey(alias) == UnitKey(u.Name):
			continue
		case utf8.RuneCountInString(alias) > maxUnitName:
			return fault.Field("aliases", "unit.name_long")
		case t.namesake(u.ParentID, alias, u.ID):
			return fault.Field("aliases", "unit.alias_taken")
		}
		if err := addAlias(ctx, tx, u.ID, alias); err != nil {
			return err
		}
	}
	return nil
}

// addAlias stores a clean alias; one that is there stays.
func addAlias(ctx context.Context, tx *sqlx.Tx, unitID, alias string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO unit_aliases (unit_id, alias, alias_key) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING`, unitID, alias, UnitKey(alias))
	return err
}

// Aliases gives the other names of all units that have any, by unit id.
func (s *Store) Aliases(ctx context.Context) (map[string][]string, error) {
	var rows []struct {
		UnitID string `db:"unit_id"`
		Alias  string `db:"alias"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT unit_id, alias FROM unit_aliases ORDER BY unit_id, alias_key`); err != nil {
		return nil, wrap("list aliases", err)
	}
	out := map[string][]string{}
	for _, r := range rows {
		out[r.UnitID] = append(out[r.UnitID], r.Alias)
	}
	return out, nil
}

// MoveUnit puts a unit below another one, or among the roots, before one of its new siblings or, with before "", after
// all of them. The faults: not_found "unit.missing", fields "parent_id" "unit.missing", "unit.below_itself" or
// "unit.deep", "before" "unit.missing", "name" "unit.exists": a new sibling has its name.
func (s *Store) MoveUnit(ctx context.Context, id, parentID, before string) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if err := lockUnits(ctx, tx); err != nil {
			return err
		}
		t, err := loadTree(ctx, tx)
		if err != nil {
			return err
		}
		u, ok := t.units[id]
		switch {
		case !ok:
			return fault.New(fault.NotFound, "unit.missing")
		case parentID != "" && t.units[parentID].ID == "":
			return fault.Field("parent_id", "unit.missing")
		case t.isBelow(parentID, id):
			return fault.Field("parent_id", "unit.below_itself")
		case t.depth(parentID)+1+t.height(id) >= maxDepth:
			return fault.Field("parent_id", "unit.deep")
		case t.namesake(parentID, u.Name, id):
			return fault.Field("name", "unit.exists")
		}
		siblings := slices.DeleteFunc(slices.Clone(t.below[parentID]), func(c Unit) bool { return c.ID == id })
		at := len(siblings)
		if before != "" {
			if at = slices.IndexFunc(siblings, func(c Unit) bool { return c.ID == before }); at < 0 {
				return fault.Field("before", "unit.missing")
			}
		}
		u.ParentID = parentID
		for i, c := range slices.Insert(siblings, at, u) {
			if c.ID == id || c.Position != i+1 {
				if _, err := tx.ExecContext(ctx, `UPDATE units SET parent_id = $2, position = $3 WHERE id = $1`, c.ID, parent(c), i+1); err != nil {
					return err
				}
			}
		}
		return nil
	})
	if err != nil {
		return wrap("move unit", err)
	}
	return nil
}

// DeleteUnit removes a unit that has nobody and no units below it, and takes part in no contest. Who has left the roster
// from it belongs to the unit above from then on. The faults: not_found "unit.missing", conflict "unit.not_empty" or
// "unit.in_contests".
func (s *Store) DeleteUnit(ctx context.Context, id string) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if err := lockUnits(ctx, tx); err != nil {
			return err
		}
		return deleteUnit(ctx, tx, id)
	})
	if err != nil {
		return wrap("delete unit", err)
	}
	return nil
}

func deleteUnit(ctx context.Context, tx *sqlx.Tx, id string) error {
	var u unitRow
	if err := tx.GetContext(ctx, &u, `SELECT `+unitColumns+` FROM units WHERE id = $1`, id); errors.Is(err, sqldb.ErrNoRow) {
		return fault.New(fault.NotFound, "unit.missing")
	} else if err != nil {
		return err
	}
	var n struct {
		People   int `db:"people"`
		Left     int `db:"gone"`
		Children int `db:"children"`
		Teams    int `db:"teams"`
	}
	if err := tx.GetContext(ctx, &n, `SELECT (SELECT COUNT(*) FROM people WHERE unit_id = $1 AND left_at = 0) AS people,
		(SELECT COUNT(*) FROM people WHERE unit_id = $1 AND left_at > 0) AS gone,
		(SELECT COUNT(*) FROM units WHERE parent_id = $1) AS children, (SELECT COUNT(*) FROM teams WHERE unit_id = $1) AS teams`, id); err != nil {
		return err
	}
	switch {
	case n.People > 0 || n.Children > 0 || n.Left > 0 && u.ParentID == "":
		return fault.New(fault.Conflict, "unit.not_empty")
	case n.Teams > 0:
		return fault.New(fault.Conflict, "unit.in_contests").With("n", n.Teams)
	}
	if n.Left > 0 {
		if _, err := tx.ExecContext(ctx, `UPDATE people SET unit_id = $2 WHERE unit_id = $1`, id, u.ParentID); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM units WHERE id = $1`, id)
	return err
}
