package people_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/pquerna/otp/totp"

	"leitai/fault"
	"leitai/people"
	"leitai/sqldb"
)

func must[T any](t *testing.T) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// member makes an account by an invitation.
func member(t *testing.T, store *people.Store, username string, role people.Role) people.Staff {
	t.Helper()
	_, token, err := store.Invite(t.Context(), now, "员工"+username, "", role, "test")
	if err != nil {
		t.Fatal(err)
	}
	staff, kind, err := store.UseLink(t.Context(), now, token, username, password)
	if err != nil || kind != people.Invitation {
		t.Fatal(kind, err)
	}
	return staff
}

func TestAnInvitationIsUsedOnce(t *testing.T) {
	withAdmin(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		_, token, err := store.Invite(t.Context(), now, " 韩梅梅 ", "", people.RoleJudge, "管理员")
		if err != nil {
			t.Fatal(err)
		}
		var wg sync.WaitGroup
		var mu sync.Mutex
		made := 0
		for range 4 {
			wg.Go(func() {
				_, _, err := store.UseLink(t.Context(), now, token, "han", password)
				mu.Lock()
				defer mu.Unlock()
				if err == nil {
					made++
				} else {
					wantFault(t, err, fault.NotFound, "link.gone")
				}
			})
		}
		wg.Wait()
		if made != 1 {
			t.Errorf("%d accounts by one link", made)
		}
		_, late, err := store.Invite(t.Context(), now, "某人", "Some.Body", people.RoleViewer, "管理员")
		if err != nil {
			t.Fatal(err)
		}
		_, err = store.FindLink(t.Context(), now.Add(people.LinkFor), late)
		wantFault(t, err, fault.NotFound, "link.gone")
		if l, err := store.FindLink(t.Context(), now.Add(people.LinkFor-time.Second), late); err != nil || l.Username != "some.body" || l.MadeBy != "管理员" {
			t.Errorf("%+v %v", l, err)
		}
		staff, _, err := store.UseLink(t.Context(), now, late, "another", password) // the name was given
		if err != nil || staff.Username != "some.body" || staff.Role != people.RoleViewer {
			t.Errorf("%+v %v", staff, err)
		}
	})
}

func TestAPasswordIsNotTheUserName(t *testing.T) {
	withAdmin(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		_, token, err := store.Invite(t.Context(), now, "某人", "", people.RoleViewer, "管理员")
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = store.UseLink(t.Context(), now, token, "hanmeimei-2026", "HanMeimei-2026")
		wantField(t, err, "password", "password.name")
	})
}

func TestTheLastAdminStays(t *testing.T) {
	withAdmin(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		_, first := signIn(t, store, now, password)
		off, viewer := true, people.RoleViewer
		_, err := store.UpdateStaff(t.Context(), first.ID, people.StaffChange{Disabled: &off})
		wantFault(t, err, fault.Conflict, "staff.last_admin")
		_, err = store.UpdateStaff(t.Context(), first.ID, people.StaffChange{Role: &viewer})
		wantFault(t, err, fault.Conflict, "staff.last_admin")
		second := member(t, store, "second", people.RoleAdmin)
		// Both disable one another at the same time: one of them stays.
		var wg sync.WaitGroup
		results := make([]error, 2)
		for i, id := range []string{first.ID, second.ID} {
			wg.Go(func() { _, results[i] = store.UpdateStaff(t.Context(), id, people.StaffChange{Disabled: &off}) })
		}
		wg.Wait()
		if (results[0] == nil) == (results[1] == nil) {
			t.Errorf("two admins disabled one another: %v", results)
		}
	})
}

func TestDisablingEndsEverything(t *testing.T) {
	withAdmin(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		who := member(t, store, "han", people.RoleOrganizer)
		session, _, err := store.SignIn(t.Context(), now, people.Attempt{Username: "han", Password: password})
		if err != nil {
			t.Fatal(err)
		}
		_, reset, err := store.StartReset(t.Context(), now, who.ID, "管理员")
		if err != nil {
			t.Fatal(err)
		}
		off, on := true, false
		if _, err := store.UpdateStaff(t.Context(), who.ID, people.StaffChange{Disabled: &off}); err != nil {
			t.Fatal(err)
		}
		_, err = store.FindSession(t.Context(), now, session)
		wantFault(t, err, fault.Unauthorized, "session.missing")
		_, err = store.FindLink(t.Context(), now, reset)
		wantFault(t, err, fault.NotFound, "link.gone")
		_, _, err = store.SignIn(t.Context(), now, people.Attempt{Username: "han", Password: password})
		wantFault(t, err, fault.Unauthorized, "session.wrong")
		if _, err := store.UpdateStaff(t.Context(), who.ID, people.StaffChange{Disabled: &on}); err != nil {
			t.Fatal(err)
		}
		_, err = store.FindSession(t.Context(), now, session)
		wantFault(t, err, fault.Unauthorized, "session.missing")
	})
}

