//! The report as Markdown for GitHub and GitLab: what goes into a comment.
//!
//! Pure functions only; who posts what where is the forge's business. `escape` makes strangers' text harmless.

mod escape;

pub use escape::{code_span, escaped, fenced};
