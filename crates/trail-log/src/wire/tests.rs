//! Lines as clients send them, good and bad.

use std::convert::Infallible;

use proptest::prelude::*;

use super::*;
use crate::commitment::Salt;
use crate::entry::{Entry, Kind, MAX_ENTRY, Reading};
use crate::ids::Region;

fn line(more: &str) -> String {
    format!(r#"{{"client":"laptop-7","epoch":"e1","number":3,"time":1790000000000000,{more}}}"#)
}

fn numbered(line: &str) -> Incoming {
    match decode(line.as_bytes()) {
        Line::Numbered(incoming) => *incoming,
        Line::Nameless(cause) => panic!("{cause}: {line}"),
    }
}

/// The event of a line, what was kept as a body, and the commitment beside the event.
fn event(line: &str) -> (Event, Option<String>, bool) {
    let (path, repository, person) =
        (PathId::from_random([1; 16]), RepositoryId::from_random([2; 16]), PersonId::from_random([3; 16]));
    let incoming = numbered(line);
    let texts = incoming.texts().cloned().unwrap_or_default();
    let ids = Ids {
        person: texts.person.map(|_| person),
        repository: texts.repository.map(|_| repository),
        path: texts.path.map(|_| path),
    };
    let mut kept = None;
    let keep = |body: &[u8]| {
        kept = Some(String::from_utf8_lossy(body).into_owned());
        Ok::<_, Infallible>(Commitment::of(&Salt::from_random([0; 32]), body))
    };
    let Ok((event, extra)) = incoming.into_event(&ids, line.as_bytes(), keep);
    (event, kept, extra.is_some())
}

fn stored(event: Event) -> String {
    let incoming = numbered(&line(r#""kind":"prompt""#));
    let time = incoming.time.expect("a time");
    let entry = Entry {
        client: incoming.client,
        epoch: incoming.epoch,
        number: incoming.number,
        time,
        received: time,
        region: Region::parse("eu").expect("a region"),
        conflict: None,
        exercise: false,
        extra: None,
        event,
    };
    String::from_utf8(entry.encode().expect("it can be stored")).expect("it is text")
}

fn cause(line: &str) -> UnreadableCause {
    let (Event::Unreadable(fields), kept, extra) = event(line) else { panic!("{line} can be read") };
    assert_eq!((kept.as_deref(), extra, fields.bytes), (Some(line), false, length(line.as_bytes())), "{line}");
    fields.cause
}

#[test]
fn an_accepted_suggestion_holds_no_path() {
    let sent = line(
        r#""kind":"suggestion.accepted","tool":"copilot","model":"gpt-5.1","session":"s-1","request_id":"r-1","path":"src/päy.rs","first":4,"last":9"#,
    );
    let texts = Texts { path: Some("src/päy.rs".to_owned()), ..Texts::default() };
    assert_eq!(numbered(&sent).texts(), Some(&texts));
    let (event, kept, extra) = event(&sent);
    assert_eq!((kept, extra), (None, false));
    let expected = concat!(
        r#""fields":{"session":"s-1","request_id":"r-1","model":"gpt-5.1","tool":"copilot","#,
        r#""place":{"path":"f_01010101010101010101010101010101","first":4,"last":9}}"#
    );
    assert!(stored(event.clone()).contains(expected), "{}", stored(event));
}

#[test]
fn what_a_field_cannot_hold_is_kept_beside_the_event() {
    let sent = line(
        r#""kind":"edit","path":"a.py","first":0,"tool":"GitHub Copilot","model":"m-1","request_id":null,"session":"","prompt":"add a total","added":-1"#,
    );
    let (event, kept, extra) = event(&sent);
    assert!(extra);
    let kept: Value = serde_json::from_str(&kept.expect("a body")).expect("JSON");
    let expected = serde_json::json!({"said_tool": "GitHub Copilot", "prompt": "add a total", "first": 0, "added": -1});
    assert_eq!(kept, expected);
    let stored = stored(event);
    assert!(stored.contains(r#""place":{"path":"f_0101"#) && stored.contains(r#""model":"m-1""#), "{stored}");
    assert!(stored.contains(r#""tool":"github-copilot""#), "{stored}");
    assert!(!stored.contains("total") && !stored.contains("Copilot"), "{stored}");
}

#[test]
fn what_a_client_does_not_know_is_absent_and_the_event_keeps_its_kind() {
    for kind in [
        "session.start",
        "session.end",
        "prompt",
        "edit",
        "attestation",
        "finding",
        "decision",
        "review",
        "link",
        "fact",
    ] {
        for more in ["", r#","path":7"#, r#","session":7,"tool":{}"#] {
            let (event, ..) = event(&line(&format!(r#""kind":"{kind}"{more}"#)));
            assert_eq!(event.kind().word(), kind, "{more}");
        }
    }
}

#[test]
fn people_and_repositories_become_ids() {
    let sent = line(
        r#""kind":"session.start","session":"s-1","tool":"codex","person":"ada@example.org","repository":"https://ada:pw@example.org/app.git""#,
    );
    let texts = numbered(&sent).texts().cloned().expect("texts");
    assert_eq!(texts.person.as_deref(), Some("ada@example.org"));
    assert_eq!(texts.repository.as_deref(), Some("example.org/app"));
    let (event, kept, _) = event(&sent);
    assert_eq!(kept, None);
    let stored = stored(event);
    assert!(stored.contains(r#""person":"p_0303"#) && stored.contains(r#""repository":"r_0202"#), "{stored}");
    // Ids that the collector gave stay.
    let id = PersonId::from_random([9; 16]).to_string();
    let sent = line(&format!(r#""kind":"prompt","session":"s-1","person":"{id}""#));
    assert_eq!(numbered(&sent).texts(), Some(&Texts::default()));
    let (event, ..) = self::event(&sent);
    assert!(self::stored(event).contains(&id));
}

#[test]
fn an_unknown_kind_keeps_its_word_and_its_line() {
    let sent = line(r#""kind":"agent.dreamt","dream":"of electric sheep""#);
    let (event, kept, extra) = event(&sent);
    assert_eq!((event.kind().word(), kept.as_deref(), extra), ("agent.dreamt", Some(sent.as_str()), false));
    assert!(!stored(event).contains("sheep"));
}

#[test]
fn an_event_that_cannot_be_read_keeps_its_number_and_its_line() {
    use UnreadableCause::{Field, Format, Reserved, TooDeep, TooLong};
    let deep = format!(r#""kind":"prompt","session":"s-1","x":{}{}"#, "[".repeat(70), "]".repeat(70));
    let deeper = format!(r#""kind":"prompt","x":{}{}"#, "[".repeat(5000), "]".repeat(5000));
    let long = format!(r#""kind":"prompt","x":"{}""#, "x".repeat(MAX_LINE));
    let tools = format!(r#""kind":"heartbeat","made":3,"tools":[{}"tool"]"#, r#""a-tool","#.repeat(2000));
    for (more, expected) in [
        (r#""kind":"heartbeat""#, Field),
        (r#""kind":"heartbeat","made":"many""#, Field),
        (r#""kind":"A kind""#, Field),
        (r#""kind":7"#, Field),
        (r#""x":1"#, Field),
        (r#""kind":"access","what":"events""#, Reserved),
        (r#""kind":"purge","rule":"x""#, Reserved),
        (r#""kind":"gap.closed""#, Reserved),
        (r#""v":2,"kind":"prompt","session":"s-1""#, Format),
        (&deep, TooDeep),
        (&deeper, TooDeep),
        (&long, TooLong),
        (&tools, TooLong),
    ] {
        assert_eq!(cause(&line(more)), expected, "{}", more.get(..60).unwrap_or(more));
    }
    assert_eq!(cause(r#"{"client":"c","epoch":"e","number":1,"kind":"heartbeat","made":1}"#), Field, "without a time");
    assert_eq!(cause(r#"{"client":"c","epoch":"e","number":1,"kind":"heartbeat","made":1,"time":"now"}"#), Field);
}

#[test]
fn a_line_without_a_number_is_nameless() {
    use UnreadableCause::{Field, Syntax, TooLong};
    for (sent, expected) in [
        ("", Syntax),
        ("{", Syntax),
        ("[1]", Field),
        ("7", Field),
        (r#"{"client":"c","epoch":"e","number":0,"kind":"prompt","time":1}"#, Field),
        (r#"{"client":"c","epoch":"e","number":1.5,"kind":"prompt","time":1}"#, Field),
        (r#"{"client":"c","epoch":"e","number":9007199254740992,"kind":"prompt","time":1}"#, Field),
        (r#"{"client":"Ada's laptop","epoch":"e","number":1,"kind":"prompt","time":1}"#, Field),
        (r#"{"client":"c","number":1,"kind":"prompt","time":1}"#, Field),
        (&"x".repeat(MAX_LINE + 1), TooLong),
    ] {
        assert_eq!(decode(sent.as_bytes()), Line::Nameless(expected), "{}", sent.get(..60).unwrap_or(sent));
    }
    assert_eq!(decode(b"\xff\xfe"), Line::Nameless(Syntax));
}

#[test]
fn a_client_speaks_for_itself_alone() {
    let gap = "g_01010101010101010101010101010101";
    let sent =
        line(&format!(r#""kind":"gap.opened","gap":"{gap}","cause":"overflow","first":1,"last":2,"of":"other""#));
    let (event, kept, extra) = event(&sent);
    let Event::GapOpened(fields) = event else { panic!("{event:?}") };
    assert_eq!((fields.of, fields.first, extra), (None, Some(Number::FIRST), true));
    assert_eq!(kept.as_deref(), Some(r#"{"said_of":"other"}"#));
}

#[test]
fn an_exercise_is_marked() {
    assert!(numbered(&line(r#""kind":"prompt","session":"s","exercise":true"#)).exercise);
    let sent = line(r#""kind":"prompt","session":"s","exercise":"perhaps""#);
    assert!(!numbered(&sent).exercise);
    assert_eq!(event(&sent).1.as_deref(), Some(r#"{"exercise":"perhaps"}"#));
}

/// Lines of known kinds with fields that fit, fields that do not, and strangers' text.
fn lines() -> impl Strategy<Value = String> {
    let names =
        ["tool", "model", "session", "path", "first", "last", "person", "repository", "lines", "made", "commit", "of"];
    let value = prop_oneof![
        "\\PC{0,30}".prop_map(Value::String),
        "[a-z0-9-]{1,12}".prop_map(Value::String),
        any::<i64>().prop_map(Value::from),
        Just(Value::Null),
        Just(Value::Bool(true)),
    ];
    let members = proptest::collection::btree_map(proptest::sample::select(names.to_vec()), value, 0..8);
    (proptest::sample::select(Kind::WORDS.to_vec()), members).prop_map(|(kind, members)| {
        let mut map: Map<String, Value> = members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect();
        map.insert("client".to_owned(), "c".into());
        map.insert("epoch".to_owned(), "e".into());
        map.insert("number".to_owned(), 1.into());
        map.insert("time".to_owned(), 5.into());
        map.insert("kind".to_owned(), kind.into());
        Value::Object(map).to_string()
    })
}

proptest! {
    #[test]
    fn any_bytes_are_something(bytes: Vec<u8>) {
        decode(&bytes);
    }

    #[test]
    fn every_event_of_a_line_can_be_stored(line in lines()) {
        let bytes = stored(event(&line).0);
        prop_assert!(bytes.len() < MAX_ENTRY);
        prop_assert!(matches!(Entry::read(bytes.as_bytes()), Reading::Whole(_)));
    }
}
