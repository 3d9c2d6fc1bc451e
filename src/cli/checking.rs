//! `ai-detect policy check`, and `ai-detect attest --check`: a range measured by a policy.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::output::Output;
use super::{Exit, Failure};
use crate::attest::Registry;
use crate::git::RangeSpec;
use crate::pipeline::settings::policy_on_disk;
use crate::pipeline::{Session, SettingsFrom};
use crate::policy::{Described, Policy};
use crate::report::policy_check::text;

/// What is measured, and by which policy
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// A..B or A...B: from their merge base to B; A: from A to HEAD; nothing: from the default branch to HEAD
    #[arg(value_name = "RANGE")]
    range: Option<String>,

    /// A preset or a policy file, instead of the one that the settings name
    #[arg(long, value_name = "NAME")]
    policy: Option<String>,

    /// The request's description, where the policy asks for something there; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    description: Option<PathBuf>,

    /// A label of the request; may be given several times
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,

    /// Settings from a file on disk instead of the commit that the change starts from
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    format: Format,

    /// All commits, also those with nothing to say of
    #[arg(short, long)]
    verbose: bool,

    /// Exit with status 1 when something is missing, misplaced or contradictory
    #[arg(long)]
    exit_code: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Text,
    Json,
}

impl Args {
    /// A range by the policy in force, as `attest --check` wants it.
    pub(super) fn of(range: Option<String>, policy: Option<String>, config: Option<PathBuf>) -> Self {
        Args {
            range,
            policy,
            description: None,
            labels: Vec::new(),
            config,
            format: Format::Text,
            verbose: false,
            exit_code: true,
        }
    }
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let session = open(args.range.as_deref(), args.config.as_deref(), dir)?;
    let policy = policy(&session, args.policy.as_deref(), dir)?;
    let described = described(args, dir)?;
    let check = session.check(&policy, described.as_ref())?;
    out.print(&match args.format {
        Format::Json => check.json().map_err(Failure::failed)?,
        Format::Text => text::write(&check, args.verbose, out.width()),
    })?;
    Ok(if args.exit_code && check.asks() { Exit::Flags } else { Exit::Analysed })
}

/// A range, or the default one, with its settings.
pub(super) fn open(range: Option<&str>, config: Option<&Path>, dir: &Path) -> Result<Session, Failure> {
    let request = range.map_or(RangeSpec::Default, |range| RangeSpec::Spec(range.to_owned()));
    let settings = config.map_or(SettingsFrom::Start, |file| SettingsFrom::File { dir, file });
    Ok(Session::open(dir, &request, settings)?.within(super::surroundings()))
}

/// A policy by its name, or the one in force.
pub(super) fn policy<'s>(session: &'s Session, name: Option<&str>, dir: &Path) -> Result<Cow<'s, Policy>, Failure> {
    Ok(match name {
        Some(name) => Cow::Owned(policy_on_disk(name, dir)?),
        None => session.policy()?,
    })
}

fn described(args: &Args, dir: &Path) -> Result<Option<Described>, Failure> {
    let registry = Registry::builtin()?;
    let Some(file) = &args.description else {
        // A label alone also says something of the request.
        let labelled = !args.labels.is_empty();
        return Ok(labelled.then(|| Described::read("", &args.labels, registry)));
    };
    let text = super::read_text(file, dir)?;
    Ok(Some(Described::read(&text, &args.labels, registry)))
}
