package scenario

import (
	"fmt"
	"regexp"
	"strings"
	"testing"
)

// unitsAndPeople calls units, people and their sign-in.
func unitsAndPeople(t *testing.T, s *server) {
	t.Helper()
	s.employee("韩梅梅")
	var in struct{ Token string }
	s.nobody().do("POST", "/api/v1/player/session", fields{"number": "no-韩梅梅", "name": " 韩 梅梅"}).ok(&in)
	run(t, []scenario{
		{"wrong name", s.nobody(), "POST", "/api/v1/player/session", fields{"number": "no-韩梅梅", "name": "李雷"}, 401, []string{`"player.unknown"`}, []string{"韩梅梅"}},
		{"wrong number", s.nobody(), "POST", "/api/v1/player/session", fields{"number": "no", "name": "韩梅梅"}, 401, []string{`"player.unknown"`}, nil},
		{"who am I", s.player(in.Token), "GET", "/api/v1/player", nil, 200, []string{"韩梅梅", `"name":"韩梅梅的单位"`, `"captain_of":[]`}, nil},
		{"signed out", s.player(in.Token), "DELETE", "/api/v1/player/session", nil, 204, nil, nil},
		{"the token is spent", s.player(in.Token), "GET", "/api/v1/player", nil, 401, []string{`"token.wrong"`}, nil},
	})
	org := s.as("organizer")
	tree(t, s, org)
	rosters(t, s, org)
	credentials(t, s, org)
	merges(t, s, org)
}

// made is what comes back of something new.
type made struct{ ID string }

