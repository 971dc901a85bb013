package exchange

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"leitai/fault"
	"leitai/questionbank"
)

var jsonStart = regexp.MustCompile(`^\s*(?:\{\s*["}]|\[\s*[\[{"\]])`)

func looksLikeJSON(text string) bool { return jsonStart.MatchString(text) }

// readJSON reads an array, an object that holds one, or one value a line, in the shapes that public banks have
// (FORMATS.md, "Exchange formats").
func readJSON(text string) (Result, error) {
	var out Result
	values, lines, comma, err := jsonValues(text)
	if err != nil {
		return Result{}, err
	}
	if comma {
		out.Notes = append(out.Notes, Note{Status: Warning, Code: "file.comma"})
	}
	zero := jsonZeroBased(values)
	for i, v := range values {
		row := i + 1
		if lines != nil {
			row = lines[i]
		}
		if len(out.Rows) >= MaxQuestions {
			return Result{}, errTooMany
		}
		out.Rows = append(out.Rows, jsonRow(row, v, zero))
	}
	return out, nil
}

// jsonNumberKey reports an entry with options whose key is a bare number, not one of its options.
func jsonNumberKey(m map[string]any) bool {
	_, list := fieldOf(m, optionFields...).([]any)
	n, number := fieldOf(m, keyFields...).(json.Number)
	return list && number && digitsOnly.MatchString(n.String())
}

// jsonZeroBased reports keys that count options from 0, as programs do: 1 is then the second option.
func jsonZeroBased(values []any) bool {
	for _, v := range values {
		if m, ok := v.(map[string]any); ok && jsonNumberKey(m) && fieldOf(m, keyFields...).(json.Number) == "0" {
			return true
		}
	}
	return false
}

// jsonValues gives the entries of a file; lines holds their line numbers in JSON Lines.
func jsonValues(text string) (values []any, lines []int, comma bool, err error) {
	whole, err := decodeJSON(text)
	if err != nil {
		if mended := withoutCommas(text); mended != text {
			if whole, err = decodeJSON(mended); err == nil {
				comma = true
			}
		}
	}
	if err == nil {
		return entries(whole), nil, comma, nil
	}
	no, bad := 0, 0
	for l := range strings.SplitSeq(text, "\n") {
		no++
		l = strings.TrimSpace(strings.TrimPrefix(l, "\ufeff"))
		if l == "" {
			continue
		}
		v, lineErr := decodeJSON(strings.TrimSuffix(l, ","))
		if lineErr != nil {
			bad++
			v = badJSON(Short(l, 60))
		}
		values, lines = append(values, v), append(lines, no)
	}
	if len(values) == bad || len(values) < 2 {
		return nil, nil, false, fault.Wrap(fault.Invalid, "import.broken", err)
	}
	return values, lines, false, nil
}

// badJSON is a line that could not be read.
type badJSON string

func decodeJSON(text string) (any, error) {
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var v any
	if err := d.Decode(&v); err != nil {
		return nil, err
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("text after the value")
	}
	return v, nil
}

// withoutCommas takes out commas that stand before a closing bracket, outside of strings.
func withoutCommas(text string) string {
	var b bytes.Buffer
	inString := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case inString && c == '\\' && i+1 < len(text):
			b.WriteByte(c)
			i++
			c = text[i]
		case c == '"':
			inString = !inString
		case c == ',' && !inString:
			rest := strings.TrimLeft(text[i+1:min(len(text), i+200)], " \t\r\n")
			if rest != "" && (rest[0] == ']' || rest[0] == '}') {
				continue
			}
		}
		b.WriteByte(c)
	}
	return b.String()
}

// entries finds the questions: an array itself, or the longest array in an object, or its values.
func entries(v any) []any {
	switch v := v.(type) {
	case []any:
		return v
	case map[string]any:
		if fieldOf(v, stemFields...) != nil {
			return []any{v}
		}
		var best []any
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if a, ok := v[k].([]any); ok && len(a) > len(best) {
				best = a
			}
		}
		if best != nil {
			return best
		}
		// {"题干": "答案"}, or questions by number
		var out []any
		for _, k := range slices.Sorted(maps.Keys(v)) {
			if m, ok := v[k].(map[string]any); ok {
				out = append(out, m)
			}
		}
		if len(out) > 0 {
			return out
		}
	}
	return []any{v}
}

