package quiz

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
)

func person(id string, points, timeMS int64) PersonStanding {
	return PersonStanding{EntrantID: id, Total: Total{Points: points, TimeMS: timeMS}}
}

func TestRankingOfPeople(t *testing.T) {
	people := []PersonStanding{person("e", 10, 900), person("b", 30, 500), person("d", 20, 700), person("f", -5, 0),
		person("a", 30, 400), person("c", 20, 700)}
	for share, want := range map[bool]string{
		true:  "a1 b2 c3 d3 e5 f6",
		false: "a1 b2 c3 d4 e5 f6",
	} {
		for range 20 {
			mixed := slices.Clone(people)
			rand.Shuffle(len(mixed), func(i, j int) { mixed[i], mixed[j] = mixed[j], mixed[i] })
			rankPeople(mixed, share)
			var got string
			for _, p := range mixed {
				got += fmt.Sprint(p.EntrantID, p.Place, " ")
			}
			if got != want+" " {
				t.Fatalf("places shared %v: got %s, want %s", share, got, want)
			}
		}
	}
}

func TestEverybodyEqualSharesTheFirstPlace(t *testing.T) {
	people := []PersonStanding{person("c", 0, 0), person("a", 0, 0), person("b", 0, 0)}
	rankPeople(people, true)
	for _, p := range people {
		if p.Place != 1 {
			t.Errorf("%s has place %d", p.EntrantID, p.Place)
		}
	}
	rankPeople(nil, true)
}

func TestRankingOfTeams(t *testing.T) {
	line := func(id string, hundredths, timeMS int64) TeamStanding {
		return TeamStanding{TeamID: id, Hundredths: hundredths, TimeMS: timeMS}
	}
	teams := []TeamStanding{line("d", 700, 100), line("b", 1000, 50), line("c", 700, 100), line("e", 700, 101), line("a", 1001, 90)}
	for share, want := range map[bool]string{ // equals stay in the contest's order
		true:  "a1 b2 d3 c3 e5 ",
		false: "a1 b2 d3 c4 e5 ",
	} {
		mine := slices.Clone(teams)
		rankTeams(mine, share)
		var got string
		for _, s := range mine {
			got += fmt.Sprint(s.TeamID, s.Place, " ")
		}
		if got != want {
			t.Errorf("places shared %v: got %s, want %s", share, got, want)
		}
	}
}

// member is somebody of a team with these points, who took part unless the points are 0.
func member(team string, n int, points int64) PersonStanding {
	p := person(fmt.Sprint(team, n), points, 1000)
	p.TeamID = team
	if points != 0 {
		p.Answers, p.Correct = 10, 5
	}
	return p
}

// firms are a firm of 20, of whom 18 took part, and one of 2,000, of whom 400 did.
func firms(formula Formula) (*Contest, []PersonStanding) {
	c := &Contest{Settings: DefaultContestSettings(), Teams: []Team{{ID: "large", Name: "大厂", Roster: 2000},
		{ID: "small", Name: "小店", Roster: 20}, {ID: "empty", Name: "空", Roster: 10}}}
	c.Settings.TeamFormula = formula
	var people []PersonStanding
	for team, points := range map[string]map[int64]int{
		"small": {70: 10, 80: 8, 0: 1},
		"large": {60: 200, 80: 195, 100: 5},
	} {
		for each, n := range points {
			for range n {
				people = append(people, member(team, len(people), each))
			}
		}
	}
	return c, people
}

