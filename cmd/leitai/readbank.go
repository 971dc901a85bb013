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
	"strconv"

	"leitai/fault"
	"leitai/questionbank/exchange"
)

// readBankCmd is `leitai read-bank`: the server runs it for each uploaded file, so that a file made to do harm cannot
// take memory or time from a hall that plays. The file comes by standard input, what it holds goes to standard output.
type readBankCmd struct {
	Name string `help:"The file's name."`
}

// readOutput is what the child tells: a result, or the key of a fault.
type readOutput struct {
	Result exchange.Result `json:"result"`
	Fault  string          `json:"fault,omitempty"`
}

// progressMark begins a line of the child that says how many rows it has read so far.
const progressMark = "#"

// Run reads one file.
func (c *readBankCmd) Run(ctx context.Context) error {
	lowPriority()
	data, err := io.ReadAll(io.LimitReader(os.Stdin, exchange.MaxFile+1))
	if err != nil {
		return err
	}
	var out readOutput
	ctx = exchange.WithProgress(ctx, func(rows int) { _, _ = fmt.Printf("%s%d\n", progressMark, rows) })
	out.Result, err = exchange.Read(ctx, c.Name, data)
	if err != nil {
		if fault.CodeOf(err) == fault.Internal {
			return err
		}
		out = readOutput{Fault: fault.KeyOf(err)}
	}
	return json.NewEncoder(os.Stdout).Encode(out)
}

// readElsewhere reads a file in a process of its own, which may take maxReadMemory and as long as ctx allows.
func readElsewhere(ctx context.Context, name string, data []byte) (exchange.Result, error) {
	self, err := os.Executable()
	if err != nil {
		return exchange.Result{}, err
	}
	var out, complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, self, "read-bank", "--name="+name)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = bytes.NewReader(data), &progressLines{to: &out, tell: func(n int) { exchange.Tell(ctx, n) }}, &limited{&complaint, 4096}
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMEMLIMIT=%d", maxReadMemory/2), "GOMAXPROCS=1")
	if err := runBounded(cmd, maxReadMemory); err != nil {
		if ctx.Err() != nil || errors.Is(err, errTooHungry) {
			return exchange.Result{}, fault.Wrap(fault.Invalid, "import.bomb", err)
		}
		return exchange.Result{}, fmt.Errorf("read bank: %w: %s", err, complaint.String())
	}
	var read readOutput
	if err := json.Unmarshal(out.Bytes(), &read); err != nil {
		return exchange.Result{}, fmt.Errorf("read bank: %w", err)
	}
	if read.Fault != "" {
		return exchange.Result{}, fault.New(fault.Invalid, read.Fault)
	}
	return read.Result, nil
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

// progressLines passes on what a child writes, without the lines that tell its progress, which come first.
type progressLines struct {
	to   *bytes.Buffer
	tell func(rows int)
	line []byte
	past bool // the result has begun
}

func (p *progressLines) Write(b []byte) (int, error) {
	n := len(b)
	for !p.past && len(b) > 0 {
		if len(p.line) == 0 && b[0] != progressMark[0] {
			p.past = true
			break
		}
		i := bytes.IndexByte(b, '\n')
		if i < 0 {
			p.line = append(p.line, b...)
			return n, nil
		}
		p.line = append(p.line, b[:i]...)
		if rows, err := strconv.Atoi(string(p.line[1:])); err == nil {
			p.tell(rows)
		}
		p.line, b = p.line[:0], b[i+1:]
	}
	p.to.Write(b)
	return n, nil
}
