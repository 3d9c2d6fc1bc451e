//! A folder from its making to its verification: once, gaps, conflicts, and whatever was changed is found.

use std::path::Path;

use ai_detect_trail_log::clients::received::Arrival;
use ai_detect_trail_log::entry::fields::{GapOpened, Heartbeat, SessionEnded};
use ai_detect_trail_log::entry::vocabularies::{GapCause, GapClosing};
use ai_detect_trail_log::entry::{Entry, Event, Reading};
use ai_detect_trail_log::ids::{ClientId, Epoch, ForeignId, GapId, Region, Word};
use ai_detect_trail_log::log::checkpoint::Checkpoint;
use ai_detect_trail_log::log::origin::Origin;
use ai_detect_trail_log::log::proof_file::ProofFile;
use ai_detect_trail_log::log::verify as check;
use ai_detect_trail_log::number::{Micros, Number};
use ai_detect_trail_store::error::{Damage, StoreError};
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::prove::{self, ProveError};
use ai_detect_trail_store::signer::Signer;
use ai_detect_trail_store::verify::{Findings, Problem, verify};
use ai_detect_trail_store::writer::Writer;
use ai_detect_trail_store::{Draft, Outcome, Receipt, RefusedDraft};
use rusqlite::Connection;
use tempfile::TempDir;

fn origin() -> Origin {
    let region = Region::parse("eu").expect("a region");
    Origin::new("trail.example.org", region, &Word::parse("1f2e").expect("a word")).expect("an origin")
}

fn started() -> (TempDir, Folder) {
    let place = tempfile::tempdir().expect("a folder");
    let folder = Folder::create(&place.path().join("trail"), &origin()).expect("a trail");
    (place, folder)
}

fn draft(client: &str, number: u64, event: Event, sent: &str) -> Draft {
    let time = Micros::new(1_790_000_000_000_000).expect("a time");
    Draft {
        client: ClientId::parse(client).expect("an id"),
        epoch: Epoch::parse("e1").expect("an epoch"),
        number: Number::new(number).expect("a number"),
        time,
        received: time,
        exercise: false,
        extra: None,
        event,
        sent: sent.as_bytes().to_vec(),
    }
}

fn session(number: u64) -> Event {
    let session = ForeignId::parse(&format!("s-{number}")).expect("an id");
    Event::SessionEnd(SessionEnded { session: Some(session), end: None, tool: None })
}

fn plain(client: &str, number: u64) -> Draft {
    draft(client, number, session(number), &format!("event {number}"))
}

fn batch(client: &str, numbers: impl IntoIterator<Item = u64>) -> Vec<Draft> {
    numbers.into_iter().map(|number| plain(client, number)).collect()
}

fn through(receipt: &Receipt) -> Vec<Option<u64>> {
    receipt.acknowledged_through.values().map(|through| through.map(Number::get)).collect()
}

fn taken(arrival: Arrival) -> Outcome {
    Outcome::Taken(arrival)
}

fn database(folder: &Folder) -> Connection {
    Connection::open(folder.path().join("trail.db")).expect("a database")
}

fn events(folder: &Folder) -> Vec<Entry> {
    let connection = database(folder);
    let mut statement = connection.prepare("SELECT entry FROM entry ORDER BY seq").expect("a query");
    let rows = statement.query_map([], |row| row.get::<_, Vec<u8>>(0)).expect("rows");
    rows.map(|bytes| match Entry::read(&bytes.expect("a row")) {
        Reading::Whole(entry) => *entry,
        other => panic!("{other:?}"),
    })
    .collect()
}

fn checked(folder: &Folder) -> Findings {
    verify(folder, &folder.verifier().expect("a key")).expect("everything can be read")
}

