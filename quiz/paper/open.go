package paper

import (
	"context"
	"slices"
	"time"

	"leitai/fault"
	"leitai/quiz"
)

// listedFor is how long a contest stays in people's lists after it has closed.
const listedFor = 30 * 24 * time.Hour

// Offer is a contest in a person's list.
type Offer struct {
	Contest *Contest
	Phase   Phase
	State   string // "new", "begun": an attempt is open or another one may be had, "done"
}

// noUnit is the id of no unit.
const noUnit = "-"

// OpenTo gives the published contests that a person of a unit can take part in or took part in, those that close first standing first.
func (s *Store) OpenTo(ctx context.Context, now time.Time, personID, unitID string) ([]Offer, error) {
	t, err := s.unitsAround(ctx, unitID)
	if err != nil {
		return nil, err
	}
	args := []any{quiz.KindPaper, quiz.Published, quiz.Running, quiz.Finished, now.Add(-listedFor).UnixMilli(), personID}
	first := len(args) + 1
	for u, n := unitID, 0; u != "" && n < 50; u, n = t.parent[u], n+1 {
		args = append(args, u)
	}
	if len(args) < first {
		args = append(args, noUnit) // Postgres knows no empty list
	}
	var ids []string
	if err := s.db.Select(ctx, &ids, `SELECT id FROM contests WHERE kind = $1 AND status IN ($2, $3, $4) AND closes_at > $5
		AND (EXISTS (SELECT 1 FROM teams t WHERE t.contest_id = contests.id AND t.unit_id IN (`+params(first, len(args)-first+1)+`))
		OR EXISTS (SELECT 1 FROM entrants e WHERE e.contest_id = contests.id AND e.person_id = $6))
		ORDER BY closes_at, id LIMIT 100`, args...); err != nil {
		return nil, wrap("list contests of a person", err)
	}
	out := []Offer{}
	for _, id := range ids {
		c, err := s.Find(ctx, id)
		if err != nil {
			return nil, err
		}
		o := Offer{Contest: c, Phase: c.PhaseAt(now), State: "new"}
		e, err := s.EntrantOf(ctx, c, personID)
		if err != nil && !fault.Is(err, fault.NotFound) {
			return nil, err
		}
		if err == nil {
			if o.State, err = s.stateOf(ctx, now, c, e.ID); err != nil {
				return nil, err
			}
		}
		out = append(out, o)
	}
	return out, nil
}

func (s *Store) stateOf(ctx context.Context, now time.Time, c *Contest, entrant string) (string, error) {
	all, err := s.AttemptsOf(ctx, c.ID, entrant)
	if err != nil {
		return "", err
	}
	open := slices.ContainsFunc(all, func(a *Attempt) bool { return a.State == Open || a.State == Closing })
	may, left, _ := c.MayStart(all, now)
	switch {
	case len(all) == 0:
		return "new", nil
	case open, may != "", c.PhaseAt(now) != PhaseAfter && left.InAll != 0 && c.Rules.AttemptsPerDay > 0 && left.Today == 0 && c.tomorrow(now):
		return "begun", nil
	}
	return "done", nil
}

// tomorrow tells that the contest is still open on the next calendar day.
func (c *Contest) tomorrow(now time.Time) bool {
	return c.Day(c.ClosesAt().Add(-time.Millisecond)) > c.Day(now)
}

// ResultOf gives what counts of an entrant in the whole contest; ok is false while nothing does.
func (s *Store) ResultOf(ctx context.Context, contestID, entrantID string) (r Result, ok bool, err error) {
	var rows []Result
	if err := s.db.Select(ctx, &rows, `SELECT entrant_id, day, team_id, points, time_ms, attempts, finished_at FROM paper_results
		WHERE contest_id = $1 AND day = '' AND entrant_id = $2`, contestID, entrantID); err != nil {
		return r, false, wrap("find result", err)
	}
	if len(rows) == 0 {
		return r, false, nil
	}
	return rows[0], true, nil
}
