#!/usr/bin/env bash
# Every C++ file is as clang-format 14 leaves it.
set -euo pipefail
cd "$(dirname "$0")/../.."
git ls-files '*.cpp' '*.hpp' | xargs clang-format-14 --dry-run -Werror
