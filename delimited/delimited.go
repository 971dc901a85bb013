// Package delimited reads text and separated values as departments save them: in whatever encoding and with whatever
// separator their spreadsheet chose.
package delimited

import (
	"bytes"
	"encoding/csv"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Decode gives a file's text: UTF-8 with or without byte order marks (even two), UTF-16 with one, else GB18030. Bytes
// that are none of these become U+FFFD.
func Decode(b []byte) string {
	if bytes.HasPrefix(b, []byte{0xff, 0xfe}) || bytes.HasPrefix(b, []byte{0xfe, 0xff}) {
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

// NewReader reads a text with the separator, comma, semicolon or tab, under which one of its first rows has the most
// known column names, and of equal ones the most cells. Rows may differ in length, and quotes may stand anywhere.
func NewReader(text string, rows int, known func(cell string) bool) *csv.Reader {
	best, most := ',', 0
	for _, sep := range ",;\t" {
		if score := score(reader(text, sep), rows, known); score > most {
			best, most = sep, score
		}
	}
	return reader(text, best)
}

func reader(text string, sep rune) *csv.Reader {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.FieldsPerRecord, r.LazyQuotes = sep, -1, true
	return r
}

func score(r *csv.Reader, rows int, known func(string) bool) int {
	best := 0
	for range rows {
		row, err := r.Read()
		if err != nil {
			break
		}
		names := 0
		for _, c := range row {
			if known(c) {
				names++
			}
		}
		best = max(best, names*100+len(row))
	}
	return best
}

// RowCounter numbers records as a spreadsheet does, where people look for them: empty lines count, line breaks inside
// cells do not.
type RowCounter struct{ broken int }

// Row is the number of the record that was read last, from 1.
func (c *RowCounter) Row(r *csv.Reader, cells []string) int {
	line, _ := r.FieldPos(0)
	n := line - c.broken
	for _, cell := range cells {
		c.broken += strings.Count(cell, "\n")
	}
	return n
}
