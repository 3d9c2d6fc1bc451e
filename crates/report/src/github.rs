//! Workflow commands of GitHub Actions: printed in a job, they become annotations on the lines of the request.
//! A step may make ten of a kind, so the last one counts the flags that are left.

use std::borrow::Cow;

use super::Report;
use super::formats::{Evidence, Format, Output};
use super::groups::{Flagged, flagged};
use super::words::counted;
use super::{not_looked_at, sentence, words};
use ai_detect_base::terminal::{escaped, escaped_name};

/// The format.
pub(crate) static FORMAT: Format = Format {
    name: "github",
    alias: None,
    endings: &[],
    about: "Workflow commands: annotations of GitHub Actions",
    evidence: Evidence::Flags,
    shows_code: false,
    output: Output::Commands,
    write: |report, _| Ok(write(report)),
};

/// How many annotations a step may make.
const MAX_ANNOTATIONS: usize = 10;

/// Workflow commands, one a line.
pub fn write(report: &Report) -> String {
    let all: Vec<Flagged<'_>> = flagged(report).collect();
    let count = report.flag_count();
    let shown = if count > MAX_ANNOTATIONS { all.len().min(MAX_ANNOTATIONS - 1) } else { all.len() };
    let mut out = String::new();
    for flagged in all.iter().take(shown) {
        let flag = flagged.flag;
        out += &format!(
            "::notice file={},line={},endLine={},title={}::{}\n",
            property(&flag.path),
            flag.start_line,
            flag.end_line,
            property(&format!("ai-detect: {}", sentence::title(flagged))),
            data(&sentence::paragraph(report, flagged)),
        );
    }
    if shown < count {
        let left = counted(count - shown, "more flag", "more flags");
        out += &format!("::notice title=ai-detect::{}\n", data(&format!("{left} in the report")));
    }
    let clone = report.coverage.substitutes.iter().flat_map(words::substitutes).map(Cow::Owned);
    for note in not_looked_at::sentences(report).chain(clone) {
        out += &format!("ai-detect: note: {note}\n");
    }
    if all.is_empty() {
        out += &format!("ai-detect: {}\n", words::counts(report).join(", "));
    }
    out
}

/// The message of a command.
pub(super) fn data(text: &str) -> String {
    escaped(text).replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// A property of a command. A path keeps its characters: only so is the file found.
pub(super) fn property(text: &str) -> String {
    let escaped = text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A");
    let escaped = escaped.replace(':', "%3A").replace(',', "%2C");
    // What a terminal would act on has no place in a log; such a file is not found then.
    escaped_name(&escaped)
}
