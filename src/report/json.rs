//! The report as JSON, and the JSON Schema of it.

use super::Report;

/// Pretty-printed JSON with a newline at the end.
///
/// # Errors
/// Never for a report that this crate made: every number in it is finite and every key a string.
pub fn write(report: &Report) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(report).map(|json| json + "\n")
}

/// The JSON Schema of a report.
pub fn schema() -> schemars::Schema {
    let mut schema = schemars::schema_for!(Report);
    schema.insert("$id".into(), super::SCHEMA.into());
    schema
}
