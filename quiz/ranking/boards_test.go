package ranking_test

import (
	"slices"
	"testing"

	"leitai/quiz"
	"leitai/quiz/paper"
	"leitai/quiz/ranking"
)

func TestBoardsFollowResults(t *testing.T) {
	onBoth(t, func(f *fixture) {
		f.contest("c1", nil, "甲", "乙", "丙")
		want := func(what string, q ranking.Query, rows ...string) {
			f.t.Helper()
			q.Limit = 20
			if got := f.rows("c1", q); !slices.Equal(got, rows) {
				f.t.Errorf("%s: %q, want %q", what, got, rows)
			}
		}
		want("before the first look", ranking.Query{Kind: ranking.Units}, "catching up")
		f.settle()
		want("units of which nobody took part", ranking.Query{Kind: ranking.Units}, "1 甲 0.00", "1 乙 0.00", "1 丙 0.00")
		for _, day := range []string{"", "2026-11-22"} {
			f.result("c1", day, f.entrant("c1", "甲", "张三"), "甲", 80, 5000, 10)
			f.result("c1", day, f.entrant("c1", "甲", "李四"), "甲", 60, 5000, 20)
			f.result("c1", day, f.entrant("c1", "乙", "王五"), "乙", 80, 5000, 5)
		}
		f.result("c1", "2026-11-23", f.entrant("c1", "甲", "张三"), "甲", 30, 1, 10)
		f.settle()
		f.equal()
		want("people", ranking.Query{Kind: ranking.People}, "1 王五 80.00", "1 张三 80.00", "3 李四 60.00")
		want("units", ranking.Query{Kind: ranking.Units}, "1 乙 80.00", "2 甲 70.00", "3 丙 0.00")
		want("another day", ranking.Query{Kind: ranking.People, Day: "2026-11-23"}, "1 张三 30.00")
		want("units of a day", ranking.Query{Kind: ranking.Units, Day: "2026-11-23"}, "1 甲 30.00")
		f.void("c1", "", "c1-王五", "乙")
		f.exec(`UPDATE entrants SET team_id = 'c1丙' WHERE id = 'c1-李四'`)
		f.result("c1", "", "c1-李四", "丙", 90, 5000, 20) // moved to another unit: the change names the new one
		f.settle()
		f.equal()
		want("after a void and a move", ranking.Query{Kind: ranking.Units}, "1 丙 90.00", "2 甲 80.00", "3 乙 0.00")
		f.exec(`DELETE FROM contests WHERE id = 'none'`)
		f.exec(`UPDATE teams SET roster = 100000 WHERE id = 'c1甲'`)
		f.settle()
		f.equal()
	})
}

// New rules: the boards are written by the formula that is set now.
func TestBoardsFollowTheRules(t *testing.T) {
	onBoth(t, func(f *fixture) {
		f.contest("c1", nil, "甲", "乙")
		f.result("c1", "", f.entrant("c1", "甲", "张三"), "甲", 80, 1, 1)
		f.result("c1", "", f.entrant("c1", "甲", "李四"), "甲", 40, 1, 1)
		f.result("c1", "", f.entrant("c1", "乙", "王五"), "乙", 70, 1, 1)
		f.settle()
		for _, tt := range []struct {
			formula quiz.Formula
			rows    []string
		}{
			{quiz.FormulaSum, []string{"1 甲 120.00", "2 乙 70.00"}},
			{quiz.FormulaAverage, []string{"1 乙 70.00", "2 甲 60.00"}},
			{quiz.FormulaRosterAverage, []string{"1 甲 12.00", "2 乙 7.00"}},
			{quiz.FormulaTopK, []string{"1 甲 40.00", "2 乙 23.33"}},
			{quiz.FormulaParticipation, []string{"1 甲 20.00", "2 乙 10.00"}},
			{quiz.FormulaComposite, []string{"1 甲 32.00", "2 乙 28.00"}}, // 70 % × 20 + 30 % × 60, 70 % × 10 + 30 % × 70
		} {
			settings := quiz.DefaultContestSettings()
			settings.TeamFormula, settings.TopK = tt.formula, 3
			f.exec(`UPDATE contests SET settings = $1 WHERE id = 'c1'`, jsonOf(settings))
			f.settle()
			f.equal()
			if got := f.rows("c1", ranking.Query{Kind: ranking.Units, Limit: 5}); !slices.Equal(got, tt.rows) {
				f.t.Errorf("%s: %q, want %q", tt.formula, got, tt.rows)
			}
		}
	})
}

func TestMyPlaceAndNeighbours(t *testing.T) {
	onBoth(t, func(f *fixture) {
		f.contest("c1", func(s *quiz.ContestSettings, _ *paper.Settings) { s.ShareRanks = false }, "甲")
		for i, name := range []string{"一", "二", "三", "四", "五"} {
			f.result("c1", "", f.entrant("c1", "甲", name), "甲", 50, 7, int64(100+i))
		}
		f.settle()
		c, err := f.boards.FindContest(f.t.Context(), "c1")
		f.must(err)
		v, err := f.boards.Contest(f.t.Context(), c, ranking.Query{Kind: ranking.People, Limit: 2, Member: "c1-四", Around: 1})
		f.must(err)
		if got := append(shown(v.Rows), shown(v.Around)...); !slices.Equal(got, []string{"1 一 50.00", "2 二 50.00", "3 三 50.00", "4 四 50.00", "5 五 50.00"}) ||
			v.Me == nil || v.Me.Name != "四" || v.Me.Group != "甲" || v.Me.TimeMS != 7 || v.Total != 5 {
			f.t.Errorf("%q, me %+v of %d", got, v.Me, v.Total)
		}
	})
}

func TestSearch(t *testing.T) {
	onBoth(t, func(f *fixture) {
		f.contest("c1", nil, "甲%公司", "乙")
		f.result("c1", "", f.entrant("c1", "甲%公司", "张三"), "甲%公司", 50, 7, 1)
		f.result("c1", "", f.entrant("c1", "乙", "张四"), "乙", 60, 7, 1)
		f.result("c1", "", f.entrant("c1", "乙", "李四"), "乙", 70, 7, 1)
		f.entrant("c1", "乙", "张没来")
		f.settle()
		c, err := f.boards.FindContest(f.t.Context(), "c1")
		f.must(err)
		for words, rows := range map[string][]string{"张": {"2 张四 60.00", "3 张三 50.00"}, "%": {"3 张三 50.00"}, "乙": {"1 李四 70.00", "2 张四 60.00"}, "_": nil} {
			v, err := f.boards.Search(f.t.Context(), c, ranking.Query{Kind: ranking.People}, words)
			f.must(err)
			if got := shown(v.Rows); !slices.Equal(got, rows) || v.Total != len(rows) {
				f.t.Errorf("%s: %q, want %q", words, got, rows)
			}
		}
		v, err := f.boards.Search(f.t.Context(), c, ranking.Query{Kind: ranking.Units}, "甲")
		f.must(err)
		if got := shown(v.Rows); !slices.Equal(got, []string{"2 甲%公司 50.00"}) || v.Rows[0].TookPart != 1 || v.Rows[0].People != 10 {
			f.t.Errorf("units: %q", got)
		}
	})
}
