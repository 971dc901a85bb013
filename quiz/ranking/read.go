package ranking

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	"leitai/fault"
	"leitai/leaderboard"
	"leitai/quiz"
	"leitai/quiz/paper"
)

// Query asks for a page of a board, and for somebody's own place.
type Query struct {
	Kind   Kind
	Day    string // 2006-01-02, or "" for all days together
	From   int    // rows before the page
	Limit  int    // rows of the page, at most MaxRows
	Member string // entrant, person, team or unit whose place is asked for; "" is nobody's
	Around int    // neighbours on each side
}

// MaxRows is the longest page of a board.
const MaxRows = 200

// Row is a line of a board as people see it.
type Row struct {
	ID         string
	Name       string
	Group      string // of a person their team, of a team its group
	Place      int
	Hundredths int64 // points × 100
	TimeMS     int64
	FinishedMS int64 // 0 for units
	TookPart   int   // of a unit
	People     int   // of a unit: its roster, or who took part where those are more
}

// View is what a board says.
type View struct {
	CatchingUp bool // the boards are lost or behind: what is missing comes by itself
	Days       []string
	Updated    time.Time
	Total      int
	Rows       []Row
	Me         *Row
	Around     []Row // Me and the neighbours, best first
}

// pageFor is how long a page is given to everybody as it is: at the end of a contest a hall looks at the same fifty rows.
const pageFor = 300 * time.Millisecond

// maxPages bounds the pages that are kept.
const maxPages = 500

// page is a page of a board that was read a moment ago.
type page struct {
	mu   sync.Mutex // held while it is read: one caller asks for all who wait
	at   time.Time
	view View
}

// Contest gives a board of a contest. It never fails for want of Redis: then the view is catching up.
func (b *Boards) Contest(ctx context.Context, c *Contest, q Query) (View, error) {
	return b.view(ctx, ContestGroup(c.ID), c.Settings.ShareRanks, q)
}

// Season gives a board of a season.
func (b *Boards) Season(ctx context.Context, s *Season, q Query) (View, error) {
	return b.view(ctx, SeasonGroup(s.ID), s.ShareRanks, q)
}

func (b *Boards) view(ctx context.Context, group string, share bool, q Query) (View, error) {
	q.Limit, q.From = min(max(q.Limit, 0), MaxRows), max(q.From, 0)
	v, err := b.pageOf(ctx, group, share, q)
	if err != nil || q.Member == "" || v.CatchingUp {
		return v, err
	}
	mine, err := b.look(ctx, group, share, Query{Kind: q.Kind, Day: q.Day, Member: q.Member, Around: q.Around})
	if err != nil {
		return View{}, err
	}
	v.Me, v.Around, v.CatchingUp = mine.Me, mine.Around, mine.CatchingUp
	return v, nil
}

// pageOf gives the page without anybody's place.
func (b *Boards) pageOf(ctx context.Context, group string, share bool, q Query) (View, error) {
	key := group + "\x00" + board(q.Kind, q.Day) + "\x00" + itoa(q.From) + "\x00" + itoa(q.Limit)
	b.mu.Lock()
	p := b.pages[key]
	if p == nil {
		if len(b.pages) >= maxPages {
			clear(b.pages)
		}
		p = &page{}
		b.pages[key] = p
	}
	b.mu.Unlock()
	p.mu.Lock()
	defer p.mu.Unlock()
	if time.Since(p.at) < pageFor {
		return p.view, nil
	}
	q.Member = ""
	v, err := b.look(ctx, group, share, q)
	if err == nil {
		p.view, p.at = v, time.Now()
	}
	return v, err
}

func (b *Boards) look(ctx context.Context, group string, share bool, q Query) (View, error) {
	name := board(q.Kind, q.Day)
	found, err := b.groups.Look(ctx, group, leaderboard.Look{Board: name, Packing: packingOf(group, name), Share: share, From: q.From, Limit: q.Limit,
		Member: q.Member, Around: q.Around})
	if err != nil {
		if ctx.Err() != nil {
			return View{}, fault.Wrap(fault.Unavailable, "storage.unavailable", err)
		}
		if errors.Is(err, leaderboard.ErrLost) {
			b.miss(group)
		} else {
			b.log.Debug("read boards", "error", err) // the worker says it once
		}
		return View{CatchingUp: true}, nil
	}
	v := View{Updated: found.Mark.Updated, Total: found.Total}
	for _, name := range found.Boards {
		if _, day := parseBoard(name); day != "" && !slices.Contains(v.Days, day) {
			v.Days = append(v.Days, day)
		}
	}
	slices.Sort(v.Days)
	names, err := b.names(ctx, group, q.Kind, append(idsOf(found.Rows), idsOf(found.Around)...))
	if err != nil {
		return View{}, err
	}
	whole := packingOf(group, name) == leaderboard.People
	v.Rows, v.Around = rowsOf(found.Rows, names, whole), rowsOf(found.Around, names, whole)
	for i := range v.Around {
		if v.Around[i].ID == q.Member {
			v.Me = &v.Around[i]
		}
	}
	return v, nil
}

func idsOf(rows []leaderboard.Row) []string {
	ids := make([]string, len(rows))
	for i, r := range rows {
		ids[i] = r.Member
	}
	return ids
}

func rowsOf(rows []leaderboard.Row, names map[string]nameRow, whole bool) []Row {
	out := make([]Row, len(rows))
	for i, r := range rows {
		n := names[r.Member]
		out[i] = Row{ID: r.Member, Name: n.Name, Group: n.Group, Place: r.Place, Hundredths: r.Points, TimeMS: r.Time, FinishedMS: r.Finish}
		if whole {
			out[i].Hundredths *= 100
		}
		if strings.Contains(r.Note, "/") {
			out[i].TookPart, out[i].People = noteOf(r.Note)
			if out[i].TookPart == 0 {
				out[i].TimeMS = 0
			}
		}
	}
	return out
}

