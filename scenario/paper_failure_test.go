package scenario

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"leitai/internal/testenv"
	"leitai/quiz/paper"
)

// sitter is a phone that answers a paper and keeps every save until it is acknowledged.
type sitter struct {
	p     *preliminary
	token string
	a     sheet
	addrs []string // servers, one of which answers

	acked   map[int]int      // question → highest number acknowledged
	sent    map[int][]string // question → answer of each number, from 1
	again   int              // tries that came to nothing
	refused []string         // what was not taken
}

// sitters enter and begin an attempt.
func (p *preliminary) sitters(n int) []*sitter {
	p.s.t.Helper()
	out := make([]*sitter, n)
	for i := range out {
		token := p.guest(fmt.Sprintf("选手%d", i))
		out[i] = &sitter{p: p, token: token, a: p.begin(token, "formal"), addrs: []string{p.s.addr}, acked: map[int]int{}, sent: map[int][]string{}}
	}
	return out
}

// insist sends a request until a server answers it otherwise than with unavailable.
func (w *sitter) insist(ctx context.Context, path string, body any) (int, []byte) {
	raw := []byte(mustJSON(body))
	for ctx.Err() == nil {
		addr := w.addrs[rand.IntN(len(w.addrs))]
		req, err := http.NewRequestWithContext(ctx, "POST", "http://"+addr+path, bytes.NewReader(raw))
		if err != nil {
			return 0, []byte(err.Error())
		}
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", "Bearer "+w.token)
		if res, err := client.Do(req); err == nil {
			got, err := io.ReadAll(res.Body)
			_ = res.Body.Close()
			if err == nil && res.StatusCode != http.StatusServiceUnavailable {
				return res.StatusCode, got
			}
		}
		w.again++
		pause(ctx, time.Duration(rand.IntN(60))*time.Millisecond)
	}
	return 0, nil
}

// answer saves one answer to a random question; it reports false once the attempt is closed.
func (w *sitter) answer(ctx context.Context) bool {
	q := w.a.Questions[rand.IntN(len(w.a.Questions))]
	a := w.p.right(q)
	if q.Type == "single" && rand.IntN(2) == 0 {
		a = []string{q.Options[rand.IntN(len(q.Options))].ID}
	}
	w.sent[q.No] = append(w.sent[q.No], mustJSON(a))
	n := len(w.sent[q.No])
	id := fmt.Sprintf("%d-%d", q.No, n)
	status, body := w.insist(ctx, "/api/v1/attempts/"+w.a.ID+"/saves", fields{"saves": []fields{{"id": id, "q": q.No, "n": n, "a": a}}})
	switch {
	case status == http.StatusOK && bytes.Contains(body, []byte(`"saved":["`+id+`"]`)):
		w.acked[q.No] = n
	case status == http.StatusConflict && bytes.Contains(body, []byte("attempt.closed")):
		return false
	case ctx.Err() == nil:
		w.refused = append(w.refused, string(body))
		return false
	}
	return ctx.Err() == nil
}

