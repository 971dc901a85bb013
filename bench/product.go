//go:build linux

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"time"

	"leitai/rehearse"
)

// Shape of each rehearsal. Nobody reads and taps within a second, so the answers do not meet the question's broadcast.
const (
	questions = 4 // the first is a warm-up
	warmup    = 1
	readFor   = time.Second
	teams     = 56
	runWithin = 5 * time.Minute
)

// scenario is one line of the table.
type scenario struct {
	Name     string        `json:"name"`
	Storage  string        `json:"storage"` // postgres, embedded
	Players  int           `json:"players"`
	Within   time.Duration `json:"within"`
	ReadFor  time.Duration `json:"read_for"`
	Budget   float64       `json:"budget_ms"` // of the acknowledgement's p99; 0: none of its own
	Import   bool          `json:"import"`    // meanwhile somebody uploads question banks
	Runs     []productRun  `json:"runs"`
	Failures []string      `json:"failures,omitempty"`
}

type productRun struct {
	Report rehearse.Report `json:"report"`
	Noise  Noise           `json:"noise"`
}

func (s *scenario) failed() bool { return len(s.Failures) > 0 }

// key is what --only looks at.
func (s *scenario) key() string {
	what := ""
	if s.Import {
		what = "import/"
	}
	return fmt.Sprintf("%d/%s/%s%s", s.Players, s.Within, what, s.Storage)
}

func scenarios(crowd int) []*scenario {
	var all []*scenario
	for _, storage := range []string{"postgres", "embedded"} {
		add := func(players int, within, read time.Duration, budget float64) {
			name := fmt.Sprintf("%d phones within %s", players, within)
			if read != readFor {
				name += ", at once"
			}
			all = append(all, &scenario{Name: name, Storage: storage, Players: players, Within: within, ReadFor: read, Budget: budget})
		}
		add(427, 2*time.Second, readFor, 25)
		add(2000, 2*time.Second, readFor, 25)
		add(2000, 2*time.Second, readFor, 0)
		importing := all[len(all)-1]
		importing.Name, importing.Import = importing.Name+", importing", true
		add(crowd, 5*time.Second, readFor, 40)
		add(crowd, time.Second, readFor, 60)
		add(crowd, 500*time.Millisecond, readFor, 90)
		add(crowd, 500*time.Millisecond, 0, 0) // while the question is still going out
	}
	return all
}

// product rehearses every scenario, one run of each in turn, so that a disturbance does not hit one of them alone.
func (b *bench) product(ctx context.Context) {
	for _, s := range scenarios(b.crowd) {
		if strings.Contains(s.key(), b.only) && (b.storage == "both" || b.storage == s.Storage) {
			b.result.Scenarios = append(b.result.Scenarios, s)
		}
	}
	for n := range b.runs {
		for _, s := range b.result.Scenarios {
			b.once(ctx, s, n)
		}
	}
	for range b.repeats { // the disturbed run is replaced by a better one
		for _, s := range b.result.Scenarios {
			worst := s.noisiest()
			if ctx.Err() != nil || worst < 0 {
				continue
			}
			before := len(s.Runs)
			b.once(ctx, s, before)
			if len(s.Runs) > before {
				better := s.Runs[before]
				s.Runs = s.Runs[:before]
				if better.Noise.OtherCores+better.Noise.StealCores < s.Runs[worst].Noise.OtherCores+s.Runs[worst].Noise.StealCores {
					s.Runs[worst] = better
				}
			}
		}
	}
}

// noisiest is the most disturbed run, -1 when none was.
func (s *scenario) noisiest() int {
	worst := -1
	for i, r := range s.Runs {
		if r.Noise.Disturbed && (worst < 0 || r.Noise.OtherCores+r.Noise.StealCores > s.Runs[worst].Noise.OtherCores+s.Runs[worst].Noise.StealCores) {
			worst = i
		}
	}
	return worst
}

// once is one run of one scenario.
func (b *bench) once(ctx context.Context, s *scenario, n int) {
	if ctx.Err() != nil {
		return
	}
	r, err := b.rehearse(ctx, s, n)
	if err != nil {
		s.Failures = append(s.Failures, err.Error())
		say("%s, %s: %v", s.Name, s.Storage, err)
	}
	if r == nil {
		return
	}
	s.Runs = append(s.Runs, *r)
	p := r.Report
	say("%-32s %-9s ack p50 %.1f p99 %.1f max %.1f ms, join %.1f s, open max %.0f ms, reveal p99 %.0f ms, lost %d%s", s.Name,
		s.Storage, p.AckMS.P50, p.AckMS.P99, p.AckMS.Max, p.JoinSeconds, p.OpenMS.Max, p.RevealMS.P99, p.Lost, noiseNote(r.Noise))
}

func noiseNote(n Noise) string {
	if !n.Disturbed {
		return ""
	}
	return fmt.Sprintf(" [others used %.2f cores, steal %.2f]", n.OtherCores, n.StealCores)
}

func (b *bench) rehearse(ctx context.Context, s *scenario, n int) (*productRun, error) {
	ctx, cancel := context.WithTimeout(ctx, runWithin)
	defer cancel()
	env := slices.DeleteFunc(os.Environ(), func(v string) bool { return strings.HasPrefix(v, "LEITAI_") })
	if s.Storage == "postgres" {
		b.clones++
		url, err := b.stores.fresh(ctx, b.clones)
		if err != nil {
			return nil, fmt.Errorf("empty the stores: %w", err)
		}
		env = append(env, "LEITAI_DATABASE_URL="+url, "LEITAI_REDIS_URL="+b.stores.redisURL)
	}
	c := exec.CommandContext(ctx, b.binary, "rehearse", "--self", "--json",
		"--players", strconv.Itoa(s.Players), "--teams", strconv.Itoa(teams), "--questions", strconv.Itoa(questions),
		"--warmup", strconv.Itoa(warmup), "--read-for", s.ReadFor.String(), "--answer-within", s.Within.String(),
		"--pause", "300ms", "--scoring", "speed", "--seed", strconv.Itoa(n+1))
	if s.Import {
		file, err := b.bankFile()
		if err != nil {
			return nil, err
		}
		c.Args = append(c.Args, "--import", file)
	}
	c.Env = env
	c.Cancel = func() error { return c.Process.Signal(os.Interrupt) } // it stops its server in order
	c.WaitDelay = 30 * time.Second
	var out, trouble bytes.Buffer
	c.Stdout, c.Stderr = &out, &trouble
	m := startMeter(b.stores)
	err := c.Run()
	own := 0.0
	if c.ProcessState != nil {
		own = (c.ProcessState.UserTime() + c.ProcessState.SystemTime()).Seconds() // with the server, its child
	}
	noise := m.stop(own)
	var report rehearse.Report
	if jsonErr := json.Unmarshal(out.Bytes(), &report); jsonErr != nil {
		return nil, errors.Join(err, fmt.Errorf("no report: %w: %s", jsonErr, lastLine(trouble.String())))
	}
	if err != nil {
		err = fmt.Errorf("%w: %s", err, lastLine(trouble.String()))
	}
	return &productRun{Report: report, Noise: noise}, err
}

func lastLine(s string) string {
	s = strings.TrimSpace(s)
	return s[strings.LastIndexByte(s, '\n')+1:]
}
