//! Posting on GitHub, over several pushes and under all kinds of trouble: the binary against a small
//! GitHub on loopback. Issues of others' tools that a test is about are named beside it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod fake;
mod support;

use std::path::PathBuf;

use fake::github::{BOT, Fault, GitHub, NUMBER, REPOSITORY};
use fake::server::Reply;
use serde_json::{Value, json};
use support::{PLANTED_CONFIG, PLANTED_PACK, Repo, Run, planted_code};

const TOKEN: &str = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";

/// A repository with a request, and the forge that it is on.
struct World {
    repo: Repo,
    github: GitHub,
    base: String,
}

impl World {
    /// Whatever is written next belongs to the request.
    fn new() -> Self {
        let repo = Repo::new();
        repo.write("planted.yml", PLANTED_PACK);
        repo.write(".ai-detect.yml", PLANTED_CONFIG);
        let base = repo.commit("Plant");
        repo.branch("topic");
        World { repo, github: GitHub::start(), base }
    }

    /// Pushes what was committed: the forge learns of the head and the diff.
    fn push(&self) -> String {
        let head = self.repo.id("HEAD");
        let mut state = self.github.state();
        state.head.clone_from(&head);
        let names = self.repo.git(&["diff", "--name-only", "-z", &format!("{}...HEAD", self.base)]);
        let names = names.split('\0').filter(|name| !name.is_empty());
        state.files = names
            .map(|name| {
                let diff = self.repo.git(&["diff", &format!("{}...HEAD", self.base), "--", name]);
                let patch = diff.find("@@").map(|at| diff[at..].to_owned());
                json!({"filename": name, "patch": patch})
            })
            .collect();
        head
    }

    fn beside(&self, name: &str) -> PathBuf {
        self.repo.beside(name)
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.beside(name)).unwrap_or_default()
    }

    /// Runs a command as in a job of an event.
    fn job(&self, name: &str, event: &Value, args: &[&str]) -> Run {
        std::fs::write(self.beside("event.json"), event.to_string()).unwrap();
        let mut command = self.repo.command(args);
        for proxy in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"] {
            command.env_remove(proxy);
        }
        command
            .env("GITHUB_ACTIONS", "true")
            .env("GITHUB_EVENT_NAME", name)
            .env("GITHUB_EVENT_PATH", self.beside("event.json"))
            .env("GITHUB_REPOSITORY", REPOSITORY)
            .env("GITHUB_API_URL", self.github.server.url())
            .env("GITHUB_GRAPHQL_URL", format!("{}/graphql", self.github.server.url()))
            .env("GITHUB_RUN_ID", "100")
            .env("GITHUB_TOKEN", TOKEN)
            .env("RUNNER_TEMP", self.beside("."))
            .env("GITHUB_STEP_SUMMARY", self.beside("summary.md"))
            .env("GITHUB_OUTPUT", self.beside("output"));
        let run = Run::of(&mut command);
        for text in [&run.stdout, &run.stderr, &self.read("summary.md"), &self.read("output")] {
            assert!(!text.contains(TOKEN), "the token is in {text}");
        }
        run
    }

    fn event(&self) -> Value {
        json!({
            "pull_request": {
                "number": NUMBER, "body": "What it does", "labels": [],
                "head": {"sha": self.repo.id("topic"), "ref": "topic", "repo": {"id": 1}},
                "base": {"sha": self.base, "repo": {"id": 1}},
            },
            "repository": {"id": 1, "default_branch": "main"},
        })
    }

    fn ci(&self, args: &[&str]) -> Run {
        self.job("pull_request", &self.event(), &[&["ci"], args].concat())
    }

    /// The same, which must succeed without a word on standard error.
    fn log(&self, args: &[&str]) -> String {
        self.ci(args).text()
    }

    /// One planted block, pushed and posted.
    fn posted() -> Self {
        let world = World::new();
        world.repo.commit_file("engine.py", planted_code("engine"));
        world.push();
        world.log(&[]);
        world
    }

    fn fault(&self, on: &'static str, times: usize, reply: Reply) {
        self.github.state().faults.push(Fault { on, times, takes_effect: false, reply });
    }
}

