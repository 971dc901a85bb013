// Package exchange reads and writes question-bank files, one file of code for each format.
package exchange

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"leitai/questionbank"
)

// maxLine bounds one line of JSON Lines, in bytes.
const maxLine = 1 << 20

// ReadJSONLines reads the product's own JSON Lines: one questionbank.Question a line, empty lines ignored. The first
// line that is not a well-formed question ends the reading with an error that names its number.
func ReadJSONLines(r io.Reader) ([]questionbank.Question, error) {
	s := bufio.NewScanner(r)
	s.Buffer(make([]byte, 64<<10), maxLine)
	var out []questionbank.Question
	no := 1
	for ; s.Scan(); no++ {
		line := bytes.TrimSpace(bytes.TrimPrefix(s.Bytes(), []byte("\ufeff")))
		if len(line) == 0 {
			continue
		}
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		var q questionbank.Question
		if err := d.Decode(&q); err != nil {
			return nil, fmt.Errorf("line %d: %w", no, err)
		}
		if _, err := d.Token(); !errors.Is(err, io.EOF) {
			return nil, fmt.Errorf("line %d: text after the question", no)
		}
		if err := q.Validate(); err != nil {
			return nil, fmt.Errorf("line %d: %w", no, err)
		}
		out = append(out, q)
	}
	if err := s.Err(); err != nil {
		return nil, fmt.Errorf("read JSON lines at line %d: %w", no, err)
	}
	return out, nil
}
