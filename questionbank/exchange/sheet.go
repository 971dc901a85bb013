package exchange

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"leitai/questionbank"
)

// grid is a sheet of cells as they are shown: of a workbook, a CSV file, a table of a document.
type grid struct {
	name     string
	rows     [][]string
	merged   map[[2]int]string // row and column, from 0, of cells that a merged cell above covers: its text
	marked   map[[2]int]bool   // cells of a document's table whose text stands out
	formulas map[string]bool   // cells that a formula works out

	gallery  *gallery         // of the pictures whose marks stand in cells; nil when there are none
	pictures map[int][]pinned // by row, from 0: pictures that float above the cells
}

// pinned is a picture that is anchored to a cell.
type pinned struct {
	col   int // from 0
	media Media
	moved bool // from an empty row below
}

// settlePictures moves pictures that are anchored below their row, where nothing is written, to the row above.
func (g *grid) settlePictures(header int) (above int) {
	rows := slices.Sorted(maps.Keys(g.pictures))
	for _, r := range rows {
		to := min(r, len(g.rows)-1)
		for to > header && isBlankRow(g.rows[to]) {
			to--
		}
		switch {
		case to <= header:
			above += len(g.pictures[r])
			delete(g.pictures, r)
		case to != r:
			for _, p := range g.pictures[r] {
				p.moved = true
				g.pictures[to] = append(g.pictures[to], p)
			}
			delete(g.pictures, r)
		}
	}
	return above
}

// headerRows is how far down a header is looked for (FORMATS.md).
const headerRows = 15

// column is what a column holds.
type column struct {
	field string // "stem", "key", "type", …, "option", "correct"
	n     int    // of an option, from 0
}

var (
	optionHead  = regexp.MustCompile(`^(?:备?选项|备选答案|答案选项|候选项?|option|choice|answer|选择项?|answeroption|答案)([a-z]|\d{1,2}|[一二三四五六七八九十])$`)
	correctHead = regexp.MustCompile(`^(?:is)?correct(\d{1,2})$`)
	englishTail = regexp.MustCompile(`\s+[-–—]\s.*$`)
)

// aliases of the columns, as they stand after headName.
var aliases = map[string]string{
	"题干": "stem", "题目": "stem", "试题": "stem", "问题": "stem", "内容": "stem", "题目内容": "stem", "试题内容": "stem", "题干内容": "stem",
	"试题题干": "stem", "题目题干": "stem", "问题内容": "stem", "题目描述": "stem", "试题名称": "stem", "题目名称": "stem", "question": "stem",
	"questiontext": "stem", "stem": "stem", "questiontitle": "stem", "题面": "stem", "考题": "stem", "试题正文": "stem",
	"题型": "type", "类型": "type", "试题类型": "type", "题目类型": "type", "questiontype": "type", "type": "type", "题类": "type", "试题题型": "type", "quiz_type": "type",
	"正确答案": "key", "答案": "key", "标准答案": "key", "参考答案": "key", "correctanswer": "key", "correctanswers": "key", "key": "key", "正确选项": "key",
	"试题答案": "key", "题目答案": "key", "answer": "key", "正确答案选项": "key", "rightanswer": "key", "correct": "key", "correctoption": "key",
	"解析": "explanation", "答案解析": "explanation", "试题解析": "explanation", "题目解析": "explanation", "answerexplanation": "explanation", "explanation": "explanation",
	"详解": "explanation", "说明": "explanation", "解答": "explanation", "答案说明": "explanation", "题解": "explanation", "notes": "explanation",
	"难度": "difficulty", "难易程度": "difficulty", "难度等级": "difficulty", "difficulty": "difficulty", "难度系数": "difficulty", "难易度": "difficulty",
	"分类": "category", "章节": "category", "知识点": "category", "科目": "category", "学科": "category", "category": "category", "所属分类": "category",
	"题目分类": "category", "试题分类": "category", "所属章节": "category", "类别": "category", "专业": "category", "模块": "category", "试题类别": "category",
	"出处": "source", "来源": "source", "source": "source", "依据": "source", "参考依据": "source", "题目来源": "source", "试题来源": "source", "题目出处": "source",
	"标签": "tags", "tags": "tags", "关键词": "tags", "tag": "tags",
	"选项": "options", "备选项": "options", "备选答案": "options", "候选项": "options", "options": "options", "choices": "options", "全部选项": "options", "答案选项": "options",
	"序号": "", "编号": "", "题号": "", "分值": "score", "分数": "score", "默认分值": "score", "question#": "", "id": "", "timelimit": "", "timeinseconds": "", "imagelink": "image",
	"图片": "image", "题目图片": "image", "备注": "", "time": "", resultHead: "",
}

