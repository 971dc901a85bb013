package ranking_test

import (
	"slices"
	"testing"
	"time"

	"github.com/jmoiron/sqlx"

	"leitai/people"
	"leitai/quiz/paper"
	"leitai/quiz/ranking"
)

// People who are erased, people who turn out to be one, and units that become one: the boards of contests and of seasons
// know them as the database does.
func TestErasedAndMergedLeaveTheBoards(t *testing.T) {
	onBoth(t, func(f *fixture) {
		f.contest("c1", nil, "甲", "乙")
		f.contest("c2", nil, "甲", "乙", "丙")
		season := ranking.NewSeason(now)
		season.Name, season.Contests = "赛季", []ranking.SeasonContest{{ID: "c1", Weight: 100}, {ID: "c2", Weight: 100}}
		f.must(f.boards.CreateSeason(f.t.Context(), &season))
		for _, c := range []string{"c1", "c2"} {
			f.result(c, "", f.entrant(c, "甲", "张三"), "甲", 80, 1, 1)
			f.result(c, "2026-11-22", f.entrant(c, "甲", "张三"), "甲", 80, 1, 1)
			f.result(c, "", f.entrant(c, "乙", "李四"), "乙", 60, 1, 1)
		}
		f.result("c1", "", f.entrant("c1", "乙", "王五"), "乙", 40, 1, 1)
		f.settle()
		f.equal()
		ctx := f.t.Context()
		of := func(kind ranking.Kind) []string {
			f.t.Helper()
			f.settle()
			f.equal()
			s, err := f.boards.FindSeason(ctx, season.ID)
			f.must(err)
			v, err := f.process().Season(ctx, s, ranking.Query{Kind: kind, Limit: 9})
			f.must(err)
			return shown(v.Rows)
		}
		if got := of(ranking.People); !slices.Equal(got, []string{"1 张三 160.00", "2 李四 120.00", "3 王五 40.00"}) {
			f.t.Errorf("at first: %q", got)
		}
		f.must(people.NewStore(f.db).ErasePerson(ctx, time.Now(), "p-张三"))
		if got := of(ranking.People); !slices.Equal(got, []string{"1 李四 120.00", "2 王五 40.00"}) {
			f.t.Errorf("after an erasure: %q", got)
		}
		if got := f.rows("c1", ranking.Query{Kind: ranking.Units, Limit: 9}); !slices.Equal(got, []string{"1 甲 80.00", "2 乙 50.00"}) {
			f.t.Errorf("what somebody gained for their unit stays: %q", got)
		}
		f.entrant("c1", "乙", "赵六")
		f.exec(`DELETE FROM entrants WHERE person_id = 'p-赵六'`)
		f.must(f.db.Tx(ctx, func(tx *sqlx.Tx) error { return paper.MergePeople(ctx, tx, "p-王五", "p-赵六") }))
		if got := of(ranking.People); !slices.Equal(got, []string{"1 李四 120.00", "2 赵六 40.00"}) {
			f.t.Errorf("after somebody became another: %q", got)
		}
		if got := of(ranking.Units); !slices.Equal(got, []string{"1 甲 160.00", "2 乙 110.00", "3 丙 0.00"}) {
			f.t.Errorf("units: %q", got)
		}
		f.must(f.db.Tx(ctx, func(tx *sqlx.Tx) error { return paper.MergeTeams(ctx, tx, "乙", "丙") }))
		if got := of(ranking.Units); !slices.Equal(got, []string{"1 甲 160.00", "2 丙 110.00"}) {
			f.t.Errorf("after a unit became another: %q", got)
		}
	})
}
