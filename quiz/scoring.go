package quiz

import (
	"math"
	"time"

	"leitai/questionbank"
)

// fullSpeed is the time under which speed scoring gives full points.
const fullSpeed = 500 * time.Millisecond

// PointsFor scores one answer: mark is how good it is, t the time used on the server's clock (already adjusted), streak
// how many questions in a row the entrant had right before this one. T is always the round's own limit and not the
// time allowed in the end, which is not looked at: measured against that, an answer on its way when staff locked the
// question would be worth next to nothing, and one after an extension more than those before. The bonus of Order for
// the first right answers is added when the question closes, see OrderBonusAt. Source: DOMAIN.md, "Scoring of one answer".
func (s RoundSettings) PointsFor(typ questionbank.Type, mark questionbank.Mark, t time.Duration, streak int) int {
	share := s.share(typ, mark)
	if share == 0 {
		return s.Wrong
	}
	p := int(math.Round(s.value(typ, t) * share))
	if mark.Right {
		p += s.streakBonus(streak)
	}
	return p
}

// share is the part of the points that the mark earns, 0 to 1.
func (s RoundSettings) share(typ questionbank.Type, m questionbank.Mark) float64 {
	if m.Right {
		return 1
	}
	if typ != questionbank.Multiple && !(typ == questionbank.Fill && m.Of > 1) {
		return 0
	}
	switch s.Partial {
	case PartialHalf:
		if m.Subset() || typ == questionbank.Fill && m.Chosen > 0 {
			return 0.5
		}
	case PartialOption:
		right := m.Chosen - m.Wrong
		if typ == questionbank.Fill {
			right = m.Chosen
		}
		return max(0, float64(right)/float64(max(m.Of, 1)))
	}
	return 0
}

// value is what a right answer after t is worth before rounding. It goes by whole milliseconds, which are what is kept,
// and divides last, so that an exact half is one in floating point too.
func (s RoundSettings) value(typ questionbank.Type, t time.Duration) float64 {
	limit := float64(s.LimitMS)
	used := min(max(float64(t.Milliseconds()), 0), limit)
	full := float64(s.Points[typ])
	switch s.Scoring {
	case Speed:
		if t < fullSpeed || limit <= 0 {
			return full
		}
		return full * (2*limit - used) / (2 * limit)
	case Decay:
		return float64(s.DecayBase) + (limit-used)*float64(s.DecayPerSecond)/1000
	case Order:
		return float64(s.OrderPoints)
	}
	return full
}

// streakBonus for one more right answer after `before` right ones in a row: nothing for the first, then a step more
// each time, up to the maximum.
func (s RoundSettings) streakBonus(before int) int {
	return min(before*s.StreakStep, s.StreakMax)
}

// OrderBonusAt is the bonus of the right answer at this place (0 is the first) under Order scoring.
func (s RoundSettings) OrderBonusAt(place int) int {
	if s.Scoring != Order || place >= len(s.OrderBonus) {
		return 0
	}
	return s.OrderBonus[place]
}

// Clock rules of an answer (docs/protocol.md §5).
const (
	// MaxDelay bounds what fair timing takes off an answer's time.
	MaxDelay = 250 * time.Millisecond
	// LateSlack is the server's own queueing that an answer may have met on top of the network's delay.
	LateSlack = 100 * time.Millisecond
	// Grace is how long a question waits after its end for answers that were sent in time.
	Grace = MaxDelay + LateSlack
)

// Timing is when an answer came, on the server's clock.
type Timing struct {
	Elapsed  time.Duration // raw, from opening to receipt
	Adjusted time.Duration // less the connection's delay
	Late     bool
}

// TimeAnswer places an answer received at `received` in a question that ends at `closes` after `limit`; delay is the
// connection's measured one-way delay. Pauses and extensions are in `closes` and `limit` already.
func TimeAnswer(received, closes time.Time, limit, delay time.Duration, fair bool) Timing {
	delay = min(max(delay, 0), MaxDelay)
	elapsed := max(limit-closes.Sub(received), 0)
	t := Timing{Elapsed: elapsed, Adjusted: min(elapsed, limit)}
	if fair {
		t.Adjusted = min(max(elapsed-delay, 0), limit)
	}
	t.Late = received.Add(-delay - LateSlack).After(closes)
	return t
}
