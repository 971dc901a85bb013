//go:build linux

// Command bench is behind `make bench`: it rehearses halls from 427 to 10,000 phones against the real program on both
// storages, measures plain references on the same machine in the same run, and prints the table of
// docs/performance.md. Generator and server share the machine's cores.
package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// options is the command line.
type options struct {
	binary       string        // the program to measure; built when empty
	runs         int           // of each scenario
	repeats      int           // more runs in all for those that something else disturbed
	out          string        // Markdown
	json         string        // everything, for other programs
	only         string        // part of a scenario's name
	storage      string        // postgres, embedded or both
	crowd        int           // phones of the references and of the large scenarios
	noRefs       bool          // leave the references out
	papersWithin time.Duration // in which everybody opens a paper
	timeout      time.Duration // of everything
}

func main() {
	if len(os.Args) > 1 && strings.HasPrefix(os.Args[1], "child-") {
		exit(child(os.Args[1], os.Args[2:]))
	}
	var o options
	quick := flag.Bool("quick", false, "one run of each")
	flag.StringVar(&o.binary, "binary", "", "program to measure (built when empty)")
	flag.IntVar(&o.runs, "runs", 5, "runs of each scenario")
	flag.IntVar(&o.repeats, "repeats", 2, "more runs of a scenario when something else used the machine")
	flag.StringVar(&o.out, "out", "", "write the Markdown table to this file too")
	flag.StringVar(&o.json, "json", "", "write all results as JSON to this file")
	flag.StringVar(&o.only, "only", "", "only scenarios with this in their name, such as 427 or 10000/1s")
	flag.StringVar(&o.storage, "storage", "both", "postgres, embedded or both")
	flag.IntVar(&o.crowd, "crowd", 10_000, "phones in the large scenarios and the references")
	flag.DurationVar(&o.papersWithin, "papers-within", time.Minute, "within which people open their papers")
	flag.BoolVar(&o.noRefs, "no-references", false, "leave out the references")
	flag.DurationVar(&o.timeout, "timeout", 90*time.Minute, "stop after so long")
	flag.Parse()
	if *quick {
		o.runs, o.repeats = 1, 0
	}
	exit(run(o))
}

func exit(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, "bench:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

// child is this program again as a server of its own, so that each process has its own descriptors and processor time.
func child(name string, args []string) error {
	switch name {
	case "child-writer":
		return writerChild(args)
	case "child-echo":
		return echoChild(args)
	}
	return fmt.Errorf("unknown %s", name)
}

func run(o options) (err error) {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithTimeoutCause(ctx, o.timeout, errors.New("it took too long"))
	defer cancel()
	folder, err := os.MkdirTemp("", "leitai-bench-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	if o.binary == "" {
		if o.binary, err = build(ctx); err != nil {
			return err
		}
	}
	if o.binary, err = filepath.Abs(o.binary); err != nil {
		return err
	}
	b := &bench{options: o, folder: folder, result: newResult()}
	if o.storage != "embedded" {
		if b.stores, err = startStores(ctx, folder); err != nil {
			return err
		}
		defer func() { err = errors.Join(err, b.stores.stop()) }()
		b.result.Machine["postgres"], b.result.Machine["redis"] = b.stores.versions(ctx)
	}
	b.product(ctx)
	b.papers(ctx)
	if err := b.boards(ctx); err != nil {
		b.result.Notes = append(b.result.Notes, err.Error())
	}
	if !o.noRefs {
		b.references(ctx)
	}
	if ctx.Err() != nil {
		b.result.Notes = append(b.result.Notes, "stopped early: "+context.Cause(ctx).Error())
	}
	return b.publish()
}

// bench is one run of everything.
type bench struct {
	options
	folder string
	stores *stores // nil without Postgres
	result *result
	clones int // databases made so far
}

func build(ctx context.Context) (string, error) {
	c := exec.CommandContext(ctx, "go", "build", "-o", "bin/leitai", "./cmd/leitai")
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	c.Stdout, c.Stderr = os.Stderr, os.Stderr
	if err := c.Run(); err != nil {
		return "", fmt.Errorf("build the program: %w", err)
	}
	return "bin/leitai", nil
}

func say(format string, args ...any) {
	fmt.Fprintf(os.Stderr, time.Now().Format("15:04:05 ")+format+"\n", args...)
}

// publish prints the table and writes what was asked for.
func (b *bench) publish() error {
	table := b.result.markdown()
	fmt.Print(table)
	var faults []error
	if b.out != "" {
		faults = append(faults, os.WriteFile(b.out, []byte(table), 0o644)) // for everybody to read
	}
	if b.json != "" {
		raw, err := json.MarshalIndent(b.result, "", " ")
		if err == nil {
			err = os.WriteFile(b.json, raw, 0o644)
		}
		faults = append(faults, err)
	}
	for _, s := range b.result.Scenarios {
		if s.failed() {
			faults = append(faults, fmt.Errorf("%s on %s: %s", s.Name, s.Storage, strings.Join(s.Failures, "; ")))
		}
	}
	for _, p := range b.result.Papers {
		if len(p.Failures) > 0 {
			faults = append(faults, fmt.Errorf("%s: %s", p.key(), strings.Join(p.Failures, "; ")))
		}
	}
	return errors.Join(faults...)
}
