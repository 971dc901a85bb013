package exchange

import (
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"
)

// keyTable is a list of keys at the end of a text: "1-5 ABCDE", "6. √", with or without headings of its own.
type keyTable struct {
	open    bool
	section int // of the text whose heading stood last, -1 before the first
	entries []keyEntry
	last    int            // index of the entry that the next line may go on with, -1 when none
	seen    map[string]int // headings of a type seen in the table
}

type keyEntry struct {
	section     int // -1: not said
	number      int
	key         string
	explanation string
	line        int
	fault       string // the piece that could not be split, "" when all is well
}

var (
	tableHead  = regexp.MustCompile(`^[#*\s]*(?:[一二三四五六七八九十]+\s*[、.．]|附[:：]?)?\s*[【\[]?\s*(?:参考|标准|正确|试题|全部)?答案\s*(?:及|与|和)?(?:解析|部分|表|汇总)?\s*[】\]]?\s*[:：]?[*\s]*$`)
	tableRange = regexp.MustCompile(`(\d{1,4})\s*[-–—―~～至到]\s*(\d{1,4})\s*题?\s*[:：.、．]?`)
	tableOne   = regexp.MustCompile(`(\d{1,4})\s*[.．、:：)）]`)
	tableLine  = regexp.MustCompile(`^\s*\d{1,4}\s*[-–—―~～至到]\s*\d{1,4}\s*题?\s*[:：.、．]?\s*[A-Za-zＡ-Ｚ√×✓✗对错TF]`)
	tableKeys  = regexp.MustCompile(`^\s*\d{1,4}\s*[.．、:：)）]\s*(?:[A-ZＡ-Ｚ]{1,10}|[√×✓✗]|对|错|正确|错误)(?:[\s,，;；、.。]+\d{1,4}\s*[.．、:：)）]\s*(?:[A-ZＡ-Ｚ]{1,10}|[√×✓✗]|对|错|正确|错误))*[\s,，;；.。]*$`)
)

// opensTable reports that the keys of the questions above begin here.
func (r *textReader) opensTable(text, next string) bool {
	if len(r.all) == 0 {
		return false
	}
	waiting := 0
	for _, q := range r.all {
		if !q.hasKey {
			waiting++
		}
	}
	if waiting == 0 {
		return false
	}
	opens := tableLine.MatchString(text)
	if tableHead.MatchString(text) {
		_, heading := headingType(next)
		opens = heading || tableLine.MatchString(next) || tableKeys.MatchString(next) || waiting > 1 && tableOne.MatchString(next) && strings.Index(next, "1") <= 2
	}
	if opens {
		r.table = keyTable{open: true, section: -1, last: -1, seen: map[string]int{}}
		r.cur = nil
	}
	return opens
}

