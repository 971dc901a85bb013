package quiz

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"sync"
	"testing"
)

func theFirstAnswerWins(t *testing.T, s *Store) {
	c := create(t, s, fullContest())
	one, two := Ref{1, 1}, Ref{1, 2}
	// within one batch
	got := s.append(t, give(c, one, "ann", "A", 0), give(c, one, "ann", "B", 10), give(c, one, "bob", "B", 10), give(c, one, "ann", "C", 0))
	if !slices.Equal(got, []bool{true, false, true, false}) {
		t.Errorf("got %v", got)
	}
	// in a later one, and to another question
	if got = s.append(t, give(c, one, "ann", "B", 10), give(c, two, "ann", "B", 10)); !slices.Equal(got, []bool{false, true}) {
		t.Errorf("got %v", got)
	}
	first, ok, err := s.FindAnswer(t.Context(), c.Rounds[0].ID, 1, "ann")
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	same(t, first, give(c, one, "ann", "A", 0))
	if _, ok, err = s.FindAnswer(t.Context(), c.Rounds[0].ID, 2, "bob"); ok || err != nil {
		t.Errorf("got %v and %v", ok, err)
	}
	if got := s.append(t); len(got) != 0 {
		t.Errorf("no answers gave %v", got)
	}
}

func answersOfAllKinds(t *testing.T, s *Store) {
	c := create(t, s, fullContest())
	choices := [][]string{{"B"}, {"A", "C"}, {`a"b\c`, "", "[]"}, {"北京🎉"}, {}}
	for i, choice := range choices {
		a := give(c, Ref{1, 1}, fmt.Sprint("e", i), "B", i-2)
		a.Choice = choice
		s.append(t, a)
	}
	got, err := s.AnswersTo(t.Context(), c.Rounds[0].ID, 1)
	if err != nil || len(got) != len(choices) {
		t.Fatal(len(got), err)
	}
	for i, a := range got {
		if a.EntrantID != fmt.Sprint("e", i) || !slices.Equal(a.Choice, choices[i]) || a.Choice == nil || a.Points != i-2 {
			t.Errorf("answer %d is %+v", i, a)
		}
	}
}

func answersOfOneEntrantAreInTheOrderOfTheShow(t *testing.T, s *Store) {
	c, other := create(t, s, fullContest()), create(t, s, fullContest())
	s.append(t, give(c, Ref{2, 1}, "ann", "B", 3), give(c, Ref{1, 2}, "ann", "B", 2), give(c, Ref{1, 1}, "ann", "B", 1),
		give(c, Ref{1, 1}, "bob", "B", 9), give(other, Ref{1, 1}, "ann", "B", 8))
	got, err := s.AnswersOf(t.Context(), c.ID, "ann")
	if err != nil {
		t.Fatal(err)
	}
	same(t, got, []Answer{give(c, Ref{1, 1}, "ann", "B", 1), give(c, Ref{1, 2}, "ann", "B", 2), give(c, Ref{2, 1}, "ann", "B", 3)})
}

