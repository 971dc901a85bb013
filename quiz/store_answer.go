package quiz

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/sqldb"
)

// NewEntrant is an entrant about to be stored, with the hash of the phone's secret.
type NewEntrant struct {
	Entrant
	ContestID  string
	ClientHash string // hex SHA-256
}

// AppendEntrants stores entrants in one commit; inserted[i] is false where the phone's secret or the name in the team
// is there already.
func (s *Store) AppendEntrants(ctx context.Context, es []NewEntrant) (inserted []bool, err error) {
	n := len(es)
	id, contest, team, person := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	name, client, at := make([]string, n), make([]string, n), make([]int64, n)
	for i, e := range es {
		id[i], contest[i], team[i], person[i] = e.ID, e.ContestID, e.TeamID, e.PersonID
		name[i], client[i], at[i] = e.Name, e.ClientHash, e.CreatedAt.UnixMilli()
	}
	inserted, err = s.db.Append(ctx, sqldb.Insert{Table: "entrants", Key: []string{"id"}, Columns: []sqldb.Column{
		{Name: "id", Strings: id}, {Name: "contest_id", Strings: contest}, {Name: "team_id", Strings: team},
		{Name: "person_id", Strings: person}, {Name: "name", Strings: name}, {Name: "client_id", Strings: client},
		{Name: "created_at", Ints: at}}})
	if err != nil {
		return nil, wrap("append entrants", err)
	}
	return inserted, nil
}

type entrantRow struct {
	ID        string       `db:"id"`
	TeamID    string       `db:"team_id"`
	PersonID  *string      `db:"person_id"`
	Name      string       `db:"name"`
	CreatedAt sqldb.Millis `db:"created_at"`
}

func (r entrantRow) entrant() Entrant {
	e := Entrant{ID: r.ID, TeamID: r.TeamID, Name: r.Name, CreatedAt: r.CreatedAt.Time()}
	if r.PersonID != nil {
		e.PersonID = *r.PersonID
	}
	return e
}

const entrantColumns = `id, team_id, person_id, name, created_at`

// ListEntrants gives a contest's entrants who joined at `since` or later.
func (s *Store) ListEntrants(ctx context.Context, contestID string, since time.Time) ([]Entrant, error) {
	var rows []entrantRow
	if err := s.db.Select(ctx, &rows, `SELECT `+entrantColumns+` FROM entrants WHERE contest_id = $1 AND created_at >= $2
		ORDER BY id`, contestID, since.UnixMilli()); err != nil {
		return nil, wrap("list entrants", err)
	}
	out := make([]Entrant, len(rows))
	for i, r := range rows {
		out[i] = r.entrant()
	}
	return out, nil
}

// FindEntrant gives an entrant of a contest by id, or not_found entrant.missing.
func (s *Store) FindEntrant(ctx context.Context, contestID, id string) (Entrant, error) {
	return s.findEntrant(ctx, `SELECT `+entrantColumns+` FROM entrants WHERE contest_id = $1 AND id = $2`, contestID, id)
}

// FindEntrantByClient gives the entrant that this phone's secret made, or not_found entrant.missing.
func (s *Store) FindEntrantByClient(ctx context.Context, contestID, clientHash string) (Entrant, error) {
	return s.findEntrant(ctx, `SELECT `+entrantColumns+` FROM entrants WHERE contest_id = $1 AND client_id = $2`, contestID, clientHash)
}

func (s *Store) findEntrant(ctx context.Context, query string, args ...any) (Entrant, error) {
	var row entrantRow
	err := s.db.Get(ctx, &row, query, args...)
	if errors.Is(err, sqldb.ErrNoRow) {
		return Entrant{}, fault.New(fault.NotFound, "entrant.missing")
	}
	if err != nil {
		return Entrant{}, wrap("find entrant", err)
	}
	return row.entrant(), nil
}

