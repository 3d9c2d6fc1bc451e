//! `metric` rules: named numbers of a hunk or of one of its regions. Adding one is a line in
//! [`HUNK`] or `REGION`.
//!
//! What is counted for them is in [`Measures`], taken once a hunk.

use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use super::message;
use super::{Block, Evidence, Found};
use crate::pack::rule::Shape;
use crate::pack::{Rule, Scope};
use crate::syntax::profile::Profile;
use crate::syntax::regions::{Function, Region};
use crate::syntax::words;

/// How a number is taken; `None` where there is too little to measure.
pub type Number<T> = fn(&T) -> Option<f64>;

/// How many lines a file has before the change at least, for its style to be compared with.
pub const LEAST_BEFORE: u32 = 30;

/// Numbers of a whole hunk.
pub static HUNK: &[(&str, Number<Measures>)] = &[
    ("added_lines", |m| Some(m.lines)),
    ("new_file", |m| Some(m.new_file)),
    ("new_files", |m| Some(m.new_files)),
    ("comment_share", |m| ratio(m.comment_lines, m.nonblank, 5.0)),
    ("comment_words", |m| mean(&m.comment_words, 1)),
    ("comment_spread", |m| spread(&m.comment_words, 4)),
    ("comment_capitalised", |m| ratio(m.capitalised, m.comments, 2.0)),
    ("comment_period", |m| ratio(m.periods, m.comments, 2.0)),
    ("lowercase_comments", |m| ratio(m.lowercase, m.comments, 2.0)),
    ("comments_per_10_lines", |m| ratio(10.0 * m.comments, m.nonblank, 5.0)),
    ("paragraph_comment_share", |m| ratio(m.paragraphs_with_comment, m.paragraphs, 3.0)),
    ("docstring_share", |m| ratio(m.documented, m.functions, 1.0)),
    ("docstring_words", |m| mean(&m.docstring_words, 1)),
    ("line_length", |m| mean(&m.line_lengths, 5)),
    ("line_length_spread", |m| spread(&m.line_lengths, 5)),
    ("function_lines_spread", |m| spread(&m.function_lines, 3)),
    ("functions", |m| Some(m.functions)),
    ("identifier_length", |m| mean(&m.identifier_lengths, 5)),
    ("identifier_parts", |m| mean(&m.identifier_parts, 5)),
    ("short_identifiers", |m| ratio(m.short_identifiers, m.identifier_lengths.len() as f64, 10.0)),
    ("blank_share", |m| ratio(m.lines - m.nonblank, m.lines, 5.0)),
    ("handlers_per_100_lines", |m| ratio(100.0 * m.handlers, m.nonblank, 5.0)),
    ("log_calls_per_100_lines", |m| ratio(100.0 * m.log_calls, m.nonblank, 5.0)),
    ("null_checks_per_100_lines", |m| ratio(100.0 * m.null_checks, m.nonblank, 5.0)),
    ("returns_per_function", |m| ratio(m.returns, m.functions, 1.0)),
    ("em_dashes", |m| Some(m.em_dashes)),
    ("arrows", |m| Some(m.arrows)),
    ("smart_quotes", |m| Some(m.smart_quotes)),
    ("ellipsis_chars", |m| Some(m.ellipses)),
    ("emoji", |m| Some(m.emoji)),
    ("box_drawing", |m| Some(m.box_drawing)),
    ("check_marks", |m| Some(m.check_marks)),
    ("todos", |m| Some(m.todos)),
    ("questions", |m| Some(m.questions)),
    ("urls", |m| Some(m.urls)),
    ("first_person", |m| ratio(m.first_person, m.comments, 1.0)),
    ("commented_out_code", |m| Some(m.commented_out)),
    ("missing_spaces", |m| ratio(m.tight, m.comments, 1.0)),
    ("trailing_comments", |m| ratio(m.trailing, m.comments, 2.0)),
    ("tests", |m| Some(m.tests)),
    ("test_name_parts", |m| mean(&m.test_name_parts, 1)),
    ("asserts_per_test", |m| ratio(m.asserts, m.tests, 1.0)),
    ("parenthesised_asides", |m| ratio(m.asides, m.comments, 2.0)),
    ("backticks", |m| ratio(m.backticks, m.comments, 1.0)),
    ("numbered_steps", |m| Some(m.numbered)),
    ("heading_comments", |m| Some(m.headings)),
    ("break_comment_share", |m| m.difference(|p| p.comment_share)),
    ("break_comment_words", |m| m.difference(|p| p.comment_words)),
    ("break_capitalised", |m| m.difference(|p| p.capitalised)),
    ("break_period", |m| m.difference(|p| p.period)),
    ("break_line_length", |m| m.difference(|p| p.line_length)),
    ("break_blank_share", |m| m.difference(|p| p.blank_share)),
    ("break_identifier_parts", |m| m.difference(|p| p.identifier_parts)),
    ("break_quotes", |m| m.flip(|p| p.double_quotes)),
    ("break_indent", |m| m.flip(|p| p.tabs)),
];

