package exchange

import (
	"strings"
)

// option is an option in a line: bytes from–to.
type option struct {
	letter   int // 0 is A
	from, to int
	doubt    bool // it may have been split at a wrong place
}

var optionStart = wide(`^\s*(?:[(（]\s*[A-ZＡ-Ｚ]\s*[)）]|[A-ZＡ-Ｚ]\s*[.．、:：)）,，]|[A-Z]\s+\S)`)

// optionMark is a place in a line that may begin an option.
type optionMark struct {
	letter     int
	start, end int  // bytes of the label
	style      rune // of the separator
	space      int  // what stands before: 2 the line's start or much room, 1 a space, 0 anything else
}

// marks finds the places that look like the label of an option. "Vitamin A." is one of them.
func optionMarks(text string) []optionMark {
	var out []optionMark
	rs := []rune(text)
	at := make([]int, len(rs)+1) // byte offset of each rune
	n := 0
	for i, c := range rs {
		at[i] = n
		n += len(string(c))
	}
	at[len(rs)] = n
	for i := 0; i < len(rs); i++ {
		j := i
		bracket := rs[j] == '(' || rs[j] == '（'
		if bracket {
			j++
			for j < len(rs) && rs[j] == ' ' {
				j++
			}
		}
		if j >= len(rs) {
			break
		}
		l := rs[j]
		if l >= 'Ａ' && l <= 'Ｚ' {
			l = l - 'Ａ' + 'A'
		}
		if l >= 'ａ' && l <= 'ｚ' {
			l = l - 'ａ' + 'A'
		}
		if l >= 'a' && l <= 'z' {
			l = l - 'a' + 'A'
		}
		if l < 'A' || l > 'Z' {
			continue
		}
		if i > 0 && isWord(rs[i-1]) {
			continue
		}
		k := j + 1
		for k < len(rs) && rs[k] == ' ' && k-j <= 1 {
			k++
		}
		if k >= len(rs) || !strings.ContainsRune(".．、:：)）", rs[k]) {
			continue
		}
		if bracket != (rs[k] == ')' || rs[k] == '）') && bracket {
			continue
		}
		m := optionMark{letter: int(l - 'A'), start: at[i], end: at[k+1], style: rs[k]}
		if bracket {
			m.style = '('
			if k+1 < len(rs) && strings.ContainsRune(".．、", rs[k+1]) {
				m.end = at[k+2]
			}
		}
		m.style = plainStyle(m.style)
		switch before := strings.TrimRight(text[:at[i]], " \t\u3000\u00a0"); {
		case before == "" || len(text[:at[i]])-len(before) > 1:
			m.space = 2
		case len(before) < at[i]:
			m.space = 1
		}
		out = append(out, m)
	}
	return out
}

func plainStyle(r rune) rune {
	switch r {
	case '．':
		return '.'
	case '：':
		return ':'
	case '）':
		return ')'
	}
	return r
}

func isWord(r rune) bool {
	return r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r == '_'
}

// optionsAt reads a line that begins with the label of an option: the expected letter, or another one, which is a fault
// that the caller notes.
func optionsAt(text string, want int) []option {
	marks := optionMarks(text)
	lead := len(text) - len(strings.TrimLeft(text, " \t\u3000\u00a0"))
	if len(marks) > 0 && marks[0].start <= lead {
		if marks[0].letter != want && (want == 0 || marks[0].letter > want+3) {
			if marks[0].letter != 0 {
				return nil // "C. ..." as the first option, or far away: not an option
			}
		}
		return chain(text, marks, 0)
	}
	// "A 甲": a letter, room, and the text
	if t := text[lead:]; len(t) > 2 && int(t[0])-'A' == want && (t[1] == ' ' || t[1] == '\t' || strings.HasPrefix(t[1:], "\u3000")) && want < 26 {
		return []option{{letter: want, from: lead + 1, to: len(text)}}
	}
	return nil
}

// optionsInside finds options that follow the stem on its own line; at is where they begin.
func optionsInside(text string) (opts []option, at int) {
	marks := optionMarks(text)
	for i, m := range marks {
		if m.letter != 0 || m.start == 0 {
			continue
		}
		before := strings.TrimRight(text[:m.start], " \t\u3000\u00a0")
		closed := strings.HasSuffix(before, "）") || strings.HasSuffix(before, ")") || strings.HasSuffix(before, "？") || strings.HasSuffix(before, "?") ||
			strings.HasSuffix(before, "：") || strings.HasSuffix(before, ":") || strings.HasSuffix(before, "。") || strings.HasSuffix(before, "】")
		if m.space == 0 && !closed {
			continue
		}
		if c := chain(text, marks, i); len(c) >= 2 && !blankBetween(text, c) {
			return c, m.start
		}
	}
	return nil, 0
}

// blankBetween reports that nothing stands after a label: "（A、B、C）" is a key.
func blankBetween(text string, opts []option) bool {
	for _, o := range opts[:len(opts)-1] {
		if isEmpty(text[o.from:o.to]) {
			return true
		}
	}
	return false
}

// chain follows the labels from marks[first]: each next letter at the place that suits best, which is one that is
// written like the first and has room before it.
func chain(text string, marks []optionMark, first int) []option {
	chosen := []optionMark{marks[first]}
	doubt := []bool{false}
	from := first + 1
	for {
		want := chosen[len(chosen)-1].letter + 1
		best, score, ties := -1, -1, 0
		for i := from; i < len(marks); i++ {
			m := marks[i]
			if m.letter != want {
				continue
			}
			s := m.space * 2
			if m.style == marks[first].style {
				s += 3
			}
			switch {
			case s > score:
				best, score, ties = i, s, 0
			case s == score:
				ties++
			}
		}
		if best < 0 {
			break
		}
		// "A. 维生素A、B、C都有": a list inside an option has another style and no room.
		if score == 0 {
			break
		}
		chosen = append(chosen, marks[best])
		doubt = append(doubt, ties > 0 || score < 3)
		from = best + 1
	}
	out := make([]option, len(chosen))
	for i, m := range chosen {
		to := len(text)
		if i+1 < len(chosen) {
			to = chosen[i+1].start
		}
		out[i] = option{letter: m.letter, from: m.end, to: to, doubt: doubt[i]}
	}
	return out
}
