package httpapi

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"
	"github.com/valyala/fasthttp"

	"leitai/fault"
	"leitai/people"
	"leitai/people/roster"
	"leitai/questionbank"
	"leitai/questionbank/exchange"
	"leitai/questionbank/media"
)

// ReadBank reads a question-bank file (exchange.Read, here or in another process).
type ReadBank func(ctx context.Context, name string, data []byte) (exchange.Result, error)

// AnnotateBank writes the annotated copy of a file (exchange.Annotate, here or in another process) and gives its extension.
type AnnotateBank func(ctx context.Context, format exchange.Format, data []byte, rows []exchange.Row, lang string) (ext string, copied []byte, err error)

// maxPending is how many files may be in memory to be read, one after the other.
const maxPending = 4

// importsPath is the one route whose body may be large.
const importsPath = "/api/v1/imports"

// importWithin bounds the reading of one file.
const importWithin = 2 * time.Minute

// keepWithin bounds all of it: while people play, rows are written in small pieces with rests between them.
const keepWithin = 30 * time.Minute

type importView struct {
	ID         string          `json:"id"`
	BankID     *string         `json:"bank_id"`
	FileName   string          `json:"file_name"`
	Format     string          `json:"format"`
	State      string          `json:"state"` // questionbank.ImportState, or reading or failed
	Staff      string          `json:"staff"`
	Notes      []string        `json:"notes"`
	Counts     exchange.Counts `json:"counts"`
	Said       []saidView      `json:"said"`       // what is said of rows, most often first; not in lists
	Types      []tallyView     `json:"types"`      // rows by type, most first; not in lists
	Categories []tallyView     `json:"categories"` // rows by category, most first, the first of many; not in lists
	Progress   int             `json:"progress"`   // rows read so far
	Fault      string          `json:"fault"`      // why it failed, "" otherwise
	Added      int             `json:"added"`
	Known      int             `json:"known"`
	CreatedMS  int64           `json:"created_ms"`
}

// tallyView is how many rows have a type or a category.
type tallyView struct {
	Name string `json:"name"`
	N    int    `json:"n"`
}

// maxTallies is how many categories a preview counts by name.
const maxTallies = 20

// saidView is a note that rows of an import have, and the mend that goes with it.
type saidView struct {
	Code string `json:"code"`
	Text string `json:"text"`
	N    int    `json:"n"`
	Mend bool   `json:"mend"` // the code is of a mend, and the text its caption
}

// unheard is after how much silence of its reader an import counts as given up: the server was stopped.
const unheard = importWithin + time.Minute

func importOf(in questionbank.Import, lang string) importView {
	v := importView{ID: in.ID, BankID: in.BankID, FileName: in.FileName, Format: in.Format, State: string(in.State), Staff: in.StaffName, Notes: []string{},
		Said: []saidView{}, Types: []tallyView{}, Categories: []tallyView{}, Counts: exchange.Counts{OK: in.OK, Warning: in.Warnings, Error: in.Errors}, Progress: in.Progress, Added: in.Added,
		Known: in.Known, CreatedMS: in.CreatedAt.Time().UnixMilli()}
	_ = json.Unmarshal([]byte(in.Notes), &v.Notes)
	if in.Phase != questionbank.ImportRead {
		v.State = string(in.Phase)
	}
	switch in.Work {
	case questionbank.WorkStoring, questionbank.WorkShowing:
		v.State = "storing"
	case questionbank.WorkHiding, questionbank.WorkRemoving:
		v.State = "undoing"
	}
	key := in.Fault
	if in.Phase == questionbank.ImportReading && time.Since(in.ProgressedAt.Time()) > unheard {
		v.State, key = string(questionbank.ImportFailed), "import.interrupted"
	}
	if v.State == string(questionbank.ImportFailed) {
		v.Fault = message(lang, key, nil)
	}
	return v
}

