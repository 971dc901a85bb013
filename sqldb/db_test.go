package sqldb_test

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/internal/testenv"
	"leitai/sqldb"
)

// open opens an empty database with the schema.
func open(t testing.TB, url string) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	return db
}

// onBoth runs f on a migrated database of each engine.
func onBoth(t *testing.T, f func(t *testing.T, db *sqldb.DB)) {
	testenv.Databases(t, func(t *testing.T, url string) { f(t, open(t, url)) })
}

func mustExec(t testing.TB, db *sqldb.DB, query string, args ...any) int64 {
	t.Helper()
	n, err := db.Exec(t.Context(), query, args...)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func value(t testing.TB, db *sqldb.DB, name string) string {
	t.Helper()
	var v string
	if err := db.Get(t.Context(), &v, "SELECT value FROM meta WHERE name = $1", name); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestEngineIsNamed(t *testing.T) {
	testenv.Databases(t, func(t *testing.T, url string) {
		want, _, _ := strings.Cut(url, ":")
		if got := open(t, url).Engine(); got != want {
			t.Errorf("engine %q, want %q", got, want)
		}
	})
}

func TestOpenRefusesWhatItCannotServe(t *testing.T) {
	for _, url := range []string{
		"", "leitai.db", "mysql://localhost/x", "sqlite:", "sqlite::memory:", "sqlite:a.db?mode=ro",
		"postgres://leitai:secret@127.0.0.1:1/x", "postgres://leitai:secret@[::1/x",
	} {
		_, err := sqldb.Open(t.Context(), url)
		if err == nil {
			t.Errorf("%q was opened", url)
		} else if strings.Contains(err.Error(), "secret") {
			t.Errorf("%q: the error shows the password: %v", url, err)
		}
	}
}

func TestSQLitePathIsTakenAsItStands(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, path := range []string{filepath.Join(t.TempDir(), "数据 100%", "a#b%20c.db"), "rel.db", "sub/folder/rel.db"} {
		url := "sqlite:" + path
		if filepath.IsAbs(path) {
			url = "sqlite://" + path
		}
		open(t, url)
		if _, err := os.Stat(path); err != nil {
			t.Errorf("%s: %v", url, err)
		}
	}
}

func TestNoRowIsErrNoRow(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		var v string
		if err := db.Get(t.Context(), &v, "SELECT value FROM meta WHERE name = $1", "absent"); !errors.Is(err, sqldb.ErrNoRow) {
			t.Errorf("Get: %v", err)
		}
		err := db.Tx(t.Context(), func(tx *sqlx.Tx) error { return tx.Get(&v, "SELECT value FROM meta WHERE name = $1", "absent") })
		if !errors.Is(err, sqldb.ErrNoRow) {
			t.Errorf("tx.Get: %v", err)
		}
		var all []string
		if err := db.Select(t.Context(), &all, "SELECT value FROM meta WHERE name = $1", "absent"); err != nil || len(all) != 0 {
			t.Errorf("Select: %q, %v", all, err)
		}
	})
}

func TestExecCountsRowsAndReadersSeeThem(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		mustExec(t, db, "INSERT INTO meta (name, value) VALUES ('a', '1'), ('b', '1')")
		if n := mustExec(t, db, "UPDATE meta SET value = $2 WHERE value = $1", "1", "2"); n != 2 {
			t.Errorf("%d rows, want 2", n)
		}
		var values []string
		if err := db.Select(t.Context(), &values, "SELECT value FROM meta ORDER BY name"); err != nil || len(values) != 2 || values[1] != "2" {
			t.Errorf("%q, %v", values, err)
		}
	})
}

func TestSQLiteReadPoolCannotWrite(t *testing.T) {
	db := open(t, "sqlite:"+filepath.Join(t.TempDir(), "a.db"))
	var n int
	if err := db.Get(t.Context(), &n, "INSERT INTO meta (name, value) VALUES ('a', '1') RETURNING 1"); err == nil {
		t.Error("a read wrote")
	}
}

