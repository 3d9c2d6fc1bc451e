//! What the model at hand says of people's commits of one place.

use std::path::Path;

use rayon::prelude::*;

use super::calibrate::Highest;
use super::{Error, samples};
use crate::eval::manifest::{Manifest, Row};
use ai_detect_attest::{Registry, forms};
use ai_detect_git::{RangeSpec, Repository};
use ai_detect_pipeline::analyse::{Detail, analyse};
use ai_detect_pipeline::config::Config;
use ai_detect_style::score;
use ai_detect_style::signals::Engine;

/// Scores people's commits of a manifest.
///
/// # Errors
/// Where a row names a commit that cannot be read, unless `keep_going` is set.
pub fn highest(
    manifest: &Manifest,
    repositories: &Path,
    engine: &Engine<'_>,
    keep_going: bool,
) -> Result<Vec<Highest>, Error> {
    let config = Config::default();
    let (registry, excluder) = (Registry::builtin()?, samples::excluder()?);
    let one = |row: &Row| -> Result<Option<Highest>, String> {
        let name = manifest.repository(row);
        let told = |error: &dyn std::fmt::Display| format!("{name}: {error}");
        let repository = Repository::open_named(&repositories.join(name)).map_err(|error| told(&error))?;
        let resolved = repository.resolve(&RangeSpec::Commit(row.commit.clone())).map_err(|error| told(&error))?;
        let records = repository.records(&forms::places(), None).map_err(|error| told(&error))?;
        let change = repository.change_set(resolved, &excluder, &records).map_err(|error| told(&error))?;
        let report = analyse(&change, engine, registry, &config, Detail::Numbers);
        let report = report.map_err(|error| told(&error))?;
        let prior = score::prior(config.prior);
        let of = |hunk: &ai_detect_report::HunkReport| {
            let with_message = hunk.log_odds - prior;
            Highest { with_message, without_message: with_message - hunk.message_log_odds }
        };
        let scored =
            report.hunks.iter().filter(|hunk| hunk.verdict != ai_detect_report::gate::Verdict::Unknown).map(of);
        Ok(scored.reduce(|a, b| Highest {
            with_message: a.with_message.max(b.with_message),
            without_message: a.without_message.max(b.without_message),
        }))
    };
    let rows: Vec<&Row> = manifest.rows.iter().filter(|row| row.label.is_people()).collect();
    let found: Vec<(usize, Result<Option<Highest>, String>)> =
        rows.into_par_iter().map(|row| (row.number, one(row))).collect();
    let failed: Vec<(usize, &String)> =
        found.iter().filter_map(|(row, found)| Some((*row, found.as_ref().err()?))).collect();
    if let Some((row, problem)) = failed.first().filter(|_| !keep_going) {
        let name = manifest.name.clone();
        return Err(Error::Row { name, row: *row, problem: (*problem).clone(), more: failed.len() - 1 });
    }
    Ok(found.into_iter().filter_map(|(_, found)| found.ok().flatten()).collect())
}
