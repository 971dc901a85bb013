package paper

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/google/uuid"
	"github.com/jmoiron/sqlx"
	"golang.org/x/sync/singleflight"

	"leitai/fault"
	"leitai/quiz"
	"leitai/sqldb"
)

// Store keeps paper contests, attempts and results in the database, and what phones ask for all the time in memory.
type Store struct {
	db        *sqldb.DB
	quiz      *quiz.Store
	saves     *quiz.Batch[*saving]
	starts    *quiz.Batch[*starting]
	entrants  *quiz.EntrantLog
	loading   singleflight.Group
	sittings  *lru[*Attempt]      // by attempt
	seats     *lru[quiz.Entrant]  // by contest and person
	away      *lru[Leaves]        // by attempt
	used      *lru[*atomic.Int64] // by attempt: saves taken
	owed      owed
	knownTree knownTree

	mu        sync.Mutex
	contests  map[string]*known // by id
	forgotten uint64            // how often a contest was forgotten
	codes     map[string]string // code → contest
}

// NewStore returns a store over db. Stop ends its writers.
func NewStore(db *sqldb.DB) *Store {
	s := &Store{db: db, quiz: quiz.NewStore(db), sittings: newLRU[*Attempt](maxSittings), seats: newLRU[quiz.Entrant](maxSeats), away: newLRU[Leaves](maxSittings), used: newLRU[*atomic.Int64](maxSittings),
		contests: map[string]*known{}, codes: map[string]string{}}
	s.saves, s.starts, s.entrants = quiz.NewBatch(s.writeSaves), quiz.NewBatch(s.writeStarts), quiz.NewEntrantLog(s.quiz)
	return s
}

// Stop writes what is queued and refuses the rest.
func (s *Store) Stop() {
	s.starts.Close()
	s.saves.Close()
	s.entrants.Close()
}

// wrap gives database trouble its code; a fault passes as it is.
func wrap(doing string, err error) error {
	if _, ok := errors.AsType[*fault.Error](err); ok {
		return err
	}
	if sqldb.IsUnavailable(err) {
		return fault.Wrap(fault.Unavailable, "storage.unavailable", fmt.Errorf("%s: %w", doing, err))
	}
	return fmt.Errorf("%s: %w", doing, err)
}

func text(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}

func newID() string { return uuid.Must(uuid.NewV7()).String() }

var errMissing = fault.New(fault.NotFound, "contest.missing")

// Create stores a draft of a paper contest: title, organizer, looks and teams are c's, whose ids are filled in. Each of
// units (ids of the tree) becomes a team after c's own teams, see teamsOf; settings out of range are invalid.
func (s *Store) Create(ctx context.Context, now time.Time, c *quiz.Contest, rules Settings, units []string) error {
	if err := rules.Validate(); err != nil {
		return err
	}
	c.Kind, c.CreatedAt = quiz.KindPaper, now
	if c.ID == "" {
		c.ID = newID()
	}
	teams, err := s.teamsOf(ctx, units)
	if err != nil {
		return err
	}
	c.Teams = append(c.Teams, teams...)
	if err := s.quiz.CreateContest(ctx, c); err != nil {
		return err
	}
	// The contest is of no use without its rules, and nothing lists it as theirs before the caller is told of it.
	if _, err := s.db.Exec(ctx, `UPDATE contests SET paper = $2, opens_at = $3, closes_at = $4 WHERE id = $1`, c.ID,
		sqldb.JSON[Settings]{V: rules}, rules.OpensMS, rules.ClosesMS); err != nil {
		return wrap("create contest", err)
	}
	return nil
}

