package httpapi

import (
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/people"
	"leitai/quiz"
	"leitai/quiz/paper"
	"leitai/quiz/ranking"
)

type seasonCard struct {
	ID       string           `json:"id"`
	Name     string           `json:"name"`
	Contests []seasonCardPart `json:"contests"`
}

type seasonCardPart struct {
	Code   string `json:"code"`
	Title  string `json:"title"`
	Status string `json:"status"`
	Weight int    `json:"weight"`
}

// listSeasons is for everybody: contests that are a draft are left out.
func (a *API) listSeasons(c *fiber.Ctx) error {
	all, err := a.Boards.ListSeasons(c.UserContext())
	if err != nil {
		return err
	}
	out := make([]seasonCard, len(all))
	for i, s := range all {
		out[i] = seasonCard{ID: s.ID, Name: s.Name, Contests: []seasonCardPart{}}
		for _, p := range s.Contests {
			if p.Status != quiz.Draft {
				out[i].Contests = append(out[i].Contests, seasonCardPart{p.Code, p.Title, string(p.Status), p.Weight})
			}
		}
	}
	return c.JSON(fiber.Map{"seasons": out})
}

// seasonBoard is a season's board; a person's token adds their own place, on the board of units that of their unit.
func (a *API) seasonBoard(c *fiber.Ctx) error {
	q, err := boardQuery(c)
	if err != nil {
		return err
	}
	if q.Day != "" {
		return fault.Field("day", "value.choice")
	}
	s, err := a.Boards.FindSeason(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	shown, top := s.Shows(q.Kind)
	if c.Get(fiber.HeaderAuthorization) != "" {
		who, err := a.callerOf(c)
		if err != nil {
			return err
		}
		q.Member = who.Person.ID
		if q.Kind == ranking.Units {
			q.Member = who.Person.UnitID
		}
	}
	if shown == ranking.ShownTop {
		q.Limit = min(q.Limit, top-q.From)
	}
	v, err := a.boardAs(shown, func() (ranking.View, error) { return a.Boards.Season(c.UserContext(), s, q) })
	if err != nil {
		return err
	}
	out := viewOfBoard(q, v)
	out.Shown, out.Top = string(shown), top
	if shown == ranking.ShownTop {
		keepTop(&out, top, false)
	}
	if q.Kind == ranking.People && s.MaskNames {
		maskNames(&out)
	}
	return c.JSON(out)
}

type seasonView struct {
	ID         string       `json:"id"`
	Name       string       `json:"name"`
	People     string       `json:"people"`
	TopShown   int          `json:"top_shown"`
	MaskNames  bool         `json:"mask_names"`
	ShareRanks bool         `json:"share_ranks"`
	CreatedMS  int64        `json:"created_ms"`
	Contests   []seasonPart `json:"contests"`
}

type seasonPart struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Status string `json:"status"`
	Weight int    `json:"weight"`
	Reach  bool   `json:"reach"` // the caller has access to it
}

// seasonFor shows a season to staff. Of a draft that the caller has no access to not even the title is told.
func (a *API) seasonFor(c *fiber.Ctx, s *ranking.Season, status int) error {
	reach, err := a.People.ReachOf(c.UserContext(), staffOf(c), people.OnContest)
	if err != nil {
		return err
	}
	out := seasonView{s.ID, s.Name, string(s.People), s.TopShown, s.MaskNames, s.ShareRanks, s.CreatedAt.UnixMilli(), []seasonPart{}}
	for _, p := range s.Contests {
		part := seasonPart{p.ID, p.Title, string(p.Status), p.Weight, reach.Has(p.ID)}
		if !part.Reach && p.Status == quiz.Draft {
			part.Title = ""
		}
		out.Contests = append(out.Contests, part)
	}
	return c.Status(status).JSON(out)
}

func (a *API) findSeason(c *fiber.Ctx) error {
	s, err := a.Boards.FindSeason(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	return a.seasonFor(c, s, fiber.StatusOK)
}

type seasonRequest struct {
	Name       string              `json:"name"`
	People     *string             `json:"people"`
	TopShown   *int                `json:"top_shown"`
	MaskNames  *bool               `json:"mask_names"`
	ShareRanks *bool               `json:"share_ranks"`
	Contests   []seasonContestItem `json:"contests"`
}

type seasonContestItem struct {
	ID     string `json:"id"`
	Weight int    `json:"weight"`
}

// seasonOf lays a request over a season. A contest that is new in it must be one that the caller has access to; one that the
// caller has no access to stays, whatever the request says.
func (a *API) seasonOf(c *fiber.Ctx, s *ranking.Season) error {
	in, err := body[seasonRequest](c)
	if err != nil {
		return err
	}
	s.Name = in.Name
	if in.People != nil {
		s.People = paper.Showing(*in.People)
	}
	if in.TopShown != nil {
		s.TopShown = *in.TopShown
	}
	if in.MaskNames != nil {
		s.MaskNames = *in.MaskNames
	}
	if in.ShareRanks != nil {
		s.ShareRanks = *in.ShareRanks
	}
	if len(in.Contests) > ranking.MaxSeasonContests {
		return fault.Field("contests", "value.range")
	}
	reach, err := a.People.ReachOf(c.UserContext(), staffOf(c), people.OnContest)
	if err != nil {
		return err
	}
	before := s.Contests
	s.Contests = []ranking.SeasonContest{}
	for _, item := range in.Contests {
		at := slices.IndexFunc(before, func(p ranking.SeasonContest) bool { return p.ID == item.ID })
		part := ranking.SeasonContest{ID: item.ID, Weight: item.Weight}
		switch {
		case reach.Has(item.ID):
		case at < 0:
			return fault.Field("contests", "contest.missing")
		default:
			part.Weight = before[at].Weight
		}
		s.Contests = append(s.Contests, part)
	}
	for _, p := range before {
		named := slices.ContainsFunc(s.Contests, func(q ranking.SeasonContest) bool { return q.ID == p.ID })
		if !named && !reach.Has(p.ID) {
			s.Contests = append(s.Contests, p)
		}
	}
	return nil
}

func (a *API) createSeason(c *fiber.Ctx) error {
	s := ranking.NewSeason(time.Now())
	if err := a.seasonOf(c, &s); err != nil {
		return err
	}
	if err := a.Boards.CreateSeason(c.UserContext(), &s); err != nil {
		return err
	}
	subject(c, "season", s.ID, s.Name)
	return a.showSeason(c, s.ID, fiber.StatusCreated)
}

func (a *API) showSeason(c *fiber.Ctx, id string, status int) error {
	s, err := a.Boards.FindSeason(c.UserContext(), id)
	if err != nil {
		return err
	}
	return a.seasonFor(c, s, status)
}

func (a *API) updateSeason(c *fiber.Ctx) error {
	s, err := a.Boards.FindSeason(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	name, contests := s.Name, len(s.Contests)
	if err := a.seasonOf(c, s); err != nil {
		return err
	}
	if err := a.Boards.UpdateSeason(c.UserContext(), s); err != nil {
		return err
	}
	noteChange(c, "name", name, s.Name)
	noteChange(c, "contests", contests, len(s.Contests))
	return a.showSeason(c, s.ID, fiber.StatusOK)
}

func (a *API) deleteSeason(c *fiber.Ctx) error {
	if err := a.Boards.DeleteSeason(c.UserContext(), c.Params("id")); err != nil {
		return err
	}
	return c.SendStatus(fiber.StatusNoContent)
}
