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
	"leitai/questionbank/exchange"
)

// annotateBankCmd is `leitai annotate-bank`: like read-bank, it keeps an uploaded file out of the server. Standard input
// is one line of JSON, an annotateInput, and then the file.
type annotateBankCmd struct{}

type annotateInput struct {
	Format exchange.Format `json:"format"`
	Lang   string          `json:"lang"`
	File   bool            `json:"file"` // a file follows
	Rows   []exchange.Row  `json:"rows"`
}

// Run writes the annotated copy to standard output: a line with its extension, then the file.
func (c *annotateBankCmd) Run(ctx context.Context) error {
	lowPriority()
	in := bufio.NewReaderSize(os.Stdin, 1<<20)
	head, err := in.ReadBytes('\n')
	if err != nil {
		return err
	}
	var what annotateInput
	if err := json.Unmarshal(head, &what); err != nil {
		return err
	}
	var data []byte
	if what.File {
		if data, err = io.ReadAll(io.LimitReader(in, exchange.MaxFile)); err != nil {
			return err
		}
	}
	var b bytes.Buffer
	ext, err := exchange.Annotate(ctx, &b, what.Format, data, what.Rows, what.Lang)
	if err != nil {
		return err
	}
	if _, err := fmt.Println(ext); err != nil {
		return err
	}
	_, err = b.WriteTo(os.Stdout)
	return err
}

// annotateElsewhere writes an annotated copy in a process of its own (see bankReader).
func annotateElsewhere(ctx context.Context, format exchange.Format, data []byte, rows []exchange.Row, lang string) (ext string, copied []byte, err error) {
	self, err := os.Executable()
	if err != nil {
		return "", nil, err
	}
	head, err := json.Marshal(annotateInput{Format: format, Lang: lang, File: data != nil, Rows: rows})
	if err != nil {
		return "", nil, err
	}
	var out, complaint bytes.Buffer
	cmd := exec.CommandContext(ctx, self, "annotate-bank")
	cmd.Stdin = io.MultiReader(bytes.NewReader(head), bytes.NewReader([]byte("\n")), bytes.NewReader(data))
	cmd.Stdout, cmd.Stderr = &out, &limited{&complaint, 4096}
	cmd.Env = append(os.Environ(), fmt.Sprintf("GOMEMLIMIT=%d", maxReadMemory/2), "GOMAXPROCS=1")
	if err := runBounded(cmd, maxReadMemory); err != nil {
		if ctx.Err() != nil || errors.Is(err, errTooHungry) {
			return "", nil, fault.Wrap(fault.Invalid, "import.bomb", err)
		}
		return "", nil, fmt.Errorf("annotate bank: %w: %s", err, complaint.String())
	}
	line, err := out.ReadString('\n')
	if err != nil {
		return "", nil, fmt.Errorf("annotate bank: %w", err)
	}
	return line[:len(line)-1], out.Bytes(), nil
}
