package scenario

import (
	"context"
	"net/http"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"leitai/sqldb"
)

// signIn opens a session over HTTP; extra are fields such as the code of a second step.
func (s *server) signIn(username, password string, extra ...fields) (*caller, response) {
	s.t.Helper()
	body := fields{"username": username, "password": password}
	for _, e := range extra {
		for k, v := range e {
			body[k] = v
		}
	}
	c := s.nobody()
	c.header.Set("User-Agent", "Mozilla/5.0 (test)")
	res := c.do("POST", "/api/v1/session", body)
	for _, cookie := range (&http.Response{Header: res.header}).Cookies() {
		c.cookie = cookie.Name + "=" + cookie.Value
	}
	return c, res
}

type oneTimeLink struct {
	ID, URL   string
	ExpiresMS int64 `json:"expires_ms"`
}

func (l oneTimeLink) token(t *testing.T) string {
	t.Helper()
	at, token, ok := strings.Cut(l.URL, "#")
	if !ok || at != "http://leitai.test/console/welcome" || len(token) < 40 {
		t.Fatalf("link %s", l.URL)
	}
	return token
}

// staffAndAccess goes through the life of an account, from the invitation to the end.
func staffAndAccess(t *testing.T, s *server) {
	t.Helper()
	adm, nobody := s.as("admin"), s.nobody()
	var link oneTimeLink
	secrets := []string{password, "organizer's own 1", "a new one again"}

	// Invited, accepted once.
	adm.do("POST", "/api/v1/staff/invitations", fields{"name": "韩梅梅", "role": "organizer"}).ok(&link)
	token := link.token(t)
	secrets = append(secrets, token)
	run(t, []scenario{
		{"the invitation is listed", adm, "GET", "/api/v1/staff", nil, 200, []string{`"name":"韩梅梅"`, link.ID}, []string{token}},
		{"what it is for", nobody, "POST", "/api/v1/staff-links/find", fields{"token": token}, 200, []string{`"kind":"invitation"`, `"name":"韩梅梅"`, `"role":"organizer"`}, []string{token}},
		{"a made-up one", nobody, "POST", "/api/v1/staff-links/find", fields{"token": "x"}, 404, []string{`"link.gone"`}, nil},
		{"no name for it", nobody, "POST", "/api/v1/staff-links/use", fields{"token": token, "username": "a b", "password": "organizer's own 1"}, 400, []string{`"username":"username.characters"`}, nil},
		{"a name that is taken", nobody, "POST", "/api/v1/staff-links/use", fields{"token": token, "username": "VIEWER", "password": "organizer's own 1"}, 400, []string{`"username":"username.taken"`}, nil},
		{"too short", nobody, "POST", "/api/v1/staff-links/use", fields{"token": token, "username": "hanmeimei", "password": "short"}, 400, []string{`"password":"password.short"`}, nil},
		{"accepted", nobody, "POST", "/api/v1/staff-links/use", fields{"token": token, "username": " HanMeimei ", "password": "organizer's own 1"}, 200, []string{`"username":"hanmeimei"`}, nil},
		{"not twice", nobody, "POST", "/api/v1/staff-links/use", fields{"token": token, "username": "other", "password": "organizer's own 1"}, 404, []string{`"link.gone"`}, nil},
	})
	han, res := s.signIn("hanmeimei", "organizer's own 1")
	var me struct{ Staff struct{ ID string } }
	res.ok(&me)
	at := "/api/v1/staff/" + me.Staff.ID

	// Withdrawn, and too old.
	adm.do("POST", "/api/v1/staff/invitations", fields{"name": "某人", "role": "viewer", "username": "somebody"}).ok(&link)
	adm.do("POST", "/api/v1/staff/invitations", fields{"name": "某人", "role": "viewer", "username": "somebody"}).refused(400, "invalid", "request.invalid", "username=username.taken")
	adm.do("DELETE", "/api/v1/staff/invitations/"+link.ID, nil).ok(nil)
	adm.do("DELETE", "/api/v1/staff/invitations/"+link.ID, nil).refused(404, "not_found", "link.gone")
	nobody.do("POST", "/api/v1/staff-links/find", fields{"token": link.token(t)}).refused(404, "not_found", "link.gone")
	adm.do("POST", "/api/v1/staff/invitations", fields{"name": "某人", "role": "viewer"}).ok(&link)
	_, err := s.db.Exec(context.Background(), `UPDATE staff_links SET expires_at = $2 WHERE id = $1`, link.ID, sqldb.MillisOf(time.Now()))
	s.must(err)
	nobody.do("POST", "/api/v1/staff-links/use", fields{"token": link.token(t), "username": "late", "password": "organizer's own 1"}).refused(404, "not_found", "link.gone")

	// What is theirs, and what is not.
	run(t, []scenario{
		{"renamed", han, "PATCH", "/api/v1/session", fields{"name": "韩 梅梅"}, 200, []string{`"name":"韩 梅梅"`}, nil},
		{"no name", han, "PATCH", "/api/v1/session", fields{"name": " "}, 400, []string{`"name":"value.required"`}, nil},
		{"colleagues", han, "GET", "/api/v1/colleagues", nil, 200, []string{`"username":"judge"`}, []string{`"username":"admin"`, `"username":"disabled"`}},
		{"no banks yet", han, "GET", "/api/v1/banks", nil, 200, []string{`{"banks":[]}`}, nil},
	})
	var bank struct{ ID string }
	han.do("POST", "/api/v1/banks", fields{"name": "韩梅梅的题库"}).ok(&bank)
	bankAt := "/api/v1/banks/" + bank.ID
	judge := s.as("judge")
	judge.do("GET", bankAt, nil).refused(404, "not_found", "bank.missing")
	han.do("PUT", bankAt+"/members/staff-judge", nil).ok(nil)
	han.do("PUT", bankAt+"/members/staff-judge", nil).ok(nil)
	han.do("PUT", bankAt+"/members/staff-disabled", nil).refused(400, "invalid", "request.invalid", "staff_id=staff.unknown")
	judge.do("GET", bankAt, nil).ok(nil)
	run(t, []scenario{
		{"who works on it", judge, "GET", bankAt + "/members", nil, 200, []string{`"name":"韩 梅梅"`, `"id":"staff-judge"`, `"granted_by":"韩 梅梅"`}, nil},
		{"a judge puts nobody on it", judge, "PUT", bankAt + "/members/staff-viewer", nil, 403, []string{`"session.forbidden"`}, nil},
		{"taken off it", han, "DELETE", bankAt + "/members/staff-judge", nil, 204, nil, nil},
	})
	judge.do("GET", bankAt, nil).refused(404, "not_found", "bank.missing")
	c := s.contest("协作", nil)
	adm.do("DELETE", "/api/v1/contests/"+c.ID+"/members/staff-viewer", nil).ok(nil)
	s.as("viewer").do("GET", "/api/v1/contests/"+c.ID, nil).refused(404, "not_found", "contest.missing")
	adm.do("PUT", "/api/v1/contests/"+c.ID+"/members/staff-viewer", nil).ok(nil)
	adm.do("GET", "/api/v1/contests/"+c.ID+"/members", nil).ok(nil)

	secrets = append(secrets, twoSteps(t, s, adm, at)...)

	// Signed out by oneself and by an admin.
	one, _ := s.signIn("hanmeimei", "organizer's own 1")
	two, _ := s.signIn("hanmeimei", "organizer's own 1")
	var open struct {
		Sessions []struct {
			ID, Browser, Address string
			Current              bool
		}
	}
	one.do("GET", "/api/v1/sessions", nil).ok(&open)
	for _, o := range open.Sessions {
		if o.Browser != "Mozilla/5.0 (test)" || o.Address != "127.0.0.1" {
			t.Errorf("session %+v", o)
		}
		if !o.Current && o.ID == open.Sessions[0].ID {
			one.do("DELETE", "/api/v1/sessions/"+o.ID, nil).ok(nil)
			one.do("DELETE", "/api/v1/sessions/"+o.ID, nil).refused(404, "not_found", "session.gone")
		}
	}
	two.do("GET", "/api/v1/session", nil).refused(401, "unauthorized", "session.missing")
	one.do("DELETE", "/api/v1/sessions", nil).ok(nil)
	one.do("GET", "/api/v1/session", nil).refused(401, "unauthorized", "session.missing")
	han.do("GET", "/api/v1/session", nil).refused(401, "unauthorized", "session.missing")
	one, _ = s.signIn("hanmeimei", "organizer's own 1")
	adm.do("DELETE", at+"/sessions", nil).ok(nil)
	one.do("GET", "/api/v1/session", nil).refused(401, "unauthorized", "session.missing")

	// A reset ends the sessions and works once; a second one ends the first.
	one, _ = s.signIn("hanmeimei", "organizer's own 1")
	var first oneTimeLink
	adm.do("POST", at+"/reset", nil).ok(&first)
	adm.do("POST", at+"/reset", nil).ok(&link)
	secrets = append(secrets, first.token(t), link.token(t))
	nobody.do("POST", "/api/v1/staff-links/find", fields{"token": first.token(t)}).refused(404, "not_found", "link.gone")
	one.do("GET", "/api/v1/session", nil).ok(nil) // until then the old password is good
	nobody.do("POST", "/api/v1/staff-links/use", fields{"token": link.token(t), "password": "a new one again"}).ok(nil)
	one.do("GET", "/api/v1/session", nil).refused(401, "unauthorized", "session.missing")
	_, res = s.signIn("hanmeimei", "organizer's own 1")
	res.refused(401, "unauthorized", "session.wrong")
	one, res = s.signIn("hanmeimei", "a new one again")
	res.ok(nil)

	// Another role counts at once; disabled, the session is dead and the link with it.
	adm.do("PATCH", at, fields{"role": "viewer"}).ok(nil)
	one.do("POST", "/api/v1/banks", fields{"name": "不行"}).refused(403, "forbidden", "session.forbidden")
	one.do("GET", bankAt, nil).ok(nil)
	adm.do("POST", at+"/reset", nil).ok(&link)
	adm.do("PATCH", at, fields{"disabled": true}).ok(nil)
	one.do("GET", "/api/v1/session", nil).refused(401, "unauthorized", "session.missing")
	nobody.do("POST", "/api/v1/staff-links/find", fields{"token": link.token(t)}).refused(404, "not_found", "link.gone")
	adm.do("POST", at+"/reset", nil).refused(409, "conflict", "staff.disabled")
	_, res = s.signIn("hanmeimei", "a new one again")
	res.refused(401, "unauthorized", "session.wrong")
	adm.do("PATCH", at, fields{"disabled": false, "role": "organizer"}).ok(nil)
	_, res = s.signIn("hanmeimei", "a new one again")
	res.ok(nil)

	// Nobody shuts oneself out.
	var admin struct{ Staff struct{ ID string } }
	adm.do("GET", "/api/v1/session", nil).ok(&admin)
	adm.do("PATCH", "/api/v1/staff/"+admin.Staff.ID, fields{"disabled": true}).refused(409, "conflict", "staff.oneself")
	adm.do("PATCH", "/api/v1/staff/"+admin.Staff.ID, fields{"role": "viewer"}).refused(409, "conflict", "staff.oneself")
	adm.do("PATCH", "/api/v1/staff/no-such", fields{"name": "x"}).refused(404, "not_found", "staff.unknown")
	adm.do("PATCH", at, fields{"role": "owner"}).refused(400, "invalid", "request.invalid", "role=value.choice")

	auditTells(t, s, adm, bank.ID, secrets)
}

