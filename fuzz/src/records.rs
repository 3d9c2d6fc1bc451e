//! Notes and ledgers of other tools, and our own: git-ai, whogitit, Agent Trace, AIIR, attestations.

use std::sync::Arc;

use ai_detect::attest::{self, Registry, forms};
use ai_detect::change::{Commit, Record, RecordPlace};
use ai_detect::vocabulary::note::{self, Note};
use ai_detect::vocabulary::statement::Statement;

/// The first byte chooses the place, or that the text is a line of whichever file of records names its commit. No line is
/// anybody's twice, and what is read is written as it was read.
pub fn run(data: &[u8]) {
    let (chosen, rest) = super::chosen(data);
    let mut commit = Commit { id: "0".repeat(40), parents: 1, message: "Subject\n".into(), ..Commit::default() };
    let places = forms::places();
    match places.get(usize::from(chosen) % (places.len() + 1)) {
        Some(RecordPlace::File(path)) => {
            let record = Record { place: path, content: Ok(Arc::from(rest)) };
            attest::about_repository(&[record]).iter().for_each(|found| drop(found.to_string()));
        }
        Some(place) => commit.records.push(Record { place: place.name(), content: Ok(Arc::from(rest)) }),
        None => attach_lines(&mut commit, &places, rest),
    }
    let attestation = attest::read(&commit, Registry::builtin().unwrap());
    for recorded in &attestation.lines {
        assert!(recorded.ranges.iter().all(|range| !range.is_empty()), "{recorded:?}");
        let mut ends = recorded.ranges.iter().map(|range| (range.first, range.last));
        let mut last = ends.next();
        for range in ends {
            assert!(last.is_none_or(|last| last.1 < range.0), "{recorded:?}");
            last = Some(range);
        }
    }
    if let Ok(read) = Note::read(rest) {
        let again = Note::read(read.write().as_bytes()).expect("what was written");
        assert_eq!(again.write(), read.write());
    }
    if let Ok(read) = Statement::read(rest) {
        let again = Statement::read(read.write().as_bytes()).expect("what was written");
        assert_eq!(again.write(), read.write());
    }
    note::split(rest);
}

/// Takes the text for a file of records, and the commit for the last one that it names.
fn attach_lines(commit: &mut Commit, places: &[RecordPlace], content: &[u8]) {
    for place in places {
        let RecordPlace::Lines { path, commit_of } = *place else { continue };
        for line in content.split(|byte| *byte == b'\n') {
            let Some(id) = commit_of(line) else { continue };
            commit.id = id.to_owned();
            commit.records.push(Record { place: path, content: Ok(Arc::from(line)) });
        }
    }
}