/// Numbers of one region, with the scopes that have it.
static REGION: &[(&str, &[Scope])] = &[
    ("overlap_with_next_line", &[Scope::Comment]),
    ("overlap_with_signature", &[Scope::Docstring]),
    ("words", &[Scope::Comment, Scope::Docstring, Scope::String]),
    ("lines", &[Scope::Comment, Scope::Docstring, Scope::String, Scope::Function, Scope::Test]),
];

/// Whether a metric exists and is taken in that scope.
///
/// # Errors
/// What is wrong, with the name that was perhaps meant.
pub fn check(name: &str, scope: Option<Scope>) -> Result<(), String> {
    let (known, scopes): (Vec<&str>, bool) = match scope {
        None => (HUNK.iter().map(|(name, _)| *name).collect(), true),
        Some(scope) if scope.is_message() => (message::NUMBERS.iter().map(|(name, _)| *name).collect(), true),
        Some(scope) => (
            REGION.iter().map(|(name, _)| *name).collect(),
            REGION.iter().all(|(known, scopes)| *known != name || scopes.contains(&scope)),
        ),
    };
    if !scopes {
        return Err(format!("`{name}` is not taken in that scope"));
    }
    if known.contains(&name) {
        return Ok(());
    }
    let near = crate::pack::load::nearest(name, known.into_iter());
    Err(format!(
        "no metric is called `{name}` there{}",
        near.map_or(String::new(), |near| format!("; did you mean `{near}`?"))
    ))
}

/// Takes a rule's number and counts what the rule says.
pub fn evaluate(
    at: usize,
    rule: &Rule,
    name: &str,
    shape: Shape,
    block: &Block<'_>,
    measures: &Measures,
    found: &mut Found,
) {
    match rule.scope {
        None => {
            let Some(value) = measures.number(name) else { return };
            let amount = shape.of(value);
            if amount > 0.0 {
                let first = block.line_evidence(block.hunk.span.start);
                let text = format!("{name} {}", shown(value));
                found.count(at, amount, Some(Evidence { end_line: block.hunk.span.end, text, ..first }));
            }
        }
        Some(scope) => regions(at, name, scope, shape, block, found),
    }
}

/// A number as a person reads it.
pub fn shown(value: f64) -> String {
    if value == value.trunc() { format!("{value}") } else { format!("{value:.2}") }
}

