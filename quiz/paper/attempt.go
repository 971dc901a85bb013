package paper

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"strings"
	"time"

	"leitai/fault"
	"leitai/quiz"
	"leitai/sqldb"
)

// State is where an attempt is in its life.
type State string

// The states of an attempt. From open it goes to closing, where no more saves are taken, and from there to handed_in in
// the transaction that marks it: each step happens once, whoever asks for it.
const (
	Open     State = "open"
	Closing  State = "closing"
	HandedIn State = "handed_in"
	Void     State = "void" // by staff: counts for nothing, but as an attempt that was used
)

// By says who handed an attempt in.
type By string

// Who hands in.
const (
	ByPerson By = "person"
	ByClock  By = "clock"
	ByStaff  By = "staff"
)

// Grace is how long after its deadline a save is still taken: what was sent in time may have been on its way.
const Grace = 3 * time.Second

// clockWait is how long the clock waits after the grace before it hands in, so that what has arrived is stored.
const clockWait = time.Second

// Attempt is one person's sitting of a paper (答卷). What Store gives may be shared: it must not be changed.
type Attempt struct {
	ID         string
	ContestID  string
	EntrantID  string
	Phase      Phase // practice or formal
	No         int   // of this entrant in this phase, from 1
	Day        string
	Paper      []Drawn
	State      State
	StartedAt  time.Time
	DeadlineAt time.Time
	HandedInAt time.Time // zero until then
	HandedInBy By
	Points     int
	Correct    int
	Answered   int
	Time       time.Duration // from start to hand-in
	Marks      []Mark        // once handed in, one for each question
	VoidReason string
}

// Mark is how one question of an attempt was marked.
type Mark struct {
	A      []string `json:"a"` // the answer that counted, in the bank's letters; empty for none
	Right  bool     `json:"r"`
	Points int      `json:"p"`
}

// Label is what the attempt is called in the draw.
func (a *Attempt) Label() string { return Label(a.EntrantID, string(a.Phase), a.No) }

// lastSave is until when a save is taken.
func (a *Attempt) lastSave() time.Time { return a.DeadlineAt.Add(Grace) }

type attemptRow struct {
	ID         string              `db:"id"`
	ContestID  string              `db:"contest_id"`
	EntrantID  string              `db:"entrant_id"`
	Phase      Phase               `db:"phase"`
	No         int                 `db:"no"`
	Day        string              `db:"day"`
	Paper      sqldb.JSON[[]Drawn] `db:"paper"`
	State      State               `db:"state"`
	StartedAt  sqldb.Millis        `db:"started_at"`
	DeadlineAt sqldb.Millis        `db:"deadline_at"`
	HandedInAt int64               `db:"handed_in_at"`
	HandedInBy By                  `db:"handed_in_by"`
	Points     int                 `db:"points"`
	Correct    int                 `db:"correct"`
	Answered   int                 `db:"answered"`
	TimeMS     int64               `db:"time_ms"`
	Marks      marks               `db:"marks"`
	VoidReason string              `db:"void_reason"`
}

// marks is a column of marks that is empty until there are some.
type marks []Mark

// Scan implements sql.Scanner.
func (m *marks) Scan(src any) error {
	*m = nil
	if s, ok := src.(string); ok && s == "" {
		return nil
	}
	var j sqldb.JSON[[]Mark]
	if err := j.Scan(src); err != nil {
		return err
	}
	*m = j.V
	return nil
}

const attemptColumns = `id, contest_id, entrant_id, phase, no, day, paper, state, started_at, deadline_at, handed_in_at, handed_in_by,
	points, correct, answered, time_ms, marks, void_reason`

func (r attemptRow) attempt() *Attempt {
	a := &Attempt{ID: r.ID, ContestID: r.ContestID, EntrantID: r.EntrantID, Phase: r.Phase, No: r.No, Day: r.Day, Paper: r.Paper.V, State: r.State,
		StartedAt: r.StartedAt.Time(), DeadlineAt: r.DeadlineAt.Time(), HandedInBy: r.HandedInBy, Points: r.Points, Correct: r.Correct,
		Answered: r.Answered, Time: time.Duration(r.TimeMS) * time.Millisecond, Marks: r.Marks, VoidReason: r.VoidReason}
	if r.HandedInAt > 0 {
		a.HandedInAt = time.UnixMilli(r.HandedInAt).UTC()
	}
	return a
}

