package doctor

import (
	"cmp"
	"hash/fnv"
	"regexp"
	"slices"
	"strings"

	"leitai/questionbank"
)

// Options that speak of other options by their place.
var positional = regexp.MustCompile(`以上|上述|前[一二两三四]?[项者种]|[上下前后]一?项|都[不]?[对是正确]|均[不]?[对是为正确]|全[部都]?[不]?[对是正确]|皆|选项|[①-⑳]`)

// CanMove tells that the options of a question may change places: none speaks of another by its place or letter, they are
// not in the order of their numbers, and stem and explanation do not name letters.
func CanMove(q questionbank.Question) bool {
	if q.Type != questionbank.Single && q.Type != questionbank.Multiple {
		return false
	}
	if slices.ContainsFunc(q.Options, func(o string) bool { return positional.MatchString(o) || namesLetters(o) }) {
		return false
	}
	return !namesLetters(q.Stem) && !namesLetters(q.Explanation) && !inOrder(q.Options)
}

// CanMoveLast tells that the option about all others can be put last without making another text wrong.
func CanMoveLast(q questionbank.Question) bool {
	for i, o := range q.Options {
		if i != aboutAll(q.Options) && (positional.MatchString(o) || namesLetters(o)) {
			return false
		}
	}
	return !namesLetters(q.Stem) && !namesLetters(q.Explanation)
}

// namesLetters tells that a text speaks of options by their letters.
func namesLetters(s string) bool { return letterRef.MatchString(figuresOff(s)) }

// figuresOff makes full-width letters narrow.
func figuresOff(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= 'Ａ' && r <= 'Ｚ' || r >= 'ａ' && r <= 'ｚ' {
			return r - 'Ａ' + 'A'
		}
		return r
	}, s)
}

// inOrder tells that the options are numbers that grow or fall: players expect to find them so.
func inOrder(options []string) bool {
	var first []string
	for _, o := range options {
		n := numbersAt(figures(loose(o)))
		if n == "" {
			return false
		}
		first = append(first, n)
	}
	up, down := true, true
	for i := 1; i < len(first); i++ {
		c := compareNumbers(first[i-1], first[i])
		up, down = up && c < 0, down && c > 0
	}
	return up || down
}

var leading = regexp.MustCompile(`\d+(?:\.\d+)?`)

func numbersAt(s string) string { return leading.FindString(s) }

func compareNumbers(a, b string) int {
	wholeA, _, _ := strings.Cut(a, ".")
	wholeB, _, _ := strings.Cut(b, ".")
	wholeA, wholeB = strings.TrimLeft(wholeA, "0"), strings.TrimLeft(wholeB, "0")
	return cmp.Or(cmp.Compare(len(wholeA), len(wholeB)), cmp.Compare(wholeA, wholeB), cmp.Compare(a, b))
}

// Shuffle exchanges options of single choices so that the keys' letters become as even as they can, and gives the
// questions that changed. As few as possible change, always the right option with one other; those that CanMove refuses
// stay. The same questions give the same result.
func Shuffle(questions []questionbank.Question) []questionbank.Question {
	counts := map[int][]int{} // number of options → keys at each place
	var order []int
	for i, q := range questions {
		if q.Type != questionbank.Single || len(q.Key) != 1 || index(q.Key[0]) < 0 || index(q.Key[0]) >= len(q.Options) {
			continue
		}
		n := len(q.Options)
		if counts[n] == nil {
			counts[n] = make([]int, n)
		}
		counts[n][index(q.Key[0])]++
		order = append(order, i)
	}
	// By a hash, so that those that stay are spread over the bank.
	slices.SortStableFunc(order, func(a, b int) int {
		return cmp.Compare(hashOf(questions[a].ID+questions[a].Stem), hashOf(questions[b].ID+questions[b].Stem))
	})
	var out []questionbank.Question
	for _, i := range order {
		q := questions[i]
		at, c := index(q.Key[0]), counts[len(q.Options)]
		least := slices.Index(c, slices.Min(c))
		if c[at] <= c[least]+1 || !CanMove(q) {
			continue
		}
		c[at]--
		c[least]++
		out = append(out, exchange(q, at, least))
	}
	return out
}

func hashOf(s string) uint64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(s))
	return h.Sum64()
}

// exchange exchanges two options, and the key with them.
func exchange(q questionbank.Question, a, b int) questionbank.Question {
	q.Options = slices.Clone(q.Options)
	q.Options[a], q.Options[b] = q.Options[b], q.Options[a]
	key := make([]string, len(q.Key))
	for i, k := range q.Key {
		switch index(k) {
		case a:
			k = questionbank.Letter(b)
		case b:
			k = questionbank.Letter(a)
		}
		key[i] = k
	}
	if q.Type != questionbank.Order {
		slices.Sort(key)
	}
	q.Key = key
	q.Media = slices.Clone(q.Media)
	for i, m := range q.Media {
		switch m.Part {
		case questionbank.Letter(a):
			q.Media[i].Part = questionbank.Letter(b)
		case questionbank.Letter(b):
			q.Media[i].Part = questionbank.Letter(a)
		}
	}
	return q
}

// MoveLast puts the option about all others last; ok is false when there is none to move.
func MoveLast(q questionbank.Question) (_ questionbank.Question, ok bool) {
	at := aboutAll(q.Options)
	if at < 0 || at == len(q.Options)-1 || !CanMoveLast(q) {
		return q, false
	}
	for ; at < len(q.Options)-1; at++ {
		q = exchange(q, at, at+1)
	}
	return q, true
}

// Movable gives the letters of the options that may change places among themselves, in their order; none for a judge,
// a fill, and questions whose texts speak of options by letter or place. An option about all others ("以上都对") stays
// where it is, so it still speaks of the same ones. Unlike CanMove it moves numbers that stand in order: on papers they
// may stand in any.
func Movable(q questionbank.Question) []string {
	if q.Type == questionbank.Judge || q.Type == questionbank.Fill || namesLetters(q.Stem) || namesLetters(q.Explanation) {
		return nil
	}
	var out []string
	for i, o := range q.Options {
		switch {
		case allWords.MatchString(loose(o)):
			continue
		case namesLetters(o), q.Type != questionbank.Order && positional.MatchString(o):
			return nil
		}
		out = append(out, questionbank.Letter(i))
	}
	if len(out) < 2 {
		return nil
	}
	return out
}
