package scenario

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leitai/quiz"
)

// TestFirstStateIsWhole: whoever says hello in the instant in which a room opens, or in which a server comes back,
// gets where the room stands, and nothing half-made.
func TestFirstStateIsWhole(t *testing.T) {
	onBothStorages(t, func(t *testing.T, st storage) {
		s := start(t, st)
		for i := range 10 {
			c := s.contest(fmt.Sprint("首", i), nil)
			k := s.dial(nil)
			var room struct{ Code string }
			s.as("organizer").do("POST", "/api/v1/contests/"+c.ID+"/room", nil).ok(&room)
			k.send(fields{"t": "hello", "v": 1, "role": "screen", "code": room.Code})
			if m := k.want(0, "state"); m.Phase != "lobby" || m.Seq < 1 {
				t.Fatalf("the first state: %s", m.raw)
			}
		}
		g := s.stage("重启", nil)
		p := g.join("王芳", 0)
		g.open()
		for range 5 {
			s.restart()
			p.connect()
			if m := p.want(0, "state"); m.Phase != "open" || m.QuestionNo != 1 || m.ClosesMS == nil {
				t.Fatalf("after a restart: %s", m.raw)
			}
		}
	})
}

// TestNobodyIsLeftInAnOldRoom: a change in the lobby starts the room anew. Phones that come back in that very moment
// are in the new one: the next step reaches everybody who is connected.
func TestNobodyIsLeftInAnOldRoom(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("旧房", func(c *quiz.Contest) { c.Rounds[0].Settings.ReadyMS = 30000 })
	phones := make([]*phone, 8)
	for i := range phones {
		phones[i] = g.entrant(fmt.Sprint("人", i), i%3)
	}
	var done atomic.Bool
	var wg sync.WaitGroup
	final := make([]*socket, len(phones))
	for i, p := range phones {
		wg.Go(func() { // comes back at once whenever it is sent away
			for !done.Load() {
				k, _, err := s.tryDial(nil)
				if err != nil {
					continue
				}
				_ = k.trySend(p.hello())
				final[i] = k
				for !done.Load() {
					if _, err := k.tryFind(0, 20*time.Millisecond, func(m message) bool { return m.T == "bye" }); err != errNone {
						break
					}
				}
			}
		})
	}
	for i := range 20 {
		g.org.do("PATCH", "/api/v1/contests/"+g.contest.ID, fields{"title": fmt.Sprint("题目", i)}).ok(nil)
	}
	done.Store(true)
	wg.Wait()
	g.next("ready")
	for _, k := range final {
		m, err := k.tryFind(0, patience, func(m message) bool { return m.T == "state" && m.Phase == "ready" || m.T == "bye" })
		if err != nil {
			t.Errorf("a phone is connected and hears nothing: %v; last %s", err, k.last("state").raw)
		} else if m.T == "bye" && m.Code != "shutdown" {
			t.Errorf("sent away with %s", m.raw)
		}
	}
}

// TestNobodyIsLeftInAClosedRoom: the same while a room is closed and opened.
func TestNobodyIsLeftInAClosedRoom(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("关房", nil)
	p := g.entrant("王芳", 0)
	for range 20 {
		k := s.dial(nil)
		var wg sync.WaitGroup
		wg.Go(func() { _ = k.trySend(p.hello()) })
		wg.Go(func() { g.org.do("DELETE", "/api/v1/contests/"+g.contest.ID+"/room", nil).ok(nil) })
		wg.Wait()
		k.find(0, "a goodbye", func(m message) bool { return m.T == "bye" && (m.Code == "room_closed" || m.Code == "unknown_room") })
		g.org.do("POST", "/api/v1/contests/"+g.contest.ID+"/room", nil).ok(nil)
	}
}

