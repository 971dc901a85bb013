package quiz

import (
	"bytes"
	"encoding/json"
	"time"

	"github.com/google/uuid"

	"leitai/fault"
)

// Entry is one line of the ledger (记分台账): a step of staff, or of the clock where it decides about points.
// Nothing is erased; an undo is an entry of its own.
type Entry struct {
	ID         string
	ContestID  string
	Seq        int64 // the room's version that it made
	CommandID  string
	At         time.Time
	Kind       string // a command's name, or "recovered" after an outage
	OperatorID string
	Operator   string
	RoundNo    int
	QuestionNo int
	TeamID     string
	EntrantID  string
	Points     int // added to the team's or the entrant's points
	Reason     string
	Before     json.RawMessage // the parts of the state that it changed, as they were
	After      json.RawMessage // and as they became
	Reverses   string          // id of the entry that this one takes back, or ""
}

// KindRecovered marks the entry of a room that went on after its process had stopped.
const KindRecovered = "recovered"

// newEntry writes down a command that turned `before` into `after`.
func newEntry(contestID string, cmd Command, before, after State, now time.Time) Entry {
	e := Entry{ID: uuid.Must(uuid.NewV7()).String(), ContestID: contestID, Seq: after.Seq, CommandID: cmd.ID, At: now,
		Kind: cmd.Name, OperatorID: cmd.OperatorID, Operator: cmd.Operator, RoundNo: after.At.R, QuestionNo: after.At.Q,
		Reason: cmd.Reason, Reverses: cmd.reverses}
	if cmd.Name == CmdVoid || cmd.Name == CmdUnvoid {
		if cmd.QuestionNo > 0 {
			e.QuestionNo = cmd.QuestionNo
		}
		if cmd.roundNo > 0 {
			e.RoundNo = cmd.roundNo
		}
	}
	if cmd.Name == CmdSkip {
		e.RoundNo, e.QuestionNo = before.At.R, before.At.Q
	}
	if cmd.Name == CmdAdjust {
		e.TeamID, e.EntrantID, e.Points = cmd.TeamID, cmd.EntrantID, cmd.Points
	}
	e.Before, e.After = difference(before, after, always[cmd.Name]...)
	return e
}

// always names the fields that a command's entry holds even when they were so already: what it set must be known.
var always = map[string][]string{CmdBlank: {"blank"}, CmdHideScores: {"pacing"}}

// difference gives the fields of two states that differ, and those named in also, as two JSON objects.
func difference(before, after State, also ...string) (b, a json.RawMessage) {
	mb, ma := stateMap(before), stateMap(after)
	db, da := map[string]json.RawMessage{}, map[string]json.RawMessage{}
	for _, m := range []map[string]json.RawMessage{mb, ma} {
		for k := range m {
			if k != "seq" && !bytes.Equal(mb[k], ma[k]) {
				db[k], da[k] = orNull(mb[k]), orNull(ma[k])
			}
		}
	}
	for _, k := range also {
		db[k], da[k] = orNull(mb[k]), orNull(ma[k])
	}
	return mustJSON(db), mustJSON(da)
}

func orNull(v json.RawMessage) json.RawMessage {
	if v == nil {
		return json.RawMessage("null")
	}
	return v
}

func stateMap(s State) map[string]json.RawMessage {
	var m map[string]json.RawMessage
	_ = json.Unmarshal(mustJSON(s), &m) // what was just encoded decodes
	return m
}

func mustJSON(v any) json.RawMessage {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain structs always encode
	}
	return b
}

// Outcome is what an entry's command led to; the same command does different things at different moments.
type Outcome struct {
	Phase   Phase // that it led to, at once or as soon as the last answers are in; "" where the phase stayed
	On      *bool // of blank and hide_scores: what it set
	Seconds *int  // of extend: by how much the time really changed; of break: how long
}

// Outcome reads from what an entry's command changed what it led to. Of an entry that cannot be read it is empty.
func (e Entry) Outcome() Outcome {
	var was, is State
	var set map[string]json.RawMessage
	if json.Unmarshal(e.Before, &was) != nil || json.Unmarshal(e.After, &is) != nil || json.Unmarshal(e.After, &set) != nil {
		return Outcome{}
	}
	var o Outcome
	locks := e.Kind == CmdNext || e.Kind == CmdLock || e.Kind == CmdVoid
	switch {
	case is.Phase != "":
		o.Phase = is.Phase
	case is.RevealAfter:
		o.Phase = PhaseRevealed
	case locks && is.ClosesAt != 0:
		o.Phase = PhaseClosed
	}
	switch e.Kind {
	case CmdBlank:
		if set["blank"] != nil {
			o.On = &is.Blank
		}
	case CmdHideScores:
		if set["pacing"] != nil {
			o.On = &is.Pacing.ScoresHidden
		}
	case CmdExtend:
		o.Seconds = wholeSeconds(is.LimitMS - was.LimitMS)
	case CmdBreak:
		if is.BreakUntil != 0 {
			o.Seconds = wholeSeconds(is.BreakUntil - e.At.UnixMilli())
		}
	}
	return o
}

