package exchange

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"leitai/questionbank"
)

// seedWith adds the files of testdata/cases of one format.
func seedWith(f *testing.F, format string) {
	f.Helper()
	files, err := filepath.Glob("testdata/cases/" + format + "/*")
	if err != nil {
		f.Fatal(err)
	}
	for _, path := range files {
		if filepath.Ext(path) == ".json" && format != "json" || len(path) > 10 && path[len(path)-10:] == ".want.json" {
			continue
		}
		b, err := os.ReadFile(path)
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
}

// holds checks what every reading must give: rows that the bank takes, or that say what is wrong, within a time.
func holds(t *testing.T, read func() (Result, error)) {
	t.Helper()
	begun := time.Now()
	r, err := read()
	if took := time.Since(begun); took > 20*time.Second {
		t.Errorf("took %s", took)
	}
	if err != nil {
		return
	}
	for _, row := range r.Rows {
		if row.Status() != Error {
			if err := row.Question.Validate(); err != nil {
				t.Errorf("a row that may be imported is refused: %v\n%s", err, shown(row))
			}
			for _, k := range row.Question.Key {
				if row.Question.Type != questionbank.Fill && (len(k) != 1 || int(k[0]-'A') >= len(row.Question.Options)) {
					t.Errorf("key %q of %d options", k, len(row.Question.Options))
				}
			}
		}
		for _, n := range row.Notes {
			if _, ok := notes[n.Code]; !ok {
				t.Errorf("note %q is not in the catalogue", n.Code)
			}
		}
		_ = row.Say("zh-CN") + row.Say("en") + row.Codes() + verdict(row, "zh-CN") + keyText(row.Question)
	}
}

// fuzzFormat fuzzes one reader, told by format, so that no other takes the file away from it.
func fuzzFormat(f *testing.F, format Format) {
	seedWith(f, string(format))
	f.Fuzz(func(t *testing.T, b []byte) {
		if len(b) > 256<<10 {
			return
		}
		holds(t, func() (Result, error) { return readAs(context.Background(), format, b) })
	})
}

func FuzzXLSX(f *testing.F)   { fuzzFormat(f, XLSX) }
func FuzzCSV(f *testing.F)    { fuzzFormat(f, CSV) }
func FuzzText(f *testing.F)   { fuzzFormat(f, Text) }
func FuzzDOCX(f *testing.F)   { fuzzFormat(f, DOCX) }
func FuzzGIFT(f *testing.F)   { fuzzFormat(f, GIFT) }
func FuzzAiken(f *testing.F)  { fuzzFormat(f, Aiken) }
func FuzzMoodle(f *testing.F) { fuzzFormat(f, MoodleXML) }
func FuzzQTI(f *testing.F)    { fuzzFormat(f, QTI) }

func FuzzJSON(f *testing.F) {
	seedWith(f, "json")
	seedWith(f, "jsonl")
	f.Fuzz(func(t *testing.T, b []byte) {
		holds(t, func() (Result, error) { return readAs(context.Background(), JSON, b) })
	})
}

// FuzzDOCXBody fuzzes a document's markup behind the archive, which random bytes never get through.
func FuzzDOCXBody(f *testing.F) {
	for _, body := range documents {
		f.Add(body)
	}
	f.Fuzz(func(t *testing.T, body string) {
		data := wordFile(t, body)
		holds(t, func() (Result, error) { return readAs(context.Background(), DOCX, data) })
	})
}

// FuzzSheetPart fuzzes the cells of a workbook behind the archive.
func FuzzSheetPart(f *testing.F) {
	f.Add(`<row r="1"><c r="A1" t="inlineStr"><is><t>题干</t></is></c><c r="B1" t="inlineStr"><is><t>答案</t></is></c><c r="C1" t="inlineStr"><is><t>A</t></is></c><c r="D1" t="inlineStr"><is><t>B</t></is></c></row><row r="2"><c r="A2" t="inlineStr"><is><t>首都？</t></is></c><c r="B2" t="s"><v>0</v></c><c r="C2"><f>1+1</f><v>2</v></c><c r="D2"><v>3</v></c></row>`)
	f.Fuzz(func(t *testing.T, rows string) {
		data := zipInOrder(t, []zipPart{
			{"[Content_Types].xml", `<?xml version="1.0" encoding="UTF-8"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/><Override PartName="/xl/workbook.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>`},
			{"_rels/.rels", `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
			{"xl/workbook.xml", `<?xml version="1.0" encoding="UTF-8"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="单选题" sheetId="1" r:id="rId1"/></sheets></workbook>`},
			{"xl/_rels/workbook.xml.rels", `<?xml version="1.0" encoding="UTF-8"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`},
			{"xl/worksheets/sheet1.xml", `<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>` + rows + `</sheetData></worksheet>`},
		})
		holds(t, func() (Result, error) { return readAs(context.Background(), XLSX, data) })
	})
}

// FuzzDetect fuzzes the finding out of what a file is, with the reading that follows.
func FuzzDetect(f *testing.F) {
	for _, format := range []string{"text", "csv", "gift", "aiken", "json", "jsonl", "moodle_xml"} {
		seedWith(f, format)
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		for _, name := range []string{"", "a.json", "a.csv"} {
			holds(t, func() (Result, error) { return Read(context.Background(), name, b) })
		}
	})
}
