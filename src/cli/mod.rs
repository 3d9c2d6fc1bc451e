//! The command line: one file a subcommand. Argument types and wiring only; what is done is in the
//! library.

mod attest;
#[cfg(feature = "trail")]
mod capture;
mod checking;
#[cfg(feature = "forge")]
mod ci;
mod completions;
mod counts;
mod diff;
#[cfg(feature = "lab")]
mod eval;
#[cfg(feature = "lab")]
mod fit;
mod formats;
mod hint;
mod hook;
mod languages;
mod man;
mod markers;
mod notes;
mod output;
mod policy;
#[cfg(feature = "forge")]
mod post;
#[cfg(feature = "forge")]
mod posting;
mod report;
mod rules;
mod scan;
mod schema;
mod trail;
#[cfg(feature = "forge")]
mod triage;
mod values;

use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{ColorChoice, CommandFactory as _, FromArgMatches as _, Parser, Subcommand};

#[cfg(feature = "forge")]
use crate::forge::job::JobError;
use crate::pipeline::{self, Settings, SettingsError};
use crate::store::place::PlaceError;
use crate::{git, pack, store, unread};
use notes::Notes;

/// How the commands end that run examples.
const EXIT_OF_TESTS: &str =
    "Exit status: 0 if all examples hold, 1 if one does not, 2 for wrong usage, 3 if they could not be run.";

/// How the commands end that can be asked for status 1 because of flags.
const EXIT_OF_FLAGS: &str = "Exit status: 0 if analysed (with or without flags), 1 if there are flags and --exit-code is set, \
                             2 for wrong usage or invalid settings, 3 if the analysis failed.";

/// How the commands end that check what is there.
const EXIT_OF_CHECKS: &str = "Exit status: 0 if all is as it should be, 1 if something is not, 2 for wrong usage, 3 if it could not be \
                              checked.";

/// How all other commands end.
const EXIT: &str = "Exit status: 0 if done, 2 for wrong usage or invalid settings, 3 if it failed.";

/// The heading of the options that every subcommand takes.
const GLOBAL: &str = "Global options";

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

/// Finds code that reads like AI-generated code, and checks whether its commits declare AI use
#[derive(Debug, Parser)]
#[command(
    version,
    max_term_width = 100,
    after_help = EXIT_OF_FLAGS
)]
struct Args {
    /// Run as if started in this folder
    #[arg(short = 'C', value_name = "DIR", global = true, default_value = ".", help_heading = GLOBAL)]
    dir: PathBuf,

    /// Choose when to use colours
    #[arg(long, value_name = "WHEN", global = true, default_value = "auto", help_heading = GLOBAL)]
    color: ColorChoice,

    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Check a change: flag added code that reads like AI-generated code and whose commits declare nothing
    #[command(visible_alias = "check", after_help = EXIT_OF_FLAGS)]
    Diff(diff::Args),
    /// Check the change of a GitHub Actions or GitLab CI job, and comment on its pull or merge request
    #[cfg(feature = "forge")]
    Ci(ci::Args),
    /// Check every commit of a history and write one row per commit
    Scan(scan::Args),
    /// Post a report that an unprivileged job made, for requests from forks
    #[cfg(feature = "forge")]
    Post(post::Args),
    /// Convert a JSON report to another format
    #[command(after_help = EXIT_OF_FLAGS)]
    Report(report::Args),
    /// Measure the accuracy of the scores on labelled commits
    #[cfg(feature = "lab")]
    Eval(eval::Args),
    /// Train weights, lexicons and thresholds on labelled commits
    #[cfg(feature = "lab")]
    Fit(fit::Args),
    /// List, explain and test the rules
    #[command(subcommand)]
    Rules(rules::Command),
    /// List the languages that are scored
    Languages,
    /// Count the declarations of AI tools in a history, and test the built-in markers
    #[command(subcommand)]
    Markers(markers::Command),
    /// Declare AI use on commits, and keep declarations through squashes and rebases
    #[command(
        after_help = "Exit status: 0 if done; 1 if --check finds something missing; 2 for wrong usage or invalid settings; 3 if \
                      it failed."
    )]
    Attest(Box<attest::Args>),
    /// Install git hooks that check the declaration of each new commit
    #[command(subcommand)]
    Hook(hook::Command),
    /// List and explain policies, and check the declarations of a range
    #[command(subcommand)]
    Policy(policy::Command),
    /// List and explain flags and the decisions about them, and export the decisions
    #[cfg(feature = "forge")]
    Triage(triage::Args),
    /// Record AI use on this machine
    #[cfg(feature = "trail")]
    #[command(subcommand)]
    Capture(capture::Command),
    /// Show who or what wrote the code of a history, from its commits and notes
    #[command(subcommand)]
    Trail(trail::Command),
    /// Print a JSON Schema
    Schema(schema::Args),
    /// Print shell completions
    Completions(completions::Args),
    /// Print the manual page, or write all pages to a folder
    Man(man::Args),
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

