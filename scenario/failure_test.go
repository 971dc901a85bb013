package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"

	"leitai/internal/testenv"
	"leitai/leaderboard"
	"leitai/quiz"
)

// stubborn is a phone that keeps to docs/protocol.md §6: it comes back with the same token and sends the same answer
// again until it has an acknowledgement.
type stubborn struct {
	*phone
	mu    sync.Mutex
	acked map[quiz.Ref]message // the acknowledgement that came for each question
	first map[quiz.Ref][]string
	again int // how often it had to send
}

// stubbornCrowd makes phones that do not give up.
func (g *stage) stubbornCrowd(n int) []*stubborn {
	g.s.t.Helper()
	out := make([]*stubborn, n)
	for i, p := range g.crowd(n) {
		out[i] = &stubborn{phone: p, acked: map[quiz.Ref]message{}, first: map[quiz.Ref][]string{}}
	}
	return out
}

// insist answers until it is acknowledged. The reply to each try is waited for as long as the protocol says.
func (p *stubborn) insist(ctx context.Context, at quiz.Ref, a ...string) error {
	id := uuid.NewString()
	m := fields{"t": "answer", "id": id, "r": at.R, "q": at.Q, "a": a}
	for ctx.Err() == nil {
		p.again++
		from := p.mark()
		if p.trySend(m) == nil {
			r, err := p.tryFind(from, 3*time.Second, func(m message) bool {
				return m.T == "answer.ack" && m.ID == id || m.T == "error" && m.Re == id || m.T == "bye" || m.T == "me" && m.Answer != nil && m.Answer.ID == id
			})
			switch {
			case err == nil && r.T == "answer.ack":
				p.mu.Lock()
				p.acked[at], p.first[at] = r, a
				p.mu.Unlock()
				return nil
			case err == nil && r.T == "error" && r.Code == "unavailable":
				pause(ctx, time.Second)
				continue
			case err == nil && r.T == "error":
				return fmt.Errorf("refused: %s", r.raw)
			}
		}
		p.comeBack(ctx)
	}
	return ctx.Err()
}

// comeBack connects again, with the pauses of the protocol.
func (p *stubborn) comeBack(ctx context.Context) {
	for n := 0; ctx.Err() == nil; n++ {
		pause(ctx, time.Duration(rand.Float64()*float64(min(time.Second, 100*time.Millisecond<<min(n, 6)))))
		k, _, err := p.g.s.tryDial(nil)
		if err != nil {
			continue
		}
		p.socket = k
		_ = k.trySend(p.hello())
		if _, err := k.tryFind(0, 3*time.Second, func(m message) bool { return m.T == "me" }); err == nil {
			return
		}
	}
}

func pause(ctx context.Context, d time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(d):
	}
}

// everythingAcknowledgedIsThere holds all acknowledgements against what the API lists, and the sums against each other.
func everythingAcknowledgedIsThere(t *testing.T, g *stage, phones []*stubborn, questions int) {
	t.Helper()
	type key struct {
		entrant string
		ref     quiz.Ref
	}
	stored, points := map[key]storedAnswer{}, map[string]int64{}
	for _, a := range g.answers() {
		k := key{a.EntrantID, quiz.Ref{R: a.R, Q: a.Q}}
		if _, twice := stored[k]; twice {
			t.Errorf("two answers of %s to %v", a.EntrantID, k.ref)
		}
		stored[k] = a
		points[a.EntrantID] += int64(a.Points)
	}
	resends := 0
	for _, p := range phones {
		resends += p.again - len(p.acked)
		for ref, m := range p.acked {
			a, ok := stored[key{p.id, ref}]
			if !ok || mustJSON(a.A) != mustJSON(m.A) || mustJSON(a.A) != mustJSON(p.first[ref]) || a.ReceivedMS != m.receivedMS(t) {
				t.Errorf("acknowledged %s, stored %+v", m.raw, a)
			}
			if want := map[bool]int{true: 10, false: 0}[mustJSON(a.A) == mustJSON(g.question(ref.Q).Key)]; a.Points != want {
				t.Errorf("%+v has %d points", a, a.Points)
			}
		}
	}
	if len(stored) != len(phones)*questions {
		t.Errorf("%d answers of %d phones to %d questions", len(stored), len(phones), questions)
	}
	r := g.results()
	sum, total := int64(0), int64(0)
	for _, p := range r.People {
		if p.Points != points[p.ID] || p.Answers != questions {
			t.Errorf("%s has %d points for %d answers, stored are %d", p.Name, p.Points, p.Answers, points[p.ID])
		}
		sum += p.Points
	}
	for _, team := range r.Teams {
		total += int64(team.Points)
	}
	if sum != total {
		t.Errorf("people have %d points, teams %d", sum, total)
	}
	t.Logf("%d answers, sent %d times again", len(stored), resends)
}

// receivedMS is when the acknowledged answer came.
func (m message) receivedMS(t *testing.T) int64 {
	t.Helper()
	var v struct {
		ReceivedMS int64 `json:"received_ms"`
	}
	if err := json.Unmarshal(m.raw, &v); err != nil {
		t.Fatal(err)
	}
	return v.ReceivedMS
}

