package scenario

import (
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"leitai/people"
	"leitai/questionbank"
	"leitai/quiz"
	"leitai/quiz/integrity"
	"leitai/quiz/paper"
	"leitai/quiz/study"
	"leitai/sqldb"
)

// studySet is a set as phones see it.
type studySet struct {
	ID, Mode, State string
	Total           int
	Correct, Wrong  int
	Points          int
	Dots            []struct{ State string }
	Question        *struct {
		No      int
		Type    string
		Stem    string
		Options []struct{ ID string }
		Hint    bool
	}
}

// open opens banks for learning and sets what else a test wants.
func (s *server) openLearning(set func(*study.Settings)) {
	s.t.Helper()
	store := study.NewStore(s.db, s.banks)
	kept, err := store.FindSettings(context.Background())
	s.must(err)
	set(&kept.Settings)
	_, err = store.ChangeSettings(context.Background(), time.Now(), kept.Version, kept.Settings, "test")
	s.must(err)
}

// learnable are n single choices whose key is B, with words that no response may contain before they are answered.
func learnable(name string, n int) []questionbank.Question {
	out := make([]questionbank.Question, n)
	for i := range out {
		out[i] = questionbank.Question{Type: questionbank.Single, Category: name, Tags: []string{name + "标签"}, Stem: fmt.Sprintf("%s题面%d", name, i), Options: []string{"甲", "乙", "丙"},
			Key: []string{"B"}, Explanation: name + "秘密解析", Source: name + "出处原文", Difficulty: 1}
	}
	return out
}

