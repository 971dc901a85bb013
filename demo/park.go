// Package demo makes up a park, so that a contest can be shown before there is a roster: the same seed always gives
// the same park. Nobody in it exists.
package demo

import (
	"fmt"
	"math/rand/v2"
	"slices"

	"github.com/google/uuid"

	"leitai/people"
)

// The size of the park; the contest hall of the demo is built around these.
const (
	Enterprises = 20
	Branches    = 56
	People      = 427
)

// ParkName is the made-up park's name.
const ParkName = "云锦产业园"

const (
	maxBranches = 5  // of one enterprise
	minMembers  = 4  // of one branch
	maxMembers  = 14 // of one branch
	namesakes   = 4  // pairs of people with one name; the first pair shares a branch

	// phonePrefix begins every made-up number: 154 belongs to no carrier's numbering plan, so no phone rings.
	phonePrefix = "1540000"
)

// Park gives the units (the park, its enterprises, their branches, each before what is below it) and the people of
// the branches.
func Park(seed uint64) ([]people.Unit, []people.Person) {
	b := &builder{
		seed:   seed,
		random: rand.New(rand.NewPCG(seed, 0xb20cade)),
		taken:  map[string]bool{},
	}
	branches := b.buildUnits()
	b.buildPeople(branches)
	b.addNamesakes()
	return b.units, b.people
}

// builder draws everything from one stream of random numbers: what is drawn later must not move what is drawn before.
type builder struct {
	seed   uint64
	random *rand.Rand
	units  []people.Unit
	people []people.Person
	taken  map[string]bool // names in use
}

// branch is a unit with the number of its enterprise, which begins its people's employee numbers.
type branch struct {
	unit       people.Unit
	enterprise int // from 1
}

func (b *builder) buildUnits() []branch {
	park := people.Unit{ID: b.id("unit", 0), Kind: "park", Name: ParkName, Position: 1}
	b.units = append(b.units, park)
	var all []branch
	for i, count := range b.split(Branches, Enterprises, 1, maxBranches) {
		e := enterprises[i]
		unit := people.Unit{ID: b.id("unit", len(b.units)), ParentID: park.ID, Kind: "enterprise", Name: e.name, Position: i + 1}
		b.units = append(b.units, unit)
		for j, name := range b.branchNames(e, count) {
			child := people.Unit{ID: b.id("unit", len(b.units)), ParentID: unit.ID, Kind: "branch", Name: name, Position: j + 1}
			b.units = append(b.units, child)
			all = append(all, branch{child, i + 1})
		}
	}
	return all
}

// branchNames names the branches of an enterprise. Each carries the enterprise's short name, because a big screen
// shows a team without its enterprise.
func (b *builder) branchNames(e enterprise, count int) []string {
	if count == 1 {
		return []string{e.short + "党支部"}
	}
	numbered := b.random.IntN(4) == 0
	names := make([]string, count)
	for i := range names {
		what := e.departments[i]
		if numbered {
			what = "第" + string([]rune("一二三四五")[i])
		}
		names[i] = e.short + what + "党支部"
	}
	return names
}

func (b *builder) buildPeople(branches []branch) {
	phones := b.random.Perm(10000)
	hired := map[int]int{} // people of an enterprise so far
	for i, members := range b.split(People, len(branches), minMembers, maxMembers) {
		for range members {
			no := branches[i].enterprise
			hired[no]++
			n := len(b.people)
			b.people = append(b.people, people.Person{
				ID:         b.id("person", n),
				UnitID:     branches[i].unit.ID,
				Name:       b.newName(),
				Phone:      fmt.Sprintf("%s%04d", phonePrefix, phones[n]),
				EmployeeNo: fmt.Sprintf("0%02d%03d", no, hired[no]),
			})
		}
	}
}

// addNamesakes gives some people the name of somebody else: a roster has them, and they must not lose points.
func (b *builder) addNamesakes() {
	for pair := range namesakes {
		from := b.random.IntN(len(b.people) / 2)
		to := len(b.people)/2 + b.random.IntN(len(b.people)/2)
		if pair == 0 {
			to = b.colleague(from)
		}
		b.people[to].Name = b.people[from].Name
	}
}

// colleague finds the next person of the same branch, which has at least minMembers.
func (b *builder) colleague(of int) int {
	same := func(i int) bool { return i != of && b.people[i].UnitID == b.people[of].UnitID }
	if of+1 < len(b.people) && same(of+1) {
		return of + 1
	}
	return of - 1
}

// newName draws names until one is new. About one in five has two characters, a few have a compound surname.
func (b *builder) newName() string {
	for {
		surname := pick(b.random, surnames)
		if b.random.IntN(50) == 0 {
			surname = pick(b.random, compoundSurnames)
		}
		given := pick(b.random, firstGiven) + pick(b.random, lastGiven)
		if b.random.IntN(5) == 0 {
			given = pick(b.random, onlyGiven)
		}
		if name := surname + given; !b.taken[name] {
			b.taken[name] = true
			return name
		}
	}
}

// split spreads total over n parts at random, each from least to most.
func (b *builder) split(total, n, least, most int) []int {
	parts := slices.Repeat([]int{least}, n)
	for rest := total - n*least; rest > 0; {
		if i := b.random.IntN(n); parts[i] < most {
			parts[i]++
			rest--
		}
	}
	return parts
}

// id makes the UUID of the n-th thing of a kind, the same for the same seed.
func (b *builder) id(kind string, n int) string {
	return uuid.NewSHA1(uuid.NameSpaceURL, fmt.Appendf(nil, "leitai-demo/%d/%s/%d", b.seed, kind, n)).String()
}

func pick(r *rand.Rand, from []string) string { return from[r.IntN(len(from))] }
