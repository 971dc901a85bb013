package exchange

import (
	"strings"

	"golang.org/x/text/unicode/norm"

	"leitai/questionbank"
)

// bracketed finds brackets whose content may be a key: letters, or a word for true or false.
var bracketed = wide(`([（(\[【])([\s_＿]*)([A-Za-zＡ-Ｚａ-ｚ](?:[\s,，、;；]*[A-Za-zＡ-Ｚａ-ｚ]){0,9}|[√✓✔×✗✘╳❌✅]|对|错|正确|错误|[TFtf])([\s_＿]*)([）)\]】])`)

// candidate is a bracket of the stem that may hold the key.
type candidate struct {
	from, to int // of the content in the stem, with the spaces around it
	text     string
	sure     bool // it stands at an end of the stem, or has room around it
}

// keyOfStem takes a key out of the stem's brackets: "下列属于（ B ）的是". Nobody may read the key off the question, and
// "维生素（C）" is not one.
func (d *draft) keyOfStem(q *questionbank.Question) {
	var found []candidate
	for _, m := range bracketed.FindAllStringSubmatchIndex(d.stem, -1) {
		c := candidate{from: m[4], to: m[9], text: d.stem[m[6]:m[7]]}
		if !d.fitsBracket(q, c.text) {
			continue
		}
		before := strings.TrimSpace(d.stem[:m[0]])
		after := strings.TrimLeft(d.stem[m[1]:], " \t\u3000\u00a0。.？?！!；;:：")
		c.sure = m[5] > m[4] || m[9] > m[8] || after == "" || before == "" && strings.HasPrefix(d.stem[m[1]:], " ")
		found = append(found, c)
	}
	if len(found) == 0 {
		return
	}
	var sure []candidate
	for _, c := range found {
		if c.sure {
			sure = append(sure, c)
		}
	}
	written := strings.TrimSpace(d.key) != "" || d.letters != nil
	switch {
	case !written && len(sure) == 1:
		for _, c := range found {
			if c != sure[0] {
				d.warn("stem", "stem.shows_key", c.text)
			}
		}
		d.takeOut(sure[0])
	case !written && len(sure) == 0 && len(found) == 1:
		d.warn("stem", "key.in_stem", found[0].text)
		d.takeOut(found[0])
	case !written:
		d.fail("stem", "key.ambiguous", found[0].text)
	case len(sure) == 1 && d.sameKey(q, sure[0].text):
		key := d.key
		d.takeOut(sure[0])
		d.key = key
	case len(sure) == 1:
		d.fail("key", "key.conflict", sure[0].text+" ≠ "+d.key)
	default:
		d.warn("stem", "stem.shows_key", found[0].text)
	}
}

// takeOut makes the bracket empty and its content the key.
func (d *draft) takeOut(c candidate) {
	d.stem = d.stem[:c.from] + "　" + d.stem[c.to:]
	d.key = c.text
}

// fitsBracket reports that a bracket's content could be this question's key.
func (d *draft) fitsBracket(q *questionbank.Question, text string) bool {
	if q.Type == questionbank.Fill {
		return false
	}
	_, word := judgeWord(text)
	isLetters := lettersOnly.MatchString(strings.ToUpper(norm.NFKC.String(strings.TrimSpace(text))))
	if q.Type == questionbank.Judge && judgePair(q.Options) != nil && isLetters && !word {
		return readKey(text, q.Options, false).letters != nil
	}
	if q.Type == questionbank.Judge || q.Type == "" && len(q.Options) == 0 {
		return word && (q.Type == questionbank.Judge || !isLetters)
	}
	if len(q.Options) < 2 || !isLetters {
		return false
	}
	k := readKey(text, q.Options, false)
	return k.letters != nil && k.code == ""
}

// sameKey reports that two ways of writing give the same key.
func (d *draft) sameKey(q *questionbank.Question, text string) bool {
	if a, ok := judgeWord(text); ok && q.Type == questionbank.Judge {
		b, ok := judgeWord(d.key)
		if ok {
			return a == b
		}
	}
	k := readKey(text, q.Options, false).letters
	written := d.letters
	if written == nil {
		written = readKey(d.key, q.Options, d.numbered).letters
	}
	return strings.Join(k, "") == strings.Join(written, "")
}