// learning calls the learning modes.
func learning(t *testing.T, s *server) {
	t.Helper()
	bank, err := s.banks.CreateBank(t.Context(), time0, "学习库", learnable("学", 12))
	s.must(err)
	s.share(people.OnBank, bank)
	org, me, other, nobody := s.as("organizer"), s.player(s.employee("周学习")), s.player(s.employee("吴旁观")), s.nobody()
	secrets := []string{"秘密", `"key":["`, "explanation", "出处原文"}

	run(t, []scenario{
		{"nothing is open yet", me, "GET", "/api/v1/study", nil, 200, []string{`"questions":0`, `"mode":"daily"`, `"streak":{"days":0`}, nil},
		{"so there is no set", me, "POST", "/api/v1/study/sets", fields{"mode": "daily"}, 409, []string{`"study.no_questions"`}, nil},
		{"nor a kiosk", nobody, "GET", "/api/v1/kiosk", nil, 200, []string{`"on":false`, `"topics":[]`}, nil},
		{"kiosk refuses", nobody, "POST", "/api/v1/kiosk/sets", fields{"mode": "daily"}, 403, []string{`"study.off"`}, nil},
		{"settings", org, "GET", "/api/v1/study/settings", nil, 200, []string{`"version":0`, `"学习库"`, `"questions":12`, `"withheld":0`}, nil},
	})
	set := fields{"banks": []string{bank}, "kiosk": true, "kiosk_banks": []string{bank}}
	whole := mergeSettings(t, study.DefaultSettings(), set)
	var kept struct{ Version int }
	org.do("PUT", "/api/v1/study/settings", fields{"version": 0, "settings": whole}).ok(&kept)
	run(t, []scenario{
		{"somebody was quicker", org, "PUT", "/api/v1/study/settings", fields{"version": 0, "settings": whole}, 409, []string{`"study.changed"`}, nil},
		{"out of range", org, "PUT", "/api/v1/study/settings", fields{"version": kept.Version, "settings": mergeSettings(t, study.DefaultSettings(), fields{"daily_size": 0})}, 400, []string{`"daily_size":"value.range"`}, nil},
		{"topics", me, "GET", "/api/v1/study/topics", nil, 200, []string{`"id":"c:学"`, `"id":"t:学标签"`, `"questions":12`}, nil},
		{"unknown mode", me, "POST", "/api/v1/study/sets", fields{"mode": "four"}, 400, []string{`"mode":"value.choice"`}, nil},
		{"topic without one", me, "POST", "/api/v1/study/sets", fields{"mode": "topic"}, 400, []string{`"topic":"value.choice"`}, nil},
		{"no such size", me, "POST", "/api/v1/study/sets", fields{"mode": "topic", "topic": "c:学", "size": 7}, 400, []string{`"size":"value.choice"`}, nil},
		{"no mistakes yet", me, "POST", "/api/v1/study/sets", fields{"mode": "mistakes"}, 409, []string{`"study.no_mistakes"`}, nil},
	})

	var daily studySet
	res := me.do("POST", "/api/v1/study/sets", fields{"mode": "daily"}).ok(&daily)
	for _, secret := range secrets {
		if strings.Contains(string(res.body), secret) {
			t.Errorf("a set that begins contains %s: %s", secret, res.body)
		}
	}
	at := "/api/v1/study/sets/" + daily.ID
	run(t, []scenario{
		{"the open one again", me, "POST", "/api/v1/study/sets", fields{"mode": "daily"}, 201, []string{daily.ID}, secrets},
		{"seen again", me, "GET", at, nil, 200, []string{`"state":"open"`, `"hint":true`}, secrets},
		{"nothing to review yet", me, "GET", at + "/review", nil, 200, []string{`"answers":[]`}, secrets},
		{"not somebody else's", other, "GET", at, nil, 404, []string{`"study.missing"`}, nil},
		{"nor its review", other, "GET", at + "/review", nil, 404, []string{`"study.missing"`}, nil},
		{"nor an answer", other, "POST", at + "/answers", fields{"id": "x", "q": 1, "a": []string{"A"}}, 404, []string{`"study.missing"`}, secrets},
		{"nor by the kiosk's way", nobody, "GET", "/api/v1/kiosk/sets/" + daily.ID, nil, 404, []string{`"study.missing"`}, nil},
		{"not the next question", me, "POST", at + "/answers", fields{"id": "a0", "q": 2, "a": []string{"A"}}, 409, []string{`"study.not_current"`}, secrets},
		{"no such letter", me, "POST", at + "/answers", fields{"id": "a0", "q": 1, "a": []string{"Z"}}, 400, []string{`"answer.invalid"`}, secrets},
		{"hint", me, "POST", at + "/hint", fields{"q": 1}, 200, []string{"出处原文"}, []string{"秘密", `"key"`}},
		{"wrong", me, "POST", at + "/answers", fields{"id": "a1", "q": 1, "a": []string{"A"}}, 200, []string{`"right":false`, `"key":["B"]`, "秘密解析", `"no":2`}, nil},
		{"resent with another answer", me, "POST", at + "/answers", fields{"id": "a1b", "q": 1, "a": []string{"B"}}, 200, []string{`"right":false`, `"a":["A"]`, `"correct":0`}, nil},
		{"review so far", me, "GET", at + "/review", nil, 200, []string{`"no":1`, `"hinted":true`, "秘密解析"}, []string{`"no":3,"type"`}},
		{"among the mistakes", me, "GET", "/api/v1/study/mistakes", nil, 200, []string{`"total":1`, `"times":1`, `"from":"study"`, "秘密解析"}, nil},
		{"nobody else's", other, "GET", "/api/v1/study/mistakes", nil, 200, []string{`"mistakes":[]`}, secrets},
		{"no revival of a daily set", me, "POST", at + "/revive", nil, 409, []string{`"study.no_revive"`}, nil},
	})
	for q := 2; q <= 5; q++ {
		me.do("POST", at+"/answers", fields{"id": fmt.Sprint("a", q), "q": q, "a": []string{"B"}}).ok(nil)
	}
	run(t, []scenario{
		{"finished with points", me, "GET", at, nil, 200, []string{`"state":"finished"`, `"correct":4`, `"points":5`, `"question":null`}, nil},
		{"no answer to what has ended", me, "POST", at + "/answers", fields{"id": "a5b", "q": 5, "a": []string{"A"}}, 200, []string{`"right":true`, `"points":5`}, nil},
		{"finished again", me, "POST", at + "/finish", nil, 200, []string{`"finished"`}, nil},
		{"home", me, "GET", "/api/v1/study", nil, 200, []string{`"points":{"today":5,"cap":30,"month":5,"all":5}`, `"streak":{"days":1,"today":true}`, `"mistakes":1`}, nil},
		{"board", me, "GET", "/api/v1/study/board", nil, 200, []string{`"周学习"`, `"place":1`, `"points":5`, `"me":{`}, nil},
		{"board of units", other, "GET", "/api/v1/study/board?board=units&period=all", nil, 200, []string{"周学习的单位", `"formula":"average"`, `"me":null`}, nil},
		{"board of challenges", me, "GET", "/api/v1/study/board?board=challenge&period=quarter", nil, 200, []string{`"rows":[]`}, nil},
		{"no such board", me, "GET", "/api/v1/study/board?period=week", nil, 400, []string{`"period":"value.choice"`}, nil},
	})

	var run1 studySet
	me.do("POST", "/api/v1/study/sets", fields{"mode": "challenge"}).ok(&run1)
	at = "/api/v1/study/sets/" + run1.ID
	run(t, []scenario{
		{"right", me, "POST", at + "/answers", fields{"id": "c1", "q": 1, "a": []string{"B"}}, 200, []string{`"right":true`, `"total":0`}, nil},
		{"first mistake", me, "POST", at + "/answers", fields{"id": "c2", "q": 2, "a": []string{"A"}}, 200, []string{`"state":"stopped"`, `"can_revive":true`, `"question":null`}, nil},
		{"stopped", me, "POST", at + "/answers", fields{"id": "c3", "q": 3, "a": []string{"A"}}, 409, []string{`"study.stopped"`}, secrets},
		{"no hint", me, "POST", at + "/hint", fields{"q": 3}, 409, []string{`"study.no_hint"`}, secrets},
		{"revived", me, "POST", at + "/revive", nil, 200, []string{`"state":"open"`, `"revived":true`}, secrets},
		{"second mistake", me, "POST", at + "/answers", fields{"id": "c3", "q": 3, "a": []string{"A"}}, 200, []string{`"state":"finished"`, `"can_revive":false`}, nil},
		{"no second revival", me, "POST", at + "/revive", nil, 409, []string{`"study.no_revive"`}, nil},
		{"ended", me, "POST", at + "/answers", fields{"id": "c4", "q": 4, "a": []string{"A"}}, 409, []string{`"study.finished"`}, secrets},
		{"ranked", me, "GET", "/api/v1/study/board?board=challenge&period=all", nil, 200, []string{`"points":1`, `"周学习"`}, nil},
	})
	var first struct {
		Mistakes []struct {
			QuestionID string `json:"question_id"`
		}
	}
	me.do("GET", "/api/v1/study/mistakes?limit=1", nil).ok(&first)
	run(t, []scenario{
		{"a mistake is let go", me, "DELETE", "/api/v1/study/mistakes/" + first.Mistakes[0].QuestionID, nil, 204, nil, nil},
		{"and is gone", me, "GET", "/api/v1/study/mistakes", nil, 200, nil, []string{first.Mistakes[0].QuestionID}},
	})

	var kiosk studySet
	nobody.do("POST", "/api/v1/kiosk/sets", fields{"mode": "topic", "topic": "c:学"}).ok(&kiosk)
	at = "/api/v1/kiosk/sets/" + kiosk.ID
	run(t, []scenario{
		{"what it offers", nobody, "GET", "/api/v1/kiosk", nil, 200, []string{`"on":true`, `"modes":["daily","topic","challenge"]`}, nil},
		{"kiosk looks", nobody, "GET", at, nil, 200, []string{`"state":"open"`}, secrets},
		{"kiosk hint", nobody, "POST", at + "/hint", fields{"q": 1}, 200, []string{"出处原文"}, []string{"秘密"}},
		{"kiosk answers", nobody, "POST", at + "/answers", fields{"id": "k1", "q": 1, "a": []string{"A"}}, 200, []string{`"key":["B"]`, `"points":0`}, nil},
		{"kiosk reviews", nobody, "GET", at + "/review", nil, 200, []string{`"right":false`}, nil},
		{"kiosk finishes", nobody, "POST", at + "/finish", nil, 200, []string{`"finished"`}, nil},
		{"no mistakes on a kiosk", nobody, "POST", "/api/v1/kiosk/sets", fields{"mode": "mistakes"}, 403, []string{`"study.off"`}, nil},
		{"a person's way does not lead there", me, "GET", "/api/v1/study/sets/" + kiosk.ID, nil, 404, []string{`"study.missing"`}, nil},
	})
	var game studySet
	nobody.do("POST", "/api/v1/kiosk/sets", fields{"mode": "challenge"}).ok(&game)
	at = "/api/v1/kiosk/sets/" + game.ID
	run(t, []scenario{
		{"kiosk's mistake", nobody, "POST", at + "/answers", fields{"id": "k1", "q": 1, "a": []string{"A"}}, 200, []string{`"stopped"`}, nil},
		{"kiosk's revival", nobody, "POST", at + "/revive", nil, 200, []string{`"open"`}, secrets},
	})
	unusual(t, s)
	var n int
	s.must(s.db.Get(t.Context(), &n, `SELECT COUNT(*) FROM study_sets WHERE id LIKE 'k%' AND person_id IS NOT NULL`))
	if n > 0 {
		t.Error("a kiosk's set is somebody's")
	}
}

