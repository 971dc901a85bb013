package exchange

import (
	"bytes"
	"encoding/base64"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"leitai/fault"
	"leitai/questionbank"
)

type moodleText struct {
	Format string       `xml:"format,attr"`
	Text   string       `xml:"text"`
	Files  []moodleFile `xml:"file"`
}

type moodleFile struct {
	Name     string `xml:"name,attr"`
	Encoding string `xml:"encoding,attr"`
	Data     string `xml:",chardata"`
}

func (t moodleText) plain() string {
	if t.Format == "plain_text" {
		return clean(t.Text)
	}
	return plainHTML(t.Text)
}

type moodleQuestion struct {
	Type     string     `xml:"type,attr"`
	Category moodleText `xml:"category"`
	Name     moodleText `xml:"name"`
	Stem     moodleText `xml:"questiontext"`
	General  moodleText `xml:"generalfeedback"`
	Single   string     `xml:"single"`
	Answers  []struct {
		Fraction string       `xml:"fraction,attr"`
		Format   string       `xml:"format,attr"`
		Text     string       `xml:"text"`
		Feedback moodleText   `xml:"feedback"`
		Files    []moodleFile `xml:"file"`
	} `xml:"answer"`
	Tags []moodleText `xml:"tags>tag"`
}

// readMoodle reads Moodle XML (docs.moodle.org, "Moodle XML format"). Kinds that the product lacks are reported.
func readMoodle(data []byte) (Result, error) {
	var out Result
	d := xml.NewDecoder(bytes.NewReader(utf8XML(data)))
	d.CharsetReader = charsetReader
	d.Strict = true
	category, no := "", 0
	for {
		t, err := d.Token()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			if len(out.Rows) > 0 {
				return out, fault.Wrap(fault.Invalid, "import.broken", err)
			}
			return Result{}, fault.Wrap(fault.Invalid, "import.broken", err)
		}
		if dir, ok := t.(xml.Directive); ok && bytes.Contains(bytes.ToUpper(dir), []byte("ENTITY")) {
			return Result{}, fault.New(fault.Invalid, "import.entities")
		}
		e, ok := t.(xml.StartElement)
		if !ok || e.Name.Local != "question" {
			continue
		}
		var q moodleQuestion
		if err := d.DecodeElement(&q, &e); err != nil {
			return Result{}, fault.Wrap(fault.Invalid, "import.broken", err)
		}
		if q.Type == "category" {
			category = lastCategory(q.Category.plain())
			continue
		}
		no++
		if no > MaxQuestions {
			return Result{}, errTooMany
		}
		out.Rows = append(out.Rows, q.draft(no, category).resolve())
	}
}

func (q moodleQuestion) draft(no int, category string) draft {
	d := draft{row: no, category: category, stem: q.Stem.plain(), explanation: q.General.plain(), source: ""}
	for _, t := range q.Tags {
		if tag := t.plain(); tag != "" {
			d.tags = append(d.tags, tag)
		}
	}
	d.files(questionbank.PartStem, q.Stem.Text, q.Stem.Files)
	d.files(questionbank.PartExplanation, q.General.Text, q.General.Files)
	switch q.Type {
	case "multichoice":
		q.choice(&d)
	case "truefalse":
		d.typ = questionbank.Judge
		for _, a := range q.Answers {
			if fraction(a.Fraction) > 0 {
				d.key = plainHTML(a.Text)
			}
		}
	case "shortanswer", "numerical":
		d.typ = questionbank.Fill
		d.stem = fillStem(d.stem)
		var keys []string
		for _, a := range q.Answers {
			text := a.Text
			if a.Format != "plain_text" {
				text = plainHTML(text)
			}
			switch f := fraction(a.Fraction); {
			case f >= 100:
				keys = append(keys, text)
			case f > 0:
				d.warn("key", "partial.score", text)
			}
		}
		d.accepted = keys
	default:
		d.fail("type", "type.lacking", q.Type)
	}
	return d
}

func (q moodleQuestion) choice(d *draft) {
	d.typ = questionbank.Single
	if s := strings.TrimSpace(strings.ToLower(q.Single)); s == "false" || s == "0" {
		d.typ = questionbank.Multiple
	}
	d.letters = []string{}
	partial := ""
	for i, a := range q.Answers {
		text := a.Text
		if a.Format != "plain_text" {
			text = plainHTML(text)
		}
		d.options = append(d.options, text)
		d.files(questionbank.Letter(min(i, 25)), a.Text, a.Files)
		f := fraction(a.Fraction)
		switch {
		case d.typ == questionbank.Multiple && f > 0, f >= 100:
			d.letters = append(d.letters, questionbank.Letter(min(i, 25)))
		case f > 0:
			partial = text
		}
	}
	if partial != "" {
		d.warn("key", "partial.score", partial)
	}
}

// files takes the files of a part, which its HTML shows by name.
func (d *draft) files(part, text string, files []moodleFile) {
	at := part
	if len(part) == 1 {
		at = "option " + part
	}
	alts := pictureAlts(text)
	for _, f := range files {
		b, err := base64.StdEncoding.DecodeString(strings.Join(strings.Fields(f.Data), ""))
		if err != nil || f.Encoding != "base64" {
			d.warn(at, "picture.lost", f.Name)
			continue
		}
		d.media = append(d.media, Media{Name: f.Name, Data: b, Part: part, Alt: alts[f.Name]})
	}
	if hasPicture(text) && len(files) == 0 {
		d.warn(at, "picture.none", "<img>")
	}
}

func fraction(s string) float64 {
	f, _ := strconv.ParseFloat(strings.TrimSpace(strings.Replace(s, ",", ".", 1)), 64)
	return f
}
