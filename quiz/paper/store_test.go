package paper

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/internal/testenv"
	"leitai/people"
	"leitai/questionbank"
	"leitai/quiz"
	"leitai/sqldb"
)

// noon is a day in the middle of a week, noon in Shanghai.
var noon = time.Date(2026, 6, 10, 4, 0, 0, 0, time.UTC)

// bench is a store with the tools of these tests.
type bench struct {
	*Store
	url string
	n   int
}

func TestStore(t *testing.T) {
	tests := []struct {
		name string
		run  func(*testing.T, *bench)
	}{
		{"a contest's life", aContestsLife},
		{"the pool is frozen", thePoolIsFrozen},
		{"what is read during a change is not kept", whatIsReadDuringAChangeIsNotKept},
		{"rules that cannot be satisfied", rulesThatCannotBeSatisfied},
		{"what is settled", whatIsSettled},
		{"units become teams", unitsBecomeTeams},
		{"people enter once", peopleEnterOnce},
		{"the save with the highest number counts", theSaveWithTheHighestNumberCounts},
		{"late saves are refused", lateSavesAreRefused},
		{"questions one at a time", questionsOneAtATime},
		{"all types are marked", allTypesAreMarked},
		{"attempts are counted by day", attemptsAreCountedByDay},
		{"days change with the clocks", daysChangeWithTheClocks},
		{"best, latest and cumulative", bestLatestAndCumulative},
		{"void counts for nothing", voidCountsForNothing},
		{"closing early and prolonging", closingEarlyAndProlonging},
		{"the clock hands in once", theClockHandsInOnce},
		{"what is acknowledged is marked", whatIsAcknowledgedIsMarked},
		{"a corrected key", aCorrectedKey},
		{"a broken off correction is finished", aBrokenOffCorrectionIsFinished},
		{"practice does not count", practiceDoesNotCount},
		{"both storages draw the same", bothStoragesDrawTheSame},
		{"progress and lists", progressAndLists},
	}
	testenv.Databases(t, func(t *testing.T, url string) {
		b := &bench{Store: openStore(t, url), url: url}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) { tt.run(t, b) })
		}
	})
}

