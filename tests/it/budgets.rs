//! Whatever is too much is left out with its reason, or refused with its place: never the whole run, never for
//! minutes. The values stand in docs/hardening.md.

use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, code, excluded, hunks, list, planted_code, text};
use ai_detect::attest::forms::places;
use ai_detect::change::RecordPlace;
use ai_detect::exclude::Excluder;
use ai_detect::git::{CommitId, Repository};

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

/// What every error of settings ends with.
const ADVICE: &str = ". To use other settings: `--config FILE` or `--config-from REV`";

/// What the user reads of wrong settings, without the commit that they stand in and without the advice.
fn refused(files: &[(&str, &str)]) -> String {
    let repo = started(files);
    let start = repo.id("main");
    let told = repo.run(&["diff", "main"]).error(2).replace(&format!(" in commit {}", &start[..8]), "");
    told.strip_suffix(ADVICE).unwrap_or_else(|| panic!("{told}")).to_owned()
}

fn with_phrase(phrase: &str) -> String {
    refused(&[(".ai-detect.yml", PLANTED_CONFIG), ("planted.yml", &PLANTED_PACK.replace("'xyzzy'", phrase))])
}

/// A branch of a repository that reads files of at most 2,000 bytes. Each version of `a.py` is a commit; the first one is
/// `main`.
fn versions(versions: &[&str]) -> Repo {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", "limits: {file_bytes: 2000}\n");
    for (at, content) in versions.iter().enumerate() {
        repo.commit_file("a.py", content);
        if at == 0 {
            repo.branch("topic");
        }
    }
    repo
}

/// Nobody looked at it while it was.
#[test]
fn a_file_that_was_too_large_before_is_new_code() {
    let repo = versions(&[&code("large", 200), &code("small", 6)]);
    let report = repo.diff(&["main"]);
    assert_eq!((hunks(&report), excluded(&report)), (vec!["a.py:1-6".to_owned()], vec![]));
    // The same where commits are read one after the other, and the last one may be kept.
    let repository = Repository::open(repo.path()).unwrap();
    let records = repository.records(&[], None).unwrap();
    let mut commits = repository.shared(records).one_by_one();
    let excluder = |most| Excluder::new(&[], most).unwrap();
    let mut read = |revision: &str, most| -> (Vec<String>, Vec<bool>) {
        let change = commits.change(CommitId::parse(&repo.id(revision)).unwrap(), &excluder(most)).unwrap();
        let details = change.excluded.iter().map(|left_out| left_out.detail.clone()).collect();
        (details, change.files.iter().map(|file| file.is_new).collect())
    };
    assert_eq!(read("main", 100_000), (vec![], vec![true, true]));
    assert_eq!(read("topic", 2000), (vec![], vec![true]));
    assert_eq!(read("topic", 100_000), (vec![], vec![false]));
    // Other text is not scored either way.
    let repo = versions(&[&code("a", 6)]);
    repo.write("a.txt", code("large", 200));
    repo.commit("Too large");
    let size = code("large", 200).len();
    repo.commit_file("a.txt", code("small", 6));
    let told = excluded(&repo.diff(&["HEAD~1"]));
    assert_eq!(told, [format!("a.txt: too-large (the content before: {size} bytes; the limit is 2000)")]);
}

/// What is too large is not unpacked: only the start of this object is there, which says how large it is.
#[test]
fn the_size_of_a_content_is_known_before_it_is_read() {
    let large: String = (0..50_000_u64).map(|at| format!("{:x}\n", at.wrapping_mul(0x9e37_79b9_7f4a_7c15))).collect();
    let repo = versions(&[&large, &code("small", 6)]);
    let id = repo.id("main:a.py");
    let (folder, name) = id.split_at(2);
    let object = repo.path().join(".git/objects").join(folder).join(name);
    let whole = std::fs::read(&object).unwrap();
    std::fs::remove_file(&object).unwrap();
    std::fs::write(&object, &whole[..whole.len() / 2]).unwrap();
    let report = repo.diff(&["main"]);
    assert_eq!((hunks(&report), excluded(&report)), (vec!["a.py:1-6".to_owned()], vec![]));
}

#[test]
fn a_file_that_was_too_large_in_between_is_not_left_out() {
    // The last one is not read.
    for lines in [200, 2000] {
        let repo = versions(&[&code("a", 6), &code("large", lines), &(code("a", 6) + &code("small", 6))]);
        repo.commit_file("b.py", code("b", 6));
        let report = repo.diff(&["main"]);
        assert_eq!((hunks(&report), excluded(&report)), (vec!["a.py:7-12".to_owned(), "b.py:1-6".into()], vec![]));
        assert_eq!(report["hunks"][0]["commits"][0]["id"], repo.id("HEAD~1"));
    }
}

