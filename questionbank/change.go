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

// Bulk is a change of many questions of one bank. What is nil or empty stays as it is.
type Bulk struct {
	IDs        []string
	Retired    *bool
	Deleted    *bool // into the bin, or out of it
	Category   *string
	Level      *int    // difficulty
	BankID     *string // move
	AddTags    []string
	RemoveTags []string
	Source     *string
	Rewrite    func(Question) Question // gives the question anew; nil leaves it
}

// MaxBulk is how many questions one Bulk of a person may name.
const MaxBulk = 1000

// Change is what became of a Bulk; by its id it can be taken back.
type Change struct {
	ID      string // "" when nothing was changed
	Changed int
}

// asBefore is a question as it was before a change.
type asBefore struct {
	Question Question `json:"question"`
	BankID   string   `json:"bank_id"`
	Retired  bool     `json:"retired"`
	Deleted  int64    `json:"deleted"` // Unix milliseconds, 0 when it was not in the bin
	Content  bool     `json:"content"` // the change made a new version
}

// keepChanges is for how long a change can be taken back.
const keepChanges = 90 * 24 * time.Hour

// ChangeQuestions makes a change to many questions of a bank in one transaction. Those that are in another bank are left
// alone, and so are tags where a question would have more than MaxTags.
func (s *Store) ChangeQuestions(ctx context.Context, now time.Time, bankID string, b Bulk, by string) (Change, error) {
	return s.change(ctx, now, bankID, []Bulk{b}, by, nil)
}

// change makes several bulks as one change; then, when it is not nil, runs in the same transaction.
func (s *Store) change(ctx context.Context, now time.Time, bankID string, bulks []Bulk, by string, then func(tx *sqlx.Tx, c Change) error) (Change, error) {
	var c Change
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		c = Change{}
		now, err := stampAfter(ctx, tx, bankID, now)
		if err != nil {
			return err
		}
		var before []asBefore
		for _, b := range bulks {
			for _, id := range b.IDs {
				was, changed, err := changeOne(ctx, tx, now, bankID, id, b, by)
				if err != nil {
					return err
				}
				if changed {
					before = append(before, was)
				}
			}
		}
		if c.Changed = len(before); c.Changed > 0 {
			c.ID = uuid.Must(uuid.NewV7()).String()
			if err := keepBefore(ctx, tx, now, c.ID, bankID, by, before); err != nil {
				return err
			}
		}
		if then != nil {
			return then(tx, c)
		}
		return nil
	})
	if err != nil {
		return Change{}, wrapUnlessFault("change questions of "+bankID, err)
	}
	return c, nil
}

// stampAfter gives the time that a change of a bank's questions carries: now, or just after the latest change where the
// clock of another process is ahead. So whoever remembers the latest change sees every later one.
func stampAfter(ctx context.Context, tx *sqlx.Tx, bankID string, now time.Time) (time.Time, error) {
	var last sqldb.Millis
	if err := tx.GetContext(ctx, &last, `SELECT COALESCE(MAX(updated_at), 0) FROM questions WHERE bank_id = $1`, bankID); err != nil {
		return now, err
	}
	if after := last.Time().Add(time.Millisecond); after.After(now) {
		return after, nil
	}
	return now, nil
}