var errNoAttempt = fault.New(fault.NotFound, "attempt.missing")

// FindAttempt gives an attempt as it is in the database, or not_found attempt.missing.
func (s *Store) FindAttempt(ctx context.Context, id string) (*Attempt, error) {
	var r attemptRow
	err := s.db.Get(ctx, &r, `SELECT `+attemptColumns+` FROM attempts WHERE id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return nil, errNoAttempt
	}
	if err != nil {
		return nil, wrap("find attempt "+id, err)
	}
	a := r.attempt()
	if a.State == Open {
		s.sittings.put(id, a)
	} else {
		s.sittings.remove(id)
	}
	return a, nil
}

// sitting gives an attempt from memory, where it may be as old as its last use.
func (s *Store) sitting(ctx context.Context, id string) (*Attempt, error) {
	if a, ok := s.sittings.get(id); ok {
		return a, nil
	}
	return s.FindAttempt(ctx, id)
}

// AttemptOf gives an attempt and its contest to somebody who is about to use it; what of the attempt can change may be a little old.
func (s *Store) AttemptOf(ctx context.Context, id string) (*Attempt, *Contest, error) {
	a, err := s.sitting(ctx, id)
	if err != nil {
		return nil, nil, err
	}
	c, err := s.Find(ctx, a.ContestID)
	return a, c, err
}

// AttemptsOf gives all attempts of an entrant, oldest first.
func (s *Store) AttemptsOf(ctx context.Context, contestID, entrantID string) ([]*Attempt, error) {
	var rows []attemptRow
	if err := s.db.Select(ctx, &rows, `SELECT `+attemptColumns+` FROM attempts WHERE contest_id = $1 AND entrant_id = $2
		ORDER BY started_at, id`, contestID, entrantID); err != nil {
		return nil, wrap("list attempts", err)
	}
	out := make([]*Attempt, len(rows))
	for i, r := range rows {
		out[i] = r.attempt()
	}
	return out, nil
}

// Left is how many attempts an entrant may still begin; -1 is without limit.
type Left struct{ Today, InAll int }

// leftOf counts what a person has left of the formal attempts. A void one was used, too.
func (c *Contest) leftOf(all []*Attempt, now time.Time) Left {
	left := Left{-1, -1}
	today, inAll, day := 0, 0, c.Day(now)
	for _, a := range all {
		if a.Phase == PhaseFormal {
			inAll++
			if a.Day == day {
				today++
			}
		}
	}
	if n := c.Rules.AttemptsPerDay; n > 0 {
		left.Today = max(0, n-today)
	}
	if n := c.Rules.AttemptsInAll; n > 0 {
		left.InAll = max(0, n-inAll)
	}
	return left
}

// maxPractice bounds a person's practice attempts.
const maxPractice = 1000

// MayStart says what an entrant can begin now, PhasePractice or PhaseFormal; else it is "" and why is the key of the reason. Whoever has an open
// attempt goes on with that one.
func (c *Contest) MayStart(all []*Attempt, now time.Time) (p Phase, left Left, why string) {
	left = c.leftOf(all, now)
	switch p = c.PhaseAt(now); {
	case p == PhaseAfter:
		return "", left, "attempt.over"
	case p != PhaseFormal && p != PhasePractice:
		return "", left, "attempt.not_yet"
	}
	for _, a := range all {
		if a.State == Open || a.State == Closing {
			return "", left, "attempt.open"
		}
	}
	switch {
	case p == PhasePractice && len(all) >= maxPractice, p == PhaseFormal && left.InAll == 0:
		return "", left, "attempt.none_left"
	case p == PhaseFormal && left.Today == 0:
		return "", left, "attempt.none_left_today"
	}
	return p, left, ""
}

// starting is an attempt about to be stored.
type starting struct {
	attempt  *Attempt
	inserted bool
}

// Start begins an attempt of an entrant in a phase that is on now, or gives the one that is open. Conflicts are attempt.over, attempt.not_yet,
// attempt.none_left and attempt.none_left_today. device tells devices apart ("" is not known); only a hash of it is kept.
func (s *Store) Start(ctx context.Context, now time.Time, c *Contest, e quiz.Entrant, phase Phase, device string) (*Attempt, error) {
	const tries = 3
	for range tries {
		all, err := s.AttemptsOf(ctx, c.ID, e.ID)
		if err != nil {
			return nil, err
		}
		again := false
		for _, a := range all {
			switch {
			case a.State == Open && now.Before(a.lastSave()):
				s.sittings.put(a.ID, a)
				return a, s.noteDevice(ctx, now, a, device)
			case a.State == Open || a.State == Closing: // its time is up and nobody has noticed yet
				if _, err := s.HandIn(ctx, now, a.ID, ByClock); err != nil {
					return nil, err
				}
				again = true
			}
		}
		if again {
			continue
		}
		may, _, why := c.MayStart(all, now)
		if may != phase && why == "" {
			why = "attempt.not_now"
		}
		if why != "" {
			return nil, fault.New(fault.Conflict, why)
		}
		no := 1
		for _, a := range all {
			if a.Phase == phase {
				no = max(no, a.No+1)
			}
		}
		a := c.newAttempt(now, e.ID, phase, no)
		it := &starting{attempt: a}
		if err := s.starts.Put(ctx, it); err != nil {
			return nil, err
		}
		if it.inserted {
			s.sittings.put(a.ID, a)
			s.away.put(a.ID, Leaves{})
			return a, s.noteDevice(ctx, now, a, device)
		} // else another call was quicker, and the one that it began is found now
	}
	return nil, fault.New(fault.Unavailable, "storage.unavailable")
}

// newAttempt draws the paper of an attempt.
func (c *Contest) newAttempt(now time.Time, entrant string, phase Phase, no int) *Attempt {
	now = sqldb.MillisOf(now).Time()
	deadline := time.UnixMilli(c.closes(phase)).UTC()
	if limit := time.Duration(c.Rules.PaperLimitMS) * time.Millisecond; limit > 0 && now.Add(limit).Before(deadline) {
		deadline = now.Add(limit)
	}
	a := &Attempt{ID: newID(), ContestID: c.ID, EntrantID: entrant, Phase: phase, No: no, Day: c.Day(now), State: Open, StartedAt: now, DeadlineAt: deadline}
	a.Paper = Draw(c.Seed, c.Rules.DrawRules(), c.Entries(), a.Label())
	return a
}

// writeStarts stores attempts in one commit. Who has one open already, or one of this number, gets none.
func (s *Store) writeStarts(ctx context.Context, items []*starting) error {
	n := len(items)
	id, contest, entrant, phase := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	day, paper, state := make([]string, n), make([]string, n), make([]string, n)
	no, started, deadline := make([]int64, n), make([]int64, n), make([]int64, n)
	for i, it := range items {
		a := it.attempt
		id[i], contest[i], entrant[i], phase[i] = a.ID, a.ContestID, a.EntrantID, string(a.Phase)
		drawn, err := sqldb.JSON[[]Drawn]{V: a.Paper}.Value()
		if err != nil {
			return err
		}
		day[i], state[i] = a.Day, string(a.State)
		paper[i], _ = drawn.(string)
		no[i], started[i], deadline[i] = int64(a.No), a.StartedAt.UnixMilli(), a.DeadlineAt.UnixMilli()
	}
	inserted, err := s.db.Append(ctx, sqldb.Insert{Table: "attempts", Key: []string{"id"}, Columns: []sqldb.Column{
		{Name: "id", Strings: id}, {Name: "contest_id", Strings: contest}, {Name: "entrant_id", Strings: entrant}, {Name: "phase", Strings: phase},
		{Name: "no", Ints: no}, {Name: "day", Strings: day}, {Name: "paper", Strings: paper}, {Name: "state", Strings: state},
		{Name: "started_at", Ints: started}, {Name: "deadline_at", Ints: deadline}}})
	if err != nil {
		return wrap("start attempts", err)
	}
	for i, it := range items {
		it.inserted = inserted[i]
	}
	return nil
}

// noteDevice keeps a hash of the device that an attempt is taken on, once for each. The contest's id is in it, so that nobody can be
// followed from one contest to the next.
func (s *Store) noteDevice(ctx context.Context, now time.Time, a *Attempt, device string) error {
	if device = strings.TrimSpace(device); device == "" {
		return nil
	}
	sum := sha256.Sum256([]byte("device\x00" + a.ContestID + "\x00" + device))
	hash := hex.EncodeToString(sum[:16])
	it := &saving{attempt: a.ID, events: []eventRow{{id: "device:" + hash[:12], kind: "device", at: now.UnixMilli(), detail: hash}}}
	return s.saves.Put(ctx, it)
}