// twoSteps turns the second step on, uses every kind of code, and gives what must not be told.
func twoSteps(t *testing.T, s *server, adm *caller, at string) (secrets []string) {
	t.Helper()
	const name, pw = "hanmeimei", "organizer's own 1"
	han, _ := s.signIn(name, pw)
	var made struct{ Secret, URI string }
	han.do("PUT", "/api/v1/session/two-step", fields{"code": "123456"}).refused(409, "conflict", "totp.not_started")
	han.do("POST", "/api/v1/session/two-step", fields{"password": "wrong"}).refused(400, "invalid", "request.invalid", "password=password.wrong")
	han.do("POST", "/api/v1/session/two-step", fields{"password": pw}).ok(&made)
	if !strings.HasPrefix(made.URI, "otpauth://totp/") || !strings.Contains(made.URI, "secret="+made.Secret) || len(made.Secret) != 32 {
		t.Errorf("%+v", made)
	}
	code := func(at time.Time) string {
		c, err := totp.GenerateCode(made.Secret, at)
		s.must(err)
		return c
	}
	_, res := s.signIn(name, pw) // not on before it is confirmed
	res.ok(nil)
	wrong := "000000"
	if code(time.Now()) == wrong {
		wrong = "000001"
	}
	han.do("PUT", "/api/v1/session/two-step", fields{"code": wrong}).refused(400, "invalid", "request.invalid", "code=totp.code_wrong")
	var on struct {
		Codes []string `json:"recovery_codes"`
	}
	now := time.Now()
	han.do("PUT", "/api/v1/session/two-step", fields{"code": code(now)}).ok(&on)
	if len(on.Codes) != 10 {
		t.Fatalf("%d recovery codes", len(on.Codes))
	}
	run(t, []scenario{
		{"not told again", han, "GET", "/api/v1/session", nil, 200, []string{`"two_step":true`}, []string{made.Secret}},
		{"not started over", han, "POST", "/api/v1/session/two-step", fields{"password": pw}, 409, []string{`"totp.on"`}, []string{made.Secret}},
		{"all codes left", han, "GET", "/api/v1/sessions", nil, 200, []string{`"recovery_left":10`}, []string{on.Codes[0]}},
	})
	_, res = s.signIn(name, pw)
	res.refused(401, "unauthorized", "session.code")
	_, res = s.signIn(name, "not the password", fields{"code": code(now)})
	res.refused(401, "unauthorized", "session.wrong")
	_, res = s.signIn(name, pw, fields{"code": wrong})
	res.refused(401, "unauthorized", "session.code_wrong")
	_, res = s.signIn(name, pw, fields{"code": code(now)}) // it has turned the step on: used
	res.refused(401, "unauthorized", "session.code_wrong")
	next := now.Add(30 * time.Second) // a phone's clock may be that fast
	_, res = s.signIn(name, pw, fields{"code": " " + code(next)[:3] + " " + code(next)[3:]})
	res.ok(nil)
	_, res = s.signIn(name, pw, fields{"code": code(next)})
	res.refused(401, "unauthorized", "session.code_wrong")
	_, res = s.signIn(name, pw, fields{"code": strings.ToUpper(on.Codes[3])})
	res.ok(nil)
	_, res = s.signIn(name, pw, fields{"code": on.Codes[3]})
	res.refused(401, "unauthorized", "session.code_wrong")
	han.do("GET", "/api/v1/sessions", nil).ok(nil)

	han.do("POST", "/api/v1/session/two-step/off", fields{"password": "wrong"}).refused(400, "invalid", "request.invalid", "password=password.wrong")
	han.do("POST", "/api/v1/session/two-step/off", fields{"password": pw}).ok(nil)
	_, res = s.signIn(name, pw)
	res.ok(nil)
	secrets = append([]string{made.Secret}, on.Codes...) // six digits would be found by chance

	// Somebody has lost the phone: an admin turns it off, and the old recovery codes are worth nothing.
	now = time.Now()
	han.do("POST", "/api/v1/session/two-step", fields{"password": pw}).ok(&made)
	han.do("PUT", "/api/v1/session/two-step", fields{"code": code(now)}).ok(nil)
	_, res = s.signIn(name, pw, fields{"code": on.Codes[5]})
	res.refused(401, "unauthorized", "session.code_wrong")
	adm.do("DELETE", at+"/two-step", nil).ok(nil)
	_, res = s.signIn(name, pw)
	res.ok(nil)
	return append(secrets, made.Secret)
}

