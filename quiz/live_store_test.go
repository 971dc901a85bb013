package quiz

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"testing"
	"testing/synctest"
	"time"

	"leitai/internal/testenv"
)

// A room on a real database, with random answers, commands, pauses and restarts: at every moment the points that it
// publishes are those that the database sums up, and those of the boards.
func TestPublishedPointsAreThoseOfTheDatabase(t *testing.T) {
	testenv.Databases(t, func(t *testing.T, url string) {
		seed := rand.Uint64()
		t.Logf("seed %d", seed)
		synctest.Test(t, func(t *testing.T) {
			p := newPlayhouse(t, url, rand.New(rand.NewPCG(seed, 0)))
			defer p.close()
			for range 150 {
				p.step()
				p.agrees()
			}
			for p.last().State.Phase != PhaseFinished {
				p.goOn()
				p.agrees()
			}
		})
	})
}

// playhouse is a live room on a real database.
type playhouse struct {
	*testing.T
	*rand.Rand
	theater // of which only events and boards are used
	store   *Store
	log     *AnswerLog
	done    string // the last step
	steps   int
}

func newPlayhouse(t *testing.T, url string, r *rand.Rand) *playhouse {
	p := &playhouse{T: t, Rand: r, theater: theater{t: t, boards: &boards{scores: map[string][]Score{}}}, store: openStore(t, url)}
	p.log = NewAnswerLog(p.store)
	c := fullContest()
	c.Settings.TeamFormula = []Formula{FormulaSum, FormulaAverage, FormulaRosterAverage, FormulaTopK, FormulaParticipation}[r.IntN(5)]
	c.Rounds[0].Settings.StreakStep, c.Rounds[0].Settings.AutoAdvance = 100, true
	c.Rounds[1].Settings = rules(func(s *RoundSettings) { s.Scoring, s.Wrong = Decay, -7 })
	p.contest = create(t, p.store, c)
	for i := range 9 {
		p.store.entrant(t, c, i%2, fmt.Sprint("p", i))
	}
	openRoom(t, p.store, c)
	p.open()
	return p
}

func (p *playhouse) open() {
	p.Helper()
	live, err := StartLive(context.Background(), LiveConfig{Store: p.store, Log: p.log, Boards: p.boards, Holder: "node1",
		Logger: slog.New(slog.NewTextHandler(io.Discard, nil)), Publish: func(e Event) {
			p.mu.Lock()
			defer p.mu.Unlock()
			p.events = append(p.events, happening{e, time.Now()})
		}}, p.contest, findRoom(p.T, p.store, p.contest))
	if err != nil {
		p.Fatal(err)
	}
	p.live = live
}

func (p *playhouse) close() {
	p.live.Stop()
	p.log.Close()
}

func (p *playhouse) step() {
	p.steps++
	switch n := p.IntN(20); {
	case n == 0:
		p.done = "a restart"
		p.live.Stop()
		time.Sleep(time.Duration(p.IntN(5)) * second)
		p.open()
	case n < 4:
		p.done = "a while"
		time.Sleep(ms(p.IntN(8000)))
	case n < 10:
		p.done = "answers"
		p.answers()
	case n < 14:
		p.goOn()
	default:
		p.command()
	}
}

// goOn brings the show a step further, as far as it may go now.
func (p *playhouse) goOn() {
	p.try(Command{Name: CmdResume})
	p.try(Command{Name: CmdNext})
	time.Sleep(second)
}

// answers of some people to the open question, by way of the log.
func (p *playhouse) answers() {
	s := p.last().State
	round, q, ok := p.contest.Question(s.At.R, s.At.Q)
	if !ok || s.Phase != PhaseOpen || s.Paused || s.locked(time.Now()) {
		return
	}
	for i := range 9 {
		if p.IntN(3) == 0 {
			continue
		}
		choice := []string{[]string{"A", "B", "B", "C"}[p.IntN(4)]}
		mark := q.Question.Mark(choice)
		timing := TimeAnswer(time.Now(), time.UnixMilli(s.ClosesAt), ms(int(s.LimitMS)), ms(p.IntN(300)), true)
		p.log.Put(Answer{RoundID: round.ID, QuestionNo: q.No, EntrantID: fmt.Sprint(p.contest.ID, "p", i), Choice: choice,
			ReceivedAt: time.Now(), Elapsed: timing.Elapsed, Adjusted: timing.Adjusted, Correct: mark.Right,
			Points: round.Settings.PointsFor(q.Question.Type, mark, timing.Adjusted, p.IntN(3))},
			&acks{first: map[string]int{}})
	}
}

func (p *playhouse) command() {
	auto, team, points := p.IntN(2) == 0, p.contest.Teams[p.IntN(2)].ID, p.IntN(40)-20
	commands := []Command{{Name: CmdVoid}, {Name: CmdVoid, QuestionNo: 1}, {Name: CmdUndo}, {Name: CmdUndo}, {Name: CmdPause}, {Name: CmdResume},
		{Name: CmdExtend, Seconds: points}, {Name: CmdReveal}, {Name: CmdLock}, {Name: CmdBack}, {Name: CmdPacing, AutoAdvance: &auto},
		{Name: CmdAdjust, TeamID: team, Points: points, Reason: "x"}, {Name: CmdHideScores, On: auto},
		{Name: CmdAdjust, EntrantID: fmt.Sprint(p.contest.ID, "p", p.IntN(9)), Points: points, Reason: "x"}}
	if p.IntN(6) == 0 {
		commands = []Command{{Name: CmdSkip}}
	}
	p.try(commands[p.IntN(len(commands))])
}

// try carries out a command, or is refused.
func (p *playhouse) try(cmd Command) {
	p.Helper()
	p.n++
	cmd.ID = fmt.Sprint("cmd", p.n)
	_, err := p.live.Do(context.Background(), cmd)
	p.done = fmt.Sprint(cmd.Name, " (", err, ")")
}

// agrees compares what was published last with what the database makes of its answers and its ledger.
func (p *playhouse) agrees() {
	p.Helper()
	synctest.Wait()
	e := p.last()
	r, err := p.store.Results(context.Background(), p.contest.ID)
	if err != nil {
		p.Fatal(err)
	}
	if r.Room.State.Seq != e.State.Seq {
		p.Fatalf("step %d, %s: stored is %d, published %d", p.steps, p.done, r.Room.State.Seq, e.State.Seq)
	}
	defer func() {
		if p.Failed() {
			p.Logf("step %d, %s, in %s", p.steps, p.done, describe(e.State, time.Now()))
		}
	}()
	same(p.T, e.People, r.People)
	same(p.T, e.Teams, r.Teams)
	people := make([]Score, len(r.People))
	for i, s := range r.People {
		people[i] = Score{s.EntrantID, s.Points, s.TimeMS}
	}
	same(p.T, p.boards.read(PeopleBoard(p.contest.ID)), people)
	teams := make([]Score, len(r.Teams))
	for i, s := range r.Teams {
		teams[i] = Score{s.TeamID, s.Hundredths, s.TimeMS}
	}
	SortScores(teams)
	same(p.T, p.boards.read(TeamBoard(p.contest.ID)), teams)
	if at := e.State.At; e.State.Revealed(at) && at.Q > 0 {
		same(p.T, e.Reveal, r.Questions[len(r.Questions)-1].Reveal)
	}
}
