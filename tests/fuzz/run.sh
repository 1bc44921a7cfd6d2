#!/usr/bin/env bash
# run.sh FUZZER SECONDS: from the corpus beside this file, if there is one for it; new inputs stay in build/.
set -euo pipefail
cd "$(dirname "$0")/../.."
name=$(basename "$1")
mkdir -p "build/corpus/$name"
seeds=()
[ -d "tests/fuzz/corpus/$name" ] && seeds+=("tests/fuzz/corpus/$name")
exec "$1" -max_total_time="$2" -max_len=8192 -timeout=10 -rss_limit_mb=2048 -artifact_prefix="build/corpus/crash-" \
  "build/corpus/$name" "${seeds[@]}"
