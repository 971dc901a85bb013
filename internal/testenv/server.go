package testenv

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	startTimeout = 60 * time.Second // on a machine that builds and tests at the same time
	pollInterval = 10 * time.Millisecond

	// redisDatabases is the number of databases of a Redis of ours; number 0 holds the claims.
	redisDatabases = 16
)

// server is a child process with a folder of its own.
type server struct {
	url        string
	address    string // host and port
	dir        string // holds everything, also the files pid and log
	program    string
	args       []string
	credential *syscall.Credential
	ready      func() error
	stopSignal syscall.Signal
	killSignal syscall.Signal

	mu  sync.Mutex
	pid int // guarded by mu; 0 while it does not run
}

// start starts the process and waits until it is ready.
func (s *server) start() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pid != 0 {
		return fmt.Errorf("%s runs already", filepath.Base(s.program))
	}
	log, err := os.OpenFile(filepath.Join(s.dir, "log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		return err
	}
	defer func() { _ = log.Close() }()
	cmd := exec.Command(s.program, s.args...)
	cmd.Dir = s.dir
	cmd.Stdout, cmd.Stderr = log, log
	// A group of its own: an interrupt from the keyboard is for the tests, which end the server themselves.
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: s.credential, Setpgid: true}
	if err := cmd.Start(); err != nil {
		return err
	}
	s.pid = cmd.Process.Pid
	pidFile := strconv.Itoa(s.pid) + " " + strconv.Itoa(int(s.killSignal)) + "\n"
	if err := os.WriteFile(s.pidFile(), []byte(pidFile), 0o644); err != nil {
		return err
	}
	return s.waitReady()
}

func (s *server) waitReady() error {
	var err error
	for end := time.Now().Add(startTimeout); time.Now().Before(end); time.Sleep(pollInterval) {
		if s.reap(syscall.WNOHANG) {
			return fmt.Errorf("%s ended: %s", filepath.Base(s.program), s.logTail())
		}
		if err = s.ready(); err == nil {
			return nil
		}
	}
	return fmt.Errorf("%s does not answer: %w: %s", filepath.Base(s.program), err, s.logTail())
}

// stop signals the process and waits for its end.
func (s *server) stop(signal syscall.Signal) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.pid == 0 {
		return
	}
	_ = syscall.Kill(s.pid, signal)
	s.reap(0)
}

// reap waits for the child and reports whether it has ended. exec.Cmd.Wait would need a goroutine for as long as the
// server runs, and leak detectors would find it in every package.
func (s *server) reap(options int) bool {
	for {
		pid, err := syscall.Wait4(s.pid, nil, options, nil)
		switch {
		case errors.Is(err, syscall.EINTR):
		case err == nil && pid == 0: // it runs, and options said not to wait
			return false
		default:
			s.pid = 0
			_ = os.Remove(s.pidFile())
			return true
		}
	}
}

func (s *server) pidFile() string { return filepath.Join(s.dir, "pid") }

func (s *server) logTail() string {
	b, _ := os.ReadFile(filepath.Join(s.dir, "log"))
	return string(b[max(0, len(b)-2000):])
}

// root is the folder of this binary's servers. A watcher, which is a shell that reads from a pipe of ours, ends them
// and removes the folder when this process is gone, however it went: tests have no hook for that.
var root = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp(reachableTemp(), "leitai-test-")
	if err != nil {
		return "", err
	}
	if err := os.Chmod(dir, 0o711); err != nil { // the servers' user passes through
		return "", err
	}
	read, write, err := os.Pipe()
	if err != nil {
		return "", err
	}
	defer func() { _ = read.Close() }()
	watcher := exec.Command("sh", "-c", watcherScript, "sh", dir)
	watcher.Dir = "/"
	watcher.Stdin = read // and no output: `go test` waits for whoever holds its own
	watcher.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := watcher.Start(); err != nil {
		return "", err
	}
	watcherPipe = write
	return dir, nil
})

// watcherPipe stays open as long as this process lives; as a variable it is never collected.
var watcherPipe *os.File

const watcherScript = `
cat >/dev/null
for f in "$1"/*/pid; do
	[ -f "$f" ] || continue
	read -r pid signal <"$f"
	kill -"$signal" "$pid" 2>/dev/null
	while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
done
rm -rf "$1"
`

// reachableTemp returns a temporary folder that a user without rights can reach, which a root's own may not be.
func reachableTemp() string {
	dir := os.TempDir()
	if os.Geteuid() != 0 {
		return dir
	}
	for at := dir; ; at = filepath.Dir(at) {
		info, err := os.Stat(at)
		if err != nil || info.Mode().Perm()&0o001 == 0 {
			return "/tmp"
		}
		if at == filepath.Dir(at) {
			return dir
		}
	}
}

func newFolder(pattern string) (string, error) {
	dir, err := root()
	if err != nil {
		return "", fmt.Errorf("make folder of test servers: %w", err)
	}
	return os.MkdirTemp(dir, pattern)
}

// startOnFreePort starts the server that onPort returns; another process may take the port in between, so it tries anew.
func startOnFreePort(onPort func(port string) *server) (*server, error) {
	var err error
	for range 3 {
		var port string
		if port, err = freePort(); err != nil {
			return nil, err
		}
		s := onPort(port)
		if err = s.start(); err == nil {
			return s, nil
		}
		s.stop(s.killSignal)
	}
	return nil, err
}

