//! The log of a trail: what an entry holds, how entries are hashed into one tree, and how anybody checks that nothing was changed.
//!
//! Everything here is pure. Whoever stores, sends or asks brings bytes and gets values back; files, sockets, clocks and sources of
//! random bytes are elsewhere. `docs/trail/log.md` says the same in prose, exact enough for a second implementation.
//!
//! - [`entry`]: the kinds of entries, their fields, their stored bytes, and reading those bytes again.
//! - [`wire`]: events as clients send them.
//! - [`log`]: hashes, proofs, tiles, signed checkpoints, and checking a whole log.
//! - [`clients`]: which numbers of a client have arrived, which are missing, and why.
//!
//! Whoever holds a signed root can check that an entry is in the log, without the other entries:
//!
//! ```
//! use ai_detect_trail_log::log::frontier::Frontier;
//! use ai_detect_trail_log::log::hash::TreeHash;
//! use ai_detect_trail_log::log::verify;
//!
//! let leaf = |entry: &str| TreeHash::of_leaf(entry.as_bytes());
//! let mut log = Frontier::new();
//! for entry in ["one", "two", "three"] {
//!     log.append(leaf(entry));
//! }
//!
//! // The proof of the third entry: the hash of what stands beside it in the tree.
//! let proof = [TreeHash::of_node(&leaf("one"), &leaf("two"))];
//! assert!(verify::inclusion(leaf("three"), 2, log.size(), &proof, log.root()).is_ok());
//! assert!(verify::inclusion(leaf("another"), 2, log.size(), &proof, log.root()).is_err());
//! ```

pub mod clients;
pub mod commitment;
pub mod entry;
pub mod ids;
pub mod log;
pub mod number;
#[cfg(test)]
mod tests;
mod vocabulary;
pub mod wire;
