// Package roster reads rosters (花名册) as people have them: workbooks and CSV files with a header anywhere in the first
// rows, columns in any order and under any of their usual names, numbers that a spreadsheet has mangled, merged cells
// and hidden rows. What it says of single rows is in their notes; nothing is guessed silently.
package roster

import (
	"context"

	"leitai/delimited"
	"leitai/fault"
)

// What a file may have.
const (
	MaxFile = 20 << 20 // bytes
	MaxRows = 100_000  // people

	headerRows = 20   // among the first of which a header is looked for
	maxCols    = 100  // of a sheet; what stands further right is not looked at
	maxCell    = 2000 // bytes of a cell
	maxSheets  = 200
	maxLines   = MaxRows * 2 // of a sheet, empty ones included
)

// Format is a kind of file.
type Format string

// The formats.
const (
	XLSX Format = "xlsx"
	CSV  Format = "csv"
)

// Status is how good a row is.
type Status string

// What can become of a row: imported, imported and to be looked at, not imported.
const (
	OK      Status = "ok"
	Warning Status = "warning"
	Error   Status = "error"
)

// Note says something about a cell of a row, or about the whole file.
type Note struct {
	Status Status `json:"status"`
	Code   string `json:"code"`
	Cell   string `json:"cell,omitempty"`  // "C7"; "" is the row or the file
	Found  string `json:"found,omitempty"` // what stands there
	Want   string `json:"want,omitempty"`  // a value that the text names besides
}

// Row is one person of a file.
type Row struct {
	Sheet      string `json:"sheet,omitempty"`
	Row        int    `json:"row"` // as a spreadsheet numbers it
	Name       string `json:"name"`
	Phone      string `json:"phone"`
	EmployeeNo string `json:"no"`
	Unit       string `json:"unit"`
	Branch     string `json:"branch"`
	Skip       bool   `json:"skip,omitempty"` // no person: a total, a signature
	Notes      []Note `json:"notes,omitempty"`
	Cells      Cells  `json:"cells"`
}

// Cells names where the parts of a row stand; "" where the file has no such column.
type Cells struct {
	Name       string `json:"name,omitempty"`
	Phone      string `json:"phone,omitempty"`
	EmployeeNo string `json:"no,omitempty"`
	Unit       string `json:"unit,omitempty"`
	Branch     string `json:"branch,omitempty"`
}

// File is what was read.
type File struct {
	Format Format
	Rows   []Row
	Notes  []Note // about the whole file
}

// Faults of a whole file; their texts are in note.go.
var (
	errTooLarge  = fault.New(fault.Invalid, "roster.too_large")
	errTooMany   = fault.New(fault.Invalid, "roster.too_many")
	errUnknown   = fault.New(fault.Invalid, "roster.unknown")
	errPassword  = fault.New(fault.Invalid, "roster.password")
	errOldOffice = fault.New(fault.Invalid, "roster.old_office")
	errBomb      = fault.New(fault.Invalid, "roster.bomb")
	errEmpty     = fault.New(fault.Invalid, "roster.empty")
	errNoHeader  = fault.New(fault.Invalid, "roster.no_header")
)

func errBroken(err error) error { return fault.Wrap(fault.Invalid, "roster.broken", err) }

// Read reads a file; it finds out by its content what it is. An error, which is a fault, is about the whole file.
func Read(ctx context.Context, data []byte) (File, error) {
	if len(data) > MaxFile {
		return File{}, errTooLarge
	}
	format, err := detect(data)
	if err != nil {
		return File{}, err
	}
	f := File{Format: format}
	var sheets []sheet
	if format == XLSX {
		sheets, f.Notes, err = readWorkbook(ctx, data)
	} else {
		sheets, err = readCSV(ctx, delimited.Decode(data))
	}
	if err != nil {
		return File{}, err
	}
	headers, several := false, len(sheets) > 1
	for _, s := range sheets {
		rows, notes, ok := s.people(several)
		f.Notes = append(f.Notes, notes...)
		if !ok {
			if several && len(s.lines) > 1 {
				f.Notes = append(f.Notes, Note{Status: Warning, Code: "file.sheet_empty", Found: s.name})
			}
			continue
		}
		headers = true
		if f.Rows = append(f.Rows, rows...); len(f.Rows) > MaxRows {
			return File{}, errTooMany
		}
	}
	switch {
	case !headers:
		return File{}, errNoHeader
	case len(f.Rows) == 0:
		return File{}, errEmpty
	}
	return f, nil
}
