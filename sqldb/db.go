// Package sqldb opens the system of record, SQLite in process or Postgres, and hides where the two differ: pools,
// transactions, times, JSON, errors, migrations and the bulk append. SQL itself is written once and runs on both.
package sqldb

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"net"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/jmoiron/sqlx"
	_ "github.com/lib/pq"
	_ "modernc.org/sqlite"
)

// The engines' names, which are their database/sql drivers' names too.
const (
	sqlite   = "sqlite"
	postgres = "postgres"
)

const (
	busyTimeout     = 5 * time.Second // how long SQLite waits for another process's write
	postgresConns   = 20              // of one process; five processes fit Postgres's default of 100
	connMaxIdleTime = 5 * time.Minute
	connectTimeout  = "10" // seconds, for Postgres URLs that name none
	txAttempts      = 5
)

// sqlx knows lib/pq's placeholders, and not modernc's.
var bindSQLite = sync.OnceFunc(func() { sqlx.BindDriver(sqlite, sqlx.DOLLAR) })

// DB is one database with a pool for writes and a pool for reads. On SQLite the write pool is one connection, since
// SQLite has one writer anyway and queueing in Go is fairer than its busy loop; on Postgres both are the same pool.
// All methods are safe for concurrent use.
type DB struct {
	engine string
	write  *sqlx.DB
	read   *sqlx.DB

	current atomic.Bool // every migration was found applied; the schema never goes back

	mu      sync.Mutex
	appends map[string]*sqlx.Stmt // guarded by mu; key: see Insert.variant
}

// Open opens "sqlite:///abs/path.db", "sqlite:rel.db" or "postgres://…" and asks the database for a sign of life. A
// SQLite path is taken as it stands, without escapes or options, and its folder is made. A Postgres URL that names no
// sslmode gets disable for this machine and require for any other.
func Open(ctx context.Context, url string) (*DB, error) {
	bindSQLite()
	switch {
	case strings.HasPrefix(url, "sqlite:"):
		return openSQLite(ctx, url)
	case strings.HasPrefix(url, "postgres://"), strings.HasPrefix(url, "postgresql://"):
		return openPostgres(ctx, url)
	}
	return nil, fmt.Errorf("open database: the URL must begin with sqlite: or postgres://") // the URL may hold a password
}

