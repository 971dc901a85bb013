package main

import (
	"context"
	"strings"

	"leitai/leaderboard"
	"leitai/quiz"
)

// boards keeps a contest's live boards in the leaderboard.
type boards struct{ b *leaderboard.Boards }

func packing(board string) leaderboard.Packing {
	if strings.HasSuffix(board, ":teams") {
		return leaderboard.Teams
	}
	return leaderboard.People
}

func (b boards) Replace(ctx context.Context, board string, scores []quiz.Score) error {
	entries := make([]leaderboard.Entry, len(scores))
	for i, s := range scores {
		entries[i] = leaderboard.Entry{Member: s.Member, Points: s.Points, Time: s.TimeMS}
	}
	return b.b.Replace(ctx, board, packing(board), entries)
}

func (b boards) Count(ctx context.Context, board string) (int64, error) { return b.b.Count(ctx, board) }

func (b boards) Read(ctx context.Context, board string) ([]quiz.Score, error) {
	entries, err := b.b.Read(ctx, board, packing(board))
	if err != nil {
		return nil, err
	}
	scores := make([]quiz.Score, len(entries))
	for i, e := range entries {
		scores[i] = quiz.Score{Member: e.Member, Points: e.Points, TimeMS: e.Time}
	}
	return scores, nil
}
