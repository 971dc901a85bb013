package httpapi

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"leitai/hall"
)

// TestLedgerSheetSaysWhatHappened: somebody who was not there reads it, months later.
func TestLedgerSheetSaysWhatHappened(t *testing.T) {
	on, off, more, less, long := true, false, 5, -3, 600
	raw := func(s string) json.RawMessage { return json.RawMessage(s) }
	tests := []struct {
		line hall.LedgerLine
		want []any // what, round, question, points, before, after
	}{
		{hall.LedgerLine{Kind: "blank", On: &on, Before: raw(`{"blank":null}`), After: raw(`{"blank":true}`)}, []any{"黑屏 开", nil, nil, nil, "显示", "黑屏"}},
		{hall.LedgerLine{Kind: "blank", On: &off, Before: raw(`{"blank":true}`), After: raw(`{"blank":null}`)}, []any{"黑屏 关", nil, nil, nil, "黑屏", "显示"}},
		{hall.LedgerLine{Kind: "hide_scores", On: &on, Before: raw(`{"pacing":{}}`), After: raw(`{"pacing":{"scores_hidden":true}}`)}, []any{"隐藏分数", nil, nil, nil, "显示", "隐藏"}},
		{hall.LedgerLine{Kind: "hide_scores", On: &off}, []any{"显示分数", nil, nil, nil, nil, nil}},
		{hall.LedgerLine{Kind: "break", Seconds: &long, Before: raw(`{"break_until":null}`), After: raw(`{"break_until":7}`)}, []any{"休息 10 分钟", nil, nil, nil, nil, nil}},
		{hall.LedgerLine{Kind: "next", Phase: "ready", RoundNo: 1, QuestionNo: 2, Before: raw(`{"phase":"standings"}`), After: raw(`{"phase":"ready"}`)}, []any{"下一题", 1, 2, nil, "排名", "准备"}},
		{hall.LedgerLine{Kind: "next", Phase: "open", RoundNo: 1, QuestionNo: 2, Before: raw(`{"phase":"ready"}`), After: raw(`{"phase":"open"}`)}, []any{"开题", 1, 2, nil, "准备", "答题中"}},
		{hall.LedgerLine{Kind: "next", Phase: "closed", RoundNo: 1, QuestionNo: 2, Before: raw(`{"limit_ms":5}`), After: raw(`{"limit_ms":4}`)}, []any{"截止", 1, 2, nil, nil, nil}},
		{hall.LedgerLine{Kind: "next", Phase: "revealed"}, []any{"公布答案", nil, nil, nil, nil, nil}},
		{hall.LedgerLine{Kind: "next", Phase: "standings"}, []any{"显示排名", nil, nil, nil, nil, nil}},
		{hall.LedgerLine{Kind: "next", Phase: "finished"}, []any{"公布最终成绩", nil, nil, nil, nil, nil}},
		{hall.LedgerLine{Kind: "next"}, []any{"下一步", nil, nil, nil, nil, nil}},
		{hall.LedgerLine{Kind: "extend", Seconds: &more, Before: raw(`{"limit_ms":20000}`), After: raw(`{"limit_ms":25000}`)}, []any{"调整时间 +5 秒", nil, nil, nil, "限时 20 秒", "限时 25 秒"}},
		{hall.LedgerLine{Kind: "extend", Seconds: &less, Before: raw(`{"limit_ms":20000}`), After: raw(`{"limit_ms":16700}`)}, []any{"调整时间 -3 秒", nil, nil, nil, "限时 20 秒", "限时 17 秒"}},
		{hall.LedgerLine{Kind: "adjust", RoundNo: 1, QuestionNo: 2, Points: -10, Before: raw(`{"points":830.5}`), After: raw(`{"points":820.5}`)}, []any{"加减分", 1, 2, -10, 830.5, 820.5}},
		{hall.LedgerLine{Kind: "void", RoundNo: 1, QuestionNo: 2}, []any{"作废题目", 1, 2, nil, "计分", "作废"}},
		{hall.LedgerLine{Kind: "unvoid", RoundNo: 1, QuestionNo: 2}, []any{"恢复作废题", 1, 2, nil, "作废", "计分"}},
		{hall.LedgerLine{Kind: "pacing", Before: raw(`{"pacing":{"pause_ms":8000,"standings":"every","question_on":"both"}}`), After: raw(`{"pacing":{"auto_advance":true,"pause_ms":8500,"standings":"end","question_on":"screen"}}`)},
			[]any{"调整节奏", nil, nil, nil, "手动，停留 8 秒，排名：每题之后，题目：手机和大屏", "自动，停留 8.5 秒，排名：本轮结束时，题目：只在大屏"}},
	}
	for _, tt := range tests {
		s := ledgerSheet([]hall.LedgerLine{tt.line})
		if len(s.header) != len(s.widths) || len(s.header) != len(s.rows[0]) {
			t.Fatalf("%d titles, %d widths, %d cells", len(s.header), len(s.widths), len(s.rows[0]))
		}
		r := s.rows[0]
		if diff := cmp.Diff(tt.want, []any{r[1], r[3], r[4], r[7], r[8], r[9]}); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.line.Kind, diff)
		}
	}
}
