//! Notes with the headers of ai-commit-headers. They stand under the same ref as those of the Git AI Standard, and are
//! read like a message's trailers.

use super::git_ai::{self, NOTES};
use super::{FormSpec, Found, Read, RecordSpec, Trust};

use ai_detect_base::slices::first_line;

pub(super) static FORM: FormSpec = FormSpec {
    id: "header-note",
    label: "headers in a note",
    about: "`AI-*` headers in a note, under `refs/notes/ai`.",
    found: Found::Record(RecordSpec {
        place: NOTES,
        recognises: Some(is_headers),
        read: Read::Headers,
        trust: Trust::Claim,
        sample: "AI-Tool: OpenAI Codex\nAI-Model: gpt-5.5 medium\nAI-Prompt-1: Write\n  a parser\nAI-Tokens: input=4\n",
    }),
};

/// Whether a note begins with a header, and has no divider as notes of the standard have.
fn is_headers(text: &str) -> bool {
    let first = first_line(text.trim_start());
    let header = first.split_once(':').is_some_and(|(key, _)| key.to_ascii_lowercase().starts_with("ai-"));
    header && !text.lines().any(|line| line == git_ai::DIVIDER)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_told_from_the_standard() {
        assert!(is_headers("AI-Tool: Codex\nAI-Model: gpt-5.5\n"));
        assert!(!is_headers("src/a.rs\n  s_1 1\n---\n{}"));
        assert!(!is_headers("{\"files\": {}}"));
    }
}
