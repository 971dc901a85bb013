package rehearse

import (
	"encoding/json"
	"net/http"
	"strconv"
)

// Where a phone is.
const (
	stageAbsent = iota
	stageDialing
	stageJoining   // asked to become an entrant
	stageUpgrading // asked for the socket
	stageGreeting  // said hello
	stageSeated    // has its state, waits for its me
	stageOn
	stageAway // waits to come back
	stageGone // will not come back
)

// joinTries bounds how often a phone that never got in tries again.
const joinTries = 12

// phone is one simulated person's phone.
type phone struct {
	id     int32
	stamp  uint32 // counts connections; timers of an earlier one are void
	stage  uint8
	beats  uint16 // on this connection
	tries  int    // connections in a row that came to nothing
	name   string
	team   string
	client string // client_id
	prefix string // of the ids of its answers
	token  string
	entry  string // entrant's id
	socket string // Sec-WebSocket-Key of this connection
	inbox  inbox

	began   int64 // first dial
	onAt    int64 // on since then, 0 while not
	seq     int64 // of the last state on this connection
	owed    int64 // a ping sent then has no pong yet, 0: none
	ever    bool  // has been on
	chosen  bool  // its last loss of network was planned
	done    bool  // saw the end of the show
	patient bool  // the server said full

	q      *question // that its last state showed
	open   bool      // q takes answers
	paused bool
}

func (c *crowd) connect(p *phone, now int64) {
	p.stamp++
	p.stage = stageDialing
	p.inbox.reset()
	p.beats, p.owed, p.seq, p.onAt, p.patient = 0, 0, -1, 0, false
	c.after(p, timeArrive, arriveWithin, now)
	c.engine.dial(p.id)
}

func (c *crowd) connected(id int32, _ int64) {
	p := &c.phones[id]
	if p.token != "" {
		c.upgrade(p)
		return
	}
	p.stage = stageJoining
	body, err := json.Marshal(map[string]string{"team_id": p.team, "name": p.name, "client_id": p.client})
	if err != nil {
		body = nil // strings always marshal
	}
	c.scratch = appendJoin(c.scratch[:0], c.target, c.code, body)
	c.engine.write(id, c.scratch)
}

func (c *crowd) upgrade(p *phone) {
	p.stage = stageUpgrading
	p.socket = socketKey(c.chance.Uint64(), c.chance.Uint64())
	c.scratch = appendUpgrade(c.scratch[:0], c.target, p.socket, "")
	c.engine.write(p.id, c.scratch)
}

func (c *crowd) received(id int32, b []byte, now int64) {
	p := &c.phones[id]
	stamp := p.stamp
	data := p.inbox.take(b)
	for {
		var size int
		var err error
		if p.stage == stageJoining || p.stage == stageUpgrading {
			var r response
			if r, size, err = parseResponse(data); err == nil && size > 0 {
				c.answered(p, r, now)
			}
		} else {
			var f frame
			if f, size, err = parseFrame(data); err == nil && size > 0 {
				err = c.frame(p, f, now)
			}
		}
		switch {
		case p.stamp != stamp:
			return // it let go of this connection meanwhile
		case err != nil:
			c.faults["wire"]++
			c.give(p, err.Error(), now)
			return
		case size == 0:
			p.inbox.keep(data)
			return
		}
		data = data[size:]
	}
}

// answered takes the response to a join or to a handshake.
func (c *crowd) answered(p *phone, r response, now int64) {
	if p.stage == stageUpgrading {
		if r.status != http.StatusSwitchingProtocols || string(r.accept) != acceptFor(p.socket) {
			c.give(p, "upgrade "+strconv.Itoa(r.status), now)
			return
		}
		p.stage = stageGreeting
		p.socket = ""
		c.scratch = append(c.scratch[:0], `{"t":"hello","v":1,"role":"player","code":"`...)
		c.scratch = append(append(append(c.scratch, c.code...), `","token":"`...), p.token...)
		c.say(p, append(c.scratch, `"}`...))
		c.beat(p, now)
		return
	}
	if r.status/100 == 2 {
		var joined struct {
			Entrant struct{ ID string }
			Token   string
		}
		if json.Unmarshal(r.body, &joined) != nil || joined.Token == "" {
			c.leave(p, "join: malformed response")
			return
		}
		p.entry, p.token = joined.Entrant.ID, joined.Token
		if r.closes {
			c.engine.drop(p.id, false)
			c.connect(p, now)
			return
		}
		c.upgrade(p)
		return
	}
	var refusal struct {
		Error struct{ Code, Key string }
	}
	_ = json.Unmarshal(r.body, &refusal) // a proxy's page has no code
	reason := "join " + strconv.Itoa(r.status) + " " + refusal.Error.Code + " " + refusal.Error.Key
	if r.status == http.StatusTooManyRequests || r.status >= 500 {
		c.give(p, reason, now)
		return
	}
	c.leave(p, reason)
}

// say sends one message.
func (c *crowd) say(p *phone, message []byte) { c.sayAs(p, opText, message) }

func (c *crowd) sayAs(p *phone, op byte, payload []byte) {
	c.framed = appendFrame(c.framed[:0], op, payload, c.chance.Uint32())
	c.engine.write(p.id, c.framed)
}

