package people

import (
	"context"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// Limits of a search among people.
const (
	MaxPeopleSearch = 100 // characters
	maxSearchWords  = 5
)

// RosterSearch narrows a list of people.
type RosterSearch struct {
	Search string // words of name, phone and number, all of which must be there
	UnitID string // "" is everywhere
	Below  bool   // also in the units below UnitID
	Left   bool   // who has left, instead of who is on the roster
}

// where gives the conditions of a filter with their arguments.
func (f RosterSearch) where() (string, []any) {
	conditions, args := []string{"p.left_at = 0"}, []any{}
	if f.Left {
		conditions[0] = "p.left_at > 0 AND p.erased_at = 0"
	}
	add := func(condition string, arg any) {
		args = append(args, arg)
		conditions = append(conditions, strings.ReplaceAll(condition, "$?", "$"+strconv.Itoa(len(args))))
	}
	words := strings.Fields(strings.ToLower(norm.NFKC.String(f.Search)))
	for _, w := range words[:min(len(words), maxSearchWords)] {
		add(`p.search LIKE $? ESCAPE '!'`, "%"+likeText.Replace(w)+"%")
	}
	switch {
	case f.UnitID != "" && f.Below:
		add(`p.unit_id IN (WITH RECURSIVE below (id) AS (SELECT id FROM units WHERE id = $? UNION SELECT c.id FROM units c JOIN below b ON c.parent_id = b.id)
			SELECT id FROM below)`, f.UnitID)
	case f.UnitID != "":
		add(`p.unit_id = $?`, f.UnitID)
	}
	return strings.Join(conditions, " AND "), args
}

// widen drops a filter that lets everybody through, the only root with all below it: without it the list is read in its
// order, with it 100,000 people are sorted (10 instead of 400 ms).
func (s *Store) widen(ctx context.Context, f RosterSearch) (RosterSearch, error) {
	if f.UnitID == "" || !f.Below {
		return f, nil
	}
	var others int
	if err := s.db.Get(ctx, &others, `SELECT COUNT(*) FROM units WHERE parent_id IS NULL AND id <> $1`, f.UnitID); err != nil {
		return f, wrap("count roots", err)
	}
	if others == 0 {
		f.UnitID = ""
	}
	return f, nil
}

// ListPeople gives people in the order in which they came to the roster, after the one with this id.
func (s *Store) ListPeople(ctx context.Context, f RosterSearch, after string, limit int) ([]Entry, error) {
	f, err := s.widen(ctx, f)
	if err != nil {
		return nil, err
	}
	where, args := f.where()
	args = append(args, after, limit)
	var rows []entryRow
	err = s.db.Select(ctx, &rows, `SELECT `+entryColumns+` FROM people p WHERE `+where+
		` AND p.id > $`+strconv.Itoa(len(args)-1)+` ORDER BY p.id LIMIT $`+strconv.Itoa(len(args)), args...)
	if err != nil {
		return nil, wrap("list people", err)
	}
	out := make([]Entry, len(rows))
	for i, r := range rows {
		out[i] = r.entry()
	}
	return out, nil
}

// CountFound is how many people a filter lets through.
func (s *Store) CountFound(ctx context.Context, f RosterSearch) (n int, err error) {
	if f, err = s.widen(ctx, f); err != nil {
		return 0, err
	}
	where, args := f.where()
	if err := s.db.Get(ctx, &n, `SELECT COUNT(*) FROM people p WHERE `+where, args...); err != nil {
		return 0, wrap("count people", err)
	}
	return n, nil
}
