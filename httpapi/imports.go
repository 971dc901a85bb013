package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"path"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/questionbank/exchange"
	"leitai/questionbank/media"
)

// ReadBank reads a question-bank file (exchange.Read, here or in another process).
type ReadBank func(ctx context.Context, name string, data []byte) (exchange.Result, error)

// importsPath is the one route whose body may be large.
const importsPath = "/api/v1/imports"

// importWithin bounds the reading of one file.
const importWithin = 2 * time.Minute

type importView struct {
	ID        string                   `json:"id"`
	BankID    *string                  `json:"bank_id"`
	FileName  string                   `json:"file_name"`
	Format    string                   `json:"format"`
	State     questionbank.ImportState `json:"state"`
	Staff     string                   `json:"staff"`
	Notes     []string                 `json:"notes"`
	Counts    exchange.Counts          `json:"counts"`
	Added     int                      `json:"added"`
	Known     int                      `json:"known"`
	CreatedMS int64                    `json:"created_ms"`
}

func importOf(in questionbank.Import) importView {
	v := importView{ID: in.ID, BankID: in.BankID, FileName: in.FileName, Format: in.Format, State: in.State, Staff: in.StaffName, Notes: []string{},
		Counts: exchange.Counts{OK: in.OK, Warning: in.Warnings, Error: in.Errors}, Added: in.Added, Known: in.Known, CreatedMS: in.CreatedAt.Time().UnixMilli()}
	_ = json.Unmarshal([]byte(in.Notes), &v.Notes)
	return v
}

// noteView is what is said of a row.
type noteView struct {
	Status exchange.Status `json:"status"`
	Code   string          `json:"code"`
	Text   string          `json:"text"`
	Cell   string          `json:"cell"`
	Mend   string          `json:"mend"` // caption of the one-click mend, "" without
}

type importRowView struct {
	No       int             `json:"no"`
	Row      int             `json:"row"`
	Sheet    string          `json:"sheet"`
	Status   exchange.Status `json:"status"`
	Question questionView    `json:"question"`
	Notes    []noteView      `json:"notes"`
}

