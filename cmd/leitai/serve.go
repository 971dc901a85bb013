package main

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/alicebob/miniredis/v2"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/collectors"
	"github.com/redis/go-redis/v9"

	"leitai/hall"
	"leitai/httpapi"
	"leitai/leaderboard"
	"leitai/people"
	"leitai/questionbank"
	"leitai/questionbank/media"
	"leitai/quiz"
	"leitai/quiz/integrity"
	"leitai/quiz/paper"
	"leitai/quiz/ranking"
	"leitai/quiz/study"
	"leitai/sqldb"
	"leitai/web"
)

// serveCmd is `leitai serve`.
type serveCmd struct {
	settings
	Demo       bool   `help:"Store the sample bank and a demo contest, once."`
	SampleBank bool   `help:"Store the sample bank, once."`
	Bots       int    `help:"With --demo: fill the demo hall with so many simulated phones and play a round."`
	ReadyFile  string `help:"Write address and process id to this file, as JSON, once the server listens."`
}

// Validate reports every fault of the settings and of the flags at once.
func (c *serveCmd) Validate() error {
	err := c.settings.Validate()
	var faults []string
	if bad, ok := errors.AsType[*settingsError](err); ok {
		faults = bad.faults
	}
	if c.Bots < 0 || c.Bots > 2000 {
		faults = append(faults, fmt.Sprintf("--bots: %d is not a number from 0 to 2000", c.Bots))
	}
	if c.Bots > 0 && !c.Demo {
		faults = append(faults, "--bots: needs --demo")
	}
	if len(faults) > 0 {
		return &settingsError{faults}
	}
	return nil
}

// webApp is what the process does with the HTTP face; which framework it is made with stays in httpapi.
type webApp interface {
	Listener(ln net.Listener) error
	ShutdownWithTimeout(timeout time.Duration) error
}

// server is everything that runs, in the order in which it was started.
type server struct {
	log          *slog.Logger
	db           *sqldb.DB
	embedded     *miniredis.Miniredis
	redis        redis.UniversalClient
	people       *people.Store
	banks        *questionbank.Store
	media        *media.Store
	quiz         *quiz.Store
	papers       *paper.Store
	answering    string // the demo's preliminary that was just made, or \"\"
	study        *study.Store
	house        *hall.House
	app          webApp
	base         string // public address without a slash at the end
	embeddedFile string // names its address to other commands
	boards       *ranking.Boards
	writing      func() // ends the writing of boards
}

// Run serves until the context ends.
func (c *serveCmd) Run(ctx context.Context) error {
	log := c.logger(os.Stderr)
	ln, err := net.Listen("tcp", c.Listen)
	if errors.Is(err, syscall.EADDRINUSE) {
		return fmt.Errorf("%s is in use by another program: end that one, or choose another address with --listen or LEITAI_LISTEN", c.Listen)
	}
	if err != nil {
		return fmt.Errorf("listen: %w", err)
	}
	defer ln.Close()
	s := &server{log: log, base: c.base(ln.Addr())}
	defer s.stop()
	if err := s.start(ctx, c); err != nil {
		return err
	}
	first, err := s.seed(ctx, c)
	if err != nil {
		return err
	}
	if err := s.house.Resume(ctx); err != nil {
		return fmt.Errorf("resume rooms: %w", err)
	}
	if err := c.debug(log); err != nil {
		return err
	}
	go s.resumeImports(ctx)
	go paper.NewWorker(s.papers, s.log).Run(ctx)
	go s.sweep(ctx)
	go s.answerDemo(ctx)
	s.writeBoards(ctx)
	served := make(chan error, 1)
	go func() { served <- s.app.Listener(ln) }()
	if err := c.announce(ctx, s, ln.Addr(), first); err != nil {
		return err
	}
	select {
	case err := <-served:
		return fmt.Errorf("serve: %w", err)
	case <-ctx.Done():
		log.Info("stopping")
		return nil
	}
}

// sweep takes out of the database once a day what nobody needs any more, pictures and old learning sets; the first time an hour after the start,
// when a hall that waited for it has begun.
func (s *server) sweep(ctx context.Context) {
	for wait := time.Hour; ; wait = 24 * time.Hour {
		select {
		case <-ctx.Done():
			return
		case <-time.After(wait):
		}
		if n, err := s.media.Sweep(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.log.Warn("sweep media", "error", err)
		} else if n > 0 {
			s.log.Info("swept media that no question has", "files", n)
		}
		if _, err := s.study.Sweep(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.log.Warn("sweep learning sets", "error", err)
		}
	}
}

