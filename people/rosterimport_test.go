package people_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"leitai/fault"
	"leitai/people"
	"leitai/people/roster"
	"leitai/sqldb"
)

// park stores a small tree and gives the ids of its units by name.
func park(t *testing.T, store *people.Store) map[string]string {
	t.Helper()
	units := []people.Unit{
		{ID: "park", Kind: "park", Name: "园区"},
		{ID: "a", ParentID: "park", Kind: "enterprise", Name: "甲公司", Position: 1}, {ID: "a1", ParentID: "a", Kind: "branch", Name: "一支部", Position: 1},
		{ID: "a2", ParentID: "a", Kind: "branch", Name: "二支部", Position: 2},
		{ID: "b", ParentID: "park", Kind: "enterprise", Name: "乙公司", Position: 2}, {ID: "b1", ParentID: "b", Kind: "branch", Name: "一支部", Position: 1},
	}
	if err := store.CreateUnits(t.Context(), units); err != nil {
		t.Fatal(err)
	}
	if _, err := store.UpdateUnit(t.Context(), "a", people.UnitChange{Aliases: &[]string{"甲科技有限公司"}}); err != nil {
		t.Fatal(err)
	}
	return map[string]string{"园区": "park", "甲": "a", "甲一": "a1", "甲二": "a2", "乙": "b", "乙一": "b1"}
}

func preview(t *testing.T, store *people.Store, csv string) people.RosterImport {
	t.Helper()
	f, err := roster.Read(t.Context(), []byte(csv))
	if err != nil {
		t.Fatal(err)
	}
	in := people.RosterImport{FileName: "x.csv", Format: f.Format, Notes: f.Notes}
	if err := store.CreateRoster(t.Context(), now, &in, f.Rows); err != nil {
		t.Fatal(err)
	}
	return in
}

// verdicts gives "action code code" of each row.
func verdicts(t *testing.T, store *people.Store, id string) []string {
	t.Helper()
	rows, err := store.RosterRows(t.Context(), id, people.RosterFilter{}, 0, 1000)
	if err != nil {
		t.Fatal(err)
	}
	var out []string
	for _, r := range rows {
		said := r.Action
		for _, n := range r.Notes {
			said += " " + n.Code
		}
		out = append(out, said)
	}
	return out
}

func store(t *testing.T, s *people.Store, id string, confirm int) people.RosterImport {
	t.Helper()
	in, err := s.StoreRoster(t.Context(), now, id, confirm)
	if err != nil {
		t.Fatal(err)
	}
	return in
}

const header = "姓名,手机号,工号,单位,支部\n"

func TestWhoARowIsAbout(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *sqldb.DB, s *people.Store) {
		u := park(t, s)
		if err := s.CreatePeople(t.Context(), now, []people.Person{
			{ID: "zhang", UnitID: u["甲一"], Name: "张三", Phone: "13800000001", EmployeeNo: "A1"},
			{ID: "li", UnitID: u["甲一"], Name: "李四", EmployeeNo: "A2"},
			{ID: "wang", UnitID: u["甲二"], Name: "王五"},
			{ID: "couple1", UnitID: u["乙一"], Name: "赵一", Phone: "13800000009"},
			{ID: "couple2", UnitID: u["乙一"], Name: "赵二", Phone: "13800000009"},
			{ID: "twin1", UnitID: u["甲一"], Name: "孙六", EmployeeNo: "T"},
			{ID: "twin2", UnitID: u["乙一"], Name: "孙六", EmployeeNo: "T"},
			{ID: "gone", UnitID: u["甲一"], Name: "周七", Phone: "13800000007"},
		}); err != nil {
			t.Fatal(err)
		}
		if err := s.RemovePerson(t.Context(), now, "gone"); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ row, want string }{
			{"张三,13800000001,,甲公司,一支部", "same"},
			{"张三,13800000001,,,", "same"},
			{"张三,13800000001,A1,甲科技有限公司,二支部", "move"},
			{"张三丰,13800000001,,甲公司,一支部", "change person.renamed"},
			{"别人,13800000001,B9,甲公司,一支部", "error person.other"},
			{"张三,13800000002,A1,甲公司,一支部", "change"},
			{"李四,13800000003,A2,甲公司,一支部", "change"},
			{"王五,13800000005,,甲公司,二支部", "change person.by_name"},
			{"王五,,,乙公司,一支部", "add number.none"},
			{"李四,,A7,甲公司,一支部", "add person.namesake"},
			{"赵二,13800000009,,乙公司,一支部", "same"},
			{"赵三,13800000009,,乙公司,一支部", "add person.same_phone"},
			{"孙六,,T,甲公司,一支部", "same"},
			{"孙六,,T,甲公司,二支部", "error person.ambiguous"},
			{"周七,13800000007,,甲公司,一支部", "change person.back"},
			{"新人,13800000010,,乙公司,一支部", "add"},
			{"新人,13800000010,,,", "error unit.none"},
			{"新人,13800000010,,丙公司,", "ask unit.unknown"},
			{"新人,13800000010,,,一支部", "ask unit.ambiguous"},
			{"新人,13800000010,,,二支部", "add"},
			{"新人,13800000010,,甲公司/二支部,", "add"},
			{"新人,13800000010,,乙公司,九支部", "ask unit.unknown"},
		} {
			in := preview(t, s, header+c.row+"\n")
			if got := verdicts(t, s, in.ID); !slices.Equal(got, []string{c.want}) {
				t.Errorf("%s: %q, want %q", c.row, got, c.want)
			}
		}
		in := preview(t, s, header+"钱一,13811111111,,甲公司,\n钱一,13811111111,,甲公司,\n钱二,13811111111,,甲公司,\n")
		if got := verdicts(t, s, in.ID); !slices.Equal(got, []string{"add", "skip row.twice", "error row.conflict"}) {
			t.Errorf("twice in a file: %q", got)
		}
	})
}

