package delimited_test

import (
	"testing"

	"leitai/delimited"
)

func TestDecode(t *testing.T) {
	for name, in := range map[string]string{
		"UTF-8":                 "姓名",
		"with a mark":           "\ufeff姓名",
		"with two marks":        "\ufeff\ufeff姓名",
		"UTF-16 little endian":  "\xff\xfe\xd3\x59\x0d\x54",
		"UTF-16 big endian":     "\xfe\xff\x59\xd3\x54\x0d",
		"GB18030 without marks": "\xd0\xd5\xc3\xfb",
	} {
		if got := delimited.Decode([]byte(in)); got != "姓名" {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestSeparatorAndRows(t *testing.T) {
	known := func(c string) bool { return c == "姓名" || c == "单位" }
	for _, text := range []string{"姓名,单位\n\n\"张\n三\",甲\n李四,乙\n", "姓名;单位\n\n\"张\n三\";甲\n李四;乙\n", "姓名\t单位\n\n\"张\n三\"\t甲\n李四\t乙\n"} {
		r := delimited.NewReader(text, 5, known)
		var count delimited.RowCounter
		var rows []int
		for {
			row, err := r.Read()
			if err != nil {
				break
			}
			if len(row) != 2 {
				t.Errorf("%q: %q", text, row)
			}
			rows = append(rows, count.Row(r, row))
		}
		if len(rows) != 3 || rows[0] != 1 || rows[1] != 3 || rows[2] != 4 {
			t.Errorf("%q: rows %v", text, rows)
		}
	}
}
