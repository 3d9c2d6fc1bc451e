//! `ai-detect ci` in a job of GitLab CI: the whole way, on a repository and a GitLab of the test's own.

use crate::fake::gitlab::{AUTHOR, BOT, Fake, JOB, OTHER_BOT, REPORTER, REVIEWER, STRANGER, TOKEN};
use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, Run, list, planted_code, text};
use serde_json::{Value, json};

const SECRET: &str = "a secret of enough bytes";

/// A branch with flags, and its merge request.
struct Job {
    repo: Repo,
    fake: Fake,
    key: Option<&'static str>,
}

impl Job {
    fn new(names: &[&str]) -> Self {
        let repo = Repo::new();
        repo.write(".ai-detect.yml", PLANTED_CONFIG);
        repo.write("planted.yml", PLANTED_PACK);
        repo.commit("Settings");
        repo.branch("topic");
        let job = Job { repo, fake: Fake::new(), key: None };
        job.push(names);
        job
    }

    /// A commit with a flagged file for each name, on the branch and on the request.
    fn push(&self, names: &[&str]) {
        for name in names {
            self.repo.write(&format!("{name}.py"), planted_code(name));
        }
        self.repo.commit("Add files");
        self.shown();
    }

    /// The request shows what the branch is.
    fn shown(&self) {
        let files = self.repo.git(&["diff", "--name-only", "main...topic"]);
        let files: Vec<(&str, u32)> = files.lines().map(|file| (file, 6)).collect();
        let mut project = self.fake.project();
        project.push('a', &files);
        project.head = self.repo.id("topic");
        project.base = self.repo.id("main");
    }

    fn command(&self, token: &[(&str, &str)]) -> assert_cmd::Command {
        let mut command = self.repo.command(&["ci"]);
        let (head, base) = (self.repo.id("topic"), self.repo.id("main"));
        command.current_dir(self.repo.path().parent().unwrap());
        command.envs([
            ("GITLAB_CI", "true"),
            ("CI_API_V4_URL", &self.fake.api()),
            ("CI_PIPELINE_SOURCE", "merge_request_event"),
            ("CI_PIPELINE_ID", "31"),
            ("CI_PROJECT_ID", "4"),
            ("CI_MERGE_REQUEST_PROJECT_ID", "4"),
            ("CI_MERGE_REQUEST_IID", "7"),
            ("CI_MERGE_REQUEST_DIFF_BASE_SHA", &base),
            ("CI_COMMIT_SHA", &head),
            ("CI_JOB_TOKEN", JOB),
        ]);
        command.envs(token.iter().copied());
        if let Some(key) = self.key {
            command.env("AI_DETECT_STATE_KEY", key);
        }
        command
    }

    fn run(&self) -> Run {
        let run = Run::of(&mut self.command(&[("AI_DETECT_GITLAB_TOKEN", TOKEN)]));
        assert_eq!(run.status, 0, "{run:?}");
        assert!(!format!("{run:?}").contains(TOKEN));
        run
    }

    fn id(&self, name: &str) -> String {
        let report = self.repo.diff(&["main..topic"]);
        let flag = list(&report["flags"]).iter().find(|flag| flag["path"] == format!("{name}.py"));
        text(&flag.unwrap()["id"]).to_owned()
    }

    fn comment(&self, who: u64, body: &str) -> u64 {
        self.fake.project().comment(who, body)
    }

    fn summary(&self) -> String {
        let project = self.fake.project();
        let summaries = project.summaries();
        assert_eq!(summaries.len(), 1);
        summaries[0].body.clone()
    }

    fn code_quality(&self) -> Vec<String> {
        let file = self.repo.path().parent().unwrap().join("gl-code-quality-report.json");
        let report: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
        list(&report).iter().map(|issue| text(&issue["location"]["path"]).to_owned()).collect()
    }
}

#[test]
fn a_first_run_posts_and_a_second_posts_nothing() {
    let job = Job::new(&["alpha", "beta"]);
    let told = job.run();
    assert!(told.stdout.contains("posted on 4!7: a summary, 2 on lines"), "{told:?}");
    assert!(job.summary().contains("2 flagged blocks"));
    let mut paths = job.code_quality();
    paths.sort();
    assert_eq!(paths, ["alpha.py", "beta.py"]);
    job.fake.project().calls.clear();
    assert!(job.run().stdout.contains("4!7 shows this already"));
    assert_eq!(job.fake.project().written(), [""; 0]);
}

