//go:build unix

package main

import "syscall"

// raiseFileLimit raises the limit of open files to what the system allows this process, and gives it.
func raiseFileLimit() int {
	var l syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l); err != nil {
		return 1024
	}
	want := l
	want.Cur = want.Max
	if syscall.Setrlimit(syscall.RLIMIT_NOFILE, &want) == nil {
		l = want
	}
	return int(min(uint64(l.Cur), 1<<20))
}
