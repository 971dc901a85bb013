package scenario

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/gofiber/fiber/v2"
	"github.com/jmoiron/sqlx"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/redis/go-redis/v9"

	"leitai/hall"
	"leitai/httpapi"
	"leitai/internal/testenv"
	"leitai/leaderboard"
	"leitai/people"
	"leitai/questionbank"
	"leitai/questionbank/doctor"
	"leitai/questionbank/exchange"
	"leitai/questionbank/media"
	"leitai/quiz"
	"leitai/quiz/integrity"
	"leitai/quiz/paper"
	"leitai/quiz/ranking"
	"leitai/quiz/study"
	"leitai/sqldb"
)

// patience is how long a test waits for what must come: long, for a machine that does other work too.
const patience = 30 * time.Second

// storage is where a server keeps its data. It outlives the server.
type storage struct{ database, redis string }

// onBothStorages runs f on SQLite with miniredis and on Postgres with Redis.
func onBothStorages(t *testing.T, f func(t *testing.T, st storage)) {
	t.Helper()
	t.Run("embedded", func(t *testing.T) { f(t, embedded(t)) })
	t.Run("servers", func(t *testing.T) { f(t, storage{testenv.Postgres(t), testenv.Redis(t)}) })
}

// embedded is the storage of a test for which one is enough.
func embedded(t *testing.T) storage {
	t.Helper()
	return storage{"sqlite://" + filepath.Join(t.TempDir(), "leitai.db"), "redis://" + miniredis.RunT(t).Addr() + "/0"}
}

// server is the app in this process, wired as cmd/leitai wires it, on a real listener.
type server struct {
	t       *testing.T
	st      storage
	addr    string // host:port, the same after a restart
	db      *sqldb.DB
	redis   redis.UniversalClient
	banks   *questionbank.Store
	quiz    *quiz.Store
	paper   *paper.Store
	house   *hall.House
	app     *fiber.App
	log     *logbook
	proc    *process // the real program instead of the fields above, see launch
	boards  *ranking.Boards
	writing func() // ends the writing of boards

	accounts sync.Once
	served   chan error
	running  bool
	conns    int      // most connections
	secure   bool     // behind https
	proxies  []string // whose X-Forwarded-For counts
}

// password is that of every account in these tests.
const password = "long enough to pass"

// start starts a server on empty or used storage; it stops with the test.
func start(t *testing.T, st storage, options ...func(*server)) *server {
	t.Helper()
	s := &server{t: t, st: st, addr: "127.0.0.1:0", log: &logbook{}, conns: 20000}
	for _, o := range options {
		o(s)
	}
	s.start()
	t.Cleanup(s.stop)
	return s
}

func (s *server) start() {
	s.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	ln, err := net.Listen("tcp", s.addr)
	s.must(err)
	s.addr = ln.Addr().String()
	s.db, err = sqldb.Open(ctx, s.st.database)
	s.must(err)
	s.must(s.db.Migrate(ctx))
	opts, err := redis.ParseURL(s.st.redis)
	s.must(err)
	opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout, opts.MaxRetries, opts.DialerRetries = time.Second, time.Second, time.Second, 1, 1
	s.redis = redis.NewClient(opts)
	staff := people.NewStore(s.db)
	s.banks, s.quiz = questionbank.NewStore(s.db), quiz.NewStore(s.db)
	s.paper = paper.NewStore(s.db)
	logger := slog.New(slog.NewTextHandler(s.log, &slog.HandlerOptions{Level: slog.LevelDebug}))
	s.house = hall.NewHouse(hall.Config{Store: s.quiz, Log: quiz.NewAnswerLog(s.quiz), Boards: boards{leaderboard.New(s.redis, "leitai")},
		Logger: logger, Tokens: hall.NewTokens([]byte("a key for tests, 32 bytes long..")), Node: "test", Build: "build-1", MaxConns: s.conns,
		JoinURL: func(code string) string { return "http://leitai.test/j/" + code }})
	registry := prometheus.NewRegistry()
	registry.MustRegister(s.house.Collectors()...)
	s.boards = ranking.New(s.db, leaderboard.NewGroups(s.redis, "leitai"), logger)
	s.app, err = httpapi.New(httpapi.Config{Quiz: s.quiz, Boards: s.boards, Papers: s.paper, Banks: s.banks, Media: media.NewStore(s.db), People: staff, House: s.house, Logger: logger, ReadBank: exchange.Read, AnnotateBank: annotateHere, CheckBank: doctor.Check,
		Study: study.NewStore(s.db, s.banks), Integrity: integrity.NewStore(s.db, s.paper).Paced(nil),
		Web: fstest.MapFS{}, Metrics: registry, Secure: s.secure, TrustedProxies: s.proxies, Checks: []httpapi.Check{{Name: "database", Run: s.db.Ping},
			{Name: "redis", Run: func(ctx context.Context) error { return s.redis.Ping(ctx).Err() }}}})
	s.must(err)
	s.accounts.Do(func() { s.makeAccounts(ctx, staff) })
	s.must(s.house.Resume(ctx))
	working, end := context.WithCancel(context.Background())
	worked := make(chan struct{})
	s.writing = func() { end(); <-worked }
	go func(b *ranking.Boards) { defer close(worked); b.Work(working) }(s.boards)
	s.served = make(chan error, 1)
	go func(app *fiber.App, served chan error) { served <- app.Listener(ln) }(s.app, s.served)
	s.running = true
	eventually(s.t, "the server answers", func() bool { // stopped before it serves, it would serve for ever
		res, err := client.Get(s.url("/healthz"))
		if err == nil {
			_ = res.Body.Close()
		}
		return err == nil
	})
}

