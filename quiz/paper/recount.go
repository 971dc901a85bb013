package paper

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/jmoiron/sqlx"
)

// Result is what counts of one entrant, for the whole contest or for a day.
type Result struct {
	EntrantID  string `db:"entrant_id"`
	Day        string `db:"day"` // "" is the whole contest
	TeamID     string `db:"team_id"`
	Points     int64  `db:"points"`
	TimeMS     int64  `db:"time_ms"`
	Attempts   int    `db:"attempts"`
	FinishedMS int64  `db:"finished_at"`
}

type countedRow struct {
	ID      string `db:"id"`
	Entrant string `db:"entrant_id"`
	Team    string `db:"team_id"`
	Day     string `db:"day"`
	Points  int64  `db:"points"`
	TimeMS  int64  `db:"time_ms"`
	At      int64  `db:"handed_in_at"`
}

// recount makes the results of people from their attempts and notes which changed for the boards. Their rows in entrants are locked
// (lockEntrants).
func recount(ctx context.Context, tx *sqlx.Tx, c *Contest, people []string) error {
	args := append([]any{c.ID}, anys(people)...)
	in := params(2, len(people))
	var rows []countedRow
	if err := tx.SelectContext(ctx, &rows, `SELECT a.id, a.entrant_id, e.team_id, a.day, a.points, a.time_ms, a.handed_in_at
		FROM attempts a JOIN entrants e ON e.id = a.entrant_id
		WHERE a.contest_id = $1 AND a.phase = 'formal' AND a.state = 'handed_in' AND a.entrant_id IN (`+in+`)`, args...); err != nil {
		return err
	}
	var old []Result
	if err := tx.SelectContext(ctx, &old, `SELECT entrant_id, day, team_id, points, time_ms, attempts, finished_at FROM paper_results
		WHERE contest_id = $1 AND entrant_id IN (`+in+`)`, args...); err != nil {
		return err
	}
	type key struct{ entrant, day string }
	before := map[key]Result{}
	for _, r := range old {
		before[key{r.EntrantID, r.Day}] = r
	}
	of := map[key][]countedRow{}
	for _, r := range rows {
		of[key{r.Entrant, ""}] = append(of[key{r.Entrant, ""}], r)
		of[key{r.Entrant, r.Day}] = append(of[key{r.Entrant, r.Day}], r)
	}
	var write, gone []Result
	for k, attempts := range of {
		if r := c.Rules.Counts.result(attempts, k.day); r != before[k] {
			write = append(write, r)
		}
		delete(before, k)
	}
	for _, r := range before { // all their attempts are void
		gone = append(gone, r)
	}
	return storeResults(ctx, tx, c.ID, write, gone)
}

// result is what counts of an entrant's attempts, at least one.
func (how Counting) result(attempts []countedRow, day string) Result {
	slices.SortFunc(attempts, func(a, b countedRow) int { return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.ID, b.ID)) })
	counts := attempts[len(attempts)-1]
	switch how {
	case Latest:
	case Cumulative:
		counts.Points, counts.TimeMS = 0, 0
		for _, a := range attempts {
			counts.Points += a.Points
			counts.TimeMS += a.TimeMS
		}
	default:
		counts = attempts[0]
		for _, a := range attempts[1:] { // points, then less time, then earlier
			if a.Points > counts.Points || a.Points == counts.Points && a.TimeMS < counts.TimeMS {
				counts = a
			}
		}
	}
	return Result{EntrantID: counts.Entrant, Day: day, TeamID: counts.Team, Points: counts.Points, TimeMS: counts.TimeMS,
		Attempts: len(attempts), FinishedMS: counts.At}
}

// storeResults writes results and deletes those of people of whom nothing counts any more. Each is a change of the boards.
func storeResults(ctx context.Context, tx *sqlx.Tx, contest string, write, gone []Result) error {
	if len(write)+len(gone) == 0 {
		return nil
	}
	inOrder := func(a, b Result) int { return cmp.Or(cmp.Compare(a.EntrantID, b.EntrantID), cmp.Compare(a.Day, b.Day)) }
	slices.SortFunc(write, inOrder)
	slices.SortFunc(gone, inOrder)
	for part := range slices.Chunk(write, rowsAtOnce) {
		var args []any
		for _, r := range part {
			args = append(args, contest, r.Day, r.EntrantID, r.TeamID, r.Points, r.TimeMS, r.Attempts, r.FinishedMS)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO paper_results (contest_id, day, entrant_id, team_id, points, time_ms, attempts, finished_at)
			VALUES `+rowsOf(len(part), 8)+` ON CONFLICT (contest_id, day, entrant_id) DO UPDATE SET team_id = excluded.team_id,
			points = excluded.points, time_ms = excluded.time_ms, attempts = excluded.attempts, finished_at = excluded.finished_at`, args...); err != nil {
			return err
		}
	}
	for _, r := range gone {
		if _, err := tx.ExecContext(ctx, `DELETE FROM paper_results WHERE contest_id = $1 AND day = $2 AND entrant_id = $3`, contest, r.Day, r.EntrantID); err != nil {
			return err
		}
	}
	for part := range slices.Chunk(slices.Concat(write, gone), rowsAtOnce) {
		var args []any
		for _, r := range part {
			args = append(args, newID(), contest, r.Day, r.EntrantID, r.TeamID)
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO board_changes (id, contest_id, day, entrant_id, team_id) VALUES `+rowsOf(len(part), 5), args...); err != nil {
			return err
		}
	}
	return nil
}

// rowsAtOnce bounds the rows of one statement: SQLite takes longer for each of many.
const rowsAtOnce = 25

// rowsOf gives the placeholders of n rows with so many columns. A column with a type is cast to it, where nothing else says
// what it is.
func rowsOf(n, columns int, types ...string) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteByte('(')
		for c := range columns {
			if c > 0 {
				b.WriteString(", ")
			}
			if param := "$" + strconv.Itoa(i*columns+c+1); c < len(types) {
				b.WriteString("CAST(" + param + " AS " + types[c] + ")")
			} else {
				b.WriteString(param)
			}
		}
		b.WriteByte(')')
	}
	return b.String()
}
