//! Entries that go from the database into files: nothing is lost, nothing is there twice, and all readers see one log.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use ai_detect_trail_log::clients::received::Arrival;
use ai_detect_trail_log::entry::fields::SessionEnded;
use ai_detect_trail_log::entry::{Entry, Event, Reading};
use ai_detect_trail_log::ids::{ClientId, Epoch, ForeignId, Region, Word};
use ai_detect_trail_log::log::checkpoint::Checkpoint;
use ai_detect_trail_log::log::origin::Origin;
use ai_detect_trail_log::number::{Micros, Number};
use ai_detect_trail_store::backup::{backup, check, restore};
use ai_detect_trail_store::error::{Damage, StoreError};
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::prove;
use ai_detect_trail_store::reading::{self, Stored};
use ai_detect_trail_store::sealer::{Pace, Sealed, Sealer, Window};
use ai_detect_trail_store::segments::name::Day;
use ai_detect_trail_store::signer::Signer;
use ai_detect_trail_store::verify::{Findings, verify};
use ai_detect_trail_store::writer::Writer;
use ai_detect_trail_store::{Draft, Outcome};
use rusqlite::Connection;
use tempfile::TempDir;

/// 22 September 2026, at some time of the day.
pub(crate) const DAY: i64 = 1_790_035_200_000_000;
const HOUR: i64 = 3_600_000_000;

pub(crate) fn started() -> (TempDir, Folder) {
    let place = tempfile::tempdir().expect("a folder");
    let (region, instance) = (Region::parse("eu").expect("a region"), Word::parse("1").expect("a word"));
    let origin = Origin::new("trail.example.org", region, &instance).expect("an origin");
    let folder = Folder::create(&place.path().join("trail"), &origin).expect("a trail");
    (place, folder)
}

/// An event that the collector got so many days after the first.
pub(crate) fn draft(client: &str, number: u64, day: i64) -> Draft {
    draft_with(client, number, DAY + day * 24 * HOUR, &format!("s-{number}"))
}

pub(crate) fn draft_with(client: &str, number: u64, received: i64, session: &str) -> Draft {
    let time = Micros::new(received).expect("a time");
    Draft {
        client: ClientId::parse(client).expect("an id"),
        epoch: Epoch::parse("e1").expect("an epoch"),
        number: Number::new(number).expect("a number"),
        time,
        received: time,
        exercise: false,
        extra: None,
        event: Event::SessionEnd(SessionEnded { session: ForeignId::parse(session).ok(), end: None, tool: None }),
        sent: session.as_bytes().to_vec(),
    }
}

/// Three days of 300 events of two clients each, signed.
pub(crate) fn filled() -> (TempDir, Folder) {
    let (place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    for day in 0..3 {
        for client in ["laptop", "desktop"] {
            let numbers = day as u64 * 150 + 1..=day as u64 * 150 + 150;
            writer.submit(numbers.map(|number| draft(client, number, day)).collect()).expect("on the disk");
        }
    }
    drop(writer);
    sign(&folder);
    (place, folder)
}

pub(crate) fn sign(folder: &Folder) -> String {
    Signer::open(folder).expect("a signer").sign().expect("signed")
}

pub(crate) fn day(text: &str) -> Day {
    Day::parse(text).expect("a day")
}

pub(crate) fn seal(folder: &Folder, before: &str) -> Sealed {
    try_seal(folder, before).expect("sealed")
}

fn try_seal(folder: &Folder, before: &str) -> Result<Sealed, StoreError> {
    let window = Window { before: day(before), today: day("2028-12-24") };
    Sealer::open(folder, Pace::Fast, Arc::default())?.seal(window)
}

pub(crate) fn checked(folder: &Folder) -> Findings {
    verify(folder, &folder.verifier().expect("a key")).expect("everything can be read")
}

/// All entries, as a reader sees them. That is an entry as well, which is not among them.
pub(crate) fn all(folder: &Folder, client: Option<&str>) -> Vec<Stored> {
    let client = client.map(|client| ClientId::parse(client).expect("an id"));
    let writer = Writer::start(folder).expect("a writer");
    let entries = reading::entries(folder, client, None).expect("readable");
    let entries = entries.audit(&writer, Micros::new(DAY).expect("a time")).expect("on the disk").into_answer();
    let mut found = Vec::new();
    entries
        .for_each(|stored| {
            found.push(stored);
            Ok::<_, StoreError>(())
        })
        .expect("readable");
    assert_eq!(entries.count, found.len() as u64);
    found
}

pub(crate) fn database(folder: &Folder) -> Connection {
    Connection::open(folder.path().join("trail.db")).expect("a database")
}

fn rows(folder: &Folder, query: &str) -> i64 {
    database(folder).query_row(query, [], |row| row.get(0)).expect("a number")
}

pub(crate) fn files(folder: &Folder) -> Vec<String> {
    let mut found = Vec::new();
    let mut folders = vec![folder.path().join("segments")];
    while let Some(one) = folders.pop() {
        for entry in fs::read_dir(one).into_iter().flatten() {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let below = path.strip_prefix(folder.path().join("segments")).expect("below");
                found.push(below.to_string_lossy().into_owned());
            }
        }
    }
    found.sort();
    found
}

