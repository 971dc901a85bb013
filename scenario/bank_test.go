package scenario

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"leitai/questionbank"
)

const bankFile = "题干,题型,A,B,C,答案,分类\n首都是哪里？,单选,上海,北京,广州,B,地理\n哪些是水果？,单选,苹果,白菜,梨,AC,常识\n最长的河是？,单选,长江,黄河,,E,地理\n苹果是水果。,判断,,,,对,常识\n"

// banksAndImports goes through everything that a bank's keeper does, from the file to the undo.
func banksAndImports(t *testing.T, s *server) {
	t.Helper()
	viewer, org := s.as("viewer"), s.as("organizer")
	var in struct {
		ID     string
		Counts struct{ OK, Warning, Error int }
	}
	org.do("POST", "/api/v1/imports?name=%E9%A2%98%E5%BA%93.csv", []byte(bankFile)).ok(&in)
	if in.Counts.OK != 2 || in.Counts.Error != 2 {
		t.Errorf("counts %+v", in.Counts)
	}
	at := "/api/v1/imports/" + in.ID
	run(t, []scenario{
		{"the preview", org, "GET", at, nil, 200, []string{`"state":"preview"`, `"format":"csv"`, `"file_name":"题库.csv"`, `"bank_id":null`}, nil},
		{"its rows", org, "GET", at + "/rows?limit=1", nil, 200, []string{`"no":1`, `"status":"ok"`, `"key":["B"]`, `"next":1`}, []string{"水果"}},
		{"rows with errors", org, "GET", at + "/rows?status=error", nil, 200, []string{`"code":"key.one"`, `"mend":"改为多选"`, `"cell":"F3"`, `"code":"key.range"`, `"cell":"F4"`}, []string{"首都"}},
		{"rows by note", org, "GET", at + "/rows?code=key.range", nil, 200, []string{`"code":"key.range"`}, []string{"key.one"}},
		{"what is said of rows", org, "GET", at, nil, 200, []string{`{"code":"key.one","text":"单选题有多个答案“…”（应为一个字母）","n":1,"mend":false}`, `{"code":"mend:type.multiple","text":"改为多选","n":1,"mend":true}`}, nil},
		{"an annotated copy", org, "GET", at + "/annotated", nil, 200, []string{"\ufeff题干", "答案,分类,导入结果", "AC,常识,✗ 不能导入：F3：单选题有多个答案“AC”（应为一个字母）（可以改为多选）", "B,地理,✓ 正常"}, nil},
		{"all or nothing", org, "POST", at + "/store", fields{"bank": "新题库", "all": true}, 409, []string{`"import.has_errors"`, "2 题不能导入"}, nil},
		{"no mend of this name", org, "POST", at + "/mend", fields{"mend": ""}, 400, []string{`"mend":"value.required"`}, nil},
		{"mends for all rows that no row has", org, "POST", at + "/mend", fields{"mend": "type.single"}, 200, []string{`"error":2`}, nil},
		{"one click", org, "PATCH", at + "/rows/2", fields{"mend": true}, 200, []string{`"status":"ok"`, `"type":"multiple"`, `"key":["A","C"]`}, nil},
		{"no mend for this", org, "PATCH", at + "/rows/3", fields{"mend": true}, 409, []string{`"import.no_mend"`}, nil},
		{"written anew, and wrong", org, "PATCH", at + "/rows/3", fields{"question": fields{"type": "single", "stem": "河？", "options": []string{"长江"}, "key": []string{"A"}, "difficulty": 3}}, 400, []string{`"options":"question.options_count"`}, nil},
		{"written anew", org, "PATCH", at + "/rows/3", fields{"question": fields{"type": "single", "stem": "河？", "options": []string{"长江", "黄河"}, "key": []string{"A"}, "difficulty": 3}}, 200, []string{`"status":"ok"`, `"stem":"河？"`}, nil},
		{"no such row", org, "PATCH", at + "/rows/99", fields{"mend": true}, 404, []string{`"import.row_missing"`}, nil},
		{"into no bank", org, "POST", at + "/store", fields{"bank": " "}, 400, []string{`"bank":"value.required"`}, nil},
		{"stored", org, "POST", at + "/store", fields{"bank": "新题库"}, 200, []string{`"state":"stored"`, `"added":4`, `"known":0`}, nil},
		{"not twice", org, "POST", at + "/store", fields{"bank": "新题库"}, 409, []string{`"import.stored"`}, nil},
		{"listed", org, "GET", "/api/v1/imports", nil, 200, []string{in.ID, `"staff":"员工organizer"`}, nil},
		{"nothing in it", org, "POST", "/api/v1/imports", []byte("今天天气很好"), 400, []string{`"import.empty"`}, nil},
		{"no file that we know", org, "POST", "/api/v1/imports?name=a.pdf", []byte("%PDF-1.7"), 400, []string{`"import.unknown"`, "认不出"}, nil},
		{"a broken file", org, "POST", "/api/v1/imports?name=a.xlsx", []byte("PK\x03\x04rubbish"), 400, []string{`"import.broken"`}, nil},
	})
	var bank struct{ ID string }
	org.do("POST", "/api/v1/banks", fields{"name": "手工题库"}).ok(&bank)
	hand := "/api/v1/banks/" + bank.ID
	org.do("PUT", hand+"/members/staff-viewer", nil).ok(nil)
	question := fields{"type": "single", "category": "地理", "stem": "我国的首都是哪座城市？", "options": []string{"上海", "北京"}, "key": []string{"B"}, "difficulty": 2, "tags": []string{"首都"}}
	var q struct{ ID string }
	org.do("POST", hand+"/questions", question).ok(&q)
	question["version"], question["stem"] = 1, "我国的首都是哪里？"
	run(t, []scenario{
		{"a name that is taken", org, "POST", "/api/v1/banks", fields{"name": "手工题库"}, 409, []string{`"bank.exists"`}, nil},
		{"found", viewer, "GET", hand, nil, 200, []string{`"questions":1`, `"name":"手工题库"`}, nil},
		{"renamed", org, "PATCH", hand, fields{"name": "手工"}, 200, []string{`"name":"手工"`}, nil},
		{"the same question", org, "POST", hand + "/questions", fields{"type": "single", "stem": "我国的首都是哪座城市?", "options": []string{"上海", "北京"}, "key": []string{"B"}, "difficulty": 1}, 409, []string{`"question.exists"`}, nil},
		{"found by search", viewer, "GET", hand + "/questions?q=%E9%A6%96%E9%83%BD&type=single&tag=%E9%A6%96%E9%83%BD&difficulty=2&used=false", nil, 200, []string{`"total":1`, `"used":0`, `"key":["B"]`}, nil},
		{"not found by search", viewer, "GET", hand + "/questions?q=%E9%95%BF%E6%B1%9F", nil, 200, []string{`"total":0`, `"questions":[]`}, nil},
		{"as GIFT", viewer, "GET", hand + "/export?format=gift", nil, 200, []string{"我国的首都", "{~上海 =北京 }"}, nil},
		{"as a workbook", viewer, "GET", hand + "/export", nil, 200, []string{"PK"}, nil},
		{"as a paper to print", viewer, "GET", hand + "/export?format=html", nil, 200, []string{"<title>手工</title>", "一、单项选择题", "首都"}, []string{"参考答案", "<script"}},
		{"as a paper with keys", viewer, "GET", hand + "/export?format=html&keys=true&type=single", nil, 200, []string{"参考答案与解析", "1．B"}, nil},
		{"as a Word document", viewer, "GET", hand + "/export?format=docx&keys=true", nil, 200, []string{"PK"}, nil},
		{"as a paper of nothing", viewer, "GET", hand + "/export?format=html&type=fill", nil, 409, []string{`"export.empty"`}, nil},
		{"as something else", viewer, "GET", hand + "/export?format=pdf", nil, 400, []string{`"format":"value.choice"`}, nil},
		{"an empty workbook", viewer, "GET", "/api/v1/banks/template/export", nil, 200, []string{"PK"}, nil},
		{"edited", org, "PUT", "/api/v1/questions/" + q.ID, question, 200, []string{`"version":2`, "首都是哪里"}, nil},
		{"edited on top of an old version", org, "PUT", "/api/v1/questions/" + q.ID, question, 409, []string{`"question.changed"`}, nil},
		{"with its earlier version", viewer, "GET", "/api/v1/questions/" + q.ID, nil, 200, []string{`"version":2`, "哪座城市", `"replaced_by":"员工organizer"`}, nil},
		{"into the bin", org, "PATCH", hand + "/questions", fields{"ids": []string{q.ID}, "deleted": true}, 200, []string{`"changed":1`}, nil},
		{"in the bin", viewer, "GET", hand + "/questions?deleted=true", nil, 200, []string{`"total":1`}, nil},
		{"gone from the bank", viewer, "GET", hand, nil, 200, []string{`"questions":0`}, nil},
		{"out of the bin", org, "PATCH", hand + "/questions", fields{"ids": []string{q.ID}, "deleted": false}, 200, []string{`"changed":1`}, nil},
		{"taken back", org, "POST", at + "/undo", nil, 200, []string{`"state":"undone"`}, nil},
		{"not twice", org, "POST", at + "/undo", nil, 409, []string{`"import.not_stored"`}, nil},
	})
	checkupOfABank(t, s)
	reachEndsWithTheBank(t, s)
	var large strings.Builder
	large.WriteString("题干,题型,答案,解析\n")
	for i := range 2000 {
		fmt.Fprintf(&large, "第 %d 题是对的。,判断,对,%s\n", i, strings.Repeat("这一句只是为了让文件大一些。", 20))
	}
	org.do("POST", "/api/v1/imports?name=large.csv", []byte(large.String())).ok(&in)
	if in.Counts.OK != 2000 {
		t.Errorf("a file of %d bytes: %+v", large.Len(), in.Counts)
	}
	var largeBank struct {
		BankID string `json:"bank_id"`
	}
	org.do("POST", "/api/v1/imports/"+in.ID+"/store", fields{"bank": "大题库"}).ok(nil)
	eventually(t, "the large bank is stored", func() bool { // on a slow machine it goes on after the call
		var at struct {
			State  string
			BankID string `json:"bank_id"`
		}
		org.do("GET", "/api/v1/imports/"+in.ID, nil).ok(&at)
		largeBank.BankID = at.BankID
		return at.State == "stored"
	})
	run(t, []scenario{{"a paper of a whole large bank", org, "GET", "/api/v1/banks/" + largeBank.BankID + "/export?format=docx", nil, 409, []string{`"export.too_many"`, "2000 题"}, nil}})
	org.do("POST", "/api/v1/imports?name=two.csv", []byte("题干,题型,A,B,答案\n甲？,单选,一,二,AB\n乙？,单选,一,二,AB\n")).ok(&in)
	run(t, []scenario{{"one mend for all rows", org, "POST", "/api/v1/imports/" + in.ID + "/mend", fields{"mend": "type.multiple"}, 200, []string{`"error":0`, `"ok":2`, `"said":[]`, `"types":[{"name":"`}, nil}})
	readLater(t, org)
	atWork(t, s, org)
	mediaOfQuestions(t, s)
	if res := org.do("POST", "/api/v1/imports", []byte(strings.Repeat("甲", 100))); res.status != 400 {
		t.Errorf("rubbish: %d", res.status)
	}
}

