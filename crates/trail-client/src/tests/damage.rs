//! A spool that is damaged, and disks that are full.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::spool::Spool;

use crate::tests::support::*;

/// The size of a page of the database.
const PAGE: usize = 1024;

/// A spool with events that were acknowledged, sent, and only made.
fn used(folder: &Path) -> Spool {
    let spool = spool(folder);
    spool.append(&light(1..=200)).unwrap();
    let batch = spool.next_batch(&sender(), &mut Default::default(), 100).unwrap().unwrap();
    spool.acknowledge(&all_of(&batch), at(NOON)).unwrap();
    spool
}

/// Brings everything into the one file, and overwrites a part of it.
fn overwrite(spool: &Spool, at: usize, bytes: &[u8]) {
    let path = spool.database();
    let connection = rusqlite::Connection::open(&path).unwrap();
    connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(())).unwrap();
    drop(connection);
    let mut content = fs::read(&path).unwrap();
    let end = (at + bytes.len()).min(content.len());
    if let Some(part) = content.get_mut(at..end) {
        part.copy_from_slice(&bytes[..part.len()]);
    }
    fs::write(&path, content).unwrap();
}

#[test]
fn a_damaged_spool_is_put_aside_and_its_loss_is_an_event() {
    type Damage = fn(&Spool);
    let damages: [(&str, Damage); 5] = [
        ("its beginning is overwritten", |spool| overwrite(spool, 0, &[0x5a; 4096])),
        ("it is empty", |spool| fs::write(spool.database(), b"").unwrap()),
        ("it is something else", |spool| {
            // Else all pages would still be in the log of SQLite, and nothing would be lost.
            overwrite(spool, 0, b"");
            fs::write(spool.database(), b"hello, this is not a database at all").unwrap();
        }),
        ("half of it is gone", |spool| {
            overwrite(spool, 0, b"");
            let content = fs::read(spool.database()).unwrap();
            fs::write(spool.database(), &content[..content.len() / 2]).unwrap();
        }),
        ("the database is gone", |spool| fs::remove_file(spool.database()).unwrap()),
    ];
    for (what, damage) in damages {
        let folder = tempfile::tempdir().unwrap();
        let spool = used(folder.path());
        damage(&spool);
        // The tables of the first page are needed by every append; pages of events may be found only later.
        let appended = spool.append(&light([7])).unwrap();
        let status = spool.status().unwrap().unwrap();
        assert_eq!(status.put_aside.len(), 1, "{what}");
        assert!(status.put_aside[0].folder.is_dir(), "{what}");
        let damaged = spool.damaged_before().unwrap().remove(0);
        assert_eq!(damaged.database.is_some(), what != "the database is gone", "{what}");
        assert!(damaged.put_aside.is_some(), "{what}");
        assert!(damaged.unacknowledged.is_none_or(|events| events == 100), "{what}: {damaged:?}");
        let sent = waiting(&spool);
        assert_eq!(sent[0]["kind"], "gap.opened", "{what}");
        assert_eq!(sent[0]["cause"], "spool-damaged", "{what}");
        assert_eq!(sent.last().unwrap()["session"], "s-7", "{what}");
        assert_eq!(numbers(&sent), [1, 2], "{what}");
        assert_eq!(appended.first.get(), 2, "{what}");
    }
}

#[test]
fn numbers_that_can_still_be_read_are_named_in_the_loss() {
    let folder = tempfile::tempdir().unwrap();
    let spool = used(folder.path());
    let epoch = spool.status().unwrap().unwrap().epoch.unwrap();
    let connection = rusqlite::Connection::open(spool.database()).unwrap();
    connection.execute_batch("DROP TABLE delivery").unwrap();
    drop(connection);
    assert!(spool.claim_start(at(NOON), at(MINUTE)).unwrap());
    let sent = waiting(&spool);
    assert_eq!((sent.len(), sent[0]["of_epoch"].as_str()), (1, Some(epoch.as_str())));
    assert_eq!((sent[0]["of"].as_str(), sent[0]["first"].as_u64()), (Some("laptop"), Some(101)));
    assert_eq!(sent[0]["last"].as_u64(), Some(200));
    assert_eq!(spool.damaged_before().unwrap()[0].unacknowledged, Some(100));
}

