//! A repository with a request, the small GitHub that it is on, and jobs of the binary there.

use std::path::PathBuf;

use assert_cmd::Command;
use serde_json::{Value, json};

use crate::fake::github::{Fault, GitHub, NUMBER, REPOSITORY};
use crate::fake::server::Reply;
use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, Run, planted_code};

pub(crate) const TOKEN: &str = "ghs_16C7e42F292c6912E7710c838347Ae178B4a";

/// A repository with a request, and the forge that it is on.
pub(crate) struct World {
    pub(crate) repo: Repo,
    pub(crate) github: GitHub,
    pub(crate) base: String,
}

impl World {
    /// Whatever is written next belongs to the request.
    pub(crate) fn new() -> Self {
        Self::with("", &[])
    }

    /// The same with more settings, and with files that they name.
    pub(crate) fn with(settings: &str, files: &[(&str, &str)]) -> Self {
        let repo = Repo::new();
        repo.write("planted.yml", PLANTED_PACK);
        repo.write(".ai-detect.yml", format!("{PLANTED_CONFIG}{settings}"));
        files.iter().for_each(|(path, content)| repo.write(path, content));
        let base = repo.commit("Plant");
        repo.branch("topic");
        World { repo, github: GitHub::start(), base }
    }

    /// Pushes what was committed: the forge learns of the head and the diff.
    pub(crate) fn push(&self) -> String {
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

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.repo.beside(name)
    }

    pub(crate) fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.beside(name)).unwrap_or_default()
    }

    /// A command as in a job of an event.
    pub(crate) fn command(&self, name: &str, event: &Value, args: &[&str]) -> Command {
        std::fs::write(self.beside("event.json"), event.to_string()).unwrap();
        let mut command = self.repo.command(args);
        for proxy in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY"] {
            command.env_remove(proxy).env_remove(proxy.to_lowercase());
        }
        command
            .env_remove("SSL_CERT_FILE")
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
        command
    }

    /// Runs a command. Whatever it does, the token is shown nowhere and nothing is written to a request
    /// that the event is not about.
    pub(crate) fn run(&self, command: &mut Command) -> Run {
        let run = Run::of(command);
        for text in [&run.stdout, &run.stderr, &self.read("summary.md"), &self.read("output")] {
            assert!(!text.contains(TOKEN), "the token is in {text}");
        }
        for heard in self.github.server.heard() {
            let path = heard.path().to_owned();
            let of_request = ["/issues/", "/pulls/"].iter().find_map(|kind| path.split_once(kind));
            let number = of_request.and_then(|(_, rest)| rest.split('/').next()?.parse::<u64>().ok());
            assert!(heard.method == "GET" || number.is_none_or(|number| number == NUMBER), "{path}");
            let asked = &heard.json()["variables"]["number"];
            assert!(asked.is_null() || asked == NUMBER, "{asked}");
        }
        run
    }

    /// Runs a command as in a job of an event.
    pub(crate) fn job(&self, name: &str, event: &Value, args: &[&str]) -> Run {
        self.run(&mut self.command(name, event, args))
    }

    pub(crate) fn event(&self) -> Value {
        json!({
            "pull_request": {
                "number": NUMBER, "body": "What it does", "labels": [],
                "head": {"sha": self.repo.id("topic"), "ref": "topic", "repo": {"id": 1}},
                "base": {"sha": self.base, "repo": {"id": 1}},
            },
            "repository": {"id": 1, "default_branch": "main"},
        })
    }

    pub(crate) fn ci(&self, args: &[&str]) -> Run {
        self.job("pull_request", &self.event(), &[&["ci"], args].concat())
    }

    /// The same, which must succeed without a word on standard error.
    pub(crate) fn log(&self, args: &[&str]) -> String {
        self.ci(args).text()
    }

    /// One planted block, pushed and posted.
    pub(crate) fn posted() -> Self {
        let world = World::new();
        world.repo.commit_file("engine.py", planted_code("engine"));
        world.push();
        world.log(&[]);
        world
    }

    pub(crate) fn fault(&self, on: &'static str, times: usize, reply: Reply) {
        self.github.state().faults.push(Fault { on, times, takes_effect: false, reply });
    }
}

pub(crate) fn failing(status: u16) -> Reply {
    Reply::json(status, &json!({"message": "Something went wrong"}))
}
