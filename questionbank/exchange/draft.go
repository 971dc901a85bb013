package exchange

import (
	"errors"
	"regexp"
	"slices"
	"strings"

	"leitai/fault"
	"leitai/questionbank"
)

// draft is a question as a reader of one format found it: texts only. resolve makes a Row of it, so that all formats
// understand types, keys and difficulties alike.
type draft struct {
	row   int
	sheet string
	at    func(part string) string // the cell of "stem", "key", "type", "difficulty", "option A"; nil in a text

	typ         questionbank.Type // known for certain: a heading, a column, the format
	typeText    string            // as written; read when typ is ""
	guessed     bool              // typ is a guess of the reader
	stem        string
	options     []string // by letter; "" where the file leaves one out
	key         string   // as written
	accepted    []string // the format says which texts a fill-in accepts, one by one
	letters     []string // the format says which options are right
	numbered    bool     // the format counts options by number
	marked      []bool   // options that stand out in bold or red
	explanation string
	category    string
	source      string
	difficulty  string
	tags        []string
	media       []Media
	notes       []Note
}

func (d *draft) cell(part string) string {
	if d.at == nil {
		return ""
	}
	return d.at(part)
}

func (d *draft) warn(part, code, found string) {
	d.notes = append(d.notes, Note{Status: Warning, Code: code, Cell: d.cell(part), Found: withoutMarks(found)})
}

func (d *draft) fail(part, code, found string) {
	d.notes = append(d.notes, Note{Status: Error, Code: code, Cell: d.cell(part), Found: withoutMarks(found)})
}

// resolve makes the draft a question, with a note for all that was guessed or is wrong.
func (d draft) resolve() Row {
	d.place()
	d.stem = clean(d.stem)
	q := questionbank.Question{Type: d.typ, Category: clean(d.category), Explanation: clean(d.explanation), Source: clean(d.source),
		Difficulty: 3, Tags: d.tags}
	lacking := d.readType(&q)
	d.readDifficulty(&q)
	q.Options = d.readOptions()
	d.takeMedia(&q)
	d.tickedOptions(&q)
	d.keyOfStem(&q)
	d.keyOfTail(&q)
	d.keyOfExplanation(&q)
	q.Stem = d.stem
	if q.Stem == "" {
		d.fail("stem", "stem.empty", "")
	}
	if !lacking {
		d.guessType(&q)
		d.readKey(&q)
	} else {
		q.Key = []string{}
	}
	d.checkQuestion(q)
	return Row{Row: d.row, Sheet: d.sheet, Question: q, Notes: d.notes, Media: d.media}
}

// readType reads the type as written; true for a kind that the product lacks.
func (d *draft) readType(q *questionbank.Question) (lacking bool) {
	if slices.ContainsFunc(d.notes, func(n Note) bool { return n.Code == "type.lacking" }) {
		return true // the reader has told
	}
	if q.Type != "" || strings.TrimSpace(d.typeText) == "" {
		return false
	}
	t, known, lacking := typeWord(d.typeText)
	switch {
	case lacking:
		d.fail("type", "type.lacking", d.typeText)
	case !known:
		d.fail("type", "type.unknown", d.typeText)
	}
	q.Type = t
	return lacking
}

func (d *draft) readDifficulty(q *questionbank.Question) {
	if strings.TrimSpace(d.difficulty) == "" {
		return
	}
	n, ok := difficultyWord(d.difficulty)
	if !ok {
		d.warn("difficulty", "difficulty.unread", d.difficulty)
	}
	q.Difficulty = n
}

// readOptions cleans the options: empty ones at the end go, an empty one between others is a fault.
func (d *draft) readOptions() []string {
	options := make([]string, len(d.options))
	last := 0
	for i, o := range d.options {
		options[i] = clean(o)
		if options[i] != "" || d.pictured(i) {
			last = i + 1
		}
	}
	options = options[:last]
	for i, o := range options {
		if o == "" && !d.pictured(i) {
			d.fail("option "+questionbank.Letter(i), "options.gap", questionbank.Letter(i))
			break
		}
	}
	if len(options) > questionbank.MaxOptions {
		d.fail("options", "options.many", "")
		options = options[:questionbank.MaxOptions]
	}
	seen := map[string]bool{}
	for i, o := range options {
		f := questionbank.Normal(o) // as the bank compares them
		if f != "" && seen[f] && !d.pictured(i) {
			d.fail("option "+questionbank.Letter(i), "options.same", o)
			break
		}
		seen[f] = true
	}
	return options
}

