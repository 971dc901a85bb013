package main

import (
	"encoding/json"
	"fmt"
	"io"
	"os"

	"leitai/quiz/paper"
)

// redrawCmd is `leitai redraw`: it checks what a finished contest has published, without a server.
type redrawCmd struct {
	File    string `arg:"" help:"The response of /api/v1/online/CODE/draw, saved as a file; - is standard input."`
	Attempt string `required:"" help:"Label of the attempt: entrant/phase/number, as the answer of a redraw has it."`
	Hash    string `help:"The commitment that was shown before; else the one in the file is checked against its contents alone."`
}

// published is a draw as it is published.
type published struct {
	Algorithm string            `json:"algorithm"`
	Seed      string            `json:"seed"`
	SeedHash  string            `json:"seed_hash"`
	Rules     paper.DrawRules   `json:"rules"`
	Pool      []paper.PoolEntry `json:"pool"`
}

// Run prints the paper, after it has seen that seed, rules and pool are those that were committed to.
func (c *redrawCmd) Run() error { return c.run(os.Stdin, os.Stdout) }

func (c *redrawCmd) run(in io.Reader, out io.Writer) error {
	if c.File != "-" {
		f, err := os.Open(c.File)
		if err != nil {
			return err
		}
		defer f.Close()
		in = f
	}
	var p published
	if err := json.NewDecoder(io.LimitReader(in, 256<<20)).Decode(&p); err != nil {
		return fmt.Errorf("%s is not a published draw: %w", c.File, err)
	}
	if p.Algorithm != paper.Algorithm {
		return fmt.Errorf("this program draws by %s, not by %q", paper.Algorithm, p.Algorithm)
	}
	want := p.SeedHash
	if c.Hash != "" {
		want = c.Hash
	}
	if got := paper.Commitment(p.Seed, p.Rules, p.Pool); got != want {
		return fmt.Errorf("the commitment does not hold: it was %s, and seed, rules and pool give %s", want, got)
	}
	fmt.Fprintln(out, "commitment holds:", want)
	version := map[string]int{}
	for _, e := range p.Pool {
		version[e.ID] = e.Version
	}
	for i, d := range paper.Draw(p.Seed, p.Rules, p.Pool, c.Attempt) {
		fmt.Fprintf(out, "%d %s %d %s\n", i+1, d.ID, version[d.ID], d.Options)
	}
	return nil
}