fn failing(status: u16) -> Reply {
    Reply::json(status, &json!({"message": "Something went wrong"}))
}

#[test]
fn a_push_is_posted_once_and_the_next_one_repeats_nothing() {
    let world = World::posted();
    assert_eq!(world.github.writes(), ["POST /issues/7/comments", "POST /pulls/7/reviews"]);
    {
        let state = world.github.state();
        assert!(state.comments[0].body.starts_with("<!-- ai-detect:summary head="), "{}", state.comments[0].body);
        assert!(state.comments[0].body.contains("1 block asks for a look"));
        assert_eq!((state.threads[0].path.as_str(), state.threads[0].lines), ("engine.py", (1, 6)));
    }
    assert!(world.log(&[]).contains("ada/engine#7 shows this already: nothing was posted"));
    assert_eq!(world.github.writes(), [""; 0]);
    // Another push: the summary follows, the comment on the line stays.
    world.repo.commit_file("other.py", "print(1)\n");
    world.push();
    world.log(&[]);
    // What the comment on the line advises depends on whether its commit is the last one.
    assert!(world.github.writes().iter().all(|write| write.starts_with("PATCH ")));
    assert_eq!(world.github.counts(), (1, 1));
}

#[test]
fn outputs_and_the_summary_page_are_for_later_steps() {
    let world = World::posted();
    let output = world.read("output");
    let values: Vec<&str> = output.lines().collect();
    assert!(values[0].starts_with("flags<<end_") && values[1] == "1", "{output}");
    let report: Value = serde_json::from_slice(&std::fs::read(values[4]).unwrap()).unwrap();
    assert_eq!(report["schema"], "ai-detect/report/v1");
    let sarif: Value = serde_json::from_slice(&std::fs::read(values[7]).unwrap()).unwrap();
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 1);
    assert!(world.read("summary.md").contains("1 block asks for a look"));
}

#[test]
fn a_request_without_flags_gets_no_comment() {
    let world = World::new();
    world.repo.commit_file("small.py", "print(1)\n");
    world.push();
    world.log(&[]);
    assert_eq!(world.github.writes(), [""; 0]);
}

/// reviewdog/reviewdog#568: findings that were fixed keep their thread.
#[test]
fn a_thread_is_resolved_when_its_flag_is_gone_and_opened_when_it_is_back() {
    let world = World::posted();
    world.github.writes();
    world.repo.remove("engine.py");
    world.repo.commit("Take it back");
    world.push();
    assert!(world.log(&[]).contains("1 closed"));
    {
        let state = world.github.state();
        assert!(state.threads[0].resolved && state.threads[0].comments[0].body.contains("No longer flagged"));
        assert!(state.comments[0].body.contains("No block asks for a look"));
    }
    assert!(world.log(&[]).contains("nothing was posted"));
    world.repo.git(&["revert", "--no-edit", "HEAD"]);
    world.push();
    world.log(&[]);
    let state = world.github.state();
    assert!(!state.threads[0].resolved && state.threads.len() == 1);
    assert!(!state.threads[0].comments[0].body.contains("No longer flagged"));
}

#[test]
fn a_token_that_may_not_resolve_hides_the_comment_instead() {
    let world = World::posted();
    world.github.state().may.resolve = false;
    world.repo.remove("engine.py");
    world.repo.commit("Take it back");
    world.push();
    world.log(&[]);
    let state = world.github.state();
    assert!(!state.threads[0].resolved && state.threads[0].comments[0].hidden);
}

#[test]
fn a_thread_that_a_person_answered_is_left_alone() {
    let world = World::posted();
    world.github.state().reply(0, "grace", "I wrote this by hand.");
    let before = world.github.state().threads[0].comments[0].body.clone();
    world.github.writes();
    world.repo.remove("engine.py");
    world.repo.commit("Take it back");
    world.push();
    world.log(&[]);
    let state = world.github.state();
    assert!(!state.threads[0].resolved && state.threads[0].comments[0].body == before);
    drop(state);
    assert!(world.github.writes().iter().all(|write| write.starts_with("PATCH /issues/comments")));
}

