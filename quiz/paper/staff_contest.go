package paper

import (
	"context"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/quiz"
	"leitai/sqldb"
)

// StatusAt is the status that a contest has by the clock: the stored one follows within a second or two.
func (c *Contest) StatusAt(t time.Time) quiz.Status {
	if c.Status != quiz.Published && c.Status != quiz.Running {
		return c.Status
	}
	switch now := t.UnixMilli(); {
	case now >= c.Rules.ClosesMS:
		return quiz.Finished
	case now >= c.Rules.OpensMS:
		return quiz.Running
	}
	return quiz.Published
}

// CountAttempts gives how many attempts a contest has, of both phases and in any state.
func (s *Store) CountAttempts(ctx context.Context, contestID string) (n int, err error) {
	if err = s.db.Get(ctx, &n, `SELECT COUNT(*) FROM attempts WHERE contest_id = $1`, contestID); err != nil {
		return 0, wrap("count attempts", err)
	}
	return n, nil
}

// HourProgress is what happened in one hour of the day, over all days, in the contest's time zone.
type HourProgress struct {
	Hour  int // 0 to 23
	Began int // attempts of both phases
	Done  int // handed in
}

// Hours counts attempts by the hour of the day, over all days. All 24 are there.
func (s *Store) Hours(ctx context.Context, c *Contest) ([]HourProgress, error) {
	out := make([]HourProgress, 24)
	for i := range out {
		out[i].Hour = i
	}
	// Whole quarters of an hour come from the database: every zone's distance from UTC is a multiple of them, and a clock
	// change is at one. 400 days have 38,400 of them at most.
	for column, into := range map[string]func(h *HourProgress, n int){
		"started_at":   func(h *HourProgress, n int) { h.Began += n },
		"handed_in_at": func(h *HourProgress, n int) { h.Done += n },
	} {
		var rows []struct {
			Quarter int64 `db:"quarter"`
			N       int   `db:"n"`
		}
		if err := s.db.Select(ctx, &rows, `SELECT `+column+` / 900000 AS quarter, COUNT(*) AS n FROM attempts
			WHERE contest_id = $1 AND `+column+` > 0 GROUP BY `+column+` / 900000`, c.ID); err != nil {
			return nil, wrap("count hours", err)
		}
		for _, r := range rows {
			into(&out[time.UnixMilli(r.Quarter*900000).In(c.zone).Hour()], r.N)
		}
	}
	return out, nil
}

// Zone is the contest's time zone.
func (c *Contest) Zone() *time.Location { return c.zone }

// Member is somebody of a team: on its roster, or a guest that entered.
type Member struct {
	PersonID  string
	EntrantID string // "" of who has not entered
	Name      string
	Open      int // attempts that are being answered
	HandedIn  int // formal attempts
	Points    int64
	Counted   bool // something counts for them
}

// Members gives who belongs to a team: entrants by name, then the people of its roster who have not entered. Staff only, and
// nothing for players to see: not to take part is nobody's business.
func (s *Store) Members(ctx context.Context, c *Contest, team quiz.Team) (entered, absent []Member, err error) {
	var rows []struct {
		PersonID  string `db:"person_id"`
		EntrantID string `db:"entrant_id"`
		Name      string `db:"name"`
		Open      int    `db:"open"`
		HandedIn  int    `db:"handed_in"`
		Points    *int64 `db:"points"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT COALESCE(e.person_id, '') AS person_id, e.id AS entrant_id, e.name,
		COUNT(a.id) FILTER (WHERE a.state = 'open' OR a.state = 'closing') AS open,
		COUNT(a.id) FILTER (WHERE a.state = 'handed_in' AND a.phase = 'formal') AS handed_in,
		(SELECT r.points FROM paper_results r WHERE r.contest_id = e.contest_id AND r.day = '' AND r.entrant_id = e.id) AS points
		FROM entrants e LEFT JOIN attempts a ON a.entrant_id = e.id
		WHERE e.contest_id = $1 AND e.team_id = $2 GROUP BY e.id, e.person_id, e.name, e.contest_id ORDER BY e.name, e.id`, c.ID, team.ID); err != nil {
		return nil, nil, wrap("list members", err)
	}
	here := map[string]bool{}
	for _, r := range rows {
		m := Member{PersonID: r.PersonID, EntrantID: r.EntrantID, Name: r.Name, Open: r.Open, HandedIn: r.HandedIn}
		if r.Points != nil {
			m.Points, m.Counted = *r.Points, true
		}
		here[r.PersonID] = true
		entered = append(entered, m)
	}
	if team.UnitID == "" {
		return entered, nil, nil
	}
	people, err := s.rosterOf(ctx, c, team)
	for _, p := range people {
		if !here[p.PersonID] {
			absent = append(absent, p)
		}
	}
	return entered, absent, err
}

