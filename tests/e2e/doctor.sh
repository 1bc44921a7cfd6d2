#!/usr/bin/env bash
# doctor and verify on real repositories: ready, noisy, drifting, mute; a planted worsening; a false keep that ablation
# finds; and nothing left behind.
set -uo pipefail
cd "$(dirname "$0")/../.."
hone=${HONE:-$PWD/build/release/hone}
work=$(mktemp -d) passed=0 failed=0
trap 'rm -rf "$work"' EXIT
export XDG_CACHE_HOME=$work/cache HOME=$work/home XDG_CONFIG_HOME=$work/config
mkdir -p "$HOME" "$XDG_CONFIG_HOME" "$work/repo"

ok() { passed=$((passed + 1)); }
bad() { failed=$((failed + 1)); echo "FAILED: $*"; }
# says TEXT FILE NAME
says() { if grep -q -- "$1" "$2"; then ok; else bad "$3: no '$1' in:"; sed 's/^/    /' "$2"; fi; }
# exits CODE NAME COMMAND...: stdout goes to $work/out
exits() {
  local want=$1 name=$2 code=0
  shift 2
  "$@" >"$work/out" 2>"$work/err" || code=$?
  if [ "$code" = "$want" ]; then ok; else bad "$name: exit $code, not $want"; tail -n 5 "$work/err"; fi
}
clean() {
  local name=$1
  if [ "$(git worktree list | wc -l)" = 1 ] && [ -z "$(git for-each-ref refs/hone/doctor-trial 'refs/hone/*-verify')" ] &&
    [ -z "$(git status --porcelain)" ] && [ -z "$(ls -A "$XDG_CACHE_HOME/hone" 2>/dev/null)" ]; then ok; else
    bad "$name leaves something: $(git worktree list; git for-each-ref refs/hone; ls -A "$XDG_CACHE_HOME/hone")"
  fi
}

cd "$work/repo" || exit 1
git init -q . && git config user.name t && git config user.email t@example.org
printf 'speed = 50\n# one\n# two\n# three\nother = 3\n# four\n# five\n' >knobs.txt
# Sum of 12 uniforms: a normal of 1 % around the knob; without NOISE the knob itself.
cat >judge.sh <<'E2'
#!/bin/sh
noise=${1:-0}
awk -v s="$(od -An -N4 -tu4 /dev/urandom)" -v noise="$noise" '/^speed/ { v = $3 }
  END { srand(s); for (i = 0; i < 12; i++) n += rand(); printf "METRIC cost=%.9g\n", v * (1 + noise * (n - 6)) }' knobs.txt
E2
# The level walks: a state outside the tree.
cat >drift.sh <<E2
#!/bin/sh
n=\$(cat $work/level 2>/dev/null || echo 0); n=\$((n + 1)); echo \$n >$work/level
echo "METRIC cost=\$((1000 + 37 * n)).\$((n * 7 % 10))"
E2
echo 'import json' >judge.py; echo 'loads = None' >json.py
chmod +x judge.sh drift.sh && git add -A && git commit -qm start
doctor() { "$hone" doctor knobs.txt --sandbox none --quiet "$@"; }

exits 0 "deterministic" doctor --metric ./judge.sh --check true --backend mutate -o "$work/doctor.html"
says "the same digits each time" "$work/out" deterministic
says "mutate is free" "$work/out" deterministic
says "^ready" "$work/out" deterministic
says "<svg" "$work/doctor.html" page
clean "doctor"
exits 0 "noisy" doctor --metric './judge.sh 0.01' --json
says '"deterministic":false' "$work/out" noisy
says '"verdict":"ready with warnings"' "$work/out" noisy
exits 0 "drifting" doctor --metric ./drift.sh
says "the level walks" "$work/out" drifting
exits 2 "mute" doctor --metric 'echo hello'
says "it printed: hello" "$work/out" mute
exits 2 "broken build" doctor --metric ./judge.sh --build 'echo no compiler >&2; exit 3'
says "no compiler" "$work/out" "broken build"
exits 2 "no such target" "$hone" doctor nothing.txt --metric ./judge.sh --sandbox none --quiet
exits 0 "sensitive" doctor --metric './judge.sh 0.005' --sensitivity "sed -i 's/speed = 50/speed = 60/' knobs.txt"
says "is seen" "$work/out" sensitive
exits 2 "insensitive" doctor --metric 'echo 7' --sensitivity "sed -i 's/speed = 50/speed = 60/' knobs.txt"
says "is not seen" "$work/out" insensitive
exits 2 "nothing planted" doctor --metric ./judge.sh --sensitivity true
says "changed none of the targets" "$work/out" "nothing planted"
# A machine under load may blur this, up to "not ready" for its spread; that the loop is seen must not depend on it.
doctor --metric 'i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done' --measure cpu >"$work/out" 2>"$work/err"
says "a busy loop of .* is seen" "$work/out" "busy loop"
exits 2 "auto-load" doctor --metric 'python3 judge.py'
says "json.py may be read without being named" "$work/out" "auto-load"
clean "doctor"

