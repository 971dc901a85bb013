package people_test

import (
	"fmt"
	"strings"
	"testing"

	"leitai/fault"
	"leitai/people"
	"leitai/quiz/paper"
	"leitai/quiz/study"
	"leitai/sqldb"
)

// preliminary stores a paper contest with two teams, of the units a and b, and entrants of two people.
func preliminary(t *testing.T, db *sqldb.DB, status string, counts paper.Counting) {
	t.Helper()
	rules := paper.DefaultSettings(now)
	rules.Counts = counts
	exec := func(query string, args ...any) {
		t.Helper()
		if _, err := db.Exec(t.Context(), query, args...); err != nil {
			t.Fatalf("%s: %v", query, err)
		}
	}
	exec(`INSERT INTO contests (id, title, organizer, settings, kind, status, paper, version, created_at) VALUES ('c', '预赛', '', '{}', 'paper', $1, $2, 1, 0)`,
		status, sqldb.JSON[paper.Settings]{V: rules})
	for i, unit := range []string{"a", "b"} {
		exec(`INSERT INTO teams (id, contest_id, unit_id, name, grp, roster, position) VALUES ($1, 'c', $2, $3, '', 10, $4)`, "team-"+unit, unit, "队"+unit, i)
	}
	for i, who := range []string{"one", "two"} {
		exec(`INSERT INTO entrants (id, contest_id, team_id, person_id, name, client_id, created_at) VALUES ($1, 'c', $2, $3, '张三', $1, 0)`, "e-"+who, "team-"+[]string{"a", "b"}[i], who)
		exec(`INSERT INTO attempts (id, contest_id, entrant_id, phase, no, day, paper, state, started_at, deadline_at, handed_in_at, points, time_ms)
			VALUES ($1, 'c', $2, 'formal', 1, '2026-11-22', '[]', 'handed_in', 1, 2, $3, $4, 1000)`, "at-"+who, "e-"+who, 10+i, 60+i*30)
		for _, day := range []string{"", "2026-11-22"} {
			exec(`INSERT INTO paper_results (contest_id, day, entrant_id, team_id, points, time_ms, attempts, finished_at) VALUES ('c', $1, $2, $3, $4, 1000, 1, $5)`,
				day, "e-"+who, "team-"+[]string{"a", "b"}[i], 60+i*30, 10+i)
		}
	}
}

func twoPeople(t *testing.T, s *people.Store) {
	t.Helper()
	park(t, s)
	if err := s.CreatePeople(t.Context(), now, []people.Person{{ID: "one", UnitID: "a1", Name: "张三", Phone: "13800000001"}, {ID: "two", UnitID: "b1", Name: "张三", EmployeeNo: "B1"}}); err != nil {
		t.Fatal(err)
	}
}

func TestNoResultIsLostWhenTwoPeopleAreOne(t *testing.T) {
	for counts, want := range map[paper.Counting]string{paper.Best: "90", paper.Latest: "90", paper.Cumulative: "150"} {
		t.Run(string(counts), func(t *testing.T) {
			onBoth(t, func(t *testing.T, db *sqldb.DB, s *people.Store) {
				twoPeople(t, s)
				preliminary(t, db, "running", counts)
				plan, err := paper.ContestsOfMerge(t.Context(), db.Select, "one", "two")
				if err != nil || len(plan) != 1 || plan[0].Merge != paper.MergeJoin || plan[0].Counts != counts {
					t.Fatalf("%+v, %v", plan, err)
				}
				if _, err := db.Exec(t.Context(), `INSERT INTO study_totals (period, person_id, points, best) VALUES ('all', 'one', 5, 7), ('all', 'two', 6, 3)`); err != nil {
					t.Fatal(err)
				}
				if err := s.MergePeople(t.Context(), "one", "two", paper.MergePeople, study.MergePeople); err != nil {
					t.Fatal(err)
				}
				if got := texts(t, db, `SELECT entrant_id || ' ' || CAST(no AS TEXT) || ' ' || CAST(points AS TEXT) AS v FROM attempts ORDER BY id`); got != "e-two 2 60, e-two 1 90" {
					t.Errorf("attempts: %s", got)
				}
				if got := texts(t, db, `SELECT entrant_id || ' ' || CAST(points AS TEXT) || ' ' || CAST(attempts AS TEXT) AS v FROM paper_results ORDER BY day`); got != "e-two "+want+" 2, e-two "+want+" 2" {
					t.Errorf("results: %s", got)
				}
				if got := texts(t, db, `SELECT DISTINCT entrant_id AS v FROM board_changes ORDER BY entrant_id`); got != "e-one, e-two" {
					t.Errorf("the boards hear of %s", got)
				}
				if got := texts(t, db, `SELECT CAST(points AS TEXT) || ' ' || CAST(best AS TEXT) AS v FROM study_totals`); got != "11 7" {
					t.Errorf("learnt: %s", got)
				}
				p, err := s.FindPerson(t.Context(), "two")
				if err != nil || p.Phone != "13800000001" || p.EmployeeNo != "B1" || p.UnitID != "b1" {
					t.Errorf("%+v, %v", p, err)
				}
				_, err = s.FindPerson(t.Context(), "one")
				wantFault(t, err, fault.NotFound, "person.missing")
			})
		})
	}
}

func TestNobodyIsMergedWhileAnswering(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB, s *people.Store) {
		twoPeople(t, s)
		preliminary(t, db, "running", paper.Best)
		if _, err := db.Exec(t.Context(), `UPDATE attempts SET state = 'open' WHERE id = 'at-one'`); err != nil {
			t.Fatal(err)
		}
		err := s.MergePeople(t.Context(), "one", "two", paper.MergePeople, study.MergePeople)
		wantFault(t, err, fault.Conflict, "person.merge_open")
		if _, err := s.FindPerson(t.Context(), "one"); err != nil {
			t.Error(err)
		}
	})
}

