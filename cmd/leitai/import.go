package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"leitai/fault"
	"leitai/people"
	"leitai/questionbank"
	"leitai/questionbank/exchange"
	"leitai/questionbank/media"
	"leitai/sqldb"
)

type importCmd struct {
	File   string `arg:"" help:"The question bank: xlsx, csv, docx, txt, GIFT, Aiken, Moodle XML, QTI, JSON or JSON Lines." type:"existingfile"`
	Bank   string `help:"Name of the bank; it is made when there is none. Not needed with --dry-run."`
	DryRun bool   `help:"Only show what would be imported. Needs no database."`
	JSON   bool   `name:"json" help:"Print one JSON object."`
	Strict bool   `help:"Import nothing when a row has an error."`

	Owner string `help:"User name of an organizer who is put on the bank; without one a new bank is the admins'." placeholder:"USERNAME"`

	Annotate string `help:"Also write a copy of the file that says at each row what became of it (.xlsx, or .csv for a CSV file)." type:"path" placeholder:"OUT"`

	settings
}

// importReport is what --json prints.
type importReport struct {
	Format   exchange.Format `json:"format"`
	Counts   exchange.Counts `json:"counts"`
	Rows     []importRow     `json:"rows"`
	Notes    []string        `json:"notes,omitempty"`
	Imported *int            `json:"imported,omitempty"` // not with --dry-run
	Known    *int            `json:"already_there,omitempty"`
}

type importRow struct {
	Row         int               `json:"row"`
	Sheet       string            `json:"sheet"`
	Status      exchange.Status   `json:"status"`
	Type        questionbank.Type `json:"type"`
	Stem        string            `json:"stem"`
	Options     []string          `json:"options"`
	Key         []string          `json:"key"`
	Explanation string            `json:"explanation"`
	Category    string            `json:"category"`
	Message     string            `json:"message"`
}

// Run reads a file, shows what it holds, and stores what is good.
func (c *importCmd) Run(ctx context.Context) error {
	if !c.DryRun && c.Bank == "" {
		return &settingsError{[]string{"--bank: say into which bank, or --dry-run"}}
	}
	info, err := os.Stat(c.File)
	if err != nil {
		return err
	}
	if info.Size() > exchange.MaxFile {
		text, _ := exchange.FileFault("import.too_large", "zh-CN")
		return fmt.Errorf("%s：%s，这个文件有 %d MB", c.File, text, (info.Size()+1<<20-1)>>20)
	}
	data, err := os.ReadFile(c.File)
	if err != nil {
		return err
	}
	result, err := exchange.Read(ctx, filepath.Base(c.File), data)
	if err != nil {
		return errors.New(exchange.Explain(err, "zh-CN"))
	}
	report := reportOf(result)
	if c.Annotate != "" {
		if err := annotate(ctx, c.Annotate, result, data); err != nil {
			return err
		}
	}
	if bad := report.Counts.Error; !c.DryRun && c.Strict && bad > 0 {
		report.print(os.Stderr)
		return fmt.Errorf("%s: %d 题不能导入，所以一题也没有导入", c.File, bad)
	}
	if !c.DryRun {
		if err := c.store(ctx, result, &report); err != nil {
			return err
		}
	}
	if c.JSON {
		e := json.NewEncoder(os.Stdout)
		e.SetEscapeHTML(false)
		return e.Encode(report)
	}
	report.print(os.Stdout)
	return nil
}

// annotate writes the annotated copy. A name that does not fit what it holds is refused: spreadsheets go by the name.
func annotate(ctx context.Context, to string, r exchange.Result, data []byte) error {
	var b bytes.Buffer
	ext, err := exchange.Annotate(ctx, &b, r.Format, data, r.Rows, "zh-CN")
	if err != nil {
		return errors.New(exchange.Explain(err, "zh-CN"))
	}
	if !strings.EqualFold(filepath.Ext(to), "."+ext) {
		return fmt.Errorf("--annotate: the copy of this file is a .%s file", ext)
	}
	return os.WriteFile(to, b.Bytes(), 0o600)
}

func reportOf(r exchange.Result) importReport {
	out := importReport{Format: r.Format, Counts: r.Counts(), Rows: make([]importRow, len(r.Rows))}
	for i, row := range r.Rows {
		q := row.Question
		out.Rows[i] = importRow{Row: row.Row, Sheet: row.Sheet, Status: row.Status(), Type: q.Type, Stem: q.Stem, Options: noNil(q.Options),
			Key: noNil(q.Key), Explanation: q.Explanation, Category: q.Category, Message: row.Say("zh-CN")}
	}
	for _, n := range r.Notes {
		out.Notes = append(out.Notes, n.Say("zh-CN"))
	}
	return out
}

