package people

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/sqldb"
)

// change is a person as they were or are, for undoing an import.
type change struct {
	UnitID     string `json:"unit_id"`
	Name       string `json:"name"`
	Phone      string `json:"phone"`
	EmployeeNo string `json:"no"`
	Left       int64  `json:"left"` // ms
}

func (c change) text() string {
	b, _ := json.Marshal(c) // texts and a number always encode
	return string(b)
}

func changeOf(p Person, left int64) change {
	return change{p.UnitID, p.Name, p.Phone, p.EmployeeNo, left}
}

// StoreRoster does what a preview shows, worked out anew: people may have changed since. A replacing import that takes
// many people off the roster is refused unless confirm is their number. What was broken off may be stored again and goes
// on where it stopped; storing what is stored gives it as it is. The faults: not_found "roster.missing", conflict
// "roster.busy", "roster.undone", "roster.replace_errors", "roster.confirm" or "roster.nothing", field "units"
// "value.required".
func (s *Store) StoreRoster(ctx context.Context, now time.Time, id string, confirm int) (RosterImport, error) {
	in, err := s.FindRoster(ctx, id)
	if err != nil || in.State == RosterStored {
		return in, err
	}
	resumed := in.State == RosterStoring
	switch {
	case in.State == RosterUndone:
		return in, fault.New(fault.Conflict, "roster.undone")
	case in.State == RosterUndoing || resumed && now.Sub(in.AliveAt) < rosterUnheard:
		return in, fault.New(fault.Conflict, "roster.busy")
	}
	done := in.Counts // of what was broken off
	p, err := s.planRoster(ctx, &in)
	if err != nil {
		return in, err
	}
	if !resumed {
		if err := p.check(confirm); err != nil {
			return in, err
		}
	} else if in.Counts.Drastic() && confirm != in.Counts.Remove && done.Remove != confirm {
		return in, p.check(confirm)
	}
	if err := s.beginRoster(ctx, now, id, RosterPreview, RosterStoring); err != nil {
		return in, err
	}
	if resumed {
		in.Counts.Add, in.Counts.Change, in.Counts.Move, in.Counts.Same = done.Add, done.Change, done.Move, done.Same
	}
	if err := s.storePlan(ctx, now, p); err != nil {
		return in, wrap("store roster", err)
	}
	if err := s.removeMissing(ctx, now, &in); err != nil {
		return in, wrap("store roster", err)
	}
	if _, err := s.db.Exec(ctx, `UPDATE roster_imports SET state = 'stored', stored_at = $2, counts = $3, done = $4 WHERE id = $1`, id, sqldb.MillisOf(time.Now()),
		sqldb.JSON[RosterCounts]{V: in.Counts}, len(p.rows)); err != nil {
		return in, wrap("store roster", err)
	}
	return s.FindRoster(ctx, id)
}

// beginRoster takes an import for long work, unless somebody is at it.
func (s *Store) beginRoster(ctx context.Context, now time.Time, id, from, to string) error {
	n, err := s.db.Exec(ctx, `UPDATE roster_imports SET state = $4, alive_at = $2, done = 0 WHERE id = $1 AND (state = $3 OR state = $4 AND alive_at < $5)`,
		id, sqldb.MillisOf(now), from, to, sqldb.MillisOf(now.Add(-rosterUnheard)))
	if err != nil {
		return wrap("begin roster work", err)
	}
	if n == 1 {
		return nil
	}
	in, err := s.FindRoster(ctx, id)
	switch {
	case err != nil:
		return err
	case in.State == RosterStoring || in.State == RosterUndoing:
		return fault.New(fault.Conflict, "roster.busy")
	case to == RosterStoring:
		return fault.New(fault.Conflict, "roster.undone")
	}
	return fault.New(fault.Conflict, "roster.not_stored")
}

// alive tells how far the work is.
func alive(ctx context.Context, tx *sqlx.Tx, id string, done int) error {
	_, err := tx.ExecContext(ctx, `UPDATE roster_imports SET alive_at = $2, done = $3 WHERE id = $1`, id, sqldb.MillisOf(time.Now()), done)
	return err
}

