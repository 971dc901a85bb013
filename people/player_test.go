package people_test

import (
	"testing"
	"time"

	"leitai/fault"
	"leitai/people"
	"leitai/sqldb"
)

// Who is found, who is not, and whose PIN is wrong cannot be told apart by the time of the answer.
func TestSignInOfEmployeesTakesTheSameTime(t *testing.T) {
	people.RealCost(t)
	onBoth(t, func(t *testing.T, _ *sqldb.DB, s *people.Store) {
		twoPeople(t, s)
		if _, err := s.SetPIN(t.Context(), "one", "2468"); err != nil {
			t.Fatal(err)
		}
		took := func(number, name string) time.Duration {
			best := time.Hour
			for range 5 { // the fastest of five: this machine has other work
				start := time.Now()
				_, _, err := s.SignInPlayer(t.Context(), now, number, name, "1357")
				best = min(best, time.Since(start))
				wantFault(t, err, fault.Unauthorized, "player.unknown")
			}
			return best
		}
		wrong, unknown := took("13800000001", "张三"), took("13800000002", "张三")
		if wrong > 4*unknown || unknown > 4*wrong {
			t.Errorf("a wrong PIN took %s, an unknown number %s", wrong, unknown)
		}
		if _, p, err := s.SignInPlayer(t.Context(), now, "+86 138 0000 0001", "张 三", "２４６８"); err != nil || p.ID != "one" {
			t.Errorf("%+v, %v", p, err)
		}
	})
}

func TestANewPINEndsSessions(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *sqldb.DB, s *people.Store) {
		twoPeople(t, s)
		token, _, err := s.SignInPlayer(t.Context(), now, "13800000001", "张三", "")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := s.FindPlayer(t.Context(), now, token); err != nil {
			t.Fatal(err)
		}
		list, err := s.HandOutPINs(t.Context(), "park", true, true)
		if err != nil || len(list) != 2 {
			t.Fatalf("%+v, %v", list, err)
		}
		_, err = s.FindPlayer(t.Context(), now, token)
		wantFault(t, err, fault.Unauthorized, "token.wrong")
		for _, h := range list {
			if h.ID == "one" {
				if _, _, err := s.SignInPlayer(t.Context(), now, "13800000001", "张三", h.Secret); err != nil {
					t.Errorf("with the PIN on the sheet: %v", err)
				}
			}
		}
		if list, err := s.HandOutPINs(t.Context(), "park", true, true); err != nil || len(list) != 0 {
			t.Errorf("who has one gets another: %+v, %v", list, err)
		}
	})
}

// A link that got into wrong hands is replaced by a new one: what it opened ends with it. Who had none goes on.
func TestANewLinkEndsWhatTheOldOneOpened(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *sqldb.DB, s *people.Store) {
		twoPeople(t, s)
		for name, again := range map[string]func() error{
			"one":   func() error { _, err := s.IssueLink(t.Context(), "one"); return err },
			"sheet": func() error { _, err := s.HandOutLinks(t.Context(), "park", true, false); return err },
		} {
			if err := s.DropLink(t.Context(), "one"); err != nil {
				t.Fatal(err)
			}
			before, _, err := s.SignInPlayer(t.Context(), now, "13800000001", "张三", "")
			if err != nil {
				t.Fatal(err)
			}
			link, err := s.IssueLink(t.Context(), "one")
			if err != nil {
				t.Fatal(err)
			}
			if _, err := s.FindPlayer(t.Context(), now, before); err != nil {
				t.Errorf("%s: the first link ends sessions: %v", name, err)
			}
			stolen, _, err := s.SignInByLink(t.Context(), now, link)
			if err != nil {
				t.Fatal(err)
			}
			if err := again(); err != nil {
				t.Fatal(err)
			}
			_, err = s.FindPlayer(t.Context(), now, stolen)
			wantFault(t, err, fault.Unauthorized, "token.wrong")
		}
	})
}
