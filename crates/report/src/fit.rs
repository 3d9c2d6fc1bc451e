//! Makes a report fit its bounds, whatever the change. First goes what explains blocks that nobody is asked about,
//! then details of commits, then those blocks themselves, and flags last; what goes is counted.

use std::collections::HashSet;
use std::io;

use serde::Serialize;

use super::bounds::{MAX_COMMITS, MAX_HUNKS, MAX_WRITTEN_BYTES};
use super::json::{self, check};
use super::unseen::holds_code;
use super::{CommitReport, HunkReport, Omitted, OmittedSignals, Report};

#[cfg(test)]
mod tests;
mod texts;

/// How many signals a block or a message keeps, step by step.
const STEPS: [usize; 3] = [12, 4, 0];
/// How many exclusions are listed as long as there are blocks without a flag that could go instead.
const MANY_EXCLUDED: usize = 10_000;
/// What the lists need beside the sizes of their elements, in bytes, with the counts of what is omitted.
const SLACK: usize = 16 << 10;

/// A copy of a report that fits its bounds and holds together.
///
/// # Errors
/// Never for a report that this crate made.
pub(super) fn fitted(report: &Report) -> Result<Report, serde_json::Error> {
    // Nothing was left out yet.
    let omitted = report.omitted.clone().unwrap_or_default();
    let mut fit = Fit { omitted, report: report.clone(), size: None };
    texts::cut(&mut fit.report, &mut fit.omitted);
    fit.drop_what_no_report_holds();
    fit.shrink()?;
    let Fit { mut report, omitted, .. } = fit;
    report.omitted = (!omitted.is_empty()).then_some(omitted);
    Ok(report)
}

struct Fit {
    report: Report,
    omitted: Omitted,
    /// Its size, where it is known: measuring takes as long as writing.
    size: Option<usize>,
}

impl Fit {
    /// What the reader would refuse, by the reader's own checks.
    fn drop_what_no_report_holds(&mut self) {
        let mut kept = 0;
        let keep: Vec<bool> = self.report.hunks.iter().map(|hunk| check::hunk(hunk).is_ok()).collect();
        // Blocks with a flag come first where there are too many.
        let flagged = self.flagged();
        let mut keep_some = |at: usize| {
            let keep = keep.get(at) == Some(&true) && kept < MAX_HUNKS;
            kept += usize::from(keep);
            keep
        };
        let mut kept_hunks = vec![false; self.report.hunks.len()];
        let (first, then): (Vec<usize>, Vec<usize>) = (0..self.report.hunks.len()).partition(|at| flagged.contains(at));
        for at in first.into_iter().chain(then) {
            if let Some(kept) = kept_hunks.get_mut(at) {
                *kept = keep_some(at);
            }
        }
        self.retain_hunks(&kept_hunks);
        let mut seen = HashSet::new();
        let sound =
            |report: &Report, at: usize| report.flags.get(at).is_some_and(|flag| check::flag(flag, report).is_ok());
        let keep: Vec<bool> = (0..self.report.flags.len()).map(|at| sound(&self.report, at)).collect();
        let mut keep = keep.into_iter();
        let before = self.report.flags.len();
        self.report.flags.retain(|flag| keep.next() == Some(true) && seen.insert(flag.fingerprint.clone()));
        self.omitted.flags += (before - self.report.flags.len()) as u64;
        let before = self.report.commits.len();
        self.report.commits.retain(|commit| check::commit(commit).is_ok());
        self.report.commits.truncate(MAX_COMMITS);
        self.omitted.commits += (before - self.report.commits.len()) as u64;
    }

    /// Step by step, until it is small enough.
    fn shrink(&mut self) -> Result<(), serde_json::Error> {
        let flagged = self.flagged();
        for most in STEPS {
            if self.excess()?.is_none() {
                return Ok(());
            }
            self.shorten_signals(most, |at| !flagged.contains(&at), |_| false);
        }
        let asked = self.commits_of(|at| flagged.contains(&at));
        for most in STEPS {
            if self.excess()?.is_none() {
                return Ok(());
            }
            self.shorten_signals(most, |_| false, |commit| !asked.contains(&commit.id));
        }
        self.drop_details(|commit| !asked.contains(&commit.id))?;
        self.drop_excluded(MANY_EXCLUDED)?;
        self.drop_hunks()?;
        self.drop_excluded(0)?;
        self.drop_commits()?;
        self.drop_details(|_| true)?;
        for most in STEPS {
            if self.excess()?.is_none() {
                return Ok(());
            }
            self.shorten_signals(most, |_| true, |_| true);
        }
        self.drop_request()?;
        self.drop_flags()?;
        self.drop_commits()
    }

