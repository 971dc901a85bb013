package quiz

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"
)

// A random show, driven by random commands at random times, keeps the promises of the Conductor.
func TestRandomShowsKeepThePromises(t *testing.T) {
	for range 50 {
		seed := rand.Uint64()
		if !t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) { playRandomly(t, seed) }) {
			t.Fatalf("again with: go test ./quiz -run 'FuzzConductor' after f.Add(uint64(%d))", seed)
		}
	}
}

func FuzzConductor(f *testing.F) {
	for seed := range uint64(20) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) { playRandomly(t, seed) })
}

// gambler drives one random show.
type gambler struct {
	*testing.T
	*rand.Rand
	cond Conductor
	now  time.Time
	s    State
	last string // the last thing that happened
}

func (g *gambler) fail(format string, args ...any) {
	g.Helper()
	g.Fatalf("after %s at %v: %s\nstate %+v", g.last, g.now.Sub(noon), fmt.Sprintf(format, args...), g.s)
}

func playRandomly(t *testing.T, seed uint64) {
	r := rand.New(rand.NewPCG(seed, 0))
	cond := NewConductor(randomShow(r))
	g := &gambler{T: t, Rand: r, cond: cond, now: noon, s: cond.Start(), last: "the start"}
	for range 120 {
		before := g.s
		g.step()
		g.keepsPromises(before)
	}
	g.canStillEnd()
}

func randomShow(r *rand.Rand) Show {
	var show Show
	for range 1 + r.IntN(3) {
		show.Rounds = append(show.Rounds, ShowRound{Questions: r.IntN(4), Settings: rules(func(s *RoundSettings) {
			s.LimitMS, s.ReadyMS, s.PauseMS = 3000+r.IntN(30000), r.IntN(3)*1500, 1000+r.IntN(9000)
			s.AutoAdvance = r.IntN(2) == 0
			s.Standings = []string{StandingsEvery, StandingsEnd}[r.IntN(2)]
		})})
	}
	return show
}

func (g *gambler) step() {
	switch n := g.IntN(10); {
	case n < 3: // up to the next tick, or somewhat before or after it
		if at, ok := g.cond.Due(g.s); ok && at.After(g.now) {
			g.now = at
		}
		g.now = g.now.Add(time.Duration(g.IntN(3)-1) * ms(g.IntN(50)))
		g.tick()
	case n < 4:
		g.now = g.now.Add(ms(g.IntN(20000)))
		g.tick()
	case n < 5:
		if g.s.Phase == PhaseClosed && !g.s.Counted {
			g.last = "the count"
			g.s = g.again(func(s State) (State, error) { return g.cond.Counted(s, g.now), nil })
		}
	case n < 6:
		g.last = "an outage"
		alive := g.now
		g.now = g.now.Add(ms(g.IntN(60000)))
		g.s = g.again(func(s State) (State, error) { return g.cond.Recover(s, alive, g.now), nil })
	default:
		g.command(g.randomCommand())
	}
}

var allCommands = []string{CmdNext, CmdBack, CmdLock, CmdReveal, CmdPause, CmdResume, CmdExtend, CmdVoid, CmdSkip,
	CmdBlank, CmdHideScores, CmdBreak, CmdEndBreak, CmdAdjust, CmdPacing, CmdFinish}

func (g *gambler) randomCommand() Command {
	cmd := Command{Name: allCommands[g.IntN(len(allCommands))], On: g.IntN(2) == 0, Seconds: g.IntN(90) - 30}
	switch {
	case cmd.Name == CmdFinish && g.IntN(10) > 0: // or most shows would be short
		cmd.Name = CmdNext
	case cmd.Name == CmdVoid && g.IntN(3) == 0:
		cmd.Name, cmd.roundNo, cmd.QuestionNo = CmdUnvoid, 1+g.IntN(3), 1+g.IntN(4)
	case cmd.Name == CmdVoid:
		cmd.QuestionNo = g.IntN(5)
	case cmd.Name == CmdPacing:
		auto, pause := g.IntN(2) == 0, g.IntN(10000)
		cmd.AutoAdvance, cmd.PauseMS = &auto, &pause
	}
	if g.IntN(20) == 0 {
		seq := g.s.Seq + int64(g.IntN(3)) - 1
		cmd.Seq = &seq
	}
	return cmd
}

