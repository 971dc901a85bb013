//go:build linux

package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fasthttp/websocket"
	"github.com/valyala/fasthttp"

	"leitai/rehearse"
)

// The reference for acknowledgement and broadcast: a server that speaks just enough of the protocol for the same phones.
// It stores nothing, answers every answer at once from the goroutine that read it, and sends a question with nothing
// but two threads that call write on every socket in turn.
const (
	echoCode  = "100000"
	echoState = `{"t":"state","seq":%d,"server_ms":%.3f,"phase":%q,"paused":false,"round":{"no":1},"question":%s,"question_no":%d,"pad":"%s"}`
	echoBody  = `{"no":%d,"type":"single","options":[{"id":"A"},{"id":"B"},{"id":"C"},{"id":"D"}],"blanks":0}`
)

type echoRoom struct {
	phones int
	window time.Duration
	bytes  int // of a question's frame

	files   sync.Map // remote address → descriptor
	mu      sync.Mutex
	sockets map[*echoConn]bool
	seq, no int
	phase   string
	people  atomic.Int64
}

type echoConn struct {
	conn    *websocket.Conn
	file    int
	entrant string
	mu      sync.Mutex // one writer at a time
}

func (c *echoConn) write(kind int, b []byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	_ = c.conn.WriteMessage(kind, b) // whoever is gone is gone
}

// echo rehearses against the echo server with the same phones as the product.
func echo(ctx context.Context, binary string, phones, bytes int, window time.Duration) (report rehearse.Report, err error) {
	program, err := os.Executable()
	if err != nil {
		return report, err
	}
	c := exec.CommandContext(ctx, program, "child-echo", strconv.Itoa(phones), window.String(), strconv.Itoa(bytes))
	c.Stderr = os.Stderr
	in, err1 := c.StdinPipe()
	out, err2 := c.StdoutPipe()
	if err := errors.Join(err1, err2); err != nil {
		return report, err
	}
	if err := c.Start(); err != nil {
		return report, err
	}
	defer func() { err = errors.Join(err, in.Close(), c.Wait()) }() // it ends when its input ends
	lines := bufio.NewScanner(out)
	port, err := readNumber(lines)
	if err != nil {
		return report, err
	}
	r := exec.CommandContext(ctx, binary, "rehearse", "--json", "--code", echoCode,
		"--url", fmt.Sprintf("http://127.0.0.1:%d", port), "--players", strconv.Itoa(phones), "--read-for", readFor.String(),
		"--answer-within", window.String(), "--warmup", strconv.Itoa(warmup), "--timeout", "3m", "--seed", "1")
	raw, err := r.Output()
	if err != nil {
		return report, fmt.Errorf("rehearse against the echo: %w", err)
	}
	return report, json.Unmarshal(raw, &report)
}

func echoChild(args []string) error {
	if len(args) != 3 {
		return errors.New("child-echo PHONES WINDOW BYTES")
	}
	phones, err1 := strconv.Atoi(args[0])
	window, err2 := time.ParseDuration(args[1])
	bytes, err3 := strconv.Atoi(args[2])
	if err := errors.Join(err1, err2, err3, raiseFiles(phones+64)); err != nil {
		return err
	}
	room := &echoRoom{phones: phones, window: window, bytes: bytes, sockets: map[*echoConn]bool{}, phase: "lobby"}
	listener, err := net.Listen("tcp4", "127.0.0.1:0")
	if err != nil {
		return err
	}
	address, ok := listener.Addr().(*net.TCPAddr)
	if !ok {
		return errors.New("not a TCP socket")
	}
	fmt.Println(address.Port)
	server := &fasthttp.Server{Handler: room.serve}
	failed := make(chan error, 1)
	go func() { failed <- server.Serve(fileListener{listener, &room.files}) }()
	ended := make(chan struct{})
	go func() { // the parent closes our input
		for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		}
		close(ended)
	}()
	select {
	case err := <-failed:
		return err
	case <-ended:
		return nil
	}
}

// fileListener notes the descriptor of every connection, for the bare loop.
type fileListener struct {
	net.Listener
	files *sync.Map
}

func (l fileListener) Accept() (net.Conn, error) {
	conn, err := l.Listener.Accept()
	if tcp, ok := conn.(*net.TCPConn); ok {
		raw, rawErr := tcp.SyscallConn()
		if rawErr == nil {
			rawErr = raw.Control(func(fd uintptr) { l.files.Store(conn.RemoteAddr().String(), int(fd)) })
		}
		err = errors.Join(err, rawErr)
	}
	return conn, err
}

