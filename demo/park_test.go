package demo

import (
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"leitai/people"
)

var seeds = []uint64{0, 1, 7, 2026, 1 << 63}

func TestParkHasTheSizeOfTheHall(t *testing.T) {
	for _, seed := range seeds {
		units, persons := Park(seed)
		kinds := map[string]int{}
		for _, u := range units {
			kinds[u.Kind]++
		}
		if kinds["park"] != 1 || kinds["enterprise"] != Enterprises || kinds["branch"] != Branches || len(kinds) != 3 {
			t.Errorf("seed %d: units %v, want 1 park, %d enterprises, %d branches", seed, kinds, Enterprises, Branches)
		}
		if len(persons) != People {
			t.Errorf("seed %d: %d people, want %d", seed, len(persons), People)
		}
	}
}

func TestUnitsFormATree(t *testing.T) {
	parentKind := map[string]string{"park": "", "enterprise": "park", "branch": "enterprise"}
	for _, seed := range seeds {
		units, _ := Park(seed)
		seen := map[string]people.Unit{}
		names, positions := map[string]bool{}, map[string]map[int]bool{}
		for _, u := range units {
			if seen[u.ParentID].Kind != parentKind[u.Kind] {
				t.Errorf("seed %d: the %s %s is not below a %s that stands before it", seed, u.Kind, u.Name, parentKind[u.Kind])
			}
			if _, twice := seen[u.ID]; twice || u.ID == "" {
				t.Errorf("seed %d: the id %q is used twice or empty", seed, u.ID)
			}
			if names[u.Name] {
				t.Errorf("seed %d: two units are called %s", seed, u.Name)
			}
			if n := utf8.RuneCountInString(u.Name); u.Kind == "branch" && n > 10 {
				t.Errorf("seed %d: %s has %d characters, too many for a line on a phone", seed, u.Name, n)
			}
			if positions[u.ParentID] == nil {
				positions[u.ParentID] = map[int]bool{}
			}
			if positions[u.ParentID][u.Position] || u.Position < 1 {
				t.Errorf("seed %d: position %d of %s is taken", seed, u.Position, u.Name)
			}
			seen[u.ID], names[u.Name], positions[u.ParentID][u.Position] = u, true, true
		}
	}
}

func TestEveryBranchHasItsPeople(t *testing.T) {
	for _, seed := range seeds {
		units, persons := Park(seed)
		members := map[string]int{}
		for _, p := range persons {
			members[p.UnitID]++
		}
		for _, u := range units {
			switch n := members[u.ID]; {
			case u.Kind == "branch" && (n < minMembers || n > maxMembers):
				t.Errorf("seed %d: %s has %d people, want %d to %d", seed, u.Name, n, minMembers, maxMembers)
			case u.Kind != "branch" && n != 0:
				t.Errorf("seed %d: %d people belong to %s itself", seed, n, u.Name)
			}
		}
	}
}

func TestPeopleAreToldApart(t *testing.T) {
	phone, employeeNo := regexp.MustCompile(`^1540000\d{4}$`), regexp.MustCompile(`^0\d{5}$`)
	for _, seed := range seeds {
		_, persons := Park(seed)
		used := map[string]bool{}
		for _, p := range persons {
			if !phone.MatchString(p.Phone) || !employeeNo.MatchString(p.EmployeeNo) {
				t.Errorf("seed %d: %s has the phone %s and the number %s", seed, p.Name, p.Phone, p.EmployeeNo)
			}
			for _, unique := range []string{"id " + p.ID, "phone " + p.Phone, "number " + p.EmployeeNo} {
				if used[unique] {
					t.Errorf("seed %d: %s is used twice", seed, unique)
				}
				used[unique] = true
			}
		}
	}
}

func TestNamesAreLikeThoseOfARoster(t *testing.T) {
	for _, seed := range seeds {
		_, persons := Park(seed)
		lengths, names, inBranch := map[int]int{}, map[string]int{}, map[string]int{}
		compound := 0
		for _, p := range persons {
			lengths[utf8.RuneCountInString(p.Name)]++
			names[p.Name]++
			inBranch[p.UnitID+p.Name]++
			if strings.ContainsFunc(p.Name, func(r rune) bool { return !unicode.Is(unicode.Han, r) }) {
				t.Errorf("seed %d: the name %q is not Chinese", seed, p.Name)
			}
			if slices.ContainsFunc(compoundSurnames, func(s string) bool { return strings.HasPrefix(p.Name, s) }) {
				compound++
			}
		}
		if lengths[2] < People/10 || lengths[3] < People/2 || lengths[2]+lengths[3]+lengths[4] != People {
			t.Errorf("seed %d: names by length %v, want two to four characters, mostly three", seed, lengths)
		}
		if compound < 2 || compound > People/10 {
			t.Errorf("seed %d: %d people have a compound surname, want a few", seed, compound)
		}
		if shared := People - len(names); shared < 1 || shared > namesakes {
			t.Errorf("seed %d: %d people are namesakes of another, want 1 to %d", seed, shared, namesakes)
		}
		together := 0
		for _, n := range inBranch {
			if n > 1 {
				together++
			}
		}
		if together == 0 {
			t.Errorf("seed %d: no namesakes in one branch", seed)
		}
	}
}

func TestSameSeedSamePark(t *testing.T) {
	units, persons := Park(2026)
	againUnits, againPersons := Park(2026)
	if !slices.Equal(units, againUnits) || !slices.Equal(persons, againPersons) {
		t.Error("the same seed gives another park")
	}
	otherUnits, otherPersons := Park(2027)
	if units[0].ID == otherUnits[0].ID || slices.Equal(persons, otherPersons) {
		t.Error("another seed gives the same park")
	}
}