#[test]
fn without_a_token_the_job_says_what_its_own_cannot_do_and_leaves_the_artifact() {
    let job = Job::new(&["alpha"]);
    let run = Run::of(&mut job.command(&[]));
    assert_eq!(run.status, 0, "{run:?}");
    assert!(run.stdout.contains("not said as comments on the request: CI_JOB_TOKEN may read"), "{run:?}");
    assert!(run.stdout.contains("AI_DETECT_GITLAB_TOKEN"), "{run:?}");
    // It may ask what the request states, and does nothing else.
    assert_eq!(job.code_quality(), ["alpha.py"]);
    assert_eq!(job.fake.project().calls, ["GET /v4/projects/4/merge_requests/7"]);
    let refused = Run::of(&mut job.command(&[("GITLAB_TOKEN", "glpat-of-somebody-else")]));
    assert!(refused.status == 0 && refused.stdout.contains("scope `api`"), "{refused:?}");
    assert!(!format!("{refused:?}").contains("glpat-of-somebody-else"));
}

#[test]
fn a_dismissal_puts_the_flag_away_and_survives_pushes_and_rebases() {
    for key in [None, Some(SECRET)] {
        let job = Job { key, ..Job::new(&["alpha", "beta"]) };
        job.run();
        let id = job.id("alpha");
        job.comment(REVIEWER, &format!("/ai-detect dismiss {id} generated by `protoc` @all <!-- x -->"));
        job.run();
        let check = || {
            let summary = job.summary();
            assert!(summary.contains("1 flagged block"), "{summary}");
            assert!(summary.contains("<summary>Dismissed by a reviewer: 1</summary>"), "{summary}");
            assert!(summary.contains("dismissed by **robin** on 2026-03-01: generated by"), "{summary}");
            assert!(!summary.contains("@all") && summary.contains(if key.is_some() { "keyed:" } else { "plain:" }));
            let project = job.fake.project();
            for thread in project.threads() {
                let (note, dismissed) = (&thread.notes[0], thread.notes[0].position["new_path"] == "alpha.py");
                assert_eq!((thread.resolved, note.body.contains("Dismissed by **robin** on")), (dismissed, dismissed));
            }
            drop(project);
            assert_eq!(job.code_quality().iter().filter(|path| *path == "alpha.py").count(), 0);
        };
        check();
        // A push with something else, and a rebase onto a new base: the decision stays with its block.
        job.push(&[]);
        job.run();
        check();
        job.repo.switch("main");
        job.repo.commit_file("elsewhere.txt", "x\n");
        job.repo.switch("topic");
        job.repo.git(&["rebase", "--quiet", "main"]);
        job.shown();
        job.run();
        check();
        job.fake.project().calls.clear();
        job.run();
        assert_eq!(job.fake.project().written(), [""; 0]);
    }
}

#[test]
fn rights_are_the_projects_and_the_author_only_attests() {
    let job = Job::new(&["alpha", "beta"]);
    job.run();
    let (alpha, beta) = (job.id("alpha"), job.id("beta"));
    for who in [AUTHOR, REPORTER, STRANGER, OTHER_BOT] {
        job.comment(who, &format!("/ai-detect dismiss {alpha} fine"));
    }
    job.comment(AUTHOR, &format!("/ai-detect attest {beta} Codex:gpt-5.5"));
    job.comment(REVIEWER, &format!("/ai-detect confirm {beta}"));
    job.comment(REVIEWER, "/ai-detect dismiss 12345678 gone");
    job.run();
    let summary = job.summary();
    assert!(summary.contains("2 flagged blocks") && !summary.contains("Dismissed by"), "{summary}");
    assert!(summary.contains("**Confirmed by a reviewer**"), "{summary}");
    assert!(summary.contains("Assisted-by: Codex:gpt-5.5\n"), "{summary}");
    assert!(summary.contains("**ada**: who wrote the change can say which tool helped"), "{summary}");
    for who in ["rio", "sam"] {
        assert!(summary.contains(&format!("**{who}**: dismissing, attesting and confirming need write")), "{summary}");
    }
    assert!(summary.contains("**robin**: no flag of this request has the id `12345678`"), "{summary}");
    assert!(!summary.contains("**helper**"), "{summary}");
    // What a comment attests fills no commit's state.
    assert!(summary.contains("nothing about AI"), "{summary}");
}

#[test]
fn rights_that_gitlab_does_not_tell_are_none() {
    let job = Job::new(&["alpha"]);
    job.run();
    job.fake.project().fault("GET", "/members/all/*", 9, 403);
    job.comment(REVIEWER, &format!("/ai-detect dismiss {} fine", job.id("alpha")));
    job.run();
    let summary = job.summary();
    assert!(summary.contains("could not find out whether you have write access"), "{summary}");
    assert!(summary.contains("1 flagged block"), "{summary}");
}

