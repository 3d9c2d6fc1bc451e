//! Nothing that a stranger wrote is a command in the log of a job: each subcommand runs on a hostile repository, and no
//! line of what it prints is one that a runner obeys.

use ai_detect::report::formats::ALL;
use std::sync::LazyLock;

use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, Run, planted_code};
use regex::Regex;
use serde_json::json;

/// Commands of GitHub Actions, Azure Pipelines, TeamCity, GitLab and Travis, each on a line of its own.
const COMMANDS: &str = "::error file=a.py::x\n  ::stop-commands::t\n\t::add-mask::y\r::set-output name=a::b\n\u{feff}::debug::z\n\
    ##[group]g\n##vso[task.complete]c\n##teamcity[x 'y']\nsection_start:1:s\r\u{1b}[0K\ntravis_fold:start:f\r";

/// A line as a runner reads it, which ends it at a carriage return, too.
fn is_command(line: &str) -> bool {
    static ANYWHERE: LazyLock<Regex> =
        LazyLock::new(|| Regex::new(r"##[a-z]*\[|section_(start|end):\d|travis_fold:(start|end):").unwrap());
    static COLOURS: LazyLock<Regex> = LazyLock::new(|| Regex::new("\u{1b}\\[[0-9;]*m").unwrap());
    let visible = COLOURS.replace_all(line, "");
    let start = visible.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}' || c == '\u{200b}');
    start.starts_with("::") || ANYWHERE.is_match(&visible)
}

/// The lines that a runner obeys, but for annotations that we make on purpose.
fn obeyed(run: &Run) -> Vec<String> {
    let lines = run.stdout.split(['\n', '\r']).chain(run.stderr.split(['\n', '\r']));
    let ours = ["::notice file=", "::notice title=ai-detect::", "::warning title="];
    let foreign = |line: &&str| is_command(ours.iter().find_map(|own| line.strip_prefix(own)).unwrap_or(line));
    lines.filter(foreign).map(str::to_owned).collect()
}

/// A repository with commands wherever a stranger can write.
fn hostile() -> Repo {
    let repo = Repo::new();
    repo.write(".ai-detect.yml", PLANTED_CONFIG);
    repo.write("planted.yml", PLANTED_PACK.replace("A word that only tests write", "\"::error::title\\n::error::y\""));
    repo.commit("Settings");
    repo.branch("topic");
    repo.write("::error title=pwned::hello.py", planted_code("hello"));
    repo.write("auth/x\n::stop-commands::t\n##[group].py", planted_code("login"));
    repo.write("section_start:1:x.lock", "x\n");
    let author = format!("{} <ada@example.org>", COMMANDS.replace(['\n', '\r', '\u{1b}'], " "));
    let commit = |message: &str| {
        repo.git(&["add", "--all"]);
        repo.git(&["commit", "--quiet", "--cleanup=verbatim", "--author", &author, "-m", message]);
    };
    commit(&format!("{COMMANDS}\n\n{COMMANDS}\n"));
    repo.write("said.py", format!("# xyzzy {}\n{}", COMMANDS.replace(['\n', '\r'], "\n# "), planted_code("said")));
    commit(&format!("{COMMANDS}\n\nAssisted-by: ::error::tool:##[group]model\nAI-Model: ::error::m\n"));
    let note = json!({"schema_version": "authorship/3.0.0", "git_ai_version": "1", "base_commit_sha": "", "prompts": {
        "abcd1234": {"agent_id": {"tool": COMMANDS, "id": "1", "model": COMMANDS}, "human_author": COMMANDS, "messages": []},
    }});
    let note = format!("said.py\n  abcd1234 1-9\n---\n{note}\n");
    repo.git(&["notes", "--ref", "ai", "add", "-m", &note, "HEAD"]);
    repo
}

fn request(repo: &Repo) -> String {
    let event = json!({
        "pull_request": {
            "number": 7, "body": COMMANDS, "labels": [{"name": COMMANDS}], "title": COMMANDS,
            "head": {"sha": repo.id("topic"), "ref": COMMANDS, "repo": {"id": 1}},
            "base": {"sha": repo.id("main"), "repo": {"id": 1}},
        },
        "repository": {"id": 1, "default_branch": "main"},
    });
    let file = repo.beside("event.json");
    std::fs::write(&file, event.to_string()).unwrap();
    file.display().to_string()
}

