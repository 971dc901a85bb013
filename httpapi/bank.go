package httpapi

import (
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/people"
	"leitai/questionbank"
)

type bankView struct {
	ID         string         `json:"id"`
	Name       string         `json:"name"`
	Questions  int            `json:"questions"`
	Categories map[string]int `json:"categories"`
	Types      map[string]int `json:"types"`
}

// questionView is a question with its key: for staff only.
type questionView struct {
	ID          string            `json:"id"`
	BankID      string            `json:"bank_id"`
	Version     int               `json:"version"`
	Type        questionbank.Type `json:"type"`
	Category    string            `json:"category"`
	Stem        string            `json:"stem"`
	Options     []string          `json:"options"`
	Key         []string          `json:"key"`
	Explanation string            `json:"explanation"`
	Source      string            `json:"source"`
	Difficulty  int               `json:"difficulty"`
	Tags        []string          `json:"tags"`
	Media       []questionMedia   `json:"media"`
	Retired     bool              `json:"retired"`
	Deleted     bool              `json:"deleted"`
	Used        int               `json:"used"`    // rounds that have it
	Answers     int               `json:"answers"` // entrants who answered it as it is now
	Right       int               `json:"right"`   // of them, who were right
	UpdatedMS   int64             `json:"updated_ms"`
}

func questionOf(e questionbank.Entry) questionView {
	return questionView{ID: e.ID, BankID: e.BankID, Version: e.Version, Type: e.Type, Category: e.Category, Stem: e.Stem, Options: listOf(e.Options),
		Key: listOf(e.Key), Explanation: e.Explanation, Source: e.Source, Difficulty: e.Difficulty, Tags: listOf(e.Tags), Media: mediaOf(e.Media), Retired: e.Retired,
		Deleted: e.Deleted, Used: e.Used, Answers: e.Answers, Right: e.Right, UpdatedMS: e.UpdatedAt.UnixMilli()}
}

// listOf keeps null out of JSON.
func listOf(s []string) []string {
	if s == nil {
		return []string{}
	}
	return s
}

// questionInput is a question as staff send it; version is the one that was edited, 0 for a new question.
type questionInput struct {
	Version     int               `json:"version"`
	Type        questionbank.Type `json:"type"`
	Category    string            `json:"category"`
	Stem        string            `json:"stem"`
	Options     []string          `json:"options"`
	Key         []string          `json:"key"`
	Explanation string            `json:"explanation"`
	Source      string            `json:"source"`
	Difficulty  int               `json:"difficulty"`
	Tags        []string          `json:"tags"`
	Media       []mediaInput      `json:"media"`
}

// question gives the texts, not checked yet.
func (in questionInput) question() questionbank.Question {
	q := questionbank.Question{Version: in.Version, Type: in.Type, Category: strings.TrimSpace(in.Category), Stem: strings.TrimSpace(in.Stem), Options: in.Options,
		Key: in.Key, Explanation: strings.TrimSpace(in.Explanation), Source: strings.TrimSpace(in.Source), Difficulty: in.Difficulty, Tags: in.Tags}
	for i, t := range q.Tags {
		q.Tags[i] = strings.TrimSpace(t)
	}
	for i := range q.Options {
		q.Options[i] = strings.TrimSpace(q.Options[i])
	}
	return q
}

// maxList is the most entries of one page.
const maxList = 200

func (a *API) listBanks(c *fiber.Ctx) error {
	banks, err := a.Banks.ListBanks(c.UserContext())
	if err != nil {
		return err
	}
	reach, err := a.People.ReachOf(c.UserContext(), staffOf(c), people.OnBank)
	if err != nil {
		return err
	}
	out := []bankView{}
	for _, b := range banks {
		if reach.Has(b.ID) {
			out = append(out, bankView(b))
		}
	}
	return c.JSON(fiber.Map{"banks": out})
}

type bankName struct {
	Name string `json:"name"`
}

func (b bankName) check() (string, error) {
	name := strings.TrimSpace(b.Name)
	switch {
	case name == "":
		return "", fault.Field("name", "value.required")
	case utf8.RuneCountInString(name) > questionbank.MaxLabel:
		return "", fault.Field("name", "value.long")
	}
	return name, nil
}