func TestOnlyOneTookPart(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB, s *people.Store) {
		twoPeople(t, s)
		preliminary(t, db, "running", paper.Best)
		for _, q := range []string{`DELETE FROM paper_results WHERE entrant_id = 'e-two'`, `DELETE FROM attempts WHERE entrant_id = 'e-two'`, `DELETE FROM entrants WHERE id = 'e-two'`} {
			if _, err := db.Exec(t.Context(), q); err != nil {
				t.Fatal(err)
			}
		}
		if err := s.MergePeople(t.Context(), "one", "two", paper.MergePeople, study.MergePeople); err != nil {
			t.Fatal(err)
		}
		if got := texts(t, db, `SELECT id || ' ' || person_id AS v FROM entrants WHERE client_id <> 'e-one'`); got != "e-one two" {
			t.Errorf("entrants: %s", got)
		}
	})
}

func TestTeamsFollowTheirUnits(t *testing.T) {
	for status, want := range map[string]string{
		"running":  "e-one team-b 张三 (2), e-two team-b 张三", // both are one team
		"finished": "e-one team-a 张三, e-two team-b 张三",     // what was published stays
	} {
		t.Run(status, func(t *testing.T) {
			onBoth(t, func(t *testing.T, db *sqldb.DB, s *people.Store) {
				twoPeople(t, s)
				preliminary(t, db, status, paper.Best)
				m, err := s.MergeUnits(t.Context(), "a", "b", paper.MergeTeams)
				if err != nil || len(m.Renamed) != 1 {
					t.Fatalf("%+v, %v", m, err)
				}
				if got := texts(t, db, `SELECT id || ' ' || team_id || ' ' || name AS v FROM entrants ORDER BY id`); got != want {
					t.Errorf("entrants: %s, want %s", got, want)
				}
				if got := texts(t, db, `SELECT name AS v FROM units WHERE parent_id = 'b' ORDER BY position`); got != "一支部, 一支部（原甲公司）, 二支部" {
					t.Errorf("units: %s", got)
				}
				if status == "running" {
					if got := texts(t, db, `SELECT CAST(roster AS TEXT) AS v FROM teams`); got != "20" {
						t.Errorf("rosters: %s", got)
					}
					if got := texts(t, db, `SELECT DISTINCT team_id AS v FROM paper_results`); got != "team-b" {
						t.Errorf("results are of %s", got)
					}
				}
				if aliases, _ := s.Aliases(t.Context()); fmt.Sprint(aliases["b"]) != "[甲公司 甲科技有限公司]" {
					t.Errorf("aliases: %v", aliases)
				}
			})
		})
	}
}

func TestErasedPeopleAreKnownNoMore(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB, s *people.Store) {
		twoPeople(t, s)
		preliminary(t, db, "finished", paper.Best)
		if _, err := s.SetPIN(t.Context(), "one", ""); err != nil {
			t.Fatal(err)
		}
		if _, err := s.IssueLink(t.Context(), "one"); err != nil {
			t.Fatal(err)
		}
		in := preview(t, s, header+"张三,13800000001,A9,甲公司,\n")
		store(t, s, in.ID, 0)
		parts, err := s.ExportPerson(t.Context(), "one")
		if err != nil {
			t.Fatal(err)
		}
		all := fmt.Sprint(parts)
		for _, want := range []string{"13800000001", "预赛", "at-one", "60"} {
			if !strings.Contains(all, want) {
				t.Errorf("the export lacks %s: %s", want, all)
			}
		}
		for _, secret := range []string{"argon2", "at-two", "B1"} {
			if strings.Contains(all, secret) {
				t.Errorf("the export has %s", secret)
			}
		}
		if err := s.ErasePerson(t.Context(), now, "one"); err != nil {
			t.Fatal(err)
		}
		for _, table := range []string{"people WHERE id = 'one'", "entrants WHERE person_id = 'one'", "roster_rows", "roster_changes"} {
			rows := texts(t, db, `SELECT `+map[bool]string{true: "name", false: "''"}[!strings.HasPrefix(table, "roster")]+` AS v FROM `+table)
			if strings.Contains(rows, "张三") {
				t.Errorf("%s: %s", table, rows)
			}
		}
		if got := texts(t, db, `SELECT phone || employee_no || search || pin_hash || link_hash || name_key AS v FROM people WHERE id = 'one'`); got != "" {
			t.Errorf("people: %s", got)
		}
		if got := texts(t, db, `SELECT data || notes AS v FROM roster_rows`) + texts(t, db, `SELECT before || after AS v FROM roster_changes WHERE subject = 'one'`); strings.Contains(got, "1380") || strings.Contains(got, "张三") {
			t.Errorf("imports: %s", got)
		}
		if got := texts(t, db, `SELECT CAST(points AS TEXT) AS v FROM paper_results WHERE entrant_id = 'e-one' AND day = ''`); got != "60" {
			t.Errorf("points: %s", got)
		}
		err = s.ErasePerson(t.Context(), now, "one")
		wantFault(t, err, fault.NotFound, "person.missing")
	})
}

// texts gives the column v of a query's rows, in one line.
func texts(t *testing.T, db *sqldb.DB, query string) string {
	t.Helper()
	var out []string
	if err := db.Select(t.Context(), &out, query); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return strings.Join(out, ", ")
}
