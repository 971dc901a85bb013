package paper

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"leitai/fault"
	"leitai/quiz"
)

func attemptsAreCountedByDay(t *testing.T, b *bench) {
	c := b.quickly(t, func(r *Settings) {
		r.AttemptsPerDay, r.AttemptsInAll = 2, 3
		r.ClosesMS = noon.Add(10 * 24 * time.Hour).UnixMilli()
	})
	e := b.guest(t, c)
	midnight := time.Date(2026, 6, 10, 16, 0, 0, 0, time.UTC) // in Shanghai
	a := b.begin(t, c, e, midnight.Add(-time.Minute))
	if again := b.begin(t, c, e, midnight.Add(-time.Second)); again.ID != a.ID {
		t.Error("two open attempts")
	}
	done, err := b.HandIn(t.Context(), midnight.Add(time.Minute), a.ID, ByPerson) // over midnight: it counts for the day on which it was begun
	must(t, err)
	if done.Day != "2026-06-10" {
		t.Errorf("day %s", done.Day)
	}
	b.take(t, c, e, midnight.Add(-30*time.Second), 1, time.Second)
	_, err = b.Start(t.Context(), midnight.Add(-time.Second), c, e, PhaseFormal, "")
	refused(t, err, "attempt.none_left_today")
	b.take(t, c, e, midnight, 1, time.Second)
	_, err = b.Start(t.Context(), midnight.Add(time.Hour), c, e, PhaseFormal, "")
	refused(t, err, "attempt.none_left")
	_, err = b.Start(t.Context(), noon.Add(11*24*time.Hour), c, e, PhaseFormal, "")
	refused(t, err, "attempt.over")
	_, err = b.Start(t.Context(), noon, c, b.guest(t, c), PhasePractice, "")
	refused(t, err, "attempt.not_now")
	if r := b.results(t, c, e); len(r) != 3 || r[""].Attempts != 3 || r["2026-06-10"].Attempts != 2 || r["2026-06-11"].Attempts != 1 {
		t.Errorf("results %+v", r)
	}
}

// daysChangeWithTheClocks: in zones that change their clocks a day has 23 or 25 hours, and is one day.
func daysChangeWithTheClocks(t *testing.T, b *bench) {
	for _, tt := range []struct {
		zone       string
		begins     time.Time // of the day, in UTC
		hours      int
		date, next string
	}{
		{"Europe/Berlin", time.Date(2026, 3, 28, 23, 0, 0, 0, time.UTC), 23, "2026-03-29", "2026-03-30"},
		{"Europe/Berlin", time.Date(2026, 10, 24, 22, 0, 0, 0, time.UTC), 25, "2026-10-25", "2026-10-26"},
		{"America/New_York", time.Date(2026, 3, 8, 5, 0, 0, 0, time.UTC), 23, "2026-03-08", "2026-03-09"},
		{"America/Sao_Paulo", time.Date(2018, 11, 4, 3, 0, 0, 0, time.UTC), 23, "2018-11-04", "2018-11-05"}, // its midnight did not exist
		{"Asia/Shanghai", time.Date(2026, 3, 28, 16, 0, 0, 0, time.UTC), 24, "2026-03-29", "2026-03-30"},
	} {
		c := b.quickly(t, func(r *Settings) {
			r.TimeZone, r.AttemptsPerDay = tt.zone, 1
			r.OpensMS, r.ClosesMS = tt.begins.Add(-24*time.Hour).UnixMilli(), tt.begins.Add(72*time.Hour).UnixMilli()
		})
		e := b.guest(t, c)
		ends := tt.begins.Add(time.Duration(tt.hours) * time.Hour)
		if got := c.Day(tt.begins.Add(-time.Millisecond)); got >= tt.date {
			t.Errorf("%s: the day before is %s", tt.zone, got)
		}
		if a := b.take(t, c, e, tt.begins, 5, time.Second); a.Day != tt.date {
			t.Errorf("%s: %s, want %s", tt.zone, a.Day, tt.date)
		}
		_, err := b.Start(t.Context(), ends.Add(-time.Millisecond), c, e, PhaseFormal, "")
		refused(t, err, "attempt.none_left_today")
		if a := b.take(t, c, e, ends, 5, time.Second); a.Day != tt.next {
			t.Errorf("%s: %s, want %s", tt.zone, a.Day, tt.next)
		}
		if days := c.Rules.days(); days != 4 && days != 5 {
			t.Errorf("%s: %d days", tt.zone, days)
		}
	}
}

