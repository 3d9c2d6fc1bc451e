//! The lines of a commit message: where each is, and whether it is quoted from elsewhere.
//!
//! What the lines say is for `trailers` and `footers`.

/// A line of a message.
#[derive(Debug, Clone, Copy)]
pub(super) struct Line<'a> {
    /// Where it starts in the message, in bytes.
    pub(super) start: usize,
    /// One past its line ending.
    pub(super) end: usize,
    /// Its text, without the line ending.
    pub(super) text: &'a str,
    /// Whether it is a quotation or an illustration: behind `>`, in a code fence, indented like
    /// code, or beside a box that nobody ticked. What is quoted was said elsewhere, about something
    /// else.
    pub(super) quoted: bool,
}

impl Line<'_> {
    pub(super) fn is_blank(&self) -> bool {
        self.text.trim().is_empty()
    }
}

/// Cuts a message into lines.
pub(super) fn of(message: &str) -> Vec<Line<'_>> {
    // So many bytes has a line of a message.
    let mut lines = Vec::with_capacity(message.len() / 32 + 4);
    let mut start = 0;
    let endings = memchr::memchr_iter(b'\n', message.as_bytes()).map(|at| at + 1);
    for end in endings.chain([message.len()]) {
        let Some(text) = message.get(start..end).filter(|text| !text.is_empty()) else { continue };
        let text = text.trim_end_matches(['\n', '\r']);
        lines.push(Line { start, end, text, quoted: text.trim_start().starts_with('>') || is_unticked(text) });
        start = end;
    }
    // `git merge --squash` indents the messages that it joins: there, depth is not quotation.
    let squashed = memchr::memmem::find(message.as_bytes(), b"Squashed commit of the following:").is_some();
    let mut fence = None;
    for at in 0..lines.len() {
        let text = lines[at].text;
        if is_fence(text) {
            match fence.take() {
                None => fence = Some(at),
                Some(from) => lines[from..=at].iter_mut().for_each(|line| line.quoted = true),
            }
        }
        if is_deep(text) && !squashed && !text.trim().is_empty() {
            lines[at].quoted = true;
        }
    }
    unquote_tail(&mut lines);
    lines
}

/// Some people's editors indent a whole message, trailers included: at its end, an indented trailer
/// or footer is no illustration, unless a sentence introduces it.
fn unquote_tail(lines: &mut [Line<'_>]) {
    let is_mark = |line: &Line<'_>| {
        let text = line.text.trim_start();
        let sign = text.starts_with(|c: char| !c.is_ascii() && !c.is_alphanumeric());
        let key = text.split_once(": ").map_or("", |(key, _)| key);
        sign || (key.contains('-') && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-'))
    };
    let tail = lines.iter().rposition(|line| !line.is_blank() && !is_mark(line));
    let Some(last) = tail.filter(|last| !lines[*last].text.trim_end().ends_with(':')) else { return };
    for line in lines.iter_mut().skip(last + 1) {
        line.quoted &= !is_deep(line.text);
    }
}

/// A template offers the words; who leaves the box empty does not say them.
pub(super) fn is_unticked(text: &str) -> bool {
    let item = text.trim_start().strip_prefix(['-', '*', '+']).map(str::trim_start);
    item.is_some_and(|item| item.starts_with("[ ]") || item.starts_with("[]"))
}

fn is_deep(text: &str) -> bool {
    text.starts_with('\t') || text.starts_with("    ")
}

fn is_fence(text: &str) -> bool {
    let text = text.trim_start();
    text.starts_with("```") || text.starts_with("~~~")
}

/// The index of the line that holds a byte.
pub(super) fn holding(lines: &[Line<'_>], byte: usize) -> usize {
    lines.partition_point(|line| line.end <= byte).min(lines.len().saturating_sub(1))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_know_where_they_are() {
        let lines = of("one\r\ntwo\n\nlast");
        let texts: Vec<&str> = lines.iter().map(|line| line.text).collect();
        assert_eq!(texts, ["one", "two", "", "last"]);
        assert_eq!((lines[1].start, lines[1].end), (5, 9));
        assert_eq!(holding(&lines, 0), 0);
        assert_eq!(holding(&lines, 5), 1);
        assert_eq!(holding(&lines, 99), 3);
        assert!(of("").is_empty());
    }

    #[test]
    fn quotations_are_marked() {
        let lines = of("s\n\n> a\n```\nb\n```\nc\n    d\n");
        let quoted: Vec<bool> = lines.iter().map(|line| line.quoted).collect();
        assert_eq!(quoted, [false, false, true, true, true, true, false, true]);
        let open = of("s\n\n```\nb\n");
        assert!(!open[3].quoted, "a fence that never closes quotes nothing");
        assert!(of("s\n\n- [ ] No AI was used\n")[2].quoted && !of("s\n\n- [x] No AI was used\n")[2].quoted);
        let told = of("s\n\nsuch as:\n\n    Key-By: v\n");
        assert!(told[4].quoted);
        let tail = of("s\n\nword.\n\n    Key-By: v\n\nKey-By: w\n");
        assert!(!tail[4].quoted);
        let squash = of("Squashed commit of the following:\n\n    d\n");
        assert!(!squash[2].quoted);
    }
}
