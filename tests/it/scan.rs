//! `ai-detect scan`: which commits have a row, and what it says. What becomes of rows that are kept is told in
//! `scan_table.rs`, what a long history takes in `scan_long.rs`.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Stdio;

use crate::support::history::*;
use crate::support::*;
use serde_json::Value;

/// Commits of many kinds, and the settings under which some of them are flagged.
fn varied() -> (Repo, String) {
    let repo = Repo::new();
    let settings = repo.beside("settings.yml");
    std::fs::write(&settings, PLANTED_CONFIG).unwrap();
    std::fs::write(repo.beside("planted.yml"), PLANTED_PACK).unwrap();
    repo.commit_file("one.py", code("first", 12));
    repo.write("two.py", planted_code("second"));
    repo.commit("Add the second\n\nIt flags.");
    repo.write("three.py", planted_code("third"));
    repo.commit("Add the third\n\nCo-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>");
    repo.write("four.py", planted_code("fourth"));
    repo.commit("Add the fourth\n\nNo AI was used.");
    repo.commit_file("README.md", "# Words\n\nAnd more of them.\n");
    repo.commit_file("one.py", code("first", 12) + "x = 1\n");
    repo.commit("Change nothing at all");
    repo.branch("side");
    repo.write("five.go", "package five\n\nfunc Five() int {\n\ta := 1\n\tb := 2\n\treturn a + b\n}\n");
    repo.commit("Add five");
    repo.switch("main");
    repo.git(&["mv", "two.py", "moved.py"]);
    repo.commit("Move a file");
    repo.merge("side");
    repo.remove("three.py");
    repo.commit("Remove a file");
    (repo, settings.display().to_string())
}

#[test]
fn a_row_says_what_diff_says_of_its_commit() {
    let (repo, settings) = varied();
    let rows = rows(&repo, &["--config", &settings]);
    assert_eq!(sorted(commits(&rows)), listed(&repo, &["HEAD"]));
    for row in rows.iter().filter(|row| row["kind"] == "commit") {
        let commit = text(&row["commit"]);
        let empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
        let parent = row["parent"].as_str().unwrap_or(empty);
        let report = repo.diff(&[&format!("{parent}..{commit}"), "--config", &settings]);
        let told = &report["commits"][0];
        assert_eq!(told["id"], row["commit"]);
        for (column, value) in [
            ("subject", &told["subject"]),
            ("added_lines", &told["added_lines"]),
            ("probability", &told["probability"]),
            ("log_odds", &told["log_odds"]),
            ("code_log_odds", &told["code_log_odds"]),
            ("message_log_odds", &told["message_log_odds"]),
            ("threshold_log_odds", &report["threshold"]["log_odds"]),
            ("files", &report["coverage"]["files_scored"]),
            ("blocks", &report["coverage"]["hunks_scored"]),
            ("state", &told["attestation"]["state"]),
            ("tool", &told["attestation"]["facts"]["tool"]),
            ("model", &told["attestation"]["facts"]["model"]),
            ("signature", &told["attestation"]["signature"]["state"]),
            ("version", &report["tool"]["version"]),
            ("scoring_model", &report["tool"]["model"]),
        ] {
            assert_eq!(&row[column], value, "{column} of {}", row["subject"]);
        }
        let silent = row["state"] == "absent";
        let accountable = if silent { &serde_json::Value::Null } else { &told["attestation"]["facts"]["accountable"] };
        assert_eq!(&row["accountable"], accountable, "{row}");
        assert_eq!(row["flags"], list(&report["flags"]).len());
        let asked = list(&report["flags"]).first().map(|flag| &flag["verdict"]);
        assert!(asked.is_none_or(|verdict| *verdict == row["verdict"]), "{row}");
        let scored = list(&report["hunks"]).iter().filter(|hunk| list(&hunk["signals"]).len() > 1);
        let strongest = scored.map(|hunk| hunk["log_odds"].as_f64().unwrap()).reduce(f64::max);
        assert_eq!(row["strongest_log_odds"].as_f64(), strongest, "{row}");
    }
    // A message is no ground for a probability where there is too little code.
    let unscored = |row: &serde_json::Value| row["code_log_odds"].is_null();
    assert!(rows.iter().any(unscored) && !rows.iter().all(unscored));
    for row in &rows {
        assert_eq!(row["probability"].is_null(), unscored(row), "{row}");
        assert_eq!(row["log_odds"].is_null(), unscored(row), "{row}");
        assert!(row["message_log_odds"].is_f64(), "{row}");
    }
    let verdict = |subject: &str| {
        let row = rows.iter().find(|row| row["subject"] == subject).unwrap();
        (text(&row["verdict"]).to_owned(), row["flags"].as_u64().unwrap(), text(&row["forms"]).to_owned())
    };
    assert_eq!(verdict("Add the second"), ("unattested".into(), 1, "".into()));
    assert_eq!(verdict("Add the third"), ("attested".into(), 0, "trailer".into()));
    assert_eq!(verdict("Add the fourth"), ("contradicted".into(), 1, "footer".into()));
    assert_eq!(verdict("Change nothing at all"), ("unknown".into(), 0, "".into()));
}

