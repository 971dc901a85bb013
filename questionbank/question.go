// Package questionbank holds questions and banks: what a question is, when it is well formed, how an answer is
// marked, and how questions are drawn.
package questionbank

import (
	"crypto/sha256"
	"encoding/hex"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"leitai/fault"
)

// Type is a question type (题型).
type Type string

// The question types of the product.
const (
	Single   Type = "single"   // 单选
	Multiple Type = "multiple" // 多选
	Judge    Type = "judge"    // 判断: two options, 正确 and 错误
	Fill     Type = "fill"     // 填空
	Order    Type = "order"    // 排序: the key is the right order of the letters
)

// Types lists all types in the order in which people name them.
var Types = []Type{Single, Multiple, Judge, Fill, Order}

// Limits of a question's parts, in characters.
const (
	MaxStem    = 2000
	MaxOption  = 500
	MaxOptions = 26
	MaxText    = 4000
	MaxBlank   = 200 // one blank of an answer
	MaxBlanks  = 20  // blanks of a Fill
	MaxLabel   = 60  // a category or a tag
	MaxTags    = 20
)

// Question is a question (题目) with its key.
type Question struct {
	ID          string   `json:"id,omitempty"`
	Version     int      `json:"version,omitempty"`
	Type        Type     `json:"type"`
	Category    string   `json:"category"`
	Stem        string   `json:"stem"`
	Options     []string `json:"options,omitempty"`
	Key         []string `json:"key"` // letters, sorted except for Order; for Fill the accepted texts, the first is shown
	Explanation string   `json:"explanation"`
	Source      string   `json:"source"`
	Difficulty  int      `json:"difficulty"` // 1 (easy) to 5
	Tags        []string `json:"tags,omitempty"`
	Media       []Media  `json:"media,omitempty"`
}

// Letter names option i: 0 is A.
func Letter(i int) string { return string(rune('A' + i)) }

// Blanks is the number of blanks of a Fill (runs of two or more underscores, at least one), else 0.
func (q Question) Blanks() int {
	if q.Type != Fill {
		return 0
	}
	n := 0
	for rest := q.Stem; ; {
		i := strings.Index(rest, "__")
		if i < 0 {
			return max(n, 1)
		}
		n++
		rest = strings.TrimLeft(rest[i:], "_")
	}
}

// Validate reports the first part that is not well formed, as an invalid fault that names the field.
func (q Question) Validate() error {
	switch {
	case !slices.Contains(Types, q.Type):
		return fault.Field("type", "question.type")
	case strings.TrimSpace(q.Stem) == "":
		return fault.Field("stem", "question.stem_empty")
	case utf8.RuneCountInString(q.Stem) > MaxStem:
		return fault.Field("stem", "question.stem_long")
	case q.Difficulty < 1 || q.Difficulty > 5:
		return fault.Field("difficulty", "question.difficulty")
	case utf8.RuneCountInString(q.Explanation) > MaxText || utf8.RuneCountInString(q.Source) > MaxText:
		return fault.Field("explanation", "question.text_long")
	case utf8.RuneCountInString(q.Category) > MaxLabel:
		return fault.Field("category", "question.label_long")
	case len(q.Tags) > MaxTags || slices.ContainsFunc(q.Tags, badTag):
		return fault.Field("tags", "question.label_long")
	}
	if err := q.validateMedia(); err != nil {
		return err
	}
	if q.Type == Fill {
		return q.validateFill()
	}
	return q.validateChoice()
}

func badTag(t string) bool {
	n := utf8.RuneCountInString(strings.TrimSpace(t))
	return n == 0 || n > MaxLabel
}