#[test]
fn a_file_that_is_too_large_is_nothing_that_another_was_renamed_from() {
    let repo = versions(&[&code("a", 100)]);
    repo.remove("a.py");
    repo.write("b.py", code("a", 70));
    repo.commit("Rename and shorten");
    repo.commit_file("b.py", code("a", 70) + &code("more", 6));
    assert!(code("a", 100).len() > 2000 && code("a", 70).len() + code("more", 6).len() < 2000);
    let report = repo.diff(&["main"]);
    assert_eq!((hunks(&report), excluded(&report)), (vec!["b.py:1-76".to_owned()], vec![]));
    let lines: Vec<_> = list(&report["hunks"][0]["commits"]).iter().map(|part| part["lines"].clone()).collect();
    assert_eq!(lines, [70, 6]);
}

/// Brackets that make a parser look at ever more ways to read them.
/// What parsers choke on took memory with the square of its length: these would take all of a machine's.
#[test]
fn a_file_that_takes_too_long_to_parse_is_left_out_and_the_others_are_not() {
    let repo = Repo::new();
    repo.commit("Start");
    repo.branch("topic");
    let slow = [("slow.cs", "! :\n"), ("slow.java", "%w("), ("slow.py", "/*"), ("slow.rs", "%w(")];
    for (path, token) in slow {
        let text = token.repeat(60_000 / token.len());
        let lines = text.as_bytes().chunks(60).map(|line| String::from_utf8_lossy(line) + "\n");
        repo.write(path, lines.collect::<String>());
    }
    repo.write("fine.py", code("fine", 8));
    repo.commit("Slow");
    let run = repo.process(&["diff", "main", "--format", "json"]);
    let mut bounded = std::process::Command::new("sh");
    bounded.args(["-c", "ulimit -v 2500000; exec \"$@\"", "sh"]).arg(run.get_program()).args(run.get_args());
    bounded.envs(run.get_envs().filter_map(|(name, value)| Some((name, value?)))).env("RAYON_NUM_THREADS", "1");
    let output = bounded.output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(hunks(&report).contains(&"fine.py:1-8".to_owned()));
    let told = excluded(&report);
    assert_eq!(told, slow.map(|(path, _)| format!("{path}: no-grammar (too costly to parse)")));
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

const ALIAS: &str =
    "a value that starts with `*` is an alias, which is not read; put it in quotes, or write out what it stands for";

/// CVE-2019-11253 (a few lines of YAML that stand for billions).
#[test]
fn yaml_that_multiplies_itself_is_refused() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..12 {
        bomb += &format!("a{level}: &a{level} [{}]\n", vec![format!("*a{}", level - 1); 9].join(", "));
    }
    let told = refused(&[(".ai-detect.yml", &format!("{bomb}exclude: *a11\n"))]);
    assert_eq!(told, format!(".ai-detect.yml:2:10: {ALIAS}"));
    // Gigabytes, if they were put in.
    let repeated = format!("exclude: [&a \"{}\"{}]\n", "x".repeat(500_000), ", *a".repeat(20_000));
    assert_eq!(refused(&[(".ai-detect.yml", &repeated)]), format!(".ai-detect.yml:1:500018: {ALIAS}"));
    let marker = "    - &m {trailer: X, names: ai, why: because}\n";
    let policy = format!("markers:\n  forbidden:\n{marker}{}", "    - *m\n".repeat(60_000));
    let told = refused(&[(".ai-detect.yml", "policy: own.yml\n"), ("own.yml", &policy)]);
    assert!(told.ends_with(&format!("own.yml:4:7: {ALIAS}")), "{told}");
    let pack = format!("{PLANTED_PACK}{}", "  - *r\n".repeat(9)).replace("  - id", "  - &r\n    id");
    let told = refused(&[(".ai-detect.yml", PLANTED_CONFIG), ("planted.yml", &pack)]);
    assert_eq!(told, format!("planted.yml:{}:5: {ALIAS}", PLANTED_PACK.lines().count() + 2));
    for (settings, place) in [
        ("exclude: &a !!seq [x]\nsensitive: *a\n", "2:12"),
        ("exclude: ['**', &a x, '*', *a]\n", "1:28"),
        ("{&a:*a }\n", "1:5"),
    ] {
        assert_eq!(refused(&[(".ai-detect.yml", settings)]), format!(".ai-detect.yml:{place}: {ALIAS}"));
    }
}