// pictured reports that an option has a picture.
func (d *draft) pictured(i int) bool {
	return i < questionbank.MaxOptions && slices.ContainsFunc(d.media, func(m Media) bool { return m.Part == questionbank.Letter(i) && m.Code == "" })
}

// guessType settles a type that is not written, from options and key.
func (d *draft) guessType(q *questionbank.Question) {
	if q.Type != "" {
		if d.guessed {
			d.warn("type", "type.guessed", typeName(q.Type))
		}
		return
	}
	_, isJudge := judgeWord(d.key)
	switch {
	case len(q.Options) == 2 && judgePair(q.Options) != nil:
		q.Type = questionbank.Judge
	case len(q.Options) > 0:
		q.Type = questionbank.Single
		k := d.letters
		if k == nil {
			k = readKey(d.key, q.Options, d.numbered).letters
		}
		if k == nil && strings.TrimSpace(d.key) == "" {
			k = d.markedLetters()
		}
		if len(k) > 1 {
			q.Type = questionbank.Multiple
		}
	case isJudge:
		q.Type = questionbank.Judge
	default:
		q.Type = questionbank.Fill
	}
	d.warn("type", "type.guessed", typeName(q.Type))
}

// markedLetters are the options that stand out; nil when none or all do.
func (d *draft) markedLetters() []string {
	var out []string
	for i, m := range d.marked {
		if m && i < len(d.options) {
			out = append(out, questionbank.Letter(i))
		}
	}
	if len(out) == len(d.options) {
		return nil
	}
	return out
}

func (d *draft) readKey(q *questionbank.Question) {
	q.Key = []string{}
	switch q.Type {
	case questionbank.Judge:
		d.judgeKey(q)
	case questionbank.Fill:
		blank := strings.Contains(d.stem, "__")
		d.fillKey(q)
		if guessed := d.typ == "" && strings.TrimSpace(d.typeText) == ""; guessed && !blank && optionNames.MatchString(strings.TrimSpace(d.key)) {
			d.fail("options", "options.few", "") // letters of options that were not found: never what to fill in
		}
	case questionbank.Order:
		d.orderKey(q)
	default:
		d.choiceKey(q)
	}
}

// optionNames are keys that name options.
var optionNames = regexp.MustCompile(`^(?:[A-Ha-hＡ-Ｈａ-ｈ](?:[\s,，、]*[A-Ha-hＡ-Ｈａ-ｈ])*|[①-⑩]+)$`)

func (d *draft) choiceKey(q *questionbank.Question) {
	if len(q.Options) < 2 {
		d.fail("options", "options.few", strings.Join(q.Options, " "))
		return
	}
	letters := d.letters
	if letters == nil && strings.TrimSpace(d.key) != "" {
		k := readKey(d.key, q.Options, d.numbered)
		if k.letters == nil {
			d.fail("key", k.code, d.key)
			return
		}
		if k.code != "" {
			d.warn("key", k.code, d.key)
		}
		letters = k.letters
		if m := d.markedLetters(); m != nil && !slices.Equal(m, sortedOnce(letters)) {
			d.warn("key", "key.marked_other", strings.Join(letters, "")+" ≠ "+strings.Join(m, ""))
		}
	} else if letters == nil {
		if letters = d.markedLetters(); letters == nil {
			d.fail("key", "key.missing", "")
			return
		}
		d.warn("key", "key.marked", strings.Join(letters, ""))
	}
	switch letters = sortedOnce(letters); {
	case len(letters) == 0:
		d.fail("key", "key.missing", "")
	case beyond(letters, len(q.Options)) != "":
		d.fail("key", "key.range", strings.Join(letters, ""))
	case q.Type == questionbank.Single && len(letters) > 1:
		mended := *q
		mended.Type, mended.Key = questionbank.Multiple, letters
		d.fail("key", "key.one", strings.Join(letters, ""))
		d.notes[len(d.notes)-1].Mend = &Mend{Code: "type.multiple", Question: mended}
	case q.Type == questionbank.Multiple && len(letters) == 1:
		d.warn("key", "key.few", letters[0])
	}
	q.Key = letters
}

