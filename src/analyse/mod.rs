//! The whole way of the data for one change: change set → hunks → signals → scores → verdicts →
//! report. Pure: everything that is read from outside comes in as arguments.
//!
//! This file is the way through; each step has a file of its own.

mod blocks;
mod code;
mod commits;
mod counting;
mod draft;
mod fingerprint;
mod flags;
mod listing;
mod signals;
mod small;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use rayon::prelude::*;

use self::signals::Told;
use crate::attest::{Covered, Registry};
use crate::change::{Carried, ChangeSet, Commit, Excluded};
use crate::config::Config;
use crate::policy::{Evidence, Policy, Sensitive, sensitive};
use crate::report::{
    AttestationReport, Coverage, ExcludedReport, HunkReport, Omitted, PolicyReport, Report, SCHEMA, Threshold, Tool,
};
use crate::score;
use crate::signals::{Engine, rounded};
use code::{Context, Given};
pub use draft::Drafts;
use draft::{Around, Draft, Judged};
use listing::Listing;
use small::small_blocks;

/// A change in which nobody declares anything has no request to be declared in; the words differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Commits of a repository.
    Commits,
    /// Not committed yet, or a patch.
    Loose,
}

/// Which hunks and messages a report explains, signal by signal. Explaining costs time and, in a large
/// change, most of the memory.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Detail {
    /// All of them.
    #[default]
    All,
    /// Those that ask for a person.
    Flags,
    /// None; the range as a whole is not scored, blocks have no fingerprints, and no path is looked at for being
    /// sensitive.
    Numbers,
}

/// What every change is measured by, made ready once.
pub struct Analyser<'a> {
    engine: &'a Engine<'a>,
    registry: &'a Registry,
    config: &'a Config,
    sensitive: &'a Sensitive,
    detail: Detail,
    /// Of how many blocks at most the signals are kept for as long as they are looked at.
    max_kept: usize,
}

/// Analyses a change by itself: without a policy, and without a look at signatures.
///
/// # Errors
/// Where a configured path pattern is not one.
pub fn analyse(
    change: &ChangeSet,
    engine: &Engine<'_>,
    registry: &Registry,
    config: &Config,
    detail: Detail,
) -> Result<Report, sensitive::Error> {
    let sensitive = Sensitive::new(&config.sensitive)?;
    Ok(Analyser::new(engine, registry, config, &sensitive, detail).report(change))
}

impl<'a> Analyser<'a> {
    /// What many changes share.
    pub fn new(
        engine: &'a Engine<'a>,
        registry: &'a Registry,
        config: &'a Config,
        sensitive: &'a Sensitive,
        detail: Detail,
    ) -> Self {
        Analyser { engine, registry, config, sensitive, detail, max_kept: MAX_KEPT }
    }

    /// The report on a change by itself: without a policy, and without a look at signatures.
    pub fn report(&self, change: &ChangeSet) -> Report {
        self.report_with(change, Evidence::read(&change.commits, None, self.registry))
    }

    /// The report on a change with what its commits declare.
    pub fn report_with(&self, change: &ChangeSet, evidence: Evidence<'_>) -> Report {
        let messages = || signals::messages(change, self.engine, self.registry);
        let (mut drafts, messages) = rayon::join(|| self.read(change), messages);
        report(change, &mut drafts, &messages, evidence, self)
    }

    /// The blocks of a change, read: most of the work, which several reports can share.
    pub fn read(&self, change: &ChangeSet) -> Drafts {
        draft::drafts(change, self.engine, self.detail)
    }

    /// The report on a change whose blocks were read.
    pub fn report_read(&self, change: &ChangeSet, drafts: &mut Drafts) -> Report {
        let messages = signals::messages(change, self.engine, self.registry);
        let evidence = Evidence::read(&change.commits, None, self.registry);
        report(change, drafts, &messages, evidence, self)
    }
}

