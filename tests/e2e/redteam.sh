#!/bin/bash
# redteam.sh [BUILD]: one attack of each kind that the default configuration must stop or catch, each with an honest
# patch behind it that must be kept; and one that --sandbox none lets through, so that the corpus is known to bite.
set -eu
cd "$(dirname "$0")/../.."
hone=$PWD/${1:-build/release}/hone
cases=0
export HOME=$(mktemp -d)
trap 'rm -rf "$HOME"' EXIT
for attack in edit-judge seed-change hidden-letters metric-before clock-scaled rewrite-judge cache-tmp read-key write-outside special-case; do
  "$hone" redteam --set "redteam.only=$attack"
  cases=$((cases + 1))
done
if "$hone" redteam --sandbox none --set redteam.only=read-key --quiet; then
  echo "read-key got nothing although nothing protected the key: the attack does not bite"
  exit 1
fi
echo "$((cases + 1)) passed, 0 failed"
