//! The log of a trail: what an entry holds, how entries are hashed into one tree, and how anybody checks that nothing was changed.
//!
//! Everything here is pure. Whoever stores, sends or asks brings bytes and gets values back; files, sockets, clocks and sources of
//! random bytes are elsewhere. `docs/trail/log.md` says the same in prose, exact enough for a second implementation.
//!
//! - [`entry`]: the kinds of entries, their fields, their stored bytes, and reading those bytes again.
//! - [`wire`]: events as clients send them.
//! - [`log`]: hashes, proofs, tiles, signed checkpoints, and checking a whole log.
//! - [`clients`]: which numbers of a client have arrived, which are missing, and why.

pub mod clients;
pub mod commitment;
pub mod entry;
pub mod ids;
pub mod log;
pub mod number;
mod vocabulary;
pub mod wire;