func (q Question) validateFill() error {
	if len(q.Options) != 0 {
		return fault.Field("options", "question.fill_options")
	}
	if q.Blanks() > MaxBlanks {
		return fault.Field("stem", "question.blanks_count")
	}
	if len(q.Key) == 0 {
		return fault.Field("key", "question.key_empty")
	}
	for _, k := range q.Key {
		parts := q.keyParts(k)
		if len(parts) != q.Blanks() {
			return fault.Field("key", "question.key_blanks")
		}
		for _, p := range parts {
			if Normal(p) == "" {
				return fault.Field("key", "question.key_empty")
			}
		}
	}
	return nil
}

// keyParts splits an accepted text of a Fill's key into its blanks, which "|" separates. With a single blank the text
// is taken as it is.
func (q Question) keyParts(key string) []string {
	if q.Blanks() == 1 {
		return []string{key}
	}
	return strings.Split(strings.ReplaceAll(key, "｜", "|"), "|")
}

func (q Question) validateChoice() error {
	if len(q.Options) < 2 || len(q.Options) > MaxOptions || q.Type == Judge && len(q.Options) != 2 {
		return fault.Field("options", "question.options_count")
	}
	seen := map[string]bool{}
	for i, o := range q.Options {
		n := Normal(o) + q.mediaMark(Letter(i))
		if n == "" || utf8.RuneCountInString(o) > MaxOption {
			return fault.Field("options", "question.option_text")
		}
		if seen[n] {
			return fault.Field("options", "question.options_same")
		}
		seen[n] = true
	}
	letters := map[string]bool{}
	for _, k := range q.Key {
		if !q.hasLetter(k) {
			return fault.Field("key", "question.key_range")
		}
		if letters[k] {
			return fault.Field("key", "question.key_twice")
		}
		letters[k] = true
	}
	switch {
	case len(q.Key) == 0:
		return fault.Field("key", "question.key_empty")
	case (q.Type == Single || q.Type == Judge) && len(q.Key) != 1:
		return fault.Field("key", "question.key_one")
	case q.Type == Order && len(q.Key) != len(q.Options):
		return fault.Field("key", "question.key_order")
	}
	return nil
}

func (q Question) hasLetter(s string) bool {
	return len(s) == 1 && s[0] >= 'A' && int(s[0]-'A') < len(q.Options)
}

// Fingerprint identifies stem and options after normalising, each with its pictures: two questions with the same
// fingerprint are duplicates. A generic stem with other options or another picture is another question.
func (q Question) Fingerprint() string {
	h := sha256.New()
	h.Write([]byte(Normal(q.Stem) + q.mediaMark(PartStem)))
	opts := make([]string, len(q.Options))
	for i, o := range q.Options {
		opts[i] = Normal(o) + q.mediaMark(Letter(i))
	}
	slices.Sort(opts)
	for _, o := range opts {
		h.Write([]byte{0})
		h.Write([]byte(o))
	}
	return hex.EncodeToString(h.Sum(nil)[:16])
}

// Meaning identifies what is asked and which answer is right: answers given to one question say something about another
// with the same meaning. The order of the options, labels and explanation do not matter.
func (q Question) Meaning() string {
	right := make([]string, 0, len(q.Key))
	for _, k := range q.Key {
		if q.Type != Fill && q.hasLetter(k) {
			right = append(right, Normal(q.Options[k[0]-'A'])+q.mediaMark(k))
			continue
		}
		right = append(right, Normal(k))
	}
	if q.Type != Order {
		slices.Sort(right)
	}
	return string(q.Type) + q.Fingerprint() + strings.Join(right, "\x00")
}

var dropped = strings.NewReplacer(" ", "", "\u00a0", "", "\t", "", "\n", "", "\r", "", "\u200b", "",
	"《", "", "》", "", "“", "", "”", "", "‘", "", "’", "", `"`, "", "'", "", "·", "", "•", "")

// Normal is the form in which texts are compared: NFKC, lower case, without spaces, quotation marks and the
// punctuation at either end.
func Normal(s string) string {
	s = dropped.Replace(strings.ToLower(norm.NFKC.String(s)))
	return strings.Trim(s, "。.,，、;；:：!！?？…")
}
