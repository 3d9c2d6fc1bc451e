//! Lines that look like trailers or footers, and are parts of sentences: a message that says that there is no such line, or
//! which one people are to write, states nothing by it.
//!
//! Marks that stand below each other are one run, and what stands around the run decides. People who write no blank line
//! above their trailers, end no sentence, or join the messages of several commits must not lose theirs: so a run is part of
//! a sentence only where words show that the sentence goes on, not where a full stop is missing.

use std::ops::Range;

use super::lines::{Line, is_deep};
use super::trailer_lines::has_colon;
use words::{
    CONJOINING, CONTRASTING, DEMANDED, DEMANDING, DONE, GOES_ON, HEADINGS, LEADING_ALONE, LEADING_ENDS, OPEN_ENDS,
    OPENING_A_CASE, SHOWING, TOLD,
};

mod words;

/// Marks the lines that are parts of sentences as quoted.
pub(super) fn mark(message: &str, lines: &mut [Line]) {
    let quoted = of(message, lines);
    for line in quoted.into_iter().flatten() {
        if let Some(line) = lines.get_mut(line) {
            line.quoted = true;
        }
    }
}

/// The lines that are parts of sentences.
fn of(message: &str, lines: &[Line]) -> Vec<Range<usize>> {
    let Some(subject) = lines.iter().position(|line| !line.is_blank) else { return Vec::new() };
    let mut found = Vec::new();
    let mut at = subject + 1;
    while at < lines.len() {
        let end = run_end(message, lines, at);
        if end == at {
            at += 1;
            continue;
        }
        let run = Run { message, lines, subject, place: at..end };
        if run.is_in_sentence() {
            found.push(at..end);
        }
        at = end;
    }
    found
}

/// Where the marks end that start at a line; there, where none does. A line that folds a mark belongs to it.
fn run_end(message: &str, lines: &[Line], start: usize) -> usize {
    let mut end = start;
    while let Some(line) = lines.get(end) {
        let text = line.text(message);
        let folds = end > start && text.starts_with([' ', '\t']) && !line.is_blank && !starts_below(text);
        if !(looks_like_a_mark(text) || folds) {
            break;
        }
        end += 1;
    }
    end
}

/// Marks that stand below each other.
struct Run<'a> {
    message: &'a str,
    lines: &'a [Line],
    subject: usize,
    place: Range<usize>,
}

