// Package fault is the one error type that crosses package borders: a code that decides the status, a key of the
// message catalogue for people, and the cause for the log.
package fault

import "errors"

// Code says what kind of fault it is; each maps to one HTTP status and is used on sockets as it is.
type Code string

// The codes of docs/protocol.md.
const (
	Invalid      Code = "invalid"
	Unauthorized Code = "unauthorized"
	Forbidden    Code = "forbidden"
	NotFound     Code = "not_found"
	Conflict     Code = "conflict"
	TooLate      Code = "too_late"
	RateLimited  Code = "rate_limited"
	Unavailable  Code = "unavailable"
	Internal     Code = "internal"
)

// Error is a fault that a person or a client is told of.
type Error struct {
	Code   Code
	Key    string            // key of the message catalogue, such as "round.closed"
	Args   map[string]any    // values for the message's placeholders
	Fields map[string]string // field name → message key, for Invalid
	cause  error
}

// New returns a fault without a cause.
func New(code Code, key string) *Error { return &Error{Code: code, Key: key} }

// Wrap returns a fault caused by err; the cause is logged and never shown.
func Wrap(code Code, key string, err error) *Error { return &Error{Code: code, Key: key, cause: err} }

// With returns a copy with one more value for the message's placeholders.
func (e *Error) With(name string, value any) *Error {
	c := *e
	c.Args = make(map[string]any, len(e.Args)+1)
	for k, v := range e.Args {
		c.Args[k] = v
	}
	c.Args[name] = value
	return &c
}

// Field returns an Invalid fault that names one field.
func Field(name, key string) *Error {
	return &Error{Code: Invalid, Key: "request.invalid", Fields: map[string]string{name: key}}
}

// Error implements error: for logs, never for people and never to be matched on.
func (e *Error) Error() string {
	s := string(e.Code) + " " + e.Key
	if e.cause != nil {
		s += ": " + e.cause.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.cause }

// CodeOf returns err's code; what is not a fault is Internal, and nil is the empty code.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	if f, ok := errors.AsType[*Error](err); ok {
		return f.Code
	}
	return Internal
}

// KeyOf returns err's message key; what is not a fault is "internal".
func KeyOf(err error) string {
	if f, ok := errors.AsType[*Error](err); ok {
		return f.Key
	}
	return "internal"
}

// Is reports whether err is a fault of this code.
func Is(err error, code Code) bool { return CodeOf(err) == code }
