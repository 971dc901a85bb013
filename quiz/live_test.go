package quiz

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"leitai/fault"
	"leitai/questionbank"
)

func TestARoundRunsByTheClock(t *testing.T) {
	inTheater(t, newContest(automatic, 3), func(h *theater) {
		h.audience(func(e Event) { // each question, Ann is right after two seconds, Bob after five, Ada is wrong
			if e.State.Phase == PhaseOpen {
				h.answerTo(e.State.At, "ann", "B", 2*second)
				h.answerTo(e.State.At, "bob", "B", 5*second)
				h.answerTo(e.State.At, "ada", "C", 3*second)
			}
		})
		began := time.Now()
		h.do(CmdNext)
		end := h.run(PhaseFinished)
		each := 3*second + 20*second + Grace + countedPause + 8*second + 8*second
		if took := end.at.Sub(began); took != 3*each {
			t.Errorf("the round took %v, want %v", took, 3*each)
		}

		var phases []string
		var opened time.Time
		for _, e := range h.history() {
			phases = append(phases, describe(e.State, e.at))
			switch {
			case e.State.Phase == PhaseOpen:
				opened = e.at
			case e.State.Phase == PhaseClosed && e.at.Sub(opened) != 20*second+Grace:
				t.Errorf("question %v was open for %v", e.State.At, e.at.Sub(opened))
			}
		}
		want := []string{"lobby@0.0"}
		for q := 1; q <= 3; q++ {
			for _, phase := range []string{"ready@1.%d", "open@1.%d", "closed@1.%d", "closed@1.%d counted", "revealed@1.%d", "standings@1.%d"} {
				want = append(want, fmt.Sprintf(phase, q))
			}
		}
		if want = append(want, "finished@1.3"); !slices.Equal(phases, want) {
			t.Errorf("the room was %v", phases)
		}
		h.wantPoints(map[string]int64{"ann": 30, "bob": 30, "ada": 0, "red": 1500, "blue": 3000})
		if people := end.Standings.People; people[0].EntrantID != "ann" || people[0].TimeMS != 6000 || people[1].Place != 2 {
			t.Errorf("in the end %+v", people)
		}
	})
}

func TestEachStandingsAreComparedWithTheLast(t *testing.T) {
	c := newContest(nil, 3)
	c.Settings.TeamFormula = FormulaSum
	inTheater(t, c, func(h *theater) {
		h.do(CmdNext)
		h.question(map[string]string{"ann": "B"})
		h.do(CmdNext)
		for _, s := range h.last().Standings.Teams { // the first time there is nothing to compare with
			if s.Previous != s.Place || s.Delta != 0 {
				t.Errorf("the first standings are %+v", s)
			}
		}
		h.do(CmdNext)
		h.question(map[string]string{"bob": "B"})
		h.with(Command{Name: CmdAdjust, TeamID: "blue", Points: 5, Reason: "礼貌"})
		h.do(CmdNext, CmdBack, CmdNext)
		teams := standingsByTeam(h.last().Standings.Teams)
		if s := teams["blue"]; s.Place != 1 || s.Previous != 2 || s.Delta != 1500 || s.Hundredths != 1500 {
			t.Errorf("blue stands at %+v", s)
		}
		if s := teams["red"]; s.Place != 2 || s.Previous != 1 || s.Delta != 0 || s.Hundredths != 1000 {
			t.Errorf("red stands at %+v", s)
		}
	})
}

func TestIndividualRanksCanBeOff(t *testing.T) {
	for _, on := range []bool{true, false} {
		c := newContest(nil, 1)
		c.Settings.IndividualRanks = on
		inTheater(t, c, func(h *theater) {
			for i := range 15 {
				h.join(fmt.Sprint("p", i), "red")
			}
			h.do(CmdNext)
			h.question(map[string]string{"ann": "B", "p14": "B"})
			h.do(CmdNext)
			want := map[bool]int{true: topPeople, false: 0}[on]
			if people := h.last().Standings.People; len(people) != want {
				t.Errorf("individual ranks %v: %d people are shown", on, len(people))
			}
		})
	}
}

