package httpapi

import (
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/people"
	"leitai/questionbank"
	"leitai/quiz/paper"
)

type progressTeam struct {
	ID       string `json:"id"`
	Name     string `json:"name"`
	Group    string `json:"group"`
	Roster   int    `json:"roster"`
	Entrants int    `json:"entrants"`
	TookPart int    `json:"took_part"`
}

type progressDay struct {
	Day      string `json:"day"`
	HandedIn int    `json:"handed_in"`
	People   int    `json:"people"`
}

type progressHour struct {
	Hour  int `json:"hour"`
	Began int `json:"began"`
	Done  int `json:"done"`
}

type progressView struct {
	NowMS    int64          `json:"now_ms"`
	Roster   int            `json:"roster"`
	Entrants int            `json:"entrants"`
	TookPart int            `json:"took_part"`
	Open     int            `json:"open"`
	HandedIn int            `json:"handed_in"`
	Practice int            `json:"practice"`
	Void     int            `json:"void"`
	ByClock  int            `json:"by_clock"`
	Average  *float64       `json:"average"` // points of a formal attempt; null without any
	Teams    []progressTeam `json:"teams"`
	Days     []progressDay  `json:"days"`
	Hours    []progressHour `json:"hours"`
}

// paperProgress tells how far a contest is: in all, by unit, by day and by hour of the day.
func (a *API) paperProgress(c *fiber.Ctx) error {
	contest, err := a.paperOf(c)
	if err != nil {
		return err
	}
	v, err := a.progress(c, contest)
	if err != nil {
		return err
	}
	return c.JSON(v)
}

func (a *API) progress(c *fiber.Ctx, contest *paper.Contest) (progressView, error) {
	p, err := a.Papers.Progress(c.UserContext(), contest.ID)
	if err != nil {
		return progressView{}, err
	}
	hours, err := a.Papers.Hours(c.UserContext(), contest)
	if err != nil {
		return progressView{}, err
	}
	v := progressView{NowMS: time.Now().UnixMilli(), Roster: p.Roster, Entrants: p.Entrants, TookPart: p.TookPart, Open: p.Open, HandedIn: p.HandedIn,
		Practice: p.Practice, Void: p.Void, ByClock: p.ByClock, Teams: []progressTeam{}, Days: []progressDay{}, Hours: []progressHour{}}
	if p.HandedIn > 0 {
		average := float64(p.Points) / float64(p.HandedIn)
		v.Average = &average
	}
	for _, t := range p.Teams {
		of, _ := contest.Team(t.TeamID)
		v.Teams = append(v.Teams, progressTeam{t.TeamID, of.Name, of.Group, of.Roster, t.Entrants, t.TookPart})
	}
	for _, d := range p.Days {
		v.Days = append(v.Days, progressDay(d))
	}
	for _, h := range hours {
		v.Hours = append(v.Hours, progressHour(h))
	}
	return v, nil
}

type takingPart struct {
	EntrantID string `json:"entrant_id"`
	Name      string `json:"name"`
	Open      int    `json:"open"`
	HandedIn  int    `json:"handed_in"`
	Points    *int64 `json:"points"`
}

// paperTeam tells who of a unit takes part and who does not: for organizers only, also where taking part is voluntary.
func (a *API) paperTeam(c *fiber.Ctx) error {
	contest, err := a.paperOf(c)
	if err != nil {
		return err
	}
	team, ok := contest.Team(c.Params("team_id"))
	if !ok {
		return fault.New(fault.NotFound, "team.missing")
	}
	entered, absent, err := a.Papers.Members(c.UserContext(), contest, team)
	if err != nil {
		return err
	}
	view := func(list []paper.Member) []takingPart {
		out := make([]takingPart, len(list))
		for i, m := range list {
			out[i] = takingPart{EntrantID: m.EntrantID, Name: m.Name, Open: m.Open, HandedIn: m.HandedIn}
			if m.Counted {
				out[i].Points = &m.Points
			}
		}
		return out
	}
	return c.JSON(struct {
		Team    progressTeam `json:"team"`
		Entered []takingPart `json:"entered"`
		Absent  []takingPart `json:"absent"`
	}{progressTeam{team.ID, team.Name, team.Group, team.Roster, len(entered), counted(entered)}, view(entered), view(absent)})
}

func counted(list []paper.Member) (n int) {
	for _, m := range list {
		if m.Counted {
			n++
		}
	}
	return n
}

