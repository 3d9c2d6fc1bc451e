//! Sealed entries: files that never change again, for entries that are older than the hot window.
//!
//! - [`name`]: the names of the files, by day, first and last entry.
//! - [`columns`]: what columns a file has.
//! - [`write`](mod@write), [`read`]: making one, and reading it again.
//! - [`list`]: which files the database has noted.
//! - [`numbers`]: where a client's number is in them, and whether it has the same content.

pub(crate) mod columns;
pub(crate) mod list;
pub mod name;
pub(crate) mod numbers;
pub(crate) mod read;
pub(crate) mod write;
