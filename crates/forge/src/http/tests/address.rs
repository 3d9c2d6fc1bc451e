//! Addresses have one reading, and lead nowhere else.

use ai_detect_http::{Address, encoded};

#[test]
fn a_base_address_keeps_its_path() {
    let base = Address::parse("https://Git.Example.com:443/api/v3/").unwrap();
    assert_eq!(base.below("/repos/a/b"), "https://git.example.com/api/v3/repos/a/b");
}

#[test]
fn what_is_no_address_is_refused_without_repeating_its_password() {
    for text in ["", "git.example.com", "ftp://a/", "https://", "https://a b/", "https://a/?x", "https://a/\r\nx: y"] {
        assert!(Address::parse(text).is_err(), "{text}");
    }
    let error = Address::parse("https://user:secret@git.example.com").unwrap_err();
    assert!(!error.to_string().contains("secret"), "{error}");
}

#[test]
fn an_address_of_another_origin_is_not_ours() {
    let base = Address::parse("https://api.example.com/v3").unwrap();
    assert_eq!(base.same_origin("https://API.example.com/v3/x?page=2").unwrap(), "https://api.example.com/v3/x?page=2");
    assert_eq!(base.same_origin("/v3/x").unwrap(), "https://api.example.com/v3/x");
    for other in [
        "http://api.example.com/v3/x",
        "https://api.example.com:8443/v3/x",
        "https://api.example.com.evil.org/v3/x",
        "https://api.example.com@evil.org/v3/x",
        "//evil.org/v3/x",
        "https://api.example.com/\r\nhost: evil.org",
    ] {
        assert_eq!(base.same_origin(other), None, "{other}");
    }
}

#[test]
fn a_part_of_a_path_cannot_leave_it() {
    assert_eq!(encoded("a/b c?ü"), "a%2Fb%20c%3F%C3%BC");
    assert_eq!(encoded(".."), "%2E%2E");
}

#[test]
fn tokens_travel_in_the_open_on_this_machine_only() {
    let is_private = |text| Address::parse(text).unwrap().is_private();
    assert!(is_private("https://x.org") && is_private("http://127.0.0.1:80") && is_private("http://[::1]:8080"));
    for text in ["http://localhost", "http://LOCALHOST:8080/api", "http://127.9.9.9", "http://[0:0:0:0:0:0:0:1]"] {
        assert!(is_private(text), "{text}");
    }
    for text in [
        "http://x.org",
        "http://127.0.0.1.x.org",
        "http://localhost.x.org",
        "http://127.1",
        "http://2130706433",
        "http://0x7f000001",
        "http://0177.0.0.1",
        "http://0.0.0.0",
        "http://[::]",
        "http://[::ffff:127.0.0.1]",
    ] {
        assert!(!is_private(text), "{text}");
    }
}

#[test]
fn an_authority_that_can_be_read_in_two_ways_is_none() {
    for text in [
        "http://127.0.0.1:@x.org",
        "http://127.0.0.1:80@x.org",
        "http://localhost@x.org",
        "http://x.org@127.0.0.1",
        "http://127.0.0.1\\@x.org",
        "http://127.0.0.1\\.x.org",
        "http://127.0.0.1%00.x.org",
        "http://127.0.0.1:80:80",
        "http://127.0.0.1:x",
        "http://127.0.0.1:",
        "http://127.0.0.1:0",
        "http://127.0.0.1:99999",
        "http://localhost:8080.x.org",
        "http://[::1].x.org",
        "http://[::1",
        "http://[::1%25eth0]",
        "http://[127.0.0.1]",
        "http://::1",
        "http://\u{ff11}27.0.0.1",
        "http://127\u{3002}0.0.1",
    ] {
        assert!(Address::parse(text).is_err(), "{text}");
    }
}