// nameRow is what a line is called.
type nameRow struct {
	ID    string `db:"id"`
	Name  string `db:"name"`
	Group string `db:"grp"`
}

// nameSQL finds the names of members; each ends where the ids follow.
var nameSQL = map[string]map[Kind]string{
	contestGroup: {
		People: `SELECT e.id, e.name, t.name AS grp FROM entrants e JOIN teams t ON t.id = e.team_id WHERE e.id IN (`,
		Units:  `SELECT id, name, grp FROM teams WHERE id IN (`,
	},
	seasonGroup: {
		People: `SELECT p.id, p.name, u.name AS grp FROM people p JOIN units u ON u.id = p.unit_id WHERE p.id IN (`,
		Units:  `SELECT u.id, u.name, COALESCE(a.name, '') AS grp FROM units u LEFT JOIN units a ON a.id = u.parent_id WHERE u.id IN (`,
	},
}

func (b *Boards) names(ctx context.Context, group string, kind Kind, ids []string) (map[string]nameRow, error) {
	names := make(map[string]nameRow, len(ids))
	of := contestGroup
	if strings.HasPrefix(group, seasonGroup) {
		of = seasonGroup
	}
	for part := range slices.Chunk(ids, inChunk) {
		marks, args := in(nil, part)
		var rows []nameRow
		if err := b.db.Select(ctx, &rows, nameSQL[of][kind]+marks+`)`, args...); err != nil {
			return nil, wrap("read names", err)
		}
		for _, r := range rows {
			names[r.ID] = r
		}
	}
	return names, nil
}

// maxFound is how many people or units a search gives.
const maxFound = 50

// Search gives the rows of people or units of a contest whose name holds some words, with their places, best first.
func (b *Boards) Search(ctx context.Context, c *Contest, q Query, words string) (View, error) {
	query := `SELECT id FROM teams WHERE contest_id = $1 AND (name LIKE $2 ESCAPE '!' OR grp LIKE $2 ESCAPE '!') ORDER BY position, id LIMIT $3`
	if q.Kind == People {
		query = `SELECT e.id FROM entrants e JOIN teams t ON t.id = e.team_id WHERE e.contest_id = $1
			AND (e.name LIKE $2 ESCAPE '!' OR t.name LIKE $2 ESCAPE '!') ORDER BY e.id LIMIT $3`
	}
	var ids []string
	like := "%" + strings.NewReplacer("!", "!!", "%", "!%", "_", "!_").Replace(words) + "%"
	if err := b.db.Select(ctx, &ids, query, c.ID, like, maxFound); err != nil {
		return View{}, wrap("search a board", err)
	}
	v, err := b.Contest(ctx, c, Query{Kind: q.Kind, Day: q.Day})
	if err != nil || v.CatchingUp {
		return v, err
	}
	for _, id := range ids {
		one, err := b.look(ctx, ContestGroup(c.ID), c.Settings.ShareRanks, Query{Kind: q.Kind, Day: q.Day, Member: id})
		if err != nil {
			return View{}, err
		}
		if one.Me != nil {
			v.Rows = append(v.Rows, *one.Me)
		}
	}
	slices.SortStableFunc(v.Rows, func(a, b Row) int { return a.Place - b.Place })
	v.Total = len(v.Rows)
	return v, nil
}

// EntrantOf gives the entrant that a person is in a contest, or "".
func (b *Boards) EntrantOf(ctx context.Context, contestID, personID string) (string, error) {
	var ids []string
	if err := b.db.Select(ctx, &ids, `SELECT id FROM entrants WHERE person_id = $1 AND contest_id = $2 ORDER BY id LIMIT 1`, personID, contestID); err != nil {
		return "", wrap("find entrant", err)
	}
	if len(ids) == 0 {
		return "", nil
	}
	return ids[0], nil
}

// TeamOf gives the team of an entrant of a contest, or "".
func (b *Boards) TeamOf(ctx context.Context, contestID, entrantID string) (string, error) {
	var ids []string
	if err := b.db.Select(ctx, &ids, `SELECT team_id FROM entrants WHERE id = $1 AND contest_id = $2`, entrantID, contestID); err != nil {
		return "", wrap("find entrant", err)
	}
	if len(ids) == 0 {
		return "", nil
	}
	return ids[0], nil
}

// Shown says what a contest's board shows to people now.
type Shown string

// What a board shows: all of it, the top, nothing for now because points are kept until the end, or nothing.
const (
	ShownAll   Shown = "all"
	ShownTop   Shown = "top"
	ShownLater Shown = "later"
	ShownOff   Shown = "off"
)

// Shows is what the board of one kind shows to people, and how many rows; voluntary contests show no individual places beyond the top.
func (c *Contest) Shows(kind Kind) (shown Shown, rows int) {
	over := c.Status == quiz.Finished || c.Status == quiz.Archived
	switch {
	case !c.Paper.ShowPoints && !over:
		return ShownLater, 0
	case kind == Units:
		return ShownAll, 0
	case c.Paper.People == paper.ShowOff:
		return ShownOff, 0
	case c.Paper.People == paper.ShowTop || c.Paper.Voluntary:
		return ShownTop, c.Paper.TopShown
	}
	return ShownAll, 0
}

// Mask is a name as 张*: its first letter.
func Mask(name string) string {
	for _, r := range name {
		return string(r) + "*"
	}
	return ""
}
