//! A writer that is killed at a random moment: what it acknowledged is there, once, and the folder is whole.
#![cfg(unix)]

use std::io::{BufRead as _, BufReader, Write as _};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use ai_detect_trail_log::entry::Event;
use ai_detect_trail_log::entry::fields::SessionEnded;
use ai_detect_trail_log::ids::{ClientId, Epoch, ForeignId, Region, Word};
use ai_detect_trail_log::log::origin::Origin;
use ai_detect_trail_log::number::{Micros, Number};
use ai_detect_trail_store::Draft;
use ai_detect_trail_store::folder::Folder;
use ai_detect_trail_store::signer::Signer;
use ai_detect_trail_store::verify::verify;
use ai_detect_trail_store::writer::Writer;

const FOLDER: &str = "AI_DETECT_TEST_FOLDER";
/// How often the writer is killed: more by hand, `KILLS=1000`.
const KILLS: &str = "KILLS";

fn draft(number: u64) -> Draft {
    let time = Micros::new(1_790_000_000_000_000).expect("a time");
    let session = ForeignId::parse(&format!("s-{number}")).expect("an id");
    Draft {
        client: ClientId::parse("laptop").expect("an id"),
        epoch: Epoch::parse("e1").expect("an epoch"),
        number: Number::new(number).expect("a number"),
        time,
        received: time,
        exercise: false,
        extra: None,
        event: Event::SessionEnd(SessionEnded { session: Some(session), end: None, tool: None }),
        sent: number.to_string().into_bytes(),
    }
}

/// Not a test: the process that is killed. It writes until then, and prints each number that was acknowledged.
#[test]
fn a_writer_until_it_is_killed() {
    let Some(place) = std::env::var_os(FOLDER) else { return };
    let folder = Folder::open(Path::new(&place)).expect("a trail");
    let writer = Writer::start(&folder).expect("a writer");
    let mut signer = Signer::open(&folder).expect("a signer");
    let mut next = 1;
    let mut out = std::io::stdout();
    loop {
        let size = next % 7 + 1;
        let receipt = writer.submit((next..next + size).map(draft).collect()).expect("on the disk");
        let through =
            receipt.acknowledged_through.values().next().copied().flatten().expect("something is acknowledged");
        let told = writeln!(out, "\nacknowledged {through}").and_then(|()| out.flush());
        if told.is_err() {
            // Nobody listens any more.
            return;
        }
        // It sends again from the beginning, as a client that heard no answer, and goes on behind what is there.
        next = through.get().max(next + size - 1) + 1;
        if size == 3 {
            signer.sign().expect("signed");
        }
    }
}

fn started() -> (tempfile::TempDir, Folder) {
    let place = tempfile::tempdir().expect("a folder");
    let (region, instance) = (Region::parse("eu").expect("a region"), Word::parse("1").expect("a word"));
    let origin = Origin::new("trail.example.org", region, &instance).expect("an origin");
    let folder = Folder::create(&place.path().join("trail"), &origin).expect("a trail");
    (place, folder)
}

/// Runs the writer, perhaps below another program.
fn writer_below(program: &[&str], folder: &Folder) -> Child {
    let this = std::env::current_exe().expect("this program");
    let mut words = program.iter().map(std::ffi::OsStr::new).chain([this.as_os_str()]);
    Command::new(words.next().expect("a program"))
        .args(words)
        .args(["--exact", "kills::a_writer_until_it_is_killed", "--nocapture"])
        .env(FOLDER, folder.path())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("started")
}

#[test]
fn nothing_is_acknowledged_before_it_is_on_the_disk() {
    if std::env::var_os(FOLDER).is_some() {
        return;
    }
    if !Command::new("strace").arg("true").output().is_ok_and(|output| output.status.success()) {
        eprintln!("skipped: strace cannot be run here, so the order of writes is not looked at");
        return;
    }
    let (place, folder) = started();
    let calls = place.path().join("calls");
    let trace =
        ["strace", "-f", "-y", "-e", "trace=write,pwrite64,fsync,fdatasync", "-o", calls.to_str().expect("a name")];
    let mut child = writer_below(&trace, &folder);
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines().map_while(Result::ok);
    let heard = lines.filter(|line| line.starts_with("acknowledged ")).take(40).count();
    // Nobody listens any more, so the writer ends, and strace with it.
    child.wait().expect("gone");
    assert_eq!(heard, 40);
    let (mut unsynced, mut syncing, mut synced, mut acknowledged) = (false, false, 0, 0);
    for line in std::fs::read_to_string(&calls).expect("calls").lines() {
        let of_log = line.contains("trail.db-wal>");
        if line.contains("pwrite64(") && of_log {
            unsynced = true;
        } else if line.contains("sync(") && of_log {
            syncing = line.contains("<unfinished");
            (unsynced, synced) = if syncing { (unsynced, synced) } else { (false, synced + 1) };
        } else if line.contains("sync resumed>") && syncing {
            (syncing, unsynced, synced) = (false, false, synced + 1);
        } else if line.contains("write(1<") && line.contains("acknowledged") {
            assert!(!unsynced && synced > 0, "acknowledged before it was on the disk: {line}");
            (synced, acknowledged) = (0, acknowledged + 1);
        }
    }
    assert!(acknowledged >= 40, "{acknowledged}");
}

#[test]
fn what_was_acknowledged_survives_kills() {
    if std::env::var_os(FOLDER).is_some() {
        return;
    }
    let kills = std::env::var(KILLS).ok().and_then(|kills| kills.parse().ok()).unwrap_or(12);
    let (_place, folder) = started();
    let key = folder.verifier().expect("a key");
    let mut acknowledged = 0_u64;
    let mut moments = 0x2545_f491_4f6c_dd1d_u64;
    for _ in 0..kills {
        // Moments that differ from each other, from the first acknowledgement on.
        moments ^= moments << 13;
        moments ^= moments >> 7;
        moments ^= moments << 17;
        let mut child = writer_below(&[], &folder);
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let numbers = |line: std::io::Result<String>| {
            line.ok().and_then(|line| line.strip_prefix("acknowledged ").and_then(|number| number.parse::<u64>().ok()))
        };
        let first = lines.by_ref().find_map(numbers).expect("it acknowledged something");
        std::thread::sleep(Duration::from_micros(moments % 40_000));
        child.kill().expect("killed");
        let heard = lines.filter_map(numbers).max().unwrap_or(first).max(first);
        child.wait().expect("gone");
        acknowledged = acknowledged.max(heard);
        let found = verify(&folder, &key).expect("everything can be read");
        assert_eq!(found.problems, []);
        // No number is twice in the log: `verify` would have named it. And none that was acknowledged is missing.
        assert!(found.entries >= acknowledged, "{} of {acknowledged}", found.entries);
        assert!(found.signed <= found.entries);
    }
    // The next writer goes on, and what it signs continues all that was signed.
    let writer = Writer::start(&folder).expect("a writer");
    let receipt = writer.submit((1..=acknowledged + 1).map(draft).collect()).expect("on the disk");
    let through = receipt.acknowledged_through.values().next().copied().flatten().map(Number::get);
    assert!(through > Some(acknowledged), "{through:?}");
    Signer::open(&folder).expect("a signer").sign().expect("signed");
    let found = verify(&folder, &key).expect("everything can be read");
    assert_eq!((found.problems, found.signed), (vec![], found.entries));
}
