//! `ai-detect triage`: flags and what people decided about them.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::output::Output;
use super::{Exit, Failure, read_text, report};
use crate::forge::gitlab::{self, GitLab};
use crate::forge::posting::Place as _;
use crate::forge::{Forge, answers, github, http, job};
use crate::git::RangeSpec;
use crate::pipeline::{Asked, Session, SettingsFrom};
use crate::report::{Report, text};
use crate::triage::{State, Triage, Trust, export, state, text as listing};

/// What to list, and where decisions come from
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Range as for `diff`, or the file of a report that `diff --format json` wrote
    #[arg(value_name = "RANGE|REPORT")]
    of: Option<String>,

    /// Read decisions from this copy of the request's summary comment; `-` reads standard input. The secret in
    /// AI_DETECT_STATE_KEY checks its signature
    #[arg(long, value_name = "FILE")]
    state: Option<PathBuf>,

    /// Read the decisions from the request that this CI job runs for, and check each again
    #[arg(long, conflicts_with = "state")]
    request: bool,

    /// Explain one flag with all evidence for and against
    #[arg(long, value_name = "ID", conflicts_with = "export")]
    explain: Option<String>,

    /// Export each flag with its decision, one row per flag
    #[arg(long, value_enum, value_name = "FORMAT")]
    export: Option<Export>,

    /// Include the names of the people who decided in the export
    #[arg(long, requires = "export")]
    with_names: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Export {
    /// One JSON object per line
    Jsonl,
    /// Tab-separated values with a header
    Tsv,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let report = flagged(args, dir)?;
    if let Some(id) = &args.explain {
        out.print(&explained(&report, id, out.width())?)?;
        return Ok(Exit::Analysed);
    }
    let (state, answers) = match (&args.state, args.request) {
        (Some(file), _) => (Some(read_state(file, dir, out)?), Vec::new()),
        (None, true) => {
            let triage = on_request(&report)?;
            if let Some(problem) = triage.problem {
                out.say(&format!("note: the state in the summary comment does not count: {problem}"));
            }
            (Some(triage.state), triage.answers)
        }
        (None, false) => (None, Vec::new()),
    };
    match args.export {
        None => out.print(&listing::write(&report, state.as_ref(), &answers, out.width()))?,
        Some(format) => {
            let state = state.ok_or_else(|| Failure::usage("--export needs decisions: --state FILE or --request"))?;
            let rows = export::rows(&state, &report, args.with_names);
            out.print(&match format {
                Export::Jsonl => export::jsonl(&rows).map_err(Failure::failed)?,
                Export::Tsv => export::tsv(&rows, args.with_names),
            })?;
        }
    }
    Ok(Exit::Analysed)
}

/// From a file where there is one of that name, from a range otherwise.
fn flagged(args: &Args, dir: &Path) -> Result<Report, Failure> {
    let file = args.of.as_ref().map(Path::new).filter(|file| dir.join(file).is_file());
    let Some(file) = file else { return of_range(args.of.clone(), dir) };
    report::read(file, dir).map_err(|problem| Failure::failed(format!("{}: {problem}", file.display())))
}

fn explained(report: &Report, id: &str, width: usize) -> Result<String, Failure> {
    let fits = |print: &str| print.starts_with(&id.to_ascii_lowercase());
    let found: Vec<usize> =
        report.flags.iter().enumerate().filter(|(_, flag)| fits(&flag.fingerprint)).map(|(at, _)| at).collect();
    match found.as_slice() {
        [at] => Ok(text::one(report, *at, width)),
        [] => Err(Failure::usage(format!("no flag has the id `{id}`"))),
        _ => Err(Failure::usage(format!("the id `{id}` fits several flags"))),
    }
}

/// As the job would see them that posts.
fn on_request(report: &Report) -> Result<Triage, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let (event, _) = job::read(&env)?;
    let request = event.request.ok_or_else(|| Failure::usage("--request: this job belongs to no request"))?;
    let key = job::state_key(&env)?;
    let failed =
        |error: &http::Error| Failure::failed(format!("the decisions on {} cannot be read: {error}", request.name()));
    let patience = http::Patience::default();
    match request.forge {
        Forge::GitHub => {
            let github = job::github(&env, github::ACCEPT, patience)?;
            let github = github.ok_or_else(|| Failure::failed(job::NO_TOKEN))?;
            let place = github.place(&request);
            let posted = place.read().map_err(|error| failed(&error))?;
            Ok(answers::triage(&request, report, &posted, &place, key.as_ref()))
        }
        Forge::GitLab => {
            let credential = gitlab::credential(&env).ok_or_else(|| Failure::failed(gitlab::JOB_TOKEN))?;
            let place = GitLab::new(&request, credential, patience).map_err(|error| failed(&error))?;
            let posted = place.read().map_err(|error| failed(&error))?;
            Ok(answers::triage(&request, report, &posted, &place, key.as_ref()))
        }
    }
}

fn read_state(file: &Path, dir: &Path, out: &Output) -> Result<State, Failure> {
    let body = read_text(file, dir)?;
    let name = file.display();
    let read = state::read(&body, job::state_key(&|name: &str| std::env::var(name).ok())?.as_ref());
    let read =
        read.map_err(|problem| Failure::failed(format!("{name}: the state of decisions does not count: {problem}")))?;
    let (state, trust) = read.ok_or_else(|| Failure::failed(format!("{name}: no state of decisions is in it")))?;
    if trust == Trust::Plain {
        out.say(
            "note: this state was written without AI_DETECT_STATE_KEY; whoever can edit the comment can write such \
             decisions, and here the comments that they came from are not looked at",
        );
    }
    Ok(state)
}

/// The report on a range by the settings in force, or on the default range.
fn of_range(range: Option<String>, dir: &Path) -> Result<Report, Failure> {
    let request = range.map_or(RangeSpec::Default, RangeSpec::Spec);
    let session = Session::open(dir, &request, SettingsFrom::Start)?.within(super::surroundings());
    Ok(session.report(&Asked::default())?.report)
}