#[test]
fn a_range_is_what_one_end_reaches_and_the_other_does_not() {
    let (repo, _) = varied();
    repo.git(&["branch", "kept", "HEAD~1"]);
    repo.switch("HEAD~3");
    repo.commit_file("elsewhere.py", code("elsewhere", 6));
    repo.branch("elsewhere");
    repo.switch("main");
    for (args, as_git) in [
        (&["HEAD~2..HEAD"][..], &["HEAD~2..HEAD"][..]),
        (&["HEAD~2.."], &["HEAD~2..HEAD"]),
        (&["HEAD~2"], &["HEAD~2"]),
        (&["main..elsewhere"], &["main..elsewhere"]),
        (&["--all"], &["--all"]),
        (&[], &["HEAD"]),
    ] {
        assert_eq!(sorted(commits(&rows(&repo, args))), listed(&repo, as_git), "{args:?}");
    }
    let empty = repo.run(&["scan", "HEAD..HEAD"]);
    let note = "note: repo: nothing to look at: HEAD is HEAD\n";
    assert_eq!((empty.status, empty.stdout.as_str(), empty.stderr.as_str()), (0, "", note));
    assert!(repo.run(&["scan", "nowhere..HEAD"]).error(2).contains("unknown revision `nowhere`"));
}

#[test]
fn a_merge_has_a_row_of_its_declaration_and_brings_the_commits_of_its_request() {
    let repo = Repo::new();
    let first = repo.commit_file("one.py", code("first", 12));
    repo.branch("topic");
    let on_topic = repo.commit_file("two.py", planted_code("second"));
    repo.switch("main");
    let on_main = repo.commit_file("three.py", code("third", 9));
    let message = "Merge pull request #7 from ada/topic\n\nAssisted-by: Claude:claude-opus-4-8";
    repo.git(&["merge", "--quiet", "--no-ff", "-m", message, "topic"]);
    let merge = repo.id("HEAD");
    repo.branch("beside");
    let beside = repo.commit_file("four.py", code("fourth", 9));
    repo.switch("main");

    let rows = rows(&repo, &["--all"]);
    let row = |commit: &str| rows.iter().find(|row| row["commit"] == commit).unwrap();
    assert_eq!(rows.len(), 5);
    let time = |commit: &str| repo.git(&["show", "-s", "--format=%ct", commit]).parse::<i64>().unwrap();
    for (commit, kind, via, landed) in [
        (&first, "commit", None, Some(&first)),
        (&on_topic, "commit", Some(&merge), Some(&merge)),
        (&on_main, "commit", None, Some(&on_main)),
        (&merge, "merge", None, Some(&merge)),
        (&beside, "commit", None, None),
    ] {
        let row = row(commit);
        assert_eq!((text(&row["kind"]), row["via"].as_str()), (kind, via.map(String::as_str)), "{row}");
        assert_eq!(row["landed_time"].as_i64(), landed.map(|landed| time(landed)), "{row}");
    }
    let merged = row(&merge);
    assert_eq!((&merged["state"], &merged["tool"]), (&"complete".into(), &"Claude".into()));
    assert_eq!((&merged["model"], &merged["model_id"]), (&"claude-opus-4-8".into(), &"claude-opus-4-8".into()));
    for column in ["probability", "log_odds", "code_log_odds", "strongest_log_odds", "added_total"] {
        assert!(merged[column].is_null(), "{column}");
    }
    for column in ["blocks", "files", "flags", "added_lines"] {
        assert_eq!(merged[column], 0, "{column}");
    }
    assert_eq!((&merged["message_log_odds"], &merged["verdict"]), (&0.0.into(), &"attested".into()));
}

