package httpapi

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/url"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/xuri/excelize/v2"

	"leitai/fault"
	"leitai/people"
	"leitai/quiz/paper"
	"leitai/quiz/study"
)

type mergeContest struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Kind   string `json:"kind"`
	Merge  string `json:"merge"` // what becomes of it
	Counts string `json:"counts"`
	People int    `json:"people"` // entrants of the team that goes; 0 for people
}

type unitMergeView struct {
	From     namedView      `json:"from"`
	Into     namedView      `json:"into"`
	People   int            `json:"people"`
	Left     int            `json:"left"`
	Children []string       `json:"children"`
	Renamed  []string       `json:"renamed"`
	Aliases  []string       `json:"aliases"`
	Captains int            `json:"captains"`
	Contests []mergeContest `json:"contests"`
	Blocked  bool           `json:"blocked"` // something has to end first
}

func intoOf(c *fiber.Ctx) (string, error) {
	into := c.Query("into")
	if into == "" || len(into) > 64 || !utf8.ValidString(into) {
		return "", fault.Field("into", "value.required")
	}
	return into, nil
}

func (a *API) previewUnitMerge(c *fiber.Ctx) error {
	into, err := intoOf(c)
	if err != nil {
		return err
	}
	ctx, from := c.UserContext(), c.Params("id")
	m, err := a.People.PreviewUnitMerge(ctx, from, into)
	if err != nil {
		return err
	}
	teams, err := paper.TeamsOfMerge(ctx, a.People.Read, from, into)
	if err != nil {
		return err
	}
	v := unitMergeView{namedView{m.From.ID, m.From.Name}, namedView{m.Into.ID, m.Into.Name}, m.People, m.Left, m.Children, m.Renamed, m.Aliases, m.Captains, []mergeContest{}, false}
	for _, t := range teams {
		v.Contests = append(v.Contests, mergeContest{ID: t.ID, Title: t.Title, Kind: t.Kind, Merge: t.Merge, People: t.Entrants})
		v.Blocked = v.Blocked || t.Merge == paper.TeamLive
	}
	return c.JSON(v)
}

// mergeInput names the one who stays.
type mergeInput struct {
	Into string `json:"into"`
}

func (a *API) mergeUnits(c *fiber.Ctx) error {
	in, err := body[mergeInput](c)
	if err != nil {
		return err
	}
	m, err := a.People.MergeUnits(c.UserContext(), c.Params("id"), in.Into, paper.MergeTeams)
	if err != nil {
		return err
	}
	a.Papers.ForgetSeats()
	note(c, "into", m.Into.Name)
	note(c, "people", m.People)
	return c.JSON(unitBrief{m.Into.ID, m.Into.ParentID, m.Into.Kind, m.Into.Name})
}

type personMergeView struct {
	From     personLine     `json:"from"`
	Into     personLine     `json:"into"`
	Contests []mergeContest `json:"contests"`
	Blocked  bool           `json:"blocked"`
}

func (a *API) previewPersonMerge(c *fiber.Ctx) error {
	into, err := intoOf(c)
	if err != nil {
		return err
	}
	ctx, id := c.UserContext(), c.Params("id")
	if into == id {
		return fault.Field("into", "person.merge_self")
	}
	from, err := a.People.FindPerson(ctx, id)
	if err != nil {
		return err
	}
	stays, err := a.People.FindPerson(ctx, into)
	if err != nil {
		return err
	}
	contests, err := paper.ContestsOfMerge(ctx, a.People.Read, id, into)
	if err != nil {
		return err
	}
	v := personMergeView{From: personLineOf(from), Into: personLineOf(stays), Contests: []mergeContest{}}
	for _, p := range contests {
		v.Contests = append(v.Contests, mergeContest{ID: p.ID, Title: p.Title, Kind: p.Kind, Merge: p.Merge, Counts: string(p.Counts)})
		v.Blocked = v.Blocked || p.Merge == paper.MergeOpen
	}
	return c.JSON(v)
}

func (a *API) mergePeople(c *fiber.Ctx) error {
	in, err := body[mergeInput](c)
	if err != nil {
		return err
	}
	if err := a.People.MergePeople(c.UserContext(), c.Params("id"), in.Into, paper.MergePeople, study.MergePeople); err != nil {
		return err
	}
	a.Papers.ForgetSeats()
	note(c, "into", in.Into)
	return a.sendPerson(c, in.Into)
}

// partNames are what the sheets of a person's export are called.
var partNames = map[string]string{"person": "花名册", "captain_of": "领队", "sessions": "登录", "contests": "参加的竞赛", "attempts": "答卷", "answers_saved": "作答记录",
	"attempt_events": "答题过程", "results": "成绩", "live_answers": "现场作答", "live_points": "现场加减分", "study_sets": "学习", "study_points": "学习积分", "study_days": "学习日历",
	"study_totals": "学习累计", "study_seen": "答过的题", "study_mistakes": "错题", "roster_imports": "花名册导入"}

