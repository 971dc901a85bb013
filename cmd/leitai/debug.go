package main

import (
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/http/pprof"
	"time"
)

// debug serves Go's profiler on an address of this machine, where the settings name one.
func (c *serveCmd) debug(log *slog.Logger) error {
	if c.DebugListen == "" {
		return nil
	}
	ln, err := net.Listen("tcp", c.DebugListen)
	if err != nil {
		return fmt.Errorf("debug listen: %w", err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/debug/pprof/", pprof.Index)
	mux.HandleFunc("/debug/pprof/profile", pprof.Profile)
	mux.HandleFunc("/debug/pprof/symbol", pprof.Symbol)
	mux.HandleFunc("/debug/pprof/trace", pprof.Trace)
	go func() {
		srv := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
		log.Warn("profiler ended", "error", srv.Serve(ln))
	}()
	return nil
}
