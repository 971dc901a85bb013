package quiz

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"leitai/fault"
	"leitai/internal/testenv"
	"leitai/questionbank"
	"leitai/sqldb"
)

// TestStore runs all tests of the Store on one database of each engine. Each makes a contest of its own.
func TestStore(t *testing.T) {
	tests := []struct {
		name string
		run  func(*testing.T, *Store)
	}{
		{"contest is read as it was stored", contestIsReadAsItWasStored},
		{"two teams of one name", twoTeamsOfOneName},
		{"contest is changed", contestIsChanged},
		{"round is changed until it is answered", roundIsChangedUntilItIsAnswered},
		{"meta is written once", metaIsWrittenOnce},
		{"texts are stored whatever they hold", textsAreStoredWhateverTheyHold},
		{"stats are absolute", statsAreAbsolute},
		{"entrants are unique", entrantsAreUnique},
		{"entrants since an instant", entrantsSinceAnInstant},
		{"many join at once", manyJoinAtOnce},
		{"room is read as it was stored", roomIsReadAsItWasStored},
		{"a silent room is taken over", aSilentRoomIsTakenOver},
		{"state is saved by its holder on top of the last", stateIsSavedByItsHolderOnTopOfTheLast},
		{"void and finished are saved with the state", voidAndFinishedAreSavedWithTheState},
		{"ledger and adjustments", ledgerAndAdjustments},
		{"results and own answers", resultsAndOwnAnswers},
		{"the first answer wins", theFirstAnswerWins},
		{"answers of all kinds", answersOfAllKinds},
		{"answers of one entrant are in the order of the show", answersOfOneEntrantAreInTheOrderOfTheShow},
		{"answers come in pages", answersComeInPages},
		{"points are set", pointsAreSet},
		{"totals and streaks of random answers", totalsAndStreaksOfRandomAnswers},
		{"a burst of answers", aBurstOfAnswers},
		{"a slow database is unavailable", aSlowDatabaseIsUnavailable},
	}
	testenv.Databases(t, func(t *testing.T, url string) {
		s := openStore(t, url)
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) { tt.run(t, s) })
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
	return NewStore(db)
}

// fullContest is a contest with something in every field; ids are still to be given.
func fullContest() *Contest {
	c := newContest(func(s *RoundSettings) { s.Scoring, s.OrderBonus, s.NoAnswer = Order, []int{9}, -1 }, 2, 3)
	c.ID, c.Organizer, c.CreatedAt, c.Status = "", "高新区党委", noon.UTC(), Draft
	c.Settings.Sponsor, c.Settings.TeamFormula = "某某公司", FormulaTopK
	c.Teams[0].Group = "第一公司"
	c.Teams[0].ID, c.Teams[1].ID = "", ""
	for i := range c.Rounds {
		c.Rounds[i].ID, c.Rounds[i].No, c.Rounds[i].Title = "", 0, fmt.Sprint("第", i+1, "轮")
		for q := range c.Rounds[i].Questions {
			question := &c.Rounds[i].Questions[q]
			question.No, question.Question.ID, question.Question.Version = 0, fmt.Sprint("q", q), 7
			question.Question.Tags, question.Question.Difficulty = []string{"党章"}, 3
		}
	}
	return c
}

