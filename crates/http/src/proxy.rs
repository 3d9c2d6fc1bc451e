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

/// The proxy, if one is named.
///
/// # Errors
/// Where a variable names something that is no HTTP proxy.
pub(super) fn from(env: &dyn Fn(&str) -> Option<String>) -> Result<Option<Proxy>, Error> {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn proxy(set: &[(&str, &str)]) -> Result<Option<Proxy>, Error> {
        from(&|name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
    }

    #[test]
    fn the_first_that_is_set_counts() {
        assert_eq!(proxy(&[]).unwrap(), None);
        assert_eq!(proxy(&[("HTTPS_PROXY", " "), ("NO_PROXY", "*")]).unwrap(), None);
        let set = [("HTTP_PROXY", "http://plain:1"), ("HTTPS_PROXY", "https://ada:p%40ss@safe.example:8443")];
        let found = proxy(&set).unwrap().unwrap();
        assert_eq!((found.host(), found.port(), found.protocol()), ("safe.example", 8443, ProxyProtocol::Https));
        assert_eq!((found.username(), found.password()), (Some("ada"), Some("p@ss")));
        let found = proxy(&[("HTTP_PROXY", "plain:3128")]).unwrap().unwrap();
        assert_eq!((found.host(), found.port()), ("plain", 3128));
    }

    #[test]
    fn what_is_no_http_proxy_is_told_and_not_gone_around() {
        for address in ["socks5://127.0.0.1:1080", "ftp://x", "http://", "http://ada:hunter2@"] {
            let error = proxy(&[("ALL_PROXY", address)]).unwrap_err().to_string();
            assert!(error.starts_with("ALL_PROXY names no") && !error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn hosts_and_what_is_below_them_go_around_it() {
        let around = |hosts: &str, uri: &str| {
            let found = proxy(&[("HTTPS_PROXY", "http://p:1"), ("NO_PROXY", hosts)]).unwrap().unwrap();
            found.is_no_proxy(&uri.parse().unwrap())
        };
        for hosts in ["example.org", ".example.org", "*.example.org", "x.test, Example.Org", "a example.org:443,b", "*"]
        {
            assert!(around(hosts, "https://git.example.org/api") && around(hosts, "https://example.org/"), "{hosts}");
        }
        assert!(around("127.0.0.1,localhost", "http://127.0.0.1:8080/x"));
        for hosts in ["example.org", "", ","] {
            assert!(!around(hosts, "https://badexample.org/") && !around(hosts, "https://example.org.evil.test/"));
        }
    }
}
