package leaderboard

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"
)

// Groups are groups of boards that are built, lost and built again together: all boards of one contest, or of a season.
// Each group has a mark. A group without its mark is lost, and nothing is read from it or written to it until it is
// built again. Every write carries a ticket, a number that its writer took before it read what it writes; the mark keeps
// the highest, and a write with a lower one is refused, so that who slept between reading and writing cannot put old
// scores over new ones. All keys of a group live on one node of a cluster. All methods are safe for concurrent use.
//
// A board is a sorted set and a hash. The set's members are 11 hexadecimal digits and the line's own id: the digits
// count down as the finish goes up, so that of equal scores Redis itself puts the earlier finish first. The hash gives
// for each id these digits, which are needed to find and to move the member, and the line's note.
type Groups struct {
	rdb    redis.UniversalClient
	prefix string
}

// NewGroups returns the groups whose keys begin with prefix, which holds no brace.
func NewGroups(rdb redis.UniversalClient, prefix string) *Groups {
	return &Groups{rdb: rdb, prefix: prefix}
}

// Line is one line of a board: points and time as the packing keeps them, the finish that decides between equals, and
// a note that comes back with it.
type Line struct {
	Entry
	Finish int64 // Unix milliseconds below 2^44 (the year 2527); 0 is later than any
	Note   string
}

// Change is what becomes of some lines of one board: these are written, and those of Gone taken off.
type Change struct {
	Board   string
	Packing Packing
	Lines   []Line
	Gone    []string
}

// Mark is what a group says of itself.
type Mark struct {
	Built   bool
	Ticket  int64     // of the last write
	Done    int64     // the last ticket whose writes are all there
	Print   string    // what the writer said of the rules that it was built by
	Updated time.Time // of the last write
}

// ErrLost says that a group has no mark: it must be built again.
var ErrLost = errors.New("the boards are lost")

// ErrOvertaken says that somebody with a later ticket has written: read again, with a new ticket.
var ErrOvertaken = errors.New("overtaken by a later writer")

const (
	finishDigits = 11
	latestFinish = 1<<(4*finishDigits) - 1
	groupChunk   = 500 // lines in one script: the one thread of Redis is held for a few milliseconds
)

func (g *Groups) tag(group string) string  { return g.prefix + "{" + group + "}" }
func (g *Groups) mark(group string) string { return g.tag(group) + ":mark" }
func (g *Groups) keys(group, board string) (set, notes string) {
	set = g.tag(group) + ":board:" + board
	return set, set + ":notes"
}

// digits count down as the finish goes up.
func digits(finish int64) string {
	if finish <= 0 {
		finish = latestFinish
	}
	return fmt.Sprintf("%0*x", finishDigits, latestFinish-min(finish, latestFinish))
}

func finishOf(key string) int64 {
	n, err := strconv.ParseInt(key[:min(len(key), finishDigits)], 16, 64)
	if err != nil || n == 0 {
		return 0
	}
	return latestFinish - n
}

func scoreText(p Packing, e Entry) string {
	return strconv.FormatInt(int64(p.Score(e.Points, e.Time)), 10)
}

// fence refuses writers that are late, and groups that are lost.
const fence = `
local at = redis.call('HGET', KEYS[1], 'ticket')
if not at then return -1 end
if tonumber(at) > tonumber(ARGV[1]) then return -2 end
`

var applyScript = redis.NewScript(fence + `
redis.call('HSET', KEYS[1], 'ticket', ARGV[1], 'updated', ARGV[2], 'board:' .. ARGV[3], '1')
local lines = tonumber(ARGV[4])
local i = 5
for _ = 1, lines do
  local id, score, key, note = ARGV[i], ARGV[i+1], ARGV[i+2], ARGV[i+3]
  i = i + 4
  local old = redis.call('HGET', KEYS[3], id)
  if old and string.sub(old, 1, 11) ~= key then redis.call('ZREM', KEYS[2], string.sub(old, 1, 11) .. id) end
  redis.call('ZADD', KEYS[2], score, key .. id)
  redis.call('HSET', KEYS[3], id, key .. note)
end
while ARGV[i] do
  local old = redis.call('HGET', KEYS[3], ARGV[i])
  if old then
    redis.call('ZREM', KEYS[2], string.sub(old, 1, 11) .. ARGV[i])
    redis.call('HDEL', KEYS[3], ARGV[i])
  end
  i = i + 1
end
return 0`)

var doneScript = redis.NewScript(fence + `
redis.call('HSET', KEYS[1], 'ticket', ARGV[1], 'done', ARGV[1], 'updated', ARGV[2])
return 0`)

