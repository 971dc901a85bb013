package paper

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"time"
	"unicode/utf8"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/sqldb"
)

// Limits of what a phone sends.
const (
	MaxSaves   = 400 // saves, or absences, of one call
	MaxSaveID  = 64  // characters of a save's id
	maxCounter = 1_000_000
	// maxOfAttempt bounds what one process takes for one attempt: nobody changes an answer so often by hand.
	maxOfAttempt = 20000
	maxAway      = 24 * 60 * 60 * 1000 // ms of one absence
)

// Save is an answer that a phone wants kept. Of the saves of one question the one with the highest N counts, of equal ones the
// latest; a repeated ID is the same save.
type Save struct {
	ID string
	Q  int      // question number on the paper, from 1
	N  int      // counted by the phone for each question
	A  []string // letters as shown, or texts; empty takes the answer back
}

// Absence is a time in which the page was not looked at.
type Absence struct {
	ID   string
	AtMS int64 // when it was left, by the phone's clock
	MS   int64 // for how long
}

// Refusal is a save that was not taken, and the key of the reason.
type Refusal struct {
	ID  string `json:"id"`
	Key string `json:"key"`
}

// Leaves sums up how often and how long the page was left.
type Leaves struct {
	Times int   `json:"times"`
	MS    int64 `json:"ms"`
}

// Saved is what became of a phone's saves.
type Saved struct {
	Saved    []string // ids: durable, and they will be marked
	Refused  []Refusal
	Deadline time.Time
	Leaves   Leaves
}

// saving is what one call writes. state and deadline are as they were after the commit.
type saving struct {
	attempt  string
	saves    []saveRow
	events   []eventRow
	inserted []bool // of events
	state    State
	deadline int64
}

type saveRow struct {
	id     string
	q, n   int
	choice string
	at     int64
}

type eventRow struct {
	id, kind string
	q        int
	at, ms   int64
	detail   string
}

var errClosed = fault.New(fault.Conflict, "attempt.closed")

// Save keeps answers of an open attempt, received at now. It returns when they are durable and certain to be marked: after the commit the attempt
// was still open, so whoever closes it reads them. One that is not open is a conflict attempt.closed with nothing saved. Saves that
// cannot be taken are refused one by one: attempt.late, attempt.question (no such question), attempt.not_shown, attempt.passed and answer.invalid.
func (s *Store) Save(ctx context.Context, now time.Time, attemptID string, saves []Save, left []Absence) (Saved, error) {
	out := Saved{Saved: []string{}, Refused: []Refusal{}}
	a, c, err := s.AttemptOf(ctx, attemptID)
	if err != nil {
		return out, err
	}
	if a.State == Open && now.After(a.lastSave()) { // the time may have been prolonged since
		if a, err = s.FindAttempt(ctx, attemptID); err != nil {
			return out, err
		}
	}
	if a.State != Open {
		return out, errClosed
	}
	if !s.count(a.ID, len(saves)+len(left)) {
		return out, fault.New(fault.RateLimited, "request.too_many")
	}
	var turns []turn
	if c.Rules.QuestionLimitMS > 0 && len(saves) > 0 {
		if turns, err = s.turns(ctx, c, a); err != nil {
			return out, err
		}
	}
	it := &saving{attempt: a.ID}
	for _, v := range saves {
		at := s.owed.received(a.ID, v.ID, now)
		row, key := c.save(a, turns, v, at)
		if key != "" {
			out.Refused = append(out.Refused, Refusal{v.ID, key})
			continue
		}
		it.saves = append(it.saves, row)
		out.Saved = append(out.Saved, v.ID)
	}
	if c.Rules.NoteLeaving {
		for _, l := range left {
			if l.ID != "" && len(l.ID) <= MaxSaveID && l.MS >= 0 && l.MS <= maxAway {
				it.events = append(it.events, eventRow{id: "left:" + l.ID, kind: "left", at: l.AtMS, ms: l.MS})
			}
		}
	}
	if out, err = s.keptBefore(ctx, a.ID, out); err != nil {
		return out, err
	}
	out.Deadline = a.DeadlineAt
	if len(it.saves)+len(it.events) > 0 {
		if err := s.saves.Put(ctx, it); err != nil {
			if fault.Is(err, fault.Unavailable) {
				s.owed.note(it, now)
			}
			return out, err
		}
		if it.state != Open {
			s.sittings.remove(a.ID)
			return out, errClosed
		}
		out.Deadline = time.UnixMilli(it.deadline).UTC()
		s.owed.settle(it)
		if !out.Deadline.Equal(a.DeadlineAt) { // it was moved, and the marking goes by the new one
			s.sittings.remove(a.ID)
			for _, r := range it.saves {
				if r.at > it.deadline+Grace.Milliseconds() {
					out.Saved = slices.DeleteFunc(out.Saved, func(id string) bool { return id == r.id })
					out.Refused = append(out.Refused, Refusal{r.id, "attempt.late"})
				}
			}
		}
	}
	if c.Rules.NoteLeaving {
		out.Leaves, err = s.leaves(ctx, a.ID, len(it.events) > 0)
	}
	return out, err
}