func keepBefore(ctx context.Context, tx *sqlx.Tx, now time.Time, id, bankID, by string, before []asBefore) error {
	if _, err := tx.ExecContext(ctx, `DELETE FROM question_changes WHERE bank_id = $1 AND made_at < $2`, bankID,
		sqldb.MillisOf(now.Add(-keepChanges))); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO question_changes (id, bank_id, staff_name, made_at, undone_at, before) VALUES ($1, $2, $3, $4, NULL, $5)`,
		id, bankID, by, sqldb.MillisOf(now), sqldb.JSON[[]asBefore]{V: before})
	return err
}

func findRow(ctx context.Context, tx *sqlx.Tx, id, bankID string) (r questionRow, ok bool, err error) {
	err = tx.GetContext(ctx, &r, `SELECT `+questionColumns+` FROM questions WHERE id = $1 AND bank_id = $2`, id, bankID)
	if errors.Is(err, sqldb.ErrNoRow) {
		return r, false, nil
	}
	return r, err == nil, err
}

func changeOne(ctx context.Context, tx *sqlx.Tx, now time.Time, bankID, id string, b Bulk, by string) (before asBefore, changed bool, err error) {
	r, ok, err := findRow(ctx, tx, id, bankID)
	if err != nil || !ok {
		return before, false, err
	}
	before = asBefore{Question: r.question(), BankID: r.BankID, Retired: r.Retired}
	if r.DeletedAt != nil {
		before.Deleted = r.DeletedAt.Time().UnixMilli()
	}
	content := before.Question
	if b.Source != nil {
		content.Source = *b.Source
	}
	if b.Rewrite != nil {
		content = b.Rewrite(content)
	}
	if !sameContent(content, before.Question) {
		if err := content.Validate(); err != nil {
			return before, false, err
		}
		if err := saveVersion(ctx, tx, now, before.Question, content, by); err != nil {
			return before, false, err
		}
		before.Content = true
	}
	r.Category, r.Difficulty, r.Tags = content.Category, content.Difficulty, list(content.Tags)
	r.apply(now, b)
	if !before.Content && r.as(before) {
		return before, false, nil
	}
	back := b.Deleted != nil && !*b.Deleted || b.BankID != nil && *b.BankID != bankID
	if back && r.DeletedAt == nil {
		if err := notThereYet(ctx, tx, r.BankID, id, r.question()); err != nil {
			return before, false, err
		}
	}
	return before, true, r.save(ctx, tx, now)
}

// sameContent compares what makes a version of its own.
func sameContent(a, b Question) bool {
	return a.Type == b.Type && a.Stem == b.Stem && slices.Equal(a.Options, b.Options) && slices.Equal(a.Key, b.Key) &&
		a.Explanation == b.Explanation && a.Source == b.Source && slices.Equal(a.Media, b.Media)
}

// apply changes what does not make a version: labels and places.
func (r *questionRow) apply(now time.Time, b Bulk) {
	if b.Retired != nil {
		r.Retired = *b.Retired
	}
	if b.Category != nil {
		r.Category = *b.Category
	}
	if b.Level != nil {
		r.Difficulty = *b.Level
	}
	if b.BankID != nil {
		r.BankID = *b.BankID
	}
	if b.Deleted != nil {
		r.DeletedAt = nil
		if *b.Deleted {
			at := sqldb.MillisOf(now)
			r.DeletedAt = &at
		}
	}
	tags := slices.DeleteFunc(slices.Clone(r.Tags.V), func(t string) bool { return slices.Contains(b.RemoveTags, t) })
	for _, t := range b.AddTags {
		if !slices.Contains(tags, t) && len(tags) < MaxTags {
			tags = append(tags, t)
		}
	}
	r.Tags = list(tags)
}

// as tells that labels and places are what they were.
func (r *questionRow) as(was asBefore) bool {
	return r.BankID == was.BankID && r.Retired == was.Retired && (r.DeletedAt != nil) == (was.Deleted != 0) && r.Category == was.Question.Category &&
		r.Difficulty == was.Question.Difficulty && slices.Equal(r.Tags.V, was.Question.Tags)
}

func (r *questionRow) save(ctx context.Context, tx *sqlx.Tx, now time.Time) error {
	_, err := tx.ExecContext(ctx, `UPDATE questions SET retired = $2, category = $3, difficulty = $4, bank_id = $5, deleted_at = $6, updated_at = $7, tags = $8 WHERE id = $1`,
		r.ID, r.Retired, r.Category, r.Difficulty, r.BankID, r.DeletedAt, sqldb.MillisOf(now), r.Tags)
	return err
}

// Undone is what became of taking a change back.
type Undone struct {
	Restored int
	Left     int // were changed again by somebody, or the bank has the same question again
}

// UndoChange takes a change of a bank's questions back. Questions that were changed again since are left alone. A change
// that is gone is not_found change.missing, one that was taken back already a conflict change.undone.
func (s *Store) UndoChange(ctx context.Context, now time.Time, bankID, id, by string) (Undone, error) {
	revision, err := s.Revision(ctx, bankID)
	if err != nil {
		return Undone{}, err
	}
	var u Undone
	mend := false
	err = s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		u = Undone{}
		now, err := stampAfter(ctx, tx, bankID, now)
		if err != nil {
			return err
		}
		res, err := tx.ExecContext(ctx, `UPDATE question_changes SET undone_at = $3 WHERE id = $1 AND bank_id = $2 AND undone_at IS NULL`, id, bankID, sqldb.MillisOf(now))
		if err != nil {
			return err
		}
		var row struct {
			MadeAt sqldb.Millis           `db:"made_at"`
			Before sqldb.JSON[[]asBefore] `db:"before"`
		}
		err = tx.GetContext(ctx, &row, `SELECT made_at, before FROM question_changes WHERE id = $1 AND bank_id = $2`, id, bankID)
		if errors.Is(err, sqldb.ErrNoRow) {
			return fault.New(fault.NotFound, "change.missing")
		}
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, fault.New(fault.Conflict, "change.undone"))
		}
		for _, was := range slices.Backward(row.Before.V) {
			ok, err := restore(ctx, tx, now, row.MadeAt, was, by)
			if err != nil {
				return err
			}
			if ok {
				u.Restored++
			} else {
				u.Left++
			}
		}
		res, err = tx.ExecContext(ctx, `UPDATE checkup_findings SET state = 'open', change_id = '' WHERE bank_id = $1 AND change_id = $2`, bankID, id)
		if err != nil {
			return err
		}
		n, err := res.RowsAffected()
		mend = n > 0
		return err
	})
	if err != nil {
		return Undone{}, wrapUnlessFault("undo change "+id, err)
	}
	if mend { // the bank is again what the checkup saw
		return u, s.followRevision(ctx, bankID, revision)
	}
	return u, nil
}

// ChangedBanks gives the banks in which the questions of a change are by now; of a change that is gone, none.
func (s *Store) ChangedBanks(ctx context.Context, bankID, id string) ([]string, error) {
	var before sqldb.JSON[[]asBefore]
	err := s.db.Get(ctx, &before, `SELECT before FROM question_changes WHERE id = $1 AND bank_id = $2`, id, bankID)
	if errors.Is(err, sqldb.ErrNoRow) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("find change %s: %w", id, err)
	}
	var out []string
	for part := range slices.Chunk(before.V, 1000) {
		ids := make([]string, len(part))
		for i, was := range part {
			ids[i] = was.Question.ID
		}
		query, args, err := sqlx.In(`SELECT DISTINCT bank_id FROM questions WHERE id IN (?)`, ids)
		if err != nil {
			return nil, err
		}
		var banks []string
		if err := s.db.Select(ctx, &banks, sqlx.Rebind(sqlx.DOLLAR, query), args...); err != nil {
			return nil, fmt.Errorf("banks of change %s: %w", id, err)
		}
		for _, b := range banks {
			if !slices.Contains(out, b) {
				out = append(out, b)
			}
		}
	}
	return out, nil
}

// restore brings one question back to what it was, unless it was changed after the change that is taken back.
func restore(ctx context.Context, tx *sqlx.Tx, now time.Time, made sqldb.Millis, was asBefore, by string) (bool, error) {
	var r questionRow
	err := tx.GetContext(ctx, &r, `SELECT `+questionColumns+` FROM questions WHERE id = $1`, was.Question.ID)
	if errors.Is(err, sqldb.ErrNoRow) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if !r.UpdatedAt.Time().Equal(made.Time()) {
		return false, nil
	}
	if was.Deleted == 0 && (r.DeletedAt != nil || r.BankID != was.BankID || was.Content) {
		err := notThereYet(ctx, tx, was.BankID, r.ID, was.Question)
		if fault.Is(err, fault.Conflict) {
			return false, nil
		}
		if err != nil {
			return false, err
		}
	}
	if was.Content {
		q := was.Question
		q.Version = r.Version
		if err := saveVersion(ctx, tx, now, r.question(), q, by); err != nil {
			return false, err
		}
	}
	r.BankID, r.Retired, r.Category, r.Difficulty, r.Tags, r.DeletedAt = was.BankID, was.Retired, was.Question.Category, was.Question.Difficulty, list(was.Question.Tags), nil
	if was.Deleted != 0 {
		at := sqldb.MillisOf(time.UnixMilli(was.Deleted))
		r.DeletedAt = &at
	}
	if err := r.save(ctx, tx, now); err != nil {
		return false, err
	}
	return true, nil
}

// Tags gives the tags of a bank's questions with how many have each.
func (s *Store) Tags(ctx context.Context, bankID string) (map[string]int, error) {
	var rows []struct {
		Tags sqldb.JSON[[]string] `db:"tags"`
		N    int                  `db:"n"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT tags, COUNT(*) AS n FROM questions WHERE bank_id = $1 AND deleted_at IS NULL AND tags <> '[]' GROUP BY tags`, bankID); err != nil {
		return nil, fmt.Errorf("tags of bank %s: %w", bankID, err)
	}
	out := map[string]int{}
	for _, r := range rows {
		for _, t := range r.Tags.V {
			out[t] += r.N
		}
	}
	return out, nil
}
