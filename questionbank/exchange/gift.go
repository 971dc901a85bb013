package exchange

import (
	"regexp"
	"strconv"
	"strings"

	"leitai/questionbank"
)

var (
	giftAnswer = regexp.MustCompile(`(?s)(?:^|[^\\])\{.*?[^\\]?\}`)
	giftFormat = regexp.MustCompile(`^\[(?:html|moodle|plain|markdown)\]`)
	giftWeight = regexp.MustCompile(`^%(-?\d+(?:\.\d+)?)%`)
)

// isGIFT reports a text with answers in braces, or with what only GIFT has.
func isGIFT(text string) bool {
	t := head(text, 256<<10)
	if strings.Contains(t, "$CATEGORY:") {
		return true
	}
	hits := 0
	for _, block := range giftBlocks(t) {
		body := giftAnswer.FindString(block.text)
		if body == "" {
			continue
		}
		inner := strings.TrimSpace(strings.Trim(strings.TrimLeft(body, " \n"), "{}"))
		switch {
		case strings.HasPrefix(inner, "=") || strings.HasPrefix(inner, "~") || strings.HasPrefix(inner, "#"):
			hits++
		case inner == "T" || inner == "F" || strings.HasPrefix(inner, "TRUE") || strings.HasPrefix(inner, "FALSE") || inner == "" && strings.Contains(block.text, "::"):
			hits++
		}
	}
	return hits > 0
}

type giftBlock struct {
	line int
	text string
}

// giftBlocks parts the questions: they are divided by empty lines. Comments go.
func giftBlocks(text string) []giftBlock {
	var out []giftBlock
	var cur []string
	start, depth, closed := 0, 0, false // closed: its answers have stood
	end := func() {
		if len(cur) > 0 {
			out = append(out, giftBlock{start, strings.Join(cur, "\n")})
		}
		cur, depth, closed = nil, 0, false
	}
	for _, l := range textLines(text) {
		t := strings.TrimSpace(l.text)
		if strings.HasPrefix(t, "//") {
			continue
		}
		if t == "" && depth <= 0 {
			end()
			continue
		}
		if strings.HasPrefix(t, "$CATEGORY:") {
			end()
			out = append(out, giftBlock{l.no, t})
			continue
		}
		if depth <= 0 && closed && strings.HasPrefix(t, "::") { // the empty line before it is missing
			end()
		}
		if len(cur) == 0 {
			start = l.no
		}
		cur = append(cur, l.text)
		for i := 0; i < len(t); i++ {
			switch {
			case t[i] == '\\':
				i++
			case t[i] == '{':
				depth++
			case t[i] == '}':
				depth--
				closed = true
			}
		}
	}
	end()
	return out
}

// readGIFT reads Moodle's GIFT format (docs.moodle.org, "GIFT format"). Matching, numbers and essays are reported.
func readGIFT(text string) Result {
	var out Result
	category := ""
	for _, b := range giftBlocks(text) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(b.text), "$CATEGORY:"); ok {
			category = lastCategory(rest)
			continue
		}
		if isEmpty(b.text) {
			continue
		}
		d := readGIFTQuestion(b)
		d.category = category
		out.Rows = append(out.Rows, d.resolve())
	}
	return out
}

// lastCategory gives the innermost name of "$course$/top/法律".
func lastCategory(s string) string {
	parts := strings.Split(strings.ReplaceAll(strings.TrimSpace(s), "//", "\x00"), "/")
	last := strings.TrimSpace(strings.ReplaceAll(parts[len(parts)-1], "\x00", "/"))
	if last == "top" || strings.HasPrefix(last, "$") {
		return ""
	}
	return last
}

func readGIFTQuestion(b giftBlock) draft {
	d := draft{row: b.line}
	text := strings.TrimSpace(b.text)
	if rest, ok := strings.CutPrefix(text, "::"); ok {
		if _, after, ok := cutPlain(rest, "::"); ok {
			text = strings.TrimSpace(after)
		}
	}
	html := giftFormat.FindString(text) == "[html]" || giftFormat.FindString(text) == "[moodle]"
	text = strings.TrimSpace(giftFormat.ReplaceAllString(text, ""))
	open, shut := plainIndex(text, '{', 0), -1
	if open >= 0 {
		shut = plainIndex(text, '}', open+1)
	}
	if open < 0 || shut < 0 {
		d.stem = giftText(text, html)
		d.fail("", "syntax", "{ }")
		return d
	}
	before, body, after := text[:open], strings.TrimSpace(text[open+1:shut]), text[shut+1:]
	stem := strings.TrimSpace(before)
	if tail := strings.TrimSpace(after); tail != "" {
		stem = strings.TrimRight(before, " \t") + "____" + strings.TrimLeft(after, " \t") // the blank stands inside
	}
	d.stem = giftText(stem, html)
	if again := plainIndex(after, '{', 0); again >= 0 { // two questions without an empty line between them
		d.fail("", "gift.joined", strings.TrimSpace(after))
	}
	if i := strings.Index(body, "####"); i >= 0 {
		d.explanation = giftText(body[i+4:], html)
		body = strings.TrimSpace(body[:i])
	}
	giftBody(&d, body, html)
	return d
}

