package httpapi

import (
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/hall"
	"leitai/questionbank"
	"leitai/questionbank/media"
	"leitai/quiz/paper"
)

// maxDevice bounds the random id by which a phone tells itself apart, in characters.
const maxDevice = 64

// sheetView is an attempt as its person sees it: no key, no explanation.
type sheetView struct {
	ID              string          `json:"id"`
	Contest         sheetContest    `json:"contest"`
	Phase           paper.Phase     `json:"phase"`
	No              int             `json:"no"`
	State           paper.State     `json:"state"`
	NowMS           int64           `json:"now_ms"`
	StartedMS       int64           `json:"started_ms"`
	DeadlineMS      int64           `json:"deadline_ms"`
	QuestionLimitMS int64           `json:"question_limit_ms"`
	NoteLeaving     bool            `json:"note_leaving"`
	Leaves          paper.Leaves    `json:"leaves"`
	Size            int             `json:"size"` // questions of the paper, also those not shown yet
	At              int             `json:"at"`
	Questions       []sheetQuestion `json:"questions"`
}

type sheetContest struct {
	Code  string `json:"code"`
	Title string `json:"title"`
}

type sheetQuestion struct {
	No       int               `json:"no"`
	Type     questionbank.Type `json:"type"`
	Category string            `json:"category"`
	Stem     string            `json:"stem"`
	Options  []optionID        `json:"options"`
	Blanks   int               `json:"blanks"`
	Points   int               `json:"points"`
	Media    []phoneMedia      `json:"media"`
	A        []string          `json:"a"`
	N        int               `json:"n"`
	ShownMS  *int64            `json:"shown_ms"`
	ClosesMS *int64            `json:"closes_ms"`
}

func sheetQuestionOf(q paper.SheetQuestion) sheetQuestion {
	v := sheetQuestion{No: q.No, Type: q.Type, Category: q.Category, Stem: q.Stem, Options: shownOptions(q.Options), Points: q.Points, Media: phoneMediaOf(q.Media),
		Blanks: questionbank.Question{Type: q.Type, Stem: q.Stem}.Blanks(), A: q.A, N: q.N}
	if q.ShownMS > 0 {
		v.ShownMS, v.ClosesMS = &q.ShownMS, &q.ClosesMS
	}
	return v
}

func shownOptions(options []paper.Option) []optionID {
	out := make([]optionID, len(options))
	for i, o := range options {
		out[i] = optionID{o.ID, o.Text}
	}
	return out
}

// phoneMedia is one of a question's files as phones see it, in a hall and here.
type phoneMedia struct {
	Kind   media.Kind `json:"kind"`
	Part   string     `json:"part"`
	URL    string     `json:"url"`
	Alt    string     `json:"alt"`
	Width  int        `json:"width"`
	Height int        `json:"height"`
}

func phoneMediaOf(all []questionbank.Media) []phoneMedia {
	out := make([]phoneMedia, len(all))
	for i, m := range all {
		out[i] = phoneMedia{m.Kind, m.Part, hall.MediaPath + m.ID, m.Alt, m.Width, m.Height}
	}
	return out
}

func sheetOf(p *paper.Contest, s paper.Sheet, now time.Time) sheetView {
	at := s.Attempt
	v := sheetView{ID: at.ID, Contest: sheetContest{p.Code, p.Title}, Phase: at.Phase, No: at.No, State: at.State, NowMS: now.UnixMilli(),
		StartedMS: at.StartedAt.UnixMilli(), DeadlineMS: at.DeadlineAt.UnixMilli(), QuestionLimitMS: p.Rules.QuestionLimitMS,
		NoteLeaving: p.Rules.NoteLeaving, Leaves: s.Leaves, Size: len(at.Paper), At: s.At, Questions: make([]sheetQuestion, len(s.Questions))}
	for i, q := range s.Questions {
		v.Questions[i] = sheetQuestionOf(q)
	}
	return v
}

// ownAttempt gives the attempt of the path and its contest, if it is the caller's; anybody else's is not_found.
func (a *API) ownAttempt(c *fiber.Ctx) (*paper.Attempt, *paper.Contest, error) {
	at, p, err := a.Papers.AttemptOf(c.UserContext(), c.Params("id"))
	if err != nil {
		return nil, nil, err
	}
	if playerOf(c).EntrantID == at.EntrantID {
		return at, p, nil
	}
	if e, err := a.entrantIn(c, p); err == nil && e.ID == at.EntrantID {
		return at, p, nil
	} else if err != nil && !fault.Is(err, fault.NotFound) {
		return nil, nil, err
	}
	return nil, nil, fault.New(fault.NotFound, "attempt.missing")
}

func (a *API) startAttempt(c *fiber.Ctx) error {
	in, err := body[struct {
		Phase  paper.Phase `json:"phase"`
		Device string      `json:"device"` // a random id that the phone keeps; only a hash of it is stored
	}](c)
	if err != nil {
		return err
	}
	if in.Phase != paper.PhaseFormal && in.Phase != paper.PhasePractice {
		return fault.Field("phase", "value.choice")
	}
	if utf8.RuneCountInString(in.Device) > maxDevice {
		return fault.Field("device", "value.long")
	}
	p, err := a.online(c)
	if err != nil {
		return err
	}
	e, err := a.entrantIn(c, p)
	if err != nil {
		return err
	}
	device := ""
	if in.Device != "" {
		device = in.Device + "\x00" + c.Get(fiber.HeaderUserAgent)
	}
	now := time.Now()
	at, err := a.Papers.Start(c.UserContext(), now, p, e, in.Phase, device)
	if err != nil {
		return err
	}
	s, err := a.Papers.SheetOf(c.UserContext(), p, at)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(sheetOf(p, s, now))
}

