//! What may be said of how a flagged block looks.
//!
//! A flag about form asks that a declaration be restated: it says nothing about looks. A block can reach the threshold
//! below 50 %, because thresholds go by how rare something is among people's changes: such a block stands out, and it
//! does not look AI-written.

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
    AiWritten(f64),
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
            (_, Some(likely)) => Looks::AiWritten(likely),
        }
    }

    /// `looks AI-written (91 % likely)`, or `stands out (19 % likely)`; `judging` says by what, where it is not the block
    /// itself. Nothing where looks are not asked about.
    pub fn words(self, number: Number, judging: &str) -> Option<String> {
        let said = |verb: &str, likely| Some(format!("{verb}{judging} ({} likely)", percent(likely)));
        match (self, number) {
            (Looks::NotAsked, _) => None,
            (Looks::NotScored, Number::One) => Some("is not scored".into()),
            (Looks::NotScored, Number::Several) => Some("are not scored".into()),
            (Looks::StandsOut(likely), Number::One) => said("stands out", likely),
            (Looks::StandsOut(likely), Number::Several) => said("stand out", likely),
            (Looks::AiWritten(likely), Number::One) => said("looks AI-written", likely),
            (Looks::AiWritten(likely), Number::Several) => said("look AI-written", likely),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_say_no_more_than_the_number_does() {
        let said = |verdict, likely| Looks::of(verdict, likely).words(Number::One, ", judging by its commit");
        let unattested = |likely| said(Verdict::Unattested, likely).unwrap_or_default();
        assert_eq!(unattested(Some(0.499)), "stands out, judging by its commit (50 % likely)");
        assert_eq!(unattested(Some(0.5)), "looks AI-written, judging by its commit (50 % likely)");
        assert_eq!(unattested(Some(0.03)), "stands out, judging by its commit (3 % likely)");
        assert_eq!(unattested(None), "is not scored");
        let several = Looks::of(Verdict::Contradicted, Some(0.2)).words(Number::Several, "");
        assert_eq!(several.as_deref(), Some("stand out (20 % likely)"));
    }

    #[test]
    fn a_flag_about_form_says_nothing_about_looks() {
        for likely in [None, Some(0.03), Some(0.999)] {
            assert_eq!(Looks::of(Verdict::WrongForm, likely).words(Number::One, ""), None);
        }
    }
}
