package exchange

import (
	"regexp"
	"slices"
	"strings"

	"leitai/questionbank"
)

// blankRuns are the ways in which authors leave room: underscores, spaces in brackets, spaces under a line.
var (
	bracketBlank = regexp.MustCompile(`([（(])[\s\x{00a0}\x{3000}_＿]*([）)])`)
	lineBlank    = regexp.MustCompile(`[_＿]{2,}|[-—―─]{4,}`)
)

// withBlanks writes every blank of a fill-in as the product counts them: at least two underscores.
func withBlanks(stem string) string {
	stem = lineBlank.ReplaceAllString(stem, "____")
	return bracketBlank.ReplaceAllString(stem, "${1}____${2}")
}

// fillKey reads the accepted texts: blanks are separated by |, synonyms by ; (FORMATS.md).
func (d *draft) fillKey(q *questionbank.Question) {
	if len(q.Options) > 0 {
		d.fail("options", "options.unwanted", strings.Join(q.Options, " / "))
		return
	}
	q.Options = nil
	d.keyOfFilled()
	q.Stem = withBlanks(d.stem)
	if len(d.accepted) > 0 {
		q.Key = make([]string, len(d.accepted))
		for i, k := range d.accepted {
			q.Key[i] = clean(k)
		}
		if blanks := q.Blanks(); blanks > 1 && slices.ContainsFunc(q.Key, func(k string) bool { return len(splitTrim(k, "|")) != blanks }) {
			d.fail("key", "key.blanks", strings.Join(q.Key, " / "))
		}
		return
	}
	key := strings.TrimSpace(strings.NewReplacer("｜", "|", "；", ";", "\n", "|").Replace(clean(d.key)))
	key = strings.Trim(key, "|; ")
	if key == "" {
		d.fail("key", "key.missing", "")
		return
	}
	blanks := q.Blanks()
	parts := splitTrim(key, "|")
	if len(parts) != blanks && blanks > 1 {
		for _, by := range []string{";", "、", ",", "，", "  ", " "} {
			if p := splitTrim(key, by); len(p) == blanks {
				d.warn("key", "key.blanks_split", d.key)
				parts = p
				break
			}
		}
	}
	if len(parts) == 1 && blanks == 1 {
		q.Key = splitTrim(parts[0], ";")
		if len(q.Key) == 0 {
			d.fail("key", "key.missing", "")
		}
		return
	}
	if len(parts) != blanks {
		d.fail("key", "key.blanks", d.key)
		return
	}
	q.Key = []string{strings.Join(parts, "|")}
}

func splitTrim(s, by string) []string {
	var out []string
	for part := range strings.SplitSeq(s, by) {
		if part = strings.TrimSpace(part); part != "" {
			out = append(out, part)
		}
	}
	return out
}
