package study

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/sqldb"
)

// challengeStep is how many questions of a challenge are drawn at once.
const challengeStep = 20

// maxChallenge bounds a challenge; who comes so far has answered everything right but one.
const maxChallenge = 500

// maxTries bounds how often a change is tried again when another phone of the same person was quicker.
const maxTries = 5

var (
	errMissing = fault.New(fault.NotFound, "study.missing")
	errMoved   = errors.New("the set was changed meanwhile")
)

// Wanted is a set that somebody wants to begin.
type Wanted struct {
	Mode  Mode
	Topic string // of a topic set
	Size  int    // of a topic set, one of the settings'; 0 is the first of them
}

// Begin begins a set, or gives the one of this mode and topic that is open. personID is "" on a kiosk.
// Refused as forbidden "study.off", conflict "study.no_more_today" or "study.no_questions".
func (s *Store) Begin(ctx context.Context, now time.Time, personID string, w Wanted) (Set, error) {
	set, err := s.FindSettings(ctx)
	if err != nil {
		return Set{}, err
	}
	if personID != "" {
		open, err := s.findOpen(ctx, personID, w.Mode, w.Topic)
		if err == nil || !errors.Is(err, errMissing) {
			return open, err
		}
	}
	size, banks, err := w.check(set, personID == "")
	if err != nil {
		return Set{}, err
	}
	drawn, err := s.draw(ctx, now, personID, w, size, banks, nil)
	if err != nil {
		return Set{}, err
	}
	if len(drawn) == 0 {
		return Set{}, fault.New(fault.Conflict, map[bool]string{true: "study.no_mistakes", false: "study.no_questions"}[w.Mode == Mistakes])
	}
	made := Set{ID: newID(), PersonID: personID, Mode: w.Mode, Topic: w.Topic, State: Open, Day: set.Day(now), Questions: drawn, StartedAt: sqldb.MillisOf(now).Time(), version: 1}
	if personID == "" {
		made.ID = "k" + rand.Text() // nobody guesses it: 130 bits
	}
	err = s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if personID != "" {
			if err := begun(ctx, tx, set.Settings, made); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO study_sets (id, person_id, mode, topic, state, day, questions, correct, wrong, points, revived, version, started_at, touched_at)
			VALUES ($1, NULLIF($2, ''), $3, $4, $5, $6, $7, 0, 0, 0, FALSE, 1, $8, $8)`, made.ID, personID, w.Mode, w.Topic, Open, made.Day,
			sqldb.JSON[[]Asked]{V: drawn}, sqldb.MillisOf(now))
		return err
	})
	if sqldb.IsUnique(err) { // another phone of theirs began one at the same instant
		return s.findOpen(ctx, personID, w.Mode, w.Topic)
	}
	if err != nil {
		return Set{}, wrap("begin set", err)
	}
	return made, nil
}

// check gives size and banks of a set, or why there is none.
func (w Wanted) check(set Kept, kiosk bool) (size int, banks []string, err error) {
	off := fault.New(fault.Forbidden, "study.off")
	if !slices.Contains(Modes, w.Mode) {
		return 0, nil, fault.Field("mode", "value.choice")
	}
	if (w.Topic != "") != (w.Mode == Topic) {
		return 0, nil, fault.Field("topic", "value.choice")
	}
	if kiosk {
		if !set.Kiosk || w.Mode == Mistakes || !set.On(w.Mode) {
			return 0, nil, off
		}
		if w.Mode == Challenge {
			return challengeStep, set.KioskBanks, nil
		}
		return set.KioskSize, set.KioskBanks, nil
	}
	if !set.On(w.Mode) {
		return 0, nil, off
	}
	switch w.Mode {
	case Daily:
		size = set.DailySize
	case Mistakes:
		size = set.MistakesSize
	case Challenge:
		size = challengeStep
	case Topic:
		if size = w.Size; size == 0 {
			size = set.TopicSizes[0]
		}
		if !slices.Contains(set.TopicSizes, size) {
			return 0, nil, fault.Field("size", "value.choice")
		}
	}
	return size, set.Banks, nil
}

// touchable tells whether a question can be answered where it is asked: touch machines have no keyboard.
func touchable(kiosk bool, q questionbank.Outline) bool { return !kiosk || q.Type != questionbank.Fill }

// draw picks questions of a set that are not in it yet.
func (s *Store) draw(ctx context.Context, now time.Time, personID string, w Wanted, n int, banks []string, have *Set) ([]Asked, error) {
	if w.Mode == Mistakes {
		return s.drawMistakes(ctx, personID, n)
	}
	from, err := s.openQuestions(ctx, now, banks)
	if err != nil {
		return nil, err
	}
	from = inTopic(from, w.Topic)
	fit := make([]questionbank.Outline, 0, len(from))
	for _, q := range from {
		if (w.Mode != Challenge || q.Type == questionbank.Single) && touchable(personID == "", q) && (have == nil || !have.has(q.ID)) {
			fit = append(fit, q)
		}
	}
	seen, err := s.seen(ctx, personID)
	if err != nil {
		return nil, err
	}
	return drawSome(newRand(), now, n, fit, seen), nil
}

const setColumns = `id, COALESCE(person_id, '') AS person_id, mode, topic, state, day, questions, correct, wrong, points, revived, version, started_at, finished_at`

type setRow struct {
	ID         string              `db:"id"`
	PersonID   string              `db:"person_id"`
	Mode       Mode                `db:"mode"`
	Topic      string              `db:"topic"`
	State      State               `db:"state"`
	Day        string              `db:"day"`
	Questions  sqldb.JSON[[]Asked] `db:"questions"`
	Correct    int                 `db:"correct"`
	Wrong      int                 `db:"wrong"`
	Points     int                 `db:"points"`
	Revived    bool                `db:"revived"`
	Version    int                 `db:"version"`
	StartedAt  sqldb.Millis        `db:"started_at"`
	FinishedAt sqldb.Millis        `db:"finished_at"`
}

func (r setRow) set() Set {
	out := Set{r.ID, r.PersonID, r.Mode, r.Topic, r.State, r.Day, r.Questions.V, r.Correct, r.Wrong, r.Points, r.Revived, r.StartedAt.Time(), time.Time{}, r.Version}
	if at := r.FinishedAt.Time(); at.UnixMilli() > 0 {
		out.FinishedAt = at
	}
	return out
}

// Find gives a set of this person ("" for a kiosk's), or not_found "study.missing": it is not there or not theirs.
func (s *Store) Find(ctx context.Context, personID, id string) (Set, error) {
	return s.findWhere(ctx, `id = $1 AND COALESCE(person_id, '') = $2`, id, personID)
}

func (s *Store) findOpen(ctx context.Context, personID string, m Mode, topic string) (Set, error) {
	return s.findWhere(ctx, `person_id = $1 AND mode = $2 AND topic = $3 AND state <> 'finished'`, personID, m, topic)
}

func (s *Store) findWhere(ctx context.Context, where string, args ...any) (Set, error) {
	var r setRow
	err := s.db.Get(ctx, &r, `SELECT `+setColumns+` FROM study_sets WHERE `+where, args...)
	if errors.Is(err, sqldb.ErrNoRow) {
		return Set{}, errMissing
	}
	if err != nil {
		return Set{}, wrap("find set", err)
	}
	return r.set(), nil
}

// Look gives a set with the question that is to be answered, without its key; nil when there is none. Questions that
// were removed, or are part of a contest by now, are passed over.
func (s *Store) Look(ctx context.Context, now time.Time, personID, id string) (Set, *questionbank.Question, error) {
	var next *questionbank.Question
	set, err := s.change(ctx, now, personID, id, func(set *Set, rules Settings) (err error) {
		next, err = s.settle(ctx, now, set, rules)
		return err
	})
	return set, next, err
}

// Outcome is what became of an answer.
type Outcome struct {
	Set      Set
	No       int
	Asked    Asked
	Question questionbank.Question  // with its key, since it was answered
	Next     *questionbank.Question // to be answered now; nil when there is none
	Withheld bool                   // a contest has it by now: the question is empty
}

// Answer judges an answer to the question that is to be answered. The first answer counts: any later one to the same
// question gets the same outcome. But for a challenge an empty answer is "I do not know", which is wrong. Refused as not_found "study.missing", conflict "study.not_current", "study.finished" or
// "study.stopped", or invalid "answer.invalid". A question that was withdrawn meanwhile comes back as skipped.
func (s *Store) Answer(ctx context.Context, now time.Time, personID, id, answerID string, no int, a []string) (Outcome, error) {
	var out Outcome
	set, err := s.change(ctx, now, personID, id, func(set *Set, rules Settings) (err error) {
		if no < 1 || no > len(set.Questions) {
			return fault.Field("q", "value.range")
		}
		out = Outcome{No: no}
		if !set.Questions[no-1].Done {
			if err := set.takes(no); err != nil {
				return err
			}
			q, usable, err := s.usable(ctx, set, rules, set.Questions[no-1])
			if err != nil {
				return err
			}
			if !usable {
				set.skip()
			} else {
				var canonical []string
				if len(a) > 0 || set.Mode == Challenge { // else they do not know it, and want to see the key
					if canonical, err = q.Canonical(a); err != nil {
						return err
					}
				}
				set.answer(now, answerID, q, canonical, rules.Revive)
			}
		}
		out.Next, err = s.settle(ctx, now, set, rules)
		return err
	})
	if err != nil {
		return Outcome{}, err
	}
	out.Set, out.Asked = set, set.Questions[no-1]
	if out.Asked.Skipped {
		return out, nil
	}
	hidden, err := s.withheld(ctx, out.Asked.ID) // a resend may come when a contest has begun
	if out.Withheld = hidden[out.Asked.ID]; err != nil || out.Withheld {
		return out, err
	}
	out.Question, err = s.banks.FindVersion(ctx, out.Asked.ID, out.Asked.Version)
	if fault.Is(err, fault.NotFound) { // removed since it was answered
		out.Question, err = questionbank.Question{}, nil
	}
	return out, err
}

// takes tells why a set takes no answer to a question.
func (s *Set) takes(no int) error {
	switch {
	case s.State == Finished:
		return fault.New(fault.Conflict, "study.finished")
	case s.State == Stopped:
		return fault.New(fault.Conflict, "study.stopped")
	case no != s.Current():
		return fault.New(fault.Conflict, "study.not_current")
	}
	return nil
}

// Hint gives the source passage of the question that is to be answered in a daily set.
func (s *Store) Hint(ctx context.Context, now time.Time, personID, id string, no int) (source string, err error) {
	_, err = s.change(ctx, now, personID, id, func(set *Set, rules Settings) error {
		if no < 1 || no > len(set.Questions) || set.Mode == Challenge {
			return fault.New(fault.Conflict, "study.no_hint")
		}
		if err := set.takes(no); err != nil {
			return err
		}
		q, usable, err := s.usable(ctx, set, rules, set.Questions[no-1])
		if err != nil {
			return err
		}
		if !usable || q.Source == "" {
			return fault.New(fault.Conflict, "study.no_hint")
		}
		set.Questions[no-1].Hinted, source = true, q.Source
		return nil
	})
	return source, err
}

// Revive lets a challenge go on after its first mistake, once. One that goes on already is no error.
func (s *Store) Revive(ctx context.Context, now time.Time, personID, id string) (Set, *questionbank.Question, error) {
	var next *questionbank.Question
	set, err := s.change(ctx, now, personID, id, func(set *Set, rules Settings) (err error) {
		switch {
		case set.State == Open && set.Revived:
		case set.CanRevive() && rules.Revive:
			set.State, set.Revived = Open, true
		default:
			return fault.New(fault.Conflict, "study.no_revive")
		}
		next, err = s.settle(ctx, now, set, rules)
		return err
	})
	return set, next, err
}

// Finish ends a set; one that has ended is no error.
func (s *Store) Finish(ctx context.Context, now time.Time, personID, id string) (Set, error) {
	return s.change(ctx, now, personID, id, func(set *Set, _ Settings) error {
		set.State = Finished
		return nil
	})
}

// usable loads a question of a set and tells whether it may be asked: it is still there, its bank is still open, and no
// contest that is not finished has it. What comes back among somebody's mistakes they have seen before, so its bank may
// be closed by now.
func (s *Store) usable(ctx context.Context, set *Set, rules Settings, q Asked) (questionbank.Question, bool, error) {
	out, err := s.withheld(ctx, q.ID)
	if err != nil || out[q.ID] {
		return questionbank.Question{}, false, err
	}
	if set.Mode != Mistakes {
		var bank string
		err := s.db.Get(ctx, &bank, `SELECT bank_id FROM questions WHERE id = $1`, q.ID)
		if errors.Is(err, sqldb.ErrNoRow) {
			return questionbank.Question{}, false, nil
		}
		if err != nil || !slices.Contains(rules.open(set.PersonID == ""), bank) {
			return questionbank.Question{}, false, wrap("find bank of question", err)
		}
	}
	found, err := s.banks.FindVersion(ctx, q.ID, q.Version)
	if fault.Is(err, fault.NotFound) {
		return found, false, nil
	}
	return found, err == nil, err
}

// settle finds the question that is to be answered: it passes over what cannot be asked any more, draws more for a
// challenge, and finishes a set in which nothing is left.
func (s *Store) settle(ctx context.Context, now time.Time, set *Set, rules Settings) (*questionbank.Question, error) {
	for set.State == Open {
		no := set.Current()
		if no == 0 {
			more, err := s.more(ctx, now, set, rules)
			if err != nil {
				return nil, err
			}
			if set.Questions = append(set.Questions, more...); len(more) == 0 {
				set.State = Finished
			}
			continue
		}
		q, usable, err := s.usable(ctx, set, rules, set.Questions[no-1])
		if err != nil {
			return nil, err
		}
		if usable {
			return &q, nil
		}
		set.skip()
	}
	return nil, nil
}

// more draws what comes next in a challenge.
func (s *Store) more(ctx context.Context, now time.Time, set *Set, rules Settings) ([]Asked, error) {
	if set.Mode != Challenge || len(set.Questions) >= maxChallenge {
		return nil, nil
	}
	return s.draw(ctx, now, set.PersonID, Wanted{Mode: set.Mode}, challengeStep, rules.open(set.PersonID == ""), set)
}

// change applies what do does to a set and stores what came of it. It is done again when another call changed the set
// meanwhile; do sees the set anew each time.
func (s *Store) change(ctx context.Context, now time.Time, personID, id string, do func(set *Set, rules Settings) error) (Set, error) {
	rules, err := s.FindSettings(ctx)
	if err != nil {
		return Set{}, err
	}
	for range maxTries {
		before, err := s.Find(ctx, personID, id)
		if err != nil {
			return Set{}, err
		}
		after := before
		after.Questions = slices.Clone(before.Questions)
		if err := do(&after, rules.Settings); err != nil {
			return Set{}, err
		}
		if !differ(before, after) {
			return after, nil
		}
		err = s.save(ctx, now, rules.Settings, before, &after)
		if !errors.Is(err, errMoved) {
			return after, wrap("save set "+id, err)
		}
	}
	return Set{}, fault.New(fault.Unavailable, "storage.unavailable")
}

// differ tells whether a set changed: questions are only ever added and marked.
func differ(a, b Set) bool {
	if a.State != b.State || a.Revived != b.Revived || len(a.Questions) != len(b.Questions) {
		return true
	}
	for i := range a.Questions {
		if a.Questions[i].Done != b.Questions[i].Done || a.Questions[i].Hinted != b.Questions[i].Hinted {
			return true
		}
	}
	return false
}

// save stores a set with everything that follows from the step from before to after: points, counts, mistakes.
func (s *Store) save(ctx context.Context, now time.Time, rules Settings, before Set, after *Set) error {
	if after.State == Finished && before.State != Finished {
		after.FinishedAt = sqldb.MillisOf(now).Time()
	}
	return s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		after.Points = before.Points // when it is tried again
		if after.PersonID != "" {
			if err := reckon(ctx, tx, now, rules, before, after); err != nil {
				return err
			}
		}
		var finished sqldb.Millis
		if !after.FinishedAt.IsZero() {
			finished = sqldb.MillisOf(after.FinishedAt)
		} else {
			finished = sqldb.MillisOf(time.UnixMilli(0))
		}
		res, err := tx.ExecContext(ctx, `UPDATE study_sets SET state = $3, questions = $4, correct = $5, wrong = $6, points = $7, revived = $8,
			version = version + 1, touched_at = $9, finished_at = $10 WHERE id = $1 AND version = $2`, after.ID, before.version, after.State,
			sqldb.JSON[[]Asked]{V: after.Questions}, after.Correct, after.Wrong, after.Points, after.Revived, sqldb.MillisOf(now), finished)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(errMoved, err)
		}
		return nil
	})
}

// wrap gives database trouble its code; a fault passes as it is.
func wrap(what string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if sqldb.IsUnavailable(err) {
		return fault.Wrap(fault.Unavailable, "storage.unavailable", fmt.Errorf("%s: %w", what, err))
	}
	return fmt.Errorf("%s: %w", what, err)
}

// kioskFor is how long a kiosk's set is kept, and keepFor a person's, for its review.
const (
	kioskFor = 24 * time.Hour
	keepFor  = 180 * 24 * time.Hour
)

// Sweep deletes kiosks' sets of yesterday, and people's sets that are half a year old; points stay.
func (s *Store) Sweep(ctx context.Context, now time.Time) (int64, error) {
	n, err := s.db.Exec(ctx, `DELETE FROM study_sets WHERE touched_at < $1 OR person_id IS NULL AND touched_at < $2`,
		sqldb.MillisOf(now.Add(-keepFor)), sqldb.MillisOf(now.Add(-kioskFor)))
	if err != nil {
		return 0, wrap("sweep sets", err)
	}
	return n, nil
}