// createImport reads an uploaded file, the request's body, and keeps what it holds as a preview.
func (a *API) createImport(c *fiber.Ctx) error {
	data := c.Body()
	name := path.Base(strings.ReplaceAll(c.Query("name"), `\`, "/"))
	if name == "." { // pasted
		name = ""
	}
	if utf8.RuneCountInString(name) > 200 || !utf8.ValidString(name) {
		return fault.Field("name", "value.long")
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), importWithin)
	defer cancel()
	select {
	case a.reading <- struct{}{}: // one at a time: the hall goes first
		defer func() { <-a.reading }()
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "import.busy")
	}
	result, err := a.ReadBank(ctx, name, data)
	if err != nil {
		return err
	}
	for _, f := range result.Files {
		if err := a.Media.Put(ctx, time.Now(), f, staffOf(c).ID); err != nil {
			return err
		}
	}
	rows := make([]questionbank.ImportRow, len(result.Rows))
	for i, r := range result.Rows {
		b, err := json.Marshal(r)
		if err != nil {
			return err
		}
		rows[i] = questionbank.ImportRow{No: i + 1, Status: string(r.Status()), Data: string(b)}
	}
	notes := []string{}
	for _, n := range result.Notes {
		notes = append(notes, n.Say(c.Get(fiber.HeaderAcceptLanguage)))
	}
	said, err := json.Marshal(notes)
	if err != nil {
		return err
	}
	counts, staff := result.Counts(), staffOf(c)
	in := questionbank.Import{FileName: name, Format: string(result.Format), StaffID: staff.ID, StaffName: staff.Name, Notes: string(said),
		OK: counts.OK, Warnings: counts.Warning, Errors: counts.Error}
	if err := a.Banks.CreateImport(ctx, time.Now(), &in, rows); err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(importOf(in))
}

// bodyLimit lets a signed-in member of staff send a file to import, a picture or a video; everybody and everything else
// keeps to maxBody.
func (a *API) bodyLimit(h *fasthttp.RequestHeader) (cfg fasthttp.RequestConfig) {
	most := 0
	switch path, _, _ := bytes.Cut(h.RequestURI(), []byte("?")); {
	case !h.IsPost() || h.ContentLength() <= maxBody:
	case bytes.HasPrefix(path, []byte(importsPath)):
		most = exchange.MaxFile
	case string(path) == mediaPath:
		most = media.MaxVideo
	}
	if most == 0 {
		return cfg
	}
	if signedIn := a.staffSession(string(h.Cookie(sessionCookie))); signedIn != nil {
		if good, err := signedIn(); good && err == nil {
			cfg.MaxRequestBodySize = most
			if most == media.MaxVideo {
				cfg.ReadTimeout = uploadWithin
			}
		}
	}
	return cfg
}

func (a *API) listImports(c *fiber.Ctx) error {
	list, err := a.Banks.ListImports(c.UserContext(), 50)
	if err != nil {
		return err
	}
	out := make([]importView, len(list))
	for i, in := range list {
		out[i] = importOf(in)
	}
	return c.JSON(fiber.Map{"imports": out})
}

func (a *API) findImport(c *fiber.Ctx) error {
	in, err := a.Banks.FindImport(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(importOf(in))
}

// listImportRows gives a page of a preview; `next` is the number after which the next page begins, 0 at the end.
func (a *API) listImportRows(c *fiber.Ctx) error {
	limit, err := pageSize(c)
	if err != nil {
		return err
	}
	after, _ := strconv.Atoi(c.Query("after"))
	rows, err := a.Banks.ImportRows(c.UserContext(), c.Params("id"), c.Query("status"), after, limit)
	if err != nil {
		return err
	}
	out := make([]importRowView, len(rows))
	for i, r := range rows {
		if out[i], err = importRowOf(r, c.Get(fiber.HeaderAcceptLanguage)); err != nil {
			return err
		}
	}
	next := 0
	if len(rows) == limit {
		next = rows[limit-1].No
	}
	return c.JSON(fiber.Map{"rows": out, "next": next})
}

func importRowOf(r questionbank.ImportRow, lang string) (importRowView, error) {
	var row exchange.Row
	if err := json.Unmarshal([]byte(r.Data), &row); err != nil {
		return importRowView{}, err
	}
	v := importRowView{No: r.No, Row: row.Row, Sheet: row.Sheet, Status: row.Status(), Notes: []noteView{},
		Question: questionOf(questionbank.Entry{Question: row.Question})}
	for _, n := range row.Notes {
		note := noteView{Status: n.Status, Code: n.Code, Text: n.Say(lang), Cell: n.Cell}
		if n.Mend != nil {
			note.Mend = n.Mend.Say(lang)
		}
		v.Notes = append(v.Notes, note)
	}
	return v, nil
}

// rowChange mends a row of a preview: by its own one-click mend, or as staff have written it anew.
type rowChange struct {
	Mend     bool           `json:"mend"`
	Question *questionInput `json:"question"`
}

func (a *API) changeImportRow(c *fiber.Ctx) error {
	in, err := body[rowChange](c)
	if err != nil {
		return err
	}
	no, err := strconv.Atoi(c.Params("no"))
	if err != nil || no < 1 {
		return fault.New(fault.NotFound, "import.row_missing")
	}
	stored, err := a.Banks.ImportRows(c.UserContext(), c.Params("id"), "", no-1, 1)
	if err != nil {
		return err
	}
	if len(stored) == 0 || stored[0].No != no {
		return fault.New(fault.NotFound, "import.row_missing")
	}
	var row exchange.Row
	if err := json.Unmarshal([]byte(stored[0].Data), &row); err != nil {
		return err
	}
	switch {
	case in.Question != nil:
		q, err := a.question(c.UserContext(), *in.Question)
		if err != nil {
			return err
		}
		row.Question, row.Notes = q, nil
	case in.Mend && row.Mended():
	default:
		return fault.New(fault.Conflict, "import.no_mend")
	}
	b, err := json.Marshal(row)
	if err != nil {
		return err
	}
	changed := questionbank.ImportRow{No: no, Status: string(row.Status()), Data: string(b)}
	if err := a.Banks.ChangeImportRow(c.UserContext(), c.Params("id"), changed); err != nil {
		return err
	}
	v, err := importRowOf(changed, c.Get(fiber.HeaderAcceptLanguage))
	if err != nil {
		return err
	}
	return c.JSON(v)
}

// storeImport stores the good rows of a preview in a bank, by name; the bank is made when there is none.
func (a *API) storeImport(c *fiber.Ctx) error {
	in, err := body[struct {
		Bank string `json:"bank"`
	}](c)
	if err != nil {
		return err
	}
	name, err := bankName{in.Bank}.check()
	if err != nil {
		return fault.Field("bank", "value.required")
	}
	id := c.Params("id")
	var questions []questionbank.Question
	for after := 0; ; {
		rows, err := a.Banks.ImportRows(c.UserContext(), id, "", after, 5000)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			break
		}
		for _, r := range rows {
			after = r.No
			if r.Status == string(exchange.Error) {
				continue
			}
			var row exchange.Row
			if err := json.Unmarshal([]byte(r.Data), &row); err != nil {
				return err
			}
			questions = append(questions, row.Question)
		}
	}
	stored, err := a.Banks.StoreImport(c.UserContext(), time.Now(), id, name, questions)
	if err != nil {
		return err
	}
	return c.JSON(importOf(stored))
}

func (a *API) undoImport(c *fiber.Ctx) error {
	in, err := a.Banks.UndoImport(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(importOf(in))
}
