//! Bringing what a job's checkout lacks, by the user's own git: it knows the remotes, their credentials and
//! proxies. Only where the user asks for it; nothing else in this room starts a program.

mod access;
mod contents;
mod notes;

use std::io::{self, Read, Write as _};
use std::process::{ChildStderr, ChildStdin, ChildStdout, Command, Output, Stdio};
use std::sync::mpsc;
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use wait_timeout::ChildExt as _;

use super::{Checkout, error, open};
use crate::child::Program;

pub use access::OriginToken;
pub use contents::ContentsFetch;
pub use notes::{NotesFetch, bring_notes};

/// How long one run of git may take. A stage of a job that hangs says nothing to anybody, and CI systems wait an hour and
/// longer.
const TIME_LIMIT: Duration = Duration::from_secs(15 * 60);

/// Settings that override those of the repository: no implicit bare repository, no hooks, no file watcher, no `ext`
/// transport (it runs any command that an address names), no housekeeping. A server that sends less than 1 KiB a second
/// for a minute is given up.
const SETTINGS: [&str; 8] = [
    "safe.bareRepository=explicit",
    "core.hooksPath=/dev/null",
    "core.fsmonitor=false",
    "protocol.ext.allow=never",
    "gc.auto=0",
    "maintenance.auto=false",
    "http.lowSpeedLimit=1024",
    "http.lowSpeedTime=60",
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

/// Runs git with something on its standard input. It must succeed, in time.
fn run(command: Command, input: &[u8]) -> io::Result<Output> {
    run_within(TIME_LIMIT, command, input)
}

fn run_within(limit: Duration, mut command: Command, input: &[u8]) -> io::Result<Output> {
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => io::Error::new(error.kind(), "git is not installed here"),
        _ => error,
    })?;
    let pipes = (child.stdin.take(), child.stdout.take(), child.stderr.take());
    let input = input.to_owned();
    let (sender, results) = mpsc::channel();
    // These threads end when git does, or with this program: what git started may keep the pipes open longer than git.
    thread::spawn(move || sender.send(exchange(pipes, &input)));
    let deadline = Instant::now() + limit;
    let Some(status) = child.wait_timeout(limit)? else {
        child.kill()?;
        child.wait()?;
        let minutes = limit.as_secs() / 60;
        return Err(io::Error::new(io::ErrorKind::TimedOut, format!("git took longer than {minutes} minutes")));
    };
    let left = deadline.saturating_duration_since(Instant::now());
    let (stdout, stderr) = results.recv_timeout(left).map_err(io::Error::other)??;
    if status.success() {
        return Ok(Output { status, stdout, stderr });
    }
    let complaint = String::from_utf8_lossy(&stderr);
    Err(io::Error::other(without_credentials(reason(&complaint))))
}

/// The pipes to a program's standard input, output and error.
type Pipes = (Option<ChildStdin>, Option<ChildStdout>, Option<ChildStderr>);

/// Writes what git reads while reading what it writes.
fn exchange((stdin, stdout, stderr): Pipes, input: &[u8]) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let (stdout, stderr) = (thread::spawn(|| read_all(stdout)), thread::spawn(|| read_all(stderr)));
    if let Some(mut stdin) = stdin {
        // What git does not take it will complain about itself.
        match stdin.write_all(input) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => return Err(error),
            _ => {}
        }
    }
    Ok((joined(stdout)?, joined(stderr)?))
}

fn joined(reader: JoinHandle<io::Result<Vec<u8>>>) -> io::Result<Vec<u8>> {
    reader.join().map_err(|_| io::Error::other("reading what git says failed"))?
}

fn read_all(pipe: Option<impl Read>) -> io::Result<Vec<u8>> {
    let mut read = Vec::new();
    if let Some(mut pipe) = pipe {
        pipe.read_to_end(&mut read)?;
    }
    Ok(read)
}

/// The line of git's complaints that says what is wrong: behind it may stand advice over several lines.
fn reason(complaint: &str) -> &str {
    let fatal = complaint.lines().find(|line| line.starts_with("fatal: ") || line.starts_with("error: "));
    fatal.or_else(|| complaint.lines().last()).unwrap_or("git gave no reason")
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
    #[cfg(unix)]
    fn git_that_hangs_is_ended() {
        let mut hanging = Command::new("sh");
        hanging.args(["-c", "exec sleep 600"]);
        let error = run_within(Duration::from_millis(200), hanging, b"").unwrap_err();
        assert_eq!(
            (error.kind(), error.to_string()),
            (io::ErrorKind::TimedOut, "git took longer than 0 minutes".into())
        );
    }

    #[test]
    #[cfg(unix)]
    fn what_git_writes_is_read_while_it_reads() {
        let mut echoing = Command::new("sh");
        echoing.args(["-c", "cat; echo done >&2"]);
        let input = vec![b'x'; 1 << 20];
        let output = run_within(TIME_LIMIT, echoing, &input).unwrap();
        assert!(output.stdout == input && output.stderr == b"done\n", "{} bytes", output.stdout.len());
    }

    #[test]
    fn the_reason_is_the_line_that_says_what_is_wrong() {
        let complaint = "fatal: '/gone' does not appear to be a git repository\nfatal: Could not read from remote \
                         repository.\n\nPlease make sure you have the correct access rights\nand the repository exists.\n";
        assert_eq!(reason(complaint), "fatal: '/gone' does not appear to be a git repository");
        assert_eq!(reason("ssh: no route\nConnection closed"), "Connection closed");
        assert_eq!(reason(""), "git gave no reason");
    }

    #[test]
    fn complaints_are_passed_on_without_credentials() {
        let told =
            without_credentials("unable to access 'https://gitlab-ci-token:glcbt-1@git.example/lab/p.git/': 403");
        assert_eq!(told, "unable to access 'https://git.example/lab/p.git/': 403");
        let plain = "fatal: could not read Username for 'https://github.com': terminal prompts disabled";
        assert_eq!(without_credentials(plain), plain);
    }
}
