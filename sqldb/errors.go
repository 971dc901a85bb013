package sqldb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"

	"github.com/lib/pq"
	lite "modernc.org/sqlite"
	codes "modernc.org/sqlite/lib"
)

// IsUnique reports whether err is the violation of a primary key or a unique constraint.
func IsUnique(err error) bool {
	if e, ok := errors.AsType[*pq.Error](err); ok {
		return e.Code == "23505"
	}
	if e, ok := errors.AsType[*lite.Error](err); ok {
		return e.Code() == codes.SQLITE_CONSTRAINT_UNIQUE || e.Code() == codes.SQLITE_CONSTRAINT_PRIMARYKEY
	}
	return false
}

// IsUnavailable reports whether err says that the database cannot serve now and the same call may work later: it is
// unreachable, shutting down, starting, read-only after a failover, full, busy, or slower than the context's deadline.
// A canceled context is not counted: there the caller has gone, not the database.
func IsUnavailable(err error) bool {
	if err == nil {
		return false
	}
	if e, ok := errors.AsType[*pq.Error](err); ok {
		return postgresUnavailable(e)
	}
	if e, ok := errors.AsType[*lite.Error](err); ok {
		switch e.Code() & 0xff { // the low byte is the primary code
		case codes.SQLITE_BUSY, codes.SQLITE_LOCKED, codes.SQLITE_IOERR, codes.SQLITE_FULL, codes.SQLITE_CANTOPEN,
			codes.SQLITE_PROTOCOL, codes.SQLITE_INTERRUPT:
			return true
		}
		return false
	}
	if errors.Is(err, context.Canceled) {
		return false
	}
	_, network := errors.AsType[net.Error](err)
	return network ||
		errors.Is(err, context.DeadlineExceeded) ||
		errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
}

func postgresUnavailable(e *pq.Error) bool {
	switch e.Code.Class() {
	case "08", // connection
		"53", // out of disk, memory or connections
		"58": // input and output
		return true
	}
	switch e.Code {
	case "57P01", "57P02", "57P03", "57P05", // shut down, crashed, starting, idle for too long
		"57014",          // canceled: by statement_timeout, or by a deadline of ours
		"25006",          // read-only: this was the primary before a failover
		"40001", "40P01", // still in conflict after Tx's attempts
		"55P03": // lock_timeout
		return true
	}
	return false
}

// isRetryable reports whether the engine wants the same transaction again.
func isRetryable(err error) bool {
	if e, ok := errors.AsType[*pq.Error](err); ok {
		return e.Code == "40001" || e.Code == "40P01"
	}
	return isBusy(err)
}

func isBusy(err error) bool {
	e, ok := errors.AsType[*lite.Error](err)
	if !ok {
		return false
	}
	primary := e.Code() & 0xff
	return primary == codes.SQLITE_BUSY || primary == codes.SQLITE_LOCKED
}