// tree builds and changes units.
func tree(t *testing.T, s *server, org *caller) {
	t.Helper()
	var park, firm, branch, other, empty made
	org.do("POST", "/api/v1/units", fields{"name": " 高新 园区", "kind": "park"}).ok(&park)
	org.do("POST", "/api/v1/units", fields{"name": "甲有限公司", "parent_id": park.ID}).ok(&firm)
	org.do("POST", "/api/v1/units", fields{"name": "第一支部", "parent_id": firm.ID}).ok(&branch)
	org.do("POST", "/api/v1/units", fields{"name": "乙公司", "parent_id": park.ID}).ok(&other)
	org.do("POST", "/api/v1/units", fields{"name": "空支部", "parent_id": other.ID}).ok(&empty)
	unit := "/api/v1/units/"
	run(t, []scenario{
		{"without a name", org, "POST", "/api/v1/units", fields{"name": "　"}, 400, []string{`"name":"value.required"`}, nil},
		{"a namesake", org, "POST", "/api/v1/units", fields{"name": "甲 有限公司", "parent_id": park.ID}, 400, []string{`"name":"unit.exists"`}, nil},
		{"below nothing", org, "POST", "/api/v1/units", fields{"name": "丙", "parent_id": "no-such"}, 400, []string{`"parent_id":"unit.missing"`}, nil},
		{"of no kind", org, "POST", "/api/v1/units", fields{"name": "丙", "kind": "galaxy"}, 400, []string{`"kind":"value.choice"`}, nil},
		{"renamed", org, "PATCH", unit + firm.ID, fields{"name": "甲集团", "aliases": []string{"甲有限公司", "甲公司", "甲集团"}}, 200, []string{`"甲集团"`}, nil},
		{"a sibling's name", org, "PATCH", unit + firm.ID, fields{"aliases": []string{"乙公司"}}, 400, []string{`"aliases":"unit.alias_taken"`}, nil},
		{"below itself", org, "POST", unit + firm.ID + "/move", fields{"parent_id": branch.ID}, 400, []string{`"parent_id":"unit.below_itself"`}, nil},
		{"first of all", org, "POST", unit + other.ID + "/move", fields{"parent_id": park.ID, "before": firm.ID}, 200, []string{`"乙公司"`}, nil},
		{"before a stranger", org, "POST", unit + other.ID + "/move", fields{"parent_id": park.ID, "before": branch.ID}, 400, []string{`"before":"unit.missing"`}, nil},
		{"with units below", org, "DELETE", unit + firm.ID, nil, 409, []string{`"unit.not_empty"`}, nil},
		{"empty", org, "DELETE", unit + empty.ID, nil, 204, nil, nil},
		{"gone", org, "DELETE", unit + empty.ID, nil, 404, []string{`"unit.missing"`}, nil},
		{"the tree", org, "GET", "/api/v1/units", nil, 200, []string{`"aliases":["甲公司","甲有限公司"]`, `"kind":"enterprise"`}, []string{"空支部"}},
		{"not for viewers", s.as("viewer"), "GET", "/api/v1/units", nil, 403, []string{`"session.forbidden"`}, []string{"甲集团"}},
		{"not for judges", s.as("judge"), "GET", "/api/v1/people", nil, 403, nil, []string{"韩梅梅"}},
	})

	var p made
	org.do("POST", "/api/v1/people", fields{"name": "张 三", "phone": "+86 138-0000-0001", "employee_no": "A1", "unit_id": branch.ID}).ok(&p)
	at := "/api/v1/people/" + p.ID
	run(t, []scenario{
		{"no name", org, "POST", "/api/v1/people", fields{"name": " ", "unit_id": branch.ID}, 400, []string{`"name":"name.required"`}, nil},
		{"no phone number", org, "POST", "/api/v1/people", fields{"name": "李四", "phone": "一三八", "unit_id": branch.ID}, 400, []string{`"phone":"person.phone"`}, nil},
		{"nowhere", org, "POST", "/api/v1/people", fields{"name": "李四", "unit_id": "no-such"}, 400, []string{`"unit_id":"unit.missing"`}, nil},
		{"twice", org, "POST", "/api/v1/people", fields{"name": "张三", "phone": "13800000001", "unit_id": other.ID}, 400, []string{`"name":"person.exists"`}, nil},
		{"lists mask phones", org, "GET", "/api/v1/people?q=0001&unit=" + park.ID + "&below=true", nil, 200, []string{`"张三"`, `138****0001`, `"total":1`, `"第一支部"`}, []string{"13800000001"}},
		{"not the park itself", org, "GET", "/api/v1/people?unit=" + park.ID, nil, 200, []string{`"people":[]`, `"total":0`}, nil},
		{"who edits sees all of it", org, "GET", at, nil, 200, []string{`"13800000001"`, `"above":[{"id":"` + branch.ID}, nil},
		{"moved by hand", org, "PUT", at, fields{"name": "张三", "phone": "13800000002", "employee_no": "A1", "unit_id": other.ID}, 200, []string{`"13800000002"`, `"乙公司"`}, nil},
		{"captain", org, "PUT", at + "/captain/" + other.ID, nil, 204, nil, nil},
		{"of no unit", org, "PUT", at + "/captain/no-such", nil, 404, []string{`"unit.missing"`}, nil},
		{"is captain", org, "GET", at, nil, 200, []string{`"captain_of":[{"id":"` + other.ID}, nil},
		{"captain no more", org, "DELETE", at + "/captain/" + other.ID, nil, 204, nil, nil},
		{"off the roster", org, "DELETE", at, nil, 204, nil, nil},
		{"not in lists", org, "GET", "/api/v1/people?q=A1", nil, 200, []string{`"people":[]`}, nil},
		{"among who left", org, "GET", "/api/v1/people?q=a1&left=true", nil, 200, []string{`"张三"`}, nil},
		{"back", org, "POST", at + "/restore", nil, 200, []string{`"left_ms":0`}, nil},
		{"a page too large", org, "GET", "/api/v1/people?limit=1000", nil, 400, []string{`"limit":"value.range"`}, nil},
		{"a search too long", org, "GET", "/api/v1/people?q=" + strings.Repeat("x", 101), nil, 400, []string{`"q":"value.long"`}, nil},
		{"the log masks names", s.as("admin"), "GET", "/api/v1/audit?kind=person", nil, 200, []string{`"张*"`, `"person.remove"`}, []string{"张三", "13800000001"}},
	})
}

