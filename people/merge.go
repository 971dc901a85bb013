package people

import (
	"context"
	"errors"
	"slices"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/sqldb"
)

// Follow does in the same transaction what else follows from a merge: what other packages keep about the one who goes.
type Follow func(ctx context.Context, tx *sqlx.Tx, from, into string) error

// Read reads rows for what follows from a merge (sqldb.DB.Select).
func (s *Store) Read(ctx context.Context, dest any, query string, args ...any) error {
	return s.db.Select(ctx, dest, query, args...)
}

// UnitMerge is what a merge of units does.
type UnitMerge struct {
	From, Into Unit
	People     int      // on the roster of From itself; they go to Into
	Left       int      // who have left from it
	Children   []string // names of the units below From, which go below Into
	Renamed    []string // of them, those whose name Into's units have already: From's name is added to theirs
	Aliases    []string // names that Into gets as aliases: From's own, too
	Captains   int
}

// PreviewUnitMerge tells what a merge of a unit into another does. The faults: not_found "unit.missing", fields "into"
// "unit.missing" or "unit.merge_self": it is the same, or stands below it.
func (s *Store) PreviewUnitMerge(ctx context.Context, from, into string) (UnitMerge, error) {
	units, err := s.ListUnits(ctx)
	if err != nil {
		return UnitMerge{}, err
	}
	t := treeOf(units)
	m, err := t.merge(from, into)
	if err != nil {
		return m, err
	}
	aliases, err := s.Aliases(ctx)
	if err != nil {
		return m, err
	}
	m.Aliases = newNames(m, aliases)
	var n struct {
		People   int `db:"people"`
		Left     int `db:"gone"`
		Captains int `db:"captains"`
	}
	if err := s.db.Get(ctx, &n, `SELECT (SELECT COUNT(*) FROM people WHERE unit_id = $1 AND left_at = 0) AS people,
		(SELECT COUNT(*) FROM people WHERE unit_id = $1 AND left_at > 0) AS gone, (SELECT COUNT(*) FROM unit_captains WHERE unit_id = $1) AS captains`, from); err != nil {
		return m, wrap("preview unit merge", err)
	}
	m.People, m.Left, m.Captains = n.People, n.Left, n.Captains
	return m, nil
}

func (t tree) merge(from, into string) (UnitMerge, error) {
	m := UnitMerge{From: t.units[from], Into: t.units[into], Children: []string{}, Renamed: []string{}, Aliases: []string{}}
	switch {
	case m.From.ID == "":
		return m, fault.New(fault.NotFound, "unit.missing")
	case m.Into.ID == "":
		return m, fault.Field("into", "unit.missing")
	case t.isBelow(into, from):
		return m, fault.Field("into", "unit.merge_self")
	case t.depth(into)+t.height(from) >= maxDepth:
		return m, fault.Field("into", "unit.deep")
	}
	for _, c := range t.below[from] {
		m.Children = append(m.Children, c.Name)
		if t.namesake(into, c.Name, "") {
			m.Renamed = append(m.Renamed, c.Name)
		}
	}
	return m, nil
}

// newNames are the names that a unit gets by a merge.
func newNames(m UnitMerge, aliases map[string][]string) []string {
	has := []string{UnitKey(m.Into.Name)}
	for _, a := range aliases[m.Into.ID] {
		has = append(has, UnitKey(a))
	}
	names := []string{}
	for _, a := range append([]string{m.From.Name}, aliases[m.From.ID]...) {
		if key := UnitKey(a); !slices.Contains(has, key) {
			has, names = append(has, key), append(names, a)
		}
	}
	return names
}

