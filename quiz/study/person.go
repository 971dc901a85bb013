package study

import (
	"context"
	"fmt"

	"github.com/jmoiron/sqlx"
)

// MergePeople gives what a person learnt to another one: points and days are added up, of what both have seen the latest
// counts, and sets that were begun and not ended are ended.
func MergePeople(ctx context.Context, tx *sqlx.Tx, from, into string) error {
	for _, statement := range []string{
		`UPDATE study_sets SET state = 'finished', finished_at = touched_at WHERE person_id = $1 AND state <> 'finished' AND $2 <> ''`,
		`UPDATE study_sets SET person_id = $2 WHERE person_id = $1`,
		`UPDATE study_points SET person_id = $2 WHERE person_id = $1`,
		`INSERT INTO study_days (person_id, day, points, daily, topic, challenge, mistakes, done, answered, correct)
			SELECT CAST($2 AS TEXT), day, points, daily, topic, challenge, mistakes, done, answered, correct FROM study_days WHERE person_id = $1
			ON CONFLICT (person_id, day) DO UPDATE SET points = study_days.points + excluded.points, daily = study_days.daily + excluded.daily,
			topic = study_days.topic + excluded.topic, challenge = study_days.challenge + excluded.challenge,
			mistakes = study_days.mistakes + excluded.mistakes, done = study_days.done + excluded.done,
			answered = study_days.answered + excluded.answered, correct = study_days.correct + excluded.correct`,
		`INSERT INTO study_totals (period, person_id, points, best) SELECT period, CAST($2 AS TEXT), points, best FROM study_totals WHERE person_id = $1
			ON CONFLICT (period, person_id) DO UPDATE SET points = study_totals.points + excluded.points,
			best = CASE WHEN excluded.best > study_totals.best THEN excluded.best ELSE study_totals.best END`,
		`INSERT INTO study_seen (person_id, question_id, seen_at, correct) SELECT CAST($2 AS TEXT), question_id, seen_at, correct FROM study_seen WHERE person_id = $1
			ON CONFLICT (person_id, question_id) DO UPDATE SET correct = CASE WHEN excluded.seen_at > study_seen.seen_at THEN excluded.correct ELSE study_seen.correct END,
			seen_at = CASE WHEN excluded.seen_at > study_seen.seen_at THEN excluded.seen_at ELSE study_seen.seen_at END`,
		`INSERT INTO study_mistakes (person_id, question_id, source, times, rights, wrong_at)
			SELECT CAST($2 AS TEXT), question_id, source, times, rights, wrong_at FROM study_mistakes WHERE person_id = $1
			ON CONFLICT (person_id, question_id) DO UPDATE SET times = study_mistakes.times + excluded.times,
			rights = CASE WHEN excluded.wrong_at > study_mistakes.wrong_at THEN excluded.rights ELSE study_mistakes.rights END,
			wrong_at = CASE WHEN excluded.wrong_at > study_mistakes.wrong_at THEN excluded.wrong_at ELSE study_mistakes.wrong_at END`,
		`UPDATE study_collected SET person_id = $2 WHERE person_id = $1`,
	} {
		if _, err := tx.ExecContext(ctx, statement, from, into); err != nil {
			return fmt.Errorf("merge what two people learnt: %w", err)
		}
	}
	for _, table := range []string{"study_days", "study_totals", "study_seen", "study_mistakes"} {
		if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE person_id = $1`, from); err != nil {
			return fmt.Errorf("merge what two people learnt: %w", err)
		}
	}
	return nil
}
