//! Saying what was found where people meet it: what `ci` and `post` share. Comments on the request come
//! first; what the token may not write there is said in the next place, with the reason.

mod files;
mod say;

use std::cell::RefCell;
use std::fmt::Write as _;
use std::path::PathBuf;
use std::time::Duration;

use super::Failure;
use super::output::Output;
pub(super) use crate::forge::draft::NoReport;
use crate::forge::draft::{MAX_INLINE, Posted, Wanted};
use crate::forge::event::Env;
use crate::forge::github::{self, GitHub};
use crate::forge::gitlab::{self, GitLab};
use crate::forge::http::{Error, Patience};
use crate::forge::posting::{Place, Posting, post};
use crate::forge::{ChangeRequest, Channel, Forge, Rights, answers, job};
use crate::report::{Report, text};
use crate::triage::{self, StateKey};

/// Where and how much is posted
#[derive(Debug, clap::Args)]
#[group(id = "posting")]
pub(super) struct Args {
    /// Print what would be posted, and post nothing
    #[arg(long, help_heading = "Posting")]
    dry_run: bool,

    /// Post only the summary, without comments on lines
    #[arg(long, help_heading = "Posting")]
    no_inline: bool,

    /// Limit the number of open comments on lines of the request
    #[arg(long, value_name = "N", default_value_t = MAX_INLINE, help_heading = "Posting")]
    max_comments: usize,

    /// Always create a check run, not only if the token may not write comments
    #[arg(long, help_heading = "Posting")]
    check_run: bool,

    /// Wait at most this long in total for rate limits and errors of the forge
    #[arg(long, value_name = "SECONDS", default_value_t = 60, help_heading = "Posting")]
    max_wait: u64,

    /// Also write the report as JSON to this file [default: a file in the temporary folder of a GitHub runner]
    #[arg(short, long, alias = "report-file", value_name = "FILE", help_heading = "Posting")]
    output: Option<PathBuf>,

    /// What kind of answer GitHub is asked for
    #[arg(long, env = "AI_DETECT_ACCEPT", default_value = github::ACCEPT, hide = true)]
    accept: String,
}

impl Args {
    /// GitHub with the job's token; nothing without one.
    pub(super) fn github(&self, env: &Env<'_>) -> Result<Option<GitHub>, Failure> {
        self.github_within(env, Duration::MAX)
    }

    /// The same with less patience.
    pub(super) fn github_within(&self, env: &Env<'_>, most: Duration) -> Result<Option<GitHub>, Failure> {
        Ok(job::github(env, &self.accept, self.patience_within(most))?)
    }

    /// How long may be waited, and no longer than `most`.
    pub(super) fn patience_within(&self, most: Duration) -> Patience {
        Patience::of(Duration::from_secs(self.max_wait).min(most))
    }
}

/// What there is to say.
pub(super) enum Outcome<'a> {
    /// A report.
    Report(&'a Report),
    /// The analysis failed; holds the reason.
    Failed(&'a NoReport<'a>),
}

/// A job of a forge.
pub(super) struct Job<'a> {
    env: &'a Env<'a>,
    pub(super) out: &'a Output,
    args: &'a Args,
    forge: Forge,
    head: String,
    run: u64,
    /// The request to post on, where there is one.
    pub(super) request: Option<ChangeRequest>,
    state_key: Option<StateKey>,
    /// The report without the flags that reviewers dismissed, once that is known.
    shown: RefCell<Option<Report>>,
}

/// A request on a forge: where to write, which it is, and who is who there.
type Real<'a> = (&'a dyn Place, &'a ChangeRequest, &'a dyn answers::Rights);

impl<'a> Job<'a> {
    /// # Errors
    /// Where the secret for the state of decisions is none.
    pub(super) fn new(
        env: &'a Env<'a>,
        out: &'a Output,
        args: &'a Args,
        forge: Forge,
        head: String,
        run: u64,
    ) -> Result<Self, Failure> {
        let state_key = job::state_key(env)?;
        Ok(Job { env, out, args, forge, head, run, request: None, state_key, shown: RefCell::default() })
    }

