//! Names, bodies, tokens and access: what lies beside the entries, and what never gets into them.

use ai_detect_trail_log::commitment::Commitment;
use ai_detect_trail_log::entry::fields::Configuration;
use ai_detect_trail_log::entry::vocabularies::UnreadableCause;
use ai_detect_trail_log::entry::{Entry, Event, Reading};
use ai_detect_trail_log::ids::{ClientId, Epoch, Region, Word};
use ai_detect_trail_log::log::origin::Origin;
use ai_detect_trail_log::number::{Micros, Number};
use ai_detect_trail_log::wire::decode;
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::keys::Keys;
use ai_detect_trail_store::reading;
use ai_detect_trail_store::tokens::{NewToken, Role, Tokens};
use ai_detect_trail_store::verify::verify;
use ai_detect_trail_store::writer::{Change, Writer};
use ai_detect_trail_store::{clients, gaps};
use tempfile::TempDir;

fn started() -> (TempDir, Folder) {
    let place = tempfile::tempdir().expect("a folder");
    let (region, instance) = (Region::parse("eu").expect("a region"), Word::parse("1").expect("a word"));
    let origin = Origin::new("trail.example.org", region, &instance).expect("an origin");
    let folder = Folder::create(&place.path().join("trail"), &origin).expect("a trail");
    (place, folder)
}

fn now() -> Micros {
    Micros::new(1_790_000_000_000_000).expect("a time")
}

