package hall

import (
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"math/big"
	"sync"
	"sync/atomic"
	"time"

	"leitai/fault"
	"leitai/quiz"
)

// Boards are the live boards: a Live writes them, halls read them.
type Boards interface {
	quiz.Scoreboard
	Read(ctx context.Context, board string) ([]quiz.Score, error)
}

// Config is what a House works with.
type Config struct {
	Store    *quiz.Store
	Log      *quiz.AnswerLog
	Boards   Boards
	Logger   *slog.Logger
	Tokens   Tokens
	Node     string                   // name of this process: a room that it held before a crash is its own at once
	Build    string                   // build id of the pages
	JoinURL  func(code string) string // address of the phone page
	MaxConns int                      // most connections, below the limit of descriptors
}

// leaseFor is how long a silent process keeps its rooms.
const leaseFor = 5 * time.Second

// House opens, finds, drives and closes the rooms of this process.
type House struct {
	Config
	metrics  *metrics
	arrivals atomic.Int64
	joins    *joinLog

	mu        sync.RWMutex
	byCode    map[string]*room
	byContest map[string]*room
	opening   sync.Mutex // one room is opened or closed at a time
	allMu     sync.Mutex
	all       map[*Conn]struct{} // guarded by allMu, as is closing
	closing   bool               // Shutdown has begun
	stop      chan struct{}
	stopped   chan struct{}
	stood     chan struct{} // closed when stand has ended; nil before Resume
}

// room is a hall with the Live that conducts it.
type room struct {
	hall     *Hall
	live     *quiz.Live
	stopping bool // this process ends it itself; guarded by the house's mu
}

// halt stops a room's Live on purpose.
func (h *House) halt(r *room) {
	h.mu.Lock()
	r.stopping = true
	h.mu.Unlock()
	r.live.Stop()
}

// forget takes a room off the lists.
func (h *House) forget(r *room) {
	h.mu.Lock()
	defer h.mu.Unlock()
	delete(h.byCode, r.hall.code)
	delete(h.byContest, r.hall.contest.ID)
}

// NewHouse returns a house without rooms; Resume takes over those that were open before.
func NewHouse(cfg Config) *House {
	h := &House{Config: cfg, metrics: newMetrics(), byCode: map[string]*room{}, byContest: map[string]*room{},
		all: map[*Conn]struct{}{}, stop: make(chan struct{}), stopped: make(chan struct{})}
	h.joins = newJoinLog(cfg.Store)
	go h.watch()
	return h
}

// Resume goes on with every room that was open when its process stopped, and from then on takes over rooms whose
// process has fallen silent.
func (h *House) Resume(ctx context.Context) error {
	if err := h.adopt(ctx); err != nil {
		return err
	}
	h.stood = make(chan struct{})
	go h.stand()
	return nil
}

// Open opens a contest's room, or gives the one that is open. A room that was closed goes on where it stood, with as
// much time on its clock as it had.
func (h *House) Open(ctx context.Context, contestID string) (code string, state quiz.State, err error) {
	h.opening.Lock()
	defer h.opening.Unlock()
	if r := h.byContestID(contestID); r != nil {
		return r.hall.code, *r.hall.phase.Load(), nil
	}
	stored, err := h.Store.FindRoom(ctx, contestID)
	if fault.Is(err, fault.NotFound) {
		stored, err = h.create(ctx, contestID)
	}
	if err != nil {
		return "", quiz.State{}, err
	}
	now := time.Now()
	ok, err := h.Store.TakeRoom(ctx, contestID, h.Node, now, now.Add(-leaseFor))
	if err != nil {
		return "", quiz.State{}, err
	}
	if !ok {
		return "", quiz.State{}, fault.New(fault.Conflict, "room.elsewhere")
	}
	if err := h.start(ctx, stored); err != nil {
		return "", quiz.State{}, err
	}
	r := h.byContestID(contestID)
	return r.hall.code, *r.hall.phase.Load(), nil
}