// headName is a header in the form in which aliases are looked up: no breaks, spaces, stars or notes in brackets.
func headName(s string) string {
	s = strings.ToLower(norm.NFKC.String(s))
	s = bracketNote.ReplaceAllString(s, "")
	s = englishTail.ReplaceAllString(strings.Join(strings.Fields(s), " "), "")
	return strings.Trim(fold(s), "*:：.。、·")
}

// columnOf reads one header.
func columnOf(cell string) (column, bool) {
	h := headName(cell)
	if h == "" {
		return column{}, false
	}
	if len(h) == 1 && h[0] >= 'a' && h[0] <= 'z' {
		return column{"option", int(h[0] - 'a')}, true
	}
	if strings.HasSuffix(h, "选项") && len(h) == len("a选项") && h[0] >= 'a' && h[0] <= 'z' {
		return column{"option", int(h[0] - 'a')}, true
	}
	if m := optionHead.FindStringSubmatch(h); m != nil {
		return column{"option", ordinal(m[1])}, true
	}
	if m := correctHead.FindStringSubmatch(h); m != nil {
		return column{"correct", ordinal(m[1])}, true
	}
	if f, ok := aliases[h]; ok {
		return column{f, 0}, true
	}
	return column{}, false
}

func ordinal(s string) int {
	if n, err := strconv.Atoi(s); err == nil {
		return n - 1
	}
	if s[0] >= 'a' && s[0] <= 'z' {
		return int(s[0] - 'a')
	}
	return slices.Index([]string{"一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}, s)
}

// header finds the row of headers and what each column holds; numbered is said of formats that count options by number.
func (g grid) header() (row int, columns map[int]column, numbered bool) {
	best := 0
	for r := range min(headerRows, len(g.rows)) {
		found := map[int]column{}
		fields := map[column]bool{}
		english := 0
		for c, cell := range g.rows[r] {
			col, ok := columnOf(cell)
			if !ok || col.field == "" {
				continue
			}
			if col.field == "key" && fields[col] {
				col.field = "key again" // 答案 and 正确答案: they must say the same
			}
			if fields[col] {
				continue
			}
			fields[col] = true
			found[c] = col
			if n := headName(cell); strings.HasPrefix(n, "answer") && col.field == "option" {
				english++
			}
		}
		for _, cell := range g.rows[r] { // Kahoot, Wayground, Blooket: a time for each question
			if n := headName(cell); n == "timelimit" || n == "timeinseconds" {
				english += 2
			}
		}
		if !fields[column{"stem", 0}] || len(found) < 2 || len(found) <= best {
			continue
		}
		if !fields[column{"key", 0}] && !fields[column{"option", 0}] && !fields[column{"options", 0}] && !fields[column{"correct", 0}] {
			continue
		}
		best, row, columns, numbered = len(found), r, found, english > 1
	}
	return row, columns, numbered
}

// cellName is A1 style.
func cellName(row, col int) string {
	name := ""
	for c := col + 1; c > 0; c = (c - 1) / 26 {
		name = string(rune('A'+(c-1)%26)) + name
	}
	return fmt.Sprintf("%s%d", name, row+1)
}

// readGrid reads the questions of one sheet; ok is false when it has no header.
func readGrid(g grid) (rows []Row, ok bool) {
	at, columns, numbered := g.header()
	if columns == nil {
		return nil, false
	}
	numbered = numbered || g.numbersOptions(at, columns)
	zero := g.zeroBased(at, columns)
	codes := g.typeCodes(at, columns)
	var sheetType questionbank.Type
	if t, known, _ := typeWord(g.name); known {
		sheetType = t
	}
	for r := at + 1; r < len(g.rows); r++ {
		if isBlankRow(g.rows[r]) || g.isUnused(r, columns) {
			continue
		}
		if g.isDescription(r, at, columns) {
			continue
		}
		d := g.draft(r, columns)
		d.numbered = numbered
		if key := strings.TrimSpace(norm.NFKC.String(d.key)); zero && digitsOnly.MatchString(key) {
			d.fail("key", "key.zero", key)
		}
		if code := strings.TrimSpace(d.typeText); codes != nil && code != "" {
			if t, ok := codes[code]; ok {
				d.typ = t
			}
		}
		if strings.TrimSpace(d.typeText) == "" && d.typ == "" {
			d.typ = sheetType
		}
		rows = append(rows, d.resolve())
		if len(rows) > MaxQuestions {
			break
		}
	}
	return rows, true
}

func isBlankRow(row []string) bool {
	for _, c := range row {
		if !isEmpty(c) {
			return false
		}
	}
	return true
}

// isUnused reports a row that a template has numbered, or given a type, for a question that nobody wrote.
func (g grid) isUnused(r int, columns map[int]column) bool {
	for c, col := range columns {
		switch col.field {
		case "stem", "key", "option", "options", "explanation", "image":
			if c < len(g.rows[r]) && !isEmpty(g.rows[r][c]) {
				return false
			}
		}
	}
	return true
}

// isDescription leaves out the row of explanations under a header (Wayground), and a header that comes again.
func (g grid) isDescription(r, at int, columns map[int]column) bool {
	again, long := false, 0
	for c, col := range columns {
		if c >= len(g.rows[r]) {
			continue
		}
		text := g.rows[r][c]
		if other, ok := columnOf(text); ok && other == col && col.field == "stem" {
			again = true
		}
		if col.field == "type" && r == at+1 {
			if _, known, _ := typeWord(text); !known && len([]rune(text)) > 15 {
				long++
			}
		}
	}
	return again || long > 0
}

// numbersOptions reports that this file counts options by number: all keys are numbers, and none is an option's text.
func (g grid) numbersOptions(at int, columns map[int]column) bool {
	seen := 0
	for r := at + 1; r < len(g.rows); r++ {
		key, options := "", []string{}
		for c, col := range columns {
			if c < len(g.rows[r]) {
				switch col.field {
				case "key":
					key = strings.TrimSpace(norm.NFKC.String(g.rows[r][c]))
				case "option":
					options = append(options, g.rows[r][c])
				}
			}
		}
		if key == "" {
			continue
		}
		if !digitsOnly.MatchString(strings.ReplaceAll(key, " ", "")) || textKey(key, options) != nil || countsFromZero(key) {
			return false
		}
		seen++
	}
	return seen >= 3
}

// countsFromZero reports a key that names an option 0: in such a file 1 is the second.
func countsFromZero(key string) bool {
	for part := range strings.FieldsFuncSeq(key, func(r rune) bool { return r < '0' || r > '9' }) {
		if n, err := strconv.Atoi(part); err == nil && n == 0 {
			return true
		}
	}
	return false
}

// zeroBased finds files whose keys are numbers that begin with 0: whoever reads them as counting from 1 is wrong by one
// in every row, so their keys are refused.
func (g grid) zeroBased(at int, columns map[int]column) bool {
	zero := false
	for r := at + 1; r < len(g.rows); r++ {
		key, typ, options := "", "", []string{}
		for c, col := range columns {
			if c >= len(g.rows[r]) {
				continue
			}
			switch text := strings.TrimSpace(norm.NFKC.String(g.rows[r][c])); {
			case col.field == "key":
				key = text
			case col.field == "type":
				typ = text
			case col.field == "option" && text != "":
				options = append(options, text)
			}
		}
		if t, _, _ := typeWord(typ); key == "" || len(options) < 2 || judgePair(options) != nil || t == questionbank.Judge || t == questionbank.Fill {
			continue
		}
		if !digitsOnly.MatchString(key) || textKey(key, options) != nil {
			return false
		}
		zero = zero || countsFromZero(key)
	}
	return zero
}

// typeCodes reads a column of types that holds numbers: 0 is single choice, 1 true or false, 2 multiple choice. Nil when
// there are none, or when the rows do not bear it out.
func (g grid) typeCodes(at int, columns map[int]column) map[string]questionbank.Type {
	codes := map[string]questionbank.Type{"0": questionbank.Single, "1": questionbank.Judge, "2": questionbank.Multiple}
	seen := false
	for r := at + 1; r < len(g.rows); r++ {
		typ, key := "", ""
		for c, col := range columns {
			if c >= len(g.rows[r]) {
				continue
			}
			switch col.field {
			case "type":
				typ = strings.TrimSpace(g.rows[r][c])
			case "key":
				key = g.rows[r][c]
			}
		}
		if typ == "" {
			continue
		}
		t, ok := codes[typ]
		if !ok {
			return nil
		}
		if letters := lettersOf(key); t != questionbank.Multiple && len(letters) > 1 {
			return nil
		}
		seen = true
	}
	if !seen {
		return nil
	}
	return codes
}

func lettersOf(key string) []string {
	t := strings.ToUpper(strings.TrimSpace(norm.NFKC.String(key)))
	if !lettersOnly.MatchString(t) {
		return nil
	}
	var out []string
	for _, r := range t {
		if r >= 'A' && r <= 'Z' {
			out = append(out, string(r))
		}
	}
	return sortedOnce(out)
}

// draft reads one row.
func (g grid) draft(r int, columns map[int]column) draft {
	d := draft{row: r + 1, sheet: g.name}
	where := map[string]string{}
	var rights []int
	pictures := ""
	for _, c := range slices.Sorted(maps.Keys(columns)) {
		col, text := columns[c], ""
		if c < len(g.rows[r]) {
			text = g.rows[r][c]
		}
		text += g.marksAt(r, c)
		part := col.field
		if col.field == "option" {
			part = "option " + questionbank.Letter(max(0, min(25, col.n)))
		}
		if _, twice := where[part]; twice && isEmpty(text) {
			continue
		}
		where[part] = cellName(r, c)
		if g.formulas[where[part]] && col.field != "" && col.field != "score" {
			d.notes = append(d.notes, Note{Status: Error, Code: "cell.formula", Cell: where[part], Found: text})
		}
		switch col.field {
		case "stem":
			d.stem = text
		case "type":
			d.typeText = text
		case "key":
			d.key = text
		case "key again":
			if !isEmpty(text) && fold(text) != fold(d.key) {
				d.notes = append(d.notes, Note{Status: Error, Code: "key.conflict", Cell: where[part], Found: d.key + " ≠ " + text})
			}
		case "explanation":
			d.explanation = text
		case "difficulty":
			d.difficulty = text
		case "category":
			if isEmpty(text) {
				text = g.merged[[2]int{r, c}]
			}
			d.category = text
		case "source":
			d.source = text
		case "tags":
			d.tags = splitTags(text)
		case "option":
			for len(d.options) <= col.n && col.n < 64 {
				d.options = append(d.options, "")
			}
			if col.n >= 0 && col.n < len(d.options) {
				d.options[col.n] = stripOptionLabel(text, col.n)
				if g.marked[[2]int{r, c}] {
					for len(d.marked) <= col.n {
						d.marked = append(d.marked, false)
					}
					d.marked[col.n] = true
				}
			}
		case "options":
			if !isEmpty(text) {
				d.options = splitOptionCell(text)
			}
		case "correct":
			if truth, ok := judgeWord(text); ok && truth {
				rights = append(rights, col.n)
			}
		case "image":
			if bare := withoutMarks(text); !isEmpty(bare) {
				d.warn("image", "picture.none", bare)
			}
			pictures += text
		}
	}
	if other := otherLabels(d.options); other != "" {
		d.notes = append(d.notes, Note{Status: Error, Code: "options.order", Cell: where["option A"], Found: other})
	}
	d.stem += onlyThe(pictures)
	for c := range g.rows[r] { // in columns that we do not know
		if _, known := columns[c]; !known {
			d.stem += onlyThe(g.rows[r][c])
		}
	}
	for _, p := range g.pictures[r] {
		if _, known := columns[p.col]; !known {
			d.stem += string(p.media.mark)
		}
	}
	g.takePictures(r, &d)
	for _, n := range rights {
		d.letters = append(d.letters, questionbank.Letter(n))
	}
	d.at = func(part string) string {
		switch {
		case where[part] != "":
			return where[part]
		case where["option A"] != "" && strings.HasPrefix(part, "option"):
			return where["option A"]
		}
		return where["stem"]
	}
	for i := range d.notes {
		if d.notes[i].Cell == "" {
			d.notes[i].Cell = d.cell("image")
		}
	}
	return d
}

// marksAt gives the marks of the pictures that float above a cell.
func (g grid) marksAt(r, c int) string {
	marks := ""
	for _, p := range g.pictures[r] {
		if p.col == c {
			marks += string(p.media.mark)
		}
	}
	return marks
}

// takePictures gives the draft the pictures of its row, in cells and above them.
func (g grid) takePictures(r int, d *draft) {
	for _, cell := range g.rows[r] {
		d.media = append(d.media, g.gallery.in(cell)...)
	}
	for _, p := range g.pictures[r] {
		d.media = append(d.media, p.media)
		if p.moved {
			d.warn("stem", "picture.place", p.media.Name)
		}
	}
}

// onlyThe gives the marks of a text without the rest.
func onlyThe(text string) string {
	return strings.Map(func(r rune) rune {
		if isMark(r) {
			return r
		}
		return -1
	}, text)
}

// stripOptionLabel takes "A." off an option that stands in the column of A anyway.
func stripOptionLabel(text string, n int) string {
	t := strings.TrimSpace(text)
	marks := optionMarks(t)
	if len(marks) > 0 && marks[0].start == 0 && marks[0].letter == n && strings.TrimSpace(t[marks[0].end:]) != "" {
		return t[marks[0].end:]
	}
	return text
}

// otherLabels finds options whose own letters are not those of their columns: "B. 乙" below 选项A and "A. 甲" below 选项B.
// Which of the two the key means, nobody can tell.
func otherLabels(options []string) string {
	var other []string
	for _, o := range options {
		t := strings.TrimSpace(o)
		if m := optionMarks(t); len(m) > 0 && m[0].start == 0 && m[0].letter < len(options) && !isEmpty(t[m[0].end:]) {
			other = append(other, t)
		}
	}
	if len(other) < 2 {
		return ""
	}
	return strings.Join(other, " / ")
}

// splitOptionCell cuts options that share a cell: by labels, line breaks or bars.
func splitOptionCell(text string) []string {
	t := clean(text)
	if opts := optionsAt(strings.ReplaceAll(t, "\n", "   "), 0); len(opts) >= 2 {
		flat := strings.ReplaceAll(t, "\n", "   ")
		out := make([]string, 0, len(opts))
		for _, o := range opts {
			out = append(out, strings.TrimRight(strings.TrimSpace(flat[o.from:o.to]), "|｜;；"))
		}
		return out
	}
	for _, by := range []string{"\n", "|", "｜", "$;$", ";", "；"} {
		if parts := splitTrim(t, by); len(parts) >= 2 {
			for i := range parts {
				parts[i] = stripOptionLabel(parts[i], i)
			}
			return parts
		}
	}
	return []string{t}
}
