package exchange

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"leitai/questionbank"
)

var odd = []rune("甲乙丙安全生产法第一条ABCxyz019 =+-@\"'<>&{}~#:\\/%$!?，。、“”《》〇😀é√×\n\t")

// oddText is a text of odd characters that nobody would trim.
func oddText(r *rand.Rand, most int) string {
	var b strings.Builder
	b.WriteRune('文')
	for range r.IntN(most) {
		b.WriteRune(odd[r.IntN(len(odd))])
	}
	b.WriteRune('末')
	lines := strings.Split(b.String(), "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " \t")
	}
	return strings.Join(lines, "\n")
}

func randomBank(r *rand.Rand, n int) []questionbank.Question {
	var out []questionbank.Question
	for i := range n {
		q := questionbank.Question{Type: questionbank.Types[r.IntN(len(questionbank.Types))], Category: []string{"", "地理", "安全/消防"}[r.IntN(3)],
			Stem: fmt.Sprintf("第%d题", i) + oddText(r, 60), Explanation: []string{"", oddText(r, 40)}[r.IntN(2)], Source: []string{"", "安全生产法"}[r.IntN(2)],
			Difficulty: 1 + r.IntN(5)}
		if r.IntN(2) == 0 {
			q.Tags = []string{"甲", "乙"}
		}
		switch q.Type {
		case questionbank.Fill:
			blanks := 1 + r.IntN(2)
			q.Stem += strings.Repeat("____ 和", blanks) + "完"
			for range 1 + r.IntN(2) {
				parts := make([]string, blanks)
				for j := range parts {
					parts[j] = strings.NewReplacer("\n", "", "\t", "").Replace(oddText(r, 8))
				}
				q.Key = append(q.Key, strings.Join(parts, "|"))
			}
			if blanks > 1 {
				q.Key = q.Key[:1] // a cell has no room for whole alternatives
			}
		case questionbank.Judge:
			q.Options, q.Key = []string{"正确", "错误"}, []string{questionbank.Letter(r.IntN(2))}
		default:
			for j := range 2 + r.IntN(7) {
				q.Options = append(q.Options, fmt.Sprintf("%s%d项", oddText(r, 20), j))
			}
			order := r.Perm(len(q.Options))
			take := 1
			switch q.Type {
			case questionbank.Multiple:
				take = 1 + r.IntN(len(order))
			case questionbank.Order:
				take = len(order)
			}
			for _, o := range order[:take] {
				q.Key = append(q.Key, questionbank.Letter(o))
			}
			if q.Type == questionbank.Multiple {
				slices.Sort(q.Key)
			}
		}
		out = append(out, q)
	}
	return out
}

// TestExportsReadBackAsTheSameQuestions: random banks of all types and odd characters.
func TestExportsReadBackAsTheSameQuestions(t *testing.T) {
	for seed := range uint64(30) {
		r := rand.New(rand.NewPCG(seed, 7))
		bank := randomBank(r, 40)
		for _, q := range bank {
			if err := q.Validate(); err != nil {
				t.Fatalf("the test's own question %+v: %v", q, err)
			}
		}
		for _, format := range Exports {
			var b bytes.Buffer
			if known, err := Write(&b, format, bank); err != nil || !known {
				t.Fatal(format, err)
			}
			got, err := Read(context.Background(), "bank", b.Bytes())
			if err != nil || got.Format != format {
				t.Fatalf("%s: read as %s, %v", format, got.Format, err)
			}
			want := bank
			if format == GIFT || format == MoodleXML {
				want = poorer(bank, format)
			}
			if diff := cmp.Diff(want, got.Good(), cmp.Transformer("nil", func(s []string) []string { return append([]string{}, s...) })); diff != "" {
				t.Fatalf("seed %d, %s: %s\n%s", seed, format, diff, showAll(got.Rows))
			}
		}
	}
}

// poorer is what formats keep that have no place for the rest.
func poorer(bank []questionbank.Question, format Format) (out []questionbank.Question) {
	for _, q := range bank {
		if q.Type == questionbank.Order {
			continue
		}
		q.Difficulty, q.Source = 3, ""
		if format == GIFT {
			q.Tags = nil
		}
		out = append(out, q)
	}
	return out
}
