//! What is counted of a hunk, once, for the numbers that [`super::metric`] names. Counts of several
//! hunks add up, so that a commit is measured like one large hunk.

use std::sync::LazyLock;

use super::{Block, message};
use crate::syntax::profile::Profile;
use crate::syntax::regions::Region;
use crate::syntax::words;
use ai_detect_base::needles::Needles;

/// What a line that logs holds, over all languages.
const LOG_CALLS: &[&str] = &[
    "log.",
    "logger.",
    "Log.",
    "Logger.",
    "logging.",
    "console.",
    "print(",
    "println",
    "printf(",
    "fmt.Print",
    "tracing::",
    "echo ",
    "slog.",
    "debug!(",
    "info!(",
    "warn!(",
    "error!(",
];
/// What a line that asks whether something is there holds.
const NULL_CHECKS: &[&str] = &[
    "== null",
    "!= null",
    "=== null",
    "!== null",
    "=== undefined",
    "!== undefined",
    "is None",
    "is not None",
    "== nil",
    "!= nil",
    ".nil?",
    "is null",
    "is not null",
    "== nullptr",
    "!= nullptr",
    "== NULL",
    "!= NULL",
    "is_none()",
    "is_some()",
    "?? ",
    "?.",
];
/// What a line that asserts holds.
const ASSERTS: &[&str] = &["assert", "Assert", "expect(", "EXPECT_", "REQUIRE", "should", "require."];

static CALLS: LazyLock<(Vec<&str>, Needles)> = LazyLock::new(|| {
    let words = [LOG_CALLS, NULL_CHECKS, ASSERTS].concat();
    let needles = Needles::new(words.iter().copied());
    (words, needles)
});

/// A habit of a file that a hunk may break with.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Habit {
    /// The share of comment lines.
    CommentShare,
    /// The words of a comment.
    CommentWords,
    /// Comments that start with a capital.
    Capitalised,
    /// Comments that end with a full stop.
    Period,
    /// The length of lines.
    LineLength,
    /// The share of blank lines.
    BlankShare,
    /// The parts of names.
    IdentifierParts,
    /// Double or single quotes.
    DoubleQuotes,
    /// Tabs or spaces.
    Tabs,
}

impl Habit {
    const COUNT: usize = Habit::Tabs as usize + 1;

    /// The hunk's habits less the file's; for quotes and tabs, 1 where the habit turned round.
    fn breaks(here: &Profile, before: &Profile) -> [Option<f64>; Habit::COUNT] {
        let difference = |habit: fn(&Profile) -> Option<f64>| Some(habit(here)? - habit(before)?);
        let flip = |habit| difference(habit).map(|by| f64::from(u8::from(by.abs() > 0.7)));
        [
            difference(|p| p.comment_share),
            difference(|p| p.comment_words),
            difference(|p| p.capitalised),
            difference(|p| p.period),
            difference(|p| p.line_length),
            difference(|p| p.blank_share),
            difference(|p| p.identifier_parts),
            flip(|p| p.double_quotes),
            flip(|p| p.tabs),
        ]
    }
}

/// What is counted of a hunk, for the numbers.
#[derive(Debug, Clone, Default)]
pub struct Measures {
    pub(super) lines: f64,
    pub(super) nonblank: f64,
    pub(super) new_lines: f64,
    pub(super) new_files: f64,
    pub(super) comments: f64,
    pub(super) comment_lines: f64,
    pub(super) comment_words: Vec<f64>,
    pub(super) capitalised: f64,
    pub(super) lowercase: f64,
    pub(super) periods: f64,
    pub(super) paragraphs: f64,
    pub(super) paragraphs_with_comment: f64,
    pub(super) documented: f64,
    pub(super) functions: f64,
    pub(super) docstring_words: Vec<f64>,
    pub(super) line_lengths: Vec<f64>,
    pub(super) function_lines: Vec<f64>,
    pub(super) identifier_lengths: Vec<f64>,
    pub(super) identifier_parts: Vec<f64>,
    pub(super) short_identifiers: f64,
    pub(super) handlers: f64,
    pub(super) log_calls: f64,
    pub(super) null_checks: f64,
    pub(super) returns: f64,
    pub(super) em_dashes: f64,
    pub(super) arrows: f64,
    pub(super) smart_quotes: f64,
    pub(super) ellipses: f64,
    pub(super) emoji: f64,
    pub(super) box_drawing: f64,
    pub(super) check_marks: f64,
    pub(super) todos: f64,
    pub(super) questions: f64,
    pub(super) urls: f64,
    pub(super) first_person: f64,
    pub(super) commented_out: f64,
    pub(super) tight: f64,
    pub(super) trailing: f64,
    pub(super) tests: f64,
    pub(super) test_name_parts: Vec<f64>,
    pub(super) asserts: f64,
    pub(super) asides: f64,
    pub(super) backticks: f64,
    pub(super) numbered: f64,
    pub(super) headings: f64,
    pub(super) breaks: Vec<(f64, [Option<f64>; Habit::COUNT])>,
}

