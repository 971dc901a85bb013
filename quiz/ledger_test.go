package quiz

import (
	"fmt"
	"reflect"
	"slices"
	"testing"
	"time"

	"leitai/fault"
)

func TestDifferenceHoldsWhatChanged(t *testing.T) {
	before := State{Seq: 4, Phase: PhaseOpen, At: Ref{1, 2}, ClosesAt: 5000, LimitMS: 20000, Pacing: Pacing{PauseMS: 8000}}
	tests := []struct {
		name          string
		change        func(*State)
		before, after string
	}{
		{"nothing but the version", func(s *State) { s.Seq = 5 }, `{}`, `{}`},
		{"a value", func(s *State) { s.LimitMS, s.ClosesAt = 30000, 15000 }, `{"closes_at":5000,"limit_ms":20000}`, `{"closes_at":15000,"limit_ms":30000}`},
		{"something new", func(s *State) { s.Blank = true }, `{"blank":null}`, `{"blank":true}`},
		{"something gone", func(s *State) { s.ClosesAt = 0 }, `{"closes_at":5000}`, `{"closes_at":null}`},
		{"the place", func(s *State) { s.Phase, s.At = PhaseReady, Ref{1, 3} },
			`{"at":{"r":1,"q":2},"phase":"open"}`, `{"at":{"r":1,"q":3},"phase":"ready"}`},
		{"void questions", func(s *State) { s.Voided = []Ref{{1, 1}} }, `{"voided":null}`, `{"voided":[{"r":1,"q":1}]}`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			after := before
			tt.change(&after)
			b, a := difference(before, after)
			if string(b) != tt.before || string(a) != tt.after {
				t.Errorf("got %s and %s, want %s and %s", b, a, tt.before, tt.after)
			}
		})
	}
}

func TestEntrySaysWhatTheCommandWasAbout(t *testing.T) {
	at := time.UnixMilli(7)
	before := State{Seq: 4, Phase: PhaseOpen, At: Ref{2, 3}}
	after := State{Seq: 5, Phase: PhaseReady, At: Ref{2, 4}}
	tests := []struct {
		cmd  Command
		want Entry
	}{
		{Command{Name: CmdNext}, Entry{RoundNo: 2, QuestionNo: 4}},
		{Command{Name: CmdSkip, Reason: "题目有误"}, Entry{RoundNo: 2, QuestionNo: 3, Reason: "题目有误"}},
		{Command{Name: CmdVoid}, Entry{RoundNo: 2, QuestionNo: 4}},
		{Command{Name: CmdVoid, QuestionNo: 1}, Entry{RoundNo: 2, QuestionNo: 1}},
		{Command{Name: CmdUnvoid, roundNo: 1, QuestionNo: 9, reverses: "e"}, Entry{RoundNo: 1, QuestionNo: 9, Reverses: "e"}},
		{Command{Name: CmdAdjust, TeamID: "t", Points: -5, Reason: "场外提示"}, Entry{RoundNo: 2, QuestionNo: 4, TeamID: "t", Points: -5, Reason: "场外提示"}},
		{Command{Name: CmdAdjust, EntrantID: "p", Points: 5}, Entry{RoundNo: 2, QuestionNo: 4, EntrantID: "p", Points: 5}},
		{Command{Name: CmdBlank, TeamID: "t", Points: 5}, Entry{RoundNo: 2, QuestionNo: 4}},
	}
	for _, tt := range tests {
		tt.cmd.ID, tt.cmd.OperatorID, tt.cmd.Operator = "cmd", "op", "李老师"
		got := newEntry("contest", tt.cmd, before, after, at)
		if got.ID == "" {
			t.Error("an entry has no id")
		}
		got.ID, got.Before, got.After = "", nil, nil
		want := tt.want
		want.ContestID, want.Seq, want.CommandID, want.At, want.Kind, want.OperatorID, want.Operator = "contest", 5, "cmd", at, tt.cmd.Name, "op", "李老师"
		if !reflect.DeepEqual(got, want) {
			t.Errorf("%s: got %+v, want %+v", tt.cmd.Name, got, want)
		}
	}
}