// TestRoomsDoNotMix: two rooms at once; nothing of one reaches the other.
func TestRoomsDoNotMix(t *testing.T) {
	onBothStorages(t, func(t *testing.T, st storage) {
		s := start(t, st)
		a, b := s.stage("甲场", nil), s.stage("乙场", nil)
		pa, pb := a.join("甲人", 0), b.join("乙人", 0)
		sa, sb := a.screen(), b.screen()
		da, db := a.desk("organizer"), b.desk("organizer")
		var wg sync.WaitGroup
		for _, x := range []struct {
			g *stage
			p *phone
		}{{a, pa}, {b, pb}} {
			wg.Go(func() {
				for no := range 5 {
					x.g.open()
					q := x.g.question(no + 1)
					x.p.inPhase("open", no+1)
					x.p.answer(1, no+1, rightAnswer(q)...).accepted(t)
					x.g.reveal()
				}
				x.g.command("adjust", fields{"team_id": x.g.contest.Teams[1].ID, "points": 3, "reason": x.g.contest.Title + "理由"}).ok(nil)
				x.g.command("finish").ok(nil)
			})
		}
		wg.Wait()
		for _, x := range []struct {
			own, other *stage
			sockets    []*socket
			p          *phone
		}{{a, b, []*socket{pa.socket, sa, da}, pa}, {b, a, []*socket{pb.socket, sb, db}, pb}} {
			foreign := []string{x.other.contest.Title, x.other.contest.ID, x.other.code, "秘密" + x.other.contest.Title}
			for _, team := range x.other.contest.Teams {
				foreign = append(foreign, team.ID)
			}
			for _, k := range x.sockets {
				k.find(0, "the end", func(m message) bool { return m.T == "state" && m.Phase == "finished" })
				for _, m := range k.received() {
					for _, f := range foreign {
						if strings.Contains(string(m.raw), f) {
							t.Fatalf("%s holds %s of the other room", m.raw, f)
						}
					}
				}
			}
			body := string(s.player(x.p.token).do("GET", "/api/v1/me/results", nil).ok(nil).body) +
				string(x.own.org.do("GET", "/api/v1/contests/"+x.own.contest.ID+"/results", nil).ok(nil).body) +
				string(x.own.org.do("GET", "/api/v1/contests/"+x.own.contest.ID+"/ledger", nil).ok(nil).body)
			for _, f := range foreign {
				if strings.Contains(body, f) {
					t.Errorf("a response of %s holds %s", x.own.contest.Title, f)
				}
			}
		}
		// A command by one room's code never moves the other.
		a.org.do("POST", "/api/v1/rooms/"+a.code+"/commands", fields{"id": "x", "command": "blank", "on": true}).ok(nil)
		if m := sb.last("state"); strings.Contains(string(m.raw), `"blank":true`) {
			t.Error("the other screen went blank")
		}
	})
}

// TestOrganizersLostConnectionChangesNothing: the show goes on by the clock, and another desk can go on with it.
func TestOrganizersLostConnectionChangesNothing(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("断线", func(c *quiz.Contest) { c.Rounds[0].Settings.LimitMS = 3000 })
	p := g.join("王芳", 0)
	d := g.desk("organizer")
	g.open()
	d.drop()
	p.inPhase("open", 1)
	p.answer(1, 1, "B").accepted(t)
	p.inPhase("closed", 1)
	g.org = s.as("judge")
	g.command("reveal").refused(403, "forbidden", "session.forbidden")
	g.org = s.as("admin")
	g.command("reveal").ok(nil)
	if m := p.find(0, "result", func(m message) bool { return m.T == "me" && m.Result != nil }); m.Result.Points != 10 {
		t.Errorf("%s", m.raw)
	}
}

// TestShutdownSaysComeBack: every answer that was acknowledged is stored, everybody is told to come back, and who knocks
// meanwhile is not sent away for good.
func TestShutdownSaysComeBack(t *testing.T) {
	onBothStorages(t, func(t *testing.T, st storage) {
		s := start(t, st)
		g := s.stage("停机", nil)
		var phones []*phone
		for i := range 20 {
			phones = append(phones, g.join(fmt.Sprint("人", i), i%3))
		}
		screen, silent := g.screen(), s.dial(nil)
		g.open()
		stop := make(chan struct{})
		var wg sync.WaitGroup
		var knocks []*socket
		wg.Go(func() { // knocks until the door is shut
			for {
				select {
				case <-stop:
					return
				default:
				}
				k, _, err := s.tryDial(nil)
				if err != nil {
					return
				}
				knocks = append(knocks, k)
				_ = k.trySend(phones[0].hello())
				_, _ = k.tryFind(0, patience, func(m message) bool { return m.T == "state" || m.T == "bye" })
			}
		})
		acked := make([]bool, len(phones))
		for i, p := range phones[1:] {
			p.inPhase("open", 1)
			wg.Go(func() {
				if p.trySend(fields{"t": "answer", "id": p.id, "r": 1, "q": 1, "a": []string{"B"}}) == nil {
					m, err := p.tryFind(0, patience, func(m message) bool { return m.T == "answer.ack" || m.T == "error" && m.Re == p.id })
					acked[i+1] = err == nil && m.T == "answer.ack"
				}
			})
		}
		s.stop()
		close(stop)
		wg.Wait()
		for _, p := range phones[1:] {
			p.bye("shutdown", 4009)
		}
		screen.bye("shutdown", 4009)
		silent.bye("shutdown", 4009)
		for _, k := range knocks {
			<-k.ended
			for _, m := range k.received() {
				if m.T == "bye" && !m.Retry && m.Code != "replaced" {
					t.Errorf("sent away for good while the server stops: %s", m.raw)
				}
			}
		}
		s.start()
		stored := map[string]bool{}
		for _, a := range g.answers() {
			stored[a.EntrantID] = true
		}
		for i, p := range phones {
			if acked[i] && !stored[p.id] {
				t.Errorf("an acknowledged answer is lost")
			}
		}
		if res := s.nobody().do("GET", "/healthz", nil); res.status != http.StatusOK {
			t.Errorf("%d", res.status)
		}
	})
}

