package scenario

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/google/uuid"

	"leitai/quiz"
)

// say sends an answer as JSON of these fields and gives its reply.
func (k *socket) say(f fields) message {
	k.t.Helper()
	m := fields{"t": "answer", "id": uuid.NewString(), "r": 1, "q": 1, "a": []string{"A"}}
	for key, v := range f {
		m[key] = v
	}
	from := k.mark()
	k.send(m)
	return k.reply(from, m["id"].(string))
}

// TestAnswersThatDoNotCount: each gets its code with the id that it belongs to, the connection stays, and nothing
// changes in the database.
func TestAnswersThatDoNotCount(t *testing.T) {
	onBothStorages(t, func(t *testing.T, st storage) {
		s := start(t, st)
		g := s.stage("不算", func(c *quiz.Contest) { c.Rounds[0].Settings.ReadyMS = 30000 })
		p := g.join("王芳", 0)
		early, screen, desk := s.dial(nil), g.screen(), g.desk("organizer")

		early.say(nil).denied(t, "unauthorized", "hello.first")
		p.say(nil).denied(t, "conflict", "question.not_open")
		screen.say(nil).denied(t, "forbidden", "role.forbidden")
		desk.say(nil).denied(t, "forbidden", "role.forbidden")

		g.next("ready")
		p.inPhase("ready", 1)
		p.say(nil).denied(t, "conflict", "question.not_open")

		g.next("open")
		p.inPhase("open", 1)
		early.say(nil).denied(t, "unauthorized", "hello.first")
		screen.say(nil).denied(t, "forbidden", "role.forbidden")
		for _, sc := range []struct {
			f         fields
			code, key string
		}{
			{fields{"q": 2}, "conflict", "question.not_open"},
			{fields{"r": 2}, "conflict", "question.not_open"},
			{fields{"q": 1 << 40, "r": 1 << 40}, "conflict", "question.not_open"},
			{fields{"q": 0}, "invalid", "answer.invalid"},
			{fields{"r": -1}, "invalid", "answer.invalid"},
			{fields{"a": []string{}}, "invalid", "answer.invalid"},
			{fields{"a": nil}, "invalid", "answer.invalid"},
			{fields{"a": []any{nil}}, "invalid", "answer.invalid"},
			{fields{"a": []string{"E"}}, "invalid", "answer.invalid"},
			{fields{"a": []string{"a"}}, "invalid", "answer.invalid"},
			{fields{"a": []string{" A"}}, "invalid", "answer.invalid"},
			{fields{"a": []string{""}}, "invalid", "answer.invalid"},
			{fields{"a": []string{"A", "B"}}, "invalid", "answer.invalid"},
			{fields{"a": []string{"A", "A"}}, "invalid", "answer.invalid"},
			{fields{"a": strings.Split("ABCDEFGHIJKLMNOPQRSTUVWXYZA", "")}, "invalid", "answer.invalid"},
			{fields{"a": []string{long(500)}}, "invalid", "answer.invalid"},
		} {
			p.say(sc.f).denied(t, sc.code, sc.key)
			s.wait(60 * time.Millisecond) // below the limit of messages
		}
		g.command("pause").ok(nil)
		p.find(0, "the pause", func(m message) bool { return m.T == "state" && m.Paused })
		p.say(nil).denied(t, "conflict", "question.paused")
		g.command("resume").ok(nil)
		g.command("lock").ok(nil)
		p.inPhase("closed", 1)
		p.say(nil).denied(t, "too_late", "question.closed")
		g.reveal()
		p.inPhase("revealed", 1)
		p.say(nil).denied(t, "too_late", "question.closed")
		g.next("standings")
		p.inPhase("standings", 1)
		p.say(nil).denied(t, "too_late", "question.closed")
		g.next("ready")
		p.inPhase("ready", 2)
		p.say(nil).denied(t, "conflict", "question.other")
		if all := g.answers(); len(all) != 0 {
			t.Errorf("stored nevertheless: %+v", all)
		}
		if m := screen.last("count"); m.Answered != 0 {
			t.Errorf("counted nevertheless: %s", m.raw)
		}
		g.next("open")
		p.answer(1, 2, "A", "C", "E").accepted(t)
	})
}

// wait lets some time pass, where it is time that is tested.
func (s *server) wait(d time.Duration) { <-time.After(d) }

