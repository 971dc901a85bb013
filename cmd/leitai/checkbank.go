package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"

	"leitai/fault"
	"leitai/questionbank/doctor"
)

// checkBankCmd is `leitai check-bank`: the server runs it to look a bank over, so that seconds of work do not stand in
// the way of a hall that plays. Questions come by standard input, progress and findings go to standard output.
type checkBankCmd struct{}

// checkOutput is one line of what the child tells: how far it is, or the report.
type checkOutput struct {
	Progress float64        `json:"progress,omitempty"`
	Report   *doctor.Report `json:"report,omitempty"`
}

// Run looks at the questions of standard input, a JSON object each.
func (checkBankCmd) Run(ctx context.Context) error {
	lowPriority()
	var items []doctor.Item
	in := json.NewDecoder(bufio.NewReaderSize(os.Stdin, 1<<16))
	for {
		var q doctor.Item
		err := in.Decode(&q)
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return err
		}
		items = append(items, q)
	}
	out := json.NewEncoder(os.Stdout)
	told := 0.0
	report, err := doctor.Check(ctx, items, func(share float64) {
		if share >= told+0.02 {
			told = share
			_ = out.Encode(checkOutput{Progress: share})
		}
	})
	if err != nil {
		return err
	}
	return out.Encode(checkOutput{Report: &report})
}

// maxCheckMemory is how many bytes the look at a bank may take: 100,000 questions need about half of it.
const maxCheckMemory = 1 << 30

// checkElsewhere looks a bank over in a process of its own.
func checkElsewhere(ctx context.Context, items []doctor.Item, progress func(float64)) (doctor.Report, error) {
	self, err := os.Executable()
	if err != nil {
		return doctor.Report{}, err
	}
	var in, complaint bytes.Buffer
	lines := json.NewEncoder(&in)
	for _, q := range items {
		if err := lines.Encode(q); err != nil {
			return doctor.Report{}, err
		}
	}
	var report *doctor.Report
	heard := newLineReader(func(line []byte) error {
		var out checkOutput
		if err := json.Unmarshal(line, &out); err != nil {
			return err
		}
		if out.Report != nil {
			report = out.Report
		} else {
			progress(out.Progress)
		}
		return nil
	})
	cmd := exec.CommandContext(ctx, self, "check-bank")
	cmd.Stdin, cmd.Stdout, cmd.Stderr = &in, heard, &limited{&complaint, 4096}
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMEMLIMIT=%d", maxCheckMemory/2), "GOMAXPROCS=1")
	if err := runBounded(cmd, maxCheckMemory); err != nil {
		if errors.Is(ctx.Err(), context.DeadlineExceeded) || errors.Is(err, errTooHungry) {
			return doctor.Report{}, fault.Wrap(fault.Invalid, "checkup.too_large", err)
		}
		return doctor.Report{}, fmt.Errorf("check bank: %w: %s", err, complaint.String())
	}
	if report == nil {
		return doctor.Report{}, errors.New("check bank: the child told nothing")
	}
	return *report, nil
}

// lineReader hands on what is written to it line by line.
type lineReader struct {
	hear func(line []byte) error
	part []byte
}

func newLineReader(hear func([]byte) error) *lineReader { return &lineReader{hear: hear} }

// Write implements io.Writer.
func (l *lineReader) Write(p []byte) (int, error) {
	l.part = append(l.part, p...)
	for {
		i := bytes.IndexByte(l.part, '\n')
		if i < 0 {
			return len(p), nil
		}
		if err := l.hear(l.part[:i]); err != nil {
			return 0, err
		}
		l.part = l.part[i+1:]
	}
}
