//! Joining with a one-time code, and what becomes of clients that are retired or revoked.

use std::time::Duration;

use ai_detect_trail_log::clients::presence::Presence;
use ai_detect_trail_log::ids::ClientId;
use ai_detect_trail_server::operator::{Invite, Invited, OperatorError};
use ai_detect_trail_server::setup::{self, SetupError, Trail};
use ai_detect_trail_store::clients::{Client, Standing};
use ai_detect_trail_store::tokens::Role;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::json;

use crate::support::{Collector, Place, Reply, event, events};

const HOUR: Duration = Duration::from_secs(3600);

fn trail(place: &Place) -> Trail {
    setup::open_or_create(&place.dir).expect("a trail")
}

fn client(name: &str) -> ClientId {
    ClientId::parse(name).expect("an id")
}

fn invite(place: &Place, name: Option<&str>, valid: Duration) -> Invited {
    let invite =
        Invite { client: name.map(client), person: Some("ada@example.org"), name: Some("Ada's laptop"), valid };
    trail(place).invite(&invite).expect("an invitation")
}

fn join(collector: &Collector, code: &str) -> Reply {
    ask(collector, json!({"code": code}).to_string().as_bytes())
}

fn ask(collector: &Collector, body: &[u8]) -> Reply {
    collector.request("POST", "/v1/join", &[("Content-Type", "application/json")], body)
}

fn known(place: &Place, name: &str) -> Client {
    let all = trail(place).clients().expect("clients");
    all.into_iter().find(|known| known.client.as_str() == name).expect("a known client")
}

/// How a client stands; it is silent after an hour.
fn standing(place: &Place, name: &str) -> Standing {
    known(place, name).standing(ai_detect_trail_server::clock::now().expect("a time"), 3_600_000_000)
}

#[test]
fn a_code_is_exchanged_for_a_token_of_one_client() {
    let place = Place::new();
    let invited = invite(&place, Some("laptop"), HOUR);
    assert_eq!(standing(&place, "laptop"), Standing::NeverHeard);
    let collector = place.start();
    let reply = join(&collector, &invited.code);
    assert_eq!(reply.status, 200, "{reply:?}");
    let joined = reply.json();
    let key = std::fs::read_to_string(place.dir.join("log/key")).expect("the key");
    assert_eq!(
        (&joined["client"], &joined["region"], &joined["key"]),
        (&json!("laptop"), &json!("local"), &json!(key.trim()))
    );
    let token = joined["token"].as_str().expect("a token");
    assert_eq!(collector.post(token, &event("laptop", 1)).status, 200);
    assert_eq!(collector.post(token, &event("other", 1)).code(), "other-client");
    assert_eq!(place.numbers("laptop"), [1]);
    let known = known(&place, "laptop");
    assert!(known.person.is_some() && known.joined.is_some() && known.heard.is_some(), "{known:?}");
    assert_eq!(standing(&place, "laptop"), Standing::Heard(Presence::UpToDate));
    // The invitation and the joining are entries; the configuration at the start is a third.
    let kinds: Vec<_> = place.entries().iter().map(|entry| entry["kind"].clone()).collect();
    assert_eq!(kinds, ["configuration", "configuration", "configuration", "heartbeat"]);
    // Neither the code nor the token lies in a file of the folder.
    for file in ["trail.db", "trail.db-wal", "keys.db", "keys.db-wal"] {
        let bytes = std::fs::read(place.dir.join(file)).unwrap_or_default();
        for secret in [&invited.code[15..], &token[30..]] {
            assert!(!bytes.windows(secret.len()).any(|part| part == secret.as_bytes()), "{file}");
        }
    }
}

#[test]
fn without_a_name_each_device_gets_one_that_says_nothing() {
    let place = Place::new();
    let (one, other) = (invite(&place, None, HOUR), invite(&place, None, HOUR));
    assert_ne!(one.client, other.client);
    let collector = place.start();
    assert_eq!(join(&collector, &one.code).json()["client"], json!(one.client.to_string()));
    assert_eq!(join(&collector, &other.code).json()["client"], json!(other.client.to_string()));
}

#[test]
fn a_code_that_does_not_count_has_one_answer_whatever_is_wrong() {
    let place = Place::new();
    let used = invite(&place, Some("used"), HOUR);
    let expired = invite(&place, Some("expired"), Duration::from_secs(1));
    let revoked = invite(&place, Some("revoked"), HOUR);
    trail(&place).revoke_client(&revoked.client).expect("revoked");
    let collector = place.start();
    assert_eq!(join(&collector, &used.code).status, 200);
    let other_secret = format!("{}AAAA", &used.code[..used.code.len() - 4]);
    let unknown = format!("adj_AAAA{}", &used.code[8..]);
    std::thread::sleep(Duration::from_millis(1_100));
    let token = place.writer();
    let wrong = [&used.code, &expired.code, &revoked.code, &other_secret, &unknown, &token];
    let answers: Vec<_> = wrong.into_iter().map(|code| join(&collector, code)).collect();
    for answer in &answers {
        assert_eq!((answer.status, answer.code().as_str()), (403, "code"));
        assert_eq!(answer.body, answers[0].body);
    }
    for form in ["", "adj_", "adj_AAAA", "adj_\u{e4}", " ", "laptop"] {
        assert_eq!(join(&collector, form).body, answers[0].body, "{form}");
    }
    // Nobody joined but the first.
    let joined = trail(&place).clients().expect("clients").into_iter().filter(|client| client.joined.is_some()).count();
    assert_eq!(joined, 1);
}

