//! Notes and ledgers of other tools, and our own: git-ai, whogitit, Agent Trace, AIIR, attestations.

use std::sync::Arc;

use ai_detect::attest::{self, Registry};
use ai_detect::change::{Commit, Record, RecordKind};
use ai_detect::vocabulary::note::{self, Note};
use ai_detect::vocabulary::statement::Statement;

const KINDS: [RecordKind; 5] =
    [RecordKind::AiNote, RecordKind::Whogitit, RecordKind::AgentTrace, RecordKind::Aiir, RecordKind::Attest];

/// The first byte chooses the kind. No line is anybody's twice, and what is read is written as it was read.
pub fn run(data: &[u8]) {
    let (kind, rest) = super::chosen(data);
    let mut commit = Commit { id: "0".repeat(40), parents: 1, message: "Subject\n".into(), ..Commit::default() };
    match KINDS.get(usize::from(kind) % (KINDS.len() + 1)) {
        Some(kind) => {
            commit.records.push(Record { kind: *kind, place: "refs/notes/x".into(), content: Ok(Arc::from(rest)) })
        }
        None => {
            attest::Receipts::read(rest).attach(std::slice::from_mut(&mut commit));
        }
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
