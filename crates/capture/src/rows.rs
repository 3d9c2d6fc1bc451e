//! What was recorded, as rows: one a file and event.

use ai_detect_trail_client::error::SpoolError;
use ai_detect_trail_client::event::Class;
use ai_detect_trail_client::spool::{Spool, Stored};
use serde::Serialize;
use serde_json::Value;

use crate::record::{OTHER, UNREADABLE};

/// Kinds that capture records.
const KINDS: [&str; 6] = ["session.start", "session.end", "prompt", "generation", "suggestion.accepted", "edit"];

/// A row. What is not known is absent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Row {
    /// When it happened: microseconds since 1970 in UTC.
    pub time: i64,
    /// What happened: a kind of the trail, `other` or `unreadable`.
    pub kind: String,
    /// The product.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool: Option<String>,
    /// The model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How sure it is: `provider` if the answer names it, `requested` if it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model_source: Option<String>,
    /// The session.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session: Option<String>,
    /// The request, as the provider names it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_id: Option<String>,
    /// The repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repository: Option<String>,
    /// The file, from the top of the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// The first line that was written.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first: Option<u64>,
    /// The last one. Lines between them may be older.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last: Option<u64>,
    /// Lines that were added.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub added: Option<u64>,
    /// Lines that were removed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<u64>,
    /// Who accepted it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Bytes of a prompt, or of what cannot be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// The name of an event that is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    /// Why it cannot be read, or why nothing is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cause: Option<String>,
    /// How much is kept: `light` or `detailed`.
    pub tier: &'static str,
}

impl Row {
    /// The row of an event, if capture recorded it.
    pub fn of(stored: &Stored) -> Option<Self> {
        let text = |name: &str| stored.fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let count = |name: &str| stored.fields.get(name).and_then(Value::as_u64);
        let kind = match stored.kind.as_str() {
            OTHER => "other",
            UNREADABLE => "unreadable",
            "gap.opened" if text("cause").as_deref() == Some("paused") => "gap.opened",
            kind if KINDS.contains(&kind) => kind,
            _ => return None,
        };
        Some(Self {
            time: stored.time.get(),
            kind: kind.to_owned(),
            tool: text("tool"),
            model: text("model"),
            model_source: text("model_source"),
            session: text("session"),
            request_id: text("request_id"),
            repository: text("repository"),
            path: text("path"),
            first: count("first"),
            last: count("last"),
            added: count("added").or_else(|| count("lines_taken")),
            removed: count("removed"),
            actor: text("actor"),
            bytes: count("bytes"),
            event: text("event"),
            cause: text("cause"),
            tier: if stored.class == Class::Light { "light" } else { "detailed" },
        })
    }
}

/// Hands over each row of the spool, in the order in which events were recorded.
///
/// # Errors
///
/// When the spool cannot be read, and when `each` fails.
pub fn each<E: From<SpoolError>>(spool: &Spool, mut each: impl FnMut(Row) -> Result<(), E>) -> Result<(), E> {
    spool.each_event(|stored| Row::of(&stored).map_or(Ok(()), &mut each))
}