    /// The blocks of flags, by their place.
    fn flagged(&self) -> HashSet<usize> {
        self.report.flags.iter().map(|flag| flag.hunk).collect()
    }

    /// The ids of the commits that brought some blocks.
    fn commits_of(&self, wanted: impl Fn(usize) -> bool) -> HashSet<String> {
        let hunks = self.report.hunks.iter().enumerate().filter(|(at, _)| wanted(*at));
        hunks.flat_map(|(_, hunk)| hunk.commits.iter().map(|part| part.id.clone())).collect()
    }

    /// By how many bytes it is too large.
    fn excess(&mut self) -> Result<Option<usize>, serde_json::Error> {
        let size = match self.size {
            Some(size) => size,
            None => size(&self.report)? + SLACK,
        };
        self.size = Some(size);
        Ok(size.checked_sub(MAX_WRITTEN_BYTES).filter(|excess| *excess > 0))
    }

    fn shorten_signals(
        &mut self,
        most: usize,
        of_hunk: impl Fn(usize) -> bool,
        of_commit: impl Fn(&CommitReport) -> bool,
    ) {
        let count = |omitted: Option<OmittedSignals>| omitted.map_or(0, |omitted| omitted.count);
        let before_all = self.omitted.signals;
        for (_, hunk) in self.report.hunks.iter_mut().enumerate().filter(|(at, _)| of_hunk(*at)) {
            let before = hunk.omitted_signals;
            hunk.omitted_signals = OmittedSignals::shorten(&mut hunk.signals, |it| it.contribution, before, most);
            self.omitted.signals += count(hunk.omitted_signals) - count(before);
        }
        for commit in self.report.commits.iter_mut().filter(|commit| of_commit(commit)) {
            let before = commit.omitted_signals;
            commit.omitted_signals = OmittedSignals::shorten(&mut commit.signals, |it| it.contribution, before, most);
            self.omitted.signals += count(commit.omitted_signals) - count(before);
        }
        if self.omitted.signals != before_all {
            self.size = None;
        }
    }

    /// What commits declare and how that could be mended, but for the state and the facts.
    fn drop_details(&mut self, wanted: impl Fn(&CommitReport) -> bool) -> Result<(), serde_json::Error> {
        let Some(mut excess) = self.excess()? else { return Ok(()) };
        self.size = None;
        for commit in self.report.commits.iter_mut().filter(|commit| wanted(commit)) {
            if excess == 0 {
                break;
            }
            let before = element_size(commit)?;
            let attestation = &mut commit.attestation;
            let lists = [
                attestation.statements.len(),
                attestation.lines.len(),
                attestation.unreadable.len(),
                attestation.unknown.len(),
            ];
            let mending = commit.mending.take();
            if lists.into_iter().sum::<usize>() + attestation.notes.len() > 0 || mending.is_some() {
                self.omitted.attestations += 1;
            }
            attestation.statements.clear();
            attestation.lines.clear();
            attestation.unreadable.clear();
            attestation.unknown.clear();
            attestation.notes.clear();
            attestation.note_kinds.clear();
            texts::cut_facts(&mut attestation.facts, &mut self.omitted);
            excess = excess.saturating_sub(before.saturating_sub(element_size(commit)?));
        }
        Ok(())
    }

    /// Exclusions from the end, but for the first ones; those without code go before those with code.
    fn drop_excluded(&mut self, least: usize) -> Result<(), serde_json::Error> {
        let Some(mut excess) = self.excess()? else { return Ok(()) };
        self.size = None;
        let excluded = &mut self.report.coverage.excluded;
        let (code, other): (Vec<usize>, Vec<usize>) =
            (0..excluded.len()).partition(|at| excluded.get(*at).is_some_and(holds_code));
        let mut keep = vec![true; excluded.len()];
        let most = excluded.len().saturating_sub(least);
        for at in other.into_iter().rev().chain(code.into_iter().rev()).take(most) {
            let (Some(left_out), Some(keep)) = (excluded.get(at), keep.get_mut(at)) else { continue };
            if excess == 0 {
                break;
            }
            excess = excess.saturating_sub(element_size(left_out)?);
            *self.omitted.excluded.entry(left_out.reason).or_default() += 1;
            *keep = false;
        }
        let mut keep = keep.into_iter();
        excluded.retain(|_| keep.next() == Some(true));
        Ok(())
    }

