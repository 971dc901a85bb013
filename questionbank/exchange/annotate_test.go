package exchange

import (
	"bytes"
	"context"
	"os"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"

	"leitai/questionbank"
)

func annotated(t *testing.T, name string, data []byte) (ext string, copied []byte, r Result) {
	t.Helper()
	r, err := Read(context.Background(), name, data)
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	ext, err = Annotate(context.Background(), &b, r.Format, data, r.Rows, "zh-CN")
	if err != nil {
		t.Fatal(err)
	}
	return ext, b.Bytes(), r
}

// TestAnnotatedWorkbook: the sheets stay as they are, with one more column; the copy reads as the file did, and an
// annotated copy of the copy has no second column.
func TestAnnotatedWorkbook(t *testing.T) {
	data, err := os.ReadFile("testdata/cases/xlsx/看得见的错误.xlsx")
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		ext, copied, r := annotated(t, "a.xlsx", data)
		book, err := excelize.OpenReader(bytes.NewReader(copied))
		if err != nil || ext != "xlsx" {
			t.Fatal(ext, err)
		}
		for cell, want := range map[string]string{"A2": "单选写了两个字母", "G1": "导入结果", "G2": "✗ 不能导入：F2：单选题有多个答案“AC”（应为一个字母）（可以改为多选）", "G3": "✗ 不能导入：F3：答案“D”超出了选项（应为已有选项的字母）", "H1": ""} {
			if got, _ := book.GetCellValue("Sheet1", cell); got != want {
				t.Errorf("%s is %q, want %q", cell, got, want)
			}
		}
		for cell, want := range map[string]string{"G2": "FBD5D5", "F2": "FBD5D5", "A2": ""} {
			id, _ := book.GetCellStyle("Sheet1", cell)
			got := ""
			if style, err := book.GetStyle(id); err == nil && len(style.Fill.Color) > 0 {
				got = style.Fill.Color[0]
			}
			if got != want {
				t.Errorf("%s has the colour %q, want %q", cell, got, want)
			}
		}
		again, err := Read(context.Background(), "copy.xlsx", copied)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := showAll(r.Rows), showAll(again.Rows); a != b {
			t.Errorf("the file\n%s\nits copy\n%s", a, b)
		}
		data = copied
	}
}

// TestMendedCopyImportsTheRest: what a copy names is mended in it, and all of its rows are good then.
func TestMendedCopyImportsTheRest(t *testing.T) {
	for _, file := range []string{"testdata/cases/text/单选题写了两个字母.txt", "testdata/cases/xlsx/重复的题.xlsx"} {
		data, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		_, copied, before := annotated(t, file, data)
		book, err := excelize.OpenReader(bytes.NewReader(copied))
		if err != nil {
			t.Fatal(err)
		}
		sheet := book.GetSheetList()[0]
		rows, err := book.GetRows(sheet)
		if err != nil {
			t.Fatal(err)
		}
		mended := 0
		for i, r := range rows {
			if !strings.HasPrefix(r[len(r)-1], "✗") {
				continue
			}
			mended++
			for c, h := range rows[0] {
				switch headName(h) {
				case "正确答案", "答案":
					_ = book.SetCellStr(sheet, cellName(i, c), "A")
				case "题干":
					_ = book.SetCellStr(sheet, cellName(i, c), "改过的"+r[c])
				}
			}
		}
		var b bytes.Buffer
		if err := book.Write(&b); err != nil {
			t.Fatal(err)
		}
		after, err := Read(context.Background(), "mended.xlsx", b.Bytes())
		if err != nil || mended == 0 || after.Counts().Error != 0 || len(after.Rows) != len(before.Rows) {
			t.Errorf("%s: %d mended, %+v, %v\n%s", file, mended, after.Counts(), err, showAll(after.Rows))
		}
	}
}

