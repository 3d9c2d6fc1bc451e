//! The client of a trail: events of a machine get numbers, wait in a spool, and are sent to a collector until it has acknowledged
//! them.
//!
//! - [`event`]: what tools hand over.
//! - [`spool`]: where events wait.
//! - [`place`]: where the spool lies.
//! - [`enrolment`]: to whom events go, and under which name.
//! - [`flush`]: sending, over a [`collector`], whose [`answer`] is a stranger's.
//! - [`witness`]: whether the collector's log continues what was seen of it.
//! - [`artifact`]: a spool as one file, for another machine to send.
//! - [`own`]: what is kept while there is no collector, for one that is joined later.
//! - [`join`]: how a machine gets its collector.
//! - [`background`]: sending without waiting for it.
//! - [`files`]: files and folders of this user alone.
//!
//! `docs/trail/client.md` says what is on the disk, what is sent, and what is lost when.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use ai_detect_trail_client::event::{Class, Event};
//! use ai_detect_trail_client::spool::{Cursor, Sender, Spool};
//! use ai_detect_trail_log::ids::ClientId;
//! use ai_detect_trail_log::number::Micros;
//! use serde_json::Map;
//!
//! # let folder = tempfile::tempdir()?;
//! # let folder = folder.path();
//! let spool = Spool::at(folder);
//! let time = Micros::new(1_796_126_400_000_000)?;
//! let appended = spool.append(&[Event::new(Class::Lasting, "attestation", time, &Map::new())?])?;
//! assert_eq!(appended.last.get(), 1);
//!
//! // It waits until a collector has it.
//! let sender = Sender::Client(ClientId::parse("laptop")?);
//! let batch = spool.next_batch(&sender, &mut Cursor::default(), 1000)?.ok_or("nothing waits")?;
//! assert_eq!(batch.events, 1);
//! assert!(std::str::from_utf8(&batch.lines)?.contains(r#""kind":"attestation""#));
//! # Ok(())
//! # }
//! ```

pub mod answer;
pub mod artifact;
pub mod background;
mod boot;
pub mod clock;
pub mod collector;
pub mod enrolment;
pub mod error;
pub mod event;
pub mod files;
pub mod flush;
mod hand_over;
pub mod join;
pub mod own;
pub mod place;
mod salvage;
pub mod spool;
#[cfg(test)]
mod tests;
pub mod witness;
