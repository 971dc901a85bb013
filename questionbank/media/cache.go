package media

import (
	"container/list"
	"context"
	"errors"
	"io"
	"sync"
	"time"

	"golang.org/x/sync/singleflight"
)

// Content is a picture as it is sent.
type Content struct {
	Type string
	Data []byte
}

// Cache keeps pictures in memory: a hall of phones asks for the same one in the same second. Of those that come while it
// is being read all wait for one reading.
type Cache struct {
	store *Store
	most  int // bytes
	load  singleflight.Group

	mu    sync.Mutex
	held  int
	order *list.List // of *entry, the latest used first
	byKey map[string]*list.Element
}

type entry struct {
	key     string
	content Content
}

// NewCache returns a cache of at most so many bytes.
func NewCache(store *Store, most int) *Cache {
	return &Cache{store: store, most: most, order: list.New(), byKey: map[string]*list.Element{}}
}

// loadWithin bounds one reading; it does not end with the request that began it, as others wait for it.
const loadWithin = 20 * time.Second

// ErrNotPicture says that a file is a sound or a video, which is not held in memory.
var ErrNotPicture = errors.New("not a picture")

// Full gives a picture as it is stored, not_found media.missing, or ErrNotPicture.
func (c *Cache) Full(ctx context.Context, id string) (Content, error) {
	return c.get(ctx, id, func(ctx context.Context) (Content, error) {
		it, err := c.store.Find(ctx, id)
		switch {
		case err != nil:
			return Content{}, err
		case it.Kind != Image:
			return Content{}, ErrNotPicture
		}
		data, err := io.ReadAll(c.store.Open(ctx, it, 0, it.Size))
		return Content{it.Type, data}, err
	})
}

// Small gives a picture with at most 800 px on its longer side, for phones.
func (c *Cache) Small(ctx context.Context, id string) (Content, error) {
	return c.get(ctx, "small "+id, func(ctx context.Context) (Content, error) {
		full, err := c.Full(ctx, id)
		if err != nil {
			return Content{}, err
		}
		decoding <- struct{}{}
		defer func() { <-decoding }()
		data, typ, err := small(full.Data)
		return Content{typ, data}, err
	})
}

func (c *Cache) get(ctx context.Context, key string, read func(context.Context) (Content, error)) (Content, error) {
	if content, ok := c.find(key); ok {
		return content, nil
	}
	done := c.load.DoChan(key, func() (any, error) {
		if content, ok := c.find(key); ok {
			return content, nil
		}
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), loadWithin)
		defer cancel()
		content, err := read(ctx)
		if err != nil {
			return Content{}, err
		}
		c.keep(key, content)
		return content, nil
	})
	select {
	case r := <-done:
		content, _ := r.Val.(Content)
		return content, wrap("read picture", r.Err)
	case <-ctx.Done():
		return Content{}, ctx.Err()
	}
}

// find gives what is held for a key.
func (c *Cache) find(key string) (Content, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	e, ok := c.byKey[key]
	if !ok {
		return Content{}, false
	}
	c.order.MoveToFront(e)
	held, _ := e.Value.(*entry)
	return held.content, true
}

func (c *Cache) keep(key string, content Content) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if _, ok := c.byKey[key]; ok || len(content.Data) > c.most {
		return
	}
	c.byKey[key] = c.order.PushFront(&entry{key, content})
	for c.held += len(content.Data); c.held > c.most; {
		last := c.order.Back()
		gone, _ := c.order.Remove(last).(*entry)
		delete(c.byKey, gone.key)
		c.held -= len(gone.content.Data)
	}
}
