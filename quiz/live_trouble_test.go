package quiz

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"leitai/fault"
)

func (h *theater) databaseAway(away bool) { h.store.with(func(m *memory) { m.away = away }) }

func TestAShowWaitsForItsDatabase(t *testing.T) {
	inTheater(t, newContest(automatic, 2), func(h *theater) {
		h.do(CmdNext)
		h.databaseAway(true)
		time.Sleep(time.Minute)
		h.want("ready@1.1")
		for _, cmd := range []Command{{Name: CmdNext}, {Name: CmdBlank, On: true}, {Name: CmdAdjust, TeamID: "red", Points: 5, Reason: "x"}} {
			_, err := h.try(cmd)
			wantFault(t, err, fault.Unavailable, "storage.unavailable")
		}
		h.want("ready@1.1")
		h.databaseAway(false)
		opened := h.run(PhaseOpen).at
		h.answer("ann", "B", second)
		h.answer("ada", "C", second)
		time.Sleep(10 * second)
		h.databaseAway(true)
		time.Sleep(10*second + Grace + 5*second)
		h.want("open@1.1 locked")
		h.databaseAway(false)
		closed := h.run(PhaseClosed).at
		if late := closed.Sub(opened) - 20*second - Grace; late < 5*second || late > 5*second+retryAfter {
			t.Errorf("the question closed %v after its time", late)
		}
		h.count()

		h.run(PhaseFinished)
		h.wantPoints(map[string]int64{"ann": 10, "ada": 0, "bob": 0, "red": 500, "blue": 0})
		if h.last().State.Blank {
			t.Error("the screen is blank: a command was refused and done all the same")
		}
		if _, entries := h.store.stored(); len(entries) != 1 {
			t.Errorf("the ledger has %d entries, want the first step's", len(entries))
		}
	})
}

func TestEveryKindOfTroubleIsGotOver(t *testing.T) {
	for _, call := range []string{"SaveState", "AnswersTo", "AppendAnswers", "SetPoints", "ListEntrants", "Totals", "Streaks",
		"Adjustments", "Beat", "FindRoom", "ListLedger"} {
		t.Run(call, func(t *testing.T) {
			all := func(s *RoundSettings) { s.AutoAdvance, s.Scoring, s.NoAnswer, s.StreakStep = true, Order, -5, 100 }
			inTheater(t, newContest(all, 3), func(h *theater) {
				h.audience(func(e Event) {
					if e.State.Phase == PhaseOpen {
						h.answerTo(e.State.At, "ann", "B", second)
					}
				})
				h.do(CmdNext)
				h.run(PhaseOpen)
				for h.last().State.Phase != PhaseFinished { // the call fails for three seconds out of ten
					fails := time.Now().Unix()%10 < 3
					h.store.with(func(m *memory) { m.failing[call] = fails })
					time.Sleep(ms(500))
				}
				h.store.with(func(m *memory) { m.failing = map[string]bool{} })
				time.Sleep(2 * beatEvery)
				// the hall is not here to add the streak's points, so only those of who came first have them
				h.wantPoints(map[string]int64{"ann": 8 + 108 + 208, "ada": -15, "bob": -15, "red": 100 * (8 + 108 + 208), "blue": 0})
			})
		})
	}
}

// The database may go away between a commit and its answer: the step is done, and nobody here knows.
func TestALostCommitIsFoundAgain(t *testing.T) {
	inTheater(t, newContest(nil, 2), func(h *theater) {
		time.Sleep(time.Minute)
		h.join("eve", "blue")
		h.store.with(func(m *memory) { m.lost = 1 })
		cmd := Command{ID: "twice", Name: CmdAdjust, TeamID: "red", Points: 5, Reason: "x"}
		_, err := h.try(cmd)
		wantFault(t, err, fault.Unavailable, "storage.unavailable")
		if _, err := h.try(cmd); err != nil { // the desk sends it again
			t.Fatal(err)
		}
		h.wantPoints(map[string]int64{"ann": 0, "ada": 0, "bob": 0, "eve": 0, "red": 500, "blue": 0})
		if _, entries := h.store.stored(); len(entries) != 1 {
			t.Errorf("the ledger has %d entries", len(entries))
		}

		h.store.with(func(m *memory) { m.lost = 1 })
		_, err = h.try(Command{Name: CmdNext})
		wantFault(t, err, fault.Unavailable, "storage.unavailable")
		time.Sleep(retryAfter) // nobody presses again, and the room notices by itself
		h.want("ready@1.1")
		h.store.with(func(m *memory) { m.lost = 1 })
		h.run(PhaseOpen)
		h.answer("ann", "B", second)
		h.store.with(func(m *memory) { m.lost = 2 }) // of closing and of counting
		h.run(PhaseClosed)
		h.count()
		h.store.with(func(m *memory) { m.lost = 1 })
		_, err = h.try(Command{Name: CmdReveal})
		wantFault(t, err, fault.Unavailable, "storage.unavailable")
		_, err = h.try(Command{Name: CmdReveal}) // another press: it is done already
		wantFault(t, err, fault.Conflict, "room.not_now")
		h.wantPoints(map[string]int64{"ann": 10, "ada": 0, "bob": 0, "eve": 0, "red": 1500, "blue": 0})
		if h.last().Reveal.Answered != 1 {
			t.Errorf("the reveal is %+v", h.last().Reveal)
		}
		h.do(CmdNext, CmdNext)
		h.want("ready@1.2")
	})
}

