package rehearse

import (
	"context"
	crand "crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// Bounds of a server of our own.
const (
	startWithin = 60 * time.Second
	stopWithin  = 20 * time.Second
	logTail     = 4096 // bytes of the server's output that an error shows
)

// ownServer is a Leitai server in a folder of its own, which goes with it.
type ownServer struct {
	folder   string
	url      string
	pid      int
	username string
	password string
	command  *exec.Cmd
	exited   chan struct{} // closed when the process has ended
	err      error         // how; valid after exited
}

// startServer starts `program serve` on a free port of the loopback interface and waits until it is ready.
func startServer(ctx context.Context, program string) (*ownServer, error) {
	if program == "" {
		var err error
		if program, err = os.Executable(); err != nil {
			return nil, fmt.Errorf("find the own program: %w", err)
		}
	}
	folder, err := os.MkdirTemp("", "leitai-rehearse-")
	if err != nil {
		return nil, fmt.Errorf("make a folder for the server: %w", err)
	}
	s := &ownServer{folder: folder, username: "admin", password: crand.Text(), exited: make(chan struct{})}
	if err := s.start(ctx, program); err != nil {
		tail := s.tail()
		return nil, errors.Join(fmt.Errorf("start a server: %w\n%s", err, tail), s.stop())
	}
	return s, nil
}

func (s *ownServer) start(ctx context.Context, program string) error {
	output, err := os.Create(filepath.Join(s.folder, "server.log"))
	if err != nil {
		close(s.exited)
		return err
	}
	defer func() { _ = output.Close() }() // the server has a descriptor of its own
	ready := filepath.Join(s.folder, "ready.json")
	s.command = exec.Command(program, "serve", "--listen", "127.0.0.1:0",
		"--data-dir", filepath.Join(s.folder, "data"), "--ready-file", ready, "--sample-bank")
	s.command.Env = append(serverEnv(os.Environ()), "LEITAI_ADMIN_PASSWORD="+s.password)
	s.command.Stdout, s.command.Stderr = output, output
	detach(s.command)
	if err := s.command.Start(); err != nil {
		close(s.exited)
		return err
	}
	go func() {
		s.err = s.command.Wait()
		close(s.exited)
	}()
	bounded, cancel := context.WithTimeoutCause(ctx, startWithin, errors.New("it is not ready in time"))
	defer cancel()
	return s.awaitReady(bounded, ready)
}

// serverEnv keeps what says where to store, and drops other settings: they would change what is rehearsed.
func serverEnv(all []string) []string {
	var env []string
	for _, v := range all {
		name, value, _ := strings.Cut(v, "=")
		storage := strings.HasPrefix(name, "LEITAI_DATABASE_URL") || strings.HasPrefix(name, "LEITAI_REDIS_URL") // or …_FILE
		if !strings.HasPrefix(name, "LEITAI_") || storage && value != "" {
			env = append(env, v)
		}
	}
	return env
}

func (s *ownServer) awaitReady(ctx context.Context, file string) error {
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		if s.ready(ctx, file) {
			return nil
		}
		select {
		case <-s.exited:
			return fmt.Errorf("it ended: %w", errors.Join(s.err, errors.New("before it was ready")))
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
}

func (s *ownServer) ready(ctx context.Context, file string) bool {
	var told struct {
		Address string `json:"address"`
		PID     int    `json:"pid"`
	}
	raw, err := os.ReadFile(file)
	if err != nil || json.Unmarshal(raw, &told) != nil || told.Address == "" {
		return false // not there yet, or being written
	}
	s.url, s.pid = "http://"+told.Address, told.PID
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.url+"/readyz", nil)
	if err != nil {
		return false
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return false
	}
	_ = res.Body.Close() // the status says it all
	return res.StatusCode == http.StatusOK
}

// tail is the end of what the server wrote.
func (s *ownServer) tail() string {
	raw, err := os.ReadFile(filepath.Join(s.folder, "server.log"))
	if err != nil {
		return ""
	}
	return string(raw[max(0, len(raw)-logTail):])
}

// alive reports whether the server still runs.
func (s *ownServer) alive() bool {
	select {
	case <-s.exited:
		return false
	default:
		return true
	}
}

// stop ends the server in order, or at last by force, and removes its folder.
func (s *ownServer) stop() error {
	var err error
	if s.command != nil && s.command.Process != nil && s.alive() {
		_ = s.command.Process.Signal(syscall.SIGTERM) // fails only when it has just ended
		select {
		case <-s.exited:
		case <-time.After(stopWithin):
			_ = s.command.Process.Kill() // the same
			<-s.exited
			err = fmt.Errorf("the server did not stop within %s", stopWithin)
		}
	}
	return errors.Join(err, os.RemoveAll(s.folder))
}