#[test]
fn a_comment_that_somebody_else_edited_decides_nothing() {
    let job = Job::new(&["alpha", "beta"]);
    job.run();
    let (alpha, beta) = (job.id("alpha"), job.id("beta"));
    // The author of the change puts words into a reviewer's comment.
    let looks_good = job.comment(REVIEWER, "Looks good");
    job.fake.project().edit(looks_good, AUTHOR, &format!("/ai-detect dismiss {alpha} fine"));
    // The reviewer corrects a comment of their own, and another one only changes its time.
    let own = job.comment(REVIEWER, "/ai-detect dismiss");
    job.fake.project().edit(own, REVIEWER, &format!("/ai-detect dismiss {beta} generated"));
    let touched = job.comment(REVIEWER, "/ai-detect confirm 12345678");
    job.fake.project().touch(touched);
    job.run();
    let summary = job.summary();
    assert!(summary.contains("edited by somebody else than its author"), "{summary}");
    assert!(summary.contains("Dismissed by a reviewer: 1"), "{summary}");
    assert!(summary.contains("`12345678`"), "{summary}");
    // Where GitLab does not say who edited, nothing that was edited counts.
    job.fake.project().fault("POST", "/graphql", 9, 404);
    job.run();
    let summary = job.summary();
    assert!(summary.contains("does not say by whom") && !summary.contains("Dismissed by a reviewer"), "{summary}");
}

#[test]
fn a_forged_state_dismisses_nothing_without_its_comment() {
    let job = Job::new(&["alpha"]);
    job.run();
    let said = job.comment(REVIEWER, &format!("/ai-detect dismiss {} generated", job.id("alpha")));
    job.run();
    let with_state = job.summary();
    // The comment goes, and the state alone stays; a maintainer could have written it.
    job.fake.project().discussions.retain(|discussion| discussion.notes[0].id != said);
    job.run();
    let summary = job.summary();
    assert!(summary.contains("1 flagged block"), "{summary}");
    assert!(summary.contains("Not confirmed, so that it does not count: 1"), "{summary}");
    assert!(summary.contains("the comment that it came from is gone"), "{summary}");
    // A state with a byte changed is told and read from the comments again.
    let changed = with_state.replace("robin", "rabin");
    let id = job.fake.project().summaries()[0].id;
    job.fake.project().edit(id, BOT, &changed);
    job.push(&[]);
    job.run();
    let summary = job.summary();
    assert!(summary.contains("it was changed after it was written"), "{summary}");
}

#[test]
fn commands_in_our_own_comments_are_never_followed() {
    let job = Job::new(&["alpha"]);
    job.run();
    let id = job.id("alpha");
    job.fake.project().levels.insert(BOT, 50);
    job.comment(BOT, &format!("<!-- ai-detect:flag {} -->\n/ai-detect dismiss {id} by itself", "0".repeat(32)));
    job.run();
    assert!(job.summary().contains("1 flagged block"));
}

#[test]
fn decisions_are_listed_as_they_stand_on_the_request() {
    let job = Job::new(&["alpha", "beta"]);
    job.run();
    job.comment(REVIEWER, &format!("/ai-detect dismiss {} generated", job.id("alpha")));
    job.comment(STRANGER, &format!("/ai-detect confirm {}", job.id("beta")));
    let list = |args: &[&str]| {
        let mut command = job.command(&[("AI_DETECT_GITLAB_TOKEN", TOKEN)]);
        let mut other = job.repo.command(&[&["triage", "main..topic", "--request"], args].concat());
        other.envs(command.get_envs().filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned()))));
        command.env_clear();
        Run::of(&mut other).text()
    };
    let listed = list(&[]);
    assert!(listed.contains("2 flags, 1 decided") && listed.contains("dismissed by robin on"), "{listed}");
    assert!(listed.contains("Not followed") && listed.contains("of sam: dismissing, attesting"), "{listed}");
    assert_eq!(list(&["--export", "tsv"]).lines().count(), 2);
}

#[test]
fn a_weak_secret_is_wrong_usage() {
    let job = Job { key: Some("short"), ..Job::new(&["alpha"]) };
    let run = Run::of(&mut job.command(&[("AI_DETECT_GITLAB_TOKEN", TOKEN)]));
    assert!(run.status == 2 && run.stderr.contains("fewer than 16 bytes"), "{run:?}");
}

#[test]
fn a_change_that_cannot_be_analysed_is_said_on_the_request_and_closes_nothing() {
    let job = Job::new(&["alpha"]);
    job.run();
    job.fake.project().base = "e".repeat(40);
    let mut command = job.command(&[("AI_DETECT_GITLAB_TOKEN", TOKEN)]);
    let run = Run::of(command.env("CI_MERGE_REQUEST_DIFF_BASE_SHA", "e".repeat(40)));
    assert!(run.status == 3 && run.stderr.contains("set the variable `GIT_DEPTH: 0`"), "{run:?}");
    assert!(job.summary().contains("could not be analysed"));
    assert!(!job.fake.project().threads()[0].resolved);
}

