package quiz

import (
	"context"
	"encoding/json"
	"errors"
	"log/slog"
	"slices"
	"sync"
	"time"

	"leitai/fault"
)

// Reveal is what everybody learns of a question once it is revealed.
type Reveal struct {
	Key         []string
	Explanation string
	Source      string
	Counts      map[string]int // letter → entrants; for a fill: right, wrong
	Answered    int
	Correct     int
}

// Event is what a room has become after a step: everything that its audiences are shown, except for what only one
// person may see.
type Event struct {
	ContestID string
	State     State
	Reveal    *Reveal        // from revealed on
	Standings *Standings     // in standings and finished; with standings after every question as soon as there are points
	Teams     []TeamStanding // of what is revealed, at all times, for the desk
	Ledger    []Line         // the newest entries
	Scores    int64          // grows whenever the boards change

	People []PersonStanding // ranked, for halls of this process whose boards cannot be read; never changed
	Stale  bool             // the boards are catching up: do not read them
}

// liveStore is what a Live needs of the database.
type liveStore interface {
	SaveState(ctx context.Context, c *Contest, before, after State, holder string, now time.Time, e *Entry) error
	FindRoom(ctx context.Context, contestID string) (Room, error)
	Beat(ctx context.Context, contestID, holder string, now time.Time) (bool, error)
	AnswersTo(ctx context.Context, roundID string, questionNo int) ([]Answer, error)
	AppendAnswers(ctx context.Context, as []Answer) ([]bool, error)
	SetPoints(ctx context.Context, roundID string, questionNo int, points map[string]int) error
	ListEntrants(ctx context.Context, contestID string, since time.Time) ([]Entrant, error)
	Totals(ctx context.Context, contestID string, upTo Ref) (map[string]Total, error)
	Streaks(ctx context.Context, contestID string, upTo Ref, questions []Ref) (map[string]int, error)
	Adjustments(ctx context.Context, contestID string) (teams, entrants map[string]int64, err error)
	ListLedger(ctx context.Context, contestID string) ([]Entry, error)
	SaveStats(ctx context.Context, c *Contest, ref Ref) error
}

// drainer is what a Live needs of the AnswerLog.
type drainer interface {
	Drain(ctx context.Context) error
}

// LiveConfig is what a Live works with.
type LiveConfig struct {
	Store   liveStore
	Log     drainer
	Boards  Scoreboard
	Publish func(Event) // called in order, from one goroutine; must not block for long
	Holder  string      // name of this process
	Logger  *slog.Logger
}

const (
	beatEvery  = time.Second
	retryAfter = 300 * time.Millisecond
	ioTimeout  = 10 * time.Second
)

// Live runs one room: it feeds commands and the clock to the Conductor, stores each step before anybody hears of it,
// counts answers, keeps the totals and tells the halls. All its fields belong to its own goroutine.
type Live struct {
	LiveConfig
	contest  *Contest
	cond     Conductor
	requests chan request
	stop     chan struct{}
	stopOnce sync.Once
	stopped  chan struct{}

	state     State
	ledger    *ledger
	answers   []Answer // of the current question, once counted
	totals    map[string]Total
	entrants  map[string]Entrant
	since     time.Time // entrants are known up to about here
	adjTeams  map[string]int64
	adjPeople map[string]int64
	people    []PersonStanding // ranked, of what is revealed
	teams     []TeamStanding
	shown     map[string]TeamStanding // the standings shown last
	base      map[string]TeamStanding // and those before
	shownAt   Ref                     // the question after which they were shown
	retry     time.Time               // not before this, after the database was away
	scores    int64
	dirty     bool      // the boards must be written
	boardsAt  time.Time // not before this, while they hang
	stale     bool      // the totals must be summed again
	unsure    bool      // the last step may be stored although it failed
	written   [2]int64
	stats     []Ref // questions whose numbers the bank does not have yet
}

type request struct {
	cmd   Command
	reply chan reply
}

