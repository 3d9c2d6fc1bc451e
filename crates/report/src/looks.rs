//! What may be said of how a flagged block looks.
//!
//! A flag about form asks that a declaration be restated: it says nothing about looks. A block can reach the threshold
//! below 50 %, because thresholds go by how rare something is among people's changes: such a block stands out, and it
//! does not read like AI-generated code. A likelihood never stands alone: "99 %" would be taken for a share of the lines.

use super::words::percent;
use crate::gate::Verdict;

/// How a flagged block looks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Looks {
    /// The flag is about the form of a declaration.
    NotAsked,
    /// It has no score.
    NotScored,
    /// It reached the threshold at less than 50 %.
    StandsOut(f64),
    /// At 50 % or more.
    ReadsLikeAi(f64),
}

/// Of how many things something is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Number {
    /// One block.
    One,
    /// Several blocks.
    Several,
}

impl Looks {
    /// By what a flag says, and how likely a tool wrote the block.
    pub fn of(verdict: Verdict, probability: Option<f64>) -> Looks {
        match (verdict, probability) {
            (Verdict::WrongForm, _) => Looks::NotAsked,
            (_, None) => Looks::NotScored,
            (_, Some(likely)) if likely < 0.5 => Looks::StandsOut(likely),
            (_, Some(likely)) => Looks::ReadsLikeAi(likely),
        }
    }

    /// `reads like AI-generated code (very likely, 91 %)`, or `stands out (19 %)`; `judging` says by what, where it is not
    /// the block itself. Nothing where looks are not asked about.
    pub(crate) fn words(self, number: Number, judging: &str) -> Option<String> {
        let (one, several) = match self {
            Looks::NotAsked => return None,
            Looks::NotScored => ("is not scored", "are not scored"),
            Looks::StandsOut(_) => ("stands out", "stand out"),
            Looks::ReadsLikeAi(_) => ("reads like AI-generated code", "read like AI-generated code"),
        };
        let verb = if number == Number::One { one } else { several };
        Some(match self {
            Looks::StandsOut(likely) => format!("{verb}{judging} ({})", percent(likely)),
            Looks::ReadsLikeAi(likely) => format!("{verb}{judging} ({}, {})", how_likely(likely), percent(likely)),
            Looks::NotAsked | Looks::NotScored => verb.to_owned(),
        })
    }

    /// The same without a verb, beside a block in a list: `very likely AI style (over 99 %)`.
    pub fn tag(self, judging: &str) -> Option<String> {
        match self {
            Looks::ReadsLikeAi(likely) => {
                Some(format!("{} AI style{judging} ({})", how_likely(likely), percent(likely)))
            }
            other => other.words(Number::One, judging),
        }
    }

    fn probability(self) -> Option<f64> {
        match self {
            Looks::NotAsked | Looks::NotScored => None,
            Looks::StandsOut(likely) | Looks::ReadsLikeAi(likely) => Some(likely),
        }
    }
}

/// How likely several blocks of one commit are AI-written: the least and the most of them.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Likelihoods {
    least: f64,
    most: f64,
}

impl Likelihoods {
    /// Nothing where none of the blocks has a score.
    pub(super) fn of(looks: &[Looks]) -> Option<Self> {
        let mut likely = looks.iter().filter_map(|looks| looks.probability());
        let first = likely.next()?;
        Some(likely.fold(Likelihoods { least: first, most: first }, |found, likely| Likelihoods {
            least: found.least.min(likely),
            most: found.most.max(likely),
        }))
    }

    /// What is said of so many blocks: `read like AI-generated code (likely to very likely, 78 % to over 99 %)`.
    pub(super) fn words(self, blocks: usize) -> String {
        let number = if blocks == 1 { Number::One } else { Number::Several };
        let Likelihoods { least, most } = self;
        let (low, high) = (percent(least), percent(most));
        if low == high {
            return Looks::of(Verdict::Unattested, Some(most)).words(number, "").unwrap_or_default();
        }
        let (from, to) = (how_likely(least), how_likely(most));
        match (least < 0.5, most < 0.5) {
            (_, true) => format!("stand out ({low} to {high})"),
            (true, false) => format!("stand out or read like AI-generated code ({low} to {high})"),
            (false, false) if from == to => format!("read like AI-generated code ({from}, {low} to {high})"),
            (false, false) => format!("read like AI-generated code ({from} to {to}, {low} to {high})"),
        }
    }
}

/// `very likely AI style (over 99 %)`; below 50 %, that it does not read like that.
pub(super) fn likelihood(probability: f64) -> String {
    match probability < 0.5 {
        true => format!("does not read like AI-generated code ({})", percent(probability)),
        false => format!("{} AI style ({})", how_likely(probability), percent(probability)),
    }
}

/// A likelihood of 50 % or more in words.
fn how_likely(probability: f64) -> &'static str {
    match probability {
        p if p >= 0.9 => "very likely",
        p if p >= 0.75 => "likely",
        _ => "rather likely",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_no_more_than_the_number_does() {
        let words = |verdict, likely| Looks::of(verdict, likely).words(Number::One, ", judging by its commit");
        let unattested = |likely| words(Verdict::Unattested, likely).unwrap_or_default();
        assert_eq!(unattested(Some(0.499)), "stands out, judging by its commit (50 %)");
        assert_eq!(unattested(Some(0.5)), "reads like AI-generated code, judging by its commit (rather likely, 50 %)");
        assert_eq!(unattested(Some(0.03)), "stands out, judging by its commit (3 %)");
        assert_eq!(unattested(None), "is not scored");
        let several = Looks::of(Verdict::Contradicted, Some(0.2)).words(Number::Several, "");
        assert_eq!(several.as_deref(), Some("stand out (20 %)"));
    }

    #[test]
    fn a_flag_about_form_says_nothing_about_looks() {
        for likely in [None, Some(0.03), Some(0.999)] {
            assert_eq!(Looks::of(Verdict::WrongForm, likely).words(Number::One, ""), None);
        }
    }

    #[test]
    fn several_blocks_are_said_from_the_least_likely_to_the_most() {
        let words = |likely: &[f64]| {
            let looks: Vec<Looks> = likely.iter().map(|it| Looks::of(Verdict::Unattested, Some(*it))).collect();
            Likelihoods::of(&looks).map(|found| found.words(likely.len()))
        };
        assert_eq!(words(&[]), None);
        assert_eq!(words(&[0.999]).as_deref(), Some("reads like AI-generated code (very likely, over 99 %)"));
        assert_eq!(words(&[0.999, 0.995]).as_deref(), Some("read like AI-generated code (very likely, over 99 %)"));
        assert_eq!(
            words(&[0.78, 0.999]).as_deref(),
            Some("read like AI-generated code (likely to very likely, 78 % to over 99 %)")
        );
        assert_eq!(words(&[0.2, 0.4]).as_deref(), Some("stand out (20 % to 40 %)"));
        assert_eq!(words(&[0.2, 0.9]).as_deref(), Some("stand out or read like AI-generated code (20 % to 90 %)"));
    }
}
