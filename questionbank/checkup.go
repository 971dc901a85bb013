package questionbank

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/sqldb"
)

// CheckupState says how far a look at a bank is.
type CheckupState string

// The states of a checkup.
const (
	CheckupRunning CheckupState = "running"
	CheckupDone    CheckupState = "done"
	CheckupFailed  CheckupState = "failed"
)

// Checkup is the latest look at a bank (题库体检).
type Checkup struct {
	BankID     string                    `db:"bank_id"`
	ID         string                    `db:"id"`
	State      CheckupState              `db:"state"`
	Progress   int                       `db:"progress"` // percent
	Revision   string                    `db:"revision"` // of the bank when it was looked at
	Questions  int                       `db:"questions"`
	Cut        sqldb.JSON[[]string]      `db:"cut"`   // kinds of which not all findings were kept
	Fault      string                    `db:"fault"` // key, when it failed
	StaffName  string                    `db:"staff_name"`
	StartedAt  sqldb.Millis              `db:"started_at"`
	AliveAt    sqldb.Millis              `db:"alive_at"`
	EndedAt    *sqldb.Millis             `db:"ended_at"`
	Severities map[string]string         `db:"-"` // kind → the highest severity of its findings
	Counts     map[string]map[string]int `db:"-"` // kind → state of finding → how many
}

// FindingState says what staff did about a finding.
type FindingState string

// The states of a finding.
const (
	FindingOpen      FindingState = "open"
	FindingMended    FindingState = "mended"
	FindingDismissed FindingState = "dismissed"
)

// Finding is one finding of a checkup; its data is the doctor's, as JSON.
type Finding struct {
	No       int          `db:"no"` // from 1, in the order in which they are told
	Kind     string       `db:"kind"`
	Severity string       `db:"severity"`
	State    FindingState `db:"state"`
	Key      string       `db:"key"` // the same as long as the questions say the same
	Data     string       `db:"data"`
	ChangeID string       `db:"change_id"` // of the mend
}

// silence is after how long without a sign of life a running checkup counts as broken off.
const silence = 20 * time.Second

const checkupColumns = `bank_id, id, state, progress, revision, questions, cut, fault, staff_name, started_at, alive_at, ended_at`

// Revision changes whenever a question of the bank does.
func (s *Store) Revision(ctx context.Context, bankID string) (string, error) {
	var r struct {
		N    int64  `db:"n"`
		Last *int64 `db:"last"`
	}
	if err := s.db.Get(ctx, &r, `SELECT COUNT(*) AS n, MAX(updated_at) AS last FROM questions
		WHERE bank_id = $1 AND (deleted_at IS NULL OR deleted_at > 0)`, bankID); err != nil {
		return "", fmt.Errorf("revision of bank %s: %w", bankID, err)
	}
	if r.Last == nil {
		return "0", nil
	}
	return fmt.Sprintf("%d-%d", r.N, *r.Last), nil
}

// StartCheckup notes that a bank is being looked at. One that runs already, in whichever process, is a conflict
// checkup.running.
func (s *Store) StartCheckup(ctx context.Context, now time.Time, bankID, by string) (Checkup, error) {
	revision, err := s.Revision(ctx, bankID)
	if err != nil {
		return Checkup{}, err
	}
	c := Checkup{BankID: bankID, ID: uuid.Must(uuid.NewV7()).String(), State: CheckupRunning, Revision: revision, StaffName: by,
		StartedAt: sqldb.MillisOf(now), AliveAt: sqldb.MillisOf(now), Cut: list(nil)}
	n, err := s.db.Exec(ctx, `INSERT INTO checkups (`+checkupColumns+`) VALUES ($1, $2, 'running', 0, $3, 0, '[]', '', $4, $5, $5, NULL)
		ON CONFLICT (bank_id) DO UPDATE SET id = excluded.id, state = 'running', progress = 0, revision = excluded.revision, fault = '',
			staff_name = excluded.staff_name, started_at = excluded.started_at, alive_at = excluded.alive_at, ended_at = NULL
		WHERE checkups.state <> 'running' OR checkups.alive_at < $6`, bankID, c.ID, revision, by, c.StartedAt, sqldb.MillisOf(now.Add(-silence)))
	if err != nil {
		return Checkup{}, fmt.Errorf("start checkup of %s: %w", bankID, err)
	}
	if n == 0 {
		return Checkup{}, fault.New(fault.Conflict, "checkup.running")
	}
	return c, nil
}

