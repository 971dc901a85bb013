package exchange

import (
	"bytes"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/xuri/excelize/v2"

	"leitai/delimited"
	"leitai/fault"
)

// resultHead names the column that an annotated copy adds. Readers leave it alone.
const resultHead = "导入结果"

// Annotate writes a copy of a file that says at each row what became of it: a workbook keeps its sheets, a CSV file its
// columns, and what has no rows of its own becomes our template with the questions as they were read. It gives the
// copy's extension. data is nil when the file is not kept any more. The copy can be mended and uploaded again.
func Annotate(ctx context.Context, w io.Writer, format Format, data []byte, rows []Row, lang string) (ext string, err error) {
	switch {
	case format == XLSX && data != nil:
		return "xlsx", annotateXLSX(ctx, w, data, rows, lang)
	case format == CSV && data != nil:
		return "csv", annotateCSV(w, data, rows, lang)
	}
	return "xlsx", annotateTemplate(w, rows, lang)
}

// verdict is what the column says of a row: what became of it, and what to do.
func verdict(r Row, lang string) string {
	zh := !strings.HasPrefix(strings.ToLower(strings.TrimSpace(lang)), "en")
	pick := func(a, b string) string {
		if zh {
			return a
		}
		return b
	}
	switch {
	case r.Edited:
		return pick("✓ 已在预览里改好", "✓ Mended in the preview")
	case r.Status() == Error:
		out := pick("✗ 不能导入：", "✗ Not imported: ") + r.Say(lang)
		for _, n := range r.Notes {
			if n.Mend != nil {
				out += pick("（可以", " (") + n.Mend.Say(lang) + pick("）", ")")
			}
		}
		return out
	case r.Status() == Warning:
		return pick("! 可以导入，请核对：", "! Will be imported, please check: ") + r.Say(lang)
	}
	return pick("✓ 正常", "✓ Fine")
}

// Colours of a row's verdict and of the cells that it names.
var verdictFill = map[Status]string{Error: "FBD5D5", Warning: "FFF1C9", OK: "E4F4E4"}

func annotateXLSX(ctx context.Context, w io.Writer, data []byte, rows []Row, lang string) error {
	if _, err := openZip(data); err != nil {
		return err
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: 16 << 20})
	if err != nil {
		return fault.Wrap(fault.Invalid, "import.broken", err)
	}
	defer book.Close()
	bySheet := map[string][]Row{}
	for _, r := range rows {
		bySheet[r.Sheet] = append(bySheet[r.Sheet], r)
	}
	a := annotator{book: book, fills: map[fillOf]int{}, lang: lang}
	for _, name := range book.GetSheetList() {
		if len(bySheet[name]) == 0 {
			continue
		}
		if err := a.sheet(ctx, name, bySheet[name]); err != nil {
			return fmt.Errorf("annotate sheet %s: %w", name, err)
		}
	}
	return book.Write(w)
}

// annotator writes verdicts into a workbook.
type annotator struct {
	book  *excelize.File
	fills map[fillOf]int // style with a colour under it → style
	lang  string
}

type fillOf struct {
	style int
	color string
}

func (a *annotator) sheet(ctx context.Context, name string, rows []Row) error {
	g, err := sheetGrid(ctx, a.book, name)
	if err != nil {
		return err
	}
	at, columns, _ := g.header()
	if columns == nil {
		return nil
	}
	col := resultColumn(g.rows, at)
	colName, err := excelize.ColumnNumberToName(col + 1)
	if err != nil {
		return err
	}
	head := fmt.Sprintf("%s%d", colName, at+1)
	if err := a.book.SetCellStr(name, head, resultHead); err != nil {
		return err
	}
	bold, err := a.book.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return err
	}
	_ = a.book.SetCellStyle(name, head, head, bold)
	_ = a.book.SetColWidth(name, colName, colName, 60)
	for i, r := range rows {
		if i%1000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		cell := fmt.Sprintf("%s%d", colName, r.Row)
		if err := a.book.SetCellStr(name, cell, verdict(r, a.lang)); err != nil {
			return err
		}
		status := r.Status()
		if r.Edited {
			status = OK
		}
		a.fill(name, cell, verdictFill[status])
		if status == OK {
			continue
		}
		for _, n := range r.Notes {
			if n.Cell != "" && n.Cell != cell {
				a.fill(name, n.Cell, verdictFill[n.Status])
			}
		}
	}
	return nil
}

// fill puts a colour behind a cell and leaves the rest of its style; where that fails the words are enough.
func (a *annotator) fill(sheet, cell, color string) {
	old, err := a.book.GetCellStyle(sheet, cell)
	if err != nil {
		return
	}
	key := fillOf{old, color}
	id, ok := a.fills[key]
	if !ok {
		style, err := a.book.GetStyle(old)
		if err != nil || style == nil {
			style = &excelize.Style{}
		}
		style.Fill = excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{color}}
		if id, err = a.book.NewStyle(style); err != nil {
			return
		}
		a.fills[key] = id
	}
	_ = a.book.SetCellStyle(sheet, cell, cell, id)
}

// resultColumn is where the verdicts go: the column that an earlier copy has made, else after the last one.
func resultColumn(rows [][]string, header int) int {
	last := 0
	for _, r := range rows {
		for c := len(r) - 1; c >= last; c-- {
			if !isEmpty(r[c]) {
				last = c + 1
				break
			}
		}
	}
	for c, cell := range rows[header] {
		if headName(cell) == resultHead {
			return c
		}
	}
	return last
}

func annotateCSV(w io.Writer, data []byte, rows []Row, lang string) error {
	text := delimited.Decode(data)
	g, err := csvGrid(text)
	if err != nil {
		return fault.Wrap(fault.Invalid, "import.broken", err)
	}
	at, columns, _ := g.header()
	if columns == nil {
		return fault.New(fault.Invalid, "import.no_header")
	}
	col := resultColumn(g.rows, at)
	byRow := map[int]Row{}
	for _, r := range rows {
		byRow[r.Row] = r
	}
	if _, err := io.WriteString(w, "\ufeff"); err != nil { // or a spreadsheet takes it for GB18030
		return err
	}
	in := delimited.NewReader(text, headerRows, isColumn)
	out := csv.NewWriter(w)
	out.Comma, out.UseCRLF = in.Comma, true
	var count delimited.RowCounter
	for {
		cells, err := in.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return fault.Wrap(fault.Invalid, "import.broken", err)
		}
		line := count.Row(in, cells)
		for i := range cells {
			cells[i] = guard(cells[i])
		}
		for len(cells) <= col {
			cells = append(cells, "")
		}
		if r, ok := byRow[line]; ok {
			cells[col] = verdict(r, lang)
		} else if line == at+1 {
			cells[col] = resultHead
		}
		if err := out.Write(cells); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// annotateTemplate writes the rows as read in our template: those that need a hand first.
func annotateTemplate(w io.Writer, rows []Row, lang string) error {
	rows = slices.Clone(rows)
	rank := map[Status]int{Error: 0, Warning: 1, OK: 2}
	slices.SortStableFunc(rows, func(a, b Row) int { return rank[a.Status()] - rank[b.Status()] })
	return writeTemplate(w, rows, lang)
}