type reply struct {
	state State
	err   error
}

// StartLive goes on with a room from where its stored state stands. The room must be held by cfg.Holder.
func StartLive(ctx context.Context, cfg LiveConfig, contest *Contest, room Room) (*Live, error) {
	l := &Live{LiveConfig: cfg, contest: contest, cond: NewConductor(ShowOf(contest)), requests: make(chan request),
		stop: make(chan struct{}), stopped: make(chan struct{}), state: room.State}
	now := time.Now()
	if err := l.load(ctx); err != nil {
		return nil, err
	}
	if err := l.recover(ctx, room.AliveAt, now); err != nil {
		return nil, err
	}
	l.rank(ctx)
	l.noteShown()
	go l.run()
	return l, nil
}

// recover stops the clock for the time of an outage and writes that down.
func (l *Live) recover(ctx context.Context, alive, now time.Time) error {
	if now.Sub(alive) < 2*beatEvery || l.state.Phase == PhaseFinished {
		return nil
	}
	next := l.cond.Recover(l.state, alive, now)
	e := newEntry(l.contest.ID, Command{ID: newID(), Name: KindRecovered}, l.state, next, now)
	if err := l.Store.SaveState(ctx, l.contest, l.state, next, l.Holder, now, &e); err != nil {
		return err
	}
	l.ledger.add(e)
	l.state = next
	return nil
}

// load reads what the room's state does not hold: ledger, entrants, totals, and the answers of a counted question.
func (l *Live) load(ctx context.Context) error {
	entries, err := l.Store.ListLedger(ctx, l.contest.ID)
	if err != nil {
		return err
	}
	l.ledger = newLedger(entries)
	l.entrants, l.since, l.answers = map[string]Entrant{}, time.Time{}, nil
	l.noteAllStats() // some may have been lost with the process before
	if err := l.loadTotals(ctx); err != nil {
		return err
	}
	if l.state.Counted || l.state.Revealed(l.state.At) {
		return l.loadAnswers(ctx)
	}
	return nil
}

// loadTotals sums from the database what is revealed.
func (l *Live) loadTotals(ctx context.Context) error {
	upTo := l.state.At
	if !l.state.Revealed(upTo) {
		upTo.Q--
	}
	totals, err := l.Store.Totals(ctx, l.contest.ID, upTo)
	if err != nil {
		return err
	}
	teams, people, err := l.Store.Adjustments(ctx, l.contest.ID)
	if err != nil {
		return err
	}
	l.totals, l.adjTeams, l.adjPeople = totals, teams, people
	return l.loadEntrants(ctx)
}

// joinOverlap covers entrants whose commit came after that of later ones.
const joinOverlap = 15 * time.Second

func (l *Live) loadEntrants(ctx context.Context) error {
	es, err := l.Store.ListEntrants(ctx, l.contest.ID, l.since)
	if err != nil {
		return err
	}
	for _, e := range es {
		l.entrants[e.ID] = e
		if at := e.CreatedAt.Add(-joinOverlap); at.After(l.since) {
			l.since = at
		}
	}
	return nil
}

func (l *Live) loadAnswers(ctx context.Context) error {
	round, q, ok := l.contest.Question(l.state.At.R, l.state.At.Q)
	if !ok {
		return nil
	}
	as, err := l.Store.AnswersTo(ctx, round.ID, q.No)
	if err != nil {
		return err
	}
	l.answers = as
	return nil
}

// Do carries out a command and gives the state it made. It waits for the command to be durable and published.
func (l *Live) Do(ctx context.Context, cmd Command) (State, error) {
	r := request{cmd, make(chan reply, 1)}
	select {
	case l.requests <- r:
	case <-l.stopped:
		return State{}, errLostRoom
	case <-ctx.Done():
		return State{}, fault.Wrap(fault.Unavailable, "room.busy", ctx.Err())
	}
	a := <-r.reply // what was taken is always answered
	return a.state, a.err
}

