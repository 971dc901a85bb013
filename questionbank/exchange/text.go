package exchange

import (
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"leitai/questionbank"
)

// line is a line of a text, or a paragraph of a document.
type line struct {
	no     int
	text   string
	marked []bool // by rune: bold, red or otherwise made to stand out; nil when nothing is
	media  []Media
}

// section is a part of a text under a heading that names a type.
type section struct {
	typ      questionbank.Type // "" for a choice of unknown size
	word     string            // as written; "" before the first heading
	lacking  bool
	ordinal  string // "二" of 二、多选题
	reversed bool   // "错的打√"
	judgeAB  []bool // "正确的选A，错误的选B": what A and B mean; nil when the heading does not say
}

// part is what the lines of a question are being added to.
type part int

const (
	inStem part = iota
	inOption
	inKey
	inExplanation
	inOther
)

// textQuestion is a question while its lines are read.
type textQuestion struct {
	draft
	number  int // 0 without
	place   int // in the text, from 0
	section int
	part    part
	tag     string // [多选题]
	list    int    // number of the last point of a list in the explanation
	hasKey  bool
}

func (q *textQuestion) complete() bool {
	return q.hasKey || len(q.options) >= 2 || q.part == inExplanation
}

// textReader reads questions that people wrote as text.
type textReader struct {
	sections []section
	all      []*textQuestion
	cur      *textQuestion
	category string
	blank    bool // an empty line stands before this one
	numbered bool // questions have numbers
	table    keyTable
	tabled   int             // how many questions stood before the end of the last table
	repeated map[string]bool // running heads: lines that come again and again
	skipped  []line          // between questions, used for nothing
	first    int             // the first line that is not empty
	strays   []Row           // parts of questions that belong to none
	ahead    []line          // what comes after the line that is read
	early    []Media         // pictures that no question stands before, since the last one
	unplaced []string        // pictures among the keys that belong to no question
	cuts     int             // labels found inside the line that is read
}

// readText reads the layouts of FORMATS.md, "Text".
func readText(lines []line) []Row {
	rows, _ := readTextNotes(lines)
	return rows
}

// readTextNotes reads a text, and says which lines were used for nothing.
func readTextNotes(lines []line) ([]Row, []Note) {
	r := &textReader{sections: []section{{}}, repeated: runningHeads(lines)}
	for i := 0; i < len(lines); i++ {
		l := lines[i]
		l.text = narrowNumber(l.text)
		l.text = strings.TrimRight(l.text, " \t\u00a0\u3000\r")
		if isEmpty(l.text) {
			r.blank = true
			continue
		}
		if onlyMarks(l.text) {
			r.figure(l)
			continue
		}
		if r.first == 0 {
			r.first = l.no
		}
		next := ""
		for _, n := range lines[i+1:] {
			if !isEmpty(n.text) && !onlyMarks(n.text) {
				next = narrowNumber(n.text)
				break
			}
		}
		r.ahead = lines[i+1:]
		r.line(l, next)
		r.pictures(l)
		r.blank = false
	}
	rows := r.rows()
	var notes []Note
	for _, m := range r.early {
		r.unplaced = append(r.unplaced, m.Name)
	}
	if len(r.unplaced) > 0 && len(rows) > 0 {
		notes = append(notes, Note{Status: Warning, Code: "picture.none", Found: strings.Join(r.unplaced[:min(3, len(r.unplaced))], "、")})
	}
	if len(r.skipped) == 0 || len(rows) == 0 {
		return rows, notes
	}
	said := make([]string, 0, 3)
	for _, l := range r.skipped[:min(3, len(r.skipped))] {
		said = append(said, Short(withoutMarks(l.text), 18))
	}
	return rows, append(notes, Note{Status: Warning, Code: "file.ignored", Found: strconv.Itoa(len(r.skipped)) + "：" + strings.Join(said, " / ")})
}

// pictures gives a line's pictures to the question that it belongs to.
func (r *textReader) pictures(l line) {
	if r.table.open { // never to the question above: it may show that one's key
		r.table.media = append(r.table.media, l.media...)
		return
	}
	if r.cur == nil {
		r.early = append(r.early, l.media...)
		return
	}
	r.cur.media = append(r.cur.media, l.media...)
}

