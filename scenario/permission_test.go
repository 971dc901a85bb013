package scenario

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"leitai/people"
)

// outside are the routes that openapi.yaml does not describe: the socket is docs/protocol.md's, the rest are pages.
var outside = map[string]bool{"GET /ws": true, "GET /*": true, "GET /j/:code": true}

// documented gives the operation of each "METHOD /path" of the document, with :name for {name}.
func documented(t *testing.T) map[string]*openapi3.Operation {
	t.Helper()
	if err := contract.read(); err != nil {
		t.Fatal(err)
	}
	out := map[string]*openapi3.Operation{}
	for path, item := range contract.doc.Paths.Map() {
		path = strings.NewReplacer("{", ":", "}", "").Replace(path)
		for method, op := range item.Operations() {
			out[method+" "+path] = op
		}
	}
	return out
}

// routesOf gives the app's routes as "METHOD /path".
func routesOf(s *server) []string {
	var out []string
	for _, r := range s.app.GetRoutes(true) {
		if r.Method != http.MethodHead { // comes with each GET
			out = append(out, r.Method+" "+r.Path)
		}
	}
	return out
}

func TestEveryRouteIsDocumentedAndTheOtherWayRound(t *testing.T) {
	s := start(t, embedded(t))
	ops := documented(t)
	have := map[string]bool{}
	for _, route := range routesOf(s) {
		have[route] = true
		if ops[route] == nil && !outside[route] {
			t.Errorf("%s is not in openapi.yaml", route)
		}
	}
	for route := range ops {
		if !have[route] {
			t.Errorf("openapi.yaml has %s, the program does not", route)
		}
	}
}

// mayCall is the table of permissions: for what a route declares, whose role gets past it.
var mayCall = map[string]map[string]bool{
	"public":    {"nobody": true, "player": true, "employee": true, "newcomer": true, "disabled": true, "viewer": true, "judge": true, "organizer": true, "admin": true},
	"player":    {"player": true, "employee": true},
	"employee":  {"employee": true},
	"entrant":   {"player": true},
	"self":      {"newcomer": true, "viewer": true, "judge": true, "organizer": true, "admin": true},
	"viewer":    {"viewer": true, "judge": true, "organizer": true, "admin": true},
	"judge":     {"judge": true, "organizer": true, "admin": true},
	"organizer": {"organizer": true, "admin": true},
	"admin":     {"admin": true},
}

// hidden is what a route says of what the caller has no access to: the same as of what does not exist.
var hidden = []struct{ path, key string }{
	{"/api/v1/banks/template/", ""}, {"/api/v1/banks/:id", "bank.missing"}, {"/api/v1/questions/:id", "question.missing"},
	{"/api/v1/imports/:id", "import.missing"}, {"/api/v1/contests/:id", "contest.missing"}, {"/api/v1/rooms/:code/commands", "room.unknown"},
}

func hiddenKey(path string) string {
	for _, h := range hidden {
		if strings.HasPrefix(path, h.path) {
			return h.key
		}
	}
	return ""
}