func TestImportStoresAndIsTakenBack(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *sqldb.DB, s *people.Store) {
		u := park(t, s)
		if err := s.CreatePeople(t.Context(), now, []people.Person{
			{ID: "zhang", UnitID: u["甲一"], Name: "张三", Phone: "13800000001"}, {ID: "li", UnitID: u["甲一"], Name: "李四", Phone: "13800000002"},
			{ID: "wang", UnitID: u["乙一"], Name: "王五", Phone: "13800000003"},
		}); err != nil {
			t.Fatal(err)
		}
		in := preview(t, s, header+"张三,13800000001,A1,甲公司,三支部\n新人,13800000004,,甲骨文,\n")
		if len(in.Asks) != 2 {
			t.Fatalf("asked about %+v", in.Asks)
		}
		in, err := s.SetRosterOptions(t.Context(), now, in.ID, people.RosterOptions{Mode: people.RosterReplace, Units: []string{u["甲"]}, Create: true})
		if err != nil {
			t.Fatal(err)
		}
		_, err = s.StoreRoster(t.Context(), now, in.ID, 1)
		wantFault(t, err, fault.Conflict, "roster.replace_errors")
		in, err = s.ChooseRosterUnits(t.Context(), now, in.ID, []people.RosterAnswer{{Unit: "甲骨文", Choice: &people.RosterChoice{UnitID: u["甲"], Remember: true}}})
		if err != nil || in.Counts.Remove != 1 || in.Counts.Of != 2 || in.Counts.Move != 1 || in.Counts.Add != 1 || in.Counts.NewUnit != 1 {
			t.Fatalf("%+v, %v", in.Counts, err)
		}
		_, err = s.StoreRoster(t.Context(), now, in.ID, 0)
		wantFault(t, err, fault.Conflict, "roster.confirm")
		store(t, s, in.ID, 1)
		found := func(f people.RosterSearch) string {
			list, err := s.ListPeople(t.Context(), f, "", 100)
			if err != nil {
				t.Fatal(err)
			}
			var out []string
			for _, e := range list {
				out = append(out, e.Name+" "+e.UnitName)
			}
			slices.Sort(out)
			return strings.Join(out, ", ")
		}
		if got := found(people.RosterSearch{}); got != "张三 三支部, 新人 甲公司, 王五 一支部" {
			t.Errorf("after the import: %s", got)
		}
		if got := found(people.RosterSearch{Left: true}); got != "李四 一支部" {
			t.Errorf("left: %s", got)
		}
		if aliases, _ := s.Aliases(t.Context()); !slices.Contains(aliases[u["甲"]], "甲骨文") {
			t.Errorf("aliases: %v", aliases)
		}
		// Somebody changes 张三 meanwhile: that stays.
		p, err := s.FindPerson(t.Context(), "zhang")
		if err != nil {
			t.Fatal(err)
		}
		p.Phone = "13800000099"
		if _, err := s.UpdatePerson(t.Context(), p.Person); err != nil {
			t.Fatal(err)
		}
		in, err = s.UndoRoster(t.Context(), now, in.ID)
		if err != nil || in.State != people.RosterUndone || in.Counts.Kept != 2 { // 张三, and the branch that they are in
			t.Errorf("%+v, %v", in, err)
		}
		if got := found(people.RosterSearch{}); got != "张三 三支部, 李四 一支部, 王五 一支部" {
			t.Errorf("after the undo: %s", got)
		}
		if got := found(people.RosterSearch{Left: true}); got != "" {
			t.Errorf("who was added is still known: %s", got)
		}
		if aliases, _ := s.Aliases(t.Context()); slices.Contains(aliases[u["甲"]], "甲骨文") {
			t.Errorf("aliases: %v", aliases)
		}
		_, err = s.UndoRoster(t.Context(), now.Add(people.RosterKept+time.Hour), in.ID)
		if err != nil { // undone is undone
			t.Error(err)
		}
	})
}

