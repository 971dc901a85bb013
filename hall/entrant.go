package hall

import (
	"context"
	"sync"
	"sync/atomic"
	"time"

	"leitai/fault"
	"leitai/quiz"
)

// entrant is a player of this room with the answer to the current question, wherever the phone is.
type entrant struct {
	quiz.Entrant
	hall *Hall
	team string // name

	mu      sync.Mutex
	conn    *Conn    // the connection that counts, nil when away
	at      quiz.Ref // the question that the fields below are about
	status  answerStatus
	answer  quiz.Answer
	waiting []string // ids of messages to acknowledge once it is durable
	via     *Conn    // the connection that a pending answer came by
	tally   *tally   // of the question
}

// tally counts the answers to one question.
type tally struct{ answered, acknowledged atomic.Int64 }

type answerStatus byte

const (
	unanswered answerStatus = iota
	pending                 // on its way to the disk
	durable
)

// maxWaiting bounds how many resends of one answer are remembered while it is on its way.
const maxWaiting = 4

// openQuestion is what decides about an answer; it never changes once it is in place.
type openQuestion struct {
	at       quiz.Ref
	roundID  string
	question quiz.RoundQuestion
	settings quiz.RoundSettings
	paused   bool
	closes   time.Time
	limit    time.Duration
	streaks  map[string]int
}

// answer deals with a player's answer. `received` is when its last byte was read.
func (h *Hall) answer(c *Conn, m clientMessage, received time.Time) {
	e := c.entrant
	h.gate.RLock() // so that nothing is put into the log once the question was taken away
	defer h.gate.RUnlock()
	q := h.open
	at := quiz.Ref{R: m.R, Q: m.Q}
	if q == nil || q.at != at {
		c.refuse(h.whyNot(at), m.ID)
		return
	}
	e.mu.Lock()
	if e.at == at && e.status != unanswered {
		h.again(c, e, m.ID)
		return
	}
	e.mu.Unlock()
	timing := quiz.TimeAnswer(received, q.closes, q.limit, c.rtt.delay(), q.settings.FairTiming)
	switch {
	case q.paused:
		c.refuse(fault.New(fault.Conflict, "question.paused"), m.ID)
		return
	case timing.Late:
		c.refuse(fault.New(fault.TooLate, "question.closed"), m.ID)
		return
	}
	choice, err := q.question.Question.Canonical(m.A)
	if err != nil {
		c.refuse(err, m.ID)
		return
	}
	mark := q.question.Question.Mark(choice)
	a := quiz.Answer{RoundID: q.roundID, QuestionNo: at.Q, EntrantID: e.ID, ClientID: m.ID, Choice: choice, ReceivedAt: received,
		Elapsed: timing.Elapsed, Adjusted: timing.Adjusted, Correct: mark.Right,
		Points: q.settings.PointsFor(q.question.Question.Type, mark, timing.Adjusted, q.streaks[e.ID])}
	e.mu.Lock()
	if e.at == at && e.status != unanswered { // the same person's other connection was quicker
		h.again(c, e, m.ID)
		return
	}
	t := h.tally.Load()
	e.at, e.status, e.answer, e.via, e.tally = at, pending, a, c, t
	e.waiting = []string{m.ID}
	e.mu.Unlock()
	t.answered.Add(1)
	h.log.Put(a, e)
}

// whyNot says why no answer to this question is taken.
func (h *Hall) whyNot(at quiz.Ref) error {
	s := h.phase.Load()
	switch {
	case s.At == at && (s.Phase == quiz.PhaseReady || s.Phase == quiz.PhaseLobby), s.At.Before(at):
		return fault.New(fault.Conflict, "question.not_open")
	case s.At == at:
		return fault.New(fault.TooLate, "question.closed")
	}
	return fault.New(fault.Conflict, "question.other")
}