// BeatCheckup says that a checkup is alive and how far it is, in percent.
func (s *Store) BeatCheckup(ctx context.Context, now time.Time, id string, progress int) error {
	if _, err := s.db.Exec(ctx, `UPDATE checkups SET progress = $2, alive_at = $3 WHERE id = $1 AND state = 'running'`, id, progress, sqldb.MillisOf(now)); err != nil {
		return fmt.Errorf("beat checkup: %w", err)
	}
	return nil
}

// FailCheckup notes why a checkup ended without a result; the findings of the one before stay.
func (s *Store) FailCheckup(ctx context.Context, now time.Time, id, faultKey string) error {
	if _, err := s.db.Exec(ctx, `UPDATE checkups SET state = 'failed', fault = $2, ended_at = $3 WHERE id = $1`, id, faultKey, sqldb.MillisOf(now)); err != nil {
		return fmt.Errorf("fail checkup: %w", err)
	}
	return nil
}

// FinishCheckup stores what a checkup found in place of what the one before had found. Findings whose key was dismissed
// are dismissed again. It does nothing when another checkup has been started in the meantime.
func (s *Store) FinishCheckup(ctx context.Context, now time.Time, c Checkup, findings []Finding) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		res, err := tx.ExecContext(ctx, `UPDATE checkups SET state = 'done', progress = 100, questions = $3, cut = $4, ended_at = $5 WHERE bank_id = $1 AND id = $2`,
			c.BankID, c.ID, c.Questions, c.Cut, sqldb.MillisOf(now))
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return err
		}
		var keys []string
		if err := tx.SelectContext(ctx, &keys, `SELECT key FROM checkup_dismissals WHERE bank_id = $1`, c.BankID); err != nil {
			return err
		}
		dismissed := make(map[string]bool, len(keys))
		for _, k := range keys {
			dismissed[k] = true
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM checkup_findings WHERE bank_id = $1`, c.BankID); err != nil {
			return err
		}
		insert, err := tx.PreparexContext(ctx, `INSERT INTO checkup_findings (bank_id, no, kind, severity, state, key, data, change_id) VALUES ($1, $2, $3, $4, $5, $6, $7, '')`)
		if err != nil {
			return err
		}
		defer insert.Close()
		for i, f := range findings {
			state := FindingOpen
			if dismissed[f.Key] {
				state = FindingDismissed
			}
			if _, err := insert.ExecContext(ctx, c.BankID, i+1, f.Kind, f.Severity, state, f.Key, f.Data); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("finish checkup of %s: %w", c.BankID, err)
	}
	return nil
}

// FindCheckup gives the latest checkup of a bank with its counts; ok is false when there was none. One that has shown no
// sign of life for a while is told as failed.
func (s *Store) FindCheckup(ctx context.Context, now time.Time, bankID string) (c Checkup, ok bool, err error) {
	err = s.db.Get(ctx, &c, `SELECT `+checkupColumns+` FROM checkups WHERE bank_id = $1`, bankID)
	if errors.Is(err, sqldb.ErrNoRow) {
		return c, false, nil
	}
	if err != nil {
		return c, false, fmt.Errorf("find checkup of %s: %w", bankID, err)
	}
	if c.State == CheckupRunning && c.AliveAt.Time().Before(now.Add(-silence)) {
		c.State, c.Fault = CheckupFailed, "checkup.broken_off"
	}
	var rows []struct {
		Kind     string `db:"kind"`
		State    string `db:"state"`
		Severity string `db:"severity"`
		N        int    `db:"n"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT kind, state, severity, COUNT(*) AS n FROM checkup_findings WHERE bank_id = $1 GROUP BY kind, state, severity
		ORDER BY CASE severity WHEN 'hint' THEN 0 WHEN 'warning' THEN 1 ELSE 2 END`, bankID); err != nil {
		return c, false, fmt.Errorf("count findings of %s: %w", bankID, err)
	}
	c.Counts, c.Severities = map[string]map[string]int{}, map[string]string{}
	for _, r := range rows {
		if c.Counts[r.Kind] == nil {
			c.Counts[r.Kind] = map[string]int{}
		}
		c.Counts[r.Kind][r.State] += r.N
		c.Severities[r.Kind] = r.Severity
	}
	return c, true, nil
}

const findingColumns = `no, kind, severity, state, key, data, change_id`

// ListFindings gives findings of a bank's checkup after number `after`, at most limit; kind and state "" mean all.
func (s *Store) ListFindings(ctx context.Context, bankID, kind, state string, after, limit int) ([]Finding, error) {
	out := []Finding{}
	if err := s.db.Select(ctx, &out, `SELECT `+findingColumns+` FROM checkup_findings WHERE bank_id = $1 AND no > $2
		AND ($3 = '' OR kind = $3) AND ($4 = '' OR state = $4) ORDER BY no LIMIT $5`, bankID, after, kind, state, limit); err != nil {
		return nil, fmt.Errorf("findings of %s: %w", bankID, err)
	}
	return out, nil
}

// FindFinding gives one finding, or not_found finding.missing.
func (s *Store) FindFinding(ctx context.Context, bankID string, no int) (Finding, error) {
	var f Finding
	err := s.db.Get(ctx, &f, `SELECT `+findingColumns+` FROM checkup_findings WHERE bank_id = $1 AND no = $2`, bankID, no)
	if errors.Is(err, sqldb.ErrNoRow) {
		return f, fault.New(fault.NotFound, "finding.missing")
	}
	if err != nil {
		return f, fmt.Errorf("finding %d of %s: %w", no, bankID, err)
	}
	return f, nil
}

// DismissFinding remembers that staff do not want to see a finding again, or with `again` that they do.
func (s *Store) DismissFinding(ctx context.Context, now time.Time, bankID string, f Finding, by string, again bool) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		state := FindingDismissed
		if again {
			state = FindingOpen
		}
		// By its key too: another checkup may have numbered the findings anew.
		res, err := tx.ExecContext(ctx, `UPDATE checkup_findings SET state = $4 WHERE bank_id = $1 AND no = $2 AND key = $3 AND state <> 'mended'`, bankID, f.No, f.Key, state)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, fault.New(fault.Conflict, "finding.changed"))
		}
		if again {
			_, err = tx.ExecContext(ctx, `DELETE FROM checkup_dismissals WHERE bank_id = $1 AND key = $2`, bankID, f.Key)
			return err
		}
		_, err = tx.ExecContext(ctx, `INSERT INTO checkup_dismissals (bank_id, key, dismissed_by, dismissed_at) VALUES ($1, $2, $3, $4)
			ON CONFLICT (bank_id, key) DO NOTHING`, bankID, f.Key, by, sqldb.MillisOf(now))
		return err
	})
	return wrapUnlessFault("dismiss finding of "+bankID, err)
}

// MendFinding makes the bulks that mend a finding and marks it as mended; nothing to change is a conflict
// finding.nothing, a finding that was mended in the meantime finding.changed. A checkup that was up to date before is so
// afterwards: what was mended on its word does not make it old.
func (s *Store) MendFinding(ctx context.Context, now time.Time, bankID string, f Finding, bulks []Bulk, by string) (Change, error) {
	before, err := s.Revision(ctx, bankID)
	if err != nil {
		return Change{}, err
	}
	change, err := s.change(ctx, now, bankID, bulks, by, func(tx *sqlx.Tx, c Change) error {
		if c.Changed == 0 {
			return fault.New(fault.Conflict, "finding.nothing")
		}
		res, err := tx.ExecContext(ctx, `UPDATE checkup_findings SET state = 'mended', change_id = $4 WHERE bank_id = $1 AND no = $2 AND key = $3 AND state <> 'mended'`,
			bankID, f.No, f.Key, c.ID)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, fault.New(fault.Conflict, "finding.changed"))
		}
		return nil
	})
	if err != nil {
		return Change{}, err
	}
	return change, s.followRevision(ctx, bankID, before)
}

// followRevision keeps a checkup of this revision up to date after a change that it knows of.
func (s *Store) followRevision(ctx context.Context, bankID, before string) error {
	after, err := s.Revision(ctx, bankID)
	if err != nil {
		return err
	}
	if _, err := s.db.Exec(ctx, `UPDATE checkups SET revision = $3 WHERE bank_id = $1 AND revision = $2 AND state = 'done'`, bankID, before, after); err != nil {
		return fmt.Errorf("follow revision of %s: %w", bankID, err)
	}
	return nil
}

// CheckupItem is a question with what a checkup needs to know besides.
type CheckupItem struct {
	Entry
	Counts map[string]int // letter → entrants who chose it, with the options as they stand now
}

// CheckupItems gives every question of a bank that is neither in the bin nor retired, oldest first.
func (s *Store) CheckupItems(ctx context.Context, bankID string) ([]CheckupItem, error) {
	var rows []questionRow
	if err := s.db.Select(ctx, &rows, `SELECT `+questionColumns+` FROM questions WHERE bank_id = $1 AND deleted_at IS NULL AND retired = FALSE ORDER BY id`, bankID); err != nil {
		return nil, fmt.Errorf("questions of bank %s: %w", bankID, err)
	}
	var stats []struct {
		ID     string                     `db:"question_id"`
		Counts sqldb.JSON[map[string]int] `db:"counts"`
		Played sqldb.JSON[Question]       `db:"snapshot"`
	}
	if err := s.db.Select(ctx, &stats, `SELECT t.question_id, t.counts, u.snapshot FROM question_stats t JOIN questions q ON q.id = t.question_id
		JOIN round_questions u ON u.round_id = t.round_id AND u.question_no = t.question_no
		WHERE q.bank_id = $1 AND q.deleted_at IS NULL AND t.version >= q.meant_since`, bankID); err != nil {
		return nil, fmt.Errorf("answers to questions of bank %s: %w", bankID, err)
	}
	at := make(map[string]int, len(rows))
	for i, r := range rows {
		at[r.ID] = i
	}
	counts := map[string]map[string]int{}
	for _, st := range stats {
		i, ok := at[st.ID]
		if !ok {
			continue
		}
		if counts[st.ID] == nil {
			counts[st.ID] = map[string]int{}
		}
		for letter, n := range lettersNow(st.Counts.V, st.Played.V.Options, rows[i].Options.V) {
			counts[st.ID][letter] += n
		}
	}
	out := make([]CheckupItem, len(rows))
	for i, r := range rows {
		out[i] = CheckupItem{Entry: r.entry(), Counts: counts[r.ID]}
	}
	return out, nil
}

// lettersNow gives counts by the letters that the options have now: they may have changed places since.
func lettersNow(counts map[string]int, then, now []string) map[string]int {
	out := map[string]int{}
	for letter, n := range counts {
		if len(letter) != 1 || int(letter[0]-'A') >= len(then) || letter[0] < 'A' {
			continue // right and wrong of a fill
		}
		text := Normal(then[letter[0]-'A'])
		if i := slices.IndexFunc(now, func(o string) bool { return Normal(o) == text }); i >= 0 {
			out[Letter(i)] += n
		}
	}
	return out
}

// EntriesOf gives the questions of a bank with these ids, in their order; those that are gone, or in another bank by now,
// are left out.
func (s *Store) EntriesOf(ctx context.Context, bankID string, ids []string) ([]Entry, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	query, args, err := sqlx.In(`SELECT `+questionColumns+` FROM questions WHERE bank_id = ? AND id IN (?)`, bankID, ids)
	if err != nil {
		return nil, err
	}
	var rows []questionRow
	if err := s.db.Select(ctx, &rows, sqlx.Rebind(sqlx.DOLLAR, query), args...); err != nil {
		return nil, fmt.Errorf("find questions: %w", err)
	}
	at := make(map[string]Entry, len(rows))
	for _, r := range rows {
		at[r.ID] = r.entry()
	}
	out := make([]Entry, 0, len(ids))
	for _, id := range ids {
		if e, ok := at[id]; ok {
			out = append(out, e)
		}
	}
	return out, nil
}
