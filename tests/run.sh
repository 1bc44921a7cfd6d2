#!/usr/bin/env bash
# Installs what is missing, builds, and runs the tests. The last line is `N passed, N failed`.
#   tests/run.sh           lints, every suite under ASan+UBSan, the suites with threads under TSan, the crash simulator and
#                          the real binary in release, fuzzers, clang-tidy
#   tests/run.sh --all     also what needs big downloads (the browser, the mock of model services, the agent CLIs) or hours:
#                          every attack of the red team, every visit of every fault point
#   tests/run.sh --quick   unit tests (debug) and the lints without clang-tidy
# HONE_FUZZ_SECONDS (5, per fuzzer) and HONE_TIDY_SECONDS (600: twice what two cores need for everything) bound the open-ended
# parts: clang-tidy takes the newest changes first and says how many files it did not reach.
set -uo pipefail
cd "$(dirname "$0")/.."
mode=normal
case "${1:-}" in
  "") ;;
  --all | --quick) mode=${1#--} ;;
  *) sed -n '2,8s/^# \?//p' "$0"; exit 2 ;;
esac

passed=0 failed=0 rows=()
logs=build/logs
mkdir -p "$logs"
jobs=$(nproc)

# row NAME PASSED FAILED SECONDS [NOTE]
row() {
  passed=$((passed + $2)) failed=$((failed + $3))
  rows+=("$(printf '%-28s %6d passed %5d failed %6d s  %s' "$1" "$2" "$3" "$4" "${5:-}")")
  echo "${rows[-1]}"
}

# suite NAME COMMAND...: counts what the command says it ran (Catch2, unittest, or its own `N passed, N failed`),
# else the command as one test. A crash or a bad exit without a count is one failure.
suite() {
  local name=$1 log start=$SECONDS code ok bad
  shift
  log=$logs/${name//[ \/]/_}.log
  timeout -k 10 "${SUITE_SECONDS:-900}" "$@" >"$log" 2>&1 </dev/null
  code=$?
  read -r ok bad < <(python3 tests/lint/count.py "$log" "$code")
  row "$name" "$ok" "$bad" $((SECONDS - start))
  if [ "$bad" -gt 0 ]; then
    echo "---- $name failed (exit $code), the end of $log:"
    tail -n 40 "$log"
    echo "----"
  fi
}

# build PRESET [TARGET...]; a failed build is one failed test, and its suites do not run.
build() {
  local preset=$1 start=$SECONDS log=$logs/build_$1.log
  shift
  { cmake --preset "$preset" && cmake --build --preset "$preset" -j "$jobs" ${1:+--target "$@"}; } >"$log" 2>&1 && return 0
  grep -E 'error|FAILED|undefined' "$log" | head -20
  tail -n 5 "$log"
  row "build $preset" 0 1 $((SECONDS - start))
  return 1
}

# built PRESET REGEX: names of the ctest suites of a preset that match
built() { ctest --test-dir "build/$1" -N | sed -n 's/^ *Test *#[0-9]*: //p' | grep -E "$2"; }
run_built() {
  local name
  for name in $(built "$1" "$2"); do
    suite "$1 $name" ctest --test-dir "build/$1" -V --timeout 900 -R "^$name\$"
  done
}

lints() {
  suite "lint plants" python3 tests/lint/floors_test.py
  suite "lint floors" python3 tests/lint/floors.py
  suite "lint repository" python3 tests/lint/repository.py
  suite "lint format" bash tests/lint/format.sh
}

scripts() {
  local script
  for script in "$@"; do
    [ -f "$script" ] && suite "${script#tests/}" bash "$script"
  done
}

echo "packages"
bash tests/install.sh build run test || { echo "0 passed, 1 failed"; exit 1; }
# Clones of this repository share what is compiled: paths are hashed relative to the checkout.
export CMAKE_CXX_COMPILER_LAUNCHER=ccache CCACHE_BASEDIR=$PWD CCACHE_NOHASHDIR=1 CMAKE_COLOR_DIAGNOSTICS=OFF

if [ $mode = quick ]; then
  lints
  build debug unit && run_built debug '^unit$'
else
  lints
  # What users run, and the suites where speed matters.
  build release hone sim night_sim && run_built release '^sim$'
  scripts $(ls tests/e2e/*.sh 2>/dev/null | sort)
  build asan && run_built asan .
  # Threads live in adapters: their suites are the contracts.
  threaded=$(ctest --test-dir build/asan -N 2>/dev/null | sed -n 's/^ *Test *#[0-9]*: \(contract_.*\)/\1/p')
  # shellcheck disable=SC2086
  if [ -n "$threaded" ]; then build tsan $threaded && run_built tsan '^contract_'; else row "tsan: no suite" 0 1 0; fi
  # shellcheck disable=SC2046
  build fuzz $(basename -s .cpp tests/fuzz/fuzz_*.cpp) && for fuzzer in $(basename -s .cpp tests/fuzz/fuzz_*.cpp); do
    suite "$fuzzer" bash tests/fuzz/run.sh "build/fuzz/tests/fuzz/$fuzzer" "${HONE_FUZZ_SECONDS:-5}"
  done
  suite "lint tidy" bash tests/lint/tidy.sh build/asan "${HONE_TIDY_SECONDS:-600}"
  tail -n 1 "$logs/lint_tidy.log"
  if [ $mode = all ]; then
    scripts tests/e2e/browser/run.sh tests/e2e/aimock/run.sh tests/e2e/agents/run.sh
    SUITE_SECONDS=3600 suite "e2e redteam, the whole corpus" bash tests/e2e/redteam.sh build/release all
    HONE_FAULTS=all SUITE_SECONDS=14400 suite "e2e faults, every point" bash tests/e2e/faults.sh
  else
    echo "left out (--all runs them, with downloads): browser, aimock, agents"
  fi
fi

echo
printf '%s\n' "${rows[@]}"
echo "$((SECONDS / 60)) min $((SECONDS % 60)) s"
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