#[test]
fn sealed_entries_lie_in_files_by_day_and_all_readers_see_one_log() {
    let (_place, folder) = filled();
    let key = folder.verifier().expect("a key");
    let before = all(&folder, None);
    let of_laptop = all(&folder, Some("laptop"));
    let proof = prove::entry(&folder, &key, 7).expect("a proof");
    assert_eq!(seal(&folder, "2026-09-24"), Sealed { entries: 600, files: 2 });
    assert_eq!(
        files(&folder),
        ["day=2026-09-22/000000000000-000000000299.parquet", "day=2026-09-23/000000000300-000000000599.parquet"]
    );
    assert_eq!(rows(&folder, "SELECT min(seq) FROM entry"), 600);
    assert_eq!(rows(&folder, "SELECT count(*) FROM fingerprint WHERE seq < 600"), 0);
    let found = checked(&folder);
    assert_eq!((found.problems, found.sealed), (vec![], 600));
    // What was read before, and what was recorded about it.
    assert_eq!(all(&folder, None)[..before.len()], before);
    assert_eq!(all(&folder, Some("laptop")), of_laptop);
    assert_eq!(prove::entry(&folder, &key, 7).expect("a proof"), proof);
    for index in [0, 255, 256, 299, 300, 599, 600, 899] {
        let proof = prove::entry(&folder, &key, index).expect("a proof");
        assert_eq!(proof.verify(&key).map(|checkpoint| checkpoint.size), Ok(900), "{index}");
    }
    // Nothing is old enough any more.
    assert_eq!(seal(&folder, "2026-09-24"), Sealed::default());
}

#[test]
fn the_log_goes_on_after_it_was_sealed_to_its_end() {
    let (_place, folder) = filled();
    let key = folder.verifier().expect("a key");
    assert_eq!(seal(&folder, "2026-12-01").entries, 900);
    assert_eq!(rows(&folder, "SELECT count(*) FROM entry"), 0);
    let older = Checkpoint::open(sign(&folder).as_bytes(), &key).expect("a checkpoint");
    let writer = Writer::start(&folder).expect("a writer");
    writer.submit((451..=900).map(|number| draft("laptop", number, 5)).collect()).expect("on the disk");
    drop(writer);
    sign(&folder);
    assert_eq!(checked(&folder).problems, []);
    let proof = prove::consistency(&folder, &key, &older);
    assert!(proof.is_ok(), "{proof:?}");
    assert_eq!(seal(&folder, "2026-12-01").entries, 450);
    assert_eq!(checked(&folder).problems, []);
    // Tiles of leaves are made of the sealed file that holds all their entries.
    let tiles = fs::read_dir(folder.path().join("log/tile/0")).expect("a folder");
    let names: BTreeSet<_> = tiles.map(|one| one.expect("an entry").file_name().into_string().expect("text")).collect();
    assert_eq!(names, BTreeSet::from(["001", "002", "003", "005.p"].map(str::to_owned)));
}

