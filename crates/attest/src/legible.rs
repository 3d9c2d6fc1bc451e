//! Undoes what shells, web forms and editors do to declarations on the way into a message.
//!
//! - `\n` that a shell left as two signs, where a mark follows: `git commit -m "Fix it\n\nAssisted-by: Codex"`;
//! - hyphens and spaces that are not the usual ones, and signs that nobody sees;
//! - addresses as HTML or Markdown: `Claude &lt;noreply@anthropic.com&gt;`.
//!
//! Git sees no trailer in such lines, so a declaration that was repaired is never `strict`.

use std::borrow::Cow;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use ai_detect_base::slices::part_of;
use ai_detect_base::vocabulary::message::{Line, Message, trailer_lines};

/// A message with its declarations repaired.
#[derive(Debug)]
pub(super) struct Legible {
    message: Message,
    /// For each line: the index of the original line, and whether the line was repaired.
    lines: Vec<(usize, bool)>,
}

impl Legible {
    /// Repairs a message, or gives nothing where there is nothing to repair.
    pub(super) fn of(written: &Message) -> Option<Legible> {
        if !may_need_mending(written) {
            return None;
        }
        let (mut text, mut lines) = (String::with_capacity(written.len()), Vec::new());
        for (at, line) in written.parsed_lines().iter().enumerate() {
            let whole = line.text(written);
            let pieces = pieces(whole, line);
            let ending = part_of(line.content(written), whole.len()..);
            let is_split = pieces.len() > 1;
            for (number, piece) in pieces.iter().enumerate() {
                let mended = if line.quoted { Cow::Borrowed(*piece) } else { mended(piece) };
                text.push_str(&mended);
                let is_last = number + 1 == pieces.len();
                text.push_str(if is_last { ending } else { "\n" });
                lines.push((at, is_split || mended != *piece));
            }
        }
        let is_mended = lines.iter().any(|(_, is_mended)| *is_mended);
        is_mended.then(|| Legible { message: Message::from(text), lines })
    }

    /// The mended message.
    pub(super) fn message(&self) -> &Message {
        &self.message
    }

    /// The message as it was written, with those lines mended that an index into the mended message asks for.
    pub(super) fn mended_where(&self, written: &Message, is_asked: impl Fn(usize) -> bool) -> Message {
        let mut text = String::with_capacity(written.len());
        let mut from = 0;
        for pieces in self.lines.chunk_by(|one, other| one.0 == other.0) {
            let here = from..from + pieces.len();
            from = here.end;
            if here.clone().any(&is_asked) {
                let lines = self.message.parsed_lines().get(here).unwrap_or_default();
                lines.iter().for_each(|line| text.push_str(line.content(&self.message)));
            } else if let Some(line) = pieces.first().and_then(|(at, _)| written.parsed_lines().get(*at)) {
                text.push_str(line.content(written));
            }
        }
        Message::from(text)
    }

    /// The number of the line that was written, for one of the mended message.
    pub(super) fn line(&self, number: u32) -> u32 {
        let at = usize::try_from(number.saturating_sub(1)).ok().and_then(|at| self.lines.get(at));
        // Line 0 is a title, and belongs to no message.
        at.filter(|_| number > 0).map_or(number, |(at, _)| u32::try_from(at + 1).unwrap_or(number))
    }

    /// Whether the line with an index was mended.
    pub(super) fn is_mended(&self, at: usize) -> bool {
        self.lines.get(at).is_some_and(|(_, is_mended)| *is_mended)
    }
}

/// Whether there is anything that could be mended. Few messages have it.
fn may_need_mending(message: &str) -> bool {
    let bytes = message.as_bytes();
    memchr::memchr_iter(b'\\', bytes).any(|at| bytes.get(at + 1).is_some_and(|next| b"n<".contains(next)))
        || memchr::memchr_iter(b'&', bytes).any(|at| entity(bytes, at).is_some())
        || LINK.find(bytes).is_some()
        || has_odd(message)
}

/// Finds addresses in links.
static LINK: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("mailto:"));

/// Whether a text has a sign that is not the usual one for what it shows. Only these bytes start one.
fn has_odd(text: &str) -> bool {
    let odd = |at: usize| text.get(at..).and_then(|rest| rest.chars().next()).is_some_and(is_odd);
    memchr::memchr3_iter(0xc2, 0xe2, 0xef, text.as_bytes()).any(odd)
}