// figure takes a line of nothing but pictures: they belong to the text before them.
func (r *textReader) figure(l line) {
	r.pictures(l)
	if r.table.open {
		if t := &r.table; t.last >= 0 {
			t.entries[t.last].explanation += "\n" + strings.TrimSpace(l.text)
		}
		return
	}
	q := r.cur
	if q == nil {
		return
	}
	switch marks := strings.TrimSpace(l.text); q.part {
	case inStem:
		q.stem += "\n" + marks
	case inOption:
		q.options[len(q.options)-1] += "\n" + marks
	case inExplanation:
		q.explanation += "\n" + marks
	default: // after the key: never before the reveal
		q.explanation += "\n" + marks
		for _, m := range l.media {
			q.warn("explanation", "picture.place", m.Name)
		}
	}
}

// wideNumber is a question's number in full-width digits, as input methods write them.
var wideNumber = wide(`^[\s（(第]*[０-９]{1,4}\s*[.．、:：)）题]`)

// narrowNumber makes the digits of a number that a line begins with plain ones, rune for rune.
func narrowNumber(s string) string {
	at := wideNumber.FindString(s)
	if at == "" {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r >= '０' && r <= '９' {
			return r - '０' + '0'
		}
		return r
	}, at) + s[len(at):]
}

func isEmpty(s string) bool { return strings.Trim(s, " \t\u00a0\u3000\ufeff\u200b\r\f") == "" }

// runningHeads are lines without a label that stand in the text three times or more.
func runningHeads(lines []line) map[string]bool {
	count := map[string]int{}
	for _, l := range lines {
		if t := fold(l.text); t != "" && len([]rune(t)) <= 40 {
			count[t]++
		}
	}
	out := map[string]bool{}
	for t, n := range count {
		if n < 3 || questionStart.MatchString(t) || optionStart.MatchString(strings.ToUpper(t)) || labelAny.MatchString(t) || strings.Contains(t, "答案") {
			continue
		}
		if _, judge := judgeWord(t); judge {
			continue
		}
		if _, ok := headingType(t); ok {
			continue
		}
		out[t] = true
	}
	return out
}

var (
	pageNumber = wide(`^(?i:[-—–·\s]*\d{1,4}[-—–·\s]*|第\s*\d+\s*页.*|page\s*\d+.*|\d+\s*/\s*\d+|共\s*\d+\s*页)$`)
	chapter    = wide(`^(?:第\s*[一二三四五六七八九十百\d]+\s*(?:章|节|编|篇|单元|部分|模块)|[一二三四五六七八九十]+、|[（(][一二三四五六七八九十]+[)）])[\s、:：.．]*(.{0,40})$`)
	title      = wide(`(?:题库|试题|试卷|知识竞赛|练习题?|考试|真题|模拟题|汇总|大全|答题卡)`)

	questionStart = wide(`^(?:(?:Q|q|题目?|试题|问题)\s*)?(?:第\s*)?(\d{1,4})\s*题?\s*([.．、:：)）,，])\s*(.*)$`)
	questionInBr  = wide(`^[(（【\[]\s*(\d{1,4})\s*[)）】\]]\s*[.．、]?\s*(.*)$`)
	questionNth   = wide(`^第\s*(\d{1,4})\s*题\s*[.．、:：]?\s*(.*)$`)
	stemLabel     = wide(`^(?:题目|题干|问题|试题)\s*[:：]\s*(\S.*)$`)
	bulletOption  = wide(`^[○◯□☐]\s*(\S.*)$`) // as survey sites print them
	judgeFirst    = wide(`^[(（]\s*([√×✓✗✔✘xX对错]?)\s*[)）]\s*(\d{1,4})\s*[.．、]\s*(.+)$`)

	// choiceFirst is a paper that has been filled in: the key in the brackets before the number.
	choiceFirst = wide(`^[(（]\s*([A-HＡ-Ｈ](?:[,，、\s]*[A-HＡ-Ｈ])*)\s*[)）]\s*(\d{1,4})\s*[.．、]\s*(\D.*)$`)

	typeTag = wide(`[【\[(（]\s*((?:单项?选择?|多项?选择?|单选|多选|不定项选?择?|判断|是非|填空|排序|简答|问答)题?)\s*[】\])）]`)

	headingLine   = wide(`^[#*\s]*(?:第?[一二三四五六七八九十百]+(?:部分|大题|题)?\s*[、.．:：,，]?|[(（][一二三四五六七八九十\d]+[)）]|\d{1,2}\s*[、.．]|[IVXivx]{1,4}\s*[.、])?\s*[【\[《]?\s*(?:[一-龥]{0,8}?)(单项选择|单选|多项选择|多选|不定项选择|不定项|选择|判断正误|判断|是非|对错|填空|排序|简答|问答|论述|名词解释|案例分析|计算|综合|材料分析)(?:题|题型|题目|部分|题库)?\s*[】\]》]?[*\s]*(.*)$`)
	headingRest   = wide(`^[\s:：.。、，,;；\-—]*(?:(?:[(（【\[].*)|(?:(?:本大题|本题|本部分|共|每|满分|总|下列|以下|请|将|答|正确|对的|认为|在|\d+\s*[题道个分]).*))?$`)
	judgeLetter   = wide(`(?:正确|对)[^,，;；。错AB]{0,8}["“']?A.{0,12}(?:错误|错)[^,，;；。AB]{0,8}["“']?B`)
	judgeReversed = wide(`(?:错误?|不正确|不对)[^,，;；。对正×X]{0,6}[√✓]`)
	judgeRletter  = wide(`(?:正确|对)[^,，;；。错AB]{0,8}["“']?B.{0,12}(?:错误|错)[^,，;；。AB]{0,8}["“']?A`)
)

