package leaderboard

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"

	"github.com/redis/go-redis/v9"
)

// Look is a question to one board: a page of it, and somebody's own place with neighbours.
type Look struct {
	Board   string
	Packing Packing
	Share   bool   // equal points and time share a place (1, 2, 2, 4); else an earlier finish decides
	From    int    // lines before the page
	Limit   int    // lines of the page, at most 1,000
	Member  string // whose place, or ""
	Around  int    // neighbours on each side
}

// Row is a line with its place, counted from 1.
type Row struct {
	Line
	Place int
}

// View is the answer to a Look, of one moment.
type View struct {
	Mark   Mark
	Boards []string // the boards of the group
	Total  int
	Rows   []Row
	Me     *Row  // nil when Member is not on the board
	Around []Row // Me and the neighbours, best first; empty without Me
}

// lookScript reads everything in one step, so that a place and the lines around it fit together. Its steps are a search
// in a sorted set each, O(log n), and none reads more than the lines that are asked for. KEYS: mark, set, notes. ARGV:
// from, to, member, around.
var lookScript = redis.NewScript(`
local function rows(from, to)
  local found = redis.call('ZREVRANGE', KEYS[2], from, to, 'WITHSCORES')
  local members, scores, ids = {}, {}, {}
  for i = 1, #found, 2 do
    members[#members+1] = found[i]
    scores[#scores+1] = found[i+1]
    ids[#ids+1] = string.sub(found[i], 12)
  end
  if #ids == 0 then return {members, scores, {}, 0} end
  return {members, scores, redis.call('HMGET', KEYS[3], unpack(ids)), redis.call('ZCOUNT', KEYS[2], '(' .. scores[1], '+inf')}
end
local mark = redis.call('HMGET', KEYS[1], 'ticket', 'done', 'updated', 'print')
if not mark[1] then return {} end
local out = {mark, redis.call('HKEYS', KEYS[1]), redis.call('ZCARD', KEYS[2]), redis.call('HLEN', KEYS[3]), {{}, {}, {}, 0}, -1, 0, {{}, {}, {}, 0}}
local from, to, around = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[4])
if to >= from then out[5] = rows(from, to) end
if ARGV[3] ~= '' then
  local kept = redis.call('HGET', KEYS[3], ARGV[3])
  if kept then
    local rank = redis.call('ZREVRANK', KEYS[2], string.sub(kept, 1, 11) .. ARGV[3])
    if rank then
      local first = math.max(0, rank - around)
      out[6], out[7], out[8] = rank, first, rows(first, rank + around)
    end
  end
end
return out`)

// Look asks a board. It is ErrLost when the group must be built, or when the board's two halves do not fit together.
func (g *Groups) Look(ctx context.Context, group string, l Look) (View, error) {
	set, notes := g.keys(group, l.Board)
	said, err := lookScript.Run(ctx, g.rdb, []string{g.mark(group), set, notes}, l.From, l.From+min(l.Limit, 1000)-1, l.Member, min(l.Around, 50)).Slice()
	if err != nil {
		return View{}, fmt.Errorf("read board %s of %s: %w", l.Board, group, err)
	}
	if len(said) == 0 {
		return View{}, fmt.Errorf("read board %s of %s: %w", l.Board, group, ErrLost)
	}
	v, err := viewOf(l, said)
	if err != nil {
		return View{}, fmt.Errorf("read board %s of %s: %w", l.Board, group, err)
	}
	return v, nil
}

var errShape = errors.New("the answer cannot be read")

func viewOf(l Look, said []any) (View, error) {
	if len(said) != 8 {
		return View{}, errShape
	}
	mark, _ := said[0].([]any)
	card, ok1 := said[2].(int64)
	hashed, ok2 := said[3].(int64)
	rank, ok3 := said[5].(int64)
	first, ok4 := said[6].(int64)
	if !ok1 || !ok2 || !ok3 || !ok4 {
		return View{}, errShape
	}
	if card != hashed {
		return View{}, ErrLost
	}
	v := View{Mark: markOf(mark), Boards: boardsOf(texts(said[1])), Total: int(card)}
	var err error
	if v.Rows, err = rowsOf(l, said[4], l.From); err != nil || rank < 0 {
		return v, err
	}
	if v.Around, err = rowsOf(l, said[7], int(first)); err != nil {
		return View{}, err
	}
	if i := int(rank - first); i < len(v.Around) {
		v.Me = &v.Around[i]
	}
	return v, nil
}

