//! `eval`: labelled commits in, figures out. What the figures are by definition is tested beside the
//! arithmetic; here is what the program does with manifests and repositories.

use std::path::PathBuf;

use crate::support::{Repo, Run, code, list, planted_code, text};
use serde_json::Value;

const HEADER: &str = "label\trepository\tcommit\tauthor_time\ttool\tlanguage\tadded_lines\n";

/// A manifest, and repositories at `repos/OWNER/NAME` beside it.
struct Bench {
    area: Repo,
    rows: Vec<String>,
}

impl Bench {
    fn new() -> Self {
        let area = Repo::nowhere();
        std::fs::create_dir_all(area.path().join("repos")).unwrap();
        Bench { area, rows: Vec::new() }
    }

    /// A repository with a first commit that no row names.
    fn repository(&self, name: &str) -> Repo {
        let root = self.area.path().join("repos").join(name);
        std::fs::create_dir_all(&root).unwrap();
        let repo = self.area.at(root);
        repo.git(&["init", "--quiet", "-b", "main"]);
        repo.commit_file("README", "Nothing yet.\n");
        repo
    }

    fn row(&mut self, label: &str, repository: &str, commit: &str) {
        let minute = self.rows.len();
        let tool = if label == "ai" { "claude" } else { "-" };
        self.rows.push(format!(
            "{label}\t{repository}\t{commit}\t2024-05-01T{:02}:{:02}:00Z\t{tool}\tpython\t6\n",
            minute / 60,
            minute % 60
        ));
    }

    /// People's commits, one file each, the same whatever the label.
    fn people(&mut self, label: &str, repository: &str, repo: &Repo, commits: usize) {
        for at in 0..commits {
            repo.write(&format!("{label}/person_{at}.py"), code(&format!("person_{at}"), 6));
            let id = repo.commit("Measure what a person measures");
            self.row(label, repository, &id);
        }
    }

    /// Commits that declare a tool and hold what the planted rule flags.
    fn ai(&mut self, repository: &str, repo: &Repo, commits: usize) {
        for at in 0..commits {
            repo.write(&format!("ai_{at}.py"), planted_code(&format!("ai_{at}")));
            let id = repo.commit(&format!("Add ai_{at}\n\nCo-Authored-By: Claude <noreply@anthropic.com>\n"));
            self.row("ai", repository, &id);
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.area.path().join(name)
    }

    fn run(&self, args: &[&str]) -> Run {
        let rows: String = self.rows.concat();
        std::fs::write(self.path("m.tsv"), format!("{HEADER}{rows}")).unwrap();
        let config = "rules: { packs: [planted.yml] }\n";
        std::fs::write(self.path("config.yml"), config).unwrap();
        std::fs::write(self.path("planted.yml"), crate::support::PLANTED_PACK).unwrap();
        let config = self.path("config.yml").display().to_string();
        let args = [&["eval", "--manifest", "m.tsv", "--repos-dir", "repos", "--config", &config], args].concat();
        self.area.run(&args)
    }

    fn json(&self, args: &[&str]) -> Value {
        self.run(&[&["--format", "json"], args].concat()).json()
    }
}

/// Two repositories with 20 of people's commits and three AI commits each.
fn bench() -> Bench {
    let mut bench = Bench::new();
    for name in ["ada/engine", "bell/radio"] {
        let repo = bench.repository(name);
        bench.people("human", name, &repo, 10);
        bench.people("human-recent", name, &repo, 10);
        bench.ai(name, &repo, 3);
    }
    bench
}

fn figure<'a>(report: &'a Value, level: &str, wanted: [&str; 4]) -> &'a Value {
    let of = |line: &&Value| ["comparison", "view", "by", "slice"].map(|key| text(&line[key])) == wanted;
    list(&report[level]).iter().find(of).unwrap_or_else(|| panic!("no {wanted:?}"))
}

