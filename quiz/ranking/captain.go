package ranking

import (
	"cmp"
	"context"
	"slices"
	"strconv"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/quiz"
	"leitai/quiz/paper"
	"leitai/sqldb"
)

func itoa(n int) string { return strconv.Itoa(n) }

// Report is a unit's page for its captain.
type Report struct {
	CatchingUp bool
	Team       quiz.Team
	Row        Row // its line of the board
	Of         int // units on the board
	Ahead      *Row
	Advice     []Advice // none for the first
	Roster     int
	TookPart   []Participant // best first, at most MaxListed
	Absent     []string      // names on the roster without a result, at most MaxListed; nil in a voluntary contest
	Missing    int           // how many are absent
	Weak       []Category    // the weakest first
}

// Participant is somebody of the unit who handed in.
type Participant struct {
	Name     string `db:"name"`
	Points   int64  `db:"points"`
	TimeMS   int64  `db:"time_ms"`
	Attempts int    `db:"attempts"`
}

// Category is how a unit did in one category of questions, over all formal attempts that count.
type Category struct {
	Name     string
	Right    int
	Answered int // questions put to its people, answered or not
}

// MaxListed is how many names a captain's page lists.
const MaxListed = 2000

// TeamFor gives the first team of a contest that stands for one of these units, or not_found unit.missing.
func (b *Boards) TeamFor(ctx context.Context, contestID string, units []string) (quiz.Team, error) {
	if len(units) > 0 {
		marks, args := in([]any{contestID}, units[:min(len(units), inChunk)])
		var rows []teamRow
		if err := b.db.Select(ctx, &rows, `SELECT id, COALESCE(unit_id, '') AS unit_id, name, grp, roster FROM teams
			WHERE contest_id = $1 AND unit_id IN (`+marks+`) ORDER BY position, id LIMIT 1`, args...); err != nil {
			return quiz.Team{}, wrap("find team", err)
		}
		if len(rows) > 0 {
			return rows[0].team(), nil
		}
	}
	return quiz.Team{}, fault.New(fault.NotFound, "unit.missing")
}

// Team gives a team of a contest, or not_found unit.missing.
func (b *Boards) Team(ctx context.Context, contestID, teamID string) (quiz.Team, error) {
	var rows []teamRow
	if err := b.db.Select(ctx, &rows, `SELECT id, COALESCE(unit_id, '') AS unit_id, name, grp, roster FROM teams
		WHERE contest_id = $1 AND id = $2`, contestID, teamID); err != nil {
		return quiz.Team{}, wrap("find team", err)
	}
	if len(rows) == 0 {
		return quiz.Team{}, fault.New(fault.NotFound, "unit.missing")
	}
	return rows[0].team(), nil
}

type teamRow struct {
	ID     string `db:"id"`
	UnitID string `db:"unit_id"`
	Name   string `db:"name"`
	Group  string `db:"grp"`
	Roster int    `db:"roster"`
}

func (r teamRow) team() quiz.Team { return quiz.Team(r) }

// Report makes a unit's page.
func (b *Boards) Report(ctx context.Context, c *Contest, team quiz.Team) (Report, error) {
	r := Report{Team: team, Roster: team.Roster}
	v, err := b.look(ctx, ContestGroup(c.ID), c.Settings.ShareRanks, Query{Kind: Units, Member: team.ID})
	if err != nil {
		return r, err
	}
	r.CatchingUp, r.Of = v.CatchingUp || v.Me == nil, v.Total
	if err := b.db.Select(ctx, &r.TookPart, `SELECT e.name, r.points, r.time_ms, r.attempts FROM paper_results r JOIN entrants e ON e.id = r.entrant_id
		WHERE r.contest_id = $1 AND r.day = '' AND r.team_id = $2 AND r.attempts > 0
		ORDER BY r.points DESC, r.time_ms, r.finished_at, r.entrant_id LIMIT $3`, c.ID, team.ID, MaxListed); err != nil {
		return r, wrap("list who took part", err)
	}
	if v.Me != nil {
		r.Row = *v.Me
		if err := b.gain(ctx, c, &r); err != nil {
			return r, err
		}
	}
	if !c.Paper.Voluntary {
		if err := b.absent(ctx, c, &r); err != nil {
			return r, err
		}
	}
	r.Weak, err = b.weak(ctx, c.ID, team.ID)
	return r, err
}

// gain finds the unit in front and what would bring this one past it.
func (b *Boards) gain(ctx context.Context, c *Contest, r *Report) error {
	if r.Row.Place <= 1 {
		return nil
	}
	v, err := b.look(ctx, ContestGroup(c.ID), c.Settings.ShareRanks, Query{Kind: Units, From: r.Row.Place - 2, Limit: 1})
	if err != nil || len(v.Rows) == 0 {
		return err
	}
	r.Ahead = &v.Rows[0]
	units, err := b.unitsOf(ctx, c, "", []string{r.Team.ID})
	if err != nil || len(units) == 0 {
		return err
	}
	u := unitNow{facts: units[0].Facts, open: r.Team.Roster == 0, absent: max(0, r.Team.Roster-units[0].Facts.TookPart)}
	for _, p := range r.TookPart {
		u.best = append(u.best, p.Points)
	}
	u.sum = u.facts.Sum
	if usesTop(c.Settings) {
		u.sum = u.facts.Top
	}
	r.Advice = advise(c.Settings, u, r.Ahead.Hundredths, passOf(c, u.facts.Max))
	return nil
}