func answersComeInPages(t *testing.T, s *Store) {
	c := create(t, s, fullContest())
	var as []Answer
	for i := range 25 {
		as = append(as, give(c, Ref{1, 1}, newID(), "B", i), give(c, Ref{1, 2}, newID(), "B", i))
	}
	s.append(t, as...)
	want, err := s.AnswersTo(t.Context(), c.Rounds[0].ID, 1)
	if err != nil {
		t.Fatal(err)
	}
	var got []Answer
	var sizes []int
	for after := ""; ; {
		page, err := s.AnswersAfter(t.Context(), c.Rounds[0].ID, 1, after, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(page) == 0 {
			break
		}
		got, sizes, after = append(got, page...), append(sizes, len(page)), page[len(page)-1].EntrantID
	}
	same(t, got, want)
	if !slices.Equal(sizes, []int{10, 10, 5}) {
		t.Errorf("pages of %v", sizes)
	}
}

func pointsAreSet(t *testing.T, s *Store) {
	c := create(t, s, fullContest())
	s.append(t, give(c, Ref{1, 1}, "ann", "B", 1), give(c, Ref{1, 1}, "bob", "B", 2), give(c, Ref{1, 2}, "ann", "B", 3))
	if err := s.SetPoints(t.Context(), c.Rounds[0].ID, 1, map[string]int{"ann": -40, "nobody": 9}); err != nil {
		t.Fatal(err)
	}
	if err := s.SetPoints(t.Context(), c.Rounds[0].ID, 1, nil); err != nil {
		t.Fatal(err)
	}
	totals, err := s.Totals(t.Context(), c.ID, Ref{1, 9})
	if err != nil || totals["ann"].Points != -37 || totals["bob"].Points != 2 || len(totals) != 2 {
		t.Errorf("got %v and %v", totals, err)
	}
}

// The sums of the database are those that one gets by hand, whatever was answered and voided.
func totalsAndStreaksOfRandomAnswers(t *testing.T, s *Store) {
	seed := rand.Uint64()
	t.Logf("seed %d", seed)
	r := rand.New(rand.NewPCG(seed, 0))
	c := create(t, s, fullContest())
	other := create(t, s, fullContest())
	room := openRoom(t, s, c)
	var refs []Ref
	for _, round := range c.Rounds {
		for _, q := range round.Questions {
			refs = append(refs, Ref{round.No, q.No})
		}
	}
	var all []Answer
	at := map[int]Ref{}
	for e := range 40 {
		for _, ref := range refs {
			a := give(c, ref, fmt.Sprint("e", e), []string{"A", "B", "B", "C"}[r.IntN(4)], r.IntN(30)-10)
			a.Adjusted = ms(r.IntN(20000))
			switch r.IntN(6) {
			case 0:
				continue
			case 1:
				a.Choice, a.Correct = nil, false
			}
			at[len(all)] = ref
			all = append(all, a)
		}
	}
	s.append(t, all...)
	s.append(t, give(other, Ref{1, 1}, "e1", "B", 1000))

	for _, voided := range [][]Ref{nil, {{1, 2}}, {{1, 1}, {2, 2}}, refs} {
		after := room.State
		after.Seq++
		after.Voided = voided
		if err := s.SaveState(t.Context(), c, room.State, after, "node1", noon, nil); err != nil {
			t.Fatal(err)
		}
		room.State = after
		var counting []Ref
		for _, ref := range refs {
			if !after.IsVoid(ref) {
				counting = append(counting, ref)
			}
		}
		for _, upTo := range append([]Ref{{0, -1}, {1, 0}, {2, 0}, {9, 9}}, refs...) {
			want := map[string]Total{}
			for i, a := range all {
				if upTo.Before(at[i]) || after.IsVoid(at[i]) {
					continue
				}
				sum := want[a.EntrantID]
				sum.Points += int64(a.Points)
				if len(a.Choice) > 0 {
					sum.Answers++
				}
				if a.Correct {
					sum.Correct++
					sum.TimeMS += a.Adjusted.Milliseconds()
				}
				want[a.EntrantID] = sum
			}
			got, err := s.Totals(t.Context(), c.ID, upTo)
			if err != nil {
				t.Fatal(err)
			}
			same(t, got, want)
			inARow, err := s.Streaks(t.Context(), c.ID, upTo, counting)
			if err != nil {
				t.Fatal(err)
			}
			for e := range 40 {
				if id := fmt.Sprint("e", e); inARow[id] != inARowByHand(all, at, id, upTo, counting) {
					t.Fatalf("%s has %d in a row up to %v", id, inARow[id], upTo)
				}
			}
		}
	}
}

// inARowByHand counts back from upTo; a question without an answer breaks the row.
func inARowByHand(all []Answer, at map[int]Ref, id string, upTo Ref, counting []Ref) (n int) {
	for _, ref := range slices.Backward(counting) {
		if upTo.Before(ref) {
			continue
		}
		i := slices.IndexFunc(all, func(a Answer) bool { return a.EntrantID == id && a.Correct })
		for i >= 0 && i < len(all) && (all[i].EntrantID != id || !all[i].Correct || at[i] != ref) {
			i++
		}
		if i < 0 || i == len(all) {
			return n
		}
		n++
	}
	return n
}

// acks gathers what the log tells the phones.
type acks struct {
	mu    sync.Mutex
	first map[string]int
	again int
}

func (a *acks) Acked(answer Answer, inserted bool, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	switch {
	case err != nil:
		panic(err)
	case inserted:
		a.first[answer.EntrantID]++
	default:
		a.again++
	}
}

// What the log acknowledged is in the database, once for each person, however often and from wherever it was sent.
func aBurstOfAnswers(t *testing.T, s *Store) {
	const people, sends = 200, 4
	c := create(t, s, fullContest())
	logs := []*AnswerLog{NewAnswerLog(s), NewAnswerLog(s)} // of two processes
	got := &acks{first: map[string]int{}}
	var wg sync.WaitGroup
	for p := range people {
		wg.Go(func() {
			for i := range sends {
				a := give(c, Ref{1, 1}, fmt.Sprintf("e%03d", p), "B", i)
				a.ClientID = fmt.Sprint("send ", i)
				logs[i%2].Put(a, got)
			}
		})
	}
	wg.Wait()
	for _, l := range logs {
		if err := l.Drain(context.Background()); err != nil {
			t.Fatal(err)
		}
	}
	stored, err := s.AnswersTo(t.Context(), c.Rounds[0].ID, 1)
	if err != nil || len(stored) != people {
		t.Fatalf("%d answers are stored (%v)", len(stored), err)
	}
	for _, l := range logs {
		l.Close()
	}
	if len(got.first) != people || got.again != people*(sends-1) {
		t.Errorf("%d were told that they were first, and %d that they were not", len(got.first), got.again)
	}
	for id := range maps.Keys(got.first) {
		if got.first[id] != 1 {
			t.Errorf("%s was first %d times", id, got.first[id])
		}
	}
}
