package quiz

import (
	"context"
	"errors"

	"leitai/sqldb"
)

// SaveStats stores how the question at ref was answered, for its bank: absolute numbers of what is durable now, so that
// doing it again does no harm. A void question has none. A ref that the contest does not have is left alone.
func (s *Store) SaveStats(ctx context.Context, c *Contest, ref Ref) error {
	round, q, ok := c.Question(ref.R, ref.Q)
	if !ok {
		return nil
	}
	// The contest in hand may not know that the question was voided since.
	var row struct {
		QuestionID string `db:"question_id"`
		Version    int    `db:"version"`
		Voided     bool   `db:"voided"`
	}
	err := s.db.Get(ctx, &row, `SELECT question_id, version, voided FROM round_questions WHERE round_id = $1 AND question_no = $2`, round.ID, q.No)
	if errors.Is(err, sqldb.ErrNoRow) {
		return nil
	}
	if err != nil {
		return wrap("save stats", err)
	}
	if row.Voided {
		if _, err := s.db.Exec(ctx, `DELETE FROM question_stats WHERE round_id = $1 AND question_no = $2`, round.ID, q.No); err != nil {
			return wrap("save stats", err)
		}
		return nil
	}
	var rows []struct {
		Choice  string `db:"choice"`
		Correct bool   `db:"correct"`
		N       int    `db:"n"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT choice, correct, COUNT(*) AS n FROM answers WHERE round_id = $1 AND question_no = $2 GROUP BY choice, correct`,
		round.ID, q.No); err != nil {
		return wrap("save stats", err)
	}
	counts := make([]choiceCount, len(rows))
	for i, r := range rows {
		counts[i] = choiceCount{decodeChoice(r.Choice), r.Correct, r.N}
	}
	r := revealOf(q.Question, counts)
	if _, err := s.db.Exec(ctx, `INSERT INTO question_stats (round_id, question_no, question_id, version, answers, correct, counts)
		VALUES ($1, $2, $3, $4, $5, $6, $7)
		ON CONFLICT (round_id, question_no) DO UPDATE SET question_id = excluded.question_id, version = excluded.version,
			answers = excluded.answers, correct = excluded.correct, counts = excluded.counts`,
		round.ID, q.No, row.QuestionID, row.Version, r.Answered, r.Correct, sqldb.JSON[map[string]int]{V: r.Counts}); err != nil {
		return wrap("save stats", err)
	}
	return nil
}