// auditTells looks at the log that all the tests before have filled.
func auditTells(t *testing.T, s *server, adm *caller, bank string, secrets []string) {
	t.Helper()
	type page struct {
		Entries []struct {
			ID, Action, Address string
			StaffName           string `json:"staff_name"`
			Username            string
			SubjectName         string `json:"subject_name"`
			SubjectID           string `json:"subject_id"`
		}
		Next string
	}
	var all page
	seen := map[string]bool{}
	for after := ""; ; {
		var p page
		adm.do("GET", "/api/v1/audit?limit=7&after="+after, nil).ok(&p)
		for _, e := range p.Entries {
			if seen[e.ID] || len(all.Entries) > 0 && e.ID > all.Entries[len(all.Entries)-1].ID {
				t.Errorf("%s twice or out of order", e.ID)
			}
			seen[e.ID] = true
			all.Entries = append(all.Entries, e)
		}
		if after = p.Next; after == "" {
			break
		}
	}
	var n int
	s.must(s.db.Get(context.Background(), &n, `SELECT COUNT(*) FROM audit`))
	if len(all.Entries) != n {
		t.Errorf("%d of %d entries by pages", len(all.Entries), n)
	}
	var p page
	adm.do("GET", "/api/v1/audit?subject="+bank, nil).ok(&p)
	if len(p.Entries) != 4 || p.Entries[3].Action != "bank.create" || p.Entries[3].SubjectName != "韩梅梅的题库" || p.Entries[3].StaffName != "韩 梅梅" || p.Entries[3].Username != "hanmeimei" ||
		p.Entries[0].Action != "access.revoke" || p.Entries[0].Address != "127.0.0.1" {
		t.Errorf("of the bank: %+v", p.Entries)
	}
	for query, want := range map[string]bool{"q=%E9%9F%A9%E6%A2%85%E6%A2%85%E7%9A%84": true, "action=access.grant": true, "action=access.": true,
		"action=access": false, "kind=bank": true, "kind=nothing": false, "q=%25": false, "q=%E5%91%98%E5%B7%A5JUDGE": true, "to_ms=1": false, "from_ms=1": true} {
		adm.do("GET", "/api/v1/audit?subject="+bank+"&"+query, nil).ok(&p)
		if (len(p.Entries) > 0) != want {
			t.Errorf("%s: %d entries", query, len(p.Entries))
		}
	}
	adm.do("GET", "/api/v1/audit?from_ms=x", nil).refused(400, "invalid", "request.invalid", "from_ms=value.range")
	run(t, []scenario{
		{"as a workbook", adm, "GET", "/api/v1/audit/export", nil, 200, []string{"PK"}, nil},
		{"as CSV", adm, "GET", "/api/v1/audit/export?format=csv&subject=" + bank, nil, 200, []string{"\ufeff时间,操作人,用户名", ",韩 梅梅,hanmeimei,127.0.0.1,", "新建题库,题库,韩梅梅的题库"}, []string{"现场操作"}},
		{"as something else", adm, "GET", "/api/v1/audit/export?format=pdf", nil, 400, []string{`"format":"value.choice"`}, nil},
	})
	res := adm.do("GET", "/api/v1/audit/export?format=csv", nil).ok(nil)
	var rows []struct{ Detail, Search, Name string }
	s.must(s.db.Select(context.Background(), &rows, `SELECT detail, search, subject_name AS name FROM audit`))
	var stored strings.Builder
	for _, r := range rows {
		stored.WriteString(r.Detail + r.Search + r.Name + "\n")
	}
	for _, secret := range append(secrets, `"key"`, "秘密库解析", "argon2") {
		if strings.Contains(stored.String(), secret) || strings.Contains(string(res.body), secret) || strings.Contains(s.log.String(), secret) {
			t.Errorf("the audit log or the server's log tells %q", secret)
		}
	}
	for _, want := range []string{"session.refused", "session.sign_in", "contest.command", "question.bulk", "import.undo", "staff.two_step_off", "audit.export"} {
		s.audited(want, time.Time{})
	}
}

