package leaderboard

// Packing puts points and time into one float64 that sorts as people expect, more points first and then less time:
//
//	score = points × 2^timeBits + (2^timeBits − 1 − time)
//
// A float64 is exact for whole numbers up to 2^53, so the bits of points and time together are at most 53; the sign
// comes on top. What lies beyond a limit is clamped to it: the order stays right up to the limit, and beyond it is a
// tie. Time is counted in whole units, rounded down.
type Packing struct {
	pointBits uint  // |points| < 2^pointBits
	timeBits  uint  // 0 ≤ time < 2^timeBits units
	unit      int64 // of time, in milliseconds
}

var (
	// People packs a person's whole points, below 2,097,152 (2^21) up or down, and a time in milliseconds below 2^31,
	// which is 24 days.
	People = Packing{pointBits: 21, timeBits: 31, unit: 1}

	// Teams packs a team's points in hundredths, below 2^33 up or down, which is 85 million points, and a time of
	// which whole seconds count, below 2^20 seconds, which is 12 days. A sum over the members of a large team needs
	// the points; an average needs the hundredths.
	Teams = Packing{pointBits: 33, timeBits: 20, unit: 1000}
)

// Limits returns the largest points, up or down, and the longest time in milliseconds that are kept apart from others.
func (p Packing) Limits() (points, timeMS int64) {
	return 1<<p.pointBits - 1, (1<<p.timeBits - 1) * p.unit
}

// Score packs points and a time in milliseconds; see Packing for what happens beyond the limits.
func (p Packing) Score(points, timeMS int64) float64 {
	most, longest := p.Limits()
	points = min(max(points, -most), most)
	units := min(max(timeMS, 0), longest) / p.unit
	return float64(points<<p.timeBits + (1<<p.timeBits - 1 - units))
}

// Split returns what Score packed: the points, and the time in milliseconds, a multiple of the packing's unit.
func (p Packing) Split(score float64) (points, timeMS int64) {
	whole := int64(score)
	points = whole >> p.timeBits // an arithmetic shift rounds down, for negative points too
	units := 1<<p.timeBits - 1 - (whole - points<<p.timeBits)
	return points, units * p.unit
}
