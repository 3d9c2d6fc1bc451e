//! Derived tables that are made anew: the same, table by table, before and after entries were sealed, and after damage.

use std::collections::BTreeMap;
use std::fs;

use ai_detect_trail_log::entry::Event;
use ai_detect_trail_log::entry::fields::{GapOpened, Heartbeat};
use ai_detect_trail_log::entry::vocabularies::GapCause;
use ai_detect_trail_log::ids::GapId;
use ai_detect_trail_log::log::hash::TreeHash;
use ai_detect_trail_log::number::Number;
use ai_detect_trail_store::Draft;
use ai_detect_trail_store::error::{Damage, StoreError};
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::rebuild::{Rebuilt, rebuild};
use ai_detect_trail_store::writer::Writer;
use proptest::prelude::*;
use rusqlite::Connection;
use rusqlite::types::Value;

use crate::sealing::{checked, draft, files, filled, seal, sign, started};

fn database(folder: &Folder) -> Connection {
    Connection::open(folder.path().join("trail.db")).expect("a database")
}

/// Every row of every table, by the name of the table.
pub(crate) fn tables(folder: &Folder) -> BTreeMap<String, Vec<Vec<Value>>> {
    let connection = database(folder);
    let mut names = connection.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").expect("a query");
    let names: Vec<String> =
        names.query_map([], |row| row.get(0)).expect("names").map(|name| name.expect("a name")).collect();
    let rows_of = |name: &String| {
        let mut statement = connection.prepare(&format!("SELECT * FROM {name}")).expect("a table");
        let width = statement.column_count();
        let read = |row: &rusqlite::Row<'_>| (0..width).map(|at| row.get(at)).collect();
        let mut rows: Vec<Vec<Value>> =
            statement.query_map([], read).expect("rows").map(|row| row.expect("a row")).collect();
        rows.sort_by_key(|row| format!("{row:?}"));
        rows
    };
    names.iter().map(|name| (name.clone(), rows_of(name))).collect()
}

/// All files of the log, each with the hash of its bytes.
fn log(folder: &Folder) -> BTreeMap<String, TreeHash> {
    let mut found = BTreeMap::new();
    let mut folders = vec![folder.path().join("log")];
    while let Some(one) = folders.pop() {
        for entry in fs::read_dir(one).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let hash = TreeHash::of_leaf(&fs::read(&path).expect("a file"));
                found.insert(path.to_string_lossy().into_owned(), hash);
            }
        }
    }
    found
}

#[track_caller]
fn assert_rebuilt(folder: &Folder, before: &BTreeMap<String, Vec<Vec<Value>>>) -> Rebuilt {
    let rebuilt = rebuild(folder).expect("rebuilt");
    let after = tables(folder);
    for (name, rows) in before {
        assert_eq!(after.get(name), Some(rows), "the table {name}");
    }
    assert_eq!(checked(folder).problems, []);
    rebuilt
}

/// A trail with holes, drops, a client that signed off and conflicts, over three days.
fn eventful() -> (tempfile::TempDir, Folder) {
    let (place, folder) = filled();
    let writer = Writer::start(&folder).expect("a writer");
    let number = |number| Number::new(number).expect("a number");
    let with = |number, day, event: Event| Draft { event, ..draft("phone", number, day) };
    let heartbeat =
        |made, closing| Event::Heartbeat(Heartbeat { made: number(made), waiting: None, tools: None, closing });
    let overflow = Event::GapOpened(GapOpened {
        first: Some(number(20)),
        last: Some(number(29)),
        ..GapOpened::new(GapId::from_random([7; 16]), GapCause::Overflow)
    });
    let submit = |drafts| drop(writer.submit(drafts).expect("on the disk"));
    submit(vec![draft("phone", 1, 2), draft("phone", 5, 2), draft("phone", 9, 2)]);
    submit(vec![draft("phone", 3, 2), with(30, 2, overflow)]);
    submit(vec![draft("phone", 4, 3), draft("phone", 2, 3), draft("phone", 25, 3)]);
    submit(vec![Draft { sent: b"another".to_vec(), ..draft("phone", 4, 3) }]);
    submit(vec![with(40, 4, heartbeat(50, Some(true)))]);
    submit(vec![with(1, 4, heartbeat(3, None)), draft("phone", 31, 4)]);
    drop(writer);
    sign(&folder);
    (place, folder)
}

