package exchange

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"leitai/questionbank"
)

// keyTable is a list of keys at the end of a text: "1-5 ABCDE", "6. √", with or without headings of its own.
type keyTable struct {
	open    bool
	section int // of the text whose heading stood last, -1 before the first
	entries []keyEntry
	last    int            // index of the entry that the next line may go on with, -1 when none
	media   []Media        // pictures of explanations
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
	tableHead  = wide(`^[#*\s]*(?:[一二三四五六七八九十]+\s*[、.．]|附[:：]?)?\s*[【\[]?\s*(?:参考|标准|正确|试题|全部)?答案\s*(?:及|与|和)?(?:解析|部分|表|汇总)?\s*[】\]]?\s*[:：]?[*\s]*$`)
	tableRange = wide(`(\d{1,4})\s*[-–—―~～至到]\s*(\d{1,4})\s*题?\s*[:：.、．]?`)
	tableOne   = wide(`(\d{1,4})\s*[.．、:：)）]`)
	// spacedKeys is "1  A   2  B": a table whose cells became spaces.
	spacedKeys = wide(`^\s*(?:\d{1,4}\s+(?:[A-ZＡ-Ｚ]{1,10}|[√×✓✗]|对|错|正确|错误)(?:\s+|$)){2,}$`)
	spacedKey  = wide(`(\d{1,4})\s+([A-ZＡ-Ｚ]{1,10}|[√×✓✗]|对|错|正确|错误)`)
	// tableLabel is "答案：" with keys on its own line.
	tableLabel = wide(`^\s*[【\[]?\s*(?:参考|标准|正确|试题)?答案\s*[】\]]?\s*[:：]?\s*(\d.*)$`)
	// tableOrdinal names a section by its place alone: "一、1.A 2.B".
	tableOrdinal = wide(`^\s*(?:第\s*)?([一二三四五六七八九十]+)\s*(?:大题|部分|题)?\s*[、.．:：]\s*`)
	chapterOnly  = wide(`^第\s*[一二三四五六七八九十百\d]+\s*(?:章|节|编|篇|单元|部分|模块)`)
	explainWord  = wide(`解析|详解|分析|说明|[:：]`)
	keyFirst     = wide(`^\s*(?:[A-ZＡ-Ｚ]{1,10}|[√×✓✗]|对|错|正确|错误)(?:[\s,，;；。.【]|$)`)
	shortKey     = wide(`^(?:[A-Za-z]{1,10}|[√×✓✗]|对|错|正确|错误)?$`)
	tableLine    = wide(`^\s*\d{1,4}\s*[-–—―~～至到]\s*\d{1,4}\s*题?\s*[:：.、．]?\s*[A-Za-zＡ-Ｚ√×✓✗对错TF]`)
	tableKeys    = wide(`^\s*\d{1,4}\s*[.．、:：)）]\s*(?:[A-ZＡ-Ｚ]{1,10}|[√×✓✗]|对|错|正确|错误)(?:[\s,，;；、.。]+\d{1,4}\s*[.．、:：)）]\s*(?:[A-ZＡ-Ｚ]{1,10}|[√×✓✗]|对|错|正确|错误))*[\s,，;；.。]*$`)
)

// opensTable reports that the keys of the questions above begin here; keys is what stands on the line itself, as in
// "答案：1.A 2.B".
func (r *textReader) opensTable(text, next string) (opens bool, keys string) {
	waiting := 0
	for _, q := range r.all {
		if !q.hasKey {
			waiting++
		}
	}
	if waiting == 0 {
		return false, ""
	}
	keys = text
	if tableLine.MatchString(text) {
		opens = true
	} else if m := tableLabel.FindStringSubmatch(text); m != nil && waiting > 1 && looksLikeKeys(m[1]) && len(tableMarks(m[1])) > 0 &&
		(len(tableMarks(m[1])) > 1 || tableLine.MatchString(m[1])) {
		opens, keys = true, m[1]
	} else if tableHead.MatchString(text) {
		_, heading := headingType(next)
		opens = heading || looksLikeKeys(next) || tableOrdinal.MatchString(next) && looksLikeKeys(tableOrdinal.ReplaceAllString(next, "")) ||
			waiting > 1 && tableOne.MatchString(next) && strings.Index(next, "1") <= 2
		keys = ""
	}
	if opens {
		r.table = keyTable{open: true, section: -1, last: -1, seen: map[string]int{}}
		r.cur = nil
	}
	return opens, keys
}

// looksLikeKeys reports a line that holds keys by number and nothing else.
func looksLikeKeys(text string) bool {
	if head, rest := cutHeading(text); head != "" && rest != "" {
		if _, ok := headingType(head); ok {
			text = rest
		}
	}
	return tableLine.MatchString(text) || tableKeys.MatchString(text) || spacedKeys.MatchString(text)
}

// closesTable reports that a line in an open table begins something else: a heading of questions that the table is not
// about, or a question with options.
func (r *textReader) closesTable(text, next string) bool {
	if questionStart.MatchString(text) && !tableKeys.MatchString(text) {
		if o := optionsAt(next, 0); len(o) > 0 && o[0].letter == 0 && optionStart.MatchString(strings.ToUpper(next)) {
			return true
		}
		if _, at := optionsInside(text); at > 0 {
			return true
		}
	}
	s, ok := headingType(text)
	if !ok {
		return chapterOnly.MatchString(text) && !looksLikeKeys(next) && len(r.table.entries) > 0 && questionStart.MatchString(next)
	}
	if looksLikeKeys(next) {
		return false
	}
	of := r.sectionOf(s, r.table.seen[s.word]+1)
	if of < 0 {
		return true
	}
	told := map[int]bool{}
	for _, e := range r.table.entries {
		if e.section < 0 || e.section == of {
			told[e.number] = true
		}
	}
	for _, q := range r.all {
		if q.section == of && !q.hasKey && !told[q.number] {
			return false
		}
	}
	return true
}