// wholeSeconds rounds milliseconds to seconds.
func wholeSeconds(ms int64) *int {
	n := int((time.Duration(ms) * time.Millisecond).Round(time.Second) / time.Second)
	return &n
}

// inverse gives the command that takes an entry back. Only what changed points is taken back; everything else is set
// right by a command of its own, and nobody at a desk means it when points are at stake.
func inverse(e Entry) (Command, error) {
	c := Command{reverses: e.ID, Reason: e.Reason}
	switch e.Kind {
	case CmdAdjust:
		c.Name, c.TeamID, c.EntrantID, c.Points = CmdAdjust, e.TeamID, e.EntrantID, -e.Points
		return c, nil
	case CmdVoid:
		c.Name, c.roundNo, c.QuestionNo = CmdUnvoid, e.RoundNo, e.QuestionNo
		return c, nil
	}
	return c, fault.New(fault.Conflict, "ledger.not_undoable")
}

// ledger is the tail of a contest's ledger in memory, oldest first.
type ledger struct {
	entries    []Entry
	reversedBy map[string]string // entry id → id of the entry that took it back
	commands   map[string]bool   // command ids that were done
	skipped    map[Ref]bool
}

// tailLength is how many entries the desk is shown.
const tailLength = 50

func newLedger(entries []Entry) *ledger {
	l := &ledger{reversedBy: map[string]string{}, commands: map[string]bool{}, skipped: map[Ref]bool{}}
	for _, e := range entries {
		l.add(e)
	}
	return l
}

func (l *ledger) add(e Entry) {
	l.entries = append(l.entries, e)
	l.commands[e.CommandID] = true
	if e.Reverses != "" {
		l.reversedBy[e.Reverses] = e.ID
	}
	if e.Kind == CmdSkip {
		l.skipped[Ref{e.RoundNo, e.QuestionNo}] = true
	}
}

// inverse gives the command that takes an entry back. A question that was void and then skipped stays void: it was
// never counted.
func (l *ledger) inverse(e Entry) (Command, error) {
	if e.Kind == CmdVoid && l.skipped[Ref{e.RoundNo, e.QuestionNo}] {
		return Command{}, fault.New(fault.Conflict, "ledger.not_undoable")
	}
	return inverse(e)
}

// undoable reports whether an entry can be taken back.
func (l *ledger) undoable(e Entry) bool {
	if e.Reverses != "" || l.reversedBy[e.ID] != "" {
		return false
	}
	_, err := l.inverse(e)
	return err == nil
}

// find gives the entry with this id, or with "" the last one that can be taken back.
func (l *ledger) find(id string) (Entry, error) {
	for i := len(l.entries) - 1; i >= 0; i-- {
		e := l.entries[i]
		if id == "" && l.undoable(e) {
			return e, nil
		}
		if id != "" && e.ID == id {
			if l.reversedBy[id] != "" || e.Reverses != "" {
				return e, fault.New(fault.Conflict, "ledger.reversed")
			}
			return e, nil
		}
	}
	if id == "" {
		return Entry{}, fault.New(fault.Conflict, "ledger.nothing")
	}
	return Entry{}, fault.New(fault.NotFound, "ledger.missing")
}

// Line is an entry as the desk sees it.
type Line struct {
	Entry
	ReversedBy string
	Undoable   bool
}

// tail gives the newest entries, newest first.
func (l *ledger) tail() []Line {
	n := min(len(l.entries), tailLength)
	out := make([]Line, 0, n)
	for i := len(l.entries) - 1; i >= len(l.entries)-n; i-- {
		e := l.entries[i]
		out = append(out, Line{e, l.reversedBy[e.ID], l.undoable(e)})
	}
	return out
}

// Lines gives a whole ledger, oldest first.
func Lines(entries []Entry) []Line {
	l := newLedger(entries)
	out := make([]Line, len(entries))
	for i, e := range entries {
		out[i] = Line{e, l.reversedBy[e.ID], l.undoable(e)}
	}
	return out
}
