package scenario

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"leitai/quiz"
)

var update = flag.Bool("update", false, "write the golden files anew")

// album collects messages under names and compares them with testdata/NAME.golden.json.
type album struct {
	t     *testing.T
	code  string
	ids   map[string]string
	pages map[string]map[string]any // file → picture → message
}

var aUUID = regexp.MustCompile(`[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}`)

// take puts a message into a file of the album, with everything replaced that differs from run to run.
func (a *album) take(file, picture string, m message) {
	a.t.Helper()
	if m.raw == nil {
		a.t.Fatalf("%s %s: no message", file, picture)
	}
	var v any
	d := json.NewDecoder(bytes.NewReader(m.raw))
	d.UseNumber()
	if err := d.Decode(&v); err != nil {
		a.t.Fatal(err)
	}
	if a.pages[file] == nil {
		a.pages[file] = map[string]any{}
	}
	a.pages[file][picture] = a.normal("", v)
}

// instants and durations are the fields that depend on the clock.
var clocks = []string{"server_ms", "opens_ms", "closes_ms", "auto_ms", "break_until_ms", "received_ms", "at_ms", "elapsed_ms", "remaining_ms",
	"opens_at", "closes_at", "auto_at", "break_until"}

func (a *album) normal(name string, v any) any {
	switch v := v.(type) {
	case map[string]any:
		for k, e := range v {
			v[k] = a.normal(k, e)
		}
		return v
	case []any:
		for i, e := range v {
			v[i] = a.normal(name, e)
		}
		return v
	case json.Number:
		if slices.Contains(clocks, name) && v != "0" || name == "limit_ms" && v != "600000" {
			return "(ms)"
		}
		return v
	case string:
		v = strings.ReplaceAll(v, a.code, "(code)")
		return aUUID.ReplaceAllStringFunc(v, func(id string) string {
			if a.ids[id] == "" {
				a.ids[id] = fmt.Sprintf("(id %d)", len(a.ids)+1)
			}
			return a.ids[id]
		})
	}
	return v
}

// thin leaves out of a file's pictures what is the same in those of another file, and all but the newest two entries of
// the ledger, so that the files can be read.
func (a *album) thin(file, like string) {
	for picture, m := range a.pages[file] {
		m, other := m.(map[string]any), a.pages[like][picture].(map[string]any)
		for k, v := range m {
			if o, ok := other[k]; ok && cmp.Equal(v, o) {
				delete(m, k)
			}
		}
		if l, ok := m["ledger"].([]any); ok && len(l) > 2 {
			m["ledger"] = l[:2]
		}
	}
}

// compare holds the album against the golden files.
func (a *album) compare() {
	a.t.Helper()
	for file, page := range a.pages {
		got, err := json.MarshalIndent(page, "", "  ")
		if err != nil {
			a.t.Fatal(err)
		}
		got = append(got, '\n')
		path := filepath.Join("testdata", file+".golden.json")
		if *update {
			if err := os.WriteFile(path, got, 0o644); err != nil {
				a.t.Fatal(err)
			}
			continue
		}
		want, err := os.ReadFile(path)
		if err != nil {
			a.t.Fatal(err)
		}
		if diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(string(got), "\n")); diff != "" {
			a.t.Errorf("%s (-want +got; -update writes it anew):\n%s", path, diff)
		}
	}
}

