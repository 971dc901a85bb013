package quiz

import (
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"leitai/fault"
)

// noon is when the shows of these tests begin.
var noon = time.UnixMilli(1_790_000_000_000)

// showOf makes a show of rounds with these numbers of questions, all with the same rules.
func showOf(change func(*RoundSettings), questions ...int) Show {
	var s Show
	for _, n := range questions {
		s.Rounds = append(s.Rounds, ShowRound{Settings: rules(change), Questions: n})
	}
	return s
}

func automatic(s *RoundSettings) { s.AutoAdvance = true }

// stage is a room of one test with its clock.
type stage struct {
	Conductor
	t   *testing.T
	now time.Time
	s   State
}

func newStage(t *testing.T, show Show) *stage {
	c := NewConductor(show)
	return &stage{Conductor: c, t: t, now: noon, s: c.Start()}
}

func (g *stage) try(cmd Command) error {
	next, err := g.Do(g.s, cmd, g.now)
	g.s = next
	return err
}

func (g *stage) do(names ...string) *stage {
	g.t.Helper()
	for _, name := range names {
		if err := g.try(Command{Name: name, Seconds: 60}); err != nil {
			g.t.Fatalf("%s in %s: %v", name, g, err)
		}
	}
	return g
}

func (g *stage) with(cmd Command) *stage {
	g.t.Helper()
	if err := g.try(cmd); err != nil {
		g.t.Fatalf("%s in %s: %v", cmd.Name, g, err)
	}
	return g
}

// wait lets the clock run without a tick.
func (g *stage) wait(d time.Duration) *stage {
	g.now = g.now.Add(d)
	return g
}

// due lets the clock run to the next thing that happens by itself, after `in`.
func (g *stage) due(in time.Duration) *stage {
	g.t.Helper()
	at, ok := g.Due(g.s)
	if !ok {
		g.t.Fatalf("nothing is due in %s", g)
	}
	if got := at.Sub(g.now); got != in {
		g.t.Fatalf("due in %v, want %v, in %s", got, in, g)
	}
	if s, changed := g.Tick(g.s, at.Add(-1)); changed {
		g.t.Fatalf("a tick too early made %s of %s", describe(s, g.now), g)
	}
	g.now = at
	s, changed := g.Tick(g.s, at)
	if !changed || s.Seq != g.s.Seq+1 {
		g.t.Fatalf("the tick made %s of %s", describe(s, g.now), g)
	}
	g.s = s
	return g
}

func (g *stage) counted() *stage {
	g.s = g.Counted(g.s, g.now)
	return g
}

// closed plays on from ready until the question is closed.
func (g *stage) closed() *stage {
	return g.do(CmdNext, CmdLock).due(Grace)
}

func (g *stage) want(state string) *stage {
	g.t.Helper()
	if got := g.String(); got != state {
		g.t.Fatalf("the room is %q, want %q", got, state)
	}
	return g
}

func (g *stage) String() string { return describe(g.s, g.now) }

// describe puts what matters of a state in words, such as "open@1.2 paused".
func describe(s State, now time.Time) string {
	words := []string{fmt.Sprintf("%s@%d.%d", s.Phase, s.At.R, s.At.Q)}
	for word, on := range map[string]bool{"paused": s.Paused, "locked": s.locked(now), "counted": s.Phase == PhaseClosed && s.Counted,
		"revealing": s.RevealAfter, "break": s.BreakUntil != 0, "void": s.IsVoid(s.At)} {
		if on {
			words = append(words, word)
		}
	}
	slices.Sort(words[1:])
	return strings.Join(words, " ")
}

// situations are the rooms that staff may find themselves in.
var situations = map[string]func(*stage){
	"lobby":            func(*stage) {},
	"lobby, break":     func(g *stage) { g.do(CmdBreak) },
	"ready":            func(g *stage) { g.do(CmdNext) },
	"ready, paused":    func(g *stage) { g.do(CmdNext, CmdPause) },
	"open":             func(g *stage) { g.do(CmdNext, CmdNext) },
	"open, paused":     func(g *stage) { g.do(CmdNext, CmdNext, CmdPause) },
	"locked":           func(g *stage) { g.do(CmdNext, CmdNext, CmdLock) },
	"revealing":        func(g *stage) { g.do(CmdNext, CmdNext, CmdReveal) },
	"closed":           func(g *stage) { g.do(CmdNext).closed() },
	"closed, paused":   func(g *stage) { g.do(CmdNext).closed().do(CmdPause) },
	"counted":          func(g *stage) { g.do(CmdNext).closed().counted() },
	"revealed":         func(g *stage) { g.do(CmdNext).closed().counted().do(CmdNext) },
	"revealed, paused": func(g *stage) { g.do(CmdNext).closed().counted().do(CmdNext, CmdPause) },
	"revealed, break":  func(g *stage) { g.do(CmdNext).closed().counted().do(CmdNext, CmdBreak) },
	"revealed, void":   func(g *stage) { g.do(CmdNext).closed().counted().do(CmdNext, CmdVoid) },
	"standings":        func(g *stage) { g.do(CmdNext).closed().counted().do(CmdNext, CmdNext) },
	"standings, last": func(g *stage) {
		g.do(CmdNext, CmdSkip, CmdSkip, CmdSkip)
	},
	"finished": func(g *stage) { g.do(CmdNext).closed().counted().do(CmdFinish) },
}