// judgePair tells which of two options says "true"; nil when they do not say so.
func judgePair(options []string) []bool {
	if len(options) != 2 {
		return nil
	}
	a, okA := judgeWord(options[0])
	b, okB := judgeWord(options[1])
	if !okA || !okB || a == b {
		return nil
	}
	return []bool{a, b}
}

func (d *draft) judgeKey(q *questionbank.Question) {
	pair := judgePair(q.Options)
	if len(q.Options) > 0 && pair == nil {
		d.fail("options", "options.judge", strings.Join(q.Options, " / "))
		d.mendChoice(q)
		return
	}
	given := len(q.Options) > 0
	if !given {
		q.Options, pair = []string{"正确", "错误"}, []bool{true, false}
	}
	if len(d.letters) == 1 {
		q.Key = d.letters
		return
	}
	key := strings.TrimSpace(d.key)
	if key == "" && given {
		if m := d.markedLetters(); len(m) == 1 {
			d.warn("key", "key.marked", m[0])
			q.Key = m
			return
		}
	}
	if key == "" {
		d.fail("key", "key.missing", "")
		return
	}
	truth, ok := judgeWord(key)
	if d.numbered && ok && given && key == "1" && !pair[0] { // the first option, or "true"?
		d.fail("key", "key.ambiguous", key)
		return
	}
	if k := readKey(key, q.Options, d.numbered); given && k.letters != nil && len(k.letters) == 1 && (!ok || d.numbered || k.code != "key.digits") {
		q.Key = k.letters // a letter means what its option says
		return
	}
	switch {
	case !ok:
		d.fail("key", "key.judge", key)
	case truth == pair[0]:
		q.Key = []string{"A"}
	default:
		q.Key = []string{"B"}
	}
}

// mendChoice offers to take a true-or-false question with other options for a choice.
func (d *draft) mendChoice(q *questionbank.Question) {
	k := readKey(d.key, q.Options, d.numbered)
	if len(q.Options) < 2 || len(k.letters) == 0 {
		return
	}
	mended, code := *q, "type.single"
	mended.Type, mended.Key = questionbank.Single, k.letters
	if len(k.letters) > 1 {
		mended.Type, code = questionbank.Multiple, "type.multiple"
	}
	d.notes[len(d.notes)-1].Mend = &Mend{Code: code, Question: mended}
}

func (d *draft) orderKey(q *questionbank.Question) {
	if len(q.Options) < 2 {
		d.fail("options", "options.few", "")
		return
	}
	q.Key = nil
	for _, r := range fold(d.key) {
		if r >= 'a' && r <= 'z' {
			q.Key = append(q.Key, strings.ToUpper(string(r)))
		} else if r >= '1' && r <= '9' {
			q.Key = append(q.Key, questionbank.Letter(int(r-'1')))
		}
	}
	if d.letters != nil {
		q.Key = d.letters
	}
	if len(sortedOnce(q.Key)) != len(q.Options) || len(q.Key) != len(q.Options) || beyond(q.Key, len(q.Options)) != "" {
		d.fail("key", "key.order", d.key)
		q.Key = slices.Clip(q.Key)
	}
}

// checkQuestion refuses what the bank would refuse, in the words of the import.
func (d *draft) checkQuestion(q questionbank.Question) {
	if slices.ContainsFunc(d.notes, func(n Note) bool { return n.Status == Error }) {
		return
	}
	bad, _ := errors.AsType[*fault.Error](q.Validate())
	if bad == nil {
		return
	}
	for part, key := range bad.Fields {
		code, ok := bankFaults[key]
		if !ok {
			code = "question.invalid"
		}
		d.fail(part, code, part)
	}
}

// bankFaults are the notes for what questionbank.Validate finds beyond what resolve has looked at already.
var bankFaults = map[string]string{"question.stem_long": "text.long", "question.text_long": "text.long", "question.option_text": "text.long",
	"question.label_long": "text.long", "question.options_same": "options.same", "question.options_count": "options.few",
	"question.key_blanks": "key.blanks", "question.key_empty": "key.missing", "question.blanks_count": "text.long"}
