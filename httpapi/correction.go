package httpapi

import (
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/quiz/paper"
)

// correctionRoutes are the calls that correct a question of a paper contest for everybody who had it.
func (a *API) correctionRoutes() []route {
	return []route{
		{"POST", "/contests/:id/paper/corrections/preview", judge, ofContest, "", a.previewCorrection},
		{"POST", "/contests/:id/paper/corrections", judge, ofContest, "contest.correct", a.correctQuestion},
	}
}

// correctionInput says what is corrected: a key, or whether the question is void.
type correctionInput struct {
	QuestionID string   `json:"question_id"`
	Key        []string `json:"key"`    // letters, or the accepted texts of a fill; null leaves it
	Voided     *bool    `json:"voided"` // null leaves it
	Reason     string   `json:"reason"` // of the correction, not of its preview
}

func correctionOf(c *fiber.Ctx) (correctionInput, paper.Correction, error) {
	in, err := body[correctionInput](c)
	if err != nil {
		return in, paper.Correction{}, err
	}
	if in.Key == nil && in.Voided == nil {
		return in, paper.Correction{}, fault.Field("key", "value.required")
	}
	if len(in.Key) > questionbank.MaxOptions {
		return in, paper.Correction{}, fault.Field("key", "value.long")
	}
	for _, k := range in.Key {
		if err := between("key", k, 1, questionbank.MaxText); err != nil {
			return in, paper.Correction{}, err
		}
	}
	return in, paper.Correction{QuestionID: in.QuestionID, Key: in.Key, Voided: in.Voided}, nil
}

type shiftView struct {
	EntrantID string `json:"entrant_id"`
	Name      string `json:"name"`
	Team      string `json:"team"`
	Before    int64  `json:"before"`
	After     int64  `json:"after"`
}

type impactView struct {
	Attempts int         `json:"attempts"`
	Changed  int         `json:"changed"`
	People   int         `json:"people"`
	Up       int         `json:"up"`
	Down     int         `json:"down"`
	Moves    []shiftView `json:"moves"`
}

func viewImpact(i paper.Impact) impactView {
	v := impactView{i.Attempts, i.Changed, i.People, i.Up, i.Down, make([]shiftView, len(i.Moves))}
	for n, m := range i.Moves {
		v.Moves[n] = shiftView(m)
	}
	return v
}

// previewCorrection tells whose points a correction would change.
func (a *API) previewCorrection(c *fiber.Ctx) error {
	_, fix, err := correctionOf(c)
	if err != nil {
		return err
	}
	contest, err := a.paperOf(c)
	if err != nil {
		return err
	}
	impact, err := a.Papers.PreviewCorrection(c.UserContext(), contest.ID, fix)
	if err != nil {
		return err
	}
	return c.JSON(viewImpact(impact))
}

// correctQuestion makes a correction. The answer says what it has changed, as the preview does.
func (a *API) correctQuestion(c *fiber.Ctx) error {
	in, fix, err := correctionOf(c)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(in.Reason)
	if err := between("reason", reason, 1, maxReason); err != nil {
		return err
	}
	contest, err := a.paperOf(c)
	if err != nil {
		return err
	}
	impact, err := a.Papers.PreviewCorrection(c.UserContext(), contest.ID, fix)
	if err != nil {
		return err
	}
	began := time.Now()
	if err := a.Papers.Correct(c.UserContext(), contest.ID, fix); err != nil {
		return err
	}
	a.Logger.Info("a question of a paper contest was corrected", "contest", contest.ID, "question", in.QuestionID, "people", impact.People, "took", time.Since(began))
	note(c, "question_id", in.QuestionID)
	if in.Voided != nil {
		note(c, "voided", *in.Voided)
	}
	note(c, "people", impact.People)
	note(c, "reason", reason)
	return c.JSON(viewImpact(impact))
}
