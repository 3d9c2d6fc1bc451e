//! `ai-detect markers`: whether the registry of AI tools' markers keeps its word.

use std::fmt::Write as _;

use super::output::Output;
use super::{Exit, Failure};
use crate::attest::Registry;

#[derive(Debug, clap::Subcommand)]
pub(super) enum Command {
    /// Run the examples and counter-examples that markers carry
    Test,
}

pub(super) fn run(command: &Command, out: &Output) -> Result<Exit, Failure> {
    match command {
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
