//! Posting on GitHub: the binary against a small GitHub on loopback.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod edits;
mod events;
mod evidence;
#[path = "../fake/mod.rs"]
mod fake;
mod forks;
mod job;
mod large;
mod left_out;
mod now;
mod policies;
mod posting;
mod private;
mod proxies;
mod rights;
#[path = "../support/mod.rs"]
mod support;
mod triage;
mod trouble;
mod world;
