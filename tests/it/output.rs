//! What a run says and how it ends: exit statuses, formats, widths, colours, and streams that fail.

use std::io::Read;
use std::process::Stdio;

use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, Run, code, list, planted_code, text};
use serde_json::Value;

/// A range with two flags, a declared hunk, one too small to say anything, and files left out. The
/// only signals are planted ones: what real rules say changes with each fitting.
fn told() -> Repo {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", format!("{PLANTED_CONFIG}sensitive: ['src/auth/**']\n"));
    repo.write("planted.yml", PLANTED_PACK);
    repo.write("moved.py", code("moved", 8));
    repo.commit("Settings");
    repo.branch("topic");
    repo.write("src/a/rather/long/path/to/a/module/of/tools.py", planted_code("tools"));
    repo.write("src/auth/login.py", planted_code("login"));
    repo.write("Cargo.lock", "x\n");
    repo.write("vendor/lib.js", "x\n");
    repo.commit("Add tools and a login, with a subject that is longer than a narrow terminal is wide");
    repo.write("declared.py", planted_code("declared"));
    repo.commit("Add what is declared\n\nAssisted-by: Claude:claude-opus-4-5\n");
    repo.write("small.py", code("small", 2));
    repo.write("notes.txt", "one\ntwo\nthree\n");
    repo.git(&["mv", "moved.py", "elsewhere.py"]);
    repo.commit("Add little");
    repo
}

/// A flag in every run, whatever the rules say.
fn flagged() -> Repo {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.write("planted.yml", PLANTED_PACK);
    repo.commit("Settings");
    repo.branch("topic");
    repo.commit_file("a.py", planted_code("a"));
    repo
}

/// Snapshots without what a fitting changes: numbers of scores, ids, and real rules with their reasons and sums.
fn assert_snapshot(name: &str, printed: &str) {
    let mut kept = String::new();
    let (mut in_sum, mut reasons) = (false, None);
    for line in printed.lines() {
        let start = line.trim_start();
        let signal = start.starts_with(['+', '-']) || line.contains('\u{2502}');
        in_sum = line.starts_with("     ") && (start.starts_with(['+', '-']) || in_sum);
        // What is found, and blocks, stand further to the left.
        reasons = reasons.filter(|_| line.starts_with("     "));
        reasons = ["reads like AI:", "points to a person:"].into_iter().find(|label| *label == start).or(reasons);
        let is_ours = line.contains("xyzzy") || line.contains("A word that only") || start == "reads like AI:";
        let is_kept = !in_sum && (!signal && reasons.is_none() || is_ours && reasons != Some("points to a person:"));
        if is_kept {
            kept += line;
            kept.push('\n');
        }
    }
    let mut settings = insta::Settings::clone_current();
    for (pattern, with) in [
        (r"\b[0-9a-f]{8}\b", "[id]"),
        (r"(over |under )?\d+\s+%\)", "N %)"),
        (r"flagged from (over |under )?\d+ %", "flagged from N %"),
        (r"flags start at (over |under )?\d+ %", "flags start at N %"),
        (r"(?m)^(  \w+ +)(over |under )?\d+ % +", "${1}N % "),
        (r"\+\d+\.\d\d", "[odds]"),
        // How much of a title fits depends on the digits before it.
        (r"(?m)only tests write \[?\u{2026}$", "only tests write \u{2026}"),
        (r"(?m)^    (?:[a-z0-9-]+ [+-][^ ]+(?:, |\u{2026})?)+\n", ""),
    ] {
        settings.add_filter(pattern, with);
    }
    settings.bind(|| insta::assert_snapshot!(name, kept));
}

fn at(repo: &Repo, columns: &str, args: &[&str]) -> String {
    Run::of(repo.command(&[&["diff", "main"], args].concat()).env("COLUMNS", columns)).text()
}

#[test]
fn the_summary_comes_first_and_then_the_flags_with_their_reasons() {
    assert_snapshot("wide", &at(&told(), "100", &[]));
}

#[test]
fn a_narrow_terminal_gets_narrow_lines() {
    let printed = at(&told(), "40", &[]);
    assert_snapshot("narrow", &printed);
    // A place or a command is never cut, so that it can be copied.
    let places = |line: &&str| !line.contains(".py:") && !line.contains("ai-detect attest ");
    let wide: Vec<&str> = printed.lines().filter(places).filter(|line| line.chars().count() > 40).collect();
    assert_eq!(wide, [""; 0]);
}

