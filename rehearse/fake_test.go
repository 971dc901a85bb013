package rehearse

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
)

// fakeFaults is what a fake server does wrong, or refuses.
type fakeFaults struct {
	forget    int            // acknowledges the first so many answers without storing them
	alter     int            // stores another choice for so many
	twice     bool           // lists every answer twice
	invent    bool           // lists an answer that nobody sent
	swap      bool           // acknowledges to everybody what one said
	refuse    map[int]string // n-th answer message → "code key"
	hangUp    map[int]bool   // n-th answer message: stored, then the connection breaks
	full      int            // takes only so many entrants; 0: any number
	auto      int            // goes on by itself with so many phones; 0: waits for commands
	secure    bool           // speaks TLS
	unhurried bool           // refuses the first join of everybody as rate_limited
}

// fake is a hall in miniature: one contest of one team, driven by commands, that follows docs/protocol.md as far as
// the phones can tell.
type fake struct {
	fakeFaults
	questions int
	server    *httptest.Server

	mu       sync.Mutex // guards what follows, and every write to a socket
	seq, no  int
	phase    string
	messages int                     // answers received
	players  map[string]string       // token → entrant id
	clients  map[string]string       // client_id → token
	tried    map[string]bool         // client_id that was turned away once
	stored   map[string]storedAnswer // entrant and question → answer
	order    []string                // keys of stored
	sockets  map[*websocket.Conn]string
	pongs    int
	onOpen   func() // called once when a question opens, mu held
}

func startFake(t *testing.T, questions int, faults fakeFaults) *fake {
	f := &fake{
		fakeFaults: faults, questions: questions, phase: "lobby", players: map[string]string{},
		clients: map[string]string{}, tried: map[string]bool{}, stored: map[string]storedAnswer{},
		sockets: map[*websocket.Conn]string{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("POST /api/v1/session", func(w http.ResponseWriter, r *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "leitai_session", Value: "s"})
		f.json(w, 200, `{"staff":{}}`)
	})
	mux.HandleFunc("DELETE /api/v1/session", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) })
	mux.HandleFunc("GET /api/v1/contests", func(w http.ResponseWriter, _ *http.Request) {
		f.json(w, 200, `{"contests":[{"id":"c0","status":"finished","code":""},{"id":"c1","status":"running","code":"482915"}]}`)
	})
	mux.HandleFunc("POST /api/v1/contests/c1/room", func(w http.ResponseWriter, _ *http.Request) {
		f.json(w, 200, `{"code":"482915"}`)
	})
	mux.HandleFunc("GET /api/v1/rooms/482915", func(w http.ResponseWriter, _ *http.Request) {
		f.json(w, 200, `{"code":"482915","accepting":true,"teams":[{"id":"t1","name":"第一支部","group":""}]}`)
	})
	mux.HandleFunc("POST /api/v1/rooms/482915/entrants", f.join)
	mux.HandleFunc("POST /api/v1/contests/c1/commands", f.command)
	mux.HandleFunc("GET /api/v1/contests/c1/answers", f.answers)
	mux.HandleFunc("GET /ws", f.socket)
	if f.server = httptest.NewUnstartedServer(mux); f.secure {
		f.server.StartTLS()
	} else {
		f.server.Start()
	}
	t.Cleanup(f.server.Close)
	return f
}

func (f *fake) json(w http.ResponseWriter, status int, body string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write([]byte(body))
}

