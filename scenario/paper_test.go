package scenario

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"leitai/people"
	"leitai/questionbank"
	"leitai/quiz"
	"leitai/quiz/paper"
)

// preliminary is a paper contest that has been published.
type preliminary struct {
	s       *server
	contest *paper.Contest
	bank    string
}

// papers publishes a contest for guests that opened a minute ago, of a bank with every type; change sets its rules.
func (s *server) papers(mark string, change func(*paper.Settings)) *preliminary {
	s.t.Helper()
	ctx := context.Background()
	bank, err := s.banks.CreateBank(ctx, time0, mark+"题库"+uuid.NewString(), everyType(mark))
	s.must(err)
	rules := paper.DefaultSettings(time.Now())
	rules.OpensMS, rules.ClosesMS = time.Now().Add(-time.Minute).UnixMilli(), time.Now().Add(time.Hour).UnixMilli()
	rules.Entry, rules.AttemptsPerDay = paper.EntryOpen, 0
	rules.Draw = []paper.Rule{{BankID: bank, Count: 5}}
	if change != nil {
		change(&rules)
	}
	c := &quiz.Contest{Title: mark + "预赛", Settings: quiz.DefaultContestSettings(), Teams: []quiz.Team{{Name: "一队", Group: "甲公司"}, {Name: "二队"}}}
	s.must(s.paper.Create(ctx, time.Now(), c, rules, nil))
	made, err := s.paper.Publish(ctx, time.Now(), c.ID)
	s.must(err)
	return &preliminary{s, made, bank}
}

func (p *preliminary) at() string { return "/api/v1/online/" + p.contest.Code }

// guest enters by name and gives the token.
func (p *preliminary) guest(name string) string {
	p.s.t.Helper()
	var me joined
	p.s.nobody().do("POST", p.at()+"/entrants", fields{"team_id": p.contest.Teams[0].ID, "name": name, "client_id": uuid.NewString()}).ok(&me)
	return me.Token
}

// sheet is an attempt as a phone reads it.
type sheet struct {
	ID         string
	State      string
	At         int
	DeadlineMS int64 `json:"deadline_ms"`
	Leaves     struct {
		Times int
		MS    int64
	}
	Questions []sheetQuestion
}

type sheetQuestion struct {
	No      int
	Type    string
	Stem    string
	Options []struct{ ID, Text string }
	Points  int
	A       []string
	N       int
}

// begin starts an attempt.
func (p *preliminary) begin(token, phase string) (a sheet) {
	p.s.t.Helper()
	p.s.player(token).do("POST", p.at()+"/attempts", fields{"phase": phase, "device": "phone-of-" + token[:8]}).ok(&a)
	return a
}

// right gives the right answer to a question in the letters that were shown.
func (p *preliminary) right(q sheetQuestion) []string {
	p.s.t.Helper()
	for i := range p.contest.Pool {
		b := p.contest.Pool[i].Question
		if b.Stem != q.Stem {
			continue
		}
		if b.Type == questionbank.Fill {
			return strings.Split(b.Key[0], "|")
		}
		var out []string
		for _, k := range b.Key {
			for _, o := range q.Options {
				if o.Text == b.Options[k[0]-'A'] {
					out = append(out, o.ID)
				}
			}
		}
		if b.Type == questionbank.Multiple {
			slices.Sort(out) // as the sheet gives them back
		}
		return out
	}
	p.s.t.Fatalf("no question %s", q.Stem)
	return nil
}

// saves answers all questions of an attempt, those from `wrong` on with nothing.
func (p *preliminary) saves(a sheet, most int) []fields {
	var out []fields
	for _, q := range a.Questions[:min(most, len(a.Questions))] {
		out = append(out, fields{"id": fmt.Sprintf("s%d-%s", q.No, uuid.NewString()[:8]), "q": q.No, "n": q.N + 1, "a": p.right(q)})
	}
	return out
}