// Done is closed when the room's goroutine has ended: after Stop, or when another process conducts the room.
func (l *Live) Done() <-chan struct{} { return l.stopped }

// Stop ends the room's goroutine; the stored state stays as it is.
func (l *Live) Stop() {
	l.stopOnce.Do(func() { close(l.stop) })
	<-l.stopped
}

func (l *Live) run() {
	defer close(l.stopped)
	beat := time.NewTicker(beatEvery)
	defer beat.Stop()
	l.publish()
	for {
		var due <-chan time.Time
		timer := l.timer()
		if timer != nil {
			due = timer.C
		}
		select {
		case <-l.stop:
			l.saveAllStats()
			return
		case r := <-l.requests:
			s, err := l.command(r.cmd)
			r.reply <- reply{s, err}
			if errors.Is(err, errLostRoom) {
				return
			}
		case <-due:
			if errors.Is(l.tick(), errLostRoom) {
				return
			}
		case <-beat.C:
			if !l.beat() {
				return
			}
		}
		if timer != nil {
			timer.Stop()
		}
	}
}

// timer fires when there is something to do: the phase's own end, answers that still have to be counted, or a step of
// which it is not known whether it was stored.
func (l *Live) timer() *time.Timer {
	at, ok := l.cond.Due(l.state)
	if l.mustCount() || l.unsure {
		at, ok = time.Now(), true
	}
	if !ok {
		return nil
	}
	if at.Before(l.retry) {
		at = l.retry
	}
	return time.NewTimer(time.Until(at))
}

func (l *Live) mustCount() bool { return l.state.Phase == PhaseClosed && !l.state.Counted }

func (l *Live) context() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), ioTimeout)
}

func (l *Live) command(cmd Command) (State, error) {
	if err := l.makeSure(); err != nil {
		return l.state, err
	}
	if l.ledger.commands[cmd.ID] {
		return l.state, nil
	}
	now := time.Now()
	if cmd.Name == CmdUndo {
		e, err := l.ledger.find(cmd.EntryID)
		if err != nil {
			return l.state, err
		}
		back, err := l.ledger.inverse(e)
		if err != nil {
			return l.state, err
		}
		back.ID, back.Seq, back.OperatorID, back.Operator = cmd.ID, cmd.Seq, cmd.OperatorID, cmd.Operator
		cmd = back
	}
	if cmd.Name == CmdAdjust {
		if err := l.checkAdjust(cmd); err != nil {
			return l.state, err
		}
	}
	next, err := l.cond.Do(l.state, cmd, now)
	if err != nil {
		return l.state, err
	}
	e := newEntry(l.contest.ID, cmd, l.state, next, now)
	if cmd.Name == CmdAdjust {
		e.Before, e.After = l.pointsAround(cmd)
	}
	if err := l.step(next, &e); err != nil {
		return l.state, err
	}
	return l.state, nil
}

// pointsAround gives the points of whom an adjustment is about, before it and after it.
func (l *Live) pointsAround(cmd Command) (before, after json.RawMessage) {
	var hundredths int64
	if i := slices.IndexFunc(l.teams, func(t TeamStanding) bool { return t.TeamID == cmd.TeamID }); i >= 0 {
		hundredths = l.teams[i].Hundredths
	}
	if cmd.EntrantID != "" {
		hundredths = 100 * (l.totals[cmd.EntrantID].Points + l.adjPeople[cmd.EntrantID])
	}
	points := func(h int64) json.RawMessage { return mustJSON(map[string]float64{"points": float64(h) / 100}) }
	return points(hundredths), points(hundredths + 100*int64(cmd.Points))
}