fn report(
    change: &ChangeSet,
    drafts: &mut Drafts,
    messages: &[Told],
    mut evidence: Evidence<'_>,
    analyser: &Analyser<'_>,
) -> Report {
    let Analyser { engine, config, detail, sensitive, .. } = *analyser;
    let Drafts { drafts, excluded } = drafts;
    let keep = drafts.len() <= analyser.max_kept;
    drafts.par_iter_mut().for_each(|draft| draft.keep_weighed(keep, engine));
    let code = code::code(drafts, change.commits.len(), engine);
    let prior = score::prior(config.prior);
    let context = Context { model: &engine.pack().model, rules: Given::of(engine), prior, code: &code };

    let scored = drafts.iter().filter(|draft| draft.scored).count();
    let model = &engine.pack().model;
    let threshold = Threshold {
        request_rate: config.thresholds.flag,
        hunks: scored,
        log_odds: rounded(model.request_threshold(config.thresholds.flag, scored, !change.commits.is_empty()) + prior),
    };
    let paths: BTreeSet<&str> = drafts.iter().map(|draft| &*draft.path).collect();
    let is_sensitive = |path: &&str| detail != Detail::Numbers && sensitive.is_match(path);
    let sensitive = paths.into_par_iter().filter(is_sensitive).collect();
    let covered = Covered::by(evidence.attestations.iter().zip(evidence.states()));
    let around = Around {
        change,
        engine,
        messages,
        covered: &covered,
        threshold: &threshold,
        sensitive: &sensitive,
        context: &context,
    };
    let judged: Vec<Judged> = drafts.par_iter().map(|draft| draft.judge(&around)).collect();
    let listing = Listing::of(drafts, &judged, detail, threshold.log_odds);
    let hunk = |(at, (draft, judged)): (usize, (&Draft, &Judged))| {
        let explained = match detail {
            Detail::All => true,
            Detail::Flags => judged.verdict.is_flag(),
            Detail::Numbers => false,
        };
        listing.signals(at).map(|most| draft.report(judged, most, &around, explained))
    };
    let (hunks, range): (Vec<HunkReport>, _) = rayon::join(
        || drafts.par_iter().zip(&judged).enumerate().filter_map(hunk).collect(),
        || commits::range_report(change, engine, drafts, &judged, prior, detail),
    );
    drop(covered);
    let flagged: BTreeSet<&str> = hunks
        .iter()
        .filter(|hunk| hunk.verdict.is_flag())
        .flat_map(|hunk| hunk.commits.iter().map(|commit| commit.id.as_str()))
        .collect();
    let explained = |commit: &Commit| match detail {
        Detail::All => true,
        Detail::Flags => flagged.contains(commit.id.as_str()),
        Detail::Numbers => false,
    };
    let attestations = std::mem::take(&mut evidence.attestations).into_iter().enumerate();
    let attestations = attestations.map(|(at, found)| AttestationReport::of(found, evidence.judgement(at))).collect();
    let mut commits = commits::commit_reports(change, engine, &context, messages, attestations, &explained);
    for (at, commit) in commits.iter_mut().enumerate() {
        commit.mending =
            evidence.judgement(at).map(|judged| judged.mending.clone()).filter(|mending| !mending.is_empty());
    }
    let origin = if change.commits.is_empty() { Origin::Loose } else { Origin::Commits };
    let flags = flags::flags(&hunks, &commits, &threshold, origin, evidence.policy());
    let of_hunks = hunks.iter().filter_map(|hunk| hunk.omitted_signals);
    let signals = of_hunks.chain(commits.iter().filter_map(|commit| commit.omitted_signals));
    let omitted = Omitted { signals: signals.map(|omitted| omitted.count).sum(), ..listing.omitted };
    Report {
        schema: SCHEMA.into(),
        tool: Tool {
            name: "ai-detect".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            model: model.version.clone(),
            intercept: model.intercept,
            prior,
        },
        range,
        threshold,
        coverage: coverage(change, drafts, excluded),
        commits,
        hunks,
        flags,
        request: None,
        policy: evidence.policy().map(told),
        is_foreign: false,
        omitted: (!omitted.is_empty()).then_some(omitted),
    }
}

/// Signals take more memory than all else that is kept of a block, and changes that people make have fewer blocks.
const MAX_KEPT: usize = 10_000;

fn told(policy: &Policy) -> PolicyReport {
    PolicyReport {
        id: policy.id.clone(),
        title: policy.title.clone(),
        stance: policy.stance,
        says: policy.says.clone(),
        text: policy.author_text.clone(),
    }
}

fn coverage(change: &ChangeSet, drafts: &[Draft], of_files: &[Excluded]) -> Coverage {
    let mut excluded: Vec<&Excluded> = of_files.iter().chain(&change.excluded).collect();
    excluded.sort();
    let mut scored_paths: Vec<&str> = drafts.iter().filter(|draft| draft.scored).map(|draft| &*draft.path).collect();
    scored_paths.dedup();
    let carried = |lines: fn(Carried) -> u32| change.files.iter().filter_map(|file| file.carried).map(lines).sum();
    Coverage {
        files_scored: scored_paths.len(),
        hunks_scored: drafts.iter().filter(|draft| draft.scored).count(),
        hunks_unknown: drafts.iter().filter(|draft| !draft.scored).count(),
        small_blocks: small_blocks(change, drafts),
        lines_not_authored: change.files.iter().map(|file| file.moved_lines + file.whitespace_lines).sum(),
        lines_renamed: carried(|carried| if let Carried::Renamed(lines) = carried { lines } else { 0 }),
        lines_copied: carried(|carried| if let Carried::Copied(lines) = carried { lines } else { 0 }),
        excluded: excluded.into_iter().map(ExcludedReport::from).collect(),
        notes: Vec::new(),
        substitutes: None,
    }
}
