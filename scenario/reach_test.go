package scenario

import (
	"testing"

	"leitai/people"
	"leitai/questionbank"
)

// reachEndsWithTheBank: what was in one's bank is out of reach once it stands in a bank that is not one's own, also by
// what the first bank remembers of it: a checkup, a change to take back, an import.
func reachEndsWithTheBank(t *testing.T, s *server) {
	t.Helper()
	org, other := s.as("organizer"), s.as("other-organizer")
	shared, err := s.banks.CreateBank(t.Context(), time0, "共用题库", []questionbank.Question{
		{Type: questionbank.Single, Stem: "发现火情时应当拨打的报警电话是哪一项？", Options: []string{"119", "110", "120"}, Key: []string{"A"}, Difficulty: 1},
		{Type: questionbank.Single, Stem: "发现火情时应该拨打的报警电话是哪个？", Options: []string{"119", "110", "120"}, Key: []string{"A"}, Difficulty: 1},
	})
	s.must(err)
	s.share(people.OnBank, shared)
	bank := "/api/v1/banks/" + shared
	org.do("PUT", bank+"/members/staff-other-organizer", nil).ok(nil)
	var private struct{ ID string }
	org.do("POST", "/api/v1/banks", fields{"name": "保密题库"}).ok(&private)

	other.do("POST", bank+"/checkup", nil).ok(nil)
	near := findings(t, other, bank)["near"]
	if near.Count != 2 {
		t.Fatalf("near duplicates: %+v", near)
	}
	ids := []string{near.Questions[0].ID, near.Questions[1].ID}

	// Taking a move back reaches into the other bank.
	var moved struct {
		ChangeID string `json:"change_id"`
	}
	org.do("PATCH", bank+"/questions", fields{"ids": ids, "bank_id": private.ID}).ok(&moved)
	run(t, []scenario{
		{"out of a bank of others", other, "POST", bank + "/undo", fields{"change_id": moved.ChangeID}, 409, []string{`"change.out_of_reach"`}, nil},
		{"they stay", org, "GET", "/api/v1/banks/" + private.ID, nil, 200, []string{`"questions":2`}, nil},
		{"with access it may be taken back", org, "POST", bank + "/undo", fields{"change_id": moved.ChangeID}, 200, []string{`"restored":2`}, nil},
	})

	// A checkup knows them by their ids; they may have been written anew since.
	org.do("PATCH", bank+"/questions", fields{"ids": ids, "bank_id": private.ID}).ok(&moved)
	org.do("PUT", "/api/v1/questions/"+ids[0], fields{"version": 1, "type": "single", "stem": "决赛的秘密题目？", "options": []string{"甲", "乙"}, "key": []string{"B"},
		"difficulty": 1, "explanation": "决赛的解析"}).ok(nil)
	run(t, []scenario{
		{"not a member", other, "GET", "/api/v1/questions/" + ids[0], nil, 404, []string{`"question.missing"`}, nil},
		{"nor by a finding", other, "GET", bank + "/checkup/findings?kind=near", nil, 200, []string{`"near"`}, []string{"决赛的", `"key":["B"]`}},
		{"nor by its mend", other, "POST", bank + "/checkup/mends", fields{"finding": near.No, "mend": "delete"}, 409, []string{`"finding.nothing"`}, []string{"决赛的"}},
	})

	// An import is undone out of the bank that it went into.
	var in struct{ ID string }
	other.do("POST", "/api/v1/imports", []byte("题干,题型,A,B,答案\n导入的题目？,单选,一,二,A\n")).ok(&in)
	other.do("POST", "/api/v1/imports/"+in.ID+"/store", fields{"bank": "共用题库"}).ok(nil)
	var list struct{ Questions []struct{ ID string } }
	org.do("GET", bank+"/questions", nil).ok(&list)
	org.do("PATCH", bank+"/questions", fields{"ids": []string{list.Questions[0].ID}, "bank_id": private.ID}).ok(&moved)
	run(t, []scenario{
		{"not out of another", other, "POST", "/api/v1/imports/" + in.ID + "/undo", nil, 409, []string{`"import.used"`}, nil},
		{"it stays", org, "GET", "/api/v1/banks/" + private.ID, nil, 200, []string{`"questions":3`}, nil},
	})
	org.do("POST", bank+"/undo", fields{"change_id": moved.ChangeID}).ok(nil)
	run(t, []scenario{{"back where it came to", other, "POST", "/api/v1/imports/" + in.ID + "/undo", nil, 200, []string{`"state":"undone"`}, nil}})
}
