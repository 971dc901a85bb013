package integrity

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/quiz/paper"
	"leitai/sqldb"
)

// Papers is where contests come from: paper.Store.
type Papers interface {
	Find(ctx context.Context, id string) (*paper.Contest, error)
}

// Store keeps looks and their findings in the database.
type Store struct {
	db     *sqldb.DB
	papers Papers
	rest   func(ctx context.Context, worked time.Duration) // between chunks
}

// NewStore returns a store over db.
func NewStore(db *sqldb.DB, papers Papers) *Store { return &Store{db: db, papers: papers, rest: rest} }

// Paced returns the store with another way of resting between two chunks of a look; nil does not rest.
func (s *Store) Paced(rest func(ctx context.Context, worked time.Duration)) *Store {
	s.rest = rest
	return s
}

// rest leaves half of the time to those who answer meanwhile.
func rest(ctx context.Context, worked time.Duration) {
	select {
	case <-ctx.Done():
	case <-time.After(min(worked, time.Second)):
	}
}

// LookState says how far a look is.
type LookState string

// The states of a look.
const (
	None    LookState = "none"
	Running LookState = "running"
	Done    LookState = "done"
	Failed  LookState = "failed"
)

// Look is the latest look through a contest.
type Look struct {
	State     LookState
	Settings  Settings
	Attempts  int // looked at so far
	StartedAt time.Time
	EndedAt   time.Time // zero while it runs
}

// stale is after how long without a sign of life a look is taken for one that was killed.
const stale = 2 * time.Minute

// FindLook gives the latest look of a contest; None, with the defaults, when there was none.
func (s *Store) FindLook(ctx context.Context, now time.Time, contestID string) (Look, error) {
	var r struct {
		State     LookState            `db:"state"`
		Settings  sqldb.JSON[Settings] `db:"settings"`
		Attempts  int                  `db:"attempts"`
		StartedAt sqldb.Millis         `db:"started_at"`
		BeatAt    sqldb.Millis         `db:"beat_at"`
		EndedAt   int64                `db:"ended_at"`
	}
	err := s.db.Get(ctx, &r, `SELECT state, settings, attempts, started_at, beat_at, ended_at FROM integrity_looks WHERE contest_id = $1`, contestID)
	if errors.Is(err, sqldb.ErrNoRow) {
		return Look{State: None, Settings: DefaultSettings()}, nil
	}
	if err != nil {
		return Look{}, wrap("find look", err)
	}
	l := Look{State: r.State, Settings: r.Settings.V, Attempts: r.Attempts, StartedAt: r.StartedAt.Time()}
	if r.EndedAt > 0 {
		l.EndedAt = time.UnixMilli(r.EndedAt).UTC()
	}
	if l.State == Running && now.Sub(r.BeatAt.Time()) > stale {
		l.State = Failed
	}
	return l, nil
}

// StartLook notes that a look begins; one that runs is a conflict "integrity.running". Run does it.
func (s *Store) StartLook(ctx context.Context, now time.Time, contestID string, with Settings) error {
	if err := with.Validate(); err != nil {
		return err
	}
	n, err := s.db.Exec(ctx, `INSERT INTO integrity_looks (contest_id, state, settings, attempts, started_at, beat_at, ended_at) VALUES ($1, 'running', $2, 0, $3, $3, 0)
		ON CONFLICT (contest_id) DO UPDATE SET state = 'running', settings = excluded.settings, attempts = 0, started_at = excluded.started_at, beat_at = excluded.beat_at, ended_at = 0
		WHERE integrity_looks.state <> 'running' OR integrity_looks.beat_at < $4`, contestID, sqldb.JSON[Settings]{V: with}, sqldb.MillisOf(now), sqldb.MillisOf(now.Add(-stale)))
	if err != nil {
		return wrap("start look", err)
	}
	if n == 0 {
		return fault.New(fault.Conflict, "integrity.running")
	}
	return nil
}

