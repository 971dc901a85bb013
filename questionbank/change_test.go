package questionbank

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"leitai/fault"
)

func jsonOf(v any) (string, error) {
	b, err := json.Marshal(v)
	return string(b), err
}

func all(t *testing.T, s *Store, f Filter) []Entry {
	t.Helper()
	page, _, err := s.ListQuestions(t.Context(), f, "", 200)
	if err != nil {
		t.Fatal(err)
	}
	return page
}

func aChangeIsTakenBack(t *testing.T, s *Store) {
	var questions []Question
	for i := range 6 {
		questions = append(questions, choice(fmt.Sprintf("第%d题", i)))
	}
	id := bank(t, s, questions...)
	other, err := s.CreateBank(t.Context(), noon, t.Name()+" 2", nil)
	if err != nil {
		t.Fatal(err)
	}
	before := all(t, s, Filter{BankID: id})
	ids := func(from, to int) (out []string) {
		for _, e := range before[from:to] {
			out = append(out, e.ID)
		}
		return out
	}
	swap := func(q Question) Question {
		q.Options, q.Key = []string{q.Options[1], q.Options[0]}, []string{"A"}
		return q
	}
	now := noon
	for _, step := range []struct {
		name string
		bulk Bulk
	}{
		{"retire", Bulk{IDs: ids(0, 3), Retired: new(true)}},
		{"bin", Bulk{IDs: ids(0, 3), Deleted: new(true)}},
		{"move", Bulk{IDs: ids(1, 4), BankID: &other}},
		{"labels", Bulk{IDs: ids(0, 6), Category: new("新类"), Level: new(5), AddTags: []string{"新", "首都"}, RemoveTags: []string{"旧"}}},
		{"tags away", Bulk{IDs: ids(0, 6), RemoveTags: []string{"首都"}}},
		{"source", Bulk{IDs: ids(2, 5), Source: new("教材")}},
		{"options", Bulk{IDs: ids(2, 5), Rewrite: swap}},
	} {
		now = now.Add(time.Minute)
		c, err := s.ChangeQuestions(t.Context(), now, id, step.bulk, "王芳")
		if err != nil || c.Changed != len(step.bulk.IDs) {
			t.Fatalf("%s: %+v, %v", step.name, c, err)
		}
		now = now.Add(time.Minute)
		u, err := s.UndoChange(t.Context(), now, id, c.ID, "李雷")
		if err != nil || u != (Undone{Restored: c.Changed}) {
			t.Fatalf("%s: %+v, %v", step.name, u, err)
		}
		if diff := cmp.Diff(before, all(t, s, Filter{BankID: id}), cmpopts.IgnoreFields(Entry{}, "UpdatedAt"), cmpopts.IgnoreFields(Question{}, "Version")); diff != "" {
			t.Errorf("%s: %s", step.name, diff)
		}
		_, err = s.UndoChange(t.Context(), now, id, c.ID, "李雷")
		wantFault(t, err, fault.Conflict, "change.undone")
	}
	_, err = s.UndoChange(t.Context(), now, id, "nothing", "李雷")
	wantFault(t, err, fault.NotFound, "change.missing")

	// What somebody changed afterwards stays.
	now = now.Add(time.Minute)
	c, err := s.ChangeQuestions(t.Context(), now, id, Bulk{IDs: ids(0, 2), Category: new("甲")}, "王芳")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.ChangeQuestions(t.Context(), now.Add(time.Second), id, Bulk{IDs: ids(0, 1), Category: new("乙")}, "韩梅"); err != nil {
		t.Fatal(err)
	}
	if u, err := s.UndoChange(t.Context(), now.Add(time.Minute), id, c.ID, "王芳"); err != nil || u != (Undone{Restored: 1, Left: 1}) {
		t.Errorf("%+v, %v", u, err)
	}
	if e, _ := s.FindEntry(t.Context(), before[0].ID); e.Category != "乙" {
		t.Errorf("category %s", e.Category)
	}
	// A question that is there again does not come out of the bin a second time.
	now = now.Add(time.Hour)
	if c, err = s.ChangeQuestions(t.Context(), now, id, Bulk{IDs: ids(5, 6), Deleted: new(true)}, "王芳"); err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddQuestion(t.Context(), now, id, questions[0]); err != nil {
		t.Fatal(err)
	}
	if u, err := s.UndoChange(t.Context(), now, id, c.ID, "王芳"); err != nil || u != (Undone{Left: 1}) {
		t.Errorf("%+v, %v", u, err)
	}
	// Nothing to change is no change.
	if c, err := s.ChangeQuestions(t.Context(), now, id, Bulk{IDs: ids(0, 1), Category: new("乙")}, "王芳"); err != nil || c != (Change{}) {
		t.Errorf("%+v, %v", c, err)
	}
}

