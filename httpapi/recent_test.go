package httpapi

import (
	"strconv"
	"testing"
	"time"

	"leitai/people"
)

// TestRecentPlayersOfALargeCrowd: beyond the bound nobody waits for a search through all of them, and who is remembered stays so.
func TestRecentPlayersOfALargeCrowd(t *testing.T) {
	var r recentPlayers
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for i := range maxRecent {
		r.note(strconv.Itoa(i), people.Person{ID: strconv.Itoa(i)}, now)
	}
	later := now.Add(recentFor - time.Second)
	r.note("one too many", people.Person{ID: "x"}, later)
	if _, ok := r.find("one too many", later); ok {
		t.Error("more are remembered than there is room for")
	}
	r.note("7", people.Person{ID: "7"}, later)
	if _, ok := r.find("7", later.Add(recentFor/2)); !ok {
		t.Error("who goes on playing is forgotten when there is no room for others")
	}
	over := later.Add(2 * time.Minute)
	r.note("new", people.Person{ID: "new"}, over)
	if p, ok := r.find("new", over); !ok || p.ID != "new" || len(r.known) != 2 {
		t.Errorf("%+v, %v, %d remembered", p, ok, len(r.known))
	}
}

// TestGuessingDoesNotCostTheOthers: with many numbers blocked they are not searched through at every try, but do end.
func TestGuessingDoesNotCostTheOthers(t *testing.T) {
	f := newFailures(1, time.Minute)
	now := time.Date(2026, 11, 23, 12, 0, 0, 0, time.UTC)
	for i := range 5 * mostKeys {
		f.try(strconv.Itoa(i), now)
	}
	if f.try("7", now) || !f.blocked("7", now) {
		t.Error("a number that was tried may be tried again")
	}
	over := now.Add(2 * time.Minute)
	if !f.try("7", over) || len(f.byKey) != 1 {
		t.Errorf("%d keys are left", len(f.byKey))
	}
}
