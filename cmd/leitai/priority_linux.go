package main

import (
	"os"
	"strconv"

	"golang.org/x/sys/unix"
)

// lowPriority lets everything else on the machine go first: this process runs when a core has nothing else to do. Linux
// keeps the priority of each thread by itself, and the runtime has begun several; later ones get it from those.
func lowPriority() {
	idle := unix.SchedAttr{Size: unix.SizeofSchedAttr, Policy: unix.SCHED_IDLE}
	done := map[string]bool{}
	for more := true; more; {
		threads, err := os.ReadDir("/proc/self/task")
		if err != nil {
			return
		}
		more = false
		for _, t := range threads {
			if id, err := strconv.Atoi(t.Name()); err == nil && !done[t.Name()] {
				done[t.Name()], more = true, true
				if unix.SchedSetAttr(id, &idle, 0) != nil {
					_ = unix.Setpriority(unix.PRIO_PROCESS, id, 19)
				}
			}
		}
	}
}
