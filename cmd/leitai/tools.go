package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"time"

	"leitai/people"
	"leitai/sqldb"
)

// passwordCmd is `leitai password`: for who has lost it and has the machine.
type passwordCmd struct {
	settings
	Username string `arg:"" default:"admin" help:"The account."`
}

// Run gives the account a new random password and prints it.
func (c *passwordCmd) Run(ctx context.Context) error {
	if path := filepath.Join(c.DataDir, "leitai.db"); c.DatabaseURL == "" {
		if _, err := os.Stat(path); err != nil {
			return fmt.Errorf("there is no database at %s; name its folder with --data-dir, or the server with LEITAI_DATABASE_URL", path)
		}
	}
	db, err := sqldb.Open(ctx, c.databaseURL())
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	defer db.Close()
	password, err := people.NewStore(db).ResetPassword(ctx, c.Username)
	if err != nil {
		return err
	}
	fmt.Printf("%s / %s\n", c.Username, password)
	return nil
}

// healthCmd is `leitai health`, for containers without a shell.
type healthCmd struct {
	Listen string `default:":8080" env:"LEITAI_LISTEN" help:"Address that the server listens on."`
}

// Run asks /readyz.
func (c *healthCmd) Run(ctx context.Context) error {
	host, port, err := net.SplitHostPort(c.Listen)
	if err != nil {
		return &settingsError{[]string{"LEITAI_LISTEN: not host:port"}}
	}
	if host == "" || net.ParseIP(host).IsUnspecified() {
		host = "127.0.0.1"
	}
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	var h struct{ Status string }
	_ = json.NewDecoder(res.Body).Decode(&h)
	if res.StatusCode != http.StatusOK {
		return fmt.Errorf("not ready: %s", h.Status)
	}
	return nil
}
