package main

import (
	"testing"
	"time"

	"leitai/questionbank"
)

// TestRestIsBounded: a write that took long must not silence its worker until somebody takes the work over.
func TestRestIsBounded(t *testing.T) {
	for _, tt := range []struct {
		times      int
		took, want time.Duration
	}{
		{restWhileAnswering, 3 * time.Millisecond, 300 * time.Millisecond},
		{restWhilePlaying, 10 * time.Millisecond, 40 * time.Millisecond},
		{restWhileAnswering, time.Second, longestRest},
		{restBeside, time.Minute, longestRest},
	} {
		if got := rest(tt.times, tt.took); got != tt.want {
			t.Errorf("%d x %v: %v, want %v", tt.times, tt.took, got, tt.want)
		}
	}
	if 2*longestRest > questionbank.DeadAfter/2 {
		t.Error("two rests are as long as the silence of the dead")
	}
}