fn rate<'a>(report: &'a Value, labels: &[&str], kind: &str, commits: u64) -> &'a Value {
    let of = |rate: &&Value| {
        let of: Vec<&str> = list(&rate["labels"]).iter().map(text).collect();
        of == labels && rate["kind"] == kind && rate["commits"] == commits
    };
    list(&report["requests"]["any_flag"]).iter().find(of).unwrap_or_else(|| panic!("no {labels:?} {commits}"))
}

#[test]
fn what_a_rule_tells_apart_is_found_at_every_level() {
    let report = bench().json(&[]);
    let all = figure(&report, "commits", ["pooled", "full", "all", "all"]);
    assert_eq!((&all["positives"], &all["negatives"], &all["repositories"]), (&6.into(), &40.into(), &2.into()));
    assert_eq!((&all["auc"]["value"], &all["found_at_1"]["value"]), (&1.0.into(), &1.0.into()));
    assert_eq!(figure(&report, "commits", ["pooled", "code", "all", "all"])["auc"]["value"], 1.0);
    assert_eq!(figure(&report, "commits", ["human-recent", "full", "all", "all"])["negatives"], 20);
    assert_eq!(figure(&report, "commits", ["eras", "full", "all", "all"])["auc"]["value"], 0.5);
    assert_eq!(figure(&report, "commits", ["pooled", "full", "size", "5\u{2013}9"])["positives"], 6);
    assert_eq!(figure(&report, "commits", ["pooled", "full", "tool", "claude"])["positives"], 6);
    assert_eq!(figure(&report, "commits", ["pooled", "full", "repository", "bell/radio"])["positives"], 3);
    assert_eq!(figure(&report, "hunks", ["pooled", "full", "language", "python"])["auc"]["value"], 1.0);
}

#[test]
fn flags_are_counted_as_if_nothing_were_declared() {
    let report = bench().json(&[]);
    let people = rate(&report, &["human", "human-recent"], "commits", 1);
    assert_eq!((&people["requests"], &people["flagged"]), (&40.into(), &0.into()));
    let ai = rate(&report, &["ai"], "commits", 1);
    assert_eq!((&ai["requests"], &ai["flagged"]), (&6.into(), &6.into()));
    assert_eq!(rate(&report, &["ai"], "bare-patch", 1)["flagged"], 6);
}

#[test]
fn peoples_commits_are_grouped_by_time_within_repository_and_label() {
    let mut bench = Bench::new();
    let repo = bench.repository("ada/engine");
    bench.people("human", "ada/engine", &repo, 7);
    repo.write("odd.py", planted_code("odd"));
    let odd = repo.commit("Add odd");
    bench.row("human", "ada/engine", &odd);
    bench.people("human-recent", "ada/engine", &repo, 4);
    bench.ai("ada/engine", &repo, 1);
    // The row that is flagged falls into the second five by its place, and into the first by its time.
    let early = bench.rows[7].replace("2024-05-01", "2019-05-01");
    bench.rows[7] = early;
    let report = bench.json(&[]);
    let fives = rate(&report, &["human"], "commits", 5);
    assert_eq!((&fives["requests"], &fives["flagged"]), (&1.into(), &1.into()));
    let ranges: Vec<&Value> =
        list(&report["requests"]["any_flag"]).iter().filter(|rate| rate["commits"] != 1).collect();
    assert_eq!(ranges.len(), 2, "only the group of five of one label is complete: {ranges:?}");
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let bench = bench();
    let with = |threads: &str| {
        let mut command = bench.area.command(&[]);
        command.args(["eval", "--manifest", "m.tsv", "--repos-dir", "repos", "--control", "--scores", "s.tsv"]);
        let printed = Run::of(command.env("RAYON_NUM_THREADS", threads)).text();
        (printed, std::fs::read_to_string(bench.path("s.tsv")).unwrap())
    };
    bench.run(&[]);
    assert_eq!(with("1"), with("3"));
}