// swapScript puts a new build in place of the old boards. KEYS: the mark, then pairs of a new key and the key that it
// becomes, then keys that go. ARGV: ticket, time, imprint, number of pairs, then the boards' names.
var swapScript = redis.NewScript(`
local at = redis.call('HGET', KEYS[1], 'ticket')
if at and tonumber(at) > tonumber(ARGV[1]) then return -2 end
local pairs = tonumber(ARGV[4])
for i = 1, pairs do
  if redis.call('EXISTS', KEYS[2*i]) == 0 then return -3 end
end
for i = 2*pairs + 2, #KEYS do redis.call('UNLINK', KEYS[i]) end
for i = 1, pairs do
  redis.call('UNLINK', KEYS[2*i+1])
  redis.call('RENAME', KEYS[2*i], KEYS[2*i+1])
  redis.call('PERSIST', KEYS[2*i+1])
end
redis.call('DEL', KEYS[1])
redis.call('HSET', KEYS[1], 'ticket', ARGV[1], 'done', ARGV[1], 'updated', ARGV[2], 'print', ARGV[3])
for i = 5, #ARGV do redis.call('HSET', KEYS[1], 'board:' .. ARGV[i], '1') end
return 0`)

// verdict makes an error of what a script said.
func verdict(said int, err error) error {
	switch {
	case err != nil:
		return err
	case said == -1:
		return ErrLost
	case said == -2:
		return ErrOvertaken
	case said != 0:
		return errors.New("a half-built board lapsed")
	}
	return nil
}

// Apply writes changes under a ticket. It is ErrLost when the group must be built, and ErrOvertaken when somebody with a
// later ticket has written; then some of the changes may have been made. All changes made again change nothing.
func (g *Groups) Apply(ctx context.Context, group string, ticket int64, now time.Time, changes []Change) error {
	for _, c := range changes {
		lines, gone := c.Lines, c.Gone
		for len(lines) > 0 || len(gone) > 0 {
			n := min(len(lines), groupChunk)
			m := min(len(gone), groupChunk-n)
			if err := g.apply(ctx, group, ticket, now, Change{c.Board, c.Packing, lines[:n], gone[:m]}); err != nil {
				return fmt.Errorf("write board %s of %s: %w", c.Board, group, err)
			}
			lines, gone = lines[n:], gone[m:]
		}
	}
	said, err := doneScript.Run(ctx, g.rdb, []string{g.mark(group)}, ticket, now.UnixMilli()).Int()
	if err := verdict(said, err); err != nil {
		return fmt.Errorf("write boards of %s: %w", group, err)
	}
	return nil
}

func (g *Groups) apply(ctx context.Context, group string, ticket int64, now time.Time, c Change) error {
	set, notes := g.keys(group, c.Board)
	args := make([]any, 0, 4+4*len(c.Lines)+len(c.Gone))
	args = append(args, ticket, now.UnixMilli(), c.Board, len(c.Lines))
	for _, l := range c.Lines {
		args = append(args, l.Member, scoreText(c.Packing, l.Entry), digits(l.Finish), l.Note)
	}
	for _, id := range c.Gone {
		args = append(args, id)
	}
	said, err := applyScript.Run(ctx, g.rdb, []string{g.mark(group), set, notes}, args...).Int()
	return verdict(said, err)
}

// Build is a group that is being built anew, beside the one that people read.
type Build struct {
	g      *Groups
	group  string
	ticket int64
	name   string
	boards map[string]bool
}

// Begin begins to build a group under a ticket. What is not finished lapses by itself.
func (g *Groups) Begin(group string, ticket int64) *Build {
	return &Build{g: g, group: group, ticket: ticket, name: ":next:" + rand.Text(), boards: map[string]bool{}}
}

// Add adds lines to a board; the lines of one board may come in several calls, each member once.
func (b *Build) Add(ctx context.Context, board string, p Packing, lines []Line) error {
	if len(lines) == 0 {
		return nil
	}
	set, notes := b.g.keys(b.group, board)
	set, notes = set+b.name, notes+b.name
	b.boards[board] = true
	for part := range slices.Chunk(lines, groupChunk) {
		members, texts := make([]redis.Z, len(part)), make([]any, 0, 2*len(part))
		for i, l := range part {
			key := digits(l.Finish)
			members[i] = redis.Z{Score: p.Score(l.Points, l.Time), Member: key + l.Member}
			texts = append(texts, l.Member, key+l.Note)
		}
		if _, err := b.g.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
			pipe.ZAdd(ctx, set, members...)
			pipe.HSet(ctx, notes, texts...)
			return nil
		}); err != nil {
			return fmt.Errorf("build board %s of %s: %w", board, b.group, err)
		}
	}
	return b.keep(ctx)
}

