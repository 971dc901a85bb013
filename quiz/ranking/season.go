package ranking

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"leitai/fault"
	"leitai/leaderboard"
)

// The boards of a season. A person's points are those of its contests, each times its weight; people are found by their
// place on the roster, so guests take part in contests only. A unit's points are the points that the contests' own
// boards give it, each times its weight: everybody can add up what was published, and a contest's formula keeps its
// meaning. Points are kept in hundredths and time in whole seconds, added up.

// partOf is a contest of a season.
type partOf struct {
	Contest *Contest
	Weight  int // percent
}

// parts reads the contests of a season, or not_found season.missing.
func (b *Boards) parts(ctx context.Context, seasonID string) ([]partOf, error) {
	var n int
	if err := b.db.Get(ctx, &n, `SELECT COUNT(*) FROM seasons WHERE id = $1`, seasonID); err != nil {
		return nil, wrap("find season "+seasonID, err)
	}
	if n == 0 {
		return nil, fault.New(fault.NotFound, "season.missing")
	}
	var rows []struct {
		contestRow
		Weight int `db:"weight"`
	}
	if err := b.db.Select(ctx, &rows, `SELECT c.id, c.code, c.title, c.status, c.settings, c.paper, c.version, s.weight FROM season_contests s
		JOIN contests c ON c.id = s.contest_id WHERE s.season_id = $1 AND c.kind = 'paper' ORDER BY s.position, c.id`, seasonID); err != nil {
		return nil, wrap("list contests of season "+seasonID, err)
	}
	parts := make([]partOf, len(rows))
	for i, r := range rows {
		parts[i] = partOf{r.contest(), r.Weight}
	}
	return parts, nil
}

func (b *Boards) seasonPrint(ctx context.Context, seasonID string) (string, error) {
	parts, err := b.parts(ctx, seasonID)
	if err != nil {
		return "", err
	}
	var all []any
	for _, p := range parts {
		sums, err := b.teamSums(ctx, p.Contest.ID)
		if err != nil {
			return "", err
		}
		all = append(all, p.Contest.ID, p.Weight, p.Contest.print(sums))
	}
	raw, err := json.Marshal(all)
	if err != nil {
		return "", err
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8]), nil
}

// seasonResult is what a person has in a season.
type seasonResult struct {
	PersonID   string `db:"person_id"`
	Hundredths int64  `db:"hundredths"`
	TimeMS     int64  `db:"time_ms"`
	FinishedAt int64  `db:"finished_at"`
}

func (r seasonResult) line() leaderboard.Line {
	return leaderboard.Line{Entry: leaderboard.Entry{Member: r.PersonID, Points: r.Hundredths, Time: r.TimeMS}, Finish: r.FinishedAt}
}

const seasonResults = `SELECT p.id AS person_id, CAST(SUM(s.weight * r.points) AS BIGINT) AS hundredths,
	CAST(SUM(r.time_ms) AS BIGINT) AS time_ms, MAX(r.finished_at) AS finished_at
	FROM people p JOIN entrants e ON e.person_id = p.id JOIN season_contests s ON s.contest_id = e.contest_id
	JOIN paper_results r ON r.contest_id = e.contest_id AND r.day = '' AND r.entrant_id = e.id AND r.attempts > 0
	WHERE s.season_id = $1 AND p.erased_at = 0 AND `

func (b *Boards) seasonResultsOf(ctx context.Context, seasonID string, people []string) ([]seasonResult, error) {
	var all []seasonResult
	for part := range slices.Chunk(people, inChunk) {
		marks, args := in([]any{seasonID}, part)
		var rows []seasonResult
		if err := b.db.Select(ctx, &rows, seasonResults+`p.id IN (`+marks+`) GROUP BY p.id`, args...); err != nil {
			return nil, wrap("read results of a season", err)
		}
		all = append(all, rows...)
	}
	return all, nil
}

func (b *Boards) eachSeasonLine(ctx context.Context, seasonID string, each func(board string, lines []leaderboard.Line) error) error {
	parts, err := b.parts(ctx, seasonID)
	if err != nil {
		return err
	}
	for last := ""; ; {
		var rows []seasonResult
		if err := b.db.Select(ctx, &rows, seasonResults+`p.id > $2 GROUP BY p.id ORDER BY p.id LIMIT $3`, seasonID, last, pageRows); err != nil {
			return wrap("read results of a season", err)
		}
		lines := make([]leaderboard.Line, len(rows))
		for i, r := range rows {
			lines[i] = r.line()
			last = r.PersonID
		}
		if err := each(board(People, ""), lines); err != nil {
			return err
		}
		if len(rows) < pageRows {
			break
		}
	}
	var units []string
	if err := b.db.Select(ctx, &units, `SELECT DISTINCT t.unit_id FROM season_contests s JOIN teams t ON t.contest_id = s.contest_id
		WHERE s.season_id = $1 AND t.unit_id IS NOT NULL ORDER BY t.unit_id`, seasonID); err != nil {
		return wrap("list units of a season", err)
	}
	for part := range slices.Chunk(units, pageRows) {
		lines, err := b.seasonUnits(ctx, parts, part)
		if err != nil {
			return err
		}
		if err := each(board(Units, ""), lines); err != nil {
			return err
		}
	}
	return nil
}

