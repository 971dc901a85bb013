package questionbank_test

import (
	"slices"
	"strings"
	"testing"

	"leitai/fault"
	"leitai/questionbank"
)

func TestCanonical(t *testing.T) {
	twoBlanks := fill("____和____都是直辖市。", "上海|天津")
	tests := []struct {
		name   string
		q      questionbank.Question
		answer []string
		want   []string // nil when the answer is malformed
	}{
		{"single", single(), []string{"B"}, []string{"B"}},
		{"single, wrong but well formed", single(), []string{"D"}, []string{"D"}},
		{"multiple is sorted", multiple(), []string{"D", "A", "C"}, []string{"A", "C", "D"}},
		{"multiple with one letter", multiple(), []string{"B"}, []string{"B"}},
		{"judge", judge(), []string{"B"}, []string{"B"}},
		{"order keeps its order", order(), []string{"B", "C", "A"}, []string{"B", "C", "A"}},
		{"fill is trimmed", fill("首都是____。", "北京"), []string{" 北京\n"}, []string{"北京"}},
		{"fill loses zero bytes", fill("首都是____。", "北京"), []string{"北\x00京"}, []string{"北京"}},
		{"fill with emoji", fill("首都是____。", "北京"), []string{"🎉"}, []string{"🎉"}},
		{"fill with one of two blanks", twoBlanks, []string{"上海", ""}, []string{"上海", ""}},
		{"fill at the limit", fill("首都是____。", "北京"), []string{strings.Repeat("长", questionbank.MaxBlank)}, []string{strings.Repeat("长", questionbank.MaxBlank)}},

		{"no answer", single(), nil, nil},
		{"no letters", multiple(), []string{}, nil},
		{"two letters for a single", single(), []string{"A", "B"}, nil},
		{"two letters for a judge", judge(), []string{"A", "B"}, nil},
		{"a letter past the options", single(), []string{"E"}, nil},
		{"a lower-case letter", single(), []string{"b"}, nil},
		{"an empty letter", single(), []string{""}, nil},
		{"letters joined", multiple(), []string{"AC"}, nil},
		{"a letter twice", multiple(), []string{"A", "A"}, nil},
		{"more letters than options", multiple(), []string{"A", "B", "C", "D", "A"}, nil},
		{"order without all letters", order(), []string{"C", "B"}, nil},
		{"order with a letter twice", order(), []string{"C", "B", "B"}, nil},
		{"fill without text", fill("首都是____。", "北京"), []string{"  "}, nil},
		{"fill with zero bytes only", fill("首都是____。", "北京"), []string{"\x00"}, nil},
		{"fill with two texts for one blank", fill("首都是____。", "北京"), []string{"北京", "北京"}, nil},
		{"fill with one text for two blanks", twoBlanks, []string{"上海"}, nil},
		{"fill with both blanks empty", twoBlanks, []string{"", " "}, nil},
		{"fill past the limit", fill("首都是____。", "北京"), []string{strings.Repeat("长", questionbank.MaxBlank+1)}, nil},
		{"fill that is not UTF-8", fill("首都是____。", "北京"), []string{"\xff\xfe"}, nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			given := slices.Clone(tt.answer)
			got, err := tt.q.Canonical(tt.answer)
			if tt.want == nil {
				if !fault.Is(err, fault.Invalid) || fault.KeyOf(err) != "answer.invalid" {
					t.Fatalf("got %q and %v, want invalid answer.invalid", got, err)
				}
			} else if err != nil || !slices.Equal(got, tt.want) {
				t.Fatalf("got %q and %v, want %q", got, err, tt.want)
			}
			if !slices.Equal(tt.answer, given) {
				t.Fatalf("the caller's answer was changed to %q", tt.answer)
			}
		})
	}
}

