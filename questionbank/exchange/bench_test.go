package exchange

import (
	"bytes"
	"context"
	"fmt"
	"testing"

	"github.com/xuri/excelize/v2"
)

// largeBook is a workbook of n single choices with explanations, as departments send them.
func largeBook(tb testing.TB, n int) []byte {
	tb.Helper()
	book := excelize.NewFile()
	w, err := book.NewStreamWriter("Sheet1")
	if err != nil {
		tb.Fatal(err)
	}
	_ = w.SetRow("A1", []any{"题干", "题型", "选项A", "选项B", "选项C", "选项D", "正确答案", "解析", "分类", "难度"})
	for i := range n {
		row := []any{fmt.Sprintf("第 %d 题：下列关于安全生产责任制的说法中，正确的是哪一项？请根据有关规定选择。", i), "单选题", fmt.Sprintf("选项甲 %d", i), "选项乙，是指从业人员的义务", "选项丙，是指单位的责任", "以上都不对", "B",
			"根据《中华人民共和国安全生产法》的有关规定，生产经营单位应当建立健全责任制。", "安全生产", i%5 + 1}
		if err := w.SetRow(fmt.Sprintf("A%d", i+2), row); err != nil {
			tb.Fatal(err)
		}
	}
	if err := w.Flush(); err != nil {
		tb.Fatal(err)
	}
	var b bytes.Buffer
	if err := book.Write(&b); err != nil {
		tb.Fatal(err)
	}
	return b.Bytes()
}

func BenchmarkXLSX(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 50_000} {
		data := largeBook(b, n)
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			for b.Loop() {
				r, err := Read(context.Background(), "a.xlsx", data)
				if err != nil || r.Counts().OK != n {
					b.Fatalf("%+v, %v", r.Counts(), err)
				}
			}
		})
	}
}
