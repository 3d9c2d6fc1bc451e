//! Bringing what a job's checkout lacks, by the user's own git: it knows the remotes, their credentials and
//! proxies. Only where the user asks for it; nothing else in this room starts a program.

use std::io;
use std::path::Path;
use std::process::{Command, Stdio};

/// Fetches refspecs from `origin`, with the whole history where the clone is shallow. Nothing is checked out.
///
/// # Errors
/// Where git cannot be started, and what it said last where it failed.
pub fn fetch(dir: &Path, unshallow: bool, refspecs: &[&str]) -> io::Result<()> {
    let mut command = Command::new("git");
    command.arg("-C").arg(dir).args(["fetch", "--quiet", "--no-tags", "--no-recurse-submodules"]);
    if unshallow {
        command.arg("--unshallow");
    }
    command.args(["--", "origin"]).args(refspecs);
    command.env("GIT_TERMINAL_PROMPT", "0").stdin(Stdio::null());
    let output = command.output()?;
    if output.status.success() {
        return Ok(());
    }
    let said = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(said.lines().last().unwrap_or("it said nothing").to_owned()))
}
