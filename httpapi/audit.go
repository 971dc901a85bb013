package httpapi

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/url"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/xuri/excelize/v2"

	"leitai/fault"
	"leitai/people"
)

type auditView struct {
	ID          string         `json:"id"`
	AtMS        int64          `json:"at_ms"`
	StaffID     string         `json:"staff_id"`
	StaffName   string         `json:"staff_name"`
	Username    string         `json:"username"`
	Address     string         `json:"address"`
	Action      string         `json:"action"`
	SubjectKind string         `json:"subject_kind"`
	SubjectID   string         `json:"subject_id"`
	SubjectName string         `json:"subject_name"`
	Detail      map[string]any `json:"detail"`
}

// auditFilter reads the filters that list and export share.
func auditFilter(c *fiber.Ctx) (f people.AuditFilter, err error) {
	f = people.AuditFilter{Search: c.Query("q"), StaffID: c.Query("staff"), Action: c.Query("action"), SubjectKind: c.Query("kind"), SubjectID: c.Query("subject")}
	for name, s := range map[string]string{"q": f.Search, "staff": f.StaffID, "action": f.Action, "kind": f.SubjectKind, "subject": f.SubjectID} {
		if utf8.RuneCountInString(s) > people.MaxAuditSearch || !utf8.ValidString(s) || strings.Contains(s, "\x00") {
			return f, fault.Field(name, "value.long")
		}
	}
	if f.From, err = moment(c, "from_ms"); err != nil {
		return f, err
	}
	f.To, err = moment(c, "to_ms")
	return f, err
}

// moment reads a time in Unix milliseconds; without one it is zero.
func moment(c *fiber.Ctx, name string) (time.Time, error) {
	s := c.Query(name)
	if s == "" {
		return time.Time{}, nil
	}
	ms, err := strconv.ParseInt(s, 10, 64)
	if err != nil || ms < 0 || ms > 1<<50 {
		return time.Time{}, fault.Field(name, "value.range")
	}
	return time.UnixMilli(ms), nil
}

// listAudit gives a page of the log, newest first; `next` is the id after which the next page begins, "" at the end.
func (a *API) listAudit(c *fiber.Ctx) error {
	f, err := auditFilter(c)
	if err != nil {
		return err
	}
	limit, err := pageSize(c)
	if err != nil {
		return err
	}
	after := c.Query("after")
	if len(after) > 64 || !utf8.ValidString(after) || strings.Contains(after, "\x00") {
		return fault.Field("after", "value.range")
	}
	entries, err := a.People.ListAudit(c.UserContext(), f, after, limit)
	if err != nil {
		return err
	}
	out := make([]auditView, len(entries))
	for i, e := range entries {
		out[i] = auditView{e.ID, e.At.UnixMilli(), e.StaffID, e.StaffName, e.Username, e.Address, e.Action, e.Subject.Kind, e.Subject.ID, e.Subject.Name, e.Detail}
	}
	next := ""
	if len(out) == limit {
		next = out[limit-1].ID
	}
	return c.JSON(fiber.Map{"entries": out, "next": next})
}

// mostExported bounds an export; it says so in its last row. A narrower time window gives the rest.
const mostExported = 100_000

