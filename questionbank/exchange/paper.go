package exchange

import (
	"bytes"
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"

	"leitai/questionbank"
	"leitai/questionbank/media"
)

// MaxPaper is how many questions a printed paper may have.
const MaxPaper = 500

// Paper is a set of questions as it is printed.
type Paper struct {
	Title     string
	Questions []questionbank.Question
	Keys      bool  // with the keys and explanations on pages of their own at the end
	Files     Files // of the questions' pictures; nil leaves them out

	pictures map[string]media.File // by id
}

// paperParts are the sections of a paper in their order: a type, its heading, and the points of one question.
var paperParts = []struct {
	typ    questionbank.Type
	name   string
	points int
}{
	{questionbank.Single, "单项选择题", 2}, {questionbank.Multiple, "多项选择题", 4}, {questionbank.Judge, "判断题", 2}, {questionbank.Fill, "填空题", 2},
	{questionbank.Order, "排序题", 4},
}

var ordinals = []string{"一", "二", "三", "四", "五"}

// paperSection is the questions of one type. Numbers go on through the whole paper, so that no key can be taken for that
// of another section.
type paperSection struct {
	Heading string
	Note    string // count and points
	Items   []paperItem
}

type paperItem struct {
	No          int
	Room        bool // the stem has no brackets to write in: they stand before the number
	Stem        string
	Options     []paperOption
	Columns     int // 1, 2 or 4 options in a line
	Key         string
	Explanation string
	Pictures    []paperPicture // below the stem
	Explaining  []paperPicture // below the explanation
}

type paperOption struct {
	Letter, Text string
	Pictures     []paperPicture
}

// Total is the points of the whole paper.
func (p Paper) Total() int {
	total := 0
	for _, part := range paperParts {
		for _, q := range p.Questions {
			if q.Type == part.typ {
				total += part.points
			}
		}
	}
	return total
}

// Count is the number of questions.
func (p Paper) Count() int { return len(p.Questions) }

// Sections gives the questions by type, numbered.
func (p Paper) Sections() []paperSection {
	var out []paperSection
	no := 0
	for _, part := range paperParts {
		var s paperSection
		for _, q := range p.Questions {
			if q.Type != part.typ {
				continue
			}
			no++
			s.Items = append(s.Items, p.item(no, q))
		}
		if n := len(s.Items); n > 0 {
			s.Heading = ordinals[len(out)] + "、" + part.name
			s.Note = fmt.Sprintf("（共 %d 题，每题 %d 分，共 %d 分）", n, part.points, n*part.points)
			out = append(out, s)
		}
	}
	return out
}

func (p Paper) item(no int, q questionbank.Question) paperItem {
	it := paperItem{No: no, Stem: q.Stem, Key: keyText(q), Explanation: q.Explanation, Columns: 1,
		Pictures: p.picturesOf(q, questionbank.PartStem), Explaining: p.picturesOf(q, questionbank.PartExplanation)}
	switch q.Type {
	case questionbank.Fill:
		it.Key = strings.Join(q.Key, "；")
	case questionbank.Judge:
		it.Room = !hasRoom(q.Stem)
		if it.Key == "对" {
			it.Key = "√"
		} else if it.Key == "错" {
			it.Key = "×"
		}
		if judgePair(q.Options) != nil {
			return it
		}
	case questionbank.Single, questionbank.Multiple, questionbank.Order:
		it.Room = !hasRoom(q.Stem)
	}
	longest := 0
	for i, o := range q.Options {
		it.Options = append(it.Options, paperOption{questionbank.Letter(i), o, p.picturesOf(q, questionbank.Letter(i))})
		longest = max(longest, textWidth(o))
	}
	switch {
	case len(q.Options) == 4 && longest <= 14:
		it.Columns = 4
	case longest <= 32:
		it.Columns = 2
	}
	return it
}

// hasRoom reports brackets to write a key in.
func hasRoom(stem string) bool { return bracketBlank.MatchString(stem) || lineBlank.MatchString(stem) }

// textWidth is the width of a text in half characters; a text of several lines is as wide as a page.
func textWidth(s string) int {
	if strings.Contains(s, "\n") {
		return 1000
	}
	n := 0
	for _, r := range s {
		if n++; utf8.RuneLen(r) > 1 {
			n++
		}
	}
	return n
}

//go:embed paper.html
var paperHTML string

var paperPage = template.Must(template.New("paper").Parse(paperHTML))

// WritePaperHTML writes a page to be printed on A4: no script, nothing from elsewhere, one style element.
func WritePaperHTML(w io.Writer, p Paper) error {
	if err := p.loadPictures(); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := paperPage.Execute(&b, p); err != nil {
		return err
	}
	_, err := b.WriteTo(w)
	return err
}

func (it paperItem) label() string {
	if it.Room {
		return "（　　）" + strconv.Itoa(it.No) + "．"
	}
	return strconv.Itoa(it.No) + "．"
}
