package study

import (
	"context"
	"errors"
	"strings"
	"sync"
	"time"

	"github.com/google/uuid"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/sqldb"
)

// Banks is where questions come from: questionbank.Store.
type Banks interface {
	OutlinesOfBank(ctx context.Context, bankID string) ([]questionbank.Outline, error)
	Outlines(ctx context.Context, ids []string) ([]questionbank.Outline, error)
	FindVersion(ctx context.Context, id string, version int) (questionbank.Question, error)
}

// Store keeps settings, sets, points and mistakes in the database.
type Store struct {
	db    *sqldb.DB
	banks Banks

	mu    sync.Mutex
	pools map[string]pool // by bank
	board map[string]unitBoard
}

// NewStore returns a store over db that draws from banks.
func NewStore(db *sqldb.DB, banks Banks) *Store {
	return &Store{db: db, banks: banks, pools: map[string]pool{}, board: map[string]unitBoard{}}
}

// Kept are settings with the version under which they are stored.
type Kept struct {
	Settings
	Version   int // 0 are the defaults
	ChangedBy string
	ChangedAt time.Time
}

// FindSettings gives the settings that count, the defaults when nobody has set any.
func (s *Store) FindSettings(ctx context.Context) (Kept, error) {
	var r struct {
		Version   int                  `db:"version"`
		Settings  sqldb.JSON[Settings] `db:"settings"`
		ChangedBy string               `db:"changed_by"`
		ChangedAt sqldb.Millis         `db:"changed_at"`
	}
	err := s.db.Get(ctx, &r, `SELECT version, settings, changed_by, changed_at FROM study_settings ORDER BY version DESC LIMIT 1`)
	if errors.Is(err, sqldb.ErrNoRow) {
		return Kept{Settings: DefaultSettings()}, nil
	}
	if err != nil {
		return Kept{}, wrap("find study settings", err)
	}
	return Kept{r.Settings.V, r.Version, r.ChangedBy, r.ChangedAt.Time()}, nil
}

// ChangeSettings stores settings after the version that was changed; when somebody else was quicker it is a conflict
// "study.changed". by is shown.
func (s *Store) ChangeSettings(ctx context.Context, now time.Time, version int, to Settings, by string) (Kept, error) {
	if err := to.Validate(); err != nil {
		return Kept{}, err
	}
	n, err := s.db.Exec(ctx, `INSERT INTO study_settings (version, settings, changed_by, changed_at)
		SELECT CAST($1 AS INTEGER), CAST($2 AS TEXT), CAST($3 AS TEXT), CAST($4 AS BIGINT)
		WHERE COALESCE((SELECT MAX(version) FROM study_settings), 0) = $5 ON CONFLICT (version) DO NOTHING`,
		version+1, sqldb.JSON[Settings]{V: to}, by, sqldb.MillisOf(now), version)
	if err != nil {
		return Kept{}, wrap("store study settings", err)
	}
	if n == 0 {
		return Kept{}, fault.New(fault.Conflict, "study.changed")
	}
	return Kept{to, version + 1, by, sqldb.MillisOf(now).Time()}, nil
}

// poolFor is how long a bank's questions are kept in memory for drawing. What was retired since may be drawn so long;
// what must not be shown is looked up each time.
const poolFor = 10 * time.Second

type pool struct {
	at        time.Time
	questions []questionbank.Outline
}

// openQuestions gives the questions of these banks that may be drawn now.
func (s *Store) openQuestions(ctx context.Context, now time.Time, banks []string) ([]questionbank.Outline, error) {
	var all []questionbank.Outline
	for _, id := range banks {
		s.mu.Lock()
		p, ok := s.pools[id]
		s.mu.Unlock()
		if !ok || now.Sub(p.at) > poolFor || now.Before(p.at) {
			questions, err := s.banks.OutlinesOfBank(ctx, id)
			if err != nil {
				return nil, err
			}
			out, err := s.withheldOfBank(ctx, id)
			if err != nil {
				return nil, err
			}
			p = pool{now, without(questions, out)}
			s.mu.Lock()
			s.pools[id] = p
			s.mu.Unlock()
		}
		all = append(all, p.questions...)
	}
	return all, nil
}

func without(questions []questionbank.Outline, out map[string]bool) []questionbank.Outline {
	kept := make([]questionbank.Outline, 0, len(questions))
	for _, q := range questions {
		if !out[q.ID] {
			kept = append(kept, q)
		}
	}
	return kept
}

// The questions that are part of a contest which is not finished, here as twin: nobody shall learn their keys early.
const inContest = ` AND (EXISTS (SELECT 1 FROM paper_pool p JOIN contests c ON c.id = p.contest_id
		WHERE p.question_id = twin.id AND c.status IN ('published', 'running'))
	OR EXISTS (SELECT 1 FROM round_questions u JOIN rounds r ON r.id = u.round_id JOIN contests c ON c.id = r.contest_id
		WHERE u.question_id = twin.id AND c.status IN ('draft', 'published', 'running')))`

const withheldFrom = `SELECT DISTINCT questions.id FROM questions JOIN questions twin ON twin.fingerprint = questions.fingerprint WHERE `

// withheldOfBank gives the questions of a bank that are kept out of learning, because they, or the same in another bank,
// are part of a contest that is not finished.
func (s *Store) withheldOfBank(ctx context.Context, bankID string) (map[string]bool, error) {
	return s.withheldWhere(ctx, `questions.bank_id = $1`, bankID)
}

// withheld gives those of these questions that are kept out of learning now.
func (s *Store) withheld(ctx context.Context, ids ...string) (map[string]bool, error) {
	if len(ids) == 0 {
		return map[string]bool{}, nil
	}
	marks, args := questionbank.Marks(1, ids)
	return s.withheldWhere(ctx, `questions.id IN (`+marks+`)`, args...)
}

func (s *Store) withheldWhere(ctx context.Context, where string, args ...any) (map[string]bool, error) {
	var ids []string
	if err := s.db.Select(ctx, &ids, withheldFrom+where+inContest, args...); err != nil {
		return nil, wrap("find withheld questions", err)
	}
	out := make(map[string]bool, len(ids))
	for _, id := range ids {
		out[id] = true
	}
	return out, nil
}

// seen gives when somebody last answered which question.
func (s *Store) seen(ctx context.Context, personID string) (map[string]time.Time, error) {
	if personID == "" {
		return nil, nil
	}
	var rows []struct {
		ID string       `db:"question_id"`
		At sqldb.Millis `db:"seen_at"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT question_id, seen_at FROM study_seen WHERE person_id = $1`, personID); err != nil {
		return nil, wrap("find seen questions", err)
	}
	out := make(map[string]time.Time, len(rows))
	for _, r := range rows {
		out[r.ID] = r.At.Time()
	}
	return out, nil
}

// inTopic keeps the questions of a topic: "c:" and a category, "t:" and a tag; "" keeps all.
func inTopic(questions []questionbank.Outline, topic string) []questionbank.Outline {
	if topic == "" {
		return questions
	}
	var out []questionbank.Outline
	category, isCategory := strings.CutPrefix(topic, "c:")
	tag, isTag := strings.CutPrefix(topic, "t:")
	for _, q := range questions {
		fits := isCategory && q.Category == category
		for _, t := range q.Tags {
			fits = fits || isTag && t == tag
		}
		if fits {
			out = append(out, q)
		}
	}
	return out
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }
