package people

import (
	"context"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/people/roster"
	"leitai/sqldb"
)

// ErasedName stands where the name of somebody stood who was erased.
const ErasedName = "已删除"

// ErasePerson removes what tells who somebody was: name, phone, number, PIN, personal link, sessions, captaincies, what
// imports of rosters keep of them, and their names in contests. Points and answers stay, of nobody. It cannot be undone.
// A person who is not there is not_found "person.missing".
func (s *Store) ErasePerson(ctx context.Context, now time.Time, id string) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		gone, err := tx.ExecContext(ctx, `UPDATE people SET name = $2, name_key = '', phone = '', employee_no = '', search = '', pin_hash = '', link_hash = '',
			left_at = CASE WHEN left_at = 0 THEN $3 ELSE left_at END, erased_at = $3 WHERE id = $1 AND erased_at = 0`, id, ErasedName, sqldb.MillisOf(now))
		if err := one(gone, err, fault.New(fault.NotFound, "person.missing")); err != nil {
			return err
		}
		var entrants []string
		if err := tx.SelectContext(ctx, &entrants, `SELECT id FROM entrants WHERE person_id = $1`, id); err != nil {
			return err
		}
		for _, e := range entrants { // names are unique in a team
			if _, err := tx.ExecContext(ctx, `UPDATE entrants SET name = $2 WHERE id = $1`, e, ErasedName+" "+e[max(0, len(e)-8):]); err != nil {
				return err
			}
			if err := leaveBoards(ctx, tx, e); err != nil {
				return err
			}
			if _, err := tx.ExecContext(ctx, `UPDATE attempt_events SET detail = '' WHERE detail <> '' AND attempt_id IN (SELECT id FROM attempts WHERE entrant_id = $1)`, e); err != nil {
				return err
			}
		}
		for _, statement := range []string{
			`DELETE FROM player_sessions WHERE person_id = $1`,
			`DELETE FROM unit_captains WHERE person_id = $1`,
			`UPDATE roster_changes SET before = '', after = '', undone = TRUE WHERE subject = $1`,
		} {
			if _, err := tx.ExecContext(ctx, statement, id); err != nil {
				return err
			}
		}
		blank := sqldb.JSON[roster.Row]{V: roster.Row{Name: ErasedName, Skip: true}}
		_, err = tx.ExecContext(ctx, `UPDATE roster_rows SET data = $2, notes = '[]', action = 'skip', status = 'ok' WHERE person_id = $1`, id, blank)
		return err
	})
	if err != nil {
		return wrap("erase person", err)
	}
	return nil
}

// leaveBoards has the boards of people look at an entrant's results again: who was erased does not stand on them.
func leaveBoards(ctx context.Context, tx *sqlx.Tx, entrant string) error {
	var results []struct {
		Contest string `db:"contest_id"`
		Day     string `db:"day"`
		Team    string `db:"team_id"`
	}
	if err := tx.SelectContext(ctx, &results, `SELECT r.contest_id, r.day, r.team_id FROM paper_results r JOIN entrants e ON e.id = r.entrant_id AND e.contest_id = r.contest_id
		WHERE e.id = $1 ORDER BY r.day`, entrant); err != nil {
		return err
	}
	for _, r := range results {
		if _, err := tx.ExecContext(ctx, `INSERT INTO board_changes (id, contest_id, day, entrant_id, team_id) VALUES ($1, $2, $3, $4, $5)`,
			newID(), r.Contest, r.Day, entrant, r.Team); err != nil {
			return err
		}
	}
	return nil
}

// Kept is what is kept about a person, part by part: the name of a part and its rows.
type Kept struct {
	Part    string
	Columns []string
	Rows    [][]any
}

