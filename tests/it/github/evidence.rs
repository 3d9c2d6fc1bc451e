//! Evidence that a job's clone lacks: notes of commits, contents of a partial clone. It is fetched, or else said to be not
//! looked at; what was never fetched is never called absent.

use serde_json::{Value, json};

use super::world::World;
use crate::fake::github::GitHub;
use crate::support::{Repo, Run, list, planted_code, text};

/// The origin of a request whose commit declares AI use in a note alone, and a clone of it without notes.
struct Job {
    origin: World,
    clone: World,
}

const NOTES: &str = "refs/notes/ai";

fn note(repo: &Repo, commit: &str) {
    let content = "engine.py\n  s_00000000000001::t_01 1-6\n---\n{\"schema_version\": \"authorship/3.0.0\", \
                   \"base_commit_sha\": \"\", \"prompts\": {}, \"sessions\": {\"s_00000000000001\": {\"agent_id\": \
                   {\"tool\": \"cursor\", \"id\": \"7f3a\", \"model\": \"claude-opus-4-8\"}}}}";
    repo.git(&["notes", "--ref", NOTES, "add", "-f", "-m", content, commit]);
}

impl Job {
    fn new(options: &[&str]) -> Self {
        Self::with(options, |repo| {
            repo.commit_file("engine.py", planted_code("engine"));
        })
    }

    fn with(options: &[&str], change: impl FnOnce(&Repo)) -> Self {
        let origin = World::new();
        for allowed in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"] {
            origin.repo.git(&["config", allowed, "true"]);
        }
        change(&origin.repo);
        let head = origin.push();
        note(&origin.repo, &head);
        origin.repo.git(&["update-ref", "refs/pull/7/head", &head]);
        let repo = origin.repo.clone("clone", options);
        if !options.contains(&"--no-checkout") {
            repo.git(&["checkout", "--quiet", "origin/topic"]);
        }
        let clone = World { repo, github: GitHub::start(), base: origin.base.clone() };
        {
            let (mut new, old) = (clone.github.state(), origin.github.state());
            new.head.clone_from(&old.head);
            new.files.clone_from(&old.files);
            new.pulls = vec![origin.event()["pull_request"].clone()];
        }
        Job { origin, clone }
    }

    fn ci(&self, args: &[&str]) -> Run {
        self.clone.job("pull_request", &self.origin.event(), &[&["ci"], args].concat())
    }

    /// What the clone has of refs.
    fn refs(&self) -> Vec<String> {
        let refs = self.clone.repo.git(&["for-each-ref", "--format=%(refname) %(objectname)"]);
        refs.lines().map(str::to_owned).collect()
    }

    fn report(&self) -> Value {
        let file = self.clone.beside("report.json");
        serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap()
    }

    fn reported(&self, args: &[&str]) -> (String, Value) {
        let file = self.clone.beside("report.json").display().to_string();
        let log = self.ci(&[&["--output", &file], args].concat()).text();
        // Lines are wrapped for the log.
        (log.split_whitespace().collect::<Vec<_>>().join(" "), self.report())
    }
}

#[test]
fn notes_that_are_not_in_the_clone_are_said_to_be_not_looked_at_once() {
    let job = Job::new(&[]);
    let (log, report) = job.reported(&[]);
    assert_eq!(log.matches("notes of commits are not in this clone").count(), 1, "{log}");
    assert!(log.contains("git fetch origin '+refs/notes/*:refs/notes/*'"), "{log}");
    assert_eq!(report["coverage"]["not_looked_at"], json!([{"what": "notes", "in_job": true}]));
    // The message alone is spoken of, on the request, too; and the line that helps can be copied there.
    let state = job.clone.github.state();
    let comments = [&state.comments[0].body, &state.threads[0].comments[0].body];
    for said in comments {
        assert!(said.contains("declares nothing about AI in its message"), "{said}");
    }
    assert!(comments[0].contains("`git fetch origin '+refs/notes/*:refs/notes/*'`"), "{}", comments[0]);
}

#[test]
fn fetch_brings_notes_and_writes_no_other_ref() {
    let job = Job::new(&[]);
    // Nobody asked for these.
    job.origin.repo.git(&["notes", "--ref", "refs/notes/commits", "add", "-m", "private", "HEAD"]);
    job.origin.repo.git(&["update-ref", "refs/heads/refs/notes/ai", "HEAD"]);
    let before = job.refs();
    let (log, report) = job.reported(&["--fetch"]);
    assert!(log.contains("no flags") && log.contains("declares AI use (Cursor)"), "{log}");
    assert_eq!(report["coverage"].get("not_looked_at"), None);
    let mut expected = [before, vec![format!("{NOTES} {}", job.origin.repo.id(NOTES))]].concat();
    expected.sort();
    assert_eq!(job.refs(), expected);
    assert!(!job.clone.repo.path().join(".git/FETCH_HEAD").exists());
    // A second run has them, and an origin with more moves them on.
    assert_eq!(job.reported(&["--fetch"]).1["flags"], json!([]));
    note(&job.origin.repo, &job.origin.base);
    job.ci(&["--fetch"]).text();
    assert_eq!(job.clone.repo.id(NOTES), job.origin.repo.id(NOTES));
}

