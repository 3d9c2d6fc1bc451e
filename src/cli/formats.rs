//! How a report is printed, and what the exit status says of it: one place for `diff`, `report` and whatever else has one.

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use clap::ValueEnum;
use clap::builder::PossibleValue;

use super::output::{Output, named_file};
use super::{Exit, Failure};
use crate::analyse;
use crate::report::excerpts::Excerpts;
use crate::report::formats::{self, ALL, ByName, Format, View};
use crate::report::text::{self, Detail};
use crate::report::{self, Report};
use crate::store::Replacement;

/// Output for people or for programs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum TextOrJson {
    /// Text for people
    Text,
    /// JSON for programs
    Json,
}

/// A format by its name.
#[derive(Debug, Clone, Copy)]
pub(super) struct Named(&'static Format);

impl Named {
    fn all() -> &'static [Named] {
        static NAMED: LazyLock<Vec<Named>> = LazyLock::new(|| ALL.iter().copied().map(Named).collect());
        &NAMED
    }
}

impl ValueEnum for Named {
    fn value_variants<'a>() -> &'a [Self] {
        Named::all()
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.0.name).aliases(self.0.alias).help(self.0.about))
    }
}

/// In which form, and how much of it
#[derive(Debug, clap::Args)]
pub(super) struct Printing {
    /// Choose the output format [default: by how the name of the output file ends, otherwise text]
    #[arg(long, value_enum)]
    format: Option<Named>,

    /// Write to this file instead of standard output (`-`); symbolic links in a work tree are not followed
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Show all hunks and everything that was left out
    #[arg(short, long, conflicts_with = "quiet")]
    verbose: bool,

    /// Show only the summary
    #[arg(short, long)]
    quiet: bool,

    /// Exit with status 1 if there are flags
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
        let format = self.format()?;
        let view = View { detail: self.detail(), width: out.width(), excerpts };
        let printed = (format.write)(report, &view).map_err(Failure::failed)?;
        match (named_file(self.output.as_deref()), format.output) {
            (Some(file), formats::Output::Coloured) => {
                let plain = anstream::adapter::strip_str(&printed).to_string();
                Replacement::of(&dir.join(file))?.write(plain.as_bytes())?;
            }
            (Some(file), _) => Replacement::of(&dir.join(file))?.write(printed.as_bytes())?,
            (None, formats::Output::Commands) => out.commands(&printed)?,
            (None, _) => out.print(&printed)?,
        }
        // With --exit-code, an incomplete analysis must not end with 0.
        match report::missing(report).filter(|_| self.exit_code) {
            _ if self.exit_code && report.flag_count() > 0 => Ok(Exit::Flags),
            Some(missing) => Err(Failure::failed(missing)),
            None => Ok(Exit::Analysed),
        }
    }

    /// The format that is named, or that the output file asks for by its name.
    fn format(&self) -> Result<&'static Format, Failure> {
        let file = || named_file(self.output.as_deref()).map(|file| file.display().to_string());
        match (self.format, file().map(|name| (formats::by_name(&name), name))) {
            (Some(named), _) => Ok(named.0),
            (None, Some((ByName::Format(format), _))) => Ok(format),
            (None, Some((ByName::Foreign, name))) => Err(Failure::usage(format!(
                "no report is written in the format that the name {name} ends in; `--format` names one, or end the name in \
                 .json, .html, .md, .sarif, .xml (JUnit), .rdjsonl or .txt"
            ))),
            (None, None | Some((ByName::Unknown, _))) => Ok(&text::FORMAT),
        }
    }

    /// What the analysis has to explain for this.
    pub(super) fn explains(&self) -> Result<analyse::Detail, Failure> {
        Ok(match self.format()?.needs_all_evidence(self.verbose) {
            true => analyse::Detail::All,
            false => analyse::Detail::Flags,
        })
    }

    /// Whether the code of flagged blocks is shown.
    pub(super) fn shows_code(&self) -> Result<bool, Failure> {
        Ok(self.format()?.shows_code)
    }

    /// How much is said.
    fn detail(&self) -> Detail {
        match (self.verbose, self.quiet) {
            (true, _) => Detail::Everything,
            (_, true) => Detail::Summary,
            _ => Detail::Flags,
        }
    }
}
