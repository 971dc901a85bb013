package sample

import (
	"slices"
	"strings"
	"testing"
	"unicode/utf8"

	"leitai/questionbank"
)

// categories are the eight that the sample bank promises, each with at least 40 questions.
var categories = []string{"党史与党建", "宪法与法律", "安全生产", "科技创新", "传统文化", "生态与地理", "保密与网络安全", "经济与民生"}

func TestBankHasEnoughOfEveryCategoryAndType(t *testing.T) {
	byCategory, byType := map[string]int{}, map[questionbank.Type]int{}
	questions := Questions()
	for _, q := range questions {
		byCategory[q.Category]++
		byType[q.Type]++
	}
	if len(questions) < 320 {
		t.Errorf("%d questions, want at least 320", len(questions))
	}
	for _, c := range categories {
		if byCategory[c] < 40 {
			t.Errorf("category %s has %d questions, want at least 40", c, byCategory[c])
		}
	}
	if len(byCategory) != len(categories) {
		t.Errorf("categories %v, want exactly %v", byCategory, categories)
	}
	for _, typ := range []questionbank.Type{questionbank.Single, questionbank.Multiple, questionbank.Judge, questionbank.Fill} {
		if byType[typ] < 40 {
			t.Errorf("type %s has %d questions, want at least 40", typ, byType[typ])
		}
	}
}

func TestEveryQuestionIsComplete(t *testing.T) {
	for i, q := range Questions() {
		line := i + 1
		if err := q.Validate(); err != nil {
			t.Errorf("line %d: %v", line, err)
		}
		if n := utf8.RuneCountInString(q.Stem); n < 15 || n > 200 {
			t.Errorf("line %d: the stem has %d characters, want 15 to 200", line, n)
		}
		if strings.TrimSpace(q.Explanation) == "" || strings.TrimSpace(q.Source) == "" {
			t.Errorf("line %d: explanation and source must be there", line)
		}
		if q.Difficulty < 1 || q.Difficulty > 5 {
			t.Errorf("line %d: difficulty %d, want 1 to 5", line, q.Difficulty)
		}
		if q.Type == questionbank.Judge && !slices.Equal(q.Options, []string{"正确", "错误"}) {
			t.Errorf("line %d: the options of a judge are 正确 and 错误, got %v", line, q.Options)
		}
		if q.Type == questionbank.Fill && !strings.Contains(q.Stem, "__") {
			t.Errorf("line %d: a fill has no blank in its stem", line)
		}
		if q.Type == questionbank.Multiple && len(q.Key) < 2 {
			t.Errorf("line %d: a multiple has %d right options, want at least 2", line, len(q.Key))
		}
		for what, text := range map[string]string{"stem": q.Stem, "explanation": q.Explanation, "source": q.Source} {
			if text != strings.TrimSpace(text) || strings.ContainsAny(text, "\n\t\u200b\ufffd") {
				t.Errorf("line %d: stray characters in the %s", line, what)
			}
		}
	}
}

func TestNoQuestionTwice(t *testing.T) {
	prints, stems := map[string]int{}, map[string]int{}
	for i, q := range Questions() {
		line := i + 1
		if other, twice := prints[q.Fingerprint()]; twice {
			t.Errorf("lines %d and %d are the same question", other, line)
		}
		if other, twice := stems[q.Stem]; twice {
			t.Errorf("lines %d and %d have the same stem", other, line)
		}
		prints[q.Fingerprint()], stems[q.Stem] = line, line
	}
}

// A player who always taps the same letter, or the longest option, must not do better than chance by much.
func TestKeysGiveNothingAway(t *testing.T) {
	letters := map[string]int{}
	singles, longest, judges, trues := 0, 0, 0, 0
	for _, q := range Questions() {
		switch q.Type {
		case questionbank.Single:
			singles++
			letters[q.Key[0]]++
			if keyIsLongest(q) {
				longest++
			}
		case questionbank.Judge:
			judges++
			if q.Key[0] == "A" {
				trues++
			}
		}
	}
	for _, letter := range []string{"A", "B", "C", "D"} {
		if share := float64(letters[letter]) / float64(singles); share < 0.20 || share > 0.30 {
			t.Errorf("%s is the key of %.0f %% of the singles, want 20 to 30 %%", letter, 100*share)
		}
	}
	if share := float64(longest) / float64(singles); share > 0.30 {
		t.Errorf("the right option is the longest in %.0f %% of the singles, want at most 30 %%", 100*share)
	}
	if share := float64(trues) / float64(judges); share < 0.40 || share > 0.60 {
		t.Errorf("%.0f %% of the judges are true, want 40 to 60 %%", 100*share)
	}
}

// keyIsLongest reports whether the right option of a single is longer than each of the others.
func keyIsLongest(q questionbank.Question) bool {
	right := int(q.Key[0][0] - 'A')
	for i, option := range q.Options {
		if i != right && utf8.RuneCountInString(option) >= utf8.RuneCountInString(q.Options[right]) {
			return false
		}
	}
	return true
}

func TestKeyIsMarkedRightAndAnythingElseWrong(t *testing.T) {
	for i, q := range Questions() {
		for _, right := range rightAnswers(q) {
			answer, err := q.Canonical(right)
			if err != nil {
				t.Errorf("line %d: the key %q is not a well-formed answer: %v", i+1, right, err)
			} else if !q.Mark(answer).Right {
				t.Errorf("line %d: the key %q is marked wrong", i+1, right)
			}
		}
		answer, err := q.Canonical(wrongAnswer(q))
		if err != nil {
			t.Errorf("line %d: the wrong answer %q is refused: %v", i+1, wrongAnswer(q), err)
		} else if q.Mark(answer).Right {
			t.Errorf("line %d: the wrong answer %q is marked right", i+1, answer)
		}
	}
}

// rightAnswers gives what a player may answer: the key's letters, or each accepted text of a fill with one blank.
func rightAnswers(q questionbank.Question) [][]string {
	if q.Type != questionbank.Fill {
		return [][]string{q.Key}
	}
	answers := make([][]string, 0, len(q.Key))
	for _, text := range q.Key {
		answers = append(answers, []string{text})
	}
	return answers
}

// wrongAnswer gives a well-formed answer that is not the key: the first other letter, or another text.
func wrongAnswer(q questionbank.Question) []string {
	switch q.Type {
	case questionbank.Fill:
		return []string{"不知道"}
	case questionbank.Multiple:
		return q.Key[:1]
	}
	if q.Key[0] == "A" {
		return []string{"B"}
	}
	return []string{"A"}
}
