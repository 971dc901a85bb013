package questionbank

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// aLargeBankIsListedAsASmallOne holds the list of a large bank, which comes from memory, against the database's own
// conditions, through every kind of change.
func aLargeBankIsListedAsASmallOne(t *testing.T, s *Store) {
	questions := make([]Question, leastForShelf+200)
	for i := range questions {
		q := choice(fmt.Sprintf("第%d题，％与_都在里面", i))
		q.Category, q.Difficulty = fmt.Sprintf("第%d类", i%3), i%5+1
		if i%2 == 0 {
			q.Tags = nil
		}
		questions[i] = q
	}
	id := bank(t, s, questions...)
	other, err := s.CreateBank(t.Context(), noon, t.Name()+" 2", nil)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	page, _, err := s.ListQuestions(t.Context(), Filter{BankID: id}, "", 100)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range page {
		ids = append(ids, e.ID)
	}
	play(t, s, id, ids[0], 10, 1)
	play(t, s, id, ids[1], 10, 5)
	play(t, s, id, ids[2], 10, 10)
	same := func(step string) {
		t.Helper()
		for _, f := range []Filter{{}, {Search: "第3 题"}, {Search: "%"}, {Search: "SHANGHAI 第12题"}, {Type: Judge}, {Type: Single, Category: "第2类", Difficulty: 4}, {Tag: "首都"}, {Tag: "新"},
			{Used: new(true)}, {Used: new(false), Category: "第1类"}, {Retired: new(true)}, {Deleted: true}, {Accuracy: AccuracyLow}, {Accuracy: AccuracyMiddle}, {Accuracy: AccuracyHigh},
			{Accuracy: AccuracyNone}, {ByAccuracy: true}, {ByAccuracy: true, Category: "第0类"}} {
			f.BankID = id
			for _, after := range []string{"", ids[1], ids[50]} {
				fast, n, err := s.ListQuestions(t.Context(), f, after, 7)
				if err != nil {
					t.Fatal(err)
				}
				slow, m, err := s.listFromDatabase(t.Context(), f, after, 7)
				if err != nil {
					t.Fatal(err)
				}
				if n != m {
					t.Errorf("%s: %+v: %d fit, the database has %d", step, f, n, m)
				}
				if diff := cmp.Diff(slow, fast); diff != "" {
					t.Errorf("%s: %+v after %q: %s", step, f, after, diff)
				}
			}
		}
	}
	same("new")
	later := noon
	change := func(b Bulk) Change {
		t.Helper()
		later = later.Add(1)
		c, err := s.ChangeQuestions(t.Context(), later, id, b, "王芳")
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	change(Bulk{IDs: ids[:5], Retired: new(true), AddTags: []string{"新"}})
	same("retired, in the same millisecond")
	binned := change(Bulk{IDs: ids[5:9], Deleted: new(true)})
	same("binned")
	change(Bulk{IDs: ids[9:12], BankID: &other})
	same("moved away")
	if _, err := s.AddQuestion(t.Context(), later, id, choice("新的一题")); err != nil {
		t.Fatal(err)
	}
	same("added")
	q := page[20].Question
	q.Stem, q.Key = "改过的题", []string{"A"}
	if _, err := s.UpdateQuestion(t.Context(), later, q, "王芳"); err != nil {
		t.Fatal(err)
	}
	same("edited")
	if u, err := s.UndoChange(t.Context(), later, id, binned.ID, "王芳"); err != nil || u.Restored != 4 {
		t.Fatalf("%+v, %v", u, err)
	}
	same("out of the bin")
	if _, err := s.db.Exec(t.Context(), `DELETE FROM questions WHERE id = $1`, ids[30]); err != nil {
		t.Fatal(err)
	}
	same("gone, as after taking an import back")
}

// play notes that a question was answered in a round of its own.
func play(t *testing.T, s *Store, bankID, id string, answers, correct int) {
	t.Helper()
	e, err := s.FindEntry(t.Context(), id)
	if err != nil {
		t.Fatal(err)
	}
	round := "r-" + id
	for _, statement := range []string{
		`INSERT INTO contests (id, title, organizer, settings, status, version, created_at) VALUES ('` + bankID + `', 'c', '', '{}', 'finished', 1, 0) ON CONFLICT DO NOTHING`,
		`INSERT INTO rounds (id, contest_id, no, title, format, settings) SELECT '` + round + `', '` + bankID + `', COUNT(*) + 1, 'r', 'sync', '{}' FROM rounds WHERE contest_id = '` + bankID + `'`,
	} {
		if _, err := s.db.Exec(t.Context(), statement); err != nil {
			t.Fatal(err)
		}
	}
	snapshot, err := jsonOf(e.Question)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec(t.Context(), `INSERT INTO round_questions (round_id, question_no, question_id, version, snapshot, voided) VALUES ($1, 1, $2, $3, $4, FALSE)`,
		round, id, e.Version, snapshot); err != nil {
		t.Fatal(err)
	}
	if _, err := s.db.Exec(t.Context(), `INSERT INTO question_stats (round_id, question_no, question_id, version, answers, correct, counts) VALUES ($1, 1, $2, $3, $4, $5, $6)`,
		round, id, e.Version, answers, correct, fmt.Sprintf(`{"A":%d,"B":%d}`, answers-correct, correct)); err != nil {
		t.Fatal(err)
	}
}
