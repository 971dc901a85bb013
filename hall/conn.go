package hall

import (
	"errors"
	"io"
	"net"
	"runtime/debug"
	"sync"
	"sync/atomic"
	"time"

	"github.com/fasthttp/websocket"

	"leitai/fault"
)

const (
	helloWait  = 10 * time.Second
	silentWait = 45 * time.Second
	leaveWait  = 2 * time.Second  // for the client to take a bye
	stallWait  = 10 * time.Second // one write to the network
	maxQueue   = 256 << 10        // bytes waiting for one connection

	vouchEvery = 5 // seconds

	messageRate  = 20 // a second
	messageBurst = 40
	abuseLimit   = 400 // by how many the refused messages may outnumber the accepted ones
)

// byeCodes are the reasons for which the server ends a connection (docs/protocol.md §3, bye).
var byeCodes = map[string]struct {
	close int
	retry bool
}{
	"replaced": {4001, false}, "room_closed": {4002, false}, "unauthorized": {4003, false}, "unknown_room": {4004, false},
	"outdated": {4005, false}, "removed": {4006, false}, "slow": {4008, true}, "shutdown": {4009, true},
	"full": {4010, true}, "silent": {4011, true}, "abuse": {4012, false},
}

// kind says how a queued frame may be dropped.
type kind byte

const (
	keep   kind = iota // never
	counts             // the latest wins
	lobbys             // the latest wins
)

type queued struct {
	frame []byte
	kind  kind
}

// Conn is one connection. One goroutine reads; one that lives only while a message is dealt with answers it; one that lives
// only while something is queued writes.
type Conn struct {
	house *House
	ws    *websocket.Conn
	net   net.Conn // the socket itself: frames are written whole, past the library
	staff Session  // that came with the upgrade, or nil

	arrival int64 // see House.Arrive
	vouched int64 // Unix seconds: when staff was asked last; the reader's own

	hall    *Hall // set by hello
	role    string
	entrant *entrant
	index   int // in the hall's list; guarded by the hall's mu

	mu      sync.Mutex
	queue   []queued
	bytes   int
	writing bool
	leaving bool // a bye is queued: nothing more goes out
	closed  bool
	writers sync.WaitGroup
	since   atomic.Int64 // Unix ms of the write in progress, 0 when none: the watchdog looks at it

	handling sync.WaitGroup // of the message that came last
	broken   bool           // it did not come to its end

	tokens  float64 // of the rate limit; the reader's own
	filled  time.Time
	refused int

	rtt roundTrip
}

// send queues frames and never blocks. A connection that cannot keep up is closed: its client comes back.
func (c *Conn) send(frames ...[]byte) { c.enqueue(keep, frames...) }

func (c *Conn) enqueue(k kind, frames ...[]byte) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed || c.leaving {
		return
	}
	for _, f := range frames {
		if k != keep && c.replace(k, f) {
			continue
		}
		c.queue = append(c.queue, queued{f, k})
		c.bytes += len(f)
	}
	if c.bytes > maxQueue {
		c.house.metrics.slow.Inc()
		c.queue, c.bytes = nil, 0
		c.leave("slow") // what was queued is lost; the snapshot on return makes up for it
		_ = c.net.SetWriteDeadline(time.Now().Add(leaveWait))
	}
	c.start()
}

// replace puts a newer frame of the same kind in the place of one that still waits.
func (c *Conn) replace(k kind, f []byte) bool {
	for i := range c.queue {
		if c.queue[i].kind == k {
			c.bytes += len(f) - len(c.queue[i].frame)
			c.queue[i].frame = f
			return true
		}
	}
	return false
}

// start lets a writer run; c.mu is held.
func (c *Conn) start() {
	if !c.writing && len(c.queue) > 0 {
		c.writing = true
		c.writers.Add(1)
		go c.write()
	}
}

var joined = sync.Pool{New: func() any { b := make([]byte, 0, 4096); return &b }}

func (c *Conn) write() {
	defer c.writers.Done()
	for {
		c.mu.Lock()
		q := c.queue
		if len(q) == 0 || c.closed {
			c.writing = false
			c.mu.Unlock()
			return
		}
		c.queue, c.bytes = nil, 0
		c.mu.Unlock()
		c.since.Store(time.Now().UnixMilli())
		err := c.writeAll(q)
		c.since.Store(0)
		if err != nil {
			c.mu.Lock()
			c.closed, c.writing, c.queue = true, false, nil
			c.mu.Unlock()
			c.net.Close() // wakes the reader
			return
		}
	}
}

func (c *Conn) writeAll(q []queued) error {
	if len(q) == 1 {
		_, err := c.net.Write(q[0].frame)
		return err
	}
	b := joined.Get().(*[]byte)
	defer joined.Put(b)
	*b = (*b)[:0]
	for _, f := range q {
		*b = append(*b, f.frame...)
	}
	_, err := c.net.Write(*b)
	return err
}

// bye tells the client why, and ends the connection once it has taken it or two seconds have passed.
func (c *Conn) bye(code string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.leave(code)
	c.start()
}

// leave queues bye and close frame; c.mu is held.
func (c *Conn) leave(code string) {
	if c.leaving || c.closed {
		return
	}
	d := byeCodes[code]
	payload := append([]byte{byte(d.close >> 8), byte(d.close)}, code...)
	c.queue = append(c.queue, queued{textFrame(bye{"bye", code, d.retry}), keep}, queued{frame(opClose, payload), keep})
	c.leaving = true
	_ = c.net.SetReadDeadline(time.Now().Add(leaveWait))
}

