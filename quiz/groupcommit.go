package quiz

import (
	"context"
	"errors"
	"sync"
)

// errClosed answers what is put into a closed log.
var errClosed = errors.New("group commit: closed")

// flushSize is the most items of one commit; more gave no gain and made the last of a burst wait longer.
const flushSize = 1024

// groupCommit appends items with one commit for whatever queued up during the previous commit. One goroutine
// writes, another tells the callers, so that the next commit does not wait for acknowledgements to be sent.
type groupCommit[T any] struct {
	write func(ctx context.Context, items []T) (inserted []bool, err error)
	done  func(items []T, inserted []bool, err error)

	mu      sync.Mutex
	wake    *sync.Cond
	queue   []T
	taken   uint64 // items put so far
	told    uint64 // items whose callers were told: always the first ones
	closed  bool
	results chan committed[T]
	stopped chan struct{}
}

type committed[T any] struct {
	items    []T
	inserted []bool
	err      error
}

func newGroupCommit[T any](write func(context.Context, []T) ([]bool, error), done func([]T, []bool, error)) *groupCommit[T] {
	g := &groupCommit[T]{write: write, done: done, results: make(chan committed[T], 8), stopped: make(chan struct{})}
	g.wake = sync.NewCond(&g.mu)
	go g.writer()
	go g.teller()
	return g
}

// put queues an item; it never blocks. It reports false once the log is closed.
func (g *groupCommit[T]) put(item T) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.closed {
		return false
	}
	g.queue = append(g.queue, item)
	g.taken++
	if len(g.queue) == 1 {
		g.wake.Broadcast()
	}
	return true
}

func (g *groupCommit[T]) writer() {
	defer close(g.results)
	for {
		g.mu.Lock()
		for len(g.queue) == 0 && !g.closed {
			g.wake.Wait()
		}
		if len(g.queue) == 0 {
			g.mu.Unlock()
			return
		}
		n := min(len(g.queue), flushSize)
		items := append(make([]T, 0, n), g.queue[:n]...)
		rest := copy(g.queue, g.queue[n:])
		clear(g.queue[rest:])
		g.queue = g.queue[:rest]
		g.mu.Unlock()
		inserted, err := g.write(context.Background(), items)
		g.results <- committed[T]{items, inserted, err}
	}
}

func (g *groupCommit[T]) teller() {
	defer close(g.stopped)
	for r := range g.results {
		g.done(r.items, r.inserted, r.err)
		g.mu.Lock()
		g.told += uint64(len(r.items))
		g.mu.Unlock()
		g.wake.Broadcast()
	}
}

// drain waits until everything that was put before is committed or refused and its callers were told. What is put
// meanwhile, such as another room's answers, does not hold it up.
func (g *groupCommit[T]) drain(ctx context.Context) error {
	stop := context.AfterFunc(ctx, func() {
		g.mu.Lock() // so that a waiter between its check and its wait is not missed
		defer g.mu.Unlock()
		g.wake.Broadcast()
	})
	defer stop()
	g.mu.Lock()
	defer g.mu.Unlock()
	for before := g.taken; g.told < before; {
		if err := ctx.Err(); err != nil {
			return err
		}
		g.wake.Wait()
	}
	return nil
}

// close refuses new items, writes what is queued and waits for the end.
func (g *groupCommit[T]) close() {
	g.mu.Lock()
	g.closed = true
	g.mu.Unlock()
	g.wake.Broadcast()
	<-g.stopped
}
