package questionbank

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"leitai/fault"
	"leitai/sqldb"
)

// Outline is what a draw needs to know of a question.
type Outline struct {
	ID       string
	BankID   string
	Version  int
	Type     Type
	Category string
	Tags     []string
}

type outlineRow struct {
	ID       string               `db:"id"`
	BankID   string               `db:"bank_id"`
	Version  int                  `db:"version"`
	Type     Type                 `db:"type"`
	Category string               `db:"category"`
	Tags     sqldb.JSON[[]string] `db:"tags"`
}

const outlines = `SELECT id, bank_id, version, type, category, tags FROM questions WHERE deleted_at IS NULL AND retired = FALSE AND `

// OutlinesOfBank gives the questions of a bank that may be drawn, oldest first.
func (s *Store) OutlinesOfBank(ctx context.Context, bankID string) ([]Outline, error) {
	return s.outlines(ctx, `bank_id = $1 ORDER BY id`, bankID)
}

// Outlines gives those of these questions that may be drawn, in no order. At most some thousands.
func (s *Store) Outlines(ctx context.Context, ids []string) ([]Outline, error) {
	var out []Outline
	for part := range slices.Chunk(ids, 500) {
		marks, args := Marks(1, part)
		found, err := s.outlines(ctx, `id IN (`+marks+`)`, args...)
		if err != nil {
			return nil, err
		}
		out = append(out, found...)
	}
	return out, nil
}

func (s *Store) outlines(ctx context.Context, where string, args ...any) ([]Outline, error) {
	var rows []outlineRow
	if err := s.db.Select(ctx, &rows, outlines+where, args...); err != nil {
		return nil, unavailable("outline questions", err)
	}
	out := make([]Outline, len(rows))
	for i, r := range rows {
		out[i] = Outline{r.ID, r.BankID, r.Version, r.Type, r.Category, r.Tags.V}
	}
	return out, nil
}

// Marks gives "$first, $first+1, …" for a list of values, and the values as arguments.
func Marks(first int, values []string) (marks string, args []any) {
	var b strings.Builder
	for i, v := range values {
		if i > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "$%d", first+i)
		args = append(args, v)
	}
	return b.String(), args
}

// FindVersion gives a question as it was in a version, or not_found question.missing: it never was, or the question is
// in the bin or gone.
func (s *Store) FindVersion(ctx context.Context, id string, version int) (Question, error) {
	var r questionRow
	err := s.db.Get(ctx, &r, `SELECT `+questionColumns+` FROM questions WHERE id = $1 AND deleted_at IS NULL`, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return Question{}, fault.New(fault.NotFound, "question.missing")
	}
	if err != nil {
		return Question{}, unavailable("find question "+id, err)
	}
	if r.Version == version {
		return r.question(), nil
	}
	var past sqldb.JSON[Question]
	err = s.db.Get(ctx, &past, `SELECT snapshot FROM question_versions WHERE question_id = $1 AND version = $2`, id, version)
	if errors.Is(err, sqldb.ErrNoRow) {
		return Question{}, fault.New(fault.NotFound, "question.missing")
	}
	if err != nil {
		return Question{}, unavailable(fmt.Sprintf("find question %s version %d", id, version), err)
	}
	past.V.ID, past.V.Version = id, version
	return past.V, nil
}

// unavailable gives database trouble its code: phones keep what they have and try again.
func unavailable(doing string, err error) error {
	if sqldb.IsUnavailable(err) {
		return fault.Wrap(fault.Unavailable, "storage.unavailable", fmt.Errorf("%s: %w", doing, err))
	}
	return fmt.Errorf("%s: %w", doing, err)
}