#[test]
fn of_many_who_use_one_code_at_once_one_joins() {
    let place = Place::new();
    let invited = invite(&place, Some("laptop"), HOUR);
    let collector = place.start();
    let answers: Vec<u16> = std::thread::scope(|scope| {
        let all: Vec<_> = (0..12).map(|_| scope.spawn(|| join(&collector, &invited.code).status)).collect();
        all.into_iter().map(|one| one.join().expect("an answer")).collect()
    });
    assert_eq!(answers.iter().filter(|status| **status == 200).count(), 1, "{answers:?}");
    assert!(answers.iter().all(|status| [200, 403].contains(status)), "{answers:?}");
    let tokens = ai_detect_trail_store::tokens::Tokens::open(&place.folder()).expect("tokens").all().expect("readable");
    assert_eq!(tokens.len(), 1);
}

#[test]
fn whoever_guesses_is_slowed_down() {
    let place = Place::with("limits: {failed_joins: 3}\n");
    let (first, second) = (invite(&place, None, HOUR), invite(&place, None, HOUR));
    let collector = place.start();
    // Who joins has not guessed.
    assert_eq!(join(&collector, &first.code).status, 200);
    for _ in 0..3 {
        assert_eq!(join(&collector, "adj_guessed").code(), "code");
    }
    for code in ["adj_guessed", &second.code] {
        let reply = join(&collector, code);
        assert_eq!((reply.status, reply.code().as_str()), (429, "too-many-codes"));
        assert!(reply.retry_after().is_some_and(|seconds| (1..=61).contains(&seconds)), "{reply:?}");
    }
}

#[test]
fn bodies_that_are_no_question_are_refused_and_bounded() {
    let place = Place::new();
    let invited = invite(&place, Some("laptop"), HOUR);
    let collector = place.start();
    let deep = format!("{}{}", "[".repeat(2000), "]".repeat(2000));
    for body in [
        "",
        "null",
        "[]",
        "{}",
        "adj_x",
        r#"{"code":5}"#,
        r#"{"code":null}"#,
        r#"{"code":["adj_x"]}"#,
        r#"{"code":{"a":1}}"#,
        r#"{"code":"a","code":"b"}"#,
        r#"{"code":"adj_x""#,
        "\u{feff}{}",
        &deep,
    ] {
        let reply = ask(&collector, body.as_bytes());
        assert_eq!((reply.status, reply.code().as_str()), (400, "join"), "{body}");
    }
    assert_eq!(ask(&collector, b"\xff\xfe").code(), "join");
    assert_eq!(ask(&collector, &vec![b' '; 4097]).code(), "body-too-large");
    let mut packer = GzEncoder::new(Vec::new(), Compression::best());
    std::io::Write::write_all(&mut packer, &vec![b' '; 1 << 20]).expect("packed");
    let bomb = packer.finish().expect("packed");
    let reply = collector.request("POST", "/v1/join", &[("Content-Encoding", "gzip")], &bomb);
    assert_eq!((reply.status, reply.code().as_str()), (413, "unpacked-too-large"));
    assert_eq!(collector.get("/v1/join", "").code(), "method");
    assert_eq!(collector.request("POST", "/v1/join/", &[], b"").code(), "no-such-route");
    // A client whose events must stay elsewhere does not use its code up.
    let elsewhere = json!({"code": invited.code, "region": "eu"}).to_string();
    let reply = ask(&collector, elsewhere.as_bytes());
    assert_eq!((reply.status, reply.code().as_str()), (409, "other-region"));
    // What a newer client adds is passed over, and so are spaces around a pasted code.
    let newer = json!({"code": format!(" {}\n", invited.code), "host": "laptop"}).to_string();
    assert_eq!(ask(&collector, newer.as_bytes()).status, 200);
}

#[test]
fn a_revoked_client_is_refused_and_what_it_sent_stays() {
    let place = Place::new();
    let invited = invite(&place, Some("laptop"), HOUR);
    let collector = place.start();
    let token = join(&collector, &invited.code).json()["token"].as_str().expect("a token").to_owned();
    let (by_hand, any) = (place.token(Role::Writer, Some("laptop")), place.writer());
    assert_eq!(collector.post(&token, &events("laptop", 1..=3)).status, 200);
    trail(&place).revoke_client(&client("laptop")).expect("revoked");
    for token in [&token, &by_hand] {
        let reply = collector.post(token, &event("laptop", 4));
        assert_eq!((reply.status, reply.code().as_str()), (401, "bad-token"));
    }
    assert_eq!(place.numbers("laptop"), [1, 2, 3]);
    assert_eq!(standing(&place, "laptop"), Standing::Revoked);
    let again = trail(&place).invite(&Invite { client: Some(client("laptop")), person: None, name: None, valid: HOUR });
    assert!(matches!(again, Err(OperatorError::Revoked(_))), "{again:?}");
    let token = trail(&place).create_token(Role::Writer, "a test", Some(client("laptop")));
    assert!(matches!(token, Err(SetupError::RevokedClient(_))), "{token:?}");
    for done in [trail(&place).revoke_client(&client("laptop")), trail(&place).retire_client(&client("laptop"))] {
        assert!(matches!(done, Err(OperatorError::Revoked(_))), "{done:?}");
    }
    // What was found on the device later can be brought by somebody who may send for all.
    assert_eq!(collector.post(&any, &event("laptop", 4)).status, 200);
}

