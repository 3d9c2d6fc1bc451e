//! `ai-detect capture`: what this machine records, and to whom it goes.

pub(super) mod hook;
mod install;
mod join;
mod pause;
mod repositories;
mod show;
mod status;

use std::path::Path;

use ai_detect_capture::repositories::NoRepository;
use ai_detect_capture::state::{State, StateError};

use super::output::Output;
use super::{Exit, Failure};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Join a collector with a one-time code: events of this machine go there from then on
    Join(join::Args),
    /// Record what a coding agent reports on standard input; agents run this
    #[command(after_help = hook::EXIT)]
    Hook(hook::Args),
    /// Add the hook to coding agents of this machine, beside the hooks that are there
    Install(install::Args),
    /// Take the hook away from coding agents again
    Uninstall(install::Args),
    /// Show for each coding agent whether capture works, and what it cannot see
    Status,
    /// Record nothing until `resume`; a trail shows a gap
    Pause,
    /// End a pause
    Resume,
    /// Show what was recorded on this machine
    Show(show::Args),
    /// Capture what agents do in a repository; nothing is recorded elsewhere
    AddRepository(repositories::Args),
    /// Capture a repository no longer
    RemoveRepository(repositories::Args),
}

impl From<StateError> for Failure {
    fn from(error: StateError) -> Self {
        match error {
            StateError::File(error) => error.into(),
            error => Failure::failed(error),
        }
    }
}

impl From<NoRepository> for Failure {
    fn from(error: NoRepository) -> Self {
        Failure::usage(error)
    }
}

/// What capture keeps for this user.
fn state() -> Result<State, Failure> {
    Ok(State::of_user(&|name| std::env::var_os(name))?)
}

pub(super) fn run(command: &Command, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Join(args) => join::run(args, out),
        Command::Hook(args) => Ok(hook::run(args, dir)),
        Command::Install(args) => install::add(args, dir, out),
        Command::Uninstall(args) => install::remove(args, dir, out),
        Command::Status => status::run(out),
        Command::Pause => pause::pause(out),
        Command::Resume => pause::resume(out),
        Command::Show(args) => show::run(args, out),
        Command::AddRepository(args) => repositories::add(args, dir, out),
        Command::RemoveRepository(args) => repositories::remove(args, dir, out),
    }
}
