//! The whole way of the data for one change: change set → hunks → signals → scores → verdicts →
//! report. Pure: everything that is read from outside comes in as arguments.

use std::collections::BTreeMap;

use rayon::prelude::*;
use sha2::{Digest, Sha256};

use crate::attest::{self, Attestation, Registry};
use crate::change::{self, ChangeSet, Excluded, FileChange, Reason, Span};
use crate::config::Config;
use crate::gate::{self, Likeness, Verdict};
use crate::policy::{self, Policy, Sensitive, sensitive};
use crate::report::{
    CommitReport, Coverage, EvidenceReport, ExcludedReport, Flag, HunkCommit, HunkReport, RangeReport, Report, SCHEMA,
    SignalReport, Threshold, Tool,
};
use crate::score::{self, Score};
use crate::signals::block;
use crate::signals::message::Message;
use crate::signals::{Block, Engine, Evidence, Part, Reading, Signal, rounded};
use crate::syntax::window::Parsers;
use crate::syntax::{self, LEAST_LINES};

/// A change in which nobody declares anything has no request to be declared in; the words differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    /// Commits of a repository.
    Commits,
    /// Not committed yet, or a patch.
    Loose,
}

/// A hunk with everything found about it but its verdict, which needs the whole request.
struct Draft {
    path: String,
    language: Option<&'static str>,
    lines: (u32, u32),
    added_lines: u32,
    reading: Reading,
    signals: Vec<Signal>,
    /// (commit, lines)
    parts: Vec<(Option<u32>, u32)>,
    /// Where its lines come from.
    origins: Vec<change::Origin>,
    fingerprint: String,
    scored: bool,
    /// What to add to a line of the text, from 0, to get its number in the file, from 1: a hunk
    /// is contiguous in both.
    shift: i64,
}

/// Analyses a change.
///
/// # Errors
/// Where a configured path pattern is not one.
pub fn analyse(
    change: &ChangeSet,
    engine: &Engine<'_>,
    registry: &Registry,
    config: &Config,
    policy: Option<&Policy>,
) -> Result<Report, sensitive::Error> {
    let sensitive = Sensitive::new(&config.sensitive)?;
    let mut attestations: Vec<Attestation> =
        change.commits.iter().map(|commit| attest::read(commit, registry)).collect();
    if let Some(policy) = policy {
        policy::apply(policy, change, &mut attestations, &sensitive, registry);
    }
    let messages = messages(change, engine, registry);
    let (mut drafts, mut excluded) = drafts(change, engine);
    drafts.par_iter_mut().filter(|draft| draft.scored).for_each(|draft| {
        draft.signals = engine.weigh(Part::Code, &draft.reading);
    });
    let code = code(&drafts, change.commits.len(), engine);
    let prior = score::prior(config.prior);
    let context = Context { model: &engine.pack().model, rules: Given::of(engine), prior, code: &code };
    for draft in &mut drafts {
        draft.add_context(&context);
        draft.add_message_signals(&messages);
    }
    number_twins(&mut drafts);

    let scored = drafts.iter().filter(|draft| draft.scored).count();
    let model = &engine.pack().model;
    let threshold = Threshold {
        request_rate: config.thresholds.flag,
        hunks: scored,
        log_odds: rounded(model.request_threshold(config.thresholds.flag, scored, !change.commits.is_empty()) + prior),
    };
    let commits = commit_reports(change, engine, &context, &messages, &attestations);
    let hunks: Vec<HunkReport> =
        drafts.par_iter().map(|draft| draft.report(change, engine, &attestations, &threshold, &sensitive)).collect();
    let origin = if change.commits.is_empty() { Origin::Loose } else { Origin::Commits };
    let flags = flags(&hunks, &threshold, origin);
    excluded.extend(change.excluded.iter().cloned());
    Ok(Report {
        schema: SCHEMA.into(),
        tool: Tool {
            name: "ai-detect".into(),
            version: env!("CARGO_PKG_VERSION").into(),
            model: model.version.clone(),
            intercept: model.intercept,
        },
        range: range_report(change, engine, &drafts, prior),
        threshold,
        coverage: coverage(change, &drafts, excluded),
        commits,
        hunks,
        flags,
        request: None,
    })
}