// TestEveryRouteHoldsItsPermission calls every route as everybody, on what some have access to and others have not,
// with a body that changes nothing.
func TestEveryRouteHoldsItsPermission(t *testing.T) {
	s := start(t, embedded(t))
	g, contest := s.stage("权限", nil), s.contest("没有赛场的", nil)
	bank, err := s.banks.CreateBank(t.Context(), time0, "题库", everyType("秘密库"))
	s.must(err)
	s.share(people.OnBank, bank)
	questions, err := s.banks.AllQuestions(t.Context(), bank)
	s.must(err)
	var file struct{ ID string }
	s.as("organizer").do("POST", "/api/v1/imports?name=a.csv", []byte(bankFile)).ok(&file)
	player := g.entrant("李雷", 0)
	callers := func(who string) *caller {
		switch who {
		case "nobody":
			return s.nobody()
		case "player":
			return s.player(player.token)
		case "employee":
			return s.player(s.employee("韩梅梅"))
		}
		return s.as(who)
	}
	ops := documented(t)
	for _, route := range routesOf(s) {
		if outside[route] || ops[route] == nil {
			continue
		}
		role, _ := ops[route].Extensions["x-role"].(string)
		allowed, ok := mayCall[role]
		if !ok {
			t.Errorf("%s declares no x-role in openapi.yaml", route)
			continue
		}
		method, path, _ := strings.Cut(route, " ")
		if action, _ := ops[route].Extensions["x-audit"].(string); action == "" && ops[route].Extensions["x-asks"] == nil && method != http.MethodGet && role != "public" && role != "player" && role != "employee" && role != "entrant" {
			t.Errorf("%s changes something and declares no x-audit in openapi.yaml", route)
		}
		key := hiddenKey(path)
		id := map[string]string{"bank.missing": bank, "question.missing": questions[0].ID, "import.missing": file.ID, "contest.missing": contest.ID}[key]
		if id == "" {
			id = "no-such"
		}
		path = strings.NewReplacer(":code", g.code, ":id", id, ":round_id", "no-such", ":no", "1", ":staff_id", "no-such").Replace(path)
		for _, who := range slices.Concat([]string{"nobody", "player", "employee"}, accounts, strangers) {
			var body any
			if method != http.MethodGet && method != http.MethodDelete {
				body = emptyBody(path)
			}
			as := strings.TrimPrefix(who, "other-")
			stranger := as != who
			if key == "import.missing" && as != "organizer" && as != "admin" {
				stranger = true // only who has uploaded it and admins
			}
			res := callers(who).do(method, path, body)
			what := fmt.Sprintf("%s as %s", route, who)
			refusal := func(status int, code, key string) {
				t.Helper()
				if e := res.fault(); res.status != status || e.Code != code || e.Key != key {
					t.Errorf("%s: want %d %s, got %d %.200s", what, status, key, res.status, res.body)
				}
			}
			switch {
			case role == "public" && (strings.HasSuffix(path, "/session") || strings.HasSuffix(path, "/player/link")):
				if res.status != 401 && res.status != 429 { // it refuses the empty password, whoever asks
					t.Errorf("%s: %d %s", what, res.status, res.body)
				}
			case allowed[as] && stranger && key != "" && role != "public":
				refusal(404, "not_found", key)
			case allowed[as]:
				if e := res.fault(); res.status == 401 || res.status == 403 || key != "" && e.Key == key && role != "public" {
					t.Errorf("%s is kept out: %d %.200s", what, res.status, res.body)
				}
			case role == "player" || role == "employee" || role == "entrant":
				refusal(401, "unauthorized", "token.wrong")
			case who == "nobody" || who == "player" || who == "employee" || who == "disabled":
				refusal(401, "unauthorized", "session.missing")
			case who == "newcomer" && mayCall[role]["organizer"]:
				refusal(403, "forbidden", "session.password")
			default:
				refusal(403, "forbidden", "session.forbidden")
			}
		}
	}
}

// TestListsHoldWhatOneHasAccessTo: nobody reads in a list what has no page for them.
func TestListsHoldWhatOneHasAccessTo(t *testing.T) {
	s := start(t, embedded(t))
	c := s.contest("列表", nil)
	bank, err := s.banks.CreateBank(t.Context(), time0, "列表库", everyType("秘密库"))
	s.must(err)
	s.share(people.OnBank, bank)
	s.as("organizer").do("POST", "/api/v1/imports?name=mine.csv", []byte(bankFile)).ok(nil)
	for _, who := range slices.Concat(accounts, strangers) {
		if who == "newcomer" || who == "disabled" {
			continue
		}
		for path, mark := range map[string]string{"/api/v1/banks": bank, "/api/v1/contests": c.ID, "/api/v1/imports": "mine.csv"} {
			res := s.as(who).do("GET", path, nil)
			sees := !strings.HasPrefix(who, "other-") && (path != "/api/v1/imports" || who == "organizer" || who == "admin")
			if has := strings.Contains(string(res.body), mark); has != sees {
				t.Errorf("%s as %s: sees it %v, want %v: %d", path, who, has, sees, res.status)
			}
		}
	}
}

