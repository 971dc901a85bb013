package hall

import (
	"context"
	"fmt"
	"time"
)

// standbyEvery is how often a process looks for rooms that lost theirs.
const standbyEvery = 2 * time.Second

// adopt takes over the open rooms that this process may hold and does not.
func (h *House) adopt(ctx context.Context) error {
	h.opening.Lock()
	defer h.opening.Unlock()
	rooms, err := h.Store.ListRooms(ctx)
	if err != nil {
		return err
	}
	for _, r := range rooms {
		now := time.Now()
		if r.Closed || h.byContestID(r.ContestID) != nil || r.Holder != h.Node && now.Sub(r.AliveAt) < leaseFor {
			continue
		}
		ok, err := h.Store.TakeRoom(ctx, r.ContestID, h.Node, now, now.Add(-leaseFor))
		if err != nil {
			return err
		}
		if !ok {
			continue
		}
		if err := h.start(ctx, r); err != nil {
			return fmt.Errorf("resume room of %s: %w", r.ContestID, err)
		}
		h.Logger.Info("room resumed", "contest", r.ContestID, "phase", r.State.Phase, "silent", now.Sub(r.AliveAt).Round(time.Millisecond))
	}
	return nil
}

func (h *House) stand() {
	defer close(h.stood)
	t := time.NewTicker(standbyEvery)
	defer t.Stop()
	for {
		select {
		case <-h.stop:
			return
		case <-t.C:
			ctx, cancel := context.WithTimeout(context.Background(), storeWait)
			if err := h.adopt(ctx); err != nil {
				h.Logger.Warn("look for rooms", "error", err)
			}
			cancel()
		}
	}
}

// leaveWhenLost gives a room up that another process has taken over: its connections come back and find it there.
func (h *House) leaveWhenLost(r *room) {
	<-r.live.Done()
	h.mu.Lock()
	lost := h.byContest[r.hall.contest.ID] == r && !r.stopping
	if lost {
		delete(h.byCode, r.hall.code)
		delete(h.byContest, r.hall.contest.ID)
	}
	h.mu.Unlock()
	if lost {
		r.hall.end("shutdown")
	}
}
