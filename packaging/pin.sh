#!/usr/bin/env bash
# Writes the checksums of the Action's archives of a release into the file that the Action reads.
# usage: packaging/pin.sh SHA256SUMS
set -euo pipefail
sums=$(cd "$(dirname "${1:?usage: packaging/pin.sh SHA256SUMS}")" && pwd)/$(basename "$1")
cd "$(dirname "$0")/.."

lines=$(grep -E '^[0-9a-f]{64}  ai-detect-action-v[0-9][0-9A-Za-z._+-]*\.tar\.gz$' "$sums") || {
  echo "pin: no archive of the Action is listed in $sums" >&2
  exit 1
}
head=$(grep '^#' action/checksums.txt)
printf '%s\n%s\n' "$head" "$lines" > action/checksums.txt
