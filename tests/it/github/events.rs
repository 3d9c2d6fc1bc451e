//! `ci` on every event that a change belongs to, in clones as runners have them: what is looked at, what is
//! fetched, and where it is said.

use serde_json::{Value, json};

use super::world::World;
use crate::fake::github::{GitHub, NUMBER};
use crate::support::{Repo, planted_code};

/// A request from a fork, and a clone of the base as `actions/checkout` makes it for events of the base.
struct Fork {
    /// Where the request is pushed to.
    there: World,
    /// The runner's.
    here: World,
    head: String,
}

impl Fork {
    fn new() -> Self {
        Self::with(|repo: &Repo| {
            repo.commit_file("engine.py", planted_code("engine"));
        })
    }

    fn with(change: impl FnOnce(&Repo)) -> Self {
        let there = World::new();
        change(&there.repo);
        let head = there.push();
        there.repo.git(&["update-ref", &format!("refs/pull/{NUMBER}/head"), &head]);
        there.repo.switch("main");
        // The branch is the fork's: here there is only the request's ref.
        there.repo.git(&["branch", "--quiet", "-D", "topic"]);
        let clone = there.repo.clone("clone", &["--depth", "1", "--branch", "main"]);
        let github = GitHub::start();
        {
            let (mut new, old) = (github.state(), there.github.state());
            new.head.clone_from(&old.head);
            new.files.clone_from(&old.files);
        }
        let here = World { repo: clone, github, base: there.base.clone() };
        Fork { there, here, head }
    }

    fn pull_request(&self) -> Value {
        json!({
            "number": NUMBER, "body": "What it does", "labels": [], "author_association": "NONE",
            "head": {"sha": self.head, "ref": "patch-1", "repo": {"id": 2, "full_name": "eve/engine"}},
            "base": {"sha": self.there.base, "repo": {"id": 1}},
        })
    }

    fn target(&self) -> Value {
        json!({"pull_request": self.pull_request(), "repository": {"id": 1, "default_branch": "main"}})
    }

    /// A run of a workflow on the fork's branch is over. GitHub names no request for forks.
    fn run_is_over(&self) -> Value {
        json!({
            "repository": {"id": 1, "default_branch": "main"},
            "workflow_run": {
                "head_sha": self.head, "head_branch": "patch-1", "event": "pull_request", "conclusion": "success",
                "pull_requests": [],
                "head_repository": {"full_name": "eve/engine", "owner": {"login": "eve"}},
            },
        })
    }

    /// Nothing of the change may come into the work tree: other steps run what lies there.
    fn assert_nothing_is_checked_out(&self) {
        assert!(!self.here.repo.path().join("engine.py").exists());
        assert_eq!(self.here.repo.id("HEAD"), self.there.base);
        assert_eq!(self.here.repo.git(&["status", "--porcelain"]), "");
    }
}

#[test]
fn pull_request_target_says_what_to_fetch_or_fetches_it_as_data() {
    let fork = Fork::new();
    let run = fork.here.job("pull_request_target", &fork.target(), &["ci"]);
    assert_eq!(run.status, 3);
    assert!(run.stderr.contains("`git fetch origin refs/pull/7/head`"), "{}", run.stderr);
    assert!(fork.here.github.state().comments[0].body.contains("could not be analysed"));
    let log = fork.here.job("pull_request_target", &fork.target(), &["ci", "--fetch"]).text();
    assert!(log.contains("posted on ada/engine#7"), "{log}");
    assert_eq!(fork.here.github.counts(), (1, 1));
    fork.assert_nothing_is_checked_out();
}

#[test]
fn pull_request_target_takes_its_settings_from_the_base() {
    let fork = Fork::with(|repo| {
        repo.write(".ai-detect.yml", "exclude: ['**']\n");
        repo.write("planted.yml", "family: reasoning\nrules: []\n");
        repo.commit_file("engine.py", planted_code("engine"));
    });
    let log = fork.here.job("pull_request_target", &fork.target(), &["ci", "--fetch"]).text();
    assert!(log.contains("note: this change touches .ai-detect.yml"), "{log}");
    assert_eq!(fork.here.github.state().threads.len(), 1);
}

#[test]
fn workflow_run_fetches_the_forks_change_and_finds_its_one_request() {
    let fork = Fork::new();
    fork.here.github.state().pulls = vec![
        json!({"number": 3, "head": {"sha": "e".repeat(40), "repo": {"full_name": "eve/engine"}}, "base": {"sha": fork.there.base}}),
        // The same commit in a fork of somebody else.
        json!({"number": 4, "head": {"sha": fork.head, "repo": {"full_name": "mallory/engine"}}, "base": {"sha": fork.there.base}}),
        fork.pull_request(),
    ];
    let run = fork.here.job("workflow_run", &fork.run_is_over(), &["ci"]);
    assert!(run.status == 3 && run.stderr.contains("`git fetch origin refs/pull/7/head`"), "{}", run.stderr);
    let log = fork.here.job("workflow_run", &fork.run_is_over(), &["ci", "--fetch"]).text();
    assert!(log.contains("posted on ada/engine#7"), "{log}");
    assert_eq!(fork.here.github.counts(), (1, 1));
    fork.assert_nothing_is_checked_out();
}