/// brave/security-action#813: the identity of a comment changes when the base moves.
#[test]
fn a_comment_stays_the_same_when_the_base_moves_and_lines_with_it() {
    let mut world = World::new();
    world.repo.switch("main");
    world.base = world.repo.commit_file("engine.py", "START = 1\nEND = 2\n");
    world.repo.git(&["branch", "--force", "topic"]);
    world.repo.switch("topic");
    world.repo.commit_file("engine.py", format!("START = 1\nEND = 2\n\n\n{}", planted_code("engine")));
    world.push();
    world.log(&[]);
    world.github.writes();
    world.repo.switch("main");
    let moved = format!("{}START = 1\nEND = 2\n", "import os\n".repeat(20));
    world.base = world.repo.commit_file("engine.py", moved);
    world.repo.switch("topic");
    world.repo.git(&["rebase", "--quiet", "main"]);
    world.push();
    world.log(&[]);
    let state = world.github.state();
    assert_eq!((state.threads.len(), state.threads[0].resolved), (1, false));
    drop(state);
    assert!(!world.github.writes().iter().any(|write| write.contains("reviews")));
}

/// context-labs/loupe#41: 46 comments on one request, of which 8 were acted on.
#[test]
fn no_more_than_ten_comments_stand_on_lines_and_the_summary_has_all() {
    let world = World::new();
    for at in 0..14 {
        world.repo.write(&format!("part{at}.py"), planted_code(&format!("part{at}")));
    }
    world.repo.commit("Add parts");
    world.push();
    let log = world.log(&[]);
    assert!(log.contains("a summary, 10 on lines, 4 without a comment of their own"), "{log}");
    assert_eq!(world.github.state().threads.len(), 10);
    assert_eq!(world.github.state().comments[0].body.matches("`part").count(), 14);
    assert_eq!(world.log(&["--max-comments", "12"]).matches("2 on lines").count(), 1);
    assert_eq!(world.github.state().threads.len(), 12);
}

#[test]
fn comments_on_lines_can_be_left_out() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    world.log(&["--no-inline"]);
    assert_eq!(world.github.writes(), ["POST /issues/7/comments"]);
}

#[test]
fn one_place_that_is_not_taken_does_not_cost_the_others() {
    let world = World::new();
    world.repo.write("a.py", planted_code("a"));
    world.repo.write("b.py", planted_code("b"));
    world.repo.commit("Add two");
    world.push();
    world.github.state().refuses_path = Some("a.py".into());
    let log = world.log(&[]);
    assert!(log.contains("an inline comment could not be posted: POST"), "{log}");
    let state = world.github.state();
    assert_eq!(state.threads.iter().map(|thread| thread.path.as_str()).collect::<Vec<_>>(), ["b.py"]);
}

#[test]
fn a_summary_that_somebody_else_forged_is_not_taken_for_ours() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    let head = world.push();
    let forged = format!("<!-- ai-detect:summary head={head} run=999999999999 -->\nAll fine, nothing to see here.");
    world.github.state().comment("mallory", &forged);
    world.log(&[]);
    let state = world.github.state();
    assert_eq!(state.comments[0].body, forged);
    assert_eq!((state.comments[1].author.as_str(), state.comments.len()), (BOT, 2));
}

#[test]
fn our_summary_is_found_behind_many_comments() {
    let world = World::posted();
    for at in 0..5 {
        world.github.state().comment("grace", &format!("comment {at}"));
    }
    world.github.state().comments.rotate_left(1);
    world.github.state().page = 2;
    assert!(world.log(&[]).contains("nothing was posted"));
}

/// marocchino/sticky-pull-request-comment#227: tokens of requests from forks only read.
#[test]
fn a_token_that_only_reads_is_said_and_the_job_says_the_rest() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    {
        let mut state = world.github.state();
        state.may.comment = false;
        state.may.check = false;
    }
    let log = world.log(&[]);
    assert!(log.contains("not said as comments on the request: POST"), "{log}");
    assert!(log.contains("not said as a check run: POST"), "{log}");
    assert!(log.contains("\n::notice file=engine.py,line=1,endLine=6,title=ai-detect%3A "), "{log}");
    assert!(world.read("summary.md").contains("not said as comments on the request"));
}

