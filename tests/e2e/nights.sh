#!/usr/bin/env bash
# The two nights with a known truth (tests/bench/aa_night, power_night) in a very short form: that they run through the
# real binary and print their tables. What they find is judged by the long forms, not here.
set -uo pipefail
cd "$(dirname "$0")/../.."
export HONE=${HONE:-$PWD/build/release/hone}
out=$(mktemp) passed=0 failed=0
trap 'rm -f "$out"' EXIT

# night NAME PATTERN COMMAND...
night() {
  local name=$1 pattern=$2 code=0
  shift 2
  "$@" >"$out" 2>&1 || code=$?
  if [ "$code" -le 1 ] && grep -Eq "$pattern" "$out"; then passed=$((passed + 1)); else
    failed=$((failed + 1))
    echo "FAILED: $name: exit $code, or no line matches '$pattern':"
    sed 's/^/    /' "$out"
  fi
}

night "A/A" '^kept [0-9]+ of [45] without effect: .* 95 % interval' tests/bench/aa_night --experiments 5 --sandbox none
night "A/A under load" '^kept [0-9]+ of [234] without effect' tests/bench/aa_night --experiments 4 --load 1 --think 0 --sandbox none
night "planted" '^\| 5 % \| [0-9]+ \| [0-9]+ \| .* \| [0-9.]+ \|$' tests/bench/power_night --experiments 10 --nights 1
night "planted, maximised" '^false keeps: ' tests/bench/power_night --experiments 10 --nights 1 --shape maximise --noise SPIKE
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