#[test]
fn added_lines_and_sensitive_paths_are_counted_whatever_is_scored() {
    let repo = Repo::new();
    repo.write("src/auth/login.py", code("login", 12));
    repo.write("notes.txt", "a\nb\nc\n");
    repo.write(".github/workflows/ci.yml", "on: push\n");
    repo.commit("Add");
    let lines = code("login", 12).lines().count() + 3 + 1;
    let row = &rows(&repo, &[])[0];
    assert_eq!(row["added_total"], lines);
    assert_eq!(row["sensitive"], "authentication,ci-workflows");
    repo.commit_file("notes.txt", "a\n");
    assert_eq!(rows(&repo, &["HEAD~1.."])[0]["sensitive"], "");
}

#[test]
fn a_row_without_a_score_says_why() {
    let repo = Repo::new();
    repo.commit_file("README.md", "# Words\n");
    let commit = |path: &str, content: String| {
        repo.commit_file(path, content);
        let row: Value = serde_json::from_str(&repo.run(&["scan", "HEAD~1.."]).stdout).unwrap();
        assert_eq!(row["unscored"].is_null(), row["blocks"] != 0);
        row["unscored"].clone()
    };
    let swift = "func value(_ a: Int) -> Int {\n    return a\n}\n".repeat(20);
    assert_eq!(commit("start.py", code("start", 12)), Value::Null);
    assert_eq!(commit("Values.swift", swift), "no-grammar");
    assert_eq!(commit("short.py", "x = 1\ny = 2\n".into()), "too-short");
    assert_eq!(commit("vendor/a/lib.py", code("lib", 30)), "left-out");
    assert_eq!(commit("short.py", "x = 1\n".into()), "nothing-added");
}

#[test]
fn times_choose_by_when_a_commit_landed() {
    let repo = long(10);
    let all = rows(&repo, &[]);
    let times: BTreeSet<i64> = all.iter().map(|row| row["landed_time"].as_i64().unwrap()).collect();
    let middle = *times.iter().nth(times.len() / 2).unwrap();
    let moment = repo.git(&["log", "--format=%ct %cI"]);
    let moment = moment.lines().find_map(|line| line.strip_prefix(&format!("{middle} "))).unwrap();
    let landed = |args: &[&str]| -> BTreeSet<i64> {
        rows(&repo, args).iter().map(|row| row["landed_time"].as_i64().unwrap()).collect()
    };
    assert!(times.len() > 3);
    assert_eq!(landed(&["--since", moment]), times.range(middle..).copied().collect());
    assert_eq!(landed(&["--until", moment]), times.range(..middle).copied().collect());
    let said = |times: &[&str]| repo.run(&[&["scan"], times].concat()).stderr;
    assert_eq!(said(&["--since", "2999-01-01"]), "note: repo: none of 10 commits landed within these times\n");
    assert!(said(&["--since", "2026-01-01", "--until", "2025-01-01"]).contains("--since is not before --until"));
    assert!(!said(&["--since", moment]).contains("landed within"));
    assert!(repo.run(&["scan", "--since", "last week"]).error(2).contains("write a day such as 2026-04-01"));
}

