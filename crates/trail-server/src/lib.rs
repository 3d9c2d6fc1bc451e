//! The collector of a trail: an HTTP server over one folder.
//!
//! It answers a client only after its events are on the disk. Everything that a stranger can make large is bounded: headers, bodies,
//! what compressed bodies become, lines, connections, and the memory of all requests together.
//!
//! - [`setup`]: the folder and its configuration.
//! - [`operator`]: what whoever runs the collector does with it: invite, retire and revoke clients, close gaps.
//! - [`own`]: a trail of one user, without a collector.
//! - [`serve()`]: listening, until somebody ends it.
//!
//! ```
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! use std::io::{Read as _, Write as _};
//!
//! use ai_detect_trail_server::{Notice, Options, serve};
//!
//! # let place = tempfile::tempdir()?;
//! let dir = place.path().join("trail");
//! let options = Options { dir, listen: "127.0.0.1:0".parse()?, tls: None, behind_proxy: false };
//! let (listening, address) = std::sync::mpsc::channel();
//! std::thread::spawn(move || {
//!     serve(&options, |notice| {
//!         if let Notice::Listening { address, .. } = notice {
//!             let _ = listening.send(address);
//!         }
//!     })
//! });
//!
//! let mut connection = std::net::TcpStream::connect(address.recv()?)?;
//! connection.write_all(b"GET /healthz HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n")?;
//! let mut answer = String::new();
//! connection.read_to_string(&mut answer)?;
//! assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
//! # Ok(())
//! # }
//! ```

mod accept;
mod attempts;
mod auth;
mod body;
pub mod care;
pub mod clock;
mod collector;
mod commands;
pub mod configuration;
mod log;
mod metrics;
pub mod operator;
pub mod own;
mod periodic;
mod refusal;
mod reports;
mod routes;
pub mod sealing;
mod serve;
pub mod setup;
mod signing;
mod silence;
mod tls;

pub use commands::{Hook, HookError};
pub use serve::{Notice, Options, ServeError, TlsFiles, serve};
