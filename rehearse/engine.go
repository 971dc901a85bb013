package rehearse

import "context"

// engine moves bytes and keeps time for a crowd of phones, each with a TCP connection of its own.
// It calls its handler one call at a time; the handler may call dial, write and drop from within a call, and nothing
// else may call them.
type engine interface {
	// run works until ctx is done, then closes every connection.
	run(ctx context.Context, h handler) error
	// dial connects phone id. handler.connected or handler.closed tells how it went, after dial has returned.
	dial(id int32)
	// write sends all of b, which the caller may change afterwards. A failure comes as handler.closed.
	write(id int32, b []byte)
	// drop closes the connection as a lost network does: no close frame, with reset (RST) or without (FIN).
	// handler.closed is not called for it, nor anything else that was still under way on it.
	drop(id int32, reset bool)
	// post runs f between two calls to the handler. Any goroutine may call it.
	post(f func())
	// now is nanoseconds since the engine was made, never going back.
	now() int64
}

// handler is what the phones do. now is nanoseconds since the engine was made.
type handler interface {
	connected(id int32, now int64)
	// received gets bytes as they come; b is valid during the call only.
	received(id int32, b []byte, now int64)
	closed(id int32, err error, now int64)
	// due does what is due, but not more than a little at once, and gives the instant of what is due next: at most
	// now when something is left over.
	due(now int64) int64
}
