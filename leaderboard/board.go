// Package leaderboard keeps boards in Redis sorted sets. Scores are absolute, so writing one twice changes nothing,
// and a board is a view that may be deleted at any moment and is rebuilt from the answers and the ledger. Places are
// counted here and not by Redis, which would have to be asked for each player.
package leaderboard

import (
	"context"
	"crypto/rand"
	"fmt"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"
)

const (
	chunk   = 1000        // members in one ZADD: a few milliseconds of Redis's one thread
	tempTTL = time.Minute // how long a half-written board of a crashed process stays
)

// Boards are the boards under one prefix. All methods are safe for concurrent use.
type Boards struct {
	rdb    redis.UniversalClient
	prefix string
}

// New returns the boards whose keys begin with prefix, which holds no brace: braces mark what a Redis Cluster hashes.
func New(rdb redis.UniversalClient, prefix string) *Boards { return &Boards{rdb: rdb, prefix: prefix} }

// Dial opens a connection to the Redis server at a redis:// address; what measures boards needs no client of its own.
func Dial(address string) (redis.UniversalClient, error) {
	options, err := redis.ParseURL(address)
	if err != nil {
		return nil, fmt.Errorf("read the address of Redis: %w", err)
	}
	return redis.NewClient(options), nil
}

// key puts a board's name in a hash tag, so that a board and its successor live on the same node of a cluster.
func (b *Boards) key(board string) string { return b.prefix + "{" + board + "}" }

// Replace makes the board hold exactly these entries. Readers see the old board until the new one is complete. Of two
// entries of one member the last counts.
func (b *Boards) Replace(ctx context.Context, board string, p Packing, entries []Entry) error {
	if len(entries) == 0 { // an empty sorted set does not exist, and cannot be renamed
		return b.Delete(ctx, board)
	}
	key := b.key(board)
	next := key + ":next:" + rand.Text() // two processes may replace the board at the same time
	if err := b.replace(ctx, key, next, p, entries); err != nil {
		return fmt.Errorf("replace board %s: %w", board, err) // next lapses by itself
	}
	return nil
}

func (b *Boards) replace(ctx context.Context, key, next string, p Packing, entries []Entry) error {
	if _, err := b.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		add(ctx, pipe, next, p, entries[:min(chunk, len(entries))])
		pipe.Expire(ctx, next, tempTTL)
		add(ctx, pipe, next, p, entries[min(chunk, len(entries)):])
		return nil
	}); err != nil {
		return err
	}
	_, err := b.rdb.TxPipelined(ctx, func(pipe redis.Pipeliner) error {
		pipe.Rename(ctx, next, key)
		pipe.Persist(ctx, key) // the lapse moved with the name
		return nil
	})
	return err
}

// Set gives these members these scores and leaves the others of the board as they are.
func (b *Boards) Set(ctx context.Context, board string, p Packing, entries []Entry) error {
	if len(entries) == 0 {
		return nil
	}
	_, err := b.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		add(ctx, pipe, b.key(board), p, entries)
		return nil
	})
	if err != nil {
		return fmt.Errorf("set %d scores of board %s: %w", len(entries), board, err)
	}
	return nil
}

// add queues variadic ZADDs.
func add(ctx context.Context, pipe redis.Pipeliner, key string, p Packing, entries []Entry) {
	for part := range slices.Chunk(entries, chunk) {
		members := make([]redis.Z, len(part))
		for i, e := range part {
			members[i] = redis.Z{Score: p.Score(e.Points, e.Time), Member: e.Member}
		}
		pipe.ZAdd(ctx, key, members...)
	}
}

// Read returns the whole board in Redis's order, best first: members with equal scores stand in no order that counts,
// so use Rank. A board that is not there is empty.
func (b *Boards) Read(ctx context.Context, board string, p Packing) ([]Entry, error) {
	return b.read(ctx, board, p, -1)
}

// Top returns the best n entries, in the order of Read. Who of equals at the end is among them is Redis's choice: where
// that matters, read the whole board and rank it.
func (b *Boards) Top(ctx context.Context, board string, p Packing, n int) ([]Entry, error) {
	if n <= 0 {
		return nil, nil
	}
	return b.read(ctx, board, p, n-1)
}

func (b *Boards) read(ctx context.Context, board string, p Packing, last int) ([]Entry, error) {
	members, err := b.rdb.ZRangeArgsWithScores(ctx, redis.ZRangeArgs{
		Key: b.key(board), Start: 0, Stop: last, Rev: true,
	}).Result()
	if err != nil {
		return nil, fmt.Errorf("read board %s: %w", board, err)
	}
	entries := make([]Entry, len(members))
	for i, z := range members {
		entries[i].Member, _ = z.Member.(string)
		entries[i].Points, entries[i].Time = p.Split(z.Score)
	}
	return entries, nil
}

// Count returns the number of members of a board.
func (b *Boards) Count(ctx context.Context, board string) (int64, error) {
	n, err := b.rdb.ZCard(ctx, b.key(board)).Result()
	if err != nil {
		return 0, fmt.Errorf("count board %s: %w", board, err)
	}
	return n, nil
}

// Delete removes boards; one that is not there is no error.
func (b *Boards) Delete(ctx context.Context, boards ...string) error {
	if len(boards) == 0 {
		return nil
	}
	_, err := b.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for _, board := range boards { // one command each: in a cluster they live on different nodes
			pipe.Unlink(ctx, b.key(board))
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("delete boards %q: %w", boards, err)
	}
	return nil
}
