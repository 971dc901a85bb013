package study

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/sqldb"
)

// dayRow is what somebody did on a day.
type dayRow struct {
	Points    int `db:"points"`
	Daily     int `db:"daily"`
	Topic     int `db:"topic"`
	Challenge int `db:"challenge"`
	Mistakes  int `db:"mistakes"`
}

// of is how many sets of a mode were begun.
func (d dayRow) of(m Mode) int {
	return map[Mode]int{Daily: d.Daily, Topic: d.Topic, Challenge: d.Challenge, Mistakes: d.Mistakes}[m]
}

// lockDay makes and locks the row of a day, so that caps hold with two phones and several processes.
func lockDay(ctx context.Context, tx *sqlx.Tx, personID, day string) (d dayRow, err error) {
	err = tx.GetContext(ctx, &d, `INSERT INTO study_days (person_id, day) VALUES ($1, $2)
		ON CONFLICT (person_id, day) DO UPDATE SET points = study_days.points RETURNING points, daily, topic, challenge, mistakes`, personID, day)
	return d, err
}

// begun counts a set that begins, or refuses it when the day's cap is reached.
func begun(ctx context.Context, tx *sqlx.Tx, rules Settings, s Set) error {
	day, err := lockDay(ctx, tx, s.PersonID, s.Day)
	if err != nil {
		return err
	}
	if most := rules.Cap(s.Mode); most > 0 && day.of(s.Mode) >= most {
		return fault.New(fault.Conflict, "study.no_more_today").With("n", most)
	}
	column := map[Mode]string{Daily: "daily", Topic: "topic", Challenge: "challenge", Mistakes: "mistakes"}[s.Mode]
	_, err = tx.ExecContext(ctx, `UPDATE study_days SET `+column+` = `+column+` + 1 WHERE person_id = $1 AND day = $2`, s.PersonID, s.Day)
	return err
}

// reckon gives the points of a step of a set, counts it for the day, and keeps what was seen and what was wrong. Points
// count for the day of the answer.
func reckon(ctx context.Context, tx *sqlx.Tx, now time.Time, rules Settings, before Set, after *Set) error {
	today := rules.Day(now)
	day, err := lockDay(ctx, tx, after.PersonID, today)
	if err != nil {
		return err
	}
	left := max(rules.PointsDay-day.Points, 0)
	given, answered, correct, done := 0, 0, 0, 0
	give := func(cause string, no, points int) (int, error) {
		points = min(points, left)
		if points <= 0 {
			return 0, nil
		}
		res, err := tx.ExecContext(ctx, `INSERT INTO study_points (set_id, cause, question_no, person_id, day, points, at)
			VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT (set_id, cause, question_no) DO NOTHING`, after.ID, cause, no, after.PersonID, today, points, sqldb.MillisOf(now))
		if err != nil {
			return 0, err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return 0, err
		}
		left -= points
		given += points
		return points, nil
	}
	for i := range after.Questions {
		q := &after.Questions[i]
		if !q.Done || q.Skipped || i < len(before.Questions) && before.Questions[i].Done {
			continue
		}
		answered++
		if q.Right {
			correct++
			cause, points := rules.pointsOf(after.Mode)
			if q.Points, err = give(cause, i+1, points); err != nil {
				return err
			}
		}
		if err := learned(ctx, tx, now, rules, after.PersonID, *q); err != nil {
			return err
		}
	}
	if after.State == Finished && before.State != Finished {
		if after.complete() || after.Mode == Challenge && after.Answered() > 0 {
			done = 1
		}
		if after.complete() && (after.Mode == Daily || after.Mode == Topic) {
			if _, err := give("set", 0, rules.PointsSet); err != nil {
				return err
			}
		}
	}
	after.Points += given
	if answered+done+given > 0 {
		if _, err := tx.ExecContext(ctx, `UPDATE study_days SET points = points + $3, done = done + $4, answered = answered + $5, correct = correct + $6
			WHERE person_id = $1 AND day = $2`, after.PersonID, today, given, done, answered, correct); err != nil {
			return err
		}
	}
	best := 0
	if after.Mode == Challenge {
		best = after.Correct
	}
	if given == 0 && best == 0 {
		return nil
	}
	for _, period := range Periods(rules, now) {
		if _, err := tx.ExecContext(ctx, `INSERT INTO study_totals (period, person_id, points, best) VALUES ($1, $2, $3, $4)
			ON CONFLICT (period, person_id) DO UPDATE SET points = study_totals.points + excluded.points,
			best = CASE WHEN excluded.best > study_totals.best THEN excluded.best ELSE study_totals.best END`, period, after.PersonID, given, best); err != nil {
			return err
		}
	}
	return nil
}

// pointsOf gives what a right answer in a mode is worth. Mistakes that are asked again give none: else it would pay to
// get things wrong.
func (s Settings) pointsOf(m Mode) (cause string, points int) {
	switch m {
	case Daily, Topic:
		return "right", s.PointsRight
	case Challenge:
		return "challenge", s.PointsChallenge
	case Mistakes:
	}
	return "right", 0
}

// learned keeps that a question was seen, and what is still to be learned.
func learned(ctx context.Context, tx *sqlx.Tx, now time.Time, rules Settings, personID string, q Asked) error {
	if _, err := tx.ExecContext(ctx, `INSERT INTO study_seen (person_id, question_id, seen_at, correct) VALUES ($1, $2, $3, $4)
		ON CONFLICT (person_id, question_id) DO UPDATE SET seen_at = excluded.seen_at, correct = excluded.correct`, personID, q.ID, sqldb.MillisOf(now), q.Right); err != nil {
		return err
	}
	if !q.Right {
		return missed(ctx, tx, now, personID, q.ID, "study")
	}
	if _, err := tx.ExecContext(ctx, `UPDATE study_mistakes SET rights = rights + 1 WHERE person_id = $1 AND question_id = $2`, personID, q.ID); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM study_mistakes WHERE person_id = $1 AND question_id = $2 AND rights >= $3`, personID, q.ID, rules.MistakeRights)
	return err
}

// missed puts a wrong answer among the mistakes.
func missed(ctx context.Context, tx *sqlx.Tx, now time.Time, personID, questionID, source string) error {
	_, err := tx.ExecContext(ctx, `INSERT INTO study_mistakes (person_id, question_id, source, times, rights, wrong_at) VALUES ($1, $2, $3, 1, 0, $4)
		ON CONFLICT (person_id, question_id) DO UPDATE SET times = study_mistakes.times + 1, rights = 0, wrong_at = excluded.wrong_at`,
		personID, questionID, source, sqldb.MillisOf(now))
	return err
}

// Periods are those that a moment belongs to: month, quarter and ever.
func Periods(rules Settings, now time.Time) []string {
	t := now.In(rules.Zone())
	return []string{t.Format("2006-01"), fmt.Sprintf("%d-Q%d", t.Year(), (int(t.Month())+2)/3), "all"}
}

// streak counts the days in a row up to today, or to yesterday as long as today may still come; days are those on which
// something was done, newest first.
func streak(today string, days []string) (n int, isToday bool) {
	at, err := time.Parse(time.DateOnly, today)
	if err != nil || len(days) == 0 {
		return 0, false
	}
	isToday = days[0] == today
	if !isToday {
		at = at.AddDate(0, 0, -1)
	}
	for _, d := range days {
		if d != at.Format(time.DateOnly) {
			break
		}
		n++
		at = at.AddDate(0, 0, -1)
	}
	return n, isToday
}
