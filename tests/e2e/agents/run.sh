#!/usr/bin/env bash
# Real agent command lines (claude-code and codex, from npm) as backends, against a model on loopback: each must change
# a file that hone then measures and commits. Usage: run.sh [path of hone]
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
hone=${1:-$root/build/release/hone}
tools=$root/build/e2e/agents
if [ ! -x "$tools/node_modules/.bin/codex" ]; then
  mkdir -p "$tools"
  npm install --silent --no-audit --no-fund --prefix "$tools" @anthropic-ai/claude-code @openai/codex @copilotkit/aimock@1
fi

work=$(mktemp -d)
home=$tools/home  # codex puts its sandbox helper below its home, and refuses to where everyone may write
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$work" "$home"' EXIT

for agent in claude codex; do
  rm -f "$work/url"
  node "$root/tests/e2e/agents/server.mjs" "$tools" >"$work/url" 2>"$work/server.log" &
  server=$!
  for _ in $(seq 100); do [ -s "$work/url" ] && break; sleep 0.05; done
  url=$(cat "$work/url")
  rm -rf "$work/repo" "$home"
  mkdir -p "$home/.codex"
  cat >"$home/.codex/config.toml" <<TOML
model_provider = "loopback"
model = "gpt-5"
[model_providers.loopback]
name = "loopback"
base_url = "$url/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
TOML
  git init -q -b main "$work/repo"
  cd "$work/repo"
  printf 'N = 400\nprint("METRIC work=%%d" %% N)\n' >work.py
  git add . && git -c user.name=t -c user.email=t@localhost commit -qm base
  status=0
  env -u CLAUDECODE HOME="$home" PATH="$tools/node_modules/.bin:$PATH" ANTHROPIC_BASE_URL="$url" \
    ANTHROPIC_API_KEY=mock-key-123456 OPENAI_API_KEY=mock-key-123456 \
    "$hone" run work.py --metric 'python3 work.py' --backend "agent:$agent" --accept greedy --sandbox none \
    --max-experiments 1 --budget 1m --final-pairs 0 --branch hone/e2e --plain >"$work/out" 2>&1 || status=$?
  kill $server; wait $server 2>/dev/null || true
  if [ $status -ne 0 ] || [ "$(git show hone/e2e:work.py | head -1)" != "N = 40" ]; then
    echo "agents: $agent failed (exit $status)"; cat "$work/out" "$work/server.log"; "$hone" show 1 || true; exit 1
  fi
  if grep -rq mock-key-123456 .git "$work/out"; then echo "agents: $agent: the key was written down"; exit 1; fi
  echo "agents: $agent changed the file, hone measured and kept it: $(tail -1 "$work/out")"
done
