package rehearse

import (
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net"
	"sync"
	"time"
)

// deskState is what the organizer goes by.
type deskState struct {
	Seq     int64         `json:"seq"`
	Phase   string        `json:"phase"`
	Paused  bool          `json:"paused"`
	No      int           `json:"question_no"`
	Round   *roundNo      `json:"round"`
	Current *questionBody `json:"current"`
	Next    *questionBody `json:"next"`
	Can     []string      `json:"can"`
}

type roundNo struct {
	No int `json:"no"`
}

// desk is the organizer's socket. It comes back by itself until its context ends.
type desk struct {
	target target
	code   string
	cookie string
	onKey  func(round, no int, key []string)

	mu    sync.Mutex
	state *deskState    // guarded by mu; nil before the first
	moved chan struct{} // guarded by mu; closed when state changes
	over  error         // guarded by mu; why the desk will not come back
}

func newDesk(t target, code, cookie string, onKey func(round, no int, key []string)) *desk {
	return &desk{target: t, code: code, cookie: cookie, onKey: onKey, moved: make(chan struct{})}
}

// run follows the room until ctx ends or the server says not to come back.
func (d *desk) run(ctx context.Context) {
	for try := 0; ctx.Err() == nil; try++ {
		err := d.follow(ctx)
		if f, ok := errors.AsType[*deskEnd](err); ok && !f.retry {
			d.set(nil, err)
			return
		}
		if try > joinTries {
			d.set(nil, fmt.Errorf("desk: %w", err))
			return
		}
		wait := time.NewTimer(rand.N(backoffBase << min(try, 3)))
		select {
		case <-ctx.Done():
		case <-wait.C:
		}
		wait.Stop()
	}
	d.set(nil, context.Cause(ctx))
}

// deskEnd is a connection that the server ended.
type deskEnd struct{ farewell }

func (e *deskEnd) Error() string { return "the server ended the desk's connection: " + e.code }

func (d *desk) set(s *deskState, over error) {
	d.mu.Lock()
	defer d.mu.Unlock()
	if s != nil {
		d.state = s
	}
	if over != nil && d.over == nil {
		d.over = over
	}
	close(d.moved)
	d.moved = make(chan struct{})
}

// await waits for a state that ok accepts.
func (d *desk) await(ctx context.Context, ok func(deskState) bool) (deskState, error) {
	for {
		d.mu.Lock()
		s, moved, over := d.state, d.moved, d.over
		d.mu.Unlock()
		if s != nil && ok(*s) {
			return *s, nil
		}
		if over != nil {
			return deskState{}, over
		}
		select {
		case <-ctx.Done():
			return deskState{}, context.Cause(ctx)
		case <-moved:
		}
	}
}

// follow is one connection's life.
func (d *desk) follow(ctx context.Context) error {
	conn, err := d.dial(ctx)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close() }() // at the end
	stop := context.AfterFunc(ctx, func() { _ = conn.Close() })
	defer stop()
	key := socketKey(rand.Uint64(), rand.Uint64())
	if _, err := conn.Write(appendUpgrade(nil, d.target, key, "Cookie: "+d.cookie+"\r\n")); err != nil {
		return fmt.Errorf("desk handshake: %w", err)
	}
	var in inbox
	var lastPing time.Time
	up, lastSeq := false, int64(-1)
	buf := make([]byte, 64<<10)
	for {
		if up && time.Since(lastPing) >= pingEvery {
			lastPing = time.Now()
			if err := d.send(conn, opText, []byte(`{"t":"ping","c":0}`)); err != nil {
				return err
			}
		}
		_ = conn.SetReadDeadline(time.Now().Add(pingEvery / 2)) // fails on a closed connection only, as the read does
		n, err := conn.Read(buf)
		if timeout, ok := errors.AsType[net.Error](err); ok && timeout.Timeout() && up && n == 0 {
			continue
		}
		if err != nil && n == 0 {
			return fmt.Errorf("desk: %w", err)
		}
		data := in.take(buf[:n])
		if !up {
			r, size, err := parseResponse(data)
			switch {
			case err != nil:
				return err
			case size == 0:
				in.keep(data)
				continue
			case r.status != 101 || string(r.accept) != acceptFor(key):
				return fmt.Errorf("desk handshake: status %d", r.status)
			}
			up, data = true, data[size:]
			if err := d.send(conn, opText, []byte(`{"t":"hello","v":1,"role":"desk","code":"`+d.code+`"}`)); err != nil {
				return err
			}
		}
		if err := d.frames(conn, &in, data, &lastSeq); err != nil {
			return err
		}
	}
}

func (d *desk) dial(ctx context.Context) (net.Conn, error) {
	dialer := net.Dialer{Timeout: dialWithin}
	if !d.target.secure {
		return dialer.DialContext(ctx, "tcp", d.target.addr.String())
	}
	secure := tls.Dialer{NetDialer: &dialer, Config: &tls.Config{ServerName: d.target.name, NextProtos: []string{"http/1.1"}}}
	return secure.DialContext(ctx, "tcp", d.target.addr.String())
}

func (d *desk) send(conn net.Conn, op byte, payload []byte) error {
	if _, err := conn.Write(appendFrame(nil, op, payload, rand.Uint32())); err != nil {
		return fmt.Errorf("desk: %w", err)
	}
	return nil
}

func (d *desk) frames(conn net.Conn, in *inbox, data []byte, lastSeq *int64) error {
	for {
		f, size, err := parseFrame(data)
		if err != nil {
			return err
		}
		if size == 0 {
			in.keep(data)
			return nil
		}
		data = data[size:]
		switch f.op {
		case opPing:
			err = d.send(conn, opPong, f.payload)
		case opPong:
		case opClose:
			return errors.New("desk: closed by the server")
		default:
			var message []byte
			var complete bool
			if message, complete, err = in.whole(f); complete {
				err = d.message(message, lastSeq)
			}
		}
		if err != nil {
			return err
		}
	}
}

func (d *desk) message(message []byte, lastSeq *int64) error {
	switch string(kind(message)) {
	case "state":
		var s deskState
		if err := json.Unmarshal(message, &s); err != nil {
			return fmt.Errorf("desk state: %w", err)
		}
		if s.Seq < *lastSeq {
			return nil
		}
		*lastSeq = s.Seq
		d.teach(s)
		d.set(&s, nil)
	case "bye":
		r := scanReply(message)
		return &deskEnd{farewell{string(r.code), r.retry}}
	case "error":
		r := scanReply(message)
		return fmt.Errorf("desk: %s %s", r.code, r.key)
	}
	return nil
}

// teach passes on the keys that the desk sees. The next question may be the first of another round: it is learnt when
// it is the current one, during the count before it opens.
func (d *desk) teach(s deskState) {
	if s.Round == nil || s.Current == nil || len(s.Current.Key) == 0 {
		return
	}
	no := s.Current.No
	if no == 0 {
		no = s.No
	}
	d.onKey(s.Round.No, no, s.Current.Key)
}
