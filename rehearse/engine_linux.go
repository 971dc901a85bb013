package rehearse

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net/netip"
	"runtime"
	"sync"
	"time"

	"golang.org/x/sys/unix"
)

// newEngine takes epoll, which costs a few microseconds a message, unless TLS is needed.
func newEngine(t target, phones int) (engine, error) {
	if t.secure {
		return newThreads(t, phones), nil
	}
	return newPoll(t, phones)
}

// portsPerSource is how many phones connect from one loopback address: less than the 28,232 ephemeral ports of Linux.
const portsPerSource = 20_000

// poll is the engine of Linux: one thread, non-blocking sockets, one edge-triggered epoll registration each.
type poll struct {
	target  target
	base    time.Time
	fd      int // of epoll
	wake    int // eventfd that interrupts a wait
	sockets []socket
	failed  []failure // to be told to the handler once it has returned
	buf     []byte    // 64 KiB for reading

	mu     sync.Mutex
	posted []func()
	ended  bool // wake is closed
}

type socket struct {
	fd      int // -1 when there is none
	stamp   int32
	dialing bool
	out     []byte // what the kernel did not take yet
}

type failure struct {
	id, stamp int32
	err       error
}

const wakeID = -1

func newPoll(t target, phones int) (*poll, error) {
	e := &poll{target: t, base: time.Now(), sockets: make([]socket, phones), buf: make([]byte, 64<<10)}
	for i := range e.sockets {
		e.sockets[i].fd = -1
	}
	var err error
	if e.fd, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	if e.wake, err = unix.Eventfd(0, unix.EFD_CLOEXEC|unix.EFD_NONBLOCK); err != nil {
		return nil, errors.Join(fmt.Errorf("eventfd: %w", err), unix.Close(e.fd))
	}
	err = unix.EpollCtl(e.fd, unix.EPOLL_CTL_ADD, e.wake, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: wakeID})
	if err != nil {
		return nil, errors.Join(fmt.Errorf("epoll eventfd: %w", err), unix.Close(e.fd), unix.Close(e.wake))
	}
	return e, nil
}

func (e *poll) now() int64 { return int64(time.Since(e.base)) }

func (e *poll) run(ctx context.Context, h handler) error {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	defer e.close()
	stop := context.AfterFunc(ctx, func() { e.post(func() {}) })
	defer stop()
	events := make([]unix.EpollEvent, 512)
	for ctx.Err() == nil {
		next := h.due(e.now())
		if len(e.failed) > 0 {
			e.tellFailures(h)
			continue
		}
		n, err := unix.EpollWait(e.fd, events, e.millis(next))
		if err != nil && !errors.Is(err, unix.EINTR) {
			return fmt.Errorf("epoll wait: %w", err)
		}
		for i := range max(n, 0) {
			e.serve(h, &events[i])
		}
	}
	return nil
}

// millis is how long to wait for the next due instant, rounded up to epoll's unit: a timer comes up to 1 ms late.
func (e *poll) millis(next int64) int {
	wait := next - e.now()
	if wait <= 0 {
		return 0
	}
	return int(min((wait+999_999)/1_000_000, 1000))
}

func (e *poll) serve(h handler, ev *unix.EpollEvent) {
	if ev.Fd == wakeID {
		e.runPosted()
		return
	}
	id, s := ev.Fd, &e.sockets[ev.Fd]
	if s.fd < 0 || s.stamp != ev.Pad {
		return // of a connection that is gone
	}
	if s.dialing {
		if ev.Events&(unix.EPOLLOUT|unix.EPOLLERR|unix.EPOLLHUP) == 0 {
			return
		}
		if code, err := unix.GetsockoptInt(s.fd, unix.SOL_SOCKET, unix.SO_ERROR); err != nil || code != 0 {
			e.lost(h, id, errors.Join(err, unix.Errno(code)))
			return
		}
		s.dialing = false
		h.connected(id, e.now())
	}
	if len(s.out) > 0 && s.stamp == ev.Pad && s.fd >= 0 {
		rest := s.out
		s.out = nil
		e.write(id, rest)
	}
	if ev.Events&(unix.EPOLLIN|unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) != 0 {
		e.read(h, id, ev)
	}
}

// read empties the socket. A read that does not fill the buffer has emptied it (epoll(7)), unless the end came along.
func (e *poll) read(h handler, id int32, ev *unix.EpollEvent) {
	s := &e.sockets[id]
	atEnd := ev.Events&(unix.EPOLLRDHUP|unix.EPOLLHUP|unix.EPOLLERR) != 0
	for s.fd >= 0 && s.stamp == ev.Pad {
		n, err := unix.Read(s.fd, e.buf)
		switch {
		case n > 0:
			h.received(id, e.buf[:n], e.now())
			if n < len(e.buf) && !atEnd {
				return
			}
		case n == 0 && err == nil:
			e.lost(h, id, io.EOF)
			return
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			return
		default:
			e.lost(h, id, err)
			return
		}
	}
}