// exportPerson sends everything that is kept about a person.
func (a *API) exportPerson(c *fiber.Ctx) error {
	format := c.Query("format", "json")
	if format != "json" && format != "xlsx" {
		return fault.Field("format", "value.choice")
	}
	parts, err := a.People.ExportPerson(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	note(c, "format", format)
	var b []byte
	if format == "xlsx" {
		b, err = partsWorkbook(parts)
	} else {
		b, err = partsJSON(parts)
	}
	if err != nil {
		return fmt.Errorf("export person: %w", err)
	}
	c.Set(fiber.HeaderContentType, map[string]string{"json": fiber.MIMEApplicationJSONCharsetUTF8, "xlsx": xlsxType}[format])
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="person.`+format+`"; filename*=UTF-8''`+url.PathEscape("个人资料."+format))
	return c.Send(b)
}

func partsJSON(parts []people.Kept) ([]byte, error) {
	out := map[string]any{}
	for _, p := range parts {
		rows := []map[string]any{}
		for _, r := range p.Rows {
			row := map[string]any{}
			for i, column := range p.Columns {
				row[column] = r[i]
			}
			rows = append(rows, row)
		}
		out[p.Part] = rows
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetIndent("", "  ")
	e.SetEscapeHTML(false)
	err := e.Encode(out)
	return b.Bytes(), err
}

func partsWorkbook(parts []people.Kept) ([]byte, error) {
	f := excelize.NewFile()
	defer f.Close()
	bold, err := f.NewStyle(&excelize.Style{Font: &excelize.Font{Bold: true}})
	if err != nil {
		return nil, err
	}
	first := true
	for _, p := range parts {
		if len(p.Rows) == 0 && p.Part != "person" {
			continue
		}
		s := sheet{name: partNames[p.Part], header: p.Columns}
		for _, r := range p.Rows {
			row := make([]any, len(r))
			for i, v := range r {
				if text, ok := v.(string); ok {
					row[i] = noFormula(cellText(text))
				} else {
					row[i] = v
				}
			}
			s.rows = append(s.rows, row)
		}
		if first {
			err = f.SetSheetName("Sheet1", s.name)
		} else {
			_, err = f.NewSheet(s.name)
		}
		if err != nil {
			return nil, err
		}
		first = false
		if err := writeSheet(f, s, bold); err != nil {
			return nil, err
		}
	}
	b, err := f.WriteToBuffer()
	if err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// cellText cuts a text to what a cell holds.
func cellText(s string) string {
	if r := []rune(s); len(r) > 32000 {
		return string(r[:32000]) + "…"
	}
	return s
}

// erasePerson erases a person whose name was typed: it cannot be undone.
func (a *API) erasePerson(c *fiber.Ctx) error {
	in, err := body[struct {
		Name string `json:"name"`
	}](c)
	if err != nil {
		return err
	}
	p, err := a.People.FindPerson(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	if people.NameKey(in.Name) != people.NameKey(p.Name) {
		return fault.Field("name", "person.typed")
	}
	if err := a.People.ErasePerson(c.UserContext(), time.Now(), p.ID); err != nil {
		return err
	}
	subject(c, "person", p.ID, people.ErasedName)
	return c.SendStatus(fiber.StatusNoContent)
}

// mostOnRoster bounds an export of the roster; it says so in its last row.
const mostOnRoster = 200_000

// exportRoster sends the people that a list's filters show, with whole phone numbers: as a file that imports again.
func (a *API) exportRoster(c *fiber.Ctx) error {
	f, err := peopleFilter(c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	units, err := a.People.ListUnits(ctx)
	if err != nil {
		return err
	}
	byID := map[string]people.Unit{}
	for _, u := range units {
		byID[u.ID] = u
	}
	s := sheet{name: "花名册", header: []string{"姓名", "手机号", "工号", "单位", "支部"}, widths: []float64{14, 18, 16, 32, 24}}
	for after := ""; len(s.rows) < mostOnRoster; {
		page, err := a.People.ListPeople(ctx, f, after, 5000)
		if err != nil {
			return err
		}
		for _, e := range page {
			unit, branch := byID[e.UnitID], ""
			if above := byID[unit.ParentID]; unit.Kind == "branch" && above.ID != "" {
				unit, branch = above, unit.Name
			}
			s.rows = append(s.rows, []any{noFormula(e.Name), noFormula(e.Phone), noFormula(e.EmployeeNo), noFormula(unit.Name), noFormula(branch)})
		}
		if len(page) < 5000 {
			break
		}
		after = page[len(page)-1].ID
	}
	note(c, "people", len(s.rows))
	if len(s.rows) >= mostOnRoster {
		s.rows = append(s.rows, []any{fmt.Sprintf("说明：只导出前 %d 人，其余请按单位分别导出", mostOnRoster)})
	}
	b, err := writeOneSheet(s)
	if err != nil {
		return fmt.Errorf("export roster: %w", err)
	}
	c.Set(fiber.HeaderContentType, xlsxType)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="roster.xlsx"; filename*=UTF-8''`+url.PathEscape("花名册.xlsx"))
	return c.Send(b)
}
