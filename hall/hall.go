// Package hall holds the live connections: one Hall for each room in this process, the messages of docs/protocol.md,
// and the House that opens rooms and drives them.
package hall

import (
	"bytes"
	"context"
	"runtime"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"golang.org/x/sync/singleflight"

	"leitai/quiz"
)

const (
	storeWait  = 10 * time.Second
	countEvery = 250 * time.Millisecond
	lobbyEvery = 350 * time.Millisecond
	latest     = 8    // arrivals that a lobby message names
	largeHall  = 1000 // players from which on garbage is collected before a question opens
)

// The roles of a connection.
const (
	rolePlayer = "player"
	roleScreen = "screen"
	roleDesk   = "desk"
)

// Hall is one room in this process: it follows the room's events, fans them out to its own connections, and decides
// whether an answer is in time.
type Hall struct {
	house   *House
	store   *quiz.Store
	log     *quiz.AnswerLog
	code    string
	contest *quiz.Contest // never changed

	phase atomic.Pointer[quiz.State] // of the last event

	gate sync.RWMutex
	open *openQuestion // guarded by gate; nil: no answers are taken

	tally      atomic.Pointer[tally] // of the current question
	streaks    map[string]int        // the event goroutine's own
	streaksFor streaksOf

	joining singleflight.Group // by the hash of a phone's secret

	mu       sync.RWMutex
	entrants map[string]*entrant
	entering int // seats of people who are about to be stored
	names    map[nameKey]bool
	byTeam   map[string]*lobbyTeam
	order    []*lobbyTeam // as in the contest
	arrivals []arrival
	players  []*Conn
	screens  []*Conn
	desks    []*Conn
	away     int // players of the list whose entrant counts on another connection
	event    quiz.Event
	places   places
	results  map[string]quiz.Answer // to the revealed question
	scores   int64                  // version of places
	crowd    bool                   // somebody came or went since the last lobby message
	told     told

	ended   string        // the farewell to whoever still comes, once the room has ended here
	first   sync.Once     // of Publish
	begun   chan struct{} // closed after the first Publish: before it there is nothing to show
	stop    chan struct{}
	ending  sync.Once // closes stop
	stopped chan struct{}
}

type nameKey struct{ team, name string }

// told is what was sent last, so that nothing is sent twice.
type told struct {
	count  count
	player []byte // state without seq and server_ms
}

func newHall(ctx context.Context, house *House, code string, contest *quiz.Contest, state quiz.State) (*Hall, error) {
	h := &Hall{house: house, store: house.Store, log: house.Log, code: code, contest: contest, entrants: map[string]*entrant{},
		names: map[nameKey]bool{}, byTeam: map[string]*lobbyTeam{}, begun: make(chan struct{}), stop: make(chan struct{}), stopped: make(chan struct{})}
	h.phase.Store(&state)
	h.tally.Store(&tally{})
	for _, t := range contest.Teams {
		l := &lobbyTeam{ID: t.ID, Name: t.Name}
		h.byTeam[t.ID] = l
		h.order = append(h.order, l)
	}
	es, err := h.store.ListEntrants(ctx, contest.ID, time.UnixMilli(0))
	if err != nil {
		return nil, err
	}
	for _, e := range es {
		h.addEntrant(e)
	}
	if err := h.loadAnswers(ctx, state); err != nil {
		return nil, err
	}
	go h.pulse()
	return h, nil
}

// loadAnswers takes over the answers to the question that was open when an earlier process stopped.
func (h *Hall) loadAnswers(ctx context.Context, s quiz.State) error {
	round, q, ok := h.contest.Question(s.At.R, s.At.Q)
	if !ok {
		return nil
	}
	as, err := h.store.AnswersTo(ctx, round.ID, q.No)
	if err != nil {
		return err
	}
	for _, a := range as {
		if e := h.entrants[a.EntrantID]; e != nil && len(a.Choice) > 0 {
			e.at, e.status, e.answer = s.At, durable, a
			h.tally.Load().answered.Add(1)
			h.tally.Load().acknowledged.Add(1)
		}
	}
	return nil
}

