package people_test

import (
	"errors"
	"strings"
	"sync"
	"testing"
	"time"

	"leitai/fault"
	"leitai/internal/testenv"
	"leitai/people"
	"leitai/sqldb"
)

const password = "correct horse"

var now = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// onBoth runs f on an empty store of each engine.
func onBoth(t *testing.T, f func(t *testing.T, db *sqldb.DB, store *people.Store)) {
	testenv.Databases(t, func(t *testing.T, url string) {
		db, err := sqldb.Open(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		if err := db.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
		f(t, db, people.NewStore(db))
	})
}

// withAdmin runs f on a store that has the account admin.
func withAdmin(t *testing.T, f func(t *testing.T, db *sqldb.DB, store *people.Store)) {
	onBoth(t, func(t *testing.T, db *sqldb.DB, store *people.Store) {
		if _, _, created, err := store.EnsureFirst(t.Context(), now, password); err != nil || !created {
			t.Fatal(created, err)
		}
		f(t, db, store)
	})
}

func signIn(t *testing.T, store *people.Store, at time.Time, password string) (string, people.Staff) {
	t.Helper()
	token, staff, err := store.SignIn(t.Context(), at, people.Attempt{Username: "admin", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	return token, staff
}

func wantFault(t *testing.T, err error, code fault.Code, key string) {
	t.Helper()
	if !fault.Is(err, code) || fault.KeyOf(err) != key {
		t.Errorf("%v; want %s %s", err, code, key)
	}
}

func wantField(t *testing.T, err error, field, key string) {
	t.Helper()
	f, ok := errors.AsType[*fault.Error](err)
	if !ok || f.Fields[field] != key {
		t.Errorf("%v; want field %s: %s", err, field, key)
	}
}

func TestFirstAccountIsMadeOnce(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		username, pw, created, err := store.EnsureFirst(t.Context(), now, "")
		if err != nil || !created || username != "admin" || len(pw) != 16 {
			t.Fatalf("%q, %d characters, %v, %v", username, len(pw), created, err)
		}
		_, staff := signIn(t, store, now, pw)
		if staff.Role != people.RoleAdmin || !staff.MustChangePassword || staff.ID == "" || staff.Name == "" {
			t.Errorf("%+v", staff)
		}
		username, again, created, err := store.EnsureFirst(t.Context(), now, "another password")
		if err != nil || created || username != "" || again != "" {
			t.Errorf("second start: %q, %v, %v", username, created, err)
		}
		signIn(t, store, now, pw)
	})
}

func TestFirstAccountWithAChosenPassword(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		_, _, _, err := store.EnsureFirst(t.Context(), now, "too short")
		wantField(t, err, "password", "password.short")
		if _, pw, created, err := store.EnsureFirst(t.Context(), now, password); err != nil || !created || pw != password {
			t.Fatal(created, err)
		}
		if _, staff := signIn(t, store, now, password); staff.MustChangePassword {
			t.Error("who chose a password must change it")
		}
	})
}

func TestProcessesThatStartTogetherMakeOneAccount(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		var mu sync.Mutex
		var told []string
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() {
				_, pw, created, err := store.EnsureFirst(t.Context(), now, "")
				if err != nil {
					t.Error(err)
				}
				mu.Lock()
				defer mu.Unlock()
				if created {
					told = append(told, pw)
				}
			})
		}
		wg.Wait()
		if len(told) != 1 {
			t.Fatalf("%d processes made the account", len(told))
		}
		signIn(t, store, now, told[0])
	})
}

func TestSessionLastsTwelveHours(t *testing.T) {
	withAdmin(t, func(t *testing.T, db *sqldb.DB, store *people.Store) {
		token, staff, err := store.SignIn(t.Context(), now, people.Attempt{Username: " Admin ", Password: password}) // as phones capitalise
		if err != nil {
			t.Fatal(err)
		}
		if len(token) != 43 {
			t.Errorf("token %q is not 32 bytes of base64url", token)
		}
		for after, good := range map[time.Duration]bool{0: true, 12*time.Hour - time.Millisecond: true, 12 * time.Hour: false} {
			found, err := store.FindSession(t.Context(), now.Add(after), token)
			if good && (err != nil || found != staff) {
				t.Errorf("after %s: %+v, %v", after, found, err)
			}
			if !good {
				wantFault(t, err, fault.Unauthorized, "session.missing")
			}
		}
		for _, wrong := range []string{"", "x", token + "x", strings.ToUpper(token)} {
			_, err := store.FindSession(t.Context(), now, wrong)
			wantFault(t, err, fault.Unauthorized, "session.missing")
		}
		var stored []string
		if err := db.Select(t.Context(), &stored, "SELECT token_hash FROM staff_sessions"); err != nil || len(stored) != 1 || strings.Contains(stored[0], token) {
			t.Errorf("stored %q, %v", stored, err)
		}
		signIn(t, store, now.Add(13*time.Hour), password)
		if err := db.Select(t.Context(), &stored, "SELECT token_hash FROM staff_sessions"); err != nil || len(stored) != 1 {
			t.Errorf("expired sessions are kept: %d, %v", len(stored), err)
		}
	})
}

func TestSignOutEndsOneSession(t *testing.T) {
	withAdmin(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		phone, _ := signIn(t, store, now, password)
		laptop, _ := signIn(t, store, now, password)
		for range 2 {
			if err := store.SignOut(t.Context(), phone); err != nil {
				t.Error(err)
			}
		}
		_, err := store.FindSession(t.Context(), now, phone)
		wantFault(t, err, fault.Unauthorized, "session.missing")
		if _, err := store.FindSession(t.Context(), now, laptop); err != nil {
			t.Error(err)
		}
	})
}