// freePort returns a port that nobody listens on, and never one where a developer's own server would be.
func freePort() (string, error) {
	for {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return "", fmt.Errorf("find a free port: %w", err)
		}
		_, port, _ := net.SplitHostPort(l.Addr().String())
		_ = l.Close()
		if port != "5432" && port != "6379" {
			return port, nil
		}
	}
}

// newPostgres makes a cluster and starts it. Without durable it does no fsync, which tests need not wait for.
func newPostgres(durable bool) (*server, error) {
	initdb, err := findPostgres("initdb")
	if err != nil {
		return nil, err
	}
	program, err := findPostgres("postgres")
	if err != nil {
		return nil, err
	}
	dir, err := newFolder("pg")
	if err != nil {
		return nil, err
	}
	credential, err := unprivileged(dir)
	if err != nil {
		return nil, err
	}
	data := filepath.Join(dir, "data")
	cmd := exec.Command(initdb, "-D", data, "-U", "leitai", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
	cmd.Dir = dir
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: credential}
	if out, err := cmd.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("initdb: %w: %s", err, out)
	}
	return startOnFreePort(func(port string) *server {
		s := &server{
			url:        "postgres://leitai@127.0.0.1:" + port + "/postgres?sslmode=disable",
			address:    "127.0.0.1:" + port,
			dir:        dir,
			program:    program,
			credential: credential,
			args: []string{"-D", data, "-p", port, "-k", dir,
				"-c", "listen_addresses=127.0.0.1", "-c", "max_connections=300", "-c", "shared_buffers=128MB"},
			stopSignal: syscall.SIGINT,  // fast: cuts connections, then a checkpoint
			killSignal: syscall.SIGQUIT, // immediate
		}
		if !durable { // what is committed still outlives Kill, since the kernel has it; only a power cut would lose it
			s.args = append(s.args, "-c", "fsync=off", "-c", "full_page_writes=off")
		}
		s.ready = func() error { return execPostgres(s.url, "SELECT 1") }
		return s
	})
}

// findPostgres finds a program of the newest Postgres installed; Debian keeps them off the PATH.
func findPostgres(name string) (string, error) {
	installed, _ := filepath.Glob("/usr/lib/postgresql/*/bin/" + name)
	if len(installed) > 0 {
		return slices.MaxFunc(installed, func(a, b string) int { return postgresVersion(a) - postgresVersion(b) }), nil
	}
	if program, err := exec.LookPath(name); err == nil {
		return program, nil
	}
	return "", &missingError{name, "postgresql"}
}

// postgresVersion reads the major version in /usr/lib/postgresql/15/bin/postgres.
func postgresVersion(program string) int {
	version, _ := strconv.Atoi(filepath.Base(filepath.Dir(filepath.Dir(program))))
	return version
}

// unprivileged returns whom to run Postgres as, since it refuses root, and gives that user the folder; nil is who we are.
func unprivileged(dir string) (*syscall.Credential, error) {
	if os.Geteuid() != 0 {
		return nil, nil
	}
	u, err := user.Lookup("postgres")
	if err != nil {
		if u, err = user.Lookup("nobody"); err != nil {
			return nil, fmt.Errorf("find a user without rights for Postgres: %w", err)
		}
	}
	uid, _ := strconv.ParseUint(u.Uid, 10, 32)
	gid, _ := strconv.ParseUint(u.Gid, 10, 32)
	if err := os.Chown(dir, int(uid), int(gid)); err != nil {
		return nil, fmt.Errorf("give Postgres its folder: %w", err)
	}
	return &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}, nil
}

// newRedis starts a Redis that keeps everything in memory.
func newRedis() (*server, error) { return newRedisWith() }

// newRedisCluster starts a cluster of one node. It refuses commands over keys of different slots as a large one does.
func newRedisCluster() (*server, error) {
	s, err := newRedisWith("--cluster-enabled", "yes", "--cluster-port", "0")
	if err != nil {
		return nil, err
	}
	if err := sendRedis(s.address, "CLUSTER ADDSLOTSRANGE 0 16383", "+OK"); err != nil {
		return nil, err
	}
	s.ready = func() error { return sendRedis(s.address, "GET x", "$-1") } // it refuses keys until it knows itself
	return s, s.waitReady()
}

func newRedisWith(arguments ...string) (*server, error) {
	program, err := exec.LookPath("redis-server")
	if err != nil {
		return nil, &missingError{"redis-server", "redis-server"}
	}
	dir, err := newFolder("redis")
	if err != nil {
		return nil, err
	}
	return startOnFreePort(func(port string) *server {
		return &server{
			url:     "redis://127.0.0.1:" + port + "/0",
			address: "127.0.0.1:" + port,
			dir:     dir,
			program: program,
			args: append([]string{"--port", port, "--bind", "127.0.0.1", "--dir", dir, "--save", "", "--appendonly", "no",
				"--databases", strconv.Itoa(redisDatabases)}, arguments...),
			stopSignal: syscall.SIGTERM,
			killSignal: syscall.SIGKILL,
			ready:      func() error { return sendRedis("127.0.0.1:"+port, "PING", "+PONG") },
		}
	})
}

// sendRedis sends a command and wants a reply that begins with want.
func sendRedis(address, command, want string) error {
	conn, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := io.WriteString(conn, command+"\r\n"); err != nil {
		return err
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	if err != nil {
		return err
	}
	if !strings.HasPrefix(line, want) {
		return fmt.Errorf("redis answers %s with %q", command, line)
	}
	return nil
}
