package scenario

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/google/uuid"

	"leitai/quiz"
)

// crowd makes n phones join and connect, some at a time.
func (g *stage) crowd(n int) []*phone {
	g.s.t.Helper()
	phones := make([]*phone, n)
	each(n, 24, func(i int) { phones[i] = g.join(fmt.Sprintf("员工%d", i+1), i%len(g.contest.Teams)) })
	return phones
}

// each calls f for 0 to n-1 from so many goroutines.
func each(n, workers int, f func(i int)) {
	var next atomic.Int64
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() {
			for i := int(next.Add(1)) - 1; i < n; i = int(next.Add(1)) - 1 {
				f(i)
			}
		})
	}
	wg.Wait()
}

// cast sends an answer without waiting for its reply.
func (p *phone) cast(r, q int, a ...string) (id string) {
	id = uuid.NewString()
	if err := p.trySend(fields{"t": "answer", "id": id, "r": r, "q": q, "a": a}); err != nil {
		p.t.Errorf("send: %v", err)
	}
	return id
}

// TestEverybodyAnswersInTheLastInstant: 300 phones within the last 200 ms. Every answer that was acknowledged is in
// the results, every other one was refused as too late, and there is no third kind.
func TestEverybodyAnswersInTheLastInstant(t *testing.T) {
	onBothStorages(t, func(t *testing.T, st storage) {
		s := start(t, st)
		g := s.stage("末秒", func(c *quiz.Contest) { c.Rounds[0].Settings.LimitMS = 3000 })
		phones := g.crowd(300)
		g.open()
		closes := time.UnixMilli(*phones[0].inPhase("open", 1).ClosesMS)
		ids := make([]string, len(phones))
		var wg sync.WaitGroup
		for i, p := range phones {
			at := closes.Add(time.Duration(i-200) * time.Millisecond)
			if i >= 200 { // the last third comes after the end
				at = closes.Add(time.Duration(150+3*(i-200)) * time.Millisecond)
			}
			wg.Go(func() {
				<-time.After(time.Until(at))
				ids[i] = p.cast(1, 1, []string{"A", "B"}[i%2])
			})
		}
		wg.Wait()
		acked, late := map[string]string{}, 0
		for i, p := range phones {
			m := p.reply(0, ids[i])
			switch {
			case m.T == "answer.ack" && m.Status == "accepted":
				acked[p.id] = ids[i]
			default:
				m.denied(t, "too_late", "question.closed")
				late++
			}
		}
		g.await("closed")
		g.reveal()
		stored := map[string]string{}
		for _, a := range g.answers() {
			stored[a.EntrantID] = a.ID
		}
		if len(stored) != len(acked) || len(acked)+late != len(phones) {
			t.Errorf("%d acknowledged, %d stored, %d late", len(acked), len(stored), late)
		}
		for e, id := range acked {
			if stored[e] != id {
				t.Errorf("an acknowledged answer is missing")
			}
		}
		if len(acked) == 0 || late == 0 {
			t.Errorf("%d in time and %d late: the machine is too slow, or the limit is wrong", len(acked), late)
		}
		g.totals(phones, acked)
		for _, p := range phones {
			p.find(0, "a result", func(m message) bool {
				return m.T == "me" && m.Result != nil && m.Result.Answered == (acked[p.id] != "")
			})
		}
	})
}

// totals holds the results against each other: what the reveal counted, what people got, and what is stored.
func (g *stage) totals(phones []*phone, acked map[string]string) {
	g.s.t.Helper()
	r := g.results()
	right := map[string]int64{}
	correct := 0
	for _, a := range g.answers() {
		if a.Correct {
			correct++
		}
		right[a.EntrantID] += int64(a.Points)
	}
	q := r.Questions[0]
	sum := 0
	for _, n := range q.Counts {
		sum += n
	}
	if q.Answered != len(acked) || sum != len(acked) || q.Correct != correct || len(r.People) != len(phones) {
		g.s.t.Errorf("%d acknowledged; the question has %+v, %d people", len(acked), q, len(r.People))
	}
	people, answered := 0, 0
	for _, team := range r.Teams {
		people += team.People
		answered += team.Answers
	}
	if people != len(phones) || answered != len(acked) {
		g.s.t.Errorf("the teams have %d people and %d answers", people, answered)
	}
	for _, p := range r.People {
		if p.Points != right[p.ID] {
			g.s.t.Errorf("%s has %d points, answers worth %d", p.Name, p.Points, right[p.ID])
		}
	}
	m := phones[0].find(0, "the reveal", func(m message) bool { return m.T == "state" && m.Reveal != nil })
	if m.Reveal.Answered != len(acked) || m.Reveal.Correct != correct {
		g.s.t.Errorf("the reveal says %s", m.raw)
	}
}