#[test]
fn a_dash_is_standard_output() {
    let (repo, _) = varied();
    assert_eq!(repo.run(&["scan", "HEAD", "--output", "-"]).stdout, repo.run(&["scan", "HEAD"]).stdout);
    let report = ["diff", "main", "--format", "json"];
    assert_eq!(repo.run(&[&report[..], &["-o", "-"]].concat()).stdout, repo.run(&report).stdout);
    assert!(!repo.path().join("-").exists());
}

#[test]
fn rows_conform_to_the_schema() {
    let (repo, settings) = varied();
    let schema = repo.run(&["schema", "scan"]).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for row in rows(&repo, &["--config", &settings]) {
        assert!(validator.is_valid(&row), "{row}");
    }
}

#[test]
fn rows_are_the_same_whatever_the_number_of_threads() {
    let repo = long(150);
    let run = |threads: &str| Run::of(repo.command(&["scan"]).env("RAYON_NUM_THREADS", threads)).text();
    let alone = run("1");
    assert_eq!(alone.lines().count(), 150);
    assert_eq!(run("4"), alone);
}

#[test]
fn the_next_run_adds_only_what_is_new() {
    let repo = long(5);
    repo.git(&["reset", "--quiet", "--hard"]);
    let output = repo.beside("rows.jsonl");
    let scan = || repo.run(&["scan", "--output", &output.display().to_string()]).text();
    assert_eq!(scan(), "repo: 5 new rows, 0 there before; 0 declare AI use, 0 have flags\n");
    let before = std::fs::read_to_string(&output).unwrap();
    assert_eq!(scan(), "repo: 0 new rows, 5 there before\n");
    assert_eq!(std::fs::read_to_string(&output).unwrap(), before);
    let new = repo.commit_file("new.py", code("new", 9));
    scan();
    let after = std::fs::read_to_string(&output).unwrap();
    let added = parsed(after.strip_prefix(&before).unwrap());
    assert_eq!(commits(&added), [new]);
}

#[test]
fn rows_of_a_history_that_was_rewritten_stay() {
    let repo = long(4);
    repo.git(&["reset", "--quiet", "--hard"]);
    let output = repo.beside("rows.jsonl").display().to_string();
    repo.run(&["scan", "-o", &output]).text();
    let gone = repo.id("HEAD");
    repo.git(&["commit", "--quiet", "--amend", "-m", "Said otherwise"]);
    repo.run(&["scan", "-o", &output]).text();
    let rows = rows_of(Path::new(&output));
    assert_eq!(rows.len(), 5);
    assert!(commits(&rows).contains(&gone.as_str()) && commits(&rows).contains(&repo.id("HEAD").as_str()));
}

#[test]
fn parquet_files_hold_the_same_rows_and_never_change() {
    let (repo, settings) = varied();
    let folder = repo.beside("rows.parquet");
    let output = folder.display().to_string();
    let lines = rows(&repo, &["--config", &settings]);
    repo.run(&["scan", "--config", &settings, "-o", &output]).text();
    assert_eq!(rows_of_parts(&folder), lines);
    let first = (parts(&folder), std::fs::read(&parts(&folder)[0]).unwrap());
    assert_eq!(first.0.len(), 1);

    let told = repo.run(&["scan", "--config", &settings, "-o", &output]).text();
    assert!(told.starts_with("repo: 0 new rows, "), "{told}");
    assert_eq!(parts(&folder), first.0);

    let new = repo.commit_file("new.py", code("new", 9));
    repo.run(&["scan", "--config", &settings, "-o", &output, "--format", "parquet"]).text();
    assert_eq!(std::fs::read(&parts(&folder)[0]).unwrap(), first.1);
    let rows = rows_of_parts(&folder);
    assert_eq!((rows.len(), text(&rows[lines.len()]["commit"])), (lines.len() + 1, new.as_str()));
}