// count counts what is taken for an attempt; it reports false when that is enough.
func (s *Store) count(attempt string, n int) bool {
	used, ok := s.used.get(attempt)
	if !ok {
		used = new(atomic.Int64)
		s.used.put(attempt, used) // of two at once one is forgotten: the bound is a rough one
	}
	return used.Add(int64(n)) <= maxOfAttempt
}

// keptBefore acknowledges what is too late now and was stored in time, and whose acknowledgement the phone did not hear.
func (s *Store) keptBefore(ctx context.Context, attempt string, out Saved) (Saved, error) {
	args := []any{attempt}
	for _, r := range out.Refused {
		if r.Key == "attempt.late" || r.Key == "attempt.passed" {
			args = append(args, r.ID)
		}
	}
	if len(args) == 1 {
		return out, nil
	}
	var kept []string
	if err := s.db.Select(ctx, &kept, `SELECT id FROM attempt_saves WHERE attempt_id = $1 AND id IN (`+params(2, len(args)-1)+`)`, args...); err != nil {
		return out, wrap("look for saves", err)
	}
	out.Saved = append(out.Saved, kept...)
	out.Refused = slices.DeleteFunc(out.Refused, func(r Refusal) bool { return slices.Contains(kept, r.ID) })
	return out, nil
}

// save checks a save that was received at `at`, and gives its row or the key of what is wrong with it.
func (c *Contest) save(a *Attempt, turns []turn, v Save, at time.Time) (saveRow, string) {
	if v.ID == "" || len(v.ID) > MaxSaveID || !utf8.ValidString(v.ID) || v.N < 0 || v.N > maxCounter {
		return saveRow{}, "request.invalid"
	}
	if at.After(a.lastSave()) {
		return saveRow{}, "attempt.late"
	}
	if v.Q < 1 || v.Q > len(a.Paper) {
		return saveRow{}, "attempt.question"
	}
	if turns != nil {
		switch t := turns[v.Q-1]; {
		case t.shown == 0:
			return saveRow{}, "attempt.not_shown"
		case at.UnixMilli() > t.closes+Grace.Milliseconds():
			return saveRow{}, "attempt.passed"
		}
	}
	d := a.Paper[v.Q-1]
	q, ok := c.Question(d.ID)
	if !ok {
		return saveRow{}, "attempt.question"
	}
	choice := []string{}
	if len(v.A) > 0 {
		banks, ok := d.fromShown(v.A)
		if !ok {
			return saveRow{}, "answer.invalid"
		}
		var err error
		if choice, err = draft(q.Question, banks); err != nil {
			return saveRow{}, "answer.invalid"
		}
	}
	b, _ := json.Marshal(choice) // texts always encode
	return saveRow{id: v.ID, q: v.Q, n: v.N, choice: string(b), at: at.UnixMilli()}, ""
}

// draft is an answer as it is kept while its person is still at it: every tap is saved, so an order may be begun only.
func draft(q questionbank.Question, a []string) ([]string, error) {
	if q.Type != questionbank.Order || len(a) >= len(q.Options) {
		return q.Canonical(a)
	}
	if out, err := (questionbank.Question{Type: questionbank.Multiple, Options: q.Options}).Canonical(a); err != nil {
		return out, err
	}
	return slices.Clone(a), nil
}

// unfinishedOrder tells that an answer is not complete: an order of which some options have no place yet. It is worth what no
// answer is worth.
func unfinishedOrder(q questionbank.Question, a []string) bool {
	return q.Type == questionbank.Order && len(a) < len(q.Options)
}

// fromShown turns letters as they were shown into the bank's. Texts stay as they are.
func (d Drawn) fromShown(a []string) ([]string, bool) {
	if d.Options == "" {
		return a, true
	}
	out := make([]string, len(a))
	for i, l := range a {
		if len(l) != 1 || l[0] < 'A' || int(l[0]-'A') >= len(d.Options) {
			return nil, false
		}
		out[i] = string(d.Options[l[0]-'A'])
	}
	return out, true
}

