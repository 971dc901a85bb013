package httpapi

import (
	"context"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/people"
	"leitai/questionbank"
	"leitai/questionbank/doctor"
)

// CheckBank looks a bank over (doctor.Check, here or in another process); progress hears how far it is, from 0 to 1.
type CheckBank func(ctx context.Context, items []doctor.Item, progress func(float64)) (doctor.Report, error)

// checkupWithin bounds one look at a bank, waiting for others included.
const checkupWithin = 5 * time.Minute

// findingQuestions is how many of a finding's questions are shown with it; the rest is told by number.
const findingQuestions = 20

type checkupView struct {
	State     string       `json:"state"` // none, running, done or failed
	Progress  int          `json:"progress"`
	Questions int          `json:"questions"`
	Stale     bool         `json:"stale"` // the bank was changed since
	Message   string       `json:"message"`
	Staff     string       `json:"staff"`
	StartedMS int64        `json:"started_ms"`
	EndedMS   int64        `json:"ended_ms"`
	Kinds     []kindCounts `json:"kinds"`
	Cut       []string     `json:"cut"`
}

type kindCounts struct {
	Kind      string `json:"kind"`
	Severity  string `json:"severity"` // the highest
	Open      int    `json:"open"`
	Mended    int    `json:"mended"`
	Dismissed int    `json:"dismissed"`
}

type findingView struct {
	No        int            `json:"no"`
	Kind      string         `json:"kind"`
	Severity  string         `json:"severity"`
	State     string         `json:"state"`
	Detail    findingDetail  `json:"detail"`
	Mends     []string       `json:"mends"`
	Count     int            `json:"count"` // questions that it is about
	Questions []questionView `json:"questions"`
	ChangeID  string         `json:"change_id"` // of its mend
}

// findingDetail is doctor.Detail with empty lists and nothing left out.
type findingDetail struct {
	Percent int            `json:"percent"`
	Count   int            `json:"count"`
	Of      int            `json:"of"`
	Letters map[string]int `json:"letters"`
	Options []string       `json:"options"`
	Pages   int            `json:"pages"`
	Chars   int            `json:"chars"`
	Differs []string       `json:"differs"`
	Value   string         `json:"value"`
}

func (a *API) findCheckup(c *fiber.Ctx) error {
	if _, err := a.Banks.FindBank(c.UserContext(), c.Params("id")); err != nil {
		return err
	}
	return a.sendCheckup(c)
}

func (a *API) sendCheckup(c *fiber.Ctx) error {
	id := c.Params("id")
	check, ok, err := a.Banks.FindCheckup(c.UserContext(), time.Now(), id)
	if err != nil {
		return err
	}
	v := checkupView{State: "none", Kinds: []kindCounts{}, Cut: []string{}}
	if !ok {
		return c.JSON(v)
	}
	revision, err := a.Banks.Revision(c.UserContext(), id)
	if err != nil {
		return err
	}
	v = checkupView{State: string(check.State), Progress: check.Progress, Questions: check.Questions, Stale: revision != check.Revision, Staff: check.StaffName,
		StartedMS: check.StartedAt.Time().UnixMilli(), Kinds: []kindCounts{}, Cut: listOf(check.Cut.V)}
	if check.EndedAt != nil {
		v.EndedMS = check.EndedAt.Time().UnixMilli()
	}
	if check.Fault != "" {
		v.Message = message(c.Get(fiber.HeaderAcceptLanguage), check.Fault, nil)
	}
	for _, k := range doctor.Kinds {
		if n := check.Counts[string(k)]; n != nil {
			v.Kinds = append(v.Kinds, kindCounts{Kind: string(k), Severity: check.Severities[string(k)], Open: n[string(questionbank.FindingOpen)],
				Mended: n[string(questionbank.FindingMended)], Dismissed: n[string(questionbank.FindingDismissed)]})
		}
	}
	return c.JSON(v)
}

