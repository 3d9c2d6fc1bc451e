#!/usr/bin/env bash
# Installs the binary for the runner's system and processor, and names its path in the step's output:
# a release archive with a pinned SHA-256, or a build of the action's own checkout.
# Inputs come through the environment, as action.yml sets it.
set -euo pipefail

# shellcheck source=action/common.sh
source "$AI_DETECT_ACTION/action/common.sh"

# Only gh sees the token: neither a build nor the downloaded program does.
readonly token=${GH_TOKEN:-}
unset GH_TOKEN

readonly checksums=$AI_DETECT_ACTION/action/checksums.txt
# The C library that the gnu binaries are built against: older systems get the static ones.
readonly oldest_glibc=2.35

# The target of this runner, as the names of the release archives have it.
target() {
  local machine
  case ${RUNNER_ARCH:-} in
    X64) machine=x86_64 ;;
    ARM64) machine=aarch64 ;;
    *) fail "there is no release for the architecture ${RUNNER_ARCH:-(none)} (X64 and ARM64 have one): set from-source: true" ;;
  esac
  case ${RUNNER_OS:-} in
    Linux) echo "$machine-unknown-linux-$(c_library)" ;;
    macOS) echo "$machine-apple-darwin" ;;
    Windows) echo "$machine-pc-windows-msvc" ;;
    *) fail "there is no release for the system ${RUNNER_OS:-(none)} (Linux, macOS and Windows have one): set from-source: true" ;;
  esac
}

c_library() {
  local found
  found=$(getconf GNU_LIBC_VERSION 2>/dev/null) || found=
  found=${found#glibc }
  if [[ -n $found && $(printf '%s\n' "$oldest_glibc" "$found" | sort -V | head -n 1) == "$oldest_glibc" ]]; then
    echo gnu
  else
    echo musl
  fi
}

sha256() {
  if command -v sha256sum >/dev/null; then
    sha256sum < "$1" | cut -d ' ' -f 1
  else
    shasum -a 256 < "$1" | cut -d ' ' -f 1
  fi
}

# The version that the checksums are of.
pinned_version() {
  [[ -r $checksums ]] || return 0
  sed -n 's/^[0-9a-f]\{64\}  ai-detect-action-v\([0-9][0-9A-Za-z.+-]*\)-x86_64-unknown-linux-gnu\.tar\.gz$/\1/p' "$checksums" | head -n 1
}

# The pinned SHA-256 of an archive, or nothing.
pinned_sha256() {
  [[ -r $checksums ]] || return 0
  awk -v name="$1" '$2 == name && length($1) == 64 { print $1; exit }' "$checksums"
}

# Whether an address is on this machine: a literal address with an optional port and a plain path. Programs disagree on
# the host where there is a user, a backslash or anything else, so all of that is refused.
is_loopback() {
  local pattern='^http://(127\.0\.0\.1|\[::1\])(:[1-9][0-9]{0,4})?(/[A-Za-z0-9._~/-]*)?$'
  [[ $1 =~ $pattern ]]
}

download() {
  curl --fail --silent --show-error --location --retry 3 --connect-timeout 10 --max-time 180 \
    --globoff --proto '=https,http' --proto-redir '=https' --output "$2" -- "$1"
}

# Build provenance: that the archive was made by this project's release workflow.
verify_provenance() {
  local archive=$1 reason=
  case $AI_DETECT_PROVENANCE in
    skip) return ;;
    auto | require) ;;
    *) fail "provenance must be auto, require or skip, not \"$AI_DETECT_PROVENANCE\"" ;;
  esac
  if [[ -z ${AI_DETECT_REPOSITORY:-} ]]; then
    reason="the repository of the action is not known"
  elif ! command -v gh >/dev/null; then
    reason="gh is not installed"
  elif [[ -z $token ]]; then
    reason="there is no token"
  elif [[ $AI_DETECT_PROVENANCE == auto && -n $AI_DETECT_BASE_URL ]]; then
    reason="the archive comes from a mirror"
  fi
  if [[ -n $reason && $AI_DETECT_PROVENANCE == require ]]; then
    fail "provenance is required, but cannot be verified: $reason"
  elif [[ -n $reason ]]; then
    echo "provenance not verified: $reason; the SHA-256 is the pinned one"
  elif GH_TOKEN=$token gh attestation verify "$archive" --repo "$AI_DETECT_REPOSITORY" \
    --signer-workflow "$AI_DETECT_REPOSITORY/.github/workflows/release.yml"; then
    echo "provenance verified: built by the release workflow of $AI_DETECT_REPOSITORY"
  else
    fail "gh attestation verify does not accept $(basename "$archive"): nothing of it was run"
  fi
}