// closeTable gives the questions above their keys.
func (r *textReader) closeTable() {
	if r.table.open {
		r.table.apply(r)
	}
	r.table = keyTable{}
	r.tabled = len(r.all)
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
	if m := tableOrdinal.FindStringSubmatch(text); m != nil {
		if of := r.sectionCalled(m[1]); of >= 0 || looksLikeKeys(text[len(m[0]):]) {
			t.section, t.last = of, -1
			text = text[len(m[0]):]
		}
	}
	if strings.TrimSpace(text) == "" {
		return
	}
	if spacedKeys.MatchString(text) {
		text = spacedKey.ReplaceAllString(text, "$1.$2")
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
	at, explained := 0, false                                 // an explanation has begun since the last mark
	ranges := tableRange.FindAllStringSubmatchIndex(text, -1) // once: a search for what is not there goes to the end each time
	for at < len(text) {
		for len(ranges) > 0 && ranges[0][0] < at {
			ranges = ranges[1:]
		}
		one, many := tableOne.FindStringSubmatchIndex(text[at:]), []int(nil)
		if len(ranges) > 0 {
			for _, i := range ranges[0] {
				many = append(many, i-at)
			}
		}
		m, isRange := one, false
		if many != nil && (one == nil || many[0] <= one[0]) {
			m, isRange = many, true
		}
		if m == nil {
			break
		}
		before, _ := utf8.DecodeLastRuneInString(text[:at+m[0]])
		explained = explained || explainWord.MatchString(text[at:at+m[0]])
		if at+m[0] > 0 && isWord(before) || !isRange && strings.HasPrefix(text[at+m[1]:], ".") {
			at += m[1]
			continue
		}
		n, _ := strconv.Atoi(text[at+m[2] : at+m[3]])
		mark := tableMark{from: n, to: n, start: at + m[0], end: at + m[1]}
		if isRange {
			mark.to, _ = strconv.Atoi(text[at+m[4] : at+m[5]])
		}
		// "3.14" is no key of question 3, and in an explanation only the next number with a key after it begins another.
		rest := text[at+m[1]:]
		switch {
		case !isRange && text[at+m[1]-1] == '.' && rest != "" && rest[0] >= '0' && rest[0] <= '9',
			len(out) > 0 && explained && (isRange || n != out[len(out)-1].to+1 || !isEmpty(string(before)) || !keyFirst.MatchString(rest[:min(len(rest), 64)])):
			at += m[1]
			continue
		}
		// In "1. 3.14 …" only what follows in order counts.
		if len(out) > 0 && mark.from <= out[len(out)-1].to && !isRange {
			at += m[1]
			continue
		}
		out, explained = append(out, mark), false
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

// sectionCalled finds the section that its heading numbers so ("二"); -1 when there is none or several.
func (r *textReader) sectionCalled(ordinal string) int {
	found := -1
	for i, s := range r.sections {
		if s.ordinal == ordinal {
			if found >= 0 {
				return -1
			}
			found = i
		}
	}
	return found
}

// apply gives the questions since the last table their keys. A number that several questions have is nobody's, and a key
// that nobody has asked for means that numbers and keys may be out of step: that is told at each question of the table.
func (t *keyTable) apply(r *textReader) {
	byNumber := map[int][]*textQuestion{}
	for _, q := range r.all {
		byNumber[q.number] = append(byNumber[q.number], q)
	}
	told := map[[2]int]bool{} // numbers that are nobody's, by section
	spare := map[int]string{} // section → numbers without a question
	given := map[int][]*textQuestion{}
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
		if e.section < 0 && len(of) > 1 { // a table stands after the questions that it is about
			of = sinceTable(r, of)
		}
		switch {
		case len(of) == 0:
			if n := len(spare[e.section]); n < 60 {
				spare[e.section] = strings.TrimPrefix(spare[e.section]+"、"+strconv.Itoa(e.number), "、")
			}
			if !shortKey.MatchString(norm.NFKC.String(e.key)) && e.fault == "" {
				r.lost(line{no: e.line, text: strconv.Itoa(e.number) + ". " + e.key})
			}
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
			of[0].setKey(withoutMarks(e.key))
			of[0].media = append(of[0].media, t.take(e)...)
			given[e.section] = append(given[e.section], of[0])
			if e.explanation != "" && of[0].explanation == "" {
				of[0].explanation = e.explanation
			}
		}
	}
	for _, m := range t.media {
		r.unplaced = append(r.unplaced, m.Name)
	}
	for section, numbers := range spare {
		for _, q := range given[section] {
			q.warn("key", "key.table_spare", numbers)
		}
	}
}

// take gives the pictures that stand in an entry: they explain, and nobody may see them before.
func (t *keyTable) take(e keyEntry) []Media {
	var out []Media
	t.media = slices.DeleteFunc(t.media, func(m Media) bool {
		if m.mark == 0 || !strings.ContainsRune(e.key+e.explanation, m.mark) {
			return false
		}
		m.Part = questionbank.PartExplanation
		out = append(out, m)
		return true
	})
	return out
}

// sinceTable keeps the questions that stand after the table before.
func sinceTable(r *textReader, of []*textQuestion) []*textQuestion {
	var out []*textQuestion
	for _, q := range of {
		if q.place >= r.tabled {
			out = append(out, q)
		}
	}
	if len(out) == 0 {
		return of
	}
	return out
}
