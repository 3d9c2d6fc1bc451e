//! Without a collector: the trail of this user, in the folder of the spool, and the same code that talks to collectors.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::time::Duration;

use ai_detect_trail_client::answer::{Answer, Range};
use ai_detect_trail_client::clock;
use ai_detect_trail_client::collector::{CallError, Collector};
use ai_detect_trail_client::event::Series;
use ai_detect_trail_client::own::Own;
use ai_detect_trail_client::spool::Problem;
use ai_detect_trail_log::number::Number;
use ai_detect_trail_server::ServeError;
use ai_detect_trail_server::own::OwnTrail;
use ai_detect_trail_store::reading;

use crate::cli::Failure;

/// How often another process that writes is waited for.
const MAX_ATTEMPTS: u32 = 20;
/// How long each time.
const PAUSE: Duration = Duration::from_millis(250);

/// The trail of this user as a collector.
pub(super) struct OwnCollector {
    own: Own,
    trail: RefCell<OwnTrail>,
}

impl OwnCollector {
    /// Opens it, or makes it. A flush in the background may write into it: for that, whoever may wait waits a little.
    pub(super) fn open(own: Own, may_wait: bool) -> Result<Self, Failure> {
        let path = own.trail();
        let mut attempts = if may_wait { MAX_ATTEMPTS } else { 1 };
        loop {
            attempts -= 1;
            match OwnTrail::open(&path) {
                Err(ServeError::Served(_)) if attempts > 0 => std::thread::sleep(PAUSE),
                opened => return Ok(Self { own, trail: RefCell::new(opened?) }),
            }
        }
    }

    /// The public key of its log.
    pub(super) fn key(&self) -> ai_detect_trail_log::log::key::VerifierKey {
        self.trail.borrow().verifier().clone()
    }

    /// Moves old entries into files.
    pub(super) fn seal(&self) -> Result<(), Failure> {
        Ok(self.trail.borrow().seal()?)
    }
}

fn not_written(error: &dyn std::fmt::Display) -> CallError {
    Problem::NotWritten { detail: error.to_string() }.into()
}

impl Collector for OwnCollector {
    fn post_events(&self, lines: &[u8], kept: Option<&str>) -> Result<Answer, CallError> {
        let taken = self.trail.borrow_mut().take(lines, kept).map_err(|error| not_written(&error))?;
        // Before the spool may forget them: a collector that is joined later gets them in this form.
        clock::now().and_then(|now| self.own.keep(lines, now)).map_err(|error| not_written(&error))?;
        let through: BTreeMap<Series, u64> = taken
            .acknowledged_through
            .into_iter()
            .map(|((client, epoch), number)| (Series { client, epoch }, number))
            .collect();
        Ok(Answer { through, checkpoint: Some(taken.checkpoint), consistency: taken.consistency })
    }

    fn range(&self, series: &Series) -> Result<Range, CallError> {
        let trail = self.trail.borrow();
        let found = reading::progress(trail.folder(), &series.client, &series.epoch);
        let found = found.map_err(|error| not_written(&error))?;
        Ok(Range {
            acknowledged_through: found.acknowledged_through.map_or(0, Number::get),
            highest: found.highest.map_or(0, Number::get),
            missing: found.missing.iter().map(|range| (range.first().get(), range.last().get())).collect(),
        })
    }
}