func answersFollowTheMeaning(t *testing.T, s *Store) {
	id := bank(t, s, choice("甲"), choice("乙"), choice("丙"), choice("丁"))
	entries := all(t, s, Filter{BankID: id})
	play(t, s, id, entries[0].ID, 10, 2)
	play(t, s, id, entries[1].ID, 10, 5)
	play(t, s, id, entries[2].ID, 0, 0)
	check := func(step string, f Filter, want string) {
		t.Helper()
		f.BankID = id
		var got []string
		for _, e := range all(t, s, f) {
			got = append(got, fmt.Sprintf("%s%d/%d", e.Stem, e.Right, e.Answers))
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%s: %v, want %s", step, got, want)
		}
	}
	check("the hardest first, then the newest", Filter{ByAccuracy: true}, "丁2/10 丙5/10 乙0/0 甲0/0")
	check("on the border", Filter{Accuracy: AccuracyLow}, "丁2/10")
	check("the middle", Filter{Accuracy: AccuracyMiddle}, "丙5/10")
	check("none", Filter{Accuracy: AccuracyNone}, "乙0/0 甲0/0")

	q := entries[0].Question
	q.Explanation, q.Options, q.Key = "新解析", []string{"北京", "上海 Shanghai"}, []string{"A"}
	e, err := s.UpdateQuestion(t.Context(), noon, q, "王芳")
	if err != nil || e.Answers != 10 {
		t.Fatalf("options in another order say the same: %+v, %v", e, err)
	}
	items, err := s.CheckupItems(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	for _, it := range items {
		if it.Stem == "丁" {
			if diff := cmp.Diff(map[string]int{"A": 2, "B": 8}, it.Counts); diff != "" {
				t.Errorf("letters follow the options: %s", diff)
			}
		}
	}
	q.Version, q.Key = 2, []string{"B"}
	if e, err = s.UpdateQuestion(t.Context(), noon, q, "王芳"); err != nil || e.Answers != 0 {
		t.Errorf("another key says something else: %+v, %v", e, err)
	}
	check("after the key was changed", Filter{Accuracy: AccuracyNone}, "丁0/0 乙0/0 甲0/0")
}

func aCheckupIsKept(t *testing.T, s *Store) {
	id := bank(t, s, choice("甲"), choice("乙"))
	if _, ok, err := s.FindCheckup(t.Context(), noon, id); ok || err != nil {
		t.Fatalf("%v, %v", ok, err)
	}
	c, err := s.StartCheckup(t.Context(), noon, id, "王芳")
	if err != nil {
		t.Fatal(err)
	}
	_, err = s.StartCheckup(t.Context(), noon.Add(silence/2), id, "李雷")
	wantFault(t, err, fault.Conflict, "checkup.running")
	if err := s.BeatCheckup(t.Context(), noon.Add(silence), c.ID, 40); err != nil {
		t.Fatal(err)
	}
	if c, _, err := s.FindCheckup(t.Context(), noon.Add(silence), id); err != nil || c.Progress != 40 || c.State != CheckupRunning {
		t.Errorf("%+v, %v", c, err)
	}
	if c, _, err := s.FindCheckup(t.Context(), noon.Add(3*silence), id); err != nil || c.State != CheckupFailed || c.Fault != "checkup.broken_off" {
		t.Errorf("a process that died: %+v, %v", c, err)
	}
	second, err := s.StartCheckup(t.Context(), noon.Add(3*silence), id, "李雷")
	if err != nil {
		t.Fatal(err)
	}
	found := []Finding{{Kind: "near", Severity: "warning", Key: "near:1", Data: "{}"}, {Kind: "near", Severity: "error", Key: "near:2", Data: "{}"}}
	if err := s.FinishCheckup(t.Context(), noon, c, nil); err != nil { // the first one wakes up
		t.Fatal(err)
	}
	second.Questions = 2
	if err := s.FinishCheckup(t.Context(), noon, second, found); err != nil {
		t.Fatal(err)
	}
	got, _, err := s.FindCheckup(t.Context(), noon, id)
	if err != nil || got.State != CheckupDone || got.Questions != 2 || got.Counts["near"]["open"] != 2 || got.Severities["near"] != "error" || got.StaffName != "李雷" {
		t.Fatalf("%+v, %v", got, err)
	}
	f, err := s.FindFinding(t.Context(), id, 1)
	if err != nil {
		t.Fatal(err)
	}
	if err := s.DismissFinding(t.Context(), noon, id, f, "王芳", false); err != nil {
		t.Fatal(err)
	}
	entries := all(t, s, Filter{BankID: id})
	f2, _ := s.FindFinding(t.Context(), id, 2)
	_, err = s.MendFinding(t.Context(), noon, id, f2, []Bulk{{IDs: []string{"nothing"}, Retired: new(true)}}, "王芳")
	wantFault(t, err, fault.Conflict, "finding.nothing")
	later := noon.Add(time.Hour)
	change, err := s.MendFinding(t.Context(), later, id, f2, []Bulk{{IDs: []string{entries[0].ID}, Retired: new(true)}}, "王芳")
	if err != nil || change.Changed != 1 {
		t.Fatalf("%+v, %v", change, err)
	}
	_, err = s.MendFinding(t.Context(), later, id, f2, []Bulk{{IDs: []string{entries[1].ID}, Retired: new(true)}}, "王芳")
	wantFault(t, err, fault.Conflict, "finding.changed")
	fresh := func(when string, want bool) {
		t.Helper()
		got, _, err := s.FindCheckup(t.Context(), later, id)
		now, err2 := s.Revision(t.Context(), id)
		if err != nil || err2 != nil || (got.Revision == now) != want {
			t.Errorf("%s: %s, now %s, %v %v", when, got.Revision, now, err, err2)
		}
	}
	fresh("after its own mend", true)
	if _, err := s.UndoChange(t.Context(), later.Add(time.Minute), id, change.ID, "王芳"); err != nil {
		t.Fatal(err)
	}
	fresh("after taking it back", true)
	if _, err := s.AddQuestion(t.Context(), later.Add(time.Hour), id, choice("丙")); err != nil {
		t.Fatal(err)
	}
	fresh("after another change", false)
	if list, err := s.ListFindings(t.Context(), id, "near", "open", 0, 10); err != nil || len(list) != 1 || list[0].No != 2 {
		t.Errorf("%+v, %v", list, err)
	}
	third, err := s.StartCheckup(t.Context(), later.Add(2*time.Hour), id, "王芳")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.FinishCheckup(t.Context(), later, third, found); err != nil {
		t.Fatal(err)
	}
	if f, _ := s.FindFinding(t.Context(), id, 1); f.State != FindingDismissed {
		t.Errorf("a dismissed finding comes back as %s", f.State)
	}
	if err := s.FailCheckup(t.Context(), later, third.ID, "checkup.failed"); err != nil {
		t.Fatal(err)
	}
	if got, _, _ := s.FindCheckup(t.Context(), later, id); got.State != CheckupFailed || got.Counts["near"] == nil {
		t.Errorf("the findings before stay: %+v", got)
	}
}