// paperContestOnPhones calls a paper contest as phones see it.
func paperContestOnPhones(t *testing.T, s *server) {
	t.Helper()
	p := s.papers("机密", nil)
	secrets := []string{"机密解析", "机密出处", `"key":[`, "explanation", p.contest.Seed, mediaID("机密解析片"), p.bank, "机密上"}
	nobody := s.nobody()
	run(t, []scenario{
		{"the contest for anybody", nobody, "GET", p.at(), nil, 200, []string{`"phase":"formal"`, `"seed":""`, p.contest.SeedHash, `"questions":5`, `"points":60`, "甲公司", `"kind":"paper"`}, secrets},
		{"no such code", nobody, "GET", "/api/v1/online/100000", nil, 404, []string{`"contest.unknown_code"`}, nil},
		{"no code at all", nobody, "GET", "/api/v1/online/abc", nil, 404, []string{`"contest.unknown_code"`}, nil},
		{"the draw is a secret", nobody, "GET", p.at() + "/draw", nil, 409, []string{`"contest.draw_secret"`}, secrets},
		{"no redraw yet", nobody, "POST", p.at() + "/redraw", fields{"attempt": "x"}, 409, []string{`"contest.draw_secret"`}, secrets},
		{"a name is needed", nobody, "POST", p.at() + "/entrants", fields{"team_id": p.contest.Teams[0].ID, "name": " ", "client_id": uuid.NewString()}, 400, []string{`"name":"name.required"`}, nil},
		{"a team is chosen", nobody, "POST", p.at() + "/entrants", fields{"team_id": "x", "name": "王芳", "client_id": uuid.NewString()}, 400, []string{`"team_id":"team.missing"`}, nil},
	})
	seat := fields{"team_id": p.contest.Teams[0].ID, "name": "王芳", "client_id": uuid.NewString()}
	var me, again, namesake joined
	nobody.do("POST", p.at()+"/entrants", seat).ok(&me)
	nobody.do("POST", p.at()+"/entrants", seat).ok(&again)
	seat["client_id"] = uuid.NewString()
	nobody.do("POST", p.at()+"/entrants", seat).ok(&namesake)
	if me.Token != again.Token || me.Entrant.ID == namesake.Entrant.ID || namesake.Entrant.Name != "王芳 (2)" {
		t.Errorf("%+v, again %+v, a namesake %+v", me, again, namesake)
	}
	mine, theirs := s.player(me.Token), s.player(namesake.Token)
	run(t, []scenario{
		{"nothing yet", mine, "GET", p.at() + "/me", nil, 200, []string{`"attempts":[]`, `"can_start":"formal"`, `"counted":null`, `"today":null`}, secrets},
		{"the practice is not on", mine, "POST", p.at() + "/attempts", fields{"phase": "practice"}, 409, []string{`"attempt.not_now"`}, secrets},
		{"no such phase", mine, "POST", p.at() + "/attempts", fields{"phase": "x"}, 400, []string{`"phase":"value.choice"`}, nil},
	})
	a := p.begin(me.Token, "formal")
	if b := p.begin(me.Token, "formal"); b.ID != a.ID || mustJSON(a.Questions) != mustJSON(b.Questions) {
		t.Errorf("the open attempt is gone on with: %+v, %+v", a, b)
	}
	at := "/api/v1/attempts/" + a.ID
	saves := p.saves(a, 3)
	saves = append(saves, fields{"id": "bad", "q": 1, "n": 9, "a": []string{"Z"}}, fields{"id": "none", "q": 77, "n": 1, "a": []string{"A"}})
	run(t, []scenario{
		{"saved", mine, "POST", at + "/saves", fields{"saves": saves, "left": []fields{{"id": "l1", "at_ms": 1, "ms": 2500}}}, 200, []string{`{"id":"bad","key":"answer.invalid"}`, `{"id":"none","key":"attempt.question"}`, `"leaves":{"times":1,"ms":2500}`, `"state":"open"`}, secrets},
		{"saved again", mine, "POST", at + "/saves", fields{"saves": saves[:3], "left": []fields{{"id": "l1", "at_ms": 1, "ms": 2500}}}, 200, []string{`"refused":[]`, `"times":1`}, secrets},
		{"read again", mine, "GET", at, nil, 200, []string{`"n":1`, `"state":"open"`, mustJSON(p.right(a.Questions[0]))}, []string{"机密解析", `"key"`, p.contest.Seed, mediaID("机密解析片")}},
		{"another's attempt is not there", theirs, "GET", at, nil, 404, []string{`"attempt.missing"`}, append(secrets, "题干")},
		{"nor to be saved", theirs, "POST", at + "/saves", fields{"saves": saves[:1]}, 404, []string{`"attempt.missing"`}, nil},
		{"nor to be handed in", theirs, "POST", at + "/hand-in", fields{}, 404, []string{`"attempt.missing"`}, nil},
		{"nor to be reviewed", theirs, "GET", at + "/review", nil, 404, []string{`"attempt.missing"`}, secrets},
		{"nor to be shown", theirs, "POST", at + "/show", fields{"q": 1}, 404, []string{`"attempt.missing"`}, secrets},
		{"an employee neither", s.player(s.employee("韩梅梅")), "GET", at, nil, 404, []string{`"attempt.missing"`}, secrets},
		{"no review before", mine, "GET", at + "/review", nil, 403, []string{`"attempt.no_review"`}, secrets},
		{"all at once", mine, "POST", at + "/show", fields{"q": 1}, 409, []string{`"attempt.all_at_once"`}, secrets},
		{"the last answers with the hand-in", mine, "POST", at + "/hand-in", fields{"saves": p.saves(a, 5)[3:]}, 200, []string{`"state":"handed_in"`, `"points":60`, `"max":60`, `"correct":5`, `"handed_in_by":"person"`, `"review":true`}, []string{`"key"`, "机密解析"}},
		{"handed in twice", mine, "POST", at + "/hand-in", fields{}, 200, []string{`"points":60`}, nil},
		{"closed", mine, "POST", at + "/saves", fields{"saves": saves[:1]}, 409, []string{`"attempt.closed"`}, nil},
		{"reviewed", mine, "GET", at + "/review", nil, 200, []string{"机密解析1", "机密出处1", `"key":[`, `"right":true`, mediaID("机密解析片")}, []string{p.contest.Seed}},
		{"counted", mine, "GET", p.at() + "/me", nil, 200, []string{`"counted":{"points":60`, `"can_start":"formal"`}, secrets},
		{"the namesake has nothing", theirs, "GET", p.at() + "/me", nil, 200, []string{`"attempts":[]`, `"counted":null`}, []string{a.ID}},
	})
	s.share(people.OnContest, p.contest.ID)
	judge, first := s.as("judge"), p.contest.Pool[0].Question
	fix := "/api/v1/contests/" + p.contest.ID + "/paper/corrections"
	yes := fields{"question_id": first.ID, "voided": true, "reason": "题干有误"}
	run(t, []scenario{
		{"nothing to correct", judge, "POST", fix + "/preview", fields{"question_id": first.ID}, 400, []string{`"key":"value.required"`}, nil},
		{"no such question", judge, "POST", fix + "/preview", fields{"question_id": "x", "voided": true}, 404, []string{`"question.missing"`}, nil},
		{"a key that does not fit", judge, "POST", fix, fields{"question_id": first.ID, "key": []string{"Z"}, "reason": "x"}, 400, nil, nil},
		{"no reason", judge, "POST", fix, fields{"question_id": first.ID, "voided": true}, 400, []string{`"reason":"value.required"`}, nil},
		{"nobody loses by a void question", judge, "POST", fix + "/preview", fields{"question_id": first.ID, "voided": true}, 200, []string{`"attempts":1`, `"changed":0`, `"moves":[]`}, nil},
		{"void", judge, "POST", fix, yes, 200, []string{`"changed":0`}, nil},
		{"reviewed as void", mine, "GET", at + "/review", nil, 200, []string{`"voided":true`}, nil},
		{"viewers do not correct", s.as("viewer"), "POST", fix, yes, 403, []string{`"session.forbidden"`}, nil},
	})
	oneAtATime(t, s)
	employees(t, s)
	redrawn(t, s)
}