#[test]
fn scores_are_those_of_diff() {
    let bench = bench();
    bench.run(&["--scores", "s.tsv"]).text();
    let scores = std::fs::read_to_string(bench.path("s.tsv")).unwrap();
    let mut lines = scores.lines().map(|line| line.split('\t').collect::<Vec<_>>());
    let header = lines.next().unwrap().join(" ");
    assert_eq!(header, "repository commit label probability log_odds code_log_odds message_log_odds added_lines");
    let rows: Vec<_> = lines.collect();
    assert_eq!(rows.len(), 46);
    for row in [&rows[0], &rows[45]] {
        let repo = bench.area.at(bench.path("repos").join(row[0]));
        let config = bench.path("config.yml").display().to_string();
        let report = repo.diff(&["--config", &config, &format!("{0}^..{0}", row[1])]);
        let commit = &report["commits"][0];
        let number = |at: usize| row[at].parse::<f64>().unwrap();
        assert_eq!(commit["probability"], number(3));
        assert_eq!(commit["log_odds"], number(4));
        assert_eq!(commit["code_log_odds"], number(5));
        assert_eq!(commit["message_log_odds"], number(6));
    }
}

#[test]
fn a_first_commit_is_compared_with_nothing() {
    let mut bench = bench();
    let root = bench.area.at(bench.path("repos/ada/engine")).git(&["rev-list", "--max-parents=0", "HEAD"]);
    bench.row("human", "ada/engine", &root);
    let report = bench.json(&[]);
    assert_eq!(report["counts"]["commits"], 47);
    // A README of one line: there is no code in it to score.
    assert_eq!(report["counts"]["no_code_to_score"], 1);
}

#[test]
fn surroundings_are_scored_beside_the_change_when_asked_for() {
    let mut bench = bench();
    // Rules that fire only on old lines tell nothing about the change, and the control shows it.
    let repo = bench.repository("cora/old");
    for at in 0..4 {
        let (label, old) = if at % 2 == 0 { ("ai", planted_code("old")) } else { ("human", code("old", 6)) };
        let file = format!("old_{at}.py");
        repo.commit_file(&file, &old);
        let id = repo.commit_file(&file, old + &code(&format!("new_{at}"), 6));
        bench.row(label, "cora/old", &id);
    }
    bench.rows.drain(..46);
    let report = bench.json(&["--control"]);
    assert_eq!(figure(&report, "commits", ["pooled", "surroundings", "all", "all"])["auc"]["value"], 1.0);
    let without = bench.json(&[]);
    assert!(list(&without["commits"]).iter().all(|line| line["view"] != "surroundings"));
}

#[test]
fn a_missing_repository_is_listed_and_counted() {
    let mut bench = bench();
    bench.row("ai", "gone/away", &"a".repeat(40));
    bench.row("human", "gone/away", &"b".repeat(40));
    let report = bench.json(&[]);
    assert_eq!(report["missing"], serde_json::json!([{ "repository": "gone/away", "rows": 2 }]));
    assert_eq!((&report["counts"]["rows"], &report["counts"]["commits"]), (&48.into(), &46.into()));
    let printed = bench.run(&[]).text();
    assert!(printed.contains("1 repository is missing, 2 rows:\n  gone/away (2)\n"), "{printed}");
    bench.rows.drain(..46);
    let error = bench.run(&[]).error(2);
    assert!(error.starts_with("none of the 1 repositories of m.tsv lies in "), "{error}");
}

#[test]
fn bad_rows_are_an_error_unless_told_to_keep_going() {
    let mut bench = bench();
    bench.rows[1] = bench.rows[1].replace("human\t", "robot\t");
    bench.rows[2] = "human\tada/engine\n".into();
    let id = bench.rows[3].split('\t').nth(2).unwrap().to_owned();
    bench.rows[3] = bench.rows[3].replace(&id, &"0123456789".repeat(4));
    let error = bench.run(&["--scores", "s.tsv"]).error(2);
    assert!(error.contains("m.tsv: row 3: unknown label `robot`; known are ai, human, human-recent; "), "{error}");
    assert!(error.contains("m.tsv: row 4: 2 columns, but the header has 7; "), "{error}");
    assert!(error.contains("m.tsv: row 5: ada/engine: `0123456789"), "{error}");
    assert!(error.contains("the repository has no such commit"), "{error}");
    assert!(!bench.path("s.tsv").exists());
    let report = bench.json(&["--keep-going"]);
    let rows: Vec<u64> = list(&report["problems"]).iter().map(|bad| bad["row"].as_u64().unwrap()).collect();
    assert_eq!(rows, [3, 4, 5]);
    assert_eq!((&report["counts"]["rows"], &report["counts"]["commits"]), (&46.into(), &43.into()));
}

