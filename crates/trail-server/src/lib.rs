//! The collector of a trail: an HTTP server over one folder.
//!
//! It answers a client only after its events are on the disk. Everything that a stranger can make large is bounded: headers, bodies,
//! what compressed bodies become, lines, connections, and the memory of all requests together.
//!
//! - [`setup`]: the folder and its configuration.
//! - [`serve()`]: listening, until somebody ends it.

mod accept;
mod auth;
mod body;
pub mod clock;
mod collector;
pub mod configuration;
mod log;
mod metrics;
mod refusal;
mod reports;
mod routes;
mod serve;
pub mod setup;
mod signing;
mod tls;

pub use serve::{Notice, Options, ServeError, TlsFiles, serve};
