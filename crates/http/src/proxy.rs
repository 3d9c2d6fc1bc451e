//! Which proxy the surroundings name, and which hosts go around it.
//!
//! Read by our own code where the library would read it, too: what it does not understand it leaves out
//! in silence, and a call would then go straight where it was to go through a proxy.

use ureq::{Proxy, ProxyProtocol};

use super::Error;

/// Where a proxy is looked for, in this order. All calls but those to loopback are TLS, so that what is meant
/// for plain HTTP comes last.
const NAMES: [&str; 6] = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy", "HTTP_PROXY", "http_proxy"];
const EXCEPTIONS: [&str; 2] = ["NO_PROXY", "no_proxy"];

/// The proxy that variables of an environment name, such as `HTTPS_PROXY`, and the hosts that `NO_PROXY` lists as exceptions.
///
/// # Errors
/// If a variable names something that is no HTTP proxy.
pub fn named_proxy(env: &dyn Fn(&str) -> Option<String>) -> Result<Option<Proxy>, Error> {
    let some = |name: &&'static str| env(name).filter(|value| !value.trim().is_empty()).map(|value| (*name, value));
    let Some((variable, address)) = NAMES.iter().find_map(some) else { return Ok(None) };
    let bad = || Error::BadProxy { variable };
    let named = Proxy::new(address.trim()).map_err(|_| bad())?;
    if !matches!(named.protocol(), ProxyProtocol::Http | ProxyProtocol::Https) {
        return Err(bad());
    }
    let mut proxy = Proxy::builder(named.protocol()).host(named.host()).port(named.port());
    if let Some(user) = named.username() {
        proxy = proxy.username(user);
    }
    if let Some(password) = named.password() {
        proxy = proxy.password(password);
    }
    let around = EXCEPTIONS.iter().find_map(some).map(|(_, hosts)| hosts);
    for host in around.iter().flat_map(|hosts| hosts.split([',', ' '])).filter_map(host) {
        // As in curl: a name stands for what is below it, too, with or without a point before it.
        proxy = proxy.no_proxy(&host);
        if host != "*" && !is_address(&host) {
            proxy = proxy.no_proxy(&format!(".{host}"));
        }
    }
    proxy.build().map(Some).map_err(|_| bad())
}

/// A host among the exceptions, bare; a port behind it does not count.
fn host(text: &str) -> Option<String> {
    let text = text.trim().trim_start_matches("*.").trim_start_matches('.');
    let text = match text.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => text,
    };
    (!text.is_empty()).then(|| text.to_ascii_lowercase())
}

fn is_address(host: &str) -> bool {
    host.trim_start_matches('[').trim_end_matches(']').parse::<std::net::IpAddr>().is_ok()
}