#[test]
fn what_is_no_alias_is_read_and_what_is_one_by_mistake_says_so() {
    let repo = started(&[(".ai-detect.yml", "# &a *a\nexclude: ['*.b', '&a', \"*a\", a && *a, &a docs/**]\n")]);
    assert_eq!(repo.run(&["diff", "main"]).status, 0);
    let block = PLANTED_PACK.replace("'xyzzy'", "|-\n      &a xyzzy\n      *a [[\n");
    let repo = started(&[(".ai-detect.yml", PLANTED_CONFIG), ("planted.yml", &block)]);
    let told = repo.run(&["diff", "main"]).error(2);
    assert!(told.contains("rule `planted`: not a regular expression: "), "{told}");
    for value in ["*.lock", "*lock"] {
        let told = refused(&[(".ai-detect.yml", &format!("exclude:\n- {value}\n"))]);
        assert!(told.starts_with(".ai-detect.yml:2:") && told.ends_with(&format!(": {ALIAS}")), "{told}");
    }
}

#[test]
fn yaml_that_is_too_deep_or_too_long_is_refused() {
    let told = "more than 10000 opening brackets in one file; write lists and maps as indented lines, without brackets";
    for (open, close) in [("[", "]"), ("{a: ", "}")] {
        let deep = format!("exclude: {}{}\n", open.repeat(50_000), close.repeat(50_000));
        let column = 10 + 10_000 * open.len();
        assert_eq!(refused(&[(".ai-detect.yml", &deep)]), format!(".ai-detect.yml:1:{column}: {told}"));
    }
    let lines = format!("exclude:\n{}", "[\n".repeat(50_000));
    assert_eq!(refused(&[(".ai-detect.yml", &lines)]), format!(".ai-detect.yml:10002:1: {told}"));
    let deep = format!("policy: {}\n", "{a: ".repeat(9_000) + &"}".repeat(9_000));
    assert_eq!(
        refused(&[(".ai-detect.yml", &deep)]),
        ".ai-detect.yml:1:9: policy: found keys with values; a text is wanted"
    );
    let tags: String = (0..20_000).map(|at| format!("%TAG !a{at}! tag:x\n")).collect();
    assert_eq!(
        refused(&[(".ai-detect.yml", &format!("{tags}---\nexclude: []\n"))]),
        ".ai-detect.yml:101:1: more than 100 `%TAG`; nothing here needs any"
    );
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
    assert_eq!(told, "cannot read /dev/zero: more than 33554432 bytes; that is no file of settings");
}

#[test]
fn a_note_that_is_too_large_is_unreadable_and_says_so() {
    let repo = started(&[]);
    let blob = repo.beside("large");
    std::fs::write(&blob, "x".repeat((8 << 20) + 1)).unwrap();
    let refs = places().into_iter().filter_map(|place| match place {
        RecordPlace::Notes(name) => name.strip_prefix("refs/notes/"),
        RecordPlace::Lines { .. } | RecordPlace::File(_) => None,
    });
    for notes in refs {
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

/// `git log` ends a message at a NUL character, and so do we.
#[test]
fn what_stands_behind_a_nul_character_of_a_message_is_not_read() {
    let repo = started(&[]);
    let tree = repo.git(&["rev-parse", "HEAD^{tree}"]);
    let person = "Ada Example <ada@example.org> 1767225600 +0000";
    let commit = format!(
        "tree {}\nparent {}\nauthor {person}\ncommitter {person}\n\nAdd\n\0\nAssisted-by: Claude Code:claude-opus-4-8\n",
        tree.trim(),
        repo.id("HEAD")
    );
    let id = repo.git_bytes(&["hash-object", "-t", "commit", "-w", "--stdin", "--literally"], commit.as_bytes());
    repo.git(&["update-ref", "refs/heads/topic", String::from_utf8(id).unwrap().trim()]);
    let report = repo.diff(&["main"]);
    let last = list(&report["commits"]).last().unwrap();
    assert_eq!((text(&last["subject"]), text(&last["attestation"]["state"])), ("Add", "absent"));
    let notes: Vec<&str> = list(&report["coverage"]["notes"]).iter().map(text).collect();
    assert!(notes.iter().any(|note| note.contains("behind a NUL character")), "{notes:?}");
}

#[test]
fn a_message_in_one_enormous_line_is_no_trouble() {
    let repo = started(&[("planted.yml", PLANTED_PACK), (".ai-detect.yml", PLANTED_CONFIG)]);
    for message in [
        "x: ".repeat(80_000),
        format!("S\n\n{}", "Co-authored-by: ".repeat(15_000)),
        "\u{1f916} Generated with [".repeat(8_000),
        format!("S\n\n{}", "With help from a vibe, disclosure: thanks to it, ".repeat(5_000)),
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
