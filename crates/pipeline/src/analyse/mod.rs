//! The whole way of the data for one change: change set → hunks → signals → scores → verdicts →
//! report. Pure: everything that is read from outside comes in as arguments.
//!
//! This file goes through the steps; each has a file of its own. A block passes through stages, of which each takes the one
//! before: `ReadBlock` (`read`) → `Weighed` → `Judged` → [`HunkReport`] (`reported`). What was read can be lent to several
//! reports.

mod blocks;
mod code;
mod commits;
mod counting;
mod fingerprint;
mod flags;
mod judged;
mod left_out;
mod listing;
mod read;
mod reported;
mod share;
mod signals;
mod small;
#[cfg(test)]
mod tests;
mod weighed;

use std::collections::{BTreeMap, BTreeSet};

use rayon::prelude::*;

use self::signals::ScoredMessage;
use crate::config::Config;
use ai_detect_attest::{Covered, Registry};
use ai_detect_base::change::{Carried, ChangeSet, Commit, Excluded, Reason};
use ai_detect_policy::{Evidence, Policy, Sensitive, sensitive};
use ai_detect_report::{Coverage, ExcludedReport, HunkReport, Omitted, PolicyReport, Report, SCHEMA, Threshold, Tool};
use ai_detect_style::score;
use ai_detect_style::signals::{Engine, rounded};
use code::{Context, SyntheticRules};
use commits::Shown;
use judged::{Judged, ScoringContext};
use listing::Listing;
use read::ReadBlock;
pub use read::ReadBlocks;
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
    pub(crate) fn new(
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
    pub(crate) fn report_with(&self, change: &ChangeSet, evidence: Evidence<'_>) -> Report {
        let messages = || signals::messages(change, self.engine, self.registry);
        let (blocks, messages) = rayon::join(|| self.read(change), messages);
        report(change, &blocks, &messages, evidence, self)
    }

    /// The blocks of a change, read: most of the work, which several reports can share.
    pub fn read(&self, change: &ChangeSet) -> ReadBlocks {
        read::read(change, self.engine, self.detail)
    }

    /// The report on a change whose blocks were read.
    pub fn report_read(&self, change: &ChangeSet, blocks: &ReadBlocks) -> Report {
        let messages = signals::messages(change, self.engine, self.registry);
        let evidence = Evidence::read(&change.commits, None, self.registry);
        report(change, blocks, &messages, evidence, self)
    }
}

fn report(
    change: &ChangeSet,
    blocks: &ReadBlocks,
    messages: &[ScoredMessage],
    evidence: Evidence<'_>,
    analyser: &Analyser<'_>,
) -> Report {
    let Analyser { engine, config, detail, sensitive, .. } = *analyser;
    let ReadBlocks { blocks, excluded } = blocks;
    let weighed = weighed::weigh(blocks, engine, analyser.max_kept);
    let code = code::code(&weighed, change.commits.len(), engine);
    let prior = score::prior(config.prior);
    let context = Context { model: &engine.pack().model, rules: SyntheticRules::of(engine), prior, code: &code };

    let scored = blocks.iter().filter(|block| block.scored).count();
    let model = &engine.pack().model;
    let threshold = Threshold {
        request_rate: config.thresholds.flag,
        hunks: scored,
        log_odds: rounded(model.request_threshold(config.thresholds.flag, scored, !change.commits.is_empty()) + prior),
    };
    let paths: BTreeSet<&str> = blocks.iter().map(|block| &*block.path).collect();
    let classes_of = |path| {
        let touches = if detail == Detail::Numbers { Vec::new() } else { sensitive.by_path(path) };
        let classes: Vec<String> = touches.into_iter().map(|touch| touch.class).collect();
        (!classes.is_empty()).then_some((path, classes))
    };
    let classes: BTreeMap<&str, Vec<String>> = paths.into_par_iter().filter_map(classes_of).collect();
    let policy = evidence.policy();
    let covered = Covered::by(evidence.states());
    let request = ScoringContext {
        change,
        engine,
        messages,
        covered: &covered,
        threshold: &threshold,
        sensitive: &classes,
        context: &context,
    };
    let judged: Vec<Judged<'_>> = weighed.into_par_iter().map(|weighed| weighed.judge(&request)).collect();
    let (listing, range) = rayon::join(
        || Listing::of(&judged, detail, threshold.log_odds),
        || commits::range_report(change, engine, &judged, prior, detail),
    );
    let hunk = |(at, judged): (usize, Judged<'_>)| {
        let explained = match detail {
            Detail::All => true,
            Detail::Flags => judged.verdict.is_flag(),
            Detail::Numbers => false,
        };
        listing.signals(at).map(|most| judged.report(most, &request, explained))
    };
    let hunks: Vec<HunkReport> = judged.into_par_iter().enumerate().filter_map(hunk).collect();
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
    let commits = {
        let shown = Shown { explained: &explained, flagged: &flagged };
        commits::commit_reports(change, engine, &context, messages, evidence.into_commits(), &shown)
    };
    let origin = if change.commits.is_empty() { Origin::Loose } else { Origin::Commits };
    let flags = flags::flags(&hunks, &commits, &threshold, origin, policy);
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
        coverage: coverage(change, blocks, excluded),
        commits,
        hunks,
        flags,
        request: None,
        policy: policy.map(told),
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

/// All lines that a change adds, as far as they were read.
fn added_lines(blocks: &[ReadBlock], excluded: &[&Excluded]) -> u64 {
    // The words of code without a grammar are read all the same: its lines are in blocks.
    let left_out = excluded.iter().filter(|it| it.reason != Reason::NoGrammar).filter_map(|it| it.code?.added);
    let of_blocks: u64 = blocks.iter().map(|block| u64::from(block.added_lines)).sum();
    of_blocks + left_out.map(|added| u64::from(added.lines)).sum::<u64>()
}

fn coverage(change: &ChangeSet, blocks: &[ReadBlock], of_files: &[Excluded]) -> Coverage {
    let mut excluded: Vec<&Excluded> = of_files.iter().chain(&change.excluded).collect();
    excluded.sort();
    let mut scored_paths: Vec<&str> = blocks.iter().filter(|block| block.scored).map(|block| &*block.path).collect();
    scored_paths.dedup();
    let carried = |lines: fn(Carried) -> u32| change.files.iter().filter_map(|file| file.carried).map(lines).sum();
    Coverage {
        files_scored: scored_paths.len(),
        hunks_scored: blocks.iter().filter(|block| block.scored).count(),
        hunks_unknown: blocks.iter().filter(|block| !block.scored).count(),
        small_blocks: small_blocks(change, blocks),
        added_lines: Some(added_lines(blocks, &excluded)),
        lines_not_authored: change.files.iter().map(|file| file.moved_lines + file.whitespace_lines).sum(),
        lines_renamed: carried(|carried| if let Carried::Renamed(lines) = carried { lines } else { 0 }),
        lines_copied: carried(|carried| if let Carried::Copied(lines) = carried { lines } else { 0 }),
        excluded: excluded.into_iter().map(ExcludedReport::from).collect(),
        notes: change.cut_short.iter().map(ToString::to_string).collect(),
        not_looked_at: Vec::new(),
        substitutes: None,
    }
}
