//! Which blocks of a change a report lists, and with how many of their signals. In all but very large changes that is
//! everything; there, what the report would not hold anyway is never made.

use super::Detail;
use super::judged::Judged;
use ai_detect_report::Omitted;
use ai_detect_report::bounds::{MAX_HUNKS, MAX_SIGNALS, MAX_WRITTEN_BYTES};
use ai_detect_report::gate;

/// How many bytes the listed blocks may have, by the estimates below. That is somewhat more than a written report holds:
/// writing cuts exactly.
const MAX_BYTES: usize = MAX_WRITTEN_BYTES + MAX_WRITTEN_BYTES / 4;
/// How many bytes a block takes as JSON, without its path, its commits and its signals.
const BLOCK: usize = 600;
/// What a flag takes beside its block.
const FLAG: usize = 800;
/// What a commit takes in a block.
const PART: usize = 100;
/// How many signals all blocks with a flag have together before they get less each.
const MAX_FLAGGED_SIGNALS: usize = 60_000;
/// What they get from there on.
const FEW_SIGNALS: usize = 4;
/// How many signals all other blocks have together.
const MAX_OTHER_SIGNALS: usize = 60_000;
/// How many signals all messages have together.
const MAX_MESSAGE_SIGNALS: usize = 20_000;

/// Which blocks are listed.
pub(super) struct Listing {
    /// For each block with how many of its signals it is listed, the strongest ones.
    signals: Vec<Option<usize>>,
    /// Those that are not.
    pub(super) omitted: Omitted,
}

impl Listing {
    /// Of all blocks of a change; those of flags come first, the most urgent of them first.
    pub(super) fn of(judged: &[Judged<'_>], detail: Detail, likely: f64) -> Self {
        let mut listing = Listing { signals: vec![None; judged.len()], omitted: Omitted::default() };
        let is_flag = |at: &usize| judged.get(*at).is_some_and(|it| it.verdict.is_flag());
        let (mut flagged, mut others): (Vec<usize>, Vec<usize>) = (0..judged.len()).partition(is_flag);
        let odds = |at: &usize| judged.get(*at).map_or(f64::NEG_INFINITY, |it| it.score.log_odds);
        let urgency = |at: &usize| {
            judged.get(*at).map(|it| gate::severity(it.verdict, it.is_sensitive, it.score.log_odds - likely))
        };
        flagged.sort_by(|a, b| urgency(b).cmp(&urgency(a)).then(odds(b).total_cmp(&odds(a))).then(a.cmp(b)));
        let scored = |at: &usize| judged.get(*at).is_some_and(|it| it.block.scored);
        others.sort_by(|a, b| scored(b).cmp(&scored(a)).then(odds(b).total_cmp(&odds(a))).then(a.cmp(b)));

        let (mut bytes, mut hunks) = (MAX_BYTES, MAX_HUNKS);
        let mut of_flags = MAX_FLAGGED_SIGNALS;
        let each = share(MAX_OTHER_SIGNALS, others.iter().filter_map(|at| judged.get(*at)).map(|it| it.count));
        // `Detail::Numbers` lists all blocks, with numbers only.
        let bounded = detail != Detail::Numbers;
        for at in flagged.into_iter().chain(others) {
            let Some(it) = judged.get(at) else { continue };
            let flag = it.verdict.is_flag();
            let size = BLOCK + if flag { FLAG } else { 0 } + 2 * it.block.path.len() + PART * it.block.shares.len();
            let left = bytes.checked_sub(size).filter(|_| hunks > 0);
            let Some(left) = left.or(Some(0).filter(|_| !bounded)) else {
                // What comes later is worth less.
                bytes = 0;
                *listing.omitted.hunks.entry(it.verdict).or_default() += 1;
                listing.omitted.flags += u64::from(flag);
                continue;
            };
            (bytes, hunks) = (left, hunks.saturating_sub(1));
            let signals = match (detail, flag) {
                (Detail::Numbers, _) | (Detail::Flags, false) => 0,
                (_, true) => match of_flags.checked_sub(it.count) {
                    Some(left) => {
                        of_flags = left;
                        it.count
                    }
                    None => FEW_SIGNALS,
                },
                (Detail::All, false) => each,
            };
            if let Some(listed) = listing.signals.get_mut(at) {
                *listed = Some(signals.min(MAX_SIGNALS));
            }
        }
        listing
    }

    /// With how many signals a block is listed; nothing where it is not.
    pub(super) fn signals(&self, block: usize) -> Option<usize> {
        self.signals.get(block).copied().flatten()
    }
}

/// With how many of their signals messages are listed.
pub(super) fn of_messages(counts: impl Iterator<Item = usize> + Clone) -> usize {
    share(MAX_MESSAGE_SIGNALS, counts)
}

/// How many of something each may have: all of it, or else the same number.
fn share(most: usize, counts: impl Iterator<Item = usize> + Clone) -> usize {
    let total: usize = counts.clone().sum();
    if total <= most { usize::MAX } else { most / counts.count().max(1) }
}
