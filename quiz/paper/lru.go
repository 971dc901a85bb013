package paper

import (
	"container/list"
	"sync"
)

// Bounds of what is held in memory: a sitting is about 2 KB, a seat 300 bytes.
const (
	maxSittings = 20000
	maxSeats    = 50000
)

// lru keeps the values that were used last.
type lru[V any] struct {
	most int

	mu    sync.Mutex
	items map[string]*list.Element
	order *list.List // of entry[V], the last used first
}

type entry[V any] struct {
	key   string
	value V
}

func newLRU[V any](most int) *lru[V] {
	return &lru[V]{most: most, items: map[string]*list.Element{}, order: list.New()}
}

func (l *lru[V]) get(key string) (v V, ok bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	e := l.items[key]
	if e == nil {
		return v, false
	}
	l.order.MoveToFront(e)
	return e.Value.(entry[V]).value, true
}

func (l *lru[V]) put(key string, v V) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.items[key]; e != nil {
		e.Value = entry[V]{key, v}
		l.order.MoveToFront(e)
		return
	}
	l.items[key] = l.order.PushFront(entry[V]{key, v})
	if l.order.Len() > l.most {
		last := l.order.Back()
		l.order.Remove(last)
		delete(l.items, last.Value.(entry[V]).key)
	}
}

func (l *lru[V]) remove(key string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if e := l.items[key]; e != nil {
		l.order.Remove(e)
		delete(l.items, key)
	}
}

func (l *lru[V]) clear() {
	l.mu.Lock()
	defer l.mu.Unlock()
	clear(l.items)
	l.order.Init()
}
