package doctor

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"leitai/questionbank"
	"leitai/questionbank/sample"
)

// TestWhatIsSaidOfAQuestion: each kind of finding about one question, and what must not be taken for it.
func TestWhatIsSaidOfAQuestion(t *testing.T) {
	tests := []struct {
		name string
		q    questionbank.Question
		want string
	}{
		{"the word for its kind is left out", single("长江三角洲有哪个省级行政区？", "江苏省", "江苏", "青海"), "same_options"},
		{"written in figures", single("试用期最长多久？", "六个月", "6个月", "三个月"), "same_options"},
		{"a zero behind the point", single("标准大气压下水的密度是多少？", "1.0", "1", "2"), "same_options"},
		{"with and without the unit", single("合同期限为多久？", "3年", "3", "5年"), "same_options"},
		{"full width", single("哪一个是正确的代号？", "ＡＢ１２", "AB12", "AC12"), "same_options"},
		{"one holds the other and says something else", single("损害程度是哪一种？", "严重的损害", "特别严重的损害", "一般的损害"), ""},
		{"a bank and the people's bank", single("哪家是中央银行？", "中国银行", "中国人民银行", "中国工商银行"), ""},
		{"numbers that only begin the same", single("长度是多少？", "1米", "10米", "100米"), ""},
		{"1.5 and 15", single("倍数是多少？", "1.5", "15", "150"), ""},
		{"minus", single("气温是多少？", "-5", "5", "0"), ""},
		{"how a number is written is the question", single("下列数字的写法，正确的是哪一项？", "十二", "12", "一二"), ""},
		{"binary", single("十进制数 10 的二进制写法是？", "1010", "10", "二"), ""},
		{"larger and smaller", single("压力应当怎样？", "≥5", "≤5", "=5"), ""},
		{"times and plus", single("哪个算式对？", "2+3", "2×3", "2-3"), ""},
		{"punctuation", single("句末应当用哪个标点符号？", "。", "？", "！"), ""},

		{"ranges that meet", single("适宜的年龄是多少？", "18-25岁", "25-30岁", "31-40岁"), "ranges"},
		{"ranges with a wave", single("适宜的温度是多少？", "10～20℃", "15～25℃", "30～40℃"), "ranges"},
		{"ranges that do not", single("适宜的年龄是多少？", "18-25岁", "26-30岁", "31-40岁"), ""},
		{"as the law speaks", single("处几年有期徒刑？", "三年以下", "三年以上七年以下", "七年以上"), ""},
		{"deadlines", single("应当在多少日内报告？", "5日以内", "10日以内", "15日以内"), ""},
		{"hours of the day", single("未时是几点？", "11时至13时", "13时至15时", "15时至17时"), ""},
		{"scores", single("比分是多少？", "3-2", "2-3", "1-0"), ""},
		{"dates", single("节日在哪一天？", "5-1", "5-4", "10-1"), ""},
		{"ratios", single("胸外按压与人工呼吸之比是多少？", "5:1", "15:2", "30:2"), ""},

		{"the one about all others is first", single("哪种行为是安全的？", "以上都不对", "挪用灭火器", "堵塞通道"), "all_of_above"},
		{"in the middle", single("哪些对？", "甲", "以上选项都正确", "丙"), "all_of_above"},
		{"last, as it should be", single("哪种行为是安全的？", "挪用灭火器", "堵塞通道", "以上都不对"), ""},
		{"two of them", single("哪些对？", "甲说法", "以上都对", "以上都不对"), ""},
		{"a number and more", single("人数应当是多少？", "3人以上", "5人以上", "8人以上"), ""},

		{"a stem of 125 characters with short options", single(strings.Repeat("字", 125), "甲", "乙", "丙", "丁"), ""},
		{"a stem of 300 characters with long options", single(strings.Repeat("字", 300), strings.Repeat("选", 40), strings.Repeat("项", 40), strings.Repeat("长", 40), strings.Repeat("度", 40)), "long_stem"},
		{"a judge of 200 characters", judge(strings.Repeat("字", 200), true), ""},
		{"a fill of 400 characters", fill(strings.Repeat("字", 400)+"____", "对"), "long_stem"},
	}
	for _, tt := range tests {
		if got := kinds(t, itemsOf(tt.q)); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

func TestWhatAnswersSay(t *testing.T) {
	q := single("首都是哪里？", "北京", "上海", "广州", "深圳")
	yes := judge("地球是圆的", true)
	tests := []struct {
		name           string
		q              questionbank.Question
		answers, right int
		counts         map[string]int
		want           string
	}{
		{"too few answers", q, 19, 0, nil, ""},
		{"nobody", q, 20, 0, nil, "nobody"},
		{"everybody", q, 50, 50, nil, "everybody"},
		{"nearly everybody", q, 50, 48, nil, ""},
		{"half", q, 50, 25, nil, ""},
		{"a hard one, as by guessing", q, 100, 25, nil, ""},
		{"fewer than by guessing", q, 100, 8, nil, "nobody"},
		{"a judge that most had wrong", yes, 100, 20, nil, "nobody"},
		{"a judge that half had wrong", yes, 100, 45, nil, ""},
		{"most chose the same wrong one", q, 100, 10, map[string]int{"A": 10, "B": 85, "C": 3, "D": 2}, "wrong_choice"},
		{"most chose a wrong one, but many are right", q, 100, 38, map[string]int{"A": 38, "B": 60, "C": 1, "D": 1}, ""},
		{"one that nobody chose", q, 100, 60, map[string]int{"A": 60, "B": 30, "C": 10, "D": 0}, "unchosen"},
		{"few answers and one that nobody chose", q, 30, 20, map[string]int{"A": 20, "B": 6, "C": 4, "D": 0}, ""},
	}
	for _, tt := range tests {
		items := itemsOf(tt.q)
		items[0].Answers, items[0].Right, items[0].Counts = tt.answers, tt.right, tt.counts
		if got := kinds(t, items); got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// spread makes n different questions whose keys stand at these places in turn.
func spread(n int, places ...int) []questionbank.Question {
	r := rand.New(rand.NewPCG(4, 4))
	out := make([]questionbank.Question, n)
	for i := range out {
		word := func() string {
			return string([]rune{rune(0x4e00 + r.IntN(5000)), rune(0x4e00 + r.IntN(5000)), rune(0x4e00 + r.IntN(5000)), rune(0x4e00 + r.IntN(5000))})
		}
		q := single(word()+word()+word(), word(), word(), word(), word())
		q.Key = []string{questionbank.Letter(places[i%len(places)])}
		out[i] = q
	}
	return out
}

func TestWhatIsSaidOfABank(t *testing.T) {
	judges := func(right, wrong int) (out []questionbank.Question) {
		for i, q := range spread(right+wrong, 0) {
			out = append(out, judge(q.Stem, i < right))
		}
		return out
	}
	longKeys := func(share int) []questionbank.Question {
		qs := spread(60, 0, 1, 2, 3)
		for i := range qs {
			if i*100 < share*len(qs) {
				at := index(qs[i].Key[0])
				qs[i].Options[at] += "，并且说明了所有条件"
			}
		}
		return qs
	}
	tests := []struct {
		name string
		qs   []questionbank.Question
		want string
	}{
		{"even letters", spread(80, 0, 1, 2, 3), ""},
		{"a little uneven", spread(70, 0, 1, 2, 3, 1, 2, 1), ""},
		{"half are C", spread(120, 2, 0, 2, 1, 2, 3), "letters"},
		{"all C, but few", spread(12, 2), ""},
		{"no D at all", spread(90, 0, 1, 2), ""},
		{"judges all true", judges(12, 0), "judges"},
		{"judges nearly all false", judges(2, 14), "judges"},
		{"judges half and half", judges(8, 7), ""},
		{"judges of which three in four are true", judges(12, 4), ""},
		{"few judges", judges(6, 0), ""},
		{"the key is the longest in most", longKeys(70), "length"},
		{"in one of five, and then it shows", longKeys(20), "length"},
		{"in none", longKeys(0), ""},
		{"without explanation", []questionbank.Question{with(spread(1, 0)[0], func(q *questionbank.Question) { q.Explanation = " " })}, "no_explanation"},
		{"without source", []questionbank.Question{with(spread(1, 0)[0], func(q *questionbank.Question) { q.Source = "" })}, "no_source"},
		{"nothing at all", nil, ""},
	}
	for _, tt := range tests {
		got := kinds(t, itemsOf(tt.qs...))
		if tt.name == "no D at all" { // uneven by the test, yet no letter helps to guess
			got = strings.TrimPrefix(got, "letters")
		}
		if got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestShufflingKeepsWhatIsRight: whatever is exchanged, the texts of the options and which of them is right stay.
func TestShufflingKeepsWhatIsRight(t *testing.T) {
	r := rand.New(rand.NewPCG(8, 8))
	for round := range 200 {
		qs := spread(1+r.IntN(120), r.IntN(4), r.IntN(4), 2)
		for i := range qs {
			qs[i].ID = fmt.Sprint(round, i)
			switch r.IntN(8) {
			case 0:
				qs[i].Options[3] = "以上都不对"
			case 1:
				qs[i].Options = []string{"100", "200", "300", "400"}
			case 2:
				qs[i].Explanation = "故选B。"
			case 3:
				qs[i].Type, qs[i].Key = questionbank.Multiple, []string{"A", "C"}
			case 4:
				qs[i].Options = qs[i].Options[:3]
				qs[i].Key = []string{"C"}
			}
		}
		before := map[string]questionbank.Question{}
		counts := map[int][26]int{}
		count := func(q questionbank.Question, by int) {
			if q.Type == questionbank.Single {
				c := counts[len(q.Options)]
				c[index(q.Key[0])] += by
				counts[len(q.Options)] = c
			}
		}
		for _, q := range qs {
			before[q.ID] = with(q, func(q *questionbank.Question) { q.Options = slices.Clone(q.Options) })
			count(q, 1)
		}
		for _, q := range Shuffle(qs) {
			old := before[q.ID]
			if q.Meaning() != old.Meaning() {
				t.Fatalf("another meaning: %+v, was %+v", q, old)
			}
			if got, want := rightTexts(&q), rightTexts(&old); !slices.Equal(got, want) {
				t.Fatalf("right is %v, was %v", got, want)
			}
			if !CanMove(old) || old.Type != questionbank.Single {
				t.Fatalf("this one must stay: %+v", old)
			}
			if err := q.Validate(); err != nil {
				t.Fatal(err)
			}
			count(old, -1)
			count(q, 1)
		}
		for _, q := range qs {
			if was := before[q.ID]; !slices.Equal(q.Options, was.Options) || !slices.Equal(q.Key, was.Key) {
				t.Fatalf("the caller's question was changed: %+v", q)
			}
		}
	}
	qs := spread(400, 2)
	letters := map[string]int{}
	for i := range qs {
		qs[i].ID = fmt.Sprint(i)
	}
	moved := Shuffle(qs)
	for _, q := range moved {
		letters[q.Key[0]]++
	}
	if len(moved) != 300 || letters["A"] != 100 || letters["B"] != 100 || letters["D"] != 100 {
		t.Errorf("%d moved: %v", len(moved), letters)
	}
}

func TestWhichOptionsMayChangePlaces(t *testing.T) {
	tests := []struct {
		name string
		q    questionbank.Question
		want bool
	}{
		{"plain ones", single("首都？", "北京", "上海"), true},
		{"in the order of their numbers", single("多少？", "10%", "20%", "30%"), false},
		{"numbers in no order", single("多少？", "20", "10", "30"), true},
		{"Chinese numbers in order", single("多久？", "一个月", "两个月", "三个月"), false},
		{"years in order", single("哪一年？", "1921年", "1935年", "1949年"), false},
		{"falling", single("多少？", "300", "200", "100"), false},
		{"all of the above", single("哪些对？", "甲", "乙", "以上都对"), false},
		{"two letters", single("哪些对？", "甲", "乙", "A和B"), false},
		{"both are right", single("哪些对？", "甲", "乙", "都对"), false},
		{"the first two", single("哪些对？", "甲", "乙", "前两项"), false},
		{"the explanation names a letter", with(single("哪些对？", "甲", "乙"), func(q *questionbank.Question) { q.Explanation = "B项错误，故选A。" }), false},
		{"full-width letter", with(single("哪些对？", "甲", "乙"), func(q *questionbank.Question) { q.Explanation = "故选Ａ。" }), false},
		{"a word with letters", with(single("哪些对？", "甲", "乙"), func(q *questionbank.Question) { q.Explanation = "HTTPS 的端口是 443。" }), true},
		{"a judge", judge("对吗", true), false},
	}
	for _, tt := range tests {
		if got := CanMove(tt.q); got != tt.want {
			t.Errorf("%s: %v", tt.name, got)
		}
	}
}

func TestTheOneAboutAllOthersIsPutLast(t *testing.T) {
	q, ok := MoveLast(with(single("哪些对？", "以上都对", "甲", "乙", "丙"), func(q *questionbank.Question) { q.Type, q.Key = questionbank.Multiple, []string{"A", "C"} }))
	if !ok || strings.Join(q.Options, "") != "甲乙丙以上都对" || strings.Join(q.Key, "") != "BD" {
		t.Errorf("%v %v", q.Options, q.Key)
	}
	if _, ok := MoveLast(single("哪些对？", "甲", "以上都对")); ok {
		t.Error("it is last already")
	}
}

func TestMergeTakesWhatIsLacking(t *testing.T) {
	keep := questionbank.Question{Type: questionbank.Fill, Key: []string{"六"}, Explanation: "有", Tags: []string{"甲"}}
	got := Merge(keep, []questionbank.Question{{Type: questionbank.Fill, Key: []string{"6", "六"}, Explanation: "另一个", Source: "法", Category: "劳动", Tags: []string{"乙", "甲"}}})
	if got.Explanation != "有" || got.Source != "法" || got.Category != "劳动" || strings.Join(got.Tags, "") != "甲乙" || strings.Join(got.Key, " ") != "六 6" {
		t.Errorf("%+v", got)
	}
}

func TestNumbersAreWrittenInFigures(t *testing.T) {
	for in, want := range map[string]string{"三十五": "35", "十": "10", "一百零五": "105", "两万三千": "23000", "一九四九年": "1949年", "二〇二六": "2026", "一亿": "100000000", "百分之五": "百分之5", "万一": "万一", "千方百计": "千方百计", "十五六": "十五六"} {
		if got := figures(in); got != want {
			t.Errorf("%s: %s, want %s", in, got, want)
		}
	}
}

// TestFindingsAreKnownAgain: what was dismissed stays so while the questions say the same, in whichever order.
func TestFindingsAreKnownAgain(t *testing.T) {
	a, b := single("发现火情时应当拨打的报警电话是哪一项？", "119", "110", "120"), single("发现火情时应该拨打的报警电话是哪个？", "119", "110", "120")
	key := func(qs ...questionbank.Question) string {
		r, err := Check(t.Context(), itemsOf(qs...), nil)
		if err != nil || len(r.Findings) != 1 {
			t.Fatalf("%+v, %v", r, err)
		}
		return r.Findings[0].Key
	}
	if key(a, b) != key(with(b, func(q *questionbank.Question) { q.Explanation = "别的" }), a) {
		t.Error("the same two questions")
	}
	if key(a, b) == key(a, with(b, func(q *questionbank.Question) { q.Stem = "发现火情时应该拨打的报警电话是哪一个呢？" })) {
		t.Error("another stem")
	}
}

// TestTheSampleBankIsSound: the bank that every installation shows first has nothing to mend.
func TestTheSampleBankIsSound(t *testing.T) {
	r, err := Check(t.Context(), itemsOf(sample.Questions()...), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range r.Findings {
		t.Errorf("%+v", f)
	}
}