// everythingAcknowledgedIsMarked holds what phones were told against what the database has.
func everythingAcknowledgedIsMarked(t *testing.T, p *preliminary, phones []*sitter) {
	t.Helper()
	ctx := t.Context()
	acked, again := 0, 0
	for _, w := range phones {
		again += w.again
		for _, r := range w.refused {
			t.Errorf("not taken: %s", r)
		}
		a, err := p.s.paper.FindAttempt(ctx, w.a.ID)
		p.s.must(err)
		if a.State != paper.HandedIn {
			t.Errorf("attempt %s is %s", a.ID, a.State)
			continue
		}
		points, review := 0, p.contest.ReviewForStaff(a)
		for i, m := range a.Marks {
			points += m.Points
			n := w.acked[i+1]
			acked += n
			marked := mustJSON(review[i].A)
			sorted := func(n int) string { // as the review has it
				if n == 0 {
					return "[]"
				}
				var a []string
				_ = json.Unmarshal([]byte(w.sent[i+1][n-1]), &a)
				if review[i].Type == "multiple" {
					slices.Sort(a)
				}
				return mustJSON(a)
			}
			// The save after the last one that was acknowledged may have been stored without the phone hearing of it.
			if marked != sorted(n) && (n == len(w.sent[i+1]) || marked != sorted(n+1)) {
				t.Errorf("question %d: acknowledged number %d of %v, marked %s", i+1, n, w.sent[i+1], marked)
			}
		}
		if a.Points != points {
			t.Errorf("%d points, the marks have %d", a.Points, points)
		}
		r, ok, err := p.s.paper.ResultOf(ctx, p.contest.ID, a.EntrantID)
		p.s.must(err)
		if !ok || r.Points != int64(points) || r.Attempts != 1 || r.TimeMS != a.Time.Milliseconds() {
			t.Errorf("counted %+v, the attempt has %d in %v", r, points, a.Time)
		}
	}
	var attempts, results int
	p.s.must(p.s.db.Get(ctx, &attempts, `SELECT COUNT(*) FROM attempts WHERE contest_id = $1`, p.contest.ID))
	p.s.must(p.s.db.Get(ctx, &results, `SELECT COUNT(*) FROM paper_results WHERE contest_id = $1 AND day = ''`, p.contest.ID))
	if attempts != len(phones) || results != len(phones) {
		t.Errorf("%d attempts and %d results of %d phones", attempts, results, len(phones))
	}
	if acked == 0 {
		t.Error("nothing was acknowledged: the test says nothing")
	}
	t.Logf("%d saves acknowledged, %d tries came to nothing", acked, again)
}

// TestKillInTheMiddleOfPapers: the program is killed while saves pour in, while people hand in, and while the clock
// hands in. Nothing that was acknowledged is lost, every attempt is handed in once and counted once.
func TestKillInTheMiddleOfPapers(t *testing.T) {
	realStorage(t, func(t *testing.T, st storage) {
		s := launch(t, st)
		p := s.papers("断电", nil)
		phones := p.sitters(30)
		ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
		defer cancel()
		stop := make(chan struct{})
		var wg sync.WaitGroup
		for _, w := range phones {
			wg.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
					}
					if !w.answer(ctx) {
						return
					}
				}
			})
		}
		for range 2 {
			pause(ctx, time.Duration(200+rand.IntN(400))*time.Millisecond)
			s.proc.end(syscall.SIGKILL)
			s.launch()
		}
		pause(ctx, 300*time.Millisecond)
		close(stop)
		wg.Wait()
		for _, w := range phones[:20] { // twenty hand in, the last ten are left to the clock
			wg.Go(func() {
				pause(ctx, time.Duration(rand.IntN(200))*time.Millisecond)
				if status, body := w.insist(ctx, "/api/v1/attempts/"+w.a.ID+"/hand-in", fields{}); status != http.StatusOK {
					t.Errorf("hand-in: %d %s", status, body)
				}
			})
		}
		pause(ctx, time.Duration(rand.IntN(150))*time.Millisecond)
		s.proc.end(syscall.SIGKILL)
		s.launch()
		wg.Wait()
		s.must(s.paper.Close(ctx, time.Now(), p.contest.ID))
		for { // killed about when the clock hands in
			var open int
			s.must(s.db.Get(ctx, &open, `SELECT COUNT(*) FROM attempts WHERE contest_id = $1 AND state = 'open'`, p.contest.ID))
			if open == 0 || ctx.Err() != nil {
				break
			}
			pause(ctx, 5*time.Millisecond)
		}
		s.proc.end(syscall.SIGKILL)
		s.launch()
		finished(t, p)
		everythingAcknowledgedIsMarked(t, p, phones)
	})
}

