//go:build !linux

package rehearse

func newEngine(t target, phones int) (engine, error) { return newThreads(t, phones), nil }
