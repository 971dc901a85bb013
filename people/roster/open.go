package roster

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/xuri/excelize/v2"

	"leitai/delimited"
)

// What a workbook may unpack to: 100,000 people stay far below.
const (
	maxUnpacked = 200 << 20
	maxPart     = 120 << 20
	maxParts    = 2000
)

// detect says what a file is, by its content.
func detect(data []byte) (Format, error) {
	switch {
	case bytes.HasPrefix(data, []byte("PK\x03\x04")):
		z, err := openZip(data)
		if err != nil {
			return "", err
		}
		for _, f := range z.File {
			if strings.EqualFold(f.Name, "xl/workbook.xml") {
				return XLSX, nil
			}
		}
		return "", errUnknown
	case bytes.HasPrefix(data, []byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")): // compound file: old Office, or new Office with a password
		if bytes.Contains(data, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")) {
			return "", errPassword
		}
		return "", errOldOffice
	case bytes.HasPrefix(data, []byte("%PDF")):
		return "", errUnknown
	}
	text := strings.TrimSpace(delimited.Decode(data))
	switch {
	case text == "":
		return "", errEmpty
	case strings.HasPrefix(text, "<"): // a page that a system exports under the name .xls
		return "", errOldOffice
	case strings.ContainsRune(text[:min(len(text), 4096)], 0):
		return "", errUnknown
	}
	return CSV, nil
}

// openZip opens an archive that keeps to the limits. What a part really unpacks to is bounded by what it states.
func openZip(data []byte) (*zip.Reader, error) {
	z, err := zip.NewReader(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return nil, errBroken(err)
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

// sheet is a table as it stands in a file.
type sheet struct {
	name   string
	lines  [][]string          // rows from 0, cells from 0
	hidden map[int]bool        // rows
	exact  map[[2]int]string   // row and column of numbers that are shown rounded (1.38E+10) → as they are
	merged map[[2]int]struct{} // cells that have their text from a merged one above
}

// readCSV reads separated values. The separator is the one under which the first lines have the most known columns.
func readCSV(ctx context.Context, text string) ([]sheet, error) {
	s := sheet{}
	r := delimited.NewReader(text, headerRows, isColumn)
	var count delimited.RowCounter
	for n := 0; ; n++ {
		if n%1000 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		cells, err := r.Read()
		if errors.Is(err, io.EOF) {
			return []sheet{s}, nil
		}
		if err != nil {
			return nil, errBroken(err)
		}
		if at := count.Row(r, cells); at > maxLines {
			return nil, errTooMany
		} else if at > len(s.lines)+1 { // empty lines keep their number
			s.lines = append(s.lines, make([][]string, at-1-len(s.lines))...)
		}
		s.lines = append(s.lines, cut(cells))
	}
}

// isColumn tells that a cell names a column.
func isColumn(cell string) bool {
	_, ok := columnOf(cell)
	return ok
}

// cut bounds a row.
func cut(cells []string) []string {
	cells = cells[:min(len(cells), maxCols)]
	for i, c := range cells {
		if len(c) > maxCell {
			cells[i] = strings.ToValidUTF8(c[:maxCell], "")
		}
	}
	return cells
}

// readWorkbook reads every visible sheet.
func readWorkbook(ctx context.Context, data []byte) (sheets []sheet, notes []Note, err error) {
	z, err := openZip(data)
	if err != nil {
		return nil, nil, err
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: 16 << 20})
	if err != nil {
		return nil, nil, errBroken(err)
	}
	defer book.Close()
	merges := mergedCells(z)
	names := book.GetSheetList()
	if len(names) > maxSheets {
		return nil, nil, errTooMany
	}
	total := 0
	for _, name := range names {
		if visible, err := book.GetSheetVisible(name); err == nil && !visible {
			notes = append(notes, Note{Status: Warning, Code: "file.sheet_hidden", Found: name})
			continue
		}
		s, err := readSheet(ctx, book, name)
		if err != nil {
			return nil, nil, err
		}
		if total += len(s.lines); total > maxLines {
			return nil, nil, errTooMany
		}
		s.spread(merges[name])
		sheets = append(sheets, s)
	}
	return sheets, notes, nil
}

func readSheet(ctx context.Context, book *excelize.File, name string) (sheet, error) {
	s := sheet{name: name, hidden: map[int]bool{}, exact: map[[2]int]string{}, merged: map[[2]int]struct{}{}}
	rounded, err := s.each(ctx, book, excelize.Options{}, func(r int, cells []string) bool {
		s.lines = append(s.lines, cells)
		for _, c := range cells {
			if isRounded(c) {
				return true
			}
		}
		return false
	})
	if err != nil || !rounded {
		return s, err
	}
	_, err = s.each(ctx, book, excelize.Options{RawCellValue: true}, func(r int, cells []string) bool {
		if r >= len(s.lines) {
			return false
		}
		for c, shown := range s.lines[r] {
			if isRounded(shown) && c < len(cells) {
				s.exact[[2]int{r, c}] = cells[c]
			}
		}
		return false
	})
	return s, err
}

// each calls do for each row of a sheet from 0, and tells whether it ever said true. Rows after the last one with
// anything in it are left out.
func (s *sheet) each(ctx context.Context, book *excelize.File, o excelize.Options, do func(r int, cells []string) bool) (ever bool, err error) {
	rows, err := book.Rows(s.name)
	if err != nil {
		return false, errBroken(err)
	}
	defer rows.Close()
	blank := 0
	for r := 0; rows.Next(); r++ {
		if r%1000 == 0 && ctx.Err() != nil {
			return false, ctx.Err()
		}
		cells, err := rows.Columns(o)
		if err != nil {
			return false, errBroken(err)
		}
		if cells = cut(cells); isBlank(cells) {
			if blank++; r > maxLines { // formatted to the end of the sheet, and nothing in it
				return ever, nil
			}
			continue
		}
		if r > maxLines {
			return false, errTooMany
		}
		for i := r - blank; blank > 0; blank, i = blank-1, i+1 {
			do(i, nil)
		}
		if rows.GetRowOpts().Hidden {
			s.hidden[r] = true
		}
		ever = do(r, cells) || ever
	}
	return ever, rows.Error()
}

func isBlank(cells []string) bool {
	for _, c := range cells {
		if strings.TrimSpace(c) != "" {
			return false
		}
	}
	return true
}

// spread gives the text of vertically merged cells to those below that they cover: a unit stands once for all its people.
func (s *sheet) spread(refs []string) {
	for _, ref := range refs {
		from, to, ok := strings.Cut(ref, ":")
		if !ok {
			continue
		}
		c1, r1, err1 := excelize.CellNameToCoordinates(from)
		c2, r2, err2 := excelize.CellNameToCoordinates(to)
		if err1 != nil || err2 != nil || c1 != c2 || r1 > len(s.lines) || c1 > len(s.lines[r1-1]) || c1 > maxCols {
			continue
		}
		text := s.lines[r1-1][c1-1]
		for r := r1; r < min(r2, len(s.lines)); r++ {
			if isBlank(s.lines[r]) {
				continue
			}
			for len(s.lines[r]) < c1 {
				s.lines[r] = append(s.lines[r], "")
			}
			s.lines[r][c1-1] = text
			s.merged[[2]int{r, c1 - 1}] = struct{}{}
		}
	}
}

// maxMerges bounds the merged cells that are looked at in a workbook.
const maxMerges = MaxRows

// mergedCells reads the merged cells of all sheets, by the sheet's name. What is broken is left out: the cells
// themselves are what counts.
func mergedCells(z *zip.Reader) map[string][]string {
	parts := map[string]string{}
	eachElement(z, "xl/_rels/workbook.xml.rels", func(e xml.StartElement) {
		if e.Name.Local == "Relationship" {
			to := attr(e, "Target")
			if !strings.HasPrefix(to, "/") {
				to = path.Join("xl", to)
			}
			parts[attr(e, "Id")] = strings.TrimPrefix(to, "/")
		}
	})
	out, n := map[string][]string{}, 0
	eachElement(z, "xl/workbook.xml", func(e xml.StartElement) {
		if e.Name.Local != "sheet" || len(out) > maxSheets {
			return
		}
		name := attr(e, "name")
		eachElement(z, parts[attr(e, "id")], func(e xml.StartElement) {
			if e.Name.Local == "mergeCell" && n < maxMerges {
				n++
				out[name] = append(out[name], attr(e, "ref"))
			}
		})
	})
	return out
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// eachElement calls do for every element of a part, without keeping the part in memory; a part that is missing or
// broken ends it.
func eachElement(z *zip.Reader, part string, do func(xml.StartElement)) {
	f, err := z.Open(part)
	if err != nil {
		return
	}
	defer f.Close()
	d := xml.NewDecoder(io.LimitReader(f, maxPart))
	for {
		t, err := d.RawToken()
		if err != nil {
			return
		}
		if e, ok := t.(xml.StartElement); ok {
			do(e)
		}
	}
}