// expect says until when the next message must come.
func (c *Conn) expect(by time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if !c.leaving { // a farewell has a time of its own
		_ = c.net.SetReadDeadline(by)
	}
}

// refuse sends an error message; err is a fault.
func (c *Conn) refuse(err error, re string) {
	c.send(textFrame(errorMessage{T: "error", Code: string(fault.CodeOf(err)), Key: fault.KeyOf(err), Re: re}))
}

// read runs until the connection ends. Ten thousand of these wait here, so its stack must stay small: what comes is dealt
// with by a goroutine of its own, one after the other (docs/adr/0006).
func (c *Conn) read() {
	defer c.end()
	for {
		typ, r, err := c.ws.NextReader()
		if err != nil {
			c.ended(err)
			return
		}
		c.handling.Add(1)
		go c.handle(typ, r)
		c.handling.Wait()
		if c.broken {
			return
		}
	}
}

// handle reads and answers one message. It is received when its last byte is: a client that sends the beginning early and
// the rest late has answered late.
func (c *Conn) handle(typ int, r io.Reader) {
	defer c.handling.Done()
	c.broken = true // unless it comes to its end
	defer c.recovered()
	b := messages.Get().(*[]byte)
	defer messages.Put(b)
	n, err := io.ReadFull(r, *b)
	if err == nil || n > maxMessage { // longer than a message may be
		if _, err = io.Copy(io.Discard, r); err != nil {
			return
		}
		if c.meter(time.Now(), nil) {
			c.refuse(fault.New(fault.Invalid, "message.too_large"), "")
		}
		c.broken = false
		return
	}
	if !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return
	}
	received := time.Now()
	if typ == websocket.TextMessage {
		c.message((*b)[:n], received)
	} else if c.meter(received, nil) {
		c.refuse(fault.New(fault.Invalid, "message.malformed"), "")
	}
	c.broken = false
}

// recovered keeps a fault of ours in one connection from ending the whole hall.
func (c *Conn) recovered() {
	if p := recover(); p != nil {
		c.house.Logger.Error("panic", "path", "/ws", "panic", p, "stack", string(debug.Stack()))
	}
}

var messages = sync.Pool{New: func() any { b := make([]byte, maxMessage+1); return &b }}

// ended tells a silent client why it is cut off; other ends need no word.
func (c *Conn) ended(err error) {
	if ne, ok := errors.AsType[net.Error](err); ok && ne.Timeout() {
		c.bye("silent")
	}
}

// message deals with one message of the client.
func (c *Conn) message(b []byte, received time.Time) {
	c.mu.Lock()
	leaving := c.leaving
	c.mu.Unlock()
	if leaving {
		return
	}
	if !c.meter(received, b) {
		return
	}
	if !c.vouch(received) {
		c.bye("unauthorized")
		return
	}
	if c.hall != nil {
		c.expect(received.Add(silentWait))
	}
	m, err := decode(b)
	if err != nil {
		c.refuse(err, m.ID)
		return
	}
	switch {
	case m.T == "hello" && c.hall != nil:
		c.refuse(fault.New(fault.Conflict, "hello.twice"), "")
	case m.T == "hello":
		c.house.hello(c, m)
	case c.hall == nil:
		c.refuse(fault.New(fault.Unauthorized, "hello.first"), m.ID)
	case m.T == "ping":
		c.pong(*m.C, received)
	case c.entrant == nil:
		c.refuse(fault.New(fault.Forbidden, "role.forbidden"), m.ID)
	default:
		c.hall.answer(c, m, received)
	}
}

// Session tells whether a staff session is good for a contest's desk. An error says that it cannot be told now.
type Session func(contestID string) (bool, error)

// vouch reports that a desk still belongs to somebody who is signed in. It asks every few seconds; while the database
// is away the last word counts.
func (c *Conn) vouch(now time.Time) bool {
	if c.role != roleDesk || now.Unix()-c.vouched < vouchEvery {
		return true
	}
	c.vouched = now.Unix()
	good, err := c.staff(c.hall.contest.ID)
	return good || err != nil
}

// pong answers an application ping and measures the round trip with a ping frame of its own.
func (c *Conn) pong(echo float64, now time.Time) {
	ms := float64(now.UnixMicro()) / 1000
	c.send(textFrame(pong{"pong", echo, ms}), frame(opPing, c.rtt.ping(now)))
}

// meter takes one message from the rate limit; false means that it was refused.
func (c *Conn) meter(now time.Time, b []byte) bool {
	c.tokens = min(messageBurst, c.tokens+now.Sub(c.filled).Seconds()*messageRate)
	c.filled = now
	if c.tokens >= 1 {
		c.tokens--
		c.refused = max(c.refused-1, 0)
		return true
	}
	c.refused++
	if c.refused > abuseLimit {
		c.bye("abuse")
		return false
	}
	m, _ := decode(b) // only for the id that the client waits for
	c.refuse(fault.New(fault.RateLimited, "message.too_many"), m.ID)
	return false
}

// end waits for the writer and takes the connection out of its hall; afterwards nothing of it touches the socket.
func (c *Conn) end() {
	if p := recover(); p != nil { // of the library: this connection ends, the hall goes on
		c.house.Logger.Error("panic", "path", "/ws", "panic", p, "stack", string(debug.Stack()))
	}
	c.mu.Lock()
	c.leaving = true
	c.mu.Unlock()
	if c.hall != nil {
		c.hall.remove(c)
	}
	_ = c.net.SetWriteDeadline(time.Now().Add(leaveWait))
	c.writers.Wait()
	c.mu.Lock()
	c.closed = true
	c.mu.Unlock()
	c.house.unregister(c)
	c.net.Close()
}