// TestTotalsEqualAnswers at sizes at which peers failed: 130 phones, and 1,000 of which one is cut off in the middle.
func TestTotalsEqualAnswers(t *testing.T) {
	onBothStorages(t, func(t *testing.T, st storage) {
		for _, n := range []int{130, 1000} {
			t.Run(fmt.Sprint(n), func(t *testing.T) {
				s := start(t, st)
				g := s.stage(fmt.Sprint("人数", n), nil)
				phones := g.crowd(n)
				screen := g.screen()
				g.open()
				ids := make([]string, n)
				each(n, 8, func(i int) {
					phones[i].inPhase("open", 1)
					ids[i] = phones[i].cast(1, 1, []string{"B", "A", "C"}[i%3])
				})
				acked := map[string]string{}
				for i, p := range phones {
					p.reply(0, ids[i]).accepted(t)
					acked[p.id] = ids[i]
				}
				screen.find(0, "the count", func(m message) bool {
					return m.T == "count" && m.Answered == n && m.Acknowledged == n && m.Connected == n
				})
				_ = phones[n/2].ws.NetConn().(*net.TCPConn).SetLinger(0) // reset, as when a phone's network is gone
				_ = phones[n/2].ws.NetConn().Close()
				g.reveal()
				for i, p := range phones {
					if i == n/2 {
						continue
					}
					m := p.find(0, "a result", func(m message) bool { return m.T == "me" && m.Result != nil })
					if want := map[bool]int64{true: 10, false: 0}[i%3 == 0]; *m.Points != want || !m.Result.Answered || m.People != n {
						t.Errorf("phone %d: %s", i, m.raw)
					}
				}
				g.totals(phones, acked)
				phones[n/2].connect()
				if m := phones[n/2].last("me"); m.Result == nil || !m.Result.Answered {
					t.Errorf("the one who was cut off: %s", m.raw)
				}
			})
		}
	})
}

// longStem makes every state of the first question some kilobytes long.
func longStem(c *quiz.Contest) { c.Rounds[0].Questions[0].Question.Stem = strings.Repeat("长", 2000) }

// deaf opens a phone's socket with the smallest receive buffer; nothing is read from it unless the test does.
func (p *phone) deaf() *websocket.Conn {
	p.g.s.t.Helper()
	d := websocket.Dialer{NetDial: (&net.Dialer{Control: smallBuffer}).Dial, HandshakeTimeout: patience}
	ws, _, err := d.Dial("ws://"+p.g.s.addr+"/ws", nil)
	p.g.s.must(err)
	p.g.s.must(ws.WriteMessage(websocket.TextMessage, []byte(mustJSON(p.hello()))))
	return ws
}

// slowOnes is how many connections were closed for not keeping up.
func (s *server) slowOnes() int {
	var n int
	body := string(s.nobody().do("GET", "/metrics", nil).ok(nil).body)
	_, rest, _ := strings.Cut(body, "\nleitai_slow_connections_total ")
	_, _ = fmt.Sscan(rest, &n)
	return n
}