func openSQLite(ctx context.Context, url string) (*DB, error) {
	path, err := sqlitePath(url)
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	common := fmt.Sprintf("_busy_timeout=%d&_pragma=foreign_keys(1)", busyTimeout.Milliseconds())
	// journal_size_limit: a burst's write-ahead log is cut back to 64 MiB afterwards. wal_autocheckpoint: 16 MiB and not 4, so
	// that answers seldom pay for moving others' pages; who writes much moves them itself (Checkpoint).
	write, err := sqlx.Open(sqlite, sqliteURI(path, common+
		"&_txlock=immediate&_pragma=journal_mode(WAL)&_pragma=synchronous(FULL)&_pragma=journal_size_limit(67108864)&_pragma=wal_autocheckpoint(4096)"))
	if err != nil {
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	write.SetMaxOpenConns(1)
	read, err := sqlx.Open(sqlite, sqliteURI(path, common+"&_pragma=query_only(1)"))
	if err != nil {
		_ = write.Close()
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	readers := max(4, runtime.NumCPU())
	read.SetMaxOpenConns(readers)
	read.SetMaxIdleConns(readers)

	db := &DB{engine: sqlite, write: write, read: read, appends: map[string]*sqlx.Stmt{}}
	// Turning WAL on needs the file alone and does not always wait for it: several processes may start together.
	if err := retry(ctx, isBusy, db.Ping); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open database %s: %w", path, err)
	}
	return db, nil
}

var driveLetter = regexp.MustCompile(`^/[A-Za-z]:`)

// sqlitePath returns the file of a SQLite URL.
func sqlitePath(url string) (string, error) {
	path := strings.TrimPrefix(strings.TrimPrefix(url, "sqlite:"), "//")
	if driveLetter.MatchString(path) { // sqlite:///C:/data/leitai.db
		path = path[1:]
	}
	switch {
	case path == "" || strings.HasPrefix(path, ":memory:"):
		return "", fmt.Errorf("open database: %s names no file; the two pools must meet in one", url)
	case strings.Contains(path, "?"):
		return "", fmt.Errorf("open database: %s: a SQLite URL takes no options", url)
	}
	return path, nil
}

// sqliteURI returns SQLite's own spelling of a path with options; its special characters are escaped.
func sqliteURI(path, options string) string {
	path = strings.NewReplacer("%", "%25", "?", "%3f", "#", "%23").Replace(filepath.ToSlash(path))
	return "file:" + path + "?" + options
}

func openPostgres(ctx context.Context, raw string) (*DB, error) {
	dsn, err := postgresDSN(raw)
	if err != nil {
		return nil, err
	}
	pool, err := sqlx.Open(postgres, dsn)
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	pool.SetMaxOpenConns(postgresConns)
	pool.SetMaxIdleConns(postgresConns)
	pool.SetConnMaxIdleTime(connMaxIdleTime)
	db := &DB{engine: postgres, write: pool, read: pool, appends: map[string]*sqlx.Stmt{}}
	if err := db.Ping(ctx); err != nil {
		_ = db.Close()
		return nil, fmt.Errorf("open database: %w", err)
	}
	return db, nil
}

// postgresDSN makes explicit what lib/pq would otherwise guess.
func postgresDSN(raw string) (string, error) {
	u, err := url.Parse(raw)
	if err != nil {
		return "", fmt.Errorf("open database: the Postgres URL cannot be read") // err would show the password
	}
	q := u.Query()
	if q.Get("sslmode") == "" {
		q.Set("sslmode", "require")
		if isLocal(u.Hostname(), q.Get("host")) {
			q.Set("sslmode", "disable")
		}
	}
	if q.Get("connect_timeout") == "" {
		q.Set("connect_timeout", connectTimeout)
	}
	if q.Get("application_name") == "" {
		q.Set("application_name", "leitai")
	}
	// Parameters travel with the query instead of after a first round trip that asks for their types: a read by key
	// took 130 instead of 200 µs. All columns here are TEXT, BIGINT, INTEGER or BOOLEAN, which this is safe for.
	if q.Get("binary_parameters") == "" {
		q.Set("binary_parameters", "yes")
	}
	u.RawQuery = q.Encode()
	return u.String(), nil
}

// isLocal reports whether every host named, by the URL or by its host parameter, is this machine.
func isLocal(hosts ...string) bool {
	for _, h := range hosts {
		if h == "" || h == "localhost" || strings.HasPrefix(h, "/") {
			continue
		}
		if ip := net.ParseIP(h); ip == nil || !ip.IsLoopback() {
			return false
		}
	}
	return true
}

// Close closes both pools; statements under way finish first.
func (db *DB) Close() error {
	err := db.write.Close()
	if db.read != db.write {
		if e := db.read.Close(); err == nil {
			err = e
		}
	}
	return err
}

// Checkpoint moves what was written into the database's file, where an engine needs to be told to (SQLite: its write-ahead
// log). It keeps no writer waiting: what is in use is left for later.
func (db *DB) Checkpoint(ctx context.Context) error {
	if db.engine != sqlite {
		return nil
	}
	var r struct {
		Busy  int `db:"busy"`
		Log   int `db:"log"`
		Moved int `db:"checkpointed"`
	}
	if err := db.read.GetContext(ctx, &r, `PRAGMA wal_checkpoint(PASSIVE)`); err != nil {
		return fmt.Errorf("checkpoint: %w", err)
	}
	return nil
}

// Ping asks for a sign of life of both pools.
func (db *DB) Ping(ctx context.Context) error {
	if err := db.write.PingContext(ctx); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	if db.read == db.write {
		return nil
	}
	if err := db.read.PingContext(ctx); err != nil {
		return fmt.Errorf("ping database: %w", err)
	}
	return nil
}

// Engine returns "sqlite" or "postgres".
func (db *DB) Engine() string { return db.engine }

// Get reads one row into dest, a pointer to a struct or to a value, from the read pool; no row is ErrNoRow.
func (db *DB) Get(ctx context.Context, dest any, query string, args ...any) error {
	return db.read.GetContext(ctx, dest, query, args...)
}

// Select reads all rows into dest, a pointer to a slice, from the read pool; no row leaves an empty slice.
func (db *DB) Select(ctx context.Context, dest any, query string, args ...any) error {
	return db.read.SelectContext(ctx, dest, query, args...)
}

// Exec runs one statement on the write pool, in a transaction of its own, and returns the number of rows it affected.
func (db *DB) Exec(ctx context.Context, query string, args ...any) (affected int64, err error) {
	r, err := db.write.ExecContext(ctx, query, args...)
	if err != nil {
		return 0, err
	}
	return r.RowsAffected()
}

// Tx runs f in a write transaction and commits when f returns nil; an error or a panic rolls back. When the engine
// asks for it (a deadlock, a serialization failure, a busy file) f runs again, up to five times in all, so f must
// have no effect outside tx. Inside f use tx only: on SQLite, db.Exec would wait for the one write connection that
// tx holds.
func (db *DB) Tx(ctx context.Context, f func(tx *sqlx.Tx) error) error {
	return retry(ctx, isRetryable, func(ctx context.Context) error { return db.tx(ctx, f) })
}

func (db *DB) tx(ctx context.Context, f func(tx *sqlx.Tx) error) error {
	tx, err := db.write.BeginTxx(ctx, nil)
	if err != nil {
		return fmt.Errorf("begin transaction: %w", err)
	}
	defer func() { _ = tx.Rollback() }() // after a commit this does nothing; a panic passes through it
	if err := f(tx); err != nil {
		return err
	}
	if err := tx.Commit(); err != nil {
		return fmt.Errorf("commit transaction: %w", err)
	}
	return nil
}

// retry calls f until it succeeds, fails in a way that again refuses, or has been called txAttempts times, with
// pauses that grow from about 10 ms to about 80 ms.
func retry(ctx context.Context, again func(error) bool, f func(context.Context) error) error {
	for attempt := 1; ; attempt++ {
		err := f(ctx)
		if err == nil || attempt == txAttempts || !again(err) {
			return err
		}
		pause := time.Duration(1<<(attempt-1)) * 10 * time.Millisecond
		select {
		case <-time.After(pause/2 + rand.N(pause)):
		case <-ctx.Done():
			return err
		}
	}
}

// ErrNoRow is what Get, and tx.Get inside Tx, return for an empty result.
var ErrNoRow = sql.ErrNoRows
