//! A sealer that is killed at any moment: each entry is there once, in its row or in its file.

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use ai_detect_trail_log::entry::{Entry, Reading};
use ai_detect_trail_log::ids::{ClientId, Epoch};
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::reading;
use ai_detect_trail_store::sealer::{Pace, Sealer};
use ai_detect_trail_store::signer::Signer;
use ai_detect_trail_store::writer::Writer;

use crate::sealing::{all, checked, draft, seal, started};

const FOLDER: &str = "AI_DETECT_TEST_SEALER";
/// How often the sealer is killed: more by hand, `KILLS=1000`.
const KILLS: &str = "KILLS";

/// Not a test: the process that is killed. It writes, signs and seals until then.
#[test]
fn a_sealer_until_it_is_killed() {
    let Some(place) = std::env::var_os(FOLDER) else { return };
    let folder = Folder::open(Path::new(&place)).expect("a trail");
    let writer = Writer::start(&folder).expect("a writer");
    let mut signer = Signer::open(&folder).expect("a signer");
    let client = ClientId::parse("laptop").expect("an id");
    let epoch = Epoch::parse("e1").expect("an epoch");
    let through = reading::progress(&folder, &client, &epoch).expect("readable").acknowledged_through;
    let mut next = through.map_or(1, |through| through.get() + 1);
    let mut out = std::io::stdout();
    loop {
        writer
            .submit((next..next + 40).map(|number| draft("laptop", number, number as i64 / 40)).collect())
            .expect("written");
        next += 40;
        if writeln!(out, "\nacknowledged {}", next - 1).and_then(|()| out.flush()).is_err() {
            return;
        }
        if next % 80 == 1 {
            signer.sign().expect("signed");
            seal(&folder, "2027-12-01");
        }
    }
}

#[cfg(unix)]
#[test]
fn a_kill_at_any_moment_of_sealing_leaves_each_entry_once() {
    if std::env::var_os(FOLDER).is_some() {
        return;
    }
    let kills = std::env::var(KILLS).ok().and_then(|kills| kills.parse().ok()).unwrap_or(8);
    let (_place, folder) = started();
    let this = std::env::current_exe().expect("this program");
    let mut moments = 0x2545_f491_4f6c_dd1d_u64;
    let mut acknowledged = 0;
    for _ in 0..kills {
        moments ^= moments << 13;
        moments ^= moments >> 7;
        moments ^= moments << 17;
        let mut child = Command::new(&this)
            .args(["--exact", "sealing_kills::a_sealer_until_it_is_killed", "--nocapture"])
            .env(FOLDER, folder.path())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("started");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let numbers = |line: std::io::Result<String>| {
            line.ok().and_then(|line| line.strip_prefix("acknowledged ").and_then(|number| number.parse::<u64>().ok()))
        };
        let first = lines.by_ref().find_map(numbers).expect("it acknowledged something");
        std::thread::sleep(Duration::from_micros(moments % 200_000));
        child.kill().expect("killed");
        acknowledged = lines.filter_map(numbers).max().unwrap_or(first).max(first);
        child.wait().expect("gone");
        // Before anything is cleaned up, and after.
        for is_cleaned in [false, true] {
            if is_cleaned {
                drop(Sealer::open(&folder, Pace::Fast, Arc::default()).expect("cleaned"));
            }
            let found = checked(&folder);
            assert_eq!(found.problems, []);
            assert!(found.entries >= acknowledged, "{} of {acknowledged}", found.entries);
        }
    }
    let found = checked(&folder);
    assert!(found.sealed > 0 || kills == 0, "{found:?}");
    let numbers: Vec<u64> = all(&folder, Some("laptop"))
        .iter()
        .map(|stored| match Entry::read(&stored.bytes) {
            Reading::Whole(entry) => entry.number.get(),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(numbers, (1..=numbers.len() as u64).collect::<Vec<_>>());
    assert!(numbers.len() as u64 >= acknowledged);
}
