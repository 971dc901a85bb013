package exchange

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"strconv"
	"strings"

	"leitai/fault"
)

// readDOCX reads a document's paragraphs as text, with the numbers that Word makes itself, and its tables.
func readDOCX(data []byte) (Result, error) {
	z, err := openZip(data)
	if err != nil {
		return Result{}, err
	}
	doc := &docxReader{gallery: newGallery(z), cropped: map[rune]bool{}, rels: relations(z, "word/document.xml"), numbering: readNumbering(z), counters: map[string][]int{}}
	f, err := z.Open("word/document.xml")
	if err != nil {
		return Result{}, fault.Wrap(fault.Invalid, "import.broken", err)
	}
	defer f.Close()
	doc.dec = xml.NewDecoder(io.LimitReader(f, maxPart))
	if err := doc.body(); err != nil {
		if fault.CodeOf(err) != fault.Internal {
			return Result{}, err
		}
		return Result{}, fault.Wrap(fault.Invalid, "import.broken", err)
	}
	rows, notes := readTextNotes(doc.lines)
	rows = append(rows, doc.rows...)
	for i := range rows {
		for _, m := range rows[i].Media {
			if doc.cropped[m.mark] {
				rows[i].Notes = append(rows[i].Notes, Note{Status: Warning, Code: "picture.cropped", Found: m.Name})
			}
		}
	}
	return Result{Rows: rows, Notes: notes}, nil
}

// docxReader walks through a document.
type docxReader struct {
	gallery   *gallery
	cropped   map[rune]bool // pictures of which the document shows a part only
	dec       *xml.Decoder
	rels      map[string]string
	numbering numbering
	counters  map[string][]int // by list: the number of each level
	lines     []line
	rows      []Row // of tables with a header of questions
	depth     int
}

// runStyle is what makes a run stand out.
type runStyle struct{ bold, red, underlined, hidden bool }

// paragraph is one paragraph while it is read.
type paragraph struct {
	text   []rune
	marked []bool
	list   string
	level  int
	style  string
	boxes  []paragraph // text boxes that are anchored here
	alt    string      // of the picture that comes next
}

func (d *docxReader) token() (xml.Token, error) {
	t, err := d.dec.Token()
	if dir, ok := t.(xml.Directive); ok && bytes.Contains(bytes.ToUpper(dir), []byte("ENTITY")) {
		return nil, fault.New(fault.Invalid, "import.entities")
	}
	return t, err
}

func (d *docxReader) body() error {
	for {
		t, err := d.token()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		e, ok := t.(xml.StartElement)
		if !ok {
			continue
		}
		switch e.Name.Local {
		case "p":
			p, err := d.paragraph()
			if err != nil {
				return err
			}
			d.add(p)
		case "tbl":
			table, err := d.table()
			if err != nil {
				return err
			}
			d.addTable(table)
		}
	}
}

// add makes lines of a paragraph; a line break inside one begins a new line.
func (d *docxReader) add(p paragraph) {
	label := ""
	if !isEmpty(string(p.text)) {
		label = d.number(p)
	}
	text, marked := marksLast(p.text, p.marked)
	if label != "" {
		text = append([]rune(label), text...)
		marked = append(make([]bool, len([]rune(label))), marked...)
	}
	no := len(d.lines) + 1
	from := 0
	for i := 0; i <= len(text); i++ {
		if i < len(text) && text[i] != '\n' {
			continue
		}
		l := line{no: no, text: string(text[from:i])}
		l.media = d.gallery.in(l.text)
		if someTrue(marked[from:i]) {
			l.marked = marked[from:i]
		}
		d.lines = append(d.lines, l)
		from = i + 1
	}
	for _, b := range p.boxes {
		d.add(b)
	}
}

// marksLast puts pictures that a line begins with behind its text: floating ones are anchored there, before the number
// of the question or the letter of the option.
func marksLast(text []rune, marked []bool) ([]rune, []bool) {
	n := 0
	for n < len(text) && (isMark(text[n]) || isEmpty(string(text[n]))) {
		n++
	}
	end := n
	for end < len(text) && text[end] != '\n' {
		end++
	}
	if n == 0 || n == end {
		return text, marked
	}
	out := append(append(append([]rune{}, text[n:end]...), text[:n]...), text[end:]...)
	marks := append(append(append([]bool{}, marked[n:end]...), marked[:n]...), marked[end:]...)
	return out, marks
}

func someTrue(b []bool) bool {
	for _, x := range b {
		if x {
			return true
		}
	}
	return false
}

// skipped are elements whose text nobody sees, or sees twice.
var skipped = map[string]bool{"del": true, "moveFrom": true, "instrText": true, "Fallback": true, "delText": true, "pPrChange": true, "rPrChange": true}

