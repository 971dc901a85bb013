package exchange

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"leitai/questionbank"
)

// sentences are what real banks hold, with what might mislead a reader of text.
var sentences = []string{"根据《中华人民共和国安全生产法》，生产经营单位的主要负责人", "2021年7月1日是中国共产党成立一百周年纪念日", "下列关于 A 股市场的说法", "小明从A点走到B点，再走到C点",
	"“路漫漫其修远兮”的作者是屈原（战国时期）", "维生素C又叫抗坏血酸", "3.14 是圆周率的近似值", "1、2、3 都是自然数", "老师说：答案要自己想", "某单位共有 120 名职工（含 5 名安全员）",
	"GB/T 19001 与 ISO 9001 等同", "x+y=5 且 x−y=1", "100℃ 时水在标准大气压下沸腾", "《论语》中说“三人行，必有我师焉”"}

func sentence(r *rand.Rand) string { return sentences[r.IntN(len(sentences))] }

// ordinaryBank is a bank as people write it.
func ordinaryBank(r *rand.Rand, n int) []questionbank.Question {
	var out []questionbank.Question
	for i := range n {
		q := questionbank.Question{Type: questionbank.Types[r.IntN(len(questionbank.Types))], Stem: fmt.Sprintf("%s，第%d次调查的结论是", sentence(r), i), Difficulty: 3}
		if r.IntN(2) == 0 {
			q.Explanation = sentence(r) + "。"
		}
		switch q.Type {
		case questionbank.Fill:
			q.Stem += "____。"
			q.Key = []string{fmt.Sprintf("第%d条", r.IntN(99)+1)}
			if r.IntN(2) == 0 {
				q.Key = append(q.Key, "另一种说法")
			}
		case questionbank.Judge:
			q.Stem += "对的。"
			q.Options, q.Key = []string{"正确", "错误"}, []string{questionbank.Letter(r.IntN(2))}
		default:
			for j := range 2 + r.IntN(5) {
				o := []string{"", "其中 ", sentence(r) + "，"}[r.IntN(3)]
				q.Options = append(q.Options, fmt.Sprintf("%s第%d项", o, j+1))
			}
			order := r.Perm(len(q.Options))
			take := 1
			switch q.Type {
			case questionbank.Multiple:
				take = 2 + r.IntN(len(order)-1)
			case questionbank.Order:
				take = len(order)
			}
			for _, o := range order[:take] {
				q.Key = append(q.Key, questionbank.Letter(o))
			}
			if q.Type != questionbank.Order {
				slices.Sort(q.Key)
			}
		}
		out = append(out, q)
	}
	return out
}

// TestPapersReadBackAsTheSameQuestions: a printed paper with keys is a bank again.
func TestPapersReadBackAsTheSameQuestions(t *testing.T) {
	for seed := range uint64(60) {
		bank := ordinaryBank(rand.New(rand.NewPCG(seed, 3)), 25)
		var b bytes.Buffer
		if err := WritePaperDOCX(&b, Paper{Title: "安全知识竞赛试卷", Questions: bank, Keys: true}); err != nil {
			t.Fatal(err)
		}
		got, err := Read(context.Background(), "paper.docx", b.Bytes())
		if err != nil || got.Format != DOCX {
			t.Fatal(got.Format, err)
		}
		var want []questionbank.Question
		for _, part := range paperParts { // as the paper has them
			for _, q := range bank {
				if q.Type == part.typ {
					want = append(want, q)
				}
			}
		}
		if diff := cmp.Diff(want, got.Good(), cmp.Transformer("nil", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
			t.Fatalf("seed %d: %s\n%s", seed, diff, showAll(got.Rows))
		}
	}
}

// TestOddPapersAreNeverReadWrongly: whatever characters a bank has, a key that is read back is right, or is flagged.
func TestOddPapersAreNeverReadWrongly(t *testing.T) {
	wrong := 0
	for seed := range uint64(60) {
		bank := randomBank(rand.New(rand.NewPCG(seed, 11)), 25)
		var b bytes.Buffer
		if err := WritePaperDOCX(&b, Paper{Title: "试卷", Questions: bank, Keys: true}); err != nil {
			t.Fatal(err)
		}
		got, err := Read(context.Background(), "paper.docx", b.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		wrong += silentlyWrong(t, bank, got.Rows)
	}
	if wrong > 0 {
		t.Errorf("%d keys were read wrongly and without a word", wrong)
	}
}

// silentlyWrong counts rows that are called fine and have another key than the question with the same stem.
func silentlyWrong(t *testing.T, bank []questionbank.Question, rows []Row) (wrong int) {
	t.Helper()
	byStem := map[string]questionbank.Question{}
	for _, q := range bank {
		byStem[questionbank.Normal(q.Stem)] = q
	}
	for _, r := range rows {
		q, ok := byStem[questionbank.Normal(r.Question.Stem)]
		if r.Status() != OK || !ok {
			continue
		}
		if a, b := keyTexts(q), keyTexts(r.Question); a != b {
			wrong++
			t.Errorf("%s: read %s, is %s\n%s", q.Stem, b, a, shown(r))
		}
	}
	return wrong
}

// keyTexts is a key as the texts that it means.
func keyTexts(q questionbank.Question) string {
	var out []string
	for _, k := range q.Key {
		if q.Type != questionbank.Fill {
			k = q.Options[k[0]-'A']
		}
		out = append(out, questionbank.Normal(k))
	}
	return strings.Join(out, " / ")
}

// TestPaperHTML: a page needs nothing else, escapes what it shows, and has keys only when asked.
func TestPaperHTML(t *testing.T) {
	bank := []questionbank.Question{{Type: questionbank.Single, Stem: "<script>alert(1)</script>是什么？", Options: []string{"甲", "乙", "丙", "丁"}, Key: []string{"B"}, Explanation: "因为乙", Difficulty: 3},
		{Type: questionbank.Judge, Stem: "地球是圆的（　）", Options: []string{"正确", "错误"}, Key: []string{"A"}, Difficulty: 3}}
	for _, keys := range []bool{false, true} {
		var b bytes.Buffer
		if err := WritePaperHTML(&b, Paper{Title: "试卷", Questions: bank, Keys: keys}); err != nil {
			t.Fatal(err)
		}
		page := b.String()
		for _, want := range []string{"一、单项选择题", "（共 1 题，每题 2 分，共 2 分）", "（　　）1．&lt;script&gt;", `class="opts c4"`, "2．地球是圆的（　）", "满分 4 分"} {
			if !strings.Contains(page, want) {
				t.Errorf("no %q", want)
			}
		}
		for _, never := range []string{"<script", "http://", "https://", "style=", "src="} {
			if strings.Contains(page, never) {
				t.Errorf("%q is in the page", never)
			}
		}
		if has := strings.Contains(page, "参考答案") && strings.Contains(page, "因为乙") && strings.Contains(page, "1．B"); has != keys {
			t.Errorf("keys %v, want %v", has, keys)
		}
	}
}
