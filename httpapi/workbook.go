package httpapi

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/xuri/excelize/v2"

	"leitai/hall"
	"leitai/quiz"
)

const xlsxType = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

// resultsWorkbook gives the results as an xlsx file: teams, people, questions and the ledger, a sheet each. Texts are
// written as texts, so that none can be taken for a formula.
func (a *API) resultsWorkbook(c *fiber.Ctx) error {
	r, err := a.Quiz.Results(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	ledger, err := a.ledger(c, c.Params("id"))
	if err != nil {
		return err
	}
	f := excelize.NewFile()
	defer f.Close()
	if err := writeWorkbook(f, viewResults(r), ledger); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	name := url.PathEscape(r.Contest.Title + "-成绩.xlsx")
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="results.xlsx"; filename*=UTF-8''`+name)
	c.Set(fiber.HeaderContentType, xlsxType)
	return c.Send(b.Bytes())
}

type sheet struct {
	name   string
	header []string
	widths []float64
	rows   [][]any
}

func writeWorkbook(f *excelize.File, v resultsView, ledger []hall.LedgerLine) error {
	return writeSheets(f, teamSheet(v), peopleSheet(v), questionSheet(v), ledgerSheet(ledger))
}

// writeSheets fills a new file with sheets, one after the other.
func writeSheets(f *excelize.File, sheets ...sheet) error {
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F7E3C8"}}})
	if err != nil {
		return err
	}
	for i, s := range sheets {
		if i == 0 {
			err = f.SetSheetName("Sheet1", s.name)
		} else {
			_, err = f.NewSheet(s.name)
		}
		if err != nil {
			return err
		}
		if err := writeSheet(f, s, bold); err != nil {
			return err
		}
	}
	return nil
}

func writeSheet(f *excelize.File, s sheet, bold int) error {
	w, err := f.NewStreamWriter(s.name)
	if err != nil {
		return err
	}
	for i, width := range s.widths {
		if err := w.SetColWidth(i+1, i+1, width); err != nil {
			return err
		}
	}
	if err := w.SetPanes(&excelize.Panes{Freeze: true, YSplit: 1, TopLeftCell: "A2", ActivePane: "bottomLeft"}); err != nil {
		return err
	}
	head := make([]any, len(s.header))
	for i, h := range s.header {
		head[i] = excelize.Cell{StyleID: bold, Value: h}
	}
	if err := w.SetRow("A1", head); err != nil {
		return err
	}
	for i, row := range s.rows {
		cell, err := excelize.CoordinatesToCellName(1, i+2)
		if err != nil {
			return err
		}
		if err := w.SetRow(cell, row); err != nil {
			return err
		}
	}
	return w.Flush()
}

func teamSheet(v resultsView) sheet {
	s := sheet{name: "单位成绩", header: []string{"名次", "队伍", "单位", "得分", "参赛人数", "花名册人数", "答题数", "答对数", "加减分"},
		widths: []float64{8, 28, 24, 10, 10, 12, 10, 10, 10}}
	for _, t := range v.Teams {
		s.rows = append(s.rows, []any{t.Place, t.Name, t.Group, t.Points, t.People, t.Roster, t.Answers, t.Correct, t.Adjustments})
	}
	return s
}

func peopleSheet(v resultsView) sheet {
	s := sheet{name: "个人成绩", header: []string{"名次", "姓名", "队伍", "得分", "答题数", "答对数", "答对用时（秒）", "加减分"},
		widths: []float64{8, 16, 28, 10, 10, 10, 16, 10}}
	for _, p := range v.People {
		s.rows = append(s.rows, []any{p.Place, p.Name, p.Team, p.Points, p.Answers, p.Correct, float64(p.ElapsedMS) / 1000, p.Adjustments})
	}
	return s
}

func questionSheet(v resultsView) sheet {
	s := sheet{name: "题目统计", header: []string{"轮次", "题号", "题型", "题干", "正确答案", "作答人数", "答对人数", "正确率", "是否作废"},
		widths: []float64{8, 8, 10, 60, 16, 10, 10, 10, 10}}
	names := map[string]string{"single": "单选", "multiple": "多选", "judge": "判断", "fill": "填空", "order": "排序"}
	for _, q := range v.Questions {
		rate := ""
		if q.Answered > 0 {
			rate = fmt.Sprintf("%.1f%%", 100*float64(q.Correct)/float64(q.Answered))
		}
		void := ""
		if q.Voided {
			void = "作废"
		}
		s.rows = append(s.rows, []any{q.R, q.Q, names[q.Type], q.Stem, strings.Join(q.Key, " "), q.Answered, q.Correct, rate, void})
	}
	return s
}

func ledgerSheet(lines []hall.LedgerLine) sheet {
	s := sheet{name: "记分台账", header: []string{"时间", "操作", "操作人", "轮次", "题号", "队伍", "参赛者", "加减分", "之前", "之后", "原因", "撤销"},
		widths: []float64{22, 18, 14, 8, 8, 28, 16, 10, 24, 24, 40, 10}}
	zone := time.FixedZone("Asia/Shanghai", 8*3600)
	for _, l := range lines {
		undone := ""
		if l.Reverses != "" {
			undone = "撤销"
		} else if l.ReversedBy != "" {
			undone = "已撤销"
		}
		before, after := aroundStep(l)
		s.rows = append(s.rows, []any{time.UnixMilli(l.AtMS).In(zone).Format("2006-01-02 15:04:05"), stepName(l), l.Operator,
			unlessZero(l.RoundNo), unlessZero(l.QuestionNo), l.Team, l.Entrant, unlessZero(l.Points), before, after, l.Reason, undone})
	}
	return s
}

// unlessZero leaves a cell empty where there is no number: 0 is no round, no question and no points.
func unlessZero(n int) any {
	if n == 0 {
		return nil
	}
	return n
}

// What steps are called; the desk's log uses the same words (web/src/locales/zh-CN/console.ts).
var (
	stepNames = map[string]string{"next": "下一步", "back": "返回答案", "lock": "截止", "reveal": "公布答案", "pause": "暂停", "resume": "继续",
		"extend": "调整时间", "void": "作废题目", "unvoid": "恢复作废题", "skip": "跳过题目", "blank": "黑屏", "hide_scores": "隐藏分数", "break": "休息",
		"end_break": "结束休息", "adjust": "加减分", "pacing": "调整节奏", "finish": "结束比赛", "recovered": "故障后恢复"}
	nextNames = map[string]string{"ready": "下一题", "open": "开题", "closed": "截止", "revealed": "公布答案", "standings": "显示排名",
		"finished": "公布最终成绩"}
	phaseNames = map[string]string{"lobby": "候场", "ready": "准备", "open": "答题中", "closed": "已截止", "revealed": "答案已公布",
		"standings": "排名", "finished": "已结束"}
	standingsNames = map[string]string{quiz.StandingsEvery: "每题之后", quiz.StandingsEnd: "本轮结束时"}
	questionNames  = map[string]string{quiz.OnBoth: "手机和大屏", quiz.OnScreen: "只在大屏"}
)

// stepName says what an entry's step did.
func stepName(l hall.LedgerLine) string {
	name, ok := stepNames[l.Kind]
	if !ok {
		name = l.Kind
	}
	switch {
	case l.Kind == quiz.CmdNext && nextNames[l.Phase] != "":
		return nextNames[l.Phase]
	case l.Kind == quiz.CmdBlank && l.On != nil:
		return name + onOff(*l.On, " 开", " 关")
	case l.Kind == quiz.CmdHideScores && l.On != nil:
		return onOff(*l.On, "隐藏分数", "显示分数")
	case l.Kind == quiz.CmdExtend && l.Seconds != nil:
		return fmt.Sprintf("%s %+d 秒", name, *l.Seconds)
	case l.Kind == quiz.CmdBreak && l.Seconds != nil:
		return name + " " + duration(*l.Seconds)
	}
	return name
}

// duration is a length of time as the desk says it.
func duration(seconds int) string {
	switch m, s := seconds/60, seconds%60; {
	case m == 0:
		return fmt.Sprintf("%d 秒", s)
	case s == 0:
		return fmt.Sprintf("%d 分钟", m)
	default:
		return fmt.Sprintf("%d 分 %d 秒", m, s)
	}
}

func onOff(on bool, yes, no string) string {
	if on {
		return yes
	}
	return no
}

// aroundStep says how what a step changed was before it and how it is after it: points of an adjustment, else the one
// thing that the step is about. Both are empty where nothing was changed that people know by a name.
func aroundStep(l hall.LedgerLine) (before, after any) {
	switch l.Kind {
	case quiz.CmdVoid:
		return "计分", "作废"
	case quiz.CmdUnvoid:
		return "作废", "计分"
	}
	was, is := stepPart(l.Kind, l.Before), stepPart(l.Kind, l.After)
	if was == is {
		return nil, nil
	}
	return was, is
}

// stepPart reads one side of an entry's change in the words of the desk.
func stepPart(kind string, raw json.RawMessage) any {
	var part struct {
		Points  *float64     `json:"points"`
		Phase   string       `json:"phase"`
		LimitMS int64        `json:"limit_ms"`
		Blank   bool         `json:"blank"`
		Pacing  *quiz.Pacing `json:"pacing"`
	}
	if json.Unmarshal(raw, &part) != nil {
		return nil
	}
	switch {
	case part.Points != nil:
		return *part.Points
	case kind == quiz.CmdBlank:
		return onOff(part.Blank, "黑屏", "显示")
	case kind == quiz.CmdExtend && part.LimitMS != 0:
		return fmt.Sprintf("限时 %d 秒", (part.LimitMS+500)/1000)
	case kind == quiz.CmdHideScores && part.Pacing != nil:
		return onOff(part.Pacing.ScoresHidden, "隐藏", "显示")
	case kind == quiz.CmdPacing && part.Pacing != nil:
		p := part.Pacing
		return fmt.Sprintf("%s，停留 %g 秒，排名：%s，题目：%s", onOff(p.AutoAdvance, "自动", "手动"), float64(p.PauseMS)/1000,
			standingsNames[p.Standings], questionNames[p.QuestionOn])
	case phaseNames[part.Phase] != "":
		return phaseNames[part.Phase]
	}
	return nil
}
