package quiz

import (
	"time"

	"leitai/fault"
)

// countedPause is how long 统计中 stands before an automatic reveal, so that people see that the question closed.
const countedPause = 1200 * time.Millisecond

// Conductor drives a live room as a pure state machine: it takes a state, a command or the clock, and gives the
// next state. It does no I/O and keeps nothing, so a process that has the state can go on where another stopped.
type Conductor struct{ show Show }

// NewConductor returns a conductor of this show.
func NewConductor(show Show) Conductor { return Conductor{show} }

// Start gives the state of a room that was just opened.
func (c Conductor) Start() State {
	p := DefaultRoundSettings().pacing()
	if first, ok := c.show.Next(Ref{}); ok {
		p = c.show.settings(first).pacing()
	}
	return State{Seq: 1, Phase: PhaseLobby, Pacing: p}
}

func conflict(key string) error { return fault.New(fault.Conflict, key) }

// Do gives the state after a command, or a conflict fault that says why it cannot be done now.
func (c Conductor) Do(s State, cmd Command, now time.Time) (State, error) {
	if cmd.Seq != nil && *cmd.Seq != s.Seq {
		return s, conflict("room.moved")
	}
	next, err := c.do(s, cmd, now)
	if err != nil {
		return s, err
	}
	next.Seq = s.Seq + 1
	return next, nil
}

func (c Conductor) do(s State, cmd Command, now time.Time) (State, error) {
	switch cmd.Name {
	case CmdNext:
		return c.next(s, now)
	case CmdBack:
		if s.Phase != PhaseStandings || s.Paused {
			return s, conflict("room.not_now")
		}
		s.Phase = PhaseRevealed
		s.AutoAt = 0
		return s, nil
	case CmdLock:
		return c.lock(s, now)
	case CmdReveal:
		return c.reveal(s, now)
	case CmdPause:
		return c.pause(s, now)
	case CmdResume:
		return c.resume(s, now)
	case CmdExtend:
		return c.extend(s, time.Duration(cmd.Seconds)*time.Second, now)
	case CmdVoid, CmdUnvoid:
		return c.void(s, cmd, now)
	case CmdSkip:
		return c.skip(s, now)
	case CmdBlank:
		s.Blank = cmd.On
		return s, nil
	case CmdHideScores:
		s.Pacing.ScoresHidden = cmd.On
		return s, nil
	case CmdBreak:
		return c.takeBreak(s, time.Duration(cmd.Seconds)*time.Second, now)
	case CmdEndBreak:
		if s.BreakUntil == 0 {
			return s, conflict("room.no_break")
		}
		s.BreakUntil = 0
		return c.arm(s, now), nil
	case CmdAdjust:
		return s, nil // the points are the ledger's
	case CmdPacing:
		return c.pace(s, cmd, now)
	case CmdFinish:
		if s.Phase == PhaseFinished || s.Phase == PhaseOpen || s.Phase == PhaseClosed && !s.Counted {
			return s, conflict("room.not_now")
		}
		return c.finish(s), nil
	}
	return s, fault.New(fault.Invalid, "command.unknown")
}

func (c Conductor) next(s State, now time.Time) (State, error) {
	if s.Paused {
		return s, conflict("room.paused")
	}
	s.BreakUntil = 0
	switch s.Phase {
	case PhaseLobby:
		return c.advance(s, now)
	case PhaseReady:
		return c.open(s, now), nil
	case PhaseOpen:
		return c.lock(s, now)
	case PhaseClosed:
		return c.reveal(s, now)
	case PhaseRevealed:
		if s.Pacing.Standings == StandingsEvery || c.show.lastOfRound(s.At) {
			s.Phase = PhaseStandings
			return c.arm(s, now), nil
		}
		return c.advance(s, now)
	case PhaseStandings:
		return c.advance(s, now)
	}
	return s, conflict("room.finished")
}

// advance goes to the next question's "get ready", or to the end.
func (c Conductor) advance(s State, now time.Time) (State, error) {
	to, ok := c.show.Next(s.At)
	if !ok {
		if s.Phase == PhaseLobby {
			return s, conflict("room.no_questions")
		}
		return c.finish(s), nil
	}
	if to.R != s.At.R && s.At.R != 0 { // the first round's pacing may have been changed in the lobby
		hidden := s.Pacing.ScoresHidden
		s.Pacing = c.show.settings(to).pacing()
		s.Pacing.ScoresHidden = hidden
	}
	s.Phase, s.At = PhaseReady, to
	s.ClosesAt, s.AutoAt, s.Counted, s.RevealAfter = 0, 0, false, false
	s.LimitMS = int64(c.show.settings(to).LimitMS)
	s.OpensAt = now.Add(time.Duration(c.show.settings(to).ReadyMS) * time.Millisecond).UnixMilli()
	return s, nil
}

func (c Conductor) finish(s State) State {
	s.Phase = PhaseFinished
	s.OpensAt, s.AutoAt, s.BreakUntil, s.Paused, s.RemainingMS, s.Blank = 0, 0, 0, false, 0, false
	return s
}

