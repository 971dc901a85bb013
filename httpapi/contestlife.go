package httpapi

import (
	"time"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/people"
	"leitai/quiz"
	"leitai/quiz/paper"
)

// Steps of a contest's life that staff take; the others are the clock's, and of a live contest the room's.
const (
	stepPublish   = "publish"
	stepUnpublish = "unpublish"
	stepClose     = "close"
	stepProlong   = "prolong"
	stepArchive   = "archive"
	stepRestore   = "restore"
)

type lifeRequest struct {
	Step     string `json:"step"`
	ClosesMS int64  `json:"closes_ms"` // of prolong
}

// moveContest takes a contest of either kind a step on in its life.
func (a *API) moveContest(c *fiber.Ctx) error {
	in, err := body[lifeRequest](c)
	if err != nil {
		return err
	}
	ctx, id := c.UserContext(), c.Params("id")
	contest, err := a.Papers.Find(ctx, id)
	switch {
	case fault.Is(err, fault.NotFound):
		return a.moveLive(c, in)
	case err != nil:
		return err
	}
	note(c, "step", in.Step)
	if err := a.movePaper(c, contest, in); err != nil {
		return err
	}
	return a.showPaper(c, id, fiber.StatusOK)
}

func (a *API) movePaper(c *fiber.Ctx, contest *paper.Contest, in lifeRequest) error {
	ctx, id, now := c.UserContext(), contest.ID, time.Now()
	switch in.Step {
	case stepPublish:
		_, err := a.Papers.Publish(ctx, now, id)
		return err
	case stepUnpublish:
		return a.Papers.Unpublish(ctx, id)
	case stepClose:
		noteChange(c, "closes_ms", contest.Rules.ClosesMS, now.UnixMilli())
		return a.Papers.Close(ctx, now, id)
	case stepProlong:
		noteChange(c, "closes_ms", contest.Rules.ClosesMS, in.ClosesMS)
		return a.Papers.Prolong(ctx, now, id, in.ClosesMS)
	case stepArchive:
		return a.Papers.Archive(ctx, id)
	case stepRestore:
		return a.Papers.Restore(ctx, id)
	}
	return fault.Field("step", "value.choice")
}

// moveLive takes a contest of the hall a step on. Running and finished are its room's doing.
func (a *API) moveLive(c *fiber.Ctx, in lifeRequest) error {
	ctx, id := c.UserContext(), c.Params("id")
	note(c, "step", in.Step)
	var err error
	switch in.Step {
	case stepPublish:
		err = a.Quiz.MoveContest(ctx, id, quiz.Published, quiz.Draft)
	case stepUnpublish:
		err = a.Quiz.MoveContest(ctx, id, quiz.Draft, quiz.Published)
	case stepArchive:
		err = a.Quiz.MoveContest(ctx, id, quiz.Archived, quiz.Draft, quiz.Published, quiz.Finished)
	case stepRestore:
		err = a.Quiz.RestoreContest(ctx, id)
	case stepClose, stepProlong:
		err = fault.New(fault.Conflict, "contest.not_paper")
	default:
		err = fault.Field("step", "value.choice")
	}
	if err != nil {
		return err
	}
	return a.show(c, id, fiber.StatusOK)
}

// deleteContest removes a draft that nobody has entered. Anything else is archived instead.
func (a *API) deleteContest(c *fiber.Ctx) error {
	ctx, id := c.UserContext(), c.Params("id")
	if err := a.Quiz.DeleteDraft(ctx, id); err != nil {
		return err
	}
	if err := a.People.RevokeAll(ctx, people.OnContest, id); err != nil {
		a.Logger.Error("access to a contest that is gone left behind", "contest_id", id, "error", err)
	}
	return c.SendStatus(fiber.StatusNoContent)
}

// liveOnly refuses calls of the hall on a paper contest, and changes to one in the archive.
func (a *API) liveOnly(next fiber.Handler) fiber.Handler {
	return func(c *fiber.Ctx) error {
		kind, status, err := a.Quiz.KindOf(c.UserContext(), c.Params("id"))
		switch {
		case err != nil:
			return err
		case kind != quiz.KindLive:
			return fault.New(fault.Conflict, "contest.not_live")
		case status == quiz.Archived && c.Method() != fiber.MethodGet:
			return fault.New(fault.Conflict, "contest.archived")
		}
		return next(c)
	}
}
