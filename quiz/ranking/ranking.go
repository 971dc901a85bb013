// Package ranking makes the boards of paper contests and of seasons: of people and of units, for a whole contest and for
// each of its days. The truth is paper_results in the database; the boards in Redis are a view of it that any process
// may write and nobody needs to keep (package leaderboard). Whoever changes a result writes board_changes in the same
// transaction, and the boards follow within a second; docs/adr/0010-boards-from-an-outbox.md says how that stays true through crashes.
package ranking

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"leitai/fault"
	"leitai/leaderboard"
	"leitai/quiz"
	"leitai/quiz/paper"
	"leitai/sqldb"
)

// Kind is what a board ranks.
type Kind string

// The kinds of boards.
const (
	People Kind = "people"
	Units  Kind = "units"
)

// board names a board of a group; day is ” for the whole contest.
func board(kind Kind, day string) string { return string(kind) + ":" + day }

// DayOf gives the kind and the day that a board's name holds.
func parseBoard(name string) (kind Kind, day string) {
	k, day, _ := strings.Cut(name, ":")
	return Kind(k), day
}

// packingOf is how a group's board keeps points: a contest's people in whole points and milliseconds, all others in
// hundredths and seconds.
func packingOf(group, board string) leaderboard.Packing {
	if kind, _ := parseBoard(board); kind == People && strings.HasPrefix(group, contestGroup) {
		return leaderboard.People
	}
	return leaderboard.Teams
}

const (
	contestGroup = "contest:"
	seasonGroup  = "season:"
)

// ContestGroup names the boards of a contest.
func ContestGroup(id string) string { return contestGroup + id }

// SeasonGroup names the boards of a season.
func SeasonGroup(id string) string { return seasonGroup + id }

// Boards keeps the boards equal to the database, and reads them. All methods are safe for concurrent use.
type Boards struct {
	db     *sqldb.DB
	groups *leaderboard.Groups
	log    *slog.Logger
	holder string
	lease  time.Duration // leaseFor
	wake   chan struct{}

	mu    sync.Mutex
	lost  map[string]bool  // guarded by mu: groups that a reader missed
	pages map[string]*page // guarded by mu: see pageFor
	codes map[string]known // guarded by mu: contests by code, as they were a moment ago
}

// known is a contest as it was at a time.
type known struct {
	contest *Contest
	at      time.Time
}

const (
	knownFor = time.Second
	maxKnown = 500
)

// New returns the boards over a database and a Redis.
func New(db *sqldb.DB, groups *leaderboard.Groups, log *slog.Logger) *Boards {
	return &Boards{db: db, groups: groups, log: log, holder: rand.Text(), lease: leaseFor, wake: make(chan struct{}, 1), lost: map[string]bool{}, pages: map[string]*page{},
		codes: map[string]known{}}
}

