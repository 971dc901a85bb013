package people

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/people/roster"
	"leitai/sqldb"
)

// planned is a row with what would become of it.
type planned struct {
	RosterRow
	target target
	after  Person // as it would be stored; its UnitID is "" for a unit that is made first
	back   bool   // had left, and comes back
}

// target is the unit that a row belongs to.
type target struct {
	unitID string // of a unit that is there
	fresh  string // key in plan.fresh of a unit that is made
	known  bool   // one of the two
	skip   bool
	ask    bool
}

// freshUnit is a unit that an import makes.
type freshUnit struct {
	key    string
	unit   Unit   // its ParentID is "" when below is set
	below  string // key of the fresh unit that it stands below
	rows   int
	stored string // id, once it is made
}

// plan is what would become of a file, worked out against units, people and staff's choices as they are now.
type plan struct {
	in      *RosterImport
	match   *matcher
	choices map[[2]string]RosterChoice
	rows    []planned
	fresh   map[string]*freshUnit
	order   []string // keys of fresh, parents first
	asks    map[[2]string]*RosterAsk
	askKeys [][2]string
	aliases map[string]Named // "unit id/key" → unit id and alias to be remembered

	people  map[string]*known // by id
	byPhone map[string][]*known
	byNo    map[string][]*known
	byName  map[string][]*known
}

// known is a person whom a row may be about.
type known struct {
	Person
	key    string
	left   bool
	erased bool
}

// planRoster works out what would become of a file and stores it with the rows; it fills in counts and asks.
func (s *Store) planRoster(ctx context.Context, in *RosterImport) (*plan, error) {
	p, err := s.workOut(ctx, in)
	if err != nil {
		return nil, wrap("plan roster import", err)
	}
	for from := 0; from < len(p.rows); from += someRows * 4 {
		part := p.rows[from:min(from+someRows*4, len(p.rows))]
		if err := s.db.Tx(ctx, func(tx *sqlx.Tx) error { return keepPlan(ctx, tx, in.ID, part) }); err != nil {
			return nil, wrap("keep roster plan", err)
		}
	}
	if err := s.countRemoved(ctx, in); err != nil {
		return nil, err
	}
	if _, err := s.db.Exec(ctx, `UPDATE roster_imports SET counts = $2, asks = $3 WHERE id = $1`, in.ID,
		sqldb.JSON[RosterCounts]{V: in.Counts}, sqldb.JSON[[]RosterAsk]{V: in.Asks}); err != nil {
		return nil, wrap("keep roster plan", err)
	}
	return p, nil
}

func keepPlan(ctx context.Context, tx *sqlx.Tx, id string, rows []planned) error {
	update, err := tx.PreparexContext(ctx, `UPDATE roster_rows SET status = $3, action = $4, notes = $5, person_id = $6 WHERE import_id = $1 AND no = $2
		AND (status <> $3 OR action <> $4 OR notes <> $5 OR person_id <> $6)`)
	if err != nil {
		return err
	}
	defer func() { _ = update.Close() }()
	for _, r := range rows {
		if _, err := update.ExecContext(ctx, id, r.No, string(r.Status), r.Action, sqldb.JSON[[]roster.Note]{V: r.Notes}, r.PersonID); err != nil {
			return err
		}
	}
	return nil
}

// countRemoved counts who would leave, of how many.
func (s *Store) countRemoved(ctx context.Context, in *RosterImport) error {
	in.Counts.Remove, in.Counts.Of = 0, 0
	if in.Options.Mode != RosterReplace || len(in.Options.Units) == 0 {
		return nil
	}
	where, units := removedBy(in.Options.Units)
	args := append([]any{in.ID}, units...)
	if err := s.db.Get(ctx, &in.Counts.Remove, `SELECT COUNT(*) FROM people p WHERE `+where, args...); err != nil {
		return wrap("count people who leave", err)
	}
	scope, _, _ := strings.Cut(where, "AND NOT EXISTS")
	if err := s.db.Get(ctx, &in.Counts.Of, `SELECT COUNT(*) FROM people p WHERE $1 <> '' AND `+scope, args...); err != nil {
		return wrap("count people who leave", err)
	}
	return nil
}