#[test]
fn a_revision_alone_means_all_that_it_reaches_as_in_git() {
    let (repo, _) = varied();
    repo.git(&["tag", "-a", "-m", "Old", "old", "HEAD~1"]);
    let scanned = |args: &[&str]| -> BTreeSet<String> {
        let lines = repo.run(&[&["scan"], args].concat()).text();
        lines.lines().map(|line| text(&serde_json::from_str::<Value>(line).unwrap()["commit"]).to_owned()).collect()
    };
    for revision in ["HEAD", "HEAD~1", "old", "main"] {
        let git: BTreeSet<String> = repo.git(&["rev-list", revision]).lines().map(str::to_owned).collect();
        assert!(!git.is_empty());
        assert_eq!(scanned(&[revision]), git, "{revision}");
        let tally = repo.run(&["markers", "scan", revision, "--format", "json"]).json();
        let all = repo.git(&["rev-list", "--count", revision]);
        assert_eq!(tally["commits"].to_string(), all, "{revision}");
    }
    for (range, same) in [("HEAD~1..", "HEAD~1..HEAD"), ("HEAD^!", "HEAD~1..HEAD"), ("HEAD~1...HEAD", "HEAD~1..HEAD")] {
        assert_eq!(scanned(&[range]), scanned(&[same]), "{range}");
        assert_eq!(scanned(&[range]).len(), 1, "{range}");
    }
    assert!(repo.run(&["scan", "nowhere"]).error(2).contains("unknown revision `nowhere`"));
}

#[test]
fn contents_that_would_never_be_scored_are_not_missed() {
    let repo = Repo::new();
    repo.write("a.py", code("a", 6));
    repo.write("lib.jar", [0, 1, 2]);
    repo.write("read.me.txt", "text\n");
    repo.commit("Add");
    repo.write("lib.jar", [0, 1, 3]);
    repo.write("b.py", code("b", 6));
    repo.commit("Change");
    let remove = |revision: &str| {
        let id = repo.id(revision);
        std::fs::remove_file(repo.path().join(".git/objects").join(&id[..2]).join(&id[2..])).unwrap();
    };
    // How many lines a text adds is not known without it.
    let rows = || -> Vec<Value> {
        let mut rows = parsed(&repo.run(&["scan"]).text());
        rows.iter_mut().for_each(|row| row["added_total"] = Value::Null);
        rows
    };
    let whole = rows();
    for lost in ["HEAD:lib.jar", "HEAD~1:lib.jar", "HEAD:read.me.txt"] {
        remove(lost);
        assert_eq!(rows(), whole, "{lost}");
    }
    let report = repo.diff(&["HEAD~1"]);
    assert_eq!(excluded(&report), ["lib.jar: binary (by its name; its content is not in this clone)"]);
    let status = repo.run(&["diff", "HEAD~1", "--exit-code"]).status;
    assert_eq!(status, 0);
    // Code is missed, and so is what only its first line could tell.
    remove("HEAD:b.py");
    let run = repo.run(&["scan"]);
    assert_eq!((run.status, run.stdout.lines().count()), (3, 1), "{}", run.stderr);
}

#[test]
fn rows_made_by_other_rules_do_not_mix_unless_asked() {
    let (repo, settings) = varied();
    for name in ["rows.jsonl", "rows.parquet"] {
        let output = repo.beside(name).display().to_string();
        repo.run(&["scan", "HEAD~1..", "-o", &output]).text();
        let told = repo.run(&["scan", "--config", &settings, "-o", &output]).error(2);
        assert!(told.contains("holds rows made by another version, model or settings"), "{told}");
        repo.run(&["scan", "--config", &settings, "-o", &output, "--mixed"]).text();
        let rows = if name.ends_with('l') { rows_of(Path::new(&output)) } else { rows_of_parts(Path::new(&output)) };
        let mut by_rules: BTreeMap<&str, usize> = BTreeMap::new();
        rows.iter().for_each(|row| *by_rules.entry(text(&row["rules"])).or_default() += 1);
        assert_eq!((rows.len(), by_rules.len()), (listed(&repo, &["HEAD"]).len(), 2));
    }
}

