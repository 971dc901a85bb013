package exchange

import (
	"errors"
	"io"
	"regexp"
	"strings"

	"leitai/delimited"
)

// csvGrid reads separated values. The separator is the one that cuts the first lines into the most equal cells.
func csvGrid(text string) (grid, error) {
	g := grid{}
	var count delimited.RowCounter
	r := delimited.NewReader(text, headerRows, isColumn)
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return g, nil
		}
		if err != nil {
			return g, err
		}
		for at := count.Row(r, row); len(g.rows) < at-1; { // empty lines keep their number

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

// unguard takes off the apostrophe that an export puts before what a spreadsheet would take for a formula.
func unguard(s string) string {
	if len(s) > 1 && s[0] == '\'' && strings.ContainsRune("=+-@\t\r", rune(s[1])) {
		return s[1:]
	}
	return s
}

// isColumn tells that a cell names a column.
func isColumn(cell string) bool {
	_, ok := columnOf(cell)
	return ok
}