func TestWrongPasswordAndUnknownUserLookTheSame(t *testing.T) {
	people.RealCost(t)
	withAdmin(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		try := func(username, password string) time.Duration {
			start := time.Now()
			token, staff, err := store.SignIn(t.Context(), now, people.Attempt{Username: username, Password: password})
			took := time.Since(start)
			wantFault(t, err, fault.Unauthorized, "session.wrong")
			if token != "" || staff != (people.Staff{}) {
				t.Errorf("%s got in", username)
			}
			return took
		}
		known, unknown := time.Hour, time.Hour
		for range 5 { // the fastest of five: this machine has other work
			known = min(known, try("admin", "wrong password"))
			unknown = min(unknown, try("nobody", "wrong password"))
		}
		if unknown < known/3 || known < unknown/3 { // without a hash it would be a fiftieth
			t.Errorf("a known user took %s, an unknown one %s", known, unknown)
		}
		try("", "")
		try("admin", "")
		try("admin", strings.ToUpper(password))
		try("admin' OR '1'='1", password)
	})
}

func TestChangedPasswordEndsOtherSessions(t *testing.T) {
	withAdmin(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		if _, err := store.ResetPassword(t.Context(), "admin"); err != nil {
			t.Fatal(err)
		}
		first, err := store.ResetPassword(t.Context(), "ADMIN") // what was printed last counts
		if err != nil {
			t.Fatal(err)
		}
		here, staff := signIn(t, store, now, first)
		there, _ := signIn(t, store, now, first)
		if !staff.MustChangePassword {
			t.Error("a printed password need not be changed")
		}

		change := func(current, replacement string) error {
			_, err := store.ChangePassword(t.Context(), now, staff.ID, current, replacement, here)
			return err
		}
		wantField(t, change(first, "123456789"), "new", "password.short")
		wantField(t, change(first, strings.Repeat("长", 257)), "new", "password.long")
		wantField(t, change("wrong password", "another password"), "current", "password.wrong")
		_, err = store.ChangePassword(t.Context(), now, "absent", first, "another password", here)
		wantFault(t, err, fault.Unauthorized, "session.missing")

		changed, err := store.ChangePassword(t.Context(), now, staff.ID, first, "一二三四五六七八九十", here)
		if err != nil || changed.MustChangePassword || changed.ID != staff.ID {
			t.Fatalf("%+v, %v", changed, err)
		}
		if found, err := store.FindSession(t.Context(), now, here); err != nil || found != changed {
			t.Errorf("this session: %+v, %v", found, err)
		}
		_, err = store.FindSession(t.Context(), now, there)
		wantFault(t, err, fault.Unauthorized, "session.missing")
		_, _, err = store.SignIn(t.Context(), now, people.Attempt{Username: "admin", Password: first})
		wantFault(t, err, fault.Unauthorized, "session.wrong")
		signIn(t, store, now, "一二三四五六七八九十")
	})
}

func TestResetPasswordEndsAllSessions(t *testing.T) {
	withAdmin(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		token, _ := signIn(t, store, now, password)
		fresh, err := store.ResetPassword(t.Context(), "admin")
		if err != nil {
			t.Fatal(err)
		}
		_, err = store.FindSession(t.Context(), now, token)
		wantFault(t, err, fault.Unauthorized, "session.missing")
		signIn(t, store, now, fresh)
		_, err = store.ResetPassword(t.Context(), "absent")
		wantFault(t, err, fault.NotFound, "staff.missing")
	})
}

// Whoever knew the old password and signs in at the moment it is changed must not keep a session.
func TestNoSessionOfTheOldPasswordOutlivesItsChange(t *testing.T) {
	withAdmin(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		here, staff := signIn(t, store, now, password)
		var mu sync.Mutex
		var tokens []string
		var wg sync.WaitGroup
		for range 8 {
			wg.Go(func() {
				token, _, err := store.SignIn(t.Context(), now, people.Attempt{Username: "admin", Password: password})
				if err != nil {
					wantFault(t, err, fault.Unauthorized, "session.wrong")
					return
				}
				mu.Lock()
				defer mu.Unlock()
				tokens = append(tokens, token)
			})
		}
		wg.Go(func() {
			if _, err := store.ChangePassword(t.Context(), now, staff.ID, password, "another password", here); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		for _, token := range tokens {
			_, err := store.FindSession(t.Context(), now, token)
			wantFault(t, err, fault.Unauthorized, "session.missing")
		}
		if _, err := store.FindSession(t.Context(), now, here); err != nil {
			t.Error(err)
		}
	})
}

func TestLostDatabaseIsUnavailable(t *testing.T) {
	p := testenv.PostgresProcess(t)
	db, err := sqldb.Open(t.Context(), p.URL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	if err := db.Migrate(t.Context()); err != nil {
		t.Fatal(err)
	}
	store := people.NewStore(db)
	p.Kill()
	_, _, err = store.SignIn(t.Context(), now, people.Attempt{Username: "admin", Password: password})
	wantFault(t, err, fault.Unavailable, "storage.unavailable")
	_, err = store.FindSession(t.Context(), now, "token")
	wantFault(t, err, fault.Unavailable, "storage.unavailable")
}