// transitions is the whole machine: in each situation, what each command makes of the room, or the key of its refusal.
// Commands that are possible at any moment are in TestCommandsPossibleAtAnyMoment.
var transitions = map[string]string{
	"lobby": `next ready@1.1
		back !room.not_now; lock !room.not_open; reveal !room.not_now; pause !room.not_now; resume !room.not_paused
		extend !room.not_open; void !request.invalid; unvoid !request.invalid; skip !room.not_now
		break lobby@0.0 break; end_break !room.no_break; finish finished@0.0`,
	"lobby, break": `next ready@1.1
		back !room.not_now; lock !room.not_open; reveal !room.not_now; pause !room.not_now; resume !room.not_paused
		extend !room.not_open; void !request.invalid; unvoid !request.invalid; skip !room.not_now
		break lobby@0.0 break; end_break lobby@0.0; finish finished@0.0`,
	"ready": `next open@1.1
		back !room.not_now; lock !room.not_open; reveal !room.not_now; pause ready@1.1 paused; resume !room.not_paused
		extend !room.not_open; void !request.invalid; unvoid !request.invalid; skip ready@1.2
		break !room.not_now; end_break !room.no_break; finish finished@1.1`,
	"ready, paused": `next !room.paused
		back !room.not_now; lock !room.not_open; reveal !room.paused; pause !room.not_now; resume ready@1.1
		extend !room.not_open; void !request.invalid; unvoid !request.invalid; skip ready@1.2
		break !room.not_now; end_break !room.no_break; finish finished@1.1`,
	"open": `next open@1.1 locked
		back !room.not_now; lock open@1.1 locked; reveal open@1.1 locked revealing; pause open@1.1 paused; resume !room.not_paused
		extend open@1.1; void open@1.1 locked void; unvoid !question.not_void; skip ready@1.2
		break !room.not_now; end_break !room.no_break; finish !room.not_now`,
	"open, paused": `next !room.paused
		back !room.not_now; lock !room.paused; reveal !room.paused; pause !room.not_now; resume open@1.1
		extend open@1.1 paused; void open@1.1 paused void; unvoid !question.not_void; skip ready@1.2
		break !room.not_now; end_break !room.no_break; finish !room.not_now`,
	"locked": `next !room.counting
		back !room.not_now; lock !room.counting; reveal open@1.1 locked revealing; pause !room.not_now; resume !room.not_paused
		extend !room.not_open; void open@1.1 locked void; unvoid !question.not_void; skip ready@1.2
		break !room.not_now; end_break !room.no_break; finish !room.not_now`,
	"revealing": `next !room.counting
		back !room.not_now; lock !room.counting; reveal !room.not_now; pause !room.not_now; resume !room.not_paused
		extend !room.not_open; void open@1.1 locked revealing void; unvoid !question.not_void; skip ready@1.2
		break !room.not_now; end_break !room.no_break; finish !room.not_now`,
	"closed": `next closed@1.1 revealing
		back !room.not_now; lock !room.not_open; reveal closed@1.1 revealing; pause closed@1.1 paused; resume !room.not_paused
		extend !room.not_open; void closed@1.1 void; unvoid !question.not_void; skip ready@1.2
		break !room.not_now; end_break !room.no_break; finish !room.not_now`,
	"closed, paused": `next !room.paused
		back !room.not_now; lock !room.not_open; reveal !room.paused; pause !room.not_now; resume closed@1.1
		extend !room.not_open; void closed@1.1 paused void; unvoid !question.not_void; skip ready@1.2
		break !room.not_now; end_break !room.no_break; finish !room.not_now`,
	"counted": `next revealed@1.1
		back !room.not_now; lock !room.not_open; reveal revealed@1.1; pause closed@1.1 counted paused; resume !room.not_paused
		extend !room.not_open; void closed@1.1 counted void; unvoid !question.not_void; skip ready@1.2
		break !room.not_now; end_break !room.no_break; finish finished@1.1`,
	"revealed": `next standings@1.1
		back !room.not_now; lock !room.not_open; reveal !room.not_now; pause revealed@1.1 paused; resume !room.not_paused
		extend !room.not_open; void revealed@1.1 void; unvoid !question.not_void; skip !room.not_now
		break revealed@1.1 break; end_break !room.no_break; finish finished@1.1`,
	"revealed, paused": `next !room.paused
		back !room.not_now; lock !room.not_open; reveal !room.paused; pause !room.not_now; resume revealed@1.1
		extend !room.not_open; void revealed@1.1 paused void; unvoid !question.not_void; skip !room.not_now
		break !room.not_now; end_break !room.no_break; finish finished@1.1`,
	"revealed, break": `next standings@1.1
		back !room.not_now; lock !room.not_open; reveal !room.not_now; pause revealed@1.1 break paused; resume !room.not_paused
		extend !room.not_open; void revealed@1.1 break void; unvoid !question.not_void; skip !room.not_now
		break revealed@1.1 break; end_break revealed@1.1; finish finished@1.1`,
	"revealed, void": `next standings@1.1 void
		back !room.not_now; lock !room.not_open; reveal !room.not_now; pause revealed@1.1 paused void; resume !room.not_paused
		extend !room.not_open; void !question.void_already; unvoid revealed@1.1; skip !room.not_now
		break revealed@1.1 break void; end_break !room.no_break; finish finished@1.1 void`,
	"standings": `next ready@1.2
		back revealed@1.1; lock !room.not_open; reveal !room.not_now; pause standings@1.1 paused; resume !room.not_paused
		extend !room.not_open; void standings@1.1 void; unvoid !question.not_void; skip !room.not_now
		break standings@1.1 break; end_break !room.no_break; finish finished@1.1`,
	"standings, last": `next finished@2.1 void
		back revealed@2.1 void; lock !room.not_open; reveal !room.not_now; pause standings@2.1 paused void; resume !room.not_paused
		extend !room.not_open; void !question.void_already; unvoid standings@2.1; skip !room.not_now
		break standings@2.1 break void; end_break !room.no_break; finish finished@2.1 void`,
	"finished": `next !room.finished
		back !room.not_now; lock !room.not_open; reveal !room.not_now; pause !room.not_now; resume !room.not_paused
		extend !room.not_open; void finished@1.1 void; unvoid !question.not_void; skip !room.not_now
		break !room.not_now; end_break !room.no_break; finish !room.not_now`,
}