#[test]
fn events_that_come_again_are_there_once() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    let receipt = writer.submit(batch("laptop", 1..=3)).expect("on the disk");
    assert_eq!((receipt.outcomes.as_slice(), through(&receipt)), (&[taken(Arrival::New); 3][..], vec![Some(3)]));
    // A lost answer, and another batch that overlaps.
    let receipt = writer.submit(batch("laptop", 2..=5)).expect("on the disk");
    let (again, new) = (taken(Arrival::Again), taken(Arrival::New));
    assert_eq!((receipt.outcomes, through(&receipt_of(&writer))), (vec![again, again, new, new], vec![Some(5)]));
    let numbers: Vec<u64> = events(&folder).iter().map(|entry| entry.number.get()).collect();
    assert_eq!(numbers, [1, 2, 3, 4, 5]);
    drop(writer);
    // The same after a new start.
    let writer = Writer::start(&folder).expect("a writer");
    assert_eq!(writer.submit(batch("laptop", [5])).expect("on the disk").outcomes, [again]);
    assert_eq!(checked(&folder).problems, []);
}

/// What the collector answers to something that it has.
fn receipt_of(writer: &Writer) -> Receipt {
    writer.submit(batch("laptop", [1])).expect("on the disk")
}

#[test]
fn the_same_number_with_other_content_is_kept_as_a_conflict_once() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    writer.submit(batch("laptop", 1..=2)).expect("on the disk");
    let other = || vec![draft("laptop", 2, session(99), "another event 2")];
    assert_eq!(writer.submit(other()).expect("on the disk").outcomes, [taken(Arrival::Conflict)]);
    assert_eq!(writer.submit(other()).expect("on the disk").outcomes, [taken(Arrival::Again)]);
    let events = events(&folder);
    assert_eq!(events.len(), 3);
    assert_eq!((events[2].number.get(), events[2].conflict.map(|index| index.get())), (2, Some(1)));
    // Where its fingerprints were erased, nobody can say any more.
    database(&folder).execute("DELETE FROM fingerprint", []).expect("erased");
    assert_eq!(writer.submit(other()).expect("on the disk").outcomes, [taken(Arrival::AgainUnchecked)]);
    assert_eq!(checked(&folder).problems, []);
}

#[test]
fn a_gap_is_opened_and_closed_by_entries() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    let receipt = writer.submit(batch("laptop", [1, 2, 6])).expect("on the disk");
    assert_eq!(through(&receipt), [Some(2)]);
    let log = events(&folder);
    let Event::GapOpened(opened) = &log[3].event else { panic!("{log:?}") };
    assert_eq!((opened.first.map(Number::get), opened.last.map(Number::get)), (Some(3), Some(5)));
    assert_eq!((&opened.cause, log[3].client.as_str()), (&GapCause::NumbersMissing, "collector"));
    drop(writer);
    let writer = Writer::start(&folder).expect("a writer");
    let receipt = writer.submit(batch("laptop", 3..=5)).expect("on the disk");
    assert_eq!(through(&receipt), [Some(6)]);
    let log = events(&folder);
    let Event::GapClosed(closed) = &log[7].event else { panic!("{log:?}") };
    assert_eq!((closed.gap, &closed.closing, log.len()), (opened.gap, &GapClosing::Arrived, 8));
    assert_eq!(checked(&folder).problems, []);
}

#[test]
fn what_a_client_dropped_and_counted_does_not_hold_it_back() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    let gap = GapId::from_random([5; 16]);
    let number = |number| Some(Number::new(number).expect("a number"));
    let overflow =
        Event::GapOpened(GapOpened { first: number(2), last: number(4), ..GapOpened::new(gap, GapCause::Overflow) });
    let receipt =
        writer.submit(vec![plain("laptop", 1), draft("laptop", 5, overflow, "overflow")]).expect("on the disk");
    assert_eq!(through(&receipt), [Some(5)]);
    // The client's own entry opened the gap, and no second one was made.
    assert_eq!(events(&folder).len(), 2);
    let receipt = writer.submit(batch("laptop", 2..=4)).expect("on the disk");
    assert_eq!(through(&receipt), [Some(5)]);
    let log = events(&folder);
    assert!(matches!(&log[5].event, Event::GapClosed(closed) if closed.gap == gap), "{log:?}");
}

