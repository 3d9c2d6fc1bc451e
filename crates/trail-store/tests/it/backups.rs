//! Backups that are made while somebody writes, and logs that are made of them.

use std::fs;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use ai_detect_trail_log::entry::Event;
use ai_detect_trail_log::entry::fields::SessionEnded;
use ai_detect_trail_log::ids::{ClientId, Epoch, ForeignId, Region, Word};
use ai_detect_trail_log::log::origin::Origin;
use ai_detect_trail_log::number::{Micros, Number};
use ai_detect_trail_store::Draft;
use ai_detect_trail_store::backup::{BackupError, backup, check, restore};
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::keys::Keys;
use ai_detect_trail_store::reading::progress;
use ai_detect_trail_store::signer::Signer;
use ai_detect_trail_store::verify::{Problem, verify};
use ai_detect_trail_store::writer::Writer;

fn now() -> Micros {
    Micros::new(1_790_000_000_000_000).expect("a time")
}

fn started(dir: &Path) -> Folder {
    let (region, instance) = (Region::parse("eu").expect("a region"), Word::parse("1").expect("a word"));
    let origin = Origin::new("trail.example.org", region, &instance).expect("an origin");
    Folder::create(dir, &origin).expect("a trail")
}

fn draft(number: u64) -> Draft {
    Draft {
        client: ClientId::parse("laptop").expect("an id"),
        epoch: Epoch::parse("e1").expect("an epoch"),
        number: Number::new(number).expect("a number"),
        time: now(),
        received: now(),
        exercise: false,
        extra: None,
        event: Event::SessionEnd(SessionEnded { session: ForeignId::parse("s").ok(), end: None, tool: None }),
        sent: number.to_string().into_bytes(),
    }
}

/// Ends the other thread, also where a test fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn a_backup_is_whole_while_somebody_writes_and_signs() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = started(&place.path().join("trail"));
    let writer = Writer::start(&folder).expect("a writer");
    writer.submit((1..=200).map(draft).collect()).expect("written");
    Signer::open(&folder).expect("a signer").sign().expect("signed");
    Keys::open(&folder).expect("keys").keep_body(b"kept", now()).expect("kept");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _over = Over(&is_over);
        scope.spawn(|| {
            let mut signer = Signer::open(&folder).expect("a signer");
            for batch in 2.. {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                writer.submit((batch * 100 + 1..=(batch + 1) * 100).map(draft).collect()).expect("written");
                signer.sign().expect("signed");
                // Enough happens during a copy; more would only make copies larger.
                std::thread::sleep(std::time::Duration::from_millis(10));
            }
        });
        for turn in 0..3 {
            let to = place.path().join(format!("backup-{turn}"));
            backup(&folder, &writer, &to, now()).expect("a backup");
            let found = check(&to, &place.path().join(format!("scratch-{turn}"))).expect("readable");
            assert_eq!(found.problems, [], "backup {turn}");
            assert!(found.signed >= 200 && found.entries >= found.signed, "{found:?}");
            assert!(!to.join("signing.key").exists());
        }
    });
}

#[test]
fn a_restored_log_has_another_name_and_says_what_it_is() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = started(&place.path().join("trail"));
    let writer = Writer::start(&folder).expect("a writer");
    writer.submit((1..=3).map(draft).collect()).expect("written");
    Signer::open(&folder).expect("a signer").sign().expect("signed");
    let copy = place.path().join("backup");
    backup(&folder, &writer, &copy, now()).expect("a backup");
    writer.submit((4..=9).map(draft).collect()).expect("written");
    let restored = restore(&copy, &place.path().join("new"), now()).expect("restored");
    assert_ne!(restored.name(), folder.name());
    let found = verify(&restored, &restored.verifier().expect("a key")).expect("readable");
    // Three events, the entry about the backup, and the gap.
    assert_eq!((found.problems.as_slice(), found.entries, found.signed), (&[][..], 5, 5));
    assert!(restored.path().join("log-before/checkpoint").is_file());
    // A client asks how far the log is, and sends the rest again.
    let (client, epoch) = (ClientId::parse("laptop").expect("an id"), Epoch::parse("e1").expect("an epoch"));
    let through = |folder| progress(folder, &client, &epoch).expect("readable").acknowledged_through.map(Number::get);
    assert_eq!(through(&restored), Some(3));
    Writer::start(&restored).expect("a writer").submit((4..=9).map(draft).collect()).expect("written");
    assert_eq!(through(&restored), Some(9));
}

#[test]
fn a_damaged_backup_is_refused_and_nothing_is_overwritten() {
    let place = tempfile::tempdir().expect("a folder");
    let folder = started(&place.path().join("trail"));
    let writer = Writer::start(&folder).expect("a writer");
    writer.submit((1..=3).map(draft).collect()).expect("written");
    Signer::open(&folder).expect("a signer").sign().expect("signed");
    let copy = place.path().join("backup");
    backup(&folder, &writer, &copy, now()).expect("a backup");
    assert!(backup(&folder, &writer, &copy, now()).is_err(), "something is there");
    assert!(restore(&copy, folder.path(), now()).is_err(), "something is there");
    let database = rusqlite::Connection::open(copy.join("trail.db")).expect("a database");
    let change = "UPDATE entry SET entry = CAST(replace(entry, 'laptop', 'Laptop') AS BLOB) WHERE seq = 1";
    assert_eq!(database.execute(change, []).expect("changed"), 1);
    drop(database);
    // What is wrong is said of the backup, which its owner knows, and not of the copy that was checked.
    let scratch = place.path().join("scratch");
    fs::create_dir_all(copy.join("segments")).expect("a folder");
    fs::write(copy.join("segments/letter.txt"), "foreign").expect("written");
    let problems = check(&copy, &scratch).expect("readable").problems;
    assert!(problems.contains(&Problem::Foreign(copy.join("segments/letter.txt"))), "{problems:?}");
    fs::remove_file(copy.join("segments/letter.txt")).expect("removed");
    for broken in ["log/key", "log/checkpoint"] {
        let whole = fs::read(copy.join(broken)).expect("a file");
        fs::write(copy.join(broken), "something else").expect("written");
        let error = check(&copy, &place.path().join(broken)).expect_err("broken").to_string();
        assert!(error.starts_with(&copy.join(broken).to_string_lossy().into_owned()), "{error}");
        fs::write(copy.join(broken), whole).expect("mended");
    }
    let error = restore(&copy, &place.path().join("new"), now()).expect_err("it does not hold");
    assert!(matches!(error, BackupError::Damaged { .. }), "{error}");
}
