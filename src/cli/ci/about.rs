//! What a job is about: its event, and the request as it stands now, which the forge is asked for. A job that is run
//! again gets the event that it got at first, and what a request states may have changed since.

use std::time::Duration;

use super::super::Failure;
use super::super::output::Output;
use super::super::posting;
use crate::forge::event::github::FinishedRun;
use crate::forge::event::{End, Env, Event, Range};
use crate::forge::github::{self, Found};
use crate::forge::gitlab::{self, GitLab};
use crate::forge::{ChangeRequest, Details, Forge, job};
use crate::report::NotLookedAt;

/// How long may be waited for what the request states: the event says it, too, and posting waits by itself.
const MAX_WAIT: Duration = Duration::from_secs(20);

/// What a job is about.
pub(super) struct About {
    pub(super) event: Event,
    pub(super) base: End,
    /// A full id.
    pub(super) head: String,
    /// What the forge also calls the head.
    pub(super) head_ref: Option<String>,
    /// What of the request was not looked at.
    pub(super) not_looked_at: Vec<NotLookedAt>,
}

/// What the forge says of a request.
enum Answer {
    Now(Box<Details>),
    /// There is no token to ask with.
    NoToken,
    Failed(String),
}

impl About {
    /// # Errors
    /// Where the event names no commits and the forge does not, either.
    pub(super) fn of(
        mut event: Event,
        finished: Option<&FinishedRun>,
        env: &Env<'_>,
        args: &posting::Args,
        out: &Output,
    ) -> Result<Self, Failure> {
        if let Some(run) = finished
            && let Err(problem) = find_request(&mut event, run, env, args)
        {
            out.say(&format!("the request of this run could not be looked up: {}", problem.message));
        }
        let answer = event.request.as_ref().map(|request| ask(request, env, args));
        let of_request = matches!(event.range, Range::OfRequest);
        match &answer {
            Some(Answer::NoToken) if of_request => {
                let tokens = match event.forge {
                    Forge::GitHub => job::NO_TOKEN,
                    Forge::GitLab => "no token is set (AI_DETECT_GITLAB_TOKEN)",
                };
                let name = &event.name;
                let why =
                    format!("the event `{name}` names no commits, and the forge cannot be asked for them: {tokens}");
                return Err(Failure::failed(why));
            }
            Some(Answer::Failed(problem)) if of_request => {
                let why =
                    format!("the request that the event `{}` names could not be looked up: {problem}", event.name);
                return Err(Failure::failed(why));
            }
            _ => {}
        }
        let not_looked_at = answer.as_ref().map_or_else(Vec::new, |answer| answer.not_looked_at(&event));
        let ends = ends(&event, answer.as_ref())?;
        if let Some(Answer::Now(details)) = answer {
            (event.stated, event.by_member) = (details.stated, details.by_member);
            event.is_description_cut = false;
        }
        let (base, head, head_ref) = ends;
        Ok(About { event, base, head, head_ref, not_looked_at })
    }
}

impl Answer {
    /// What of the request is not known, so that the report says so.
    fn not_looked_at(&self, event: &Event) -> Vec<NotLookedAt> {
        let problem = match self {
            Answer::Now(_) => return Vec::new(),
            Answer::NoToken => None,
            Answer::Failed(problem) => Some(problem.clone()),
        };
        let since = event.as_of.clone();
        let mut found = vec![NotLookedAt::RequestNow { as_of: since, in_event: event.states_request, problem }];
        let read = event.stated.body.as_ref().filter(|_| event.is_description_cut);
        found.extend(read.map(|body| NotLookedAt::Description { characters: body.chars().count() as u64 }));
        found
    }
}

/// The request of a finished run: the event does not name it for forks.
fn find_request(event: &mut Event, run: &FinishedRun, env: &Env<'_>, args: &posting::Args) -> Result<(), Failure> {
    if event.request.is_some() {
        return Ok(());
    }
    let Some(github) = args.github(env)? else { return Ok(()) };
    if let Found::One(request) = github::request_of(&github, run).map_err(Failure::failed)? {
        event.request = Some(request);
    }
    Ok(())
}

/// Asks the forge what a request states now.
fn ask(request: &ChangeRequest, env: &Env<'_>, args: &posting::Args) -> Answer {
    let details = match request.forge {
        Forge::GitHub => match args.github_within(env, MAX_WAIT) {
            Ok(Some(github)) => github::details(&github, request),
            Ok(None) => return Answer::NoToken,
            // Whoever posts meets the same, and says it, too.
            Err(failure) => return Answer::Failed(failure.message),
        },
        Forge::GitLab => match gitlab::reading_credential(env) {
            Some(credential) => {
                GitLab::new(request, credential, args.patience_within(MAX_WAIT)).and_then(|place| place.details())
            }
            None => return Answer::NoToken,
        },
    };
    match details {
        Ok(details) => Answer::Now(Box::new(details)),
        Err(error) => Answer::Failed(error.to_string()),
    }
}

/// Where the change starts and ends. The event's own commits count where it names them: the request may have moved on
/// since, and then another job looks at it.
fn ends(event: &Event, answer: Option<&Answer>) -> Result<(End, String, Option<String>), Failure> {
    let of_request = event.request.as_ref().map(ChangeRequest::head_ref);
    match (&event.range, answer) {
        (Range::Between { base, head, head_ref }, _) => {
            // A finished run names its request's base only where the request was looked up.
            let known = event.request.as_ref().and_then(|request| request.base_id.clone());
            let base = known.map_or(base.clone(), End::Id);
            Ok((base, head.clone(), head_ref.clone().or(of_request)))
        }
        (Range::OfRequest, Some(Answer::Now(details))) => match &**details {
            Details { base: Some(base), head: Some(head), .. } => Ok((End::Id(base.clone()), head.clone(), of_request)),
            _ => Err(Failure::failed(
                "the forge names no commits of the request; try again when it is ready to be merged",
            )),
        },
        (Range::OfRequest | Range::Nothing(_), _) => Err(Failure::failed("the event names no commits")),
    }
}
