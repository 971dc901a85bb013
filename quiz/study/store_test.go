package study

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"leitai/fault"
	"leitai/internal/testenv"
	"leitai/people"
	"leitai/questionbank"
	"leitai/sqldb"
)

// bench is a store with a bank that is open and a person.
type bench struct {
	*Store
	db     *sqldb.DB
	banks  *questionbank.Store
	bank   string
	unit   string
	person string
}

// TestStore runs all tests of the Store on one database of each engine; each makes what it needs.
func TestStore(t *testing.T) {
	tests := []struct {
		name string
		run  func(*testing.T, *bench)
	}{
		{"settings are kept by version", settingsAreKeptByVersion},
		{"an answer is judged once", anAnswerIsJudgedOnce},
		{"who does not know sees the key", whoDoesNotKnowSeesTheKey},
		{"two phones answer at once", twoPhonesAnswerAtOnce},
		{"the caps of a day hold", theCapsOfADayHold},
		{"a challenge goes on", aChallengeGoesOn},
		{"a removed question is passed over", aRemovedQuestionIsPassedOver},
		{"a bank that is closed gives nothing away", aClosedBankGivesNothingAway},
		{"an edited question stays as it was drawn", anEditedQuestionStaysAsItWas},
		{"mistakes come back until they are known", mistakesComeBack},
		{"mistakes of a paper are collected once", mistakesOfAPaperAreCollectedOnce},
		{"boards rank people and units", boardsRank},
		{"kiosks keep nothing of people", kiosksKeepNothing},
		{"who is erased leaves nothing", whoIsErasedLeavesNothing},
	}
	testenv.Databases(t, func(t *testing.T, url string) {
		db, err := sqldb.Open(context.Background(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		if err := db.Migrate(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) { tt.run(t, newBench(t, db)) })
		}
	})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func newBench(t *testing.T, db *sqldb.DB) *bench {
	t.Helper()
	banks := questionbank.NewStore(db)
	b := &bench{Store: NewStore(db, banks), db: db, banks: banks}
	var questions []questionbank.Question
	for i := range 30 {
		questions = append(questions, questionbank.Question{Type: questionbank.Single, Category: t.Name(), Stem: fmt.Sprintf("%s %d", t.Name(), i), Options: []string{"a", "b"},
			Key: []string{"B"}, Explanation: "e", Source: "s", Difficulty: 1})
	}
	var err error
	b.bank, err = banks.CreateBank(t.Context(), noon, t.Name(), questions)
	must(t, err)
	unit := []people.Unit{{Kind: "enterprise", Name: t.Name()}}
	must(t, people.NewStore(db).CreateUnits(t.Context(), unit))
	b.unit = unit[0].ID
	b.person = b.newPerson(t, "甲")
	b.set(t, func(s *Settings) { *s = DefaultSettings(); s.Banks, s.KioskBanks = []string{b.bank}, []string{b.bank} })
	return b
}

func (b *bench) newPerson(t *testing.T, name string) string {
	t.Helper()
	p := []people.Person{{UnitID: b.unit, Name: name}}
	must(t, people.NewStore(b.db).CreatePeople(t.Context(), noon, p))
	return p[0].ID
}

func (b *bench) set(t *testing.T, change func(*Settings)) {
	t.Helper()
	kept, err := b.FindSettings(t.Context())
	must(t, err)
	change(&kept.Settings)
	_, err = b.ChangeSettings(t.Context(), noon, kept.Version, kept.Settings, "管理员")
	must(t, err)
}

func (b *bench) begin(t *testing.T, w Wanted) Set {
	t.Helper()
	s, err := b.Begin(t.Context(), noon, b.person, w)
	must(t, err)
	return s
}

func (b *bench) give(t *testing.T, at time.Time, person, id string, no int, letter string) Outcome {
	t.Helper()
	o, err := b.Answer(t.Context(), at, person, id, fmt.Sprint("a", no), no, []string{letter})
	must(t, err)
	return o
}

// all answers a set to its end and gives it.
func (b *bench) all(t *testing.T, s Set, letter string) Set {
	t.Helper()
	for no := range s.Questions {
		s = b.give(t, noon, s.PersonID, s.ID, no+1, letter).Set
	}
	return s
}

func refused(t *testing.T, err error, key string) {
	t.Helper()
	if fault.KeyOf(err) != key || err == nil {
		t.Errorf("want %s, got %v", key, err)
	}
}

func settingsAreKeptByVersion(t *testing.T, b *bench) {
	kept, err := b.FindSettings(t.Context())
	must(t, err)
	next := kept.Settings
	next.DailySize = 7
	_, err = b.ChangeSettings(t.Context(), noon, kept.Version-1, next, "x")
	refused(t, err, "study.changed")
	now, err := b.ChangeSettings(t.Context(), noon, kept.Version, next, "李主任")
	must(t, err)
	again, err := b.FindSettings(t.Context())
	must(t, err)
	if again.Version != kept.Version+1 || again.DailySize != 7 || again.ChangedBy != "李主任" || !again.ChangedAt.Equal(noon) || now.Version != again.Version {
		t.Errorf("kept %+v", again)
	}
	next.DailySize = 0
	_, err = b.ChangeSettings(t.Context(), noon, again.Version, next, "x")
	refused(t, err, "request.invalid")
}

func anAnswerIsJudgedOnce(t *testing.T, b *bench) {
	s := b.begin(t, Wanted{Mode: Daily})
	if again := b.begin(t, Wanted{Mode: Daily}); again.ID != s.ID {
		t.Error("a second set beside the open one")
	}
	first := b.give(t, noon, b.person, s.ID, 1, "B")
	if !first.Asked.Right || first.Asked.Points != 1 || first.Question.Key[0] != "B" || first.Next == nil {
		t.Errorf("first answer: %+v", first)
	}
	second, err := b.Answer(t.Context(), noon, b.person, s.ID, "another", 1, []string{"A"})
	must(t, err)
	if !second.Asked.Right || second.Asked.AnswerID != "a1" || second.Set.Points != 1 {
		t.Errorf("second answer: %+v", second.Asked)
	}
	_, err = b.Answer(t.Context(), noon, b.person, s.ID, "x", 3, []string{"A"})
	refused(t, err, "study.not_current")
	_, err = b.Answer(t.Context(), noon, b.person, s.ID, "x", 9, []string{"A"})
	refused(t, err, "request.invalid")
	_, err = b.Answer(t.Context(), noon, b.person, s.ID, "x", 2, []string{"Q"})
	refused(t, err, "answer.invalid")
	other := b.newPerson(t, "乙")
	_, err = b.Answer(t.Context(), noon, other, s.ID, "x", 2, []string{"A"})
	refused(t, err, "study.missing")
	done := b.all(t, s, "B")
	if done.State != Finished || done.Points != 6 || done.Correct != 5 { // five right, and one for the set
		t.Errorf("done: %+v", done)
	}
	_, err = b.Answer(t.Context(), noon, b.person, s.ID, "x", 6, []string{"A"})
	refused(t, err, "request.invalid")
	h, err := b.Home(t.Context(), noon, b.person)
	must(t, err)
	if h.Points != 6 || h.Month != 6 || h.Ever != 6 || h.Streak != 1 || !h.Today || h.Modes[0].Today != 1 || h.Modes[0].Open != "" {
		t.Errorf("home: %+v", h)
	}
	if b.begin(t, Wanted{Mode: Daily}).ID == s.ID {
		t.Error("the finished set again")
	}
}

func whoDoesNotKnowSeesTheKey(t *testing.T, b *bench) {
	s := b.begin(t, Wanted{Mode: Daily})
	o, err := b.Answer(t.Context(), noon, b.person, s.ID, "x", 1, nil)
	must(t, err)
	if o.Asked.Right || o.Asked.Skipped || o.Asked.Points != 0 || o.Set.Wrong != 1 || len(o.Question.Key) != 1 {
		t.Errorf("not known: %+v", o)
	}
	if page, _, err := b.ListMistakes(t.Context(), b.person, 0, 10); err != nil || len(page) != 1 {
		t.Errorf("%d mistakes, %v", len(page), err)
	}
	run := b.begin(t, Wanted{Mode: Challenge})
	_, err = b.Answer(t.Context(), noon, b.person, run.ID, "x", 1, nil)
	refused(t, err, "answer.invalid")
}

func twoPhonesAnswerAtOnce(t *testing.T, b *bench) {
	s := b.begin(t, Wanted{Mode: Daily})
	for no := range s.Questions {
		var wg sync.WaitGroup
		out, errs := make([]Outcome, 4), make([]error, 4)
		for i := range out {
			wg.Go(func() {
				out[i], errs[i] = b.Answer(context.Background(), noon, b.person, s.ID, fmt.Sprint("phone", i), no+1, []string{map[bool]string{true: "A", false: "B"}[i%2 == 0]})
			})
		}
		wg.Wait()
		for i := range out {
			if errs[i] != nil || out[i].Asked.AnswerID != out[0].Asked.AnswerID || out[i].Asked.Right != out[0].Asked.Right {
				t.Fatalf("question %d: %v %+v, %+v", no+1, errs[i], out[i].Asked, out[0].Asked)
			}
		}
	}
	done, err := b.Find(t.Context(), b.person, s.ID)
	must(t, err)
	var kept int
	must(t, b.db.Get(t.Context(), &kept, `SELECT COALESCE(SUM(points), 0) FROM study_points WHERE set_id = $1`, s.ID))
	if done.State != Finished || done.Answered() != 5 || kept != done.Points || done.Points != done.Correct+1 {
		t.Errorf("done %+v with %d points kept", done, kept)
	}
	var begun sync.Map
	var wg sync.WaitGroup
	for range 6 {
		wg.Go(func() {
			set, err := b.Begin(context.Background(), noon, b.person, Wanted{Mode: Daily})
			if err != nil {
				t.Error(err)
			}
			begun.Store(set.ID, true)
		})
	}
	wg.Wait()
	n := 0
	begun.Range(func(any, any) bool { n++; return true })
	if n != 1 {
		t.Errorf("%d sets begun at once", n)
	}
}

func theCapsOfADayHold(t *testing.T, b *bench) {
	b.set(t, func(s *Settings) { s.DailySets, s.PointsDay = 2, 8 })
	first := b.all(t, b.begin(t, Wanted{Mode: Daily}), "B")
	second := b.all(t, b.begin(t, Wanted{Mode: Daily}), "B")
	if first.Points != 6 || second.Points != 2 {
		t.Errorf("points %d and %d", first.Points, second.Points)
	}
	_, err := b.Begin(t.Context(), noon, b.person, Wanted{Mode: Daily})
	refused(t, err, "study.no_more_today")
	topic := b.all(t, b.begin(t, Wanted{Mode: Topic, Topic: "c:" + t.Name()}), "B")
	if topic.Points != 0 {
		t.Errorf("%d points past the cap", topic.Points)
	}
	tomorrow, err := b.Begin(t.Context(), noon.Add(24*time.Hour), b.person, Wanted{Mode: Daily})
	must(t, err)
	if o := b.give(t, noon.Add(24*time.Hour), b.person, tomorrow.ID, 1, "B"); o.Asked.Points != 1 {
		t.Error("no points the day after")
	}
	b.set(t, func(s *Settings) { s.Topic = false })
	_, err = b.Begin(t.Context(), noon, b.person, Wanted{Mode: Topic, Topic: "c:" + t.Name()})
	refused(t, err, "study.off")
}

func aChallengeGoesOn(t *testing.T, b *bench) {
	s := b.begin(t, Wanted{Mode: Challenge})
	if len(s.Questions) != challengeStep {
		t.Fatalf("%d drawn", len(s.Questions))
	}
	different := map[string]bool{}
	for no := 1; ; no++ {
		o := b.give(t, noon, b.person, s.ID, no, "B")
		different[o.Asked.ID] = true
		if s = o.Set; s.State != Open {
			break
		}
	}
	if len(different) != 30 || s.Correct != 30 || s.State != Finished || s.Points != 30 {
		t.Errorf("%d different, %+v", len(different), s)
	}
	board, err := b.Board(t.Context(), noon, b.person, BoardChallenge, "all")
	must(t, err)
	if board.Me == nil || board.Me.Points != 30 {
		t.Errorf("ranked %+v", board.Me)
	}
	worse := b.begin(t, Wanted{Mode: Challenge})
	b.give(t, noon, b.person, worse.ID, 1, "A")
	if _, err := b.Finish(t.Context(), noon, b.person, worse.ID); err != nil {
		t.Fatal(err)
	}
	h, err := b.Home(t.Context(), noon, b.person)
	must(t, err)
	if h.Best != 30 {
		t.Errorf("best %d", h.Best)
	}
}

func aRemovedQuestionIsPassedOver(t *testing.T, b *bench) {
	s := b.begin(t, Wanted{Mode: Daily})
	yes := true
	_, err := b.banks.ChangeQuestions(t.Context(), noon, b.bank, questionbank.Bulk{IDs: []string{s.Questions[0].ID, s.Questions[4].ID}, Deleted: &yes}, "x")
	must(t, err)
	_, err = b.banks.ChangeQuestions(t.Context(), noon, b.bank, questionbank.Bulk{IDs: []string{s.Questions[1].ID}, Retired: &yes}, "x")
	must(t, err)
	seen, next, err := b.Look(t.Context(), noon, b.person, s.ID)
	must(t, err)
	if seen.Current() != 2 || next == nil || next.ID != s.Questions[1].ID || !seen.Questions[0].Skipped {
		t.Errorf("now at %d: %+v", seen.Current(), next)
	}
	for no := 2; no <= 4; no++ {
		seen = b.give(t, noon, b.person, s.ID, no, "B").Set
	}
	if seen.State != Finished || seen.Correct != 3 || seen.Points != 4 {
		t.Errorf("done: %+v", seen)
	}
	_, reviewed, err := b.Review(t.Context(), b.person, s.ID)
	must(t, err)
	if len(reviewed) != 3 {
		t.Errorf("reviewed %d", len(reviewed))
	}
}

func aClosedBankGivesNothingAway(t *testing.T, b *bench) {
	s := b.begin(t, Wanted{Mode: Daily})
	b.give(t, noon, b.person, s.ID, 1, "A")
	b.set(t, func(s *Settings) { s.Banks = []string{} })
	_, err := b.Hint(t.Context(), noon, b.person, s.ID, 2)
	refused(t, err, "study.no_hint")
	o := b.give(t, noon, b.person, s.ID, 2, "B")
	if !o.Asked.Skipped || len(o.Question.Key) != 0 || o.Next != nil || o.Set.State != Finished {
		t.Errorf("after it was closed: %+v", o)
	}
	again := b.begin(t, Wanted{Mode: Mistakes}) // seen before
	if o := b.give(t, noon, b.person, again.ID, 1, "B"); !o.Asked.Right {
		t.Errorf("a mistake of a closed bank: %+v", o.Asked)
	}
	_, err = b.Begin(t.Context(), noon, b.person, Wanted{Mode: Daily})
	refused(t, err, "study.no_questions")
}

func anEditedQuestionStaysAsItWas(t *testing.T, b *bench) {
	s := b.begin(t, Wanted{Mode: Daily})
	e, err := b.banks.FindEntry(t.Context(), s.Questions[0].ID)
	must(t, err)
	q := e.Question
	q.Options, q.Key, q.Stem = []string{"b", "a"}, []string{"A"}, q.Stem+"（新）"
	_, err = b.banks.UpdateQuestion(t.Context(), noon, q, "x")
	must(t, err)
	_, next, err := b.Look(t.Context(), noon, b.person, s.ID)
	must(t, err)
	if next.Options[1] != "b" || next.Version != 1 {
		t.Errorf("asked %+v", next)
	}
	if o := b.give(t, noon, b.person, s.ID, 1, "B"); !o.Asked.Right || o.Question.Key[0] != "B" {
		t.Errorf("judged %+v by %+v", o.Asked, o.Question)
	}
}

func mistakesComeBack(t *testing.T, b *bench) {
	_, err := b.Begin(t.Context(), noon, b.person, Wanted{Mode: Mistakes})
	refused(t, err, "study.no_mistakes")
	b.all(t, b.begin(t, Wanted{Mode: Daily}), "A")
	list, total, err := b.ListMistakes(t.Context(), b.person, 0, 3)
	must(t, err)
	if total != 5 || len(list) != 3 || list[0].Times != 1 || list[0].Question.Key[0] != "B" {
		t.Fatalf("%d mistakes: %+v", total, list)
	}
	once := b.all(t, b.begin(t, Wanted{Mode: Mistakes}), "B")
	if once.Points != 0 {
		t.Errorf("%d points for mistakes", once.Points)
	}
	again := b.begin(t, Wanted{Mode: Mistakes})
	if len(again.Questions) != 5 {
		t.Fatalf("%d come back after one right answer", len(again.Questions))
	}
	b.give(t, noon, b.person, again.ID, 1, "A")
	for no := 2; no <= 5; no++ {
		b.give(t, noon, b.person, again.ID, no, "B")
	}
	list, total, err = b.ListMistakes(t.Context(), b.person, 0, 10)
	must(t, err)
	if total != 1 || list[0].QuestionID != again.Questions[0].ID || list[0].Rights != 0 || list[0].Times != 2 {
		t.Errorf("left: %+v", list)
	}
	must(t, b.DropMistake(t.Context(), b.person, list[0].QuestionID))
	must(t, b.DropMistake(t.Context(), b.person, list[0].QuestionID))
	if _, total, _ = b.ListMistakes(t.Context(), b.person, 0, 10); total != 0 {
		t.Errorf("%d left", total)
	}
}

func mistakesOfAPaperAreCollectedOnce(t *testing.T, b *bench) {
	all, err := b.banks.AllQuestions(t.Context(), b.bank)
	must(t, err)
	for range 2 {
		must(t, b.Collect(t.Context(), noon, b.person, t.Name(), []string{all[0].ID, all[1].ID}))
	}
	list, total, err := b.ListMistakes(t.Context(), b.person, 0, 10)
	must(t, err)
	if total != 2 || !list[0].FromPaper || list[0].Times != 1 {
		t.Errorf("collected %+v", list)
	}
	if s := b.begin(t, Wanted{Mode: Mistakes}); len(s.Questions) != 2 {
		t.Errorf("asked %d", len(s.Questions))
	}
}

func boardsRank(t *testing.T, b *bench) {
	b.all(t, b.begin(t, Wanted{Mode: Daily}), "B") // 6
	other, third := b.newPerson(t, "乙"), b.newPerson(t, "丙")
	for _, p := range []string{other, third} {
		s, err := b.Begin(t.Context(), noon, p, Wanted{Mode: Daily})
		must(t, err)
		b.give(t, noon, p, s.ID, 1, "B")
	}
	board, err := b.Board(t.Context(), noon, other, BoardPeople, "month")
	must(t, err)
	var mine []string
	for _, r := range board.Rows {
		if r.ID == b.person || r.ID == other || r.ID == third {
			mine = append(mine, fmt.Sprint(r.Name, r.Points))
		}
	}
	if len(mine) != 3 || mine[0] != "甲6" || board.Me == nil || board.Me.Points != 1 || board.Period != "2026-11" {
		t.Errorf("%v, me %+v", mine, board.Me)
	}
	units, err := b.Board(t.Context(), noon, b.person, BoardUnits, "month")
	must(t, err)
	if units.Me == nil || units.Me.Points != 2.67 || units.Me.People != 3 || units.Me.Roster != 3 || units.Me.Name != t.Name() {
		t.Errorf("unit %+v", units.Me)
	}
	b.set(t, func(s *Settings) { s.People = ShowOff })
	hidden, err := b.Board(t.Context(), noon, b.person, BoardPeople, "month")
	must(t, err)
	if len(hidden.Rows) != 0 || hidden.Me != nil || hidden.Total != 0 {
		t.Errorf("shown although it is off: %+v", hidden)
	}
	b.set(t, func(s *Settings) { s.People, s.Voluntary, s.TopShown = ShowAll, true, 1 })
	top, err := b.Board(t.Context(), noon, other, BoardPeople, "month")
	must(t, err)
	if len(top.Rows) != 1 || top.Showing != ShowTop || top.Me == nil {
		t.Errorf("the first: %+v", top)
	}
	_, err = b.Board(t.Context(), noon, b.person, "planets", "month")
	refused(t, err, "request.invalid")
}

func kiosksKeepNothing(t *testing.T, b *bench) {
	_, err := b.Begin(t.Context(), noon, "", Wanted{Mode: Daily})
	refused(t, err, "study.off")
	b.set(t, func(s *Settings) { s.Kiosk = true })
	before := b.count(t, "study_points") + b.count(t, "study_seen") + b.count(t, "study_mistakes") + b.count(t, "study_days")
	one, err := b.Begin(t.Context(), noon, "", Wanted{Mode: Daily})
	must(t, err)
	two, err := b.Begin(t.Context(), noon, "", Wanted{Mode: Daily})
	must(t, err)
	if one.ID == two.ID || len(one.ID) < 27 {
		t.Errorf("ids %s and %s", one.ID, two.ID)
	}
	for no := range one.Questions {
		b.give(t, noon, "", one.ID, no+1, "A")
	}
	if after := b.count(t, "study_points") + b.count(t, "study_seen") + b.count(t, "study_mistakes") + b.count(t, "study_days"); after != before {
		t.Errorf("%d rows more", after-before)
	}
	_, err = b.Find(t.Context(), b.person, one.ID)
	refused(t, err, "study.missing")
	mine := b.begin(t, Wanted{Mode: Daily})
	if _, err := b.Sweep(t.Context(), noon.Add(25*time.Hour)); err != nil {
		t.Fatal(err)
	}
	_, err = b.Find(t.Context(), "", one.ID)
	refused(t, err, "study.missing")
	if _, err := b.Find(t.Context(), b.person, mine.ID); err != nil {
		t.Errorf("a person's set of yesterday: %v", err)
	}
}

func (b *bench) count(t *testing.T, table string) (n int) {
	t.Helper()
	must(t, b.db.Get(t.Context(), &n, `SELECT COUNT(*) FROM `+table))
	return n
}

func whoIsErasedLeavesNothing(t *testing.T, b *bench) {
	b.all(t, b.begin(t, Wanted{Mode: Daily}), "A")
	must(t, b.Collect(t.Context(), noon, b.person, t.Name(), nil))
	_, err := b.db.Exec(t.Context(), `DELETE FROM people WHERE id = $1`, b.person)
	must(t, err)
	for _, table := range []string{"study_sets", "study_points", "study_days", "study_totals", "study_seen", "study_mistakes", "study_collected"} {
		var n int
		must(t, b.db.Get(t.Context(), &n, `SELECT COUNT(*) FROM `+table+` WHERE person_id = $1`, b.person))
		if n > 0 {
			t.Errorf("%d rows left in %s", n, table)
		}
	}
}
