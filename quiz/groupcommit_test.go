package quiz

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

var errDisk = errors.New("the disk is full")

// recorder is the disk under a groupCommit, and its callers.
type recorder struct {
	mu      sync.Mutex
	gate    chan struct{} // where set, each write waits for one value
	err     error
	batches [][]int
	told    []int
	failed  []int
	writing int // writes under way
}

func (r *recorder) write(_ context.Context, items []int) ([]bool, error) {
	r.mu.Lock()
	r.writing++
	gate := r.gate
	r.mu.Unlock()
	if gate != nil {
		<-gate
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.writing--
	if r.writing != 0 {
		return nil, errors.New("two writes at a time")
	}
	if r.err != nil {
		return nil, r.err
	}
	r.batches = append(r.batches, slices.Clone(items))
	inserted := make([]bool, len(items))
	for i := range items {
		inserted[i] = items[i]%2 == 0
	}
	return inserted, nil
}

func (r *recorder) done(items []int, inserted []bool, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if err != nil {
		r.failed = append(r.failed, items...)
		return
	}
	for i := range items {
		if inserted[i] == (items[i]%2 == 0) {
			r.told = append(r.told, items[i])
		}
	}
}

func (r *recorder) seen() (told, failed []int, batches [][]int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.told), slices.Clone(r.failed), slices.Clone(r.batches)
}

func upTo(n int) []int {
	out := make([]int, n)
	for i := range out {
		out[i] = i
	}
	return out
}

func putAll(t *testing.T, g *groupCommit[int], items []int) {
	t.Helper()
	for _, i := range items {
		if !g.put(i) {
			t.Fatalf("item %d was refused", i)
		}
	}
}

func TestOneCommitTakesWhatQueuedUpDuringTheLast(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{gate: make(chan struct{})}
		g := newGroupCommit(r.write, r.done)
		g.put(0)
		synctest.Wait() // it is being written
		putAll(t, g, upTo(3000)[1:])
		for range 4 {
			r.gate <- struct{}{}
		}
		g.close()
		told, _, batches := r.seen()
		if !slices.Equal(told, upTo(3000)) {
			t.Errorf("told of %d items, or in another order", len(told))
		}
		var sizes []int
		for _, b := range batches {
			sizes = append(sizes, len(b))
		}
		if !slices.Equal(sizes, []int{1, flushSize, flushSize, 2999 - 2*flushSize}) {
			t.Errorf("commits of %v", sizes)
		}
	})
}

func TestNothingIsWrittenWithoutNeed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{}
		g := newGroupCommit(r.write, r.done)
		time.Sleep(time.Hour)
		if err := g.drain(t.Context()); err != nil {
			t.Error(err)
		}
		g.close()
		if _, _, batches := r.seen(); len(batches) != 0 {
			t.Errorf("wrote %v", batches)
		}
	})
}

func TestDrainWaitsUntilTheCallersWereTold(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{gate: make(chan struct{})}
		g := newGroupCommit(r.write, r.done)
		g.put(0)
		synctest.Wait()
		g.put(2)
		drained := make(chan error, 1)
		go func() { drained <- g.drain(context.Background()) }()
		for range 2 {
			synctest.Wait()
			select {
			case <-drained:
				t.Fatal("drained before everything was written")
			default:
			}
			r.gate <- struct{}{}
		}
		if err := <-drained; err != nil {
			t.Error(err)
		}
		if told, _, _ := r.seen(); !slices.Equal(told, []int{0, 2}) {
			t.Errorf("told %v", told)
		}
		g.close()
	})
}

