//go:build linux

package main

import (
	"fmt"
	"math"
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"time"
)

// result is everything that was measured.
type result struct {
	Began      time.Time         `json:"began"`
	Machine    map[string]string `json:"machine"`
	Scenarios  []*scenario       `json:"scenarios"`
	Papers     []*papersRun      `json:"papers"`
	Boards     []boardRun        `json:"boards"`
	References references        `json:"references"`
	Notes      []string          `json:"notes"`
}

func newResult() *result {
	r := &result{Began: time.Now(), Machine: map[string]string{
		"cores": fmt.Sprint(runtime.NumCPU()), "go": runtime.Version(), "system": runtime.GOOS + "/" + runtime.GOARCH,
	}}
	if raw, err := os.ReadFile("/proc/sys/kernel/osrelease"); err == nil {
		r.Machine["kernel"] = strings.TrimSpace(string(raw))
	}
	if raw, err := os.ReadFile("/proc/cpuinfo"); err == nil {
		for line := range strings.Lines(string(raw)) {
			if name, value, _ := strings.Cut(line, ":"); strings.TrimSpace(name) == "model name" {
				r.Machine["processor"] = strings.TrimSpace(value)
				break
			}
		}
	}
	if raw, err := exec.Command("git", "describe", "--always", "--dirty").Output(); err == nil {
		r.Machine["commit"] = strings.TrimSpace(string(raw))
	}
	return r
}

// values takes one number out of every run.
func (s *scenario) values(of func(productRun) float64) []float64 {
	all := make([]float64, 0, len(s.Runs))
	for _, r := range s.Runs {
		all = append(all, of(r))
	}
	return all
}

// frameBytes is the size of the frame that opened a question, from the product's runs: the median over all questions.
func (r *result) frameBytes() int {
	var all []float64
	for _, s := range r.Scenarios {
		for _, run := range s.Runs {
			for _, q := range run.Report.Questions {
				all = append(all, float64(q.Bytes+4)) // with the frame's head
			}
		}
	}
	if len(all) == 0 {
		return 1000
	}
	return int(spreadOf(all).median)
}

// spread is the median and the range of a few runs.
type spread struct {
	median, min, max float64
	n                int
}

func spreadOf(values []float64) spread {
	if len(values) == 0 {
		return spread{median: math.NaN(), min: math.NaN(), max: math.NaN()}
	}
	v := slices.Clone(values)
	slices.Sort(v)
	median := v[len(v)/2]
	if len(v)%2 == 0 {
		median = (v[len(v)/2-1] + median) / 2
	}
	return spread{median, v[0], v[len(v)-1], len(v)}
}

// String is "12.3 (11.0–14.9)".
func (s spread) String() string {
	switch {
	case s.n == 0:
		return "–"
	case s.n == 1:
		return short(s.median)
	}
	return fmt.Sprintf("%s (%s–%s)", short(s.median), short(s.min), short(s.max))
}

func short(v float64) string {
	if math.Abs(v) >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return fmt.Sprintf("%.1f", v)
}