// workOut reads what the plan needs and decides row by row.
func (s *Store) workOut(ctx context.Context, in *RosterImport) (*plan, error) {
	units, err := s.ListUnits(ctx)
	if err != nil {
		return nil, err
	}
	aliases, err := s.Aliases(ctx)
	if err != nil {
		return nil, err
	}
	p := &plan{in: in, match: newMatcher(units, aliases), fresh: map[string]*freshUnit{}, asks: map[[2]string]*RosterAsk{}, aliases: map[string]Named{},
		people: map[string]*known{}, byPhone: map[string][]*known{}, byNo: map[string][]*known{}, byName: map[string][]*known{}}
	if p.choices, err = s.rosterChoices(ctx, in.ID); err != nil {
		return nil, err
	}
	if err := s.eachRosterRow(ctx, in.ID, func(r RosterRow) error {
		p.rows = append(p.rows, planned{RosterRow: r})
		return nil
	}); err != nil {
		return nil, err
	}
	if err := s.loadKnown(ctx, p); err != nil {
		return nil, err
	}
	p.decide()
	return p, nil
}

// loadKnown reads the people whose phone, number or name is in the file.
func (s *Store) loadKnown(ctx context.Context, p *plan) error {
	want := map[string]map[string]bool{"phone": {}, "employee_no": {}, "name_key": {}}
	for _, r := range p.rows {
		for column, value := range map[string]string{"phone": r.Row.Phone, "employee_no": r.Row.EmployeeNo, "name_key": NameKey(r.Row.Name)} {
			if value != "" && !r.Row.Skip {
				want[column][value] = true
			}
		}
	}
	for column, set := range want {
		values := make([]any, 0, len(set))
		for v := range set {
			values = append(values, v)
		}
		for part := range slices.Chunk(values, someRows) {
			var rows []struct {
				personRow
				Key    string `db:"name_key"`
				Left   bool   `db:"gone"`
				Erased bool   `db:"erased"`
			}
			in := ""
			for i := range part {
				in += ", $" + strconv.Itoa(i+1)
			}
			if err := s.db.Select(ctx, &rows, `SELECT `+personColumns+`, name_key, left_at > 0 AS gone, erased_at > 0 AS erased FROM people
				WHERE erased_at = 0 AND `+column+` IN (`+in[2:]+`)`, part...); err != nil {
				return err
			}
			for _, r := range rows {
				if p.people[r.ID] == nil {
					k := &known{Person: r.person(), key: r.Key, left: r.Left, erased: r.Erased}
					p.people[r.ID] = k
					p.byPhone[k.Phone] = append(p.byPhone[k.Phone], k)
					p.byNo[k.EmployeeNo] = append(p.byNo[k.EmployeeNo], k)
					p.byName[k.key] = append(p.byName[k.key], k)
				}
			}
		}
	}
	delete(p.byPhone, "")
	delete(p.byNo, "")
	return nil
}

// decide says of each row what becomes of it, and counts.
func (p *plan) decide() {
	first := map[string]*planned{} // who stands in the file already, by what tells people apart
	for i := range p.rows {
		r := &p.rows[i]
		r.Notes, r.PersonID = slices.Clone(r.Row.Notes), ""
		if r.Notes == nil {
			r.Notes = []roster.Note{}
		}
		if r.Row.Skip {
			r.Action = "skip"
			continue
		}
		r.target = p.unitOf(r)
		p.person(r)
		p.twice(r, first)
		p.settle(r)
	}
	p.count()
}

// settle decides the action of a row that has target and person.
func (p *plan) settle(r *planned) {
	switch {
	case r.Action == "skip":
		return
	case r.worst() == roster.Error:
		r.Action = "error"
		return
	case r.target.ask:
		r.Action = "ask"
		return
	case r.target.skip:
		r.Action = "skip"
		return
	}
	was := p.people[r.PersonID]
	if was == nil {
		if !r.target.known {
			r.note(roster.Error, "unit.none", r.Row.Cells.Unit, "", "")
			r.Action = "error"
			return
		}
		r.Action = "add"
		r.after = Person{UnitID: r.target.unitID, Name: r.Row.Name, Phone: r.Row.Phone, EmployeeNo: r.Row.EmployeeNo}
		if r.after.Phone == "" && r.after.EmployeeNo == "" {
			r.note(roster.Warning, "number.none", r.Row.Cells.Phone, "", "")
		}
		return
	}
	r.after, r.back = was.Person, was.left
	r.after.Name = r.Row.Name
	if r.Row.Phone != "" {
		r.after.Phone = r.Row.Phone
	}
	if r.Row.EmployeeNo != "" {
		r.after.EmployeeNo = r.Row.EmployeeNo
	}
	if r.target.known {
		r.after.UnitID = r.target.unitID
	}
	switch {
	case r.after.UnitID != was.UnitID:
		r.Action = "move"
	case r.after != was.Person || r.back:
		r.Action = "change"
	default:
		r.Action = "same"
	}
	if r.back {
		r.note(roster.Warning, "person.back", "", "", "")
	}
}