func (c *serveCmd) logger(w io.Writer) *slog.Logger {
	var level slog.Level
	_ = level.UnmarshalText([]byte(c.LogLevel)) // Validate has seen it
	opts := &slog.HandlerOptions{Level: level}
	if c.LogFormat == "json" {
		return slog.New(slog.NewJSONHandler(w, opts))
	}
	return slog.New(slog.NewTextHandler(w, opts))
}

// start opens storage and builds everything on it.
func (s *server) start(ctx context.Context, c *serveCmd) error {
	if err := s.open(ctx, c); err != nil {
		return err
	}
	s.people, s.banks, s.quiz = people.NewStore(s.db), questionbank.NewStore(s.db).Paced(s.hallFirst), quiz.NewStore(s.db)
	s.media, s.papers = media.NewStore(s.db), paper.NewStore(s.db)
	s.study = study.NewStore(s.db, s.banks)
	key, err := tokenKey(ctx, s.quiz)
	if err != nil {
		return err
	}
	registry := prometheus.NewRegistry()
	registry.MustRegister(collectors.NewGoCollector(), collectors.NewProcessCollector(collectors.ProcessCollectorOpts{}))
	s.house = hall.NewHouse(hall.Config{Store: s.quiz, Log: quiz.NewAnswerLog(s.quiz), Boards: boards{leaderboard.New(s.redis, "leitai")},
		Logger: s.log, Tokens: hall.NewTokens(key), Node: c.Node, Build: web.Build(), MaxConns: c.maxConns(s.log),
		JoinURL: func(code string) string { return s.base + "/j/" + code }})
	registry.MustRegister(s.house.Collectors()...)
	s.boards = ranking.New(s.db, leaderboard.NewGroups(s.redis, "leitai"), s.log)
	app, err := httpapi.New(httpapi.Config{Quiz: s.quiz, Boards: s.boards, Papers: s.papers, Banks: s.banks, Media: s.media, People: s.people, House: s.house, Web: web.Dist(), Logger: s.log, ReadBank: bankReader{s.hallFirst}.read, AnnotateBank: annotateElsewhere, CheckBank: checkElsewhere,
		Study: s.study, Integrity: integrity.NewStore(s.db, s.papers),
		Checks: s.checks(), Metrics: registry, Secure: strings.HasPrefix(s.base, "https://"), TrustedProxies: c.proxies()})
	if err != nil {
		return err
	}
	s.app = app
	return nil
}

// open opens the two stores: embedded, or what the settings name.
func (s *server) open(ctx context.Context, c *serveCmd) error {
	if c.DatabaseURL == "" {
		if err := os.MkdirAll(c.DataDir, 0o700); err != nil {
			return fmt.Errorf("data folder: %w", err)
		}
		switch ok, err := lockFolder(c.DataDir); {
		case err != nil:
			return fmt.Errorf("data folder: %w", err)
		case !ok:
			return fmt.Errorf("%s is in use by another leitai: end that one, or choose another folder with --data-dir or LEITAI_DATA_DIR", c.DataDir)
		}
	}
	var err error
	if s.db, err = sqldb.Open(ctx, c.databaseURL()); err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	if err := s.db.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	if c.RedisURL == "" {
		s.embedded = miniredis.NewMiniRedis()
		if err := s.embedded.Start(); err != nil {
			return fmt.Errorf("start embedded redis: %w", err)
		}
		s.redis = redis.NewClient(&redis.Options{Addr: s.embedded.Addr()})
		s.embeddedFile = c.embeddedFile()
		return os.WriteFile(s.embeddedFile, []byte(s.embedded.Addr()), 0o600)
	}
	redis.SetLogger(redisLog{s.log})
	s.redis, err = openRedis(c.RedisURL)
	return err
}

// openRedis opens the Redis of the settings. A show does not wait for it: better no board for a moment than a hall that
// stands still.
func openRedis(url string) (redis.UniversalClient, error) {
	opts, err := redis.ParseURL(url)
	if err != nil {
		return nil, &settingsError{[]string{"LEITAI_REDIS_URL: cannot be read"}}
	}
	opts.DialTimeout, opts.ReadTimeout, opts.WriteTimeout, opts.MaxRetries = time.Second, time.Second, time.Second, 1
	opts.DialerRetries = 1
	return redis.NewClient(opts), nil
}

