package ranking

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"leitai/leaderboard"
	"leitai/quiz"
)

// result is one line of paper_results.
type result struct {
	EntrantID  string `db:"entrant_id"`
	TeamID     string `db:"team_id"`
	Points     int64  `db:"points"`
	TimeMS     int64  `db:"time_ms"`
	FinishedAt int64  `db:"finished_at"`
	PersonID   string `db:"person_id"` // "" of a guest
}

// line keeps on the board whose result it was and for which team, so that the lines of another team or person can be
// written when that changes.
func (r result) line() leaderboard.Line {
	return leaderboard.Line{Entry: leaderboard.Entry{Member: r.EntrantID, Points: r.Points, Time: r.TimeMS}, Finish: r.FinishedAt,
		Note: r.TeamID + " " + r.PersonID}
}

// ownersOf reads what line keeps.
func ownersOf(note string) (team, person string) {
	team, person, _ = strings.Cut(note, " ")
	return team, person
}

const resultColumns = `r.entrant_id, r.team_id, r.points, r.time_ms, r.finished_at, COALESCE(e.person_id, '') AS person_id`

// resultsOf reads the results of these entrants; who has none, or none that counts, or was erased, is left out. What
// somebody who was erased has gained for their unit stays with it.
func (b *Boards) resultsOf(ctx context.Context, contestID, day string, entrants []string) (map[string]result, error) {
	found := make(map[string]result, len(entrants))
	for part := range slices.Chunk(entrants, inChunk) {
		marks, args := in([]any{contestID, day}, part)
		var rows []result
		if err := b.db.Select(ctx, &rows, `SELECT `+resultColumns+` FROM paper_results r JOIN entrants e ON e.id = r.entrant_id LEFT JOIN people p ON p.id = e.person_id
			WHERE r.contest_id = $1 AND r.day = $2 AND r.attempts > 0 AND COALESCE(p.erased_at, 0) = 0 AND r.entrant_id IN (`+marks+`)`, args...); err != nil {
			return nil, wrap("read results", err)
		}
		for _, r := range rows {
			found[r.EntrantID] = r
		}
	}
	return found, nil
}

// pageRows is the number of rows that a whole contest is read in at a time.
const pageRows = 5000

// eachResult gives all results of a day, some at a time.
func (b *Boards) eachResult(ctx context.Context, contestID, day string, each func([]result) error) error {
	for last := ""; ; {
		var rows []result
		if err := b.db.Select(ctx, &rows, `SELECT `+resultColumns+` FROM paper_results r JOIN entrants e ON e.id = r.entrant_id LEFT JOIN people p ON p.id = e.person_id
			WHERE r.contest_id = $1 AND r.day = $2 AND r.entrant_id > $3 AND r.attempts > 0
			AND COALESCE(p.erased_at, 0) = 0 ORDER BY r.entrant_id LIMIT $4`,
			contestID, day, last, pageRows); err != nil {
			return wrap("read results", err)
		}
		if len(rows) > 0 {
			if err := each(rows); err != nil {
				return err
			}
			last = rows[len(rows)-1].EntrantID
		}
		if len(rows) < pageRows {
			return nil
		}
	}
}

// daysOf lists the days that have results, by one search in the index each.
func (b *Boards) daysOf(ctx context.Context, contestID string) ([]string, error) {
	var days []string
	for last := ""; ; {
		var next *string
		if err := b.db.Get(ctx, &next, `SELECT MIN(day) FROM paper_results WHERE contest_id = $1 AND day > $2`, contestID, last); err != nil {
			return nil, wrap("list days", err)
		}
		if next == nil {
			return days, nil
		}
		days, last = append(days, *next), *next
	}
}

// unit is a team with what its points come from.
type unit struct {
	TeamID string
	UnitID string
	Facts  quiz.TeamFacts
	TimeMS int64 // mean of those who took part
}

// unitsOf computes the facts of these teams on a day, or with ” of the whole contest. Teams that do not exist are left
// out; those in which nobody took part are there.
func (b *Boards) unitsOf(ctx context.Context, c *Contest, day string, teams []string) ([]unit, error) {
	var all []unit
	most := c.maxPoints(day)
	for part := range slices.Chunk(teams, inChunk) {
		marks, args := in([]any{c.ID}, part)
		var rows []struct {
			ID     string `db:"id"`
			UnitID string `db:"unit_id"`
			Roster int    `db:"roster"`
		}
		if err := b.db.Select(ctx, &rows, `SELECT id, COALESCE(unit_id, '') AS unit_id, roster FROM teams
			WHERE contest_id = $1 AND id IN (`+marks+`) ORDER BY id`, args...); err != nil {
			return nil, wrap("read teams", err)
		}
		sums, err := b.sumsOf(ctx, c, day, part)
		if err != nil {
			return nil, err
		}
		for _, r := range rows {
			s := sums[r.ID]
			u := unit{TeamID: r.ID, UnitID: r.UnitID, Facts: quiz.TeamFacts{Roster: r.Roster, People: s.People, TookPart: s.People, Sum: s.Points,
				Active: s.Points, Top: s.Top, Max: most}}
			if s.People > 0 {
				u.TimeMS = s.TimeMS / int64(s.People)
			}
			all = append(all, u)
		}
	}
	return all, nil
}

// teamSum is what the results of a team add up to.
type teamSum struct {
	TeamID string `db:"team_id"`
	People int    `db:"people"`
	Points int64  `db:"points"`
	TimeMS int64  `db:"time_ms"`
	Top    int64  `db:"top"`
}