func TestCountWaitsForTheLog(t *testing.T) {
	inTheater(t, newContest(automatic, 1), func(h *theater) {
		h.log.closed = make(chan struct{})
		h.log.flush = func() { h.answerTo(Ref{1, 1}, "bob", "B", 19*second) }
		h.do(CmdNext)
		h.run(PhaseOpen)
		h.answer("ann", "B", second)
		h.run(PhaseClosed)
		time.Sleep(9 * second)
		h.want("closed@1.1")
		close(h.log.closed)
		h.want("closed@1.1 counted")
		h.run(PhaseRevealed)
		h.wantPoints(map[string]int64{"ann": 10, "ada": 0, "bob": 10, "red": 1000, "blue": 1000})
	})
}

func TestCountGoesOnAfterADrainThatTookTooLong(t *testing.T) {
	inTheater(t, newContest(nil, 1), func(h *theater) {
		h.log.closed = make(chan struct{})
		h.do(CmdNext)
		h.run(PhaseClosed)
		time.Sleep(25 * second)
		h.want("closed@1.1")
		h.do(CmdReveal) // waits for its turn, and is remembered
		close(h.log.closed)
		time.Sleep(second)
		h.want("revealed@1.1")
	})
}

func TestRevealTellsEverything(t *testing.T) {
	c := newContest(nil, 4)
	qs := c.Rounds[0].Questions
	qs[1].Question = questionbank.Question{Type: questionbank.Multiple, Options: []string{"甲", "乙", "丙", "丁"}, Key: []string{"A", "C"}}
	qs[2].Question = questionbank.Question{Type: questionbank.Fill, Stem: "首都是____。", Key: []string{"北京", "北平"}}
	qs[3].Question = questionbank.Question{Type: questionbank.Order, Options: []string{"甲", "乙", "丙"}, Key: []string{"C", "A", "B"}}
	c.Rounds[0].Settings.NoAnswer = -1 // lines without a choice are no answers
	give := func(h *theater, entrant string, choice ...string) {
		at := h.last().State.At
		q := c.Rounds[0].Questions[at.Q-1].Question
		_, err := h.store.AppendAnswers(context.Background(), []Answer{{RoundID: "round1", QuestionNo: at.Q, EntrantID: entrant,
			Choice: choice, Correct: q.Mark(choice).Right}})
		if err != nil {
			t.Fatal(err)
		}
	}
	tests := []struct {
		choices map[string][]string
		want    Reveal
	}{
		{map[string][]string{"ann": {"B"}, "bob": {"C"}}, Reveal{Key: []string{"B"}, Explanation: "因为", Source: "党章",
			Counts: map[string]int{"A": 0, "B": 1, "C": 1}, Answered: 2, Correct: 1}},
		{map[string][]string{"ann": {"A", "C"}, "bob": {"A", "B", "C", "D"}, "ada": {"D"}}, Reveal{Key: []string{"A", "C"},
			Counts: map[string]int{"A": 2, "B": 1, "C": 2, "D": 2}, Answered: 3, Correct: 1}},
		{map[string][]string{"ann": {"北京"}, "bob": {"南京"}, "ada": {"北平"}}, Reveal{Key: []string{"北京", "北平"},
			Counts: map[string]int{"right": 2, "wrong": 1}, Answered: 3, Correct: 2}},
		{map[string][]string{"ann": {"C", "A", "B"}, "bob": {"C", "B", "A"}}, Reveal{Key: []string{"C", "A", "B"},
			Counts: map[string]int{"A": 0, "B": 0, "C": 2}, Answered: 2, Correct: 1}},
	}
	inTheater(t, c, func(h *theater) {
		for _, tt := range tests {
			h.do(CmdNext)
			if e := h.run(PhaseOpen); e.Reveal != nil {
				t.Error("the open question is published with its key")
			} else if first := e.State.At.Q == 1; first != (e.Standings == nil) {
				t.Error("standings are published before there are any, or not for the screens that always show them")
			}
			for id, choice := range tt.choices {
				give(h, id, choice...)
			}
			h.do(CmdLock)
			h.count()
			if h.last().Reveal != nil {
				t.Error("the counted question is published with its key")
			}
			h.do(CmdReveal)
			got := h.last().Reveal
			if got == nil || !slices.Equal(got.Key, tt.want.Key) || got.Explanation != tt.want.Explanation || got.Source != tt.want.Source ||
				!maps.Equal(got.Counts, tt.want.Counts) || got.Answered != tt.want.Answered || got.Correct != tt.want.Correct {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
			h.do(CmdNext)
			if e := h.last(); e.Reveal == nil || e.Standings == nil {
				t.Errorf("the standings are %+v", e)
			}
		}
		h.sumsAgree()
	})
}

func TestWhoJoinsLateIsRankedAtTheReveal(t *testing.T) {
	inTheater(t, newContest(nil, 2), func(h *theater) {
		h.do(CmdNext)
		h.run(PhaseOpen)
		h.join("eve", "blue")
		h.question(map[string]string{"ann": "B", "bob": "B", "eve": "B"})
		h.wantPoints(map[string]int64{"ann": 10, "ada": 0, "bob": 10, "eve": 10, "red": 1000, "blue": 1000})

		h.do(CmdNext, CmdNext)
		h.join("zoe", "blue")
		h.store.with(func(m *memory) { m.failing["ListEntrants"] = true })
		h.question(map[string]string{"zoe": "B"})
		if _, known := h.points()["zoe"]; known {
			t.Fatal("the database was away, and Zoe is known")
		}
		h.store.with(func(m *memory) { m.failing["ListEntrants"] = false })
		time.Sleep(beatEvery)
		h.wantPoints(map[string]int64{"ann": 10, "ada": 0, "bob": 10, "eve": 10, "zoe": 10, "red": 1000, "blue": 1000})
	})
}

func TestNoAnswerCosts(t *testing.T) {
	penalty := func(s *RoundSettings) { s.NoAnswer, s.Wrong = -5, -2 }
	inTheater(t, newContest(penalty, 2), func(h *theater) {
		h.do(CmdNext)
		h.run(PhaseOpen)
		time.Sleep(second)
		h.join("late", "blue") // came after the opening: owes nothing
		h.question(map[string]string{"ann": "B", "ada": "A"})
		h.wantPoints(map[string]int64{"ann": 10, "ada": -2, "bob": -5, "late": 0, "red": 400, "blue": 0})
		if r := h.last().Reveal; r.Answered != 2 || r.Counts["A"] != 1 || r.Counts["B"] != 1 {
			t.Errorf("the reveal is %+v", r)
		}
		h.do(CmdNext, CmdNext)
		h.question(nil)
		h.wantPoints(map[string]int64{"ann": 5, "ada": -7, "bob": -10, "late": -5, "red": -100, "blue": 0})
	})
}

func TestNoAnswerCostsAgainOnceAVoidIsTakenBack(t *testing.T) {
	inTheater(t, newContest(func(s *RoundSettings) { s.NoAnswer = -5 }, 1), func(h *theater) {
		h.do(CmdNext)
		h.run(PhaseOpen)
		h.answer("ann", "B", second)
		h.do(CmdVoid)
		h.count()
		h.do(CmdReveal)
		h.wantPoints(map[string]int64{"ann": 0, "ada": 0, "bob": 0, "red": 0, "blue": 0})
		h.do(CmdUndo)
		h.wantPoints(map[string]int64{"ann": 10, "ada": -5, "bob": -5, "red": 1000, "blue": 0})
	})
}

func TestOrderBonusGoesToTheFirst(t *testing.T) {
	inTheater(t, newContest(func(s *RoundSettings) { s.Scoring = Order }, 1), func(h *theater) {
		for _, id := range []string{"eve", "zoe"} {
			h.join(id, "blue")
		}
		h.do(CmdNext)
		h.run(PhaseOpen)
		h.answer("ada", "A", ms(500)) // the quickest is wrong
		h.answer("ann", "B", 4*second)
		h.answer("bob", "B", 2*second)
		h.answer("eve", "B", 3*second)
		h.answer("zoe", "B", 5*second)
		h.do(CmdReveal)
		h.run(PhaseRevealed)
		h.wantPoints(map[string]int64{"ada": 0, "bob": 8, "eve": 7, "ann": 6, "zoe": 5, "red": 300, "blue": 667})
	})
}

func TestEquallyQuickAnswersCountInTheOrderOfReceipt(t *testing.T) {
	at := func(id string, adjusted time.Duration, received int64, correct bool) Answer {
		return Answer{EntrantID: id, Adjusted: adjusted, ReceivedAt: time.UnixMilli(received), Correct: correct}
	}
	var got []string
	for _, a := range firstRight([]Answer{at("d", ms(900), 50, true), at("c", ms(900), 40, true), at("b", ms(900), 50, true),
		at("x", 0, 0, false), at("a", ms(901), 1, true)}) {
		got = append(got, a.EntrantID)
	}
	if !slices.Equal(got, []string{"c", "b", "d", "a"}) {
		t.Errorf("the order is %v", got)
	}
}

// The bonus is stored as absolute points: whatever is counted twice, nobody gets more.
func TestCountingTwiceGivesTheSame(t *testing.T) {
	both := func(s *RoundSettings) { s.Scoring, s.NoAnswer, s.StreakStep = Order, -5, 100 }
	inTheater(t, newContest(both, 2), func(h *theater) {
		h.do(CmdNext)
		h.question(map[string]string{"ann": "B", "ada": "A"}) // Bob is silent
		h.wantPoints(map[string]int64{"ann": 8, "ada": 0, "bob": -5, "red": 400, "blue": 0})
		h.do(CmdNext, CmdNext)
		h.run(PhaseOpen)
		h.answer("ann", "B", second)
		h.store.with(func(m *memory) { // as the hall scores it: right before, so a streak
			k := answerKey{"round1", 2, "ann"}
			a := m.answers[k]
			a.Points += 100
			m.answers[k] = a
		})
		h.answer("bob", "B", 2*second)
		h.do(CmdLock)
		h.audience(func(e Event) {
			if e.State.Phase == PhaseClosed && !e.State.Counted {
				h.store.with(func(m *memory) { m.failing["SaveState"] = true }) // the first counts are not stored
			}
		})
		h.run(PhaseClosed)
		time.Sleep(2 * second)
		h.want("closed@1.2")
		h.store.with(func(m *memory) {
			m.failing["SaveState"] = false
			if m.calls["SetPoints"] < 3 {
				t.Errorf("counted %d times", m.calls["SetPoints"]-1)
			}
		})
		h.audience(nil)
		h.count()
		h.do(CmdReveal)
		h.wantPoints(map[string]int64{"ann": 8 + 108, "ada": -5, "bob": -5 + 7, "red": 5550, "blue": 200})
	})
}

func TestACommandTwiceIsDoneOnce(t *testing.T) {
	inTheater(t, newContest(nil, 1), func(h *theater) {
		cmd := Command{ID: "pressed twice", Name: CmdAdjust, TeamID: "red", Points: 5, Reason: "答得好"}
		done := make(chan error, 4)
		for range cap(done) {
			go func() {
				_, err := h.live.Do(context.Background(), cmd)
				done <- err
			}()
		}
		for range cap(done) {
			if err := <-done; err != nil {
				t.Error(err)
			}
		}
		h.wantPoints(map[string]int64{"ann": 0, "ada": 0, "bob": 0, "red": 500, "blue": 0})
		if _, entries := h.store.stored(); len(entries) != 1 {
			t.Errorf("the ledger has %d entries", len(entries))
		}
		seq := h.last().State.Seq
		if s, err := h.try(cmd); err != nil || s.Seq != seq {
			t.Errorf("got seq %d and %v", s.Seq, err)
		}
		h.live.Stop()
		h.start() // another process knows it from the ledger
		if s, err := h.try(cmd); err != nil || s.Seq != seq {
			t.Errorf("after a restart got seq %d and %v", s.Seq, err)
		}
	})
}

func TestAdjustmentsAreChecked(t *testing.T) {
	inTheater(t, newContest(nil, 1), func(h *theater) {
		tests := []struct {
			name   string
			cmd    Command
			fields []string
		}{
			{"no points", Command{TeamID: "red", Reason: "x"}, []string{"points"}},
			{"too many", Command{TeamID: "red", Points: 100001, Reason: "x"}, []string{"points"}},
			{"too few", Command{TeamID: "red", Points: -100001, Reason: "x"}, []string{"points"}},
			{"no reason", Command{TeamID: "red", Points: 5}, []string{"reason"}},
			{"a long reason", Command{TeamID: "red", Points: 5, Reason: strings.Repeat("长", 201)}, []string{"reason"}},
			{"nobody", Command{Points: 5, Reason: "x"}, []string{"team_id"}},
			{"an unknown team", Command{TeamID: "green", Points: 5, Reason: "x"}, []string{"team_id"}},
			{"an unknown person", Command{EntrantID: "eve", Points: 5, Reason: "x"}, []string{"entrant_id"}},
			{"a person and a team", Command{EntrantID: "ann", TeamID: "red", Points: 5, Reason: "x"}, []string{"entrant_id"}},
			{"everything", Command{}, []string{"points", "reason", "team_id"}},
		}
		for _, tt := range tests {
			tt.cmd.Name = CmdAdjust
			_, err := h.try(tt.cmd)
			t.Log(tt.name)
			wantFields(t, err, tt.fields...)
		}
		if _, entries := h.store.stored(); len(entries) != 0 {
			t.Errorf("the ledger has %+v", entries)
		}
		h.with(Command{Name: CmdAdjust, TeamID: "red", Points: -100000, Reason: strings.Repeat("长", 200)})
		h.join("eve", "blue") // joined a moment ago
		h.with(Command{Name: CmdAdjust, EntrantID: "eve", Points: 100000, Reason: "x"})
		if got := h.points()["eve"]; got != 100000 {
			t.Errorf("Eve has %d points", got)
		}
	})
}

func TestUndoRestoresTotalsAndState(t *testing.T) {
	tests := []struct {
		name string
		cmd  Command
		want map[string]int64 // after the command
	}{
		{"points of a team", Command{Name: CmdAdjust, TeamID: "blue", Points: 7, Reason: "x"},
			map[string]int64{"ann": 20, "ada": 0, "bob": 10, "red": 1000, "blue": 1700}},
		{"points of a person", Command{Name: CmdAdjust, EntrantID: "ada", Points: -3, Reason: "x"},
			map[string]int64{"ann": 20, "ada": -3, "bob": 10, "red": 850, "blue": 1000}},
		{"void", Command{Name: CmdVoid}, map[string]int64{"ann": 10, "ada": 0, "bob": 0, "red": 500, "blue": 0}},
		{"void of an earlier question", Command{Name: CmdVoid, QuestionNo: 1}, map[string]int64{"ann": 10, "ada": 0, "bob": 10, "red": 500, "blue": 1000}},
	}
	before := map[string]int64{"ann": 20, "ada": 0, "bob": 10, "red": 1000, "blue": 1000}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			inTheater(t, newContest(nil, 2), func(h *theater) {
				h.do(CmdNext)
				h.question(map[string]string{"ann": "B", "ada": "A"})
				h.do(CmdNext, CmdNext)
				h.question(map[string]string{"ann": "B", "ada": "A", "bob": "B"})
				h.wantPoints(before)
				was := h.last().State
				id := h.with(tt.cmd)
				h.wantPoints(tt.want)
				h.with(Command{Name: CmdBlank, On: true}) // which stays as it is
				h.with(Command{Name: CmdBlank})
				if sameButSeq(h.last().State, was) && tt.cmd.Name != CmdAdjust {
					t.Error("the command changed nothing")
				}
				h.with(Command{Name: CmdUndo, EntryID: id, Operator: "裁判"})
				h.wantPoints(before)
				if !sameButSeq(h.last().State, was) {
					t.Errorf("%s became %s", mustJSON(was), mustJSON(h.last().State))
				}
				_, err := h.try(Command{Name: CmdUndo, EntryID: id})
				wantFault(t, err, fault.Conflict, "ledger.reversed")
				_, err = h.try(Command{Name: CmdUndo, EntryID: "nothing"})
				wantFault(t, err, fault.NotFound, "ledger.missing")
				lines := h.last().Ledger
				if l, e := lines[0], lines[3]; l.Reverses != id || l.Operator != "裁判" || e.ReversedBy != l.ID || e.Undoable || l.Undoable {
					t.Errorf("the ledger ends with %+v and %+v", e, l)
				}
			})
		})
	}
}

