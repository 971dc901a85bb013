package httpapi

import (
	"context"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/quiz/integrity"
)

// integrityRoutes are the calls of the tab 异常提示 of a paper contest. Judges may read; organizers decide.
func (a *API) integrityRoutes() []route {
	return []route{
		{"GET", "/contests/:id/integrity", judge, ofContest, "", a.findIntegrity},
		{"POST", "/contests/:id/integrity", organizer, ofContest, "integrity.look", a.startIntegrity},
		{"POST", "/contests/:id/integrity/findings/:key", organizer, ofContest, "integrity.decide", a.decideFinding},
	}
}

// integrityWithin bounds a look through a contest: half a million attempts take minutes.
const integrityWithin = time.Hour

type integrityLookView struct {
	State     integrity.LookState `json:"state"`
	Attempts  int                 `json:"attempts"`
	StartedMS int64               `json:"started_ms"`
	EndedMS   int64               `json:"ended_ms"`
}

type integrityCount struct {
	Kind      integrity.Kind `json:"kind"`
	Open      int            `json:"open"`
	Dismissed int            `json:"dismissed"`
	Acted     int            `json:"acted"`
}

type integrityStep struct {
	No      int    `json:"no"`
	Stem    string `json:"stem"`
	Chars   int    `json:"chars"`
	AtMS    int64  `json:"at_ms"`
	MS      int64  `json:"ms"`
	LeastMS int64  `json:"least_ms"`
}

type integrityCommon struct {
	Stem    string   `json:"stem"`
	A       []string `json:"a"`
	Key     []string `json:"key"`
	Percent int      `json:"percent"`
}

type integrityAttempt struct {
	ID         string `json:"id"`
	EntrantID  string `json:"entrant_id"`
	Name       string `json:"name"`
	Team       string `json:"team"`
	No         int    `json:"no"`
	State      string `json:"state"`
	StartedMS  int64  `json:"started_ms"`
	HandedInMS int64  `json:"handed_in_ms"`
	Points     int    `json:"points"`
	Correct    int    `json:"correct"`
	TimeMS     int64  `json:"time_ms"`
}

// findingFacts are the numbers of a finding; what does not belong to its kind is 0.
type findingFacts struct {
	People   int   `json:"people"`
	Fast     int   `json:"fast"`
	Of       int   `json:"of"`
	TotalMS  int64 `json:"total_ms"`
	LeastMS  int64 `json:"least_ms"`
	MeanMS   int64 `json:"mean_ms"`
	Permille int   `json:"permille"`
	Wrong    int   `json:"wrong"`
	Digits   int   `json:"digits"`
	OneTeam  bool  `json:"one_team"`
	Times    int   `json:"times"`
	AwayMS   int64 `json:"away_ms"`
}

type integrityFinding struct {
	Key       string             `json:"key"`
	Kind      integrity.Kind     `json:"kind"`
	Strength  int                `json:"strength"`
	State     integrity.State    `json:"state"`
	Note      string             `json:"note"`
	ChangedBy string             `json:"changed_by"`
	ChangedMS *int64             `json:"changed_ms"`
	FoundMS   int64              `json:"found_ms"`
	Gone      bool               `json:"gone"`
	Facts     findingFacts       `json:"facts"`
	Steps     []integrityStep    `json:"steps"`
	Answers   []integrityCommon  `json:"answers"`
	Attempts  []integrityAttempt `json:"attempts"`
}

type integrityView struct {
	TimeZone string             `json:"time_zone"`
	Look     integrityLookView  `json:"look"`
	Settings integrity.Settings `json:"settings"`
	Defaults integrity.Settings `json:"defaults"`
	Kinds    []integrityCount   `json:"kinds"`
	Findings []integrityFinding `json:"findings"`
}

// findIntegrity gives what the latest look has found, the strongest first.
func (a *API) findIntegrity(c *fiber.Ctx) error {
	kind, state := integrity.Kind(c.Query("kind")), integrity.State(c.Query("state"))
	if kind != "" && !slices.Contains(integrity.Kinds, kind) {
		return fault.Field("kind", "value.choice")
	}
	if state != "" && state != integrity.Open && state != integrity.Dismissed && state != integrity.Acted {
		return fault.Field("state", "value.choice")
	}
	return a.sendIntegrity(c, kind, state)
}

func (a *API) sendIntegrity(c *fiber.Ctx, kind integrity.Kind, state integrity.State) error {
	ctx, id := c.UserContext(), c.Params("id")
	contest, err := a.paperOf(c)
	if err != nil {
		return err
	}
	look, err := a.Integrity.FindLook(ctx, time.Now(), id)
	if err != nil {
		return err
	}
	counts, err := a.Integrity.CountFindings(ctx, id)
	if err != nil {
		return err
	}
	v := integrityView{TimeZone: contest.Rules.TimeZone, Settings: look.Settings, Defaults: integrity.DefaultSettings(), Kinds: []integrityCount{}, Findings: []integrityFinding{},
		Look: integrityLookView{State: look.State, Attempts: look.Attempts}}
	if look.State != integrity.None {
		v.Look.StartedMS = look.StartedAt.UnixMilli()
	}
	if !look.EndedAt.IsZero() {
		v.Look.EndedMS = look.EndedAt.UnixMilli()
	}
	for _, k := range integrity.Kinds {
		n := counts[k]
		v.Kinds = append(v.Kinds, integrityCount{k, n[integrity.Open], n[integrity.Dismissed], n[integrity.Acted]})
	}
	found, err := a.Integrity.ListFindings(ctx, id, kind, state)
	if err != nil {
		return err
	}
	var ids []string
	for _, f := range found {
		ids = append(ids, f.Evidence.Attempts...)
	}
	sittings, err := a.Integrity.Sittings(ctx, id, ids)
	if err != nil {
		return err
	}
	for _, f := range found {
		v.Findings = append(v.Findings, findingOf(f, sittings, func(id string) (stem string, key []string) {
			if q, ok := contest.Question(id); ok {
				return q.Question.Stem, listOf(q.Question.Key)
			}
			return "", []string{}
		}))
	}
	return c.JSON(v)
}

