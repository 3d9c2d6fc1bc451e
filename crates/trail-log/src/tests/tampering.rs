//! Whatever is changed in a log is found: each byte of each tile, bundle, checkpoint and proof.

use std::convert::Infallible;

use crate::ids::{Region, Word};
use crate::log::audit::{Problem, audit};
use crate::log::bundle::{self, InvalidBundle};
use crate::log::checkpoint::{Checkpoint, InvalidCheckpoint};
use crate::log::key::{KeyName, SigningKey};
use crate::log::note;
use crate::log::origin::Origin;
use crate::log::proof;
use crate::log::proof_file::{InvalidProofFile, ProofFile};
use crate::log::tile::{Row, Tile};
use crate::tests::common::MemoryLog;
use proptest::prelude::*;

fn problems(log: &MemoryLog) -> Vec<Problem> {
    let checkpoint = log.checkpoint();
    let mut problems = Vec::new();
    let read = |tile| Ok::<_, Infallible>(log.files.get(&tile).cloned());
    audit(checkpoint.size, checkpoint.root, read, |problem| problems.push(problem)).expect("memory");
    problems
}

fn proof_of(log: &MemoryLog, index: u64) -> ProofFile {
    ProofFile {
        entry: Some(log.entries[index as usize].clone()),
        index,
        path: proof::inclusion(index, log.size(), |node| log.reader().node(node)).expect("a proof"),
        checkpoint: log.checkpoint().sign(&log.key).expect("a checkpoint"),
    }
}

#[test]
fn each_byte_of_each_file_counts() {
    // Two rows of tiles, and partial ones in both.
    let mut log = MemoryLog::of_size(262);
    assert_eq!(problems(&log), []);
    for tile in log.files.keys().copied().collect::<Vec<_>>() {
        for place in 0..log.files[&tile].len() {
            let change = |log: &mut MemoryLog| log.files.get_mut(&tile).expect("a file")[place] ^= 0x10;
            change(&mut log);
            let found = problems(&log);
            assert!(!found.is_empty(), "byte {place} of {tile}");
            // The range that is named holds what was changed.
            let (first, end) = tile.entries();
            assert!(found.iter().any(|problem| problem.entries().0 < end && first < problem.entries().1), "{found:?}");
            change(&mut log);
        }
    }
}

#[test]
fn a_changed_entry_is_named() {
    let mut log = MemoryLog::of_size(600);
    let tile = Tile::in_tree(Row::Entries, 1, 600).expect("a bundle");
    let bytes = log.files.get_mut(&tile).expect("a file");
    let place = bytes.windows(9).position(|window| window == b"entry 300").expect("the entry") + 6;
    bytes[place] = b'4';
    let found = problems(&log);
    assert_eq!(found, [Problem::Entry { index: 300, tile }]);
    assert_eq!(
        found[0].to_string(),
        "entry 300: tile/entries/001 does not hold the entry that was logged, or its hash was changed"
    );
}

#[test]
fn what_is_missing_short_or_long_is_named() {
    let whole = MemoryLog::of_size(600);
    for tile in whole.files.keys().copied() {
        let with = |change: fn(&mut Vec<u8>)| {
            let mut log = MemoryLog::of_size(600);
            change(log.files.get_mut(&tile).expect("a file"));
            problems(&log)
        };
        assert_ne!(with(|bytes| bytes.truncate(bytes.len() - 1)), [], "{tile}");
        assert_ne!(with(|bytes| bytes.push(0)), [], "{tile}");
        assert_ne!(with(Vec::clear), [], "{tile}");
        let mut log = MemoryLog::of_size(600);
        log.files.remove(&tile);
        assert!(problems(&log).contains(&Problem::Missing { tile }), "{tile}");
    }
}

#[test]
fn entries_that_were_exchanged_with_their_hashes_lead_to_another_root() {
    // Whoever changes an entry and all tiles above it has still not the signature.
    let honest = MemoryLog::of_size(300);
    let mut entries = honest.entries.clone();
    entries[7] = b"entry 7, as it should have been".to_vec();
    let forged = MemoryLog::new(entries);
    let mut found = Vec::new();
    let read = |tile| Ok::<_, Infallible>(forged.files.get(&tile).cloned());
    audit(300, honest.checkpoint().root, read, |problem| found.push(problem)).expect("memory");
    assert_eq!(found, [Problem::Root { size: 300 }]);
}

#[test]
fn what_cannot_be_read_ends_the_audit() {
    let log = MemoryLog::of_size(300);
    let read =
        |tile: Tile| if tile.row() == Row::Hashes(1) { Err("a bad disk") } else { Ok(log.files.get(&tile).cloned()) };
    assert_eq!(audit(300, log.checkpoint().root, read, |_| ()), Err("a bad disk"));
}

#[test]
fn each_byte_of_a_checkpoint_counts() {
    let log = MemoryLog::of_size(20);
    let signed = log.checkpoint().sign(&log.key).expect("a checkpoint");
    let key = log.key.verifier();
    assert_eq!(Checkpoint::open(signed.as_bytes(), &key), Ok(log.checkpoint()));
    for place in 0..signed.len() {
        for flip in 0..8 {
            let mut changed = signed.clone().into_bytes();
            changed[place] ^= 1 << flip;
            assert!(Checkpoint::open(&changed, &key).is_err(), "byte {place}");
        }
        assert!(Checkpoint::open(&signed.as_bytes()[..place], &key).is_err());
    }
    assert!(Checkpoint::open(format!("{signed}\n").as_bytes(), &key).is_err());
}