var (
	ticked = wide(`\s*(?:[（(【\[]\s*(?:√|✓|✔|正确答案|正确|对)\s*[）)】\]]|[√✓✔])\s*$`)
	// explained is a key that an explanation names: "故选B", "正确答案是 AC".
	explained = wide(`(?:正确答案|参考答案|本题答案|答案|正确选项|故选|应选|故本题选|因此选|所以选)\s*(?:应?[为是选]|[:：])*\s*([A-ZＡ-Ｚ]+(?:[、,，]\s*[A-ZＡ-Ｚ])*)(?:[^A-Za-z0-9]|$)`)
	// filled is a bracket that holds the answer of a fill-in itself.
	filled = wide(`[（(]\s*([^（()）]*[^（()）\s])\s*[)）]`)
)

// tickedOptions takes a tick off the options that have one: "B. 北京 √".
func (d *draft) tickedOptions(q *questionbank.Question) {
	if q.Type == questionbank.Fill || len(q.Options) < 2 {
		return
	}
	var letters []string
	said := true // in words, not by a tick alone
	plain := make([]string, len(q.Options))
	for i, o := range q.Options {
		plain[i] = o
		if at := ticked.FindStringIndex(o); at != nil && at[0] > 0 {
			plain[i] = strings.TrimSpace(o[:at[0]])
			said = said && strings.Contains(o[at[0]:], "答案")
			letters = append(letters, questionbank.Letter(i))
		}
	}
	if len(letters) == 0 || len(letters) == len(q.Options) || q.Type == questionbank.Judge && !said {
		return
	}
	if strings.TrimSpace(d.key) != "" || d.letters != nil {
		if !d.sameKey(q, strings.Join(letters, "")) {
			d.warn("options", "options.ticked", strings.Join(letters, "")+" ≠ "+d.key)
		}
		q.Options = plain
		return
	}
	q.Options, d.letters = plain, letters
	if !said {
		d.warn("options", "key.ticked", strings.Join(letters, ""))
	}
}

// trailingMark is a mark without brackets at the end of a true-or-false sentence: "水往低处流。 √".
var trailingMark = wide(`[\s。.]([√✓✔×✗✘])\s*$`)

func (d *draft) keyOfTail(q *questionbank.Question) {
	if q.Type != questionbank.Judge || strings.TrimSpace(d.key) != "" || d.letters != nil {
		return
	}
	if m := trailingMark.FindStringSubmatchIndex(d.stem); m != nil {
		d.key, d.stem = d.stem[m[2]:m[3]], strings.TrimSpace(d.stem[:m[2]])
	}
}

// keyOfExplanation compares the key with what the explanation says, and takes it from there when there is none.
func (d *draft) keyOfExplanation(q *questionbank.Question) {
	if len(q.Options) < 2 || q.Type == questionbank.Fill || q.Type == questionbank.Order {
		return
	}
	m := explained.FindStringSubmatch(norm.NFKC.String(d.explanation))
	if m == nil || readKey(m[1], q.Options, false).letters == nil {
		return
	}
	if strings.TrimSpace(d.key) == "" && d.letters == nil {
		if d.markedLetters() == nil {
			d.key = m[1]
			d.warn("key", "key.in_explanation", m[1])
		}
		return
	}
	if !d.sameKey(q, m[1]) {
		d.warn("key", "key.explained", m[1])
	}
}

// keyOfFilled takes the answer of a fill-in out of the one bracket of its stem: "首都是（北京）。"
func (d *draft) keyOfFilled() {
	if strings.TrimSpace(d.key) != "" || len(d.accepted) > 0 || strings.Contains(withBlanks(d.stem), "__") {
		return
	}
	all := filled.FindAllStringSubmatchIndex(d.stem, -1)
	if len(all) != 1 {
		return
	}
	d.key = d.stem[all[0][2]:all[0][3]]
	d.warn("stem", "key.in_stem", d.key)
	d.stem = d.stem[:all[0][2]] + "____" + d.stem[all[0][3]:]
}
