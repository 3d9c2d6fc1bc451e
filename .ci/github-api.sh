#!/usr/bin/env bash
# Holds every call that the tests make to GitHub against what GitHub publishes: REST against its OpenAPI
# description, served by Prism on loopback, and GraphQL against its schema. About a minute.
set -euo pipefail
cd "$(dirname "$0")/.."

command -v npm >/dev/null || { apt-get update -q && apt-get install -y -q npm; }
work=target/github-api
mkdir -p "$work"
cp .ci/github-api.json "$work/package.json"
timeout 240 npm install --prefix "$work" --no-audit --no-fund --ignore-scripts --loglevel error

calls="$PWD/$work/calls.jsonl"
rm -f "$calls"
AI_DETECT_RECORD="$calls" timeout 900 cargo test --quiet --test it github::

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close() })')
description="$work/node_modules/@octokit/openapi/generated/api.github.com.json"
node "$work/node_modules/@stoplight/prism-cli/dist/index.js" mock --errors --host 127.0.0.1 --port "$port" \
  "$description" >"$work/prism.log" 2>&1 &
prism=$!
trap 'kill "$prism" 2>/dev/null || true' EXIT

for _ in $(seq 120); do
  grep -q "Prism is listening" "$work/prism.log" && break
  kill -0 "$prism" 2>/dev/null || { tail "$work/prism.log"; exit 1; }
  sleep 1
done
cp .ci/github-api.mjs "$work/check.mjs"
timeout 240 node "$work/check.mjs" "$calls" "http://127.0.0.1:$port"