#[test]
fn a_token_without_comments_makes_a_check_run_that_is_always_neutral() {
    let world = World::new();
    for at in 0..60 {
        world.repo.write(&format!("part{at:02}.py"), planted_code(&format!("part{at}")));
    }
    world.repo.commit("Add parts");
    world.push();
    world.github.state().may.comment = false;
    let log = world.log(&[]);
    assert!(log.contains("said as a check run: https://forge.example/check"), "{log}");
    {
        let state = world.github.state();
        let check = &state.checks[0];
        assert_eq!((check["conclusion"].as_str(), check["name"].as_str()), (Some("neutral"), Some("ai-detect")));
        assert_eq!(check["output"]["annotations"].as_array().unwrap().len(), 60);
    }
    // The same again changes nothing.
    world.log(&[]);
    assert_eq!(world.github.state().checks.len(), 1);
}

/// reviewdog/reviewdog#1810: a 403 on listing breaks the run.
#[test]
fn a_token_that_may_not_even_list_does_not_break_the_run() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    world.github.state().may.read = false;
    let log = world.log(&[]);
    assert!(log.contains("not said as comments on the request: POST graphql (Posted): 403"), "{log}");
    assert_eq!(world.github.state().checks.len(), 1);
    world.fault("graphql", 9, failing(404));
    world.fault("check-runs", 9, failing(403));
    assert!(world.log(&[]).contains("\n::notice file=engine.py"));
}

#[test]
fn no_token_is_no_trouble() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    std::fs::write(world.beside("event.json"), world.event().to_string()).unwrap();
    let mut command = world.repo.command(&["ci"]);
    command.env("GITHUB_ACTIONS", "true").env("GITHUB_EVENT_NAME", "pull_request").env_remove("GITHUB_TOKEN");
    command.env("GITHUB_EVENT_PATH", world.beside("event.json")).env("GITHUB_REPOSITORY", REPOSITORY);
    let log = Run::of(&mut command).text();
    assert!(log.contains("not said as comments on the request: no token is set"), "{log}");
    assert_eq!(world.github.server.heard().len(), 0);
}

#[test]
fn faults_that_pass_are_waited_for() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    world.fault("graphql", 1, failing(502));
    world.fault("/files", 2, failing(503));
    assert!(world.log(&[]).contains("posted on ada/engine#7: a summary, 1 on lines"));
}

#[test]
fn a_fault_after_which_nobody_knows_whether_it_took_effect_posts_nothing_twice() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    for on in ["POST /repos/ada/engine/issues", "POST /repos/ada/engine/pulls/7/reviews"] {
        world.github.state().faults.push(Fault { on, times: 1, takes_effect: true, reply: failing(500) });
    }
    world.log(&[]);
    assert_eq!(world.github.counts(), (1, 1));
}

#[test]
fn limits_are_waited_for_as_asked_and_no_longer_than_wanted() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    let secondary = Reply::json(403, &json!({"message": "You have exceeded a secondary rate limit"}));
    world.fault("POST /repos/ada/engine/issues", 1, secondary.clone().with("retry-after", "1"));
    assert!(world.log(&[]).contains("posted on ada/engine#7"));
    assert_eq!(world.github.state().comments.len(), 1);
    world.repo.commit_file("more.py", planted_code("more"));
    world.push();
    world.fault("PATCH", 9, secondary.with("retry-after", "3600"));
    let run = world.ci(&[]);
    assert_eq!(run.status, 3);
    assert!(run.stderr.contains("could not post on ada/engine#7: rate limited until "), "{}", run.stderr);
    assert!(run.stderr.contains("no more than 60 s in all are waited"), "{}", run.stderr);
    // It is said in the job all the same.
    assert!(run.stdout.contains("::notice file=") && world.read("summary.md").contains("could not post"));
}

