#!/usr/bin/env bash
# Builds the release binary of a target, the same bytes from the same commit and toolchain wherever the
# checkout lies, and packs it: dist/ai-detect-vVERSION-TARGET.tar.gz, which is for people and has all features. With
# `action` it builds what the GitHub Action downloads, the program with the features that the Action uses and nothing
# else: dist/ai-detect-action-vVERSION-TARGET.tar.gz.
# usage: packaging/build.sh TARGET [action]
set -euo pipefail
cd "$(dirname "$0")/.."
target=${1:?usage: packaging/build.sh TARGET [action]}
profile=release
features=()
case ${2:-} in
  "") archive=ai-detect ;;
  action)
    archive=ai-detect-action
    profile=action
    features=(--no-default-features --features action)
    ;;
  *)
    echo "build: the second argument is \"action\" or nothing, not \"$2\"" >&2
    exit 2
    ;;
esac

version=$(sed -n 's/^version = "\(.*\)"$/\1/p' Cargo.toml | head -n 1)
# What a compiler writes of the time and of paths is the commit's time, and paths below /src and /cargo.
SOURCE_DATE_EPOCH=$(git log -1 --format=%ct)
export SOURCE_DATE_EPOCH CARGO_INCREMENTAL=0 ZERO_AR_DATE=1 LC_ALL=C TZ=UTC
here=$PWD
home=${CARGO_HOME:-$HOME/.cargo}
if command -v cygpath >/dev/null; then
  here=$(cygpath -w "$here")
  home=$(cygpath -w "$home")
fi
# Cargo takes the flags apart at this character, so that paths may hold blanks.
separator=$'\x1f'
flags="--remap-path-prefix=$home=/cargo$separator--remap-path-prefix=$here=/src"
case $target in
  *-msvc)
    flags+="$separator-Clink-arg=/Brepro$separator-Ctarget-feature=+crt-static"
    ;;
  *)
    # Quoted as a shell does, which the build scripts then take apart likewise.
    maps=$(printf '%q %q' "-ffile-prefix-map=$home=/cargo" "-ffile-prefix-map=$here=/src")
    export CC_SHELL_ESCAPED_FLAGS=1 CFLAGS="${CFLAGS:-} $maps" CXXFLAGS="${CXXFLAGS:-} $maps"
    ;;
esac
export CARGO_ENCODED_RUSTFLAGS=$flags
cargo build --profile "$profile" --locked --bin ai-detect --target "$target" ${features[@]+"${features[@]}"}

suffix=
[[ $target != *-windows-* ]] || suffix=.exe
built=target/$target/$profile/ai-detect$suffix
name=$archive-v$version-$target
rm -rf "dist/$name"
mkdir -p "dist/$name"
cp "$built" LICENSE-APACHE LICENSE-MIT "dist/$name/"
if [[ $archive == ai-detect ]]; then
  mkdir "dist/$name/completions" "dist/$name/man"
  cp README.md ACCURACY.md "dist/$name/"
  for shell in bash elvish fish powershell zsh; do
    "$built" completions "$shell" > "dist/$name/completions/ai-detect.$shell"
  done
  "$built" man "dist/$name/man"
fi
tar=$(command -v gtar || command -v tar)
"$tar" --sort=name --format=ustar --owner=0 --group=0 --numeric-owner --mode=u=rwX,go=rX \
  --mtime="@$SOURCE_DATE_EPOCH" -C dist -cf - "$name" | gzip -9n > "dist/$name.tar.gz"
rm -rf "dist/${name:?}"
echo "dist/$name.tar.gz"
