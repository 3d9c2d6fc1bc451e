//! `ai-detect trail`: what a history answers about AI involvement, and the recorded trail.

mod ask;
#[cfg(feature = "trail")]
pub(in crate::cli) mod client;
#[cfg(feature = "trail")]
mod flush;
#[cfg(feature = "trail")]
mod import;
mod report;
#[cfg(feature = "trail")]
mod resolve;
#[cfg(feature = "trail")]
pub(in crate::cli) mod status;

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
    /// Send the events that wait on this machine to the collector
    #[cfg(feature = "trail")]
    Flush(flush::Args),
    /// Show what waits on this machine, since when and why, and whether the collector can be trusted
    #[cfg(feature = "trail")]
    Status(status::Args),
    /// Send events that another machine kept because its collector was away
    #[cfg(feature = "trail")]
    #[command(subcommand)]
    Import(import::Command),
    /// Take up the collector's log as it is now, after a fork was explained
    #[cfg(feature = "trail")]
    Resolve(resolve::Args),
}

pub(super) fn run(command: &Command, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Ask(args) => ask::run(args, dir, out),
        Command::Report(command) => report::run(command, dir, out),
        #[cfg(feature = "trail")]
        Command::Flush(args) => flush::run(args, dir, out),
        #[cfg(feature = "trail")]
        Command::Status(args) => status::run(args, out),
        #[cfg(feature = "trail")]
        Command::Import(command) => import::run(command, dir, out),
        #[cfg(feature = "trail")]
        Command::Resolve(args) => resolve::run(args, out),
    }
}