// wrap gives database trouble its code, so that callers can tell "try again" from a fault of the program.
func wrap(doing string, err error) error {
	if sqldb.IsUnavailable(err) {
		return fault.Wrap(fault.Unavailable, "storage.unavailable", fmt.Errorf("%s: %w", doing, err))
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// Contest is what boards need to know of a contest.
type Contest struct {
	ID       string
	Code     string
	Title    string
	Status   quiz.Status
	Settings quiz.ContestSettings
	Paper    paper.Settings
	Version  int // counts changes of settings and teams
}

type contestRow struct {
	ID       string                           `db:"id"`
	Code     string                           `db:"code"`
	Title    string                           `db:"title"`
	Status   quiz.Status                      `db:"status"`
	Settings sqldb.JSON[quiz.ContestSettings] `db:"settings"`
	Paper    sqldb.JSON[paper.Settings]       `db:"paper"`
	Version  int                              `db:"version"`
}

func (r contestRow) contest() *Contest {
	return &Contest{ID: r.ID, Code: r.Code, Title: r.Title, Status: r.Status, Settings: r.Settings.V, Paper: r.Paper.V, Version: r.Version}
}

// FindContest gives a paper contest by id, or not_found board.missing.
func (b *Boards) FindContest(ctx context.Context, id string) (*Contest, error) {
	return b.findContest(ctx, `id = $1`, id)
}

// FindByCode gives a paper contest that is published by its six digits, or not_found contest.unknown_code. What others
// changed is seen after a second.
func (b *Boards) FindByCode(ctx context.Context, code string) (*Contest, error) {
	unknown := fault.New(fault.NotFound, "contest.unknown_code")
	if len(code) != 6 {
		return nil, unknown
	}
	b.mu.Lock()
	k, ok := b.codes[code]
	b.mu.Unlock()
	if ok && time.Since(k.at) < knownFor {
		return k.contest, nil
	}
	now := time.Now()
	c, err := b.findContest(ctx, `status <> 'draft' AND code = $1`, code)
	if fault.Is(err, fault.NotFound) {
		return nil, unknown
	}
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if len(b.codes) >= maxKnown {
		clear(b.codes)
	}
	b.codes[code] = known{c, now}
	return c, nil
}

func (b *Boards) findContest(ctx context.Context, where, arg string) (*Contest, error) {
	var rows []contestRow
	err := b.db.Select(ctx, &rows, `SELECT id, code, title, status, settings, paper, version FROM contests WHERE kind = 'paper' AND `+where, arg)
	if err != nil {
		return nil, wrap("find contest "+arg, err)
	}
	if len(rows) == 0 {
		return nil, fault.New(fault.NotFound, "board.missing")
	}
	return rows[0].contest(), nil
}

// maxPoints is what one person can get at most on a day, or with day ” in the whole contest: what a composite formula
// takes for 100 percent. Where all attempts count together it is of as many as are allowed; without a limit, of one.
func (c *Contest) maxPoints(day string) int64 {
	one := 0
	for _, r := range c.Paper.Draw {
		points := r.Points
		if points == 0 {
			for t, p := range c.Paper.Points {
				if len(r.Types) == 0 || slices.Contains(r.Types, t) {
					points = max(points, p)
				}
			}
		}
		one += r.Count * points
	}
	if c.Paper.Counts != paper.Cumulative {
		return int64(one)
	}
	allowed := math.MaxInt
	if c.Paper.AttemptsInAll > 0 {
		allowed = c.Paper.AttemptsInAll
	}
	if n := c.Paper.AttemptsPerDay; n > 0 {
		if day == "" {
			n *= c.days()
		}
		allowed = min(allowed, n)
	}
	if allowed == math.MaxInt {
		allowed = 1
	}
	return int64(one) * int64(allowed)
}

// days is the number of calendar days that the formal window touches.
func (c *Contest) days() int {
	first, err1 := time.Parse(time.DateOnly, c.Paper.Day(time.UnixMilli(c.Paper.OpensMS)))
	last, err2 := time.Parse(time.DateOnly, c.Paper.Day(time.UnixMilli(c.Paper.ClosesMS-1)))
	if err1 != nil || err2 != nil || last.Before(first) {
		return 1
	}
	return int(last.Sub(first).Hours()/24) + 1
}

// print tells apart what the boards of units are computed by, besides the results: the formula and the teams.
func (c *Contest) print(teams teamSums) string {
	raw, err := json.Marshal([]any{c.Version, c.Settings.TeamFormula, c.Settings.TopK, c.Settings.Weights, c.maxPoints(""), c.maxPoints("day"), teams})
	if err != nil {
		return "" // of plain values
	}
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:8])
}

// in gives "$3, $4, …" for n more arguments after those there are.
func in(args []any, ids []string) (marks string, all []any) {
	var sb strings.Builder
	for i := range ids {
		if i > 0 {
			sb.WriteString(", ")
		}
		sb.WriteByte('$')
		sb.WriteString(strconv.Itoa(len(args) + i + 1))
	}
	all = slices.Clone(args)
	for _, id := range ids {
		all = append(all, id)
	}
	return sb.String(), all
}

// inChunk is the number of ids in one statement.
const inChunk = 500