// beat notes that a look is alive and how far it is.
func (s *Store) beat(ctx context.Context, contestID string, attempts int) error {
	if _, err := s.db.Exec(ctx, `UPDATE integrity_looks SET beat_at = $2, attempts = $3 WHERE contest_id = $1`, contestID, sqldb.MillisOf(time.Now()), attempts); err != nil {
		return wrap("note look", err)
	}
	return nil
}

// FailLook notes that a look came to nothing.
func (s *Store) FailLook(ctx context.Context, now time.Time, contestID string) error {
	if _, err := s.db.Exec(ctx, `UPDATE integrity_looks SET state = 'failed', ended_at = $2 WHERE contest_id = $1`, contestID, sqldb.MillisOf(now)); err != nil {
		return wrap("fail look", err)
	}
	return nil
}

// finish stores what a look has found. A finding that was there keeps what staff made of it; one that is not found any
// more goes, unless staff have worked on it.
func (s *Store) finish(ctx context.Context, now time.Time, contestID string, attempts int, found []Finding) error {
	at := sqldb.MillisOf(now)
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, `DELETE FROM integrity_findings WHERE contest_id = $1 AND state = 'open'`, contestID); err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `UPDATE integrity_findings SET gone = TRUE WHERE contest_id = $1`, contestID); err != nil {
			return err
		}
		for _, f := range found {
			if _, err := tx.ExecContext(ctx, `INSERT INTO integrity_findings (contest_id, key, kind, strength, evidence, state, note, changed_by, changed_at, found_at, gone)
				VALUES ($1, $2, $3, $4, $5, 'open', '', '', 0, $6, FALSE)
				ON CONFLICT (contest_id, key) DO UPDATE SET strength = excluded.strength, evidence = excluded.evidence, found_at = excluded.found_at, gone = FALSE`,
				contestID, f.Key, f.Kind, f.Strength, sqldb.JSON[Evidence]{V: f.Evidence}, at); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `UPDATE integrity_looks SET state = 'done', attempts = $3, ended_at = $2 WHERE contest_id = $1`, contestID, at, attempts)
		return err
	})
	return wrap("store findings", err)
}

type findingRow struct {
	Key       string               `db:"key"`
	Kind      Kind                 `db:"kind"`
	Strength  int                  `db:"strength"`
	Evidence  sqldb.JSON[Evidence] `db:"evidence"`
	State     State                `db:"state"`
	Note      string               `db:"note"`
	ChangedBy string               `db:"changed_by"`
	ChangedAt sqldb.Millis         `db:"changed_at"`
	FoundAt   sqldb.Millis         `db:"found_at"`
	Gone      bool                 `db:"gone"`
}

func (r findingRow) finding() Finding {
	f := Finding{Key: r.Key, Kind: r.Kind, Strength: r.Strength, Evidence: r.Evidence.V, State: r.State, Note: r.Note, ChangedBy: r.ChangedBy, FoundAt: r.FoundAt.Time(), Gone: r.Gone}
	if r.State != Open {
		f.ChangedAt = r.ChangedAt.Time()
	}
	return f
}

const findingColumns = `key, kind, strength, evidence, state, note, changed_by, changed_at, found_at, gone`

// maxListed bounds a list of findings.
const maxListed = 500

// ListFindings gives the findings of a contest, the strongest first: of one kind and state, or of all when they are "".
func (s *Store) ListFindings(ctx context.Context, contestID string, kind Kind, state State) ([]Finding, error) {
	var rows []findingRow
	if err := s.db.Select(ctx, &rows, `SELECT `+findingColumns+` FROM integrity_findings WHERE contest_id = $1 AND ($2 = '' OR kind = $2) AND ($3 = '' OR state = $3)
		ORDER BY strength DESC, key LIMIT $4`, contestID, string(kind), string(state), maxListed); err != nil {
		return nil, wrap("list findings", err)
	}
	out := make([]Finding, len(rows))
	for i, r := range rows {
		out[i] = r.finding()
	}
	return out, nil
}