func (f *fake) join(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Team   string `json:"team_id"`
		Name   string `json:"name"`
		Client string `json:"client_id"`
	}
	if json.NewDecoder(r.Body).Decode(&in) != nil || in.Team != "t1" || len(in.Client) < 16 || in.Name == "" {
		f.json(w, 400, `{"error":{"code":"invalid","key":"request.invalid"}}`)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.unhurried && !f.tried[in.Client] {
		f.tried[in.Client] = true
		f.json(w, 429, `{"error":{"code":"rate_limited","key":"message.too_many"}}`)
		return
	}
	token := f.clients[in.Client]
	if token == "" {
		if f.full > 0 && len(f.players) >= f.full {
			f.json(w, 409, `{"error":{"code":"conflict","key":"room.full"}}`)
			return
		}
		token = fmt.Sprintf("token%d", len(f.players))
		f.clients[in.Client], f.players[token] = token, fmt.Sprintf("e%d", len(f.players))
	}
	f.json(w, 201, fmt.Sprintf(`{"entrant":{"id":%q,"name":"x","team":{"id":"t1","name":"y"}},"token":%q}`, f.players[token], token))
}

func (f *fake) answers(w http.ResponseWriter, r *http.Request) {
	f.mu.Lock()
	defer f.mu.Unlock()
	half := len(f.order) / 2
	keys, next := f.order[:half], "half"
	if r.URL.Query().Get("after") != "" {
		keys, next = f.order[half:], ""
	}
	list := []storedAnswer{}
	for _, k := range keys {
		list = append(list, f.stored[k])
		if f.twice {
			list = append(list, f.stored[k])
		}
	}
	if f.invent && next == "" {
		list = append(list, storedAnswer{Entrant: "e0", Round: 1, No: f.questions + 7, ID: "x", Choice: []string{"A"}},
			storedAnswer{Entrant: "a person", Round: 1, No: 1, ID: "y", Choice: []string{"A"}})
	}
	body, _ := json.Marshal(map[string]any{"answers": list, "next": next})
	f.json(w, 200, string(body))
}

