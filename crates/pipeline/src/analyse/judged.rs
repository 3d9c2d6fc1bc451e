//! The third stage of a block: all that counts in it, its score and its verdict. It takes the whole request.

use std::collections::BTreeMap;

use super::code::Context;
use super::read::ReadBlock;
use super::share::total;
use super::signals::ScoredMessage;
use super::weighed::{self, Signals, Weighed};
use ai_detect_attest::Covered;
use ai_detect_base::change::ChangeSet;
use ai_detect_report::Threshold;
use ai_detect_report::gate::{self, Likeness, Verdict};
use ai_detect_style::score::{self, Score};
use ai_detect_style::signals::{Engine, Signal, rounded};

/// What surrounds the blocks of a request.
pub(super) struct ScoringContext<'a> {
    pub(super) change: &'a ChangeSet,
    pub(super) engine: &'a Engine<'a>,
    pub(super) messages: &'a [ScoredMessage],
    pub(super) covered: &'a Covered<'a>,
    pub(super) threshold: &'a Threshold,
    /// The paths that are sensitive, with their classes.
    pub(super) sensitive: &'a BTreeMap<&'a str, Vec<String>>,
    pub(super) context: &'a Context<'a>,
}

/// A block with its score and its verdict.
pub(super) struct Judged<'r> {
    pub(super) block: &'r ReadBlock,
    pub(super) score: Score,
    /// The part of messages, not rounded.
    pub(super) message_log_odds: f64,
    pub(super) verdict: Verdict,
    pub(super) is_sensitive: bool,
    /// How many signals there are.
    pub(super) count: usize,
    pub(super) signals: Signals,
}

impl<'r> Weighed<'r> {
    /// What is said of it by all that counts in it.
    pub(super) fn judge(self, request: &ScoringContext<'_>) -> Judged<'r> {
        let ScoringContext { engine, threshold, .. } = *request;
        let (block, is_kept) = (self.block, matches!(self.own, Signals::Kept(_)));
        let own = match self.own {
            Signals::Kept(own) => own,
            Signals::Again => weighed::own(block, engine),
        };
        let signals = all(block, own, request);
        let score = Score::of(&engine.pack().model, score::sum(&signals));
        let likeness = match (block.scored, score.log_odds >= threshold.log_odds) {
            (false, _) => Likeness::TooLittle,
            (true, false) => Likeness::Unlikely,
            (true, true) => Likeness::Likely,
        };
        let states = request.covered.states(&block.origins, &block.telling, &block.path);
        let of_messages = signals.iter().filter(|signal| signal.commit.is_some());
        Judged {
            block,
            score,
            message_log_odds: of_messages.map(|signal| signal.contribution).sum(),
            verdict: gate::verdict(likeness, gate::joint_state(&states)),
            is_sensitive: request.sensitive.contains_key(&*block.path),
            count: signals.len(),
            signals: if is_kept { Signals::Kept(signals) } else { Signals::Again },
        }
    }
}

/// All that counts in a block: beside its own signals what surrounds it says, and the messages.
pub(super) fn all(block: &ReadBlock, own: Vec<Signal>, request: &ScoringContext<'_>) -> Vec<Signal> {
    let mut signals = own;
    add_context(block, request.context, &mut signals);
    add_message_signals(block, request.messages, &mut signals);
    signals
}

/// The prior, and the commit's code as a whole beside the block's own.
fn add_context(block: &ReadBlock, context: &Context<'_>, signals: &mut Vec<Signal>) {
    signals.extend(context.rules.prior.map(|rule| Signal::given(rule, context.prior, context.prior)));
    let total = total(&block.shares);
    if !block.scored || total == 0 {
        return;
    }
    let shares = block.shares.iter().filter_map(|share| Some((context.of(share.commit)?, share.lines)));
    let (sum, hunks) = shares.fold((0.0, 0), |(sum, most), (code, lines)| {
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
fn add_message_signals(block: &ReadBlock, messages: &[ScoredMessage], signals: &mut Vec<Signal>) {
    let total = total(&block.shares);
    if !block.scored || total == 0 {
        return;
    }
    for share in &block.shares {
        let message = share.commit.and_then(|commit| messages.get(commit as usize));
        let Some(message) = message else { continue };
        let part = f64::from(share.lines) / f64::from(total);
        let of_message = |signal: &Signal| Signal { commit: share.commit, ..signal.scaled(part) };
        signals.extend(message.signals.iter().map(of_message).filter(|signal| signal.contribution != 0.0));
    }
}
