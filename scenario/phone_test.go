package scenario

import (
	"encoding/json"
	"errors"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/google/uuid"
)

// message is any message of the server; T says which fields count.
type message struct {
	T           string
	Seq         int64
	Phase       string
	Paused      bool
	QuestionNo  int     `json:"question_no"`
	ClosesMS    *int64  `json:"closes_ms"`
	RemainingMS *int64  `json:"remaining_ms"`
	ServerMS    float64 `json:"server_ms"`
	Round       *struct{ No int }
	Question    *struct {
		No      int
		Type    string
		Stem    string
		Options []struct{ ID, Text string }
	}
	Reveal *struct {
		Key               []string
		Answered, Correct int
		Counts            map[string]int
	}
	Standings json.RawMessage

	Entrant *struct{ ID, Name string }
	Points  *int64
	Place   *int
	People  int
	Answer  *struct {
		R, Q int
		A    []string
		ID   string
	}
	Result *struct {
		R, Q              int
		Answered, Correct bool
		Points            int
		A                 []string
	}

	ID     string
	R, Q   int
	Status string
	A      []string

	C float64

	Code, Key, Re string
	Retry         bool

	Connected, Answered, Acknowledged, Screens int

	raw []byte
}

// socket is a client's connection. It keeps all that it received.
type socket struct {
	t  *testing.T
	ws *websocket.Conn

	mu    sync.Mutex
	came  chan struct{} // closed and renewed with each message
	log   []message
	end   error // why the connection ended
	ended chan struct{}
	write sync.Mutex
}

// dial opens a socket and reads it until it ends.
func (s *server) dial(header http.Header) *socket {
	s.t.Helper()
	k, _, err := s.tryDial(header)
	if err != nil {
		s.t.Fatalf("open socket: %v", err)
	}
	return k
}

func (s *server) tryDial(header http.Header) (*socket, *http.Response, error) {
	d := websocket.Dialer{HandshakeTimeout: patience, ReadBufferSize: 512, WriteBufferSize: 512, NetDial: (&net.Dialer{Timeout: patience}).Dial}
	ws, res, err := d.Dial("ws://"+s.addr+"/ws", header)
	if err != nil {
		return nil, res, err
	}
	k := &socket{t: s.t, ws: ws, came: make(chan struct{}), ended: make(chan struct{})}
	go k.read()
	s.t.Cleanup(k.drop)
	return k, res, nil
}

func (k *socket) read() {
	defer close(k.ended)
	for {
		_, b, err := k.ws.ReadMessage()
		k.mu.Lock()
		if err != nil {
			k.end = err
			close(k.came)
			k.came = make(chan struct{})
			k.mu.Unlock()
			return
		}
		m := message{raw: b}
		if err := json.Unmarshal(b, &m); err != nil {
			k.t.Errorf("received %s: %v", b, err)
		}
		k.log = append(k.log, m)
		close(k.came)
		k.came = make(chan struct{})
		k.mu.Unlock()
	}
}

// drop cuts the connection without a goodbye and waits for the reader's end.
func (k *socket) drop() {
	_ = k.ws.Close()
	<-k.ended
}

// send sends a message: a string as it is, anything else as JSON.
func (k *socket) send(v any) {
	k.t.Helper()
	if err := k.trySend(v); err != nil {
		k.t.Fatalf("send: %v", err)
	}
}

func (k *socket) trySend(v any) error {
	s, ok := v.(string)
	if !ok {
		s = mustJSON(v)
	}
	k.write.Lock()
	defer k.write.Unlock()
	return k.ws.WriteMessage(websocket.TextMessage, []byte(s))
}

// received gives all messages so far.
func (k *socket) received() []message {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.log[:len(k.log):len(k.log)]
}

// mark is a place in what was received.
func (k *socket) mark() int { return len(k.received()) }

// find waits for a message that fits, from a mark on.
func (k *socket) find(from int, what string, fits func(m message) bool) message {
	k.t.Helper()
	m, err := k.tryFind(from, patience, fits)
	if err != nil {
		k.t.Fatalf("waited in vain for %s: %v", what, err)
	}
	return m
}

var errNone = errors.New("nothing such came")

func (k *socket) tryFind(from int, within time.Duration, fits func(m message) bool) (message, error) {
	timeout := time.NewTimer(within)
	defer timeout.Stop()
	for {
		k.mu.Lock()
		log, end, came := k.log, k.end, k.came
		k.mu.Unlock()
		for ; from < len(log); from++ {
			if fits(log[from]) {
				return log[from], nil
			}
		}
		if end != nil {
			return message{}, end
		}
		select {
		case <-came:
		case <-timeout.C:
			return message{}, errNone
		}
	}
}

// want waits for a message of a type, from a mark on.
func (k *socket) want(from int, typ string) message {
	k.t.Helper()
	return k.find(from, typ, func(m message) bool { return m.T == typ })
}

