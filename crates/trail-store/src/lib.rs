//! The folder of a trail: events go in through one writer, are durable before they are acknowledged, and are read back and hashed
//! again before a checkpoint is signed.
//!
//! - [`folder`]: making a folder, opening one, and refusing what is not ours.
//! - [`writer`]: one thread that groups what waits into one transaction.
//! - [`signer`]: reads rows back, writes tiles, signs checkpoints.
//! - [`prove`]: proofs of entries, and that the log continues an older checkpoint.
//! - [`verify`]: checks a folder without a server and without a secret.

mod epochs;
pub mod error;
mod files;
pub mod folder;
mod ingest;
pub mod prove;
mod rows;
mod schema;
pub mod signer;
pub mod verify;
pub mod writer;

pub use ingest::{COLLECTOR, Draft, Outcome, Receipt, RefusedDraft};
