package httpapi

import (
	"bytes"
	"net/url"
	"slices"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/questionbank/exchange"
	"leitai/questionbank/media"
)

// exports are the formats of a bank's file: extension and media type.
var exports = map[exchange.Format][2]string{
	exchange.XLSX:      {"xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"},
	exchange.JSONLines: {"jsonl", "application/jsonl"},
	exchange.GIFT:      {"gift.txt", "text/plain; charset=utf-8"},
	exchange.MoodleXML: {"xml", "application/xml"},
}

// exportBank sends a bank as a file that reads back as the same questions; with the id "template" an empty workbook.
func (a *API) exportBank(c *fiber.Ctx) error {
	format := exchange.Format(c.Query("format", string(exchange.XLSX)))
	if format == "docx" || format == "html" {
		return a.exportPaper(c, string(format))
	}
	as, ok := exports[format]
	if !ok {
		return fault.Field("format", "value.choice")
	}
	name, questions := "题库模板", []questionbank.Question(nil)
	if id := c.Params("id"); id != template {
		bank, err := a.Banks.FindBank(c.UserContext(), id)
		if err != nil {
			return err
		}
		if questions, err = a.Banks.AllQuestions(c.UserContext(), id); err != nil {
			return err
		}
		name = bank.Name
	}
	var b bytes.Buffer
	if _, err := exchange.WriteWithMedia(&b, format, questions, func(id string) (media.File, error) { return a.Media.Read(c.UserContext(), id) }); err != nil {
		return err
	}
	note(c, "format", format)
	note(c, "questions", len(questions))
	c.Set(fiber.HeaderContentType, as[1])
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="bank.`+as[0]+`"; filename*=UTF-8''`+url.PathEscape(name+"."+as[0]))
	return c.Send(b.Bytes())
}

// exportPaper sends the questions that a list's filters show as a paper, with keys when asked.
func (a *API) exportPaper(c *fiber.Ctx, format string) error {
	bank, err := a.Banks.FindBank(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	kept := false
	f, err := filterOf(c)
	if err != nil {
		return err
	}
	f.Retired = &kept
	page, total, err := a.Banks.ListQuestions(c.UserContext(), f, "", exchange.MaxPaper)
	if err != nil {
		return err
	}
	switch {
	case total == 0:
		return fault.New(fault.Conflict, "export.empty")
	case total > exchange.MaxPaper:
		return fault.New(fault.Conflict, "export.too_many").With("n", total).With("most", exchange.MaxPaper)
	}
	p := exchange.Paper{Title: bank.Name, Keys: c.Query("keys") == "true",
		Files: func(id string) (media.File, error) { return a.Media.Read(c.UserContext(), id) }}
	for _, e := range slices.Backward(page) { // lists show the newest first
		p.Questions = append(p.Questions, e.Question)
	}
	var b bytes.Buffer
	if format == "docx" {
		if err := exchange.WritePaperDOCX(&b, p); err != nil {
			return err
		}
		name := bank.Name + "-试卷.docx"
		if p.Keys {
			name = bank.Name + "-试卷（含答案）.docx"
		}
		c.Set(fiber.HeaderContentType, "application/vnd.openxmlformats-officedocument.wordprocessingml.document")
		c.Set(fiber.HeaderContentDisposition, `attachment; filename="paper.docx"; filename*=UTF-8''`+url.PathEscape(name))
		return c.Send(b.Bytes())
	}
	if err := exchange.WritePaperHTML(&b, p); err != nil {
		return err
	}
	c.Set(fiber.HeaderContentType, "text/html; charset=utf-8")
	// The page has one style element, its pictures in itself, and nothing else that a browser would run or fetch.
	c.Set(fiber.HeaderContentSecurityPolicy, "default-src 'none'; img-src data:; style-src"+hashes(inlineStyle, b.Bytes())+"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'")
	c.Set(fiber.HeaderReferrerPolicy, "same-origin")
	c.Set(fiber.HeaderXFrameOptions, "DENY")
	return c.Send(b.Bytes())
}
