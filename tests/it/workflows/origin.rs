//! A made-up origin with a request whose commits declare AI use in notes alone, and clones of it as the runners of the
//! forges make them.

use std::path::PathBuf;

use serde_json::Value;

use crate::support::{PLANTED_CONFIG, PLANTED_PACK, Repo, planted_code};

/// The number of the request.
pub(crate) const NUMBER: u64 = 7;

/// The origin: `main`, a request with two commits, and what it declares.
pub(crate) struct Origin {
    pub(crate) repo: Repo,
    pub(crate) base: String,
    pub(crate) head: String,
    /// The forge's merge of the request into `main` as it is by now.
    pub(crate) merged: String,
}

/// What the forges call the request.
pub(crate) enum Refs {
    GitHub,
    GitLab,
}

impl Origin {
    /// Two commits that look AI-written; one has a note of git-ai, the other one of ours.
    pub(crate) fn new(refs: &Refs) -> Self {
        let origin = Self::without_notes(refs);
        let note = "engine.py\n  s_00000000000001::t_01 1-6\n---\n{\"schema_version\": \"authorship/3.0.0\", \
                    \"base_commit_sha\": \"\", \"prompts\": {}, \"sessions\": {\"s_00000000000001\": {\"agent_id\": \
                    {\"tool\": \"cursor\", \"id\": \"7f3a\", \"model\": \"claude-opus-4-8\"}}}}";
        origin.repo.git(&["notes", "--ref", "ai", "add", "-m", note, &format!("{}~", origin.head)]);
        let range = format!("{0}~..{0}", origin.head);
        let attest = ["attest", &range, "--notes", "--no-ask", "--tool", "Claude Code", "--model", "claude-opus-4-8"];
        origin.repo.run(&attest).text();
        origin
    }

    /// The same without any note.
    pub(crate) fn without_notes(refs: &Refs) -> Self {
        let repo = Repo::new();
        for allowed in ["uploadpack.allowFilter", "uploadpack.allowAnySHA1InWant"] {
            repo.git(&["config", allowed, "true"]);
        }
        repo.git(&["config", "user.name", "Ada Example"]);
        repo.git(&["config", "user.email", "ada@example.org"]);
        repo.write("planted.yml", PLANTED_PACK);
        repo.write(".ai-detect.yml", PLANTED_CONFIG);
        let base = repo.commit("Plant");
        repo.branch("topic");
        repo.commit_file("engine.py", planted_code("engine"));
        let head = repo.commit_file("wheel.py", planted_code("wheel"));
        repo.switch("main");
        repo.commit_file("elsewhere.py", planted_code("elsewhere"));
        repo.git(&["checkout", "--quiet", "--detach"]);
        let merged = repo.merge("topic");
        repo.switch("main");
        let requests = match refs {
            Refs::GitHub => format!("refs/pull/{NUMBER}"),
            Refs::GitLab => format!("refs/merge-requests/{NUMBER}"),
        };
        repo.git(&["update-ref", &format!("{requests}/head"), &head]);
        repo.git(&["update-ref", &format!("{requests}/merge"), &merged]);
        // The branch may be a fork's: only the request's own refs are sure to be here.
        repo.git(&["branch", "--quiet", "-D", "topic"]);
        Origin { repo, base, head, merged }
    }

    fn url(&self) -> String {
        format!("file://{}", self.repo.path().display())
    }

    fn empty(&self, name: &str) -> Repo {
        let to = self.repo.beside(name);
        self.repo.git(&["init", "--quiet", "-b", "main", &to.display().to_string()]);
        let clone = self.repo.at(to);
        clone.git(&["remote", "add", "origin", &self.url()]);
        clone
    }

    /// As actions/checkout makes a clone of a commit, with its inputs `fetch-depth` and `filter`.
    pub(crate) fn checked_out(&self, name: &str, with: &Value, commit: &str, to: &str) -> Repo {
        let clone = self.empty(name);
        let depth = with["fetch-depth"].as_u64().unwrap_or(1);
        let mut fetch: Vec<String> =
            ["fetch", "--quiet", "--no-tags", "--prune", "--no-recurse-submodules"].map(String::from).into();
        if let Some(filter) = with["filter"].as_str() {
            fetch.push(format!("--filter={filter}"));
        }
        if depth > 0 {
            fetch.push(format!("--depth={depth}"));
        }
        fetch.push("origin".into());
        if depth == 0 {
            fetch.extend(["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"].map(String::from));
        }
        // All branches have been asked for already.
        if depth > 0 || to != "refs/remotes/origin/main" {
            fetch.push(format!("+{commit}:{to}"));
        }
        clone.git(&fetch.iter().map(String::as_str).collect::<Vec<_>>());
        clone.git(&["-c", "advice.detachedHead=false", "checkout", "--quiet", "--force", to]);
        clone
    }

    /// As GitLab's runner makes a clone of a pipeline's ref, by the job's variables.
    pub(crate) fn fetched_by_runner(
        &self,
        name: &str,
        commit: &str,
        variables: &dyn Fn(&str) -> Option<String>,
    ) -> Repo {
        let clone = self.empty(name);
        // GitLab keeps a ref for each pipeline.
        self.repo.git(&["update-ref", "refs/pipelines/31", commit]);
        let depth: u32 = variables("GIT_DEPTH").map_or(20, |depth| depth.parse().unwrap());
        let mut fetch: Vec<String> =
            ["fetch", "origin", "--no-recurse-submodules", "+refs/pipelines/31:refs/pipelines/31"]
                .map(String::from)
                .into();
        match depth {
            0 => fetch.extend(["+refs/heads/*:refs/remotes/origin/*", "+refs/tags/*:refs/tags/*"].map(String::from)),
            depth => fetch.extend(["--depth".into(), depth.to_string()]),
        }
        let flags = variables("GIT_FETCH_EXTRA_FLAGS").unwrap_or_else(|| "--prune --quiet".into());
        fetch.extend(flags.split_whitespace().map(String::from));
        clone.git(&fetch.iter().map(String::as_str).collect::<Vec<_>>());
        clone.git(&["checkout", "--force", "--quiet", commit]);
        clone
    }

    pub(crate) fn beside(&self, name: &str) -> PathBuf {
        self.repo.beside(name)
    }
}