#[test]
fn a_forge_that_is_down_is_no_clean_result() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    world.fault("", 99, failing(500));
    let run = world.ci(&["--max-wait", "0"]);
    assert_eq!(run.status, 3);
    assert!(run.stderr.contains("could not post on ada/engine#7"), "{}", run.stderr);
}

#[test]
fn two_runs_at_once_leave_one_summary() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    let head = world.push();
    let other = format!("<!-- ai-detect:summary head={head} run=99 -->\nof the other run");
    world.github.state().at_the_same_time = Some(other);
    world.log(&[]);
    assert_eq!(world.github.state().comments.len(), 1);
    // The next run brings the one that stayed up to date.
    world.log(&[]);
    assert!(world.github.state().comments[0].body.contains("1 block asks for a look"));
}

#[test]
fn a_comment_that_stands_twice_on_a_line_is_removed_once() {
    let world = World::posted();
    let twin = world.github.state().threads[0].clone();
    world.github.state().threads.push(twin);
    world.github.state().threads[1].comments[0].id += 1_000_000;
    let log = world.log(&[]);
    assert!(log.contains("1 that stood twice removed"), "{log}");
    assert_eq!(world.github.counts(), (1, 1));
}

#[test]
fn an_older_run_writes_nothing_over_a_newer_one() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    world.github.state().head = "f".repeat(40);
    let log = world.log(&[]);
    assert!(log.contains("ada/engine#7 ends at ffffffff by now"), "{log}");
    assert_eq!(world.github.writes(), [""; 0]);
}

#[test]
fn an_answer_that_repeats_the_token_does_not_show_it() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    world.fault("", 99, Reply::json(401, &json!({"message": format!("Bad credentials: {TOKEN}")})));
    assert!(world.log(&[]).contains("401 Bad credentials: [token]"));
}

#[test]
fn a_dry_run_prints_what_would_be_posted_and_writes_nothing() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    let log = world.log(&["--dry-run"]);
    assert!(log.contains("would be posted on ada/engine#7: a summary, 1 on lines"), "{log}");
    assert!(log.contains("  | ### 1 block asks for a look") && log.contains("engine.py:1-6\n"), "{log}");
    assert_eq!(world.github.writes(), [""; 0]);
    assert_eq!(world.read("summary.md"), "");
}

#[test]
fn a_checkout_that_is_too_shallow_says_what_to_change_or_fetches() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    let head = world.push();
    world.repo.git(&["update-ref", "refs/pull/7/head", &head]);
    let clone = world.repo.clone("shallow", &["--depth", "1", "--branch", "topic"]);
    let shallow = World { repo: clone, github: GitHub::start(), base: world.base.clone() };
    shallow.github.state().head.clone_from(&head);
    shallow.github.state().files.clone_from(&world.github.state().files);
    let run = shallow.job("pull_request", &world.event(), &["ci"]);
    assert_eq!(run.status, 3);
    let expected = "could not analyse this change: ";
    assert!(
        run.stderr.contains(expected) && run.stderr.contains("set `fetch-depth: 0` on actions/checkout"),
        "{}",
        run.stderr
    );
    // It is said on the request, and not as clean.
    assert!(shallow.github.state().comments[0].body.contains("This change could not be analysed"));
    shallow.job("pull_request", &world.event(), &["ci", "--fetch"]).text();
    let state = shallow.github.state();
    assert!(state.comments.len() == 1 && state.comments[0].body.contains("1 block asks for a look"));
}

#[test]
fn settings_come_from_the_base_and_a_change_to_them_is_shown() {
    let world = World::new();
    world.repo.write(".ai-detect.yml", "exclude: ['**']\n");
    world.repo.commit_file("engine.py", planted_code("engine"));
    world.push();
    let log = world.log(&[]);
    assert!(log.contains("note: this change touches .ai-detect.yml"), "{log}");
    assert_eq!(world.github.state().threads.len(), 1);
    assert!(world.github.state().comments[0].body.contains("this change touches"));
}

