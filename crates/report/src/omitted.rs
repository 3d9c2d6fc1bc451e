//! What a report leaves out to stay within its bounds, as counts: nothing of a change vanishes.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Report;
use super::words::counted;
use crate::gate::Verdict;
use ai_detect_base::change::Reason;

/// What a report leaves out to stay within its bounds. Counts of the report as a whole include these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default)]
pub struct Omitted {
    /// Flags that are not listed: the least urgent ones.
    pub flags: u64,
    /// Blocks that are not listed, by verdict, those of flags among them.
    pub hunks: BTreeMap<Verdict, u64>,
    /// Signals of listed blocks and commits that are not listed: the weakest ones. Their sums stand beside the others.
    pub signals: u64,
    /// Commits that are not listed.
    pub commits: u64,
    /// Listed commits of whose attestation only the state and the facts are listed.
    pub attestations: u64,
    /// What was left out of the analysis and is not listed, by reason.
    pub excluded: BTreeMap<Reason, u64>,
    /// Notes that are not listed.
    pub notes: u64,
    /// Texts that are longer than a report holds and were cut.
    pub texts: u64,
}

/// Signals of a block or a message that are not listed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct OmittedSignals {
    /// How many.
    pub count: u64,
    /// The sum of their contributions.
    pub contribution: f64,
}

impl Omitted {
    /// Whether nothing is left out.
    pub fn is_empty(&self) -> bool {
        *self == Omitted::default()
    }

    /// How many blocks are not listed.
    pub(crate) fn hunk_count(&self) -> u64 {
        self.hunks.values().sum()
    }

    /// How many things that were left out of the analysis are not listed.
    pub(crate) fn excluded_count(&self) -> u64 {
        self.excluded.values().sum()
    }

    /// In words; nothing where nothing is left out that a person would look for. No text for people lists all signals.
    pub(super) fn sentence(&self) -> Option<String> {
        let count = |count: u64, one: &str, many: &str| (count > 0).then(|| counted(as_usize(count), one, many));
        let parts = [
            count(self.flags, "flag", "flags"),
            count(self.hunk_count().saturating_sub(self.flags), "block without a flag", "blocks without a flag"),
            count(self.commits, "commit", "commits"),
            count(self.attestations, "commit's declarations in detail", "commits' declarations in detail"),
            count(self.excluded_count(), "exclusion", "exclusions"),
            count(self.notes, "note", "notes"),
            count(self.texts, "end of a long text", "ends of long texts"),
        ];
        let parts: Vec<String> = parts.into_iter().flatten().collect();
        (!parts.is_empty()).then(|| {
            format!("this change is too large to list all of it; counted but not listed: {}", parts.join(", "))
        })
    }
}

impl OmittedSignals {
    /// Takes all but the `most` strongest of some signals out, and adds them to what was omitted before. The others stay
    /// in their order.
    pub fn shorten<T>(
        signals: &mut Vec<T>,
        contribution: impl Fn(&T) -> f64,
        before: Option<OmittedSignals>,
        most: usize,
    ) -> Option<Self> {
        if signals.len() <= most {
            return before;
        }
        let mut ranks: Vec<usize> = (0..signals.len()).collect();
        let strength = |at: &usize| signals.get(*at).map_or(0.0, |signal| contribution(signal).abs());
        ranks.sort_by(|a, b| strength(b).total_cmp(&strength(a)));
        let mut keep = vec![false; signals.len()];
        ranks.iter().take(most).for_each(|at| {
            if let Some(keep) = keep.get_mut(*at) {
                *keep = true;
            }
        });
        // Nothing was left out before.
        let mut omitted = before.unwrap_or_default();
        let mut kept = keep.into_iter();
        signals.retain(|signal| {
            let keep = kept.next().unwrap_or(false);
            if !keep {
                omitted.count += 1;
                omitted.contribution = ai_detect_style::signals::rounded(omitted.contribution + contribution(signal));
            }
            keep
        });
        Some(omitted)
    }
}

impl Report {
    /// How many flags there are, listed or not.
    pub fn flag_count(&self) -> usize {
        self.flags.len() + self.omitted.as_ref().map_or(0, |omitted| as_usize(omitted.flags))
    }

    /// How many blocks have a verdict, listed or not.
    pub(crate) fn verdict_count(&self, verdict: Verdict) -> usize {
        let omitted = self.omitted.as_ref().and_then(|omitted| omitted.hunks.get(&verdict));
        let listed = self.hunks.iter().filter(|hunk| hunk.verdict == verdict).count();
        listed + omitted.map_or(0, |count| as_usize(*count))
    }

    /// How many files could not be read, because the clone lacks them or they may not be: what is said of the change is
    /// not said of those.
    pub fn missing_count(&self) -> usize {
        let is_missing = |reason: Reason| matches!(reason, Reason::MissingObject | Reason::Unreadable);
        let listed = self.coverage.excluded.iter().filter(|left_out| is_missing(left_out.reason)).count();
        let omitted = self.omitted.iter().flat_map(|omitted| &omitted.excluded);
        let omitted: u64 = omitted.filter(|(reason, _)| is_missing(**reason)).map(|(_, count)| count).sum();
        listed + as_usize(omitted)
    }

    /// How many commits there are, listed or not.
    pub(crate) fn commit_count(&self) -> usize {
        self.commits.len() + self.omitted.as_ref().map_or(0, |omitted| as_usize(omitted.commits))
    }
}

pub(super) fn as_usize(count: u64) -> usize {
    usize::try_from(count).unwrap_or(usize::MAX)
}
