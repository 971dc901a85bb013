package paper

import (
	"context"
)

// ExportedPerson is somebody who entered, with what counts.
type ExportedPerson struct {
	ID         string
	Name       string
	TeamID     string
	Phone      string // of people on the roster, as it is dialled
	EmployeeNo string
	Guest      bool
	EnteredMS  int64
	Attempts   int // that count
	Points     int64
	TimeMS     int64
	FinishedMS int64
	Counted    bool
}

// EachPerson calls do for everybody who entered, a few thousand in memory at a time, by when they entered.
func (s *Store) EachPerson(ctx context.Context, c *Contest, do func(p ExportedPerson) error) error {
	const piece = 5000
	for after := ""; ; {
		var rows []struct {
			ID         string `db:"id"`
			Name       string `db:"name"`
			TeamID     string `db:"team_id"`
			PersonID   string `db:"person_id"`
			Phone      string `db:"phone"`
			EmployeeNo string `db:"employee_no"`
			EnteredMS  int64  `db:"created_at"`
			Attempts   *int   `db:"attempts"`
			Points     *int64 `db:"points"`
			TimeMS     *int64 `db:"time_ms"`
			FinishedMS *int64 `db:"finished_at"`
		}
		if err := s.db.Select(ctx, &rows, `SELECT e.id, e.name, e.team_id, COALESCE(e.person_id, '') AS person_id, COALESCE(p.phone, '') AS phone,
			COALESCE(p.employee_no, '') AS employee_no, e.created_at, r.attempts, r.points, r.time_ms, r.finished_at
			FROM entrants e LEFT JOIN people p ON p.id = e.person_id LEFT JOIN paper_results r ON r.contest_id = e.contest_id AND r.day = '' AND r.entrant_id = e.id
			WHERE e.contest_id = $1 AND e.id > $2 ORDER BY e.id LIMIT $3`, c.ID, after, piece); err != nil {
			return wrap("export people", err)
		}
		for _, r := range rows {
			p := ExportedPerson{ID: r.ID, Name: r.Name, TeamID: r.TeamID, Phone: r.Phone, EmployeeNo: r.EmployeeNo, Guest: r.PersonID == "", EnteredMS: r.EnteredMS}
			if r.Points != nil {
				p.Attempts, p.Points, p.TimeMS, p.FinishedMS, p.Counted = *r.Attempts, *r.Points, *r.TimeMS, *r.FinishedMS, true
			}
			if err := do(p); err != nil {
				return err
			}
			after = r.ID
		}
		if len(rows) < piece {
			return nil
		}
	}
}

// ExportedAttempt is a line of the list of attempts, without paper and marks.
type ExportedAttempt struct {
	ID         string `db:"id"`
	Name       string `db:"name"`
	TeamID     string `db:"team_id"`
	Phase      Phase  `db:"phase"`
	No         int    `db:"no"`
	Day        string `db:"day"`
	State      State  `db:"state"`
	StartedMS  int64  `db:"started_at"`
	HandedInMS int64  `db:"handed_in_at"`
	HandedInBy By     `db:"handed_in_by"`
	Points     int    `db:"points"`
	Correct    int    `db:"correct"`
	Answered   int    `db:"answered"`
	TimeMS     int64  `db:"time_ms"`
	VoidReason string `db:"void_reason"`
	LeftTimes  int    `db:"left_times"`
	LeftMS     int64  `db:"left_ms"`
}

// EachAttempt calls do for the attempts of a contest in the order in which they began, most of them at most.
func (s *Store) EachAttempt(ctx context.Context, c *Contest, most int, do func(a ExportedAttempt) error) error {
	const piece = 5000
	after := ""
	for done := 0; done < most; {
		var rows []ExportedAttempt
		if err := s.db.Select(ctx, &rows, `SELECT a.id, e.name, e.team_id, a.phase, a.no, a.day, a.state, a.started_at, a.handed_in_at, a.handed_in_by, a.points,
			a.correct, a.answered, a.time_ms, a.void_reason,
			(SELECT COUNT(*) FROM attempt_events v WHERE v.attempt_id = a.id AND v.kind = 'left') AS left_times,
			(SELECT CAST(COALESCE(SUM(v.ms), 0) AS BIGINT) FROM attempt_events v WHERE v.attempt_id = a.id AND v.kind = 'left') AS left_ms
			FROM attempts a JOIN entrants e ON e.id = a.entrant_id WHERE a.contest_id = $1 AND a.id > $2 ORDER BY a.id LIMIT $3`,
			c.ID, after, min(piece, most-done)); err != nil {
			return wrap("export attempts", err)
		}
		for _, r := range rows {
			if err := do(r); err != nil {
				return err
			}
			after = r.ID
		}
		done += len(rows)
		if len(rows) < piece {
			return nil
		}
	}
	return nil
}
