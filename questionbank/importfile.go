package questionbank

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/sqldb"
)

// ImportPhase says whether a file has been read.
type ImportPhase string

// An import stands in the list while its file is read; one that could not be read says why.
const (
	ImportRead    ImportPhase = ""
	ImportReading ImportPhase = "reading"
	ImportFailed  ImportPhase = "failed"
)

// KeepFiles is how long the file of an import is kept for its annotated copy.
const KeepFiles = 7 * 24 * time.Hour

// filePiece is how many bytes of a file one row holds.
const filePiece = 64 << 10

// BeginImport lists an import whose file is about to be read. ID, State, Phase and CreatedAt are set.
func (s *Store) BeginImport(ctx context.Context, now time.Time, in *Import) error {
	in.ID, in.State, in.Phase = uuid.Must(uuid.NewV7()).String(), ImportPreview, ImportReading
	in.CreatedAt, in.ProgressedAt = sqldb.MillisOf(now), sqldb.MillisOf(now)
	if in.Notes == "" {
		in.Notes = "[]"
	}
	if _, err := s.db.Exec(ctx, `INSERT INTO imports (`+importColumns+`)
		VALUES ($1, NULL, $2, $3, $4, $5, $6, $7, 0, 0, 0, 0, 0, $8, NULL, $9, '', 0, $8, '')`, in.ID, in.FileName, in.Format, in.StaffID,
		in.StaffName, in.State, in.Notes, in.CreatedAt, in.Phase); err != nil {
		return fmt.Errorf("begin import: %w", err)
	}
	return nil
}

// ImportProgress notes how many rows of a file were read so far.
func (s *Store) ImportProgress(ctx context.Context, now time.Time, id string, rows int) error {
	if _, err := s.db.Exec(ctx, `UPDATE imports SET progress = $2, progressed_at = $3 WHERE id = $1 AND phase = $4`, id, rows, sqldb.MillisOf(now),
		ImportReading); err != nil {
		return fmt.Errorf("progress of import %s: %w", id, err)
	}
	return nil
}

// AddImportRows adds rows to an import that is read, in small transactions.
func (s *Store) AddImportRows(ctx context.Context, id string, rows []ImportRow) error {
	err := s.inPieces(ctx, id, len(rows), func(from, to int) error {
		cols := []sqldb.Column{{Name: "import_id"}, {Name: "no"}, {Name: "status"}, {Name: "data"}, {Name: "codes"}}
		for _, r := range rows[from:to] {
			cols[0].Strings = append(cols[0].Strings, id)
			cols[1].Ints = append(cols[1].Ints, int64(r.No))
			cols[2].Strings = append(cols[2].Strings, r.Status)
			cols[3].Strings = append(cols[3].Strings, r.Data)
			cols[4].Strings = append(cols[4].Strings, r.Codes)
		}
		_, err := s.db.Append(ctx, sqldb.Insert{Table: "import_rows", Columns: cols, Key: []string{"import_id", "no"}})
		return err
	})
	if err != nil {
		return fmt.Errorf("rows of import %s: %w", id, err)
	}
	return nil
}

// FinishImport makes an import that was read a preview: its format, notes and counts are stored.
func (s *Store) FinishImport(ctx context.Context, in *Import) error {
	in.Phase = ImportRead
	if _, err := s.db.Exec(ctx, `UPDATE imports SET phase = $2, format = $3, notes = $4, ok = $5, warnings = $6, errors = $7 WHERE id = $1`, in.ID,
		in.Phase, in.Format, in.Notes, in.OK, in.Warnings, in.Errors); err != nil {
		return fmt.Errorf("finish import %s: %w", in.ID, err)
	}
	return nil
}

// FailImport notes why a file could not be read.
func (s *Store) FailImport(ctx context.Context, id, key string) error {
	if _, err := s.db.Exec(ctx, `UPDATE imports SET phase = $2, fault = $3 WHERE id = $1`, id, ImportFailed, key); err != nil {
		return fmt.Errorf("fail import %s: %w", id, err)
	}
	return nil
}

