//! `ai-detect trail ask` and `trail report`: what they answer about histories whose truth is known.

use crate::support::*;
use serde_json::Value;

const CLAUDE: &str = "Co-Authored-By: Claude Opus 4.8 <noreply@anthropic.com>";

/// A file whose lines came with a person's commit, one by Claude, one that denies AI use, and a merged request.
fn mixed() -> Repo {
    let repo = Repo::new();
    repo.write("src/auth.py", "import os\n\nlimit = 3\nname = os.name\n");
    repo.commit("Add the start");
    repo.write("src/auth.py", "import os\n\nlimit = 3\nname = os.name\ntoken = make(limit)\nreturn_code = 7\n");
    repo.commit(&format!("Add tokens (#12)\n\nReviewed-by: Bo Example <bo@example.org>\n{CLAUDE}"));
    repo.branch("topic");
    repo.write(
        "src/auth.py",
        "# Settings\nimport os\n\nlimit = 3\nname = os.name\ntoken = make(limit)\nreturn_code = 7\n",
    );
    repo.commit("Say what it is\n\nNo AI was used.");
    repo.switch("main");
    repo.commit_file("other.py", code("other", 3));
    repo.git(&[
        "merge",
        "--quiet",
        "--no-ff",
        "-m",
        "Merge pull request #31 from ada/topic\n\nSay what it is",
        "topic",
    ]);
    repo.git(&["mv", "src/auth.py", "src/login.py"]);
    repo.commit("Rename it");
    repo
}

fn ask(repo: &Repo, args: &[&str]) -> Value {
    repo.run(&[&["trail", "ask"], args, &["--format", "json"]].concat()).json()
}

/// What is known of each run, as `1-2 declared Claude`.
fn shown(answer: &Value) -> Vec<String> {
    let run = |run: &Value| {
        let tool = run["facts"]["tool"]["value"].as_str().unwrap_or("-");
        let cause = run["cause"].as_str().unwrap_or("-");
        format!("{}-{} {} {tool} {cause}", run["first"], run["last"], text(&run["evidence"]))
    };
    list(&answer["runs"]).iter().map(run).collect()
}

#[test]
fn each_run_of_lines_has_its_evidence_and_what_is_missing_its_cause() {
    let repo = mixed();
    let answer = ask(&repo, &["src/login.py"]);
    assert_eq!(
        shown(&answer),
        ["1-1 denied - -", "2-5 unknown - no-declaration", "6-7 declared Claude -"],
        "{answer:#}"
    );
    let [denied, unknown, declared] = list(&answer["runs"]) else { panic!("{answer:#}") };
    let facts = &declared["facts"];
    assert_eq!(
        (&facts["model"]["value"], &facts["model"]["source"], &facts["model"]["confidence"], &facts["model"]["exact"]),
        (&"Claude Opus 4.8".into(), &"trailer".into(), &"high".into(), &true.into())
    );
    assert_eq!(facts["prompt"]["missing"], "no-trail");
    assert_eq!(facts["integration"]["missing"], "not-stated");
    assert_eq!(declared["review"]["people"][0], "Bo Example");
    assert_eq!(denied["facts"]["model"]["missing"], "denied");
    assert_eq!(unknown["facts"]["person"]["missing"], "kept-apart");
    // Before the rename and the line at the top.
    assert_eq!((&declared["path_then"], &declared["line_then"]), (&"src/auth.py".into(), &5.into()));
    assert_eq!(declared["sensitive"][0], "authentication");

    let commit =
        |run: &Value| list(&answer["commits"]).iter().find(|commit| commit["id"] == run["commit"]).unwrap().clone();
    assert_eq!(commit(declared)["request"], "#12");
    let merged = commit(denied);
    assert_eq!((&merged["request"], &merged["via"]), (&"#31".into(), &repo.id("HEAD~1").into()));
    let landed: i64 = repo.git(&["show", "-s", "--format=%ct", "HEAD~1"]).parse().unwrap();
    assert_eq!(merged["landed_time"], landed);
}

