//! `ai-detect ci`: finds what the job is about, looks at it as `diff` does, and says it on the request.

use std::path::{Path, PathBuf};

use super::output::Output;
use super::posting::{self, Job, NoReport, Outcome};
use super::{Exit, Failure, diff};
use crate::forge::event::{self, End, Event, Range};
use crate::forge::github::{self, Details, Found};
use crate::forge::{Error, Forge, job};
use crate::git::{self, Checkout, Workspace};

/// What a job looks at and where it says what it found
#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// Fetch what the clone lacks, with git and the clone's own remote `origin`
    #[arg(long)]
    fetch: bool,

    #[command(flatten)]
    posting: posting::Args,
}

pub(super) fn run(args: &Args, dir: &Path, out: &Output) -> Result<Exit, Failure> {
    let env = |name: &str| std::env::var(name).ok();
    let (mut event, finished) = job::read(&env)?;
    let (mut base, head, mut head_ref) = match &event.range {
        Range::Between { base, head, head_ref } => (base.clone(), head.clone(), head_ref.clone()),
        Range::Nothing(why) => {
            out.print(&format!("nothing to look at: {why}\n"))?;
            return Ok(Exit::Analysed);
        }
    };
    let mut job = Job::new(&env, out, &args.posting, event.forge, head.clone(), event.run)?;
    if let Some(run) = finished {
        job.look_up(&run, &mut event)?;
        if let Some(request) = &event.request {
            head_ref = Some(format!("refs/pull/{}/head", request.number));
            base = request.base_id.clone().map_or(base, End::Id);
        }
    }
    job.request.clone_from(&event.request);
    let ends = Ends { base, head, head_ref, fetch: args.fetch };
    let analysed = checkout(&env, event.forge, dir).and_then(|checkout| {
        let spec = ends.spec(&event, &checkout)?;
        diff::between(&spec, &event.stated, event.by_member, &checkout)
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

/// The checkout that this job was started in.
fn checkout(env: &event::Env<'_>, forge: Forge, dir: &Path) -> Result<Checkout, Failure> {
    let variable = forge.workspace();
    let folder = env(variable).filter(|folder| !folder.is_empty()).map(PathBuf::from);
    let workspace = folder.map(|folder| Workspace { variable, folder });
    Checkout::find(dir, workspace.as_ref()).map_err(Failure::failed)
}

/// The ends of a range, and how to get them.
struct Ends {
    base: End,
    head: String,
    head_ref: Option<String>,
    fetch: bool,
}

impl Ends {
    /// The range as `diff` takes it, if both ends and where they meet are there.
    fn spec(&self, event: &Event, checkout: &Checkout) -> Result<String, Failure> {
        let base = match &self.base {
            End::Id(id) => id.clone(),
            End::Branch(name) => format!("refs/remotes/origin/{name}"),
        };
        let spec = format!("{base}..{}", self.head);
        let Err(error) = resolved(&spec, checkout)? else { return Ok(spec) };
        if !self.fetch {
            return Err(Failure::failed(format!("{}. {}", self.lacking(&error), self.advice(event))));
        }
        self.fetched(checkout)?;
        match resolved(&spec, checkout)? {
            Ok(()) => Ok(spec),
            Err(error) => Err(Failure::failed(format!("{}, even after fetching", self.lacking(&error)))),
        }
    }

    fn lacking(&self, error: &git::Error) -> String {
        match error {
            git::Error::UnknownRevision { spec, .. } if *spec == self.head => {
                format!("the commit {} that this change ends at is not in this clone", self.head)
            }
            git::Error::UnknownRevision { spec, .. } => {
                format!("{spec}, which this change starts from, is not in this clone")
            }
            git::Error::Shallow { .. } => "this clone is too shallow to show where the change starts".to_owned(),
            other => other.to_string(),
        }
    }

    /// Exactly what to change.
    fn advice(&self, event: &Event) -> String {
        let depth = match event.forge {
            Forge::GitHub => "set `fetch-depth: 0` on actions/checkout",
            Forge::GitLab => "set the variable `GIT_DEPTH: 0` on this job",
        };
        // A checkout of the base has nothing of the change.
        let of_base = matches!(event.name.as_str(), "pull_request_target" | "workflow_run");
        let also = match &self.head_ref {
            Some(head_ref) if of_base => format!(" and fetch the change as data, `git fetch origin {head_ref}`"),
            None if of_base => format!(" and fetch the change as data, `git fetch origin {}`", self.head),
            _ => String::new(),
        };
        format!("To mend it, {depth}{also}, or run `ai-detect ci --fetch`")
    }

    /// What is fetched is named by ids and checked names alone. Nothing is checked out.
    fn fetched(&self, checkout: &Checkout) -> Result<(), Failure> {
        let base = match &self.base {
            End::Id(id) => id.clone(),
            End::Branch(name) => format!("+refs/heads/{name}:refs/remotes/origin/{name}"),
        };
        let head = self.head_ref.as_deref().unwrap_or(&self.head);
        checkout.fetch(&[&base, head]).map_err(|error| Failure::failed(format!("git fetch failed: {error}")))
    }
}

/// Whether a range can be looked at. What lacks is told apart from what cannot be opened at all.
fn resolved(spec: &str, checkout: &Checkout) -> Result<Result<(), git::Error>, Failure> {
    let repository = checkout.open().map_err(Failure::failed)?;
    match repository.resolve(&git::Request::Spec(spec.to_owned())) {
        Ok(_) => Ok(Ok(())),
        Err(error) => Ok(Err(error)),
    }
}

impl Job<'_> {
    /// The request of a finished run and what it states: the event tells neither for forks, and what a request
    /// states for none.
    fn look_up(&self, run: &event::github::FinishedRun, event: &mut Event) -> Result<(), Failure> {
        let Some(github) = self.github()? else { return Ok(()) };
        let mut looked_up = || -> Result<(), Error> {
            if event.request.is_none()
                && let Found::One(request) = github::request_of(&github, run)?
            {
                event.request = Some(request);
            }
            if let Some(request) = &event.request {
                let Details { stated, by_member } = github::details(&github, request)?;
                (event.stated, event.by_member) = (stated, by_member);
            }
            Ok(())
        };
        if let Err(error) = looked_up() {
            self.out.say(&format!("the request of this run could not be looked up: {error}"));
        }
        Ok(())
    }
}