func TestEveryCommandInEverySituation(t *testing.T) {
	if len(transitions) != len(situations) {
		t.Fatalf("%d situations, %d in the table", len(situations), len(transitions))
	}
	for name, reach := range situations {
		rows := strings.FieldsFunc(transitions[name], func(r rune) bool { return r == ';' || r == '\n' })
		if len(rows) != 13 {
			t.Errorf("%s: %d commands in the table, want 13", name, len(rows))
		}
		for _, row := range rows {
			command, want, _ := strings.Cut(strings.TrimSpace(row), " ")
			t.Run(name+"/"+command, func(t *testing.T) {
				g := newStage(t, showOf(nil, 2, 1))
				reach(g)
				before := g.s
				err := g.try(Command{Name: command, Seconds: 60})
				got := g.String()
				if err != nil {
					got = "!" + fault.KeyOf(err)
					if code := fault.CodeOf(err); code != fault.Conflict && code != fault.Invalid {
						t.Errorf("refused as %s", code)
					}
					if !reflect.DeepEqual(g.s, before) {
						t.Errorf("a refusal changed %+v to %+v", before, g.s)
					}
				} else if g.s.Seq != before.Seq+1 {
					t.Errorf("seq went from %d to %d", before.Seq, g.s.Seq)
				}
				if got != want {
					t.Errorf("got %q, want %q", got, want)
				}
				if can := slices.Contains(g.Can(before, g.now), command); can != (err == nil) && command != CmdUnvoid {
					t.Errorf("the desk is told %v, but: %v", can, err)
				}
			})
		}
	}
}