// line takes a line of the table.
func (t *keyTable) line(r *textReader, l line) {
	if tableHead.MatchString(l.text) {
		return
	}
	// A heading may have keys after it: "一、单选题 1-5 ABCDE".
	text := l.text
	if head, rest := cutHeading(text); head != "" {
		if s, ok := headingType(head); ok {
			t.seen[s.word]++
			t.section = r.sectionOf(s, t.seen[s.word])
			t.last = -1
			text = rest
		}
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	marks := tableMarks(text)
	if len(marks) == 0 || marks[0].start > 0 && strings.TrimSpace(text[:marks[0].start]) != "" {
		if t.last >= 0 { // goes on with the explanation of the one before
			e := &t.entries[t.last]
			e.explanation = joinLines(e.explanation, stripLabel(text))
		}
		return
	}
	for i, m := range marks {
		to := len(text)
		if i+1 < len(marks) {
			to = marks[i+1].start
		}
		t.add(m, strings.Trim(text[m.end:to], " \t\u3000,，;；"), l.no)
	}
}

// cutHeading parts a heading from keys on the same line.
func cutHeading(text string) (head, rest string) {
	if _, ok := headingType(text); ok && !tableRange.MatchString(text) {
		return text, ""
	}
	if m := tableRange.FindStringIndex(text); m != nil && m[0] > 0 {
		return strings.TrimSpace(text[:m[0]]), text[m[0]:]
	}
	if m := tableOne.FindStringIndex(text); m != nil && m[0] > 0 {
		return strings.TrimSpace(text[:m[0]]), text[m[0]:]
	}
	return "", text
}

type tableMark struct{ from, to, start, end int }

// tableMarks finds "1-5" and "6." in a line of keys.
func tableMarks(text string) []tableMark {
	var out []tableMark
	at := 0
	for at < len(text) {
		one, many := tableOne.FindStringSubmatchIndex(text[at:]), tableRange.FindStringSubmatchIndex(text[at:])
		m, isRange := one, false
		if many != nil && (one == nil || many[0] <= one[0]) {
			m, isRange = many, true
		}
		if m == nil {
			break
		}
		before := []rune(text[:at+m[0]])
		if len(before) > 0 && isWord(before[len(before)-1]) || !isRange && strings.HasPrefix(text[at+m[1]:], ".") {
			at += m[1]
			continue
		}
		n, _ := strconv.Atoi(text[at+m[2] : at+m[3]])
		mark := tableMark{from: n, to: n, start: at + m[0], end: at + m[1]}
		if isRange {
			mark.to, _ = strconv.Atoi(text[at+m[4] : at+m[5]])
		}
		// In "1. 3.14 …" only what follows in order counts.
		if len(out) > 0 && mark.from <= out[len(out)-1].to && !isRange {
			at += m[1]
			continue
		}
		out = append(out, mark)
		at += m[1]
	}
	return out
}

// add notes what stands after a number or a range.
func (t *keyTable) add(m tableMark, value string, line int) {
	if len(t.entries) > 2*MaxQuestions {
		return // no file that may be imported has so many
	}
	if m.from == m.to {
		key, explanation := value, ""
		if at := labelInside.FindStringIndex(value); at != nil {
			first := stripLabel(value)
			if at[0] > 0 {
				first = value[:at[0]]
			}
			key, explanation = first, ""
			if rest := value[at[0]:]; at[0] > 0 {
				explanation = stripLabel(rest)
			} else if next := labelInside.FindStringIndex(first); next != nil {
				key, explanation = first[:next[0]], stripLabel(first[next[0]:])
			}
		}
		t.entries = append(t.entries, keyEntry{section: t.section, number: m.from, key: strings.Trim(key, " \t\u3000。.;；,，"), explanation: explanation, line: line})
		t.last = len(t.entries) - 1
		return
	}
	n := m.to - m.from + 1
	keys := splitKeys(value, n)
	for i := range max(0, min(n, 1000)) {
		e := keyEntry{section: t.section, number: m.from + i, line: line}
		if keys != nil {
			e.key = keys[i]
		} else {
			e.fault = strconv.Itoa(m.from) + "-" + strconv.Itoa(m.to) + " " + value
		}
		t.entries = append(t.entries, e)
	}
	t.last = -1
}

func stripLabel(s string) string {
	if m := label.FindStringSubmatch(s); m != nil {
		return m[3]
	}
	return s
}

// splitKeys cuts the keys of n questions: by the spaces or marks between them, else one character each.
func splitKeys(value string, n int) []string {
	value = norm.NFKC.String(value)
	fields := strings.FieldsFunc(value, func(r rune) bool { return strings.ContainsRune(" \t\u3000,，、;；/|.。", r) })
	if len(fields) == n {
		return fields
	}
	var each []string
	for _, r := range strings.Join(fields, "") {
		each = append(each, string(r))
	}
	if len(each) != n {
		return nil
	}
	for _, k := range each {
		if _, judge := judgeWord(k); !judge && !lettersOnly.MatchString(strings.ToUpper(k)) {
			return nil
		}
	}
	return each
}

// sectionOf finds the n-th section of the text under such a heading; -1 when there is none.
func (r *textReader) sectionOf(s section, n int) int {
	for i, own := range r.sections {
		if own.word != "" && own.typ == s.typ && own.lacking == s.lacking {
			if n--; n == 0 {
				return i
			}
		}
	}
	return -1
}

// apply gives the questions their keys. A number that several questions have is nobody's.
func (t *keyTable) apply(r *textReader) {
	byNumber := map[int][]*textQuestion{}
	for _, q := range r.all {
		byNumber[q.number] = append(byNumber[q.number], q)
	}
	told := map[[2]int]bool{} // numbers that are nobody's, by section
	for _, e := range t.entries {
		if told[[2]int{e.section, e.number}] {
			continue
		}
		var of []*textQuestion
		for _, q := range byNumber[e.number] {
			if e.section < 0 || q.section == e.section {
				of = append(of, q)
			}
		}
		switch {
		case len(of) == 0:
		case len(of) > 1:
			told[[2]int{e.section, e.number}] = true
			for _, q := range of {
				if !q.hasKey {
					q.fail("key", "key.table_twice", strconv.Itoa(e.number))
				}
			}
		case e.fault != "":
			of[0].fail("key", "key.table_split", e.fault)
		default:
			of[0].setKey(e.key)
			if e.explanation != "" && of[0].explanation == "" {
				of[0].explanation = e.explanation
			}
		}
	}
}
