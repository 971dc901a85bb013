package scenario

import (
	"context"
	"fmt"
	"testing"
	"time"

	"leitai/people"
	"leitai/quiz"
	"leitai/quiz/paper"
	"leitai/sqldb"
)

// preliminary stores a running paper contest past the API, with two units, their captain and results, and gives its
// people's tokens.
func (s *server) preliminary(id, code string, change func(*quiz.ContestSettings, *paper.Settings)) {
	s.t.Helper()
	ctx := context.Background()
	exec := func(query string, args ...any) {
		s.t.Helper()
		_, err := s.db.Exec(ctx, query, args...)
		s.must(err)
	}
	settings, rules := quiz.DefaultContestSettings(), paper.DefaultSettings(time.Now())
	rules.Draw = []paper.Rule{{BankID: "b", Count: 10, Points: 10}}
	if change != nil {
		change(&settings, &rules)
	}
	exec(`INSERT INTO contests (id, kind, title, organizer, settings, paper, status, version, code, created_at, opens_at, closes_at)
		VALUES ($1, 'paper', $2, '园区', $3, $4, 'draft', 1, $5, 1, $6, $7)`, id, "预赛"+code, sqldb.JSON[quiz.ContestSettings]{V: settings},
		sqldb.JSON[paper.Settings]{V: rules}, code, rules.OpensMS, rules.ClosesMS)
	s.share(people.OnContest, id)
	for i, name := range []string{"赵一", "钱二", "孙三", "李四"} {
		s.employee(name)
		var person people.Person
		s.must(s.db.Get(ctx, &person.ID, `SELECT id FROM people WHERE name = $1`, name))
		s.must(s.db.Get(ctx, &person.UnitID, `SELECT unit_id FROM people WHERE name = $1`, name))
		team, entrant := id+fmt.Sprint("-t", i), id+fmt.Sprint("-e", i)
		exec(`INSERT INTO teams (id, contest_id, unit_id, name, grp, roster, position) VALUES ($1, $2, $3, $4, '', 3, $5)`, team, id, person.UnitID, name+"的单位", i)
		exec(`INSERT INTO entrants (id, contest_id, team_id, person_id, name, client_id, created_at) VALUES ($1, $2, $3, $4, $5, $1, 1)`, entrant, id, team, person.ID, name)
		if name == "李四" {
			continue // came and handed nothing in
		}
		for _, day := range []string{"", "2026-11-22"} {
			exec(`INSERT INTO paper_results (contest_id, day, entrant_id, team_id, points, time_ms, attempts, finished_at) VALUES ($1, $2, $3, $4, $5, 60000, 1, $6)`,
				id, day, entrant, team, 90-10*i, int64(1000+i))
			exec(`INSERT INTO board_changes (id, contest_id, day, entrant_id, team_id) VALUES ($1, $2, $3, $4, $5)`, id+day+entrant, id, day, entrant, team)
		}
	}
	exec(`UPDATE contests SET status = 'running' WHERE id = $1`, id) // its teams are there before its boards are
}

// boardSettled waits until a board holds so many rows.
func (s *server) boardSettled(path string, total int) {
	s.t.Helper()
	eventually(s.t, "the board "+path+" has caught up", func() bool {
		var v struct {
			Total      int
			CatchingUp bool `json:"catching_up"`
		}
		s.quietly().do("GET", path, nil).ok(&v)
		return !v.CatchingUp && v.Total == total
	})
}