func (l *Live) checkAdjust(cmd Command) error {
	f := fields{}
	f.between("points", cmd.Points, -100000, 100000)
	if cmd.Points == 0 {
		f["points"] = "value.zero"
	}
	if cmd.Reason == "" {
		f["reason"] = "value.required"
	}
	f.length("reason", cmd.Reason, 200)
	_, team := l.contest.Team(cmd.TeamID)
	if cmd.EntrantID != "" {
		if _, ok := l.entrants[cmd.EntrantID]; !ok {
			ctx, cancel := l.context()
			defer cancel()
			if err := l.loadEntrants(ctx); err != nil {
				return err
			}
		}
		if _, ok := l.entrants[cmd.EntrantID]; !ok || cmd.TeamID != "" {
			f["entrant_id"] = "entrant.missing"
		}
	} else if !team {
		f["team_id"] = "team.missing"
	}
	return f.err()
}

// tick does what is due.
func (l *Live) tick() error {
	if err := l.makeSure(); err != nil {
		return l.putOff(err)
	}
	if l.mustCount() {
		return l.putOff(l.count())
	}
	next, changed := l.cond.Tick(l.state, time.Now())
	if !changed {
		return nil
	}
	return l.putOff(l.step(next, nil))
}

// putOff lets the clock try again what failed; only the loss of the room is handed on.
func (l *Live) putOff(err error) error {
	if err == nil || errors.Is(err, errLostRoom) {
		return err
	}
	l.Logger.Error("room step", "contest", l.contest.ID, "error", err)
	l.retry = time.Now().Add(retryAfter)
	return nil
}

// step stores the next state, does what follows from it, and publishes it.
func (l *Live) step(next State, e *Entry) error {
	ctx, cancel := l.context()
	defer cancel()
	before := l.state
	if err := l.Store.SaveState(ctx, l.contest, before, next, l.Holder, time.Now(), e); err != nil {
		l.unsure = true
		return err
	}
	l.state = next
	if e != nil {
		l.ledger.add(*e)
	}
	l.follow(ctx, before, e)
	l.publish()
	if l.mustCount() {
		return l.putOff(l.count()) // the step itself is done
	}
	return nil
}

// makeSure reads the room again after a step that failed: where the database went away between the commit and its
// answer, the step is stored all the same, and the room goes on from there.
func (l *Live) makeSure() error {
	if !l.unsure {
		return nil
	}
	ctx, cancel := l.context()
	defer cancel()
	room, err := l.Store.FindRoom(ctx, l.contest.ID)
	if err != nil {
		return err
	}
	if room.Holder != l.Holder {
		return errLostRoom
	}
	if before := l.state; room.State.Seq != before.Seq {
		l.state = room.State
		if err := l.load(ctx); err != nil {
			l.state = before
			return err
		}
		l.rank(ctx)
		l.noteShown()
		l.publish()
	}
	l.unsure = false
	return nil
}

// follow brings totals and boards up to the new state.
func (l *Live) follow(ctx context.Context, before State, e *Entry) {
	s := l.state
	l.noteStats(before)
	if s.At != before.At {
		l.answers = nil
	}
	reveals := !before.Revealed(s.At) && s.Revealed(s.At) && s.At.Q > 0
	if reveals && e != nil && e.Kind == CmdSkip { // the last question, put on show without a count
		if err := l.loadAnswers(ctx); err != nil {
			l.Logger.Error("list answers", "contest", l.contest.ID, "error", err)
		}
	}
	switch {
	case !slices.Equal(before.Voided, s.Voided):
		l.sum(ctx)
	case reveals:
		l.addAnswers()
		if err := l.loadEntrants(ctx); err != nil {
			l.Logger.Error("list entrants", "contest", l.contest.ID, "error", err)
			l.stale = true
		}
		l.rank(ctx)
	case e != nil && e.Points != 0:
		if e.EntrantID != "" {
			l.adjPeople[e.EntrantID] += int64(e.Points)
		} else {
			l.adjTeams[e.TeamID] += int64(e.Points)
		}
		l.rank(ctx)
	}
	l.noteShown()
}

// noteShown remembers the standings that are shown, to compare the next ones with.
func (l *Live) noteShown() {
	if l.state.Phase == PhaseStandings && l.state.At != l.shownAt {
		l.base, l.shown, l.shownAt = l.shown, standingsByTeam(l.teams), l.state.At
	}
}

