package httpapi

import (
	"context"
	"time"

	"github.com/gofiber/fiber/v2"

	"leitai/quiz/study"
)

// studyRoutes are the calls of the learning modes.
func (a *API) studyRoutes() []route {
	return []route{
		{"GET", "/study", employee, whole, "", a.studyHome},
		{"GET", "/study/topics", employee, whole, "", a.studyTopics},
		{"POST", "/study/sets", employee, whole, "", a.beginSet},
		{"GET", "/study/sets/:id", employee, whole, "", a.findSet},
		{"POST", "/study/sets/:id/answers", employee, whole, "", a.answerSet},
		{"POST", "/study/sets/:id/hint", employee, whole, "", a.hintSet},
		{"POST", "/study/sets/:id/revive", employee, whole, "", a.reviveSet},
		{"POST", "/study/sets/:id/finish", employee, whole, "", a.finishSet},
		{"GET", "/study/sets/:id/review", employee, whole, "", a.reviewSet},
		{"GET", "/study/mistakes", employee, whole, "", a.listMistakes},
		{"DELETE", "/study/mistakes/:id", employee, whole, "", a.dropMistake},
		{"GET", "/study/board", employee, whole, "", a.studyBoard},

		{"GET", "/kiosk", public, whole, "", a.kioskHome},
		{"POST", "/kiosk/sets", public, whole, "", a.onKiosk(a.kioskSets, a.beginSet)},
		{"GET", "/kiosk/sets/:id", public, whole, "", a.onKiosk(a.kioskCalls, a.findSet)},
		{"POST", "/kiosk/sets/:id/answers", public, whole, "", a.onKiosk(a.kioskCalls, a.answerSet)},
		{"POST", "/kiosk/sets/:id/hint", public, whole, "", a.onKiosk(a.kioskCalls, a.hintSet)},
		{"POST", "/kiosk/sets/:id/revive", public, whole, "", a.onKiosk(a.kioskCalls, a.reviveSet)},
		{"POST", "/kiosk/sets/:id/finish", public, whole, "", a.onKiosk(a.kioskCalls, a.finishSet)},
		{"GET", "/kiosk/sets/:id/review", public, whole, "", a.onKiosk(a.kioskCalls, a.reviewSet)},

		{"GET", "/study/settings", organizer, whole, "", a.findStudySettings},
		{"PUT", "/study/settings", organizer, whole, "study.settings", a.changeStudySettings},
	}
}

// What one address may do on kiosks in a minute; a service centre may have a row of them behind it.
const (
	kioskSetsAMinute  = 60
	kioskCallsAMinute = 1200
)

// onKiosk limits how often an address calls: nobody is signed in.
func (a *API) onKiosk(limit *failures, then fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		if !limit.try(c.IP(), time.Now()) {
			return errTooMany
		}
		return then(c)
	}
}

type studyModeView struct {
	Mode  study.Mode `json:"mode"`
	Sizes []int      `json:"sizes"`
	Today int        `json:"today"`
	Cap   int        `json:"cap"`
	Open  string     `json:"open"` // id of the set that waits to be finished
}

type studyPointsView struct {
	Today int `json:"today"`
	Cap   int `json:"cap"`
	Month int `json:"month"`
	All   int `json:"all"`
}

type studyStreakView struct {
	Days  int  `json:"days"`
	Today bool `json:"today"`
}

type studyRulesView struct {
	PointsRight     int  `json:"points_right"`
	PointsSet       int  `json:"points_set"`
	PointsChallenge int  `json:"points_challenge"`
	Revive          bool `json:"revive"`
	MistakeRights   int  `json:"mistake_rights"`
	Voluntary       bool `json:"voluntary"`
}

type studyBoardsView struct {
	People   study.Showing `json:"people"`
	TopShown int           `json:"top_shown"`
}

