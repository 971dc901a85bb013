package hall

import (
	"bufio"
	"bytes"
	"context"
	"encoding/binary"
	"encoding/json"
	"io"
	"log/slog"
	"math"
	"net"
	"net/http"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/fasthttp/websocket"

	"leitai/questionbank"
	"leitai/quiz"
	"leitai/sqldb"
)

var seeds = []string{
	`{"t":"hello","v":1,"role":"player","code":"482915","token":"x.y","build":"b"}`, `{"t":"hello","v":1,"role":"screen","code":"482915","view":"stage"}`,
	`{"t":"ping","c":51234.5}`, `{"t":"ping","c":-0}`, `{"t":"ping","c":1e308}`, `{"t":"answer","id":"9b1d","q":3,"r":1,"a":["A","C"]}`,
	`{"t":"answer","id":"\u0000","q":1,"r":1,"a":["A"]}`, `{"t":"answer","id":"x","q":1,"r":1,"a":[null,"\ud800"]}`, `{"T":"PING","c":1}`, `{"t":"answer","t":"ping","c":1}`,
	"", "null", "[]", "{", `{"t":1}`, "\xff\xfe", `{"t":"state"}`, strings.Repeat(`{"t":`, 500), `{"t":"ping","c":` + strings.Repeat("9", 400) + `}`,
}

// FuzzDecode: whatever comes is refused or is a message with all that its type needs, within its limits.
func FuzzDecode(f *testing.F) {
	for _, s := range seeds {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		m, err := decode(b)
		if err != nil {
			return
		}
		switch m.T {
		case "hello":
		case "ping":
			if m.C == nil || math.IsNaN(*m.C) || math.IsInf(*m.C, 0) {
				t.Errorf("a ping of %v", m.C)
			}
			textFrame(pong{"pong", *m.C, 0}) // what cannot be encoded would panic
		case "answer":
			if m.ID == "" || len(m.ID) > maxID || len(m.A) == 0 || len(m.A) > maxChoice || m.R < 1 || m.Q < 1 || strings.Contains(m.ID, "\x00") {
				t.Errorf("an answer %+v", m)
			}
		default:
			t.Errorf("a message of type %q", m.T)
		}
		again, err := json.Marshal(m)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := decode(again); err != nil {
			t.Errorf("%s is decoded, and %s is not", b, again)
		}
	})
}

// openHouse gives a house with a room in which a question is open, and an entrant's hello.
func openHouse(f testing.TB) (h *House, hello string) {
	f.Helper()
	ctx := context.Background()
	db, err := sqldb.Open(ctx, "sqlite://"+f.TempDir()+"/fuzz.db")
	if err != nil {
		f.Fatal(err)
	}
	if err := db.Migrate(ctx); err != nil {
		f.Fatal(err)
	}
	store := quiz.NewStore(db)
	settings := quiz.DefaultRoundSettings()
	settings.ReadyMS, settings.LimitMS = 0, 600000
	contest := &quiz.Contest{Title: "模糊", Settings: quiz.DefaultContestSettings(), Teams: []quiz.Team{{Name: "一队"}}, Rounds: []quiz.Round{{Title: "轮", Format: "sync",
		Settings: settings, Questions: []quiz.RoundQuestion{{Question: questionbank.Question{Type: questionbank.Multiple, Stem: "题", Options: []string{"甲", "乙", "丙"}, Key: []string{"A", "B"}}}}}}}
	if err := store.CreateContest(ctx, contest); err != nil {
		f.Fatal(err)
	}
	h = NewHouse(Config{Store: store, Log: quiz.NewAnswerLog(store), Boards: noBoards{}, Logger: slog.New(slog.DiscardHandler), Tokens: NewTokens([]byte("k")), Node: "fuzz",
		JoinURL: func(code string) string { return code }, MaxConns: 100})
	f.Cleanup(func() {
		h.Shutdown()
		_ = db.Close()
	})
	code, _, err := h.Open(ctx, contest.ID)
	if err != nil {
		f.Fatal(err)
	}
	_, token, err := h.Join(ctx, code, contest.Teams[0].ID, "王芳", strings.Repeat("s", 20))
	if err != nil {
		f.Fatal(err)
	}
	if _, err := h.Do(ctx, contest.ID, quiz.Command{ID: "1", Name: quiz.CmdNext}); err != nil {
		f.Fatal(err)
	}
	return h, `{"t":"hello","v":1,"role":"player","code":"` + code + `","token":"` + token + `"}`
}

type noBoards struct{}

func (noBoards) Replace(context.Context, string, []quiz.Score) error { return nil }
func (noBoards) Count(context.Context, string) (int64, error)        { return 0, nil }
func (noBoards) Read(context.Context, string) ([]quiz.Score, error)  { return nil, nil }

// masked encodes a client's frame.
func masked(op byte, payload []byte) []byte {
	b := []byte{op}
	switch n := len(payload); {
	case n < 126:
		b = append(b, 0x80|byte(n))
	case n <= 0xffff:
		b = binary.BigEndian.AppendUint16(append(b, 0x80|126), uint16(n))
	default:
		b = binary.BigEndian.AppendUint64(append(b, 0x80|127), uint64(n))
	}
	b = append(b, 0, 0, 0, 0)
	return append(b, payload...)
}

// hijacked lets the library upgrade a pipe.
type hijacked struct {
	http.ResponseWriter
	conn net.Conn
}

func (h hijacked) Hijack() (net.Conn, *bufio.ReadWriter, error) {
	return h.conn, bufio.NewReadWriter(bufio.NewReader(h.conn), bufio.NewWriter(h.conn)), nil
}
func (h hijacked) Header() http.Header { return http.Header{} }