// TestAJudgeRulesAndNothingElse: of the commands a judge has those about points, and holding the show.
func TestAJudgeRulesAndNothingElse(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("裁判", nil)
	may := map[string]bool{"void": true, "adjust": true, "undo": true, "pause": true, "resume": true}
	for _, command := range []string{"next", "back", "lock", "reveal", "pause", "resume", "extend", "void", "skip", "blank", "hide_scores", "break",
		"end_break", "adjust", "pacing", "finish", "undo"} {
		for _, path := range []string{"/api/v1/contests/" + g.contest.ID, "/api/v1/rooms/" + g.code} {
			res := s.as("judge").do("POST", path+"/commands", fields{"id": "x", "command": command, "seconds": 1})
			if (res.status != 403) != may[command] {
				t.Errorf("%s %s as a judge: %d %s", path, command, res.status, res.body)
			}
			if res := s.as("viewer").do("POST", path+"/commands", fields{"id": "x", "command": command, "seconds": 1}); res.status != 403 {
				t.Errorf("%s as a viewer: %d", command, res.status)
			}
		}
	}
}

// TestBodiesNameOnlyWhatOneHasAccessTo: a bank in a body is checked as one in a path.
func TestBodiesNameOnlyWhatOneHasAccessTo(t *testing.T) {
	s := start(t, embedded(t))
	theirs, err := s.banks.CreateBank(t.Context(), time0, "别人的题库", everyType("秘密库"))
	s.must(err)
	org := s.as("other-organizer")
	var mine, contest, q struct {
		ID     string
		Rounds []struct{ ID string }
	}
	org.do("POST", "/api/v1/banks", fields{"name": "我的题库"}).ok(&mine)
	org.do("POST", "/api/v1/banks/"+mine.ID+"/questions", fields{"type": "judge", "stem": "对吗？", "options": []string{"正确", "错误"}, "key": []string{"A"}, "difficulty": 1}).ok(&q)
	draw := func(bank string) fields {
		return fields{"title": "赛", "teams": []fields{{"name": "甲"}}, "rounds": []fields{{"title": "一", "draw": fields{"bank_id": bank, "count": 1}}}}
	}
	org.do("POST", "/api/v1/contests", draw(theirs)).refused(404, "not_found", "bank.missing")
	org.do("POST", "/api/v1/contests", draw(mine.ID)).ok(&contest)
	org.do("PATCH", "/api/v1/contests/"+contest.ID+"/rounds/"+contest.Rounds[0].ID, fields{"draw": fields{"bank_id": theirs, "count": 1}}).refused(404, "not_found", "bank.missing")
	org.do("PATCH", "/api/v1/banks/"+mine.ID+"/questions", fields{"ids": []string{q.ID}, "bank_id": theirs}).refused(404, "not_found", "bank.missing")
	var file struct{ ID string }
	org.do("POST", "/api/v1/imports?name=a.csv", []byte(bankFile)).ok(&file)
	org.do("POST", "/api/v1/imports/"+file.ID+"/store", fields{"bank": "别人的题库"}).refused(409, "conflict", "bank.others")
	org.do("POST", "/api/v1/imports/"+file.ID+"/store", fields{"bank": "又一个"}).ok(nil)
	var list struct{ Banks []struct{ Name string } }
	org.do("GET", "/api/v1/banks", nil).ok(&list)
	if len(list.Banks) != 2 {
		t.Errorf("who imports into a new bank owns it: %v", list.Banks)
	}
}

// emptyBody is a body that changes nothing: a file for the route that takes one.
func emptyBody(path string) any {
	if strings.HasSuffix(path, "/imports") {
		return []byte("{}")
	}
	return "{}"
}