// inPhase waits for a state in a phase, from the beginning.
func (k *socket) inPhase(phase string, question int) message {
	k.t.Helper()
	return k.find(0, phase, func(m message) bool { return m.T == "state" && m.Phase == phase && m.QuestionNo == question })
}

// reply waits for the answer.ack or error that belongs to a message's id.
func (k *socket) reply(from int, id string) message {
	k.t.Helper()
	return k.find(from, "a reply to "+id, func(m message) bool { return m.T == "answer.ack" && m.ID == id || m.T == "error" && m.Re == id })
}

// bye waits for the goodbye and the close frame that says the same.
func (k *socket) bye(code string, closeCode int) {
	k.t.Helper()
	m := k.find(0, "bye "+code, func(m message) bool { return m.T == "bye" })
	select {
	case <-k.ended:
	case <-time.After(patience):
		k.t.Fatalf("bye %s, and the connection stays open", m.Code)
	}
	ce, ok := errors.AsType[*websocket.CloseError](k.end)
	if m.Code != code || !ok || ce.Code != closeCode {
		k.t.Fatalf("want bye %s %d, got %s and %v", code, closeCode, m.raw, k.end)
	}
}

// last is the newest message of a type.
func (k *socket) last(typ string) message {
	log := k.received()
	for i := len(log) - 1; i >= 0; i-- {
		if log[i].T == typ {
			return log[i]
		}
	}
	return message{}
}

// barrier returns when everything that the server sent before has come.
func (k *socket) barrier() {
	k.t.Helper()
	c := float64(time.Now().UnixNano() % 1e9)
	from := k.mark()
	k.send(fields{"t": "ping", "c": c})
	k.find(from, "pong", func(m message) bool { return m.T == "pong" && m.C == c })
}

// phone is a player: identity and connection.
type phone struct {
	*socket
	g     *stage
	token string
	id    string
	name  string
	team  string
}

// join becomes an entrant of a team and opens a socket.
func (g *stage) join(name string, team int) *phone {
	g.s.t.Helper()
	p := g.entrant(name, team)
	p.connect()
	return p
}

type joined struct {
	Entrant struct {
		ID, Name string
		Team     struct{ ID, Name string }
	}
	Token string
}

// entrant becomes an entrant without a socket.
func (g *stage) entrant(name string, team int) *phone {
	g.s.t.Helper()
	var out joined
	g.s.quietly().do("POST", "/api/v1/rooms/"+g.code+"/entrants", g.seat(name, team)).ok(&out)
	return &phone{g: g, token: out.Token, id: out.Entrant.ID, name: out.Entrant.Name, team: out.Entrant.Team.ID}
}

// seat is the body with which a new phone joins.
func (g *stage) seat(name string, team int) fields {
	return fields{"team_id": g.contest.Teams[team].ID, "name": name, "client_id": uuid.NewString()}
}

// connect opens a (new) socket and says hello.
func (p *phone) connect() {
	p.g.s.t.Helper()
	p.socket = p.g.s.dial(nil)
	p.send(p.hello())
	p.want(0, "me")
}

func (p *phone) hello() fields {
	return fields{"t": "hello", "v": 1, "role": "player", "code": p.g.code, "token": p.token, "build": "build-1"}
}

// answer sends an answer and waits for its reply.
func (p *phone) answer(r, q int, a ...string) message {
	p.t.Helper()
	id := uuid.NewString()
	from := p.mark()
	p.send(fields{"t": "answer", "id": id, "r": r, "q": q, "a": a})
	return p.reply(from, id)
}

// accepted demands that an answer counts.
func (m message) accepted(t *testing.T) message {
	t.Helper()
	if m.T != "answer.ack" || m.Status != "accepted" {
		t.Fatalf("the answer was not accepted: %s", m.raw)
	}
	return m
}

// denied demands an error.
func (m message) denied(t *testing.T, code, key string) {
	t.Helper()
	if m.T != "error" || m.Code != code || m.Key != key {
		t.Errorf("want error %s %s, got %s", code, key, m.raw)
	}
}

// screen opens a big screen, desk the organizer's desk.
func (g *stage) screen() *socket {
	g.s.t.Helper()
	k := g.s.dial(nil)
	k.send(fields{"t": "hello", "v": 1, "role": "screen", "code": g.code, "view": "stage"})
	k.want(0, "state")
	return k
}

func (g *stage) desk(account string) *socket {
	g.s.t.Helper()
	k := g.s.dial(http.Header{"Cookie": {g.s.as(account).cookie}})
	k.send(fields{"t": "hello", "v": 1, "role": "desk", "code": g.code})
	k.want(0, "state")
	return k
}

// long is a text of n bytes.
func long(n int) string { return strings.Repeat("x", n) }
