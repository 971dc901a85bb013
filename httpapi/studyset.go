package httpapi

import (
	"slices"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/hall"
	"leitai/questionbank"
	"leitai/quiz/study"
)

var errSkip = fault.Field("skip", "value.range")

type studyOption struct {
	ID   string `json:"id"`
	Text string `json:"text"`
}

// studyQuestionView is a question that is to be answered: it has no key.
type studyQuestionView struct {
	No       int               `json:"no"`
	Type     questionbank.Type `json:"type"`
	Category string            `json:"category"`
	Stem     string            `json:"stem"`
	Options  []studyOption     `json:"options"`
	Blanks   int               `json:"blanks"`
	Media    any               `json:"media"` // of stem and options
	Hint     bool              `json:"hint"`  // there is a source passage to look at
	Hinted   bool              `json:"hinted"`
}

// answeredView is a question that was answered.
type answeredView struct {
	No          int               `json:"no"`
	Type        questionbank.Type `json:"type"`
	Category    string            `json:"category"`
	Stem        string            `json:"stem"`
	Options     []studyOption     `json:"options"`
	Key         []string          `json:"key"`
	Explanation string            `json:"explanation"`
	Source      string            `json:"source"`
	Media       any               `json:"media"`
}

func studyOptions(q questionbank.Question) []studyOption {
	out := make([]studyOption, len(q.Options))
	for i, o := range q.Options {
		out[i] = studyOption{questionbank.Letter(i), o}
	}
	return out
}

func answeredOf(no int, q questionbank.Question) answeredView {
	return answeredView{no, q.Type, q.Category, q.Stem, studyOptions(q), listOf(q.Key), q.Explanation, q.Source, hall.MediaRefs(q.Media)}
}

// dotView is a question's place in the row of dots.
type dotView struct {
	No    int    `json:"no"`
	State string `json:"state"` // "right", "wrong", "skipped", or "open"
}

type setView struct {
	ID         string             `json:"id"`
	Mode       study.Mode         `json:"mode"`
	Topic      string             `json:"topic"`
	State      study.State        `json:"state"`
	Total      int                `json:"total"` // 0 of a challenge: it goes on
	Correct    int                `json:"correct"`
	Wrong      int                `json:"wrong"`
	Points     int                `json:"points"`
	Revived    bool               `json:"revived"`
	CanRevive  bool               `json:"can_revive"`
	StartedMS  int64              `json:"started_ms"`
	FinishedMS *int64             `json:"finished_ms"`
	Dots       []dotView          `json:"dots"`
	Question   *studyQuestionView `json:"question"`
}

// setOf shows a set with the question that is to be answered.
func setOf(s study.Set, next *questionbank.Question) setView {
	v := setView{ID: s.ID, Mode: s.Mode, Topic: s.Topic, State: s.State, Total: len(s.Questions), Correct: s.Correct, Wrong: s.Wrong, Points: s.Points,
		Revived: s.Revived, CanRevive: s.CanRevive(), StartedMS: s.StartedAt.UnixMilli(), Dots: []dotView{}}
	if s.Mode == study.Challenge {
		v.Total = 0
	}
	if !s.FinishedAt.IsZero() {
		ms := s.FinishedAt.UnixMilli()
		v.FinishedMS = &ms
	}
	for i, q := range s.Questions {
		state := "open"
		switch {
		case q.Skipped:
			state = "skipped"
		case q.Right:
			state = "right"
		case q.Done:
			state = "wrong"
		case s.Mode == study.Challenge:
			continue // what comes next is not told
		}
		v.Dots = append(v.Dots, dotView{i + 1, state})
	}
	if next != nil && s.Current() > 0 {
		asked := s.Questions[s.Current()-1]
		v.Question = &studyQuestionView{No: s.Current(), Type: next.Type, Category: next.Category, Stem: next.Stem, Options: studyOptions(*next), Blanks: next.Blanks(),
			Media: hall.MediaRefs(withoutExplanation(next.Media)), Hint: next.Source != "" && s.Mode != study.Challenge, Hinted: asked.Hinted}
	}
	return v
}

func withoutExplanation(all []questionbank.Media) []questionbank.Media {
	return slices.DeleteFunc(slices.Clone(all), func(m questionbank.Media) bool { return m.Part == questionbank.PartExplanation })
}

// learner is who a set belongs to: a person, or nobody on a kiosk.
func learner(c *fiber.Ctx) string { return playerOf(c).Person.ID }

