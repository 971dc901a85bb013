package questionbank

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/sqldb"
)

// Long work on an import is done in small transactions, since a large one keeps a live hall's answers waiting. Whoever
// looks sees all of it or nothing: questions are written out of sight (hidden) first, and ResumeImports finishes or takes
// back what a crash left.

// hidden is the time of deletion (deleted_at) of questions that are not there yet: neither in the bank nor in its bin.
const hidden = 0

// beginWork takes an import for one piece of work; nobody else can work on it then. An import in another state, or at
// work, is the conflict `otherwise`.
func (s *Store) beginWork(ctx context.Context, now time.Time, id string, state ImportState, work, otherwise string) error {
	n, err := s.db.Exec(ctx, `UPDATE imports SET work = $3, worked_at = $4 WHERE id = $1 AND state = $2 AND work = '' AND phase = ''`, id, state, work, sqldb.MillisOf(now))
	if err != nil || n == 1 {
		return err
	}
	at, err := s.FindImport(ctx, id)
	if err != nil {
		return err
	}
	if at.Phase != ImportRead {
		otherwise = "import.unread"
	}
	return fault.New(fault.Conflict, otherwise)
}

// nextWork goes from one piece of work to the next, "" for none.
func (s *Store) nextWork(ctx context.Context, id, from, to string) error {
	_, err := s.db.Exec(ctx, `UPDATE imports SET work = $3 WHERE id = $1 AND work = $2`, id, from, to)
	return err
}

// StoreImport stores the questions of a preview in the bank of this name, which is made when there is none: all of them
// or, after an error, none. question gives the question of a row, not ok for one that is to be left out. Questions that
// the bank has already are left alone. Storing twice is a conflict import.stored.
func (s *Store) StoreImport(ctx context.Context, now time.Time, id, bank string, question func(ImportRow) (q Question, ok bool, err error)) (Import, error) {
	if err := s.beginWork(ctx, now, id, ImportPreview, WorkStoring, "import.stored"); err != nil {
		return Import{}, wrapUnlessFault("store import "+id, err)
	}
	added, known, err := s.writeHidden(ctx, now, id, bank, question)
	if err == nil {
		_, err = s.db.Exec(ctx, `UPDATE imports SET work = $2, added = $3, known = $4, stored_at = $5 WHERE id = $1`, id, WorkShowing,
			added, known, sqldb.MillisOf(now))
	}
	if err != nil {
		if back := s.takeBack(context.WithoutCancel(ctx), id); back != nil {
			err = fmt.Errorf("%w; and it could not be taken back: %w", err, back)
		}
		return Import{}, wrapUnlessFault("store import "+id, err)
	}
	if err := s.show(ctx, now, id); err != nil { // at the next start it goes on
		return Import{}, wrapUnlessFault("show import "+id, err)
	}
	return s.FindImport(ctx, id)
}

// writeHidden writes the questions that the bank does not have yet, out of sight.
func (s *Store) writeHidden(ctx context.Context, now time.Time, importID, bank string, question func(ImportRow) (Question, bool, error)) (added, known int, err error) {
	var bankID string
	if err := s.db.Tx(ctx, func(tx *sqlx.Tx) (err error) {
		if bankID, err = bankNamed(ctx, tx, now, bank); err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, `UPDATE imports SET bank_id = $2 WHERE id = $1`, importID, bankID)
		return err
	}); err != nil {
		return 0, 0, err
	}
	seen := map[string]bool{} // fingerprints of this import
	err = s.eachRow(ctx, importID, func(rows []ImportRow) error {
		fresh := make([]Question, 0, len(rows))
		for _, r := range rows {
			q, ok, err := question(r)
			if err != nil {
				return err
			}
			if !ok {
				continue
			}
			if err := q.Validate(); err != nil {
				return err
			}
			if f := q.Fingerprint(); seen[f] {
				known++
			} else {
				seen[f] = true
				fresh = append(fresh, q)
			}
		}
		n := len(fresh)
		if fresh, err = s.unknown(ctx, bankID, fresh); err != nil {
			return err
		}
		known, added = known+n-len(fresh), added+len(fresh)
		if len(fresh) == 0 {
			return nil
		}
		_, err := s.db.Append(ctx, hiddenRows(now, bankID, importID, fresh))
		return err
	})
	return added, known, err
}

