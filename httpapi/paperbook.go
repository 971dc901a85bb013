package httpapi

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/xuri/excelize/v2"

	"leitai/people"
	"leitai/quiz/paper"
)

// paperWorkbook gives a paper contest as an xlsx file: units, people, attempts and questions, a sheet each, times in the
// contest's zone. Texts are written as texts, so that none can be taken for a formula. Phone numbers are whole for who
// keeps the roster, and masked for everybody else.
func (a *API) paperWorkbook(c *fiber.Ctx) error {
	contest, err := a.paperOf(c)
	if err != nil {
		return err
	}
	b := paperBook{contest: contest, phones: permitted[organizer][staffOf(c).Role]}
	progress, err := a.progress(c, contest)
	if err != nil {
		return err
	}
	persons, err := b.people(c, a)
	if err != nil {
		return err
	}
	attempts, err := b.attempts(c, a)
	if err != nil {
		return err
	}
	questions, _, err := a.Papers.Analyse(c.UserContext(), contest)
	if err != nil {
		return err
	}
	note(c, "people", len(persons.rows))
	note(c, "attempts", len(attempts.rows))
	f := excelize.NewFile()
	defer f.Close()
	if err := writeSheets(f, b.units(progress), persons, attempts, b.questions(questions)); err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	out, err := f.WriteToBuffer()
	if err != nil {
		return fmt.Errorf("write workbook: %w", err)
	}
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="contest.xlsx"; filename*=UTF-8''`+url.PathEscape(contest.Title+"-预赛.xlsx"))
	c.Set(fiber.HeaderContentType, xlsxType)
	return c.Send(out.Bytes())
}

// paperBook makes the sheets.
type paperBook struct {
	contest *paper.Contest
	phones  bool // whole
}

// at writes a moment in the contest's zone; 0 is none.
func (b paperBook) at(ms int64) any {
	if ms == 0 {
		return nil
	}
	return time.UnixMilli(ms).In(b.contest.Zone()).Format("2006-01-02 15:04:05")
}

func (b paperBook) phone(s string) string {
	if b.phones {
		return s
	}
	return people.MaskPhone(s)
}

func (b paperBook) units(p progressView) sheet {
	s := sheet{name: "单位", header: []string{"单位", "上级", "花名册人数", "报名人数", "参赛人数", "参赛率"}, widths: []float64{30, 26, 12, 10, 10, 10}}
	for _, t := range p.Teams {
		rate := ""
		if t.Roster > 0 {
			rate = fmt.Sprintf("%.1f%%", 100*float64(t.TookPart)/float64(t.Roster))
		}
		s.rows = append(s.rows, []any{t.Name, t.Group, t.Roster, t.Entrants, t.TookPart, rate})
	}
	return s
}

func (b paperBook) people(c *fiber.Ctx, a *API) (sheet, error) {
	s := sheet{name: "人员", header: []string{"名次", "姓名", "单位", "上级", "手机号", "工号", "报名时间", "有效答卷", "得分", "用时（秒）", "交卷时间"},
		widths: []float64{8, 14, 28, 24, 16, 14, 20, 10, 10, 12, 20}}
	var list []paper.ExportedPerson
	if err := a.Papers.EachPerson(c.UserContext(), b.contest, func(p paper.ExportedPerson) error {
		list = append(list, p)
		return nil
	}); err != nil {
		return s, err
	}
	slices.SortStableFunc(list, func(x, y paper.ExportedPerson) int {
		switch {
		case x.Counted != y.Counted:
			return map[bool]int{true: -1, false: 1}[x.Counted]
		case !x.Counted:
			return cmp.Compare(x.Name, y.Name)
		}
		return cmp.Or(cmp.Compare(y.Points, x.Points), cmp.Compare(x.TimeMS, y.TimeMS), cmp.Compare(x.FinishedMS, y.FinishedMS), cmp.Compare(x.ID, y.ID))
	})
	for i, p := range list {
		team, _ := b.contest.Team(p.TeamID)
		row := []any{nil, p.Name, team.Name, team.Group, b.phone(p.Phone), p.EmployeeNo, b.at(p.EnteredMS), nil, nil, nil, nil}
		if p.Counted {
			place := i + 1
			if i > 0 && b.contest.Looks.ShareRanks && list[i-1].Points == p.Points && list[i-1].TimeMS == p.TimeMS {
				if above, ok := s.rows[i-1][0].(int); ok {
					place = above
				}
			}
			row[0], row[7], row[8], row[9], row[10] = place, p.Attempts, p.Points, float64(p.TimeMS)/1000, b.at(p.FinishedMS)
		}
		s.rows = append(s.rows, row)
	}
	return s, nil
}

// What attempts are called; the console uses the same words (web/src/locales/zh-CN/contest.ts).
var (
	attemptPhases = map[paper.Phase]string{paper.PhasePractice: "练习", paper.PhaseFormal: "正式"}
	attemptStates = map[paper.State]string{paper.Open: "答题中", paper.Closing: "交卷中", paper.HandedIn: "已交卷", paper.Void: "已作废"}
	handedInBy    = map[paper.By]string{paper.ByPerson: "本人", paper.ByClock: "到时自动", paper.ByStaff: "工作人员"}
)

func (b paperBook) attempts(c *fiber.Ctx, a *API) (sheet, error) {
	s := sheet{name: "答卷", header: []string{"姓名", "单位", "阶段", "第几次", "状态", "开始时间", "交卷时间", "交卷方式", "得分", "答对", "作答", "用时（秒）", "离开次数", "离开（秒）", "作废原因", "编号"},
		widths: []float64{14, 28, 8, 8, 10, 20, 20, 12, 8, 8, 8, 12, 10, 10, 30, 38}}
	err := a.Papers.EachAttempt(c.UserContext(), b.contest, mostExported, func(x paper.ExportedAttempt) error {
		team, _ := b.contest.Team(x.TeamID)
		s.rows = append(s.rows, []any{x.Name, team.Name, attemptPhases[x.Phase], x.No, attemptStates[x.State], b.at(x.StartedMS), b.at(x.HandedInMS),
			handedInBy[x.HandedInBy], x.Points, x.Correct, x.Answered, float64(x.TimeMS) / 1000, x.LeftTimes, float64(x.LeftMS) / 1000, x.VoidReason, x.ID})
		return nil
	})
	if len(s.rows) >= mostExported {
		s.rows = append(s.rows, []any{fmt.Sprintf("只导出最早的 %d 份", mostExported)})
	}
	return s, err
}

func (b paperBook) questions(list []paper.Analysed) sheet {
	s := sheet{name: "题目", header: []string{"抽题规则", "题型", "分类", "难度", "题干", "正确答案", "出现次数", "作答次数", "答对次数", "正确率", "各选项人数", "是否作废"},
		widths: []float64{10, 8, 16, 8, 60, 14, 10, 10, 10, 10, 30, 10}}
	names := map[string]string{"single": "单选", "multiple": "多选", "judge": "判断", "fill": "填空", "order": "排序"}
	for _, q := range list {
		rate, void := "", ""
		if q.Drawn > 0 {
			rate = fmt.Sprintf("%.1f%%", 100*float64(q.Correct)/float64(q.Drawn))
		}
		if q.Voided {
			void = "作废"
		}
		var counts []string
		for i := range q.Question.Options {
			letter := string(rune('A' + i))
			if n := q.Counts[letter]; n > 0 {
				counts = append(counts, fmt.Sprintf("%s %d", letter, n))
			}
		}
		s.rows = append(s.rows, []any{q.RuleNo, names[string(q.Question.Type)], q.Question.Category, q.Question.Difficulty, q.Question.Stem,
			strings.Join(q.Question.Key, " "), q.Drawn, q.Answered, q.Correct, rate, strings.Join(counts, "，"), void})
	}
	return s
}
