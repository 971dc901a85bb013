package questionbank_test

import (
	"errors"
	"strings"
	"testing"

	"leitai/fault"
	"leitai/questionbank"
)

// Well-formed questions, one of each type, that the tests bend.
func single() questionbank.Question {
	return questionbank.Question{Type: questionbank.Single, Stem: "我国的首都是哪座城市？", Options: []string{"上海", "北京", "天津", "重庆"},
		Key: []string{"B"}, Difficulty: 1}
}

func multiple() questionbank.Question {
	return questionbank.Question{Type: questionbank.Multiple, Stem: "下列哪些是直辖市？", Options: []string{"上海", "广州", "天津", "重庆"},
		Key: []string{"A", "C", "D"}, Difficulty: 2}
}

func judge() questionbank.Question {
	return questionbank.Question{Type: questionbank.Judge, Stem: "长江是我国最长的河流。", Options: []string{"正确", "错误"},
		Key: []string{"A"}, Difficulty: 1}
}

func order() questionbank.Question {
	return questionbank.Question{Type: questionbank.Order, Stem: "按先后排列下列朝代。", Options: []string{"唐", "汉", "秦"},
		Key: []string{"C", "B", "A"}, Difficulty: 3}
}

func fill(stem string, key ...string) questionbank.Question {
	return questionbank.Question{Type: questionbank.Fill, Stem: stem, Key: key, Difficulty: 2}
}

func TestValidate(t *testing.T) {
	with := func(q questionbank.Question, change func(*questionbank.Question)) questionbank.Question {
		change(&q)
		return q
	}
	tests := []struct {
		name  string
		q     questionbank.Question
		field string // the field at fault, "" when the question is well formed
		key   string
	}{
		{"single", single(), "", ""},
		{"multiple", multiple(), "", ""},
		{"multiple with one right option", with(multiple(), func(q *questionbank.Question) { q.Key = []string{"A"} }), "", ""},
		{"judge", judge(), "", ""},
		{"order", order(), "", ""},
		{"fill", fill("首都是____。", "北京"), "", ""},
		{"fill without a blank in the stem", fill("我国的首都是哪里？", "北京"), "", ""},
		{"fill with two blanks", fill("____和____都是直辖市。", "上海|天津"), "", ""},
		{"fill with a wide separator", fill("____和____都是直辖市。", "上海｜天津"), "", ""},
		{"fill whose text has a bar", fill("管道符号写作____。", "|"), "", ""},

		{"no type", questionbank.Question{}, "type", "question.type"},
		{"unknown type", with(single(), func(q *questionbank.Question) { q.Type = "essay" }), "type", "question.type"},
		{"blank stem", with(single(), func(q *questionbank.Question) { q.Stem = " \n\t " }), "stem", "question.stem_empty"},
		{"stem at the limit", with(single(), func(q *questionbank.Question) { q.Stem = strings.Repeat("长", questionbank.MaxStem) }), "", ""},
		{"long stem", with(single(), func(q *questionbank.Question) { q.Stem = strings.Repeat("长", questionbank.MaxStem+1) }), "stem", "question.stem_long"},
		{"difficulty 0", with(single(), func(q *questionbank.Question) { q.Difficulty = 0 }), "difficulty", "question.difficulty"},
		{"difficulty 6", with(single(), func(q *questionbank.Question) { q.Difficulty = 6 }), "difficulty", "question.difficulty"},
		{"long explanation", with(single(), func(q *questionbank.Question) { q.Explanation = strings.Repeat("长", questionbank.MaxText+1) }), "explanation", "question.text_long"},

		{"one option", with(single(), func(q *questionbank.Question) { q.Options, q.Key = []string{"北京"}, []string{"A"} }), "options", "question.options_count"},
		{"27 options", with(single(), func(q *questionbank.Question) { q.Options = make([]string, 27) }), "options", "question.options_count"},
		{"judge with three options", with(judge(), func(q *questionbank.Question) { q.Options = []string{"正确", "错误", "不详"} }), "options", "question.options_count"},
		{"empty option", with(single(), func(q *questionbank.Question) { q.Options[2] = " " }), "options", "question.option_text"},
		{"long option", with(single(), func(q *questionbank.Question) { q.Options[2] = strings.Repeat("长", questionbank.MaxOption+1) }), "options", "question.option_text"},
		{"options that look the same", with(single(), func(q *questionbank.Question) { q.Options[2] = "北 京。" }), "options", "question.options_same"},
		{"fill with options", with(fill("首都是____。", "北京"), func(q *questionbank.Question) { q.Options = []string{"北京", "上海"} }), "options", "question.fill_options"},

		{"no key", with(single(), func(q *questionbank.Question) { q.Key = nil }), "key", "question.key_empty"},
		{"key out of range", with(single(), func(q *questionbank.Question) { q.Key = []string{"E"} }), "key", "question.key_range"},
		{"key in lower case", with(single(), func(q *questionbank.Question) { q.Key = []string{"b"} }), "key", "question.key_range"},
		{"key of two letters in one", with(multiple(), func(q *questionbank.Question) { q.Key = []string{"AC"} }), "key", "question.key_range"},
		{"empty letter", with(single(), func(q *questionbank.Question) { q.Key = []string{""} }), "key", "question.key_range"},
		{"letter twice", with(multiple(), func(q *questionbank.Question) { q.Key = []string{"A", "A"} }), "key", "question.key_twice"},
		{"single with two keys", with(single(), func(q *questionbank.Question) { q.Key = []string{"A", "B"} }), "key", "question.key_one"},
		{"judge with two keys", with(judge(), func(q *questionbank.Question) { q.Key = []string{"A", "B"} }), "key", "question.key_one"},
		{"order that leaves one out", with(order(), func(q *questionbank.Question) { q.Key = []string{"C", "B"} }), "key", "question.key_order"},
		{"fill without a key", fill("首都是____。"), "key", "question.key_empty"},
		{"fill with a key of punctuation", fill("首都是____。", "《》。"), "key", "question.key_empty"},
		{"fill with a key for one of two blanks", fill("____和____都是直辖市。", "上海"), "key", "question.key_blanks"},
		{"fill with a key for three of two blanks", fill("____和____都是直辖市。", "上海|天津|重庆"), "key", "question.key_blanks"},
		{"fill with an empty part of a key", fill("____和____都是直辖市。", "上海| "), "key", "question.key_empty"},
		{"fill with too many blanks", fill(strings.Repeat("__、", questionbank.MaxBlanks+1), "无"), "stem", "question.blanks_count"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			err := tt.q.Validate()
			if tt.field == "" {
				if err != nil {
					t.Fatalf("refused: %v", err)
				}
				return
			}
			f, ok := errors.AsType[*fault.Error](err)
			if !ok || f.Code != fault.Invalid || f.Fields[tt.field] != tt.key {
				t.Fatalf("got %v with fields %v, want %s: %s", err, fields(err), tt.field, tt.key)
			}
		})
	}
}