func (r *echoRoom) serve(ctx *fasthttp.RequestCtx) {
	switch string(ctx.Path()) {
	case "/api/v1/rooms/" + echoCode:
		ctx.SetBodyString(`{"code":"` + echoCode + `","accepting":true,"teams":[{"id":"t","name":"t","group":""}]}`)
	case "/api/v1/rooms/" + echoCode + "/entrants":
		n := r.people.Add(1)
		ctx.SetStatusCode(201)
		ctx.SetBodyString(fmt.Sprintf(`{"entrant":{"id":"e%d","name":"x","team":{"id":"t","name":"t"}},"token":"e%d"}`, n, n))
	case "/ws":
		up := websocket.FastHTTPUpgrader{ReadBufferSize: 512, WriteBufferSize: 512}
		if err := up.Upgrade(ctx, r.follow); err != nil {
			ctx.SetStatusCode(400)
		}
	default:
		ctx.SetStatusCode(404)
	}
}

func (r *echoRoom) follow(conn *websocket.Conn) {
	file, _ := r.files.Load(conn.RemoteAddr().String())
	c := &echoConn{conn: conn}
	c.file, _ = file.(int) // always known
	defer func() {
		r.mu.Lock()
		delete(r.sockets, c)
		r.mu.Unlock()
	}()
	for {
		_, raw, err := conn.ReadMessage()
		if err != nil {
			return
		}
		var m struct {
			T, ID, Token string
			R, Q         int
			A            json.RawMessage
			C            json.RawMessage
		}
		if json.Unmarshal(raw, &m) != nil {
			return
		}
		switch m.T {
		case "hello":
			c.entrant = m.Token
			r.enter(c)
		case "ping":
			c.write(websocket.TextMessage, fmt.Appendf(nil, `{"t":"pong","c":%s,"server_ms":%d}`, m.C, time.Now().UnixMilli()))
			c.write(websocket.PingMessage, nil)
		case "answer":
			c.write(websocket.TextMessage, fmt.Appendf(nil,
				`{"t":"answer.ack","id":%q,"r":%d,"q":%d,"status":"accepted","a":%s,"received_ms":%d}`, m.ID, m.R, m.Q, m.A, time.Now().UnixMilli()))
		}
	}
}

func (r *echoRoom) enter(c *echoConn) {
	r.mu.Lock()
	r.sockets[c] = true
	all := len(r.sockets) == r.phones
	state := r.state()
	r.mu.Unlock()
	c.write(websocket.TextMessage, state)
	c.write(websocket.TextMessage, fmt.Appendf(nil, `{"t":"me","seq":0,"entrant":{"id":%q},"answer":null,"result":null}`, c.entrant))
	if all {
		go r.show()
	}
}

// show opens question after question by the clock.
func (r *echoRoom) show() {
	time.Sleep(2 * time.Second) // the first pings
	for no := 1; no <= questions; no++ {
		r.publish("open", no)
		time.Sleep(readFor + r.window + time.Second)
		r.publish("closed", no)
		time.Sleep(500 * time.Millisecond)
	}
	r.publish("finished", questions)
}

func (r *echoRoom) state() []byte {
	question := "null"
	if r.phase == "open" || r.phase == "closed" {
		question = fmt.Sprintf(echoBody, r.no)
	}
	now := float64(time.Now().UnixMicro()) / 1000
	bare := len(fmt.Sprintf(echoState, r.seq, now, r.phase, question, r.no, ""))
	pad := strings.Repeat("x", max(0, r.bytes-4-bare)) // the frame's head takes 4
	return fmt.Appendf(nil, echoState, r.seq, now, r.phase, question, r.no, pad)
}

// publish writes one frame to everybody. Acknowledgements and pongs may go out at the same time: the kernel takes each
// small write as a whole.
func (r *echoRoom) publish(phase string, no int) {
	r.mu.Lock()
	r.seq++
	r.phase, r.no = phase, no
	sockets := make([]int, 0, len(r.sockets))
	for c := range r.sockets {
		sockets = append(sockets, c.file)
	}
	message := r.state()
	r.mu.Unlock()
	frame := append([]byte{0x81, 126, byte(len(message) >> 8), byte(len(message))}, message...)
	if err := writeAll(sockets, frame); err != nil {
		fmt.Fprintln(os.Stderr, "echo:", err) // somebody is gone, and the phones' report shows it
	}
}