#[test]
fn two_clients_that_name_their_gaps_alike_do_not_disturb_each_other() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    let json = format!(r#"{{"gap":"g_{}","cause":"overflow","first":1,"last":3}}"#, "0".repeat(32));
    for client in ["laptop", "job"] {
        let record = format!(
            r#"{{"v":1,"client":"{client}","epoch":"e1","number":4,"kind":"gap.opened","time":1,"received":1,"region":"eu","fields":{json}}}"#
        );
        let Reading::Whole(entry) = Entry::read(record.as_bytes()) else { panic!("{record}") };
        let receipt = writer.submit(vec![draft(client, 4, entry.event, "overflow")]).expect("on the disk");
        assert_eq!(through(&receipt), [Some(4)]);
    }
    assert_eq!(checked(&folder).problems, []);
}

#[test]
fn a_client_that_signs_off_leaves_no_number_unexplained() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    let heartbeat = |made, closing| {
        Event::Heartbeat(Heartbeat { made: Number::new(made).expect("a number"), waiting: None, tools: None, closing })
    };
    writer.submit(vec![draft("job", 1, heartbeat(9, None), "h1")]).expect("on the disk");
    // Behind is no gap.
    assert_eq!(events(&folder).len(), 1);
    writer.submit(vec![draft("job", 2, heartbeat(9, Some(true)), "h2")]).expect("on the disk");
    let log = events(&folder);
    let Event::GapOpened(opened) = &log[2].event else { panic!("{log:?}") };
    assert_eq!((opened.first.map(Number::get), opened.last.map(Number::get)), (Some(3), Some(9)));
}

#[test]
fn what_is_refused_is_not_in_the_log_and_the_rest_is() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    let tools = vec![Word::parse(&"x".repeat(64)).expect("a word"); 300];
    let long = Event::Heartbeat(Heartbeat { made: Number::FIRST, waiting: None, tools: Some(tools), closing: None });
    let receipt = writer
        .submit(vec![plain("collector", 1), plain("laptop", 1), draft("laptop", 2, long, "long"), plain("laptop", 3)])
        .expect("on the disk");
    assert_eq!(receipt.outcomes[0], Outcome::Refused(RefusedDraft::Reserved));
    assert!(matches!(receipt.outcomes[2], Outcome::Refused(RefusedDraft::TooLong { .. })));
    assert_eq!((receipt.outcomes[1], receipt.outcomes[3]), (taken(Arrival::New), taken(Arrival::New)));
    assert_eq!(through(&receipt), [Some(1)]);
    assert_eq!(checked(&folder).problems, []);
}

#[test]
fn checkpoints_continue_each_other() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    let key = folder.verifier().expect("a key");
    let mut sizes = Vec::new();
    for numbers in [1..=1, 2..=255, 256..=256, 257..=257, 258..=700] {
        writer.submit(batch("laptop", numbers)).expect("on the disk");
        // A new signer each time: it knows no more than the files say.
        let text = Signer::open(&folder).expect("a signer").sign().expect("signed");
        sizes.push(Checkpoint::open(text.as_bytes(), &key).expect("a checkpoint").size);
        let found = checked(&folder);
        assert_eq!((found.problems, found.signed, found.entries), (vec![], found.entries, found.signed));
        // Nothing came since: it is the same one.
        assert_eq!(Signer::open(&folder).expect("a signer").sign().expect("signed"), text);
    }
    assert_eq!(sizes, [1, 255, 256, 257, 700]);
}

