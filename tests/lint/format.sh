#!/usr/bin/env bash
# Every C++ file is as clang-format 14 leaves it. Names the files that are not; `format.sh --fix` mends them.
set -euo pipefail
cd "$(dirname "$0")/../.."
mapfile -t files < <(git ls-files '*.cpp' '*.hpp')
[ "${1:-}" = --fix ] && exec clang-format-14 -i "${files[@]}"
wrong=0
for file in "${files[@]}"; do
  clang-format-14 "$file" | cmp -s - "$file" || { echo "$file"; wrong=$((wrong + 1)); }
done
echo "clang-format: $wrong of ${#files[@]} files differ (bash tests/lint/format.sh --fix)"
[ "$wrong" -eq 0 ]
