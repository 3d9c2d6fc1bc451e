#!/usr/bin/env bash
# Installs our hooks beside those of real hook managers, of their newest releases: husky, lefthook and pre-commit. With
# each, the project's own commit-msg hook must run and refuse as before, and ours must run too.
set -euo pipefail
cd "$(dirname "$0")/.."

missing=()
command -v npm >/dev/null || missing+=(npm)
command -v python3 >/dev/null || missing+=(python3)
python3 -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
if ((${#missing[@]})); then
  apt-get update -q
  apt-get install -y -q --no-install-recommends "${missing[@]}"
fi

cargo build --quiet
area=$(mktemp -d)
trap 'rm -rf "$area"' EXIT
# The settings of npm stay those of the user.
export NPM_CONFIG_USERCONFIG="${NPM_CONFIG_USERCONFIG:-$HOME/.npmrc}"
export HOME="$area/home" GIT_CONFIG_NOSYSTEM=1 CLAUDECODE=1
built=$(realpath "${CARGO_TARGET_DIR:-target}")/debug
export PATH="$built:$area/venv/bin:$PATH"
mkdir -p "$HOME"
git config --global user.name "Ada Example"
git config --global user.email ada@example.org
git config --global init.defaultBranch main

# The check of a project: it refuses a message with "forbidden".
# shellcheck disable=SC2016 # The hook expands it.
check='echo "own check ran" >&2; if grep -q forbidden "$1"; then exit 1; fi'

begin() {
  git init --quiet "$area/$1"
  cd "$area/$1"
}

# Commits with a message; says whether the own check ran, whether ours did, and whether the commit was made.
attempt() {
  local said status=0
  said=$(git commit --quiet --allow-empty -m "$1" 2>&1) || status=$?
  local own=no ours=no
  if grep -q "own check ran" <<<"$said"; then own=yes; fi
  if grep -q "Claude Code seems to run this shell" <<<"$said"; then ours=yes; fi
  echo "own=$own ours=$ours made=$([ "$status" = 0 ] && echo yes || echo no)"
  [ -z "${SHOW:-}" ] || echo "$said" >&2
}

expect() {
  local found
  found=$(attempt "$2")
  [ "$found" = "$3" ] || { echo "$1, message \"$2\": expected $3, found $found" >&2; SHOW=1 attempt "$2"; exit 1; }
}

verify() {
  expect "$1 alone" forbidden "own=yes ours=no made=no"
  expect "$1 alone" allowed "own=yes ours=no made=yes"
  ai-detect hook install >/dev/null
  expect "$1 with ours" forbidden "own=yes ours=no made=no"
  expect "$1 with ours" allowed "own=yes ours=yes made=yes"
  ai-detect hook uninstall >/dev/null
  expect "$1 after ours" forbidden "own=yes ours=no made=no"
  expect "$1 after ours" allowed "own=yes ours=no made=yes"
  echo "$1: its hook runs as before"
}

version() {
  sed -n 's/^  "version": "\(.*\)",$/\1/p' "node_modules/$1/package.json"
}

begin husky
npm init --yes >/dev/null
npm install --no-audit --no-fund --save-dev husky@9 >/dev/null
npx husky
echo "$check" > .husky/commit-msg
verify "husky $(version husky)"

begin lefthook
npm init --yes >/dev/null
npm install --no-audit --no-fund --save-dev lefthook >/dev/null
printf '#!/bin/sh\n%s\n' "$check" > check.sh
chmod +x check.sh
printf 'commit-msg:\n  commands:\n    own:\n      run: ./check.sh {1}\n' > lefthook.yml
npx lefthook install >/dev/null
verify "lefthook $(version lefthook)"

python3 -m venv "$area/venv"
if ! "$area/venv/bin/pip" install --quiet --disable-pip-version-check pre-commit; then
  echo "pre-commit: cannot be downloaded here, so it was not tried" >&2
  exit 0
fi
begin pre-commit
printf '#!/bin/sh\n%s\n' "$check" > check.sh
chmod +x check.sh
cat > .pre-commit-config.yaml <<'Y'
repos:
  - repo: local
    hooks:
      - {id: own, name: own, language: script, entry: ./check.sh, stages: [commit-msg], verbose: true}
Y
git add --all
pre-commit install --hook-type commit-msg >/dev/null
verify "$(pre-commit --version)"
