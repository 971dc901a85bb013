package sqldb_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"leitai/internal/testenv"
	"leitai/sqldb"
)

// answers are n rows of the table answers, of one round and question, from the entrants first to first+n-1.
func answers(round string, question int64, n, first int) sqldb.Insert {
	rounds, entrants, clients, choices := make([]string, n), make([]string, n), make([]string, n), make([]string, n)
	questions, received, elapsed, adjusted, points := make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n), make([]int64, n)
	correct := make([]bool, n)
	at := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC).UnixMilli()
	for i := range n {
		id := first + i
		rounds[i], questions[i] = round, question
		entrants[i] = fmt.Sprintf("0196a1b2-c3d4-7e5f-8a9b-%012x", id)
		clients[i] = fmt.Sprintf("0196a1b2-c3d4-7e5f-9a9b-%012x", id*7919)
		choices[i] = `["` + string(rune('A'+id%4)) + `"]`
		received[i], elapsed[i], adjusted[i] = at+int64(id%20000), int64(id%20000), int64(id%20000)
		correct[i] = id%2 == 0
		if correct[i] {
			points[i] = 10
		}
	}
	return sqldb.Insert{
		Table: "answers", Key: []string{"round_id", "question_no", "entrant_id"},
		Columns: []sqldb.Column{
			{Name: "round_id", Strings: rounds}, {Name: "question_no", Ints: questions},
			{Name: "entrant_id", Strings: entrants}, {Name: "client_id", Strings: clients},
			{Name: "choice", Strings: choices}, {Name: "received_at", Ints: received},
			{Name: "elapsed_ms", Ints: elapsed}, {Name: "adjusted_ms", Ints: adjusted},
			{Name: "correct", Bools: correct}, {Name: "points", Ints: points},
		},
	}
}

// BenchmarkAppend commits batches of answers with fsync on; rows/s is the number to look at. "known" is a batch that
// is there already, which is what a resend after a lost connection costs.
func BenchmarkAppend(b *testing.B) {
	const round = "0196a1b2-c3d4-7e5f-8a9b-0123456789ab"
	engines := map[string]func(b *testing.B) string{
		"sqlite":   func(b *testing.B) string { return "sqlite:" + filepath.Join(b.TempDir(), "bench.db") },
		"postgres": func(b *testing.B) string { return testenv.Postgres(b) },
	}
	for _, engine := range []string{"sqlite", "postgres"} {
		for _, size := range []int{1, 64, 1024} {
			for _, kind := range []string{"new", "known"} {
				b.Run(strings.Join([]string{engine, fmt.Sprint(size), kind}, "/"), func(b *testing.B) {
					db := open(b, engines[engine](b))
					batch := answers(round, 0, size, 0)
					mustAppend(b, db, batch)
					b.ReportAllocs()
					b.ResetTimer()
					for i := range b.N {
						if kind == "new" {
							for j := range batch.Columns[1].Ints {
								batch.Columns[1].Ints[j] = int64(i + 1)
							}
						}
						mustAppend(b, db, batch)
					}
					b.ReportMetric(float64(b.N*size)/b.Elapsed().Seconds(), "rows/s")
				})
			}
		}
	}
}
