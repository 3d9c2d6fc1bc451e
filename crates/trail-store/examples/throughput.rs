//! How many events a second a folder takes, beside what bare SQLite takes in the same transactions: `throughput FOLDER [EVENTS]`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stdout)]

use std::path::Path;
use std::time::Instant;

use ai_detect_trail_log::entry::Event;
use ai_detect_trail_log::ids::{ClientId, Epoch, Region, Word};
use ai_detect_trail_log::log::origin::Origin;
use ai_detect_trail_log::number::{Micros, Number};
use ai_detect_trail_store::Draft;
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::signer::Signer;
use ai_detect_trail_store::verify::verify;
use ai_detect_trail_store::writer::Writer;

const BATCH: u64 = 500;
const SINGLE_CLIENTS: u64 = 50;
const SINGLE_EVENTS: u64 = 100;

/// An inline completion, as light events are.
fn draft(client: &str, number: u64) -> Draft {
    let time = Micros::new(1_790_000_000_000_000 + i64::try_from(number).unwrap() * 1_700_000).unwrap();
    let json = format!(
        r#"{{"v":1,"client":"{client}","epoch":"e1","number":{number},"kind":"suggestion.accepted","time":{0},"received":{0},"region":"eu","fields":{{"session":"s-{1}","request_id":"req_{number:012x}","model":"claude-opus-4-8","tool":"copilot","integration":"editor","lines":{2},"bytes":{3},"actor":"human"}}}}"#,
        time.get(),
        number / 300,
        number % 17 + 1,
        number % 700,
    );
    let reading = ai_detect_trail_log::entry::Entry::read(json.as_bytes());
    let ai_detect_trail_log::entry::Reading::Whole(entry) = reading else {
        unreachable!("the entry is as it is written")
    };
    let event: Event = entry.event;
    Draft {
        client: ClientId::parse(client).unwrap(),
        epoch: Epoch::parse("e1").unwrap(),
        number: Number::new(number).unwrap(),
        time,
        received: time,
        exercise: false,
        extra: None,
        event,
        sent: json.into_bytes(),
    }
}

fn main() {
    let mut arguments = std::env::args().skip(1);
    let place = arguments.next().expect("usage: throughput FOLDER [EVENTS]");
    let events: u64 = arguments.next().map_or(100_000, |events| events.parse().expect("a number of events"));
    let rate = |events: u64, began: Instant| events as f64 / began.elapsed().as_secs_f64();
    let origin = Origin::new("localhost", Region::parse("eu").unwrap(), &Word::parse("bench").unwrap()).unwrap();
    let folder = Folder::create(&Path::new(&place).join("trail"), &origin).expect("a new folder");
    let batches = |client: &'static str| {
        (0..events / BATCH)
            .map(move |batch| (1..=BATCH).map(|one| draft(client, batch * BATCH + one)).collect::<Vec<_>>())
    };

    let bare = rusqlite::Connection::open(Path::new(&place).join("bare.db")).unwrap();
    bare.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
         CREATE TABLE entry (seq INTEGER PRIMARY KEY, client TEXT, epoch TEXT, number INTEGER, kind TEXT, entry BLOB, leaf BLOB) STRICT;
         CREATE INDEX entry_number ON entry (client, epoch, number);
         CREATE TABLE fingerprint (seq INTEGER PRIMARY KEY, fingerprint BLOB) STRICT;",
    )
    .unwrap();
    let made: Vec<Vec<Draft>> = batches("laptop").collect();
    let began = Instant::now();
    for batch in &made {
        bare.execute_batch("BEGIN IMMEDIATE").unwrap();
        let mut entry =
            bare.prepare_cached("INSERT INTO entry VALUES (NULL, ?1, ?2, ?3, 'suggestion.accepted', ?4, ?5)").unwrap();
        let mut fingerprint = bare.prepare_cached("INSERT INTO fingerprint VALUES (NULL, ?1)").unwrap();
        for draft in batch {
            let number = i64::try_from(draft.number.get()).unwrap();
            entry.execute((draft.client.as_str(), draft.epoch.as_str(), number, &draft.sent, &[7_u8; 32][..])).unwrap();
            fingerprint.execute([&[7_u8; 32][..]]).unwrap();
        }
        bare.execute_batch("COMMIT").unwrap();
    }
    println!("bare SQLite, the same rows in batches of {BATCH}: {:.0} events/s", rate(events, began));

    let writer = Writer::start(&folder).unwrap();
    let began = Instant::now();
    for batch in made {
        writer.submit(batch).unwrap();
    }
    println!("folder, batches of {BATCH}: {:.0} events/s", rate(events, began));

    let began = Instant::now();
    std::thread::scope(|scope| {
        for client in 0..SINGLE_CLIENTS {
            let writer = &writer;
            scope.spawn(move || {
                for number in 1..=SINGLE_EVENTS {
                    writer.submit(vec![draft(&format!("single-{client}"), number)]).unwrap();
                }
            });
        }
    });
    println!(
        "folder, single events of {SINGLE_CLIENTS} clients: {:.0} events/s",
        rate(SINGLE_CLIENTS * SINGLE_EVENTS, began)
    );

    let began = Instant::now();
    Signer::open(&folder).unwrap().sign().unwrap();
    println!("read back, tiles and checkpoint: {:.0} events/s", rate(events, began));
    let began = Instant::now();
    let found = verify(&folder, &folder.verifier().unwrap()).unwrap();
    println!("verify: {:.0} events/s, {} problems", rate(found.entries, began), found.problems.len());
    let size = std::fs::metadata(folder.path().join("trail.db")).unwrap().len();
    println!("trail.db: {:.0} bytes an event", size as f64 / found.entries as f64);
}
