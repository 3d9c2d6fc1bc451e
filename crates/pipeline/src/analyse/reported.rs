//! The last stage of a block: its report, with the signals that explain it.

use super::judged::{Judged, ScoringContext, all};
use super::read::ReadBlock;
use super::share::Share;
use super::signals::{Source, signal_report};
use super::weighed::{self, Signals};
use ai_detect_report::{HunkCommit, HunkReport, OmittedSignals, Region, SignalReport, Together};
use ai_detect_style::pack::Rule;
use ai_detect_style::signals::{Evidence, Signal, rounded};

impl Judged<'_> {
    /// Its report, with the `most` strongest of its signals. Signals that nobody asked for are not counted as omitted.
    pub(super) fn report(self, most: usize, request: &ScoringContext<'_>, explained: bool) -> HunkReport {
        let block = self.block;
        let mut signals = match self.signals {
            _ if !explained => Vec::new(),
            Signals::Kept(signals) => signals,
            Signals::Again => all(block, weighed::own(block, request.engine), request),
        };
        let omitted = OmittedSignals::shorten(&mut signals, |signal| signal.contribution, None, most);
        let is_flag = self.verdict.is_flag();
        let report = |signal: &Signal| {
            let (evidence, source) = (evidence(block, signal, request), source(block, signal, request, is_flag));
            let report =
                signal_report(signal, &evidence, request.change, request.engine, block.shift, source, &|line| {
                    region(block, signal, line)
                })?;
            Some(SignalReport { together: together(block, signal, request).map(Together::from), ..report })
        };
        let mut signals: Vec<SignalReport> = signals.iter().filter_map(report).collect();
        signals.sort_by(|a, b| b.contribution.total_cmp(&a.contribution));
        let commit = |share: &Share| {
            let commit = request.change.commits.get(share.commit? as usize)?;
            Some(HunkCommit { id: commit.id.clone(), lines: share.lines })
        };
        HunkReport {
            path: block.path.to_string(),
            language: block.language.map(str::to_owned),
            start_line: block.lines.0,
            end_line: block.lines.1,
            added_lines: block.added_lines,
            probability: block.scored.then_some(self.score.probability),
            log_odds: self.score.log_odds,
            message_log_odds: rounded(self.message_log_odds),
            signals,
            omitted_signals: omitted,
            commits: block.shares.iter().filter_map(commit).collect(),
            verdict: self.verdict,
            sensitive: self.is_sensitive,
            sensitive_classes: request.sensitive.get(&*block.path).cloned().unwrap_or_default(),
            fingerprint: block.fingerprint.clone(),
            content: block.content.clone(),
            disguise: block.disguise.clone(),
        }
    }
}

/// The lines that the evidence of a signal quotes.
fn source<'a>(block: &ReadBlock, signal: &Signal, request: &ScoringContext<'a>, is_flag: bool) -> Source<'a> {
    let source = match signal.commit {
        _ if !is_flag || Some(signal.rule) == request.context.rules.commit_code => None,
        Some(commit) => request.messages.get(commit as usize).map(|message| Source::Message(&message.text)),
        None => request.change.files.get(block.file).map(|file| Source::File(&file.new)),
    };
    // Where nothing is quoted, the evidence says where to look.
    source.unwrap_or(Source::NotShown)
}

/// In what kind of text a line of a block stands, where that is no code. Lines of a message are none of the block's.
fn region(block: &ReadBlock, signal: &Signal, line: u32) -> Option<Region> {
    let found = block.prose.iter().find(|(span, _)| span.contains(line));
    found.map(|(_, region)| *region).filter(|_| signal.commit.is_none())
}

/// Where a signal of a block counted.
fn evidence(block: &ReadBlock, signal: &Signal, request: &ScoringContext<'_>) -> Vec<Evidence> {
    if let Some(commit) = signal.commit {
        // Signals of messages are made from what stands at this place (`judged`), so it is there.
        let message = request.messages.get(commit as usize);
        return message.map_or_else(Vec::new, |message| request.engine.evidence(&message.reading, signal));
    }
    if let Some(together) = together(block, signal, request) {
        let line = block.reading.whole.as_ref().map_or(0, |whole| whole.line);
        let (text, contribution) = (together.sentence(), signal.contribution);
        return vec![Evidence { line, end_line: line + 1, column: 0, text, contribution }];
    }
    request.engine.evidence(&block.reading, signal)
}

/// The code of a block's commit as a whole, and the rules that weigh most in it.
struct CommitCode<'a> {
    blocks: f64,
    rules: Vec<&'a Rule>,
}

/// What a signal about a commit's code as a whole sums up; nothing for any other.
fn together<'a>(block: &ReadBlock, signal: &Signal, request: &ScoringContext<'a>) -> Option<CommitCode<'a>> {
    if Some(signal.rule) != request.context.rules.commit_code {
        return None;
    }
    let mut codes = block.shares.iter().filter_map(|share| request.context.of(share.commit));
    let heaviest = codes.find(|code| !code.heaviest.is_empty()).map(|code| code.heaviest.as_slice());
    // Where no rule weighs anything, none is named.
    let rules = heaviest.into_iter().flatten().filter_map(|at| request.engine.pack().rules.get(*at));
    Some(CommitCode { blocks: signal.number, rules: rules.collect() })
}

impl CommitCode<'_> {
    fn sentence(&self) -> String {
        let titles: Vec<&str> = self.rules.iter().map(|rule| rule.title.as_str()).collect();
        let mostly = if titles.is_empty() { String::new() } else { format!(", most of it {}", titles.join("; ")) };
        format!("{} blocks together{mostly}", self.blocks)
    }
}

impl From<CommitCode<'_>> for Together {
    fn from(code: CommitCode<'_>) -> Self {
        // A count of blocks, which was made a number to be weighed.
        Together { blocks: code.blocks as u32, rules: code.rules.iter().map(|rule| rule.id.clone()).collect() }
    }
}
