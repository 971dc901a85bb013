package people

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/people/roster"
	"leitai/sqldb"
)

// The states of an import.
const (
	RosterPreview = "preview" // nothing was stored
	RosterStoring = "storing"
	RosterStored  = "stored"
	RosterUndoing = "undoing"
	RosterUndone  = "undone"
)

// rosterUnheard is after how long without a sign of life a storing or undoing is taken for broken off: it may be begun
// again, and goes on where it stopped.
const rosterUnheard = 30 * time.Second

// RosterKept is how long the rows of a file are kept, which hold people's phone numbers; after that an import cannot be
// undone.
const RosterKept = 30 * 24 * time.Hour

// Modes of an import: what happens to people of the units who are not in the file.
const (
	RosterUpdate  = "update"  // nothing
	RosterReplace = "replace" // they leave the roster
)

// RosterOptions is how a file is to be taken.
type RosterOptions struct {
	Mode   string   `json:"mode"`
	Units  []string `json:"units"`   // of RosterReplace: whose people, with those of all units below, the file has completely
	UnitID string   `json:"unit_id"` // where rows without a unit belong, and below which names are looked for; "" is nowhere
	Create bool     `json:"create"`  // branches that a known unit lacks are made
}

// RosterCounts is what would become, or has become, of a file.
type RosterCounts struct {
	OK       int `json:"ok"`
	Warnings int `json:"warnings"`
	Errors   int `json:"errors"`

	Add     int `json:"add"`
	Change  int `json:"change"`
	Move    int `json:"move"`
	Same    int `json:"same"`
	Skip    int `json:"skip"`
	Ask     int `json:"ask"`      // rows that wait for a choice of unit
	Remove  int `json:"remove"`   // people who leave
	Of      int `json:"of"`       // people on the roster in the replaced units
	NewUnit int `json:"new_unit"` // units that are made
	Kept    int `json:"kept"`     // of an undo: people who were changed since and stay as they are
}

// Drastic reports that a replacing import takes so many people off the roster that it must be confirmed with their number:
// more than 50, or more than one in five.
func (c RosterCounts) Drastic() bool { return c.Remove > 50 || c.Remove*5 > c.Of && c.Remove > 0 }

// RosterChoice is what staff said about a name that no unit has; one of UnitID, Create and Skip.
type RosterChoice struct {
	UnitID   string `json:"unit_id"`   // it is this unit
	Remember bool   `json:"remember"`  // and the name becomes its alias
	Create   bool   `json:"create"`    // make a unit of this name
	ParentID string `json:"parent_id"` // below this one; "" is a root, and for a branch below its unit
	Kind     string `json:"kind"`      // of the new unit; "" is what is usual there
	Skip     bool   `json:"skip"`      // leave its rows out
}

// RosterAsk is a name of a file that no unit has, or several have.
type RosterAsk struct {
	Unit      string        `json:"unit"`   // as it stands in the file
	Branch    string        `json:"branch"` // "" asks about the unit itself
	Rows      int           `json:"rows"`
	Several   int           `json:"several"` // units of this name, 0 when there is none
	Suggested []Suggestion  `json:"suggested"`
	Choice    *RosterChoice `json:"choice"`
}

// RosterImport is a file and what was made of it.
type RosterImport struct {
	ID        string
	FileName  string
	Format    roster.Format
	StaffID   string
	StaffName string
	CreatedAt time.Time
	State     string
	AliveAt   time.Time
	Done      int // rows stored or undone so far
	StoredAt  time.Time
	Options   RosterOptions
	Notes     []roster.Note
	Counts    RosterCounts
	Asks      []RosterAsk
}

// Rows is how many rows the file has.
func (in RosterImport) Rows() int { return in.Counts.OK + in.Counts.Warnings + in.Counts.Errors }

// RosterRow is a row of a file with what would become of it.
type RosterRow struct {
	No       int
	Row      roster.Row
	Status   roster.Status
	Action   string // "add", "change", "move", "same", "skip", "ask" or "error"
	Notes    []roster.Note
	PersonID string // who it is about; "" is somebody new
}

const rosterColumns = `id, file_name, format, staff_id, staff_name, created_at, state, alive_at, done, stored_at, options, notes, counts, asks`

