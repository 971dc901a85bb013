// Package testenv gives tests real databases: throwaway Postgres and Redis processes on free ports, with their files
// in a temporary folder. They start when a test first asks for them and end with the test binary, also when it is
// killed. LEITAI_TEST_POSTGRES_URL and LEITAI_TEST_REDIS_URL name servers to use instead; the command in the folder
// with starts one of each for a whole `go test ./...`.
package testenv

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/alicebob/miniredis/v2"
	_ "github.com/lib/pq"
	"github.com/redis/go-redis/v9"
)

// The servers that a whole test run shares.
const (
	postgresVariable = "LEITAI_TEST_POSTGRES_URL"
	redisVariable    = "LEITAI_TEST_REDIS_URL"
)

// Databases runs f as the subtests "sqlite" and "postgres", each with the URL of an empty database for sqldb.Open.
func Databases(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	t.Run("sqlite", func(t *testing.T) { f(t, "sqlite://"+filepath.Join(t.TempDir(), "leitai.db")) })
	t.Run("postgres", func(t *testing.T) { f(t, Postgres(t)) })
}

// RedisServers runs f as the subtests "miniredis" and "redis", each with the URL of an empty server.
func RedisServers(t *testing.T, f func(t *testing.T, url string)) {
	t.Helper()
	t.Run("miniredis", func(t *testing.T) { f(t, "redis://"+miniredis.RunT(t).Addr()+"/0") })
	t.Run("redis", func(t *testing.T) { f(t, Redis(t)) })
}

// shared holds this test binary's servers.
var shared struct {
	sync.Mutex
	fast    *server   // Postgres without fsync
	durable *server   // Postgres with fsync
	redis   []*server // each with redisDatabases databases
	cluster *server   // Redis
}

// Postgres returns the URL of an empty database, which is dropped when the test ends. A test's server does without
// fsync; a benchmark's has it, and is never the shared server of the environment.
func Postgres(t testing.TB) string {
	t.Helper()
	_, durable := t.(*testing.B)
	admin := os.Getenv(postgresVariable)
	if admin == "" || durable {
		admin = sharedPostgres(t, durable)
	}
	name := "test_" + randomHex()
	if err := execPostgres(admin, "CREATE DATABASE "+name+" TEMPLATE template0"); err != nil {
		t.Fatalf("create test database: %v", err)
	}
	t.Cleanup(func() {
		if err := execPostgres(admin, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)"); err != nil {
			t.Errorf("drop test database: %v", err)
		}
	})
	u, err := url.Parse(admin)
	if err != nil {
		t.Fatalf("%s is no URL", postgresVariable)
	}
	u.Path = "/" + name
	return u.String()
}

func sharedPostgres(t testing.TB, durable bool) string {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	place := &shared.fast
	if durable {
		place = &shared.durable
	}
	if *place == nil {
		s, err := newPostgres(durable)
		orSkip(t, err)
		*place = s
	}
	return (*place).url
}

// execPostgres opens and closes its own connection, so that nothing is left for leak detectors to find.
func execPostgres(url, statement string) error {
	db, err := sql.Open("postgres", withSSLMode(url))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	_, err = db.Exec(statement)
	return err
}

// withSSLMode makes URLs of the environment usable as they are for a server on this machine.
func withSSLMode(raw string) string {
	u, err := url.Parse(raw)
	if err != nil {
		return raw
	}
	q := u.Query()
	if q.Get("sslmode") == "" {
		q.Set("sslmode", "disable")
		u.RawQuery = q.Encode()
	}
	return u.String()
}

// Redis returns the URL of an empty Redis database, which is emptied when the test ends. Channels of publish and
// subscribe belong to the server, not to a database: tests that run in parallel need names of their own.
func Redis(t testing.TB) string {
	t.Helper()
	if common := os.Getenv(redisVariable); common != "" {
		if u := claimRedis(t, common); u != "" {
			return u
		}
	}
	shared.Lock()
	defer shared.Unlock()
	for _, s := range shared.redis {
		if u := claimRedis(t, s.url); u != "" {
			return u
		}
	}
	s, err := newRedis()
	orSkip(t, err)
	shared.redis = append(shared.redis, s)
	return claimRedis(t, s.url)
}

