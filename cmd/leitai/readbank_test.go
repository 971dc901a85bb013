package main

import (
	"bytes"
	"slices"
	"testing"
)

// TestProgressLines: what the reader's process tells on its way is passed on, however its output is cut, and the result
// behind it is left alone.
func TestProgressLines(t *testing.T) {
	const out = "#1000\n#2000\n#nonsense\n{\"result\":{\"Rows\":[\"#3\"]}}\n#4000\n"
	for size := 1; size <= len(out); size++ {
		var rest bytes.Buffer
		var told []int
		p := &progressLines{to: &rest, tell: func(n int) { told = append(told, n) }}
		for piece := range slices.Chunk([]byte(out), size) {
			if n, err := p.Write(piece); n != len(piece) || err != nil {
				t.Fatal(n, err)
			}
		}
		if !slices.Equal(told, []int{1000, 2000}) || rest.String() != "{\"result\":{\"Rows\":[\"#3\"]}}\n#4000\n" {
			t.Fatalf("pieces of %d: told %v, left %q", size, told, rest.String())
		}
	}
}
