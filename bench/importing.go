//go:build linux

package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/xuri/excelize/v2"
)

// bankRows is the size of the question bank that is imported while a hall plays.
const bankRows = 2000

// bankFile makes a workbook of questions as a department would send it, once.
func (b *bench) bankFile() (string, error) {
	path := filepath.Join(b.folder, "题库.xlsx")
	if _, err := os.Stat(path); err == nil {
		return path, nil
	}
	f := excelize.NewFile()
	defer f.Close()
	w, err := f.NewStreamWriter("Sheet1")
	if err != nil {
		return "", err
	}
	rows := [][]any{{"题型", "题干", "选项A", "选项B", "选项C", "选项D", "答案", "解析", "难度", "分类"}}
	for i := range bankRows {
		rows = append(rows, []any{"单选", fmt.Sprintf("关于园区安全生产管理制度第%d条，下列说法正确的是哪一项？请结合本单位实际情况作答。", i+1),
			fmt.Sprintf("每%d天检查一次", i%31+1), "由班组自行决定", "仅在事故发生后检查", "由上级单位代为检查", "A", "见管理制度原文。", "中等", "安全生产"})
	}
	for i, row := range rows {
		if err := w.SetRow(fmt.Sprintf("A%d", i+1), row); err != nil {
			return "", err
		}
	}
	if err := w.Flush(); err != nil {
		return "", err
	}
	if err := f.SaveAs(path); err != nil {
		return "", fmt.Errorf("make a question bank: %w", err)
	}
	return path, nil
}

// importing says what an import costs a hall: the same phones with and without it.
func (r *result) importing(line func(string, ...any)) {
	p99 := func(run productRun) float64 { return run.Report.AckMS.P99 }
	for _, s := range r.Scenarios {
		for _, quiet := range r.Scenarios {
			if !s.Import || quiet.Import || quiet.Storage != s.Storage || quiet.Players != s.Players || quiet.Within != s.Within || len(s.Runs) == 0 || len(quiet.Runs) == 0 {
				continue
			}
			line("\nImporting meanwhile (%s, %d phones within %s): one file of %d rows after another, read in %s ms and stored in %s ms (p50 of a run);", s.Storage, s.Players,
				s.Within.Truncate(time.Millisecond), bankRows, s.spread(func(run productRun) float64 { return run.Report.Import.ReadMS.P50 }),
				s.spread(func(run productRun) float64 { return run.Report.Import.StoreMS.P50 }))
			line("ack p99 %s ms against %s ms without: %.2f x (budget 1.5 x).", s.spread(p99), quiet.spread(p99), s.spread(p99).median/quiet.spread(p99).median)
		}
	}
}
