//! `ai-detect policy check`, and `ai-detect attest --check`: a range measured by a policy.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::formats::TextOrJson;
use super::output::Output;
use super::{Exit, Failure};
use crate::attest::{Registry, Request};
use crate::git::RangeSpec;
use crate::pipeline::settings::policy_on_disk_under;
use crate::pipeline::{self, Session, SettingsFrom};
use crate::policy::{Described, Policy};
use crate::report::policy_check::text;

/// What is measured, and by which policy
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Commits to check: A..B or A...B compares B with their merge base, A compares HEAD with A [default: compare HEAD
    /// with the default branch]
    #[arg(value_name = "RANGE")]
    range: Option<String>,

    /// Check by this preset or policy file instead of the policy in the settings
    #[arg(long, value_name = "POLICY")]
    policy: Option<String>,

    /// Read the description of the pull or merge request from this file; `-` reads standard input
    #[arg(long, value_name = "FILE")]
    description: Option<PathBuf>,

    /// Set the title of the request
    #[arg(long, value_name = "TITLE")]
    title: Option<String>,

    /// Add a label of the request; repeat the option for several
    #[arg(long = "label", value_name = "LABEL")]
    labels: Vec<String>,

    /// Read settings from this file instead of from the commit that the change starts from
    #[arg(long, value_name = "FILE")]
    config: Option<PathBuf>,

    /// Choose the output format
    #[arg(long, value_enum, default_value_t = TextOrJson::Text)]
    format: TextOrJson,

    /// Show all commits, including those without findings
    #[arg(short, long)]
    verbose: bool,

    /// Exit with status 1 if a declaration is missing, has the wrong form or contradicts another
    #[arg(long)]
    exit_code: bool,
}

impl Args {
    /// A range by the policy in force, as `attest --check` wants it.
    pub(super) fn of(range: Option<String>, policy: Option<String>, config: Option<PathBuf>) -> Self {
        Args {
            range,
            policy,
            description: None,
            title: None,
            labels: Vec::new(),
            config,
            format: TextOrJson::Text,
            verbose: false,
            exit_code: true,
        }
    }
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let session = open_for(args.policy.as_deref(), args.range.as_deref(), args.config.as_deref(), dir)?;
    let policy = policy(&session, args.policy.as_deref(), dir)?;
    let described = described(args, dir)?;
    let check = session.check(&policy, described.as_ref())?;
    out.print(&match args.format {
        TextOrJson::Json => check.json().map_err(Failure::failed)?,
        TextOrJson::Text => text::write(&check, args.verbose, out.width()),
    })?;
    Ok(if args.exit_code && check.asks() { Exit::Flags } else { Exit::Analysed })
}

/// A range, or the default one, with its settings.
pub(super) fn open(range: Option<&str>, config: Option<&Path>, dir: &Path) -> Result<Session, Failure> {
    open_for(None, range, config, dir)
}

/// The same where the command line may name a policy: then the one in force may be broken.
pub(super) fn open_for(
    policy: Option<&str>,
    range: Option<&str>,
    config: Option<&Path>,
    dir: &Path,
) -> Result<Session, Failure> {
    let request = range.map_or(RangeSpec::Default, |range| RangeSpec::Spec(range.to_owned()));
    let settings = config.map_or(SettingsFrom::Start, |file| SettingsFrom::File { dir, file });
    let open = if policy.is_some() { Session::open_with_own_policy } else { Session::open };
    let session = open(dir, &request, settings).map_err(|error| match (&error, config) {
        (pipeline::Error::Settings(problem), None) if problem.is_of_content() => {
            Failure::usage(super::with_advice(&error, "To use other settings: `--config FILE`"))
        }
        _ => super::range_failure(error, dir),
    })?;
    Ok(session.within(super::surroundings()))
}

/// A policy by its name, or the one in force.
pub(super) fn policy<'s>(session: &'s Session, name: Option<&str>, dir: &Path) -> Result<Cow<'s, Policy>, Failure> {
    Ok(match name {
        Some(name) => Cow::Owned(policy_on_disk_under(name, dir, session.settings())?),
        None => session.policy()?,
    })
}

fn described(args: &Args, dir: &Path) -> Result<Option<Described>, Failure> {
    let registry = Registry::builtin()?;
    let body = args.description.as_ref().map(|file| super::read_text(file, dir)).transpose()?;
    let request = Request { body, title: args.title.clone(), labels: args.labels.clone(), ..Request::default() };
    // A title or a label alone also says something of the request.
    Ok((request != Request::default()).then(|| Described::read(&request, registry)))
}
