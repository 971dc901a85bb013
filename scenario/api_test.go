package scenario

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/uuid"

	"leitai/people"
)

// never is what no response may contain, whoever asks.
var never = []string{"argon2", "password_hash", "token_hash", "goroutine ", ".go:", "panic", "SQLSTATE", "pq:", "SELECT ", "UNIQUE constraint", "sqlite:", "/scenario/"}

// scenario is one request and what its response must and must not contain.
type scenario struct {
	name     string
	as       *caller
	method   string
	path     string
	body     any
	status   int
	contains []string
	lacks    []string
}

func run(t *testing.T, table []scenario) {
	t.Helper()
	for _, sc := range table {
		res := sc.as.do(sc.method, sc.path, sc.body)
		if res.status != sc.status {
			t.Errorf("%s: %d, want %d: %.300s", sc.name, res.status, sc.status, res.body)
		}
		for _, s := range sc.contains {
			if !strings.Contains(string(res.body), s) {
				t.Errorf("%s: the response lacks %s: %.300s", sc.name, s, res.body)
			}
		}
		for _, s := range sc.lacks {
			if strings.Contains(string(res.body), s) {
				t.Errorf("%s: the response contains %s: %.300s", sc.name, s, res.body)
			}
		}
	}
}

// TestAPI goes through every operation of the document on both storages.
func TestAPI(t *testing.T) {
	onBothStorages(t, func(t *testing.T, st storage) {
		s := start(t, st)
		bank, err := s.banks.CreateBank(t.Context(), time0, "题库", everyType("秘密库"))
		s.must(err)
		s.share(people.OnBank, bank)
		nobody, viewer, org := s.nobody(), s.as("viewer"), s.as("organizer")
		secrets := []string{"秘密", `"key":["`, "explanation"}

		run(t, []scenario{
			{"alive", nobody, "GET", "/healthz", nil, 200, []string{`"status":"ok"`}, nil},
			{"ready", nobody, "GET", "/readyz", nil, 200, []string{`"database":"ok"`, `"redis":"ok"`}, nil},
			{"metrics", nobody, "GET", "/metrics", nil, 200, []string{"leitai_connections"}, nil},
			{"nothing there", nobody, "GET", "/api/v1/nothing", nil, 404, []string{`"route.missing"`, `"request_id":"`}, nil},
			{"no page there", nobody, "GET", "/nothing", nil, 404, []string{`"route.missing"`}, nil},
			{"wrong method", nobody, "DELETE", "/api/v1/banks", nil, 404, []string{`"route.missing"`}, nil},
			{"banks", viewer, "GET", "/api/v1/banks", nil, 200, []string{`"questions":5`, `"fill":1`}, secrets},
			{"no contests yet", viewer, "GET", "/api/v1/contests", nil, 200, []string{`{"contests":[]}`}, nil},
			{"who am I", viewer, "GET", "/api/v1/session", nil, 200, []string{`"role":"viewer"`}, []string{"session_"}},
		})

		contest := fields{"title": " 安全生产 竞赛 ", "organizer": "园区", "settings": fields{"theme": "blue", "max_entrants": 50},
			"teams":  []fields{{"name": "一队", "group": "甲公司"}, {"name": "=1+1", "group": ""}},
			"rounds": []fields{{"title": "第一轮", "settings": fields{"limit_ms": 600000, "ready_ms": 0, "order_bonus": []int{3}}, "draw": fields{"bank_id": bank, "count": 4, "types": []string{"single", "multiple", "judge", "fill"}}}}}
		var made struct {
			ID     string
			Rounds []struct{ ID string }
			Teams  []struct{ ID string }
		}
		org.do("POST", "/api/v1/contests", contest).ok(&made)
		at := "/api/v1/contests/" + made.ID
		org.do("PUT", at+"/members/staff-viewer", nil).ok(nil)
		run(t, []scenario{
			{"found", viewer, "GET", at, nil, 200, []string{`"title":"安全生产 竞赛"`, `"order_points":5`, `"order_bonus":[3]`}, []string{`"key"`, "秘密库解析"}},
			{"retitled", org, "PATCH", at, fields{"title": "新名字"}, 200, []string{"新名字", `"theme":"blue"`}, nil},
			{"round changed", org, "PATCH", at + "/rounds/" + made.Rounds[0].ID, fields{"settings": fields{"scoring": "speed"}, "draw": fields{"bank_id": bank, "count": 5}}, 200, []string{`"scoring":"speed"`, `"limit_ms":600000`, `"no":5`}, nil},
			{"copied", org, "POST", at + "/copy", nil, 201, []string{"新名字（副本）"}, nil},
			{"ledger empty", viewer, "GET", at + "/ledger", nil, 200, []string{`{"entries":[]}`}, nil},
			{"results empty", viewer, "GET", at + "/results", nil, 200, []string{`"questions":[]`, `"people":[]`}, nil},
			{"no answers", viewer, "GET", at + "/answers", nil, 200, []string{`{"answers":[],"next":""}`}, nil},
			{"no command before the room opens", org, "POST", at + "/commands", fields{"id": "c1", "command": "next"}, 409, []string{`"room.closed"`}, nil},
			{"no close before the room opens", org, "DELETE", at + "/room", nil, 409, []string{`"room.closed"`}, nil},
		})

		var room struct {
			Code, Phase string
			Join        string `json:"join_url"`
		}
		org.do("POST", at+"/room", nil).ok(&room)
		if !regexp.MustCompile(`^[1-9][0-9]{5}$`).MatchString(room.Code) || room.Phase != "lobby" || !strings.HasSuffix(room.Join, "/j/"+room.Code) {
			t.Errorf("room: %+v", room)
		}
		seat := fields{"team_id": made.Teams[0].ID, "name": "王芳", "client_id": uuid.NewString()}
		var me joined
		nobody.do("POST", "/api/v1/rooms/"+room.Code+"/entrants", seat).ok(&me)
		player, stranger := s.player(me.Token), s.player(me.Token+"x")
		run(t, []scenario{
			{"room for a phone", nobody, "GET", "/api/v1/rooms/" + room.Code, nil, 200, []string{`"phase":"lobby"`, `"accepting":true`, `"group":"甲公司"`}, append([]string{me.Token, me.Entrant.ID, "题面"}, secrets...)},
			{"own results, nothing yet", player, "GET", "/api/v1/me/results", nil, 200, []string{`"questions":[]`, `"points":null`, `"finished":false`}, append([]string{me.Token}, secrets...)},
			{"token with a letter too many", stranger, "GET", "/api/v1/me/results", nil, 401, []string{`"token.wrong"`}, []string{"王芳"}},
			{"room opens once", org, "POST", at + "/room", nil, 200, []string{room.Code}, nil},
			{"contest listed", viewer, "GET", "/api/v1/contests", nil, 200, []string{room.Code, `"status":"running"`, `"entrants":1`}, nil},
			{"command by code", org, "POST", "/api/v1/rooms/" + room.Code + "/commands", fields{"id": "c1", "command": "blank", "on": true}, 200, []string{`"seq":2`, `"phase":"lobby"`}, nil},
			{"the same command again", org, "POST", at + "/commands", fields{"id": "c1", "command": "blank", "on": true}, 200, []string{`"seq":2`}, nil},
			{"moved on", org, "POST", at + "/commands", fields{"id": "c2", "command": "blank", "seq": 1}, 409, []string{`"room.moved"`}, nil},
			{"unknown command", org, "POST", at + "/commands", fields{"id": "c3", "command": "explode"}, 400, []string{`"command":"command.unknown"`}, nil},
			{"command without id", org, "POST", at + "/commands", fields{"command": "next"}, 400, []string{`"id":"value.required"`}, nil},
			{"adjust without reason", org, "POST", at + "/commands", fields{"id": "c4", "command": "adjust", "team_id": made.Teams[0].ID, "points": 0}, 400, []string{`"reason":"value.required"`, `"points":"value.zero"`}, nil},
			{"adjust an unknown team", org, "POST", at + "/commands", fields{"id": "c5", "command": "adjust", "team_id": "x", "points": 5, "reason": "r"}, 400, []string{`"team_id":"team.missing"`}, nil},
			{"adjust", org, "POST", at + "/commands", fields{"id": "c6", "command": "adjust", "team_id": made.Teams[1].ID, "points": 5, "reason": "裁判"}, 200, []string{`"seq":3`}, nil},
			{"in the ledger", viewer, "GET", at + "/ledger", nil, 200, []string{`"reason":"裁判"`, `"operator":"员工organizer"`, `"undoable":true`}, nil},
			{"undo", org, "POST", at + "/commands", fields{"id": "c7", "command": "undo"}, 200, []string{`"seq":4`}, nil},
			{"the blank screen is no points", org, "POST", at + "/commands", fields{"id": "c7b", "command": "undo"}, 409, []string{`"ledger.nothing"`}, nil},
			{"what the steps set", viewer, "GET", at + "/ledger", nil, 200, []string{`"on":true`, `"phase":""`, `"seconds":null`, `{"points":0}`, `{"points":5}`}, []string{`"undoable":true`}},
			{"extend by nothing", org, "POST", at + "/commands", fields{"id": "c8", "command": "extend"}, 400, []string{`"seconds":"value.range"`}, nil},
			{"extend without a question", org, "POST", at + "/commands", fields{"id": "c9", "command": "extend", "seconds": 5}, 409, []string{`"room.not_open"`}, nil},
			{"void what was not played", org, "POST", at + "/commands", fields{"id": "c10", "command": "void", "question_no": 3}, 400, []string{`"question_no":"question.not_played"`}, nil},
			{"pacing out of range", org, "POST", at + "/commands", fields{"id": "c11", "command": "pacing", "pause_ms": 1, "standings": "never"}, 400, []string{`"pause_ms":"value.range"`, `"standings":"value.choice"`}, nil},
			{"begin", org, "POST", at + "/commands", fields{"id": "c12", "command": "next"}, 200, []string{`"phase":"ready"`}, nil},
			{"no change once begun", org, "PATCH", at, fields{"title": "zu spät"}, 409, []string{`"room.begun"`}, nil},
			{"no new draw once begun", org, "PATCH", at + "/rounds/" + made.Rounds[0].ID, fields{"draw": fields{"bank_id": bank, "count": 1}}, 409, []string{`"room.begun"`}, nil},
			{"room closes", org, "DELETE", at + "/room", nil, 204, nil, nil},
			{"a closed room is unknown to phones", nobody, "GET", "/api/v1/rooms/" + room.Code, nil, 404, []string{`"room.unknown"`}, nil},
			{"own results in a closed room", player, "GET", "/api/v1/me/results", nil, 200, []string{`"questions":[]`}, secrets},
			{"a closed room opens where it stood", org, "POST", at + "/room", nil, 200, []string{room.Code}, []string{`"lobby"`}},
		})
		res := viewer.do("GET", at+"/results.xlsx", nil).ok(nil)
		if !strings.HasPrefix(string(res.body), "PK") || !strings.Contains(res.header.Get("Content-Disposition"), "results.xlsx") {
			t.Errorf("workbook: %v %.20s", res.header, res.body)
		}
		banksAndImports(t, s)
		signInAndOut(t, s)
		staffAndAccess(t, s)
		unitsAndPeople(t, s)
		paperContestForStaff(t, s)
		paperContestOnPhones(t, s)
		boardsAndSeasons(t, s)
		learning(t, s)
		everyOperationWasCalled(t)
	})
}

