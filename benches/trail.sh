#!/usr/bin/env bash
# Figures of a large trail: bytes a sealed event, memory, start, verify, and what one more event costs.
# benches/trail.sh FOLDER [EVENTS]: ten million events need about 2 GB below FOLDER.
set -euo pipefail
folder=${1:?usage: benches/trail.sh FOLDER [EVENTS]}
events=${2:-10000000}
cd "$(dirname "$0")/.."
cargo build --quiet --release -p ai-detect-trail-store --example soak
soak() { "${CARGO_TARGET_DIR:-target}/release/examples/soak" "$@"; }
mkdir -p "$folder"
for part in 100 10; do
    echo "== $((events / part)) events, none of them sealed"
    soak fill "$folder" $((events / part))
    soak more "$folder" 500
done
soak start "$folder"
soak verify "$folder"
echo "== $events events, sealed"
soak grow "$folder" "$events"
soak seal "$folder"
soak sizes "$folder"
soak more "$folder" 500
soak start "$folder"
soak verify "$folder"
soak rebuild "$folder"
echo "== the writer beside the sealer"
soak fill "$folder" $((events + events / 20))
soak latency "$folder"
