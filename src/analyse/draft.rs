//! One hunk on its way: from its reading to its report. What a commit's hunks say together comes in as
//! a [`Context`].

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::Detail;
use super::blocks;
use super::code::Context;
use super::counting;
use super::fingerprint::{content, fingerprint, number_twins};
use super::signals::{Told, signal_report};
use crate::attest::Covered;
use crate::change::{self, Added, Carried, ChangeSet, Excluded, FileChange, Ground, Reason, Span, overlapping};
use crate::exclude::LONG_LINE;
use crate::gate::{self, Likeness, Verdict};
use crate::kept_lines;
use crate::linediff;
use crate::lookalikes::Disguise;
use crate::report::{HunkCommit, HunkReport, OmittedSignals, SignalReport, Threshold, bounds};
use crate::score::{self, Score};
use crate::signals::{Block, Engine, Evidence, Part, Reading, Signal, block, rounded};
use crate::syntax::parser::Extra;
use crate::syntax::{LEAST_LINES, Outline, Syntax};

/// A hunk with everything found about it but its verdict, which needs the whole request.
pub(super) struct Draft {
    pub(super) path: Arc<str>,
    pub(super) language: Option<&'static str>,
    lines: (u32, u32),
    pub(super) added_lines: u32,
    pub(super) reading: Reading,
    /// What counts in it by itself. Where there are very many blocks it is not kept, but weighed whenever it is asked for.
    weighed: Option<Vec<Signal>>,
    /// (commit, lines)
    pub(super) parts: Vec<(Option<u32>, u32)>,
    /// Where its lines come from.
    pub(super) origins: Vec<change::Origin>,
    pub(super) fingerprint: String,
    pub(super) content: String,
    /// Whether anything is said of it alone.
    pub(super) scored: bool,
    /// What in it was hidden or imitated Latin letters.
    disguise: Option<Disguise>,
    /// How many of its lines are not blank, where its language is known: what it brings to its commit's code.
    pub(super) read_lines: u32,
    /// What to add to a line of the text, from 0, to get its number in the file, from 1: a hunk
    /// is contiguous in both.
    shift: i64,
}

/// All hunks of a change, and what has none.
pub struct Drafts {
    pub(super) drafts: Vec<Draft>,
    pub(super) excluded: Vec<Excluded>,
}

impl Drafts {
    /// The same blocks as those of a patch, which no commit brought.
    pub fn loose(&mut self) -> &mut Self {
        for draft in &mut self.drafts {
            let lines: u32 = draft.parts.iter().map(|(_, lines)| lines).sum();
            draft.parts = if lines > 0 { vec![(None, lines)] } else { Vec::new() };
            draft.origins.iter_mut().for_each(|origin| origin.commit = None);
        }
        self
    }
}

/// What is said of a hunk.
pub(super) struct Judged {
    score: Score,
    pub(super) log_odds: f64,
    /// The part of messages, not rounded.
    pub(super) message_log_odds: f64,
    pub(super) verdict: Verdict,
    pub(super) sensitive: bool,
    /// How many signals there are.
    pub(super) count: usize,
    /// The signals, where they are kept.
    signals: Option<Vec<Signal>>,
}

/// What a hunk's report is made with.
pub(super) struct Around<'a> {
    pub(super) change: &'a ChangeSet,
    pub(super) engine: &'a Engine<'a>,
    pub(super) messages: &'a [Told],
    pub(super) covered: &'a Covered<'a>,
    pub(super) threshold: &'a Threshold,
    /// The paths that are sensitive.
    pub(super) sensitive: &'a BTreeSet<&'a str>,
    pub(super) context: &'a Context<'a>,
}