// labels of a question's parts. The longer ones stand before those that they begin with.
const labelWords = `正确答案|参考答案|标准答案|试题答案|答案解析|试题解析|题目解析|答案|解析|详解|分析|说明|难易程度|难度系数|难度|分类|知识点|章节|考点|出处|来源|依据|分值|分数|标签|(?i:correct answer|answer|key|explanation|difficulty|category|source)`

var (
	label    = wide(`^\s*(?:[【\[(（]\s*(` + labelWords + `)\s*[】\])）]\s*[:：]?|(` + labelWords + `|答)\s*(?:[是为]\s*)?[:：])\s*(.*)$`)
	labelAny = wide(`^\s*[【\[(（]?\s*(?:` + labelWords + `)\s*[】\])）]?\s*[:：]?`)
	// labelInside cuts "答案：B 解析：……" and "【答案】B【解析】……".
	labelInside = wide(`[【\[]\s*(?:` + labelWords + `)\s*[】\]]\s*[:：]?|(?:` + labelWords + `)\s*[:：]`)
	bareKey     = wide(`^\s*(?:正确|参考|标准)?答案\s*(?:[是为选])?\s*([A-Za-zＡ-Ｚ]+|[√×✓✗]|对|错|正确|错误)\s*[。.]?$`)
)

// headingType reads a heading such as 一、单项选择题（每题 2 分）.
func headingType(text string) (section, bool) {
	t := strings.TrimSpace(text)
	if len([]rune(t)) > 120 {
		return section{}, false
	}
	m := headingLine.FindStringSubmatch(t)
	if m == nil || !headingRest.MatchString(m[2]) {
		return section{}, false
	}
	if questionStart.MatchString(t) && strings.TrimSpace(bracketNote.ReplaceAllString(m[2], "")) != "" {
		return section{}, false // "1. [多选题] 下列……"
	}
	typ, known, lacking := typeWord(m[1])
	if !known {
		return section{}, false
	}
	s := section{typ: typ, word: m[1], lacking: lacking}
	if o := tableOrdinal.FindStringSubmatch(t); o != nil {
		s.ordinal = o[1]
	}
	n := strings.ToUpper(norm.NFKC.String(strings.ReplaceAll(m[2], " ", "")))
	s.reversed = judgeReversed.MatchString(n)
	switch {
	case judgeRletter.MatchString(n):
		s.judgeAB = []bool{false, true}
	case judgeLetter.MatchString(n):
		s.judgeAB = []bool{true, false}
	}
	return s, true
}

