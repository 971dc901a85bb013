package people_test

import (
	"fmt"
	"path/filepath"
	"testing"

	"leitai/internal/testenv"
	"leitai/people"
	"leitai/sqldb"
)

// BenchmarkListPeople asks for the first page of what a search finds among 100,000 people, on both engines, and counts
// what fits: 100 ms is the most that it may take. It also signs somebody in.
func BenchmarkListPeople(b *testing.B) {
	for engine, url := range map[string]func(b *testing.B) string{
		"sqlite":   func(b *testing.B) string { return "sqlite:" + filepath.Join(b.TempDir(), "bench.db") },
		"postgres": func(b *testing.B) string { return testenv.Postgres(b) },
	} {
		b.Run(engine, func(b *testing.B) {
			db, err := sqldb.Open(b.Context(), url(b))
			if err != nil {
				b.Fatal(err)
			}
			b.Cleanup(func() { _ = db.Close() })
			if err := db.Migrate(b.Context()); err != nil {
				b.Fatal(err)
			}
			s := people.NewStore(db)
			units := []people.Unit{{ID: "root", Kind: "park", Name: "园区"}}
			for i := range 1000 {
				units = append(units, people.Unit{ID: fmt.Sprintf("u%d", i), ParentID: "root", Kind: "enterprise", Name: fmt.Sprintf("单位%d", i), Position: i})
			}
			if err := s.CreateUnits(b.Context(), units); err != nil {
				b.Fatal(err)
			}
			for from := 0; from < 100_000; from += 1000 {
				var list []people.Person
				for i := from; i < from+1000; i++ {
					list = append(list, people.Person{UnitID: fmt.Sprintf("u%d", i%1000), Name: fmt.Sprintf("员工%d", i), Phone: fmt.Sprintf("139%08d", i), EmployeeNo: fmt.Sprintf("N%d", i)})
				}
				if err := s.CreatePeople(b.Context(), now, list); err != nil {
					b.Fatal(err)
				}
			}
			for name, f := range map[string]people.RosterSearch{
				"all": {}, "name": {Search: "员工77777"}, "nothing": {Search: "查无此人"}, "unit": {UnitID: "u500"}, "below": {UnitID: "root", Below: true},
				"unit-name": {UnitID: "u500", Search: "员工5"}, "left": {Left: true},
			} {
				b.Run(name, func(b *testing.B) {
					for b.Loop() {
						if _, err := s.ListPeople(b.Context(), f, "", 50); err != nil {
							b.Fatal(err)
						}
						if _, err := s.CountFound(b.Context(), f); err != nil {
							b.Fatal(err)
						}
					}
				})
			}
			b.Run("sign-in", func(b *testing.B) {
				for b.Loop() {
					if _, _, err := s.SignInPlayer(b.Context(), now, "13900077777", "员工77777", ""); err != nil {
						b.Fatal(err)
					}
				}
			})
		})
	}
}
