//go:build linux

package main

import (
	"bytes"
	"os"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// hertz is USER_HZ: the unit of /proc/stat and /proc/PID/stat on every Linux that Go runs on.
const hertz = 100

// noisyShare is the share of all cores that others may use before a run counts as disturbed.
const noisyShare = 0.05

// meter watches who uses the machine's processors during a run.
type meter struct {
	began    time.Time
	busy     float64 // seconds of processes, of all cores; interrupts are left out, they are mostly our own packets
	steal    float64 // seconds that the host gave to other machines
	services float64 // seconds of Postgres and Redis
	stores   *stores
}

func startMeter(s *stores) meter {
	busy, steal := machineTime()
	return meter{began: time.Now(), busy: busy, steal: steal, services: s.cpu(), stores: s}
}

// Noise is what others used during a run.
type Noise struct {
	OtherCores float64 `json:"other_cores"` // on average
	StealCores float64 `json:"steal_cores"`
	StoreCPU   float64 `json:"store_cpu_seconds"` // of Postgres and Redis
	Disturbed  bool    `json:"disturbed"`
}

// stop compares the machine's busy time with own, the processor seconds of the processes that belong to the run.
func (m meter) stop(own float64) Noise {
	busy, steal := machineTime()
	took := time.Since(m.began).Seconds()
	n := Noise{StoreCPU: m.stores.cpu() - m.services}
	n.OtherCores = max(0, busy-m.busy-own-n.StoreCPU) / took
	n.StealCores = max(0, steal-m.steal) / took
	n.Disturbed = n.OtherCores+n.StealCores > noisyShare*float64(runtime.NumCPU())
	return n
}

// machineTime reads the first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal.
func machineTime() (busy, steal float64) {
	raw, err := os.ReadFile("/proc/stat")
	if err != nil {
		return 0, 0
	}
	line, _, _ := bytes.Cut(raw, []byte("\n"))
	f := strings.Fields(string(line))
	at := func(i int) float64 {
		if i >= len(f) {
			return 0
		}
		v, _ := strconv.ParseFloat(f[i], 64) // 0 on a kernel that writes something else
		return v / hertz
	}
	return at(1) + at(2) + at(3), at(8)
}

// processTime is the processor time of a process and of its children that have ended, and its parent.
func processTime(pid string) (seconds float64, parent int) {
	raw, err := os.ReadFile("/proc/" + pid + "/stat")
	if err != nil {
		return 0, 0
	}
	f := strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))
	if len(f) < 15 {
		return 0, 0
	}
	for _, v := range f[11:15] {
		ticks, _ := strconv.ParseFloat(v, 64) // always a number
		seconds += ticks / hertz
	}
	parent, _ = strconv.Atoi(f[1]) // the same
	return seconds, parent
}

// cpu is what Postgres with its children and Redis have used so far.
func (s *stores) cpu() float64 {
	if s == nil || s.postgres == nil || s.redis == nil {
		return 0
	}
	total, _ := processTime(strconv.Itoa(s.redis.Process.Pid))
	all, err := filepath.Glob("/proc/[0-9]*")
	if err != nil {
		return total
	}
	for _, dir := range all {
		t, parent := processTime(filepath.Base(dir))
		if parent == s.postgres.Process.Pid || filepath.Base(dir) == strconv.Itoa(s.postgres.Process.Pid) {
			total += t
		}
	}
	return total
}