// eachRow goes through the rows of an import piece by piece.
func (s *Store) eachRow(ctx context.Context, id string, do func(rows []ImportRow) error) error {
	var last int
	if err := s.db.Get(ctx, &last, `SELECT COALESCE(MAX(no), 0) FROM import_rows WHERE import_id = $1`, id); err != nil {
		return err
	}
	return s.inPieces(ctx, id, last, func(from, to int) error { // numbers begin with 1
		var rows []ImportRow
		if err := s.db.Select(ctx, &rows, `SELECT no, status, data, codes FROM import_rows WHERE import_id = $1 AND no > $2 AND no <= $3 ORDER BY no`,
			id, from, to); err != nil {
			return err
		}
		return do(rows)
	})
}

// unknown gives those questions that are not in the bank.
func (s *Store) unknown(ctx context.Context, bankID string, questions []Question) ([]Question, error) {
	if len(questions) == 0 {
		return nil, nil
	}
	args, marks := []any{bankID}, make([]string, len(questions))
	prints := make([]string, len(questions))
	for i, q := range questions {
		prints[i] = q.Fingerprint()
		args, marks[i] = append(args, prints[i]), fmt.Sprintf("$%d", i+2)
	}
	var have []string
	if err := s.db.Select(ctx, &have, `SELECT fingerprint FROM questions WHERE bank_id = $1 AND deleted_at IS NULL
		AND fingerprint IN (`+strings.Join(marks, ", ")+`)`, args...); err != nil {
		return nil, err
	}
	fresh := make([]Question, 0, len(questions))
	for i, q := range questions {
		if !slices.Contains(have, prints[i]) {
			fresh = append(fresh, q)
		}
	}
	return fresh, nil
}

// hiddenRows are new questions as rows.
func hiddenRows(now time.Time, bankID, importID string, questions []Question) sqldb.Insert {
	texts := []string{"id", "bank_id", "type", "category", "stem", "options", "answer_key", "explanation", "source", "tags", "media", "fingerprint", "search", "import_id"}
	numbers := []string{"version", "difficulty", "created_at", "updated_at", "deleted_at"}
	columns := make([]sqldb.Column, 0, len(texts)+len(numbers))
	for _, name := range append(texts, numbers...) {
		columns = append(columns, sqldb.Column{Name: name})
	}
	at := sqldb.MillisOf(now).Time().UnixMilli()
	for _, q := range questions {
		for i, v := range []string{uuid.Must(uuid.NewV7()).String(), bankID, string(q.Type), q.Category, q.Stem, listText(q.Options), listText(q.Key),
			q.Explanation, q.Source, listText(q.Tags), mediaText(q.Media), q.Fingerprint(), searchText(q), importID} {
			columns[i].Strings = append(columns[i].Strings, v)
		}
		for i, v := range []int64{1, int64(q.Difficulty), at, at, hidden} {
			c := &columns[len(texts)+i]
			c.Ints = append(c.Ints, v)
		}
	}
	return sqldb.Insert{Table: "questions", Columns: columns, Key: []string{"id"}}
}

// eachPiece changes those questions of an import for which a condition holds, piece by piece.
func (s *Store) eachPiece(ctx context.Context, importID, condition, change string) error {
	var ids []string
	if err := s.db.Select(ctx, &ids, `SELECT id FROM questions WHERE import_id = $1 AND `+condition+` ORDER BY id`, importID); err != nil {
		return err
	}
	return s.inPieces(ctx, importID, len(ids), func(from, to int) error { // a range of the primary key: no piece looks at the others' rows
		_, err := s.db.Exec(ctx, change+` WHERE id >= $2 AND id <= $3 AND import_id = $1 AND `+condition, importID, ids[from], ids[to-1])
		return err
	})
}

// show brings an import's questions in sight; for whoever remembers the bank they have changed.
func (s *Store) show(ctx context.Context, now time.Time, id string) error {
	err := s.eachPiece(ctx, id, `deleted_at = 0`, fmt.Sprintf(`UPDATE questions SET deleted_at = NULL, updated_at = %d`, now.UnixMilli()))
	if err != nil {
		return err
	}
	_, err = s.db.Exec(ctx, `UPDATE imports SET state = $2, work = '' WHERE id = $1`, id, ImportStored)
	return err
}

// takeBack makes an import that was being stored a preview again.
func (s *Store) takeBack(ctx context.Context, id string) error {
	if err := s.eachPiece(ctx, id, `deleted_at = 0`, `DELETE FROM questions`); err != nil {
		return err
	}
	_, err := s.db.Exec(ctx, `UPDATE imports SET work = '', bank_id = NULL WHERE id = $1`, id)
	return err
}

