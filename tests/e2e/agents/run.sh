#!/usr/bin/env bash
# Real agent command lines as backends, against a model on loopback: each must change a file that hone then measures and
# commits. claude, codex, gemini, opencode and pi are installed from npm into build/e2e; aider only runs where it is on
# the PATH already, as it comes from PyPI. Usage: run.sh [path of hone] [agent...]
set -euo pipefail
root=$(cd "$(dirname "$0")/../../.." && pwd)
hone=${1:-$root/build/release/hone}
shift || true
tools=$root/build/e2e/agents
bin=$tools/node_modules/.bin
if [ ! -x "$bin/pi" ] || [ ! -x "$bin/codex" ]; then
  mkdir -p "$tools"
  npm install --silent --no-audit --no-fund --prefix "$tools" @anthropic-ai/claude-code @openai/codex \
    @google/gemini-cli opencode-ai @mariozechner/pi-coding-agent @copilotkit/aimock@1
fi

work=$(mktemp -d)
home=$tools/home  # codex puts its sandbox helper below its home, and refuses to where everyone may write
server=
trap 'kill $server 2>/dev/null || true; rm -rf "$work" "$home"' EXIT

# What a user would have in his home and environment to reach his own server, by agent.
settle() {
  mkdir -p "$home/.codex" "$home/.pi" "$home/.gemini"
  # With a base URL in the environment gemini takes the wrong kind of login, and then refuses it.
  echo '{"security": {"auth": {"selectedType": "gemini-api-key"}}}' >"$home/.gemini/settings.json"
  cat >"$home/.codex/config.toml" <<TOML
model_provider = "loopback"
model = "gpt-5"
[model_providers.loopback]
name = "loopback"
base_url = "$url/v1"
env_key = "OPENAI_API_KEY"
wire_api = "responses"
TOML
  cat >"$home/.pi/models.json" <<JSON
{"providers": {"loopback": {"baseUrl": "$url/v1", "api": "openai-completions", "apiKey": "OPENAI_API_KEY",
 "models": [{"id": "gpt-5", "name": "gpt-5", "reasoning": false, "input": ["text"], "contextWindow": 100000, "maxTokens": 8000,
             "cost": {"input": 0, "output": 0, "cacheRead": 0, "cacheWrite": 0}}]}}}
JSON
  opencode_config="{\"provider\": {\"loopback\": {\"npm\": \"@ai-sdk/openai-compatible\", \"name\": \"loopback\",
    \"options\": {\"baseURL\": \"$url/v1\", \"apiKey\": \"{env:OPENAI_API_KEY}\"}, \"models\": {\"local\": {\"name\": \"local\"}}}}}"
}

agents=${*:-claude codex gemini/gemini-2.5-flash opencode/loopback/local pi/loopback/gpt-5 aider/openai/gpt-4o}
for agent in $agents; do
  name=${agent%%/*}
  if ! PATH="$bin:$PATH" command -v "$name" >/dev/null; then echo "agents: $name is not installed here: not tried"; continue; fi
  rm -f "$work/url"
  node "$root/tests/e2e/agents/server.mjs" "$tools" "$name" >"$work/url" 2>"$work/server.log" &
  server=$!
  for _ in $(seq 100); do [ -s "$work/url" ] && break; sleep 0.05; done
  url=$(cat "$work/url")
  rm -rf "$work/repo" "$home"
  settle
  git init -q -b main "$work/repo"
  cd "$work/repo"
  printf 'N = 400\nprint("METRIC work=%%d" %% N)\n' >work.py
  git add . && git -c user.name=t -c user.email=t@localhost commit -qm base
  status=0
  env -u CLAUDECODE HOME="$home" PATH="$bin:$PATH" ANTHROPIC_BASE_URL="$url" GOOGLE_GEMINI_BASE_URL="$url" \
    OPENAI_API_BASE="$url/v1" PI_CODING_AGENT_DIR="$home/.pi" OPENCODE_CONFIG_CONTENT="$opencode_config" \
    ANTHROPIC_API_KEY=mock-key-123456 OPENAI_API_KEY=mock-key-123456 GEMINI_API_KEY=mock-key-123456 \
    "$hone" run work.py --metric 'python3 work.py' --backend "agent:$agent" --accept greedy --sandbox none \
    --max-experiments 1 --budget 2m --final-pairs 0 --branch hone/e2e --plain >"$work/out" 2>&1 || status=$?
  kill $server; wait $server 2>/dev/null || true
  if [ $status -ne 0 ] || [ "$(git show hone/e2e:work.py | head -1)" != "N = 40" ]; then
    echo "agents: $name failed (exit $status)"; cat "$work/out" "$work/server.log"; "$hone" show 1 || true; exit 1
  fi
  if grep -rq mock-key-123456 .git "$work/out"; then echo "agents: $name: the key was written down"; exit 1; fi
  echo "agents: $name changed the file, hone measured and kept it: $(tail -1 "$work/out")"
done
