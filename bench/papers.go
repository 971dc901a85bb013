//go:build linux

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/valyala/fasthttp"

	"leitai/questionbank"
	"leitai/quiz"
	"leitai/quiz/paper"
	"leitai/sqldb"
)

// Shape of a preliminary: everybody opens a paper at some moment of the window and then answers a question every few seconds, so that all
// are done after one and a half windows. Each answer is a save of its own.
const (
	paperAnswers = 20
	paperBudget  = 100.0 // ms, p99 of a save
)

var paperSizes = []int{50, 500, 5000}

// papersRun is one preliminary on one storage.
type papersRun struct {
	People   int           `json:"people"`
	Storage  string        `json:"storage"`
	Within   time.Duration `json:"within"`
	Saves    int           `json:"saves"`
	Errors   int           `json:"errors"`
	Lost     int           `json:"lost"` // acknowledged and not in the database
	Rate     float64       `json:"saves_per_second"`
	P50      float64       `json:"p50_ms"`
	P99      float64       `json:"p99_ms"`
	Max      float64       `json:"max_ms"`
	OpenP99  float64       `json:"open_p99_ms"`  // from the call to the paper
	HandIn   float64       `json:"hand_in_s"`    // all attempts at one second: until the last one is marked
	Server   float64       `json:"server_cores"` // processor time of the server by wall time, in the run
	RSS      int64         `json:"rss_bytes"`
	Noise    Noise         `json:"noise"`
	Failures []string      `json:"failures,omitempty"`
}

func (p *papersRun) key() string { return fmt.Sprintf("papers/%d/%s", p.People, p.Storage) }

// papers measures preliminaries from small to large on both storages.
func (b *bench) papers(ctx context.Context) {
	for _, storage := range []string{"postgres", "embedded"} {
		for _, n := range paperSizes {
			p := &papersRun{People: n, Storage: storage, Within: b.papersWithin}
			if ctx.Err() != nil || !strings.Contains(p.key(), b.only) || b.storage != "both" && b.storage != storage {
				continue
			}
			if err := b.preliminary(ctx, p); err != nil {
				p.Failures = append(p.Failures, err.Error())
			}
			b.result.Papers = append(b.result.Papers, p)
			say("%-32s %-9s save p50 %.1f p99 %.1f max %.1f ms, %.0f a second, errors %d, lost %d, open p99 %.1f ms, all handed in after %.1f s, server %.2f cores %d MiB%s", p.key(), storage, p.P50, p.P99, p.Max, p.Rate,
				p.Errors, p.Lost, p.OpenP99, p.HandIn, p.Server, p.RSS>>20, noiseNote(p.Noise))
		}
	}
}

// preliminary starts the program on empty storage, publishes a contest and lets people answer it.
func (b *bench) preliminary(ctx context.Context, p *papersRun) error {
	ctx, cancel := context.WithTimeout(ctx, 4*p.Within+2*time.Minute)
	defer cancel()
	folder, err := os.MkdirTemp(b.folder, "papers-")
	if err != nil {
		return err
	}
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "LEITAI_") })
	url := "sqlite:" + filepath.Join(folder, "leitai.db")
	if p.Storage == "postgres" {
		b.clones++
		if url, err = b.stores.fresh(ctx, b.clones); err != nil {
			return fmt.Errorf("empty the stores: %w", err)
		}
		env = append(env, "LEITAI_DATABASE_URL="+url, "LEITAI_REDIS_URL="+b.stores.redisURL)
	} else {
		env = append(env, "LEITAI_DATA_DIR="+folder)
	}
	ready := filepath.Join(folder, "ready.json")
	c := exec.CommandContext(ctx, b.binary, "serve", "--listen", "127.0.0.1:0", "--ready-file", ready)
	c.Env = append(env, "LEITAI_ADMIN_PASSWORD=bench-bench-bench")
	c.Cancel, c.WaitDelay = func() error { return c.Process.Signal(os.Interrupt) }, 20*time.Second
	if err := c.Start(); err != nil {
		return err
	}
	defer func() {
		_ = c.Process.Signal(os.Interrupt) // it may have ended
		_ = c.Wait()
	}()
	var told struct{ Address string }
	if err := await(ctx, func() error {
		raw, err := os.ReadFile(ready)
		if err != nil {
			return err
		}
		return json.Unmarshal(raw, &told)
	}); err != nil {
		return fmt.Errorf("start the program: %w", err)
	}
	db, err := sqldb.Open(ctx, url)
	if err != nil {
		return err
	}
	defer db.Close()
	store := paper.NewStore(db)
	defer store.Stop()
	contest, err := publishForBench(ctx, db, store)
	if err != nil {
		return fmt.Errorf("publish: %w", err)
	}
	crowd := &paperCrowd{run: p, contest: contest, client: &fasthttp.HostClient{Addr: told.Address, MaxConns: 8192, ReadTimeout: 30 * time.Second, MaxIdleConnDuration: 50 * time.Second}}
	pid := strconv.Itoa(c.Process.Pid)
	m, began := startMeter(b.stores), time.Now()
	server, _ := processTime(pid)
	generator, _ := processTime("self")
	crowd.answer(ctx)
	took := time.Since(began)
	serverAfter, _ := processTime(pid)
	generatorAfter, _ := processTime("self")
	p.Noise = m.stop(serverAfter - server + generatorAfter - generator)
	p.Server, p.RSS = (serverAfter-server)/took.Seconds(), residentMemory(pid)
	crowd.sum()
	return crowd.handIn(ctx, db, store)
}

