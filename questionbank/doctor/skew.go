package doctor

import (
	"math"
	"slices"
	"strconv"

	"leitai/questionbank"
)

// Fewer questions than these say nothing about a habit.
const (
	leastForLetters = 30
	leastForJudges  = 10
	leastForLength  = 20
)

// critical values of the chi-square test at one in a thousand, by degrees of freedom.
var critical = map[int]float64{1: 10.83, 2: 13.82, 3: 16.27, 4: 18.47, 5: 20.52}

// letterSkew finds that the keys of single choices with the same number of options prefer a letter. Both must hold: that
// it is no chance, and that a player could make use of it.
func letterSkew(items []Item) []Finding {
	type group struct {
		ids    []string
		counts []int
	}
	groups := map[int]*group{}
	for i := range items {
		q := &items[i]
		at := -1
		if q.Type == questionbank.Single && len(q.Key) == 1 {
			at = index(q.Key[0])
		}
		n := len(q.Options)
		if at < 0 || at >= n || critical[n-1] == 0 {
			continue
		}
		if groups[n] == nil {
			groups[n] = &group{counts: make([]int, n)}
		}
		groups[n].ids = append(groups[n].ids, q.ID)
		groups[n].counts[at]++
	}
	var out []Finding
	for n := 2; n <= len(critical)+1; n++ {
		g := groups[n]
		if g == nil || len(g.ids) < leastForLetters {
			continue
		}
		expected := float64(len(g.ids)) / float64(n)
		chi := 0.0
		letters := map[string]int{}
		for i, c := range g.counts {
			chi += (float64(c) - expected) * (float64(c) - expected) / expected
			letters[questionbank.Letter(i)] = c
		}
		if most := slices.Max(g.counts); chi > critical[n-1] && float64(most) > 1.35*expected {
			out = append(out, Finding{Kind: Letters, Severity: Warning, IDs: g.ids, Key: bankKey(Letters, strconv.Itoa(n), len(g.ids)), Mends: []Mend{MendShuffle},
				Detail: Detail{Count: most, Of: len(g.ids), Percent: percent(most, len(g.ids)), Letters: letters,
					Options: []string{questionbank.Letter(slices.Index(g.counts, most))}}})
		}
	}
	return out
}

// judgeValue is "true" or "false": what a judge's key says.
func judgeValue(q *questionbank.Question) string {
	at := -1
	if len(q.Key) == 1 {
		at = index(q.Key[0])
	}
	if at >= 0 && at < len(q.Options) {
		switch questionbank.Normal(q.Options[at]) {
		case "正确", "对", "是", "√", "✓", "true", "t", "yes", "right", "correct":
			return "true"
		case "错误", "错", "否", "×", "✗", "x", "false", "f", "no", "wrong", "incorrect", "不正确", "不对":
			return "false"
		}
	}
	if at == 1 {
		return "false"
	}
	return "true"
}

// judgeSkew finds that nearly all judge questions are true, or nearly all false.
func judgeSkew(items []Item) []Finding {
	byValue := map[string][]string{}
	total := 0
	for i := range items {
		if q := &items[i]; q.Type == questionbank.Judge {
			v := judgeValue(&q.Question)
			byValue[v] = append(byValue[v], q.ID)
			total++
		}
	}
	var out []Finding
	for _, v := range []string{"true", "false"} {
		if n := len(byValue[v]); total >= leastForJudges && 100*n >= 80*total {
			out = append(out, Finding{Kind: Judges, Severity: Warning, IDs: byValue[v], Key: bankKey(Judges, v, total),
				Detail: Detail{Count: n, Of: total, Percent: percent(n, total), Value: v}})
		}
	}
	return out
}

// keyLength finds that the right option is the longest far more often than chance has it, and names the questions where
// it shows most. Where it is no habit, only the questions that cannot be overlooked are a hint.
func keyLength(items []Item) []Finding {
	type long struct {
		id    string
		ratio float64
	}
	var clear, glaring []long
	n, longest, expected, variance := 0, 0, 0.0, 0.0
	for i := range items {
		q := &items[i]
		if q.Type != questionbank.Single || len(q.Options) < 3 || len(q.Key) != 1 || index(q.Key[0]) < 0 || index(q.Key[0]) >= len(q.Options) {
			continue
		}
		key, second := 0.0, 0.0
		for j, o := range q.Options {
			if w := width(loose(o)); j == index(q.Key[0]) {
				key = w
			} else {
				second = max(second, w)
			}
		}
		n++
		p := 1 / float64(len(q.Options))
		expected += p
		variance += p * (1 - p)
		if key >= 1.2*second && key-second >= 1.5 {
			longest++
		}
		if key >= 1.4*second && key-second >= 4 {
			clear = append(clear, long{q.ID, key / max(second, 1)})
		}
		if key >= 2*second && key-second >= 8 {
			glaring = append(glaring, long{q.ID, key / max(second, 1)})
		}
	}
	f := Finding{Kind: Length, Severity: Warning, Detail: Detail{Count: longest, Of: n, Percent: percent(longest, n)}}
	if n < leastForLength || longest*100 < 40*n || (float64(longest)-expected)/math.Sqrt(variance) < 3.3 {
		f.Severity, clear = Hint, glaring
	}
	if len(clear) == 0 {
		return nil
	}
	slices.SortStableFunc(clear, func(a, b long) int {
		switch {
		case a.ratio > b.ratio:
			return -1
		case a.ratio < b.ratio:
			return 1
		}
		return 0
	})
	for _, l := range clear {
		f.IDs = append(f.IDs, l.id)
	}
	f.Key = bankKey(Length, string(f.Severity), len(f.IDs))
	return []Finding{f}
}