#[test]
fn the_digest_of_the_rules_tells_settings_and_packs_apart() {
    let (repo, settings) = varied();
    let digest = |args: &[&str]| text(&rows(&repo, args)[0]["rules"]).to_owned();
    let (without, with) = (digest(&[]), digest(&["--config", &settings]));
    assert_ne!(without, with);
    assert_eq!(with, digest(&["--config", &settings]));
    std::fs::write(repo.beside("planted.yml"), PLANTED_PACK.replace("weight: 10", "weight: 9")).unwrap();
    assert_ne!(with, digest(&["--config", &settings]));
}

#[test]
fn a_repository_that_cannot_be_read_does_not_stop_the_others() {
    let repo = long(3);
    let other = repo.clone("other", &[]);
    other.commit_file("more.py", code("more", 7));
    std::fs::create_dir(repo.beside("nothing")).unwrap();
    let broken = repo.clone("broken", &[]);
    let head = broken.id("HEAD");
    std::fs::remove_dir_all(broken.path().join(".git/objects")).unwrap();
    std::fs::create_dir_all(broken.path().join(".git/objects")).unwrap();
    let output = repo.beside("rows.jsonl");
    let area = repo.at(repo.beside(""));
    let run = area.run(&["scan", "-o", "rows.jsonl", "--repo", "repo", "nothing", "broken", "./other/", "missing"]);
    assert_eq!(run.status, 3, "{}", run.stderr);
    assert_eq!(
        run.stdout,
        "repo: 3 new rows, 0 there before; 0 declare AI use, 0 have flags\n\
         broken: 0 new rows, 0 there before\n\
         other: 4 new rows, 0 there before; 0 declare AI use, 0 have flags\n"
    );
    for said in ["nothing: ", "is not in a git repository", "broken: ", head.as_str(), "missing: ", "is not a folder"] {
        assert!(run.stderr.contains(said), "{said}: {}", run.stderr);
    }
    let rows = rows_of(&output);
    let of = |name: &str| rows.iter().filter(|row| row["repository"] == name).count();
    assert_eq!((of("repo"), of("other"), rows.len()), (3, 4, 7));
}

#[test]
fn a_repository_named_twice_is_a_mistake() {
    let repo = long(1);
    let told = repo.run(&["scan", "--repo", "a", "./a/"]).error(2);
    assert_eq!(told, "a is named twice");
}

#[test]
fn where_nothing_can_be_scanned_it_is_said() {
    let empty = Repo::new();
    assert!(empty.run(&["scan"]).error(3).contains("the repository has no commit yet"));
    assert_eq!(empty.run(&["scan", "--all"]).text(), "");
    let nowhere = Repo::nowhere();
    assert!(nowhere.run(&["scan"]).error(3).contains("is not in a git repository"));
}

#[test]
fn where_history_is_cut_off_its_first_commit_has_no_row() {
    let repo = long(5);
    let shallow = repo.clone("shallow", &["--depth", "3"]).with_notes();
    let run = shallow.run(&["scan"]);
    assert_eq!((run.status, parsed(&run.stdout).len()), (3, 2));
    assert!(run.stderr.contains("1 commit has no row; the next run tries again"), "{}", run.stderr);
    shallow.git(&["fetch", "--quiet", "--unshallow"]);
    assert_eq!(rows(&shallow, &[]).len(), 5);
}

