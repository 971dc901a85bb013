//go:build !unix

package main

// raiseFileLimit gives the number of sockets that this process may hold; there is no limit of open files to raise.
func raiseFileLimit() int { return 16000 }

// lockFolder does nothing where there are no advisory locks.
func lockFolder(string) (bool, error) { return true, nil }
