package exchange

import (
	"archive/zip"
	"encoding/xml"
	"strconv"
	"strings"

	"leitai/questionbank"
)

// numbering is how the lists of a document count.
type numbering struct {
	lists  map[string]string            // list → kind of list
	levels map[string]map[int]listLevel // kind → level
	starts map[string]map[int]int       // list → level → number that it begins anew with
	styles map[string]struct {
		list  string
		level int
	} // paragraph style → list
}

type listLevel struct {
	start  int
	format string // decimal, upperLetter, …
	text   string // "%1."
}

// readNumbering reads word/numbering.xml, and the lists that paragraph styles bring with them.
func readNumbering(z *zip.Reader) numbering {
	n := numbering{lists: map[string]string{}, levels: map[string]map[int]listLevel{}, starts: map[string]map[int]int{},
		styles: map[string]struct {
			list  string
			level int
		}{}}
	kind, list, level, inLevel := "", "", 0, false
	_ = eachElement(z, "word/numbering.xml", func(e xml.StartElement) {
		switch e.Name.Local {
		case "abstractNum":
			kind, list = attr(e, "abstractNumId"), ""
			n.levels[kind] = map[int]listLevel{}
		case "num":
			list, kind, inLevel = attr(e, "numId"), "", false
		case "abstractNumId":
			if list != "" {
				n.lists[list] = attr(e, "val")
			}
		case "lvlOverride":
			level, _ = strconv.Atoi(attr(e, "ilvl"))
		case "startOverride":
			if list != "" {
				if n.starts[list] == nil {
					n.starts[list] = map[int]int{}
				}
				n.starts[list][level], _ = strconv.Atoi(attr(e, "val"))
			}
		case "lvl":
			if kind != "" {
				level, _ = strconv.Atoi(attr(e, "ilvl"))
				n.levels[kind][level] = listLevel{start: 1, format: "decimal"}
				inLevel = true
			}
		case "start", "numFmt", "lvlText":
			if kind == "" || !inLevel {
				return
			}
			l := n.levels[kind][level]
			switch e.Name.Local {
			case "start":
				l.start, _ = strconv.Atoi(attr(e, "val"))
			case "numFmt":
				l.format = attr(e, "val")
			default:
				l.text = attr(e, "val")
			}
			n.levels[kind][level] = l
		}
	})
	style := ""
	_ = eachElement(z, "word/styles.xml", func(e xml.StartElement) {
		switch e.Name.Local {
		case "style":
			style = attr(e, "styleId")
		case "numId":
			s := n.styles[style]
			s.list = attr(e, "val")
			n.styles[style] = s
		case "ilvl":
			s := n.styles[style]
			s.level, _ = strconv.Atoi(attr(e, "val"))
			n.styles[style] = s
		}
	})
	return n
}

// number gives the label that Word shows before a paragraph, such as "3. " or "B. "; "" when there is none.
func (d *docxReader) number(p paragraph) string {
	list, level := p.list, p.level
	if list == "" {
		s := d.numbering.styles[p.style]
		list, level = s.list, s.level
	}
	if list == "" || list == "0" || level < 0 || level > 8 {
		return ""
	}
	kind, ok := d.numbering.lists[list]
	if !ok {
		return ""
	}
	levels := d.numbering.levels[kind]
	l, ok := levels[level]
	if !ok || l.format == "bullet" || l.format == "none" {
		return ""
	}
	// Lists of one kind count on together, unless one begins anew.
	key := kind
	if d.numbering.starts[list] != nil {
		key = kind + "/" + list
	}
	c := d.counters[key]
	for len(c) <= level {
		i := len(c)
		start := max(levels[i].start, 0)
		if s, ok := d.numbering.starts[list][i]; ok {
			start = s
		}
		c = append(c, start-1)
	}
	c = c[:level+1] // deeper levels begin anew
	c[level]++
	d.counters[key] = c
	text := l.text
	for i := range c {
		text = strings.ReplaceAll(text, "%"+strconv.Itoa(i+1), countAs(levels[i].format, c[i]))
	}
	if text == "" {
		return ""
	}
	return text + " "
}

// countAs writes a number as Word's formats do (ECMA-376, ST_NumberFormat).
func countAs(format string, n int) string {
	switch format {
	case "upperLetter", "lowerLetter":
		if n < 1 || n > 26 {
			return strconv.Itoa(n)
		}
		if format == "lowerLetter" {
			return string(rune('a' + n - 1))
		}
		return questionbank.Letter(n - 1)
	case "chineseCounting", "chineseCountingThousand", "ideographDigital", "japaneseCounting", "taiwaneseCounting", "chineseLegalSimplified", "ideographTraditional":
		return chineseNumber(n)
	}
	return strconv.Itoa(n)
}

func chineseNumber(n int) string {
	digits := []string{"", "一", "二", "三", "四", "五", "六", "七", "八", "九", "十"}
	switch {
	case n <= 0 || n > 99:
		return strconv.Itoa(n)
	case n <= 10:
		return digits[n]
	case n < 20:
		return "十" + digits[n-10]
	}
	return digits[n/10] + "十" + digits[n%10]
}
