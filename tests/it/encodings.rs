//! Commits that state an encoding are read in it, by every command.

use crate::support::{Repo, code, list, text};
use serde_json::Value;

/// A repository with one commit whose message and author are in another encoding, as git writes it.
fn committed(encoding: &str, author: &[u8], message: &[u8]) -> Repo {
    let repo = Repo::new();
    repo.commit("Start");
    repo.write("a.py", code("a", 6));
    repo.git(&["add", "--all"]);
    let tree = repo.git(&["write-tree"]);
    let parent = repo.id("HEAD");
    let header = format!("tree {tree}\nparent {parent}\n");
    let people = [
        b"author ",
        author,
        b" <a@example.org> 1700000000 +0000\ncommitter ",
        author,
        b" <a@example.org> 1700000000 +0000\n",
    ];
    let object = [header.as_bytes(), &people.concat(), format!("encoding {encoding}\n\n").as_bytes(), message].concat();
    let id = repo.git_bytes(&["hash-object", "-t", "commit", "-w", "--stdin"], &object);
    let id = String::from_utf8(id).unwrap();
    repo.git(&["reset", "--quiet", "--hard", id.trim()]);
    repo
}

/// The subject, author and state of the only commit, and the notes.
fn seen(report: &Value) -> (&str, &str, &str, Vec<&str>) {
    let commit = &list(&report["commits"])[0];
    let notes = list(&report["coverage"]["notes"]).iter().map(text).collect();
    (text(&commit["subject"]), text(&commit["author"]), text(&commit["attestation"]["state"]), notes)
}

#[test]
fn subjects_and_names_are_those_that_git_log_shows() {
    let trailer = b"\n\nAssisted-by: Claude Code:claude-opus-4-8\n";
    for (encoding, author, subject) in [
        ("ISO-8859-1", &b"J\xfcrgen M\xfcller"[..], &b"Gr\xf6\xdfe pr\xfcfen"[..]),
        ("windows-1252", b"J\xfcrgen", b"Gr\xf6\xdfe"),
        ("Shift_JIS", b"\x93\xfa\x96{", b"\x93\xfa\x96{\x8c\xea"),
        ("EUC-JP", b"\xc6\xfc\xcb\xdc", b"\xc6\xfc\xcb\xdc"),
        ("KOI8-R", b"\xf0\xd2\xc9\xd7\xc5\xd4", b"\xf0\xd2\xc9\xd7\xc5\xd4"),
        ("ISO-8859-15", b"Ann", b"100 \xa4"),
    ] {
        let repo = committed(encoding, author, &[subject, trailer].concat());
        let git = repo.git(&["log", "-1", "--format=%s|%an"]);
        let (subject, author) = git.split_once('|').unwrap();
        assert!(!subject.contains('\u{fffd}') && !subject.is_ascii(), "{subject}");
        let report = repo.diff(&["HEAD~1"]);
        assert_eq!(seen(&report), (subject, author, "complete", vec![]), "{encoding}");

        let checked = repo.run(&["policy", "check", "HEAD~1", "--format", "json"]).json();
        let commit = &list(&checked["commits"])[0];
        assert_eq!((text(&commit["subject"]), text(&commit["author"])), (subject, author), "{encoding}");
    }
}

#[test]
fn what_a_message_declares_is_read_in_its_encoding() {
    let message =
        b"Change\n\nAssisted-by: Claude Code:claude-opus-4-8\nAI-Accountable: J\xfcrgen M\xfcller <j@example.org>\n";
    let repo = committed("ISO-8859-1", b"Ann", message);
    let report = repo.diff(&["HEAD~1"]);
    let commit = &list(&report["commits"])[0];
    assert_eq!(text(&commit["attestation"]["facts"]["accountable"]), "Jürgen Müller <j@example.org>");
    let each = repo.run(&["markers", "scan", "--all", "--each"]).text();
    assert!(each.contains("Claude"), "{each}");
}

#[test]
fn an_unknown_encoding_is_named_and_the_text_is_read_as_utf_8() {
    let repo = committed("x-klingon", "Jürgen".as_bytes(), "Größe\n\nAssisted-by: Claude\n".as_bytes());
    let report = repo.diff(&["HEAD~1"]);
    let (subject, author, state, notes) = seen(&report);
    assert_eq!((subject, author), ("Größe", "Jürgen"));
    assert_ne!(state, "absent");
    let id = &repo.id("HEAD")[..8];
    let note = format!("{id} states the encoding `x-klingon`, which is unknown here; its message is read as UTF-8");
    assert_eq!(notes, [&note]);

    let note = format!("note: {note}\n");
    for args in [&["markers", "scan", "--all"][..], &["scan"]] {
        let run = repo.run(args);
        assert_eq!((run.status, run.stderr.contains(&note)), (0, true), "{args:?}: {}", run.stderr);
    }
    let checked = repo.run(&["policy", "check", "HEAD~1"]).text();
    assert!(checked.replace("\n  ", " ").contains("x-klingon"), "{checked}");
}

#[test]
fn a_message_in_utf_8_under_another_name_stays_readable() {
    let repo = committed("EUC-JP", b"Ann", "日本語\n".as_bytes());
    assert_eq!(seen(&repo.diff(&["HEAD~1"])).0, "日本語");
}