// TestWritesFromForeignPagesAreRefused: a browser names the page that a request comes from.
func TestWritesFromForeignPagesAreRefused(t *testing.T) {
	s := start(t, embedded(t))
	for _, route := range routesOf(s) {
		method, path, _ := strings.Cut(route, " ")
		op := documented(t)[route]
		if op == nil || method == http.MethodGet || op.Extensions["x-role"] == "public" && !strings.Contains(path, "/session") && !strings.Contains(path, "/staff-links") {
			continue
		}
		if role := op.Extensions["x-role"]; role == "player" || role == "employee" || role == "entrant" || strings.Contains(path, "/player/") {
			continue // they prove themselves by a token that no foreign page can send
		}
		path = strings.NewReplacer(":code", "123456", ":id", "no-such", ":round_id", "no-such", ":no", "1", ":staff_id", "no-such").Replace(path)
		for _, origin := range []string{"http://evil.example", "null", "http://" + s.addr + ".evil.example", "http://127.0.0.1:1", "http://%"} {
			c := s.as("admin")
			c.header.Set("Origin", origin)
			c.do(method, path, emptyBody(path)).refused(403, "forbidden", "request.origin")
		}
		c := s.as("admin")
		c.header.Set("Origin", "http://"+s.addr)
		if res := c.do(method, path, emptyBody(path)); res.status == 403 {
			t.Errorf("%s refuses its own pages: %s", route, res.body)
		}
	}
	for origin, want := range map[string]int{"http://evil.example": 403, "null": 403, "http://" + s.addr: 101} {
		_, res, _ := s.tryDial(http.Header{"Origin": {origin}})
		if res == nil || res.StatusCode != want {
			t.Errorf("socket from %s: %v, want %d", origin, res, want)
		}
	}
}

// TestDeskNeedsAStaffSession: the desk's states hold keys.
func TestDeskNeedsAStaffSession(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("台", nil)
	player := g.entrant("李雷", 0)
	for name, cookie := range map[string]string{"nobody": "", "a made-up session": "leitai_session=" + long(43), "a player's token": "leitai_session=" + player.token,
		"who must change the password": s.as("newcomer").cookie} {
		h := http.Header{}
		if cookie != "" {
			h.Set("Cookie", cookie)
		}
		k := s.dial(h)
		k.send(fields{"t": "hello", "v": 1, "role": "desk", "code": g.code})
		k.bye("unauthorized", 4003)
		for _, m := range k.received() {
			if m.T != "bye" {
				t.Errorf("%s received %s", name, m.raw)
			}
		}
	}
	for _, account := range []string{"viewer", "judge", "organizer", "admin"} {
		g.desk(account)
	}
	for _, account := range strangers {
		k := s.dial(http.Header{"Cookie": {s.as(account).cookie}})
		k.send(fields{"t": "hello", "v": 1, "role": "desk", "code": g.code})
		k.bye("unauthorized", 4003)
	}
}

// TestDeskEndsWithItsSession: who has signed out, or whose password was changed, sees no more keys.
func TestDeskEndsWithItsSession(t *testing.T) {
	t.Parallel()
	s := start(t, embedded(t))
	g := s.stage("下班", nil)
	c := s.as("organizer")
	k := s.dial(http.Header{"Cookie": {c.cookie}})
	k.send(fields{"t": "hello", "v": 1, "role": "desk", "code": g.code})
	k.want(0, "state")
	other, judge := g.desk("viewer"), g.desk("judge")
	c.do("DELETE", "/api/v1/session", nil).ok(nil)
	g.org.do("DELETE", "/api/v1/contests/"+g.contest.ID+"/members/staff-judge", nil).ok(nil) // taken off the contest
	for _, k := range []*socket{k, judge} {
		eventually(t, "the desk is told", func() bool {
			_ = k.trySend(fields{"t": "ping", "c": 1})
			return k.last("bye").T != ""
		})
		k.bye("unauthorized", 4003)
	}
	other.barrier()
}
