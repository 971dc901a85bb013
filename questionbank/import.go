package questionbank

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/google/uuid"
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

	CreatedAt sqldb.Millis  `db:"created_at"`
	StoredAt  *sqldb.Millis `db:"stored_at"`
}

// ImportRow is one row of an import; its data is the reader's, as JSON.
type ImportRow struct {
	No     int    `db:"no"` // from 1, in the order of the file
	Status string `db:"status"`
	Data   string `db:"data"`
}

const importColumns = `id, bank_id, file_name, format, staff_id, staff_name, state, notes, ok, warnings, errors, added, known, created_at, stored_at`

// CreateImport keeps a preview with all its rows. ID, State and CreatedAt are set.
func (s *Store) CreateImport(ctx context.Context, now time.Time, in *Import, rows []ImportRow) error {
	in.ID, in.State, in.CreatedAt = uuid.Must(uuid.NewV7()).String(), ImportPreview, sqldb.MillisOf(now)
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO imports (`+importColumns+`)
			VALUES ($1, NULL, $2, $3, $4, $5, $6, $7, $8, $9, $10, 0, 0, $11, NULL)`, in.ID, in.FileName, in.Format, in.StaffID,
			in.StaffName, in.State, in.Notes, in.OK, in.Warnings, in.Errors, in.CreatedAt); err != nil {
			return err
		}
		insert, err := tx.PreparexContext(ctx, `INSERT INTO import_rows (import_id, no, status, data) VALUES ($1, $2, $3, $4)`)
		if err != nil {
			return err
		}
		defer insert.Close()
		for _, r := range rows {
			if _, err := insert.ExecContext(ctx, in.ID, r.No, r.Status, r.Data); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("create import: %w", err)
	}
	return nil
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

// ImportRows gives rows of an import after number `after`, at most limit; status "" means all.
func (s *Store) ImportRows(ctx context.Context, id, status string, after, limit int) ([]ImportRow, error) {
	out := []ImportRow{}
	if err := s.db.Select(ctx, &out, `SELECT no, status, data FROM import_rows
		WHERE import_id = $1 AND no > $2 AND ($3 = '' OR status = $3) ORDER BY no LIMIT $4`, id, after, status, limit); err != nil {
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
		res, err := tx.ExecContext(ctx, `UPDATE import_rows SET status = $3, data = $4 WHERE import_id = $1 AND no = $2`, id, row.No, row.Status, row.Data)
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil || n == 0 {
			return errors.Join(err, fault.New(fault.NotFound, "import.row_missing"))
		}
		_, err = tx.ExecContext(ctx, `UPDATE imports SET
			ok = (SELECT COUNT(*) FROM import_rows WHERE import_id = $1 AND status = 'ok'),
			warnings = (SELECT COUNT(*) FROM import_rows WHERE import_id = $1 AND status = 'warning'),
			errors = (SELECT COUNT(*) FROM import_rows WHERE import_id = $1 AND status = 'error') WHERE id = $1`, id)
		return err
	})
	return wrapUnlessFault("change row of import "+id, err)
}

// inState makes a change of an import possible for one at a time: its state is written over itself first.
func inState(ctx context.Context, tx *sqlx.Tx, id string, state ImportState, otherwise string) error {
	res, err := tx.ExecContext(ctx, `UPDATE imports SET state = state WHERE id = $1 AND state = $2`, id, state)
	if err != nil {
		return err
	}
	n, err := res.RowsAffected()
	if err != nil || n == 1 {
		return err
	}
	var have int
	if err := tx.GetContext(ctx, &have, `SELECT COUNT(*) FROM imports WHERE id = $1`, id); err != nil {
		return err
	}
	if have == 0 {
		return fault.New(fault.NotFound, "import.missing")
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

// StoreImport stores the questions of a preview in the bank of this name, which is made when there is none, in one
// transaction. Questions that the bank has already are left alone. Storing twice is a conflict import.stored.
func (s *Store) StoreImport(ctx context.Context, now time.Time, id, bank string, questions []Question) (Import, error) {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if err := inState(ctx, tx, id, ImportPreview, "import.stored"); err != nil {
			return err
		}
		bankID, err := bankNamed(ctx, tx, now, bank)
		if err != nil {
			return err
		}
		added, known, err := addQuestions(ctx, tx, now, bankID, id, questions)
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE imports SET state = $2, bank_id = $3, added = $4, known = $5, stored_at = $6 WHERE id = $1`,
			id, ImportStored, bankID, added, known, sqldb.MillisOf(now))
		return err
	})
	if err != nil {
		return Import{}, wrapUnlessFault("store import "+id, err)
	}
	return s.FindImport(ctx, id)
}

// UndoImport takes the questions of an import out of their bank again, as a whole. It is refused with import.used once
// one of them was edited or is part of a contest.
func (s *Store) UndoImport(ctx context.Context, id string) (Import, error) {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if err := inState(ctx, tx, id, ImportStored, "import.not_stored"); err != nil {
			return err
		}
		var used int
		if err := tx.GetContext(ctx, &used, `SELECT COUNT(*) FROM questions WHERE import_id = $1 AND (version > 1
			OR EXISTS (SELECT 1 FROM round_questions u WHERE u.question_id = questions.id))`, id); err != nil {
			return err
		}
		if used > 0 {
			return fault.New(fault.Conflict, "import.used").With("n", used)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM questions WHERE import_id = $1`, id); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE imports SET state = $2 WHERE id = $1`, id, ImportUndone)
		return err
	})
	if err != nil {
		return Import{}, wrapUnlessFault("undo import "+id, err)
	}
	return s.FindImport(ctx, id)
}