#[test]
fn a_checkpoint_of_another_log_or_with_more_lines_is_refused() {
    let log = MemoryLog::of_size(20);
    let key = log.key.verifier();
    let with = |text: &str| Checkpoint::open(note::sign(text, &[&log.key]).expect("a note").as_bytes(), &key);
    let text = log.checkpoint().text();
    assert!(with(&text).is_ok());
    assert!(matches!(with(&text.replace("/eu/", "/us/")), Err(InvalidCheckpoint::Origin { .. })));
    assert_eq!(with(&format!("{text}more\n")), Err(InvalidCheckpoint::Extensions));
    for wrong in [
        text.replace("\n20\n", "\n020\n"),
        text.replace("\n20\n", "\n+20\n"),
        text.replace("\n20\n", "\n\n"),
        text.replace("=\n", "\n"),
    ] {
        assert_eq!(with(&wrong), Err(InvalidCheckpoint::Form), "{wrong}");
    }
    let elsewhere = SigningKey::new(KeyName::new("elsewhere").expect("a name"), &[1; 32]);
    assert!(log.checkpoint().sign(&elsewhere).is_err());
    assert!(
        Checkpoint::open(log.checkpoint().sign(&log.key).expect("a note").as_bytes(), &elsewhere.verifier()).is_err()
    );
}

#[test]
fn each_byte_of_a_proof_counts() {
    let log = MemoryLog::of_size(20);
    let key = log.key.verifier();
    let proof = proof_of(&log, 11);
    let text = proof.to_text();
    assert_eq!(ProofFile::parse(text.as_bytes()), Ok(proof.clone()));
    assert_eq!(proof.verify(&key), Ok(log.checkpoint()));
    for place in 0..text.len() {
        for flip in 0..8 {
            let mut changed = text.clone().into_bytes();
            changed[place] ^= 1 << flip;
            let verdict = ProofFile::parse(&changed).and_then(|proof| proof.verify(&key));
            assert!(verdict.is_err(), "bit {flip} of byte {place}");
        }
    }
    let bare = ProofFile { entry: None, ..proof };
    assert_eq!(ProofFile::parse(bare.to_text().as_bytes()), Ok(bare.clone()));
    assert_eq!(bare.verify(&key), Err(InvalidProofFile::NoEntry));
    assert!(bare.verify_entry(b"entry 11", &key).is_ok());
    assert!(bare.verify_entry(b"entry 12", &key).is_err());
}

#[test]
fn the_proof_of_a_log_with_one_entry_has_no_hashes() {
    let log = MemoryLog::of_size(1);
    let proof = proof_of(&log, 0);
    assert_eq!(proof.path, []);
    let again = ProofFile::parse(proof.to_text().as_bytes()).expect("a proof");
    assert_eq!(again.verify(&log.key.verifier()), Ok(log.checkpoint()));
}

#[test]
fn the_region_is_part_of_the_name_of_a_log() {
    let word = |text| Word::parse(text).expect("a word");
    let region = Region::parse("eu").expect("a region");
    let origin = Origin::new("trail.example.org/dev", region.clone(), &word("1f2e")).expect("an origin");
    assert_eq!(origin.to_string(), "trail.example.org/dev/trail/eu/1f2e");
    assert_eq!(origin.region(), &region);
    assert_eq!(Origin::parse(&origin.to_string()), Ok(origin));
    for wrong in [
        "",
        "trail/eu/1f2e",
        "/trail/eu/1f2e",
        "example.org/eu/1f2e",
        "example.org/trail/eu/",
        "a b/trail/eu/1",
        "x/trail/Eu/1",
    ] {
        assert!(Origin::parse(wrong).is_err(), "{wrong}");
    }
}

#[test]
fn bundles_hold_up_to_256_entries_of_up_to_65_535_bytes() {
    assert!(bundle::encode(&[vec![0; 65_535]]).is_ok());
    assert_eq!(bundle::encode(&[vec![0; 65_536]]), Err(InvalidBundle::EntryTooLong { bytes: 65_536 }));
    assert_eq!(bundle::encode(&[[0_u8; 0]; 257]), Err(InvalidBundle::TooMany));
    assert_eq!(bundle::decode(&[0, 3, b'a', b'b']), Err(InvalidBundle::CutOff { entry: 0 }));
    assert_eq!(bundle::decode(&[0, 0, 9]), Err(InvalidBundle::CutOff { entry: 1 }));
    assert_eq!(bundle::decode(&[0; 514]), Err(InvalidBundle::TooMany));
}

proptest! {
    #[test]
    fn bundles_come_back(entries in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..40), 0..256)) {
        let bytes = bundle::encode(&entries).expect("short entries");
        let decoded = bundle::decode(&bytes).expect("a bundle");
        prop_assert_eq!(decoded, entries);
    }

    #[test]
    fn decoders_survive_any_bytes(bytes: Vec<u8>, text in "(c2sp.org/tlog-proof@v1\n)?(extra [A-Za-z=]*\n)?(index [0-9]{0,21}\n)?\\PC*\n\n(\\PC|\n)*") {
        let key = MemoryLog::of_size(0).key.verifier();
        prop_assert!(Checkpoint::open(&bytes, &key).is_err());
        prop_assert!(Checkpoint::open(text.as_bytes(), &key).is_err());
        if let Ok(entries) = bundle::decode(&bytes) {
            prop_assert_eq!(bundle::encode(&entries), Ok(bytes.clone()));
        }
        prop_assert!(ProofFile::parse(&bytes).is_err());
        if let Ok(proof) = ProofFile::parse(text.as_bytes()) {
            prop_assert_eq!(proof.to_text(), text.as_str());
        }
        prop_assert!(Origin::parse(&text).is_err());
    }
}