// TestWrongCodesAreLimited: who has the password cannot try all codes, from whatever address.
func TestWrongCodesAreLimited(t *testing.T) {
	s := start(t, embedded(t), func(s *server) { s.proxies = []string{"127.0.0.1"} })
	c, _ := s.signIn("judge", password)
	var made struct{ Secret string }
	c.do("POST", "/api/v1/session/two-step", fields{"password": password}).ok(&made)
	code, err := totp.GenerateCode(made.Secret, time.Now())
	s.must(err)
	c.do("PUT", "/api/v1/session/two-step", fields{"code": code}).ok(nil)
	limited := false
	for i := range 12 {
		who := s.nobody()
		who.header.Set("X-Forwarded-For", "10.0.0."+string(rune('1'+i%9)))
		res := who.do("POST", "/api/v1/session", fields{"username": "judge", "password": password, "code": code}) // used
		limited = limited || res.status == 429
		if !limited {
			res.refused(401, "unauthorized", "session.code_wrong")
		}
	}
	if !limited {
		t.Error("twelve wrong codes within a minute")
	}
}

// TestLinksCannotBeGuessed: an address that sends wrong tokens has to wait.
func TestLinksCannotBeGuessed(t *testing.T) {
	s := start(t, embedded(t))
	for i := range 40 {
		if res := s.quietly().do("POST", "/api/v1/staff-links/find", fields{"token": long(43)}); res.status == 429 {
			if i < 30 {
				t.Errorf("refused after %d tries", i)
			}
			return
		}
	}
	t.Error("forty wrong tokens within a minute")
}