// connect runs a connection over a pipe; done is closed when the server has done with it.
func connect(t *testing.T, h *House, arrival int64) (client net.Conn, done chan struct{}) {
	t.Helper()
	client, pipe := net.Pipe()
	server := closing{pipe, make(chan struct{}), &sync.Once{}}
	done = make(chan struct{})
	go func() {
		defer close(done)
		req := &http.Request{Method: "GET", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{"Connection": {"Upgrade"}, "Upgrade": {"websocket"},
			"Sec-Websocket-Version": {"13"}, "Sec-Websocket-Key": {"dGhlIHNhbXBsZSBub25jZQ=="}}}
		ws, err := (&websocket.Upgrader{ReadBufferSize: 512}).Upgrade(hijacked{conn: server}, req, nil)
		if err != nil {
			t.Error(err)
			return
		}
		h.Serve(ws, nil, arrival)
		<-server.closed
		for here := true; here; { // a writer may have closed it before the reader was done
			here = false
			h.eachConn(func(c *Conn) { here = here || c.net == net.Conn(server) })
			runtime.Gosched()
		}
	}()
	return client, done
}

// closing tells when it is closed.
type closing struct {
	net.Conn
	closed chan struct{}
	once   *sync.Once
}

func (c closing) Close() error {
	c.once.Do(func() { close(c.closed) })
	return c.Conn.Close()
}

// serve runs a connection in which the client sends these bytes and goes.
func serve(t *testing.T, h *House, sent []byte) {
	t.Helper()
	client, done := connect(t, h, h.Arrive())
	go func() { _, _ = io.Copy(io.Discard, client) }()
	_ = client.SetWriteDeadline(time.Now().Add(10 * time.Second))
	_, _ = client.Write(sent) // the server may have closed before
	_ = client.Close()
	select {
	case <-done:
	case <-time.After(20 * time.Second):
		t.Fatal("the connection does not end")
	}
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, r := range h.byCode {
		if n := len(r.hall.conns()); n != 0 {
			t.Errorf("%d connections stay in the room", n)
		}
	}
}

// TestLateHelloDoesNotReplaceANewerConnection: a phone that came back on a new connection stays, though the hello of
// its old one is dealt with only now.
func TestLateHelloDoesNotReplaceANewerConnection(t *testing.T) {
	h, hello := openHouse(t)
	before, after := h.Arrive(), h.Arrive()
	newer, newerDone := connect(t, h, after)
	older, olderDone := connect(t, h, before)
	until := func(c net.Conn, text string) {
		t.Helper()
		_ = c.SetReadDeadline(time.Now().Add(10 * time.Second))
		var got []byte
		for b := make([]byte, 4096); !bytes.Contains(got, []byte(text)); {
			n, err := c.Read(b)
			if got = append(got, b[:n]...); err != nil {
				t.Fatalf("no %s in %s: %v", text, got, err)
			}
		}
	}
	until(newer, "\r\n\r\n")
	until(older, "\r\n\r\n")
	_, _ = newer.Write(masked(0x81, []byte(hello)))
	until(newer, `"t":"me"`)
	go func() { _, _ = io.Copy(io.Discard, newer) }()
	_, _ = older.Write(masked(0x81, []byte(hello)))
	until(older, `"replaced"`)
	_ = older.Close()
	<-olderDone
	select {
	case <-newerDone:
		t.Error("the newer connection was ended")
	default:
	}
	for _, r := range h.byCode {
		if n := h.Connected(r.hall.code); n != 1 {
			t.Errorf("%d connected", n)
		}
	}
	_ = newer.Close()
	<-newerDone
}

// FuzzRead feeds the reading path, raw bytes or lines as messages, before and after a hello: nothing panics, nothing
// hangs, and nobody stays.
func FuzzRead(f *testing.F) {
	h, hello := openHouse(f)
	for _, s := range seeds {
		f.Add([]byte(s), true)
	}
	f.Add([]byte(hello+"\n"+hello), true)
	f.Add([]byte(`{"t":"answer","id":"1","r":1,"q":1,"a":["B","A"]}`+"\n"+`{"t":"answer","id":"2","r":1,"q":1,"a":["C"]}`), true)
	f.Add(bytes.Repeat([]byte(`{"t":"ping","c":1}`+"\n"), 60), true)
	f.Add(bytes.Repeat([]byte("x"), 5000), true)
	f.Add(bytes.Repeat([]byte("x"), 17000), true)
	f.Add(masked(0x82, []byte("binary")), false)
	f.Add(append(masked(0x01, []byte(`{"t":"pi`)), masked(0x80, []byte(`ng","c":1}`))...), false) // in two pieces
	f.Add(masked(0x89, bytes.Repeat([]byte("p"), 125)), false)
	f.Add(masked(0x8a, []byte("12345678")), false)
	f.Add(masked(0x88, []byte{3, 232}), false)
	f.Add([]byte{0x81, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}, false)
	f.Add([]byte{0x81, 0x05, 'p', 'l', 'a', 'i', 'n'}, false) // not masked
	f.Add([]byte{0xf1, 0x80, 0, 0, 0, 0}, false)              // reserved bits
	f.Fuzz(func(t *testing.T, b []byte, lines bool) {
		sent := masked(0x81, []byte(hello))
		if lines {
			for l := range bytes.SplitSeq(b, []byte("\n")) {
				sent = append(sent, masked(0x81, l)...)
			}
		} else {
			sent = append(sent, b...)
		}
		serve(t, h, sent)
		if !lines {
			serve(t, h, b)
		}
	})
}
