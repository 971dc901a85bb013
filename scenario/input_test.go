package scenario

import (
	"bufio"
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"leitai/people"
)

// TestBodiesAreReadStrictly: what is not exactly one JSON object of known fields changes nothing.
func TestBodiesAreReadStrictly(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("输入", nil)
	room, commands := "/api/v1/rooms/"+g.code+"/entrants", "/api/v1/contests/"+g.contest.ID+"/commands"
	good := mustJSON(g.seat("王芳", 0))
	for name, body := range map[string]string{
		"nothing": "", "half": good[:len(good)-1], "no JSON": "name=x", "an array": "[]", "a text": `"x"`, "two objects": good + good, "a tail": good + "x",
		"an unknown field": strings.Replace(good, "{", `{"admin":true,`, 1), "a number as name": strings.Replace(good, `"王芳"`, `7`, 1),
		"a huge number": `{"team_id":1e999}`, "deep": strings.Repeat("[", 20000),
	} {
		res := s.nobody().do("POST", room, body)
		res.refused(400, "invalid", "request.malformed")
		if t.Failed() {
			t.Fatalf("%s", name)
		}
	}
	for _, typ := range []string{"text/plain", "application/x-www-form-urlencoded", "application/jsonp"} {
		c := s.nobody()
		c.header.Set("Content-Type", typ)
		c.do("POST", room, good).refused(400, "invalid", "request.not_json")
	}
	g.org.do("POST", commands, `{"id":"x","command":"next"}{"id":"y","command":"next"}`).refused(400, "invalid", "request.malformed")
	g.org.do("POST", commands, `{"id":"x","command":"next","points":99999999999999999999}`).refused(400, "invalid", "request.malformed")
	if g.phase() != "lobby" || len(g.results().People) != 0 {
		t.Error("a refused request changed something")
	}
}

// TestBodiesAreBounded: 200 KB in a field is refused by the field, more than 256 KiB by size, and the connection or a
// header of any size by nothing worse than an error.
func TestBodiesAreBounded(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("大小", nil)
	seat := g.seat(long(200<<10), 0)
	s.nobody().do("POST", "/api/v1/rooms/"+g.code+"/entrants", seat).refused(400, "invalid", "request.invalid", "name=name.too_long")
	// The size is refused as soon as it is announced; a client that sends the body all the same may find the line cut.
	if status := raw(t, s, "POST /api/v1/rooms/"+g.code+"/entrants HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 307200\r\n\r\n"); status != 400 {
		t.Errorf("a body of 300 KB: %d", status)
	}
	if status := raw(t, s, "POST /api/v1/imports HTTP/1.1\r\nHost: x\r\nCookie: "+s.as("organizer").cookie+"\r\nContent-Length: 22020096\r\n\r\n"); status != 400 {
		t.Errorf("a file of 21 MB: %d", status)
	}
	if status := raw(t, s, "POST /api/v1/imports HTTP/1.1\r\nHost: x\r\nContent-Length: 1048576\r\n\r\n"); status != 400 {
		t.Errorf("a file of somebody who is not signed in: %d", status)
	}
	g.command("adjust", fields{"team_id": g.contest.Teams[0].ID, "points": 1, "reason": long(201)}).refused(400, "invalid", "request.invalid", "reason=value.long")
	if status := raw(t, s, "GET /api/v1/session HTTP/1.1\r\nHost: x\r\nCookie: leitai_session="+long(20000)+"\r\n\r\n"); status/100 != 4 {
		t.Errorf("a header of 20 KB: %d", status)
	}
	for _, rubbish := range []string{"\x00\x01\x02\r\n\r\n", "GET\r\n\r\n", "POST /api/v1/session HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n"} {
		if status := raw(t, s, rubbish); status/100 == 2 || status/100 == 5 {
			t.Errorf("%q: %d", rubbish, status)
		}
	}
	g.join("王芳", 0) // all is well
}

// raw sends bytes that no HTTP client would, and gives the status; 0 is a closed connection.
func raw(t *testing.T, s *server, request string) int {
	t.Helper()
	c, err := net.DialTimeout("tcp", s.addr, patience)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(patience))
	_, _ = c.Write([]byte(request))
	res, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		return 0
	}
	res.Body.Close()
	return res.StatusCode
}