// RedisCluster returns the URL of an empty Redis Cluster of one node, for redis.ParseClusterURL. A cluster has no
// numbered databases, so tests that use it must not run in parallel.
func RedisCluster(t testing.TB) string {
	t.Helper()
	shared.Lock()
	defer shared.Unlock()
	if shared.cluster == nil { // once: a new node refuses keys for two seconds
		s, err := newRedisCluster()
		orSkip(t, err)
		shared.cluster = s
	}
	if err := sendRedis(shared.cluster.address, "FLUSHALL", "+OK"); err != nil {
		t.Fatalf("empty test redis cluster: %v", err)
	}
	return "redis://" + shared.cluster.address
}

// claimRedis takes a free database of a server that other test binaries may use too, or returns "". Database 0 holds
// the claims; those of a crashed run lapse.
func claimRedis(t testing.TB, server string) string {
	t.Helper()
	const lapse = 20 * time.Minute
	ctx := context.Background()
	options, err := redis.ParseURL(server)
	if err != nil {
		t.Fatalf("%s is no URL", redisVariable)
	}
	options.DB = 0
	claims := redis.NewClient(options)
	defer func() { _ = claims.Close() }()
	config, err := claims.ConfigGet(ctx, "databases").Result()
	if err != nil {
		t.Fatalf("ask test redis: %v", err)
	}
	databases, _ := strconv.Atoi(config["databases"])
	for number := 1; number < databases; number++ {
		key := "testenv:claim:" + strconv.Itoa(number)
		free, err := claims.SetNX(ctx, key, os.Getpid(), lapse).Result()
		if err != nil {
			t.Fatalf("claim test redis database: %v", err)
		}
		if !free {
			continue
		}
		if err := flushRedis(ctx, options, number, ""); err != nil {
			t.Fatalf("empty test redis database: %v", err)
		}
		t.Cleanup(func() {
			if err := flushRedis(ctx, options, number, key); err != nil {
				t.Errorf("release test redis database: %v", err)
			}
		})
		u, _ := url.Parse(server)
		u.Path = "/" + strconv.Itoa(number)
		return u.String()
	}
	return ""
}

// flushRedis empties a database and then drops its claim, if one is named.
func flushRedis(ctx context.Context, options *redis.Options, number int, claim string) error {
	own := *options
	own.DB = number
	rdb := redis.NewClient(&own)
	defer func() { _ = rdb.Close() }()
	if err := rdb.FlushDB(ctx).Err(); err != nil || claim == "" {
		return err
	}
	claims := redis.NewClient(options)
	defer func() { _ = claims.Close() }()
	return claims.Del(ctx, claim).Err()
}

// Process is a server of one test's own, which may be stopped, killed and started again on the same port.
type Process struct {
	URL string // as sqldb.Open or redis.ParseURL takes it

	t testing.TB
	s *server
}

// PostgresProcess starts a Postgres for this test alone; it has fsync in a benchmark.
func PostgresProcess(t testing.TB) *Process {
	t.Helper()
	_, durable := t.(*testing.B)
	s, err := newPostgres(durable)
	return newProcess(t, s, err)
}

// RedisProcess starts a Redis for this test alone. It saves nothing: after Stop or Kill it comes back empty.
func RedisProcess(t testing.TB) *Process {
	t.Helper()
	s, err := newRedis()
	return newProcess(t, s, err)
}

func newProcess(t testing.TB, s *server, err error) *Process {
	t.Helper()
	orSkip(t, err)
	t.Cleanup(func() {
		s.stop(s.killSignal)
		_ = os.RemoveAll(s.dir)
	})
	return &Process{URL: s.url, t: t, s: s}
}

// Start starts the process again and returns when it answers.
func (p *Process) Start() {
	p.t.Helper()
	if err := p.s.start(); err != nil {
		p.t.Fatal(err)
	}
}

// Stop shuts the process down in order and returns when it is gone. Connections are cut.
func (p *Process) Stop() { p.s.stop(p.s.stopSignal) }

// Kill ends the process without a goodbye and returns when it is gone. For Postgres it is the immediate shutdown:
// no checkpoint, so the next start recovers from the log, but nothing is left in shared memory.
func (p *Process) Kill() { p.s.stop(p.s.killSignal) }

// orSkip lets a developer without the programs run the other tests; a build server must have them.
func orSkip(t testing.TB, err error) {
	t.Helper()
	missing, ok := errors.AsType[*missingError](err)
	switch {
	case err == nil:
	case ok && os.Getenv("CI") != "true":
		t.Skip(missing)
	default:
		t.Fatal(err)
	}
}

// missingError names a program that is not installed.
type missingError struct{ program, aptPackage string }

func (e *missingError) Error() string {
	return fmt.Sprintf("%s is not installed: apt-get install %s", e.program, e.aptPackage)
}

func randomHex() string {
	b := make([]byte, 8)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}
