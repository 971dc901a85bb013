//go:build linux

package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// The reference for a broadcast: nothing but two threads that call write on every socket in turn, and one thread of
// another process that reads from all of them.
const (
	writeThreads = 2
	writeRounds  = 8
	writeWarmup  = 2
	roundWithin  = 10 * time.Second
)

// writeLoop gives, for each round, milliseconds from just before the first write to the last receipt.
func writeLoop(ctx context.Context, phones, bytes int) (rounds []float64, err error) {
	program, err := os.Executable()
	if err != nil {
		return nil, err
	}
	c := exec.CommandContext(ctx, program, "child-writer", strconv.Itoa(phones), strconv.Itoa(bytes))
	c.Stderr = os.Stderr
	in, err1 := c.StdinPipe()
	out, err2 := c.StdoutPipe()
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	if err := c.Start(); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, in.Close(), c.Wait()) }() // it ends when its input ends
	lines := bufio.NewScanner(out)
	port, err := readNumber(lines)
	if err != nil {
		return nil, err
	}
	r, err := connectReader(phones, int(port))
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, r.close()) }()
	for range writeRounds {
		if _, err := io.WriteString(in, "go\n"); err != nil {
			return rounds, err
		}
		last, err := r.readAll(bytes)
		if err != nil {
			return rounds, err
		}
		began, err := readNumber(lines)
		if err != nil {
			return rounds, err
		}
		rounds = append(rounds, float64(last-began)/1e6)
	}
	return rounds[writeWarmup:], nil
}

func readNumber(lines *bufio.Scanner) (int64, error) {
	if !lines.Scan() {
		return 0, errors.Join(errors.New("the writer has ended"), lines.Err())
	}
	return strconv.ParseInt(strings.TrimSpace(lines.Text()), 10, 64)
}

// reader is the phones' side: one thread, one epoll.
type reader struct {
	epoll   int
	sockets []int
	got     []int // bytes of this round
}

func connectReader(phones, port int) (*reader, error) {
	r := &reader{epoll: -1, got: make([]int, phones)}
	if err := raiseFiles(phones + 64); err != nil {
		return nil, err
	}
	var err error
	if r.epoll, err = unix.EpollCreate1(unix.EPOLL_CLOEXEC); err != nil {
		return nil, err
	}
	for i := range phones {
		fd, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
		if err != nil {
			return nil, errors.Join(err, r.close())
		}
		r.sockets = append(r.sockets, fd)
		if err := unix.Connect(fd, &unix.SockaddrInet4{Port: port, Addr: [4]byte{127, 0, 0, 1}}); err != nil {
			return nil, errors.Join(err, r.close())
		}
		err = errors.Join(unix.SetNonblock(fd, true),
			unix.EpollCtl(r.epoll, unix.EPOLL_CTL_ADD, fd, &unix.EpollEvent{Events: unix.EPOLLIN, Fd: int32(i)}))
		if err != nil {
			return nil, errors.Join(err, r.close())
		}
	}
	return r, nil
}

// readAll reads so many bytes from every socket and gives the time of the last receipt, in Unix nanoseconds.
func (r *reader) readAll(bytes int) (last int64, err error) {
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	clear(r.got)
	events := make([]unix.EpollEvent, 512)
	buf := make([]byte, 64<<10)
	end := time.Now().Add(roundWithin)
	for waiting := len(r.sockets); waiting > 0; {
		if time.Now().After(end) {
			return 0, fmt.Errorf("%d sockets got nothing", waiting)
		}
		n, err := unix.EpollWait(r.epoll, events, 100)
		if err != nil && !errors.Is(err, unix.EINTR) {
			return 0, err
		}
		for _, ev := range events[:max(n, 0)] {
			k, err := unix.Read(r.sockets[ev.Fd], buf)
			if k <= 0 {
				return 0, errors.Join(errors.New("a connection ended"), err)
			}
			if r.got[ev.Fd] += k; r.got[ev.Fd] == bytes {
				waiting--
			}
			last = time.Now().UnixNano()
		}
	}
	return last, nil
}

func (r *reader) close() error {
	for _, fd := range r.sockets {
		_ = unix.Close(fd) // nothing to lose
	}
	return unix.Close(r.epoll)
}

func raiseFiles(files int) error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return err
	}
	limit.Cur = limit.Max
	if uint64(files) > limit.Max {
		return fmt.Errorf("%d open files are needed, %d are allowed", files, limit.Max)
	}
	return unix.Setrlimit(unix.RLIMIT_NOFILE, &limit)
}

// writerChild is the writing process: it prints its port, and after each line of input writes to everybody and prints
// when it began, in Unix nanoseconds.
func writerChild(args []string) error {
	if len(args) != 2 {
		return errors.New("child-writer PHONES BYTES")
	}
	phones, err1 := strconv.Atoi(args[0])
	size, err2 := strconv.Atoi(args[1])
	if err := errors.Join(err1, err2, raiseFiles(phones+64)); err != nil {
		return err
	}
	listener, err := unix.Socket(unix.AF_INET, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return err
	}
	if err := errors.Join(unix.Bind(listener, &unix.SockaddrInet4{Addr: [4]byte{127, 0, 0, 1}}), unix.Listen(listener, 4096)); err != nil {
		return err
	}
	address, err := unix.Getsockname(listener)
	if err != nil {
		return err
	}
	v4, ok := address.(*unix.SockaddrInet4)
	if !ok {
		return errors.New("not an IPv4 socket")
	}
	fmt.Println(v4.Port)
	sockets := make([]int, phones)
	for i := range sockets {
		fd, _, err := unix.Accept4(listener, unix.SOCK_CLOEXEC)
		if err != nil {
			return err
		}
		if err := unix.SetsockoptInt(fd, unix.IPPROTO_TCP, unix.TCP_NODELAY, 1); err != nil {
			return err
		}
		sockets[i] = fd
	}
	frame := make([]byte, size)
	for lines := bufio.NewScanner(os.Stdin); lines.Scan(); {
		began := time.Now().UnixNano()
		if err := writeAll(sockets, frame); err != nil {
			return err
		}
		fmt.Println(began)
	}
	return nil
}

func writeAll(sockets []int, frame []byte) error {
	var group sync.WaitGroup
	faults := make([]error, writeThreads)
	for t := range writeThreads {
		group.Go(func() {
			runtime.LockOSThread()
			defer runtime.UnlockOSThread()
			for _, fd := range sockets[len(sockets)*t/writeThreads : len(sockets)*(t+1)/writeThreads] {
				for rest := frame; len(rest) > 0; {
					n, err := syscall.Write(fd, rest)
					if err != nil {
						faults[t] = err
						return
					}
					rest = rest[n:]
				}
			}
		})
	}
	group.Wait()
	return errors.Join(faults...)
}