func (b *Boards) sumsOf(ctx context.Context, c *Contest, day string, teams []string) (map[string]teamSum, error) {
	marks, args := in([]any{c.ID, day}, teams)
	where := ` FROM paper_results WHERE contest_id = $1 AND day = $2 AND attempts > 0 AND team_id IN (` + marks + `)`
	var rows []teamSum
	if err := b.db.Select(ctx, &rows, `SELECT team_id, COUNT(*) AS people, CAST(SUM(points) AS BIGINT) AS points,
		CAST(SUM(time_ms) AS BIGINT) AS time_ms, 0 AS top`+where+` GROUP BY team_id`, args...); err != nil {
		return nil, wrap("add up teams", err)
	}
	sums := make(map[string]teamSum, len(rows))
	for _, r := range rows {
		sums[r.TeamID] = r
	}
	s := c.Settings
	if s.TeamFormula != quiz.FormulaTopK && (s.TeamFormula != quiz.FormulaComposite || s.Weights.TopK == 0) {
		return sums, nil
	}
	marks, args = in([]any{c.ID, day, s.TopK}, teams)
	var best []teamSum
	if err := b.db.Select(ctx, &best, `SELECT team_id, CAST(SUM(points) AS BIGINT) AS top FROM (
			SELECT team_id, points, ROW_NUMBER() OVER (PARTITION BY team_id ORDER BY points DESC) AS no FROM paper_results
			WHERE contest_id = $1 AND day = $2 AND attempts > 0 AND team_id IN (`+marks+`)) AS best
		WHERE no <= $3 GROUP BY team_id`, args...); err != nil {
		return nil, wrap("add up the best of teams", err)
	}
	for _, r := range best {
		sum := sums[r.TeamID]
		sum.Top = r.Top
		sums[r.TeamID] = sum
	}
	return sums, nil
}

// line is a unit's line of a contest's board. A unit of which nobody took part stands on the board of the whole contest,
// after all others with as many points, and not on the boards of days.
func (u unit) line(c *Contest, day string) (line leaderboard.Line, stands bool) {
	line = leaderboard.Line{Entry: leaderboard.Entry{Member: u.TeamID, Points: c.Settings.TeamHundredths(u.Facts), Time: u.TimeMS}, Note: u.note()}
	if u.Facts.TookPart == 0 {
		_, line.Time = leaderboard.Teams.Limits()
	}
	return line, day == "" || u.Facts.TookPart > 0
}

// note keeps on the board how many took part, of how many.
func (u unit) note() string { return counts(u.Facts.TookPart, max(u.Facts.Roster, u.Facts.People)) }

func counts(tookPart, people int) string { return strconv.Itoa(tookPart) + "/" + strconv.Itoa(people) }

// noteOf reads what note wrote.
func noteOf(s string) (tookPart, people int) {
	a, z, _ := strings.Cut(s, "/")
	tookPart, _ = strconv.Atoi(a)
	people, _ = strconv.Atoi(z)
	return tookPart, people
}

// teamIDs lists the teams of a contest.
func (b *Boards) teamIDs(ctx context.Context, contestID string) ([]string, error) {
	var ids []string
	if err := b.db.Select(ctx, &ids, `SELECT id FROM teams WHERE contest_id = $1 ORDER BY id`, contestID); err != nil {
		return nil, wrap("list teams", err)
	}
	return ids, nil
}

// teamSums tell whether the teams of a contest, or the sizes of their rosters, have changed.
type teamSums struct {
	Teams    int64 `db:"teams"`
	Roster   int64 `db:"roster"`
	Weighted int64 `db:"weighted"`
	Squares  int64 `db:"squares"`
	Linked   int64 `db:"linked"`
}

func (b *Boards) teamSums(ctx context.Context, contestID string) (teamSums, error) {
	var s teamSums
	err := b.db.Get(ctx, &s, `SELECT COUNT(*) AS teams, CAST(COALESCE(SUM(roster), 0) AS BIGINT) AS roster,
		CAST(COALESCE(SUM(CAST(roster AS BIGINT) * (position + 1)), 0) AS BIGINT) AS weighted,
		CAST(COALESCE(SUM(CAST(roster AS BIGINT) * roster), 0) AS BIGINT) AS squares,
		CAST(COUNT(unit_id) AS BIGINT) AS linked FROM teams WHERE contest_id = $1`, contestID)
	if err != nil {
		return teamSums{}, wrap("look at teams", err)
	}
	return s, nil
}

// eachLine gives all lines of all boards of a group as the database has them, some at a time: what a build writes, and
// what a check compares.
func (b *Boards) eachLine(ctx context.Context, group string, each func(board string, lines []leaderboard.Line) error) error {
	if id, ok := strings.CutPrefix(group, seasonGroup); ok {
		return b.eachSeasonLine(ctx, id, each)
	}
	id, ok := strings.CutPrefix(group, contestGroup)
	if !ok {
		return fmt.Errorf("boards of %s: no such group", group)
	}
	c, err := b.FindContest(ctx, id)
	if err != nil {
		return err
	}
	days, err := b.daysOf(ctx, id)
	if err != nil {
		return err
	}
	teams, err := b.teamIDs(ctx, id)
	if err != nil {
		return err
	}
	for _, day := range append([]string{""}, days...) {
		if err := b.eachResult(ctx, id, day, func(results []result) error {
			lines := make([]leaderboard.Line, len(results))
			for i, r := range results {
				lines[i] = r.line()
			}
			return each(board(People, day), lines)
		}); err != nil {
			return err
		}
		for part := range slices.Chunk(teams, pageRows) {
			units, err := b.unitsOf(ctx, c, day, part)
			if err != nil {
				return err
			}
			lines := make([]leaderboard.Line, 0, len(units))
			for _, u := range units {
				if line, stands := u.line(c, day); stands {
					lines = append(lines, line)
				}
			}
			if err := each(board(Units, day), lines); err != nil {
				return err
			}
		}
	}
	return nil
}
