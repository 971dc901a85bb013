#!/usr/bin/env bash
# Checks that the build tools named as arguments (go, node, gcc) are there and new enough, and says what to do if not.
set -u
cd "$(dirname "$0")/.."

bad=0
complain() {
	printf 'leitai: %s\n' "$@" >&2
	bad=1
}

check_go() {
	local wanted version
	wanted=$(sed -nE 's/^go ([0-9.]+)$/\1/p' go.mod)
	if ! command -v go >/dev/null; then
		complain "Go $wanted or later is needed and there is no \"go\" in PATH: https://go.dev/dl/"
	# An older Go fetches the one that go.mod asks for, unless it may not.
	elif ! version=$(go env GOVERSION 2>&1) || ! older_or_same "$wanted" "${version#go}"; then
		complain "Go $wanted or later is needed, this is $version: https://go.dev/dl/"
	fi
}

check_node() {
	local wanted=20.19 version
	if ! command -v node >/dev/null; then
		complain "Node.js $wanted or later is needed and there is no \"node\" in PATH: https://nodejs.org/"
	elif ! version=$(node -p process.versions.node 2>&1) || ! older_or_same "$wanted" "$version"; then
		complain "Node.js $wanted or later is needed, this is $version: https://nodejs.org/"
	elif ! command -v npm >/dev/null; then
		complain "npm is needed and there is none in PATH; it comes with Node.js: https://nodejs.org/"
	fi
}

# The race detector is C. An empty program shows whether the C library's headers are there too.
check_gcc() {
	local object
	object=$(mktemp)
	if ! printf '#include <stdlib.h>\nint main(void) { return 0; }\n' | "${CC:-gcc}" -x c - -o "$object" 2>/dev/null; then
		complain "the race detector needs a C compiler with its library: apt-get install gcc libc6-dev"
	fi
	rm -f "$object"
}

older_or_same() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

for tool in "$@"; do
	"check_$tool"
done
exit "$bad"