// finished waits until the contest is over and all of it is counted.
func finished(t *testing.T, p *preliminary) {
	t.Helper()
	eventually(t, "the contest is finished", func() bool {
		var status string
		err := p.s.db.Get(t.Context(), &status, `SELECT status FROM contests WHERE id = $1`, p.contest.ID)
		return err == nil && status == "finished"
	})
}

// TestTwoProcessesShareAPreliminary: phones reach either of two programs, one of which is killed; both their clocks hand in at the same second.
func TestTwoProcessesShareAPreliminary(t *testing.T) {
	s := launch(t, storage{testenv.Postgres(t), testenv.Redis(t)})
	two := &server{t: t, st: s.st, addr: freeAddress(t)}
	two.launch()
	p := s.papers("两台", nil)
	phones := p.sitters(40)
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	var wg sync.WaitGroup
	for _, w := range phones {
		w.addrs = []string{s.addr, two.addr}
		wg.Go(func() {
			for range 25 {
				if !w.answer(ctx) {
					return
				}
			}
		})
	}
	pause(ctx, 200*time.Millisecond)
	two.proc.end(syscall.SIGKILL)
	two.launch()
	wg.Wait()
	s.must(s.paper.Close(ctx, time.Now(), p.contest.ID))
	for _, w := range phones[:10] { // and some hand in themselves at that moment
		wg.Go(func() {
			if status, body := w.insist(ctx, "/api/v1/attempts/"+w.a.ID+"/hand-in", fields{}); status != http.StatusOK {
				t.Errorf("hand-in: %d %s", status, body)
			}
		})
	}
	wg.Wait()
	finished(t, p)
	everythingAcknowledgedIsMarked(t, p, phones)
}

// TestDatabaseAwayFromPapers: Postgres is away while people answer, twice, and once over the deadline. Saves are refused as
// unavailable and sent again; all of them are marked.
func TestDatabaseAwayFromPapers(t *testing.T) {
	db := testenv.PostgresProcess(t)
	s := start(t, storage{db.URL, testenv.Redis(t)})
	work, rest := context.WithCancel(t.Context())
	var worker sync.WaitGroup
	defer worker.Wait()
	defer rest()
	worker.Go(func() { paper.NewWorker(s.paper, s.logger()).Run(work) })
	p := s.papers("断库", nil)
	phones := p.sitters(20)
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	for _, down := range []func(){db.Stop, db.Kill} {
		var wg sync.WaitGroup
		for _, w := range phones {
			wg.Go(func() {
				for range 15 {
					if !w.answer(ctx) {
						return
					}
				}
			})
		}
		pause(ctx, 100*time.Millisecond)
		down()
		res := s.player(phones[0].token).do("POST", "/api/v1/attempts/"+phones[0].a.ID+"/saves", fields{"saves": []fields{{"id": "away", "q": 1, "n": 0, "a": []string{}}}})
		res.refused(503, "unavailable", "storage.unavailable")
		s.player(phones[0].token).do("GET", p.at()+"/me", nil).refused(503, "unavailable", "storage.unavailable")
		pause(ctx, 500*time.Millisecond)
		db.Start()
		wg.Wait()
	}
	end := time.Now().Add(500 * time.Millisecond)
	_, err := s.db.Exec(ctx, `UPDATE attempts SET deadline_at = $2 WHERE contest_id = $1`, p.contest.ID, end.UnixMilli())
	s.must(err)
	db.Stop()
	var wg sync.WaitGroup
	for _, w := range phones { // sent before the end, when nobody could store them
		wg.Go(func() { w.answer(ctx) })
	}
	pause(ctx, time.Until(end.Add(paper.Grace+500*time.Millisecond)))
	db.Start()
	wg.Wait()
	eventually(t, "the clock has handed in", func() bool {
		var open int
		err := s.db.Get(ctx, &open, `SELECT COUNT(*) FROM attempts WHERE contest_id = $1 AND state <> 'handed_in'`, p.contest.ID)
		return err == nil && open == 0
	})
	everythingAcknowledgedIsMarked(t, p, phones)
}