// boardsAndSeasons calls boards and seasons.
func boardsAndSeasons(t *testing.T, s *server) {
	t.Helper()
	s.preliminary("pre1", "810001", nil)
	s.boardSettled("/api/v1/online/810001/boards", 3)
	s.boardSettled("/api/v1/online/810001/boards?board=units", 4)
	s.boardSettled("/api/v1/online/810001/boards?day=2026-11-22", 3)
	captain, other, nobody, viewer, org := s.player(s.employee("钱二")), s.player(s.employee("韩梅梅")), s.nobody(), s.as("viewer"), s.as("organizer")
	s.must(people.NewStore(s.db).SetCaptain(t.Context(), s.unitOf("钱二"), s.personOf("钱二")))
	at := "/api/v1/online/810001/boards"
	run(t, []scenario{
		{"people", nobody, "GET", at, nil, 200, []string{`"shown":"all"`, `"total":3`, `"name":"赵一"`, `"group":"赵一的单位"`, `"points":90`, `"days":["2026-11-22"]`, `"me":null`, `"weights":{`}, []string{"李四"}},
		{"my place", captain, "GET", at + "?around=1&limit=1", nil, 200, []string{`"me":{"id":"pre1-e1","name":"钱二"`, `"place":2`, `"neighbours":[{"id":"pre1-e0"`, "孙三"}, nil},
		{"units", nobody, "GET", at + "?board=units", nil, 200, []string{`"took_part":1`, `"roster":3`, `"total":4`}, nil},
		{"my unit", captain, "GET", at + "?board=units", nil, 200, []string{`"me":{"id":"pre1-t1"`}, nil},
		{"a day", nobody, "GET", at + "?day=2026-11-22", nil, 200, []string{`"day":"2026-11-22"`, "孙三"}, nil},
		{"a day without results", nobody, "GET", at + "?day=2026-11-23", nil, 200, []string{`"rows":[]`}, nil},
		{"no such board", nobody, "GET", at + "?board=all&day=heute&limit=0&around=11&from=-1", nil, 400, []string{`"board":"value.choice"`, `"day":"value.choice"`, `"limit":"value.range"`, `"around":"value.range"`, `"from":"value.range"`}, nil},
		{"a token that is none", s.player("nonsense"), "GET", at, nil, 401, []string{`"token.wrong"`}, nil},
		{"somebody of the roster who is not in it", other, "GET", at, nil, 200, []string{`"me":null`}, nil},
		{"no such contest", nobody, "GET", "/api/v1/online/810009/boards", nil, 404, nil, nil},
		{"staff see everybody", viewer, "GET", "/api/v1/contests/pre1/boards?from=1", nil, 200, []string{"孙三", `"total":3`}, []string{"赵一"}},
		{"staff search", viewer, "GET", "/api/v1/contests/pre1/boards?q=%E5%AD%99", nil, 200, []string{`"name":"孙三"`, `"place":3`, `"total":1`}, []string{"赵一"}},
		{"a captain's page", captain, "GET", "/api/v1/online/810001/unit", nil, 200, []string{`"team":{"id":"pre1-t1"`, `"place":2`, `"of":4`, `"gain":{"key":"gain.`, `"ahead":"赵一的单位"`, `"took_part":[{"name":"钱二","points":80`, `"absent":[]`, `"weak":[]`}, []string{"赵一\""}},
		{"nobody's captain", other, "GET", "/api/v1/online/810001/unit", nil, 404, []string{`"unit.missing"`}, nil},
		{"a unit for staff", viewer, "GET", "/api/v1/contests/pre1/boards/unit?team_id=pre1-t3", nil, 200, []string{`"place":4`, `"absent":[{"name":"李四"}]`}, nil},
		{"a unit of another contest", viewer, "GET", "/api/v1/contests/pre1/boards/unit?team_id=x", nil, 404, []string{`"unit.missing"`}, nil},
	})
	s.preliminary("pre2", "810002", func(c *quiz.ContestSettings, p *paper.Settings) {
		p.People, p.TopShown, p.MaskNames = paper.ShowTop, 1, true
	})
	s.preliminary("pre3", "810003", func(c *quiz.ContestSettings, p *paper.Settings) { p.People = paper.ShowOff })
	s.preliminary("pre4", "810004", func(c *quiz.ContestSettings, p *paper.Settings) { p.ShowPoints = false })
	s.preliminary("pre5", "810005", func(c *quiz.ContestSettings, p *paper.Settings) { p.Voluntary, p.TopShown = true, 1 })
	s.boardSettled("/api/v1/online/810002/boards", 1)
	s.boardSettled("/api/v1/online/810005/boards", 1)
	s.must(people.NewStore(s.db).SetCaptain(t.Context(), s.unitOf("李四"), s.personOf("李四")))
	run(t, []scenario{
		{"the top, masked", nobody, "GET", "/api/v1/online/810002/boards", nil, 200, []string{`"shown":"top"`, `"top":1`, `"name":"赵*"`}, []string{"赵一\"", "钱", "孙三"}},
		{"oneself below the top", captain, "GET", "/api/v1/online/810002/boards?around=1", nil, 200, []string{`"name":"钱二"`, `"place":2`, `"name":"赵*"`}, []string{"孙"}},
		{"beyond the top", nobody, "GET", "/api/v1/online/810002/boards?from=1", nil, 200, []string{`"rows":[]`}, []string{"钱"}},
		{"no board of people", captain, "GET", "/api/v1/online/810003/boards?around=1", nil, 200, []string{`"shown":"off"`, `"rows":[]`, `"me":null`}, []string{"钱"}},
		{"points are told later", captain, "GET", "/api/v1/online/810004/boards?board=units", nil, 200, []string{`"shown":"later"`, `"rows":[]`, `"me":null`}, nil},
		{"voluntary: no place beyond the top", captain, "GET", "/api/v1/online/810005/boards?around=1", nil, 200, []string{`"shown":"top"`, `"place":0`, `"neighbours":[]`}, []string{"孙三"}},
		{"voluntary: nobody is absent", s.player(s.employee("李四")), "GET", "/api/v1/online/810005/unit", nil, 200, []string{`"voluntary":true`, `"absent":[]`}, nil},
	})
	var season struct{ ID string }
	org.do("POST", "/api/v1/seasons", fields{"name": " 年度赛 ", "contests": []fields{{"id": "pre1", "weight": 100}, {"id": "pre2", "weight": 50}}}).ok(&season)
	s.boardSettled("/api/v1/seasons/"+season.ID+"/boards", 3)
	of := "/api/v1/seasons/" + season.ID
	run(t, []scenario{
		{"seasons", nobody, "GET", "/api/v1/seasons", nil, 200, []string{`"name":"年度赛"`, `"code":"810001"`, `"weight":50`}, []string{`"pre1"`}},
		{"a season for staff", org, "GET", of, nil, 200, []string{`"id":"pre1"`, `"reach":true`, `"people":"all"`}, nil},
		{"a season's people", captain, "GET", of + "/boards?around=1", nil, 200, []string{`"points":135`, `"points":120`, `"formula":null`, `"name":"钱二","group":"钱二的单位","place":2`}, nil},
		{"a season's units", captain, "GET", of + "/boards?board=units", nil, 200, []string{`"points":135`, `"total":4`, `"took_part":2`, `"roster":6`, `"me":{"id":"` + s.unitOf("钱二")}, nil},
		{"a season has no days", nobody, "GET", of + "/boards?day=2026-11-22", nil, 400, []string{`"day":"value.choice"`}, nil},
		{"no such season", nobody, "GET", "/api/v1/seasons/x/boards", nil, 404, []string{`"season.missing"`}, nil},
		{"a name that is taken", org, "POST", "/api/v1/seasons", fields{"name": "年度赛", "contests": []fields{}}, 409, []string{`"season.name"`}, nil},
		{"a season of nothing good", org, "POST", "/api/v1/seasons", fields{"name": " ", "people": "some", "top_shown": 0, "contests": []fields{{"id": "pre1", "weight": 0}, {"id": "pre1", "weight": 1}}}, 400, []string{`"name":"value.required"`, `"people":"value.choice"`, `"top_shown":"value.range"`, `"contests":"`}, nil},
		{"a contest that is not there", org, "POST", "/api/v1/seasons", fields{"name": "x", "contests": []fields{{"id": "none", "weight": 100}}}, 400, []string{`"contests":"contest.missing"`}, nil},
		{"others' contests cannot be taken in", s.as("other-organizer"), "POST", "/api/v1/seasons", fields{"name": "x", "contests": []fields{{"id": "pre1", "weight": 100}}}, 400, []string{`"contests":"contest.missing"`}, nil},
		{"nor taken out, nor weighed", s.as("other-organizer"), "PUT", of, fields{"name": "年度赛", "contests": []fields{{"id": "pre1", "weight": 1}}}, 200, []string{`"id":"pre1","title":"预赛810001","status":"running","weight":100,"reach":false`, `"id":"pre2"`}, nil},
		{"changed", org, "PUT", of, fields{"name": "年度总决赛", "people": "top", "top_shown": 1, "mask_names": true, "contests": []fields{{"id": "pre1", "weight": 200}}}, 200, []string{"年度总决赛", `"weight":200`, `"mask_names":true`, `"share_ranks":true`}, []string{"pre2"}},
	})
	eventually(t, "the season's board follows", func() bool {
		var v struct{ Rows []struct{ Points float64 } }
		s.quietly().do("GET", of+"/boards", nil).ok(&v)
		return len(v.Rows) == 1 && v.Rows[0].Points == 180
	})
	run(t, []scenario{
		{"masked", nobody, "GET", of + "/boards", nil, 200, []string{`"shown":"top"`, `"name":"赵*"`}, []string{"赵一\""}},
		{"deleted", org, "DELETE", of, nil, 204, nil, nil},
		{"gone", org, "GET", of, nil, 404, []string{`"season.missing"`}, nil},
	})
}

func (s *server) personOf(name string) (id string) {
	s.t.Helper()
	s.must(s.db.Get(context.Background(), &id, `SELECT id FROM people WHERE name = $1`, name))
	return id
}

func (s *server) unitOf(name string) (id string) {
	s.t.Helper()
	s.must(s.db.Get(context.Background(), &id, `SELECT unit_id FROM people WHERE name = $1`, name))
	return id
}