// toShown turns the bank's letters into those that were shown, in the order in which they are given.
func (d Drawn) toShown(a []string) []string {
	out := make([]string, len(a))
	for i, l := range a {
		out[i] = l
		if at := strings.Index(d.Options, l); d.Options != "" && at >= 0 {
			out[i] = string(rune('A' + at))
		}
	}
	return out
}

// writeSaves stores what calls have brought, and then reads whether their attempts are still open.
func (s *Store) writeSaves(ctx context.Context, items []*saving) error {
	if err := s.appendEvents(ctx, items); err != nil {
		return wrap("note events", err)
	}
	if err := s.appendSaves(ctx, items); err != nil {
		return wrap("save answers", err)
	}
	at := map[string][]*saving{}
	var ids []any
	for _, it := range items {
		if at[it.attempt] == nil {
			ids = append(ids, it.attempt)
		}
		at[it.attempt] = append(at[it.attempt], it)
	}
	var rows []struct {
		ID       string `db:"id"`
		State    State  `db:"state"`
		Deadline int64  `db:"deadline_at"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT id, state, deadline_at FROM attempts WHERE id IN (`+params(1, len(ids))+`)`, ids...); err != nil {
		return wrap("look at attempts", err)
	}
	for _, r := range rows {
		for _, it := range at[r.ID] {
			it.state, it.deadline = r.State, r.Deadline
		}
	}
	return nil
}

func (s *Store) appendSaves(ctx context.Context, items []*saving) error {
	var attempt, id, choice []string
	var q, n, at []int64
	for _, it := range items {
		for _, r := range it.saves {
			attempt, id, choice = append(attempt, it.attempt), append(id, r.id), append(choice, r.choice)
			q, n, at = append(q, int64(r.q)), append(n, int64(r.n)), append(at, r.at)
		}
	}
	if len(id) == 0 {
		return nil
	}
	_, err := s.db.Append(ctx, sqldb.Insert{Table: "attempt_saves", Key: []string{"attempt_id", "id"}, Columns: []sqldb.Column{
		{Name: "attempt_id", Strings: attempt}, {Name: "id", Strings: id}, {Name: "question_no", Ints: q}, {Name: "n", Ints: n},
		{Name: "choice", Strings: choice}, {Name: "saved_at", Ints: at}}})
	return err
}

func (s *Store) appendEvents(ctx context.Context, items []*saving) error {
	var attempt, id, kind, detail []string
	var q, at, ms []int64
	for _, it := range items {
		for _, r := range it.events {
			attempt, id, kind, detail = append(attempt, it.attempt), append(id, r.id), append(kind, r.kind), append(detail, r.detail)
			q, at, ms = append(q, int64(r.q)), append(at, r.at), append(ms, r.ms)
		}
	}
	if len(id) == 0 {
		return nil
	}
	inserted, err := s.db.Append(ctx, sqldb.Insert{Table: "attempt_events", Key: []string{"attempt_id", "id"}, Columns: []sqldb.Column{
		{Name: "attempt_id", Strings: attempt}, {Name: "id", Strings: id}, {Name: "kind", Strings: kind}, {Name: "question_no", Ints: q},
		{Name: "at", Ints: at}, {Name: "ms", Ints: ms}, {Name: "detail", Strings: detail}}})
	for _, it := range items {
		if n := len(it.events); err == nil {
			it.inserted, inserted = inserted[:n], inserted[n:]
		}
	}
	return err
}

// params gives n placeholders from $first on.
func params(first, n int) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", first+i)
	}
	return b.String()
}

// leaves counts the absences of an attempt. Unless something changed, what this process last saw is enough.
func (s *Store) leaves(ctx context.Context, attempt string, changed bool) (Leaves, error) {
	if l, ok := s.away.get(attempt); ok && !changed {
		return l, nil
	}
	var l Leaves
	var row struct {
		Times int   `db:"times"`
		MS    int64 `db:"ms"`
	}
	if err := s.db.Get(ctx, &row, `SELECT COUNT(*) AS times, CAST(COALESCE(SUM(ms), 0) AS BIGINT) AS ms FROM attempt_events
		WHERE attempt_id = $1 AND kind = 'left'`, attempt); err != nil {
		return l, wrap("count absences", err)
	}
	l = Leaves{row.Times, row.MS}
	s.away.put(attempt, l)
	return l, nil
}
