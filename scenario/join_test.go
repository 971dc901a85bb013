package scenario

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"leitai/quiz"
)

func (g *stage) tryJoin(seat fields) response {
	g.s.t.Helper()
	return g.s.nobody().do("POST", "/api/v1/rooms/"+g.code+"/entrants", seat)
}

func TestNamesOfEntrants(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("姓名", nil)
	for name, shown := range map[string]string{
		"王芳": "王芳", "李": "李", "  欧阳 \t 震华 ": "欧阳 震华", "阿卜杜拉·买买提": "阿卜杜拉·买买提", "O'Brien": "O'Brien", "Zoe\u0308": "Zoë", "龘靐": "龘靐",
		strings.Repeat("名", 20): strings.Repeat("名", 20), "𠮷野家": "𠮷野家", "张三 (2)": "张三 (2)", "王芳3": "王芳3",
	} {
		var out joined
		g.tryJoin(g.seat(name, 0)).ok(&out)
		if out.Entrant.Name != shown {
			t.Errorf("%q became %q", name, out.Entrant.Name)
		}
	}
	for name, why := range map[string]string{
		"": "required", "   ": "required", "\u3000": "required", "·": "required", strings.Repeat("名", 21): "too_long", strings.Repeat("名", 40): "too_long",
		"王芳😀": "characters", "👩‍🚀": "characters", "<b>x</b>": "characters", "a\nb\u0007": "characters", "王\u202e芳": "characters", "王\u200b芳": "characters",
		"=cmd()": "characters", "a;b": "characters", strings.Repeat("名", 70000): "too_long", "é" + strings.Repeat("\u0301", 40): "too_long",
	} {
		g.tryJoin(g.seat(name, 0)).refused(400, "invalid", "request.invalid", "name=name."+why)
	}
	seat := g.seat("王芳", 0)
	for _, id := range []string{"", "short", long(15), long(65)} {
		seat["client_id"] = id
		g.tryJoin(seat).refused(400, "invalid", "request.invalid", "client_id=client_id.length")
	}
	seat = g.seat("王芳", 0)
	for _, id := range []string{"", "x", s.contest("另一场", nil).Teams[0].ID} {
		seat["team_id"] = id
		g.tryJoin(seat).refused(400, "invalid", "request.invalid", "team_id=team.missing")
	}
}

// TestNamesakesAreKeptApart: in one team the second carries a number, and neither gets the other's points.
func TestNamesakesAreKeptApart(t *testing.T) {
	onBothStorages(t, func(t *testing.T, st storage) {
		s := start(t, st)
		g := s.stage("同名", nil)
		a, b, other := g.join("王芳", 0), g.join("王芳", 0), g.join("王芳", 1)
		if a.name != "王芳" || b.name != "王芳 (2)" || other.name != "王芳" || a.id == b.id || a.token == b.token {
			t.Fatalf("%+v %+v %+v", a, b, other)
		}
		s.restart()
		c := g.join("王芳", 0)
		if c.name != "王芳 (3)" {
			t.Errorf("after a restart: %s", c.name)
		}
		if d := g.join(strings.Repeat("名", 20), 2); d.name != strings.Repeat("名", 20) {
			t.Errorf("%s", d.name)
		}
		if d := g.join(strings.Repeat("名", 20), 2); d.name != strings.Repeat("名", 20)+" (2)" {
			t.Errorf("a long namesake: %s", d.name)
		}
		g.open()
		a.connect()
		b.connect()
		a.answer(1, 1, "B").accepted(t)
		b.answer(1, 1, "A").accepted(t)
		g.reveal()
		for _, p := range g.results().People {
			if want := map[string]int64{a.id: 10, b.id: 0}[p.ID]; p.Points != want {
				t.Errorf("%s has %d", p.Name, p.Points)
			}
		}
	})
}

// TestJoiningTwiceIsJoiningOnce: the same phone gets the same entrant and token, also when twenty requests race.
func TestJoiningTwiceIsJoiningOnce(t *testing.T) {
	onBothStorages(t, func(t *testing.T, st storage) {
		s := start(t, st)
		g := s.stage("重复", nil)
		for round := range 5 {
			name := fmt.Sprintf("王芳%d", round)
			seat := g.seat(name, 0)
			got := make([]joined, 20)
			var wg sync.WaitGroup
			for i := range got {
				wg.Go(func() { g.tryJoin(seat).ok(&got[i]) })
			}
			wg.Wait()
			for _, o := range got {
				if o.Token != got[0].Token || o.Entrant != got[0].Entrant {
					t.Fatalf("two entrants of one phone: %+v %+v", got[0], o)
				}
			}
			if got[0].Entrant.Name != name {
				t.Errorf("without a namesake: %s", got[0].Entrant.Name)
			}
			seat["team_id"], seat["name"] = g.contest.Teams[1].ID, "别名"
			var again joined
			g.tryJoin(seat).ok(&again)
			if again != got[0] {
				t.Errorf("joined again as %+v", again)
			}
		}
		if p := g.join("别名", 1); p.name != "别名" {
			t.Errorf("a name that was asked for in vain stays taken: %s", p.name)
		}
		if n := len(g.results().People); n != 6 {
			t.Errorf("%d people", n)
		}
	})
}

