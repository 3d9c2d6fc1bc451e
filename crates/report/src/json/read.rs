//! Taking a written report back. It may come from a stranger's job, so nothing in it is believed: [`super::check`]
//! looks at all of it. What passes is safe to hand to every format; whether it says the truth nobody can know from it.

use super::check::{Problem, check};
use crate::bounds::MAX_READ_BYTES;
use crate::{Report, SCHEMA};

/// Why a report is not taken.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// It is too large.
    #[error("the report is larger than {} MiB", MAX_READ_BYTES >> 20)]
    TooLarge,
    /// It is of another schema.
    #[error("the report's schema is {found}; this version reads {SCHEMA}")]
    Schema {
        /// What it says that it is.
        found: String,
    },
    /// It ends in the middle.
    #[error("it ends too early: a part of the report is missing")]
    Cut(serde_json::Error),
    /// It is no JSON.
    #[error("it is not a report of `ai-detect diff --format json`")]
    NoJson(serde_json::Error),
    /// It is not of the schema.
    #[error("no report: {0}")]
    Shape(serde_json::Error),
    /// It does not hold together.
    #[error("no report: {place}: {what}")]
    Inconsistent {
        /// Where.
        place: String,
        /// What is wrong there.
        what: &'static str,
    },
}

/// Only what tells which schema it is.
#[derive(serde::Deserialize)]
struct Head {
    #[serde(default)]
    schema: Option<String>,
}

impl From<serde_json::Error> for ReadError {
    fn from(error: serde_json::Error) -> Self {
        match error.classify() {
            // An empty file is no part of a report.
            serde_json::error::Category::Eof if error.column() > 0 || error.line() > 1 => ReadError::Cut(error),
            serde_json::error::Category::Data => ReadError::Shape(error),
            _ => ReadError::NoJson(error),
        }
    }
}

/// A report from its JSON.
///
/// # Errors
/// Where it is too large, of another schema, or does not hold together.
pub fn read(bytes: &[u8]) -> Result<Report, ReadError> {
    if bytes.len() > MAX_READ_BYTES {
        return Err(ReadError::TooLarge);
    }
    let head: Head = serde_json::from_slice(bytes)?;
    if head.schema.as_deref() != Some(SCHEMA) {
        let found = head.schema.map_or_else(|| "not named".into(), |schema| schema.chars().take(60).collect());
        return Err(ReadError::Schema { found });
    }
    let report: Report = serde_json::from_slice(bytes)?;
    check(&report).map_err(|Problem { place, what }| ReadError::Inconsistent { place, what })?;
    Ok(report)
}