// TestAnswersByType: what each type of question takes, and how it is kept.
func TestAnswersByType(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("题型", nil)
	for no, sc := range []struct {
		bad  [][]string
		good []string
		kept []string
	}{
		{[][]string{{"A", "B"}}, []string{"B"}, []string{"B"}},
		{[][]string{{"F"}, {"A", "A"}}, []string{"E", "A", "C"}, []string{"A", "C", "E"}},
		{[][]string{{"C"}, {"true"}}, []string{"A"}, []string{"A"}},
		{[][]string{{"一个"}, {"", " "}, {"a", strings.Repeat("字", 201)}, {"a", "b", "c"}}, []string{" 秘密题型上 ", "秘密题型下"}, []string{"秘密题型上", "秘密题型下"}},
		{[][]string{{"A"}, {"A", "B", "B"}, {"A", "B"}}, []string{"C", "A", "B"}, []string{"C", "A", "B"}},
	} {
		p := g.join(fmt.Sprint("人", no), 0)
		g.open()
		p.inPhase("open", no+1)
		for _, bad := range sc.bad {
			p.answer(1, no+1, bad...).denied(t, "invalid", "answer.invalid")
		}
		if m := p.answer(1, no+1, sc.good...).accepted(t); mustJSON(m.A) != mustJSON(sc.kept) {
			t.Errorf("%v was kept as %v", sc.good, m.A)
		}
		g.reveal()
		if m := p.find(0, "result", func(m message) bool { return m.T == "me" && m.Result != nil && m.Result.Q == no+1 }); !m.Result.Correct || mustJSON(m.Result.A) != mustJSON(sc.kept) {
			t.Errorf("question %d: %s", no+1, m.raw)
		}
	}
}

// TestFirstAnswerCounts, whatever comes later, from whichever connection, before and after a restart.
func TestFirstAnswerCounts(t *testing.T) {
	onBothStorages(t, func(t *testing.T, st storage) {
		s := start(t, st)
		g := s.stage("首答", nil)
		p := g.join("王芳", 0)
		g.open()
		p.inPhase("open", 1)
		id := uuid.NewString()
		first := p.say(fields{"id": id, "a": []string{"B"}})
		first.accepted(t)
		again := func(f fields) {
			t.Helper()
			m := p.say(f)
			if m.T != "answer.ack" || m.Status != "duplicate" || mustJSON(m.A) != `["B"]` || m.R != 1 || m.Q != 1 {
				t.Errorf("%s", m.raw)
			}
		}
		again(fields{"id": id, "a": []string{"B"}})
		again(fields{"id": id, "a": []string{"A"}})
		again(fields{"a": []string{"A"}})
		p.drop()
		p.connect()
		if m := p.last("me"); m.Answer == nil || mustJSON(m.Answer.A) != `["B"]` || m.Answer.ID != id {
			t.Errorf("after a reconnect: %s", m.raw)
		}
		again(fields{"a": []string{"C"}})
		s.restart()
		p.connect()
		if m := p.last("me"); m.Answer == nil || mustJSON(m.Answer.A) != `["B"]` {
			t.Errorf("after a restart: %s", m.raw)
		}
		again(fields{"a": []string{"D"}})
		again(fields{"id": id, "a": []string{"B"}})
		g.reveal()
		all := g.answers()
		if len(all) != 1 || mustJSON(all[0].A) != `["B"]` || all[0].ID != id || all[0].Points != 10 {
			t.Errorf("stored: %+v", all)
		}
		if r := g.results(); r.People[0].Points != 10 || r.People[0].Answers != 1 {
			t.Errorf("results: %+v", r.People)
		}
	})
}

// TestNewerConnectionWins: two phones with one identity; the older is told, and one answer counts.
func TestNewerConnectionWins(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("两机", nil)
	a := g.join("王芳", 0)
	screen := g.screen()
	g.open()
	a.inPhase("open", 1)
	b := &phone{g: g, token: a.token, id: a.id}
	b.connect()
	a.bye("replaced", 4001)
	b.answer(1, 1, "B").accepted(t)
	c := &phone{g: g, token: a.token, id: a.id}
	c.connect()
	b.bye("replaced", 4001)
	if m := c.answer(1, 1, "A"); m.Status != "duplicate" || mustJSON(m.A) != `["B"]` {
		t.Errorf("%s", m.raw)
	}
	g.reveal()
	c.find(0, "the result", func(m message) bool { return m.T == "me" && m.Result != nil && m.Result.Points == 10 })
	m := screen.find(0, "the count", func(m message) bool { return m.T == "count" && m.Connected == 1 && m.Answered == 1 })
	if m.Acknowledged > 1 {
		t.Errorf("%s", m.raw)
	}
	c.drop()
	screen.find(screen.mark(), "nobody", func(m message) bool { return m.T == "count" && m.Connected == 0 })
}

// TestAnswerThatBecomesDurableAfterAReconnect reaches the connection that counts by then.
func TestAnswerThatBecomesDurableAfterAReconnect(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("慢盘", nil)
	a := g.join("王芳", 0)
	g.open()
	a.inPhase("open", 1)
	free := s.holdDatabase()
	id := uuid.NewString()
	a.send(fields{"t": "answer", "id": id, "r": 1, "q": 1, "a": []string{"B"}})
	a.barrier() // the answer was taken before
	a.drop()
	b := &phone{g: g, token: a.token, id: a.id}
	b.connect()
	if m := b.last("me"); m.Answer != nil {
		t.Errorf("it is not durable yet: %s", m.raw)
	}
	from := b.mark()
	free()
	b.find(from, "word of it", func(m message) bool { return m.T == "me" && m.Answer != nil && m.Answer.ID == id })
	if m := b.reply(0, id); m.Status != "accepted" {
		t.Errorf("%s", m.raw)
	}
}

