//! What a figure needs of a commit: a row of `scan`, less what no figure asks for.

use std::borrow::Cow;

use serde::Deserialize;

use super::{Kind, NotesRead, Row, SCHEMA};
use ai_detect_attest::{Form, State};

/// A commit as figures count it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Landed {
    /// The repository, as its rows call it.
    pub repository: String,
    /// The full id.
    pub commit: String,
    /// Whether it is a merge.
    pub is_merge: bool,
    /// The merge that brought it.
    pub via: Option<String>,
    /// When it landed, in seconds since 1970 (UTC); absent where it has not.
    pub time: Option<i64>,
    /// Lines that its score stands on.
    pub added_scored: u64,
    /// All lines that it added to files that were read; absent where that is not known.
    pub added_total: Option<u64>,
    /// The classes of sensitive paths that it touched.
    pub sensitive: Vec<String>,
    /// Whether its code could be scored.
    pub is_scored: bool,
    /// Whether a block of it reads like AI-generated code and asks for a person.
    pub is_flagged: bool,
    /// What it declares.
    pub state: State,
    /// Of a merge, whether that speaks for all that it brought: it is the merge of a request, and more than a record of single
    /// lines says so.
    pub speaks_for_request: bool,
    /// When it was authored, in seconds since 1970 (UTC).
    pub author_time: i64,
    /// The one id of the model that it declares.
    pub model: Option<String>,
    /// Whether its notes may exist and were not fetched when the row was made.
    pub lacks_notes: bool,
    /// The digest of the rules that made the row.
    pub rules: String,
}

impl From<Row> for Landed {
    fn from(row: Row) -> Self {
        Landed {
            repository: row.repository,
            commit: row.commit,
            is_merge: row.kind == Kind::Merge,
            via: row.via,
            time: row.landed_time,
            added_scored: row.added_lines.into(),
            added_total: row.added_total.map(u64::from),
            sensitive: classes(&row.sensitive),
            is_scored: row.probability.is_some(),
            is_flagged: row.flags > 0,
            state: row.state,
            speaks_for_request: row.request.is_some() && speaks_for_all(&row.forms),
            author_time: row.author_time,
            model: row.model_id,
            lacks_notes: row.notes == NotesRead::NotFetched,
            rules: row.rules,
        }
    }
}

/// The classes of a column that separates them by commas.
pub(crate) fn classes(column: &str) -> Vec<String> {
    column.split(',').filter(|class| !class.is_empty()).map(str::to_owned).collect()
}

/// Whether one of the forms of a column stands in the message or is an identity: a record may list single lines.
pub(crate) fn speaks_for_all(forms: &str) -> bool {
    forms.split(',').filter_map(Form::of_id).any(|form| form.record().is_none())
}

/// Why a line of rows is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RowError {
    /// It is something else.
    #[error("is no row of `ai-detect scan`")]
    Foreign,
    /// An earlier version made it.
    #[error(
        "is a row of an earlier version, which does not say when its commit landed; make the rows anew with `ai-detect scan`"
    )]
    Early,
}

/// A line of rows, as far as figures need it.
#[derive(Deserialize)]
struct Line<'a> {
    #[serde(borrow)]
    schema: Cow<'a, str>,
    #[serde(borrow)]
    repository: Cow<'a, str>,
    #[serde(borrow)]
    commit: Cow<'a, str>,
    kind: Option<Kind>,
    #[serde(borrow)]
    via: Option<Cow<'a, str>>,
    landed_time: Option<i64>,
    added_lines: u64,
    added_total: Option<u64>,
    #[serde(borrow, default)]
    sensitive: Cow<'a, str>,
    probability: Option<f64>,
    flags: u64,
    state: State,
    #[serde(borrow)]
    forms: Cow<'a, str>,
    #[serde(borrow)]
    request: Option<Cow<'a, str>>,
    author_time: i64,
    #[serde(borrow)]
    model_id: Option<Cow<'a, str>>,
    /// Earlier versions did not know.
    notes: Option<NotesRead>,
    #[serde(borrow)]
    rules: Cow<'a, str>,
}

/// Reads a line of rows.
///
/// # Errors
/// Where it is no row, or one of an earlier version.
pub fn of_line(line: &[u8]) -> Result<Landed, RowError> {
    let line: Line<'_> = serde_json::from_slice(line).map_err(|_| RowError::Foreign)?;
    if line.schema != SCHEMA {
        return Err(RowError::Foreign);
    }
    Ok(Landed {
        is_merge: line.kind.ok_or(RowError::Early)? == Kind::Merge,
        repository: line.repository.into_owned(),
        commit: line.commit.into_owned(),
        via: line.via.map(Cow::into_owned),
        time: line.landed_time,
        added_scored: line.added_lines,
        added_total: line.added_total,
        sensitive: classes(&line.sensitive),
        is_scored: line.probability.is_some(),
        is_flagged: line.flags > 0,
        state: line.state,
        speaks_for_request: line.request.is_some() && speaks_for_all(&line.forms),
        author_time: line.author_time,
        model: line.model_id.map(Cow::into_owned),
        lacks_notes: line.notes == Some(NotesRead::NotFetched),
        rules: line.rules.into_owned(),
    })
}
