//! Bringing what a job's checkout lacks, by the user's own git: it knows the remotes, their credentials and
//! proxies. Only where the user asks for it; nothing else in this room starts a program.

use std::io;
use std::process::Stdio;

use super::{Checkout, error, open};
use crate::child::Program;

/// Settings that override those of the repository: no implicit bare repository, no hooks, no file watcher, no `ext`
/// transport (it runs any command that an address names), no housekeeping.
const SETTINGS: [&str; 6] = [
    "safe.bareRepository=explicit",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "protocol.ext.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
];

impl Checkout {
    /// Fetches refspecs from `origin`, with the whole history where the clone is shallow. Nothing is checked out.
    ///
    /// Credentials come from the checkout's configuration, from agents and from helpers: git sees no secret of the job.
    ///
    /// # Errors
    /// Where git cannot be started, and what it said last where it failed.
    pub fn fetch(&self, refspecs: &[&str]) -> io::Result<()> {
        let repository = self.open().map_err(io::Error::other)?;
        let mut command = Program::Git.command();
        command.arg("-C").arg(self.root());
        command.args(SETTINGS.iter().flat_map(|setting| ["-c", setting]));
        command.args(["fetch", "--quiet", "--no-tags", "--no-recurse-submodules"]);
        if repository.is_shallow() {
            command.arg("--unshallow");
        }
        command.args(["--", "origin"]).args(refspecs);
        if open::is_named_by_environment() {
            command.env("GIT_DIR", error::absolute(repository.inner.git_dir()));
            command.env("GIT_WORK_TREE", self.root());
        } else if let Some(above) = self.root().parent() {
            command.env("GIT_CEILING_DIRECTORIES", above);
        }
        command.env("GIT_TERMINAL_PROMPT", "0").stdin(Stdio::null());
        let output = command.output()?;
        if output.status.success() {
            return Ok(());
        }
        let said = String::from_utf8_lossy(&output.stderr);
        Err(io::Error::other(said.lines().last().unwrap_or("it said nothing").to_owned()))
    }
}