func TestCommandsPossibleAtAnyMoment(t *testing.T) {
	every := StandingsEvery
	for name, reach := range situations {
		for _, cmd := range []Command{{Name: CmdBlank, On: true}, {Name: CmdBlank}, {Name: CmdHideScores, On: true},
			{Name: CmdAdjust, Points: 5}, {Name: CmdPacing, Standings: &every}} {
			g := newStage(t, showOf(nil, 2, 1))
			reach(g)
			before := g.String()
			g.with(cmd).want(before)
			if g.s.Blank != (cmd.Name == CmdBlank && cmd.On) || g.s.Pacing.ScoresHidden != (cmd.Name == CmdHideScores) {
				t.Errorf("%s, %s: %+v", name, cmd.Name, g.s)
			}
		}
	}
}

func TestUnknownCommandIsRefused(t *testing.T) {
	g := newStage(t, showOf(nil, 1))
	for _, name := range []string{"", "Next", CmdUndo, KindRecovered} {
		wantFault(t, g.try(Command{Name: name}), fault.Invalid, "command.unknown")
	}
}

func TestCommandOfAnotherSeqIsRefused(t *testing.T) {
	g := newStage(t, showOf(nil, 1))
	seq := g.s.Seq
	g.with(Command{Name: CmdNext, Seq: &seq})
	wantFault(t, g.try(Command{Name: CmdNext, Seq: &seq}), fault.Conflict, "room.moved")
	ahead := g.s.Seq + 1
	wantFault(t, g.try(Command{Name: CmdNext, Seq: &ahead}), fault.Conflict, "room.moved")
	g.want("ready@1.1")
}

func TestShowRunsByTheClock(t *testing.T) {
	g := newStage(t, showOf(automatic, 2))
	g.do(CmdNext).want("ready@1.1").
		due(3 * second).want("open@1.1").
		due(20*second + Grace).want("closed@1.1").
		counted().want("closed@1.1 counted").
		due(countedPause).want("revealed@1.1").
		due(8 * second).want("standings@1.1").
		due(8 * second).want("ready@1.2").
		due(3 * second).want("open@1.2").
		due(20*second + Grace).want("closed@1.2").counted().
		due(countedPause).want("revealed@1.2").
		due(8 * second).want("standings@1.2").
		due(8 * second).want("finished@1.2")
	if _, ok := g.Due(g.s); ok {
		t.Error("something is due after the end")
	}
}

func TestWithoutAutoAdvanceStaffGoOn(t *testing.T) {
	g := newStage(t, showOf(nil, 1))
	idle := func() {
		t.Helper()
		if at, ok := g.Due(g.s); ok {
			t.Fatalf("%s goes on by itself in %v", g, at.Sub(g.now))
		}
	}
	idle()
	g.do(CmdNext).due(3 * second).due(20*second + Grace).want("closed@1.1")
	idle()
	g.counted().want("closed@1.1 counted")
	idle()
	g.do(CmdNext).want("revealed@1.1")
	idle()
	g.do(CmdNext).want("standings@1.1")
	idle()
	g.do(CmdNext).want("finished@1.1")
}

func TestReadyOfNoTime(t *testing.T) {
	g := newStage(t, showOf(func(s *RoundSettings) { s.ReadyMS = 0 }, 1))
	g.do(CmdNext).want("ready@1.1").due(0).want("open@1.1")
}

func TestLastAnswersAreWaitedFor(t *testing.T) {
	g := newStage(t, showOf(automatic, 1))
	g.do(CmdNext, CmdNext).wait(20*second - 1).want("open@1.1").wait(1).want("open@1.1 locked")
	g.due(Grace).want("closed@1.1")
	if _, ok := g.Due(g.s); ok {
		t.Error("a question goes on before it is counted")
	}
}

func TestStandingsOnlyAtTheEndOfARound(t *testing.T) {
	g := newStage(t, showOf(func(s *RoundSettings) { s.Standings = StandingsEnd }, 2, 1))
	g.do(CmdNext).closed().counted().do(CmdReveal, CmdNext).want("ready@1.2")
	g.closed().counted().do(CmdReveal, CmdNext).want("standings@1.2")
	g.do(CmdNext).want("ready@2.1")
	g.closed().counted().do(CmdReveal, CmdNext).want("standings@2.1").do(CmdNext).want("finished@2.1")
}

