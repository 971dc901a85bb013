//go:build linux

package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"leitai/rehearse"
)

const kib = 1024

// markdown is the table of docs/performance.md.
func (r *result) markdown() string {
	var b strings.Builder
	line := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	line("Measured on %s with `make bench`; generator, server and storage share the same cores.", r.Began.Format("2006-01-02"))
	line("Median of the runs (least–most). Times in milliseconds, memory in KiB.\n")
	for _, name := range slices.Sorted(maps.Keys(r.Machine)) {
		line("- %s: %s", name, r.Machine[name])
	}
	line("\n### Answers\n")
	line("From the instant at which a person taps to the receipt of `answer.ack`; that the generator sent late is part of it.\n")
	line("| phones and window | storage | runs | ack p50 | ack p99 | ack max | budget p99 | lost | generator late | server CPU s | phones CPU s | storage CPU s | disturbed runs |")
	line("|---|---|---|---|---|---|---|---|---|---|---|---|---|")
	for _, s := range r.Scenarios {
		lost, disturbed := 0, 0
		for _, run := range s.Runs {
			lost += run.Report.Lost
			if run.Noise.Disturbed {
				disturbed++
			}
		}
		line("| %s | %s | %d | %s | %s | %s | %s | %d | %s | %s | %s | %s | %s |", s.Name, s.Storage, len(s.Runs),
			s.spread(func(p productRun) float64 { return p.Report.AckMS.P50 }),
			s.spread(func(p productRun) float64 { return p.Report.AckMS.P99 }),
			s.spread(func(p productRun) float64 { return p.Report.AckMS.Max }), s.budget(), lost,
			s.spread(func(p productRun) float64 { return p.Report.GeneratorLateMS }),
			s.spread(func(p productRun) float64 { return p.Report.ServerCPU }),
			s.spread(func(p productRun) float64 { return p.Report.ClientCPU }),
			s.spread(func(p productRun) float64 { return p.Noise.StoreCPU }), disturbance(disturbed, s))
	}
	r.hall(line)
	r.growth(line)
	r.importing(line)
	r.boardTable(line)
	r.papers(line)
	r.compare(line)
	for _, s := range r.Scenarios {
		for _, f := range s.Failures {
			line("\nFailed: %s on %s: %s", s.Name, s.Storage, f)
		}
	}
	for _, n := range r.Notes {
		line("\nNote: %s", n)
	}
	return b.String()
}

func (s *scenario) spread(of func(productRun) float64) spread { return spreadOf(s.values(of)) }

func (s *scenario) budget() string {
	if s.Budget == 0 {
		return "–"
	}
	p99 := s.spread(func(p productRun) float64 { return p.Report.AckMS.P99 })
	verdict := "kept"
	if !(p99.median <= s.Budget) { // NaN without runs
		verdict = "**missed**"
	}
	return fmt.Sprintf("%.0f %s", s.Budget, verdict)
}

func disturbance(n int, s *scenario) string {
	if n == 0 {
		return "none"
	}
	worst := 0.0
	for _, r := range s.Runs {
		worst = max(worst, r.Noise.OtherCores+r.Noise.StealCores)
	}
	return fmt.Sprintf("%d (up to %.1f cores)", n, worst)
}