func bestLatestAndCumulative(t *testing.T, b *bench) {
	day2 := noon.Add(24 * time.Hour)
	for how, want := range map[Counting]map[string]Result{
		Best: {"": {Points: 40, TimeMS: 50000, Attempts: 4}, "2026-06-10": {Points: 40, TimeMS: 50000, Attempts: 3}, "2026-06-11": {Points: 20, TimeMS: 10000, Attempts: 1}},
		Latest: {"": {Points: 20, TimeMS: 10000, Attempts: 4}, "2026-06-10": {Points: 40, TimeMS: 60000, Attempts: 3},
			"2026-06-11": {Points: 20, TimeMS: 10000, Attempts: 1}},
		Cumulative: {"": {Points: 110, TimeMS: 150000, Attempts: 4}, "2026-06-10": {Points: 90, TimeMS: 140000, Attempts: 3}, "2026-06-11": {Points: 20, TimeMS: 10000, Attempts: 1}},
	} {
		c := b.quickly(t, func(r *Settings) { r.Counts, r.ClosesMS = how, day2.Add(time.Hour).UnixMilli() })
		e := b.guest(t, c)
		b.take(t, c, e, noon, 1, 30*time.Second)
		b.take(t, c, e, noon.Add(2*time.Minute), 4, 50*time.Second)
		b.take(t, c, e, noon.Add(4*time.Minute), 4, 60*time.Second)
		last := b.take(t, c, e, day2, 2, 10*time.Second)
		got := b.results(t, c, e)
		for day, w := range want {
			g := got[day]
			if g.Points != w.Points || g.TimeMS != w.TimeMS || g.Attempts != w.Attempts || g.TeamID != e.TeamID {
				t.Errorf("%s %q: %+v, want %+v", how, day, g, w)
			}
		}
		if how != Best && got[""].FinishedMS != last.HandedInAt.UnixMilli() {
			t.Errorf("%s finished at %d", how, got[""].FinishedMS)
		}
		var changes int
		must(t, b.db.Get(t.Context(), &changes, `SELECT COUNT(*) FROM board_changes WHERE contest_id = $1 AND entrant_id = $2`, c.ID, e.ID))
		if changes < 5 {
			t.Errorf("%s: %d changes of the boards", how, changes)
		}
	}
}