// unusual calls the looks for unusual answering of a paper contest.
func unusual(t *testing.T, s *server) {
	t.Helper()
	p := s.papers("异常", nil)
	s.share(people.OnContest, p.contest.ID)
	at := "/api/v1/contests/" + p.contest.ID + "/integrity"
	org, judge := s.as("organizer"), s.as("judge")
	var ids []string
	for _, name := range []string{"王一", "王二", "王三"} {
		token := p.guest(name)
		var a sheet
		s.player(token).do("POST", p.at()+"/attempts", fields{"phase": "formal", "device": "the same tablet"}).ok(&a)
		s.player(token).do("POST", "/api/v1/attempts/"+a.ID+"/hand-in", fields{"saves": p.saves(a, 5)}).ok(nil)
		ids = append(ids, a.ID)
	}
	with := fields{}
	if err := json.Unmarshal([]byte(mustJSON(integrity.DefaultSettings())), &with); err != nil {
		t.Fatal(err)
	}
	run(t, []scenario{
		{"nothing was looked for", judge, "GET", at, nil, 200, []string{`"state":"none"`, `"findings":[]`, `"time_zone":"Asia/Shanghai"`}, nil},
		{"a judge does not begin", judge, "POST", at, fields{"settings": with}, 403, []string{`"session.forbidden"`}, nil},
		{"out of range", org, "POST", at, fields{"settings": fields{"device_people": 1}}, 400, []string{`"device_people":"value.range"`}, nil},
		{"no such kind", judge, "GET", at + "?kind=luck", nil, 400, []string{`"kind":"value.choice"`}, nil},
		{"begun", org, "POST", at, fields{"settings": with}, 202, []string{`"settings":{`}, nil},
	})
	var page struct {
		Look     struct{ State string }
		Findings []struct {
			Key, Kind, State string
			Facts            struct{ People int }
			Attempts         []struct{ ID, Name, State string }
		}
	}
	eventually(t, "the look is done", func() bool {
		judge.do("GET", at, nil).ok(&page)
		return page.Look.State == "done"
	})
	if len(page.Findings) != 1 || page.Findings[0].Kind != "device" || page.Findings[0].Facts.People != 3 || len(page.Findings[0].Attempts) != 3 || page.Findings[0].Attempts[0].Name != "王一" {
		t.Fatalf("found %+v", page.Findings)
	}
	finding := at + "/findings/" + page.Findings[0].Key
	run(t, []scenario{
		{"nobody lost a point", s.as("viewer"), "GET", at, nil, 403, nil, nil},
		{"a judge does not decide", judge, "POST", finding, fields{"state": "dismissed", "note": "公用平板"}, 403, []string{`"session.forbidden"`}, nil},
		{"a note is needed", org, "POST", finding, fields{"state": "dismissed"}, 400, []string{`"note":"value.required"`}, nil},
		{"dismissed", org, "POST", finding, fields{"state": "dismissed", "note": "公用平板"}, 200, []string{`"state":"dismissed"`, "公用平板", "员工organizer"}, nil},
		{"not among the open ones", judge, "GET", at + "?state=open", nil, 200, []string{`"findings":[]`, `"dismissed":1`}, nil},
		{"nothing is void without acting", org, "POST", finding, fields{"state": "dismissed", "note": "x", "void": ids[:1]}, 400, []string{`"void":"value.choice"`}, nil},
		{"only its own attempts", org, "POST", finding, fields{"state": "acted", "note": "x", "void": []string{"other"}}, 400, []string{`"void":"attempt.missing"`}, nil},
		{"no such finding", org, "POST", at + "/findings/none", fields{"state": "open"}, 404, []string{`"finding.missing"`}, nil},
		{"one is void", org, "POST", finding, fields{"state": "acted", "note": "由他人代答", "void": ids[:1]}, 200, []string{`"state":"acted"`, `"state":"void"`, `"state":"handed_in"`}, nil},
		{"again is no error", org, "POST", finding, fields{"state": "acted", "note": "由他人代答", "void": ids[:1]}, 200, []string{`"state":"void"`}, nil},
		{"opened again", org, "POST", finding, fields{"state": "open"}, 200, []string{`"state":"open"`}, nil},
	})
}