func TestPauseStopsEveryClock(t *testing.T) {
	g := newStage(t, showOf(automatic, 2))
	still := func(left time.Duration) {
		t.Helper()
		g.do(CmdPause)
		if g.s.RemainingMS != left.Milliseconds() {
			t.Fatalf("%d ms are left, want %v", g.s.RemainingMS, left)
		}
		if _, ok := g.Due(g.s); ok {
			t.Fatal("the clock runs on")
		}
		g.wait(time.Hour).do(CmdResume)
		if g.s.RemainingMS != 0 {
			t.Fatalf("%d ms are left after it went on", g.s.RemainingMS)
		}
	}
	g.do(CmdNext).wait(second)
	still(2 * second)
	g.due(2 * second).want("open@1.1").wait(5 * second)
	still(15 * second)
	g.wait(second)
	still(14 * second)
	g.due(14*second + Grace).counted().wait(200 * time.Millisecond)
	still(time.Second)
	g.due(second).want("revealed@1.1").wait(3 * second)
	still(5 * second)
	g.due(5 * second).want("standings@1.1").wait(8 * second) // due, but its tick has not come
	still(time.Millisecond)
	g.due(time.Millisecond).want("ready@1.2")
}

func TestPauseWhileCountingKeepsTheCount(t *testing.T) {
	g := newStage(t, showOf(automatic, 1))
	g.do(CmdNext).closed().do(CmdPause).counted().want("closed@1.1 counted paused")
	if _, ok := g.Due(g.s); ok {
		t.Error("the clock runs on")
	}
	g.wait(time.Minute).do(CmdResume).due(countedPause).want("revealed@1.1")
}

func TestRevealAskedForBeforeAPause(t *testing.T) {
	g := newStage(t, showOf(automatic, 1))
	g.do(CmdNext).closed().do(CmdReveal, CmdPause).counted().want("revealed@1.1 paused")
	g.wait(time.Minute).do(CmdResume).due(8 * second).want("standings@1.1")
}

func TestPacingChangedDuringAPauseCounts(t *testing.T) {
	on, off, slow := true, false, 30000
	pausedOnReveal := func() *stage {
		return newStage(t, showOf(automatic, 1)).do(CmdNext).closed().counted().do(CmdReveal).wait(3 * second).do(CmdPause)
	}
	g := pausedOnReveal().with(Command{Name: CmdPacing, AutoAdvance: &off}).do(CmdResume)
	if at, ok := g.Due(g.s); ok {
		t.Errorf("the room goes on by itself in %v though auto-advance was turned off", at.Sub(g.now))
	}
	g.with(Command{Name: CmdPacing, AutoAdvance: &on}).due(8 * second)

	pausedOnReveal().with(Command{Name: CmdPacing, PauseMS: &slow}).do(CmdResume).due(5 * second).due(30 * second)

	open := newStage(t, showOf(automatic, 1)).do(CmdNext, CmdNext, CmdPause).with(Command{Name: CmdPacing, AutoAdvance: &off})
	open.do(CmdResume).due(20*second + Grace).want("closed@1.1") // a question's own clock is no matter of pacing
}

func TestExtend(t *testing.T) {
	tests := []struct {
		name    string
		wait    time.Duration
		seconds int
		left    time.Duration
	}{
		{"more", 5 * second, 30, 45 * second},
		{"more at the last moment", 20*second - time.Millisecond, 10, 10*second + time.Millisecond},
		{"less", 5 * second, -10, 5 * second},
		{"all but a second stays", 5 * second, -60, second},
		{"less than a second stays as it is", 19500 * time.Millisecond, -10, 500 * time.Millisecond},
		{"nothing", 5 * second, 0, 15 * second},
	}
	for _, tt := range tests {
		for _, paused := range []bool{false, true} {
			t.Run(fmt.Sprint(tt.name, ", paused ", paused), func(t *testing.T) {
				g := newStage(t, showOf(nil, 1)).do(CmdNext, CmdNext).wait(tt.wait)
				if paused {
					g.do(CmdPause).wait(time.Minute).with(Command{Name: CmdExtend, Seconds: tt.seconds}).wait(time.Minute).do(CmdResume)
				} else {
					g.with(Command{Name: CmdExtend, Seconds: tt.seconds})
				}
				if used := ms(int(g.s.LimitMS)) - tt.left; used != tt.wait {
					t.Errorf("%v of the limit are used, want %v", used, tt.wait)
				}
				g.due(tt.left + Grace).want("closed@1.1")
			})
		}
	}
}

func TestExtensionEndsWithTheQuestion(t *testing.T) {
	g := newStage(t, showOf(nil, 2)).do(CmdNext, CmdNext).with(Command{Name: CmdExtend, Seconds: 60})
	g.do(CmdLock).due(Grace).counted().do(CmdReveal, CmdNext, CmdNext, CmdNext).want("open@1.2").due(20*second + Grace)
}

