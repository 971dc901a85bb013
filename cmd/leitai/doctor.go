package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"leitai/questionbank"
	"leitai/questionbank/doctor"
	"leitai/questionbank/exchange"
	"leitai/sqldb"
)

// doctorCmd is `leitai doctor`: looks a bank over, of the database by name or of a file.
type doctorCmd struct {
	File string `arg:"" optional:"" help:"A question bank in any format that can be imported; needs no database." type:"existingfile"`
	Bank string `help:"Name of a bank of the database, instead of a file."`
	JSON bool   `name:"json" help:"Print one JSON object."`

	settings
}

// Run prints what was found; nothing is changed.
func (c *doctorCmd) Run(ctx context.Context) error {
	if (c.File == "") == (c.Bank == "") {
		return &settingsError{[]string{"doctor: name a file, or a bank with --bank"}}
	}
	items, err := c.items(ctx)
	if err != nil {
		return err
	}
	report, err := doctor.Check(ctx, items, nil)
	if err != nil {
		return err
	}
	if c.JSON {
		e := json.NewEncoder(os.Stdout)
		e.SetEscapeHTML(false)
		return e.Encode(report)
	}
	printReport(os.Stdout, report, items)
	return nil
}

func (c *doctorCmd) items(ctx context.Context) ([]doctor.Item, error) {
	if c.File != "" {
		return c.fromFile(ctx)
	}
	db, err := sqldb.Open(ctx, c.databaseURL())
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		return nil, fmt.Errorf("migrate database: %w", err)
	}
	store := questionbank.NewStore(db)
	banks, err := store.ListBanks(ctx)
	if err != nil {
		return nil, err
	}
	for _, b := range banks {
		if b.Name != c.Bank {
			continue
		}
		entries, err := store.CheckupItems(ctx, b.ID)
		if err != nil {
			return nil, err
		}
		items := make([]doctor.Item, len(entries))
		for i, e := range entries {
			items[i] = doctor.Item{Question: e.Question, Used: e.Used, Answers: e.Answers, Right: e.Right, Counts: e.Counts}
		}
		return items, nil
	}
	return nil, fmt.Errorf("没有名为“%s”的题库", c.Bank)
}

// fromFile reads the good rows of a file; a question's id is its row.
func (c *doctorCmd) fromFile(ctx context.Context) ([]doctor.Item, error) {
	info, err := os.Stat(c.File)
	if err != nil {
		return nil, err
	}
	if info.Size() > exchange.MaxFile {
		return nil, fmt.Errorf("%s has %d MB; a file may have at most %d MB", c.File, info.Size()>>20, exchange.MaxFile>>20)
	}
	data, err := os.ReadFile(c.File)
	if err != nil {
		return nil, err
	}
	result, err := exchange.Read(ctx, filepath.Base(c.File), data)
	if err != nil {
		return nil, fmt.Errorf("%s", exchange.Explain(err, "zh-CN"))
	}
	var items []doctor.Item
	for _, row := range result.Rows {
		if row.Status() == exchange.Error {
			continue
		}
		q := row.Question
		q.ID = strings.TrimSpace(fmt.Sprintf("%s %d", row.Sheet, row.Row))
		items = append(items, doctor.Item{Question: q})
	}
	return items, nil
}

// kindNames are the kinds as the terminal says them.
var kindNames = map[doctor.Kind]string{
	doctor.Conflict: "答案矛盾", doctor.Nobody: "几乎没人答对", doctor.WrongChoice: "答案可能有误", doctor.Duplicate: "完全重复", doctor.Near: "近似重复",
	doctor.SameOptions: "选项意思相同", doctor.Ranges: "选项范围重叠", doctor.AllOfAbove: "“以上都对”不在最后", doctor.LongStem: "大屏一页放不下",
	doctor.Letters: "答案字母偏斜", doctor.Judges: "判断题答案一边倒", doctor.Length: "正确选项总是最长", doctor.NoExplanation: "缺解析", doctor.NoSource: "缺出处",
	doctor.Everybody: "人人答对", doctor.Unchosen: "没人选的干扰项", doctor.Similar: "相似但不同",
}

// shownQuestions is how many questions of one finding the terminal shows.
const shownQuestions = 5

func printReport(w *os.File, r doctor.Report, items []doctor.Item) {
	stems := make(map[string]string, len(items))
	for _, q := range items {
		stems[q.ID] = q.Stem
	}
	marks := map[doctor.Severity]string{doctor.Error: "✗", doctor.Warning: "!", doctor.Hint: "·"}
	for _, f := range r.Findings {
		_, _ = fmt.Fprintf(w, "%s %s（%d 题）\n", marks[f.Severity], kindNames[f.Kind], len(f.IDs))
		for _, id := range f.IDs[:min(len(f.IDs), shownQuestions)] {
			_, _ = fmt.Fprintf(w, "    %s  %s\n", id, exchange.Short(stems[id], 50))
		}
		if rest := len(f.IDs) - shownQuestions; rest > 0 {
			_, _ = fmt.Fprintf(w, "    还有 %d 题\n", rest)
		}
	}
	if len(r.Findings) == 0 {
		_, _ = fmt.Fprintf(w, "共 %d 题，没有发现问题\n", r.Questions)
		return
	}
	_, _ = fmt.Fprintf(w, "共 %d 题，%d 条结果。修改请到控制台的“题库体检”\n", r.Questions, len(r.Findings))
}
