package exchange

import (
	"context"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"leitai/questionbank"
)

// wantFile is what stands beside a file of testdata/cases: its questions as a person read them, never as a reader gave them.
type wantFile struct {
	Format Format    `json:"format"`
	Notes  []string  `json:"notes"` // codes, about the whole file
	Rows   []wantRow `json:"rows"`
}

type wantRow struct {
	Row         int               `json:"row,omitempty"` // 0 is not looked at
	Sheet       string            `json:"sheet,omitempty"`
	Status      Status            `json:"status"`
	Type        questionbank.Type `json:"type"`
	Stem        string            `json:"stem"`
	Options     []string          `json:"options"`
	Key         []string          `json:"key"`
	Explanation string            `json:"explanation,omitempty"`
	Category    string            `json:"category,omitempty"`
	Difficulty  int               `json:"difficulty,omitempty"` // 0 is not looked at
	Notes       []string          `json:"notes,omitempty"`      // codes
}

// TestFiles reads every file of testdata/cases, as departments really make them, and compares with what stands beside it.
func TestFiles(t *testing.T) {
	seen := 0
	err := filepath.WalkDir("testdata/cases", func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || strings.HasSuffix(path, ".want.json") {
			return err
		}
		seen++
		t.Run(strings.TrimPrefix(path, "testdata/cases/"), func(t *testing.T) { readsAsExpected(t, path) })
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if seen < 60 {
		t.Errorf("only %d files", seen)
	}
}

func readsAsExpected(t *testing.T, path string) {
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if len(data) > 64<<10 {
		t.Errorf("%d bytes are much for a test's file", len(data))
	}
	b, err := os.ReadFile(strings.TrimSuffix(path, filepath.Ext(path)) + ".want.json")
	if err != nil {
		t.Fatal(err)
	}
	var want wantFile
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	r, err := Read(context.Background(), filepath.Base(path), data)
	if err != nil {
		t.Fatal(err)
	}
	got := wantFile{Format: r.Format}
	for _, n := range r.Notes {
		got.Notes = append(got.Notes, n.Code)
	}
	for i, row := range r.Rows {
		q := row.Question
		w := wantRow{Row: row.Row, Sheet: row.Sheet, Status: row.Status(), Type: q.Type, Stem: q.Stem, Options: q.Options, Key: q.Key,
			Explanation: q.Explanation, Category: q.Category, Difficulty: q.Difficulty}
		for _, n := range row.Notes {
			w.Notes = append(w.Notes, n.Code)
		}
		if i < len(want.Rows) { // what the expectation leaves open
			if want.Rows[i].Row == 0 {
				w.Row = 0
			}
			if want.Rows[i].Sheet == "" {
				w.Sheet = ""
			}
			if want.Rows[i].Difficulty == 0 {
				w.Difficulty = 0
			}
		}
		got.Rows = append(got.Rows, w)
	}
	if diff := cmp.Diff(want, got, cmp.Transformer("nil", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
		t.Errorf("-want +got\n%s", diff)
	}
}
