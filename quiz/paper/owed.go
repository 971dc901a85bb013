package paper

import (
	"sync"
	"time"
)

// Bounds of what is remembered of saves that could not be stored.
const (
	maxOwed = 50000
	owedFor = 5 * time.Minute
)

// owed remembers saves that came while the database did not answer. Their phones keep them and send them again, and then they count from when they first
// came: nobody loses an answer because the database was away when the time ran out.
type owed struct {
	mu    sync.Mutex
	saves map[string]owedSave // by attempt and save
}

type owedSave struct {
	attempt string
	row     saveRow
	at      time.Time
}

// received is when a save first came: now, unless it is owed.
func (o *owed) received(attempt, id string, now time.Time) time.Time {
	o.mu.Lock()
	defer o.mu.Unlock()
	if s, ok := o.saves[attempt+"\x00"+id]; ok && now.Sub(s.at) < owedFor {
		return s.at
	}
	return now
}

// note remembers what could not be stored; what is older keeps its time.
func (o *owed) note(it *saving, now time.Time) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.saves == nil {
		o.saves = map[string]owedSave{}
	}
	for k, s := range o.saves {
		if len(o.saves) < maxOwed && len(o.saves) < 1000 {
			break
		}
		if now.Sub(s.at) >= owedFor {
			delete(o.saves, k)
		}
	}
	for _, r := range it.saves {
		k := it.attempt + "\x00" + r.id
		if _, known := o.saves[k]; !known && len(o.saves) < maxOwed {
			o.saves[k] = owedSave{it.attempt, r, time.UnixMilli(r.at)}
		}
	}
}

// settle forgets what is stored now.
func (o *owed) settle(it *saving) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.saves) == 0 {
		return
	}
	for _, r := range it.saves {
		delete(o.saves, it.attempt+"\x00"+r.id)
	}
}

// all gives what is owed, by attempt.
func (o *owed) all() []*saving {
	o.mu.Lock()
	defer o.mu.Unlock()
	by := map[string]*saving{}
	var out []*saving
	for _, s := range o.saves {
		it := by[s.attempt]
		if it == nil {
			it = &saving{attempt: s.attempt}
			by[s.attempt] = it
			out = append(out, it)
		}
		it.saves = append(it.saves, s.row)
	}
	return out
}
