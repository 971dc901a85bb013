package questionbank

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"golang.org/x/text/unicode/norm"

	"leitai/fault"
	"leitai/sqldb"
)

// Entry is a question in the list of its bank.
type Entry struct {
	Question
	BankID    string
	Retired   bool
	Used      int // rounds that it is part of
	Deleted   bool
	Answers   int // entrants who answered it as it is now, in rounds that count
	Right     int // of them, who were right
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Filter says which questions of a bank a list shows. Zero values do not filter.
type Filter struct {
	BankID     string
	Search     string // every word must be in stem or options, without regard to case and width
	Type       Type
	Category   string
	Tag        string
	Difficulty int
	Used       *bool
	Retired    *bool
	Deleted    bool // the bin instead of the bank
	Accuracy   Accuracy
	ByAccuracy bool // the hardest first instead of the newest; questions without answers come last
}

// Accuracy is a band of the share of right answers.
type Accuracy string

// The bands: up to 20, 50 and 80 percent, above, and never answered. A question that stands on a border is in the
// lower band.
const (
	AccuracyLow    Accuracy = "0-20"
	AccuracyMiddle Accuracy = "20-50"
	AccuracyGood   Accuracy = "50-80"
	AccuracyHigh   Accuracy = "80-100"
	AccuracyNone   Accuracy = "none"
)

// Accuracies lists the bands from the hardest.
var Accuracies = []Accuracy{AccuracyLow, AccuracyMiddle, AccuracyGood, AccuracyHigh, AccuracyNone}

// permille bounds the bands: above the first, up to the second. Borders belong to the lower band; 0 to the lowest.
var permille = map[Accuracy][2]int{AccuracyLow: {-1, 200}, AccuracyMiddle: {200, 500}, AccuracyGood: {500, 800}, AccuracyHigh: {800, 1000}}

// statsFrom are the answers to questions as they are now.
const statsFrom = ` FROM question_stats t WHERE t.question_id = questions.id AND t.version >= questions.meant_since`

// permilleOf is a question's share of right answers in thousandths, and 2000 for one without answers.
const permilleOf = `COALESCE((SELECT SUM(t.correct) * 1000 / NULLIF(SUM(t.answers), 0)` + statsFrom + `), 2000)`

// MaxSearchWords bounds the words of one search.
const MaxSearchWords = 8

// where gives the condition of a filter; its values are numbered from $1.
func (f Filter) where() (string, []any) {
	conditions, args := []string{"bank_id = $1"}, []any{f.BankID}
	add := func(condition string, value any) {
		args = append(args, value)
		conditions = append(conditions, strings.ReplaceAll(condition, "$?", fmt.Sprintf("$%d", len(args))))
	}
	if f.Deleted {
		conditions = append(conditions, "deleted_at > 0")
	} else {
		conditions = append(conditions, "deleted_at IS NULL")
	}
	words := strings.Fields(strings.ToLower(norm.NFKC.String(f.Search)))
	for _, w := range words[:min(len(words), MaxSearchWords)] {
		add(`search LIKE $? ESCAPE '!'`, "%"+likeText.Replace(w)+"%")
	}
	if f.Type != "" {
		add("type = $?", f.Type)
	}
	if f.Category != "" {
		add("category = $?", f.Category)
	}
	if f.Difficulty > 0 {
		add("difficulty = $?", f.Difficulty)
	}
	if f.Tag != "" {
		quoted, _ := json.Marshal(f.Tag) // as it stands in the column
		add(`tags LIKE $? ESCAPE '!'`, "%"+likeText.Replace(string(quoted))+"%")
	}
	if f.Retired != nil {
		add("retired = $?", *f.Retired)
	}
	if f.Used != nil {
		not := "NOT "
		if *f.Used {
			not = ""
		}
		conditions = append(conditions, not+"EXISTS (SELECT 1 FROM round_questions u WHERE u.question_id = questions.id)")
	}
	switch band, ok := permille[f.Accuracy]; {
	case ok: // only questions that were answered are looked at one by one
		add(`id IN (SELECT s.question_id FROM question_stats s) AND `+permilleOf+` > $?`, band[0])
		add(permilleOf+` <= $?`, band[1])
	case f.Accuracy == AccuracyNone:
		conditions = append(conditions, `NOT EXISTS (SELECT 1`+statsFrom+` AND t.answers > 0)`)
	}
	return strings.Join(conditions, " AND "), args
}

var likeText = strings.NewReplacer("!", "!!", "%", "!%", "_", "!_")

const questionColumns = `id, bank_id, version, type, category, stem, options, answer_key, explanation, source, difficulty, tags, media, retired,
	deleted_at, created_at, updated_at, (SELECT COUNT(*) FROM round_questions u WHERE u.question_id = questions.id) AS used,
	(SELECT CAST(COALESCE(SUM(t.answers), 0) AS BIGINT)` + statsFrom + `) AS answers, (SELECT CAST(COALESCE(SUM(t.correct), 0) AS BIGINT)` + statsFrom + `) AS correct`

type questionRow struct {
	ID          string               `db:"id"`
	BankID      string               `db:"bank_id"`
	Version     int                  `db:"version"`
	Type        Type                 `db:"type"`
	Category    string               `db:"category"`
	Stem        string               `db:"stem"`
	Options     sqldb.JSON[[]string] `db:"options"`
	Key         sqldb.JSON[[]string] `db:"answer_key"`
	Explanation string               `db:"explanation"`
	Source      string               `db:"source"`
	Difficulty  int                  `db:"difficulty"`
	Tags        sqldb.JSON[[]string] `db:"tags"`
	Media       sqldb.JSON[[]Media]  `db:"media"`
	Retired     bool                 `db:"retired"`
	DeletedAt   *sqldb.Millis        `db:"deleted_at"`
	CreatedAt   sqldb.Millis         `db:"created_at"`
	UpdatedAt   sqldb.Millis         `db:"updated_at"`
	Used        int                  `db:"used"` // rounds that it is part of
	Answers     int                  `db:"answers"`
	Correct     int                  `db:"correct"`
}

func (r questionRow) question() Question {
	if len(r.Media.V) == 0 {
		r.Media.V = nil
	}
	return Question{ID: r.ID, Version: r.Version, Type: r.Type, Category: r.Category, Stem: r.Stem, Options: r.Options.V,
		Key: r.Key.V, Explanation: r.Explanation, Source: r.Source, Difficulty: r.Difficulty, Tags: r.Tags.V,
		Media: r.Media.V}
}

func (r questionRow) entry() Entry {
	return Entry{Question: r.question(), BankID: r.BankID, Retired: r.Retired, Deleted: r.DeletedAt != nil, Used: r.Used,
		Answers: r.Answers, Right: r.Correct, CreatedAt: r.CreatedAt.Time(), UpdatedAt: r.UpdatedAt.Time()}
}

// ListQuestions gives one page of a bank, newest first: at most limit questions that come after the id `after` ("" for
// the first page), and how many there are in all.
func (s *Store) ListQuestions(ctx context.Context, f Filter, after string, limit int) (page []Entry, total int, err error) {
	items, ok, err := s.shelfOf(ctx, f.BankID)
	if err != nil {
		return nil, 0, err
	}
	if ok {
		return s.listFromShelf(ctx, f, items, after, limit)
	}
	return s.listFromDatabase(ctx, f, after, limit)
}

func (s *Store) listFromDatabase(ctx context.Context, f Filter, after string, limit int) (page []Entry, total int, err error) {
	where, args := f.where()
	if err := s.db.Get(ctx, &total, `SELECT COUNT(*) FROM questions WHERE `+where, args...); err != nil {
		return nil, 0, fmt.Errorf("count questions: %w", err)
	}
	order := "id DESC"
	if f.ByAccuracy {
		order = permilleOf + ", id DESC"
	}
	if after != "" {
		args = append(args, after)
		last := fmt.Sprintf("$%d", len(args))
		condition := "id < " + last
		if f.ByAccuracy {
			var at int
			if err := s.db.Get(ctx, &at, `SELECT `+permilleOf+` FROM questions WHERE id = $1`, after); err != nil && !errors.Is(err, sqldb.ErrNoRow) {
				return nil, 0, fmt.Errorf("list questions: %w", err)
			}
			args = append(args, at)
			condition = fmt.Sprintf("(%s > $%d OR %s = $%d AND %s)", permilleOf, len(args), permilleOf, len(args), condition)
		}
		where += " AND " + condition
	}
	args = append(args, limit)
	var rows []questionRow
	if err := s.db.Select(ctx, &rows, `SELECT `+questionColumns+` FROM questions WHERE `+where+
		fmt.Sprintf(` ORDER BY %s LIMIT $%d`, order, len(args)), args...); err != nil {
		return nil, 0, fmt.Errorf("list questions: %w", err)
	}
	page = make([]Entry, len(rows))
	for i, r := range rows {
		page[i] = r.entry()
	}
	return page, total, nil
}

// FindEntry gives one question with what its bank knows of it, or not_found question.missing.
func (s *Store) FindEntry(ctx context.Context, id string) (Entry, error) {
	var r questionRow
	err := s.db.Get(ctx, &r, `SELECT `+questionColumns+` FROM questions WHERE id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return Entry{}, fault.New(fault.NotFound, "question.missing")
	}
	if err != nil {
		return Entry{}, fmt.Errorf("find question %s: %w", id, err)
	}
	return r.entry(), nil
}

// FindBank gives a bank with its counts, or not_found bank.missing.
func (s *Store) FindBank(ctx context.Context, id string) (Bank, error) {
	banks, err := s.listBanks(ctx, id)
	if err != nil {
		return Bank{}, err
	}
	if len(banks) == 0 {
		return Bank{}, fault.New(fault.NotFound, "bank.missing")
	}
	return banks[0], nil
}

// RenameBank gives a bank another name; one that is taken is a conflict bank.exists.
func (s *Store) RenameBank(ctx context.Context, id, name string) error {
	n, err := s.db.Exec(ctx, `UPDATE banks SET name = $2 WHERE id = $1`, id, name)
	switch {
	case sqldb.IsUnique(err):
		return fault.Wrap(fault.Conflict, "bank.exists", err)
	case err != nil:
		return fmt.Errorf("rename bank %s: %w", id, err)
	case n == 0:
		return fault.New(fault.NotFound, "bank.missing")
	}
	return nil
}

// AddQuestion stores one new question; one that the bank has already is a conflict question.exists.
func (s *Store) AddQuestion(ctx context.Context, now time.Time, bankID string, q Question) (Entry, error) {
	if err := q.Validate(); err != nil {
		return Entry{}, err
	}
	id := uuid.Must(uuid.NewV7()).String()
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if err := notThereYet(ctx, tx, bankID, "", q); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `INSERT INTO questions (id, bank_id, version, type, category, stem, options,
			answer_key, explanation, source, difficulty, tags, fingerprint, created_at, updated_at, search, media)
			VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $15)`, id, bankID, q.Type, q.Category, q.Stem,
			list(q.Options), list(q.Key), q.Explanation, q.Source, q.Difficulty, list(q.Tags), q.Fingerprint(), sqldb.MillisOf(now), searchText(q),
			sqldb.JSON[[]Media]{V: mediaList(q.Media)})
		return err
	})
	if err != nil {
		return Entry{}, wrapUnlessFault("add question", err)
	}
	return s.FindEntry(ctx, id)
}

func notThereYet(ctx context.Context, tx *sqlx.Tx, bankID, self string, q Question) error {
	var n int
	if err := tx.GetContext(ctx, &n, `SELECT COUNT(*) FROM questions WHERE bank_id = $1 AND fingerprint = $2 AND id <> $3
		AND deleted_at IS NULL`, bankID, q.Fingerprint(), self); err != nil {
		return err
	}
	if n > 0 {
		return fault.New(fault.Conflict, "question.exists")
	}
	return nil
}

// UpdateQuestion stores a question as its next version and keeps the one before. q.Version is the version that was
// edited: when somebody else was quicker it is a conflict question.changed. Contests keep the version that they were
// made with.
func (s *Store) UpdateQuestion(ctx context.Context, now time.Time, q Question, by string) (Entry, error) {
	if err := q.Validate(); err != nil {
		return Entry{}, err
	}
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		var old questionRow
		if err := tx.GetContext(ctx, &old, `SELECT `+questionColumns+` FROM questions WHERE id = $1`, q.ID); errors.Is(err, sqldb.ErrNoRow) {
			return fault.New(fault.NotFound, "question.missing")
		} else if err != nil {
			return err
		}
		if err := notThereYet(ctx, tx, old.BankID, q.ID, q); err != nil {
			return err
		}
		now, err := stampAfter(ctx, tx, old.BankID, now)
		if err != nil {
			return err
		}
		return saveVersion(ctx, tx, now, old.question(), q, by)
	})
	if err != nil {
		return Entry{}, wrapUnlessFault("update question "+q.ID, err)
	}
	return s.FindEntry(ctx, q.ID)
}

// saveVersion stores q as the version after q.Version and keeps the one before. Where somebody else was quicker it is a
// conflict question.changed.
func saveVersion(ctx context.Context, tx *sqlx.Tx, now time.Time, old, q Question, by string) error {
	sinceNow := 0
	if q.Meaning() != old.Meaning() {
		sinceNow = 1
	}
	res, err := tx.ExecContext(ctx, `UPDATE questions SET version = version + 1, type = $3, category = $4, stem = $5, options = $6,
			answer_key = $7, explanation = $8, source = $9, difficulty = $10, tags = $11, fingerprint = $12, updated_at = $13, search = $14, media = $16,
			meant_since = CASE WHEN $15 = 1 THEN version + 1 ELSE meant_since END
			WHERE id = $1 AND version = $2`, q.ID, q.Version, q.Type, q.Category, q.Stem, list(q.Options), list(q.Key), q.Explanation, q.Source,
		q.Difficulty, list(q.Tags), q.Fingerprint(), sqldb.MillisOf(now), searchText(q), sinceNow, sqldb.JSON[[]Media]{V: mediaList(q.Media)})
	if err != nil {
		return err
	}
	if n, err := res.RowsAffected(); err != nil {
		return err
	} else if n == 0 {
		return fault.New(fault.Conflict, "question.changed")
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO question_versions (question_id, version, snapshot, saved_at, saved_by) VALUES ($1, $2, $3, $4, $5)`,
		q.ID, q.Version, sqldb.JSON[Question]{V: old}, sqldb.MillisOf(now), by)
	return err
}

