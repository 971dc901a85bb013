package doctor

import (
	"math"
	"slices"
	"sort"

	"leitai/questionbank"
)

// Answers that are needed before anything is said.
const (
	leastAnswers     = 20
	leastForUnchosen = 60
)

// answered finds what the answers of contests say about a question.
func answered(q *Item) []Finding {
	if q.Answers < leastAnswers {
		return nil
	}
	detail := Detail{Count: q.Right, Of: q.Answers, Percent: percent(q.Right, q.Answers)}
	make1 := func(kind Kind, severity Severity, options ...string) Finding {
		f := of(kind, severity, q, MendRetire)
		f.Detail = detail
		f.Detail.Options = options
		return f
	}
	var out []Finding
	letter, most := favourite(q)
	switch {
	case letter != "" && 100*most >= 60*q.Answers && most >= 2*q.Right && q.Right > 0:
		f := make1(WrongChoice, Error, letter)
		f.Detail.Letters = q.Counts
		out = append(out, f)
	case 100*q.Right <= 5*q.Answers:
		f := make1(Nobody, Error)
		if q.Right > 0 {
			f.Severity = Warning
		}
		out = append(out, f)
	case belowChance(q):
		out = append(out, make1(Nobody, Warning))
	case 100*q.Right >= 98*q.Answers:
		out = append(out, make1(Everybody, Hint))
	}
	if dead := unchosen(q); q.Answers >= leastForUnchosen && len(dead) > 0 && 100*q.Right < 98*q.Answers {
		f := make1(Unchosen, Hint, dead...)
		f.Mends, f.Detail.Letters = nil, q.Counts
		out = append(out, f)
	}
	return out
}

// belowChance tells that fewer were right than by guessing, and that this is no chance itself.
func belowChance(q *Item) bool {
	if q.Type != questionbank.Single && q.Type != questionbank.Judge || len(q.Options) < 2 {
		return false
	}
	p, n := 1/float64(len(q.Options)), float64(q.Answers)
	return float64(q.Right) < n*p-2.6*math.Sqrt(n*p*(1-p))
}

// favourite is the wrong option of a single choice that most chose.
func favourite(q *Item) (letter string, n int) {
	if q.Type != questionbank.Single || len(q.Options) < 3 {
		return "", 0
	}
	for i := range q.Options {
		if l := questionbank.Letter(i); !slices.Contains(q.Key, l) && q.Counts[l] > n {
			letter, n = l, q.Counts[l]
		}
	}
	return letter, n
}

// unchosen gives the wrong options that nobody chose.
func unchosen(q *Item) []string {
	if q.Type != questionbank.Single && q.Type != questionbank.Multiple || len(q.Counts) == 0 {
		return nil
	}
	var out []string
	for i := range q.Options {
		if l := questionbank.Letter(i); !slices.Contains(q.Key, l) && q.Counts[l] == 0 {
			out = append(out, l)
		}
	}
	sort.Strings(out)
	return out
}
