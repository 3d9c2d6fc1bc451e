//! Input that nobody planned: odd encodings and line endings, enormous lines, deep nesting, odd
//! paths, corrupt patches. A clear error or a complete report, never a crash.

use crate::support::{Repo, code, excluded, hunks, list};
use serde_json::Value;

/// A file of one language: its name, its first lines, and a line of it.
const LANGUAGES: [(&str, &str, &str); 15] = [
    ("a.rs", "", "fn f_{n}() -> u32 { {n} }"),
    ("a.py", "", "value_{n} = measure({n})"),
    ("a.js", "", "const value_{n} = measure({n});"),
    ("a.ts", "", "const value_{n}: number = measure({n});"),
    ("a.tsx", "", "const value_{n} = <b>{{n}}</b>;"),
    ("a.go", "package a\n", "var value_{n} = measure({n})"),
    ("A.java", "class A {\n", "int value_{n} = measure({n});"),
    ("a.kt", "", "val value_{n} = measure({n})"),
    ("a.c", "", "int value_{n} = {n};"),
    ("a.cpp", "", "int value_{n} = {n};"),
    ("A.cs", "class A {\n", "int value_{n} = {n};"),
    ("a.rb", "", "value_{n} = measure({n})"),
    ("a.php", "<?php\n", "$value_{n} = measure({n});"),
    ("a.sh", "", "value_{n}=$(measure {n})"),
    ("a.txt", "", "value {n}"),
];

/// What a new file with some content comes to.
fn added(path: &str, content: impl AsRef<[u8]>) -> Value {
    let repo = Repo::new();
    repo.commit("Start");
    repo.commit_file(path, content);
    repo.diff(&["HEAD~1"])
}

/// The same in a file of each language.
fn added_everywhere(content: &str) -> Value {
    let repo = Repo::new();
    repo.commit("Start");
    for (path, ..) in LANGUAGES {
        repo.write(path, content);
    }
    repo.commit("Everywhere");
    repo.diff(&["HEAD~1"])
}

#[test]
fn text_that_is_no_utf_8_is_analysed() {
    for (path, first, line) in LANGUAGES {
        let mut content = first.as_bytes().to_vec();
        for n in 0..6 {
            content.extend(line.replace("{n}", &n.to_string()).as_bytes());
            content.extend(b" \xff\xfe\xc3\x28\xed\xa0\x80\n");
        }
        let lines = content.iter().filter(|byte| **byte == b'\n').count();
        assert_eq!(hunks(&added(path, content)), [format!("{path}:1-{lines}")]);
    }
}

#[test]
fn quoted_evidence_that_is_no_utf_8_is_shown_with_replacements() {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", crate::support::PLANTED_CONFIG);
    repo.write("planted.yml", crate::support::PLANTED_PACK);
    repo.commit("Settings");
    repo.commit_file("caf\u{e9}.py", [b"# xyzzy caf\xe9\n".as_slice(), code("a", 5).as_bytes()].concat());
    let report = repo.diff(&["HEAD~1"]);
    let evidence = list(&report["hunks"][0]["signals"]).iter().find(|signal| signal["rule"] == "planted").unwrap();
    assert_eq!(evidence["evidence"][0]["text"], "# xyzzy caf\u{fffd}");
}

#[test]
fn a_path_that_is_no_utf_8_is_shown_with_replacements() {
    let repo = Repo::new();
    repo.commit("Start");
    let name = <std::ffi::OsStr as std::os::unix::ffi::OsStrExt>::from_bytes(b"caf\xe9.py");
    std::fs::write(repo.path().join(name), code("a", 5)).unwrap();
    assert_eq!(hunks(&repo.diff(&["--worktree"])), ["caf\u{fffd}.py:1-5"]);
    repo.commit("Latin-1");
    assert_eq!(hunks(&repo.diff(&["HEAD~1"])), ["caf\u{fffd}.py:1-5"]);
}

#[test]
fn wide_encodings_are_binary_as_for_git() {
    let utf_16: Vec<u8> =
        "\u{feff}".encode_utf16().chain(code("a", 5).encode_utf16()).flat_map(u16::to_le_bytes).collect();
    assert_eq!(excluded(&added("a.py", utf_16)), ["a.py: binary (holds a NUL byte)"]);
}

#[test]
fn a_byte_order_mark_moves_no_line() {
    assert_eq!(hunks(&added("a.py", format!("\u{feff}{}", code("a", 5)))), ["a.py:1-5"]);
}

