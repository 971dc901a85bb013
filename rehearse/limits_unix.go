//go:build linux || darwin

package rehearse

import (
	"fmt"

	"golang.org/x/sys/unix"
)

// makeRoom raises the limit of open files as far as it goes and reports whether files descriptors fit.
func makeRoom(files int) error {
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("read the limit of open files: %w", err)
	}
	if limit.Cur < limit.Max {
		limit.Cur = limit.Max
		if err := unix.Setrlimit(unix.RLIMIT_NOFILE, &limit); err != nil {
			return fmt.Errorf("raise the limit of open files to %d: %w", limit.Max, err)
		}
	}
	if uint64(files) > limit.Cur {
		return fmt.Errorf("%d open files are needed and %d are allowed: raise the hard limit (ulimit -n)", files, limit.Cur)
	}
	return nil
}

// cpuSeconds is the processor time that this process has used.
func cpuSeconds() float64 {
	var u unix.Rusage
	if unix.Getrusage(unix.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
