package exchange_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"leitai/questionbank"
	"leitai/questionbank/exchange"
)

const (
	capital = `{"type":"single","category":"地理","stem":"我国的首都是哪座城市？","options":["上海","北京"],"key":["B"],"explanation":"","source":"","difficulty":1}`
	river   = `{"type":"judge","category":"地理","stem":"长江是我国最长的河流。","options":["正确","错误"],"key":["A"],"explanation":"","source":"","difficulty":1,"tags":["河流"]}`
)

func TestReadJSONLines(t *testing.T) {
	tests := []struct {
		name, file string
		stems      []string
	}{
		{"two questions", capital + "\n" + river + "\n", []string{"我国的首都是哪座城市？", "长江是我国最长的河流。"}},
		{"no newline at the end", capital, []string{"我国的首都是哪座城市？"}},
		{"a byte order mark and Windows line ends", "\ufeff" + capital + "\r\n" + river + "\r\n", []string{"我国的首都是哪座城市？", "长江是我国最长的河流。"}},
		{"empty lines", "\n\n  \n" + river + "\n\n", []string{"长江是我国最长的河流。"}},
		{"an empty file", "", nil},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := exchange.ReadJSONLines(strings.NewReader(tt.file))
			if err != nil {
				t.Fatal(err)
			}
			if len(got) != len(tt.stems) {
				t.Fatalf("%d questions, want %d", len(got), len(tt.stems))
			}
			for i, stem := range tt.stems {
				if got[i].Stem != stem {
					t.Errorf("question %d is %q, want %q", i, got[i].Stem, stem)
				}
			}
		})
	}
}

func TestBrokenLineIsNamed(t *testing.T) {
	tests := []struct{ name, line string }{
		{"no JSON", "我国的首都是哪座城市？"},
		{"half a question", capital[:60]},
		{"another JSON value", `["single"]`},
		{"null", "null"},
		{"unknown field", strings.Replace(river, `"tags"`, `"label"`, 1)},
		{"key out of range", strings.Replace(capital, `["B"]`, `["C"]`, 1)},
		{"two questions on a line", capital + " " + river},
		{"text after the question", capital + "; "},
		{"longer than a line may be", strings.Replace(capital, "首都", strings.Repeat("长", 1<<20), 1)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got, err := exchange.ReadJSONLines(strings.NewReader(river + "\n\n" + tt.line + "\n" + capital))
			if err == nil || got != nil {
				t.Fatalf("got %d questions and no error", len(got))
			}
			if !strings.Contains(err.Error(), "line 3") {
				t.Errorf("error %q does not name line 3", err)
			}
		})
	}
}

// brokenReader fails after the text.
type brokenReader struct{ text *strings.Reader }

var errBroken = errors.New("disk is gone")

func (r brokenReader) Read(p []byte) (int, error) {
	if r.text.Len() > 0 {
		return r.text.Read(p)
	}
	return 0, errBroken
}

func TestReadErrorIsPassedOn(t *testing.T) {
	if _, err := exchange.ReadJSONLines(brokenReader{strings.NewReader(capital + "\n")}); !errors.Is(err, errBroken) {
		t.Errorf("got %v, want the reader's error", err)
	}
}

// FuzzReadJSONLines: no file makes the reader panic, and what it accepts is well formed and survives being written
// and read again.
func FuzzReadJSONLines(f *testing.F) {
	f.Add([]byte(capital + "\n" + river))
	f.Add([]byte("\ufeff\r\n" + river + "\r\n"))
	f.Add([]byte(`{"type":"fill","stem":"____和____","key":["a|b"],"difficulty":3}`))
	f.Add([]byte(`{"type":"order","stem":"排序","options":["a","b"],"key":["B","A"],"difficulty":5}{}`))
	f.Add([]byte("null\n{}\n[]"))
	f.Fuzz(func(t *testing.T, file []byte) {
		questions, err := exchange.ReadJSONLines(bytes.NewReader(file))
		if err != nil {
			if questions != nil {
				t.Fatal("questions beside an error")
			}
			return
		}
		written := encode(t, questions)
		again, err := exchange.ReadJSONLines(bytes.NewReader(written))
		if err != nil {
			t.Fatalf("what was read cannot be read again: %v", err)
		}
		if !bytes.Equal(encode(t, again), written) {
			t.Fatalf("%q became %q", written, encode(t, again))
		}
	})
}

func encode(t *testing.T, questions []questionbank.Question) []byte {
	t.Helper()
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	for _, q := range questions {
		if err := q.Validate(); err != nil {
			t.Fatalf("a question that is not well formed was accepted: %v", err)
		}
		if err := e.Encode(q); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}