func TestAdjustmentKeepsThePointsBeforeAndAfter(t *testing.T) {
	inTheater(t, newContest(nil, 2), func(h *theater) {
		h.do(CmdNext)
		h.question(map[string]string{"ann": "B", "ada": "A"}) // an average of 5 for red
		for _, tt := range []struct {
			cmd           Command
			before, after string
		}{
			{Command{TeamID: "red", Points: -7}, `{"points":5}`, `{"points":-2}`},
			{Command{EntrantID: "ann", Points: 5}, `{"points":10}`, `{"points":15}`},
			{Command{TeamID: "red", Points: 7}, `{"points":0.5}`, `{"points":7.5}`},
		} {
			tt.cmd.Name, tt.cmd.Reason = CmdAdjust, "x"
			h.with(tt.cmd)
			if l := h.last().Ledger[0]; string(l.Before) != tt.before || string(l.After) != tt.after {
				t.Errorf("%+d: %s became %s, want %s and %s", tt.cmd.Points, l.Before, l.After, tt.before, tt.after)
			}
		}
		h.do(CmdUndo)
		if l := h.last().Ledger[0]; string(l.Before) != `{"points":7.5}` || string(l.After) != `{"points":0.5}` {
			t.Errorf("%s became %s", l.Before, l.After)
		}
	})
}

