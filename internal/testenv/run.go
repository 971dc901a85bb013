package testenv

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"
)

// RunWith starts one Postgres and one Redis, runs the command with their URLs in its environment, stops both and
// returns the command's exit code. A server whose program is missing is left out, unless CI is "true": the tests then
// skip by themselves.
func RunWith(command []string) (exitCode int, err error) {
	environment := os.Environ()
	add := func(variable string, start func() (*server, error)) error {
		s, err := start()
		if missing, ok := errors.AsType[*missingError](err); ok && os.Getenv("CI") != "true" {
			fmt.Fprintln(os.Stderr, "testenv:", missing)
			return nil
		}
		if err != nil {
			return err
		}
		environment = append(environment, variable+"="+s.url)
		return nil
	}
	if err := add(postgresVariable, func() (*server, error) { return newPostgres(false) }); err != nil {
		return 1, err
	}
	if err := add(redisVariable, newRedis); err != nil {
		return 1, err
	}

	cmd := exec.Command(command[0], command[1:]...)
	cmd.Env = environment
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	if err := cmd.Start(); err != nil {
		return 1, err
	}
	// The command decides what a signal means; we live on to stop the servers. An interrupt from the keyboard has
	// reached it already.
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		for s := range signals {
			if s == syscall.SIGTERM {
				_ = cmd.Process.Signal(s)
			}
		}
	}()
	err = cmd.Wait() // the watcher stops the servers as soon as this process ends
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
			return 128 + int(status.Signal()), nil
		}
		return exit.ExitCode(), nil
	}
	if err != nil {
		return 1, err
	}
	return 0, nil
}