// passOf is what a newcomer may be thought to get in a unit of which nobody took part: the pass mark, or 60 percent.
func passOf(c *Contest, most int64) int64 {
	if c.Paper.PassMark > 0 {
		return int64(c.Paper.PassMark)
	}
	return most * 6 / 10
}

// absent lists who is on the unit's roster, or on that of a unit below it which belongs to no nearer team, and has no
// result.
func (b *Boards) absent(ctx context.Context, c *Contest, r *Report) error {
	r.Absent = []string{}
	if r.Team.UnitID == "" {
		return nil
	}
	var tree []struct {
		ID     string `db:"id"`
		Parent string `db:"parent_id"`
	}
	if err := b.db.Select(ctx, &tree, `SELECT id, COALESCE(parent_id, '') AS parent_id FROM units`); err != nil {
		return wrap("list units", err)
	}
	var others []string
	if err := b.db.Select(ctx, &others, `SELECT unit_id FROM teams WHERE contest_id = $1 AND unit_id IS NOT NULL`, c.ID); err != nil {
		return wrap("list teams", err)
	}
	below, taken := map[string][]string{}, map[string]bool{}
	for _, u := range tree {
		below[u.Parent] = append(below[u.Parent], u.ID)
	}
	for _, id := range others {
		taken[id] = true
	}
	var names []string
	for waiting := []string{r.Team.UnitID}; len(waiting) > 0; {
		part := waiting[:min(len(waiting), inChunk)]
		waiting = waiting[len(part):]
		marks, args := in([]any{c.ID}, part)
		var found []string
		if err := b.db.Select(ctx, &found, `SELECT p.name FROM people p WHERE p.left_at = 0 AND p.unit_id IN (`+marks+`) AND NOT EXISTS (
				SELECT 1 FROM entrants e JOIN paper_results r ON r.contest_id = e.contest_id AND r.day = '' AND r.entrant_id = e.id AND r.attempts > 0
				WHERE e.person_id = p.id AND e.contest_id = $1) ORDER BY p.name, p.id`, args...); err != nil {
			return wrap("list who is absent", err)
		}
		names = append(names, found...)
		for _, id := range part {
			for _, child := range below[id] {
				if !taken[child] {
					waiting = append(waiting, child)
				}
			}
		}
	}
	r.Missing = len(names)
	r.Absent = names[:min(len(names), MaxListed)]
	if r.Absent == nil {
		r.Absent = []string{}
	}
	return nil
}

// weak counts right answers by category over the formal attempts of a team that count.
func (b *Boards) weak(ctx context.Context, contestID, teamID string) ([]Category, error) {
	var pool []struct {
		ID string                            `db:"question_id"`
		Q  sqldb.JSON[questionbank.Question] `db:"snapshot"`
	}
	if err := b.db.Select(ctx, &pool, `SELECT question_id, snapshot FROM paper_pool WHERE contest_id = $1 AND voided = FALSE`, contestID); err != nil {
		return nil, wrap("read categories", err)
	}
	category := make(map[string]string, len(pool))
	for _, q := range pool {
		category[q.ID] = q.Q.V.Category
	}
	counts := map[string]*Category{}
	for last := ""; ; {
		var rows []struct {
			ID    string                    `db:"id"`
			Paper sqldb.JSON[[]paper.Drawn] `db:"paper"`
			Marks sqldb.JSON[[]paper.Mark]  `db:"marks"`
		}
		if err := b.db.Select(ctx, &rows, `SELECT a.id, a.paper, a.marks FROM attempts a JOIN entrants e ON e.id = a.entrant_id
			WHERE e.team_id = $1 AND a.contest_id = $2 AND a.phase = 'formal' AND a.state = 'handed_in' AND a.marks <> '' AND a.id > $3
			ORDER BY a.id LIMIT 500`, teamID, contestID, last); err != nil {
			return nil, wrap("read marks", err)
		}
		for _, r := range rows {
			last = r.ID
			for i, d := range r.Paper.V[:min(len(r.Paper.V), len(r.Marks.V))] {
				name, ok := category[d.ID]
				if !ok {
					continue
				}
				if counts[name] == nil {
					counts[name] = &Category{Name: name}
				}
				counts[name].Answered++
				if r.Marks.V[i].Right {
					counts[name].Right++
				}
			}
		}
		if len(rows) < 500 {
			break
		}
	}
	out := make([]Category, 0, len(counts))
	for _, c := range counts {
		out = append(out, *c)
	}
	slices.SortFunc(out, func(a, b Category) int {
		return cmp.Or(cmp.Compare(a.Right*b.Answered, b.Right*a.Answered), cmp.Compare(b.Answered, a.Answered), cmp.Compare(a.Name, b.Name))
	})
	return out, nil
}
