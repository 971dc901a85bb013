package httpapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/url"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/people"
	"leitai/people/roster"
)

// rosterPath is a route whose body may be large.
const rosterPath = "/api/v1/roster-imports"

// rosterWithin bounds the reading of one file.
const rosterWithin = time.Minute

type rosterView struct {
	ID        string              `json:"id"`
	FileName  string              `json:"file_name"`
	Format    string              `json:"format"`
	Staff     string              `json:"staff"`
	CreatedMS int64               `json:"created_ms"`
	State     string              `json:"state"`
	StoredMS  int64               `json:"stored_ms"`
	Done      int                 `json:"done"` // rows stored or undone so far
	Rows      int                 `json:"rows"`
	Options   rosterOptions       `json:"options"`
	Notes     []string            `json:"notes"`
	Counts    people.RosterCounts `json:"counts"`
	Drastic   bool                `json:"drastic"` // must be confirmed with counts.remove
	Asks      []people.RosterAsk  `json:"asks"`    // not in lists
}

type rosterOptions struct {
	Mode   string   `json:"mode"`
	Units  []string `json:"units"`
	UnitID string   `json:"unit_id"`
	Create bool     `json:"create"`
}

func rosterOf(in people.RosterImport, lang string) rosterView {
	v := rosterView{ID: in.ID, FileName: in.FileName, Format: string(in.Format), Staff: in.StaffName, CreatedMS: in.CreatedAt.UnixMilli(), State: in.State,
		Done: in.Done, Rows: in.Rows(), Options: rosterOptions(in.Options), Notes: []string{}, Counts: in.Counts, Drastic: in.Counts.Drastic(), Asks: in.Asks}
	if in.State != people.RosterPreview && in.StoredAt.UnixMilli() > 0 {
		v.StoredMS = in.StoredAt.UnixMilli()
	}
	v.Options.Units = listOf(v.Options.Units)
	for _, n := range in.Notes {
		v.Notes = append(v.Notes, n.Say(lang))
	}
	return v
}

func language(c *fiber.Ctx) string { return c.Get(fiber.HeaderAcceptLanguage) }

