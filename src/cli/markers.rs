//! `ai-detect markers`: whether the registry of AI tools' markers keeps its word, and what it finds
//! in a history (`scan`).

mod scan;

use std::fmt::Write as _;

use std::path::Path;

use super::output::Output;
use super::{Exit, Failure};
use crate::attest::Registry;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Run the examples and counter-examples of the built-in markers
    #[command(after_help = super::EXIT_OF_TESTS)]
    Test,
    /// Count declarations of AI use in a history by tool, form and model
    Scan(scan::Args),
}

pub(super) fn run(command: &Command, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    match command {
        Command::Scan(args) => scan::run(args, dir, out),
        Command::Test => test(out),
    }
}

fn test(out: &Output) -> Result<Exit, Failure> {
    let failures = Registry::builtin_with_examples().map_err(Failure::failed)?.test();
    let mut text = String::new();
    for failure in &failures {
        let _ = writeln!(text, "{failure}");
    }
    let _ = writeln!(text, "markers: {} failed", failures.len());
    out.print(&text)?;
    Ok(if failures.is_empty() { Exit::Analysed } else { Exit::Flags })
}
