//! Evaluations as JSON, and the JSON Schemas of them.

use super::Evaluation;

/// Pretty-printed JSON with a newline at the end.
///
/// # Errors
/// Never for an evaluation that this crate made: every number in it is finite and every key a string.
pub fn write(evaluation: &impl serde::Serialize) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(evaluation).map(|json| json + "\n")
}

/// The JSON Schema of an evaluation.
pub fn schema() -> schemars::Schema {
    let mut schema = schemars::schema_for!(Evaluation);
    schema.insert("$id".into(), super::tables::SCHEMA.into());
    schema
}

/// The JSON Schema of an evaluation by recorded lines.
pub fn lines_schema() -> schemars::Schema {
    let mut schema = schemars::schema_for!(super::lines::LineTruth);
    schema.insert("$id".into(), super::lines::SCHEMA.into());
    schema
}
