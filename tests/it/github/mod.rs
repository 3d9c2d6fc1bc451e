//! Posting on GitHub: the binary against a small GitHub on loopback.

mod edits;
mod events;
mod evidence;
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
mod triage;
mod trouble;
mod world;
