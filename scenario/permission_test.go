package scenario

import (
	"net/http"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// outside are the routes that openapi.yaml does not describe: the socket is docs/protocol.md's, the rest are pages.
var outside = map[string]bool{"GET /ws": true, "GET /*": true}

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

// mayCall is the table of permissions: for what a route declares, who gets past it.
var mayCall = map[string]map[string]bool{
	"public":    {"nobody": true, "player": true, "viewer": true, "judge": true, "organizer": true, "admin": true, "newcomer": true},
	"player":    {"player": true},
	"viewer":    {"viewer": true, "judge": true, "organizer": true, "admin": true, "newcomer": true},
	"organizer": {"organizer": true, "admin": true},
}

// TestEveryRouteHoldsItsPermission calls every route as everybody, with a body that changes nothing.
func TestEveryRouteHoldsItsPermission(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("权限", nil)
	player := g.entrant("李雷", 0)
	callers := func(who string) *caller {
		switch who {
		case "nobody":
			return s.nobody()
		case "player":
			return s.player(player.token)
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
		path = strings.NewReplacer(":code", g.code, ":id", "no-such", ":round_id", "no-such", ":no", "1").Replace(path)
		for _, who := range append([]string{"nobody", "player"}, accounts...) {
			var body any
			if method != http.MethodGet && method != http.MethodDelete {
				body = emptyBody(path)
			}
			res := callers(who).do(method, path, body)
			past := res.status != http.StatusUnauthorized && res.status != http.StatusForbidden
			if strings.HasSuffix(path, "/session") && method == http.MethodPost {
				past = true // it refuses the empty password, whoever asks
			}
			switch {
			case past == allowed[who]:
			case past:
				t.Errorf("%s lets %s pass: %d %s", route, who, res.status, res.body)
			default:
				t.Errorf("%s keeps %s out: %d %s", route, who, res.status, res.body)
			}
			if allowed[who] || past {
				continue
			}
			switch {
			case who == "nobody" || who == "player" || role == "player":
				key := "session.missing"
				if role == "player" {
					key = "token.wrong"
				}
				res.refused(401, "unauthorized", key)
			case who == "newcomer":
				res.refused(403, "forbidden", "session.password")
			default:
				res.refused(403, "forbidden", "session.forbidden")
			}
		}
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
		if op == nil || method == http.MethodGet || op.Extensions["x-role"] == "public" && path != "/api/v1/session" {
			continue
		}
		path = strings.NewReplacer(":code", "123456", ":id", "no-such", ":round_id", "no-such", ":no", "1").Replace(path)
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
	other := g.desk("viewer")
	c.do("DELETE", "/api/v1/session", nil).ok(nil)
	eventually(t, "the desk is told", func() bool {
		_ = k.trySend(fields{"t": "ping", "c": 1})
		return k.last("bye").T != ""
	})
	k.bye("unauthorized", 4003)
	other.barrier()
}
