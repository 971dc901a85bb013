package doctor

import (
	"slices"
	"strings"
	"unicode"
)

// What makes two texts different questions.
const (
	differsNumber   = "number"
	differsNegation = "negation"
	differsWord     = "word"
)

// differs compares two texts in their plain form and says what stands in the way of taking one for the other: other
// numbers, a negation in one of them, a word exchanged for another one. Words that one of them merely has more do not.
func differs(a, b string) []string {
	if a == b {
		return nil
	}
	var out []string
	add := func(what string) {
		if !slices.Contains(out, what) {
			out = append(out, what)
		}
	}
	if !slices.Equal(numbersIn(a), numbersIn(b)) {
		add(differsNumber)
	}
	for _, c := range changes([]rune(a), []rune(b)) {
		if negates(c.from) || negates(c.to) {
			add(differsNegation)
		}
		if wordy(c.from) && wordy(c.to) {
			add(differsWord)
		}
		if latin(c.from) || latin(c.to) { // a name or a symbol: AES, H2O, +
			add(differsWord)
		}
	}
	return out
}

// numbersIn gives the numbers of a text, sorted.
func numbersIn(s string) []string {
	out := strings.FieldsFunc(s, func(r rune) bool { return !unicode.IsDigit(r) && r != '.' })
	slices.Sort(out)
	return out
}

const negations = "不非没未无否勿莫禁除反错"

func negates(rs []rune) bool {
	return strings.ContainsAny(string(rs), negations) || strings.Contains(string(rs), "not")
}

// wordy tells that a changed part holds a word of its own and not only particles.
func wordy(rs []rune) bool {
	for _, r := range rs {
		if (unicode.IsLetter(r) || unicode.IsSymbol(r)) && !strings.ContainsRune("的地得了着过是为在于和与及或其该此这那吗呢吧就都也会可要将被把对从由向到等之所以个", r) {
			return true
		}
	}
	return false
}

func latin(rs []rune) bool {
	return slices.ContainsFunc(rs, func(r rune) bool {
		return r < 0x250 && unicode.IsLetter(r) || unicode.IsSymbol(r) && r != '□'
	})
}

// change is a part of one text that the other has differently.
type change struct{ from, to []rune }

// changes gives what has to be changed to come from a to b, by the longest common subsequence.
func changes(a, b []rune) []change {
	for len(a) > 0 && len(b) > 0 && a[0] == b[0] {
		a, b = a[1:], b[1:]
	}
	for len(a) > 0 && len(b) > 0 && a[len(a)-1] == b[len(b)-1] {
		a, b = a[:len(a)-1], b[:len(b)-1]
	}
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	if len(a) == 0 || len(b) == 0 || len(a)*len(b) > 4_000_000 {
		return []change{{a, b}}
	}
	n := len(b) + 1
	lcs := make([]uint16, (len(a)+1)*n)
	for i := len(a) - 1; i >= 0; i-- {
		for j := len(b) - 1; j >= 0; j-- {
			if a[i] == b[j] {
				lcs[i*n+j] = lcs[(i+1)*n+j+1] + 1
			} else {
				lcs[i*n+j] = max(lcs[(i+1)*n+j], lcs[i*n+j+1])
			}
		}
	}
	var out []change
	i, j := 0, 0
	for i < len(a) || j < len(b) {
		fromI, fromJ := i, j
		for i < len(a) || j < len(b) {
			if i < len(a) && j < len(b) && a[i] == b[j] {
				break
			}
			if j == len(b) || i < len(a) && lcs[(i+1)*n+j] >= lcs[i*n+j+1] {
				i++
			} else {
				j++
			}
		}
		if i > fromI || j > fromJ {
			out = append(out, change{a[fromI:i], b[fromJ:j]})
		}
		for i < len(a) && j < len(b) && a[i] == b[j] {
			i, j = i+1, j+1
		}
	}
	return out
}