func (r *planned) note(status roster.Status, code, cell, found, want string) {
	r.Notes = append(r.Notes, roster.Note{Status: status, Code: code, Cell: cell, Found: found, Want: want})
}

func (r *planned) worst() roster.Status {
	worst := roster.OK
	for _, n := range r.Notes {
		if n.Status == roster.Error {
			return roster.Error
		}
		if n.Status == roster.Warning {
			worst = roster.Warning
		}
	}
	return worst
}

// person finds who a row is about: by phone, else by number and name, else by name and unit.
func (p *plan) person(r *planned) {
	key := NameKey(r.Row.Name)
	found := p.byOwnPhone(r, key)
	if found == nil && r.Row.EmployeeNo != "" {
		found = p.pick(r, slices.DeleteFunc(slices.Clone(p.byNo[r.Row.EmployeeNo]), func(k *known) bool { return k.key != key }), r.Row.EmployeeNo)
	}
	if found == nil && r.worst() != roster.Error {
		found = p.byNameAndUnit(r, key)
	}
	if found != nil {
		r.PersonID = found.ID
	}
}

// byOwnPhone finds the person with the row's phone. Several may share one: then the name tells.
func (p *plan) byOwnPhone(r *planned, key string) *known {
	all := p.byPhone[r.Row.Phone]
	if len(all) == 0 {
		return nil
	}
	named := slices.DeleteFunc(slices.Clone(all), func(k *known) bool { return k.key != key })
	if len(named) > 0 {
		return p.pick(r, named, r.Row.Phone)
	}
	here := slices.DeleteFunc(slices.Clone(all), func(k *known) bool { return k.left })
	if len(here) != 1 { // who has left gives the number free; several share it, and this is one more
		if len(here) > 1 {
			r.note(roster.Warning, "person.same_phone", r.Row.Cells.Phone, r.Row.Phone, here[0].Name)
		}
		return nil
	}
	k := here[0]
	if r.Row.Name == "" {
		return k
	}
	if r.Row.EmployeeNo != "" && k.EmployeeNo != "" && r.Row.EmployeeNo != k.EmployeeNo {
		r.note(roster.Error, "person.other", r.Row.Cells.Phone, r.Row.Phone, k.Name)
		return k
	}
	r.note(roster.Warning, "person.renamed", r.Row.Cells.Phone, r.Row.Phone, k.Name)
	return k
}

// pick chooses among people who all fit: who is on the roster before who has left, who is in the row's unit before others.
func (p *plan) pick(r *planned, fit []*known, by string) *known {
	for _, better := range []func(k *known) bool{
		func(k *known) bool { return !k.left },
		func(k *known) bool { return r.target.unitID != "" && k.UnitID == r.target.unitID },
	} {
		if some := slices.DeleteFunc(slices.Clone(fit), func(k *known) bool { return !better(k) }); len(some) > 0 {
			fit = some
		}
	}
	if len(fit) > 1 {
		r.note(roster.Error, "person.ambiguous", r.Row.Cells.Name, r.Row.Name+" "+by, strconv.Itoa(len(fit)))
	}
	if len(fit) == 0 {
		return nil
	}
	return fit[0]
}

// byNameAndUnit takes a namesake of the same unit for the same person, unless both have a number and they differ.
func (p *plan) byNameAndUnit(r *planned, key string) *known {
	if r.target.unitID == "" {
		return nil
	}
	var fit []*known
	others := 0
	for _, k := range p.byName[key] {
		switch {
		case k.UnitID != r.target.unitID || k.left:
		case r.Row.Phone != "" && k.Phone != "" || r.Row.EmployeeNo != "" && k.EmployeeNo != "": // both differ, else they were found before
			others++
		default:
			fit = append(fit, k)
		}
	}
	switch {
	case len(fit) == 1:
		r.note(roster.Warning, "person.by_name", r.Row.Cells.Name, r.Row.Name, fit[0].Name)
		return fit[0]
	case len(fit) > 1:
		r.note(roster.Error, "person.ambiguous", r.Row.Cells.Name, r.Row.Name, strconv.Itoa(len(fit)))
		return fit[0]
	case others > 0:
		r.note(roster.Warning, "person.namesake", r.Row.Cells.Name, r.Row.Name, "")
	}
	return nil
}

