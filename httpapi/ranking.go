package httpapi

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"leitai/fault"
	"leitai/quiz/ranking"
)

// boardRoutes are the calls of boards and seasons.
func (a *API) boardRoutes() []route {
	return []route{
		{"GET", "/online/:code/boards", public, whole, "", a.onlineBoard},
		{"GET", "/online/:code/unit", employee, whole, "", a.captainReport},
		{"GET", "/seasons", public, whole, "", a.listSeasons},
		{"GET", "/seasons/:id/boards", public, whole, "", a.seasonBoard},
		{"GET", "/contests/:id/boards", viewer, ofContest, "", a.staffBoard},
		{"GET", "/contests/:id/boards/unit", viewer, ofContest, "", a.staffReport},
		{"POST", "/seasons", organizer, whole, "season.create", a.createSeason},
		{"GET", "/seasons/:id", organizer, ofSeason, "", a.findSeason},
		{"PUT", "/seasons/:id", organizer, ofSeason, "season.update", a.updateSeason},
		{"DELETE", "/seasons/:id", organizer, ofSeason, "season.delete", a.deleteSeason},
	}
}

type boardView struct {
	Board      string       `json:"board"`
	Day        string       `json:"day"`
	Days       []string     `json:"days"`
	UpdatedMS  int64        `json:"updated_ms"`
	CatchingUp bool         `json:"catching_up"`
	Shown      string       `json:"shown"`
	Top        int          `json:"top"`
	Formula    *formulaView `json:"formula"`
	Total      int          `json:"total"`
	Rows       []boardRow   `json:"rows"`
	Me         *myRow       `json:"me"`
}

type formulaView struct {
	Name    string         `json:"name"`
	K       int            `json:"k"`
	Weights map[string]int `json:"weights"`
}

type boardRow struct {
	ID       string  `json:"id"`
	Name     string  `json:"name"`
	Group    string  `json:"group"`
	Place    int     `json:"place"`
	Points   float64 `json:"points"`
	TimeMS   int64   `json:"time_ms"`
	People   int     `json:"people"`
	TookPart int     `json:"took_part"`
	Roster   int     `json:"roster"`
}

type myRow struct {
	boardRow
	Neighbours []boardRow `json:"neighbours"`
}

const (
	boardPage  = 50
	maxAround  = 10
	maxDayText = 10
)

// boardQuery reads what a call asks of a board.
func boardQuery(c *fiber.Ctx) (ranking.Query, error) {
	q := ranking.Query{Kind: ranking.Kind(c.Query("board", string(ranking.People))), Day: c.Query("day"), From: c.QueryInt("from"),
		Limit: c.QueryInt("limit", boardPage), Around: c.QueryInt("around")}
	f := map[string]string{}
	if q.Kind != ranking.People && q.Kind != ranking.Units {
		f["board"] = "value.choice"
	}
	if _, err := time.Parse(time.DateOnly, q.Day); q.Day != "" && (err != nil || len(q.Day) > maxDayText) {
		f["day"] = "value.choice"
	}
	if q.From < 0 || q.From > 10_000_000 {
		f["from"] = "value.range"
	}
	if q.Limit < 1 || q.Limit > ranking.MaxRows {
		f["limit"] = "value.range"
	}
	if q.Around < 0 || q.Around > maxAround {
		f["around"] = "value.range"
	}
	if len(f) > 0 {
		return q, &fault.Error{Code: fault.Invalid, Key: "request.invalid", Fields: f}
	}
	return q, nil
}

// boardsOf finds a published contest by its code for its boards, and slows down who guesses codes.
func (a *API) boardsOf(c *fiber.Ctx) (*ranking.Contest, error) {
	now := time.Now()
	if a.codes.blocked(c.IP(), now) {
		return nil, errTooMany
	}
	found, err := a.Boards.FindByCode(c.UserContext(), c.Params("code"))
	if fault.Is(err, fault.NotFound) {
		a.codes.try(c.IP(), now)
	}
	return found, err
}

// onlineBoard is a contest's board as its settings show it, with the caller's own place when there is a token.
func (a *API) onlineBoard(c *fiber.Ctx) error {
	q, err := boardQuery(c)
	if err != nil {
		return err
	}
	contest, err := a.boardsOf(c)
	if err != nil {
		return err
	}
	shown, top := contest.Shows(q.Kind)
	if shown == ranking.ShownAll || shown == ranking.ShownTop {
		if q.Member, err = a.memberOf(c, contest, q.Kind); err != nil {
			return err
		}
	}
	if shown == ranking.ShownTop {
		q.Limit = min(q.Limit, top-q.From)
	}
	v, err := a.boardAs(shown, func() (ranking.View, error) { return a.Boards.Contest(c.UserContext(), contest, q) })
	if err != nil {
		return err
	}
	out := viewOfBoard(q, v)
	out.Shown, out.Top, out.Formula = string(shown), top, formulaOf(contest)
	if shown == ranking.ShownTop {
		keepTop(&out, top, contest.Paper.Voluntary)
	}
	if q.Kind == ranking.People && contest.Paper.MaskNames {
		maskNames(&out)
	}
	return c.JSON(out)
}