// publishForBench makes a contest of 20 out of 500 questions for guests.
func publishForBench(ctx context.Context, db *sqldb.DB, store *paper.Store) (*paper.Contest, error) {
	now := time.Now()
	questions := make([]questionbank.Question, 500)
	for i := range questions {
		questions[i] = questionbank.Question{Type: questionbank.Single, Category: "安全生产", Difficulty: 1 + i%5, Key: []string{"B"}, Explanation: "见管理制度原文。",
			Stem:    fmt.Sprintf("关于园区安全生产管理制度第%d条，下列说法正确的是哪一项？请结合本单位实际情况作答。", i+1),
			Options: []string{fmt.Sprintf("每%d天检查一次", i+2), "由班组自行决定", "仅在事故发生后检查", "由上级单位代为检查"}}
	}
	bank, err := questionbank.NewStore(db).CreateBank(ctx, now, "题库", questions)
	if err != nil {
		return nil, err
	}
	rules := paper.DefaultSettings(now)
	rules.OpensMS, rules.ClosesMS, rules.Entry, rules.PaperLimitMS = now.Add(-time.Minute).UnixMilli(), now.Add(24*time.Hour).UnixMilli(), paper.EntryOpen, 0
	rules.Draw = []paper.Rule{{BankID: bank, Count: paperAnswers}}
	c := &quiz.Contest{Title: "预赛", Settings: quiz.DefaultContestSettings()}
	for i := range teams {
		c.Teams = append(c.Teams, quiz.Team{Name: fmt.Sprintf("第%d支部", i+1)})
	}
	if err := store.Create(ctx, now, c, rules, nil); err != nil {
		return nil, err
	}
	return store.Publish(ctx, now, c.ID)
}

// paperCrowd is everybody.
type paperCrowd struct {
	run     *papersRun
	contest *paper.Contest
	client  *fasthttp.HostClient

	mu     sync.Mutex
	saves  []float64 // ms
	opens  []float64
	acked  atomic.Int64
	errors atomic.Int64
	first  sync.Once
	began  time.Time // of the first save
	ended  time.Time
}

func (w *paperCrowd) answer(ctx context.Context) {
	var wg sync.WaitGroup
	for i := range w.run.People {
		wg.Go(func() { w.person(ctx, i) })
	}
	wg.Wait()
}

func (w *paperCrowd) person(ctx context.Context, i int) {
	r := rand.New(rand.NewPCG(uint64(i), 7))
	if !wait(ctx, time.Duration(r.Int64N(int64(w.run.Within)))) {
		return
	}
	team := w.contest.Teams[i%len(w.contest.Teams)]
	var in struct{ Token string }
	var at struct{ ID string }
	began := time.Now()
	if !w.call(&in, "", "/online/"+w.contest.Code+"/entrants", fmt.Sprintf(`{"team_id":%q,"name":"选手","client_id":"phone-number-%08d"}`, team.ID, i)) ||
		!w.call(&at, in.Token, "/online/"+w.contest.Code+"/attempts", fmt.Sprintf(`{"phase":"formal","device":"d%d"}`, i)) {
		return
	}
	opened := time.Since(began)
	w.mu.Lock()
	w.opens = append(w.opens, ms(opened))
	w.mu.Unlock()
	for q := 1; q <= paperAnswers; q++ {
		gap := w.run.Within / (2 * paperAnswers)
		if !wait(ctx, gap/2+time.Duration(r.Int64N(int64(gap)))) {
			return
		}
		var out struct{ Saved []string }
		began := time.Now()
		ok := w.call(&out, in.Token, "/attempts/"+at.ID+"/saves", fmt.Sprintf(`{"saves":[{"id":"s%d","q":%d,"n":1,"a":[%q]}]}`, q, q, string(rune('A'+r.IntN(4)))))
		now := time.Now()
		if ok && len(out.Saved) == 1 {
			w.acked.Add(1)
		} else if ok {
			w.errors.Add(1)
		}
		w.first.Do(func() { w.began = began })
		w.mu.Lock()
		w.saves, w.ended = append(w.saves, ms(now.Sub(began))), now
		w.mu.Unlock()
	}
}