func (a *API) findAttempt(c *fiber.Ctx) error {
	at, p, err := a.ownAttempt(c)
	if err != nil {
		return err
	}
	if at, err = a.Papers.FindAttempt(c.UserContext(), at.ID); err != nil {
		return err
	}
	s, err := a.Papers.SheetOf(c.UserContext(), p, at)
	if err != nil {
		return err
	}
	return c.JSON(sheetOf(p, s, time.Now()))
}

type saveInput struct {
	ID string   `json:"id"`
	Q  int      `json:"q"`
	N  int      `json:"n"`
	A  []string `json:"a"`
}

func savesOf(in []saveInput) ([]paper.Save, error) {
	if len(in) > paper.MaxSaves {
		return nil, fault.Field("saves", "value.long")
	}
	out := make([]paper.Save, len(in))
	for i, s := range in {
		out[i] = paper.Save(s)
	}
	return out, nil
}

func (a *API) saveAnswers(c *fiber.Ctx) error {
	now := time.Now() // when it arrived
	in, err := body[struct {
		Saves []saveInput `json:"saves"`
		Left  []struct {
			ID   string `json:"id"`
			AtMS int64  `json:"at_ms"`
			MS   int64  `json:"ms"`
		} `json:"left"`
	}](c)
	if err != nil {
		return err
	}
	saves, err := savesOf(in.Saves)
	if err != nil {
		return err
	}
	if len(in.Left) > paper.MaxSaves {
		return fault.Field("left", "value.long")
	}
	left := make([]paper.Absence, len(in.Left))
	for i, l := range in.Left {
		left[i] = paper.Absence(l)
	}
	at, _, err := a.ownAttempt(c)
	if err != nil {
		return err
	}
	saved, err := a.Papers.Save(c.UserContext(), now, at.ID, saves, left)
	if err != nil {
		return err
	}
	return c.JSON(struct {
		Saved      []string        `json:"saved"`
		Refused    []paper.Refusal `json:"refused"`
		State      paper.State     `json:"state"`
		NowMS      int64           `json:"now_ms"`
		DeadlineMS int64           `json:"deadline_ms"`
		Leaves     paper.Leaves    `json:"leaves"`
	}{saved.Saved, saved.Refused, paper.Open, time.Now().UnixMilli(), saved.Deadline.UnixMilli(), saved.Leaves})
}

func (a *API) showQuestion(c *fiber.Ctx) error {
	now := time.Now()
	in, err := body[struct {
		Q int `json:"q"`
	}](c)
	if err != nil {
		return err
	}
	at, _, err := a.ownAttempt(c)
	if err != nil {
		return err
	}
	s, err := a.Papers.Show(c.UserContext(), now, at.ID, in.Q)
	if err != nil {
		return err
	}
	for _, q := range s.Questions {
		if q.No == in.Q {
			return c.JSON(sheetQuestionOf(q))
		}
	}
	return fault.New(fault.Conflict, "attempt.order")
}

func (a *API) handInAttempt(c *fiber.Ctx) error {
	now := time.Now()
	in, err := body[struct {
		Saves []saveInput `json:"saves"`
	}](c)
	if err != nil {
		return err
	}
	saves, err := savesOf(in.Saves)
	if err != nil {
		return err
	}
	at, p, err := a.ownAttempt(c)
	if err != nil {
		return err
	}
	if len(saves) > 0 { // what is too late or not in order cannot keep anybody from handing in
		if _, err := a.Papers.Save(c.UserContext(), now, at.ID, saves, nil); err != nil && !fault.Is(err, fault.Conflict) {
			return err
		}
	}
	done, err := a.Papers.HandIn(c.UserContext(), now, at.ID, paper.ByPerson)
	if err != nil {
		return err
	}
	return c.JSON(lineOf(p, done))
}

type reviewedQuestion struct {
	No          int               `json:"no"`
	Type        questionbank.Type `json:"type"`
	Category    string            `json:"category"`
	Stem        string            `json:"stem"`
	Options     []optionID        `json:"options"`
	Blanks      int               `json:"blanks"`
	Key         []string          `json:"key"`
	Explanation string            `json:"explanation"`
	Source      string            `json:"source"`
	Media       []phoneMedia      `json:"media"`
	A           []string          `json:"a"`
	Right       bool              `json:"right"`
	Points      int               `json:"points"`
	Max         int               `json:"max"`
	Voided      bool              `json:"voided"`
}

func (a *API) reviewAttempt(c *fiber.Ctx) error {
	at, p, err := a.ownAttempt(c)
	if err != nil {
		return err
	}
	if at, err = a.Papers.FindAttempt(c.UserContext(), at.ID); err != nil {
		return err
	}
	qs, ok := p.Review(at)
	if !ok {
		return fault.New(fault.Forbidden, "attempt.no_review")
	}
	if answering, err := a.Papers.Answering(c.UserContext(), at); err != nil {
		return err
	} else if answering {
		return fault.New(fault.Forbidden, "attempt.no_review")
	}
	return c.JSON(struct {
		Attempt   attemptLine        `json:"attempt"`
		Questions []reviewedQuestion `json:"questions"`
	}{lineOf(p, at), reviewedOf(qs)})
}

func reviewedOf(qs []paper.Reviewed) []reviewedQuestion {
	out := make([]reviewedQuestion, len(qs))
	for i, q := range qs {
		out[i] = reviewedQuestion{q.No, q.Type, q.Category, q.Stem, shownOptions(q.Options), questionbank.Question{Type: q.Type, Stem: q.Stem}.Blanks(), q.Key,
			q.Explanation, q.Source, phoneMediaOf(q.Media), q.A, q.Right, q.Points, q.Max, q.Voided}
	}
	return out
}
