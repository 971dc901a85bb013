package doctor

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"leitai/questionbank"
)

func single(stem string, options ...string) questionbank.Question {
	return questionbank.Question{Type: questionbank.Single, Stem: stem, Options: options, Key: []string{"A"}, Difficulty: 3, Explanation: "解析", Source: "出处"}
}

func judge(stem string, yes bool) questionbank.Question {
	q := questionbank.Question{Type: questionbank.Judge, Stem: stem, Options: []string{"正确", "错误"}, Key: []string{"B"}, Difficulty: 3, Explanation: "解析", Source: "出处"}
	if yes {
		q.Key = []string{"A"}
	}
	return q
}

func fill(stem string, key ...string) questionbank.Question {
	return questionbank.Question{Type: questionbank.Fill, Stem: stem, Key: key, Difficulty: 3, Explanation: "解析", Source: "出处"}
}

func with(q questionbank.Question, change func(*questionbank.Question)) questionbank.Question {
	change(&q)
	return q
}

func itemsOf(qs ...questionbank.Question) []Item {
	items := make([]Item, len(qs))
	for i, q := range qs {
		q.ID = fmt.Sprintf("q%02d", i)
		items[i] = Item{Question: q}
	}
	return items
}

func kinds(t *testing.T, items []Item) string {
	t.Helper()
	r, err := Check(t.Context(), items, nil)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, f := range r.Findings {
		s := string(f.Kind)
		if len(f.Detail.Differs) > 0 {
			s += "(" + strings.Join(f.Detail.Differs, ",") + ")"
		}
		out = append(out, s)
	}
	return strings.Join(out, " ")
}

// TestTwoQuestionsAreComparedByWhatTheyAsk: what people would call the same is found; what only looks alike is not.
func TestTwoQuestionsAreComparedByWhatTheyAsk(t *testing.T) {
	waste := []string{"可回收物", "有害垃圾", "厨余垃圾", "其他垃圾"}
	key := func(letters ...string) func(*questionbank.Question) {
		return func(q *questionbank.Question) { q.Key = letters }
	}
	tests := []struct {
		name string
		a, b questionbank.Question
		want string
	}{
		{"only punctuation and the bracket differ", single("我国的首都是（  ）。", "北京", "上海", "广州"), single("我国的首都是( )", "北京", "上海", "广州"), "duplicate"},
		{"options in another order", single("发现火情应拨打的电话是？", "119", "110", "120"), with(single("发现火情应拨打的电话是", "110", "119", "120"), key("B")), "duplicate"},
		{"the same with another key", single("发现火情应拨打的电话是？", "119", "110", "120"), with(single("发现火情应拨打的电话是", "119", "110", "120"), key("C")), "conflict"},
		{"another way of asking", single("下列选项中，发现火情时应当拨打的报警电话是哪一项？", "119", "110", "120"), single("发现火情时应该拨打的报警电话是哪个？", "119", "110", "120"), "near"},
		{"with the law's name in front", single("根据《中华人民共和国安全生产法》，生产经营单位的主要负责人对本单位的安全生产工作负有什么责任？", "全面责任", "部分责任", "领导责任"),
			single("生产经营单位的主要负责人对本单位的安全生产工作负有什么责任？", "全面责任", "部分责任", "领导责任"), "near"},
		{"one option exchanged", single("我国现存最早的一部完整的农书是下列哪一部著作？", "《齐民要术》", "《农政全书》", "《天工开物》", "《梦溪笔谈》"),
			single("我国现存最早的一部完整的农书是下列哪一部著作？", "《齐民要术》", "《农政全书》", "《天工开物》", "《本草纲目》"), "near(word)"},
		{"a number written in figures", fill("劳动合同的试用期最长不得超过____个月，这是法律的规定。", "六"), fill("劳动合同的试用期最长不得超过____个月，这是法律规定。", "六", "6"), "near"},

		{"a generic stem with other options", single("选择正确的读音", "给予jǐ", "给予gěi", "给予jí"), single("选择正确的读音", "参差cēn", "参差cān", "参差shēn"), ""},
		{"a generic long stem with other options", single("下列各组词语中，没有错别字的一组是哪一项？", "安排 按部就班", "安装 安步就班"), single("下列各组词语中，没有错别字的一组是哪一项？", "川流不息 再接再厉", "穿流不息 再接再励"), ""},
		{"another thing to sort into the same bins", single("废旧电池应当投放到下列哪一类垃圾收集容器？", waste...), single("过期药品应当投放到下列哪一类垃圾收集容器？", waste...), ""},
		{"the same options, another question", single("世界地球日是每年的哪一天？", "4月22日", "6月5日", "3月22日"), with(single("世界环境日是每年的哪一天？", "4月22日", "6月5日", "3月22日"), key("B")), ""},
		{"another year, the same answer", single("2019年全国安全生产月的活动主题与下列哪一项有关？", "防风险", "消隐患", "遏事故"), single("2020年全国安全生产月的活动主题与下列哪一项有关？", "防风险", "消隐患", "遏事故"), "similar(number)"},
		{"a negation, another answer", with(single("下列物质着火以后，可以用水扑救的是哪一种？", "木材", "金属钠"), key("A")), with(single("下列物质着火以后，不可以用水扑救的是哪一种？", "木材", "金属钠"), key("B")), "similar(negation)"},
		{"a judge turned round", judge("电气设备着火时，可以直接用水进行扑救。", false), judge("电气设备着火时，不可以直接用水进行扑救。", true), "similar(negation)"},
		{"the same judge with another key", judge("电气设备着火时，可以直接用水进行扑救。", false), judge("电气设备着火时，可以直接用水来进行扑救。", true), "conflict"},
		{"judges about different numbers", judge("高处作业是指坠落高度基准面2米及以上的作业。", true), judge("高处作业是指坠落高度基准面5米及以上的作业。", false), "similar(number)"},
		{"two blanks in one sentence", fill("安全生产方针是安全第一、____、综合治理。", "预防为主"), fill("安全生产方针是____、预防为主、综合治理。", "安全第一"), ""},
		{"short stems", single("近义词是", "高兴", "难过"), single("反义词是", "高兴", "难过"), ""},
		{"algorithms", single("下列关于算法AES的说法中，正确的是哪一项？", "它是对称算法", "它是杂凑算法"), single("下列关于算法DES的说法中，正确的是哪一项？", "它是对称算法", "它是杂凑算法"), ""},
		{"a choice and a judge of the same words", single("地球是圆的", "正确", "错误"), judge("地球是圆的", true), ""},
	}
	for _, tt := range tests {
		for _, pair := range [][]Item{itemsOf(tt.a, tt.b), itemsOf(tt.b, tt.a)} {
			if got := kinds(t, pair); got != tt.want {
				t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
			}
		}
	}
}

