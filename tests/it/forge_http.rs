//! The client that all forges share, against small servers on loopback: pages, redirects, limits on
//! answers, and where a token goes.

use std::time::Duration;

use crate::fake::server::{Heard, Reply, Server};
use ai_detect::forge::http::{Call, Client, Credential, Error, MAX_PAGES, Method, Patience, RequestDefaults};
use serde_json::{Value, json};

const TOKEN: &str = "glpat-not-a-real-token";

fn client(server: &Server) -> Client {
    let manner = RequestDefaults { accept: "application/json".into(), headers: Vec::new() };
    let credential = Credential::Private(TOKEN.into());
    Client::new(&server.url(), credential, manner, Patience::of(Duration::from_secs(20))).unwrap()
}

fn get(client: &Client, path: &str) -> Result<Value, Error> {
    client.json(&Call::new(Method::Get, path))
}

fn page(host: &str, at: usize, next: Option<&str>) -> Reply {
    let reply = Reply::json(200, &json!([at]));
    match next {
        Some(next) => reply.with("link", format!("<{}>; rel=\"next\"", next.replace("HOST", host))),
        None => reply,
    }
}

#[test]
fn pages_are_followed_to_their_end() {
    let server = Server::start(|heard: &Heard| {
        let host = heard.header("host").unwrap();
        match heard.target.as_str() {
            "/list?per_page=2" => page(host, 1, Some("http://HOST/list?page=2")),
            "/list?page=2" => page(host, 2, Some("/list?page=3")),
            _ => page(host, 3, None),
        }
    });
    let call = Call::new(Method::Get, "/list").query("per_page", 2);
    let listing = client(&server).list(&call, |page| page).unwrap();
    assert_eq!((listing.items, listing.complete), (vec![json!(1), json!(2), json!(3)], true));
}

#[test]
fn pages_without_end_are_left_off() {
    let server = Server::start(|heard: &Heard| page(heard.header("host").unwrap(), 1, Some("http://HOST/more")));
    let listing = client(&server).list(&Call::new(Method::Get, "/list"), |page| page).unwrap();
    assert_eq!((listing.items.len(), listing.complete), (MAX_PAGES, false));
    assert_eq!(server.heard().len(), MAX_PAGES);
}

#[test]
fn the_token_goes_to_no_other_host() {
    let elsewhere = Server::start(|_: &Heard| Reply::json(200, &json!([])));
    let other = elsewhere.url();
    let server = Server::start(move |heard: &Heard| match heard.path() {
        "/redirect" => Reply::json(302, &json!({})).with("location", format!("{other}/x")),
        "/scheme" => Reply::json(301, &json!({})).with("location", "ftp://127.0.0.1/x"),
        _ => page("", 1, Some(&format!("{other}/next"))),
    });
    let client = client(&server);
    for path in ["/redirect", "/scheme"] {
        assert!(matches!(get(&client, path), Err(Error::Elsewhere { .. })), "{path}");
    }
    let listed = client.list(&Call::new(Method::Get, "/list"), |page| page);
    assert!(matches!(listed, Err(Error::Elsewhere { .. })));
    assert_eq!(elsewhere.heard().len(), 0);
}

#[test]
fn a_renamed_repository_is_found_on_the_same_host() {
    let server = Server::start(|heard: &Heard| match heard.path() {
        "/old" => Reply::json(301, &json!({})).with("location", "/new"),
        "/round" => Reply::json(302, &json!({})).with("location", "/round"),
        _ => Reply::json(200, &json!({"token": heard.header("private-token")})),
    });
    assert_eq!(get(&client(&server), "/old").unwrap(), json!({"token": TOKEN}));
    let error = get(&client(&server), "/round").unwrap_err();
    assert_eq!(error.status(), Some(302));
    // What is written is not written elsewhere unasked.
    let written = client(&server).call(&Call::new(Method::Post, "/old").body(json!({})));
    assert_eq!(written.unwrap_err().status(), Some(301));
}

#[test]
fn an_answer_that_is_too_long_is_refused_and_a_long_refusal_is_shortened() {
    let server = Server::start(|heard: &Heard| {
        let status = if heard.path() == "/refused" { 400 } else { 200 };
        Reply { status, headers: Vec::new(), body: "x".repeat(40 << 20) }
    });
    let manner = RequestDefaults { accept: "application/json".into(), headers: Vec::new() };
    let client = Client::new(&server.url(), Credential::None, manner, Patience::of(Duration::ZERO)).unwrap();
    assert!(matches!(get(&client, "/"), Err(Error::Unreachable { .. })));
    let error = get(&client, "/refused").unwrap_err();
    assert!(error.to_string().len() < 400, "{error}");
}

#[test]
fn what_reads_is_asked_again_after_a_fault_and_what_creates_is_not() {
    let server = Server::start(|_: &Heard| Reply::json(503, &json!({"message": "down"})));
    let client = client(&server);
    assert_eq!(get(&client, "/").unwrap_err().status(), Some(503));
    assert_eq!(server.take().len(), 4);
    client.call(&Call::new(Method::Post, "/").body(json!({}))).unwrap_err();
    assert_eq!(server.take().len(), 1);
}

#[test]
fn a_token_is_in_no_error_and_no_debug_and_breaks_out_of_no_header() {
    let server = Server::start(|_: &Heard| Reply::json(400, &json!({"message": format!("bad token {TOKEN}")})));
    let client = client(&server);
    let error = get(&client, "/").unwrap_err();
    assert!(!format!("{error} {error:?} {client:?}").contains(TOKEN));
    for bad in ["a\r\nx-admin: true", "", "a b", "ü"] {
        let made =
            Client::new(&server.url(), Credential::Job(bad.into()), RequestDefaults::default(), Patience::default());
        assert_eq!(made.unwrap_err(), Error::BadCredential, "{bad}");
    }
}

#[test]
fn a_token_does_not_travel_in_the_open() {
    let made = Client::new(
        "http://git.example.org",
        Credential::Bearer(TOKEN.into()),
        RequestDefaults::default(),
        Patience::default(),
    );
    assert_eq!(
        made.unwrap_err().to_string(),
        "the token would go to http://git.example.org without encryption; use an https:// address"
    );
}

#[test]
fn what_stands_in_a_query_is_encoded() {
    let server = Server::start(|heard: &Heard| Reply::json(200, &json!(heard.target)));
    let call = Call::new(Method::Get, "/x").query("q", "a&b=c #\r\n").query("n", 1);
    assert_eq!(client(&server).json(&call).unwrap(), "/x?q=a%26b%3Dc%20%23%0D%0A&n=1");
}