from_release() {
  local to=$1 version=$AI_DETECT_VERSION expected=$AI_DETECT_SHA256 base=$AI_DETECT_BASE_URL
  local platform name actual
  version=${version#v}
  version=${version:-$(pinned_version)}
  [[ -n $version ]] ||
    fail "this commit of the action pins no release: use the commit of a release, or set version and sha256, or from-source: true"
  [[ $version =~ ^[0-9]+\.[0-9]+\.[0-9]+([-+][0-9A-Za-z.+-]+)?$ ]] ||
    fail "version must look like 0.1.0, not \"$version\""
  platform=$(target)
  name=ai-detect-action-v$version-$platform
  expected=${expected:-$(pinned_sha256 "$name.tar.gz")}
  [[ -n $expected ]] ||
    fail "this commit of the action pins no SHA-256 for $name.tar.gz: set sha256 as well as version"
  [[ $expected =~ ^[0-9a-f]{64}$ ]] || fail "sha256 must be 64 hexadecimal digits in lower case"

  if [[ -z $base ]]; then
    [[ -n ${AI_DETECT_REPOSITORY:-} ]] || fail "the repository of the action is not known: set base-url"
    base=$AI_DETECT_SERVER/$AI_DETECT_REPOSITORY/releases/download
  fi
  [[ $base == https://* ]] || is_loopback "$base" || fail "base-url must begin with https://"
  mkdir -p "$to"
  cd "$to"
  download "${base%/}/v$version/$name.tar.gz" archive.tar.gz ||
    fail "cannot download ${base%/}/v$version/$name.tar.gz"
  actual=$(sha256 archive.tar.gz)
  [[ $actual == "$expected" ]] ||
    fail "$name.tar.gz has the SHA-256 $actual, but $expected is pinned: nothing of it was run"
  verify_provenance "$to/archive.tar.gz"
  # Through standard input: a path with a drive letter would be taken for a host.
  tar -xzf - < archive.tar.gz
}

from_source() {
  local to=$1
  command -v cargo >/dev/null || fail "from-source needs cargo, and there is none: install Rust 1.90 or newer in a step before"
  cargo build --release --locked --bin ai-detect --no-default-features --features action --manifest-path "$AI_DETECT_ACTION/Cargo.toml" --target-dir "$to/target" ||
    fail "the build from source failed: it needs Rust 1.90 or newer and a C compiler"
}

main() {
  local to binary suffix=
  to=$(cd "${RUNNER_TEMP:-/tmp}" && pwd)
  to=$(mktemp -d "$to/ai-detect.XXXXXX")
  [[ ${RUNNER_OS:-} != Windows ]] || suffix=.exe
  if enabled from-source "$AI_DETECT_FROM_SOURCE"; then
    from_source "$to"
    binary=$to/target/release/ai-detect$suffix
  else
    from_release "$to"
    binary=$(echo "$to"/ai-detect-action-v*/)
    binary=${binary%/}/ai-detect$suffix
  fi
  [[ -x $binary ]] || fail "the archive holds no ai-detect$suffix where it should"
  "$binary" --version || fail "the binary does not run on this system: set from-source: true"
  # Later steps may use another shell, which knows drive letters only.
  ! command -v cygpath >/dev/null || binary=$(cygpath -m "$binary")
  echo "binary=$binary" >> "$GITHUB_OUTPUT"
}

main
