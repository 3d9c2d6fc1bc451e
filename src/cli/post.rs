//! `ai-detect post REPORT`: posts what another, unprivileged job found. The report may be anybody's, so
//! nothing in it decides where it is posted.

use std::collections::HashMap;
use std::path::{Path, PathBuf};

use super::output::Output;
use super::posting::{self, Job, Outcome};
use super::{Exit, Failure};
use crate::forge::event::github as event;
use crate::forge::github::{self, Found};
use crate::forge::{Forge, Request};
use crate::pack::{Fitted, Pack, Rule};
use crate::report::{Report, foreign, json};

/// A larger report is not read, in bytes.
const MOST_BYTES: u64 = 64 << 20;

/// What is posted, in a job that a `workflow_run` event starts
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// What `ai-detect diff --format json` printed in the other job
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
    let report = read(&dir.join(&args.report), &args.report)?;
    if report.range.head.as_deref() != Some(run.head.as_str()) {
        return Err(Failure::failed(format!(
            "the report is about {}, and the run that it comes from was about {}: nothing is posted",
            report.range.head.as_deref().unwrap_or("no commit"),
            run.head
        )));
    }
    let mut job = Job::new(&env, out, &args.posting, Forge::GitHub, run.head.clone(), event::run(&env))?;
    let Some(request) = request(&job, &run)? else { return Ok(Exit::Analysed) };
    job.request = Some(request);
    // That job may run what the change says.
    let fitted = Fitted::builtin().map_err(Failure::failed)?;
    let pack = Pack::load(fitted, &[], &[]).map_err(Failure::failed)?;
    let rules: HashMap<&str, &Rule> = pack.rules.iter().map(|rule| (rule.id.as_str(), rule)).collect();
    let report = foreign(report, |id, number| rules.get(id).map(|rule| rule.says(number)));
    job.publish(&Outcome::Report(&report))?;
    Ok(Exit::Analysed)
}

/// The request that the event is about; nothing where it has moved on.
fn request(job: &Job<'_>, run: &event::FinishedRun) -> Result<Option<Request>, Failure> {
    let github = job.github()?.ok_or_else(|| Failure::failed(posting::NO_TOKEN))?;
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

fn read(path: &Path, name: &Path) -> Result<Report, Failure> {
    let name = name.display();
    let failed = |problem: &dyn std::fmt::Display| Failure::failed(format!("{name}: {problem}"));
    let size = std::fs::metadata(path).map_err(|error| failed(&error))?.len();
    if size > MOST_BYTES {
        return Err(failed(&format!("it has {size} bytes, and no more than {MOST_BYTES} are read")));
    }
    let bytes = std::fs::read(path).map_err(|error| failed(&error))?;
    json::read(&bytes).map_err(|error| failed(&error))
}
