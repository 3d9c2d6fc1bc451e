#!/usr/bin/env bash
# Fetches the published SARIF 2.1.0 schema with a package that carries it, and holds our SARIF against it.
set -euo pipefail
cd "$(dirname "$0")/.."

folder="$PWD/target/schemas"
schema="$folder/node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
if [ ! -f "$schema" ]; then
  command -v npm >/dev/null || { apt-get update -q && apt-get install -y -q npm; }
  mkdir -p "$folder"
  npm install --prefix "$folder" --no-save --no-audit --no-fund --ignore-scripts --legacy-peer-deps --omit=peer \
    @microsoft/jest-sarif@1.0.0-beta.0
fi
SARIF_SCHEMA="$schema" cargo test --quiet --test it formats:: -- --ignored
