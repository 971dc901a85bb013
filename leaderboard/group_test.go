package leaderboard_test

import (
	"cmp"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"leitai/leaderboard"
)

var at = time.UnixMilli(1_800_000_000_000)

// onGroups runs f on miniredis, on Redis and on a Redis Cluster.
func onGroups(t *testing.T, f func(t *testing.T, rdb redis.UniversalClient, g *leaderboard.Groups)) {
	onEach(t, func(t *testing.T, rdb redis.UniversalClient, _ *leaderboard.Boards) {
		f(t, rdb, leaderboard.NewGroups(rdb, "leitai"))
	})
}

func line(id string, points, time, finish int64) leaderboard.Line {
	return leaderboard.Line{Entry: leaderboard.Entry{Member: id, Points: points, Time: time}, Finish: finish, Note: "n" + id}
}

func build(t *testing.T, g *leaderboard.Groups, group string, ticket int64, boards map[string][]leaderboard.Line) {
	t.Helper()
	b := g.Begin(group, ticket)
	for board, lines := range boards {
		if err := b.Add(t.Context(), board, leaderboard.People, lines); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.Finish(t.Context(), at, "print"); err != nil {
		t.Fatal(err)
	}
}

func look(t *testing.T, g *leaderboard.Groups, l leaderboard.Look) leaderboard.View {
	t.Helper()
	l.Board, l.Packing = cmp.Or(l.Board, "people:"), leaderboard.People
	v, err := g.Look(t.Context(), "c1", l)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func places(rows []leaderboard.Row) (out []string) {
	for _, r := range rows {
		out = append(out, fmt.Sprint(r.Place, r.Member))
	}
	return out
}

// Equal points and time: the earlier finish stands first; with shared places all of them have the first one's.
func TestEarlierFinishDecidesBetweenEquals(t *testing.T) {
	onGroups(t, func(t *testing.T, _ redis.UniversalClient, g *leaderboard.Groups) {
		build(t, g, "c1", 1, map[string][]leaderboard.Line{"people:": {
			line("d", 10, 5, 100), line("a", 20, 5, 900), line("b", 20, 5, 899), line("c", 20, 5, 1<<44-2), line("e", 30, 1, 0), line("f", -7, 1, 5),
		}})
		for _, tt := range []struct {
			share      bool
			from       int
			rows, near []string
		}{
			{false, 0, []string{"1e", "2b", "3a", "4c", "5d", "6f"}, []string{"2b", "3a", "4c"}},
			{true, 0, []string{"1e", "2b", "2a", "2c", "5d", "6f"}, []string{"2b", "2a", "2c"}},
			{true, 2, []string{"2a", "2c", "5d", "6f"}, []string{"2b", "2a", "2c"}},
			{true, 6, nil, []string{"2b", "2a", "2c"}},
		} {
			v := look(t, g, leaderboard.Look{Share: tt.share, From: tt.from, Limit: 10, Member: "a", Around: 1})
			if !slices.Equal(places(v.Rows), tt.rows) || !slices.Equal(places(v.Around), tt.near) {
				t.Errorf("%+v: rows %v, around %v", tt, places(v.Rows), places(v.Around))
			}
			if v.Me == nil || v.Me.Member != "a" || v.Me.Finish != 900 || v.Me.Note != "na" || v.Me.Points != 20 || v.Me.Time != 5 || v.Total != 6 {
				t.Errorf("me: %+v of %d", v.Me, v.Total)
			}
			if v.Mark.Ticket != 1 || v.Mark.Print != "print" || !v.Mark.Updated.Equal(at) || !slices.Equal(v.Boards, []string{"people:"}) {
				t.Errorf("mark: %+v %v", v.Mark, v.Boards)
			}
		}
		v := look(t, g, leaderboard.Look{Member: "nobody", Around: 3})
		if v.Me != nil || len(v.Around)+len(v.Rows) != 0 {
			t.Errorf("nobody: %+v", v)
		}
		if v = look(t, g, leaderboard.Look{Board: "people:2026-01-01", Limit: 5, Member: "a"}); v.Total != 0 || v.Me != nil {
			t.Errorf("an empty day: %+v", v)
		}
		// Without a finish, and at the edges of the board.
		if v = look(t, g, leaderboard.Look{Member: "e", Around: 2}); v.Me.Finish != 0 || v.Me.Place != 1 || len(v.Around) != 3 {
			t.Errorf("the first: %+v", v)
		}
		if v = look(t, g, leaderboard.Look{Member: "f", Around: 2}); v.Me.Points != -7 || v.Me.Place != 6 || len(v.Around) != 3 {
			t.Errorf("the last: %+v", v)
		}
	})
}

// A line that changes moves, and is never there twice.
func TestAppliedChangesMoveLines(t *testing.T) {
	onGroups(t, func(t *testing.T, _ redis.UniversalClient, g *leaderboard.Groups) {
		build(t, g, "c1", 1, map[string][]leaderboard.Line{"people:": {line("a", 10, 1, 1), line("b", 9, 1, 1), line("c", 8, 1, 1)}})
		change := func(ticket int64, lines []leaderboard.Line, gone ...string) error {
			return g.Apply(t.Context(), "c1", ticket, at, []leaderboard.Change{{Board: "people:", Packing: leaderboard.People, Lines: lines, Gone: gone}})
		}
		for range 2 { // written twice changes nothing
			if err := change(2, []leaderboard.Line{line("c", 10, 1, 0), line("d", 10, 1, 3)}, "b", "nobody"); err != nil {
				t.Fatal(err)
			}
		}
		v := look(t, g, leaderboard.Look{Limit: 10})
		if got := places(v.Rows); !slices.Equal(got, []string{"1a", "2d", "3c"}) || v.Mark.Done != 2 {
			t.Errorf("got %v, %+v", got, v.Mark)
		}
		if err := change(1, []leaderboard.Line{line("a", 99, 1, 1)}); !errors.Is(err, leaderboard.ErrOvertaken) {
			t.Errorf("a late writer: %v", err)
		}
		if err := g.Begin("c1", 1).Finish(t.Context(), at, ""); !errors.Is(err, leaderboard.ErrOvertaken) {
			t.Errorf("a late builder: %v", err)
		}
		if v := look(t, g, leaderboard.Look{Limit: 10}); v.Total != 3 || v.Rows[0].Points != 10 {
			t.Errorf("the late ones have changed the board: %+v", v)
		}
		if err := change(3, nil, "a", "c", "d"); err != nil {
			t.Fatal(err)
		}
		if v := look(t, g, leaderboard.Look{Limit: 10}); v.Total != 0 || v.Mark.Ticket != 3 {
			t.Errorf("an empty board keeps its mark: %+v", v)
		}
	})
}

func TestLostGroupsRefuse(t *testing.T) {
	onGroups(t, func(t *testing.T, rdb redis.UniversalClient, g *leaderboard.Groups) {
		gone := func(doing string) {
			t.Helper()
			err := g.Apply(t.Context(), "c1", 9, at, []leaderboard.Change{{Board: "people:", Packing: leaderboard.People, Lines: []leaderboard.Line{line("a", 1, 1, 1)}}})
			if !errors.Is(err, leaderboard.ErrLost) {
				t.Errorf("%s: written: %v", doing, err)
			}
			if _, err := g.Look(t.Context(), "c1", leaderboard.Look{Board: "people:", Packing: leaderboard.People}); !errors.Is(err, leaderboard.ErrLost) {
				t.Errorf("%s: read: %v", doing, err)
			}
			if m, err := g.Marks(t.Context(), []string{"c1", "c2"}); err != nil || m[0].Built || m[1].Built {
				t.Errorf("%s: %v %v", doing, m, err)
			}
		}
		gone("never built")
		build(t, g, "c1", 1, map[string][]leaderboard.Line{"people:": {line("a", 10, 1, 1)}, "units:": {line("u", 1, 1, 0)}})
		if m, err := g.Marks(t.Context(), []string{"c2", "c1"}); err != nil || m[0].Built || !m[1].Built || m[1].Done != 1 {
			t.Errorf("%v %v", m, err)
		}
		if err := rdb.Del(t.Context(), "leitai{c1}:board:people:").Err(); err != nil {
			t.Fatal(err)
		}
		if _, err := g.Look(t.Context(), "c1", leaderboard.Look{Board: "people:", Packing: leaderboard.People}); !errors.Is(err, leaderboard.ErrLost) {
			t.Errorf("half a board: %v", err)
		}
		if err := g.Drop(t.Context(), "c1"); err != nil {
			t.Fatal(err)
		}
		gone("dropped")
		if keys := rdb.Keys(t.Context(), "*").Val(); len(keys) != 0 {
			t.Errorf("left behind: %q", keys)
		}
	})
}

// TestGroupsAgainstAModel does random things to a board and holds it against a sorted slice.
func TestGroupsAgainstAModel(t *testing.T) {
	onGroups(t, func(t *testing.T, rdb redis.UniversalClient, g *leaderboard.Groups) {
		r := rand.New(rand.NewPCG(7, 7))
		model := map[string]leaderboard.Line{}
		build(t, g, "c1", 1, nil)
		for step := range 60 {
			var c leaderboard.Change
			c.Board, c.Packing = "people:", leaderboard.People
			for range r.IntN(40) {
				id := fmt.Sprintf("id%03d", r.IntN(120))
				if slices.ContainsFunc(c.Lines, func(l leaderboard.Line) bool { return l.Member == id }) {
					continue
				}
				if r.IntN(5) == 0 {
					c.Gone = append(c.Gone, id)
					continue
				}
				c.Lines = append(c.Lines, line(id, r.Int64N(4)-1, r.Int64N(3), r.Int64N(3)))
			}
			c.Gone = slices.DeleteFunc(c.Gone, func(id string) bool {
				return slices.ContainsFunc(c.Lines, func(l leaderboard.Line) bool { return l.Member == id })
			})
			for _, l := range c.Lines {
				model[l.Member] = l
			}
			for _, id := range c.Gone {
				delete(model, id)
			}
			if err := g.Apply(t.Context(), "c1", int64(step+2), at, []leaderboard.Change{c}); err != nil {
				t.Fatal(err)
			}
			var want []leaderboard.Line
			for _, l := range model {
				want = append(want, l)
			}
			finish := func(l leaderboard.Line) int64 { return cmp.Or(l.Finish, 1<<60) }
			slices.SortFunc(want, func(a, b leaderboard.Line) int {
				return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(a.Time, b.Time), cmp.Compare(finish(a), finish(b)), cmp.Compare(b.Member, a.Member))
			})
			share := step%2 == 0
			from := r.IntN(len(want) + 1)
			v := look(t, g, leaderboard.Look{Share: share, From: from, Limit: 30})
			if v.Total != len(want) || len(v.Rows) != min(30, len(want)-from) {
				t.Fatalf("step %d: %d lines of %d, want %d", step, len(v.Rows), v.Total, len(want))
			}
			for i, row := range v.Rows {
				place := from + i + 1
				for share && place > 1 && want[place-2].Points == row.Points && want[place-2].Time == row.Time {
					place--
				}
				if row.Line != want[from+i] || row.Place != place {
					t.Fatalf("step %d: line %d is %+v, want %+v at %d", step, from+i, row, want[from+i], place)
				}
			}
		}
		seen := 0
		if err := g.Read(t.Context(), "c1", "people:", leaderboard.People, func(l leaderboard.Line) error {
			if seen++; model[l.Member] != l {
				t.Errorf("read %+v, want %+v", l, model[l.Member])
			}
			return nil
		}); err != nil || seen != len(model) {
			t.Errorf("read %d of %d: %v", seen, len(model), err)
		}
		if keys := rdb.Keys(t.Context(), "*").Val(); len(keys) != 3 {
			t.Errorf("keys: %q", keys)
		}
	})
}
