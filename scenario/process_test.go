package scenario

import (
	"context"
	"encoding/json"
	"errors"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"leitai/internal/testenv"
	"leitai/people"
	"leitai/questionbank"
	"leitai/quiz"
	"leitai/quiz/paper"
	"leitai/sqldb"
)

// built is the folder of the program, once it was built.
var built string

// binary is the real program, built when a test first asks for it.
var binary = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "leitai-binary-")
	if err != nil {
		return "", err
	}
	built = dir
	path := filepath.Join(dir, "leitai")
	build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-o", path, "./cmd/leitai")
	build.Dir = ".."
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		return "", errors.New(string(out))
	}
	return path, nil
})

func TestMain(m *testing.M) {
	redis.SetLogger(quiet{}) // it is stopped on purpose
	code := m.Run()
	if built != "" {
		_ = os.RemoveAll(built)
	}
	os.Exit(code)
}

type quiet struct{}

func (quiet) Printf(context.Context, string, ...any) {}

// process is a run of the real program.
type process struct {
	t    *testing.T
	cmd  *exec.Cmd
	out  *logbook
	done chan struct{}
	err  error // of Wait; read after done
}

// execute starts the program with these arguments and a clean environment but for these variables.
func execute(t *testing.T, env []string, args ...string) *process {
	t.Helper()
	path, err := binary()
	if err != nil {
		t.Fatal(err)
	}
	p := &process{t: t, cmd: exec.Command(path, args...), out: &logbook{}, done: make(chan struct{})}
	p.cmd.Env = append([]string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir()}, env...)
	p.cmd.Dir = t.TempDir()
	p.cmd.Stdout, p.cmd.Stderr = p.out, p.out
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	go func() {
		p.err = p.cmd.Wait()
		close(p.done)
	}()
	t.Cleanup(func() { p.end(syscall.SIGKILL) })
	return p
}

// end signals the process and waits until it is gone.
func (p *process) end(s os.Signal) {
	_ = p.cmd.Process.Signal(s) // it may have ended
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Errorf("the process does not end on %v:\n%s", s, p.out)
		_ = p.cmd.Process.Kill()
	}
}

// exit waits for the end and gives the exit code.
func (p *process) exit() int {
	p.t.Helper()
	select {
	case <-p.done:
	case <-time.After(patience):
		p.t.Fatalf("the process does not end:\n%s", p.out)
	}
	return p.cmd.ProcessState.ExitCode()
}

// realStorage runs f with storage for the real program: its own SQLite and Redis, or servers.
func realStorage(t *testing.T, f func(t *testing.T, st storage)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) {
		f(t, storage{database: "sqlite:" + filepath.Join(t.TempDir(), "leitai.db")})
	})
	t.Run("servers", func(t *testing.T) { f(t, storage{testenv.Postgres(t), testenv.Redis(t)}) })
}

// launch starts the real program on this storage, on a port that it keeps after a restart, with the accounts of all
// tests.
func launch(t *testing.T, st storage) *server {
	t.Helper()
	s := &server{t: t, st: st, addr: freeAddress(t)}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var err error
	s.db, err = sqldb.Open(ctx, st.database)
	s.must(err)
	t.Cleanup(func() { _ = s.db.Close() })
	s.must(s.db.Migrate(ctx))
	s.banks, s.quiz, s.paper = questionbank.NewStore(s.db), quiz.NewStore(s.db), paper.NewStore(s.db)
	t.Cleanup(s.paper.Stop)
	s.makeAccounts(ctx, people.NewStore(s.db))
	s.launch()
	return s
}

// launch starts the program (again) and waits until it listens.
func (s *server) launch() {
	s.t.Helper()
	ready := filepath.Join(s.t.TempDir(), "ready.json")
	env := []string{"LEITAI_LISTEN=" + s.addr, "LEITAI_ADMIN_PASSWORD=" + password}
	if path, ok := strings.CutPrefix(s.st.database, "sqlite:"); ok {
		env = append(env, "LEITAI_DATA_DIR="+filepath.Dir(path))
	} else {
		env = append(env, "LEITAI_DATABASE_URL="+s.st.database, "LEITAI_REDIS_URL="+s.st.redis)
	}
	s.proc = execute(s.t, env, "serve", "--ready-file", ready)
	s.proc.ready(ready)
}

