package httpapi

import (
	"sync"
	"time"
)

// failures slows down guessing: after `most` failures with a key within the window, further tries are refused until
// the window ends. Successes cost nothing, so a hall behind one address is not locked out by its own size.
type failures struct {
	most   int
	window time.Duration

	mu    sync.Mutex
	byKey map[string]failed
	swept time.Time
}

type failed struct {
	n     int
	until time.Time
}

// mostKeys bounds the memory; past it, windows that ended are swept.
const mostKeys = 10000

func newFailures(most int, window time.Duration) *failures {
	return &failures{most: most, window: window, byKey: map[string]failed{}}
}

// try counts a try as a failure, before it is made: guesses that come at the same instant are counted, too. It reports
// whether the try may be made.
func (f *failures) try(key string, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	e := f.byKey[key]
	if now.After(e.until) {
		e = failed{until: now.Add(f.window)}
	}
	if e.n >= f.most {
		return false
	}
	e.n++
	f.byKey[key] = e
	if len(f.byKey) > mostKeys && now.Sub(f.swept) > time.Second { // not at every try: nothing may have ended yet
		f.swept = now
		for k, v := range f.byKey {
			if now.After(v.until) {
				delete(f.byKey, k)
			}
		}
	}
	return true
}

// blocked reports that no more tries with this key are taken for now.
func (f *failures) blocked(key string, now time.Time) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	e := f.byKey[key]
	return e.n >= f.most && !now.After(e.until)
}

// forgive takes back a try that was no failure.
func (f *failures) forgive(key string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	e, ok := f.byKey[key]
	if !ok {
		return
	}
	if e.n--; e.n > 0 {
		f.byKey[key] = e
	} else {
		delete(f.byKey, key)
	}
}