impl Measures {
    /// Counts everything once.
    pub(crate) fn of(block: &Block<'_>) -> Measures {
        let mut m = Measures {
            new_files: f64::from(block.new_files),
            handlers: f64::from(block.hunk.regions.handlers),
            ..Measures::default()
        };
        m.count_lines(block);
        m.new_lines = m.lines * f64::from(u8::from(block.file.is_new));
        let regions = &block.hunk.regions;
        for comment in &regions.comments {
            m.comment(comment);
            m.comment_lines += f64::from(u32::from(!comment.trailing) * comment.span.len());
        }
        for doc in &regions.docstrings {
            m.comment_lines += f64::from(doc.span.len());
            m.docstring_words.push(words::prose(&doc.text).count() as f64);
            m.typography(&doc.text);
            m.urls += doc.text.matches("://").count() as f64;
        }
        for function in &regions.functions {
            m.functions += 1.0;
            m.documented += f64::from(u8::from(function.documented));
            m.function_lines.push(f64::from(function.span.len()));
        }
        for test in regions.tests() {
            m.tests += 1.0;
            m.test_name_parts.push(words::part_count(&test.name) as f64);
        }
        for name in &regions.identifiers {
            m.identifier(&block.compared(name.clone()));
        }
        if let (Some(language), Some(before)) = (block.language(), block.before) {
            let here = block.profile(language);
            m.breaks.push((m.nonblank, Habit::breaks(&here, before)));
        }
        m
    }

    /// What several hunks come to together.
    pub(crate) fn add(&mut self, other: &Measures) {
        macro_rules! each {
            ($($sum:ident)*; $($list:ident)*; $($most:ident)*) => {
                $(self.$sum += other.$sum;)*
                $(self.$list.extend_from_slice(&other.$list);)*
                $(self.$most = self.$most.max(other.$most);)*
            };
        }
        each! {
            lines nonblank comments comment_lines capitalised lowercase periods paragraphs paragraphs_with_comment
            documented functions short_identifiers handlers log_calls null_checks returns em_dashes arrows smart_quotes
            ellipses emoji box_drawing check_marks todos questions urls first_person commented_out tight trailing tests
            asserts asides backticks numbered headings new_lines;
            comment_words docstring_words line_lengths function_lines identifier_lengths identifier_parts
            test_name_parts breaks;
            new_files
        }
    }

    /// How far a habit is from the same file's before the change: the mean over the hunks, by size.
    pub(super) fn habit(&self, habit: Habit) -> Option<f64> {
        let told = self.breaks.iter().filter_map(|(weight, breaks)| Some((weight, (*breaks.get(habit as usize)?)?)));
        let (sum, weight) =
            told.fold((0.0, 0.0), |(sum, whole), (weight, value)| (sum + weight * value, whole + weight));
        (weight > 0.0).then(|| sum / weight)
    }

    fn count_lines(&mut self, block: &Block<'_>) {
        let mut in_paragraph = false;
        let marks = block.language().map_or(&[] as &[&str], |language| language.line_comments);
        for (_, line) in block.lines() {
            self.lines += 1.0;
            let content = line.trim_ascii();
            if content.is_empty() {
                in_paragraph = false;
                continue;
            }
            self.nonblank += 1.0;
            self.line_lengths.push(line.len() as f64);
            let comment = marks.iter().any(|mark| content.starts_with(mark.as_bytes())) || content.starts_with(b"/*");
            if !in_paragraph {
                in_paragraph = true;
                self.paragraphs += 1.0;
                self.paragraphs_with_comment += f64::from(u8::from(comment));
            }
            if !comment {
                self.code_line(content);
            }
        }
    }

    fn code_line(&mut self, code: &[u8]) {
        let mut seen = [false; 3];
        let (words, needles) = &*CALLS;
        needles.each(code, &mut |at, start| {
            let at = at as usize;
            let word = words[at];
            // Needles have no case; these words have.
            if code.get(start..).is_some_and(|rest| rest.starts_with(word.as_bytes())) {
                let group = usize::from(at >= LOG_CALLS.len()) + usize::from(at >= LOG_CALLS.len() + NULL_CHECKS.len());
                if let Some(seen) = seen.get_mut(group) {
                    *seen = true;
                }
            }
            seen.iter().all(|seen| *seen)
        });
        let [logs, checks, asserts] = seen.map(|on| f64::from(u8::from(on)));
        self.log_calls += logs;
        self.null_checks += checks;
        self.asserts += asserts;
        self.returns += f64::from(u8::from(code.starts_with(b"return")));
    }

