package httpapi

import (
	"bytes"
	"net/url"

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
	as, ok := exports[format]
	if !ok {
		return fault.Field("format", "value.choice")
	}
	name, questions := "题库模板", []questionbank.Question(nil)
	if id := c.Params("id"); id != "template" {
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
	c.Set(fiber.HeaderContentType, as[1])
	c.Set(fiber.HeaderContentDisposition, `attachment; filename="bank.`+as[0]+`"; filename*=UTF-8''`+url.PathEscape(name+"."+as[0]))
	return c.Send(b.Bytes())
}
