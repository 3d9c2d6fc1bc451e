//! How a report is printed, and what the exit status says of it: one place for `diff`, `report` and whatever else has one.

use std::path::{Path, PathBuf};

use clap::ValueEnum;

use super::output::Output;
use super::replace::Replacement;
use super::{Exit, Failure};
use crate::report::excerpts::Excerpts;
use crate::report::text::Detail;
use crate::report::{self, Report, code_quality, github, html, json, junit, markdown, rdjsonl, sarif, text};

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
    /// One file to open in a browser, offline; where there is no code at hand, with the text of the evidence
    Html,
}

/// In which form, and how much of it
#[derive(Debug, clap::Args)]
pub(super) struct Printing {
    /// How to print
    #[arg(long, value_enum, default_value_t = Format::Text)]
    pub(super) format: Format,

    /// Write to this file instead of standard output. A symbolic link in a work tree is not followed
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// All hunks, and everything that was left out
    #[arg(short, long, conflicts_with = "quiet")]
    pub(super) verbose: bool,

    /// The summary only
    #[arg(short, long)]
    quiet: bool,

    /// Exit with status 1 when there are flags
    #[arg(long)]
    exit_code: bool,
}

impl Printing {
    /// Prints a report, with the code of its flags where that is at hand.
    pub(super) fn print(
        &self,
        report: &Report,
        excerpts: Option<&Excerpts>,
        dir: &Path,
        out: &Output,
    ) -> Result<Exit, Failure> {
        let printed = self.printed(report, excerpts, out.width())?;
        match (&self.output, self.format) {
            (Some(file), Format::Text) => {
                let plain = anstream::adapter::strip_str(&printed).to_string();
                Replacement::of(&dir.join(file))?.write(plain.as_bytes())?;
            }
            (Some(file), _) => Replacement::of(&dir.join(file))?.write(printed.as_bytes())?,
            (None, Format::Github) => out.commands(&printed)?,
            (None, _) => out.print(&printed)?,
        }
        // Whoever asks by the status is not told that all is well where part of it was not seen.
        match report::missing(report).filter(|_| self.exit_code) {
            _ if self.exit_code && report.flag_count() > 0 => Ok(Exit::Flags),
            Some(missing) => Err(Failure::failed(missing)),
            None => Ok(Exit::Analysed),
        }
    }

    fn printed(&self, report: &Report, excerpts: Option<&Excerpts>, width: usize) -> Result<String, Failure> {
        match self.format {
            Format::Text => Ok(text::write(report, detail(self.verbose, self.quiet), width)),
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
}

/// How much the text says.
fn detail(verbose: bool, quiet: bool) -> Detail {
    match (verbose, quiet) {
        (true, _) => Detail::Everything,
        (_, true) => Detail::Summary,
        _ => Detail::Flags,
    }
}