// keptParts are the parts of an export, with what they are called and how they are read. There is no token, no hash and
// no key in them.
var keptParts = []struct{ name, query string }{
	{"person", `SELECT p.id, p.name, p.phone, p.employee_no, u.name AS unit, p.created_at, p.left_at, p.pin_hash <> '' AS has_pin, p.link_hash <> '' AS has_link
		FROM people p JOIN units u ON u.id = p.unit_id WHERE p.id = $1`},
	{"captain_of", `SELECT u.name AS unit FROM unit_captains c JOIN units u ON u.id = c.unit_id WHERE c.person_id = $1 ORDER BY u.id`},
	{"sessions", `SELECT created_at, expires_at FROM player_sessions WHERE person_id = $1 ORDER BY created_at`},
	{"contests", `SELECT e.id AS entrant_id, c.title AS contest, t.name AS team, e.name, e.created_at FROM entrants e JOIN contests c ON c.id = e.contest_id
		JOIN teams t ON t.id = e.team_id WHERE e.person_id = $1 ORDER BY e.id`},
	{"attempts", `SELECT a.id, c.title AS contest, a.phase, a.no, a.day, a.state, a.started_at, a.deadline_at, a.handed_in_at, a.points, a.correct, a.answered, a.time_ms,
		a.marks, a.void_reason FROM attempts a JOIN entrants e ON e.id = a.entrant_id JOIN contests c ON c.id = a.contest_id WHERE e.person_id = $1 ORDER BY a.started_at, a.id`},
	{"answers_saved", `SELECT s.attempt_id, s.question_no, s.n, s.choice, s.saved_at FROM attempt_saves s JOIN attempts a ON a.id = s.attempt_id
		JOIN entrants e ON e.id = a.entrant_id WHERE e.person_id = $1 ORDER BY s.saved_at, s.id`},
	{"attempt_events", `SELECT v.attempt_id, v.kind, v.question_no, v.at, v.ms FROM attempt_events v JOIN attempts a ON a.id = v.attempt_id
		JOIN entrants e ON e.id = a.entrant_id WHERE e.person_id = $1 ORDER BY v.at, v.id`},
	{"results", `SELECT c.title AS contest, r.day, r.points, r.time_ms, r.attempts, r.finished_at FROM paper_results r JOIN entrants e ON e.id = r.entrant_id AND e.contest_id = r.contest_id
		JOIN contests c ON c.id = r.contest_id WHERE e.person_id = $1 ORDER BY r.contest_id, r.day`},
	{"live_answers", `SELECT c.title AS contest, o.no AS round, a.question_no, a.choice, a.received_at, a.elapsed_ms, a.adjusted_ms, a.correct, a.points
		FROM entrants e JOIN contests c ON c.id = e.contest_id JOIN rounds o ON o.contest_id = c.id JOIN round_questions q ON q.round_id = o.id
		JOIN answers a ON a.round_id = o.id AND a.question_no = q.question_no AND a.entrant_id = e.id
		WHERE e.person_id = $1 ORDER BY a.received_at, a.question_no`},
	{"live_points", `SELECT c.title AS contest, l.at, l.kind, l.points, l.reason FROM ledger l JOIN entrants e ON e.id = l.entrant_id AND e.contest_id = l.contest_id JOIN contests c ON c.id = l.contest_id
		WHERE e.person_id = $1 ORDER BY l.at, l.id`},
	{"study_sets", `SELECT mode, topic, state, day, CASE WHEN state = 'finished' THEN questions ELSE '' END AS questions, correct, wrong, points, started_at, finished_at FROM study_sets WHERE person_id = $1 ORDER BY started_at, id`},
	{"study_points", `SELECT cause, question_no, day, points, at FROM study_points WHERE person_id = $1 ORDER BY at, set_id, question_no`},
	{"study_days", `SELECT day, points, daily, topic, challenge, mistakes, done, answered, correct FROM study_days WHERE person_id = $1 ORDER BY day`},
	{"study_totals", `SELECT period, points, best FROM study_totals WHERE person_id = $1 ORDER BY period`},
	{"study_seen", `SELECT question_id, seen_at, correct FROM study_seen WHERE person_id = $1 ORDER BY seen_at, question_id`},
	{"study_mistakes", `SELECT question_id, source, times, rights, wrong_at FROM study_mistakes WHERE person_id = $1 ORDER BY wrong_at, question_id`},
	{"roster_imports", `SELECT i.file_name, i.created_at, r.no, r.action, r.status FROM roster_rows r JOIN roster_imports i ON i.id = r.import_id
		WHERE r.person_id = $1 ORDER BY i.created_at, r.no`},
}

// ExportPerson gives everything that is kept about a person, for the person. Times are Unix milliseconds.
func (s *Store) ExportPerson(ctx context.Context, id string) ([]Kept, error) {
	if _, err := s.FindPerson(ctx, id); err != nil {
		return nil, err
	}
	var out []Kept
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error { // all of it at one moment
		out = nil
		for _, p := range keptParts {
			k := Kept{Part: p.name, Rows: [][]any{}}
			rows, err := tx.QueryxContext(ctx, p.query, id)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			k.Columns, err = rows.Columns()
			for err == nil && rows.Next() {
				var values []any
				if values, err = rows.SliceScan(); err != nil {
					break
				}
				for i, v := range values {
					switch b := v.(type) { // the engines give texts and truths in types of their own
					case []byte:
						values[i] = string(b)
					case bool:
						if b {
							values[i] = int64(1)
						} else {
							values[i] = int64(0)
						}
					}
				}
				k.Rows = append(k.Rows, values)
			}
			if err == nil {
				err = rows.Err()
			}
			_ = rows.Close()
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			out = append(out, k)
		}
		return nil
	})
	if err != nil {
		return nil, wrap("export person", err)
	}
	return out, nil
}
