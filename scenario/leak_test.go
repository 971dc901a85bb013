package scenario

import (
	"bytes"
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"leitai/questionbank"
	"leitai/quiz"
)

// spy is a phone that keeps all that it gets, over socket and HTTP, with what was secret when it came.
type spy struct {
	t        *testing.T
	g        *stage
	p        *phone
	watch    *socket // a big screen, which anybody with the code can open
	revealed quiz.Ref
	foreign  []string // what must never come
	seen     int      // messages of p that were looked at
	watched  int      // and of watch
	points   *int64   // as it was told at the last reveal
	judged   int
}

// secrets are the texts that are secret now: of every question that was not revealed.
func (s *spy) secrets(phone bool) []string {
	out := append([]string(nil), s.foreign...)
	for _, round := range s.g.contest.Rounds {
		for _, q := range round.Questions {
			ref := quiz.Ref{R: round.No, Q: q.No}
			if !s.revealed.Before(ref) {
				continue
			}
			out = append(out, q.Question.Explanation, q.Question.Source)
			if q.Question.Type == questionbank.Fill {
				out = append(out, rightAnswer(q.Question)...)
			}
			if phone && round.Settings.QuestionOn == quiz.OnScreen {
				out = append(out, q.Question.Stem)
				out = append(out, q.Question.Options...)
			}
			for _, m := range q.Question.Media {
				if m.Part == questionbank.PartExplanation || phone && round.Settings.QuestionOn == quiz.OnScreen {
					out = append(out, m.ID)
				}
			}
		}
	}
	return out
}

// look judges everything that came since the last look, as if it had come in this instant: call it before a reveal.
func (s *spy) look() {
	s.t.Helper()
	s.p.barrier()
	s.watch.barrier()
	log := s.p.received()
	for ; s.seen < len(log); s.seen++ {
		s.judge("socket", log[s.seen].raw, s.secrets(true))
		s.shape(log[s.seen])
	}
	log = s.watch.received()
	for ; s.watched < len(log); s.watched++ {
		s.judge("screen", log[s.watched].raw, s.secrets(false))
		s.shape(log[s.watched])
	}
	for _, path := range []string{"/api/v1/me/results", "/api/v1/rooms/" + s.g.code} {
		res := s.g.s.player(s.p.token).do("GET", path, nil).ok(nil)
		s.judge(path, res.body, s.secrets(true))
		var own struct {
			Points    *int64
			Questions []struct{ R, Q int }
		}
		_ = json.Unmarshal(res.body, &own)
		for _, q := range own.Questions {
			if s.revealed.Before(quiz.Ref{R: q.R, Q: q.Q}) {
				s.t.Errorf("%s tells of question %v", path, q)
			}
		}
		s.samePoints(path, own.Points)
	}
}

func (s *spy) judge(where string, b []byte, secrets []string) {
	s.t.Helper()
	s.judged++
	for _, secret := range secrets {
		if bytes.Contains(b, []byte(secret)) {
			s.t.Fatalf("%s: %q came before its time (revealed: %v): %s", where, secret, s.revealed, b)
		}
	}
}

// shape looks at the fields that hold letters, which cannot be searched for.
func (s *spy) shape(m message) {
	s.t.Helper()
	at := quiz.Ref{Q: m.QuestionNo}
	if m.Round != nil {
		at.R = m.Round.No
	}
	if m.T == "state" && m.Reveal != nil && s.revealed.Before(at) {
		s.t.Errorf("a reveal before its time: %s", m.raw)
	}
	if m.T == "me" {
		if m.Result != nil && s.revealed.Before(quiz.Ref{R: m.Result.R, Q: m.Result.Q}) {
			s.t.Errorf("a result before its time: %s", m.raw)
		}
		s.samePoints("me", m.Points)
	}
	if m.T != "error" { // whose key is a message's
		s.noKeys(m.raw, m.T == "state" && m.Reveal != nil)
	}
}

