//! Entries and their stored bytes.

use proptest::prelude::*;

use super::*;
use crate::commitment::{Commitment, Salt};
use crate::entry::fields::{Generation, Other};
use crate::entry::vocabularies::{Integration, ModelSource};
use crate::ids::Word;

fn entry(event: Event) -> Entry {
    Entry {
        client: ClientId::parse("laptop-7").expect("an id"),
        epoch: Epoch::parse("e1").expect("an epoch"),
        number: Number::new(3).expect("a number"),
        time: Micros::new(1_790_000_000_000_000).expect("a time"),
        received: Micros::new(1_790_000_000_250_000).expect("a time"),
        region: Region::parse("eu").expect("a region"),
        conflict: None,
        exercise: false,
        extra: None,
        event,
    }
}

fn generation() -> Entry {
    let json = r#"{"session":"s-1","request_id":"req_011CS","provider":"anthropic","model":"claude-opus-4-8"}"#;
    let fields = Generation {
        model_source: Some(ModelSource::Provider),
        integration: Some(Integration::CommandLine),
        output: Some(Commitment::of(&Salt::from_random([7; 32]), b"def total(): ...")),
        ..serde_json::from_str(json).expect("fields")
    };
    entry(Event::Generation(fields))
}

fn text(entry: &Entry) -> String {
    String::from_utf8(entry.encode().expect("it can be stored")).expect("it is text")
}

#[test]
fn the_stored_bytes_of_an_entry() {
    let expected = concat!(
        r#"{"v":1,"client":"laptop-7","epoch":"e1","number":3,"kind":"generation","time":1790000000000000,"#,
        r#""received":1790000000250000,"region":"eu","fields":{"session":"s-1","request_id":"req_011CS","#,
        r#""provider":"anthropic","model":"claude-opus-4-8","model_source":"provider","integration":"command-line","#,
        r#""output":"9e6026c05e3a1e87edad72d6bf0038aa7c0d4cfcf3c0c33484e2276beeb60715"}}"#
    );
    // The commitment is SHA-256 of 32 times the byte 7 and the text.
    assert_eq!(text(&generation()), expected);
    assert_eq!(Entry::read(expected.as_bytes()), Reading::Whole(Box::new(generation())));
}

