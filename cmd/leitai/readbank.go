package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"time"

	"leitai/fault"
	"leitai/questionbank"
	"leitai/questionbank/exchange"
	"leitai/questionbank/media"
)

// readBankCmd is `leitai read-bank`: the server runs it for each uploaded file, so that a file made to do harm cannot
// take memory or time from a hall that plays. The file comes by standard input, what it holds goes to standard output.
type readBankCmd struct {
	Name string `help:"The file's name."`
}

// readLine is a line of what the child tells, one of four: how far it is, a row, a picture, and at the end all the rest.
type readLine struct {
	Progress int             `json:"progress,omitempty"`
	Row      *exchange.Row   `json:"row,omitempty"`
	File     *media.File     `json:"file,omitempty"`
	End      bool            `json:"end,omitempty"`
	Format   exchange.Format `json:"format,omitempty"`
	Notes    []exchange.Note `json:"notes,omitempty"`
	Fault    string          `json:"fault,omitempty"` // key of what is wrong with the file
}

// Run reads one file.
func (c *readBankCmd) Run(ctx context.Context) error {
	lowPriority()
	data, err := io.ReadAll(io.LimitReader(os.Stdin, exchange.MaxFile+1))
	if err != nil {
		return err
	}
	out := json.NewEncoder(os.Stdout)
	ctx = exchange.WithProgress(ctx, func(rows int) { _ = out.Encode(readLine{Progress: rows}) })
	result, err := exchange.Read(ctx, c.Name, data)
	if err != nil {
		if fault.CodeOf(err) == fault.Internal {
			return err
		}
		return out.Encode(readLine{End: true, Fault: fault.KeyOf(err)})
	}
	for i := range result.Rows {
		if err := out.Encode(readLine{Row: &result.Rows[i]}); err != nil {
			return err
		}
	}
	for i := range result.Files {
		if err := out.Encode(readLine{File: &result.Files[i]}); err != nil {
			return err
		}
	}
	return out.Encode(readLine{End: true, Format: result.Format, Notes: result.Notes})
}

// bankReader reads files in a process of its own, which may take maxReadMemory and as long as the context allows. What
// the process tells is taken in at the given pace.
type bankReader struct{ pace questionbank.Pace }

func (b bankReader) read(ctx context.Context, name string, data []byte) (exchange.Result, error) {
	self, err := os.Executable()
	if err != nil {
		return exchange.Result{}, err
	}
	var complaint bytes.Buffer
	told := &toldLines{ctx: ctx, pace: b.pace}
	cmd := exec.CommandContext(ctx, self, "read-bank", "--name="+name)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(data), told, &limited{&complaint, 4096}
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMEMLIMIT=%d", maxReadMemory/2), "GOMAXPROCS=1")
	if err := runBounded(cmd, maxReadMemory); err != nil {
		if ctx.Err() != nil || errors.Is(err, errTooHungry) {
			return exchange.Result{}, fault.Wrap(fault.Invalid, "import.bomb", err)
		}
		return exchange.Result{}, fmt.Errorf("read bank: %w: %s", err, complaint.String())
	}
	switch {
	case !told.end.End:
		return exchange.Result{}, errors.New("read bank: the reader did not come to its end")
	case told.end.Fault != "":
		return exchange.Result{}, fault.New(fault.Invalid, told.end.Fault)
	}
	return exchange.Result{Format: told.end.Format, Rows: told.rows, Files: told.files, Notes: told.end.Notes}, nil
}

// maxReadMemory is how many bytes the reading of one file may take: 50,000 rows need less than half of it.
const maxReadMemory = 1 << 30

var errTooHungry = errors.New("the reader took too much memory")

// limited keeps the beginning of what is written to it.
type limited struct {
	to   *bytes.Buffer
	most int
}

func (l *limited) Write(p []byte) (int, error) {
	if room := l.most - l.to.Len(); room > 0 {
		l.to.Write(p[:min(room, len(p))])
	}
	return len(p), nil
}

// toldLines takes in what the child tells as it comes. While it rests the child waits at its full pipe.
type toldLines struct {
	ctx   context.Context
	pace  questionbank.Pace
	line  []byte // begun, not ended
	rows  []exchange.Row
	files []media.File
	end   readLine
	busy  time.Duration // since the last rest
}

// restAfter is how long lines are taken in between two rests.
const restAfter = 2 * time.Millisecond

func (t *toldLines) Write(p []byte) (int, error) {
	n := len(p)
	for {
		i := bytes.IndexByte(p, '\n')
		if i < 0 {
			t.line = append(t.line, p...)
			return n, nil
		}
		began := time.Now()
		t.line = append(t.line, p[:i]...)
		if err := t.take(t.line); err != nil {
			return 0, err
		}
		t.line, p = t.line[:0], p[i+1:]
		if t.busy += time.Since(began); t.busy > restAfter {
			if _, err := t.pace(t.ctx, t.busy); err != nil {
				return 0, err
			}
			t.busy = 0
		}
	}
}

func (t *toldLines) take(line []byte) error {
	var l readLine
	if err := json.Unmarshal(line, &l); err != nil {
		return fmt.Errorf("read bank: %w", err)
	}
	switch {
	case l.Row != nil:
		t.rows = append(t.rows, *l.Row)
	case l.File != nil:
		t.files = append(t.files, *l.File)
	case l.End:
		t.end = l
	default:
		exchange.Tell(t.ctx, l.Progress)
	}
	return nil
}