/// Reads all hunks of a change.
pub(super) fn drafts(change: &ChangeSet, engine: &Engine<'_>, detail: Detail) -> Drafts {
    let new_files = block::new_files(change);
    let outlines: Vec<Outline> = change.files.par_iter().map(Outline::of).collect();
    let counting = counting::files(change, &outlines);
    let left_out = blocks::left_out(&outlines);
    let extra = Extra::default();
    let found: Vec<(Vec<Draft>, Vec<Excluded>)> = change
        .files
        .par_iter()
        .zip(outlines)
        .zip(counting)
        .zip(left_out)
        .map(|(((file, outline), counts), too_many)| {
            let out = |reason, detail| {
                let added = Added::of(&file.new, &file.authored).unwrap_or_default();
                (Vec::new(), vec![kept_lines::listed(file, reason, detail, added, Ground::Content)])
            };
            if let Err(why) = nameable(file) {
                return out(Reason::UnusablePath, why.into());
            }
            if let Some(blocks) = too_many {
                let detail = format!("{blocks} blocks of added lines, more than are looked at in one change");
                return out(Reason::TooLarge, detail);
            }
            let syntax = if counts {
                outline.read(file, &|language| engine.asked(language), &extra)
            } else {
                outline.unread(file)
            };
            file_drafts(file, &syntax, counts, engine, (new_files, detail))
        })
        .collect();
    let (mut drafts, mut excluded) = (Vec::new(), Vec::new());
    for (mut hunks, mut left_out) in found {
        drafts.append(&mut hunks);
        excluded.append(&mut left_out);
    }
    if detail != Detail::Numbers {
        number_twins(&mut drafts);
    }
    Drafts { drafts, excluded }
}

/// Whether a report can name a file and its lines.
fn nameable(file: &FileChange) -> bounds::Checked {
    bounds::path(&String::from_utf8_lossy(&file.path))?;
    let last = file.authored.last().map_or(1, |span| file.new.number(span.end.saturating_sub(1)));
    bounds::lines(1, last.max(1))
}

fn file_drafts(
    file: &FileChange,
    syntax: &Syntax,
    counts: bool,
    engine: &Engine<'_>,
    (new_files, detail): (u32, Detail),
) -> (Vec<Draft>, Vec<Excluded>) {
    let mut excluded = not_authored(file);
    if !syntax.hunks.is_empty() {
        if syntax.language.is_none() {
            excluded.push(Excluded::new(file.path.clone(), Reason::NoGrammar, "not scored"));
        } else if syntax.gave_up {
            let added = Added::of(&file.new, &file.authored).unwrap_or_default();
            excluded.push(kept_lines::listed(
                file,
                Reason::NoGrammar,
                "too costly to parse".into(),
                added,
                Ground::Content,
            ));
        }
        excluded.extend(long_lines(file, syntax));
    }
    let before = block::before(file, syntax);
    let path: Arc<str> = String::from_utf8_lossy(&file.path).into();
    let drafts = syntax.hunks.par_iter().map(|hunk| {
        let block = Block { file, syntax, hunk, before: before.as_ref(), new_files };
        let read_lines = if syntax.language.is_some() { hunk.weight } else { 0 };
        Draft {
            path: path.clone(),
            language: block.language_name(),
            lines: (file.new.number(hunk.span.start), file.new.number(hunk.span.end.saturating_sub(1))),
            added_lines: hunk.added_lines,
            reading: if counts && read_lines > 0 { engine.read(&block) } else { Reading::default() },
            weighed: None,
            parts: parts(file, &hunk.authored),
            origins: hunk
                .authored
                .iter()
                .flat_map(|span| overlapping(&file.origins, *span).iter().filter_map(|origin| origin.within(*span)))
                .collect(),
            fingerprint: if detail == Detail::Numbers { String::new() } else { fingerprint(file, &hunk.authored) },
            content: if detail == Detail::Numbers { String::new() } else { content(file, &hunk.authored) },
            scored: read_lines >= LEAST_LINES,
            disguise: Some(&hunk.seen.disguise).filter(|disguise| !disguise.is_empty()).cloned(),
            read_lines,
            shift: i64::from(file.new.number(hunk.span.start)) - i64::from(hunk.span.start),
        }
    });
    (drafts.collect(), excluded)
}

