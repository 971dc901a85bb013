package main

import (
	"context"
	"time"
)

// With so many connections somebody may be answering.
const playing = 20

// How long to wait after a small write of a long piece of work, as a multiple of what the write took, and what the next
// one may take.
const (
	restWhilePlaying  = 8
	pieceWhilePlaying = 4 * time.Millisecond
	pieceAlone        = 100 * time.Millisecond
	restBeside        = 3 // a program beside the server does not know who plays
	pieceBeside       = 10 * time.Millisecond
)

// hallFirst lets the answers of those who play go before long writes.
func (s *server) hallFirst(ctx context.Context, took time.Duration) (next time.Duration, err error) {
	if s.house == nil || s.house.Connections() < playing {
		return pieceAlone, ctx.Err()
	}
	return pieceWhilePlaying, wait(ctx, restWhilePlaying*took)
}

// gently is the pace of a program beside the server.
func gently(ctx context.Context, took time.Duration) (next time.Duration, err error) {
	return pieceBeside, wait(ctx, restBeside*took)
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
