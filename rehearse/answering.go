package rehearse

import (
	"strconv"
	"time"
)

// seen takes a state that a phone got.
func (c *crowd) seen(p *phone, s stateView, now int64) {
	if s.seq < p.seq {
		return
	}
	p.seq = s.seq
	if p.stage == stageGreeting {
		p.stage = stageSeated
	}
	q := c.question(s)
	if p.q != nil && (p.q != q || s.phase != "open") {
		c.miss(p, p.q)
	}
	resumed := p.q == q && p.paused && !s.paused
	p.q, p.open, p.paused = q, s.phase == "open" && q != nil, s.paused
	if s.seq > c.seq || c.phase == "" {
		c.seq, c.phase, c.current = s.seq, s.phase, q
	}
	switch {
	case q == nil:
	case s.phase == "open":
		if q.openAt == 0 {
			q.openAt, q.openMS, q.bytes = now, s.serverMS, s.size
		}
		if sh := &q.sheets[p.id]; sh.openAt == 0 {
			c.plan(p, q, sh, now)
		} else if resumed && sh.state == sheetWaiting {
			c.tapAfter(p, q, sh, now+int64(c.between(500*time.Millisecond)))
		}
	case s.phase == "revealed" && q.revealAt == 0:
		q.revealAt, q.revealMS = now, s.serverMS
		c.expectResults(q)
	}
	if s.phase == "finished" && !p.done {
		p.done = true
		c.finished++
	}
}

// plan decides when the person taps, and whether the network goes away.
func (c *crowd) plan(p *phone, q *question, sh *sheet, now int64) {
	q.asked++
	sh.openAt = now
	sh.present = p.onAt > 0 && p.onAt <= q.openAt
	at := max(now, q.openAt+int64(c.config.ReadFor+c.between(c.config.AnswerWithin)))
	c.tapAfter(p, q, sh, at)
	if c.chance.Float64() >= c.config.DropRate {
		return
	}
	switch n := c.chance.IntN(10); {
	case n < 5:
		sh.lose = loseBetween
	case n < 8:
		sh.lose = loseBefore
		c.timers.add(timer{now + int64(c.between(time.Duration(at-now))), p.id, q.index, timeLose})
	default:
		sh.lose = loseAfter
	}
}

func (c *crowd) tapAfter(p *phone, q *question, sh *sheet, at int64) {
	sh.state, sh.dueAt = sheetPlanned, at
	c.timers.add(timer{at, p.id, q.index, timeAnswer})
}

// tap is the instant at which the person answers.
func (c *crowd) tap(p *phone, q *question, now int64) {
	sh := &q.sheets[p.id]
	if sh.state != sheetPlanned || now < sh.dueAt {
		return
	}
	sh.state = sheetWaiting
	if p.stage != stageOn {
		sh.broke = sh.broke || p.chosen
		return // goes out when the phone is back
	}
	if p.q == q && p.open && !p.paused {
		c.slip = max(c.slip, now-sh.dueAt)
		c.send(p, q, sh, now)
	}
}

func (c *crowd) send(p *phone, q *question, sh *sheet, now int64) {
	if sh.choice == "" {
		sh.choice = string(appendChoice(nil, q.choose(c.chance, c.config.Accuracy)))
	} else {
		sh.again = true
	}
	sh.state = sheetSent
	m := append(append(c.scratch[:0], `{"t":"answer","id":"`...), p.prefix...)
	m = strconv.AppendInt(m, int64(q.round), 10)
	m = strconv.AppendInt(append(m, '-'), int64(q.no), 10)
	m = strconv.AppendInt(append(m, `","q":`...), int64(q.no), 10)
	m = strconv.AppendInt(append(m, `,"r":`...), int64(q.round), 10)
	m = append(append(append(m, `,"a":`...), sh.choice...), '}')
	c.scratch = m
	c.say(p, m)
	if sh.lose == loseBetween {
		c.loseNetwork(p, q, now)
		return
	}
	c.timers.add(timer{now + int64(ackWithin), p.id, q.index, timeResend})
}

// resend sends an answer again that has waited for its acknowledgement, or as long as the server asked.
func (c *crowd) resend(p *phone, q *question, now int64) {
	sh := &q.sheets[p.id]
	if sh.state == sheetSent && p.stage == stageOn && p.q == q && p.open && !p.paused {
		c.send(p, q, sh, now)
	}
}

// loseNetwork is a connection that ends without a word.
func (c *crowd) loseNetwork(p *phone, q *question, now int64) {
	if p.stage != stageOn || p.q != q {
		return
	}
	sh := &q.sheets[p.id]
	sh.lose = loseNever
	sh.broke = sh.broke || sh.state == sheetSent
	c.drops++
	p.chosen = true
	c.goAway(p, c.chance.IntN(2) == 0, now)
}