/// How many lines each commit brought to some spans, largest part first.
pub(super) fn parts(file: &FileChange, authored: &[Span]) -> Vec<(Option<u32>, u32)> {
    let mut lines: BTreeMap<Option<u32>, u32> = Default::default();
    for span in authored {
        for origin in overlapping(&file.origins, *span) {
            *lines.entry(origin.commit).or_default() += span.intersect(origin.span).len();
        }
    }
    let mut parts: Vec<_> = lines.into_iter().collect();
    parts.sort_by_key(|(commit, lines)| (std::cmp::Reverse(*lines), *commit));
    parts
}

fn not_authored(file: &FileChange) -> Vec<Excluded> {
    let mut excluded = Vec::new();
    let mut push = |lines: u32, what: &str| {
        if lines > 0 {
            let plural = if lines == 1 { "line" } else { "lines" };
            excluded.push(Excluded::new(file.path.clone(), Reason::NotAuthored, format!("{lines} {plural} {what}")));
        }
    };
    push(file.moved_lines, "moved within the change");
    push(file.whitespace_lines, "changed in white space only");
    // A forge shows a copy as added lines, and a renamed file as the same file.
    if let Some((Carried::Copied(lines), from)) = file.carried.zip(file.old_path.as_ref()) {
        push(lines, &format!("copied from {from}"));
    }
    excluded
}

/// Lines of code that are too long to be read, in blocks that have too few lines to be scored: a line may be a program.
fn long_lines(file: &FileChange, syntax: &Syntax) -> Option<Excluded> {
    syntax.language?;
    let small = syntax.hunks.iter().filter(|hunk| hunk.weight < LEAST_LINES);
    let lines = small.flat_map(|hunk| hunk.authored.iter().flat_map(|span| span.start..span.end));
    let long = linediff::spans(lines.filter(|&line| file.new.raw_line(line).len() > LONG_LINE));
    let added = Added::of(&file.new, &long)?;
    let detail = format!("{} longer than {LONG_LINE} bytes, {} bytes together", added.counted(), added.bytes);
    Some(kept_lines::listed(file, Reason::Minified, detail, added, Ground::Lines))
}

impl Draft {
    /// Keeps what counts in it by itself, or forgets it.
    pub(super) fn keep_weighed(&mut self, keep: bool, engine: &Engine<'_>) {
        self.weighed = None;
        self.weighed = keep.then(|| self.own(engine).into_owned());
    }