// keep puts off the lapse of everything built so far.
func (b *Build) keep(ctx context.Context) error {
	_, err := b.g.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for board := range b.boards {
			set, notes := b.g.keys(b.group, board)
			pipe.Expire(ctx, set+b.name, tempTTL)
			pipe.Expire(ctx, notes+b.name, tempTTL)
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("build boards of %s: %w", b.group, err)
	}
	return nil
}

// Finish puts what was built in the place of what was there, at once; boards that were not added are gone. imprint is for
// the mark. It is ErrOvertaken when somebody with a later ticket has written meanwhile.
func (b *Build) Finish(ctx context.Context, now time.Time, imprint string) error {
	before, err := b.g.Boards(ctx, b.group)
	if err != nil {
		return err
	}
	keys := []string{b.g.mark(b.group)}
	args := []any{b.ticket, now.UnixMilli(), imprint, 2 * len(b.boards)}
	for board := range b.boards {
		set, notes := b.g.keys(b.group, board)
		keys = append(keys, set+b.name, set, notes+b.name, notes)
		args = append(args, board)
	}
	for _, board := range before {
		if !b.boards[board] {
			set, notes := b.g.keys(b.group, board)
			keys = append(keys, set, notes)
		}
	}
	said, err := swapScript.Run(ctx, b.g.rdb, keys, args...).Int()
	if err := verdict(said, err); err != nil {
		return fmt.Errorf("build boards of %s: %w", b.group, err)
	}
	return nil
}

// Marks gives the mark of each of these groups.
func (g *Groups) Marks(ctx context.Context, groups []string) ([]Mark, error) {
	if len(groups) == 0 {
		return nil, nil
	}
	answers := make([]*redis.SliceCmd, len(groups))
	_, err := g.rdb.Pipelined(ctx, func(pipe redis.Pipeliner) error {
		for i, group := range groups {
			answers[i] = pipe.HMGet(ctx, g.mark(group), "ticket", "done", "updated", "print")
		}
		return nil
	})
	if err != nil {
		return nil, fmt.Errorf("read the marks of %d groups of boards: %w", len(groups), err)
	}
	marks := make([]Mark, len(groups))
	for i, a := range answers {
		marks[i] = markOf(a.Val())
	}
	return marks, nil
}

func markOf(values []any) Mark {
	number := func(i int) int64 {
		s, _ := values[i].(string)
		n, _ := strconv.ParseInt(s, 10, 64)
		return n
	}
	if len(values) < 4 || values[0] == nil {
		return Mark{}
	}
	imprint, _ := values[3].(string)
	return Mark{Built: true, Ticket: number(0), Done: number(1), Updated: time.UnixMilli(number(2)), Print: imprint}
}

// Boards lists the boards of a group, as its mark has them, by name.
func (g *Groups) Boards(ctx context.Context, group string) ([]string, error) {
	fields, err := g.rdb.HKeys(ctx, g.mark(group)).Result()
	if err != nil {
		return nil, fmt.Errorf("list boards of %s: %w", group, err)
	}
	return boardsOf(fields), nil
}

func boardsOf(fields []string) []string {
	var boards []string
	for _, f := range fields {
		if board, ok := strings.CutPrefix(f, "board:"); ok {
			boards = append(boards, board)
		}
	}
	slices.Sort(boards)
	return boards
}

// Drop deletes a group with its mark; one that is not there is no error.
func (g *Groups) Drop(ctx context.Context, group string) error {
	boards, err := g.Boards(ctx, group)
	if err != nil {
		return err
	}
	keys := []string{g.mark(group)}
	for _, board := range boards {
		set, notes := g.keys(group, board)
		keys = append(keys, set, notes)
	}
	if err := g.rdb.Unlink(ctx, keys...).Err(); err != nil {
		return fmt.Errorf("drop boards of %s: %w", group, err)
	}
	return nil
}

// As is a line as a board with this packing gives it back: within its limits, its time in whole units.
func (l Line) As(p Packing) Line {
	l.Points, l.Time = p.Split(p.Score(l.Points, l.Time))
	l.Finish = finishOf(digits(l.Finish))
	return l
}

// String is for people who compare lines: points, time, finish and note.
func (l Line) String() string {
	return fmt.Sprintf("%d points, %d ms, finish %d, %q", l.Points, l.Time, l.Finish, l.Note)
}