// noKeys finds fields that a phone's message has no place for.
func (s *spy) noKeys(raw []byte, revealed bool) {
	s.t.Helper()
	var walk func(name string, v any)
	walk = func(name string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, e := range v {
				switch {
				case revealed && name == "reveal":
				case k == "key", k == "explanation", k == "source", k == "counts", k == "current", k == "next", k == "ledger", k == "token", k == "client_id":
					s.t.Errorf("a field %s in %s", k, raw)
				}
				walk(k, e)
			}
		case []any:
			for _, e := range v {
				walk(name, e)
			}
		}
	}
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		s.t.Error(err)
	}
	walk("", v)
}

// samePoints: points change by a reveal only; null is always right, they may be hidden.
func (s *spy) samePoints(where string, points *int64) {
	s.t.Helper()
	if points == nil {
		return
	}
	if s.points == nil && *points != 0 || s.points != nil && *points != *s.points {
		s.t.Errorf("%s: points became %d before the reveal (revealed: %v)", where, *points, s.revealed)
	}
}

// rejoin loses the connection and comes back.
func (s *spy) rejoin() {
	s.t.Helper()
	s.look()
	s.comeBack()
	s.look()
}

func (s *spy) comeBack() {
	s.t.Helper()
	s.p.drop()
	s.p.connect()
	s.seen = 0
	s.watch.drop()
	s.watch = s.g.screen()
	s.watched = 0
}

// reveal looks a last time and then lets the key be known.
func (s *spy) reveal(at quiz.Ref, hidden bool) {
	s.t.Helper()
	s.look()
	s.revealed = at
	s.g.reveal()
	m := s.p.find(0, "the result", func(m message) bool {
		return m.T == "me" && m.Result != nil && m.Result.R == at.R && m.Result.Q == at.Q
	})
	if !hidden {
		s.points = m.Points
	}
	if m := s.p.last("state"); m.Reveal == nil || len(m.Reveal.Key) == 0 {
		s.t.Errorf("no key at the reveal: %s", m.raw)
	}
	s.seen = len(s.p.received()) // from here on it is the points after the reveal that count
}

