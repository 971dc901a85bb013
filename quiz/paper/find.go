package paper

import (
	"context"
	"errors"
	"strings"
	"time"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/quiz"
	"leitai/sqldb"
)

// freshFor is how long a contest in memory is taken for the one in the database without asking: the clock's changes and
// those made by other processes are seen after it.
const freshFor = time.Second

// maxContests bounds the contests in memory.
const maxContests = 64

// known is a contest in memory.
type known struct {
	contest *Contest
	asked   time.Time // when the database was last asked for its version; by the process's own clock
}

type headRow struct {
	ID        string                           `db:"id"`
	Title     string                           `db:"title"`
	Organizer string                           `db:"organizer"`
	Looks     sqldb.JSON[quiz.ContestSettings] `db:"settings"`
	Paper     sqldb.JSON[Settings]             `db:"paper"`
	Status    quiz.Status                      `db:"status"`
	Code      string                           `db:"code"`
	Seed      string                           `db:"seed"`
	SeedHash  string                           `db:"seed_hash"`
	Version   int                              `db:"version"`
	Keys      int                              `db:"keys_version"`
	CreatedAt sqldb.Millis                     `db:"created_at"`
}

// loadHead reads a contest without teams and pool.
func loadHead(ctx context.Context, get func(ctx context.Context, dest any, query string, args ...any) error, id string) (*Contest, error) {
	var r headRow
	err := get(ctx, &r, `SELECT id, title, organizer, settings, paper, status, code, seed, seed_hash, version, keys_version, created_at
		FROM contests WHERE id = $1 AND kind = 'paper' AND paper <> ''`, id)
	if errors.Is(err, sqldb.ErrNoRow) {
		return nil, errMissing
	}
	if err != nil {
		return nil, err
	}
	c := &Contest{ID: r.ID, Title: r.Title, Organizer: r.Organizer, Looks: r.Looks.V, Rules: r.Paper.V, Status: r.Status, Code: r.Code,
		Seed: r.Seed, SeedHash: r.SeedHash, Version: r.Version, keys: r.Keys, CreatedAt: r.CreatedAt.Time()}
	return c, c.index()
}

// Find gives a paper contest, or not_found contest.missing. What others changed is seen after a second.
func (s *Store) Find(ctx context.Context, id string) (*Contest, error) {
	s.mu.Lock()
	k, since := s.contests[id], s.forgotten
	s.mu.Unlock()
	if k != nil && time.Since(k.asked) < freshFor {
		return k.contest, nil
	}
	v, err, _ := s.loading.Do(id, func() (any, error) { // one caller asks for all who wait
		asked, ctx := time.Now(), context.WithoutCancel(ctx)
		ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
		defer cancel()
		if k != nil {
			var version int
			err := s.db.Get(ctx, &version, `SELECT version FROM contests WHERE id = $1`, id)
			if sqldb.IsUnavailable(err) { // what is known will do: nothing can change while the database is away
				s.keep(k.contest, asked, since)
				return k.contest, nil
			}
			if err != nil && !errors.Is(err, sqldb.ErrNoRow) {
				return nil, wrap("find contest "+id, err)
			}
			if err == nil && version == k.contest.Version {
				s.keep(k.contest, asked, since)
				return k.contest, nil
			}
		}
		c, err := s.load(ctx, id)
		if err != nil {
			return nil, err
		}
		s.keep(c, asked, since)
		return c, nil
	})
	if err != nil {
		return nil, err
	}
	return v.(*Contest), nil
}

// FindByCode gives a contest that has been published, or not_found contest.unknown_code.
func (s *Store) FindByCode(ctx context.Context, code string) (*Contest, error) {
	unknown := fault.New(fault.NotFound, "contest.unknown_code")
	if len(code) != 6 || strings.Trim(code, "0123456789") != "" {
		return nil, unknown
	}
	s.mu.Lock()
	id := s.codes[code]
	s.mu.Unlock()
	if id == "" {
		err := s.db.Get(ctx, &id, `SELECT id FROM contests WHERE code = $1 AND status <> 'draft'`, code)
		if errors.Is(err, sqldb.ErrNoRow) {
			return nil, unknown
		}
		if err != nil {
			return nil, wrap("find contest by code", err)
		}
	}
	c, err := s.Find(ctx, id)
	if fault.Is(err, fault.NotFound) || err == nil && (c.Code != code || c.Status == quiz.Draft) { // taken back meanwhile
		return nil, unknown
	}
	return c, err
}

// load reads a whole contest.
func (s *Store) load(ctx context.Context, id string) (*Contest, error) {
	c, err := loadHead(ctx, s.db.Get, id)
	if err != nil {
		return nil, wrap("find contest "+id, err)
	}
	var teams []struct {
		ID     string `db:"id"`
		Unit   string `db:"unit_id"`
		Name   string `db:"name"`
		Group  string `db:"grp"`
		Roster int    `db:"roster"`
	}
	if err := s.db.Select(ctx, &teams, `SELECT id, COALESCE(unit_id, '') AS unit_id, name, grp, roster FROM teams WHERE contest_id = $1
		ORDER BY position, id`, id); err != nil {
		return nil, wrap("list teams", err)
	}
	for _, t := range teams {
		c.Teams = append(c.Teams, quiz.Team{ID: t.ID, UnitID: t.Unit, Name: t.Name, Group: t.Group, Roster: t.Roster})
	}
	var pool []struct {
		RuleNo int                               `db:"rule_no"`
		Q      sqldb.JSON[questionbank.Question] `db:"snapshot"`
		Moves  string                            `db:"moves"`
		Voided bool                              `db:"voided"`
	}
	if err := s.db.Select(ctx, &pool, `SELECT rule_no, snapshot, moves, voided FROM paper_pool WHERE contest_id = $1
		ORDER BY rule_no, question_id`, id); err != nil {
		return nil, wrap("list pool", err)
	}
	for _, q := range pool {
		c.Pool = append(c.Pool, PoolQuestion{RuleNo: q.RuleNo, Question: q.Q.V, Moves: q.Moves, Voided: q.Voided})
	}
	return c, c.index()
}

// keep remembers a contest as it was read at asked, unless one was forgotten since.
func (s *Store) keep(c *Contest, asked time.Time, since uint64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.forgotten != since { // a contest was changed meanwhile, perhaps this one
		return
	}
	if s.contests[c.ID] == nil && len(s.contests) >= maxContests {
		oldest := ""
		for id, k := range s.contests {
			if oldest == "" || k.asked.Before(s.contests[oldest].asked) {
				oldest = id
			}
		}
		s.drop(oldest)
	}
	if old := s.contests[c.ID]; old != nil && old.contest.Code != c.Code {
		delete(s.codes, old.contest.Code)
	}
	s.contests[c.ID] = &known{c, asked}
	if c.Code != "" {
		s.codes[c.Code] = c.ID
	}
}

// drop takes a contest out of the memory; mu is held.
func (s *Store) drop(id string) {
	if k := s.contests[id]; k != nil {
		delete(s.codes, k.contest.Code)
		delete(s.contests, id)
	}
}

// forget makes the next Find ask the database. What is being read at the moment is neither kept nor waited for: it may be
// from before the change.
func (s *Store) forget(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.forgotten++
	s.loading.Forget(id)
	s.drop(id)
}
