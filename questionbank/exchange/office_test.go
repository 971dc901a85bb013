package exchange

import (
	"archive/zip"
	"bytes"
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
)

// para writes a paragraph of a document: runs are parted by "*", and every second one is bold; "#1:0 " begins one of list
// 1, level 0; "!" makes a run red.
func para(text string) string {
	list := ""
	if rest, ok := strings.CutPrefix(text, "#"); ok {
		var id, level int
		head, tail, _ := strings.Cut(rest, " ")
		_, _ = fmt.Sscanf(head, "%d:%d", &id, &level)
		text = tail
		list = fmt.Sprintf(`<w:pPr><w:numPr><w:ilvl w:val="%d"/><w:numId w:val="%d"/></w:numPr></w:pPr>`, level, id)
	}
	var b strings.Builder
	for i, run := range strings.Split(text, "*") {
		props := ""
		if i%2 == 1 {
			props = "<w:rPr><w:b/></w:rPr>"
		}
		if rest, ok := strings.CutPrefix(run, "!"); ok {
			run, props = rest, `<w:rPr><w:color w:val="FF0000"/></w:rPr>`
		}
		if rest, ok := strings.CutPrefix(run, "~"); ok {
			run, props = rest, `<w:rPr><w:u w:val="single"/></w:rPr>`
		}
		b.WriteString(`<w:r>` + props + `<w:t xml:space="preserve">` + run + `</w:t></w:r>`)
	}
	return "<w:p>" + list + b.String() + "</w:p>"
}

const wordNumbering = `<w:numbering xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main">
<w:abstractNum w:abstractNumId="0"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="decimal"/><w:lvlText w:val="%1."/></w:lvl><w:lvl w:ilvl="1"><w:start w:val="1"/><w:numFmt w:val="upperLetter"/><w:lvlText w:val="%2."/></w:lvl></w:abstractNum>
<w:abstractNum w:abstractNumId="1"><w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="%1、"/></w:lvl></w:abstractNum>
<w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num><w:num w:numId="2"><w:abstractNumId w:val="1"/></w:num></w:numbering>`

func document(t *testing.T, body string) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for name, text := range map[string]string{
		"[Content_Types].xml": `<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`,
		"word/numbering.xml":  wordNumbering,
		"word/document.xml":   `<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body>` + body + `</w:body></w:document>`,
	} {
		f, err := z.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = f.Write([]byte(text))
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func paras(lines ...string) string {
	var b strings.Builder
	for _, l := range lines {
		b.WriteString(para(l))
	}
	return b.String()
}

func table(rows ...[]string) string {
	var b strings.Builder
	b.WriteString("<w:tbl>")
	for _, r := range rows {
		b.WriteString("<w:tr>")
		for _, c := range r {
			b.WriteString("<w:tc>" + para(c) + "</w:tc>")
		}
		b.WriteString("</w:tr>")
	}
	return b.String() + "</w:tbl>"
}

func TestDOCX(t *testing.T) {
	tests := []struct{ name, body, want string }{
		{"numbered by hand", paras("一、单选题", "1. 首都是哪里？", "A. 上海", "B. 北京", "答案：B"), `ok single 首都是哪里？ | A.上海 | B.北京 | B`},
		{"numbered by Word", paras("#2:0 单选题", "#1:0 首都是哪里？", "#1:1 上海", "#1:1 北京", "答案：B", "#1:0 河是？", "#1:1 长江", "#1:1 泰山", "答案：A"),
			`ok single 首都是哪里？ | A.上海 | B.北京 | B
ok single 河是？ | A.长江 | B.泰山 | A`},
		{"the key in bold or red", paras("单选题", "1. *首都是哪里？*", "A. 上海", "*B. 北京*", "2. 河是？", "A. *!长江*", "B. 泰山", "3. 省是？", "A. *!河北*  B. 北京"),
			`warning single 首都是哪里？ | A.上海 | B.北京 | B !key.marked
warning single 河是？ | A.长江 | B.泰山 | A !key.marked
warning single 省是？ | A.河北 | B.北京 | A !key.marked`},
		{"a table of keys at the end", paras("单选题", "1. 甲", "A. 一 B. 二", "2. 乙", "A. 一 B. 二") + table([]string{"题号", "1", "2"}, []string{"答案", "A", "B"}),
			`ok single 甲 | A.一 | B.二 | A
ok single 乙 | A.一 | B.二 | B`},
		{"a table of questions", table([]string{"题干", "题型", "A", "B", "答案"}, []string{"甲", "单选", "一", "二", "B"}), `ok single 甲 | A.一 | B.二 | B`},
		{"spaces with a line under them", paras("填空题", "1. 首都是*~    *。", "答案：北京"), `ok fill 首都是____。 | 北京`},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := Read(context.Background(), "a.docx", document(t, tt.body))
			if err != nil {
				t.Fatal(err)
			}
			if s := showAll(got.Rows); s != tt.want {
				t.Errorf("got\n%s\nwant\n%s", s, tt.want)
			}
		})
	}
}

func TestXLSX(t *testing.T) {
	book := excelize.NewFile()
	set := func(sheet string, rows ...[]any) {
		if sheet != "Sheet1" {
			if _, err := book.NewSheet(sheet); err != nil {
				t.Fatal(err)
			}
		}
		for i, r := range rows {
			if err := book.SetSheetRow(sheet, fmt.Sprintf("A%d", i+1), &r); err != nil {
				t.Fatal(err)
			}
		}
	}
	set("Sheet1", []any{"说明：红色为必填"}, []any{"序号", "分类", "题干（必填）", "题型", "选项A", "选项B", "正确答案"},
		[]any{1, "地理", "首都是哪里？", "单选题", "上海", "北京", "B"}, []any{2, "", "最长的河是？", "单选题", "长江", "黄河", "A"})
	if err := book.MergeCell("Sheet1", "B3", "B4"); err != nil {
		t.Fatal(err)
	}
	set("多选题", []any{"题目", "A", "B", "C", "答案"}, []any{"哪些是水果？", "苹果", "白菜", "梨", "A,C"}, []any{}, []any{"哪些是菜？", "苹果", "白菜", "葱", "BC"})
	set("判断题", []any{"题目", "答案"}, []any{"地球是圆的。", "√"})
	set("版本号", []any{"v1.0"})
	set("草稿", []any{"题目", "答案"}, []any{"不要", "√"})
	if err := book.SetSheetVisible("草稿", false); err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		t.Fatal(err)
	}
	got, err := Read(context.Background(), "wrong-name.csv", b.Bytes())
	if err != nil {
		t.Fatal(err)
	}
	want := `ok single 首都是哪里？ | A.上海 | B.北京 | B
ok single 最长的河是？ | A.长江 | B.黄河 | A
ok multiple 哪些是水果？ | A.苹果 | B.白菜 | C.梨 | A/C
ok multiple 哪些是菜？ | A.苹果 | B.白菜 | C.葱 | B/C
ok judge 地球是圆的。 | A.正确 | B.错误 | A`
	if s := showAll(got.Rows); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
	for i, category := range []string{"地理", "地理"} {
		if c := got.Rows[i].Question.Category; c != category {
			t.Errorf("row %d is of %q", i, c)
		}
	}
	if got.Rows[3].Row != 4 || got.Rows[3].Sheet != "多选题" {
		t.Errorf("row %d of %s", got.Rows[3].Row, got.Rows[3].Sheet)
	}
}
