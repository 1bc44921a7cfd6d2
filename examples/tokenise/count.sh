#!/bin/sh
# Frozen: counts the user-space instructions of `tokenise bench` less those of `tokenise empty`.
set -eu
expected=dc02bcd916d2f5af

count() {
  if perf stat -x , -e instructions:u true >/dev/null 2>&1 &&
     n=$(perf stat -x , -e instructions:u ./tokenise "$1" 2>&1 >/dev/null | cut -d, -f1) && [ "$n" -gt 0 ] 2>/dev/null; then
    echo "$n"
  elif command -v valgrind >/dev/null; then
    valgrind --tool=cachegrind --cache-sim=no --cachegrind-out-file=/dev/null ./tokenise "$1" 2>&1 >/dev/null |
      sed -n 's/.*I *refs: *//p' | tr -d ,
  else
    echo "tokenise: the kernel gives no performance counters here and valgrind is not installed: apt-get install valgrind" >&2
    exit 1
  fi
}

sum=$(./tokenise bench)
[ "$sum" = "$expected" ] || { echo "the tokens of the benchmark are wrong: checksum $sum" >&2; exit 1; }
bench=$(count bench)
empty=$(count empty)
echo "METRIC instructions=$((bench - empty))"