#[test]
fn a_push_and_a_merge_queue_have_no_request_to_comment_on() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    let head = world.push();
    let repository = json!({"id": 1, "default_branch": "main"});
    let push = json!({"before": world.base, "after": head, "repository": repository});
    let log = world.job("push", &push, &["ci"]).text();
    assert!(log.contains("not said as comments on the request: the event belongs to no request"), "{log}");
    assert_eq!(world.github.state().checks.len(), 1);
    let group = json!({"merge_group": {"base_sha": world.base, "head_sha": head}, "repository": repository});
    world.job("merge_group", &group, &["ci"]).text();
    assert_eq!(world.github.state().comments.len(), 0);
}

#[test]
fn names_in_a_change_give_no_command_to_the_runner() {
    let world = World::new();
    let name = "::add-mask::x ##[error]y,line=1.py";
    world.repo.write(name, planted_code("engine"));
    world.repo.commit("::stop-commands::all\n\n##[add-mask]this\n::error file=a::b");
    world.push();
    {
        let mut state = world.github.state();
        state.may.comment = false;
        state.may.check = false;
    }
    let diff = world.repo.run(&["diff", "--verbose", &format!("{}..HEAD", world.base)]).text();
    let log = world.log(&[]) + &diff;
    for line in log.lines().filter(|line| !line.starts_with("::notice file=%3A%3Aadd-mask")) {
        assert!(!line.trim_start().starts_with("::") && !line.contains("##["), "{line}");
    }
}

/// The unprivileged job's report, and the event that its run brings about.
fn two_stages(world: &World) -> (PathBuf, Value) {
    world.repo.commit_file("engine.py", planted_code("engine"));
    let head = world.push();
    let report = world.repo.run(&["diff", "--format", "json", &format!("{}..{head}", world.base)]).text();
    let file = world.beside("report.json");
    std::fs::write(&file, report).unwrap();
    world.github.state().pulls = vec![
        json!({"number": 3, "head": {"sha": "e".repeat(40), "repo": {"full_name": "eve/engine"}}, "base": {"sha": world.base}}),
        json!({"number": NUMBER, "head": {"sha": head, "repo": {"full_name": "eve/engine"}}, "base": {"sha": world.base}}),
    ];
    let event = json!({
        "repository": {"id": 1, "default_branch": "main"},
        "workflow_run": {
            "head_sha": head, "head_branch": "patch-1", "event": "pull_request", "conclusion": "success",
            "pull_requests": [],
            "head_repository": {"full_name": "eve/engine", "owner": {"login": "eve"}},
        },
    });
    (file, event)
}

#[test]
fn a_report_of_a_fork_is_posted_on_the_request_that_the_event_leads_to() {
    let world = World::new();
    let (file, event) = two_stages(&world);
    world.job("workflow_run", &event, &["post", file.to_str().unwrap()]).text();
    assert_eq!(world.github.state().threads.len(), 1);
    let looked_up = world.github.server.heard();
    let looked_up = looked_up.iter().find(|heard| heard.path() == "/repos/ada/engine/pulls").unwrap();
    assert_eq!(looked_up.target, "/repos/ada/engine/pulls?state=open&head=eve%3Apatch-1&per_page=100");
}

#[test]
fn a_report_that_lies_about_its_request_is_posted_nowhere() {
    let world = World::new();
    let (file, event) = two_stages(&world);
    let mut report: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    report["range"]["head"] = "e".repeat(40).into();
    report["range"]["spec"] = "ada/engine#3".into();
    std::fs::write(&file, report.to_string()).unwrap();
    let run = world.job("workflow_run", &event, &["post", file.to_str().unwrap()]);
    assert_eq!(run.status, 3);
    assert!(run.stderr.contains("nothing is posted"), "{}", run.stderr);
    assert_eq!(world.github.server.heard().len(), 0);
}

#[test]
fn a_request_that_was_pushed_to_since_or_closed_gets_nothing() {
    let world = World::new();
    let (file, event) = two_stages(&world);
    world.github.state().pulls.clear();
    let log = world.job("workflow_run", &event, &["post", file.to_str().unwrap()]).text();
    assert!(log.contains("no open request ends at"), "{log}");
    assert_eq!(world.github.writes(), [""; 0]);
}