#[test]
fn quiet_is_the_summary_only() {
    assert_snapshot("quiet", &at(&told(), "100", &["-q"]));
}

#[test]
fn verbose_names_all_hunks_and_all_that_was_left_out() {
    let printed = at(&told(), "100", &["-v"]);
    assert_snapshot("verbose", &printed);
    for told in [
        "Other blocks",
        "declared.py:1-6",
        "small.py:1-2",
        "Not analysed",
        "Cargo.lock: lock file",
        "vendor/lib.js: vendored",
    ] {
        assert!(printed.contains(told), "{told}\n{printed}");
    }
}

#[test]
fn a_block_that_was_not_scored_has_a_verdict_and_no_probability() {
    let repo = Repo::new();
    repo.commit_file("a.py", code("a", 2));
    repo.write("notes.txt", "one\ntwo\nthree\nfour\nfive\n");
    repo.commit("Add notes\n\nAssisted-by: Claude:claude-opus-4-5\n");
    let printed = repo.run(&["diff", "HEAD~1..HEAD", "-v"]).text();
    let block = printed.lines().find(|line| line.contains("notes.txt:1-5")).unwrap();
    assert!(block.trim_start().starts_with("attested ") && !block.contains('%'), "{printed}");
}

#[test]
fn a_change_in_a_language_without_a_grammar_says_that_nothing_could_be_scored() {
    let repo = Repo::new();
    repo.commit("Start");
    repo.write("Values.swift", "let a = 1\n".repeat(300));
    repo.write("settings.yml", "a: 1\n".repeat(3));
    repo.commit("Add values");
    let printed = repo.run(&["diff", "HEAD~1..HEAD"]).text();
    let why = "Not scored: 300 lines of Swift, 3 lines of YAML (no grammar)";
    assert!(printed.contains("  nothing could be scored") && printed.contains(why), "{printed}");
    assert!(!printed.contains("no flags") && !printed.contains('%'), "{printed}");
    let markdown = repo.run(&["diff", "HEAD~1..HEAD", "--format", "markdown"]).text();
    assert!(markdown.starts_with("### Nothing could be scored\n") && markdown.contains(why), "{markdown}");
    // A part that could be scored is not called the whole.
    repo.write("more.swift", "let b = 1\n".repeat(300));
    repo.write("a.py", planted_code("a"));
    repo.commit("Add more");
    let printed = repo.run(&["diff", "HEAD~1..HEAD"]).text();
    let little = "Too little of this change can be read to say anything of the whole: 6 of 306 added lines";
    assert!(printed.split_whitespace().collect::<Vec<_>>().join(" ").contains(little), "{printed}");
}

#[test]
fn a_flagged_commit_names_the_sensitive_files_that_were_not_scored() {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.write("planted.yml", PLANTED_PACK);
    repo.commit("Settings");
    repo.branch("topic");
    repo.write(".github/workflows/release.yml", "on: push\npermissions: write-all\n");
    repo.commit_file("a.py", planted_code("a"));
    repo.commit_file(".github/workflows/other.yml", "on: push\n");
    for (format, lead) in [("text", "also touches, not scored: "), ("markdown", "Also touches, not scored: ")] {
        let printed = repo.run(&["diff", "main", "--format", format]).text();
        let line = printed.lines().find_map(|line| line.trim_start().strip_prefix(lead));
        let line = line.unwrap_or_else(|| panic!("{printed}"));
        assert!(line.contains(": .github/workflows/release.yml") && !line.contains("other.yml"), "{printed}");
    }
}

#[test]
fn no_change_is_said_in_a_line() {
    let repo = flagged();
    assert_snapshot("nothing", &repo.run(&["diff", "HEAD..HEAD"]).text());
}

#[test]
fn colours_come_when_asked_for_and_never_otherwise() {
    let repo = flagged();
    let printed = |args: &[&str], no_color: bool| {
        let mut command = repo.command(&[&["diff", "main"], args].concat());
        if !no_color {
            command.env_remove("NO_COLOR");
        }
        Run::of(&mut command).text()
    };
    assert!(printed(&["--color", "always"], true).contains("\u{1b}["));
    for plain in [printed(&[], false), printed(&["--color", "never"], false), printed(&["--color", "auto"], true)] {
        assert!(!plain.contains('\u{1b}'));
    }
}

