#!/usr/bin/env bash
# Cost grows in a straight line with the size of a change: tests/it/slope.rs counts instructions with valgrind.
set -euo pipefail
cd "$(dirname "$0")/.."

if ! command -v valgrind >/dev/null; then
  apt-get update -q
  apt-get install -y -q valgrind
fi
cargo test --quiet --test it slope:: -- --ignored --nocapture
