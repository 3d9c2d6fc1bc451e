//! A damaged file of a job: what can be read of it is sent, and the file stays as it is.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;

use crate::artifact::{Artifact, ArtifactError, export};
use crate::flush::{Delivery, Ended, Options, flush};
use crate::spool::{Problem, Sender};
use crate::tests::model::{Model, key};
use crate::tests::support::*;
use crate::witness::Witness;

const EVENTS: u64 = 600;
const PAGE: usize = 1024;

/// What a job left behind, in a folder of its own.
struct Kept {
    folder: tempfile::TempDir,
    file: PathBuf,
    bytes: Vec<u8>,
}

impl Kept {
    fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let spool = spool(&folder.path().join("job"));
        spool.append(&light(0..EVENTS)).unwrap();
        let file = folder.path().join("spool.db");
        export(&spool, &client(), &file).unwrap();
        let bytes = fs::read(&file).unwrap();
        Self { folder, file, bytes }
    }

    /// Opens it with other bytes, and leaves it as it was opened.
    fn open(&self, bytes: &[u8]) -> Result<Artifact, ArtifactError> {
        fs::write(&self.file, bytes).unwrap();
        let below = self.folder.path().join("import");
        fs::create_dir_all(&below).unwrap();
        let opened = Artifact::open(&self.file, &below);
        assert!(fs::read(&self.file).unwrap() == bytes, "the file was changed");
        if opened.is_err() {
            assert_eq!(fs::read_dir(&below).unwrap().count(), 0, "something is left behind");
        }
        opened
    }

    fn overwritten(&self, at: usize, with: &[u8]) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        let end = (at + with.len()).min(bytes.len());
        bytes[at..end].copy_from_slice(&with[..end - at]);
        bytes
    }
}

/// Sends it all, and returns which marks arrived.
fn send(artifact: &Artifact, folder: &Path) -> BTreeSet<u64> {
    let model = Model::new();
    let key = key("eu", 1).verifier();
    let witness = Witness::at(folder);
    let sender = Sender::Importer(client());
    let delivery =
        Delivery { spool: artifact.spool(), sender, key: &key, witness: &witness, collector: &model, earlier: None };
    let flushed = flush(&delivery, Options { now: at(NOON), at_once: true, deadline: None }).unwrap();
    let is_sent = matches!(flushed.ended, Ended::Done | Ended::Failed(Problem::NotAcknowledged));
    assert!(is_sent, "{flushed:?}");
    witness.resolve().unwrap();
    let stored = model.stored.borrow();
    let marks = stored.lines.values().filter_map(|line| {
        let line: serde_json::Value = serde_json::from_str(line).unwrap();
        line["session"].as_str()?.strip_prefix("s-")?.parse().ok()
    });
    marks.collect()
}

#[test]
fn a_whole_file_is_sent_as_it_is() {
    let kept = Kept::new();
    let artifact = kept.open(&kept.bytes).unwrap();
    assert_eq!(artifact.damage(), None);
    assert_eq!(send(&artifact, kept.folder.path()), (0..EVENTS).collect());
}

#[test]
fn whichever_page_is_damaged_the_others_are_read() {
    let kept = Kept::new();
    let (mut unreadable, mut read) = (0, 0);
    let pages = kept.bytes.len() / PAGE;
    for page in 0..pages {
        match kept.open(&kept.overwritten(page * PAGE, &[0x5a; PAGE])) {
            Ok(artifact) => {
                let arrived = send(&artifact, kept.folder.path());
                assert!(arrived.iter().all(|mark| *mark < EVENTS));
                // A page that nothing refers to, or of an index that is not needed, costs nothing.
                let (events, unread) =
                    artifact.damage().map_or((EVENTS, 0), |damage| (damage.salvaged.events, damage.salvaged.unread));
                assert_eq!((arrived.len() as u64, events + unread), (events, EVENTS), "page {page}");
                read += events;
            }
            // The tables themselves are described in such a page, or found through it.
            Err(ArtifactError::Damaged { .. } | ArtifactError::NotASpool(_)) => unreadable += 1,
            Err(other) => panic!("page {page}: {other}"),
        }
    }
    assert!(unreadable <= 8, "{unreadable} of {pages} pages");
    let share = read as f64 / ((pages - unreadable) as u64 * EVENTS) as f64;
    assert!(share > 0.9, "{share}");
}

#[test]
fn what_is_left_of_a_file_that_was_cut_is_read() {
    let kept = Kept::new();
    let artifact = kept.open(&kept.bytes[..kept.bytes.len() * 3 / 4]).unwrap();
    let salvaged = artifact.damage().unwrap().salvaged;
    assert!(salvaged.events > EVENTS / 4 && salvaged.events + salvaged.unread == EVENTS, "{salvaged:?}");
    assert_eq!(send(&artifact, kept.folder.path()).len() as u64, salvaged.events);
    drop(artifact);
    for (length, is_spool) in [(0, false), (50, false), (PAGE, true)] {
        match kept.open(&kept.bytes[..length]) {
            Err(ArtifactError::Damaged { .. }) => assert!(is_spool),
            Err(ArtifactError::NotASpool(_)) => assert!(!is_spool),
            other => panic!("{length}: {other:?}"),
        }
    }
}

#[test]
fn rows_that_make_no_sense_are_passed_over_and_cannot_forge_a_line() {
    let kept = Kept::new();
    let change = |sql: &str| {
        fs::write(&kept.file, &kept.bytes).unwrap();
        rusqlite::Connection::open(&kept.file).unwrap().execute_batch(sql).unwrap();
        let bytes = fs::read(&kept.file).unwrap();
        let artifact = kept.open(&bytes).unwrap();
        let salvaged = artifact.damage().expect(sql).salvaged;
        assert_eq!((salvaged.events, salvaged.unread), (EVENTS - 1, 1), "{sql}");
        assert_eq!(send(&artifact, kept.folder.path()).len() as u64, EVENTS - 1, "{sql}");
    };
    for set in [
        "kind = 'not a word'",
        "time = 9223372036854775807",
        "class = 7",
        "fields = '\"tool\":'",
        "fields = '\"a\":1}' || char(10) || '{\"client\":\"other\"'",
        "fields = '\"a\":1},{'",
        "fields = printf('\"a\":\"%.*c\"', 70000, 'x')",
    ] {
        change(&format!("UPDATE event SET {set} WHERE number = 17"));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn whatever_bytes_are_changed_what_arrives_is_what_was_there(
        changes in prop::collection::vec((any::<prop::sample::Index>(), prop::collection::vec(any::<u8>(), 1..80)), 1..6)
    ) {
        let kept = Kept::new();
        let mut bytes = kept.bytes.clone();
        for (at, with) in changes {
            let at = at.index(bytes.len());
            let end = (at + with.len()).min(bytes.len());
            bytes[at..end].copy_from_slice(&with[..end - at]);
        }
        if let Ok(artifact) = kept.open(&bytes) {
            // A changed byte within a text may make it another text of the same form; nothing else comes of it.
            let arrived = send(&artifact, kept.folder.path());
            prop_assert!(arrived.len() as u64 <= EVENTS);
        }
    }
}