impl From<crate::attest::Error> for Failure {
    fn from(error: crate::attest::Error) -> Self {
        Failure::failed(error)
    }
}

/// What the environment says of how the clone came to be.
#[cfg(feature = "forge")]
fn surroundings() -> pipeline::Surroundings {
    crate::forge::job::surroundings(&|name: &str| std::env::var(name).ok())
}

/// What the environment says of how the clone came to be: all that a build without forges knows is whether a job runs.
#[cfg(not(feature = "forge"))]
fn surroundings() -> pipeline::Surroundings {
    let in_job = std::env::var("CI").is_ok_and(|value| value == "true");
    pipeline::Surroundings { in_job, ..pipeline::Surroundings::default() }
}

/// A name that does not exist is wrong usage; a history that cannot be read is not.
fn git_failure(error: git::Error) -> Failure {
    match error {
        git::Error::UnknownRevision { .. }
        | git::Error::BadRevision { .. }
        | git::Error::EmptyRange
        | git::Error::Bare { .. } => Failure::usage(error),
        other => Failure::failed(other),
    }
}

/// A problem with what to do about it behind.
fn with_advice(problem: &impl std::fmt::Display, advice: &str) -> String {
    let problem = problem.to_string();
    let end = if problem.ends_with(['.', '?', '!']) { "" } else { "." };
    format!("{problem}{end} {advice}")
}

/// What went wrong with a range; a file that stands in its place is told apart from a name that does not exist.
fn range_failure(error: pipeline::Error, dir: &Path) -> Failure {
    match error {
        pipeline::Error::Git(git::Error::UnknownRevision { spec, .. }) if dir.join(&spec).is_file() => {
            let patch = hint::shell_quoted(&spec);
            Failure::usage(format!(
                "{spec} is a file; a range is wanted, such as A..B. To check a patch: `ai-detect diff --patch {patch}`"
            ))
        }
        other => other.into(),
    }
}

impl From<pipeline::Error> for Failure {
    fn from(error: pipeline::Error) -> Self {
        use pipeline::Error;
        match error {
            Error::Git(error) => git_failure(error),
            Error::Settings(error) => error.into(),
            Error::Exclude(_) | Error::Sensitive(_) | Error::NoRepository => Failure::usage(error),
            Error::Preset(_) | Error::Registry(_) | Error::Patch(_) | Error::Moved { .. } => Failure::failed(error),
        }
    }
}

#[cfg(feature = "forge")]
impl From<JobError> for Failure {
    fn from(error: JobError) -> Self {
        if error.is_usage() { Failure::usage(error) } else { Failure::failed(error) }
    }
}

impl From<store::Error> for Failure {
    fn from(error: store::Error) -> Self {
        if error.is_usage() { Failure::usage(error) } else { Failure::failed(error) }
    }
}

impl From<PlaceError> for Failure {
    fn from(error: PlaceError) -> Self {
        Failure::failed(error)
    }
}

impl From<SettingsError> for Failure {
    fn from(error: SettingsError) -> Self {
        match error {
            SettingsError::Git(error) => git_failure(error),
            other => Failure::usage(other),
        }
    }
}

impl From<pack::Error> for Failure {
    fn from(error: pack::Error) -> Self {
        Failure::usage(error)
    }
}

/// The settings that a file holds; the defaults where none is named.
fn settings_on_disk(file: Option<&Path>, dir: &Path) -> Result<Settings, Failure> {
    Ok(file.map_or(Ok(Settings::default()), |file| Settings::from_file(dir, file))?)
}