// ready waits for the file that says where the program listens, and gives the address.
func (p *process) ready(file string) string {
	p.t.Helper()
	var r struct {
		Address string
		PID     int
	}
	eventually(p.t, "the server is ready", func() bool {
		select {
		case <-p.done:
			p.t.Fatalf("the server ended:\n%s", p.out)
		default:
		}
		b, err := os.ReadFile(file)
		return err == nil && json.Unmarshal(b, &r) == nil
	})
	if r.PID != p.cmd.Process.Pid {
		p.t.Errorf("the ready file says pid %d, it is %d", r.PID, p.cmd.Process.Pid)
	}
	return r.Address
}

func freeAddress(t *testing.T) string {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	return ln.Addr().String()
}

func TestBadSettingsAreAllListed(t *testing.T) {
	p := execute(t, []string{"LEITAI_LISTEN=8080", "LEITAI_DATABASE_URL=mysql://x", "LEITAI_REDIS_URL=redis://h/x", "LEITAI_PUBLIC_URL=leitai.example", "LEITAI_LOG_LEVEL=loud",
		"LEITAI_LOG_FORMAT=xml", "LEITAI_ADMIN_PASSWORD=short", "LEITAI_MAX_CONNECTIONS=-1", "LEITAI_TRUSTED_PROXIES=10.0.0.0/8,x", "LEITAI_DEBUG_LISTEN=0.0.0.0:6060"}, "serve", "--node", "")
	if code := p.exit(); code != 2 {
		t.Errorf("exit code %d", code)
	}
	out := p.out.String()
	for _, name := range []string{"LISTEN", "DATABASE_URL", "REDIS_URL", "PUBLIC_URL", "LOG_LEVEL", "LOG_FORMAT", "ADMIN_PASSWORD", "MAX_CONNECTIONS", "TRUSTED_PROXIES", "DEBUG_LISTEN", "NODE"} {
		if strings.Count(out, "- LEITAI_"+name+":") != 1 {
			t.Errorf("LEITAI_%s is not named once in:\n%s", name, out)
		}
	}
	if strings.Contains(out, "short") || strings.Contains(out, "goroutine") {
		t.Errorf("it tells too much:\n%s", out)
	}
	for _, args := range [][]string{{"serve", "--no-such-flag"}, {"no-such-command"}, {"serve", "--bots", "many"}} {
		if p := execute(t, nil, args...); p.exit() != 2 {
			t.Errorf("%v: exit code %d\n%s", args, p.exit(), p.out)
		}
	}
	if p := execute(t, []string{"LEITAI_DATABASE_URL_FILE=/no/such/file", "LEITAI_REDIS_URL_FILE=/nor/this"}, "serve"); p.exit() != 2 || strings.Count(p.out.String(), "_FILE: cannot be read") != 2 {
		t.Errorf("unreadable secrets: %d\n%s", p.exit(), p.out)
	}
}

