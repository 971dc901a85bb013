package quiz

import (
	"encoding/json"
	"slices"
	"testing"
	"time"

	"leitai/sqldb"
)

// TestTheBankLearnsHowItsQuestionsWereAnswered: each question once it is revealed, never while answers come in, again
// when it becomes or ceases to be void, and whatever failed at the next beat.
func TestTheBankLearnsHowItsQuestionsWereAnswered(t *testing.T) {
	inTheater(t, newContest(nil, 2), func(h *theater) {
		stats := func() (out []Ref) {
			h.store.with(func(m *memory) { out = slices.Clone(m.stats) })
			return out
		}
		wait := func() { time.Sleep(3 * beatEvery) } // of the test's own clock
		one, two := Ref{1, 1}, Ref{1, 2}
		h.do(CmdNext)
		h.run(PhaseOpen)
		h.answer("ann", "B", second)
		wait()
		if got := stats(); len(got) != 0 {
			t.Fatalf("before the reveal: %v", got)
		}
		h.store.with(func(m *memory) { m.failing["SaveStats"] = true })
		h.do(CmdLock)
		h.run(PhaseClosed)
		h.do(CmdReveal)
		wait()
		if got := stats(); len(got) != 0 {
			t.Fatalf("while the database is away: %v", got)
		}
		h.store.with(func(m *memory) { m.failing["SaveStats"] = false })
		wait()
		if got := stats(); !slices.Equal(got, []Ref{one}) {
			t.Fatalf("after the reveal: %v", got)
		}
		h.with(Command{Name: CmdVoid, QuestionNo: 1, Reason: "有误"})
		wait()
		h.do(CmdUndo)
		wait()
		if got := stats(); !slices.Equal(got, []Ref{one, one, one}) {
			t.Fatalf("void, and not any more: %v", got)
		}
		h.do(CmdNext, CmdNext)
		h.question(map[string]string{"bob": "B"})
		wait()
		if got := stats(); !slices.Equal(got, []Ref{one, one, one, two}) {
			t.Fatalf("the next one: %v", got)
		}
	})
}

func statsAreAbsolute(t *testing.T, s *Store) {
	c := create(t, s, fullContest())
	read := func() (n, answers, correct, version int, question string, counts map[string]int) {
		t.Helper()
		var rows []struct {
			Question string                     `db:"question_id"`
			Version  int                        `db:"version"`
			Answers  int                        `db:"answers"`
			Correct  int                        `db:"correct"`
			Counts   sqldb.JSON[map[string]int] `db:"counts"`
		}
		if err := s.db.Select(t.Context(), &rows, `SELECT question_id, version, answers, correct, counts FROM question_stats WHERE round_id = $1`, c.Rounds[0].ID); err != nil {
			t.Fatal(err)
		}
		if len(rows) == 0 {
			return 0, 0, 0, 0, "", nil
		}
		r := rows[0]
		return len(rows), r.Answers, r.Correct, r.Version, r.Question, r.Counts.V
	}
	save := func(ref Ref) {
		t.Helper()
		if err := s.SaveStats(t.Context(), c, ref); err != nil {
			t.Fatal(err)
		}
	}
	at := Ref{1, 1}
	absent := give(c, at, "eve", "A", 0)
	absent.Choice, absent.Correct = []string{}, false
	s.append(t, give(c, at, "ann", "B", 10), give(c, at, "bob", "C", 0), absent)
	save(at)
	save(at)
	q := c.Rounds[0].Questions[0].Question
	n, answers, correct, version, id, counts := read()
	if n != 1 || answers != 2 || correct != 1 || version != q.Version || id != q.ID || counts["B"] != 1 || counts["C"] != 1 {
		b, _ := json.Marshal(counts)
		t.Errorf("%d rows: %d answers, %d right, %s v%d, %s", n, answers, correct, id, version, b)
	}
	s.append(t, give(c, at, "dan", "B", 10))
	save(at)
	if _, answers, correct, _, _, _ := read(); answers != 3 || correct != 2 {
		t.Errorf("one more: %d answers, %d right", answers, correct)
	}
	void := func(v bool) {
		t.Helper()
		if _, err := s.db.Exec(t.Context(), `UPDATE round_questions SET voided = $2 WHERE round_id = $1 AND question_no = 1`, c.Rounds[0].ID, v); err != nil {
			t.Fatal(err)
		}
		save(at)
	}
	void(true)
	if n, _, _, _, _, _ := read(); n != 0 {
		t.Error("a void question has numbers")
	}
	void(false)
	if n, answers, _, _, _, _ := read(); n != 1 || answers != 3 {
		t.Errorf("not void any more: %d rows, %d answers", n, answers)
	}
	save(Ref{9, 9}) // no such question
}
