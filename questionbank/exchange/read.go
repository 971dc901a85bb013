package exchange

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"strconv"
	"strings"

	"leitai/delimited"
	"leitai/fault"
)

var (
	errTooMany   = fault.New(fault.Invalid, "import.too_many")   // more questions than a file may have
	errTooLarge  = fault.New(fault.Invalid, "import.too_large")  // bytes
	errUnknown   = fault.New(fault.Invalid, "import.unknown")    // no format that we know
	errBroken    = fault.New(fault.Invalid, "import.broken")     // damaged
	errPassword  = fault.New(fault.Invalid, "import.password")   // encrypted
	errOldOffice = fault.New(fault.Invalid, "import.old_office") // .xls or .doc
	errBomb      = fault.New(fault.Invalid, "import.bomb")       // unpacks to far more than it says
	errEmpty     = fault.New(fault.Invalid, "import.empty")      // no questions
)

// Read finds out what a file is, by its content first and its name second, and reads its questions. What is wrong with
// single questions is told in their rows; an error, which is a fault, is about the whole file, of which nothing can be used.
func Read(ctx context.Context, name string, data []byte) (Result, error) {
	if len(data) > MaxFile {
		return Result{}, errTooLarge
	}
	format, err := Detect(name, data)
	if err != nil {
		return Result{}, err
	}
	r, err := readAs(ctx, format, data)
	if err != nil {
		return Result{}, err
	}
	if len(r.Rows) > MaxQuestions {
		return Result{}, errTooMany
	}
	if len(r.Rows) == 0 {
		return Result{}, errEmpty.With("format", string(format))
	}
	r.Format = format
	if r.Files, err = settle(ctx, r.Rows); err != nil {
		return Result{}, err
	}
	markDuplicates(r.Rows)
	return r, nil
}

func readAs(ctx context.Context, format Format, data []byte) (Result, error) {
	switch format {
	case XLSX:
		return readXLSX(ctx, data)
	case DOCX:
		return readDOCX(data)
	case QTI:
		return readQTI(data)
	case MoodleXML:
		return readMoodle(data)
	}
	text := delimited.Decode(data)
	switch format {
	case CSV:
		g, err := csvGrid(text)
		Tell(ctx, len(g.rows))
		if fault.CodeOf(err) == fault.Internal {
			return Result{}, fault.Wrap(fault.Invalid, "import.broken", err)
		}
		if err != nil {
			return Result{}, err
		}
		rows, ok := readGrid(g)
		if !ok {
			return Result{}, fault.New(fault.Invalid, "import.no_header")
		}
		return Result{Rows: rows}, nil
	case GIFT:
		return readGIFT(text), nil
	case Aiken:
		return readAiken(text), nil
	case JSON, JSONLines:
		return readJSON(text)
	}
	rows, notes := readTextNotes(textLines(text))
	return Result{Rows: rows, Notes: notes}, nil
}

// maxLineBytes bounds a line of a text.
const maxLineBytes = 32 << 10

func textLines(text string) []line {
	var out []line
	no := 0
	for l := range strings.SplitSeq(strings.NewReplacer("\r\n", "\n", "\r", "\n", "\f", "\n", "\u2028", "\n").Replace(text), "\n") {
		no++
		for len(l) > maxLineBytes { // no question has such a line: what is cut is too long wherever it ends up
			cut := strings.ToValidUTF8(l[:maxLineBytes], "")
			out = append(out, line{no: no, text: cut})
			l = l[maxLineBytes:]
		}
		out = append(out, line{no: no, text: l})
	}
	return out
}

// ReadText reads questions that were pasted.
func ReadText(ctx context.Context, text string) (Result, error) { return Read(ctx, "", []byte(text)) }

