package quiz

import (
	"cmp"
	"slices"
)

// Total is what an entrant has so far: answers of questions that are revealed and not void, plus adjustments.
type Total struct {
	Points   int64
	TimeMS   int64 // of the right answers, adjusted
	Answers  int
	Correct  int
	Adjusted int64 // part of Points that staff gave or took
}

// PersonStanding is a person's line on the board.
type PersonStanding struct {
	EntrantID string
	Name      string
	TeamID    string
	Place     int
	Total
}

// TeamStanding is a team's line on the board.
type TeamStanding struct {
	TeamID     string
	Name       string
	Place      int
	Previous   int   // place in the standings shown before, or Place
	Hundredths int64 // points × 100, adjustments included
	Delta      int64 // hundredths gained since the standings shown before
	TimeMS     int64 // mean time of those who took part: breaks ties
	People     int   // entrants
	TookPart   int
	Answers    int
	Correct    int
	Adjusted   int64
}

// Standings are what the boards show.
type Standings struct {
	Teams  []TeamStanding
	People []PersonStanding
}

// rankPeople orders people: points, then less time, then by entrant id so that the order never flickers. With share,
// equal points and time share a place (1, 2, 2, 4).
func rankPeople(people []PersonStanding, share bool) {
	slices.SortFunc(people, func(a, b PersonStanding) int {
		return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(a.TimeMS, b.TimeMS), cmp.Compare(a.EntrantID, b.EntrantID))
	})
	for i := range people {
		people[i].Place = i + 1
		if share && i > 0 && people[i].Points == people[i-1].Points && people[i].TimeMS == people[i-1].TimeMS {
			people[i].Place = people[i-1].Place
		}
	}
}

// rankTeams orders teams: points, then less mean time; a team in which nobody took part has no time to be quick with.
func rankTeams(teams []TeamStanding, share bool) {
	slices.SortStableFunc(teams, func(a, b TeamStanding) int {
		return cmp.Or(cmp.Compare(b.Hundredths, a.Hundredths), cmp.Compare(min(b.TookPart, 1), min(a.TookPart, 1)), cmp.Compare(a.TimeMS, b.TimeMS))
	})
	for i := range teams {
		teams[i].Place = i + 1
		if share && i > 0 && teams[i].Hundredths == teams[i-1].Hundredths && teams[i].TimeMS == teams[i-1].TimeMS {
			teams[i].Place = teams[i-1].Place
		}
	}
}

// teamStandings computes all teams by the contest's formula. adjusted holds staff's points by team id.
func teamStandings(c *Contest, people []PersonStanding, adjusted map[string]int64) []TeamStanding {
	byTeam := map[string][]PersonStanding{}
	for _, p := range people {
		byTeam[p.TeamID] = append(byTeam[p.TeamID], p)
	}
	out, most := make([]TeamStanding, 0, len(c.Teams)), c.maxPoints()
	for _, t := range c.Teams {
		s := TeamStanding{TeamID: t.ID, Name: t.Name, Adjusted: adjusted[t.ID]}
		var time int64
		for _, p := range byTeam[t.ID] {
			s.People++
			s.Answers += p.Answers
			s.Correct += p.Correct
			if p.Answers > 0 {
				s.TookPart++
				time += p.TimeMS
			}
		}
		if s.TookPart > 0 {
			s.TimeMS = time / int64(s.TookPart)
		}
		s.Hundredths = c.Settings.TeamHundredths(factsOf(c.Settings, t, byTeam[t.ID], s.TookPart, most)) + 100*s.Adjusted
		out = append(out, s)
	}
	rankTeams(out, c.Settings.ShareRanks)
	for i := range out {
		out[i].Previous = out[i].Place
	}
	return out
}

// factsOf sums up a team's people for the formula, without the team's own adjustments. The average takes of people who
// took no part only what staff gave them, and not what their silence cost; where nobody took part, it is of those to
// whom staff gave points.
func factsOf(s ContestSettings, t Team, people []PersonStanding, tookPart int, most int64) TeamFacts {
	f := TeamFacts{Roster: t.Roster, People: len(people), TookPart: tookPart, Max: most}
	best := make([]int64, len(people))
	for i, p := range people {
		best[i] = p.Points
		f.Sum += p.Points
		if p.Answers > 0 {
			f.Active += p.Points
			continue
		}
		f.Active += p.Adjusted
		if p.Adjusted != 0 {
			f.Given++
		}
	}
	slices.SortFunc(best, func(a, b int64) int { return cmp.Compare(b, a) })
	for _, p := range best[:min(len(best), s.TopK)] {
		f.Top += p
	}
	return f
}

// SortScores puts the lines of a board in order: points, then less time, then by member.
func SortScores(scores []Score) {
	slices.SortFunc(scores, func(a, b Score) int {
		return cmp.Or(cmp.Compare(b.Points, a.Points), cmp.Compare(a.TimeMS, b.TimeMS), cmp.Compare(a.Member, b.Member))
	})
}
