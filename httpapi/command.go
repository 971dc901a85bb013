package httpapi

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/hall"
	"leitai/people"
	"leitai/quiz"
)

func (a *API) openRoom(c *fiber.Ctx) error {
	code, state, err := a.House.Open(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	note(c, "code", code)
	join := a.House.JoinURL(code)
	screen := strings.TrimSuffix(join, "/j/"+code) + "/screen/" + code
	return c.JSON(fiber.Map{"code": code, "phase": state.Phase, "join_url": join, "screen_url": screen})
}

func (a *API) closeRoom(c *fiber.Ctx) error {
	if err := a.House.Close(c.UserContext(), c.Params("id")); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}

type commandRequest struct {
	ID          string  `json:"id"`
	Command     string  `json:"command"`
	Seq         *int64  `json:"seq"`
	Seconds     int     `json:"seconds"`
	QuestionNo  int     `json:"question_no"`
	On          bool    `json:"on"`
	TeamID      string  `json:"team_id"`
	EntrantID   string  `json:"entrant_id"`
	Points      int     `json:"points"`
	Reason      string  `json:"reason"`
	EntryID     string  `json:"entry_id"`
	AutoAdvance *bool   `json:"auto_advance"`
	PauseMS     *int    `json:"pause_ms"`
	Standings   *string `json:"standings"`
	QuestionOn  *string `json:"question_on"`
}

// steps are the commands that staff may send.
var steps = map[string]bool{quiz.CmdNext: true, quiz.CmdBack: true, quiz.CmdLock: true, quiz.CmdReveal: true, quiz.CmdPause: true,
	quiz.CmdResume: true, quiz.CmdExtend: true, quiz.CmdVoid: true, quiz.CmdSkip: true, quiz.CmdBlank: true, quiz.CmdHideScores: true,
	quiz.CmdBreak: true, quiz.CmdEndBreak: true, quiz.CmdAdjust: true, quiz.CmdPacing: true, quiz.CmdFinish: true, quiz.CmdUndo: true}

// rulings are the steps of a judge: what is about points, and holding the show while it is talked over.
var rulings = map[string]bool{quiz.CmdVoid: true, quiz.CmdAdjust: true, quiz.CmdUndo: true, quiz.CmdPause: true, quiz.CmdResume: true}

func (a *API) command(c *fiber.Ctx) error { return a.do(c, c.Params("id")) }

// commandByCode serves the big screen's keys: a screen knows its code only.
func (a *API) commandByCode(c *fiber.Ctx) error {
	id, err := a.House.ContestOf(c.Params("code"))
	if err != nil {
		return err
	}
	return a.do(c, id)
}

func (a *API) do(c *fiber.Ctx, contestID string) error {
	in, err := body[commandRequest](c)
	if err != nil {
		return err
	}
	in.Reason = strings.TrimSpace(in.Reason)
	switch {
	case in.ID == "" || len(in.ID) > 64:
		return fault.Field("id", "value.required")
	case !steps[in.Command]:
		return fault.Field("command", "command.unknown")
	case in.Seconds < -600 || in.Seconds > 7200 || in.Command == quiz.CmdExtend && (in.Seconds == 0 || in.Seconds > 600):
		return fault.Field("seconds", "value.range")
	case in.QuestionNo < 0:
		return fault.Field("question_no", "value.range")
	case len([]rune(in.Reason)) > 200:
		return fault.Field("reason", "value.long")
	}
	staff := staffOf(c)
	if staff.Role == people.RoleJudge && !rulings[in.Command] {
		return fault.New(fault.Forbidden, "session.forbidden")
	}
	s, err := a.House.Do(c.UserContext(), contestID, quiz.Command{ID: in.ID, Name: in.Command, Seq: in.Seq, OperatorID: staff.ID,
		Operator: staff.Name, Seconds: in.Seconds, QuestionNo: in.QuestionNo, On: in.On, TeamID: in.TeamID, EntrantID: in.EntrantID,
		Points: in.Points, Reason: in.Reason, EntryID: in.EntryID, AutoAdvance: in.AutoAdvance, PauseMS: in.PauseMS,
		Standings: in.Standings, QuestionOn: in.QuestionOn})
	if err != nil {
		return err
	}
	note(c, "command", in.Command) // all else is in the contest's ledger, under this number
	note(c, "seq", s.Seq)
	return c.JSON(fiber.Map{"seq": s.Seq, "phase": s.Phase})
}

func (a *API) listLedger(c *fiber.Ctx) error {
	lines, err := a.ledger(c, c.Params("id"))
	if err != nil {
		return err
	}
	return c.JSON(fiber.Map{"entries": lines})
}

func (a *API) ledger(c *fiber.Ctx, contestID string) ([]hall.LedgerLine, error) {
	ctx := c.UserContext()
	contest, err := a.Quiz.FindContest(ctx, contestID)
	if err != nil {
		return nil, err
	}
	entries, err := a.Quiz.ListLedger(ctx, contestID)
	if err != nil {
		return nil, err
	}
	out := make([]hall.LedgerLine, len(entries))
	for i, l := range quiz.Lines(entries) {
		out[i] = a.House.Line(l, contest, func(id string) string {
			e, err := a.Quiz.FindEntrant(ctx, contestID, id)
			if err != nil {
				return ""
			}
			return e.Name
		})
	}
	return out, nil
}