fn regions(at: usize, name: &str, scope: Scope, shape: Shape, block: &Block<'_>, found: &mut Found) {
    let regions = &block.hunk.regions;
    let texts = match scope {
        Scope::Comment => regions.comments.as_slice(),
        Scope::Docstring => regions.docstrings.as_slice(),
        Scope::String => regions.strings.as_slice(),
        _ => &[],
    };
    for region in texts {
        let value = match name {
            "overlap_with_next_line" => overlap_with_next_line(block, region),
            "overlap_with_signature" => overlap_with_signature(block, region),
            "words" => Some(words::prose(&region.text).count() as f64),
            _ => Some(f64::from(region.span.len())),
        };
        let amount = value.map_or(0.0, |value| shape.of(value));
        if amount > 0.0 {
            found.count(at, amount, Some(block.region_evidence(region)));
        }
    }
    let functions: Vec<&Function> = match scope {
        Scope::Function => regions.functions.iter().collect(),
        Scope::Test => regions.tests().collect(),
        _ => Vec::new(),
    };
    for function in functions {
        let amount = shape.of(f64::from(function.span.len()));
        if amount > 0.0 {
            found.count(at, amount, Some(block.line_evidence(function.span.start)));
        }
    }
}

/// The share of a comment's telling words that the code line after it repeats.
fn overlap_with_next_line(block: &Block<'_>, comment: &Region) -> Option<f64> {
    if comment.trailing || comment.span.len() > 2 {
        return None;
    }
    let line = block.code_line_after(comment.span.end)?;
    let code = String::from_utf8_lossy(block.file.new.line(line)).into_owned();
    overlap(&comment.text, &code)
}

/// The share of a documentation's first sentence that the function's head repeats.
fn overlap_with_signature(block: &Block<'_>, doc: &Region) -> Option<f64> {
    let near = |function: &&Function| {
        let above = doc.end_before(function) <= 3;
        let within = doc.span.start > function.span.start && doc.span.start - function.span.start <= 8;
        above || within
    };
    let function = block
        .hunk
        .regions
        .functions
        .iter()
        .filter(near)
        .min_by_key(|function| function.span.start.abs_diff(doc.span.start))?;
    let sentence = doc.text.split(['.', '\n']).find(|part| !part.trim().is_empty())?;
    overlap(sentence, &format!("{} {}", function.name, function.parameters))
}

impl Region {
    /// How many lines lie between this region and a function that starts after it.
    fn end_before(&self, function: &Function) -> u32 {
        function.span.start.checked_sub(self.span.end).unwrap_or(u32::MAX)
    }
}

/// How many of the telling words of `prose` are parts of names in `code`; needs two words to say anything.
fn overlap(prose: &str, code: &str) -> Option<f64> {
    let parts: Vec<String> = words::parts(code);
    let stems: Vec<&str> = parts.iter().map(|part| words::stem(part)).collect();
    let told: Vec<String> = words::prose(prose).filter(|word| word.len() > 2 && !words::is_filler(word)).collect();
    let repeated = told.iter().filter(|word| stems.contains(&words::stem(word))).count();
    (told.len() >= 2).then(|| repeated as f64 / told.len() as f64)
}

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

static CALLS: LazyLock<Option<AhoCorasick>> =
    LazyLock::new(|| AhoCorasick::new([LOG_CALLS, NULL_CHECKS, ASSERTS].concat()).ok());

/// What is counted of a hunk, for the numbers.
#[derive(Debug, Default)]
pub struct Measures {
    lines: f64,
    nonblank: f64,
    new_file: f64,
    new_files: f64,
    comments: f64,
    comment_lines: f64,
    comment_words: Vec<f64>,
    capitalised: f64,
    lowercase: f64,
    periods: f64,
    paragraphs: f64,
    paragraphs_with_comment: f64,
    documented: f64,
    functions: f64,
    docstring_words: Vec<f64>,
    line_lengths: Vec<f64>,
    function_lines: Vec<f64>,
    identifier_lengths: Vec<f64>,
    identifier_parts: Vec<f64>,
    short_identifiers: f64,
    handlers: f64,
    log_calls: f64,
    null_checks: f64,
    returns: f64,
    em_dashes: f64,
    arrows: f64,
    smart_quotes: f64,
    ellipses: f64,
    emoji: f64,
    box_drawing: f64,
    check_marks: f64,
    todos: f64,
    questions: f64,
    urls: f64,
    first_person: f64,
    commented_out: f64,
    tight: f64,
    trailing: f64,
    tests: f64,
    test_name_parts: Vec<f64>,
    asserts: f64,
    asides: f64,
    backticks: f64,
    numbered: f64,
    headings: f64,
    here: Option<Profile>,
    before: Option<Profile>,
}

