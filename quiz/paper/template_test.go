package paper

import (
	"testing"
	"time"

	"leitai/quiz"
)

func TestTemplatesAreReadyToUse(t *testing.T) {
	shanghai, err := time.LoadLocation("Asia/Shanghai")
	if err != nil {
		t.Fatal(err)
	}
	for _, now := range []time.Time{
		time.Date(2026, 1, 15, 9, 30, 0, 0, shanghai), time.Date(2026, 6, 10, 9, 30, 0, 0, shanghai), time.Date(2026, 6, 30, 19, 0, 0, 0, shanghai),
		time.Date(2026, 12, 4, 0, 0, 0, 0, shanghai), time.Date(2026, 12, 31, 23, 59, 0, 0, shanghai),
	} {
		keys := map[string]bool{}
		for _, tpl := range Templates(now) {
			if keys[tpl.Key] {
				t.Errorf("%s is there twice", tpl.Key)
			}
			keys[tpl.Key] = true
			if err := tpl.Contest.Validate(); err != nil {
				t.Errorf("%s: %v", tpl.Key, err)
			}
			if tpl.Kind == quiz.KindLive {
				continue
			}
			s := tpl.Settings
			for i := range s.Draw {
				s.Draw[i].BankID = "bank"
			}
			if err := s.Validate(); err != nil {
				t.Errorf("%s on %s: %v", tpl.Key, now, err)
			}
			if s.OpensMS <= now.UnixMilli() {
				t.Errorf("%s on %s has begun already", tpl.Key, now)
			}
			total := 0
			for _, r := range s.Draw {
				total += r.Count * s.Points[r.Types[0]]
			}
			if len(s.Draw) > 0 && total != 100 {
				t.Errorf("%s: a paper has %d points", tpl.Key, total)
			}
		}
		if len(keys) != 5 {
			t.Errorf("templates: %v", keys)
		}
	}
}

func TestTheYearlyWindowLiesAhead(t *testing.T) {
	s := DefaultSettings(time.Now())
	zone, err := s.Zone()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ now, opens, closes time.Time }{
		{time.Date(2026, 3, 1, 0, 0, 0, 0, zone), time.Date(2026, 6, 1, 8, 0, 0, 0, zone), time.Date(2026, 6, 30, 20, 0, 0, 0, zone)},
		{time.Date(2026, 6, 9, 10, 20, 0, 0, zone), time.Date(2026, 6, 9, 11, 0, 0, 0, zone), time.Date(2026, 6, 30, 20, 0, 0, 0, zone)},
		{time.Date(2026, 6, 30, 10, 0, 0, 0, zone), time.Date(2027, 6, 1, 8, 0, 0, 0, zone), time.Date(2027, 6, 30, 20, 0, 0, 0, zone)},
	} {
		opens, closes := yearly(c.now, s, time.June, 1, 30)
		if opens != c.opens.UnixMilli() || closes != c.closes.UnixMilli() {
			t.Errorf("on %s: %s to %s", c.now, time.UnixMilli(opens).In(zone), time.UnixMilli(closes).In(zone))
		}
	}
}
