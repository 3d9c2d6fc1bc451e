//! Posting on GitHub: the binary against a small GitHub on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../fake/mod.rs"]
mod fake;
mod forks;
mod job;
mod posting;
mod rights;
#[path = "../support/mod.rs"]
mod support;
mod triage;
mod trouble;
mod world;