func TestTeamFormulas(t *testing.T) {
	tests := []struct {
		formula      Formula
		small, large int64 // hundredths
		first        string
	}{
		{FormulaSum, 134000, 2810000, "large"},
		{FormulaAverage, 7444, 7025, "small"},       // 1340 ÷ 18, 28100 ÷ 400
		{FormulaRosterAverage, 6700, 1405, "small"}, // ÷ 20, ÷ 2000
		{FormulaTopK, 8000, 10000, "large"},
		{FormulaParticipation, 9000, 2000, "small"},
	}
	for _, tt := range tests {
		t.Run(string(tt.formula), func(t *testing.T) {
			c, people := firms(tt.formula)
			got := teamStandings(c, people, nil)
			by := standingsByTeam(got)
			if by["small"].Hundredths != tt.small || by["large"].Hundredths != tt.large || got[0].TeamID != tt.first {
				t.Errorf("got %+v", got)
			}
			want := TeamStanding{TeamID: "small", Name: "小店", Place: by["small"].Place, Previous: by["small"].Place,
				Hundredths: tt.small, TimeMS: 1000, People: 19, TookPart: 18, Answers: 180, Correct: 90}
			if by["small"] != want {
				t.Errorf("the small firm's line is %+v", by["small"])
			}
			if empty := by["empty"]; empty.Hundredths != 0 || empty.Place != 3 || empty.People != 0 || empty.TimeMS != 0 {
				t.Errorf("the team without people has %+v", empty)
			}
		})
	}
}

func TestTeamAdjustmentsCountInFull(t *testing.T) {
	for _, formula := range []Formula{FormulaSum, FormulaAverage, FormulaRosterAverage, FormulaTopK, FormulaParticipation} {
		c, people := firms(formula)
		plain := standingsByTeam(teamStandings(c, people, nil))
		adjusted := standingsByTeam(teamStandings(c, people, map[string]int64{"small": -30, "empty": 5, "gone": 99}))
		if got := adjusted["small"].Hundredths - plain["small"].Hundredths; got != -3000 || adjusted["small"].Adjusted != -30 {
			t.Errorf("%s: −30 points changed the small firm by %d hundredths", formula, got)
		}
		if adjusted["empty"].Hundredths != 500 || adjusted["large"].Hundredths != plain["large"].Hundredths {
			t.Errorf("%s: %+v", formula, adjusted)
		}
	}
}

func TestPointsOfAPersonCountInTheTeam(t *testing.T) {
	c, people := firms(FormulaAverage)
	for i := range people {
		if people[i].TeamID == "small" && people[i].Answers == 0 {
			people[i].Points, people[i].Adjusted = 40, 40 // staff gave them to somebody who took no part
		}
	}
	if got := standingsByTeam(teamStandings(c, people, nil))["small"].Hundredths; got != 7667 { // 1380 ÷ 18
		t.Errorf("got %d", got)
	}
}

// Somebody who joined and never answered costs the team nothing under "average of those who took part", also where
// a missing answer costs points.
func TestAverageLeavesOutWhoTookNoPart(t *testing.T) {
	c := &Contest{Settings: DefaultContestSettings(), Teams: []Team{{ID: "t"}}}
	people := []PersonStanding{member("t", 1, 10), member("t", 2, 25)}
	for i := range 30 {
		silent := member("t", 10+i, 0)
		silent.Points = -50
		people = append(people, silent)
	}
	if got := teamStandings(c, people, nil)[0]; got.Hundredths != 1750 || got.TookPart != 2 || got.People != 32 {
		t.Errorf("got %+v", got)
	}
	c.Settings.TeamFormula = FormulaSum
	if got := teamStandings(c, people, nil)[0]; got.Hundredths != 100*(35-1500) {
		t.Errorf("the sum is %d", got.Hundredths)
	}
}

func TestFewerThanKCountAsNothing(t *testing.T) {
	c := &Contest{Settings: DefaultContestSettings(), Teams: []Team{{ID: "t", Roster: 9}}}
	c.Settings.TeamFormula = FormulaTopK
	people := []PersonStanding{member("t", 1, 90), member("t", 2, 40)}
	if got := teamStandings(c, people, nil)[0].Hundredths; got != 2600 { // 130 ÷ 5
		t.Errorf("got %d", got)
	}
}