// boardAs reads a board unless nothing of it is shown.
func (a *API) boardAs(shown ranking.Shown, read func() (ranking.View, error)) (ranking.View, error) {
	if shown == ranking.ShownOff || shown == ranking.ShownLater {
		return ranking.View{}, nil
	}
	return read()
}

// memberOf gives the caller's line: their entrant, or on the board of units their team.
func (a *API) memberOf(c *fiber.Ctx, contest *ranking.Contest, kind ranking.Kind) (string, error) {
	if c.Get(fiber.HeaderAuthorization) == "" {
		return "", nil
	}
	who, err := a.callerOf(c)
	if err != nil {
		return "", err
	}
	entrant := who.EntrantID
	if who.Person.ID != "" {
		if entrant, err = a.Boards.EntrantOf(c.UserContext(), contest.ID, who.Person.ID); err != nil || entrant == "" {
			return "", err
		}
	}
	team, err := a.Boards.TeamOf(c.UserContext(), contest.ID, entrant)
	if err != nil || team == "" { // of another contest
		return "", err
	}
	if kind == ranking.Units {
		return team, nil
	}
	return entrant, nil
}

func viewOfBoard(q ranking.Query, v ranking.View) boardView {
	out := boardView{Board: string(q.Kind), Day: q.Day, Days: v.Days, CatchingUp: v.CatchingUp, Total: v.Total, Rows: rowsOfBoard(v.Rows)}
	if out.Days == nil {
		out.Days = []string{}
	}
	if !v.Updated.IsZero() {
		out.UpdatedMS = v.Updated.UnixMilli()
	}
	if v.Me != nil {
		out.Me = &myRow{rowOfBoard(*v.Me), rowsOfBoard(v.Around)}
	}
	return out
}

func rowsOfBoard(rows []ranking.Row) []boardRow {
	out := make([]boardRow, len(rows))
	for i, r := range rows {
		out[i] = rowOfBoard(r)
	}
	return out
}

func rowOfBoard(r ranking.Row) boardRow {
	return boardRow{r.ID, r.Name, r.Group, r.Place, float64(r.Hundredths) / 100, r.TimeMS, r.People, r.TookPart, r.People}
}

// keepTop leaves out who stands beyond the top, but oneself. In a voluntary contest not even one's own place is told there.
func keepTop(v *boardView, top int, voluntary bool) {
	beyond := func(r boardRow) bool { return r.Place > top }
	v.Rows = slices.DeleteFunc(v.Rows, beyond)
	v.Total = min(v.Total, top)
	if v.Me == nil {
		return
	}
	v.Me.Neighbours = slices.DeleteFunc(v.Me.Neighbours, func(r boardRow) bool { return beyond(r) && r.ID != v.Me.ID })
	if voluntary && beyond(v.Me.boardRow) {
		v.Me.Place = 0
		v.Me.Neighbours = []boardRow{}
	}
}

// maskNames shows everybody's name as 张*, but one's own.
func maskNames(v *boardView) {
	for i := range v.Rows {
		if v.Me == nil || v.Rows[i].ID != v.Me.ID {
			v.Rows[i].Name = ranking.Mask(v.Rows[i].Name)
		}
	}
	if v.Me == nil {
		return
	}
	for i := range v.Me.Neighbours {
		if v.Me.Neighbours[i].ID != v.Me.ID {
			v.Me.Neighbours[i].Name = ranking.Mask(v.Me.Neighbours[i].Name)
		}
	}
}

func formulaOf(c *ranking.Contest) *formulaView {
	s := c.Settings
	return &formulaView{Name: string(s.TeamFormula), K: s.TopK, Weights: map[string]int{"sum": s.Weights.Sum, "average": s.Weights.Average,
		"roster_average": s.Weights.RosterAverage, "top_k_average": s.Weights.TopK, "participation": s.Weights.Participation}}
}

// staffBoard is a contest's board as staff see it: everybody with their whole names, and a search.
func (a *API) staffBoard(c *fiber.Ctx) error {
	q, err := boardQuery(c)
	if err != nil {
		return err
	}
	words := strings.TrimSpace(c.Query("q"))
	if utf8.RuneCountInString(words) > 60 {
		return fault.Field("q", "value.long")
	}
	contest, err := a.Boards.FindContest(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	var v ranking.View
	if words != "" {
		v, err = a.Boards.Search(c.UserContext(), contest, q, words)
	} else {
		v, err = a.Boards.Contest(c.UserContext(), contest, q)
	}
	if err != nil {
		return err
	}
	out := viewOfBoard(q, v)
	shown, top := contest.Shows(q.Kind)
	out.Shown, out.Top, out.Formula = string(shown), top, formulaOf(contest)
	return c.JSON(out)
}

type reportView struct {
	Team       reportTeam       `json:"team"`
	CatchingUp bool             `json:"catching_up"`
	Place      int              `json:"place"`
	Of         int              `json:"of"`
	Points     float64          `json:"points"`
	Formula    *formulaView     `json:"formula"`
	Gain       gainView         `json:"gain"`
	Roster     int              `json:"roster"`
	Voluntary  bool             `json:"voluntary"`
	TookPart   []participant    `json:"took_part"`
	Absent     []absentView     `json:"absent"`
	AbsentN    int              `json:"absent_count"`
	Weak       []categoryResult `json:"weak"`
}

type reportTeam struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Group string `json:"group"`
}

