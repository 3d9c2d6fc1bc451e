//! Every format from outside: what is printed for a change, and for a written report of it.

use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, code, list, planted_code, text};
use ai_detect::report::formats::ALL;
use serde_json::Value;

/// The words for all formats.
fn formats() -> impl Iterator<Item = &'static str> {
    ALL.iter().map(|format| format.name)
}

/// What means something to runners, forges, browsers and terminals, in one name.
const HOSTILE: &str =
    "::set-output name=x::y ##[add-mask]z <img src=x onerror=hacked=1> @everyone #1 ![](x) `a` \u{1b}[31m\u{202e}";

/// A range that is flagged, with hostile text wherever a stranger can put some.
fn hostile() -> Repo {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.write("planted.yml", PLANTED_PACK);
    repo.commit("Settings");
    repo.branch("topic");
    repo.write(&format!("a{HOSTILE}.py"), format!("# xyzzy </script> {HOSTILE}\n{}", code("a", 6)));
    repo.write("::stop-commands::x\n::error::y/b.py", planted_code("b"));
    repo.git(&["add", "--all"]);
    let author = format!("{} <ada@example.org>", HOSTILE.replace(['<', '>'], ""));
    let message = format!("::add-mask::x {HOSTILE}\n\n::error::body\n<!-- ai-detect -->\n");
    repo.git(&["commit", "--quiet", "--cleanup=verbatim", "--author", &author, "-m", &message]);
    repo
}