fn line(number: u64, more: &str) -> String {
    format!(r#"{{"client":"laptop","epoch":"e1","number":{number},"time":1790000000000000,{more}}}"#)
}

/// Takes lines as a collector does.
fn take(folder: &Folder, writer: &Writer, lines: &[String]) {
    let mut keys = Keys::open(folder).expect("keys");
    let decoded = lines.iter().map(|line| (decode(line.as_bytes()), line.clone().into_bytes())).collect();
    let (drafts, bodies) = keys.prepare(decoded, now()).expect("ids").into_parts();
    let receipt = writer.submit(drafts).expect("on the disk");
    keys.settle(&bodies, &receipt).expect("settled");
}

fn entries(folder: &Folder, writer: &Writer) -> Vec<Entry> {
    let answer = reading::entries(folder, None, None).expect("entries");
    let answer = answer.audit(writer, now()).expect("an entry about it").into_answer();
    let mut all = Vec::new();
    let each = |stored: reading::Stored| match Entry::read(&stored.bytes) {
        Reading::Whole(entry) => {
            all.push(*entry);
            Ok::<_, ai_detect_trail_store::error::StoreError>(())
        }
        other => panic!("{other:?}"),
    };
    answer.for_each(each).expect("entries");
    all
}

fn count(folder: &Folder, table: &str) -> i64 {
    let keys = rusqlite::Connection::open(folder.path().join("keys.db")).expect("a database");
    keys.query_row(&format!("SELECT count(*) FROM {table}"), [], |row| row.get(0)).expect("a count")
}

/// Whether a text lies anywhere in the files of the log: `keys.db` is where names and bodies belong.
fn is_in_log(folder: &Folder, text: &str) -> bool {
    ["trail.db", "trail.db-wal"].iter().any(|file| {
        let bytes = std::fs::read(folder.path().join(file)).unwrap_or_default();
        bytes.windows(text.len()).any(|part| part == text.as_bytes())
    })
}

#[test]
fn a_path_has_one_id_in_each_repository() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    let edit = |repository: &str| {
        format!(r#""kind":"edit","path":"src/secret-plan.py","first":1,"last":2,"repository":"{repository}""#)
    };
    let one = "https://ada:hunter2@example.org/team/app.git";
    take(
        &folder,
        &writer,
        &[line(1, &edit(one)), line(2, &edit("git@example.org:team/app")), line(3, &edit("https://h/b"))],
    );
    let edits: Vec<_> = entries(&folder, &writer)
        .into_iter()
        .map(|entry| match entry.event {
            Event::Edit(edit) => (edit.place.map(|place| place.path), edit.repository),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(edits[0], edits[1]);
    assert!(edits[0].0 != edits[2].0 && edits[0].1 != edits[2].1, "{edits:?}");
    assert_eq!(count(&folder, "name"), 4);
    for text in ["secret-plan", "hunter2", "example.org"] {
        assert!(!is_in_log(&folder, text), "{text} is in the log");
    }
}

#[test]
fn what_no_entry_can_hold_is_kept_once() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    let lines = [
        line(1, r#""kind":"agent.dreamt","dream":"of electric sheep""#),
        line(2, r#""kind":"heartbeat""#),
        line(3, r#""kind":"prompt","session":"s-1","text":"make it faster""#),
        "neither JSON nor short of words".to_owned(),
    ];
    for _ in 0..3 {
        take(&folder, &writer, &lines);
    }
    assert_eq!(count(&folder, "body"), 4);
    let entries = entries(&folder, &writer);
    assert_eq!(entries.len(), 4, "{entries:?}");
    let keys = Keys::open(&folder).expect("keys");
    let body = |commitment: Option<Commitment>| {
        let bytes = keys.body(&commitment.expect("a commitment")).expect("readable").expect("a body");
        String::from_utf8(bytes).expect("text")
    };
    let Event::Other(_, other) = &entries[0].event else { panic!("{entries:?}") };
    assert_eq!(body(other.body), lines[0]);
    let Event::Unreadable(unread) = &entries[1].event else { panic!("{entries:?}") };
    assert_eq!((body(Some(unread.body)), &unread.cause), (lines[1].clone(), &UnreadableCause::Field));
    assert_eq!(body(entries[2].extra), r#"{"text":"make it faster"}"#);
    let Event::Unreadable(unread) = &entries[3].event else { panic!("{entries:?}") };
    assert_eq!((body(Some(unread.body)), &unread.cause), (lines[3].clone(), &UnreadableCause::Syntax));
    for text in ["sheep", "faster", "neither"] {
        assert!(!is_in_log(&folder, text), "{text} is in the log");
    }
    assert_eq!(verify(&folder, &folder.verifier().expect("a key")).expect("readable").problems, []);
}

#[test]
fn the_same_number_with_another_body_is_a_conflict_and_keeps_both() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    take(&folder, &writer, &[line(1, r#""kind":"prompt","session":"s-1","text":"one""#)]);
    take(&folder, &writer, &[line(1, r#""kind":"prompt","session":"s-1","text":"two""#)]);
    assert_eq!(count(&folder, "body"), 2);
    let entries = entries(&folder, &writer);
    assert_eq!(entries[1].conflict.map(|first| first.get()), Some(0));
    assert_ne!(entries[0].extra, entries[1].extra);
}

#[test]
fn a_token_is_good_until_it_is_revoked_and_only_its_hash_is_kept() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    let (tokens, mut keys) = (Tokens::open(&folder).expect("tokens"), Keys::open(&folder).expect("keys"));
    let client = ClientId::parse("laptop").expect("an id");
    let (new, text) = NewToken::random(Role::Writer, "Ada's laptop", Some(client.clone())).expect("random bytes");
    let id = new.id;
    let mut record = |change: Change| {
        let configuration = keys.keep_body(b"a token", now()).expect("kept");
        let fields = Configuration { configuration, owner: None, deputy: None, person: None, program: None };
        writer.record(Event::Configuration(fields), Some(change), now()).expect("on the disk")
    };
    assert_eq!(tokens.check(&text).expect("readable"), None, "before it is in the folder");
    assert_eq!(record(Change::AddToken(new)), Some(0));
    let found = tokens.check(&text).expect("readable").expect("a token");
    assert_eq!((found.role, found.client, found.name.as_str()), (Role::Writer, Some(client), "Ada's laptop"));
    assert!(text.starts_with("adt_") && !is_in_log(&folder, &text[30..]));
    // Others that are nearly it.
    let mut other = text.clone().into_bytes();
    other[text.len() - 5] ^= 1;
    let other = String::from_utf8(other).expect("text");
    for bad in [other.as_str(), "", "adt_", &text[4..], &text[..text.len() - 1], &format!("{text}A")] {
        assert_eq!(tokens.check(bad).expect("readable"), None, "{bad}");
    }
    assert_eq!(record(Change::RevokeToken(id)), Some(1));
    assert_eq!(tokens.check(&text).expect("readable"), None);
    // A second time there is nothing to change, and nothing to record.
    assert_eq!(record(Change::RevokeToken(id)), None);
    assert_eq!(tokens.all().expect("readable").len(), 1);
}

#[test]
fn an_answer_is_an_entry_before_it_is_an_answer() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    take(&folder, &writer, &[line(1, r#""kind":"prompt","session":"s-1""#)]);
    assert_eq!(entries(&folder, &writer).len(), 1);
    let second = entries(&folder, &writer);
    let Event::Access(access) = &second[1].event else { panic!("{second:?}") };
    assert_eq!((access.what.as_str(), access.entries.map(|count| count.get())), ("events", Some(1)));
}

#[test]
fn how_far_a_client_is() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    let heartbeat = |number: u64, made: u64| line(number, &format!(r#""kind":"heartbeat","made":{made}"#));
    take(&folder, &writer, &[heartbeat(1, 1), heartbeat(2, 2), heartbeat(5, 9)]);
    let (client, epoch) = (ClientId::parse("laptop").expect("an id"), Epoch::parse("e1").expect("an epoch"));
    let progress = reading::progress(&folder, &client, &epoch).expect("readable");
    let missing: Vec<_> = progress.missing.iter().map(|range| (range.first().get(), range.last().get())).collect();
    assert_eq!(progress.acknowledged_through.map(Number::get), Some(2));
    assert_eq!((progress.highest.map(Number::get), missing), (Some(9), vec![(3, 4), (6, 9)]));
    let unknown = reading::progress(&folder, &client, &Epoch::parse("e2").expect("an epoch")).expect("readable");
    assert_eq!((unknown.acknowledged_through, unknown.highest, unknown.missing), (None, None, vec![]));
}

/// What each version of the tables added, taken away again.
const ADDED: [&str; 4] = [
    "DROP TABLE token; DROP TABLE fork; DROP TABLE setting; PRAGMA user_version = 1;",
    "DROP TABLE client; DROP TABLE invitation; DROP TABLE heard; DROP TABLE open_gap; PRAGMA user_version = 2;",
    "DROP TABLE segment; DROP TABLE sealed_number; DROP TABLE sealed_fingerprint; PRAGMA user_version = 3;",
    "DROP TABLE silence; PRAGMA user_version = 4;",
];

#[test]
fn a_folder_of_an_older_format_gets_the_new_tables() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    let gap = |number: u64, id: &str| {
        line(number, &format!(r#""kind":"gap.opened","gap":"g_{}","cause":"spool-damaged""#, id.repeat(32)))
    };
    // Two gaps of a client and one in its numbers are open; another one was closed.
    take(&folder, &writer, &[gap(1, "a"), gap(2, "b"), line(4, r#""kind":"prompt""#)]);
    take(&folder, &writer, &[line(3, r#""kind":"prompt""#), line(9, r#""kind":"prompt""#)]);
    drop(writer);
    let (open, heard) = (gaps::open(&folder).expect("gaps"), clients::all(&folder, now()).expect("clients"));
    assert_eq!((open.len(), heard.len(), heard[0].open_gaps), (3, 1, 3));
    for versions in [1, 2, 3, 4] {
        let database = rusqlite::Connection::open(folder.path().join("trail.db")).expect("a database");
        for added in ADDED.iter().rev().take(versions) {
            database.execute_batch(added).expect("as it was");
        }
        drop(database);
        let folder = Folder::open(folder.path()).expect("a trail");
        assert_eq!(Tokens::open(&folder).expect("tokens").all().expect("readable"), []);
        assert_eq!(gaps::open(&folder).expect("gaps"), open);
        assert_eq!(clients::all(&folder, now()).expect("clients"), heard);
        assert_eq!(verify(&folder, &folder.verifier().expect("a key")).expect("readable").problems, []);
    }
}