// gainView is what would gain the unit a place: Key and its numbers, and another way of doing it.
type gainView struct {
	Key    string     `json:"key"`
	Params gainParams `json:"params"`
	Also   []gainView `json:"also"`
}

type gainParams struct {
	People      int     `json:"people"`
	Points      int64   `json:"points"`
	Each        int64   `json:"each"`
	Ahead       string  `json:"ahead"`
	AheadPoints float64 `json:"ahead_points"`
	Gap         float64 `json:"gap"`
}

type participant struct {
	Name     string `json:"name"`
	Points   int64  `json:"points"`
	TimeMS   int64  `json:"time_ms"`
	Attempts int    `json:"attempts"`
}

type absentView struct {
	Name string `json:"name"`
}

type categoryResult struct {
	Category string `json:"category"`
	Right    int    `json:"right"`
	Answered int    `json:"answered"`
}

// captainReport is a unit's page for its captain; of no other unit than their own.
func (a *API) captainReport(c *fiber.Ctx) error {
	contest, err := a.boardsOf(c)
	if err != nil {
		return err
	}
	units, err := a.People.CaptainUnits(c.UserContext(), playerOf(c).Person.ID)
	if err != nil {
		return err
	}
	team, err := a.Boards.TeamFor(c.UserContext(), contest.ID, units)
	if err != nil {
		return err
	}
	r, err := a.Boards.Report(c.UserContext(), contest, team)
	if err != nil {
		return err
	}
	return c.JSON(reportOf(contest, r))
}

// staffReport is the same page for staff, of any unit of the contest.
func (a *API) staffReport(c *fiber.Ctx) error {
	contest, err := a.Boards.FindContest(c.UserContext(), c.Params("id"))
	if err != nil {
		return err
	}
	team, err := a.Boards.Team(c.UserContext(), contest.ID, c.Query("team_id"))
	if err != nil {
		return err
	}
	r, err := a.Boards.Report(c.UserContext(), contest, team)
	if err != nil {
		return err
	}
	return c.JSON(reportOf(contest, r))
}

func reportOf(contest *ranking.Contest, r ranking.Report) reportView {
	out := reportView{Team: reportTeam{r.Team.ID, r.Team.Name, r.Team.Group}, CatchingUp: r.CatchingUp, Place: r.Row.Place, Of: r.Of,
		Points: float64(r.Row.Hundredths) / 100, Formula: formulaOf(contest), Gain: gainOf(r), Roster: r.Roster, Voluntary: contest.Paper.Voluntary,
		TookPart: make([]participant, len(r.TookPart)), Absent: make([]absentView, len(r.Absent)), AbsentN: r.Missing, Weak: make([]categoryResult, len(r.Weak))}
	for i, p := range r.TookPart {
		out.TookPart[i] = participant(p)
	}
	for i, name := range r.Absent {
		out.Absent[i] = absentView{name}
	}
	for i, w := range r.Weak {
		out.Weak[i] = categoryResult{w.Name, w.Right, w.Answered}
	}
	return out
}

func gainOf(r ranking.Report) gainView {
	switch {
	case r.CatchingUp:
		return gainView{Key: "gain.later", Also: []gainView{}}
	case r.Ahead == nil:
		return gainView{Key: "gain.first", Also: []gainView{}}
	}
	base := gainParams{Ahead: r.Ahead.Name, AheadPoints: float64(r.Ahead.Hundredths) / 100, Gap: float64(r.Ahead.Hundredths-r.Row.Hundredths) / 100}
	if len(r.Advice) == 0 {
		return gainView{Key: "gain.none", Params: base, Also: []gainView{}}
	}
	ways := make([]gainView, len(r.Advice))
	for i, advice := range r.Advice {
		p := base
		p.People, p.Points, p.Each = advice.People, advice.Points, advice.Each
		key := "gain.points"
		if advice.Kind == ranking.MorePeople {
			key = "gain.people"
			if advice.Each == 0 {
				key = "gain.take_part"
			}
		}
		ways[i] = gainView{Key: key, Params: p, Also: []gainView{}}
	}
	ways[0].Also = ways[1:]
	return ways[0]
}
