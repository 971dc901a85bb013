package sqldb_test

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"sync"
	"testing"

	"leitai/sqldb"
)

// metaRows are rows of the table meta.
func metaRows(names, values []string) sqldb.Insert {
	return sqldb.Insert{Table: "meta", Key: []string{"name"}, Columns: []sqldb.Column{
		{Name: "name", Strings: names}, {Name: "value", Strings: values},
	}}
}

func mustAppend(t testing.TB, db *sqldb.DB, in sqldb.Insert) []bool {
	t.Helper()
	inserted, err := db.Append(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	return inserted
}

func TestAppendTellsNewRowsFromKnownOnes(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		if got := mustAppend(t, db, metaRows([]string{"b", "d"}, []string{"first", "first"})); !slices.Equal(got, []bool{true, true}) {
			t.Errorf("first batch %v", got)
		}
		got := mustAppend(t, db, metaRows([]string{"a", "b", "c", "d", "e"}, []string{"second", "second", "second", "second", "second"}))
		if !slices.Equal(got, []bool{true, false, true, false, true}) {
			t.Errorf("second batch %v", got)
		}
		if v := value(t, db, "b"); v != "first" {
			t.Errorf("the %s answer won", v)
		}
	})
}

func TestAppendOfOneKeyTwiceKeepsTheFirst(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		got := mustAppend(t, db, metaRows([]string{"a", "a", "b", "a"}, []string{"1", "2", "3", "4"}))
		if !slices.Equal(got, []bool{true, false, true, false}) {
			t.Errorf("%v", got)
		}
		if v := value(t, db, "a"); v != "1" {
			t.Errorf("value %q", v)
		}
	})
}

func TestAppendSkipsAConflictOutsideTheKey(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		got := mustAppend(t, db, sqldb.Insert{Table: "banks", Key: []string{"id"}, Columns: []sqldb.Column{
			{Name: "id", Strings: []string{"1", "2", "3"}},
			{Name: "name", Strings: []string{"same", "same", "other"}},
			{Name: "created_at", Ints: []int64{1, 2, 3}},
		}})
		if !slices.Equal(got, []bool{true, false, true}) {
			t.Errorf("%v", got)
		}
	})
}

// texts that an array literal, a statement or an encoding could trip over.
var awkward = []string{
	"", " ", "null", "NULL", `"`, `\`, `\"`, `""`, "{}", "{a,b}", "a,b", "'", "';--", "$1", "%s", "\t\n\r", `["A","C"]`,
	"学习强国", "👍", "\u2028", "\x7f",
}

func TestAppendKeepsEveryTextAsItIs(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		names := make([]string, len(awkward))
		for i := range names {
			names[i] = fmt.Sprint(i)
		}
		mustAppend(t, db, metaRows(names, awkward))
		mustAppend(t, db, sqldb.Insert{Table: "meta", Key: []string{"name"}, Columns: []sqldb.Column{ // and as keys
			{Name: "value", Strings: slices.Repeat([]string{"key"}, len(awkward))}, {Name: "name", Strings: awkward},
		}})
		for i, want := range awkward {
			if got := value(t, db, names[i]); got != want {
				t.Errorf("value %q came back as %q", want, got)
			}
			if got := value(t, db, want); got != "key" {
				t.Errorf("key %q: %q", want, got)
			}
		}
	})
}

func TestAppendOfOneBadTextDoesNotLoseTheOthers(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		names := []string{"good", "n\x00ul", "b\xffad"}
		got := mustAppend(t, db, metaRows(names, []string{"1", "2\x00", "\xff3"}))
		if !slices.Equal(got, []bool{true, true, true}) {
			t.Errorf("%v", got)
		}
		if v := value(t, db, "nul") + value(t, db, "b\uFFFDad"); v != "2\uFFFD3" {
			t.Errorf("values %q", v)
		}
		if names[1] != "n\x00ul" {
			t.Error("the caller's texts changed")
		}
	})
}

