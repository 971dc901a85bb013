#!/usr/bin/env bash
# Runs the browser tests of e2e/ against bin/leitai; arguments go to Playwright (for instance: -g "rejoin" --headed).
set -euo pipefail
cd "$(dirname "$0")/.."

CHROMIUM=$(bash scripts/chromium.sh)
export CHROMIUM
# The tests stand beside web/, where Playwright is installed.
export NODE_PATH="$PWD/web/node_modules"
exec web/node_modules/.bin/playwright test --config e2e/playwright.config.ts "$@"