type staffAttempt struct {
	ID         string `json:"id"`
	EntrantID  string `json:"entrant_id"`
	Name       string `json:"name"`
	TeamID     string `json:"team_id"`
	Team       string `json:"team"`
	Phase      string `json:"phase"`
	No         int    `json:"no"`
	State      string `json:"state"`
	StartedMS  int64  `json:"started_ms"`
	DeadlineMS int64  `json:"deadline_ms"`
	HandedInMS int64  `json:"handed_in_ms"` // 0 until then
	HandedInBy string `json:"handed_in_by"`
	Points     int    `json:"points"`
	Max        int    `json:"max"`
	Correct    int    `json:"correct"`
	Answered   int    `json:"answered"`
	Questions  int    `json:"questions"`
	TimeMS     int64  `json:"time_ms"`
	VoidReason string `json:"void_reason"`
}

func staffAttemptOf(contest *paper.Contest, a *paper.Listed) staffAttempt {
	v := staffAttempt{ID: a.ID, EntrantID: a.EntrantID, Name: a.Name, TeamID: a.TeamID, Team: a.Team, Phase: string(a.Phase), No: a.No, State: string(a.State),
		StartedMS: a.StartedAt.UnixMilli(), DeadlineMS: a.DeadlineAt.UnixMilli(), HandedInBy: string(a.HandedInBy), Points: a.Points, Max: contest.Max(&a.Attempt),
		Correct: a.Correct, Answered: a.Answered, Questions: len(a.Paper), TimeMS: a.Time.Milliseconds(), VoidReason: a.VoidReason}
	if !a.HandedInAt.IsZero() {
		v.HandedInMS = a.HandedInAt.UnixMilli()
	}
	return v
}

// listAttempts gives a page of the contest's attempts, newest first; `next` is the id after which the next one begins.
func (a *API) listAttempts(c *fiber.Ctx) error {
	contest, err := a.paperOf(c)
	if err != nil {
		return err
	}
	f := paper.AttemptFilter{Search: strings.TrimSpace(c.Query("q")), TeamID: c.Query("team"), Phase: paper.Phase(c.Query("phase")),
		State: paper.State(c.Query("state")), EntrantID: c.Query("entrant")}
	after := c.Query("after")
	for name, s := range map[string]string{"q": f.Search, "team": f.TeamID, "phase": string(f.Phase), "state": string(f.State), "entrant": f.EntrantID, "after": after} {
		if utf8.RuneCountInString(s) > people.MaxAuditSearch || !utf8.ValidString(s) || strings.Contains(s, "\x00") {
			return fault.Field(name, "value.long")
		}
	}
	limit, err := pageSize(c)
	if err != nil {
		return err
	}
	limit = min(limit, 200)
	list, total, err := a.Papers.ListAttempts(c.UserContext(), contest.ID, f, paper.Page{After: after, Limit: limit})
	if err != nil {
		return err
	}
	out := make([]staffAttempt, len(list))
	for i := range list {
		out[i] = staffAttemptOf(contest, &list[i])
	}
	next := ""
	if len(out) == limit {
		next = out[limit-1].ID
	}
	return c.JSON(struct {
		Attempts []staffAttempt `json:"attempts"`
		Total    int            `json:"total"`
		Next     string         `json:"next"`
	}{out, total, next})
}

type attemptQuestion struct {
	No       int        `json:"no"`
	ID       string     `json:"question_id"`
	Type     string     `json:"type"`
	Category string     `json:"category"`
	Stem     string     `json:"stem"`
	Options  []optionID `json:"options"` // in the bank's letters and order
	Shown    string     `json:"shown"`   // the order in which this person saw the letters
	Key      []string   `json:"key"`
	A        []string   `json:"a"`
	Right    bool       `json:"right"`
	Points   int        `json:"points"`
	Max      int        `json:"max"`
	Voided   bool       `json:"voided"`
}

type attemptSave struct {
	QuestionNo int      `json:"question_no"`
	A          []string `json:"a"`
	AtMS       int64    `json:"at_ms"`
}

type attemptEvent struct {
	Kind       string `json:"kind"`
	QuestionNo int    `json:"question_no"`
	AtMS       int64  `json:"at_ms"`
	MS         int64  `json:"ms"`
	Device     string `json:"device"`
}

// attemptOf gives an attempt of the contest in the path.
func (a *API) attemptOf(c *fiber.Ctx) (*paper.Contest, *paper.Listed, error) {
	contest, err := a.paperOf(c)
	if err != nil {
		return nil, nil, err
	}
	at, err := a.Papers.FindAttempt(c.UserContext(), c.Params("attempt_id"))
	if err != nil {
		return nil, nil, err
	}
	if at.ContestID != contest.ID {
		return nil, nil, fault.New(fault.NotFound, "attempt.missing")
	}
	e, err := a.Papers.FindEntrant(c.UserContext(), contest, at.EntrantID)
	if err != nil {
		return nil, nil, err
	}
	team, _ := contest.Team(e.TeamID)
	return contest, &paper.Listed{Attempt: *at, Name: e.Name, TeamID: e.TeamID, Team: team.Name}, nil
}