// TestNothingLeaksBeforeTheReveal: a phone records everything during a whole show: all types of questions, two ways of
// scoring, hidden scores, questions on the screen only, rejoining in every phase and a restart of the server while the
// question is closed. Another room plays at the same time.
func TestNothingLeaksBeforeTheReveal(t *testing.T) {
	onBothStorages(t, func(t *testing.T, st storage) {
		s := start(t, st)
		g := s.stage("泄密", func(c *quiz.Contest) {
			second := c.Rounds[0]
			second.Title = "第二轮"
			second.Settings.Scoring, second.Settings.QuestionOn = quiz.Speed, quiz.OnScreen
			second.Questions = nil
			for _, q := range everyType("二轮秘密") {
				second.Questions = append(second.Questions, quiz.RoundQuestion{Question: q})
			}
			for i := range second.Questions {
				for k := range second.Questions[i].Question.Options {
					second.Questions[i].Question.Options[k] += fmt.Sprintf("-二轮选项%d%d", i, k)
				}
			}
			c.Rounds[0].Settings.ReadyMS, second.Settings.ReadyMS = 30000, 30000
			c.Rounds = append(c.Rounds, second)
		})
		other := s.stage("隔壁", nil)
		stranger := other.join("隔壁人", 0)
		other.open()
		stranger.inPhase("open", 1)
		spy := &spy{t: t, g: g, p: g.join("李探", 0), watch: g.screen(), foreign: []string{"隔壁", other.contest.ID, other.code, "别人写的"}}
		rival := g.join("张对手", 0)
		spy.foreign = append(spy.foreign, rival.token)
		hidden := false
		for _, round := range g.contest.Rounds {
			for _, q := range round.Questions {
				at := quiz.Ref{R: round.No, Q: q.No}
				for g.phase() != "ready" {
					g.command("next").ok(nil)
				}
				spy.rejoin()
				g.next("open")
				spy.rejoin()
				theirs, own, full := wrongAnswer(q.Question), rightAnswer(q.Question), int64(round.Settings.Points[q.Question.Type])
				if q.Question.Type == questionbank.Fill { // its own right answer would be the key
					theirs, own, full = []string{"别人写的", "别人写的"}, []string{"自己写的", "?"}, 0
				}
				rival.inRound(at)
				rival.answer(at.R, at.Q, theirs...).accepted(t)
				spy.p.inRound(at)
				spy.p.answer(at.R, at.Q, own...).accepted(t)
				spy.rejoin()
				switch q.No { // something else in each
				case 1:
					g.command("pause").ok(nil)
					spy.rejoin()
					g.command("resume").ok(nil)
				case 2:
					g.command("hide_scores", fields{"on": true}).ok(nil)
					hidden = true
				case 4:
					g.command("hide_scores", fields{"on": false}).ok(nil)
					hidden = false
				}
				g.command("lock").ok(nil)
				g.await("closed")
				spy.rejoin()
				if q.No == 3 {
					spy.look()
					s.restart()
					spy.comeBack()
					spy.look()
					rival.connect()
					stranger.connect()
				}
				before := spy.points
				spy.reveal(at, hidden)
				if hidden { // told once they are shown again
					own := results{}
					g.org.do("GET", "/api/v1/contests/"+g.contest.ID+"/results", nil).ok(&own)
					for _, p := range own.People {
						if p.ID == spy.p.id {
							spy.points = &p.Points
						}
					}
					if m := spy.p.last("me"); m.Points != nil || m.Place != nil {
						t.Errorf("hidden scores are told: %s", m.raw)
					}
				}
				if *spy.points-deref(before) != full && round.Settings.Scoring == quiz.Fixed {
					t.Errorf("question %v gave %d points, want %d", at, *spy.points-deref(before), full)
				}
				spy.rejoin()
				g.next("standings")
				spy.rejoin()
			}
		}
		g.next("finished")
		spy.rejoin()
		if m := spy.p.last("me"); *m.Points != *spy.points {
			t.Errorf("at the end: %s", m.raw)
		}
		for _, secret := range append(spy.foreign[4:], spy.p.token, "秘密", "自己写的", password, "argon2") {
			if strings.Contains(s.log.String(), secret) {
				t.Errorf("the log holds %s", secret)
			}
		}
		if spy.judged < 300 {
			t.Errorf("only %d messages were looked at", spy.judged)
		}
	})
}

func deref(p *int64) int64 {
	if p == nil {
		return 0
	}
	return *p
}

// inRound waits until a question is open for this phone.
func (p *phone) inRound(at quiz.Ref) {
	p.t.Helper()
	p.find(0, fmt.Sprint("question ", at), func(m message) bool {
		return m.T == "state" && m.Phase == "open" && m.QuestionNo == at.Q && m.Round.No == at.R
	})
}

// TestRefusalsTellNothing: what a phone provokes with answers of every kind never tells right from wrong.
func TestRefusalsTellNothing(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("探问", nil)
	right, wrong := g.join("对", 0), g.join("错", 1)
	g.open()
	right.inPhase("open", 1)
	wrong.inPhase("open", 1)
	a := right.answer(1, 1, "B").accepted(t)
	b := wrong.answer(1, 1, "A").accepted(t)
	blur := func(m message) string {
		var v map[string]any
		_ = json.Unmarshal(m.raw, &v)
		v["id"], v["received_ms"], v["a"] = "", 0, ""
		return mustJSON(v)
	}
	if blur(a) != blur(b) || strings.Contains(string(a.raw), "correct") {
		t.Errorf("right: %s\nwrong: %s", a.raw, b.raw)
	}
}