// call posts, and reads the answer into out. What fails is counted.
func (w *paperCrowd) call(out any, token, path, body string) bool {
	req, res := fasthttp.AcquireRequest(), fasthttp.AcquireResponse()
	defer fasthttp.ReleaseRequest(req)
	defer fasthttp.ReleaseResponse(res)
	req.SetRequestURI("http://" + w.client.Addr + "/api/v1" + path)
	req.Header.SetMethod(fasthttp.MethodPost)
	req.Header.SetContentType("application/json")
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	req.SetBodyString(body)
	err := w.client.Do(req, res)
	if err == nil && res.StatusCode() > 299 {
		err = fmt.Errorf("%s: %d %s", path, res.StatusCode(), res.Body())
	}
	if err == nil {
		err = json.Unmarshal(res.Body(), out)
	}
	if err != nil {
		if w.errors.Add(1) == 1 {
			say("the first error: %v", err)
		}
		return false
	}
	return true
}

func (w *paperCrowd) sum() {
	slices.Sort(w.saves)
	slices.Sort(w.opens)
	p := w.run
	p.Saves, p.Errors = int(w.acked.Load()), int(w.errors.Load())
	p.P50, p.P99, p.Max = quantile(w.saves, 0.5), quantile(w.saves, 0.99), quantile(w.saves, 1)
	p.OpenP99 = quantile(w.opens, 0.99)
	if s := w.ended.Sub(w.began).Seconds(); s > 0 {
		p.Rate = float64(p.Saves) / s
	}
	if p.Errors > 0 {
		p.Failures = append(p.Failures, fmt.Sprintf("%d errors", p.Errors))
	}
	if p.P99 > paperBudget {
		p.Failures = append(p.Failures, fmt.Sprintf("p99 of a save %.1f ms, the budget is %.0f ms", p.P99, paperBudget))
	}
}

// handIn ends the contest, so that every attempt is handed in at one second, and counts what is there.
func (w *paperCrowd) handIn(ctx context.Context, db *sqldb.DB, store *paper.Store) error {
	var stored, open, counted int
	if err := db.Get(ctx, &stored, `SELECT COUNT(*) FROM attempt_saves`); err != nil {
		return err
	}
	w.run.Lost = w.run.Saves - stored
	end := time.Now()
	if err := store.Close(ctx, end, w.contest.ID); err != nil {
		return err
	}
	due := end.Add(paper.Grace + time.Second) // the clock waits for what is on its way
	for {
		if err := db.Get(ctx, &open, `SELECT COUNT(*) FROM attempts WHERE state <> 'handed_in'`); err != nil {
			return err
		}
		if open == 0 {
			break
		}
		if !wait(ctx, 20*time.Millisecond) {
			return errors.New("not all are handed in")
		}
	}
	w.run.HandIn = time.Since(due).Seconds()
	if err := db.Get(ctx, &counted, `SELECT COUNT(*) FROM paper_results WHERE day = '' AND attempts = 1`); err != nil {
		return err
	}
	if counted != w.run.People || w.run.Lost != 0 {
		return fmt.Errorf("%d of %d are counted, %d saves are lost", counted, w.run.People, w.run.Lost)
	}
	return nil
}

// papers is the table of preliminaries.
func (r *result) papers(line func(string, ...any)) {
	if len(r.Papers) == 0 {
		return
	}
	line("\n### Papers on people's own time\n")
	line("Everybody opens a paper of %d questions within the window and saves one answer after the other, over HTTP; a save is acknowledged when it is durable. Hand-in: the contest is closed, all attempts are due at", paperAnswers)
	line("one second; from then until the last one is marked and counted. The budget of a save is %.0f ms at p99, without errors.\n", paperBudget)
	line("| people and window | storage | saves a second | save p50 | save p99 | save max | errors | lost | open p99 | hand-in of all s | server cores | RSS MiB |")
	line("|---|---|---|---|---|---|---|---|---|---|---|---|")
	for _, p := range r.Papers {
		line("| %d within %s | %s | %.0f | %.1f | %.1f | %.1f | %d | %d | %.1f | %.1f | %.2f | %d |", p.People, p.Within, p.Storage, p.Rate, p.P50, p.P99, p.Max, p.Errors, p.Lost, p.OpenP99,
			p.HandIn, p.Server, p.RSS>>20)
	}
}

func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// residentMemory is what a process holds, in bytes; 0 where that cannot be read.
func residentMemory(pid string) int64 {
	raw, err := os.ReadFile("/proc/" + pid + "/statm")
	if err != nil {
		return 0
	}
	f := strings.Fields(string(raw))
	if len(f) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(f[1], 10, 64) // always a number
	return pages * int64(os.Getpagesize())
}

// quantile of sorted values.
func quantile(sorted []float64, q float64) float64 {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[min(int(q*float64(len(sorted))), len(sorted)-1)]
}
