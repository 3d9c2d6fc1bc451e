//! From a report to what should stand on a request.

use super::{DesiredComment, Wanted};
use crate::marker;
use ai_detect_report::{Report, has_policy_findings, is_much_unseen, markdown};

/// Left free in the summary comment for its marker and for what is kept with it, in bytes.
const RESERVED: usize = 28 << 10;

/// Whether a request should hear of a report where nothing was said before: of its flags, of what the project's policy says
/// of its commits, and of code that was left out or is missing, since silence would pass for a look at it.
pub(in super::super) fn is_worth_saying(report: &Report) -> bool {
    report.flag_count() > 0 || has_policy_findings(report) || report.missing_count() > 0 || is_much_unseen(report)
}

impl Wanted {
    /// What a report asks for. The commit is named by the caller, never taken from the report, which may
    /// be a stranger's.
    pub fn of_report(report: &Report, head: &str, run: u64, most: usize) -> Self {
        let flags = report.flags.iter().filter(|flag| marker::is_hex(&flag.fingerprint));
        Wanted {
            head: head.to_owned(),
            run,
            summary: markdown::summary(report, marker::MAX_BODY - RESERVED),
            worth_saying: is_worth_saying(report),
            comments: flags
                .map(|flag| DesiredComment {
                    fingerprint: flag.fingerprint.to_ascii_lowercase(),
                    path: flag.path.clone(),
                    start_line: flag.start_line,
                    end_line: flag.end_line,
                    body: markdown::flag(report, flag),
                })
                .collect(),
            most,
            has_all_flags: report.omitted.as_ref().is_none_or(|omitted| omitted.flags == 0),
            ..Wanted::default()
        }
    }

    /// What to say where there is no report. Nothing that stands is closed by that.
    pub fn of_failure(failed: &NoReport<'_>, head: &str, run: u64) -> Self {
        Wanted {
            head: head.to_owned(),
            run,
            summary: format!("### {}\n\n{}\n", failed.title(), failed.paragraph()),
            worth_saying: true,
            ..Wanted::default()
        }
    }
}

/// Why there is no report to show.
#[derive(Debug, Clone, Copy)]
pub enum NoReport<'a> {
    /// The change could not be analysed.
    NotAnalysed {
        /// Why; text of a stranger may be in it.
        why: &'a str,
    },
    /// Another job analysed the change, and its report cannot be used.
    Unusable {
        /// Why, in a sentence.
        why: &'a str,
        /// What to do about it, in a sentence.
        advice: &'a str,
    },
}

impl NoReport<'_> {
    /// One line.
    pub fn title(&self) -> &'static str {
        match self {
            NoReport::NotAnalysed { .. } => "This change could not be analysed",
            NoReport::Unusable { .. } => "The analysis of this change could not be shown",
        }
    }

    /// Why, as plain text.
    pub fn why(&self) -> &str {
        match self {
            NoReport::NotAnalysed { why } | NoReport::Unusable { why, .. } => why,
        }
    }

    /// Why, what that means, and what to do, as Markdown.
    pub fn paragraph(&self) -> String {
        const MEANING: &str = "That is no finding, and it does not mean that there is nothing to find.";
        match self {
            NoReport::NotAnalysed { why } => {
                format!("{}\n\n{MEANING} The job's log says more.", markdown::code_span(why))
            }
            NoReport::Unusable { why, advice } => {
                format!(
                    "{} {}\n\n{MEANING} The job's log says more.",
                    markdown::escaped(why),
                    markdown::escaped(advice)
                )
            }
        }
    }
}