#[test]
fn flags_leave_the_status_0_unless_asked_otherwise() {
    let repo = flagged();
    for way in [&[][..], &["-q"], &["-v"], &["--format", "json"]] {
        assert_eq!(repo.run(&[&["diff", "main"], way].concat()).status, 0, "{way:?}");
        let asked = repo.run(&[&["diff", "main", "--exit-code"], way].concat());
        assert_eq!((asked.status, asked.stderr.as_str()), (1, ""), "{way:?}");
    }
    assert_eq!(repo.run(&["diff", "HEAD..HEAD", "--exit-code"]).status, 0);
}

#[test]
fn wrong_usage_is_status_2() {
    let repo = flagged();
    for args in [
        &["dif"][..],
        &["diff", "main", "--staged"],
        &["diff", "--staged", "--worktree"],
        &["diff", "main", "--patch", "x.diff"],
        &["diff", "main", "other"],
        &["diff", "main", "--format", "xml"],
        &["diff", "main", "-q", "-v"],
        &["diff", "main", "--color", "sometimes"],
        &["rules", "explain", "no-such-rule"],
        &["rules", "test", "no-such-rule"],
        &["rules", "list", "--pack", "none.yml"],
        &["schema", "nothing"],
        &["diff", "no-such-branch"],
        &[],
    ] {
        let run = repo.run(args);
        assert_eq!((run.status, run.stdout.as_str()), (2, ""), "{args:?}");
        assert!(!run.stderr.is_empty());
    }
}

#[test]
fn what_could_not_be_analysed_is_status_3_and_never_reads_as_clean() {
    let nowhere = Repo::nowhere();
    let dir = nowhere.path().display();
    assert_eq!(
        nowhere.run(&["diff"]).error(3),
        format!("{dir} is not in a git repository; name one with -C DIR, or read a patch with --patch FILE")
    );
    let gone = nowhere.at(nowhere.beside("gone"));
    assert_eq!(gone.run(&["diff"]).error(3), format!("{} is not a folder", gone.path().display()));
    let missing = nowhere.run(&["diff", "--patch", "none.diff"]).error(3);
    assert_eq!(missing, "cannot read none.diff: there is no such file");
    let folder = nowhere.run(&["diff", "--patch", "."]).error(3);
    assert_eq!(folder, "cannot read .: it is a folder");
}

#[test]
fn a_damaged_repository_is_status_3() {
    let repo = flagged();
    let tree = repo.id("HEAD^{tree}");
    std::fs::remove_file(repo.path().join(".git/objects").join(&tree[..2]).join(&tree[2..])).unwrap();
    let said = repo.run(&["diff", "main"]).error(3);
    assert!(said.contains(&tree) && said.contains("is missing from this clone"), "{said}");
    repo.write(".git/config", "[core\n");
    let said = repo.run(&["diff", "main"]).error(3);
    assert!(said.starts_with(&format!("the repository at {} cannot be opened: ", repo.path().display())), "{said}");
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let repo = Repo::new();
    repo.commit("Start");
    repo.branch("topic");
    for at in 0..400 {
        repo.write(&format!("file{at}.py"), code(&format!("name{at}"), 8));
    }
    repo.commit("Much");
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("ai-detect"));
    command.arg("-C").arg(repo.path()).args(["diff", "main", "--format", "json"]);
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut first = [0; 10];
    child.stdout.take().unwrap().read_exact(&mut first).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!((ended.status.code(), String::from_utf8(ended.stderr).unwrap()), (Some(0), String::new()));
}

#[cfg(target_os = "linux")]
#[test]
fn output_that_cannot_be_written_is_status_3() {
    let repo = flagged();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let mut command = std::process::Command::new(assert_cmd::cargo::cargo_bin!("ai-detect"));
    command.arg("-C").arg(repo.path()).args(["diff", "main"]).stdout(full);
    let ended = command.output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert_eq!(ended.status.code(), Some(3));
    assert!(said.starts_with("error: cannot write the output: "), "{said}");
}

#[test]
fn help_and_version_are_no_errors() {
    let repo = Repo::nowhere();
    assert!(repo.run(&["--version"]).text().starts_with("ai-detect "));
    let help = repo.run(&["diff", "--help"]).text();
    for option in ["--staged", "--worktree", "--patch", "--format", "--exit-code", "--config", "--config-from", "-C"] {
        assert!(help.contains(option), "{option}");
    }
    let words = repo.run(&["--help"]).text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("3 if the analysis failed."), "{words}");
}