func TestLockKeepsTheTimeSinceTheOpening(t *testing.T) {
	g := newStage(t, showOf(nil, 1)).do(CmdNext, CmdNext).wait(7 * second).do(CmdLock)
	if g.s.LimitMS != 7000 || g.s.ClosesAt != g.now.UnixMilli() {
		t.Errorf("limit %d ms, closes in %d ms", g.s.LimitMS, g.s.ClosesAt-g.now.UnixMilli())
	}
	g.due(Grace).want("closed@1.1")
}

func TestBreak(t *testing.T) {
	g := newStage(t, showOf(automatic, 2)).do(CmdNext).closed().counted().do(CmdReveal).wait(second)
	g.with(Command{Name: CmdBreak, Seconds: 600}).due(600 * second).want("revealed@1.1").due(8 * second).want("standings@1.1")
	g.with(Command{Name: CmdBreak, Seconds: 600}).wait(second).do(CmdEndBreak).due(8 * second).want("ready@1.2")

	longer := newStage(t, showOf(nil, 1)).with(Command{Name: CmdBreak, Seconds: 60}).wait(second)
	longer.with(Command{Name: CmdBreak, Seconds: 120}).due(120 * second).want("lobby@0.0")
	for _, seconds := range []int{-60, 0, 9, 7201} {
		wantFields(t, longer.try(Command{Name: CmdBreak, Seconds: seconds}), "seconds")
	}
	longer.with(Command{Name: CmdBreak, Seconds: 10}).with(Command{Name: CmdBreak, Seconds: 7200})

	paused := newStage(t, showOf(automatic, 1)).do(CmdNext).closed().counted().do(CmdReveal, CmdBreak, CmdPause)
	paused.due(60 * second).want("revealed@1.1 paused").do(CmdResume).due(8 * second).want("standings@1.1")
}

func TestGoingBackStopsTheClock(t *testing.T) {
	g := newStage(t, showOf(automatic, 2)).do(CmdNext).closed().counted().do(CmdReveal, CmdNext, CmdBack).want("revealed@1.1")
	if _, ok := g.Due(g.s); ok {
		t.Error("staff went back to the key, and the clock takes it away")
	}
	g.do(CmdNext).want("standings@1.1").due(8 * second).want("ready@1.2")
}

func TestPacing(t *testing.T) {
	on, off, quick, slow, end, screen := true, false, 1000, 60000, StandingsEnd, OnScreen
	g := newStage(t, showOf(nil, 3)).do(CmdNext).closed().counted().do(CmdReveal)
	g.wait(time.Minute).with(Command{Name: CmdPacing, AutoAdvance: &on}).wait(second)
	g.with(Command{Name: CmdPacing, PauseMS: &slow}).due(60 * second).want("standings@1.1")
	g.wait(second).with(Command{Name: CmdPacing, Standings: &end, QuestionOn: &screen}).due(59 * second).want("ready@1.2")
	if want := (Pacing{AutoAdvance: true, PauseMS: 60000, Standings: end, QuestionOn: screen}); g.s.Pacing != want {
		t.Errorf("the pacing is %+v", g.s.Pacing)
	}
	g.closed().counted().with(Command{Name: CmdPacing, AutoAdvance: &off})
	if _, ok := g.Due(g.s); ok {
		t.Error("the room goes on by itself")
	}
	g.with(Command{Name: CmdPacing, AutoAdvance: &on, PauseMS: &quick}).due(countedPause).due(second).want("ready@1.3")

	low, high, never, wall := 999, 120001, "never", "wall"
	before := g.s
	wantFields(t, g.try(Command{Name: CmdPacing, PauseMS: &low}), "pause_ms")
	wantFields(t, g.try(Command{Name: CmdPacing, PauseMS: &high, Standings: &never, QuestionOn: &wall, AutoAdvance: &off}),
		"pause_ms", "question_on", "standings")
	if !reflect.DeepEqual(g.s, before) {
		t.Error("a refused pacing changed something")
	}
}