#[test]
fn a_scores_file_that_cannot_be_written_is_said_before_the_work_and_an_old_one_stays() {
    let bench = bench();
    let error = bench.run(&["--scores", "nowhere/s.tsv"]).error(3);
    assert!(error.contains("nowhere/s.tsv: "), "{error}");
    std::fs::write(bench.path("s.tsv"), "old").unwrap();
    // A manifest that cannot be read ends the run after the file was looked at.
    std::fs::write(bench.path("m.tsv"), "label\n").unwrap();
    let args = ["eval", "--manifest", "m.tsv", "--repos-dir", "repos", "--scores", "s.tsv"];
    bench.area.run(&args).error(2);
    assert_eq!(std::fs::read_to_string(bench.path("s.tsv")).unwrap(), "old");
    let left: Vec<_> = std::fs::read_dir(bench.area.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert!(left.iter().all(|name| !name.to_string_lossy().ends_with(".tmp")), "{left:?}");
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_said() {
    let error = bench().run(&["--scores", "/dev/full"]).error(3);
    assert_eq!(error, "cannot write /dev/full: the disk is full");
}

#[test]
fn figures_follow_the_published_schema() {
    let bench = bench();
    let schema = bench.area.run(&["schema", "eval"]).json();
    assert_eq!(schema["$id"], "ai-detect/eval/v1");
    jsonschema::validate(&schema, &bench.json(&["--control"])).unwrap();
}

#[test]
fn text_is_the_default_and_nothing_else_is_printed() {
    let printed = bench().run(&[]).text();
    assert!(printed.starts_with("m.tsv: 46 of 46 commits looked at, of 2 repositories (0 matched)\n"), "{printed}");
    assert!(printed.contains("\nCommits, pooled: ai against all people\n"), "{printed}");
}

#[test]
fn what_is_not_there_is_said() {
    let area = Repo::nowhere();
    let run = |args: &[&str]| area.run(&[&["eval"], args].concat()).error(2);
    assert!(run(&["--manifest", "m.tsv", "--repos-dir", "repos"]).starts_with("cannot read m.tsv: "));
    area.write("m.tsv", HEADER);
    assert_eq!(run(&["--manifest", "m.tsv", "--repos-dir", "."]), "m.tsv: there is no row below the header");
}

#[test]
fn what_is_stripped_is_taken_out_before_anything_is_scored() {
    let bench = bench();
    let found = |args: &[&str]| {
        let report = bench.json(args);
        assert_eq!(list(&report["stripped"]).len(), args.len() / 2);
        rate(&report, &["ai"], "commits", 1)["flagged"].as_u64().unwrap()
    };
    // The planted rule looks at comments.
    assert_eq!(found(&[]), 6);
    assert_eq!(found(&["--strip", "comments"]), 0);
    assert_eq!(found(&["--strip", "names"]), 6);
    assert_eq!(found(&["--strip", "message", "--strip", "comments"]), 0);
    let printed = bench.run(&["--strip", "message-body"]).text();
    assert!(printed.contains("\n  taken out before anything was scored: message-body\n"), "{printed}");
}

#[test]
fn a_message_without_its_body_scores_as_its_first_line() {
    let mut bench = Bench::new();
    let repo = bench.repository("ada/engine");
    for (at, message) in ["Add it", "Add it\n\n- Comprehensive handling of everything\n- More\n"].iter().enumerate() {
        repo.write(&format!("a_{at}.py"), code("a", 6));
        let id = repo.commit(message);
        bench.row(if at == 0 { "human" } else { "ai" }, "ada/engine", &id);
    }
    let means = |args: &[&str]| {
        let report = bench.json(args);
        let of = |at: usize| report["means"][at]["log_odds"].as_f64().unwrap();
        (of(0), of(1))
    };
    let (ai, human) = means(&[]);
    assert_ne!(ai, human);
    let (ai, human) = means(&["--strip", "message-body"]);
    assert_eq!(ai, human);
}

#[test]
fn looking_at_every_group_changes_no_figure_where_nothing_is_near() {
    let bench = bench();
    assert_eq!(bench.json(&["--every-group"]), bench.json(&[]));
}

/// A repository whose commits have notes: one AI file, one of a person, one of both, one of which
/// nothing is recorded.
fn noted() -> Repo {
    let repo = Repo::new();
    repo.commit_file("README", "Nothing yet.\n");
    let sessions = r#"{"schema_version": "authorship/3.0.0", "base_commit_sha": "00", "sessions": {"s_00000000000001": {"agent_id": {"tool": "claude", "id": "u1", "model": "claude-opus-4-8"}}}, "humans": {"h_00000000000001": {"author": "Ada Example <ada@example.org>"}}}"#;
    for at in 0..3 {
        repo.write(&format!("ai_{at}.py"), planted_code("ai"));
        repo.write(&format!("person_{at}.py"), code("person", 6));
        repo.write(&format!("both_{at}.py"), code("both", 6));
        repo.write(&format!("nobody_{at}.py"), code("nobody", 6));
        let id = repo.commit("Measure more");
        let (ai, human) = ("s_00000000000001::t_01", "h_00000000000001");
        let entries = format!(
            "ai_{at}.py\n  {ai} 1-5\n  {human} 6\nperson_{at}.py\n  {human} 1-6\nboth_{at}.py\n  {ai} 1-3\n  {human} 4-6\n"
        );
        repo.git(&["notes", "--ref", "refs/notes/ai", "add", "-m", &format!("{entries}---\n{sessions}"), &id]);
    }
    let empty = repo.commit("Do nothing");
    repo.git(&["notes", "--ref", "refs/notes/ai", "add", "-m", &format!("---\n{sessions}"), &empty]);
    repo.write("planted.yml", crate::support::PLANTED_PACK);
    repo.write("config.yml", "rules: { packs: [planted.yml] }\n");
    repo
}

#[test]
fn hunks_are_compared_with_what_was_recorded_of_their_lines() {
    let repo = noted();
    let run = |args: &[&str]| repo.run(&[&["eval", "--lines", ".", "--config", "config.yml"], args].concat());
    let report = run(&["--format", "json"]).json();
    let schema = repo.run(&["schema", "eval-lines"]).json();
    jsonschema::validate(&schema, &report).unwrap();
    let counts = &report["counts"];
    for (count, wanted) in
        [("notes", 4), ("without_lines", 1), ("hunks", 12), ("ai", 3), ("human", 3), ("mixed", 3), ("unrecorded", 3)]
    {
        assert_eq!(counts[count], wanted, "{count}: {counts}");
    }
    let all = figure(&report, "hunks", ["pooled", "full", "all", "all"]);
    assert_eq!((&all["positives"], &all["negatives"], &all["auc"]["value"]), (&3.into(), &3.into(), &1.0.into()));
    assert_eq!(figure(&report, "hunks", ["pooled", "code", "size", "5\u{2013}9"])["positives"], 3);
    let printed = run(&[]).text();
    assert!(
        printed.contains("  12 hunks: 3 recorded as a tool's, 3 as a person's, 3 mixed, 3 unrecorded"),
        "{printed}"
    );
}

#[test]
fn lines_and_a_manifest_are_two_things() {
    let repo = noted();
    for wrong in [
        &["--lines", ".", "--manifest", "m.tsv", "--repos-dir", "."][..],
        &["--lines", ".", "--control"],
        &["--manifest", "m.tsv"],
        &["--lines", ".", "--strip", "comments"],
        &["--lines", "gone"],
        &[],
    ] {
        repo.run(&[&["eval"], wrong].concat()).error(2);
    }
}