// book is a room with its ledger, without a database.
type book struct {
	*stage
	ledger *ledger
	n      int
}

func newBook(t *testing.T) *book { return &book{newStage(t, showOf(nil, 3)), newLedger(nil), 0} }

// enter carries out a command and writes it down.
func (b *book) enter(cmd Command) Entry {
	b.t.Helper()
	b.n++
	cmd.ID = fmt.Sprint("cmd", b.n)
	before := b.s
	b.with(cmd)
	e := newEntry("contest", cmd, before, b.s, b.now)
	b.ledger.add(e)
	return e
}

// undo takes back an entry, the last possible one with "".
func (b *book) undo(id string) error {
	e, err := b.ledger.find(id)
	if err != nil {
		return err
	}
	cmd, err := b.ledger.inverse(e)
	if err != nil {
		return err
	}
	b.enter(cmd)
	return nil
}

// sameButSeq compares states but for their version and an empty list of void questions.
func sameButSeq(a, b State) bool {
	a.Seq = b.Seq
	return string(mustJSON(a)) == string(mustJSON(b))
}

func TestUndoRestoresTheState(t *testing.T) {
	tests := []struct {
		name  string
		reach []string
		cmd   Command
	}{
		{"void", []string{CmdNext, CmdNext, CmdLock}, Command{Name: CmdVoid}},
		{"points of a team", nil, Command{Name: CmdAdjust, TeamID: "t", Points: 5}},
		{"points of a person", nil, Command{Name: CmdAdjust, EntrantID: "p", Points: -5}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			b := newBook(t)
			b.do(tt.reach...)
			before := b.s
			e := b.enter(tt.cmd)
			if err := b.undo(""); err != nil {
				t.Fatal(err)
			}
			if !sameButSeq(b.s, before) {
				t.Errorf("%s became %s", mustJSON(before), mustJSON(b.s))
			}
			wantFault(t, b.undo(e.ID), fault.Conflict, "ledger.reversed")
			wantFault(t, b.undo(""), fault.Conflict, "ledger.nothing")
			back := b.ledger.entries[1]
			if back.Reverses != e.ID || back.Points != -e.Points || back.TeamID != e.TeamID || back.EntrantID != e.EntrantID {
				t.Errorf("the reversing entry is %+v", back)
			}
			wantFault(t, b.undo(back.ID), fault.Conflict, "ledger.reversed")
		})
	}
}

// unscored lists commands that can be carried out while a question is open and change nobody's points.
func unscored() []Command {
	on, slow, end, screen := true, 30000, StandingsEnd, OnScreen
	return []Command{{Name: CmdBlank, On: true}, {Name: CmdBlank}, {Name: CmdHideScores, On: true}, {Name: CmdHideScores},
		{Name: CmdExtend, Seconds: 30}, {Name: CmdExtend, Seconds: -10}, {Name: CmdPacing, AutoAdvance: &on},
		{Name: CmdPacing, PauseMS: &slow, Standings: &end, QuestionOn: &screen}, {Name: CmdPause}, {Name: CmdResume}, {Name: CmdLock}}
}

func TestOnlyWhatChangedPointsIsTakenBack(t *testing.T) {
	b := newBook(t)
	b.enter(Command{Name: CmdNext})
	b.enter(Command{Name: CmdNext})
	points := b.enter(Command{Name: CmdAdjust, TeamID: "t", Points: -10})
	for _, cmd := range unscored() {
		e := b.enter(cmd)
		wantFault(t, b.undo(e.ID), fault.Conflict, "ledger.not_undoable")
	}
	was := b.s
	if err := b.undo(""); err != nil {
		t.Fatal(err)
	}
	if e := b.ledger.entries[len(b.ledger.entries)-1]; e.Reverses != points.ID || !sameButSeq(b.s, was) {
		t.Errorf("took back %+v: %s became %s", e, mustJSON(was), mustJSON(b.s))
	}
	wantFault(t, b.undo(""), fault.Conflict, "ledger.nothing")
	for _, l := range Lines(b.ledger.entries) {
		if l.Undoable {
			t.Errorf("%s can be taken back", l.Kind)
		}
	}
}

