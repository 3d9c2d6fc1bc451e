//! The folder of a trail: events go in through one writer, are durable before they are acknowledged, and are read back and hashed
//! again before a checkpoint is signed.
//!
//! - [`folder`]: making a folder, opening one, and refusing what is not ours.
//! - [`writer`]: one thread that groups what waits into one transaction.
//! - [`signer`]: reads rows back, writes tiles, signs checkpoints.
//! - [`prove`]: proofs of entries, and that the log continues an older checkpoint.
//! - [`keys`]: names and bodies, which may be erased. Entries hold ids and commitments of them.
//! - [`tokens`]: who may send and ask.
//! - [`backup`]: copies while the collector runs, and new logs out of them.
//! - [`access`]: no answer without the entry that says so.
//! - [`reading`]: entries, ranges of clients and figures about the folder.
//! - [`reserve`]: room for access entries on a full disk.
//! - [`verify`]: checks a folder without a server and without a secret.

pub mod access;
pub mod backup;
mod epochs;
pub mod error;
mod files;
pub mod folder;
mod ingest;
pub mod keys;
pub mod prove;
pub mod reading;
pub mod reserve;
mod rows;
mod schema;
pub mod signer;
pub mod tokens;
pub mod verify;
pub mod writer;

pub use folder::{random_id, random_word};
pub use ingest::{COLLECTOR, Draft, Outcome, Receipt, RefusedDraft, is_reserved};
