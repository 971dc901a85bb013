package questionbank

import (
	"bytes"
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"leitai/fault"
	"leitai/internal/testenv"
	"leitai/sqldb"
)

var noon = time.Date(2026, 7, 1, 12, 0, 0, 0, time.UTC)

// TestStore runs all tests of the Store on one database of each engine. Each makes banks of its own.
func TestStore(t *testing.T) {
	tests := []struct {
		name string
		run  func(*testing.T, *Store)
	}{
		{"an import is previewed, stored, stored again and taken back", anImportIsStoredAndTakenBack},
		{"an import that was used stays", anImportThatWasUsedStays},
		{"an import is read while it is listed", anImportIsReadWhileListed},
		{"the file of an import is kept for some days", theFileOfAnImportIsKept},
		{"rows of an import are found by their notes", rowsAreFoundByTheirNotes},
		{"a question is listed, found and searched", aQuestionIsFound},
		{"an edit keeps the version before", anEditKeepsTheVersionBefore},
		{"many are changed at once", manyAreChangedAtOnce},
		{"a change is taken back", aChangeIsTakenBack},
		{"answers follow the meaning", answersFollowTheMeaning},
		{"a checkup is kept", aCheckupIsKept},
		{"a large bank is listed as a small one", aLargeBankIsListedAsASmallOne},
	}
	testenv.Databases(t, func(t *testing.T, url string) {
		db, err := sqldb.Open(context.Background(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		if err := db.Migrate(context.Background()); err != nil {
			t.Fatal(err)
		}
		for _, tt := range tests {
			t.Run(tt.name, func(t *testing.T) { tt.run(t, NewStore(db)) })
		}
	})
}

func choice(stem string) Question {
	return Question{Type: Single, Category: "地理", Stem: stem, Options: []string{"上海 Shanghai", "北京"}, Key: []string{"B"}, Difficulty: 2, Tags: []string{"首都"}}
}

func bank(t *testing.T, s *Store, questions ...Question) string {
	t.Helper()
	id, err := s.CreateBank(t.Context(), noon, t.Name(), questions)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

func wantFault(t *testing.T, err error, code fault.Code, key string) {
	t.Helper()
	if fault.CodeOf(err) != code || fault.KeyOf(err) != key {
		t.Errorf("got %v, want %s %s", err, code, key)
	}
}

func preview(t *testing.T, s *Store) Import {
	t.Helper()
	in := &Import{FileName: "题库.xlsx", Format: "xlsx", StaffID: "s", StaffName: "管理员", Notes: "[]", OK: 2, Errors: 1}
	if err := s.CreateImport(t.Context(), noon, in, []ImportRow{{No: 1, Status: "ok", Data: `{"a":1}`}, {No: 2, Status: "error", Data: `{}`, Codes: " key.one mend:type.multiple "}, {No: 3, Status: "ok", Data: `{}`}}); err != nil {
		t.Fatal(err)
	}
	return *in
}

// each gives row n the n-th question; further rows have none.
func each(questions ...Question) func(ImportRow) (Question, bool, error) {
	return func(r ImportRow) (Question, bool, error) {
		if r.No > len(questions) {
			return Question{}, false, nil
		}
		return questions[r.No-1], true, nil
	}
}

func anImportIsStoredAndTakenBack(t *testing.T, s *Store) {
	in := preview(t, s)
	rows, err := s.ImportRows(t.Context(), in.ID, RowFilter{Status: "ok"}, 1, 10)
	if err != nil || len(rows) != 1 || rows[0].No != 3 {
		t.Fatalf("rows %v, %v", rows, err)
	}
	if err := s.ChangeImportRow(t.Context(), in.ID, ImportRow{No: 2, Status: "warning", Data: `{"b":2}`}); err != nil {
		t.Fatal(err)
	}
	changed, err := s.FindImport(t.Context(), in.ID)
	if err != nil || changed.OK != 2 || changed.Warnings != 1 || changed.Errors != 0 {
		t.Fatalf("%+v, %v", changed, err)
	}
	wantFault(t, s.ChangeImportRow(t.Context(), in.ID, ImportRow{No: 9, Status: "ok", Data: `{}`}), fault.NotFound, "import.row_missing")

	questions := each(choice("甲"), choice("乙"), choice("甲"))
	stored, err := s.StoreImport(t.Context(), noon, in.ID, t.Name(), questions)
	if err != nil || stored.State != ImportStored || stored.Added != 2 || stored.Known != 1 || stored.BankID == nil {
		t.Fatalf("%+v, %v", stored, err)
	}
	_, err = s.StoreImport(t.Context(), noon, in.ID, t.Name(), questions)
	wantFault(t, err, fault.Conflict, "import.stored")
	wantFault(t, s.ChangeImportRow(t.Context(), in.ID, ImportRow{No: 2, Status: "ok", Data: `{}`}), fault.Conflict, "import.stored")

	again := preview(t, s)
	twice, err := s.StoreImport(t.Context(), noon, again.ID, t.Name(), questions)
	if err != nil || twice.Added != 0 || twice.Known != 3 {
		t.Fatalf("%+v, %v", twice, err)
	}
	undone, err := s.UndoImport(t.Context(), noon, in.ID)
	if err != nil || undone.State != ImportUndone {
		t.Fatalf("%+v, %v", undone, err)
	}
	if _, total, err := s.ListQuestions(t.Context(), Filter{BankID: *stored.BankID}, "", 10); err != nil || total != 0 {
		t.Errorf("%d questions stay, %v", total, err)
	}
	_, err = s.UndoImport(t.Context(), noon, in.ID)
	wantFault(t, err, fault.Conflict, "import.not_stored")
	_, err = s.UndoImport(t.Context(), noon, "nobody")
	wantFault(t, err, fault.NotFound, "import.missing")
}

func anImportIsReadWhileListed(t *testing.T, s *Store) {
	in := &Import{FileName: "题库.csv", StaffID: "s", StaffName: "管理员"}
	if err := s.BeginImport(t.Context(), noon, in); err != nil {
		t.Fatal(err)
	}
	if err := s.ImportProgress(t.Context(), noon.Add(time.Second), in.ID, 1200); err != nil {
		t.Fatal(err)
	}
	got, err := s.FindImport(t.Context(), in.ID)
	if err != nil || got.Phase != ImportReading || got.Progress != 1200 || !got.ProgressedAt.Time().Equal(noon.Add(time.Second)) {
		t.Fatalf("%+v, %v", got, err)
	}
	_, err = s.StoreImport(t.Context(), noon, in.ID, t.Name(), nil)
	wantFault(t, err, fault.Conflict, "import.unread")
	if err := s.FailImport(t.Context(), in.ID, "import.broken"); err != nil {
		t.Fatal(err)
	}
	if got, err = s.FindImport(t.Context(), in.ID); err != nil || got.Phase != ImportFailed || got.Fault != "import.broken" {
		t.Fatalf("%+v, %v", got, err)
	}
	if err := s.DropImport(t.Context(), in.ID); err != nil {
		t.Fatal(err)
	}
	_, err = s.FindImport(t.Context(), in.ID)
	wantFault(t, err, fault.NotFound, "import.missing")
}

func theFileOfAnImportIsKept(t *testing.T, s *Store) {
	in, later := preview(t, s), preview(t, s)
	data := bytes.Repeat([]byte("\x00\xff题库"), filePiece/4)
	if err := s.KeepFile(t.Context(), noon, in.ID, data); err != nil {
		t.Fatal(err)
	}
	if got, err := s.ImportFile(t.Context(), in.ID); err != nil || !bytes.Equal(got, data) {
		t.Fatalf("%d of %d bytes, %v", len(got), len(data), err)
	}
	if err := s.KeepFile(t.Context(), noon.Add(KeepFiles+time.Second), later.ID, []byte("x")); err != nil {
		t.Fatal(err)
	}
	if got, err := s.ImportFile(t.Context(), in.ID); err != nil || got != nil {
		t.Fatalf("%d bytes are kept for too long, %v", len(got), err)
	}
}

func rowsAreFoundByTheirNotes(t *testing.T, s *Store) {
	in := preview(t, s)
	codes, err := s.CodeCounts(t.Context(), in.ID)
	if err != nil || len(codes) != 2 || codes["key.one"] != 1 || codes["mend:type.multiple"] != 1 {
		t.Fatalf("%v, %v", codes, err)
	}
	for code, want := range map[string]int{"key.one": 1, "key_one": 0, "key": 0, "mend:type.multiple": 1} {
		if rows, err := s.ImportRows(t.Context(), in.ID, RowFilter{Code: code}, 0, 10); err != nil || len(rows) != want {
			t.Errorf("%s: %v, %v", code, rows, err)
		}
	}
	if err := s.ChangeImportRows(t.Context(), in.ID, []ImportRow{{No: 2, Status: "ok", Data: `{}`}}); err != nil {
		t.Fatal(err)
	}
	if got, err := s.FindImport(t.Context(), in.ID); err != nil || got.OK != 3 || got.Errors != 0 {
		t.Fatalf("%+v, %v", got, err)
	}
}

func anImportThatWasUsedStays(t *testing.T, s *Store) {
	in := preview(t, s)
	stored, err := s.StoreImport(t.Context(), noon, in.ID, t.Name(), each(choice("甲"), choice("乙")))
	if err != nil {
		t.Fatal(err)
	}
	page, _, err := s.ListQuestions(t.Context(), Filter{BankID: *stored.BankID}, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	q := page[0].Question
	q.Explanation = "改过"
	if _, err := s.UpdateQuestion(t.Context(), noon, q, "管理员"); err != nil {
		t.Fatal(err)
	}
	_, err = s.UndoImport(t.Context(), noon, in.ID)
	wantFault(t, err, fault.Conflict, "import.used")
}

func aQuestionIsFound(t *testing.T, s *Store) {
	percent := choice("含有 100% 果汁_吗")
	percent.Category, percent.Difficulty, percent.Tags = "食品", 5, nil
	id := bank(t, s, choice("我国的首都是哪座城市？"), percent, Question{Type: Judge, Stem: "地球是圆的。", Options: []string{"正确", "错误"}, Key: []string{"A"}, Difficulty: 3})
	tests := []struct {
		name   string
		filter Filter
		want   int
	}{
		{"all", Filter{}, 3},
		{"two characters", Filter{Search: "首都"}, 1},
		{"in an option, without regard to case and width", Filter{Search: "ＳＨＡＮＧＨＡＩ"}, 2},
		{"two words", Filter{Search: "城市 北京"}, 1},
		{"two words that are not together", Filter{Search: "城市 地球"}, 0},
		{"a percent sign is itself", Filter{Search: "100%"}, 1},
		{"an underscore is itself", Filter{Search: "汁_吗"}, 1},
		{"nothing like it", Filter{Search: "1%0"}, 0},
		{"a type", Filter{Type: Judge}, 1},
		{"a category", Filter{Category: "食品"}, 1},
		{"a difficulty", Filter{Difficulty: 5}, 1},
		{"a tag", Filter{Tag: "首都"}, 1},
		{"half a tag", Filter{Tag: "首"}, 0},
		{"used", Filter{Used: new(true)}, 0},
		{"not used", Filter{Used: new(false)}, 3},
		{"the bin", Filter{Deleted: true}, 0},
	}
	for _, tt := range tests {
		tt.filter.BankID = id
		page, total, err := s.ListQuestions(t.Context(), tt.filter, "", 10)
		if err != nil || total != tt.want || len(page) != tt.want {
			t.Errorf("%s: %d of %d, want %d, %v", tt.name, len(page), total, tt.want, err)
		}
	}
	var got []string
	for after := ""; ; {
		page, _, err := s.ListQuestions(t.Context(), Filter{BankID: id}, after, 2)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		for _, e := range page {
			got = append(got, e.Stem)
			after = e.ID
		}
	}
	if diff := cmp.Diff([]string{"地球是圆的。", "含有 100% 果汁_吗", "我国的首都是哪座城市？"}, got); diff != "" {
		t.Error(diff)
	}
}

func anEditKeepsTheVersionBefore(t *testing.T, s *Store) {
	id := bank(t, s, choice("甲"), choice("乙"))
	page, _, err := s.ListQuestions(t.Context(), Filter{BankID: id}, "", 10)
	if err != nil {
		t.Fatal(err)
	}
	before := page[1].Question
	q := before
	q.Stem, q.Key = "甲，改过", []string{"A"}
	e, err := s.UpdateQuestion(t.Context(), noon.Add(time.Hour), q, "王芳")
	if err != nil || e.Version != 2 || e.Stem != q.Stem {
		t.Fatalf("%+v, %v", e, err)
	}
	versions, err := s.ListVersions(t.Context(), q.ID)
	if err != nil || len(versions) != 1 {
		t.Fatalf("%v, %v", versions, err)
	}
	if diff := cmp.Diff(PastVersion{before, noon.Add(time.Hour), "王芳"}, versions[0]); diff != "" {
		t.Error(diff)
	}
	_, err = s.UpdateQuestion(t.Context(), noon, q, "李雷") // on top of the old version
	wantFault(t, err, fault.Conflict, "question.changed")
	q.Version, q.Stem = 2, "乙"
	_, err = s.UpdateQuestion(t.Context(), noon, q, "李雷")
	wantFault(t, err, fault.Conflict, "question.exists")
	q.Stem = " "
	_, err = s.UpdateQuestion(t.Context(), noon, q, "李雷")
	wantFault(t, err, fault.Invalid, "request.invalid")
	if _, total, _ := s.ListQuestions(t.Context(), Filter{BankID: id, Search: "改过"}, "", 10); total != 1 {
		t.Errorf("the edited text is found %d times", total)
	}
}

func manyAreChangedAtOnce(t *testing.T, s *Store) {
	var all []Question
	for i := range 20 {
		all = append(all, choice(fmt.Sprintf("第%d题", i)))
	}
	id := bank(t, s, all...)
	other, err := s.CreateBank(t.Context(), noon, t.Name()+" 2", nil)
	if err != nil {
		t.Fatal(err)
	}
	page, _, err := s.ListQuestions(t.Context(), Filter{BankID: id}, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	ids := func(from, to int) (out []string) {
		for _, e := range page[from:to] {
			out = append(out, e.ID)
		}
		return out
	}
	for _, step := range []struct {
		name   string
		bulk   Bulk
		filter Filter
		want   int
	}{
		{"retire", Bulk{IDs: ids(0, 5), Retired: new(true)}, Filter{BankID: id, Retired: new(true)}, 5},
		{"category", Bulk{IDs: ids(0, 7), Category: new("新类")}, Filter{BankID: id, Category: "新类"}, 7},
		{"difficulty", Bulk{IDs: ids(0, 3), Level: new(5)}, Filter{BankID: id, Difficulty: 5}, 3},
		{"bin", Bulk{IDs: ids(10, 15), Deleted: new(true)}, Filter{BankID: id}, 15},
		{"out of the bin", Bulk{IDs: ids(10, 12), Deleted: new(false)}, Filter{BankID: id}, 17},
		{"move", Bulk{IDs: ids(0, 4), BankID: &other}, Filter{BankID: other}, 4},
	} {
		c, err := s.ChangeQuestions(t.Context(), noon, id, step.bulk, "王芳")
		if err != nil || c.Changed != len(step.bulk.IDs) {
			t.Fatalf("%s: %+v, %v", step.name, c, err)
		}
		if _, total, err := s.ListQuestions(t.Context(), step.filter, "", 1); err != nil || total != step.want {
			t.Errorf("%s: %d, want %d, %v", step.name, total, step.want, err)
		}
	}
	if c, err := s.ChangeQuestions(t.Context(), noon, id, Bulk{IDs: ids(0, 4), Retired: new(true)}, "王芳"); err != nil || c != (Change{}) {
		t.Errorf("%+v of another bank were changed, %v", c, err)
	}
	questions, err := s.Draw(t.Context(), DrawRule{BankID: id, Count: 12}, 1)
	if err != nil || len(questions) != 12 { // 17 less 4 moved and one retired
		t.Errorf("%d drawn, %v", len(questions), err)
	}
	_, err = s.Draw(t.Context(), DrawRule{BankID: id, Count: 13}, 1)
	wantFault(t, err, fault.Conflict, "draw.too_few")
}