// startCheckup begins to look a bank over and answers at once.
func (a *API) startCheckup(c *fiber.Ctx) error {
	id, name := c.Params("id"), strings.Clone(staffOf(c).Name)
	if _, err := a.Banks.FindBank(c.UserContext(), id); err != nil {
		return err
	}
	check, err := a.Banks.StartCheckup(c.UserContext(), time.Now(), id, name)
	if err != nil {
		return err
	}
	go a.runCheckup(check)
	return a.sendCheckup(c.Status(fiber.StatusAccepted))
}

// runCheckup looks a bank over and stores what was found; it outlives the request that began it.
func (a *API) runCheckup(check questionbank.Checkup) {
	ctx, cancel := context.WithTimeout(context.Background(), checkupWithin)
	defer cancel()
	err := a.look(ctx, check)
	if err == nil {
		return
	}
	key := fault.KeyOf(err)
	if fault.CodeOf(err) == fault.Internal {
		key = "checkup.failed"
		a.Logger.Error("checkup", "bank", check.BankID, "error", err)
	}
	end, done := context.WithTimeout(context.Background(), 10*time.Second)
	defer done()
	if err := a.Banks.FailCheckup(end, time.Now(), check.ID, key); err != nil {
		a.Logger.Error("checkup", "bank", check.BankID, "error", err)
	}
}

func (a *API) look(ctx context.Context, check questionbank.Checkup) error {
	beat := newBeat(ctx, a, check.ID)
	defer beat.stop()
	select {
	case a.reading <- struct{}{}: // one at a time, and not beside an import: the hall goes first
		defer func() { <-a.reading }()
	case <-ctx.Done():
		return fault.New(fault.Unavailable, "import.busy")
	}
	entries, err := a.Banks.CheckupItems(ctx, check.BankID)
	if err != nil {
		return err
	}
	items := make([]doctor.Item, len(entries))
	for i, e := range entries {
		items[i] = doctor.Item{Question: e.Question, Used: e.Used, Answers: e.Answers, Right: e.Right, Counts: e.Counts}
	}
	report, err := a.CheckBank(ctx, items, beat.at)
	if err != nil {
		return err
	}
	findings := make([]questionbank.Finding, len(report.Findings))
	for i, f := range report.Findings {
		b, err := json.Marshal(f)
		if err != nil {
			return err
		}
		findings[i] = questionbank.Finding{Kind: string(f.Kind), Severity: string(f.Severity), Key: f.Key, Data: string(b)}
	}
	check.Questions = report.Questions
	for _, k := range report.Cut {
		check.Cut.V = append(check.Cut.V, string(k))
	}
	return a.Banks.FinishCheckup(ctx, time.Now(), check, findings)
}

// beat tells the database every second that a checkup is alive and how far it is.
type beat struct {
	share chan float64
	end   chan struct{}
	ended chan struct{}
}

func newBeat(ctx context.Context, a *API, id string) *beat {
	b := &beat{share: make(chan float64, 1), end: make(chan struct{}), ended: make(chan struct{})}
	go func() {
		defer close(b.ended)
		every := time.NewTicker(time.Second)
		defer every.Stop()
		percent := 0
		for {
			select {
			case s := <-b.share:
				percent = int(100 * s)
			case <-every.C:
				if err := a.Banks.BeatCheckup(ctx, time.Now(), id, percent); err != nil {
					a.Logger.Warn("checkup", "error", err)
				}
			case <-b.end:
				return
			}
		}
	}()
	return b
}

func (b *beat) at(share float64) {
	select {
	case <-b.share:
	default:
	}
	select {
	case b.share <- share:
	default:
	}
}

func (b *beat) stop() {
	close(b.end)
	<-b.ended
}

// listFindings gives a page of a checkup's findings with their questions as they are now; `next` is the number after which
// the next page begins, 0 at the end.
func (a *API) listFindings(c *fiber.Ctx) error {
	limit, err := pageSize(c)
	if err != nil {
		return err
	}
	after, _ := strconv.Atoi(c.Query("after"))
	list, err := a.Banks.ListFindings(c.UserContext(), c.Params("id"), c.Query("kind"), c.Query("state"), after, limit)
	if err != nil {
		return err
	}
	out := make([]findingView, len(list))
	for i, f := range list {
		if out[i], err = a.viewFinding(c.UserContext(), c.Params("id"), f); err != nil {
			return err
		}
	}
	next := 0
	if len(list) == limit {
		next = list[limit-1].No
	}
	return c.JSON(fiber.Map{"findings": out, "next": next})
}