// line takes one line that is not empty; next is the one after it.
func (r *textReader) line(l line, next string) {
	text := strings.TrimLeft(l.text, " \t\u00a0\u3000\ufeff")
	if cut := len([]rune(l.text)) - len([]rune(text)); l.marked != nil {
		l.marked = l.marked[min(cut, len(l.marked)):]
	}
	l.text, r.cuts = text, 0
	if pageNumber.MatchString(text) && !r.wantsNumber() || r.repeated[fold(text)] {
		return
	}
	if r.table.open && r.closesTable(text, next) {
		r.closeTable()
	}
	if r.table.open {
		r.table.line(r, l)
		return
	}
	if opens, keys := r.opensTable(text, next); opens {
		l.text, l.marked = keys, nil
		r.table.line(r, l)
		return
	}
	if s, ok := headingType(text); ok && !r.isQuestionOf(text) {
		r.sections = append(r.sections, s)
		r.cur = nil
		return
	}
	if r.cur != nil && r.labelled(l) {
		return
	}
	if r.question(l) {
		return
	}
	if r.cur != nil && r.options(l) {
		return
	}
	if m := chapter.FindStringSubmatch(text); m != nil && (r.cur == nil || r.cur.complete()) {
		r.category, r.cur = strings.TrimSpace(m[1]), nil
		return
	}
	r.more(l, next)
}

// wantsNumber reports that a number alone on its line may be a key or an option: their label stands on the line before.
func (r *textReader) wantsNumber() bool {
	q := r.cur
	return q != nil && !r.table.open && (q.part == inKey && !q.hasKey || q.part == inOption && isEmpty(q.options[len(q.options)-1]))
}

// isQuestionOf keeps "1. 判断下列……" from being a heading: a numbered line with options or a key after it.
func (r *textReader) isQuestionOf(text string) bool {
	m := questionStart.FindStringSubmatch(text)
	if m == nil {
		return false
	}
	n, _ := strconv.Atoi(m[1])
	return r.cur != nil && n == r.cur.number+1 && n > 1
}

// question begins a question when the line has a number in its place.
func (r *textReader) question(l line) bool {
	text := l.text
	tag := ""
	if m := typeTag.FindStringSubmatchIndex(text); m != nil && m[0] == 0 {
		tag = text[m[2]:m[3]]
		text = strings.TrimLeft(text[m[1]:], " \t\u3000、.．")
	}
	var number int
	var rest, key string
	if m := judgeFirst.FindStringSubmatch(text); m != nil {
		number, _ = strconv.Atoi(m[2])
		rest, key = m[3], m[1]
	} else if m := choiceFirst.FindStringSubmatch(text); m != nil && (r.cur == nil || r.cur.complete()) && r.optionsFollow(m[3]) {
		number, _ = strconv.Atoi(m[2])
		rest, key = m[3], m[1]
	} else if m := questionNth.FindStringSubmatch(text); m != nil {
		number, _ = strconv.Atoi(m[1])
		rest = m[2]
	} else if m := questionStart.FindStringSubmatch(text); m != nil && (!decimal(text, m) || r.expects(m[1])) {
		number, _ = strconv.Atoi(m[1])
		rest = m[3]
	} else if m := questionInBr.FindStringSubmatch(text); m != nil {
		number, _ = strconv.Atoi(m[1])
		rest = m[2]
	} else if m := stemLabel.FindStringSubmatch(text); m != nil && (r.cur == nil || r.cur.complete()) {
		rest = m[1]
	} else if tag == "" {
		return false
	} else {
		rest = text
	}
	jump := ""
	if number > 0 {
		if r.listed(number, text) {
			return false
		}
		var ok bool
		if ok, jump = r.inPlace(number); !ok {
			return false
		}
	}
	r.begin(l, number, tag)
	if jump != "" {
		r.cur.warn("stem", "number.jump", jump)
	}
	if key != "" {
		r.cur.key, r.cur.hasKey = key, true
	}
	r.stem(r.tail(l, rest))
	return true
}