// UndoImport takes the questions of an import out of their bank again, as a whole. It is refused with import.used once
// one of them was edited, moved into another bank or is part of a contest.
func (s *Store) UndoImport(ctx context.Context, now time.Time, id string) (Import, error) {
	if err := s.beginWork(ctx, now, id, ImportStored, WorkHiding, "import.not_stored"); err != nil {
		return Import{}, wrapUnlessFault("undo import "+id, err)
	}
	err := s.hide(ctx, id)
	if err == nil {
		err = s.nextWork(ctx, id, WorkHiding, WorkRemoving)
	}
	if err != nil {
		if back := s.show(context.WithoutCancel(ctx), now, id); back != nil {
			err = fmt.Errorf("%w; and it could not be taken back: %w", err, back)
		}
		return Import{}, wrapUnlessFault("undo import "+id, err)
	}
	if err := s.remove(ctx, id); err != nil { // at the next start it goes on
		return Import{}, wrapUnlessFault("undo import "+id, err)
	}
	return s.FindImport(ctx, id)
}

// hide takes an import's questions out of sight, so that nobody begins to use them, unless somebody did.
func (s *Store) hide(ctx context.Context, id string) error {
	if err := s.unused(ctx, id); err != nil {
		return err
	}
	if err := s.eachPiece(ctx, id, `deleted_at IS NULL`, `UPDATE questions SET deleted_at = 0`); err != nil {
		return err
	}
	return s.unused(ctx, id) // meanwhile
}

// unused is the conflict import.used once a question of the import was edited, is part of a contest or was moved into
// another bank, which may not be in reach of who imported it.
func (s *Store) unused(ctx context.Context, id string) error {
	var used int
	if err := s.db.Get(ctx, &used, `SELECT COUNT(*) FROM questions WHERE import_id = $1 AND (version > 1
		OR bank_id <> (SELECT bank_id FROM imports WHERE id = $1) OR EXISTS (SELECT 1 FROM round_questions u WHERE u.question_id = questions.id))`, id); err != nil {
		return err
	}
	if used > 0 {
		return fault.New(fault.Conflict, "import.used").With("n", used)
	}
	return nil
}

// remove ends the undoing of an import. A question that came into use in the last instant stays.
func (s *Store) remove(ctx context.Context, id string) error {
	if err := s.eachPiece(ctx, id, `version = 1 AND NOT EXISTS (SELECT 1 FROM round_questions u WHERE u.question_id = questions.id)`,
		`DELETE FROM questions`); err != nil {
		return err
	}
	if _, err := s.db.Exec(ctx, `UPDATE questions SET deleted_at = NULL WHERE import_id = $1 AND deleted_at = 0`, id); err != nil {
		return err
	}
	_, err := s.db.Exec(ctx, `UPDATE imports SET state = $2, work = '' WHERE id = $1`, id, ImportUndone)
	return err
}

// ResumeImports finishes or takes back what was being done with imports by a program that ended meanwhile.
func (s *Store) ResumeImports(ctx context.Context, now time.Time) error {
	var left []struct {
		ID   string `db:"id"`
		Work string `db:"work"`
	}
	if err := s.db.Select(ctx, &left, `SELECT id, work FROM imports WHERE work <> '' AND worked_at < $1 ORDER BY id`,
		sqldb.MillisOf(now.Add(-DeadAfter))); err != nil {
		return fmt.Errorf("list unfinished imports: %w", err)
	}
	for _, in := range left {
		if err := s.resume(ctx, now, in.ID, in.Work); err != nil {
			return fmt.Errorf("resume import %s, %s: %w", in.ID, in.Work, err)
		}
	}
	return nil
}

func (s *Store) resume(ctx context.Context, now time.Time, id, work string) error {
	// Of several processes that find it one goes on.
	n, err := s.db.Exec(ctx, `UPDATE imports SET worked_at = $3 WHERE id = $1 AND work = $2 AND worked_at < $4`, id, work,
		sqldb.MillisOf(now), sqldb.MillisOf(now.Add(-DeadAfter)))
	if err != nil || n == 0 {
		return err
	}
	switch work {
	case WorkStoring:
		err = s.takeBack(ctx, id)
	case WorkShowing, WorkHiding:
		err = s.show(ctx, now, id)
	case WorkRemoving:
		err = s.remove(ctx, id)
	}
	return err
}
