package exchange

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/text/unicode/norm"

	"leitai/questionbank"
)

// choiceKey is what a text means as a key of a choice.
type choiceKey struct {
	letters []string // sorted, each once; nil when it cannot be read
	code    string   // what to say of it; with letters a guess, without them the fault
}

var (
	lettersOnly = regexp.MustCompile(`^[A-Z](?:[\s,、|;/.·&+和及与-]*[A-Z])*$`)
	letterRange = regexp.MustCompile(`^[A-Z]\s*[-–—~～]+\s*[A-Z]$`)
	keyRemark   = regexp.MustCompile(`^(?:应选|故选|选择|选)?\s*[:：]?\s*([A-Z][A-Z,、\s]*?)\s*(?:[(（][^A-Z]*)?$`) // a remark that names letters may say something else
	digitsOnly  = regexp.MustCompile(`^\d{1,2}(?:[\s,、|;/.]+\d{1,2})*$`)
	letterText  = regexp.MustCompile(`^\(?([A-Z])\)?\s*[.、:．)）]\s*(\S.*)$`)
	keySplit    = regexp.MustCompile(`[;；|\n]`)
	keySplitAll = regexp.MustCompile(`[;；|\n,，、]`)
)

// readKey reads a key against its options (FORMATS.md, "Normalising"): letters in any case and width, with or without
// separators; numbers of options; or the options' own texts. numbered says that the format counts options by number, so
// that a number is never an option's text.
func readKey(found string, options []string, numbered bool) choiceKey {
	t := strings.TrimSpace(strings.ToUpper(norm.NFKC.String(strings.ReplaceAll(found, "√", ""))))
	t = strings.TrimSpace(strings.Trim(t, "。.;；,，、()[]{}【】\"'“”"))
	t = strings.NewReplacer("，", ",", "；", ";", "。", ".").Replace(t)
	if m := keyRemark.FindStringSubmatch(t); m != nil && lettersOnly.MatchString(m[1]) {
		t = m[1] // "选 B", "A（见第三条）"
	}
	if t == "" {
		return choiceKey{code: "key.missing"}
	}
	byText := textKey(found, options)
	switch {
	case letterRange.MatchString(t) && t[len(t)-1] > t[0]+1: // A–D: two of them, or all between?
		return choiceKey{code: "key.ambiguous"}
	case lettersOnly.MatchString(t):
		var letters []string
		for _, r := range t {
			if r >= 'A' && r <= 'Z' {
				letters = append(letters, string(r))
			}
		}
		if len(letters) > len(sortedOnce(letters)) || manyKeys(t) {
			return choiceKey{code: "key.ambiguous"} // "ABC AB BC" under the last of three questions
		}
		letters = sortedOnce(letters)
		inside := beyond(letters, len(options)) == ""
		switch {
		case byText != nil && !slices.Equal(byText, letters) && inside && len(letters) == 1:
			return choiceKey{code: "key.ambiguous"}
		case byText != nil && !slices.Equal(byText, letters):
			return choiceKey{letters: byText, code: "key.text"}
		case !inside:
			return choiceKey{code: "key.range"}
		}
		return choiceKey{letters: letters}
	case digitsOnly.MatchString(t):
		letters, ok := numbersKey(t, len(options))
		if byText == nil && !numbered {
			for _, split := range []*regexp.Regexp{keySplit, keySplitAll} { // "2;4" of 2, 3 and 4
				if byText = textKeys(found, options, split); byText != nil {
					break
				}
			}
		}
		switch {
		case numbered && ok:
			return choiceKey{letters: letters}
		case numbered:
			return choiceKey{code: "key.range"}
		case byText != nil && ok && !slices.Equal(byText, letters):
			return choiceKey{code: "key.ambiguous"}
		case byText != nil:
			return choiceKey{letters: byText}
		case !ok:
			return choiceKey{code: "key.range"}
		case len(letters) == 1:
			return choiceKey{letters: letters, code: "key.digits"}
		}
		return choiceKey{letters: letters}
	}
	if byText != nil {
		return choiceKey{letters: byText}
	}
	if m := letterText.FindStringSubmatch(t); m != nil { // "B. 北京"
		i := int(m[1][0] - 'A')
		if i >= len(options) {
			return choiceKey{code: "key.range"}
		}
		if same(m[2], options[i]) {
			return choiceKey{letters: m[1:2]}
		}
	}
	if letters := lettersWithTexts(t, options); letters != nil {
		return choiceKey{letters: letters}
	}
	for _, split := range []*regexp.Regexp{keySplit, keySplitAll} {
		if letters := textKeys(found, options, split); letters != nil {
			return choiceKey{letters: letters}
		}
	}
	return choiceKey{code: "key.unreadable"}
}

// manyKeys reports groups of letters of which one has several, "AB CD": the keys of several questions, or one that is
// typed oddly.
func manyKeys(t string) bool {
	groups := strings.FieldsFunc(t, func(r rune) bool { return r < 'A' || r > 'Z' })
	return len(groups) > 1 && slices.ContainsFunc(groups, func(g string) bool { return len(g) > 1 })
}

// lettersWithTexts reads "A. 甲；C. 丙": each part a letter with its own option.
func lettersWithTexts(t string, options []string) []string {
	var letters []string
	for part := range strings.FieldsFuncSeq(t, func(r rune) bool { return r == ';' || r == '\n' || r == '|' }) {
		m := letterText.FindStringSubmatch(strings.TrimSpace(part))
		if m == nil || int(m[1][0]-'A') >= len(options) || !same(m[2], options[m[1][0]-'A']) {
			return nil
		}
		letters = append(letters, m[1])
	}
	return sortedOnce(letters)
}

// textKey finds the one option whose text this is.
func textKey(found string, options []string) []string {
	var letters []string
	for i, o := range options {
		if same(found, o) {
			letters = append(letters, questionbank.Letter(i))
		}
	}
	if len(letters) != 1 {
		return nil
	}
	return letters
}

func textKeys(found string, options []string, split *regexp.Regexp) []string {
	var letters []string
	for _, part := range split.Split(found, -1) {
		if strings.TrimSpace(part) == "" {
			continue
		}
		one := textKey(part, options)
		if one == nil {
			return nil
		}
		letters = append(letters, one...)
	}
	if len(letters) < 2 {
		return nil
	}
	return sortedOnce(letters)
}

// numbersKey reads "1,3" as A and C.
func numbersKey(t string, options int) ([]string, bool) {
	var letters []string
	for part := range strings.FieldsFuncSeq(t, func(r rune) bool { return r < '0' || r > '9' }) {
		n, _ := strconv.Atoi(part)
		if n < 1 || n > options {
			return nil, false
		}
		letters = append(letters, questionbank.Letter(n-1))
	}
	return sortedOnce(letters), true
}

func sortedOnce(letters []string) []string {
	letters = slices.Clone(letters)
	slices.Sort(letters)
	return slices.Compact(letters)
}

// beyond gives the first letter that no option has.
func beyond(letters []string, options int) string {
	for _, l := range letters {
		switch {
		case l == "": // as a file of our own format may have it
			return "?"
		case len(l) > 1 || l[0] < 'A' || int(l[0]-'A') >= options:
			return l
		}
	}
	return ""
}

// same compares two texts as a reader would: width, case, spaces and a closing full stop do not count.
func same(a, b string) bool {
	a, b = strings.TrimRight(fold(a), "。.;；"), strings.TrimRight(fold(b), "。.;；")
	return a != "" && a == b
}
