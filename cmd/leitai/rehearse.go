package main

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime/debug"
	"strings"
	"time"

	"leitai/rehearse"
)

// rehearseCmd is `leitai rehearse`: a hall of simulated phones.
type rehearseCmd struct {
	URL          string        `name:"url" default:"http://127.0.0.1:8080" help:"Address of the server."`
	Code         string        `help:"The room's six digits; --drive and --self find it themselves."`
	Players      int           `default:"50" help:"How many phones."`
	Teams        int           `help:"Spread the phones over the first so many teams of the room; 0 means all. With --self: make so many teams."`
	ReadFor      time.Duration `default:"1s" help:"Nobody taps sooner after a question opened."`
	AnswerWithin time.Duration `default:"8s" help:"Answers come at random instants of a window this long, after --read-for."`
	Accuracy     float64       `default:"0.7" help:"Share of right answers, 0 to 1. Without --drive or --self the key is not known and the phones guess."`
	DropRate     float64       `default:"0" help:"Share of phones that lose the network in each question and come back, 0 to 1."`
	Questions    int           `help:"With --self: how many questions (default 5). With --drive: end the show after so many."`
	Scoring      string        `default:"fixed" enum:"fixed,speed,decay,order" help:"With --self: fixed, speed, decay or order."`
	Self         bool          `help:"Start a server of its own in a temporary folder, make a contest, drive it, check it and stop it all. LEITAI_DATABASE_URL and LEITAI_REDIS_URL are passed on; that database must be empty."`
	Drive        bool          `help:"Play the organizer too: open the room and move the show on. Needs --username and --password."`
	Contest      string        `help:"With --drive: the contest's id; by default the newest in which nobody plays yet."`
	Username     string        `env:"LEITAI_USERNAME" help:"Staff sign-in, for --drive and for the check against the results."`
	Password     string        `env:"LEITAI_PASSWORD" help:"Its password."`
	Pause        time.Duration `default:"500ms" help:"With --drive: how long the key and the standings stay."`
	Warmup       int           `help:"Leave the first so many questions out of the times; their answers are checked all the same."`
	JSON         bool          `name:"json" help:"Print one JSON object."`
	Import       string        `type:"existingfile" help:"Meanwhile upload and store this question-bank file again and again, with --drive or --self: the hall should not feel it."`
	Seed         uint64        `help:"Seed of the phones' behaviour; 0 takes a random one."`
	Timeout      time.Duration `help:"Stop after so long; by default a bound by the size of the rehearsal."`
}

// Run rehearses and prints the report. The error says why the rehearsal did not pass.
func (c *rehearseCmd) Run(ctx context.Context) error {
	debug.SetGCPercent(400) // the phones' memory is small; their processor time is the server's
	var log io.Writer = os.Stderr
	if c.JSON {
		log = io.Discard
	}
	cfg := rehearse.Config{
		URL: c.URL, Code: c.Code, Contest: c.Contest, Players: c.Players, Teams: c.Teams, ReadFor: c.ReadFor,
		AnswerWithin: c.AnswerWithin, Accuracy: c.Accuracy, DropRate: c.DropRate, Questions: c.Questions,
		Scoring: c.Scoring, Self: c.Self, Drive: c.Drive, Username: c.Username, Password: c.Password, Pause: c.Pause,
		Warmup: c.Warmup, Import: c.Import, Seed: c.Seed, Timeout: c.Timeout, Log: log,
	}
	if faults := c.faults(cfg); len(faults) > 0 {
		return &settingsError{faults}
	}
	report, err := rehearse.Run(ctx, cfg)
	if report != nil {
		if printErr := c.print(report); printErr != nil {
			return printErr
		}
	}
	if err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	if err := report.Err(); err != nil {
		return fmt.Errorf("rehearse: %w", err)
	}
	return nil
}

// faults lists everything that is wrong with the flags.
func (c *rehearseCmd) faults(cfg rehearse.Config) []string {
	var out []string
	if err := cfg.Check(); err != nil {
		out = strings.Split(err.Error(), "\n")
	}
	if c.Accuracy < 0 {
		out = append(out, fmt.Sprintf("--accuracy %g: want 0 to 1", c.Accuracy))
	}
	if c.Self && c.Code != "" {
		out = append(out, "--code: --self makes a room of its own")
	}
	return out
}

func (c *rehearseCmd) print(report *rehearse.Report) error {
	if !c.JSON {
		return report.WriteText(os.Stdout)
	}
	if err := json.NewEncoder(os.Stdout).Encode(report); err != nil {
		return fmt.Errorf("print the report: %w", err)
	}
	return nil
}
