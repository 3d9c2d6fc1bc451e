//! Addresses: a base, what is below it, and whether another address is of the same origin.

use std::net::{Ipv4Addr, Ipv6Addr};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::Error;

/// The base address of an API.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    /// Scheme, host and port, in lower case: `https://api.github.com`.
    origin: String,
    /// What follows, without a slash at its end: ``, `/api/v3`.
    path: String,
}

impl Address {
    /// Takes an address apart.
    ///
    /// # Errors
    /// Where it names no host, or carries a user, a question mark or a fragment.
    pub fn parse(text: &str) -> Result<Self, Error> {
        let bad = || Error::BadAddress { address: text.rsplit_once('@').map_or(text, |(_, rest)| rest).to_owned() };
        let (origin, path) = apart(text).ok_or_else(bad)?;
        let plain = path.bytes().all(|byte| byte.is_ascii_graphic() && !matches!(byte, b'?' | b'#'));
        if !plain {
            return Err(bad());
        }
        Ok(Address { origin, path: path.trim_end_matches('/').to_owned() })
    }

    /// Scheme, host and port.
    pub fn origin(&self) -> &str {
        &self.origin
    }

    /// The address of a path below the base.
    pub fn below(&self, path: &str) -> String {
        format!("{}{}/{}", self.origin, self.path, path.trim_start_matches('/'))
    }

    /// An address that somebody else gave, made whole, if it is of the same origin.
    pub fn same_origin(&self, url: &str) -> Option<String> {
        let graphic = url.bytes().all(|byte| byte.is_ascii_graphic());
        if graphic && url.starts_with('/') && !url.starts_with("//") {
            return Some(format!("{}{url}", self.origin));
        }
        let (origin, rest) = apart(url)?;
        (graphic && origin == self.origin).then(|| format!("{origin}{rest}"))
    }

    /// Whether nobody on the way can read along.
    pub fn is_private(&self) -> bool {
        let authority = self.origin.strip_prefix("http://");
        authority.is_none_or(|authority| host(authority).is_some_and(is_loopback))
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{}", self.origin, self.path)
    }
}

/// Origin and rest of an absolute address.
fn apart(text: &str) -> Option<(String, &str)> {
    let (scheme, rest) = text.split_once("://")?;
    let scheme = scheme.to_ascii_lowercase();
    let default = match scheme.as_str() {
        "https" => ":443",
        "http" => ":80",
        _ => return None,
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, rest) = rest.split_at(end);
    let authority = authority.to_ascii_lowercase();
    host(&authority)?;
    let authority = authority.strip_suffix(default).unwrap_or(&authority);
    Some((format!("{scheme}://{authority}"), rest))
}

/// The host of an authority that has neither a user nor anything else but a port. Whatever programs read in different
/// ways is none: backslashes, signs that are encoded, numbers that are short for an address.
fn host(authority: &str) -> Option<&str> {
    let (host, port) = match authority.strip_prefix('[') {
        Some(rest) => {
            let (address, port) = rest.split_once(']')?;
            address.parse::<Ipv6Addr>().ok()?;
            (authority.get(..address.len() + 2)?, port)
        }
        None => {
            let (name, port) = authority.split_at(authority.find(':').unwrap_or(authority.len()));
            let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_');
            (Some(name).filter(|name| !name.is_empty() && name.bytes().all(is_name))?, port)
        }
    };
    let is_port = |port: &str| port.parse::<u16>().is_ok_and(|number| number > 0 && number.to_string() == port);
    (port.is_empty() || port.strip_prefix(':').is_some_and(is_port)).then_some(host)
}

/// Whether a host is this machine, as every program reads it.
fn is_loopback(host: &str) -> bool {
    let address = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    let address = address.and_then(|address| address.parse::<Ipv6Addr>().ok());
    host == "localhost"
        || address.is_some_and(|address| address.is_loopback())
        || host.parse::<Ipv4Addr>().is_ok_and(|address| address.is_loopback())
}

/// The origin of an address for a message, without a user that may stand in it.
pub fn shown_origin(url: &str) -> String {
    apart(url).map_or_else(|| "another address".into(), |(origin, _)| origin)
}

/// What is escaped in one part of a path or the value of a query: all but the unreserved characters of RFC 3986.
const ESCAPED: AsciiSet = NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A text as one part of a path or the value of a query: everything but letters, digits and `-._~`
/// is percent-encoded.
pub fn encoded(text: &str) -> String {
    let out = utf8_percent_encode(text, &ESCAPED).to_string();
    // Dots alone would be steps in a path.
    if out.bytes().all(|byte| byte == b'.') { out.replace('.', "%2E") } else { out }
}