#[test]
fn nothing_that_a_stranger_wrote_breaks_a_row_or_acts_on_a_terminal() {
    let repo = Repo::new();
    repo.write("a.py", code("a", 6));
    let hostile = "\u{1b}[2J \u{202e}reversed \u{9b}31m \"quoted\", \\ \u{7f}\u{2028}{\"schema\":1}";
    let message = format!("{hostile}\n\nCo-Authored-By: Claude \u{1b}]0;x\u{7} <noreply@anthropic.com>");
    repo.commit(&message);
    let tree = repo.id("HEAD^{tree}");
    let raw = format!(
        "tree {tree}\nauthor A\u{1b}[31m\rB \u{202e}<a\u{9b}@b> 99999999999999 +0000\n\
         committer \u{1b}c <> 0 +0000\n\nforged\r\nlines\u{0}"
    );
    let id = repo.git_bytes(&["hash-object", "-w", "-t", "commit", "--literally", "--stdin"], raw.as_bytes());
    repo.git(&["branch", "hostile", String::from_utf8(id).unwrap().trim()]);
    let run = repo.run(&["scan", "--all"]);
    let printed = run.text();
    let acts = |c: char| (c.is_control() && c != '\n') || matches!(c, '\u{202e}' | '\u{2028}');
    assert!(!printed.contains(acts), "{printed:?}");
    let rows = parsed(&printed);
    assert_eq!(rows.len(), 2);
    let subjects: Vec<&str> = rows.iter().map(|row| text(&row["subject"])).collect();
    assert!(subjects.iter().any(|subject| subject.contains("\u{1b}[2J") && subject.contains("\\ \u{7f}")));
}

#[test]
fn nobody_who_reads_on_is_no_error() {
    let repo = long(400);
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("ai-detect"));
    command.arg("-C").arg(repo.path()).arg("scan").stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    assert!(ended.status.success() && ended.stderr.is_empty(), "{ended:?}");
}

#[test]
fn receipts_at_the_head_speak_for_the_commits_that_they_name() {
    let repo = long(2);
    repo.git(&["reset", "--quiet", "--hard"]);
    let named = repo.id("HEAD~1");
    let receipt = format!(
        r#"{{"type": "aiir.commit_receipt", "schema": "aiir/commit_receipt.v1", "commit": {{"sha": "{named}"}}, "ai_attestation": {{"is_ai_authored": true, "signals_detected": ["co-authored-by: copilot"]}}}}"#
    );
    repo.commit_file(".aiir/receipts.jsonl", receipt + "\n");
    let rows = rows(&repo, &[]);
    let row = rows.iter().find(|row| row["commit"] == named.as_str()).unwrap();
    assert_eq!((text(&row["forms"]), text(&row["state"])), ("aiir-receipt", "partial"));
}

/// A commit on top of HEAD that adds a file, with an author as given.
fn odd(repo: &Repo, author: &str) -> String {
    repo.write("odd.py", code("odd", 8));
    repo.git(&["add", "odd.py"]);
    let (tree, parent) = (repo.git(&["write-tree"]), repo.id("HEAD"));
    let raw = format!(
        "tree {tree}\nparent {parent}\nauthor {author}\ncommitter A <a@x> 1700000000 +0000\n\nOdd\n\n\
         Co-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>\n"
    );
    let id = repo.git_bytes(&["hash-object", "-w", "-t", "commit", "--literally", "--stdin"], raw.as_bytes());
    let id = String::from_utf8(id).unwrap().trim().to_owned();
    std::fs::write(repo.path().join(".git/refs/heads/main"), format!("{id}\n")).unwrap();
    id
}

