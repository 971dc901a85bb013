package exchange

import (
	"encoding/json"
	"fmt"
	"strings"

	"leitai/questionbank"
	"leitai/questionbank/media"
)

// Format is how a file says its questions.
type Format string

// The formats that can be read (shared design, FORMATS.md).
const (
	XLSX      Format = "xlsx"
	CSV       Format = "csv"
	Text      Format = "text"
	DOCX      Format = "docx"
	GIFT      Format = "gift"
	Aiken     Format = "aiken"
	MoodleXML Format = "moodle_xml"
	QTI       Format = "qti"
	JSON      Format = "json"
	JSONLines Format = "jsonl"
)

// Limits of a file (FORMATS.md).
const (
	MaxFile      = 20 << 20 // bytes
	MaxQuestions = 50_000
)

// Status says what becomes of a row.
type Status string

// A row is imported as it is, imported with what was guessed, or not imported.
const (
	OK      Status = "ok"
	Warning Status = "warning"
	Error   Status = "error"
)

// Note says what was guessed or what is wrong.
type Note struct {
	Status Status // Warning or Error
	Code   string // of the catalogue in note.go
	Cell   string // "C7" in a sheet, "" in a text
	Found  string // as it stands in the file
	Mend   *Mend  // what one click would make of it
}

// Mend is a question as one click would make it.
type Mend struct {
	Code     string // of the catalogue: "type.multiple"
	Question questionbank.Question
}

// Row is a question as the file has it.
type Row struct {
	Row      int    // line of a text, row of a sheet, number of an element; from 1
	Sheet    string // "" in files without sheets
	Question questionbank.Question
	Notes    []Note
	Media    []Media `json:"-"`          // until Read has prepared them: then the question has them by id
	Edited   bool    `json:",omitempty"` // by staff, in the preview
}

// Status is the worst of the row's notes.
func (r Row) Status() Status {
	s := OK
	for _, n := range r.Notes {
		if n.Status == Error {
			return Error
		}
		s = Warning
	}
	return s
}

// Codes of a row's question, for counting: its type and its category, whose spaces are unit separators there.
const (
	codeType     = "is:"
	codeCategory = "in:"
)

// TypeOfCode gives the type that a code of Row.Codes counts; false for other codes.
func TypeOfCode(code string) (questionbank.Type, bool) {
	t, ok := strings.CutPrefix(code, codeType)
	return questionbank.Type(t), ok
}

// CategoryOfCode gives the category that a code of Row.Codes counts; false for other codes.
func CategoryOfCode(code string) (string, bool) {
	c, ok := strings.CutPrefix(code, codeCategory)
	return strings.ReplaceAll(c, "\x1f", " "), ok
}

// Codes names the row's notes and mends, and the type and category of its question, with a space before and after each:
// " key.one mend:type.multiple is:single in:法律 ".
func (r Row) Codes() string {
	seen := " "
	add := func(code string) {
		if !strings.Contains(seen, " "+code+" ") {
			seen += code + " "
		}
	}
	for _, n := range r.Notes {
		add(n.Code)
		if n.Mend != nil {
			add("mend:" + n.Mend.Code)
		}
	}
	if r.Question.Type != "" {
		add(codeType + string(r.Question.Type))
	}
	if c := strings.Join(strings.Fields(r.Question.Category), "\x1f"); c != "" {
		add(codeCategory + c)
	}
	if seen == " " {
		return ""
	}
	return seen
}

// Result is what a file holds.
type Result struct {
	Format Format
	Rows   []Row
	Notes  []Note       // about the file as a whole: sheets that were left out, kinds that are not known
	Files  []media.File `json:",omitempty"` // what the questions' media stand for, each once
}

// Counts are rows by status.
type Counts struct {
	OK      int `json:"ok"`
	Warning int `json:"warning"`
	Error   int `json:"error"`
}

// Counts counts the rows.
func (r Result) Counts() Counts {
	var c Counts
	for _, row := range r.Rows {
		switch row.Status() {
		case OK:
			c.OK++
		case Warning:
			c.Warning++
		default:
			c.Error++
		}
	}
	return c
}

// Good gives the questions that can be imported, in the order of the file.
func (r Result) Good() []questionbank.Question {
	var out []questionbank.Question
	for _, row := range r.Rows {
		if row.Status() != Error {
			out = append(out, row.Question)
		}
	}
	return out
}

// ImportRow is the row as an import keeps it, as number `no` of the file.
func (r Row) ImportRow(no int) (questionbank.ImportRow, error) {
	data, err := json.Marshal(r)
	if err != nil {
		return questionbank.ImportRow{}, fmt.Errorf("encode row %d: %w", r.Row, err)
	}
	return questionbank.ImportRow{No: no, Status: string(r.Status()), Data: string(data), Codes: r.Codes()}, nil
}

// QuestionOf gives the question of a row that an import keeps; ok is false when it cannot be imported.
func QuestionOf(in questionbank.ImportRow) (q questionbank.Question, ok bool, err error) {
	if in.Status == string(Error) {
		return q, false, nil
	}
	var r Row
	if err := json.Unmarshal([]byte(in.Data), &r); err != nil {
		return q, false, fmt.Errorf("decode row %d: %w", in.No, err)
	}
	return r.Question, true, nil
}

// Mended makes the row what its one-click mend offers; false when it has none.
func (r *Row) Mended() bool { return r.mended(func(Mend) bool { return true }) }

// MendedAs is Mended for the mend of one code.
func (r *Row) MendedAs(code string) bool {
	return r.mended(func(m Mend) bool { return m.Code == code })
}

func (r *Row) mended(which func(Mend) bool) bool {
	for i, n := range r.Notes {
		if n.Mend != nil && which(*n.Mend) {
			r.Question, r.Edited = n.Mend.Question, true
			r.Notes = append(r.Notes[:i:i], r.Notes[i+1:]...)
			return true
		}
	}
	return false
}