// create stores a new room under a code that is free.
func (h *House) create(ctx context.Context, contestID string) (quiz.Room, error) {
	c, err := h.Store.FindContest(ctx, contestID)
	if err != nil {
		return quiz.Room{}, err
	}
	if len(c.Teams) == 0 {
		return quiz.Room{}, fault.New(fault.Conflict, "contest.no_teams")
	}
	state := quiz.NewConductor(quiz.ShowOf(c)).Start()
	for range 20 {
		r := quiz.Room{ContestID: contestID, Code: newCode(), State: state, Holder: h.Node, AliveAt: time.Now()}
		err = h.Store.CreateRoom(ctx, r)
		if err == nil {
			return r, nil
		}
		if fault.KeyOf(err) != "room.code_taken" {
			return quiz.Room{}, err
		}
	}
	return quiz.Room{}, err
}

// newCode makes six digits that do not begin with 0.
func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(900000))
	if err != nil {
		panic(err) // no randomness: nothing can be secret
	}
	return fmt.Sprint(100000 + n.Int64())
}

// start runs a stored room in this process.
func (h *House) start(ctx context.Context, stored quiz.Room) error {
	contest, err := h.Store.FindContest(ctx, stored.ContestID)
	if err != nil {
		return err
	}
	hall, err := newHall(ctx, h, stored.Code, contest, stored.State)
	if err != nil {
		return err
	}
	live, err := quiz.StartLive(ctx, quiz.LiveConfig{Store: h.Store, Log: h.Log, Boards: h.Boards, Publish: hall.Publish,
		Holder: h.Node, Logger: h.Logger}, contest, stored)
	if err != nil {
		hall.end("shutdown")
		return err
	}
	select {
	case <-hall.begun:
	case <-live.Done():
	}
	r := &room{hall: hall, live: live}
	defer func() { go h.leaveWhenLost(r) }()
	h.mu.Lock()
	defer h.mu.Unlock()
	h.byCode[stored.Code], h.byContest[stored.ContestID] = r, r
	return nil
}

// Close ends a contest's room; its connections are told.
func (h *House) Close(ctx context.Context, contestID string) error {
	h.opening.Lock()
	defer h.opening.Unlock()
	r := h.byContestID(contestID)
	if r == nil {
		return fault.New(fault.Conflict, "room.closed")
	}
	if err := h.Store.CloseRoom(ctx, contestID); err != nil {
		return err // the room goes on
	}
	h.halt(r)
	h.forget(r)
	r.hall.end("room_closed")
	return nil
}

// Do carries out a command in a contest's room.
func (h *House) Do(ctx context.Context, contestID string, cmd quiz.Command) (quiz.State, error) {
	r := h.byContestID(contestID)
	if r == nil {
		return quiz.State{}, fault.New(fault.Conflict, "room.closed")
	}
	return r.live.Do(ctx, cmd)
}

// ContestOf gives the contest whose room has this code.
func (h *House) ContestOf(code string) (string, error) {
	r := h.byRoomCode(code)
	if r == nil {
		return "", fault.New(fault.NotFound, "room.unknown")
	}
	return r.hall.contest.ID, nil
}

// Where tells code and phase of a contest's open room; both are empty when it is not open.
func (h *House) Where(contestID string) (code string, phase quiz.Phase) {
	r := h.byContestID(contestID)
	if r == nil {
		return "", ""
	}
	return r.hall.code, r.hall.phase.Load().Phase
}

func (h *House) byContestID(id string) *room {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.byContest[id]
}

func (h *House) byRoomCode(code string) *room {
	h.mu.RLock()
	defer h.mu.RUnlock()
	return h.byCode[code]
}

func (h *House) can(c *quiz.Contest, s quiz.State) []string {
	return quiz.NewConductor(quiz.ShowOf(c)).Can(s, time.Now())
}

