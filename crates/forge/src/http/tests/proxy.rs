//! The proxy that the environment names.

use ai_detect_http::ureq::{Proxy, ProxyProtocol};
use ai_detect_http::{Error, named_proxy};

fn proxy(set: &[(&str, &str)]) -> Result<Option<Proxy>, Error> {
    named_proxy(&|name: &str| set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()))
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
    for hosts in ["example.org", ".example.org", "*.example.org", "x.test, Example.Org", "a example.org:443,b", "*"] {
        assert!(around(hosts, "https://git.example.org/api") && around(hosts, "https://example.org/"), "{hosts}");
    }
    assert!(around("127.0.0.1,localhost", "http://127.0.0.1:8080/x"));
    for hosts in ["example.org", "", ","] {
        assert!(!around(hosts, "https://badexample.org/") && !around(hosts, "https://example.org.evil.test/"));
    }
}
