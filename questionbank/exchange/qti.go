package exchange

import (
	"bytes"
	"encoding/xml"
	"path"
	"slices"
	"strings"

	"leitai/fault"
	"leitai/questionbank"
)

// readQTI reads the items of a QTI 2.x package, or one item alone: choiceInteraction with a correctResponse.
func readQTI(data []byte) (Result, error) {
	if !bytes.HasPrefix(data, []byte("PK")) {
		return readQTIItem(data, "", 1)
	}
	z, err := openZip(data)
	if err != nil {
		return Result{}, err
	}
	var names []string
	for _, f := range z.File {
		if strings.HasSuffix(strings.ToLower(f.Name), ".xml") && path.Base(strings.ToLower(f.Name)) != "imsmanifest.xml" {
			names = append(names, f.Name)
		}
	}
	slices.Sort(names)
	var out Result
	for _, name := range names {
		b, err := readPart(z, name)
		if err != nil {
			return Result{}, fault.Wrap(fault.Invalid, "import.broken", err)
		}
		if !bytes.Contains(b, []byte("assessmentItem")) || bytes.Contains(b, []byte("<assessmentTest")) {
			continue
		}
		one, err := readQTIItem(b, path.Base(name), len(out.Rows)+1)
		if err != nil {
			return Result{}, err
		}
		if out.Rows = append(out.Rows, one.Rows...); len(out.Rows) > MaxQuestions {
			return Result{}, errTooMany
		}
	}
	return out, nil
}

// qtiItem is what an item's elements gave.
type qtiItem struct {
	prompt, before strings.Builder
	kind           string // of the interaction
	kinds          int
	most           string // maxChoices
	ids            []string
	options        []string
	right          []string
	feedback       strings.Builder
	pictures       bool
}

func readQTIItem(data []byte, name string, no int) (Result, error) {
	d := xml.NewDecoder(bytes.NewReader(utf8XML(data)))
	d.CharsetReader = charsetReader
	var it qtiItem
	var stack []string
	for {
		t, err := d.Token()
		if t == nil {
			if len(stack) > 0 || it.kind == "" && it.before.Len() == 0 && it.prompt.Len() == 0 {
				return Result{}, fault.Wrap(fault.Invalid, "import.broken", err)
			}
			break
		}
		switch e := t.(type) {
		case xml.Directive:
			if bytes.Contains(bytes.ToUpper(e), []byte("ENTITY")) {
				return Result{}, fault.New(fault.Invalid, "import.entities")
			}
		case xml.StartElement:
			if stack = append(stack, e.Name.Local); len(stack) > 200 {
				return Result{}, errBroken
			}
			it.start(e, stack)
		case xml.EndElement:
			if len(stack) > 0 {
				stack = stack[:len(stack)-1]
			}
			if e.Name.Local == "p" || e.Name.Local == "div" {
				it.target(stack, "\n")
			}
		case xml.CharData:
			it.target(stack, string(e))
		}
	}
	return Result{Rows: []Row{it.draft(name, no).resolve()}}, nil
}

func (it *qtiItem) start(e xml.StartElement, stack []string) {
	switch e.Name.Local {
	case "br":
		it.target(stack, "\n")
	case "img":
		it.pictures = true
	case "simpleChoice":
		it.ids = append(it.ids, attr(e, "identifier"))
		it.options = append(it.options, "")
	default:
		if strings.HasSuffix(e.Name.Local, "Interaction") {
			it.kind, it.most = e.Name.Local, attr(e, "maxChoices")
			it.kinds++
		}
	}
}

// target adds text to the part that the open elements name.
func (it *qtiItem) target(stack []string, text string) {
	in := func(name string) bool { return slices.Contains(stack, name) }
	switch {
	case in("modalFeedback"), in("feedbackInline"), in("feedbackBlock"):
		it.feedback.WriteString(text)
	case in("simpleChoice"):
		it.options[len(it.options)-1] += text
	case in("correctResponse") && in("value"):
		if v := strings.TrimSpace(text); v != "" {
			it.right = append(it.right, v)
		}
	case in("prompt"):
		it.prompt.WriteString(text)
	case in("itemBody"):
		it.before.WriteString(text)
	}
}

func (it *qtiItem) draft(name string, no int) draft {
	d := draft{row: no, sheet: name, stem: joinLines(squeeze(it.before.String()), squeeze(it.prompt.String())), explanation: squeeze(it.feedback.String())}
	if it.pictures {
		d.warn("stem", "picture.none", "<img>")
	}
	if it.kind != "choiceInteraction" || it.kinds != 1 {
		d.fail("type", "type.lacking", it.kind)
		return d
	}
	d.typ, d.letters = questionbank.Single, []string{}
	if it.most != "1" && it.most != "" || len(it.right) > 1 {
		d.typ = questionbank.Multiple
	}
	for i, o := range it.options {
		d.options = append(d.options, squeeze(o))
		if slices.Contains(it.right, it.ids[i]) {
			d.letters = append(d.letters, questionbank.Letter(min(i, 25)))
		}
	}
	if len(d.letters) != len(it.right) {
		d.fail("key", "key.range", strings.Join(it.right, " "))
	}
	if judgePair(d.options) != nil && d.typ == questionbank.Single {
		d.typ = questionbank.Judge
	}
	return d
}

// squeeze makes the white space of markup one space, and keeps lines.
func squeeze(s string) string {
	var out []string
	for l := range strings.SplitSeq(s, "\n") {
		if l = strings.Join(strings.Fields(l), " "); l != "" {
			out = append(out, l)
		}
	}
	return strings.Join(out, "\n")
}
