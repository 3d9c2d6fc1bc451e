#!/usr/bin/env bash
# Everything that a change must pass: formatting, lints, documentation, rule and marker self-tests, tests.
set -euo pipefail
cd "$(dirname "$0")"

cargo fmt --all --check
cargo clippy --all-targets --quiet -- --deny warnings
RUSTDOCFLAGS="--deny warnings" cargo doc --no-deps --document-private-items --quiet
# By itself: built together with the program, it would change the features of what both depend on, and all be built twice.
readonly trail=(--package ai-detect-trail-log --package ai-detect-trail-store --quiet)
cargo clippy --all-targets "${trail[@]}" -- --deny warnings
RUSTDOCFLAGS="--deny warnings" cargo doc --no-deps --document-private-items "${trail[@]}"
cargo test "${trail[@]}"
cargo run --quiet -- rules test
cargo run --quiet -- markers test
cargo run --quiet -- policy test
cargo test --quiet