impl Run<'_> {
    fn text(&self, at: usize) -> &str {
        self.lines.get(at).map_or("", |line| line.text(self.message))
    }

    fn is_blank(&self, at: usize) -> bool {
        self.lines.get(at).is_none_or(|line| line.is_blank)
    }

    fn is_in_sentence(&self) -> bool {
        if self.place.clone().any(|at| opens_quotation(self.text(at))) {
            return true;
        }
        let Some((above, is_beside)) = self.above() else { return false };
        // What a command printed.
        if (is_beside && is_command(self.text(above))) || self.is_in_session() {
            return true;
        }
        if !is_beside && self.is_example_below(above) {
            return true;
        }
        let below = Some(self.place.end).filter(|at| !self.is_blank(*at)).map(|at| self.text(at));
        let goes_on = below.is_some_and(goes_on);
        let sentence = self.sentence_up_to(above);
        if is_open(&sentence) && goes_on {
            return true;
        }
        // Prose on both sides, without a stop above and in lower case below, is one sentence around the mark.
        let is_within = is_beside && above != self.subject && below.is_some_and(is_middle_of_prose);
        if is_within && is_open(&sentence) && !looks_like_a_mark(self.text(above)) {
            return true;
        }
        if self.goes_on_in_next_paragraph(above, &sentence) {
            return true;
        }
        // Below a blank line a block of trailers is somebody's own where somebody signs in it.
        if !is_beside && (above == self.subject || self.is_signed()) {
            return false;
        }
        // Where nothing follows, no sentence goes on: git reads such a block, and programs add theirs so.
        if !is_beside && self.is_last() {
            // Below another mark there is no sentence.
            let heading = self.text(above).trim().to_lowercase();
            return CONTRASTING.contains(&heading.as_str())
                || !looks_like_a_mark(self.text(above))
                    && (demands(&sentence) || (shows_a_mark(&sentence) && self.is_shown(above, &sentence)));
        }
        // An item of a list does not go on in a line that is not indented.
        let may_go_on = !is_item(self.text(above)) || self.is_indented();
        (may_go_on && stops_short(&sentence)) || self.is_shown(above, &sentence)
    }

    /// The line of prose above, and whether no blank line is between.
    fn above(&self) -> Option<(usize, bool)> {
        let beside = self.place.start.checked_sub(1)?;
        match self.is_blank(beside) {
            false => Some((beside, true)),
            true => Some((beside.checked_sub(1).filter(|at| !self.is_blank(*at))?, false)),
        }
    }

    /// The last sentence down to a line, in lower case.
    fn sentence_up_to(&self, line: usize) -> String {
        const MAX_LINES: usize = 4;
        let mut texts: Vec<&str> = Vec::new();
        for at in (line.saturating_sub(MAX_LINES).max(self.subject)..=line).rev().take_while(|at| !self.is_blank(*at)) {
            texts.push(self.text(at).trim());
            // An item of a list is a sentence of its own.
            if is_item(self.text(at)) {
                break;
            }
        }
        texts.reverse();
        let text = texts.join(" ").to_lowercase();
        let start =
            [". ", "! ", "? "].iter().filter_map(|end| Some(text.trim_end().rfind(end)? + 2)).max().unwrap_or(0);
        // `e.g. ` and `i.e. ` end no sentence.
        let start = if text.get(..start).is_some_and(|head| head.ends_with("e.g. ") || head.ends_with("i.e. ")) {
            0
        } else {
            start
        };
        text.get(start..).unwrap_or_default().to_owned()
    }

    /// Whether the marks stand between two commands of a terminal: `$ git log -1`, the marks, `$ git push`.
    fn is_in_session(&self) -> bool {
        let has_next = !self.is_blank(self.place.end) && is_command(self.text(self.place.end));
        has_next && (self.subject..self.place.start).any(|at| is_command(self.text(at)))
    }

    /// Whether the paragraph above only leads to an example: `for example`, or `Given` where more text follows.
    fn is_example_below(&self, above: usize) -> bool {
        if above == self.subject || !self.lines.get(above.wrapping_sub(1)).is_none_or(|line| line.is_blank) {
            return false;
        }
        let text = self.text(above).trim().trim_end_matches([',', ':']).to_lowercase();
        LEADING_ALONE.contains(&text.as_str()) || (OPENING_A_CASE.contains(&text.as_str()) && !self.is_last())
    }

    fn is_last(&self) -> bool {
        (self.place.end..self.lines.len()).all(|at| self.is_blank(at))
    }

    fn is_signed(&self) -> bool {
        self.place.clone().any(|at| self.text(at).trim_start().to_ascii_lowercase().starts_with("signed-off-by:"))
    }

    fn is_indented(&self) -> bool {
        self.text(self.place.start).starts_with("  ") || self.text(self.place.start).starts_with('\t')
    }

    /// `there is no`, a blank line, the mark, a blank line, `line in it`.
    fn goes_on_in_next_paragraph(&self, above: usize, sentence: &str) -> bool {
        let next = self.place.end + 1;
        let is_below = self.is_blank(self.place.end) && !self.is_blank(next);
        if !is_below || above == self.subject {
            return false;
        }
        let text = self.text(next).trim_start();
        let mut words = words(text);
        let (first, second) = (words.next().unwrap_or(""), words.next().unwrap_or(""));
        let is_place = ["to", "at", "in", "into"].contains(&first)
            && ["the", "their", "its", "your", "our", "a", "every", "each", "this"].contains(&second);
        let names_mark = ["line", "lines", "trailer", "trailers", "footer", "is", "are"].contains(&first);
        if is_open(sentence) && (is_place || names_mark) && !second.is_empty() {
            return true;
        }
        // `The hook rejects a message with`, the mark, `because the policy asks for another`.
        let leads = self::words(sentence).next_back().is_some_and(|last| LEADING_ENDS.contains(&last));
        if is_open(sentence) && leads && CONJOINING.contains(&first) {
            return true;
        }
        // Squashes join subjects in lower case, so that a next paragraph in lower case is not enough by itself.
        let is_shown = sentence.trim_end().ends_with(':') || (is_open(sentence) && self.is_indented());
        let is_in_list = is_item(self.text(above)) || self.text(above).starts_with(' ');
        let goes_on = CONJOINING.contains(&first) || (self.is_indented() && goes_on(text));
        is_shown && !is_in_list && goes_on && is_middle_of_prose(text)
    }

    /// Whether a sentence with a colon shows what could be written: right above, or above the list that the marks are in.
    fn is_shown(&self, above: usize, sentence: &str) -> bool {
        if sentence.trim_end().ends_with(':') {
            let heading = self.text(above).trim().to_lowercase();
            return HEADINGS.contains(&heading.as_str()) || shows(sentence);
        }
        let is_item = |at: usize| is_item(self.text(at)) && !self.is_blank(at);
        if !(is_item(self.place.start) && is_item(above)) {
            return false;
        }
        let head = (self.subject..above)
            .rev()
            .find(|at| !is_item(*at) && !self.is_blank(*at) && !self.text(*at).starts_with(' '));
        let head = head.map(|at| self.sentence_up_to(at)).filter(|head| head.trim_end().ends_with(':'));
        head.is_some_and(|head| shows(&head))
    }
}