func noNil(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// store puts the good rows into the bank. Questions that it has already are left alone.
func (c *importCmd) store(ctx context.Context, r exchange.Result, report *importReport) error {
	db, err := sqldb.Open(ctx, c.databaseURL())
	if err != nil {
		return fmt.Errorf("open database: %w", err)
	}
	defer db.Close()
	if err := db.Migrate(ctx); err != nil {
		return fmt.Errorf("migrate database: %w", err)
	}
	staff := people.NewStore(db)
	var owner people.Staff
	if c.Owner != "" { // before anything is stored
		if owner, err = ownerOf(ctx, staff, c.Owner); err != nil {
			return err
		}
	}
	for _, f := range r.Files {
		if err := media.NewStore(db).Put(ctx, time.Now(), f, owner.ID); err != nil {
			return err
		}
	}
	banks := questionbank.NewStore(db).Paced(gently)
	in := questionbank.Import{FileName: filepath.Base(c.File), Format: string(r.Format), StaffName: "命令行", Notes: "[]",
		OK: report.Counts.OK, Warnings: report.Counts.Warning, Errors: report.Counts.Error}
	rows := make([]questionbank.ImportRow, len(r.Rows))
	for i, row := range r.Rows {
		if rows[i], err = row.ImportRow(i + 1); err != nil {
			return err
		}
	}
	if err := banks.CreateImport(ctx, time.Now(), &in, rows); err != nil {
		return err
	}
	stored, err := banks.StoreImport(ctx, time.Now(), in.ID, c.Bank, exchange.QuestionOf)
	if err != nil {
		return err
	}
	report.Imported, report.Known = &stored.Added, &stored.Known
	if stored.BankID != nil && c.Owner != "" {
		if err := staff.Grant(ctx, time.Now(), people.OnBank, *stored.BankID, owner.ID, in.StaffName); err != nil {
			return err
		}
	}
	return c.record(ctx, staff, stored)
}

// ownerOf finds the account that a bank is to be of. A judge or a viewer could not keep it.
func ownerOf(ctx context.Context, store *people.Store, username string) (people.Staff, error) {
	owner, err := store.FindUsername(ctx, username)
	switch {
	case fault.Is(err, fault.NotFound):
		return owner, &settingsError{[]string{"--owner: there is no account " + username + "; `leitai staff list` lists them"}}
	case err != nil:
		return owner, err
	case owner.Disabled:
		return owner, &settingsError{[]string{"--owner: the account " + username + " is disabled"}}
	case owner.Role != people.RoleOrganizer && owner.Role != people.RoleAdmin:
		return owner, &settingsError{[]string{"--owner: " + username + " is neither organizer nor admin"}}
	}
	return owner, nil
}

// record puts the import into the audit log, as the console's are.
func (c *importCmd) record(ctx context.Context, store *people.Store, in questionbank.Import) error {
	detail := map[string]any{"bank": c.Bank, "added": in.Added, "known": in.Known}
	if c.Owner != "" {
		detail["username"] = c.Owner
	}
	return store.Record(ctx, &people.AuditEntry{At: time.Now(), StaffName: "leitai import", Action: "import.store",
		Subject: people.Subject{Kind: "import", ID: in.ID, Name: in.FileName}, Detail: detail})
}

// print shows the report to a person.
func (r importReport) print(w *os.File) {
	for _, row := range r.Rows {
		if row.Status == exchange.OK {
			continue
		}
		mark := "!"
		if row.Status == exchange.Error {
			mark = "✗"
		}
		_, _ = fmt.Fprintf(w, "%s %s%d  %s\n    %s\n", mark, sheetPrefix(row.Sheet), row.Row, exchange.Short(row.Stem, 50), row.Message)
	}
	for _, n := range r.Notes {
		_, _ = fmt.Fprintln(w, "·", n)
	}
	_, _ = fmt.Fprintf(w, "%s：%d 题正常，%d 题有提示，%d 题不能导入\n", r.Format, r.Counts.OK, r.Counts.Warning, r.Counts.Error)
	if r.Imported != nil {
		_, _ = fmt.Fprintf(w, "已导入 %d 题，题库里已有 %d 题\n", *r.Imported, *r.Known)
	}
}

func sheetPrefix(sheet string) string {
	if sheet == "" {
		return "#"
	}
	return sheet + " #"
}