func TestAppendOfAllTypesWithAndWithoutConstantColumns(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		const n = 100
		in := answers("r1", 1, n, 0)
		if got := mustAppend(t, db, in); slices.Contains(got, false) {
			t.Errorf("constant: %v", got)
		}
		in.Columns[0].Strings[n/2] = "r2" // the round is no longer constant: row n/2 is new
		got := mustAppend(t, db, in)
		for i, inserted := range got {
			if inserted != (i == n/2) {
				t.Errorf("row %d: %v", i, inserted)
			}
		}
		var row struct {
			ElapsedMS int64 `db:"elapsed_ms"`
			Correct   bool
			Choice    sqldb.JSON[[]string]
		}
		if err := db.Get(t.Context(), &row, "SELECT elapsed_ms, correct, choice FROM answers WHERE round_id = 'r2'"); err != nil {
			t.Fatal(err)
		}
		if row.ElapsedMS != n/2 || !row.Correct || row.Choice.V[0] != "C" {
			t.Errorf("%+v", row)
		}
		constant := sqldb.Insert{Table: "meta", Key: []string{"name"}, Columns: []sqldb.Column{
			{Name: "name", Strings: slices.Repeat([]string{"k"}, n)}, {Name: "value", Strings: slices.Repeat([]string{"v"}, n)},
		}}
		got = mustAppend(t, db, constant)
		if !got[0] || slices.Contains(got[1:], true) {
			t.Errorf("all constant: %v", got)
		}
	})
}

func TestAppendWithKeysOfNumbersAndTruths(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		mustExec(t, db, "CREATE TABLE marks (no INTEGER NOT NULL, yes BOOLEAN NOT NULL, PRIMARY KEY (no, yes))")
		in := sqldb.Insert{Table: "marks", Key: []string{"no", "yes"}, Columns: []sqldb.Column{
			{Name: "no", Ints: []int64{1, 1, 2, -3, 1}}, {Name: "yes", Bools: []bool{true, false, true, false, true}},
		}}
		if got := mustAppend(t, db, in); !slices.Equal(got, []bool{true, true, true, true, false}) {
			t.Errorf("%v", got)
		}
	})
}

func TestAppendRefusesAShapelessBatch(t *testing.T) {
	name, v := []string{"a"}, []string{"1"}
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		for what, in := range map[string]sqldb.Insert{
			"no columns":    {Table: "meta", Key: []string{"name"}},
			"no key":        {Table: "meta", Columns: metaRows(name, v).Columns},
			"uneven":        metaRows(name, []string{"1", "2"}),
			"missing":       metaRows(name, nil),
			"two types":     {Table: "meta", Key: []string{"name"}, Columns: []sqldb.Column{{Name: "name", Strings: name, Ints: []int64{1}}}},
			"key elsewhere": {Table: "meta", Key: []string{"id"}, Columns: metaRows(name, v).Columns},
		} {
			if _, err := db.Append(t.Context(), in); err == nil {
				t.Errorf("%s was appended", what)
			}
		}
		if got, err := db.Append(t.Context(), metaRows(nil, nil)); err != nil || len(got) != 0 {
			t.Errorf("no rows: %v, %v", got, err)
		}
	})
}

func TestAppendIsAllOrNothing(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		in := sqldb.Insert{Table: "units", Key: []string{"id"}, Columns: []sqldb.Column{
			{Name: "id", Strings: []string{"1", "2"}}, {Name: "kind", Strings: []string{"park", "nonsense"}},
			{Name: "name", Strings: []string{"a", "b"}}, {Name: "position", Ints: []int64{1, 2}},
		}}
		if _, err := db.Append(t.Context(), in); err == nil {
			t.Fatal("a row against the CHECK was appended")
		}
		gone, leave := context.WithCancel(t.Context())
		leave()
		if _, err := db.Append(gone, metaRows([]string{"a"}, []string{"1"})); err == nil {
			t.Error("appended for a caller who has gone")
		}
		var n int
		if err := db.Get(t.Context(), &n, "SELECT (SELECT COUNT(*) FROM units) + (SELECT COUNT(*) FROM meta)"); err != nil || n != 0 {
			t.Errorf("%d rows stayed, %v", n, err)
		}
	})
}

func TestAppendFromSeveralProcessesCountsEachRowOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB) {
		const n, writers = 200, 4
		var mu sync.Mutex
		won := make([]int, n)
		var wg sync.WaitGroup
		for w := range writers {
			wg.Go(func() {
				names, values := make([]string, n), make([]string, n)
				for i := range names {
					names[i], values[i] = fmt.Sprintf("%03d", i), fmt.Sprint(w)
				}
				if w%2 == 1 { // opposite orders deadlock on Postgres, and Append repeats
					slices.Reverse(names)
				}
				inserted, err := db.Append(t.Context(), metaRows(names, values))
				if err != nil {
					t.Error(err)
					return
				}
				mu.Lock()
				defer mu.Unlock()
				for i, is := range inserted {
					if is {
						no, _ := strconv.Atoi(names[i])
						won[no]++
					}
				}
			})
		}
		wg.Wait()
		for i, times := range won {
			if times != 1 {
				t.Errorf("row %d was inserted %d times", i, times)
			}
		}
	})
}