#[test]
fn all_tables_are_the_same_before_and_after_sealing() {
    let (_place, folder) = eventful();
    let (before, log_before) = (tables(&folder), log(&folder));
    let rebuilt = assert_rebuilt(&folder, &before);
    assert_eq!((rebuilt.sealed, rebuilt.tiles, rebuilt.entries > 910), (0, 0, true));
    assert_eq!(log(&folder), log_before);
    for day in ["2026-09-23", "2026-09-25", "2026-12-01"] {
        assert!(seal(&folder, day).entries > 0);
        let (before, log_before) = (tables(&folder), log(&folder));
        assert_rebuilt(&folder, &before);
        assert_eq!(log(&folder), log_before);
    }
    // What clients have sent and the collector has answered did not change by any of it.
    let (_place, again) = eventful();
    // Each collector numbers its own entries in an epoch of its own.
    let of = |folder: &Folder, name: &str| -> Vec<Vec<Value>> {
        let rows = tables(folder).remove(name).expect("a table").into_iter();
        rows.filter(|row| row[0] != Value::Text("collector".to_owned())).collect()
    };
    assert_eq!(of(&folder, "received"), of(&again, "received"));
    assert_eq!(of(&folder, "made"), of(&again, "made"));
}

#[test]
fn tables_and_tiles_that_were_damaged_are_mended() {
    let (_place, folder) = eventful();
    seal(&folder, "2026-09-24");
    let (before, log_before) = (tables(&folder), log(&folder));
    for damage in [
        "DELETE FROM received",
        "UPDATE received SET last = last + 1",
        "DELETE FROM made; DELETE FROM gap",
        "INSERT INTO gap VALUES ('laptop', 'e1', 'g_00000000000000000000000000000000', 'overflow', 1, 2)",
        "DELETE FROM sealed_number WHERE client = 'laptop'",
        "INSERT INTO sealed_number VALUES ('other', 'e1', 0, 1, 1, 0, x'00000000')",
        "UPDATE segment SET bytes = bytes + 1",
        "DELETE FROM segment",
        "UPDATE log SET frontier = zeroblob(32), size = 1",
        "UPDATE entry SET client = 'other', number = 5, kind = 'prompt'",
    ] {
        database(&folder).execute_batch(damage).expect("damaged");
        assert_ne!(tables(&folder), before, "{damage}");
        assert_rebuilt(&folder, &before);
    }
    fs::remove_dir_all(folder.path().join("log/tile")).expect("gone");
    let rebuilt = assert_rebuilt(&folder, &before);
    assert!(rebuilt.tiles > 0);
    // All but a tile that an older checkpoint needed.
    let (after, partial) = (log(&folder), "log/tile/0/003.p/132");
    let needed: BTreeMap<_, _> = log_before.into_iter().filter(|(name, _)| !name.ends_with(partial)).collect();
    assert_eq!(after, needed);
}

#[test]
fn a_log_that_is_not_the_signed_one_is_not_made_to_look_whole() {
    let changes: [fn(&Folder); 5] = [
        |folder| {
            let change = "UPDATE entry SET entry = CAST(replace(CAST(entry AS TEXT), 's-400', 's-401') AS BLOB)";
            assert!(database(folder).execute(change, []).expect("changed") > 0);
        },
        |folder| {
            let delete = "DELETE FROM fingerprint WHERE seq > 800; DELETE FROM entry WHERE seq > 800";
            database(folder).execute_batch(delete).expect("cut");
        },
        |folder| {
            let delete = "DELETE FROM fingerprint WHERE seq = 700; DELETE FROM entry WHERE seq = 700";
            database(folder).execute_batch(delete).expect("cut");
        },
        |folder| {
            let name = files(folder).remove(0);
            fs::remove_file(folder.path().join("segments").join(name)).expect("gone");
        },
        |folder| {
            let path = folder.path().join("segments").join(files(folder).remove(1));
            let mut bytes = fs::read(&path).expect("a file");
            bytes[2000] ^= 1;
            fs::write(&path, bytes).expect("changed");
        },
    ];
    for (case, change) in changes.iter().enumerate() {
        let (_place, folder) = filled();
        seal(&folder, "2026-09-24");
        change(&folder);
        let before = tables(&folder);
        let refused = rebuild(&folder);
        assert!(matches!(refused, Err(StoreError::Damaged { .. })), "{case}: {refused:?}");
        assert_eq!(tables(&folder), before, "{case}");
    }
}