type rosterRow struct {
	ID        string                    `db:"id"`
	FileName  string                    `db:"file_name"`
	Format    string                    `db:"format"`
	StaffID   string                    `db:"staff_id"`
	StaffName string                    `db:"staff_name"`
	CreatedAt sqldb.Millis              `db:"created_at"`
	State     string                    `db:"state"`
	AliveAt   sqldb.Millis              `db:"alive_at"`
	Done      int                       `db:"done"`
	StoredAt  sqldb.Millis              `db:"stored_at"`
	Options   sqldb.JSON[RosterOptions] `db:"options"`
	Notes     sqldb.JSON[[]roster.Note] `db:"notes"`
	Counts    sqldb.JSON[RosterCounts]  `db:"counts"`
	Asks      sqldb.JSON[[]RosterAsk]   `db:"asks"`
}

func (r rosterRow) roster() RosterImport {
	return RosterImport{r.ID, r.FileName, roster.Format(r.Format), r.StaffID, r.StaffName, r.CreatedAt.Time(), r.State, r.AliveAt.Time(), r.Done, r.StoredAt.Time(),
		r.Options.V, r.Notes.V, r.Counts.V, r.Asks.V}
}

// CreateRoster keeps the rows of a file for a preview and works out what would become of them. Rows of files older than
// RosterKept are dropped with it. It fills in the import's id and what was found.
func (s *Store) CreateRoster(ctx context.Context, now time.Time, in *RosterImport, rows []roster.Row) error {
	in.ID, in.State, in.CreatedAt, in.AliveAt = newID(), RosterPreview, now, now
	if in.Options.Mode == "" {
		in.Options.Mode = RosterUpdate
	}
	if in.Notes == nil {
		in.Notes = []roster.Note{}
	}
	old := sqldb.MillisOf(now.Add(-RosterKept))
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		for _, table := range []string{"roster_rows", "roster_changes", "roster_choices"} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE import_id IN (SELECT id FROM roster_imports WHERE created_at < $1)`, old); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO roster_imports (id, file_name, format, staff_id, staff_name, created_at, state, alive_at, options, notes, counts, asks)
			VALUES ($1, $2, $3, $4, $5, $6, $7, $6, $8, $9, $10, $11)`, in.ID, in.FileName, string(in.Format), in.StaffID, in.StaffName, sqldb.MillisOf(now), in.State,
			sqldb.JSON[RosterOptions]{V: in.Options}, sqldb.JSON[[]roster.Note]{V: in.Notes}, sqldb.JSON[RosterCounts]{}, sqldb.JSON[[]RosterAsk]{V: []RosterAsk{}})
		return err
	})
	if err != nil {
		return wrap("create roster import", err)
	}
	for from := 0; from < len(rows); from += someRows {
		part := rows[from:min(from+someRows, len(rows))]
		n := len(part)
		ids, data, status, action := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
		notes, persons, nos := make([]string, n), make([]string, n), make([]int64, n)
		for i, r := range part {
			b, err := json.Marshal(r)
			if err != nil {
				return wrap("create roster import", err)
			}
			ids[i], data[i], status[i], action[i], notes[i], nos[i] = in.ID, string(b), string(roster.OK), "same", "[]", int64(from+i+1)
		}
		if _, err := s.db.Append(ctx, sqldb.Insert{Table: "roster_rows", Key: []string{"import_id", "no"}, Columns: []sqldb.Column{
			{Name: "import_id", Strings: ids}, {Name: "no", Ints: nos}, {Name: "data", Strings: data}, {Name: "status", Strings: status},
			{Name: "action", Strings: action}, {Name: "notes", Strings: notes}, {Name: "person_id", Strings: persons},
		}}); err != nil {
			return wrap("keep roster rows", err)
		}
	}
	_, err = s.planRoster(ctx, in)
	return err
}

// someRows is how many rows are written at once, so that others get their turn in between.
const someRows = 500