    /// GitHub with the job's token; nothing without one.
    pub(super) fn github(&self) -> Result<Option<GitHub>, Failure> {
        self.args.github(self.env)
    }

    fn patience(&self) -> Patience {
        self.args.patience_within(Duration::MAX)
    }

    fn some(&self, name: &str) -> Option<String> {
        (self.env)(name).filter(|value| !value.trim().is_empty())
    }

    fn wanted(&self, outcome: &Outcome<'_>) -> Wanted {
        match outcome {
            Outcome::Report(report) => Wanted::of_report(report, &self.head, self.run, self.most()),
            Outcome::Failed(failed) => Wanted::of_failure(failed, &self.head, self.run),
        }
    }

    /// Says it wherever it can be said. The job's log has all of it in any case.
    ///
    /// # Errors
    /// Where it could not be posted though the token may.
    pub(super) fn publish(&self, outcome: &Outcome<'_>) -> Result<(), Failure> {
        if let Outcome::Report(report) = outcome {
            self.out.print(&text::write_log(report, self.out.width()))?;
        }
        let mut rights = Rights::default();
        let mut told = String::new();
        let ended = self.ladder(outcome, &mut rights, &mut told);
        for (channel, why) in rights.refused() {
            let _ = writeln!(told, "not said as {}: {why}", channel.name());
        }
        if let Err(failure) = &ended {
            let _ = writeln!(told, "{}", failure.message);
        }
        self.out.print(&format!("\n{told}"))?;
        if !self.args.dry_run {
            self.summary_page(outcome, &told)?;
            self.hand_on(outcome)?;
        }
        ended
    }

    /// From the most useful place down to the one that is always there.
    fn ladder(&self, outcome: &Outcome<'_>, rights: &mut Rights, told: &mut String) -> Result<(), Failure> {
        let wanted = self.wanted(outcome);
        match self.comments(outcome, told) {
            Ok(None) => {}
            Ok(Some(why)) => rights.refuse(Channel::Comments, why),
            Err(error) if error.is_refusal() => rights.refuse(Channel::Comments, error.to_string()),
            Err(error) => {
                self.annotate(outcome)?;
                let what = self.request.as_ref().map_or_else(|| "the request".into(), ChangeRequest::name);
                return Err(Failure::failed(format!("could not post on {what}: {error}")));
            }
        }
        let refused = rights.refused().count() > 0;
        let check = self.args.check_run || (refused && wanted.worth_saying);
        if self.forge != Forge::GitHub || self.args.dry_run || !check {
            return Ok(());
        }
        match self.check(outcome) {
            Ok(address) => {
                let _ = writeln!(told, "said as {}{}", Channel::CheckRun.name(), at(address));
                return Ok(());
            }
            Err(why) => rights.refuse(Channel::CheckRun, why),
        }
        if refused && self.annotate(outcome)? {
            let _ = writeln!(told, "said as {} and in the job's summary", Channel::Annotations.name());
        }
        Ok(())
    }

