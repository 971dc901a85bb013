package hall

import (
	"encoding/binary"
	"math/rand/v2"
	"sync"
	"time"
)

// roundTrip measures a connection with ping frames. A client can delay its pong and seem slow, so what it gains is
// bounded by quiz.MaxDelay; it cannot answer a ping that was not sent.
type roundTrip struct {
	mu    sync.Mutex
	nonce uint64 // of the ping under way, 0 when none
	sent  time.Time
	last  [8]time.Duration
	n     int
}

// ping gives the payload of the next ping frame.
func (r *roundTrip) ping(now time.Time) []byte {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.nonce, r.sent = rand.Uint64()|1, now
	return binary.BigEndian.AppendUint64(nil, r.nonce)
}

// pong takes a pong frame; one that does not match the ping under way is ignored.
func (r *roundTrip) pong(data string, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(data) != 8 || r.nonce == 0 || binary.BigEndian.Uint64([]byte(data)) != r.nonce {
		return
	}
	r.nonce = 0
	r.last[r.n%len(r.last)] = now.Sub(r.sent)
	r.n++
}

// delay is the one-way delay: half of the smallest of the last 8 round trips, 0 before the first.
func (r *roundTrip) delay() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.n == 0 {
		return 0
	}
	best := r.last[0]
	for _, d := range r.last[1:min(r.n, len(r.last))] {
		best = min(best, d)
	}
	return best / 2
}