// everyOperationWasCalled finds operations that no scenario above reaches.
func everyOperationWasCalled(t *testing.T) {
	t.Helper()
	for route, op := range documented(t) {
		if !contract.done[op.OperationID] {
			t.Errorf("%s was never called with success", route)
		}
	}
}

func TestResponsesCarryTheirHeaders(t *testing.T) {
	s := start(t, embedded(t))
	h := s.nobody().do("GET", "/api/v1/rooms/123456", nil).header
	if h.Get("Cache-Control") != "no-store" || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("X-Request-Id") == "" {
		t.Errorf("API headers: %v", h)
	}
	if h.Get("Access-Control-Allow-Origin") != "" {
		t.Error("other origins may read responses")
	}
	h = s.nobody().do("GET", "/", nil).header
	if h.Get("Content-Security-Policy") == "" || h.Get("X-Frame-Options") != "DENY" {
		t.Errorf("page headers: %v", h)
	}
	c := s.nobody()
	c.header.Set("Accept-Language", "en-GB,en;q=0.9")
	if res := c.do("GET", "/api/v1/rooms/123456", nil); !strings.Contains(string(res.body), "There is no room") {
		t.Errorf("in English: %s", res.body)
	}
	for _, path := range []string{"/j/123456", "/screen/123456", "/console/contests/x"} {
		if res := s.nobody().do("GET", path, nil); res.status != http.StatusOK || !strings.HasPrefix(res.header.Get("Content-Type"), "text/html") {
			t.Errorf("%s: %d %s", path, res.status, res.header.Get("Content-Type"))
		}
	}
}
