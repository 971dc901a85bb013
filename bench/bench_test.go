//go:build linux

package main

import (
	"math"
	"os"
	"strings"
	"testing"
	"time"

	"leitai/rehearse"
)

// TestMain lets the test binary be the benchmark's child processes.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && strings.HasPrefix(os.Args[1], "child-") {
		exit(child(os.Args[1], os.Args[2:]))
	}
	os.Exit(m.Run())
}

func TestSpreadIsMedianAndRange(t *testing.T) {
	for _, c := range []struct {
		values []float64
		want   string
	}{
		{nil, "–"}, {[]float64{3}, "3.0"}, {[]float64{3, 1, 200}, "3.0 (1.0–200)"}, {[]float64{4, 1, 2, 3}, "2.5 (1.0–4.0)"},
	} {
		if got := spreadOf(c.values).String(); got != c.want {
			t.Errorf("%v: got %q, want %q", c.values, got, c.want)
		}
	}
	if !math.IsNaN(spreadOf(nil).median) {
		t.Error("a median of nothing")
	}
}

func TestWriteLoopReachesEverySocket(t *testing.T) {
	rounds, err := writeLoop(t.Context(), 50, 700)
	if err != nil || len(rounds) != writeRounds-writeWarmup {
		t.Fatal(rounds, err)
	}
	for _, ms := range rounds {
		if ms <= 0 {
			t.Errorf("a round took %v ms", ms)
		}
	}
}

func TestTableSaysWhatWasMissed(t *testing.T) {
	run := func(p99 float64, lost int) productRun {
		return productRun{Report: rehearse.Report{
			Lost: lost, AckMS: rehearse.Spread{P99: p99}, ServerRSSJoined: 11 << 20, ServerRSSEmpty: 1 << 20,
			Questions: []rehearse.QuestionReport{{OpenMS: rehearse.Spread{Max: 90}, Bytes: 996, Warmup: true}, {OpenMS: rehearse.Spread{Max: 120}, Bytes: 996}},
		}, Noise: Noise{OtherCores: 0.4, Disturbed: p99 > 50}}
	}
	r := &result{Machine: map[string]string{"cores": "2"}, Scenarios: []*scenario{
		{Name: "10000 phones within 1s", Storage: "postgres", Players: 10_000, Within: time.Second, Budget: 60, Runs: []productRun{run(30, 0), run(40, 0), run(70, 0)}},
		{Name: "427 phones within 2s", Storage: "embedded", Players: 427, Within: 2 * time.Second, Budget: 25, Runs: []productRun{run(26, 1)}, Failures: []string{"lost"}},
		{Name: "2000 phones within 2s", Storage: "postgres", Players: 2000, Runs: []productRun{{Report: rehearse.Report{ServerRSSJoined: 3 << 20}}}},
	}}
	r.References.LoopMS, r.References.WriteMS, r.References.WriteBytes = []float64{100, 110, 120}, []float64{50}, r.frameBytes()
	table := r.markdown()
	for _, want := range []string{
		"| 10000 phones within 1s | postgres | 3 | 0.0 (0.0–0.0) | 40.0 (30.0–70.0) |", "60 kept", "1 (up to 0.4 cores)",
		"25 **missed** | 1 |", "| 1.09 |", "only `write`, 1000 bytes", "from 2000 to 10000 idle phones 1.0 KiB", "Failed: 427 phones within 2s on embedded: lost",
	} {
		if !strings.Contains(table, want) {
			t.Errorf("no %q in\n%s", want, table)
		}
	}
}

func TestMachineTimeGrows(t *testing.T) {
	if busy, _ := machineTime(); busy <= 0 {
		t.Error("the machine has done nothing since it started")
	}
	if seconds, parent := processTime("self"); seconds < 0 || parent != os.Getppid() {
		t.Errorf("%v s, parent %d", seconds, parent)
	}
}
