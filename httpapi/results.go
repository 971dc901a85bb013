package httpapi

import (
	"fmt"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/quiz"
)

type teamResult struct {
	ID          string  `json:"id"`
	Name        string  `json:"name"`
	Group       string  `json:"group"`
	Place       int     `json:"place"`
	Points      float64 `json:"points"`
	People      int     `json:"people"`
	Roster      int     `json:"roster"`
	Answers     int     `json:"answers"`
	Correct     int     `json:"correct"`
	Adjustments int64   `json:"adjustments"`
}

type personResult struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	TeamID      string `json:"team_id"`
	Team        string `json:"team"`
	Place       int    `json:"place"`
	Points      int64  `json:"points"`
	Answers     int    `json:"answers"`
	Correct     int    `json:"correct"`
	ElapsedMS   int64  `json:"elapsed_ms"`
	Adjustments int64  `json:"adjustments"`
}

type questionResult struct {
	R        int            `json:"r"`
	Q        int            `json:"q"`
	Type     string         `json:"type"`
	Stem     string         `json:"stem"`
	Key      []string       `json:"key"`
	Answered int            `json:"answered"`
	Correct  int            `json:"correct"`
	Voided   bool           `json:"voided"`
	Counts   map[string]int `json:"counts"`
}

type resultsView struct {
	ContestID string           `json:"contest_id"`
	Title     string           `json:"title"`
	Finished  bool             `json:"finished"`
	Formula   string           `json:"formula"`
	K         int              `json:"k"`
	Teams     []teamResult     `json:"teams"`
	People    []personResult   `json:"people"`
	Questions []questionResult `json:"questions"`
}

func (a *API) results(c *fiber.Ctx) error {
	r, err := a.Quiz.Results(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(viewResults(r))
}

func viewResults(r *quiz.Results) resultsView {
	v := resultsView{ContestID: r.Contest.ID, Title: r.Contest.Title, Finished: r.Contest.Status == quiz.Finished,
		Formula: string(r.Contest.Settings.TeamFormula), K: r.Contest.Settings.TopK, Teams: make([]teamResult, len(r.Teams)),
		People: make([]personResult, len(r.People)), Questions: make([]questionResult, len(r.Questions))}
	teams := map[string]quiz.Team{}
	for _, t := range r.Contest.Teams {
		teams[t.ID] = t
	}
	for i, t := range r.Teams {
		of := teams[t.TeamID]
		v.Teams[i] = teamResult{t.TeamID, t.Name, of.Group, t.Place, float64(t.Hundredths) / 100, t.People, of.Roster, t.Answers, t.Correct, t.Adjusted}
	}
	for i, p := range r.People {
		v.People[i] = personResult{p.EntrantID, p.Name, p.TeamID, teams[p.TeamID].Name, p.Place, p.Points, p.Answers, p.Correct, p.TimeMS, p.Adjusted}
	}
	for i, q := range r.Questions {
		v.Questions[i] = questionResult{q.Ref.R, q.Ref.Q, string(q.Question.Type), q.Question.Stem, q.Question.Key, q.Reveal.Answered,
			q.Reveal.Correct, q.Voided, q.Reveal.Counts}
	}
	return v
}

type answerView struct {
	EntrantID  string   `json:"entrant_id"`
	R          int      `json:"r"`
	Q          int      `json:"q"`
	ID         string   `json:"id"`
	A          []string `json:"a"`
	ReceivedMS int64    `json:"received_ms"`
	ElapsedMS  int64    `json:"elapsed_ms"`
	AdjustedMS int64    `json:"adjusted_ms"`
	Correct    bool     `json:"correct"`
	Points     int      `json:"points"`
}

// Pages of answers.
const (
	defaultPage = 5000
	maxPage     = 20000
)

// listAnswers gives answers as they are stored, page by page: by round, question and entrant.
func (a *API) listAnswers(c *fiber.Ctx) error {
	contest, err := a.Quiz.FindContest(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	limit, err := number(c, "limit", defaultPage, 1, maxPage)
	if err != nil {
		return err
	}
	round, err := number(c, "round", 0, 1, 1<<20)
	if err != nil {
		return err
	}
	question, err := number(c, "question", 0, 1, 1<<20)
	if err != nil {
		return err
	}
	at, entrant, err := cursor(c.Query("after"))
	if err != nil {
		return err
	}
	out := []answerView{}
	for _, r := range contest.Rounds {
		for _, q := range r.Questions {
			ref := quiz.Ref{R: r.No, Q: q.No}
			if round > 0 && r.No != round || question > 0 && q.No != question || ref.Before(at) || len(out) >= limit {
				continue
			}
			after := ""
			if ref == at {
				after = entrant
			}
			page, err := a.Quiz.AnswersAfter(c.UserContext(), r.ID, q.No, after, limit-len(out))
			if err != nil {
				return err
			}
			for _, s := range page {
				out = append(out, answerView{s.EntrantID, r.No, q.No, s.ClientID, s.Choice, s.ReceivedAt.UnixMilli(),
					s.Elapsed.Milliseconds(), s.Adjusted.Milliseconds(), s.Correct, s.Points})
			}
		}
	}
	next := ""
	if len(out) == limit {
		last := out[len(out)-1]
		next = fmt.Sprintf("%d.%d.%s", last.R, last.Q, last.EntrantID)
	}
	return c.JSON(fiber.Map{"answers": out, "next": next})
}

func number(c *fiber.Ctx, name string, missing, low, high int) (int, error) {
	s := c.Query(name)
	if s == "" {
		return missing, nil
	}
	n, err := strconv.Atoi(s)
	if err != nil || n < low || n > high {
		return 0, fault.Field(name, "value.range")
	}
	return n, nil
}

// cursor reads "round.question.entrant".
func cursor(s string) (quiz.Ref, string, error) {
	if s == "" {
		return quiz.Ref{}, "", nil
	}
	parts := strings.SplitN(s, ".", 3)
	if len(parts) == 3 && utf8.ValidString(s) && !strings.Contains(s, "\x00") {
		r, err1 := strconv.Atoi(parts[0])
		q, err2 := strconv.Atoi(parts[1])
		if err1 == nil && err2 == nil && r > 0 && q > 0 {
			return quiz.Ref{R: r, Q: q}, parts[2], nil
		}
	}
	return quiz.Ref{}, "", fault.Field("after", "value.range")
}
