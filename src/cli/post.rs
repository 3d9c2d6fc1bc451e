//! `ai-detect post REPORT`: posts what another, unprivileged job found. The report may be anybody's, so
//! nothing in it decides where it is posted.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::output::Output;
use super::posting::{self, Job, NoReport, Outcome};
use super::report::{self, Unusable};
use super::{Exit, Failure};
use crate::forge::event::github as event;
use crate::forge::github::{self, Found};
use crate::forge::{ChangeRequest, Forge};
use crate::pack::{Fitted, Pack, Rule};
use crate::report::json::ReadError;
use crate::report::{Report, foreign};

/// What is posted, in a job that a `workflow_run` event starts
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// File of the report that `ai-detect diff --format json` printed in the other job
    #[arg(value_name = "REPORT")]
    report: PathBuf,

    #[command(flatten)]
    posting: posting::Args,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    if !event::is_here(&env) {
        return Err(Failure::usage(
            "`post` runs in GitHub Actions, in a job that a workflow_run event starts; there the event says which \
             request the report is for",
        ));
    }
    let (name, content) = event::load(&env).map_err(Failure::failed)?;
    if name != "workflow_run" {
        return Err(Failure::usage(format!(
            "`post` takes the request from a workflow_run event, and this is `{name}`; `ai-detect ci` looks at the \
             change of any event itself"
        )));
    }
    let run = event::finished(&content).map_err(Failure::failed)?;
    let report = read(&args.report, dir, &run.head);
    let mut job = Job::new(&env, out, &args.posting, Forge::GitHub, run.head.clone(), event::run(&env))?;
    job.request = request(&job, &run)?;
    let problem = match report {
        Ok(report) if job.request.is_some() => {
            // That job may run what the change says.
            let fitted = Fitted::builtin().map_err(Failure::failed)?;
            let pack = Pack::load(fitted, &[], &[]).map_err(Failure::failed)?;
            let rules: HashMap<&str, &Rule> = pack.rules.iter().map(|rule| (rule.id.as_str(), rule)).collect();
            let report = foreign(report, |id, value| rules.get(id).map(|rule| rule.says_of_value(value)));
            job.publish(&Outcome::Report(&report))?;
            return Ok(Exit::Analysed);
        }
        Ok(_) => return Ok(Exit::Analysed),
        Err(problem) => problem,
    };
    if job.request.is_some() {
        let (why, advice) = problem.told();
        // That it could not be said either is the smaller trouble.
        if let Err(posting) = job.publish(&Outcome::Failed(&NoReport::Unusable { why: &why, advice })) {
            out.say(&posting.message);
        }
    }
    Err(Failure::failed(format!("{}: {problem}: nothing of it is posted", args.report.display())))
}

/// Why a report cannot be shown.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error(transparent)]
    Unusable(#[from] Unusable),
    #[error("the report is about {found}, and the run that it comes from was about {expected}")]
    OtherCommit { found: String, expected: String },
}

impl Problem {
    /// Why, in words of ours alone, and what to do: a stranger's report does not choose what is said of it.
    fn told(&self) -> (String, &'static str) {
        const SAME_VERSION: &str =
            "Use the same version of ai-detect in the job that analyses the change and in this one.";
        const NOT_OURS: &str = "ai-detect writes no such report. See in the log of the job that analyses the change whether it ended early, and \
             whether something else wrote the report.";
        match self {
            Problem::Unusable(Unusable::File(error)) => (
                format!("The report cannot be read ({}).", error.kind()),
                "See whether the job that analyses the change wrote its report, and whether this job downloads it.",
            ),
            Problem::Unusable(Unusable::Report(error @ ReadError::TooLarge)) => {
                (format!("It was not read: {error}."), NOT_OURS)
            }
            Problem::Unusable(Unusable::Report(ReadError::Schema { .. })) => {
                ("The report is of another version than this one reads.".into(), SAME_VERSION)
            }
            Problem::Unusable(Unusable::Report(
                ReadError::Cut(error) | ReadError::NoJson(error) | ReadError::Shape(error),
            )) => (format!("The report is invalid (line {}, column {}).", error.line(), error.column()), NOT_OURS),
            Problem::Unusable(Unusable::Report(ReadError::Inconsistent { place, what })) => {
                (format!("The report is invalid ({place}: {what})."), NOT_OURS)
            }
            Problem::OtherCommit { .. } => (
                "The report is about another commit than the run that it comes from.".into(),
                "Let the job that analyses the change look at the commit that its run is about.",
            ),
        }
    }
}

fn read(file: &Path, dir: &Path, head: &str) -> Result<Report, Problem> {
    let report = report::read(file, dir)?;
    if report.range.head.as_deref() != Some(head) {
        let found = report.range.head.unwrap_or_else(|| "no commit".into());
        return Err(Problem::OtherCommit { found, expected: head.to_owned() });
    }
    Ok(report)
}

/// The request that the event is about; nothing where it has moved on.
fn request(job: &Job<'_>, run: &event::FinishedRun) -> Result<Option<ChangeRequest>, Failure> {
    let github = job.github()?.ok_or_else(|| Failure::failed(crate::forge::job::NO_TOKEN))?;
    let found = github::request_of(&github, run)
        .map_err(|error| Failure::failed(format!("could not find the request of this run: {error}")))?;
    match found {
        Found::One(request) => Ok(Some(request)),
        Found::None => {
            let short = run.head.get(..8).unwrap_or(&run.head);
            job.out.print(&format!("no open request ends at {short} (any more): nothing is posted\n"))?;
            Ok(None)
        }
        Found::Several(numbers) => {
            let numbers: Vec<String> = numbers.iter().map(|number| format!("#{number}")).collect();
            Err(Failure::failed(format!(
                "could not post: the requests {} all end at {}, and the event does not say which it is about",
                numbers.join(", "),
                run.head
            )))
        }
    }
}
