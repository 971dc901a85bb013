package paper

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
)

// AttemptFilter says which attempts a list shows. Zero values do not filter.
type AttemptFilter struct {
	Search    string // part of a name
	TeamID    string
	Phase     Phase
	State     State
	EntrantID string
}

// Page says which part of a list is wanted.
type Page struct {
	After string // the id of the last line of the page before, "" for the first page
	Limit int    // 1 to 200
}

// Listed is an attempt in a list for staff.
type Listed struct {
	Attempt
	Name   string
	TeamID string
	Team   string
}

// ListAttempts gives a page of a contest's attempts, newest first, and how many there are in all.
func (s *Store) ListAttempts(ctx context.Context, contestID string, f AttemptFilter, page Page) ([]Listed, int, error) {
	where, args := []string{"a.contest_id = $1"}, []any{contestID}
	add := func(condition string, v any) {
		args = append(args, v)
		where = append(where, fmt.Sprintf(condition, len(args)))
	}
	if f.Search != "" {
		add("e.name LIKE $%d ESCAPE '!'", "%"+strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(text(f.Search))+"%")
	}
	if f.TeamID != "" {
		add("e.team_id = $%d", f.TeamID)
	}
	if f.Phase != "" {
		add("a.phase = $%d", f.Phase)
	}
	if f.State != "" {
		add("a.state = $%d", f.State)
	}
	if f.EntrantID != "" {
		add("a.entrant_id = $%d", f.EntrantID)
	}
	from := ` FROM attempts a JOIN entrants e ON e.id = a.entrant_id JOIN teams t ON t.id = e.team_id WHERE `
	var total int
	if err := s.db.Get(ctx, &total, `SELECT COUNT(*)`+from+strings.Join(where, " AND "), args...); err != nil {
		return nil, 0, wrap("count attempts", err)
	}
	if page.After != "" {
		add("a.id < $%d", page.After)
	}
	args = append(args, min(max(page.Limit, 1), 200))
	var rows []struct {
		attemptRow
		Name   string `db:"name"`
		TeamID string `db:"team_id"`
		Team   string `db:"team"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT a.id, a.contest_id, a.entrant_id, a.phase, a.no, a.day, a.paper, a.state, a.started_at, a.deadline_at,
		a.handed_in_at, a.handed_in_by, a.points, a.correct, a.answered, a.time_ms, a.marks, a.void_reason, e.name, e.team_id, t.name AS team`+
		from+strings.Join(where, " AND ")+fmt.Sprintf(` ORDER BY a.id DESC LIMIT $%d`, len(args)), args...); err != nil {
		return nil, 0, wrap("list attempts", err)
	}
	out := make([]Listed, len(rows))
	for i, r := range rows {
		out[i] = Listed{*r.attempt(), r.Name, r.TeamID, r.Team}
	}
	return out, total, nil
}

// VoidAttempt takes an attempt out of the results, open or handed in, and tells why; by is the name of who decided. The
// ledger keeps it. One that is void already is a conflict attempt.void.
func (s *Store) VoidAttempt(ctx context.Context, now time.Time, attemptID, reason, by string) error {
	if reason = strings.TrimSpace(text(reason)); reason == "" {
		return fault.Field("reason", "value.required")
	}
	a, err := s.FindAttempt(ctx, attemptID)
	if err != nil {
		return err
	}
	c, err := s.Find(ctx, a.ContestID)
	if err != nil {
		return err
	}
	err = s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		people, err := lockEntrants(ctx, tx, []string{attemptID})
		if err != nil {
			return err
		}
		r, err := tx.ExecContext(ctx, `UPDATE attempts SET state = 'void', void_reason = $2,
			handed_in_at = CASE WHEN handed_in_at = 0 THEN $3 ELSE handed_in_at END, handed_in_by = CASE WHEN handed_in_by = '' THEN 'staff' ELSE handed_in_by END
			WHERE id = $1 AND state <> 'void'`, attemptID, reason+" · "+text(by), now.UnixMilli())
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return fault.New(fault.Conflict, "attempt.void")
		}
		if err := writeVoid(ctx, tx, now, a, reason, by); err != nil {
			return err
		}
		return recount(ctx, tx, c, people)
	})
	s.sittings.remove(attemptID)
	if err != nil {
		return wrap("void attempt "+attemptID, err)
	}
	return nil
}