func TestALostCommitAndThenADatabaseThatStaysAway(t *testing.T) {
	inTheater(t, newContest(nil, 1), func(h *theater) {
		h.store.with(func(m *memory) { m.lost, m.failing["FindRoom"] = 1, true })
		_, err := h.try(Command{Name: CmdNext})
		wantFault(t, err, fault.Unavailable, "storage.unavailable")
		before := h.calls("FindRoom")
		time.Sleep(3 * second)
		if n := h.calls("FindRoom") - before; n < 5 || n > 15 {
			t.Errorf("asked %d times in three seconds", n)
		}
		h.want("lobby@0.0")
		h.store.with(func(m *memory) { m.failing["FindRoom"], m.failing["Totals"] = false, true })
		time.Sleep(second)
		h.want("lobby@0.0") // not before all of it is known
		h.store.with(func(m *memory) { m.failing["Totals"] = false })
		h.run(PhaseOpen)
		h.sumsAgree()
	})
}

func (h *theater) calls(name string) int {
	h.store.mu.Lock()
	defer h.store.mu.Unlock()
	return h.store.calls[name]
}

func TestTroubleWithTheCountIsNotTheCommandsFault(t *testing.T) {
	inTheater(t, newContest(nil, 1), func(h *theater) {
		h.store.with(func(m *memory) { m.failing["AnswersTo"] = true })
		h.do(CmdNext)
		h.run(PhaseOpen)
		h.answer("ann", "B", second)
		h.do(CmdReveal)
		h.run(PhaseClosed)
		for range 20 { // staff press while the count fails: neither is in the other's way
			h.do(CmdBlank)
			time.Sleep(ms(100))
		}
		h.store.with(func(m *memory) { m.failing["AnswersTo"] = false })
		for range 5 {
			h.do(CmdHideScores)
			time.Sleep(ms(100))
		}
		h.want("revealed@1.1")
		h.wantPoints(map[string]int64{"ann": 10, "ada": 0, "bob": 0, "red": 1000, "blue": 0})
	})
}

func TestVoidWhileTheSumsCannotBeRead(t *testing.T) {
	inTheater(t, newContest(nil, 1), func(h *theater) {
		h.do(CmdNext)
		h.question(map[string]string{"ann": "B"})
		h.store.with(func(m *memory) { m.failing["Totals"] = true })
		h.do(CmdVoid)
		h.want("revealed@1.1 void")
		seq, n := h.last().State.Seq, len(h.history())
		h.store.with(func(m *memory) { m.failing["Totals"] = false })
		time.Sleep(beatEvery)
		h.wantPoints(map[string]int64{"ann": 0, "ada": 0, "bob": 0, "red": 0, "blue": 0})
		if h.last().State.Seq != seq || len(h.history()) == n {
			t.Error("the mended points were not published")
		}
	})
}

func TestARoomThatIsConductedElsewhereEndsHere(t *testing.T) {
	ways := map[string]func(*theater){
		"at the beat": func(h *theater) { time.Sleep(beatEvery) },
		"at a tick":   func(h *theater) { time.Sleep(ms(500)) }, // the question opens now
		"at a command": func(h *theater) {
			_, err := h.try(Command{Name: CmdBlank, On: true})
			if !errors.Is(err, errLostRoom) {
				t.Errorf("the command gave %v", err)
			}
		},
	}
	for name, way := range ways {
		t.Run(name, func(t *testing.T) {
			inTheater(t, newContest(func(s *RoundSettings) { s.ReadyMS = 400 }, 1), func(h *theater) {
				time.Sleep(ms(50)) // the beats are at full seconds
				h.do(CmdNext)
				h.store.with(func(m *memory) { m.room.Holder = "node2" })
				n := len(h.history())
				way(h)
				synctest.Wait()
				select {
				case <-h.live.Done():
				default:
					t.Fatal("it conducts on")
				}
				_, err := h.try(Command{Name: CmdNext})
				if !errors.Is(err, errLostRoom) || fault.CodeOf(err) != fault.Unavailable {
					t.Errorf("a later command gave %v", err)
				}
				if len(h.history()) != n {
					t.Error("something was published after the loss")
				}
			})
		})
	}
}