func (a *API) beginSet(c *fiber.Ctx) error {
	in, err := body[struct {
		Mode  study.Mode `json:"mode"`
		Topic string     `json:"topic"`
		Size  int        `json:"size"`
	}](c)
	if err != nil {
		return err
	}
	if utf8.RuneCountInString(in.Topic) > questionbank.MaxLabel+2 {
		return fault.Field("topic", "value.long")
	}
	now := time.Now()
	made, err := a.Study.Begin(c.UserContext(), now, learner(c), study.Wanted{Mode: in.Mode, Topic: in.Topic, Size: in.Size})
	if err != nil {
		return err
	}
	set, next, err := a.Study.Look(c.UserContext(), now, learner(c), made.ID)
	if err != nil {
		return err
	}
	return c.Status(fiber.StatusCreated).JSON(setOf(set, next))
}

func (a *API) findSet(c *fiber.Ctx) error {
	set, next, err := a.Study.Look(c.UserContext(), time.Now(), learner(c), c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(setOf(set, next))
}

// outcomeView is what an answer came to. Key and explanation are there since it was answered.
type outcomeView struct {
	No          int      `json:"no"`
	Skipped     bool     `json:"skipped"`
	A           []string `json:"a"`
	Right       bool     `json:"right"`
	Points      int      `json:"points"`
	Withheld    bool     `json:"withheld"`
	Key         []string `json:"key"`
	Explanation string   `json:"explanation"`
	Source      string   `json:"source"`
	Media       any      `json:"media"` // of the explanation
	Set         setView  `json:"set"`
}

func (a *API) answerSet(c *fiber.Ctx) error {
	in, err := body[struct {
		ID string   `json:"id"`
		Q  int      `json:"q"`
		A  []string `json:"a"`
	}](c)
	if err != nil {
		return err
	}
	if in.ID == "" || utf8.RuneCountInString(in.ID) > 64 {
		return fault.Field("id", "value.required")
	}
	if len(in.A) > questionbank.MaxOptions {
		return fault.Field("a", "value.long")
	}
	o, err := a.Study.Answer(c.UserContext(), time.Now(), learner(c), c.Params("id"), in.ID, in.Q, in.A)
	if err != nil {
		return err
	}
	q := o.Question
	only := slices.DeleteFunc(slices.Clone(q.Media), func(m questionbank.Media) bool { return m.Part != questionbank.PartExplanation })
	return c.JSON(outcomeView{o.No, o.Asked.Skipped, listOf(o.Asked.Answer), o.Asked.Right, o.Asked.Points, o.Withheld, listOf(q.Key), q.Explanation, q.Source,
		hall.MediaRefs(only), setOf(o.Set, o.Next)})
}

func (a *API) hintSet(c *fiber.Ctx) error {
	in, err := body[struct {
		Q int `json:"q"`
	}](c)
	if err != nil {
		return err
	}
	source, err := a.Study.Hint(c.UserContext(), time.Now(), learner(c), c.Params("id"), in.Q)
	if err != nil {
		return err
	}
	return c.JSON(struct {
		Q      int    `json:"q"`
		Source string `json:"source"`
	}{in.Q, source})
}

func (a *API) reviveSet(c *fiber.Ctx) error {
	set, next, err := a.Study.Revive(c.UserContext(), time.Now(), learner(c), c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(setOf(set, next))
}

func (a *API) finishSet(c *fiber.Ctx) error {
	set, err := a.Study.Finish(c.UserContext(), time.Now(), learner(c), c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(setOf(set, nil))
}

type reviewedView struct {
	No       int           `json:"no"`
	A        []string      `json:"a"`
	Right    bool          `json:"right"`
	Points   int           `json:"points"`
	Hinted   bool          `json:"hinted"`
	Withheld bool          `json:"withheld"`
	Question *answeredView `json:"question"` // null when it was removed, or is withheld
}

// reviewSet gives what was answered so far: nothing else has a key in it.
func (a *API) reviewSet(c *fiber.Ctx) error {
	set, all, err := a.Study.Review(c.UserContext(), learner(c), c.Params("id"))
	if err != nil {
		return err
	}
	out := make([]reviewedView, len(all))
	for i, r := range all {
		out[i] = reviewedView{No: r.No, A: listOf(r.Asked.Answer), Right: r.Asked.Right, Points: r.Asked.Points, Hinted: r.Asked.Hinted, Withheld: r.Withheld}
		if r.Question.ID != "" {
			v := answeredOf(r.No, r.Question)
			out[i].Question = &v
		}
	}
	return c.JSON(struct {
		Set     setView        `json:"set"`
		Answers []reviewedView `json:"answers"`
	}{setOf(set, nil), out})
}