// exportAudit sends the log as a file, with the filters of the list.
func (a *API) exportAudit(c *fiber.Ctx) error {
	f, err := auditFilter(c)
	if err != nil {
		return err
	}
	format := c.Query("format", "xlsx")
	if format != "xlsx" && format != "csv" {
		return fault.Field("format", "value.choice")
	}
	s := sheet{name: "操作日志", header: []string{"时间", "操作人", "用户名", "地址", "操作", "对象类型", "对象", "详情", "编号"}, widths: []float64{22, 16, 16, 18, 22, 12, 36, 60, 38}}
	zone := time.FixedZone("Asia/Shanghai", 8*3600)
	for after := ""; len(s.rows) < mostExported; {
		page, err := a.People.ListAudit(c.UserContext(), f, after, 5000)
		if err != nil {
			return err
		}
		for _, e := range page {
			detail := ""
			if len(e.Detail) > 0 {
				b, err := json.Marshal(e.Detail)
				if err != nil {
					return fmt.Errorf("export audit: %w", err)
				}
				detail = string(b)
			}
			s.rows = append(s.rows, []any{e.At.In(zone).Format("2006-01-02 15:04:05"), e.StaffName, e.Username, e.Address, actionName(e.Action),
				kindNames[e.Subject.Kind], e.Subject.Name, detail, e.ID})
		}
		if len(page) < 5000 {
			break
		}
		after = page[len(page)-1].ID
	}
	if len(s.rows) >= mostExported {
		s.rows = append(s.rows, []any{fmt.Sprintf("只导出最新的 %d 条，更早的请缩小时间范围", mostExported)})
	}
	note(c, "rows", len(s.rows))
	var b []byte
	if format == "csv" {
		b, err = writeCSV(s)
	} else {
		b, err = writeOneSheet(s)
	}
	if err != nil {
		return fmt.Errorf("export audit: %w", err)
	}
	c.Set(fiber.HeaderContentType, map[string]string{"xlsx": xlsxType, "csv": "text/csv; charset=utf-8"}[format])
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="audit.`+format+`"; filename*=UTF-8''`+url.PathEscape("操作日志."+format))
	return c.Send(b)
}

func writeOneSheet(s sheet) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}, Fill: excelize.Fill{Type: "pattern", Pattern: 1, Color: []string{"F7E3C8"}}})
	if err != nil {
		return nil, err
	}
	if err := f.SetSheetName("Sheet1", s.name); err != nil {
		return nil, err
	}
	if err := writeSheet(f, s, bold); err != nil {
		return nil, err
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// writeCSV writes a sheet for spreadsheets: UTF-8 with its mark, and no cell that one would take for a formula.
func writeCSV(s sheet) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("\ufeff")
	w := csv.NewWriter(&b)
	w.UseCRLF = true
	if err := w.Write(s.header); err != nil {
		return nil, err
	}
	for _, row := range s.rows {
		cells := make([]string, len(row))
		for i, v := range row {
			cells[i] = noFormula(fmt.Sprint(v))
		}
		if err := w.Write(cells); err != nil {
			return nil, err
		}
	}
	w.Flush()
	return b.Bytes(), w.Error()
}

// noFormula puts an apostrophe before what a spreadsheet would compute.
func noFormula(s string) string {
	if t := strings.TrimLeft(s, " "); t != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", []rune(t)[0]) {
		return "'" + s
	}
	return s
}

// What the log's file calls things; the console has the same words in web/src/locales/zh-CN/staff.ts.
var (
	kindNames = map[string]string{"bank": "题库", "question": "题目", "import": "导入", "contest": "竞赛", "staff": "人员", "invitation": "邀请", "unit": "单位", "person": "花名册人员", "roster": "花名册导入", "season": "赛季"}

	actionNames = map[string]string{
		"session.sign_in": "登录", "session.refused": "登录失败", "session.sign_out": "退出登录", "session.password": "修改密码",
		"session.rename": "修改姓名", "session.end": "结束一处登录", "session.end_all": "在所有设备退出",
		"session.two_step_start": "准备两步验证", "session.two_step_on": "开启两步验证", "session.two_step_off": "关闭两步验证",
		"staff.invite": "邀请人员", "staff.withdraw": "撤回邀请", "staff.accept": "接受邀请或重设密码", "staff.change": "修改人员", "staff.reset": "发出重设密码链接",
		"staff.end_sessions": "令其在所有设备退出", "staff.two_step_off": "关闭其两步验证", "staff.cli_reset": "在服务器上重设密码",
		"access.grant": "加入协作者", "access.revoke": "移除协作者", "audit.export": "导出操作日志",
		"bank.create": "新建题库", "bank.rename": "题库改名", "bank.export": "导出题库", "question.create": "新建题目", "question.update": "修改题目",
		"question.bulk": "批量修改题目", "question.undo": "撤销题库的修改", "bank.checkup": "体检题库", "bank.mend": "处理体检结果", "media.upload": "上传图片或音视频", "import.upload": "上传导入文件", "import.mend": "修改导入预览", "import.store": "确认导入", "import.undo": "撤销导入",
		"contest.create": "新建竞赛", "contest.update": "修改竞赛", "contest.copy": "复制竞赛", "contest.round": "修改轮次", "contest.open": "开启赛场",
		"contest.close": "关闭赛场", "contest.command": "现场操作", "contest.export": "导出成绩",

		// Units and people.
		"unit.create": "新建单位", "unit.change": "修改单位", "unit.move": "移动单位", "unit.delete": "删除单位", "unit.merge": "合并单位", "unit.pins": "生成一个单位的 PIN", "unit.links": "生成一个单位的个人链接",
		"person.create": "添加人员", "person.change": "修改人员资料", "person.remove": "移出花名册", "person.restore": "恢复到花名册",
		"person.merge": "合并人员", "person.export": "导出个人资料", "person.export_all": "导出花名册", "person.erase": "删除个人资料",
		"person.pin": "设置 PIN", "person.pin_off": "取消 PIN", "person.link": "换发个人链接", "person.link_off": "收回个人链接", "person.captain": "设为领队", "person.captain_off": "取消领队",
		"roster.upload": "上传花名册", "roster.options": "设置花名册导入", "roster.choices": "对应花名册的单位", "roster.store": "导入花名册", "roster.undo": "撤销花名册导入",

		// Paper contests.
		"contest.life": "改变竞赛状态", "contest.delete": "删除竞赛草稿", "contest.void_attempt": "作废答卷", "contest.correct": "更正或作废试卷题目",

		// Boards and seasons.
		"season.create": "新建赛季", "season.update": "修改赛季", "season.delete": "删除赛季",

		// Learning modes.
		"study.settings": "修改学习设置", "integrity.look": "查找异常作答", "integrity.decide": "处理异常提示",
	}
)

func actionName(action string) string {
	if s, ok := actionNames[action]; ok {
		return s
	}
	return action
}