#[test]
fn entries_that_were_not_signed_yet_are_not_forgotten() {
    let (_place, folder) = filled();
    let writer = Writer::start(&folder).expect("a writer");
    writer.submit((451..=460).map(|number| draft("laptop", number, 2)).collect()).expect("on the disk");
    drop(writer);
    let before = tables(&folder);
    assert_eq!(assert_rebuilt(&folder, &before).entries, 910);
    database(&folder)
        .execute_batch("DELETE FROM fingerprint WHERE seq = 909; DELETE FROM entry WHERE seq = 909")
        .expect("cut");
    let refused = rebuild(&folder);
    assert!(matches!(refused, Err(StoreError::Damaged { problem: Damage::Missing { index: 909 }, .. })), "{refused:?}");
}

/// What a client does: a batch of numbers with one of two contents each, drops it counted, or a heartbeat.
#[derive(Debug, Clone)]
enum Step {
    Batch(u8, Vec<(u64, bool)>),
    Drops(u8, u64, u64),
    Heartbeat(u8, u64, bool),
    Seal,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let client = 0..3_u8;
    let step = prop_oneof![
        4 => (client.clone(), prop::collection::vec((1..30_u64, prop::bool::weighted(0.2)), 1..8)).prop_map(|(client, numbers)| Step::Batch(client, numbers)),
        1 => (client.clone(), 1..30_u64, 0..5_u64).prop_map(|(client, first, more)| Step::Drops(client, first, more)),
        1 => (client, 1..40_u64, prop::bool::weighted(0.3)).prop_map(|(client, made, closing)| Step::Heartbeat(client, made, closing)),
        1 => Just(Step::Seal),
    ];
    prop::collection::vec(step, 1..14)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// Whatever clients do and whenever entries are sealed, what is made anew is what was there.
    #[test]
    fn any_history_is_rebuilt_as_it_was(steps in steps()) {
        let (_place, folder) = started();
        let writer = Writer::start(&folder).expect("a writer");
        let number = |number| Number::new(number).expect("a number");
        let mut next = 100;
        for step in steps {
            next += 1;
            let client = |client: u8| format!("client-{client}");
            match step {
                Step::Batch(of, numbers) => {
                    let drafts = numbers.into_iter().map(|(number, other)| Draft {
                        sent: vec![u8::from(other)],
                        ..draft(&client(of), number, 0)
                    });
                    writer.submit(drafts.collect()).expect("on the disk");
                }
                Step::Drops(of, first, more) => {
                    let event = Event::GapOpened(GapOpened {
                        first: Some(number(first)),
                        last: Some(number(first + more)),
                        // Two clients may choose the same name.
                        ..GapOpened::new(GapId::from_random([u8::try_from(next % 3).expect("small"); 16]), GapCause::Overflow)
                    });
                    writer.submit(vec![Draft { event, ..draft(&client(of), next, 0) }]).expect("on the disk");
                }
                Step::Heartbeat(of, made, closing) => {
                    let event = Event::Heartbeat(Heartbeat {
                        made: number(made),
                        waiting: None,
                        tools: None,
                        closing: Some(closing),
                    });
                    writer.submit(vec![Draft { event, ..draft(&client(of), next, 0) }]).expect("on the disk");
                }
                Step::Seal => {
                    sign(&folder);
                    seal(&folder, "2026-12-01");
                }
            }
        }
        let before = tables(&folder);
        rebuild(&folder).expect("rebuilt");
        let after = tables(&folder);
        for (name, rows) in &before {
            prop_assert_eq!(after.get(name), Some(rows), "the table {}", name);
        }
    }
}
