#!/usr/bin/env bash
# What must agree before a release is built: the tag, the versions, the address of the repository.
# usage: packaging/preflight.sh TAG OWNER/NAME
set -euo pipefail
cd "$(dirname "$0")/.."
tag=${1:?usage: packaging/preflight.sh TAG OWNER/NAME}
repository=${2:?usage: packaging/preflight.sh TAG OWNER/NAME}

problems=0
problem() {
  echo "preflight: $1" >&2
  problems=$((problems + 1))
}

field() {
  sed -n "s/^$1 = \"\(.*\)\"\$/\1/p" Cargo.toml | head -n 1
}

version=$(field version)
[[ $tag == "v$version" ]] || problem "the tag is $tag, and Cargo.toml has version $version"
[[ $(field repository) == "https://github.com/$repository" ]] ||
  problem "Cargo.toml has repository \"$(field repository)\", and the release is made at https://github.com/$repository: cargo binstall and the npm package look for archives there"
npm=$(sed -n 's/^  "version": "\(.*\)",$/\1/p' packaging/npm/ai-detect/package.json)
[[ $npm == "$version" ]] || problem "packaging/npm/ai-detect/package.json has version $npm, and Cargo.toml $version"
if grep -o '"@ai-detect/[^"]*": "[^"]*"' packaging/npm/ai-detect/package.json | grep -v "\"$version\"\$"; then
  problem "optional dependencies of the npm package are of another version than $version"
fi
[[ $problems == 0 ]]