// rosterOf gives the people of a team's unit and of those below it that belong to no nearer team, by name.
func (s *Store) rosterOf(ctx context.Context, c *Contest, team quiz.Team) ([]Member, error) {
	t, err := s.units(ctx)
	if err != nil {
		return nil, err
	}
	at := map[string]int{}
	for i, x := range c.Teams {
		if x.UnitID != "" {
			at[x.UnitID] = i
		}
	}
	var units []any
	for u := range t.parent {
		if t.nearest(u, at) == team.UnitID {
			units = append(units, u)
		}
	}
	if len(units) == 0 {
		return nil, nil
	}
	var out []Member
	for len(units) > 0 {
		n := min(len(units), 1000)
		var rows []struct {
			ID   string `db:"id"`
			Name string `db:"name"`
		}
		if err := s.db.Select(ctx, &rows, `SELECT id, name FROM people WHERE left_at = 0 AND unit_id IN (`+params(1, n)+`) ORDER BY name, id`, units[:n]...); err != nil {
			return nil, wrap("list roster", err)
		}
		for _, r := range rows {
			out = append(out, Member{PersonID: r.ID, Name: r.Name})
		}
		units = units[n:]
	}
	return out, nil
}

// KindVoidAttempt is the ledger's name for an attempt that staff took out of the results.
const KindVoidAttempt = "void_attempt"

// writeVoid writes into the ledger that an attempt was taken out.
func writeVoid(ctx context.Context, tx *sqlx.Tx, now time.Time, a *Attempt, reason, by string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO ledger (id, contest_id, seq, command_id, at, kind, operator_id, operator, round_no, question_no, team_id,
		entrant_id, points, reason, before, after, reverses)
		SELECT $1, e.contest_id, (SELECT COALESCE(MAX(seq), 0) + 1 FROM ledger l WHERE l.contest_id = e.contest_id), $2, $3, $4, '', $5, 0, $6, '', e.id, 0, $7, $8, $9, ''
		FROM entrants e WHERE e.id = $10`,
		newID(), "void "+a.ID, sqldb.MillisOf(now), KindVoidAttempt, text(by), a.No, reason,
		sqldb.JSON[map[string]any]{V: map[string]any{"points": a.Points, "attempt": a.ID, "phase": a.Phase}}, sqldb.JSON[map[string]any]{V: map[string]any{"points": 0}}, a.EntrantID)
	return err
}

// Shifted gives the rules with all times moved so that the formal window opens a day from now, on the full hour.
func (s Settings) Shifted(now time.Time) Settings {
	by := now.Truncate(time.Hour).Add(24*time.Hour).UnixMilli() - s.OpensMS
	s.OpensMS, s.ClosesMS = s.OpensMS+by, s.ClosesMS+by
	if s.PracticeOpensMS > 0 {
		s.PracticeOpensMS, s.PracticeClosesMS = s.PracticeOpensMS+by, s.PracticeClosesMS+by
	}
	return s
}

// Describe stores title, organizer and looks. That they may still change is the caller's to see to.
func (s *Store) Describe(ctx context.Context, id, title, organizer string, looks quiz.ContestSettings) error {
	return s.change(ctx, "describe contest", id, func(tx *sqlx.Tx, _ *Contest) error {
		_, err := tx.ExecContext(ctx, `UPDATE contests SET title = $2, organizer = $3, settings = $4 WHERE id = $1`, id, text(title), text(organizer),
			sqldb.JSON[quiz.ContestSettings]{V: looks})
		return err
	})
}

// Restore takes a contest out of the archive; one that is not in it is a conflict contest.not_now.
func (s *Store) Restore(ctx context.Context, id string) error {
	return s.change(ctx, "restore contest", id, func(tx *sqlx.Tx, c *Contest) error {
		if c.Status != quiz.Archived {
			return fault.New(fault.Conflict, "contest.not_now")
		}
		_, err := tx.ExecContext(ctx, `UPDATE contests SET status = $2 WHERE id = $1`, id, quiz.Finished)
		return err
	})
}
