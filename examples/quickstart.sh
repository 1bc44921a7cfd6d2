#!/usr/bin/env bash
# From a bare Debian 12 to a finished night in about two minutes after the build: installs the packages that are missing,
# builds hone, and lets it improve a tiny language model (examples/charlm) with the offline backend. No key, no network.
#   QUICKSTART_BUDGET=100s   how long the night lasts
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
budget=${QUICKSTART_BUDGET:-100s}
say() { printf '\n== %s\n' "$*"; }

if ! grep -qs '^ID=debian' /etc/os-release || ! command -v apt-get >/dev/null; then
  say "this is not Debian: install what tests/packages.txt names by hand; going on with what is here"
else
  bash tests/install.sh build run
fi

say "building (build/release)"
log=build/quickstart/build.log
mkdir -p build/quickstart
if ! { cmake --preset release -DHONE_TESTS=OFF && cmake --build --preset release --target hone -j "$(nproc)"; } >"$log" 2>&1; then
  grep -E 'error|Error|not found' "$log" | head -10 || true
  echo "the build failed; the whole log is $root/$log" >&2
  exit 3
fi
hone=$root/build/release/hone

# A repository of its own: the example as it stands here, committed. Earlier nights stay as branches in it.
night=$root/build/quickstart/night
mkdir -p "$night"
cd "$night"
[ -d .git ] || git init -q -b main .
cp -R "$root/examples/charlm/." .
git add -A
if ! git rev-parse -q --verify HEAD >/dev/null || ! git diff --cached --quiet; then
  git -c user.name=quickstart -c user.email=quickstart@localhost -c commit.gpgsign=false commit -q --no-verify -m "the example as it stands"
fi
number=1
while git rev-parse -q --verify "refs/heads/hone/quickstart-$number" >/dev/null; do number=$((number + 1)); done
branch=hone/quickstart-$number

say "a night of $budget on examples/charlm: blind search turns the knobs, hone measures and decides"
# The quick version of the metric: a third of a second instead of two.
set +e
"$hone" run --metric './charlm --steps 60000' --backend mutate --budget "$budget" --branch "$branch" --seed "$number" \
  | tee ../sentence
code=${PIPESTATUS[0]}
set -e
case $code in
  0 | 1) ;;
  *) echo "hone run ended with exit code $code (2 bad input, 3 environment, 130 interrupted)" >&2; exit "$code" ;;
esac
"$hone" report -o ../report.html >/dev/null

say "done"
tail -n 1 ../sentence
echo "branch: $branch in $night   (git -C $night log --stat $branch)"
echo "report: $root/build/quickstart/report.html"
