//go:build linux

package main

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"

	_ "github.com/lib/pq"
)

const storesWithin = 60 * time.Second // from start to the first answer

// stores is a Postgres with fsync, all its settings as they come but the number of connections, and a Redis.
type stores struct {
	postgres, redis       *exec.Cmd
	postgresURL, redisURL string // of the database "postgres"
	bin                   string
	admin                 *sql.DB
}

func startStores(ctx context.Context, folder string) (_ *stores, err error) {
	s := &stores{}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.stop())
		}
	}()
	found, err := filepath.Glob("/usr/lib/postgresql/*/bin/postgres")
	if err != nil || len(found) == 0 {
		return s, errors.New("no Postgres under /usr/lib/postgresql: apt-get install postgresql")
	}
	slices.Sort(found)
	s.bin = filepath.Dir(found[len(found)-1])
	if err := s.startPostgres(ctx, folder); err != nil {
		return s, fmt.Errorf("start Postgres: %w", err)
	}
	if err := s.startRedis(ctx, folder); err != nil {
		return s, fmt.Errorf("start Redis: %w", err)
	}
	return s, nil
}

// unprivileged is who runs the servers when root runs the benchmark: Postgres refuses root.
func unprivileged() (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil // no change is a fine answer
	}
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, err1 := strconv.ParseUint(u.Uid, 10, 32)
		gid, err2 := strconv.ParseUint(u.Gid, 10, 32)
		if err := errors.Join(err1, err2); err != nil {
			return nil, err
		}
		return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
	}
	return nil, errors.New("neither user postgres nor nobody exists")
}

// as starts a command as another user, with a folder that this user owns.
func as(c *exec.Cmd, who *syscall.Credential, folder string) error {
	c.SysProcAttr = &syscall.SysProcAttr{Credential: who, Setpgid: true, Pdeathsig: syscall.SIGQUIT}
	c.Dir = folder
	if who == nil {
		return nil
	}
	return os.Chown(folder, int(who.Uid), int(who.Gid))
}

func (s *stores) startPostgres(ctx context.Context, folder string) error {
	who, err := unprivileged()
	if err != nil {
		return err
	}
	if err := os.Chmod(folder, 0o711); err != nil { // the servers' user passes through
		return err
	}
	home := filepath.Join(folder, "postgres")
	if err := os.Mkdir(home, 0o700); err != nil {
		return err
	}
	data := filepath.Join(home, "data")
	initdb := exec.CommandContext(ctx, filepath.Join(s.bin, "initdb"), "-D", data, "-U", "leitai", "-A", "trust", "-E", "UTF8", "--locale=C")
	if err := as(initdb, who, home); err != nil {
		return err
	}
	if out, err := initdb.CombinedOutput(); err != nil {
		return fmt.Errorf("initdb: %w: %s", err, out)
	}
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	c := exec.Command(filepath.Join(s.bin, "postgres"), "-D", data, "-p", port, "-c", "listen_addresses=127.0.0.1",
		"-c", "unix_socket_directories=", "-c", "max_connections=200")
	if err := start(c, who, home); err != nil {
		return err
	}
	s.postgres = c
	s.postgresURL = "postgres://leitai@127.0.0.1:" + port + "/postgres?sslmode=disable"
	if s.admin, err = sql.Open("postgres", s.postgresURL); err != nil {
		return err
	}
	return await(ctx, func() error { return s.admin.PingContext(ctx) })
}

func (s *stores) startRedis(ctx context.Context, folder string) error {
	who, err := unprivileged()
	if err != nil {
		return err
	}
	home := filepath.Join(folder, "redis")
	if err := os.Mkdir(home, 0o700); err != nil {
		return err
	}
	port, err := freePort(ctx)
	if err != nil {
		return err
	}
	c := exec.Command("redis-server", "--port", port, "--bind", "127.0.0.1", "--dir", home, "--appendonly", "yes", "--save", "")
	if err := start(c, who, home); err != nil {
		return err
	}
	s.redis = c
	s.redisURL = "redis://127.0.0.1:" + port + "/0"
	return await(ctx, func() error { _, err := s.askRedis(ctx, "PING"); return err })
}

// start starts a server that writes its output into its folder.
func start(c *exec.Cmd, who *syscall.Credential, folder string) error {
	log, err := os.Create(filepath.Join(folder, "log"))
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }() // the server has its own
	if err := as(c, who, folder); err != nil {
		return err
	}
	c.Stdout, c.Stderr = log, log
	return c.Start()
}

func await(ctx context.Context, ok func() error) error {
	ctx, cancel := context.WithTimeout(ctx, storesWithin)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	for {
		err := ok()
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			return err
		case <-tick.C:
		}
	}
}

func freePort(ctx context.Context) (string, error) {
	var lc net.ListenConfig
	l, err := lc.Listen(ctx, "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	_, port, err := net.SplitHostPort(l.Addr().String())
	return port, errors.Join(err, l.Close())
}

// askRedis sends one inline command and gives the first bytes of the answer.
func (s *stores) askRedis(ctx context.Context, command string) (string, error) {
	var d net.Dialer
	conn, err := d.DialContext(ctx, "tcp", strings.TrimSuffix(strings.TrimPrefix(s.redisURL, "redis://"), "/0"))
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }() // after one command
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		return "", err
	}
	if _, err := conn.Write([]byte(command + "\r\n")); err != nil {
		return "", err
	}
	buf := make([]byte, 4096)
	n, err := conn.Read(buf)
	return string(buf[:n]), err
}

// fresh makes an empty database, empties Redis, and gives the database's URL. Databases before it are dropped.
func (s *stores) fresh(ctx context.Context, n int) (string, error) {
	name := fmt.Sprintf("run%d", n)
	if n > 1 {
		if _, err := s.admin.ExecContext(ctx, fmt.Sprintf("DROP DATABASE IF EXISTS run%d WITH (FORCE)", n-1)); err != nil {
			return "", err
		}
	}
	if _, err := s.admin.ExecContext(ctx, "CREATE DATABASE "+name); err != nil {
		return "", err
	}
	if _, err := s.admin.ExecContext(ctx, "CHECKPOINT"); err != nil { // else it falls into the next run
		return "", err
	}
	if _, err := s.askRedis(ctx, "FLUSHALL"); err != nil {
		return "", err
	}
	return strings.Replace(s.postgresURL, "/postgres?", "/"+name+"?", 1), nil
}

func (s *stores) versions(ctx context.Context) (postgres, redis string) {
	_ = s.admin.QueryRowContext(ctx, "SHOW server_version").Scan(&postgres) // only for the record
	info, _ := s.askRedis(ctx, "INFO server")                               // the same
	for line := range strings.Lines(info) {
		if v, ok := strings.CutPrefix(line, "redis_version:"); ok {
			redis = strings.TrimSpace(v)
		}
	}
	return strings.Fields(postgres + " ?")[0], redis
}

// stop ends both, Postgres without waiting for its clients.
func (s *stores) stop() error {
	if s.admin != nil {
		_ = s.admin.Close() // the database goes anyway
	}
	var faults []error
	for _, c := range []*exec.Cmd{s.postgres, s.redis} {
		if c == nil {
			continue
		}
		_ = c.Process.Signal(syscall.SIGINT) // fast shutdown; fails only when it has ended
		done := make(chan struct{})
		go func() { _ = c.Wait(); close(done) }() // its exit code does not matter
		select {
		case <-done:
		case <-time.After(20 * time.Second):
			faults = append(faults, fmt.Errorf("%s does not stop", filepath.Base(c.Path)), c.Process.Kill())
			<-done
		}
	}
	return errors.Join(faults...)
}
