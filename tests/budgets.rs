//! Whatever is too much is left out with its reason, or refused with its place: never the whole run, never for
//! minutes. The values stand in docs/hardening.md.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod support;

use support::{PLANTED_CONFIG, PLANTED_PACK, Repo, code, excluded, hunks, list, planted_code, text};

/// A branch whose start has these files.
fn started(files: &[(&str, &str)]) -> Repo {
    let repo = Repo::new();
    for (path, content) in files {
        repo.write(path, content);
    }
    repo.commit("Start");
    repo.branch("topic");
    repo.commit_file("a.py", code("a", 6));
    repo
}

/// What the user reads of wrong settings, without the commit that they stand in.
fn refused(files: &[(&str, &str)]) -> String {
    let repo = started(files);
    let start = repo.id("main");
    repo.run(&["diff", "main"]).error(2).replace(&format!(" at {}", &start[..8]), "")
}

fn with_phrase(phrase: &str) -> String {
    refused(&[(".ai-detect.yml", PLANTED_CONFIG), ("planted.yml", &PLANTED_PACK.replace("'xyzzy'", phrase))])
}

/// Brackets that make a parser look at ever more ways to read them.
#[test]
fn a_file_that_takes_too_long_to_parse_is_left_out_and_the_others_are_not() {
    let repo = Repo::new();
    repo.commit("Start");
    repo.branch("topic");
    let open = "a<b<c(d<e{[<f(".repeat(30_000);
    for (path, content) in [("slow.cpp", open.as_str()), ("slow.js", &"`${".repeat(200_000))] {
        repo.write(
            path,
            content
                .as_bytes()
                .chunks(60)
                .map(|line| format!("{}\n", String::from_utf8_lossy(line)))
                .collect::<String>(),
        );
    }
    repo.write("fine.py", code("fine", 8));
    repo.commit("Slow");
    let report = repo.diff(&["main"]);
    assert!(hunks(&report).contains(&"fine.py:1-8".to_owned()));
    let told = excluded(&report);
    assert_eq!(told, ["slow.cpp", "slow.js"].map(|path| format!("{path}: no-grammar (too costly to parse)")));
}

/// CVE-2022-24713 (a short expression that takes minutes to compile).
#[test]
fn an_expression_that_is_too_large_is_refused_with_its_rule() {
    for phrase in ["'(?:a{1000}){1000}'", "'((x{100}){100}){100}'", r"'\w{5000}(?:b|c\d{3000}){900}'"] {
        assert_eq!(
            with_phrase(phrase),
            "planted.yml:3: rule `planted`: the phrase takes more than 1048576 bytes when it is compiled; repeat less in it",
            "{phrase}"
        );
    }
    let long = with_phrase(&format!("'{}'", "ab|".repeat(2_000)));
    assert_eq!(long, "planted.yml:3: rule `planted`: the phrase is longer than 4000 bytes");
    let deep = with_phrase(&format!("'{}a{}'", "(".repeat(1_000), ")".repeat(1_000)));
    assert!(deep.contains("rule `planted`: not a regular expression: "), "{deep}");
    let policy = "markers:\n  required:\n    - trailer: X\n      value: '(?:a{1000}){1000}'\n";
    let told = refused(&[(".ai-detect.yml", "policy: own.yml\n"), ("own.yml", policy)]);
    assert!(told.contains("`(?:a{1000}){1000}` is no pattern: ") && told.contains("size limit"), "{told}");
}

/// Expressions on which engines that go back and forth take time that doubles with each letter: here a hundred
/// thousand letters are read once, or the test would never end.
#[test]
fn expressions_take_linear_time() {
    for phrase in ["(a+)+$", "(a|aa)+$", "(a|a)*b", "^(([a-z])+.)+[A-Z]([a-z])+$", "(.*a){12}x", "(?:a?){60}a{60}"] {
        let repo = Repo::nowhere();
        repo.write("planted.yml", PLANTED_PACK.replace("xyzzy", phrase));
        repo.write("config.yml", PLANTED_CONFIG);
        let comment = format!("# {}!\n", "a".repeat(100_000));
        let lines: String = (0..400).map(|line| format!("+x_{line} = {line}\n")).collect();
        let patch = format!("--- /dev/null\n+++ b/a.py\n@@ -0,0 +1,401 @@\n+{comment}{lines}");
        let report = repo.run_patch(&patch, &["--format", "json", "--config", "config.yml"]).json();
        assert!(!hunks(&report).is_empty(), "{phrase}: {:?}", excluded(&report));
    }
}

/// CVE-2019-11253 (a few lines of YAML that stand for billions).
#[test]
fn yaml_that_multiplies_itself_is_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", "));
    }
    let told = refused(&[(".ai-detect.yml", &format!("{bomb}exclude: *a11\n"))]);
    assert!(told.starts_with(".ai-detect.yml:1:1: unknown field `a0`"), "{told}");
    // Where the shape lets the levels through, the library counts what is repeated.
    let nested = "exclude: &a [\"x\"]\nsensitive: *a\n";
    assert_eq!(started(&[(".ai-detect.yml", nested)]).run(&["diff", "main"]).status, 0);
    let mut example =
        String::from("family: reasoning\nrules:\n  - &r0 {id: r, title: t, why: w, misleads: m, weight: 1}\n");
    for level in 1..12 {
        example += &format!("  - &r{level} [{}]\n", vec![format!("*r{}", level - 1); 9].join(", "));
    }
    let told = refused(&[(".ai-detect.yml", PLANTED_CONFIG), ("planted.yml", &example)]);
    assert!(told.starts_with("planted.yml:"), "{told}");
}

