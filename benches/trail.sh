#!/usr/bin/env bash
# Figures of a recorded trail: bytes a sealed event, memory, start, verify, what one more event costs, and rates side by side with bare
# SQLite: of the folder, over HTTP, and of a client's spool.
# benches/trail.sh FOLDER [EVENTS]: ten million events need about 2 GB below FOLDER, which must be new. PROFILE=dev tries the script itself.
set -euo pipefail
folder=${1:?usage: benches/trail.sh FOLDER [EVENTS]}
events=${2:-10000000}
profile=${PROFILE:-release}
cd "$(dirname "$0")/.."
for package in store server client; do
    cargo build --quiet --profile "$profile" -p "ai-detect-trail-$package" --examples
done
examples=${CARGO_TARGET_DIR:-target}/${profile/#dev/debug}/examples
soak() { "$examples/soak" "$@"; }
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
few=$((events / 25))
few=$((few < 10000 ? 10000 : few > 400000 ? 400000 : few))
echo "== $few events into bare SQLite and into a folder, side by side"
"$examples/throughput" "$folder/throughput" "$few"
echo "== $few events into bare SQLite and over HTTP, side by side"
mkdir -p "$folder/http"
"$examples/http" "$folder/http" "$few"
echo "== a client that appends to its spool"
"$examples/append" "$folder/spool" 8 $((few / 400 + 1))
