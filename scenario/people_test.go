package scenario

import "testing"

// unitsAndPeople calls units, people and their sign-in.
func unitsAndPeople(t *testing.T, s *server) {
	t.Helper()
	s.employee("韩梅梅")
	var in struct{ Token string }
	s.nobody().do("POST", "/api/v1/player/session", fields{"number": "no-韩梅梅", "name": " 韩 梅梅"}).ok(&in)
	run(t, []scenario{
		{"wrong name", s.nobody(), "POST", "/api/v1/player/session", fields{"number": "no-韩梅梅", "name": "李雷"}, 401, []string{`"player.unknown"`}, []string{"韩梅梅"}},
		{"wrong number", s.nobody(), "POST", "/api/v1/player/session", fields{"number": "no", "name": "韩梅梅"}, 401, []string{`"player.unknown"`}, nil},
		{"who am I", s.player(in.Token), "GET", "/api/v1/player", nil, 200, []string{"韩梅梅", `"name":"韩梅梅的单位"`, `"captain_of":[]`}, nil},
		{"signed out", s.player(in.Token), "DELETE", "/api/v1/player/session", nil, 204, nil, nil},
		{"the token is spent", s.player(in.Token), "GET", "/api/v1/player", nil, 401, []string{`"token.wrong"`}, nil},
	})
}