func TestAnnotatedCSV(t *testing.T) {
	data, err := os.ReadFile("testdata/cases/csv/单元格里有引号和换行.csv")
	if err != nil {
		t.Fatal(err)
	}
	gb := "题目;题型;A;B;答案\n首都？;单选;上海;北京;AB\n\n=1+1;判断;;;对\n"
	for _, text := range []string{string(data), gb} {
		ext, copied, r := annotated(t, "a.csv", []byte(text))
		if ext != "csv" || !bytes.HasPrefix(copied, []byte("\ufeff")) || bytes.Count(copied, []byte("导入结果")) != 1 {
			t.Errorf("%s\n%s", ext, copied)
		}
		again, err := Read(context.Background(), "copy.csv", copied)
		if err != nil {
			t.Fatal(err)
		}
		if a, b := showAll(r.Rows), showAll(again.Rows); a != b {
			t.Errorf("the file\n%s\nits copy\n%s", a, b)
		}
	}
}

// TestAnnotatedCSVHasNoFormula: another than who made the file may open the copy.
func TestAnnotatedCSVHasNoFormula(t *testing.T) {
	const file = "题干,题型,A,B,C,D,答案\n\"=HYPERLINK(\"\"x\"\")\",单选,@SUM(1),-5,+cmd|x,+3.5%,A\n'=1+1,判断,,,,,对\n"
	_, copied, r := annotated(t, "a.csv", []byte(file))
	for _, want := range []string{`"'=HYPERLINK(""x"")",单选,'@SUM(1),-5,'+cmd|x,+3.5%,A,`, "'=1+1,判断"} {
		if !strings.Contains(string(copied), want) {
			t.Errorf("no %s in\n%s", want, copied)
		}
	}
	again, err := Read(context.Background(), "copy.csv", copied)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := showAll(r.Rows), showAll(again.Rows); a != b || again.Rows[0].Question.Stem != `=HYPERLINK("x")` {
		t.Errorf("the file\n%s\nits copy\n%s", a, b)
	}
}

// TestAnnotateAnything: rows with whatever is wrong can be written, in both languages, with or without their file.
func TestAnnotateAnything(t *testing.T) {
	rows := []Row{{Row: 2, Question: questionbank.Question{Type: questionbank.Judge, Stem: "甲", Options: []string{"正确", "错误"}, Key: []string{"Z"}}, Notes: []Note{{Status: Error, Code: "key.range", Found: "Z"}}},
		{Row: 3, Question: questionbank.Question{Type: questionbank.Judge, Options: []string{"正确", "错误"}, Key: []string{""}}}, {Row: 4, Edited: true}, {Row: 5, Notes: []Note{{Status: Warning, Code: "type.guessed", Found: "单选"}}}}
	for _, lang := range []string{"zh-CN", "en"} {
		for _, format := range []Format{XLSX, CSV, Text, JSON} {
			var b bytes.Buffer
			if ext, err := Annotate(context.Background(), &b, format, nil, rows, lang); err != nil || ext != "xlsx" || b.Len() == 0 {
				t.Errorf("%s: %s, %v", format, ext, err)
			}
		}
	}
}

// TestAnnotatedCSVWithLineBreaks: each verdict stands at its own row, also below cells of several lines.
func TestAnnotatedCSVWithLineBreaks(t *testing.T) {
	data := []byte("题干,题型,选项,答案\n\n甲？,单选,\"A.一\nB.二\",B\n乙？,单选,一|二,AB\n")
	r, err := Read(t.Context(), "a.csv", data)
	if err != nil || len(r.Rows) != 2 || r.Rows[0].Row != 3 || r.Rows[1].Row != 4 || r.Rows[1].Notes[0].Cell != "D4" {
		t.Fatal(err, showAll(r.Rows))
	}
	var b bytes.Buffer
	if _, err := Annotate(t.Context(), &b, CSV, data, r.Rows, "zh-CN"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{",B,✓ 正常", ",AB,✗ 不能导入：D4"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}