func voidCountsForNothing(t *testing.T, b *bench) {
	c := b.quickly(t, nil)
	e := b.guest(t, c)
	bad := b.take(t, c, e, noon, 5, time.Second)
	b.take(t, c, e, noon.Add(time.Minute), 2, time.Minute)
	refused(t, b.VoidAttempt(t.Context(), noon, bad.ID, " ", "员工"), "request.invalid")
	must(t, b.VoidAttempt(t.Context(), noon, bad.ID, "代答", "员工"))
	refused(t, b.VoidAttempt(t.Context(), noon, bad.ID, "代答", "员工"), "attempt.void")
	if r := b.results(t, c, e); r[""].Points != 20 || r[""].Attempts != 1 {
		t.Errorf("%+v", r)
	}
	open := b.begin(t, c, e, noon.Add(3*time.Minute))
	must(t, b.VoidAttempt(t.Context(), noon.Add(3*time.Minute), open.ID, "断网", "员工"))
	if _, err := b.Save(t.Context(), noon.Add(3*time.Minute), open.ID, []Save{{ID: "x", Q: 1, N: 1, A: []string{"A"}}}, nil); keyOf(err) != "attempt.closed" {
		t.Errorf("saved into a void attempt: %v", err)
	}
	_, err := b.HandIn(t.Context(), noon.Add(4*time.Minute), open.ID, ByPerson)
	refused(t, err, "attempt.void")
	all, err := b.AttemptsOf(t.Context(), c.ID, e.ID)
	must(t, err)
	for _, a := range all {
		if a.State == HandedIn {
			must(t, b.VoidAttempt(t.Context(), noon, a.ID, "全部作废", "员工"))
		}
	}
	if r := b.results(t, c, e); len(r) != 0 {
		t.Errorf("results of who has nothing: %+v", r)
	}
	var changes int
	must(t, b.db.Get(t.Context(), &changes, `SELECT COUNT(*) FROM board_changes WHERE contest_id = $1 AND entrant_id = $2 AND day = ''`, c.ID, e.ID))
	if changes < 3 {
		t.Errorf("%d changes of the board", changes)
	}
}

func closingEarlyAndProlonging(t *testing.T, b *bench) {
	end := noon.Add(time.Hour)
	c := b.quickly(t, func(r *Settings) { r.PaperLimitMS = 30 * 60000 })
	early, cut, idle := b.guest(t, c), b.guest(t, c), b.guest(t, c)
	a := b.begin(t, c, early, end.Add(-50*time.Minute)) // has its own 30 minutes
	z := b.begin(t, c, cut, end.Add(-10*time.Minute))   // is cut by the end
	if !z.DeadlineAt.Equal(end) {
		t.Errorf("deadline %s", z.DeadlineAt)
	}
	refused(t, b.Prolong(t.Context(), end.Add(-9*time.Minute), c.ID, end.UnixMilli()), "request.invalid")
	deadline := func(id string) time.Time {
		got, err := b.FindAttempt(t.Context(), id)
		must(t, err)
		return got.DeadlineAt
	}
	must(t, b.Prolong(t.Context(), end.Add(-9*time.Minute), c.ID, end.Add(5*time.Minute).UnixMilli()))
	if deadline(a.ID) != a.DeadlineAt || !deadline(z.ID).Equal(end.Add(5*time.Minute)) {
		t.Errorf("prolonged a little: %s, %s", deadline(a.ID), deadline(z.ID))
	}
	must(t, b.Prolong(t.Context(), end.Add(-8*time.Minute), c.ID, end.Add(time.Hour).UnixMilli()))
	if deadline(a.ID) != a.DeadlineAt || !deadline(z.ID).Equal(end.Add(20*time.Minute)) {
		t.Errorf("prolonged: %s, %s", deadline(a.ID), deadline(z.ID))
	}
	if out := b.save(t, z, end.Add(2*time.Minute), 1, 1, "A"); len(out.Saved) != 1 {
		t.Errorf("in the time that was given: %+v", out)
	}
	stop := end.Add(3 * time.Minute)
	old, err := b.Find(t.Context(), c.ID)
	must(t, err)
	must(t, b.Close(t.Context(), stop, c.ID))
	refused(t, b.Close(t.Context(), stop, c.ID), "contest.over")
	late := b.begin(t, old, b.guest(t, c), stop.Add(-time.Millisecond)) // by a process that has not heard of it
	if late.DeadlineAt.Equal(stop) {
		t.Error("it had heard of it")
	}
	b.tick(t, stop.Add(6*time.Second))
	for _, id := range []string{a.ID, z.ID, late.ID} {
		got, err := b.FindAttempt(t.Context(), id)
		must(t, err)
		if got.State != HandedIn || got.HandedInBy != ByClock || got.HandedInAt.After(stop) {
			t.Errorf("%+v", got)
		}
	}
	b.forget(c.ID)
	if c, err = b.Find(t.Context(), c.ID); err != nil || c.Status != quiz.Finished {
		t.Errorf("%+v, %v", c, err)
	}
	held := b.begin(t, old, idle, stop.Add(-time.Millisecond)) // by a process that was held up until it was finished
	b.tick(t, stop.Add(12*time.Second))
	if got, err := b.FindAttempt(t.Context(), held.ID); err != nil || got.State != HandedIn || got.HandedInAt.After(stop) {
		t.Errorf("begun in a finished contest: %+v, %v", got, err)
	}
	next := b.quickly(t, nil)
	refused(t, b.Close(t.Context(), time.UnixMilli(next.Rules.OpensMS-1), next.ID), "contest.not_open")
}