func TestMarkLetters(t *testing.T) {
	tests := []struct {
		name   string
		q      questionbank.Question
		answer []string
		want   questionbank.Mark
		subset bool
	}{
		{"single right", single(), []string{"B"}, questionbank.Mark{Right: true, Chosen: 1, Of: 1}, false},
		{"single wrong", single(), []string{"A"}, questionbank.Mark{Wrong: 1, Of: 1}, false},
		{"judge right", judge(), []string{"A"}, questionbank.Mark{Right: true, Chosen: 1, Of: 1}, false},
		{"judge wrong", judge(), []string{"B"}, questionbank.Mark{Wrong: 1, Of: 1}, false},
		{"multiple right", multiple(), []string{"A", "C", "D"}, questionbank.Mark{Right: true, Chosen: 3, Of: 3}, false},
		{"multiple, some of the key", multiple(), []string{"A", "D"}, questionbank.Mark{Chosen: 2, Of: 3}, true},
		{"multiple, one wrong letter too", multiple(), []string{"A", "B", "C", "D"}, questionbank.Mark{Chosen: 3, Wrong: 1, Of: 3}, false},
		{"multiple, only wrong", multiple(), []string{"B"}, questionbank.Mark{Wrong: 1, Of: 3}, false},
		{"order right", order(), []string{"C", "B", "A"}, questionbank.Mark{Right: true, Chosen: 1, Of: 1}, false},
		{"order wrong", order(), []string{"C", "A", "B"}, questionbank.Mark{Wrong: 1, Of: 1}, false},
		{"no answer", multiple(), nil, questionbank.Mark{Of: 3}, false},
		{"no answer to an order", order(), nil, questionbank.Mark{Of: 1}, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := tt.q.Mark(tt.answer)
			if got != tt.want || got.Subset() != tt.subset {
				t.Errorf("got %+v (subset %v), want %+v (subset %v)", got, got.Subset(), tt.want, tt.subset)
			}
		})
	}
}

func TestFillAcceptsWhatAPersonMeans(t *testing.T) {
	tests := []struct {
		name  string
		key   []string
		given string
		right bool
	}{
		{"as written", []string{"岳阳楼记"}, "岳阳楼记", true},
		{"with book marks", []string{"岳阳楼记"}, "《岳阳楼记》", true},
		{"with quotation marks", []string{"求索"}, "“求索”", true},
		{"with a full stop", []string{"求索"}, "求索。", true},
		{"with spaces inside", []string{"Wanna Cry"}, "wannacry", true},
		{"in capitals", []string{"dns"}, "DNS", true},
		{"in full width", []string{"1954"}, "１９５４", true},
		{"with a wide space", []string{"杜甫"}, "杜　甫", true},
		{"with the dot of a foreign name", []string{"亚当斯密"}, "亚当·斯密", true},
		{"subscript digits", []string{"CO2"}, "CO₂", true},
		{"another accepted text", []string{"一年", "12个月"}, "12个月", true},
		{"a synonym", []string{"凯撒;恺撒"}, "恺撒", true},
		{"a synonym after a wide semicolon", []string{"凯撒；恺撒"}, "恺撒", true},
		{"all synonyms as written", []string{"凯撒;恺撒"}, "凯撒;恺撒", true},
		{"a decimal point", []string{"3.14"}, "3.14", true},
		{"without the decimal point", []string{"3.14"}, "314", false},
		{"another text", []string{"岳阳楼记"}, "醉翁亭记", false},
		{"part of the text", []string{"刻舟求剑"}, "刻舟", false},
		{"more than the text", []string{"求索"}, "求索吗", false},
		{"punctuation only", []string{"求索"}, "。。。", false},
		{"the separator of synonyms", []string{"凯撒;恺撒"}, ";", false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			q := fill("这是____。", tt.key...)
			if got := q.Mark([]string{tt.given}); got.Right != tt.right || got.Of != 1 || got.Chosen != b2i(tt.right) {
				t.Errorf("%q for the key %q: %+v, want right %v", tt.given, tt.key, got, tt.right)
			}
		})
	}
}