func (c Conductor) open(s State, now time.Time) State {
	s.Phase, s.OpensAt = PhaseOpen, 0
	s.ClosesAt = now.UnixMilli() + s.LimitMS
	return s
}

func (c Conductor) lock(s State, now time.Time) (State, error) {
	if s.Phase != PhaseOpen {
		return s, conflict("room.not_open")
	}
	if s.Paused {
		return s, conflict("room.paused")
	}
	if s.locked(now) {
		return s, conflict("room.counting")
	}
	s.LimitMS -= s.ClosesAt - now.UnixMilli() // so that an answer's time still counts from the opening
	s.ClosesAt = now.UnixMilli()
	return s, nil
}

func (c Conductor) reveal(s State, now time.Time) (State, error) {
	switch {
	case s.Paused:
		return s, conflict("room.paused")
	case s.Phase == PhaseClosed && s.Counted:
		return c.onShow(s, now), nil
	case s.Phase == PhaseClosed && !s.RevealAfter:
		s.RevealAfter = true
		return s, nil
	case s.Phase == PhaseOpen && !s.RevealAfter:
		if !s.locked(now) {
			s, _ = c.lock(s, now)
		}
		s.RevealAfter = true
		return s, nil
	}
	return s, conflict("room.not_now")
}

// onShow puts the key on show.
func (c Conductor) onShow(s State, now time.Time) State {
	s.Phase, s.RevealAfter = PhaseRevealed, false
	return c.arm(s, now)
}

// arm sets the instant at which the room goes on by itself, where it does.
func (c Conductor) arm(s State, now time.Time) State {
	s.AutoAt = 0
	if !s.Pacing.AutoAdvance || s.BreakUntil != 0 || s.Paused {
		return s
	}
	switch s.Phase {
	case PhaseClosed:
		if s.Counted {
			s.AutoAt = now.Add(countedPause).UnixMilli()
		}
	case PhaseRevealed, PhaseStandings:
		s.AutoAt = now.UnixMilli() + int64(s.Pacing.PauseMS)
	}
	return s
}

// clock points at the instant that drives the present phase.
func (s *State) clock() *int64 {
	switch s.Phase {
	case PhaseReady:
		return &s.OpensAt
	case PhaseOpen:
		return &s.ClosesAt
	}
	return &s.AutoAt
}

func (c Conductor) pause(s State, now time.Time) (State, error) {
	if s.Paused || s.Phase == PhaseLobby || s.Phase == PhaseFinished || s.locked(now) {
		return s, conflict("room.not_now")
	}
	s.Paused, s.RemainingMS = true, 0
	if at := *s.clock(); at != 0 {
		s.RemainingMS = max(at-now.UnixMilli(), 1)
	}
	return s, nil
}

func (c Conductor) resume(s State, now time.Time) (State, error) {
	if !s.Paused {
		return s, conflict("room.not_paused")
	}
	left := s.RemainingMS
	s.Paused, s.RemainingMS = false, 0
	asked := s.Phase == PhaseReady || s.Phase == PhaseOpen
	if left > 0 && (asked || s.Pacing.AutoAdvance) { // which staff may have turned off meanwhile
		*s.clock() = now.UnixMilli() + left
		return s, nil
	}
	return c.arm(s, now), nil
}

// minLeft is what stays on the clock at least when time is taken away.
const minLeft = time.Second

func (c Conductor) extend(s State, d time.Duration, now time.Time) (State, error) {
	if s.Phase != PhaseOpen || s.locked(now) {
		return s, conflict("room.not_open")
	}
	left := s.RemainingMS
	if !s.Paused {
		left = s.ClosesAt - now.UnixMilli()
	}
	to := max(left+d.Milliseconds(), min(left, minLeft.Milliseconds()))
	s.LimitMS += to - left
	if s.Paused {
		s.RemainingMS = to
	} else {
		s.ClosesAt += to - left
	}
	return s, nil
}

func (c Conductor) void(s State, cmd Command, now time.Time) (State, error) {
	ref := s.At
	if cmd.roundNo > 0 {
		ref.R = cmd.roundNo
	}
	if cmd.QuestionNo > 0 {
		ref.Q = cmd.QuestionNo
	}
	if ref.Q < 1 || s.At.Before(ref) || ref == s.At && s.Phase == PhaseReady {
		return s, fault.Field("question_no", "question.not_played")
	}
	voided := make([]Ref, 0, len(s.Voided)+1)
	for _, v := range s.Voided {
		if v != ref {
			voided = append(voided, v)
		}
	}
	if cmd.Name == CmdVoid {
		if s.IsVoid(ref) {
			return s, conflict("question.void_already")
		}
		voided = append(voided, ref)
		if ref == s.At && s.Phase == PhaseOpen && !s.Paused && !s.locked(now) {
			s, _ = c.lock(s, now)
		}
	} else if !s.IsVoid(ref) {
		return s, conflict("question.not_void")
	}
	s.Voided = voided
	return s, nil
}

