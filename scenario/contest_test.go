package scenario

import (
	"strings"
	"testing"
	"time"

	"leitai/people"
	"leitai/quiz/paper"
)

// paperContestForStaff calls the routes of staff about paper contests, from a template to the archive.
func paperContestForStaff(t *testing.T, s *server) {
	bank, err := s.banks.CreateBank(t.Context(), time0, "预赛题库", everyType("预赛"))
	s.must(err)
	s.share(people.OnBank, bank)
	nobody, viewer, org := s.nobody(), s.as("viewer"), s.as("organizer")
	units := s.tree("预赛")

	opens, closes := time.Now().Add(time.Hour), time.Now().Add(48*time.Hour)
	draw := []fields{{"bank_id": bank, "types": []string{"single", "multiple"}, "count": 2, "points": 5}}
	rules := fields{"opens_ms": opens.UnixMilli(), "closes_ms": closes.UnixMilli(), "draw": draw, "entry": "open"}
	var made paperContest
	org.do("POST", "/api/v1/paper-contests", fields{"template": "safety", "title": " 六月竞赛 ", "paper": rules, "units": units}).ok(&made)
	at := "/api/v1/contests/" + made.ID
	org.do("PUT", at+"/members/staff-viewer", nil).ok(nil)
	run(t, []scenario{
		{"choices", org, "GET", "/api/v1/paper-contests/choices", nil, 200, []string{`"key":"constitution"`, `"key":"final","kind":"live"`, `"people":2`}, nil},
		{"of the template, with what was given", viewer, "GET", at + "/paper", nil, 200, []string{`"title":"六月竞赛"`, `"theme":"blue"`, `"pass_mark":80`, `"status":"draft"`, `"code":""`, `"roster":2`}, nil},
		{"unknown template", org, "POST", "/api/v1/paper-contests", fields{"template": "final", "title": "x"}, 400, []string{`"template":"value.choice"`}, nil},
		{"no title", org, "POST", "/api/v1/paper-contests", fields{"title": " "}, 400, []string{`"title":"value.required"`}, nil},
		{"no such unit", org, "POST", "/api/v1/paper-contests", fields{"title": "x", "units": []string{"no-such"}}, 400, []string{`"units":"team.unit_missing"`}, nil},
		{"no such bank", org, "POST", "/api/v1/paper-contests", fields{"title": "x", "paper": fields{"draw": []fields{{"bank_id": "no-such", "count": 1}}}}, 404, []string{`"bank.missing"`}, nil},
		{"closes before it opens", org, "PATCH", at + "/paper", fields{"paper": fields{"closes_ms": opens.UnixMilli() - 1}}, 400, []string{`"closes_ms":"contest.window"`}, nil},
		{"too few questions", org, "POST", at + "/paper/check", fields{"paper": fields{"draw": []fields{{"bank_id": bank, "types": []string{"fill"}, "count": 3}}}}, 200, []string{`"enough":false`, `{"want":3,"fit":1,"have":1}`}, nil},
		{"enough as stored", org, "POST", at + "/paper/check", fields{}, 200, []string{`"enough":true`, `"questions":2`, `"repeats":1`}, nil},
		{"too few to publish", org, "PATCH", at + "/paper", fields{"paper": fields{"draw": []fields{{"bank_id": bank, "types": []string{"fill"}, "count": 3}}}}, 200, []string{`"count":3`}, []string{`"multiple"],`}},
		{"not published with too few", org, "POST", at + "/life", fields{"step": "publish"}, 409, []string{`"contest.draw_few"`}, nil},
		{"draw mended, voluntary refused with all places", org, "PATCH", at + "/paper", fields{"paper": fields{"draw": draw, "voluntary": true}}, 400, []string{`"people":"contest.voluntary_people"`}, nil},
		{"draw mended", org, "PATCH", at + "/paper", fields{"title": "六月安全竞赛", "settings": fields{"team_formula": "average"}, "paper": fields{"draw": draw, "voluntary": true, "people": "top"}}, 200, []string{`"voluntary":true`, `六月安全竞赛`}, nil},
		{"voluntary is no race", org, "PATCH", at + "/paper", fields{"settings": fields{"team_formula": "participation"}}, 400, []string{`"team_formula":"contest.voluntary_formula"`}, nil},
		{"no such step", org, "POST", at + "/life", fields{"step": "explode"}, 400, []string{`"step":"value.choice"`}, nil},
		{"published", org, "POST", at + "/life", fields{"step": "publish"}, 200, []string{`"status":"published"`, `"phase":"before"`, `"seed":""`}, nil},
		{"not deleted any more", org, "DELETE", at, nil, 409, []string{`"contest.not_draft"`}, nil},
		{"the draw is fixed", org, "PATCH", at + "/paper", fields{"paper": fields{"same_paper": true}}, 409, []string{`"same_paper":"contest.settled"`}, nil},
		{"so is the formula", org, "PATCH", at + "/paper", fields{"settings": fields{"team_formula": "sum"}}, 409, []string{`"team_formula":"contest.settled"`}, nil},
		{"and who takes part", org, "PATCH", at + "/paper", fields{"units": units[:1]}, 409, []string{`"contest.not_draft"`}, nil},
		{"its name is not", org, "PATCH", at + "/paper", fields{"title": "六月安全竞赛（预赛）"}, 200, []string{"六月安全竞赛（预赛）"}, nil},
		{"notes are not", org, "PATCH", at + "/paper", fields{"paper": fields{"notes": "一等奖 3 名", "review": "after_window"}}, 200, []string{`一等奖`}, nil},
		{"taken back", org, "POST", at + "/life", fields{"step": "unpublish"}, 200, []string{`"status":"draft"`, `"code":""`}, nil},
		{"opens now", org, "PATCH", at + "/paper", fields{"paper": fields{"opens_ms": time.Now().Add(-time.Minute).UnixMilli()}}, 200, nil, nil},
		{"published and running", org, "POST", at + "/life", fields{"step": "publish"}, 200, []string{`"status":"running"`, `"phase":"formal"`}, nil},
		{"prolonged", org, "POST", at + "/life", fields{"step": "prolong", "closes_ms": closes.Add(time.Hour).UnixMilli()}, 200, nil, nil},
		{"not prolonged to before", org, "POST", at + "/life", fields{"step": "prolong", "closes_ms": closes.UnixMilli()}, 400, []string{`"closes_ms":"contest.no_longer"`}, nil},
		{"not archived while it runs", org, "POST", at + "/life", fields{"step": "archive"}, 409, []string{`"contest.not_finished"`}, nil},
		{"listed", viewer, "GET", "/api/v1/contests", nil, 200, []string{`"kind":"paper"`, `"time_zone":"Asia/Shanghai"`, `"kind":"live"`}, nil},
		{"no room for it", org, "POST", at + "/room", nil, 409, []string{`"contest.not_live"`}, nil},
		{"no live results", viewer, "GET", at + "/results", nil, 409, []string{`"contest.not_live"`}, nil},
		{"no live settings", org, "PATCH", at, fields{"title": "x"}, 409, []string{`"contest.not_live"`}, nil},
	})
	org.do("GET", at+"/paper", nil).ok(&made)
	if len(made.Code) != 6 || !strings.HasSuffix(made.JoinURL, "/o/"+made.Code) {
		t.Errorf("published as %q at %q", made.Code, made.JoinURL)
	}

	on := &preliminary{s: s}
	on.contest, err = s.paper.Find(t.Context(), made.ID)
	s.must(err)
	token := on.guest("李雷")
	a := on.begin(token, "formal")
	s.player(token).do("POST", "/api/v1/attempts/"+a.ID+"/hand-in", fields{"saves": []fields{{"id": "save-0000-0000-0001", "q": 1, "n": 1, "a": []string{"A"}}}}).ok(nil)
	attempt := at + "/paper/attempts/" + a.ID
	run(t, []scenario{
		{"who took part", viewer, "GET", at + "/paper/progress", nil, 200, []string{`"handed_in":1`, `"took_part":1`, `"hour":23`}, nil},
		{"who of the unit, for organizers", org, "GET", at + "/paper/teams/" + made.Teams[0].ID, nil, 200, []string{"李雷", "预赛甲", "预赛乙"}, nil},
		{"not for viewers", viewer, "GET", at + "/paper/teams/" + made.Teams[0].ID, nil, 403, nil, []string{"李雷", "预赛甲"}},
		{"no such unit", org, "GET", at + "/paper/teams/no-such", nil, 404, []string{`"team.missing"`}, nil},
		{"attempts", viewer, "GET", at + "/paper/attempts?q=李&state=handed_in&phase=formal", nil, 200, []string{a.ID, `"total":1`, `"max":10`}, nil},
		{"attempts of nobody", viewer, "GET", at + "/paper/attempts?q=100%25", nil, 200, []string{`"attempts":[]`}, nil},
		{"an attempt", viewer, "GET", attempt, nil, 200, []string{`"saves":[{"question_no":1`, `"key":[`, `"shown":"`}, nil},
		{"an attempt of another contest", viewer, "GET", at + "/paper/attempts/no-such", nil, 404, []string{`"attempt.missing"`}, nil},
		{"questions", viewer, "GET", at + "/paper/questions", nil, 200, []string{`"attempts":1`, `"drawn":1`}, nil},
		{"void needs a reason", org, "POST", attempt + "/void", fields{"reason": " "}, 400, []string{`"reason":"value.required"`}, nil},
		{"void", org, "POST", attempt + "/void", fields{"reason": "代答"}, 200, []string{`"state":"void"`, "代答"}, nil},
		{"void once", org, "POST", attempt + "/void", fields{"reason": "代答"}, 409, []string{`"attempt.void"`}, nil},
		{"in the ledger", viewer, "GET", at + "/ledger", nil, 200, []string{`"void_attempt"`, "代答", "李雷"}, []string{`"undoable":true`}},
		{"nothing counts", viewer, "GET", at + "/paper/progress", nil, 200, []string{`"took_part":0`, `"void":1`}, nil},
		{"not taken back any more", org, "POST", at + "/life", fields{"step": "unpublish"}, 409, []string{`"contest.`}, nil},
		{"a bare phone is no staff", nobody, "GET", at + "/paper", nil, 401, nil, []string{"六月"}},
	})
	book := viewer.do("GET", at+"/paper.xlsx", nil).ok(nil)
	if !strings.HasPrefix(string(book.body), "PK") {
		t.Errorf("workbook: %.20s", book.body)
	}
	var copied paperContest
	org.do("POST", at+"/copy", nil).ok(&copied)
	run(t, []scenario{
		{"a copy is a draft with the same rules", org, "GET", "/api/v1/contests/" + copied.ID + "/paper", nil, 200, []string{`"status":"draft"`, "（副本）", `"notes":"一等奖 3 名"`, `"roster":2`, `"code":""`}, nil},
		{"a draft is deleted for good", org, "DELETE", "/api/v1/contests/" + copied.ID, nil, 204, nil, nil},
		{"and gone", org, "GET", "/api/v1/contests/" + copied.ID + "/paper", nil, 404, []string{`"contest.missing"`}, nil},
		{"closed early", org, "POST", at + "/life", fields{"step": "close"}, 200, []string{`"status":"finished"`, `"phase":"after"`}, nil},
	})
	archivedAndBack(t, s, org, at)
	liveLife(t, s, org)
}

