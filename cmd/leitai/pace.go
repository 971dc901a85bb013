package main

import (
	"context"
	"time"
)

// With so many connections somebody may be about to answer.
const playing = 20

// How long to wait after a small write of a long piece of work, as a multiple of what the write took, and what the next
// one may take. While a question is open one write in a hundred answers' time leaves the 99th percentile of their
// acknowledgements as it is (make bench, "importing").
const (
	restWhileAnswering = 100
	restWhilePlaying   = 4
	pieceWhilePlaying  = 3 * time.Millisecond
	pieceAlone         = 100 * time.Millisecond
	restBeside         = 3 // a program beside the server does not know who plays
	pieceBeside        = 10 * time.Millisecond
)

// longestRest is well below questionbank.DeadAfter.
const longestRest = 5 * time.Second

// lookAgain is how often a wait looks whether the question has closed.
const lookAgain = 25 * time.Millisecond

// hallFirst lets the answers of those who play go before long writes.
func (s *server) hallFirst(ctx context.Context, took time.Duration) (next time.Duration, err error) {
	if s.house == nil || s.house.Connections() < playing {
		return pieceAlone, ctx.Err()
	}
	for left := rest(restWhileAnswering, took); left > 0 && s.house.Answering(playing); left -= lookAgain {
		if err := wait(ctx, min(left, lookAgain)); err != nil {
			return 0, err
		}
	}
	return pieceWhilePlaying, wait(ctx, rest(restWhilePlaying, took))
}

// rest is so many times what a write took, but never so long that the worker is taken for dead: a disk that stalls for a
// second must not make it silent for a hundred.
func rest(times int, took time.Duration) time.Duration {
	return min(time.Duration(times)*took, longestRest)
}

// gently is the pace of a program beside the server.
func gently(ctx context.Context, took time.Duration) (next time.Duration, err error) {
	return pieceBeside, wait(ctx, rest(restBeside, took))
}

func wait(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-t.C:
		return nil
	}
}

// resumeEvery is how often unfinished imports are looked for.
const resumeEvery = time.Minute

// resumeImports finishes what other processes, or this one before a crash, left of their imports.
func (s *server) resumeImports(ctx context.Context) {
	for {
		if err := s.banks.ResumeImports(ctx, time.Now()); err != nil && ctx.Err() == nil {
			s.log.Warn("unfinished imports stay", "error", err)
		}
		if wait(ctx, resumeEvery) != nil {
			return
		}
	}
}