// oneAtATime: questions with a limit of their own are shown forward only.
func oneAtATime(t *testing.T, s *server) {
	t.Helper()
	p := s.papers("逐题", func(r *paper.Settings) { r.QuestionLimitMS = 60000 })
	token := p.guest("李雷")
	a := p.begin(token, "formal")
	if len(a.Questions) != 0 || a.At != 0 {
		t.Errorf("questions before they are shown: %+v", a)
	}
	c, at := s.player(token), "/api/v1/attempts/"+a.ID
	var first, second sheetQuestion
	save := func(id string, q sheetQuestion) fields {
		return fields{"saves": []fields{{"id": id, "q": q.No, "n": 1, "a": p.right(q)}}}
	}
	run(t, []scenario{{"not the second first", c, "POST", at + "/show", fields{"q": 2}, 409, []string{`"attempt.order"`}, nil},
		{"not shown", c, "POST", at + "/saves", fields{"saves": []fields{{"id": "early", "q": 1, "n": 1, "a": []string{"A"}}}}, 200, []string{`"attempt.not_shown"`}, nil}})
	c.do("POST", at+"/show", fields{"q": 1}).ok(&first)
	run(t, []scenario{{"saved", c, "POST", at + "/saves", save("one", first), 200, []string{`"saved":["one"]`}, nil},
		{"again", c, "POST", at + "/show", fields{"q": 1}, 200, []string{first.Stem}, nil}})
	c.do("POST", at+"/show", fields{"q": 2}).ok(&second)
	run(t, []scenario{{"no way back", c, "POST", at + "/show", fields{"q": 1}, 409, []string{`"attempt.order"`}, nil},
		{"where it stands", c, "GET", at, nil, 200, []string{`"at":2`, `"size":5`, second.Stem}, []string{`"key"`}}})
}

