package leaderboard_test

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"leitai/leaderboard"
)

func TestPackingKeepsPointsAndTime(t *testing.T) {
	const (
		peoplePoints, peopleTime = 1<<21 - 1, 1<<31 - 1
		teamsPoints, teamsTime   = 1<<33 - 1, (1<<20 - 1) * 1000
	)
	tests := []struct {
		name                 string
		packing              leaderboard.Packing
		points, time         int64
		wantPoints, wantTime int64
	}{
		{"nothing", leaderboard.People, 0, 0, 0, 0},
		{"a person", leaderboard.People, 120, 45_678, 120, 45_678},
		{"negative points", leaderboard.People, -10, 45_678, -10, 45_678},
		{"minus one and no time", leaderboard.People, -1, 0, -1, 0},
		{"most points, no time", leaderboard.People, peoplePoints, 0, peoplePoints, 0},
		{"most points, longest time", leaderboard.People, peoplePoints, peopleTime, peoplePoints, peopleTime},
		{"least points, no time", leaderboard.People, -peoplePoints, 0, -peoplePoints, 0},
		{"least points, longest time", leaderboard.People, -peoplePoints, peopleTime, -peoplePoints, peopleTime},
		{"too many points", leaderboard.People, peoplePoints + 1, 5, peoplePoints, 5},
		{"too few points", leaderboard.People, math.MinInt64, 5, -peoplePoints, 5},
		{"too long", leaderboard.People, 7, math.MaxInt64, 7, peopleTime},
		{"negative time", leaderboard.People, 7, -1, 7, 0},
		{"a team", leaderboard.Teams, 1234, 45_678, 1234, 45_000},
		{"a team below zero", leaderboard.Teams, -1234, 999, -1234, 0},
		{"a team at both limits", leaderboard.Teams, teamsPoints, teamsTime, teamsPoints, teamsTime},
		{"a team at the other limits", leaderboard.Teams, -teamsPoints, teamsTime, -teamsPoints, teamsTime},
		{"a team beyond both limits", leaderboard.Teams, math.MaxInt64, math.MaxInt64, teamsPoints, teamsTime},
	}
	for _, test := range tests {
		score := test.packing.Score(test.points, test.time)
		points, time := test.packing.Split(score)
		if points != test.wantPoints || time != test.wantTime {
			t.Errorf("%s: %d points, %d ms; want %d, %d", test.name, points, time, test.wantPoints, test.wantTime)
		}
		if math.Abs(score) >= 1<<53 {
			t.Errorf("%s: score %g is not exact", test.name, score)
		}
	}
}

func TestLimitsAreTheLastThatAreKeptApart(t *testing.T) {
	for _, p := range []leaderboard.Packing{leaderboard.People, leaderboard.Teams} {
		points, time := p.Limits()
		if p.Score(points, 0) <= p.Score(points-1, 0) || p.Score(points, 0) != p.Score(points+1, 0) {
			t.Errorf("%+v: the limit of points is not %d", p, points)
		}
		if p.Score(0, time) >= p.Score(0, time-1000) || p.Score(0, time) != p.Score(0, time+1000) {
			t.Errorf("%+v: the limit of time is not %d", p, time)
		}
		if p.Score(1, time) <= p.Score(0, 0) {
			t.Errorf("%+v: time outweighs a point", p)
		}
	}
}

// FuzzScoresOrderAsPointsThenTime is the property that a board rests on; limits and their neighbours are the seeds.
func FuzzScoresOrderAsPointsThenTime(f *testing.F) {
	edges := []int64{0, 1, -1, 1<<21 - 1, 1 - 1<<21, 1<<31 - 1, 1<<33 - 1, 1 - 1<<33, (1<<20 - 1) * 1000, 999, 1000}
	random := rand.New(rand.NewPCG(1, 2))
	for range 5000 {
		pick := func() int64 { return edges[random.IntN(len(edges))] + random.Int64N(3) - 1 }
		f.Add(pick(), pick(), pick(), pick())
		f.Add(random.Int64N(1<<22)-1<<21, random.Int64N(1<<31), random.Int64N(1<<22)-1<<21, random.Int64N(1<<31))
	}
	f.Fuzz(func(t *testing.T, points1, time1, points2, time2 int64) {
		for _, p := range []leaderboard.Packing{leaderboard.People, leaderboard.Teams} {
			most, longest := p.Limits()
			order := func(points, time int64) (int64, int64) {
				unit := int64(1)
				if p == leaderboard.Teams {
					unit = 1000
				}
				return min(max(points, -most), most), min(max(time, 0), longest) / unit
			}
			p1, t1 := order(points1, time1)
			p2, t2 := order(points2, time2)
			want := cmp.Or(cmp.Compare(p1, p2), cmp.Compare(t2, t1))
			if got := cmp.Compare(p.Score(points1, time1), p.Score(points2, time2)); got != want {
				t.Errorf("%+v: (%d, %d) against (%d, %d): %d, want %d", p, points1, time1, points2, time2, got, want)
			}
		}
	})
}

func TestRank(t *testing.T) {
	entries := []leaderboard.Entry{
		{"d", 10, 500}, {"c", 20, 900}, {"a", 20, 900}, {"e", -10, 0}, {"b", 20, 901}, {"f", 30, 2000},
	}
	order := []string{"f", "a", "c", "b", "d", "e"}
	for _, test := range []struct {
		share  bool
		places []int
	}{
		{false, []int{1, 2, 3, 4, 5, 6}},
		{true, []int{1, 2, 2, 4, 5, 6}},
	} {
		before := slices.Clone(entries)
		ranked := leaderboard.Rank(entries, test.share)
		for i, r := range ranked {
			if r.Member != order[i] || r.Place != test.places[i] {
				t.Errorf("share %v: row %d is %+v, want %s at %d", test.share, i, r, order[i], test.places[i])
			}
		}
		if !slices.Equal(entries, before) {
			t.Error("Rank changed its input")
		}
	}
	if got := leaderboard.Rank(nil, true); len(got) != 0 {
		t.Errorf("nobody: %v", got)
	}
}