/// A folder with 300 signed entries and 10 that are not.
fn filled() -> (TempDir, Folder) {
    let (place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    writer.submit(batch("laptop", 1..=300)).expect("on the disk");
    Signer::open(&folder).expect("a signer").sign().expect("signed");
    writer.submit(batch("laptop", 301..=310)).expect("on the disk");
    assert_eq!(checked(&folder).problems, []);
    (place, folder)
}

#[test]
fn a_row_that_was_changed_by_sql_is_named_and_never_signed() {
    for (change, index) in [
        ("UPDATE entry SET entry = CAST(replace(CAST(entry AS TEXT), 's-8', 's-9') AS BLOB) WHERE seq = 7", 7),
        ("UPDATE entry SET leaf = zeroblob(32) WHERE seq = 299", 299),
        ("UPDATE entry SET kind = 'prompt' WHERE seq = 40", 40),
        ("UPDATE entry SET client = 'other' WHERE seq = 41", 41),
        ("UPDATE entry SET number = 99 WHERE seq = 42", 42),
        ("UPDATE entry SET conflict = 1 WHERE seq = 43", 43),
        ("DELETE FROM fingerprint WHERE seq = 5; DELETE FROM entry WHERE seq = 5", 5),
        ("UPDATE entry SET entry = CAST(replace(CAST(entry AS TEXT), 's-30', 's-31') AS BLOB) WHERE seq = 305", 305),
    ] {
        let (_place, folder) = filled();
        database(&folder).execute_batch(change).expect("changed");
        let problems = checked(&folder).problems;
        let named = problems.iter().any(|problem| match problem {
            Problem::Rows(Damage::Missing { index: at } | Damage::Entry { index: at })
            | Problem::Columns { index: at } => *at == index,
            _ => false,
        });
        assert!(named, "{change}: {problems:?}");
        if index > 300 {
            let refused = Signer::open(&folder).expect("a signer").sign();
            assert!(
                matches!(refused, Err(StoreError::Damaged { problem: Damage::Entry { index: 305 }, .. })),
                "{refused:?}"
            );
        }
    }
}

#[test]
fn whoever_changes_a_row_and_all_hashes_in_the_database_has_still_the_tiles_against_them() {
    let (_place, folder) = filled();
    let connection = database(&folder);
    let bytes: Vec<u8> =
        connection.query_row("SELECT entry FROM entry WHERE seq = 7", [], |row| row.get(0)).expect("a row");
    let forged = String::from_utf8(bytes).expect("text").replace("s-8", "s-9").into_bytes();
    let leaf = ai_detect_trail_log::log::hash::TreeHash::of_leaf(&forged);
    let update = "UPDATE entry SET entry = ?1, leaf = ?2 WHERE seq = 7";
    connection.execute(update, (forged, leaf.as_bytes().as_slice())).expect("changed");
    let problems = checked(&folder).problems;
    let named = problems.iter().any(|problem| matches!(problem, Problem::Log(problem) if problem.entries() == (7, 8)));
    assert!(named, "{problems:?}");
}

#[test]
fn entries_that_were_cut_off_or_a_row_of_ranges_that_was_changed_are_found() {
    let (_place, folder) = filled();
    database(&folder)
        .execute_batch("DELETE FROM fingerprint WHERE seq > 249; DELETE FROM entry WHERE seq > 249")
        .expect("cut");
    let problems = checked(&folder).problems;
    assert!(problems.contains(&Problem::Rows(Damage::Shrunk { signed: 300, stored: 250 })), "{problems:?}");
    let (_place, folder) = filled();
    database(&folder).execute("UPDATE received SET last = 309 WHERE client = 'laptop'", []).expect("changed");
    assert!(matches!(checked(&folder).problems.as_slice(), [Problem::Ranges { .. }]));
}

#[test]
fn a_byte_that_was_changed_in_any_file_of_the_log_is_found() {
    let (_place, folder) = filled();
    let mut files = Vec::new();
    let mut folders = vec![folder.path().join("log")];
    while let Some(one) = folders.pop() {
        for entry in std::fs::read_dir(one).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() { folders.push(path) } else { files.push(path) }
        }
    }
    let key = folder.verifier().expect("a key");
    assert!(files.len() >= 4, "{files:?}");
    for path in files.iter().filter(|path| path.file_name().is_some_and(|name| name != "key")) {
        let whole = std::fs::read(path).expect("a file");
        for place in [0, whole.len() / 2, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[place] ^= 4;
            std::fs::write(path, &changed).expect("changed");
            let found = verify(&folder, &key);
            assert!(found.is_err() || found.is_ok_and(|found| !found.problems.is_empty()), "{}", path.display());
            // What was signed before is wrong, so nothing is signed on top of it.
            if path.ends_with("checkpoint")
                || path.components().any(|part| part.as_os_str().to_string_lossy().ends_with(".p"))
            {
                assert!(Signer::open(&folder).expect("a signer").sign().is_err(), "{}", path.display());
            }
        }
        std::fs::write(path, &whole).expect("mended");
    }
    assert_eq!(checked(&folder).problems, []);
}

