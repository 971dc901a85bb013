package ranking_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/jmoiron/sqlx"
	"github.com/redis/go-redis/v9"

	"leitai/internal/testenv"
	"leitai/leaderboard"
	"leitai/quiz"
	"leitai/quiz/paper"
	"leitai/quiz/ranking"
	"leitai/sqldb"
)

func jsonOf(s quiz.ContestSettings) any { return sqldb.JSON[quiz.ContestSettings]{V: s} }

var now = time.UnixMilli(1_800_000_000_000)

// fixture is a database and a Redis with boards over them.
type fixture struct {
	t      testing.TB
	db     *sqldb.DB
	rdb    *redis.Client
	groups *leaderboard.Groups
	boards *ranking.Boards
	n      int
}

// onBoth runs f on SQLite with miniredis and on Postgres with Redis.
func onBoth(t *testing.T, f func(f *fixture)) {
	t.Run("embedded", func(t *testing.T) {
		f(open(t, "sqlite://"+t.TempDir()+"/leitai.db", "redis://"+miniredis.RunT(t).Addr()+"/0"))
	})
	t.Run("servers", func(t *testing.T) { f(open(t, testenv.Postgres(t), testenv.Redis(t))) })
}

func open(t testing.TB, database, redisURL string) *fixture {
	t.Helper()
	f := &fixture{t: t}
	var err error
	f.db, err = sqldb.Open(t.Context(), database)
	f.must(err)
	t.Cleanup(func() { _ = f.db.Close() })
	f.must(f.db.Migrate(t.Context()))
	options, err := redis.ParseURL(redisURL)
	f.must(err)
	options.MaxRetries, options.DialerRetries = -1, 1
	f.rdb = redis.NewClient(options)
	t.Cleanup(func() { _ = f.rdb.Close() })
	f.groups = leaderboard.NewGroups(f.rdb, "leitai")
	f.boards = f.process()
	return f
}

// process is the boards of one more process.
func (f *fixture) process() *ranking.Boards {
	return ranking.New(f.db, f.groups, slog.New(slog.DiscardHandler))
}

func (f *fixture) must(err error) {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
}

func (f *fixture) exec(query string, args ...any) {
	f.t.Helper()
	_, err := f.db.Exec(context.Background(), query, args...)
	f.must(err)
}

// contest makes a published paper contest with teams that stand for units of their names, of ten people each.
func (f *fixture) contest(id string, change func(*quiz.ContestSettings, *paper.Settings), teams ...string) {
	f.t.Helper()
	settings, rules := quiz.DefaultContestSettings(), paper.DefaultSettings(now)
	rules.Draw = []paper.Rule{{BankID: "b", Count: 10, Points: 10}}
	if change != nil {
		change(&settings, &rules)
	}
	f.exec(`INSERT INTO contests (id, kind, title, organizer, settings, paper, status, version, code, created_at) VALUES ($1, 'paper', $1, '', $2, $3, 'running', 1, $4, 1)`,
		id, sqldb.JSON[quiz.ContestSettings]{V: settings}, sqldb.JSON[paper.Settings]{V: rules}, fmt.Sprintf("%06d", 100000+len(id)*1000+int(id[len(id)-1])))
	for i, name := range teams {
		f.exec(`INSERT INTO units (id, kind, name, position) VALUES ($1, 'enterprise', $1, $2) ON CONFLICT DO NOTHING`, name, i)
		f.exec(`INSERT INTO teams (id, contest_id, unit_id, name, grp, roster, position) VALUES ($1, $2, $3, $3, '', 10, $4)`, id+name, id, name, i)
	}
}

// entrant makes an entrant of a team, who is a person of the roster.
func (f *fixture) entrant(contest, team, name string) string {
	f.t.Helper()
	person := "p-" + name
	f.exec(`INSERT INTO people (id, unit_id, name, phone, employee_no, created_at) VALUES ($1, $2, $3, '', '', 1) ON CONFLICT DO NOTHING`, person, team, name)
	id := contest + "-" + name
	f.exec(`INSERT INTO entrants (id, contest_id, team_id, person_id, name, client_id, created_at) VALUES ($1, $2, $3, $4, $5, $1, 1) ON CONFLICT DO NOTHING`,
		id, contest, contest+team, person, name)
	return id
}

// result stores what counts of an entrant, with its line for the boards, as a hand-in does: in one transaction.
func (f *fixture) result(contest, day, entrant, team string, points, timeMS, finished int64) {
	f.t.Helper()
	f.change(contest, day, entrant, team, `INSERT INTO paper_results (contest_id, day, entrant_id, team_id, points, time_ms, attempts, finished_at)
		VALUES ($1, $2, $3, $4, $5, $6, 1, $7) ON CONFLICT (contest_id, day, entrant_id) DO UPDATE SET team_id = excluded.team_id,
		points = excluded.points, time_ms = excluded.time_ms, finished_at = excluded.finished_at`, contest, day, entrant, contest+team, points, timeMS, finished)
}

// void takes an entrant's result away.
func (f *fixture) void(contest, day, entrant, team string) {
	f.t.Helper()
	f.change(contest, day, entrant, team, `DELETE FROM paper_results WHERE contest_id = $1 AND day = $2 AND entrant_id = $3`, contest, day, entrant)
}

func (f *fixture) change(contest, day, entrant, team, query string, args ...any) {
	f.t.Helper()
	f.n++
	f.must(f.db.Tx(context.Background(), func(tx *sqlx.Tx) error {
		if _, err := tx.Exec(query, args...); err != nil {
			return err
		}
		_, err := tx.Exec(`INSERT INTO board_changes (id, contest_id, day, entrant_id, team_id) VALUES ($1, $2, $3, $4, $5)`,
			fmt.Sprintf("change%06d", f.n), contest, day, entrant, contest+team)
		return err
	}))
}

// settle lets one process do everything that waits.
func (f *fixture) settle() {
	f.t.Helper()
	ctx := f.t.Context()
	for range 3 { // a lost group is built first, and its changes wait for the next time
		f.must(f.boards.ApplyChanges(ctx))
		f.must(f.boards.Watch(ctx))
	}
	var n int
	f.must(f.db.Get(ctx, &n, `SELECT COUNT(*) FROM board_changes`))
	if n != 0 {
		f.t.Fatalf("%d changes are left", n)
	}
}

// equal demands that all boards equal the database.
func (f *fixture) equal() {
	f.t.Helper()
	for _, c := range f.compare() {
		if !c.Equal() {
			f.t.Fatalf("%s: built %v, %d differences: %+v", c.Group, c.Built, c.Count, c.Differences)
		}
	}
}

func (f *fixture) compare() []ranking.Check {
	f.t.Helper()
	groups, err := f.boards.Groups(f.t.Context())
	f.must(err)
	var out []ranking.Check
	for _, g := range groups {
		c, err := f.boards.Compare(f.t.Context(), g, 1)
		f.must(err)
		out = append(out, c)
	}
	return out
}

// rows shows a board as "place name points".
func (f *fixture) rows(contest string, q ranking.Query) []string {
	f.t.Helper()
	c, err := f.boards.FindContest(f.t.Context(), contest)
	f.must(err)
	v, err := f.process().Contest(f.t.Context(), c, q) // another process has no page in memory
	f.must(err)
	if v.CatchingUp {
		return []string{"catching up"}
	}
	return shown(v.Rows)
}

func shown(rows []ranking.Row) (out []string) {
	for _, r := range rows {
		out = append(out, fmt.Sprintf("%d %s %.2f", r.Place, r.Name, float64(r.Hundredths)/100))
	}
	return out
}