#[test]
fn lines_end_where_git_ends_them() {
    let unix = code("a", 6);
    assert_eq!(hunks(&added("a.py", unix.replace('\n', "\r\n"))), ["a.py:1-6"]);
    // A stray carriage return ends no line, but in a file with five of them they do, as for a compiler.
    assert_eq!(hunks(&added("a.py", unix.replacen('\n', "\r", 1))), ["a.py:1-5"]);
    assert_eq!(hunks(&added("a.py", unix.replace('\n', "\r"))), ["a.py:1-6"]);
    assert_eq!(hunks(&added("a.py", unix.trim_end())), ["a.py:1-6"]);
    assert_eq!(hunks(&added("a.py", unix.replace(" = ", "\t=\t\u{b}\u{c}\u{85}\u{2028} "))), ["a.py:1-6"]);
}

#[test]
fn a_change_of_line_endings_alone_is_not_authored() {
    let repo = Repo::new();
    repo.commit_file("a.py", code("a", 6));
    repo.commit_file("a.py", code("a", 6).replace('\n', "\r\n"));
    let report = repo.diff(&["HEAD~1"]);
    assert_eq!(hunks(&report), [""; 0]);
    assert_eq!(report["coverage"]["lines_not_authored"], 6);
}

#[test]
fn blank_lines_alone_are_not_authored() {
    let repo = Repo::new();
    repo.commit_file("a.py", code("a", 6) + &code("b", 6));
    repo.commit_file("a.py", code("a", 6) + "\n \n\t\n" + &code("b", 6));
    let report = repo.diff(&["HEAD~1"]);
    assert_eq!(
        (hunks(&report), excluded(&report)),
        (vec![], vec!["a.py: not-authored (3 lines changed in white space only)".into()])
    );
}

#[test]
fn one_line_of_four_megabytes_does_no_harm() {
    let line = "x = [".to_owned() + &"1, ".repeat(4 << 20 >> 1) + "]\n";
    let report = added_everywhere(&line[..4 << 20]);
    let mut expected: Vec<String> =
        LANGUAGES.map(|(path, ..)| format!("{path}: too-large (4194304 bytes; the limit is 1048576)")).into();
    expected.sort();
    assert_eq!(excluded(&report), expected);
    let report = added("a.py", &line[..1 << 20]);
    assert_eq!(excluded(&report), ["a.py: minified (lines of 1048576 bytes on average)"]);
}

#[test]
fn one_enormous_line_among_many_short_ones_is_analysed() {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", "limits: {file_bytes: 100000000}\n");
    repo.commit("Allow large files");
    repo.branch("topic");
    let long = format!("text = '{}'\n", "long words ".repeat(500_000));
    repo.commit_file("a.py", code("before", 20_000) + &long + &code("after", 10));
    let report = repo.diff(&["main"]);
    assert!(hunks(&report).last().unwrap().ends_with("-20011"));
    let told = repo.run(&["diff", "main", "-v"]).text();
    assert!(told.lines().all(|line| line.len() < 400), "quotes are short");
}

#[test]
fn deeply_nested_code_of_every_language_is_analysed() {
    let nests = [
        ("(", ")"),
        ("[", "]"),
        ("{", "}"),
        ("f(", ")"),
        ("if (x) {\n", "}\n"),
        ("- ", ""),
        ("\"${", "}\""),
        ("$(", ")"),
        ("<", ">"),
    ];
    let repo = Repo::new();
    repo.commit("Start");
    for (path, first, _) in LANGUAGES {
        for (at, (open, close)) in nests.iter().enumerate() {
            let nested = |part: &str| (part.repeat(40) + "\n").repeat(60);
            repo.write(&format!("{at}/{path}"), format!("{first}x = {}1\n{}", nested(open), nested(close)));
        }
    }
    repo.commit("Nest");
    let report = repo.diff(&["HEAD~1"]);
    let files: std::collections::BTreeSet<&str> =
        list(&report["hunks"]).iter().map(|hunk| crate::support::text(&hunk["path"])).collect();
    assert_eq!(files.len(), nests.len() * LANGUAGES.len());
}