#[test]
fn a_retired_client_is_not_silent_and_what_still_comes_is_taken() {
    let place = Place::new();
    let invited = invite(&place, Some("laptop"), HOUR);
    let collector = place.start();
    let token = join(&collector, &invited.code).json()["token"].as_str().expect("a token").to_owned();
    assert_eq!(collector.post(&token, &event("laptop", 1)).status, 200);
    // Years later.
    let late = ai_detect_trail_log::number::Micros::new(2_000_000_000_000_000).expect("a time");
    let far = |place: &Place| known(place, "laptop").standing(late, 1);
    assert!(matches!(far(&place), Standing::Heard(Presence::Silent { .. })));
    trail(&place).retire_client(&client("laptop")).expect("retired");
    assert_eq!(far(&place), Standing::Retired);
    assert_eq!(collector.post(&token, &event("laptop", 2)).status, 200);
    assert_eq!((place.numbers("laptop"), far(&place)), (vec![1, 2], Standing::Retired));
    let again = trail(&place).retire_client(&client("laptop"));
    assert!(matches!(again, Err(OperatorError::Retired(_))), "{again:?}");
    let unknown = trail(&place).retire_client(&client("nobody"));
    assert!(matches!(unknown, Err(OperatorError::UnknownClient(_))), "{unknown:?}");
    // The device comes back: it joins again, under its name.
    let invited = invite(&place, Some("laptop"), HOUR);
    assert_eq!(join(&collector, &invited.code).status, 200);
    assert_eq!(standing(&place, "laptop"), Standing::Heard(Presence::UpToDate));
}

#[test]
fn an_invitation_that_makes_no_sense_is_refused() {
    let place = Place::new();
    let long = "x".repeat(201);
    let invite = |name: &str, person: Option<&str>, device: Option<&str>, valid| {
        trail(&place).invite(&Invite { client: Some(client(name)), person, name: device, valid }).map(|_| ())
    };
    for reserved in ["collector", "collector:x"] {
        assert!(matches!(invite(reserved, None, None, HOUR), Err(OperatorError::Reserved(_))));
    }
    for valid in [Duration::ZERO, Duration::from_secs(91 * 24 * 3600), Duration::MAX] {
        assert!(matches!(invite("laptop", None, None, valid), Err(OperatorError::Validity)));
    }
    for text in ["", "a\nb", long.as_str()] {
        assert!(matches!(invite("laptop", Some(text), None, HOUR), Err(OperatorError::Name)));
        assert!(matches!(invite("laptop", None, Some(text), HOUR), Err(OperatorError::Name)));
    }
    assert_eq!(place.entries(), Vec::<serde_json::Value>::new());
}

#[test]
fn the_newest_code_of_a_client_is_the_only_one() {
    let place = Place::new();
    let first = invite(&place, Some("laptop"), HOUR);
    let other = invite(&place, Some("desktop"), HOUR);
    let second = invite(&place, Some("laptop"), HOUR);
    assert_eq!((first.replaces, other.replaces, second.replaces), (false, false, true));
    let collector = place.start();
    let statuses = [&first, &other, &second].map(|invited| join(&collector, &invited.code).status);
    assert_eq!(statuses, [403, 200, 200]);
    // Nothing is left to be replaced.
    assert!(!invite(&place, Some("laptop"), HOUR).replaces);
}

#[test]
fn a_client_is_listed_with_its_name_and_is_not_up_to_date_while_a_gap_is_open() {
    let place = Place::new();
    let (invited, nameless) = (invite(&place, Some("laptop"), HOUR), place.token(Role::Writer, Some("ci")));
    assert_eq!(known(&place, "laptop").name.as_deref(), Some("Ada's laptop"));
    let collector = place.start();
    let token = join(&collector, &invited.code).json()["token"].as_str().expect("a token").to_owned();
    assert_eq!(collector.post(&token, &events("laptop", [1, 3])).status, 200);
    assert_eq!(collector.post(&nameless, &event("ci", 1)).status, 200);
    assert_eq!(standing(&place, "laptop"), Standing::WithGaps);
    assert_eq!(standing(&place, "ci"), Standing::Heard(Presence::UpToDate));
    assert_eq!(collector.post(&token, &event("laptop", 2)).status, 200);
    assert_eq!(standing(&place, "laptop"), Standing::Heard(Presence::UpToDate));
    assert_eq!(known(&place, "laptop").name.as_deref(), Some("Ada's laptop"));
}
