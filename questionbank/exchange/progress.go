package exchange

import "context"

type progressKey struct{}

// WithProgress gives a context in which readers tell how many rows of a file they have read so far. tell is called about
// every thousand rows, in the reader's own goroutine.
func WithProgress(ctx context.Context, tell func(rows int)) context.Context {
	return context.WithValue(ctx, progressKey{}, tell)
}

// Tell passes progress on to whoever asked for it with WithProgress.
func Tell(ctx context.Context, rows int) {
	if tell, ok := ctx.Value(progressKey{}).(func(int)); ok {
		tell(rows)
	}
}
