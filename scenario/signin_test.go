package scenario

import (
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// time0 is a time for what must have one.
var time0 = time.Date(2026, 7, 1, 8, 0, 0, 0, time.UTC)

// signInAndOut goes through a staff session's life.
func signInAndOut(t *testing.T, s *server) {
	t.Helper()
	res := s.nobody().do("POST", "/api/v1/session", fields{"username": " Viewer ", "password": password}).ok(nil)
	cookies := (&http.Response{Header: res.header}).Cookies()
	if len(cookies) != 1 {
		t.Fatalf("cookies: %v", res.header)
	}
	c := cookies[0]
	if c.Name != "leitai_session" || !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || len(c.Value) < 40 ||
		time.Until(c.Expires) < 11*time.Hour {
		t.Errorf("cookie: %s", c)
	}
	if strings.Contains(string(res.body), c.Value) {
		t.Errorf("the body tells the session's token: %s", res.body)
	}
	me := s.nobody()
	me.cookie = "leitai_session=" + c.Value
	other := s.as("viewer")
	me.do("GET", "/api/v1/session", nil).ok(nil)
	me.do("PUT", "/api/v1/session/password", fields{"current": "wrong one", "new": "another long one"}).refused(400, "invalid", "request.invalid", "current=password.wrong")
	me.do("PUT", "/api/v1/session/password", fields{"current": password, "new": "short"}).refused(400, "invalid", "request.invalid", "new=password.short")
	me.do("PUT", "/api/v1/session/password", fields{"current": password, "new": "another long one"}).ok(nil)
	other.do("GET", "/api/v1/session", nil).refused(401, "unauthorized", "session.missing")
	res = me.do("DELETE", "/api/v1/session", nil).ok(nil)
	if gone := (&http.Response{Header: res.header}).Cookies(); len(gone) != 1 || gone[0].Value != "" || gone[0].Expires.After(time.Now()) {
		t.Errorf("the cookie stays: %v", res.header)
	}
	me.do("GET", "/api/v1/session", nil).refused(401, "unauthorized", "session.missing")
}

// TestSignInTellsNothing: a wrong name and a wrong password are the same fault.
func TestSignInTellsNothing(t *testing.T) {
	s := start(t, embedded(t))
	a := s.nobody().do("POST", "/api/v1/session", fields{"username": "admin", "password": "wrong"})
	b := s.nobody().do("POST", "/api/v1/session", fields{"username": "nobody", "password": "wrong"})
	a.refused(401, "unauthorized", "session.wrong")
	b.refused(401, "unauthorized", "session.wrong")
	if len(a.body) != len(b.body) || a.header.Get("Set-Cookie") != "" {
		t.Errorf("%s / %s", a.body, b.body)
	}
	for _, body := range []any{fields{"username": long(65), "password": "x"}, fields{"username": "admin", "password": long(257)}, fields{"username": "", "password": ""}} {
		if res := s.nobody().do("POST", "/api/v1/session", body); res.status/100 != 4 {
			t.Errorf("%v: %d", body, res.status)
		}
	}
}

// TestGuessingIsSlowedDown: after ten failures an account is closed to this address for a minute, however its name is
// written, and whoever has the password is let in before that.
func TestGuessingIsSlowedDown(t *testing.T) {
	s := start(t, embedded(t))
	try := func(username, pw string) response {
		return s.nobody().do("POST", "/api/v1/session", fields{"username": username, "password": pw})
	}
	for i := range 10 {
		try([]string{"admin", "ADMIN", " admin", "Admin "}[i%4], "wrong").refused(401, "unauthorized", "session.wrong")
		if i == 5 {
			try("admin", password).ok(nil)
		}
	}
	for _, name := range []string{"admin", "aDmIn", "  admin  "} {
		try(name, password).refused(429, "rate_limited", "request.too_many")
	}
	try("viewer", password).ok(nil)
	c := s.nobody()
	c.header.Set("X-Forwarded-For", "203.0.113.7")
	c.do("POST", "/api/v1/session", fields{"username": "admin", "password": password}).refused(429, "rate_limited", "request.too_many")
}

func TestPasswordGuessingIsSlowedDown(t *testing.T) {
	s := start(t, embedded(t))
	me := s.as("judge")
	for range 12 { // no guesses
		me.do("PUT", "/api/v1/session/password", fields{"current": password, "new": "short"}).refused(400, "invalid", "request.invalid", "new=password.short")
	}
	for range 10 {
		me.do("PUT", "/api/v1/session/password", fields{"current": "wrong one", "new": "another long one"}).refused(400, "invalid", "request.invalid", "current")
	}
	me.do("PUT", "/api/v1/session/password", fields{"current": password, "new": "another long one"}).refused(429, "rate_limited", "request.too_many")
}

// TestNewcomerMustChangeThePassword: until then, an account that could drive a show cannot.
func TestNewcomerMustChangeThePassword(t *testing.T) {
	s := start(t, embedded(t))
	c := s.contest("新人", nil)
	me := s.as("newcomer")
	me.do("POST", "/api/v1/contests/"+c.ID+"/room", nil).refused(403, "forbidden", "session.password")
	me.do("PUT", "/api/v1/session/password", fields{"current": password, "new": "another long one"}).ok(nil)
	me.do("POST", "/api/v1/contests/"+c.ID+"/room", nil).ok(nil)
}

// TestBehindAProxy: with an https address cookies are for https only, and failures are counted by the address that the
// proxy names; anybody else's word for it counts for nothing.
func TestBehindAProxy(t *testing.T) {
	s := start(t, embedded(t), func(s *server) { s.secure, s.proxies = true, []string{"127.0.0.1"} })
	res := s.nobody().do("POST", "/api/v1/session", fields{"username": "viewer", "password": password}).ok(nil)
	if c := (&http.Response{Header: res.header}).Cookies(); len(c) != 1 || !c[0].Secure || !c[0].HttpOnly {
		t.Errorf("cookie: %v", res.header)
	}
	from := func(address string) *caller {
		c := s.nobody()
		c.header.Set("X-Forwarded-For", address)
		return c
	}
	for range 10 {
		from("203.0.113.7").do("POST", "/api/v1/session", fields{"username": "admin", "password": "wrong"}).refused(401, "unauthorized", "session.wrong")
	}
	from("203.0.113.7").do("POST", "/api/v1/session", fields{"username": "admin", "password": password}).refused(429, "rate_limited", "request.too_many")
	from("203.0.113.8").do("POST", "/api/v1/session", fields{"username": "admin", "password": password}).ok(nil)
}

// TestGuessingAtOnceIsSlowedDownToo: forty guesses in the same instant are no way around the limit.
func TestGuessingAtOnceIsSlowedDownToo(t *testing.T) {
	s := start(t, embedded(t))
	var tried, refused atomic.Int64
	each(40, 40, func(int) {
		switch res := s.nobody().do("POST", "/api/v1/session", fields{"username": "admin", "password": "wrong"}); res.status {
		case 401:
			tried.Add(1)
		case 429:
			refused.Add(1)
		}
	})
	if tried.Load() != 10 || tried.Load()+refused.Load() != 40 {
		t.Errorf("%d guesses were tried, %d refused", tried.Load(), refused.Load())
	}
}

// TestManyMaySignInAtOnce with the right password: only failures count.
func TestManyMaySignInAtOnce(t *testing.T) {
	s := start(t, embedded(t))
	each(20, 4, func(int) {
		s.nobody().do("POST", "/api/v1/session", fields{"username": "organizer", "password": password}).ok(nil)
	})
}