// TestEntrySaysWhatItLedTo goes through a show: the same command does different things.
func TestEntrySaysWhatItLedTo(t *testing.T) {
	yes, no := true, false
	seconds := func(n int) *int { return &n }
	b := newBook(t)
	want := func(e Entry, outcome Outcome) {
		t.Helper()
		if got := e.Outcome(); !reflect.DeepEqual(got, outcome) {
			t.Errorf("%s led to %s, want %s", e.Kind, mustJSON(got), mustJSON(outcome))
		}
	}
	want(b.enter(Command{Name: CmdAdjust, TeamID: "t", Points: 5}), Outcome{})
	want(b.enter(Command{Name: CmdBreak, Seconds: 600}), Outcome{Seconds: seconds(600)})
	want(b.enter(Command{Name: CmdEndBreak}), Outcome{})
	want(b.enter(Command{Name: CmdNext}), Outcome{Phase: PhaseReady})
	want(b.enter(Command{Name: CmdNext}), Outcome{Phase: PhaseOpen})
	want(b.enter(Command{Name: CmdExtend, Seconds: 5}), Outcome{Seconds: seconds(5)})
	want(b.enter(Command{Name: CmdExtend, Seconds: -600}), Outcome{Seconds: seconds(-24)}) // a second stays
	want(b.enter(Command{Name: CmdExtend, Seconds: 600}), Outcome{Seconds: seconds(600)})
	want(b.enter(Command{Name: CmdBlank, On: true}), Outcome{On: &yes})
	want(b.enter(Command{Name: CmdBlank, On: true}), Outcome{On: &yes}) // pressed twice
	want(b.enter(Command{Name: CmdBlank}), Outcome{On: &no})
	want(b.enter(Command{Name: CmdHideScores}), Outcome{On: &no})
	want(b.enter(Command{Name: CmdHideScores, On: true}), Outcome{On: &yes})
	want(b.enter(Command{Name: CmdPause}), Outcome{})
	want(b.enter(Command{Name: CmdResume}), Outcome{})
	want(b.enter(Command{Name: CmdNext}), Outcome{Phase: PhaseClosed}) // no more answers; the last ones are on their way
	want(b.enter(Command{Name: CmdReveal}), Outcome{Phase: PhaseRevealed})
	b.due(Grace).counted().want("revealed@1.1")
	want(b.enter(Command{Name: CmdNext}), Outcome{Phase: PhaseStandings})
	want(b.enter(Command{Name: CmdBack}), Outcome{Phase: PhaseRevealed})
	want(b.enter(Command{Name: CmdNext}), Outcome{Phase: PhaseStandings})
	want(b.enter(Command{Name: CmdNext}), Outcome{Phase: PhaseReady})
	want(b.enter(Command{Name: CmdSkip}), Outcome{}) // as ready as before
	b.do(CmdNext)
	want(b.enter(Command{Name: CmdLock}), Outcome{Phase: PhaseClosed})
	b.due(Grace).counted()
	want(b.enter(Command{Name: CmdNext}), Outcome{Phase: PhaseRevealed})
	want(b.enter(Command{Name: CmdFinish}), Outcome{Phase: PhaseFinished})
	want(Entry{Kind: CmdNext, Before: []byte(`[`), After: []byte(`[`)}, Outcome{}) // an entry that cannot be read
	want(Entry{Kind: CmdBlank, Before: []byte(`{}`), After: []byte(`{}`)}, Outcome{})
}