// MergeUnits puts a unit's people, units, names and captains into another one and removes it; then does what follows.
// The faults are those of PreviewUnitMerge and of what follows.
func (s *Store) MergeUnits(ctx context.Context, from, into string, follow ...Follow) (UnitMerge, error) {
	var m UnitMerge
	preview, err := s.PreviewUnitMerge(ctx, from, into)
	if err != nil {
		return preview, err
	}
	err = s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if err := lockUnits(ctx, tx); err != nil {
			return err
		}
		t, err := loadTree(ctx, tx)
		if err != nil {
			return err
		}
		if m, err = t.merge(from, into); err != nil {
			return err
		}
		position := 0
		for _, c := range t.below[into] {
			position = max(position, c.Position)
		}
		for _, c := range t.below[from] {
			name := c.Name
			if t.namesake(into, name, "") {
				r := []rune(name + "（原" + m.From.Name + "）")
				name = string(r[:min(len(r), maxUnitName)])
			}
			position++
			if _, err := tx.ExecContext(ctx, `UPDATE units SET parent_id = $2, name = $3, position = $4 WHERE id = $1`, c.ID, into, name, position); err != nil {
				return err
			}
		}
		for _, statement := range []string{
			`UPDATE people SET unit_id = $2 WHERE unit_id = $1`,
			`INSERT INTO unit_captains (unit_id, person_id) SELECT CAST($2 AS TEXT), person_id FROM unit_captains WHERE unit_id = $1 ON CONFLICT DO NOTHING`,
			`DELETE FROM unit_captains WHERE unit_id = $1 AND $2 <> ''`,
		} {
			if _, err := tx.ExecContext(ctx, statement, from, into); err != nil {
				return err
			}
		}
		var old []string
		if err := tx.SelectContext(ctx, &old, `SELECT alias FROM unit_aliases WHERE unit_id = $1`, from); err != nil {
			return err
		}
		for _, alias := range append([]string{m.From.Name}, old...) {
			if UnitKey(alias) == UnitKey(m.Into.Name) {
				continue
			}
			if err := addAlias(ctx, tx, into, alias); err != nil {
				return err
			}
		}
		for _, f := range follow {
			if err := f(ctx, tx, from, into); err != nil {
				return err
			}
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM units WHERE id = $1`, from)
		return err
	})
	if err != nil {
		return preview, wrap("merge units", err)
	}
	return preview, nil
}

// MergePeople makes two people one: into stays, with its own name, number and unit, and gets what it lacks of phone,
// number and captaincies; from goes, and what follows is done for it. The faults: not_found "person.missing", fields
// "into" "person.missing" or "person.merge_self", and those of what follows.
func (s *Store) MergePeople(ctx context.Context, from, into string, follow ...Follow) error {
	if from == into {
		return fault.Field("into", "person.merge_self")
	}
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		get := func(id string) (p Person, err error) {
			var row personRow
			err = tx.GetContext(ctx, &row, `SELECT `+personColumns+` FROM people WHERE id = $1 AND erased_at = 0`, id)
			return row.person(), err
		}
		goes, err := get(from)
		if errors.Is(err, sqldb.ErrNoRow) {
			return fault.New(fault.NotFound, "person.missing")
		}
		if err != nil {
			return err
		}
		stays, err := get(into)
		if errors.Is(err, sqldb.ErrNoRow) {
			return fault.Field("into", "person.missing")
		}
		if err != nil {
			return err
		}
		for _, f := range follow {
			if err := f(ctx, tx, from, into); err != nil {
				return err
			}
		}
		if stays.Phone == "" {
			stays.Phone = goes.Phone
		}
		if stays.EmployeeNo == "" {
			stays.EmployeeNo = goes.EmployeeNo
		}
		if err := changePerson(ctx, tx, stays); err != nil {
			return err
		}
		for _, statement := range []string{
			`INSERT INTO unit_captains (unit_id, person_id) SELECT unit_id, CAST($2 AS TEXT) FROM unit_captains WHERE person_id = $1 ON CONFLICT DO NOTHING`,
			`DELETE FROM player_sessions WHERE person_id = $1 AND $2 <> ''`,
			`UPDATE roster_rows SET person_id = $2 WHERE person_id = $1`,
			`DELETE FROM people WHERE id = $1 AND $2 <> ''`,
		} {
			if _, err := tx.ExecContext(ctx, statement, from, into); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return wrap("merge people", err)
	}
	return nil
}
