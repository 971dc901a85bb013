package paper

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/quiz"
)

// Selecter reads rows: sqldb.DB.Select, or sqlx.Tx.SelectContext.
type Selecter func(ctx context.Context, dest any, query string, args ...any) error

// What becomes of a contest when two people turn out to be one.
const (
	MergeMove  = "move"  // only the one who goes took part: the entrant is the other's from then on
	MergeJoin  = "join"  // both took part: the attempts are one person's, and count by the contest's rule
	MergeApart = "apart" // both took part live: both entrants stay as they played
	MergeOpen  = "open"  // both took part, and one is answering: it has to wait
)

// PersonContest is a contest in which somebody took part who is to be merged with another person.
type PersonContest struct {
	ID     string   `db:"id"`
	Title  string   `db:"title"`
	Kind   string   `db:"kind"`
	From   string   `db:"from_id"` // entrants
	Into   string   `db:"into_id"` // "" when the other took no part
	Open   int      `db:"open_ones"`
	Rules  string   `db:"paper"`
	Merge  string   `db:"-"`
	Counts Counting `db:"-"` // of a paper contest
}

// ContestsOfMerge tells what becomes of the contests of a person who is merged into another.
func ContestsOfMerge(ctx context.Context, read Selecter, from, into string) ([]PersonContest, error) {
	var list []PersonContest
	// Merged people may have several entrants in a live contest; the first stands for all.
	if err := read(ctx, &list, `SELECT c.id, c.title, c.kind, c.paper, e.id AS from_id,
		COALESCE((SELECT MIN(o.id) FROM entrants o WHERE o.contest_id = c.id AND o.person_id = $2), '') AS into_id,
		(SELECT COUNT(*) FROM attempts a JOIN entrants o ON o.id = a.entrant_id WHERE a.contest_id = c.id AND (o.person_id = $1 OR o.person_id = $2)
			AND (a.state = 'open' OR a.state = 'closing')) AS open_ones
		FROM entrants e JOIN contests c ON c.id = e.contest_id WHERE e.person_id = $1 ORDER BY c.id, e.id`, from, into); err != nil {
		return nil, wrap("list contests of a merge", err)
	}
	for i := range list {
		p := &list[i]
		if p.Kind == "paper" && p.Rules != "" {
			var rules Settings
			if err := json.Unmarshal([]byte(p.Rules), &rules); err != nil {
				return nil, wrap("list contests of a merge", err)
			}
			p.Counts = rules.Counts
		}
		switch {
		case p.Into == "":
			p.Merge = MergeMove
		case p.Kind != "paper":
			p.Merge = MergeApart
		case p.Open > 0:
			p.Merge = MergeOpen
		default:
			p.Merge = MergeJoin
		}
	}
	return list, nil
}

// MergePeople gives what a person did in contests to another one. No result is lost: where both took part in a paper
// contest, all attempts stand under the one who stays, and the contest's own rule (best, latest or cumulative) says what
// counts. Somebody who is answering is conflict "person.merge_open".
func MergePeople(ctx context.Context, tx *sqlx.Tx, from, into string) error {
	list, err := ContestsOfMerge(ctx, tx.SelectContext, from, into)
	if err != nil {
		return err
	}
	for _, p := range list {
		switch p.Merge {
		case MergeOpen:
			return fault.New(fault.Conflict, "person.merge_open").With("title", p.Title)
		case MergeMove:
			hash := personHash(p.ID, into)
			if p.Kind != "paper" {
				hash = ""
			}
			if _, err := tx.ExecContext(ctx, `UPDATE entrants SET person_id = $2, client_id = CASE WHEN $3 = '' THEN client_id ELSE $3 END WHERE id = $1`, p.From, into, hash); err != nil {
				return fmt.Errorf("move entrant %s: %w", p.From, err)
			}
			if err := noteResults(ctx, tx, p.ID, p.From); err != nil {
				return fmt.Errorf("move entrant %s: %w", p.From, err)
			}
		case MergeApart:
			if _, err := tx.ExecContext(ctx, `UPDATE entrants SET person_id = $2 WHERE id = $1`, p.From, into); err != nil {
				return fmt.Errorf("keep entrant %s: %w", p.From, err)
			}
		case MergeJoin:
			if err := joinEntrants(ctx, tx, p); err != nil {
				return fmt.Errorf("join entrants %s and %s: %w", p.From, p.Into, err)
			}
		}
	}
	return nil
}