/// How a subcommand is run. A new subcommand needs an entry here.
fn runs<'a>(subcommand: &str, files: &'a Files) -> Vec<Vec<&'a str>> {
    let Files { report, policy, pack, manifest, message, folder } = files;
    let formats = ALL.iter().map(|format| format.name);
    match subcommand {
        "diff" => {
            let mut runs: Vec<Vec<&str>> = formats.map(|format| vec!["main", "--format", format]).collect();
            runs.extend([vec!["main", "-v"], vec!["main", "-q"], vec![COMMANDS], vec!["--format", COMMANDS]]);
            runs.push(vec!["main", "--config", pack]);
            runs
        }
        "report" => {
            let mut runs: Vec<Vec<&str>> = formats.map(|format| vec![&**report, "--format", format]).collect();
            runs.extend([vec![&**report, "-v"], vec![pack], vec!["no\n::error::such.json"]]);
            runs
        }
        "ci" => vec![vec!["--dry-run"], vec![]],
        "post" => vec![vec![report, "--dry-run"], vec![report], vec![pack]],
        "scan" => vec![vec![], vec!["main..topic"], vec![COMMANDS]],
        "trail ask" => vec![
            vec!["said.py"],
            vec!["said.py", "--format", "json"],
            vec!["--range", "main..HEAD"],
            vec!["--commit", "HEAD"],
            vec![COMMANDS],
        ],
        "trail report share" => vec![vec![], vec!["--format", "html"], vec!["--repo", COMMANDS]],
        "trail report tree" => vec![vec![], vec!["--format", "csv"], vec!["--at", COMMANDS]],
        "trail report sensitive" => vec![vec![], vec!["--format", "json"], vec!["--rows", COMMANDS]],
        "capture join" => vec![vec![COMMANDS, "--code", COMMANDS], vec!["http://example.org", "--code", COMMANDS]],
        "capture hook" => vec![vec![COMMANDS], vec![]],
        "capture install" | "capture uninstall" => vec![vec!["codex"], vec!["codex", "--project"], vec![COMMANDS]],
        "capture status" | "capture pause" | "capture resume" => vec![vec![], vec![COMMANDS]],
        "capture show" => vec![vec![], vec!["--format", COMMANDS], vec![COMMANDS]],
        "capture add-repository" | "capture remove-repository" => vec![vec![COMMANDS], vec![folder]],
        "trail flush" | "trail status" | "trail resolve" => vec![vec![], vec![COMMANDS]],
        "trail import spool" => vec![vec![COMMANDS], vec![pack]],
        "trail serve" => vec![vec!["--listen", "0.0.0.0:0", "--dir", COMMANDS], vec!["--listen", COMMANDS]],
        "trail token create" => vec![vec!["--role", "reader", "--name", COMMANDS, "--dir", folder]],
        "trail token list" | "trail events" | "trail verify" | "trail rebuild" => {
            vec![vec!["--dir", COMMANDS], vec![COMMANDS]]
        }
        "trail seal" => vec![vec!["--dir", COMMANDS], vec!["--before", COMMANDS]],
        "trail invite" => vec![vec!["--name", COMMANDS, "--dir", folder], vec!["--client", COMMANDS]],
        "trail client list" | "trail gap list" | "trail repos list" => vec![vec!["--dir", COMMANDS], vec![COMMANDS]],
        "trail client retire" | "trail client revoke" => vec![vec![COMMANDS], vec!["c-1", "--dir", COMMANDS]],
        "trail gap close" => vec![vec![COMMANDS, "--reason", COMMANDS, "--dir", folder]],
        "trail people import" => vec![vec![COMMANDS, "--dir", folder], vec![pack, "--dir", folder]],
        "trail repos alias" => vec![vec![COMMANDS, COMMANDS, "--dir", folder]],
        "trail backup" => vec![vec!["--dir", COMMANDS, "--to", COMMANDS], vec![COMMANDS]],
        "trail restore" => vec![vec![COMMANDS], vec![COMMANDS, "--check"]],
        "trail token revoke" | "trail prove" => vec![vec![COMMANDS], vec!["7", "--dir", COMMANDS]],
        "eval" => vec![vec!["--manifest", manifest, "--repos-dir", "."], vec!["--lines", ".", "main..topic"]],
        "fit" => vec![vec!["--manifest", manifest, "--repos-dir", ".", "--output", folder]],
        "rules list" | "rules test" => vec![vec!["--pack", pack]],
        "rules explain" => vec![vec!["planted", "--pack", pack], vec![COMMANDS]],
        "markers scan" => vec![vec!["main.."], vec!["main..", "--each"], vec!["--all", "--format", "json"]],
        "attest" => {
            vec![vec!["--check", "main"], vec!["--check", "main", "--policy", policy], vec!["--no-ask", "main"]]
        }
        "attest squash" => vec![vec!["main"], vec!["main", "--title", COMMANDS, "--forge", "gitlab"]],
        "attest carry" => vec![vec!["main..topic", "--dry-run"], vec![COMMANDS]],
        "hook run commit-msg" | "hook run prepare-commit-msg" => vec![vec![message]],
        "policy explain" => vec![vec![policy], vec![COMMANDS]],
        "policy check" => vec![vec!["main", "-v"], vec!["main", "-v", "--policy", policy, "--label", COMMANDS]],
        "policy sensitive" => vec![vec!["main"]],
        "triage" => vec![vec!["main"], vec![report], vec!["main", "--export", "csv"]],
        "schema" => vec![vec!["report"], vec![COMMANDS]],
        "completions" => vec![vec!["bash"], vec!["zsh"], vec!["fish"], vec!["elvish"], vec!["powershell"]],
        "languages" | "markers test" | "hook install" | "hook uninstall" | "policy list" | "policy test" | "man" => {
            vec![vec![]]
        }
        other => panic!("say above how `{other}` is run on a hostile repository"),
    }
}