// TestFullRoom: not one more than max_entrants, however many knock at once; who is in stays in.
func TestFullRoom(t *testing.T) {
	onBothStorages(t, func(t *testing.T, st storage) {
		s := start(t, st)
		g := s.stage("满员", func(c *quiz.Contest) { c.Settings.MaxEntrants = 3 })
		first := g.seat("第一", 0)
		var me joined
		g.tryJoin(first).ok(&me)
		var wg sync.WaitGroup
		results := make([]response, 16)
		for i := range results {
			wg.Go(func() { results[i] = g.tryJoin(g.seat(fmt.Sprintf("人%d", i), i%3)) })
		}
		wg.Wait()
		in := 0
		for _, r := range results {
			if r.status == 201 {
				in++
			} else {
				r.refused(409, "conflict", "room.full")
			}
		}
		if n := len(g.results().People); in != 2 || n != 3 {
			t.Errorf("%d were let in, the room has %d", in, n)
		}
		var again joined
		g.tryJoin(first).ok(&again)
		if again != me {
			t.Errorf("who was in: %+v", again)
		}
		if res := s.nobody().do("GET", "/api/v1/rooms/"+g.code, nil); !strings.Contains(string(res.body), `"accepting":false`) {
			t.Errorf("a full room: %s", res.body)
		}
	})
}

// TestFinishedAndClosedRooms take nobody, and those who were there keep their results.
func TestFinishedAndClosedRooms(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("结束", nil)
	seat := g.seat("王芳", 0)
	var me joined
	g.tryJoin(seat).ok(&me)
	p := &phone{g: g, token: me.Token, id: me.Entrant.ID}
	p.connect()
	g.open()
	p.answer(1, 1, "B").accepted(t)
	g.reveal()
	g.command("finish").ok(nil)
	g.tryJoin(g.seat("来晚了", 0)).refused(409, "conflict", "room.finished")
	var again joined
	g.tryJoin(seat).ok(&again)
	if again != me {
		t.Errorf("%+v", again)
	}
	p.find(0, "the end", func(m message) bool { return m.T == "state" && m.Phase == "finished" })
	q := &phone{g: g, token: me.Token, id: me.Entrant.ID}
	q.connect()
	if m := q.last("me"); *m.Points != 10 || *m.Place != 1 {
		t.Errorf("at the end: %s", m.raw)
	}
	p.bye("replaced", 4001)
	g.org.do("DELETE", "/api/v1/contests/"+g.contest.ID+"/room", nil).ok(nil)
	q.bye("room_closed", 4002)
	g.tryJoin(seat).refused(404, "not_found", "room.unknown")
	k := s.dial(nil)
	k.send(p.hello())
	k.bye("unknown_room", 4004)
	if res := s.player(me.Token).do("GET", "/api/v1/me/results", nil).ok(nil); !strings.Contains(string(res.body), `"points":10`) {
		t.Errorf("results of a closed room: %s", res.body)
	}
}

// TestTokensAreGoodForTheirContestOnly, and nothing that was changed is a token.
func TestTokensAreGoodForTheirContestOnly(t *testing.T) {
	s := start(t, embedded(t))
	a, b := s.stage("甲", nil), s.stage("乙", nil)
	p := a.entrant("王芳", 0)
	id, sig, _ := strings.Cut(p.token, ".")
	other := b.entrant("李雷", 0)
	otherID, otherSig, _ := strings.Cut(other.token, ".")
	for name, token := range map[string]string{
		"none": "", "the id": id, "no signature": id + ".", "another's signature": id + "." + otherSig, "another's id": otherID + "." + sig,
		"a letter less": p.token[:len(p.token)-1], "a letter more": p.token + "A", "a dot more": p.token + ".", "huge": long(3000), "an unknown id": uuid.NewString() + "." + sig,
		"of another contest": other.token,
	} {
		k := s.dial(nil)
		k.send(fields{"t": "hello", "v": 1, "role": "player", "code": a.code, "token": token})
		k.bye("unauthorized", 4003)
		if n := len(k.received()); n != 1 {
			t.Errorf("%s: received %d messages", name, n)
		}
		if token != other.token {
			s.player(token).do("GET", "/api/v1/me/results", nil).refused(401, "unauthorized", "token.wrong")
		}
	}
	s.nobody().do("GET", "/api/v1/me/results", nil).refused(401, "unauthorized", "token.wrong")
}