// employees enter with their unit.
func employees(t *testing.T, s *server) {
	t.Helper()
	token := s.employee("周杰")
	var unit string
	s.must(s.db.Get(t.Context(), &unit, `SELECT unit_id FROM people WHERE name = $1`, "周杰"))
	below := []people.Unit{{ParentID: unit, Kind: "branch", Name: "第一支部"}}
	s.must(people.NewStore(s.db).CreateUnits(t.Context(), below))
	s.must(people.NewStore(s.db).CreatePeople(t.Context(), time.Now(), []people.Person{{UnitID: below[0].ID, Name: "周小杰", EmployeeNo: "no-周小杰"}}))
	p := s.papers("名单", func(r *paper.Settings) { r.Entry = paper.EntryRoster })
	_ = p
	bank := p.bank
	rules := p.contest.Rules
	rules.Draw = []paper.Rule{{BankID: bank, Count: 2}}
	c := &quiz.Contest{Title: "员工赛", Settings: quiz.DefaultContestSettings()}
	s.must(s.paper.Create(t.Context(), time.Now(), c, rules, []string{unit}))
	made, err := s.paper.Publish(t.Context(), time.Now(), c.ID)
	s.must(err)
	if made.Teams[0].Roster != 2 {
		t.Errorf("roster: %+v", made.Teams)
	}
	in := &preliminary{s, made, bank}
	boss, junior, stranger := s.player(token), s.player(s.employee("周小杰")), s.player(s.employee("韩梅梅"))
	open := s.papers("全园", nil)
	team := open.contest.Teams[1].ID
	run(t, []scenario{
		{"open to all, but their unit is none of those", stranger, "POST", open.at() + "/entrants", fields{}, 403, []string{`"contest.not_invited"`}, nil},
		{"no such unit", stranger, "POST", open.at() + "/entrants", fields{"team_id": "x"}, 400, []string{`"team_id":"team.missing"`}, nil},
		{"they choose one", stranger, "POST", open.at() + "/entrants", fields{"team_id": team}, 201, []string{"韩梅梅", team, `"token":""`}, nil},
		{"and stay with it", stranger, "POST", open.at() + "/entrants", fields{"team_id": open.contest.Teams[0].ID}, 201, []string{team}, nil},
		{"a room's page has another address", s.nobody(), "GET", "/api/v1/rooms/" + open.contest.Code, nil, 404, []string{`"not_found"`, `"room.online"`}, nil},
	})
	if res := s.nobody().do("GET", "/j/"+open.contest.Code+"?lang=en", nil); res.status != 302 || res.header.Get("Location") != "/o/"+open.contest.Code+"?lang=en" || res.header.Get("Cache-Control") != "no-store" {
		t.Errorf("the hall's address of a paper contest: %d %v", res.status, res.header)
	}
	run(t, []scenario{
		{"guests are not let in", s.nobody(), "POST", in.at() + "/entrants", fields{"team_id": made.Teams[0].ID, "name": "王芳", "client_id": uuid.NewString()}, 403, []string{`"contest.roster_only"`}, nil},
		{"not my contest", stranger, "POST", in.at() + "/entrants", fields{}, 403, []string{`"contest.not_invited"`}, nil},
		{"not in my list", stranger, "GET", "/api/v1/player/contests", nil, 200, []string{"全园"}, []string{"员工赛"}},
		{"in my list", boss, "GET", "/api/v1/player/contests", nil, 200, []string{"员工赛", `"state":"new"`, `"phase":"formal"`}, nil},
		{"not entered", boss, "GET", in.at() + "/me", nil, 404, []string{`"entrant.missing"`}, nil},
		{"entered", boss, "POST", in.at() + "/entrants", fields{}, 201, []string{"周杰", `"token":""`}, nil},
		{"entered from below", junior, "POST", in.at() + "/entrants", fields{}, 201, []string{"周小杰", made.Teams[0].ID}, nil},
	})
	a := in.begin(token, "formal")
	run(t, []scenario{
		{"the other's attempt", junior, "GET", "/api/v1/attempts/" + a.ID, nil, 404, []string{`"attempt.missing"`}, nil},
		{"begun", boss, "GET", "/api/v1/player/contests", nil, 200, []string{`"state":"begun"`}, nil},
		{"my own", boss, "GET", "/api/v1/attempts/" + a.ID, nil, 200, []string{`"state":"open"`}, nil},
	})
}