#[test]
fn code_that_no_grammar_accepts_is_analysed() {
    let broken = [
        "}}}}\n))))\n]]]]\n'''\n\"\"\"\n/*\n",
        "<<E\n<<~E\n<<<E\nR\"(\nr#\"\n`${\n",
        "def\nclass\nfn\nif else\n=> ->\n@@@\n",
    ];
    let repo = Repo::new();
    repo.commit("Start");
    for (path, first, _) in LANGUAGES {
        for (at, text) in broken.iter().enumerate() {
            repo.write(&format!("{at}/{path}"), format!("{first}{}", text.repeat(30)));
        }
    }
    repo.commit("Break");
    assert!(list(&repo.diff(&["HEAD~1"])["hunks"]).len() >= broken.len() * LANGUAGES.len());
}

#[test]
fn empty_files_and_single_characters_are_no_trouble() {
    for content in ["", "\n", "x", "\r", "\u{feff}", "#", "\"", "/*"] {
        let expected = if content.trim().is_empty() { 0 } else { LANGUAGES.len() };
        assert_eq!(hunks(&added_everywhere(content)).len(), expected, "{content:?}");
    }
}

#[test]
fn paths_may_hold_anything() {
    let paths = [
        "new\nline.py",
        "quo\"te's.py",
        "esc\u{1b}[31mape.py",
        "back\\slash.py",
        " space .py",
        "-dash.py",
        "tab\t.py",
        "a => b.py",
        "*.py",
        ":(top).py",
    ];
    let repo = Repo::new();
    repo.commit("Start");
    for (at, path) in paths.iter().enumerate() {
        repo.write(path, code(&format!("name{at}"), 5));
    }
    let mut expected: Vec<String> = paths.iter().map(|path| format!("{path}:1-5")).collect();
    expected.sort();
    assert_eq!(hunks(&repo.diff(&["--worktree"])), expected);
    repo.commit("Odd names");
    assert_eq!(hunks(&repo.diff(&["HEAD~1"])), expected);
    let patch = repo.git_bytes(&["diff", "HEAD~1"], b"");
    assert_eq!(hunks(&repo.diff_patch(patch)), expected);
}

#[test]
fn odd_messages_and_authors_are_no_trouble() {
    let repo = Repo::new();
    repo.commit("Start");
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    let parent = repo.id("HEAD");
    let bodies: [&[u8]; 4] = [b"", b"\n\n\n", b"\xff\xfe\x00\x01", b"Assisted-by\xe9: \xff\nCo-authored-by:\n: :\n"];
    for (at, body) in bodies.into_iter().enumerate() {
        let author =
            ["A <a@example.org> 1 +0000", " <> 1 +0000", "A <a@example.org> x y", "A\u{e9} <a> 99999999999999 +9999"]
                [at];
        let head = format!("tree {tree}\nparent {parent}\nauthor {author}\ncommitter {author}\n\n");
        let commit = [head.as_bytes(), body].concat();
        let id = repo.git_bytes(&["hash-object", "-t", "commit", "-w", "--literally", "--stdin"], &commit);
        let id = String::from_utf8(id).unwrap();
        let run = repo.run(&["diff", &format!("{parent}..{}", id.trim()), "--format", "json"]);
        assert!(matches!(run.status, 0 | 3), "{run:?}");
        assert!(run.status == 0 || run.stderr.contains(id.trim()), "{run:?}");
    }
}

/// What is said of a patch.
fn refused(patch: &str) -> String {
    Repo::nowhere().run_patch(patch, &[]).error(3)
}

#[test]
fn a_corrupt_patch_is_shown_with_its_line() {
    let head = "diff --git a/a.py b/a.py\n--- a/a.py\n+++ b/a.py\n";
    for (body, expected) in [
        (
            "@@ -1,1 +1,3 @@\n x\n+y\n",
            "-:4: the patch ends within this hunk: 1 of 1 old and 2 of 3 new lines are there",
        ),
        ("@@ -1 +1,x @@\n x\n", "-:4: expected `@@ -OLD,COUNT +NEW,COUNT @@`, found `@@ -1 +1,x @@`"),
        (
            "@@ -1,4294967295 +4294967295,9 @@\n",
            "-:4: expected `@@ -OLD,COUNT +NEW,COUNT @@`, found `@@ -1,4294967295 +4294967295,9 @@`",
        ),
        (
            "@@ -1,2 +1,2 @@\n x\nwhat\n",
            "-:6: within a hunk, a line starts with ` `, `+`, `-` or `\\`, found `what\\n`",
        ),
        ("@@ -1,1 +1,2 @@\n-x\n-y\n+a\n+b\n", "-:6: one line too many: the hunk's head at line 4 says 1 old lines"),
        ("@@ -1,2 +1,1 @@\n+x\n+y\n z\n", "-:6: one line too many: the hunk's head at line 4 says 1 new lines"),
        ("@@ -0,0 +1,1 @@\n+x\n+y\n", "-:6: one line too many: the hunk's head at line 4 says 1 new lines"),
        ("@@ -1,1 +0,0 @@\n-x\n-y\n", "-:6: one line too many: the hunk's head at line 4 says 1 old lines"),
        (
            "@@@ -1,1 -1,1 +1,2 @@@\n  x\n++y\n",
            "-:4: a combined diff, as git shows merges, cannot be read; make one with `git diff A...B`",
        ),
    ] {
        assert_eq!(refused(&format!("{head}{body}")), expected);
    }
    assert_eq!(
        refused("Dear all,\nno diff here.\n"),
        "- holds no unified diff: no line starts with `+++ ` or `@@ `; make one with `git diff A...B`"
    );
}