#[test]
fn an_event_of_an_unknown_kind_keeps_its_word() {
    let kind = Word::parse("agent.dreamt").expect("a word");
    let event = Event::other(kind, Other { body: None, bytes: Some(Count::from(12)) }).expect("unknown here");
    let stored = text(&entry(event.clone()));
    assert!(stored.contains(r#""kind":"agent.dreamt""#), "{stored}");
    assert_eq!(Entry::read(stored.as_bytes()), Reading::Whole(Box::new(entry(event))));
    let known = Word::parse("prompt").expect("a word");
    assert_eq!(Event::other(known, Other { body: None, bytes: None }), None);
}

#[test]
fn fields_and_words_of_a_newer_version_are_read_past() {
    let stored = text(&generation()).replace(r#""fields":{"#, r#""shard":4,"fields":{"temperature":7,"#);
    assert_eq!(Entry::read(stored.as_bytes()), Reading::Partial(Box::new(generation())));
    let stored = text(&generation()).replace("command-line", "wrist-watch");
    let Reading::Whole(entry) = Entry::read(stored.as_bytes()) else { panic!("{stored}") };
    let Event::Generation(fields) = entry.event else { panic!("{stored}") };
    assert_eq!(fields.integration.map(|word| word.to_string()), Some("wrist-watch".to_owned()));
}

#[test]
fn what_cannot_be_read_is_counted_and_hashed() {
    let stored = text(&generation());
    for (bytes, cause) in [
        (stored.replace(r#""v":1"#, r#""v":2"#), Cause::Newer { format: 2 }),
        (r#"{"v":9,"all":"new"}"#.to_owned(), Cause::Newer { format: 9 }),
        (stored.replace(r#""v":1"#, r#""v":0"#), Cause::Field),
        (stored.replace(r#""number":3"#, r#""number":0"#), Cause::Field),
        (stored.replace(r#""number":3,"#, ""), Cause::Field),
        (stored.replace("laptop-7", "Ada's laptop"), Cause::Field),
        (stored.replace("claude-opus-4-8", "the big one, as Ada calls it"), Cause::Field),
        (stored.replace(r#""fields":{"#, r#""fields":[{"#), Cause::Syntax),
        (stored.replace('}', ""), Cause::Syntax),
        (format!("{stored} x"), Cause::Syntax),
        (String::new(), Cause::Syntax),
        (" ".repeat(MAX_ENTRY + 1), Cause::TooLong),
    ] {
        let expected =
            Unreadable { leaf: crate::log::hash::TreeHash::of_leaf(bytes.as_bytes()), bytes: bytes.len(), cause };
        assert_eq!(Entry::read(bytes.as_bytes()), Reading::Unreadable(expected), "{bytes}");
    }
}

#[test]
fn an_entry_that_is_too_long_is_refused_before_it_is_stored() {
    let bodies = vec![Commitment::of(&Salt::from_random([0; 32]), b""); 300];
    let rule = Word::parse("retention").expect("a word");
    let purge = fields::Purge { rule, bodies: Some(bodies), count: None, subject: None, person: None, reason: None };
    assert!(matches!(entry(Event::Purge(purge)).encode(), Err(EncodeError::TooLong { .. })));
}

#[test]
fn no_field_of_any_kind_takes_text() {
    // Every member that a kind has, filled with a sentence: each is refused. The names come from the types, by way of an entry
    // in which all of them are there.
    let sentence = "Fix the login of Ada Example";
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    runner
        .run(&any::<Entry>(), |entry| {
            let value: serde_json::Value = serde_json::from_slice(&entry.encode()?)?;
            for path in strings(&value, String::new()) {
                let mut with_text = value.clone();
                *with_text.pointer_mut(&path).expect("a member") = sentence.into();
                let bytes = serde_json::to_vec(&with_text)?;
                prop_assert!(matches!(Entry::read(&bytes), Reading::Unreadable(_)), "{path} takes text: {with_text}");
            }
            Ok(())
        })
        .expect("no field takes text");
}

/// The places of all texts in a value.
fn strings(value: &serde_json::Value, path: String) -> Vec<String> {
    match value {
        serde_json::Value::String(_) => vec![path],
        serde_json::Value::Array(all) => {
            all.iter().enumerate().flat_map(|(place, one)| strings(one, format!("{path}/{place}"))).collect()
        }
        serde_json::Value::Object(all) => {
            all.iter().flat_map(|(name, one)| strings(one, format!("{path}/{name}"))).collect()
        }
        _ => Vec::new(),
    }
}

proptest! {
    #[test]
    fn every_entry_comes_back_from_its_bytes(entry: Entry) {
        match entry.encode() {
            Ok(bytes) => {
                prop_assert_eq!(Entry::read(&bytes), Reading::Whole(Box::new(entry)));
                // One line of printable ASCII without escapes: whatever reads JSON reads it alike.
                prop_assert!(bytes.iter().all(|byte| (b' '..=b'~').contains(byte) && *byte != b'\\'));
            }
            Err(EncodeError::TooLong { bytes }) => prop_assert!(bytes > MAX_ENTRY),
            Err(error) => prop_assert!(false, "{error}"),
        }
    }

    #[test]
    fn any_bytes_are_read_as_something(bytes: Vec<u8>) {
        if let Reading::Unreadable(unreadable) = Entry::read(&bytes) {
            prop_assert_eq!(unreadable.bytes, bytes.len());
            prop_assert_eq!(unreadable.leaf, crate::log::hash::TreeHash::of_leaf(&bytes));
        }
    }

    #[test]
    fn a_damaged_entry_never_reads_as_the_whole_old_one(entry: Entry, place: prop::sample::Index, flip in 1..=255_u8) {
        let Ok(mut bytes) = entry.encode() else { return Ok(()) };
        *place.get_mut(&mut bytes) ^= flip;
        prop_assert_ne!(Entry::read(&bytes), Reading::Whole(Box::new(entry)));
    }
}