func TestVoidOfAnEarlierRoundIsTakenBack(t *testing.T) {
	b := newBook(t)
	b.stage = newStage(t, showOf(nil, 2, 2))
	b.do(CmdNext).closed().counted().do(CmdReveal)
	e := b.enter(Command{Name: CmdVoid})
	b.do(CmdNext, CmdNext, CmdSkip, CmdNext).want("open@2.1")
	if err := b.undo(e.ID); err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(b.s.Voided, []Ref{{1, 2}}) { // the skipped one stays void
		t.Errorf("void are %v", b.s.Voided)
	}
	b.want("open@2.1")
}

func TestASkippedQuestionStaysVoid(t *testing.T) {
	b := newBook(t)
	b.do(CmdNext, CmdNext)
	e := b.enter(Command{Name: CmdVoid})
	b.enter(Command{Name: CmdSkip})
	wantFault(t, b.undo(e.ID), fault.Conflict, "ledger.not_undoable")
	wantFault(t, b.undo(""), fault.Conflict, "ledger.nothing")
	if lines := Lines(b.ledger.entries); lines[0].Undoable || !b.s.IsVoid(Ref{1, 1}) {
		t.Errorf("the ledger is %+v", lines)
	}
}

func TestUndoWithoutAnIdTakesTheLastPossible(t *testing.T) {
	b := newBook(t)
	first := b.enter(Command{Name: CmdAdjust, TeamID: "t", Points: 5})
	last := b.enter(Command{Name: CmdAdjust, TeamID: "t", Points: 7})
	b.enter(Command{Name: CmdNext})
	for _, want := range []string{last.ID, first.ID} {
		if err := b.undo(""); err != nil {
			t.Fatal(err)
		}
		if e := b.ledger.entries[len(b.ledger.entries)-1]; e.Reverses != want {
			t.Errorf("took back %s, want %s", e.Reverses, want)
		}
	}
	wantFault(t, b.undo(""), fault.Conflict, "ledger.nothing")
	wantFault(t, b.undo("nobody"), fault.NotFound, "ledger.missing")
}

func TestLinesSayWhatCanBeTakenBack(t *testing.T) {
	b := newBook(t)
	b.enter(Command{Name: CmdAdjust, TeamID: "t", Points: 5})
	b.enter(Command{Name: CmdAdjust, TeamID: "t", Points: 7})
	b.enter(Command{Name: CmdNext})
	if err := b.undo(""); err != nil {
		t.Fatal(err)
	}
	b.enter(Command{Name: CmdBlank, On: true})
	lines := Lines(b.ledger.entries)
	var undoable []bool
	for i, l := range lines {
		undoable = append(undoable, l.Undoable)
		if l.ID != b.ledger.entries[i].ID {
			t.Errorf("line %d is %s", i, l.Kind)
		}
	}
	if !slices.Equal(undoable, []bool{true, false, false, false, false}) {
		t.Errorf("can be taken back: %v", undoable)
	}
	if lines[1].ReversedBy != lines[3].ID || lines[3].Reverses != lines[1].ID {
		t.Errorf("%+v was taken back by %+v", lines[1], lines[3])
	}
	tail := b.ledger.tail()
	slices.Reverse(tail)
	if !reflect.DeepEqual(tail, lines) {
		t.Errorf("the desk is shown %+v, and the whole ledger is %+v", tail, lines)
	}
}

func TestDeskIsShownTheNewestEntries(t *testing.T) {
	b := newBook(t)
	for i := range tailLength + 20 {
		b.enter(Command{Name: CmdAdjust, TeamID: "t", Points: i + 1})
	}
	tail := b.ledger.tail()
	if len(tail) != tailLength || tail[0].Points != tailLength+20 || tail[tailLength-1].Points != 21 {
		t.Errorf("%d entries, from %d to %d points", len(tail), tail[0].Points, tail[len(tail)-1].Points)
	}
	if got := newLedger(nil).tail(); len(got) != 0 || got == nil {
		t.Errorf("an empty ledger gives %v", got)
	}
}
