//! The collector from outside: a process of its own on loopback, and clients over sockets.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, clippy::print_stdout)]

mod answers;
mod commands;
mod gaps;
mod hostile;
mod join;
mod kills;
mod reports;
mod support;
mod tls;