// paragraph reads up to the end of w:p.
func (d *docxReader) paragraph() (paragraph, error) {
	var p paragraph
	var style runStyle
	inRun, inPPr := false, false
	if d.depth++; d.depth > 50 {
		return p, errBroken
	}
	defer func() { d.depth-- }()
	for {
		t, err := d.token()
		if err != nil {
			return p, err
		}
		switch e := t.(type) {
		case xml.StartElement:
			name := e.Name.Local
			switch {
			case skipped[name]:
				if err := d.dec.Skip(); err != nil {
					return p, err
				}
			case name == "txbxContent":
				boxes, err := d.textBox()
				if err != nil {
					return p, err
				}
				p.boxes = append(p.boxes, boxes...)
			case name == "pPr":
				inPPr = true
			case name == "pStyle":
				p.style = attr(e, "val")
			case name == "numId":
				p.list = attr(e, "val")
			case name == "ilvl":
				p.level, _ = strconv.Atoi(attr(e, "val"))
			case name == "r":
				inRun, style = true, runStyle{}
			case name == "b" && inRun && !inPPr:
				style.bold = on(e)
			case name == "color" && inRun && !inPPr:
				style.red = reddish(attr(e, "val"))
			case name == "highlight" && inRun && !inPPr:
				style.red = style.red || attr(e, "val") != "none"
			case name == "u" && inRun && !inPPr:
				style.underlined = attr(e, "val") != "none"
			case name == "vanish" && inRun && !inPPr:
				style.hidden = on(e)
			case name == "t":
				text, err := d.text()
				if err != nil {
					return p, err
				}
				p.write(text, style)
			case name == "tab" && inRun:
				p.write("\t", style)
			case name == "br" || name == "cr":
				p.write("\n", style)
			case name == "sym":
				p.write(symbol(attr(e, "char")), style)
			case name == "noBreakHyphen":
				p.write("-", style)
			case name == "docPr":
				p.alt = attr(e, "descr")
			case name == "blip":
				p.picture(d, attr(e, "embed"), attr(e, "link"))
			case name == "imagedata":
				p.picture(d, attr(e, "id"), attr(e, "href"))
			case name == "srcRect":
				d.crop(p, e)
			}
		case xml.EndElement:
			switch e.Name.Local {
			case "p":
				return p, nil
			case "pPr":
				inPPr = false
			case "r":
				inRun = false
			}
		}
	}
}

// textBox reads up to the end of w:txbxContent.
func (d *docxReader) textBox() ([]paragraph, error) {
	var out []paragraph
	for {
		t, err := d.token()
		if err != nil {
			return nil, err
		}
		switch e := t.(type) {
		case xml.StartElement:
			if e.Name.Local == "p" {
				p, err := d.paragraph()
				if err != nil {
					return nil, err
				}
				out = append(out, p)
			}
		case xml.EndElement:
			if e.Name.Local == "txbxContent" {
				return out, nil
			}
		}
	}
}

// write adds a run's text. Spaces with a line under them are a blank to fill in.
func (p *paragraph) write(text string, s runStyle) {
	if s.hidden {
		return
	}
	if s.underlined && text != "" && isEmpty(text) && text != "\n" {
		if n := len(p.text); n < 2 || p.text[n-1] != '_' || p.text[n-2] != '_' {
			text = "____"
		} else {
			text = ""
		}
	}
	for _, r := range text {
		p.text = append(p.text, r)
		p.marked = append(p.marked, s.bold || s.red)
	}
}

// picture puts the mark of a picture where it stands; id is the relation of one in the file, link of one elsewhere.
func (p *paragraph) picture(d *docxReader, id, link string) {
	to := d.rels[id]
	if to == "" && id == "" && link == "" {
		return
	}
	m := d.gallery.add(to, p.alt)
	p.alt = ""
	if m.mark != 0 {
		p.text, p.marked = append(p.text, m.mark), append(p.marked, false)
	}
}

// crop notes that the document shows only a part of the picture that stands last.
func (d *docxReader) crop(p paragraph, e xml.StartElement) {
	if n := len(p.text); n > 0 && isMark(p.text[n-1]) {
		for _, side := range []string{"l", "t", "r", "b"} {
			if v := attr(e, side); v != "" && v != "0" {
				d.cropped[p.text[n-1]] = true
			}
		}
	}
}

func (d *docxReader) text() (string, error) {
	var b strings.Builder
	for {
		t, err := d.token()
		if err != nil {
			return "", err
		}
		switch e := t.(type) {
		case xml.CharData:
			b.Write(e)
		case xml.EndElement:
			return b.String(), nil
		}
	}
}

func on(e xml.StartElement) bool {
	v := attr(e, "val")
	return v != "0" && v != "false" && v != "off"
}

// reddish reports a colour that an author would use to mark: red, not black or grey.
func reddish(v string) bool {
	n, err := strconv.ParseUint(v, 16, 32)
	if err != nil || len(v) != 6 {
		return false
	}
	r, g, b := n>>16, n>>8&0xff, n&0xff
	return r >= 0xa0 && g <= 0x60 && b <= 0x60
}

