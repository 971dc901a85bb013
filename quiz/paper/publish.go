package paper

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"math/big"
	"slices"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/quiz"
	"leitai/sqldb"
)

// codeTries bounds how often another code is made when one is taken.
const codeTries = 8

// Publish freezes the pool of a draft, draws the seed, shows its commitment and gives the contest its code. Conflicts are
// contest.not_draft, contest.draw_few (rule, have, want), contest.no_rules, contest.no_teams and contest.window_over.
func (s *Store) Publish(ctx context.Context, now time.Time, id string) (*Contest, error) {
	c, err := s.fresh(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case c.Status != quiz.Draft:
		return nil, fault.New(fault.Conflict, "contest.not_draft")
	case len(c.Teams) == 0:
		return nil, fault.New(fault.Conflict, "contest.no_teams")
	case c.Rules.ClosesMS <= now.UnixMilli():
		return nil, fault.New(fault.Conflict, "contest.window_over")
	}
	given, report, err := s.share(ctx, c.Rules)
	if err != nil {
		return nil, err
	}
	if !report.Enough {
		return nil, report.tooFew()
	}
	pool, err := s.freeze(ctx, given)
	if err != nil {
		return nil, err
	}
	rosters, err := s.rostersOf(ctx, c)
	if err != nil {
		return nil, err
	}
	secret := make([]byte, 32)
	if _, err := rand.Read(secret); err != nil {
		return nil, err
	}
	c.Pool = pool
	seed := hex.EncodeToString(secret)
	hash := Commitment(seed, c.Rules.DrawRules(), c.Entries())
	for range codeTries {
		code := newCode()
		taken, err := s.quiz.RoomIsOpen(ctx, code)
		if err != nil {
			return nil, err
		}
		if taken {
			continue
		}
		err = s.change(ctx, "publish contest", id, func(tx *sqlx.Tx, head *Contest) error {
			if head.Status != quiz.Draft || head.Version != c.Version+1 { // somebody changed it since it was read
				return fault.New(fault.Conflict, "contest.changed")
			}
			if _, err := tx.ExecContext(ctx, `UPDATE contests SET status = $2, code = $3, seed = $4, seed_hash = $5 WHERE id = $1`, id,
				quiz.Published, code, seed, hash); err != nil {
				return err
			}
			for i, t := range c.Teams {
				if n, ok := rosters[t.UnitID]; ok && n != t.Roster {
					if _, err := tx.ExecContext(ctx, `UPDATE teams SET roster = $2 WHERE id = $1`, c.Teams[i].ID, n); err != nil {
						return err
					}
				}
			}
			return insertPool(ctx, tx, id, pool)
		})
		if sqldb.IsUnique(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		return s.fresh(ctx, id)
	}
	return nil, fault.New(fault.Conflict, "room.code_taken")
}

// fresh is Find past the memory.
func (s *Store) fresh(ctx context.Context, id string) (*Contest, error) {
	c, err := s.load(ctx, id)
	if err == nil {
		s.forget(id)
	}
	return c, err
}

// freeze reads the questions of a pool as they are now.
func (s *Store) freeze(ctx context.Context, given map[string]int) ([]PoolQuestion, error) {
	ids := make([]string, 0, len(given))
	for id := range given {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	out := make([]PoolQuestion, 0, len(ids))
	for part := range slices.Chunk(ids, 500) {
		qs, err := s.questions(ctx, part)
		if err != nil {
			return nil, err
		}
		for _, q := range qs {
			if no := given[q.ID]; no > 0 {
				out = append(out, PoolQuestion{RuleNo: no, Question: q, Moves: movable(q)})
			}
		}
	}
	if len(out) != len(ids) {
		return nil, fault.New(fault.Conflict, "contest.changed")
	}
	slices.SortFunc(out, byRuleAndID)
	return out, nil
}

// questions reads questions as they are now, but not those that are deleted.
func (s *Store) questions(ctx context.Context, ids []string) ([]questionbank.Question, error) {
	var rows []struct {
		ID          string                           `db:"id"`
		Version     int                              `db:"version"`
		Type        questionbank.Type                `db:"type"`
		Category    string                           `db:"category"`
		Stem        string                           `db:"stem"`
		Options     sqldb.JSON[[]string]             `db:"options"`
		Key         sqldb.JSON[[]string]             `db:"answer_key"`
		Explanation string                           `db:"explanation"`
		Source      string                           `db:"source"`
		Difficulty  int                              `db:"difficulty"`
		Tags        sqldb.JSON[[]string]             `db:"tags"`
		Media       sqldb.JSON[[]questionbank.Media] `db:"media"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT id, version, type, category, stem, options, answer_key, explanation, source, difficulty, tags, media
		FROM questions WHERE deleted_at IS NULL AND id IN (`+params(1, len(ids))+`)`, anys(ids)...); err != nil {
		return nil, wrap("read questions", err)
	}
	out := make([]questionbank.Question, len(rows))
	for i, r := range rows {
		out[i] = questionbank.Question{ID: r.ID, Version: r.Version, Type: r.Type, Category: r.Category, Stem: r.Stem, Options: r.Options.V, Key: r.Key.V,
			Explanation: r.Explanation, Source: r.Source, Difficulty: r.Difficulty, Tags: r.Tags.V, Media: r.Media.V}
	}
	return out, nil
}

func byRuleAndID(a, b PoolQuestion) int {
	return cmp.Or(cmp.Compare(a.RuleNo, b.RuleNo), cmp.Compare(a.Question.ID, b.Question.ID))
}

func insertPool(ctx context.Context, tx *sqlx.Tx, id string, pool []PoolQuestion) error {
	insert, err := tx.PreparexContext(ctx, `INSERT INTO paper_pool (contest_id, rule_no, question_id, version, snapshot, moves, voided)
		VALUES ($1, $2, $3, $4, $5, $6, $7)`)
	if err != nil {
		return err
	}
	defer func() { _ = insert.Close() }()
	for _, q := range pool {
		if _, err := insert.ExecContext(ctx, id, q.RuleNo, q.Question.ID, q.Question.Version, sqldb.JSON[questionbank.Question]{V: q.Question}, q.Moves, false); err != nil {
			return err
		}
	}
	return nil
}

// rostersOf counts the people of a contest's teams as the roster is now, by unit.
func (s *Store) rostersOf(ctx context.Context, c *Contest) (map[string]int, error) {
	at := map[string]int{}
	for i, t := range c.Teams {
		if t.UnitID != "" {
			at[t.UnitID] = i
		}
	}
	if len(at) == 0 {
		return nil, nil
	}
	t, err := s.units(ctx)
	if err != nil {
		return nil, err
	}
	counts, err := s.rosters(ctx, t, at)
	if err != nil {
		return nil, err
	}
	for u := range at {
		counts[u] += 0 // a unit that lost all its people has none
	}
	return counts, nil
}

// newCode makes six digits that do not begin with 0.
func newCode() string {
	n, err := rand.Int(rand.Reader, big.NewInt(900000))
	if err != nil {
		panic(err) // no randomness: nothing can be secret
	}
	return fmt.Sprint(100000 + n.Int64())
}

// Unpublish takes a contest back to draft while nobody has entered; afterwards it is a conflict contest.entered. Pool, seed and
// code are gone: the next publication makes others.
func (s *Store) Unpublish(ctx context.Context, id string) error {
	return s.change(ctx, "unpublish contest", id, func(tx *sqlx.Tx, c *Contest) error {
		if c.Status != quiz.Published {
			return fault.New(fault.Conflict, "contest.not_published")
		}
		var entered int
		if err := tx.GetContext(ctx, &entered, `SELECT COUNT(*) FROM (SELECT id FROM entrants WHERE contest_id = $1 LIMIT 1) AS e`, id); err != nil {
			return err
		}
		if entered > 0 {
			return fault.New(fault.Conflict, "contest.entered")
		}
		if _, err := tx.ExecContext(ctx, `UPDATE contests SET status = $2, code = '', seed = '', seed_hash = '' WHERE id = $1`, id, quiz.Draft); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `DELETE FROM paper_pool WHERE contest_id = $1`, id)
		return err
	})
}

// Close ends the formal window now, also that of a contest that has not opened yet: nobody can begin an attempt, and open ones are handed in.
// The contest is finished when that is done. One that has closed already is a conflict contest.over.
func (s *Store) Close(ctx context.Context, now time.Time, id string) error {
	return s.change(ctx, "close contest", id, func(tx *sqlx.Tx, c *Contest) error {
		ms := now.UnixMilli()
		if c.Status != quiz.Running && c.Status != quiz.Published || c.PhaseAt(now) == PhaseAfter {
			return fault.New(fault.Conflict, "contest.over")
		}
		rules := c.Rules
		if rules.OpensMS >= ms {
			return fault.New(fault.Conflict, "contest.not_open")
		}
		rules.ClosesMS = ms
		if err := storeRules(ctx, tx, id, rules); err != nil {
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE attempts SET deadline_at = $2 WHERE contest_id = $1 AND state = 'open' AND deadline_at > $2`, id, ms)
		return err
	})
}

// Prolong moves the end of the formal window to a later moment. Open attempts that the old end would have cut go on until their own
// time is up, or the new end. A contest that is finished is a conflict contest.over; an end that is no later is invalid.
func (s *Store) Prolong(ctx context.Context, now time.Time, id string, closesMS int64) error {
	err := s.change(ctx, "prolong contest", id, func(tx *sqlx.Tx, c *Contest) error {
		if c.Status != quiz.Running && c.Status != quiz.Published {
			return fault.New(fault.Conflict, "contest.over")
		}
		rules := c.Rules
		old := rules.ClosesMS
		rules.ClosesMS = closesMS
		if closesMS <= old || closesMS <= now.UnixMilli() {
			return fault.Field("closes_ms", "contest.no_longer")
		}
		if err := rules.Validate(); err != nil {
			return err
		}
		if err := storeRules(ctx, tx, id, rules); err != nil {
			return err
		}
		if rules.PaperLimitMS == 0 {
			_, err := tx.ExecContext(ctx, `UPDATE attempts SET deadline_at = $3 WHERE contest_id = $1 AND state = 'open' AND phase = 'formal' AND deadline_at = $2`,
				id, old, closesMS)
			return err
		}
		_, err := tx.ExecContext(ctx, `UPDATE attempts SET deadline_at = CASE WHEN started_at + $4 < $3 THEN started_at + $4 ELSE $3 END
			WHERE contest_id = $1 AND state = 'open' AND phase = 'formal' AND deadline_at = $2`, id, old, closesMS, rules.PaperLimitMS)
		return err
	})
	if err == nil {
		s.sittings.clear() // they know the old deadlines
	}
	return err
}

// Archive puts a finished contest out of the way; any other is a conflict contest.not_finished.
func (s *Store) Archive(ctx context.Context, id string) error {
	return s.change(ctx, "archive contest", id, func(tx *sqlx.Tx, c *Contest) error {
		if c.Status != quiz.Finished {
			return fault.New(fault.Conflict, "contest.not_finished")
		}
		_, err := tx.ExecContext(ctx, `UPDATE contests SET status = $2 WHERE id = $1`, id, quiz.Archived)
		return err
	})
}
