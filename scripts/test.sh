#!/usr/bin/env bash
# Everything that must hold, as `make test` and .ci/run call it. A step that fails does not hide what the next one finds.
set -euo pipefail
cd "$(dirname "$0")/.."

make() { command "${MAKE:-make}" --no-print-directory "$@"; }

failed=()
step() {
	local began=$SECONDS name=$1
	shift
	printf '\n== %s\n' "$name"
	if ! "$@"; then
		failed+=("$name")
		printf '== %s: FAILED' "$name"
	else
		printf '== %s: passed' "$name"
	fi
	printf ' after %d s\n' $((SECONDS - began))
}

make tools services
step "web pages" make web
step "web tests" make test-web
step "Go tests" make test-go
step "browser tests" make e2e

if [ ${#failed[@]} -gt 0 ]; then
	printf '\nFailed after %d s: %s\n' "$SECONDS" "$(printf '%s; ' "${failed[@]}")"
	exit 1
fi
printf '\nAll tests passed in %d s.\n' "$SECONDS"