// mergeSettings gives settings with some changed.
func mergeSettings(t *testing.T, base study.Settings, change fields) fields {
	t.Helper()
	out := fields{}
	if err := json.Unmarshal([]byte(mustJSON(base)), &out); err != nil {
		t.Fatal(err)
	}
	for k, v := range change {
		out[k] = v
	}
	return out
}

// TestWhatAContestAsksIsNotLearned: a question that is part of a contest which is not finished gives its key away
// nowhere, also not in sets that were begun before.
func TestWhatAContestAsksIsNotLearned(t *testing.T) {
	s := start(t, embedded(t))
	bank, err := s.banks.CreateBank(t.Context(), time0, "赛题库", learnable("赛", 3))
	s.must(err)
	// The same question stands in another bank too.
	_, err = s.banks.CreateBank(t.Context(), time0, "副本库", learnable("赛", 1))
	s.must(err)
	s.openLearning(func(set *study.Settings) { set.Banks = []string{bank} })
	me := s.player(s.employee("郑应考"))
	var set studySet
	me.do("POST", "/api/v1/study/sets", fields{"mode": "topic", "topic": "c:赛", "size": 5}).ok(&set)
	at := "/api/v1/study/sets/" + set.ID
	me.do("POST", at+"/answers", fields{"id": "1", "q": 1, "a": []string{"A"}}).ok(nil)

	all, err := s.banks.AllQuestions(t.Context(), bank)
	s.must(err)
	contest := s.contest("正在进行的", nil)
	for _, q := range all {
		_, err := s.db.Exec(t.Context(), `INSERT INTO paper_pool (contest_id, rule_no, question_id, version, snapshot, moves) VALUES ($1, 1, $2, 1, '{}', '')`, contest.ID, q.ID)
		s.must(err)
	}
	_, err = s.db.Exec(t.Context(), `UPDATE contests SET kind = 'paper', status = 'published' WHERE id = $1`, contest.ID)
	s.must(err)
	secrets := []string{"秘密", `"key":["B"]`, "出处原文"}
	run(t, []scenario{
		{"no hint", me, "POST", at + "/hint", fields{"q": 2}, 409, []string{`"study.no_hint"`}, secrets},
		{"no key for an answer", me, "POST", at + "/answers", fields{"id": "2", "q": 2, "a": []string{"A"}}, 200, []string{`"skipped":true`, `"state":"finished"`}, secrets},
		{"nor for one sent again", me, "POST", at + "/answers", fields{"id": "1", "q": 1, "a": []string{"A"}}, 200, []string{`"withheld":true`}, secrets},
		{"nor in the review", me, "GET", at + "/review", nil, 200, []string{`"withheld":true`}, secrets},
		{"nor among the mistakes", me, "GET", "/api/v1/study/mistakes", nil, 200, []string{`"withheld":true`}, secrets},
		{"nor as a mistake asked again", me, "POST", "/api/v1/study/sets", fields{"mode": "mistakes"}, 409, []string{`"study.no_mistakes"`}, secrets},
	})
	_, err = s.db.Exec(t.Context(), `UPDATE contests SET status = 'finished', closes_at = $2 WHERE id = $1`, contest.ID, sqldb.MillisOf(time.Now()))
	s.must(err)
	run(t, []scenario{{"once it is over", me, "GET", at + "/review", nil, 200, []string{"秘密解析"}, nil}})
}

