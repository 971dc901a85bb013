//go:build linux

package main

import (
	"context"
	"fmt"
	"time"
)

// references is what the product is compared with, measured on the same machine in the same run.
type references struct {
	WriteBytes int           `json:"write_bytes"` // of one frame
	WriteMS    []float64     `json:"write_ms"`    // each round: first write to last receipt, by a thread that only reads
	LoopMS     []float64     `json:"loop_ms"`     // each question: the same loop of writes to the same phones as the product's
	Echo       []echoLine    `json:"echo"`
	Inserts    []*insertLine `json:"inserts"`
}

type echoLine struct {
	Players int       `json:"players"`
	Within  string    `json:"within"`
	P50     []float64 `json:"p50_ms"`
	P99     []float64 `json:"p99_ms"`
}

type insertLine struct {
	Within string      `json:"within"`
	Runs   []insertRun `json:"runs"`
}

// windows are those of the large scenarios.
var windows = []time.Duration{5 * time.Second, time.Second, 500 * time.Millisecond}

func (b *bench) references(ctx context.Context) {
	r := &b.result.References
	r.WriteBytes = b.result.frameBytes()
	for range b.runs {
		if ctx.Err() != nil {
			return
		}
		rounds, err := writeLoop(ctx, b.crowd, r.WriteBytes)
		b.noteFault("write loop", err)
		r.WriteMS = append(r.WriteMS, rounds...)
	}
	say("write loop, %d sockets, %d bytes: %s ms", b.crowd, r.WriteBytes, spreadOf(r.WriteMS))
	b.echoes(ctx, r)
	b.inserts(ctx, r)
}

func (b *bench) echoes(ctx context.Context, r *references) {
	for _, window := range []time.Duration{time.Second, 500 * time.Millisecond} {
		line := echoLine{Players: b.crowd, Within: window.String()}
		for range b.runs {
			if ctx.Err() != nil {
				return
			}
			report, err := echo(ctx, b.binary, b.crowd, r.WriteBytes, window)
			if b.noteFault("echo", err); err == nil {
				line.P50, line.P99 = append(line.P50, report.AckMS.P50), append(line.P99, report.AckMS.P99)
				r.LoopMS = append(r.LoopMS, opens(report)...)
			}
		}
		r.Echo = append(r.Echo, line)
		say("echo without storage within %s: ack p99 %s ms; write loop to the phones %s ms", window, spreadOf(line.P99), spreadOf(r.LoopMS))
	}
}

func (b *bench) inserts(ctx context.Context, r *references) {
	if b.stores == nil {
		return
	}
	for _, window := range windows {
		line := &insertLine{Within: window.String()}
		r.Inserts = append(r.Inserts, line)
		for n := range b.runs {
			if ctx.Err() != nil {
				return
			}
			b.clones++
			url, err := b.stores.fresh(ctx, b.clones)
			if b.noteFault("empty the stores", err); err != nil {
				return
			}
			run, err := insertEach(ctx, url, b.crowd, window, uint64(n+1))
			if b.noteFault("single inserts", err); err == nil {
				line.Runs = append(line.Runs, run)
			}
		}
		say("one INSERT for each answer within %s: p99 %s ms", window, spreadOf(line.p99()))
	}
}

func (l *insertLine) p99() (all []float64) {
	for _, r := range l.Runs {
		all = append(all, r.P99)
	}
	return all
}

func (b *bench) noteFault(what string, err error) {
	if err != nil {
		say("%s: %v", what, err)
		b.result.Notes = append(b.result.Notes, fmt.Sprintf("%s: %v", what, err))
	}
}