#[test]
fn a_loss_is_said_once() {
    let folder = tempfile::tempdir().unwrap();
    let spool = used(folder.path());
    for _ in 0..2 {
        fs::write(spool.database(), b"").unwrap();
        spool.append(&light([7])).unwrap();
    }
    // The second spool was damaged before its own event about the first could be sent.
    let sent = waiting(&spool);
    assert_eq!(sent.iter().filter(|line| line["kind"] == "gap.opened").count(), 1);
    assert_eq!(spool.put_aside_before().unwrap().len(), 2);
}

#[test]
fn a_page_that_is_damaged_anywhere_ends_in_events_that_are_sent_or_in_a_loss() {
    let folder = tempfile::tempdir().unwrap();
    let length = {
        let spool = used(folder.path());
        overwrite(&spool, 0, b"");
        fs::metadata(spool.database()).unwrap().len() as usize
    };
    for page in 0..length / PAGE {
        let folder = tempfile::tempdir().unwrap();
        let spool = used(folder.path());
        overwrite(&spool, page * PAGE, &[0xa5; PAGE]);
        // Neither appending nor sending ends in an error, and what is new arrives.
        spool.append(&light([300])).unwrap();
        let sent = waiting(&spool);
        spool.acknowledge(&Default::default(), at(NOON)).unwrap();
        let whole = numbers(&sent).len() == 101;
        let lost = sent.first().is_some_and(|line| line["kind"] == "gap.opened");
        let later = waiting(&spool).first().is_some_and(|line| line["kind"] == "gap.opened");
        assert!(whole || lost || later, "page {page}: {} events", sent.len());
    }
}

#[test]
fn a_spool_of_a_newer_version_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let spool = used(folder.path());
    let connection = rusqlite::Connection::open(spool.database()).unwrap();
    connection.pragma_update(None, "user_version", 99).unwrap();
    drop(connection);
    let error = spool.append(&light([7])).unwrap_err().to_string();
    assert!(error.contains("format 99") && error.contains("use a newer version"), "{error}");
    assert!(spool.put_aside_before().unwrap().is_empty());
}

const FOLDER: &str = "AI_DETECT_TEST_FULL_DISK";

/// Not a test: a process whose files cannot grow.
#[test]
fn a_process_whose_disk_is_full() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let spool = spool(Path::new(&folder));
    let mut appended = 0;
    let error = loop {
        match spool.append(&light([appended])) {
            Ok(_) => appended += 1,
            Err(error) => break error,
        }
    };
    println!("\nappended {appended}: {error}");
    assert!(spool.append(&light([0])).is_err());
}

#[test]
#[cfg(unix)]
fn a_full_disk_is_an_error_and_nothing_that_was_written_is_lost() {
    if std::env::var_os(FOLDER).is_some() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    spool(folder.path()).append(&light([1])).unwrap();
    // 1024 blocks of 512 bytes a file. The signal for it is ignored, so that writing fails as on a full disk.
    let script =
        "trap '' XFSZ; ulimit -f 1024; exec \"$0\" --exact tests::damage::a_process_whose_disk_is_full --nocapture";
    let output = Command::new("sh")
        .args(["-c", script])
        .arg(std::env::current_exe().unwrap())
        .env(FOLDER, folder.path())
        .output()
        .unwrap();
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    let line = text.lines().find_map(|line| line.strip_prefix("appended ")).unwrap();
    let (appended, error) = line.split_once(": ").unwrap();
    assert!(error.contains("the spool cannot be used"), "{error}");
    let appended: u64 = appended.parse().unwrap();
    assert!(appended > 5);
    let spool = spool(folder.path());
    spool.append(&light([2])).unwrap();
    assert_eq!(numbers(&waiting(&spool)), (1..=appended + 2).collect::<Vec<_>>());
    assert!(spool.put_aside_before().unwrap().is_empty());
}