#[test]
fn an_answer_conforms_to_its_schema_and_names_no_person_beside_an_estimate() {
    let repo = mixed();
    let validator = |of: &str| jsonschema::validator_for(&repo.run(&["schema", of]).json()).unwrap();
    let (asked, reported) = (validator("ask"), validator("trail-report"));
    for args in [&["src/login.py"][..], &["src/login.py:2-3"], &["--commit", "HEAD~3"], &["--range", "HEAD~3..HEAD"]] {
        let answer = ask(&repo, args);
        let problems: Vec<String> =
            asked.iter_errors(&answer).map(|problem| format!("{problem} at {}", problem.instance_path())).collect();
        assert!(problems.is_empty(), "{problems:#?}");
        for run in list(&answer["runs"]) {
            let is_estimate = matches!(text(&run["evidence"]), "inferred" | "unknown");
            assert!(!is_estimate || !run.to_string().contains("Example"), "{run:#}");
        }
        for commit in list(&answer["commits"]) {
            assert!(commit.get("evidence").is_none() && commit.get("likelihood").is_none(), "{commit:#}");
        }
    }
    for report in ["share", "tree", "sensitive"] {
        let report = repo.run(&["trail", "report", report, "--format", "json"]).json();
        assert!(reported.is_valid(&report), "{report:#}");
        assert!(!report.to_string().contains("Example"), "{report:#}");
    }
}

#[test]
fn what_the_merge_declares_speaks_for_commits_that_are_silent() {
    let repo = Repo::new();
    repo.commit_file("a.py", code("a", 3));
    repo.branch("topic");
    repo.write("b.py", code("b", 8));
    repo.commit("Add b");
    repo.switch("main");
    repo.git(&[
        "merge",
        "--quiet",
        "--no-ff",
        "-m",
        &format!("Merge pull request #4 from ada/topic\n\n{CLAUDE}"),
        "topic",
    ]);
    let answer = ask(&repo, &["b.py"]);
    let run = &answer["runs"][0];
    assert_eq!(run["evidence"], "declared");
    let tool = &run["facts"]["tool"];
    assert_eq!((&tool["source"], &tool["confidence"]), (&"merge:trailer".into(), &"medium".into()));
    let share = repo.run(&["trail", "report", "share", "--format", "json"]).json();
    let declared = list(&share["figures"]).iter().find(|figure| figure["label"] == "declared").unwrap();
    assert_eq!((&declared["numerator"], &declared["denominator"]), (&1.into(), &2.into()));
    let tree = repo.run(&["trail", "report", "tree", "--format", "json"]).json();
    let declared = list(&tree["figures"]).iter().find(|figure| figure["label"] == "declared").unwrap();
    assert_eq!((&declared["model"], &declared["numerator"]), (&"claude-opus-4-8".into(), &8.into()));
}

#[test]
fn a_merge_of_a_followed_branch_speaks_for_its_conflicts_alone() {
    let repo = Repo::new();
    repo.commit_file("a.py", code("a", 3));
    repo.branch("upstream");
    repo.write("b.py", code("b", 8));
    repo.commit("Add b");
    repo.switch("main");
    repo.git(&["merge", "--quiet", "--no-ff", "-m", &format!("Merge branch 'upstream'\n\n{CLAUDE}"), "upstream"]);
    assert_eq!(shown(&ask(&repo, &["b.py"])), ["1-8 unknown - no-declaration"]);
    let tree = repo.run(&["trail", "report", "tree", "--format", "csv"]).text();
    assert!(!tree.contains("declared"), "{tree}");
    let share = repo.run(&["trail", "report", "share", "--format", "csv"]).text();
    assert!(share.contains("share,declared,commits,2023-Q4,,,,,0,2,"), "{share}");
}

#[test]
fn each_line_is_judged_by_the_merge_that_brought_it() {
    let repo = Repo::new();
    repo.commit_file("x", "base\n");
    let numbered = |last: u32| (1..=last).map(|at| format!("line {at}\n")).collect::<String>();
    repo.branch("topic");
    repo.commit_file("f.py", numbered(20));
    repo.switch("main");
    repo.git(&["merge", "--quiet", "--no-commit", "--no-ff", "topic"]);
    repo.write("f.py", numbered(10));
    repo.commit(&format!("Merge pull request #1 from a/topic\n\n{CLAUDE}"));
    repo.switch("topic");
    repo.commit_file("y", "y\n");
    repo.switch("main");
    repo.git(&["merge", "--quiet", "--no-commit", "--no-ff", "topic"]);
    repo.git(&["checkout", "--quiet", "topic", "--", "f.py"]);
    repo.commit("Merge pull request #2 from a/topic");
    let expected = ["1-10 declared Claude -", "11-20 unknown - no-declaration"];
    assert_eq!(shown(&ask(&repo, &["f.py"])), expected);
    assert_eq!(shown(&ask(&repo, &["f.py:11-20"])), expected[1..]);
}

