//! The formats that a report can be printed in: one file a format, and [`ALL`], the only list of them.
//!
//! A new format is a file beside this one with a `static FORMAT`, and a line here. The command line, its help and the
//! tests ask this table; the docs are compared with it.

use super::excerpts::Excerpts;
use super::text::Detail;
use super::{Report, code_quality, github, html, json, junit, markdown, rdjsonl, sarif, text};

/// All formats, in the order in which the help lists them.
pub static ALL: &[&Format] = &[
    &text::FORMAT,
    &json::FORMAT,
    &sarif::FORMAT,
    &github::FORMAT,
    &markdown::FORMAT,
    &code_quality::FORMAT,
    &rdjsonl::FORMAT,
    &junit::FORMAT,
    &html::FORMAT,
];

/// A format of reports.
#[derive(Debug)]
pub struct Format {
    /// The word for it on the command line.
    pub name: &'static str,
    /// Another word that is taken for it.
    pub alias: Option<&'static str>,
    /// What it is for, in a line of help.
    pub about: &'static str,
    /// Of which blocks it shows the evidence.
    pub evidence: Evidence,
    /// Whether it shows the code of flagged blocks.
    pub shows_code: bool,
    /// What its text is, which decides how it is printed.
    pub output: Output,
    /// Writes a report.
    pub write: fn(&Report, &View<'_>) -> Result<String, serde_json::Error>,
}

/// Of which blocks a format shows the evidence. No report needs to hold more.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Evidence {
    /// Of flagged ones.
    Flags,
    /// Of all.
    All,
    /// Of all where everything is asked for, else of flagged ones.
    AsAsked,
}

/// What the text of a format is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Output {
    /// Text with colours, which files do without.
    Coloured,
    /// Commands to whatever runs the job, which are to take effect.
    Commands,
    /// Data or plain text.
    Plain,
}

/// How somebody wants to look at a report.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    /// How much is said, where a format has a choice.
    pub detail: Detail,
    /// How many columns there are, where a format asks.
    pub width: usize,
    /// The code of the flags, where it is at hand.
    pub excerpts: Option<&'a Excerpts>,
}

impl Format {
    /// Whether a report in this format needs the evidence of all blocks.
    pub fn needs_all_evidence(&self, everything: bool) -> bool {
        match self.evidence {
            Evidence::Flags => false,
            Evidence::All => true,
            Evidence::AsAsked => everything,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_word_is_taken_for_one_format() {
        let words: Vec<&str> = ALL.iter().flat_map(|format| [Some(format.name), format.alias]).flatten().collect();
        assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len(), "{words:?}");
    }
}