// hall is the table of joining, broadcast, reveal and memory.
func (r *result) hall(line func(string, ...any)) {
	write := spreadOf(r.References.LoopMS)
	line("\n### The hall\n")
	line("Skew: from the first phone's receipt of a question to the last one's. Open: from the state's `server_ms` to the last")
	line("receipt, the middle question of a run; ÷ write loop: by the same of two threads that only call `write`, to the same")
	line("phones (see References). Reveal: from the key's `server_ms` to the phone's own result.\n")
	line("| phones and window | storage | join s | skew p99 | skew max | open max | ÷ write loop | reveal p50 | reveal p99 | reveal max | KiB a connection | RSS at the end MiB |")
	line("|---|---|---|---|---|---|---|---|---|---|---|---|")
	for _, s := range r.Scenarios {
		open := s.values(openMedian)
		ratio := "–"
		if write.n > 0 && len(s.Runs) > 0 && s.Players >= 10_000 {
			ratio = fmt.Sprintf("%.2f", spreadOf(open).median/write.median)
		}
		line("| %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s | %s |", s.Name, s.Storage,
			s.spread(func(p productRun) float64 { return p.Report.JoinSeconds }),
			s.spread(func(p productRun) float64 { return p.Report.SkewMS.P99 }),
			s.spread(func(p productRun) float64 { return p.Report.SkewMS.Max }), spreadOf(open), ratio,
			s.spread(func(p productRun) float64 { return p.Report.RevealMS.P50 }),
			s.spread(func(p productRun) float64 { return p.Report.RevealMS.P99 }),
			s.spread(func(p productRun) float64 { return p.Report.RevealMS.Max }),
			s.perConnection(),
			s.spread(func(p productRun) float64 { return float64(p.Report.ServerRSS) / kib / kib }))
	}
}

// perConnection is the server's growth from nobody to everybody in and idle, KiB a phone. A small hall fits into memory
// that the server had freed before, so it says nothing.
func (s *scenario) perConnection() string {
	if s.Players < 10_000 {
		return "–"
	}
	return s.spread(func(p productRun) float64 {
		return float64(p.Report.ServerRSSJoined-p.Report.ServerRSSEmpty) / kib / float64(s.Players)
	}).String()
}

// growth writes how much memory each phone adds between two sizes of hall. It does not depend on what the server left
// behind before the first phone, which the column above starts from.
func (r *result) growth(line func(string, ...any)) {
	for _, storage := range []string{"postgres", "embedded"} {
		joined := map[int][]float64{} // phones → RSS of everybody in
		for _, s := range r.Scenarios {
			if s.Storage == storage {
				joined[s.Players] = append(joined[s.Players], s.values(func(p productRun) float64 { return float64(p.Report.ServerRSSJoined) })...)
			}
		}
		sizes := slices.Sorted(maps.Keys(joined))
		if len(sizes) < 2 {
			continue
		}
		few, many := sizes[len(sizes)-2], sizes[len(sizes)-1]
		grown := (spreadOf(joined[many]).median - spreadOf(joined[few]).median) / kib / float64(many-few)
		line("\nMemory by growth, %s: from %d to %d idle phones %.1f KiB a connection.", storage, few, many, grown)
	}
}

// openMedian is a run's middle question.
func openMedian(p productRun) float64 { return spreadOf(opens(p.Report)).median }

// opens gives for each question how long after the state's server_ms the last phone had it.
func opens(r rehearse.Report) (all []float64) {
	for _, q := range r.Questions {
		if !q.Warmup {
			all = append(all, q.OpenMS.Max)
		}
	}
	return all
}

// compare is the table of references.
func (r *result) compare(line func(string, ...any)) {
	f := r.References
	if len(f.WriteMS) == 0 {
		return
	}
	line("\n### References, in the same run\n")
	line("| reference | p50 | p99 | note |")
	line("|---|---|---|---|")
	line("| two threads that only `write`, %d bytes, to the same phones as the product: first write to last receipt | – | %s | %d questions |",
		f.WriteBytes, spreadOf(f.LoopMS), len(f.LoopMS))
	line("| the same to as many sockets that one thread only reads from | – | %s | %d rounds |", spreadOf(f.WriteMS), len(f.WriteMS))
	for _, e := range f.Echo {
		line("| echo without storage, %d phones within %s: ack | %s | %s | |", e.Players, e.Within, spreadOf(e.P50), spreadOf(e.P99))
	}
	for _, i := range f.Inserts {
		var p50, seconds []float64
		for _, run := range i.Runs {
			p50, seconds = append(p50, run.P50), append(seconds, run.Seconds)
		}
		line("| one INSERT for each of 10,000 answers within %s, %d connections: stored | %s | %s | all stored after %s s |",
			i.Within, insertConns, spreadOf(p50), spreadOf(i.p99()), spreadOf(seconds))
	}
}