/// Files that subcommands read.
struct Files {
    report: String,
    policy: String,
    pack: String,
    manifest: String,
    message: String,
    folder: String,
}

impl Files {
    fn of(repo: &Repo) -> Files {
        let write = |name: &str, content: &str| {
            std::fs::write(repo.beside(name), content).unwrap();
            repo.beside(name).display().to_string()
        };
        let title = serde_json::to_string(COMMANDS).unwrap();
        Files {
            report: write("report.json", &repo.run(&["diff", "main", "--format", "json"]).stdout),
            policy: write("policy.yml", &format!("id: own\ntitle: {title}\nstance: {title}\n{title}: 1\n")),
            pack: write(
                "pack.yml",
                &PLANTED_PACK
                    .replace("A word that only tests write", &title)
                    .replace("misleads: Never.", &format!("misleads: {title}")),
            ),
            manifest: write(
                "manifest.tsv",
                "label\trepository\tcommit\nai\t::error::x\t##[group]y\n::error::label\t::error::z\t::error::w\n",
            ),
            message: write("message\n::error::file", COMMANDS),
            folder: repo.beside("out\n::error::folder").display().to_string(),
        }
    }
}

/// All subcommands that do something.
fn subcommands(command: &clap::Command, above: &str, found: &mut Vec<String>) {
    for below in command.get_subcommands() {
        let name = format!("{above} {}", below.get_name()).trim_start().to_owned();
        if below.get_subcommands().next().is_none() || !below.is_subcommand_required_set() {
            found.push(name.clone());
        }
        subcommands(below, &name, found);
    }
}

#[test]
fn no_subcommand_prints_what_a_runner_obeys() {
    let repo = hostile();
    let (event, files) = (request(&repo), Files::of(&repo));
    let mut all = Vec::new();
    subcommands(&ai_detect::cli::command(), "", &mut all);
    assert!(
        all.len() > 20 && all.contains(&"attest".to_owned()) && all.contains(&"hook run commit-msg".to_owned()),
        "{all:?}"
    );
    for subcommand in all {
        let words: Vec<&str> = subcommand.split(' ').collect();
        for args in runs(&subcommand, &files) {
            for colour in ["never", "always"] {
                let mut command = repo.command(&[&words, &args[..], &["--color", colour]].concat());
                command.env("GITHUB_ACTIONS", "true").env("GITHUB_EVENT_NAME", "pull_request");
                command
                    .env("GITHUB_EVENT_PATH", &event)
                    .env("GITHUB_REPOSITORY", "ada/engine")
                    .env("GITHUB_RUN_ID", "1");
                command
                    .env_remove("GITHUB_TOKEN")
                    .env_remove("AI_DETECT_TOKEN")
                    .env("GITHUB_API_URL", "http://127.0.0.1:9");
                let run = Run::of(&mut command);
                assert!(
                    !run.stdout.is_empty()
                        || !run.stderr.is_empty()
                        || subcommand.starts_with("hook")
                        || subcommand == "capture hook",
                    "{subcommand} {args:?}"
                );
                assert_eq!(obeyed(&run), [""; 0], "{subcommand} {args:?}\n{}{}", run.stdout, run.stderr);
            }
        }
    }
}

#[test]
fn what_a_runner_obeys_is_recognised() {
    for command in ["::error::x", " \t::debug::", "\u{1b}[1m::error::x", "a ##[group]b", "##vso[x]", "section_end:12:x"]
    {
        assert!(is_command(command), "{command}");
    }
    for line in ["std::fs", "## Heading", "error: ::x", "section_start: x", "# [link]"] {
        assert!(!is_command(line), "{line}");
    }
}