// FindRoster gives an import; one that is not there is not_found "roster.missing".
func (s *Store) FindRoster(ctx context.Context, id string) (RosterImport, error) {
	var row rosterRow
	err := s.db.Get(ctx, &row, `SELECT `+rosterColumns+` FROM roster_imports WHERE id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return RosterImport{}, fault.New(fault.NotFound, "roster.missing")
	}
	if err != nil {
		return RosterImport{}, wrap("find roster import", err)
	}
	return row.roster(), nil
}

// ListRosters gives the latest imports, newest first.
func (s *Store) ListRosters(ctx context.Context, limit int) ([]RosterImport, error) {
	var rows []rosterRow
	if err := s.db.Select(ctx, &rows, `SELECT `+rosterColumns+` FROM roster_imports ORDER BY id DESC LIMIT $1`, limit); err != nil {
		return nil, wrap("list roster imports", err)
	}
	out := make([]RosterImport, len(rows))
	for i, r := range rows {
		out[i] = r.roster()
	}
	return out, nil
}

// RosterFilter narrows the rows of an import; "" is all.
type RosterFilter struct {
	Status string // "ok", "warning", "error", or "problem": the last two
	Action string
}

// RosterRows gives rows of an import after the one with this number.
func (s *Store) RosterRows(ctx context.Context, id string, f RosterFilter, after, limit int) ([]RosterRow, error) {
	var rows []struct {
		No       int                       `db:"no"`
		Data     sqldb.JSON[roster.Row]    `db:"data"`
		Status   string                    `db:"status"`
		Action   string                    `db:"action"`
		Notes    sqldb.JSON[[]roster.Note] `db:"notes"`
		PersonID string                    `db:"person_id"`
	}
	where, args := `import_id = $1 AND no > $2`, []any{id, after}
	if f.Status == "problem" {
		where += ` AND status <> 'ok'`
	} else if f.Status != "" {
		args = append(args, f.Status)
		where += ` AND status = $` + strconv.Itoa(len(args))
	}
	if f.Action != "" {
		args = append(args, f.Action)
		where += ` AND action = $` + strconv.Itoa(len(args))
	}
	args = append(args, limit)
	if err := s.db.Select(ctx, &rows, `SELECT no, data, status, action, notes, person_id FROM roster_rows WHERE `+where+
		` ORDER BY no LIMIT $`+strconv.Itoa(len(args)), args...); err != nil {
		return nil, wrap("list roster rows", err)
	}
	out := make([]RosterRow, len(rows))
	for i, r := range rows {
		out[i] = RosterRow{r.No, r.Data.V, roster.Status(r.Status), r.Action, r.Notes.V, r.PersonID}
	}
	return out, nil
}

// eachRosterRow calls do for all rows of an import in their order.
func (s *Store) eachRosterRow(ctx context.Context, id string, do func(r RosterRow) error) error {
	for after := 0; ; {
		rows, err := s.RosterRows(ctx, id, RosterFilter{}, after, 5000)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			after = r.No
			if err := do(r); err != nil {
				return err
			}
		}
	}
}

// SetRosterOptions says how a file is to be taken, and works out anew what would become of it. The faults: conflict
// "roster.stored" unless it is a preview, fields "mode" "value.choice", "units" "value.required" or "unit.missing",
// "unit_id" "unit.missing".
func (s *Store) SetRosterOptions(ctx context.Context, now time.Time, id string, o RosterOptions) (RosterImport, error) {
	if o.Mode != RosterUpdate && o.Mode != RosterReplace {
		return RosterImport{}, fault.Field("mode", "value.choice")
	}
	units, err := s.ListUnits(ctx)
	if err != nil {
		return RosterImport{}, err
	}
	t := treeOf(units)
	if o.Mode == RosterUpdate || o.Units == nil {
		o.Units = []string{}
	}
	slices.Sort(o.Units)
	o.Units = slices.Compact(o.Units)
	for _, u := range o.Units {
		if _, ok := t.units[u]; !ok {
			return RosterImport{}, fault.Field("units", "unit.missing")
		}
	}
	if _, ok := t.units[o.UnitID]; !ok && o.UnitID != "" {
		return RosterImport{}, fault.Field("unit_id", "unit.missing")
	}
	return s.replanRoster(ctx, now, id, func(tx *sqlx.Tx) error {
		_, err := tx.ExecContext(ctx, `UPDATE roster_imports SET options = $2 WHERE id = $1`, id, sqldb.JSON[RosterOptions]{V: o})
		return err
	})
}

// RosterAnswer is a choice for one name of a file, by the names as RosterAsk has them; without a choice it is taken back.
type RosterAnswer struct {
	Unit, Branch string
	Choice       *RosterChoice
}

// ChooseRosterUnits stores what staff say about names that no unit has, and works out anew what would become of the file.
// The faults: conflict "roster.stored", field "choices" "unit.missing" or "value.choice".
func (s *Store) ChooseRosterUnits(ctx context.Context, now time.Time, id string, answers []RosterAnswer) (RosterImport, error) {
	units, err := s.ListUnits(ctx)
	if err != nil {
		return RosterImport{}, err
	}
	t := treeOf(units)
	for _, a := range answers {
		c := a.Choice
		if c == nil {
			continue
		}
		said := 0
		for _, is := range []bool{c.UnitID != "", c.Create, c.Skip} {
			if is {
				said++
			}
		}
		if said != 1 || c.Kind != "" && !slices.Contains(unitKinds, c.Kind) {
			return RosterImport{}, fault.Field("choices", "value.choice")
		}
		for _, u := range []string{c.UnitID, c.ParentID} {
			if _, ok := t.units[u]; !ok && u != "" {
				return RosterImport{}, fault.Field("choices", "unit.missing")
			}
		}
	}
	return s.replanRoster(ctx, now, id, func(tx *sqlx.Tx) error {
		for _, a := range answers {
			unit, branch := UnitKey(a.Unit), UnitKey(a.Branch)
			if _, err := tx.ExecContext(ctx, `DELETE FROM roster_choices WHERE import_id = $1 AND unit = $2 AND branch = $3`, id, unit, branch); err != nil {
				return err
			}
			if a.Choice == nil {
				continue
			}
			if _, err := tx.ExecContext(ctx, `INSERT INTO roster_choices (import_id, unit, branch, choice) VALUES ($1, $2, $3, $4)`, id, unit, branch,
				sqldb.JSON[RosterChoice]{V: *a.Choice}); err != nil {
				return err
			}
		}
		return nil
	})
}

// replanRoster changes something about a preview and works it out anew.
func (s *Store) replanRoster(ctx context.Context, now time.Time, id string, change func(tx *sqlx.Tx) error) (RosterImport, error) {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		open, err := tx.ExecContext(ctx, `UPDATE roster_imports SET alive_at = $2 WHERE id = $1 AND state = 'preview'`, id, sqldb.MillisOf(now))
		if err := one(open, err, fault.New(fault.Conflict, "roster.stored")); err != nil {
			return err
		}
		return change(tx)
	})
	if err != nil {
		return RosterImport{}, wrap("change roster import", err)
	}
	in, err := s.FindRoster(ctx, id)
	if err != nil {
		return in, err
	}
	_, err = s.planRoster(ctx, &in)
	return in, err
}

func (s *Store) rosterChoices(ctx context.Context, id string) (map[[2]string]RosterChoice, error) {
	var rows []struct {
		Unit   string                   `db:"unit"`
		Branch string                   `db:"branch"`
		Choice sqldb.JSON[RosterChoice] `db:"choice"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT unit, branch, choice FROM roster_choices WHERE import_id = $1`, id); err != nil {
		return nil, wrap("list roster choices", err)
	}
	out := map[[2]string]RosterChoice{}
	for _, r := range rows {
		out[[2]string{r.Unit, r.Branch}] = r.Choice.V
	}
	return out, nil
}

// removedBy are the people whom a replacing import takes off the roster: $1 is the import, the others its units.
func removedBy(units []string) (where string, args []any) {
	in := ""
	for i, u := range units {
		in += ", $" + strconv.Itoa(i+2)
		args = append(args, u)
	}
	return `p.left_at = 0 AND p.unit_id IN (WITH RECURSIVE below (id) AS (SELECT id FROM units WHERE id IN (` + in[2:] + `)
		UNION SELECT c.id FROM units c JOIN below b ON c.parent_id = b.id) SELECT id FROM below)
		AND NOT EXISTS (SELECT 1 FROM roster_rows r WHERE r.import_id = $1 AND r.person_id = p.id)`, args
}

// RosterRemoved gives the people whom an import takes off the roster, after the one with this id.
func (s *Store) RosterRemoved(ctx context.Context, in RosterImport, after string, limit int) ([]Entry, error) {
	if in.Options.Mode != RosterReplace || len(in.Options.Units) == 0 {
		return []Entry{}, nil
	}
	where, units := removedBy(in.Options.Units)
	args := append(append([]any{in.ID}, units...), after, limit)
	var rows []entryRow
	if err := s.db.Select(ctx, &rows, `SELECT `+entryColumns+` FROM people p WHERE `+where+
		` AND p.id > $`+strconv.Itoa(len(args)-1)+` ORDER BY p.id LIMIT $`+strconv.Itoa(len(args)), args...); err != nil {
		return nil, wrap("list people who leave", err)
	}
	out := make([]Entry, len(rows))
	for i, r := range rows {
		out[i] = r.entry()
	}
	return out, nil
}