// beat keeps the connection alive: five pings, then one every ten seconds, and half-way a look for the pong.
func (c *crowd) beat(p *phone, now int64) {
	first := p.beats < firstPings
	ping := first || p.beats%2 == 0
	if p.owed > 0 && now-p.owed > int64(pongWithin-firstEvery) {
		c.give(p, "no pong", now)
		return
	}
	if ping {
		if p.owed == 0 {
			p.owed = now
		}
		c.scratch = strconv.AppendInt(append(c.scratch[:0], `{"t":"ping","c":`...), now/1000, 10)
		c.say(p, append(c.scratch, '}'))
	}
	wait := pingEvery / 2
	switch p.beats++; {
	case p.beats < firstPings:
		wait = firstEvery
	case ping:
		wait = pongWithin
	default:
		wait += c.between(pingJitter)
	}
	c.after(p, timeBeat, wait, now)
	if p.beats > 1000 {
		p.beats -= 900 // even or odd stays as it was
	}
}

// frame takes one frame; an error means that the connection is of no use any more.
func (c *crowd) frame(p *phone, f frame, now int64) error {
	switch f.op {
	case opPing:
		c.sayAs(p, opPong, f.payload)
		return nil
	case opPong:
		return nil
	case opClose:
		code := 1005 // none given
		if len(f.payload) >= 2 {
			code = int(f.payload[0])<<8 | int(f.payload[1])
		}
		c.farewell(p, byeOf(code), now)
		return nil
	}
	message, ok, err := p.inbox.whole(f)
	if err != nil || !ok {
		return err
	}
	switch string(kind(message)) {
	case "state":
		c.seen(p, c.state(message), now)
	case "me":
		c.me(p, message, now)
	case "answer.ack":
		c.acked(p, scanReply(message), now)
	case "error":
		c.refused(p, scanReply(message), now)
	case "pong":
		c.pong(p, message, now)
	case "bye":
		r := scanReply(message)
		c.byes[string(r.code)]++
		c.farewell(p, farewell{code: string(r.code), retry: r.retry}, now)
	}
	return nil
}

func (c *crowd) pong(p *phone, message []byte, now int64) {
	p.owed = 0
	if c.target.local() {
		return // one machine, one clock
	}
	o := object{b: message}
	var sent, server float64
	for {
		key, value, ok := o.next()
		if !ok {
			break
		}
		switch string(key) {
		case "c":
			sent = number(value)
		case "server_ms":
			server = number(value)
		}
	}
	if trip := now - int64(sent*1000); server > 0 && trip >= 0 && trip < c.bestTrip {
		c.bestTrip = trip
		c.offset = server - float64(c.wall+now-trip/2)/1e6
	}
}

// farewell is how the server ended a connection.
type farewell struct {
	code  string
	retry bool
}

// byeOf reads a close code of docs/protocol.md; other codes mean: come back.
func byeOf(code int) farewell {
	switch code {
	case 4001:
		return farewell{"replaced", false}
	case 4002:
		return farewell{"room_closed", false}
	case 4003:
		return farewell{"unauthorized", false}
	case 4004:
		return farewell{"unknown_room", false}
	case 4005:
		return farewell{"outdated", false}
	case 4006:
		return farewell{"removed", false}
	case 4010:
		return farewell{"full", true}
	case 4012:
		return farewell{"abuse", false}
	}
	return farewell{"close " + strconv.Itoa(code), true}
}

func (c *crowd) farewell(p *phone, f farewell, now int64) {
	if f.code == "room_closed" {
		c.roomClosed = true
	}
	if !f.retry {
		c.leave(p, "bye "+f.code)
		return
	}
	p.patient = f.code == "full"
	c.give(p, "bye "+f.code, now)
}

func (c *crowd) closed(id int32, err error, now int64) {
	p := &c.phones[id]
	reason := "closed"
	if p.stage == stageDialing && err != nil {
		reason = err.Error()
	}
	c.give(p, reason, now)
}

// give gives up this connection, which was not meant to end, and comes back after a pause.
func (c *crowd) give(p *phone, reason string, now int64) {
	if p.ever {
		c.breaks++
		c.faults["lost: "+reason]++
	} else if p.tries >= joinTries {
		c.leave(p, reason)
		return
	}
	p.chosen = false
	c.goAway(p, false, now)
}

// goAway ends the connection and plans the next: a random pause that grows with each failure.
func (c *crowd) goAway(p *phone, reset bool, now int64) {
	c.unplug(p, reset)
	p.stage = stageAway
	wait := c.between(min(backoffMost, backoffBase<<min(p.tries, 10)))
	if p.patient {
		wait += fullAfter
	}
	p.tries++
	c.after(p, timeReconnect, wait, now)
}

// leave ends the phone's part for good.
func (c *crowd) leave(p *phone, reason string) {
	c.unplug(p, false)
	p.stage = stageGone
	if !p.ever {
		c.joinFaults[reason]++
		c.failed++
		c.underWay--
	}
}

func (c *crowd) unplug(p *phone, reset bool) {
	if p.stage == stageOn {
		c.on--
		c.notTold(p)
	}
	p.stamp++
	p.onAt, p.open = 0, false
	c.engine.drop(p.id, reset)
}

// hangUp says goodbye on every connection, as a page that is closed does.
func (c *crowd) hangUp() {
	for i := range c.phones {
		if p := &c.phones[i]; p.stage >= stageGreeting && p.stage <= stageOn {
			c.sayAs(p, opClose, []byte{3, 232}) // 1000
			c.unplug(p, false)
		}
		c.phones[i].stage = stageGone
	}
	c.timers = nil
}