func standingsByTeam(ts []TeamStanding) map[string]TeamStanding {
	m := make(map[string]TeamStanding, len(ts))
	for _, t := range ts {
		m[t.TeamID] = t
	}
	return m
}

// sum brings the totals up to the database; when it is away, the next beat tries again.
func (l *Live) sum(ctx context.Context) {
	err := l.loadTotals(ctx)
	if err != nil {
		l.Logger.Error("sum answers", "contest", l.contest.ID, "error", err)
	}
	l.stale = err != nil
	l.rank(ctx)
}

// addAnswers adds the current question's answers to the totals.
func (l *Live) addAnswers() {
	if l.state.IsVoid(l.state.At) {
		return
	}
	for i := range l.answers {
		a := &l.answers[i]
		t := l.totals[a.EntrantID]
		t.Points += int64(a.Points)
		if len(a.Choice) > 0 {
			t.Answers++
		}
		if a.Correct {
			t.Correct++
			t.TimeMS += a.Adjusted.Milliseconds()
		}
		l.totals[a.EntrantID] = t
	}
}

// rank orders people and teams by the totals and writes the boards.
func (l *Live) rank(ctx context.Context) {
	people := make([]PersonStanding, 0, len(l.entrants))
	for id, e := range l.entrants {
		p := PersonStanding{EntrantID: id, Name: e.Name, TeamID: e.TeamID, Total: l.totals[id]}
		p.Adjusted = l.adjPeople[id]
		p.Points += p.Adjusted
		people = append(people, p)
	}
	rankPeople(people, l.contest.Settings.ShareRanks)
	l.people = people
	l.teams = teamStandings(l.contest, people, l.adjTeams)
	l.scores++
	if !l.dirty { // else the next beat tries again
		l.writeBoards(ctx)
	}
}

// beat says that the room is alive and mends boards that were lost; false means that another process conducts now.
func (l *Live) beat() bool {
	ctx, cancel := l.context()
	defer cancel()
	held, err := l.Store.Beat(ctx, l.contest.ID, l.Holder, time.Now())
	if err != nil {
		l.Logger.Warn("room beat", "contest", l.contest.ID, "error", err)
		return true
	}
	if !held {
		l.Logger.Warn("room is conducted elsewhere", "contest", l.contest.ID)
		return false
	}
	if l.stale {
		l.sum(ctx)
		l.publish()
	}
	l.mendBoards(ctx)
	l.saveStats(ctx)
	return true
}

func (l *Live) publish() {
	e := Event{ContestID: l.contest.ID, State: l.state, Teams: l.teams, Ledger: l.ledger.tail(), Scores: l.scores,
		People: l.people, Stale: l.dirty}
	if l.state.Revealed(l.state.At) {
		e.Reveal = l.revealOf()
	}
	if l.state.Phase == PhaseStandings || l.state.Phase == PhaseFinished || l.somethingRevealed() && l.state.Pacing.Standings == StandingsEvery {
		e.Standings = l.standings()
	}
	l.Publish(e)
}

// somethingRevealed reports that there are points that everybody may know.
func (l *Live) somethingRevealed() bool {
	return l.state.At.R > 1 || l.state.At.Q > 1 || l.state.Revealed(l.state.At) && l.state.At.Q > 0
}

// topPeople is how many people a board shows.
const topPeople = 10

func (l *Live) standings() *Standings {
	teams := slices.Clone(l.teams)
	for i := range teams {
		if was, ok := l.base[teams[i].TeamID]; ok {
			teams[i].Previous = was.Place
			teams[i].Delta = teams[i].Hundredths - was.Hundredths
		}
	}
	s := &Standings{Teams: teams}
	if l.contest.Settings.IndividualRanks {
		s.People = l.people[:min(len(l.people), topPeople)]
	}
	return s
}
