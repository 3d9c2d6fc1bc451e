//! reviewdog's diagnostics, one JSON object a line. reviewdog posts a message as Markdown, so it is written as such.

use serde_json::json;

use super::groups::flagged;
use super::{Report, json, markdown};
use crate::gate::Severity;

/// A line a flag.
///
/// # Errors
/// Never for a report that this crate made.
pub fn write(report: &Report) -> Result<String, serde_json::Error> {
    let mut out = String::new();
    for flagged in flagged(report) {
        let flag = flagged.flag;
        let line = json!({
            "message": markdown::flag(report, flag),
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
    }
    Ok(out)
}
