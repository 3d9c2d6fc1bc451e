//! `ai-detect trail`: what a history answers about AI involvement, and the recorded trail.

mod ask;
#[cfg(feature = "trail")]
mod backup;
#[cfg(feature = "trail")]
pub(in crate::cli) mod client;
#[cfg(feature = "trail")]
mod clients;
#[cfg(feature = "trail")]
mod events;
#[cfg(feature = "trail")]
mod flush;
#[cfg(feature = "trail")]
mod folder;
#[cfg(feature = "trail")]
mod gap;
#[cfg(feature = "trail")]
mod import;
#[cfg(feature = "trail")]
mod invite;
#[cfg(feature = "trail")]
mod own;
#[cfg(feature = "trail")]
mod people;
#[cfg(feature = "trail")]
mod prove;
#[cfg(feature = "trail")]
mod rebuild;
mod report;
#[cfg(feature = "trail")]
mod repos;
#[cfg(feature = "trail")]
mod resolve;
#[cfg(feature = "trail")]
mod seal;
#[cfg(feature = "trail")]
mod serve;
#[cfg(feature = "trail")]
pub(in crate::cli) mod status;
#[cfg(feature = "trail")]
mod token;
#[cfg(feature = "trail")]
mod verify;

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
    /// Send the events that wait on this machine to the collector, or to a trail of this user where none was joined
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
    /// Run the collector of a recorded trail: take events, and answer once they are on the disk
    #[cfg(feature = "trail")]
    Serve(serve::Args),
    /// Create, list and revoke the tokens of a collector
    #[cfg(feature = "trail")]
    #[command(subcommand)]
    Token(token::Command),
    /// Print a one-time code with which a device joins the collector
    #[cfg(feature = "trail")]
    Invite(invite::Args),
    /// List the clients of a collector, and retire or revoke one
    #[cfg(feature = "trail")]
    #[command(subcommand)]
    Client(clients::Command),
    /// List what a collector does not know, and close a gap with a reason
    #[cfg(feature = "trail")]
    #[command(subcommand)]
    Gap(gap::Command),
    /// Say which addresses, logins and accounts belong to one person
    #[cfg(feature = "trail")]
    #[command(subcommand)]
    People(people::Command),
    /// Say which addresses belong to one repository
    #[cfg(feature = "trail")]
    #[command(subcommand)]
    Repos(repos::Command),
    /// Print the entries of a recorded trail; this is itself an entry
    #[cfg(feature = "trail")]
    #[command(after_help = super::EXIT_OF_CHECKS)]
    Events(events::Args),
    /// Check a recorded trail against its signed checkpoint; exit with status 1 if anything was changed
    #[cfg(feature = "trail")]
    #[command(after_help = super::EXIT_OF_CHECKS)]
    Verify(verify::Args),
    /// Print an entry with a proof that can be checked offline; this is itself an entry
    #[cfg(feature = "trail")]
    Prove(prove::Args),
    /// Copy a recorded trail while its collector runs
    #[cfg(feature = "trail")]
    Backup(backup::BackupArgs),
    /// Move old entries from the database of a recorded trail into files that never change again
    #[cfg(feature = "trail")]
    Seal(seal::Args),
    /// Make the tables of a recorded trail anew from its log
    #[cfg(feature = "trail")]
    Rebuild(rebuild::Args),
    /// Make a new log out of a backup, or check the backup
    #[cfg(feature = "trail")]
    Restore(backup::RestoreArgs),
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
        #[cfg(feature = "trail")]
        Command::Serve(args) => serve::run(args, dir, out),
        #[cfg(feature = "trail")]
        Command::Token(command) => token::run(command, dir, out),
        #[cfg(feature = "trail")]
        Command::Invite(args) => invite::run(args, dir, out),
        #[cfg(feature = "trail")]
        Command::Client(command) => clients::run(command, dir, out),
        #[cfg(feature = "trail")]
        Command::Gap(command) => gap::run(command, dir, out),
        #[cfg(feature = "trail")]
        Command::People(command) => people::run(command, dir, out),
        #[cfg(feature = "trail")]
        Command::Repos(command) => repos::run(command, dir, out),
        #[cfg(feature = "trail")]
        Command::Events(args) => events::run(args, dir, out),
        #[cfg(feature = "trail")]
        Command::Verify(args) => verify::run(args, dir, out),
        #[cfg(feature = "trail")]
        Command::Prove(args) => prove::run(args, dir, out),
        #[cfg(feature = "trail")]
        Command::Backup(args) => backup::backup(args, dir, out),
        #[cfg(feature = "trail")]
        Command::Seal(args) => seal::run(args, dir, out),
        #[cfg(feature = "trail")]
        Command::Rebuild(args) => rebuild::run(args, dir, out),
        #[cfg(feature = "trail")]
        Command::Restore(args) => backup::restore(args, dir, out),
    }
}