// singles is a round of single-choice questions, and teams that sum, so that sums can be compared.
func singles(n int) func(c *quiz.Contest) {
	return func(c *quiz.Contest) {
		c.Settings.TeamFormula = quiz.FormulaSum
		one := c.Rounds[0].Questions[0]
		c.Rounds[0].Questions = nil
		for range n {
			one.Question.ID = uuid.NewString()
			c.Rounds[0].Questions = append(c.Rounds[0].Questions, one)
		}
	}
}

// TestKillInTheMiddleOfABurst: the process is killed at random instants while answers pour in, and started again on
// the same data. The phones come back with the same tokens, the same question goes on with about the time that was
// left, and every acknowledged answer is there once, with its points.
func TestKillInTheMiddleOfABurst(t *testing.T) {
	realStorage(t, func(t *testing.T, st storage) {
		const kills, phonesN = 3, 90
		s := launch(t, st)
		g := s.stage("断电", singles(kills))
		phones := g.stubbornCrowd(phonesN)
		for no := 1; no <= kills; no++ {
			at := quiz.Ref{R: 1, Q: no}
			g.open()
			for _, p := range phones {
				p.inRound(at)
			}
			open := phones[0].inPhase("open", no)
			ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
			var wg sync.WaitGroup
			for i, p := range phones {
				after := time.Duration(rand.Int64N(int64(400 * time.Millisecond)))
				wg.Go(func() {
					pause(ctx, after)
					if err := p.insist(ctx, at, []string{"B", "A", "D"}[i%3]); err != nil {
						t.Errorf("question %d: %v", no, err)
					}
				})
			}
			pause(ctx, 50*time.Millisecond+time.Duration(rand.Int64N(int64(400*time.Millisecond))))
			s.proc.end(syscall.SIGKILL)
			killed := time.Now()
			s.launch()
			back := time.Now()
			wg.Wait()
			cancel()
			watcher := g.screen()
			m := watcher.last("state")
			if m.Phase != "open" || m.QuestionNo != no {
				t.Fatalf("after the restart: %s", m.raw)
			}
			left := time.UnixMilli(*open.ClosesMS).Sub(killed)
			if now := time.UnixMilli(*m.ClosesMS).Sub(back); (now - left).Abs() > 5*time.Second {
				t.Errorf("%v were left, after the restart it is %v", left, now)
			}
			watcher.drop()
			each(len(phones), 24, func(i int) { // who was acknowledged before the end comes back, too
				phones[i].comeBack(t.Context())
				if m := phones[i].last("me"); m.Answer == nil || m.Answer.Q != no {
					t.Errorf("the answer does not survive: %s", m.raw)
				}
			})
			g.reveal()
			for _, p := range phones {
				p.find(0, "the result", func(m message) bool { return m.T == "me" && m.Result != nil && m.Result.Q == no && m.Result.Answered })
			}
		}
		everythingAcknowledgedIsThere(t, g, phones, kills)
	})
}

// TestTerminateInTheMiddleOfABurst: SIGTERM loses nothing either, says so to everybody, and ends in order.
func TestTerminateInTheMiddleOfABurst(t *testing.T) {
	realStorage(t, func(t *testing.T, st storage) {
		s := launch(t, st)
		g := s.stage("关机", singles(1))
		phones := g.stubbornCrowd(60)
		screen := g.screen()
		g.open()
		ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
		defer cancel()
		var wg sync.WaitGroup
		for i, p := range phones {
			p.inPhase("open", 1)
			after := time.Duration(rand.Int64N(int64(300 * time.Millisecond)))
			wg.Go(func() {
				pause(ctx, after)
				if err := p.insist(ctx, quiz.Ref{R: 1, Q: 1}, []string{"B", "A"}[i%2]); err != nil {
					t.Error(err)
				}
			})
		}
		pause(ctx, 150*time.Millisecond)
		began := time.Now()
		s.proc.end(syscall.SIGTERM)
		if code, took := s.proc.exit(), time.Since(began); code != 0 || took > 10*time.Second {
			t.Errorf("exit code %d after %v:\n%s", code, took, s.proc.out)
		}
		screen.bye("shutdown", 4009)
		s.launch()
		wg.Wait()
		g.reveal()
		everythingAcknowledgedIsThere(t, g, phones, 1)
	})
}

