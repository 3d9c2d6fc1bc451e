//! The client from outside: what its spool keeps, whatever happens to it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::print_stderr, clippy::print_stdout)]

mod children;
mod damage;
mod flush;
mod hand_over;
mod http;
mod model;
mod overflow;
mod power;
mod salvage;
mod spool;
mod support;