#[test]
fn an_odd_line_about_an_author_hides_neither_its_commit_nor_those_before_it() {
    for (author, time) in [
        ("A a@x 1700000000 +0000", 1_700_000_000),
        ("A <a@x> 1700000000 UTC", 1_700_000_000),
        ("A <a@x> 1700000000 -7:30", 1_700_000_000),
        ("A <a@x> Mon Jan 1 2024", 0),
        ("A <a@x> 1700000000 +0000 and more", 1_700_000_000),
    ] {
        let repo = Repo::new();
        repo.commit_file("first.py", code("first", 8));
        repo.commit_file("second.py", code("second", 8));
        let odd = odd(&repo, author);
        repo.commit_file("last.py", code("last", 8));
        for args in [&[][..], &["--all"], &["HEAD~3.."], &["HEAD~2..HEAD"]] {
            let rows = rows(&repo, args);
            let of_git = if args == ["HEAD~3.."] { vec!["HEAD~3..HEAD"] } else { args.to_vec() };
            let of_git = if of_git.is_empty() { vec!["HEAD"] } else { of_git };
            if args != ["HEAD~3.."] {
                assert_eq!(sorted(commits(&rows)), listed(&repo, &of_git), "{author}: {args:?}");
            }
            let row = rows.iter().find(|row| row["commit"] == odd.as_str()).unwrap();
            assert_eq!((row["author_time"].as_i64(), text(&row["state"])), (Some(time), "complete"), "{author}: {row}");
        }
        for range in ["HEAD~2..HEAD", "HEAD~2", "HEAD^^"] {
            let report = repo.diff(&[range]);
            assert_eq!(hunks(&report), ["last.py:1-8", "odd.py:1-8"], "{author}");
            assert_eq!(subjects(&report), ["Odd", "Change last.py"], "{author}");
        }
        assert_eq!(hunks(&repo.diff(&["HEAD~1..HEAD"])), ["last.py:1-8"], "{author}");
        let told = repo.run(&["markers", "scan", "--all", "--each"]).text();
        assert!(told.starts_with(&odd[..12]), "{author}: {told}");
        repo.run(&["markers", "scan", "--all"]).text();
    }
}

#[test]
fn a_ref_that_leads_nowhere_is_named_and_all_others_have_their_rows() {
    let repo = Repo::new();
    for name in ["a", "b", "c"] {
        repo.commit_file(&format!("{name}.py"), code(name, 6));
    }
    let gone = "12".repeat(20);
    repo.write(".git/refs/heads/bad", "zz\n");
    repo.write(".git/refs/heads/gone", format!("{gone}\n"));
    let run = repo.run(&["scan", "--all"]);
    assert_eq!((run.status, parsed(&run.stdout).len()), (3, 3), "{}", run.stderr);
    assert_eq!(
        run.stderr,
        format!(
            "error: repo: its history cannot be read to its end: the refs: The reference at \"refs/heads/bad\" could not \
             be decoded\n\
             error: repo: its history cannot be read to its end: commit {gone}, which refs/heads/gone names, is missing \
             from this clone (An object with id {gone} could not be found); `git fetch --unshallow` brings the history \
             of a shallow clone, and `git fetch --refetch --no-filter` what a partial one left out\n"
        )
    );
    // Nor does a commit that makes no sense hide the others.
    std::fs::remove_file(repo.path().join(".git/refs/heads/bad")).unwrap();
    let raw = b"tree x\n\nm\n";
    let odd = repo.git_bytes(&["hash-object", "-w", "-t", "commit", "--literally", "--stdin"], raw);
    repo.write(".git/refs/heads/gone", odd);
    let run = repo.run(&["scan", "--all"]);
    assert_eq!((run.status, parsed(&run.stdout).len()), (3, 3), "{}", run.stderr);
    assert!(run.stderr.contains(" is malformed (") && run.stderr.lines().count() == 1, "{}", run.stderr);
}

#[test]
fn a_commit_with_files_too_large_for_the_policy_to_read_is_named() {
    let repo = Repo::new();
    repo.commit("Start");
    repo.commit_file("small.py", code("small", 10));
    let id = repo.commit_file("enormous.py", code("enormous", 60_000));
    std::fs::write(repo.beside("our.yml"), "extends: default\ntitle: Ours\nthresholds: { added_lines: 100 }\n")
        .unwrap();
    let settings = repo.beside("settings.yml");
    std::fs::write(&settings, "policy: our.yml\n").unwrap();
    let run = repo.run(&["scan", "--config", settings.to_str().unwrap()]);
    let notes: Vec<&str> = run.stderr.lines().filter(|line| line.starts_with("note: ")).collect();
    let expected = format!(
        "note: {} is judged in part by paths alone: files are too large to be read, by themselves or together",
        &id[..8]
    );
    assert_eq!(notes, [expected]);
}