#[test]
fn a_patch_with_carriage_returns_or_without_a_last_newline_is_read() {
    let patch = "--- a/a.py\n+++ b/a.py\n@@ -0,0 +1,5 @@\n+a1 = 1\n+a2 = 2\n+a3 = 3\n+a4 = 4\n+a5 = 5\n";
    for patch in [
        patch.to_owned(),
        patch.replace('\n', "\r\n"),
        patch.trim_end().to_owned(),
        format!("{patch}\\ No newline at end of file\n"),
    ] {
        assert_eq!(hunks(&Repo::nowhere().diff_patch(&patch)), ["a.py:1-5"], "{patch:?}");
    }
    // Its last line may be an empty one.
    let report = Repo::nowhere().diff_patch(patch.replace("+1,5", "+1,6") + "+");
    assert_eq!((hunks(&report), report["coverage"]["lines_not_authored"].as_u64()), (vec!["a.py:1-6".into()], Some(0)));
}

#[test]
fn what_a_patch_says_of_binary_files_is_listed_under_their_new_names() {
    let repo = Repo::new();
    let bytes: Vec<u8> = (0..=255).cycle().take(4000).collect();
    repo.write("gone.bin", &bytes);
    repo.write("old name.bin", [bytes.as_slice(), b"more"].concat());
    repo.write("edited.bin", [b"start", bytes.as_slice()].concat());
    repo.commit("Start");
    repo.remove("gone.bin");
    repo.git(&["mv", "old name.bin", "n\u{e9}w name.bin"]);
    repo.write("n\u{e9}w name.bin", [bytes.as_slice(), b"less"].concat());
    repo.write("edited.bin", bytes);
    repo.commit("Change");
    for args in [&["diff", "HEAD~1"][..], &["diff", "--binary", "HEAD~1"]] {
        let report = repo.diff_patch(repo.git_bytes(args, b""));
        let told =
            ["edited.bin", "n\u{e9}w name.bin"].map(|path| format!("{path}: binary (the patch calls it binary)"));
        assert_eq!(excluded(&report), told, "{args:?}");
    }
}

#[test]
fn a_name_in_a_shallow_clone_may_be_beyond_it() {
    let repo = Repo::new();
    repo.commit("One");
    repo.commit("Two");
    let shallow = repo.clone("shallow", &["--depth=1"]);
    let said = shallow.run(&["diff", "HEAD~1"]).error(2);
    assert!(
        said.starts_with("unknown revision `HEAD~1`; this shallow clone lacks it: `git fetch --deepen=100` or "),
        "{said}"
    );
    assert!(said.contains("`fetch-depth: 0`") && said.contains("`GIT_DEPTH: 0`"), "{said}");
    let said = shallow.run(&["diff", "origin/mian"]).error(2);
    assert!(said.starts_with("unknown revision `origin/mian`; did you mean `origin/main` or "), "{said}");
    assert!(said.contains("? Or this shallow clone lacks it: `git fetch "), "{said}");
}

#[test]
fn odd_revisions_are_wrong_usage() {
    let repo = Repo::new();
    repo.commit_file("a.py", code("a", 5));
    for spec in [
        "HEAD@{99}",
        "HEAD^{tree}",
        "HEAD^9",
        "HEAD~999",
        "....",
        "a..b..c",
        "\u{1f600}",
        " ",
        "HEAD:a.py",
        "@{upstream}",
        "^HEAD",
        "--",
        "-1",
    ] {
        let run = repo.run(&["diff", "--", spec]);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{spec}: {run:?}");
    }
}
