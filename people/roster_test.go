package people_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"leitai/fault"
	"leitai/people"
	"leitai/sqldb"
)

func TestUnitsComeBackByPositionWhateverOrderTheyCameIn(t *testing.T) {
	park := people.Unit{ID: "p", Kind: "park", Name: "园区", Position: 1}
	firm := people.Unit{ID: "e", ParentID: "p", Kind: "enterprise", Name: "一厂", Position: 2}
	branch := people.Unit{ID: "b", ParentID: "e", Kind: "branch", Name: "一支部", Position: 3}
	orders := [][]people.Unit{{park, firm, branch}, {branch, firm, park}, {firm, branch, park}}
	onBoth(t, func(t *testing.T, db *sqldb.DB, store *people.Store) {
		for _, order := range orders {
			if err := store.CreateUnits(t.Context(), order); err != nil {
				t.Fatal(err)
			}
			got, err := store.ListUnits(t.Context())
			if err != nil || !slices.Equal(got, orders[0]) {
				t.Errorf("%+v, %v", got, err)
			}
			for _, id := range []string{"b", "e", "p"} {
				if _, err := db.Exec(t.Context(), "DELETE FROM units WHERE id = $1", id); err != nil {
					t.Fatal(err)
				}
			}
		}
	})
}

func TestUnitsOfACycleAreRefused(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		err := store.CreateUnits(t.Context(), []people.Unit{
			{ID: "r", Kind: "park", Name: "园区"}, {ID: "a", ParentID: "b", Kind: "branch", Name: "甲"}, {ID: "b", ParentID: "a", Kind: "branch", Name: "乙"},
		})
		wantFault(t, err, fault.Invalid, "unit.cycle")
		if err := store.CreateUnits(t.Context(), []people.Unit{{ID: "a", ParentID: "absent", Kind: "branch", Name: "甲"}}); err == nil {
			t.Error("a unit was stored below one that is not there")
		}
		if got, err := store.ListUnits(t.Context()); err != nil || len(got) != 0 {
			t.Errorf("%+v stayed, %v", got, err)
		}
	})
}

func TestPeopleAreCountedByUnit(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB, store *people.Store) {
		units := []people.Unit{{Kind: "branch", Name: "一支部", Position: 1}, {Kind: "branch", Name: "二支部", Position: 2}}
		if err := store.CreateUnits(t.Context(), units); err != nil {
			t.Fatal(err)
		}
		var persons []people.Person
		for i := range 2500 {
			persons = append(persons, people.Person{
				UnitID: units[i%5/4].ID, Name: fmt.Sprintf("张%d", i), Phone: fmt.Sprintf("138%08d", i), EmployeeNo: fmt.Sprint(i),
			})
		}
		for range 2 { // an import that was cut off is repeated
			if err := store.CreatePeople(t.Context(), now, persons); err != nil {
				t.Fatal(err)
			}
		}
		got, err := store.CountPeople(t.Context())
		if want := (map[string]int{units[0].ID: 2000, units[1].ID: 500}); err != nil || !maps.Equal(got, want) {
			t.Errorf("%v, %v; want %v", got, err, want)
		}
		var row struct {
			Name      string
			Phone     string
			CreatedAt sqldb.Millis `db:"created_at"`
		}
		err = db.Get(t.Context(), &row, "SELECT name, phone, created_at FROM people WHERE id = $1", persons[7].ID)
		if err != nil || row.Name != "张7" || row.Phone != "13800000007" || !row.CreatedAt.Time().Equal(now) {
			t.Errorf("%+v, %v", row, err)
		}
	})
}

func TestPeopleOfAnUnknownUnitAreRefusedTogether(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		units := []people.Unit{{Kind: "branch", Name: "一支部"}}
		if err := store.CreateUnits(t.Context(), units); err != nil {
			t.Fatal(err)
		}
		err := store.CreatePeople(t.Context(), now, []people.Person{{UnitID: units[0].ID, Name: "张"}, {UnitID: "absent", Name: "李"}})
		if err == nil {
			t.Error("a person of no unit was stored")
		}
		if err := store.CreatePeople(t.Context(), now, nil); err != nil {
			t.Errorf("nobody: %v", err)
		}
		if got, err := store.CountPeople(t.Context()); err != nil || len(got) != 0 {
			t.Errorf("%v stayed, %v", got, err)
		}
	})
}

func TestMaskPhone(t *testing.T) {
	for phone, want := range map[string]string{
		"13812345678": "138****5678", " 13812345678 ": "138****5678", "+8613812345678": "+86****5678", "": "", " ": "",
		"12": "****", "1234": "****", "12345": "****45", "1234567": "****67", "12345678": "****5678", "1234567890": "****7890",
	} {
		if got := people.MaskPhone(phone); got != want {
			t.Errorf("%q is shown as %q, want %q", phone, got, want)
		}
	}
}
