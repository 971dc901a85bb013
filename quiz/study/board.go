package study

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"time"

	"leitai/fault"
	"leitai/sqldb"
)

// BoardKind says what a board ranks.
type BoardKind string

// The boards.
const (
	BoardPeople    BoardKind = "people"
	BoardUnits     BoardKind = "units"
	BoardChallenge BoardKind = "challenge" // people by their longest challenge
)

// Row is a line of a board.
type Row struct {
	ID     string
	Name   string
	Unit   string  // of a person
	Place  int     // equal points share a place: 1, 2, 2, 4
	Points float64 // of a unit by its formula, with two places; of a challenge right answers
	People int     // of a unit: who has points
	Roster int     // of a unit
}

// Board ranks people or units over a period. Rows is what may be shown: of people the first TopShown, or none.
type Board struct {
	Kind    BoardKind
	Period  string // "2026-11", "2026-Q4", "all"
	Showing Showing
	Formula UnitFormula // of units
	Total   int         // ranked
	Rows    []Row
	Me      *Row // the caller, or their unit; nil without points, or when people are not shown at all
	At      time.Time
}

// maxRows bounds a board.
const maxRows = 200

// Board gives a board over "month", "quarter" or "all". Boards of units are up to a minute old.
func (s *Store) Board(ctx context.Context, now time.Time, personID string, kind BoardKind, period string) (Board, error) {
	kept, err := s.FindSettings(ctx)
	if err != nil {
		return Board{}, err
	}
	at := slices.Index([]string{"month", "quarter", "all"}, period)
	if at < 0 {
		return Board{}, fault.Field("period", "value.choice")
	}
	b := Board{Kind: kind, Period: Periods(kept.Settings, now)[at], Showing: kept.ShowsPeople(), At: now}
	switch kind {
	case BoardPeople:
		return s.peopleBoard(ctx, b, kept.TopShown, "points", personID)
	case BoardChallenge:
		return s.peopleBoard(ctx, b, kept.TopShown, "best", personID)
	case BoardUnits:
		return s.unitsBoard(ctx, now, b, kept.Settings, personID)
	}
	return Board{}, fault.Field("board", "value.choice")
}

// peopleBoard ranks people by a column of the totals.
func (s *Store) peopleBoard(ctx context.Context, b Board, top int, by, personID string) (Board, error) {
	if b.Showing == ShowOff {
		return b, nil
	}
	limit := maxRows
	if b.Showing == ShowTop {
		limit = min(top, maxRows)
	}
	var rows []struct {
		ID     string `db:"id"`
		Name   string `db:"name"`
		Unit   string `db:"unit"`
		Points int    `db:"points"`
	}
	err := s.db.Select(ctx, &rows, `SELECT p.id, p.name, COALESCE(u.name, '') AS unit, t.`+by+` AS points FROM study_totals t JOIN people p ON p.id = t.person_id
		LEFT JOIN units u ON u.id = p.unit_id WHERE t.period = $1 AND t.`+by+` > 0 AND p.left_at = 0 ORDER BY t.`+by+` DESC, p.id LIMIT $2`, b.Period, limit)
	if err != nil {
		return Board{}, wrap("study board", err)
	}
	if err := s.db.Get(ctx, &b.Total, `SELECT COUNT(*) FROM study_totals t JOIN people p ON p.id = t.person_id WHERE t.period = $1 AND t.`+by+` > 0 AND p.left_at = 0`, b.Period); err != nil {
		return Board{}, wrap("count study board", err)
	}
	for i, r := range rows {
		row := Row{ID: r.ID, Name: r.Name, Unit: r.Unit, Place: i + 1, Points: float64(r.Points)}
		if i > 0 && rows[i-1].Points == r.Points {
			row.Place = b.Rows[i-1].Place
		}
		b.Rows = append(b.Rows, row)
	}
	if b.Me, err = s.placeOf(ctx, b.Period, by, personID); err != nil {
		return Board{}, err
	}
	return b, nil
}

// placeOf gives somebody's own place, nil without points.
func (s *Store) placeOf(ctx context.Context, period, by, personID string) (*Row, error) {
	var me struct {
		Name   string `db:"name"`
		Unit   string `db:"unit"`
		Points int    `db:"points"`
	}
	err := s.db.Get(ctx, &me, `SELECT p.name, COALESCE(u.name, '') AS unit, t.`+by+` AS points FROM study_totals t JOIN people p ON p.id = t.person_id
		LEFT JOIN units u ON u.id = p.unit_id WHERE t.period = $1 AND t.person_id = $2 AND t.`+by+` > 0`, period, personID)
	if errors.Is(err, sqldb.ErrNoRow) {
		return nil, nil
	}
	if err != nil {
		return nil, wrap("find own place", err)
	}
	var before int
	if err := s.db.Get(ctx, &before, `SELECT COUNT(*) FROM study_totals t JOIN people p ON p.id = t.person_id
		WHERE t.period = $1 AND t.`+by+` > $2 AND p.left_at = 0`, period, me.Points); err != nil {
		return nil, wrap("find own place", err)
	}
	return &Row{ID: personID, Name: me.Name, Unit: me.Unit, Place: before + 1, Points: float64(me.Points)}, nil
}

