#!/usr/bin/env bash
# Everything that a change must pass: formatting, lints, documentation, rule and marker self-tests, tests.
set -euo pipefail
cd "$(dirname "$0")"

cargo fmt --check
cargo clippy --all-targets --quiet -- --deny warnings
RUSTDOCFLAGS="--deny warnings" cargo doc --no-deps --document-private-items --quiet
cargo run --quiet -- rules test
cargo run --quiet -- markers test
cargo run --quiet -- policy test
cargo test --quiet