func texts(v any) []string {
	list, _ := v.([]any)
	out := make([]string, len(list))
	for i := range list {
		out[i], _ = list[i].(string)
	}
	return out
}

// rowsOf reads what the script's rows gave: members, scores, notes, and how many are better than the first.
func rowsOf(l Look, said any, from int) ([]Row, error) {
	parts, ok := said.([]any)
	if !ok || len(parts) != 4 {
		return nil, errShape
	}
	members, scores, notes := texts(parts[0]), texts(parts[1]), texts(parts[2])
	better, ok := parts[3].(int64)
	if !ok || len(scores) != len(members) || len(notes) != len(members) {
		return nil, errShape
	}
	rows := make([]Row, len(members))
	for i := range members {
		line, err := lineOf(l.Packing, members[i], scores[i], notes[i])
		if err != nil {
			return nil, err
		}
		rows[i] = Row{Line: line, Place: from + i + 1}
		switch {
		case !l.Share:
		case i == 0:
			rows[i].Place = int(better) + 1
		case scores[i] == scores[i-1]:
			rows[i].Place = rows[i-1].Place
		}
	}
	return rows, nil
}

func lineOf(p Packing, member, score, note string) (Line, error) {
	f, err := strconv.ParseFloat(score, 64)
	if err != nil || len(member) < finishDigits {
		return Line{}, errShape
	}
	line := Line{Entry: Entry{Member: member[finishDigits:]}, Finish: finishOf(member), Note: note[min(len(note), finishDigits):]}
	line.Points, line.Time = p.Split(f)
	return line, nil
}

// Notes gives the notes of those of these members that stand on a board.
func (g *Groups) Notes(ctx context.Context, group, board string, members []string) (map[string]string, error) {
	_, notes := g.keys(group, board)
	found := make(map[string]string, len(members))
	for part := range slices.Chunk(members, groupChunk) {
		values, err := g.rdb.HMGet(ctx, notes, part...).Result()
		if err != nil {
			return nil, fmt.Errorf("read notes of board %s of %s: %w", board, group, err)
		}
		for i, v := range values {
			if s, ok := v.(string); ok {
				found[part[i]] = s[min(len(s), finishDigits):]
			}
		}
	}
	return found, nil
}

// Read gives every line of a board to each, in no order, and is for comparing: requests use Look. A line whose halves do
// not fit together comes with a Finish of -1. A board that is not there has no lines.
func (g *Groups) Read(ctx context.Context, group, board string, p Packing, each func(Line) error) error {
	set, notes := g.keys(group, board)
	texts := map[string]string{}
	for cursor := uint64(0); ; {
		part, next, err := g.rdb.HScan(ctx, notes, cursor, "", chunk).Result()
		if err != nil {
			return fmt.Errorf("read board %s of %s: %w", board, group, err)
		}
		for i := 0; i+1 < len(part); i += 2 {
			texts[part[i]] = part[i+1]
		}
		if cursor = next; cursor == 0 {
			break
		}
	}
	for from := int64(0); ; from += 10 * chunk {
		part, err := g.rdb.ZRangeWithScores(ctx, set, from, from+10*chunk-1).Result()
		if err != nil {
			return fmt.Errorf("read board %s of %s: %w", board, group, err)
		}
		for _, z := range part {
			member, _ := z.Member.(string)
			id := member[min(len(member), finishDigits):]
			note := texts[id]
			delete(texts, id)
			line := Line{Entry: Entry{Member: id}, Finish: finishOf(member), Note: note[min(len(note), finishDigits):]}
			line.Points, line.Time = p.Split(z.Score)
			if len(note) < finishDigits || note[:finishDigits] != member[:min(len(member), finishDigits)] {
				line.Finish = -1
			}
			if err := each(line); err != nil {
				return err
			}
		}
		if len(part) < 10*chunk {
			break
		}
	}
	for id := range texts { // a note without its line
		if err := each(Line{Entry: Entry{Member: id}, Finish: -1}); err != nil {
			return err
		}
	}
	return nil
}