// createRoster reads a file and works out what would become of it. Files are read one at a time, and few wait.
func (a *API) createRoster(c *fiber.Ctx) error {
	name := c.Query("name")
	if utf8.RuneCountInString(name) > 200 || !utf8.ValidString(name) || strings.Contains(name, "\x00") {
		return fault.Field("name", "value.long")
	}
	if typ := c.Get(fiber.HeaderContentType); typ != fiber.MIMEOctetStream { // no form of another page sends that
		return fault.New(fault.Invalid, "request.malformed")
	}
	select {
	case a.pending <- struct{}{}:
		defer func() { <-a.pending }()
	default:
		return fault.New(fault.Unavailable, "import.busy")
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), rosterWithin)
	defer cancel()
	select {
	case a.rosters <- struct{}{}:
		defer func() { <-a.rosters }()
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "import.busy")
	}
	file, err := roster.Read(ctx, c.Body())
	if errors.Is(err, context.DeadlineExceeded) {
		return fault.New(fault.Invalid, "roster.too_many")
	}
	if err != nil {
		return err
	}
	staff := staffOf(c)
	in := people.RosterImport{FileName: path.Base(strings.ReplaceAll(name, `\`, "/")), Format: file.Format, StaffID: staff.ID, StaffName: staff.Name, Notes: file.Notes}
	if name == "" {
		in.FileName = "花名册." + string(file.Format)
	}
	if err := a.People.CreateRoster(ctx, time.Now(), &in, file.Rows); err != nil {
		return err
	}
	subject(c, "roster", in.ID, in.FileName)
	note(c, "rows", in.Rows())
	return c.Status(fiber.StatusCreated).JSON(rosterOf(in, language(c)))
}

func (a *API) listRosters(c *fiber.Ctx) error {
	list, err := a.People.ListRosters(c.UserContext(), 50)
	if err != nil {
		return err
	}
	out := make([]rosterView, len(list))
	for i, in := range list {
		in.Asks = []people.RosterAsk{}
		out[i] = rosterOf(in, language(c))
	}
	return c.JSON(fiber.Map{"imports": out})
}

func (a *API) findRoster(c *fiber.Ctx) error {
	in, err := a.People.FindRoster(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(rosterOf(in, language(c)))
}

func (a *API) setRosterOptions(c *fiber.Ctx) error {
	o, err := body[rosterOptions](c)
	if err != nil {
		return err
	}
	if len(o.Units) > 200 {
		return fault.Field("units", "value.long")
	}
	in, err := a.People.SetRosterOptions(c.UserContext(), time.Now(), c.Params("id"), people.RosterOptions(o))
	if err != nil {
		return err
	}
	note(c, "mode", o.Mode)
	return c.JSON(rosterOf(in, language(c)))
}

func (a *API) chooseRosterUnits(c *fiber.Ctx) error {
	in, err := body[struct {
		Choices []struct {
			Unit   string               `json:"unit"`
			Branch string               `json:"branch"`
			Choice *people.RosterChoice `json:"choice"`
		} `json:"choices"`
	}](c)
	if err != nil {
		return err
	}
	if len(in.Choices) > 500 {
		return fault.Field("choices", "value.long")
	}
	answers := make([]people.RosterAnswer, len(in.Choices))
	for i, ch := range in.Choices {
		if utf8.RuneCountInString(ch.Unit) > roster.MaxUnit || utf8.RuneCountInString(ch.Branch) > roster.MaxUnit {
			return fault.Field("choices", "value.long")
		}
		answers[i] = people.RosterAnswer{Unit: ch.Unit, Branch: ch.Branch, Choice: ch.Choice}
	}
	found, err := a.People.ChooseRosterUnits(c.UserContext(), time.Now(), c.Params("id"), answers)
	if err != nil {
		return err
	}
	note(c, "names", len(answers))
	return c.JSON(rosterOf(found, language(c)))
}

type rosterRowView struct {
	No         int              `json:"no"`
	Sheet      string           `json:"sheet"`
	Row        int              `json:"row"`
	Status     string           `json:"status"`
	Action     string           `json:"action"`
	Name       string           `json:"name"`
	Phone      string           `json:"phone"` // masked
	EmployeeNo string           `json:"employee_no"`
	Unit       string           `json:"unit"`
	Branch     string           `json:"branch"`
	Notes      []rosterNoteView `json:"notes"`
}

type rosterNoteView struct {
	Status string `json:"status"`
	Code   string `json:"code"`
	Cell   string `json:"cell"`
	Text   string `json:"text"`
}

func rosterRowOf(r people.RosterRow, lang string) rosterRowView {
	v := rosterRowView{No: r.No, Sheet: r.Row.Sheet, Row: r.Row.Row, Status: string(r.Status), Action: r.Action, Name: r.Row.Name, Phone: people.MaskPhone(r.Row.Phone),
		EmployeeNo: r.Row.EmployeeNo, Unit: r.Row.Unit, Branch: r.Row.Branch, Notes: []rosterNoteView{}}
	for _, n := range r.Notes {
		v.Notes = append(v.Notes, rosterNoteView{string(n.Status), n.Code, n.Cell, n.Say(lang)})
	}
	return v
}

// listRosterRows gives a page of a preview; `next` is the number after which the next page begins, 0 at the end.
func (a *API) listRosterRows(c *fiber.Ctx) error {
	limit, err := pageSize(c)
	if err != nil {
		return err
	}
	after, _ := strconv.Atoi(c.Query("after"))
	f := people.RosterFilter{Status: c.Query("status"), Action: c.Query("action")}
	if len(f.Status) > 20 || len(f.Action) > 20 {
		return fault.Field("status", "value.choice")
	}
	rows, err := a.People.RosterRows(c.UserContext(), c.Params("id"), f, after, limit)
	if err != nil {
		return err
	}
	out := make([]rosterRowView, len(rows))
	for i, r := range rows {
		out[i] = rosterRowOf(r, language(c))
	}
	next := 0
	if len(rows) == limit {
		next = rows[limit-1].No
	}
	return c.JSON(fiber.Map{"rows": out, "next": next})
}

// listRosterRemoved gives who would leave the roster by a replacing import.
func (a *API) listRosterRemoved(c *fiber.Ctx) error {
	limit, err := pageSize(c)
	if err != nil {
		return err
	}
	in, err := a.People.FindRoster(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	after := c.Query("after")
	if len(after) > 64 || !utf8.ValidString(after) || strings.Contains(after, "\x00") {
		return fault.Field("after", "value.range")
	}
	list, err := a.People.RosterRemoved(c.UserContext(), in, after, limit)
	if err != nil {
		return err
	}
	out := make([]personLine, len(list))
	for i, e := range list {
		out[i] = personLineOf(e)
	}
	next := ""
	if len(out) == limit {
		next = out[limit-1].ID
	}
	return c.JSON(fiber.Map{"people": out, "next": next})
}

// mostProblems bounds the list of problem rows.
const mostProblems = 20_000

// rosterProblems sends the rows that are not imported or want a look, with what is wrong; mended, the file can be
// uploaded again.
func (a *API) rosterProblems(c *fiber.Ctx) error {
	in, err := a.People.FindRoster(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	lang := language(c)
	s := sheet{name: "需要核对的行", header: []string{"姓名", "手机号", "工号", "单位", "支部", "原表格行号", "结果", "说明"}, widths: []float64{14, 18, 14, 28, 20, 16, 10, 80}}
	for after := 0; len(s.rows) < mostProblems; {
		rows, err := a.People.RosterRows(c.UserContext(), in.ID, people.RosterFilter{Status: "problem"}, after, 2000)
		if err != nil {
			return err
		}
		for _, r := range rows {
			after = r.No
			var said []string
			for _, n := range r.Notes {
				text := n.Say(lang)
				if n.Cell != "" {
					text = n.Cell + "：" + text
				}
				said = append(said, text)
			}
			result := map[roster.Status]string{roster.Error: "不能导入", roster.Warning: "请核对"}[r.Status]
			if r.Action == "ask" {
				result = "等待选择单位"
			}
			s.rows = append(s.rows, []any{noFormula(r.Row.Name), noFormula(r.Row.Phone), noFormula(r.Row.EmployeeNo), noFormula(r.Row.Unit), noFormula(r.Row.Branch), r.Row.String(), result,
				noFormula(strings.Join(said, "；"))})
		}
		if len(rows) < 2000 {
			break
		}
	}
	b, err := writeOneSheet(s)
	if err != nil {
		return fmt.Errorf("write problem rows: %w", err)
	}
	base := strings.TrimSuffix(in.FileName, path.Ext(in.FileName))
	c.Set(fiber.HeaderContentType, xlsxType)
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="problems.xlsx"; filename*=UTF-8''`+url.PathEscape(base+"-需要核对的行.xlsx"))
	return c.Send(b)
}

// rosterWork does long work on an import, which goes on when its caller has gone. What is not done within workWithin is
// told as it stands by then, storing or undoing.
func (a *API) rosterWork(c *fiber.Ctx, what string, work func(ctx context.Context) (people.RosterImport, error)) (people.RosterImport, error) {
	type end struct {
		in  people.RosterImport
		err error
	}
	id := c.Params("id")
	id = string(bytes.Clone([]byte(id)))
	ended := make(chan end, 1)
	go func() {
		defer func() { // nobody else is here to catch it
			if p := recover(); p != nil {
				ended <- end{err: fmt.Errorf("%s: panic: %v", what, p)}
			}
		}()
		in, err := work(context.Background())
		ended <- end{in, err}
	}()
	select {
	case e := <-ended:
		return e.in, e.err
	case <-time.After(workWithin):
	}
	go func() {
		if e := <-ended; e.err != nil {
			a.Logger.Error(what, "roster", id, "error", e.err)
		}
	}()
	return a.People.FindRoster(context.Background(), id)
}

func (a *API) storeRoster(c *fiber.Ctx) error {
	in, err := body[struct {
		Remove int `json:"remove"` // how many people are known to leave
	}](c)
	if err != nil {
		return err
	}
	id := c.Params("id")
	stored, err := a.rosterWork(c, "store roster", func(ctx context.Context) (people.RosterImport, error) {
		return a.People.StoreRoster(ctx, time.Now(), id, in.Remove)
	})
	if err != nil {
		return err
	}
	note(c, "added", stored.Counts.Add)
	note(c, "changed", stored.Counts.Change+stored.Counts.Move)
	note(c, "removed", stored.Counts.Remove)
	return c.JSON(rosterOf(stored, language(c)))
}

func (a *API) undoRoster(c *fiber.Ctx) error {
	id := c.Params("id")
	in, err := a.rosterWork(c, "undo roster", func(ctx context.Context) (people.RosterImport, error) {
		return a.People.UndoRoster(ctx, time.Now(), id)
	})
	if err != nil {
		return err
	}
	note(c, "kept", in.Counts.Kept)
	return c.JSON(rosterOf(in, language(c)))
}