// twice finds a person who stands in the file already.
func (p *plan) twice(r *planned, first map[string]*planned) {
	key := NameKey(r.Row.Name)
	if key == "" {
		return
	}
	var marks []string
	if r.Row.Phone != "" {
		marks = append(marks, "phone "+r.Row.Phone)
	}
	if r.Row.EmployeeNo != "" {
		marks = append(marks, "no "+r.Row.EmployeeNo+" "+key)
	}
	if len(marks) == 0 {
		marks = append(marks, "name "+key+" "+r.target.unitID+r.target.fresh+" "+UnitKey(r.Row.Unit)+" "+UnitKey(r.Row.Branch))
	}
	if r.PersonID != "" {
		marks = append(marks, "id "+r.PersonID)
	}
	for _, m := range marks {
		before, ok := first[m]
		if !ok {
			continue
		}
		same := before.Row.Phone == r.Row.Phone && before.Row.EmployeeNo == r.Row.EmployeeNo && before.target == r.target && NameKey(before.Row.Name) == key
		if same {
			r.note(roster.Warning, "row.twice", "", r.Row.Name, before.Row.String())
			r.Action = "skip"
		} else {
			r.note(roster.Error, "row.conflict", "", r.Row.Name, before.Row.String())
		}
		return
	}
	for _, m := range marks {
		first[m] = r
	}
}

// unitOf finds the unit of a row, or what is to be asked.
func (p *plan) unitOf(r *planned) target {
	unit, branch := r.Row.Unit, r.Row.Branch
	if branch == "" { // 甲公司/一支部 in one cell
		if parts := strings.FieldsFunc(unit, func(c rune) bool { return strings.ContainsRune(`/\>|→`, c) }); len(parts) == 2 && len(p.match.named(unit, "")) == 0 {
			unit, branch = roster.CleanText(parts[0]), roster.CleanText(parts[1])
		}
	}
	base := p.in.Options.UnitID
	at := target{unitID: base, known: base != ""}
	switch {
	case unit == "" && branch == "":
		if base != "" && len(r.Row.Cells.Unit)+len(r.Row.Cells.Branch) > 0 {
			r.note(roster.Warning, "unit.default", r.Row.Cells.Unit, "", p.match.tree.units[base].Name)
		}
		return at
	case unit != "":
		if at = p.named(r, unit, "", target{unitID: base, known: base != ""}, branch); !at.known || at.skip || at.ask {
			return at
		}
	}
	if branch == "" || branch == unit {
		return at
	}
	return p.named(r, unit, branch, at, "")
}

// named finds the unit of a name: a unit's, or with branch that of one below it. hint is the branch that follows, which
// may tell units of the same name apart.
func (p *plan) named(r *planned, unit, branch string, above target, hint string) target {
	name, cell := unit, r.Row.Cells.Unit
	if branch != "" {
		name, cell = branch, r.Row.Cells.Branch
	}
	key := [2]string{UnitKey(unit), UnitKey(branch)}
	choice, chosen := p.choices[key]
	if chosen && p.stale(choice) {
		chosen = false
	}
	if chosen {
		p.ask(key, unit, branch, above, 0, &choice)
		return p.chosen(r, key, name, cell, choice, above)
	}
	var ids []string
	if above.fresh == "" {
		within := above.unitID
		if branch == "" && within != "" && UnitKey(p.match.tree.units[within].Name) == UnitKey(unit) {
			return above // the file's own unit, by its name
		}
		ids = p.match.named(name, within)
		if len(ids) == 0 && branch == "" && within != "" && slices.Contains(p.match.named(name, ""), within) {
			return above
		}
	}
	if len(ids) > 1 && hint != "" {
		if some := slices.DeleteFunc(slices.Clone(ids), func(id string) bool { return len(p.match.named(hint, id)) == 0 }); len(some) == 1 {
			ids = some
		}
	}
	switch {
	case len(ids) == 1:
		return target{unitID: ids[0], known: true}
	case len(ids) == 0 && branch != "" && (above.fresh != "" || p.in.Options.Create && above.known):
		return p.make(key, name, above, "")
	}
	p.ask(key, unit, branch, above, len(ids), nil)
	if len(ids) > 1 {
		r.note(roster.Warning, "unit.ambiguous", cell, name, strconv.Itoa(len(ids)))
	} else {
		r.note(roster.Warning, "unit.unknown", cell, name, "")
	}
	return target{ask: true}
}