// Line gives a ledger line for people to read.
func (h *House) Line(l quiz.Line, c *quiz.Contest, entrantName func(id string) string) LedgerLine {
	led := l.Outcome()
	out := LedgerLine{ID: l.ID, Seq: l.Seq, AtMS: l.At.UnixMilli(), Kind: l.Kind, Operator: l.Operator, RoundNo: l.RoundNo,
		QuestionNo: l.QuestionNo, Points: l.Points, Reason: l.Reason, Phase: string(led.Phase), On: led.On, Seconds: led.Seconds, Before: l.Before, After: l.After, Reverses: l.Reverses,
		ReversedBy: l.ReversedBy, Undoable: l.Undoable}
	if t, ok := c.Team(l.TeamID); ok {
		out.Team = t.Name
	}
	if l.EntrantID != "" {
		out.Entrant = entrantName(l.EntrantID)
	}
	return out
}

// Shutdown tells every connection to come back, stops the rooms where they stand, and writes out the log.
func (h *House) Shutdown() {
	h.allMu.Lock()
	h.closing = true
	h.allMu.Unlock()
	close(h.stop)
	<-h.stopped
	if h.stood != nil {
		<-h.stood
	}
	h.mu.Lock()
	rooms := make([]*room, 0, len(h.byContest))
	for _, r := range h.byContest {
		rooms = append(rooms, r)
	}
	h.byCode, h.byContest = map[string]*room{}, map[string]*room{}
	h.mu.Unlock()
	for _, r := range rooms {
		h.halt(r)
	}
	h.joins.Close()
	h.Log.Close() // what it took is durable and acknowledged before the farewell
	for _, r := range rooms {
		r.hall.end("shutdown")
	}
	h.eachConn(func(c *Conn) { c.bye("shutdown") }) // who had not said hello
	deadline := time.Now().Add(leaveWait)
	for h.eachConn(func(*Conn) {}) > 0 && time.Now().Before(deadline) {
		time.Sleep(10 * time.Millisecond)
	}
	h.eachConn(func(c *Conn) { c.net.Close() })
}

// Change stores a change to a contest. While its room is open this is possible in the lobby only, and the room starts
// anew with it: its connections come back by themselves.
func (h *House) Change(ctx context.Context, contestID string, store func() error) error {
	h.opening.Lock()
	defer h.opening.Unlock()
	r := h.byContestID(contestID)
	if r == nil {
		return h.changeClosed(ctx, contestID, store)
	}
	if r.hall.phase.Load().Phase != quiz.PhaseLobby {
		return fault.New(fault.Conflict, "room.begun")
	}
	if err := store(); err != nil {
		return err
	}
	h.halt(r)
	h.forget(r) // should the rest fail, adopt opens it again
	r.hall.end("shutdown")
	stored, err := h.Store.FindRoom(ctx, contestID)
	if err != nil {
		return err
	}
	contest, err := h.Store.FindContest(ctx, contestID)
	if err != nil {
		return err
	}
	stored.State.Pacing = quiz.NewConductor(quiz.ShowOf(contest)).Start().Pacing
	return h.start(ctx, stored)
}

// changeClosed stores a change while no room is open; a show that has begun stays as it is.
func (h *House) changeClosed(ctx context.Context, contestID string, store func() error) error {
	stored, err := h.Store.FindRoom(ctx, contestID)
	if err == nil && stored.State.Phase != quiz.PhaseLobby {
		return fault.New(fault.Conflict, "room.begun")
	}
	if err != nil && !fault.Is(err, fault.NotFound) {
		return err
	}
	return store()
}

// Connected is how many players of a room are connected here.
func (h *House) Connected(code string) int {
	r := h.byRoomCode(code)
	if r == nil {
		return 0
	}
	r.hall.mu.RLock()
	defer r.hall.mu.RUnlock()
	return r.hall.count().Connected
}

// Answering tells whether a question is open in some room here, for at least so many connected players.
func (h *House) Answering(players int) bool {
	h.mu.RLock()
	defer h.mu.RUnlock()
	for _, r := range h.byCode {
		if r.hall.phase.Load().Phase != quiz.PhaseOpen {
			continue
		}
		r.hall.mu.RLock()
		n := r.hall.count().Connected
		r.hall.mu.RUnlock()
		if n >= players {
			return true
		}
	}
	return false
}