func TestTransactionRollsBackOnErrorAndPanic(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		mustExec(t, db, "INSERT INTO meta (name, value) VALUES ('a', 'before')")
		change := func(tx *sqlx.Tx) {
			if _, err := tx.Exec("UPDATE meta SET value = 'changed'"); err != nil {
				t.Fatal(err)
			}
		}
		stop := errors.New("stop")
		if err := db.Tx(t.Context(), func(tx *sqlx.Tx) error { change(tx); return stop }); !errors.Is(err, stop) {
			t.Errorf("error %v, want the function's own", err)
		}
		func() {
			defer func() {
				if recover() == nil {
					t.Error("the panic was swallowed")
				}
			}()
			_ = db.Tx(t.Context(), func(tx *sqlx.Tx) error { change(tx); panic("stop") })
		}()
		if v := value(t, db, "a"); v != "before" {
			t.Errorf("value %q", v)
		}
		if err := db.Tx(t.Context(), func(tx *sqlx.Tx) error { change(tx); return nil }); err != nil {
			t.Fatal(err)
		}
		if v := value(t, db, "a"); v != "changed" {
			t.Errorf("value %q", v)
		}
	})
}

func TestConcurrentReadThenWriteTransactionsAllSucceed(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		mustExec(t, db, "INSERT INTO meta (name, value) VALUES ('seen', '')")
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				for range 25 {
					err := db.Tx(t.Context(), func(tx *sqlx.Tx) error {
						var v string
						if err := tx.Get(&v, "SELECT value FROM meta WHERE name = 'seen'"); err != nil {
							return err
						}
						_, err := tx.Exec("UPDATE meta SET value = value || 'x' WHERE name = 'seen'")
						return err
					})
					if err != nil {
						t.Error(err)
					}
				}
			})
		}
		wg.Wait()
		if v := value(t, db, "seen"); len(v) != 200 {
			t.Errorf("%d updates, want 200", len(v))
		}
	})
}

// Two transactions that lock two rows in opposite order: Postgres ends one of them, and Tx runs it again.
func TestDeadlockIsTriedAgain(t *testing.T) {
	db := open(t, testenv.Postgres(t))
	mustExec(t, db, "INSERT INTO meta (name, value) VALUES ('a', ''), ('b', '')")
	var bothHoldOne sync.WaitGroup
	bothHoldOne.Add(2)
	swap := func(first, second string) {
		tries := 0
		err := db.Tx(t.Context(), func(tx *sqlx.Tx) error {
			tries++
			if _, err := tx.Exec("UPDATE meta SET value = value || 'x' WHERE name = $1", first); err != nil {
				return err
			}
			if tries == 1 {
				bothHoldOne.Done()
				bothHoldOne.Wait()
			}
			_, err := tx.Exec("UPDATE meta SET value = value || 'x' WHERE name = $1", second)
			return err
		})
		if err != nil {
			t.Error(err)
		}
	}
	var wg sync.WaitGroup
	wg.Go(func() { swap("a", "b") })
	wg.Go(func() { swap("b", "a") })
	wg.Wait()
	if v := value(t, db, "a") + value(t, db, "b"); v != "xxxx" {
		t.Errorf("values %q", v)
	}
}

