#!/usr/bin/env bash
# Everything that a change must pass: formatting, lints, documentation, rule and marker self-tests, tests.
set -euo pipefail
cd "$(dirname "$0")"

cargo fmt --all --check
cargo clippy --all-targets --quiet -- --deny warnings
RUSTDOCFLAGS="--deny warnings" cargo doc --no-deps --document-private-items --quiet
cargo test --quiet
# Built by the tests: `cargo run` would build it again without what only tests need.
readonly program=${CARGO_TARGET_DIR:-target}/debug/ai-detect
"$program" rules test
"$program" markers test
"$program" policy test