// TestUnknownUserNamesAreNotKept: some type their password where the name belongs.
func TestUnknownUserNamesAreNotKept(t *testing.T) {
	s := start(t, embedded(t))
	s.nobody().do("POST", "/api/v1/session", fields{"username": "my password 123", "password": "x"}).refused(401, "unauthorized", "session.wrong")
	s.nobody().do("POST", "/api/v1/session", fields{"username": "viewer", "password": "x"}).refused(401, "unauthorized", "session.wrong")
	res := s.as("admin").do("GET", "/api/v1/audit?action=session.refused", nil).ok(nil)
	if strings.Contains(string(res.body), "my password") || !strings.Contains(string(res.body), `"username":"viewer"`) || strings.Count(string(res.body), "session.refused") != 2 {
		t.Errorf("%s", res.body)
	}
}

// TestTheLogSaysWhatWasChanged: from what to what, in settings too, and found by it.
func TestTheLogSaysWhatWasChanged(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("旧标题", nil)
	at := "/api/v1/contests/" + g.contest.ID
	g.org.do("PATCH", at, fields{"title": "新标题", "settings": fields{"top_k": 7, "logo": "data:image/png;base64," + long(120)}}).ok(nil)
	g.org.do("PATCH", at+"/rounds/"+g.contest.Rounds[0].ID, fields{"settings": fields{"limit_ms": 30000, "points": fields{"single": 30}}}).ok(nil)
	adm := s.as("admin")
	run(t, []scenario{
		{"the contest", adm, "GET", "/api/v1/audit?action=contest.update", nil, 200,
			[]string{`"title":{"from":"旧标题","to":"新标题"}`, `"to":7`, `"logo":{"from":"","to":"…"}`}, []string{"base64", "max_entrants"}},
		{"the round", adm, "GET", "/api/v1/audit?action=contest.round", nil, 200, []string{`"limit_ms":{"from":600000,"to":30000}`, `"single":30`, `"round":1`}, []string{"streak_step"}},
		{"found by what it was", adm, "GET", "/api/v1/audit?q=%E6%97%A7%E6%A0%87%E9%A2%98&action=contest.update", nil, 200, []string{`"新标题"`}, nil},
	})
}

