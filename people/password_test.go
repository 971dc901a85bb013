package people

import (
	"context"
	"errors"
	"strings"
	"testing"
)

func TestPasswordMatchesItsOwnHashOnly(t *testing.T) {
	RealCost(t)
	hash, err := hashPassword(t.Context(), "学习强国 2026!")
	if err != nil {
		t.Fatal(err)
	}
	if !strings.HasPrefix(hash, "$argon2id$v=19$m=19456,t=2,p=1$") {
		t.Errorf("hash %s", hash)
	}
	again, _ := hashPassword(t.Context(), "学习强国 2026!")
	if again == hash {
		t.Error("two hashes share a salt")
	}
	for password, want := range map[string]bool{"学习强国 2026!": true, "学习强国 2026": false, "": false} {
		if got, err := checkPassword(t.Context(), hash, password); err != nil || got != want {
			t.Errorf("%q: %v, %v", password, got, err)
		}
	}
	if got, err := checkPassword(t.Context(), nobody(), ""); err != nil || got {
		t.Errorf("nobody signed in: %v, %v", got, err)
	}
}

// The hash is a test vector of argon2's reference implementation.
func TestHashesOfAnotherCostStillMatch(t *testing.T) {
	const hash = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4"
	if got, err := checkPassword(t.Context(), hash, "password"); err != nil || !got {
		t.Errorf("%v, %v", got, err)
	}
}

func TestDamagedHashIsAnErrorThatDoesNotShowIt(t *testing.T) {
	for _, hash := range []string{
		"", "secret", "$argon2i$v=19$m=256,t=2,p=1$c29tZXNhbHQ$YWJj", "$argon2id$v=16$m=256,t=2,p=1$c29tZXNhbHQ$YWJj",
		"$argon2id$v=19$m=256,t=0,p=1$c29tZXNhbHQ$YWJj", "$argon2id$v=19$m=4000000,t=1,p=1$c29tZXNhbHQ$YWJj",
		"$argon2id$v=19$m=256,t=2,p=1$!$YWJj", "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$",
	} {
		ok, err := checkPassword(t.Context(), hash, "password")
		if err == nil || ok {
			t.Errorf("%s was accepted", hash)
		} else if hash != "" && strings.Contains(err.Error(), hash) {
			t.Errorf("the error shows the hash: %v", err)
		}
	}
}

func TestAtMostTwoPasswordsAreHashedAtOnce(t *testing.T) {
	for range hashesAtOnce {
		hashing <- struct{}{}
	}
	gone, leave := context.WithCancel(t.Context())
	leave()
	if _, err := hashPassword(gone, "irrelevant"); !errors.Is(err, context.Canceled) {
		t.Errorf("a third one: %v", err)
	}
	for range hashesAtOnce {
		<-hashing
	}
	if _, err := hashPassword(t.Context(), "irrelevant"); err != nil {
		t.Errorf("afterwards: %v", err)
	}
}

func TestRandomPasswordIsReadable(t *testing.T) {
	seen := map[string]bool{}
	for range 100 {
		p := randomPassword()
		if len(p) != 16 || strings.Trim(p, readable) != "" || seen[p] {
			t.Errorf("%q", p)
		}
		seen[p] = true
	}
}

func BenchmarkHashPassword(b *testing.B) {
	RealCost(b)
	for b.Loop() {
		if _, err := hashPassword(b.Context(), "学习强国 2026!"); err != nil {
			b.Fatal(err)
		}
	}
}
