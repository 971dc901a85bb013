package study

import (
	"context"
	"encoding/json"
	"slices"
	"time"
)

// Contest is one that uses a bank.
type Contest struct {
	ID     string `db:"id"`
	Title  string `db:"title"`
	Kind   string `db:"kind"`
	Status string `db:"status"`
}

// Use is what of a bank may be learned, and which contests that are not finished have questions of it.
type Use struct {
	Questions int // that may be drawn
	Withheld  int // of the bank's others: kept out as long as a contest has them
	Contests  []Contest
}

// UseOf tells how a bank is used.
func (s *Store) UseOf(ctx context.Context, bankID string) (Use, error) {
	all, err := s.banks.OutlinesOfBank(ctx, bankID)
	if err != nil {
		return Use{}, err
	}
	out, err := s.withheldOfBank(ctx, bankID)
	if err != nil {
		return Use{}, err
	}
	u := Use{Questions: len(without(all, out))}
	u.Withheld = len(all) - u.Questions
	if err := s.db.Select(ctx, &u.Contests, `SELECT id, title, kind, status FROM contests c WHERE status IN ('draft', 'published', 'running') AND (
			EXISTS (SELECT 1 FROM rounds r JOIN round_questions x ON x.round_id = r.id JOIN questions q ON q.id = x.question_id WHERE r.contest_id = c.id AND q.bank_id = $1)
			OR EXISTS (SELECT 1 FROM paper_pool x JOIN questions q ON q.id = x.question_id WHERE x.contest_id = c.id AND q.bank_id = $1)) ORDER BY created_at, id`, bankID); err != nil {
		return Use{}, wrap("contests of bank "+bankID, err)
	}
	drafts, err := s.draftsOf(ctx, bankID)
	if err != nil {
		return Use{}, err
	}
	for _, d := range drafts {
		if !slices.ContainsFunc(u.Contests, func(c Contest) bool { return c.ID == d.ID }) {
			u.Contests = append(u.Contests, d)
		}
	}
	return u, nil
}

// draftsOf gives the paper contests whose rules name a bank and that have no pool yet.
func (s *Store) draftsOf(ctx context.Context, bankID string) ([]Contest, error) {
	var rows []struct {
		Contest
		Paper string `db:"paper"`
	}
	if err := s.db.Select(ctx, &rows, `SELECT id, title, kind, status, paper FROM contests WHERE kind = 'paper' AND status = 'draft' ORDER BY created_at, id`); err != nil {
		return nil, wrap("draft contests", err)
	}
	var out []Contest
	for _, r := range rows {
		var rules struct {
			Draw []struct {
				BankID string `json:"bank_id"`
			} `json:"draw"`
		}
		if json.Unmarshal([]byte(r.Paper), &rules) != nil {
			continue // not ours to judge
		}
		for _, d := range rules.Draw {
			if d.BankID == bankID {
				out = append(out, r.Contest)
				break
			}
		}
	}
	return out, nil
}

// Activity tells how many people learned in the last seven days, today among them, and how many answers they gave.
func (s *Store) Activity(ctx context.Context, now time.Time) (learners, answers int, err error) {
	kept, err := s.FindSettings(ctx)
	if err != nil {
		return 0, 0, err
	}
	var r struct {
		Learners int `db:"learners"`
		Answers  int `db:"answers"`
	}
	if err := s.db.Get(ctx, &r, `SELECT COUNT(DISTINCT person_id) AS learners, CAST(COALESCE(SUM(answered), 0) AS BIGINT) AS answers FROM study_days
		WHERE day >= $1 AND answered > 0`, kept.Day(now.AddDate(0, 0, -6))); err != nil {
		return 0, 0, wrap("count learners", err)
	}
	return r.Learners, r.Answers, nil
}