// TestWhoIsShutOutGetsInFromTheMachine: the only admin has lost password and phone, and somebody has disabled the account.
func TestWhoIsShutOutGetsInFromTheMachine(t *testing.T) {
	realStorage(t, func(t *testing.T, st storage) {
		s := launch(t, st)
		env := []string{"LEITAI_DATABASE_URL=" + st.database}
		if path, ok := strings.CutPrefix(st.database, "sqlite:"); ok {
			env = []string{"LEITAI_DATA_DIR=" + filepath.Dir(path)}
		}
		c, _ := s.signIn("admin", password)
		var made struct{ Secret string }
		c.do("POST", "/api/v1/session/two-step", fields{"password": password}).ok(&made)
		code, err := totp.GenerateCode(made.Secret, time.Now())
		s.must(err)
		c.do("PUT", "/api/v1/session/two-step", fields{"code": code}).ok(nil)
		_, err = s.db.Exec(t.Context(), `UPDATE staff SET disabled = TRUE WHERE username = 'admin'`)
		s.must(err)
		list := execute(t, env, "staff", "list")
		if list.exit() != 0 || !strings.Contains(list.out.String(), "newcomer") || !regexp.MustCompile(`(?m)^admin +admin +disabled +on +2`).MatchString(list.out.String()) {
			t.Errorf("list:\n%s", list.out)
		}
		reset := func(args ...string) string {
			p := execute(t, env, append([]string{"staff", "reset-password"}, args...)...)
			if p.exit() != 0 {
				t.Fatalf("reset: %s", p.out)
			}
			first, _, _ := strings.Cut(p.out.String(), "\n")
			_, pw, _ := strings.Cut(first, " / ")
			return pw
		}
		_, res := s.signIn("admin", reset("admin"))
		res.refused(401, "unauthorized", "session.wrong") // still disabled
		_, res = s.signIn("admin", reset("admin", "--enable"))
		res.refused(401, "unauthorized", "session.code")
		_, res = s.signIn("admin", reset(" ADMIN ", "--two-step-off"))
		res.ok(nil)
		if !strings.Contains(string(res.body), `"must_change_password":true`) {
			t.Errorf("the printed password is kept: %s", res.body)
		}
		if p := execute(t, env, "staff", "reset-password", "nobody"); p.exit() == 0 {
			t.Errorf("an account that is not there: %s", p.out)
		}
		s.audited("staff.cli_reset", time.Time{})
	})
}
