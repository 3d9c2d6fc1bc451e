//! Commands that the configuration names. They run in the folder, with something on standard input.

use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// A command of the configuration.
#[derive(Debug, Clone)]
pub struct Hook {
    /// The key of the configuration that names it.
    pub setting: &'static str,
    /// What the shell runs.
    pub command: String,
    /// How long it may run.
    pub limit: Duration,
}

/// Why a command has not done what it should.
#[derive(Debug, thiserror::Error)]
pub enum HookError {
    /// It could not be started.
    #[error("the command of `{setting}` could not be run: {source}")]
    Run {
        /// The key of the configuration.
        setting: &'static str,
        /// Why.
        source: std::io::Error,
    },
    /// It failed.
    #[error("the command of `{setting}` ended with {status}")]
    Status {
        /// The key of the configuration.
        setting: &'static str,
        /// How it ended.
        status: std::process::ExitStatus,
    },
    /// It took too long.
    #[error("the command of `{setting}` was ended: it ran longer than {} seconds", limit.as_secs())]
    TooLong {
        /// The key of the configuration.
        setting: &'static str,
        /// How long it may run.
        limit: Duration,
    },
    /// The collector ends.
    #[error("the command of `{setting}` was ended with the collector")]
    Stopped {
        /// The key of the configuration.
        setting: &'static str,
    },
}

impl Hook {
    /// Runs it in a folder, until it ends, its time is over, or `stop` is set.
    ///
    /// # Errors
    ///
    /// When it could not be started, failed, or was ended.
    pub fn run(&self, folder: &Path, input: &[u8], stop: &AtomicBool) -> Result<(), HookError> {
        let setting = self.setting;
        let failed = |source| HookError::Run { setting, source };
        let mut command = shell(&self.command);
        // A group of its own, so that what the command starts ends with it.
        #[cfg(unix)]
        std::os::unix::process::CommandExt::process_group(&mut command, 0);
        let mut child = command
            .current_dir(folder)
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .map_err(failed)?;
        if let Some(mut to) = child.stdin.take() {
            // A command may read nothing, or stop in the middle: nobody waits for this thread, and it ends with whoever could still read.
            let input = input.to_vec();
            std::thread::spawn(move || drop(to.write_all(&input)));
        }
        let began = Instant::now();
        loop {
            match child.try_wait().map_err(failed)? {
                Some(status) if status.success() => return Ok(()),
                Some(status) => return Err(HookError::Status { setting, status }),
                None if began.elapsed() > self.limit => {
                    end(&mut child).map_err(failed)?;
                    return Err(HookError::TooLong { setting, limit: self.limit });
                }
                None if stop.load(Ordering::Relaxed) => {
                    end(&mut child).map_err(failed)?;
                    return Err(HookError::Stopped { setting });
                }
                None => std::thread::sleep(Duration::from_millis(20)),
            }
        }
    }
}

/// Ends a command and what it has started.
fn end(child: &mut Child) -> std::io::Result<()> {
    // Nobody has waited for it yet, so that its id is still its own.
    #[cfg(unix)]
    rustix::process::kill_process_group(rustix::process::Pid::from_child(child), rustix::process::Signal::KILL)?;
    child.kill()?;
    child.wait().map(drop)
}

fn shell(command: &str) -> Command {
    let (program, flag) = if cfg!(windows) { ("cmd", "/C") } else { ("sh", "-c") };
    let mut shell = Command::new(program);
    shell.arg(flag).arg(command);
    shell
}