func create(t *testing.T, s *Store, c *Contest) *Contest {
	t.Helper()
	if err := s.CreateContest(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return c
}

func find(t *testing.T, s *Store, id string) *Contest {
	t.Helper()
	c, err := s.FindContest(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// same compares what was stored with what was read.
func same(t *testing.T, got, want any) {
	t.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		t.Fatalf("want (−) and got (+):\n%s", diff)
	}
}

// entrant stores somebody and gives the id.
func (s *Store) entrant(t *testing.T, c *Contest, team int, name string) string {
	t.Helper()
	id := c.ID + name
	inserted, err := s.AppendEntrants(context.Background(), []NewEntrant{{ContestID: c.ID, ClientHash: "hash of " + name,
		Entrant: Entrant{ID: id, TeamID: c.Teams[team].ID, Name: name, CreatedAt: noon}}})
	if err != nil || !inserted[0] {
		t.Fatal(inserted, err)
	}
	return id
}

// give is an answer of an entrant to a question of a contest.
func give(c *Contest, at Ref, entrant, choice string, points int) Answer {
	round, q, _ := c.Question(at.R, at.Q)
	return Answer{RoundID: round.ID, QuestionNo: at.Q, EntrantID: entrant, ClientID: "client", Choice: []string{choice},
		ReceivedAt: noon.UTC(), Elapsed: 1500 * time.Millisecond, Adjusted: 1400 * time.Millisecond, Points: points,
		Correct: q.Question.Mark([]string{choice}).Right}
}

func (s *Store) append(t *testing.T, as ...Answer) []bool {
	t.Helper()
	inserted, err := s.AppendAnswers(context.Background(), as)
	if err != nil {
		t.Fatal(err)
	}
	return inserted
}

func contestIsReadAsItWasStored(t *testing.T, s *Store) {
	c := create(t, s, fullContest())
	if c.ID == "" || c.Teams[1].ID == "" || c.Rounds[1].ID == "" || c.Rounds[1].No != 2 || c.Rounds[1].Questions[2].No != 3 {
		t.Errorf("ids and numbers were not filled in: %+v", c)
	}
	same(t, find(t, s, c.ID), c)

	bare := create(t, s, &Contest{Title: "空", CreatedAt: noon.UTC().Add(time.Hour)})
	same(t, find(t, s, bare.ID), bare)
	s.entrant(t, c, 0, "王芳")

	list, err := s.ListContests(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range list {
		if l.ID == c.ID || l.ID == bare.ID {
			got = append(got, fmt.Sprint(l.Title, ", ", l.Status, " ", l.CreatedAt.Time().Sub(noon), " ", l.Teams, l.Rounds, l.Entrants))
		}
	}
	if want := []string{"空, draft 1h0m0s 0 0 0", "党史知识竞赛, draft 0s 2 2 1"}; !slices.Equal(got, want) {
		t.Errorf("the list is %q, want %q", got, want)
	}

	copied := create(t, s, c.Copy("复赛", noon.UTC()))
	back := find(t, s, copied.ID)
	if back.Title != "复赛" || back.Teams[0].Name != "红队" || len(back.Rounds[1].Questions) != 3 || back.Teams[0].ID == c.Teams[0].ID {
		t.Errorf("the copy is %+v", back)
	}
	_, err = s.FindContest(t.Context(), "nobody")
	wantFault(t, err, fault.NotFound, "contest.missing")
}

func twoTeamsOfOneName(t *testing.T, s *Store) {
	c := fullContest()
	c.Teams[1].Name, c.Teams[1].Group = c.Teams[0].Name, c.Teams[0].Group
	wantFault(t, s.CreateContest(t.Context(), c), fault.Conflict, "team.twice")
	_, err := s.FindContest(t.Context(), c.ID)
	wantFault(t, err, fault.NotFound, "contest.missing") // not half of it either
	c = fullContest()
	c.Teams[1].Name = c.Teams[0].Name // of another enterprise
	create(t, s, c)
}

func contestIsChanged(t *testing.T, s *Store) {
	c := create(t, s, fullContest())
	c.Title, c.Organizer, c.Settings.TopK = "新标题", "新单位", 9
	if err := s.UpdateContest(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	same(t, find(t, s, c.ID), c)
	wantFault(t, s.UpdateContest(t.Context(), &Contest{ID: "nobody"}), fault.NotFound, "contest.missing")
}

func roundIsChangedUntilItIsAnswered(t *testing.T, s *Store) {
	c := create(t, s, fullContest())
	r := &c.Rounds[1]
	r.Title, r.Settings.LimitMS = "决赛", 5000
	if err := s.UpdateRound(t.Context(), r, nil); err != nil {
		t.Fatal(err)
	}
	same(t, find(t, s, c.ID), c)

	redrawn := []questionbank.Question{{ID: "new", Version: 2, Type: questionbank.Judge, Stem: "对吗？", Options: []string{"正确", "错误"}, Key: []string{"A"}}}
	if err := s.UpdateRound(t.Context(), r, redrawn); err != nil {
		t.Fatal(err)
	}
	if len(r.Questions) != 1 || r.Questions[0].No != 1 {
		t.Errorf("the round has %+v", r.Questions)
	}
	same(t, find(t, s, c.ID), c)
	if err := s.UpdateRound(t.Context(), r, []questionbank.Question{}); err != nil { // all questions taken away
		t.Fatal(err)
	}
	if err := s.UpdateRound(t.Context(), r, redrawn); err != nil {
		t.Fatal(err)
	}

	s.append(t, give(c, Ref{2, 1}, s.entrant(t, c, 0, "王芳"), "A", 0))
	before := find(t, s, c.ID)
	changed := *r
	changed.Title = "不行"
	wantFault(t, s.UpdateRound(t.Context(), &changed, nil), fault.Conflict, "round.begun")
	wantFault(t, s.UpdateRound(t.Context(), &changed, redrawn), fault.Conflict, "round.begun")
	same(t, find(t, s, c.ID), before)
	if err := s.UpdateRound(t.Context(), &c.Rounds[0], redrawn); err != nil { // the other round was not answered
		t.Error(err)
	}
	wantFault(t, s.UpdateRound(t.Context(), &Round{ID: "nobody"}, redrawn), fault.NotFound, "round.missing")
}

func metaIsWrittenOnce(t *testing.T, s *Store) {
	if v, err := s.Meta(t.Context(), "secret"); v != "" || err != nil {
		t.Errorf("got %q and %v", v, err)
	}
	for _, value := range []string{"first", "second"} {
		if v, err := s.SetMetaOnce(t.Context(), "secret", value); v != "first" || err != nil {
			t.Errorf("got %q and %v", v, err)
		}
	}
}

func entrantsAreUnique(t *testing.T, s *Store) {
	c, other := create(t, s, fullContest()), create(t, s, fullContest())
	own := func(id string) string { return c.ID + id }
	entrant := func(c *Contest, id string, team int, name, client string) NewEntrant {
		return NewEntrant{ContestID: c.ID, ClientHash: client, Entrant: Entrant{ID: own(id), TeamID: c.Teams[team].ID, Name: name, CreatedAt: noon.UTC()}}
	}
	first := entrant(c, "e1", 0, "王芳", "phone 1")
	first.PersonID = "person 1"
	batch := []NewEntrant{first,
		entrant(c, "e2", 0, "李娜", "phone 1"),     // the same phone again
		entrant(c, "e3", 0, "王芳", "phone 3"),     // a namesake
		entrant(c, "e4", 1, "王芳", "phone 4"),     // in the other team
		entrant(other, "e5", 0, "王芳", "phone 1")} // in another contest
	inserted, err := s.AppendEntrants(t.Context(), batch)
	if err != nil || !slices.Equal(inserted, []bool{true, false, false, true, true}) {
		t.Fatalf("got %v and %v", inserted, err)
	}
	inserted, err = s.AppendEntrants(t.Context(), []NewEntrant{entrant(c, "e6", 0, "李娜", "phone 6"), entrant(c, "e7", 0, "王芳", "phone 7")})
	if err != nil || !slices.Equal(inserted, []bool{true, false}) {
		t.Fatalf("got %v and %v", inserted, err)
	}

	got, err := s.FindEntrantByClient(t.Context(), c.ID, "phone 1")
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, first.Entrant)
	got, err = s.FindEntrant(t.Context(), c.ID, own("e4"))
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, batch[3].Entrant)
	for _, id := range []string{"e2", "e5", ""} {
		_, err := s.FindEntrant(t.Context(), c.ID, own(id))
		wantFault(t, err, fault.NotFound, "entrant.missing")
	}
	_, err = s.FindEntrantByClient(t.Context(), c.ID, "phone 3")
	wantFault(t, err, fault.NotFound, "entrant.missing")
	if id, err := s.ContestOfEntrant(t.Context(), own("e5")); err != nil || id != other.ID {
		t.Errorf("Entrant e5 is in %q (%v)", id, err)
	}
	_, err = s.ContestOfEntrant(t.Context(), own("e2"))
	wantFault(t, err, fault.NotFound, "entrant.missing")
	counts, err := s.CountEntrants(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, counts, map[string]int{c.Teams[0].ID: 2, c.Teams[1].ID: 1})
}

func entrantsSinceAnInstant(t *testing.T, s *Store) {
	c := create(t, s, fullContest())
	var es []NewEntrant
	for i := range 5 {
		es = append(es, NewEntrant{ContestID: c.ID, ClientHash: fmt.Sprint(i), Entrant: Entrant{ID: fmt.Sprint(c.ID, "e", 5-i),
			TeamID: c.Teams[0].ID, Name: fmt.Sprint(i), CreatedAt: noon.Add(time.Duration(i) * time.Second)}})
	}
	if _, err := s.AppendEntrants(t.Context(), es); err != nil {
		t.Fatal(err)
	}
	for since, want := range map[time.Time]string{{}: "e1 e2 e3 e4 e5 ", noon.Add(3 * time.Second): "e1 e2 ", noon.Add(time.Hour): ""} {
		list, err := s.ListEntrants(t.Context(), c.ID, since)
		var got string
		for _, e := range list {
			got += strings.TrimPrefix(e.ID, c.ID) + " "
		}
		if err != nil || got != want {
			t.Errorf("since %v: got %q and %v, want %q", since, got, err, want)
		}
	}
}

func manyJoinAtOnce(t *testing.T, s *Store) {
	const phones = 300
	c := create(t, s, fullContest())
	l := NewEntrantLog(s)
	var wg sync.WaitGroup
	var mu sync.Mutex
	in := map[bool]int{}
	for i := range phones {
		wg.Go(func() { // each phone asks twice, with the same secret
			for try := range 2 {
				inserted, err := l.Put(context.Background(), NewEntrant{ContestID: c.ID, ClientHash: fmt.Sprint("phone", i),
					Entrant: Entrant{ID: fmt.Sprint(c.ID, i, "/", try), TeamID: c.Teams[i%2].ID, Name: fmt.Sprint("张", i), CreatedAt: noon}})
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				in[inserted]++
				mu.Unlock()
			}
		})
	}
	wg.Wait()
	l.Close()
	same(t, in, map[bool]int{true: phones, false: phones})
	counts, err := s.CountEntrants(t.Context(), c.ID)
	if err != nil || counts[c.Teams[0].ID]+counts[c.Teams[1].ID] != phones {
		t.Errorf("%v have joined (%v)", counts, err)
	}
	_, err = l.Put(t.Context(), NewEntrant{})
	wantFault(t, err, fault.Unavailable, "server.stopping")
}

func TestJoiningDoesNotWaitForever(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		l := &EntrantLog{newGroupCommit(
			func(context.Context, []pendingEntrant) ([]bool, error) { <-stuck; return nil, errDisk },
			func(items []pendingEntrant, _ []bool, err error) { items[0].done <- joined{false, err} })}
		_, err := l.Put(t.Context(), NewEntrant{})
		wantFault(t, err, fault.Unavailable, "storage.unavailable")
		close(stuck)
		l.Close()
	})
}

