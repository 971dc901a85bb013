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
