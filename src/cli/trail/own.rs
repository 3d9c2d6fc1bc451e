//! Without a collector: the trail of this user, in the folder of the spool, and the same code that talks to collectors.

use std::cell::RefCell;
use std::collections::BTreeMap;

use ai_detect_trail_client::answer::{Answer, Range};
use ai_detect_trail_client::clock;
use ai_detect_trail_client::collector::{CallError, Collector};
use ai_detect_trail_client::event::Series;
use ai_detect_trail_client::own::Own;
use ai_detect_trail_client::spool::Problem;
use ai_detect_trail_log::number::Number;
use ai_detect_trail_server::own::OwnTrail;
use ai_detect_trail_store::reading;

use crate::cli::Failure;

/// The trail of this user as a collector.
pub(super) struct OwnCollector {
    own: Own,
    trail: RefCell<OwnTrail>,
}

impl OwnCollector {
    pub(super) fn open(own: Own) -> Result<Self, Failure> {
        let trail = RefCell::new(OwnTrail::open(&own.trail())?);
        Ok(Self { own, trail })
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
