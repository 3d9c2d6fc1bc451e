//! What a comment says, without the signs that make it one.

use ai_detect_lang::Language;

/// The text of a comment without its markers, and whether the text follows the marker directly.
pub(super) fn clean(raw: &str, language: &Language) -> (String, bool) {
    let block = language.block_comment.filter(|(open, _)| raw.starts_with(open));
    let mut tight = false;
    let mut lines = Vec::new();
    for (at, line) in raw.lines().enumerate() {
        let mut line = line.trim();
        match block {
            Some((open, close)) => {
                if at == 0 {
                    line = line.strip_prefix(open).unwrap_or(line).trim_start_matches(['*', '!']);
                } else {
                    line = line.strip_prefix(close).unwrap_or(line);
                    line = line.strip_prefix('*').unwrap_or(line);
                }
                line = line.strip_suffix(close).unwrap_or(line).trim_end_matches('*');
            }
            None => {
                let mark = language.line_comments.iter().find(|mark| line.starts_with(**mark));
                let rest = mark.and_then(|mark| line.strip_prefix(*mark)).unwrap_or(line);
                line = rest.trim_start_matches(['/', '!', '#']);
                tight |= line.starts_with(|c: char| c.is_alphanumeric());
            }
        }
        lines.push(line.trim());
    }
    (lines.join("\n"), tight)
}

/// `///` is documentation, `////` is a divider.
pub(super) fn is_doc(raw: &[u8], prefix: &str) -> bool {
    raw.strip_prefix(prefix.as_bytes()).is_some_and(|rest| {
        let last = prefix.as_bytes().last();
        rest.first() != last || rest.is_empty()
    })
}