// TestGoldenMessages records every message of docs/protocol.md in every phase, for every role.
func TestGoldenMessages(t *testing.T) {
	s := start(t, embedded(t))
	g := s.stage("金样", func(c *quiz.Contest) {
		c.Rounds[0].Settings.ReadyMS = 30000
		second := c.Rounds[0]
		second.Title, second.Settings.QuestionOn, second.Settings.Scoring, second.Settings.ReadyMS = "只看大屏", quiz.OnScreen, quiz.Speed, 30000
		second.Questions = slices.Clone(second.Questions[3:4])
		c.Rounds[0].Questions = c.Rounds[0].Questions[:2]
		c.Rounds = append(c.Rounds, second)
	})
	a := &album{t: t, code: g.code, ids: map[string]string{}, pages: map[string]map[string]any{}}
	for i, team := range g.contest.Teams {
		a.ids[team.ID] = fmt.Sprintf("(team %d)", i+1)
	}
	wang, li := g.join("王芳", 0), g.join("李雷", 1)
	a.ids[wang.id], a.ids[li.id] = "(王芳)", "(李雷)"
	screen, desk := g.screen(), g.desk("organizer")
	shoot := func(picture string) {
		t.Helper()
		for _, k := range []*socket{wang.socket, li.socket, screen, desk} {
			k.barrier()
		}
		a.take("player", picture, wang.last("state"))
		a.take("screen", picture, screen.last("state"))
		a.take("desk", picture, desk.last("state"))
		a.take("me", picture, wang.last("me"))
	}
	do := func(picture, command string, args ...fields) {
		t.Helper()
		var out struct{ Seq int64 }
		from := desk.mark()
		g.command(command, args...).ok(&out)
		desk.find(from, picture, func(m message) bool { return m.T == "state" && m.Seq >= out.Seq })
		shoot(picture)
	}
	counted := func(picture, command, phase string) { // once the question is closed and counted
		t.Helper()
		var out struct{ Seq int64 }
		g.command(command).ok(&out)
		desk.find(0, picture, func(m message) bool {
			return m.T == "state" && m.Phase == phase && m.Seq > out.Seq && strings.Contains(string(m.raw), `"finish"`)
		})
		shoot(picture)
	}

	g.entrant("韩梅梅", 2)
	a.take("other", "lobby", screen.find(0, "lobby", func(m message) bool { return m.T == "lobby" && m.People == 3 }))
	shoot("lobby")
	do("lobby, break", "break", fields{"seconds": 600})
	do("ready", "next")
	do("ready, paused", "pause")
	do("ready, resumed", "resume")
	do("open", "next")
	wang.answer(1, 1, "B").accepted(t)
	li.answer(1, 1, "A").accepted(t)
	a.take("other", "count", screen.find(0, "count", func(m message) bool { return m.T == "count" && m.Acknowledged == 2 }))
	do("open, extended", "extend", fields{"seconds": 30})
	do("open, paused", "pause")
	do("open, blank", "blank", fields{"on": true})
	do("open, resumed", "resume")
	g.command("blank", fields{"on": false}).ok(nil)
	counted("closed", "lock", "closed")
	do("revealed", "reveal")
	do("revealed, scores hidden", "hide_scores", fields{"on": true})
	do("standings, scores hidden", "next")
	do("standings", "hide_scores", fields{"on": false})
	do("standings, adjusted", "adjust", fields{"team_id": g.contest.Teams[2].ID, "points": 7, "reason": "加分"})
	do("standings, undone", "undo")
	do("ready, second question", "next")
	do("open, second question", "next")
	wang.answer(1, 2, "A").accepted(t)
	do("open, void", "void", fields{"reason": "题目有误"})
	counted("revealed, void", "reveal", "revealed")
	do("standings, end of the round", "next")
	do("ready, second round", "next")
	do("open, on the screen only", "next")
	wang.answer(2, 1, "不知道", "").accepted(t)
	counted("revealed, on the screen only", "reveal", "revealed")
	do("standings, last", "next")
	do("finished", "next")

	a.take("other", "pong", wang.pongOf(51234.5))
	a.take("other", "error with re", li.answer(2, 1, "x", "y"))
	a.take("other", "error", wang.errorOf("{}"))
	ack := func(picture string, m message) {
		m.raw = bytes.ReplaceAll(m.raw, []byte(m.ID), []byte("the message's id"))
		a.take("other", picture, m)
	}
	ack("answer.ack accepted", wang.find(0, "ack", func(m message) bool { return m.T == "answer.ack" }))
	again := &phone{g: g, token: wang.token}
	again.connect()
	a.take("bye", "replaced", wang.want(0, "bye"))
	g.org.do("DELETE", "/api/v1/contests/"+g.contest.ID+"/room", nil).ok(nil)
	a.take("bye", "room_closed", again.want(0, "bye"))
	for picture, hello := range map[string]string{"unknown_room": mustJSON(wang.hello()), "outdated": `{"t":"hello","v":2,"role":"screen","code":"1"}`} {
		k := s.dial(nil)
		k.send(hello)
		a.take("bye", picture, k.want(0, "bye"))
	}
	a.thin("desk", "screen")
	a.thin("screen", "player")
	a.compare()
}

func (k *socket) pongOf(c float64) message {
	k.t.Helper()
	from := k.mark()
	k.send(fields{"t": "ping", "c": c})
	return k.want(from, "pong")
}

func (k *socket) errorOf(raw string) message {
	k.t.Helper()
	from := k.mark()
	k.send(raw)
	return k.want(from, "error")
}
