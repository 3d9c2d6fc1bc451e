//! Many processes at once, and processes that are killed.
#![cfg(unix)]

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use crate::spool::Cursor;

use crate::tests::support::*;

const FOLDER: &str = "AI_DETECT_TEST_APPENDER";
const NAME: &str = "AI_DETECT_TEST_NAME";
const COUNT: &str = "AI_DETECT_TEST_COUNT";
/// How often processes are killed: more by hand, `KILLS=1000`.
const KILLS: &str = "KILLS";

/// Not a test: a process that appends, and prints what is in the spool.
#[test]
fn an_appender() {
    let Some(folder) = std::env::var_os(FOLDER) else { return };
    let name: u64 = std::env::var(NAME).unwrap().parse().unwrap();
    let count: u64 = std::env::var(COUNT).unwrap().parse().unwrap();
    let spool = spool(Path::new(&folder));
    let mut out = std::io::stdout();
    for mark in 0..count {
        let mark = name * 1_000_000 + mark;
        let appended = spool.append(&light([mark])).unwrap();
        if writeln!(out, "\nappended {mark} {}", appended.first).and_then(|()| out.flush()).is_err() {
            return;
        }
    }
}

/// Not a test: a process that sends to a collector that is a file: each line that it appends is one that arrived.
#[test]
fn a_sender() {
    let Some(folder) = std::env::var_os(FOLDER).filter(|_| std::env::var(NAME).is_ok_and(|name| name == "sender"))
    else {
        return;
    };
    let spool = spool(Path::new(&folder));
    let log = Path::new(&folder).join("arrived");
    loop {
        let mut cursor = Cursor::default();
        while let Some(batch) = spool.next_batch(&sender(), &mut cursor, 20).unwrap() {
            std::fs::OpenOptions::new().create(true).append(true).open(&log).unwrap().write_all(&batch.lines).unwrap();
            spool.acknowledge(&all_of(&batch), at(NOON)).unwrap();
        }
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn started(folder: &Path, test: &str, name: &str, count: u64) -> Child {
    Command::new(std::env::current_exe().unwrap())
        .args(["--exact", &format!("tests::children::{test}"), "--nocapture"])
        .env(FOLDER, folder)
        .env(NAME, name)
        .env(COUNT, count.to_string())
        .stdout(Stdio::piped())
        .stderr(Stdio::inherit())
        .spawn()
        .unwrap()
}

/// What a process printed: each mark with the number that it got.
fn printed(child: &mut Child) -> impl Iterator<Item = (u64, u64)> {
    BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok).filter_map(|line| {
        let (mark, number) = line.strip_prefix("appended ")?.split_once(' ')?;
        Some((mark.parse().ok()?, number.parse().ok()?))
    })
}

#[test]
fn processes_that_append_at_once_get_all_numbers_once() {
    if std::env::var_os(FOLDER).is_some() {
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    // None of them finds a spool: one makes it.
    let mut children: Vec<Child> =
        (1..=8).map(|name: u64| started(folder.path(), "an_appender", &name.to_string(), 40)).collect();
    let mut given: BTreeMap<u64, u64> = BTreeMap::new();
    for child in &mut children {
        for (mark, number) in printed(child) {
            assert_eq!(given.insert(number, mark), None);
        }
        assert!(child.wait().unwrap().success());
    }
    assert_eq!(given.keys().copied().collect::<Vec<_>>(), (1..=320).collect::<Vec<_>>());
    let sent = waiting(&spool(folder.path()));
    for (line, (number, mark)) in sent.iter().zip(&given) {
        assert_eq!((line["number"].as_u64(), line["session"].as_str()), (Some(*number), Some(&*format!("s-{mark}"))));
    }
    assert_eq!(sent.len(), 320);
}

#[test]
fn killed_processes_lose_nothing_that_was_appended() {
    if std::env::var_os(FOLDER).is_some() {
        return;
    }
    let kills: u64 = std::env::var(KILLS).ok().and_then(|kills| kills.parse().ok()).unwrap_or(10);
    let folder = tempfile::tempdir().unwrap();
    let mut appended: BTreeMap<u64, u64> = BTreeMap::new();
    let mut moments = 0x2545_f491_4f6c_dd1d_u64;
    for round in 0..kills {
        moments ^= moments << 13;
        moments ^= moments >> 7;
        moments ^= moments << 17;
        let mut appenders: Vec<Child> = (1..=2)
            .map(|one| started(folder.path(), "an_appender", &(round * 2 + one).to_string(), 1_000_000))
            .collect();
        let mut sender = started(folder.path(), "a_sender", "sender", 0);
        std::thread::sleep(Duration::from_micros(20_000 + moments % 40_000));
        for child in appenders.iter_mut().chain([&mut sender]) {
            child.kill().unwrap();
        }
        for child in &mut appenders {
            appended.extend(printed(child).map(|(mark, number)| (number, mark)));
            child.wait().unwrap();
        }
        sender.wait().unwrap();
    }
    let spool = spool(folder.path());
    let arrived = std::fs::read_to_string(folder.path().join("arrived")).unwrap_or_default();
    // The last line of a killed sender may be cut, and is then sent again.
    let mut there: BTreeMap<u64, String> = BTreeMap::new();
    let lines = arrived.lines().filter_map(|line| serde_json::from_str(line).ok()).chain(waiting(&spool));
    for line in lines {
        let number = line["number"].as_u64().unwrap();
        let session = line["session"].as_str().unwrap().to_owned();
        // A number that comes again is the same event.
        let known = there.entry(number).or_insert_with(|| session.clone());
        assert_eq!(*known, session);
    }
    let made = spool.status().unwrap().unwrap().made;
    assert_eq!(there.keys().copied().collect::<Vec<_>>(), (1..=made).collect::<Vec<_>>());
    for (number, mark) in &appended {
        assert_eq!(there.get(number), Some(&format!("s-{mark}")));
    }
    assert!(spool.put_aside_before().unwrap().is_empty());
    eprintln!("{kills} kills of three processes: {made} events, {} of them seen appended", appended.len());
}
