//! The last stage of a block: its report, with the signals that explain it.

use super::judged::{Judged, ScoringContext, all};
use super::read::ReadBlock;
use super::share::Share;
use super::signals::signal_report;
use super::weighed::{self, Signals};
use ai_detect_report::{HunkCommit, HunkReport, OmittedSignals, SignalReport};
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
        let report = |signal: &Signal| {
            signal_report(signal, &evidence(block, signal, request), request.change, request.engine, block.shift)
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
            fingerprint: block.fingerprint.clone(),
            content: block.content.clone(),
            disguise: block.disguise.clone(),
        }
    }
}

/// Where a signal of a block counted.
fn evidence(block: &ReadBlock, signal: &Signal, request: &ScoringContext<'_>) -> Vec<Evidence> {
    if let Some(commit) = signal.commit {
        // Signals of messages are made from what stands at this place (`judged`), so it is there.
        let message = request.messages.get(commit as usize);
        return message.map_or_else(Vec::new, |message| request.engine.evidence(&message.reading, signal));
    }
    if Some(signal.rule) == request.context.rules.commit_code {
        let text = together(block, signal, request);
        let line = block.reading.whole.as_ref().map_or(0, |whole| whole.line);
        return vec![Evidence { line, end_line: line + 1, column: 0, text, contribution: signal.contribution }];
    }
    request.engine.evidence(&block.reading, signal)
}

/// What the code of a block's commit is as a whole, and which rules say most of it.
fn together(block: &ReadBlock, signal: &Signal, request: &ScoringContext<'_>) -> String {
    let mut codes = block.shares.iter().filter_map(|share| request.context.of(share.commit));
    let rules = codes.find(|code| !code.heaviest.is_empty()).map(|code| code.heaviest.as_slice());
    let rule = |at: &usize| request.engine.pack().rules.get(*at).map(|rule| rule.title.as_str());
    // Where no rule weighs anything, none is named.
    let titles: Vec<&str> = rules.into_iter().flatten().filter_map(rule).collect();
    let mostly = if titles.is_empty() { String::new() } else { format!(", most of it {}", titles.join("; ")) };
    format!("{} blocks together{mostly}", signal.number)
}