    /// Posts on the request; or why not, where that is no error.
    fn comments(&self, outcome: &Outcome<'_>, told: &mut String) -> Result<Option<String>, Error> {
        let Some(request) = &self.request else {
            return if self.args.dry_run {
                self.rehearse(outcome, None, told).map(|()| None)
            } else {
                Ok(Some("the event belongs to no request".into()))
            };
        };
        match request.forge {
            Forge::GitHub => {
                let github = match self.github() {
                    Ok(Some(github)) => github,
                    Ok(None) if self.args.dry_run => return self.rehearse(outcome, None, told).map(|()| None),
                    Ok(None) => return Ok(Some(job::NO_TOKEN.into())),
                    Err(failure) => return Ok(Some(failure.message)),
                };
                let place = github.place(request);
                self.post(outcome, request, &place, &place, told)?;
            }
            Forge::GitLab => {
                let Some(credential) = gitlab::credential(self.env) else {
                    if self.args.dry_run {
                        return self.rehearse(outcome, None, told).map(|()| None);
                    }
                    return Ok(Some(gitlab::JOB_TOKEN.into()));
                };
                let place = match GitLab::new(request, credential, self.patience()) {
                    Ok(place) => place,
                    Err(error) => return Ok(Some(error.to_string())),
                };
                match self.post(outcome, request, &place, &place, told) {
                    Err(error) if error.is_refusal() => return Ok(Some(format!("{error}. {}", gitlab::MIN_RIGHTS))),
                    ended => ended?,
                }
            }
        }
        Ok(None)
    }

    /// What should stand on the request, by the report and by what people decided there.
    fn decided(
        &self,
        outcome: &Outcome<'_>,
        posted: &Posted,
        request: &ChangeRequest,
        rights: &dyn answers::Rights,
    ) -> Wanted {
        let key = self.state_key.as_ref();
        let Outcome::Report(report) = outcome else {
            let wanted = self.wanted(outcome);
            return Wanted { summary: answers::kept(&wanted.summary, posted, request, key), ..wanted };
        };
        let triage = answers::triage(request, report, posted, rights, key);
        let run = answers::Run { head: &self.head, number: self.run, most: self.most() };
        self.shown.replace(Some(triage::markdown::applied(report, &triage)));
        answers::wanted(report, &triage, key, run)
    }

    fn most(&self) -> usize {
        if self.args.no_inline { 0 } else { self.args.max_comments }
    }

    fn post(
        &self,
        outcome: &Outcome<'_>,
        request: &ChangeRequest,
        place: &dyn Place,
        rights: &dyn answers::Rights,
        told: &mut String,
    ) -> Result<(), Error> {
        if self.args.dry_run {
            return self.rehearse(outcome, Some((place, request, rights)), told);
        }
        let posting = post(place, &mut |posted: &Posted| self.decided(outcome, posted, request, rights))?;
        told.push_str(&say::posted(request, &posting));
        Ok(())
    }

    /// Goes all the way, but for the writing.
    fn rehearse(&self, outcome: &Outcome<'_>, at: Option<Real<'_>>, told: &mut String) -> Result<(), Error> {
        let place = at.map(|(place, ..)| place);
        let rehearsal = say::Rehearsal { place, head: &self.head, drafted: RefCell::default() };
        let posting = post(&rehearsal, &mut |posted: &Posted| match at {
            Some((_, request, rights)) => self.decided(outcome, posted, request, rights),
            None => self.wanted(outcome),
        })?;
        let what = self.request.as_ref().map_or_else(|| "a request".to_owned(), ChangeRequest::name);
        match posting {
            Posting::Done { plan, .. } => told.push_str(&say::rehearsed(&what, &plan)),
            Posting::Outdated(outdated) => told.push_str(&say::outdated(&what, &outdated)),
        }
        Ok(())
    }

    fn check(&self, outcome: &Outcome<'_>) -> Result<Option<String>, String> {
        let github = self.github().map_err(|failure| failure.message)?.ok_or(job::NO_TOKEN)?;
        github.check(&self.head, &say::check(outcome)).map_err(|error| error.to_string())
    }

    /// Annotations of the job's own step; whether there were any.
    fn annotate(&self, outcome: &Outcome<'_>) -> Result<bool, Failure> {
        if self.forge != Forge::GitHub || self.args.dry_run {
            return Ok(false);
        }
        let lines = say::commands(outcome);
        self.out.commands(&lines)?;
        Ok(!lines.is_empty())
    }
}

fn at(address: Option<String>) -> String {
    address.map_or_else(String::new, |address| format!(": {address}"))
}