// change runs f on a contest's row, which no other change reads meanwhile, and counts its version up. Of a contest that
// is not one of papers it is not_found contest.missing.
func (s *Store) change(ctx context.Context, doing, id string, f func(tx *sqlx.Tx, c *Contest) error) error {
	err := s.db.Tx(ctx, func(tx *sqlx.Tx) error {
		r, err := tx.ExecContext(ctx, `UPDATE contests SET version = version + 1 WHERE id = $1 AND kind = $2`, id, quiz.KindPaper)
		if err != nil {
			return err
		}
		if n, err := r.RowsAffected(); err != nil {
			return err
		} else if n == 0 {
			return errMissing
		}
		c, err := loadHead(ctx, tx.GetContext, id)
		if err != nil {
			return err
		}
		return f(tx, c)
	})
	s.forget(id)
	if err != nil {
		return wrap(doing+" "+id, err)
	}
	return nil
}

// UpdateSettings stores other rules. In a draft all may change. Once published, the draw and the shuffles are committed to; once
// somebody has an attempt, only what is shown to people may change (conflict contest.settled, fields of what may not).
func (s *Store) UpdateSettings(ctx context.Context, id string, rules Settings) error {
	if err := rules.Validate(); err != nil {
		return err
	}
	return s.change(ctx, "update rules of contest", id, func(tx *sqlx.Tx, c *Contest) error {
		if c.Status != quiz.Draft {
			begun, err := begun(ctx, tx, id)
			if err != nil {
				return err
			}
			if f := settled(c.Rules, rules, begun || c.Status != quiz.Published); len(f) > 0 {
				return &fault.Error{Code: fault.Conflict, Key: "contest.settled", Fields: f}
			}
		}
		return storeRules(ctx, tx, id, rules)
	})
}

func storeRules(ctx context.Context, tx *sqlx.Tx, id string, rules Settings) error {
	_, err := tx.ExecContext(ctx, `UPDATE contests SET paper = $2, opens_at = $3, closes_at = $4 WHERE id = $1`, id,
		sqldb.JSON[Settings]{V: rules}, rules.OpensMS, rules.ClosesMS)
	return err
}

// begun tells that somebody has an attempt.
func begun(ctx context.Context, tx *sqlx.Tx, id string) (bool, error) {
	var n int
	err := tx.GetContext(ctx, &n, `SELECT COUNT(*) FROM (SELECT 1 FROM attempts WHERE contest_id = $1 LIMIT 1) AS a`, id)
	return n > 0, err
}

// SetUnits makes the teams of a draft from units of the tree. Teams that were typed in are gone afterwards.
func (s *Store) SetUnits(ctx context.Context, id string, units []string) error {
	teams, err := s.teamsOf(ctx, units)
	if err != nil {
		return err
	}
	return s.change(ctx, "set units of contest", id, func(tx *sqlx.Tx, c *Contest) error {
		if c.Status != quiz.Draft {
			return fault.New(fault.Conflict, "contest.not_draft")
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM teams WHERE contest_id = $1`, id); err != nil {
			return err
		}
		for i, t := range teams {
			if _, err := tx.ExecContext(ctx, `INSERT INTO teams (id, contest_id, unit_id, name, grp, roster, position)
				VALUES ($1, $2, $3, $4, $5, $6, $7)`, newID(), id, t.UnitID, text(t.Name), text(t.Group), t.Roster, i); err != nil {
				return err
			}
		}
		return nil
	})
}

// Copy stores a new draft with the same rules and teams, without people and results. Its window opens a day from now and is as long.
func (s *Store) Copy(ctx context.Context, now time.Time, id, title string) (newContestID string, err error) {
	c, err := s.Find(ctx, id)
	if err != nil {
		return "", err
	}
	rules := c.Rules
	shift := now.Truncate(time.Hour).Add(24*time.Hour).UnixMilli() - rules.OpensMS
	rules.OpensMS, rules.ClosesMS = rules.OpensMS+shift, rules.ClosesMS+shift
	if rules.PracticeOpensMS > 0 {
		rules.PracticeOpensMS, rules.PracticeClosesMS = rules.PracticeOpensMS+shift, rules.PracticeClosesMS+shift
	}
	n := &quiz.Contest{Title: title, Organizer: c.Organizer, Settings: c.Looks}
	for _, t := range c.Teams {
		t.ID = ""
		n.Teams = append(n.Teams, t)
	}
	err = s.Create(ctx, now, n, rules, nil)
	return n.ID, err
}