var (
	stemFields        = []string{"question", "stem", "content", "题干", "题目", "title", "questiontext", "q", "试题", "question_text", "题目内容", "name", "text"}
	optionFields      = []string{"options", "option", "raw_answer", "choices", "选项", "answers", "opts"}
	keyFields         = []string{"key", "answer", "correct_answer", "correctanswer", "correct", "答案", "正确答案", "right_answer", "correct_answers", "rightanswer", "ans"}
	wrongFields       = []string{"wronganswer", "wrong_answer", "incorrect_answers", "wrong", "wronganswers", "distractors"}
	typeFields        = []string{"quiz_type", "type", "question_type", "questiontype", "题型", "qtype"}
	explanationFields = []string{"explanation", "解析", "analysis", "notes", "note", "tips", "explain", "答案解析"}
	categoryFields    = []string{"category", "分类", "subject", "chapter", "章节", "知识点"}
	difficultyFields  = []string{"difficulty", "难度", "level"}
	sourceFields      = []string{"source", "出处", "来源", "from"}
	tagFields         = []string{"tags", "标签", "keywords"}
)

// fieldOf gives the first of these fields that an entry has, by name without case.
func fieldOf(m map[string]any, names ...string) any {
	for _, n := range names {
		for k, v := range m {
			if strings.EqualFold(strings.TrimSpace(k), n) && v != nil && v != "" {
				return v
			}
		}
	}
	return nil
}

func jsonRow(row int, v any, zero bool) Row {
	d := draft{row: row}
	switch v := v.(type) {
	case map[string]any:
		if q, files, ok := ownQuestion(v); ok {
			return ownRow(row, q, files)
		}
		jsonObject(&d, v)
		if zero && jsonNumberKey(v) {
			d.fail("key", "key.zero", d.key)
		}
	case string:
		jsonBars(&d, v, "")
	case []any:
		if len(v) >= 2 {
			jsonArray(&d, v)
			break
		}
		d.fail("", "json.shape", fmt.Sprint(v))
	case badJSON:
		d.fail("", "json.syntax", string(v))
	default:
		d.fail("", "json.shape", fmt.Sprint(v))
	}
	return d.resolve()
}

// jsonArray reads ["题干|选项|选项", "答案"] and ["题干", ["选项", …], "答案"].
func jsonArray(d *draft, v []any) {
	if options, ok := v[1].([]any); ok && len(v) >= 3 {
		d.stem, d.options, d.key = textOf(v[0]), texts(options), textOf(v[2])
		return
	}
	jsonBars(d, textOf(v[0]), textOf(v[1]))
}

// jsonBars reads "题干|选项|选项|选项" with the answer as text.
func jsonBars(d *draft, s, key string) {
	parts := strings.Split(s, "|")
	if len(parts) < 3 {
		d.fail("", "json.shape", s)
		d.stem = s
		return
	}
	d.stem, d.options, d.key = parts[0], parts[1:], key
}

func jsonObject(d *draft, m map[string]any) {
	stem := fieldOf(m, stemFields...)
	key := fieldOf(m, keyFields...)
	if s, ok := stem.(string); stem == nil || !ok || isEmpty(s) {
		// {"题干|甲|乙": "甲"}
		if len(m) == 1 {
			for k, v := range m {
				if s, ok := v.(string); ok && strings.Count(k, "|") >= 2 {
					jsonBars(d, k, s)
					return
				}
			}
		}
		d.fail("", "json.shape", strings.Join(slices.Sorted(maps.Keys(m)), ", "))
		return
	}
	d.stem = stem.(string)
	d.typeText = textOf(fieldOf(m, typeFields...))
	d.explanation = joined(fieldOf(m, explanationFields...))
	d.category = textOf(fieldOf(m, categoryFields...))
	d.difficulty = textOf(fieldOf(m, difficultyFields...))
	d.source = joined(fieldOf(m, sourceFields...))
	switch tags := fieldOf(m, tagFields...).(type) {
	case []any:
		d.tags = texts(tags)
	case string:
		d.tags = splitTags(tags)
	}
	jsonOptions(d, m)
	if w := fieldOf(m, wrongFields...); w != nil {
		jsonWrong(d, key, w)
		return
	}
	jsonKey(d, key)
	// "stem|opt|opt|opt" with the answer as text
	if len(d.options) == 0 && strings.Count(d.stem, "|") >= 2 && d.typeText == "" {
		parts := strings.Split(d.stem, "|")
		d.stem, d.options = parts[0], parts[1:]
	}
}

// jsonOptions reads options as a list of texts, of objects, or by letter; or in fields A, B, C.
func jsonOptions(d *draft, m map[string]any) {
	switch o := fieldOf(m, optionFields...).(type) {
	case []any:
		right := []string{}
		marked := false
		for i, v := range o {
			if obj, ok := v.(map[string]any); ok {
				d.options = append(d.options, textOf(fieldOf(obj, "text", "content", "value", "label", "answer", "内容", "option")))
				if c, ok := fieldOf(obj, "correct", "iscorrect", "is_correct", "right", "isright").(bool); ok {
					marked = true
					if c {
						right = append(right, questionbank.Letter(min(i, 25)))
					}
				}
				continue
			}
			d.options = append(d.options, stripOptionLabel(textOf(v), i))
		}
		if marked {
			d.letters = right
		}
	case map[string]any:
		for i := range questionbank.MaxOptions {
			v := fieldOf(o, questionbank.Letter(i))
			if v == nil {
				break
			}
			d.options = append(d.options, textOf(v))
		}
	case string:
		d.options = splitOptionCell(o)
	}
	if len(d.options) > 0 {
		return
	}
	for i := range questionbank.MaxOptions {
		v := fieldOf(m, questionbank.Letter(i), "option"+questionbank.Letter(i), "option_"+questionbank.Letter(i), "选项"+questionbank.Letter(i), "option"+strconv.Itoa(i+1), "选项"+strconv.Itoa(i+1))
		if v == nil {
			return
		}
		d.options = append(d.options, textOf(v))
	}
}