func openStore(t *testing.T, url string) *Store {
	t.Helper()
	db, err := sqldb.Open(context.Background(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(context.Background()); err != nil {
		t.Fatal(err)
	}
	s := NewStore(db)
	t.Cleanup(s.Stop)
	return s
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func refused(t *testing.T, err error, key string) {
	t.Helper()
	if keyOf(err) != key {
		t.Errorf("want %s, got %v", key, err)
	}
}

func keyOf(err error) string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Key
	}
	return ""
}

// singles makes n questions of single choice whose right option is the first, 10 points each.
func singles(n int) []questionbank.Question {
	out := make([]questionbank.Question, n)
	for i := range out {
		out[i] = questionbank.Question{Type: questionbank.Single, Stem: fmt.Sprintf("第%d题，哪一项正确？", i+1), Options: []string{"对的", "错的", "也错的", "还错的"}, Key: []string{"A"}, Difficulty: 1 + i%5, Category: fmt.Sprintf("类%d", i%3)}
	}
	return out
}

func (b *bench) bank(t *testing.T, qs []questionbank.Question) string {
	t.Helper()
	b.n++
	id, err := questionbank.NewStore(b.db).CreateBank(t.Context(), noon, fmt.Sprintf("库%d", b.n), qs)
	must(t, err)
	return id
}

// rules are those of a contest around noon, without limits of attempts, of questions of this bank.
func rules(bank string, count int) Settings {
	r := DefaultSettings(noon)
	r.OpensMS, r.ClosesMS = noon.Add(-time.Hour).UnixMilli(), noon.Add(time.Hour).UnixMilli()
	r.Entry, r.AttemptsPerDay = EntryOpen, 0
	r.Draw = []Rule{{BankID: bank, Count: count}}
	return r
}

// draft stores a contest with two teams.
func (b *bench) draft(t *testing.T, r Settings) string {
	t.Helper()
	c := &quiz.Contest{Title: "预赛", Settings: quiz.DefaultContestSettings(), Teams: []quiz.Team{{Name: "一队"}, {Name: "二队"}}}
	must(t, b.Create(t.Context(), noon, c, r, nil))
	return c.ID
}

// published is a contest that people can enter.
func (b *bench) published(t *testing.T, r Settings) *Contest {
	t.Helper()
	c, err := b.Publish(t.Context(), time.UnixMilli(r.OpensMS).Add(-time.Minute), b.draft(t, r))
	must(t, err)
	return c
}

// quickly is a contest of five singles; change sets its rules.
func (b *bench) quickly(t *testing.T, change func(r *Settings)) *Contest {
	t.Helper()
	r := rules(b.bank(t, singles(5)), 5)
	if change != nil {
		change(&r)
	}
	return b.published(t, r)
}

func (b *bench) guest(t *testing.T, c *Contest) quiz.Entrant {
	t.Helper()
	b.n++
	e, err := b.EnterGuest(t.Context(), c.OpensAt(), c, c.Teams[0].ID, fmt.Sprintf("选手%d", b.n), uuid.NewString())
	must(t, err)
	return e
}

func (b *bench) begin(t *testing.T, c *Contest, e quiz.Entrant, now time.Time) *Attempt {
	t.Helper()
	a, err := b.Start(t.Context(), now, c, e, c.PhaseAt(now), "")
	must(t, err)
	return a
}

// shown gives the letter under which an option of the bank stands on the paper.
func shown(a *Attempt, q int, bank string) string { return a.Paper[q-1].toShown([]string{bank})[0] }

// save answers a question with an option of the bank.
func (b *bench) save(t *testing.T, a *Attempt, now time.Time, q, n int, bank ...string) Saved {
	t.Helper()
	out, err := b.Save(t.Context(), now, a.ID, []Save{{ID: uuid.NewString(), Q: q, N: n, A: a.Paper[q-1].toShown(bank)}}, nil)
	must(t, err)
	return out
}

// take begins an attempt, answers `right` questions rightly and hands in after this time.
func (b *bench) take(t *testing.T, c *Contest, e quiz.Entrant, now time.Time, right int, took time.Duration) *Attempt {
	t.Helper()
	a := b.begin(t, c, e, now)
	for q := range a.Paper {
		letter := "B"
		if q < right {
			letter = "A"
		}
		b.save(t, a, now, q+1, 1, letter)
	}
	done, err := b.HandIn(t.Context(), now.Add(took), a.ID, ByPerson)
	must(t, err)
	return done
}

func (b *bench) results(t *testing.T, c *Contest, e quiz.Entrant) map[string]Result {
	t.Helper()
	var rows []Result
	must(t, b.db.Select(t.Context(), &rows, `SELECT entrant_id, day, team_id, points, time_ms, attempts, finished_at FROM paper_results
		WHERE contest_id = $1 AND entrant_id = $2`, c.ID, e.ID))
	out := map[string]Result{}
	for _, r := range rows {
		out[r.Day] = r
	}
	return out
}

func (b *bench) worker() *Worker { return NewWorker(b.Store, slog.New(slog.DiscardHandler)) }

// tick lets the clock work at a moment.
func (b *bench) tick(t *testing.T, now time.Time) {
	t.Helper()
	must(t, b.worker().Tick(t.Context(), now))
}

func aContestsLife(t *testing.T, b *bench) {
	ctx := t.Context()
	id := b.draft(t, rules(b.bank(t, singles(8)), 5))
	c, err := b.Find(ctx, id)
	must(t, err)
	if c.Status != quiz.Draft || c.Code != "" || len(c.Teams) != 2 || c.Rules.Size() != 5 {
		t.Errorf("draft: %+v", c)
	}
	refused(t, b.Unpublish(ctx, id), "contest.not_published")
	refused(t, b.Archive(ctx, id), "contest.not_finished")
	c, err = b.Publish(ctx, noon.Add(-2*time.Hour), id)
	must(t, err)
	if c.Status != quiz.Published || len(c.Code) != 6 || len(c.Seed) != 64 || len(c.Pool) != 8 || c.RevealedSeed() != "" ||
		c.SeedHash != Commitment(c.Seed, c.Rules.DrawRules(), c.Entries()) {
		t.Errorf("published: %+v", c)
	}
	if found, err := b.FindByCode(ctx, c.Code); err != nil || found.ID != id {
		t.Errorf("by code: %v, %v", found, err)
	}
	if _, err := b.Publish(ctx, noon, id); keyOf(err) != "contest.not_draft" {
		t.Errorf("published twice: %v", err)
	}
	must(t, b.Unpublish(ctx, id))
	if _, err := b.FindByCode(ctx, c.Code); keyOf(err) != "contest.unknown_code" {
		t.Errorf("its code is still known: %v", err)
	}
	again, err := b.Publish(ctx, noon.Add(-2*time.Hour), id)
	must(t, err)
	if again.Seed == c.Seed {
		t.Error("the same seed again")
	}
	if _, err := b.EnterGuest(ctx, noon, again, again.Teams[0].ID, "王芳", uuid.NewString()); err != nil {
		t.Fatal(err)
	}
	refused(t, b.Unpublish(ctx, id), "contest.entered")
	for _, step := range []struct {
		at     time.Time
		phase  Phase
		status quiz.Status
	}{{noon.Add(-90 * time.Minute), PhaseBefore, quiz.Published}, {noon.Add(-59 * time.Minute), PhaseFormal, quiz.Running}, {noon.Add(time.Hour), PhaseAfter, quiz.Running}, {noon.Add(time.Hour + 10*time.Second), PhaseAfter, quiz.Finished}} {
		b.tick(t, step.at)
		c, err := b.Find(ctx, id)
		must(t, err)
		if c.PhaseAt(step.at) != step.phase || c.Status != step.status {
			t.Errorf("at %s: %s, %s", step.at, c.PhaseAt(step.at), c.Status)
		}
		if (c.RevealedSeed() != "") != (step.status == quiz.Finished) {
			t.Errorf("the seed is out: %v in %s", c.RevealedSeed() != "", step.status)
		}
	}
	refused(t, b.Close(ctx, noon.Add(2*time.Hour), id), "contest.over")
	refused(t, b.Prolong(ctx, noon.Add(2*time.Hour), id, noon.Add(3*time.Hour).UnixMilli()), "contest.over")
	must(t, b.Archive(ctx, id))
	copied, err := b.Copy(ctx, noon, id, "再来一次")
	must(t, err)
	n, err := b.Find(ctx, copied)
	must(t, err)
	if n.Status != quiz.Draft || n.Title != "再来一次" || len(n.Teams) != 2 || n.Rules.ClosesMS-n.Rules.OpensMS != c.Rules.ClosesMS-c.Rules.OpensMS || len(n.Pool) != 0 {
		t.Errorf("copy: %+v", n)
	}
	if _, err := b.Find(ctx, "no-such"); keyOf(err) != "contest.missing" {
		t.Errorf("no such contest: %v", err)
	}
}

// whatIsReadDuringAChangeIsNotKept: a page that asks while a key is corrected must not show the old one afterwards.
func whatIsReadDuringAChangeIsNotKept(t *testing.T, b *bench) {
	c := b.published(t, rules(b.bank(t, singles(6)), 6))
	began := b.forgotten
	old, err := b.Find(t.Context(), c.ID)
	must(t, err)
	b.forget(c.ID)
	b.keep(old, time.Now(), began)
	if b.contests[c.ID] != nil {
		t.Error("what was read before the change is known after it")
	}
}

func thePoolIsFrozen(t *testing.T, b *bench) {
	bank := b.bank(t, singles(6))
	c := b.published(t, rules(bank, 6))
	banks := questionbank.NewStore(b.db)
	q := c.Pool[0].Question
	changed := q
	changed.Stem, changed.Key = "改过的题", []string{"D"}
	_, err := banks.UpdateQuestion(t.Context(), noon, changed, "t")
	must(t, err)
	b.forget(c.ID)
	now, err := b.Find(t.Context(), c.ID)
	must(t, err)
	if got := now.Pool[0].Question; got.Stem != q.Stem || got.Key[0] != "A" || got.Version != q.Version {
		t.Errorf("the pool follows the bank: %+v", got)
	}
	e := b.guest(t, c)
	a := b.begin(t, c, e, noon)
	other, err := b.FindAttempt(t.Context(), a.ID)
	must(t, err)
	if !slices.Equal(a.Paper, other.Paper) || !now.Matches(other) {
		t.Errorf("the paper as begun %v, as stored %v", a.Paper, other.Paper)
	}
}

func rulesThatCannotBeSatisfied(t *testing.T, b *bench) {
	bank := b.bank(t, singles(9)) // three of each category
	twin := b.bank(t, singles(3)) // the same questions once more
	r := rules(bank, 3)
	r.Draw = []Rule{{BankID: bank, Count: 3}, {BankID: bank, Count: 3, Categories: []string{"类1"}}, {BankID: twin, Count: 1}}
	report, err := b.CheckDraw(t.Context(), r)
	must(t, err)
	if report.Enough || report.Duplicates != 3 || report.Rules[0].Fit != 9 || report.Rules[1].Have != 3 || report.Rules[2].Have != 0 {
		t.Errorf("%+v", report)
	}
	id := b.draft(t, r)
	_, err = b.Publish(t.Context(), noon, id)
	refused(t, err, "contest.draw_few")
	r.Draw = r.Draw[:2]
	must(t, b.UpdateSettings(t.Context(), id, r))
	if report, err = b.CheckDraw(t.Context(), r); err != nil || !report.Enough || report.Rules[0].Have != 6 || report.Rules[1].Have != 3 {
		t.Errorf("%+v, %v", report, err)
	}
	r.Draw = nil
	must(t, b.UpdateSettings(t.Context(), id, r))
	_, err = b.Publish(t.Context(), noon, id)
	refused(t, err, "contest.no_rules")
	r.Draw = []Rule{{BankID: bank, Count: 1}}
	must(t, b.UpdateSettings(t.Context(), id, r))
	_, err = b.Publish(t.Context(), noon.Add(2*time.Hour), id)
	refused(t, err, "contest.window_over")
}

func whatIsSettled(t *testing.T, b *bench) {
	c := b.quickly(t, nil)
	r := c.Rules
	r.Draw = []Rule{{BankID: r.Draw[0].BankID, Count: 4}}
	refused(t, b.UpdateSettings(t.Context(), c.ID, r), "contest.settled")
	r = c.Rules
	r.PassMark, r.Notes = 30, "说明"
	must(t, b.UpdateSettings(t.Context(), c.ID, r))
	c, err := b.Find(t.Context(), c.ID)
	must(t, err)
	b.begin(t, c, b.guest(t, c), noon)
	r.Notes = "别的说明"
	must(t, b.UpdateSettings(t.Context(), c.ID, r))
	r.PassMark = 40
	refused(t, b.UpdateSettings(t.Context(), c.ID, r), "contest.settled")
	r.PassMark, r.ClosesMS = 30, r.ClosesMS+1
	refused(t, b.UpdateSettings(t.Context(), c.ID, r), "contest.settled")
}

func unitsBecomeTeams(t *testing.T, b *bench) {
	store := people.NewStore(b.db)
	tree := []people.Unit{{ID: uuid.NewString(), Kind: "park", Name: "园区"}}
	tree = append(tree, people.Unit{ID: uuid.NewString(), ParentID: tree[0].ID, Kind: "enterprise", Name: "甲公司"}, people.Unit{ID: uuid.NewString(), ParentID: tree[0].ID, Kind: "enterprise", Name: "乙公司"})
	tree = append(tree, people.Unit{ID: uuid.NewString(), ParentID: tree[1].ID, Kind: "branch", Name: "第一支部"}, people.Unit{ID: uuid.NewString(), ParentID: tree[1].ID, Kind: "branch", Name: "第二支部"})
	must(t, store.CreateUnits(t.Context(), tree))
	var who []people.Person
	for i, n := range []int{1, 2, 3, 4, 5} {
		for range n {
			who = append(who, people.Person{ID: uuid.NewString(), UnitID: tree[i].ID, Name: "人"})
		}
	}
	must(t, store.CreatePeople(t.Context(), noon, who))
	c := &quiz.Contest{Title: "单位赛", Settings: quiz.DefaultContestSettings()}
	r := rules(b.bank(t, singles(2)), 2)
	r.Entry = EntryRoster
	must(t, b.Create(t.Context(), noon, c, r, []string{tree[1].ID, tree[3].ID, tree[2].ID}))
	p, err := b.Publish(t.Context(), noon, c.ID)
	must(t, err)
	var got []string
	for _, team := range p.Teams {
		got = append(got, fmt.Sprintf("%s/%s %d", team.Group, team.Name, team.Roster))
	}
	if want := []string{"园区/甲公司 7", "甲公司/第一支部 4", "园区/乙公司 3"}; !slices.Equal(got, want) {
		t.Errorf("teams %v, want %v", got, want)
	}
	for unit, want := range map[int]int{1: 0, 3: 1, 4: 0, 2: 2} { // the second branch plays for its firm
		e, err := b.EnterPerson(t.Context(), noon, p, uuid.NewString(), tree[unit].ID, "某人", "")
		if err != nil || e.TeamID != p.Teams[want].ID {
			t.Errorf("%s plays for %+v, %v", tree[unit].Name, e, err)
		}
	}
	_, err = b.EnterPerson(t.Context(), noon, p, uuid.NewString(), tree[0].ID, "园区的人", p.Teams[0].ID)
	refused(t, err, "contest.not_invited")
	if offers, err := b.OpenTo(t.Context(), noon, uuid.NewString(), ""); err != nil || len(offers) != 0 {
		t.Errorf("to somebody without a unit: %d contests, %v", len(offers), err)
	}
	_, err = b.EnterGuest(t.Context(), noon, p, p.Teams[0].ID, "访客", uuid.NewString())
	refused(t, err, "contest.roster_only")
	refused(t, b.Create(t.Context(), noon, &quiz.Contest{Title: "x"}, r, []string{"no-such"}), "request.invalid")
	if err := b.SetUnits(t.Context(), c.ID, []string{tree[2].ID}); keyOf(err) != "contest.not_draft" {
		t.Errorf("units of a published contest: %v", err)
	}
}

func peopleEnterOnce(t *testing.T, b *bench) {
	c := b.quickly(t, nil)
	secret := uuid.NewString()
	var names []string
	for i := range 3 {
		first, err := b.EnterGuest(t.Context(), noon, c, c.Teams[0].ID, " 王  芳 ", secret+fmt.Sprint(i))
		must(t, err)
		again, err := b.EnterGuest(t.Context(), noon, c, c.Teams[1].ID, "别名", secret+fmt.Sprint(i))
		must(t, err)
		if first.ID != again.ID || again.Name != first.Name {
			t.Errorf("%+v, again %+v", first, again)
		}
		names = append(names, first.Name)
	}
	if !slices.Equal(names, []string{"王 芳", "王 芳 (2)", "王 芳 (3)"}) {
		t.Errorf("names %v", names)
	}
	person := uuid.NewString()
	other := openStore(t, b.url) // another process
	type entered struct {
		e   quiz.Entrant
		err error
	}
	done := make(chan entered, 20)
	for i := range 20 {
		s := []*Store{b.Store, other}[i%2]
		go func() {
			e, err := s.enter(t.Context(), noon, c, quiz.Entrant{TeamID: c.Teams[0].ID, PersonID: person, Name: "张三"}, personHash(c.ID, person))
			done <- entered{e, err}
		}()
	}
	ids := map[string]bool{}
	for range 20 {
		r := <-done
		must(t, r.err)
		ids[r.e.ID] = true
	}
	if len(ids) != 1 {
		t.Errorf("one person is %d entrants", len(ids))
	}
}

func theSaveWithTheHighestNumberCounts(t *testing.T, b *bench) {
	c := b.quickly(t, nil)
	a := b.begin(t, c, b.guest(t, c), noon)
	b.save(t, a, noon, 1, 2, "A")
	b.save(t, a, noon.Add(time.Second), 1, 1, "B") // came late, counts less
	b.save(t, a, noon, 2, 1, "B")
	b.save(t, a, noon.Add(time.Second), 2, 1, "A") // of one number the latest
	b.save(t, a, noon, 3, 1, "A")
	b.save(t, a, noon, 3, 2) // taken back
	one := []Save{{ID: "once", Q: 4, N: 1, A: []string{shown(a, 4, "A")}}}
	for range 3 { // a resend is the same save
		if out, err := b.Save(t.Context(), noon, a.ID, one, nil); err != nil || !slices.Equal(out.Saved, []string{"once"}) {
			t.Errorf("%+v, %v", out, err)
		}
	}
	bad, err := b.Save(t.Context(), noon, a.ID, []Save{{ID: "1", Q: 0, A: []string{"A"}}, {ID: "2", Q: 6, A: []string{"A"}}, {ID: "3", Q: 1, A: []string{"E"}}, {ID: "4", Q: 1, A: []string{"A", "B"}},
		{ID: "", Q: 1, A: []string{"A"}}, {ID: strings.Repeat("x", 65), Q: 1}, {ID: "5", Q: 1, N: -1}, {ID: "6", Q: 1, A: []string{""}}}, nil)
	must(t, err)
	if len(bad.Saved) != 0 || len(bad.Refused) != 8 {
		t.Errorf("%+v", bad)
	}
	sheet, err := b.SheetOf(t.Context(), c, a)
	must(t, err)
	if q := sheet.Questions; q[0].A[0] != shown(a, 1, "A") || q[0].N != 2 || q[1].A[0] != shown(a, 2, "A") || q[2].A != nil || q[2].N != 2 || q[4].A != nil {
		t.Errorf("sheet %+v", sheet.Questions)
	}
	done, err := b.HandIn(t.Context(), noon.Add(time.Minute), a.ID, ByPerson)
	must(t, err)
	if done.Points != 30 || done.Correct != 3 || done.Answered != 3 || done.Time != time.Minute || done.State != HandedIn {
		t.Errorf("%+v", done)
	}
	if _, err := b.Save(t.Context(), noon, a.ID, one, nil); keyOf(err) != "attempt.closed" {
		t.Errorf("saved after the hand-in: %v", err)
	}
	again, err := b.HandIn(t.Context(), noon.Add(time.Hour), a.ID, ByClock)
	must(t, err)
	if again.HandedInBy != ByPerson || again.Time != time.Minute {
		t.Errorf("handed in twice: %+v", again)
	}
}

func lateSavesAreRefused(t *testing.T, b *bench) {
	c := b.quickly(t, func(r *Settings) { r.PaperLimitMS = 60000 })
	a := b.begin(t, c, b.guest(t, c), noon)
	end := noon.Add(time.Minute)
	if !a.DeadlineAt.Equal(end) {
		t.Errorf("deadline %s", a.DeadlineAt)
	}
	late := []Save{{ID: "late", Q: 2, N: 1, A: []string{shown(a, 2, "A")}}}
	if out := b.save(t, a, end.Add(Grace), 1, 1, "A"); len(out.Saved) != 1 {
		t.Errorf("within the grace: %+v", out)
	}
	out, err := b.Save(t.Context(), end.Add(Grace+time.Millisecond), a.ID, late, nil)
	must(t, err)
	if len(out.Saved) != 0 || len(out.Refused) != 1 || out.Refused[0].Key != "attempt.late" {
		t.Errorf("after the grace: %+v", out)
	}
	if _, err := b.Save(t.Context(), end.Add(Grace), a.ID, late, nil); err != nil {
		t.Fatal(err)
	}
	if out, err = b.Save(t.Context(), end.Add(Grace+time.Second), a.ID, late, nil); err != nil || len(out.Saved) != 1 { // its acknowledgement was not heard
		t.Errorf("a resend of what was in time: %+v, %v", out, err)
	}
	done, err := b.HandIn(t.Context(), end.Add(Grace+time.Second), a.ID, ByPerson)
	must(t, err)
	if done.Points != 20 || done.Time != time.Minute || !done.HandedInAt.Equal(end) {
		t.Errorf("%+v", done)
	}
}

func questionsOneAtATime(t *testing.T, b *bench) {
	c := b.quickly(t, func(r *Settings) { r.QuestionLimitMS = 20000 })
	a := b.begin(t, c, b.guest(t, c), noon)
	at := func(s int) time.Time { return noon.Add(time.Duration(s) * time.Second) }
	refusal := func(now time.Time, q int) string {
		t.Helper()
		out := b.save(t, a, now, q, 1, "A")
		if len(out.Refused) == 0 {
			return ""
		}
		return out.Refused[0].Key
	}
	show := func(now time.Time, q int) Sheet {
		t.Helper()
		s, err := b.Show(t.Context(), now, a.ID, q)
		must(t, err)
		return s
	}
	if key := refusal(at(0), 1); key != "attempt.not_shown" {
		t.Errorf("before it is shown: %q", key)
	}
	_, err := b.Show(t.Context(), at(0), a.ID, 2)
	refused(t, err, "attempt.order")
	show(at(0), 1)
	if s := show(at(7), 1); s.At != 1 || len(s.Questions) != 1 || s.Questions[0].ShownMS != at(0).UnixMilli() || s.Questions[0].ClosesMS != at(20).UnixMilli() {
		t.Errorf("shown again: %+v", s)
	}
	for q, want := range map[int]string{1: "", 2: "attempt.not_shown"} {
		if key := refusal(at(22), q); key != want {
			t.Errorf("question %d: %q, want %q", q, key, want)
		}
	}
	if key := refusal(at(24), 1); key != "attempt.passed" {
		t.Errorf("after its time: %q", key)
	}
	show(at(30), 2)
	show(at(31), 3) // ends the second
	if key := refusal(at(33), 2); key != "" {
		t.Errorf("on its way when the next one came: %q", key)
	}
	if key := refusal(at(36), 2); key != "attempt.passed" {
		t.Errorf("after the next one: %q", key)
	}
	_, err = b.Show(t.Context(), at(37), a.ID, 2)
	refused(t, err, "attempt.order")
	done, err := b.HandIn(t.Context(), at(40), a.ID, ByPerson)
	must(t, err)
	if done.Points != 20 {
		t.Errorf("%+v", done)
	}
	other := b.quickly(t, nil)
	_, err = b.Show(t.Context(), noon, b.begin(t, other, b.guest(t, other), noon).ID, 1)
	refused(t, err, "attempt.all_at_once")
}

func allTypesAreMarked(t *testing.T, b *bench) {
	bank := b.bank(t, []questionbank.Question{
		{Type: questionbank.Single, Stem: "单", Options: []string{"一", "二"}, Key: []string{"B"}, Difficulty: 1},
		{Type: questionbank.Multiple, Stem: "多", Options: []string{"一", "二", "三", "四"}, Key: []string{"A", "C"}, Difficulty: 1},
		{Type: questionbank.Judge, Stem: "判", Options: []string{"正确", "错误"}, Key: []string{"A"}, Difficulty: 1},
		{Type: questionbank.Fill, Stem: "填 ____ 和 ____", Key: []string{"北京;首都|ＡＢＣ"}, Difficulty: 1},
		{Type: questionbank.Order, Stem: "排", Options: []string{"春", "夏", "秋"}, Key: []string{"C", "A", "B"}, Difficulty: 1},
	})
	r := rules(bank, 5)
	r.Draw = []Rule{{BankID: bank, Count: 4, Types: []questionbank.Type{"single", "multiple", "judge", "order"}}, {BankID: bank, Count: 1, Types: []questionbank.Type{"fill"}, Points: 7}}
	r.Partial, r.Wrong = quiz.PartialHalf, -3
	c := b.published(t, r)
	for _, tt := range []struct {
		name   string
		give   map[questionbank.Type][]string
		points int
	}{
		{"all right", map[questionbank.Type][]string{"single": {"B"}, "multiple": {"C", "A"}, "judge": {"A"}, "fill": {" 首 都", "abc。"}, "order": {"C", "A", "B"}}, 10 + 20 + 10 + 7 + 10},
		{"half", map[questionbank.Type][]string{"multiple": {"A"}, "fill": {"北京", "x"}}, 10 + 4},
		{"wrong costs", map[questionbank.Type][]string{"single": {"A"}, "multiple": {"A", "B"}, "order": {"A", "B", "C"}}, -9},
		{"an order that is only begun is kept, and costs nothing", map[questionbank.Type][]string{"single": {"B"}, "order": {"C", "A"}}, 10},
		{"nothing", nil, 0},
	} {
		a := b.begin(t, c, b.guest(t, c), noon)
		var saves []Save
		for i, d := range a.Paper {
			q, _ := c.Question(d.ID)
			if give := tt.give[q.Question.Type]; give != nil {
				if q.Question.Type != questionbank.Fill {
					give = d.toShown(give)
				}
				saves = append(saves, Save{ID: fmt.Sprint(i), Q: i + 1, N: 1, A: give})
			}
		}
		out, err := b.Save(t.Context(), noon, a.ID, saves, nil)
		must(t, err)
		if len(out.Refused) > 0 {
			t.Errorf("%s: %+v", tt.name, out.Refused)
		}
		done, err := b.HandIn(t.Context(), noon.Add(time.Minute), a.ID, ByPerson)
		must(t, err)
		if done.Points != tt.points || c.Max(done) != 57 {
			t.Errorf("%s: %d points, want %d", tt.name, done.Points, tt.points)
		}
		review, ok := c.Review(done)
		if !ok || len(review) != 5 {
			t.Fatalf("%s: no review", tt.name)
		}
		for i, q := range review {
			d := done.Paper[i]
			p, _ := c.Question(d.ID)
			for k, l := range q.Key { // the shown letter of the key is the key's text
				if q.Type != questionbank.Fill && q.Type != questionbank.Multiple {
					at := slices.IndexFunc(q.Options, func(o Option) bool { return o.ID == l })
					if q.Options[at].Text != p.Question.Options[p.Question.Key[k][0]-'A'] {
						t.Errorf("%s: key %v of %+v", q.Type, q.Key, q.Options)
					}
				}
			}
		}
	}
}

// breakOff stores a corrected question as Correct does, and nothing after it.
func breakOff(ctx context.Context, c *Contest, q questionbank.Question) func(tx *sqlx.Tx, _ *Contest) error {
	return func(tx *sqlx.Tx, _ *Contest) error {
		if _, err := tx.ExecContext(ctx, `UPDATE paper_pool SET snapshot = $3 WHERE contest_id = $1 AND question_id = $2`, c.ID, q.ID, sqldb.JSON[questionbank.Question]{V: q}); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE contests SET keys_version = keys_version + 1 WHERE id = $1`, c.ID)
		return err
	}
}
