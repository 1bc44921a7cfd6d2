#!/usr/bin/env bash
# The judges of the examples: the same digits twice, better knobs score better, and what is wrong is refused.
set -uo pipefail
cd "$(dirname "$0")/../.."
root=$PWD work=$(mktemp -d) passed=0 failed=0
trap 'rm -rf "$work"' EXIT

ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAILED: $*"; }
value() { sed -n 's/^METRIC [a-z_]*=//p'; }
fresh() { rm -rf "$work/$1"; cp -r "examples/$1" "$work/$1"; cd "$work/$1" || exit 1; }
# better NAME NEW OLD min|max
better() {
  if awk -v a="$2" -v b="$3" -v d="$4" 'BEGIN { exit !(a != "" && b != "" && (d == "min" ? a < b * 0.9 : a > b * 1.04)) }'; then
    ok
  else
    bad "$1: $2 against $3 is not clearly better"
  fi
}
# turned FILE SED-EXPRESSION: it must really change the file, else the knob's name is stale.
turned() { cp "$1" "$1.was" && sed -i "$2" "$1" && ! cmp -s "$1" "$1.was" || bad "$1 has no such knob: $2"; }

fresh charlm
build="g++ -std=c++17 -O2 -ffp-contract=off -o charlm main.cpp"
$build || bad "charlm does not build"
first=$(./charlm --steps 60000 | value)
[ -n "$first" ] && [ "$first" = "$(./charlm --steps 60000 | value)" ] && ok || bad "charlm is not repeatable"
[ "$first" != "$(HONE_SEED=5 ./charlm --steps 60000 --seed env | value)" ] && ok || bad "charlm ignores HONE_SEED"
./charlm --seed x >/dev/null 2>&1 && bad "charlm takes a bad seed" || ok
turned model.hpp 's/learning_rate = 0.004f/learning_rate = 0.02f/; s/init_scale = 0.25f/init_scale = 1.0f/'
$build && better charlm "$(./charlm --steps 60000 | value)" "$first" min
turned model.hpp 's|c /= total;|c /= total * 0.5f;|'   # "probabilities" that add up to 2
$build && ./charlm --steps 100 >/dev/null 2>&1 && bad "charlm accepts what is no distribution" || ok
cd "$root" || exit 1

fresh tokenise
build="g++ -std=c++17 -O2 -o tokenise main.cpp"
$build && ./tokenise check >/dev/null && ok || bad "tokenise disagrees with its reference"
first=$(./count.sh | value)
[ -n "$first" ] && [ "$first" = "$(./count.sh | value)" ] && ok || bad "tokenise does not count the same twice"
turned scanner.hpp 's/quick_string = 0/quick_string = 32/; s/blanks_by_table = false/blanks_by_table = true/'
$build && ./tokenise check >/dev/null && better tokenise "$(./count.sh | value)" "$first" min
turned scanner.hpp "s/slashes % 2 == 0/slashes == 0/"    # wrong only after two backslashes
$build && ./tokenise check >/dev/null 2>&1 && bad "tokenise check misses a planted bug" || ok
cd "$root" || exit 1
fresh tokenise
turned scanner.hpp 's/tokens.push({kind, at, end});/if (at % 997 != 0) tokens.push({kind, at, end});/'
$build && ./count.sh >/dev/null 2>&1 && bad "tokenise counts a scanner that drops tokens" || ok
cd "$root" || exit 1

cmp -s src/aid/hone_metric.py examples/packing/hone_metric.py && ok || bad "packing's copy of the aid is old"
fresh packing
first=$(python3 judge.py | value)
[ -n "$first" ] && [ "$first" = "$(python3 judge.py | value)" ] && ok || bad "packing is not repeatable"
turned solver.py 's/GROWTH = 0.2 /GROWTH = 1.0 /'
better packing "$(python3 judge.py | value)" "$first" max
refused() {
  printf '%s\n' "$2" >solver.py
  if python3 judge.py >out 2>err; then bad "packing accepts $1: $(cat out)"; else ok; fi
}
good='rows = [(f"{0.1 + 0.15 * (i % 6):.3f}", f"{0.1 + 0.15 * (i // 6):.3f}", "0.05") for i in range(26)]'
show='print("\n".join(" ".join(r) for r in rows))'
printf '%s\n%s\n' "$good" "$show" >solver.py
[ "$(python3 judge.py | value)" = 1.3 ] && ok || bad "packing refuses a right answer"
refused "an overlap of 1e-40" "$good
rows[0] = ('0.100', '0.100', '0.1' + '0' * 38 + '1')
rows[1] = ('0.250', '0.100', '0.05')
$show"
refused "a circle out of the square by 1e-40" "$good
rows[0] = ('0.1', '0.1', '0.1' + '0' * 38 + '1')
rows[1] = ('0.9', '0.1', '0.01')
$show"
refused "25 circles" "$good
rows.pop()
$show"
refused "nan" "$good
rows[3] = ('nan', '0.1', '0.1')
$show"
refused "a negative radius" "$good
rows[3] = ('0.5', '0.1', '-0.05')
$show"
refused "a score of its own" "$good
$show
print('METRIC sum_of_radii=99')"
cd "$root" || exit 1

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