#[test]
fn a_database_that_was_rolled_back_is_not_signed_again() {
    let (_place, folder) = started();
    let copy = |from: &Path, to: &Path| assert!(std::fs::copy(from, to).expect("copied") > 0);
    let (now, then) = (folder.path().join("trail.db"), folder.path().join("then.db"));
    {
        let writer = Writer::start(&folder).expect("a writer");
        writer.submit(batch("laptop", 1..=10)).expect("on the disk");
    }
    copy(&now, &then);
    {
        let writer = Writer::start(&folder).expect("a writer");
        writer.submit(batch("laptop", 11..=20)).expect("on the disk");
        Signer::open(&folder).expect("a signer").sign().expect("signed");
    }
    copy(&then, &now);
    let refused = Signer::open(&folder).expect("a signer").sign();
    assert!(
        matches!(refused, Err(StoreError::Damaged { problem: Damage::Shrunk { signed: 20, stored: 10 }, .. })),
        "{refused:?}"
    );
    // Other events took their places meanwhile.
    let writer = Writer::start(&folder).expect("a writer");
    writer.submit(batch("another", 1..=10)).expect("on the disk");
    let refused = Signer::open(&folder).expect("a signer").sign();
    assert!(matches!(refused, Err(StoreError::Damaged { problem: Damage::Root { .. }, .. })), "{refused:?}");
}

#[test]
fn signed_entries_are_proven_offline_and_others_are_not() {
    let (_place, folder) = filled();
    let key = folder.verifier().expect("a key");
    for index in [0, 255, 256, 299] {
        let proof = prove::entry(&folder, &key, index).expect("a proof");
        let again = ProofFile::parse(proof.to_text().as_bytes()).expect("a proof");
        assert_eq!(again.verify(&key).map(|checkpoint| checkpoint.size), Ok(300));
        let entry = Entry::read(again.entry.as_deref().expect("the entry"));
        assert!(matches!(entry, Reading::Whole(entry) if entry.number.get() == index + 1));
    }
    let none = prove::entry(&folder, &key, 300);
    assert!(matches!(none, Err(ProveError::NotSigned { index: 300, size: 300 })));
    // A damaged folder hands out no proof that does not hold.
    database(&folder).execute("UPDATE entry SET entry = x'00' WHERE seq = 8", []).expect("changed");
    assert!(matches!(prove::entry(&folder, &key, 8), Err(ProveError::Invalid(_))));
}

#[test]
fn a_log_proves_that_it_continues_an_older_checkpoint_and_a_fork_cannot() {
    let (_place, folder) = filled();
    let key = folder.verifier().expect("a key");
    let open = |text: &str| Checkpoint::open(text.as_bytes(), &key).expect("a checkpoint");
    let older = open(&Signer::open(&folder).expect("a signer").sign().expect("signed"));
    let writer = Writer::start(&folder).expect("a writer");
    writer.submit(batch("laptop", 311..=700)).expect("on the disk");
    Signer::open(&folder).expect("a signer").sign().expect("signed");
    let proof = prove::consistency(&folder, &key, &older).expect("a proof");
    let newer = open(&proof.checkpoint);
    assert_eq!((older.size, newer.size), (310, 700));
    assert_eq!(check::consistency(310, 700, &proof.path, older.root, newer.root), Ok(()));
    let forked = Checkpoint { root: newer.root, ..older.clone() };
    assert!(matches!(prove::consistency(&folder, &key, &forked), Err(ProveError::Inconsistent(_))));
    let rolled_back = Checkpoint { size: 701, ..older };
    assert!(matches!(prove::consistency(&folder, &key, &rolled_back), Err(ProveError::Inconsistent(_))));
}