func TestFillWithSeveralBlanks(t *testing.T) {
	tests := []struct {
		name   string
		key    []string
		answer []string
		want   questionbank.Mark
	}{
		{"both", []string{"上海|天津"}, []string{"上海", "天津"}, questionbank.Mark{Right: true, Chosen: 2, Of: 2}},
		{"wide separator", []string{"上海｜天津"}, []string{"上海", "天津"}, questionbank.Mark{Right: true, Chosen: 2, Of: 2}},
		{"a synonym in each", []string{"上海;沪|天津;津"}, []string{"沪", "津"}, questionbank.Mark{Right: true, Chosen: 2, Of: 2}},
		{"one of two", []string{"上海|天津"}, []string{"上海", "广州"}, questionbank.Mark{Chosen: 1, Wrong: 1, Of: 2}},
		{"the other one empty", []string{"上海|天津"}, []string{"", "天津"}, questionbank.Mark{Chosen: 1, Wrong: 1, Of: 2}},
		{"swapped", []string{"上海|天津"}, []string{"天津", "上海"}, questionbank.Mark{Wrong: 1, Of: 2}},
		{"swapped, and the key allows it", []string{"上海|天津", "天津|上海"}, []string{"天津", "上海"}, questionbank.Mark{Right: true, Chosen: 2, Of: 2}},
		{"blanks of different keys do not mix", []string{"上海|天津", "北京|重庆"}, []string{"上海", "重庆"}, questionbank.Mark{Chosen: 1, Wrong: 1, Of: 2}},
		{"none", []string{"上海|天津"}, []string{"南京", "广州"}, questionbank.Mark{Wrong: 1, Of: 2}},
		{"no answer", []string{"上海|天津"}, nil, questionbank.Mark{Of: 2}},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got := fill("____和____都是直辖市。", tt.key...).Mark(tt.answer); got != tt.want {
				t.Errorf("got %+v, want %+v", got, tt.want)
			}
		})
	}
}

func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// FuzzMark sends any answer to any question: what Canonical lets through is stable, and a mark is consistent.
func FuzzMark(f *testing.F) {
	f.Add(0, "首都？", "上海\n北京", "B", "B")
	f.Add(1, "直辖市？", "上海\n广州\n天津", "A\nC", "C\nA")
	f.Add(2, "对吗？", "正确\n错误", "A", "B")
	f.Add(3, "____和____", "", "上海;沪|天津", "沪\n天津")
	f.Add(4, "排序", "唐\n汉\n秦", "C\nB\nA", "C\nB\nA")
	f.Add(3, "首都", "", "北京", "北\x00京")
	f.Fuzz(func(t *testing.T, kind int, stem, options, key, answer string) {
		q := questionbank.Question{Type: questionbank.Types[uint(kind)%uint(len(questionbank.Types))], Stem: stem,
			Options: lines(options), Key: lines(key), Difficulty: 1}
		if q.Validate() != nil {
			return
		}
		canonical, err := q.Canonical(lines(answer))
		if err != nil {
			if !fault.Is(err, fault.Invalid) {
				t.Fatalf("%q: %v, want invalid", answer, err)
			}
			return
		}
		again, err := q.Canonical(canonical)
		if err != nil || !slices.Equal(again, canonical) {
			t.Fatalf("canonical %q becomes %q, %v", canonical, again, err)
		}
		m := q.Mark(canonical)
		if m.Chosen < 0 || m.Wrong < 0 || m.Chosen > m.Of || m.Of < 1 {
			t.Fatalf("mark %+v is out of range", m)
		}
		if m.Right != (m.Chosen == m.Of && m.Wrong == 0) || m.Right && m.Subset() {
			t.Fatalf("mark %+v contradicts itself", m)
		}
		if right, err := q.Canonical(q.Key); err == nil && q.Type != questionbank.Fill && !q.Mark(right).Right {
			t.Fatalf("the key %q is marked wrong", q.Key)
		}
	})
}

// lines splits a fuzzed text; an empty one has no parts.
func lines(s string) []string {
	if s == "" {
		return nil
	}
	return strings.Split(s, "\n")
}