// rosters imports files.
func rosters(t *testing.T, s *server, org *caller) {
	t.Helper()
	var head, firm made
	org.do("POST", "/api/v1/units", fields{"name": "导入园区", "kind": "park"}).ok(&head)
	org.do("POST", "/api/v1/units", fields{"name": "华星科技", "parent_id": head.ID}).ok(&firm)
	file := "花名册\n员工编号,姓名,移动电话,公司,支部\nH1,王 五,139 0000 0001,华星科技,一支部\nH2,赵六,1.39E+10,华星科技,一支部\nH3,孙七,１３９００００００３,华兴科技有限公司,\n,钱八,13900000004,,\n"
	var in struct {
		ID     string
		Counts struct{ OK, Add, Errors, Ask int }
		Asks   []struct{ Unit, Branch string }
	}
	org.do("POST", "/api/v1/roster-imports?name=%E5%90%8D%E5%86%8C.csv", []byte(file)).ok(&in)
	at := "/api/v1/roster-imports/" + in.ID
	if in.Counts.Add != 0 || in.Counts.Errors != 2 || in.Counts.Ask != 2 || len(in.Asks) != 2 {
		t.Errorf("preview: %+v", in)
	}
	run(t, []scenario{
		{"preview", org, "GET", at, nil, 200, []string{`"state":"preview"`, `"unit":"华兴科技有限公司"`, `"path":["导入园区","华星科技"]`}, nil},
		{"in the list", org, "GET", "/api/v1/roster-imports", nil, 200, []string{`名册.csv`, `"asks":[]`}, nil},
		{"what is wrong", org, "GET", at + "/rows?status=error", nil, 200, []string{`"cell":"C4"`, "后几位已丢失", `"unit.none"`}, []string{"王五"}},
		{"phones are masked", org, "GET", at + "/rows", nil, 200, []string{`139****0001`, `"next":0`}, []string{"13900000001"}},
		{"nobody asks for nothing", org, "PUT", at + "/choices", fields{"choices": []fields{{"unit": "华兴科技有限公司", "branch": "", "choice": fields{"skip": true, "create": true}}}}, 400, []string{`"choices":"value.choice"`}, nil},
		{"nor a stranger", org, "PUT", at + "/choices", fields{"choices": []fields{{"unit": "华兴科技有限公司", "branch": "", "choice": fields{"unit_id": "no-such"}}}}, 400, []string{`"choices":"unit.missing"`}, nil},
		{"matched, remembered", org, "PUT", at + "/choices", fields{"choices": []fields{{"unit": "华兴科技有限公司", "branch": "", "choice": fields{"unit_id": firm.ID, "remember": true}}}}, 200, []string{`"ask":1`, `"add":1`}, nil},
		{"branches are made", org, "PUT", at + "/options", fields{"mode": "update", "units": []string{}, "unit_id": head.ID, "create": true}, 200, []string{`"ask":0`, `"add":3`, `"new_unit":1`, `"errors":1`}, nil},
		{"problems to mend", org, "GET", at + "/problems", nil, 200, nil, nil},
		{"nobody leaves by it", org, "GET", at + "/removed", nil, 200, []string{`"people":[]`}, nil},
		{"imported", org, "POST", at + "/store", fields{}, 200, []string{`"state":"stored"`, `"add":3`}, nil},
		{"once", org, "POST", at + "/store", fields{}, 200, []string{`"state":"stored"`, `"add":3`}, nil},
		{"no more changes", org, "PUT", at + "/options", fields{"mode": "update", "units": []string{}, "unit_id": "", "create": false}, 409, []string{`"roster.stored"`}, nil},
		{"the alias was learnt", org, "GET", "/api/v1/units", nil, 200, []string{`"aliases":["华兴科技有限公司"]`, `"name":"一支部"`}, nil},
		{"signs in by number", s.nobody(), "POST", "/api/v1/player/session", fields{"number": "h1", "name": "王五"}, 401, nil, nil},
		{"as it is written", s.nobody(), "POST", "/api/v1/player/session", fields{"number": "Ｈ1", "name": "王五"}, 200, []string{`139****0001`}, []string{"13900000001"}},
	})

	// The same file again adds nobody; one without most people must not empty the unit by mistake.
	org.do("POST", "/api/v1/roster-imports?name=again.csv", []byte(strings.Replace(file, "1.39E+10", "", 1))).ok(&in)
	run(t, []scenario{{"again", org, "GET", "/api/v1/roster-imports/" + in.ID, nil, 200, []string{`"add":1`, `"same":3`}, nil}})

	var many strings.Builder
	many.WriteString("姓名,工号,单位\n")
	for i := range 60 {
		fmt.Fprintf(&many, "员工%d,M%d,华星科技\n", i, i)
	}
	org.do("POST", "/api/v1/roster-imports?name=many.csv", []byte(many.String())).ok(&in)
	org.do("POST", "/api/v1/roster-imports/"+in.ID+"/store", fields{}).ok(nil)
	org.do("POST", "/api/v1/roster-imports?name=few.csv", []byte("姓名,工号,单位\n员工1,M1,华星科技\n新人,M99,华星科技\n")).ok(&in)
	at = "/api/v1/roster-imports/" + in.ID
	run(t, []scenario{
		{"replace what", org, "PUT", at + "/options", fields{"mode": "replace", "units": []string{}, "unit_id": "", "create": false}, 200, []string{`"remove":0`}, nil},
		{"no units", org, "POST", at + "/store", fields{}, 400, []string{`"units":"value.required"`}, nil},
		{"replace", org, "PUT", at + "/options", fields{"mode": "replace", "units": []string{firm.ID}, "unit_id": "", "create": false}, 200, []string{`"remove":61`, `"of":62`, `"drastic":true`}, nil},
		{"who leaves", org, "GET", at + "/removed?limit=3", nil, 200, []string{`"王五"`}, []string{`"员工1"`, "13900000001"}},
		{"stops", org, "POST", at + "/store", fields{}, 409, []string{`"roster.confirm"`, "61"}, nil},
		{"a wrong number", org, "POST", at + "/store", fields{"remove": 60}, 409, []string{`"roster.confirm"`}, nil},
		{"confirmed", org, "POST", at + "/store", fields{"remove": 61}, 200, []string{`"state":"stored"`, `"remove":61`}, nil},
		{"two are left", org, "GET", "/api/v1/people?below=true&unit=" + firm.ID, nil, 200, []string{`"total":2`}, nil},
		{"who left cannot sign in", s.nobody(), "POST", "/api/v1/player/session", fields{"number": "H1", "name": "王五"}, 401, []string{`"player.unknown"`}, nil},
		{"taken back", org, "POST", at + "/undo", nil, 200, []string{`"state":"undone"`, `"kept":0`}, nil},
		{"all are there", org, "GET", "/api/v1/people?below=true&unit=" + firm.ID, nil, 200, []string{`"total":62`}, []string{"新人"}},
		{"an undone one is not stored", org, "POST", at + "/store", fields{}, 409, []string{`"roster.undone"`}, nil},
		{"no roster", org, "POST", "/api/v1/roster-imports?name=x.csv", []byte("a,b\n1,2\n"), 400, []string{`"roster.no_header"`, "表头"}, nil},
		{"no file", org, "POST", "/api/v1/roster-imports?name=x.csv", []byte(""), 400, []string{`"roster.empty"`}, nil},
	})
}