/// The job that the documents show looks at what the request brings, in either kind of pipeline.
#[test]
fn the_code_quality_job_of_the_documents_shows_nothing_of_the_target_branch() {
    let document = include_str!("../../docs/formats.md");
    let line = document.lines().find_map(|line| line.trim().strip_prefix("script: ai-detect ")).unwrap();
    let repo = Repo::new();
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.write("planted.yml", PLANTED_PACK);
    let base = repo.commit("Settings");
    repo.branch("topic");
    repo.write("mine.py", planted_code("mine"));
    let source = repo.commit("Mine");
    repo.switch("main");
    repo.write("theirs.py", planted_code("theirs"));
    repo.commit("Somebody else's");
    repo.git(&["checkout", "--quiet", "--detach"]);
    let merged = repo.merge("topic");
    let program = assert_cmd::cargo::cargo_bin!("ai-detect").display();
    for (commit, source_commit) in [(&source, None), (&merged, Some(&source))] {
        let mut command = std::process::Command::new("sh");
        command.args(["-c", &format!("'{program}' {line}")]).current_dir(repo.path());
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("HOME", repo.beside("home"));
        command.env("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base).env("CI_COMMIT_SHA", commit);
        match source_commit {
            Some(id) => command.env("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", id),
            None => command.env("CI_MERGE_REQUEST_SOURCE_BRANCH_SHA", ""),
        };
        let output = command.output().unwrap();
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let written = std::fs::read_to_string(repo.path().join("gl-code-quality.json")).unwrap();
        let issues: Value = serde_json::from_str(&written).unwrap();
        let paths: Vec<&str> = list(&issues).iter().map(|issue| text(&issue["location"]["path"])).collect();
        assert_eq!(paths, ["mine.py"]);
    }
}

/// A range with two flags in one commit.
fn flagged() -> Repo {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.write("planted.yml", PLANTED_PACK);
    repo.commit("Settings");
    repo.branch("topic");
    repo.write("a.py", planted_code("a"));
    repo.write("src/b c.py", planted_code("b"));
    repo.commit("Add two");
    repo
}

fn printed(repo: &Repo, format: &str) -> String {
    repo.run(&["diff", "main", "--format", format]).text()
}

#[test]
fn no_format_passes_on_what_acts() {
    let repo = hostile();
    for format in formats() {
        let printed = printed(&repo, format);
        assert_eq!(ai_detect::terminal::unsafe_in(&printed), None, "{format}");
        assert!(!printed.contains("##["), "{format}");
        let commands = printed.lines().filter(|line| line.trim_start().starts_with("::"));
        let foreign: Vec<&str> = commands.filter(|line| format != "github" || !line.starts_with("::notice ")).collect();
        assert_eq!(foreign, [""; 0], "{format}");
        assert!(!["html", "junit"].contains(&format) || !printed.contains("<img"), "{format}: {printed}");
    }
}

#[test]
fn the_name_of_the_output_chooses_the_format() {
    let repo = flagged();
    let written = |name: &str| {
        let file = repo.beside(name);
        repo.run(&["diff", "HEAD~1..HEAD", "-o", &file.display().to_string()]).text();
        std::fs::read_to_string(file).unwrap()
    };
    assert!(written("report.json").starts_with('{'));
    assert!(written("report.html").starts_with("<!doctype html>"));
    assert!(written("report.md").starts_with("### "));
    assert!(written("report.sarif").contains("sarif"));
    assert!(written("report").starts_with("HEAD~1..HEAD"));
    let json = repo.beside("report.json").display().to_string();
    let page = repo.beside("again.html").display().to_string();
    repo.run(&["report", &json, "-o", &page]).text();
    assert!(std::fs::read_to_string(page).unwrap().starts_with("<!doctype html>"));
    let table = repo.beside("report.csv").display().to_string();
    for command in [&["diff", "HEAD~1..HEAD"][..], &["report", &json], &["scan", "HEAD"]] {
        let said = repo.run(&[command, &["-o", &table]].concat()).error(2);
        assert!(said.contains("report.csv") && said.contains("--format"), "{said}");
        assert!(!std::path::Path::new(&table).exists());
    }
    repo.run(&["diff", "HEAD~1..HEAD", "--format", "text", "-o", &table]).text();
}

#[test]
fn a_written_report_prints_the_same() {
    for repo in [flagged(), hostile()] {
        repo.write("report.json", printed(&repo, "json"));
        for format in formats().filter(|format| *format != "html") {
            let again = repo.run(&["report", "report.json", "--format", format]).text();
            assert_eq!(again, printed(&repo, format), "{format}");
        }
        let piped = repo.command(&["report", "-", "-q"]).write_stdin(printed(&repo, "json")).output().unwrap();
        assert_eq!(String::from_utf8(piped.stdout).unwrap(), repo.run(&["diff", "main", "-q"]).text());
        assert_eq!(repo.run(&["report", "report.json", "--exit-code"]).status, 1);
        repo.remove("report.json");
    }
}

#[test]
fn a_report_that_is_none_is_status_3() {
    let repo = flagged();
    repo.write("a.json", "{\"schema\": \"ai-detect/report/v9\"}");
    assert_eq!(
        repo.run(&["report", "a.json"]).error(3),
        "a.json: the report's schema is ai-detect/report/v9; this version reads ai-detect/report/v1"
    );
    let mut report = repo.diff(&["main"]);
    report["flags"][0]["hunk"] = 7.into();
    repo.write("b.json", report.to_string());
    assert_eq!(repo.run(&["report", "b.json"]).error(3), "b.json: no report: flags[0]: it points at no hunk");
    assert_eq!(repo.run(&["report", "none.json"]).error(3), "cannot read none.json: there is no such file");
    if cfg!(target_os = "linux") {
        assert_eq!(repo.run(&["report", "/dev/zero"]).error(3), "/dev/zero: the report is larger than 64 MiB");
    }
}

#[test]
fn html_of_a_change_shows_code_and_html_of_a_report_says_that_it_has_none() {
    let repo = flagged();
    let page = printed(&repo, "html");
    assert!(page.contains("measure(\\\"b\\\", 5)") && page.contains("\"code\":true"), "{page}");
    repo.write("report.json", printed(&repo, "json"));
    let page = repo.run(&["report", "report.json", "--format", "html"]).text();
    assert!(!page.contains("measure(") && page.contains("\"code\":false"), "{page}");
    let patch = repo.git_bytes(&["diff", "main"], b"");
    repo.write("x.yml", PLANTED_CONFIG);
    assert!(repo.run_patch(patch, &["--config", "x.yml", "--format", "html"]).text().contains("measure(\\\"b\\\", 5)"));
}

#[test]
fn gitlab_is_another_name_for_code_quality() {
    let repo = flagged();
    assert_eq!(printed(&repo, "gitlab"), printed(&repo, "code-quality"));
    let issues: Value = serde_json::from_str(&printed(&repo, "gitlab")).unwrap();
    let mut paths: Vec<&str> = list(&issues).iter().map(|issue| text(&issue["location"]["path"])).collect();
    // The order is that of the flags, which is a matter of scores.
    paths.sort_unstable();
    assert_eq!(paths, ["a.py", "src/b c.py"]);
}

#[test]
fn fingerprints_survive_a_rebase() {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.write("planted.yml", PLANTED_PACK);
    repo.commit_file("a b.py", code("old", 20));
    repo.branch("topic");
    repo.commit_file("a b.py", code("old", 20) + &planted_code("new"));
    let of = || {
        let log: Value = serde_json::from_str(&printed(&repo, "sarif")).unwrap();
        let result = &log["runs"][0]["results"][0];
        let place = &result["locations"][0]["physicalLocation"];
        assert_eq!(place["artifactLocation"]["uri"], "a%20b.py");
        (result["partialFingerprints"].clone(), place["region"]["startLine"].clone())
    };
    let (before, line) = of();
    repo.switch("main");
    repo.commit_file("a b.py", "import x\n".to_owned() + &code("old", 20));
    repo.switch("topic");
    repo.git(&["rebase", "--quiet", "main"]);
    assert_eq!(of(), (before, (line.as_u64().unwrap() + 1).into()));
}

#[test]
fn large_changes_give_bounded_output() {
    let mut patch = String::new();
    for at in 0..10_000 {
        let code = planted_code(&format!("n{at}")).replace('\n', "\n+");
        patch += &format!("--- /dev/null\n+++ b/d/f{at}.py\n@@ -0,0 +1,6 @@\n+{}\n", code.trim_end_matches("\n+"));
    }
    let repo = flagged();
    repo.write("x.diff", patch);
    for (format, most) in
        [("text", 40_000), ("github", 20_000), ("markdown", 65_536), ("sarif", 10_000_000), ("html", 30_000_000)]
    {
        let printed = repo.run(&["diff", "--patch", "x.diff", "--config", ".ai-detect.yml", "--format", format]).text();
        assert!(printed.len() <= most, "{format}: {}", printed.len());
        assert!(format == "sarif" || printed.contains("more"), "{format}");
    }
}

#[test]
fn long_lines_and_names_are_cut() {
    let repo = flagged();
    let long = "x".repeat(5_000_000);
    repo.write("long.py", format!("# xyzzy {long}\n{}", code("long", 6)));
    repo.git(&["add", "--all"]);
    repo.write("message", format!("Subject {long}\n\nAssisted-by: {long}\n"));
    repo.git(&["commit", "--quiet", "--cleanup=verbatim", "-F", "message"]);
    repo.remove("message");
    for format in formats() {
        let printed = printed(&repo, format);
        assert!(printed.len() < 400_000, "{format}: {}", printed.len());
    }
}

/// `.ci/schemas.sh` fetches the schema and names it.
#[test]
#[ignore = "needs the published schema: .ci/schemas.sh"]
fn sarif_keeps_to_the_published_schema() {
    let file = std::env::var("SARIF_SCHEMA").expect("SARIF_SCHEMA names the schema");
    let mut schema: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    // A bracket too many in the published pattern, which is no regular expression to us; we write no language.
    for of in ["run", "toolComponent"] {
        let language = schema.pointer_mut(&format!("/definitions/{of}/properties/language"));
        language.and_then(Value::as_object_mut).map(|fields| fields.remove("pattern"));
    }
    let validator = jsonschema::validator_for(&schema).unwrap();
    for repo in [flagged(), hostile()] {
        for args in [&["main"][..], &["HEAD..HEAD"]] {
            let log = repo.run(&[&["diff", "--format", "sarif"], args].concat()).json();
            let wrong: Vec<String> =
                validator.iter_errors(&log).map(|it| format!("{}: {it}", it.instance_path())).collect();
            assert_eq!(wrong, [""; 0], "{log:#}");
        }
    }
    assert!(!validator.is_valid(&serde_json::json!({ "version": "2.1.0", "runs": [{}] })));
}