/// The sign that an entity of HTML or an escape of Markdown at a byte stands for, and how long it is.
fn entity(bytes: &[u8], at: usize) -> Option<(&'static str, usize)> {
    const ENTITIES: [(&str, &str); 12] = [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&#60;", "<"),
        ("&#62;", ">"),
        ("&#x3C;", "<"),
        ("&#x3E;", ">"),
        ("&#64;", "@"),
        ("&commat;", "@"),
        ("&nbsp;", " "),
        ("&amp;", "&"),
        ("\\<", "<"),
        ("\\>", ">"),
    ];
    let rest = bytes.get(at..)?;
    ENTITIES.iter().find(|(entity, _)| rest.starts_with(entity.as_bytes())).map(|(entity, sign)| (*sign, entity.len()))
}

/// Whether a sign is not the usual one for what it shows.
fn is_odd(c: char) -> bool {
    hyphen(c) || space(c) || is_unseen(c)
}

fn hyphen(c: char) -> bool {
    matches!(c, '\u{2010}'..='\u{2013}' | '\u{2212}' | '\u{fe63}' | '\u{ff0d}')
}

fn space(c: char) -> bool {
    matches!(c, '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}')
}

fn is_unseen(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}' | '\u{2060}' | '\u{feff}')
}

/// A line, cut where a shell left `\n` as two signs, if a mark follows there. Not within quotation marks or code.
fn pieces<'t>(text: &'t str, line: &Line) -> Vec<&'t str> {
    let Some(first) = text.find("\\n") else { return vec![text] };
    if line.quoted || line.is_lazy || part_of(text, ..first).contains(['"', '\'', '`', '\u{201c}']) {
        return vec![text];
    }
    let pieces: Vec<&str> = text.split("\\n").map(|piece| piece.strip_suffix("\\r").unwrap_or(piece)).collect();
    let is_mark = |piece: &&str| is_mark(piece);
    if pieces.iter().skip(1).any(is_mark) { pieces } else { vec![text] }
}

/// Whether a piece is a trailer with a key of several words, or a footer.
fn is_mark(text: &str) -> bool {
    let is_trailer = trailer_lines::of_line(text, 0).is_some_and(|trailer| trailer.key.contains('-'));
    let bare = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    let is_footer = ["Generated with ", "Generated by ", "Made with "].iter().any(|start| bare.starts_with(start));
    (is_trailer || is_footer) && !text.contains(['"', '`'])
}

/// A line in the usual signs.
fn mended(text: &str) -> Cow<'_, str> {
    let text = in_usual_signs(text);
    let is_trailer = |text: &str| trailer_lines::of_line(text, 0).is_some();
    if !is_trailer(&text) {
        return text;
    }
    match with_plain_address(&text) {
        Some(plain) => Cow::Owned(plain),
        None => text,
    }
}

