package people_test

import (
	"testing"

	"leitai/fault"
	"leitai/people"
	"leitai/sqldb"
)

// A reset link lies about in somebody's chat: it must not outlive the need for it.
func TestANewPasswordEndsResetLinks(t *testing.T) {
	withAdmin(t, func(t *testing.T, _ *sqldb.DB, store *people.Store) {
		here, staff := signIn(t, store, now, password)
		link := func() string {
			_, token, err := store.StartReset(t.Context(), now, staff.ID, "王芳")
			if err != nil {
				t.Fatal(err)
			}
			return token
		}
		gone := func(token string) {
			t.Helper()
			_, err := store.FindLink(t.Context(), now, token)
			wantFault(t, err, fault.NotFound, "link.gone")
			_, _, err = store.UseLink(t.Context(), now, token, "", "somebody else's")
			wantFault(t, err, fault.NotFound, "link.gone")
		}

		token := link()
		if _, err := store.ChangePassword(t.Context(), now, staff.ID, password, "remembered again", here); err != nil {
			t.Fatal(err)
		}
		gone(token)

		token = link()
		fresh, err := store.ResetPassword(t.Context(), "admin")
		if err != nil {
			t.Fatal(err)
		}
		gone(token)
		signIn(t, store, now, fresh)

		_, invited, err := store.Invite(t.Context(), now, "李雷", "", people.RoleViewer, "王芳")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := store.ResetPassword(t.Context(), "admin"); err != nil {
			t.Fatal(err)
		}
		if _, err := store.FindLink(t.Context(), now, invited); err != nil {
			t.Errorf("an invitation is nobody's: %v", err)
		}
	})
}

// Names stand in the log, in ledgers and in exports: none may look like another by what nobody sees.
func TestNamesOfStaffHoldWhatCanBeSeen(t *testing.T) {
	for _, name := range []string{"韩梅梅", "O’Neil-García (IT)", "Ж. Иванова", "🎓老师"} {
		if err := people.CheckStaffName(name); err != nil {
			t.Errorf("%q: %v", name, err)
		}
	}
	for _, name := range []string{"管理员\n李雷", "管理\u200b员", "\u202e员理管", "\ufeff管理员", "a\ufffdb", "a\u2028b", "\u200b\u200b", "\u3164\u3164"} {
		wantField(t, people.CheckStaffName(name), "name", "name.unseen")
	}
}
