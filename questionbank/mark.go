package questionbank

import (
	"slices"
	"strings"
	"unicode/utf8"

	"leitai/fault"
)

// Mark says how good an answer is, before any points.
type Mark struct {
	Right  bool // exactly the key
	Chosen int  // letters of the key that were chosen; right blanks of a Fill
	Wrong  int  // letters chosen that are not in the key
	Of     int  // letters in the key; blanks of a Fill
}

// Subset reports a strict, non-empty subset of the key without a wrong letter.
func (m Mark) Subset() bool { return !m.Right && m.Chosen > 0 && m.Wrong == 0 }

// Canonical checks an answer's form and gives it in the form that is stored: letters sorted (not for Order), each
// once; texts trimmed. A malformed answer is invalid answer.invalid.
func (q Question) Canonical(a []string) ([]string, error) {
	bad := fault.New(fault.Invalid, "answer.invalid")
	if q.Type == Fill {
		return canonicalTexts(a, q.Blanks())
	}
	if len(a) == 0 || len(a) > len(q.Options) {
		return nil, bad
	}
	out := make([]string, 0, len(a))
	for _, l := range a {
		if !q.hasLetter(l) || slices.Contains(out, l) {
			return nil, bad
		}
		out = append(out, l)
	}
	switch q.Type {
	case Single, Judge:
		if len(out) != 1 {
			return nil, bad
		}
	case Order:
		if len(out) != len(q.Options) {
			return nil, bad
		}
	default:
		slices.Sort(out)
	}
	return out, nil
}

func canonicalTexts(a []string, blanks int) ([]string, error) {
	if len(a) != blanks {
		return nil, fault.New(fault.Invalid, "answer.invalid")
	}
	out := make([]string, len(a))
	empty := true
	for i, s := range a {
		if !utf8.ValidString(s) || utf8.RuneCountInString(s) > MaxBlank {
			return nil, fault.New(fault.Invalid, "answer.invalid")
		}
		out[i] = strings.TrimSpace(strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), ""))
		empty = empty && out[i] == ""
	}
	if empty {
		return nil, fault.New(fault.Invalid, "answer.invalid")
	}
	return out, nil
}

// Mark compares a canonical answer with the key.
func (q Question) Mark(a []string) Mark {
	switch q.Type {
	case Fill:
		return q.markFill(a)
	case Order:
		right := slices.Equal(a, q.Key)
		return Mark{Right: right, Of: 1, Chosen: b2i(right), Wrong: b2i(!right && len(a) > 0)}
	}
	m := Mark{Of: len(q.Key)}
	for _, l := range a {
		if slices.Contains(q.Key, l) {
			m.Chosen++
		} else {
			m.Wrong++
		}
	}
	m.Right = m.Wrong == 0 && m.Chosen == m.Of && m.Of > 0
	return m
}

// markFill: each accepted text of the key may hold several blanks separated by "|", and synonyms of one blank
// separated by ";" or "；". The best match counts.
func (q Question) markFill(a []string) Mark {
	best := Mark{Of: q.Blanks(), Wrong: b2i(len(a) > 0)}
	for _, k := range q.Key {
		parts := q.keyParts(k)
		m := Mark{Of: best.Of}
		for i, s := range a {
			if i < len(parts) && accepts(parts[i], s) {
				m.Chosen++
			} else {
				m.Wrong++
			}
		}
		m.Right = m.Chosen == m.Of && m.Wrong == 0
		if m.Right || m.Chosen > best.Chosen {
			best = m
		}
	}
	return best
}

func accepts(synonyms, given string) bool {
	n := Normal(given)
	if n == "" {
		return false
	}
	if n == Normal(synonyms) {
		return true
	}
	for _, s := range strings.FieldsFunc(synonyms, func(r rune) bool { return r == ';' || r == '；' }) {
		if n == Normal(s) {
			return true
		}
	}
	return false
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}
