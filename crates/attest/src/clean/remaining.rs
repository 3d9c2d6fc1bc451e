//! What remains of a message: a text whose lines are known, from which lines and parts of lines are taken.
//!
//! Line numbers are indices. What goes is `pass`.

use std::ops::Range;

use super::pass::{Edit, remainder};
use ai_detect_base::vocabulary::message::{Line, Message};

pub(super) struct Remaining {
    text: String,
    lines: Vec<Line>,
}

impl Remaining {
    pub(super) fn of(message: &Message) -> Remaining {
        Remaining { text: message.as_str().to_owned(), lines: message.parsed_lines().to_vec() }
    }

    pub(super) fn text(&self) -> &str {
        &self.text
    }

    pub(super) fn lines(&self) -> &[Line] {
        &self.lines
    }

    pub(super) fn into_text(self) -> String {
        self.text
    }

    /// Where a line starts; the end of the text where there is no such line.
    pub(super) fn start_of(&self, line: usize) -> usize {
        self.lines.get(line).map_or(self.text.len(), |line| line.start)
    }

    /// Takes out what goes, and returns the first line that changed. A paragraph that goes takes one of its two blank
    /// lines along.
    pub(super) fn take_out(&mut self, edit: &Edit) -> usize {
        let ended = self.text.ends_with('\n');
        let from = edit.from();
        let mut kept: Vec<String> = Vec::with_capacity(self.lines.len().saturating_sub(from));
        let (mut changed, mut after_gap) = (None, false);
        for (at, line) in self.lines.iter().enumerate().skip(from) {
            let left = if edit.takes_line(at) { None } else { remainder(&self.text, line, edit.cuts()) };
            if left.as_deref() != Some(line.content(&self.text)) {
                changed.get_or_insert(from + kept.len());
            }
            match left {
                Some(left) if !left.trim().is_empty() => {
                    after_gap = false;
                    kept.push(left);
                }
                // Above the first line there is nothing, or a blank line.
                Some(_) if after_gap && kept.last().is_none_or(|last| last.trim().is_empty()) => {
                    changed.get_or_insert(from + kept.len());
                }
                Some(blank) => kept.push(blank),
                None => after_gap = true,
            }
        }
        self.cut_off(from);
        kept.iter().for_each(|content| self.push(content));
        if after_gap {
            self.end_at_text(ended);
        }
        changed.unwrap_or(self.lines.len())
    }

    /// Leaves out all lines from one on.
    pub(super) fn cut_off(&mut self, line: usize) {
        self.text.truncate(self.start_of(line));
        self.lines.truncate(line);
    }

    /// Leaves out the white space at the end, and ends as the message did.
    pub(super) fn end_as(&mut self, message: &str) {
        while self.lines.last().is_some_and(|last| last.is_blank) {
            self.cut_off(self.lines.len() - 1);
        }
        let Some(last) = self.lines.last() else { return };
        let content = last.content(&self.text).trim_end().to_owned();
        self.cut_off(self.lines.len() - 1);
        self.push(&if message.ends_with('\n') { content + "\n" } else { content });
    }

    /// Leaves out the blank lines at the end, and the line ending before them where the message had none.
    fn end_at_text(&mut self, ended: bool) {
        while self.lines.last().is_some_and(|last| last.is_blank) {
            self.cut_off(self.lines.len() - 1);
        }
        let last = self.lines.last().filter(|_| !ended).map(|last| last.text(&self.text).to_owned());
        if let Some(text) = last {
            self.cut_off(self.lines.len() - 1);
            self.push(&text);
        }
    }

    fn push(&mut self, content: &str) {
        let start = self.text.len();
        self.text.push_str(content);
        self.lines.push(Line::new(start..self.text.len(), content));
    }

    /// Where the end starts that may change in another pass, given the first line that changed in the last one: what is
    /// above the last change up to a paragraph that stays. 0 where the subject would belong to it.
    pub(super) fn unsettled(&self, changed: usize) -> usize {
        let mut from = self.last_changed(changed);
        // A rule above trailers goes with them, whatever is between.
        while from > 0 {
            let above = self.paragraph(from - 1);
            let stays = self.range(above..from).any(|line| !may_be_rule(line));
            from = above;
            if stays {
                break;
            }
        }
        if self.range(0..from).all(|line| line.trim().is_empty()) { 0 } else { from }
    }

    /// The paragraph with the first line that changed or, if it stands above, what git takes for the last paragraph.
    pub(super) fn last_changed(&self, changed: usize) -> usize {
        self.paragraph(changed).min(self.last_paragraph())
    }

    /// Where the paragraph starts that git could take for the last, or one above it: comments, and the list of conflicts
    /// that git used to write, may follow.
    fn last_paragraph(&self) -> usize {
        let last = self.lines.iter().rposition(|line| !may_follow_trailers(line.text(&self.text)));
        last.map_or(0, |last| self.paragraph(last))
    }

    /// Where the paragraph starts that holds a line; of a blank line the one above.
    fn paragraph(&self, line: usize) -> usize {
        let upwards = self.lines.iter().enumerate().rev().skip(self.lines.len().saturating_sub(line + 1));
        let mut above = upwards.skip_while(|(_, line)| line.is_blank).skip_while(|(_, line)| !line.is_blank);
        above.next().map_or(0, |(blank, _)| blank + 1)
    }

    fn range(&self, lines: Range<usize>) -> impl Iterator<Item = &str> {
        self.lines.iter().take(lines.end).skip(lines.start).map(|line| line.text(&self.text))
    }
}

fn may_be_rule(line: &str) -> bool {
    line.trim_end().bytes().all(|byte| byte == b'-')
}

fn may_follow_trailers(line: &str) -> bool {
    line.trim().is_empty() || line.starts_with(['#', '\t']) || line.trim_end() == "Conflicts:"
}
