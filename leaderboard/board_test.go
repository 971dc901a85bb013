package leaderboard_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/alicebob/miniredis/v2"
	"github.com/redis/go-redis/v9"

	"leitai/internal/testenv"
	"leitai/leaderboard"
)

func connect(t testing.TB, url string) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	rdb := redis.NewClient(options)
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

// onEach runs f on miniredis, on Redis and on a Redis Cluster.
func onEach(t *testing.T, f func(t *testing.T, rdb redis.UniversalClient, boards *leaderboard.Boards)) {
	run := func(t *testing.T, rdb redis.UniversalClient) { f(t, rdb, leaderboard.New(rdb, "leitai:board:")) }
	testenv.RedisServers(t, func(t *testing.T, url string) { run(t, connect(t, url)) })
	t.Run("cluster", func(t *testing.T) {
		options, err := redis.ParseClusterURL(testenv.RedisCluster(t))
		if err != nil {
			t.Fatal(err)
		}
		rdb := redis.NewClusterClient(options)
		t.Cleanup(func() { _ = rdb.Close() })
		run(t, rdb)
	})
}

// people are n entries with distinct points, best first.
func people(n int) []leaderboard.Entry {
	entries := make([]leaderboard.Entry, n)
	for i := range entries {
		entries[i] = leaderboard.Entry{
			Member: fmt.Sprintf("0196a1b2-c3d4-7e5f-8a9b-%012x", i), Points: int64(n - i), Time: int64(i * 7 % 400_000),
		}
	}
	return entries
}

func read(t *testing.T, boards *leaderboard.Boards, board string) []leaderboard.Entry {
	t.Helper()
	entries, err := boards.Read(t.Context(), board, leaderboard.People)
	if err != nil {
		t.Fatal(err)
	}
	return entries
}

func TestReplacedBoardHoldsExactlyTheNewEntries(t *testing.T) {
	onEach(t, func(t *testing.T, rdb redis.UniversalClient, boards *leaderboard.Boards) {
		for _, n := range []int{3, 2500, 1000, 1, 0, 0, 2} { // more and fewer than one command carries
			want := people(n)
			if err := boards.Replace(t.Context(), "r1", leaderboard.People, want); err != nil {
				t.Fatal(err)
			}
			if got := read(t, boards, "r1"); !slices.Equal(got, want) {
				t.Errorf("%d entries: %d came back", n, len(got))
			}
			if count, err := boards.Count(t.Context(), "r1"); err != nil || count != int64(n) {
				t.Errorf("count %d, %v; want %d", count, err, n)
			}
		}
		keys, err := rdb.Keys(t.Context(), "*").Result()
		if err != nil || len(keys) != 1 {
			t.Errorf("left behind: %q, %v", keys, err)
		}
		if ttl := rdb.TTL(t.Context(), keys[0]).Val(); ttl != -1 {
			t.Errorf("the board lapses in %s", ttl)
		}
	})
}

func TestReadersNeverSeeHalfABoard(t *testing.T) {
	onEach(t, func(t *testing.T, _ redis.UniversalClient, boards *leaderboard.Boards) {
		entries := people(3000)
		replace := func() {
			if err := boards.Replace(t.Context(), "r1", leaderboard.People, entries); err != nil {
				t.Error(err)
			}
		}
		replace()
		var writers sync.WaitGroup
		for range 2 { // two processes rebuild at the same time
			writers.Go(func() {
				for range 5 {
					replace()
				}
			})
		}
		done := make(chan struct{})
		go func() { writers.Wait(); close(done) }()
		for running := true; running; {
			select {
			case <-done:
				running = false
			default:
			}
			if n := len(read(t, boards, "r1")); n != len(entries) {
				t.Fatalf("a reader saw %d of %d", n, len(entries))
			}
		}
	})
}

func TestSetWritesAbsoluteScores(t *testing.T) {
	onEach(t, func(t *testing.T, _ redis.UniversalClient, boards *leaderboard.Boards) {
		for range 2 { // twice is as good as once
			err := boards.Set(t.Context(), "r1", leaderboard.People, []leaderboard.Entry{{"a", 10, 500}, {"b", -10, 700}, {"c", 10, 400}})
			if err != nil {
				t.Fatal(err)
			}
		}
		if err := boards.Set(t.Context(), "r1", leaderboard.People, []leaderboard.Entry{{"b", 20, 900}}); err != nil {
			t.Fatal(err)
		}
		if err := boards.Set(t.Context(), "r1", leaderboard.People, nil); err != nil {
			t.Errorf("nobody: %v", err)
		}
		want := []leaderboard.Entry{{"b", 20, 900}, {"c", 10, 400}, {"a", 10, 500}}
		if got := read(t, boards, "r1"); !slices.Equal(got, want) {
			t.Errorf("%v, want %v", got, want)
		}
	})
}

