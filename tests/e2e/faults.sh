#!/usr/bin/env bash
# Faults: the witness and its plants, fault points, journals, disks, signals, locks, people, unruly benchmarks, odd targets.
# A fixed sample of the fault points; HONE_FAULTS=all visits every one of them in every way (half an hour).
set -uo pipefail
cd "$(dirname "$0")/../.." || exit 1
preset=${PRESET:-release}
if ! cmake --build "build/$preset" --target hone_faulty >build/hone_faulty.log 2>&1; then
  tail -n 20 build/hone_faulty.log
  echo "0 passed, 1 failed"
  exit 1
fi
export HONE=${HONE:-$PWD/build/$preset/hone} HONE_FAULTY=$PWD/build/$preset/tests/hone-faulty
cd tests/e2e/faults || exit 1
if nm -C "$HONE" | grep -q 'tell_visits'; then
  echo "the binary for users holds fault points"
  echo "0 passed, 1 failed"
  exit 1
fi
# Two at a time: they wait more than they work. The unruly ones fill memory and disks, and are played alone.
play() {
  local log code
  log=$(mktemp)
  python3 "$1" >"$log" 2>&1
  code=$?
  flock "$printing" sh -c 'echo "== $1"; cat "$2"; rm "$2"' sh "$1" "$log"
  return "$code"
}
export -f play
printing=$(mktemp)
export printing
status=0
ls ./*_test.py | grep -v unruly | xargs -P 2 -I{} bash -c 'play {}' || status=1
rm "$printing"
echo "== unruly_test.py"
python3 unruly_test.py || status=1
echo "== points.py"
all=()
[ "${HONE_FAULTS:-}" = all ] && all=(--all)
python3 points.py "${all[@]}" || status=1
exit "$status"
