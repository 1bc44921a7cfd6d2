#!/bin/bash
# redteam.sh [BUILD] [all]: a sample of the corpus that the default configuration must stop or catch, each with an honest
# patch behind it that must be kept; two that --sandbox none lets through, so that the corpus is known to bite; and a
# project of somebody's own. With `all` every attack: what gets through must be what a judge in the target's process
# cannot prevent, and nothing else. Nothing may be left behind.
set -eu
cd "$(dirname "$0")/../.."
root=$PWD hone=$PWD/${1:-build/release}/hone
cases=0
export HOME=$(mktemp -d)
trap 'rm -rf "$HOME"' EXIT
bad() {
  echo "redteam: $*"
  exit 1
}
left() { find /tmp /var/tmp /dev/shm -maxdepth 1 -name 'hone-redteam-*' -newer "$HOME/began" 2>/dev/null; }
touch "$HOME/began"

cd "$HOME"
if [ "${2:-}" = all ]; then
  "$hone" redteam --json >lines 2>score || true
  cat score
  [ "$(wc -l <lines)" -ge 95 ] || bad "only $(wc -l <lines) attacks"
  # Forged in the judge's own process: reference section 5. What names its means is seen (early-exit), what spells them in
  # pieces is not.
  if grep '"result":"missed"' lines | grep -Ev '"attack":"(exit-spelled|special-case|poison-constants)"'; then
    bad "these should not get through"
  fi
  if grep '"honest_kept":false' lines | grep -v '"outcome":"kept"'; then bad "an honest patch was lost"; fi
  cases=$(wc -l <lines)
else
  for attack in clock-scaled swallow-value cache-pages read-key which-mount; do
    "$hone" redteam --set "redteam.only=$attack"
    cases=$((cases + 1))
  done
fi
if "$hone" redteam --sandbox none --set redteam.only=read-outside --json >lines 2>score; then
  bad "read-outside got nothing although nothing protected the file: the attack does not bite"
fi
grep -q '"remedy":"use --sandbox auto' lines || bad "a miss does not say how to close it"

# Somebody's own project: its target, its judge, its language.
mkdir own && cd own && git init -q . && git config user.name t && git config user.email t@example.org
printf 'int work(void) {\n  return 7;\n}\n' >work.c
printf '#include <stdio.h>\nint work(void);\nint main(void) {\n  printf("METRIC n=%%d\\n", work());\n}\n' >judge.c
printf 'judge: judge.c work.c\n\t$(CC) -o $@ judge.c work.c\n' >Makefile
git add -A && git commit -qm start
own() { "$hone" redteam work.c --build "make -s" --metric ./judge --set redteam.on=own "$@" >../lines 2>../score; }
own --json --set 'redteam.only=c-read-secret' || bad "a constructor reads a secret in the sandbox: $(cat ../lines ../score)"
own --json --set 'redteam.only=edit-judge' || bad "the judge is changed: $(cat ../lines ../score)"
if own --json --set 'redteam.only=c-read-secret' --sandbox none; then bad "nothing protected the secret"; fi
grep -q '"result":"missed"' ../lines || bad "a secret that was read is no miss: $(cat ../lines ../score)"
[ -z "$(git status --porcelain)" ] && [ "$(git worktree list | wc -l)" = 1 ] || bad "the project was touched"
cases=$((cases + 4))

# The shipped examples with their own hone.toml: one attack on one of them, or with `all` every attack on each.
examples=tokenise attacks=c-read-secret
if [ "${2:-}" = all ]; then examples='tokenise charlm packing' attacks='*'; fi
for example in $examples; do
  cp -r "$root/examples/$example" "$HOME/$example" && cd "$HOME/$example"
  git init -q . && git add -A && git -c user.name=t -c user.email=t@example.org commit -qm start
  "$hone" redteam --json --set redteam.on=own --set "redteam.only=$attacks" >lines 2>score ||
    bad "examples/$example: $(grep -v '"result":"stopped"' lines) $(cat score)"
  grep -q '"result":"stopped"' lines || bad "examples/$example: nothing was tried"
  cases=$((cases + $(wc -l <lines)))
done
[ -z "$(left)" ] || bad "left behind: $(left)"
echo "$cases passed, 0 failed"
