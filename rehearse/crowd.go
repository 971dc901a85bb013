package rehearse

import (
	crand "crypto/rand"
	"encoding/hex"
	"fmt"
	"math"
	"math/rand/v2"
	"sync"
	"time"
)

// duePerCall bounds how much of what is due is done before the engine looks for messages again, so that their time
// of arrival is taken when they arrive.
const duePerCall = 64

// team is a team that phones can join.
type team struct {
	ID   string `json:"id"`
	Name string `json:"name"`
}

// crowd is all the phones. Everything in it but view is touched in calls from the engine only, one at a time.
type crowd struct {
	config Config
	target target
	code   string
	engine engine
	chance chance
	wall   int64 // Unix nanoseconds at the engine's zero

	phones    []phone
	timers    timers
	questions []*question
	keys      map[[2]int][]string // round and question → key, from the desk
	states    [4]struct {         // the last states seen: all phones get the same bytes
		raw  []byte
		view stateView
	}
	stateNext int
	scratch   []byte // one message or request
	framed    []byte // one frame

	// Joining.
	nextJoin, underWay, joined, failed int
	firstDial, lastJoin                int64
	joinTimes                          []int64 // from dialling to state and me, nanoseconds
	joinFaults                         map[string]int

	// The show, by the newest state that any phone saw.
	seq        int64
	phase      string
	current    *question
	finished   int // phones that saw the end
	roomClosed bool
	on         int // phones that are connected and have their state

	// Clock: the ping with the smallest round trip decides. 0 on one machine.
	bestTrip int64   // nanoseconds
	offset   float64 // server's clock less ours, milliseconds

	reconnects, drops, breaks int // came back; lost on purpose; lost otherwise
	strays                    int // messages that belong to somebody else
	byes                      map[string]int
	faults                    map[string]int // errors that name no answer, and broken frames
	slip                      int64          // the latest that an answer left after its instant, nanoseconds

	mu   sync.Mutex
	view view // guarded by mu
}

// view is what the organizer needs to know of the crowd.
type view struct {
	joined, failed, on, finished  int
	round, no                     int
	phase                         string
	asked, settled, waiting, told int
	openAt                        int64         // of the current question, on the engine's clock
	opened                        time.Duration // since then
	roomClosed                    bool
}

func newCrowd(e engine, c Config, t target, code string, teams []team) *crowd {
	cr := &crowd{
		config: c, target: t, code: code, engine: e, chance: rand.New(rand.NewPCG(c.Seed, 0x1e17a1)),
		wall: time.Now().UnixNano() - e.now(), phones: make([]phone, c.Players), keys: map[[2]int][]string{},
		joinFaults: map[string]int{}, byes: map[string]int{}, faults: map[string]int{}, bestTrip: math.MaxInt64,
	}
	digits := max(4, len(fmt.Sprint(c.Players)))
	secret := make([]byte, 16)
	for i := range cr.phones {
		_, _ = crand.Read(secret) // never fails; not the seeded source: a second run must be other people
		id := hex.EncodeToString(secret)
		cr.phones[i] = phone{
			id: int32(i), name: fmt.Sprintf("模拟%0*d", digits, i+1), team: teams[i%len(teams)].ID,
			client: id, prefix: id[:12] + "-",
		}
	}
	return cr
}

// look gives the crowd's view. Any goroutine may call it.
func (c *crowd) look() view {
	c.mu.Lock()
	v := c.view
	c.mu.Unlock()
	if v.openAt > 0 {
		v.opened = time.Duration(c.engine.now() - v.openAt)
	}
	return v
}

func (c *crowd) publish() {
	v := view{
		joined: c.joined, failed: c.failed, on: c.on, finished: c.finished, phase: c.phase, roomClosed: c.roomClosed,
	}
	if q := c.current; q != nil {
		v.round, v.no, v.asked, v.settled, v.waiting, v.told = q.round, q.no, q.asked, q.settled, q.waiting, q.told
		v.openAt = q.openAt
	}
	c.mu.Lock()
	c.view = v
	c.mu.Unlock()
}

