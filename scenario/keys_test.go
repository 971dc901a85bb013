package scenario

import (
	"testing"

	"github.com/google/uuid"

	"leitai/quiz/paper"
)

// TestNoKeysWhileAnswering: whoever has another attempt open does not see the keys of one that is handed in, since the same questions
// may be on both; and those of a paper that can come again are kept until the end.
func TestNoKeysWhileAnswering(t *testing.T) {
	s := start(t, embedded(t))
	p := s.papers("再答", nil)
	keys := []string{`"key":[`, "再答解析"}
	token := p.guest("王芳")
	me := s.player(token)
	first := p.begin(token, "formal")
	at := "/api/v1/attempts/" + first.ID
	me.do("POST", at+"/hand-in", fields{}).ok(nil)
	run(t, []scenario{
		{"handed in", me, "GET", at + "/review", nil, 200, []string{"再答解析1"}, nil},
		{"on the list", me, "GET", p.at() + "/me", nil, 200, []string{`"review":true`}, keys},
	})
	second := p.begin(token, "formal")
	run(t, []scenario{
		{"while answering again", me, "GET", at + "/review", nil, 403, []string{`"attempt.no_review"`}, keys},
		{"nor on the list", me, "GET", p.at() + "/me", nil, 200, []string{`"review":false`}, append(keys, `"review":true`)},
	})
	me.do("POST", "/api/v1/attempts/"+second.ID+"/hand-in", fields{}).ok(nil)
	run(t, []scenario{{"after that", me, "GET", at + "/review", nil, 200, []string{"再答解析1"}, nil}})

	q := s.papers("同卷", func(r *paper.Settings) { r.SamePaper = true })
	scout := q.guest("探路")
	a := q.begin(scout, "formal")
	s.player(scout).do("POST", "/api/v1/attempts/"+a.ID+"/hand-in", fields{}).ok(nil)
	run(t, []scenario{
		{"one paper for all", s.player(scout), "GET", "/api/v1/attempts/" + a.ID + "/review", nil, 403, []string{`"attempt.no_review"`}, []string{`"key":[`, "同卷解析"}},
	})
}

// TestNobodyLocksSomebodyOut: wrong tries at a number block that number where they come from, and only many of them everywhere.
func TestNobodyLocksSomebodyOut(t *testing.T) {
	s := start(t, embedded(t), func(s *server) { s.proxies = []string{"127.0.0.1"} })
	org := s.as("organizer")
	var unit made
	org.do("POST", "/api/v1/units", fields{"name": "锁定公司" + uuid.NewString()[:8], "kind": "enterprise"}).ok(&unit)
	org.do("POST", "/api/v1/people", fields{"name": "周一", "phone": "13811119999", "unit_id": unit.ID}).ok(nil)
	from := func(address string) *caller {
		c := s.nobody()
		c.header.Set("X-Forwarded-For", address)
		return c
	}
	const in = "/api/v1/player/session"
	right, wrong := fields{"number": "13811119999", "name": "周一"}, fields{"number": "13811119999", "name": "周二"}
	for range 10 {
		from("203.0.113.7").do("POST", in, wrong).refused(401, "unauthorized", "player.unknown")
	}
	for range 30 {
		from("203.0.113.7").do("POST", in, right).refused(429, "rate_limited", "request.too_many")
	}
	from("203.0.113.8").do("POST", in, right).ok(nil)
	for _, address := range []string{"203.0.113.9", "203.0.113.10"} {
		for range 10 {
			from(address).do("POST", in, wrong).refused(401, "unauthorized", "player.unknown")
		}
	}
	from("203.0.113.11").do("POST", in, right).refused(429, "rate_limited", "request.too_many")
}

// TestBoardsDoNotTellCodes: whoever guesses codes is slowed down at the boards, too.
func TestBoardsDoNotTellCodes(t *testing.T) {
	s := start(t, embedded(t))
	p := s.papers("榜单", nil)
	nobody := s.nobody()
	for range 300 {
		nobody.do("GET", "/api/v1/online/000000/boards", nil).refused(404, "not_found", "contest.unknown_code")
	}
	nobody.do("GET", p.at()+"/boards", nil).refused(429, "rate_limited", "request.too_many")
	nobody.do("GET", p.at(), nil).refused(429, "rate_limited", "request.too_many")
}
