package paper

import (
	"testing"
	"time"

	"leitai/internal/testenv"
)

// TestStaffQueries: what staff read and export of a contest, on both storages.
func TestStaffQueries(t *testing.T) {
	testenv.Databases(t, func(t *testing.T, url string) {
		b := &bench{Store: openStore(t, url), url: url}
		t.Run("hours of the day are the zone's", func(t *testing.T) { hoursOfTheDay(t, b) })
		t.Run("what people chose", func(t *testing.T) { whatPeopleChose(t, b) })
		t.Run("a void is in the ledger", func(t *testing.T) { voidIsInTheLedger(t, b) })
	})
}

// hoursOfTheDay: also in zones that are no whole hours from UTC.
func hoursOfTheDay(t *testing.T, b *bench) {
	for zone, want := range map[string]int{"Asia/Shanghai": 12, "Asia/Kathmandu": 9, "Europe/Berlin": 6, "America/St_Johns": 1} {
		c := b.quickly(t, func(r *Settings) { r.TimeZone = zone })
		b.take(t, c, b.guest(t, c), noon, 1, time.Second)
		hours, err := b.Hours(t.Context(), c)
		must(t, err)
		for i, h := range hours {
			if began := map[bool]int{true: 1}[i == want]; h.Hour != i || h.Began != began || h.Done != began {
				t.Errorf("%s: %+v, want %d began", zone, h, began)
			}
		}
	}
}

func whatPeopleChose(t *testing.T, b *bench) {
	c := b.quickly(t, nil)
	first, second, idle := b.guest(t, c), b.guest(t, c), b.guest(t, c)
	best := b.take(t, c, first, noon, 2, time.Second)
	b.take(t, c, second, noon, 0, time.Second)
	list, n, err := b.Analyse(t.Context(), c)
	must(t, err)
	drawn, correct := 0, 0
	for _, q := range list {
		drawn += q.Drawn
		correct += q.Correct
	}
	if n != 2 || len(list) != len(c.Pool) || drawn != 2*len(best.Paper) || correct != best.Correct {
		t.Errorf("%d attempts, %d questions, drawn %d, correct %d", n, len(list), drawn, correct)
	}
	entered, absent, err := b.Members(t.Context(), c, c.Teams[0])
	must(t, err)
	if len(entered) != 3 || len(absent) != 0 {
		t.Errorf("entered %v, absent %v", entered, absent)
	}
	people, counted := 0, 0
	must(t, b.EachPerson(t.Context(), c, func(p ExportedPerson) error {
		people++
		if p.Counted {
			counted++
		} else if p.ID != idle.ID {
			t.Errorf("%+v does not count", p)
		}
		return nil
	}))
	attempts := 0
	must(t, b.EachAttempt(t.Context(), c, 10, func(a ExportedAttempt) error {
		attempts++
		if a.State != HandedIn || a.HandedInMS == 0 {
			t.Errorf("%+v", a)
		}
		return nil
	}))
	if people != 3 || counted != 2 || attempts != 2 {
		t.Errorf("%d people, %d count, %d attempts", people, counted, attempts)
	}
	h, err := b.HistoryOf(t.Context(), best.ID)
	must(t, err)
	if len(h.Saves) == 0 {
		t.Error("an attempt without saves")
	}
}

func voidIsInTheLedger(t *testing.T, b *bench) {
	c := b.quickly(t, nil)
	e := b.guest(t, c)
	a := b.take(t, c, e, noon, 2, time.Second)
	must(t, b.VoidAttempt(t.Context(), noon.Add(time.Hour), a.ID, "代答", "张三"))
	var rows []struct {
		Kind     string `db:"kind"`
		Operator string `db:"operator"`
		Reason   string `db:"reason"`
		Entrant  string `db:"entrant_id"`
	}
	must(t, b.db.Select(t.Context(), &rows, `SELECT kind, operator, reason, entrant_id FROM ledger WHERE contest_id = $1`, c.ID))
	if len(rows) != 1 || rows[0].Kind != KindVoidAttempt || rows[0].Operator != "张三" || rows[0].Reason != "代答" || rows[0].Entrant != e.ID {
		t.Errorf("ledger: %+v", rows)
	}
	if err := b.VoidAttempt(t.Context(), noon.Add(time.Hour), a.ID, "代答", "张三"); err == nil {
		t.Error("void twice")
	}
}
