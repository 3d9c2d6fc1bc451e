//! `ai-detect trail`: what a history answers about AI involvement.

mod ask;
mod report;

use std::path::Path;

use super::output::Output;
use super::{Exit, Failure};

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Show who or what wrote lines, a commit, a range of commits or the frames of a stack trace
    Ask(ask::Args),
    /// Report the share of AI use over time, in a tree or on sensitive paths
    #[command(subcommand)]
    Report(report::Command),
}

pub(super) fn run(command: &Command, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Ask(args) => ask::run(args, dir, out),
        Command::Report(command) => report::run(command, dir, out),
    }
}