/// Whether a line is a command at the prompt of a terminal.
fn is_command(text: &str) -> bool {
    text.trim_start().starts_with("$ ")
}

/// Whether a sentence does not end here.
fn is_open(sentence: &str) -> bool {
    let last = sentence.trim_end().chars().next_back();
    last.is_some_and(|last| last.is_alphanumeric() || ",(".contains(last)) && sentence.contains(' ')
}

/// Whether a sentence in lower case stops where none ends.
fn stops_short(sentence: &str) -> bool {
    let mut words = words(sentence);
    let Some(last) = words.next_back() else { return false };
    let Some(before) = words.next_back() else { return false };
    if !is_open(sentence) && !last.ends_with('.') {
        return false;
    }
    // `if any`, `option a`, `yes or no` end a sentence.
    let is_name = last == "a" && ["option", "variant", "part", "plan"].contains(&before);
    if is_name || before == "or" || (before == "if" && last == "any") {
        return false;
    }
    let is_form = last == "form" && sentence.trim_end().ends_with("of the form");
    OPEN_ENDS.contains(&last) || is_form || demands(sentence)
}

/// Whether a sentence in lower case ends with what somebody is told to write.
fn demands(sentence: &str) -> bool {
    let mut words = words(sentence);
    let Some(last) = words.next_back() else { return false };
    let Some(before) = words.next_back() else { return false };
    if !is_open(sentence) && !last.ends_with('.') {
        return false;
    }
    let is_such = (before == "such" && last == "as")
        || (last == "like" && ["line", "lines", "trailer", "something"].contains(&before))
        || (last == "with" && ["so", "end", "ends"].contains(&before));
    let is_told = || self::words(sentence).any(|word| TOLD.contains(&word));
    let is_demanded = || {
        let behind_comma = sentence.trim_end().strip_suffix(last).is_some_and(|head| head.trim_end().ends_with(','));
        DEMANDING.contains(&before) || (behind_comma && is_told())
    };
    is_such || (DEMANDED.contains(&last) && is_demanded()) || (DONE.contains(&last) && is_told())
}

/// Whether a sentence in lower case speaks of marks themselves, or of what one looks like.
fn shows_a_mark(sentence: &str) -> bool {
    const OF_MARKS: [&str; 20] = [
        "trailer",
        "trailers",
        "line",
        "lines",
        "footer",
        "footers",
        "such as",
        "like this",
        "like so",
        "like these",
        "as follows",
        "looks like",
        "look like",
        "of the form",
        "in the form",
        "format",
        "template",
        "example",
        "e.g.",
        "instance",
    ];
    let is_word = |shown: &str| words(sentence).any(|word| word == shown);
    const FORBIDDING: [&str; 6] = ["rejected", "rejects", "forbidden", "banned", "disallowed", "refused"];
    FORBIDDING.iter().any(|word| is_word(word))
        || OF_MARKS.iter().any(|shown| if shown.contains(' ') { sentence.contains(shown) } else { is_word(shown) })
}

/// Whether a sentence in lower case that ends with a colon shows what could be written. `Credits:` and `AI disclosure:` are
/// headings of what is stated.
fn shows(sentence: &str) -> bool {
    let is_word = |shown: &str| words(sentence).any(|word| word == shown);
    SHOWING.iter().any(|shown| if shown.contains(' ') { sentence.contains(shown) } else { is_word(shown) })
}