/// What the messages say, by commit. A merge's message is the forge's, not the author's.
fn messages(change: &ChangeSet, engine: &Engine<'_>, registry: &Registry) -> Vec<Vec<Signal>> {
    let mut added = vec![0u32; change.commits.len()];
    for origin in change.files.iter().flat_map(|file| &file.origins) {
        if let Some(lines) = origin.commit.and_then(|commit| added.get_mut(commit as usize)) {
            *lines += origin.span.len();
        }
    }
    let of = |(commit, added_lines): (&crate::change::Commit, &u32)| {
        if commit.parents > 1 {
            return Vec::new();
        }
        let text = change.house.without(&attest::without_markers(&commit.message, registry));
        engine.weigh(Part::Message, &engine.read_message(&Message { text: text.trim(), added_lines: *added_lines }))
    };
    change.commits.par_iter().zip(&added).map(of).collect()
}

fn drafts(change: &ChangeSet, engine: &Engine<'_>) -> (Vec<Draft>, Vec<Excluded>) {
    let new_files = block::new_files(change);
    let found: Vec<(Vec<Draft>, Vec<Excluded>)> = change
        .files
        .par_iter()
        .map_init(Parsers::default, |parsers, file| file_drafts(file, parsers, engine, new_files))
        .collect();
    let (mut drafts, mut excluded) = (Vec::new(), Vec::new());
    for (mut hunks, mut left_out) in found {
        drafts.append(&mut hunks);
        excluded.append(&mut left_out);
    }
    (drafts, excluded)
}

fn file_drafts(
    file: &FileChange,
    parsers: &mut Parsers,
    engine: &Engine<'_>,
    new_files: u32,
) -> (Vec<Draft>, Vec<Excluded>) {
    let syntax = syntax::read(file, parsers);
    let mut excluded = not_authored(file);
    if !syntax.hunks.is_empty() {
        let reason =
            |detail: &str| Excluded { path: file.path.clone(), reason: Reason::NoGrammar, detail: detail.into() };
        if syntax.language.is_none() {
            excluded.push(reason("size and message only"));
        } else if syntax.gave_up {
            excluded.push(reason("too costly to parse"));
        }
    }
    let before = block::before(file, &syntax);
    let path = String::from_utf8_lossy(&file.path).into_owned();
    let drafts = syntax.hunks.iter().map(|hunk| {
        let block = Block { file, syntax: &syntax, hunk, before: before.as_ref(), new_files };
        let scored = hunk.weight >= LEAST_LINES;
        Draft {
            path: path.clone(),
            language: block.language_name(),
            lines: (file.new.number(hunk.span.start), file.new.number(hunk.span.end.saturating_sub(1))),
            added_lines: hunk.added_lines,
            reading: if scored { engine.read(&block) } else { Reading::default() },
            signals: Vec::new(),
            parts: parts(file, &hunk.authored),
            origins: hunk
                .authored
                .iter()
                .flat_map(|span| file.origins.iter().filter_map(|origin| origin.within(*span)))
                .collect(),
            fingerprint: fingerprint(file, &hunk.authored),
            scored,
            shift: i64::from(file.new.number(hunk.span.start)) - i64::from(hunk.span.start),
        }
    });
    (drafts.collect(), excluded)
}

/// How many lines each commit brought to some spans, largest part first.
fn parts(file: &FileChange, authored: &[Span]) -> Vec<(Option<u32>, u32)> {
    let mut lines: std::collections::BTreeMap<Option<u32>, u32> = Default::default();
    for origin in &file.origins {
        let common: u32 = authored.iter().map(|span| span.intersect(origin.span).len()).sum();
        if common > 0 {
            *lines.entry(origin.commit).or_default() += common;
        }
    }
    let mut parts: Vec<_> = lines.into_iter().collect();
    parts.sort_by_key(|(commit, lines)| (std::cmp::Reverse(*lines), *commit));
    parts
}

/// From the path and the words of the lines: neither line numbers nor white space nor ids.
fn fingerprint(file: &FileChange, authored: &[Span]) -> String {
    let mut hasher = Sha256::new();
    hasher.update(&file.path);
    for line in authored.iter().flat_map(|span| span.start..span.end) {
        let content = file.new.line(line);
        if !content.iter().all(u8::is_ascii_whitespace) {
            hasher.update(b"\n");
            for word in content.split(u8::is_ascii_whitespace) {
                hasher.update(word);
            }
        }
    }
    hex(&hasher.finalize())
}

fn hex(digest: &[u8]) -> String {
    digest.iter().take(16).map(|byte| format!("{byte:02x}")).collect()
}

/// Two hunks of one file that read the same get different fingerprints, in their order.
fn number_twins(drafts: &mut [Draft]) {
    let mut seen: rustc_hash::FxHashMap<String, u32> = Default::default();
    for draft in drafts {
        let count = seen.entry(draft.fingerprint.clone()).or_insert(0);
        *count += 1;
        if *count > 1 {
            draft.fingerprint = hex(&Sha256::digest(format!("{} {count}", draft.fingerprint)));
        }
    }
}