type studyHomeView struct {
	Day       string           `json:"day"`
	Questions int              `json:"questions"`
	Modes     []studyModeView  `json:"modes"`
	Points    studyPointsView  `json:"points"`
	Best      int              `json:"best"`
	Streak    *studyStreakView `json:"streak"`
	Mistakes  int              `json:"mistakes"`
	Rules     studyRulesView   `json:"rules"`
	Boards    studyBoardsView  `json:"boards"`
}

// collectMistakes puts what a person got wrong in paper contests among their mistakes, as soon as a contest shows keys.
func (a *API) collectMistakes(ctx context.Context, person string) error {
	ids, err := a.Study.Uncollected(ctx, person)
	if err != nil {
		return err
	}
	for _, id := range ids {
		at, contest, err := a.Papers.AttemptOf(ctx, id)
		if err != nil {
			return err
		}
		if _, allowed := contest.Review(at); !allowed {
			continue
		}
		var wrong []string
		for i, m := range at.Marks {
			if i >= len(at.Paper) || m.Right {
				continue
			}
			if q, ok := contest.Question(at.Paper[i].ID); ok && !q.Voided {
				wrong = append(wrong, q.Question.ID)
			}
		}
		if err := a.Study.Collect(ctx, time.Now(), person, id, wrong); err != nil {
			return err
		}
	}
	return nil
}

// studyHome gives a person's page of learning.
func (a *API) studyHome(c *fiber.Ctx) error {
	if err := a.collectMistakes(c.UserContext(), playerOf(c).Person.ID); err != nil {
		return err
	}
	h, err := a.Study.Home(c.UserContext(), time.Now(), playerOf(c).Person.ID)
	if err != nil {
		return err
	}
	r := h.Rules
	out := studyHomeView{Day: h.Day, Questions: h.Questions, Modes: []studyModeView{},
		Points: studyPointsView{h.Points, r.PointsDay, h.Month, h.Ever}, Best: h.Best, Mistakes: h.Mistakes,
		Rules:  studyRulesView{r.PointsRight, r.PointsSet, r.PointsChallenge, r.Revive, r.MistakeRights, r.Voluntary},
		Boards: studyBoardsView{r.ShowsPeople(), r.TopShown}}
	for _, m := range h.Modes {
		out.Modes = append(out.Modes, studyModeView{m.Mode, sizesOf(r, m.Mode), m.Today, m.Cap, m.Open})
	}
	if r.ShowsStreaks() {
		out.Streak = &studyStreakView{h.Streak, h.Today}
	}
	return c.JSON(out)
}

// sizesOf are the sizes of a mode's sets; a challenge has none.
func sizesOf(r study.Settings, m study.Mode) []int {
	switch m {
	case study.Daily:
		return []int{r.DailySize}
	case study.Topic:
		return r.TopicSizes
	case study.Mistakes:
		return []int{r.MistakesSize}
	case study.Challenge:
	}
	return []int{}
}

type topicView struct {
	ID        string `json:"id"`
	Name      string `json:"name"`
	Kind      string `json:"kind"`
	Questions int    `json:"questions"`
	Seen      int    `json:"seen"`
	Right     int    `json:"right"`
	Open      string `json:"open"`
}

func topicsOf(all []study.TopicHome) []topicView {
	out := make([]topicView, len(all))
	for i, t := range all {
		kind := "category"
		if t.Tag {
			kind = "tag"
		}
		out[i] = topicView{t.ID, t.Name, kind, t.Questions, t.Seen, t.Right, t.Open}
	}
	return out
}

func (a *API) studyTopics(c *fiber.Ctx) error {
	topics, err := a.Study.Topics(c.UserContext(), time.Now(), playerOf(c).Person.ID)
	if err != nil {
		return err
	}
	return c.JSON(struct {
		Topics []topicView `json:"topics"`
	}{topicsOf(topics)})
}

