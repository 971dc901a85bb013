package testenv_test

import (
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"

	"github.com/redis/go-redis/v9"

	"leitai/internal/testenv"
)

func open(t *testing.T, url string) *sql.DB {
	t.Helper()
	db, err := sql.Open("postgres", url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func connect(t *testing.T, url string) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(url)
	if err != nil {
		t.Fatal(err)
	}
	options.MaxRetries, options.DialerRetries = -1, 1 // a dead server is expected here
	rdb := redis.NewClient(options)
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

func TestEachCallGivesAnEmptyDatabase(t *testing.T) {
	for range 2 {
		if _, err := open(t, testenv.Postgres(t)).Exec("CREATE TABLE mine (id TEXT)"); err != nil {
			t.Fatal(err)
		}
	}
}

func TestDatabasesAreDroppedAfterTheTest(t *testing.T) {
	var address string
	t.Run("inner", func(t *testing.T) {
		address = testenv.Postgres(t)
		if err := open(t, address).Ping(); err != nil {
			t.Fatal(err)
		}
	})
	if err := open(t, address).Ping(); err == nil {
		t.Error("the database outlived its test")
	}
}

func TestEachCallGivesAnEmptyRedis(t *testing.T) {
	ctx := context.Background()
	seen := map[string]bool{}
	for range 20 { // more than one server holds
		address := testenv.Redis(t)
		if seen[address] {
			t.Fatalf("%s was given twice", address)
		}
		seen[address] = true
		rdb := connect(t, address)
		if n := rdb.DBSize(ctx).Val(); n != 0 {
			t.Fatalf("%s holds %d keys", address, n)
		}
		if err := rdb.Set(ctx, "mine", 1, 0).Err(); err != nil {
			t.Fatal(err)
		}
	}
}

func TestBothKindsOfServerAnswer(t *testing.T) {
	var names []string
	testenv.RedisServers(t, func(t *testing.T, address string) {
		if err := connect(t, address).Ping(context.Background()).Err(); err != nil {
			t.Fatal(err)
		}
		names = append(names, t.Name())
	})
	testenv.Databases(t, func(t *testing.T, address string) {
		if _, err := url.Parse(address); err != nil {
			t.Fatal(err)
		}
		names = append(names, t.Name())
	})
	want := []string{t.Name() + "/miniredis", t.Name() + "/redis", t.Name() + "/sqlite", t.Name() + "/postgres"}
	if !slices.Equal(names, want) {
		t.Errorf("ran %q, want %q", names, want)
	}
}

func TestPostgresProcessComesBackWithItsData(t *testing.T) {
	p := testenv.PostgresProcess(t)
	db := open(t, p.URL)
	if _, err := db.Exec("CREATE TABLE kept (id TEXT)"); err != nil {
		t.Fatal(err)
	}
	for name, end := range map[string]func(){"stop": p.Stop, "kill": p.Kill} {
		end()
		if err := db.Ping(); err == nil {
			t.Fatalf("%s: it still answers", name)
		}
		p.Start()
		if _, err := db.Exec("INSERT INTO kept VALUES ('x')"); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
}

func TestRedisProcessComesBackEmpty(t *testing.T) {
	ctx := context.Background()
	p := testenv.RedisProcess(t)
	rdb := connect(t, p.URL)
	if err := rdb.Set(ctx, "lost", 1, 0).Err(); err != nil {
		t.Fatal(err)
	}
	for name, end := range map[string]func(){"stop": p.Stop, "kill": p.Kill} {
		end()
		if err := rdb.Ping(ctx).Err(); err == nil {
			t.Fatalf("%s: it still answers", name)
		}
		p.Start()
		if n, err := rdb.Exists(ctx, "lost").Result(); err != nil || n != 0 {
			t.Fatalf("%s: %d %v", name, n, err)
		}
	}
}

func TestClusterRefusesKeysOfDifferentSlots(t *testing.T) {
	ctx := context.Background()
	options, err := redis.ParseClusterURL(testenv.RedisCluster(t))
	if err != nil {
		t.Fatal(err)
	}
	rdb := redis.NewClusterClient(options)
	t.Cleanup(func() { _ = rdb.Close() })
	if err := rdb.MSet(ctx, "{a}1", 1, "{a}2", 2).Err(); err != nil {
		t.Fatal(err)
	}
	if err := rdb.Rename(ctx, "{a}1", "b").Err(); err == nil {
		t.Error("a key was renamed into another slot")
	}
}

// The test starts itself as a child that holds servers, kills it, and sees them go.
func TestServersDoNotOutliveAKilledTestBinary(t *testing.T) {
	if os.Getenv("TESTENV_CHILD") != "" {
		postgres, rds := testenv.PostgresProcess(t), testenv.RedisProcess(t)
		fmt.Fprintln(os.Stderr, "child", postgres.URL, rds.URL)
		select {}
	}
	child := exec.Command(os.Args[0], "-test.run=^"+t.Name()+"$")
	child.Env = append(os.Environ(), "TESTENV_CHILD=1")
	out, err := child.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	urls := strings.Fields(line)
	if err != nil || len(urls) != 3 {
		_ = child.Process.Kill()
		_ = child.Wait()
		t.Skipf("the child has no servers: %q", line) // a program is missing, as the other tests say
	}
	db, rdb := open(t, urls[1]), connect(t, urls[2])
	if err := child.Process.Signal(syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	_ = child.Wait()
	for db.Ping() == nil || rdb.Ping(context.Background()).Err() == nil {
		runtime.Gosched()
	}
}

func TestWithPassesURLsAndExitCode(t *testing.T) {
	script := `case "$LEITAI_TEST_POSTGRES_URL $LEITAI_TEST_REDIS_URL" in "postgres://"*" redis://"*) exit 7;; esac`
	code, err := testenv.RunWith([]string{"sh", "-c", script})
	if err != nil || code != 7 {
		t.Errorf("exit code %d, %v; want 7", code, err)
	}
}