// addEntrant notes an entrant; the caller holds mu or is alone.
func (h *Hall) addEntrant(e quiz.Entrant) *entrant {
	if old := h.entrants[e.ID]; old != nil {
		return old
	}
	n := &entrant{Entrant: e, hall: h}
	if t := h.byTeam[e.TeamID]; t != nil {
		t.People++
		n.team = t.Name
	}
	h.entrants[e.ID] = n
	h.names[nameKey{e.TeamID, e.Name}] = true
	h.crowd = true
	return n
}

// Publish takes the room's next event. It is called in order, by one goroutine.
func (h *Hall) Publish(e quiz.Event) {
	s := e.State
	before := h.phase.Load()
	h.loadStreaks(s)
	h.gate.Lock()
	if s.At != before.At {
		h.tally.Store(&tally{})
	}
	h.open = h.openQuestion(s)
	h.phase.Store(&s)
	h.gate.Unlock()
	reveals := e.Reveal != nil && (h.results == nil || s.At != before.At || !before.Revealed(s.At))
	personal := h.follow(e, reveals)

	defer h.first.Do(func() { close(h.begun) })
	h.mu.Lock()
	defer h.mu.Unlock()
	h.event = e
	if s.Phase != before.Phase && len(h.players) >= largeHall {
		switch s.Phase {
		case quiz.PhaseReady:
			go runtime.GC() // now, while people get ready, and not in the middle of their answers
		case quiz.PhaseFinished:
			go debug.FreeOSMemory() // what the answers took is not needed any more
		}
	}
	h.tellPlayers(personal)
	if len(h.screens) > 0 {
		f := h.encodeScreen()
		for _, c := range h.screens {
			c.send(f)
		}
	}
	if len(h.desks) > 0 {
		f := h.encodeDesk()
		for _, c := range h.desks {
			c.send(f)
		}
	}
}

// tellPlayers sends the state to every phone, unless all that changed is of no concern to phones: with ten thousand of
// them that is worth a look.
func (h *Hall) tellPlayers(personal bool) {
	p := h.playerState()
	seq, at := p.Seq, p.ServerMS
	p.Seq, p.ServerMS = 0, 0
	same := textFrame(p)
	if bytes.Equal(same, h.told.player) && !personal {
		return
	}
	h.told.player = same
	p.Seq, p.ServerMS = seq, at
	f := textFrame(p)
	for _, c := range h.players {
		if personal {
			c.send(f, textFrame(h.me(c.entrant)))
		} else {
			c.send(f)
		}
	}
}

// openQuestion is the question that takes answers in this state, or nil.
func (h *Hall) openQuestion(s quiz.State) *openQuestion {
	if s.Phase != quiz.PhaseOpen {
		return nil
	}
	round, q, ok := h.contest.Question(s.At.R, s.At.Q)
	if !ok {
		return nil
	}
	return &openQuestion{at: s.At, roundID: round.ID, question: *q, settings: round.Settings, paused: s.Paused,
		closes: time.UnixMilli(s.ClosesAt), limit: time.Duration(s.LimitMS) * time.Millisecond, streaks: h.streaks}
}

// streaksOf says for which question streaks were read, and how many questions were void then.
type streaksOf struct {
	at   quiz.Ref
	void int
}

// loadStreaks reads who is in a row before a question opens, where that earns points.
func (h *Hall) loadStreaks(s quiz.State) {
	round, _, ok := h.contest.Question(s.At.R, s.At.Q)
	if !ok || round.Settings.StreakStep == 0 || h.streaksFor == (streaksOf{s.At, len(s.Voided)}) {
		return
	}
	var played []quiz.Ref
	for _, r := range h.contest.Rounds {
		for _, q := range r.Questions {
			if ref := (quiz.Ref{R: r.No, Q: q.No}); ref.Before(s.At) && !s.IsVoid(ref) {
				played = append(played, ref)
			}
		}
	}
	ctx, cancel := context.WithTimeout(context.Background(), storeWait)
	defer cancel()
	streaks, err := h.store.Streaks(ctx, h.contest.ID, quiz.Ref{R: s.At.R, Q: s.At.Q - 1}, played)
	if err != nil {
		h.house.Logger.Error("streaks", "contest", h.contest.ID, "error", err)
		return
	}
	h.streaks, h.streaksFor = streaks, streaksOf{s.At, len(s.Voided)}
}