func TestRoundsHaveTheirOwnPacing(t *testing.T) {
	show := Show{Rounds: []ShowRound{
		{Settings: rules(nil), Questions: 0}, // an empty round is passed over
		{Settings: rules(func(s *RoundSettings) { s.LimitMS, s.Standings = 10000, StandingsEnd }), Questions: 2},
		{Settings: rules(nil), Questions: 0},
		{Settings: rules(func(s *RoundSettings) {
			s.LimitMS, s.ReadyMS, s.AutoAdvance, s.PauseMS, s.QuestionOn = 60000, 5000, true, 4000, OnScreen
		}), Questions: 1},
	}}
	g := newStage(t, show)
	if g.s.Pacing.Standings != StandingsEnd {
		t.Errorf("the lobby has the pacing of the empty round: %+v", g.s.Pacing)
	}
	screen := OnScreen
	g.with(Command{Name: CmdPacing, QuestionOn: &screen}).with(Command{Name: CmdHideScores, On: true})
	g.do(CmdNext).want("ready@2.1")
	if g.s.Pacing.QuestionOn != OnScreen {
		t.Error("what staff set in the lobby was lost at the first question")
	}
	g.due(3*second).due(10*second+Grace).counted().do(CmdReveal, CmdNext).want("ready@2.2")
	g.closed().counted().do(CmdReveal, CmdNext).want("standings@2.2").do(CmdNext).want("ready@4.1")
	if want := (Pacing{AutoAdvance: true, PauseMS: 4000, Standings: StandingsEvery, QuestionOn: OnScreen, ScoresHidden: true}); g.s.Pacing != want {
		t.Errorf("the last round's pacing is %+v", g.s.Pacing)
	}
	g.due(5 * second).due(60*second + Grace).counted().due(countedPause).due(4 * second).due(4 * second).want("finished@4.1")
}

func TestShowWithoutQuestions(t *testing.T) {
	for _, show := range []Show{{}, showOf(nil, 0), showOf(nil, 0, 0)} {
		g := newStage(t, show)
		wantFault(t, g.try(Command{Name: CmdNext}), fault.Conflict, "room.no_questions")
		g.want("lobby@0.0").do(CmdFinish).want("finished@0.0")
	}
}

func TestVoid(t *testing.T) {
	g := newStage(t, showOf(nil, 3, 1)).do(CmdNext).closed().counted().do(CmdReveal, CmdNext, CmdNext, CmdNext).want("open@1.2")
	g.with(Command{Name: CmdVoid, QuestionNo: 1}).want("open@1.2") // an earlier one does not disturb this one
	wantFault(t, g.try(Command{Name: CmdVoid, QuestionNo: 1}), fault.Conflict, "question.void_already")
	for _, no := range []int{3, 4} {
		wantFields(t, g.try(Command{Name: CmdVoid, QuestionNo: no}), "question_no")
	}
	g.do(CmdVoid).want("open@1.2 locked void")
	if !g.s.IsVoid(Ref{1, 1}) || !g.s.IsVoid(Ref{1, 2}) {
		t.Errorf("void are %v", g.s.Voided)
	}
	kept := g.s
	g.with(Command{Name: CmdUnvoid, QuestionNo: 1}).want("open@1.2 locked void")
	if g.s.IsVoid(Ref{1, 1}) || !kept.IsVoid(Ref{1, 1}) {
		t.Errorf("void are %v, and in the state before %v", g.s.Voided, kept.Voided)
	}
	g.due(Grace).counted().do(CmdSkip).want("ready@1.3").do(CmdSkip).want("ready@2.1")
	g.with(Command{Name: CmdUnvoid, roundNo: 1, QuestionNo: 3})
	wantFields(t, g.try(Command{Name: CmdVoid, QuestionNo: 1}), "question_no") // of the current round, not yet open
}

func TestSkip(t *testing.T) {
	g := newStage(t, showOf(automatic, 4)).do(CmdNext, CmdSkip).want("ready@1.2")
	g.do(CmdNext).wait(second).do(CmdSkip).want("ready@1.3").do(CmdNext, CmdPause, CmdSkip).want("ready@1.4")
	if got := g.s.Voided; !slices.Equal(got, []Ref{{1, 1}, {1, 2}, {1, 3}}) {
		t.Errorf("void are %v", got)
	}
	g.due(3*second).want("open@1.4").wait(5*second).do(CmdReveal, CmdSkip)
	if g.s.Phase != PhaseStandings || !g.s.IsVoid(Ref{1, 4}) || g.s.ClosesAt != g.now.UnixMilli() {
		t.Errorf("skipping the last question gave %+v", g.s)
	}
	g.due(8 * second).want("finished@1.4 void")
}

func TestSkippingAVoidQuestionKeepsItVoidOnce(t *testing.T) {
	g := newStage(t, showOf(nil, 2)).do(CmdNext, CmdNext, CmdVoid, CmdSkip)
	if !slices.Equal(g.s.Voided, []Ref{{1, 1}}) {
		t.Errorf("void are %v", g.s.Voided)
	}
}