func TestSettingsAreShownWithoutSecrets(t *testing.T) {
	file := filepath.Join(t.TempDir(), "secret")
	if err := os.WriteFile(file, []byte("postgres://u:hunter2@db/x\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	p := execute(t, []string{"LEITAI_DATABASE_URL_FILE=" + file, "LEITAI_ADMIN_PASSWORD=hunter2hunter2", "LEITAI_LISTEN=:9"}, "config")
	if out := p.out; p.exit() != 0 || strings.Contains(out.String(), "hunter2") || !strings.Contains(out.String(), "LEITAI_LISTEN=:9\n") ||
		!strings.Contains(out.String(), "LEITAI_DATABASE_URL=(hidden)\n") {
		t.Errorf("%s", out)
	}
}

func TestBusyPortIsNamed(t *testing.T) {
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer ln.Close()
	p := execute(t, []string{"LEITAI_DATA_DIR=" + t.TempDir()}, "serve", "--listen", ln.Addr().String())
	if code := p.exit(); code != 1 || !strings.Contains(p.out.String(), ln.Addr().String()+" is in use") || !strings.Contains(p.out.String(), "--listen") {
		t.Errorf("exit code %d: %s", code, p.out)
	}
}

func TestUnreachableStorageIsNamedWithoutItsPassword(t *testing.T) {
	addr := freeAddress(t)
	p := execute(t, []string{"LEITAI_DATABASE_URL=postgres://u:hunter2@" + addr + "/x?connect_timeout=2", "LEITAI_LISTEN=127.0.0.1:0"}, "serve")
	if code := p.exit(); code != 1 || !strings.Contains(p.out.String(), "database") || strings.Contains(p.out.String(), "hunter2") {
		t.Errorf("exit code %d: %s", code, p.out)
	}
}

// TestSecondStartFindsEverythingAsItWas: the account, its new password, the sample bank, the demo contest, its room.
func TestSecondStartFindsEverythingAsItWas(t *testing.T) {
	data, file := t.TempDir(), filepath.Join(t.TempDir(), "ready.json")
	env := []string{"LEITAI_DATA_DIR=" + data}
	run := func() (*process, *server) {
		_ = os.Remove(file)
		p := execute(t, env, "serve", "--demo", "--listen", "127.0.0.1:0", "--ready-file", file)
		return p, &server{t: t, addr: p.ready(file), proc: p}
	}
	type view struct {
		Contests []struct {
			ID, Title, Kind, Code, Phase string
			Teams                        int
		}
	}
	signIn := func(s *server, pw string) *caller {
		c := s.nobody()
		res := c.do("POST", "/api/v1/session", fields{"username": "admin", "password": pw}).ok(nil)
		c.cookie, _, _ = strings.Cut(res.header.Get("Set-Cookie"), ";")
		return c
	}
	p, s := run()
	var pw string
	eventually(t, "the first sign-in is printed", func() bool {
		_, rest, _ := strings.Cut(p.out.String(), "admin / ")
		pw, _, _ = strings.Cut(rest, " ")
		return pw != ""
	})
	admin := signIn(s, pw)
	if res := admin.do("GET", "/api/v1/session", nil); !strings.Contains(string(res.body), `"must_change_password":true`) {
		t.Errorf("%s", res.body)
	}
	admin.do("PUT", "/api/v1/session/password", fields{"current": pw, "new": password}).ok(nil)
	var before, after view
	admin.do("GET", "/api/v1/contests", nil).ok(&before)
	banks := admin.do("GET", "/api/v1/banks", nil).ok(nil).body
	room := s.nobody().do("GET", "/api/v1/rooms/"+before.Contests[0].Code, nil).ok(nil)
	if c := before.Contests; len(c) != 2 || c[0].Kind != "live" || c[0].Teams != 56 || c[0].Phase != "lobby" || c[1].Kind != "paper" || c[1].Phase != "formal" {
		t.Errorf("the demo: %+v", before)
	}
	p.end(syscall.SIGTERM)
	if code := p.exit(); code != 0 {
		t.Errorf("exit code %d after SIGTERM", code)
	}

	p, s = run()
	admin.s = s
	admin.do("GET", "/api/v1/contests", nil).ok(&after)
	if mustJSON(before) != mustJSON(after) {
		t.Errorf("before %+v, after %+v", before, after)
	}
	if again := admin.do("GET", "/api/v1/banks", nil).ok(nil).body; string(again) != string(banks) {
		t.Errorf("banks: %s, %s", banks, again)
	}
	if again := s.nobody().do("GET", "/api/v1/rooms/"+before.Contests[0].Code, nil).ok(nil); string(again.body) != string(room.body) {
		t.Error("the room changed")
	}
	signIn(s, password)
	if strings.Contains(p.out.String(), "admin / ") {
		t.Error("a password is printed again")
	}
	health := func(args ...string) int { return execute(t, nil, append([]string{"health"}, args...)...).exit() }
	if health("--listen", s.addr) != 0 || health("--listen", freeAddress(t)) == 0 {
		t.Error("health does not tell a server that runs from one that does not")
	}
	reset := execute(t, env, "password")
	if code := reset.exit(); code != 0 {
		t.Fatalf("password: %s", reset.out)
	}
	_, pw, _ = strings.Cut(strings.TrimSpace(reset.out.String()), " / ")
	signIn(s, pw)
	admin.do("GET", "/api/v1/session", nil).refused(401, "unauthorized", "session.missing")
	s.nobody().do("POST", "/api/v1/session", fields{"username": "admin", "password": password}).refused(401, "unauthorized", "session.wrong")
}
