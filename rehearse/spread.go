package rehearse

import (
	"math"
	"slices"
)

// Spread is how a time is spread over many phones, in milliseconds.
type Spread struct {
	P50 float64 `json:"p50"`
	P99 float64 `json:"p99"`
	Max float64 `json:"max"`
	N   int     `json:"n"` // how many times it was measured
}

// spreadOf sorts ns (nanoseconds) and takes the nearest ranks.
func spreadOf(ns []int64) Spread {
	if len(ns) == 0 {
		return Spread{}
	}
	slices.Sort(ns)
	rank := func(share float64) float64 {
		return millis(ns[max(0, int(math.Ceil(share*float64(len(ns))))-1)])
	}
	return Spread{P50: rank(0.5), P99: rank(0.99), Max: rank(1), N: len(ns)}
}

// millis rounds to a hundredth of a millisecond.
func millis(ns int64) float64 { return math.Round(float64(ns)/1e4) / 100 }