// Another room's burst must not hold up the count of this one.
func TestDrainDoesNotWaitForWhatComesAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{gate: make(chan struct{})}
		g := newGroupCommit(r.write, r.done)
		g.put(0)
		synctest.Wait()
		g.put(1)
		drained := make(chan error, 1)
		go func() { drained <- g.drain(context.Background()) }()
		synctest.Wait()
		for i := 2; i < 20; i++ { // there is always something in the queue
			g.put(i)
			r.gate <- struct{}{}
			synctest.Wait()
		}
		select {
		case err := <-drained:
			if err != nil {
				t.Error(err)
			}
		default:
			t.Error("still waiting after 18 commits")
			defer func() { <-drained }()
		}
		close(r.gate)
		g.close()
	})
}

func TestDrainEndsWithItsContext(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{gate: make(chan struct{})}
		g := newGroupCommit(r.write, r.done)
		g.put(0)
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
		defer cancel()
		if err := g.drain(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		close(r.gate)
		if err := g.drain(t.Context()); err != nil {
			t.Error(err)
		}
		g.close()
	})
}

func TestCloseWritesWhatIsQueued(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{gate: make(chan struct{})}
		g := newGroupCommit(r.write, r.done)
		putAll(t, g, upTo(10))
		closed := make(chan struct{})
		for range 2 { // twice at a time does no harm
			go func() {
				g.close()
				closed <- struct{}{}
			}()
		}
		synctest.Wait()
		if g.put(10) {
			t.Error("a closed log takes more")
		}
		select {
		case <-closed:
			t.Error("closed before everything was written")
		default:
		}
		close(r.gate)
		<-closed
		<-closed
		if told, _, _ := r.seen(); !slices.Equal(told, upTo(10)) {
			t.Errorf("told %v", told)
		}
	})
}

func TestTroubleReachesEveryCaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &recorder{err: errDisk}
		g := newGroupCommit(r.write, r.done)
		putAll(t, g, upTo(2000))
		if err := g.drain(t.Context()); err != nil { // refused is an end too
			t.Error(err)
		}
		told, failed, _ := r.seen()
		if len(told) != 0 || !slices.Equal(failed, upTo(2000)) {
			t.Errorf("told %d of success and %d of trouble", len(told), len(failed))
		}
		r.mu.Lock()
		r.err = nil
		r.mu.Unlock()
		putAll(t, g, upTo(3))
		g.close()
		if told, _, _ := r.seen(); !slices.Equal(told, upTo(3)) {
			t.Errorf("after the trouble told %v", told)
		}
	})
}

func TestNothingIsLostInACrowd(t *testing.T) {
	const people, each = 16, 500
	r := &recorder{}
	g := newGroupCommit(r.write, r.done)
	var wg sync.WaitGroup
	for p := range people {
		wg.Go(func() {
			for i := range each {
				if !g.put(p*each + i) {
					t.Errorf("item %d was refused", p*each+i)
				}
				if i%100 == 0 {
					if err := g.drain(context.Background()); err != nil {
						t.Error(err)
					}
				}
			}
		})
	}
	wg.Wait()
	g.close()
	told, _, _ := r.seen()
	last := map[int]int{} // of each person: the first in are the first out
	for _, item := range told {
		if before, ok := last[item/each]; ok && item <= before {
			t.Fatalf("%d was told after %d", item, before)
		}
		last[item/each] = item
	}
	slices.Sort(told)
	if !slices.Equal(told, upTo(people*each)) {
		t.Errorf("told of %d items, want %d", len(told), people*each)
	}
}

// caller is somebody who waits for an answer to be stored.
type caller struct {
	inserted chan bool
	err      chan error
}

func (c caller) Acked(_ Answer, inserted bool, err error) {
	c.inserted <- inserted
	c.err <- err
}

func TestAClosedAnswerLogRefuses(t *testing.T) {
	l := NewAnswerLog(nil)
	l.Close()
	c := caller{make(chan bool, 1), make(chan error, 1)}
	l.Put(Answer{}, c)
	if inserted, err := <-c.inserted, <-c.err; inserted || !errors.Is(err, errClosed) {
		t.Errorf("got %v and %v", inserted, err)
	}
}
