//! What holds for every change: no line vanishes, the same bytes on any number of cores, stable
//! fingerprints, and no input that crashes or reaches the terminal raw.

use crate::support::{Repo, Run, cases, code, list, text};
use ai_detect::terminal::unsafe_in;
use proptest::prelude::*;
use proptest::sample::{Index, select};
use serde_json::Value;

const PATHS: [&str; 15] = [
    "a.rs", "a.py", "a.js", "a.ts", "a.tsx", "a.go", "A.java", "a.kt", "a.c", "a.cpp", "A.cs", "a.rb", "a.php", "a.sh",
    "a.txt",
];

/// A line of some file: blank ones, repeated ones, and ones that stand out.
fn line() -> impl Strategy<Value = String> {
    prop_oneof![
        2 => Just(String::new()),
        1 => Just("    ".to_owned()),
        2 => select(vec!["}", "    return None", "# A comment", "def run(self):", "    x += 1"]).prop_map(str::to_owned),
        4 => (0u32..400).prop_map(|n| format!("value_{n} = compute_something({n}, \"text\")")),
        1 => (0u32..400).prop_map(|n| format!("    value_{n} = compute_something({n}, \"text\")")),
    ]
}

/// A file before and after some edits.
fn edited() -> impl Strategy<Value = (Vec<String>, Vec<String>)> {
    let edit = (any::<Index>(), 0usize..6, proptest::collection::vec(line(), 0..40));
    (proptest::collection::vec(line(), 0..80), proptest::collection::vec(edit, 0..4)).prop_map(|(before, edits)| {
        let mut after = before.clone();
        for (at, removed, added) in edits {
            let at = at.index(after.len() + 1);
            after.splice(at..(at + removed).min(after.len()), added);
        }
        (before, after)
    })
}

