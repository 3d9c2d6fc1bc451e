//! What can go wrong between us and a forge, said so that it can be acted on.

use std::time::Duration;

/// Why a call brought no answer. No variant holds a credential.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// The address, the proxy or the certificates cannot be used.
    #[error(transparent)]
    Setup(#[from] ai_detect_http::Error),
    /// Without TLS a credential goes to this machine only.
    #[error("the token would go to {origin} without encryption; use an https:// address")]
    InTheOpen {
        /// Scheme, host and port.
        origin: String,
    },
    /// The token cannot stand in a header.
    #[error("the token holds characters that no token has (a line break at its end?)")]
    BadCredential,
    /// The forge refused.
    #[error("{what}: {status} {message}")]
    Refused {
        /// Method and path.
        what: String,
        /// The HTTP status.
        status: u16,
        /// What the forge says, shortened.
        message: String,
    },
    /// Waiting would take longer than we are to wait.
    #[error("rate limited until {until} (in {} s), and no more than {} s in all are waited", .wait.as_secs(), .most.as_secs())]
    RateLimited {
        /// When it would go on, UTC.
        until: String,
        /// How long that is.
        wait: Duration,
        /// How long may be waited altogether.
        most: Duration,
    },
    /// No connection, or it broke.
    #[error("{what}: {problem}")]
    Unreachable {
        /// Method and path.
        what: String,
        /// What happened.
        problem: String,
    },
    /// The answer makes no sense.
    #[error("the answer to {what} cannot be read: {problem}")]
    Unreadable {
        /// Method and path.
        what: String,
        /// What is wrong with it.
        problem: String,
    },
    /// A link or redirect to another host, where the token must not go.
    #[error("the forge points to {origin}, and the token goes nowhere but to its own host; is the base address right?")]
    Elsewhere {
        /// Scheme, host and port.
        origin: String,
    },
}

impl Error {
    /// Whether this is about rights: the token may not, or must not even know.
    pub fn is_refusal(&self) -> bool {
        matches!(self, Error::Refused { status: 401 | 403 | 404, .. })
    }

    /// Whether trying later may help: nothing is wrong with what was asked.
    pub(crate) fn is_passing(&self) -> bool {
        matches!(self, Error::Unreachable { .. } | Error::Refused { status: 500..=599 | 409, .. })
    }

    /// The HTTP status, where there is one.
    pub fn status(&self) -> Option<u16> {
        match self {
            Error::Refused { status, .. } => Some(*status),
            _ => None,
        }
    }
}