// skip leaves a question that is ready or open: void, and on to the next.
func (c Conductor) skip(s State, now time.Time) (State, error) {
	if s.Phase != PhaseReady && s.Phase != PhaseOpen && s.Phase != PhaseClosed {
		return s, conflict("room.not_now")
	}
	if !s.IsVoid(s.At) {
		s.Voided = append(append([]Ref(nil), s.Voided...), s.At)
	}
	s.Unshown = append(append([]Ref(nil), s.Unshown...), s.At)
	s.Paused, s.RemainingMS, s.BreakUntil = false, 0, 0
	if _, ok := c.show.Next(s.At); !ok {
		s.Phase, s.OpensAt, s.ClosesAt, s.Counted, s.RevealAfter = PhaseStandings, 0, now.UnixMilli(), true, false
		return c.arm(s, now), nil
	}
	return c.advance(s, now)
}

func (c Conductor) takeBreak(s State, d time.Duration, now time.Time) (State, error) {
	if d < 10*time.Second || d > 2*time.Hour {
		return s, fault.Field("seconds", "value.range")
	}
	if s.Paused || s.Phase != PhaseLobby && s.Phase != PhaseRevealed && s.Phase != PhaseStandings {
		return s, conflict("room.not_now")
	}
	s.BreakUntil = now.Add(d).UnixMilli()
	s.AutoAt = 0
	return s, nil
}

func (c Conductor) pace(s State, cmd Command, now time.Time) (State, error) {
	p := s.Pacing
	f := fields{}
	if cmd.AutoAdvance != nil {
		p.AutoAdvance = *cmd.AutoAdvance
	}
	if cmd.PauseMS != nil {
		f.between("pause_ms", *cmd.PauseMS, 1000, 120000)
		p.PauseMS = *cmd.PauseMS
	}
	if cmd.Standings != nil {
		f.oneOf("standings", *cmd.Standings, StandingsEvery, StandingsEnd)
		p.Standings = *cmd.Standings
	}
	if cmd.QuestionOn != nil {
		f.oneOf("question_on", *cmd.QuestionOn, OnBoth, OnScreen)
		p.QuestionOn = *cmd.QuestionOn
	}
	if err := f.err(); err != nil {
		return s, err
	}
	rearm := p.AutoAdvance != s.Pacing.AutoAdvance || p.PauseMS != s.Pacing.PauseMS
	s.Pacing = p
	if rearm {
		s = c.arm(s, now)
	}
	return s, nil
}

// Can lists the commands that Do would take now, in the order of the desk.
func (c Conductor) Can(s State, now time.Time) []string {
	var can []string
	for _, name := range []string{CmdNext, CmdBack, CmdLock, CmdReveal, CmdPause, CmdResume, CmdExtend, CmdVoid, CmdSkip,
		CmdBlank, CmdHideScores, CmdBreak, CmdEndBreak, CmdAdjust, CmdPacing, CmdFinish} {
		if _, err := c.do(s, Command{Name: name, Seconds: 60}, now); err == nil {
			can = append(can, name)
		}
	}
	return can
}

// Tick gives the state after the clock has reached now; changed is false when nothing was due.
func (c Conductor) Tick(s State, now time.Time) (_ State, changed bool) {
	due, ok := c.Due(s)
	if !ok || now.Before(due) {
		return s, false
	}
	next := s
	switch {
	case s.BreakUntil != 0 && now.UnixMilli() >= s.BreakUntil:
		next.BreakUntil = 0
		next = c.arm(next, now)
	case s.Phase == PhaseReady:
		next = c.open(s, now)
	case s.Phase == PhaseOpen:
		next.Phase = PhaseClosed
	default:
		next.AutoAt = 0
		if n, err := c.next(next, now); err == nil {
			next = n
		}
	}
	next.Seq = s.Seq + 1
	return next, true
}

// Due is when Tick has something to do next; ok is false when only a command moves the room.
func (c Conductor) Due(s State) (at time.Time, ok bool) {
	var ms int64
	switch {
	case s.BreakUntil != 0:
		ms = s.BreakUntil
	case s.Paused:
		return time.Time{}, false
	case s.Phase == PhaseOpen:
		ms = s.ClosesAt + Grace.Milliseconds()
	default:
		ms = *(&s).clock()
	}
	if ms == 0 {
		return time.Time{}, false
	}
	return time.UnixMilli(ms), true
}

// Counted gives the state after the closed question's answers were counted.
func (c Conductor) Counted(s State, now time.Time) State {
	s.Counted = true
	s.Seq++
	if s.RevealAfter {
		return c.onShow(s, now)
	}
	return c.arm(s, now)
}

// Recover gives the state with which a room goes on at now when its process was last alive at `alive`: the clock
// stood still in between, so nobody loses time to an outage.
func (c Conductor) Recover(s State, alive, now time.Time) State {
	gap := now.Sub(alive).Milliseconds()
	if gap <= 0 {
		return s
	}
	was := alive.UnixMilli()
	for _, at := range []*int64{&s.OpensAt, &s.AutoAt, &s.BreakUntil} {
		if *at != 0 {
			*at += gap
		}
	}
	if s.Phase == PhaseOpen && !s.Paused && s.ClosesAt > was {
		s.ClosesAt += gap
	}
	s.Seq++
	return s
}