// symbol reads the ticks and crosses of Wingdings.
func symbol(char string) string {
	switch strings.ToUpper(char) {
	case "F0FC", "F050", "F052", "F0FE":
		return "√"
	case "F0FB", "F04F", "F051", "F0FD":
		return "×"
	}
	return ""
}

// tableCell is a cell of a document's table: its paragraphs as lines.
type tableCell struct {
	text   string
	marked []bool // by rune
}

// write adds a paragraph.
func (c *tableCell) write(label string, p paragraph) {
	if c.text != "" {
		c.text += "\n"
		c.marked = append(c.marked, false)
	}
	c.text += label + string(p.text)
	c.marked = append(append(c.marked, make([]bool, len([]rune(label)))...), p.marked...)
}

// lines are the cell's lines with their marks.
func (c tableCell) lines() []line {
	var out []line
	from := 0
	for text := range strings.SplitSeq(c.text, "\n") {
		to := from + len([]rune(text))
		l := line{text: text}
		if someTrue(c.marked[from:to]) {
			l.marked = c.marked[from:to]
		}
		out = append(out, l)
		from = to + 1
	}
	return out
}

// table reads up to the end of w:tbl: rows of cells.
func (d *docxReader) table() ([][]tableCell, error) {
	var rows [][]tableCell
	if d.depth++; d.depth > 50 {
		return nil, errBroken
	}
	defer func() { d.depth-- }()
	cell := -1
	for {
		t, err := d.token()
		if err != nil {
			return nil, err
		}
		switch e := t.(type) {
		case xml.StartElement:
			switch e.Name.Local {
			case "tr":
				rows, cell = append(rows, nil), -1
			case "tc":
				if len(rows) > 0 {
					rows[len(rows)-1] = append(rows[len(rows)-1], tableCell{})
					cell = len(rows[len(rows)-1]) - 1
				}
			case "p":
				p, err := d.paragraph()
				if err != nil {
					return nil, err
				}
				if len(rows) > 0 && cell >= 0 {
					r := rows[len(rows)-1]
					label := ""
					if !isEmpty(string(p.text)) {
						label = d.number(p)
					}
					r[cell].write(label, p)
				}
			case "tbl":
				if _, err := d.table(); err != nil {
					return nil, err
				}
			}
		case xml.EndElement:
			if e.Name.Local == "tbl" {
				return rows, nil
			}
		}
	}
}

// addTable takes a table for a list of questions when it has a header, for a table of keys when its first column says
// 题号 and 答案, and for text otherwise.
func (d *docxReader) addTable(cells [][]tableCell) {
	g := grid{rows: make([][]string, len(cells)), marked: map[[2]int]bool{}, gallery: d.gallery}
	for r, row := range cells {
		for c, cell := range row {
			g.rows[r] = append(g.rows[r], cell.text)
			if allMarked(cell.text, cell.marked) {
				g.marked[[2]int{r, c}] = true
			}
		}
	}
	if found, ok := readGrid(g); ok {
		d.rows = append(d.rows, found...)
		return
	}
	if keys := keyRows(g.rows); keys != "" {
		d.lines = append(d.lines, line{no: len(d.lines) + 1, text: "参考答案"}, line{no: len(d.lines) + 2, text: keys})
		return
	}
	for _, row := range cells {
		for _, cell := range row {
			for _, l := range cell.lines() {
				l.no, l.media = len(d.lines)+1, d.gallery.in(l.text)
				d.lines = append(d.lines, l)
			}
		}
	}
}

// keyRows reads a table of keys, numbers above keys or numbers beside keys, as "1.A 2.B".
func keyRows(rows [][]string) string {
	var out []string
	pair := func(number, key string) {
		number, key = strings.Trim(fold(number), "."), strings.TrimSpace(key)
		if n, err := strconv.Atoi(number); err == nil && n > 0 && key != "" {
			out = append(out, strconv.Itoa(n)+"."+key)
		}
	}
	for i := 0; i+1 < len(rows); i++ {
		if isNumbers(rows[i]) && !isNumbers(rows[i+1]) {
			for c := range rows[i] {
				if c < len(rows[i+1]) {
					pair(rows[i][c], rows[i+1][c])
				}
			}
			i++
		}
	}
	if len(out) == 0 && len(rows) > 1 {
		for _, r := range rows {
			for c := 0; c+1 < len(r); c += 2 {
				pair(r[c], r[c+1])
			}
		}
	}
	return strings.Join(out, " ")
}

// isNumbers reports a row of question numbers, with or without 题号 before them.
func isNumbers(row []string) bool {
	n := 0
	for i, c := range row {
		f := strings.Trim(fold(c), ".")
		if f == "" || i == 0 && (f == "题号" || f == "序号") {
			continue
		}
		if _, err := strconv.Atoi(f); err != nil {
			return false
		}
		n++
	}
	return n > 0
}