func (a *API) viewFinding(ctx context.Context, bank string, f questionbank.Finding) (findingView, error) {
	var d doctor.Finding
	if err := json.Unmarshal([]byte(f.Data), &d); err != nil {
		return findingView{}, err
	}
	v := findingView{No: f.No, Kind: f.Kind, Severity: f.Severity, State: string(f.State), Count: len(d.IDs), ChangeID: f.ChangeID, Mends: []string{},
		Questions: []questionView{}, Detail: findingDetail{Percent: d.Detail.Percent, Count: d.Detail.Count, Of: d.Detail.Of, Letters: d.Detail.Letters,
			Options: listOf(d.Detail.Options), Pages: d.Detail.Pages, Chars: d.Detail.Chars, Differs: listOf(d.Detail.Differs), Value: d.Detail.Value}}
	if v.Detail.Letters == nil {
		v.Detail.Letters = map[string]int{}
	}
	for _, m := range d.Mends {
		v.Mends = append(v.Mends, string(m))
	}
	entries, err := a.Banks.EntriesOf(ctx, bank, d.IDs[:min(len(d.IDs), findingQuestions)])
	if err != nil {
		return findingView{}, err
	}
	for _, e := range entries {
		v.Questions = append(v.Questions, questionOf(e))
	}
	return v, nil
}

// mendRequest asks for a finding's mend, or to dismiss it.
type mendRequest struct {
	Finding int    `json:"finding"`
	Mend    string `json:"mend"` // one of the finding's, or dismiss, recall
	Keep    string `json:"keep"` // with delete: the question that stays; "" is the first
	Source  string `json:"source"`
}

func (a *API) mendFinding(c *fiber.Ctx) error {
	in, err := body[mendRequest](c)
	if err != nil {
		return err
	}
	bank, name, ctx := c.Params("id"), strings.Clone(staffOf(c).Name), c.UserContext()
	f, err := a.Banks.FindFinding(ctx, bank, in.Finding)
	if err != nil {
		return err
	}
	if in.Mend == "dismiss" || in.Mend == "recall" {
		if err := a.Banks.DismissFinding(ctx, time.Now(), bank, f, name, in.Mend == "recall"); err != nil {
			return err
		}
		return a.sendMended(c, in.Finding, questionbank.Change{})
	}
	var d doctor.Finding
	if err := json.Unmarshal([]byte(f.Data), &d); err != nil {
		return err
	}
	if !slices.Contains(d.Mends, doctor.Mend(in.Mend)) {
		return fault.Field("mend", "value.choice")
	}
	bulks, err := a.bulksFor(ctx, bank, d, in)
	if err != nil {
		return err
	}
	change, err := a.Banks.MendFinding(ctx, time.Now(), bank, f, bulks, name)
	if err != nil {
		return err
	}
	return a.sendMended(c, in.Finding, change)
}

func (a *API) sendMended(c *fiber.Ctx, no int, change questionbank.Change) error {
	f, err := a.Banks.FindFinding(c.UserContext(), c.Params("id"), no)
	if err != nil {
		return err
	}
	v, err := a.viewFinding(c.UserContext(), c.Params("id"), f)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"finding": v, "changed": change.Changed, "change_id": change.ID})
}

// bulksFor says which changes a mend is.
func (a *API) bulksFor(ctx context.Context, bank string, d doctor.Finding, in mendRequest) ([]questionbank.Bulk, error) {
	switch doctor.Mend(in.Mend) {
	case doctor.MendDelete:
		return a.deleteDuplicates(ctx, bank, d, in.Keep)
	case doctor.MendRetire:
		return []questionbank.Bulk{{IDs: d.IDs, Retired: new(true)}}, nil
	case doctor.MendSource:
		source := strings.TrimSpace(in.Source)
		if source == "" || utf8.RuneCountInString(source) > 200 {
			return nil, fault.Field("source", "value.required")
		}
		fill := func(q questionbank.Question) questionbank.Question {
			if strings.TrimSpace(q.Source) == "" { // somebody may have filled it in since
				q.Source = source
			}
			return q
		}
		return []questionbank.Bulk{{IDs: d.IDs, Rewrite: fill}}, nil
	case doctor.MendMoveLast:
		move := func(q questionbank.Question) questionbank.Question {
			q, _ = doctor.MoveLast(q)
			return q
		}
		return []questionbank.Bulk{{IDs: d.IDs, Rewrite: move}}, nil
	case doctor.MendShuffle:
		return a.shuffle(ctx, bank, d)
	}
	return nil, fault.Field("mend", "value.choice")
}