func TestAccessIsWhatWasGranted(t *testing.T) {
	withAdmin(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		_, admin := signIn(t, store, now, password)
		one, two := member(t, store, "one", people.RoleOrganizer), member(t, store, "two", people.RoleViewer)
		for range 2 {
			if err := store.Grant(t.Context(), now, people.OnBank, "b1", one.ID, "管理员"); err != nil {
				t.Fatal(err)
			}
		}
		for _, c := range []struct {
			who  people.Staff
			kind people.Kind
			id   string
			want bool
		}{{one, people.OnBank, "b1", true}, {one, people.OnContest, "b1", false}, {one, people.OnBank, "b2", false}, {two, people.OnBank, "b1", false}, {admin, people.OnBank, "b2", true}} {
			may := must[bool](t)(store.MayReach(t.Context(), c.who, c.kind, c.id))
			reach := must[people.Reach](t)(store.ReachOf(t.Context(), c.who, c.kind))
			if may != c.want || reach.Has(c.id) != c.want {
				t.Errorf("%s on %s %s: %v and %v, want %v", c.who.Username, c.kind, c.id, may, reach.Has(c.id), c.want)
			}
		}
		if m := must[[]people.Member](t)(store.ListMembers(t.Context(), people.OnBank, "b1")); len(m) != 1 || m[0].ID != one.ID || m[0].GrantedBy != "管理员" {
			t.Errorf("%+v", m)
		}
		if err := store.Revoke(t.Context(), people.OnBank, "b1", one.ID); err != nil {
			t.Fatal(err)
		}
		if must[bool](t)(store.MayReach(t.Context(), one, people.OnBank, "b1")) {
			t.Error("revoked and still there")
		}
		wantField(t, store.Grant(t.Context(), now, people.OnBank, "b1", "no-such", "x"), "staff_id", "staff.unknown")
	})
}

func TestACodeIsUsedOnce(t *testing.T) {
	withAdmin(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		who := member(t, store, "han", people.RoleOrganizer)
		e, err := store.StartTwoStep(t.Context(), who.ID, password)
		if err != nil {
			t.Fatal(err)
		}
		code := func(at time.Time) string { return must[string](t)(totp.GenerateCode(e.Secret, at)) }
		recovery, err := store.ConfirmTwoStep(t.Context(), now, who.ID, code(now))
		if err != nil {
			t.Fatal(err)
		}
		try := func(at time.Time, code string) error {
			_, staff, err := store.SignIn(t.Context(), at, people.Attempt{Username: "han", Password: password, Code: code})
			if err == nil && !staff.TwoStep {
				t.Error("signed in without two steps")
			}
			return err
		}
		for _, c := range []struct {
			name, code, key string
			at              time.Time
		}{
			{"none", "", "session.code", now}, {"of the confirmation", code(now), "session.code_wrong", now},
			{"one step ahead", code(now.Add(30 * time.Second)), "", now}, {"again", code(now.Add(30 * time.Second)), "session.code_wrong", now},
			{"before a used one", code(now), "session.code_wrong", now.Add(30 * time.Second)},
			{"one step behind", code(now.Add(300 * time.Second)), "", now.Add(330 * time.Second)},
			{"two steps behind", code(now.Add(600 * time.Second)), "session.code_wrong", now.Add(660 * time.Second)},
			{"two steps ahead", code(now.Add(960 * time.Second)), "session.code_wrong", now.Add(900 * time.Second)},
			{"recovery", recovery[0], "", now}, {"recovery again", recovery[0], "session.code_wrong", now},
			{"recovery as typed", " " + strings.ToUpper(strings.ReplaceAll(recovery[1], "-", " ")), "", now}, {"rubbish", "x", "session.code_wrong", now},
		} {
			err := try(c.at, c.code)
			if c.key == "" && err != nil || c.key != "" && fault.KeyOf(err) != c.key {
				t.Errorf("%s: %v, want %q", c.name, err, c.key)
			}
		}
		// Of several at the same time one gets in.
		at, in := now.Add(time.Hour), 0
		var wg sync.WaitGroup
		var mu sync.Mutex
		for range 4 {
			wg.Go(func() {
				if try(at, code(at)) == nil {
					mu.Lock()
					defer mu.Unlock()
					in++
				}
			})
		}
		wg.Wait()
		if in != 1 {
			t.Errorf("one code let %d in", in)
		}
		if n := must[int](t)(store.RecoveryLeft(t.Context(), who.ID)); n != 8 {
			t.Errorf("%d recovery codes left", n)
		}
		if err := store.DropTwoStep(t.Context(), who.ID); err != nil {
			t.Fatal(err)
		}
		if n := must[int](t)(store.RecoveryLeft(t.Context(), who.ID)); n != 0 {
			t.Errorf("%d recovery codes without a second step", n)
		}
	})
}