// PastVersion is a question as it was before an edit.
type PastVersion struct {
	Question   Question
	ReplacedAt time.Time
	ReplacedBy string
}

// ListVersions gives the earlier versions of a question, newest first.
func (s *Store) ListVersions(ctx context.Context, id string) ([]PastVersion, error) {
	var rows []struct {
		Snapshot sqldb.JSON[Question] `db:"snapshot"`
		SavedAt  sqldb.Millis         `db:"saved_at"`
		SavedBy  string               `db:"saved_by"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT snapshot, saved_at, saved_by FROM question_versions WHERE question_id = $1 ORDER BY version DESC`, id); err != nil {
		return nil, fmt.Errorf("versions of question %s: %w", id, err)
	}
	out := make([]PastVersion, len(rows))
	for i, r := range rows {
		out[i] = PastVersion{r.Snapshot.V, r.SavedAt.Time(), r.SavedBy}
	}
	return out, nil
}

// AllQuestions gives every question of a bank that is not in the bin, oldest first.
func (s *Store) AllQuestions(ctx context.Context, bankID string) ([]Question, error) {
	var rows []questionRow
	if err := s.db.Select(ctx, &rows, `SELECT `+questionColumns+` FROM questions WHERE bank_id = $1 AND deleted_at IS NULL ORDER BY id`, bankID); err != nil {
		return nil, fmt.Errorf("questions of bank %s: %w", bankID, err)
	}
	out := make([]Question, len(rows))
	for i, r := range rows {
		out[i] = r.question()
	}
	return out, nil
}
