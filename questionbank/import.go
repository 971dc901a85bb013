package questionbank

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/sqldb"
)

// ImportState says how far an uploaded file has come.
type ImportState string

// A file is a preview until its good rows are stored; the storing can be taken back.
const (
	ImportPreview ImportState = "preview"
	ImportStored  ImportState = "stored"
	ImportUndone  ImportState = "undone"
)

// Import is an uploaded file.
type Import struct {
	ID        string      `db:"id"`
	BankID    *string     `db:"bank_id"` // once stored
	FileName  string      `db:"file_name"`
	Format    string      `db:"format"`
	StaffID   string      `db:"staff_id"`
	StaffName string      `db:"staff_name"`
	State     ImportState `db:"state"`
	Notes     string      `db:"notes"` // JSON, about the whole file
	OK        int         `db:"ok"`
	Warnings  int         `db:"warnings"`
	Errors    int         `db:"errors"`
	Added     int         `db:"added"`
	Known     int         `db:"known"` // were in the bank already
	Work      string      `db:"work"`  // what is being done with it, "" when nothing is

	CreatedAt sqldb.Millis  `db:"created_at"`
	StoredAt  *sqldb.Millis `db:"stored_at"`

	Phase        ImportPhase  `db:"phase"`
	Fault        string       `db:"fault"`         // key of what the reading failed with
	Progress     int          `db:"progress"`      // rows read so far
	ProgressedAt sqldb.Millis `db:"progressed_at"` // when the reader was heard of last
}

// ImportRow is one row of an import; its data is the reader's, as JSON.
type ImportRow struct {
	No     int    `db:"no"` // from 1, in the order of the file
	Status string `db:"status"`
	Data   string `db:"data"`
	Codes  string `db:"codes"` // of its notes, with a space before and after each
}

// What is being done with an import at the moment (Import.Work), "" when nothing is.
const (
	WorkStoring  = "storing"  // questions are being written, out of sight
	WorkShowing  = "showing"  // they come in sight
	WorkHiding   = "hiding"   // they go out of sight again
	WorkRemoving = "removing" // they are removed
)

const importColumns = `id, bank_id, file_name, format, staff_id, staff_name, state, notes, ok, warnings, errors, added, known, created_at, stored_at,
	phase, fault, progress, progressed_at, work`

// CreateImport keeps a preview with all its rows. ID, State and CreatedAt are set.
func (s *Store) CreateImport(ctx context.Context, now time.Time, in *Import, rows []ImportRow) error {
	if err := s.BeginImport(ctx, now, in); err != nil {
		return err
	}
	if err := s.AddImportRows(ctx, in.ID, rows); err != nil {
		return err
	}
	return s.FinishImport(ctx, in)
}

// FindImport gives an import, or not_found import.missing.
func (s *Store) FindImport(ctx context.Context, id string) (Import, error) {
	var in Import
	err := s.db.Get(ctx, &in, `SELECT `+importColumns+` FROM imports WHERE id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return in, fault.New(fault.NotFound, "import.missing")
	}
	if err != nil {
		return in, fmt.Errorf("find import %s: %w", id, err)
	}
	return in, nil
}

// ListImports gives the latest imports of a member of staff ("" for everybody's), newest first, at most limit.
func (s *Store) ListImports(ctx context.Context, staffID string, limit int) ([]Import, error) {
	out := []Import{}
	if err := s.db.Select(ctx, &out, `SELECT `+importColumns+` FROM imports WHERE $1 = '' OR staff_id = $1
		ORDER BY created_at DESC, id DESC LIMIT $2`, staffID, limit); err != nil {
		return nil, fmt.Errorf("list imports: %w", err)
	}
	return out, nil
}

// RowFilter says which rows of an import to give. Zero values do not filter.
type RowFilter struct {
	Status string
	Code   string // of a note
}

// ImportRows gives rows of an import after number `after`, at most limit.
func (s *Store) ImportRows(ctx context.Context, id string, f RowFilter, after, limit int) ([]ImportRow, error) {
	out := []ImportRow{}
	code := ""
	if f.Code != "" {
		code = "% " + likeText.Replace(f.Code) + " %"
	}
	if err := s.db.Select(ctx, &out, `SELECT no, status, data, codes FROM import_rows
		WHERE import_id = $1 AND no > $2 AND ($3 = '' OR status = $3) AND ($4 = '' OR codes LIKE $4 ESCAPE '!') ORDER BY no LIMIT $5`,
		id, after, f.Status, code, limit); err != nil {
		return nil, fmt.Errorf("rows of import %s: %w", id, err)
	}
	return out, nil
}

// ChangeImportRow replaces a row of a preview and counts anew. An import that is not a preview any more is a conflict
// import.stored.
func (s *Store) ChangeImportRow(ctx context.Context, id string, row ImportRow) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if err := inState(ctx, tx, id, ImportPreview, "import.stored"); err != nil {
			return err
		}
		if err := changeRow(ctx, tx, id, row); err != nil {
			return err
		}
		return countRows(ctx, tx, id)
	})
	return wrapUnlessFault("change row of import "+id, err)
}

// inState makes a change of an import possible for one at a time: its state is written over itself first.
func inState(ctx context.Context, tx *sqlx.Tx, id string, state ImportState, otherwise string) error {
	res, err := tx.ExecContext(ctx, `UPDATE imports SET state = state WHERE id = $1 AND state = $2 AND phase = '' AND work = ''`, id, state)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err != nil || n == 1 {
		return err
	}
	var phase ImportPhase
	if err := tx.GetContext(ctx, &phase, `SELECT phase FROM imports WHERE id = $1`, id); errors.Is(err, sqldb.ErrNoRow) {
		return fault.New(fault.NotFound, "import.missing")
	} else if err != nil {
		return err
	}
	if phase != ImportRead {
		return fault.New(fault.Conflict, "import.unread")
	}
	return fault.New(fault.Conflict, otherwise)
}

// wrapUnlessFault says what failed, but leaves a fault that people are told of as it is.
func wrapUnlessFault(what string, err error) error {
	if err == nil || fault.CodeOf(err) != fault.Internal {
		return err
	}
	return fmt.Errorf("%s: %w", what, err)
}
