#!/usr/bin/env bash
# hone against @copilotkit/aimock, a mock that is not ours: chat, Responses, Anthropic and Gemini, each through a 429
# and a cut stream to a commit. Installs the mock from npm into build/e2e. Usage: run.sh [path of hone]
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
hone=${1:-$root/build/release/hone}
tools=$root/build/e2e/aimock
if [ ! -d "$tools/node_modules/@copilotkit/aimock" ]; then
  mkdir -p "$tools"
  npm install --silent --no-audit --no-fund --prefix "$tools" @copilotkit/aimock@1
fi

work=$(mktemp -d)
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$work"' EXIT

for backend in openai:gpt-5 openai-responses:gpt-5 anthropic:claude-sonnet-4-5 gemini:gemini-2.5-flash; do
  rm -f "$work/url"
  node "$root/tests/e2e/aimock/server.mjs" "$tools" >"$work/url" 2>"$work/server.log" &
  server=$!
  for _ in $(seq 100); do [ -s "$work/url" ] && break; sleep 0.05; done
  url=$(cat "$work/url")
  case $backend in openai*) url=$url/v1 ;; esac

  rm -rf "$work/repo"
  git init -q -b main "$work/repo"
  cd "$work/repo"
  printf 'N = 400\nprint("METRIC work=%%d" %% N)\n' >work.py
  git add . && git -c user.name=t -c user.email=t@localhost commit -qm base
  status=0
  OPENAI_API_KEY=mock-key-123456 ANTHROPIC_API_KEY=mock-key-123456 GEMINI_API_KEY=mock-key-123456 \
    "$hone" run work.py --metric 'python3 work.py' --backend "$backend" --base-url "$url" --accept greedy --sandbox none \
    --max-experiments 1 --budget 2m --final-pairs 0 --branch "hone/e2e" --plain >"$work/out" 2>&1 || status=$?
  asked=$(node -e 'fetch(process.argv[1]).then((r) => r.text()).then(console.log)' "$(cat "$work/url")/__aimock/journal" | grep -o '"method":"POST"' | wc -l)
  kill $server; wait $server 2>/dev/null || true
  if [ $status -ne 0 ] || [ "$(git show hone/e2e:work.py | head -1)" != "N = 40" ]; then
    echo "aimock: $backend failed (exit $status)"; cat "$work/out" "$work/server.log"; exit 1
  fi
  if [ "$asked" -ne 3 ]; then echo "aimock: $backend asked $asked times instead of 3"; exit 1; fi
  if grep -rq mock-key-123456 .git "$work/out"; then echo "aimock: $backend: the key was written down"; exit 1; fi
  echo "aimock: $backend: a 429, a cut stream, then a kept edit"
done
