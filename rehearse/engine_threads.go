package rehearse

import (
	"context"
	"crypto/tls"
	"net"
	"sync"
	"time"
)

// threads is the engine that runs anywhere and speaks TLS: a goroutine for each connection, one lock around the crowd.
type threads struct {
	target target
	base   time.Time
	kick   chan struct{}
	ended  context.Context
	end    context.CancelFunc
	group  sync.WaitGroup

	mu       sync.Mutex // guards what follows and every call to the handler
	handler  handler
	links    []*link
	early    []func() // posted before the engine ran
	sleeping int64    // the timer goroutine sleeps until then, nanoseconds
}

// link is one connection of a phone. It is current while links holds it.
type link struct{ conn net.Conn }

// How long a connection may take to come about, and a write to be taken by the kernel.
const (
	dialWithin  = 10 * time.Second
	writeWithin = 5 * time.Second
)

func newThreads(t target, phones int) *threads {
	e := &threads{target: t, base: time.Now(), kick: make(chan struct{}, 1), links: make([]*link, phones)}
	e.ended, e.end = context.WithCancel(context.Background())
	return e
}

func (e *threads) now() int64 { return int64(time.Since(e.base)) }

func (e *threads) run(ctx context.Context, h handler) error {
	e.mu.Lock()
	e.handler = h
	for _, f := range e.early {
		f()
	}
	e.mu.Unlock()
	defer e.group.Wait()
	defer func() {
		e.end()
		e.mu.Lock()
		defer e.mu.Unlock()
		for id := range e.links {
			e.drop(int32(id), false)
		}
	}()
	for ctx.Err() == nil {
		e.mu.Lock()
		next := h.due(e.now())
		e.sleeping = next
		e.mu.Unlock()
		wait := time.NewTimer(max(0, time.Duration(next-e.now())))
		select {
		case <-ctx.Done():
		case <-e.kick:
		case <-wait.C:
		}
		wait.Stop()
	}
	return nil
}

// call runs f and what is due under the lock, and wakes the timer goroutine when something is due earlier than before.
func (e *threads) call(f func(h handler)) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended.Err() != nil {
		return
	}
	f(e.handler)
	if e.handler.due(e.now()) < e.sleeping {
		select {
		case e.kick <- struct{}{}:
		default:
		}
	}
}

func (e *threads) post(f func()) {
	e.mu.Lock()
	if e.handler == nil {
		e.early = append(e.early, f)
		e.mu.Unlock()
		return
	}
	e.mu.Unlock()
	e.call(func(handler) { f() })
}

func (e *threads) dial(id int32) {
	l := &link{}
	e.links[id] = l
	e.group.Go(func() { e.serve(id, l) })
}

func (e *threads) serve(id int32, l *link) {
	ctx, cancel := context.WithTimeout(e.ended, dialWithin)
	conn, err := e.connect(ctx)
	cancel()
	live := false
	e.call(func(h handler) {
		switch live = e.links[id] == l && err == nil; {
		case live:
			l.conn = conn
			h.connected(id, e.now())
		case e.links[id] == l:
			e.links[id] = nil
			h.closed(id, err, e.now())
		}
	})
	if !live {
		if conn != nil {
			_ = conn.Close() // nobody wants it any more
		}
		return
	}
	buf := make([]byte, 4096)
	for live {
		n, err := conn.Read(buf)
		live = false
		e.call(func(h handler) {
			if e.links[id] != l {
				return
			}
			if n > 0 {
				h.received(id, buf[:n], e.now())
			}
			if live = e.links[id] == l && err == nil; !live && e.links[id] == l {
				e.drop(id, false)
				h.closed(id, err, e.now())
			}
		})
	}
}

func (e *threads) connect(ctx context.Context) (net.Conn, error) {
	var d net.Dialer
	if !e.target.secure {
		return d.DialContext(ctx, "tcp", e.target.addr.String())
	}
	secure := tls.Dialer{NetDialer: &d, Config: &tls.Config{ServerName: e.target.name, NextProtos: []string{"http/1.1"}}}
	return secure.DialContext(ctx, "tcp", e.target.addr.String())
}

func (e *threads) write(id int32, b []byte) {
	l := e.links[id]
	if l == nil || l.conn == nil {
		return
	}
	_ = l.conn.SetWriteDeadline(time.Now().Add(writeWithin)) // fails on a closed connection only, as the write does
	if _, err := l.conn.Write(b); err != nil {
		_ = l.conn.Close() // the reader tells the handler
	}
}

func (e *threads) drop(id int32, reset bool) {
	l := e.links[id]
	e.links[id] = nil
	if l == nil || l.conn == nil {
		return
	}
	plain := l.conn
	if t, ok := plain.(*tls.Conn); ok {
		plain = t.NetConn() // Close of the TLS layer would say goodbye
	}
	if t, ok := plain.(*net.TCPConn); ok && reset {
		_ = t.SetLinger(0) // at worst a FIN instead of a RST
	}
	_ = plain.Close() // the network is gone: nothing to be done about a failure
}
