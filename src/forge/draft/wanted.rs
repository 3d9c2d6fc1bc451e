//! From a report to what should stand on a request.

use super::{Wanted, Wish};
use crate::forge::marker;
use crate::report::{Report, is_much_unseen, markdown};

/// Left free in the summary comment for its marker and for what is kept with it, in bytes.
const RESERVED: usize = 28 << 10;

/// Whether a request should hear of a report where nothing was said before: of its flags, and of code that was left out,
/// since silence would pass for a look at it.
pub(in super::super) fn is_worth_saying(report: &Report) -> bool {
    !report.flags.is_empty() || is_much_unseen(report)
}

impl Wanted {
    /// What a report asks for. The commit is named by the caller, never taken from the report, which may
    /// be a stranger's.
    pub fn of_report(report: &Report, head: &str, run: u64, most: usize) -> Self {
        let flags = report.flags.iter().filter(|flag| marker::is_hex(&flag.fingerprint));
        Wanted {
            head: head.to_owned(),
            run,
            summary: markdown::summary(report, marker::MOST_BODY - RESERVED),
            worth_saying: is_worth_saying(report),
            comments: flags
                .map(|flag| Wish {
                    fingerprint: flag.fingerprint.to_ascii_lowercase(),
                    path: flag.path.clone(),
                    start_line: flag.start_line,
                    end_line: flag.end_line,
                    body: markdown::flag(report, flag),
                })
                .collect(),
            most,
            analysed: true,
            ..Wanted::default()
        }
    }

    /// What to say where there is no report. Nothing that stands is closed by that.
    pub fn of_failure(why: &str, head: &str, run: u64) -> Self {
        Wanted {
            head: head.to_owned(),
            run,
            summary: format!(
                "### This change could not be analysed\n\n{}\n\nThat is no finding, and it does not mean that there is \
                 nothing to find. The job's log says more.\n",
                markdown::code_span(why)
            ),
            worth_saying: true,
            ..Wanted::default()
        }
    }
}