func findingOf(f integrity.Finding, sittings map[string]integrity.Sitting, question func(id string) (string, []string)) integrityFinding {
	e := f.Evidence
	v := integrityFinding{Key: f.Key, Kind: f.Kind, Strength: f.Strength, State: f.State, Note: f.Note, ChangedBy: f.ChangedBy, FoundMS: f.FoundAt.UnixMilli(), Gone: f.Gone,
		Facts: findingFacts{e.People, e.Fast, e.Of, e.TotalMS, e.LeastMS, e.MeanMS, e.Permille, e.Wrong, e.Digits, e.OneTeam, e.Times, e.AwayMS},
		Steps: []integrityStep{}, Answers: []integrityCommon{}, Attempts: []integrityAttempt{}}
	if !f.ChangedAt.IsZero() {
		ms := f.ChangedAt.UnixMilli()
		v.ChangedMS = &ms
	}
	for _, s := range e.Steps {
		stem, _ := question(s.QuestionID)
		v.Steps = append(v.Steps, integrityStep{s.No, stem, s.Chars, s.AtMS, s.MS, s.LeastMS})
	}
	for _, s := range e.Answers {
		stem, key := question(s.QuestionID)
		v.Answers = append(v.Answers, integrityCommon{stem, listOf(s.A), key, s.Percent})
	}
	for _, id := range e.Attempts {
		if s, ok := sittings[id]; ok {
			v.Attempts = append(v.Attempts, integrityAttempt(s))
		}
	}
	return v
}

// startIntegrity begins a look with these thresholds and answers at once.
func (a *API) startIntegrity(c *fiber.Ctx) error {
	in, err := body[struct {
		Settings integrity.Settings `json:"settings"`
	}](c)
	if err != nil {
		return err
	}
	ctx, id := c.UserContext(), c.Params("id")
	if _, err := a.paperOf(c); err != nil {
		return err
	}
	before, err := a.Integrity.FindLook(ctx, time.Now(), id)
	if err != nil {
		return err
	}
	if err := a.Integrity.StartLook(ctx, time.Now(), id, in.Settings); err != nil {
		return err
	}
	noteSettings(c, fieldsOf(before.Settings), in.Settings)
	go a.runIntegrity(id, in.Settings)
	return a.sendIntegrity(c.Status(fiber.StatusAccepted), "", "")
}

// runIntegrity looks through a contest; it outlives the request that began it.
func (a *API) runIntegrity(contest string, with integrity.Settings) {
	ctx, cancel := context.WithTimeout(context.Background(), integrityWithin)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			a.Logger.Error("looking through a contest broke", "contest_id", contest, "panic", p)
			_ = a.Integrity.FailLook(context.WithoutCancel(ctx), time.Now(), contest)
		}
	}()
	if err := a.Integrity.Run(ctx, contest, with); err != nil {
		a.Logger.Error("look through a contest", "contest_id", contest, "error", err)
		if err := a.Integrity.FailLook(context.WithoutCancel(ctx), time.Now(), contest); err != nil {
			a.Logger.Error("note a failed look", "contest_id", contest, "error", err)
		}
	}
}

// decideFinding keeps what staff made of a finding. With `void` it takes attempts of the finding out of the results, for
// the reason that the note tells; nothing else changes points.
func (a *API) decideFinding(c *fiber.Ctx) error {
	in, err := body[struct {
		State integrity.State `json:"state"`
		Note  string          `json:"note"`
		Void  []string        `json:"void"`
	}](c)
	if err != nil {
		return err
	}
	if in.State != integrity.Open && in.State != integrity.Dismissed && in.State != integrity.Acted {
		return fault.Field("state", "value.choice")
	}
	if len(in.Void) > 0 && in.State != integrity.Acted {
		return fault.Field("void", "value.choice")
	}
	ctx, id, now, by := c.UserContext(), c.Params("id"), time.Now(), staffOf(c).Name
	f, err := a.Integrity.FindFinding(ctx, id, c.Params("key"))
	if err != nil {
		return err
	}
	for _, attempt := range in.Void {
		if !slices.Contains(f.Evidence.Attempts, attempt) {
			return fault.Field("void", "attempt.missing")
		}
	}
	if err := a.Integrity.SetState(ctx, now, id, f.Key, in.State, in.Note, by); err != nil {
		return err
	}
	for _, attempt := range in.Void {
		err := a.Papers.VoidAttempt(ctx, now, attempt, in.Note, by)
		if err != nil && fault.KeyOf(err) != "attempt.void" { // by somebody else already
			return err
		}
	}
	note(c, "kind", string(f.Kind))
	noteChange(c, "state", string(f.State), string(in.State))
	note(c, "attempts", f.Evidence.Attempts)
	if in.Note != "" {
		note(c, "reason", in.Note)
	}
	if len(in.Void) > 0 {
		note(c, "void", in.Void)
	}
	return a.sendIntegrity(c, "", "")
}