#[test]
fn yaml_that_is_too_deep_or_too_long_is_refused() {
    let deep = format!("exclude: {}{}\n", "[".repeat(50_000), "]".repeat(50_000));
    let told = refused(&[(".ai-detect.yml", &deep)]);
    assert!(told.starts_with(".ai-detect.yml:1:"), "{told}");
    assert!(told.contains("recursion limit") || told.contains("expected a string"), "{told}");
    let long = format!("exclude: [\"{}\"]\n", "x".repeat(1 << 20));
    let told = refused(&[(".ai-detect.yml", &long)]);
    assert_eq!(told, ".ai-detect.yml:1:1: 1048590 bytes of YAML; at most 1048576 are read");
    let huge = "#".repeat((32 << 20) + 1);
    let told = refused(&[(".ai-detect.yml", &huge)]);
    assert_eq!(told, ".ai-detect.yml: 33554433 bytes; at most 33554432 are read of a file of settings");
}

#[test]
fn a_file_of_settings_without_an_end_is_refused() {
    let repo = started(&[]);
    let told = repo.run(&["diff", "main", "--config", "/dev/zero"]).error(2);
    assert_eq!(told, "/dev/zero: more than 33554432 bytes; that is no file of settings");
}

#[test]
fn a_note_that_is_too_large_is_unreadable_and_says_so() {
    let repo = started(&[]);
    let blob = repo.beside("large");
    std::fs::write(&blob, "x".repeat((8 << 20) + 1)).unwrap();
    for notes in ["ai", "whogitit", "agent-trace", "ai-attest"] {
        repo.git(&["notes", "--ref", notes, "add", "-f", "-F", &blob.display().to_string(), "HEAD"]);
        let report = repo.diff(&["main"]);
        let unreadable = list(&report["commits"][0]["attestation"]["unreadable"]);
        let reasons: Vec<&str> = unreadable.iter().map(|found| text(&found["reason"])).collect();
        assert_eq!(reasons, [format!("it has {} bytes; at most {} are read", (8 << 20) + 2, 8 << 20)], "{notes}");
        assert_eq!(report["commits"][0]["attestation"]["state"], "unreadable");
        repo.git(&["update-ref", "-d", &format!("refs/notes/{notes}")]);
    }
}

#[test]
fn a_message_that_is_too_long_keeps_its_subject_and_its_trailers() {
    let repo = started(&[]);
    let message = repo.beside("message");
    let body = "A line of a body that never ends.\n".repeat(40_000);
    let trailers = "Assisted-by: Claude Code:claude-opus-4-6\nSigned-off-by: Ada Example <ada@example.org>\n";
    let whole = format!("A subject\n\n{body}\n{trailers}");
    std::fs::write(&message, &whole).unwrap();
    repo.write("b.py", code("b", 6));
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "-F", &message.display().to_string()]);
    let report = repo.diff(&["main"]);
    let commit = list(&report["commits"]).last().unwrap();
    assert_eq!((text(&commit["subject"]), text(&commit["attestation"]["state"])), ("A subject", "complete"));
    let left_out = whole.len() - (256 << 10);
    let told = format!(
        "{left_out} bytes in the middle of the message of {} are not read: it is too long",
        &repo.id("HEAD")[..8]
    );
    assert_eq!(report["coverage"]["notes"], serde_json::json!([told]));
}

#[test]
fn a_message_in_one_enormous_line_is_no_trouble() {
    let repo = started(&[("planted.yml", PLANTED_PACK), (".ai-detect.yml", PLANTED_CONFIG)]);
    for message in [
        "x: ".repeat(80_000),
        format!("S\n\n{}", "Co-authored-by: ".repeat(15_000)),
        "\u{1f916} Generated with [".repeat(8_000),
    ] {
        repo.write("c.py", planted_code(&format!("c{}", message.len())));
        repo.git(&["add", "--all"]);
        repo.git_bytes(&["commit", "--quiet", "--cleanup=verbatim", "-F", "-"], message.as_bytes());
        assert!(hunks(&repo.diff(&["HEAD~1"])).iter().any(|hunk| hunk.starts_with("c.py:")));
    }
}

#[test]
fn a_ledger_that_is_too_large_is_not_read_and_that_is_said() {
    let repo = started(&[]);
    repo.commit_file(".aiir/receipts.jsonl", "x".repeat((32 << 20) + 1));
    let told = ".aiir/receipts.jsonl has 33554433 bytes; at most 33554432 are read, so none of it was";
    assert_eq!(repo.diff(&["main"])["coverage"]["notes"], serde_json::json!([told]));
}
