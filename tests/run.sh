#!/usr/bin/env bash
# Builds and runs every test. Grows with the project; see README.md.
set -euo pipefail
cd "$(dirname "$0")/.."
cmake --preset debug
cmake --build --preset debug
ctest --test-dir build/debug --output-on-failure
