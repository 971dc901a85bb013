package sqldb

import (
	"net/url"
	"testing"
)

func TestPostgresURLGetsAnExplicitSSLMode(t *testing.T) {
	for raw, want := range map[string]string{
		"postgres://u@localhost/db":                      "disable",
		"postgres://u@127.0.0.1:5433/db":                 "disable",
		"postgres://u@[::1]:5433/db":                     "disable",
		"postgres://u@/db?host=/var/run/postgresql":      "disable",
		"postgres://u@db.example/db":                     "require",
		"postgresql://u@10.0.0.5/db":                     "require",
		"postgres://u@/db?host=10.0.0.5":                 "require",
		"postgres://u@db.example/db?sslmode=verify-full": "verify-full",
		"postgres://u@db.example/db?sslmode=disable":     "disable",
	} {
		dsn, err := postgresDSN(raw)
		if err != nil {
			t.Fatal(err)
		}
		u, err := url.Parse(dsn)
		if err != nil {
			t.Fatal(err)
		}
		if got := u.Query().Get("sslmode"); got != want {
			t.Errorf("%s: sslmode %q, want %q", raw, got, want)
		}
		if u.Query().Get("connect_timeout") == "" {
			t.Errorf("%s: waits forever for a connection", raw)
		}
	}
}

func TestSQLitePathOfURL(t *testing.T) {
	for raw, want := range map[string]string{
		"sqlite:///var/lib/a.db":  "/var/lib/a.db",
		"sqlite:/var/lib/a.db":    "/var/lib/a.db",
		"sqlite:a.db":             "a.db",
		"sqlite:./data/a.db":      "./data/a.db",
		"sqlite:///C:/data/a.db":  "C:/data/a.db",
		"sqlite:///数据/100% #1.db": "/数据/100% #1.db",
	} {
		if got, err := sqlitePath(raw); err != nil || got != want {
			t.Errorf("%s: %q, %v; want %q", raw, got, err, want)
		}
	}
}