func (a *API) createBank(c *fiber.Ctx) error {
	in, err := body[bankName](c)
	if err != nil {
		return err
	}
	name, err := in.check()
	if err != nil {
		return err
	}
	id, err := a.makeBank(c, name)
	if err != nil {
		return err
	}
	subject(c, "bank", id, name)
	return a.sendBank(c.Status(fiber.StatusCreated), id)
}

// makeBank makes an empty bank that is the caller's.
func (a *API) makeBank(c *fiber.Ctx, name string) (id string, err error) {
	if id, err = a.Banks.CreateBank(c.UserContext(), time.Now(), name, nil); err != nil {
		return "", err
	}
	if err := a.own(c, people.OnBank, id); err != nil {
		return "", errors.Join(err, a.Banks.DropEmpty(c.UserContext(), id)) // nobody's bank would only keep its name taken
	}
	return id, nil
}

func (a *API) findBank(c *fiber.Ctx) error { return a.sendBank(c, c.Params("id")) }

func (a *API) sendBank(c *fiber.Ctx, id string) error {
	b, err := a.Banks.FindBank(c.UserContext(), id)
	if err != nil {
		return err
	}
	return c.JSON(bankView(b))
}

func (a *API) renameBank(c *fiber.Ctx) error {
	in, err := body[bankName](c)
	if err != nil {
		return err
	}
	name, err := in.check()
	if err != nil {
		return err
	}
	if err := a.Banks.RenameBank(c.UserContext(), c.Params("id"), name); err != nil {
		return err
	}
	note(c, "name", name)
	return a.sendBank(c, c.Params("id"))
}

// filterOf reads the filters of a list of questions, which papers have too.
func filterOf(c *fiber.Ctx) (questionbank.Filter, error) {
	f := questionbank.Filter{BankID: c.Params("id"), Search: c.Query("q"), Type: questionbank.Type(c.Query("type")), Category: c.Query("category"),
		Tag: c.Query("tag"), Accuracy: questionbank.Accuracy(c.Query("accuracy")), Used: flag(c.Query("used"))}
	if utf8.RuneCountInString(f.Search) > 100 || utf8.RuneCountInString(f.Category) > questionbank.MaxLabel || utf8.RuneCountInString(f.Tag) > questionbank.MaxLabel {
		return f, fault.Field("q", "value.long")
	}
	if f.Accuracy != "" && !slices.Contains(questionbank.Accuracies, f.Accuracy) {
		return f, fault.Field("accuracy", "value.choice")
	}
	f.Difficulty, _ = strconv.Atoi(c.Query("difficulty"))
	return f, nil
}

// listQuestions gives one page of a bank; `next` is the id after which the next page begins, "" at the end.
func (a *API) listQuestions(c *fiber.Ctx) error {
	f, err := filterOf(c)
	if err != nil {
		return err
	}
	f.Deleted, f.ByAccuracy, f.Retired = c.Query("deleted") == "true", c.Query("order") == "accuracy", flag(c.Query("retired"))
	limit, err := pageSize(c)
	if err != nil {
		return err
	}
	page, total, err := a.Banks.ListQuestions(c.UserContext(), f, c.Query("after"), limit)
	if err != nil {
		return err
	}
	out := make([]questionView, len(page))
	for i, e := range page {
		out[i] = questionOf(e)
	}
	next := ""
	if len(page) == limit {
		next = page[limit-1].ID
	}
	return c.JSON(fiber.Map{"questions": out, "total": total, "next": next})
}

func flag(s string) *bool {
	switch s {
	case "true":
		return new(true)
	case "false":
		return new(false)
	}
	return nil
}

func pageSize(c *fiber.Ctx) (int, error) {
	limit := 50
	if s := c.Query("limit"); s != "" {
		n, err := strconv.Atoi(s)
		if err != nil || n < 1 || n > maxList {
			return 0, fault.Field("limit", "value.range")
		}
		limit = n
	}
	return limit, nil
}

