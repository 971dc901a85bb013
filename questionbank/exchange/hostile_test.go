package exchange

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"leitai/fault"
)

func zipped(t *testing.T, parts map[string]string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range parts {
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestHostileFiles: what was made to do harm, or broke on its way, is refused with a word for people.
func TestHostileFiles(t *testing.T) {
	const word = `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>`
	locked := append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...)
	locked = append(locked, utf16("EncryptedPackage")...)
	encrypted := zipped(t, map[string]string{"word/document.xml": "x"})
	at := bytes.Index(encrypted, []byte("PK\x01\x02"))
	binary.LittleEndian.PutUint16(encrypted[at+8:], 1)
	bomb := zipped(t, map[string]string{"word/document.xml": "x"})
	binary.LittleEndian.PutUint32(bomb[bytes.Index(bomb, []byte("PK\x01\x02"))+24:], 300<<20)
	tests := []struct {
		name, file string
		data       []byte
		key        string
	}{
		{"nothing", "a.xlsx", nil, "import.empty"},
		{"blanks", "a.txt", []byte(" \n\n\t"), "import.empty"},
		{"a picture", "a.csv", []byte("\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR"), "import.unknown"},
		{"RTF under the name of Word", "a.doc", []byte(`{\rtf1\ansi 1. abc}`), "import.old_office"},
		{"a page under the name of Excel", "a.xls", []byte("<html><body><table><tr><td>题目</td></tr></table></body></html>"), "import.old_office"},
		{"PDF", "a.docx", []byte("%PDF-1.7 ..."), "import.unknown"},
		{"old Excel", "a.xlsx", append([]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), make([]byte, 600)...), "import.old_office"},
		{"a password", "a.xlsx", locked, "import.password"},
		{"an encrypted part", "a.docx", encrypted, "import.password"},
		{"half a zip", "a.xlsx", zipped(t, map[string]string{"xl/workbook.xml": strings.Repeat("x", 4000)})[:60], "import.broken"},
		{"some other zip", "a.zip", zipped(t, map[string]string{"readme.txt": "hello"}), "import.unknown"},
		{"a workbook without sheets", "a.xlsx", zipped(t, map[string]string{"xl/workbook.xml": "<workbook/>"}), "import.broken"},
		{"a zip bomb", "a.docx", bomb, "import.bomb"},
		{"very many parts", "a.docx", zipped(t, manyParts(6000)), "import.bomb"},
		{"external entities in Word", "a.docx", zipped(t, map[string]string{"word/document.xml": `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>` + word + "<w:p><w:r><w:t>&e;</w:t></w:r></w:p></w:body></w:document>"}), "import.entities"},
		{"a billion laughs in Moodle", "a.xml", []byte(`<?xml version="1.0"?><!DOCTYPE quiz [<!ENTITY a "ha"><!ENTITY b "&a;&a;">]><quiz><question type="essay"><questiontext><text>&b;</text></questiontext></question></quiz>`), "import.entities"},
		{"tables in tables without end", "a.docx", zipped(t, map[string]string{"word/document.xml": word + strings.Repeat("<w:tbl><w:tr><w:tc>", 500)}), "import.broken"},
		{"half an XML", "a.xml", []byte("<quiz><question type=\"multichoice\"><questiontext>"), "import.broken"},
		{"JSON that is none", "a.json", []byte(`[{"question": "首都？", `), "import.broken"},
		{"JSON of great depth", "a.json", []byte(`["a",` + strings.Repeat("[", 20000)), "import.broken"},
		{"prose", "a.txt", []byte("今天天气很好，我们去公园。\n明天也是。"), "import.empty"},
		{"a table without a header", "a.csv", []byte("1,2,3\n4,5,6\n"), "import.no_header"},
		{"too large", "a.txt", make([]byte, MaxFile+1), "import.too_large"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := Read(context.Background(), tt.file, tt.data)
			if fault.KeyOf(err) != tt.key || len(r.Rows) != 0 {
				t.Errorf("%d rows, %v; want %s", len(r.Rows), err, tt.key)
			}
			if _, ok := FileFault(tt.key, "zh"); !ok {
				t.Errorf("%s has no text", tt.key)
			}
		})
	}
}

