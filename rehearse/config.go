// Package rehearse plays a hall full of phones against a Leitai server: every phone is a TCP connection of its own
// that speaks docs/protocol.md, loses its network now and then and comes back. It measures what people would feel,
// and compares every acknowledged answer with what the server stored.
package rehearse

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// Limits of a rehearsal.
const (
	MaxPlayers   = 60_000
	joinsAtOnce  = 64 // phones on their way in at the same time
	spareFiles   = 64 // descriptors besides the phones' own
	pingEvery    = 10 * time.Second
	pingJitter   = 500 * time.Millisecond
	firstPings   = 5
	firstEvery   = 200 * time.Millisecond
	pongWithin   = 5 * time.Second
	arriveWithin = 10 * time.Second // from dialling to the first state
	ackWithin    = 3 * time.Second
	resendAfter  = time.Second // when the server asked to wait
	fullAfter    = 5 * time.Second
	backoffBase  = 300 * time.Millisecond
	backoffMost  = 3 * time.Second
)

// Config says what to rehearse.
type Config struct {
	URL          string        // of the server; not used with Self
	Code         string        // of the room; found by the organizer with Drive or Self
	Contest      string        // with Drive: the contest whose room is opened, by default the newest in which nobody plays yet
	Players      int           // phones
	Teams        int           // the phones spread over the first so many teams; 0: all
	ReadFor      time.Duration // nobody taps sooner after a question opened
	AnswerWithin time.Duration // answers come at random instants of a window this long, which follows ReadFor
	Accuracy     float64       // share of right answers, 0…1; below 0, or without the key: guess
	DropRate     float64       // share of phones that lose the network in each question, 0…1
	Questions    int           // with Self: how many; with Drive: end the show after so many, 0: all
	Scoring      string        // with Self: fixed, speed, decay, order
	Self         bool          // start a server of its own, drive it, check it, stop it
	Drive        bool          // play the organizer too
	Username     string        // staff sign-in, for Drive and for the check
	Password     string
	Pause        time.Duration // with Drive: how long the key and the standings stay
	Warmup       int           // the first so many questions do not count in the times; they are checked all the same
	Import       string        // with Drive: a question-bank file that is uploaded and stored again and again meanwhile
	Seed         uint64        // of the phones' behaviour; 0: a random one
	Timeout      time.Duration // of the whole rehearsal; 0: by its size
	Program      string        // with Self: the program whose serve command is started, by default this one
	Log          io.Writer     // progress for people; nil: none
}

// complete fills in defaults and reports every fault at once.
func (c Config) complete() (Config, error) {
	if c.Questions == 0 && c.Self {
		c.Questions = 5
	}
	if c.Scoring == "" {
		c.Scoring = "fixed"
	}
	if c.Log == nil {
		c.Log = io.Discard
	}
	c.Drive = c.Drive || c.Self
	var faults []error
	wrong := func(bad bool, format string, args ...any) {
		if bad {
			faults = append(faults, fmt.Errorf(format, args...))
		}
	}
	wrong(c.Players < 1 || c.Players > MaxPlayers, "--players %d: want 1 to %d", c.Players, MaxPlayers)
	wrong(c.Teams < 0 || c.Teams > 500, "--teams %d: want 0 (all) to 500", c.Teams)
	wrong(c.ReadFor < 0 || c.ReadFor > time.Minute, "--read-for %s: want 0 to 1m", c.ReadFor)
	wrong(c.AnswerWithin < 0 || c.AnswerWithin > 9*time.Minute, "--answer-within %s: want 0 to 9m", c.AnswerWithin)
	wrong(c.Accuracy > 1, "--accuracy %g: want 0 to 1", c.Accuracy)
	wrong(c.DropRate < 0 || c.DropRate > 1, "--drop-rate %g: want 0 to 1", c.DropRate)
	wrong(c.Questions < 0 || c.Questions > 200, "--questions %d: want 1 to 200", c.Questions)
	wrong(c.Pause < 0 || c.Pause > 10*time.Minute, "--pause %s: want 0 to 10m", c.Pause)
	wrong(c.Code == "" && !c.Drive, "--code: the room's six digits are needed, or --drive or --self")
	wrong(c.Drive && !c.Self && (c.Username == "" || c.Password == ""), "--drive: --username and --password are needed")
	wrong(c.Import != "" && !c.Drive, "--import: needs --drive or --self")
	return c, errors.Join(faults...)
}

// Check reports every fault of the configuration at once.
func (c Config) Check() error {
	_, err := c.complete()
	return err
}

// bound is the time after which the rehearsal ends by itself.
func (c Config) bound() time.Duration {
	switch {
	case c.Timeout > 0:
		return c.Timeout
	case !c.Drive: // somebody else drives: a show with its breaks
		return 6 * time.Hour
	}
	questions := c.Questions
	if questions == 0 {
		questions = 100
	}
	each := c.ReadFor + c.AnswerWithin + 2*c.Pause + 15*time.Second + time.Duration(c.Players)*2*time.Millisecond
	return 2*time.Minute + time.Duration(c.Players)*5*time.Millisecond + time.Duration(questions)*each
}
