//! The command line: one file a subcommand. Argument types and wiring only; what is done is in the
//! library.

mod diff;
mod markers;
mod output;
mod rules;
mod scan;
mod schema;
mod settings;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{ColorChoice, Parser, Subcommand};

/// How the program ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Exit {
    /// Analysed; flags or none.
    Analysed,
    /// Flags, and `--exit-code` was given; or an example failed.
    Flags,
    /// Wrong usage or a bad configuration.
    Usage,
    /// Could not analyse. Never to be read as clean.
    Failed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(match exit {
            Exit::Analysed => 0,
            Exit::Flags => 1,
            Exit::Usage => 2,
            Exit::Failed => 3,
        })
    }
}

/// Cross-checks a change: which added blocks look AI-written, and what do their commits declare?
#[derive(Debug, Parser)]
#[command(
    version,
    about,
    max_term_width = 100,
    after_help = "Exit status: 0 analysed (flags or none), 1 flags with --exit-code, 2 wrong usage or bad \
                  configuration, 3 could not analyse."
)]
struct Args {
    /// Run as if started in DIR
    #[arg(short = 'C', value_name = "DIR", global = true, default_value = ".", hide_default_value = true)]
    dir: PathBuf,

    /// When to use colours
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto", hide_possible_values = false)]
    color: ColorChoice,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Score the added blocks of a change and compare with what its commits declare
    Diff(diff::Args),
    /// List, explain and test the rules
    #[command(subcommand)]
    Rules(rules::Command),
    /// Find the markers of AI tools in a history, and test the registry of them
    #[command(subcommand)]
    Markers(markers::Command),
    /// Print a JSON Schema
    Schema(schema::Args),
}

/// What went wrong, and how the program ends because of it.
#[derive(Debug)]
struct Failure {
    exit: Exit,
    message: String,
}

impl Failure {
    fn usage(message: impl ToString) -> Self {
        Failure { exit: Exit::Usage, message: message.to_string() }
    }

    fn failed(message: impl ToString) -> Self {
        Failure { exit: Exit::Failed, message: message.to_string() }
    }
}

/// Runs the program on the process's arguments.
pub fn run() -> Exit {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version are no errors; both go where clap sends them.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Analysed };
            return if error.print().is_ok() { exit } else { Exit::Failed };
        }
    };
    let out = output::Output::new(args.color);
    let result = match args.command {
        Command::Diff(command) => diff::run(&command, &args.dir, &out),
        Command::Rules(command) => rules::run(&command, &out),
        Command::Markers(command) => markers::run(&command, &args.dir, &out),
        Command::Schema(command) => schema::run(&command, &out),
    };
    result.unwrap_or_else(|failure| {
        out.error(&failure.message);
        failure.exit
    })
}
