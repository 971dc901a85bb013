package exchange

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/xml"
	"errors"
	"io"
	"path"
	"regexp"
	"strconv"
	"strings"

	"github.com/xuri/excelize/v2"

	"leitai/fault"
)

// maxRows is how far down a sheet is read, and maxCell how long a cell may be.
const (
	maxRows = MaxQuestions * 4
	maxCols = 200
	maxCell = 64 << 10
)

// readXLSX reads every visible sheet that has a header.
func readXLSX(ctx context.Context, data []byte) (Result, error) {
	z, err := openZip(data)
	if err != nil {
		return Result{}, err
	}
	book, err := excelize.OpenReader(bytes.NewReader(data), excelize.Options{UnzipSizeLimit: maxUnpacked, UnzipXMLSizeLimit: 16 << 20})
	if err != nil {
		if strings.Contains(err.Error(), "password") {
			return Result{}, errPassword
		}
		return Result{}, fault.Wrap(fault.Invalid, "import.broken", err)
	}
	defer book.Close()
	shown := newGallery(z)
	extras := sheetExtras(z, shown)
	inCells := cellImages(z)
	var out Result
	if _, err := z.Open("xl/vbaProject.bin"); err == nil {
		out.Notes = append(out.Notes, Note{Status: Warning, Code: "file.macros"})
	}
	headers, before := false, 0 // rows of the sheets before
	counting := WithProgress(ctx, func(rows int) { Tell(ctx, before+rows) })
	for _, name := range book.GetSheetList() {
		if visible, err := book.GetSheetVisible(name); err == nil && !visible {
			out.Notes = append(out.Notes, Note{Status: Warning, Code: "file.sheet_hidden", Found: name})
			continue
		}
		g, err := sheetGrid(counting, book, name)
		if err != nil {
			return Result{}, err
		}
		before += len(g.rows)
		Tell(ctx, before)
		x := extras[name]
		g.merged, g.formulas = x.cover(g.rows), x.formulas
		g.gallery, g.pictures = shown, x.pictures
		putInCells(g.rows, inCells, shown)
		if at, columns, _ := g.header(); columns != nil && g.settlePictures(at) > 0 {
			out.Notes = append(out.Notes, Note{Status: Warning, Code: "picture.outside", Found: name})
		}
		rows, ok := readGrid(g)
		if !ok {
			if len(g.rows) > 1 {
				out.Notes = append(out.Notes, Note{Status: Warning, Code: "file.sheet_empty", Found: name})
			}
			continue
		}
		headers = true
		if out.Rows = append(out.Rows, rows...); len(out.Rows) > MaxQuestions {
			return Result{}, errTooMany
		}
	}
	if !headers {
		return Result{}, fault.New(fault.Invalid, "import.no_header")
	}
	return out, nil
}

// sheetGrid reads a sheet's cells as they are shown.
func sheetGrid(ctx context.Context, book *excelize.File, name string) (grid, error) {
	g := grid{name: name}
	rows, err := book.Rows(name)
	if err != nil {
		return g, fault.Wrap(fault.Invalid, "import.broken", err)
	}
	defer rows.Close()
	empty := 0
	for rows.Next() {
		if len(g.rows)%1000 == 0 {
			if ctx.Err() != nil {
				return g, ctx.Err()
			}
			Tell(ctx, len(g.rows))
		}
		cells, err := rows.Columns()
		if err != nil {
			return g, fault.Wrap(fault.Invalid, "import.broken", err)
		}
		if len(cells) > maxCols {
			cells = cells[:maxCols]
		}
		for i, c := range cells {
			if len(c) > maxCell {
				cells[i] = strings.ToValidUTF8(c[:maxCell], "")
			}
		}
		if isBlankRow(cells) {
			cells, empty = nil, empty+1
		} else {
			empty = 0
		}
		if g.rows = append(g.rows, cells); len(g.rows) > maxRows {
			if empty > 0 { // formatted to the end of the sheet, and nothing in it
				break
			}
			return g, errTooMany
		}
	}
	g.rows = g.rows[:len(g.rows)-empty]
	return g, nil
}

// sheetExtra is what a sheet has besides cells.
type sheetExtra struct {
	merges   []string         // "A2:A5"
	pictures map[int][]pinned // by row, from 0
	formulas map[string]bool  // cells that are worked out: "C7"
}

// cover gives the text of merged cells to the cells below that they cover.
func (x sheetExtra) cover(rows [][]string) map[[2]int]string {
	out := map[[2]int]string{}
	for _, ref := range x.merges {
		from, to, ok := strings.Cut(ref, ":")
		if !ok {
			continue
		}
		c1, r1, err1 := excelize.CellNameToCoordinates(from)
		c2, r2, err2 := excelize.CellNameToCoordinates(to)
		if err1 != nil || err2 != nil || c1 != c2 || r1 > len(rows) || c1 > len(rows[r1-1]) {
			continue
		}
		text := rows[r1-1][c1-1]
		for r := r1; r < min(r2, len(rows)); r++ {
			out[[2]int{r, c1 - 1}] = text
		}
	}
	return out
}

