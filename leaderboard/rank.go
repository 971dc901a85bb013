package leaderboard

import (
	"cmp"
	"slices"
)

// Entry is one member of a board: the id of a person or team, its points in the packing's measure, and its time in
// milliseconds.
type Entry struct {
	Member string
	Points int64
	Time   int64
}

// Ranked is an entry with its place, counted from 1.
type Ranked struct {
	Entry
	Place int
}

// Rank orders entries, best first: more points, then less time, then the smaller member id, so that the order is the
// same every time. With share, equal points and time share a place (1, 2, 2, 4); otherwise places are 1, 2, 3, 4.
func Rank(entries []Entry, share bool) []Ranked {
	sorted := slices.Clone(entries)
	slices.SortFunc(sorted, func(a, b Entry) int {
		return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(a.Time, b.Time), cmp.Compare(a.Member, b.Member))
	})
	ranked := make([]Ranked, len(sorted))
	for i, e := range sorted {
		ranked[i] = Ranked{Entry: e, Place: i + 1}
		if share && i > 0 && e.Points == sorted[i-1].Points && e.Time == sorted[i-1].Time {
			ranked[i].Place = ranked[i-1].Place
		}
	}
	return ranked
}
