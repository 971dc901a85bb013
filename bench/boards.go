//go:build linux

package main

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/leaderboard"
	"leitai/quiz"
	"leitai/quiz/paper"
	"leitai/quiz/ranking"
	"leitai/sqldb"
)

// boardRun is how long boards of a size take, in milliseconds.
type boardRun struct {
	People   int
	TopP50   float64 // the first 50
	TopP99   float64
	MineP50  float64 // one's own place with a neighbour on each side
	MineP99  float64
	UnitsP50 float64 // from the commit of a result to its unit's line on the board of 5,000 units
	UnitsMax float64
}

const (
	boardLooks  = 2000 // of each kind
	boardUnits  = 5000
	boardChange = 20 // results that are waited for
)

// boards measures the boards of a preliminary at 1, 10 and 100 times 5,000 people, on Redis and Postgres, and how soon a
// result is on the board of units.
func (b *bench) boards(ctx context.Context) error {
	if b.stores == nil || b.only != "" && b.only != "boards" {
		return nil
	}
	for _, people := range []int{5000, 50_000, 500_000} {
		say("boards of %d people", people)
		run, err := b.boardsOf(ctx, people)
		if err != nil {
			return fmt.Errorf("boards of %d people: %w", people, err)
		}
		b.result.Boards = append(b.result.Boards, run)
	}
	return nil
}

func (b *bench) boardsOf(ctx context.Context, people int) (run boardRun, err error) {
	b.clones++
	url, err := b.stores.fresh(ctx, b.clones)
	if err != nil {
		return run, err
	}
	db, err := sqldb.Open(ctx, url)
	if err != nil {
		return run, err
	}
	defer func() { _ = db.Close() }()
	rdb, err := leaderboard.Dial(b.stores.redisURL)
	if err != nil {
		return run, err
	}
	defer func() { _ = rdb.Close() }()
	if err := db.Migrate(ctx); err != nil {
		return run, err
	}
	if err := storePreliminary(ctx, db, people); err != nil {
		return run, err
	}
	groups := leaderboard.NewGroups(rdb, "leitai")
	boards := ranking.New(db, groups, slog.New(slog.DiscardHandler))
	if err := boards.RebuildWait(ctx, ranking.ContestGroup("bench")); err != nil {
		return run, err
	}
	run.People = people
	look := func(l leaderboard.Look) ([]float64, error) {
		times := make([]float64, boardLooks)
		for i := range times {
			if l.Around > 0 {
				l.Member = entrantOf(rand.IntN(people))
			}
			began := time.Now()
			if _, err := groups.Look(ctx, ranking.ContestGroup("bench"), l); err != nil {
				return nil, err
			}
			times[i] = time.Since(began).Seconds() * 1000
		}
		slices.Sort(times)
		return times, nil
	}
	base := leaderboard.Look{Board: "people:", Packing: leaderboard.People, Share: true}
	top, mine := base, base
	top.Limit, mine.Around = 50, 1
	times, err := look(top)
	if err != nil {
		return run, err
	}
	run.TopP50, run.TopP99 = times[len(times)/2], times[len(times)*99/100]
	if times, err = look(mine); err != nil {
		return run, err
	}
	run.MineP50, run.MineP99 = times[len(times)/2], times[len(times)*99/100]
	if times, err = resultsToBoard(ctx, db, groups, boards, people); err != nil {
		return run, err
	}
	run.UnitsP50, run.UnitsMax = times[len(times)/2], times[len(times)-1]
	return run, nil
}

func entrantOf(i int) string { return fmt.Sprintf("0196a1b2-c3d4-7e5f-8a9b-%012d", i) }

