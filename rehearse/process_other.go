//go:build !linux

package rehearse

import "errors"

// usage is what a process has used so far.
type usage struct {
	rss, peak int64   // bytes
	cpu       float64 // seconds
}

func usageOf(int) (usage, error) {
	return usage{}, errors.New("内存与处理器用量只能在 Linux 上读取")
}