// embeddedFile is where a server without a Redis of its own says at which address of this machine its boards are.
func (s *settings) embeddedFile() string { return filepath.Join(s.DataDir, "boards.address") }

// redisLog keeps the library's own log, a line for each connection that fails, out of ours: the callers say what failed.
type redisLog struct{ log *slog.Logger }

func (l redisLog) Printf(ctx context.Context, format string, v ...any) {
	l.log.DebugContext(ctx, "redis: "+fmt.Sprintf(format, v...))
}

// tokenKey is the installation's key for players' tokens, made on the first start.
func tokenKey(ctx context.Context, store *quiz.Store) ([]byte, error) {
	made := make([]byte, 32)
	if _, err := rand.Read(made); err != nil {
		return nil, err
	}
	kept, err := store.SetMetaOnce(ctx, "token_key", base64.StdEncoding.EncodeToString(made))
	if err != nil {
		return nil, err
	}
	return base64.StdEncoding.DecodeString(kept)
}

func (s *server) checks() []httpapi.Check {
	return []httpapi.Check{
		{Name: "database", Run: s.db.Ping},
		{Name: "redis", Run: func(ctx context.Context) error { return s.redis.Ping(ctx).Err() }},
		{Name: "migrations", Run: func(ctx context.Context) error {
			pending, err := s.db.MigrationsPending(ctx)
			if err == nil && pending {
				err = errors.New("migrations are pending")
			}
			return err
		}},
	}
}

// writeBoards keeps the boards of paper contests equal to the database until stop.
func (s *server) writeBoards(ctx context.Context) {
	ctx, cancel := context.WithCancel(ctx)
	done := make(chan struct{})
	s.writing = func() { cancel(); <-done }
	go func() { defer close(done); s.boards.Work(ctx) }()
}

// stop ends everything in the opposite order: no new connections, the rooms and the log, then the stores.
func (s *server) stop() {
	if s.house != nil {
		s.house.Shutdown()
	}
	if s.app != nil {
		_ = s.app.ShutdownWithTimeout(3 * time.Second)
	}
	if s.papers != nil {
		s.papers.Stop()
	}
	if s.writing != nil {
		s.writing()
	}
	if s.redis != nil {
		_ = s.redis.Close()
	}
	if s.embedded != nil {
		s.embedded.Close()
		_ = os.Remove(s.embeddedFile) // or the next process overwrites it
	}
	if s.db != nil {
		_ = s.db.Close()
	}
}

// spareFiles are descriptors kept for databases, files and requests.
const spareFiles = 300

// maxConns is how many live connections this process can hold.
func (c *serveCmd) maxConns(log *slog.Logger) int {
	files := raiseFileLimit()
	most := max(files-spareFiles, 50)
	if n, _ := strconv.Atoi(c.MaxConnections); n > 0 {
		most = min(most, n)
	}
	log.Info("capacity", "open_files", files, "connections", most)
	return most
}

// base is the address under which people reach this server.
func (c *serveCmd) base(addr net.Addr) string {
	if c.PublicURL != "" {
		return strings.TrimRight(c.PublicURL, "/")
	}
	host, _, _ := net.SplitHostPort(c.Listen)
	if host == "" || net.ParseIP(host).IsUnspecified() {
		host = lanAddress()
	}
	_, port, _ := net.SplitHostPort(addr.String())
	if port == "80" {
		return "http://" + host
	}
	return "http://" + net.JoinHostPort(host, port)
}

// lanAddress is this machine's address in the local network: the one that a packet to elsewhere would leave from. No
// packet is sent.
func lanAddress() string {
	c, err := net.Dial("udp4", "192.0.2.1:9")
	if err != nil {
		return "127.0.0.1"
	}
	defer c.Close()
	host, _, _ := net.SplitHostPort(c.LocalAddr().String())
	return host
}

// writeReady tells a program that started this one where it listens.
func (c *serveCmd) writeReady(addr net.Addr) error {
	if c.ReadyFile == "" {
		return nil
	}
	host, port, _ := net.SplitHostPort(addr.String())
	if net.ParseIP(host).IsUnspecified() {
		host = "127.0.0.1"
	}
	b, err := json.Marshal(map[string]any{"address": net.JoinHostPort(host, port), "pid": os.Getpid()})
	if err != nil {
		return err
	}
	tmp := c.ReadyFile + ".tmp"
	if err := os.WriteFile(tmp, b, 0o600); err != nil {
		return fmt.Errorf("ready file: %w", err)
	}
	return os.Rename(tmp, filepath.Clean(c.ReadyFile))
}
