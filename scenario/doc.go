// Package scenario tests the whole server from outside: real requests and real sockets against the app on both
// storages, and the real binary where a process must be killed. It holds tests only.
package scenario