// credentials gives people PINs and personal links.
func credentials(t *testing.T, s *server, org *caller) {
	t.Helper()
	var unit, p, twin made
	org.do("POST", "/api/v1/units", fields{"name": "登录公司", "kind": "enterprise"}).ok(&unit)
	org.do("POST", "/api/v1/people", fields{"name": "周一", "phone": "13811110001", "unit_id": unit.ID}).ok(&p)
	org.do("POST", "/api/v1/people", fields{"name": "周二", "employee_no": "Z2", "unit_id": unit.ID}).ok(nil)
	at, in := "/api/v1/people/"+p.ID, "/api/v1/player/session"
	var given struct{ PIN, URL string }
	nobody := s.nobody()
	who := fields{"number": "138 1111 0001", "name": "周一"}
	with := func(pin string) fields { return fields{"number": "13811110001", "name": "周一", "pin": pin} }
	run(t, []scenario{
		{"without PIN", nobody, "POST", in, who, 200, []string{`138****0001`}, nil},
		{"a PIN that nobody asked for", nobody, "POST", in, with("1234"), 200, nil, nil},
		{"letters", org, "POST", at + "/pin", fields{"pin": "abcd"}, 400, []string{`"pin":"person.pin"`}, nil},
		{"set", org, "POST", at + "/pin", fields{"pin": "２４６８"}, 200, []string{`{"pin":"2468"}`}, nil},
		{"needed now", nobody, "POST", in, who, 401, []string{`"player.unknown"`}, nil},
		{"wrong", nobody, "POST", in, with("2469"), 401, []string{`"player.unknown"`}, nil},
		{"right", nobody, "POST", in, with("2468"), 200, nil, nil},
		{"not in lists", org, "GET", "/api/v1/people?q=周一", nil, 200, []string{`"has_pin":true`}, []string{"2468", "13811110001"}},
		{"taken away", org, "DELETE", at + "/pin", nil, 204, nil, nil},
		{"not needed", nobody, "POST", in, who, 200, nil, nil},
	})
	same := nobody.do("POST", in, fields{"number": "13811110009", "name": "周一"})
	org.do("POST", at+"/pin", fields{}).ok(&given)
	if other := nobody.do("POST", in, with("000")); len(given.PIN) != 6 || string(uuids.ReplaceAll(same.body, nil)) != string(uuids.ReplaceAll(other.body, nil)) {
		t.Errorf("found and not found differ: %s, %s", same.body, other.body)
	}

	org.do("POST", at+"/link", nil).ok(&given)
	_, token, _ := strings.Cut(given.URL, "/in/")
	var phone struct{ Token string }
	nobody.do("POST", "/api/v1/player/link", fields{"token": token}).ok(&phone)
	run(t, []scenario{
		{"by link", s.player(phone.Token), "GET", "/api/v1/player", nil, 200, []string{"周一", `"登录公司"`}, nil},
		{"made up", nobody, "POST", "/api/v1/player/link", fields{"token": token + "x"}, 401, []string{`"player.link"`}, nil},
		{"empty", nobody, "POST", "/api/v1/player/link", fields{"token": ""}, 401, []string{`"player.link"`}, nil},
		{"taken back", org, "DELETE", at + "/link", nil, 204, nil, nil},
		{"spent", nobody, "POST", "/api/v1/player/link", fields{"token": token}, 401, []string{`"player.link"`}, nil},
		{"its session too", s.player(phone.Token), "GET", "/api/v1/player", nil, 401, nil, nil},
		{"PINs of a unit", org, "POST", "/api/v1/units/" + unit.ID + "/pins", fields{"missing": true}, 200, []string{"周二", `"number":"Z2"`}, []string{"周一"}},
		{"links of a unit", org, "POST", "/api/v1/units/" + unit.ID + "/links", fields{"below": true}, 200, []string{"周一", "周二", "/in/", `"number":"138****0001"`}, []string{"13811110001"}},
	})

	// Two people whom number and name do not tell apart are refused alike.
	org.do("POST", "/api/v1/units", fields{"name": "双胞胎公司", "kind": "enterprise"}).ok(&twin)
	org.do("POST", "/api/v1/people", fields{"name": "周三", "employee_no": "T1", "unit_id": unit.ID}).ok(nil)
	org.do("POST", "/api/v1/people", fields{"name": "周三", "employee_no": "T1", "unit_id": twin.ID}).ok(nil)
	nobody.do("POST", in, fields{"number": "T1", "name": "周三"}).refused(401, "unauthorized", "player.unknown")

	// A number is slowed down; the address, behind which a hall may stand, is not.
	for range 10 {
		nobody.do("POST", in, fields{"number": "13811110777", "name": "甲"}).refused(401, "unauthorized", "player.unknown")
	}
	nobody.do("POST", in, fields{"number": "138-1111-0777", "name": "乙"}).refused(429, "rate_limited", "request.too_many")
	nobody.do("POST", in, fields{"number": "13811110778", "name": "乙"}).refused(401, "unauthorized", "player.unknown")
}