#[test]
fn a_number_that_comes_again_after_it_was_sealed_is_told_from_one_with_other_content() {
    let (_place, folder) = filled();
    seal(&folder, "2026-09-24");
    let other = || vec![draft_with("laptop", 2, DAY, "another session")];
    let submit = |drafts| Writer::start(&folder).expect("a writer").submit(drafts).expect("on the disk").outcomes;
    assert_eq!(submit(vec![draft("laptop", 2, 0)]), [Outcome::Taken(Arrival::Again)]);
    assert_eq!(submit(other()), [Outcome::Taken(Arrival::Conflict)]);
    assert_eq!(submit(other()), [Outcome::Taken(Arrival::Again)]);
    let last = all(&folder, Some("laptop")).pop().expect("an entry");
    let Reading::Whole(entry) = Entry::read(&last.bytes) else { panic!("{last:?}") };
    assert_eq!((entry.number.get(), entry.conflict.map(|index| index.get())), (2, Some(1)));
    // The same once the conflict is sealed as well, which was received on the first day, and lies with those of the third.
    sign(&folder);
    assert!(seal(&folder, "2026-09-25").entries > 300);
    assert_eq!(submit(other()), [Outcome::Taken(Arrival::Again)]);
    assert_eq!(submit(vec![draft("laptop", 2, 0)]), [Outcome::Taken(Arrival::Again)]);
    assert_eq!(checked(&folder).problems, []);
    // Where its fingerprints were erased, nobody can say any more.
    database(&folder).execute("UPDATE sealed_fingerprint SET fingerprints = zeroblob(2048)", []).expect("erased");
    let third = vec![draft_with("laptop", 2, DAY, "a third session")];
    assert_eq!(submit(third), [Outcome::Taken(Arrival::AgainUnchecked)]);
}

#[test]
fn days_never_go_back_and_a_clock_far_off_holds_nothing_up() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    // By batch: hours after the first, as the collector's clock showed them.
    let far = 24 * 365 * 80;
    for (number, hours) in (1..).zip([20, 23, 25, 22, 30, far, 31, 52]) {
        writer.submit(vec![draft_with("laptop", number, DAY + hours * HOUR, "s")]).expect("on the disk");
    }
    sign(&folder);
    assert_eq!(seal(&folder, "2026-09-24"), Sealed { entries: 7, files: 2 });
    assert_eq!(
        files(&folder),
        ["day=2026-09-22/000000000000-000000000001.parquet", "day=2026-09-23/000000000002-000000000006.parquet"]
    );
    assert_eq!(checked(&folder).problems, []);
}

#[test]
fn only_what_is_signed_is_sealed() {
    let (_place, folder) = filled();
    let writer = Writer::start(&folder).expect("a writer");
    writer.submit((451..=500).map(|number| draft("laptop", number, 2)).collect()).expect("on the disk");
    assert_eq!(seal(&folder, "2026-12-01").entries, 900);
    assert_eq!(rows(&folder, "SELECT count(*) FROM entry"), 50);
    let (_place, unsigned) = started();
    Writer::start(&unsigned).expect("a writer").submit(vec![draft("laptop", 1, 0)]).expect("on the disk");
    assert_eq!(seal(&unsigned, "2026-12-01"), Sealed::default());
}

#[test]
fn a_row_that_was_changed_after_it_was_signed_is_not_sealed() {
    for change in [
        "UPDATE entry SET entry = CAST(replace(CAST(entry AS TEXT), 's-8', 's-9') AS BLOB) WHERE seq = 7",
        "DELETE FROM fingerprint WHERE seq = 7; DELETE FROM entry WHERE seq = 7",
    ] {
        let (_place, folder) = filled();
        database(&folder).execute_batch(change).expect("changed");
        let before = rows(&folder, "SELECT count(*) FROM entry");
        let refused = try_seal(&folder, "2026-09-24");
        assert!(
            matches!(
                refused,
                Err(StoreError::Damaged { problem: Damage::Entry { index: 7 } | Damage::Missing { index: 7 }, .. })
            ),
            "{refused:?}"
        );
        assert_eq!(rows(&folder, "SELECT count(*) FROM entry"), before);
        assert_eq!(rows(&folder, "SELECT count(*) FROM segment"), 0);
    }
}

#[test]
fn what_an_ended_run_has_left_is_cleaned_up_by_the_next() {
    let (place, folder) = filled();
    let copy = |from: &Path, to: &Path| assert!(fs::copy(from, to).expect("copied") > 0);
    let kept = place.path().join("kept.db");
    copy(&folder.path().join("trail.db"), &kept);
    seal(&folder, "2026-09-23");
    let name = "000000000000-000000000299.parquet";
    let day = folder.path().join("segments/day=2026-09-22");
    // The file is there, and the database as it was before it was noted.
    for database in ["trail.db-wal", "trail.db-shm"] {
        let _ = fs::remove_file(folder.path().join(database));
    }
    copy(&kept, &folder.path().join("trail.db"));
    fs::write(day.join("000000000000.new"), "half a file").expect("written");
    assert!(day.join(name).exists());
    let entries = rows(&folder, "SELECT count(*) FROM entry");
    // Nothing is missing until then: the rows are there.
    let problems = checked(&folder).problems;
    assert!(problems.iter().all(|one| one.to_string().contains("tile/0/000")), "{problems:?}");
    assert_eq!(rows(&folder, "SELECT count(*) FROM entry"), entries);
    drop(Sealer::open(&folder, Pace::Fast, Arc::default()).expect("cleaned"));
    assert_eq!(files(&folder), Vec::<String>::new());
    // A file is never removed while the database has not all of its entries.
    database(&folder)
        .execute_batch("DELETE FROM fingerprint WHERE seq = 5; DELETE FROM entry WHERE seq = 5")
        .expect("gone");
    fs::write(day.join(name), "all that is left of entry 5").expect("written");
    drop(Sealer::open(&folder, Pace::Fast, Arc::default()).expect("opened"));
    assert_eq!(files(&folder), [format!("day=2026-09-22/{name}")]);
}

