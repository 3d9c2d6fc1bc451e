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
//! - [`join`]: how a machine gets its collector.
//! - [`background`]: sending without waiting for it.
//!
//! `docs/trail/client.md` says what is on the disk, what is sent, and what is lost when.

pub mod answer;
pub mod artifact;
pub mod background;
mod boot;
pub mod clock;
pub mod collector;
pub mod enrolment;
pub mod error;
pub mod event;
mod files;
pub mod flush;
pub mod join;
pub mod place;
pub mod spool;
pub mod witness;