// readLater: a page may leave while its file is read, and find the preview, or the reason for none, when it comes back.
func readLater(t *testing.T, org *caller) {
	t.Helper()
	for name, tt := range map[string]struct{ file, state, said string }{
		"read":   {bankFile, "preview", `"error":2`},
		"failed": {"今天天气很好", "failed", "没有找到题目"},
	} {
		var in struct{ ID, State string }
		org.do("POST", "/api/v1/imports?wait=false", []byte(tt.file)).ok(&in)
		if in.State != "reading" {
			t.Errorf("%s: %s at first", name, in.State)
		}
		var res response
		for deadline := time.Now().Add(patience); time.Now().Before(deadline); {
			if res = org.do("GET", "/api/v1/imports/"+in.ID, nil); !strings.Contains(string(res.body), `"state":"reading"`) {
				break
			}
		}
		if !strings.Contains(string(res.body), `"state":"`+tt.state+`"`) || !strings.Contains(string(res.body), tt.said) {
			t.Errorf("%s: %s", name, res.body)
		}
	}
}

// atWork: whoever looks at an import sees that it is being stored or taken back, and can do neither meanwhile.
func atWork(t *testing.T, s *server, org *caller) {
	t.Helper()
	var in struct{ ID string }
	org.do("POST", "/api/v1/imports?name=work.csv", []byte(bankFile)).ok(&in)
	at := "/api/v1/imports/" + in.ID
	for work, state := range map[string]string{questionbank.WorkStoring: "storing", questionbank.WorkShowing: "storing", questionbank.WorkHiding: "undoing", questionbank.WorkRemoving: "undoing"} {
		_, err := s.db.Exec(t.Context(), `UPDATE imports SET work = $2 WHERE id = $1`, in.ID, work)
		s.must(err)
		run(t, []scenario{
			{"an import at work, " + work, org, "GET", at, nil, 200, []string{`"state":"` + state + `"`}, nil},
			{"stored meanwhile", org, "POST", at + "/store", fields{"bank": "新题库"}, 409, []string{`"import.stored"`}, nil},
			{"changed meanwhile", org, "PATCH", at + "/rows/2", fields{"mend": true}, 409, []string{`"import.stored"`}, nil},
			{"taken back meanwhile", org, "POST", at + "/undo", nil, 409, []string{`"import.not_stored"`}, nil},
		})
	}
	_, err := s.db.Exec(t.Context(), `UPDATE imports SET work = '' WHERE id = $1`, in.ID)
	s.must(err)
}
