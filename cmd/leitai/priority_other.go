//go:build !linux

package main

// lowPriority does nothing where it would be another call on every system.
func lowPriority() {}
