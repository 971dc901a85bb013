package study

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"time"

	"leitai/questionbank"
)

// weight says how likely a question is drawn that was seen so long ago: the longer, the more.
func weight(since time.Duration, everSeen bool) float64 {
	const day = 24 * time.Hour
	switch {
	case !everSeen:
		return 1
	case since < day:
		return 0.02
	case since < 7*day:
		return 0.1
	case since < 30*day:
		return 0.4
	}
	return 0.7
}

// drawSome picks up to n different questions; those that somebody has seen lately are less likely (a weighted draw
// without putting back, Efraimidis and Spirakis 2006).
func drawSome(r *rand.Rand, now time.Time, n int, from []questionbank.Outline, seen map[string]time.Time) []Asked {
	type ticket struct {
		q    questionbank.Outline
		rank float64
	}
	tickets := make([]ticket, len(from))
	for i, q := range from {
		at, ever := seen[q.ID]
		tickets[i] = ticket{q, math.Log(1-r.Float64()) / weight(now.Sub(at), ever)}
	}
	slices.SortFunc(tickets, func(a, b ticket) int { return cmp.Compare(b.rank, a.rank) })
	out := make([]Asked, 0, n)
	for _, t := range tickets[:min(n, len(tickets))] {
		out = append(out, Asked{ID: t.q.ID, Version: t.q.Version})
	}
	return out
}

// newRand is a source of chance that nobody can foresee.
func newRand() *rand.Rand { return rand.New(rand.NewPCG(rand.Uint64(), rand.Uint64())) }
