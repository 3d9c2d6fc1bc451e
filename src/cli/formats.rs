//! The formats that a report is printed in: one place for `diff`, `report` and whatever else has one.

use clap::ValueEnum;

use super::Failure;
use crate::report::excerpts::Excerpts;
use crate::report::text::Detail;
use crate::report::{Report, code_quality, github, html, json, junit, markdown, rdjsonl, sarif, text};

/// How to print (docs/formats.md)
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people at a terminal
    Text,
    /// Everything, by the schema that `ai-detect schema report` prints
    Json,
    /// SARIF 2.1.0, for code scanning
    Sarif,
    /// Workflow commands: annotations of GitHub Actions
    Github,
    /// A comment or a job summary
    Markdown,
    /// GitLab's Code Quality report
    #[value(alias = "gitlab")]
    CodeQuality,
    /// reviewdog's diagnostics, one a line
    Rdjsonl,
    /// JUnit's XML; flags are skipped tests, never failures
    Junit,
    /// One file to open in a browser, offline
    Html,
}

/// The report in a format; `detail` and `width` are for text alone.
pub(super) fn printed(
    format: Format,
    report: &Report,
    excerpts: Option<&Excerpts>,
    detail: Detail,
    width: usize,
) -> Result<String, Failure> {
    match format {
        Format::Text => Ok(text::write(report, detail, width)),
        Format::Json => json::write(report),
        Format::Sarif => sarif::write(report),
        Format::Github => Ok(github::write(report)),
        Format::Markdown => Ok(markdown::summary(report, markdown::GITHUB_BODY)),
        Format::CodeQuality => code_quality::write(report),
        Format::Rdjsonl => rdjsonl::write(report),
        Format::Junit => Ok(junit::write(report)),
        Format::Html => html::write(report, excerpts),
    }
    .map_err(Failure::failed)
}

/// How much the text says.
pub(super) fn detail(verbose: bool, quiet: bool) -> Detail {
    match (verbose, quiet) {
        (true, _) => Detail::Everything,
        (_, true) => Detail::Summary,
        _ => Detail::Flags,
    }
}
