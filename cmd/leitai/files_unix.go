//go:build unix

package main

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

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

// lockFolder takes the data folder for this process until it ends; ok is false when another one has it.
func lockFolder(path string) (ok bool, err error) {
	f, err := os.OpenFile(filepath.Join(path, "leitai.lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return false, err
	}
	err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
	if errors.Is(err, syscall.EWOULDBLOCK) {
		f.Close()
		return false, nil
	}
	held = f // closing it would give the lock back
	return err == nil, err
}

var held *os.File