func (s *server) must(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// stop ends the server in order, as SIGTERM does.
func (s *server) stop() {
	if !s.running {
		return
	}
	s.running = false
	s.house.Shutdown()
	if err := s.app.ShutdownWithTimeout(3 * time.Second); err != nil {
		s.t.Errorf("shut down: %v", err)
	}
	if err := <-s.served; err != nil {
		s.t.Errorf("serve: %v", err)
	}
	s.paper.Stop()
	s.writing()
	_ = s.redis.Close()
	_ = s.db.Close()
	if strings.Contains(s.log.String(), "panic") {
		s.t.Errorf("a handler panicked:\n%s", s.log)
	}
}

// restart stops the server and starts it on the same storage and address.
func (s *server) restart() {
	s.t.Helper()
	s.stop()
	s.start()
}

func (s *server) url(path string) string { return "http://" + s.addr + path }

// logbook is what the server logged.
type logbook struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *logbook) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *logbook) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

var _ io.Writer = (*logbook)(nil)

// boards are cmd/leitai's, which no other package can import.
type boards struct{ b *leaderboard.Boards }

func packing(board string) leaderboard.Packing {
	if strings.HasSuffix(board, ":teams") {
		return leaderboard.Teams
	}
	return leaderboard.People
}

func (b boards) Replace(ctx context.Context, board string, scores []quiz.Score) error {
	entries := make([]leaderboard.Entry, len(scores))
	for i, s := range scores {
		entries[i] = leaderboard.Entry{Member: s.Member, Points: s.Points, Time: s.TimeMS}
	}
	return b.b.Replace(ctx, board, packing(board), entries)
}

func (b boards) Count(ctx context.Context, board string) (int64, error) { return b.b.Count(ctx, board) }

func (b boards) Read(ctx context.Context, board string) ([]quiz.Score, error) {
	entries, err := b.b.Read(ctx, board, packing(board))
	scores := make([]quiz.Score, len(entries))
	for i, e := range entries {
		scores[i] = quiz.Score{Member: e.Member, Points: e.Points, TimeMS: e.Time}
	}
	return scores, err
}

// eventually waits until a condition holds.
func eventually(t *testing.T, what string, holds func() bool) {
	t.Helper()
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	end := time.After(patience)
	for !holds() {
		select {
		case <-tick.C:
		case <-end:
			t.Fatalf("waited in vain: %s", what)
		}
	}
}

// holdDatabase keeps SQLite's one writer busy until the returned function is called.
func (s *server) holdDatabase() (free func()) {
	s.t.Helper()
	held, release, done := make(chan struct{}), make(chan struct{}), make(chan error, 1)
	go func() {
		done <- s.db.Tx(context.Background(), func(*sqlx.Tx) error {
			close(held)
			<-release
			return nil
		})
	}()
	<-held
	free = sync.OnceFunc(func() {
		close(release)
		if err := <-done; err != nil {
			s.t.Error(err)
		}
	})
	s.t.Cleanup(free)
	return free
}

// annotateHere does in the test's process what the program does in a child.
func annotateHere(ctx context.Context, format exchange.Format, data []byte, rows []exchange.Row, lang string) (string, []byte, error) {
	var b bytes.Buffer
	ext, err := exchange.Annotate(ctx, &b, format, data, rows, lang)
	return ext, b.Bytes(), err
}

// logger writes to the server's log.
func (s *server) logger() *slog.Logger { return slog.New(slog.NewTextHandler(s.log, nil)) }
