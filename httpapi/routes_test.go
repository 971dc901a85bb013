package httpapi

import (
	"os"
	"strings"
	"testing"
)

// TestEveryRouteDeclaresWhatItIsAbout: who may call a route is useless without what on, and a change without its name
// in the audit log is a change that nobody finds again.
func TestEveryRouteDeclaresWhatItIsAbout(t *testing.T) {
	scopes := []struct {
		prefix string
		of     []scope
	}{
		{"/banks/:id", []scope{ofBank, ofTemplate}}, {"/questions/:id", []scope{ofQuestion}}, {"/imports/:id", []scope{ofImport}},
		{"/contests/:id", []scope{ofContest}}, {"/rooms/:code/commands", []scope{ofRoom}}, {"/staff/invitations/:id", []scope{ofInvitation}},
		{"/seasons/:id", []scope{ofSeason}}, {"/staff/:id", []scope{ofAccount}}, {"/units/:id", []scope{ofUnit}}, {"/people/:id", []scope{ofPerson}}, {"/roster-imports/:id", []scope{ofRoster}}, {"/sessions/:id", []scope{whole}}, // one's own
	}
	for _, r := range (&API{}).routes() {
		name := r.method + " " + r.path
		players := r.who == player || r.who == employee
		asks := r.path == "/contests/:id/paper/check" || strings.HasSuffix(r.path, "/preview") // questions that are too long for an address
		if r.does == "" && r.method != "GET" && r.who != public && !players && !asks {
			t.Errorf("%s changes something, and the audit log has no name for it", name)
		}
		if r.who == public || players {
			if r.of != whole {
				t.Errorf("%s is for players and demands staff's access", name)
			}
			continue
		}
		want := []scope{whole}
		for _, s := range scopes {
			if strings.HasPrefix(r.path, s.prefix) {
				want = s.of
				break
			}
		}
		ok := false
		for _, s := range want {
			ok = ok || r.of == s
		}
		if !ok || strings.Contains(r.path, ":") && r.of == whole && r.path != "/sessions/:id" {
			t.Errorf("%s: the scope does not fit its path", name)
		}
	}
}

// TestEveryActionHasAName: in the exported log and in the console.
func TestEveryActionHasAName(t *testing.T) {
	actions := map[string]bool{"session.refused": true, "staff.cli_reset": true}
	for _, r := range (&API{}).routes() {
		if r.does != "" {
			actions[r.does] = true
		}
	}
	for action := range actions {
		if actionNames[action] == "" {
			t.Errorf("%s has no name in the exported log", action)
		}
	}
	for _, lang := range []string{"zh-CN", "en"} {
		b, err := os.ReadFile("../web/src/locales/" + lang + "/staff.ts")
		if err != nil {
			t.Fatal(err)
		}
		for action := range actions {
			if !strings.Contains(string(b), "'audit.action."+action+"'") {
				t.Errorf("%s: the console has no name for %s", lang, action)
			}
		}
		for kind := range kindNames {
			if !strings.Contains(string(b), "'audit.kind."+kind+"'") {
				t.Errorf("%s: the console has no name for %s", lang, kind)
			}
		}
	}
	for action := range actionNames {
		if !actions[action] {
			t.Errorf("%s is named and does not exist", action)
		}
	}
}

func TestNoCellIsAFormula(t *testing.T) {
	for in, want := range map[string]string{"=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\t=1": "'\t=1", " =1": "' =1", "＝1": "'＝1", "甲": "甲", "": "", "a=1": "a=1"} {
		if got := noFormula(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