func (e *poll) lost(h handler, id int32, err error) {
	e.drop(id, false)
	h.closed(id, err, e.now())
}

func (e *poll) tellFailures(h handler) {
	failed := e.failed
	e.failed = nil
	for _, f := range failed {
		if e.sockets[f.id].stamp == f.stamp {
			e.lost(h, f.id, f.err)
		}
	}
}

func (e *poll) dial(id int32) {
	e.drop(id, false)
	s := &e.sockets[id]
	if err := e.open(id, s); err != nil {
		e.failed = append(e.failed, failure{id, s.stamp, err})
	}
}

func (e *poll) open(id int32, s *socket) (err error) {
	ip := e.target.addr.Addr()
	family := unix.AF_INET
	if ip.Is6() {
		family = unix.AF_INET6
	}
	if s.fd, err = unix.Socket(family, unix.SOCK_STREAM|unix.SOCK_NONBLOCK|unix.SOCK_CLOEXEC, 0); err != nil {
		s.fd = -1
		return fmt.Errorf("socket: %w", err)
	}
	s.dialing = true
	if err = unix.SetsockoptInt(s.fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
		return fmt.Errorf("no delay: %w", err)
	}
	if source := id / portsPerSource; source > 0 && ip.Is4() && ip.IsLoopback() {
		if err = bindLoopback(s.fd, byte(1+source)); err != nil {
			return fmt.Errorf("bind 127.0.0.%d: %w", 1+source, err)
		}
	}
	if err = unix.Connect(s.fd, sockaddr(e.target.addr)); err != nil && !errors.Is(err, unix.EINPROGRESS) {
		return fmt.Errorf("connect: %w", err)
	}
	const events = unix.EPOLLIN | unix.EPOLLOUT | unix.EPOLLRDHUP | unix.EPOLLET
	err = unix.EpollCtl(e.fd, unix.EPOLL_CTL_ADD, s.fd, &unix.EpollEvent{Events: events, Fd: id, Pad: s.stamp})
	if err != nil {
		return fmt.Errorf("epoll add: %w", err)
	}
	return nil
}

func bindLoopback(fd int, last byte) error {
	if err := unix.SetsockoptInt(fd, unix.SOL_IP, unix.IP_BIND_ADDRESS_NO_PORT, 1); err != nil {
		return err
	}
	return unix.Bind(fd, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, last}})
}

func sockaddr(a netip.AddrPort) unix.Sockaddr {
	if a.Addr().Is4() {
		return &unix.SockaddrInet4{Port: int(a.Port()), Addr: a.Addr().As4()}
	}
	return &unix.SockaddrInet6{Port: int(a.Port()), Addr: a.Addr().As16()}
}

func (e *poll) write(id int32, b []byte) {
	s := &e.sockets[id]
	if s.fd < 0 {
		return
	}
	if len(s.out) > 0 {
		s.out = append(s.out, b...)
		return
	}
	for len(b) > 0 {
		n, err := unix.Write(s.fd, b)
		switch {
		case n > 0:
			b = b[n:]
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EAGAIN):
			s.out = append(s.out, b...)
			return
		default:
			e.failed = append(e.failed, failure{id, s.stamp, err})
			return
		}
	}
}

func (e *poll) drop(id int32, reset bool) {
	s := &e.sockets[id]
	if s.fd >= 0 {
		if reset {
			_ = unix.SetsockoptLinger(s.fd, unix.SOL_SOCKET, unix.SO_LINGER, &unix.Linger{Onoff: 1}) // else a FIN
		}
		_ = unix.Close(s.fd) // leaves epoll too
	}
	*s = socket{fd: -1, stamp: s.stamp + 1}
}

func (e *poll) post(f func()) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended {
		return
	}
	e.posted = append(e.posted, f)
	_, _ = unix.Write(e.wake, binary.NativeEndian.AppendUint64(nil, 1)) // fails only when it is signalled already
}

func (e *poll) runPosted() {
	var count [8]byte
	_, _ = unix.Read(e.wake, count[:]) // resets it
	e.mu.Lock()
	posted := e.posted
	e.posted = nil
	e.mu.Unlock()
	for _, f := range posted {
		f()
	}
}

func (e *poll) close() {
	for id := range e.sockets {
		e.drop(int32(id), false)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = true
	_ = unix.Close(e.wake) // at the end of the crowd
	_ = unix.Close(e.fd)
}
