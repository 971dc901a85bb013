// Command with runs a command that shares one throwaway Postgres and one throwaway Redis:
//
//	go run ./internal/testenv/with -- go test ./...
package main

import (
	"fmt"
	"os"

	"leitai/internal/testenv"
)

func main() {
	command := os.Args[1:]
	if len(command) > 0 && command[0] == "--" {
		command = command[1:]
	}
	if len(command) == 0 {
		fmt.Fprintln(os.Stderr, "usage: with -- COMMAND…")
		os.Exit(2)
	}
	code, err := testenv.RunWith(command)
	if err != nil {
		fmt.Fprintln(os.Stderr, "with:", err)
	}
	os.Exit(code)
}