// optionsFollow reports that options stand after this text, on its line or on the next.
func (r *textReader) optionsFollow(text string) bool {
	if _, at := optionsInside(text); at > 0 {
		return true
	}
	for _, l := range r.ahead {
		if t := strings.TrimLeft(l.text, " \t\u00a0\u3000\ufeff"); !isEmpty(t) {
			o := optionsAt(t, 0)
			return len(o) > 0 && o[0].letter == 0
		}
	}
	return false
}

// listed reports that a number counts the points of an explanation: no options follow, as they do at the question that
// is explained.
func (r *textReader) listed(n int, text string) bool {
	q := r.cur
	if q == nil || q.part != inExplanation || len(q.options) < 2 || n != q.list+1 || n == q.number+1 && q.list == 0 {
		return false
	}
	if _, at := optionsInside(text); at > 0 {
		return false
	}
	seen := 0
	for _, l := range r.ahead {
		t := strings.TrimLeft(l.text, " \t\u00a0\u3000\ufeff")
		if isEmpty(t) {
			continue
		}
		if o := optionsAt(t, 0); len(o) > 0 && o[0].letter == 0 {
			return false
		}
		if seen++; seen > 8 || questionStart.MatchString(t) {
			break
		}
		if _, ok := headingType(t); ok {
			break
		}
	}
	q.list = n
	return true
}

// decimal reports that "3.14" was cut at its point; "1. 2021年" was not.
func decimal(text string, m []string) bool {
	return (m[2] == "." || m[2] == ",") && m[3] != "" && m[3][0] >= '0' && m[3][0] <= '9' && strings.Contains(text, m[2]+m[3])
}

// expects reports that a question of this number is due: "1.2021年…" is one then.
func (r *textReader) expects(number string) bool {
	n, _ := strconv.Atoi(number)
	if r.cur == nil {
		ok, jump := r.inPlace(n)
		return ok && jump == "" && (n == 1 || len(r.all) > 0)
	}
	if r.cur.number == 0 || n != r.cur.number+1 {
		return false
	}
	switch r.sections[r.cur.section].typ { // their questions are a stem and nothing else
	case questionbank.Judge, questionbank.Fill:
		return sentenceEnd.MatchString(ending(r.cur.stem))
	}
	return r.cur.complete()
}

var sentenceEnd = wide(`(?:[。.？?！!；;）)]|__)\s*$`)

// inPlace reports whether a number begins a question here; jump names a number that does not follow the last one.
func (r *textReader) inPlace(n int) (ok bool, jump string) {
	q := r.cur
	last := 0
	if q == nil {
		for _, earlier := range slices.Backward(r.all) {
			if earlier.section == len(r.sections)-1 {
				last = earlier.number
				break
			}
		}
		if last == 0 || n == last+1 || n == 1 {
			return true, ""
		}
		return true, strconv.Itoa(last) + " → " + strconv.Itoa(n)
	}
	switch {
	case q.number == 0 || n == q.number+1:
		return true, ""
	case !q.complete():
		return false, "" // a list inside the question
	case n == 1:
		return true, ""
	}
	return true, strconv.Itoa(q.number) + " → " + strconv.Itoa(n)
}

func (r *textReader) begin(l line, number int, tag string) {
	q := &textQuestion{number: number, place: len(r.all), section: len(r.sections) - 1, tag: tag}
	q.row, q.category = l.no, r.category
	r.all = append(r.all, q)
	r.cur = q
	for _, m := range r.early { // above its question, or somebody's emblem
		m.Part = questionbank.PartStem
		q.media = append(q.media, m)
		q.warn("stem", "picture.place", m.Name)
	}
	r.early = nil
	r.numbered = r.numbered || number > 0
}

// tail is the end of a line that has this text, with its marks.
func (r *textReader) tail(l line, text string) line {
	if l.marked != nil {
		all, end := len([]rune(l.text)), len([]rune(text))
		from := min(max(0, all-end), len(l.marked))
		return line{no: l.no, text: text, marked: l.marked[from:]}
	}
	return line{no: l.no, text: text}
}

