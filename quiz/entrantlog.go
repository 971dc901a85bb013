package quiz

import (
	"context"
	"time"

	"leitai/fault"
)

// EntrantLog stores entrants in group commits.
type EntrantLog struct{ g *groupCommit[pendingEntrant] }

type pendingEntrant struct {
	NewEntrant
	done chan joined
}

type joined struct {
	inserted bool
	err      error
}

// NewEntrantLog starts a log that writes to store.
func NewEntrantLog(store *Store) *EntrantLog {
	return &EntrantLog{g: newGroupCommit(
		func(ctx context.Context, items []pendingEntrant) ([]bool, error) {
			ctx, cancel := context.WithTimeout(ctx, ioTimeout)
			defer cancel()
			rows := make([]NewEntrant, len(items))
			for i := range items {
				rows[i] = items[i].NewEntrant
			}
			return store.AppendEntrants(ctx, rows)
		},
		func(items []pendingEntrant, inserted []bool, err error) {
			for i := range items {
				items[i].done <- joined{err == nil && inserted[i], err}
			}
		})}
}

// Put stores an entrant and waits until it is durable; inserted is false where the phone's secret or the name in the
// team is there already.
func (l *EntrantLog) Put(ctx context.Context, e NewEntrant) (inserted bool, err error) {
	p := pendingEntrant{e, make(chan joined, 1)}
	if !l.g.put(p) {
		return false, fault.New(fault.Unavailable, "server.stopping")
	}
	wait, cancel := context.WithTimeout(ctx, ioTimeout+time.Second)
	defer cancel()
	select {
	case j := <-p.done:
		return j.inserted, j.err
	case <-wait.Done():
		return false, fault.Wrap(fault.Unavailable, "storage.unavailable", wait.Err())
	}
}

// Close writes what is queued and refuses the rest.
func (l *EntrantLog) Close() { l.g.close() }