#[test]
fn a_folder_that_is_not_ours_is_left_alone() {
    let place = tempfile::tempdir().expect("a folder");
    assert!(matches!(Folder::open(place.path()), Err(StoreError::NoTrail(_))));
    std::fs::write(place.path().join("letter.txt"), "Dear Ada").expect("a file");
    assert!(matches!(Folder::create(place.path(), &origin()), Err(StoreError::NotOurs(_))));
    std::fs::write(place.path().join("trail.db"), "not a database, but long enough to look at").expect("a file");
    assert!(matches!(Folder::open(place.path()), Err(StoreError::Database { .. })));
    std::fs::remove_file(place.path().join("trail.db")).expect("gone");
    Connection::open(place.path().join("trail.db"))
        .and_then(|it| it.execute_batch("CREATE TABLE t (a)"))
        .expect("a database");
    assert!(matches!(Folder::open(place.path()), Err(StoreError::NotOurs(_))));
    let (_place, folder) = started();
    assert!(matches!(Folder::create(folder.path(), &origin()), Err(StoreError::NotOurs(_))));
    assert!(Folder::open(folder.path()).is_ok());
    database(&folder).pragma_update(None, "user_version", 99).expect("newer");
    assert!(matches!(Folder::open(folder.path()), Err(StoreError::Newer { found: 99, .. })));
}

#[cfg(unix)]
#[test]
fn only_the_owner_can_look_into_the_folder() {
    use std::os::unix::fs::PermissionsExt as _;
    let (_place, folder) = started();
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(folder.path()), 0o700);
    assert_eq!(mode(&folder.path().join("signing.key")), 0o600);
}

#[test]
fn many_clients_at_once_are_all_there() {
    let (_place, folder) = started();
    let writer = Writer::start(&folder).expect("a writer");
    std::thread::scope(|scope| {
        for client in 0..8 {
            let writer = &writer;
            scope.spawn(move || {
                for number in 1..=20 {
                    let receipt = writer.submit(batch(&format!("client-{client}"), [number])).expect("on the disk");
                    assert_eq!(through(&receipt), [Some(number)]);
                }
            });
        }
    });
    let found = checked(&folder);
    assert_eq!((found.entries, found.problems), (160, vec![]));
}

#[test]
fn a_folder_whose_maker_was_killed_is_made_at_the_next_start() {
    let nothing = |_: &std::path::Path| {};
    let key = |trail: &std::path::Path| {
        std::fs::create_dir(trail.join("log")).expect("a folder");
        std::fs::write(trail.join("log/key"), "trail").expect("written");
        std::fs::write(trail.join("signing.new"), "PRI").expect("written");
    };
    let database = |trail: &std::path::Path| {
        std::fs::write(trail.join("signing.key"), "PRIVATE").expect("written");
        let connection = Connection::open(trail.join("trail.db")).expect("a database");
        connection.execute_batch("PRAGMA journal_mode = WAL; CREATE TABLE entry (seq)").expect("a table");
    };
    for begun in [&nothing as &dyn Fn(&std::path::Path), &key, &database] {
        let place = tempfile::tempdir().expect("a folder");
        let trail = place.path().join("trail");
        std::fs::create_dir(&trail).expect("a folder");
        std::fs::write(trail.join("unfinished"), "").expect("written");
        begun(&trail);
        assert!(matches!(Folder::open(&trail), Err(StoreError::NoTrail(_))));
        let folder = Folder::create(&trail, &origin()).expect("made");
        Writer::start(&folder).expect("a writer").submit(batch("laptop", 1..=3)).expect("on the disk");
        assert!(Folder::open(&trail).is_ok() && !trail.join("unfinished").exists());
        // The same files without the mark may be anybody's.
        let other = place.path().join("other");
        std::fs::create_dir(&other).expect("a folder");
        begun(&other);
        let is_empty = std::fs::read_dir(&other).expect("a folder").next().is_none();
        assert_eq!(matches!(Folder::create(&other, &origin()), Err(StoreError::NotOurs(_))), !is_empty);
    }
}

#[test]
fn a_folder_that_is_whole_is_never_made_again() {
    let (_place, folder) = started();
    let key = folder.verifier().expect("a key");
    let mark = folder.path().join("unfinished");
    // Its maker was killed after the last step.
    std::fs::write(&mark, "").expect("written");
    assert_eq!(Folder::create(folder.path(), &origin()).expect("there").verifier().expect("a key"), key);
    assert!(!mark.exists());
    std::fs::write(&mark, "").expect("written");
    assert_eq!(Folder::open(folder.path()).expect("there").verifier().expect("a key"), key);
    assert!(!mark.exists());
}