// stem adds a line to the stem; options and a key may follow on the same line.
func (r *textReader) stem(l line) {
	q := r.cur
	q.part = inStem
	if at := insideLabel(l.text); at > 0 && r.mayCut() {
		r.stem(line{no: l.no, text: l.text[:at], marked: cutMarks(l, 0, at)})
		r.labelled(line{no: l.no, text: l.text[at:]})
		return
	}
	if opts, at := optionsInside(l.text); opts != nil && len(q.options) == 0 {
		q.stem = joinLines(q.stem, l.text[:at])
		r.addOptions(l, opts)
		return
	}
	q.stem = joinLines(q.stem, l.text)
}

func cutMarks(l line, from, to int) []bool {
	if l.marked == nil {
		return nil
	}
	a, b := len([]rune(l.text[:from])), len([]rune(l.text[:to]))
	return l.marked[min(a, len(l.marked)):min(b, len(l.marked))]
}

// insideLabel gives where a label begins inside a line, after a space or a mark; -1 when there is none.
func insideLabel(text string) int {
	for _, m := range labelInside.FindAllStringIndex(text, -1) {
		if m[0] == 0 {
			continue
		}
		before := []rune(text[:m[0]])
		last := before[len(before)-1]
		if text[m[0]] == '[' || strings.HasPrefix(text[m[0]:], "【") || strings.ContainsRune(" \t\u3000\u00a0。.；;）)】]？?！!", last) {
			return m[0]
		}
	}
	return -1
}

func joinLines(a, b string) string {
	a, b = strings.TrimRight(a, " \t\u3000"), strings.TrimSpace(b)
	switch {
	case a == "":
		return b
	case b == "":
		return a
	}
	if len(a) > maxLineBytes {
		return a // too long for any question already
	}
	last, _ := utf8.DecodeLastRuneInString(a)
	first, _ := utf8.DecodeRuneInString(b)
	if last < 0x2000 && first < 0x2000 {
		return a + " " + b // words of a language that has spaces
	}
	return a + "\n" + b
}

// labelled takes a line with a label, such as 答案：B.
func (r *textReader) labelled(l line) bool {
	q := r.cur
	if m := bareKey.FindStringSubmatch(l.text); m != nil {
		q.setKey(m[1])
		return true
	}
	m := label.FindStringSubmatch(l.text)
	if m == nil {
		return false
	}
	word, value := m[1]+m[2], m[3]
	follow := ""
	if !isExplanation(word) {
		if at := labelInside.FindStringIndex(value); at != nil {
			value, follow = value[:at[0]], value[at[0]:]
		}
	}
	value = strings.TrimSpace(value)
	switch {
	case strings.HasSuffix(word, "答案") || word == "答" || strings.EqualFold(word, "answer") || strings.EqualFold(word, "correct answer") || strings.EqualFold(word, "key"):
		q.setKey(value)
	case isExplanation(word):
		q.explanation, q.part = joinLines(q.explanation, value), inExplanation
		return true
	case strings.HasPrefix(word, "难") || strings.EqualFold(word, "difficulty"):
		q.difficulty, q.part = value, inOther
	case word == "出处" || word == "来源" || word == "依据" || strings.EqualFold(word, "source"):
		q.source, q.part = value, inOther
	case word == "标签":
		q.tags, q.part = splitTags(value), inOther
	case word == "分值" || word == "分数":
		q.part = inOther
	default:
		q.category, q.part = value, inOther
	}
	if follow != "" {
		if r.mayCut() {
			r.labelled(line{no: l.no, text: follow})
		} else {
			q.fail("", "text.ignored", follow)
		}
	}
	return true
}

// mayCut counts the labels inside one line: people write five at most, and a line of thousands is made to take time.
func (r *textReader) mayCut() bool {
	r.cuts++
	return r.cuts <= 20
}

func isExplanation(word string) bool {
	switch {
	case strings.HasSuffix(word, "解析"), word == "详解", word == "分析", word == "说明", strings.EqualFold(word, "explanation"):
		return true
	}
	return false
}

func splitTags(s string) []string {
	var out []string
	for t := range strings.FieldsFuncSeq(s, func(r rune) bool { return strings.ContainsRune(",，;；、|", r) }) {
		if t = strings.TrimSpace(t); t != "" {
			out = append(out, t)
		}
	}
	return out
}