// The servers print and parse scores in their own ways; all must keep the last bit.
func TestScoresAtTheLimitsSurviveTheServer(t *testing.T) {
	onEach(t, func(t *testing.T, _ redis.UniversalClient, boards *leaderboard.Boards) {
		for name, p := range map[string]leaderboard.Packing{"people": leaderboard.People, "teams": leaderboard.Teams} {
			most, longest := p.Limits()
			want := []leaderboard.Entry{
				{"1", most, 0}, {"2", most, longest}, {"3", most - 1, 0}, {"4", 1, longest}, {"5", 0, 0}, {"6", 0, longest},
				{"7", -1, 0}, {"8", -1, longest}, {"9", -most, 0}, {"99", -most, longest},
			}
			if err := boards.Replace(t.Context(), name, p, want); err != nil {
				t.Fatal(err)
			}
			got, err := boards.Read(t.Context(), name, p)
			if err != nil || !slices.Equal(got, want) {
				t.Errorf("%s: %v, %v; want %v", name, got, err, want)
			}
		}
	})
}

func TestTopIsTheBestOfTheBoard(t *testing.T) {
	onEach(t, func(t *testing.T, _ redis.UniversalClient, boards *leaderboard.Boards) {
		all := people(50)
		if err := boards.Set(t.Context(), "r1", leaderboard.People, all); err != nil {
			t.Fatal(err)
		}
		for _, n := range []int{-1, 0, 1, 10, 50, 60} {
			got, err := boards.Top(t.Context(), "r1", leaderboard.People, n)
			if err != nil || !slices.Equal(got, all[:min(max(n, 0), len(all))]) {
				t.Errorf("top %d: %d entries, %v", n, len(got), err)
			}
		}
	})
}

func TestDeletedBoardIsEmptyAndOthersStay(t *testing.T) {
	onEach(t, func(t *testing.T, _ redis.UniversalClient, boards *leaderboard.Boards) {
		for _, board := range []string{"r1", "r2", "r3"} {
			if err := boards.Set(t.Context(), board, leaderboard.People, people(5)); err != nil {
				t.Fatal(err)
			}
		}
		if err := boards.Delete(t.Context(), "r1", "absent", "r2"); err != nil {
			t.Fatal(err)
		}
		if err := boards.Delete(t.Context()); err != nil {
			t.Errorf("no boards: %v", err)
		}
		for board, want := range map[string]int{"r1": 0, "r2": 0, "r3": 5} {
			if n := len(read(t, boards, board)); n != want {
				t.Errorf("%s holds %d, want %d", board, n, want)
			}
		}
	})
}

func TestLostRedisIsAnError(t *testing.T) {
	p := testenv.RedisProcess(t)
	options, err := redis.ParseURL(p.URL)
	if err != nil {
		t.Fatal(err)
	}
	options.MaxRetries, options.DialerRetries = -1, 1
	rdb := redis.NewClient(options)
	t.Cleanup(func() { _ = rdb.Close() })
	boards := leaderboard.New(rdb, "leitai:")
	rebuild := func() error { return boards.Replace(t.Context(), "r1", leaderboard.People, people(10)) }
	if err := rebuild(); err != nil {
		t.Fatal(err)
	}
	p.Kill()
	if rebuild() == nil || boards.Set(t.Context(), "r1", leaderboard.People, people(1)) == nil || boards.Delete(t.Context(), "r1") == nil {
		t.Error("writing to nobody succeeded")
	}
	if _, err := boards.Read(t.Context(), "r1", leaderboard.People); err == nil {
		t.Error("reading from nobody succeeded")
	}
	p.Start()
	if err := rebuild(); err != nil {
		t.Errorf("after it came back: %v", err)
	}
	if n := len(read(t, boards, "r1")); n != 10 {
		t.Errorf("%d entries", n)
	}
}

func BenchmarkBoards(b *testing.B) {
	servers := map[string]func() string{
		"miniredis": func() string { return "redis://" + miniredis.RunT(b).Addr() },
		"redis":     func() string { return testenv.Redis(b) },
	}
	for _, server := range []string{"miniredis", "redis"} {
		for _, n := range []int{10_000, 100_000} {
			boards := leaderboard.New(connect(b, servers[server]()), "bench:")
			entries := people(n)
			if err := boards.Replace(b.Context(), "r1", leaderboard.People, entries); err != nil {
				b.Fatal(err)
			}
			bench := func(operation string, f func() error) {
				b.Run(strings.Join([]string{server, fmt.Sprint(n), operation}, "/"), func(b *testing.B) {
					for b.Loop() {
						if err := f(); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			bench("replace", func() error { return boards.Replace(b.Context(), "r1", leaderboard.People, entries) })
			bench("set", func() error { return boards.Set(b.Context(), "r1", leaderboard.People, entries) })
			bench("read", func() error { _, err := boards.Read(b.Context(), "r1", leaderboard.People); return err })
			bench("top10", func() error { _, err := boards.Top(b.Context(), "r1", leaderboard.People, 10); return err })
			bench("rank", func() error { leaderboard.Rank(entries, true); return nil })
		}
	}
}
