package paper

import (
	"context"

	"leitai/fault"
	"leitai/quiz"
)

// tree is the units of the installation as they stand above each other.
type tree struct {
	parent map[string]string
	name   map[string]string
}

func (s *Store) units(ctx context.Context) (tree, error) {
	var rows []struct {
		ID     string `db:"id"`
		Parent string `db:"parent_id"`
		Name   string `db:"name"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT id, COALESCE(parent_id, '') AS parent_id, name FROM units`); err != nil {
		return tree{}, wrap("list units", err)
	}
	t := tree{parent: make(map[string]string, len(rows)), name: make(map[string]string, len(rows))}
	for _, r := range rows {
		t.parent[r.ID], t.name[r.ID] = r.Parent, r.Name
	}
	return t, nil
}

// nearest gives the first of a unit and those above it that is in set, or "".
func (t tree) nearest(unit string, set map[string]int) string {
	for range len(t.parent) + 1 { // a circle ends too
		if _, ok := set[unit]; ok {
			return unit
		}
		if unit = t.parent[unit]; unit == "" {
			return ""
		}
	}
	return ""
}

// teamsOf makes a team of each unit: named as it, grouped by the unit above it. Its roster are the people of the unit and of all
// below it that belong to no nearer team. A unit that is not there is invalid with the field "units".
func (s *Store) teamsOf(ctx context.Context, units []string) ([]quiz.Team, error) {
	if len(units) == 0 {
		return nil, nil
	}
	t, err := s.units(ctx)
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	var teams []quiz.Team
	for _, u := range units {
		if _, ok := t.name[u]; !ok {
			return nil, fault.Field("units", "team.unit_missing")
		}
		if _, twice := at[u]; twice {
			continue
		}
		at[u] = len(teams)
		teams = append(teams, quiz.Team{UnitID: u, Name: t.name[u], Group: t.name[t.parent[u]]})
	}
	rosters, err := s.rosters(ctx, t, at)
	if err != nil {
		return nil, err
	}
	for u, i := range at {
		teams[i].Roster = rosters[u]
	}
	return teams, nil
}

// rosters counts the people of each unit that is a team.
func (s *Store) rosters(ctx context.Context, t tree, teams map[string]int) (map[string]int, error) {
	var counts []struct {
		Unit string `db:"unit_id"`
		N    int    `db:"n"`
	}
	if err := s.db.Select(ctx, &counts, `SELECT unit_id, COUNT(*) AS n FROM people WHERE left_at = 0 GROUP BY unit_id`); err != nil {
		return nil, wrap("count people", err)
	}
	out := map[string]int{}
	for _, c := range counts {
		if u := t.nearest(c.Unit, teams); u != "" {
			out[u] += c.N
		}
	}
	return out, nil
}

// teamOf gives the team of a person of a unit: that of the nearest unit upward which is one. ok is false where none is.
func (s *Store) teamOf(ctx context.Context, c *Contest, unit string) (_ quiz.Team, ok bool, err error) {
	at := map[string]int{}
	for i, t := range c.Teams {
		if t.UnitID != "" {
			at[t.UnitID] = i
		}
	}
	if i, ok := at[unit]; ok {
		return c.Teams[i], true, nil
	}
	if len(at) == 0 {
		return quiz.Team{}, false, nil
	}
	t, err := s.units(ctx)
	if err != nil {
		return quiz.Team{}, false, err
	}
	u := t.nearest(unit, at)
	if u == "" {
		return quiz.Team{}, false, nil
	}
	return c.Teams[at[u]], true, nil
}