/// What GitLab's variable holds of a long description, and all of it.
fn descriptions() -> (String, String) {
    let cut = format!("## What it does\n\n{}", "words ".repeat(440));
    let whole = format!("{cut}\n\n## AI\n\nAssisted-by: Codex:gpt-5.5\n");
    (cut, whole)
}

/// Lines are wrapped for the log.
fn flat(run: &Run) -> String {
    run.stdout.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[test]
fn a_description_that_gitlab_cuts_is_asked_for_whole() {
    let (cut, whole) = descriptions();
    let job = Job::new(&["alpha"]);
    job.fake.project().description = whole;
    // The job's own token may ask, too.
    for tokens in [&[("AI_DETECT_GITLAB_TOKEN", TOKEN)][..], &[]] {
        let mut command = job.command(tokens);
        command.env("CI_MERGE_REQUEST_DESCRIPTION", &cut).env("CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED", "true");
        let log = flat(&Run::of(&mut command));
        assert!(log.contains("stated in the request: Codex"), "{log}");
        assert!(!log.contains("the request's description"), "{log}");
    }
}

#[test]
fn a_description_that_cannot_be_asked_for_was_read_to_where_it_is_cut() {
    let (cut, _) = descriptions();
    let job = Job::new(&["alpha"]);
    job.fake.project().fault("GET", "/merge_requests/7", 9, 403);
    let mut command = job.command(&[]);
    command.env("CI_MERGE_REQUEST_DESCRIPTION", &cut).env("CI_MERGE_REQUEST_DESCRIPTION_IS_TRUNCATED", "true");
    let log = flat(&Run::of(command.env("CI_PIPELINE_CREATED_AT", "2026-03-01T10:00:00Z")));
    let read = cut.chars().count();
    assert!(log.contains(&format!("in the first {read} characters of the request's description")), "{log}");
    assert!(!log.contains("is stated in the request "), "{log}");
    assert!(log.contains("from the job's event, as of 2026-03-01T10:00:00Z. It could not be asked for"), "{log}");
    // A whole description that is empty states nothing, and that is known.
    let log = flat(&Run::of(job.command(&[]).env("CI_MERGE_REQUEST_DESCRIPTION", "What it does")));
    assert!(log.contains("nothing about AI use is stated in the request"), "{log}");
}

#[test]
fn the_title_of_now_counts() {
    let job = Job::new(&["alpha"]);
    job.fake.project().title = "Draft: [AI-assisted] Add a parser".into();
    let mut command = job.command(&[("AI_DETECT_GITLAB_TOKEN", TOKEN)]);
    let log = flat(&Run::of(command.env("CI_MERGE_REQUEST_TITLE", "Add a parser")));
    assert!(log.contains("stated in the request: AI was used (request's title)"), "{log}");
}

#[test]
fn labels_and_description_of_now_count_when_a_job_is_run_again() {
    let job = Job::new(&["alpha"]);
    job.fake.project().labels = vec!["ai-generated".into()];
    let mut command = job.command(&[("AI_DETECT_GITLAB_TOKEN", TOKEN)]);
    command.env("CI_MERGE_REQUEST_DESCRIPTION", "Assisted-by: Codex:gpt-5.5");
    let log = flat(&Run::of(&mut command));
    assert!(log.contains("stated in the request: AI was used (") && !log.contains("Codex"), "{log}");
}

#[test]
fn a_webhook_for_a_comment_settles_triage_at_once() {
    let job = Job::new(&["alpha", "beta"]);
    job.run();
    let dismiss = format!("/ai-detect dismiss {} generated", job.id("alpha"));
    job.comment(REVIEWER, &dismiss);
    // The pipeline is one of the default branch, and says nothing of the request but in its file.
    let hook = |note: &str| {
        let payload = json!({
            "object_kind": "note", "object_attributes": {"noteable_type": "MergeRequest", "note": note},
            "merge_request": {"iid": 7, "target_project_id": 4},
        });
        let file = job.repo.beside("payload.json");
        std::fs::write(&file, payload.to_string()).unwrap();
        let mut command = job.command(&[("AI_DETECT_GITLAB_TOKEN", TOKEN)]);
        command.env_remove("CI_MERGE_REQUEST_IID").env_remove("CI_MERGE_REQUEST_DIFF_BASE_SHA");
        command
            .env("CI_PIPELINE_SOURCE", "trigger")
            .env("TRIGGER_PAYLOAD", &file)
            .env("CI_COMMIT_SHA", job.repo.id("main"));
        Run::of(&mut command)
    };
    let run = hook(&dismiss);
    assert!(run.status == 0 && run.stdout.contains("posted on 4!7"), "{run:?}");
    assert!(job.summary().contains("Dismissed by a reviewer: 1"));
    assert_eq!(hook("Looks good").text(), "nothing to look at: the comment holds no command of ai-detect\n");
}