func (q *textQuestion) setKey(value string) {
	if q.hasKey && strings.TrimSpace(q.key) != "" && value != "" && fold(q.key) != fold(value) {
		q.fail("key", "key.conflict", q.key+" ≠ "+value)
	}
	if value != "" {
		q.key = value
		q.hasKey = true
	}
	q.part = inKey
}

// options takes a line that begins with the letter of an option.
func (r *textReader) options(l line) bool {
	q := r.cur
	if q.part == inExplanation && len(q.options) >= 2 {
		return false
	}
	if m := bulletOption.FindStringSubmatch(l.text); m != nil && len(q.options) < questionbank.MaxOptions && !q.hasKey {
		text := r.tail(l, m[1])
		q.options, q.marked, q.part = append(q.options, text.text), append(q.marked, allMarked(text.text, text.marked)), inOption
		return true
	}
	opts := optionsAt(l.text, len(q.options))
	if opts == nil {
		return false
	}
	r.addOptions(l, opts)
	return true
}

func (r *textReader) addOptions(l line, opts []option) {
	q := r.cur
	for i, o := range opts {
		switch want := len(q.options); {
		case o.letter > want && o.letter < questionbank.MaxOptions:
			q.fail("options", "options.order", questionbank.Letter(o.letter))
			for len(q.options) < o.letter {
				q.options, q.marked = append(q.options, ""), append(q.marked, false)
			}
		case o.letter < want:
			q.fail("options", "options.order", questionbank.Letter(o.letter))
			return
		}
		text := l.text[o.from:o.to]
		if i < len(opts)-1 {
			text = strings.TrimRight(text, " \t\u3000；;，,、") // what parts the options of a line
		}
		if o.doubt {
			q.warn("options", "options.split", l.text)
		}
		marks := cutMarks(l, o.from, o.from+len(text))
		q.part = inOption
		if at := insideLabel(text); at > 0 && r.mayCut() {
			q.options, q.marked = append(q.options, text[:at]), append(q.marked, allMarked(text[:at], marks))
			r.labelled(line{no: l.no, text: text[at:]})
			return
		}
		q.options, q.marked = append(q.options, text), append(q.marked, allMarked(text, marks))
	}
}

// allMarked reports that what can be seen of a text stands out.
func allMarked(text string, marks []bool) bool {
	seen, marked := 0, 0
	for i, c := range []rune(text) {
		if c == ' ' || c == '\t' || c == '\u3000' || c == '\u00a0' || isMark(c) {
			continue
		}
		seen++
		if i < len(marks) && marks[i] {
			marked++
		}
	}
	return seen > 0 && marked*10 >= seen*8
}

// ending is the end of a text, more than any mark takes: to look through a stem that grows line by line each time anew
// would take the square of its length.
func ending(s string) string { return s[max(0, len(s)-200):] }

// judgeMarked is a sentence with its mark at the end, as lists of true-or-false questions have them.
var judgeMarked = wide(`[（(]\s*(?:[√×✓✗✔✘]|对|错|正确|错误|[TFtf])\s*[）)]\s*[。.]?$`)

// unnumbered reports that a line without a number is a question: options come next, or it holds its own mark.
func (r *textReader) unnumbered(text, next string) bool {
	if r.cur != nil && !r.cur.complete() || labelAny.MatchString(text) || optionStart.MatchString(strings.ToUpper(text)) {
		return false
	}
	if o := optionsAt(next, 0); len(o) > 0 && o[0].letter == 0 && optionStart.MatchString(strings.ToUpper(next)) {
		return true
	}
	if _, at := optionsInside(text); at > 0 {
		return true
	}
	return r.sections[len(r.sections)-1].typ == questionbank.Judge && judgeMarked.MatchString(text)
}

// lost keeps a line that looks like a part of a question but belongs to none: it is shown as a row that was not read.
func (r *textReader) lost(l line) {
	n := len(r.strays)
	if n > 0 && r.strays[n-1].Row+strings.Count(r.strays[n-1].Question.Stem, "\n")+1 == l.no {
		r.strays[n-1].Question.Stem += "\n" + clean(withoutMarks(l.text))
		return
	}
	r.strays = append(r.strays, Row{Row: l.no, Question: questionbank.Question{Stem: clean(withoutMarks(l.text)), Key: []string{}, Difficulty: 3},
		Notes: []Note{{Status: Error, Code: "text.lost", Found: l.text}}})
}