#[test]
fn notes_that_were_not_fetched_are_not_taken_for_absent() {
    let repo = mixed();
    let clone = repo.clone("plain", &[]);
    let answer = ask(&clone, &["src/login.py:3"]);
    assert_eq!(shown(&answer), ["3-3 unknown - notes-not-fetched"]);
    assert!(answer["notes"].to_string().contains("git fetch origin 'refs/notes/*:refs/notes/*'"), "{answer:#}");
    for report in ["share", "tree", "sensitive"] {
        let told = clone.run(&["trail", "report", report]).text();
        assert!(told.contains("notes of commits are not in this clone"), "{told}");
    }
}

#[test]
fn contents_that_a_clone_lacks_are_said_and_counted_as_no_lines() {
    let repo = mixed();
    repo.git(&["config", "uploadpack.allowFilter", "true"]);
    let clone = repo.clone("blobless", &["--filter=blob:none", "--no-checkout"]);
    clone.git(&["remote", "set-url", "origin", "file:///nowhere"]);
    let answer = ask(&clone, &["--commit", "HEAD~2"]);
    let run = &answer["runs"][0];
    assert!(run.get("added_lines").is_none() && run["likelihood"]["missing"] == "not-in-this-clone", "{answer:#}");
    assert!(answer["notes"].to_string().contains("cannot be scored: the clone lacks contents"), "{answer:#}");
}

#[test]
fn of_two_rows_of_a_commit_the_one_that_says_when_it_landed_counts() {
    let repo = mixed();
    repo.branch("beside");
    repo.write("b.py", code("b", 8));
    repo.commit(&format!("Add b\n\n{CLAUDE}"));
    let other = repo.clone("other", &["--branch", "beside"]).with_notes();
    repo.switch("main");
    let [here, there] = ["here.jsonl", "there.jsonl"].map(|name| repo.beside(name).display().to_string());
    repo.run(&["scan", "--all", "-o", &here]).text();
    other.run(&["scan", "-o", &there]).text();
    let share = |files: [&String; 2]| {
        let csv = repo.run(&["trail", "report", "share", "--format", "csv", "--rows", files[0], files[1]]).text();
        csv.lines().find(|line| line.starts_with("share,declared,commits,2023-Q4,,")).unwrap().to_owned()
    };
    assert_eq!(share([&here, &there]), share([&there, &here]));
    assert!(share([&here, &there]).contains(",2,6,"), "{}", share([&here, &there]));
}

#[test]
fn names_of_any_length_and_bytes_are_shown() {
    let repo = Repo::new();
    repo.write("a.py", code("a", 4));
    repo.commit("Add");
    let blob = repo.git(&["rev-parse", "HEAD:a.py"]);
    let id = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap().trim().to_owned();
    let tree = id(repo.git_bytes(&["mktree"], format!("100644 blob {blob}\tf.py\n").as_bytes()));
    let root = id(repo.git_bytes(&["mktree"], format!("040000 tree {tree}\t{}\n", "d".repeat(70_000)).as_bytes()));
    let commit = repo.git(&["commit-tree", "-m", "Long", &root]);
    let told = repo.run(&["trail", "report", "tree", "--at", &commit]).text();
    assert!(told.contains("ddd…") && told.contains("4 lines"), "{}", told.len());
    let entry = format!("100644 blob {blob}\tx");
    let entries = [entry.as_bytes(), b"\xff\n", entry.as_bytes(), "\u{fffd}\n".as_bytes()].concat();
    let root = id(repo.git_bytes(&["mktree"], &entries));
    let commit = repo.git(&["commit-tree", "-m", "Bytes", &root]);
    let told = repo.run(&["trail", "report", "tree", "--at", &commit]).text();
    assert!(told.contains("8 lines"), "{told}");
}

#[test]
fn code_that_reads_like_a_tool_is_inferred_and_says_by_what() {
    let repo = Repo::new();
    repo.commit_file("a.py", code("a", 3));
    repo.write("planted.yml", PLANTED_PACK);
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.write("b.py", planted_code("b"));
    repo.commit("Add b");
    let answer = ask(&repo, &["b.py"]);
    let run = &answer["runs"][0];
    assert_eq!((&run["evidence"], &run["cause"]), (&"inferred".into(), &"no-declaration".into()));
    assert_eq!((&run["likelihood"]["flagged"], &run["likelihood"]["block_first"]), (&true.into(), &1.into()));
    let shown = repo.run(&["trail", "ask", "b.py"]).text();
    assert!(shown.contains("inferred") && shown.contains("an estimate from style"), "{shown}");
    // Nobody is named beside it, neither here nor for programs.
    assert!(!shown.contains("Ada") && !answer.to_string().contains("Ada Example"), "{shown}");
}