// storePlan makes the units, then the people, some rows at a time.
func (s *Store) storePlan(ctx context.Context, now time.Time, p *plan) error {
	id := p.in.ID
	if err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		for _, key := range p.order {
			f := p.fresh[key]
			u := f.unit
			if f.below != "" {
				u.ParentID = p.fresh[f.below].stored
			}
			made, err := createUnit(ctx, tx, u)
			if err != nil {
				return err
			}
			f.stored = made.ID
			if err := keepChange(ctx, tx, id, "unit", made.ID, "", made.Name); err != nil {
				return err
			}
		}
		for key, a := range p.aliases {
			var n int
			if err := tx.GetContext(ctx, &n, `SELECT COUNT(*) FROM unit_aliases WHERE unit_id = $1 AND alias_key = $2`, a.ID, UnitKey(a.Name)); err != nil {
				return err
			}
			if n > 0 {
				continue
			}
			if err := addAlias(ctx, tx, a.ID, a.Name); err != nil {
				return err
			}
			if err := keepChange(ctx, tx, id, "alias", key, "", a.Name); err != nil {
				return err
			}
		}
		return nil
	}); err != nil {
		return err
	}
	for from := 0; from < len(p.rows); from += someRows {
		part := p.rows[from:min(from+someRows, len(p.rows))]
		if err := s.addPeople(ctx, now, p, part); err != nil {
			return err
		}
		if err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
			whose, err := tx.PreparexContext(ctx, `UPDATE roster_rows SET person_id = $3 WHERE import_id = $1 AND no = $2`)
			if err != nil {
				return err
			}
			defer func() { _ = whose.Close() }()
			for i := range part {
				if part[i].Action == "add" {
					_, err = whose.ExecContext(ctx, id, part[i].No, part[i].after.ID)
				} else {
					err = storeRow(ctx, tx, p, &part[i])
				}
				if err != nil {
					return err
				}
			}
			return alive(ctx, tx, id, from+len(part))
		}); err != nil {
			return err
		}
	}
	return nil
}

func keepChange(ctx context.Context, tx *sqlx.Tx, id, kind, subject, before, after string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO roster_changes (import_id, kind, subject, before, after) VALUES ($1, $2, $3, $4, $5)
		ON CONFLICT (import_id, kind, subject) DO UPDATE SET after = excluded.after, undone = FALSE`, id, kind, subject, before, after)
	return err
}

// addPeople stores the new people of some rows. How to take them back is noted first: should the program stop in between,
// an undo finds nobody to remove, and the import goes on with who is missing.
func (s *Store) addPeople(ctx context.Context, now time.Time, p *plan, rows []planned) error {
	var persons []Person
	var ids, kinds, subjects, before, after []string
	for i := range rows {
		r := &rows[i]
		if r.Action != "add" {
			continue
		}
		r.after.ID = newID()
		if r.target.fresh != "" {
			r.after.UnitID = p.fresh[r.target.fresh].stored
		}
		persons = append(persons, r.after)
		ids, kinds, subjects = append(ids, p.in.ID), append(kinds, "add"), append(subjects, r.after.ID)
		before, after = append(before, ""), append(after, changeOf(r.after, 0).text())
	}
	if len(persons) == 0 {
		return nil
	}
	if _, err := s.db.Append(ctx, sqldb.Insert{Table: "roster_changes", Key: []string{"import_id", "kind", "subject"}, Columns: []sqldb.Column{
		{Name: "import_id", Strings: ids}, {Name: "kind", Strings: kinds}, {Name: "subject", Strings: subjects}, {Name: "before", Strings: before}, {Name: "after", Strings: after},
	}}); err != nil {
		return err
	}
	return s.CreatePeople(ctx, now, persons)
}

// storeRow changes a person as a row says.
func storeRow(ctx context.Context, tx *sqlx.Tx, p *plan, r *planned) error {
	after := r.after
	if r.target.fresh != "" {
		after.UnitID = p.fresh[r.target.fresh].stored
	}
	switch r.Action {
	case "change", "move":
		var was struct {
			personRow
			Left int64 `db:"left_at"`
		}
		err := tx.GetContext(ctx, &was, `SELECT `+personColumns+`, left_at FROM people WHERE id = $1 AND erased_at = 0`, r.PersonID)
		if errors.Is(err, sqldb.ErrNoRow) { // erased a moment ago
			return nil
		}
		if err != nil {
			return err
		}
		if err := changePerson(ctx, tx, after); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE people SET left_at = 0 WHERE id = $1`, after.ID); err != nil {
			return err
		}
		return keepChange(ctx, tx, p.in.ID, "change", after.ID, changeOf(was.person(), was.Left).text(), changeOf(after, 0).text())
	}
	return nil
}

// removeMissing takes off the roster who is not in the file.
func (s *Store) removeMissing(ctx context.Context, now time.Time, in *RosterImport) error {
	left := now.UnixMilli()
	for after := ""; ; {
		gone, err := s.RosterRemoved(ctx, *in, after, someRows)
		if err != nil || len(gone) == 0 {
			return err
		}
		after = gone[len(gone)-1].ID
		if err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
			for _, e := range gone {
				if err := removePerson(ctx, tx, now, e.ID); err != nil {
					return err
				}
				if err := keepChange(ctx, tx, in.ID, "remove", e.ID, changeOf(e.Person, 0).text(), changeOf(e.Person, left).text()); err != nil {
					return err
				}
			}
			return alive(ctx, tx, in.ID, in.Rows())
		}); err != nil {
			return err
		}
	}
}

