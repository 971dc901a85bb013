package exchange

import (
	"regexp"
	"strings"

	"leitai/questionbank"
)

var (
	aikenOption = regexp.MustCompile(`^([A-Z])[.)]\s*(.*)$`)
	aikenAnswer = regexp.MustCompile(`^ANSWER:\s*(.*)$`)
)

// isAiken reports a text of one-line stems, options and "ANSWER: D", and nothing that Aiken does not have.
func isAiken(text string) bool {
	answers := 0
	for _, l := range textLines(head(text, 256<<10)) {
		t := strings.TrimSpace(l.text)
		if aikenAnswer.MatchString(t) {
			answers++
		} else if questionStart.MatchString(t) || strings.HasPrefix(t, "答案") || strings.Contains(t, "【答案】") {
			return false
		}
	}
	return answers > 0
}

// readAiken reads Moodle's Aiken format (docs.moodle.org, "Aiken format").
func readAiken(text string) Result {
	var out Result
	var d *draft
	end := func() {
		if d != nil {
			out.Rows = append(out.Rows, d.resolve())
		}
		d = nil
	}
	for _, l := range textLines(text) {
		t := strings.TrimSpace(l.text)
		switch {
		case t == "":
		case aikenAnswer.MatchString(t):
			if d == nil {
				d = &draft{row: l.no}
			}
			d.key = aikenAnswer.FindStringSubmatch(t)[1]
			if len(lettersOf(d.key)) > 1 {
				d.typ = questionbank.Multiple
			}
			end()
		case d != nil && aikenOption.MatchString(t):
			m := aikenOption.FindStringSubmatch(t)
			if int(m[1][0]-'A') != len(d.options) {
				d.fail("options", "options.order", m[1])
			}
			d.options = append(d.options, m[2])
		case d != nil && len(d.options) > 0: // the next stem came before an answer
			end()
			d = &draft{row: l.no, typ: questionbank.Single, stem: t}
		case d != nil:
			d.stem = joinLines(d.stem, t)
			d.warn("stem", "text.joined", t)
		default:
			d = &draft{row: l.no, typ: questionbank.Single, stem: t}
		}
	}
	end()
	return out
}
