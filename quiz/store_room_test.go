package quiz

import (
	"cmp"
	"errors"
	"slices"
	"testing"
	"time"

	"leitai/fault"
	"leitai/questionbank"
)

// openRoom stores a contest's room in the lobby.
func openRoom(t *testing.T, s *Store, c *Contest) Room {
	t.Helper()
	r := Room{ContestID: c.ID, Code: c.ID[len(c.ID)-6:], State: NewConductor(ShowOf(c)).Start(), Holder: "node1", AliveAt: noon.UTC()}
	if err := s.CreateRoom(t.Context(), r); err != nil {
		t.Fatal(err)
	}
	return r
}

func findRoom(t *testing.T, s *Store, c *Contest) Room {
	t.Helper()
	r, err := s.FindRoom(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func roomIsReadAsItWasStored(t *testing.T, s *Store) {
	c := create(t, s, fullContest())
	_, err := s.FindRoom(t.Context(), c.ID)
	wantFault(t, err, fault.NotFound, "room.unknown")
	r := openRoom(t, s, c)
	same(t, findRoom(t, s, c), r)
	if got := find(t, s, c.ID).Status; got != Running {
		t.Errorf("the contest is %s", got)
	}

	wantFault(t, s.CreateRoom(t.Context(), r), fault.Conflict, "room.exists") // and not that its own code is taken
	again := r
	again.Code = "another"
	wantFault(t, s.CreateRoom(t.Context(), again), fault.Conflict, "room.exists")
	open := func(code string, want bool) {
		t.Helper()
		if got, err := s.RoomIsOpen(t.Context(), code); got != want || err != nil {
			t.Errorf("the room %s is open: %v, %v", code, got, err)
		}
	}
	open(r.Code, true)
	open(again.Code, false)
	other := create(t, s, fullContest())
	taken := Room{ContestID: other.ID, Code: r.Code, State: r.State, Holder: "node2"}
	wantFault(t, s.CreateRoom(t.Context(), taken), fault.Conflict, "room.code_taken")
	if got := find(t, s, other.ID).Status; got != Draft {
		t.Errorf("the contest without a room is %s", got)
	}
	if _, err := s.db.Exec(t.Context(), `UPDATE contests SET kind = $2, code = $3 WHERE id = $1`, create(t, s, fullContest()).ID, KindPaper, "p"+c.ID[len(c.ID)-5:]); err != nil {
		t.Fatal(err)
	}
	taken.Code = "p" + c.ID[len(c.ID)-5:] // a preliminary's
	wantFault(t, s.CreateRoom(t.Context(), taken), fault.Conflict, "room.code_taken")
	taken.Code, taken.AliveAt = other.ID[len(other.ID)-6:], noon.UTC()
	if err := s.CreateRoom(t.Context(), taken); err != nil {
		t.Fatal(err)
	}
	if err := s.CloseRoom(t.Context(), other.ID); err != nil {
		t.Fatal(err)
	}
	taken.Closed = true
	open(taken.Code, false)
	rooms, err := s.ListRooms(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	want := []Room{r, taken}
	slices.SortFunc(want, func(a, b Room) int { return cmp.Compare(a.ContestID, b.ContestID) })
	rooms = slices.DeleteFunc(rooms, func(r Room) bool { return r.ContestID != c.ID && r.ContestID != other.ID })
	same(t, rooms, want)
}

func aSilentRoomIsTakenOver(t *testing.T, s *Store) {
	const lease = 5 * time.Second
	c := create(t, s, fullContest())
	openRoom(t, s, c)
	take := func(holder string, after time.Duration, want bool) {
		t.Helper()
		now := noon.Add(after)
		if ok, err := s.TakeRoom(t.Context(), c.ID, holder, now, now.Add(-lease)); ok != want || err != nil {
			t.Fatalf("%s after %v: got %v and %v", holder, after, ok, err)
		}
	}
	beat := func(holder string, after time.Duration, want bool) {
		t.Helper()
		if ok, err := s.Beat(t.Context(), c.ID, holder, noon.Add(after)); ok != want || err != nil {
			t.Fatalf("%s after %v: got %v and %v", holder, after, ok, err)
		}
	}
	take("node2", lease, false) // a sign of life just within the lease
	take("node1", 2*lease, true)
	beat("node1", 3*lease, true)
	beat("node2", 3*lease, false)
	take("node2", 4*lease, false)
	take("node2", 4*lease+time.Millisecond, true)
	beat("node1", 4*lease+ms(2), false)
	take("node1", 4*lease+ms(2), false)

	if err := s.CloseRoom(t.Context(), c.ID); err != nil {
		t.Fatal(err)
	}
	take("node3", 4*lease+ms(3), true) // a closed room is anybody's
	r := findRoom(t, s, c)
	if r.Closed || r.Holder != "node3" || !r.AliveAt.Equal(noon.Add(4*lease+ms(3))) {
		t.Errorf("the room is %+v", r)
	}
	if ok, err := s.TakeRoom(t.Context(), "nobody", "node1", noon, noon); ok || err != nil {
		t.Errorf("a room that is not there: %v %v", ok, err)
	}
}

func stateIsSavedByItsHolderOnTopOfTheLast(t *testing.T, s *Store) {
	c := create(t, s, fullContest())
	room := openRoom(t, s, c)
	g := newStage(t, ShowOf(c))
	save := func(before, after State, holder string, e *Entry) error {
		return s.SaveState(t.Context(), c, before, after, holder, noon.Add(second), e)
	}
	lobby := g.s
	g.do(CmdNext)
	e := newEntry(c.ID, Command{ID: "one", Name: CmdNext, OperatorID: "op", Operator: "李老师", Reason: "开始"}, lobby, g.s, noon.UTC())
	if err := save(lobby, g.s, "node2", &e); !errors.Is(err, errLostRoom) {
		t.Errorf("another holder: %v", err)
	}
	if err := save(lobby, g.s, "node1", &e); err != nil {
		t.Fatal(err)
	}
	if err := save(lobby, g.s, "node1", nil); !errors.Is(err, errLostRoom) {
		t.Errorf("on top of an old version: %v", err)
	}
	room.State, room.AliveAt = g.s, noon.Add(second).UTC()
	same(t, findRoom(t, s, c), room)
	entries, err := s.ListLedger(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, entries, []Entry{e})

	ready := g.s
	g.do(CmdNext)
	twice := newEntry(c.ID, Command{ID: "one", Name: CmdAdjust, TeamID: c.Teams[0].ID, Points: 5}, ready, g.s, noon)
	wantFault(t, save(ready, g.s, "node1", &twice), fault.Conflict, "command.done")
	same(t, findRoom(t, s, c), room) // nothing of it is stored
	other := create(t, s, fullContest())
	openRoom(t, s, other)
	elsewhere := newEntry(other.ID, Command{ID: "one", Name: CmdNext}, lobby, ready, noon)
	if err := s.SaveState(t.Context(), other, lobby, ready, "node1", noon, &elsewhere); err != nil {
		t.Errorf("the same id in another contest: %v", err)
	}
}

func voidAndFinishedAreSavedWithTheState(t *testing.T, s *Store) {
	c := create(t, s, fullContest())
	openRoom(t, s, c)
	g := newStage(t, ShowOf(c))
	save := func(step func()) {
		t.Helper()
		before := g.s
		step()
		if err := s.SaveState(t.Context(), c, before, g.s, "node1", noon, nil); err != nil {
			t.Fatal(err)
		}
	}
	voided := func(want ...Ref) {
		t.Helper()
		var got []Ref
		for _, r := range find(t, s, c.ID).Rounds {
			for _, q := range r.Questions {
				if q.Voided {
					got = append(got, Ref{r.No, q.No})
				}
			}
		}
		if !slices.Equal(got, want) {
			t.Fatalf("void are %v, want %v", got, want)
		}
	}
	save(func() { g.do(CmdNext, CmdNext, CmdVoid) })
	voided(Ref{1, 1})
	save(func() { g.do(CmdSkip, CmdSkip) })
	voided(Ref{1, 1}, Ref{1, 2})
	save(func() { g.with(Command{Name: CmdUnvoid, roundNo: 1, QuestionNo: 1}).do(CmdSkip) })
	voided(Ref{1, 2}, Ref{2, 1})
	if got := find(t, s, c.ID).Status; got != Running {
		t.Errorf("the contest is %s", got)
	}
	save(func() { g.do(CmdFinish) })
	if got := find(t, s, c.ID).Status; got != Finished {
		t.Errorf("the contest is %s", got)
	}
}

func ledgerAndAdjustments(t *testing.T, s *Store) {
	c := create(t, s, fullContest())
	room := openRoom(t, s, c)
	state := room.State
	red, blue := c.Teams[0].ID, c.Teams[1].ID
	var want []Entry
	for i, cmd := range []Command{
		{Name: CmdAdjust, TeamID: red, Points: 5, Reason: "甲"},
		{Name: CmdAdjust, TeamID: red, Points: -7, Reason: "乙"},
		{Name: CmdAdjust, EntrantID: "ann", Points: 100000, Reason: "丙"},
		{Name: CmdBlank, On: true},
		{Name: CmdAdjust, TeamID: blue, Points: 3, Reason: "丁"},
		{Name: CmdAdjust, TeamID: blue, Points: -3, Reason: "丁", reverses: "an entry"},
	} {
		cmd.ID = string(rune('z' - i)) // the order is that of the steps, not of ids
		next := state
		next.Seq++
		next.Blank = cmd.On || state.Blank
		e := newEntry(c.ID, cmd, state, next, noon.UTC())
		if err := s.SaveState(t.Context(), c, state, next, "node1", noon, &e); err != nil {
			t.Fatal(err)
		}
		state, want = next, append(want, e)
	}
	got, err := s.ListLedger(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, want)
	teams, people, err := s.Adjustments(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, teams, map[string]int64{red: -2, blue: 0})
	same(t, people, map[string]int64{"ann": 100000})
}

func resultsAndOwnAnswers(t *testing.T, s *Store) {
	c := fullContest()
	c.Settings.TeamFormula = FormulaSum
	c.Rounds[0].Questions[1].Question = questionbank.Question{Type: questionbank.Fill, Stem: "首都是____。", Key: []string{"北京"}}
	create(t, s, c)
	ann, bob := s.entrant(t, c, 0, "ann"), s.entrant(t, c, 1, "bob")

	r, err := s.Results(t.Context(), c.ID)
	if err != nil || r.Room != nil || len(r.Questions) != 0 || len(r.People) != 2 || len(r.Teams) != 2 {
		t.Fatalf("without a room: %+v %v", r, err)
	}
	openRoom(t, s, c)
	s.append(t, give(c, Ref{1, 1}, ann, "B", 10), give(c, Ref{1, 1}, bob, "A", -2),
		give(c, Ref{1, 2}, ann, "北京", 10), give(c, Ref{2, 1}, ann, "B", 99))
	silent := give(c, Ref{1, 2}, bob, "", -5)
	silent.Choice = nil
	s.append(t, silent)

	g := newStage(t, ShowOf(c))
	before := g.s
	g.do(CmdNext).closed().counted().do(CmdReveal, CmdNext, CmdNext).closed().counted().do(CmdReveal)
	if err := s.SaveState(t.Context(), c, before, g.s, "node1", noon, nil); err != nil {
		t.Fatal(err)
	}
	r, err = s.Results(t.Context(), c.ID)
	if err != nil {
		t.Fatal(err)
	}
	same(t, r.Room.State, g.s)
	same(t, r.People, []PersonStanding{
		{EntrantID: ann, Name: "ann", TeamID: c.Teams[0].ID, Place: 1, Total: Total{Points: 20, TimeMS: 2800, Answers: 2, Correct: 2}},
		{EntrantID: bob, Name: "bob", TeamID: c.Teams[1].ID, Place: 2, Total: Total{Points: -7, Answers: 1}}})
	if r.Teams[0].Hundredths != 2000 || r.Teams[1].Hundredths != -700 {
		t.Errorf("the teams are %+v", r.Teams)
	}
	if len(r.Questions) != 2 {
		t.Fatalf("%d questions are in the results", len(r.Questions))
	}
	same(t, r.Questions[0].Reveal.Counts, map[string]int{"A": 1, "B": 1, "C": 0})
	same(t, *r.Questions[1].Reveal, Reveal{Key: []string{"北京"}, Counts: map[string]int{"right": 1, "wrong": 0}, Answered: 1, Correct: 1})

	own, err := s.OwnAnswers(t.Context(), c, g.s, bob)
	if err != nil || len(own) != 2 {
		t.Fatalf("Bob's are %+v (%v)", own, err)
	}
	if !own[0].Answered || own[0].Answer.Choice[0] != "A" || own[1].Answered || own[1].Answer.Points != -5 {
		t.Errorf("Bob's are %+v", own)
	}
	if own, err = s.OwnAnswers(t.Context(), c, before, bob); err != nil || len(own) != 0 {
		t.Errorf("in the lobby Bob sees %+v (%v)", own, err)
	}
}
