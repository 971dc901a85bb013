package quiz

import (
	"context"

	"leitai/fault"
)

// Batch writes items with one commit for whatever was put during the commit before (see groupCommit). What write learns
// of an item it leaves in the item, so T is a pointer.
type Batch[T any] struct{ g *groupCommit[pendingItem[T]] }

type pendingItem[T any] struct {
	item T
	done chan error
}

// NewBatch starts a batch. write stores items durably, all of them or none; it is given at most 5 seconds.
func NewBatch[T any](write func(ctx context.Context, items []T) error) *Batch[T] {
	return &Batch[T]{newGroupCommit(
		func(ctx context.Context, pending []pendingItem[T]) ([]bool, error) {
			ctx, cancel := context.WithTimeout(ctx, ioTimeout)
			defer cancel()
			items := make([]T, len(pending))
			for i := range pending {
				items[i] = pending[i].item
			}
			return nil, write(ctx, items)
		},
		func(pending []pendingItem[T], _ []bool, err error) {
			for i := range pending {
				pending[i].done <- err
			}
		})}
}

// Put waits until the item is written. An unavailable fault says that it may or may not be.
func (b *Batch[T]) Put(ctx context.Context, item T) error {
	p := pendingItem[T]{item, make(chan error, 1)}
	if !b.g.put(p) {
		return fault.New(fault.Unavailable, "server.stopping")
	}
	wait, cancel := context.WithTimeout(ctx, 2*ioTimeout)
	defer cancel()
	select {
	case err := <-p.done:
		return err
	case <-wait.Done():
		return fault.Wrap(fault.Unavailable, "storage.unavailable", wait.Err())
	}
}

// Close writes what is queued and refuses the rest.
func (b *Batch[T]) Close() { b.g.close() }
