//! The first lines of a report: what was found, what was looked at and what was not, and what it is measured by.

use super::{commit_lines, coverage, headline};
use crate::words::{self, notes};
use crate::{Report, declared, disguised, unseen};

/// The first lines of a report.
pub(crate) struct Head {
    /// What was found: `2 of 8 commits read like AI-generated code and declare nothing`.
    pub(crate) headline: String,
    /// What was looked at: `3 commits, 18 added lines in 3 scored blocks of 3 files`.
    pub(crate) scope: String,
    /// `2 flagged blocks`, `1 attested`; what is flagged comes first.
    pub(crate) counts: Vec<String>,
    /// What else to know.
    pub(crate) lines: Vec<Line>,
    /// What to know of the analysis itself.
    pub(crate) notes: Vec<String>,
}

/// One line of the head.
pub(crate) struct Line {
    /// What it says.
    pub(crate) text: String,
    /// What kind of line it is.
    pub(crate) kind: LineKind,
}

/// What a line of the head is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum LineKind {
    /// A fact, whole as it stands.
    Fact,
    /// A summary: a longer output lists what it counts.
    Listed,
    /// What the change is measured by.
    Measure,
}

impl Head {
    pub(crate) fn of(report: &Report) -> Self {
        let fact = |text| Line { text, kind: LineKind::Fact };
        let listed = |text| Line { text, kind: LineKind::Listed };
        let measure = |text| Line { text, kind: LineKind::Measure };
        let mut lines: Vec<Line> = words::missing(report).into_iter().map(fact).collect();
        lines.extend(unseen::told(report).into_iter().map(listed));
        let has_exclusions = !report.coverage.excluded.is_empty();
        lines.extend(coverage::not_scored(report).map(if has_exclusions { listed } else { fact }));
        lines.extend(words::omitted(report).map(fact));
        let lists_commits = !commit_lines(report).is_empty();
        lines.extend(headline::context(report).map(if lists_commits { listed } else { fact }));
        lines.extend(declared::request(report).map(fact));
        lines.extend(disguised::summary(report).map(fact));
        lines.extend(declared::summary(report).into_iter().map(listed));
        lines.extend(coverage::whole(report).map(measure));
        lines.extend(headline::threshold(report).map(measure));
        Head {
            headline: headline::headline(report),
            scope: words::scope(report),
            counts: words::counts(report),
            lines,
            notes: notes(report).into_iter().map(|note| note.into_owned()).collect(),
        }
    }
}