fn not_authored(file: &FileChange) -> Vec<Excluded> {
    let mut excluded = Vec::new();
    let mut push = |reason, lines: u32, what: &str| {
        if lines > 0 {
            let plural = if lines == 1 { "line" } else { "lines" };
            excluded.push(Excluded { path: file.path.clone(), reason, detail: format!("{lines} {plural} {what}") });
        }
    };
    push(Reason::NotAuthored, file.moved_lines, "moved within the change");
    push(Reason::NotAuthored, file.whitespace_lines, "changed in white space only");
    excluded
}

impl Draft {
    /// The prior, and the commit's code as a whole beside the hunk's own.
    fn add_context(&mut self, context: &Context<'_>) {
        self.signals.extend(context.rules.prior.map(|rule| Signal {
            rule,
            value: context.prior,
            contribution: context.prior,
            evidence: Vec::new(),
            commit: None,
        }));
        let total: u32 = self.parts.iter().map(|(_, lines)| lines).sum();
        if !self.scored || total == 0 {
            return;
        }
        let parts = self.parts.iter().filter_map(|(commit, lines)| Some((context.of(*commit)?, *lines)));
        let (sum, hunks) = parts.fold((0.0, 0), |(sum, most), (code, lines)| {
            (sum + code.log_odds * f64::from(lines) / f64::from(total), most.max(code.hunks))
        });
        let agreement = context.model.agreement;
        let Some(rule) = context.rules.commit_code.filter(|_| hunks > 1) else { return };
        for signal in &mut self.signals {
            if Some(signal.rule) != context.rules.prior {
                *signal = score::scaled(signal, 1.0 - agreement);
            }
        }
        let text = format!("{hunks} blocks together");
        let contribution = rounded(sum * agreement);
        let line = self.reading.whole.as_ref().map_or(0, |whole| whole.line);
        let evidence = Evidence { line, end_line: line + 1, column: 0, text, contribution };
        self.signals.push(Signal { rule, value: rounded(sum), contribution, evidence: vec![evidence], commit: None });
        self.signals.retain(|signal| signal.contribution != 0.0);
    }

    /// A message speaks for the lines that its commit brought.
    fn add_message_signals(&mut self, messages: &[Vec<Signal>]) {
        let total: u32 = self.parts.iter().map(|(_, lines)| lines).sum();
        if !self.scored || total == 0 {
            return;
        }
        for (commit, lines) in &self.parts {
            let Some(signals) = commit.and_then(|commit| messages.get(commit as usize)) else { continue };
            let share = f64::from(*lines) / f64::from(total);
            let of_message = |signal| Signal { commit: *commit, ..score::scaled(signal, share) };
            self.signals.extend(signals.iter().map(of_message).filter(|signal| signal.contribution != 0.0));
        }
    }

    fn report(
        &self,
        change: &ChangeSet,
        engine: &Engine<'_>,
        attestations: &[Attestation],
        threshold: &Threshold,
        sensitive: &Sensitive,
    ) -> HunkReport {
        let score = Score::of(&engine.pack().model, score::sum(&self.signals));
        let likeness = match (self.scored && self.language.is_some(), score.log_odds >= threshold.log_odds) {
            (false, _) => Likeness::TooLittle,
            (true, false) => Likeness::Unlikely,
            (true, true) => Likeness::Likely,
        };
        let states = attest::states(&self.origins, &self.path, attestations);
        let mut signals: Vec<SignalReport> =
            self.signals.iter().filter_map(|signal| signal_report(signal, change, engine, self.shift)).collect();
        signals.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
        HunkReport {
            path: self.path.clone(),
            language: self.language.map(str::to_owned),
            start_line: self.lines.0,
            end_line: self.lines.1,
            added_lines: self.added_lines,
            probability: score.probability,
            log_odds: score.log_odds,
            signals,
            commits: self
                .parts
                .iter()
                .filter_map(|(commit, lines)| {
                    let commit = change.commits.get((*commit)? as usize)?;
                    Some(HunkCommit { id: commit.id.clone(), lines: *lines })
                })
                .collect(),
            verdict: gate::verdict(likeness, gate::joint_state(&states)),
            sensitive: sensitive.is_match(&self.path),
            fingerprint: self.fingerprint.clone(),
        }
    }
}

