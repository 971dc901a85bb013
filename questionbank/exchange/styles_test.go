package exchange

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"leitai/questionbank"
)

// writer writes questions as one department would: its own way of numbering, of naming options, and of giving keys.
type writer struct {
	r        *rand.Rand
	number   string // "%d. "
	option   string // "%s. "
	columns  int    // options in a line
	wide     bool   // letters in full width
	lower    bool
	key      string // "bracket", "after", "label", "table", "section"
	explain  string
	footers  bool
	restart  bool // numbers begin anew in each section
	headings bool
}

func pick(r *rand.Rand, from ...string) string { return from[r.IntN(len(from))] }

func newWriter(r *rand.Rand) writer {
	return writer{r: r, number: pick(r, "%d. ", "%d、", "%d．", "(%d) ", "（%d）", "%d.", "第%d题 "), option: pick(r, "%s. ", "%s、", "%s．", "(%s) ", "（%s）", "%s.", "%s: ", "%s) "),
		columns: 1 + r.IntN(4), wide: r.IntN(4) == 0, lower: r.IntN(6) == 0, key: pick(r, "bracket", "after", "label", "table", "section"),
		explain: pick(r, "解析：", "【解析】", "答案解析：", ""), footers: r.IntN(2) == 0, restart: r.IntN(2) == 0, headings: r.IntN(4) > 0}
}

func (w writer) letters(key []string) string {
	s := strings.Join(key, pick(w.r, "", "", "、", ",", " "))
	if w.lower {
		s = strings.ToLower(s)
	}
	if w.wide {
		s = strings.Map(func(c rune) rune {
			if c >= 'A' && c <= 'Z' {
				return c - 'A' + 'Ａ'
			}
			return c
		}, s)
	}
	return s
}

// keyOf is a question's key in this hand.
func (w writer) keyOf(q questionbank.Question) string {
	switch q.Type {
	case questionbank.Fill:
		return strings.Join(q.Key, "；")
	case questionbank.Judge:
		if q.Key[0] == "A" {
			return pick(w.r, "√", "对", "正确")
		}
		return pick(w.r, "×", "错", "错误")
	}
	return w.letters(q.Key)
}

// text writes the sections.
func (w writer) text(bank []questionbank.Question) string {
	var b, tail strings.Builder
	no, line := 0, 0
	place := 0
	for _, part := range paperParts {
		if part.typ == questionbank.Order {
			continue
		}
		var items []questionbank.Question
		for _, q := range bank {
			if q.Type == part.typ {
				items = append(items, q)
			}
		}
		if len(items) == 0 {
			continue
		}
		if w.restart {
			no = 0
		}
		heading := ordinals[place] + "、" + part.name
		place++
		fmt.Fprintf(&b, "%s%s\n", heading, pick(w.r, "", "（每题2分，共20分）", "："))
		var keys strings.Builder
		for _, q := range items {
			no++
			w.item(&b, no, q)
			fmt.Fprintf(&keys, "%d%s%s%s", no, pick(w.r, ".", "、", "．"), w.keyOf(q), pick(w.r, "\n", "  "))
			if line++; w.footers && line%4 == 0 {
				b.WriteString(pick(w.r, "- 3 -\n", "第 2 页 共 9 页\n", "安全知识题库\n", "\n"))
			}
		}
		switch w.key {
		case "table":
			fmt.Fprintf(&tail, "%s\n%s\n", heading, keys.String())
		case "section":
			fmt.Fprintf(&b, "参考答案\n%s\n", keys.String())
		}
	}
	if w.key == "table" {
		return b.String() + "参考答案\n" + tail.String()
	}
	return b.String()
}

func (w writer) item(b *strings.Builder, no int, q questionbank.Question) {
	stem := q.Stem
	if w.key == "bracket" && q.Type != questionbank.Fill {
		stem += pick(w.r, "（ "+w.keyOf(q)+" ）。", "（"+w.keyOf(q)+"）", "( "+w.keyOf(q)+" )")
	}
	fmt.Fprintf(b, w.number+"%s\n", no, stem)
	if q.Type == questionbank.Single || q.Type == questionbank.Multiple {
		for i, o := range q.Options {
			fmt.Fprintf(b, w.option+"%s", w.letters([]string{questionbank.Letter(i)}), o)
			if (i+1)%w.columns == 0 || i == len(q.Options)-1 {
				b.WriteString("\n")
			} else {
				b.WriteString(pick(w.r, "  ", "    ", "　　", "\t"))
			}
		}
	}
	if w.key == "after" || w.key == "label" || w.key == "bracket" && q.Type == questionbank.Fill {
		b.WriteString(pick(w.r, "答案：", "答案:", "【答案】", "正确答案：", "参考答案：") + w.keyOf(q))
		if w.explain != "" && q.Explanation != "" {
			b.WriteString(pick(w.r, "\n", "  ") + w.explain + q.Explanation)
		}
		b.WriteString(pick(w.r, "\n", "\n\n"))
	}
}

// TestRandomHandsAreReadRightOrFlagged is the promise of the importer: whatever hand a text is written in, a key that is
// read without a word is the key that was written; and most questions are read without a word.
func TestRandomHandsAreReadRightOrFlagged(t *testing.T) {
	fine, all := 0, 0
	for seed := range uint64(600) {
		r := rand.New(rand.NewPCG(seed, 5))
		var bank []questionbank.Question
		for _, q := range ordinaryBank(r, 12) {
			if q.Type != questionbank.Order {
				bank = append(bank, q)
			}
		}
		w := newWriter(r)
		text := w.text(bank)
		got, err := Read(context.Background(), "题库.txt", []byte(text))
		if err != nil {
			t.Fatalf("seed %d: %v\n%s", seed, err, text)
		}
		before := t.Failed()
		silentlyOther(t, bank, got.Rows)
		if t.Failed() && !before {
			t.Fatalf("seed %d\n%s\n%s", seed, text, showAll(got.Rows))
		}
		all += len(bank)
		for _, row := range got.Rows {
			if row.Status() == OK {
				fine++
			}
		}
	}
	t.Log(strconv.Itoa(fine*100/all) + " % are read without a word")
	if fine*10 < all*9 {
		t.Errorf("only %d of %d are read without a word", fine, all)
	}
}

// silentlyOther looks at every row that is called fine: it must be one of the questions, with its key.
func silentlyOther(t *testing.T, bank []questionbank.Question, rows []Row) {
	t.Helper()
	for _, r := range rows {
		if r.Status() != OK {
			continue
		}
		found := false
		for _, q := range bank {
			stem, of := questionbank.Normal(r.Question.Stem), questionbank.Normal(q.Stem)
			if stem != of && strings.TrimRight(stem, "（） ()。") != strings.TrimRight(of, "。") {
				continue
			}
			found = true
			if a, b := keyTexts(q), keyTexts(r.Question); a != b {
				t.Errorf("%s: read %s, is %s\n%s", q.Stem, b, a, shown(r))
			}
		}
		if !found {
			t.Errorf("nobody wrote this: %s", shown(r))
		}
	}
	if flagged := slices.ContainsFunc(rows, func(r Row) bool { return r.Status() == Error }); len(rows) < len(bank) && !flagged {
		t.Errorf("%d of %d questions, and nothing is said", len(rows), len(bank))
	}
}