// TestNonsenseKeepsTheConnection: what nobody can read is refused and does no harm.
func TestNonsenseKeepsTheConnection(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("胡言", nil)
	p, other := g.join("王芳", 0), g.join("李雷", 1)
	g.open()
	p.inPhase("open", 1)
	pad := func(n int) string { return `{"t":"ping","c":1}` + strings.Repeat(" ", n-len(`{"t":"ping","c":1}`)) }
	for name, sc := range map[string][2]string{
		"nothing": {"", "message.malformed"}, "no JSON": {"hello", "message.malformed"}, "half": {`{"t":"answer"`, "message.malformed"},
		"an array": {"[1,2]", "message.malformed"}, "null": {"null", "message.unknown"}, "no type": {"{}", "message.unknown"},
		"a tail": {`{"t":"ping","c":1}x`, "message.malformed"}, "two": {`{"t":"ping","c":1}{"t":"ping","c":2}`, "message.malformed"},
		"no UTF-8": {"{\"t\":\"\xff\"}", "message.malformed"}, "unknown type": {`{"t":"cheat"}`, "message.unknown"},
		"type of another kind": {`{"t":1}`, "message.malformed"}, "the server's type": {`{"t":"state","phase":"finished"}`, "message.unknown"},
		"a ping without number": {`{"t":"ping"}`, "message.malformed"}, "a ping with a text": {`{"t":"ping","c":"1"}`, "message.malformed"},
		"a number too big": {`{"t":"ping","c":1e999}`, "message.malformed"}, "deep": {strings.Repeat("[", 4000), "message.malformed"},
		"4,097 bytes": {pad(4097), "message.too_large"}, "16,384 bytes": {pad(16384), "message.too_large"}, "hello again": {mustJSON(p.hello()), "hello.twice"},
		"an answer without id": {`{"t":"answer","r":1,"q":1,"a":["A"]}`, "answer.invalid"},
		"a long id":            {mustJSON(fields{"t": "answer", "id": long(65), "r": 1, "q": 1, "a": []string{"A"}}), "answer.invalid"},
	} {
		from := p.mark()
		p.send(sc[0])
		m := p.want(from, "error")
		if code := map[bool]string{true: "conflict", false: "invalid"}[sc[1] == "hello.twice"]; m.Code != code || m.Key != sc[1] {
			t.Errorf("%s: want %s, got %s", name, sc[1], m.raw)
		}
		s.wait(60 * time.Millisecond)
	}
	from := p.mark()
	p.write.Lock()
	err := p.ws.WriteMessage(websocket.BinaryMessage, []byte(`{"t":"ping","c":1}`))
	p.write.Unlock()
	if err != nil {
		t.Fatal(err)
	}
	p.want(from, "error").denied(t, "invalid", "message.malformed")
	from = p.mark()
	p.send(pad(4096))
	p.want(from, "pong")
	p.send(fields{"t": "ping", "c": 2, "new_field": []int{1}}) // unknown fields are for later versions
	p.find(from, "pong", func(m message) bool { return m.T == "pong" && m.C == 2 })
	p.say(fields{"a": []string{"B"}, "at_ms": time.Now().Add(-24 * time.Hour).UnixMilli()}).accepted(t) // a clock a day off: nobody asks it
	if all := g.answers(); len(all) != 1 || time.Since(time.UnixMilli(all[0].ReceivedMS)).Abs() > time.Minute {
		t.Errorf("stored: %+v", all)
	}

	_ = p.trySend(long(16385))
	select {
	case <-p.ended:
	case <-time.After(patience):
		t.Error("a message of more than 16,384 bytes does not end the connection")
	}
	other.answer(1, 1, "A").accepted(t) // one player's messages are nobody else's trouble
}

// TestTooManyMessages: refused with the id that is waited for and nothing lost for good; whoever never stops is sent
// away.
func TestTooManyMessages(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("太快", nil)
	p := g.join("王芳", 0)
	g.open()
	p.inPhase("open", 1)
	for i := range 120 {
		p.send(fields{"t": "answer", "id": fmt.Sprint("a", i), "r": 1, "q": 2, "a": []string{"A"}})
	}
	limited := 0
	for i := range 120 {
		m := p.reply(0, fmt.Sprint("a", i))
		if m.Code == "rate_limited" {
			m.denied(t, "rate_limited", "message.too_many")
			limited++
		} else {
			m.denied(t, "conflict", "question.not_open")
		}
	}
	if limited == 0 || limited > 85 {
		t.Errorf("%d of 120 at once were refused; 40 should pass", limited)
	}
	eventually(t, "it may send again", func() bool {
		m := p.say(fields{"a": []string{"B"}})
		return m.T == "answer.ack"
	})
	if len(g.answers()) != 1 {
		t.Error("the answer is lost")
	}

	other := g.join("李雷", 1)
	tick := time.NewTicker(2 * time.Millisecond) // five hundred a second, mixed with what is no text
	defer tick.Stop()
	for i := 0; ; i++ {
		<-tick.C
		p.write.Lock()
		err := p.ws.WriteMessage(1+i%2, []byte(`{"t":"ping","c":1}`))
		p.write.Unlock()
		if err != nil {
			break
		}
	}
	p.bye("abuse", 4012)
	other.answer(1, 1, "A").accepted(t)
}
