#!/usr/bin/env bash
# Everything that a change must pass: formatting, lints, documentation, rule and marker self-tests, tests.
# The parts share what they build: all take the same features (Cargo.toml says how), and documentation reads what clippy made.
set -euo pipefail
cd "$(dirname "$0")"

# As `cargo clippy` sets it. Cargo keeps what another wrapper made apart, and would check each crate again for its documentation.
clippy=$(rustc --print sysroot)/bin/clippy-driver
export CLIPPY_ARGS="--deny__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__"

cargo fmt --all --check
cargo clippy --all-targets --quiet -- --deny warnings
RUSTC_WORKSPACE_WRAPPER=$clippy RUSTDOCFLAGS="--deny warnings" cargo doc --no-deps --document-private-items --quiet
cargo test --quiet
program=${CARGO_TARGET_DIR:-target}/debug/ai-detect
"$program" rules test
"$program" markers test
"$program" policy test
