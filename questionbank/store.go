package questionbank

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"golang.org/x/text/unicode/norm"

	"leitai/fault"
	"leitai/sqldb"
)

// Bank is a named collection of questions (题库).
type Bank struct {
	ID         string
	Name       string
	Questions  int
	Categories map[string]int // questions by category
	Types      map[string]int // questions by type
}

// Store keeps banks and questions in the database.
type Store struct {
	db      *sqldb.DB
	pace    Pace // nil: long writes do not wait
	shelves shelves
}

// NewStore returns a store over db.
func NewStore(db *sqldb.DB) *Store { return &Store{db: db} }

// CreateBank makes a bank with these questions in one transaction and gives the bank's id. A name that is taken is
// a conflict bank.exists.
func (s *Store) CreateBank(ctx context.Context, now time.Time, name string, questions []Question) (string, error) {
	bankID := uuid.Must(uuid.NewV7()).String()
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO banks (id, name, created_at) VALUES ($1, $2, $3)`,
			bankID, name, sqldb.MillisOf(now)); err != nil {
			return err
		}
		insert, err := prepareInsert(ctx, tx)
		if err != nil {
			return err
		}
		defer insert.Close()
		for _, q := range questions {
			if err := insertQuestion(ctx, insert, bankID, now, q); err != nil {
				return err
			}
		}
		return nil
	})
	if sqldb.IsUnique(err) {
		return "", fault.Wrap(fault.Conflict, "bank.exists", err)
	}
	if err != nil {
		return "", fmt.Errorf("create bank: %w", err)
	}
	return bankID, nil
}

// bankNamed gives the id of the bank of this name, and makes the bank when there is none.
func bankNamed(ctx context.Context, tx *sqlx.Tx, now time.Time, name string) (id string, err error) {
	if _, err = tx.ExecContext(ctx, `INSERT INTO banks (id, name, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING`,
		uuid.Must(uuid.NewV7()).String(), name, sqldb.MillisOf(now)); err != nil {
		return "", err
	}
	err = tx.GetContext(ctx, &id, `SELECT id FROM banks WHERE name = $1`, name)
	return id, err
}

func prepareInsert(ctx context.Context, tx *sqlx.Tx) (*sqlx.Stmt, error) {
	return tx.PreparexContext(ctx, `INSERT INTO questions (id, bank_id, version, type, category, stem, options,
		answer_key, explanation, source, difficulty, tags, fingerprint, created_at, updated_at, search, media)
		VALUES ($1, $2, 1, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13, $14, $15)`)
}

// insertQuestion stores a new question that came with no file.
func insertQuestion(ctx context.Context, insert *sqlx.Stmt, bankID string, now time.Time, q Question) error {
	if err := q.Validate(); err != nil {
		return err
	}
	_, err := insert.ExecContext(ctx, uuid.Must(uuid.NewV7()).String(), bankID, q.Type, q.Category, q.Stem, list(q.Options), list(q.Key),
		q.Explanation, q.Source, q.Difficulty, list(q.Tags), q.Fingerprint(), sqldb.MillisOf(now), searchText(q), sqldb.JSON[[]Media]{V: mediaList(q.Media)})
	return err
}

// searchText is what a search looks into.
func searchText(q Question) string {
	return strings.ToLower(norm.NFKC.String(q.Stem + "\n" + strings.Join(q.Options, "\n")))
}

// listText is a list as it stands in its column.
func listText(s []string) string {
	v, _ := list(s).Value() // strings always encode
	text, _ := v.(string)
	return text
}

// mediaText is a list of media as it stands in its column.
func mediaText(m []Media) string {
	v, _ := sqldb.JSON[[]Media]{V: mediaList(m)}.Value() // strings always encode
	text, _ := v.(string)
	return text
}

func list(s []string) sqldb.JSON[[]string] {
	if s == nil {
		s = []string{}
	}
	return sqldb.JSON[[]string]{V: s}
}

// ListBanks gives all banks by name with their counts.
func (s *Store) ListBanks(ctx context.Context) ([]Bank, error) { return s.listBanks(ctx, "") }

// listBanks gives the bank with this id, or all when it is "".
func (s *Store) listBanks(ctx context.Context, id string) ([]Bank, error) {
	var banks []struct {
		ID   string `db:"id"`
		Name string `db:"name"`
	}
	if err := s.db.Select(ctx, &banks, `SELECT id, name FROM banks WHERE $1 = '' OR id = $1 ORDER BY name, id`, id); err != nil {
		return nil, fmt.Errorf("list banks: %w", err)
	}
	var counts []struct {
		BankID   string `db:"bank_id"`
		Type     string `db:"type"`
		Category string `db:"category"`
		N        int    `db:"n"`
	}
	if err := s.db.Select(ctx, &counts,
		`SELECT bank_id, type, category, COUNT(*) AS n FROM questions WHERE deleted_at IS NULL AND ($1 = '' OR bank_id = $1)
			GROUP BY bank_id, type, category`, id); err != nil {
		return nil, fmt.Errorf("count questions: %w", err)
	}
	out := make([]Bank, len(banks))
	at := map[string]*Bank{}
	for i, b := range banks {
		out[i] = Bank{ID: b.ID, Name: b.Name, Categories: map[string]int{}, Types: map[string]int{}}
		at[b.ID] = &out[i]
	}
	for _, c := range counts {
		if b := at[c.BankID]; b != nil {
			b.Questions += c.N
			b.Categories[c.Category] += c.N
			b.Types[c.Type] += c.N
		}
	}
	return out, nil
}

// DrawRule says which questions may be drawn and how many.
type DrawRule struct {
	BankID     string
	Count      int
	Types      []Type   // empty: all
	Categories []string // empty: all
}

// Draw picks Count different questions of the rule with this seed; the same bank and seed give the same draw. Too
// few questions are a conflict draw.too_few with "have" and "want".
func (s *Store) Draw(ctx context.Context, rule DrawRule, seed uint64) ([]Question, error) {
	var heads []struct {
		ID       string `db:"id"`
		Type     Type   `db:"type"`
		Category string `db:"category"`
	}
	if err := s.db.Select(ctx, &heads, `SELECT id, type, category FROM questions
		WHERE bank_id = $1 AND deleted_at IS NULL AND retired = FALSE ORDER BY id`,
		rule.BankID); err != nil {
		return nil, fmt.Errorf("draw from bank %s: %w", rule.BankID, err)
	}
	ids := make([]string, 0, len(heads))
	for _, h := range heads {
		if (len(rule.Types) == 0 || slices.Contains(rule.Types, h.Type)) &&
			(len(rule.Categories) == 0 || slices.Contains(rule.Categories, h.Category)) {
			ids = append(ids, h.ID)
		}
	}
	if len(ids) < rule.Count {
		return nil, fault.New(fault.Conflict, "draw.too_few").With("have", len(ids)).With("want", rule.Count)
	}
	r := rand.New(rand.NewPCG(seed, 0x1e17a1))
	r.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	out := make([]Question, 0, rule.Count)
	for _, id := range ids[:rule.Count] {
		q, err := s.Find(ctx, id)
		if err != nil {
			return nil, err
		}
		out = append(out, q)
	}
	return out, nil
}

// Find gives one question, or not_found question.missing.
func (s *Store) Find(ctx context.Context, id string) (Question, error) {
	var r questionRow
	err := s.db.Get(ctx, &r, `SELECT `+questionColumns+` FROM questions WHERE id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return Question{}, fault.New(fault.NotFound, "question.missing")
	}
	if err != nil {
		return Question{}, fmt.Errorf("find question %s: %w", id, err)
	}
	return r.question(), nil
}
