//! `ai-detect ci`: finds what the job is about, looks at it as `diff` does, and says it on the request.

mod about;
mod ends;

use std::path::{Path, PathBuf};

use about::About;
use ends::Ends;

use super::output::Output;
use super::posting::{self, Job, NoReport, Outcome};
use super::{Exit, Failure};
use crate::analyse::Detail;
use crate::attest;
use crate::forge::event::{self, Range};
use crate::forge::{Forge, job};
use crate::git::{Checkout, RangeSpec, Workspace};
use crate::pipeline::{Asked, Error, Session, Surroundings};
use crate::report::Report;

/// What a job looks at and where it says what it found
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Fetch from `origin` what the clone lacks: notes, the commits at both ends of the change, and file contents that a
    /// partial clone left out
    #[arg(long)]
    fetch: bool,

    #[command(flatten)]
    posting: posting::Args,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let (event, finished) = job::read(&env)?;
    if let Range::Nothing(why) = &event.range {
        out.print(&format!("nothing to look at: {why}\n"))?;
        return Ok(Exit::Analysed);
    }
    let about = About::of(event, finished.as_ref(), &env, &args.posting, out)?;
    let mut job = Job::new(&env, out, &args.posting, about.event.forge, about.head.clone(), about.event.run)?;
    job.request.clone_from(&about.event.request);
    let analysed = checkout(&env, about.event.forge, dir).and_then(|checkout| {
        let ends = Ends { about: &about, checkout: &checkout, fetch: args.fetch };
        report(&about, &ends, &env)
    });
    match analysed {
        Ok(report) => {
            job.publish(&Outcome::Report(&report))?;
            Ok(Exit::Analysed)
        }
        Err(failure) => {
            let why = failure.message.clone();
            // That it could not be said either is the smaller trouble.
            if let Err(posting) = job.publish(&Outcome::Failed(&NoReport::NotAnalysed { why: &why })) {
                out.say(&posting.message);
            }
            Err(Failure { exit: failure.exit, message: format!("could not analyse this change: {why}") })
        }
    }
}

fn report(about: &About, ends: &Ends<'_>, env: &event::Env<'_>) -> Result<Report, Failure> {
    let spec = ends.spec()?;
    let surroundings = ends.bring(&spec, job::surroundings(env));
    let look = || between(&spec, &about.event, ends.checkout, surroundings.clone());
    let mut report = ends.with_contents(look)?;
    report.coverage.not_looked_at.extend(about.not_looked_at.iter().cloned());
    Ok(report)
}

/// The checkout that this job was started in.
fn checkout(env: &event::Env<'_>, forge: Forge, dir: &Path) -> Result<Checkout, Failure> {
    let variable = forge.workspace();
    let folder = env(variable).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let workspace = folder.map(|folder| Workspace { variable, folder });
    let checkout = Checkout::find(dir, workspace.as_ref()).map_err(Failure::failed)?;
    Ok(checkout.with_token(job::origin_token(env)))
}

/// The report on what lies between two commits, as a job of a forge looks at it.
fn between(spec: &str, event: &event::Event, checkout: &Checkout, surroundings: Surroundings) -> Result<Report, Error> {
    let &event::Event { ref stated, by_member, is_description_cut, .. } = event;
    let request = Some(stated).filter(|stated| **stated != attest::Request::default());
    let session = Session::of_job(checkout, &RangeSpec::Spec(spec.to_owned()))?.within(surroundings);
    Ok(session.report(&Asked { request, by_member, is_description_cut, detail: Detail::All })?.report)
}