// learnKey tells the crowd a key. Any goroutine may call it.
func (c *crowd) learnKey(round, no int, key []string) {
	c.engine.post(func() {
		c.keys[[2]int{round, no}] = key
		if q := c.find(round, no); q != nil {
			q.key = key
		}
	})
}

// next is the instant of what is due next.
func (c *crowd) next() int64 {
	if len(c.timers) == 0 {
		return math.MaxInt64
	}
	return c.timers[0].at
}

func (c *crowd) due(now int64) int64 {
	c.admit(now)
	for range duePerCall {
		if c.next() > now {
			break
		}
		c.fire(c.timers.pop(), now)
	}
	c.publish()
	return c.next()
}

func (c *crowd) after(p *phone, what uint8, wait time.Duration, now int64) {
	c.timers.add(timer{at: now + int64(wait), phone: p.id, stamp: p.stamp, what: what})
}

func (c *crowd) fire(t timer, now int64) {
	p := &c.phones[t.phone]
	switch t.what {
	case timeAnswer, timeResend, timeLose:
		q := c.questions[t.stamp]
		switch t.what {
		case timeAnswer:
			c.tap(p, q, now)
		case timeResend:
			c.resend(p, q, now)
		case timeLose:
			c.loseNetwork(p, q, now)
		}
		return
	}
	if t.stamp != p.stamp {
		return // of an earlier connection
	}
	switch t.what {
	case timeBeat:
		c.beat(p, now)
	case timeArrive:
		if p.stage != stageOn {
			c.give(p, "no state in time", now)
		}
	case timeReconnect:
		c.connect(p, now)
	}
}

// admit lets more phones in while fewer than joinsAtOnce are on their way.
func (c *crowd) admit(now int64) {
	for c.underWay < joinsAtOnce && c.nextJoin < len(c.phones) {
		if c.nextJoin == 0 {
			c.firstDial = now
		}
		p := &c.phones[c.nextJoin]
		c.nextJoin++
		c.underWay++
		p.began = now
		c.connect(p, now)
	}
}

// between is a random duration in [0, most).
func (c *crowd) between(most time.Duration) time.Duration {
	if most <= 0 {
		return 0
	}
	return time.Duration(c.chance.Int64N(int64(most)))
}

// state reads a state message, which is mostly the same bytes that another phone just got.
func (c *crowd) state(raw []byte) stateView {
	for i := range c.states {
		if s := &c.states[i]; len(s.raw) == len(raw) && string(s.raw) == string(raw) {
			return s.view
		}
	}
	s := &c.states[c.stateNext]
	c.stateNext = (c.stateNext + 1) % len(c.states)
	s.raw = append(make([]byte, 0, len(raw)), raw...)
	s.view = scanState(s.raw)
	return s.view
}

func (c *crowd) find(round, no int) *question {
	for i := len(c.questions) - 1; i >= 0; i-- {
		if q := c.questions[i]; q.round == round && q.no == no {
			return q
		}
	}
	return nil
}

// question gives the record of the question that a state shows, and makes one the first time.
func (c *crowd) question(s stateView) *question {
	if s.round == 0 || s.question == 0 {
		return nil
	}
	if c.current != nil && c.current.round == s.round && c.current.no == s.question {
		return c.current
	}
	if q := c.find(s.round, s.question); q != nil || s.body == nil {
		return q
	}
	q := &question{
		index: uint32(len(c.questions)), round: s.round, no: s.question, key: c.keys[[2]int{s.round, s.question}],
		sheets: make([]sheet, len(c.phones)), refused: map[string]int{},
	}
	if q.learn(s.body) != nil {
		c.faults["state.question"]++
	}
	c.questions = append(c.questions, q)
	return q
}

// localNS turns the server's clock into nanoseconds since the crowd's start.
func (c *crowd) localNS(serverMS float64) int64 {
	return int64((serverMS-c.offset)*1e6) - c.wall
}