func (f *fake) command(w http.ResponseWriter, r *http.Request) {
	var in struct {
		Command string
		Seq     int
	}
	if r.Header.Get("Cookie") == "" || json.NewDecoder(r.Body).Decode(&in) != nil {
		f.json(w, 401, `{"error":{"code":"unauthorized","key":"session.none"}}`)
		return
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if in.Seq != f.seq {
		f.json(w, 409, `{"error":{"code":"conflict","key":"room.moved"}}`)
		return
	}
	f.do(in.Command)
	f.json(w, 200, `{}`)
}

// do moves the show on; mu is held.
func (f *fake) do(command string) {
	to := map[string]string{
		"next lobby": "ready", "next ready": "open", "lock open": "closed", "reveal closed": "revealed",
		"next revealed": "standings", "next standings": "ready", "next open": "closed", "next closed": "revealed",
	}[command+" "+f.phase]
	if to == "" {
		return
	}
	if to == "ready" {
		if f.no++; f.no > f.questions {
			to = "finished"
		}
	}
	f.seq++
	f.phase = to
	for conn := range f.sockets {
		f.show(conn)
	}
	if to == "open" && f.onOpen != nil {
		f.onOpen()
	}
	if to == "ready" {
		f.do("next")
	}
}

// autopilot lets the show go on by itself whenever so many phones are through with a step; mu is held.
func (f *fake) autopilot() {
	for f.auto > 0 && f.phase != "finished" {
		if f.phase == "open" && len(f.stored) < f.no*f.auto || len(f.sockets) < f.auto {
			return
		}
		f.do("next")
	}
}

// show sends the state, and after the key each phone's result; mu is held.
func (f *fake) show(conn *websocket.Conn) {
	entrant := f.sockets[conn]
	question := "null"
	if f.phase != "lobby" && f.phase != "ready" && f.phase != "finished" {
		question = fmt.Sprintf(`{"no":%d,"type":"multiple","options":[{"id":"A"},{"id":"B"},{"id":"C"}],"blanks":0}`, f.no)
	}
	s := fmt.Sprintf(`{"t":"state","seq":%d,"server_ms":%d,"phase":%q,"paused":false,"round":{"no":1},"question":%s,"question_no":%d`,
		f.seq, time.Now().UnixMilli(), f.phase, question, f.no)
	if entrant == "desk" {
		s += fmt.Sprintf(`,"current":{"no":%d,"type":"multiple","options":[],"key":["A","C"]},"can":["next"]`, f.no)
	}
	f.write(conn, s+"}")
	if entrant != "desk" {
		f.me(conn, entrant)
	}
}

func (f *fake) me(conn *websocket.Conn, entrant string) {
	result := "null"
	if f.phase == "revealed" {
		result = fmt.Sprintf(`{"r":1,"q":%d,"answered":true}`, f.no)
	}
	f.write(conn, fmt.Sprintf(`{"t":"me","seq":%d,"entrant":{"id":%q},"answer":null,"result":%s}`, f.seq, entrant, result))
}

func (f *fake) write(conn *websocket.Conn, message string) {
	_ = conn.WriteMessage(websocket.TextMessage, []byte(message)) // a phone may be gone
}

func (f *fake) socket(w http.ResponseWriter, r *http.Request) {
	up := websocket.Upgrader{}
	conn, err := up.Upgrade(w, r, nil)
	if err != nil {
		return
	}
	defer func() {
		f.mu.Lock()
		delete(f.sockets, conn)
		f.mu.Unlock()
		_ = conn.Close()
	}()
	conn.SetPongHandler(func(string) error {
		f.mu.Lock()
		f.pongs++
		f.mu.Unlock()
		return nil
	})
	for {
		_, raw, err := conn.ReadMessage()
		if err != nil {
			return
		}
		var m struct {
			T, Role, Token, ID string
			R, Q               int
			A                  []string
			C                  json.Number
		}
		if json.Unmarshal(raw, &m) != nil {
			return
		}
		f.mu.Lock()
		again := f.take(conn, m.T, m.Role, m.Token, storedAnswer{f.sockets[conn], m.R, m.Q, m.ID, m.A}, string(m.C))
		f.autopilot()
		f.mu.Unlock()
		if !again {
			return
		}
	}
}

// take handles one message; mu is held.
func (f *fake) take(conn *websocket.Conn, kind, role, token string, a storedAnswer, c string) bool {
	switch kind {
	case "hello":
		f.sockets[conn] = f.players[token]
		if role == "desk" {
			f.sockets[conn] = "desk"
		}
		f.show(conn)
	case "ping":
		f.write(conn, fmt.Sprintf(`{"t":"pong","c":%s,"server_ms":%d}`, c, time.Now().UnixMilli()))
		_ = conn.WriteControl(websocket.PingMessage, []byte("p"), time.Now().Add(time.Second)) // as the server does
	case "answer":
		return f.answer(conn, a)
	}
	return true
}

func (f *fake) answer(conn *websocket.Conn, a storedAnswer) bool {
	f.messages++
	if code, key, refused := strings.Cut(f.refuse[f.messages], " "); refused {
		f.write(conn, fmt.Sprintf(`{"t":"error","code":%q,"key":%q,"re":%q}`, code, key, a.ID))
		return true
	}
	key := fmt.Sprint(a.Entrant, a.No)
	status := "duplicate"
	if _, known := f.stored[key]; !known {
		status = "accepted"
		slices.Sort(a.Choice)
		kept := a
		if f.alter--; f.alter >= 0 {
			kept.Choice = []string{"A", "B", "C", "D"}
		}
		if f.forget--; f.forget < 0 {
			f.stored[key] = kept
			f.order = append(f.order, key)
		}
	}
	if f.hangUp[f.messages] {
		return false
	}
	body, _ := json.Marshal(a.Choice)
	ack := fmt.Sprintf(`{"t":"answer.ack","id":%q,"r":%d,"q":%d,"status":%q,"a":%s,"received_ms":1}`, a.ID, a.Round, a.No, status, body)
	if f.swap {
		for other := range f.sockets {
			f.write(other, ack)
		}
		return true
	}
	f.write(conn, ack)
	return true
}
