#!/usr/bin/env bash
# The report in a real browser. Installs Chromium and playwright-core, writes two reports of made-up nights, runs the
# tests; the last line is `N passed, M failed`. `run.sh --shots FOLDER` leaves pictures to look at instead.
set -euo pipefail
cd "$(dirname "$0")/../../.."
# Node from elsewhere brings its own npm and conflicts with Debian's: what is there is used.
if ! { command -v node && command -v npm && command -v chromium; } >/dev/null; then bash tests/install.sh browser >&2; fi
work=build/browser
mkdir -p "$work"
if [ ! -d "$work/node_modules/playwright-core" ]; then
  (cd "$work" && npm install --no-save --no-audit --no-fund --loglevel=error playwright-core@1 >&2)
fi
if [ -z "${HONE_REPORT_BENCH:-}" ]; then
  cmake --preset release >/dev/null
  cmake --build --preset release --target report_bench >/dev/null
  HONE_REPORT_BENCH=build/release/tests/report_bench
fi
"$HONE_REPORT_BENCH" 60 "$work/small.html"
"$HONE_REPORT_BENCH" 100000 "$work/large.html"
cp tests/e2e/browser/*.mjs "$work/"
if [ "${1:-}" = --shots ]; then
  mkdir -p "$2"
  exec node "$work/shots.mjs" "$work/small.html" "$2"
fi
exec node "$work/report.test.mjs" "$work/small.html" "$work/large.html"
