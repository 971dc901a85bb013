package scenario

import (
	"fmt"
	"testing"

	"leitai/people"
	"leitai/questionbank"
)

type finding struct {
	No        int
	Kind      string
	State     string
	Count     int
	Mends     []string
	Questions []struct{ ID, Stem, Explanation string }
	ChangeID  string `json:"change_id"`
}

// findings waits for a bank's checkup and gives what it found.
func findings(t *testing.T, c *caller, bank string) map[string]finding {
	t.Helper()
	eventually(t, "the checkup ends", func() bool {
		var v struct{ State, Message string }
		c.do("GET", bank+"/checkup", nil).ok(&v)
		if v.State == "failed" {
			t.Fatalf("the checkup failed: %s", v.Message)
		}
		return v.State == "done"
	})
	var page struct{ Findings []finding }
	c.do("GET", bank+"/checkup/findings?limit=200", nil).ok(&page)
	out := map[string]finding{}
	for _, f := range page.Findings {
		out[f.Kind] = f
	}
	return out
}

// checkupOfABank looks a bank over, mends, dismisses and takes back.
func checkupOfABank(t *testing.T, s *server) {
	t.Helper()
	viewer, org := s.as("viewer"), s.as("organizer")
	questions := []questionbank.Question{
		{Type: questionbank.Single, Stem: "发现火情时应当拨打的报警电话是哪一项？", Options: []string{"119", "110", "120"}, Key: []string{"A"}, Difficulty: 1},
		{Type: questionbank.Single, Stem: "发现火情时应该拨打的报警电话是哪个？", Options: []string{"119", "110", "120"}, Key: []string{"A"}, Difficulty: 1, Explanation: "火警是 119。", Source: "消防法", Tags: []string{"消防"}},
		{Type: questionbank.Single, Stem: "下列哪种行为是安全的？", Options: []string{"以上都不对", "挪用灭火器", "堵塞通道"}, Key: []string{"A"}, Difficulty: 1},
	}
	for i := range 40 {
		questions = append(questions, questionbank.Question{Type: questionbank.Single, Stem: fmt.Sprintf("编号为%d的%c是什么？", 7*i, rune(0x4e00+97*i)), Options: []string{"甲", "乙", "丙", "丁"}, Key: []string{"C"}, Difficulty: 1})
	}
	id, err := s.banks.CreateBank(t.Context(), time0, "体检题库", questions)
	s.must(err)
	s.share(people.OnBank, id)
	bank := "/api/v1/banks/" + id
	run(t, []scenario{
		{"never checked", viewer, "GET", bank + "/checkup", nil, 200, []string{`"state":"none"`, `"kinds":[]`}, nil},
		{"no such bank", org, "POST", "/api/v1/banks/nothing/checkup", nil, 404, []string{`"bank.missing"`}, nil},
		{"begun", org, "POST", bank + "/checkup", nil, 202, []string{`"staff":"员工organizer"`}, nil},
		{"the tags", viewer, "GET", bank + "/tags", nil, 200, []string{`{"tags":{"消防":1}}`}, nil},
	})
	found := findings(t, viewer, bank)
	for _, kind := range []string{"near", "all_of_above", "letters", "no_explanation", "no_source"} {
		if found[kind].No == 0 {
			t.Fatalf("no finding %s in %+v", kind, found)
		}
	}
	near := found["near"]
	if near.Count != 2 || near.Questions[0].Explanation == "" {
		t.Errorf("the fuller one comes first: %+v", near)
	}
	mends := bank + "/checkup/mends"
	var done struct {
		Changed  int
		ChangeID string `json:"change_id"`
	}
	org.do("POST", mends, fields{"finding": near.No, "mend": "delete"}).ok(&done)
	run(t, []scenario{
		{"not a mend of this", org, "POST", mends, fields{"finding": near.No, "mend": "shuffle"}, 400, []string{`"mend":"value.choice"`}, nil},
		{"not twice", org, "POST", mends, fields{"finding": near.No, "mend": "delete"}, 409, []string{`"finding.nothing"`}, nil},
		{"no such finding", org, "POST", mends, fields{"finding": 999, "mend": "dismiss"}, 404, []string{`"finding.missing"`}, nil},
		{"in the bin", viewer, "GET", bank + "/questions?deleted=true", nil, 200, []string{`"total":1`, "应当拨打"}, nil},
		{"what was mended on its word does not make it old", viewer, "GET", bank + "/checkup", nil, 200, []string{`"stale":false`, `"mended":1`}, nil},
		{"taken back", org, "POST", bank + "/undo", fields{"change_id": done.ChangeID}, 200, []string{fmt.Sprintf(`"restored":%d`, done.Changed), `"left":0`}, nil},
		{"not twice", org, "POST", bank + "/undo", fields{"change_id": done.ChangeID}, 409, []string{`"change.undone"`}, nil},
		{"no such change", org, "POST", bank + "/undo", fields{"change_id": "x"}, 404, []string{`"change.missing"`}, nil},
		{"open again", viewer, "GET", bank + "/checkup/findings?kind=near", nil, 200, []string{`"state":"open"`}, nil},
		{"not a duplicate", org, "POST", mends, fields{"finding": near.No, "mend": "dismiss"}, 200, []string{`"state":"dismissed"`}, nil},
		{"no source given", org, "POST", mends, fields{"finding": found["no_source"].No, "mend": "source", "source": " "}, 400, []string{`"source":"value.required"`}, nil},
		{"a source for all", org, "POST", mends, fields{"finding": found["no_source"].No, "mend": "source", "source": "培训教材"}, 200, []string{`"changed":42`}, nil},
		{"put last", org, "POST", mends, fields{"finding": found["all_of_above"].No, "mend": "move_last"}, 200, []string{`"changed":1`, `"state":"mended"`, `["挪用灭火器","堵塞通道","以上都不对"]`, `"key":["C"]`}, nil},
		{"begun again", org, "POST", bank + "/checkup", nil, 202, nil, nil},
	})
	again := findings(t, viewer, bank)
	if again["near"].State != "dismissed" || again["no_source"].No != 0 || again["all_of_above"].No != 0 {
		t.Errorf("the second time: %+v", again)
	}
	org.do("POST", mends, fields{"finding": again["letters"].No, "mend": "shuffle"}).ok(&done)
	if done.Changed < 25 {
		t.Errorf("%d were shuffled", done.Changed)
	}
	run(t, []scenario{
		{"a dismissal is taken back", org, "POST", mends, fields{"finding": again["near"].No, "mend": "recall"}, 200, []string{`"state":"open"`}, nil},
		{"the hardest first", viewer, "GET", bank + "/questions?order=accuracy&accuracy=none&limit=1", nil, 200, []string{`"total":43`, `"answers":0`}, nil},
		{"never answered, so in no band", viewer, "GET", bank + "/questions?accuracy=0-20", nil, 200, []string{`"total":0`}, nil},
		{"no such band", viewer, "GET", bank + "/questions?accuracy=half", nil, 400, []string{`"accuracy":"value.choice"`}, nil},
		{"tags for many", org, "PATCH", bank + "/questions", fields{"ids": []string{near.Questions[0].ID, near.Questions[1].ID}, "add_tags": []string{" 火警 "}, "remove_tags": []string{"消防"}}, 200, []string{`"changed":2`}, nil},
		{"the tags now", viewer, "GET", bank + "/tags", nil, 200, []string{`{"tags":{"火警":2}}`}, nil},
		{"an empty tag", org, "PATCH", bank + "/questions", fields{"ids": []string{near.Questions[0].ID}, "add_tags": []string{" "}}, 400, []string{`"tags":"question.label_long"`}, nil},
	})
}