    /// Blocks without a flag: first those that look least AI-written.
    fn drop_hunks(&mut self) -> Result<(), serde_json::Error> {
        let Some(mut excess) = self.excess()? else { return Ok(()) };
        self.size = None;
        let flagged = self.flagged();
        let mut ranks: Vec<(f64, usize)> = self.report.hunks.iter().map(rank).zip(0..).collect();
        ranks.retain(|(_, at)| !flagged.contains(at));
        ranks.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.cmp(&a.1)));
        let mut keep = vec![true; self.report.hunks.len()];
        for (_, at) in ranks {
            let (Some(hunk), Some(keep)) = (self.report.hunks.get(at), keep.get_mut(at)) else { continue };
            if excess == 0 {
                break;
            }
            excess = excess.saturating_sub(element_size(hunk)?);
            *keep = false;
        }
        self.retain_hunks(&keep);
        Ok(())
    }

    /// Commits that brought nothing to a block that is listed, the oldest first.
    fn drop_commits(&mut self) -> Result<(), serde_json::Error> {
        let Some(mut excess) = self.excess()? else { return Ok(()) };
        self.size = None;
        let named = self.commits_of(|_| true);
        let mut sizes = Vec::with_capacity(self.report.commits.len());
        for commit in &self.report.commits {
            sizes.push(if named.contains(&commit.id) { None } else { Some(element_size(commit)?) });
        }
        let mut sizes = sizes.into_iter();
        let before = self.report.commits.len();
        self.report.commits.retain(|_| match sizes.next().flatten() {
            Some(size) if excess > 0 => {
                excess = excess.saturating_sub(size);
                false
            }
            _ => true,
        });
        self.omitted.commits += (before - self.report.commits.len()) as u64;
        Ok(())
    }

    /// What the request states, but for its state.
    fn drop_request(&mut self) -> Result<(), serde_json::Error> {
        if self.excess()?.is_some()
            && let Some(request) = &mut self.report.request
        {
            self.omitted.attestations += 1;
            self.size = None;
            request.statements.clear();
            request.notes.clear();
            request.unknown.clear();
            texts::cut_facts(&mut request.facts, &mut self.omitted);
        }
        Ok(())
    }

    /// Flags with their blocks, the least urgent first; the first stays.
    fn drop_flags(&mut self) -> Result<(), serde_json::Error> {
        let Some(mut excess) = self.excess()? else { return Ok(()) };
        self.size = None;
        let mut keep = vec![true; self.report.hunks.len()];
        let mut kept = self.report.flags.len();
        while excess > 0 && kept > 1 {
            kept -= 1;
            let Some(flag) = self.report.flags.get(kept) else { break };
            excess = excess.saturating_sub(element_size(flag)?);
            if let (Some(keep), Some(hunk)) = (keep.get_mut(flag.hunk), self.report.hunks.get(flag.hunk)) {
                *keep = false;
                excess = excess.saturating_sub(element_size(hunk)?);
            }
        }
        self.retain_hunks(&keep);
        Ok(())
    }

    /// Keeps some blocks, and the flags that point at them.
    fn retain_hunks(&mut self, keep: &[bool]) {
        let kept = |at: usize| keep.get(at) == Some(&true);
        let mut places = Vec::with_capacity(keep.len());
        let mut next = 0;
        for at in 0..keep.len() {
            places.push(next);
            next += usize::from(kept(at));
        }
        for (_, hunk) in self.report.hunks.iter().enumerate().filter(|(at, _)| !kept(*at)) {
            *self.omitted.hunks.entry(hunk.verdict).or_default() += 1;
            // Their signals are counted with them.
            let unlisted = hunk.omitted_signals.map_or(0, |omitted| omitted.count);
            self.omitted.signals = self.omitted.signals.saturating_sub(unlisted);
        }
        let before = self.report.flags.len();
        self.report.flags.retain(|flag| kept(flag.hunk));
        self.omitted.flags += (before - self.report.flags.len()) as u64;
        for flag in &mut self.report.flags {
            flag.hunk = places.get(flag.hunk).copied().unwrap_or(flag.hunk);
        }
        let mut at = 0;
        self.report.hunks.retain(|_| {
            at += 1;
            kept(at - 1)
        });
    }
}

/// What a reader would miss least comes first: blocks without a score, then those that look least AI-written.
fn rank(hunk: &HunkReport) -> f64 {
    if hunk.probability.is_some() { hunk.log_odds } else { f64::NEG_INFINITY }
}

/// How many bytes a report has when it is written.
fn size(report: &Report) -> Result<usize, serde_json::Error> {
    let mut counter = Counter(0);
    json::pretty_to(report, &mut counter)?;
    Ok(counter.0)
}

/// How many bytes an element of one of its lists has there.
fn element_size(element: &impl Serialize) -> Result<usize, serde_json::Error> {
    let mut counter = Counter(0);
    // Within two lists it is indented as it is there.
    json::pretty_to(&[[element]], &mut counter)?;
    const AROUND: usize = "[\n  [\n    \n  ]\n]".len();
    const BESIDE: usize = "    ,\n".len();
    Ok(counter.0 - AROUND + BESIDE)
}

struct Counter(usize);

impl io::Write for Counter {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