// withSaid adds what is said of the rows.
func (a *API) withSaid(c *fiber.Ctx, v importView) (importView, error) {
	counts, err := a.Banks.CodeCounts(c.UserContext(), v.ID)
	if err != nil {
		return v, err
	}
	for code, n := range counts {
		if typ, ok := exchange.TypeOfCode(code); ok {
			v.Types = append(v.Types, tallyView{string(typ), n})
			continue
		}
		if category, ok := exchange.CategoryOfCode(code); ok {
			v.Categories = append(v.Categories, tallyView{category, n})
			continue
		}
		s := saidView{Code: code, N: n, Text: exchange.Note{Code: code, Found: "…"}.Say(c.Get(fiber.HeaderAcceptLanguage))}
		if mend, ok := strings.CutPrefix(code, "mend:"); ok {
			s.Mend, s.Text = true, exchange.Mend{Code: mend}.Say(c.Get(fiber.HeaderAcceptLanguage))
		}
		v.Said = append(v.Said, s)
	}
	slices.SortFunc(v.Said, func(a, b saidView) int {
		if a.N != b.N {
			return b.N - a.N
		}
		return strings.Compare(a.Code, b.Code)
	})
	for _, tallies := range [][]tallyView{v.Types, v.Categories} {
		slices.SortFunc(tallies, func(a, b tallyView) int {
			if a.N != b.N {
				return b.N - a.N
			}
			return strings.Compare(a.Name, b.Name)
		})
	}
	v.Categories = v.Categories[:min(maxTallies, len(v.Categories))]
	return v, nil
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

// createImport takes an uploaded file, the request's body, and keeps what it holds as a preview. It answers when the
// file is read, or at once with wait=false: the reading goes on without the page that asked for it.
func (a *API) createImport(c *fiber.Ctx) error {
	name := path.Base(strings.ReplaceAll(c.Query("name"), `\`, "/"))
	if name == "." { // pasted
		name = ""
	}
	if utf8.RuneCountInString(name) > 200 || !utf8.ValidString(name) {
		return fault.Field("name", "value.long")
	}
	select {
	case a.pending <- struct{}{}:
	default:
		return fault.New(fault.Unavailable, "import.busy")
	}
	done := func() { <-a.pending }
	staff := staffOf(c)
	in := questionbank.Import{FileName: name, StaffID: staff.ID, StaffName: staff.Name}
	if err := a.Banks.BeginImport(c.UserContext(), time.Now(), &in); err != nil {
		done()
		return err
	}
	subject(c, "import", in.ID, in.FileName)
	data, lang := bytes.Clone(c.Body()), c.Get(fiber.HeaderAcceptLanguage) // the request's memory is used again
	read := make(chan error, 1)
	reading := in
	go func() {
		defer done()
		defer func() { // what a file does to its reader must not reach the hall
			if p := recover(); p != nil {
				read <- fmt.Errorf("read import: panic: %v", p)
			}
		}()
		read <- a.readImport(&reading, data, lang)
	}()
	if c.Query("wait") == "false" {
		go a.noteFailure(in.ID, read)
		return c.Status(fiber.StatusCreated).JSON(importOf(in, lang))
	}
	if err := <-read; err != nil {
		return errors.Join(err, a.Banks.DropImport(c.UserContext(), in.ID))
	}
	note(c, "format", reading.Format)
	note(c, "rows", reading.OK+reading.Warnings+reading.Errors)
	v, err := a.withSaid(c, importOf(reading, lang))
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(v)
}

// noteFailure keeps why a file could not be read, for the page that looks later.
func (a *API) noteFailure(id string, read <-chan error) {
	err := <-read
	if err == nil {
		return
	}
	if fault.CodeOf(err) == fault.Internal {
		a.Logger.Error("read import", "import", id, "error", err)
	}
	if err := a.Banks.FailImport(context.Background(), id, fault.KeyOf(err)); err != nil {
		a.Logger.Error("note failed import", "import", id, "error", err)
	}
}

// readImport reads a file and keeps its rows, and the file itself where an annotated copy needs it.
func (a *API) readImport(in *questionbank.Import, data []byte, lang string) error {
	ctx, cancel := context.WithTimeout(context.Background(), keepWithin)
	defer cancel()
	if err := a.awaitTurn(ctx, in.ID); err != nil {
		return err
	}
	defer func() { <-a.reading }()
	readCtx, stop := context.WithTimeout(ctx, importWithin)
	defer stop()
	var told time.Time
	result, err := a.ReadBank(exchange.WithProgress(readCtx, func(rows int) {
		if now := time.Now(); now.Sub(told) > 400*time.Millisecond {
			told = now
			if err := a.Banks.ImportProgress(ctx, now, in.ID, rows); err != nil {
				a.Logger.Warn("import progress", "import", in.ID, "error", err)
			}
		}
	}), in.FileName, data)
	if err != nil {
		return err
	}
	for _, f := range result.Files {
		if err := a.Media.Put(ctx, time.Now(), f, in.StaffID); err != nil {
			return err
		}
	}
	if result.Format == exchange.XLSX || result.Format == exchange.CSV {
		if err := a.Banks.KeepFile(ctx, time.Now(), in.ID, data); err != nil {
			return err
		}
	}
	if err := a.keepRows(ctx, in.ID, result.Rows); err != nil {
		return err
	}
	notes := []string{}
	for _, n := range result.Notes {
		notes = append(notes, n.Say(lang))
	}
	said, err := json.Marshal(notes)
	if err != nil {
		return err
	}
	counts := result.Counts()
	in.Format, in.Notes, in.OK, in.Warnings, in.Errors = string(result.Format), string(said), counts.OK, counts.Warning, counts.Error
	return a.Banks.FinishImport(ctx, in)
}

// awaitTurn waits until this file is read: one at a time, the hall goes first. Meanwhile the import gives signs of life,
// since the one before it may take long while people play.
func (a *API) awaitTurn(ctx context.Context, id string) error {
	beat := time.NewTicker(unheard / 6)
	defer beat.Stop()
	for {
		select {
		case a.reading <- struct{}{}:
			return nil
		case now := <-beat.C:
			if err := a.Banks.ImportProgress(ctx, now, id, 0); err != nil {
				return err
			}
		case <-ctx.Done():
			return fault.New(fault.Unavailable, "import.busy")
		}
	}
}

// keepRows stores the rows of a preview a few at a time: all of them as JSON would be a second copy of a large file.
func (a *API) keepRows(ctx context.Context, id string, rows []exchange.Row) error {
	const some = 200
	for from := 0; from < len(rows); from += some {
		part := rows[from:min(from+some, len(rows))]
		stored := make([]questionbank.ImportRow, len(part))
		for i, r := range part {
			s, err := r.ImportRow(from + i + 1)
			if err != nil {
				return err
			}
			stored[i] = s
		}
		if err := a.Banks.AddImportRows(ctx, id, stored); err != nil {
			return err
		}
		if err := a.Banks.ImportProgress(ctx, time.Now(), id, len(rows)); err != nil {
			return err
		}
	}
	return nil
}

// bodyLimit lets a signed-in member of staff send a file to import, a picture or a video; everybody and everything else
// keeps to maxBody.
func (a *API) bodyLimit(h *fasthttp.RequestHeader) (cfg fasthttp.RequestConfig) {
	most := 0
	switch path, _, _ := bytes.Cut(h.RequestURI(), []byte("?")); {
	case !h.IsPost() || h.ContentLength() <= maxBody:
	case bytes.HasPrefix(path, []byte(importsPath)):
		most = exchange.MaxFile
	case string(path) == rosterPath:
		most = roster.MaxFile
	case string(path) == mediaPath:
		most = media.MaxVideo
	}
	if most == 0 {
		return cfg
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	staff, err := a.People.FindSession(ctx, time.Now(), string(h.Cookie(sessionCookie)))
	if err == nil && permitted[organizer][staff.Role] && !staff.MustChangePassword {
		cfg.MaxRequestBodySize = most
		if most == media.MaxVideo {
			cfg.ReadTimeout = uploadWithin
		}
	}
	return cfg
}

func (a *API) listImports(c *fiber.Ctx) error {
	staff, of := staffOf(c), ""
	if staff.Role != people.RoleAdmin {
		of = staff.ID
	}
	list, err := a.Banks.ListImports(c.UserContext(), of, 50)
	if err != nil {
		return err
	}
	reach, err := a.People.ReachOf(c.UserContext(), staff, people.OnBank)
	if err != nil {
		return err
	}
	out := []importView{}
	for _, in := range list {
		if in.BankID == nil || reach.Has(*in.BankID) {
			out = append(out, importOf(in, c.Get(fiber.HeaderAcceptLanguage)))
		}
	}
	return c.JSON(fiber.Map{"imports": out})
}

func (a *API) findImport(c *fiber.Ctx) error {
	in, err := a.Banks.FindImport(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	v, err := a.withSaid(c, importOf(in, c.Get(fiber.HeaderAcceptLanguage)))
	if err != nil {
		return err
	}
	return c.JSON(v)
}

// listImportRows gives a page of a preview; `next` is the number after which the next page begins, 0 at the end.
func (a *API) listImportRows(c *fiber.Ctx) error {
	limit, err := pageSize(c)
	if err != nil {
		return err
	}
	after, _ := strconv.Atoi(c.Query("after"))
	rows, err := a.Banks.ImportRows(c.UserContext(), c.Params("id"), questionbank.RowFilter{Status: c.Query("status"), Code: c.Query("code")}, after, limit)
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
	stored, err := a.Banks.ImportRows(c.UserContext(), c.Params("id"), questionbank.RowFilter{}, no-1, 1)
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
		row.Question, row.Notes, row.Edited = q, nil, true
	case in.Mend && row.Mended():
	default:
		return fault.New(fault.Conflict, "import.no_mend")
	}
	changed, err := row.ImportRow(no)
	if err != nil {
		return err
	}
	if err := a.Banks.ChangeImportRow(c.UserContext(), c.Params("id"), changed); err != nil {
		return err
	}
	note(c, "no", no)
	v, err := importRowOf(changed, c.Get(fiber.HeaderAcceptLanguage))
	if err != nil {
		return err
	}
	return c.JSON(v)
}

// eachRow calls do for the rows of an import, in their order.
func (a *API) eachRow(ctx context.Context, id string, f questionbank.RowFilter, do func(no int, r exchange.Row) error) error {
	for after := 0; ; {
		rows, err := a.Banks.ImportRows(ctx, id, f, after, 5000)
		if err != nil || len(rows) == 0 {
			return err
		}
		for _, r := range rows {
			after = r.No
			var row exchange.Row
			if err := json.Unmarshal([]byte(r.Data), &row); err != nil {
				return err
			}
			if err := do(r.No, row); err != nil {
				return err
			}
		}
	}
}

// mendImport makes all rows that have this one-click mend what it offers.
func (a *API) mendImport(c *fiber.Ctx) error {
	in, err := body[struct {
		Mend string `json:"mend"`
	}](c)
	if err != nil {
		return err
	}
	if in.Mend == "" || len(in.Mend) > 60 {
		return fault.Field("mend", "value.required")
	}
	id := c.Params("id")
	var changed []questionbank.ImportRow
	err = a.eachRow(c.UserContext(), id, questionbank.RowFilter{Code: "mend:" + in.Mend}, func(no int, r exchange.Row) error {
		if !r.MendedAs(in.Mend) {
			return nil
		}
		row, err := r.ImportRow(no)
		changed = append(changed, row)
		return err
	})
	if err != nil {
		return err
	}
	if err := a.Banks.ChangeImportRows(c.UserContext(), id, changed); err != nil {
		return err
	}
	return a.findImport(c)
}

// storeImport stores the good rows of a preview in a bank, by name; the bank is made when there is none. With all it
// stores nothing when a row is not good.
func (a *API) storeImport(c *fiber.Ctx) error {
	in, err := body[struct {
		Bank string `json:"bank"`
		All  bool   `json:"all"`
	}](c)
	if err != nil {
		return err
	}
	name, err := bankName{in.Bank}.check()
	if err != nil {
		return fault.Field("bank", "value.required")
	}
	id := c.Params("id")
	if in.All {
		preview, err := a.Banks.FindImport(c.UserContext(), id)
		if err != nil {
			return err
		}
		if preview.Errors > 0 {
			return fault.New(fault.Conflict, "import.has_errors").With("n", preview.Errors)
		}
	}
	drop, err := a.bankFor(c, name)
	if err != nil {
		return err
	}
	note(c, "bank", name)
	stored, err := a.withoutPage(id, "store import", func(ctx context.Context) (questionbank.Import, error) {
		stored, err := a.Banks.StoreImport(ctx, time.Now(), id, name, exchange.QuestionOf)
		if err != nil {
			return stored, errors.Join(err, drop(ctx))
		}
		return stored, nil
	})
	if err != nil {
		return err
	}
	if stored.State == questionbank.ImportStored {
		note(c, "added", stored.Added)
		note(c, "known", stored.Known)
	}
	return c.JSON(importOf(stored, c.Get(fiber.HeaderAcceptLanguage)))
}

// workWithin is how long a call waits for long work on an import: proxies cut calls that take a minute.
const workWithin = 20 * time.Second

// withoutPage does long work on an import, which goes on when its caller has gone: while people play it takes its time.
// What is not done within workWithin is told as it stands by then, storing or undoing.
func (a *API) withoutPage(id, what string, work func(ctx context.Context) (questionbank.Import, error)) (questionbank.Import, error) {
	type end struct {
		in  questionbank.Import
		err error
	}
	ended := make(chan end, 1)
	ctx := context.Background()
	go func() {
		defer func() { // nobody else is here to catch it
			if p := recover(); p != nil {
				ended <- end{err: fmt.Errorf("%s: panic: %v", what, p)}
			}
		}()
		in, err := work(ctx)
		ended <- end{in, err}
	}()
	select {
	case e := <-ended:
		return e.in, e.err
	case <-time.After(workWithin):
	}
	go func() {
		if e := <-ended; e.err != nil { // the import is as it was before, and says so
			a.Logger.Error(what, "import", id, "error", e.err)
		}
	}()
	return a.Banks.FindImport(ctx, id)
}

// bankFor makes sure that there is a bank of this name which the caller has access to; drop takes back one that was
// made for it.
func (a *API) bankFor(c *fiber.Ctx, name string) (drop func(context.Context) error, err error) {
	drop = func(context.Context) error { return nil }
	id, err := a.Banks.FindName(c.UserContext(), name)
	switch {
	case fault.Is(err, fault.NotFound):
		id, err = a.makeBank(c, name)
		return func(ctx context.Context) error { return a.Banks.DropEmpty(ctx, id) }, err
	case err != nil:
		return drop, err
	}
	// A name is taken for everybody, so this tells no more than making a bank of that name would.
	if _, err = a.reachBank(c, id); fault.Is(err, fault.NotFound) {
		err = fault.New(fault.Conflict, "bank.others")
	}
	return drop, err
}

// annotatedImport sends a copy of the file that says at each row what became of it.
func (a *API) annotatedImport(c *fiber.Ctx) error {
	id, lang := c.Params("id"), c.Get(fiber.HeaderAcceptLanguage)
	in, err := a.Banks.FindImport(c.UserContext(), id)
	if err != nil {
		return err
	}
	if in.Phase != questionbank.ImportRead {
		return fault.New(fault.Conflict, "import.unread")
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), importWithin)
	defer cancel()
	select {
	case a.reading <- struct{}{}:
		defer func() { <-a.reading }()
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "import.busy")
	}
	data, err := a.Banks.ImportFile(ctx, id)
	if err != nil {
		return err
	}
	var rows []exchange.Row
	if err := a.eachRow(ctx, id, questionbank.RowFilter{}, func(_ int, r exchange.Row) error {
		rows = append(rows, r)
		return nil
	}); err != nil {
		return err
	}
	ext, copied, err := a.AnnotateBank(ctx, exchange.Format(in.Format), data, rows, lang)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(in.FileName, path.Ext(in.FileName))
	if name == "" {
		name = "粘贴的内容"
	}
	c.Set(fiber.HeaderContentType, annotatedTypes[ext])
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="annotated.`+ext+`"; filename*=UTF-8''`+url.PathEscape(name+"-导入结果."+ext))
	return c.Send(copied)
}

var annotatedTypes = map[string]string{"xlsx": xlsxType, "csv": "text/csv; charset=utf-8"}

func (a *API) undoImport(c *fiber.Ctx) error {
	id := c.Params("id")
	in, err := a.withoutPage(id, "undo import", func(ctx context.Context) (questionbank.Import, error) {
		return a.Banks.UndoImport(ctx, time.Now(), id)
	})
	if err != nil {
		return err
	}
	note(c, "removed", in.Added)
	return c.JSON(importOf(in, c.Get(fiber.HeaderAcceptLanguage)))
}
