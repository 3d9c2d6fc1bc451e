//! The client of a trail: events of a machine get numbers, wait in a spool, and are sent to a collector until it has acknowledged
//! them.
//!
//! - [`event`]: what tools hand over.
//! - [`spool`]: where events wait.
//! - [`place`]: where the spool lies.
//!
//! `docs/trail/client.md` says what is on the disk, what is sent, and what is lost when.

mod boot;
pub mod clock;
pub mod error;
pub mod event;
mod files;
pub mod place;
pub mod spool;
