package ranking_test

import (
	"context"
	"log/slog"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"leitai/leaderboard"
	"leitai/quiz/ranking"
)

// held makes the first script of a client wait.
type held struct {
	once    sync.Once
	reached chan struct{}
	goOn    chan struct{}
}

func (h *held) DialHook(next redis.DialHook) redis.DialHook { return next }
func (h *held) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return next
}
func (h *held) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if strings.HasPrefix(cmd.Name(), "eval") {
			h.once.Do(func() {
				close(h.reached)
				<-h.goOn
			})
		}
		return next(ctx, cmd)
	}
}

// A process reads a result and sleeps; another one brings a newer result onto the boards and deletes the change. What
// the first one has read is refused when it wakes up.
func TestWhoSleptBeforeWritingIsKeptOut(t *testing.T) {
	onBoth(t, func(f *fixture) {
		f.contest("c1", nil, "甲")
		f.settle()
		f.boards.Release()
		entrant := f.entrant("c1", "甲", "张三")
		f.result("c1", "", entrant, "甲", 10, 1, 1)
		hook := &held{reached: make(chan struct{}), goOn: make(chan struct{})}
		client := redis.NewClient(f.rdb.Options())
		f.t.Cleanup(func() { _ = client.Close() })
		client.AddHook(hook)
		sleeper := ranking.New(f.db, leaderboard.NewGroups(client, "leitai"), slog.New(slog.DiscardHandler)).Unleased()
		done := make(chan error, 1)
		go func() { done <- sleeper.ApplyChanges(context.Background()) }()
		select {
		case <-hook.reached:
		case err := <-done:
			f.t.Fatalf("the sleeper has not written: %v", err)
		}
		f.result("c1", "", entrant, "甲", 90, 1, 1)
		other := f.process().Unleased()
		for deadline := time.Now().Add(10 * time.Second); ; {
			f.must(other.ApplyChanges(f.t.Context()))
			var n int
			f.must(f.db.Get(f.t.Context(), &n, `SELECT COUNT(*) FROM board_changes`))
			if n == 0 {
				break
			}
			if time.Now().After(deadline) {
				f.t.Fatal("the other process does nothing")
			}
		}
		close(hook.goOn)
		f.must(<-done)
		f.must(other.ApplyChanges(f.t.Context()))
		if got := f.rows("c1", ranking.Query{Kind: ranking.People, Limit: 5}); !slices.Equal(got, []string{"1 张三 90.00"}) {
			f.t.Errorf("the sleeper's old points are on the board: %q", got)
		}
		f.equal()
	})
}

// A board that lost its last writes, as a Redis does that is started again from an older file, is written anew.
func TestLostWritesAreFound(t *testing.T) {
	onBoth(t, func(f *fixture) {
		f.contest("c1", nil, "甲")
		f.result("c1", "", f.entrant("c1", "甲", "张三"), "甲", 10, 1, 1)
		f.settle()
		ctx := f.t.Context()
		mark := f.rdb.HGetAll(ctx, "leitai{contest:c1}:mark").Val()
		set := f.rdb.ZRangeWithScores(ctx, "leitai{contest:c1}:board:people:", 0, -1).Val()
		if len(mark) == 0 || len(set) != 1 {
			f.t.Fatalf("mark %v, board %v", mark, set)
		}
		f.result("c1", "", "c1-张三", "甲", 50, 1, 1)
		f.settle()
		// Back to the older state.
		f.must(f.rdb.HSet(ctx, "leitai{contest:c1}:mark", mark).Err())
		f.must(f.rdb.ZAdd(ctx, "leitai{contest:c1}:board:people:", set...).Err())
		if f.compare()[0].Equal() {
			f.t.Fatal("the check sees nothing")
		}
		f.must(f.boards.Watch(ctx))
		f.equal()
	})
}

// A database that was put back to an older state knows a lower ticket than Redis.
func TestADatabasePutBackWritesAgain(t *testing.T) {
	onBoth(t, func(f *fixture) {
		f.contest("c1", nil, "甲")
		entrant := f.entrant("c1", "甲", "张三")
		for i := range int64(4) {
			f.result("c1", "", entrant, "甲", 10+i, 1, 1)
			f.settle()
		}
		f.exec(`UPDATE board_groups SET ticket = 1, written = 1, holder = '', until = 0`)
		f.exec(`UPDATE paper_results SET points = 5`)
		f.exec(`INSERT INTO board_changes (id, contest_id, day, entrant_id, team_id) VALUES ('x', 'c1', '', $1, 'c1甲')`, entrant)
		f.settle()
		f.equal()
	})
}

// Every kind of damage is seen by the check, and mended by a rebuild.
func TestTheCheckSeesWhatIsBroken(t *testing.T) {
	const people, units = "leitai{contest:c1}:board:people:", "leitai{contest:c1}:board:units:"
	onBoth(t, func(f *fixture) {
		f.contest("c1", nil, "甲", "乙")
		f.result("c1", "", f.entrant("c1", "甲", "张三"), "甲", 10, 1, 1)
		f.result("c1", "2026-11-22", f.entrant("c1", "乙", "李四"), "乙", 20, 1, 2)
		f.settle()
		ctx := f.t.Context()
		for name, damage := range map[string]func(){
			"everything is gone":   func() { f.must(f.rdb.FlushDB(ctx).Err()) },
			"the mark is gone":     func() { f.must(f.rdb.Del(ctx, "leitai{contest:c1}:mark").Err()) },
			"a board is gone":      func() { f.must(f.rdb.Del(ctx, people).Err()) },
			"its notes are gone":   func() { f.must(f.rdb.Del(ctx, units+":notes").Err()) },
			"another score":        func() { f.must(f.rdb.ZIncrBy(ctx, people, 1<<31, f.rdb.ZRange(ctx, people, 0, 0).Val()[0]).Err()) },
			"somebody too many":    func() { f.must(f.rdb.ZAdd(ctx, people, redis.Z{Score: 1, Member: "fffffffffffnobody"}).Err()) },
			"a note of nobody":     func() { f.must(f.rdb.HSet(ctx, people+":notes", "nobody", "fffffffffffx").Err()) },
			"another note":         func() { f.must(f.rdb.HSet(ctx, units+":notes", "c1甲", "000000000009/9").Err()) },
			"a member of no board": func() { f.must(f.rdb.HSet(ctx, people+":notes", "c1-张三", "00000000001c1甲 p").Err()) },
			"a day too many": func() {
				f.must(f.groups.Apply(ctx, "contest:c1", 1<<40, now, []leaderboard.Change{{Board: "people:2020-01-01", Packing: leaderboard.People,
					Lines: []leaderboard.Line{{Entry: leaderboard.Entry{Member: "x"}}}}}))
			},
			"the database has more": func() { f.exec(`UPDATE paper_results SET points = points + 1`) },
		} {
			f.equal()
			damage()
			if c := f.compare()[0]; c.Equal() || c.Built && len(c.Differences) != c.Count {
				f.t.Errorf("%s: not seen: %+v", name, c)
			}
			f.must(f.boards.RebuildWait(ctx, "contest:c1"))
			if c := f.compare()[0]; !c.Equal() {
				f.t.Errorf("%s: not mended: %+v", name, c)
			}
		}
	})
}
