//! The folder of a trail: events go in through one writer, are durable before they are acknowledged, and are read back and hashed
//! again before a checkpoint is signed.
//!
//! - [`folder`]: making a folder, opening one, and refusing what is not ours.
//! - [`writer`]: one thread that groups what waits into one transaction.
//! - [`signer`]: reads rows back, writes tiles, signs checkpoints.
//! - [`sealer`], [`segments`]: files for entries that are older than the hot window.
//! - [`prove`]: proofs of entries, and that the log continues an older checkpoint.
//! - [`keys`]: names and bodies, which may be erased. Entries hold ids and commitments of them.
//! - [`people`], [`repositories`]: which names belong to one person or repository.
//! - [`tokens`]: who may send and ask. [`invitations`]: one-time codes for a token. [`clients`]: who has joined and was heard of.
//! - [`gaps`]: what is not known, and since when. [`silence`]: clients that are not heard of any more.
//! - [`backup`]: copies while the collector runs, and new logs out of them.
//! - [`access`]: no answer without the entry that says so.
//! - [`reading`]: entries, ranges of clients and figures about the folder.
//! - [`reserve`]: room for access entries on a full disk.
//! - [`rebuild`]: makes what is derived from the log anew.
//! - [`verify`]: checks a folder without a server and without a secret.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use ai_detect_trail_log::entry::{Event, fields::SessionEnded};
//! use ai_detect_trail_log::ids::{ClientId, Epoch, Region, Word};
//! use ai_detect_trail_log::log::origin::Origin;
//! use ai_detect_trail_log::number::{Micros, Number};
//! use ai_detect_trail_store::{Draft, folder::Folder, signer::Signer, verify::verify, writer::Writer};
//!
//! # let place = tempfile::tempdir()?;
//! let origin = Origin::new("trail.example.org", Region::parse("eu")?, &Word::parse("1")?)?;
//! let folder = Folder::create(&place.path().join("trail"), &origin)?;
//!
//! let time = Micros::new(1_796_126_400_000_000)?;
//! let draft = Draft {
//!     client: ClientId::parse("laptop")?,
//!     epoch: Epoch::parse("e1")?,
//!     number: Number::new(1)?,
//!     time,
//!     received: time,
//!     exercise: false,
//!     extra: None,
//!     event: Event::SessionEnd(SessionEnded { session: None, end: None, tool: None }),
//!     sent: b"the line as it was sent".to_vec(),
//! };
//! // When this returns, the event is on the disk.
//! Writer::start(&folder)?.submit(vec![draft])?;
//!
//! Signer::open(&folder)?.sign()?;
//! let findings = verify(&folder, &folder.verifier()?)?;
//! assert_eq!((findings.entries, findings.signed), (1, 1));
//! assert!(findings.problems.is_empty());
//! # Ok(())
//! # }
//! ```

pub mod access;
pub mod backup;
mod changes;
pub mod clients;
mod entries;
mod epochs;
pub mod error;
mod files;
pub mod folder;
pub mod gaps;
mod ingest;
pub mod invitations;
pub mod keys;
mod log_reader;
mod parallel;
pub mod people;
pub mod prove;
pub mod reading;
pub mod rebuild;
mod replay;
pub mod repositories;
pub mod reserve;
mod rows;
mod schema;
pub mod sealer;
mod secrets;
pub mod segments;
mod signed_leaves;
pub mod signer;
pub mod silence;
mod tile_check;
pub mod tokens;
pub mod verify;
pub mod writer;

pub use folder::{random_id, random_word};
pub use ingest::{COLLECTOR, Draft, Outcome, Receipt, RefusedDraft, is_reserved};