// shuffle exchanges options of the questions as they are now.
func (a *API) shuffle(ctx context.Context, bank string, d doctor.Finding) ([]questionbank.Bulk, error) {
	questions, err := a.questionsOf(ctx, bank, d.IDs)
	if err != nil {
		return nil, err
	}
	var out []questionbank.Bulk
	for _, q := range doctor.Shuffle(questions) {
		out = append(out, questionbank.Bulk{IDs: []string{q.ID}, Rewrite: func(now questionbank.Question) questionbank.Question {
			if now.Version != q.Version { // edited meanwhile
				return now
			}
			return q
		}})
	}
	return out, nil
}

func (a *API) questionsOf(ctx context.Context, bank string, ids []string) ([]questionbank.Question, error) {
	var out []questionbank.Question
	for part := range slices.Chunk(ids, 1000) {
		entries, err := a.Banks.EntriesOf(ctx, bank, part)
		if err != nil {
			return nil, err
		}
		for _, e := range entries {
			if !e.Deleted {
				out = append(out, e.Question)
			}
		}
	}
	return out, nil
}

// deleteDuplicates puts all but one question into the bin; the one that stays takes over what it lacks.
func (a *API) deleteDuplicates(ctx context.Context, bank string, d doctor.Finding, keep string) ([]questionbank.Bulk, error) {
	if keep == "" {
		keep = d.IDs[0]
	}
	if !slices.Contains(d.IDs, keep) {
		return nil, fault.Field("keep", "question.missing")
	}
	questions, err := a.questionsOf(ctx, bank, d.IDs)
	if err != nil {
		return nil, err
	}
	if len(questions) < 2 || !slices.ContainsFunc(questions, func(q questionbank.Question) bool { return q.ID == keep }) {
		return nil, fault.New(fault.Conflict, "finding.nothing")
	}
	var gone []questionbank.Question
	var ids []string
	for _, q := range questions {
		if q.ID != keep {
			gone, ids = append(gone, q), append(ids, q.ID)
		}
	}
	take := func(q questionbank.Question) questionbank.Question { return doctor.Merge(q, gone) }
	return []questionbank.Bulk{{IDs: ids, Deleted: new(true)}, {IDs: []string{keep}, Rewrite: take}}, nil
}

type changeRef struct {
	ChangeID string `json:"change_id"`
}

// undoChange takes a change of many questions back: of the list, or a mend of a checkup.
func (a *API) undoChange(c *fiber.Ctx) error {
	in, err := body[changeRef](c)
	if err != nil {
		return err
	}
	if err := a.reachChanged(c, in.ChangeID); err != nil {
		return err
	}
	u, err := a.Banks.UndoChange(c.UserContext(), time.Now(), c.Params("id"), in.ChangeID, staffOf(c).Name)
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"restored": u.Restored, "left": u.Left})
}

// reachChanged demands access to every bank that a change's questions are in by now: taking a move back takes them out of
// there.
func (a *API) reachChanged(c *fiber.Ctx, changeID string) error {
	banks, err := a.Banks.ChangedBanks(c.UserContext(), c.Params("id"), changeID)
	if err != nil {
		return err
	}
	reach, err := a.People.ReachOf(c.UserContext(), staffOf(c), people.OnBank)
	if err != nil {
		return err
	}
	for _, b := range banks {
		if !reach.Has(b) {
			return fault.New(fault.Conflict, "change.out_of_reach")
		}
	}
	return nil
}
