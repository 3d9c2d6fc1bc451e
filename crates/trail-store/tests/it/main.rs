//! The store from outside: what it keeps, what kills cost it, and any history.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr)]

mod backups;
mod changed;
mod histories;
mod keys;
mod kills;
mod people;
mod rebuilding;
mod releases;
mod sealing;
mod sealing_kills;
mod silence;
mod store;
