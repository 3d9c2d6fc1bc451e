//! What the commands of a client share: its folders, its collector, and how their trouble ends.

use ai_detect_trail_client::artifact::ArtifactError;
use ai_detect_trail_client::collector::HttpCollector;
use ai_detect_trail_client::enrolment::{Enrolment, EnrolmentError};
use ai_detect_trail_client::error::SpoolError;
use ai_detect_trail_client::flush::{Ended, Flushed};
use ai_detect_trail_client::join::JoinError;
use ai_detect_trail_client::own::Own;
use ai_detect_trail_client::place::Place;
use ai_detect_trail_client::spool::Spool;
use ai_detect_trail_client::witness::{Fork, Witness};
use jiff::Timestamp;

use crate::cli::output::Output;
use crate::cli::{Exit, Failure};

impl From<SpoolError> for Failure {
    fn from(error: SpoolError) -> Self {
        match error {
            SpoolError::NoStateFolder
            | SpoolError::RelativeStateFolder(_)
            | SpoolError::NoLocalFolder { .. }
            | SpoolError::NotPrivate(_) => Failure::usage(error),
            error => Failure::failed(error),
        }
    }
}

impl From<EnrolmentError> for Failure {
    fn from(error: EnrolmentError) -> Self {
        match error {
            EnrolmentError::File(error) => error.into(),
            error => Failure::usage(error),
        }
    }
}

impl From<ArtifactError> for Failure {
    fn from(error: ArtifactError) -> Self {
        match error {
            ArtifactError::Spool(error) => error.into(),
            error => Failure::usage(error),
        }
    }
}

impl From<JoinError> for Failure {
    fn from(error: JoinError) -> Self {
        match error {
            JoinError::Enrolment(error) => error.into(),
            JoinError::Setup(error) => Failure::usage(error),
            error @ JoinError::OtherRegion { .. } => Failure::usage(error),
            error => Failure::failed(error),
        }
    }
}

/// The files of this user's client.
pub(in crate::cli) struct Client {
    pub(in crate::cli) place: Place,
    pub(in crate::cli) spool: Spool,
    pub(in crate::cli) witness: Witness,
    /// What is kept while there is no collector.
    pub(in crate::cli) own: Own,
    pub(in crate::cli) enrolment: Option<Enrolment>,
}

impl Client {
    pub(in crate::cli) fn find() -> Result<Self, Failure> {
        let place = Place::of_user()?;
        let enrolment = Enrolment::find(&place.state, &|name| std::env::var_os(name))?;
        let (spool, witness, own) = (Spool::at(&place.spool), Witness::at(&place.spool), Own::below(&place.spool));
        Ok(Self { place, spool, witness, own, enrolment })
    }

    /// The collector that was joined, or that the job names.
    pub(in crate::cli) fn enrolled(&self) -> Result<&Enrolment, Failure> {
        self.enrolment.as_ref().ok_or_else(|| {
            Failure::usage(
                "this machine has no collector: join one with `ai-detect capture join URL --code CODE`, or set \
                 AI_DETECT_TRAIL_URL, _TOKEN, _CLIENT and _KEY",
            )
        })
    }
}

pub(in crate::cli) fn collector(enrolment: &Enrolment) -> Result<HttpCollector, Failure> {
    HttpCollector::new(enrolment).map_err(Failure::usage)
}

/// A time of events, as people read it.
pub(in crate::cli) fn shown(micros: i64) -> String {
    let time = Timestamp::from_microsecond(micros).ok();
    time.map_or_else(
        || "a time that no calendar has".to_owned(),
        |time| time.strftime("%Y-%m-%d %H:%M:%S UTC").to_string(),
    )
}

/// Says what sending brought. A fork is said each time, until somebody resolves it.
pub(in crate::cli) fn report(flushed: &Flushed, out: &Output) -> Result<Exit, Failure> {
    out.print(&format!("delivered: {}\nwaiting: {}\n", flushed.delivered, flushed.waiting))?;
    if let Some(fork) = &flushed.fork {
        out.say(&about_fork(fork));
    }
    let problem = match &flushed.ended {
        Ended::Done if flushed.waiting == 0 => return Ok(Exit::Analysed),
        Ended::Done => "what still waits may have been sent under a name that this machine had before: \
                        `ai-detect trail import spool` sends it from one whose token may send for every client"
            .to_owned(),
        Ended::OtherProcess => "another process is sending".to_owned(),
        Ended::NotBefore(until) => format!("it failed before, and is tried again at {}", shown(*until)),
        Ended::OutOfTime => "there was no time for the rest".to_owned(),
        Ended::Failed(problem) => problem.to_string(),
    };
    out.say(&format!("{problem}. Nothing is lost: what waits is sent with the next run."));
    Ok(if flushed.waiting == 0 { Exit::Analysed } else { Exit::Failed })
}

/// What a fork means, and what to do.
pub(in crate::cli) fn about_fork(fork: &Fork) -> String {
    format!(
        "warning: {} (found {}). Tell the owner of the trail. Events are sent all the same. Once it is explained: `ai-detect trail resolve`",
        fork.kind.about(),
        shown(fork.found)
    )
}