// Detect says what a file is.
func Detect(name string, data []byte) (Format, error) {
	lower := strings.ToLower(name)
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")) || bytes.HasPrefix(data, []byte("PK\x05\x06")):
		return detectZip(data)
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")): // compound file: old Office, or new Office with a password
		if bytes.Contains(data, utf16("EncryptedPackage")) {
			return "", errPassword
		}
		return "", errOldOffice
	case bytes.HasPrefix(data, []byte("%PDF")):
		return "", errUnknown
	case bytes.HasPrefix(data, []byte(`{\rtf`)): // what some programs call .doc
		return "", errOldOffice
	}
	text := strings.TrimLeft(delimited.Decode(data), " \t\r\n\ufeff")
	if strings.Contains(text[:min(len(text), 4096)], "\x00") {
		return "", errUnknown
	}
	if text == "" {
		return "", errEmpty
	}
	switch {
	case strings.HasPrefix(text, "<"):
		if strings.HasSuffix(lower, ".xls") || strings.HasSuffix(lower, ".doc") { // a page that a system exports under that name
			return "", errOldOffice
		}
		return detectXML(text)
	case text[0] == '{' || text[0] == '[' && !typeTag.MatchString(firstLine(text)):
		if looksLikeJSON(text) {
			if text[0] == '{' && oneValue(firstLine(text)) && strings.Contains(strings.TrimSpace(text), "\n") {
				return JSONLines, nil
			}
			return JSON, nil
		}
	case text[0] == '"' && strings.HasSuffix(lower, ".json"):
		return JSON, nil
	}
	if isGIFT(text) {
		return GIFT, nil
	}
	if isAiken(text) {
		return Aiken, nil
	}
	if g, err := csvGrid(head(text, 64<<10)); err == nil || len(g.rows) > 0 {
		if _, columns, _ := g.header(); len(columns) >= 2 {
			return CSV, nil
		}
	}
	if strings.HasSuffix(lower, ".csv") || strings.HasSuffix(lower, ".tsv") {
		return CSV, nil
	}
	return Text, nil
}

// oneValue reports a line that is a JSON value by itself.
func oneValue(l string) bool {
	_, err := decodeJSON(strings.TrimRight(strings.TrimSpace(l), ","))
	return err == nil
}

func firstLine(s string) string {
	l, _, _ := strings.Cut(s, "\n")
	return l
}

// head is the beginning of a text, whole lines.
func head(s string, most int) string {
	if len(s) <= most {
		return s
	}
	if i := strings.LastIndexByte(s[:most], '\n'); i > 0 {
		return s[:i]
	}
	return s[:most]
}

func utf16(s string) []byte {
	var b []byte
	for _, c := range []byte(s) {
		b = append(b, c, 0)
	}
	return b
}

// What a zip may unpack to: a bank of 50,000 questions with pictures stays far below.
const (
	maxUnpacked = 400 << 20
	maxPart     = 250 << 20
	maxParts    = 5000
)

// openZip opens an archive that keeps to the limits; sizes that it states are checked again while it is read (readPart).
func openZip(data []byte) (*zip.Reader, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, fault.Wrap(fault.Invalid, "import.broken", err)
	}
	var total uint64
	for _, f := range z.File {
		if f.Flags&1 != 0 {
			return nil, errPassword
		}
		if total += f.UncompressedSize64; f.UncompressedSize64 > maxPart || total > maxUnpacked || len(z.File) > maxParts {
			return nil, errBomb
		}
	}
	return z, nil
}

func detectZip(data []byte) (Format, error) {
	z, err := openZip(data)
	if err != nil {
		return "", err
	}
	has := map[string]bool{}
	xmls := false
	for _, f := range z.File {
		has[strings.ToLower(f.Name)] = true
		xmls = xmls || strings.HasSuffix(strings.ToLower(f.Name), ".xml")
	}
	switch {
	case has["xl/workbook.xml"]:
		return XLSX, nil
	case has["word/document.xml"]:
		return DOCX, nil
	case has["imsmanifest.xml"], xmls && !has["[content_types].xml"]:
		return QTI, nil
	}
	return "", errUnknown
}

func detectXML(text string) (Format, error) {
	d := xml.NewDecoder(strings.NewReader(text))
	d.Strict = false
	d.CharsetReader = charsetReader
	for range 50 {
		t, err := d.Token()
		if err != nil {
			break
		}
		if e, ok := t.(xml.StartElement); ok {
			switch strings.ToLower(e.Name.Local) {
			case "quiz":
				return MoodleXML, nil
			case "assessmentitem", "assessmenttest", "manifest", "assessmentsection":
				return QTI, nil
			}
			break
		}
	}
	if isGIFT(text) {
		return GIFT, nil
	}
	return "", errUnknown
}

// markDuplicates notes questions that an earlier one of the file repeats, stem and options.
func markDuplicates(rows []Row) {
	seen := map[string]int{}
	for i := range rows {
		r := &rows[i]
		if r.Status() == Error {
			continue
		}
		f := r.Question.Fingerprint()
		if first, ok := seen[f]; ok {
			r.Notes = append(r.Notes, Note{Status: Error, Code: "duplicate.file", Found: strconv.Itoa(rows[first].Row)})
			continue
		}
		seen[f] = i
	}
}