func TestRosterSmallerThanTheCrowd(t *testing.T) {
	for formula, want := range map[Formula]int64{FormulaRosterAverage: 2000, FormulaParticipation: 10000} {
		for _, roster := range []int{0, 2} {
			c := &Contest{Settings: DefaultContestSettings(), Teams: []Team{{ID: "t", Roster: roster}}}
			c.Settings.TeamFormula = formula
			people := []PersonStanding{member("t", 1, 10), member("t", 2, 20), member("t", 3, 30)}
			if got := teamStandings(c, people, nil)[0].Hundredths; got != want {
				t.Errorf("%s with a roster of %d: %d, want %d", formula, roster, got, want)
			}
		}
	}
}

func TestMeanTimeBreaksTiesOfTeams(t *testing.T) {
	c := &Contest{Settings: DefaultContestSettings(), Teams: []Team{{ID: "a"}, {ID: "b"}}}
	slow, quick, quicker := member("a", 1, 10), member("b", 1, 10), member("b", 2, 10)
	slow.TimeMS, quick.TimeMS, quicker.TimeMS = 1000, 1200, 700
	got := teamStandings(c, []PersonStanding{slow, quick, quicker}, nil)
	if got[0].TeamID != "b" || got[0].TimeMS != 950 || got[1].Place != 2 {
		t.Errorf("got %+v", got)
	}
}

func TestHundredthsAreRoundedHalfAwayFromZero(t *testing.T) {
	tests := []struct {
		sum  int64
		n    int
		want int64
	}{
		{10, 3, 333}, {20, 3, 667}, {1, 8, 13}, {-1, 8, -13}, {-10, 3, -333}, {0, 7, 0}, {7, 0, 0}, {7, -1, 0}, {1, 200, 1}, {1, 201, 0},
		{3, 200, 2}, {100000 * 20000, 1, 200000000000},
	}
	for _, tt := range tests {
		if got := ratio(tt.sum, tt.n); got != tt.want {
			t.Errorf("%d ÷ %d: got %d hundredths, want %d", tt.sum, tt.n, got, tt.want)
		}
	}
}

func TestBoardsAreInTheOrderOfTheRanking(t *testing.T) {
	var people []PersonStanding
	for i := range 200 {
		people = append(people, person(fmt.Sprintf("%03d", i), rand.Int64N(5)*10, rand.Int64N(3)*100))
	}
	scores := make([]Score, len(people))
	for i, p := range people {
		scores[i] = Score{p.EntrantID, p.Points, p.TimeMS}
	}
	rankPeople(people, true)
	SortScores(scores)
	for i := range people {
		if scores[i].Member != people[i].EntrantID {
			t.Fatalf("line %d is %s on the board and %s in the ranking", i, scores[i].Member, people[i].EntrantID)
		}
	}
}

// TestTeamsInWhichNobodyTookPart: points that staff gave to people count by the average, and no time wins no tie.
func TestTeamsInWhichNobodyTookPart(t *testing.T) {
	c := &Contest{Settings: DefaultContestSettings(), Teams: []Team{{ID: "a", Name: "甲"}, {ID: "b", Name: "乙"}, {ID: "c", Name: "丙"}}}
	people := []PersonStanding{
		{EntrantID: "1", TeamID: "a", Total: Total{Points: 20, Answers: 2, TimeMS: 5000}},
		{EntrantID: "2", TeamID: "b", Total: Total{Points: 20, Adjusted: 20}},
		{EntrantID: "3", TeamID: "b", Total: Total{}},
		{EntrantID: "4", TeamID: "c", Total: Total{Points: 30, Answers: 1, TimeMS: 1}},
		{EntrantID: "5", TeamID: "c", Total: Total{Points: 10, Adjusted: 10}},
	}
	var got []string
	for _, s := range teamStandings(c, people, nil) {
		got = append(got, fmt.Sprintf("%s %d %d", s.TeamID, s.Place, s.Hundredths))
	}
	if want := []string{"c 1 4000", "a 2 2000", "b 3 2000"}; !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}