func TestTheAuditLogIsSearched(t *testing.T) {
	onBoth(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		for i, e := range []people.AuditEntry{
			{At: now, StaffID: "s1", StaffName: "李雷", Address: "10.0.0.1", Action: "bank.create", Subject: people.Subject{Kind: "bank", ID: "b1", Name: "安全题库"}},
			{At: now.Add(time.Hour), StaffID: "s2", StaffName: "韩梅梅", Address: "10.0.0.2", Action: "bank.rename", Subject: people.Subject{Kind: "bank", ID: "b1", Name: "安全题库"}, Detail: map[string]any{"name": "ＡＢＣ 100%"}},
			{At: now.Add(2 * time.Hour), StaffID: "s1", StaffName: "李雷", Address: "10.0.0.1", Action: "banker", Subject: people.Subject{Kind: "staff", ID: "s2", Name: "韩梅梅"}},
		} {
			if err := store.Record(t.Context(), &e); err != nil || e.ID == "" {
				t.Fatal(i, err)
			}
		}
		for name, c := range map[string]struct {
			f    people.AuditFilter
			want string
		}{
			"all": {people.AuditFilter{}, "banker bank.rename bank.create"}, "by person": {people.AuditFilter{StaffID: "s1"}, "banker bank.create"},
			"by action": {people.AuditFilter{Action: "bank.create"}, "bank.create"}, "by group": {people.AuditFilter{Action: "bank."}, "bank.rename bank.create"},
			"by kind": {people.AuditFilter{SubjectKind: "staff"}, "banker"}, "by subject": {people.AuditFilter{SubjectID: "b1"}, "bank.rename bank.create"},
			"from": {people.AuditFilter{From: now.Add(time.Hour)}, "banker bank.rename"}, "to": {people.AuditFilter{To: now.Add(time.Hour)}, "bank.create"},
			"text": {people.AuditFilter{Search: "韩梅梅"}, "banker bank.rename"}, "words": {people.AuditFilter{Search: "韩梅梅 题库"}, "bank.rename"},
			"width and case": {people.AuditFilter{Search: "abc"}, "bank.rename"}, "a percent sign": {people.AuditFilter{Search: "0%"}, "bank.rename"},
			"an address": {people.AuditFilter{Search: "10.0.0.2"}, "bank.rename"}, "nothing": {people.AuditFilter{Search: "没有"}, ""},
		} {
			var got []string
			for _, e := range must[[]people.AuditEntry](t)(store.ListAudit(t.Context(), c.f, "", 10)) {
				got = append(got, e.Action)
			}
			if strings.Join(got, " ") != c.want {
				t.Errorf("%s: %v, want %s", name, got, c.want)
			}
		}
		page := must[[]people.AuditEntry](t)(store.ListAudit(t.Context(), people.AuditFilter{}, "", 2))
		rest := must[[]people.AuditEntry](t)(store.ListAudit(t.Context(), people.AuditFilter{}, page[1].ID, 2))
		if len(page) != 2 || len(rest) != 1 || rest[0].Action != "bank.create" || !rest[0].At.Equal(now) {
			t.Errorf("%+v %+v", page, rest)
		}
	})
}