// unitsFor is how old a board of units may be: it goes over everybody.
const unitsFor = time.Minute

type unitBoard struct {
	at    time.Time
	rules UnitFormula
	kind  string
	rows  []Row
	of    map[string]string // the ranked unit of each unit
}

func (s *Store) unitsBoard(ctx context.Context, now time.Time, b Board, rules Settings, personID string) (Board, error) {
	s.mu.Lock()
	made, ok := s.board[b.Period]
	s.mu.Unlock()
	if !ok || now.Sub(made.at) > unitsFor || now.Before(made.at) || made.rules != rules.UnitFormula || made.kind != rules.UnitKind {
		var err error
		if made, err = s.makeUnits(ctx, b.Period, rules); err != nil {
			return Board{}, err
		}
		made.at = now
		s.mu.Lock()
		s.board[b.Period] = made
		s.mu.Unlock()
	}
	b.Showing, b.Formula, b.At, b.Total = ShowAll, rules.UnitFormula, made.at, len(made.rows)
	b.Rows = made.rows[:min(len(made.rows), maxRows)]
	var unit string
	if err := s.db.Get(ctx, &unit, `SELECT unit_id FROM people WHERE id = $1`, personID); err != nil && !errors.Is(err, sqldb.ErrNoRow) {
		return Board{}, wrap("find own unit", err)
	}
	for _, r := range made.rows {
		if r.ID == made.of[unit] {
			b.Me = &r
		}
	}
	return b, nil
}

// makeUnits adds up the points of everybody for the units of the wanted kind: a person belongs to the nearest one from
// their own upward, and to their own unit when there is none.
func (s *Store) makeUnits(ctx context.Context, period string, rules Settings) (unitBoard, error) {
	out := unitBoard{rules: rules.UnitFormula, kind: rules.UnitKind, of: map[string]string{}}
	var units []struct {
		ID     string `db:"id"`
		Parent string `db:"parent"`
		Kind   string `db:"kind"`
		Name   string `db:"name"`
	}
	if err := s.db.Select(ctx, &units, `SELECT id, COALESCE(parent_id, '') AS parent, kind, name FROM units`); err != nil {
		return out, wrap("list units", err)
	}
	type node struct{ parent, kind, name string }
	byID := make(map[string]node, len(units))
	for _, u := range units {
		byID[u.ID] = node{u.Parent, u.Kind, u.Name}
	}
	for _, u := range units {
		out.of[u.ID] = u.ID
		for at, steps := u.ID, 0; at != "" && steps < 50; at, steps = byID[at].parent, steps+1 {
			if byID[at].kind == rules.UnitKind {
				out.of[u.ID] = at
				break
			}
		}
	}
	var counts []struct {
		Unit   string `db:"unit_id"`
		Roster int    `db:"roster"`
		People int    `db:"people"`
		Points int64  `db:"points"`
	}
	if err := s.db.Select(ctx, &counts, `SELECT p.unit_id, COUNT(*) AS roster, COUNT(*) FILTER (WHERE t.points > 0) AS people, CAST(COALESCE(SUM(t.points), 0) AS BIGINT) AS points
		FROM people p LEFT JOIN study_totals t ON t.person_id = p.id AND t.period = $1 WHERE p.left_at = 0 GROUP BY p.unit_id`, period); err != nil {
		return out, wrap("add up units", err)
	}
	sums := map[string]int64{}
	rows := map[string]*Row{}
	for _, c := range counts {
		id := out.of[c.Unit]
		if rows[id] == nil {
			rows[id] = &Row{ID: id, Name: byID[id].name}
		}
		rows[id].People += c.People
		rows[id].Roster += c.Roster
		sums[id] += c.Points
	}
	for id, r := range rows {
		if r.People == 0 {
			continue
		}
		r.Points = unitPoints(rules.UnitFormula, sums[id], r.People, r.Roster)
		out.rows = append(out.rows, *r)
	}
	slices.SortFunc(out.rows, func(a, b Row) int { return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(a.ID, b.ID)) })
	for i := range out.rows {
		out.rows[i].Place = i + 1
		if i > 0 && out.rows[i-1].Points == out.rows[i].Points {
			out.rows[i].Place = out.rows[i-1].Place
		}
	}
	return out, nil
}

// unitPoints applies a formula; people and roster are at least 1.
func unitPoints(f UnitFormula, sum int64, people, roster int) float64 {
	v := float64(sum)
	switch f {
	case UnitAverage:
		v /= float64(people)
	case UnitRoster:
		v /= float64(roster)
	case UnitSum:
	}
	return math.Round(v*100) / 100
}
