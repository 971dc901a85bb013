package quiz

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/sqldb"
)

// Store keeps contests, rooms, entrants, answers and the ledger in the database.
type Store struct{ db *sqldb.DB }

// NewStore returns a store over db.
func NewStore(db *sqldb.DB) *Store { return &Store{db: db} }

// wrap gives database trouble its code, so that callers can tell "try again" from a fault of the program.
func wrap(doing string, err error) error {
	if sqldb.IsUnavailable(err) {
		return fault.Wrap(fault.Unavailable, "storage.unavailable", fmt.Errorf("%s: %w", doing, err))
	}
	return fmt.Errorf("%s: %w", doing, err)
}

// text is a text of people's as both engines store it: Postgres refuses zero bytes and what is not UTF-8.
func text(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

// CreateContest stores a contest with its teams, rounds and drawn questions. It fills in the ids that are empty and
// numbers rounds and questions.
func (s *Store) CreateContest(ctx context.Context, c *Contest) error {
	if c.ID == "" {
		c.ID = newID()
	}
	c.Status = Draft
	if c.Kind == "" {
		c.Kind = KindLive
	}
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		if _, err := tx.ExecContext(ctx, `INSERT INTO contests (id, kind, title, organizer, settings, status, version, created_at)
			VALUES ($1, $2, $3, $4, $5, $6, 1, $7)`, c.ID, c.Kind, text(c.Title), text(c.Organizer), sqldb.JSON[ContestSettings]{V: c.Settings},
			c.Status, sqldb.MillisOf(c.CreatedAt)); err != nil {
			return err
		}
		if err := insertTeams(ctx, tx, c); err != nil {
			return err
		}
		for i := range c.Rounds {
			c.Rounds[i].No = i + 1
			if err := insertRound(ctx, tx, c.ID, &c.Rounds[i]); err != nil {
				return err
			}
		}
		return nil
	})
	if sqldb.IsUnique(err) {
		return fault.Wrap(fault.Conflict, "team.twice", err)
	}
	if err != nil {
		return wrap("create contest", err)
	}
	return nil
}

func insertTeams(ctx context.Context, tx *sqlx.Tx, c *Contest) error {
	for i := range c.Teams {
		t := &c.Teams[i]
		if t.ID == "" {
			t.ID = newID()
		}
		unit := &t.UnitID
		if t.UnitID == "" {
			unit = nil
		}
		if _, err := tx.ExecContext(ctx, `INSERT INTO teams (id, contest_id, unit_id, name, grp, roster, position)
			VALUES ($1, $2, $3, $4, $5, $6, $7)`, t.ID, c.ID, unit, text(t.Name), text(t.Group), t.Roster, i); err != nil {
			return err
		}
	}
	return nil
}

func insertRound(ctx context.Context, tx *sqlx.Tx, contestID string, r *Round) error {
	if r.ID == "" {
		r.ID = newID()
	}
	if _, err := tx.ExecContext(ctx, `INSERT INTO rounds (id, contest_id, no, title, format, settings)
		VALUES ($1, $2, $3, $4, $5, $6)`, r.ID, contestID, r.No, text(r.Title), r.Format,
		sqldb.JSON[RoundSettings]{V: r.Settings}); err != nil {
		return err
	}
	return insertQuestions(ctx, tx, r)
}

func insertQuestions(ctx context.Context, tx *sqlx.Tx, r *Round) error {
	for i := range r.Questions {
		q := &r.Questions[i]
		q.No = i + 1
		if _, err := tx.ExecContext(ctx, `INSERT INTO round_questions (round_id, question_no, question_id, version, snapshot, voided)
			VALUES ($1, $2, $3, $4, $5, $6)`, r.ID, q.No, q.Question.ID, q.Question.Version,
			sqldb.JSON[questionbank.Question]{V: q.Question}, false); err != nil {
			return err
		}
	}
	return nil
}

type contestRow struct {
	ID        string                      `db:"id"`
	Kind      Kind                        `db:"kind"`
	Title     string                      `db:"title"`
	Organizer string                      `db:"organizer"`
	Settings  sqldb.JSON[ContestSettings] `db:"settings"`
	Status    Status                      `db:"status"`
	CreatedAt sqldb.Millis                `db:"created_at"`
}