func TestBrokenOffImportGoesOn(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB, s *people.Store) {
		park(t, s)
		in := preview(t, s, header+"张三,13800000001,,甲公司,\n李四,13800000002,,甲公司,\n")
		if _, err := db.Exec(t.Context(), `UPDATE roster_imports SET state = 'storing' WHERE id = $1`, in.ID); err != nil {
			t.Fatal(err)
		}
		_, err := s.StoreRoster(t.Context(), now, in.ID, 0)
		wantFault(t, err, fault.Conflict, "roster.busy")
		if err := s.CreatePeople(t.Context(), now, []people.Person{{UnitID: "a", Name: "张三", Phone: "13800000001"}}); err != nil { // stored before it broke off
			t.Fatal(err)
		}
		later := now.Add(time.Minute)
		if in, err = s.StoreRoster(t.Context(), later, in.ID, 0); err != nil || in.State != people.RosterStored {
			t.Fatal(in.State, err)
		}
		if n, err := s.CountFound(t.Context(), people.RosterSearch{}); err != nil || n != 2 {
			t.Errorf("%d people, %v", n, err)
		}
	})
}

// manyRows takes several batches; larger files are measured, not tested.
const manyRows = 1200

func TestManyRows(t *testing.T) {
	onBoth(t, func(t *testing.T, db *sqldb.DB, s *people.Store) {
		park(t, s)
		var b strings.Builder
		b.WriteString(header)
		for i := range manyRows {
			fmt.Fprintf(&b, "员工%d,1390%07d,N%d,甲公司,%s\n", i, i, i, []string{"一支部", "二支部"}[i%2])
		}
		in := preview(t, s, b.String())
		if in.Counts.Add != manyRows {
			t.Fatalf("%+v", in.Counts)
		}
		if in = store(t, s, in.ID, 0); in.Done != manyRows {
			t.Errorf("%+v", in)
		}
		again := preview(t, s, b.String())
		if again.Counts.Same != manyRows {
			t.Errorf("again: %+v", again.Counts)
		}
		_, err := s.StoreRoster(t.Context(), now, again.ID, 0)
		wantFault(t, err, fault.Conflict, "roster.nothing")
		list, err := s.ListPeople(t.Context(), people.RosterSearch{Search: "员工1199", UnitID: "park", Below: true}, "", 50)
		if err != nil || len(list) != 1 {
			t.Errorf("%d found, %v", len(list), err)
		}
	})
}

func TestSimilarNamesAreSuggested(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *sqldb.DB, s *people.Store) {
		if err := s.CreateUnits(t.Context(), []people.Unit{{ID: "h", Kind: "enterprise", Name: "华星科技股份有限公司"}, {ID: "y", Kind: "enterprise", Name: "远洋物流", Position: 1}}); err != nil {
			t.Fatal(err)
		}
		for name, want := range map[string]string{"华星科技": "h", "华星科技（苏州）有限公司": "h", "华兴科技": "h", "华星科技集团": "h", "远洋物流有限公司": "y", "大洋百货": ""} {
			in := preview(t, s, header+"张三,,1,"+name+",\n")
			got := ""
			if len(in.Asks) == 1 && len(in.Asks[0].Suggested) > 0 {
				got = in.Asks[0].Suggested[0].UnitID
			}
			if len(in.Asks) != 1 || got != want {
				t.Errorf("%s: %+v, want %s", name, in.Asks, want)
			}
		}
	})
}