// TestDatabaseAway: Postgres stops for a while in the middle of a question, twice. Answers are refused as unavailable
// and sent again; nothing that was acknowledged is lost, and the room can be driven as before.
func TestDatabaseAway(t *testing.T) {
	db := testenv.PostgresProcess(t)
	s := start(t, storage{db.URL, testenv.Redis(t)})
	g := s.stage("断库", singles(2))
	phones := g.stubbornCrowd(40)
	for no, down := range []func(){db.Stop, db.Kill} {
		at := quiz.Ref{R: 1, Q: no + 1}
		g.open()
		ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
		var wg sync.WaitGroup
		for i, p := range phones {
			p.inRound(at)
			after := time.Duration(rand.Int64N(int64(600 * time.Millisecond)))
			wg.Go(func() {
				pause(ctx, after)
				if err := p.insist(ctx, at, []string{"B", "A", "D"}[i%3]); err != nil {
					t.Error(err)
				}
			})
		}
		pause(ctx, 200*time.Millisecond)
		down()
		if res := s.nobody().do("GET", "/readyz", nil); res.status != http.StatusServiceUnavailable {
			t.Errorf("ready without a database: %d", res.status)
		}
		if res := s.nobody().do("POST", "/api/v1/rooms/"+g.code+"/entrants", g.seat("来客", 0)); res.status != http.StatusServiceUnavailable {
			t.Errorf("joined without a database: %d %s", res.status, res.body)
		}
		g.command("extend", fields{"seconds": 10}).refused(503, "unavailable", "storage.unavailable")
		eventually(t, "an answer is refused as unavailable", func() bool {
			for _, p := range phones {
				for _, m := range p.received() {
					if m.T == "error" && m.Code == "unavailable" && m.Key == "storage.unavailable" && m.Re != "" {
						return true
					}
				}
			}
			return false
		})
		db.Start()
		wg.Wait()
		cancel()
		eventually(t, "the room can be driven again", func() bool { return g.command("extend", fields{"seconds": 10}).status == 200 })
		each(len(phones), 24, func(i int) { phones[i].comeBack(t.Context()) }) // the room may have begun anew
		g.reveal()
	}
	everythingAcknowledgedIsThere(t, g, phones, 2)
}

// TestBoardsComeBack: every key of Redis is deleted in the middle of a round. The boards come back equal to the
// database.
func TestBoardsComeBack(t *testing.T) {
	onBothStorages(t, func(t *testing.T, st storage) {
		s := start(t, st)
		g := s.stage("清空", singles(2))
		phones := g.crowd(12)
		g.open()
		for i, p := range phones {
			p.inPhase("open", 1)
			p.answer(1, 1, []string{"B", "A", "B"}[i%3]).accepted(t)
		}
		g.reveal()
		g.sameBoards()
		s.must(s.redis.FlushAll(t.Context()).Err())
		g.sameBoards()
		g.open()
		s.must(s.redis.FlushAll(t.Context()).Err())
		for i, p := range phones {
			p.inPhase("open", 2)
			p.answer(1, 2, []string{"B", "B", "A"}[i%3]).accepted(t)
		}
		s.must(s.redis.FlushAll(t.Context()).Err())
		g.reveal()
		g.sameBoards()
		for i, p := range phones {
			m := p.find(0, "the result", func(m message) bool { return m.T == "me" && m.Result != nil && m.Result.Q == 2 })
			if want := []int64{20, 10, 10}[i%3]; *m.Points != want {
				t.Errorf("%s", m.raw)
			}
		}
	})
}

// sameBoards waits until the boards in Redis equal the results in the database.
func (g *stage) sameBoards() {
	g.s.t.Helper()
	b := boards{leaderboard.New(g.s.redis, "leitai")}
	want := func(of func(r results) map[string]int64, board string) {
		g.s.t.Helper()
		eventually(g.s.t, "board "+board, func() bool {
			scores, err := b.Read(context.Background(), board)
			if err != nil {
				return false
			}
			have := map[string]int64{}
			for _, s := range scores {
				have[s.Member] = s.Points
			}
			return mustJSON(have) == mustJSON(of(g.results()))
		})
	}
	want(func(r results) map[string]int64 {
		m := map[string]int64{}
		for _, p := range r.People {
			m[p.ID] = p.Points
		}
		return m
	}, quiz.PeopleBoard(g.contest.ID))
	want(func(r results) map[string]int64 {
		m := map[string]int64{}
		for _, p := range r.Teams {
			m[p.ID] = int64(p.Points * 100)
		}
		return m
	}, quiz.TeamBoard(g.contest.ID))
}

// TestRedisAway: without Redis the show goes on, at its speed, with right points; when it is back the boards are
// rebuilt.
func TestRedisAway(t *testing.T) {
	rds := testenv.RedisProcess(t)
	s := start(t, storage{embedded(t).database, rds.URL})
	g := s.stage("缓存", singles(2))
	phones := g.crowd(6)
	g.open()
	rds.Kill()
	for _, p := range phones {
		p.inPhase("open", 1)
		p.answer(1, 1, "B").accepted(t)
	}
	began := time.Now()
	g.reveal()
	for _, p := range phones {
		m := p.find(0, "the result", func(m message) bool { return m.T == "me" && m.Result != nil })
		if *m.Points != 10 || m.Place == nil {
			t.Errorf("%s", m.raw)
		}
	}
	if took := time.Since(began); took > 6*time.Second {
		t.Errorf("without Redis a reveal takes %v", took)
	}
	if res := s.nobody().do("GET", "/readyz", nil); res.status != http.StatusServiceUnavailable {
		t.Errorf("ready without Redis: %d", res.status)
	}
	rds.Start()
	g.sameBoards()
	g.open()
	for _, p := range phones {
		p.inPhase("open", 2)
		p.answer(1, 2, "B").accepted(t)
	}
	g.reveal()
	g.sameBoards()
}