// FindContest gives a contest with its teams, rounds and questions, or not_found contest.missing.
func (s *Store) FindContest(ctx context.Context, id string) (*Contest, error) {
	var row contestRow
	err := s.db.Get(ctx, &row, `SELECT id, kind, title, organizer, settings, status, created_at FROM contests WHERE id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return nil, fault.New(fault.NotFound, "contest.missing")
	}
	if err != nil {
		return nil, wrap("find contest "+id, err)
	}
	c := &Contest{ID: row.ID, Kind: row.Kind, Title: row.Title, Organizer: row.Organizer, Settings: row.Settings.V, Status: row.Status,
		CreatedAt: row.CreatedAt.Time()}
	if err := s.loadTeams(ctx, c); err != nil {
		return nil, err
	}
	if err := s.loadRounds(ctx, c); err != nil {
		return nil, err
	}
	return c, nil
}

func (s *Store) loadTeams(ctx context.Context, c *Contest) error {
	var rows []struct {
		ID     string  `db:"id"`
		UnitID *string `db:"unit_id"`
		Name   string  `db:"name"`
		Group  string  `db:"grp"`
		Roster int     `db:"roster"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT id, unit_id, name, grp, roster FROM teams WHERE contest_id = $1
		ORDER BY position, id`, c.ID); err != nil {
		return wrap("list teams", err)
	}
	for _, r := range rows {
		t := Team{ID: r.ID, Name: r.Name, Group: r.Group, Roster: r.Roster}
		if r.UnitID != nil {
			t.UnitID = *r.UnitID
		}
		c.Teams = append(c.Teams, t)
	}
	return nil
}

func (s *Store) loadRounds(ctx context.Context, c *Contest) error {
	var rounds []struct {
		ID       string                    `db:"id"`
		No       int                       `db:"no"`
		Title    string                    `db:"title"`
		Format   string                    `db:"format"`
		Settings sqldb.JSON[RoundSettings] `db:"settings"`
	}
	if err := s.db.Select(ctx, &rounds, `SELECT id, no, title, format, settings FROM rounds WHERE contest_id = $1
		ORDER BY no`, c.ID); err != nil {
		return wrap("list rounds", err)
	}
	var questions []struct {
		RoundID string                            `db:"round_id"`
		No      int                               `db:"question_no"`
		Voided  bool                              `db:"voided"`
		Q       sqldb.JSON[questionbank.Question] `db:"snapshot"`
	}
	if err := s.db.Select(ctx, &questions, `SELECT q.round_id, q.question_no, q.voided, q.snapshot
		FROM round_questions q JOIN rounds r ON r.id = q.round_id WHERE r.contest_id = $1
		ORDER BY r.no, q.question_no`, c.ID); err != nil {
		return wrap("list questions", err)
	}
	at := map[string]int{}
	for i, r := range rounds {
		at[r.ID] = i
		c.Rounds = append(c.Rounds, Round{ID: r.ID, No: r.No, Title: r.Title, Format: r.Format, Settings: r.Settings.V})
	}
	for _, q := range questions {
		r := &c.Rounds[at[q.RoundID]]
		r.Questions = append(r.Questions, RoundQuestion{No: q.No, Voided: q.Voided, Question: q.Q.V})
	}
	return nil
}

// Summary is a contest in a list.
type Summary struct {
	ID        string       `db:"id"`
	Kind      Kind         `db:"kind"`
	Title     string       `db:"title"`
	Organizer string       `db:"organizer"`
	Status    Status       `db:"status"`
	CreatedAt sqldb.Millis `db:"created_at"`
	Code      string       `db:"code"`      // of a paper contest that is published
	Paper     string       `db:"paper"`     // JSON rules of a paper contest, else ""
	OpensAt   int64        `db:"opens_at"`  // Unix milliseconds; 0 of a live contest
	ClosesAt  int64        `db:"closes_at"` // Unix milliseconds; 0 of a live contest
	Teams     int          `db:"teams"`
	Rounds    int          `db:"rounds"`
	Entrants  int          `db:"entrants"`
}

// TitleOf gives the title of a contest, or not_found contest.missing.
func (s *Store) TitleOf(ctx context.Context, id string) (title string, err error) {
	err = s.db.Get(ctx, &title, `SELECT title FROM contests WHERE id = $1`, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return "", fault.New(fault.NotFound, "contest.missing")
	}
	if err != nil {
		return "", wrap("title of contest "+id, err)
	}
	return title, nil
}

// ListContests gives all contests, newest first.
func (s *Store) ListContests(ctx context.Context) ([]Summary, error) {
	out := []Summary{}
	err := s.db.Select(ctx, &out, `SELECT c.id, c.kind, c.title, c.organizer, c.status, c.created_at, c.code, c.paper, c.opens_at, c.closes_at,
		(SELECT COUNT(*) FROM teams t WHERE t.contest_id = c.id) AS teams,
		(SELECT COUNT(*) FROM rounds r WHERE r.contest_id = c.id) AS rounds,
		(SELECT COUNT(*) FROM entrants e WHERE e.contest_id = c.id) AS entrants
		FROM contests c ORDER BY c.created_at DESC, c.id DESC`)
	if err != nil {
		return nil, wrap("list contests", err)
	}
	return out, nil
}

// UpdateContest stores title, organizer and settings.
func (s *Store) UpdateContest(ctx context.Context, c *Contest) error {
	n, err := s.db.Exec(ctx, `UPDATE contests SET title = $2, organizer = $3, settings = $4, version = version + 1
		WHERE id = $1`, c.ID, text(c.Title), text(c.Organizer), sqldb.JSON[ContestSettings]{V: c.Settings})
	if err != nil {
		return wrap("update contest "+c.ID, err)
	}
	if n == 0 {
		return fault.New(fault.NotFound, "contest.missing")
	}
	return nil
}

// UpdateRound stores a round's title and settings, and its questions when redraw is not nil. It is refused with
// round.begun once the round was answered.
func (s *Store) UpdateRound(ctx context.Context, r *Round, redraw []questionbank.Question) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		var answered int
		if err := tx.GetContext(ctx, &answered, `SELECT COUNT(*) FROM answers WHERE round_id = $1`, r.ID); err != nil {
			return err
		}
		if answered > 0 {
			return fault.New(fault.Conflict, "round.begun")
		}
		res, err := tx.ExecContext(ctx, `UPDATE rounds SET title = $2, settings = $3 WHERE id = $1`, r.ID, text(r.Title),
			sqldb.JSON[RoundSettings]{V: r.Settings})
		if err != nil {
			return err
		}
		if n, err := res.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return fault.New(fault.NotFound, "round.missing")
		}
		if redraw == nil {
			return nil
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM round_questions WHERE round_id = $1`, r.ID); err != nil {
			return err
		}
		r.Questions = nil
		for _, q := range redraw {
			r.Questions = append(r.Questions, RoundQuestion{Question: q})
		}
		return insertQuestions(ctx, tx, r)
	})
	if fault.Is(err, fault.Conflict) || fault.Is(err, fault.NotFound) {
		return err
	}
	if err != nil {
		return wrap("update round "+r.ID, err)
	}
	return nil
}