func (a *API) findQuestion(c *fiber.Ctx) error {
	e, err := a.Banks.FindEntry(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	past, err := a.Banks.ListVersions(c.UserContext(), e.ID)
	if err != nil {
		return err
	}
	versions := make([]fiber.Map, len(past))
	for i, p := range past {
		versions[i] = fiber.Map{"question": questionOf(questionbank.Entry{Question: p.Question, BankID: e.BankID, UpdatedAt: p.ReplacedAt}),
			"replaced_ms": p.ReplacedAt.UnixMilli(), "replaced_by": p.ReplacedBy}
	}
	return c.JSON(fiber.Map{"question": questionOf(e), "versions": versions})
}

func (a *API) createQuestion(c *fiber.Ctx) error {
	in, err := body[questionInput](c)
	if err != nil {
		return err
	}
	q, err := a.question(c.UserContext(), in)
	if err != nil {
		return err
	}
	e, err := a.Banks.AddQuestion(c.UserContext(), time.Now(), c.Params("id"), q)
	if err != nil {
		return err
	}
	subject(c, "question", e.ID, e.Stem)
	note(c, "bank_id", e.BankID)
	return c.Status(fiber.StatusCreated).JSON(questionOf(e))
}

func (a *API) updateQuestion(c *fiber.Ctx) error {
	in, err := body[questionInput](c)
	if err != nil {
		return err
	}
	q, err := a.question(c.UserContext(), in)
	if err != nil {
		return err
	}
	q.ID = c.Params("id")
	e, err := a.Banks.UpdateQuestion(c.UserContext(), time.Now(), q, staffOf(c).Name)
	if err != nil {
		return err
	}
	note(c, "version", e.Version)
	return c.JSON(questionOf(e))
}

type bulkRequest struct {
	IDs        []string `json:"ids"`
	Retired    *bool    `json:"retired"`
	Deleted    *bool    `json:"deleted"`
	Category   *string  `json:"category"`
	Difficulty *int     `json:"difficulty"`
	BankID     *string  `json:"bank_id"`
	AddTags    []string `json:"add_tags"`
	RemoveTags []string `json:"remove_tags"`
	Source     *string  `json:"source"`
}

// changeQuestions changes many questions of a bank at once: retire, bin, move, category, difficulty, tags, source.
func (a *API) changeQuestions(c *fiber.Ctx) error {
	in, err := body[bulkRequest](c)
	if err != nil {
		return err
	}
	switch {
	case len(in.IDs) == 0 || len(in.IDs) > questionbank.MaxBulk:
		return fault.Field("ids", "value.range")
	case in.Category != nil && utf8.RuneCountInString(*in.Category) > questionbank.MaxLabel:
		return fault.Field("category", "value.long")
	case in.Difficulty != nil && (*in.Difficulty < 1 || *in.Difficulty > 5):
		return fault.Field("difficulty", "question.difficulty")
	}
	if in.Source != nil && utf8.RuneCountInString(*in.Source) > questionbank.MaxText {
		return fault.Field("source", "value.long")
	}
	if badTags(in.AddTags) || badTags(in.RemoveTags) {
		return fault.Field("tags", "question.label_long")
	}
	if in.BankID != nil {
		name, err := a.reachBank(c, *in.BankID)
		if err != nil {
			return err
		}
		note(c, "to_bank", name)
	}
	ch, err := a.Banks.ChangeQuestions(c.UserContext(), time.Now(), c.Params("id"), questionbank.Bulk{IDs: in.IDs, Retired: in.Retired,
		Deleted: in.Deleted, Category: in.Category, Level: in.Difficulty, BankID: in.BankID,
		AddTags: in.AddTags, RemoveTags: in.RemoveTags, Source: in.Source}, staffOf(c).Name)
	if err != nil {
		return err
	}
	note(c, "changed", ch.Changed)
	noteGiven(c, "retired", in.Retired)
	noteGiven(c, "deleted", in.Deleted)
	noteGiven(c, "category", in.Category)
	noteGiven(c, "difficulty", in.Difficulty)
	noteGiven(c, "source", in.Source)
	if len(in.AddTags) > 0 {
		note(c, "add_tags", in.AddTags)
	}
	if len(in.RemoveTags) > 0 {
		note(c, "remove_tags", in.RemoveTags)
	}
	return c.JSON(fiber.Map{"changed": ch.Changed, "change_id": ch.ID})
}

// badTags trims tags and reports whether one is empty or too long, or there are too many.
func badTags(tags []string) bool {
	for i, t := range tags {
		tags[i] = strings.TrimSpace(t)
		if n := utf8.RuneCountInString(tags[i]); n == 0 || n > questionbank.MaxLabel {
			return true
		}
	}
	return len(tags) > questionbank.MaxTags
}

// listTags gives the tags of a bank's questions.
func (a *API) listTags(c *fiber.Ctx) error {
	tags, err := a.Banks.Tags(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"tags": tags})
}
