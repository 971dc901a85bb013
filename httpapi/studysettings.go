package httpapi

import (
	"context"
	"slices"
	"time"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/people"
	"leitai/quiz/study"
)

// studyBankView is a bank as the page of learning shows it: those that staff have access to, and of others only that
// they are open.
type studyBankView struct {
	ID        string             `json:"id"`
	Name      string             `json:"name"` // "" without access
	Mine      bool               `json:"mine"` // the caller has access to it
	Questions int                `json:"questions"`
	Withheld  int                `json:"withheld"` // kept out as long as a contest has them
	Contests  []studyContestView `json:"contests"` // not finished, and with questions of this bank; only what the caller has access to
	Others    int                `json:"others"`   // contests of that kind without access
}

type studyContestView struct {
	ID     string `json:"id"`
	Title  string `json:"title"`
	Kind   string `json:"kind"`
	Status string `json:"status"`
}

type studySettingsView struct {
	Version   int             `json:"version"`
	ChangedBy string          `json:"changed_by"`
	ChangedMS *int64          `json:"changed_ms"`
	Settings  study.Settings  `json:"settings"`
	Defaults  study.Settings  `json:"defaults"`
	Banks     []studyBankView `json:"banks"`
	Learners  int             `json:"learners"` // people who learned in the last seven days
	Answers   int             `json:"answers"`  // that they gave
}

func (a *API) findStudySettings(c *fiber.Ctx) error {
	kept, err := a.Study.FindSettings(c.UserContext())
	if err != nil {
		return err
	}
	v, err := a.studySettings(c, kept)
	if err != nil {
		return err
	}
	return c.JSON(v)
}

// studySettings shows settings with every bank that the caller may open, or that is open.
func (a *API) studySettings(c *fiber.Ctx, kept study.Kept) (studySettingsView, error) {
	ctx, now := c.UserContext(), time.Now()
	v := studySettingsView{Version: kept.Version, ChangedBy: kept.ChangedBy, Settings: kept.Settings, Defaults: study.DefaultSettings(), Banks: []studyBankView{}}
	if kept.Version > 0 {
		ms := kept.ChangedAt.UnixMilli()
		v.ChangedMS = &ms
	}
	var err error
	if v.Learners, v.Answers, err = a.Study.Activity(ctx, now); err != nil {
		return v, err
	}
	if v.Banks, err = a.studyBanks(ctx, staffOf(c), slices.Concat(kept.Banks, kept.KioskBanks)); err != nil {
		return v, err
	}
	return v, nil
}

func (a *API) studyBanks(ctx context.Context, staff people.Staff, open []string) ([]studyBankView, error) {
	reach, err := a.People.ReachOf(ctx, staff, people.OnBank)
	if err != nil {
		return nil, err
	}
	contests, err := a.People.ReachOf(ctx, staff, people.OnContest)
	if err != nil {
		return nil, err
	}
	banks, err := a.Banks.ListBanks(ctx)
	if err != nil {
		return nil, err
	}
	out := []studyBankView{}
	for _, b := range banks {
		mine := reach.Has(b.ID)
		if !mine && !slices.Contains(open, b.ID) {
			continue
		}
		v := studyBankView{ID: b.ID, Mine: mine, Contests: []studyContestView{}}
		if mine {
			v.Name = b.Name
		}
		use, err := a.Study.UseOf(ctx, b.ID)
		if err != nil {
			return nil, err
		}
		v.Questions, v.Withheld = use.Questions, use.Withheld
		for _, u := range use.Contests {
			if contests.Has(u.ID) {
				v.Contests = append(v.Contests, studyContestView(u))
			} else {
				v.Others++
			}
		}
		out = append(out, v)
	}
	return out, nil
}

// changeStudySettings stores the settings. Who opens a bank must have access to it; what others have opened may stay,
// and may be closed by anybody who keeps the settings.
func (a *API) changeStudySettings(c *fiber.Ctx) error {
	in, err := body[struct {
		Version  int            `json:"version"`
		Settings study.Settings `json:"settings"`
	}](c)
	if err != nil {
		return err
	}
	ctx := c.UserContext()
	before, err := a.Study.FindSettings(ctx)
	if err != nil {
		return err
	}
	in.Settings.Banks, in.Settings.KioskBanks = unique(in.Settings.Banks), unique(in.Settings.KioskBanks)
	if err := in.Settings.Validate(); err != nil {
		return err
	}
	opened := func(field string, was, is []string) error {
		for _, id := range is {
			if slices.Contains(was, id) {
				continue
			}
			if _, err := a.reachBank(c, id); fault.Is(err, fault.NotFound) {
				return fault.Field(field, "bank.missing")
			} else if err != nil {
				return err
			}
		}
		return nil
	}
	if err := opened("banks", before.Banks, in.Settings.Banks); err != nil {
		return err
	}
	if err := opened("kiosk_banks", before.KioskBanks, in.Settings.KioskBanks); err != nil {
		return err
	}
	was := fieldsOf(before.Settings)
	kept, err := a.Study.ChangeSettings(ctx, time.Now(), in.Version, in.Settings, staffOf(c).Name)
	if err != nil {
		return err
	}
	noteSettings(c, was, kept.Settings)
	v, err := a.studySettings(c, kept)
	if err != nil {
		return err
	}
	return c.JSON(v)
}

func unique(s []string) []string {
	out := []string{}
	for _, v := range s {
		if !slices.Contains(out, v) {
			out = append(out, v)
		}
	}
	return out
}