// add registers a connection and sends it where the room stands, with nothing in between.
func (h *Hall) add(c *Conn, e *entrant) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.ended != "" { // it found the room just before that
		c.bye(h.ended)
		return
	}
	c.hall = h
	list := h.list(c.role)
	c.index = len(*list)
	*list = append(*list, c)
	switch c.role {
	case roleScreen:
		c.send(h.encodeScreen())
	case roleDesk:
		c.send(h.encodeDesk())
	default:
		h.take(c, e)
		c.send(textFrame(h.playerState()), textFrame(h.me(e)))
	}
}

// take makes c the connection that counts for e.
func (h *Hall) take(c *Conn, e *entrant) {
	c.entrant = e
	e.mu.Lock()
	old := e.conn
	if old != nil && old.arrival > c.arrival { // the phone has come back already; this hello was on its way since before
		e.mu.Unlock()
		h.away++
		c.bye("replaced")
		return
	}
	e.conn = c
	e.mu.Unlock()
	h.crowd = true
	if old != nil {
		h.away++
		old.bye("replaced")
		return
	}
	if t := h.byTeam[e.TeamID]; t != nil {
		t.Connected++
	}
}

func (h *Hall) remove(c *Conn) {
	h.mu.Lock()
	defer h.mu.Unlock()
	list := h.list(c.role)
	last := len(*list) - 1
	(*list)[c.index] = (*list)[last]
	(*list)[c.index].index = c.index
	(*list)[last] = nil
	*list = (*list)[:last]
	if c.entrant == nil {
		return
	}
	e := c.entrant
	e.mu.Lock()
	counted := e.conn == c
	if counted {
		e.conn = nil
	}
	e.mu.Unlock()
	if !counted {
		h.away--
		return
	}
	h.crowd = true
	if t := h.byTeam[e.TeamID]; t != nil {
		t.Connected--
	}
}

func (h *Hall) list(role string) *[]*Conn {
	switch role {
	case roleScreen:
		return &h.screens
	case roleDesk:
		return &h.desks
	}
	return &h.players
}

// pulse tells screens and desks of counts and arrivals, a few times a second at most.
func (h *Hall) pulse() {
	defer close(h.stopped)
	counts, crowds := time.NewTicker(countEvery), time.NewTicker(lobbyEvery)
	defer counts.Stop()
	defer crowds.Stop()
	for {
		select {
		case <-h.stop:
			return
		case <-counts.C:
			h.tellCount()
		case <-crowds.C:
			h.tellLobby()
		}
	}
}

func (h *Hall) tellCount() {
	h.mu.Lock()
	defer h.mu.Unlock()
	now := h.count()
	if now == h.told.count {
		return
	}
	h.told.count = now
	f := textFrame(countMessage{"count", h.event.State.Seq, now})
	for _, c := range slices.Concat(h.screens, h.desks) {
		c.enqueue(counts, f)
	}
}

func (h *Hall) tellLobby() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if !h.crowd || len(h.screens)+len(h.desks) == 0 {
		return
	}
	h.crowd = false
	f := textFrame(lobbyMessage{"lobby", h.event.State.Seq, h.lobby()})
	for _, c := range slices.Concat(h.screens, h.desks) {
		c.enqueue(lobbys, f)
	}
}

// count is read with mu held.
func (h *Hall) count() count {
	t := h.tally.Load()
	return count{Connected: len(h.players) - h.away, Answered: int(t.answered.Load()), Acknowledged: int(t.acknowledged.Load()),
		Screens: len(h.screens)}
}

func (h *Hall) lobby() lobby {
	l := lobby{People: len(h.entrants), Connected: len(h.players) - h.away, Teams: make([]lobbyTeam, len(h.order)),
		Latest: slices.Clone(h.arrivals)}
	for i, t := range h.order {
		l.Teams[i] = *t
	}
	if l.Latest == nil {
		l.Latest = []arrival{}
	}
	return l
}

// conns gives all connections.
func (h *Hall) conns() []*Conn {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return slices.Concat(h.players, h.screens, h.desks)
}

// end sends everybody away, also those who are about to come in.
func (h *Hall) end(code string) {
	h.ending.Do(func() { close(h.stop) })
	<-h.stopped
	h.mu.Lock()
	h.ended = code
	h.mu.Unlock()
	for _, c := range h.conns() {
		c.bye(code)
	}
}