// sheetExtras reads merged cells and pictures of all sheets, by the sheet's name. What is broken is left out: the
// cells themselves are what counts.
func sheetExtras(z *zip.Reader, shown *gallery) map[string]sheetExtra {
	out := map[string]sheetExtra{}
	rels := relations(z, "xl/workbook.xml")
	_ = eachElement(z, "xl/workbook.xml", func(e xml.StartElement) {
		if e.Name.Local != "sheet" {
			return
		}
		name, id := attr(e, "name"), attr(e, "id")
		part := rels[id]
		if name == "" || part == "" {
			return
		}
		x := sheetExtra{pictures: map[int][]pinned{}, formulas: map[string]bool{}}
		drawing, cell := "", ""
		_ = eachElement(z, part, func(e xml.StartElement) {
			switch e.Name.Local {
			case "c":
				cell = attr(e, "r")
			case "f":
				if len(x.formulas) < maxRows {
					x.formulas[cell] = true
				}
			case "mergeCell":
				x.merges = append(x.merges, attr(e, "ref"))
			case "drawing":
				drawing = attr(e, "id")
			}
		})
		if to := relations(z, part)[drawing]; drawing != "" && to != "" {
			x.pictures = drawingPictures(z, to, shown)
		}
		out[name] = x
	})
	return out
}

// drawingPictures gives the pictures of a drawing by the row that they are anchored to.
func drawingPictures(z *zip.Reader, part string, shown *gallery) map[int][]pinned {
	out := map[int][]pinned{}
	rels := relations(z, part)
	b, err := readPart(z, part)
	if err != nil {
		return out
	}
	d := xml.NewDecoder(bytes.NewReader(b))
	row, col, inFrom, alt := 0, 0, false, ""
	number := func(e xml.StartElement) int {
		var n string
		if d.DecodeElement(&n, &e) != nil {
			return 0
		}
		i, _ := strconv.Atoi(strings.TrimSpace(n))
		return max(0, i)
	}
	for {
		t, err := d.Token()
		if err != nil {
			return out
		}
		switch e := t.(type) {
		case xml.StartElement:
			switch {
			case e.Name.Local == "from":
				inFrom = true
			case e.Name.Local == "row" && inFrom:
				row = number(e)
			case e.Name.Local == "col" && inFrom:
				col = number(e)
			case e.Name.Local == "cNvPr":
				alt = attr(e, "descr")
			case e.Name.Local == "blip":
				if m := shown.add(rels[attr(e, "embed")], alt); m.mark != 0 {
					out[row] = append(out[row], pinned{col: col, media: m})
				}
				alt = ""
			}
		case xml.EndElement:
			if e.Name.Local == "from" {
				inFrom = false
			}
		}
	}
}

var dispImg = regexp.MustCompile(`^\s*=?(?:_xlfn\.)?DISPIMG\("([^"]{1,200})"`)

// cellImages reads the pictures that WPS keeps inside cells: the id in the cell's formula → the part.
func cellImages(z *zip.Reader) map[string]string {
	out := map[string]string{}
	rels := relations(z, "xl/cellimages.xml")
	id := ""
	_ = eachElement(z, "xl/cellimages.xml", func(e xml.StartElement) {
		switch e.Name.Local {
		case "cNvPr":
			id = attr(e, "name")
		case "blip":
			out[id] = rels[attr(e, "embed")]
		}
	})
	return out
}

// putInCells puts marks in place of the formulas of pictures inside cells.
func putInCells(rows [][]string, images map[string]string, shown *gallery) {
	for _, row := range rows {
		for c, text := range row {
			if !strings.Contains(text, "DISPIMG") {
				continue
			}
			if m := dispImg.FindStringSubmatch(text); m != nil {
				part, ok := images[m[1]]
				if !ok {
					part = "xl/media/" + m[1]
				}
				row[c] = string(shown.add(part, "").mark)
			}
		}
	}
}

// relations reads a part's relations: id → part.
func relations(z *zip.Reader, part string) map[string]string {
	out := map[string]string{}
	dir, base := path.Split(part)
	_ = eachElement(z, dir+"_rels/"+base+".rels", func(e xml.StartElement) {
		if e.Name.Local != "Relationship" || attr(e, "TargetMode") == "External" {
			return
		}
		to := attr(e, "Target")
		if strings.HasPrefix(to, "/") {
			to = strings.TrimPrefix(to, "/")
		} else {
			to = path.Join(dir, to)
		}
		out[attr(e, "Id")] = to
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

// eachElement calls do for every element of a part, without keeping the part in memory.
func eachElement(z *zip.Reader, part string, do func(xml.StartElement)) error {
	f, err := z.Open(part)
	if err != nil {
		return err
	}
	defer f.Close()
	d := xml.NewDecoder(io.LimitReader(f, maxPart))
	for {
		t, err := d.RawToken()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := t.(xml.StartElement); ok {
			do(e)
		}
	}
}

// readPart reads a part of an archive, at most 64 MB.
func readPart(z *zip.Reader, name string) ([]byte, error) {
	f, err := z.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	const most = 64 << 20
	b, err := io.ReadAll(io.LimitReader(f, most+1))
	if err == nil && len(b) > most {
		err = errBomb
	}
	return b, err
}