func jsonKey(d *draft, key any) {
	switch k := key.(type) {
	case []any:
		parts := texts(k)
		d.key = strings.Join(parts, ";")
		if t, _, _ := typeWord(d.typeText); t == questionbank.Fill {
			d.accepted = parts
		}
		letters := lettersOf(strings.Join(parts, ","))
		if strings.HasPrefix(strings.ToLower(d.typeText), "order") {
			d.letters = parts
		} else if len(letters) == len(parts) && len(d.options) > 0 {
			d.key = strings.Join(letters, "")
		}
	case bool:
		d.key = judgeName(k)
	default:
		d.key = textOf(key)
	}
}

// jsonWrong makes options of the right answer and the wrong ones, in an order that does not give the key away and is the
// same each time the file is read.
func jsonWrong(d *draft, key, wrong any) {
	right := listOf(key)
	all := append(slices.Clone(right), listOf(wrong)...)
	if len(d.options) == 0 {
		slices.Sort(all)
		d.options = all
	}
	d.letters = nil
	d.key = strings.Join(right, ";")
	if len(right) == 1 {
		if l := textKey(right[0], d.options); l != nil {
			d.letters = l
		}
	}
}

func listOf(v any) []string {
	switch v := v.(type) {
	case []any:
		return texts(v)
	case nil:
		return nil
	}
	return []string{textOf(v)}
}

func texts(v []any) []string {
	out := make([]string, len(v))
	for i, x := range v {
		out[i] = textOf(x)
	}
	return out
}

func joined(v any) string {
	if list, ok := v.([]any); ok {
		return strings.Join(texts(list), "\n")
	}
	return textOf(v)
}

func textOf(v any) string {
	switch v := v.(type) {
	case nil:
		return ""
	case string:
		return v
	case bool:
		return judgeName(v)
	case json.Number:
		return v.String()
	}
	b, _ := json.Marshal(v)
	return string(b)
}

// ownQuestion reads an entry that the product has written itself: nothing in it is guessed. Its media come with their
// bytes.
func ownQuestion(m map[string]any) (q questionbank.Question, files []Media, ok bool) {
	typ, _ := m["type"].(string)
	_, stem := m["stem"].(string)
	_, key := m["key"].([]any)
	if !stem || !key || !slices.Contains(questionbank.Types, questionbank.Type(typ)) {
		return q, nil, false
	}
	files = ownMedia(m["media"])
	if files != nil {
		m = maps.Clone(m)
		delete(m, "media")
	}
	b, err := json.Marshal(m)
	if err != nil {
		return q, nil, false
	}
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	err = d.Decode(&q)
	q.ID, q.Version = "", 0
	return q, files, err == nil
}

// ownMedia reads the media of an entry; nil when there are none.
func ownMedia(v any) []Media {
	list, _ := v.([]any)
	var out []Media
	for i, e := range list {
		if i == questionbank.MaxMedia {
			break
		}
		o, _ := e.(map[string]any)
		m := Media{Name: textOf(o["id"]), Alt: textOf(o["alt"]), Part: textOf(o["part"])}
		_, data, found := strings.Cut(textOf(o["data"]), ";base64,")
		b, err := base64.StdEncoding.DecodeString(data)
		if !found || err != nil {
			m.Code = "picture.lost"
		}
		m.Data = b
		out = append(out, m)
	}
	return out
}

// ownRow checks a question of our own.
func ownRow(row int, q questionbank.Question, files []Media) Row {
	d := draft{row: row, typ: q.Type, stem: q.Stem, options: q.Options, letters: q.Key, accepted: q.Key, media: files}
	d.takeMedia(&q)
	if q.Validate() == nil {
		return Row{Row: row, Question: q, Notes: d.notes, Media: d.media}
	}
	d.notes = nil
	if q.Type == questionbank.Fill {
		d.letters = nil
	}
	r := d.resolve() // for the words about what is wrong
	if r.Status() != Error {
		r.Notes = append(r.Notes, Note{Status: Error, Code: "text.long", Found: q.Stem})
	}
	r.Question = q
	return r
}
