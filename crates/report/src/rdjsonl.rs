//! reviewdog's diagnostics, one JSON object a line. reviewdog posts a message as Markdown, so it is written as such.

use serde_json::json;

use super::formats::{Evidence, Format, Output};
use super::groups::flagged;
use super::{Report, json, markdown, words};
use crate::gate::Severity;

/// The format.
pub(crate) static FORMAT: Format = Format {
    name: "rdjsonl",
    alias: None,
    endings: &["rdjsonl"],
    about: "reviewdog's diagnostics, one a line",
    evidence: Evidence::Flags,
    shows_code: false,
    output: Output::Plain,
    write: |report, _| write(report),
};

/// From how many bytes on no more flags are listed; the last one says how many are left.
const MAX_BYTES: usize = 8 << 20;

/// A line a flag.
///
/// # Errors
/// Never for a report that this crate made.
pub fn write(report: &Report) -> Result<String, serde_json::Error> {
    let mut out = String::new();
    let mut left = report.flag_count();
    let mut flags = flagged(report).peekable();
    while let Some(flagged) = flags.next() {
        let flag = flagged.flag;
        left -= 1;
        let is_last = out.len() > MAX_BYTES || flags.peek().is_none();
        let told = words::unlisted(left).filter(|_| is_last).map_or_else(String::new, |told| format!("\n{told}\n"));
        let line = json!({
            "message": markdown::flag(report, flag) + &told,
            "location": {
                "path": flag.path,
                "range": { "start": { "line": flag.start_line }, "end": { "line": flag.end_line } },
            },
            "severity": match flag.severity { Severity::High => "WARNING", _ => "INFO" },
            "source": { "name": "ai-detect" },
            "code": { "value": flag.verdict.word() },
        });
        out += &json::compact(&line)?;
        out.push('\n');
        if is_last {
            break;
        }
    }
    Ok(out)
}