// redrawn: after the end anybody can draw a paper again.
func redrawn(t *testing.T, s *server) {
	t.Helper()
	p := s.papers("重抽", func(r *paper.Settings) { r.Review = paper.ReviewAfterWindow; r.Draw[0].Count = 3 })
	token := p.guest("李雷")
	a := p.begin(token, "formal")
	s.must(s.paper.Close(t.Context(), time.Now(), p.contest.ID))
	w := paper.NewWorker(s.paper, s.logger())
	s.must(w.Tick(t.Context(), time.Now().Add(time.Minute)))
	var draw struct {
		Seed     string
		SeedHash string `json:"seed_hash"`
		Rules    paper.DrawRules
		Pool     []paper.PoolEntry
	}
	var again struct {
		Label     string
		Questions []struct {
			QuestionID string `json:"question_id"`
			Options    string
		}
	}
	s.nobody().do("GET", p.at()+"/draw", nil).ok(&draw)
	s.nobody().do("POST", p.at()+"/redraw", fields{"attempt": a.ID}).ok(&again)
	if draw.SeedHash != p.contest.SeedHash || paper.Commitment(draw.Seed, draw.Rules, draw.Pool) != draw.SeedHash {
		t.Errorf("the published draw is not the one that was committed to: %+v", draw)
	}
	for i, d := range paper.Draw(draw.Seed, draw.Rules, draw.Pool, again.Label) {
		if q := again.Questions[i]; q.QuestionID != d.ID || q.Options != d.Options {
			t.Errorf("question %d: published %+v, drawn %+v", i+1, q, d)
		}
	}
	run(t, []scenario{
		{"finished", s.nobody(), "GET", p.at(), nil, 200, []string{p.contest.Seed, `"status":"finished"`, `"phase":"after"`}, nil},
		{"the draw", s.nobody(), "GET", p.at() + "/draw", nil, 200, []string{p.contest.Seed, `"leitai-draw-1"`}, []string{p.bank, "题干"}},
		{"drawn again", s.nobody(), "POST", p.at() + "/redraw", fields{"attempt": a.ID}, 200, []string{`"matches":true`, `"no":3`}, []string{"题干"}},
		{"no such attempt", s.nobody(), "POST", p.at() + "/redraw", fields{"attempt": "x/formal/1"}, 404, []string{`"attempt.missing"`}, nil},
		{"handed in by the clock", s.player(token), "GET", p.at() + "/me", nil, 200, []string{`"handed_in_by":"clock"`, `"review":true`, `"attempt.over"`}, nil},
		{"reviewed after the window", s.player(token), "GET", "/api/v1/attempts/" + a.ID + "/review", nil, 200, []string{"重抽解析"}, nil},
	})
}
