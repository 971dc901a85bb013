// Command leitai is the whole product in one binary: the server, rehearsals, and small tools for its operator.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

// version is set by the build.
var version = "dev"

type cli struct {
	Serve    serveCmd        `cmd:"" default:"withargs" help:"Run the server."`
	Rehearse rehearseCmd     `cmd:"" help:"Fill a room with simulated phones, to rehearse or to measure."`
	Import   importCmd       `cmd:"" help:"Read a question bank from a file: show what it holds, and store what is good."`
	Doctor   doctorCmd       `cmd:"" help:"Look a question bank over: duplicates, uneven keys, what does not fit the screen. Changes nothing."`
	ReadBank readBankCmd     `cmd:"" name:"read-bank" hidden:"" help:"Read a question bank from standard input."`
	Annotate annotateBankCmd `cmd:"" name:"annotate-bank" hidden:"" help:"Write an annotated copy of a question bank."`
	Boards   boardsCmd       `cmd:"" help:"Boards of paper contests and seasons: compare them with the database, or write them anew."`
	Redraw   redrawCmd       `cmd:"" help:"Check the published draw of a finished contest, and draw a paper of it again."`
	Check    checkBankCmd    `cmd:"" name:"check-bank" hidden:"" help:"Look over the questions of standard input."`
	Config   configCmd       `cmd:"" help:"Print the effective settings, secrets hidden."`
	Staff    staffCmd        `cmd:"" help:"Accounts of staff: list them, or reset a password that was lost."`
	Password passwordCmd     `cmd:"" hidden:"" help:"Give a staff account a new random password (see staff reset-password)."`
	Health   healthCmd       `cmd:"" help:"Ask a running server whether it is ready; exit code 0 means yes."`
	Version  versionCmd      `cmd:"" help:"Print the version."`
}

// Exit codes.
const (
	exitFailed   = 1
	exitSettings = 2
)

func main() { os.Exit(realMain()) }

func realMain() int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	unread := readSecretFiles()
	var c cli
	parser, err := kong.New(&c, kong.Name("leitai"), kong.Description("擂台 Leitai: knowledge contests, from the preliminary to the hall."),
		kong.BindTo(ctx, (*context.Context)(nil)))
	if err != nil {
		fmt.Fprintln(os.Stderr, "leitai:", err)
		return exitFailed
	}
	run, err := parser.Parse(os.Args[1:])
	if err = together(unread, err); err != nil {
		return complain(err, exitSettings)
	}
	if err := run.Run(); err != nil {
		return complain(err, exitFailed)
	}
	return 0
}

// together makes one list of the faults of two settings errors.
func together(a, b error) error {
	one, ok1 := errors.AsType[*settingsError](a)
	two, ok2 := errors.AsType[*settingsError](b)
	switch {
	case ok1 && ok2:
		return &settingsError{append(one.faults, two.faults...)}
	case a != nil:
		return a
	}
	return b
}

// complain prints an error and gives the exit code: bad settings are always exitSettings.
func complain(err error, code int) int {
	if bad, ok := errors.AsType[*settingsError](err); ok {
		fmt.Fprintln(os.Stderr, bad)
		return exitSettings
	}
	fmt.Fprintln(os.Stderr, "leitai:", err)
	return code
}

type versionCmd struct{}

// Run prints the version.
func (versionCmd) Run() error {
	fmt.Println("leitai", version)
	return nil
}