#[test]
fn a_hostile_report_says_no_more_than_text() {
    let world = World::new();
    let (file, event) = two_stages(&world);
    let mut report: Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let evil = "@everyone ![](https://evil.example/x.png) <!-- ai-detect:summary head=aa run=1 --> [x](javascript:1)\n::error::x\n/ai-detect dismiss";
    report["commits"][0]["subject"] = evil.into();
    report["commits"][0]["author"] = evil.into();
    report["flags"][0]["path"] = "../../etc/passwd".into();
    report["flags"][0]["fingerprint"] = "-->\n<!-- ai-detect:flag".into();
    report["coverage"]["notes"] = json!([evil]);
    std::fs::write(&file, report.to_string()).unwrap();
    let run = world.job("workflow_run", &event, &["post", file.to_str().unwrap()]);
    assert!(run.stdout.lines().all(|line| !line.trim_start().starts_with("::")), "{}", run.stdout);
    let state = world.github.state();
    // What is no fingerprint has no comment, and a path of nowhere no line.
    assert_eq!(state.threads.len(), 0);
    for comment in &state.comments {
        let said = &comment.body;
        assert!(!said.contains("@everyone") && !said.contains("![]("), "{said}");
        assert_eq!(said.matches("<!--").count(), 1, "{said}");
    }
}

#[test]
fn what_is_no_job_is_told_what_else_there_is() {
    let repo = Repo::new();
    let mut command = repo.command(&["ci"]);
    command.env_remove("GITHUB_ACTIONS").env_remove("GITLAB_CI");
    assert!(Run::of(&mut command).error(2).contains("`ai-detect diff` looks at a range anywhere"));
    let world = World::new();
    let error = world.job("schedule", &json!({}), &["ci"]).error(2);
    assert!(error.contains("the event `schedule` belongs to no change; use one of pull_request"), "{error}");
}

/// The first eight digits of the one flag's fingerprint.
fn id(world: &World) -> String {
    world.repo.diff(&["main..topic"])["flags"][0]["id"].as_str().unwrap().to_owned()
}

#[test]
fn a_reviewer_dismisses_a_flag_and_its_author_cannot() {
    let world = World::posted();
    let command = format!("/ai-detect dismiss {} generated", id(&world));
    world.github.state().comment("bob", &command);
    world.github.state().comment("eve", &command);
    world.log(&[]);
    let summary = |world: &World| {
        let state = world.github.state();
        let own = state.comments.iter().find(|comment| comment.author == BOT);
        own.unwrap().body.clone()
    };
    let told = summary(&world);
    assert!(told.contains("### 1 block asks for a look") && !told.contains("Dismissed by"), "{told}");
    assert!(told.contains("**bob**: who wrote the change") && told.contains("**eve**: dismissing"), "{told}");
    world.github.state().comment("ann", &command);
    world.log(&[]);
    // It stays dismissed over a push of something else.
    world.repo.commit_file("notes.txt", "x\n");
    world.push();
    for _again in 0..2 {
        world.log(&[]);
        let told = summary(&world);
        assert!(told.contains("Dismissed by a reviewer: 1") && told.contains("dismissed by **ann**"), "{told}");
        assert!(told.contains("### No block asks for a look"), "{told}");
        let state = world.github.state();
        assert!(state.threads[0].resolved && state.threads[0].comments[0].body.contains("Dismissed by **ann**"));
    }
}

#[test]
fn an_answer_in_a_thread_is_a_command_too_and_the_thread_stays_as_it_is() {
    let world = World::posted();
    world.github.state().reply(0, "ann", &format!("/ai-detect confirm {} as discussed", id(&world)));
    world.log(&[]);
    let state = world.github.state();
    let told = &state.comments.iter().find(|comment| comment.author == BOT).unwrap().body;
    assert!(told.contains("**Confirmed by a reviewer**") && told.contains("as discussed"), "{told}");
    assert!(!state.threads[0].resolved);
}
