//! The verifier of the documentation, in Python, agrees with ours about whole and about damaged logs.

use std::path::Path;
use std::process::Command;

use crate::log::proof;
use crate::log::proof_file::ProofFile;
use crate::tests::common::MemoryLog;

const VERIFIER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../../docs/trail/verify.py");

/// Whether there is a Python to run it. In a job there has to be one.
fn python() -> bool {
    let found = Command::new("python3").arg("--version").output().is_ok_and(|output| output.status.success());
    assert!(found || std::env::var_os("CI").is_none(), "python3 is not there, and a job must run the second verifier");
    if !found {
        eprintln!("skipped: python3 is not there, so the second verifier of docs/trail is not run");
    }
    found
}

/// What the verifier says, or with what problem it ends.
fn verify(key: &str, place: &Path) -> Result<String, String> {
    let output = Command::new("python3").args(["-I", VERIFIER, key]).arg(place).output().expect("python3 starts");
    if output.status.success() {
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    } else {
        Err(String::from_utf8_lossy(&output.stderr).into_owned())
    }
}

fn write(log: &MemoryLog, folder: &Path) {
    for (tile, bytes) in &log.files {
        let path = folder.join(tile.path());
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, bytes).expect("a file");
    }
    std::fs::write(folder.join("checkpoint"), log.checkpoint().sign(&log.key).expect("a checkpoint")).expect("a file");
}

#[test]
fn logs_of_all_shapes_hold() {
    if !python() {
        return;
    }
    for size in [0, 1, 2, 255, 256, 257, 600, 66_000] {
        let (log, folder) = (MemoryLog::of_size(size), tempfile::tempdir().expect("a folder"));
        write(&log, folder.path());
        let key = log.key.verifier().to_text();
        assert_eq!(verify(&key, folder.path()), Ok(format!("{size} entries, as signed\n")));
    }
}

#[test]
fn a_byte_that_was_changed_anywhere_is_found() {
    if !python() {
        return;
    }
    let (log, folder) = (MemoryLog::of_size(259), tempfile::tempdir().expect("a folder"));
    write(&log, folder.path());
    let key = log.key.verifier().to_text();
    let names = log.files.keys().map(|tile| tile.path()).chain(["checkpoint".to_owned()]);
    for name in names {
        let path = folder.path().join(&name);
        let whole = std::fs::read(&path).expect("a file");
        // Among them the length of the last entry.
        for place in [0, whole.len() / 2, whole.len() - 10, whole.len() - 1] {
            let mut changed = whole.clone();
            changed[place] ^= 0x08;
            std::fs::write(&path, &changed).expect("a file");
            assert!(verify(&key, folder.path()).is_err(), "byte {place} of {name}");
        }
        std::fs::write(&path, &whole[..whole.len() - 1]).expect("a file");
        assert!(verify(&key, folder.path()).is_err(), "{name} is cut off");
        std::fs::write(&path, &whole).expect("a file");
    }
    assert!(verify(&key, folder.path()).is_ok());
}

#[test]
fn proofs_hold_and_changed_ones_do_not() {
    if !python() {
        return;
    }
    let (log, folder) = (MemoryLog::of_size(11), tempfile::tempdir().expect("a folder"));
    let key = log.key.verifier().to_text();
    let path = folder.path().join("entry.tlog-proof");
    let proof = |index: u64| ProofFile {
        entry: Some(log.entries[index as usize].clone()),
        index,
        path: proof::inclusion(index, 11, |node| log.reader().node(node)).expect("a proof"),
        checkpoint: log.checkpoint().sign(&log.key).expect("a checkpoint"),
    };
    for index in 0..11 {
        std::fs::write(&path, proof(index).to_text()).expect("a file");
        assert_eq!(verify(&key, &path), Ok(format!("entry {index} of 11 is in the log: entry {index}\n")));
    }
    // Another spelling of the index that Python reads as a number.
    for index in ["-0", "+5", "05", "-1", "1_0"] {
        std::fs::write(&path, proof(0).to_text().replace("index 0", &format!("index {index}"))).expect("a file");
        assert!(verify(&key, &path).is_err(), "index {index}");
    }
    let changes: [fn(&mut ProofFile); 5] = [
        |proof| proof.entry = Some(b"entry 6".to_vec()),
        |proof| proof.index = 6,
        |proof| proof.index = 11,
        |proof| proof.path.truncate(2),
        |proof| proof.checkpoint = proof.checkpoint.replace("\n11\n", "\n12\n"),
    ];
    for change in changes {
        let mut changed = proof(5);
        change(&mut changed);
        std::fs::write(&path, changed.to_text()).expect("a file");
        assert!(verify(&key, &path).is_err(), "{changed:?}");
    }
    let other =
        MemoryLog { key: crate::log::key::SigningKey::new(log.key.name().clone(), &[1; 32]), ..MemoryLog::of_size(1) };
    std::fs::write(&path, proof(5).to_text()).expect("a file");
    assert!(verify(&other.key.verifier().to_text(), &path).is_err());
}