// staffPaper publishes a paper contest for the unit of an employee.
func (s *server) staffPaper(mark, name string, change func(*paper.Settings)) *preliminary {
	s.t.Helper()
	var unit string
	s.must(s.db.Get(context.Background(), &unit, `SELECT unit_id FROM people WHERE name = $1`, name))
	p := s.papers(mark, change)
	rules := p.contest.Rules
	rules.Entry = paper.EntryRoster
	c := &quiz.Contest{Title: mark + "员工赛", Settings: quiz.DefaultContestSettings()}
	s.must(s.paper.Create(context.Background(), time.Now(), c, rules, []string{unit}))
	made, err := s.paper.Publish(context.Background(), time.Now(), c.ID)
	s.must(err)
	s.must(s.paper.Close(context.Background(), time.Now(), p.contest.ID))
	return &preliminary{s, made, p.bank}
}

// TestMistakesOfAPaperAreLearned: what somebody got wrong in a contest is among their mistakes when the contest shows
// keys, and not before.
func TestMistakesOfAPaperAreLearned(t *testing.T) {
	s := start(t, embedded(t))
	me := s.player(s.employee("冯错题"))
	p := s.staffPaper("错题", "冯错题", func(r *paper.Settings) { r.Review = paper.ReviewAfterWindow })
	me.do("POST", p.at()+"/entrants", fields{}).ok(nil)
	var a sheet
	me.do("POST", p.at()+"/attempts", fields{"phase": "formal"}).ok(&a)
	me.do("POST", "/api/v1/attempts/"+a.ID+"/hand-in", fields{"saves": p.saves(a, 2)}).ok(nil)
	run(t, []scenario{
		{"while the contest is on", me, "GET", "/api/v1/study/mistakes", nil, 200, []string{`"total":0`}, []string{"错题解析"}},
		{"nor on the page of learning", me, "GET", "/api/v1/study", nil, 200, []string{`"mistakes":0`}, nil},
	})
	s.must(s.paper.Close(t.Context(), time.Now(), p.contest.ID))
	s.must(paper.NewWorker(s.paper, s.logger()).Tick(t.Context(), time.Now().Add(time.Minute)))
	run(t, []scenario{
		{"when it is over", me, "GET", "/api/v1/study", nil, 200, []string{`"mistakes":3`}, nil},
		{"with key and explanation", me, "GET", "/api/v1/study/mistakes", nil, 200, []string{`"total":3`, `"from":"paper"`, "错题解析", `"times":1`}, nil},
	})
}