// CountFindings counts by kind and state.
func (s *Store) CountFindings(ctx context.Context, contestID string) (map[Kind]map[State]int, error) {
	var rows []struct {
		Kind  Kind  `db:"kind"`
		State State `db:"state"`
		N     int   `db:"n"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT kind, state, COUNT(*) AS n FROM integrity_findings WHERE contest_id = $1 GROUP BY kind, state`, contestID); err != nil {
		return nil, wrap("count findings", err)
	}
	out := map[Kind]map[State]int{}
	for _, r := range rows {
		if out[r.Kind] == nil {
			out[r.Kind] = map[State]int{}
		}
		out[r.Kind][r.State] = r.N
	}
	return out, nil
}

// FindFinding gives one finding, or not_found "finding.missing".
func (s *Store) FindFinding(ctx context.Context, contestID, key string) (Finding, error) {
	var r findingRow
	err := s.db.Get(ctx, &r, `SELECT `+findingColumns+` FROM integrity_findings WHERE contest_id = $1 AND key = $2`, contestID, key)
	if errors.Is(err, sqldb.ErrNoRow) {
		return Finding{}, fault.New(fault.NotFound, "finding.missing")
	}
	if err != nil {
		return Finding{}, wrap("find finding", err)
	}
	return r.finding(), nil
}

// MaxNote bounds a note, in characters.
const MaxNote = 500

// SetState notes what staff made of a finding; by is shown. Whatever is decided needs a note, and opening it again does not.
func (s *Store) SetState(ctx context.Context, now time.Time, contestID, key string, state State, note, by string) error {
	note = strings.TrimSpace(note)
	if state != Open && note == "" {
		return fault.Field("note", "value.required")
	}
	if len([]rune(note)) > MaxNote {
		return fault.Field("note", "value.long")
	}
	n, err := s.db.Exec(ctx, `UPDATE integrity_findings SET state = $3, note = $4, changed_by = $5, changed_at = $6 WHERE contest_id = $1 AND key = $2`,
		contestID, key, state, note, by, sqldb.MillisOf(now))
	if err != nil {
		return wrap("change finding", err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "finding.missing")
	}
	return nil
}

// Sitting is an attempt as evidence shows it.
type Sitting struct {
	ID         string `db:"id"`
	EntrantID  string `db:"entrant_id"`
	Name       string `db:"name"`
	Team       string `db:"team"`
	No         int    `db:"no"`
	State      string `db:"state"`
	StartedMS  int64  `db:"started_at"`
	HandedInMS int64  `db:"handed_in_at"`
	Points     int    `db:"points"`
	Correct    int    `db:"correct"`
	TimeMS     int64  `db:"time_ms"`
}

// Sittings gives attempts of a contest by id, with the names of now.
func (s *Store) Sittings(ctx context.Context, contestID string, ids []string) (map[string]Sitting, error) {
	out := make(map[string]Sitting, len(ids))
	for len(ids) > 0 {
		part := ids[:min(len(ids), 500)]
		ids = ids[len(part):]
		marks, args := questionbank.Marks(2, part)
		var rows []Sitting
		if err := s.db.Select(ctx, &rows, `SELECT a.id, a.entrant_id, e.name, t.name AS team, a.no, a.state, a.started_at, a.handed_in_at, a.points, a.correct, a.time_ms
			FROM attempts a JOIN entrants e ON e.id = a.entrant_id JOIN teams t ON t.id = e.team_id WHERE a.contest_id = $1 AND a.id IN (`+marks+`)`,
			append([]any{contestID}, args...)...); err != nil {
			return nil, wrap("find attempts", err)
		}
		for _, r := range rows {
			out[r.ID] = r
		}
	}
	return out, nil
}

// wrap gives database trouble its code; a fault passes as it is.
func wrap(doing string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if sqldb.IsUnavailable(err) {
		return fault.Wrap(fault.Unavailable, "storage.unavailable", fmt.Errorf("%s: %w", doing, err))
	}
	return fmt.Errorf("%s: %w", doing, err)
}