// showAttempt shows an attempt as it was answered and marked, with every save and what happened around it.
func (a *API) showAttempt(c *fiber.Ctx) error {
	contest, at, err := a.attemptOf(c)
	if err != nil {
		return err
	}
	history, err := a.Papers.HistoryOf(c.UserContext(), at.ID)
	if err != nil {
		return err
	}
	questions := make([]attemptQuestion, 0, len(at.Paper))
	for i, d := range at.Paper {
		pool, ok := contest.Question(d.ID)
		if !ok {
			continue
		}
		q := pool.Question
		v := attemptQuestion{No: i + 1, ID: q.ID, Type: string(q.Type), Category: q.Category, Stem: q.Stem, Options: options(q.Options), Shown: d.Options,
			Key: orEmpty(q.Key), A: []string{}, Max: contest.PointsOf(pool), Voided: pool.Voided}
		if i < len(at.Marks) {
			v.A, v.Right, v.Points = orEmpty(at.Marks[i].A), at.Marks[i].Right, at.Marks[i].Points
		}
		questions = append(questions, v)
	}
	saves, events := make([]attemptSave, len(history.Saves)), make([]attemptEvent, len(history.Events))
	for i, s := range history.Saves {
		saves[i] = attemptSave{s.QuestionNo, orEmpty(s.A), s.AtMS}
	}
	for i, e := range history.Events {
		events[i] = attemptEvent{e.Kind, e.QuestionNo, e.AtMS, e.MS, firstOf(e.Detail, 8)}
	}
	return c.JSON(struct {
		Attempt   staffAttempt      `json:"attempt"`
		Questions []attemptQuestion `json:"questions"`
		Saves     []attemptSave     `json:"saves"`
		Events    []attemptEvent    `json:"events"`
	}{staffAttemptOf(contest, at), questions, saves, events})
}

// firstOf shortens a hash: enough to tell two apart.
func firstOf(s string, n int) string { return s[:min(len(s), n)] }

// maxReason is the longest reason, in characters.
const maxReason = 200

// voidAttempt takes an attempt out of the results, with the reason in the ledger.
func (a *API) voidAttempt(c *fiber.Ctx) error {
	in, err := body[struct {
		Reason string `json:"reason"`
	}](c)
	if err != nil {
		return err
	}
	reason := strings.TrimSpace(in.Reason)
	if err := between("reason", reason, 1, maxReason); err != nil {
		return err
	}
	contest, at, err := a.attemptOf(c)
	if err != nil {
		return err
	}
	if err := a.Papers.VoidAttempt(c.UserContext(), time.Now(), at.ID, reason, staffOf(c).Name); err != nil {
		return err
	}
	note(c, "entrant", at.Name)
	note(c, "attempt", at.ID)
	note(c, "points", at.Points)
	note(c, "reason", reason)
	if _, at, err = a.attemptOf(c); err != nil {
		return err
	}
	return c.JSON(staffAttemptOf(contest, at))
}

type analysedView struct {
	ID       string         `json:"question_id"`
	Rule     int            `json:"rule"`
	Type     string         `json:"type"`
	Category string         `json:"category"`
	Stem     string         `json:"stem"`
	Options  []optionID     `json:"options"`
	Key      []string       `json:"key"`
	Level    int            `json:"difficulty"`
	Voided   bool           `json:"voided"`
	Drawn    int            `json:"drawn"`
	Answered int            `json:"answered"`
	Correct  int            `json:"correct"`
	Counts   map[string]int `json:"counts"`
}

// paperQuestions gives the questions of the pool with how people did on them, as far as attempts are handed in.
func (a *API) paperQuestions(c *fiber.Ctx) error {
	contest, err := a.paperOf(c)
	if err != nil {
		return err
	}
	list, n, err := a.Papers.Analyse(c.UserContext(), contest)
	if err != nil {
		return err
	}
	out := make([]analysedView, len(list))
	for i, q := range list {
		out[i] = viewAnalysed(q)
	}
	return c.JSON(struct {
		Attempts  int            `json:"attempts"`
		Questions []analysedView `json:"questions"`
	}{n, out})
}

func viewAnalysed(x paper.Analysed) analysedView {
	q := x.Question
	v := analysedView{ID: q.ID, Rule: x.RuleNo, Type: string(q.Type), Category: q.Category, Stem: q.Stem, Options: options(q.Options), Key: orEmpty(q.Key),
		Level: q.Difficulty, Voided: x.Voided, Drawn: x.Drawn, Answered: x.Answered, Correct: x.Correct, Counts: x.Counts}
	if q.Type == questionbank.Fill || q.Type == questionbank.Order {
		v.Counts = map[string]int{}
	}
	return v
}