#[test]
fn an_origin_without_notes_has_none_and_nothing_is_said_of_them() {
    let job = Job::new(&[]);
    job.origin.repo.git(&["update-ref", "-d", NOTES]);
    let (log, report) = job.reported(&["--fetch"]);
    assert!(log.contains("1 flag") && !log.contains("not looked at"), "{log}");
    assert_eq!(report["coverage"].get("not_looked_at"), None);
    let said = job.clone.github.state().threads[0].comments[0].body.clone();
    assert!(said.contains("declares nothing about AI.") && !said.contains("in its message"), "{said}");
}

#[test]
fn notes_that_cannot_be_fetched_stop_nothing() {
    let job = Job::new(&[]);
    job.clone.repo.git(&["remote", "set-url", "origin", "https://ada:hunter2@127.0.0.1:9/nowhere.git"]);
    let (log, report) = job.reported(&["--fetch"]);
    assert!(log.contains("1 flag") && log.contains("notes of commits could not be fetched ("), "{log}");
    assert!(!log.contains("hunter2") && !report.to_string().contains("hunter2"), "{log}");
    let told = &list(&report["coverage"]["not_looked_at"])[0];
    assert!(told["what"] == "notes" && !text(&told["problem"]).is_empty(), "{told}");
}

#[test]
fn a_ref_that_holds_no_notes_stops_nothing() {
    let job = Job::new(&[]);
    let blob = job.origin.repo.git(&["hash-object", "-w", "engine.py"]);
    job.origin.repo.git(&["update-ref", NOTES, &blob]);
    let (log, _) = job.reported(&["--fetch"]);
    assert!(log.contains("1 flag") && log.contains("is no commit, so it holds no notes"), "{log}");
    assert!(job.refs().iter().all(|name| !name.starts_with(NOTES)));
}

#[test]
fn notes_of_the_clone_are_never_lost() {
    let job = Job::new(&[]);
    note(&job.clone.repo, &job.clone.base);
    let own = job.clone.repo.id(NOTES);
    let (log, _) = job.reported(&["--fetch"]);
    assert_eq!(job.clone.repo.id(NOTES), own);
    assert!(log.contains("of this clone has notes that origin lacks, so it was left as it is"), "{log}");
}

#[test]
fn contents_of_a_partial_clone_are_fetched_or_said_to_be_not_looked_at() {
    let change = |repo: &Repo| {
        repo.write("wheel.py", planted_code("wheel"));
        repo.commit_file("engine.py", planted_code("motor"));
        repo.commit_file("engine.py", planted_code("engine"));
    };
    let partial = || {
        let job = Job::with(&["--filter=blob:none", "--no-checkout"], change);
        job.clone.repo.git(&["checkout", "--quiet", &job.origin.base]);
        job
    };
    let job = partial();
    let (log, report) = job.reported(&[]);
    assert!(
        log.contains("2 files are not looked at: contents are not in this clone, which is a partial one."),
        "{log}"
    );
    assert!(log.contains("run `ai-detect ci --fetch`"), "{log}");
    let told = list(&report["coverage"]["not_looked_at"]).iter().map(|it| text(&it["what"])).collect::<Vec<_>>();
    assert_eq!(told, ["notes", "contents"]);
    // It is said on the request, which would else look clean.
    assert!(job.clone.github.state().comments[0].body.contains("### Not all of this could be looked at"));
    // Also where nothing may be written.
    let job = partial();
    (job.clone.github.state().may.comment, job.clone.github.state().may.check) = (false, false);
    let log = job.ci(&[]).text();
    assert!(log.contains("::notice title=Not all of this could be looked at::2 files are not looked at"), "{log}");
    let job = partial();
    let (log, report) = job.reported(&["--fetch"]);
    assert!(log.contains("2 scored blocks") && !log.contains("not looked at"), "{log}");
    assert_eq!(report["coverage"].get("not_looked_at"), None);
    let job = partial();
    job.clone.repo.git(&["remote", "set-url", "origin", "file:///nowhere.git"]);
    let (log, _) = job.reported(&["--fetch"]);
    assert!(log.contains("which is a partial one, and could not be fetched ("), "{log}");
}

#[test]
fn notes_that_a_partial_clone_has_by_name_alone_are_fetched_whole() {
    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let job = Job::new(&[filter, "--no-checkout"]);
        // The filter of the clone holds for this, too.
        job.clone.repo.git(&["fetch", "--quiet", "origin", "refs/notes/*:refs/notes/*"]);
        let (log, report) = job.reported(&["--fetch"]);
        assert!(log.contains("no flags · 1 attested"), "{filter}: {log}");
        assert_eq!(report["coverage"].get("not_looked_at"), None, "{filter}");
    }
}

#[test]
fn settings_that_a_partial_clone_lacks_are_fetched_with_what_they_name() {
    let job = Job::with(&["--filter=blob:none", "--no-checkout"], |repo| {
        repo.write(".ai-detect.yml", "exclude: ['**']\n");
        repo.write("planted.yml", "family: reasoning\nrules: []\n");
        repo.commit_file("engine.py", planted_code("engine"));
    });
    job.clone.repo.git(&["checkout", "--quiet", "origin/topic"]);
    let run = job.ci(&[]);
    assert!(run.status == 3 && run.stderr.contains("is missing from this clone"), "{}", run.stderr);
    assert!(run.stderr.contains("or run `ai-detect ci --fetch`"), "{}", run.stderr);
    let (log, _) = job.reported(&["--fetch"]);
    assert!(log.contains("no flags · 1 attested") && log.contains("this change touches .ai-detect.yml"), "{log}");
}
