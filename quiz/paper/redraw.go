package paper

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"strings"

	"leitai/sqldb"
)

// Redraw draws the paper of an attempt once more.
func (c *Contest) Redraw(a *Attempt) []Drawn {
	return Draw(c.Seed, c.Rules.DrawRules(), c.Entries(), a.Label())
}

// Matches tells that an attempt has the paper that the seed draws for it.
func (c *Contest) Matches(a *Attempt) bool { return slices.Equal(c.Redraw(a), a.Paper) }

// FindAttemptByLabel gives the attempt that the draw calls by this label, or not_found attempt.missing.
func (s *Store) FindAttemptByLabel(ctx context.Context, contestID, label string) (*Attempt, error) {
	parts := strings.Split(label, "/")
	if len(parts) != 3 {
		return nil, errNoAttempt
	}
	no, err := strconv.Atoi(parts[2])
	if err != nil || no < 1 || no > 1_000_000 {
		return nil, errNoAttempt
	}
	var id string
	err = s.db.Get(ctx, &id, `SELECT id FROM attempts WHERE contest_id = $1 AND entrant_id = $2 AND phase = $3 AND no = $4`, contestID, parts[0], parts[1], no)
	if errors.Is(err, sqldb.ErrNoRow) {
		return nil, errNoAttempt
	}
	if err != nil {
		return nil, wrap("find attempt", err)
	}
	return s.FindAttempt(ctx, id)
}

// FullPoints is what a paper is worth with everything right; ok is false where papers differ in that.
func (c *Contest) FullPoints() (points int, ok bool) {
	for i, r := range c.Rules.Draw {
		sum, same := 0, true
		for _, at := range c.rules[i] {
			p := c.PointsOf(&c.Pool[at])
			same = same && p == c.PointsOf(&c.Pool[c.rules[i][0]])
			sum += p
		}
		switch n := len(c.rules[i]); {
		case n == r.Count: // everybody has all of them
			points += sum
		case n > 0 && same:
			points += sum / n * r.Count
		default:
			return 0, false
		}
	}
	return points, true
}