func TestFinishPutsAllClocksAway(t *testing.T) {
	g := newStage(t, showOf(automatic, 2)).do(CmdNext).closed().counted().do(CmdReveal, CmdBreak).with(Command{Name: CmdBlank, On: true})
	g.do(CmdFinish).want("finished@1.1")
	if s := g.s; s.Blank || s.AutoAt != 0 || s.OpensAt != 0 || s.BreakUntil != 0 || s.Paused {
		t.Errorf("at the end %+v", s)
	}
}

func TestKeyIsKnownFromTheRevealOn(t *testing.T) {
	first, second := Ref{1, 1}, Ref{1, 2}
	g := newStage(t, showOf(nil, 2))
	known := func(refs ...Ref) {
		t.Helper()
		for _, ref := range []Ref{first, second} {
			if got := g.s.Revealed(ref); got != slices.Contains(refs, ref) {
				t.Errorf("%s: the key of %v is known: %v", g, ref, got)
			}
		}
	}
	known()
	for _, step := range []string{CmdNext, CmdNext, CmdReveal} {
		g.do(step)
		known()
	}
	g.due(Grace)
	known()
	g.counted()
	known(first)
	g.do(CmdNext)
	known(first)
	g.do(CmdBack, CmdNext, CmdNext).want("ready@1.2")
	known(first)

	ended := *g
	ended.do(CmdFinish).want("finished@1.2")
	if ended.s.Revealed(second) {
		t.Error("the show ended before the second question opened, and its key is known")
	}
	g.closed().counted().do(CmdFinish)
	known(first, second)
}

func TestAnOutageCostsNobodyTime(t *testing.T) {
	const gap = 10 * time.Minute
	tests := []struct {
		name  string
		reach func(*stage)
		left  time.Duration // until something is due, before and after
	}{
		{"ready", func(g *stage) { g.do(CmdNext).wait(second) }, 2 * second},
		{"open", func(g *stage) { g.do(CmdNext, CmdNext).wait(5 * second) }, 15*second + Grace},
		{"counted", func(g *stage) { g.do(CmdNext).closed().counted() }, countedPause},
		{"revealed", func(g *stage) { g.do(CmdNext).closed().counted().do(CmdReveal).wait(second) }, 7 * second},
		{"break", func(g *stage) { g.do(CmdBreak).wait(second) }, 59 * second},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			g := newStage(t, showOf(automatic, 2))
			tt.reach(g)
			before, limit := g.s, g.s.LimitMS
			g.s = g.Recover(g.s, g.now, g.now.Add(gap))
			if g.s.Seq != before.Seq+1 || g.s.Phase != before.Phase || g.s.LimitMS != limit {
				t.Errorf("%+v became %+v", before, g.s)
			}
			g.wait(gap).due(tt.left)
		})
	}
}

func TestOutageInAPauseChangesNothing(t *testing.T) {
	g := newStage(t, showOf(automatic, 2)).do(CmdNext, CmdNext).wait(5 * second).do(CmdPause)
	g.s = g.Recover(g.s, g.now, g.now.Add(time.Hour))
	g.wait(time.Hour).want("open@1.1 paused").do(CmdResume).due(15*second + Grace)
}

func TestOutageWhileTheLastAnswersAreAwaited(t *testing.T) {
	g := newStage(t, showOf(automatic, 2)).do(CmdNext, CmdNext, CmdLock)
	closes := g.s.ClosesAt
	g.s = g.Recover(g.s, g.now, g.now.Add(time.Minute))
	if g.s.ClosesAt != closes {
		t.Error("a question that was locked is open again")
	}
	g.wait(time.Minute)
	if s, changed := g.Tick(g.s, g.now); !changed || s.Phase != PhaseClosed {
		t.Errorf("the tick made %s", describe(s, g.now))
	}
}

func TestClockThatRanBackwardsIsNoOutage(t *testing.T) {
	g := newStage(t, showOf(automatic, 2)).do(CmdNext)
	if s := g.Recover(g.s, g.now, g.now.Add(-second)); !reflect.DeepEqual(s, g.s) {
		t.Errorf("%+v became %+v", g.s, s)
	}
}

func TestStateSurvivesJSON(t *testing.T) {
	for name, reach := range situations {
		g := newStage(t, showOf(automatic, 2, 1))
		reach(g)
		var back State
		b, err := json.Marshal(g.s)
		if err == nil {
			err = json.Unmarshal(b, &back)
		}
		if err != nil || !reflect.DeepEqual(back, g.s) {
			t.Errorf("%s: %+v came back as %+v (%v)", name, g.s, back, err)
		}
	}
}
