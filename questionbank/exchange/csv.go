package exchange

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"regexp"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// decodeText gives a file's text: UTF-8 with or without byte order marks (even two), UTF-16 with one, else GB18030.
func decodeText(b []byte) string {
	switch {
	case bytes.HasPrefix(b, []byte{0xff, 0xfe}), bytes.HasPrefix(b, []byte{0xfe, 0xff}):
		if s, _, err := transform.Bytes(unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder(), b); err == nil {
			return string(s)
		}
	}
	for bytes.HasPrefix(b, []byte("\ufeff")) {
		b = b[len("\ufeff"):]
	}
	if utf8.Valid(b) {
		return string(b)
	}
	if s, _, err := transform.Bytes(simplifiedchinese.GB18030.NewDecoder(), b); err == nil {
		return string(s)
	}
	return strings.ToValidUTF8(string(b), "\uFFFD")
}

// csvGrid reads separated values. The separator is the one that cuts the first lines into the most equal cells.
func csvGrid(text string) (grid, error) {
	g := grid{}
	var count rowCounter
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes, r.ReuseRecord = separator(text), -1, true, false
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return g, nil
		}
		if err != nil {
			return g, err
		}
		for at := count.row(r, row); len(g.rows) < at-1; { // empty lines keep their number

			if len(g.rows) > MaxQuestions*4 {
				return g, errTooMany
			}
			g.rows = append(g.rows, nil)
		}
		for i := range row {
			row[i] = unguard(row[i])
		}
		g.rows = append(g.rows, row)
		if len(g.rows) > MaxQuestions*4 {
			return g, errTooMany
		}
	}
}

// plainNumber is what a spreadsheet shows as it is, though it begins like a formula.
var plainNumber = regexp.MustCompile(`^[+-][0-9]+([.,][0-9]+)*%?$`)

// guard puts an apostrophe before what a spreadsheet would take for a formula; unguard takes it off.
func guard(s string) string {
	if s != "" && strings.ContainsRune("=+-@\t\r", rune(s[0])) && !plainNumber.MatchString(s) {
		return "'" + s
	}
	return s
}

// rowCounter numbers records as a spreadsheet does, where people look for them: empty lines count, line breaks inside
// cells do not.
type rowCounter struct{ broken int }

// row is the number of the record that was read last, from 1.
func (c *rowCounter) row(r *csv.Reader, cells []string) int {
	line, _ := r.FieldPos(0)
	n := line - c.broken
	for _, cell := range cells {
		c.broken += strings.Count(cell, "\n")
	}
	return n
}

// unguard takes off the apostrophe that an export puts before what a spreadsheet would take for a formula.
func unguard(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune("=+-@\t\r", rune(s[1])) {
		return s[1:]
	}
	return s
}

func separator(text string) rune {
	best, most := ',', 0
	for _, sep := range ",;\t" {
		r := csv.NewReader(strings.NewReader(text))
		r.Comma, r.FieldsPerRecord, r.LazyQuotes = sep, -1, true
		cells := 0
		for range headerRows {
			row, err := r.Read()
			if err != nil {
				break
			}
			known := 0
			for _, c := range row {
				if _, ok := columnOf(c); ok {
					known++
				}
			}
			cells = max(cells, known*100+len(row))
		}
		if cells > most {
			best, most = sep, cells
		}
	}
	return best
}