func TestARoomTakenOverDuringALostCommit(t *testing.T) {
	inTheater(t, newContest(nil, 1), func(h *theater) {
		h.store.with(func(m *memory) { m.lost, m.failing["FindRoom"], m.failing["Beat"] = 1, true, true })
		_, err := h.try(Command{Name: CmdBlank, On: true})
		wantFault(t, err, fault.Unavailable, "storage.unavailable")
		h.store.with(func(m *memory) { m.room.Holder, m.failing["FindRoom"] = "node2", false })
		select {
		case <-h.live.Done():
		case <-time.After(2 * retryAfter):
			t.Error("it conducts on")
		}
	})
}

func TestStopTwiceAtATime(t *testing.T) {
	inTheater(t, newContest(nil, 1), func(h *theater) {
		h.do(CmdNext)
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(h.live.Stop)
		}
		wg.Wait()
		_, err := h.try(Command{Name: CmdNext})
		if !errors.Is(err, errLostRoom) {
			t.Errorf("a command to a stopped room gave %v", err)
		}
	})
}

func TestCommandsOfManyEndWithTheRoom(t *testing.T) {
	inTheater(t, newContest(nil, 1), func(h *theater) {
		var done sync.WaitGroup
		for i := range 20 {
			done.Go(func() {
				for j := range 20 {
					s, err := h.live.Do(context.Background(), Command{ID: fmt.Sprint(i, "/", j), Name: CmdBlank, On: j%2 == 0})
					if err != nil && !errors.Is(err, errLostRoom) || err == nil && s.Seq < 2 {
						t.Errorf("got %v and %v", s, err)
					}
				}
			})
		}
		h.live.Stop()
		done.Wait()
	})
}

func TestACommandGivesUpWaitingForItsTurn(t *testing.T) {
	inTheater(t, newContest(nil, 1), func(h *theater) {
		h.log.closed = make(chan struct{})
		h.do(CmdNext)
		h.run(PhaseOpen)
		h.do(CmdLock)
		time.Sleep(Grace + ms(100)) // the room waits for its log
		ctx, cancel := context.WithTimeout(h.t.Context(), second)
		defer cancel()
		_, err := h.live.Do(ctx, Command{ID: "x", Name: CmdBlank})
		wantFault(t, err, fault.Unavailable, "room.busy")
		close(h.log.closed)
	})
}

func TestBoardsAreRebuiltAtTheBeat(t *testing.T) {
	inTheater(t, newContest(nil, 1), func(h *theater) {
		h.do(CmdNext)
		h.question(map[string]string{"ann": "B", "bob": "A"})
		h.sumsAgree()
		h.boards.with(func(b *boards) { clear(b.scores) })
		time.Sleep(beatEvery)
		h.sumsAgree()

		h.boards.with(func(b *boards) { b.scores[TeamBoard(contestID)] = b.scores[TeamBoard(contestID)][:1] })
		time.Sleep(beatEvery)
		h.sumsAgree()

		h.boards.with(func(b *boards) { b.away = true })
		h.with(Command{Name: CmdAdjust, TeamID: "blue", Points: 50, Reason: "x"})
		if !h.last().Stale {
			t.Error("nobody is told that the boards are behind")
		}
		time.Sleep(5 * beatEvery)
		h.boards.with(func(b *boards) { b.away = false })
		time.Sleep(beatEvery)
		h.sumsAgree()
		h.with(Command{Name: CmdBlank, On: true})
		if h.last().Stale {
			t.Error("the boards are said to be behind, and are not")
		}
	})
}