func manyParts(n int) map[string]string {
	out := map[string]string{"word/document.xml": ""}
	for i := range n {
		out[fmt.Sprintf("word/media/%d", i)] = ""
	}
	return out
}

// TestFormulasAreReadAsShown: what a cell shows counts, never a formula that somebody would run.
func TestFormulasAreReadAsShown(t *testing.T) {
	book := excelize.NewFile()
	for cell, v := range map[string]any{"A1": "题干", "B1": "题型", "C1": "A", "D1": "B", "E1": "答案", "B2": "单选", "C2": 1.50, "D2": "=1+1", "E2": "A"} {
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	if err := book.SetCellFormula("Sheet1", "A2", `HYPERLINK("http://evil.example","一加一等于几？")`); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	r, err := Read(context.Background(), "a.xlsx", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	if s := showAll(r.Rows); strings.Contains(s, "evil") || !strings.Contains(s, "B.=1+1") {
		t.Error(s)
	}
}

// TestEmptyRowsToTheEndOfTheSheet: a sheet that is formatted to its last row holds what it holds.
func TestEmptyRowsToTheEndOfTheSheet(t *testing.T) {
	book := excelize.NewFile()
	for cell, v := range map[string]any{"A1": "题干", "B1": "题型", "C1": "答案", "A2": "对吗？", "B2": "判断", "C2": "对", "A1048576": " "} {
		if err := book.SetCellValue("Sheet1", cell, v); err != nil {
			t.Fatal(err)
		}
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	r, err := Read(context.Background(), "a.xlsx", b.Bytes())
	if err != nil || len(r.Rows) != 1 {
		t.Errorf("%d rows, %v", len(r.Rows), err)
	}
}

// FuzzRead: whatever comes, nothing panics, and what is called good is a well-formed question.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"1. 甲（ B ）\nA.一 B.二\n", "题干,A,B,答案\n甲,一,二,A\n", "甲{=一 ~二}", "Q\nA. a\nB. b\nANSWER: A\n", `[{"question":"甲","options":["一","二"],"answer":"A"}]`,
		"<quiz><question type=\"truefalse\"><questiontext><text>甲</text></questiontext><answer fraction=\"100\"><text>true</text></answer></question></quiz>",
		"判断题\n1. 甲（√）\n参考答案\n1-2 √×\n", "单选题\n1.甲\nA.一\nB.二\n答案\n1-1 A", "PK\x03\x04"} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, b []byte) {
		r, err := Read(context.Background(), "", b)
		if err != nil {
			if fault.CodeOf(err) == fault.Internal {
				t.Fatal(err)
			}
			return
		}
		for _, row := range r.Rows {
			if row.Status() != Error {
				if err := row.Question.Validate(); err != nil {
					t.Fatalf("%+v is called good: %v", row, err)
				}
			}
		}
	})
}

// TestHostileTextsAreReadInTime: texts that would take a careless reader for ever.
func TestHostileTextsAreReadInTime(t *testing.T) {
	for name, text := range map[string]string{
		"ranges of keys":        "单选题\n1. 甲\nA. 一 B. 二\n参考答案\n" + strings.Repeat("1-9999 AAAA\n", 200_000),
		"keys of one number":    "判断题\n" + strings.Repeat("1. 甲\n", 20_000) + "参考答案\n" + strings.Repeat("1.√ ", 20_000),
		"labels on one line":    "1. 甲" + strings.Repeat("【答案】A", 80_000),
		"options on one line":   "1. 甲 " + strings.Repeat("A. 一 B. 二 ", 50_000),
		"empty lines":           "1. 甲\n" + strings.Repeat("\n", 1_000_000) + "A. 一\n",
		"brackets":              "1. " + strings.Repeat("（A）", 100_000),
		"blocks of GIFT":        strings.Repeat("甲{=一 ~二}\n\n", 100_000),
		"braces that stay open": "甲{=一 ~二}\n\n" + strings.Repeat("{", 1_000_000),
	} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(context.Background(), patience)
			defer cancel()
			done := make(chan struct{})
			go func() {
				defer close(done)
				_, _ = Read(ctx, "a.txt", []byte(text))
			}()
			select {
			case <-done:
			case <-ctx.Done():
				t.Fatal("still reading")
			}
		})
	}
}

const patience = 30 * time.Second