// skip takes a line between questions that is used for nothing.
func (r *textReader) skip(l line) {
	switch {
	case optionStart.MatchString(strings.ToUpper(l.text)), label.MatchString(l.text), bareKey.MatchString(l.text):
		r.lost(l)
	case l.no == r.first && len([]rune(l.text)) <= 40: // the file's name
	case !title.MatchString(l.text) || len([]rune(l.text)) > 40:
		r.skipped = append(r.skipped, l)
	}
}

// more takes a line that begins nothing: it goes on with what stands before it, or is a heading.
func (r *textReader) more(l line, next string) {
	if r.unnumbered(l.text, next) {
		r.begin(l, 0, "")
		r.cur.warn("stem", "number.missing", "")
		r.stem(l)
		return
	}
	q := r.cur
	if q == nil {
		r.skip(l)
		return
	}
	if title.MatchString(l.text) && len([]rune(l.text)) <= 30 && q.complete() && !strings.ContainsAny(l.text, "。？?") {
		return
	}
	switch q.part {
	case inStem:
		if judgeMarked.MatchString(ending(q.stem)) { // it has ended
			if title.MatchString(l.text) && len([]rune(l.text)) <= 30 {
				return
			}
			q.warn("stem", "text.joined", l.text)
		} else if strings.HasSuffix(strings.TrimSpace(ending(q.stem)), "。") && title.MatchString(l.text) && len([]rune(l.text)) <= 30 &&
			!strings.ContainsAny(l.text, "。？?（(，,") {
			q.warn("", "text.ignored", l.text)
			return
		}
		r.stem(l)
	case inOption:
		if r.blank {
			q.warn("", "text.ignored", l.text)
			return
		}
		q.warn("options", "text.joined", l.text)
		last := len(q.options) - 1
		q.options[last] = joinLines(q.options[last], l.text)
	case inExplanation:
		if r.blank {
			q.warn("", "text.joined", l.text)
		}
		if q.list > 0 && questionStart.MatchString(l.text) {
			q.explanation += "\n" + l.text
			return
		}
		q.explanation = joinLines(q.explanation, l.text)
	case inKey:
		if !q.hasKey {
			q.setKey(strings.TrimSpace(l.text))
			return
		}
		q.warn("", "text.ignored", l.text)
	default:
		q.warn("", "text.ignored", l.text)
	}
}

// rows resolves all questions.
func (r *textReader) rows() []Row {
	r.closeTable()
	out := make([]Row, 0, len(r.all))
	for _, q := range r.all {
		q.settleType(r.sections[q.section])
		out = append(out, q.resolve())
	}
	out = append(out, r.strays...)
	slices.SortStableFunc(out, func(a, b Row) int { return a.Row - b.Row })
	return out
}

// settleType takes the type from the tag or the heading. "A" and "B" of a true-or-false question without options mean
// what the heading says, or nothing.
func (q *textQuestion) settleType(s section) {
	if m := typeTag.FindStringSubmatchIndex(q.stem); m != nil && q.tag == "" {
		q.tag = q.stem[m[2]:m[3]]
		q.stem = strings.TrimSpace(q.stem[:m[0]] + q.stem[m[1]:])
	}
	q.stem = strings.TrimRight(strings.TrimSuffix(strings.TrimSpace(q.stem), "*"), " ") // "required", as survey sites mark it
	word := q.tag
	if word == "" {
		word = s.word
	}
	if word != "" {
		t, known, lacking := typeWord(word)
		switch {
		case lacking:
			q.typeText = word
		case known:
			q.typ = t
		}
	}
	if q.typ == questionbank.Judge && s.reversed {
		q.fail("key", "key.reversed", "")
	}
	if q.typ == questionbank.Judge && len(q.options) == 0 && s.judgeAB != nil {
		switch fold(q.key) {
		case "a":
			q.key = judgeName(s.judgeAB[0])
		case "b":
			q.key = judgeName(s.judgeAB[1])
		}
	}
}

func judgeName(truth bool) string {
	if truth {
		return "正确"
	}
	return "错误"
}