/// `shift` turns a line of the text into its number in the file; for messages that is one.
fn signal_report(signal: &Signal, change: &ChangeSet, engine: &Engine<'_>, shift: i64) -> Option<SignalReport> {
    let rule = engine.pack().rules.get(signal.rule)?;
    let shift = if signal.commit.is_some() { 1 } else { shift };
    let shown = |line: u32| u32::try_from(i64::from(line) + shift).unwrap_or(line);
    Some(SignalReport {
        rule: rule.id.clone(),
        title: rule.title.clone(),
        value: rounded(signal.value),
        contribution: signal.contribution,
        commit: signal.commit.and_then(|at| change.commits.get(at as usize)).map(|commit| commit.id.clone()),
        evidence: signal
            .evidence
            .iter()
            .map(|evidence| EvidenceReport {
                line: shown(evidence.line),
                end_line: shown(evidence.end_line.saturating_sub(1)),
                column: evidence.column + 1,
                text: evidence.text.clone(),
                contribution: evidence.contribution,
            })
            .collect(),
    })
}

/// The rules that stand for what is given.
#[derive(Clone, Copy)]
struct Given {
    prior: Option<usize>,
    commit_code: Option<usize>,
}

impl Given {
    fn of(engine: &Engine<'_>) -> Self {
        let rule = |id: &str| engine.pack().rules.iter().position(|rule| rule.id == id);
        Given { prior: rule(score::PRIOR), commit_code: rule(score::COMMIT_CODE) }
    }
}

/// What surrounds a hunk.
struct Context<'a> {
    model: &'a crate::pack::Model,
    rules: Given,
    prior: f64,
    code: &'a BTreeMap<Option<u32>, Code>,
}

impl Context<'_> {
    fn of(&self, commit: Option<u32>) -> Option<&Code> {
        self.code.get(&commit)
    }
}

/// The code that one commit brought, as a whole; uncommitted work and patches count as one commit.
struct Code {
    log_odds: f64,
    hunks: usize,
    added_lines: u32,
}

/// A hunk belongs to each commit that brought at least a third of its lines.
fn code(drafts: &[Draft], commits: usize, engine: &Engine<'_>) -> BTreeMap<Option<u32>, Code> {
    let mut brought: BTreeMap<Option<u32>, (Vec<&Draft>, u32)> = BTreeMap::new();
    for draft in drafts.iter().filter(|draft| draft.scored) {
        for (commit, lines) in &draft.parts {
            if commit.is_none_or(|at| (at as usize) < commits) {
                let (hunks, total) = brought.entry(*commit).or_default();
                *total += lines;
                if lines * 3 >= draft.added_lines {
                    hunks.push(draft);
                }
            }
        }
    }
    let of = |(commit, (hunks, added_lines)): (Option<u32>, (Vec<&Draft>, u32))| {
        let log_odds = match hunks.as_slice() {
            [] => return None,
            [only] => score::sum(&only.signals),
            hunks => {
                let reading = Reading::sum(hunks.iter().map(|draft| &draft.reading));
                engine.log_odds(Part::Code, &reading)
            }
        };
        Some((commit, Code { log_odds, hunks: hunks.len(), added_lines }))
    };
    brought.into_par_iter().filter_map(of).collect()
}

fn commit_reports(
    change: &ChangeSet,
    engine: &Engine<'_>,
    context: &Context<'_>,
    messages: &[Vec<Signal>],
    attestations: &[Attestation],
) -> Vec<CommitReport> {
    let of = |(at, commit): (usize, &crate::change::Commit)| {
        let code = context.of(Some(at as u32));
        let signals = messages.get(at).map(Vec::as_slice).unwrap_or_default();
        let message = score::sum(signals);
        // Of a merge, only what it brought itself can be judged.
        let judged = code.is_some() || commit.parents < 2;
        let sum = context.prior + code.map_or(0.0, |code| code.log_odds) + message;
        let total = judged.then(|| Score::of(context.model, sum));
        let mut reported: Vec<SignalReport> =
            signals.iter().filter_map(|signal| signal_report(signal, change, engine, 1)).collect();
        reported.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
        CommitReport {
            id: commit.id.clone(),
            subject: commit.subject().to_owned(),
            author: commit.author.name.clone(),
            added_lines: code.map_or(0, |code| code.added_lines),
            probability: total.map(|score| score.probability),
            log_odds: total.map(|score| score.log_odds),
            code_log_odds: code.map(|code| code.log_odds),
            message_log_odds: message,
            signals: reported,
            attestation: attestations.get(at).cloned().unwrap_or_default(),
        }
    };
    change.commits.iter().enumerate().map(of).collect()
}