/// Reports of all kinds of changes.
fn reports() -> Vec<Value> {
    let repo = told();
    repo.write("loose.py", planted_code("loose"));
    let patch = repo.git_bytes(&["diff", "main"], b"");
    vec![
        repo.diff(&["main"]),
        repo.diff(&["HEAD..HEAD"]),
        repo.diff(&["--worktree"]),
        repo.diff_patch(patch),
        Repo::nowhere().diff_patch(""),
    ]
}

#[test]
fn json_keeps_to_its_schema() {
    let schema: Value = Repo::nowhere().run(&["schema", "report"]).json();
    let validator = jsonschema::validator_for(&schema).unwrap();
    for report in reports() {
        let wrong: Vec<String> =
            validator.iter_errors(&report).map(|error| format!("{}: {error}", error.instance_path())).collect();
        assert_eq!(wrong, [""; 0], "{report:#}");
        assert_eq!(report["schema"], "ai-detect/report/v1");
    }
    let mut broken = reports().remove(0);
    broken["hunks"][0]["verdict"] = "guilty".into();
    assert!(!validator.is_valid(&broken), "the schema refuses what is no report");
}

#[test]
fn the_other_schemas_accept_what_the_program_accepts() {
    for (of, yaml) in [("config", PLANTED_CONFIG), ("rules", PLANTED_PACK)] {
        let schema: Value = Repo::nowhere().run(&["schema", of]).json();
        let written: Value = serde_yaml::from_str(yaml).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        assert!(validator.is_valid(&written), "{of}");
        assert!(!validator.is_valid(&serde_json::json!({"unknown": 1})), "{of}");
    }
}

#[test]
fn the_contributions_and_the_intercept_are_the_log_odds_to_the_last_digit() {
    let sum =
        |signals: &Value| list(signals).iter().map(|signal| signal["contribution"].as_f64().unwrap()).sum::<f64>();
    let mut seen = 0;
    for report in reports() {
        let intercept = report["tool"]["intercept"].as_f64().unwrap();
        let prior = report["tool"]["prior"].as_f64().unwrap();
        for hunk in list(&report["hunks"]) {
            let log_odds = hunk["log_odds"].as_f64().unwrap();
            assert!((intercept + sum(&hunk["signals"]) - log_odds).abs() < 1e-9, "{hunk:#}");
            seen += list(&hunk["signals"]).len();
        }
        for commit in list(&report["commits"]) {
            let message = commit["message_log_odds"].as_f64().unwrap();
            assert!((sum(&commit["signals"]) - message).abs() < 1e-9, "{commit:#}");
            if let (Some(whole), Some(code)) = (commit["log_odds"].as_f64(), commit["code_log_odds"].as_f64()) {
                assert!((intercept + prior + code + message - whole).abs() < 1e-9, "{commit:#}");
            }
        }
    }
    assert!(seen >= 10, "{seen} signals");
}

#[test]
fn flags_point_at_their_hunks_and_the_most_urgent_comes_first() {
    let report = told().diff(&["main"]);
    let flags = list(&report["flags"]);
    let paths: Vec<&str> = flags.iter().map(|flag| text(&flag["path"])).collect();
    assert_eq!(paths, ["src/auth/login.py", "src/a/rather/long/path/to/a/module/of/tools.py"]);
    for flag in flags {
        let hunk = &report["hunks"][flag["hunk"].as_u64().unwrap() as usize];
        for field in ["path", "start_line", "end_line", "fingerprint", "verdict", "probability"] {
            assert_eq!(flag[field], hunk[field], "{field}");
        }
        assert!(text(&flag["fingerprint"]).starts_with(text(&flag["id"])));
    }
    assert_eq!(flags[0]["severity"], "high");
}

/// A clone with a flagged commit on a branch of its own.
fn flagged_clone() -> (Repo, Repo) {
    let origin = Repo::new();
    origin.write(".ai-detect.yml", PLANTED_CONFIG);
    origin.write("planted.yml", PLANTED_PACK);
    origin.commit("Settings");
    let clone = origin.clone("clone", &[]);
    clone.git(&["config", "user.name", "Ada"]);
    clone.git(&["config", "user.email", "ada@example.org"]);
    clone.branch("topic");
    clone.commit_file("a.py", planted_code("a"));
    (origin, clone)
}

