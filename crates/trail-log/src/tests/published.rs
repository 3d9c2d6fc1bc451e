//! Published test vectors: trees and proofs of transparency-dev, notes of Go and C2SP, a whole log of Tessera.

use std::collections::BTreeMap;
use std::convert::Infallible;

use crate::log::audit::audit;
use crate::log::bundle;
use crate::log::checkpoint::Checkpoint;
use crate::log::frontier::Frontier;
use crate::log::hash::TreeHash;
use crate::log::key::{InvalidKey, KeyName, SigningKey, VerifierKey};
use crate::log::note::{self, Form, InvalidNote};
use crate::log::tile::{self, Row, Tile};
use crate::log::verify;
use crate::tests::common::MemoryLog;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

fn hex_hash(hex: &str) -> TreeHash {
    let mut bytes = [0; 32];
    hex::decode_to_slice(hex, &mut bytes).expect("64 digits");
    TreeHash::from_bytes(bytes)
}

#[test]
fn roots_of_certificate_transparency() {
    let leaves = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];
    let roots = [
        "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
        "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
        "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
        "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
        "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
        "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
        "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
    ];
    let mut frontier = Frontier::new();
    let empty = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    assert_eq!(frontier.root(), hex_hash(empty));
    for (leaf, root) in leaves.iter().zip(roots) {
        frontier.append(TreeHash::of_leaf(&hex::decode(leaf).expect("hexadecimal")));
        assert_eq!(frontier.root(), hex_hash(root));
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Inclusion {
    name: String,
    leaf_idx: u64,
    tree_size: u64,
    root: String,
    leaf_hash: String,
    proof: Option<Vec<String>>,
    want_err: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Consistency {
    name: String,
    size1: u64,
    size2: u64,
    root1: String,
    root2: String,
    proof: Option<Vec<String>>,
    want_err: bool,
}

/// The hashes of a vector, unless one of them is not 32 bytes: then it is refused where it is read.
fn hashes(texts: &[String]) -> Option<Vec<TreeHash>> {
    texts.iter().map(|text| TreeHash::from_base64(text).ok()).collect()
}

#[test]
fn inclusion_proofs_that_hold_and_that_do_not() {
    let vectors: Vec<Inclusion> = serde_json::from_str(include_str!("vectors/inclusion.json")).expect("vectors");
    assert_eq!(vectors.len(), 98);
    for vector in vectors {
        let holds = hashes(&[vec![vector.root, vector.leaf_hash], vector.proof.unwrap_or_default()].concat())
            .is_some_and(|all| verify::inclusion(all[1], vector.leaf_idx, vector.tree_size, &all[2..], all[0]).is_ok());
        assert_eq!(holds, !vector.want_err, "{}", vector.name);
    }
}

#[test]
fn consistency_proofs_that_hold_and_that_do_not() {
    let vectors: Vec<Consistency> = serde_json::from_str(include_str!("vectors/consistency.json")).expect("vectors");
    assert_eq!(vectors.len(), 98);
    for vector in vectors {
        let all = hashes(&[vec![vector.root1, vector.root2], vector.proof.unwrap_or_default()].concat());
        let holds =
            all.is_some_and(|all| verify::consistency(vector.size1, vector.size2, &all[2..], all[0], all[1]).is_ok());
        // Its roots are words instead of hashes, and cannot even be read here.
        let words = vector.name == "additional/sizes-are-equal-one-and-proof-is-empty";
        assert_eq!(holds, !vector.want_err && !words, "{}", vector.name);
    }
}

#[derive(Deserialize)]
struct Log {
    private_key: String,
    public_key: String,
    entries: Vec<String>,
    checkpoints: Vec<String>,
    files: BTreeMap<String, String>,
}

#[test]
fn a_log_of_tessera_is_read_and_made_byte_for_byte() {
    let log: Log = serde_json::from_str(include_str!("vectors/log.json")).expect("a log");
    let key = VerifierKey::from_text(&log.public_key).expect("a key");
    let signing = SigningKey::from_text(&log.private_key).expect("a key");
    assert_eq!((key.to_text(), signing.to_text()), (log.public_key.clone(), log.private_key.clone()));
    assert_eq!(signing.verifier(), key);
    let files: BTreeMap<Tile, Vec<u8>> = log
        .files
        .iter()
        .map(|(path, bytes)| (Tile::from_path(path).expect("a tile"), BASE64_STANDARD.decode(bytes).expect("base64")))
        .collect();
    for (size, checkpoint) in log.checkpoints.iter().enumerate() {
        let opened = Checkpoint::open(checkpoint.as_bytes(), &key).expect("a checkpoint");
        assert_eq!(opened.size, size as u64);
        assert_eq!(opened.sign(&signing).as_ref(), Ok(checkpoint));
        let ours = MemoryLog::new(log.entries[..size].iter().map(|entry| entry.clone().into_bytes()).collect());
        assert_eq!(ours.frontier.root(), opened.root);
        for tile in tile::all(opened.size) {
            assert_eq!(ours.files[&tile], files[&tile], "{tile}");
        }
        let mut problems = Vec::new();
        let read = |tile| Ok::<_, Infallible>(files.get(&tile).cloned());
        audit(opened.size, opened.root, read, |problem| problems.push(problem)).expect("memory");
        assert_eq!(problems, []);
    }
    let all = Tile::in_tree(Row::Entries, 0, 15).expect("a bundle");
    assert_eq!(
        bundle::decode(&files[&all]).expect("a bundle"),
        log.entries.iter().map(String::as_bytes).collect::<Vec<_>>()
    );
}

const PETER: &str = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
const ENOCH: &str = "EnochRoot+af0cfe78+ATtqJ7zOtqQtYqOo0CpvDXNlMhV3HeJDpjrASKGLWdop";
const PETER_SECRET: &str = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz";
const TEXT: &str =
    "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n";
const BY_PETER: &str = "\u{2014} PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n";
const BY_ENOCH: &str =
    "\u{2014} EnochRoot rwz+eBzmZa0SO3NbfRGzPCpDckykFXSdeX+MNtCOXm2/5n2tiOHp+vAF1aGrQ5ovTG01oOTGwnWLox33WWd1RvMc+QQ=\n";

#[test]
fn notes_of_go_are_read_and_made() {
    let peter = VerifierKey::from_text(PETER).expect("a key");
    let enoch = VerifierKey::from_text(ENOCH).expect("a key");
    let secret = SigningKey::from_text(PETER_SECRET).expect("a key");
    assert_eq!(note::sign(TEXT, &[&secret]), Ok(format!("{TEXT}\n{BY_PETER}")));
    let both = format!("{TEXT}\n{BY_PETER}{BY_ENOCH}");
    for (known, signers) in [(vec![&peter], 1), (vec![&peter, &enoch], 2), (vec![&enoch], 1)] {
        let note = note::open(both.as_bytes(), &known).expect("a note");
        assert_eq!((note.text.as_str(), note.signers.len()), (TEXT, signers));
    }
    assert_eq!(note::open(both.as_bytes(), &[]), Err(InvalidNote::Unsigned));
    let many = format!("{TEXT}\n{}", BY_PETER.repeat(101));
    assert_eq!(note::open(many.as_bytes(), &[&peter]), Err(InvalidNote::Form(Form::TooManySignatures)));
    let wrong = both.replace("x08go/ZJ", "x08go/ZK");
    assert!(matches!(note::open(wrong.as_bytes(), &[&peter]), Err(InvalidNote::Signature(_))));
    // A repeated signature that does not hold is not hidden by one that does.
    let wrong = format!("{TEXT}\n{BY_PETER}{}", BY_PETER.replace("x08go/ZJ", "x08go/ZK"));
    assert!(matches!(note::open(wrong.as_bytes(), &[&peter]), Err(InvalidNote::Signature(_))));
    for (bytes, form) in [
        (both.replace("\n\n", "\n"), Form::NoSignatures),
        (both.trim_end().to_owned(), Form::NoSignatures),
        (format!("{TEXT}\n"), Form::NoSignatures),
        (both.replace("\u{2014} Enoch", "- Enoch"), Form::Signature),
        (both.replace("EnochRoot ", "EnochRoot  "), Form::Signature),
        (format!("{both}\u{2014} Enoch+Root AAAAAAA=\n"), Form::Signature),
        (both.replace("answer", "ans\twer"), Form::Text),
    ] {
        assert_eq!(note::open(bytes.as_bytes(), &[&peter]), Err(InvalidNote::Form(form)), "{bytes}");
    }
    assert_eq!(note::sign("no newline", &[&secret]), Err(InvalidNote::Form(Form::Unterminated)));
}

#[test]
fn a_note_whose_text_has_empty_lines_is_split_at_the_last() {
    let secret = SigningKey::from_text(PETER_SECRET).expect("a key");
    let text = "one\n\ntwo\n";
    let signed = note::sign(text, &[&secret]).expect("a note");
    assert_eq!(note::open(signed.as_bytes(), &[&secret.verifier()]).map(|note| note.text), Ok(text.to_owned()));
}

#[test]
fn the_note_of_the_specification_is_read() {
    let key =
        VerifierKey::from_text("example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k").expect("a key");
    let note = "This is an example message.\n\n\u{2014} example.com/foo \
        Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
    assert_eq!(
        note::open(note.as_bytes(), &[&key]).map(|note| note.text),
        Ok("This is an example message.\n".to_owned())
    );
}

#[test]
fn keys_that_were_changed_anywhere_are_refused() {
    for (text, private) in [(PETER, false), (PETER_SECRET, true)] {
        let refused = |text: &str| {
            if private { SigningKey::from_text(text).is_err() } else { VerifierKey::from_text(text).is_err() }
        };
        for from in 0..=text.len() {
            for to in from..=text.len() {
                assert!((from == 0 && to == text.len()) || refused(&text[from..to]), "{}", &text[from..to]);
            }
        }
        for place in 0..text.len() {
            let mut bytes = text.as_bytes().to_vec();
            bytes[place] += 1;
            assert!(refused(std::str::from_utf8(&bytes).expect("ASCII")), "{place}");
        }
    }
    // Too long, of another type: both with the id that fits.
    let long = "PeterNeumann+cc469956+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TWBADKEY==";
    assert!(VerifierKey::from_text(long).is_err());
    let other = "PeterNeumann+173116ae+ZRpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW";
    assert_eq!(VerifierKey::from_text(other), Err(InvalidKey::Type(0x65)));
    for name in ["", "a b", "a+b", "a\u{a0}b", "a\nb"] {
        assert_eq!(KeyName::new(name), Err(InvalidKey::Name));
    }
}