// seasonUnits computes the lines of units; one that is in none of the contests is left out.
func (b *Boards) seasonUnits(ctx context.Context, parts []partOf, unitIDs []string) ([]leaderboard.Line, error) {
	type total struct {
		weighted, timeMS int64
		took, of         int
	}
	totals := map[string]*total{}
	for _, p := range parts {
		var teams []string
		for chunk := range slices.Chunk(unitIDs, inChunk) {
			marks, args := in([]any{p.Contest.ID}, chunk)
			var ids []string
			if err := b.db.Select(ctx, &ids, `SELECT id FROM teams WHERE contest_id = $1 AND unit_id IN (`+marks+`) ORDER BY id`, args...); err != nil {
				return nil, wrap("list teams of a season", err)
			}
			teams = append(teams, ids...)
		}
		units, err := b.unitsOf(ctx, p.Contest, "", teams)
		if err != nil {
			return nil, err
		}
		for _, u := range units {
			t := totals[u.UnitID]
			if t == nil {
				t = &total{}
				totals[u.UnitID] = t
			}
			t.weighted += int64(p.Weight) * p.Contest.Settings.TeamHundredths(u.Facts)
			t.timeMS += u.TimeMS
			took, of := noteOf(u.note())
			t.took += took
			t.of += of
		}
	}
	lines := make([]leaderboard.Line, 0, len(totals))
	for _, id := range slices.Sorted(maps.Keys(totals)) {
		t := totals[id]
		line := leaderboard.Line{Entry: leaderboard.Entry{Member: id, Points: int64(math.Round(float64(t.weighted) / 100)), Time: t.timeMS}, Note: counts(t.took, t.of)}
		if t.took == 0 {
			_, line.Time = leaderboard.Teams.Limits()
		}
		lines = append(lines, line)
	}
	return lines, nil
}

// applyToSeasons writes the lines of people and units whose results in one contest changed onto the seasons that the
// contest belongs to.
func (b *Boards) applyToSeasons(ctx context.Context, c *Contest, now time.Time, changes []change) (done bool, err error) {
	var seasons []string
	if err := b.db.Select(ctx, &seasons, `SELECT season_id FROM season_contests WHERE contest_id = $1 ORDER BY season_id`, c.ID); err != nil {
		return false, wrap("list seasons of "+c.ID, err)
	}
	if len(seasons) == 0 {
		return true, nil
	}
	for _, id := range seasons { // before anything is read
		ticket, ok, err := b.claim(ctx, now, SeasonGroup(id), 0)
		if err != nil || !ok {
			return false, err
		}
		people, units, err := b.touchedBy(ctx, c, changes)
		if err != nil {
			return false, err
		}
		writes, err := b.seasonChanges(ctx, id, people, units)
		if fault.Is(err, fault.NotFound) {
			continue
		}
		if err != nil {
			return false, err
		}
		if done, err := b.write(ctx, SeasonGroup(id), ticket, now, writes); err != nil || !done {
			return false, err
		}
	}
	return true, nil
}

func (b *Boards) seasonChanges(ctx context.Context, id string, people, units map[string]bool) ([]leaderboard.Change, error) {
	parts, err := b.parts(ctx, id)
	if err != nil {
		return nil, err
	}
	results, err := b.seasonResultsOf(ctx, id, slices.Sorted(maps.Keys(people)))
	if err != nil {
		return nil, err
	}
	ofPeople := leaderboard.Change{Board: board(People, ""), Packing: leaderboard.Teams}
	gone := maps.Clone(people)
	for _, r := range results {
		ofPeople.Lines = append(ofPeople.Lines, r.line())
		delete(gone, r.PersonID)
	}
	ofPeople.Gone = slices.Sorted(maps.Keys(gone))
	ofUnits := leaderboard.Change{Board: board(Units, ""), Packing: leaderboard.Teams}
	if ofUnits.Lines, err = b.seasonUnits(ctx, parts, slices.Sorted(maps.Keys(units))); err != nil {
		return nil, err
	}
	gone = maps.Clone(units)
	for _, l := range ofUnits.Lines {
		delete(gone, l.Member)
	}
	ofUnits.Gone = slices.Sorted(maps.Keys(gone))
	return []leaderboard.Change{ofPeople, ofUnits}, nil
}

// touchedBy gives the people and units that changes are about.
func (b *Boards) touchedBy(ctx context.Context, c *Contest, changes []change) (people, units map[string]bool, err error) {
	people, units = map[string]bool{}, map[string]bool{}
	var entrants, teams []string
	for _, ch := range changes {
		teams = append(teams, ch.TeamID)
		if id, ok := strings.CutPrefix(ch.EntrantID, personPrefix); ok {
			people[id] = true
			continue
		}
		entrants = append(entrants, ch.EntrantID)
	}
	slices.Sort(entrants)
	for part := range slices.Chunk(slices.Compact(entrants), inChunk) {
		marks, args := in(nil, part)
		var rows []struct {
			PersonID string `db:"person_id"`
			TeamID   string `db:"team_id"`
		}
		if err := b.db.Select(ctx, &rows, `SELECT COALESCE(e.person_id, '') AS person_id, COALESCE(r.team_id, e.team_id) AS team_id FROM entrants e
			LEFT JOIN paper_results r ON r.contest_id = e.contest_id AND r.day = '' AND r.entrant_id = e.id WHERE e.id IN (`+marks+`)`, args...); err != nil {
			return nil, nil, wrap("read entrants", err)
		}
		for _, r := range rows {
			teams = append(teams, r.TeamID)
			if r.PersonID != "" {
				people[r.PersonID] = true
			}
		}
	}
	slices.Sort(teams)
	for part := range slices.Chunk(slices.Compact(teams), inChunk) {
		marks, args := in([]any{c.ID}, part)
		var ids []string
		if err := b.db.Select(ctx, &ids, `SELECT DISTINCT unit_id FROM teams WHERE contest_id = $1 AND unit_id IS NOT NULL AND id IN (`+marks+`)`, args...); err != nil {
			return nil, nil, wrap("read units of teams", err)
		}
		for _, id := range ids {
			units[id] = true
		}
	}
	return people, units, nil
}