// Whatever is asked of a database that does not answer in time can be tried again, and says so.
func aSlowDatabaseIsUnavailable(t *testing.T, s *Store) {
	ctx, cancel := context.WithDeadline(t.Context(), time.Now().Add(-time.Second))
	defer cancel()
	c := fullContest()
	calls := map[string]func() error{
		"CreateContest":       func() error { return s.CreateContest(ctx, fullContest()) },
		"FindContest":         func() error { _, err := s.FindContest(ctx, "c"); return err },
		"ListContests":        func() error { _, err := s.ListContests(ctx); return err },
		"UpdateContest":       func() error { return s.UpdateContest(ctx, c) },
		"UpdateRound":         func() error { return s.UpdateRound(ctx, &c.Rounds[0], nil) },
		"Meta":                func() error { _, err := s.Meta(ctx, "m"); return err },
		"SetMetaOnce":         func() error { _, err := s.SetMetaOnce(ctx, "m", "v"); return err },
		"AppendEntrants":      func() error { _, err := s.AppendEntrants(ctx, make([]NewEntrant, 1)); return err },
		"ListEntrants":        func() error { _, err := s.ListEntrants(ctx, "c", noon); return err },
		"FindEntrant":         func() error { _, err := s.FindEntrant(ctx, "c", "e"); return err },
		"FindEntrantByClient": func() error { _, err := s.FindEntrantByClient(ctx, "c", "e"); return err },
		"ContestOfEntrant":    func() error { _, err := s.ContestOfEntrant(ctx, "e"); return err },
		"CountEntrants":       func() error { _, err := s.CountEntrants(ctx, "c"); return err },
		"AppendAnswers":       func() error { _, err := s.AppendAnswers(ctx, make([]Answer, 1)); return err },
		"AnswersTo":           func() error { _, err := s.AnswersTo(ctx, "r", 1); return err },
		"AnswersAfter":        func() error { _, err := s.AnswersAfter(ctx, "r", 1, "", 10); return err },
		"AnswersOf":           func() error { _, err := s.AnswersOf(ctx, "c", "e"); return err },
		"FindAnswer":          func() error { _, _, err := s.FindAnswer(ctx, "r", 1, "e"); return err },
		"SetPoints":           func() error { return s.SetPoints(ctx, "r", 1, map[string]int{"e": 1}) },
		"Totals":              func() error { _, err := s.Totals(ctx, "c", Ref{1, 1}); return err },
		"Streaks":             func() error { _, err := s.Streaks(ctx, "c", Ref{1, 1}, nil); return err },
		"CreateRoom":          func() error { return s.CreateRoom(ctx, Room{}) },
		"FindRoom":            func() error { _, err := s.FindRoom(ctx, "c"); return err },
		"RoomIsOpen":          func() error { _, err := s.RoomIsOpen(ctx, "482915"); return err },
		"ListRooms":           func() error { _, err := s.ListRooms(ctx); return err },
		"TakeRoom":            func() error { _, err := s.TakeRoom(ctx, "c", "h", noon, noon); return err },
		"Beat":                func() error { _, err := s.Beat(ctx, "c", "h", noon); return err },
		"CloseRoom":           func() error { return s.CloseRoom(ctx, "c") },
		"SaveState":           func() error { return s.SaveState(ctx, c, State{}, State{}, "h", noon, nil) },
		"ListLedger":          func() error { _, err := s.ListLedger(ctx, "c"); return err },
		"Adjustments":         func() error { _, _, err := s.Adjustments(ctx, "c"); return err },
		"Results":             func() error { _, err := s.Results(ctx, "c"); return err },
		"OwnAnswers":          func() error { _, err := s.OwnAnswers(ctx, c, State{}, "e"); return err },
	}
	for name, call := range calls {
		err := call()
		if fault.CodeOf(err) != fault.Unavailable || fault.KeyOf(err) != "storage.unavailable" || !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func textsAreStoredWhateverTheyHold(t *testing.T, s *Store) {
	texts := strings.Join([]string{"a\x00b", "\xff", "'; DROP TABLE answers; --", `"\{}`, "🎉", " "}, "|")
	clean := strings.ReplaceAll(strings.ReplaceAll(texts, "\x00", ""), "\xff", "\uFFFD")
	c := fullContest()
	c.Title, c.Organizer, c.Teams[0].Name = texts, texts, texts
	create(t, s, c)
	if got := find(t, s, c.ID); got.Title != clean || got.Organizer != clean || got.Teams[0].Name != clean {
		t.Errorf("got %q, %q and %q", got.Title, got.Organizer, got.Teams[0].Name)
	}
	room := openRoom(t, s, c)
	after := room.State
	after.Seq++
	e := newEntry(c.ID, Command{ID: texts, Name: CmdBlank, Reason: texts, Operator: texts}, room.State, after, noon)
	if err := s.SaveState(t.Context(), c, room.State, after, room.Holder, noon, &e); err != nil {
		t.Fatal(err)
	}
	entries, err := s.ListLedger(t.Context(), c.ID)
	if err != nil || entries[0].Reason != clean || entries[0].Operator != clean {
		t.Errorf("got %+v and %v", entries, err)
	}
}