#[test]
fn events_of_the_base_fetch_notes_of_the_change_too() {
    let fork = Fork::new();
    let note = "engine.py\n  s_00000000000001::t_01 1-6\n---\n{\"schema_version\": \"authorship/3.0.0\", \
                \"base_commit_sha\": \"\", \"prompts\": {}, \"sessions\": {\"s_00000000000001\": {\"agent_id\": \
                {\"tool\": \"cursor\", \"id\": \"7f3a\", \"model\": \"claude-opus-4-8\"}}}}";
    fork.there.repo.git(&["notes", "--ref", "ai", "add", "-m", note, &fork.head]);
    fork.here.github.state().pulls = vec![fork.pull_request()];
    let comment = json!({
        "issue": {"number": NUMBER, "pull_request": {"url": "x"}}, "comment": {"body": "/ai-detect dismiss c5a7f83d no"},
        "repository": {"id": 1, "default_branch": "main"},
    });
    for (name, event) in
        [("pull_request_target", fork.target()), ("workflow_run", fork.run_is_over()), ("issue_comment", comment)]
    {
        let log = fork.here.job(name, &event, &["ci", "--fetch"]).text();
        assert!(log.contains("no flags") && log.contains("declares AI use (Cursor)"), "{name}: {log}");
        assert!(!log.contains("not looked at"), "{name}: {log}");
    }
    fork.assert_nothing_is_checked_out();
}

#[test]
fn workflow_run_learns_what_the_request_states() {
    let fork = Fork::with(|repo| {
        repo.commit_file("engine.py", planted_code("engine"));
    });
    let mut pull = fork.pull_request();
    pull["body"] = "Written with Codex.\n\nAssisted-by: Codex:gpt-5.5".into();
    fork.here.github.state().pulls = vec![pull];
    let log = fork.here.job("workflow_run", &fork.run_is_over(), &["ci", "--fetch"]).text();
    assert!(log.contains("stated in the request: Codex"), "{log}");
}

#[test]
fn a_run_that_belongs_to_no_open_request_or_to_several_is_posted_on_none() {
    let fork = Fork::new();
    let twin = |number: u64| {
        let mut pull = fork.pull_request();
        pull["number"] = number.into();
        pull
    };
    for pulls in [vec![], vec![twin(7), twin(8)]] {
        fork.here.github.state().pulls = pulls;
        let log = fork.here.job("workflow_run", &fork.run_is_over(), &["ci", "--fetch"]).text();
        assert!(log.contains("not said as comments on the request"), "{log}");
        let writes = fork.here.github.writes();
        assert!(writes.iter().all(|write| write.contains("check-runs")), "{writes:?}");
        assert_eq!(fork.here.github.counts(), (0, 0));
    }
}

#[test]
fn a_merge_queue_and_a_push_post_on_no_request() {
    let world = World::new();
    world.repo.commit_file("engine.py", planted_code("engine"));
    let head = world.push();
    let repository = json!({"id": 1, "default_branch": "main"});
    // A queue's commit merges the request into what the queue holds.
    world.repo.switch("main");
    let queued = world.repo.merge("topic");
    let group = json!({"merge_group": {"base_sha": world.base, "head_sha": queued}, "repository": repository});
    let push = json!({"before": world.base, "after": head, "repository": repository});
    for (name, event) in [("merge_group", &group), ("push", &push)] {
        let log = world.job(name, event, &["ci"]).text();
        assert!(log.contains("1 flag"), "{name}: {log}");
        assert!(log.contains("not said as comments on the request: the event belongs to no request"), "{log}");
        assert_eq!(world.github.writes(), ["POST /check-runs"], "{name}");
    }
    assert_eq!(world.github.counts(), (0, 0));
}

#[test]
fn a_new_branch_starts_where_it_left_the_default_one_and_a_deleted_one_is_nothing() {
    let there = World::new();
    there.repo.commit_file("engine.py", planted_code("engine"));
    let head = there.push();
    let clone = there.repo.clone("clone", &["--branch", "topic"]);
    let here = World { repo: clone, github: GitHub::start(), base: there.base.clone() };
    let none = "0".repeat(40);
    let pushed = |before: &str, after: &str, forced: bool| {
        let repository = json!({"id": 1, "default_branch": "main"});
        let event = json!({"before": before, "after": after, "forced": forced, "repository": repository});
        here.job("push", &event, &["ci"]).text()
    };
    assert!(pushed(&none, &head, false).contains("1 flag"));
    // What was forced away is in no clone.
    assert!(pushed(&"d".repeat(40), &head, true).contains("1 flag"));
    assert_eq!(pushed(&head, &none, false), "nothing to look at: the branch was deleted\n");
}
