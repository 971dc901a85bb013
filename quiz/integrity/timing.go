package integrity

import (
	"cmp"
	"math"
	"slices"
	"unicode/utf8"

	"leitai/questionbank"
)

// save is one stored answer of an attempt.
type save struct {
	no int
	at int64 // Unix milliseconds, when it was received
}

// sitting is what a look knows of the course of an attempt.
type sitting struct {
	startedAt int64
	saves     []save
	shown     map[int]int64 // when questions that come one at a time were shown
}

// step is the first answer to a question. ms is known only where the answer came alone: what a phone sends after a time
// without network comes in one go, and its times say nothing.
type step struct {
	no     int
	at, ms int64
	known  bool
}

// steps gives the first answers in the order in which they came.
func (s sitting) steps() []step {
	saves := slices.Clone(s.saves)
	slices.SortStableFunc(saves, func(a, b save) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.no, b.no)) })
	together := map[int64]int{}
	for _, v := range saves {
		together[v.at]++
	}
	var out []step
	answered := map[int]bool{}
	last, alone := s.startedAt, true
	for _, v := range saves {
		if !answered[v.no] {
			answered[v.no] = true
			st := step{no: v.no, at: v.at, ms: v.at - last, known: alone && together[v.at] == 1}
			if shown, ok := s.shown[v.no]; ok {
				st.ms, st.known = v.at-shown, together[v.at] == 1
			}
			if st.ms < 0 { // clocks of several processes
				st.known = false
			}
			out = append(out, st)
		}
		last, alone = v.at, together[v.at] == 1 // changing an earlier answer took time too
	}
	return out
}

// chars is how much there is to read of a question.
func chars(q questionbank.Question) int {
	n := utf8.RuneCountInString(q.Stem)
	for _, o := range q.Options {
		n += utf8.RuneCountInString(o)
	}
	return n
}

// least is how long reading and answering takes at least, in milliseconds.
func (s Settings) least(chars int) int64 {
	return int64(s.LeastMS) + int64(chars)*1000/int64(s.CharsPerSecond)
}

// tooFast finds an attempt most of whose answers came faster than anybody reads. Who reads everything first and then
// taps is not found: all of it together took long enough.
func (s Settings) tooFast(steps []step, charsOf func(no int) int) (Evidence, bool) {
	var e Evidence
	for _, st := range steps {
		if !st.known {
			continue
		}
		least := s.least(charsOf(st.no))
		e.Of++
		e.TotalMS += st.ms
		e.LeastMS += least
		if st.ms < least {
			e.Fast++
		}
	}
	return e, e.Of >= s.SpeedAnswers && e.Fast*100 >= e.Of*s.SpeedPercent && e.TotalMS < e.LeastMS
}

// asByClock finds an attempt whose answers came at constant intervals. The way to the first answer is no interval.
func (s Settings) asByClock(steps []step) (Evidence, bool) {
	var e Evidence
	var sum, squares float64
	for i, st := range steps {
		if i == 0 || !st.known {
			continue
		}
		e.Of++
		sum += float64(st.ms)
		squares += float64(st.ms) * float64(st.ms)
	}
	if e.Of < s.Intervals || sum <= 0 {
		return e, false
	}
	mean := sum / float64(e.Of)
	deviation := math.Sqrt(max(squares/float64(e.Of)-mean*mean, 0))
	e.MeanMS, e.Permille = int64(math.Round(mean)), int(math.Round(deviation/mean*1000))
	return e, deviation*100 < mean*float64(s.IntervalPercent)
}
