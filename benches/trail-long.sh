#!/bin/sh
# The long forms of the trail's tests, which are too long for each change:
#
#   benches/trail-long.sh [KILLS [HISTORIES]]
#
# 1,000 kills of a collector at random moments while clients post to it over HTTP, then: each event that was acknowledged is there,
# once. And 100,000 histories of a client that appends, starts again, closes, and sends over a network that loses, doubles and refuses, to
# a collector that is restored from backups: each event is in the log, once.
#
# Histories run in memory where there is a RAM disk, on all processors. It prints what was run, and ends with status 1 if anything failed.
set -eu
cd "$(dirname "$0")/.."

kills=${1:-1000}
histories=${2:-100000}
parts=$(nproc 2>/dev/null || echo 2)
# Optimised, since SQLite is most of the work; in a folder of its own, so that other builds stay as they are.
export CARGO_PROFILE_DEV_OPT_LEVEL=1 CARGO_TARGET_DIR="${CARGO_TARGET_DIR:-target}/long"
server="cargo test --quiet -p ai-detect-trail-server --test it"
client="cargo test --quiet -p ai-detect-trail-client --lib"
$server --no-run
$client --no-run

scratch=$(mktemp -d)
memory=$scratch
[ -w /dev/shm ] && memory=$(mktemp -d /dev/shm/trail-long.XXXXXX)
trap 'rm -rf "$scratch" "$memory"' EXIT

date
KILLS=$kills $server kills::what_was_acknowledged -- --nocapture >"$scratch/kills" 2>&1 || { cat "$scratch/kills"; exit 1; }
grep 'events acknowledged' "$scratch/kills"

# Each part has histories of its own: proptest begins with other random numbers.
part=0
pids=
while [ "$part" -lt "$parts" ]; do
    TMPDIR=$memory HISTORIES=$((histories / parts)) $client tests::flush::each >"$scratch/part-$part" 2>&1 &
    pids="$pids $!"
    part=$((part + 1))
done
failed=0
for pid in $pids; do
    wait "$pid" || failed=1
done
[ "$failed" = 0 ] || { cat "$scratch"/part-*; exit 1; }
echo "$((histories / parts * parts)) histories, each event in the log once"
date