// Copy gives a new contest with the same teams, rounds and questions, without people and points; it is not stored.
func (c *Contest) Copy(title string, now time.Time) *Contest {
	n := &Contest{Kind: c.Kind, Title: title, Organizer: c.Organizer, Settings: c.Settings, Status: Draft, CreatedAt: now}
	for _, t := range c.Teams {
		t.ID = ""
		n.Teams = append(n.Teams, t)
	}
	for _, r := range c.Rounds {
		qs := make([]RoundQuestion, len(r.Questions))
		for i, q := range r.Questions {
			qs[i] = RoundQuestion{No: q.No, Question: q.Question}
		}
		n.Rounds = append(n.Rounds, Round{No: r.No, Title: r.Title, Format: r.Format, Settings: r.Settings, Questions: qs})
	}
	return n
}

// Meta reads a named value of the installation; "" when there is none.
func (s *Store) Meta(ctx context.Context, name string) (string, error) {
	var v string
	err := s.db.Get(ctx, &v, `SELECT value FROM meta WHERE name = $1`, name)
	if errors.Is(err, sqldb.ErrNoRow) {
		return "", nil
	}
	if err != nil {
		return "", wrap("read meta "+name, err)
	}
	return v, nil
}

// SetMetaOnce stores a named value unless there is one, and gives the one that counts.
func (s *Store) SetMetaOnce(ctx context.Context, name, value string) (string, error) {
	if _, err := s.db.Exec(ctx, `INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO NOTHING`, name, value); err != nil {
		return "", wrap("write meta "+name, err)
	}
	return s.Meta(ctx, name)
}