func TestBoardsThatHangDoNotHoldUpTheShow(t *testing.T) {
	inTheater(t, newContest(automatic, 2), func(h *theater) {
		h.boards.with(func(b *boards) { b.hang = true })
		h.do(CmdNext)
		var worst time.Duration
		for h.last().State.Phase != PhaseFinished {
			began := time.Now()
			h.with(Command{Name: CmdBlank})
			worst = max(worst, time.Since(began))
			time.Sleep(ms(217))
		}
		if worst > 2*boardTimeout {
			t.Errorf("a command took %v", worst)
		}
		h.boards.with(func(b *boards) {
			if seconds := int(time.Since(h.history()[0].at) / second); b.calls > seconds/3 {
				t.Errorf("asked the boards %d times in %d seconds", b.calls, seconds)
			}
		})
		began := h.history()[0].at
		if took, due := h.last().at.Sub(began), 2*(3*second+20*second+Grace+countedPause+16*second); took > due+due/5 {
			t.Errorf("the show took %v, want about %v", took, due)
		}
		h.boards.with(func(b *boards) { b.hang = false })
		time.Sleep(boardPause + 2*beatEvery)
		h.sumsAgree()
	})
}

// A room that is stopped anywhere and goes on later, in another process, ends with the same points.
func TestARoomGoesOnInAnotherProcess(t *testing.T) {
	play := func(h *theater, interrupt func()) (map[string]int64, time.Duration) {
		h.audience(func(e Event) {
			if e.State.Phase == PhaseOpen && !e.State.Paused {
				h.answerTo(e.State.At, "ann", "B", 2*second)
				h.answerTo(e.State.At, "bob", "C", 4*second)
			}
		})
		began, away := time.Now(), time.Duration(0)
		h.do(CmdNext)
		for h.last().State.Phase != PhaseFinished {
			time.Sleep(ms(100))
			if interrupt != nil {
				before := time.Now()
				interrupt()
				away += time.Since(before)
			}
		}
		return h.points(), time.Since(began) - away
	}
	all := func(s *RoundSettings) { s.AutoAdvance, s.Scoring, s.NoAnswer = true, Order, -5 }
	var want map[string]int64
	var took time.Duration
	inTheater(t, newContest(all, 2, 1), func(h *theater) { want, took = play(h, nil) })
	for range 10 {
		seed := rand.Uint64()
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			r := rand.New(rand.NewPCG(seed, 0))
			inTheater(t, newContest(all, 2, 1), func(h *theater) {
				stops := 0
				got, lasted := play(h, func() {
					if r.IntN(100) != 0 {
						return
					}
					stops++
					h.live.Stop()
					time.Sleep(3*second + time.Duration(r.IntN(100))*second)
					h.start()
				})
				h.wantPoints(want)
				if fmt.Sprint(got) != fmt.Sprint(want) {
					t.Errorf("%d stops: points are %v, want %v", stops, got, want)
				}
				if slip := (took - lasted).Abs(); slip > time.Duration(stops+1)*(beatEvery+100*time.Millisecond) {
					t.Errorf("%d stops: the show lasted %v, want %v", stops, lasted, took)
				}
			})
		})
	}
}

func TestAnOutageIsWrittenDown(t *testing.T) {
	inTheater(t, newContest(nil, 2), func(h *theater) {
		h.do(CmdNext)
		h.run(PhaseOpen)
		time.Sleep(5 * second)
		h.live.Stop()
		time.Sleep(time.Minute)
		h.start()
		began := time.Now()
		if e := h.last(); e.Ledger[0].Kind != KindRecovered || e.Ledger[0].Undoable {
			t.Errorf("the ledger ends with %+v", e.Ledger[0])
		}
		if left := h.run(PhaseClosed).at.Sub(began); left < 15*second+Grace || left > 16*second+Grace {
			t.Errorf("the question stayed open for %v", left)
		}
		h.count()
		h.do(CmdReveal)
		h.live.Stop()
		h.start() // at once: no outage
		if kind := h.last().Ledger[0].Kind; kind != CmdReveal {
			t.Errorf("the ledger ends with %s", kind)
		}
		if h.last().Reveal == nil {
			t.Error("the key is not shown any more")
		}
	})
}

func TestARoomDoesNotStartHalfLoaded(t *testing.T) {
	for _, call := range []string{"ListLedger", "Totals", "Adjustments", "ListEntrants", "AnswersTo", "SaveState"} {
		inTheater(t, newContest(nil, 1), func(h *theater) {
			h.do(CmdNext)
			h.question(map[string]string{"ann": "B"})
			h.live.Stop()
			time.Sleep(time.Minute)
			h.store.with(func(m *memory) { m.failing[call] = true })
			room, _ := h.store.stored()
			if l, err := StartLive(h.t.Context(), h.config(), h.contest, room); l != nil || fault.CodeOf(err) != fault.Unavailable {
				t.Errorf("%s fails: got %v and %v", call, l, err)
			}
			h.store.with(func(m *memory) { m.failing[call] = false })
			h.start()
			h.wantPoints(map[string]int64{"ann": 10, "ada": 0, "bob": 0, "red": 1000, "blue": 0})
		})
	}
}
