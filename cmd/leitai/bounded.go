package main

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"time"
)

// runBounded runs a child and ends it when it takes more memory than `most` bytes. Where /proc does not tell, the child
// keeps to GOMEMLIMIT and to its time.
func runBounded(cmd *exec.Cmd, most int64) error {
	if err := cmd.Start(); err != nil {
		return err
	}
	done := make(chan error, 1)
	go func() { done <- cmd.Wait() }()
	look := time.NewTicker(20 * time.Millisecond)
	defer look.Stop()
	for {
		select {
		case err := <-done:
			return err
		case <-look.C:
			if residentBytes(cmd.Process.Pid) > most {
				_ = cmd.Process.Kill()
				return errors.Join(errTooHungry, <-done)
			}
		}
	}
}

// residentBytes is what a process holds in memory, 0 when it cannot be told.
func residentBytes(pid int) int64 {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid))
	if err != nil {
		return 0
	}
	fields := bytes.Fields(b)
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(string(fields[1]), 10, 64)
	return pages * int64(os.Getpagesize())
}