#[test]
fn what_is_pushed_is_declared_in_two_ways_and_what_is_not_in_one() {
    let (_origin, clone) = flagged_clone();
    let before = clone.run(&["diff", "origin/main"]).text();
    assert!(before.contains("    ai-detect attest --tool TOOL --model MODEL\n"), "{before}");
    assert!(!before.contains("--even-if-published") && !before.contains("git push"), "{before}");
    clone.git(&["push", "--quiet", "origin", "topic"]);
    let after = clone.run(&["diff", "origin/main"]).text();
    let ways = [
        "ai-detect attest --tool TOOL --model MODEL --even-if-published",
        "git push --force-with-lease",
        "ai-detect attest --tool TOOL --model MODEL --notes",
        "git push origin refs/notes/ai-attest",
    ];
    for way in ways {
        assert_eq!(after.matches(&format!("    {way}\n")).count(), 1, "{way}: {after}");
    }
    // Both ways are taken as they are printed, and each answers the flag.
    let facts = ["attest", "--tool", "Codex", "--model", "gpt-5.5", "--no-ask"];
    clone.run(&[&facts[..], &["--notes"]].concat()).text();
    assert_eq!(list(&clone.diff(&["origin/main"])["flags"]).len(), 0);
    clone.git(&["update-ref", "-d", "refs/notes/ai-attest"]);
    clone.run(&[&facts[..], &["--even-if-published"]].concat()).text();
    clone.git(&["push", "--quiet", "--force-with-lease", "origin", "topic"]);
    assert_eq!(list(&clone.diff(&["origin/main"])["flags"]).len(), 0);
}

#[test]
fn what_is_merged_is_answered_by_a_note_and_no_force_push() {
    let (origin, clone) = flagged_clone();
    origin.git(&["config", "receive.denyCurrentBranch", "ignore"]);
    clone.git(&["push", "--quiet", "origin", "HEAD:main"]);
    let note = "ai-detect attest --tool TOOL --model MODEL --notes\n";
    // The branch ends at the range, or went on from there.
    for after in [false, true] {
        if after {
            clone.commit_file("later.py", code("later", 6));
            clone.git(&["push", "--quiet", "origin", "HEAD:main"]);
            clone.git(&["switch", "--quiet", "--detach", "HEAD~1"]);
        }
        let told = clone.run(&["diff", "HEAD~1..HEAD"]).text();
        assert!(told.contains("is merged into origin/main.") && told.contains(note), "{told}");
        assert!(!told.contains("--force-with-lease") && !told.contains("--even-if-published"), "{told}");
    }
    clone.run(&["attest", "--tool", "Codex", "--model", "gpt-5.5", "--no-ask", "--notes"]).text();
    assert_eq!(list(&clone.diff(&["HEAD~1..HEAD"])["flags"]).len(), 0);
}

#[test]
fn every_text_names_the_commit_with_a_forbidden_tool_and_the_commits_that_declare() {
    let repo = told();
    repo.write("own.yml", "markers: {forbidden: [{trailer: Generated-by, why: nobody checks it}]}\n");
    repo.write(".ai-detect.yml", "policy: own.yml\n");
    let message = "Generate more\n\nGenerated-by: Codex:gpt-5.5\nSigned-off-by: A <a@example.org>";
    repo.write("more.py", code("more", 20));
    repo.commit(message);
    let id = &repo.id("HEAD")[..8];
    let range = ["diff", "main", "--config", ".ai-detect.yml"];
    for format in [&["-v"][..], &["--format", "markdown"], &["--format", "html"]] {
        let said = repo.run(&[&range[..], format].concat()).text().replace('\\', "");
        let said = said.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(
            said.contains(&format!("{id}) declares AI use in a way that does not fit the project's policy")),
            "{said}"
        );
        assert!(said.contains("nobody checks it") && said.contains("Generated-by: Codex"), "{said}");
        assert!(said.contains("declares Claude, claude-opus-4-5; not flagged"), "{said}");
    }
}

#[test]
fn sensitive_files_that_are_left_out_are_named_with_their_commit() {
    let repo = told();
    repo.write("src/auth/login.bin", "\0\u{1}\0");
    repo.commit("Add files that are not scored");
    let id = repo.id("HEAD");
    let report = repo.diff(&["main"]);
    let left_out = list(&report["coverage"]["excluded"]);
    let login = left_out.iter().find(|file| file["path"] == "src/auth/login.bin").unwrap();
    assert_eq!(
        (&login["commits"], &login["sensitive_classes"][0]),
        (&serde_json::json!([id]), &serde_json::json!("project"))
    );
    let shown = repo.run(&["diff", "main", "-v"]).text().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(shown.contains("also touches, not scored: project: src/auth/login.bin"), "{shown}");
}