#[test]
fn who_declares_or_denies_stands_beside_no_estimate() {
    let repo = Repo::new();
    repo.commit_file("a.py", code("a", 3));
    repo.write("planted.yml", PLANTED_PACK);
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    for (file, says) in [("b.py", "No AI was used."), ("c.py", CLAUDE)] {
        repo.write(file, planted_code(file));
        repo.commit(&format!("Add {file}\n\n{says}"));
        for args in [&[file][..], &["--commit", "HEAD"]] {
            let answer = ask(&repo, args);
            let run = &answer["runs"][0];
            assert_eq!(run["likelihood"]["missing"], "kept-apart", "{answer:#}");
            assert!(run["facts"]["person"]["value"].as_str().unwrap().contains("Ada Example"), "{answer:#}");
        }
    }
}

#[test]
fn before_ai_tools_that_is_the_cause() {
    let repo = Repo::new();
    repo.write("a.py", code("a", 3));
    let old = [("GIT_AUTHOR_DATE", "2020-01-01T00:00:00Z"), ("GIT_COMMITTER_DATE", "2020-01-01T00:00:00Z")];
    repo.git(&["add", "."]);
    let mut commit = std::process::Command::new("git");
    let args = ["-c", "user.name=Ada Example", "-c", "user.email=ada@example.org", "commit", "-qm", "Old"];
    assert!(commit.args(args).envs(old).current_dir(repo.path()).status().unwrap().success());
    assert_eq!(shown(&ask(&repo, &["a.py"])), ["1-3 unknown - before-ai-tools"]);
}

#[test]
fn what_a_clone_lacks_is_said_and_not_guessed() {
    let repo = mixed();
    let shallow = repo.clone("shallow", &["--depth=2"]);
    let answer = ask(&shallow, &["src/login.py"]);
    assert!(shown(&answer).iter().all(|run| run.ends_with("unknown - not-in-this-clone")), "{answer:#}");
    let share = shallow.run(&["trail", "report", "share"]).text();
    assert!(share.contains("is a shallow clone"), "{share}");
}

#[test]
fn frames_of_a_stack_trace_are_answered_line_by_line() {
    let repo = mixed();
    let trace = "Traceback (most recent call last):\n  File \"/srv/app/src/login.py\", line 6, in run\n    token = make(limit)\n  \
                 File \"/usr/lib/python3/json.py\", line 9, in load\n  File \"/srv/app/other.py\", line 99, in other\nValueError: x\n";
    repo.write("trace.txt", trace);
    let answer = ask(&repo, &["--stack", "trace.txt"]);
    assert_eq!(shown(&answer), ["6-6 declared Claude -"]);
    let problems: Vec<&str> = list(&answer["frames"]).iter().filter_map(|frame| frame["problem"].as_str()).collect();
    assert_eq!(problems.len(), 2, "{answer:#}");
    assert!(
        problems[0].contains("looks like the file of a library") && problems[1].contains("other.py has 3 lines"),
        "{problems:?}"
    );
    repo.write("none.txt", "nothing here\n");
    assert!(repo.run(&["trail", "ask", "--stack", "none.txt"]).error(2).contains("no frame of a stack trace"));
}

#[test]
fn a_range_puts_sensitive_paths_first() {
    let repo = mixed();
    let answer = ask(&repo, &["--range", "HEAD"]);
    assert_eq!(list(&answer["runs"]).len(), 6);
    let sensitive: Vec<bool> = list(&answer["runs"]).iter().map(|run| run.get("sensitive").is_some()).collect();
    assert!(sensitive.is_sorted_by(|a, b| a >= b) && sensitive[0], "{sensitive:?}");
    let text = repo.run(&["trail", "ask", "--range", "HEAD"]).text();
    assert!(text.starts_with("HEAD: 6 commits\n") && text.contains("declared            1"), "{text}");
}

#[test]
fn paths_and_lines_that_are_not_there_are_named_with_what_to_do() {
    let repo = mixed();
    let error = |args: &[&str]| repo.run(&[&["trail", "ask"], args].concat()).error(2);
    assert!(error(&["src/login.py:6-90"]).contains("src/login.py has 7 lines at HEAD; 6 to 90 goes past its end"));
    let gone = error(&["src/auth.py"]);
    assert!(gone.contains(" is the last commit that has it: ask with `--at ") && gone.contains("--at "), "{gone}");
    let never = error(&["src/nothing.py"]);
    assert!(never.contains("at none of the commits before it"), "{never}");
    assert!(error(&["src"]).contains("it is a folder"));
    assert!(error(&["../elsewhere.py"]).contains("is not in the repository"));
    assert!(error(&["src/login.py:0"]).contains("counted from 1"));
    assert!(error(&[]).contains("required"));
    assert!(repo.run(&["trail", "ask", "src/login.py", "--at", "nowhere"]).error(2).contains("unknown revision"));
    let below = repo.at(repo.path().join("src"));
    assert_eq!(shown(&ask(&below, &["login.py:7"])), ["7-7 declared Claude -"]);
}