// ContestOfEntrant gives the id of the contest that an entrant is in, or not_found entrant.missing.
func (s *Store) ContestOfEntrant(ctx context.Context, id string) (string, error) {
	var contest string
	err := s.db.Get(ctx, &contest, `SELECT contest_id FROM entrants WHERE id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return "", fault.New(fault.NotFound, "entrant.missing")
	}
	if err != nil {
		return "", wrap("find entrant", err)
	}
	return contest, nil
}

// AppendAnswers stores answers in one commit; inserted[i] is false where the entrant had answered before.
func (s *Store) AppendAnswers(ctx context.Context, as []Answer) (inserted []bool, err error) {
	n := len(as)
	round, entrant, client, choice := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	question, received, elapsed, adjusted, points := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	correct := make([]bool, n)
	for i := range as {
		a := &as[i]
		round[i], question[i], entrant[i], client[i] = a.RoundID, int64(a.QuestionNo), a.EntrantID, a.ClientID
		choice[i], received[i] = encodeChoice(a.Choice), a.ReceivedAt.UnixMilli()
		elapsed[i], adjusted[i] = a.Elapsed.Milliseconds(), a.Adjusted.Milliseconds()
		correct[i], points[i] = a.Correct, int64(a.Points)
	}
	inserted, err = s.db.Append(ctx, sqldb.Insert{Table: "answers", Key: []string{"round_id", "question_no", "entrant_id"},
		Columns: []sqldb.Column{{Name: "round_id", Strings: round}, {Name: "question_no", Ints: question},
			{Name: "entrant_id", Strings: entrant}, {Name: "client_id", Strings: client}, {Name: "choice", Strings: choice},
			{Name: "received_at", Ints: received}, {Name: "elapsed_ms", Ints: elapsed}, {Name: "adjusted_ms", Ints: adjusted},
			{Name: "correct", Bools: correct}, {Name: "points", Ints: points}}})
	if err != nil {
		return nil, wrap("append answers", err)
	}
	return inserted, nil
}

type answerRow struct {
	RoundID    string       `db:"round_id"`
	QuestionNo int          `db:"question_no"`
	EntrantID  string       `db:"entrant_id"`
	ClientID   string       `db:"client_id"`
	Choice     string       `db:"choice"`
	ReceivedAt sqldb.Millis `db:"received_at"`
	ElapsedMS  int64        `db:"elapsed_ms"`
	AdjustedMS int64        `db:"adjusted_ms"`
	Correct    bool         `db:"correct"`
	Points     int          `db:"points"`
}

func (r answerRow) answer() Answer {
	return Answer{RoundID: r.RoundID, QuestionNo: r.QuestionNo, EntrantID: r.EntrantID, ClientID: r.ClientID,
		Choice: decodeChoice(r.Choice), ReceivedAt: r.ReceivedAt.Time(), Elapsed: time.Duration(r.ElapsedMS) * time.Millisecond,
		Adjusted: time.Duration(r.AdjustedMS) * time.Millisecond, Correct: r.Correct, Points: r.Points}
}

const answerColumns = `round_id, question_no, entrant_id, client_id, choice, received_at, elapsed_ms, adjusted_ms, correct, points`

func (s *Store) selectAnswers(ctx context.Context, query string, args ...any) ([]Answer, error) {
	var rows []answerRow
	if err := s.db.Select(ctx, &rows, query, args...); err != nil {
		return nil, wrap("list answers", err)
	}
	out := make([]Answer, len(rows))
	for i, r := range rows {
		out[i] = r.answer()
	}
	return out, nil
}

// AnswersTo gives all answers to one question by entrant. A line without a choice stands for someone who did not
// answer where that costs points.
func (s *Store) AnswersTo(ctx context.Context, roundID string, questionNo int) ([]Answer, error) {
	return s.selectAnswers(ctx, `SELECT `+answerColumns+` FROM answers WHERE round_id = $1 AND question_no = $2
		ORDER BY entrant_id`, roundID, questionNo)
}

// AnswersAfter gives a page of the answers to one question: those of entrants after `entrant`, at most limit.
func (s *Store) AnswersAfter(ctx context.Context, roundID string, questionNo int, entrant string, limit int) ([]Answer, error) {
	return s.selectAnswers(ctx, `SELECT `+answerColumns+` FROM answers WHERE round_id = $1 AND question_no = $2
		AND entrant_id > $3 ORDER BY entrant_id LIMIT $4`, roundID, questionNo, entrant, limit)
}

// AnswersOf gives all answers of one entrant.
func (s *Store) AnswersOf(ctx context.Context, contestID, entrantID string) ([]Answer, error) {
	return s.selectAnswers(ctx, `SELECT a.round_id, a.question_no, a.entrant_id, a.client_id, a.choice, a.received_at,
		a.elapsed_ms, a.adjusted_ms, a.correct, a.points FROM answers a JOIN rounds r ON r.id = a.round_id
		WHERE r.contest_id = $1 AND a.entrant_id = $2 ORDER BY r.no, a.question_no`, contestID, entrantID)
}

// FindAnswer gives one answer; ok is false when there is none.
func (s *Store) FindAnswer(ctx context.Context, roundID string, questionNo int, entrantID string) (_ Answer, ok bool, err error) {
	as, err := s.selectAnswers(ctx, `SELECT `+answerColumns+` FROM answers WHERE round_id = $1 AND question_no = $2
		AND entrant_id = $3`, roundID, questionNo, entrantID)
	if err != nil || len(as) == 0 {
		return Answer{}, false, err
	}
	return as[0], true, nil
}

// SetPoints stores new points of answers to one question.
func (s *Store) SetPoints(ctx context.Context, roundID string, questionNo int, points map[string]int) error {
	if len(points) == 0 {
		return nil
	}
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		up, err := tx.PreparexContext(ctx, `UPDATE answers SET points = $4 WHERE round_id = $1 AND question_no = $2 AND entrant_id = $3`)
		if err != nil {
			return err
		}
		defer up.Close()
		for id, p := range points {
			if _, err := up.ExecContext(ctx, roundID, questionNo, id, p); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return wrap("set points", err)
	}
	return nil
}

// Totals sums every entrant's answers to the questions up to and including `upTo` that are not void, without
// adjustments.
func (s *Store) Totals(ctx context.Context, contestID string, upTo Ref) (map[string]Total, error) {
	var rows []struct {
		EntrantID string `db:"entrant_id"`
		Points    int64  `db:"points"`
		TimeMS    int64  `db:"time_ms"`
		Answers   int    `db:"answers"`
		Correct   int    `db:"correct"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT a.entrant_id, CAST(SUM(a.points) AS BIGINT) AS points,
		CAST(COALESCE(SUM(a.adjusted_ms) FILTER (WHERE a.correct), 0) AS BIGINT) AS time_ms,
		COUNT(*) FILTER (WHERE a.choice <> '[]') AS answers, COUNT(*) FILTER (WHERE a.correct) AS correct
		FROM answers a JOIN rounds r ON r.id = a.round_id
		JOIN round_questions q ON q.round_id = a.round_id AND q.question_no = a.question_no
		WHERE r.contest_id = $1 AND NOT q.voided AND (r.no < $2 OR r.no = $2 AND a.question_no <= $3)
		GROUP BY a.entrant_id`, contestID, upTo.R, upTo.Q); err != nil {
		return nil, wrap("sum answers", err)
	}
	out := make(map[string]Total, len(rows))
	for _, r := range rows {
		out[r.EntrantID] = Total{Points: r.Points, TimeMS: r.TimeMS, Answers: r.Answers, Correct: r.Correct}
	}
	return out, nil
}

// Streaks gives how many questions in a row each entrant had right, up to and including `upTo`; void questions count
// neither way.
func (s *Store) Streaks(ctx context.Context, contestID string, upTo Ref, questions []Ref) (map[string]int, error) {
	var rows []struct {
		R         int    `db:"r"`
		Q         int    `db:"q"`
		EntrantID string `db:"entrant_id"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT r.no AS r, a.question_no AS q, a.entrant_id FROM answers a
		JOIN rounds r ON r.id = a.round_id WHERE r.contest_id = $1 AND a.correct
		AND (r.no < $2 OR r.no = $2 AND a.question_no <= $3)`, contestID, upTo.R, upTo.Q); err != nil {
		return nil, wrap("list right answers", err)
	}
	right := map[string]map[Ref]bool{}
	for _, r := range rows {
		if right[r.EntrantID] == nil {
			right[r.EntrantID] = map[Ref]bool{}
		}
		right[r.EntrantID][Ref{r.R, r.Q}] = true
	}
	out := make(map[string]int, len(right))
	for id, set := range right {
		for _, q := range slices.Backward(questions) {
			if upTo.Before(q) {
				continue
			}
			if !set[q] {
				break
			}
			out[id]++
		}
	}
	return out, nil
}

// firstRight gives the right answers in the order in which they count under Order scoring: less adjusted time, then
// earlier receipt, then entrant id.
func firstRight(as []Answer) []Answer {
	right := slices.DeleteFunc(slices.Clone(as), func(a Answer) bool { return !a.Correct })
	slices.SortFunc(right, func(a, b Answer) int {
		return cmp.Or(cmp.Compare(a.Adjusted, b.Adjusted), a.ReceivedAt.Compare(b.ReceivedAt), cmp.Compare(a.EntrantID, b.EntrantID))
	})
	return right
}

// CountEntrants gives the number of entrants by team id.
func (s *Store) CountEntrants(ctx context.Context, contestID string) (map[string]int, error) {
	var rows []struct {
		TeamID string `db:"team_id"`
		N      int    `db:"n"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT team_id, COUNT(*) AS n FROM entrants WHERE contest_id = $1 GROUP BY team_id`, contestID); err != nil {
		return nil, wrap("count entrants", err)
	}
	out := make(map[string]int, len(rows))
	for _, r := range rows {
		out[r.TeamID] = r.N
	}
	return out, nil
}
