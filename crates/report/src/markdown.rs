//! The report as Markdown for GitHub and GitLab: what goes into a comment.
//!
//! Pure functions only; who posts what where is the forge's business. `escape` makes strangers' text harmless,
//! `flag` is the comment beside one block, `summary` the comment on the request as a whole.

mod escape;
mod flag;
mod reasons;
mod summary;
#[cfg(test)]
mod tests;

use super::formats::{Evidence, Format, Output};
pub use escape::{code_span, escaped, fenced};
pub use flag::flag;
pub use summary::{GITHUB_BODY, summary};

/// Where the reader finds out what a rule means.
fn rules_explained() -> String {
    format!("{} says what a rule means and when it misleads.", code_span("ai-detect rules explain RULE"))
}

/// The format.
pub(crate) static FORMAT: Format = Format {
    name: "markdown",
    alias: None,
    endings: &["md", "markdown"],
    about: "A comment or a job summary",
    evidence: Evidence::Flags,
    shows_code: false,
    output: Output::Plain,
    write: |report, _| Ok(summary(report, GITHUB_BODY)),
};