func TestProcessesMigrateAtTheSameTime(t *testing.T) {
	testenv.Databases(t, func(t *testing.T, url string) {
		var wg sync.WaitGroup
		for range 5 { // each with pools of its own, as a process has
			wg.Go(func() {
				db, err := sqldb.Open(t.Context(), url)
				if err != nil {
					t.Error(err)
					return
				}
				defer func() { _ = db.Close() }()
				if err := db.Migrate(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		db := open(t, url) // once more finds nothing to do
		if n := mustExec(t, db, "INSERT INTO meta (name, value) VALUES ('a', '1')"); n != 1 {
			t.Errorf("%d rows", n)
		}
	})
}

func TestMigrationsPendingUntilMigrated(t *testing.T) {
	testenv.Databases(t, func(t *testing.T, url string) {
		db, err := sqldb.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		for _, want := range []bool{true, false} {
			if got, err := db.MigrationsPending(t.Context()); err != nil || got != want {
				t.Fatalf("pending %v, %v; want %v", got, err, want)
			}
			if err := db.Migrate(t.Context()); err != nil {
				t.Fatal(err)
			}
		}
		another := open(t, url)
		if got, err := another.MigrationsPending(t.Context()); err != nil || got {
			t.Errorf("another process: pending %v, %v", got, err)
		}
	})
}

func TestForeignKeysHold(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		_, err := db.Exec(t.Context(), "INSERT INTO units (id, parent_id, kind, name, position) VALUES ('u', 'absent', 'branch', 'x', 1)")
		if err == nil || sqldb.IsUnique(err) || sqldb.IsUnavailable(err) {
			t.Errorf("%v", err)
		}
	})
}

func TestUniqueViolationsAreRecognised(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		insert := "INSERT INTO banks (id, name, created_at) VALUES ($1, $2, 0)"
		mustExec(t, db, insert, "1", "a")
		for what, args := range map[string][]any{"primary key": {"1", "b"}, "unique": {"2", "a"}} {
			if _, err := db.Exec(t.Context(), insert, args...); !sqldb.IsUnique(err) || sqldb.IsUnavailable(err) {
				t.Errorf("%s: %v", what, err)
			}
		}
		if _, err := db.Exec(t.Context(), insert, "3", nil); err == nil || sqldb.IsUnique(err) {
			t.Errorf("not null: %v", err)
		}
		if sqldb.IsUnique(nil) || sqldb.IsUnavailable(nil) {
			t.Error("nil is an error")
		}
	})
}

func TestDeadlineIsUnavailableAndCancelIsNot(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		late, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		defer cancel()
		gone, leave := context.WithCancel(t.Context())
		leave()
		var n int64
		const slow = `WITH RECURSIVE c (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM c WHERE n < 2000000000) SELECT COUNT(*) FROM c`
		if err := db.Get(late, &n, slow); !sqldb.IsUnavailable(err) {
			t.Errorf("deadline: %v", err)
		}
		if err := db.Get(gone, &n, slow); err == nil || sqldb.IsUnavailable(err) {
			t.Errorf("canceled: %v", err)
		}
		if err := db.Ping(t.Context()); err != nil {
			t.Errorf("afterwards: %v", err)
		}
	})
}

func TestBusySQLiteIsUnavailable(t *testing.T) {
	url := "sqlite:" + filepath.Join(t.TempDir(), "a.db")
	db, other := open(t, url), open(t, url)
	mustExec(t, db, "PRAGMA busy_timeout = 20")         // milliseconds, for the one write connection
	err := other.Tx(t.Context(), func(*sqlx.Tx) error { // another process writes, and takes its time
		_, err := db.Exec(t.Context(), "INSERT INTO meta (name, value) VALUES ('a', '1')")
		return err
	})
	if !sqldb.IsUnavailable(err) {
		t.Errorf("%v", err)
	}
	mustExec(t, db, "INSERT INTO meta (name, value) VALUES ('a', '1')")
}

func TestLostPostgresIsUnavailableAndComesBack(t *testing.T) {
	p := testenv.PostgresProcess(t)
	db := open(t, p.URL)
	write := func() error {
		_, err := db.Exec(t.Context(), "INSERT INTO meta (name, value) VALUES ('a', '1') ON CONFLICT DO NOTHING")
		return err
	}
	appendRow := func() error {
		_, err := db.Append(t.Context(), sqldb.Insert{
			Table: "meta", Key: []string{"name"},
			Columns: []sqldb.Column{{Name: "name", Strings: []string{"b"}}, {Name: "value", Strings: []string{"1"}}},
		})
		return err
	}
	for _, end := range []func(){p.Stop, p.Kill} {
		if err := errors.Join(write(), appendRow()); err != nil {
			t.Fatal(err)
		}
		err := db.Tx(t.Context(), func(tx *sqlx.Tx) error {
			end()
			_, err := tx.Exec("UPDATE meta SET value = '2'")
			return err
		})
		if !sqldb.IsUnavailable(err) {
			t.Errorf("inside a transaction: %v", err)
		}
		for _, f := range []func() error{write, appendRow, func() error { return db.Ping(t.Context()) }} {
			if err := f(); !sqldb.IsUnavailable(err) {
				t.Errorf("while it is down: %v", err)
			}
		}
		p.Start()
		if err := errors.Join(write(), appendRow()); err != nil { // prepared statements come back too
			t.Errorf("after it came back: %v", err)
		}
	}
}