// Progress is how far a contest is.
type Progress struct {
	Entrants  int            // who entered
	TookPart  int            // who handed in a formal attempt that is not void
	Roster    int            // people on the rosters of the teams
	Open      int            // attempts being answered now, of both phases
	HandedIn  int            // formal ones
	Practice  int            // practice attempts handed in
	Void      int            // formal ones
	ByClock   int            // formal ones that the clock handed in
	Points    int64          // sum of the formal ones, for an average
	Teams     []TeamProgress // in the order of the contest's teams
	Days      []DayProgress  // by day
	Questions int            // of the pool
}

// TeamProgress is how far one team is.
type TeamProgress struct {
	TeamID   string
	Entrants int
	TookPart int
}

// DayProgress is what happened on one day, in the contest's time zone.
type DayProgress struct {
	Day      string
	HandedIn int // formal attempts begun that day
	People   int // different ones
}

// Progress sums up a contest for staff.
func (s *Store) Progress(ctx context.Context, contestID string) (Progress, error) {
	c, err := s.Find(ctx, contestID)
	if err != nil {
		return Progress{}, err
	}
	p := Progress{Questions: len(c.Pool)}
	var attempts []struct {
		Phase  Phase `db:"phase"`
		State  State `db:"state"`
		By     By    `db:"handed_in_by"`
		N      int   `db:"n"`
		Points int64 `db:"points"`
	}
	if err := s.db.Select(ctx, &attempts, `SELECT phase, state, handed_in_by, COUNT(*) AS n, CAST(COALESCE(SUM(points), 0) AS BIGINT) AS points
		FROM attempts WHERE contest_id = $1 GROUP BY phase, state, handed_in_by`, contestID); err != nil {
		return p, wrap("sum up attempts", err)
	}
	for _, a := range attempts {
		switch {
		case a.State == Open || a.State == Closing:
			p.Open += a.N
		case a.Phase == PhasePractice:
			p.Practice += a.N
		case a.State == Void:
			p.Void += a.N
		default:
			p.HandedIn += a.N
			p.Points += a.Points
			if a.By == ByClock {
				p.ByClock += a.N
			}
		}
	}
	var teams []struct {
		TeamID   string `db:"team_id"`
		Entrants int    `db:"entrants"`
		TookPart int    `db:"took_part"`
	}
	if err := s.db.Select(ctx, &teams, `SELECT t.id AS team_id, (SELECT COUNT(*) FROM entrants e WHERE e.team_id = t.id) AS entrants,
		(SELECT COUNT(*) FROM paper_results r WHERE r.contest_id = t.contest_id AND r.day = '' AND r.team_id = t.id) AS took_part
		FROM teams t WHERE t.contest_id = $1 ORDER BY t.position, t.id`, contestID); err != nil {
		return p, wrap("sum up teams", err)
	}
	for _, t := range teams {
		p.Teams = append(p.Teams, TeamProgress(t))
		p.Entrants += t.Entrants
		p.TookPart += t.TookPart
	}
	for _, t := range c.Teams {
		p.Roster += t.Roster
	}
	var days []struct {
		Day      string `db:"day"`
		HandedIn int    `db:"handed_in"`
		People   int    `db:"people"`
	}
	if err := s.db.Select(ctx, &days, `SELECT day, CAST(SUM(attempts) AS BIGINT) AS handed_in, COUNT(*) AS people FROM paper_results
		WHERE contest_id = $1 AND day <> '' GROUP BY day ORDER BY day`, contestID); err != nil {
		return p, wrap("sum up days", err)
	}
	for _, d := range days {
		p.Days = append(p.Days, DayProgress(d))
	}
	return p, nil
}