// archivedAndBack: the archive is out of the way, and undone.
func archivedAndBack(t *testing.T, s *server, org *caller, at string) {
	s.must(paper.NewWorker(s.paper, s.logger()).Tick(t.Context(), time.Now().Add(time.Minute)))
	run(t, []scenario{
		{"archived", org, "POST", at + "/life", fields{"step": "archive"}, 200, []string{`"status":"archived"`}, nil},
		{"archived contests do not change", org, "PATCH", at + "/paper", fields{"title": "x"}, 409, []string{`"contest.archived"`}, nil},
		{"restored", org, "POST", at + "/life", fields{"step": "restore"}, 200, []string{`"status":"finished"`}, nil},
		{"only once", org, "POST", at + "/life", fields{"step": "restore"}, 409, []string{`"contest.not_now"`}, nil},
	})
}

// liveLife: a contest of the hall has the same words, as far as they make sense.
func liveLife(t *testing.T, s *server, org *caller) {
	live := s.contest("现场", nil)
	at := "/api/v1/contests/" + live.ID
	run(t, []scenario{
		{"no papers", org, "GET", at + "/paper", nil, 409, []string{`"contest.not_paper"`}, nil},
		{"no progress", org, "GET", at + "/paper/progress", nil, 409, []string{`"contest.not_paper"`}, nil},
		{"published", org, "POST", at + "/life", fields{"step": "publish"}, 200, []string{`"status":"published"`, `"kind":"live"`}, nil},
		{"its end is its room's", org, "POST", at + "/life", fields{"step": "close"}, 409, []string{`"contest.not_paper"`}, nil},
		{"archived", org, "POST", at + "/life", fields{"step": "archive"}, 200, []string{`"status":"archived"`}, nil},
		{"no room from the archive", org, "POST", at + "/room", nil, 409, []string{`"contest.archived"`}, nil},
		{"restored", org, "POST", at + "/life", fields{"step": "restore"}, 200, []string{`"status":"draft"`}, nil},
		{"deleted", org, "DELETE", at, nil, 204, nil, nil},
		{"gone", org, "GET", at, nil, 404, []string{`"contest.missing"`}, nil},
	})
}

type paperContest struct {
	ID      string
	Code    string
	JoinURL string `json:"join_url"`
	Teams   []struct{ ID string }
}

// tree makes an enterprise with a branch of two people, and gives the units' ids, the branch first.
func (s *server) tree(mark string) []string {
	s.t.Helper()
	store := people.NewStore(s.db)
	units := []people.Unit{{Kind: "enterprise", Name: mark + "公司"}}
	s.must(store.CreateUnits(s.t.Context(), units))
	branch := []people.Unit{{ParentID: units[0].ID, Kind: "branch", Name: mark + "支部"}}
	s.must(store.CreateUnits(s.t.Context(), branch))
	persons := []people.Person{{UnitID: branch[0].ID, Name: mark + "甲", Phone: "13800000001"}, {UnitID: branch[0].ID, Name: mark + "乙", EmployeeNo: "B-2"}}
	s.must(store.CreatePeople(s.t.Context(), time0, persons))
	return []string{branch[0].ID, units[0].ID}
}