/// A line with the usual hyphens in words and keys, the usual spaces, and nothing that nobody sees.
fn in_usual_signs(text: &str) -> Cow<'_, str> {
    if !has_odd(text) {
        return Cow::Borrowed(text);
    }
    let key_end = text.find([':', '\u{ff1a}']).unwrap_or(0);
    let mut out = String::with_capacity(text.len());
    for (at, c) in text.char_indices() {
        let next = part_of(text, at + c.len_utf8()..).chars().next();
        let is_within =
            out.ends_with(|c: char| c.is_ascii_alphanumeric()) && next.is_some_and(|next| next.is_ascii_alphanumeric());
        // A dash of typographers joins words in a key alone.
        let joins = at < key_end || c != '\u{2013}';
        match c {
            c if hyphen(c) && is_within && joins => out.push('-'),
            c if space(c) => out.push(' '),
            c if is_unseen(c) => {}
            c => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// A trailer's line with its address as git writes it, if it is written as HTML or Markdown.
fn with_plain_address(text: &str) -> Option<String> {
    let mut plain = String::with_capacity(text.len());
    let mut at = 0;
    while let Some(rest) = text.get(at..).filter(|rest| !rest.is_empty()) {
        if let Some((sign, length)) = entity(text.as_bytes(), at) {
            plain.push_str(sign);
            at += length;
            continue;
        }
        let length = rest.chars().next().map_or(1, char::len_utf8);
        plain.push_str(part_of(rest, ..length));
        at += length;
    }
    let linked = without_link(&plain);
    let plain = linked.unwrap_or(plain);
    (plain != text && plain.contains('@')).then_some(plain)
}

/// `Claude [ADDRESS](mailto:ADDRESS)` and `Claude <a href="mailto:ADDRESS">ADDRESS</a>` with the address in pointed brackets.
fn without_link(text: &str) -> Option<String> {
    let at = text.find("mailto:")?;
    let is_of_address = |c: char| c.is_ascii_alphanumeric() || "@._+-[]".contains(c);
    let rest = part_of(text, at + "mailto:".len()..);
    let address = rest.split(|c: char| !is_of_address(c)).next().filter(|address| address.contains('@'))?;
    let before = part_of(text, ..at);
    let start = before.rfind(['[', '<']).filter(|start| *start > 0)?;
    let name = part_of(before, ..start).trim_end().trim_end_matches(['<', '(']).trim_end();
    Some(format!("{name} <{address}>"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<String> {
        let message = Message::from(text);
        let legible = Legible::of(&message);
        legible.as_ref().map_or(&message, Legible::message).lines().map(str::to_owned).collect()
    }

    #[test]
    fn line_ends_that_a_shell_left_are_line_ends() {
        let text = r"Fix it\n\nAssisted-by: Codex:gpt-5.5\nSigned-off-by: A <a@b.c>";
        assert_eq!(lines(text), ["Fix it", "", "Assisted-by: Codex:gpt-5.5", "Signed-off-by: A <a@b.c>"]);
        let message = Message::from("Fix it\n\nIt works.\\n\\nAssisted-by: Codex\n\nMore\n");
        let legible = Legible::of(&message).unwrap();
        assert_eq!((legible.line(3), legible.line(5), legible.line(7)), (3, 3, 5));
        assert!(legible.is_mended(4) && !legible.is_mended(6));
        assert_eq!(lines(r"Fix it\r\n\r\nMade with Cursor")[2], "Made with Cursor");
        for text in [
            r"Split lines at \n, not at \r",
            r#"Print "\nAssisted-by: x" at the end"#,
            r"It took `\nAssisted-by: Codex` for a line",
            r"sed 's/\n/Co-Authored-By: x/'",
            "s\n\n    Fix\\n\\nAssisted-by: Codex\n\nmore",
            r"C:\new\Assisted-by: x",
        ] {
            assert!(Legible::of(&Message::from(text)).is_none(), "{text}");
        }
    }

    #[test]
    fn odd_signs_become_usual_ones() {
        for (odd, usual) in [
            ("Assisted\u{2011}by: Codex:gpt\u{2011}5.5", "Assisted-by: Codex:gpt-5.5"),
            ("Co\u{2013}Authored\u{2013}By: Claude", "Co-Authored-By: Claude"),
            ("Assisted-by:\u{a0}Claude\u{a0}Code", "Assisted-by: Claude Code"),
            ("Assisted\u{200b}-by: Codex", "Assisted-by: Codex"),
        ] {
            assert_eq!(lines(&format!("s\n\n{odd}"))[2], usual);
        }
        for text in ["Pages 3\u{2013}7", "a \u{2013} b", "Fran\u{e7}ois", "\u{1f916} Generated"] {
            assert_eq!(lines(text), [text]);
        }
    }

    #[test]
    fn addresses_are_read_as_they_look() {
        let plain = "Co-Authored-By: Claude <noreply@anthropic.com>";
        for text in [
            "Co-Authored-By: Claude &lt;noreply@anthropic.com&gt;",
            "Co-Authored-By: Claude &lt;noreply&#64;anthropic.com&gt;",
            "Co-Authored-By: Claude &#60;noreply@anthropic.com&#62;",
            r"Co-Authored-By: Claude \<noreply@anthropic.com\>",
            "Co-Authored-By: Claude [noreply@anthropic.com](mailto:noreply@anthropic.com)",
            "Co-Authored-By: Claude <[noreply@anthropic.com](mailto:noreply@anthropic.com)>",
            "Co-Authored-By: Claude <a href=\"mailto:noreply@anthropic.com\">noreply@anthropic.com</a>",
            "Co-Authored-By: Claude <mailto:noreply@anthropic.com>",
        ] {
            assert_eq!(lines(&format!("s\n\n{text}"))[2], plain, "{text}");
        }
        for text in ["a &lt; b", "if (a &amp;&amp; b)", "Write to mailto:ann@example.org", "Note: 1 &lt; 2"] {
            assert_eq!(lines(text), [text]);
        }
    }

    proptest::proptest! {
        #[test]
        fn any_text_is_read(text in "(\\PC|\n|\\\\n|A-by: |&lt;|&gt;|mailto:|<|\\[|\u{2011}|\u{a0}){0,40}") {
            Legible::of(&Message::from(text));
        }
    }
}
