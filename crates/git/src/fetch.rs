//! Bringing what a job's checkout lacks, by the user's own git: it knows the remotes, their credentials and
//! proxies. Only where the user asks for it; nothing else in this room starts a program.

mod access;
mod contents;
mod notes;

use std::io::{self, Write as _};
use std::process::{Command, Output, Stdio};

use super::{Checkout, error, open};
use crate::child::Program;

pub use access::OriginToken;
pub use contents::ContentsFetch;
pub use notes::NotesFetch;

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
    /// Credentials come from the checkout's configuration, from agents and from helpers; the job's token is handed to git
    /// for the job's own repository alone ([`OriginToken`]).
    ///
    /// # Errors
    /// Where git cannot be started, and what it said last where it failed.
    pub fn fetch(&self, refspecs: &[&str]) -> io::Result<()> {
        let repository = self.open().map_err(io::Error::other)?;
        let mut command = self.git("fetch");
        command.args(["--quiet", "--no-tags", "--no-recurse-submodules"]);
        if repository.is_shallow() {
            command.arg("--unshallow");
        }
        command.args(["--", "origin"]).args(refspecs);
        run(command, b"").map(drop)
    }

    /// Git in this checkout.
    fn git(&self, subcommand: &str) -> Command {
        self.git_with(&[], subcommand)
    }

    /// The same with more settings.
    fn git_with(&self, settings: &[&str], subcommand: &str) -> Command {
        let mut command = Program::Git.command();
        command.arg("-C").arg(self.root());
        command.args(SETTINGS.iter().chain(settings).flat_map(|setting| ["-c", setting]));
        command.arg(subcommand);
        let repository = self.open().ok();
        if let (Some(token), Some(repository)) = (self.token(), &repository) {
            token.give(&mut command, repository);
        }
        if open::is_named_by_environment() {
            if let Some(repository) = &repository {
                command.env("GIT_DIR", error::absolute(repository.inner.git_dir()));
            }
            command.env("GIT_WORK_TREE", self.root());
        } else if let Some(above) = self.root().parent() {
            command.env("GIT_CEILING_DIRECTORIES", above);
        }
        command.env("GIT_TERMINAL_PROMPT", "0");
        command
    }
}

/// Runs git with something on its standard input. It must succeed.
fn run(mut command: Command, input: &[u8]) -> io::Result<Output> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::new(error.kind(), "git is not installed here"),
        _ => error,
    })?;
    if let Some(mut stdin) = child.stdin.take() {
        // Git reads all of it before it writes anything; what it does not take it will complain about itself.
        match stdin.write_all(input) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error),
            _ => {}
        }
    }
    let output = child.wait_with_output()?;
    if output.status.success() {
        return Ok(output);
    }
    let complaint = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(without_credentials(complaint.lines().last().unwrap_or("git gave no reason"))))
}

/// A complaint of git without users and passwords in addresses: runners put tokens there, and complaints are posted.
fn without_credentials(text: &str) -> String {
    let mut parts = text.split("://");
    let mut shown = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let authority = part.find(['/', '\'', '"', ' ']).unwrap_or(part.len());
        let host = part.get(..authority).and_then(|authority| authority.rfind('@')).map_or(0, |at| at + 1);
        shown.push_str("://");
        shown.push_str(part.get(host..).unwrap_or_default());
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn complaints_are_passed_on_without_credentials() {
        let told =
            without_credentials("unable to access 'https://gitlab-ci-token:glcbt-1@git.example/lab/p.git/': 403");
        assert_eq!(told, "unable to access 'https://git.example/lab/p.git/': 403");
        let plain = "fatal: could not read Username for 'https://github.com': terminal prompts disabled";
        assert_eq!(without_credentials(plain), plain);
    }
}