// UndoRoster takes back what an import did: who was added leaves again, or is gone without trace when they never took
// part in anything; who was changed, moved or removed is as before; units and aliases that it made are removed. Who was
// changed since stays as they are and is counted as kept. The faults: not_found "roster.missing", conflict
// "roster.not_stored", "roster.busy" or "roster.old".
func (s *Store) UndoRoster(ctx context.Context, now time.Time, id string) (RosterImport, error) {
	in, err := s.FindRoster(ctx, id)
	if err != nil || in.State == RosterUndone {
		return in, err
	}
	if now.Sub(in.CreatedAt) > RosterKept {
		return in, fault.New(fault.Conflict, "roster.old")
	}
	resumed := in.State == RosterUndoing
	if err := s.beginRoster(ctx, now, id, RosterStored, RosterUndoing); err != nil {
		return in, err
	}
	if !resumed {
		in.Counts.Kept = 0
	}
	for done := 0; ; {
		var rows []changeRow
		// People first: a unit goes when nobody is in it any more, and the last one that was made before the one above it.
		if err := s.db.Select(ctx, &rows, `SELECT kind, subject, before, after FROM roster_changes WHERE import_id = $1 AND undone = FALSE
			ORDER BY CASE kind WHEN 'alias' THEN 1 WHEN 'unit' THEN 2 ELSE 0 END, subject DESC LIMIT $2`, id, someRows); err != nil {
			return in, wrap("undo roster", err)
		}
		if len(rows) == 0 {
			break
		}
		kept := 0
		if err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
			kept = 0
			for _, r := range rows {
				back, err := r.undo(ctx, tx, now)
				if err != nil {
					return err
				}
				if !back {
					kept++
				}
				if _, err := tx.ExecContext(ctx, `UPDATE roster_changes SET undone = TRUE WHERE import_id = $1 AND kind = $2 AND subject = $3`, id, r.Kind, r.Subject); err != nil {
					return err
				}
			}
			in.Counts.Kept += kept
			if _, err := tx.ExecContext(ctx, `UPDATE roster_imports SET counts = $2 WHERE id = $1`, id, sqldb.JSON[RosterCounts]{V: in.Counts}); err != nil {
				return err
			}
			in.Counts.Kept -= kept // the transaction may run again
			return alive(ctx, tx, id, done+len(rows))
		}); err != nil {
			return in, wrap("undo roster", err)
		}
		in.Counts.Kept += kept
		done += len(rows)
	}
	if _, err := s.db.Exec(ctx, `UPDATE roster_imports SET state = 'undone' WHERE id = $1`, id); err != nil {
		return in, wrap("undo roster", err)
	}
	return s.FindRoster(ctx, id)
}

// changeRow is a row of the table roster_changes.
type changeRow struct {
	Kind    string `db:"kind"`
	Subject string `db:"subject"`
	Before  string `db:"before"`
	After   string `db:"after"`
}

// undo takes one change back; it is not taken back when somebody has changed the same thing since.
func (r changeRow) undo(ctx context.Context, tx *sqlx.Tx, now time.Time) (back bool, err error) {
	switch r.Kind {
	case "unit":
		err := deleteUnit(ctx, tx, r.Subject)
		if fault.Is(err, fault.Conflict) { // others use it by now
			return false, nil
		}
		if fault.Is(err, fault.NotFound) {
			err = nil
		}
		return err == nil, err
	case "alias":
		_, err := tx.ExecContext(ctx, `DELETE FROM unit_aliases WHERE unit_id || '/' || alias_key = $1`, r.Subject)
		return true, err
	}
	var is struct {
		personRow
		Left   int64 `db:"left_at"`
		Erased int64 `db:"erased_at"`
	}
	err = tx.GetContext(ctx, &is, `SELECT `+personColumns+`, left_at, erased_at FROM people WHERE id = $1`, r.Subject)
	if errors.Is(err, sqldb.ErrNoRow) {
		return true, nil
	}
	if err != nil {
		return false, err
	}
	if is.Erased > 0 || changeOf(is.person(), is.Left).text() != r.After {
		return false, nil
	}
	if r.Kind == "add" {
		used, err := isUsed(ctx, tx, r.Subject)
		if err != nil {
			return false, err
		}
		if used {
			return true, removePerson(ctx, tx, now, r.Subject)
		}
		_, err = tx.ExecContext(ctx, `DELETE FROM people WHERE id = $1`, r.Subject)
		return true, err
	}
	var was change
	if err := json.Unmarshal([]byte(r.Before), &was); err != nil {
		return false, err
	}
	if err := unitExists(ctx, tx, was.UnitID); fault.Is(err, fault.Invalid) {
		return false, nil // their unit was merged or removed since
	} else if err != nil {
		return false, err
	}
	if err := changePerson(ctx, tx, Person{ID: r.Subject, UnitID: was.UnitID, Name: was.Name, Phone: was.Phone, EmployeeNo: was.EmployeeNo}); err != nil {
		return false, err
	}
	_, err = tx.ExecContext(ctx, `UPDATE people SET left_at = $2 WHERE id = $1`, r.Subject, was.Left)
	return true, err
}

// isUsed reports whether anything but the roster knows a person.
func isUsed(ctx context.Context, tx *sqlx.Tx, personID string) (bool, error) {
	var n int
	err := tx.GetContext(ctx, &n, `SELECT (SELECT COUNT(*) FROM entrants WHERE person_id = $1) + (SELECT COUNT(*) FROM player_sessions WHERE person_id = $1)
		+ (SELECT COUNT(*) FROM unit_captains WHERE person_id = $1)`, personID)
	return n > 0, err
}