var uuids = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f-]{27}`)

// merges makes one unit of two and one person of two, and forgets somebody.
func merges(t *testing.T, s *server, org *caller) {
	t.Helper()
	var head, old, kept, child, twin, stays, goes made
	org.do("POST", "/api/v1/units", fields{"name": "合并园区", "kind": "park"}).ok(&head)
	org.do("POST", "/api/v1/units", fields{"name": "旧公司", "parent_id": head.ID}).ok(&old)
	org.do("POST", "/api/v1/units", fields{"name": "新公司", "parent_id": head.ID}).ok(&kept)
	org.do("POST", "/api/v1/units", fields{"name": "一部", "parent_id": old.ID}).ok(&child)
	org.do("POST", "/api/v1/units", fields{"name": "一部", "parent_id": kept.ID}).ok(&twin)
	org.do("PATCH", "/api/v1/units/"+old.ID, fields{"aliases": []string{"老公司"}}).ok(nil)
	org.do("POST", "/api/v1/people", fields{"name": "吴一", "phone": "13822220001", "unit_id": old.ID}).ok(&stays)
	org.do("POST", "/api/v1/people", fields{"name": "吴一", "employee_no": "W1", "unit_id": kept.ID}).ok(&goes)
	at, person := "/api/v1/units/"+old.ID+"/merge", "/api/v1/people/"+goes.ID
	run(t, []scenario{
		{"into what", org, "GET", at, nil, 400, []string{`"into":"value.required"`}, nil},
		{"into itself", org, "POST", at, fields{"into": child.ID}, 400, []string{`"into":"unit.merge_self"`}, nil},
		{"into nothing", org, "POST", at, fields{"into": "no-such"}, 400, []string{`"into":"unit.missing"`}, nil},
		{"preview", org, "GET", at + "?into=" + kept.ID, nil, 200, []string{`"people":1`, `"children":["一部"]`, `"renamed":["一部"]`, `"aliases":["旧公司","老公司"]`, `"contests":[]`, `"blocked":false`}, nil},
		{"merged", org, "POST", at, fields{"into": kept.ID}, 200, []string{`"新公司"`}, nil},
		{"the tree", org, "GET", "/api/v1/units", nil, 200, []string{`"aliases":["旧公司","老公司"]`, "一部（原旧公司）"}, []string{`"name":"旧公司"`}},
		{"with themselves", org, "POST", person + "/merge", fields{"into": goes.ID}, 400, []string{`"into":"person.merge_self"`}, nil},
		{"with nobody", org, "POST", person + "/merge", fields{"into": "no-such"}, 400, []string{`"into":"person.missing"`}, nil},
		{"preview of people", org, "GET", person + "/merge?into=" + stays.ID, nil, 200, []string{`"phone":"138****0001"`, `"contests":[]`}, []string{"13822220001"}},
		{"one person", org, "POST", person + "/merge", fields{"into": stays.ID}, 200, []string{`"13822220001"`, `"employee_no":"W1"`, `"新公司"`}, nil},
		{"the other is gone", org, "GET", person, nil, 404, []string{`"person.missing"`}, nil},
		{"the roster", org, "GET", "/api/v1/people/export?q=W1", nil, 200, nil, nil},
		{"all about somebody", org, "GET", "/api/v1/people/" + stays.ID + "/export", nil, 200, []string{`"phone": "13822220001"`, `"attempts": []`}, []string{"_hash", "token"}},
		{"as a workbook", org, "GET", "/api/v1/people/" + stays.ID + "/export?format=xlsx", nil, 200, []string{"PK"}, nil},
		{"as what", org, "GET", "/api/v1/people/" + stays.ID + "/export?format=exe", nil, 400, []string{`"format":"value.choice"`}, nil},
		{"erase whom", org, "POST", "/api/v1/people/" + stays.ID + "/erase", fields{"name": "吴二"}, 400, []string{`"name":"person.typed"`}, nil},
		{"erased", org, "POST", "/api/v1/people/" + stays.ID + "/erase", fields{"name": "吴一"}, 204, nil, nil},
		{"nothing is known", org, "GET", "/api/v1/people/" + stays.ID, nil, 200, []string{`"erased":true`, `"已删除"`}, []string{"13822220001", "W1"}},
		{"not found", org, "GET", "/api/v1/people?q=W1&left=true", nil, 200, []string{`"people":[]`}, nil},
		{"not brought back", org, "POST", "/api/v1/people/" + stays.ID + "/restore", nil, 404, []string{`"person.missing"`}, nil},
	})
}