fn words(text: &str) -> impl DoubleEndedIterator<Item = &str> {
    let outside = |c: char| !c.is_alphanumeric() && !".'-".contains(c);
    text.split(outside)
        .map(|word| if matches!(word, "e.g." | "i.e.") { word } else { word.trim_matches(['.', '-']) })
        .filter(|word| !word.is_empty())
}

/// Whether a line goes on with a sentence that a mark interrupts.
fn goes_on(text: &str) -> bool {
    let text = text.trim_start().trim_start_matches(['"', '`', '\'', '\u{201d}', ')', ',']).trim_start();
    let first = text.split(|c: char| !c.is_alphanumeric()).next().unwrap_or("");
    // `in: a scope` and `do-it` are no such words.
    let ends = text.get(first.len()..).is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '.', ',', ';']));
    ends && GOES_ON.contains(&first)
}

/// Whether a line starts in the middle of a sentence, and refers to nothing as lists behind trailers do: `closes #12`.
fn is_middle_of_prose(text: &str) -> bool {
    const REFERRING: [&str; 12] =
        ["closes", "close", "fixes", "fix", "resolves", "refs", "ref", "see", "for", "with", "cc", "related"];
    let mut words = words(text.trim_start());
    let first = words.next().unwrap_or("");
    let is_lower = text.trim_start().starts_with(|c: char| c.is_lowercase());
    // A single word is the end of a sentence where a full stop says so: `twice.`
    let ends = || text.trim_end().ends_with('.');
    is_lower && (words.next().is_some() || ends()) && !REFERRING.contains(&first) && !text.contains('#')
}

/// Whether a line looks like a trailer, or like a footer.
pub(super) fn looks_like_a_mark(line: &str) -> bool {
    let text = line.trim_start();
    let sign = text.starts_with(|c: char| !c.is_ascii() && !c.is_alphanumeric());
    sign || starts_below(text) || has_trailer_key(text)
}

/// Whether a line, behind what decorates it, starts like a footer.
fn starts_below(text: &str) -> bool {
    let bare = text.trim_start_matches(|c: char| !c.is_alphanumeric());
    if !bare.starts_with(['G', 'M', 'C', 'W', 'B']) {
        return false;
    }
    let starts = ["Generated ", "Made ", "Created ", "Written ", "Built "];
    let rest = starts.iter().find_map(|start| bare.strip_prefix(start));
    rest.is_some_and(|rest| rest.starts_with("with ") || rest.starts_with("by ") || rest.starts_with("using "))
}

/// Whether a line, behind what decorates it, has a key of several words that hyphens join.
fn has_trailer_key(text: &str) -> bool {
    if !has_colon(text) {
        return false;
    }
    let bare = text.trim_start_matches(|c: char| !c.is_alphanumeric() && !"`\"'>".contains(c));
    let key = bare.split_once([':', '\u{ff1a}']).map_or("", |(key, _)| key.trim_end_matches(['*', '_']));
    key.contains('-') && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
}

/// Whether a line starts with a mark of typographers that opens a quotation.
fn opens_quotation(text: &str) -> bool {
    let bare = text.trim_start_matches(|c: char| c.is_whitespace() || "*-+".contains(c));
    bare.starts_with([
        '\u{201c}', '\u{201d}', '\u{201e}', '\u{ab}', '\u{bb}', '\u{2039}', '\u{2018}', '\u{201a}', '\u{300c}',
        '\u{300e}',
    ])
}

pub(super) fn is_item(text: &str) -> bool {
    let text = text.trim_start();
    text.strip_prefix(['-', '*', '+']).is_some_and(|rest| rest.starts_with(' '))
}

/// Whether a line of the body leads to an illustration that is indented below it.
pub(super) fn leads_to_illustration(line: &str) -> bool {
    let text = line.trim_end().to_lowercase();
    let is_open = text.chars().next_back().is_some_and(char::is_alphanumeric) && !is_deep(line);
    let last = words(&text).next_back().unwrap_or("");
    text.ends_with(':')
        || (is_open && [&OPEN_ENDS[..], &DEMANDED, &DONE, &LEADING_ENDS].iter().any(|ends| ends.contains(&last)))
}

#[cfg(test)]
mod tests;