#[test]
fn text_shows_the_code_beside_what_is_known() {
    let repo = mixed();
    let mut settings = insta::Settings::clone_current();
    settings.add_filter(r"\b[0-9a-f]{12}\b", "COMMIT");
    // A line that stands where it came in has no other place to be named.
    assert!(!repo.run(&["trail", "ask", "other.py"]).text().contains("then line"));
    settings.bind(|| insta::assert_snapshot!(repo.run(&["trail", "ask", "src/login.py"]).text()));
}

#[test]
fn rows_that_were_kept_give_the_same_figures_as_the_history() {
    let repo = mixed();
    let [lines, folder] = ["rows.jsonl", "rows.parquet"].map(|name| repo.beside(name).display().to_string());
    for output in [&lines, &folder] {
        repo.run(&["scan", "-o", output]).text();
    }
    for report in ["share", "sensitive"] {
        let of = |args: &[&str]| repo.run(&[&["trail", "report", report, "--format", "csv"], args].concat()).text();
        assert_eq!(of(&["--rows", &lines]), of(&[]));
        assert_eq!(of(&["--rows", &folder]), of(&[]));
    }
    let twice = repo.run(&["trail", "report", "share", "--rows", &lines, &folder]).text();
    assert!(twice.contains("each commit counts once") && twice.contains("5 commits"), "{twice}");
}

#[test]
fn rows_that_do_not_add_up_are_refused() {
    let repo = mixed();
    let output = repo.beside("rows.jsonl");
    let rows = |content: &str| {
        std::fs::write(&output, content).unwrap();
        repo.run(&["trail", "report", "share", "--rows", &output.display().to_string()])
    };
    let written = repo.run(&["scan"]).text();
    let other =
        written.replace("\"scoring_model\":\"", "\"scoring_model\":\"other").replace("\"rules\":\"", "\"rules\":\"0");
    assert!(rows(&(written.clone() + &other)).error(2).contains("2 different models or settings"));
    assert!(rows("{}\n").error(2).contains("line 1 is no row"));
    let early = written.replace("\"kind\":", "\"sort\":");
    assert!(rows(&early).error(2).contains("a row of an earlier version"));
    assert!(rows("").error(2).contains("there are no commits to count"));
    assert!(repo.run(&["trail", "report", "share", "--rows", "nowhere.jsonl"]).error(3).contains("nowhere.jsonl"));
    let future = repo.run(&["trail", "report", "share", "--since", "2999-01-01"]).error(2);
    assert!(future.contains("landed within these times; the newest landed on 2023-11-14"), "{future}");
    let beside = rows(&written.replace("\"landed_time\":1", "\"landed_time\":null,\"x\":1"));
    assert!(beside.error(2).contains("none of the commits has landed"));
}

#[test]
fn a_page_opens_offline_and_runs_nothing() {
    let repo = Repo::new();
    repo.write("a.py", code("a", 6));
    repo.commit("</script><script>alert(1)</script>");
    let hostile = repo.clone("<img src=x onerror=alert(1)>", &[]);
    let area = repo.at(repo.beside(""));
    for report in ["share", "tree"] {
        let page = area
            .run(&["trail", "report", report, "--repo", "repo", "<img src=x onerror=alert(1)>", "--format", "html"])
            .text();
        assert!(!page.contains("<script") && !page.contains("<img") && !page.contains("http://"), "{page}");
        assert!(page.contains("default-src 'none'") && page.contains("<svg") && page.contains("<table>"));
    }
    drop(hostile);
}

#[test]
fn error_rates_of_ones_own_are_used_and_wrong_ones_refused() {
    let repo = mixed();
    let rates = "label\tby\tgroup\tflagged\tcommits\nai\tall\tall\t90\t100\npeople\tall\tall\t1\t100\n";
    repo.write("rates.tsv", rates);
    let report = repo.run(&["trail", "report", "share", "--rates", "rates.tsv", "--format", "json"]).json();
    assert_eq!((&report["rates"][0]["ai"], &report["rates"][0]["people_flagged"]), (&100.into(), &1.into()));
    repo.write("rates.tsv", rates.replace("100", "x"));
    assert!(repo.run(&["trail", "report", "share", "--rates", "rates.tsv"]).error(2).contains("rates.tsv: line 2"));
}