func (g *gambler) command(cmd Command) {
	g.last = fmt.Sprintf("%s %+v", cmd.Name, cmd)
	before := g.s
	next, err := g.cond.Do(before, cmd, g.now)
	g.s = g.again(func(s State) (State, error) { return g.cond.Do(s, cmd, g.now) })
	switch {
	case err != nil && !reflect.DeepEqual(next, before):
		g.fail("the refusal %v changed the state", err)
	case err == nil && next.Seq != before.Seq+1:
		g.fail("seq went from %d", before.Seq)
	}
}

// tick lets the clock do all that is due by now. That must come to an end, or a room would spin.
func (g *gambler) tick() {
	g.last = "a tick"
	for range 4 {
		before := g.s
		at, ok := g.cond.Due(before)
		var changed bool
		g.s = g.again(func(s State) (State, error) {
			s, changed = g.cond.Tick(s, g.now)
			return s, nil
		})
		if due := ok && !g.now.Before(at); due != changed {
			g.fail("due %v (at %v), changed %v", due, at.Sub(noon), changed)
		}
		if changed && g.s.Seq != before.Seq+1 {
			g.fail("seq went from %d", before.Seq)
		}
		if !changed {
			return
		}
	}
	g.fail("the clock does not come to rest")
}

// again does a step on the state and on what another process would read of it, which must give the same.
func (g *gambler) again(step func(State) (State, error)) State {
	g.Helper()
	resumed := decodeState(g.T, g.s)
	next, err := step(g.s)
	other, err2 := step(resumed)
	if (err == nil) != (err2 == nil) || string(mustJSON(next)) != string(mustJSON(other)) {
		g.fail("another process makes %+v (%v) of it", other, err2)
	}
	return next
}

func decodeState(t *testing.T, s State) State {
	t.Helper()
	var out State
	if err := json.Unmarshal(mustJSON(s), &out); err != nil {
		t.Fatal(err)
	}
	return out
}

func (g *gambler) keepsPromises(before State) {
	s := g.s
	if s.At.Before(before.At) {
		g.fail("the show went back from %v", before.At)
	}
	if s.Seq < before.Seq || s.Seq == before.Seq && !reflect.DeepEqual(s, before) {
		g.fail("it changed from %+v without a new seq", before)
	}
	for r := 1; r <= 3; r++ {
		for q := 1; q <= 4; q++ {
			if ref := (Ref{r, q}); before.Revealed(ref) && !s.Revealed(ref) {
				g.fail("the key of %v was known and is secret again", ref)
			}
		}
	}
	if s.Phase != PhaseLobby && s.Phase != PhaseFinished {
		if _, ok := g.cond.show.Next(Ref{s.At.R, s.At.Q - 1}); !ok {
			g.fail("there is no such question")
		}
	}
	if s.Paused && s.Phase == PhaseOpen && s.RemainingMS < 1 || !s.Paused && s.RemainingMS != 0 || s.LimitMS < 0 {
		g.fail("the clock is out of order")
	}
	if fresh := s.Phase == PhaseReady || s.Phase == PhaseOpen; fresh && (s.Counted || s.AutoAt != 0) {
		g.fail("a question begins with what is left of the one before")
	}
	g.deskKnowsWhatItCan()
}

func (g *gambler) deskKnowsWhatItCan() {
	can := g.cond.Can(g.s, g.now)
	for _, name := range allCommands {
		_, err := g.cond.Do(g.s, Command{Name: name, Seconds: 60}, g.now)
		if slices.Contains(can, name) != (err == nil) {
			g.fail("the desk is told %v, but %s gives %v", can, name, err)
		}
	}
}

// canStillEnd goes on as an organizer does who only presses what the desk offers, until the show is over.
func (g *gambler) canStillEnd() {
	for range 200 {
		can := g.cond.Can(g.s, g.now)
		at, due := g.cond.Due(g.s)
		switch {
		case g.s.Phase == PhaseFinished:
			return
		case g.s.Phase == PhaseClosed && !g.s.Counted:
			g.s = g.cond.Counted(g.s, g.now)
		case slices.Contains(can, CmdResume):
			g.command(Command{Name: CmdResume})
		case slices.Contains(can, CmdNext):
			g.command(Command{Name: CmdNext})
		case due:
			if at.Sub(g.now) > time.Hour {
				g.fail("the clock stands until %v", at.Sub(noon))
			}
			g.now = at
			g.tick()
		case slices.Contains(can, CmdFinish):
			g.command(Command{Name: CmdFinish})
		default:
			g.fail("there is no way out: the desk may %v", can)
		}
	}
	g.fail("the show does not end")
}