// me is the phone's own part of the state: it completes an arrival, and brings the result after the key was shown.
func (c *crowd) me(p *phone, message []byte, now int64) {
	entrant, r, no := scanMe(message)
	if string(entrant) != p.entry {
		c.strays++
		return
	}
	if p.stage == stageSeated {
		c.arrive(p, now)
	}
	if r == 0 {
		return
	}
	q := c.find(r, no)
	if q == nil || q.revealAt == 0 {
		return
	}
	if sh := &q.sheets[p.id]; sh.waits && sh.meAt == 0 {
		sh.meAt = now
		q.told++
	}
}

// arrive is the moment when a phone has all it needs.
func (c *crowd) arrive(p *phone, now int64) {
	p.stage, p.onAt, p.tries, p.chosen = stageOn, now, 0, false
	c.on++
	if p.ever {
		c.reconnects++
	} else {
		p.ever = true
		c.joined++
		c.underWay--
		c.lastJoin = now
		c.joinTimes = append(c.joinTimes, now-p.began)
	}
	if q := p.q; q != nil && p.open && !p.paused {
		if sh := &q.sheets[p.id]; sh.state == sheetWaiting || sh.state == sheetSent {
			c.send(p, q, sh, now)
		}
	}
}

// sheetOf finds the answer that a reply speaks of; nil when it is not this phone's.
func (c *crowd) sheetOf(p *phone, id []byte) (*question, *sheet) {
	n := len(p.prefix)
	if len(id) <= n || string(id[:n]) != p.prefix {
		return nil, nil
	}
	rest := string(id[n:])
	for i := range rest {
		if rest[i] == '-' {
			r, _ := strconv.Atoi(rest[:i]) // 0 when it is not ours, which is then not found
			no, _ := strconv.Atoi(rest[i+1:])
			if q := c.find(r, no); q != nil {
				return q, &q.sheets[p.id]
			}
		}
	}
	return nil, nil
}

func (c *crowd) acked(p *phone, v replyView, now int64) {
	q, sh := c.sheetOf(p, v.id)
	if sh == nil || sh.choice == "" || v.r != q.round || v.q != q.no {
		c.strays++
		return
	}
	if string(v.status) == "duplicate" {
		sh.duplicate = true
	}
	if string(v.choice) != sh.choice && !sameChoice(q.kind, choiceOf(v.choice), choiceOf([]byte(sh.choice))) {
		sh.changed = true
	}
	if sh.ackAt > 0 {
		return // of a resend
	}
	sh.ackAt = now
	if sh.state == sheetSent || sh.state == sheetWaiting {
		sh.state = sheetAcked
		q.settled++
	}
	if sh.lose == loseAfter {
		c.timers.add(timer{now + int64(c.between(time.Second)), p.id, q.index, timeLose})
	}
}

func (c *crowd) refused(p *phone, v replyView, now int64) {
	if len(v.re) == 0 {
		c.faults["error "+string(v.code)+" "+string(v.key)]++
		return
	}
	q, sh := c.sheetOf(p, v.re)
	if sh == nil {
		c.strays++
		return
	}
	if sh.state != sheetSent {
		return // about a resend of an answer that is settled
	}
	q.refused[string(v.code)]++
	paused := string(v.key) == "question.paused"
	switch {
	case string(v.code) == "rate_limited", string(v.code) == "unavailable", paused && p.open && !p.paused:
		wait := resendAfter + c.between(resendAfter/4)
		c.timers.add(timer{now + int64(wait), p.id, q.index, timeResend})
	case paused:
		sh.state = sheetWaiting
	case string(v.code) == "too_late":
		sh.state = sheetLate
		q.settled++
	default:
		sh.state = sheetRefused
		q.settled++
	}
}

// miss closes a question for a phone whose answer did not go out.
func (c *crowd) miss(p *phone, q *question) {
	if sh := &q.sheets[p.id]; sh.state == sheetPlanned || sh.state == sheetWaiting {
		sh.state = sheetMissed
		q.settled++
	}
}

// expectResults notes who must get a result now.
func (c *crowd) expectResults(q *question) {
	for i := range c.phones {
		if c.phones[i].stage == stageOn {
			q.sheets[i].waits = true
			q.waiting++
		}
	}
}

// notTold takes a phone that went away out of those that wait for a result.
func (c *crowd) notTold(p *phone) {
	if q := c.current; q != nil && q.revealAt > 0 {
		if sh := &q.sheets[p.id]; sh.waits && sh.meAt == 0 {
			sh.waits = false
			q.waiting--
		}
	}
}