impl Measures {
    /// Counts everything once.
    pub fn of(block: &Block<'_>) -> Measures {
        let mut m = Measures {
            new_file: f64::from(u8::from(block.file.is_new)),
            new_files: f64::from(block.new_files),
            handlers: f64::from(block.hunk.regions.handlers),
            ..Measures::default()
        };
        m.count_lines(block);
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
            m.test_name_parts.push(words::parts(&test.name).len() as f64);
        }
        for name in &regions.identifiers {
            m.identifier(block.file.new.bytes().get(name.clone()).unwrap_or_default());
        }
        if let (Some(language), Some(before)) = (block.language(), block.before) {
            m.here = Some(Profile::of(&block.file.new, &block.hunk.authored, language));
            m.before = Some(before.clone());
        }
        m
    }

    /// A number by its name.
    pub fn number(&self, name: &str) -> Option<f64> {
        HUNK.iter().find(|(known, _)| *known == name).and_then(|(_, number)| number(self))
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
        for found in CALLS.iter().flat_map(|calls| calls.find_overlapping_iter(code)) {
            let at = found.pattern().as_usize();
            let group = usize::from(at >= LOG_CALLS.len()) + usize::from(at >= LOG_CALLS.len() + NULL_CHECKS.len());
            if let Some(seen) = seen.get_mut(group) {
                *seen = true;
            }
        }
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
        self.identifier_parts.push(words::parts(&name).len() as f64);
        self.short_identifiers += f64::from(u8::from(length <= 2));
    }

    /// The hunk's habit less the file's.
    fn difference(&self, habit: fn(&Profile) -> Option<f64>) -> Option<f64> {
        Some(habit(self.here.as_ref()?)? - habit(self.before.as_ref()?)?)
    }

    /// 1 where a habit turned round.
    fn flip(&self, habit: fn(&Profile) -> Option<f64>) -> Option<f64> {
        let (here, before) = (habit(self.here.as_ref()?)?, habit(self.before.as_ref()?)?);
        Some(f64::from(u8::from((here - before).abs() > 0.7)))
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

fn ratio(part: f64, whole: f64, least: f64) -> Option<f64> {
    (whole >= least).then(|| part / whole)
}

fn mean(values: &[f64], least: usize) -> Option<f64> {
    (values.len() >= least.max(1)).then(|| values.iter().sum::<f64>() / values.len() as f64)
}

/// The coefficient of variation.
fn spread(values: &[f64], least: usize) -> Option<f64> {
    let mean = mean(values, least).filter(|mean| *mean > 0.0)?;
    let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / values.len() as f64;
    Some(variance.sqrt() / mean)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_comment_that_restates_its_code_overlaps_with_it() {
        let share = overlap("Increment the retry counter", "retry_counter += 1").unwrap();
        assert!((share - 2.0 / 3.0).abs() < 1e-9, "{share}");
        assert_eq!(overlap("The peer resets its window after three", "retry_counter += 1"), Some(0.0));
        assert_eq!(overlap("Note", "note = 1"), None);
    }

    #[test]
    fn steps_and_headings_are_told_from_prose() {
        assert!(is_numbered("1. Parse the input") && is_numbered("Step 2: check"));
        assert!(!is_numbered("3.5 percent") && !is_numbered("2024: a year"));
        assert!(is_heading("=== Parsing ===") && is_heading("-----------"));
        assert!(!is_heading("a -- b"));
    }

    #[test]
    fn names_are_unique() {
        let mut names: Vec<&str> = HUNK.iter().map(|(name, _)| *name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), HUNK.len());
    }
}
