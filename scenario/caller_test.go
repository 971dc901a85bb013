package scenario

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"leitai/people"
	"leitai/sqldb"
)

// The accounts of every server; a newcomer must change the password first.
var accounts = []string{"viewer", "judge", "organizer", "admin", "newcomer"}

// The accounts that nobody has given access to anything, and one that is disabled.
var strangers = []string{"other-viewer", "other-judge", "other-organizer", "disabled"}

// makeAccounts stores an account for each role with the same password, and is done once for each storage.
func (s *server) makeAccounts(ctx context.Context, staff *people.Store) {
	s.t.Helper()
	_, _, _, err := staff.EnsureFirst(ctx, time.Now(), password)
	s.must(err)
	for _, name := range slices.Concat(accounts, strangers) {
		role := strings.TrimPrefix(name, "other-")
		if name == "newcomer" || name == "disabled" {
			role = "organizer"
		}
		_, err := s.db.Exec(ctx, `INSERT INTO staff (id, username, name, role, password_hash, must_change_password, created_at, disabled)
			SELECT $1, $2, $3, $4, password_hash, $5, created_at, $6 FROM staff WHERE username = 'admin' ON CONFLICT DO NOTHING`,
			"staff-"+name, name, "员工"+name, role, name == "newcomer", name == "disabled")
		s.must(err)
	}
}

// share puts the accounts of all roles on what a test has stored past the API.
func (s *server) share(kind people.Kind, id string) {
	s.t.Helper()
	for _, name := range accounts {
		if name == "admin" {
			continue
		}
		s.must(people.NewStore(s.db).Grant(context.Background(), time.Now(), kind, id, "staff-"+name, "test"))
	}
}

// audited demands that an action is in the audit log since a time.
func (s *server) audited(action string, since time.Time) {
	s.t.Helper()
	if s.db == nil { // a program whose data only it opens
		return
	}
	var n int
	if err := s.db.Get(context.Background(), &n, `SELECT COUNT(*) FROM audit WHERE action = $1 AND at >= $2`, action, sqldb.MillisOf(since)); err != nil || n == 0 {
		s.t.Errorf("%s is not in the audit log: %v", action, err)
	}
}

// caller sends requests in somebody's name. Every exchange is held against docs/openapi.yaml.
type caller struct {
	t      *testing.T
	s      *server
	cookie string
	header http.Header
	quiet  bool // spare the check: for what is done a thousand times
}

// nobody is who has neither session nor token.
func (s *server) nobody() *caller { return &caller{t: s.t, s: s, header: http.Header{}} }

// as gives a caller with a session of this account, without the cost of a sign-in.
func (s *server) as(account string) *caller {
	s.t.Helper()
	token := uuid.NewString()
	sum := sha256.Sum256([]byte(token))
	n, err := s.db.Exec(context.Background(), `INSERT INTO staff_sessions (token_hash, staff_id, created_at, expires_at)
		SELECT $1, id, $3, $4 FROM staff WHERE username = $2`, hex.EncodeToString(sum[:]), account,
		sqldb.MillisOf(time.Now()), sqldb.MillisOf(time.Now().Add(time.Hour)))
	s.must(err)
	if n != 1 {
		s.t.Fatalf("no account %s", account)
	}
	c := s.nobody()
	c.cookie = "leitai_session=" + token
	return c
}

// quietly is nobody whose requests are not held against the document.
func (s *server) quietly() *caller {
	c := s.nobody()
	c.quiet = true
	return c
}

// player gives a caller with a player's token.
func (s *server) player(token string) *caller {
	c := s.nobody()
	c.header.Set("Authorization", "Bearer "+token)
	return c
}

