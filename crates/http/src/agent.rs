//! What makes calls.

use std::time::Duration;

use ureq::Agent;
use ureq::tls::{PemItem, RootCerts, TlsConfig, parse_pem};

use super::{Error, proxy};

/// How long a call may take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timeouts {
    /// From the connection to the last byte.
    pub call: Duration,
    /// Until there is a connection.
    pub connection: Duration,
}

/// An agent that follows no redirect, and for which no status is an error. The surroundings may name a proxy (`HTTPS_PROXY`,
/// `NO_PROXY`) and certificates to trust (`SSL_CERT_FILE`, else the system's).
///
/// # Errors
/// Where the proxy or the certificates cannot be used.
pub fn agent(timeouts: Timeouts) -> Result<Agent, Error> {
    let roots = match std::env::var_os("SSL_CERT_FILE").filter(|file| !file.is_empty()) {
        Some(file) => certificates(&file)?,
        None => RootCerts::PlatformVerifier,
    };
    let config = Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .proxy(proxy::named_proxy(&|name| std::env::var(name).ok())?)
        .timeout_global(Some(timeouts.call))
        .timeout_connect(Some(timeouts.connection))
        .user_agent(concat!("ai-detect/", env!("CARGO_PKG_VERSION")))
        .tls_config(TlsConfig::builder().root_certs(roots).build())
        .build();
    Ok(config.new_agent())
}

/// What a file of certificates adds up to.
fn certificates(file: &std::ffi::OsStr) -> Result<RootCerts, Error> {
    let wrong = |problem: String| Error::Certificates { problem: format!("{}: {problem}", file.to_string_lossy()) };
    let bytes = std::fs::read(file).map_err(|error| wrong(error.to_string()))?;
    let mut found = Vec::new();
    for item in parse_pem(&bytes) {
        if let PemItem::Certificate(certificate) = item.map_err(|error| wrong(error.to_string()))? {
            found.push(certificate);
        }
    }
    if found.is_empty() {
        return Err(wrong("it holds no certificate".into()));
    }
    Ok(RootCerts::new_with_certs(&found))
}