# What protects the run, wrong and right.
says "sandbox *none: a patch has your rights" "$work/out" "no sandbox"
printf "key = 'ghp_0123456789abcdefghijklmnopqrstuvwxyzAB'\n" >notes.txt
git add -A && git commit -qm notes
exits 2 "a key in the context" doctor --metric ./judge.sh --context notes.txt
says "BAD  secrets *notes.txt, line 1: looks like a GitHub token" "$work/out" "a key in the context"
if grep -q ghp_ "$work/out"; then bad "doctor shows a key"; else ok; fi
git rm -q notes.txt && git commit -qm clean
echo '# mine' >>knobs.txt
exits 0 "dirty" doctor --metric ./judge.sh --holdout "./judge.sh 0.001" --check true
says "knobs.txt not committed" "$work/out" dirty
says "hold-out *set" "$work/out" dirty
git checkout -q knobs.txt
exits 2 "nobody answers" env OPENAI_API_KEY=sk-none-0123 "$hone" doctor knobs.txt --sandbox none --quiet --metric ./judge.sh \
  --backend openai:m --base-url http://127.0.0.1:1/v1
says "BAD  backend *openai:m at 127.0.0.1:1.* is not" "$work/out" "nobody answers"
if "$hone" doctor knobs.txt --metric ./judge.sh --quiet --json >"$work/out" 2>"$work/err"; then
  for number in SB01 SB02 SB03 SB04 SB05 SB06 SB07 SB08 SB15; do says "$number" "$work/out" probes; done
elif grep -q "sandbox_unavailable" "$work/err" "$work/out"; then
  ok  # a machine without user namespaces: the row says how to get them
else
  bad "doctor in the sandbox"; tail -n 5 "$work/err"
fi
says '"group":"protection"' "$work/out" probes
clean "doctor"

# The night itself refuses what doctor calls hopeless, unless told otherwise.
# From a tenth of the knob to ten times it, in a fixed order, so that no machine and no seed makes it look better.
cat >wild.sh <<E2
#!/bin/sh
n=\$(cat $work/wild 2>/dev/null || echo 0); n=\$((n + 1)); echo \$n >$work/wild
awk -v n=\$n '/^speed/ { printf "METRIC cost=%.9g\\n", \$3 * exp(4.6 * ((n * 41 % 101) / 100 - .5)) }' knobs.txt
E2
chmod +x wild.sh && git add -A && git commit -qm wild
run() { "$hone" run knobs.txt --sandbox none --backend mutate --plain --max-experiments 2 "$@"; }
exits 2 "hopeless night" run --name hopeless --metric ./wild.sh
says "too noisy" "$work/err" "hopeless night"
exits 1 "hopeless night, anyway" run --name anyway --metric ./wild.sh --anyway --min-effect 99%

# A night with one real gain and one lucky run: the first of a tree with "deux" in it reads a tenth low.
cat >luck.sh <<E2
#!/bin/sh
n=\$(cat $work/turn 2>/dev/null || echo 0); n=\$((n + 1)); echo \$n >$work/turn
luck=1
if grep -q deux knobs.txt && [ ! -e $work/lucky ]; then luck=.9; : >$work/lucky; fi
awk -v n=\$n -v luck=\$luck '/^speed/ { printf "METRIC cost=%.9g\n", \$3 * luck * (1 + (n * 41 % 101) / 1e5) }' knobs.txt
E2
chmod +x luck.sh && git add -A && git commit -qm judges
cat >"$work/propose.sh" <<E2
#!/bin/sh
n=\$(cat $work/asked 2>/dev/null || echo 0); n=\$((n + 1)); echo \$n >$work/asked
case \$n in
1) a='speed = 50' b='speed = 40' ;;
2) a='# two' b='# deux' ;;
*) a='# five' b="# five and \$n" ;;
esac
printf 'Intent: idea %s\n\nknobs.txt\n<<<<<<< SEARCH\n%s\n=======\n%s\n>>>>>>> REPLACE\n' "\$n" "\$a" "\$b"
E2
chmod +x "$work/propose.sh"
exits 0 "greedy night" "$hone" run knobs.txt --name night --metric ./luck.sh --backend "command:$work/propose.sh" --accept greedy \
  --max-experiments 6 --proposers 1 --sandbox none --plain
exits 0 "verify" "$hone" verify night --quiet
says "confirmed" "$work/out" verify
clean "verify"
exits 0 "ablate" "$hone" verify night --ablate --quiet
says "#1 .*pays" "$work/out" ablate
says "#2 .*worth nothing" "$work/out" ablate
exits 0 "verify as JSON" "$hone" verify night --json --quiet
says '"confirmed":true' "$work/out" "verify as JSON"
exits 1 "nothing to verify" "$hone" verify anyway --quiet
clean "verify"

echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