#[test]
fn a_file_of_several_groups_of_rows_is_checked_in_the_order_of_the_log() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    for first in (1..=34_000).step_by(1000) {
        writer.submit((first..first + 1000).map(|number| draft("laptop", number, 0)).collect()).expect("on the disk");
    }
    drop(writer);
    sign(&folder);
    assert_eq!(seal(&folder, "2026-09-23"), Sealed { entries: 34_000, files: 1 });
    let found = checked(&folder);
    assert_eq!((found.problems, found.entries, found.unreadable), (vec![], 34_000, 0));
    let key = folder.verifier().expect("a key");
    // At the borders of groups, which have at most 16,384 rows.
    for index in [0, 16_383, 16_384, 32_767, 32_768, 33_999] {
        let proof = prove::entry(&folder, &key, index).expect("a proof");
        let Reading::Whole(entry) = Entry::read(proof.entry.as_deref().expect("the entry")) else { panic!("{index}") };
        assert_eq!(entry.number.get(), index + 1);
    }
}

#[test]
fn one_process_seals_at_a_time() {
    let (_place, folder) = filled();
    let sealer = Sealer::open(&folder, Pace::Fast, Arc::default()).expect("a sealer");
    assert!(matches!(try_seal(&folder, "2026-09-24"), Err(StoreError::Sealing(_))));
    drop(sealer);
    assert_eq!(seal(&folder, "2026-09-24").entries, 600);
}

/// Ends the other thread, also where a test fails.
struct Over<'a>(&'a AtomicBool);

impl Drop for Over<'_> {
    fn drop(&mut self) {
        self.0.store(true, Ordering::Relaxed);
    }
}

#[test]
fn backups_and_proofs_are_whole_while_entries_are_sealed() {
    let (place, folder) = filled();
    let key = folder.verifier().expect("a key");
    let writer = Writer::start(&folder).expect("a writer");
    let is_over = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let _over = Over(&is_over);
        scope.spawn(|| {
            for turn in 0_u64.. {
                if is_over.load(Ordering::Relaxed) {
                    break;
                }
                let numbers = 451 + turn * 300..=750 + turn * 300;
                let drafts = numbers.map(|number| draft("laptop", number, 3 + turn as i64)).collect();
                writer.submit(drafts).expect("on the disk");
                sign(&folder);
                seal(&folder, "2026-12-01");
                std::thread::sleep(Duration::from_millis(10));
            }
        });
        for turn in 0..4 {
            let to = place.path().join(format!("backup-{turn}"));
            backup(&folder, &writer, &to, Micros::new(DAY).expect("a time")).expect("a backup");
            let found = check(&to, &place.path().join(format!("scratch-{turn}"))).expect("readable");
            assert_eq!(found.problems, [], "backup {turn}");
            for index in [0, 299, 899] {
                let proof = prove::entry(&folder, &key, index).expect("a proof");
                assert!(proof.verify(&key).is_ok());
            }
            assert_eq!(checked(&folder).problems, []);
        }
    });
    seal(&folder, "2026-09-24");
    let copy = place.path().join("backup");
    backup(&folder, &writer, &copy, Micros::new(DAY).expect("a time")).expect("a backup");
    let restored = restore(&copy, &place.path().join("restored"), Micros::new(DAY).expect("a time")).expect("restored");
    let found = checked(&restored);
    assert_eq!((found.problems.as_slice(), found.signed), (&[][..], found.entries));
    assert!(found.sealed >= 600);
    // A sealed file that the backup lacks is no backup.
    fs::remove_file(copy.join("segments/day=2026-09-22/000000000000-000000000299.parquet")).expect("gone");
    assert!(restore(&copy, &place.path().join("again"), Micros::new(DAY).expect("a time")).is_err());
}
