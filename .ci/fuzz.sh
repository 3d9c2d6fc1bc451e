#!/usr/bin/env bash
# A short run of every fuzz target on a stable toolchain: its seeds, and what the fuzzer makes of them in a few
# seconds. An input that fails stays in fuzz/artifacts. For long runs see fuzz/README.md.
set -euo pipefail
cd "$(dirname "$0")/../fuzz"
readonly seconds=${FUZZ_SECONDS:-10}

if ! command -v c++ >/dev/null; then
  apt-get update -q
  apt-get install -y -q g++
fi

# As `cargo fuzz` instruments, without its need for a nightly toolchain; that is only asked for by sanitizers,
# which find nothing in Rust without unsafe code (the C of the grammars is not instrumented). With --target, build scripts are left alone.
host=$(rustc --version --verbose | sed -n 's/^host: //p')
export RUSTFLAGS="--cfg fuzzing -Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 \
-Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table \
-Cllvm-args=-sanitizer-coverage-trace-compares"
cargo build --quiet --release --target "$host"

export RAYON_NUM_THREADS=1
readonly built=${CARGO_TARGET_DIR:-target}/$host/release
for target in fuzz_targets/*.rs; do
  target=$(basename "$target" .rs)
  corpus=$(mktemp -d)
  mkdir -p "artifacts/$target"
  if "$built/$target" -max_total_time="$seconds" -timeout=25 -rss_limit_mb=2048 -seed=1 \
    -artifact_prefix="artifacts/$target/" -print_final_stats=1 "$corpus" "seeds/$target" 2>"$corpus.log"; then
    echo "$target: $(sed -n 's/^stat::number_of_executed_units: *//p' "$corpus.log") runs"
  else
    tail -n 60 "$corpus.log" >&2
    echo "$target: a run failed; its input is in fuzz/artifacts/$target" >&2
    exit 1
  fi
  rm -rf "$corpus" "$corpus.log"
done
