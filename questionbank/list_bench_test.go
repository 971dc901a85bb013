package questionbank

import (
	"context"
	"fmt"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"leitai/internal/testenv"
	"leitai/sqldb"
)

// BenchmarkList asks for the first page of a bank of 100,000 questions, and counts what fits, on both engines; p50-ms is
// the number to look at: 100 is the most that a search may take.
func BenchmarkList(b *testing.B) {
	engines := map[string]func(b *testing.B) string{
		"sqlite":   func(b *testing.B) string { return "sqlite:" + filepath.Join(b.TempDir(), "bench.db") },
		"postgres": func(b *testing.B) string { return testenv.Postgres(b) },
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		b.Run(engine, func(b *testing.B) {
			s := benchStore(b, engines[engine](b))
			id := largeBank(b, s, 100_000)
			page, _, err := s.ListQuestions(b.Context(), Filter{BankID: id}, "", 200)
			if err != nil {
				b.Fatal(err)
			}
			for _, bench := range []struct {
				name   string
				filter Filter
				after  string
			}{
				{"all", Filter{}, ""},
				{"next-page", Filter{}, page[199].ID},
				{"in-use", Filter{Retired: new(false)}, ""},
				{"type", Filter{Type: Judge}, ""},
				{"category", Filter{Category: "第7类"}, ""},
				{"tag", Filter{Tag: "标签3"}, ""},
				{"difficulty", Filter{Difficulty: 4}, ""},
				{"used", Filter{Used: new(true)}, ""},
				{"not-used", Filter{Used: new(false)}, ""},
				{"search-common", Filter{Search: "安全"}, ""},
				{"search-rare", Filter{Search: "编号77777"}, ""},
				{"search-nothing", Filter{Search: "没有这个词"}, ""},
				{"search-two-words", Filter{Search: "安全 编号"}, ""},
				{"search-one-character", Filter{Search: "安"}, ""},
				{"search-and-filters", Filter{Search: "责任", Type: Single, Category: "第3类", Retired: new(false)}, ""},
				{"accuracy-low", Filter{Accuracy: AccuracyLow}, ""},
				{"accuracy-none", Filter{Accuracy: AccuracyNone}, ""},
				{"hardest-first", Filter{ByAccuracy: true}, ""},
				{"bin", Filter{Deleted: true}, ""},
			} {
				b.Run(bench.name, func(b *testing.B) {
					bench.filter.BankID = id
					var took []time.Duration
					total := 0
					for b.Loop() {
						from := time.Now()
						_, n, err := s.ListQuestions(b.Context(), bench.filter, bench.after, 50)
						if err != nil {
							b.Fatal(err)
						}
						took, total = append(took, time.Since(from)), n
					}
					slices.Sort(took)
					b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
					b.ReportMetric(float64(took[len(took)*99/100].Microseconds())/1000, "p99-ms")
					b.ReportMetric(float64(total), "fit")
				})
			}
		})
	}
}

func benchStore(b *testing.B, url string) *Store {
	b.Helper()
	db, err := sqldb.Open(context.Background(), url)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(b.Context()); err != nil {
		b.Fatal(err)
	}
	return NewStore(db)
}

// largeBank makes a bank of n questions as long as real ones, one in ten of them used and answered, and a second bank of
// the same size, since a bank is seldom alone.
func largeBank(b *testing.B, s *Store, n int) string {
	b.Helper()
	r := rand.New(rand.NewPCG(1, 2))
	words := []string{"生产经营单位", "安全生产责任制", "应急预案", "从业人员", "特种作业", "消防设施", "隐患排查", "职业病防护", "主要负责人", "监督检查", "教育培训", "事故报告", "劳动合同", "环境保护", "绿色发展"}
	text := func(n int) string {
		var t strings.Builder
		for range n {
			t.WriteString(words[r.IntN(len(words))])
			t.WriteRune(rune(0x4e00 + r.IntN(3000)))
		}
		return t.String()
	}
	makeAll := func() []Question {
		out := make([]Question, n)
		for i := range out {
			q := Question{Type: Single, Category: fmt.Sprintf("第%d类", i%20), Stem: fmt.Sprintf("编号%d：根据有关规定，%s，下列说法正确的是哪一项？", i, text(7)),
				Options: []string{text(2), text(2), text(2), text(2)}, Key: []string{"B"}, Difficulty: i%5 + 1, Explanation: text(10), Source: "《安全生产法》"}
			if i%3 == 0 {
				q.Type, q.Options = Judge, []string{"正确", "错误"}
			}
			if i%4 == 0 {
				q.Tags = []string{fmt.Sprintf("标签%d", i%7), "公共"}
			}
			out[i] = q
		}
		return out
	}
	if _, err := s.CreateBank(b.Context(), noon, "另一个", makeAll()); err != nil {
		b.Fatal(err)
	}
	id, err := s.CreateBank(b.Context(), noon, "大题库", makeAll())
	if err != nil {
		b.Fatal(err)
	}
	for _, statement := range []string{
		`INSERT INTO contests (id, title, organizer, settings, status, version, created_at) VALUES ('c', 'c', '', '{}', 'finished', 1, 0)`,
		`INSERT INTO rounds (id, contest_id, no, title, format, settings) VALUES ('r', 'c', 1, 'r', 'sync', '{}')`,
		`INSERT INTO round_questions (round_id, question_no, question_id, version, snapshot, voided)
			SELECT 'r', ROW_NUMBER() OVER (ORDER BY id), id, 1, '{}', FALSE FROM questions WHERE bank_id = '` + id + `' AND difficulty = 1 AND type = 'single' AND category <> ''`,
		`INSERT INTO question_stats (round_id, question_no, question_id, version, answers, correct, counts)
			SELECT round_id, question_no, question_id, 1, 100, question_no % 101, '{}' FROM round_questions WHERE round_id = 'r'`,
		`UPDATE questions SET deleted_at = 1 WHERE bank_id = '` + id + `' AND category = '第11类' AND difficulty = 2`,
	} {
		if _, err := s.db.Exec(b.Context(), statement); err != nil {
			b.Fatal(err)
		}
	}
	tidy := `ANALYZE`
	if s.db.Engine() == "postgres" {
		tidy = `VACUUM ANALYZE` // as autovacuum does within a minute of such an import
	}
	if _, err := s.db.Exec(b.Context(), tidy); err != nil {
		b.Fatal(err)
	}
	return id
}