    /// What counts in it by itself.
    pub(super) fn own(&self, engine: &Engine<'_>) -> Cow<'_, [Signal]> {
        match &self.weighed {
            Some(weighed) => Cow::Borrowed(weighed),
            None if self.scored => Cow::Owned(engine.weigh(Part::Code, &self.reading)),
            None => Cow::Borrowed(&[]),
        }
    }

    /// All that counts in it: beside its own what surrounds it says, and the messages.
    fn signals(&self, around: &Around<'_>) -> Vec<Signal> {
        let mut signals = self.own(around.engine).into_owned();
        self.add_context(around.context, &mut signals);
        self.add_message_signals(around.messages, &mut signals);
        signals
    }

    /// The prior, and the commit's code as a whole beside the hunk's own.
    fn add_context(&self, context: &Context<'_>, signals: &mut Vec<Signal>) {
        signals.extend(context.rules.prior.map(|rule| Signal::given(rule, context.prior, context.prior)));
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
        for signal in &mut *signals {
            if Some(signal.rule) != context.rules.prior {
                *signal = signal.scaled(1.0 - agreement);
            }
        }
        let together = Signal::given(rule, rounded(sum), rounded(sum * agreement));
        signals.push(Signal { number: hunks as f64, ..together });
        signals.retain(|signal| signal.contribution != 0.0);
    }

    /// A message speaks for the lines that its commit brought.
    fn add_message_signals(&self, messages: &[Told], signals: &mut Vec<Signal>) {
        let total: u32 = self.parts.iter().map(|(_, lines)| lines).sum();
        if !self.scored || total == 0 {
            return;
        }
        for (commit, lines) in &self.parts {
            let Some(told) = commit.and_then(|commit| messages.get(commit as usize)) else { continue };
            let share = f64::from(*lines) / f64::from(total);
            let of_message = |signal: &Signal| Signal { commit: *commit, ..signal.scaled(share) };
            signals.extend(told.signals.iter().map(of_message).filter(|signal| signal.contribution != 0.0));
        }
    }

    /// Where a signal of this hunk counted.
    fn evidence(&self, signal: &Signal, around: &Around<'_>) -> Vec<Evidence> {
        if let Some(commit) = signal.commit {
            let told = around.messages.get(commit as usize);
            return told.map(|told| around.engine.evidence(&told.reading, signal)).unwrap_or_default();
        }
        if Some(signal.rule) == around.context.rules.commit_code {
            let text = self.together(signal, around);
            let line = self.reading.whole.as_ref().map_or(0, |whole| whole.line);
            return vec![Evidence { line, end_line: line + 1, column: 0, text, contribution: signal.contribution }];
        }
        around.engine.evidence(&self.reading, signal)
    }

    /// What the code of its commit is as a whole, and which rules say most of it.
    fn together(&self, signal: &Signal, around: &Around<'_>) -> String {
        let mut codes = self.parts.iter().filter_map(|(commit, _)| around.context.of(*commit));
        let rules = codes.find(|code| !code.heaviest.is_empty()).map(|code| code.heaviest.as_slice());
        let rule = |at: &usize| around.engine.pack().rules.get(*at).map(|rule| rule.title.as_str());
        let titles: Vec<&str> = rules.unwrap_or_default().iter().filter_map(rule).collect();
        let mostly = if titles.is_empty() { String::new() } else { format!(", most of it {}", titles.join("; ")) };
        format!("{} blocks together{mostly}", signal.number)
    }

    /// What is said of it by all that counts in it.
    pub(super) fn judge(&self, around: &Around<'_>) -> Judged {
        let Around { engine, threshold, .. } = *around;
        let signals = self.signals(around);
        let score = Score::of(&engine.pack().model, score::sum(&signals));
        let likeness = match (self.scored, score.log_odds >= threshold.log_odds) {
            (false, _) => Likeness::TooLittle,
            (true, false) => Likeness::Unlikely,
            (true, true) => Likeness::Likely,
        };
        let states = around.covered.states(&self.origins, &self.path);
        let of_messages = signals.iter().filter(|signal| signal.commit.is_some());
        Judged {
            score,
            log_odds: score.log_odds,
            message_log_odds: of_messages.map(|signal| signal.contribution).sum(),
            verdict: gate::verdict(likeness, gate::joint_state(&states)),
            sensitive: around.sensitive.contains(&*self.path),
            count: signals.len(),
            signals: self.weighed.is_some().then_some(signals),
        }
    }

    /// Its report, with the `most` strongest of its signals. Signals that nobody asked for are not counted as omitted.
    pub(super) fn report(&self, judged: &Judged, most: usize, around: &Around<'_>, explained: bool) -> HunkReport {
        let mut signals = match &judged.signals {
            _ if !explained => Vec::new(),
            Some(signals) => signals.clone(),
            None => self.signals(around),
        };
        let omitted = OmittedSignals::shorten(&mut signals, |signal| signal.contribution, None, most);
        let report = |signal: &Signal| {
            signal_report(signal, &self.evidence(signal, around), around.change, around.engine, self.shift)
        };
        let mut signals: Vec<SignalReport> = signals.iter().filter_map(report).collect();
        signals.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
        HunkReport {
            path: self.path.to_string(),
            language: self.language.map(str::to_owned),
            start_line: self.lines.0,
            end_line: self.lines.1,
            added_lines: self.added_lines,
            probability: self.scored.then_some(judged.score.probability),
            log_odds: judged.log_odds,
            message_log_odds: rounded(judged.message_log_odds),
            signals,
            omitted_signals: omitted,
            commits: self
                .parts
                .iter()
                .filter_map(|(commit, lines)| {
                    let commit = around.change.commits.get((*commit)? as usize)?;
                    Some(HunkCommit { id: commit.id.clone(), lines: *lines })
                })
                .collect(),
            verdict: judged.verdict,
            sensitive: judged.sensitive,
            fingerprint: self.fingerprint.clone(),
            content: self.content.clone(),
            disguise: self.disguise.clone(),
        }
    }
}