// storePreliminary stores a contest of 5,000 units with a result for everybody.
func storePreliminary(ctx context.Context, db *sqldb.DB, people int) error {
	rules := paper.DefaultSettings(time.Now())
	rules.Draw = []paper.Rule{{BankID: "b", Count: 20, Points: 10}}
	if _, err := db.Exec(ctx, `INSERT INTO contests (id, kind, title, organizer, settings, paper, status, version, code, created_at)
		VALUES ('bench', 'paper', 'bench', '', $1, $2, 'running', 1, '900001', 1)`,
		sqldb.JSON[quiz.ContestSettings]{V: quiz.DefaultContestSettings()}, sqldb.JSON[paper.Settings]{V: rules}); err != nil {
		return err
	}
	for _, statement := range []string{
		`INSERT INTO teams (id, contest_id, name, grp, roster, position) SELECT 'unit' || n, 'bench', 'unit' || n, '', $1::int / $2::int, n FROM generate_series(0, $2::int - 1) n`,
		`INSERT INTO entrants (id, contest_id, team_id, name, client_id, created_at) SELECT '0196a1b2-c3d4-7e5f-8a9b-' || lpad(n::text, 12, '0'), 'bench',
			'unit' || (n % $2::int), 'name' || n, n::text, 1 FROM generate_series(0, $1::int - 1) n`,
		`INSERT INTO paper_results (contest_id, day, entrant_id, team_id, points, time_ms, attempts, finished_at) SELECT 'bench', '',
			'0196a1b2-c3d4-7e5f-8a9b-' || lpad(n::text, 12, '0'), 'unit' || (n % $2::int), (n::bigint * 7919 % 21) * 10, n::bigint * 104729 % 600000, 1, n FROM generate_series(0, $1::int - 1) n`,
	} {
		if _, err := db.Exec(ctx, statement, people, boardUnits); err != nil {
			return err
		}
	}
	_, err := db.Exec(ctx, `ANALYZE`)
	return err
}

// resultsToBoard changes results one after another while the worker runs, and times each until its unit's line says so.
func resultsToBoard(ctx context.Context, db *sqldb.DB, groups *leaderboard.Groups, boards *ranking.Boards, people int) ([]float64, error) {
	working, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() { defer close(done); boards.Work(working) }()
	defer func() { stop(); <-done }()
	times := make([]float64, boardChange)
	for i := range times {
		who := rand.IntN(people)
		unit := fmt.Sprintf("unit%d", who%boardUnits)
		look := leaderboard.Look{Board: "units:", Packing: leaderboard.Teams, Member: unit}
		before, err := groups.Look(ctx, ranking.ContestGroup("bench"), look)
		if err != nil || before.Me == nil {
			return nil, fmt.Errorf("%s is on no board: %w", unit, err)
		}
		time.Sleep(time.Duration(rand.IntN(300)) * time.Millisecond) // hand-ins do not come with the worker's beat
		if err := db.Tx(ctx, func(tx *sqlx.Tx) error {
			if _, err := tx.ExecContext(ctx, `UPDATE paper_results SET points = points + 1000, time_ms = 1 WHERE contest_id = 'bench' AND day = '' AND entrant_id = $1`, entrantOf(who)); err != nil {
				return err
			}
			_, err := tx.ExecContext(ctx, `INSERT INTO board_changes (id, contest_id, day, entrant_id, team_id) VALUES ($1, 'bench', '', $2, $3)`,
				fmt.Sprintf("change%d", i), entrantOf(who), unit)
			return err
		}); err != nil {
			return nil, err
		}
		for began := time.Now(); ; time.Sleep(2 * time.Millisecond) {
			after, err := groups.Look(ctx, ranking.ContestGroup("bench"), look)
			if err != nil {
				return nil, err
			}
			if after.Me != nil && after.Me.Points > before.Me.Points {
				times[i] = time.Since(began).Seconds() * 1000
				break
			}
			if time.Since(began) > time.Minute {
				return nil, fmt.Errorf("%s is not on its board after a minute", unit)
			}
		}
	}
	slices.Sort(times)
	return times, nil
}

// boardTable is the table of boards in docs/performance.md.
func (r *result) boardTable(line func(string, ...any)) {
	if len(r.Boards) == 0 {
		return
	}
	line("\n### Boards of a preliminary\n")
	line("Redis and Postgres; %d looks of each kind by one client, budget 10 ms p99; from a result's commit to its unit's line on a board of %d units, budget 1,000 ms.\n", boardLooks, boardUnits)
	line("| people | top 50 p50 | p99 | my place p50 | p99 | result to unit's board p50 | max |")
	line("|---|---|---|---|---|---|---|")
	for _, run := range r.Boards {
		line("| %d | %.2f | %.2f | %.2f | %.2f | %.0f | %.0f |", run.People, run.TopP50, run.TopP99, run.MineP50, run.MineP99, run.UnitsP50, run.UnitsMax)
	}
}