// employee gives the token of a new session of a person of the roster, who is stored first if need be.
func (s *server) employee(name string) string {
	s.t.Helper()
	ctx, store := context.Background(), people.NewStore(s.db)
	var known int
	s.must(s.db.Get(ctx, &known, `SELECT COUNT(*) FROM people WHERE name = $1`, name))
	if known == 0 {
		unit := []people.Unit{{Kind: "enterprise", Name: name + "的单位"}}
		s.must(store.CreateUnits(ctx, unit))
		s.must(store.CreatePeople(ctx, time.Now(), []people.Person{{UnitID: unit[0].ID, Name: name, EmployeeNo: "no-" + name}}))
	}
	token, _, err := store.SignInPlayer(ctx, time.Now(), "no-"+name, name, "")
	s.must(err)
	return token
}

// response is what came back.
type response struct {
	t      *testing.T
	what   string
	status int
	header http.Header
	body   []byte
}

// do sends a request; body is nil, a string to be sent as it is, or a value for JSON.
func (c *caller) do(method, path string, body any) response {
	c.t.Helper()
	var raw []byte
	switch b := body.(type) {
	case nil:
	case string:
		raw = []byte(b)
	case []byte: // a file
		raw = b
	default:
		var err error
		if raw, err = json.Marshal(b); err != nil {
			c.t.Fatal(err)
		}
	}
	req, err := http.NewRequest(method, c.s.url(path), bytes.NewReader(raw))
	if err != nil {
		c.t.Fatal(err)
	}
	if _, file := body.([]byte); file {
		req.Header.Set("Content-Type", "application/octet-stream")
	} else if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if c.cookie != "" {
		req.Header.Set("Cookie", c.cookie)
	}
	for k, v := range c.header {
		req.Header[k] = v
	}
	began := time.Now()
	res, err := client.Do(req)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	defer res.Body.Close()
	got, err := io.ReadAll(res.Body)
	if err != nil {
		c.t.Fatalf("%s %s: %v", method, path, err)
	}
	if strings.HasPrefix(res.Header.Get("Content-Type"), "application/json") {
		for _, s := range never {
			if strings.Contains(string(got), s) {
				c.t.Errorf("%s %s: the response contains %s: %.300s", method, path, s, got)
			}
		}
	}
	if !c.quiet {
		contract.check(c.t, req, raw, res, got)
		if action := contract.audit(req); action != "" && res.StatusCode/100 == 2 {
			c.s.audited(action, began)
		}
	}
	return response{c.t, method + " " + path, res.StatusCode, res.Header, got}
}

// client keeps no connection, so that none is left when a test ends, and follows nothing.
var client = &http.Client{Timeout: 2 * patience, Transport: &http.Transport{DisableKeepAlives: true},
	CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}

// ok demands success and decodes the response into out, unless that is nil.
func (r response) ok(out any) response {
	r.t.Helper()
	if r.status/100 != 2 {
		r.t.Fatalf("%s: %d %s", r.what, r.status, r.body)
	}
	if out != nil {
		if err := json.Unmarshal(r.body, out); err != nil {
			r.t.Fatalf("%s: %v in %s", r.what, err, r.body)
		}
	}
	return r
}

// fault is the error that came back, or an empty one.
func (r response) fault() (f struct{ Code, Key string }) {
	var e struct{ Error struct{ Code, Key string } }
	if json.Unmarshal(r.body, &e) == nil {
		f = e.Error
	}
	return f
}

// refused demands a status and an error with this code and key; field, if any, must be among the fields.
func (r response) refused(status int, code, key string, field ...string) {
	r.t.Helper()
	var e struct {
		Error struct {
			Code, Key, Message string
			Fields             map[string]string
		}
	}
	if err := json.Unmarshal(r.body, &e); err != nil || r.status != status || e.Error.Code != code || e.Error.Key != key {
		r.t.Errorf("%s: want %d %s %s, got %d %.300s", r.what, status, code, key, r.status, r.body)
		return
	}
	if e.Error.Message == "" {
		r.t.Errorf("%s: no message: %s", r.what, r.body)
	}
	for _, f := range field {
		name, reason, _ := strings.Cut(f, "=")
		if e.Error.Fields[name] == "" || reason != "" && e.Error.Fields[name] != reason {
			r.t.Errorf("%s: want field %s, got %s", r.what, f, r.body)
		}
	}
}
