package ranking

import (
	"context"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"leitai/leaderboard"
)

// Difference is a line that a board and the database do not agree on.
type Difference struct {
	Board  string `json:"board"`  // such as people: or units:2026-11-22
	Member string `json:"member"` // entrant, team, person or unit
	What   string `json:"what"`   // missing, extra or different: on the board
	Want   string `json:"want"`   // as the database has it
	Have   string `json:"have"`   // as the board has it
}

// Check is what became of comparing a group with the database.
type Check struct {
	Group       string       `json:"group"`
	Built       bool         `json:"built"`       // false: there are no boards, they are lost
	Lines       int          `json:"lines"`       // in the database
	Waiting     int          `json:"waiting"`     // changes that are not on the boards yet
	Count       int          `json:"differences"` // how many
	Differences []Difference `json:"examples"`    // the first hundred
}

// Equal reports whether boards and database agree.
func (c Check) Equal() bool { return c.Built && c.Count == 0 }

const (
	maxExamples = 100
	checkPause  = 500 * time.Millisecond
)

// Compare holds every board of a group against the database. While people hand in, the two are read at different
// moments: where they differ and somebody has written meanwhile, or changes wait to be brought over, it looks again, at
// most tries times.
func (b *Boards) Compare(ctx context.Context, group string, tries int) (Check, error) {
	for {
		before, err := b.groups.Marks(ctx, []string{group})
		if err != nil {
			return Check{}, err
		}
		check, err := b.compare(ctx, group)
		if err != nil {
			return Check{}, err
		}
		after, err := b.groups.Marks(ctx, []string{group})
		if err != nil {
			return Check{}, err
		}
		check.Built = after[0].Built
		moving := check.Waiting > 0 || before[0] != after[0]
		if tries--; tries <= 0 || check.Equal() || !moving {
			return check, nil
		}
		select {
		case <-ctx.Done():
			return Check{}, ctx.Err()
		case <-time.After(checkPause):
		}
	}
}

var errOrder = errors.New("the lines of a board must come together")

func (b *Boards) compare(ctx context.Context, group string) (Check, error) {
	check := Check{Group: group, Differences: []Difference{}}
	var err error
	if check.Waiting, err = b.waiting(ctx, group); err != nil {
		return check, err
	}
	seen := map[string]bool{}
	current, want := "", map[string]leaderboard.Line{}
	flush := func() error {
		if current == "" {
			return nil
		}
		return b.compareBoard(ctx, &check, current, want)
	}
	if err := b.eachLine(ctx, group, func(board string, lines []leaderboard.Line) error {
		if board != current {
			if err := flush(); err != nil {
				return err
			}
			if seen[board] {
				return errOrder
			}
			current, seen[board], want = board, true, map[string]leaderboard.Line{}
		}
		for _, l := range lines {
			want[l.Member] = l
		}
		check.Lines += len(lines)
		return nil
	}); err != nil {
		return check, err
	}
	if err := flush(); err != nil {
		return check, err
	}
	boards, err := b.groups.Boards(ctx, group)
	if err != nil {
		return check, err
	}
	for _, board := range boards { // those that the database knows nothing of
		if !seen[board] {
			if err := b.compareBoard(ctx, &check, board, nil); err != nil {
				return check, err
			}
		}
	}
	return check, nil
}

func (b *Boards) compareBoard(ctx context.Context, check *Check, board string, want map[string]leaderboard.Line) error {
	p := packingOf(check.Group, board)
	differ := func(member, what, want, have string) {
		if check.Count++; len(check.Differences) < maxExamples {
			check.Differences = append(check.Differences, Difference{board, member, what, want, have})
		}
	}
	if err := b.groups.Read(ctx, check.Group, board, p, func(have leaderboard.Line) error {
		l, ok := want[have.Member]
		delete(want, have.Member)
		switch {
		case !ok:
			differ(have.Member, "extra", "", have.String())
		case l.As(p) != have:
			differ(have.Member, "different", l.As(p).String(), have.String())
		}
		return nil
	}); err != nil {
		return err
	}
	for _, id := range slices.Sorted(maps.Keys(want)) {
		l := want[id]
		differ(id, "missing", l.As(p).String(), "")
	}
	return nil
}

// waiting counts the changes that are not on a group's boards yet.
func (b *Boards) waiting(ctx context.Context, group string) (n int, err error) {
	where := `contest_id = $1`
	id := strings.TrimPrefix(group, contestGroup)
	if season, ok := strings.CutPrefix(group, seasonGroup); ok {
		where, id = `contest_id IN (SELECT contest_id FROM season_contests WHERE season_id = $1)`, season
	}
	if err := b.db.Get(ctx, &n, `SELECT COUNT(*) FROM board_changes WHERE `+where, id); err != nil {
		return 0, wrap("count changes of boards", err)
	}
	return n, nil
}
