package ranking_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"leitai/leaderboard"
	"leitai/quiz"
	"leitai/quiz/paper"
	"leitai/quiz/ranking"
)

// crashing makes a client's commands fail or dawdle at random: before they reach Redis, or after, when the answer is lost.
type crashing struct {
	mu     sync.Mutex
	r      *rand.Rand
	broken atomic.Bool
}

var errCrash = errors.New("crashed here")

func (c *crashing) dice() int {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.r.IntN(14)
}

func (c *crashing) step(do func() error) error {
	n := c.dice()
	if !c.broken.Load() {
		return do()
	}
	switch n {
	case 0:
		return errCrash
	case 1:
		return errors.Join(do(), errCrash)
	case 2, 3:
		time.Sleep(time.Duration(c.dice()) * time.Millisecond / 2) // somebody else comes between
	}
	return do()
}

func (c *crashing) DialHook(next redis.DialHook) redis.DialHook { return next }
func (c *crashing) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		return c.step(func() error { return next(ctx, cmd) })
	}
}
func (c *crashing) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		return c.step(func() error { return next(ctx, cmds) })
	}
}

// TestWhateverHappensBoardsEndEqual: results come, change and are voided, people move and rules change, while several
// processes that crash between any two steps write the boards and Redis loses some or all of them. In the end boards and
// database are the same.
func TestWhateverHappensBoardsEndEqual(t *testing.T) {
	onBoth(t, func(f *fixture) {
		formulas := []quiz.Formula{quiz.FormulaSum, quiz.FormulaAverage, quiz.FormulaRosterAverage, quiz.FormulaTopK, quiz.FormulaParticipation, quiz.FormulaComposite}
		teams, days := []string{"甲", "乙", "丙", "丁"}, []string{"", "2026-11-22", "2026-11-23"}
		r := rand.New(rand.NewPCG(3, 11))
		for _, id := range []string{"c1", "c2"} {
			f.contest(id, func(s *quiz.ContestSettings, _ *paper.Settings) {
				s.TeamFormula = formulas[r.IntN(len(formulas))]
				s.Weights = quiz.Weights{Participation: 40, Average: 30, TopK: 30}
			}, teams...)
		}
		season := ranking.NewSeason(now)
		season.Name, season.Contests = "赛季", []ranking.SeasonContest{{ID: "c1", Weight: 100}, {ID: "c2", Weight: 33}}
		f.must(f.boards.CreateSeason(f.t.Context(), &season))
		var hooks []*crashing
		var processes []*ranking.Boards
		for i := range 3 {
			hook := &crashing{r: rand.New(rand.NewPCG(uint64(i), 5))}
			hook.broken.Store(true)
			client := redis.NewClient(f.rdb.Options())
			f.t.Cleanup(func() { _ = client.Close() })
			client.AddHook(hook)
			hooks = append(hooks, hook)
			processes = append(processes, ranking.New(f.db, leaderboard.NewGroups(client, "leitai"), slog.New(slog.DiscardHandler)).Unleased())
		}
		team := map[string]string{}
		rounds := 40
		if testing.Short() {
			rounds = 10
		}
		for round := range rounds {
			var working sync.WaitGroup
			for _, p := range processes {
				working.Go(func() {
					for range 2 {
						_ = p.ApplyChanges(f.t.Context()) // crashes are the point
						_ = p.Watch(f.t.Context())
					}
				})
			}
			for range r.IntN(12) {
				contest, day := fmt.Sprint("c", 1+r.IntN(2)), days[r.IntN(3)]
				name := fmt.Sprint("n", r.IntN(25))
				if team[name] == "" {
					team[name] = teams[r.IntN(4)]
				}
				entrant := f.entrant(contest, team[name], name)
				switch r.IntN(8) {
				case 0:
					f.void(contest, day, entrant, team[name])
				case 1: // moves, and only the new unit is named
					team[name] = teams[r.IntN(4)]
					f.exec(`UPDATE entrants SET team_id = contest_id || $2 WHERE person_id = $1`, "p-"+name, team[name])
					for _, c := range []string{"c1", "c2"} {
						for _, d := range days {
							f.change(c, d, c+"-"+name, team[name], `UPDATE paper_results SET team_id = $4 WHERE contest_id = $1 AND day = $2 AND entrant_id = $3`, c, d, c+"-"+name, c+team[name])
						}
					}
				default:
					f.result(contest, day, entrant, team[name], r.Int64N(8)*10, r.Int64N(3)*1000, r.Int64N(5))
				}
			}
			switch r.IntN(8) {
			case 0:
				f.must(f.rdb.FlushDB(f.t.Context()).Err())
			case 1: // a part is lost, and a reader finds out
				keys := f.rdb.Keys(f.t.Context(), "*").Val()
				if len(keys) > 0 {
					f.must(f.rdb.Del(f.t.Context(), keys[r.IntN(len(keys))]).Err())
				}
			case 2:
				f.exec(`UPDATE teams SET roster = $1 WHERE id = $2`, 5+r.IntN(10), "c1"+teams[r.IntN(4)])
			case 3:
				s := quiz.DefaultContestSettings()
				s.TeamFormula = formulas[r.IntN(len(formulas))]
				f.exec(`UPDATE contests SET settings = $1 WHERE id = 'c2'`, jsonOf(s))
			}
			working.Wait()
			if round%5 == 4 {
				for _, h := range hooks {
					h.broken.Store(false)
				}
				f.readEverything(days)
				f.settle()
				f.equal()
				for _, h := range hooks {
					h.broken.Store(true)
				}
			}
		}
	})
}

// readEverything looks at every board, which is how a part that is lost is found.
func (f *fixture) readEverything(days []string) {
	f.t.Helper()
	for _, id := range []string{"c1", "c2"} {
		for _, day := range days {
			for _, kind := range []ranking.Kind{ranking.People, ranking.Units} {
				c, err := f.boards.FindContest(f.t.Context(), id)
				f.must(err)
				_, err = f.boards.Contest(f.t.Context(), c, ranking.Query{Kind: kind, Day: day, Limit: 1 + f.n%150})
				f.must(err)
			}
		}
	}
	seasons, err := f.boards.ListSeasons(f.t.Context())
	f.must(err)
	for _, s := range seasons {
		for _, kind := range []ranking.Kind{ranking.People, ranking.Units} {
			_, err := f.boards.Season(f.t.Context(), &s, ranking.Query{Kind: kind, Limit: 1 + f.n%150})
			f.must(err)
		}
	}
}