// DropImport forgets an import whose file could not be read, and of which its uploader was told at once.
func (s *Store) DropImport(ctx context.Context, id string) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		for _, table := range []string{"import_files", "import_rows"} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+table+` WHERE import_id = $1`, id); err != nil {
				return err
			}
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM imports WHERE id = $1 AND state = $2`, id, ImportPreview)
		return err
	})
	if err != nil {
		return fmt.Errorf("drop import %s: %w", id, err)
	}
	return nil
}

// KeepFile keeps the file of an import, and forgets those that are older than KeepFiles.
func (s *Store) KeepFile(ctx context.Context, now time.Time, id string, data []byte) error {
	if _, err := s.db.Exec(ctx, `DELETE FROM import_files WHERE kept_at < $1`, sqldb.MillisOf(now.Add(-KeepFiles))); err != nil {
		return fmt.Errorf("forget old files: %w", err)
	}
	for no := 0; no*filePiece < len(data); no++ {
		piece := data[no*filePiece : min((no+1)*filePiece, len(data))]
		began := time.Now()
		if _, err := s.db.Exec(ctx, `INSERT INTO import_files (import_id, no, data, kept_at) VALUES ($1, $2, $3, $4)`, id, no, piece,
			sqldb.MillisOf(now)); err != nil {
			return fmt.Errorf("keep file of import %s: %w", id, err)
		}
		if _, err := s.rest(ctx, time.Since(began)); err != nil {
			return err
		}
	}
	return nil
}

// ImportFile gives the file of an import, nil when it is not kept (any more).
func (s *Store) ImportFile(ctx context.Context, id string) ([]byte, error) {
	var pieces [][]byte
	if err := s.db.Select(ctx, &pieces, `SELECT data FROM import_files WHERE import_id = $1 ORDER BY no`, id); err != nil {
		return nil, fmt.Errorf("file of import %s: %w", id, err)
	}
	var out []byte
	for _, p := range pieces {
		out = append(out, p...)
	}
	return out, nil
}

// CodeCounts tells how many rows of an import have each code.
func (s *Store) CodeCounts(ctx context.Context, id string) (map[string]int, error) {
	var rows []struct {
		Codes string `db:"codes"`
		N     int    `db:"n"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT codes, COUNT(*) AS n FROM import_rows WHERE import_id = $1 AND codes <> '' GROUP BY codes`, id); err != nil {
		return nil, fmt.Errorf("codes of import %s: %w", id, err)
	}
	out := map[string]int{}
	for _, r := range rows {
		for code := range strings.FieldsSeq(r.Codes) {
			out[code] += r.N
		}
	}
	return out, nil
}

// ChangeImportRows replaces rows of a preview and counts anew, in one transaction (see ChangeImportRow).
func (s *Store) ChangeImportRows(ctx context.Context, id string, rows []ImportRow) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if err := inState(ctx, tx, id, ImportPreview, "import.stored"); err != nil {
			return err
		}
		for _, r := range rows {
			if err := changeRow(ctx, tx, id, r); err != nil {
				return err
			}
		}
		return countRows(ctx, tx, id)
	})
	return wrapUnlessFault("change rows of import "+id, err)
}

func changeRow(ctx context.Context, tx *sqlx.Tx, id string, row ImportRow) error {
	res, err := tx.ExecContext(ctx, `UPDATE import_rows SET status = $3, data = $4, codes = $5 WHERE import_id = $1 AND no = $2`, id, row.No,
		row.Status, row.Data, row.Codes)
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return errors.Join(err, fault.New(fault.NotFound, "import.row_missing"))
	}
	return nil
}

func countRows(ctx context.Context, tx *sqlx.Tx, id string) error {
	_, err := tx.ExecContext(ctx, `UPDATE imports SET
		ok = (SELECT COUNT(*) FROM import_rows WHERE import_id = $1 AND status = 'ok'),
		warnings = (SELECT COUNT(*) FROM import_rows WHERE import_id = $1 AND status = 'warning'),
		errors = (SELECT COUNT(*) FROM import_rows WHERE import_id = $1 AND status = 'error') WHERE id = $1`, id)
	return err
}
