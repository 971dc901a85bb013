package people

import "context"

// CountPeople returns the number of people on the roster of each unit that has any, by unit id. People of a unit below
// are not counted for the one above, and who has left is not counted.
func (s *Store) CountPeople(ctx context.Context) (map[string]int, error) {
	var rows []struct {
		UnitID string `db:"unit_id"`
		People int    `db:"people"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT unit_id, COUNT(*) AS people FROM people WHERE left_at = 0 GROUP BY unit_id`); err != nil {
		return nil, wrap("count people", err)
	}
	count := make(map[string]int, len(rows))
	for _, r := range rows {
		count[r.UnitID] = r.People
	}
	return count, nil
}

// PeopleCount returns the number of people on the roster of each unit and of all units below it, by unit id; units
// without anybody are in it with 0.
func (s *Store) PeopleCount(ctx context.Context) (map[string]int, error) {
	own, err := s.CountPeople(ctx)
	if err != nil {
		return nil, err
	}
	units, err := s.ListUnits(ctx)
	if err != nil {
		return nil, err
	}
	return CountBelow(units, own), nil
}

// CountBelow adds each unit's people to all units above it.
func CountBelow(units []Unit, own map[string]int) map[string]int {
	parents := make(map[string]string, len(units))
	count := make(map[string]int, len(units))
	for _, u := range units {
		parents[u.ID], count[u.ID] = u.ParentID, 0
	}
	for id, n := range own {
		for steps := 0; id != "" && steps <= maxDepth; steps++ {
			count[id] += n
			id = parents[id]
		}
	}
	return count
}

// maxDepth bounds the tree of units: a root and what is below it.
const maxDepth = 12