    fn comment(&mut self, comment: &Region) {
        let text = comment.text.trim();
        self.comments += 1.0;
        self.comment_words.push(words::prose(text).count() as f64);
        self.capitalised += f64::from(u8::from(text.starts_with(char::is_uppercase)));
        self.lowercase += f64::from(u8::from(text.starts_with(char::is_lowercase)));
        self.periods += f64::from(u8::from(text.ends_with('.')));
        self.tight += f64::from(u8::from(comment.tight));
        self.trailing += f64::from(u8::from(comment.trailing));
        self.questions += f64::from(u8::from(text.ends_with('?')));
        self.urls += text.matches("://").count() as f64;
        self.todos += f64::from(u8::from(text.contains("TODO") || text.contains("FIXME") || text.contains("XXX")));
        self.asides += f64::from(u8::from(has_aside(text)));
        self.backticks += (text.matches('`').count() / 2) as f64;
        self.numbered += text.lines().filter(|line| is_numbered(line)).count() as f64;
        self.headings += text.lines().filter(|line| is_heading(line)).count() as f64;
        self.commented_out += f64::from(u8::from(is_code(text)));
        self.first_person += text
            .split(|c: char| !c.is_alphanumeric() && c != '\'')
            .filter(|word| message::is_first_person(word))
            .count() as f64;
        self.typography(text);
    }

    fn typography(&mut self, text: &str) {
        if text.is_ascii() {
            return;
        }
        for c in text.chars() {
            let counter = match c {
                '\u{2014}' => &mut self.em_dashes,
                '\u{2018}' | '\u{2019}' | '\u{201c}' | '\u{201d}' => &mut self.smart_quotes,
                '\u{2026}' => &mut self.ellipses,
                '\u{2500}'..='\u{257f}' => &mut self.box_drawing,
                '\u{2713}' | '\u{2714}' | '\u{2705}' | '\u{274c}' | '\u{2717}' | '\u{2718}' => &mut self.check_marks,
                c if is_arrow(c) => &mut self.arrows,
                c if is_emoji(c) => &mut self.emoji,
                _ => continue,
            };
            *counter += 1.0;
        }
    }

    fn identifier(&mut self, raw: &[u8]) {
        let name = String::from_utf8_lossy(raw);
        let length = name.chars().count();
        self.identifier_lengths.push(length as f64);
        self.identifier_parts.push(words::part_count(&name) as f64);
        self.short_identifiers += f64::from(u8::from(length <= 2));
    }
}

/// A space on both sides of the parenthesis, and words within.
fn has_aside(text: &str) -> bool {
    text.split(" (").skip(1).any(|rest| rest.split_once(')').is_some_and(|(within, _)| within.contains(' ')))
}

fn is_numbered(line: &str) -> bool {
    let line = line.trim_start();
    let line = line.strip_prefix("Step ").or_else(|| line.strip_prefix("STEP ")).unwrap_or(line);
    let digits = line.chars().take_while(char::is_ascii_digit).count();
    (1..=2).contains(&digits)
        && matches!(line.chars().nth(digits), Some('.' | ')' | ':'))
        && line.chars().nth(digits + 1) == Some(' ')
}

fn is_heading(line: &str) -> bool {
    let line = line.trim();
    let rule = |c: char| matches!(c, '=' | '-' | '*' | '#' | '~' | '\u{2500}' | '\u{2550}' | '\u{2501}');
    let bars = line.chars().filter(|&c| rule(c)).count();
    bars >= 6 && bars * 5 >= line.chars().count() * 2
}

/// Reads like a statement that was put out of use.
fn is_code(text: &str) -> bool {
    text.lines().any(|line| {
        let line = line.trim();
        let ends =
            line.ends_with([';', '{', '}']) || line.ends_with("),") || (line.ends_with(')') && !line.contains(" ("));
        ends && line.contains(['=', '(', '.']) && !line.contains(". ")
    })
}

/// An arrow in the typography of prose.
pub(super) fn is_arrow(c: char) -> bool {
    matches!(c, '\u{2190}'..='\u{21ff}' | '\u{27f0}'..='\u{27ff}')
}

/// A pictograph.
pub(super) fn is_emoji(c: char) -> bool {
    matches!(c, '\u{1f300}'..='\u{1faff}' | '\u{2600}'..='\u{26ff}' | '\u{2728}' | '\u{2b50}')
}

pub(super) fn ratio(part: f64, whole: f64, least: f64) -> Option<f64> {
    (whole >= least).then(|| part / whole)
}

pub(super) fn mean(values: &[f64], least: usize) -> Option<f64> {
    (values.len() >= least.max(1)).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The coefficient of variation.
pub(super) fn spread(values: &[f64], least: usize) -> Option<f64> {
    let mean = mean(values, least).filter(|mean| *mean > 0.0)?;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
    Some(variance.sqrt() / mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps_and_headings_are_told_from_prose() {
        assert!(is_numbered("1. Parse the input") && is_numbered("Step 2: check"));
        assert!(!is_numbered("3.5 percent") && !is_numbered("2024: a year"));
        assert!(is_heading("=== Parsing ===") && is_heading("-----------"));
        assert!(!is_heading("a -- b"));
    }
}
