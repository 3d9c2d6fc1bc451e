//! The log from outside: published vectors, a second verifier, tampering, and trees.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, unreachable_pub)]

mod common;
mod published;
mod second_verifier;
mod tampering;
mod tree;
