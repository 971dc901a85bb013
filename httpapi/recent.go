package httpapi

import (
	"sync"
	"time"

	"leitai/people"
)

// recentPlayers remembers employees whose tokens were good a moment ago. They are asked only while the database is away, so that their
// answers are not turned away with the others but kept (quiz/paper): who signs out is not in it for a moment.
type recentPlayers struct {
	mu    sync.Mutex
	known map[string]recentPlayer // by token
	swept time.Time
}

type recentPlayer struct {
	person people.Person
	at     time.Time
}

// Bounds of the memory.
const (
	recentFor = 10 * time.Minute
	maxRecent = 50000
)

func (r *recentPlayers) note(token string, p people.Person, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.known == nil {
		r.known = map[string]recentPlayer{}
	}
	if _, known := r.known[token]; !known && len(r.known) >= maxRecent {
		if now.Sub(r.swept) > time.Minute { // not at every call of a larger crowd
			r.swept = now
			for t, k := range r.known {
				if now.Sub(k.at) > recentFor {
					delete(r.known, t)
				}
			}
		}
		if len(r.known) >= maxRecent {
			return
		}
	}
	r.known[token] = recentPlayer{p, now}
}

func (r *recentPlayers) find(token string, now time.Time) (people.Person, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	k, ok := r.known[token]
	return k.person, ok && now.Sub(k.at) < recentFor
}

func (r *recentPlayers) forget(token string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.known, token)
}
