package quiz

import (
	"context"
	"errors"
	"time"
)

// Scoreboard is where live boards are kept for everybody to read. It is a view: whatever is lost there is written
// again from the totals.
type Scoreboard interface {
	// Replace makes a board hold exactly these scores.
	Replace(ctx context.Context, board string, scores []Score) error
	// Count is how many members a board holds.
	Count(ctx context.Context, board string) (int64, error)
}

// Score is one member's line of a board: points (hundredths for teams), then less time.
type Score struct {
	Member string
	Points int64
	TimeMS int64
}

// PeopleBoard and TeamBoard name a contest's boards.
func PeopleBoard(contestID string) string { return contestID + ":people" }

// TeamBoard names the board of a contest's teams.
func TeamBoard(contestID string) string { return contestID + ":teams" }

const (
	// boardTimeout keeps a hanging Redis from holding up a show; what is not written is caught up at a later beat.
	boardTimeout = 700 * time.Millisecond
	boardPause   = 5 * time.Second // between tries that hang
)

func (l *Live) writeBoards(ctx context.Context) {
	ctx, cancel := context.WithTimeout(ctx, boardTimeout)
	defer cancel()
	people := make([]Score, len(l.people))
	for i, p := range l.people {
		people[i] = Score{p.EntrantID, p.Points, p.TimeMS}
	}
	teams := make([]Score, len(l.teams))
	for i, t := range l.teams {
		teams[i] = Score{t.TeamID, t.Hundredths, t.TimeMS}
	}
	err := errors.Join(l.Boards.Replace(ctx, PeopleBoard(l.contest.ID), people), l.Boards.Replace(ctx, TeamBoard(l.contest.ID), teams))
	if err != nil && !l.dirty {
		l.Logger.Warn("boards are catching up", "contest", l.contest.ID, "error", err)
	}
	l.dirty = err != nil
	l.written = [2]int64{int64(len(people)), int64(len(teams))}
}

// mendBoards writes the boards again when they were not written, or are lost.
func (l *Live) mendBoards(ctx context.Context) {
	began := time.Now()
	if began.Before(l.boardsAt) {
		return
	}
	counting, cancel := context.WithTimeout(ctx, boardTimeout)
	defer cancel()
	n, err := l.Boards.Count(counting, PeopleBoard(l.contest.ID))
	m := int64(0)
	if err == nil {
		m, err = l.Boards.Count(counting, TeamBoard(l.contest.ID))
	}
	if err == nil && (l.dirty || n != l.written[0] || m != l.written[1]) {
		l.writeBoards(ctx)
		l.Logger.Info("boards written again", "contest", l.contest.ID, "people", n, "teams", m, "done", !l.dirty)
	}
	if now := time.Now(); now.Sub(began) >= boardTimeout {
		l.boardsAt = now.Add(boardPause)
	}
}