fn range_report(change: &ChangeSet, engine: &Engine<'_>, drafts: &[Draft], prior: f64) -> RangeReport {
    let scored: Vec<&Draft> = drafts.iter().filter(|draft| draft.scored).collect();
    let lines: u32 = scored.iter().map(|draft| draft.added_lines).sum();
    // Each hunk's share of the messages, by its lines.
    let of_message = |draft: &&Draft| -> f64 {
        let signals = draft.signals.iter().filter(|signal| signal.commit.is_some());
        signals.map(|signal| signal.contribution).sum::<f64>() * f64::from(draft.added_lines)
    };
    let message = rounded(scored.iter().map(of_message).sum::<f64>() / f64::from(lines.max(1)));
    let reading = Reading::sum(scored.iter().map(|draft| &draft.reading));
    let code = || engine.log_odds(Part::Code, &reading);
    let score = (!scored.is_empty()).then(|| Score::of(&engine.pack().model, prior + code() + message));
    RangeReport {
        spec: change.range.spec.clone(),
        base: change.range.base.clone(),
        head: change.range.head.clone(),
        added_lines: lines,
        probability: score.map(|score| score.probability),
        log_odds: score.map(|score| score.log_odds),
    }
}

fn flags(hunks: &[HunkReport], threshold: &Threshold, origin: Origin) -> Vec<Flag> {
    let mut flags: Vec<Flag> = hunks
        .iter()
        .enumerate()
        .filter(|(_, hunk)| hunk.verdict.is_flag())
        .map(|(at, hunk)| Flag {
            id: hunk.fingerprint.chars().take(8).collect(),
            fingerprint: hunk.fingerprint.clone(),
            hunk: at,
            path: hunk.path.clone(),
            start_line: hunk.start_line,
            end_line: hunk.end_line,
            severity: gate::severity(hunk.verdict, hunk.sensitive, hunk.log_odds - threshold.log_odds),
            verdict: hunk.verdict,
            probability: hunk.probability,
            resolve: resolve(hunk, origin),
        })
        .collect();
    let log_odds = |flag: &Flag| hunks.get(flag.hunk).map_or(0.0, |hunk| hunk.log_odds);
    flags.sort_by(|a, b| {
        b.severity
            .cmp(&a.severity)
            .then_with(|| log_odds(b).total_cmp(&log_odds(a)))
            .then_with(|| (&a.path, a.start_line).cmp(&(&b.path, b.start_line)))
    });
    flags
}

/// How to resolve a flag, in one or two sentences.
fn resolve(hunk: &HunkReport, origin: Origin) -> String {
    let ids: Vec<&str> = hunk.commits.iter().take(3).map(|commit| commit.id.get(..8).unwrap_or(&commit.id)).collect();
    let otherwise = "If none did, there is nothing to do: this flag blocks nothing.";
    match (hunk.verdict, origin) {
        (Verdict::Contradicted, _) => {
            "The commit says that no AI was used. If that is right, there is nothing to do; if not, state the tool instead.".into()
        }
        (Verdict::Unreadable, _) => {
            format!("What is recorded about AI use beside {} cannot be read; `-v` says why. If a tool helped, a trailer `Assisted-by: TOOL:MODEL` says so, too.", ids.join(", "))
        }
        (Verdict::WrongForm, _) => "The declaration is in a form that the project does not accept; see its policy.".into(),
        (_, Origin::Loose) => format!("If an AI tool helped, say so when committing: `git commit --trailer \"Assisted-by: TOOL:MODEL\"`. {otherwise}"),
        (_, Origin::Commits) => {
            format!("If an AI tool helped, add the trailer `Assisted-by: TOOL:MODEL` to {}. {otherwise}", ids.join(", "))
        }
    }
}

fn coverage(change: &ChangeSet, drafts: &[Draft], mut excluded: Vec<Excluded>) -> Coverage {
    excluded.sort();
    let mut scored_paths: Vec<&str> =
        drafts.iter().filter(|draft| draft.scored).map(|draft| draft.path.as_str()).collect();
    scored_paths.dedup();
    Coverage {
        files_scored: scored_paths.len(),
        hunks_scored: drafts.iter().filter(|draft| draft.scored).count(),
        hunks_unknown: drafts.iter().filter(|draft| !draft.scored).count(),
        lines_not_authored: change.files.iter().map(|file| file.moved_lines + file.whitespace_lines).sum(),
        excluded: excluded
            .into_iter()
            .map(|left_out| ExcludedReport {
                path: String::from_utf8_lossy(&left_out.path).into_owned(),
                reason: left_out.reason,
                detail: left_out.detail,
            })
            .collect(),
        notes: Vec::new(),
    }
}
