#!/usr/bin/env bash
# The real binary: nights that are killed and disturbed, bad input, init, completions. Counted by tests/run.sh.
set -uo pipefail
cd "$(dirname "$0")/cli" || exit 1
status=0
for script in *_test.py; do
  echo "== $script"
  python3 "$script" || status=1
done
exit "$status"