func giftBody(d *draft, body string, html bool) {
	switch head, _, _ := cutPlain(body, "#"); strings.ToUpper(strings.TrimSpace(head)) {
	case "T", "TRUE":
		d.typ, d.key = questionbank.Judge, "正确"
		return
	case "F", "FALSE":
		d.typ, d.key = questionbank.Judge, "错误"
		return
	}
	if body == "" {
		d.fail("type", "type.lacking", "essay")
		return
	}
	if strings.HasPrefix(body, "#") {
		giftNumber(d, body[1:])
		return
	}
	answers := giftAnswers(body)
	var rights, wrongs, pairs int
	for _, a := range answers {
		if a.mark == '=' {
			rights++
		} else {
			wrongs++
		}
		if _, _, pair := cutPlain(a.text, "->"); pair && a.mark == '=' {
			pairs++
		}
	}
	if pairs > 1 && pairs == len(answers) {
		d.fail("type", "type.lacking", "matching")
		return
	}
	if wrongs == 0 && rights > 0 {
		d.typ = questionbank.Fill
		var keys []string
		for _, a := range answers {
			if a.weight != "" && a.weight != "100" {
				d.warn("key", "partial.score", a.text)
				continue
			}
			keys = append(keys, giftText(a.text, html))
		}
		d.stem = fillStem(d.stem)
		d.accepted = keys
		return
	}
	if rights+wrongs == 0 {
		d.fail("", "syntax", body)
		return
	}
	d.typ = questionbank.Single
	d.letters = []string{}
	partial := 0
	for i, a := range answers {
		d.options = append(d.options, giftText(a.text, html))
		w, _ := strconv.ParseFloat(a.weight, 64)
		switch {
		case a.mark == '=' && (a.weight == "" || w > 0), a.mark == '~' && w > 0:
			d.letters = append(d.letters, questionbank.Letter(min(i, 25)))
			if a.mark == '~' {
				partial++
			}
		}
		if a.feedback != "" && a.mark == '=' && d.explanation == "" {
			d.explanation = giftText(a.feedback, html)
		}
	}
	if partial > 0 || len(d.letters) > 1 {
		d.typ = questionbank.Multiple
		d.guessed = partial == 0 // with two "=" Moodle takes either of them: whether both are needed, the author must say
	}
	if partial > 0 && rights > 0 {
		d.typ = questionbank.Single
		d.letters = nil
		for i, a := range answers {
			if a.mark == '=' {
				d.letters = append(d.letters, questionbank.Letter(min(i, 25)))
			}
		}
		d.warn("key", "partial.score", body)
	}
}

// giftNumber takes an exact number as a fill-in; ranges are a kind of their own.
func giftNumber(d *draft, body string) {
	value := strings.TrimPrefix(strings.TrimSpace(body), "=")
	value, _, _ = cutPlain(value, "#")
	value = strings.TrimSpace(value)
	if n, tolerance, ok := strings.Cut(value, ":"); ok && strings.Trim(tolerance, "0. ") == "" {
		value = n
	}
	if _, err := strconv.ParseFloat(value, 64); err != nil {
		d.fail("type", "type.lacking", "numerical "+body)
		return
	}
	d.typ, d.key, d.stem = questionbank.Fill, value, fillStem(d.stem)
}

// fillStem gives a fill-in without a blank one at its end.
func fillStem(stem string) string {
	if strings.Contains(withBlanks(stem), "__") {
		return stem
	}
	return stem + " ____"
}

type giftChoice struct {
	mark     byte // '=' right, '~' wrong or weighted
	weight   string
	text     string
	feedback string
}

func giftAnswers(body string) []giftChoice {
	var out []giftChoice
	for i := 0; i < len(body); {
		if body[i] != '=' && body[i] != '~' {
			i++
			continue
		}
		mark := body[i]
		end := i + 1
		for end < len(body) && body[end] != '=' && body[end] != '~' {
			if body[end] == '\\' {
				end++
			}
			end++
		}
		end = min(end, len(body))
		text := strings.TrimSpace(body[i+1 : end])
		c := giftChoice{mark: mark}
		if m := giftWeight.FindStringSubmatch(text); m != nil {
			c.weight, text = m[1], text[len(m[0]):]
		}
		c.text, c.feedback, _ = cutPlain(text, "#")
		c.text = strings.TrimSpace(c.text)
		out = append(out, c)
		i = end
	}
	return out
}

// plainIndex finds a character that no backslash stands before.
func plainIndex(s string, c byte, from int) int {
	for i := from; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case c:
			return i
		}
	}
	return -1
}

// cutPlain cuts around a separator that no backslash stands before.
func cutPlain(s, sep string) (before, after string, found bool) {
	for i := 0; i+len(sep) <= len(s); i++ {
		if s[i] == '\\' {
			i++
			continue
		}
		if s[i:i+len(sep)] == sep {
			return s[:i], s[i+len(sep):], true
		}
	}
	return s, "", false
}

// giftText takes off escapes, and the tags of HTML.
func giftText(s string, html bool) string {
	s = strings.TrimSpace(giftFormat.ReplaceAllString(strings.TrimSpace(s), ""))
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
			if s[i] == 'n' {
				b.WriteByte('\n')
			} else if strings.IndexByte(`~=#{}:\`, s[i]) >= 0 {
				b.WriteByte(s[i])
			} else {
				b.WriteByte('\\')
				b.WriteByte(s[i])
			}
			continue
		}
		b.WriteByte(s[i])
	}
	if html {
		return plainHTML(b.String())
	}
	return b.String()
}
