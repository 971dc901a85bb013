package scenario

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"go.uber.org/goleak"
)

// TestChurn: phones come and go in every way while the room broadcasts. Nobody ever receives what is another's, and
// when the server has stopped nothing of it runs any more.
func TestChurn(t *testing.T) {
	before := goleak.IgnoreCurrent()
	onBothStorages(t, func(t *testing.T, st storage) {
		s := start(t, st)
		g := s.stage("来去", nil)
		phones := make([]*phone, 40)
		each(len(phones), 16, func(i int) { phones[i] = g.entrant(fmt.Sprint("人", i), i%3) })
		g.open()
		var done atomic.Bool
		var visits atomic.Int64
		var wg sync.WaitGroup
		for i, p := range phones {
			wg.Go(func() {
				for n := 0; !done.Load(); n++ {
					p.visit(t, g, i, n)
					visits.Add(1)
				}
			})
		}
		end := time.After(1500 * time.Millisecond)
		for on := true; !done.Load(); on = !on {
			g.command("hide_scores", fields{"on": on}).ok(nil) // a state and a me for everybody
			select {
			case <-end:
				done.Store(true)
			default:
			}
		}
		wg.Wait()
		if visits.Load() < int64(len(phones)) {
			t.Errorf("only %d visits", visits.Load())
		}
		eventually(t, "all have left", func() bool { return s.house.Connected(g.code) == 0 })
		if all := g.answers(); len(all) != len(phones) {
			t.Errorf("%d answers of %d phones", len(all), len(phones))
		}
		last := g.join("最后", 0) // it is there when the server stops
		s.stop()
		last.bye("shutdown", 4009)
	})
	if err := goleak.Find(before, goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.updateServerDate.func1"),
		goleak.IgnoreAnyFunction("github.com/valyala/fasthttp.(*workerPool).Start.func2"), // ends within ten seconds
		goleak.IgnoreAnyFunction("github.com/alicebob/miniredis/v2/server.(*Server).ServeConn")); err != nil {
		t.Errorf("something still runs: %v", err)
	}
}

// visit comes, looks whether everything is its own, and goes in one of several ways.
func (p *phone) visit(t *testing.T, g *stage, i, n int) {
	k, _, err := g.s.tryDial(nil)
	if err != nil {
		t.Error(err)
		return
	}
	defer k.drop()
	_ = k.trySend(p.hello())
	if n%5 == 4 {
		_ = k.ws.NetConn().(*net.TCPConn).SetLinger(0) // reset
		return
	}
	id := fmt.Sprintf("%s/%d", p.id, n)
	_ = k.trySend(fields{"t": "answer", "id": id, "r": 1, "q": 1, "a": []string{"A"}})
	_ = k.trySend(fields{"t": "ping", "c": float64(i)})
	if _, err := k.tryFind(0, patience, func(m message) bool { return m.T == "pong" }); err != nil {
		t.Errorf("no pong: %v", err)
	}
	if n == 0 { // the first visit waits until its answer counts
		if m, err := k.tryFind(0, patience, func(m message) bool { return m.T == "answer.ack" }); err != nil {
			t.Errorf("no ack: %v %s", err, m.raw)
		}
	}
	for _, m := range k.received() {
		switch {
		case m.T == "me" && m.Entrant.ID != p.id,
			m.T == "answer.ack" && m.ID[:len(p.id)] != p.id,
			m.T == "error" && m.Re != "" && m.Re[:len(p.id)] != p.id,
			m.T == "pong" && m.C != float64(i):
			t.Errorf("%s received %s", p.id, m.raw)
		}
	}
}

// TestStopsAtOnceWithoutAnybody: an idle server does not make its operator wait, also while browsers keep their
// connections.
func TestStopsAtOnceWithoutAnybody(t *testing.T) {
	s := start(t, embedded(t))
	s.stage("空场", nil)
	browser := &http.Client{Transport: &http.Transport{}, Timeout: patience}
	defer browser.CloseIdleConnections()
	res, err := browser.Get(s.url("/healthz"))
	s.must(err)
	_, _ = io.Copy(io.Discard, res.Body)
	res.Body.Close()
	began := time.Now()
	s.stop()
	if d := time.Since(began); d > 2500*time.Millisecond {
		t.Errorf("it takes %v", d)
	}
}