// TestRestartInEveryPhase: a server that comes back shows every role what it showed before, but for the clock.
func TestRestartInEveryPhase(t *testing.T) {
	onBothStorages(t, func(t *testing.T, st storage) {
		s := start(t, st)
		g := s.stage("再来", func(c *quiz.Contest) { c.Rounds[0].Settings.ReadyMS = 30000 })
		p, q := g.join("王芳", 0), g.join("李雷", 1)
		var screen, desk *socket
		ids := map[string]string{}
		view := func() map[string]any {
			t.Helper()
			screen, desk = g.screen(), g.desk("organizer")
			q.connect()
			p.connect()
			a := &album{t: t, code: g.code, ids: ids, pages: map[string]map[string]any{}}
			for role, k := range map[string]*socket{"player": p.socket, "other": q.socket, "screen": screen, "desk": desk} {
				a.take(role, "state", k.last("state"))
				state := a.pages[role]["state"].(map[string]any)
				for _, name := range []string{"seq", "ledger", "lobby", "count"} { // these know of the restart, or count who was quicker
					delete(state, name)
				}
				if teams, ok := state["teams"].([]any); ok {
					for _, row := range teams {
						delete(row.(map[string]any), "connected")
					}
				}
			}
			a.take("me", "me", p.last("me"))
			delete(a.pages["me"]["me"].(map[string]any), "seq")
			own := message{raw: s.player(p.token).do("GET", "/api/v1/me/results", nil).ok(nil).body}
			a.take("own", "own", own)
			var out map[string]any
			if err := json.Unmarshal([]byte(mustJSON(a.pages)), &out); err != nil {
				t.Fatal(err)
			}
			screen.drop()
			desk.drop()
			return out
		}
		same := func(phase string) {
			t.Helper()
			if g.phase() != phase {
				t.Fatalf("the phase is %s, not %s", g.phase(), phase)
			}
			before := view()
			s.restart()
			if diff := cmp.Diff(before, view()); diff != "" {
				t.Errorf("after a restart in %s (-before +after):\n%s", phase, diff)
			}
		}
		same("lobby")
		for no := 1; no <= 2; no++ {
			g.next("ready")
			same("ready")
			g.next("open")
			p.connect()
			p.answer(1, no, rightAnswer(g.question(no))...).accepted(t)
			q.connect()
			q.answer(1, no, wrongAnswer(g.question(no))...).accepted(t)
			same("open")
			g.command("pause").ok(nil)
			same("open")
			g.command("resume").ok(nil)
			g.command("lock").ok(nil)
			g.await("closed")
			eventually(t, "it is counted", func() bool { return g.command("reveal").status == 200 })
			g.await("revealed")
			same("revealed")
			g.command("adjust", fields{"team_id": g.contest.Teams[2].ID, "points": 3, "reason": "r"}).ok(nil)
			g.next("standings")
			same("standings")
		}
		g.command("finish").ok(nil)
		same("finished")
	})
}

// TestShowGoesOnByItself: with auto_advance one press is enough, whoever is connected.
func TestShowGoesOnByItself(t *testing.T) {
	t.Parallel()
	s := start(t, embedded(t))
	g := s.stage("自动", func(c *quiz.Contest) {
		singles(2)(c)
		c.Rounds[0].Settings.LimitMS, c.Rounds[0].Settings.PauseMS, c.Rounds[0].Settings.AutoAdvance = 3000, 1000, true
	})
	p := g.join("王芳", 0)
	g.command("next").ok(nil)
	for no := 1; no <= 2; no++ {
		p.inPhase("open", no)
		p.answer(1, no, "B").accepted(t)
		for _, phase := range []string{"closed", "revealed", "standings"} {
			p.inPhase(phase, no)
		}
	}
	p.find(0, "the end", func(m message) bool { return m.T == "state" && m.Phase == "finished" })
	for _, m := range p.received() {
		if m.T == "state" && m.Phase == "revealed" && strings.Contains(string(m.raw), `"auto_ms":null`) {
			t.Errorf("it does not say when it goes on: %s", m.raw)
		}
	}
	if r := g.results(); !r.Finished || r.People[0].Points != 20 {
		t.Errorf("%+v", r)
	}
}
