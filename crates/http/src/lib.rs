//! What every HTTP call has in common, whomever it asks: addresses that have one reading, proxies, certificates, and an agent that follows
//! no redirect by itself. What is asked, with which token, and how often, is each client's own business.
//!
//! ```
//! use ai_detect_http::{Address, encoded};
//!
//! let api = Address::parse("https://git.example.com/api/v3/")?;
//! assert_eq!(api.below(&format!("/repos/{}", encoded("a/b"))), "https://git.example.com/api/v3/repos/a%2Fb");
//! // A link to the next page counts only if it leads to the same server.
//! assert_eq!(api.same_origin("https://elsewhere.example/api/v3/repos?page=2"), None);
//! # Ok::<(), ai_detect_http::Error>(())
//! ```

mod address;
mod agent;
mod proxy;

pub use address::{Address, encoded, shown_origin};
pub use agent::{Timeouts, agent};
pub use proxy::named_proxy;
/// The HTTP library. Other crates name it through this one.
pub use ureq;

/// Why no call can be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The base address is none.
    #[error("`{address}` is not an API address: it must start with https:// or http:// and name a host")]
    BadAddress {
        /// As given, without anything before an `@`.
        address: String,
    },
    /// A proxy that cannot be used. Its address may hold a password, and is not repeated.
    #[error("{variable} names no HTTP proxy: its address must start with http:// or https:// and name a host")]
    BadProxy {
        /// The variable of the environment.
        variable: &'static str,
    },
    /// A certificate file that cannot be used.
    #[error("SSL_CERT_FILE: {problem}")]
    Certificates {
        /// What is wrong with it.
        problem: String,
    },
}
