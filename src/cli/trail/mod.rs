//! `ai-detect trail`: what a history answers about AI involvement.

mod ask;

use std::path::Path;

use super::output::Output;
use super::{Exit, Failure};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Ask who or what wrote lines, a commit, the commits of a range, or the frames of a stack trace
    Ask(ask::Args),
}

pub(super) fn run(command: &Command, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Ask(args) => ask::run(args, dir, out),
    }
}
