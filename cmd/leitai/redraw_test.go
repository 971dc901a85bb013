package main

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"leitai/quiz/paper"
)

func TestRedrawChecksWhatWasPublished(t *testing.T) {
	p := published{Algorithm: paper.Algorithm, Seed: strings.Repeat("ab", 32), Rules: paper.DrawRules{Draw: []paper.Rule{{Count: 3}}, ShuffleQuestions: true, ShuffleOptions: true}}
	for i := range 9 {
		p.Pool = append(p.Pool, paper.PoolEntry{RuleNo: 1, ID: fmt.Sprintf("q%d", i), Version: 2, Options: 4, Moves: "ABCD"})
	}
	p.SeedHash = paper.Commitment(p.Seed, p.Rules, p.Pool)
	run := func(change func(p *published), c redrawCmd) (string, error) {
		v := p
		v.Pool = append([]paper.PoolEntry(nil), p.Pool...)
		change(&v)
		raw, err := json.Marshal(v)
		if err != nil {
			t.Fatal(err)
		}
		c.File = "-"
		var out strings.Builder
		err = c.run(strings.NewReader(string(raw)), &out)
		return out.String(), err
	}
	same := func(*published) {}
	out, err := run(same, redrawCmd{Attempt: "e/formal/1", Hash: p.SeedHash})
	if err != nil || !strings.HasPrefix(out, "commitment holds: "+p.SeedHash+"\n1 q") || strings.Count(out, "\n") != 4 {
		t.Errorf("%s%v", out, err)
	}
	want := ""
	for i, d := range paper.Draw(p.Seed, p.Rules, p.Pool, "e/formal/1") {
		want += fmt.Sprintf("%d %s 2 %s\n", i+1, d.ID, d.Options)
	}
	if _, paper, _ := strings.Cut(out, "\n"); paper != want {
		t.Errorf("%s, want %s", paper, want)
	}
	for name, change := range map[string]func(p *published){
		"seed": func(p *published) { p.Seed = strings.Repeat("cd", 32) }, "pool": func(p *published) { p.Pool[3].Version = 3 },
		"rules": func(p *published) { p.Rules.SamePaper = true }, "algorithm": func(p *published) { p.Algorithm = "leitai-draw-0" },
	} {
		if out, err := run(change, redrawCmd{Attempt: "e/formal/1"}); err == nil || out != "" {
			t.Errorf("another %s holds: %s", name, out)
		}
	}
	if _, err := run(same, redrawCmd{Attempt: "e/formal/1", Hash: strings.Repeat("0", 64)}); err == nil {
		t.Error("another commitment holds")
	}
}
