#!/usr/bin/env bash
# Publishes the npm packages of a release: those of the platforms first, so that whoever installs the
# main one finds them. A package that is there already is left, so that a broken run can go on.
# usage: packaging/npm/publish.sh ARCHIVES-DIR
set -euo pipefail
archives=$(cd "${1:?usage: packaging/npm/publish.sh ARCHIVES-DIR}" && pwd)
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

publish() {
  local id
  id=$(cd "$1" && npm pkg get name version --json | jq --raw-output '.name + "@" + .version')
  if npm view "$id" version >/dev/null 2>&1; then
    echo "$id is published already"
  else
    (cd "$1" && npm publish --access public --provenance)
  fi
}

version=$(jq --raw-output .version "$here/ai-detect/package.json")
count=0
for archive in "$archives/ai-detect-v$version"-*.tar.gz; do
  name=$(basename "$archive" .tar.gz)
  target=${name#"ai-detect-v$version-"}
  tar -xzf "$archive" -C "$work"
  binary=$work/$name/ai-detect
  [[ -e $binary ]] || binary+=.exe
  node "$here/platform.mjs" "$target" "$binary" "$work/packages/$target"
  count=$((count + 1))
done
[[ $count == 8 ]] || { echo "publish: $count archives, and there are 8 platforms" >&2; exit 1; }
cp "$here"/../../LICENSE-* "$here/ai-detect/"
for package in "$work"/packages/* "$here/ai-detect"; do
  publish "$package"
done