// stale tells that a choice names a unit that was deleted since.
func (p *plan) stale(c RosterChoice) bool {
	for _, id := range []string{c.UnitID, c.ParentID} {
		if _, ok := p.match.tree.units[id]; !ok && id != "" {
			return true
		}
	}
	return false
}

// chosen does what staff said about a name.
func (p *plan) chosen(r *planned, key [2]string, name, cell string, c RosterChoice, above target) target {
	switch {
	case c.Skip:
		r.note(roster.Warning, "unit.skipped", cell, name, "")
		return target{skip: true}
	case c.Create:
		if key[1] == "" || c.ParentID != "" {
			above = target{unitID: c.ParentID, known: true}
		}
		return p.make(key, name, above, c.Kind)
	}
	if c.Remember && UnitKey(name) != UnitKey(p.match.tree.units[c.UnitID].Name) {
		p.aliases[c.UnitID+"/"+UnitKey(name)] = Named{ID: c.UnitID, Name: name}
	}
	return target{unitID: c.UnitID, known: true}
}

// make gives the unit that an import makes for a name.
func (p *plan) make(key [2]string, name string, above target, kind string) target {
	id := above.unitID + "\x00" + above.fresh + "\x00" + UnitKey(name)
	f := p.fresh[id]
	if f == nil {
		if kind == "" {
			kind = p.match.tree.kindBelow(above.unitID)
			switch {
			case above.fresh != "":
				kind = "branch"
			case above.unitID == "" && key[1] == "":
				kind = "enterprise"
			}
		}
		f = &freshUnit{key: id, unit: Unit{ParentID: above.unitID, Kind: kind, Name: name}, below: above.fresh}
		p.fresh[id] = f
		p.order = append(p.order, id)
	}
	f.rows++
	return target{fresh: id, known: true}
}

// ask notes that staff are asked about a name, or were.
func (p *plan) ask(key [2]string, unit, branch string, above target, several int, choice *RosterChoice) {
	a := p.asks[key]
	if a == nil {
		name, within := unit, above.unitID
		if branch != "" {
			name = branch
		}
		a = &RosterAsk{Unit: unit, Branch: branch, Several: several, Choice: choice, Suggested: []Suggestion{}}
		switch {
		case several > 0:
			for _, id := range p.match.named(name, within)[:min(several, 20)] {
				a.Suggested = append(a.Suggested, Suggestion{UnitID: id, Path: p.match.tree.path(id)})
			}
		case above.fresh == "":
			a.Suggested = p.match.suggest(name, within)
		}
		p.asks[key] = a
		p.askKeys = append(p.askKeys, key)
	}
	a.Rows++
}

// mostAsked bounds the names that staff are asked about at once; those of the first rows come first.
const mostAsked = 500

// count sums up what was decided.
func (p *plan) count() {
	c := RosterCounts{NewUnit: len(p.order)}
	for i := range p.rows {
		r := &p.rows[i]
		if r.Status = r.worst(); r.Action == "error" {
			r.Status = roster.Error
		}
		switch r.Status {
		case roster.OK:
			c.OK++
		case roster.Warning:
			c.Warnings++
		default:
			c.Errors++
		}
		switch r.Action {
		case "add":
			c.Add++
		case "change":
			c.Change++
		case "move":
			c.Move++
		case "same":
			c.Same++
		case "skip":
			c.Skip++
		case "ask":
			c.Ask++
		}
	}
	p.in.Counts, p.in.Asks = c, []RosterAsk{}
	for _, key := range p.askKeys[:min(len(p.askKeys), mostAsked)] {
		p.in.Asks = append(p.in.Asks, *p.asks[key])
	}
}

// check refuses to store a plan that must not be stored as it is.
func (p *plan) check(confirm int) error {
	c := p.in.Counts
	replace := p.in.Options.Mode == RosterReplace
	switch {
	case replace && len(p.in.Options.Units) == 0:
		return fault.Field("units", "value.required")
	case replace && c.Errors+c.Ask > 0:
		return fault.New(fault.Conflict, "roster.replace_errors").With("n", c.Errors+c.Ask)
	case c.Drastic() && confirm != c.Remove:
		return fault.New(fault.Conflict, "roster.confirm").With("n", c.Remove).With("of", c.Of).With("percent", fmt.Sprintf("%.0f", 100*float64(c.Remove)/float64(c.Of)))
	case c.Add+c.Change+c.Move+c.Remove == 0:
		return fault.New(fault.Conflict, "roster.nothing")
	}
	return nil
}