fn written(lines: &[String]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// A repository whose last commit is the edits.
fn edits(files: &[(Vec<String>, Vec<String>)]) -> Repo {
    let repo = Repo::new();
    let name = |at: usize| PATHS[at % PATHS.len()].replace('.', &format!("{at}."));
    for (at, (before, _)) in files.iter().enumerate().filter(|(_, (before, _))| !before.is_empty()) {
        repo.write(&name(at), written(before));
    }
    repo.commit("Before");
    for (at, (_, after)) in files.iter().enumerate() {
        repo.write(&name(at), written(after));
    }
    repo.commit("After");
    repo
}

fn covered(report: &Value) -> u64 {
    let hunks = list(&report["hunks"]);
    for pair in hunks.windows(2).filter(|pair| pair[0]["path"] == pair[1]["path"]) {
        assert!(pair[0]["end_line"].as_u64() < pair[1]["start_line"].as_u64(), "{} overlaps", pair[1]["path"]);
    }
    let in_hunks: u64 = hunks.iter().map(|hunk| hunk["added_lines"].as_u64().unwrap()).sum();
    let counted = ["lines_not_authored", "lines_renamed", "lines_copied"];
    in_hunks + counted.iter().map(|count| report["coverage"][count].as_u64().unwrap()).sum::<u64>()
}

proptest! {
    #![proptest_config(cases(32))]

    #[test]
    fn every_added_line_is_covered_exactly_once(files in proptest::collection::vec(edited(), 1..4)) {
        let repo = edits(&files);
        let patch = repo.git_bytes(&["diff", "--no-renames", "HEAD~1"], b"");
        let added = String::from_utf8(patch.clone()).unwrap();
        let added = added.lines().filter(|line| line.starts_with('+') && !line.starts_with("+++ ")).count() as u64;
        prop_assert_eq!(covered(&repo.diff_patch(&patch)), added);
        // The range pairs renames and copies, and counts what they bring along.
        prop_assert_eq!(covered(&repo.diff(&["HEAD~1"])), added);
    }
}

proptest! {
    #![proptest_config(cases(12))]

    #[test]
    fn what_is_in_no_hunk_is_in_a_file_that_is_listed(
        files in proptest::collection::vec((edited(), select(vec!["a{}.py", "vendor/{}.js", "{}.min.js", "{}/go.sum", "b{}.txt"])), 1..7),
    ) {
        let repo = Repo::new();
        let name = |at: usize, pattern: &str| pattern.replace("{}", &at.to_string());
        for (at, ((before, _), pattern)) in files.iter().enumerate() {
            repo.write(&name(at, pattern), written(before));
        }
        repo.commit("Before");
        for (at, ((_, after), pattern)) in files.iter().enumerate() {
            repo.write(&name(at, pattern), written(after));
        }
        repo.commit("After");
        let report = repo.diff_patch(repo.git_bytes(&["diff", "--no-renames", "HEAD~1"], b""));
        // Text without a grammar and lines that only moved are listed, and their files are cut into hunks all the same.
        let partly = ["no-grammar", "not-authored"];
        let out = list(&report["coverage"]["excluded"]).iter().filter(|out| !partly.contains(&text(&out["reason"])));
        let listed: Vec<&str> = out.map(|out| text(&out["path"])).collect();
        prop_assert!(list(&report["hunks"]).iter().all(|hunk| !listed.contains(&text(&hunk["path"]))));
        let (mut elsewhere, mut left_out) = (0, 0);
        for line in repo.git(&["diff", "--no-renames", "--numstat", "HEAD~1"]).lines() {
            let fields: Vec<&str> = line.split('\t').collect();
            let added: u64 = fields[0].parse().unwrap();
            let mut listed_as = list(&report["coverage"]["excluded"]).iter().filter(|out| out["path"] == fields[2]);
            prop_assert!(listed_as.all(|out| out["added_lines"].as_u64().is_none_or(|told| told == added)));
            if listed.contains(&fields[2]) { left_out += added } else { elsewhere += added }
        }
        prop_assert_eq!(covered(&report), elsewhere, "{} lines are left out", left_out);
    }
}

proptest! {
    #![proptest_config(cases(4))]

    #[test]
    fn any_number_of_cores_gives_the_same_bytes(files in proptest::collection::vec(edited(), 20..40)) {
        let repo = edits(&files);
        let printed = |threads: &str, format: &str| {
            let mut command = repo.command(&["diff", "HEAD~1", "-v", "--format", format]);
            Run::of(command.env("RAYON_NUM_THREADS", threads)).text()
        };
        for format in ["json", "text"] {
            let one = printed("1", format);
            prop_assert_eq!(&one, &printed("4", format));
            prop_assert_eq!(&one, &printed("4", format));
        }
    }
}

fn fingerprints(report: &Value) -> Vec<String> {
    list(&report["hunks"]).iter().map(|hunk| text(&hunk["fingerprint"]).to_owned()).collect()
}

proptest! {
    #![proptest_config(cases(8))]

    #[test]
    fn fingerprints_survive_rebases_and_unrelated_edits(above in 1usize..30, below in 0usize..30, lines in 5usize..90) {
        let repo = Repo::new();
        let (head, tail) = (code("head", 40), code("tail", 40));
        repo.commit_file("a.py", format!("{head}{tail}"));
        repo.branch("topic");
        let added = code("added", lines);
        repo.commit_file("a.py", format!("{head}{added}{tail}"));
        let first = fingerprints(&repo.diff(&["main"]));
        prop_assert!(!first.is_empty());
        repo.switch("main");
        let (above, below) = (code("above", above), code("below", below));
        repo.commit_file("a.py", format!("{above}{head}{tail}{below}"));
        repo.commit_file("b.py", code("b", 9));
        repo.switch("topic");
        repo.git(&["rebase", "--quiet", "main"]);
        prop_assert_eq!(&fingerprints(&repo.diff(&["main"])), &first);
        // Indented differently, and committed by another commit.
        let indented: String = added.lines().map(|line| format!("    {line}\n")).collect();
        repo.write("a.py", format!("{above}{head}{indented}{tail}{below}"));
        repo.git(&["commit", "--quiet", "--all", "--amend", "-m", "Reworded"]);
        prop_assert_eq!(&fingerprints(&repo.diff(&["main"])), &first);
        // An edit elsewhere in the file, in the same change.
        repo.commit_file("a.py", format!("{above}{head}{indented}{tail}{below}{}", code("end", 7)));
        let more = fingerprints(&repo.diff(&["main"]));
        prop_assert!(first.iter().all(|one| more.contains(one)), "{:?} {:?}", first, more);
        // Another line within makes another block.
        repo.commit_file("a.py", format!("{above}{head}{indented}unlike = 1\n{tail}{below}"));
        prop_assert_ne!(&fingerprints(&repo.diff(&["main"])), &first);
    }
}

/// Bytes that look like code, like a patch, or like nothing.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let tokens = vec![
        "/*",
        "*/",
        "//",
        "#",
        "\"",
        "\"\"\"",
        "'",
        "`",
        "${",
        "{",
        "}",
        "(",
        ")",
        "<<E",
        "=begin",
        "<?php",
        "?>",
        "fn ",
        "def ",
        "class ",
        "\n",
        "\r",
        "\t",
        "\\",
        "@@ ",
        "@@ -1,2 +1,3 @@",
        "\n--- a/x\n+++ b/x\n",
        "diff --git ",
        "+",
        "-",
        "\u{feff}",
        "\u{1b}[31m",
        "\u{9b}",
        "\u{202e}",
        "r#\"",
        "R\"(",
        "f\"{",
        "<a>",
        "</",
        "=> ",
        ": ",
        "0x",
    ];
    let part = prop_oneof![
        6 => select(tokens).prop_map(|token| token.as_bytes().to_vec()),
        3 => "[a-z]{1,9} ".prop_map(String::into_bytes),
        1 => proptest::collection::vec(any::<u8>(), 1..6),
    ];
    proptest::collection::vec(part, 0..200).prop_map(|parts| parts.concat())
}

fn assert_harmless(run: &Run) {
    assert!(unsafe_in(&run.stdout).is_none() && unsafe_in(&run.stderr).is_none(), "{run:?}");
}

proptest! {
    #![proptest_config(cases(48))]

    #[test]
    fn no_bytes_as_a_patch_crash_it_or_reach_the_terminal(patch in bytes()) {
        let repo = Repo::nowhere();
        for patch in [patch.clone(), [b"--- a/x.py\n+++ b/x.py\n@@ -1,2 +1,9 @@\n", patch.as_slice()].concat()] {
            let run = repo.run_patch(&patch, &["-v"]);
            prop_assert!(matches!(run.status, 0 | 3), "{:?}", run);
            assert_harmless(&run);
        }
    }

    #[test]
    fn no_bytes_as_a_file_of_any_language_crash_it_or_reach_the_terminal(content in bytes()) {
        let lines: Vec<&[u8]> = content.split(|byte| *byte == b'\n').collect();
        let body: Vec<u8> = lines.iter().flat_map(|line| [b"+", *line, b"\n"].concat()).collect();
        let head = |path: &str| format!("--- /dev/null\n+++ b/{path}\n@@ -0,0 +1,{} @@\n", lines.len());
        let patch: Vec<u8> = PATHS.iter().flat_map(|path| [head(path).as_bytes(), &body].concat()).collect();
        let run = Repo::nowhere().run_patch(&patch, &["-v"]);
        prop_assert_eq!(run.status, 0, "{:?}", &run);
        assert_harmless(&run);
        let report = Repo::nowhere().run_patch(&patch, &["--format", "json"]);
        assert_harmless(&report);
        report.json();
    }
}