// TestStalledPhoneDelaysNobody: one phone reads nothing. The others hear at once, and it is closed.
func TestStalledPhoneDelaysNobody(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("堵塞", longStem)
	others := g.crowd(5)
	stalled := g.entrant("堵车", 0)
	ws := stalled.deaf()
	defer ws.Close()
	eventually(t, "the stalled phone is in", func() bool { return s.house.Connected(g.code) == len(others)+1 })
	g.open()
	for i := 0; s.slowOnes() == 0; i++ {
		var out struct{ Seq int64 }
		from := others[0].mark()
		began := time.Now()
		g.command("blank", fields{"on": i%2 == 0}).ok(&out)
		others[0].find(from, "the next state", func(m message) bool { return m.T == "state" && m.Seq == out.Seq })
		if d := time.Since(began); d > 5*time.Second {
			t.Fatalf("a stalled phone held the others up for %v", d)
		}
		if i > 5000 {
			t.Fatal("the stalled phone is never closed")
		}
	}
	eventually(t, "the stalled phone is gone", func() bool { return s.house.Connected(g.code) == len(others) })
	stalled.connect() // and may come back
	for _, p := range append(others, stalled) {
		p.inPhase("open", 1)
		p.answer(1, 1, "B").accepted(t)
	}
}

// smallBuffer makes a client's receive buffer as small as the system allows.
func smallBuffer(_, _ string, c syscall.RawConn) error {
	return c.Control(func(fd uintptr) { _ = syscall.SetsockoptInt(int(fd), syscall.SOL_SOCKET, syscall.SO_RCVBUF, 4096) })
}

// TestSlowPhoneIsToldToComeBack: one that was only slow finds the farewell behind what it had not read.
func TestSlowPhoneIsToldToComeBack(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("慢机", longStem)
	ws := g.entrant("慢", 0).deaf()
	defer ws.Close()
	eventually(t, "the slow phone is in", func() bool { return s.house.Connected(g.code) == 1 })
	g.open()
	for i := 0; s.slowOnes() == 0; i++ {
		g.command("blank", fields{"on": i%2 == 0}).ok(nil)
		if i > 5000 {
			t.Fatal("the slow phone is never closed")
		}
	}
	ws.SetPongHandler(func(string) error { return nil })
	_ = ws.SetReadDeadline(time.Now().Add(patience))
	for {
		_, b, err := ws.ReadMessage()
		if err != nil {
			t.Fatalf("no farewell: %v", err)
		}
		if strings.Contains(string(b), `"bye"`) {
			if !strings.Contains(string(b), `"slow"`) {
				t.Errorf("%s", b)
			}
			return
		}
	}
}

// TestFullHouse: no more connections than the process can hold; who comes later is told to try again.
func TestFullHouse(t *testing.T) {
	s := start(t, embedded(t), func(s *server) { s.conns = 3 })
	g := s.stage("满座", nil)
	a, _, _ := g.join("一", 0), g.join("二", 0), g.screen()
	k := s.dial(nil)
	_ = k.trySend(a.hello())
	k.bye("full", 4010)
	a.drop()
	eventually(t, "there is a place again", func() bool { return s.house.Connected(g.code) == 1 })
	p := g.entrant("三", 0)
	eventually(t, "the next one finds it", func() bool {
		k, _, err := s.tryDial(nil)
		if err != nil {
			return false
		}
		_ = k.trySend(p.hello())
		_, err = k.tryFind(0, patience, func(m message) bool { return m.T == "me" })
		return err == nil
	})
}

// TestSilentConnectionsAreClosed: who says no hello within ten seconds is sent away, to come back.
func TestSilentConnectionsAreClosed(t *testing.T) {
	t.Parallel()
	s := start(t, embedded(t))
	k := s.dial(nil)
	k.bye("silent", 4011)
}

// TestSocketNeedsAnUpgrade: a browser that is pointed at the socket gets an error and no page.
func TestSocketNeedsAnUpgrade(t *testing.T) {
	s := start(t, embedded(t))
	s.nobody().do("GET", "/ws", nil).refused(400, "invalid", "request.invalid")
	res, err := http.Get(s.url("/ws?code=1"))
	s.must(err)
	b, _ := io.ReadAll(res.Body)
	res.Body.Close()
	if res.StatusCode != 400 || !strings.Contains(string(b), `"error"`) {
		t.Errorf("%d %s", res.StatusCode, b)
	}
}