/// A text from a file, or from standard input where it is called `-`.
fn read_text(file: &Path, dir: &Path) -> Result<String, Failure> {
    let (name, content) = if file == Path::new("-") {
        let mut content = Vec::new();
        let read = std::io::stdin().lock().read_to_end(&mut content);
        read.map_err(|error| Failure::failed(format!("standard input: {error}")))?;
        ("standard input".to_owned(), content)
    } else {
        let name = file.display().to_string();
        let read = std::fs::read(dir.join(file));
        (name.clone(), read.map_err(|error| Failure::failed(unread::sentence(&name, &error)))?)
    };
    String::from_utf8(content).map_err(|_| Failure::failed(format!("{name}: not UTF-8 text")))
}

/// The command line with all its subcommands, for documents and tests.
pub fn command() -> clap::Command {
    with_exit_statuses(Args::command())
}

/// Says in the help of every command how it ends. Those that end in a way of their own say so themselves.
fn with_exit_statuses(command: clap::Command) -> clap::Command {
    let command = match command.get_after_help() {
        Some(_) => command,
        None => command.after_help(EXIT),
    };
    command.mut_subcommands(with_exit_statuses)
}

/// Whether an agent calls, with whatever arguments, and whatever this build can do.
fn is_hook_of_agent() -> bool {
    let args: Vec<_> = std::env::args_os().skip(1).take(2).collect();
    matches!(args.as_slice(), [capture, hook] if capture == "capture" && hook == "hook")
}

/// Runs the program on the process's arguments.
pub fn run() -> Exit {
    let parsed = command().try_get_matches().and_then(|matches| Args::from_arg_matches(&matches));
    let args = match parsed {
        Ok(args) => args,
        // An agent would stop: the status of wrong usage means just that to it.
        Err(error) if error.use_stderr() && is_hook_of_agent() => return Exit::Analysed,
        Err(mut error) => {
            if error.kind() == clap::error::ErrorKind::ArgumentConflict {
                // Its usage line shows the very combination that is wrong.
                error.remove(clap::error::ContextKind::Usage);
            }
            // Help and version are no errors; both go where clap sends them.
            let exit = if error.use_stderr() { Exit::Usage } else { Exit::Analysed };
            let out = output::Output::new(ColorChoice::Auto);
            if let Some(hint) = hint::missing_subcommand(&error) {
                out.error(&hint);
                return exit;
            }
            return if out.usage(&error).is_ok() { exit } else { Exit::Failed };
        }
    };
    #[cfg(feature = "trail")]
    if let Command::Capture(capture::Command::Hook(hook)) = &args.command {
        // An agent waits for it, and it needs no threads.
        return capture::hook::run(hook, &args.dir);
    }
    let out = output::Output::new(args.color);
    // This thread is one of those that work: waking it up would take longer than much of what is done.
    if let Err(error) = rayon::ThreadPoolBuilder::new().use_current_thread().build_global() {
        out.error(&format!("threads cannot be started: {error}"));
        return Exit::Failed;
    }
    let result = match args.command {
        Command::Diff(command) => diff::run(&command, &args.dir, &out),
        #[cfg(feature = "forge")]
        Command::Ci(command) => ci::run(&command, &args.dir, &out),
        Command::Scan(command) => scan::run(&command, &args.dir, &out),
        #[cfg(feature = "forge")]
        Command::Post(command) => post::run(&command, &args.dir, &out),
        Command::Report(command) => report::run(&command, &args.dir, &out),
        #[cfg(feature = "lab")]
        Command::Eval(command) => eval::run(&command, &args.dir, &out),
        #[cfg(feature = "lab")]
        Command::Fit(command) => fit::run(&command, &args.dir, &out),
        Command::Rules(command) => rules::run(&command, &args.dir, &out),
        Command::Languages => languages::run(&out),
        Command::Markers(command) => markers::run(&command, &args.dir, &out),
        Command::Attest(command) => attest::run(&command, &args.dir, &out),
        Command::Hook(command) => hook::run(&command, &args.dir, &out),
        Command::Policy(command) => policy::run(&command, &args.dir, &out),
        #[cfg(feature = "forge")]
        Command::Triage(command) => triage::run(&command, &args.dir, &out),
        #[cfg(feature = "trail")]
        Command::Capture(command) => capture::run(&command, &args.dir, &out),
        Command::Trail(command) => trail::run(&command, &args.dir, &out),
        Command::Schema(command) => schema::run(&command, &out),
        Command::Completions(command) => completions::run(&command, &out),
        Command::Man(command) => man::run(&command, &args.dir, &out),
    };
    result.unwrap_or_else(|failure| {
        out.error(&failure.message);
        failure.exit
    })
}
