#!/usr/bin/env bash
# Prints the path of the browser for the browser tests: $CHROMIUM, or the first of the usual names in PATH.
for name in "${CHROMIUM:-}" chromium chromium-browser google-chrome google-chrome-stable; do
	if [ -n "$name" ] && command -v "$name"; then
		exit 0
	fi
done
exit 1