// theClockHandsInOnce: two processes' clocks and the people themselves hand in many attempts at the same second.
func theClockHandsInOnce(t *testing.T, b *bench) {
	const n = 250
	c := b.quickly(t, func(r *Settings) { r.PaperLimitMS, r.Counts = 60000, Cumulative })
	other := &bench{Store: openStore(t, b.url), url: b.url}
	var as []*Attempt
	var es []quiz.Entrant
	for i := range n {
		e := b.guest(t, c)
		a := b.begin(t, c, e, noon)
		if i%3 > 0 {
			b.save(t, a, noon, 1, 1, "A")
		}
		as, es = append(as, a), append(es, e)
	}
	due := noon.Add(time.Minute + Grace + clockWait)
	var wg sync.WaitGroup
	for _, s := range []*bench{b, other} {
		w := s.worker()
		wg.Go(func() {
			for range 4 {
				if err := w.Tick(t.Context(), due); err != nil {
					t.Error(err)
				}
			}
		})
		wg.Go(func() {
			for _, i := range rand.Perm(n)[:n/2] {
				if _, err := s.HandIn(t.Context(), due, as[i].ID, ByPerson); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	b.tick(t, due)
	for i, a := range as {
		got, err := b.FindAttempt(t.Context(), a.ID)
		must(t, err)
		want := 0
		if i%3 > 0 {
			want = 10
		}
		if got.State != HandedIn || got.Points != want || got.Time != time.Minute {
			t.Errorf("%+v, want %d points", got, want)
		}
		r := b.results(t, c, es[i])
		if r[""].Attempts != 1 || r[""].Points != int64(want) || len(r) != 2 {
			t.Errorf("counted %+v", r)
		}
	}
	var changes int
	must(t, b.db.Get(t.Context(), &changes, `SELECT COUNT(*) FROM board_changes WHERE contest_id = $1`, c.ID))
	if changes != 2*n { // the whole and the day, once each
		t.Errorf("%d changes of the boards, want %d", changes, 2*n)
	}
}

// whatIsAcknowledgedIsMarked: saves through two processes race with the hand-in; the last one that was acknowledged is the one that is marked.
func whatIsAcknowledgedIsMarked(t *testing.T, b *bench) {
	c := b.quickly(t, nil)
	other := openStore(t, b.url)
	for range 30 {
		a := b.begin(t, c, b.guest(t, c), noon)
		if _, err := other.Find(t.Context(), c.ID); err != nil {
			t.Fatal(err)
		}
		var mu sync.Mutex
		acked := make([]int, len(a.Paper)) // highest number of each question
		closedSeen := 0
		var wg sync.WaitGroup
		start := make(chan struct{})
		for q := range a.Paper {
			s := []*Store{b.Store, other}[q%2]
			wg.Go(func() {
				<-start
				for n := 1; ; n++ {
					letter := []string{"A", "B"}[n%2]
					out, err := s.Save(t.Context(), noon, a.ID, []Save{{ID: uuid.NewString(), Q: q + 1, N: n, A: []string{shown(a, q+1, letter)}}}, nil)
					if keyOf(err) == "attempt.closed" {
						mu.Lock()
						closedSeen++
						mu.Unlock()
						return
					}
					if err != nil || len(out.Saved) != 1 {
						t.Errorf("%+v, %v", out, err)
						return
					}
					mu.Lock()
					acked[q] = n
					mu.Unlock()
				}
			})
		}
		wg.Go(func() {
			<-start
			time.Sleep(time.Duration(rand.IntN(20)) * time.Millisecond) // at some moment of the race
			if _, err := []*Store{b.Store, other}[rand.IntN(2)].HandIn(t.Context(), noon, a.ID, ByPerson); err != nil {
				t.Error(err)
			}
		})
		close(start)
		wg.Wait()
		got, err := b.FindAttempt(t.Context(), a.ID)
		must(t, err)
		for q, n := range acked {
			m := got.Marks[q]
			// One more may have been stored whose call was told that the attempt is closed.
			okNow := n == 0 && len(m.A) == 0 || n > 0 && slices.Equal(m.A, []string{[]string{"A", "B"}[n%2]})
			okNext := slices.Equal(m.A, []string{[]string{"A", "B"}[(n+1)%2]})
			var stored int
			must(t, b.db.Get(t.Context(), &stored, `SELECT COALESCE(MAX(n), 0) FROM attempt_saves WHERE attempt_id = $1 AND question_no = $2`, a.ID, q+1))
			if !okNow && (!okNext || stored != n+1) || stored > n+1 {
				t.Errorf("question %d: acknowledged %d, stored %d, marked %v", q+1, n, stored, m.A)
			}
		}
		if closedSeen != len(a.Paper) {
			t.Errorf("%d of %d writers were told that it is closed", closedSeen, len(a.Paper))
		}
	}
}

func aCorrectedKey(t *testing.T, b *bench) {
	c := b.quickly(t, func(r *Settings) { r.ShuffleQuestions = false })
	good, bad, none := b.guest(t, c), b.guest(t, c), b.guest(t, c)
	b.take(t, c, good, noon, 5, time.Minute)
	b.take(t, c, bad, noon, 0, time.Minute) // all B
	a := b.begin(t, c, none, noon)
	_, err := b.HandIn(t.Context(), noon.Add(time.Minute), a.ID, ByPerson)
	must(t, err)
	open := b.begin(t, c, b.guest(t, c), noon)
	b.save(t, open, noon, 1, 1, "B")
	first := open.Paper[0].ID
	fix := Correction{QuestionID: first, Key: []string{"B"}}
	impact, err := b.PreviewCorrection(t.Context(), c.ID, fix)
	must(t, err)
	if impact.Attempts != 3 || impact.Changed != 2 || impact.People != 2 || impact.Up != 1 || impact.Down != 1 || len(impact.Moves) != 2 {
		t.Errorf("preview %+v", impact)
	}
	if r := b.results(t, c, good); r[""].Points != 50 {
		t.Errorf("the preview changed something: %+v", r)
	}
	must(t, b.Correct(t.Context(), c.ID, fix))
	for e, want := range map[quiz.Entrant]int64{good: 40, bad: 10, none: 0} {
		if r := b.results(t, c, e); r[""].Points != want {
			t.Errorf("%s has %d, want %d", e.Name, r[""].Points, want)
		}
	}
	done, err := b.HandIn(t.Context(), noon.Add(time.Minute), open.ID, ByPerson)
	must(t, err)
	if done.Points != 10 {
		t.Errorf("with the new key: %+v", done)
	}
	yes, no := true, false
	must(t, b.Correct(t.Context(), c.ID, Correction{QuestionID: first, Voided: &yes}))
	for e, want := range map[quiz.Entrant]int64{good: 50, bad: 10, none: 10} {
		if r := b.results(t, c, e); r[""].Points != want {
			t.Errorf("void: %s has %d, want %d", e.Name, r[""].Points, want)
		}
	}
	must(t, b.Correct(t.Context(), c.ID, Correction{QuestionID: first, Voided: &no, Key: []string{"A"}}))
	if r := b.results(t, c, good); r[""].Points != 50 {
		t.Errorf("as at first: %+v", r)
	}
	refused(t, b.Correct(t.Context(), c.ID, Correction{QuestionID: first, Key: []string{"Z"}}), "request.invalid")
	refused(t, b.Correct(t.Context(), c.ID, Correction{QuestionID: "no-such", Voided: &yes}), "question.missing")
	c, err = b.Find(t.Context(), c.ID)
	must(t, err)
	if c.SeedHash != Commitment(c.Seed, c.Rules.DrawRules(), c.Entries()) {
		t.Error("a correction breaks the commitment")
	}
}

// aBrokenOffCorrectionIsFinished: the key is stored, and the process is gone before the attempts are marked anew.
func aBrokenOffCorrectionIsFinished(t *testing.T, b *bench) {
	c := b.quickly(t, nil)
	e := b.guest(t, c)
	b.take(t, c, e, noon, 5, time.Minute)
	ctx, cancel := context.WithCancel(t.Context())
	q := c.Pool[0].Question
	q.Key = []string{"C"}
	must(t, b.Store.change(ctx, "break", c.ID, breakOff(ctx, c, q)))
	cancel()
	if r := b.results(t, c, e); r[""].Points != 50 {
		t.Errorf("%+v", r)
	}
	b.tick(t, noon.Add(2*time.Minute))
	if r := b.results(t, c, e); r[""].Points != 40 {
		t.Errorf("after the clock has worked: %+v", r)
	}
}

func practiceDoesNotCount(t *testing.T, b *bench) {
	c := b.quickly(t, func(r *Settings) {
		r.PracticeOpensMS, r.PracticeClosesMS, r.AttemptsPerDay = noon.Add(-3*time.Hour).UnixMilli(), noon.Add(-2*time.Hour).UnixMilli(), 1
	})
	e := b.guest(t, c)
	practice := noon.Add(-2*time.Hour - 5*time.Minute)
	a := b.begin(t, c, e, practice)
	if a.Phase != PhasePractice || !a.DeadlineAt.Equal(noon.Add(-2*time.Hour)) {
		t.Errorf("%+v", a)
	}
	b.save(t, a, practice, 1, 1, "A")
	_, err := b.HandIn(t.Context(), practice.Add(time.Minute), a.ID, ByPerson)
	must(t, err)
	b.take(t, c, e, practice.Add(2*time.Minute), 5, time.Second)
	if r := b.results(t, c, e); len(r) != 0 {
		t.Errorf("practice counts: %+v", r)
	}
	if p := c.PhaseAt(noon.Add(-90 * time.Minute)); p != PhaseBetween {
		t.Errorf("phase %s", p)
	}
	_, err = b.Start(t.Context(), noon.Add(-90*time.Minute), c, e, PhaseFormal, "")
	refused(t, err, "attempt.not_yet")
	if f := b.take(t, c, e, noon, 5, time.Second); f.No != 1 || f.Phase != PhaseFormal {
		t.Errorf("%+v", f)
	}
}

// bothStoragesDrawTheSame: what is stored and read again draws what the generator draws.
func bothStoragesDrawTheSame(t *testing.T, b *bench) {
	r := rules(b.bank(t, singles(40)), 10)
	r.Draw = append(r.Draw, Rule{BankID: r.Draw[0].BankID, Count: 5, Categories: []string{"类1"}})
	c := b.published(t, r)
	b.forget(c.ID)
	read, err := b.Find(t.Context(), c.ID)
	must(t, err)
	for i := range 20 {
		label := Label("e", "formal", i)
		if x, y := Draw(c.Seed, c.Rules.DrawRules(), c.Entries(), label), Draw(read.Seed, read.Rules.DrawRules(), read.Entries(), label); !slices.Equal(x, y) || len(x) != 15 {
			t.Fatalf("%v, %v", x, y)
		}
	}
	if read.SeedHash != Commitment(read.Seed, read.Rules.DrawRules(), read.Entries()) {
		t.Error("the commitment does not hold for what is read")
	}
	seen := map[string]bool{}
	for _, d := range Draw(c.Seed, c.Rules.DrawRules(), c.Entries(), "x") {
		if seen[d.ID] {
			t.Errorf("%s twice on a paper", d.ID)
		}
		seen[d.ID] = true
	}
}

func progressAndLists(t *testing.T, b *bench) {
	c := b.quickly(t, nil)
	var es []quiz.Entrant
	for i := range 5 {
		e := b.guest(t, c)
		es = append(es, e)
		if i < 3 {
			b.take(t, c, e, noon, i, time.Minute)
		}
	}
	b.begin(t, c, es[4], noon)
	p, err := b.Progress(t.Context(), c.ID)
	must(t, err)
	if p.Entrants != 5 || p.TookPart != 3 || p.HandedIn != 3 || p.Open != 1 || p.Points != 30 || len(p.Teams) != 2 || p.Teams[0].TookPart != 3 || len(p.Days) != 1 || p.Days[0].People != 3 {
		t.Errorf("%+v", p)
	}
	var seen []string
	for after := ""; ; {
		page, total, err := b.ListAttempts(t.Context(), c.ID, AttemptFilter{}, Page{After: after, Limit: 3})
		must(t, err)
		if total != 4 {
			t.Errorf("total %d", total)
		}
		if len(page) == 0 {
			break
		}
		for _, a := range page {
			seen = append(seen, a.ID)
		}
		after = page[len(page)-1].ID
	}
	if len(seen) != 4 || len(slices.Compact(slices.Sorted(slices.Values(seen)))) != 4 {
		t.Errorf("pages have %v", seen)
	}
	for name, tt := range map[string]struct {
		f    AttemptFilter
		want int
	}{"open": {AttemptFilter{State: Open}, 1}, "by name": {AttemptFilter{Search: es[1].Name}, 1}, "no name": {AttemptFilter{Search: "%"}, 0},
		"team": {AttemptFilter{TeamID: c.Teams[1].ID}, 0}, "entrant": {AttemptFilter{EntrantID: es[0].ID}, 1}, "practice": {AttemptFilter{Phase: PhasePractice}, 0}} {
		if page, total, err := b.ListAttempts(t.Context(), c.ID, tt.f, Page{Limit: 9}); err != nil || total != tt.want || len(page) != tt.want {
			t.Errorf("%s: %d of %d, want %d, %v", name, len(page), total, tt.want, err)
		}
	}
}

// TestWhatIsOwedKeepsItsTime: saves that came while the database was away count from when they first came.
func TestWhatIsOwedKeepsItsTime(t *testing.T) {
	var o owed
	it := &saving{attempt: "a", saves: []saveRow{{id: "1", q: 1, at: noon.UnixMilli()}, {id: "2", q: 2, at: noon.UnixMilli()}}}
	o.note(it, noon)
	o.note(&saving{attempt: "a", saves: []saveRow{{id: "1", q: 1, at: noon.Add(time.Second).UnixMilli()}}}, noon.Add(time.Second))
	if got := o.received("a", "1", noon.Add(time.Minute)); !got.Equal(noon) {
		t.Errorf("first came at %s", got)
	}
	if got := o.received("b", "1", noon.Add(time.Minute)); !got.Equal(noon.Add(time.Minute)) {
		t.Errorf("another's came at %s", got)
	}
	if got := o.received("a", "1", noon.Add(time.Hour)); !got.Equal(noon.Add(time.Hour)) {
		t.Errorf("an hour later it counts from %s", got)
	}
	if all := o.all(); len(all) != 1 || len(all[0].saves) != 2 {
		t.Errorf("owed: %+v", all)
	}
	o.settle(it)
	if all := o.all(); len(all) != 0 {
		t.Errorf("still owed: %+v", all)
	}
}

// TestAnOutageLosesNoAnswer: the database is away from before the deadline until after it. What phones sent meanwhile is stored
// and marked when it is back, though nobody sends it again.
func TestAnOutageLosesNoAnswer(t *testing.T) {
	b := &bench{Store: openStore(t, "sqlite://"+t.TempDir()+"/x.db")}
	c := b.quickly(t, func(r *Settings) { r.PaperLimitMS = 60000 })
	a := b.begin(t, c, b.guest(t, c), noon)
	away := true
	b.saves.Close()
	b.saves = quiz.NewBatch(func(ctx context.Context, items []*saving) error {
		if away {
			return fault.Wrap(fault.Unavailable, "storage.unavailable", errors.New("away"))
		}
		return b.writeSaves(ctx, items)
	})
	for q := range 3 {
		_, err := b.Save(t.Context(), noon.Add(50*time.Second), a.ID, []Save{{ID: fmt.Sprint(q), Q: q + 1, N: 1, A: []string{shown(a, q+1, "A")}}}, nil)
		refused(t, err, "storage.unavailable")
	}
	w := b.worker()
	w.step(t.Context(), noon.Add(80*time.Second))
	away = false
	w.step(t.Context(), noon.Add(81*time.Second))
	if got, err := b.FindAttempt(t.Context(), a.ID); err != nil || got.State != Open {
		t.Errorf("handed in before the phones could send again: %+v, %v", got, err)
	}
	again, err := b.Save(t.Context(), noon.Add(82*time.Second), a.ID, []Save{{ID: "1", Q: 2, N: 1, A: []string{shown(a, 2, "A")}}, {ID: "new", Q: 4, N: 1, A: []string{"A"}}}, nil)
	must(t, err)
	if !slices.Equal(again.Saved, []string{"1"}) || len(again.Refused) != 1 || again.Refused[0].Key != "attempt.late" {
		t.Errorf("sent again: %+v", again)
	}
	w.step(t.Context(), noon.Add(80*time.Second+afterOutage))
	got, err := b.FindAttempt(t.Context(), a.ID)
	must(t, err)
	if got.State != HandedIn || got.Points != 30 {
		t.Errorf("%+v", got)
	}
}

// TestTheClockLooksAtOpenAttemptsOnly: once a second, among a million attempts.
func TestTheClockLooksAtOpenAttemptsOnly(t *testing.T) {
	s := openStore(t, "sqlite://"+t.TempDir()+"/x.db")
	for name, tt := range map[string]struct{ query, index string }{
		"due":     {`SELECT id FROM attempts WHERE ` + unfinished + ` AND state = 'open' AND deadline_at <= 1 LIMIT 1`, "attempts_due"},
		"closing": {`SELECT id, contest_id FROM attempts WHERE ` + unfinished + ` AND state = 'closing' ORDER BY deadline_at LIMIT 5`, "attempts_due"},
		"left":    {`SELECT contest_id FROM attempts WHERE ` + unfinished, "INDEX attempts_"},
		"keys":    {`SELECT 1 FROM attempts a WHERE a.contest_id = 'x' AND a.keys_version < 3 AND a.state = 'handed_in'`, "attempts_keys"},
	} {
		var plan []struct {
			ID, Parent, NotUsed int
			Detail              string
		}
		if err := s.db.Select(t.Context(), &plan, `EXPLAIN QUERY PLAN `+tt.query); err != nil {
			t.Fatal(err)
		}
		if len(plan) == 0 || !strings.Contains(plan[0].Detail, tt.index) {
			t.Errorf("%s: %+v", name, plan)
		}
	}
}
