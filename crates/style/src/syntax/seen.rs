//! The authored lines of a hunk as a reader compares them ([`ai_detect_base::lookalikes`]). Trees are made of what was written;
//! what signals read goes through here.

use std::borrow::Cow;

use ai_detect_base::change::Span;
use ai_detect_base::invisible::is_plain;
use ai_detect_base::lookalikes::{Disguise, Surroundings};
use ai_detect_base::text::Text;

/// What differs from what was written. For nearly all hunks, nothing does.
#[derive(Debug, Default)]
pub struct Seen {
    /// Lines that a reader compares as something else than what was written, sorted.
    lines: Vec<(u32, Vec<u8>)>,
    /// What was changed in them.
    pub disguise: Disguise,
    surroundings: Surroundings,
}

/// Editors on Windows start files with it.
const BYTE_ORDER_MARK: &[u8] = "\u{feff}".as_bytes();

impl Seen {
    /// Reads authored lines.
    pub(crate) fn of(text: &Text, authored: &[Span]) -> Seen {
        if authored.iter().all(|span| is_plain(text.slice(*span))) {
            return Seen::default();
        }
        let mut seen = Seen::default();
        for span in authored {
            seen.surroundings.add(&String::from_utf8_lossy(text.slice(*span)));
        }
        for line in authored.iter().flat_map(|span| span.start..span.end) {
            let written = text.line(line);
            let mark = if line == 0 && written.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
            let (mark, rest) = written.split_at_checked(mark).unwrap_or((&[], written));
            if let Cow::Owned(comparable) = seen.surroundings.comparable_bytes(rest, &mut seen.disguise) {
                seen.lines.push((line, [mark, &comparable].concat()));
            }
        }
        seen
    }

    /// A line where it differs from what was written.
    pub(crate) fn line(&self, line: u32) -> Option<&[u8]> {
        let at = self.lines.binary_search_by_key(&line, |(line, _)| *line).ok()?;
        self.lines.get(at).map(|(_, comparable)| comparable.as_slice())
    }

    /// A part of the file. It has as many lines as it was written with.
    pub(crate) fn bytes<'t>(&self, written: &'t [u8]) -> Cow<'t, [u8]> {
        // What is changed is counted by lines.
        self.surroundings.comparable_bytes(written, &mut Disguise::default())
    }

    /// The same for text.
    pub fn text<'t>(&self, written: &'t str) -> Cow<'t, str> {
        self.surroundings.comparable(written, &mut Disguise::default())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_disguised_lines_differ() {
        let text = Text::new("\u{feff}a = 1\n# r\u{435}try\n# plain\n# retry\u{200b} it\n".into());
        let seen = Seen::of(&text, &[Span::new(0, 2), Span::new(3, 4)]);
        assert_eq!(seen.lines, [(1, b"# retry".to_vec()), (3, b"# retry it".to_vec())]);
        assert_eq!((seen.line(0), seen.line(2)), (None, None));
        assert_eq!((seen.disguise.invisible_characters, seen.disguise.lookalike_words), (1, 1));
        assert_eq!(&*seen.bytes("x\u{ad}y\nz".as_bytes()), b"xy\nz");
    }
}