// TestTextsThatADatabaseRefuses: a NUL or bytes that are no UTF-8 are the sender's fault on both engines, never the
// server's.
func TestTextsThatADatabaseRefuses(t *testing.T) {
	onBothStorages(t, func(t *testing.T, st storage) {
		s := start(t, st)
		bank, err := s.banks.CreateBank(t.Context(), time0, "题库", everyType("秘密库"))
		s.must(err)
		s.share(people.OnBank, bank)
		g := s.stage("零", nil)
		p := g.join("王芳", 0)
		at := "/api/v1/contests/" + g.contest.ID
		nul := `x\u0000y`
		for _, sc := range []struct {
			as           *caller
			method, path string
			body         string
		}{
			{s.nobody(), "POST", "/api/v1/session", `{"username":"` + nul + `","password":"x"}`},
			{s.nobody(), "POST", "/api/v1/session", `{"username":"admin","password":"` + nul + `"}`},
			{s.nobody(), "POST", "/api/v1/rooms/" + g.code + "/entrants", `{"team_id":"` + nul + `","name":"李雷","client_id":"` + uuid.NewString() + `"}`},
			{s.nobody(), "POST", "/api/v1/rooms/" + g.code + "/entrants", `{"team_id":"` + g.contest.Teams[0].ID + `","name":"` + nul + `","client_id":"` + uuid.NewString() + `"}`},
			{g.org, "POST", "/api/v1/contests", `{"title":"` + nul + `","teams":[{"name":"a"}],"rounds":[{"title":"r","draw":{"bank_id":"` + bank + `","count":1}}]}`},
			{g.org, "POST", "/api/v1/contests", `{"title":"t","teams":[{"name":"` + nul + `"}],"rounds":[{"title":"r","draw":{"bank_id":"` + bank + `","count":1}}]}`},
			{g.org, "POST", "/api/v1/contests", `{"title":"t","settings":{"sponsor":"` + nul + `"},"teams":[{"name":"a"}],"rounds":[{"title":"r","draw":{"bank_id":"` + bank + `","count":1}}]}`},
			{g.org, "POST", "/api/v1/contests", `{"title":"t","teams":[{"name":"a"}],"rounds":[{"title":"r","draw":{"bank_id":"` + nul + `","count":1}}]}`},
			{g.org, "PATCH", at, `{"organizer":"` + nul + `"}`},
			{g.org, "POST", at + "/commands", `{"id":"` + nul + `","command":"blank","on":true}`},
			{g.org, "POST", at + "/commands", `{"id":"a","command":"adjust","team_id":"` + g.contest.Teams[0].ID + `","points":1,"reason":"` + nul + `"}`},
			{g.org, "POST", at + "/commands", `{"id":"b","command":"adjust","entrant_id":"` + nul + `","points":1,"reason":"r"}`},
			{g.org, "POST", at + "/commands", `{"id":"c","command":"undo","entry_id":"` + nul + `"}`},
			{g.org, "GET", "/api/v1/contests/x%00y", ""}, // ids in paths are taken as they stand
			{g.org, "GET", "/api/v1/contests/x%ffy", ""},
			{g.org, "GET", "/api/v1/contests/x%00y/answers", ""},
			{g.org, "GET", at + "/answers?after=1.1.x%00y", ""},
			{g.org, "GET", at + "/answers?after=1.1.x%ffy", ""},
			{g.org, "PATCH", at + "/rounds/x%00y", "{}"},
			{g.org, "POST", "/api/v1/contests/x%00y/room", ""},
			{s.nobody(), "GET", "/api/v1/rooms/x%00y", ""},
			{s.nobody(), "GET", "/api/v1/rooms/x%ffy", ""},
			{s.nobody(), "GET", "/x%00y", ""},
		} {
			var body any
			if sc.body != "" {
				body = sc.body
			}
			if res := sc.as.do(sc.method, sc.path, body); res.status/100 != 4 {
				t.Errorf("%s %s: %d %s", sc.path, sc.body, res.status, res.body)
			}
		}
		// A text with a backslash before u0000 holds no NUL.
		g.command("adjust", fields{"team_id": g.contest.Teams[0].ID, "points": 1, "reason": `\u0000`}).ok(nil)

		k := s.dial(nil)
		k.send(`{"t":"hello","v":1,"role":"player","code":"` + nul + `","token":"` + nul + `"}`)
		k.bye("unknown_room", 4004)
		g.open()
		from := p.mark()
		p.send(`{"t":"answer","id":"` + nul + `","r":1,"q":1,"a":["A"]}`)
		p.want(from, "error").denied(t, "invalid", "answer.invalid")
		p.answer(1, 1, "B").accepted(t)
	})
}