// noteResults has the boards look at an entrant's results again: they are another person's now.
func noteResults(ctx context.Context, tx *sqlx.Tx, contestID, entrantID string) error {
	var results []Result
	if err := tx.SelectContext(ctx, &results, `SELECT entrant_id, day, team_id, points, time_ms, attempts, finished_at FROM paper_results
		WHERE contest_id = $1 AND entrant_id = $2 ORDER BY day`, contestID, entrantID); err != nil {
		return err
	}
	for _, r := range results {
		if _, err := tx.ExecContext(ctx, `INSERT INTO board_changes (id, contest_id, day, entrant_id, team_id) VALUES ($1, $2, $3, $4, $5)`,
			newID(), contestID, r.Day, entrantID, r.TeamID); err != nil {
			return err
		}
	}
	return nil
}

// joinEntrants puts the attempts of one entrant under another and counts anew.
func joinEntrants(ctx context.Context, tx *sqlx.Tx, p PersonContest) error {
	lock, other := p.From, p.Into
	if other < lock { // in the order in which everybody locks
		lock, other = other, lock
	}
	for _, id := range []string{lock, other} {
		if _, err := tx.ExecContext(ctx, `UPDATE entrants SET created_at = created_at WHERE id = $1`, id); err != nil {
			return err
		}
	}
	c, err := loadHead(ctx, tx.GetContext, p.ID)
	if err != nil {
		return err
	}
	for _, phase := range []Phase{PhaseFormal, PhasePractice} {
		var most int
		if err := tx.GetContext(ctx, &most, `SELECT COALESCE(MAX(no), 0) FROM attempts WHERE contest_id = $1 AND entrant_id = $2 AND phase = $3`, p.ID, p.Into, phase); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE attempts SET entrant_id = $3, no = no + $5 WHERE contest_id = $1 AND entrant_id = $2 AND phase = $4`,
			p.ID, p.From, p.Into, phase, most); err != nil {
			return err
		}
	}
	if err := recount(ctx, tx, c, []string{p.From, p.Into}); err != nil { // the first has no attempts left, and so no result
		return err
	}
	_, err = tx.ExecContext(ctx, `DELETE FROM entrants WHERE id = $1`, p.From)
	return err
}

// What becomes of a contest's teams when a unit is merged into another one.
const (
	TeamRename = "rename" // only the unit that goes is a team: it is the other's team from then on
	TeamJoin   = "join"   // both are teams and it is not over: entrants and results go to the other team
	TeamKept   = "kept"   // both are teams and it is over: what was published stays
	TeamLive   = "live"   // both are teams of a live contest under way: it has to wait
)

// TeamContest is a contest in which a unit that is merged is a team.
type TeamContest struct {
	ID       string `db:"id"`
	Title    string `db:"title"`
	Kind     string `db:"kind"`
	Status   string `db:"status"`
	From     string `db:"from_id"` // teams
	Into     string `db:"into_id"` // "" when the other unit is none
	Entrants int    `db:"entrants"`
	Merge    string `db:"-"`
}

// TeamsOfMerge tells what becomes of the teams of a unit that is merged into another.
func TeamsOfMerge(ctx context.Context, read Selecter, from, into string) ([]TeamContest, error) {
	var list []TeamContest
	if err := read(ctx, &list, `SELECT c.id, c.title, c.kind, c.status, t.id AS from_id,
		COALESCE((SELECT MIN(o.id) FROM teams o WHERE o.contest_id = c.id AND o.unit_id = $2), '') AS into_id,
		(SELECT COUNT(*) FROM entrants e WHERE e.team_id = t.id) AS entrants
		FROM teams t JOIN contests c ON c.id = t.contest_id WHERE t.unit_id = $1 ORDER BY c.id, t.id`, from, into); err != nil {
		return nil, wrap("list teams of a merge", err)
	}
	for i := range list {
		t := &list[i]
		over := t.Status == string(quiz.Finished) || t.Status == "archived"
		switch {
		case t.Into == "":
			t.Merge = TeamRename
		case over:
			t.Merge = TeamKept
		case t.Kind != "paper" && t.Status != "draft":
			t.Merge = TeamLive
		default:
			t.Merge = TeamJoin
		}
	}
	return list, nil
}

// MergeTeams gives a unit's part in contests to another unit. A live contest under way in which both are teams is
// conflict "unit.in_live".
func MergeTeams(ctx context.Context, tx *sqlx.Tx, from, into string) error {
	list, err := TeamsOfMerge(ctx, tx.SelectContext, from, into)
	if err != nil {
		return err
	}
	for _, t := range list {
		var err error
		switch t.Merge {
		case TeamLive:
			return fault.New(fault.Conflict, "unit.in_live").With("title", t.Title)
		case TeamRename:
			_, err = tx.ExecContext(ctx, `UPDATE teams SET unit_id = $2 WHERE id = $1`, t.From, into)
		case TeamKept:
			_, err = tx.ExecContext(ctx, `UPDATE teams SET unit_id = NULL WHERE id = $1`, t.From)
		case TeamJoin:
			err = joinTeams(ctx, tx, t)
		}
		if err == nil {
			_, err = tx.ExecContext(ctx, `UPDATE contests SET version = version + 1 WHERE id = $1`, t.ID) // whoever has it in memory reads it anew
		}
		if err != nil {
			return fmt.Errorf("merge team %s: %w", t.From, err)
		}
	}
	return nil
}

// joinTeams puts the entrants of one team into another. Boards learn of both teams.
func joinTeams(ctx context.Context, tx *sqlx.Tx, t TeamContest) error {
	var moved []struct {
		ID   string `db:"id"`
		Name string `db:"name"`
	}
	if err := tx.SelectContext(ctx, &moved, `SELECT id, name FROM entrants WHERE team_id = $1 ORDER BY id`, t.From); err != nil {
		return err
	}
	var names []string
	if err := tx.SelectContext(ctx, &names, `SELECT name FROM entrants WHERE team_id = $1`, t.Into); err != nil {
		return err
	}
	taken := map[string]bool{}
	for _, n := range names {
		taken[n] = true
	}
	for _, e := range moved {
		name := e.Name
		for n := 2; taken[name]; n++ {
			name = fmt.Sprintf("%s (%d)", e.Name, n)
		}
		taken[name] = true
		if _, err := tx.ExecContext(ctx, `UPDATE entrants SET team_id = $2, name = $3 WHERE id = $1`, e.ID, t.Into, name); err != nil {
			return err
		}
	}
	var results []struct {
		Day     string `db:"day"`
		Entrant string `db:"entrant_id"`
	}
	if err := tx.SelectContext(ctx, &results, `SELECT day, entrant_id FROM paper_results WHERE contest_id = $1 AND team_id = $2 ORDER BY entrant_id, day`, t.ID, t.From); err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE paper_results SET team_id = $3 WHERE contest_id = $1 AND team_id = $2`, t.ID, t.From, t.Into); err != nil {
		return err
	}
	for _, r := range results {
		for _, team := range []string{t.From, t.Into} {
			if _, err := tx.ExecContext(ctx, `INSERT INTO board_changes (id, contest_id, day, entrant_id, team_id) VALUES ($1, $2, $3, $4, $5)`,
				newID(), t.ID, r.Day, r.Entrant, team); err != nil {
				return err
			}
		}
	}
	if _, err := tx.ExecContext(ctx, `UPDATE teams SET roster = roster + (SELECT o.roster FROM teams o WHERE o.id = $1) WHERE id = $2`, t.From, t.Into); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM teams WHERE id = $1`, t.From)
	return err
}

// ForgetSeats drops the entrants in memory: after a merge they may stand in another team. Other processes show the old
// team until they ask again; what counts is read from the database.
func (s *Store) ForgetSeats() { s.seats.clear() }