func fields(err error) map[string]string {
	if f, ok := errors.AsType[*fault.Error](err); ok {
		return f.Fields
	}
	return nil
}

func TestBlanks(t *testing.T) {
	tests := []struct {
		stem string
		want int
	}{
		{"我国的首都是哪里？", 1}, // a question may ask without drawing the blank
		{"首都是__。", 1},
		{"首都是________。", 1},
		{"____和____。", 2},
		{"____，__、______", 3},
		{"变量名 a_b 是____。", 1}, // one underscore is part of a word
	}
	for _, tt := range tests {
		if got := fill(tt.stem, "x").Blanks(); got != tt.want {
			t.Errorf("%q has %d blanks, want %d", tt.stem, got, tt.want)
		}
	}
	if got := single().Blanks(); got != 0 {
		t.Errorf("a single has %d blanks, want 0", got)
	}
}

func TestFingerprintSeesThroughSpellingButNotThroughOptions(t *testing.T) {
	one := single()
	same := single()
	same.Stem, same.Options = " 我国的 首都是哪座城市 ? ", []string{"重庆", "“天津”", "上海", "北 京"}
	same.Key, same.Explanation, same.ID = []string{"D"}, "别的解析", "q2"
	if one.Fingerprint() != same.Fingerprint() {
		t.Error("spaces, punctuation and the order of the options make another question")
	}
	other := single()
	other.Options[0] = "南京"
	if one.Fingerprint() == other.Fingerprint() {
		t.Error("the same stem with other options is the same question")
	}
	shifted := single()
	shifted.Options = []string{"上海北京", "天津", "重庆"}
	if one.Fingerprint() == shifted.Fingerprint() {
		t.Error("options that are joined are the same question")
	}
}

func TestLetter(t *testing.T) {
	if a, z := questionbank.Letter(0), questionbank.Letter(questionbank.MaxOptions-1); a != "A" || z != "Z" {
		t.Errorf("letters %s to %s, want A to Z", a, z)
	}
}