// TestUnknownIDsAreNotFound: every route with an id in it says so, for staff who may call it.
func TestUnknownIDsAreNotFound(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("无", nil)
	admin := s.as("admin")
	for _, id := range []string{"no-such", uuid.NewString(), "'; DROP TABLE contests; --", long(64)} {
		for _, sc := range [][2]string{{"GET", ""}, {"PATCH", ""}, {"POST", "/copy"}, {"PATCH", "/rounds/x"}, {"POST", "/room"}, {"GET", "/ledger"},
			{"GET", "/results"}, {"GET", "/results.xlsx"}, {"GET", "/answers"}} {
			path := "/api/v1/contests/" + strings.NewReplacer("'", "%27", ";", "%3B", " ", "%20").Replace(id) + sc[1]
			var body any
			if sc[0] == "PATCH" {
				body = "{}"
			}
			admin.do(sc[0], path, body).refused(404, "not_found", "contest.missing")
		}
	}
	admin.do("PATCH", "/api/v1/contests/"+g.contest.ID+"/rounds/x", "{}").refused(404, "not_found", "round.missing")
	for _, code := range []string{"000000", "12345", "abcdef", "%20" + g.code, g.code + "0"} {
		s.nobody().do("GET", "/api/v1/rooms/"+code, nil).refused(404, "not_found", "room.unknown")
		s.nobody().do("POST", "/api/v1/rooms/"+code+"/entrants", g.seat("王芳", 0)).refused(404, "not_found", "room.unknown")
		admin.do("POST", "/api/v1/rooms/"+code+"/commands", fields{"id": "x", "command": "next"}).refused(404, "not_found", "room.unknown")
	}
}

// TestSettingsOutOfRangeNameTheirFields and say them all at once.
func TestSettingsOutOfRangeNameTheirFields(t *testing.T) {
	s := start(t, embedded(t))
	bank, err := s.banks.CreateBank(t.Context(), time0, "题库", everyType("秘密库"))
	s.must(err)
	s.share(people.OnBank, bank)
	contest := func(change func(c, round, draw fields)) fields {
		draw := fields{"bank_id": bank, "count": 5}
		round := fields{"title": "轮", "draw": draw}
		c := fields{"title": "题", "teams": []fields{{"name": "队"}}, "rounds": []fields{round}}
		change(c, round, draw)
		return c
	}
	org := s.as("organizer")
	for _, sc := range []struct {
		status int
		key    string
		fields []string
		change func(c, round, draw fields)
	}{
		{400, "request.invalid", []string{"title=value.required"}, func(c, _, _ fields) { c["title"] = "  " }},
		{400, "request.invalid", []string{"title=value.long"}, func(c, _, _ fields) { c["title"] = strings.Repeat("字", 61) }},
		{400, "request.invalid", []string{"teams=value.range"}, func(c, _, _ fields) { c["teams"] = []fields{} }},
		{400, "request.invalid", []string{"teams=value.long"}, func(c, _, _ fields) { c["teams"] = []fields{{"name": long(41)}} }},
		{409, "team.twice", nil, func(c, _, _ fields) { c["teams"] = []fields{{"name": "队"}, {"name": " 队 "}} }},
		{400, "request.invalid", []string{"rounds=value.range"}, func(c, _, _ fields) { c["rounds"] = []fields{} }},
		{400, "request.invalid", []string{"format=value.choice"}, func(_, r, _ fields) { r["format"] = "buzz" }},
		{400, "request.invalid", []string{"count=value.range"}, func(_, _, d fields) { d["count"] = 201 }},
		{409, "draw.too_few", nil, func(_, _, d fields) { d["count"] = 6 }},
		{409, "draw.too_few", nil, func(_, _, d fields) { d["bank_id"] = "x" }},
		{400, "request.malformed", nil, func(_, r, _ fields) { r["settings"] = fields{"speed": 1} }},
		{400, "request.invalid", []string{"scoring=value.choice", "limit_ms=value.range", "ready_ms=value.range", "wrong=value.range", "points=value.range", "order_bonus=value.range", "question_on=value.choice"},
			func(_, r, _ fields) {
				r["settings"] = fields{"scoring": "best", "limit_ms": 2999, "ready_ms": -1, "wrong": 1, "points": fields{"single": -1}, "order_bonus": []int{-1}, "question_on": "wall"}
			}},
		{400, "request.invalid", []string{"theme=value.choice", "team_formula=value.choice", "top_k=value.range", "max_entrants=value.range", "sponsor=value.long", "logo=value.long"},
			func(c, _, _ fields) {
				c["settings"] = fields{"theme": "pink", "team_formula": "best", "top_k": 0, "max_entrants": 20001, "sponsor": long(61), "logo": long(201)}
			}},
	} {
		code := map[int]string{400: "invalid", 404: "not_found", 409: "conflict"}[sc.status]
		org.do("POST", "/api/v1/contests", contest(sc.change)).refused(sc.status, code, sc.key, sc.fields...)
	}
	for _, query := range []string{"limit=0", "limit=20001", "limit=x", "round=0", "question=-1", "after=x", "after=1.x.y", "after=0.1.y"} {
		c := s.contest("页"+query, nil)
		org.do("GET", fmt.Sprintf("/api/v1/contests/%s/answers?%s", c.ID, query), nil).refused(400, "invalid", "request.invalid", strings.Split(query, "=")[0]+"=value.range")
	}
}
