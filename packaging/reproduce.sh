#!/usr/bin/env bash
# Builds the archive of a target in two checkouts at different places, and compares the bytes.
# usage: packaging/reproduce.sh TARGET [action]
set -euo pipefail
: "${1:?usage: packaging/reproduce.sh TARGET [action]}"
root=$(cd "$(dirname "$0")/.." && pwd)
area=$(mktemp -d)
# Whatever is committed while the first is built.
commit=$(git -C "$root" rev-parse HEAD)
trap 'rm -rf "$area"' EXIT

for place in first "second one/deeper"; do
  git clone --quiet --no-hardlinks --no-checkout "$root" "$area/$place"
  git -C "$area/$place" checkout --quiet --detach "$commit"
  "$area/$place/packaging/build.sh" "$@"
  (cd "$area/$place/dist" && sha256sum ./*.tar.gz) > "$area/${place%% *}.sha256"
  # What is kept of the first build would only take room beside the second.
  rm -rf "$area/$place/target"
done
cat "$area/first.sha256"
if ! cmp -s "$area/first.sha256" "$area/second.sha256"; then
  cat "$area/second.sha256"
  echo "two builds of one commit differ" >&2
  exit 1
fi
