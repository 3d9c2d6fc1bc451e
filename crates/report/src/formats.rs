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
    /// How the names of files in this format end, where no other format's do.
    pub endings: &'static [&'static str],
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

/// How names of files end that hold what no report is printed as.
const FOREIGN_ENDINGS: [&str; 10] = ["csv", "tsv", "xlsx", "parquet", "jsonl", "ndjson", "yml", "yaml", "pdf", "svg"];

/// What the name of a file says of its format.
#[derive(Debug, Clone, Copy)]
pub enum ByName {
    /// That it is this one.
    Format(&'static Format),
    /// That it is something that no report is printed as.
    Foreign,
    /// Nothing.
    Unknown,
}

/// The format that the name of a file asks for.
pub fn by_name(name: &str) -> ByName {
    let lower = name.to_ascii_lowercase();
    // The usual name of SARIF for tools that look for JSON.
    let ending = match lower.strip_suffix(".sarif.json") {
        Some(_) => "sarif",
        None => lower.rsplit_once('.').map_or("", |(_, ending)| ending),
    };
    match ALL.iter().find(|format| format.endings.contains(&ending)) {
        Some(format) => ByName::Format(format),
        None if FOREIGN_ENDINGS.contains(&ending) => ByName::Foreign,
        None => ByName::Unknown,
    }
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
    fn the_name_of_a_file_says_its_format() {
        let named = |name: &str| match by_name(name) {
            ByName::Format(format) => format.name,
            ByName::Foreign => "foreign",
            ByName::Unknown => "unknown",
        };
        for (name, format) in [
            ("report.json", "json"),
            ("out/Report.HTML", "html"),
            ("a.sarif", "sarif"),
            ("a.sarif.json", "sarif"),
            ("summary.md", "markdown"),
            ("tests.xml", "junit"),
            ("report.txt", "text"),
            ("report.csv", "foreign"),
            ("report", "unknown"),
            ("report.v1", "unknown"),
        ] {
            assert_eq!(named(name), format, "{name}");
        }
    }

    #[test]
    fn every_word_is_taken_for_one_format() {
        let words: Vec<&str> = ALL.iter().flat_map(|format| [Some(format.name), format.alias]).flatten().collect();
        assert_eq!(words.iter().collect::<BTreeSet<_>>().len(), words.len(), "{words:?}");
    }
}
