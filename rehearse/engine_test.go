package rehearse

import (
	"bytes"
	"context"
	"errors"
	"io"
	"math"
	"net"
	"net/netip"
	"sync"
	"syscall"
	"testing"
)

// script is a handler that does one thing when it is connected and notes the rest.
type script struct {
	onConnect func(id int32)
	mu        sync.Mutex
	got       []byte
	ended     chan error // gets the error of closed
}

func (s *script) connected(id int32, _ int64) { s.onConnect(id) }
func (s *script) received(_ int32, b []byte, _ int64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.got = append(s.got, b...)
}
func (s *script) closed(_ int32, err error, _ int64) { s.ended <- err }
func (s *script) due(int64) int64                    { return math.MaxInt64 }

// withEngine runs an engine against a listener until the test ends.
func withEngine(t *testing.T, newEngine func(t target, phones int) (engine, error), phones int) (engine, *net.TCPListener, *script) {
	t.Helper()
	l, err := net.ListenTCP("tcp4", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1)})
	if err != nil {
		t.Fatal(err)
	}
	e, err := newEngine(target{addr: netip.MustParseAddrPort(l.Addr().String())}, phones)
	if err != nil {
		t.Fatal(err)
	}
	s := &script{onConnect: func(int32) {}, ended: make(chan error, 8)}
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() { done <- e.run(ctx, s) }()
	t.Cleanup(func() {
		cancel()
		if err := <-done; err != nil {
			t.Error(err)
		}
		_ = l.Close()
	})
	return e, l, s
}

// startDial dials from within the engine.
func startDial(e engine, id int32) { e.post(func() { e.dial(id) }) }

func TestLongMessagesGoOutWhole(t *testing.T) {
	message := bytes.Repeat([]byte("0123456789abcdef"), 1<<19) // 8 MiB, more than any socket's buffer
	for name, newEngine := range engines {
		t.Run(name, func(t *testing.T) {
			e, l, s := withEngine(t, newEngine, 1)
			s.onConnect = func(id int32) { e.write(id, message) }
			startDial(e, 0)
			conn, err := l.Accept()
			if err != nil {
				t.Fatal(err)
			}
			got := make([]byte, len(message))
			if _, err := io.ReadFull(conn, got); err != nil || !bytes.Equal(got, message) {
				t.Errorf("not what was sent: %v", err)
			}
			if _, err := conn.Write([]byte("thanks")); err != nil {
				t.Fatal(err)
			}
			if err := conn.Close(); err != nil {
				t.Fatal(err)
			}
			if err := <-s.ended; !errors.Is(err, io.EOF) || string(s.got) != "thanks" {
				t.Errorf("got %q, then %v", s.got, err)
			}
		})
	}
}

func TestLostNetworksEndAbruptly(t *testing.T) {
	for name, newEngine := range engines {
		for _, reset := range []bool{false, true} {
			t.Run(name, func(t *testing.T) {
				e, l, s := withEngine(t, newEngine, 1)
				s.onConnect = func(id int32) { e.drop(id, reset) }
				startDial(e, 0)
				conn, err := l.Accept()
				if err != nil {
					t.Fatal(err)
				}
				n, err := conn.Read(make([]byte, 1))
				if want := map[bool]error{false: io.EOF, true: syscall.ECONNRESET}[reset]; n != 0 || !errors.Is(err, want) {
					t.Errorf("reset %v: %d bytes, %v", reset, n, err)
				}
				_ = conn.Close() // of no use any more
				select {
				case err := <-s.ended:
					t.Errorf("the phone was told of its own drop: %v", err)
				default:
				}
			})
		}
	}
}

func TestARefusedConnectionIsTold(t *testing.T) {
	for name, newEngine := range engines {
		t.Run(name, func(t *testing.T) {
			e, l, s := withEngine(t, newEngine, 1)
			if err := l.Close(); err != nil {
				t.Fatal(err)
			}
			startDial(e, 0)
			if err := <-s.ended; !errors.Is(err, syscall.ECONNREFUSED) {
				t.Error(err)
			}
		})
	}
}