// kioskHome tells a touch machine what it may offer.
func (a *API) kioskHome(c *fiber.Ctx) error {
	kept, err := a.Study.FindSettings(c.UserContext())
	if err != nil {
		return err
	}
	out := struct {
		On     bool         `json:"on"`
		Size   int          `json:"size"`
		Modes  []study.Mode `json:"modes"`
		Topics []topicView  `json:"topics"`
	}{kept.Kiosk, kept.KioskSize, []study.Mode{}, []topicView{}}
	if kept.Kiosk {
		for _, m := range study.Modes {
			if m != study.Mistakes && kept.On(m) {
				out.Modes = append(out.Modes, m)
			}
		}
		topics, err := a.Study.Topics(c.UserContext(), time.Now(), "")
		if err != nil {
			return err
		}
		out.Topics = topicsOf(topics)
	}
	return c.JSON(out)
}

type mistakeView struct {
	QuestionID string        `json:"question_id"`
	Question   *answeredView `json:"question"` // null when it was removed, or is withheld
	Withheld   bool          `json:"withheld"`
	Times      int           `json:"times"`
	Rights     int           `json:"rights"`
	WrongMS    int64         `json:"wrong_ms"`
	From       string        `json:"from"`
}

// listMistakes gives a page of a person's mistakes; `skip` is how many come before it.
func (a *API) listMistakes(c *fiber.Ctx) error {
	limit, err := pageSize(c)
	if err != nil {
		return err
	}
	skip := c.QueryInt("skip")
	if skip < 0 || skip > 1_000_000 {
		return errSkip
	}
	if err := a.collectMistakes(c.UserContext(), playerOf(c).Person.ID); err != nil {
		return err
	}
	page, total, err := a.Study.ListMistakes(c.UserContext(), playerOf(c).Person.ID, skip, limit)
	if err != nil {
		return err
	}
	out := make([]mistakeView, len(page))
	for i, m := range page {
		out[i] = mistakeView{QuestionID: m.QuestionID, Withheld: m.Withheld, Times: m.Times, Rights: m.Rights, WrongMS: m.WrongAt.UnixMilli(), From: "study"}
		if m.FromPaper {
			out[i].From = "paper"
		}
		if m.Question.ID != "" {
			v := answeredOf(0, m.Question)
			out[i].Question = &v
		}
	}
	return c.JSON(struct {
		Mistakes []mistakeView `json:"mistakes"`
		Total    int           `json:"total"`
	}{out, total})
}

func (a *API) dropMistake(c *fiber.Ctx) error {
	if err := a.Study.DropMistake(c.UserContext(), playerOf(c).Person.ID, c.Params("id")); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

type studyRowView struct {
	ID     string  `json:"id"`
	Name   string  `json:"name"`
	Unit   string  `json:"unit"`
	Place  int     `json:"place"`
	Points float64 `json:"points"`
	People int     `json:"people"`
	Roster int     `json:"roster"`
}

type studyBoardView struct {
	Board     study.BoardKind   `json:"board"`
	Period    string            `json:"period"`
	Showing   study.Showing     `json:"showing"`
	Formula   study.UnitFormula `json:"formula"`
	Total     int               `json:"total"`
	Rows      []studyRowView    `json:"rows"`
	Me        *studyRowView     `json:"me"`
	UpdatedMS int64             `json:"updated_ms"`
}

func (a *API) studyBoard(c *fiber.Ctx) error {
	b, err := a.Study.Board(c.UserContext(), time.Now(), playerOf(c).Person.ID, study.BoardKind(c.Query("board", "people")), c.Query("period", "month"))
	if err != nil {
		return err
	}
	out := studyBoardView{Board: b.Kind, Period: b.Period, Showing: b.Showing, Formula: b.Formula, Total: b.Total, Rows: []studyRowView{}, UpdatedMS: b.At.UnixMilli()}
	for _, r := range b.Rows {
		out.Rows = append(out.Rows, studyRowView(r))
	}
	if b.Me != nil {
		me := studyRowView(*b.Me)
		out.Me = &me
	}
	return c.JSON(out)
}
