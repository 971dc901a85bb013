package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"time"
)

// passwordCmd is `leitai password`, as `leitai staff reset-password` was called first.
type passwordCmd struct {
	staffResetCmd
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