func TestUndoIsRefusedWhenTheRoomMovedOn(t *testing.T) {
	inTheater(t, newContest(nil, 1), func(h *theater) {
		seq := h.last().State.Seq
		h.with(Command{Name: CmdAdjust, TeamID: "red", Points: 5, Reason: "x"})
		_, err := h.try(Command{Name: CmdUndo, Seq: &seq})
		wantFault(t, err, fault.Conflict, "room.moved")
		h.do(CmdUndo)
		_, err = h.try(Command{Name: CmdUndo})
		wantFault(t, err, fault.Conflict, "ledger.nothing")
	})
}

func TestSkippedQuestionGivesNothing(t *testing.T) {
	inTheater(t, newContest(nil, 2), func(h *theater) {
		h.do(CmdNext)
		h.run(PhaseOpen)
		h.answer("ann", "B", second)
		h.do(CmdSkip)
		h.question(map[string]string{"bob": "B"})
		h.wantPoints(map[string]int64{"ann": 0, "ada": 0, "bob": 10, "red": 0, "blue": 1000})

		h.do(CmdNext, CmdNext)
		h.want("finished@1.2")
	})
	inTheater(t, newContest(nil, 2), func(h *theater) {
		h.do(CmdNext)
		h.question(map[string]string{"ann": "B"})
		h.do(CmdNext, CmdNext)
		h.run(PhaseOpen)
		h.answer("bob", "B", second)
		h.do(CmdSkip)
		h.want("standings@1.2 void")
		h.wantPoints(map[string]int64{"ann": 10, "ada": 0, "bob": 0, "red": 1000, "blue": 0})
	})
}
