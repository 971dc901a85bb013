#!/usr/bin/env bash
# Everything that must hold, as `make test` and .ci/run call it. The first step that fails ends it.
set -euo pipefail
cd "$(dirname "$0")/.."

make() { command "${MAKE:-make}" --no-print-directory "$@"; }

step() {
	local began=$SECONDS name=$1
	shift
	printf '\n== %s\n' "$name"
	"$@"
	printf '== %s: %d s\n' "$name" $((SECONDS - began))
}

step "what the tests need" make tools services
step "web pages" make web
step "web tests" make test-web
step "Go tests" make test-go
step "browser tests" make e2e
printf '\nAll tests passed in %d s.\n' "$SECONDS"