func TestTheOneToKeepComesFirst(t *testing.T) {
	items := itemsOf(single("我国的首都是", "北京", "上海"), single("我国的首都是？", "北京", "上海"), single("我国的首都是（）", "北京", "上海"))
	items[0].Source, items[0].Explanation = "", ""
	items[2].Used = 1
	r, err := Check(t.Context(), items, nil)
	if err != nil || len(r.Findings) == 0 || r.Findings[0].Kind != Duplicate {
		t.Fatalf("%+v, %v", r, err)
	}
	if got := strings.Join(r.Findings[0].IDs, " "); got != "q02 q01 q00" {
		t.Errorf("%s: the used one first, then the one that has more", got)
	}
}

// TestNearPairsAreThoseOfComparingAll holds the index against comparing every pair.
func TestNearPairsAreThoseOfComparingAll(t *testing.T) {
	items := itemsOf(realistic(400, 7)...)
	texts := make([]*text, len(items))
	for i := range items {
		texts[i] = newText(&items[i])
	}
	got, err := nearPairs(t.Context(), texts, func(float64) {})
	if err != nil {
		t.Fatal(err)
	}
	have := map[pair]bool{}
	for _, p := range got {
		have[p] = true
	}
	n := 0
	for i := range texts {
		for j := i + 1; j < len(texts); j++ {
			a, b := texts[i], texts[j]
			if a.class != b.class || a.identity() == b.identity() {
				continue
			}
			shared := common(a.grams, b.grams, 0)
			if float64(shared) >= likeAtLeast*float64(len(a.grams)+len(b.grams)-shared)+1 {
				n++
				if !have[pair{i, j}] {
					t.Errorf("missed: %s / %s", items[i].Stem, items[j].Stem)
				}
			}
		}
	}
	if n == 0 {
		t.Error("nothing to find")
	}
}

// realistic makes n questions as banks have them: sentences of the trade put together, one in twenty written anew with
// other words, some generic stems.
func realistic(n int, seed uint64) []questionbank.Question {
	r := rand.New(rand.NewPCG(seed, 1))
	pick := func(s []string) string { return s[r.IntN(len(s))] }
	word := func(n int) string {
		var b strings.Builder
		for range n {
			b.WriteRune(rune(0x4e00 + int(2500*r.Float64()*r.Float64())))
		}
		return b.String()
	}
	openings := []string{"根据《中华人民共和国安全生产法》的规定，", "按照《中华人民共和国消防法》，", "依照有关规定，", "在日常工作中，", "下列关于", "2021年，", "某企业职工小王在作业时发现", ""}
	ends := []string{"下列说法正确的是哪一项？", "应当由谁负责？", "最长不得超过多久？", "属于下列哪一类？", "首先应当怎么办？", "的主要原因是什么？"}
	subjects := make([]string, 600)
	for i := range subjects {
		subjects[i] = word(4 + r.IntN(8))
	}
	out := make([]questionbank.Question, 0, n)
	for len(out) < n {
		if len(out) > 20 && r.IntN(20) == 0 {
			q := out[r.IntN(len(out))]
			q.Stem = strings.NewReplacer("应当", "应该", "下列", "以下", "根据", "依据").Replace(q.Stem) + []string{"", "请选择。", "（）", "的"}[r.IntN(4)]
			out = append(out, q)
			continue
		}
		stem := pick(openings) + pick(subjects) + word(3+r.IntN(18)) + "，" + pick(subjects) + word(2+r.IntN(14)) + pick(ends)
		if r.IntN(15) == 0 {
			stem = "选择正确的读音"
		}
		switch r.IntN(10) {
		case 0, 1:
			out = append(out, judge(pick(openings)+pick(subjects)+word(10+r.IntN(30))+"。", r.IntN(2) == 0))
		case 2:
			out = append(out, fill(pick(openings)+pick(subjects)+word(10+r.IntN(20))+"____。", word(3)))
		default:
			q := single(stem, pick(subjects)+word(r.IntN(6)), word(3+r.IntN(8)), word(3+r.IntN(8)), word(3+r.IntN(8)))
			q.Key = []string{questionbank.Letter(r.IntN(4))}
			out = append(out, q)
		}
	}
	return out
}

func BenchmarkCheck(b *testing.B) {
	for _, n := range []int{1_000, 20_000, 100_000} {
		items := itemsOf(realistic(n, 3)...)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			found := 0
			for b.Loop() {
				r, err := Check(b.Context(), items, nil)
				if err != nil {
					b.Fatal(err)
				}
				found = len(r.Findings)
			}
			b.ReportMetric(float64(found), "findings")
		})
	}
}