// again answers a second message to the same question; e.mu is held and released.
func (h *Hall) again(c *Conn, e *entrant, id string) {
	defer e.mu.Unlock()
	if e.status == durable {
		c.send(ackFrame(e.answer, e.at.R, id, "duplicate"))
		return
	}
	for _, w := range e.waiting {
		if w == id {
			return
		}
	}
	if len(e.waiting) < maxWaiting {
		e.waiting = append(e.waiting, id)
	}
}

// Acked hears from the log what became of an answer (quiz.Acker).
func (e *entrant) Acked(a quiz.Answer, inserted bool, err error) {
	switch {
	case err != nil:
		e.hall.house.metrics.refused.Inc()
		e.failed(a)
	case !inserted:
		go e.findFirst(a) // stored through another process, or by a commit whose success we did not hear of
	default:
		e.hall.house.metrics.acked(a.ReceivedAt)
		e.counts(a, a)
	}
}

// settled is the end of an answer's way to the disk, and whom to tell of it.
type settled struct {
	conn  *Conn    // that counts now, nil when away
	via   *Conn    // that it came by
	ids   []string // the messages that wait for word
	round int
	tally *tally
}

// settle ends the wait for an answer to a question; ok is false when the entrant has gone on to another one.
func (e *entrant) settle(about quiz.Answer, status answerStatus, counts quiz.Answer) (_ settled, ok bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.status != pending || e.answer.RoundID != about.RoundID || e.answer.QuestionNo != about.QuestionNo {
		return settled{}, false
	}
	s := settled{e.conn, e.via, e.waiting, e.at.R, e.tally}
	e.status, e.answer, e.waiting, e.via = status, counts, nil, nil
	return s, true
}

// counts notes that `first` is durable, and acknowledges it.
func (e *entrant) counts(about, first quiz.Answer) {
	s, ok := e.settle(about, durable, first)
	if !ok {
		return
	}
	s.tally.acknowledged.Add(1)
	e.tell(s.conn, s.ids, func(id string) []byte {
		if id == first.ClientID {
			return ackFrame(first, s.round, id, "accepted")
		}
		return ackFrame(first, s.round, id, "duplicate")
	})
	if s.conn != s.via && s.conn != nil {
		go e.hall.tellMe(e) // joined when this answer was not durable yet
	}
}

// failed says that an answer was not stored; the phone keeps it and sends it again.
func (e *entrant) failed(about quiz.Answer) {
	s, ok := e.settle(about, unanswered, quiz.Answer{})
	if !ok {
		return
	}
	s.tally.answered.Add(-1)
	e.tell(s.conn, s.ids, func(id string) []byte {
		return textFrame(errorMessage{T: "error", Code: string(fault.Unavailable), Key: "storage.unavailable", Re: id})
	})
}

func (e *entrant) tell(conn *Conn, ids []string, message func(id string) []byte) {
	if conn == nil {
		return // away: it resends when it is back
	}
	for _, id := range ids {
		conn.send(message(id))
	}
}

// findFirst reads the answer that counts and acknowledges it.
func (e *entrant) findFirst(a quiz.Answer) {
	ctx, cancel := context.WithTimeout(context.Background(), storeWait)
	defer cancel()
	first, ok, err := e.hall.store.FindAnswer(ctx, a.RoundID, a.QuestionNo, e.ID)
	if err != nil || !ok {
		e.failed(a)
		return
	}
	e.counts(a, first)
}

// tellMe sends an entrant what only they may see.
func (h *Hall) tellMe(e *entrant) {
	h.mu.RLock()
	defer h.mu.RUnlock()
	e.mu.Lock()
	conn := e.conn
	e.mu.Unlock()
	if conn != nil {
		conn.send(textFrame(h.me(e)))
	}
}

func ackFrame(a quiz.Answer, round int, id, status string) []byte {
	return textFrame(answerAck{T: "answer.ack", ID: id, R: round, Q: a.QuestionNo, Status: status, A: a.Choice,
		ReceivedMS: a.ReceivedAt.UnixMilli()})
}

// own gives the durable answer to a question.
func (e *entrant) own(at quiz.Ref) (quiz.Answer, bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.answer, e.at == at && e.status == durable
}