#[test]
fn a_clone_without_notes_says_how_to_get_them_where_a_flag_could_be_answered() {
    let (_origin, clone) = flagged_clone();
    let told = clone.run(&["diff", "origin/main"]).text();
    assert_eq!(told.matches("\n      git fetch origin 'refs/notes/*:refs/notes/*'\n").count(), 1, "{told}");
    // A fetch of notes that the remote does not have leaves no trace. A clone whose every fetch asks for them has all.
    clone.git(&["fetch", "--quiet", "origin", "refs/notes/*:refs/notes/*"]);
    let always = "\n      git config --add remote.origin.fetch 'refs/notes/*:refs/notes/*'\n";
    assert!(clone.run(&["diff", "origin/main"]).text().contains(always), "{told}");
    clone.git(&["config", "--add", "remote.origin.fetch", "refs/notes/*:refs/notes/*"]);
    let ended = clone.run(&["diff", "origin/main"]).text();
    assert!(ended.contains("flagged block") && !ended.contains("git fetch") && !ended.contains(always), "{ended}");
    clone.git(&["config", "--unset", "remote.origin.fetch", "refs/notes"]);
    clone.commit_file("b.py", code("b", 6));
    let quiet = clone.run(&["diff", "HEAD~"]).text();
    assert!(quiet.contains("no flags") && !quiet.contains("git fetch"), "{quiet}");
    assert!(!flagged().run(&["diff", "main"]).text().contains("git fetch"), "there is nowhere to fetch from");
}

#[test]
fn printed_numbers_of_a_sum_add_up() {
    let repo = told();
    let flag = text(&list(&repo.diff(&["main"])["flags"])[0]["id"]).to_owned();
    let explained = Run::of(repo.command(&["triage", "main", "--explain", &flag]).env("COLUMNS", "400")).text();
    assert!(!explained.contains("NaN"), "{explained}");
    let number = |text: &str| -> Option<f64> { text.split(' ').next()?.parse().ok() };
    let signals = explained.lines().filter(|line| line.starts_with("   +") || line.starts_with("   -"));
    let (rest, total) = explained.lines().find_map(|line| line.split_once(" = log-odds ")).unwrap();
    let total: f64 = total.split_once(';').unwrap().0.parse().unwrap();
    let parts = signals.map(str::trim).chain(rest.trim().split(", ")).filter_map(number);
    assert_eq!(format!("{:+.2}", parts.sum::<f64>()), format!("{total:+.2}"), "{explained}");
}

#[test]
fn a_commit_that_declares_no_ai_is_answered_by_a_reviewer() {
    let repo = flagged();
    repo.git(&["commit", "--quiet", "--amend", "-m", "Change a.py\n\nNo-AI: true"]);
    let told = repo.run(&["diff", "main"]).text();
    assert!(told.contains("says that no AI was used, and the code reads like AI-generated code."), "{told}");
    assert!(told.contains("    /ai-detect dismiss ") && !told.contains("there is nothing to do"), "{told}");
    assert!(flagged().run(&["diff", "main"]).text().contains("If none did, there is nothing to do"));
}

#[test]
fn every_reason_names_its_rule_which_can_be_explained() {
    let told = told().run(&["diff", "main"]).text();
    let reason = told.lines().find(|line| line.contains("A word that only tests write")).unwrap();
    assert!(reason.ends_with(" [planted]") || reason.ends_with(']'), "{reason}");
    let rules = told.lines().filter(|line| line.starts_with("     ")).filter_map(|line| line.strip_suffix(']'));
    let rules: Vec<&str> =
        rules.filter_map(|line| Some(line.rsplit_once('[')?.1)).flat_map(|it| it.split(", ")).collect();
    assert!(!rules.is_empty(), "{told}");
    let repo = Repo::new();
    repo.write("planted.yml", PLANTED_PACK);
    let pack = repo.path().join("planted.yml").display().to_string();
    for rule in rules {
        repo.run(&["rules", "explain", rule, "--pack", &pack]).text();
    }
}
