package main

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"leitai/questionbank/exchange"
)

// TestToldLines: what the reader's process tells is taken in however its output is cut, with rests in between.
func TestToldLines(t *testing.T) {
	const out = `{"progress":1000}` + "\n" + `{"row":{"Row":3,"Question":{"stem":"{\"progress\":7}"}}}` + "\n" + `{"row":{"Row":4}}` + "\n" + `{"end":true,"format":"csv"}` + "\n"
	for size := 1; size <= len(out); size++ {
		var told []int
		ctx := exchange.WithProgress(t.Context(), func(rows int) { told = append(told, rows) })
		p := &toldLines{ctx: ctx, pace: gently}
		for piece := range slices.Chunk([]byte(out), size) {
			if n, err := p.Write(piece); n != len(piece) || err != nil {
				t.Fatal(n, err)
			}
		}
		if !slices.Equal(told, []int{1000}) || len(p.rows) != 2 || p.rows[0].Question.Stem != `{"progress":7}` || !p.end.End || p.end.Format != exchange.CSV {
			t.Fatalf("pieces of %d: told %v, %+v", size, told, p)
		}
	}
}

// TestToldLinesRest: taking in many rows leaves time to others, and ends with the context.
func TestToldLinesRest(t *testing.T) {
	enough := errors.New("enough")
	rested := 0
	p := &toldLines{ctx: t.Context(), pace: func(_ context.Context, took time.Duration) (time.Duration, error) {
		if rested++; took < restAfter {
			t.Errorf("a rest after %v", took)
		}
		return 0, enough
	}}
	row := []byte(`{"row":{"Row":3,"Question":{"stem":"题干"}}}` + "\n")
	for range 100_000 {
		if _, err := p.Write(row); err != nil {
			if rested != 1 || !errors.Is(err, enough) {
				t.Errorf("%d rests, %v", rested, err)
			}
			return
		}
	}
	t.Error("never a rest")
}
