package roster

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/xuri/excelize/v2"
	"golang.org/x/text/encoding/simplifiedchinese"

	"leitai/fault"
)

// workbook makes a workbook of one sheet.
func workbook(t testing.TB, change func(f *excelize.File), rows ...[]any) []byte {
	t.Helper()
	f := excelize.NewFile()
	defer f.Close()
	for i, r := range rows {
		if err := f.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &r); err != nil {
			t.Fatal(err)
		}
	}
	if change != nil {
		change(f)
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func read(t testing.TB, data []byte) File {
	t.Helper()
	f, err := Read(context.Background(), data)
	if err != nil {
		t.Fatal(err)
	}
	return f
}

// line is a row as tests compare it: its parts and the codes of its notes.
func line(r Row) string {
	parts := []string{r.Name, r.Phone, r.EmployeeNo, r.Unit, r.Branch}
	for _, n := range r.Notes {
		parts = append(parts, string(n.Status)+":"+n.Code+"@"+n.Cell)
	}
	return strings.Join(parts, "|")
}

func TestRostersAsPeopleHaveThem(t *testing.T) {
	text := map[string]string{
		"plain":                "姓名,手机号,工号,单位,部门\n张三,13800138000,A01,甲公司,一支部\n",
		"any order, synonyms":  "所属支部；x\n员工编号,单位名称,所在部门,移动电话,人员姓名*\nA01,甲公司,一支部,13800138000,张三\n",
		"title, notes, breaks": "甲公司花名册,,,,\n填报日期：2026年,,,,\n姓 名（必填）,手机号码：,工号,公司,支部\n\"张三\n\",138 0013-8000,Ａ０１,甲公司,一支部\n",
		"full width":           "姓名\t手机\t工号\t单位\t支部\n张　三\t１３８００１３８０００\tA01\t甲公司\t一支部\n",
		"country code":         "姓名;电话;工号;单位;支部\n张三;+86 138 0013 8000;A01;甲公司;一支部\n",
		"decimals":             "姓名,手机号,工号,单位,支部\n张三,13800138000.0,'A01,甲公司,一支部\n",
		"scientific, whole":    "姓名,手机号,工号,单位,支部\n张三,1.3800138E+10,A01,甲公司,一支部\n",
	}
	const want = "张三|13800138000|A01|甲公司|一支部"
	for name, s := range text {
		gb, err := simplifiedchinese.GB18030.NewEncoder().String(s)
		if err != nil {
			t.Fatal(err)
		}
		for kind, data := range map[string]string{"utf-8": s, "bom": "\ufeff" + s, "gb18030": gb} {
			f := read(t, []byte(data))
			if len(f.Rows) != 1 || line(f.Rows[0]) != want {
				t.Errorf("%s as %s: %d rows, %q", name, kind, len(f.Rows), line(f.Rows[0]))
			}
		}
	}
}

func TestWhatIsWrongIsToldWithItsCell(t *testing.T) {
	for csv, want := range map[string]string{
		"张三,1.38E+10,,甲,":        "张三|||甲||error:number.lost@B2",
		"张三,138****8000,,甲,":     "张三|||甲||error:phone.masked@B2",
		"张三,一三八,,甲,":             "张三|||甲||error:phone.invalid@B2",
		"张三,010-88886666,,甲,":    "张三|01088886666||甲||warning:phone.unusual@B2",
		",13800138000,,甲,":       "|13800138000||甲||error:name.required@A2",
		"张😀,13800138000,,甲,":     "张😀|13800138000||甲||error:name.characters@A2",
		"#N/A,13800138000,,甲,":   "|13800138000||甲||error:cell.error@A2|error:name.required@A2",
		"合计：2人,,,,":              "合计:2人|||||warning:row.footer@A2",
		"阿依古丽·买买提,,7,甲,":         "阿依古丽·买买提||7|甲|",
		"John Smith,,7,甲,":       "John Smith||7|甲|",
		"张三,13800138000,0012,甲,": "张三|13800138000|0012|甲|",
	} {
		f := read(t, []byte("姓名,手机号,工号,单位,支部\n"+csv+"\n"))
		if len(f.Rows) != 1 || line(f.Rows[0]) != want {
			t.Errorf("%s: %d rows, %q, want %q", csv, len(f.Rows), line(f.Rows[0]), want)
		}
	}
	for _, n := range []string{"name.required", "phone.masked", "number.lost", "row.hidden"} {
		if zh, en := (Note{Code: n, Found: "值"}).Say(""), (Note{Code: n}).Say("en-GB"); zh == n || en == zh {
			t.Errorf("%s says %q and %q", n, zh, en)
		}
	}
}

func TestWorkbooks(t *testing.T) {
	data := workbook(t, func(f *excelize.File) {
		for _, err := range []error{f.MergeCell("Sheet1", "D4", "D6"), f.SetRowVisible("Sheet1", 5, false), f.SetColWidth("Sheet1", "B", "B", 3)} {
			if err != nil {
				t.Fatal(err)
			}
		}
		if _, err := f.NewSheet("Sheet2"); err != nil {
			t.Fatal(err)
		}
		if err := f.SetSheetVisible("Sheet2", false); err != nil {
			t.Fatal(err)
		}
	},
		[]any{"2026年花名册"}, []any{}, []any{"序号", "手机", "姓名", "单位", "工号"},
		[]any{1, 13800138000, "张三", "甲公司", 10000000000000},
		[]any{2, "13800138001", "李四", nil, "007"},
		[]any{3, 1.3800138002e10, "王五"},
		[]any{4, nil, nil, "乙公司"},
		[]any{"序号", "手机", "姓名", "单位", "工号"},
		[]any{5, 13800138003, "赵六", "乙公司"})
	f := read(t, data)
	want := []string{"张三|13800138000|10000000000000|甲公司|", "李四|13800138001|007|甲公司||warning:row.hidden@", "王五|13800138002||甲公司|", "赵六|13800138003||乙公司|"}
	if len(f.Rows) != len(want) {
		t.Fatalf("%d rows: %+v", len(f.Rows), f.Rows)
	}
	for i, r := range f.Rows {
		if line(r) != want[i] {
			t.Errorf("row %d: %q, want %q", r.Row, line(r), want[i])
		}
	}
	if f.Rows[0].Row != 4 || f.Rows[0].Cells.Phone != "B4" || f.Rows[3].Row != 9 {
		t.Errorf("rows are numbered %+v", f.Rows)
	}
	if len(f.Notes) != 1 || f.Notes[0].Code != "file.sheet_hidden" {
		t.Errorf("notes: %+v", f.Notes)
	}
}

func TestSheetsCalledAfterUnits(t *testing.T) {
	data := workbook(t, func(f *excelize.File) {
		for _, name := range []string{"甲公司", "说明"} {
			if _, err := f.NewSheet(name); err != nil {
				t.Fatal(err)
			}
		}
		_ = f.SetSheetRow("甲公司", "A1", &[]any{"姓名", "手机号"})
		_ = f.SetSheetRow("甲公司", "A2", &[]any{"张三", "13800138000"})
	}, []any{"姓名", "单位"}, []any{"李四", "乙公司"})
	f := read(t, data)
	if len(f.Rows) != 2 || line(f.Rows[1]) != "张三|13800138000||甲公司|" {
		t.Errorf("%+v", f.Rows)
	}
}

func TestFilesThatAreNoRosters(t *testing.T) {
	bomb := workbook(t, nil, []any{"姓名", "手机号"})
	for name, c := range map[string]struct {
		data []byte
		key  string
	}{
		"empty":      {nil, "roster.empty"},
		"blank":      {[]byte(" \n\n"), "roster.empty"},
		"no header":  {[]byte("a,b\n1,2\n"), "roster.no_header"},
		"only names": {[]byte("姓名\n张三\n"), "roster.no_header"},
		"no people":  {[]byte("姓名,单位\n"), "roster.empty"},
		"old office": {[]byte("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), "roster.old_office"},
		"html":       {[]byte("<html><table>"), "roster.old_office"},
		"pdf":        {[]byte("%PDF-1.7"), "roster.unknown"},
		"binary":     {[]byte("a\x00b"), "roster.unknown"},
		"cut zip":    {bomb[:len(bomb)/2], "roster.broken"},
		"too large":  {make([]byte, MaxFile+1), "roster.too_large"},
		"too many":   {[]byte("姓名,单位\n" + strings.Repeat("张三,甲\n", MaxRows+1)), "roster.too_many"},
		"endless":    {[]byte("姓名,单位\n" + strings.Repeat("\n", maxLines+1) + "张三,甲\n"), "roster.too_many"},
	} {
		_, err := Read(context.Background(), c.data)
		if fault.CodeOf(err) != fault.Invalid || fault.KeyOf(err) != c.key {
			t.Errorf("%s: %v, want %s", name, err, c.key)
		}
		if _, ok := FileFault(c.key, ""); !ok {
			t.Errorf("%s has no text", c.key)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if _, err := Read(ctx, []byte("姓名,单位\n张三,甲\n")); !errors.Is(err, context.Canceled) {
		t.Errorf("a reading that is given up goes on: %v", err)
	}
}

func FuzzRead(f *testing.F) {
	f.Add([]byte("姓名,手机号,单位\n张三,13800138000,甲\n"))
	f.Add(workbook(f, nil, []any{"姓名", "手机号"}, []any{"张三", 13800138000}))
	f.Add([]byte("\xff\xfe"))
	f.Fuzz(func(t *testing.T, data []byte) {
		file, err := Read(context.Background(), data)
		if err != nil && fault.CodeOf(err) != fault.Invalid {
			t.Fatalf("not a fault: %v", err)
		}
		for _, r := range file.Rows {
			if strings.ContainsAny(r.Name+r.Phone+r.EmployeeNo+r.Unit+r.Branch, "\n\x00") {
				t.Errorf("%+v", r)
			}
		}
	})
}

func BenchmarkTenThousandRows(b *testing.B) {
	rows := [][]any{{"姓名", "手机号", "工号", "单位", "支部"}}
	for i := range 10000 {
		rows = append(rows, []any{"张三", 13800000000 + i, fmt.Sprintf("A%05d", i), "甲公司", "一支部"})
	}
	data := workbook(b, nil, rows...)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		if f := read(b, data); len(f.Rows) != 10000 {
			b.Fatal(len(f.Rows))
		}
	}
}
